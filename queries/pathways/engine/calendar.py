"""The earliest week in which the goal can hold, with dates, horizon and weekly hours: exact.

Without the cap on weekly hours the answer is an earliest arrival over gates (Dijkstra with all = max, any = min; see
`circuit.settle`). That is a bound, and often the answer. Otherwise it is a resource-constrained schedule with optional
tasks and alternative modes (Hartmann & Briskorn 2010, "A survey of variants and extensions of the resource-constrained
project scheduling problem"), solved by CP-SAT, one worker and deterministic time, so that load changes no answer.

Among the pathways of earliest finish the one of fewest steps, then least pounds, is searched for in a second round.
When that round runs out of work, it is still true that no step can be left out without finishing later.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from queries.pathways.engine.additive import lm_cut, relaxed_plan
from queries.pathways.engine.circuit import (
    NEVER,
    Circuit,
    Closure,
    Settled,
    cheapest_tails,
    compile_circuit,
    settle,
    supporting_contents,
)
from queries.pathways.engine.problem import Delivery, Limits, PathwayProblem, Plan, PlannedStep

Modes = Mapping[str, Sequence[Delivery]]
"""The deliveries to choose from, by content id."""

Placed = dict[str, tuple[Delivery, int]]
"""Content id to its delivery and start week."""


@dataclass(frozen=True, slots=True)
class CalendarOptimum:
    """The best dated plan known (None: none known), with proved bounds on the week in which the goal holds.

    `proven` with no plan means that there is none by the horizon. `tidy` says that no plan with the same finish has
    fewer steps or, with as few, costs less. `work` is CP-SAT deterministic time.
    """

    plan: Plan | None
    finish: int | None
    bound: int
    proven: bool
    tidy: bool
    work: float


def solve_calendar(problem: PathwayProblem, limits: Limits, *, tidy: bool = True) -> CalendarOptimum:
    """The plan of earliest finish; with `tidy`, of fewest steps and then least pounds among those."""
    return _Calendar(problem, limits).solve(tidy=tidy)


def next_start(delivery: Delivery, week: int) -> int:
    """The first week at or after `week` in which a delivery starts, or NEVER."""
    if delivery.starts is None:
        week = max(week, delivery.opens)
        return week if delivery.closes is None or week <= delivery.closes else NEVER
    position = bisect_left(delivery.starts, week)
    return delivery.starts[position] if position < len(delivery.starts) else NEVER


class _Calendar:
    """One question on the calendar."""

    def __init__(self, problem: PathwayProblem, limits: Limits) -> None:
        self.problem = problem
        self.limits = limits
        self.modes: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in problem.deliveries:
            if problem.usable(delivery):
                self.modes[delivery.content].append(delivery)
        self.whole = compile_circuit(problem)
        self.work = 0.0

    def solve(self, *, tidy: bool) -> CalendarOptimum:
        """Bound, first plans, exact search, then the clean-up."""
        if Closure(self.whole).run():
            return CalendarOptimum(Plan(()), 0, 0, True, True, 0.0)
        bound = self.arrivals(self.whole, self.problem.horizon).value[self.whole.goal]
        if bound == NEVER:
            return CalendarOptimum(None, None, self.problem.horizon + 1, True, True, 0.0)
        best = self._first_plan()
        finish = self.finish(best) if best else None
        proven = finish == bound
        if not proven:
            best, finish, bound, proven = self._search(best, finish, bound)
        if best is None or finish is None:
            return CalendarOptimum(None, None, bound, proven, proven, self.work)
        best, is_tidy = self._tidied(best, finish) if tidy else (best, False)
        best = self.compacted(best)
        steps = sorted(best.values(), key=lambda placed: (placed[1], placed[0].id))
        plan = Plan(tuple(PlannedStep(delivery.id, start) for delivery, start in steps))
        return CalendarOptimum(plan, finish, bound, proven, is_tidy and proven, self.work)

    # What can be done by when

    def arrivals(self, circuit: Circuit, latest: int, modes: Modes | None = None) -> Settled:
        """The earliest week in which each gate holds, ignoring the sum of running hours."""
        offered = self.modes if modes is None else modes
        choices = [offered.get(self.problem.contents[number].id, ()) for number in circuit.contents]

        def arrive(content: int, week: int) -> int:
            end = min((next_start(one, week) + one.weeks for one in choices[content]), default=NEVER)
            return end if end <= latest else NEVER

        return settle(circuit, arrive)

    def achieved(self, circuit: Circuit, placed: Placed) -> Settled:
        """The week in which each gate holds with steps so placed; one whose entry holds too late gives nothing."""

        def arrive(content: int, week: int) -> int:
            step = placed.get(self.problem.contents[circuit.contents[content]].id)
            return step[1] + step[0].weeks if step is not None and week <= step[1] else NEVER

        return settle(circuit, arrive)

    def finish(self, placed: Placed) -> int:
        """The week in which the goal holds, or NEVER."""
        return self.achieved(self.whole, placed).value[self.whole.goal]

    # Plans without search

    def _first_plan(self) -> Placed | None:
        """The best of a few contents placed greedily: those of the earliest arrival, and of little study."""
        arrivals = self.arrivals(self.whole, self.problem.horizon)
        usable = [n for n in range(len(self.whole.contents)) if arrivals.rank[n] >= 0]
        circuit = self.whole.restricted(usable)
        weeks = [min(d.weeks for d in self.modes[self.problem.contents[n].id]) for n in circuit.contents]
        candidates = [
            supporting_contents(self.whole, arrivals),
            [circuit.contents[gate] for gate in relaxed_plan(circuit, weeks)],
        ]
        plans = []
        for chosen in candidates:
            for by_tail in (False, True):
                placed = self.place(chosen, by_tail=by_tail)
                if placed is not None:
                    plans.append(self.compacted(self._without_waste(placed)))
        return min(plans, key=lambda placed: (self.finish(placed), len(placed)), default=None)

    def place(self, chosen: Sequence[int], *, by_tail: bool) -> Placed | None:
        """Contents (indices) placed one at a time as early as entry, starts and hours allow; None when one cannot be.

        The next one placed is the one that ends first, or with `by_tail` the one with most still to follow it.
        """
        circuit = self.whole.restricted(chosen)
        ids = [self.problem.contents[number].id for number in circuit.contents]
        order = settle(circuit, lambda _, week: week + 1)
        tail = longest_tails(circuit, order, [min(d.weeks for d in self.modes[one]) for one in ids])
        placed: Placed = {}
        hours = [0] * (self.problem.horizon + 1)
        waiting = set(range(len(ids)))
        while waiting:
            holds = self.achieved(circuit, placed)
            options = []
            for content in waiting:
                entry = circuit.entry(content)
                week = holds.value[entry] if entry >= 0 else 0
                fits = [(self._fit(one, week, hours), one) for one in self.modes[ids[content]]] if week < NEVER else []
                ends = [
                    (start + one.weeks, one.hours_per_week, one.id, start, one) for start, one in fits if start < NEVER
                ]
                if ends:
                    end, _, _, start, delivery = min(ends, key=lambda option: option[:3])
                    options.append(
                        ((-tail[content], end) if by_tail else (end, -tail[content]), content, delivery, start)
                    )
            if not options:
                return None
            _, content, delivery, start = min(options, key=lambda option: option[:2])
            waiting.remove(content)
            placed[ids[content]] = (delivery, start)
            for week in range(start, start + delivery.weeks):
                hours[week] += delivery.hours_per_week
        return placed

    def _fit(self, delivery: Delivery, week: int, hours: Sequence[int]) -> int:
        """The first start at or after a week at which a delivery fits beside the hours already taken, or NEVER."""
        spare = self.problem.hours_cap - delivery.hours_per_week
        start = next_start(delivery, week)
        while start + delivery.weeks <= self.problem.horizon:
            crowded = [w for w in range(start, start + delivery.weeks) if hours[w] > spare]
            if not crowded:
                return start
            start = next_start(delivery, crowded[-1] + 1)
        return NEVER

    def compacted(self, placed: Placed) -> Placed:
        """The same steps, each as early as the others let it be. The finish does not get later."""
        circuit = self.whole.restricted(self._indices(placed)) if placed else self.whole
        gates = {self.problem.contents[n].id: gate for gate, n in enumerate(circuit.contents)}
        while True:
            rank = self.achieved(circuit, placed).rank
            moved: Placed = {}
            hours = [0] * (self.problem.horizon + 1)
            for content in sorted(placed, key=lambda one: (placed[one][1], rank[gates[one]], one)):
                delivery, entry = placed[content][0], circuit.entry(gates[content])
                week = self.achieved(circuit, moved).value[entry] if entry >= 0 else 0
                start = self._fit(delivery, week, hours)
                if start == NEVER:
                    return placed
                moved[content] = (delivery, start)
                for week in range(start, start + delivery.weeks):
                    hours[week] += delivery.hours_per_week
            if sum(start for _, start in moved.values()) >= sum(start for _, start in placed.values()):
                return placed
            placed = moved

    def _without_waste(self, placed: Placed) -> Placed:
        """The steps less every one without which the goal holds no later, the dearest being tried first."""
        finish = self.finish(placed)
        for content, _ in sorted(placed.items(), key=lambda item: (-item[1][0].cost_pounds, item[0])):
            rest = {other: step for other, step in placed.items() if other != content}
            if self.finish(rest) <= finish:
                placed = rest
        return placed

    def _indices(self, placed: Placed) -> list[int]:
        return [number for number, content in enumerate(self.problem.contents) if content.id in placed]

    # Exact search

    def _core(self, latest: int, *, mind_cost: bool) -> tuple[Circuit, Modes, Settled] | None:
        """What a plan that finishes by `latest` can use, or None when there is no such plan, hours aside."""
        modes = {content: undominated(some, mind_cost=mind_cost) for content, some in self.modes.items()}
        circuit = self.whole
        while True:
            arrivals = self.arrivals(circuit, latest, modes)
            if arrivals.value[circuit.goal] > latest:
                return None
            weeks = [
                min((d.weeks for d in modes.get(self.problem.contents[number].id, ())), default=NEVER)
                for number in circuit.contents
            ]
            tail = cheapest_tails(circuit, weeks)
            kept = [c for c in range(len(circuit.contents)) if arrivals.value[c] + tail[c] <= latest]
            smaller = circuit.restricted(kept)
            if len(smaller) == len(circuit):
                return circuit, modes, arrivals
            circuit = smaller

    def _search(
        self, best: Placed | None, finish: int | None, bound: int
    ) -> tuple[Placed | None, int | None, int, bool]:
        """Better plans by CP-SAT until none is left: (best plan, its finish, bound, proven)."""
        latest = self.problem.horizon if finish is None else finish - 1
        core = self._core(latest, mind_cost=False)
        if core is None:
            return best, finish, latest + 1, True
        if self.limits.calendar_work <= 0:
            return best, finish, bound, False
        model = _Model(self.problem, *core, latest)
        model.minimise_finish()
        status, found, proved = model.run(self.limits.calendar_work)
        self.work += model.work
        if found is not None:
            best = self.compacted(self._without_waste(found))
            finish = self.finish(best)
        if status == cp_model.INFEASIBLE:
            return best, finish, latest + 1, True
        bound = max(bound, proved)
        return best, finish, bound, finish == bound

    def _tidied(self, best: Placed, finish: int) -> tuple[Placed, bool]:
        """Fewest steps, then least pounds, with the goal by `finish`: (plan, proven)."""
        best = self._without_waste(best)
        if self.limits.calendar_work <= 0:
            return best, False
        core = self._core(finish, mind_cost=True)
        if core is None:
            raise AssertionError("a plan is known that finishes in time")
        model = _Model(self.problem, *core, finish)
        model.minimise_steps_then_cost(best)
        status, found, _ = model.run(self.limits.calendar_work)
        self.work += model.work
        if found is not None:
            best = min(best, self._without_waste(found), key=_steps_then_cost)
        return best, status == cp_model.OPTIMAL


def _steps_then_cost(placed: Placed) -> tuple[int, int]:
    return len(placed), sum(delivery.cost_pounds for delivery, _ in placed.values())


def longest_tails(circuit: Circuit, settled: Settled, weeks: Sequence[int]) -> list[int]:
    """The most weeks of study that follow each gate on a chain to the goal that goes forward in settled order."""
    tail = [0] * len(circuit)
    for gate in sorted(range(len(circuit)), key=settled.rank.__getitem__, reverse=True):
        onward = tail[gate] + (weeks[gate] if gate < len(weeks) else 0)
        for source, _ in circuit.inputs(gate):
            if settled.rank[source] < settled.rank[gate]:
                tail[source] = max(tail[source], onward)
    return tail


def undominated(deliveries: Sequence[Delivery], *, mind_cost: bool) -> list[Delivery]:
    """The deliveries of one content less those another replaces: no longer, heavier, rarer nor (if minded) dearer."""

    def replaces(one: Delivery, other: Delivery) -> bool:
        return (
            one.weeks <= other.weeks
            and one.hours_per_week <= other.hours_per_week
            and (not mind_cost or one.cost_pounds <= other.cost_pounds)
            and (one.starts is None or (other.starts is not None and set(one.starts) >= set(other.starts)))
        )

    kept: list[Delivery] = []
    for delivery in deliveries:
        if not any(replaces(one, delivery) for one in kept):
            kept = [one for one in kept if not replaces(delivery, one)] + [delivery]
    return kept


class _Model:
    """The schedule as a constraint programme: optional intervals, one cumulative, and gates with times.

    A gate that holds names the inputs it leans on and holds no sooner than they do. Support can be circular only among
    gates that take no time, free ones and contents of no weeks; those get ranks, which must rise from input to gate.
    """

    def __init__(self, problem: PathwayProblem, circuit: Circuit, modes: Modes, arrivals: Settled, latest: int) -> None:
        self.circuit = circuit
        self.work = 0.0
        self.ids = [problem.contents[number].id for number in circuit.contents]
        self.model = model = cp_model.CpModel()
        offered = [modes[one] for one in self.ids]
        tail = cheapest_tails(circuit, [min(one.weeks for one in some) for some in offered])
        self.finish = model.new_int_var(arrivals.value[circuit.goal], latest, "")
        self.true = [model.new_bool_var("") for _ in self.gates]
        self.week = []
        for gate in self.gates:
            last = latest - tail[gate]
            if arrivals.value[gate] > last:
                model.add(self.true[gate] == 0)
            self.week.append(model.new_int_var(min(last, arrivals.value[gate]), last, ""))
        self.chosen: list[list[tuple[Delivery, cp_model.IntVar, cp_model.IntVar]]] = []
        for content, some in enumerate(offered):
            entry = circuit.entry(content)
            first = arrivals.value[entry] if entry >= 0 else 0
            self.chosen.append(self._modes_of(content, entry, some, first, latest - tail[content]))
        self._hours(problem.hours_cap)
        instant = [content for content, some in enumerate(offered) if any(one.weeks == 0 for one in some)]
        ranks = self._ranks(instant)
        for content in instant:
            if content in ranks and (entry := circuit.entry(content)) in ranks:
                model.add(ranks[content] > ranks[entry]).only_enforce_if(self.true[content])
        for gate in range(len(self.ids), len(circuit)):
            self._gate(gate, ranks)
        model.add(self.true[circuit.goal] == 1)
        model.add(self.finish >= self.week[circuit.goal])
        for price in ([1] * len(offered), [min(one.weeks for one in some) for some in offered]):
            for cut, _ in lm_cut(circuit, price)[0]:
                model.add_bool_or([self.true[content] for content in cut])

    @property
    def gates(self) -> range:
        """All gates of the circuit, contents first."""
        return range(len(self.circuit))

    def _modes_of(
        self, content: int, entry: int, offered: Sequence[Delivery], first: int, last_end: int
    ) -> list[tuple[Delivery, cp_model.IntVar, cp_model.IntVar]]:
        """One literal and start per delivery; the content is taken by one of them, after its entry holds."""
        model, taken, end = self.model, self.true[content], self.week[content]
        found = []
        for delivery in offered:
            last = last_end - delivery.weeks
            weeks = range(first, last + 1) if delivery.starts is None else delivery.starts
            starts = [week for week in weeks if first <= week <= last]
            if not starts:
                continue
            literal = model.new_bool_var("")
            start = model.new_int_var_from_domain(cp_model.Domain.from_values(starts), "")
            model.add(end == start + delivery.weeks).only_enforce_if(literal)
            if entry >= 0:
                model.add(start >= self.week[entry]).only_enforce_if(literal)
            found.append((delivery, literal, start))
        model.add(sum(literal for _, literal, _ in found) == taken)
        model.add(end <= self.finish).only_enforce_if(taken)
        if entry >= 0:
            model.add_implication(taken, self.true[entry])
        return found

    def _hours(self, cap: int) -> None:
        """The learner's hours in every week, and in all weeks together."""
        intervals, hours, loads = [], [], []
        for delivery, literal, start in (one for some in self.chosen for one in some):
            if delivery.hours_per_week:
                intervals.append(self.model.new_optional_fixed_size_interval_var(start, delivery.weeks, literal, ""))
                hours.append(delivery.hours_per_week)
                loads.append(delivery.weeks * delivery.hours_per_week * literal)
        self.model.add_cumulative(intervals, hours, cap)
        self.model.add(sum(loads) <= cap * self.finish)

    def _gate(self, gate: int, ranks: Mapping[int, cp_model.IntVar]) -> None:
        """A free gate that holds leans on inputs of enough weight, and holds no sooner than they do."""
        model, threshold = self.model, self.circuit.threshold[gate]
        inputs = list(self.circuit.inputs(gate))
        spare = sum(weight for _, weight in inputs) - threshold
        leans: list[tuple[cp_model.IntVar, int]] = []
        for source, weight in inputs:
            needed = weight > spare
            literal = self.true[gate] if needed else model.new_bool_var("")
            leans.append((literal, weight))
            model.add_implication(literal, self.true[source])
            model.add(self.week[gate] >= self.week[source]).only_enforce_if(literal)
            if gate in ranks and source in ranks:
                model.add(ranks[gate] > ranks[source]).only_enforce_if(literal)
        if spare < 0:
            model.add(self.true[gate] == 0)
        elif all(weight >= threshold for _, weight in inputs):
            model.add_bool_or([literal for literal, _ in leans]).only_enforce_if(self.true[gate])
        else:
            total = sum(weight * literal for literal, weight in leans)
            model.add(total >= threshold).only_enforce_if(self.true[gate])

    def _ranks(self, instant: Sequence[int]) -> dict[int, cp_model.IntVar]:
        """A rank for each gate that may be on a cycle of gates that take no time: the rest after peeling off ends."""
        free = {*range(len(self.ids), len(self.circuit)), *instant}
        while True:
            ends = {
                gate
                for gate in free
                if not any(source in free for source, _ in self.circuit.inputs(gate))
                or not any(target in free for target, _ in self.circuit.outputs(gate))
            }
            if not ends:
                return {gate: self.model.new_int_var(0, len(free), "") for gate in free}
            free -= ends

    def minimise_finish(self) -> None:
        """Ask for the earliest finish."""
        self.model.minimize(self.finish)

    def minimise_steps_then_cost(self, known: Placed) -> None:
        """Ask for the fewest steps and then the least pounds, given a plan to start from."""
        options = [one for some in self.chosen for one in some]
        most = 1 + sum(max((delivery.cost_pounds for delivery, _, _ in some), default=0) for some in self.chosen)
        self.model.minimize(sum((most + delivery.cost_pounds) * literal for delivery, literal, _ in options))
        placed = {delivery.id: start for delivery, start in known.values()}
        for delivery, literal, start in options:
            self.model.add_hint(literal, delivery.id in placed)
            if delivery.id in placed:
                self.model.add_hint(start, placed[delivery.id])

    def run(self, work: float) -> tuple[cp_model.CpSolverStatus, Placed | None, int]:
        """Search: (CP-SAT status, steps found, bound on the objective)."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = work
        status = solver.solve(self.model)
        self.work = solver.response_proto.deterministic_time
        if status == cp_model.MODEL_INVALID:
            raise AssertionError(self.model.validate())
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return status, None, 0
        found = {
            self.ids[content]: (delivery, solver.value(start))
            for content, some in enumerate(self.chosen)
            for delivery, literal, start in some
            if solver.value(literal)
        }
        return status, found, math.ceil(solver.best_objective_bound - 1e-6)
