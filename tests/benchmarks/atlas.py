"""How much work an atlas is at three sizes, here and with two processes: `python -m tests.benchmarks.atlas`.

The steps are the region's. Runs are its own, or made up: so many for each thing that is taught, at sites near outcodes
drawn by their postcodes. Districts are those of STEPWAY_SHARED's uk-postcodes (ONS, OGL v3), without it a made-up grid.
`--solve N` answers at most N of the questions and says how long all would take. Times are of the clock, with the load.
"""

import argparse
import csv
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

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
    with TemporaryDirectory() as folder:
        run.run(some, Path(folder), lambda done, _total: marks.append((time.perf_counter(), done)), cluster)
    return marks


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--solve", type=int, default=400)
    parser.add_argument("--processes", type=int, nargs="*", default=[0, 2])
    options = parser.parse_args()
    sizes = districts()
    home = read(whole().store)
    region, nation = sizes["region"], sizes["nation"]
    crowd, at = with_runs(*region, sites=200, each=20)
    country, over = with_runs(*nation, sites=3_000, each=250)
    worlds = {
        "region, its own runs": (whole().projection, Places(tuple(region[0]), home.runs)),
        "region, made-up runs": (crowd, Places(tuple(region[0]), at)),
        "nation, made-up runs": (country, Places(tuple(nation[0]), over)),
    }
    for name, (projection, places) in worlds.items():
        begun = time.perf_counter()
        made = plan(projection, HASH, TODAY, places, circumstances())
        took = time.perf_counter() - begun
        runs = f"{len(projection.offers):,} runs, {len(made.job.stand_ins):,} stand for all"
        reaches = f"{len(places.districts):,} districts, {made.reaches:,} different reaches"
        asked = f"{len(made.questions):,} distinct questions for {2 * len(made.rows):,} asked"
        print(f"{name}: {runs}; {reaches}; {asked}; planned in {took:.1f} s", flush=True)
        some = first(made, options.solve)
        for processes in options.processes:
            marks = timed(some, run.Cluster(processes=processes) if processes else None)
            (start, _), (after, warm), (end, done) = marks[0], marks[1], marks[-1]
            rate = (done - warm) / (end - after) if done > warm else done / (end - start)
            hours = len(made.questions) / rate / 3600
            place = f"{processes} processes" if processes else "here"
            print(
                f"  {place}: {rate:.1f} questions a second (first piece after {after - start:.1f} s);"
                f" all in {hours:.2f} hours; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
