"""Statements as sorted lines of N-Quads: how a release is kept, hashed and compared.

A release keeps one file of lines for each dataset, for the ontology and for what the rules add. Lines are sorted by
their bytes and each stands there once, so that equal content is an equal file, and two releases are compared by reading
both side by side. Memory is bounded: what does not fit is sorted in runs that are merged.
"""

import gzip
import hashlib
import heapq
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import IO, Final

RUN_BYTES: Final = 96_000_000
"""Size of what is sorted in memory at once."""

FOLDER: Final = "graph"
"""Where the files lie, in a release."""

ONTOLOGY: Final = "_ontology"
ENTAILED: Final = "_entailed"
MATCHED: Final = "_matched"
RETIRED: Final = "_retired"
"""The parts of a release that are not a dataset: our vocabulary, what our rules add, whose names are alike, and what is
described no more."""

REACHABILITY: Final = "reachability"
COVERAGE: Final = "coverage"
DEMAND: Final = "demand"
DERIVED: Final = (REACHABILITY, COVERAGE, DEMAND)
"""The parts that are worked out from the finished store, in this order: what standard learners can reach, which needed
competencies are taught, and what is asked for. A release need not have them; they are compared as datasets are."""

_BLOCK: Final = 20_000
AS_BYTES: Final = "latin-1"  # Each byte is one sign: texts compare as fast as can be, and in the order of their bytes.


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a release: how many statements it has, and the SHA-256 of its lines."""

    quads: int
    sha256: str


def packed_path(release: Path, name: str) -> Path:
    """Where the lines of a dataset (or one of the other parts) lie in a release."""
    return release / FOLDER / f"{name}.nq.gz"


def keep(raw: Path, release: Path, name: str) -> tuple[Part, Path]:
    """Sort the lines of a file into a release. `raw` is used up; the second value is the same unpacked, for loading."""
    plain, packed = release / FOLDER / f"{name}.nq", packed_path(release, name)
    plain.parent.mkdir(exist_ok=True)
    runs: list[Path] = []
    with raw.open(encoding=AS_BYTES, newline="\n") as source:
        lines = _run(source.readlines(RUN_BYTES))
        while more := source.readlines(RUN_BYTES):
            runs.append(_written(lines, raw.with_suffix(f".run{len(runs)}")))
            lines = _run(more)
    if not runs:
        part = _write(lines, plain, packed)
    else:
        runs.append(_written(lines, raw.with_suffix(f".run{len(runs)}")))
        del lines
        part = _write(_merged(runs), plain, packed)
    for path in (raw, *runs):
        path.unlink()
    return part, plain


def _run(lines: list[str]) -> list[str]:
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    lines.sort()
    return lines


def _written(lines: list[str], path: Path) -> Path:
    with path.open("w", encoding=AS_BYTES, newline="\n") as target:
        target.writelines(lines)
    return path


def _merged(runs: Iterable[Path]) -> Iterator[str]:
    opened = [path.open(encoding=AS_BYTES, newline="\n") for path in runs]
    try:
        yield from heapq.merge(*opened)
    finally:
        for source in opened:
            source.close()


def _write(lines: Iterable[str], plain: Path, packed: Path) -> Part:
    digest, quads = hashlib.sha256(), 0
    once = (line for line, _ in groupby(lines))
    with plain.open("wb") as target, write_packed(packed) as archive:
        while block := list(islice(once, _BLOCK)):
            data = "".join(block).encode(AS_BYTES)
            digest.update(data)
            target.write(data)
            archive.write(data)
            quads += len(block)
    return Part(quads, digest.hexdigest())


@contextmanager
def write_packed(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, packed without a name and a time: the same content is the same file."""
    with path.open("wb") as under, gzip.GzipFile("", "wb", compresslevel=1, fileobj=under, mtime=0) as archive:
        yield archive  # type: ignore[misc]  # a GzipFile does all that IO[bytes] asks, and is not declared so


def content_hash(parts: dict[str, Part]) -> str:
    """The hash of a release: of the names and sums of its parts, in the order of names.

    What was retired since another release is no part of it: another machine need not have that one.

    >>> content_hash({"b": Part(1, "y"), "a": Part(1, "x")}) == content_hash({"a": Part(1, "x"), "b": Part(1, "y")})
    True
    """
    said = "".join(f"{name} {part.sha256}\n" for name, part in sorted(parts.items()) if name != RETIRED)
    return hashlib.sha256(said.encode()).hexdigest()


def read_lines(release: Path, name: str) -> Iterator[str]:
    """The lines of one file of a release, each with its end, as bytes that are signs (`text_of` makes them text)."""
    with gzip.open(packed_path(release, name), "rt", encoding=AS_BYTES, newline="\n") as lines:
        yield from lines


def text_of(line: str) -> str:
    """A line, or a piece of one, from `read_lines` as the text that it is."""
    return line.encode(AS_BYTES).decode()
