"""Where people live and where runs are taught, as far as a release knows: points, and no journeys."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import Final

from graph.store import GraphStore, plain
from ontology.namespaces import ID, id_of
from queries.atlas.circumstances import areas
from queries.learners import learners

EARTH_KM: Final = 6371.0088
"""The mean radius of the Earth (IUGG)."""

Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""

OUTCODE: Final = "OUTCODE-"
LOCAL_AUTHORITY: Final = "LAD-"
COARSE: Final = frozenset({"county", "not-found"})
"""How a site's place may be known so vaguely that its point says nothing."""


class Centre(StrEnum):
    """What the middle of a district was worked out from."""

    OUTCODES = "outcodes"
    POSTCODES = "postcodes"
    SITES = "sites"
    NOT_KNOWN = "not-known"


CENTRE_SAYS: Final = {
    Centre.OUTCODES: "the middle of its postcodes, from a file of outcodes",
    Centre.POSTCODES: "the middle of its postcodes, from the postcode directory",
    Centre.SITES: "the middle of the sites that we know there (inferred)",
    Centre.NOT_KNOWN: "its middle is not known",
}


@dataclass(frozen=True, slots=True)
class District:
    """A postcode district: the first half of a postcode (DY1).

    `point`: its middle; None: not known, as `centre` says. `authority`: the code of the local authority when all of it
    lies in one; None: in several, or not known.
    """

    code: str
    point: Point | None
    centre: Centre
    authority: str | None = None


def resident_of(district: District) -> tuple[tuple[str, str], ...]:
    """The facts about somebody that follow from where they live, where the whole district lies in one authority."""
    if district.authority is None:
        return ()
    return tuple((name, "yes" if district.authority in those else "no") for name, those in sorted(areas().items()))


@dataclass(frozen=True, slots=True)
class Places:
    """The districts of a release, by code, and where its runs are taught, by the id of the run (absent: not known)."""

    districts: tuple[District, ...]
    runs: Mapping[str, Point]


def read(store: GraphStore) -> Places:
    """The places of a release.

    Districts come from a file of outcodes when the release holds one, else from the postcode directory, else they are
    those of known sites and of the standard learners.
    """
    sites = {
        site: (postcode, _point(latitude, longitude) if exact.rpartition("/")[2] not in COARSE else None)
        for site, postcode, latitude, longitude, exact in _rows(store, _SITES)
    }
    addresses = {postcode: point for postcode, *at in _rows(store, _EXACT) if (point := _point(*at))}
    runs = {}
    for run, site in _rows(store, _RUNS):
        postcode, point = sites[site]
        if (at := point or addresses.get(postcode)) is not None:
            runs[run] = at
    found = {one.code: one for one in _by_sites(sites.values())}
    found |= {learner.district: found.get(learner.district, _unknown(learner.district)) for learner in learners()}
    found |= {one.code: one for one in _of_directory(store)}
    found |= {one.code: one for one in _of_outcodes(store)}
    return Places(tuple(found[code] for code in sorted(found)), dict(sorted(runs.items())))


def _unknown(code: str) -> District:
    return District(code, None, Centre.NOT_KNOWN)


def _of_outcodes(store: GraphStore) -> Iterable[District]:
    for code, latitude, longitude, authority, authorities in _rows(store, _OUTCODES):
        if (point := _point(latitude, longitude)) is not None:
            whole = authority.removeprefix(LOCAL_AUTHORITY) if authorities == "1" and authority else None
            yield District(code, point, Centre.OUTCODES, whole)


def _of_directory(store: GraphStore) -> Iterable[District]:
    within = defaultdict[str, set[str]](set)
    for outcode, authority in _rows(store, _AUTHORITIES):
        within[outcode.removeprefix(OUTCODE)].add(authority.removeprefix(LOCAL_AUTHORITY))
    for outcode, latitude, longitude in _rows(store, _MIDDLES):
        code = outcode.removeprefix(OUTCODE)
        if (point := _point(latitude, longitude)) is not None:
            only = next(iter(within[code])) if len(within[code]) == 1 else None
            yield District(code, point, Centre.POSTCODES, only)


def _by_sites(sites: Iterable[tuple[str, Point | None]]) -> Iterable[District]:
    points = defaultdict[str, list[Point]](list)
    for postcode, point in sites:
        if postcode:
            points[postcode.partition(" ")[0]] += [point] if point else []
    for code, known in points.items():
        if known:
            middle = round(fmean(one[0] for one in known), 5), round(fmean(one[1] for one in known), 5)
            yield District(code, middle, Centre.SITES)
        else:
            yield _unknown(code)


def _point(latitude: str, longitude: str) -> Point | None:
    return (round(float(latitude), 6), round(float(longitude), 6)) if latitude and longitude else None


def _rows(store: GraphStore, query: str) -> list[list[str]]:
    """The rows of a query as ids and texts, "" where nothing is known, each once and in order."""
    return sorted([id_of(plain(term)) if term else "" for term in row] for row in store.rows(query))


_SITES: Final = """
SELECT ?site (SAMPLE(?said) AS ?postcode) (MIN(?north) AS ?latitude) (MIN(?east) AS ?longitude) (MIN(?how) AS ?exact) {
  ?run sw:at ?site .
  OPTIONAL { ?site schema:postalCode ?said }
  OPTIONAL { ?site schema:latitude ?north ; schema:longitude ?east }
  OPTIONAL { ?site sw:locationPrecision ?how }
} GROUP BY ?site
"""
_RUNS: Final = "SELECT ?run ?site { ?run sw:at ?site }"
_EXACT: Final = """
SELECT ?said ?latitude ?longitude {
  { SELECT DISTINCT ?said { ?run sw:at ?site . ?site schema:postalCode ?said } }
  ?postcode a sw:Postcode ; schema:postalCode ?said ; schema:latitude ?latitude ; schema:longitude ?longitude
}
"""
_OUTCODES: Final = """
SELECT ?code ?latitude ?longitude ?authority ?authorities {
  ?outcode a sw:Outcode ; skos:notation ?code ; schema:latitude ?latitude ; schema:longitude ?longitude .
  OPTIONAL { ?outcode sw:mainDistrict ?authority ; sw:districtCount ?authorities }
}
"""
_MIDDLES: Final = f"""
SELECT ?outcode (AVG(?north) AS ?latitude) (AVG(?east) AS ?longitude) {{
  ?postcode a sw:Postcode ; schema:containedInPlace ?outcode ; schema:latitude ?north ; schema:longitude ?east .
  FILTER(STRSTARTS(STR(?outcode), "{ID}{OUTCODE}"))
}} GROUP BY ?outcode
"""
_AUTHORITIES: Final = f"""
SELECT DISTINCT ?outcode ?authority {{
  ?postcode a sw:Postcode ; schema:containedInPlace ?outcode , ?authority .
  FILTER(STRSTARTS(STR(?outcode), "{ID}{OUTCODE}") && STRSTARTS(STR(?authority), "{ID}{LOCAL_AUTHORITY}"))
}}
"""
