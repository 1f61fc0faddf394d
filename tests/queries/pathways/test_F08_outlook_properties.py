"""Laws of the outlook on random questions: what is said of a plan is true when replayed, and no more could be said."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from queries.pathways.engine.exhaustive import completable, facts_after, holds
from queries.pathways.engine.outlook import removal_reasons, resume, slack, swaps
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    All,
    AnyOf,
    Cap,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Limits,
    PathwayProblem,
    Plan,
    PlannedStep,
    Rule,
)
from queries.pathways.engine.replay import PlanRefused, replay

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def planned(draw: st.DrawFn) -> tuple[PathwayProblem, Plan]:
    """Courses that build on each other, with a goal, and the earliest plan (of two steps or more)."""
    facts = [f"f{number}" for number in range(5)]
    contents, deliveries = [], []
    for number, fact in enumerate(facts):
        asked = draw(st.lists(st.sampled_from([*facts[:number], "g"]), max_size=2, unique=True)) if number else []
        adds = draw(st.lists(st.sampled_from(facts), max_size=1).map(lambda more, fact=fact: tuple({fact, *more})))
        entry = draw(st.sampled_from([All, All, AnyOf]))(tuple(asked)) if asked else All(())
        contents.append(Content(f"c{number}", "course", entry, tuple(sorted(adds))))
        for mode in range(draw(st.sampled_from([1, 2]))):
            starts = draw(st.none() | st.sets(st.integers(0, 18), min_size=1, max_size=4).map(sorted).map(tuple))
            weeks = draw(st.sampled_from([0, 2, 3, 5]))
            hours = draw(st.sampled_from([5, 10, 12])) if weeks else 0
            pounds = draw(st.sampled_from([0, 10, 25]))
            deliveries.append(Delivery(f"d{number}{mode}", f"c{number}", pounds, weeks, hours, starts))
    rule = Rule("r", "implies", AnyOf(tuple(draw(st.lists(st.sampled_from(facts), min_size=1, max_size=2)))), ("g",))
    goal = draw(st.lists(st.sampled_from(facts[1:]), min_size=1, max_size=3, unique=True))
    catalogue = Catalogue(tuple(contents), tuple(deliveries), (rule,))
    problem = PathwayProblem(catalogue, frozenset(), All(tuple(goal)), hours_cap=20, horizon=24)
    plan = ExactPlanner().solve(problem, Criterion.WEEKS, Limits()).plan
    assume(plan is not None and len(plan.steps) > 1)
    assert plan is not None
    return problem, plan


def finish(problem: PathwayProblem, plan: Plan) -> int | None:
    """The finish of a plan, None if it does not hold."""
    try:
        return replay(problem, plan).finish_week
    except PlanRefused:
        return None


def offered(problem: PathwayProblem, delivery: str) -> list[int]:
    one = next(one for one in problem.deliveries if one.id == delivery)
    return [week for week in range(problem.horizon + 1) if one.starts is None or week in one.starts]


def moved(plan: Plan, delivery: str, week: int) -> Plan:
    return Plan(tuple(replace(step, start_week=week) if step.delivery == delivery else step for step in plan.steps))


@FEW
@given(planned())
def test_a_start_within_the_slack_keeps_the_finish_and_a_later_one_does_not(asked: tuple[PathwayProblem, Plan]) -> None:
    problem, plan = asked
    planned_finish = finish(problem, plan)
    assert planned_finish is not None
    for delivery, one in slack(problem, plan, Limits()).items():
        assert finish(problem, moved(plan, delivery, one.latest_alone)) == planned_finish
        for week in offered(problem, delivery):
            later = finish(problem, moved(plan, delivery, week))
            assert week <= one.latest_alone or later is None or later > planned_finish


@FEW
@given(planned())
def test_what_a_missed_start_costs_is_what_dating_the_same_steps_anew_in_every_way_gives(
    asked: tuple[PathwayProblem, Plan],
) -> None:
    problem, plan = asked
    assume(len(plan.steps) <= 3)
    finish_of = cache(partial(finish, problem))
    planned_finish = finish_of(plan)
    assert planned_finish is not None
    for delivery, one in slack(problem, plan, Limits()).items():
        dated = [(some, finish_of(some)) for some in every_dating(problem, plan, one.start_week)]
        ways = [(week, start_of(some, delivery)) for some, week in dated if week is not None]
        missed = [week for week, start in ways if start > one.start_week]
        assert one.missed_finish == min(missed, default=None)
        assert one.missed is None or finish(problem, one.missed) == one.missed_finish
        kept = [start for week, start in ways if week <= planned_finish]
        assert one.latest == max(kept)
        after = [week for week in offered(problem, delivery) if week > one.start_week]
        assert one.next_start in (None, min(after, default=None))


@FEW
@given(planned(), st.booleans())
def test_what_is_best_after_a_missed_start_is_the_same_however_little_is_searched(
    asked: tuple[PathwayProblem, Plan], longer: bool
) -> None:
    problem, plan = asked
    soonest = ExactPlanner().solve(problem, Criterion.WEEKS, Limits())
    if longer:  # the steps of the best pathway, each begun as late as can be: another pathway to the same goal
        latest = slack(problem, plan, Limits())
        plan = moved(plan, plan.steps[-1].delivery, latest[plan.steps[-1].delivery].latest_alone)
    searched = slack(problem, plan, Limits(), anew=True)
    saved = slack(problem, plan, Limits(), anew=True, soonest=soonest)
    hurried = slack(problem, plan, Limits(calendar_work=0), anew=True)
    for delivery, one in searched.items():
        assert one.anew_proven
        assert saved[delivery].anew_proven
        assert saved[delivery].anew_finish == one.anew_finish
        quick = hurried[delivery]
        assert quick.anew is None or finish(problem, quick.anew) == quick.anew_finish
        assert quick.anew_finish == one.anew_finish or not quick.anew_proven


def every_dating(problem: PathwayProblem, plan: Plan, week: int) -> list[Plan]:
    """Every way to date the steps that had not begun before a week."""
    plans = [Plan(())]
    for step in plan.steps:
        assert step.start_week is not None
        fixed = step.start_week < week
        weeks = [step.start_week] if fixed else [start for start in offered(problem, step.delivery) if start >= week]
        plans = [Plan((*some.steps, PlannedStep(step.delivery, start))) for some in plans for start in weeks]
    return plans


def start_of(plan: Plan, delivery: str) -> int:
    start = next(step.start_week for step in plan.steps if step.delivery == delivery)
    assert start is not None
    return start


@FEW
@given(planned())
def test_every_swap_replays_with_the_other_steps_kept_and_no_delivery_or_course_is_forgotten(
    asked: tuple[PathwayProblem, Plan],
) -> None:
    problem, plan = asked
    content_of = {one.id: one.content for one in problem.deliveries}
    for step in plan.steps:
        kept = [other for other in plan.steps if other is not step]
        found = swaps(problem, plan, step.delivery, Limits())
        for swap in found:
            assert finish(problem, swap.plan) == swap.finish_week
            assert {one.delivery for one in swap.plan.steps} == {one.delivery for one in kept} | set(swap.deliveries)
            assert step.delivery not in swap.deliveries
        assert [swap.finish_week for swap in found] == sorted(swap.finish_week for swap in found)
        instead = {content_of[swap.deliveries[0]] for swap in found if len(swap.deliveries) == 1}
        for one in problem.deliveries:  # beside the kept steps unmoved, at any week
            if one.id != step.delivery and one.content not in {content_of[other.delivery] for other in kept}:
                plans = (Plan((*kept, PlannedStep(one.id, week))) for week in offered(problem, one.id))
                values = [value for some in plans if (value := finish(problem, some)) is not None]
                assert not values or one.content in instead


def earliest(problem: PathwayProblem, deliveries: list[Delivery]) -> int | None:
    """When the planner lets the goal hold with all of these deliveries and no other; None: no calendar runs them."""
    taken = {one.content for one in deliveries}
    contents = (replace(one, adds=(*one.adds, f"done {one.id}")) for one in problem.contents if one.id in taken)
    goal = All((problem.goal, *(f"done {id}" for id in sorted(taken))))
    question = replace(problem.with_catalogue(contents, deliveries), goal=goal)
    plan = ExactPlanner().solve(question, Criterion.WEEKS, Limits()).plan
    return finish(problem, plan) if plan is not None else None


@FEW
@given(planned(), st.booleans())
def test_the_first_few_swaps_are_those_of_all_and_each_is_dated_as_the_planner_dates_it(
    asked: tuple[PathwayProblem, Plan], capped: bool
) -> None:
    problem, plan = asked
    if capped:
        spent = replay(problem, plan).cost_pounds
        problem = replace(problem, caps=(Cap("budget", Criterion.COST, spent + 10),))
    delivery = {one.id: one for one in problem.deliveries}
    for step in plan.steps:
        kept = [delivery[other.delivery] for other in plan.steps if other is not step]
        found = swaps(problem, plan, step.delivery, Limits())
        for most in range(len(found) + 1):
            assert swaps(problem, plan, step.delivery, Limits(), most=most) == found[:most]
        order = [(swap.finish_week, swap.cost_pounds, swap.travel_hours, swap.deliveries) for swap in found]
        assert order == sorted(order)
        for swap in found:
            taken = [*kept, *(delivery[id] for id in swap.deliveries)]
            assert earliest(problem, taken) == swap.finish_week
            assert swap.proven
        offered = {swap.deliveries for swap in found}
        for other in problem.deliveries:
            if other.content == delivery[step.delivery].content and other.id != step.delivery:
                assert (earliest(problem, [*kept, other]) is not None) == ((other.id,) in offered)


@FEW
@given(planned())
def test_a_step_is_said_to_be_needed_just_when_the_rest_does_not_reach_the_goal(
    asked: tuple[PathwayProblem, Plan],
) -> None:
    problem, plan = asked
    content_of = {one.id: one.content for one in problem.deliveries}
    undated = Plan(tuple(PlannedStep(step.delivery.id, None) for step in replay(problem, plan).steps))
    for order in (plan, undated):
        for delivery, loss in removal_reasons(problem, order).items():
            rest = Plan(tuple(step for step in order.steps if step.delivery != delivery))
            closed = {one.delivery for one in loss.closed}
            left = Plan(tuple(step for step in rest.steps if step.delivery not in closed))
            contents = {content_of[step.delivery] for step in left.steps}
            assert completable(problem, contents) == contents
            assert holds(problem.goal, facts_after(problem, contents)) is not loss.goal
            assert finish(problem, left) == loss.finish_week
            if closed:
                first = next(step for step in rest.steps if step.delivery in closed)
                upto = Plan(tuple(step for step in rest.steps if step is first or step.delivery not in closed))
                assert finish(problem, upto) is None
            assert all(one.lost for one in loss.closed)
            assert bool(loss.goal_lost) == loss.goal


@FEW
@given(planned(), st.integers(0, 3), st.integers(0, 6))
def test_stepping_back_on_keeps_what_was_completed_and_starts_nothing_in_the_pause(
    asked: tuple[PathwayProblem, Plan], after: int, pause: int
) -> None:
    problem, plan = asked
    assume(after <= len(plan.steps))
    back = resume(problem, plan, after, pause, Limits())
    sooner = resume(problem, plan, after, 0, Limits())
    if back.plan is None:
        return
    assert finish(problem, back.plan) == back.finish_week
    assert sooner.finish_week is not None
    assert back.finish_week is not None
    assert sooner.finish_week <= back.finish_week
    assert all(step.start_week is not None and step.start_week >= back.back_week for step in back.remaining)
    kept = set(back.plan.steps) - set(back.remaining)
    assert kept <= set(plan.steps)
    assert not {step.delivery for step in kept} & set(back.given_up)
