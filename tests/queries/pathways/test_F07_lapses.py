"""Facts that lapse: solved without regard to it, replayed, split where it breaks. A second opinion tries all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.pathways.engine.lapses import solve_verified
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    All,
    AnyOf,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Expression,
    Fact,
    Limits,
    Outcome,
    PathwayProblem,
    Rule,
)
from queries.pathways.engine.replay import replay
from tests.support.text_world import line, world


def pathway(text: str, by: Criterion = Criterion.WEEKS, limits: Limits | None = None) -> str:
    problem = world(text)
    result = solve_verified(ExactPlanner(), problem, by, limits or Limits())
    assert result.proven
    assert result.value == result.bound
    return line(problem, result)


AID = """
    lapses First aid 5w
    goal   Role

    First aid | 1w £0 5h    | -                       | First aid
    Long      | 20w £10 10h | -                       | Long
    Course    | 4w £20 10h  | First aid and Long      | Role
"""


def test_what_lapses_is_done_late_enough_to_count() -> None:
    assert pathway(AID) == "Long 20w + First aid 1w from week 14 ~ Course 4w ~ Role [24w £30 3 steps]"


def test_nothing_is_shown_that_breaks_when_dates_leave_no_way() -> None:
    early = AID.replace("1w £0 5h    |", "1w £0 5h @0,13 |")
    assert pathway(early) == "none within limits"
    assert pathway(early + " Long | 19w £10 10h @0").startswith("Long 19w + First aid 1w from week 13 ~ Course")


def test_a_longer_pathway_that_holds_is_found_when_the_shorter_breaks() -> None:
    early = AID.replace("1w £0 5h    |", "1w £0 5h @0,13 |")
    assert pathway(early + " Other | 40w £900 10h | Long | Role") == "Long 20w ~ Other 40w ~ Role [60w £910 2 steps]"
    assert pathway(early + " Renewal | 2w £70 10h | First aid | First aid").endswith("[24w £100 4 steps]")


def test_the_cheapest_that_holds_may_cost_more_than_the_cheapest() -> None:
    early = AID.replace("1w £0 5h    |", "1w £0 5h @0,13 |") + " Renewal | 2w £70 10h | First aid | First aid\n"
    assert pathway(early, Criterion.COST).endswith("[24w £100 4 steps]")
    assert pathway(early, Criterion.STEPS).endswith("4 steps]")
    assert pathway(early + " Long | 10w £95 10h", Criterion.COST).endswith("£100 4 steps]")
    assert pathway(early + " Long | 18w £15 10h", Criterion.COST).endswith("[22w £35 3 steps]")


UNITS = """
    week   10h
    lapses Unit A 15w, Unit B 15w
    goal   Degree

    Unit A | 10w £0 10h @0,40     | -           | Unit A
    Unit B | 10w £0 10h @10,30    | -           | Unit B
    HNC    | award                | Unit A and Unit B | HNC
    Job    | 52w £0 10h @20       | -           | Staff
    Degree | 60w £0 10h @104      | HNC and Staff | Degree
"""


def test_an_award_made_in_time_outlives_its_credit() -> None:
    assert pathway(UNITS) == ("Unit A 10w ~ Unit B 10w ~ Job 52w ~ wait 32w ~ Degree 60w ~ Degree [164w £0 4 steps]")
    late = UNITS.replace("@10,30 ", "@30    ")
    assert pathway(late.replace("@20 ", "@50 ")).endswith("[164w £0 4 steps]")
    assert pathway(late.replace("@0,40 ", "@0    ")) == "none within limits"
    assert pathway(UNITS, Criterion.STEPS).endswith("4 steps]")


def test_credit_without_an_award_lapses() -> None:
    assert pathway(UNITS.replace("| award ", "| rule  ")) == "none within limits"


def test_a_goal_met_only_by_what_has_lapsed_is_not_met() -> None:
    both = "lapses A 10w\n goal A and B\n A | 5w £0 5h | - | A\n B | 20w £0 5h | - | B"
    assert pathway(both) == "B 20w + A 5w from week 5 [20w £0 2 steps]"
    assert (
        pathway(both.replace("A | 5w £0 5h |", "A | 5w £0 5h @0,18 |")) == "B 20w + A 5w from week 18 [23w £0 2 steps]"
    )
    assert pathway(both.replace("A | 5w £0 5h |", "A | 5w £0 5h @0 |")) == "none within limits"


def test_without_lapsing_facts_the_answer_is_the_planners() -> None:
    problem = world(AID.replace("lapses First aid 5w", ""))
    limits = Limits()
    assert solve_verified(ExactPlanner(), problem, Criterion.WEEKS, limits) == ExactPlanner().solve(
        problem, Criterion.WEEKS, limits
    )


def test_when_the_work_runs_out_the_bound_stands_and_nothing_is_claimed() -> None:
    problem = world(AID.replace("5w\n", "5w, Long 300w\n", 1) + " Other | 40w £900 10h | Long | Role")
    best = solve_verified(ExactPlanner(), problem, Criterion.WEEKS, Limits())
    early = solve_verified(ExactPlanner(), problem, Criterion.WEEKS, Limits(rounds=1))
    assert best.value == 24
    assert (early.outcome, early.plan, early.bound, early.proven) == (Outcome.STOPPED_EARLY, None, 24, False)


# A second opinion that tries everything


def holds(expression: Expression, facts: set[Fact]) -> bool:
    if isinstance(expression, str):
        return expression in facts
    if isinstance(expression, All):
        return all(holds(part, facts) for part in expression.parts)
    if isinstance(expression, AnyOf):
        return any(holds(part, facts) for part in expression.parts)
    return sum(weight for weight, part in expression.parts if holds(part, facts)) >= expression.threshold


def facts_in(problem: PathwayProblem, week: int, given: dict[Fact, int], made: set[Fact]) -> set[Fact]:
    """What counts in a week. Awards made now are added to what was given (with this week) and made."""
    lives = problem.lapses
    facts = {fact for fact, since in given.items() if fact not in lives or week <= since + lives[fact]}
    before = None
    while before != (len(facts), len(made)):
        before = (len(facts), len(made))
        for rule in problem.rules:
            for fact in rule.then if holds(rule.condition, facts) else ():
                if rule.kind != "award" and fact not in lives:
                    facts.add(fact)
                elif fact not in made:
                    made.add(fact)
                    given[fact] = week
                    facts.add(fact)
    return facts


State = tuple[frozenset[tuple[Fact, int]], frozenset[Fact], frozenset[str], frozenset[tuple[int, str]]]
"""What was given and when, awards made, contents ever started, deliveries under way by their end."""


def all_finishes(problem: PathwayProblem) -> list[tuple[int, int]]:
    """(finish, pounds) of every way on which the goal holds by the horizon, each as it first holds."""
    found: list[tuple[int, int]] = []
    adds = {content.id: content.adds for content in problem.contents}
    deliveries = {one.id: one for one in problem.deliveries}
    states: dict[State, int] = {
        (frozenset((fact, 0) for fact in problem.held), frozenset(), frozenset(), frozenset()): 0
    }
    for week in range(problem.horizon + 1):
        following: dict[State, int] = {}
        waiting = list(states.items())
        for (pairs, made_before, taken, running), spent in waiting:  # grows: what takes no weeks ends at once
            given, made = dict(pairs), set(made_before)
            for end, delivery in running:
                if end == week:
                    given |= dict.fromkeys(adds[deliveries[delivery].content], week)
            facts = facts_in(problem, week, given, made)
            if holds(problem.goal, facts):
                found.append((week, spent))
                continue
            still = frozenset(one for one in running if one[0] > week)
            spare = problem.hours_cap - sum(deliveries[delivery].hours_per_week for _, delivery in still)
            open_now = {content.id for content in problem.contents if holds(content.entry, facts)} - taken
            offered = [
                one
                for one in problem.deliveries
                if one.content in open_now and (one.starts is None or week in one.starts)
                if week + one.weeks <= problem.horizon
            ]
            for one in offered:
                if one.weeks == 0:
                    more = frozenset((given | dict.fromkeys(adds[one.content], week)).items())
                    state = (more, frozenset(made), taken | {one.content}, still)
                    waiting.append((state, spent + one.cost_pounds))
            counting = frozenset(
                (fact, since if fact in problem.lapses else 0)
                for fact, since in given.items()
                if week < since + problem.lapses.get(fact, problem.horizon)
            )
            for some in choices([one for one in offered if one.weeks]):
                if sum(one.hours_per_week for one in some) <= spare:
                    begun = frozenset((week + one.weeks, one.id) for one in some)
                    state = (counting, frozenset(made), taken | {one.content for one in some}, still | begun)
                    total = spent + sum(one.cost_pounds for one in some)
                    following[state] = min(total, following.get(state, total))
        states = following
    return found


def choices(offered: list[Delivery]) -> Iterator[tuple[Delivery, ...]]:
    for size in range(len(offered) + 1):
        for some in combinations(offered, size):
            if len({one.content for one in some}) == size:
                yield some


@st.composite
def lapsing_questions(draw: st.DrawFn) -> PathwayProblem:
    """Courses that build on each other and are sold on a few dates, what they give being good for a few weeks."""
    given = [f"f{number}" for number in range(4)]
    follow = ["g0", "g1"]
    contents, deliveries = [], []
    for number, fact in enumerate(given):
        earlier = st.sampled_from([*given[:number], *follow])
        asked = draw(st.lists(earlier, max_size=2, unique=True))
        adds = draw(st.sampled_from([(fact,), (fact,), (fact, given[0])]))
        contents.append(
            Content(f"c{number}", "course", draw(st.sampled_from([All, AnyOf]))(tuple(asked or ["f"])), adds)
        )
        for mode in range(draw(st.sampled_from([1, 1, 2]))):
            starts = draw(
                st.none() | st.none() | st.sets(st.integers(0, 7), min_size=1, max_size=3).map(sorted).map(tuple)
            )
            weeks = draw(st.sampled_from([0, 1, 2, 3]))
            pounds, hours = draw(st.sampled_from([0, 10, 25])), draw(st.sampled_from([5, 10, 12])) if weeks else 0
            deliveries.append(Delivery(f"d{number}{mode}", f"c{number}", pounds, weeks, hours, starts))
    rules = []
    for number, fact in enumerate(follow):
        asked = draw(st.lists(st.sampled_from([*given, "f"]), min_size=1, max_size=2, unique=True))
        kind = draw(st.sampled_from(["implies", "award"]))
        rules.append(Rule(f"r{number}", kind, draw(st.sampled_from([All, All, AnyOf]))(tuple(asked)), (fact,)))
    goal = draw(st.lists(st.sampled_from(given[1:] + follow), min_size=2, max_size=3, unique=True))
    lapses = draw(st.dictionaries(st.sampled_from([*given, "f"]), st.integers(0, 3), min_size=2, max_size=4))
    catalogue = Catalogue(tuple(contents), tuple(deliveries), tuple(rules))
    return PathwayProblem(catalogue, frozenset({"f"}), All(tuple(goal)), hours_cap=20, horizon=9, lapses=lapses)


@pytest.mark.parametrize("by", [Criterion.WEEKS, Criterion.COST])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=lapsing_questions())
def test_the_answer_is_that_of_trying_everything(by: Criterion, problem: PathwayProblem) -> None:
    found = all_finishes(problem)
    best = min((one[0 if by is Criterion.WEEKS else 1] for one in found), default=None)
    result = solve_verified(ExactPlanner(), problem, by, Limits())
    if result.plan is not None and not result.plan.dated:
        return  # needs nothing that lapses, but no calendar runs it
    if result.plan is not None:
        replay(problem, result.plan)
        assert best is not None
        assert result.value is not None
        assert best <= result.value
    assert best is None or result.bound is None or result.bound <= best
    assert not result.proven or result.value == best


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=lapsing_questions(), life=st.integers(0, 3))
def test_when_an_award_itself_lapses_the_bound_is_a_bound_and_what_is_shown_holds(
    problem: PathwayProblem, life: int
) -> None:
    problem = replace(problem, lapses={**problem.lapses, "g0": life})
    best = min((finish for finish, _ in all_finishes(problem)), default=None)
    result = solve_verified(ExactPlanner(), problem, Criterion.WEEKS, Limits())
    if result.plan is not None:
        assert replay(problem, result.plan).finish_week == result.value
    assert not result.proven or result.value == best
    assert best is None or (result.bound is not None and result.bound <= best)
