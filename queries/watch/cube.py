"""The demand of adverts as a graph: RDF Data Cubes, the titles behind them, and how often each way is right.

The W3C's RDF Data Cube vocabulary (recommendation of 16 January 2014) says of each number what it counts and along
which dimensions. There are four cubes: roles by district, quarter and way of matching; jobs of public classifications
by quarter and way; skills by quarter; and what titles came to, which adds up to all adverts that count. Without adverts
there is no cube: nothing says nought.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from math import sqrt
from typing import Final

from rdflib import RDF, XSD, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, PROV, SKOS

from graph.lines import DEMAND
from graph.projection import Projection
from graph.store import GraphStore, Quad
from ontology.namespaces import DATASET, ID, SW, slug
from queries.watch.adverts import REPEATED_DAYS
from queries.watch.demand import Demand, demand_of
from queries.watch.titles import MethodQuality, Outcome, Scheme, judged, least_likeness

QB: Final = Namespace("http://purl.org/linked-data/cube#")
GRAPH: Final = DATASET[DEMAND]
"""The named graph of all of it."""

Term = URIRef | Literal
Triple = tuple[URIRef, URIRef, Term]


@dataclass(frozen=True, slots=True)
class Cube:
    """One data set of numbers of adverts: its dimensions in order, each a property of ours."""

    id: str
    label: str
    about: str
    dimensions: tuple[str, ...]


ROLES: Final = Cube(
    "DEMAND-ROLES",
    "Adverts by role, district and quarter",
    "Adverts whose title was matched with one of our roles. Those that were not are in DEMAND-OUTCOMES.",
    ("advertisedRole", "advertisedDistrict", "advertisedQuarter", "titleOutcome"),
)
JOBS: Final = Cube(
    "DEMAND-JOBS",
    "Adverts by job of a public classification and quarter",
    "Adverts whose title was matched with a unit group of SOC or an occupation of ESCO or O*NET.",
    ("jobList", "advertisedJob", "advertisedQuarter", "titleOutcome"),
)
SKILLS: Final = Cube(
    "DEMAND-SKILLS",
    "Adverts of roles that need a skill, by quarter",
    "Counted through the role: nobody read these skills in the adverts. An advert counts for each skill of its role.",
    ("advertisedSkill", "advertisedQuarter"),
)
OUTCOMES: Final = Cube(
    "DEMAND-OUTCOMES",
    "What the titles of adverts came to, by list of jobs and quarter",
    "For each list of jobs every advert that counts: matched by one way or another, ambiguous, or unmatched.",
    ("jobList", "titleOutcome", "advertisedQuarter"),
)
CUBES: Final = (ROLES, JOBS, SKILLS, OUTCOMES)


def derive(store: GraphStore, projection: Projection, today: date) -> Iterator[Quad]:
    """The part `demand` of a release. Without adverts it only says how good the ways of matching are."""
    for subject, predicate, value in said_of(demand_of(store), today):
        yield subject, predicate, value, GRAPH


def said_of(demand: Demand, today: date) -> Iterator[Triple]:
    """What the graph says of some demand, as of a day."""
    yield GRAPH, RDF.type, SW.DemandGraph
    yield GRAPH, SW.status, SW.inferred
    yield GRAPH, SW.countedFrom, Literal(today.isoformat(), datatype=XSD.date)
    yield GRAPH, SW.softwareVersion, Literal(version("stepway"))
    yield GRAPH, PROV.wasGeneratedBy, SW["advert-matching"]
    for one in demand.qualities:
        yield from _quality(one)
    if demand.adverts:
        yield GRAPH, SW.adverts, _whole(demand.adverts)
        yield GRAPH, SW.advertsRepeated, _whole(demand.repeated)
        yield GRAPH, SW.repeatedWithinDays, _whole(REPEATED_DAYS)
        yield from _titles(demand)
        yield from _structures()
        yield from _observations(ROLES, _role_cells(demand))
        yield from _observations(JOBS, _job_cells(demand))
        yield from _observations(SKILLS, (((URIRef(s), Literal(q)), n) for (s, q), n in demand.skills.items()))
        yield from _observations(OUTCOMES, (([*map(Literal, cell)], n) for cell, n in demand.outcomes.items()))


def _role_cells(demand: Demand) -> Iterator[tuple[Sequence[Term], int]]:
    for (role, district, quarter, method), number in demand.roles.items():
        yield (URIRef(role), Literal(district), Literal(quarter), Literal(method)), number


def _job_cells(demand: Demand) -> Iterator[tuple[Sequence[Term], int]]:
    for (scheme, job, quarter, method), number in demand.jobs.items():
        yield (Literal(str(scheme)), URIRef(job), Literal(quarter), Literal(method)), number


def _structures() -> Iterator[Triple]:
    """What each cube counts and along what, so that any reader of data cubes can lay it out."""
    for name in sorted({one for cube in CUBES for one in cube.dimensions}):
        yield SW[name], RDF.type, QB.DimensionProperty
    yield SW.adverts, RDF.type, QB.MeasureProperty
    yield SW.status, RDF.type, QB.AttributeProperty
    for cube in CUBES:
        me, structure = ID[cube.id], ID[f"{cube.id}.structure"]
        yield me, RDF.type, QB.DataSet
        yield me, SKOS.prefLabel, Literal(cube.label, lang="en")
        yield me, DCTERMS.description, Literal(cube.about, lang="en")
        yield me, SW.status, SW.inferred
        yield me, QB.structure, structure
        yield structure, RDF.type, QB.DataStructureDefinition
        yield structure, SKOS.prefLabel, Literal(f"{cube.label}: dimensions", lang="en")
        parts = [*((QB.dimension, name) for name in cube.dimensions), (QB.measure, "adverts"), (QB.attribute, "status")]
        for order, (kind, name) in enumerate(parts, 1):
            part = ID[f"{cube.id}.structure.{name}"]
            yield structure, QB.component, part
            yield part, RDF.type, QB.ComponentSpecification
            yield part, kind, SW[name]
            yield part, QB.order, _whole(order)
            if kind == QB.attribute:
                yield part, QB.componentRequired, Literal("true", datatype=XSD.boolean)


def _observations(cube: Cube, cells: Iterable[tuple[Sequence[Term], int]]) -> Iterator[Triple]:
    data, properties = ID[cube.id], [SW[name] for name in cube.dimensions]
    for values, number in cells:
        key = hashlib.sha256(" ".join(map(str, values)).encode()).hexdigest()[:16]
        me = ID[f"{cube.id}.{key}"]
        yield me, RDF.type, QB.Observation
        yield me, QB.dataSet, data
        for name, value in zip(properties, values, strict=True):
            yield me, name, value
        yield me, SW.adverts, _whole(number)
        yield me, SW.status, SW.inferred


_SAID_IN: Final = {
    Outcome.MATCHED: "matchedIn",
    Outcome.AMBIGUOUS: "ambiguousIn",
    Outcome.UNMATCHED: "unmatchedIn",
}
"""The property that says of a title what it came to in a list of jobs."""


def title_id(title: str) -> str:
    """The id of a title of adverts, of the text in small letters."""
    return f"ADVERTTITLE-{hashlib.sha256(title.encode()).hexdigest()[:16]}"


def _titles(demand: Demand) -> Iterator[Triple]:
    """Each title: how many adverts have it, and each match with its way, score and name; why, where there is none."""
    for advert, title in demand.title_of.items():
        yield URIRef(advert), SW.advertTitle, ID[title_id(title)]
    for advert, first in demand.repeats.items():
        yield URIRef(advert), SW.repeatOf, URIRef(first)
    for one in demand.titles:
        me = ID[title_id(one.id)]
        yield me, RDF.type, SW.AdvertTitle
        yield me, SW.status, SW.inferred
        yield me, SKOS.prefLabel, Literal(one.written, lang="en")
        yield me, SW.adverts, _whole(one.adverts)
        for scheme, found in one.found.items():
            yield me, SW[_SAID_IN[found.outcome]], Literal(str(scheme))
            for match in found.matches:
                link = ID[f"{title_id(one.id)}.{_short(match.of)}"]
                yield link, RDF.type, SW.Match
                yield link, SW.status, SW.inferred
                yield link, SW.matchOf, me
                yield link, SW.matchWith, URIRef(match.of)
                yield link, SW.matchedName, Literal(match.name)
                yield link, SW.score, _decimal(match.score)
                yield link, SW.jobList, Literal(str(scheme))
                yield link, SW.titleOutcome, Literal(str(found.method))
                yield link, SW.matchMethod, ID[method_id(scheme, str(found.method))]


def _short(address: str) -> str:
    """The end of an address of ours, or a digest of another's: something to make an id of."""
    if address.startswith(str(ID)):
        return slug(address.removeprefix(str(ID)))
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def method_id(scheme: Scheme, method: str) -> str:
    """The id of a way of matching titles with a list of jobs. `all`: every way together."""
    return f"MATCHING-advert-{scheme}-{method}"


def at_most(wrong: int, said: int) -> float | None:
    """The error rate that a sample leaves possible: the upper end of the 95% score interval (Wilson 1927).

    None wrong of few is not never wrong. None: nothing was said.

    >>> at_most(0, 7), at_most(0, 118), at_most(0, 0)
    (0.3543, 0.0315, None)
    """
    if not said:
        return None
    z, share = 1.96, wrong / said
    middle = share + z * z / (2 * said)
    return round((middle + z * sqrt(share * (1 - share) / said + z * z / (4 * said * said))) / (1 + z * z / said), 4)


_WAYS: Final[Mapping[str, str]] = {
    "exact": "the title is a name of the job",
    "plain": "the title is a name of the job once both are made plain",
    "part": "one part of the title is a name of the job",
    "fuzzy": "a name of the job is like the title",
    "through-role": "the matched role says its group",
    "all": "every way",
}
_LISTS: Final[Mapping[Scheme, str]] = {Scheme.ROLE: "roles", Scheme.SOC2020: "unit groups of SOC 2020"}


def _quality(one: MethodQuality) -> Iterator[Triple]:
    name = "all" if one.method is None else str(one.method)
    me = ID[method_id(one.scheme, name)]
    yield me, RDF.type, SW.MatchMethod
    yield me, SKOS.prefLabel, Literal(f"Titles of adverts and {_LISTS[one.scheme]}: {_WAYS[name]}", lang="en")
    yield me, SW.jobList, Literal(str(one.scheme))
    yield me, SW.titleOutcome, Literal(name)
    yield me, SW.sampleSize, _whole(len(judged()))
    yield me, SW.sampleMatched, _whole(one.said)
    yield me, SW.sampleRight, _whole(one.right)
    if name == "fuzzy":
        yield me, SW.leastScore, _decimal(least_likeness())
    for predicate, share in (
        (SW.precision, one.precision),
        (SW.recall, one.recall),
        (SW.errorAtMost, at_most(one.said - one.right, one.said)),
    ):
        if share is not None:
            yield me, predicate, _decimal(share)


def _whole(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


def _decimal(number: float) -> Literal:
    return Literal(f"{number:.4f}".rstrip("0").rstrip("."), datatype=XSD.decimal, normalize=False)
