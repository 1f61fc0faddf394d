"""Whoever holds one thing more, all else that is said of them being the same, is never worse off by any scheme."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.projection import Step
from graph.requirements import AllOf, AnyOf, AtLeast, Attribute, Not, Opportunity, Requirement, Usually
from queries.eligibility.decision import Answer
from queries.eligibility.logic import Situation
from queries.eligibility.rulebook import RuleBook, rulebook
from queries.eligibility.schemes import payments
from queries.pathways.engine.problem import Criterion
from queries.pathways.request import PathwayAnswer, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from tests.queries.pathways.people import GOAL, ON, book, rule, study, world

RELEASE = ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")
KINDS = {
    "PT-FCFJ": 3,
    "PT-BOOTCAMP": None,
    "PT-L3VOC": 3,
    "PT-HNC": 4,
    "PT-HTQ": 4,
    "PT-P2A": None,
    "PT-APPR": 3,
    "PT-FAPPR": 2,
    "PT-ESSENTIAL": 2,
}
FACTS = {
    "age": ("18", "23", "34"),
    "employment": ("employed", "unemployed"),
    "full-level3": ("yes", "no"),
    "resident-wmca": ("yes", "no"),
    "pay": ("18000", "45000"),
    "recent-work": ("little-or-none",),
    "highest-level": ("2", "3"),
    "willing-to-borrow": ("yes",),
    "entitlement-left-credits": ("100", "480"),
}
RULES = (
    rule("work", "entry", "attribute(employment = employed)"),
    rule("profile", "entry", "usually(level(2), by=provider)"),
    rule("free", "payment", "attribute(full-level3 = no)", pays="{learner: 0}"),
    rule("some", "payment", "any(level(3), attribute(age >= 19))", pays="{learner: 100}"),
    rule("loan", "payment", "holds(Q-0)", pays="{learner: 0, loan: price, entitlement: credits}"),
)
HELD = ("Q-0", "Q-1", "Q-2", "level:2", "level:3", "level:4", "S-0")
BY = (Criterion.WEEKS, Criterion.COST, Criterion.STEPS)
Told = tuple[tuple[str, str], ...]
Given = tuple[tuple[Step, ...], Told, tuple[str, ...], int | None]


@st.composite
def questions(draw: st.DrawFn) -> Given:
    """Steps of the kinds that schemes are about, a person, what they hold, and a budget."""
    kind, price = st.sampled_from(sorted(KINDS)), st.sampled_from((None, 0, 300, 900))
    entry = st.sampled_from(("none", "holds(Q-0)", "holds(Q-1)", "level(3)", "usually(level(2), by=provider)"))
    gives = (("award:Q-0",), ("award:Q-1", "level:3"), (f"award:{GOAL}",), (f"award:{GOAL}",))
    courses = (
        study(f"S-{n}", draw(entry), given, draw(st.integers(1, 4)), draw(price), draw(kind))
        for n, given in enumerate(gives)
    )
    steps = tuple(replace(one, level=KINDS[one.about[1]] or 3) for one in courses)
    told = tuple((name, draw(st.sampled_from(values))) for name, values in FACTS.items() if draw(st.booleans()))
    held = tuple(draw(st.lists(st.sampled_from(HELD), max_size=2, unique=True)))
    return steps, told, held, draw(st.sampled_from((None, None, 300)))


def best(answer: PathwayAnswer) -> int | None:
    """The value of the best pathway, where all of it is known; None when there is none."""
    if not answer.pathways:
        return None
    totals = answer.pathways[0].totals
    values = {Criterion.WEEKS: totals.weeks, Criterion.COST: totals.cost_pounds, Criterion.STEPS: totals.steps}
    return values[answer.question.by]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the schemes of small worlds are written."""
    with TemporaryDirectory() as name:
        yield Path(name)


def never_worse(given: Given, more: str, by: Criterion, schemes: RuleBook) -> None:
    """Nothing more is closed to whoever holds `more`, and the best pathway is as good."""
    steps, told, held, budget = given
    service = PathwayService(replace(world(*steps), types=KINDS), RELEASE, book=schemes)
    asked = PathwayRequest(
        to=(GOAL,), on=ON, within_weeks=30, by=by, attributes=told, holds=held, budget_pounds=budget, alternatives=1
    )
    besides = replace(asked, holds=(*held, more))
    assert service.asked(besides).catalogue.closed <= service.asked(asked).catalogue.closed
    now, then = best(service.answer(asked)), best(service.answer(besides))
    assert now is None or (then is not None and then <= now)


@settings(max_examples=50, deadline=None)
@given(given=questions(), more=st.sampled_from(HELD), by=st.sampled_from(BY))
def test_by_the_rules_that_ship(given: Given, more: str, by: Criterion) -> None:
    never_worse(given, more, by, rulebook())


@settings(max_examples=50, deadline=None)
@given(
    given=questions(),
    more=st.sampled_from(HELD),
    by=st.sampled_from(BY),
    rules=st.lists(st.sampled_from(RULES), min_size=1, unique=True),
)
def test_by_rules_that_pay_and_close(folder: Path, given: Given, more: str, by: Criterion, rules: list[str]) -> None:
    never_worse(given, more, by, book(folder, *rules))


def test_no_rule_that_ships_asks_that_something_is_not_held() -> None:
    """So that what is held can only open; what somebody says of a full level 3 is a circumstance."""
    for scheme in rulebook().schemes.values():
        for one in scheme.rules:
            assert all(_only_opens(version.asks) for version in one.versions), (scheme.id, one.id)


def _only_opens(asked: Requirement) -> bool:
    match asked:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return all(map(_only_opens, parts))
        case Usually(part, _):
            return _only_opens(part)
        case Not(part):
            return _of_circumstances(part)
        case _:
            return True


def _of_circumstances(asked: Requirement) -> bool:
    match asked:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return all(map(_of_circumstances, parts))
        case Not(part) | Usually(part, _):
            return _of_circumstances(part)
        case _:
            return isinstance(asked, Attribute | Opportunity)


@pytest.mark.parametrize("held", [None, True])
def test_free_courses_for_jobs_goes_by_what_is_said_and_not_by_what_is_held(held: bool | None) -> None:
    course = {"kind": "PT-FCFJ", "level": "3", "subject": "digital", "on-scheme-list": "yes"}
    person = {"age": "34", "employment": "unemployed", "full-level3": "no", "resident-wmca": "yes"}
    (free,) = payments(rulebook(), Situation(person, course, ON, ON, lambda _: held))[:1]
    assert (free.scheme, free.decision.answer) == ("free-courses-for-jobs", Answer.YES)
