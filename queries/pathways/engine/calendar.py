"""Pathways on the calendar: dates, horizon, weekly hours, windows and caps over the whole plan, exactly.

Without the cap on weekly hours the answer is an earliest arrival over gates (Dijkstra with all = max, any = min; see
`timetable.arrivals`). That is a bound, and often the answer. Otherwise it is a resource-constrained schedule with
optional tasks and alternative modes (Hartmann & Briskorn 2010, "A survey of variants and extensions of the
resource-constrained project scheduling problem"), solved by CP-SAT, one worker and deterministic time, so that load
changes no answer. Before that, what cannot help within the deadlines and caps is fixed out by bounds.

A finish is soon proved in most questions by a search of the whole, once a good plan is known. Where it is not, it is
enclosed: from above by searches among the contents of good plans, a large neighbourhood of the best one known (Shaw
1998); from below by short searches for the proof that there is no plan by some week, which is far quicker than to raise
the bound of one long search. What is left between the two is searched as a whole again.

Aims are taken one after another, each kept while the next is sought: the criterion, then the finish, then fewest steps,
then least pounds. When a later search runs out of work, it is still true that no step can be left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from queries.pathways.engine import kernel
from queries.pathways.engine.additive import AdditiveOptimum, Search
from queries.pathways.engine.bounds import lm_cut
from queries.pathways.engine.circuit import Circuit, compile_circuit, prepare
from queries.pathways.engine.kernel import NEVER, Flags, Gates, Ints, Wires
from queries.pathways.engine.problem import (
    Cap,
    Criterion,
    Limits,
    PathwayProblem,
    Plan,
    PlannedStep,
    ProblemRefused,
)
from queries.pathways.engine.timetable import (
    Offer,
    arrivals,
    compacted,
    dated_landmarks,
    due_weeks,
    longest_tails,
    offer_to,
    pinned,
    placed,
    selected,
    undominated,
    useful_modes,
)

GOAL, MILESTONE = 0, 1
"""What has to hold by a deadline: the goal, and for the first job the milestone too."""

NARROW = 25
"""Contents up to which CP-SAT is asked about all of them at once."""

WIDE = 1500
"""Contents from which on CP-SAT gets nowhere with all of them, and is asked about a pool of them only."""

WIDE_ROUNDS = 4
"""Weeks to try for the bound from the hours when there are that many contents."""

WIDE_TURNS, WIDE_SHARE = 24, 0.1
"""Plans that make the one pool where there are that many contents, and the share of the calendar work it may take."""

POOL_TURNS = 6
"""Plans that make the first pool."""

POOL_SHARE = 0.025
"""The share of the calendar work that a pool may take."""

FIRST_POOL = 0.001
"""The share of the calendar work that is spent on pools before anything else: as much as the first of them takes."""

POOLS_SHARE, PATIENCE = 0.35, 0.15
"""The shares of the calendar work that all pools may take, and those since the last better plan."""

FEWEST_TURNS, MOST_TURNS = 3, 40
"""How far the number of plans that make a pool may go down and up."""

NEAR = 0.6
"""The share of the best week known that the bound has to be for the question as a whole to be searched before pools.

Farther apart it takes long, most of it in what CP-SAT does not count as work.
"""

LOOK_SHARE, WHOLE_SHARE = 0.3, 0.4
"""The shares of the calendar work that the question as a whole may take at first, and when pools help no more."""

UPWARDS_SHARE, DOWNWARDS_SHARE = 0.03, 0.47
"""The shares of its work that a search for a sum goes upwards from the bound, then downwards; after that upwards."""

PROBE_SHARE = 0.05
"""The share of the calendar work that a search may take for the proof that a target cannot hold by some week."""

TIDY_SHARE = 0.1
"""The share of the calendar work, besides, that fewest steps and least pounds may take."""

SCHEDULES_KEPT = 64
"""Plans whose schedules are kept: the same one is looked at again and again while it is tidied and compared."""

Steps = dict[int, int]
"""A plan: delivery (index in the problem) to its start week."""

Deadlines = dict[int, int]
"""The last week in which each target may begin to hold."""

Aim = int | Ints
"""What to have least of: the week in which a target holds, or the sum of amounts by delivery of the problem."""


@dataclass(frozen=True, slots=True)
class CalendarOptimum:
    """The best dated plan known (None: none known), with proved bounds on its value.

    `value` and `bound` are in the criterion's unit; `finish` is the week in which the goal holds. `proven` with no plan
    means that there is none by the horizon. `tidy` says that no plan of the same value finishes sooner or, finishing
    then, has fewer steps or, with as few, costs less. `work` is CP-SAT deterministic time.
    """

    plan: Plan | None
    value: int | None
    bound: int
    proven: bool
    finish: int | None
    tidy: bool
    work: float


def solve_calendar(
    problem: PathwayProblem, limits: Limits, *, criterion: Criterion = Criterion.WEEKS, tidy: bool = True
) -> CalendarOptimum:
    """The plan of earliest finish (`WEEKS`), or of earliest milestone and then finish (`FIRST_JOB`).

    With `tidy`, of fewest steps and then least pounds among those. Raises `ProblemRefused` when the first job is asked
    for and the problem has no milestone.
    """
    if criterion is not Criterion.FIRST_JOB:
        return Calendar(replace(problem, milestone=None), limits).earliest(GOAL, tidy=tidy)
    if problem.milestone is None:
        facts: dict[str, object] = {"criterion": criterion.value}
        raise ProblemRefused("no_milestone", facts, "Say what counts as the first job, or choose another criterion.")
    return Calendar(problem, limits).earliest(MILESTONE, GOAL, tidy=tidy)


def no_sooner(problem: PathwayProblem, criterion: Criterion) -> int:
    """A bound on the value of every dated plan (`WEEKS` or `FIRST_JOB`), without search: when the target can hold at
    the soonest if hours and caps were no matter. `NEVER`: there is no plan by the horizon.
    """
    wanted = problem if criterion is Criterion.FIRST_JOB else replace(problem, milestone=None)
    return Calendar(wanted, Limits(calendar_work=0)).no_sooner(MILESTONE if criterion is Criterion.FIRST_JOB else GOAL)


def date(problem: PathwayProblem, optimum: AdditiveOptimum, criterion: Criterion, limits: Limits) -> CalendarOptimum:
    """The dated plan of least `criterion`, then earliest finish, fewest steps and least pounds.

    `optimum` ignores dates: its value is the answer when a calendar can run it, and a bound on the answer when none
    can.
    """
    return Calendar(replace(problem, milestone=None), limits).dated(optimum, criterion)


@dataclass(frozen=True, slots=True)
class Row:
    """A cap as numbers: what each delivery of the problem counts for, and the most they may sum to."""

    amounts: Ints
    most: int

    def allows(self, steps: Steps) -> bool:
        """Whether steps keep to the cap."""
        return self.sum(steps) <= self.most

    def sum(self, steps: Steps) -> int:
        """What steps count for together."""
        return int(self.amounts[list(steps)].sum())


@dataclass(frozen=True, slots=True)
class _Core:
    """What a plan within deadlines and caps can use: gates, deliveries, and the weeks between which gates count.

    `known` are the dated landmarks found so far, each with the amounts that they are of, by the identity of these.
    """

    circuit: Circuit
    offer: Offer
    latest: int
    week: Ints
    due: Ints
    known: dict[int, tuple[Ints, tuple[list[Ints], int, Ints]]] = field(default_factory=dict)

    def least(self, amounts: Ints) -> Ints:
        """The least amount of each content over its deliveries; `amounts` are by delivery of the problem."""
        return np.minimum.reduceat(amounts[self.offer.delivery], self.offer.first[:-1].astype(np.int64))

    def dated(self, amounts: Ints, deadlines: Deadlines, enough: int) -> tuple[list[Ints], int, Ints]:
        """Dated landmarks (see `timetable`), as deliveries of the core, what they sum to, and what is left to pay.

        The deadlines are those of the core. No more are looked for when those found sum to enough.
        """
        if id(amounts) in self.known:
            return self.known[id(amounts)][1]
        by_gate = {_gate(self.circuit, target): week for target, week in deadlines.items()}
        wanted = [gate for gate in by_gate if gate >= 0]
        due = np.array([by_gate[gate] for gate in wanted], np.int64)
        left = amounts[self.offer.delivery]
        starts, members, weights = dated_landmarks(
            self.circuit.wires, self.offer, left, np.array(wanted, np.int32), due, enough
        )
        found = [members[one:two] for one, two in pairwise(starts.tolist())], int(weights.sum()), left
        if found[1] < enough:
            self.known[id(amounts)] = amounts, found
        return found


def _gate(circuit: Circuit, target: int) -> int:
    return circuit.goal if target == GOAL else circuit.milestone


def _week(circuit: Circuit, week: Ints, target: int) -> int:
    """When a target holds; one that holds from the start has no gate in a restricted circuit."""
    gate = _gate(circuit, target)
    return int(week[gate]) if gate >= 0 else 0


@dataclass(frozen=True, slots=True)
class Found:
    """The best steps known (None: none known), their value under one aim, and what is proved about it."""

    steps: Steps | None
    value: int
    bound: int
    proven: bool


@dataclass(slots=True)
class _Luck:
    """How it has gone so far with pools drawn by chance."""

    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))
    turns: float = POOL_TURNS
    spent: float = 0.0
    better: float = 0.0


class Calendar:
    """One question on the calendar.

    `rows` are the caps, to which a sum that is to be kept is added. `wide` says that there may be too many contents for
    CP-SAT and for more than a few bounds; `whole`, that all are there, so that its bounds are those of the question.
    """

    def __init__(self, problem: PathwayProblem, limits: Limits) -> None:
        self.problem = problem
        self.limits = limits
        self.circuit = compile_circuit(problem)
        self.offer = offer_to(problem)
        self.prepared = prepare(problem.catalogue)
        self.rows = [Row(self._amounts(cap), cap.most) for cap in problem.caps]
        self.deadlines = (
            {GOAL: problem.horizon}
            if problem.milestone is None
            else {GOAL: problem.horizon, MILESTONE: problem.horizon}
        )
        self.wide = len(self.circuit.contents) > WIDE
        self.whole = True
        self.work = 0.0
        self._schedules: dict[frozenset[tuple[int, int]], tuple[Circuit, Offer, Ints]] = {}

    def _amounts(self, cap: Cap) -> Ints:
        if isinstance(cap.of, Criterion):
            return self.prepared.amounts[cap.of]
        return np.array([cap.amount(one) for one in self.problem.deliveries], np.int64)

    # Questions

    def earliest(self, first: int, *others: int, tidy: bool) -> CalendarOptimum:
        """The plan that meets the first aim soonest, then the others, then of fewest steps and least pounds."""
        if self.certain():
            return CalendarOptimum(Plan(()), 0, 0, True, 0, True, 0.0)
        return self.tidied(self.soonest(first, None), first, *others, tidy=tidy)

    def no_sooner(self, target: int) -> int:
        """See the function."""
        if self.certain():
            return 0
        core = self._core(self.deadlines)
        return NEVER if core is None else _week(core.circuit, core.week, target)

    def dated(self, optimum: AdditiveOptimum, criterion: Criterion) -> CalendarOptimum:
        """The dated plan of least sum, given the plan of least sum without dates."""
        if self.certain():
            return CalendarOptimum(Plan(()), 0, 0, True, 0, True, 0.0)
        price = self.prepared.amounts[criterion]
        chosen = [self.prepared.places[one.id] for one in optimum.deliveries]
        most = np.full(len(self.problem.contents), -1, np.int64)
        most[self.prepared.content[chosen]] = price[chosen]
        steps = self._placed(self.prepared.content[chosen], price <= most[self.prepared.content]) if chosen else None
        if steps is None or optimum.value is None:
            found = self.least(price, None, optimum.bound, self.limits.calendar_work)
        else:
            found = Found(steps, optimum.value, optimum.bound, optimum.proven)
        return self.tidied(found, price, GOAL, tidy=True)

    def certain(self) -> bool:
        """Whether everything holds from the start."""
        _, true, _ = kernel.closed(self.circuit.wires, np.zeros(len(self.circuit.contents), np.bool_))
        return all(true[_gate(self.circuit, target)] for target in self.deadlines)

    def tidied(self, found: Found, first: Aim, *others: int, tidy: bool) -> CalendarOptimum:
        """The answer under the first aim, with the others, then steps and pounds, made least without loss to it.

        On the way a plan that is not proved best may become better under the first aim, too.
        """
        best, proven = found.steps, found.proven
        if best is None:
            return CalendarOptimum(None, None, found.bound, proven, None, proven, self.work)
        self._keep(first, found.value)
        for target in others:
            then = self.soonest(target, best)
            best, proven = then.steps or best, proven and then.proven
            self._keep(target, then.value)
        if tidy:
            pounds = self.prepared.amounts[Criterion.COST]
            work = self.limits.calendar_work * TIDY_SHARE
            then = self.least(pounds + self._more_than_any_plan(pounds), best, 0, work)
            best, proven = then.steps or best, proven and then.proven
        best = self._compacted(self._without_waste(best))
        value = self._value(first, best)
        return CalendarOptimum(
            self.plan(best),
            value,
            found.bound,
            value <= found.bound,
            self.weeks(best)[GOAL],
            tidy and proven,
            self.work,
        )

    def plan(self, steps: Steps) -> Plan:
        """Steps as a plan, in the order of their weeks."""
        ids = self.problem.deliveries
        by_week = sorted(steps.items(), key=lambda step: (step[1], ids[step[0]].id))
        return Plan(tuple(PlannedStep(ids[one].id, week) for one, week in by_week))

    def _value(self, aim: Aim, steps: Steps) -> int:
        """What steps are worth under an aim."""
        return self.weeks(steps)[aim] if isinstance(aim, int) else int(aim[list(steps)].sum())

    def _keep(self, aim: Aim, value: int) -> None:
        """From now on look only for plans that are no worse under an aim."""
        if isinstance(aim, int):
            self.deadlines[aim] = value
        else:
            self.rows.append(Row(aim, value))

    def _more_than_any_plan(self, amounts: Ints) -> int:
        """A number above the sum of any plan, each content being taken once."""
        most = np.zeros(len(self.problem.contents), np.int64)
        np.maximum.at(most, self.prepared.content, amounts)
        return int(most.sum()) + 1

    # Aims

    def soonest(self, target: int, best: Steps | None) -> Found:
        """The plan on which a target holds soonest, within the deadlines and rows, given one that keeps to them."""
        core = self._core(self.deadlines)
        if core is None:
            return Found(None, NEVER, self.problem.horizon + 1, True)
        bound = _week(core.circuit, core.week, target)

        def found(plans: Sequence[Steps]) -> tuple[Steps | None, int]:
            known = min(plans, key=lambda steps: (self.weeks(steps)[target], len(steps)), default=None)
            return known, NEVER if known is None else self.weeks(known)[target]

        best, value = found([best] if best else self._first_plans(core))
        end, late = self.work + self.limits.calendar_work, self.deadlines[target] + 1
        bound, _ = self._destroyed(target, bound, min(value, late), 0.0)

        luck = _Luck()

        def pools(share: float) -> None:
            nonlocal best, value
            if min(value, late) > bound:
                steps = self._nearby(luck, target, best, value, bound, self.limits.calendar_work * share)
                best, value = found([one for one in (best, steps) if one])

        def whole(work: float) -> None:
            nonlocal best, value, bound
            if min(value, late) > bound:
                steps, proved = self._sooner(target, value, work, bound)
                bound = max(bound, proved)
                best, value = found([one for one in (best, steps) if one])

        if not self.wide:
            pools(FIRST_POOL)
            if bound >= min(value, late) * NEAR:
                whole(self.limits.calendar_work * LOOK_SHARE)
        pools(POOLS_SHARE)
        if not self.wide:
            whole(self.limits.calendar_work * WHOLE_SHARE)
        core = self._core({**self.deadlines, target: min(value, late - 1)}) or core
        if min(value, late) > bound and not self._wide(core):
            bound, steps = self._destroyed(target, bound, min(value, late), PROBE_SHARE)
            best, value = found([one for one in (best, steps) if one])
        whole(end - self.work)
        return Found(best, value, min(bound, value), value <= bound or (best is None and bound >= late))

    def _sooner(self, target: int, value: int, work: float, bound: int = 0) -> tuple[Steps | None, int]:
        """Steps on which a target holds before the week `value`, if there are any, and a bound on that week."""
        sooner = {**self.deadlines, target: min(self.deadlines[target], value - 1)}
        core = self._core(sooner, *([] if self.wide else self._loads(sooner)))
        if core is None:
            return None, sooner[target] + 1
        if self._wide(core):
            return None, 0
        steps, proved = self._search(core, sooner, target, work, bound=bound)
        return steps, min(proved, sooner[target] + 1)

    def least(self, price: Ints, best: Steps | None, bound: int, work: float) -> Found:
        """The plan of least price within the deadlines and rows, given one that keeps to them."""
        if best is None:
            core = self._core(self.deadlines)
            plans = [] if core is None else self._first_plans(core, price)
            best = min(plans, key=lambda steps: int(price[list(steps)].sum()), default=None)
        value = NEVER if best is None else int(price[list(best)].sum())
        less = Row(price, value - 1 if best else int(price.sum()))
        core = self._core(self.deadlines, less, *([] if self.wide else self._loads(self.deadlines)))
        if core is None:
            return Found(best, value, value, True)
        if not self._wide(core):
            steps, bound = self._least_of(core, price, less, bound, work)
        else:
            pool = self._pool(
                core, self.prepared.content[list(best or ())], np.random.default_rng(1), WIDE_TURNS, price
            )
            steps = pool.least(price, best, bound, work * WIDE_SHARE).steps
            self.work = pool.work
        if steps is not None:
            best, value = steps, less.sum(steps)
        return Found(best, value, min(bound, value), value <= bound)

    def _least_of(self, core: _Core, price: Ints, less: Row, bound: int, work: float) -> tuple[Steps | None, int]:
        """Steps of a core within a row of their price, if there are any, and a bound on the price.

        First without dates, which is quick: when a calendar runs that plan, it is the answer.
        """
        scale = len(core.circuit.contents) + 1
        caps = [(core.least(row.amounts), row.most) for row in self.rows]
        search = Search(core.circuit, core.least(price) * scale + 1, self.limits, scale, caps)
        search.run()
        bound = max(bound, -(-(search.bound - scale + 1) // scale), core.dated(price, self.deadlines, less.most + 1)[1])
        best = None
        if search.plan is not None:
            best = self._placed_from(core, core.circuit.flags(search.plan), price)
            best = best if best and less.allows(best) else None
        if best is None or less.sum(best) > bound:
            steps, proved = self._search(core, self.deadlines, price, work, less, bound=bound)
            bound = max(bound, proved)
            if steps is not None and (best is None or less.sum(steps) < less.sum(best)):
                best = steps
        return best, bound

    def _search(
        self, core: _Core, deadlines: Deadlines, aim: Aim | None, work: float, *more: Row, bound: int = 0
    ) -> tuple[Steps | None, int]:
        """Steps by CP-SAT, tidied up, and a bound on the aim, given one; any steps when there is no aim.

        For a sum some work goes upwards from the bound, to the proof, half to better steps, and the rest upwards again.
        """
        if work <= 0:
            return None, 0
        ones, weeks = self.prepared.amounts[Criterion.STEPS], self.prepared.amounts[Criterion.STUDY_WEEKS]
        rows = [*self.rows, *more]
        prices = [ones, weeks, *(row.amounts for row in rows)]
        model = _Model(core, deadlines, rows, self.problem.hours_cap, prices)
        if isinstance(aim, int):
            model.minimise_week(aim, bound)
        elif aim is not None:
            model.minimise_sum(aim, bound)
        found, proved = None, bound
        turns = [(1.0, False)]
        if isinstance(aim, np.ndarray) and self.whole:
            turns = [(UPWARDS_SHARE, True), (DOWNWARDS_SHARE, False), (1.0, True)]
        for share, upwards in turns:
            if not model.settled and model.work < work:
                better, higher = model.run(min(work * share, work - model.work), upwards=upwards)
                found, proved = better or found, max(proved, higher)
        self.work += model.work
        return None if found is None else self._compacted(self._without_waste(found)), proved

    # Bounds from the hours

    def _loads(self, deadlines: Mapping[int, int]) -> list[Row]:
        """What the weekly hours allow by the deadline, as caps on hours of study in all.

        A step of h hours a week takes f(h) of f(cap) for any *dual feasible function* f (Fekete & Schepers 2001, "New
        classes of fast lower bounds for bin packing problems"), by which what leaves too little room for anything else
        fills the week. So its hours times weeks sum to at most f(cap) a week: energetic reasoning in which landmarks
        say how much there is to do.
        """
        cap, hours = self.problem.hours_cap, self.prepared.hours
        weeks = self.prepared.amounts[Criterion.STUDY_WEEKS]
        span = max(deadlines.values()) - self.problem.not_before
        rows = [Row(weeks * hours, cap * span)]
        for least in (cap // 4,) if self.wide else {cap // 4, cap // 2}:
            if least > 1:
                full = np.where(hours > cap - least, cap, np.where(hours < least, 0, hours))
                rows.append(Row(weeks * full, cap * span))
        if self.wide:
            return rows
        whole = np.where(hours * 3 % cap == 0, hours * 2, hours * 3 // cap * cap)
        return [*rows, Row(weeks * whole, 2 * cap * span)]

    def _destroyed(self, target: int, low: int, high: int, share: float) -> tuple[int, Steps | None]:
        """A week before which a target cannot hold, and perhaps steps on which it holds sooner than by `high`.

        Suppose a week in the middle: what cannot be done by then is out, and the others may still be too much (Klein &
        Scholl 1999, "Computing lower bounds by destructive improvement") for the weekly hours or, with a share of the
        work, for a short search.
        """
        best = None
        for _ in range(WIDE_ROUNDS if self.wide else high.bit_length()):
            if low >= high:
                break
            middle = (low + high) // 2
            by_then = {**self.deadlines, target: middle}
            core = self._core(by_then, *self._loads(by_then))
            steps, proved = None, 0
            if core is not None and share > 0:
                steps, proved = self._search(core, by_then, None, self.limits.calendar_work * share)
            if core is None or proved == NEVER:
                low = middle + 1
            else:
                best = steps or best
                high = middle if steps is None else min(middle, self.weeks(steps)[target])
        return low, best

    # What can be of use

    def _core(self, deadlines: Deadlines, *more: Row, within: Gates | None = None) -> _Core | None:
        """What a plan within deadlines and rows can use, or None when there is no such plan, hours aside.

        `within` are the contents (indices in the problem) to look among; None means all.
        """
        rows, latest = [*self.rows, *more], max(deadlines.values())
        circuit = self.circuit
        amounts = np.array([row.amounts[self.offer.delivery] for row in rows], np.int64)
        kept = undominated(self.offer, amounts.reshape(len(rows), len(self.offer.delivery)))
        if within is not None:
            kept &= np.isin(self.prepared.content[self.offer.delivery], within)
        offer = selected(self.offer, circuit.contents, kept, 0, latest)
        while True:
            week, _ = arrivals(circuit.wires, offer, latest)
            due = np.full(len(circuit), -1, np.int64)
            for target, deadline in deadlines.items():
                if _week(circuit, week, target) > deadline:
                    return None
                if (gate := _gate(circuit, target)) >= 0:
                    due[gate] = max(due[gate], deadline)
            due = due_weeks(circuit.wires, offer, due)
            kept = useful_modes(circuit.wires, offer, week, due)
            if kept.all() and circuit is not self.circuit:
                core = _Core(circuit, offer, latest, week, due)
                while rows and kept.all():
                    row = rows.pop()
                    kept = _affordable(circuit, offer, row, self._towards(circuit))
                    if kept.all() and not self.wide and self.limits.calendar_work > 0:
                        _, bound, left = core.dated(row.amounts, deadlines, row.most + 1)
                        kept = bound + left <= row.most
                if kept.all():
                    return core
            contents = np.repeat(np.arange(len(circuit.contents)), np.diff(offer.first))
            smaller = circuit.narrowed(np.unique(contents[kept]))
            if smaller is None:
                return None
            places = np.searchsorted(circuit.contents, smaller.contents).astype(np.int32)
            circuit, offer = smaller, selected(offer, places, kept, 0, latest)

    # Plans without search

    def _first_plans(self, core: _Core, *prices: Ints) -> list[Steps]:
        """A few choices of contents placed greedily: those of earliest arrival, of little study, of little of a sum."""
        _, rank = arrivals(core.circuit.wires, core.offer, core.latest)
        weeks = self.prepared.amounts[Criterion.STUDY_WEEKS]
        choices: list[tuple[Flags, Ints | None]] = [(self._supporters(core.circuit, rank), None)]
        for amounts in (weeks, weeks * self.prepared.hours):
            choices.append((self._relaxed(core.circuit, core.least(amounts)), None))
        for amounts in (*(row.amounts for row in self.rows), *prices):
            choices.append((self._relaxed(core.circuit, core.least(amounts)), amounts))
        different = {(chosen.tobytes(), id(amounts)): (chosen, amounts) for chosen, amounts in choices}
        found = (self._placed_from(core, *choice) for choice in different.values())
        return [steps for steps in found if steps is not None]

    def _wide(self, core: _Core) -> bool:
        """Whether there is too much to choose from for CP-SAT."""
        return self.wide and len(core.circuit.contents) > WIDE

    def _worth_a_pool(self, core: _Core) -> bool:
        """Whether there is so much to choose from that good choices are best looked for in a part of it first."""
        return self.limits.calendar_work > 0 and len(core.circuit.contents) > NARROW

    def _nearby(
        self, luck: _Luck, target: int, best: Steps | None, value: int, bound: int, most: float
    ) -> Steps | None:
        """Steps on which a target holds sooner than on the best known, from one pool after another; None: none found.

        A pool that is soon searched through is followed by a larger one, one that takes all its work by a smaller.
        """
        found, core = None, None
        work, patience = self.limits.calendar_work * POOL_SHARE, self.limits.calendar_work * PATIENCE
        if self.wide:
            luck.turns, work = WIDE_TURNS, self.limits.calendar_work * WIDE_SHARE
        while value > bound and luck.spent < min(most, luck.better + patience):
            core = core or self._core({**self.deadlines, target: min(self.deadlines[target], value - 1)})
            if core is None or not self._worth_a_pool(core):
                break
            pool = self._pool(core, self.prepared.content[list(best or ())], luck.chance, round(luck.turns))
            steps, _ = pool._sooner(target, value, work)
            used, self.work = pool.work - self.work, pool.work
            luck.spent += max(used, work / 4)
            luck.turns = min(luck.turns * 1.3, MOST_TURNS) if used < work else max(luck.turns * 0.9, FEWEST_TURNS)
            if steps is not None:
                best, value, core = steps, self.weeks(steps)[target], None
                found, luck.better = steps, luck.spent
            if self.wide:
                luck.spent = NEVER
        return found

    def _pool(self, core: _Core, known: Gates, chance: np.random.Generator, turns: int, *prices: Ints) -> Calendar:
        """The same question about the contents of so many plans made by chance, and those known to be good.

        They are plans under h_add for little of the hours, weeks, waiting or prices in turn, each content being up to
        128 times as dear: whole numbers, so that every machine draws the same.
        """
        circuit, weeks = core.circuit, self.prepared.amounts[Criterion.STUDY_WEEKS]
        entry = np.array([circuit.entry(content) for content in range(len(circuit.contents))])
        span = core.week[: len(entry)] - np.where(entry >= 0, core.week[entry], 0)
        guides = [core.least(weeks * self.prepared.hours), core.least(weeks) * 8, span * 8, *map(core.least, prices)]
        used = np.zeros(len(entry), np.bool_)
        for turn in range(turns):
            used |= self._relaxed(circuit, (guides[turn % len(guides)] + 1) << chance.integers(0, 8, len(entry)))
        pool = copy(self)
        pool.circuit = self._narrowed(np.union1d(circuit.contents[used], known))
        pool.wide = pool.whole = False
        pool._schedules = {}
        return pool

    def _narrowed(self, contents: Gates) -> Circuit:
        """The gates of some contents (indices in the problem)."""
        return self.circuit.restricted(np.searchsorted(self.circuit.contents, contents))

    def _relaxed(self, circuit: Circuit, price: Ints) -> Flags:
        """The contents that support the targets under h_add, without the needless ones."""
        prices = price * (len(price) + 1) + 1
        _, rank = kernel.settled(circuit.wires, prices, True, -1, NEVER)
        flags = np.zeros(len(circuit.contents), np.bool_)
        for wires in self._towards(circuit):
            flags[kernel.without_waste(wires, kernel.supporters(wires, rank, wires.goal), prices)] = True
        return flags

    def _supporters(self, circuit: Circuit, rank: Gates) -> Flags:
        return circuit.flags(
            np.concatenate([kernel.supporters(wires, rank, wires.goal) for wires in self._towards(circuit)])
        )

    def _towards(self, circuit: Circuit) -> list[Wires]:
        """The wires with each target as their goal."""
        gates = [_gate(circuit, target) for target in self.deadlines]
        return [circuit.wires._replace(goal=gate) for gate in gates if gate >= 0]

    def _placed_from(self, core: _Core, chosen: Flags, cheapest: Ints | None = None) -> Steps | None:
        """Contents of a core placed; with `cheapest` only by their deliveries of least amount."""
        kept = np.zeros(len(self.problem.deliveries), np.bool_)
        kept[core.offer.delivery] = True
        if cheapest is not None:
            least = np.repeat(core.least(cheapest), np.diff(core.offer.first))
            kept[core.offer.delivery] = cheapest[core.offer.delivery] <= least
        return self._placed(core.circuit.contents[chosen], kept)

    def _placed(self, contents: Gates, kept: Flags) -> Steps | None:
        """Contents placed as early as entry, starts and hours allow, by those of the given deliveries that end first.

        None when that breaks a deadline or a row. Contents are indices in the problem, as are deliveries.
        """
        circuit = self._narrowed(contents)
        offer = selected(self.offer, circuit.contents, kept[self.offer.delivery], 0, self.problem.horizon)
        _, rank = kernel.settled(circuit.wires, np.ones(len(circuit.contents), np.int64), False, -1, NEVER)
        urgency = longest_tails(circuit.wires, offer, rank)
        plans: list[Steps] = []
        for by_end in (False, True):
            done, mode, start = placed(
                circuit.wires, offer, urgency, by_end, self.problem.hours_cap, self.problem.horizon
            )
            if done:
                steps = dict(zip(offer.delivery[mode].tolist(), start.tolist(), strict=True))
                plans.append(self._compacted(self._without_waste(steps)))
        return min(
            filter(self.allowed, plans), key=lambda steps: (*self.weeks(steps).values(), len(steps)), default=None
        )

    def allowed(self, steps: Steps) -> bool:
        """Whether steps keep to the deadlines and rows."""
        weeks = self.weeks(steps)
        in_time = all(weeks[target] <= deadline for target, deadline in self.deadlines.items())
        return in_time and all(row.allows(steps) for row in self.rows)

    def _schedule(self, steps: Steps) -> tuple[Circuit, Offer, Ints]:
        """Only what the steps use: gates, each content's one delivery, and its start week. The last few are kept."""
        key = frozenset(steps.items())
        if key not in self._schedules:
            if len(self._schedules) >= SCHEDULES_KEPT:
                self._schedules.clear()
            self._schedules[key] = self._scheduled(steps)
        return self._schedules[key]

    def _scheduled(self, steps: Steps) -> tuple[Circuit, Offer, Ints]:
        kept = np.zeros(len(self.problem.deliveries), np.bool_)
        kept[list(steps)] = True
        circuit = self._narrowed(self.prepared.content[list(steps)])
        offer = selected(self.offer, circuit.contents, kept[self.offer.delivery], 0, self.problem.horizon)
        return circuit, offer, np.array([steps[delivery] for delivery in offer.delivery.tolist()], np.int64)

    def weeks(self, steps: Steps) -> dict[int, int]:
        """The week in which each target holds, or NEVER."""
        circuit, offer, start = self._schedule(steps)
        week, _ = arrivals(circuit.wires, pinned(offer, np.arange(len(start)), start), self.problem.horizon)
        return {target: _week(circuit, week, target) for target in self.deadlines}

    def _compacted(self, steps: Steps) -> Steps:
        """The same steps, each as early as the others let it be. No target holds later."""
        circuit, offer, start = self._schedule(steps)
        cap, horizon = self.problem.hours_cap, self.problem.horizon
        _, start = compacted(circuit.wires, offer, np.arange(len(start)), start, cap, horizon)
        return dict(zip(offer.delivery.tolist(), start.tolist(), strict=True))

    def _without_waste(self, steps: Steps) -> Steps:
        """The steps less every one without which every target holds no later, the dearest being tried first."""
        circuit, offer, start = self._schedule(steps)
        mode = np.arange(len(start))
        pounds = self.prepared.amounts[Criterion.COST][offer.delivery]
        week, _ = arrivals(circuit.wires, pinned(offer, mode, start), self.problem.horizon)
        before = {target: _week(circuit, week, target) for target in self.deadlines}
        for content in np.argsort(-pounds, kind="stable"):
            mode[content] = -1
            week, _ = arrivals(circuit.wires, pinned(offer, mode, start), self.problem.horizon)
            if any(_week(circuit, week, target) > before[target] for target in before):
                mode[content] = content
        return {int(offer.delivery[content]): int(start[content]) for content in mode if content >= 0}


def _affordable(circuit: Circuit, offer: Offer, row: Row, towards: Sequence[Wires]) -> Flags:
    """Whether each delivery can be part of a plan within a row: LM-cut, then what is left to pay there and onwards."""
    amounts = row.amounts[offer.delivery]
    price = np.minimum.reduceat(amounts, offer.first[:-1].astype(np.int64))
    cuts, left, reach = lm_cut(circuit, price.tolist())
    bound = sum(weight for _, weight in cuts)
    nothing = np.zeros(len(circuit), np.int64)
    onward = np.min([kernel.tails(wires, np.array(left), nothing, NEVER) for wires in towards], axis=0)
    through = bound + np.array(reach[: len(price)]) + np.minimum(onward[: len(price)], NEVER) - price
    return np.repeat(through, np.diff(offer.first)) + amounts <= row.most


class _Model:
    """The schedule as a constraint programme: optional intervals, one cumulative, and gates with times.

    A gate that holds names the inputs it leans on and holds no sooner than they do. Support can be circular only among
    gates that take no time, free ones and contents of no weeks; those get ranks, which must rise from input to gate.
    """

    def __init__(
        self, core: _Core, deadlines: Deadlines, rows: Sequence[Row], cap: int, prices: Sequence[Ints]
    ) -> None:
        self.core = core
        self.work = 0.0
        self.settled = False
        """Whether a search went to its end."""
        self.model = model = cp_model.CpModel()
        circuit = core.circuit
        self.offer = [core.offer.delivery.tolist(), core.offer.weeks.tolist(), core.offer.hours.tolist()]
        self.contents = len(circuit.contents)
        self.true = [model.new_bool_var("") for _ in range(len(circuit))]
        self.week = [
            model.new_int_var(min(first, last), last, "")
            for first, last in zip(core.week.tolist(), core.due.tolist(), strict=True)
        ]
        for late in np.flatnonzero(core.week > core.due):
            model.add(self.true[late] == 0)
        self.start: list[cp_model.IntVar] = []
        self.taken: list[cp_model.IntVar] = []
        for content in range(self.contents):
            self._content(content)
        ranks = self._ranks()
        for gate in range(self.contents, len(circuit)):
            self._gate(gate, ranks)
        for row in rows:
            model.add(self._sum(row.amounts) <= row.most)
        for target, deadline in deadlines.items():
            if (gate := _gate(circuit, target)) >= 0:
                model.add(self.true[gate] == 1)
                model.add(self.week[gate] <= deadline)
        self._hours(cap, self.week[circuit.goal] if len(deadlines) == 1 else core.latest)
        for price in prices:
            for cut, _ in lm_cut(circuit, core.least(price).tolist())[0]:
                model.add_bool_or([self.true[content] for content in cut])
            for modes in core.dated(price, deadlines, NEVER)[0]:
                model.add_bool_or([self.taken[mode] for mode in modes.tolist()])

    def _content(self, content: int) -> None:
        """One literal and start per delivery; the content is taken by one of them, after its entry holds."""
        model, offer, entry = self.model, self.core.offer, self.core.circuit.entry(content)
        modes = range(int(offer.first[content]), int(offer.first[content + 1]))
        first = int(self.core.week[entry]) if entry >= 0 else 0
        for mode in modes:
            last = int(self.core.due[content] - offer.weeks[mode])
            taken = model.new_bool_var("")
            start = model.new_int_var_from_domain(_starts(offer, mode, first, last), "")
            model.add(self.week[content] == start + int(offer.weeks[mode])).only_enforce_if(taken)
            if entry >= 0:
                model.add(start >= self.week[entry]).only_enforce_if(taken)
            self.taken.append(taken)
            self.start.append(start)
        model.add(sum(self.taken[modes.start :]) == self.true[content])
        if entry >= 0:
            model.add_implication(self.true[content], self.true[entry])

    def _hours(self, cap: int, last: cp_model.IntVar | int) -> None:
        """The learner's hours in every week, and in all weeks together; no step ends after the last."""
        intervals, hours, loads = [], [], []
        _, weeks, weekly = self.offer
        for taken, start, length, amount in zip(self.taken, self.start, weeks, weekly, strict=True):
            if amount:
                intervals.append(self.model.new_optional_fixed_size_interval_var(start, length, taken, ""))
                hours.append(amount)
                loads.append(length * amount * taken)
        self.model.add_cumulative(intervals, hours, cap)
        self.model.add(sum(loads) <= cap * last)
        for content in range(self.contents):
            self.model.add(self.week[content] <= last).only_enforce_if(self.true[content])

    def _gate(self, gate: int, ranks: Mapping[int, cp_model.IntVar]) -> None:
        """A free gate that holds leans on inputs of enough weight, and holds no sooner than they do.

        A goal that holds from the start, when only the first job is still to come, leans on nothing.
        """
        model, threshold = self.model, self.core.circuit.threshold[gate]
        if threshold <= 0:
            return
        inputs = self.core.circuit.inputs(gate)
        spare = sum(weight for _, weight in inputs) - threshold
        leans: list[tuple[cp_model.IntVar, int]] = []
        for source, weight in inputs:
            literal = self.true[gate] if weight > spare else model.new_bool_var("")
            leans.append((literal, weight))
            model.add_implication(literal, self.true[source])
            model.add(self.week[gate] >= self.week[source]).only_enforce_if(literal)
            if gate in ranks and source in ranks:
                model.add(ranks[gate] > ranks[source]).only_enforce_if(literal)
        if all(weight >= threshold for _, weight in inputs):
            model.add_bool_or([literal for literal, _ in leans]).only_enforce_if(self.true[gate])
        else:
            model.add(sum(weight * literal for literal, weight in leans) >= threshold).only_enforce_if(self.true[gate])

    def _ranks(self) -> dict[int, cp_model.IntVar]:
        """A rank for each gate that may be on a cycle of gates that take no time: the rest after peeling off ends."""
        circuit, offer = self.core.circuit, self.core.offer
        instant = [c for c in range(self.contents) if not all(offer.weeks[offer.first[c] : offer.first[c + 1]])]
        free = {*range(self.contents, len(circuit)), *instant}
        while ends := {
            gate
            for gate in free
            if not any(source in free for source, _ in circuit.inputs(gate))
            or not any(target in free for target, _ in circuit.outputs(gate))
        }:
            free -= ends
        ranks = {gate: self.model.new_int_var(0, len(free), "") for gate in sorted(free)}
        for content in instant:
            if content in ranks and (entry := circuit.entry(content)) in ranks:
                self.model.add(ranks[content] > ranks[entry]).only_enforce_if(self.true[content])
        return ranks

    def _sum(self, amounts: Ints) -> cp_model.LinearExprT:
        return cp_model.LinearExpr.weighted_sum(self.taken, amounts[self.core.offer.delivery].tolist())

    def minimise_week(self, target: int, bound: int) -> None:
        """Ask for a target to hold as soon as can be, known to be no sooner than a bound."""
        week = self.week[_gate(self.core.circuit, target)]
        self.model.add(week >= bound)
        self.model.minimize(week)

    def minimise_sum(self, amounts: Ints, bound: int) -> None:
        """Ask for the least sum of amounts, known to be no less than a bound."""
        self.model.add(self._sum(amounts) >= bound)
        self.model.minimize(self._sum(amounts))

    def run(self, work: float, *, upwards: bool = False) -> tuple[Steps | None, int]:
        """Search: the best steps found and a bound on the aim, NEVER when it is proved that there are none.

        `upwards` tries the least value left again and again, which proves most; otherwise steps are made better.
        """
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        # Measured on regional questions: without these three it is twice as fast.
        solver.parameters.linearization_level = 0
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        # And without these, which suit larger problems, by a half again.
        solver.parameters.new_linear_propagation = False
        solver.parameters.use_sat_inprocessing = False
        solver.parameters.use_phase_saving = False
        solver.parameters.use_objective_lb_search = upwards
        solver.parameters.max_deterministic_time = work
        status = solver.solve(self.model)
        # Rounded, for the order in which it is summed up there differs from one time to the next.
        self.work += round(solver.response_proto.deterministic_time, 9)
        self.settled = status in {cp_model.OPTIMAL, cp_model.INFEASIBLE}
        if status == cp_model.MODEL_INVALID:
            raise AssertionError(self.model.validate())
        if status == cp_model.INFEASIBLE:
            return None, NEVER
        bound = math.ceil(max(0.0, solver.best_objective_bound - 1e-6))
        if status == cp_model.UNKNOWN:
            return None, bound
        steps = {
            delivery: solver.value(start)
            for delivery, taken, start in zip(self.offer[0], self.taken, self.start, strict=True)
            if solver.value(taken)
        }
        return steps, bound


def _starts(offer: Offer, mode: int, first: int, last: int) -> cp_model.Domain:
    """The weeks from first to last in which a delivery starts."""
    if offer.rolling[mode]:
        return cp_model.Domain(max(first, int(offer.opens[mode])), min(last, int(offer.closes[mode])))
    starts = offer.starts[offer.row[mode] : offer.row[mode + 1]]
    return cp_model.Domain.from_values(starts[(starts >= first) & (starts <= last)].tolist())
