"""Where providers teach, and in which area each place lies: a district where the release knows it, else a town."""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from graph.store import GraphStore, plain
from ontology.namespaces import id_of


class Geography(StrEnum):
    """What stands for an area."""

    DISTRICT = "district"
    """Local-authority district, from the postcode directory or a register."""
    OUTCODE = "outcode"
    """The first half of the postcode (DY1)."""
    TOWN = "town"
    """The town of the address: Halesowen is a town in the district of Dudley."""


@dataclass(frozen=True, slots=True)
class Place:
    """A site of a provider. None: not known. `district`: its code with its name, where the release has it."""

    site: str
    label: str
    provider: str
    town: str | None
    outcode: str | None
    district: str | None

    def area(self, geography: Geography) -> str | None:
        """The area in which it lies."""
        return {Geography.DISTRICT: self.district, Geography.OUTCODE: self.outcode, Geography.TOWN: self.town}[
            geography
        ]


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """A provider: its kind in the source's words, and whether its main site lies in the combined authority's area.

    `in_area`: as printed (yes, no (Staffordshire), unknown …); None: not said.
    """

    id: str
    label: str
    kind: str | None
    in_area: str | None
    places: tuple[Place, ...]


class Places:
    """The providers of a release that have a site or a kind, with their places."""

    def __init__(self, providers: dict[str, ProviderFacts]) -> None:
        self.providers = providers
        self.by_label = {
            (one.id, place.label): place for one in providers.values() for place in one.places
        }  # a run names its site by its label

    @property
    def best(self) -> Geography:
        """The geography to count by: districts when most places have one, else towns."""
        places = [place for one in self.providers.values() for place in one.places]
        with_district = sum(place.district is not None for place in places)
        return Geography.DISTRICT if places and 2 * with_district > len(places) else Geography.TOWN

    def first_area(self, provider: str, geography: Geography) -> str | None:
        """The area of a provider's first site: where past leavers are counted, since nobody says where they learned."""
        found = self.providers.get(provider)
        return found.places[0].area(geography) if found and found.places else None

    def areas_of(self, provider: str, geography: Geography) -> tuple[str, ...]:
        """The areas in which a provider has a site."""
        found = self.providers.get(provider)
        areas = (place.area(geography) for place in found.places) if found else ()
        return tuple(sorted({area for area in areas if area is not None}))

    def all_areas(self, geography: Geography) -> tuple[str, ...]:
        """Every area in which somebody has a site."""
        return tuple(sorted({area for id in self.providers for area in self.areas_of(id, geography)}))


_SITES = """
    SELECT ?site ?provider ?label ?town ?postcode {
      ?site org:siteOf ?provider .
      OPTIONAL { ?site skos:prefLabel ?label }
      OPTIONAL { ?site schema:addressLocality ?town }
      OPTIONAL { ?site schema:postalCode ?postcode } }"""
_PROVIDERS = """
    SELECT ?provider ?name ?kind ?area {
      ?provider a sw:Provider ; skos:prefLabel ?name .
      OPTIONAL { ?provider sw:providerType ?kind }
      OPTIONAL { ?provider sw:inCombinedAuthorityArea ?area } }"""
_DISTRICTS = """
    SELECT ?site ?district {
      ?site org:siteOf ?provider ; schema:postalCode ?postcode .
      ?known schema:postalCode ?postcode ; schema:containedInPlace ?district .
      FILTER(STRSTARTS(STR(?district), "https://w3id.org/stepway/id/LAD-")) }"""
_WHOLLY = """
    SELECT ?outcode ?district { ?one a sw:Outcode ; skos:notation ?outcode ; sw:mainDistrict ?district ;
      sw:districtCount ?districts FILTER(?districts = 1) }"""
_NAMES = """
    SELECT ?district ?name {
      { SELECT DISTINCT ?district { ?any schema:containedInPlace ?district } }
      FILTER(STRSTARTS(STR(?district), "https://w3id.org/stepway/id/LAD-"))
      ?district skos:prefLabel ?name }"""


@dataclass(frozen=True, slots=True)
class Areas:
    """In which area something lies that names a postcode or a town: by first half of a postcode, and by town.

    Towns are in small letters. A town as it is published is an area itself, or its district was looked up (inferred).
    """

    outcodes: dict[str, str]
    towns: dict[str, str]

    def of(self, outcode: str | None, town: str | None) -> tuple[str | None, bool]:
        """The area, None when it cannot be told; and whether it is told by the town."""
        if outcode in self.outcodes:
            return self.outcodes[outcode], False
        area = self.towns.get((town or "").casefold())
        return area, area is not None

    @property
    def all(self) -> frozenset[str]:
        """Every area in which something can be found to lie."""
        return frozenset((*self.outcodes.values(), *self.towns.values()))


def areas_told(store: GraphStore, places: Places, geography: Geography) -> Areas:
    """The areas in which first halves of postcodes wholly lie, and towns; absent: in several, or nobody tells.

    Districts of outcodes are those of a file of outcodes. A town lies in the district in which all sites lie that are
    known in it. No source here tells in which town an outcode lies.
    """
    areas = {area: area for area in places.all_areas(geography)}
    if geography is Geography.OUTCODE:
        return Areas(areas, {})
    if geography is Geography.TOWN:
        return Areas({}, {area.casefold(): area for area in areas})
    named = {area.partition(" ")[0]: area for area in areas}
    wholly = {plain(outcode): id_of(plain(district)).removeprefix("LAD-") for outcode, district in store.rows(_WHOLLY)}
    districts: dict[str, set[str | None]] = defaultdict(set)
    for one in places.providers.values():
        for place in one.places:
            districts[(place.town or "").casefold()].add(place.district)
    return Areas(
        {outcode: named[code] for outcode, code in wholly.items() if code in named},
        {town: area for town, (area, *more) in districts.items() if town and area is not None and not more},
    )


def read_places(store: GraphStore) -> Places:
    """The providers that have a site or a kind, and where they are."""
    names = {district: plain(name) for district, name in store.rows(_NAMES)}
    districts = {
        site: f"{id_of(plain(district)).removeprefix('LAD-')}" + (f" {names[district]}" if district in names else "")
        for site, district in store.rows(_DISTRICTS)
    }
    found: dict[str, list[Place]] = defaultdict(list)
    for site, provider, label, town, postcode in store.rows(_SITES):
        id = id_of(plain(provider))
        found[id].append(
            Place(
                id_of(plain(site)),
                plain(label) if label else id_of(plain(site)),
                id,
                plain(town) if town else None,
                plain(postcode).rsplit(" ", 1)[0] if postcode else None,
                districts.get(site),
            )
        )
    providers: dict[str, ProviderFacts] = {}
    for provider, name, kind, area in store.rows(_PROVIDERS):
        id = id_of(plain(provider))
        if id in found or kind:
            places = tuple(sorted(set(found.get(id, ())), key=lambda place: place.site))
            code = plain(kind).rpartition("/")[2] if kind else None
            providers.setdefault(id, ProviderFacts(id, plain(name), code, plain(area) if area else None, places))
    return Places(providers)
