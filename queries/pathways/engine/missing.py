"""What is missing when there is no pathway: the fewest facts which, granted at week 0, would open one.

A grant is treated as one more course: free of entry, one step each. Everything on offer that the learner can take
counts as done, so only the gates that stay false are left, seldom more than a few dozen, and the fewest grants are the
shortest pathway of that small question. It is solved exactly by the hitting sets of `additive`, whose landmarks are
here sets of facts of which at least one must be granted (Bonet & Helmert 2010; Haslum, Slaney & Thiebaux 2012). All
least sets come by splitting up what remains after each one found: Lawler (1972), "A procedure for computing the K best
solutions to discrete optimization problems". Dates and caps are left aside, and `relax` tells which limit closes the
way; or they count, and each set is found by a search of the question itself, in which grants alone have a price.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np

from queries.pathways.engine import kernel
from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.circuit import Circuit, Closure, compile_circuit, prepare
from queries.pathways.engine.idioms import priced
from queries.pathways.engine.kernel import NEVER, Flags
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    All,
    AtLeast,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Fact,
    Limits,
    PathwayProblem,
    PlannerResult,
    Rule,
)

Solve: TypeAlias = Callable[[PathwayProblem, Criterion, Limits], PlannerResult]
"""Finds the best pathway by a criterion."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The least number of facts whose grant makes the goal reachable, and the sets of that size that do.

    `size` is 0 when nothing is missing. `all_found` says that no other set of that size would do, `proven` that no
    smaller one would. Sets are in the order of their sorted facts.
    """

    size: int
    sets: tuple[frozenset[Fact], ...]
    all_found: bool
    proven: bool


def least_missing(
    problem: PathwayProblem,
    limits: Limits,
    *,
    grantable: Callable[[Fact], bool] | None = None,
    most: int = 50,
    solve: Solve | None = None,
) -> Missing | None:
    """The fewest facts that would open a pathway, or None when nothing that may be granted would.

    `grantable` says which facts may be granted (default: each that the question mentions, the goal itself when it is a
    fact). At most `most` sets are given. `limits` hold for each of the small searches.

    With `solve`, which finds pathways on the calendar, dates, hours and caps count where something is missing without
    them. Facts that are within reach may then be granted too, as they would be there sooner. None also when nothing
    brought would open a pathway in time, or nothing was found with this much work.
    """
    question = _question_of_grants(problem, grantable or (lambda _: True))

    def timeless(within: frozenset[str], without: frozenset[str]) -> _Fewest:
        best = solve_additive(replace(question, held=within, barred=without), Criterion.STEPS, limits)
        if best is None:
            return _Fewest(None, 0, True)
        return _Fewest([one.content for one in best.deliveries], best.bound, best.proven)

    found = _least_sets(timeless, most)
    if solve is None or found is None or not found.size:
        return found
    facts = _facts(compile_circuit(problem))
    granted = {
        f"+{fact}": fact for fact in sorted(facts) if fact not in problem.held and (not grantable or grantable(fact))
    }
    free = priced(problem, lambda _: 0)
    grants = free.with_catalogue(
        contents=free.contents + tuple(Content(one, "grant", All(()), (fact,)) for one, fact in granted.items()),
        deliveries=free.deliveries + tuple(Delivery(one, one, 1, 0, 0, None) for one in granted),
    )

    def in_time(within: frozenset[str], without: frozenset[str]) -> _Fewest:
        held = problem.held.union(grant[1:] for grant in within)
        best = solve(replace(grants, held=held, barred=problem.barred | without), Criterion.COST, limits)
        if best.plan is None:
            return _Fewest(None, 0, best.proven)
        chosen = [step.delivery for step in best.plan.steps if step.delivery in granted]
        return _Fewest(chosen, best.bound or 0, best.proven)

    return _least_sets(in_time, most)


class _Fewest(NamedTuple):
    """The fewest further grants that will do (None: none were found), a bound on their number, and whether that is
    proved, or that there are none.
    """

    grants: list[str] | None
    bound: int
    proven: bool


def _least_sets(search: Callable[[frozenset[str], frozenset[str]], _Fewest], most: int) -> Missing | None:
    """All least sets of grants, given a search for the fewest with some grants in and some out."""
    first = search(frozenset(), frozenset())
    if first.grants is None:
        return None
    size = len(first.grants)
    found: list[frozenset[Fact]] = []
    # A part of what remains to be looked at: grants that are in, grants that are out, and the best ones for the rest.
    parts = [(frozenset[str](), frozenset[str](), first.grants)]
    all_searched = first.proven
    while parts and len(found) < most:
        inside, outside, rest = parts.pop()
        found.append(frozenset(grant[1:] for grant in inside.union(rest)))
        for position, grant in enumerate(rest if first.proven else ()):
            within, without = inside | set(rest[:position]), outside | {grant}
            best = search(within, without)
            if best.grants is not None and len(within) + len(best.grants) == size:
                parts.append((within, without, best.grants))
            elif not (best.grants is None and best.proven) and len(within) + best.bound <= size:
                all_searched = False
    return Missing(size, tuple(sorted(found, key=sorted)), all_searched and not parts, first.proven)


def _question_of_grants(problem: PathwayProblem, grantable: Callable[[Fact], bool]) -> PathwayProblem:
    """The small question whose courses are grants: what is still false, and leads to the goal, once all is done.

    A content, its delivery and the fact it adds all go by the granted fact after a plus sign, gates by their number.
    """
    circuit = compile_circuit(problem)
    prepared = prepare(problem.catalogue)
    usable = np.zeros(len(problem.contents), np.bool_)
    usable[prepared.content[prepared.usable(problem)]] = True
    closure = Closure(circuit, usable)
    closure.run()
    gates = _false_gates(circuit, closure, usable)
    names = {gate: f"{gate}" for gate in gates}
    rules = []
    for gate in gates:
        inputs = _inputs(circuit, gate)
        lacking = int(circuit.wires.threshold[gate]) - sum(weight for source, weight in inputs if closure.true[source])
        parts = tuple((weight, names[source]) for source, weight in inputs if source in names)
        rules.append(Rule(names[gate], "follows", AtLeast(lacking, parts), (names[gate],)))
    granted = sorted((one, gate) for one, gate in _facts(circuit).items() if gate in names and grantable(one))
    rules += [Rule(f"+{fact}", "granted", f"+{fact}", (names[gate],)) for fact, gate in granted]
    catalogue = Catalogue(
        tuple(Content(f"+{fact}", "grant", All(()), (f"+{fact}",)) for fact, _ in granted),
        tuple(Delivery(f"+{fact}", f"+{fact}", 0, 0, 0, None) for fact, _ in granted),
        tuple(rules),
    )
    goal = names.get(circuit.goal, All(()))
    return PathwayProblem(catalogue, frozenset(), goal, hours_cap=0, horizon=0)


def _facts(circuit: Circuit) -> Mapping[Fact, int]:
    """The facts that are mentioned, with their gates: a plain walk through a chain takes far longer."""
    facts = circuit.fact_gates
    return (
        {fact: gate for part in reversed(facts.maps) for fact, gate in part.items()}
        if isinstance(facts, ChainMap)
        else facts
    )


def _false_gates(circuit: Circuit, closure: Closure, usable: Flags) -> list[int]:
    """The gates that stay false and lead to the goal, going back from it; contents the learner cannot take left out."""
    if closure.true[circuit.goal]:
        return []
    seen = {circuit.goal}
    stack = [circuit.goal]
    while stack:
        for source, _ in _inputs(circuit, stack.pop()):
            out = closure.true[source] or (source < len(usable) and not usable[source])
            if source not in seen and not out:
                seen.add(source)
                stack.append(source)
    return sorted(seen)


def _inputs(circuit: Circuit, gate: int) -> list[tuple[int, int]]:
    """What feeds a gate. Unlike `Circuit.inputs` this leaves the rest of a large circuit alone."""
    wires = circuit.wires
    row = slice(wires.in_start[gate], wires.in_start[gate + 1])
    return list(zip(wires.in_gate[row].tolist(), wires.in_weight[row].tolist(), strict=True))


def worth_of(
    problem: PathwayProblem,
    criterion: Criterion,
    facts: Iterable[Fact],
    limits: Limits,
    *,
    solve: Solve | None = None,
) -> dict[Fact, int | None]:
    """For each fact the value of the best pathway known if the learner held it too; None when there is none even then.

    `solve` finds it. A fact that is held anyway, or that nothing on the way to the goal asks for, changes nothing and
    costs no search.
    """
    solve = solve or ExactPlanner().solve
    circuit = compile_circuit(problem)
    now = solve(problem, criterion, limits).value
    certain = Closure(circuit)
    certain.run()
    targets = [circuit.goal, circuit.milestone] if criterion is Criterion.FIRST_JOB else [circuit.goal]
    nothing = np.zeros(len(circuit), np.int64)
    tails = [kernel.tails(circuit.wires._replace(goal=target), nothing, nothing, NEVER) for target in targets]
    helpful = (np.min(tails, axis=0) < NEVER) & ~certain.true
    worth: dict[Fact, int | None] = {}
    for fact in facts:
        if fact in worth:
            continue
        gate = circuit.fact_gates.get(fact)
        if gate is not None and helpful[gate]:
            worth[fact] = solve(replace(problem, held=problem.held | {fact}), criterion, limits).value
        else:
            worth[fact] = now
    return worth
