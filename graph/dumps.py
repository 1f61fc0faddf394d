"""A release as files that other programs read: RDF by dataset, or a table for each class, with a description of it all.

Only data that may be passed on is written, unless whoever asks says that it is for themselves. Everything is read from
the sorted files of the release, one thing at a time.
"""

import csv
import gzip
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import polars

from graph.description import DumpFile, describe, described_file, parts_passed_on
from graph.diff import kind_of, short, value_text
from graph.lines import packed_path, read_lines, text_of, write_packed
from graph.release import Release
from graph.store import write_rdf
from ontology.namespaces import DATASET, SW, expand, id_of

FORMATS: Final = ("turtle", "nquads", "jsonld", "csv", "parquet")
DESCRIPTION: Final = "dataset.ttl"

_RDF: Final = {"turtle": ("ttl.gz", "text/turtle"), "jsonld": ("jsonld.gz", "application/ld+json")}
_TYPE: Final = "rdf:type"
_FIRST: Final = ("id", "dataset", "skos:prefLabel")
_BETWEEN: Final = " | "

Row = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Dump:
    """What was written. `left_out`: datasets that may not be passed on."""

    files: tuple[DumpFile, ...]
    left_out: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"files": [asdict(file) for file in self.files], "left_out": list(self.left_out)}


def write_dump(
    release: Release,
    folder: Path,
    format: str,
    *,
    include_private: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Dump:
    """Write a release into an empty folder in one of `FORMATS`, and describe it in `dataset.ttl`."""
    manifest = release.manifest
    folder.mkdir(parents=True, exist_ok=True)
    left_out = tuple(one["id"] for one in manifest.datasets if not one["shippable"] and not include_private)
    datasets = [one["id"] for one in manifest.datasets if one["id"] not in left_out]
    if format in ("csv", "parquet"):
        rows = _write_tables(release, datasets, folder, progress)
        if format == "parquet":
            rows = {_as_parquet(folder / name).name: count for name, count in rows.items()}
    else:
        rows = {}
        for name in parts_passed_on(manifest, left_out):
            progress(f"write {name}")
            path, count = _write_part(release, name, folder, format)
            rows[path.name] = count
    files = tuple(described_file(folder / name, count) for name, count in sorted(rows.items()))
    described = replace(manifest, counts=_counts_within(release, datasets)) if left_out else manifest
    profile = None if left_out else release.profile  # it would tell of what is left out
    describe(described, datasets, files, profile=profile).serialize(folder / DESCRIPTION, format="turtle")
    return Dump(files, left_out)


def _write_part(release: Release, name: str, folder: Path, format: str) -> tuple[Path, int]:
    count = int(release.manifest.parts[name]["quads"])
    if format == "nquads":
        return Path(shutil.copyfile(packed_path(release.path, name), folder / f"{name}.nq.gz")), count
    ending, media_type = _RDF[format]
    path = folder / f"{name}.{ending}"
    with gzip.open(packed_path(release.path, name)) as source, write_packed(path) as target:
        write_rdf(source, target, media_type)
    return path, count


def _things(release: Release, datasets: list[str]) -> Iterator[tuple[str, Row]]:
    """Each thing that each dataset describes, as its class and its values by property."""
    for name in datasets:
        ending = f" <{DATASET[name]}> .\n"
        for subject, lines in groupby(read_lines(release.path, name), key=lambda line: line.partition(" ")[0]):
            row: Row = defaultdict(list)
            classes = []
            for line in lines:
                if not line.endswith(ending):
                    continue
                _, predicate, value = line.removesuffix(ending).split(" ", 2)
                property = short(predicate[1:-1])
                if property == _TYPE:
                    classes.append(value[1:-1])
                else:
                    row[property].append(value_text(value))
            if classes:
                yield kind_of(classes), {"id": [id_of(text_of(subject[1:-1]))], "dataset": [name], **row}


def _write_tables(
    release: Release, datasets: list[str], folder: Path, progress: Callable[[str], None]
) -> dict[str, int]:
    """A CSV file for each class: a row for each thing in each dataset. Several values stand with ` | ` between them."""
    progress("look which columns there are")
    columns: dict[str, set[str]] = defaultdict(set)
    for kind, row in _things(release, datasets):
        columns[kind].update(row)
    progress("write the tables")
    counts: dict[str, int] = dict.fromkeys((table_name(kind) for kind in columns), 0)
    files = {kind: (folder / table_name(kind)).open("w", encoding="utf-8", newline="") for kind in columns}
    try:
        ordered = {kind: [*_FIRST, *sorted(names - {*_FIRST})] for kind, names in columns.items()}
        writers = {kind: csv.writer(file) for kind, file in files.items()}
        for kind, writer in writers.items():
            writer.writerow(ordered[kind])
        for kind, row in _things(release, datasets):
            writers[kind].writerow([_BETWEEN.join(row.get(name, ())) for name in ordered[kind]])
            counts[table_name(kind)] += 1
    finally:
        for file in files.values():
            file.close()
    return counts


def table_name(kind: str) -> str:
    """The name of the table of a class: `Qualification.csv`, `esco-Skill.csv`."""
    return f"{kind.removeprefix('sw:').replace(':', '-').replace('/', '-')}.csv"


def _as_parquet(path: Path) -> Path:
    """Turn a table into a Parquet file, in which a cell that says nothing is null. Every column is text."""
    target = path.with_suffix(".parquet")
    polars.scan_csv(path, infer_schema=False).sink_parquet(target)
    path.unlink()
    return target


def _counts_within(release: Release, datasets: list[str]) -> dict[str, int]:
    """How many things of each class of the release some of its datasets describe."""
    graphs = " ".join(f"<{DATASET[name]}>" for name in datasets)
    query = f"""
        SELECT ?class (COUNT(DISTINCT ?thing) AS ?n) WHERE {{ VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?thing a ?class }} }}
        GROUP BY ?class"""
    found = {str(row["class"]): int(str(row["n"])) for row in release.store.select(query)}
    addresses = {name: str(SW[name] if ":" not in name else expand(name)) for name in release.manifest.counts}
    return {name: found[address] for name, address in addresses.items() if address in found}
