"""Small worlds with people in them: steps, a scheme's rules, one person; and every pathway tried, week by week.

The trying reads requirements with `queries.eligibility` on the day of each start, and shares no code with the search.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path

from graph.projection import Amount, AwardFacts, Projection, RoleFacts, Source, Status, Step, StepKind
from graph.requirements import Completed, Holds, LevelHeld, Requirement, WorksAs, parse
from queries.eligibility.decision import Answer
from queries.eligibility.logic import Situation, judged
from queries.eligibility.person import complete
from queries.eligibility.rulebook import RuleBook
from queries.eligibility.schemes import decide_scheme, payments
from queries.pathways.compile import opportunity_facts
from queries.pathways.engine.problem import Criterion

ON = date(2026, 11, 22)
SOURCE = Source("R-1", "https://example.org/", "2026-11-01", Status.PUBLISHED)
GOAL = "Q-GOAL"


def study(
    id: str, requirement: str, gives: tuple[str, ...], weeks: int, cost: int | None = 0, kind: str = "PT-HNC"
) -> Step:
    """A course of no known provider, five hours a week."""
    price = None if cost is None else Amount(cost, Status.PUBLISHED)
    length = Amount(weeks, Status.PUBLISHED)
    return Step(
        id,
        StepKind.STUDY,
        id,
        (id, kind),
        3,
        requirement,
        True,
        gives,
        (),
        length,
        price,
        5,
        Status.PUBLISHED,
        (SOURCE,),
    )


def world(*steps: Step) -> Projection:
    """A release of these steps, each about an award of its own."""
    awards = {one.id: AwardFacts(one.id, one.id, None, None, (), SOURCE) for one in steps}
    for id in (GOAL, *(f"Q-{n}" for n in range(4))):
        awards.setdefault(id, AwardFacts(id, id, None, None, (), SOURCE))
    types: dict[str, int | None] = {"PT-HNC": 4, "PT-BOOTCAMP": None}
    roles = {"OC-A": RoleFacts("OC-A", "Role", None, Status.PUBLISHED, (), None, None, SOURCE)}
    return Projection(tuple(steps), (), (), roles, awards, {}, types, (), (), {id: id for id in awards})


def book(folder: Path, *rules: str) -> RuleBook:
    """A scheme for bootcamps with these rules, each as YAML."""
    if not rules:
        return RuleBook({})
    lines = "".join(f"\n  - {rule}" for rule in rules)
    (folder / "made-up").mkdir(exist_ok=True)
    text = f"""
scheme: made-up
title: Made up
about: For tests.
kind: training
authority: Nobody
applies_to: opportunity(kind = PT-BOOTCAMP)
rules:{lines}
"""
    (folder / "made-up" / "made-up.yml").write_text(text, encoding="utf-8")
    return RuleBook.load(folder)


def rule(id: str, kind: str, asks: str, start: date | None = None, pays: str = "", before: str = "no") -> str:
    """One rule of that scheme, from a day on."""
    source = '{address: "https://example.org/", status: published}'
    more = f", pays: {pays}" if pays else ""
    return (
        f"{{id: {id}, kind: {kind}, rows: [], ask: provider, before: {before},"
        f" versions: [{{from: {start or date(2020, 1, 1)}, to: null, asks: '{asks}', source: {source},"
        f" checked_on: 2026-11-21, review_by: 2030-01-01{more}}}]}}"
    )


@dataclass(frozen=True)
class Tried:
    """A pathway that was tried: each step with its week, and what it comes to."""

    steps: tuple[tuple[str, int], ...]
    finish: int
    pounds: int | None
    unsure: int

    def value(self, criterion: Criterion) -> int | None:
        """What it comes to by a criterion."""
        return {Criterion.WEEKS: self.finish, Criterion.COST: self.pounds, Criterion.STEPS: len(self.steps)}[criterion]


class Everything:
    """Every pathway of a person through a small world."""

    def __init__(
        self, projection: Projection, rules: RuleBook, facts: Mapping[str, str], held: frozenset[str], horizon: int
    ) -> None:
        self.projection, self.rules, self.horizon = projection, rules, horizon
        self.facts, self.held = complete(facts), held
        self.entry, self.paid = cache(self._entry), cache(self._paid)
        self.births = self._births()

    def _births(self) -> list[date]:
        """Days on which the person may have been born, one for each way in which it can matter.

        An age is asked on the day of a start, which is a whole number of weeks from now, or on 31 August: between two
        neighbours among these days it is all one on which day somebody was born.
        """
        if "born" in self.facts:
            return [date.fromisoformat(self.facts["born"])]
        turning = [ON + timedelta(weeks=week) for week in range(self.horizon + 1)] + [date(ON.year, 8, 31)]
        days = [day.replace(year=day.year - years) for day in turning for years in range(16, 23)]
        if "age" not in self.facts:
            return [ON - timedelta(days=40 * 366), *days, ON - timedelta(days=10 * 365)]
        age = int(self.facts["age"])
        return [one for one in days if ON.year - one.year - ((ON.month, ON.day) < (one.month, one.day)) == age]

    def situation(self, step: Step, day: date, facts: frozenset[str], born: date | None = None) -> Situation:
        """What is known at a start."""
        person = self.facts if born is None else {**self.facts, "born": born.isoformat()}
        return Situation(person, opportunity_facts(step, None, self.projection), day, ON, lambda r: _holds(r, facts))

    def _entry(self, step: Step, week: int, facts: frozenset[str], born: date | None = None) -> Answer:
        situation = self.situation(step, ON + timedelta(weeks=week), facts, born)
        answers = {judged(parse(step.requirement), situation)}
        for scheme in self.rules.applying(situation.opportunity):
            answers.add(decide_scheme(scheme, situation).entry.answer)
        return Answer.NO if Answer.NO in answers else Answer.NOT_KNOWN if Answer.NOT_KNOWN in answers else Answer.YES

    def _paid(self, step: Step, week: int) -> int | None:
        situation = self.situation(step, ON + timedelta(weeks=week), self.held)
        willing = self.facts.get("willing-to-borrow") == "yes"
        sure = [
            one.learner_pounds + one.loan_pounds
            for one in payments(self.rules, situation)
            if one.decision.answer is Answer.YES and one.learner_pounds is not None and one.loan_pounds is not None
            if willing or not one.loan_pounds
        ]
        return min(sure) if sure else step.cost.value if step.cost else None

    def pathways(self) -> Iterator[Tried]:
        """Every pathway, each step taken at most once in any week; those that nobody of one age could take left out."""
        steps = self.projection.steps
        weeks = [[None, *range(self.horizon + 1)] for _ in steps]
        for choice in product(*weeks):
            taken = sorted((week, step.id, step) for step, week in zip(steps, choice, strict=True) if week is not None)
            starts = [(step, week) for week, _, step in taken]
            if any(week + _length(step) > self.horizon for step, week in starts):
                continue
            known = [(step, week, self.facts_by(starts, week)) for step, week in starts]
            answers = [self.entry(*one) for one in known]
            finish = min(
                (w for w in range(self.horizon + 1) if f"award:{GOAL}" in self.facts_by(starts, w)), default=None
            )
            if finish is None or Answer.NO in answers:
                continue
            if not any(all(self.entry(*one, born) is not Answer.NO for one in known) for born in self.births):
                continue
            paid = [self.paid(step, week) for step, week in starts]
            pounds = None if None in paid else sum(one or 0 for one in paid)
            unsure = answers.count(Answer.NOT_KNOWN)
            yield Tried(tuple((step.id, week) for step, week in starts), finish, pounds, unsure)

    def facts_by(self, starts: list[tuple[Step, int]], week: int) -> frozenset[str]:
        """What holds in a week."""
        return self.held.union(*(step.gives for step, start in starts if start + _length(step) <= week))


def _length(step: Step) -> int:
    assert step.weeks is not None
    return step.weeks.value


def _holds(asked: Requirement, facts: frozenset[str]) -> bool:
    match asked:
        case Holds(id):
            return f"award:{id}" in facts
        case Completed(id):
            return f"completed:{id}" in facts
        case WorksAs(id):
            return f"works-as:{id}" in facts
        case LevelHeld(level):
            return any(fact.startswith("level:") and int(fact[6:]) >= level for fact in facts)
    raise AssertionError(asked)
