"""What a pathway question is: contents, deliveries, free rules, a learner and a goal.

Everything here is a plain value. Weeks are whole weeks counted from the day of the question (week 0), money is whole
pounds, hours are whole hours a week. Meaning follows the neutral format `pathway-instance/1`: truth is the *least
fixpoint* from what the learner holds, so circular support counts for nothing, and nothing is ever negated.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Protocol

MOST = 1_000_000_000
"""The largest number of pounds, hours or credits that a question may name: sums of thousands fit in 64 bits."""

LONGEST = 5_200
"""The last week that a question may name, and the most weeks that something may take: a century."""

Fact = str
"""Something that is true of a learner: a competency at a level, a unit credit, an award, an experience."""


class PathwayError(Exception):
    """A pathway matter that cannot go on: a stable `code`, the `facts` of the case and a `hint` on what to do."""

    def __init__(self, code: str, facts: dict[str, object], hint: str) -> None:
        self.code = code
        self.facts = facts
        self.hint = hint
        described = ", ".join(f"{name}={value!r}" for name, value in facts.items())
        super().__init__(f"{code}: {described}. {hint}")


class ProblemRefused(PathwayError):  # noqa: N818 - it is an answer to the caller, not a fault
    """The question contradicts itself, e.g. a delivery of a content that is not there."""


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is true; `All(())` is always true."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one part is true; `AnyOf(())` is never true."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True when the weights of the true parts sum to at least `threshold`, as credits do.

    `parts` are (weight, expression) pairs. A part written twice counts twice.
    """

    threshold: int
    parts: tuple[tuple[int, Expression], ...]


Expression = Fact | All | AnyOf | AtLeast
"""A requirement: a fact, or facts joined by all / any / at least so many credits."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an opportunity (course, unit, bootcamp, job) demands at its start and gives at its end.

    `kind` is a word of the caller's (module, bootcamp, job, ...) that the engine carries but never reads. Raises
    `ProblemRefused` when a weight of the entry is negative or above `MOST`.
    """

    id: str
    kind: str
    entry: Expression
    adds: tuple[Fact, ...]

    def __post_init__(self) -> None:
        _refuse_weights(self.entry)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way to take a content: `cost_pounds` for this learner, `weeks` long, `hours_per_week` heavy.

    `content` is a content id. What takes no weeks, as starting a job, counts at once. `starts` are the start weeks in
    ascending order; None means any week from `opens` to `closes` (None: no end), as an age limit or a funding rule may
    leave. `travel_hours` are for the whole course, for this learner.
    """

    id: str
    content: str
    cost_pounds: int
    weeks: int
    hours_per_week: int
    starts: tuple[int, ...] | None
    travel_hours: int = 0
    opens: int = 0
    closes: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A free and instant consequence: whoever satisfies `condition` also holds every fact of `then`.

    `kind` is a word of the caller's: implies, award, exit_award, transfer. Raises `ProblemRefused` when a weight of
    the condition is negative or above `MOST`.
    """

    id: str
    kind: str
    condition: Expression
    then: tuple[Fact, ...]

    def __post_init__(self) -> None:
        _refuse_weights(self.condition)


class Criterion(StrEnum):
    """What a pathway is to have least of.

    `WEEKS` is the week in which the goal first holds; `FIRST_JOB` the week in which the milestone first holds on a way
    to the goal. The others are sums over the steps. Every plan is one that the calendar can run: a sum's optimum
    without dates is a bound, and nearly always the answer.
    """

    WEEKS = "weeks"
    FIRST_JOB = "first-job"
    COST = "cost"
    STEPS = "steps"
    STUDY_WEEKS = "study-weeks"
    TRAVEL = "travel"


ADDITIVE = (Criterion.COST, Criterion.STEPS, Criterion.STUDY_WEEKS, Criterion.TRAVEL)
"""The criteria that are sums over the steps."""


def measure(delivery: Delivery, criterion: Criterion) -> int:
    """What a delivery counts for under an additive criterion, in its unit: pounds, steps, weeks or hours."""
    return measured_by(criterion)(delivery)


def measured_by(criterion: Criterion) -> Callable[[Delivery], int]:
    """The `measure` of an additive criterion."""
    match criterion:
        case Criterion.COST:
            return attrgetter("cost_pounds")
        case Criterion.STEPS:
            return lambda _: 1
        case Criterion.STUDY_WEEKS:
            return attrgetter("weeks")
        case Criterion.TRAVEL:
            return attrgetter("travel_hours")
        case Criterion.WEEKS | Criterion.FIRST_JOB:
            raise ValueError(f"{criterion} is read off the calendar, not a sum over steps")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What is on offer and what follows from what: the part of a question that all learners share.

    Two catalogues are equal only when they are the same object, so that what is prepared once can be kept with it.
    Raises `ProblemRefused` when ids repeat, a delivery names an unknown content, or a number is out of range (weeks,
    costs and hours are not negative, nor above `LONGEST` and `MOST`; what takes no weeks takes no hours).
    """

    contents: tuple[Content, ...]
    deliveries: tuple[Delivery, ...]
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        for name, ids in (
            ("content", [content.id for content in self.contents]),
            ("delivery", [delivery.id for delivery in self.deliveries]),
            ("rule", [rule.id for rule in self.rules]),
        ):
            if len(set(ids)) < len(ids):
                repeated = sorted(id for id, times in Counter(ids).items() if times > 1)
                raise ProblemRefused("repeated_id", {name: repeated}, f"Give each {name} an id of its own.")
        known = {content.id for content in self.contents}
        for delivery in self.deliveries:
            facts: dict[str, object] = {"delivery": delivery.id}
            if delivery.content not in known:
                facts["content"] = delivery.content
                raise ProblemRefused("unknown_content", facts, "Add the content, or drop the delivery.")
            amounts = (delivery.cost_pounds, delivery.hours_per_week, delivery.travel_hours)
            _refuse_out_of_range(facts, weeks=(delivery.weeks,), amounts=amounts)
            if delivery.weeks == 0 and delivery.hours_per_week > 0:
                raise ProblemRefused("number_out_of_range", facts, "What takes no weeks takes no hours.")
            if delivery.starts is not None and not _ascending_weeks(delivery.starts):
                hint = f"Give start weeks in ascending order, from week 0 to week {LONGEST:,}."
                raise ProblemRefused("starts_not_ascending", facts, hint)


@dataclass(frozen=True)
class Cap:
    """A limit over a whole plan: the amounts of its deliveries sum to at most `most`.

    `of` is a measure of deliveries (pounds, weeks of study, steps, hours of travel) or the amounts by delivery id, 0
    where none is given. A budget is `Cap("budget", Criterion.COST, 500)`; that only the first full level 3 is free, or
    that of two awards one may be taken, are amounts of 1 with `most` 1. A plan that breaks a cap is no plan.
    """

    id: str
    of: Criterion | Mapping[str, int]
    most: int

    def amount(self, delivery: Delivery) -> int:
        """What a delivery counts for, never below 0."""
        return measure(delivery, self.of) if isinstance(self.of, Criterion) else self.of.get(delivery.id, 0)


@dataclass(frozen=True, eq=False)
class PathwayProblem:
    """One question by one learner to a catalogue.

    `held` is true at week 0. `hours_cap` limits the hours of everything that runs in a week; `horizon` is the last week
    by which a step may end (arrive by) and `not_before` the first in which one may start (depart after). `barred` are
    ids of deliveries that the learner's limits take out. `caps` limit sums over a plan. `milestone` is what
    `Criterion.FIRST_JOB` wants soon, on the way to the goal. `lapses`: weeks after which a fact no longer counts, for
    entry and for the goal, from when it began to hold (week 0 for what is held) and anew each time it is given. What
    follows from it counts as long as it does, except awards, which are made once. What is not named never lapses.

    Raises `ProblemRefused` when a number is negative, or above `LONGEST` (weeks) or `MOST`; the horizon may be
    negative, when nothing is in time.
    """

    catalogue: Catalogue
    held: frozenset[Fact]
    goal: Expression
    hours_cap: int
    horizon: int
    not_before: int = 0
    barred: frozenset[str] = frozenset()
    caps: tuple[Cap, ...] = ()
    milestone: Expression | None = None
    lapses: Mapping[Fact, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_weights(self.goal)
        if self.milestone is not None:
            _refuse_weights(self.milestone)
        for name, week in {"horizon": max(self.horizon, 0), "not_before": self.not_before, **self.lapses}.items():
            _refuse_out_of_range({"at": name}, weeks=(week,))
        _refuse_out_of_range({"at": "hours_cap"}, amounts=(self.hours_cap,))
        for cap in self.caps:
            named = () if isinstance(cap.of, Criterion) else cap.of.values()
            _refuse_out_of_range({"cap": cap.id}, amounts=(max(cap.most, 0), *named))

    @property
    def contents(self) -> tuple[Content, ...]:
        """The contents of the catalogue."""
        return self.catalogue.contents

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """All deliveries of the catalogue, those the learner cannot use included."""
        return self.catalogue.deliveries

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the catalogue."""
        return self.catalogue.rules

    def usable(self, delivery: Delivery) -> bool:
        """Whether the learner can take a delivery at all, alone: it is not barred, nor too heavy for a week."""
        return delivery.hours_per_week <= self.hours_cap and delivery.id not in self.barred

    def narrows(self, other: PathwayProblem) -> bool:
        """Whether every pathway of this question is plainly one of the other, too: its limits are no wider."""
        return (
            self.catalogue is other.catalogue
            and (self.goal, self.milestone, self.lapses) == (other.goal, other.milestone, other.lapses)
            and self.held <= other.held
            and self.barred >= other.barred
            and self.hours_cap <= other.hours_cap
            and self.horizon <= other.horizon
            and self.not_before >= other.not_before
            and all(cap in self.caps for cap in other.caps)
        )

    def with_catalogue(
        self,
        contents: Iterable[Content] | None = None,
        deliveries: Iterable[Delivery] | None = None,
        rules: Iterable[Rule] | None = None,
    ) -> PathwayProblem:
        """The same question to a catalogue in which these parts are replaced."""
        catalogue = Catalogue(
            self.contents if contents is None else tuple(contents),
            self.deliveries if deliveries is None else tuple(deliveries),
            self.rules if rules is None else tuple(rules),
        )
        return replace(self, catalogue=catalogue)


def _ascending_weeks(weeks: tuple[int, ...]) -> bool:
    return all(0 <= week <= LONGEST for week in (*weeks[:1], *weeks[-1:])) and all(a < b for a, b in pairwise(weeks))


def _refuse_out_of_range(facts: dict[str, object], *, weeks: Iterable[int] = (), amounts: Iterable[int] = ()) -> None:
    for most, numbers, of in ((LONGEST, weeks, "weeks"), (MOST, amounts, "pounds, hours and credits")):
        for number in numbers:
            if not 0 <= number <= most:
                hint = f"Numbers of {of} are 0 to {most:,}."
                raise ProblemRefused("number_out_of_range", {**facts, "found": number}, hint)


def _refuse_weights(expression: Expression) -> None:
    match expression:
        case AtLeast(threshold, parts):
            _refuse_out_of_range({"at": "credits"}, amounts=(max(threshold, 0), *(weight for weight, _ in parts)))
            for _, part in parts:
                _refuse_weights(part)
        case All(simple) | AnyOf(simple):
            for part in simple:
                _refuse_weights(part)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much work an answer may take. Never wall-clock time, so answers do not vary with load.

    `gate_visits`: gates looked at by the search for a sum over the steps (some ten million a second). `rounds`: times
    that a question is solved anew with something ruled out. `master_nodes`: branch-and-bound nodes of each solve of a
    hitting set.
    `calendar_work`: CP-SAT deterministic time of each search for an earliest date or a least dated sum; 0 skips them.
    Fewest steps and least pounds beside that take a tenth more. A unit is some two to five seconds on one core, so that
    by default the hardest question of a region by weeks ends in about ten; by the first job it may take longer.
    """

    gate_visits: int = 100_000_000
    rounds: int = 400
    master_nodes: int = 2_000
    calendar_work: float = 2.0


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step: a delivery (by id) and the week it starts; None when the plan is an order without dates."""

    delivery: str
    start_week: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order they start; either every step has a start week or none has."""

    steps: tuple[PlannedStep, ...]

    @property
    def dated(self) -> bool:
        """Whether the plan has been placed on the calendar. An empty plan has."""
        return all(step.start_week is not None for step in self.steps)


class Outcome(StrEnum):
    """How a search ended. All four are answers.

    `FOUND`: a plan. `PROVED_NONE`: the goal is beyond everything on offer, whatever the learner's limits.
    `NONE_WITHIN_LIMITS`: reachable without those limits (dates, horizon, hours, caps, what is barred), proved not to be
    within them. `STOPPED_EARLY`: the work ran out with neither plan nor proof.
    """

    FOUND = "found"
    PROVED_NONE = "proved_none"
    NONE_WITHIN_LIMITS = "none_within_limits"
    STOPPED_EARLY = "stopped_early"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a requirement of credits and the like takes: contents that together count `least`.

    `sources` has, for each part of the requirement, contents of which that part needs one; none where it holds anyway.
    A content counts the weights of the parts that it is a source of.
    """

    requirement: AtLeast
    least: int
    sources: tuple[frozenset[str], ...]

    @property
    def amounts(self) -> dict[str, int]:
        """What each content counts, never more than is needed."""
        counted: Counter[str] = Counter()
        for (weight, _), sources in zip(self.requirement.parts, self.sources, strict=True):
            counted.update(dict.fromkeys(sources, weight))
        return {content: min(amount, self.least) for content, amount in counted.items()}

    @property
    def fewest(self) -> int:
        """How many contents it takes at least: those that count most come to `least`."""
        sums = accumulate(sorted(self.amounts.values(), reverse=True))
        return 1 + sum(come_to < self.least for come_to in sums)


@dataclass(frozen=True, slots=True)
class Landmark:
    """What every pathway needs of some contents; `weight` is what each 1 of it adds to the bound.

    Mostly that is one content. Or it is as much as one of some requirements takes (`either`), where no pathway can do
    without them all: "120 credits of this award, or of that".
    """

    contents: frozenset[str]
    weight: Fraction
    either: tuple[Counted, ...] = ()

    @property
    def least(self) -> int:
        """How much is needed of what the contents count."""
        return math.lcm(*(one.least for one in self.either))

    @property
    def amounts(self) -> Mapping[str, int]:
        """What each content counts towards `least`: as much of it as of the requirement that it does most for."""
        amounts = dict.fromkeys(self.contents, 0 if self.either else 1)
        for one in self.either:
            share = self.least // one.least
            for content, amount in one.amounts.items():
                amounts[content] = max(amounts[content], amount * share)
        return amounts

    @property
    def fewest(self) -> int:
        """How many of the contents every pathway needs at least."""
        return min((one.fewest for one in self.either), default=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why no pathway can have less than `bound`: landmarks, each worth its weight for as much of it as is needed.

    A content is worth the weights of what it counts for; by how much that is more than its price is taken off.
    """

    landmarks: tuple[Landmark, ...]
    bound: Fraction


@dataclass(frozen=True, slots=True)
class Work:
    """What the search spent: branch-and-bound nodes, landmarks of the certificate, and CP-SAT deterministic time."""

    rounds: int = 0
    landmarks: int = 0
    calendar_work: float = 0.0


@dataclass(frozen=True, slots=True)
class PlannerResult:
    """An answer: the best plan known, its value, and what is proved about it.

    `value` and `bound` are in the criterion's unit; no pathway has less than `bound`. Both are None when there is no
    pathway. `proven` says that the outcome is a theorem: the plan is optimal, or there is none. `certificate` is None
    for the calendar, whose proof is not a sum of landmarks.
    """

    outcome: Outcome
    plan: Plan | None
    value: int | None
    bound: int | None
    proven: bool
    certificate: Certificate | None
    work: Work = field(default_factory=Work)


class Planner(Protocol):
    """Anything that answers pathway questions."""

    def solve(self, problem: PathwayProblem, criterion: Criterion, limits: Limits) -> PlannerResult:
        """The best pathway by one criterion, within the work limits."""
        ...
