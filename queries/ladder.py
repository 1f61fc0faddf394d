"""What leads to a role and where it leads on: every way that the release holds, two steps back and two steps on.

A way is a progression, an award aimed at a role, or the apprenticeship of a role's standard. Several ways may join the
same two things; they make one edge, which is as sure as the surest of them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from graph.projection import RANK, Projection, Status, StepKind
from graph.store import GraphStore, plain
from ontology.namespaces import id_of

ANYBODY: Final = "anybody"
"""Where a progression starts that asks for nothing: it is no thing of the release."""

REACH: Final = 2
"""Steps that are looked at before and after a role."""


@dataclass(frozen=True, slots=True)
class Way:
    """One statement that something leads to something.

    `start` may be `ANYBODY`. `relation` is in words. `about`: the thing that says it, by id. `months` and `as_of` None:
    not known. `guess`: we only think it plausible, and nobody published it.
    """

    start: str
    end: str
    relation: str
    status: Status
    about: str
    source: str
    as_of: str | None = None
    condition: str | None = None
    months: float | None = None
    guess: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """Two things of which the first leads to the second, and every way of it, surest first; never empty."""

    start: str
    end: str
    ways: tuple[Way, ...]

    @property
    def status(self) -> Status:
        """That of the surest way."""
        return self.ways[0].status


@dataclass(frozen=True, slots=True)
class Ladder:
    """A role, and what is around it. `places`: how many steps before (-2, -1) or after (1, 2) it each thing stands.

    The fewest steps count. `left_out`: made-up (illustrative) ways around it that were not let in.
    """

    role: str
    places: dict[str, int]
    edges: tuple[Edge, ...]
    left_out: int


_PROGRESSIONS: Final = """
    SELECT ?way ?from ?to ?relation ?status ?source ?as_of ?condition ?months ?guess {
      ?way a sw:Progression ; sw:progressionTo ?to ; sw:status ?status .
      OPTIONAL { ?way sw:progressionFrom ?from }
      OPTIONAL { ?way sw:progressionRelation ?concept . ?concept skos:notation ?relation }
      OPTIONAL { ?way dcterms:source ?source }
      OPTIONAL { ?way sw:asOf ?as_of }
      OPTIONAL { ?way sw:conditionNote ?condition }
      OPTIONAL { ?way sw:durationMonths ?months }
      OPTIONAL { ?way sw:guess ?guess } }"""
_STATED: Final = """
    SELECT ?from ?to ?property ?status ?source ?as_of {
      VALUES ?property { sw:progressesTo sw:alignedTo }
      ?statement rdf:predicate ?property ; rdf:subject ?from ; rdf:object ?to ;
        sw:status ?status ; prov:wasDerivedFrom ?record .
      OPTIONAL { ?record dcterms:source ?source }
      OPTIONAL { ?record sw:asOf ?as_of } }"""
_RELATIONS: Final = {"progressesTo": "progresses to", "alignedTo": "is aimed at"}


def read_ways(store: GraphStore, projection: Projection) -> tuple[Way, ...]:
    """Every way of a release."""
    found = [
        Way(
            id_of(plain(start)) if start else ANYBODY,
            id_of(plain(end)),
            plain(relation) if relation else "leads to",
            _status(status),
            id_of(plain(way)),
            plain(source) if source else "",
            plain(as_of) if as_of else None,
            plain(condition) if condition else None,
            float(plain(months)) if months else None,
            bool(guess) and plain(guess) == "true",
        )
        for way, start, end, relation, status, source, as_of, condition, months, guess in store.rows(_PROGRESSIONS)
    ]
    for start, end, property, status, source, as_of in store.rows(_STATED):
        relation = _RELATIONS[plain(property).rpartition("#")[2]]
        from_id = id_of(plain(start))
        told = plain(source) if source else "", plain(as_of) if as_of else None
        found.append(Way(from_id, id_of(plain(end)), relation, _status(status), from_id, *told))
    for step in projection.steps:
        if step.kind is StepKind.APPRENTICESHIP and len(step.about) > 1:
            first = step.sources[0] if step.sources else None
            told = (first.address, first.as_of) if first else ("", None)
            months = round(step.weeks.value * 12 / 52) if step.weeks else None
            role, kind = step.about[:2]
            found.append(Way(kind, role, "is the training for", step.status, role, *told, months=months))
    return tuple(sorted(set(found), key=lambda one: (one.start, one.end, RANK[one.status], one.relation, one.about)))


def _status(term: str) -> Status:
    return Status(plain(term).rpartition("#")[2])


def ladder(ways: Iterable[Way], role: str, *, made_up: bool = False) -> Ladder:
    """What is around a role. `made_up`: lets in what is illustrative."""
    before: dict[str, dict[str, list[Way]]] = defaultdict(lambda: defaultdict(list))
    after: dict[str, dict[str, list[Way]]] = defaultdict(lambda: defaultdict(list))
    shut: set[tuple[str, str]] = set()
    left_out: list[Way] = []
    for way in ways:
        if way.start == way.end:
            continue
        if way.status is Status.ILLUSTRATIVE and not made_up:
            left_out.append(way)
            continue
        before[way.end][way.start].append(way)
        after[way.start][way.end].append(way)
    back, on = _steps(before, role), _steps(after, role)
    for thing, near in back.items():
        if near < REACH:
            shut |= {(start, thing) for start in before[thing]}
    for thing, near in on.items():
        if near < REACH:
            shut |= {(thing, end) for end in after[thing]}
    places = on | {thing: -steps for thing, steps in back.items()}
    edges = [Edge(start, end, tuple(after[start][end])) for start, end in shut]
    edges.sort(key=lambda one: (places[one.start], places[one.end], one.start, one.end))
    near_by = {role, *(one for one in back if back[one] < REACH), *(one for one in on if on[one] < REACH)}
    return Ladder(role, places, tuple(edges), sum(bool({way.start, way.end} & near_by) for way in left_out))


def _steps(next_to: dict[str, dict[str, list[Way]]], role: str) -> dict[str, int]:
    """How many steps away each thing is, up to `REACH`."""
    found, edge = {role: 0}, [role]
    for step in range(1, REACH + 1):
        edge = [one for thing in edge for one in sorted(next_to.get(thing, ())) if one not in found]
        found |= dict.fromkeys(edge, step)
    return found
