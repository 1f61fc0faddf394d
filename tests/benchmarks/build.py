"""How a build grows with its data: `python -m tests.benchmarks.build --shared DIR [--only FORMAT …] [--sizes 0.1 1 3]`.

Everything that can be loaded of the folder of public files is built beside the regional tables, at a tenth, once and
three times the rows (copies are datasets of their own). For each size: rows in, things out, statements, issues by type,
seconds of each stage, peak memory, and in the same run the seconds for the same statements of pyoxigraph's own
`bulk_load`, as a share of the whole, and of loading them into a store that is put in order and read through once
(`GraphStore.build`, target 100,000 statements a second). Without a folder only the regional tables are built. Each size
runs in a process of its own.
"""

import argparse
import csv
import gzip
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyoxigraph

from api import allocator
from graph.store import GraphStore
from loaders.format import FileFormat, Format, formats, read_format
from loaders.publish import SHIPPED, build_release
from loaders.reading import matching, rows, sources

DAY = date(2026, 11, 22)
SIZES = (0.1, 1.0, 3.0)
HELD = {
    "boundaries": "uk-geography",
    "course-directory-providers": "uk-providers",
    "esco": "esco-1.2.0",
    "esco-onet": "nesta-career-causeways",
    "funded-qualifications": "uk-funded-qualifications/approved_2025-02-18.csv.xz",
    "hecos-cah": "uk-dfe-reference",
    "isco-soc": "crosswalks",
    "onet": "onet-29.2",
    "onspd": "uk-postcodes",
    "soc2010-index": "uk-soc2010-index",
    "soc2020": "uk-soc2020",
    "ssa": "uk-qualification-codes",
    "uk-ssc": "uk-standard-skills-classification",
}
"""Where the files of each format lie in the folder of public files."""


def no_fault(*_: object, **__: object) -> None:
    """A fault in a file is told by the build itself."""


def write_datasets(shared: Path, folder: Path, size: float, only: list[str]) -> list[Path]:
    """Dataset folders for every format that has files, `size` times over."""
    made = []
    for name in formats():
        kind = read_format(name)
        if name not in HELD or (only and name not in only):
            continue
        place = shared / "data" / HELD[name]
        for copy in range(max(1, round(size))):
            one = folder / f"{name}-{copy}"
            one.mkdir(parents=True)
            files = write_part(kind, place, one / "files", size) if size < 1 else place
            (one / "dataset.yml").write_text(f"id: {one.name}\nformat: {name}\nfiles: {files}\nretrieved: {DAY}\n")
            made.append(one)
    return made


def write_part(kind: Format, place: Path, folder: Path, size: float) -> Path:
    """A part of the rows of each table of a download; what is no table is copied whole."""
    folder.mkdir()
    there = sources([place], no_fault)
    for file in kind.files:
        for source in matching(there, file):
            target = folder / Path(source.name).name.removesuffix(".xz").removesuffix(".gz")
            if file.reader or file.kind not in ("csv", "tsv"):
                with source.open() as data, target.open("wb") as out:
                    shutil.copyfileobj(data, out)
                continue
            write_rows(source, file, target, size)
    return folder


def write_rows(source: Any, file: FileFormat, target: Path, size: float) -> None:
    """The header and every so-manieth row."""
    with source.open() as data, target.open("w", encoding=file.encoding, newline="") as out:
        sign = "\t" if file.kind == "tsv" else ","
        quoting = csv.QUOTE_MINIMAL if file.quoting else csv.QUOTE_NONE
        writer = csv.writer(out, delimiter=sign, quoting=quoting, quotechar='"' if file.quoting else None)
        all_rows = (cells for _, cells in rows(data, file, no_fault))
        writer.writerows(islice(all_rows, 1))
        writer.writerows(islice(all_rows, 0, None, round(1 / size)))


def measure(folders: list[Path], state: Path) -> dict[str, Any]:
    """Build once; what it took and what came of it."""
    stages: list[tuple[str, float]] = []
    start = time.perf_counter()
    result = build_release(folders, state, today=DAY, progress=lambda one: stages.append((one, time.perf_counter())))
    end = time.perf_counter()
    if result.release is None:
        errors = [str(issue) for issue in result.issues if issue.severity == "error"]
        raise SystemExit("\n".join(errors)[:3000])
    seconds: Counter[str] = Counter()
    for (stage, at), after in zip(stages, [*(at for _, at in stages[1:]), end], strict=True):
        seconds["load the store" if stage.startswith("load ") else stage] += after - at
    manifest = result.release.manifest
    tables = [counts for dataset in manifest.datasets for counts in dataset["rows"].values()]
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    plain = state / "all.nq"
    with plain.open("wb") as target:
        for path in sorted((result.release.path / "graph").glob("*.nq.gz")):
            with gzip.open(path) as source:
                shutil.copyfileobj(source, target)
    begin = time.perf_counter()
    store = pyoxigraph.Store(str(state / "peer"))
    store.bulk_load(path=str(plain), format=pyoxigraph.RdfFormat.N_QUADS)
    peer = time.perf_counter() - begin
    assert len(store) == manifest.quads, "the peer holds what the release holds"
    begin = time.perf_counter()
    again = GraphStore.build(state / "again", plain)
    store_again = time.perf_counter() - begin
    assert len(again) == manifest.quads, "a store made again holds what the release holds"
    return {
        "datasets": {one["id"]: sum(table["read"] for table in one["rows"].values()) for one in manifest.datasets},
        "rows": sum(table["read"] for table in tables),
        "mapped": sum(table["mapped"] for table in tables),
        "refused": sum(table["refused"] for table in tables),
        "things": sum(manifest.counts.values()),
        "quads": manifest.quads,
        "issues": dict(Counter(f"{issue.severity} {issue.code}" for issue in result.issues)),
        "seconds": end - start,
        "stages": dict(seconds),
        "own_mb": own // 1024,
        "worker_mb": worker // 1024,
        "peer": peer,
        "again": store_again,
        "hash": manifest.content_hash,
    }


def one_size(shared: Path | None, size: float, only: list[str], answers: Any) -> None:
    """Measure one size in this process."""
    with tempfile.TemporaryDirectory() as folder:
        made = write_datasets(shared, Path(folder, "data"), size, only) if shared else []
        answers.put(measure([*SHIPPED, *made], Path(folder, "state")))


def tell(size: float, found: dict[str, Any], out: Any = sys.stdout) -> None:
    """One size, as a table."""
    out.write(
        f"\n{size:g} times: {found['rows']:,} rows read, {found['mapped']:,} taken, {found['refused']:,} refused;"
        f" {found['things']:,} things of our classes, {found['quads']:,} statements in {found['seconds']:.1f} s;"
        f" peak memory {found['own_mb']:,} MB and {found['worker_mb']:,} MB in the largest worker\n"
    )
    out.write(f"  bulk_load alone: {found['peer']:.1f} s, {found['peer'] / found['seconds']:.2f} of the whole\n")
    rate = found["quads"] / found["again"]
    out.write(f"  loaded, put in order and read through: {found['again']:.1f} s, {rate:,.0f} statements a second\n")
    for stage, seconds in found["stages"].items():
        out.write(f"  {seconds:8.1f} s  {stage}\n")
    for dataset, read in sorted(found["datasets"].items()):
        out.write(f"  {read:10,} rows  {dataset}\n")
    for issue, count in sorted(found["issues"].items()):
        out.write(f"  {count:10,}  {issue}\n")
    out.flush()


def main() -> None:
    """Build each size and print what it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--shared", type=Path, help="folder of the public files")
    asked.add_argument("--only", nargs="*", default=[], help="formats to load; else every one with files")
    asked.add_argument("--sizes", nargs="*", type=float, default=SIZES)
    given = asked.parse_args()
    allocator.begin_with_it()  # as `stepway build` does
    context = get_context("spawn")
    for size in given.sizes if given.shared else (1.0,):
        answers = context.Queue()
        process = context.Process(target=one_size, args=(given.shared, size, given.only, answers))
        process.start()
        while process.is_alive() and answers.empty():
            process.join(0.5)
        if answers.empty():
            raise SystemExit(process.exitcode)
        tell(size, answers.get())
        process.join()


if __name__ == "__main__":
    main()
