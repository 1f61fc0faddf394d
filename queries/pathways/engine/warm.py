"""Makes the engine ready, so that the first real question neither compiles nor loads anything."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from queries.pathways.engine import kernel
from queries.pathways.engine.circuit import compile_circuit
from queries.pathways.engine.hitting import HittingSet
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import All, Cap, Catalogue, Content, Criterion, Delivery, Limits, PathwayProblem
from queries.pathways.engine.timetable import dated_landmarks, offer_to

_UNAIDED = Limits(gate_visits=0, rounds=0, master_nodes=0, calendar_work=0.0)


def warm(*, solvers: bool = True) -> None:
    """Compile every kernel, or load it from the cache on disk, and have each solver answer one tiny question.

    Compiling takes a minute or two, once per installation; loading a few seconds. Solvers start threads, after which
    forking is not safe: a process that is going to fork warms without them.
    """
    kernel.warm()
    problem = _tiny()
    for criterion in Criterion:
        ExactPlanner().solve(problem, criterion, _UNAIDED)
    circuit, offer = compile_circuit(problem), offer_to(problem)
    nothing, goal = np.zeros(len(offer.delivery), np.int64), np.array([circuit.goal], np.int32)
    dated_landmarks(circuit.wires, offer, nothing, goal, np.array([problem.horizon]), 1)
    if solvers:
        master = HittingSet(np.ones(1, np.int64))
        master.require(np.array([0, 1], np.int32), np.zeros(1, np.int32))
        master.solve(1, 1)
        cp_model.CpSolver().solve(cp_model.CpModel())


def _tiny() -> PathwayProblem:
    """A job after two courses that together are heavier than a week, one of them to be had in two ways."""
    contents = (
        Content("maths", "course", All(()), ("maths",)),
        Content("code", "course", All(()), ("code",)),
        Content("first", "job", "maths", ("first",)),
        Content("job", "job", All(("code", "first")), ("job",)),
    )
    deliveries = (
        Delivery("maths", "maths", 100, 10, 6, (0, 5)),
        Delivery("slow-maths", "maths", 0, 20, 3, None),
        Delivery("code", "code", 100, 10, 6, (0, 5, 20)),
        Delivery("first", "first", 0, 4, 0, None),
        Delivery("job", "job", 0, 0, 0, None),
    )
    cap = Cap("budget", Criterion.COST, 150)
    return PathwayProblem(Catalogue(contents, deliveries), frozenset(), "job", 8, 100, caps=(cap,), milestone="first")
