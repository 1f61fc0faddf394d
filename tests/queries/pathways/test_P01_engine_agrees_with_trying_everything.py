"""Properties: on random tiny questions the engine is right, says what it proved, and obeys the laws of the domain."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.pathways.engine import exhaustive
from queries.pathways.engine.certificate import check_certificate
from queries.pathways.engine.planner import ExactPlanner, at_least, reachable_facts
from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Expression,
    Limits,
    Outcome,
    PathwayProblem,
    PlannerResult,
    Rule,
)
from queries.pathways.engine.replay import PlanRefused, reaches_goal, replay
from tests.queries.pathways.questions import FACTS, layered_question, questions

KNOWN = list(Criterion)

LESS_AND_LESS_LIMITED = (
    Limits(gate_visits=0, rounds=0, master_nodes=0, calendar_work=0.0),
    Limits(gate_visits=100, rounds=1, master_nodes=1, calendar_work=0.0001),
    Limits(),
)

ADDITIVE = [Criterion.COST, Criterion.STEPS, Criterion.STUDY_WEEKS, Criterion.TRAVEL]

tiny = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
few = settings(tiny, max_examples=30)


def solve(problem: PathwayProblem, criterion: Criterion, limits: Limits | None = None) -> PlannerResult:
    return ExactPlanner().solve(problem, criterion, limits or Limits())


def value(problem: PathwayProblem, criterion: Criterion) -> float:
    found = solve(problem, criterion).value
    return float("inf") if found is None else found


@pytest.mark.parametrize("criterion", KNOWN)
def test_engine_agrees_with_trying_everything_on_layered_questions(criterion: Criterion) -> None:
    for seed in range(300):
        agrees(layered_question(seed, 7), criterion)


@pytest.mark.parametrize("criterion", KNOWN)
@tiny
@given(problem=questions())
def test_engine_agrees_with_trying_everything_on_any_question(criterion: Criterion, problem: PathwayProblem) -> None:
    agrees(problem, criterion)


def agrees(problem: PathwayProblem, criterion: Criterion) -> None:
    """Outcome, value, finish, steps and pounds are those of trying everything on the calendar, the plan replays, and
    the bound that takes no search holds.
    """
    outcome, score = exhaustive.best_dated(problem, criterion)
    result = solve(problem, criterion)
    assert (result.outcome, result.proven) == (outcome, True)
    if score is None:
        assert (result.plan, result.value, result.bound) == (None, None, None)
        return
    assert result.plan is not None
    trace = replay(problem, result.plan)
    assert at_least(problem, criterion) <= score[0]
    assert result.value == result.bound == score[0]
    assert (trace.finish_week, len(trace.steps), trace.cost_pounds) == score[1:]


@pytest.mark.parametrize("criterion", ADDITIVE)
@few
@given(problem=questions(7))
def test_certificate_proves_its_bound_by_independent_checks(criterion: Criterion, problem: PathwayProblem) -> None:
    result = solve(problem, criterion)
    if result.certificate is None:
        return
    assert result.value is not None
    assert check_certificate(problem, criterion, result.certificate, reaches_goal)
    assert result.certificate.bound <= result.value


@pytest.mark.parametrize("criterion", KNOWN)
@few
@given(problem=questions(7))
def test_with_less_work_bound_and_plan_still_enclose_the_optimum(criterion: Criterion, problem: PathwayProblem) -> None:
    optimum = solve(problem, criterion)
    bounds = []
    for limits in LESS_AND_LESS_LIMITED:
        result = solve(problem, criterion, limits)
        if result.outcome is Outcome.STOPPED_EARLY:
            assert not result.proven
        elif result.proven or optimum.value is None:
            assert (result.outcome, result.value) == (optimum.outcome, optimum.value)
        if optimum.value is not None:
            assert result.bound is not None
            assert result.bound <= optimum.value <= (result.value if result.value is not None else optimum.value)
            bounds.append(result.bound)
    assert bounds == sorted(bounds)


@few
@given(problem=questions(7))
def test_facts_within_reach_are_those_of_completing_everything(problem: PathwayProblem) -> None:
    within = {one.content for one in problem.deliveries if problem.usable(one)}
    everything = exhaustive.completable(problem, within)
    assert reachable_facts(problem) == exhaustive.facts_after(problem, everything)


# Laws


@pytest.mark.parametrize("criterion", KNOWN)
@few
@given(problem=questions(), fact=FACTS)
def test_holding_one_more_fact_is_never_worse(criterion: Criterion, problem: PathwayProblem, fact: str) -> None:
    assert value(replace(problem, held=problem.held | {fact}), criterion) <= value(problem, criterion)


@pytest.mark.parametrize("criterion", KNOWN)
@few
@given(problem=questions(), other=questions(2))
def test_one_more_content_and_delivery_is_never_worse(
    criterion: Criterion, problem: PathwayProblem, other: PathwayProblem
) -> None:
    more = problem.with_catalogue(
        contents=problem.contents + tuple(replace(one, id=f"x{one.id}") for one in other.contents),
        deliveries=problem.deliveries
        + tuple(replace(one, id=f"x{one.id}", content=f"x{one.content}") for one in other.deliveries),
    )
    assert value(more, criterion) <= value(problem, criterion)


@pytest.mark.parametrize("criterion", KNOWN)
@few
@given(problem=questions())
def test_more_hours_and_a_longer_horizon_are_never_worse(criterion: Criterion, problem: PathwayProblem) -> None:
    roomy = replace(problem, hours_cap=problem.hours_cap + 10, horizon=problem.horizon + 3)
    assert value(roomy, criterion) <= value(problem, criterion)


@pytest.mark.parametrize("criterion", KNOWN)
@few
@given(problem=questions(), closer=st.sampled_from(["horizon", "hours_cap", "not_before", "held", "barred"]))
def test_what_is_best_and_keeps_to_closer_limits_is_best_under_them(
    criterion: Criterion, problem: PathwayProblem, closer: str
) -> None:
    less = {
        "horizon": problem.horizon - 2,
        "hours_cap": problem.hours_cap - 5,
        "not_before": problem.not_before + 1,
        "held": frozenset(sorted(problem.held)[1:]),
        "barred": problem.barred | {one.id for one in problem.deliveries[::3]},
    }
    narrower = replace(problem, **{closer: less[closer]})
    assert narrower.narrows(problem)
    assert problem.narrows(narrower) == (less[closer] == getattr(problem, closer))
    best = solve(problem, criterion)
    with suppress(PlanRefused):
        if best.plan is not None:
            replay(narrower, best.plan)
            assert value(narrower, criterion) == best.value


@few
@given(problem=questions(7))
def test_three_times_the_fees_is_three_times_the_cost(problem: PathwayProblem) -> None:
    problem = replace(problem, caps=tuple(cap for cap in problem.caps if cap.of is not Criterion.COST))
    dear = tuple(replace(one, cost_pounds=3 * one.cost_pounds) for one in problem.deliveries)
    assert value(problem.with_catalogue(deliveries=dear), Criterion.COST) == 3 * value(problem, Criterion.COST)


@few
@given(problem=questions())
def test_cohorts_a_week_later_finish_at_most_a_week_later(problem: PathwayProblem) -> None:
    weeks = range(problem.not_before, problem.horizon + 1)
    fixed = tuple(
        replace(one, starts=tuple(week for week in (weeks if one.starts is None else one.starts) if week in weeks))
        for one in problem.deliveries
    )
    later = tuple(replace(one, starts=tuple(week + 1 for week in one.starts or ())) for one in fixed)
    before = value(problem.with_catalogue(deliveries=fixed), Criterion.WEEKS)
    after = value(replace(problem, horizon=problem.horizon + 1).with_catalogue(deliveries=later), Criterion.WEEKS)
    already = exhaustive.holds(problem.goal, exhaustive.facts_after(problem, ()))
    assert after == (before if already else before + 1)


@pytest.mark.parametrize("criterion", KNOWN)
@few
@given(problem=questions(), seed=st.randoms(use_true_random=False))
def test_renaming_and_shuffling_change_nothing(
    criterion: Criterion, problem: PathwayProblem, seed: st.DataObject
) -> None:
    def shuffled(things: tuple) -> tuple:
        mixed = list(things)
        seed.shuffle(mixed)
        return tuple(mixed)

    catalogue = Catalogue(
        shuffled(
            tuple(
                Content(_named(one.id), one.kind, _renamed(one.entry), tuple(_named(fact) for fact in one.adds))
                for one in problem.contents
            )
        ),
        shuffled(tuple(replace(one, id=_named(one.id), content=_named(one.content)) for one in problem.deliveries)),
        shuffled(
            tuple(
                Rule(one.id, one.kind, _renamed(one.condition), tuple(_named(fact) for fact in one.then))
                for one in problem.rules
            )
        ),
    )
    other = replace(
        problem,
        catalogue=catalogue,
        held=frozenset(_named(fact) for fact in problem.held),
        goal=_renamed(problem.goal),
        barred=frozenset(_named(one) for one in problem.barred),
        caps=tuple(
            cap if isinstance(cap.of, Criterion) else replace(cap, of={_named(id): n for id, n in cap.of.items()})
            for cap in problem.caps
        ),
        milestone=None if problem.milestone is None else _renamed(problem.milestone),
    )
    one, two = solve(problem, criterion), solve(other, criterion)
    assert (one.outcome, one.value) == (two.outcome, two.value)


def _named(name: str) -> str:
    return name[::-1] + "'"


def _renamed(expression: Expression) -> Expression:
    match expression:
        case str():
            return _named(expression)
        case All(parts):
            return All(tuple(_renamed(part) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_renamed(part) for part in parts))
        case AtLeast(threshold, weighted):
            return AtLeast(threshold, tuple((weight, _renamed(part)) for weight, part in reversed(weighted)))


def test_the_same_question_gives_the_same_answer_twice() -> None:
    contents = tuple(Content(f"c{n}", "unit", All(()), (f"f{n}",)) for n in range(6))
    deliveries = tuple(Delivery(f"d{n}", f"c{n}", 100, 2 + n % 2, 10, None) for n in range(6))
    goal = AtLeast(60, tuple((20, f"f{n}") for n in range(6)))
    problem = PathwayProblem(Catalogue(contents, deliveries), frozenset(), goal, 20, 40, milestone="f3")
    for criterion in KNOWN:
        assert solve(problem, criterion) == solve(problem, criterion)
