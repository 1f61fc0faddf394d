"""How a build grows with its data: `python -m tests.benchmarks.build`.

The regional dataset a quarter, once and three times over (copies have ids of their own). For each size it prints the
seconds of each stage, checks that every row arrived, and compares loading the finished statements into the store with
loading them into rdflib in the same run.
"""

import csv
import gzip
import re
import tempfile
import time
from datetime import date
from pathlib import Path

from rdflib import Dataset

from loaders.publish import SHIPPED, build_release

SIZES = (0.25, 1, 3)
KEPT = re.compile(r"^PT-")
"""Types of provision are the same for every copy."""


def write_copies(source: Path, target: Path, size: float) -> dict[str, int]:
    """The dataset `size` times over: part of its competencies and what hangs on them, or whole copies."""
    tables = {path: list(csv.reader(path.open(encoding="utf-8", newline=""))) for path in sorted(source.glob("*.csv"))}
    ids = {row[0] for rows in tables.values() for row in rows[1:]}
    kept = {row[0] for row in tables[source / "competencies.csv"][1:][:: round(1 / min(size, 1))]}
    target.mkdir()
    description = (source / "dataset.yml").read_text(encoding="utf-8")
    (target / "dataset.yml").write_text(re.sub(r"(?ms)^counts:.*?(?=^\S|\Z)", "", description), encoding="utf-8")
    counts = {}
    for path, (header, *rows) in tables.items():
        part = [row for row in rows if row[0] in kept] if path.stem in ("competencies", "competency_links") else rows
        with (target / path.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(part)
            for copy in range(1, round(size)):
                if path.stem != "provision_types":
                    writer.writerows([_renamed(cell, ids, copy) for cell in row] for row in part)
        counts[path.stem] = len(part) * (1 if path.stem == "provision_types" else max(1, round(size)))
    return counts


def _renamed(cell: str, ids: set[str], copy: int) -> str:
    def one(found: re.Match[str]) -> str:
        id = found.group()
        return f"{id}.copy{copy}" if id in ids and not KEPT.match(id) else id

    return re.sub(r"[A-Z][A-Za-z0-9]*-[A-Za-z0-9.-]*[A-Za-z0-9]", one, cell)


def main() -> None:
    """Build each size and print what it took."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            data, state = Path(folder, "data"), Path(folder, "state")
            expected = write_copies(SHIPPED[0], data, size)
            stages: list[tuple[str, float]] = []
            start = time.perf_counter()
            result = build_release(
                [data],
                state,
                today=date(2026, 11, 21),
                progress=lambda s, all=stages: all.append((s, time.perf_counter())),
            )
            end = time.perf_counter()
            if result.release is None:
                raise SystemExit("\n".join(str(i) for i in result.issues if i.severity == "error")[:2000])
            manifest = result.release.manifest
            for table, rows in expected.items():
                counted = manifest.datasets[0]["rows"][table]
                assert counted["read"] == rows == counted["mapped"] + counted["withheld"], (table, rows, counted)
            times = [*(at for _, at in stages), end]
            print(
                f"\n{size:g} times: {sum(expected.values()):,} rows, {manifest.quads:,} statements, {end - start:.1f} s"
            )
            for (stage, at), after in zip(stages, times[1:], strict=True):
                print(f"  {after - at:6.1f} s  {stage}")
            text = gzip.decompress((result.release.path / "graph.nq.gz").read_bytes())
            begin = time.perf_counter()
            peer = Dataset().parse(data=text, format="nquads")
            seconds = time.perf_counter() - begin
            assert len(list(peer.quads())) == manifest.quads
            share = seconds / (end - stages[-1][1])
            print(f"  rdflib reads the same statements in {seconds:.1f} s, {share:.1f} times the last stage")


if __name__ == "__main__":
    main()
