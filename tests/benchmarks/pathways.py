"""How fast the engine is, beside a plain integer programme: `python -m tests.benchmarks.pathways [size ...]`.

Reads planning-examples/ in the folder named by STEPWAY_SHARED; sizes are small, region and national (by default the
first two). For each question and criterion it prints processor milliseconds (reading aside), checks the published
optimum and replays the plan. Small and region cost questions are also solved as one cold HiGHS programme.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

import highspy
import numpy as np

from queries.pathways.engine.additive import best_deliveries
from queries.pathways.engine.circuit import Closure, compile_circuit
from queries.pathways.engine.interchange import EXPECTED_NAMES, read_instance
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, PathwayProblem, PlannerResult, measure
from queries.pathways.engine.replay import replay

PEER_SECONDS = 30.0
"""When the peer is stopped; its time then counts as that."""


def peer_optimum(problem: PathwayProblem, criterion: Criterion) -> float | None:
    """The optimum by one plain programme: a binary per gate and wire, and times that forbid circular support."""
    circuit = compile_circuit(problem)
    best = best_deliveries(problem, criterion)
    closure = Closure(circuit, (n for n, content in enumerate(problem.contents) if content.id in best))
    if not closure.run():
        return None
    highs = highspy.Highs()
    for option, setting in (("output_flag", False), ("threads", 1), ("time_limit", PEER_SECONDS), ("mip_rel_gap", 0.0)):
        highs.setOptionValue(option, setting)
    size = len(circuit)
    highs.addVars(2 * size, np.zeros(2 * size), np.array([1.0] * size + [float(size)] * size))
    binaries = list(range(size))
    for number, content in enumerate(problem.contents):
        if content.id in best:
            highs.changeColCost(number, float(measure(best[content.id], criterion)))
        else:
            highs.changeColBounds(number, 0.0, 0.0)
    highs.changeColBounds(circuit.goal, 1.0, 1.0)
    for gate, threshold in enumerate(circuit.threshold):
        if threshold <= 0:
            continue
        leans: list[tuple[int, int]] = []
        for source, weight in circuit.inputs(gate):
            wire = highs.getNumCol()
            highs.addVar(0.0, 1.0)
            binaries.append(wire)
            leans.append((wire, weight))
            add_row(highs, [(source, 1.0), (wire, -1.0)], 0.0)
            later = [(size + gate, 1.0), (size + source, -1.0), (wire, -float(size + 1))]
            add_row(highs, later, -float(size))
        add_row(highs, [*((wire, float(weight)) for wire, weight in leans), (gate, -float(threshold))], 0.0)
    kinds = np.full(len(binaries), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    highs.changeColsIntegrality(len(binaries), np.array(binaries, dtype=np.int32), kinds)
    highs.run()
    optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return round(highs.getInfo().objective_function_value) if optimal else None


def encloses(result: PlannerResult, optimum: int | None) -> bool:
    """Whether an unproven answer has the optimum between its bound and its value."""
    if optimum is None or result.bound is None:
        return False
    return result.bound <= optimum <= (optimum if result.value is None else result.value)


def add_row(highs: highspy.Highs, terms: list[tuple[int, float]], at_least: float) -> None:
    """One inequality; a column that comes twice is added up."""
    row: dict[int, float] = {}
    for column, factor in terms:
        row[column] = row.get(column, 0.0) + factor
    columns, factors = np.array(list(row), dtype=np.int32), np.array(list(row.values()))
    highs.addRow(at_least, highspy.kHighsInf, len(row), columns, factors)


def main(sizes: list[str]) -> int:
    """Run and print; the exit status is 1 when a value differs from the published one."""
    if "STEPWAY_SHARED" not in os.environ:
        print("Set STEPWAY_SHARED to the folder that holds planning-examples/.")
        return 2
    folder = Path(os.environ["STEPWAY_SHARED"]) / "planning-examples"
    wrong = 0
    for size in sizes:
        times: dict[Criterion, list[float]] = {criterion: [] for criterion in Criterion}
        ratios: list[float] = []
        proved = asked = 0
        for name, expected in json.loads((folder / f"expected-{size}.json").read_text()).items():
            problem = read_instance(folder / size / f"{name}.json.gz")
            for criterion, known_as in EXPECTED_NAMES.items():
                if size == "national" and expected["reachable"] and known_as not in expected:
                    continue
                started = time.process_time()
                result = ExactPlanner().solve(problem, criterion, Limits())
                seconds = time.process_time() - started
                times[criterion].append(seconds)
                asked += 1
                proved += result.proven
                wanted = expected.get(known_as)
                if criterion is Criterion.WEEKS and wanted is not None and wanted > problem.horizon:
                    wanted = None
                agrees = result.value == wanted or (not result.proven and encloses(result, wanted))
                verdict = "agrees" if agrees and result.value == wanted else f"stopped beside {wanted}"
                if not agrees:
                    verdict = f"DIFFERS from {wanted}"
                wrong += not agrees
                if result.plan is not None:
                    replay(problem, result.plan)
                line = f"{name} {criterion:<11} {seconds * 1000:8.0f} ms {result.outcome} {result.value} {verdict}"
                if not result.proven:
                    line += f" (unproven, bound {result.bound})"
                if criterion is Criterion.COST and size != "national" and result.value is not None:
                    started = time.process_time()
                    peer = peer_optimum(problem, criterion)
                    ratios.append((time.process_time() - started) / seconds)
                    line += f"; plain programme {ratios[-1]:.1f} times as long" + (
                        "" if peer is not None else ", stopped"
                    )
                    wrong += peer is not None and peer != result.value
                print(line, flush=True)
        for criterion, seen in times.items():
            if seen:
                print(
                    f"{size} {criterion}: median {statistics.median(seen) * 1e3:.0f} ms, most {max(seen) * 1e3:.0f} ms"
                )
        print(f"{size}: {proved} of {asked} proved", end="")
        print(f"; plain programme {statistics.median(ratios):.1f} times as long (median)" if ratios else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["small", "region"]))
