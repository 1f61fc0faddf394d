"""How good and how fast the engine is, beside others, in one run: `python -m tests.benchmarks.pathways`.

Questions are those of the seeded generator at three sizes (region and nation; ten nations with `--full`) and, when
STEPWAY_SHARED names the folder that holds them, those of planning-examples/ with their published optima. Every plan is
replayed, every bound checked, every value compared with the published one and with what another solver proved. The exit
status is 1 when any of them differs. Times are processor time; making code ready (numba) and reading are left out.

Each figure is printed with its target and whether it is met; those of the published questions stand apart, for ours are
harder.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from queries.pathways.engine.additive import AdditiveOptimum, solve_additive
from queries.pathways.engine.circuit import prepare
from queries.pathways.engine.interchange import EXPECTED_NAMES, read_instance
from queries.pathways.engine.missing import least_missing
from queries.pathways.engine.pareto import FrontPoint, NotProven, pareto
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    ADDITIVE,
    Criterion,
    Limits,
    PathwayProblem,
    Plan,
    PlannedStep,
    PlannerResult,
    measure,
)
from queries.pathways.engine.replay import replay
from tests.support.catalogue import NATIONAL, REGION, TENFOLD, Size, world
from tests.support.modular import least, modular
from tests.support.peers import ask_clingo, ask_cp_sat, ask_highs, ask_networkx

T = TypeVar("T")

PARTS = ("sums", "peers", "modular", "nation", "calendar", "fronts", "nations")

PUBLISHED = "(published)"
"""What the figures of planning-examples/ are marked with; those of the generator, which is harder, stand apart."""

SAMPLES = Path(__file__).parents[1] / "samples" / "pathway-instances"

AT_ONCE = Limits(gate_visits=0, rounds=0, master_nodes=0, calendar_work=0.0)
"""The first plan there is, and the first bound."""

UNHURRIED = Limits(calendar_work=3.0)
"""About what a question on the calendar may take."""

SHORTLY = Limits(calendar_work=0.5)
"""What an impatient person waits for."""


@dataclass
class Figure:
    """One line of the table: what was measured, in words; its target, if it has one, and whether that is met."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None


@dataclass
class Report:
    """What has come out so far."""

    figures: list[Figure] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def tell(self, what: str, measured: str, target: str = "", met: bool | None = None) -> None:
        """Add a figure and print it."""
        self.figures.append(Figure(what, measured, target, met))
        verdict = "" if met is None else "met" if met else "NOT MET"
        print(f"{what:<58} {measured:<44} {target:<28} {verdict}", flush=True)

    def times(self, what: str, seconds: Sequence[float], targets: dict[int, float] | None = None) -> None:
        """Add percentiles of times, with targets in seconds by percentile."""
        if not seconds:
            return
        shown = sorted({50, 95, 99} | set(targets or ()))
        measured = " / ".join(told(percentile(seconds, one)) for one in shown)
        names = " / ".join(f"p{one}" for one in shown)
        wanted = ", ".join(f"p{one} {told(most)}" for one, most in (targets or {}).items())
        met = all(percentile(seconds, one) <= most for one, most in targets.items()) if targets else None
        self.tell(f"{what}: {names} of {len(seconds)}", measured, wanted, met)

    def share(self, what: str, good: int, of: int, least: float | None = None) -> None:
        """Add a share, with the least it should be."""
        if of == 0:
            return
        met = None if least is None else good >= least * of
        self.tell(what, f"{good} of {of}", "" if least is None else f"at least {least:.0%}", met)

    def check(self, right: bool, what: str) -> None:
        """Note what is wrong."""
        if not right:
            self.wrong.append(what)
            print(f"WRONG: {what}", flush=True)


def told(seconds: float) -> str:
    """A time for people."""
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def percentile(values: Iterable[float], percent: int) -> float:
    """The least value that so many percent of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What comes of some work, and the processor seconds it took."""
    started = time.process_time()
    done = work()
    return done, time.process_time() - started


def undated(optimum: AdditiveOptimum) -> Plan:
    """The plan of an optimum without dates."""
    return Plan(tuple(PlannedStep(one.id, None) for one in optimum.deliveries))


def gap(value: int, bound: int) -> float:
    """How far a value may be from the optimum, as a share of it."""
    return 0.0 if value == bound else (value - bound) / value


@dataclass
class Asked:
    """A question with its published answers, if any."""

    name: str
    problem: PathwayProblem
    published: dict[str, int] | None = None


def warm() -> None:
    """Make the code ready: everything is asked once, of tiny questions."""
    for file in sorted(SAMPLES.glob("[!e]*.json")):
        problem = read_instance(file)
        for criterion in Criterion:
            ExactPlanner().solve(problem, criterion, Limits())
        least_missing(problem, Limits())
        pareto(problem, (Criterion.WEEKS, Criterion.COST, Criterion.STEPS), Limits())


def check_additive(report: Report, asked: Asked, criterion: Criterion, optimum: AdditiveOptimum | None) -> None:
    """Replay the plan; compare with the bound and the published value."""
    name = f"{asked.name} {criterion}"
    value = optimum.value if optimum else None
    if optimum is not None and value is not None:
        trace = replay(asked.problem, undated(optimum))
        report.check(sum(measure(step.delivery, criterion) for step in trace.steps) == value, f"{name}: sum")
        report.check(optimum.bound <= value, f"{name}: bound {optimum.bound} above value {value}")
    if asked.published is not None and (EXPECTED_NAMES[criterion] in asked.published or not asked.published):
        expected = asked.published.get(EXPECTED_NAMES[criterion])
        proven = optimum is None or optimum.proven
        report.check(value == expected or not proven, f"{name}: {value}, published {expected}")


def additive(
    report: Report,
    size: str,
    asked: Sequence[Asked],
    targets: dict[int, float],
    criteria: Sequence[Criterion] = ADDITIVE,
) -> None:
    """Sums over the steps: proved, and the first plan; what is missing where there is none."""
    everything, first, missing, gaps = [], [], [], []
    proven = quickly = 0
    if not asked:
        return
    for criterion in criteria:
        spent = []
        for one in asked:
            optimum, seconds = timed(lambda one=one, by=criterion: solve_additive(one.problem, by, Limits()))
            check_additive(report, one, criterion, optimum)
            spent.append(seconds)
            sure = optimum is None or optimum.proven
            proven += sure
            quickly += sure and seconds <= 2
            if optimum is not None and not sure and optimum.value is not None:
                gaps.append(gap(optimum.value, optimum.bound))
            if criterion is Criterion.COST and optimum is not None:
                plan, seconds = timed(lambda one=one: solve_additive(one.problem, Criterion.COST, AT_ONCE))
                check_additive(report, Asked(one.name, one.problem), criterion, plan)
                first.append(seconds)
            if criterion is Criterion.COST and optimum is None:
                lacking, more = timed(lambda one=one: least_missing(one.problem, Limits(), most=1))
                missing.append(seconds + more)
                if lacking is not None and lacking.sets:
                    held = one.problem.held | lacking.sets[0]
                    opened = solve_additive(dataclasses.replace(one.problem, held=held), Criterion.STEPS, AT_ONCE)
                    report.check(opened is not None, f"{one.name}: still closed with what is missing")
        report.times(f"{size}: least {criterion}", spent)
        if max(spent) > 1:
            report.tell(f"{size}: least {criterion}, slowest", asked[int(np.argmax(spent))].name)
        everything += spent
    report.times(f"{size}: additive, all", everything, targets)
    national = size.startswith("national")
    report.share(f"{size}: additive proven", proven, len(everything), 0.99 if national else 1.0)
    if national:
        report.share(f"{size}: additive proven in 2 s", quickly, len(everything), 0.95)
    if gaps:
        report.tell(f"{size}: greatest gap of the rest", f"{max(gaps):.1%}", "at most 5%", max(gaps) <= 0.05)
    report.times(f"{size}: first executable plan", first, {95: 0.020} if national else None)
    report.times(f"{size}: no pathway, and one least missing set", missing, {95: 0.050} if national else None)


def calendar(report: Report, size: str, asked: Sequence[Asked], limits: Limits) -> None:
    """Earliest finish and first job: the first answer, then as far as the work limits go."""
    national, region = size.startswith("national"), size.startswith("region")
    for criterion in (Criterion.WEEKS, Criterion.FIRST_JOB):
        first, spent, gaps, first_gaps = [], [], [], []
        proven = quickly = 0
        for one in asked:
            if criterion is Criterion.FIRST_JOB and one.problem.milestone is None:
                continue
            for work, times, gapped in ((AT_ONCE, first, first_gaps), (limits, spent, gaps)):
                result, seconds = timed(
                    lambda one=one, by=criterion, work=work: ExactPlanner().solve(one.problem, by, work)
                )
                times.append(seconds)
                check_dated(report, one, criterion, result)
                if result.value is not None and result.bound is not None:
                    gapped.append(gap(result.value, result.bound))
            proven += result.proven
            quickly += result.proven and seconds <= 10
        name = f"{size}: {'finish' if criterion is Criterion.WEEKS else 'first job'}"
        main = criterion is Criterion.WEEKS
        report.times(f"{name}, first answer", first, {50: 0.050} if main and region else None)
        target = ({95: 1.0} if national else {95: 3.0}) if main else None
        report.times(f"{name}, as far as it goes", spent, target)
        report.share(f"{name}, proven in 10 s", quickly, len(spent), 0.98 if main and region else None)
        if gaps:
            middle = percentile(gaps, 50)
            told_gap = f"{middle:.1%}, mean {np.mean(gaps):.1%}; first answer {percentile(first_gaps, 50):.1%}"
            report.tell(f"{name}, median gap", told_gap, *(("at most 20%", middle <= 0.2) if main and national else ()))


def check_dated(report: Report, asked: Asked, criterion: Criterion, result: PlannerResult) -> None:
    """Replay the plan; compare with the bound and the published value."""
    name = f"{asked.name} {criterion}"
    if result.plan is not None and result.value is not None and result.bound is not None:
        trace = replay(asked.problem, result.plan)
        right = criterion is not Criterion.WEEKS or trace.finish_week == result.value
        report.check(right and result.bound <= result.value, f"{name}: {result.value}, bound {result.bound}")
    if asked.published and criterion is Criterion.WEEKS and "finish" in asked.published:
        expected: int | None = asked.published["finish"]
        if expected is not None and expected > asked.problem.horizon:
            expected = None
        report.check(result.value == expected or not result.proven, f"{name}: {result.value}, published {expected}")


def fronts(report: Report, size: str, asked: Sequence[Asked], limits: Limits) -> None:
    """The Pareto set of finish, cost and steps within 1.3 times the earliest finish."""
    if not asked:
        return
    axes, spent, complete = (Criterion.WEEKS, Criterion.COST, Criterion.STEPS), [], 0
    points, not_proven = 0, 0
    for one in asked:
        front, seconds = timed(lambda one=one: pareto(one.problem, axes, limits))
        spent.append(seconds)
        complete += front.complete
        points += len(front.points)
        not_proven += len(front.not_proven)
        met: list[FrontPoint | NotProven] = [*front.points, *front.not_proven]
        for point in met:
            trace = replay(one.problem, point.plan)
            values = (trace.finish_week, trace.cost_pounds, len(trace.steps))
            report.check(values == tuple(point.values[axis] for axis in axes), f"{one.name}: a Pareto point's values")
    report.times(f"{size}: Pareto of finish, cost, steps", spent, {95: 5.0})
    told = f"{size}: Pareto complete ({points} points, {not_proven} more not proven)"
    report.share(told, complete, len(spent), 1.0)


def preparing(report: Report, size: Size) -> None:
    """How long a release takes to make ready, and how much it keeps."""
    made = world(size).catalogue
    _, seconds = timed(lambda: prepare(made))
    another = dataclasses.replace(made)
    _, seconds_again = timed(lambda: prepare(another))
    copy = dataclasses.replace(made, contents=tuple(dataclasses.replace(one) for one in made.contents))
    tracemalloc.start()
    kept = prepare(copy)
    everything, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    arrays = sum(array.nbytes for array in _arrays(kept))
    national = size is NATIONAL
    counted = f"{len(made.contents):,} contents, {len(made.deliveries):,} deliveries"
    report.tell(f"{size.name}: size", counted)
    prepared = ("0.5 s", seconds <= 0.5) if national else ()
    report.tell(f"{size.name}: prepare", told(seconds), *prepared)
    report.tell(f"{size.name}: prepare another of the same contents and rules", told(seconds_again))
    memory = f"{arrays / 2**20:.1f} MB ({everything / 2**20:.1f} MB with names)"
    report.tell(f"{size.name}: arrays", memory, *(("40 MB", arrays <= 40 * 2**20) if national else ()))


def _arrays(value: object) -> Iterable[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _arrays(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _arrays(inner)
    elif dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            yield from _arrays(getattr(value, one.name))


def beside_others(report: Report, asked: Sequence[Asked], seconds: float) -> None:
    """The same cost questions put to other solvers: the whole question, and only what matters of it."""
    ratios: dict[str, list[float]] = {}
    proofs: dict[str, int] = {}
    paths = carried_out = shortest = 0
    reachable = []
    for one in asked:
        optimum, ours = timed(lambda one=one: solve_additive(one.problem, Criterion.COST, Limits()))
        if optimum is None or optimum.value is None:
            continue
        ours = min(
            [ours, *(timed(lambda one=one: solve_additive(one.problem, Criterion.COST, Limits()))[1] for _ in range(2))]
        )
        reachable.append(one)
        for title, ask in (("clingo", ask_clingo), ("cold CP-SAT", ask_cp_sat), ("cold HiGHS", ask_highs)):
            for small in (False, True):
                name = f"{title}, {'only what matters' if small else 'whole question'}"
                answer = ask(one.problem, Criterion.COST, seconds, small=small)
                ratios.setdefault(name, []).append(answer.seconds / ours)
                proofs[name] = proofs.get(name, 0) + answer.proven
                if answer.proven and optimum.proven:
                    report.check(answer.value == optimum.value, f"{one.name}: {optimum.value}, {name} {answer.value}")
                elif answer.proven and answer.value is not None:
                    enclosed = optimum.bound <= answer.value <= optimum.value
                    report.check(
                        enclosed, f"{one.name}: {name} {answer.value} outside {optimum.bound}..{optimum.value}"
                    )
        found, good = ask_networkx(one.problem, Criterion.COST, paths=30)
        paths, carried_out = paths + found, carried_out + good
        shortest += ask_networkx(one.problem, Criterion.COST, paths=1)[1]
    targets = {"clingo, whole question": 100, "cold CP-SAT, whole question": 300}
    for name, seen in ratios.items():
        least = targets.get(name)
        measured = f"{percentile(seen, 50):.0f} times as long; {proofs[name]} of {len(seen)} proved"
        target = (f"at least {least} times", percentile(seen, 50) >= least) if least else ()
        report.tell(f"region cost: {name}", measured, *target)
    report.tell("region cost: networkx, shortest path that is a pathway", f"{shortest} of {len(reachable)}")
    report.tell("region cost: networkx, of the 30 shortest simple paths", f"{carried_out} of {paths}")
    report.tell("region cost: the engine's answers that replay", f"{len(reachable)} of {len(reachable)}", "all", True)


def generated(size: Size, number: int) -> list[Asked]:
    """Questions of the generator."""
    return [Asked(f"made-up {one.name}", one.problem) for one in world(size).questions(number)]


def published(size: str) -> list[Asked]:
    """Questions of planning-examples/ with their optima; none when they are not at hand."""
    if "STEPWAY_SHARED" not in os.environ:
        return []
    folder = Path(os.environ["STEPWAY_SHARED"]) / "planning-examples"
    expected = json.loads((folder / f"expected-{size}.json").read_text())
    asked = []
    for name, answers in expected.items():
        values = {key: answers[key] for key in EXPECTED_NAMES.values() if key in answers}
        asked.append(Asked(name, read_instance(folder / size / f"{name}.json.gz"), values))
        prepare(asked[-1].problem.catalogue)
    return asked


def modular_awards(families: int, *, diploma: bool) -> Asked:
    """A choice among dozens of units, with its least sums."""
    problem = modular(families, diploma=diploma)
    least_sums = {EXPECTED_NAMES[one]: least(problem, one) for one in ADDITIVE if one in EXPECTED_NAMES}
    return Asked(f"{families} {'HND' if diploma else 'HNC'}", problem, least_sums)


def main(arguments: list[str]) -> int:
    """Measure, compare, print; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--full", action="store_true", help="more questions, and ten nations")
    given = parser.parse_args(arguments)
    full: bool = given.full
    parts: list[str] = given.parts or [*PARTS]
    report = Report()
    print(f"Python {platform.python_version()} on {os.cpu_count()} cores; processor times of one thread")
    if "STEPWAY_SHARED" not in os.environ:
        print("Set STEPWAY_SHARED to the folder that holds planning-examples/ to check its optima too.")
    _, seconds = timed(warm)
    report.tell("making code ready (not counted below)", told(seconds))

    limits = Limits() if full else UNHURRIED
    region, examples = generated(REGION, 100), published("region")
    if "sums" in parts:
        preparing(report, REGION)
        additive(report, "region", region + examples, {50: 0.001, 95: 0.020, 99: 0.060})
        additive(report, f"small {PUBLISHED}", published("small"), {})
    if "peers" in parts:
        beside_others(report, region[:20] if full else region[:4], 60.0 if full else 10.0)
    if "modular" in parts:
        awards = [modular_awards(families, diploma=diploma) for families in (1, 2) for diploma in (False, True)]
        additive(report, "modular awards", awards, {95: 2.0})
        calendar(report, "modular awards", awards, limits)
    if "nation" in parts:
        preparing(report, NATIONAL)
        national, some = generated(NATIONAL, 60 if full else 20), (Criterion.COST, Criterion.STEPS)
        for name, asked in (("national", national), (f"national {PUBLISHED}", published("national"))):
            additive(report, name, asked, {50: 0.015, 90: 0.250}, ADDITIVE if full else some)
        calendar(report, "national", national[:20] if full else national[:4], SHORTLY)
    if "calendar" in parts:
        for name, asked in (("region", region[: 40 if full else 6]), (f"region {PUBLISHED}", examples)):
            calendar(report, name, asked, limits)
    if "fronts" in parts:
        for name, asked in (("region", region[: 16 if full else 4]), (f"region {PUBLISHED}", examples)):
            fronts(report, name, asked, limits)
    if full and "nations" in parts:
        preparing(report, TENFOLD)
        additive(report, "ten times national", generated(TENFOLD, 16), {50: 0.150})

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.tell("memory of the whole run, peak", f"{peak:.0f} MB")
    aims = [figure for figure in report.figures if figure.met is not None]
    print(f"{sum(bool(figure.met) for figure in aims)} of {len(aims)} targets met; {len(report.wrong)} results wrong")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
