"""What a pathway looks like to whoever lives it: why each step, what if a start is missed, how back on, what instead.

All of it is exact and read off replays of the plan, or of plans that the planner dates anew; every plan given here has
been replayed. "Dated anew" means the same question with some deliveries required, each with a window for its start,
solved for the earliest finish; what has begun by then has a window of one week.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.idioms import priced, within
from queries.pathways.engine.lapses import solve_verified
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    All,
    Cap,
    Criterion,
    Delivery,
    Fact,
    Limits,
    PathwayProblem,
    Plan,
    PlannedStep,
    Planner,
    PlannerResult,
)
from queries.pathways.engine.replay import Learner, PlanRefused, StepTrace, Trace, ended_by, moments, replay

ANEW_SHARE: Final = 0.25
"""The share of the calendar work that all searches for what is best after a missed start may take."""

MOST_STAND_INS: Final = 5
"""How many sets of several contents are looked for when no single one can stand in for a step."""


# Why each step


@dataclass(frozen=True, slots=True)
class Closed:
    """A step (delivery id) that can no longer be entered, and what its entry leaned on that is no longer there."""

    delivery: str
    lost: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost when one step is left out and all else is done as planned.

    `closed` are the later steps that cannot be entered, in order, each for want of facts; what leans on those is closed
    in turn. `goal` says that the goal is lost, `goal_lost` for want of which facts. `finish_week` is when the goal
    holds all the same: later than planned if the step is there to be quick, None if it is lost or the plan undated.
    """

    closed: tuple[Closed, ...]
    goal: bool
    goal_lost: tuple[Fact, ...]
    finish_week: int | None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts that later entries or the goal leaned on and that are lost, each once."""
        lost = [fact for closed in self.closed for fact in closed.lost]
        return tuple(dict.fromkeys((*lost, *self.goal_lost)))


def removal_reasons(problem: PathwayProblem, plan: Plan) -> dict[str, Loss]:
    """Why each step (by delivery id) is there: leave it out, carry out the rest, and name what is lost.

    A step with nothing lost and no later finish is one the plan does not need. Raises `PlanRefused` for a plan that
    does not hold.
    """
    trace = replay(problem, plan)
    small = _only(problem, [step.content.id for step in trace.steps])
    return {step.delivery.id: _loss(small, plan, trace, step.delivery.id) for step in trace.steps}


def _loss(problem: PathwayProblem, plan: Plan, trace: Trace, left_out: str) -> Loss:
    leaned_on = {step.delivery.id: step.entry for step in trace.steps}
    closed: list[Closed] = []
    reached, finish = False, None
    for moment in moments(problem, Plan(tuple(step for step in plan.steps if step.delivery != left_out))):
        for refused in moment.refused:
            lost = (one.fact for one in leaned_on[refused.delivery.id] if one.fact in refused.lacking)
            closed.append(Closed(refused.delivery.id, tuple(lost)))
        learner = moment.learner
        if not reached and learner.holds(problem.goal):
            reached, finish = True, moment.week
    goal_lost = () if reached else tuple(one.fact for one in trace.goal if one.fact not in learner.facts)
    return Loss(tuple(closed), not reached, goal_lost, finish if plan.dated else None)


def _only(problem: PathwayProblem, contents: Iterable[str]) -> PathwayProblem:
    """The question with no other contents, and only the rules that could ever act with these."""
    wanted = set(contents)
    kept = [content for content in problem.contents if content.id in wanted]
    able = Learner(problem, None)
    able.completes_all(kept)
    return problem.with_catalogue(
        kept,
        (one for one in problem.deliveries if one.content in wanted),
        (rule for rule in problem.rules if able.holds(rule.condition)),
    )


# What if a start is missed, or life comes in between


@dataclass(frozen=True, slots=True)
class Slack:
    """How much a step's start matters.

    `latest_alone` is the latest start that keeps the finish when every other step stays where it is; `latest` when what
    has not begun by the planned start may move as well. `next_start` is the first start of the delivery after the
    planned one, None when there is none in time to end by the horizon. `missed` is the same steps dated anew by someone
    who missed the planned start, in the planned week, what had begun by then as it was; `missed_finish` its finish and
    `weeks_lost` how much later. `anew` is the best pathway from that point with anything on offer, if it was asked for.
    All None when there is no such plan. `proven` says that the work limits cut nothing short but the search for `anew`,
    and `anew_proven` that nothing on offer leads there sooner than `anew`, or at all.
    """

    start_week: int
    latest_alone: int
    latest: int
    next_start: int | None
    missed: Plan | None
    missed_finish: int | None
    weeks_lost: int | None
    anew: Plan | None
    anew_finish: int | None
    proven: bool
    anew_proven: bool


def slack(
    problem: PathwayProblem,
    plan: Plan,
    limits: Limits,
    *,
    anew: bool = False,
    soonest: PlannerResult | None = None,
) -> dict[str, Slack]:
    """The slack of each step, by delivery id; none for a plan without dates.

    With `anew`, what is best after each missed start is searched for among everything on offer: in all for a share of
    the calendar work, of which each search may take half of what is left. `soonest` is what the planner said of the
    whole question by weeks, when it is known: its bound and its plan save searches. Weeks after the finish are not
    looked at: a step that ends later than the goal holds has no slack here. Raises `PlanRefused` for a plan that does
    not hold.
    """
    trace = replay(problem, plan)
    if trace.finish_week is None:
        return {}
    small = _only(problem, [step.content.id for step in trace.steps])
    found, left = {}, limits.calendar_work * ANEW_SHARE
    for step in trace.steps:
        one = _slack(small, trace, step, limits)
        if anew:
            best = _anew(problem, trace, step, one, replace(limits, calendar_work=left / 2), soonest)
            one = replace(one, anew=best.plan, anew_finish=best.finish_week, anew_proven=best.proven)
            left -= best.work
        found[step.delivery.id] = one
    return found


def _slack(small: PathwayProblem, trace: Trace, step: StepTrace, limits: Limits) -> Slack:
    missed, finish = _weeks(step)[0], trace.finish_week
    assert finish is not None
    one = step.delivery
    plan = _plan(trace.steps)
    later = within(one, missed + 1, small.horizon - one.weeks)
    starts = _starts(later, finish - one.weeks)
    keeping = (week for week in reversed(starts) if _finish(small, _moved(plan, one.id, week), finish))
    alone = next(keeping, missed)
    windows = {other.delivery.id: _as_it_was(other, missed) for other in trace.steps}

    in_time = replace(small, horizon=max((finish, *(_weeks(s)[1] for s in trace.steps if _weeks(s)[0] < missed))))
    latest, proven, open_starts = alone, True, [week for week in starts if week > alone]
    while open_starts:  # can some start from the middle on be kept? then look later, else sooner
        middle = len(open_starts) // 2
        dated = _dated(in_time, windows | {one.id: (open_starts[middle], finish - one.weeks)}, limits)
        reached = _finish(small, dated.plan, finish) if dated.plan else None
        proven = proven and dated.proven
        if reached is None or dated.plan is None:
            open_starts = open_starts[:middle]
        else:
            latest = next(s.start_week for s in dated.plan.steps if s.delivery == one.id) or latest
            open_starts = [week for week in open_starts if week > latest]

    after = _Dated(None, None, True)
    if later is not None:
        after = _dated(small, windows | {one.id: (missed + 1, None)}, limits)
    return Slack(
        missed,
        alone,
        latest,
        _starts(later, small.horizon, most=1)[0] if later else None,
        after.plan,
        after.finish_week,
        None if after.finish_week is None else after.finish_week - finish,
        None,
        None,
        proven and after.proven,
        True,
    )


def _anew(
    whole: PathwayProblem,
    trace: Trace,
    step: StepTrace,
    found: Slack,
    limits: Limits,
    soonest: PlannerResult | None,
) -> _Dated:
    """The best of everything on offer for whoever misses the start of a step."""
    missed = found.start_week
    begun = [one for one in trace.steps if _weeks(one)[0] < missed and one is not step]
    windows = {one.delivery.id: _as_it_was(one, missed) for one in begun}
    known = [one for one in (found.missed, soonest.plan if soonest else None) if one is not None]
    bound = soonest.bound if soonest else None
    return _dated(whole, windows, limits, since=missed, missed=step.delivery.id, known=known, bound=bound)


def _weeks(step: StepTrace) -> tuple[int, int]:
    assert step.start_week is not None
    assert step.end_week is not None
    return step.start_week, step.end_week


def _as_it_was(step: StepTrace, week: int) -> tuple[int, int | None]:
    """A window: the start as it was if before a week, else any from then on."""
    start, _ = _weeks(step)
    return (start, start) if start < week else (week, None)


def _starts(delivery: Delivery | None, last: int, most: int | None = None) -> list[int]:
    """The start weeks of a delivery up to a last one, ascending; the first `most` of them."""
    if delivery is None:
        return []
    if delivery.starts is None:
        closes = last if delivery.closes is None else min(last, delivery.closes)
        weeks: Iterable[int] = range(delivery.opens, closes + 1)
    else:
        weeks = (week for week in delivery.starts if week <= last)
    return list(weeks)[:most]


def _plan(steps: Iterable[StepTrace]) -> Plan:
    return Plan(tuple(PlannedStep(step.delivery.id, step.start_week) for step in steps))


def _moved(plan: Plan, delivery: str, week: int) -> Plan:
    return Plan(tuple(replace(step, start_week=week) if step.delivery == delivery else step for step in plan.steps))


def _finish(problem: PathwayProblem, plan: Plan, by: int) -> bool:
    """Whether a plan holds and finishes by a week."""
    try:
        finish = replay(problem, plan).finish_week
    except PlanRefused:
        return False
    return finish is not None and finish <= by


@dataclass(frozen=True, slots=True)
class _Dated:
    """A plan dated anew (None: there is none, or none was found), whether none is proved to be sooner, and the work."""

    plan: Plan | None
    finish_week: int | None
    proven: bool
    work: float = 0.0


def _dated(
    problem: PathwayProblem,
    windows: Mapping[str, tuple[int, int | None]],
    limits: Limits,
    *,
    since: int = 0,
    missed: str = "",
    planner: Planner | None = None,
    known: Iterable[Plan] = (),
    bound: int | None = None,
) -> _Dated:
    """The plan of earliest finish that takes the contents of these deliveries, by one of them, started in its window.

    Anything else on offer may be added, from week `since` on, or the week after for the delivery `missed`. A `known`
    plan that does so by week `bound`, before which there is none, is the answer.
    """
    required = {one.content for one in problem.deliveries if one.id in windows}
    offered = []
    for one in problem.deliveries:
        if one.id in windows:
            offered.append(within(one, *windows[one.id]))
        elif one.content not in required:
            offered.append(within(one, since + 1 if one.id == missed else since))
    left = [one for one in offered if one is not None]
    if not problem.lapses and sorted(one.content for one in left) == sorted(required):
        soonest = _soonest(problem, Learner(problem, 0), left)
        if soonest is None:
            return _Dated(None, None, True)
        try:
            return _Dated(soonest[0], replay(problem, soonest[0]).finish_week, True)
        except PlanRefused:
            pass  # too many hours in a week, or over a cap
    question = _requiring(problem.with_catalogue(deliveries=left), required)
    for plan in known:
        if bound is not None and _finish(question, plan, bound):
            return _Dated(plan, replay(question, plan).finish_week, True)
    result = solve_verified(planner or ExactPlanner(), question, Criterion.WEEKS, limits)
    finish = None if result.plan is None else replay(problem, result.plan).finish_week
    proven = result.proven or (finish is not None and bound is not None and finish <= bound)
    return _Dated(result.plan, finish, proven, result.work.calendar_work)


def _soonest(problem: PathwayProblem, learner: Learner, offered: Iterable[Delivery]) -> tuple[Plan, int] | None:
    """Each content offered as early as can be, hours, caps and lapses aside, and the week in which the goal holds.

    No plan with all these contents is sooner. None when not all of them can end by the horizon, or the goal does not
    hold then. `learner` is at week 0, and knows of nothing that lapses.
    """
    contents = {content.id: content for content in problem.contents}
    waiting = defaultdict[str, list[Delivery]](list)
    for one in offered:
        waiting[one.content].append(one)
    learner, week, finish = learner.copy(), 0, None
    running: list[tuple[int, str, int, Delivery]] = []
    steps: list[tuple[int, str]] = []
    while True:
        for content in [id for id in waiting if learner.holds(contents[id].entry)]:
            ends = [
                (start + one.weeks, one.id, start, one)
                for one in waiting.pop(content)
                if (start := _next_start(one, max(week, problem.not_before), problem.horizon - one.weeks)) is not None
            ]
            if not ends:
                return None
            heapq.heappush(running, min(ends, key=lambda end: end[:2]))
        if finish is None and learner.holds(problem.goal):
            finish = week
        if not running:
            break
        week, id, start, one = heapq.heappop(running)
        learner.completes(contents[one.content], one, week)
        steps.append((start, id))
    if waiting or finish is None:
        return None
    return Plan(tuple(PlannedStep(id, start) for start, id in sorted(steps))), finish


def _next_start(delivery: Delivery, week: int, last: int) -> int | None:
    """The first start of a delivery from a week on, None when there is none up to the last."""
    if delivery.starts is not None:
        return next((start for start in delivery.starts if week <= start <= last), None)
    start = max(week, delivery.opens)
    return start if start <= last and (delivery.closes is None or start <= delivery.closes) else None


def _requiring(problem: PathwayProblem, contents: Collection[str]) -> PathwayProblem:
    """The question whose goal is also to have completed each of these contents."""
    done = {content: f"done\x1f{content}" for content in sorted(contents)}
    marked = (replace(one, adds=(*one.adds, done[one.id])) if one.id in done else one for one in problem.contents)
    return replace(problem.with_catalogue(contents=marked), goal=All((problem.goal, *done.values())))


@dataclass(frozen=True, slots=True)
class Resumption:
    """Stepping back on after a pause.

    `stopped_week` is when the last completed step ended, `back_week` the first week in which anything may start again.
    `given_up` are the deliveries that were under way and are lost, though paid for; `lapsed` the facts held at the stop
    that no longer count on coming back. `plan` is the whole pathway, what was completed and what remains; `remaining`
    the steps from here. `next_start` is the first of their starts, `weeks_later` how much later than planned the goal
    holds. All None, and nothing remaining, when there is no way back by the horizon.
    """

    stopped_week: int
    back_week: int
    given_up: tuple[str, ...]
    lapsed: frozenset[Fact]
    plan: Plan | None
    remaining: tuple[PlannedStep, ...]
    next_start: int | None
    finish_week: int | None
    weeks_later: int | None
    proven: bool


def resume(
    problem: PathwayProblem, plan: Plan, after: int, pause_weeks: int, limits: Limits, planner: Planner | None = None
) -> Resumption:
    """The best way on for somebody who stops when step number `after` (by start) ends, and comes back later.

    0 stops before anything. What else has ended by then is kept, but for what would only begin in that very week; what
    is under way is given up and may be begun again; what was paid for it still counts against caps. Anything on offer
    may be used from `pause_weeks` later on. `planner`: the exact one, where none is given. Raises `ValueError` for a
    plan without dates or with fewer steps, `PlanRefused` for one that does not hold.
    """
    trace = replay(problem, plan)
    if trace.finish_week is None or not 0 <= after <= len(trace.steps) or pause_weeks < 0:
        raise ValueError("give a plan with dates, a number of its steps, and weeks that are not negative")
    stopped = _weeks(trace.steps[after - 1])[1] if after else 0
    back = stopped + pause_weeks
    ended = ended_by(trace.steps, after, stopped) if after else ()
    kept = {step.delivery.id: (_weeks(step)[0], _weeks(step)[0]) for step in ended}
    given_up = [step.delivery for step in trace.steps if _weeks(step)[0] < stopped < _weeks(step)[1]]
    caps = (replace(cap, most=cap.most - sum(map(cap.amount, given_up))) for cap in problem.caps)
    dated = _dated(replace(problem, caps=tuple(caps)), kept, limits, since=back, planner=planner)
    remaining = tuple(step for step in dated.plan.steps if step.delivery not in kept) if dated.plan else ()
    learner = Learner(problem, 0)
    for moment in moments(problem, _plan(ended)):
        learner = moment.learner
    learner.at(stopped)
    held = learner.facts
    learner.at(back)
    return Resumption(
        stopped,
        back,
        tuple(one.id for one in given_up),
        held - learner.facts,
        dated.plan,
        remaining,
        min((step.start_week for step in remaining if step.start_week is not None), default=None),
        dated.finish_week,
        None if dated.finish_week is None else dated.finish_week - trace.finish_week,
        dated.proven,
    )


# What instead


@dataclass(frozen=True, slots=True)
class Swap:
    """What could stand in for a step, all others kept by the same deliveries: `deliveries` in place of `instead_of`.

    `plan` is the whole pathway, dated anew for the earliest finish, and `moved` the kept steps (delivery ids) that
    start in another week for it. `proven`: none with these deliveries finishes sooner.
    """

    instead_of: str
    deliveries: tuple[str, ...]
    plan: Plan
    moved: tuple[str, ...]
    finish_week: int
    cost_pounds: int
    travel_hours: int
    proven: bool


def swaps(
    problem: PathwayProblem, plan: Plan, step: str, limits: Limits, *, most: int | None = None
) -> tuple[Swap, ...]:
    """Everything that can stand in for a step (delivery id) with the others kept: earliest finish first, then cheapest.

    Every other delivery of the same content; every other content that alone gives what is needed, by the delivery that
    finishes soonest; where there is none, the smallest sets of contents that do (up to `MOST_STAND_INS`). What no
    calendar can run by the horizon is left out, and another content with which the goal holds no sooner than with the
    kept steps alone. `most`: only the first so many; None: all. Raises `ValueError` for a step that the plan does not
    have, `PlanRefused` for a plan that does not hold.
    """
    trace = replay(problem, plan)
    out = next((one for one in trace.steps if one.delivery.id == step), None)
    if out is None:
        raise ValueError(f"{step!r} is no step of the plan")
    kept = [one for one in trace.steps if one is not out]
    usable = [one for one in problem.deliveries if problem.usable(one) and one.id != step]
    choices = [([one], problem.horizon) for one in usable if one.content == out.content.id]
    alone = _swap(problem, kept, step, (), limits)
    last = problem.horizon if alone is None else alone.finish_week - 1
    for contents in _stand_ins(problem, [one.content.id for one in kept], out.content.id, limits):
        choices.append(([one for one in usable if one.content in contents], last))
    return tuple(islice(_best_first(problem, kept, step, choices, limits), most))


def _best_first(
    problem: PathwayProblem,
    kept: Sequence[StepTrace],
    step: str,
    choices: Sequence[tuple[Sequence[Delivery], int]],
    limits: Limits,
) -> Iterator[Swap]:
    """The swaps by these choices in order, each choice dated only when no other is left that may come before it.

    A choice is the deliveries to choose among, and the last week in which the goal may hold with it.
    """
    steps = [one.delivery for one in kept]
    small = _only(problem, [one.content for some in (steps, *(some for some, _ in choices)) for one in some])
    learner = Learner(replace(small, lapses={}), 0)
    waiting: list[tuple[tuple[int, int, int, tuple[str, ...]], int, Swap | None]] = []
    for number, (choice, last) in enumerate(choices):
        if (soonest := _soonest(small, learner, [*steps, *choice])) is not None and soonest[1] <= last:
            least = 0, 0, tuple[str, ...]()
            if len(choice) == 1:
                taken = [*steps, *choice]
                least = sum(d.cost_pounds for d in taken), sum(d.travel_hours for d in taken), (choice[0].id,)
            waiting.append(((soonest[1], *least), number, None))
    heapq.heapify(waiting)
    while waiting:
        _, number, swap = heapq.heappop(waiting)
        if swap is not None:
            yield swap
        else:
            choice, last = choices[number]
            if (swap := _swap(small, kept, step, choice, limits)) is not None and swap.finish_week <= last:
                key = swap.finish_week, swap.cost_pounds, swap.travel_hours, swap.deliveries
                heapq.heappush(waiting, (key, number, swap))


def _swap(
    problem: PathwayProblem, kept: Sequence[StepTrace], step: str, choice: Sequence[Delivery], limits: Limits
) -> Swap | None:
    """The plan with the kept steps and one delivery for each content of the choice; None when it cannot be run."""
    small = _only(problem, [*(one.content.id for one in kept), *(one.content for one in choice)])
    anywhen = dict.fromkeys([*(one.delivery.id for one in kept), *(one.id for one in choice)], (0, None))
    dated = _dated(small, anywhen, limits)
    if dated.plan is None or dated.finish_week is None:
        return None
    trace = replay(problem, dated.plan)
    was = {one.delivery.id: one.start_week for one in kept}
    return Swap(
        step,
        tuple(one.delivery for one in dated.plan.steps if one.delivery not in was),
        dated.plan,
        tuple(one.delivery for one in dated.plan.steps if was.get(one.delivery, one.start_week) != one.start_week),
        dated.finish_week,
        trace.cost_pounds,
        trace.travel_hours,
        dated.proven,
    )


def _stand_ins(problem: PathwayProblem, kept: Collection[str], out: str, limits: Limits) -> list[frozenset[str]]:
    """Other contents with which the kept lead to the goal again, dates aside: each single one, else smallest sets.

    Where the kept do so alone, the step was there for its date: any content that can be begun may stand in for it.
    """
    steps = [content for content in problem.contents if content.id in kept]
    offered = {one.content for one in problem.deliveries if problem.usable(one)} - {out, *kept}
    without = Learner(problem, None)
    alone = without.completes_all(steps) >= set(kept) and without.holds(problem.goal)
    known = without.facts
    singles = []
    for content in problem.contents:
        new = alone or not known.issuperset(content.adds)
        if new and content.id in offered and without.holds(content.entry):
            learner = without.copy()
            if learner.completes_all([content, *steps]) >= set(kept) and learner.holds(problem.goal):
                singles.append(frozenset({content.id}))
    return singles or ([] if alone else _smallest_sets(problem, kept, out, limits))


def _smallest_sets(problem: PathwayProblem, kept: Collection[str], out: str, limits: Limits) -> list[frozenset[str]]:
    """Sets of fewest other contents, found one after another by a cap that shuts out each one found."""
    question = priced(_requiring(problem, kept), lambda one: one.content not in kept)
    question = replace(question, barred=problem.barred | {one.id for one in problem.deliveries if one.content == out})
    found: list[frozenset[str]] = []
    while len(found) < MOST_STAND_INS:
        fewest = solve_additive(replace(question, lapses={}), Criterion.COST, limits)
        if fewest is None or fewest.value is None:
            break
        contents = frozenset(one.content for one in fewest.deliveries) - frozenset(kept)
        if contents in found or (found and len(contents) > len(found[0])):
            break
        found.append(contents)
        both = {one.id: 1 for one in problem.deliveries if one.content in contents}
        question = replace(question, caps=(*question.caps, Cap(f"not {sorted(contents)}", both, len(contents) - 1)))
    return found
