"""Other people's solvers on the same question without dates: what the engine is checked against and measured beside.

Each states the question in its own way over one flat list of gates, which is made here and shares no code with the
engine. They may be given the small question: what cannot be reached, or does not lead to the goal, is left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Protocol

import clingo
import highspy
import networkx as nx
import numpy as np
from ortools.sat.python import cp_model

from queries.pathways.engine import pddl
from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Criterion,
    Delivery,
    Expression,
    PathwayProblem,
    Plan,
    PlannedStep,
    measure,
)
from queries.pathways.engine.replay import PlanRefused, replay


@dataclass
class Gates:
    """A question as gates: gate n is true when the weights of its true inputs sum to at least `least[n]`.

    `price` and `delivery` are of the gates that take a content: what that costs, and the cheapest way to do it.
    Caps are not in it.
    """

    least: list[int] = field(default_factory=list)
    inputs: list[list[tuple[int, int]]] = field(default_factory=list)
    price: dict[int, int] = field(default_factory=dict)
    delivery: dict[int, str] = field(default_factory=dict)
    goal: int = -1

    def add(self, least: int, inputs: list[tuple[int, int]]) -> int:
        self.least.append(least)
        self.inputs.append(inputs)
        return len(self.least) - 1


def gates_of(problem: PathwayProblem, criterion: Criterion, *, small: bool = True) -> Gates | None:
    """The gates, when `small` only those that matter, or None when the goal cannot be reached."""
    gates, facts = Gates(), {}

    def fact(name: str) -> int:
        if name not in facts:
            facts[name] = gates.add(0 if name in problem.held else 1, [])
        return facts[name]

    def gate(expression: Expression) -> int:
        match expression:
            case str():
                return fact(expression)
            case All(parts):
                return gates.add(len(parts), [(gate(part), 1) for part in parts])
            case AnyOf(parts):
                return gates.add(1, [(gate(part), 1) for part in parts])
            case AtLeast(threshold, weighted):
                return gates.add(threshold, [(gate(part), weight) for weight, part in weighted])

    modes: dict[str, list[Delivery]] = defaultdict(list)
    for one in problem.deliveries:
        if one.hours_per_week <= problem.hours_cap and one.id not in problem.barred:
            modes[one.content].append(one)
    for content in problem.contents:
        if content.id in modes:
            best = min(modes[content.id], key=lambda one: (measure(one, criterion), one.id))
            taken = gates.add(1, [(gate(content.entry), 1)])
            gates.price[taken], gates.delivery[taken] = measure(best, criterion), best.id
            for name in content.adds:
                gates.inputs[fact(name)].append((taken, 1))
    for rule in problem.rules:
        condition = gate(rule.condition)
        for name in rule.then:
            gates.inputs[fact(name)].append((condition, 1))
    gates.goal = gate(problem.goal)
    matters = _what_matters(gates)
    return matters if small or matters is None else gates


def _what_matters(gates: Gates) -> Gates | None:
    feeds: list[list[tuple[int, int]]] = [[] for _ in gates.least]
    for number, inputs in enumerate(gates.inputs):
        for source, weight in inputs:
            feeds[source].append((number, weight))
    lacking = list(gates.least)
    true = [number for number, least in enumerate(gates.least) if least <= 0]
    reached = set(true)
    for number in true:  # grows
        for fed, weight in feeds[number]:
            lacking[fed] -= weight
            if lacking[fed] <= 0 and fed not in reached:
                reached.add(fed)
                true.append(fed)
    if gates.goal not in reached:
        return None
    wanted = [gates.goal]
    kept = {gates.goal: 0}
    for number in wanted:  # grows
        for source, _ in gates.inputs[number] if gates.least[number] > 0 else ():
            if source in reached and source not in kept:
                kept[source] = len(kept)
                wanted.append(source)
    return Gates(
        [gates.least[number] for number in wanted],
        [[(kept[source], weight) for source, weight in gates.inputs[number] if source in kept] for number in wanted],
        {kept[number]: price for number, price in gates.price.items() if number in kept},
        {kept[number]: one for number, one in gates.delivery.items() if number in kept},
        0,
    )


@dataclass(frozen=True)
class Answer:
    """What a peer says: the least value it found (None: none), whether it proved that, and its processor seconds."""

    value: int | None
    proven: bool
    seconds: float


class Peer(Protocol):
    """Asked a question with a limit of seconds; `small` as in `gates_of`."""

    def __call__(self, problem: PathwayProblem, criterion: Criterion, seconds: float, *, small: bool = True) -> Answer:
        """What it says."""


def _asked(state: Callable[[Gates, float], tuple[int | None, bool]]) -> Peer:
    def ask(problem: PathwayProblem, criterion: Criterion, seconds: float, *, small: bool = True) -> Answer:
        started = time.process_time()
        gates = gates_of(problem, criterion, small=small)
        value, proven = (None, True) if gates is None else state(gates, seconds)
        return Answer(value, proven, time.process_time() - started)

    return ask


def _clingo(gates: Gates, seconds: float) -> tuple[int | None, bool]:
    """Answer set programming: stable models are least fixpoints, so circular support is impossible as it stands."""
    lines = []
    for number, (least, inputs) in enumerate(zip(gates.least, gates.inputs, strict=True)):
        terms = "; ".join(f"{weight},{place}: h({source})" for place, (source, weight) in enumerate(inputs))
        body = f"{least} <= #sum {{ {terms} }}" if least > 0 else "#true"
        lines.append(f"{{ h({number}) }} :- {body}." if number in gates.price else f"h({number}) :- {body}.")
    lines += [f":~ h({number}). [{price},{number}]" for number, price in gates.price.items() if price]
    control = clingo.Control(["--opt-mode=opt", "--warn=none"])
    control.add("base", [], "\n".join([*lines, f":- not h({gates.goal})."]))
    control.ground([("base", [])])
    best: list[int] = []

    def seen(model: clingo.Model) -> None:
        best.append(sum(model.cost))

    with control.solve(on_model=seen, async_=True) as handle:
        if not handle.wait(seconds):
            handle.cancel()
        result = handle.get()
    return (best[-1] if best else None), bool(result.exhausted) or best[-1:] == [0]


def _wires(gates: Gates) -> Iterator[tuple[int, int, int]]:
    """(gate, input, weight) for every gate that leans on something."""
    for number, (least, inputs) in enumerate(zip(gates.least, gates.inputs, strict=True)):
        for source, weight in inputs if least > 0 else ():
            yield number, source, weight


def _cp_sat(gates: Gates, seconds: float) -> tuple[int | None, bool]:
    """CP-SAT: a truth per gate, a wire per input used, and a rank that rises along wires, against circular support."""
    model = cp_model.CpModel()
    size = len(gates.least)
    true = [model.new_bool_var("") for _ in range(size)]
    rank = [model.new_int_var(0, size, "") for _ in range(size)]
    leans: dict[int, list[tuple[cp_model.IntVar, int]]] = defaultdict(list)
    for gate, source, weight in _wires(gates):
        wire = model.new_bool_var("")
        model.add_implication(wire, true[source])
        model.add(rank[gate] >= rank[source] + 1).only_enforce_if(wire)
        leans[gate].append((wire, weight))
    for gate, least in enumerate(gates.least):
        if least > 0:
            model.add(sum(weight * wire for wire, weight in leans[gate]) >= least).only_enforce_if(true[gate])
    model.add(true[gates.goal] == 1)
    model.minimize(sum(price * true[gate] for gate, price in gates.price.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return (round(solver.objective_value) if found else None), status == cp_model.OPTIMAL


def _highs(gates: Gates, seconds: float) -> tuple[int | None, bool]:
    """HiGHS: the same as one mixed-integer programme, ranks tied to wires by a large constant."""
    highs = highspy.Highs()
    for option, setting in (("output_flag", False), ("threads", 1), ("time_limit", seconds), ("mip_rel_gap", 0.0)):
        highs.setOptionValue(option, setting)
    size, wires = len(gates.least), list(_wires(gates))
    cost = np.zeros(2 * size + len(wires))
    for gate, price in gates.price.items():
        cost[gate] = price
    upper = np.array([1.0] * size + [float(size)] * size + [1.0] * len(wires))
    lower = np.zeros(len(cost))
    lower[gates.goal] = 1.0
    highs.addVars(len(cost), lower, upper)
    for column in np.flatnonzero(cost):
        highs.changeColCost(int(column), float(cost[column]))

    def at_least(least: float, terms: list[tuple[int, float]]) -> None:
        row: dict[int, float] = defaultdict(float)
        for column, factor in terms:
            row[column] += factor
        columns, factors = np.array(list(row), dtype=np.int32), np.array(list(row.values()))
        highs.addRow(least, highspy.kHighsInf, len(row), columns, factors)

    leans: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for number, (gate, source, weight) in enumerate(wires):
        wire = 2 * size + number
        at_least(0.0, [(source, 1.0), (wire, -1.0)])
        at_least(-float(size), [(size + gate, 1.0), (size + source, -1.0), (wire, -float(size + 1))])
        leans[gate].append((wire, float(weight)))
    for gate, least in enumerate(gates.least):
        if least > 0:
            at_least(0.0, [*leans[gate], (gate, -float(least))])
    binaries = np.array([*range(size), *range(2 * size, len(cost))], dtype=np.int32)
    kinds = np.full(len(binaries), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    highs.changeColsIntegrality(len(binaries), binaries, kinds)
    highs.run()
    info = highs.getInfo()
    optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    found = info.primal_solution_status == 2  # feasible
    return (round(info.objective_function_value) if found else None), optimal


ask_clingo, ask_cp_sat, ask_highs = _asked(_clingo), _asked(_cp_sat), _asked(_highs)


def ask_fast_downward(problem: PathwayProblem, criterion: Criterion, seconds: float) -> Answer:
    """Fast Downward, A* with LM-cut, on our PDDL. Its plan is replayed here. Raises when it is neither of both."""
    driver = Path(str(files("up_fast_downward"))) / "downward" / "fast-downward.py"
    with tempfile.TemporaryDirectory() as folder:
        domain, task = pddl.export(problem, criterion, "question")
        (Path(folder) / "domain.pddl").write_text(domain)
        (Path(folder) / "problem.pddl").write_text(task)
        before = os.times()
        done = subprocess.run(
            [
                sys.executable, driver, "--plan-file", "plan", "--overall-time-limit", f"{max(1, round(seconds))}s",
                "domain.pddl", "problem.pddl", "--search", "astar(lmcut())",
            ],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        after = os.times()
        spent = after.children_user - before.children_user + after.children_system - before.children_system
        plan = Path(folder) / "plan"
        if done.returncode in (10, 11, 12):  # no plan, proved by translation or search
            return Answer(None, True, spent)
        if done.returncode in (21, 22, 23, 24):  # out of time or memory
            return Answer(None, False, spent)
        if done.returncode != 0:
            raise AssertionError(done.stdout[-2000:] + done.stderr[-2000:])
        known = pddl.deliveries_of(domain)
        taken = [known[name] for line in plan.read_text().splitlines() if (name := line.strip("() ")) in known]
    trace = replay(problem, Plan(tuple(PlannedStep(one, None) for one in taken)))
    return Answer(sum(measure(step.delivery, criterion) for step in trace.steps), True, spent)


def ask_networkx(problem: PathwayProblem, criterion: Criterion, paths: int = 1) -> tuple[int, int]:
    """What most tools do: shortest paths over the flattened graph. How many there are, and how many can be carried out.

    An arc leads from every fact that an entry or rule speaks of to what it gives; the first of `paths` is the shortest.
    """
    graph = nx.DiGraph()
    best: dict[str, Delivery] = {}
    for one in problem.deliveries:
        if problem.usable(one):
            known = best.get(one.content, one)
            best[one.content] = min(known, one, key=lambda other: (measure(other, criterion), other.id))
    for content in problem.contents:
        if content.id in best:
            node = ("content", content.id)
            for fact in _leaves(content.entry) or ["start"]:
                graph.add_edge(("fact", fact), node, weight=measure(best[content.id], criterion))
            for fact in content.adds:
                graph.add_edge(node, ("fact", fact), weight=0)
    for rule in problem.rules:
        for fact in rule.then:
            for asked in _leaves(rule.condition):
                graph.add_edge(("fact", asked), ("fact", fact), weight=0)
    for fact in problem.held:
        graph.add_edge(("fact", "start"), ("fact", fact), weight=0)
    for fact in _leaves(problem.goal):
        graph.add_edge(("fact", fact), ("goal", ""), weight=0)
    if ("fact", "start") not in graph or ("goal", "") not in graph:
        return 0, 0
    if not nx.has_path(graph, ("fact", "start"), ("goal", "")):
        return 0, 0
    found = list(islice(nx.shortest_simple_paths(graph, ("fact", "start"), ("goal", ""), weight="weight"), paths))
    carried_out = 0
    for path in found:
        steps = [best[name].id for kind, name in path if kind == "content"]
        try:
            replay(problem, Plan(tuple(PlannedStep(one, None) for one in steps)))
        except PlanRefused:
            continue
        carried_out += 1
    return len(found), carried_out


def _leaves(expression: Expression) -> list[str]:
    if isinstance(expression, str):
        return [expression]
    parts = [part for _, part in expression.parts] if isinstance(expression, AtLeast) else expression.parts
    return [leaf for part in parts for leaf in _leaves(part)]
