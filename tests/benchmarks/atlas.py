"""How much work an atlas is at three sizes, here and with two processes: `python -m tests.benchmarks.atlas`.

The steps are the region's. Runs are its own, or made up: so many for each thing that is taught, at sites near outcodes
drawn by their postcodes. Districts are those of STEPWAY_SHARED's uk-postcodes (ONS, OGL v3), without it a made-up grid.
`--solve N` answers at most N of the questions and says how long all would take. What is done here is told in seconds of
the processor and peak memory, each world in a process of its own; with processes it is
seconds of the clock, with the load.
"""

import argparse
import csv
import os
import resource
import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from graph.projection import Projection, StepKind
from queries.atlas import run
from queries.atlas.circumstances import circumstances
from queries.atlas.places import Centre, District, Places, read
from queries.atlas.tasks import Plan, plan
from tests.questions.world import TODAY, whole

HASH = "0" * 64


def districts() -> dict[str, tuple[list[District], list[int]]]:
    """The districts of each size, with how many postcodes each has."""
    shared = os.environ.get("STEPWAY_SHARED")
    if shared is None:
        grid = [District(f"ZZ{n}", (50 + n // 60 / 10, -4 + n % 60 / 12), Centre.OUTCODES) for n in range(3000)]
        return {"region": (grid[:240], [1] * 240), "nation": (grid, [1] * 3000)}
    with (Path(shared) / "uk-postcodes" / "gb_outcodes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {"region": [one for one in rows if one["in_wm_region"] == "true"], "nation": rows}
    return {
        name: ([_district(one) for one in some], [int(one["n_postcodes"]) for one in some])
        for name, some in found.items()
    }


def _district(row: dict[str, str]) -> District:
    point = round(float(row["latitude"]), 6), round(float(row["longitude"]), 6)
    return District(row["outcode"], point, Centre.OUTCODES, row["main_lad"] if row["n_lads"] == "1" else None)


def with_runs(
    some: Sequence[District], weights: Sequence[int], sites: int, each: int
) -> tuple[Projection, dict[str, tuple[float, float]]]:
    """The region's steps with made-up runs near these districts."""
    random, region = Random(7), whole().projection
    where = [one.point or (0.0, 0.0) for one in random.choices(some, weights, k=sites)]
    where = [(north + random.uniform(-0.02, 0.02), east + random.uniform(-0.03, 0.03)) for north, east in where]
    offers, runs = [], {}
    for step in region.steps:
        for number in range(0 if step.kind is StepKind.JOB else each):
            run_ = replace(
                region.offers[0],
                id=f"R{number}-{step.id}",
                step=step.id,
                provider="P",
                weeks=random.choice((None, 36, 52)),
                starts=random.choice(((), (), ("2027-01-11",), ("2027-09-06",))),
                hours_per_week=None,
                cost_pounds=random.choice((None, 0)),
                attendance=random.choice((None, None, "day", "evening")),
                delivery_mode=random.choice((None, None, None, "online", "work-based")),
                source=replace(region.offers[0].source, as_of="2026-10-01"),
            )
            offers.append(run_)
            if run_.delivery_mode is None and random.random() < 0.9:
                runs[run_.id] = random.choice(where)
    return replace(region, offers=tuple(offers)), runs


def first(whole_plan: Plan, most: int) -> Plan:
    """The first questions of a plan, spread over it."""
    step = max(1, len(whole_plan.questions) // most)
    return replace(whole_plan, questions=whole_plan.questions[::step])


def timed(some: Plan, cluster: run.Cluster | None) -> list[tuple[float, int]]:
    """When how many questions were answered."""
    marks: list[tuple[float, int]] = []
    clock = time.process_time if cluster is None else time.perf_counter
    with TemporaryDirectory() as folder:
        run.run(some, Path(folder), lambda done, _total: marks.append((clock(), done)), cluster)
    return marks


def peak_mb() -> int:
    """The most memory that this process, or one that it started and that has ended, has had."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


WORLDS: Final = ("region, its own runs", "region, made-up runs", "nation, made-up runs")


def world_of(name: str) -> tuple[Projection, Places]:
    """One of the worlds."""
    some, weights = districts()[name.partition(",")[0]]
    if name == WORLDS[0]:
        return whole().projection, Places(tuple(some), read(whole().store).runs)
    sites, each = (200, 20) if name == WORLDS[1] else (3_000, 250)
    projection, runs = with_runs(some, weights, sites, each)
    return projection, Places(tuple(some), runs)


def measure(name: str, most: int, crews: Sequence[int]) -> None:
    """Plan a world, and answer some of its questions here and with processes."""
    projection, places = world_of(name)
    before, begun = peak_mb(), time.process_time()
    made = plan(projection, HASH, TODAY, places, circumstances())
    took = time.process_time() - begun
    runs = f"{len(projection.offers):,} runs, {len(made.job.stand_ins):,} stand for all"
    reaches = f"{len(places.districts):,} districts, {made.reaches:,} different reaches"
    asked = f"{len(made.questions):,} distinct questions for {2 * len(made.rows):,} asked"
    memory = f"peak memory {peak_mb():,} MB ({before:,} MB before)"
    print(f"{name}: {runs}; {reaches}; {asked}; planned in {took:.1f} s; {memory}", flush=True)
    some = first(made, most)
    for processes in crews:
        marks = timed(some, run.Cluster(processes=processes) if processes else None)
        (start, _), (after, warm), (end, done) = marks[0], marks[1], marks[-1]
        rate = (done - warm) / (end - after) if done > warm else done / (end - start)
        hours = len(made.questions) / rate / 3600
        place = f"{processes} processes, by the clock" if processes else "here, by the processor"
        print(
            f"  {place}: {rate:.1f} questions a second (first piece after {after - start:.1f} s);"
            f" all in {hours:.2f} hours; peak memory {peak_mb():,} MB; load {os.getloadavg()[0]:.1f}",
            flush=True,
        )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--solve", type=int, default=400)
    parser.add_argument("--processes", type=int, nargs="*", default=[0, 2])
    options = parser.parse_args()
    for name in WORLDS:
        process = get_context("spawn").Process(target=measure, args=(name, options.solve, options.processes))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
