"""Whatever is shown beside the best pathway is open to somebody of one age, too, and priced for the person."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings

from graph.projection import Step
from queries.pathways.asked import Asked
from queries.pathways.engine.calendar import Calendar, Found, Steps
from queries.pathways.engine.kernel import Ints
from queries.pathways.engine.pareto import Front
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits
from queries.pathways.engine.replay import replay
from queries.pathways.request import PathwayAnswer, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from queries.pathways.sure import SurePlanner, cannot_be_told, under_steps
from tests.queries.pathways.people import GOAL, ON, Everything, book, rule, study, world
from tests.queries.pathways.test_H01_the_surest_pathway import HORIZON, asked, worlds

RELEASE = ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")
TO_GOAL = (f"award:{GOAL}",)
ADULT = study("ADULT", "attribute(age >= 19)", ("award:Q-0",), 1, 0)
YOUNG = study("YOUNG", "all(attribute(age <= 18), holds(Q-0))", TO_GOAL, 1, 0)
DEAR = study("DEAR", "none", TO_GOAL, 3, 500)
LONG = study("LONG", "none", TO_GOAL, 4, 100)
AXES = (Criterion.WEEKS, Criterion.COST)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the schemes of small worlds are written."""
    with TemporaryDirectory() as name:
        yield Path(name)


def answer(*steps: Step, **question: Any) -> PathwayAnswer:
    """The answer about somebody of whom nothing is known, in a world without schemes."""
    given: dict[str, Any] = {"to": (GOAL,), "on": ON} | question
    return PathwayService(world(*steps), RELEASE, book=book(Path())).answer(PathwayRequest(**given))


def test_no_trade_off_needs_somebody_to_be_18_or_under_after_19_or_over() -> None:
    """ADULT then YOUNG would be free and take two weeks: better than all else, were there anybody to take it."""
    found = answer(ADULT, YOUNG, DEAR, LONG, trade_off=AXES).trade_offs
    assert found is not None
    assert [one.values for one in found.compromises] == [{Criterion.WEEKS: 3, Criterion.COST: 500}]
    assert (found.within_weeks, found.complete) == (3, True)
    slower = study("D", "none", TO_GOAL, 4, 500), study("L", "none", TO_GOAL, 5, 100)
    with_more_time = answer(ADULT, YOUNG, *slower, trade_off=AXES)
    assert with_more_time.trade_offs is not None
    assert [tuple(one.values.values()) for one in with_more_time.trade_offs.compromises] == [(4, 500), (5, 100)]


def test_compromises_that_are_not_proven_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    least = Calendar.least

    def doubtful(calendar: Calendar, price: Ints, best: Steps | None, bound: int, work: float) -> Found:
        found = least(calendar, price, best, bound, work)
        return replace(found, bound=max(0, found.bound - 1), proven=False)

    monkeypatch.setattr(Calendar, "least", doubtful)
    slower = study("D", "none", TO_GOAL, 4, 500), study("L", "none", TO_GOAL, 5, 100)
    found = answer(*slower, trade_off=AXES).trade_offs
    assert found is not None
    assert (found.compromises, found.complete, found.within_weeks) == ((), False, 5)
    assert [(one.values[Criterion.COST], one.at_least) for one in found.not_proven] == [
        (500, {Criterion.WEEKS: 4, Criterion.COST: 499}),
        (100, {Criterion.WEEKS: 5, Criterion.COST: 99}),
    ]
    assert found.text.endswith(" Nothing was found that is better than 2 more, but that is not proven.")


def test_what_is_held_besides_is_worth_nothing_where_nobody_of_one_age_could_use_it() -> None:
    held = study("YOUNG", "all(attribute(age <= 18), holds(Q-0), holds(Q-1))", TO_GOAL, 1)
    assert not answer(ADULT, held, DEAR, study("S", "none", ("award:Q-1",), 9)).worth
    anybody = study("ANYBODY", "none", ("award:Q-0",), 1)
    assert [one.then for one in answer(anybody, held, DEAR, study("S", "none", ("award:Q-1",), 9)).worth] == [2]


def test_nothing_stands_in_for_a_step_that_nobody_of_one_age_could_take() -> None:
    first = study("ANYBODY", "none", ("award:Q-0",), 1)
    said = answer(first, ADULT, YOUNG).pathways[0].steps
    assert {step.id: [swap.steps[0].id for swap in step.swaps] for step in said} == {"ANYBODY": [], "YOUNG": []}
    last = study("LAST", "holds(Q-0)", TO_GOAL, 1)
    said = answer(first, ADULT, last).pathways[0].steps
    assert {step.id: [swap.steps[0].id for swap in step.swaps] for step in said} == {"ANYBODY": ["ADULT"], "LAST": []}


def front(question: Asked) -> Front:
    """Every compromise between weeks and pounds, however late."""
    return SurePlanner(ExactPlanner(), question.catalogue).front(question.problem, AXES, Limits(), within=100.0)


@settings(max_examples=60, deadline=None)
@given(given=worlds())
def test_trade_offs_are_those_of_trying_everything(
    folder: Path, given: tuple[tuple[Step, ...], tuple[str, ...], tuple[tuple[str, str], ...], bool]
) -> None:
    steps, rules, facts, level = given
    projection, schemes = world(*steps), book(folder, *rules)
    question = asked(projection, schemes, attributes=facts, holds=("level:2",) if level else ())
    found = front(question)
    held = question.person.facts
    tried = [*Everything(projection, schemes, dict(facts), held, HORIZON).pathways()]
    values = {(one.finish, one.pounds or 0) for one in tried}
    best = {v for v in values if not any(o != v and o[0] <= v[0] and o[1] <= v[1] for o in values)}
    assert found.complete
    assert [tuple(point.values[axis] for axis in AXES) for point in found.points] == sorted(best)
    taken = {one.steps for one in tried}
    for point in found.points:
        trace = under_steps(replay(question.problem, point.plan), question.catalogue)
        starts = sorted((one.start_week or 0, one.content.id) for one in trace.steps)
        assert tuple((id, week) for week, id in starts) in taken
        as_good = [one for one in tried if (one.finish, one.pounds or 0) == tuple(point.values[a] for a in AXES)]
        assert len(cannot_be_told(trace, question.catalogue)) == min(one.unsure for one in as_good)


def test_trade_offs_are_priced_for_the_person(folder: Path) -> None:
    schemes = book(folder, rule("free", "payment", "attribute(employment = unemployed)", pays="{learner: 0}"))
    steps = study("HELPED", "none", TO_GOAL, 5, 900, "PT-BOOTCAMP"), study("QUICK", "none", TO_GOAL, 4, 300)
    service = PathwayService(world(*steps), RELEASE, book=schemes)
    found = {
        work: service.answer(
            PathwayRequest(to=(GOAL,), on=ON, trade_off=AXES, attributes=(("employment", work),))
        ).trade_offs
        for work in ("unemployed", "employed")
    }
    assert {work: [tuple(one.values.values()) for one in said.compromises] for work, said in found.items() if said} == {
        "unemployed": [(4, 300), (5, 0)],
        "employed": [(4, 300)],
    }
