"""What is missing in the data, whose it is, and which roles and awards would come within reach if it were filled in.

Missing things are counted by dataset and by provider. What filling them in opens is worked out for somebody who brings
nothing, level 2, or level 3, with the most favourable value that could be filled in: for all things that lack it
together, and for each step alone. A *step* is opened by it, not a run: runs of the same step open the same.

Within reach is meant as the pathway planner means it (see `closure`), under the stricter reading in which the missing
thing matters: with every length known, with every price known, or with a run to join for all that is taught.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from graph.columns import Columns, Thing
from graph.projection import Projection, StepKind
from graph.store import GraphStore
from ontology.namespaces import DATASET, SW
from queries.pathways.asked import ask
from queries.pathways.compile import Catalogues, DayCatalogue
from queries.pathways.engine import problem as engine
from queries.pathways.engine.problem import Criterion
from queries.pathways.request import PathwayRequest

STARTS: Final[tuple[tuple[str, ...], ...]] = ((), ("level:2",), ("level:3",))
"""What the people bring for whom it is worked out."""

PROVIDERS: Final = 10
"""Providers that are named of each kind: those with most that is missing."""

ALONE: Final = 10
"""Steps that are named of each kind: those that open most when they alone are filled in."""

_CLASSES: Final = ("LearningOpportunity", "Delivery", "Qualification", "Provider")


_PROVIDER: Final = "the provider"
_BODY: Final = "the awarding body"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that may be missing: of what class, what it is called, and the best that could be filled in."""

    code: str
    of: str
    text: str
    best: str
    ask: str


KINDS: Final = (
    Kind("run-start", "Delivery", "A run with no start date that is not said to be flexible", "any day", _PROVIDER),
    Kind("run-over", "Delivery", "A run whose last start has passed", "a next start", _PROVIDER),
    Kind("run-length", "Delivery", "A run without a length in weeks", "one week", _PROVIDER),
    Kind("run-price", "Delivery", "A run without a price", "free", _PROVIDER),
    Kind("run-place", "Delivery", "A run without a place: no venue, no region, not online", "a place", _PROVIDER),
    Kind("course-award", "LearningOpportunity", "A course that names no award", "the award that opens most", _PROVIDER),
    Kind("course-entry", "LearningOpportunity", "A course without an entry rule", "nothing is asked", _PROVIDER),
    Kind("award-length", "Qualification", "An award that people can enrol on without a length", "one week", _BODY),
    Kind("award-price", "Qualification", "An award of which no price is known", "free", _PROVIDER),
    Kind("award-entry", "Qualification", "An award without an entry rule", "nothing is asked", _BODY),
)


@dataclass(frozen=True, slots=True)
class Named:
    """A thing and how many of its things are concerned."""

    id: str
    label: str
    missing: int
    of: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What comes within reach of somebody who brings `holds`: roles and awards by id, with their names."""

    holds: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]
    awards: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Alone:
    """A step that opens something when it alone is filled in. `things` that lack it are tied to it."""

    step: str
    title: str
    things: int
    opens: tuple[Opened, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """One kind of thing that is missing.

    `opens`: with all of them filled in, by what the person brings. `alone`: the steps that open most by themselves, of
    `steps` that would be touched at all. `bound`: why what is told of opening is only at most so much; "" when exact.
    """

    kind: Kind
    missing: int
    of: int
    by_source: tuple[Named, ...]
    by_provider: tuple[Named, ...]
    steps: int
    opens: tuple[Opened, ...]
    alone: tuple[Alone, ...]
    bound: str


@dataclass(frozen=True, slots=True)
class Report:
    """What is missing on a day."""

    on: date
    dataset: str | None
    missing: tuple[Missing, ...]


def closure(
    catalogue: engine.Catalogue, held: Collection[str], usable: Collection[str], free: Collection[str] = ()
) -> frozenset[str]:
    """Every fact within reach of the contents that are `usable`, dates and hours aside; `free` ones ask for nothing.

    The same as the planner's own `reachable_facts` where nothing is free; written apart so that it can be tried often.
    """
    facts = set(held)
    waiting = [one for one in catalogue.contents if one.id in usable and not facts.issuperset(one.adds)]
    rules = [rule for rule in catalogue.rules if not facts.issuperset(rule.then)]
    grew = True
    while grew:
        grew = False
        for one in [*waiting]:
            if one.id in free or _holds(one.entry, facts):
                waiting.remove(one)
                grew = grew or not facts.issuperset(one.adds)
                facts.update(one.adds)
        for rule in [*rules]:
            if _holds(rule.condition, facts):
                rules.remove(rule)
                grew = grew or not facts.issuperset(rule.then)
                facts.update(rule.then)
    return frozenset(facts)


def _holds(expression: engine.Expression, facts: Collection[str]) -> bool:
    match expression:
        case str():
            return expression in facts
        case engine.All(parts):
            return all(_holds(part, facts) for part in parts)
        case engine.AnyOf(parts):
            return any(_holds(part, facts) for part in parts)
        case engine.AtLeast(amount, parts):
            return sum(weight for weight, part in parts if _holds(part, facts)) >= amount


def report(store: GraphStore, catalogues: Catalogues, on: date, dataset: str | None = None) -> Report:
    """What is missing in a release on a day; in one dataset alone when it is named."""
    found = _Found(store, catalogues.projection, on, dataset)
    worlds = [_World(catalogues, holds, on) for holds in STARTS]
    return Report(on, dataset, tuple(_missing(kind, found, worlds) for kind in KINDS))


class _Found:
    """The things of a release that may lack something, with their datasets, providers and steps."""

    def __init__(self, store: GraphStore, projection: Projection, on: date, dataset: str | None) -> None:
        self.projection, self.on, self.dataset = projection, on, dataset
        self.columns = Columns(store, _CLASSES)
        self.kinds = self.columns.kinds
        self.datasets = self._datasets(store)
        self.steps = {step.id: step for step in projection.steps}
        courses = {course.id: course for course in projection.courses}
        self.provider = {id: course.provider for id, course in courses.items()}
        self.step_of = {
            id: next((one for one in (course.award, course.kind) if one in self.steps), None)
            for id, course in courses.items()
        }
        self.step_of |= {offer.opportunity: offer.step for offer in projection.offers}
        self.offered = {award for course in courses.values() if (award := course.award)}
        self.priced = {offer.step for offer in projection.offers if offer.cost_pounds is not None}

    def _datasets(self, store: GraphStore) -> dict[str, str]:
        query = "SELECT ?class ?thing ?dataset { GRAPH ?dataset { ?thing a ?class } }"
        found: dict[str, str] = {}
        for name in _CLASSES:
            for _, thing, graph in store.rows(query, {"class": SW[name]}):
                id = graph[1:-1].removeprefix(str(DATASET))
                if "/" not in id:
                    found.setdefault(self.columns.ids[thing], id)
        return found

    def things(self, of: str) -> Iterable[Thing]:
        """The things of a class that count: of awards those that people can enrol on, of a register what is offered."""
        for thing in self.kinds[of].values():
            if self.dataset is not None and self.datasets.get(thing.id) != self.dataset:
                continue
            if of != "Qualification" or (thing.id in self.steps and self._counts(thing)):
                yield thing

    def _counts(self, award: Thing) -> bool:
        return award.first("dcterms:source") is not None or award.id in self.offered

    def lacks(self, kind: Kind, thing: Thing) -> bool:
        """Whether a thing lacks what the kind is about."""
        match kind.code:
            case "run-start":
                return thing.text("sw:flexibleStart") != "true" and not thing.all("sw:startDate")
            case "run-over":
                starts = thing.texts("sw:startDate")
                ends = (start + {4: "-12-31", 7: "-31"}.get(len(start), "") for start in starts)
                return thing.text("sw:flexibleStart") != "true" and bool(starts) and max(ends) < self.on.isoformat()
            case "run-length" | "award-length":
                return thing.first("sw:durationWeeks") is None
            case "run-price":
                return thing.first("sw:learnerCost") is None
            case "run-place":
                somewhere = thing.first("sw:at") or thing.first("sw:deliveredInRegion")
                anywhere = thing.text("sw:nationalDelivery") == "true" or thing.code("sw:deliveryMode") == "online"
                return somewhere is None and not anywhere
            case "course-award":
                return thing.first("sw:leadsToAward") is None
            case "award-price":
                return self.steps[thing.id].cost is None and thing.id not in self.priced
            case _:
                return thing.first("sw:entryRequirement") is None

    def provider_of(self, thing: Thing) -> str | None:
        """Who offers a course or run; None of an award."""
        return self.provider.get(thing.thing("sw:runOf") or thing.id)

    def step(self, thing: Thing) -> str | None:
        """The step that a thing is tied to."""
        return thing.id if thing.id in self.steps else self.step_of.get(thing.thing("sw:runOf") or thing.id)

    def label(self, id: str) -> str:
        """What people call a thing."""
        return self.projection.labels.get(id, id)


class _World:
    """What is within reach of somebody who brings `holds`, under one reading or another."""

    def __init__(self, catalogues: Catalogues, holds: tuple[str, ...], on: date) -> None:
        asked = ask(catalogues, PathwayRequest(holds=holds, on=on), measured=False)
        self.holds, self.problem = holds, asked.problem
        self.day: DayCatalogue = asked.catalogue
        self.labels: Mapping[str, str] = catalogues.projection.labels

    def barred(self, kind: Kind, lacking: Collection[str]) -> frozenset[str]:
        """The deliveries that are left out where what the kind is about has to be known."""
        barred, ways = self.problem.barred, self.day.ways
        match kind.code:
            case "run-length" | "award-length":
                return barred | self.day.without_measure[Criterion.WEEKS]
            case "run-price" | "award-price":
                return barred | self.day.without_measure[Criterion.COST]
            case "course-entry" | "award-entry":
                return barred
            case _:
                taught = {id for id, way in ways.items() if way.offer is None and way.step.kind is not StepKind.JOB}
                placeless = {id for id, way in ways.items() if way.offer is not None and way.offer.id in lacking}
                return barred | taught | (placeless if kind.code == "run-place" else frozenset())

    def reach(
        self, kind: Kind, barred: frozenset[str], filled: Collection[str], known: Collection[str] = ()
    ) -> frozenset[str]:
        """The facts within reach with what the kind is about filled in for some steps. `known`: some of them."""
        entry = kind.code.endswith("-entry")
        opened = set() if entry else {id for id, way in self.day.ways.items() if way.step.id in filled}
        left = barred - (opened - self.problem.barred)
        usable = {way.delivery.content for id, way in self.day.ways.items() if id not in left}
        free = {id for id, step in self.day.steps.items() if step.id in filled} if entry else ()
        return closure(self.day.catalogue, known or self.problem.held, usable, free)

    def opened(self, facts: Collection[str]) -> Opened:
        """The roles and awards among facts, with their names."""
        ids = {
            kind: sorted(f.removeprefix(kind) for f in facts if f.startswith(kind)) for kind in ("works-as:", "award:")
        }
        named = [tuple((id, self.labels.get(id, id)) for id in ids[kind]) for kind in ("works-as:", "award:")]
        return Opened(self.holds, named[0], named[1])


def _missing(kind: Kind, found: _Found, worlds: Sequence[_World]) -> Missing:
    things = list(found.things(kind.of))
    lacking = [thing for thing in things if found.lacks(kind, thing)]
    ids = {thing.id for thing in lacking}
    tied = Counter(step for thing in lacking if (step := found.step(thing)) is not None)
    if kind.code == "course-award" and lacking:
        tied = Counter({step.id: len(lacking) for step in found.steps.values() if step.kind is StepKind.STUDY})
    together: list[Opened] = []
    alone: dict[str, list[Opened]] = defaultdict(list)
    for world in worlds:
        barred = world.barred(kind, ids)
        before = world.reach(kind, barred, ())
        opened = world.opened(world.reach(kind, barred, tied, before) - before)
        together.append(opened)
        for step in tied if opened.roles or opened.awards else ():
            more = world.opened(world.reach(kind, barred, (step,), before) - before)
            if more.roles or more.awards:
                alone[step].append(more)
    ranked = sorted(alone, key=lambda step: (-_size(alone[step]), step))
    return Missing(
        kind=kind,
        missing=len(lacking),
        of=len(things),
        by_source=_named(found, things, ids, lambda thing: found.datasets.get(thing.id)),
        by_provider=_named(found, things, ids, found.provider_of)[:PROVIDERS],
        steps=len(tied),
        opens=tuple(together),
        alone=tuple(
            Alone(step, found.steps[step].title, tied[step], tuple(alone[step])) for step in ranked[:ALONE]
        ),
        bound=_bound(kind, len(lacking), len(tied)),
    )  # fmt: skip


def _size(opened: Iterable[Opened]) -> int:
    return sum(len(one.roles) for one in opened) * 1000 + sum(len(one.awards) for one in opened)


def _bound(kind: Kind, things: int, steps: int) -> str:
    if kind.code.endswith("-entry"):
        return "at most: a scheme that pays, or an employer, may ask for something beside the entry rule"
    if kind.code == "course-award" and things < steps:
        return f"at most: {things} courses cannot lead to all of {steps} awards"
    return ""


def _named(
    found: _Found, things: Iterable[Thing], missing: Collection[str], owner: Callable[[Thing], str | None]
) -> tuple[Named, ...]:
    """How many things each owner has, and how many of them lack something: those with most first."""
    all_of, lacking = Counter[str](), Counter[str]()
    for thing in things:
        if (id := owner(thing)) is not None:
            all_of[id] += 1
            lacking[id] += thing.id in missing
    ranked = sorted((id for id in all_of if lacking[id]), key=lambda id: (-lacking[id], id))
    return tuple(Named(id, found.label(id), lacking[id], all_of[id]) for id in ranked)
