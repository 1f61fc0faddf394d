"""Other good pathways: different enough from those already shown, or nearly as good and much better otherwise.

Difference is counted in steps, by content: how a course is taken makes no other pathway. Each new one is the best that
shares at most a given part of the steps of *every* earlier one, a row of the exact search and no heuristic; such sets
of "dissimilar" solutions go back to Erkut (1990), "The discrete p-dispersion problem", and for planning to Srivastava
et al. (2007), "Domain independent approaches for finding diverse plans".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from queries.pathways.engine.pareto import least_within
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    ADDITIVE,
    Cap,
    Criterion,
    Limits,
    Outcome,
    PathwayProblem,
    Plan,
    Planner,
    PlannerResult,
    measure,
)
from queries.pathways.engine.replay import replay


def alternatives(
    problem: PathwayProblem,
    criterion: Criterion,
    first: Plan,
    limits: Limits,
    *,
    most: int = 3,
    shared_percent: int = 70,
    alike: Mapping[str, str] | None = None,
    planner: Planner | None = None,
) -> tuple[PlannerResult, ...]:
    """The best pathways after `first`, each sharing at most that part of the steps of each earlier one.

    The part is rounded down and never the whole, so that at least one step is another. Fewer than `most` when no
    others exist, or none was found within `limits`. Best first as far as each is proven. `alike`: by content, what it
    is the same as; what is not in it is the same as itself alone. Doing what is alike shares the step. `planner`
    searches; without one, the engine itself does.
    """
    planner = planner or ExactPlanner()
    earlier, found = [first], list[PlannerResult]()
    while len(found) < most and earlier[-1].steps:
        caps = (*problem.caps, *sharing_caps(problem, earlier, shared_percent, alike))
        result = planner.solve(replace(problem, caps=caps), criterion, limits)
        if result.plan is None:
            break
        found.append(result)
        earlier.append(result.plan)
    return tuple(found)


def sharing_caps(
    problem: PathwayProblem, earlier: Sequence[Plan], shared_percent: int, alike: Mapping[str, str] | None = None
) -> tuple[Cap, ...]:
    """One cap per earlier plan: how many of its contents, or of what is `alike`, another may have in any delivery."""
    same = alike or {}
    content = {delivery.id: same.get(delivery.content, delivery.content) for delivery in problem.deliveries}
    caps = []
    for number, plan in enumerate(earlier, 1):
        taken = {content[step.delivery] for step in plan.steps}
        amounts = {delivery.id: 1 for delivery in problem.deliveries if content[delivery.id] in taken}
        caps.append(Cap(f"unlike-{number}", amounts, min(shared_percent * len(taken) // 100, len(taken) - 1)))
    return tuple(caps)


def nearly_as_good(
    problem: PathwayProblem,
    criterion: Criterion,
    result: PlannerResult,
    otherwise: Criterion,
    limits: Limits,
    *,
    slack_percent: int = 10,
    gain_percent: int = 10,
    planner: Planner | None = None,
) -> PlannerResult | None:
    """The best pathway by another criterion among those at most so much worse by the first than a result.

    Worse by `slack_percent` of the result's value, rounded down. `value` and `bound` are by the other criterion. None
    when there is no result, when nothing found is better otherwise by `gain_percent` at least, or when `otherwise` is
    read off the calendar and the result has no dates. `planner` searches; without one, the engine itself does.
    """
    if result.plan is None or result.value is None:
        return None
    before = value_of(problem, result.plan, otherwise)
    if before is None:
        return None
    most = result.value * (100 + slack_percent) // 100
    if criterion is Criterion.FIRST_JOB:
        plan = least_within(problem, (otherwise, criterion), {criterion: most}, limits)
        now = None if plan is None else value_of(problem, plan, otherwise)
        found = PlannerResult(Outcome.FOUND, plan, now, now, True, None)
    else:
        if criterion is Criterion.WEEKS:
            question = replace(problem, horizon=min(problem.horizon, most))
        else:
            question = replace(problem, caps=(*problem.caps, Cap("nearly-as-good", criterion, most)))
        found = (planner or ExactPlanner()).solve(question, otherwise, limits)
    enough = found.value is not None and found.value < before and found.value * 100 <= before * (100 - gain_percent)
    return found if enough else None


def value_of(problem: PathwayProblem, plan: Plan, criterion: Criterion) -> int | None:
    """What a plan comes to under a criterion; None when that is read off the calendar and the plan has no dates.

    Raises `PlanRefused` for a plan that cannot be carried out.
    """
    if criterion in ADDITIVE:
        deliveries = {delivery.id: delivery for delivery in problem.deliveries}
        return sum(measure(deliveries[step.delivery], criterion) for step in plan.steps)
    trace = replay(problem, plan)
    return trace.finish_week if criterion is Criterion.WEEKS else trace.milestone_week
