"""Datasets in a publisher's own format: read row by row, written as N-Quads beside what was wrong with them."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from graph.issues import Issue, IssueLog, in_order
from loaders.dataset import Description
from loaders.format import FileFormat, read_format
from loaders.mapping import DatasetMapper
from loaders.reading import found, rows
from loaders.runner import Counts
from loaders.statements import Compiler

EXAMPLES = 20
"""Issues of one kind in one column that are told one by one; the others are counted."""


@dataclass(slots=True)
class LoadedFiles:
    """One dataset in a publisher's format after loading: `path` holds its statements as N-Quads, `quads` of them."""

    name: str
    description: Description
    path: Path
    quads: int = 0
    issues: list[Issue] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)


def load_files(folder: Path, description: Description, out: Path) -> LoadedFiles:
    """Read the files of a dataset in its format; write its statements to `out`. Bad data never raises."""
    loaded = LoadedFiles(description.id, description, out)
    log = IssueLog(description.id)
    compiler = Compiler(description.id)
    place = folder / description.files
    with out.open("w", encoding="utf-8") as lines:
        for file in read_format(description.format).files:
            paths = found(place, file)
            if not paths and file.required:
                log.add("missing-file", f"there is no {' or '.join(file.match)}", file=file.match[0])
            for path in paths:
                _load(path, file, compiler, lines, loaded, log)
    loaded.issues = in_order(log.issues)
    return loaded


def _load(
    path: Path, file: FileFormat, compiler: Compiler, lines: TextIO, loaded: LoadedFiles, log: IssueLog
) -> None:
    records = rows(path, file)
    _, header = next(records)
    compiled = compiler.compile(file, header)
    seen: Counter[tuple[str, str]] = Counter()
    read = refused = 0
    for line, cells in records:
        read += 1

        def fault(code: str, message: str, hint: str, column: str) -> None:
            seen[code, column] += 1
            if seen[code, column] <= EXAMPLES:
                log.add(code, message, hint, file=path.name, line=line, column=column or None)  # noqa: B023

        for statement in compiled.lines(line, cells, fault):
            lines.write(statement)
            loaded.quads += 1
    loaded.counts[path.name] = Counts(read, read - refused, 0, refused)
