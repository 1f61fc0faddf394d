"""Where something is taught and where it was: runs of courses, and past delivery, each at a place with coordinates.

Runs are courses that lead to an award, or are of an occupational standard. Past delivery is counted by provider and
nobody says where they learned: it stands at the provider's first site. A run is shown as last seen, not as open today.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from rdflib import Literal
from rdflib.term import Node

from graph.projection import Status
from graph.store import GraphStore, plain
from ontology.namespaces import id_of, thing

Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""


class Sign(StrEnum):
    """What is known of a provider at a place."""

    RUNS = "runs"
    """A run, or a course whose runs have no known place."""
    PAST = "past"
    """Delivery in a past year: leavers, or a start that was listed."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is told of a provider: words, how sure, the thing that says it by id, its source and that date."""

    text: str
    status: Status
    about: str
    source: str
    as_of: str | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A provider at a place, with one sign. `town` and `at` None: not known. `precision`: of `at`, in the data's words.

    `place_known` False: nobody says that it is at this place, which is the provider's first site.
    """

    sign: Sign
    provider: str
    name: str
    site: str | None
    town: str | None
    at: Point | None
    precision: str | None
    place_known: bool
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A place of a provider."""

    id: str
    provider: str
    town: str | None
    at: Point | None
    precision: str | None


@dataclass(frozen=True, slots=True)
class Area:
    """A district by name, with the rings of its boundary."""

    name: str
    rings: tuple[tuple[Point, ...], ...]


_SITES: Final = """
    SELECT ?site ?provider ?town ?north ?east ?precision {
      ?site org:siteOf ?provider .
      OPTIONAL { ?site schema:addressLocality ?town }
      OPTIONAL { ?site schema:latitude ?north ; schema:longitude ?east }
      OPTIONAL { ?site sw:locationPrecision ?concept . ?concept skos:notation ?precision } }"""
_COURSES: Final = """
    SELECT ?key ?course ?title ?provider ?name ?status ?source ?as_of ?site ?start {
      VALUES ?by { sw:leadsToAward sw:standardReference }
      ?course ?by ?key .
      ?course a sw:LearningOpportunity ; skos:prefLabel ?title ; sw:offeredBy ?provider ; sw:status ?status .
      ?provider skos:prefLabel ?name .
      OPTIONAL { ?course dcterms:source ?source }
      OPTIONAL { ?course sw:asOf ?as_of }
      OPTIONAL { ?run sw:runOf ?course . OPTIONAL { ?run sw:at ?site } OPTIONAL { ?run sw:startDate ?start } } }"""
_EVIDENCE: Final = """
    SELECT ?key ?evidence ?title ?provider ?name ?period ?leavers ?suppressed ?status ?source ?as_of {
      VALUES ?by { sw:evidenceAbout sw:standardReference }
      ?evidence ?by ?key .
      ?evidence a sw:DeliveryEvidence ; sw:evidenceOfProvider ?provider ; sw:period ?period ; sw:status ?status ;
        skos:prefLabel ?title .
      ?provider skos:prefLabel ?name .
      OPTIONAL { ?evidence sw:leavers ?leavers }
      OPTIONAL { ?evidence sw:suppressed ?suppressed }
      OPTIONAL { ?evidence dcterms:source ?source }
      OPTIONAL { ?evidence sw:asOf ?as_of } }"""
_AIMED: Final = "SELECT ?role ?award { ?award sw:alignedTo ?role ; a sw:Qualification ; sw:status ?status }"
_AREAS: Final = """
    SELECT ?area ?name ?boundary {
      ?area a sw:Area ; sw:areaKind "local-authority district" ; skos:prefLabel ?name ; sw:boundary ?boundary }"""


def read_sites(store: GraphStore) -> dict[str, Site]:
    """Every place of a provider, by id."""
    found = {}
    for site, provider, town, north, east, precision in store.rows(_SITES):
        at = (float(plain(north)), float(plain(east))) if north and east else None
        id = id_of(plain(site))
        found[id] = Site(
            id, id_of(plain(provider)), plain(town) if town else None, at, plain(precision) if precision else None
        )
    return dict(sorted(found.items()))


def awards_aimed_at(store: GraphStore, role: str) -> list[str]:
    """The awards that are aimed at a role or approved against it, by id."""
    rows = store.select(_AIMED, {"role": thing(role)})
    return sorted({id_of(str(row["award"])) for row in rows})


def spots(
    store: GraphStore,
    sites: Mapping[str, Site],
    *,
    about: Iterable[str] = (),
    awards: Iterable[str] = (),
    standard: str | None = None,
    made_up: bool = False,
) -> list[Spot]:
    """Where courses to these awards or of this standard run, and who taught it or what it is `about` in the past.

    By name of the provider, runs first. `made_up`: lets in what is illustrative.
    """
    first: dict[str, Site] = {}
    for site in sites.values():
        first.setdefault(site.provider, site)
    found: dict[tuple[Sign, str, str | None, bool], set[Told]] = defaultdict(set)
    names: dict[str, str] = {}
    starts: dict[tuple[str, str, str | None], set[str]] = defaultdict(set)
    courses: dict[tuple[str, str, str | None], Told] = {}
    reference: list[Node] = [Literal(standard)] if standard else []
    for key in (*map(thing, awards), *reference):
        for row in store.select(_COURSES, {"key": key}):
            provider, course = id_of(str(row["provider"])), id_of(str(row["course"]))
            site_id = id_of(str(row["site"])) if row["site"] is not None else None
            names[provider] = str(row["name"])
            run = (provider, course, site_id)
            courses[run] = _told(str(row["title"]), course, row)
            starts[run] |= {str(row["start"])} if row["start"] is not None else set()
    for (provider, course, site_id), one in courses.items():
        days = ", ".join(sorted(starts[provider, course, site_id]))
        text = f"{one.text}; starts {days}" if days else f"{one.text}; when it starts is not known"
        key_of = (Sign.RUNS, provider, site_id, site_id is not None)
        found[key_of].add(replace(one, text=text))
    for key in (*map(thing, about), *reference):
        for row in store.select(_EVIDENCE, {"key": key}):
            provider = id_of(str(row["provider"]))
            names[provider] = str(row["name"])
            text = f"{row['title']}, {row['period']}: {leavers_in_words(row['leavers'], row['suppressed'])}"
            found[Sign.PAST, provider, None, False].add(_told(text, id_of(str(row["evidence"])), row))
    result = []
    for (sign, provider, site_id, known), told in found.items():
        kept = tuple(sorted((one for one in told if made_up or one.status is not Status.ILLUSTRATIVE), key=_by_text))
        place = sites.get(site_id) if site_id else first.get(provider)
        if kept:
            result.append(
                Spot(
                    sign,
                    provider,
                    names[provider],
                    place.id if place else None,
                    place.town if place else None,
                    place.at if place else None,
                    place.precision if place else None,
                    known,
                    kept,
                )
            )
    return sorted(result, key=lambda one: (one.name, one.sign is Sign.PAST, one.site or "", not one.place_known))


def _told(text: str, about: str, row: Mapping[str, object]) -> Told:
    source, as_of = row["source"], row["as_of"]
    status = Status(str(row["status"]).rpartition("#")[2])
    return Told(text, status, about, str(source) if source else "", str(as_of) if as_of else None)


def _by_text(told: Told) -> tuple[str, str]:
    return told.text, told.about


def leavers_in_words(leavers: object, suppressed: object) -> str:
    """A count of leavers: hidden because it is small is some, and never none.

    >>> leavers_in_words(None, "true"), leavers_in_words(30, None), leavers_in_words(None, None)
    ('some leavers, too few to be shown', '30 leavers', 'how many is not known')
    """
    if leavers is not None:
        return f"{leavers} leavers"
    return "some leavers, too few to be shown" if str(suppressed).lower() == "true" else "how many is not known"


def towns(sites: Iterable[Site]) -> dict[str, Point]:
    """The middle of the places in each town that have coordinates."""
    found: dict[str, list[Point]] = defaultdict(list)
    for site in sites:
        if site.town and site.at:
            found[site.town].append(site.at)
    return {
        town: (sum(north for north, _ in points) / len(points), sum(east for _, east in points) / len(points))
        for town, points in sorted(found.items())
    }


def read_areas(store: GraphStore) -> list[Area]:
    """The districts of a release that have a boundary; none where no boundaries were loaded."""
    rows = sorted((plain(name), plain(boundary)) for _, name, boundary in store.rows(_AREAS))
    return [Area(name, rings_of(text)) for name, text in rows]


def rings_of(text: str) -> tuple[tuple[Point, ...], ...]:
    """The rings of a polygon, or of several, in well-known text (OGC 06-103r4), which has longitude first.

    >>> rings_of("POLYGON ((-2 52, -1 52, -1 53, -2 52))")
    (((52.0, -2.0), (52.0, -1.0), (53.0, -1.0), (52.0, -2.0)),)
    """
    found = []
    for ring in text[text.index("(") :].replace("(", "").split(")"):
        points = [one.split() for one in ring.strip(" ,").split(",") if one.strip()]
        if points:
            found.append(tuple((float(north), float(east)) for east, north, *_ in points))
    return tuple(found)
