"""Datasets in a publisher's own format: read row by row, written as N-Quads beside what was wrong with them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from importlib import import_module
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import IO, Any, Final

from rdflib import DCAT, DCTERMS, Literal, URIRef
from rdflib.term import Identifier

from graph.issues import Issue, IssueLog, Severity, in_order
from loaders.dataset import FILE, Description
from loaders.documents import groups, keys_of, parts, picker, records
from loaders.format import FileFormat, Format, read_format
from loaders.mapping import DatasetMapper
from loaders.reading import Broken, Source, matching, rows, sources
from loaders.rows import ILLUSTRATIVE
from loaders.runner import Counts
from loaders.statements import Compiled, Compiler, Found, Row, literal, names_of, places_of
from loaders.transforms import day
from loaders.values import Fault, listed, mend, nearest, quoted
from ontology.namespaces import SW

EXAMPLES: Final = 20
"""Issues of one kind in one column of a file that are told one by one; the others are counted."""

BATCH: Final = 4096
"""Rows that are put into statements at a time."""

MOST_REFUSED: Final = 100
"""One row in so many may be left out; with more the file is not trusted."""

Progress = Callable[[str, int, float], None]
"""Called after each file with its name, its rows and the seconds it took."""


@dataclass(slots=True)
class LoadedFiles:
    """One dataset in a publisher's format after loading: `path` holds its statements as N-Quads, `quads` of them.

    `counts` are by the name of each file that was read: rows read, mapped, passed over by the format (`withheld`) and
    refused. `seconds` likewise. `files` gives each file's name in the format; `inputs` are the
    files that were opened.
    """

    name: str
    description: Description
    path: Path
    quads: int = 0
    issues: list[Issue] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    inputs: list[Path] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Whether something is wrong with a file as a whole, so that the dataset must not be published."""
        return _has_error(self)


def _has_error(found: LoadedFiles | IssueLog) -> bool:
    return any(issue.severity is Severity.ERROR for issue in found.issues)


def load_files(
    folder: Path,
    description: Description,
    out: Path,
    *,
    include_illustrative: bool = False,
    progress: Progress = lambda _name, _rows, _seconds: None,
    kind: Format | None = None,
) -> LoadedFiles:
    """Read the files of a dataset in its format; write its statements to `out`. Bad data never raises.

    `folder` is that of its dataset.yml; `kind` is the format, unless it is the one that the description names.
    What it gives can be sent from one process to another.
    """
    loaded = LoadedFiles(description.id, description, out)
    log = IssueLog(description.id)
    kind = kind or read_format(description.format)
    if description.status == ILLUSTRATIVE and not include_illustrative:
        out.write_bytes(b"")
        loaded.issues = [log.add("illustrative-withheld", "the dataset is made up, and left out", file=FILE)]
        return loaded
    if kind.reader:
        _load_documents(folder, kind, loaded, log)
        loaded.issues = in_order(log.issues)
        return loaded

    def damaged(code: str, message: str, path: Path) -> None:
        log.add(code, message, file=path.name)

    day = description.retrieved.first_day if description.retrieved else None
    compiler = Compiler(description.id, day, SW.illustrative if description.status == ILLUSTRATIVE else SW.published)
    found = sources(_places(folder, description, log), damaged)
    with out.open("wb") as lines:
        edition = ""
        for file in kind.files:
            fitting = _once(matching(found, file), log)
            if not fitting and (file.required or file.name in description.counts):
                hint = f"put it where {FILE} says, or mend files there"
                log.add("missing-file", f"there is no file {' or '.join(file.match)}", hint, file=file.match[0])
            if len(fitting) > 1 and not file.parts:
                names = listed([quoted(source.name) for source in fitting], "and")
                log.add("files-together", f"{names} are read as one", file=fitting[0].name)
            for source in fitting:
                if source.path not in loaded.inputs:
                    loaded.inputs.append(source.path)
                one = _File(source, file, description.format, compiler, lines, log)
                one.load()
                loaded.quads += one.quads
                edition = max(edition, one.edition)
                loaded.counts[source.name] = one.counts
                loaded.seconds[source.name] = one.seconds
                loaded.files[source.name] = file.name
                progress(source.name, one.read, one.seconds)
            rows_read = sum(loaded.counts[source.name].read for source in fitting)
            if file.required and fitting and not rows_read and not _has_error(log):
                log.add("count-too-low", "there are no rows below the header line", file=fitting[0].name)
        loaded.description = replace(description, version=description.version or edition)
        about = "".join(_about(loaded.description, kind)).encode()
        lines.write(about)
        loaded.quads += about.count(b"\n")
    _check_counts(loaded, log)
    loaded.issues = in_order(log.issues)
    return loaded


def _about(description: Description, kind: Format) -> Iterator[str]:
    """What the dataset is, as lines of N-Quads."""
    mapper = DatasetMapper(description, {}, include_illustrative=False)
    me, graph = mapper.dataset, mapper.provenance
    quads = [*mapper.describe(), (me, SW["format"], Literal(description.format), graph)]
    if description.publisher == kind.publisher:
        quads.append((me, DCAT.landingPage, URIRef(kind.home), graph))
    if description.version:
        quads.append((me, DCTERMS.hasVersion, Literal(description.version), graph))
    for subject, predicate, term, place in quads:
        yield f"<{subject}> <{predicate}> {_term(term)} <{place}> .\n"


def _term(term: Identifier) -> str:
    if not isinstance(term, Literal):
        return f"<{term}>"
    ending = f"@{term.language}" if term.language else f"^^<{term.datatype}>" if term.datatype else ""
    return f"{literal(mend(str(term)))}{ending}"


def _load_documents(folder: Path, kind: Format, loaded: LoadedFiles, log: IssueLog) -> None:
    """Have a module of ours read files that are no tables."""
    module = import_module(kind.reader)
    with loaded.path.open("w", encoding="utf-8", newline="\n") as lines:
        for line in _about(loaded.description, kind):
            loaded.quads += bool(lines.write(line))
        for place in _places(folder, loaded.description, log):
            start = perf_counter()
            loaded.inputs += sorted(path for path in place.iterdir() if path.is_file()) if place.is_dir() else [place]
            quads, counts = module.load(place, loaded.name, lines, log, loaded.description.status)
            loaded.quads += quads
            loaded.counts |= counts
            loaded.seconds[place.name] = perf_counter() - start


def _places(folder: Path, description: Description, log: IssueLog) -> list[Path]:
    found: list[Path] = []
    for place in description.files:
        path = folder / place
        try:
            if path.exists():
                found.append(path)
            elif fitting := sorted(path.parent.glob(path.name)):
                found += fitting
            else:
                hint = f"put the download there, or mend files in {FILE}"
                log.add("missing-file", f"there is nothing at {place}", hint, file=FILE, column="files")
        except (OSError, ValueError) as error:
            log.add("unreadable-file", f"{place} cannot be looked at: {error}", file=FILE, column="files")
    return found


def _once(found: Sequence[Source], log: IssueLog) -> list[Source]:
    """The sources without those that are there a second time under the same name, packed or not."""
    seen: dict[str, Source] = {}
    for source in found:
        if (first := seen.setdefault(source.plain.casefold(), source)) is not source:
            log.add("file-twice", f"{source.name} is {first.name} once more; it is not read", file=source.name)
    return list(seen.values())


def _check_counts(loaded: LoadedFiles, log: IssueLog) -> None:
    for name, count in loaded.description.counts.items():
        of = [source for source, file in loaded.files.items() if file == name]
        found = sum(loaded.counts[source].read for source in of)
        if of and found < count.rows:
            message = f"{found} rows were read, and {FILE} says {'exactly' if count.exact else 'at least'} {count.rows}"
            log.add("count-too-low", message, file=of[0])
        elif of and found > count.rows and count.exact:
            log.add("count-too-high", f"{found} rows were read, and {FILE} says exactly {count.rows}", file=of[0])


class _File:
    """One file on its way into statements."""

    def __init__(
        self, source: Source, file: FileFormat, format: str, compiler: Compiler, lines: IO[bytes], log: IssueLog
    ) -> None:
        self.source, self.file, self.format, self.lines, self.log = source, file, format, lines, log
        self.compiler = compiler
        self.read = self.refused = self.passed = self.quads = 0
        self.seconds = 0.0
        self.edition = ""
        self.told: Counter[tuple[str, str]] = Counter()

    @property
    def counts(self) -> Counts:
        """Its rows so far."""
        return Counts(self.read, self.read - self.refused - self.passed, self.passed, self.refused)

    def say(
        self, code: str, message: str, hint: str = "", line: int | None = None, column: str = "", value: str = ""
    ) -> None:
        """Note an issue: the first `EXAMPLES` of a kind and column; the others are counted."""
        self.told[code, column] += 1
        if self.told[code, column] <= EXAMPLES:
            self.log.add(
                code, message, hint, file=self.source.name, line=line, column=column or None, value=value or None
            )

    def unread(self, code: str, message: str, hint: str, line: int | None) -> None:
        """Note what the reader could not read."""
        if code == "row-not-taken":
            self.read += 1
            self.refused += 1
        self.say(code, message, hint, line)

    def load(self) -> None:
        """Read the file to its end."""
        start = perf_counter()
        try:
            before = self.source.path.stat()
            with self.source.open() as data:
                self._load(data)
            after = self.source.path.stat()
            if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
                message = f"the file changed while it was read ({before.st_size} bytes before, {after.st_size} after)"
                self.say("file-changed", message)
        except Broken as error:
            self.say("file-cut", f"the file cannot be unpacked to its end: {error}")
        except (OSError, KeyError, NotImplementedError, RuntimeError) as error:
            self.say("unreadable-file", f"the file cannot be read: {error}")
        except UnicodeError as error:
            self.say("unreadable-encoding", f"the file is not {self.file.encoding}: {error}")
        if self.refused * MOST_REFUSED > self.read and self.refused > 1:
            message = f"{self.refused:,} of {self.read:,} rows were left out, more than one in {MOST_REFUSED}"
            self.say("too-many-refused", message)
        for (code, column), count in self.told.items():
            if count > EXAMPLES:
                message = f"{count - EXAMPLES:,} more like the {EXAMPLES} that are told one by one"
                self.log.add(code, message, file=self.source.name, column=column or None)
        self.seconds = perf_counter() - start

    def _load(self, data: IO[bytes]) -> None:
        if self.file.kind in ("json", "jsonl"):
            self._documents(records(data, self.file, self.unread))
            return
        if self.file.reader:
            reader = import_module(f"loaders.formats.{self.format}.reader")
            table: Iterator[Row] = reader.rows(self.source, self.file, self.unread)
        else:
            table = iter(rows(data, self.file, self.unread))
        if (first := next(table, None)) is None:
            if not self.told:
                self.say("empty-file", "the file has no header line")
            return
        line, names = first
        header = [str(name) for name in names]
        compiled = self.compiler.compile(self.file, header)
        self._columns(compiled, header, line)
        if not compiled.missing_required:
            self._run(compiled, self._noted(header, table) if self.file.edition else table)

    def _noted(self, header: Sequence[str], table: Iterator[Row]) -> Iterator[Row]:
        """The rows, after noting the edition that the first of them names. One that is no day is none."""
        places = places_of(header).get(self.file.edition.casefold())
        first = next(table, None)
        if first is not None:
            if places:
                with suppress(Fault):
                    self.edition = day(str(first[1][places[0]]))
            yield first
        yield from table

    def _columns(self, compiled: Compiled, header: Sequence[str], line: int) -> None:
        """Tell of columns that are gone or new."""
        unknown = [name for name in compiled.unknown if name.strip() and not self._aside(name)]
        for name in compiled.missing_required:
            near = nearest(name, unknown or header)
            hint = f"is it now called {listed(map(quoted, near))}?" if near else ""
            self.say("missing-column", f"there is no column {quoted(name)}; nothing is read", hint, line, name)
        for name in compiled.missing:
            near = nearest(name, unknown)
            hint = f"is it now called {listed(map(quoted, near))}?" if near else ""
            self.say("column-gone", f"there is no column {quoted(name)} any more", hint, line, name)
        for name in dict.fromkeys(unknown):
            message = f"the format says nothing of the column {quoted(name)}; it is not read"
            self.say("column-new", message, "", line, name)

    def _aside(self, name: str) -> bool:
        patterns = (*self.file.unused, *self.file.private)
        return any(fnmatch(name.strip().casefold(), pattern.casefold()) for pattern in patterns)

    def _run(self, compiled: Compiled, table: Iterable[Row], *, counted: bool = True) -> None:
        """Put rows into statements, a batch at a time."""
        out: list[str] = []
        table = iter(table)

        def told(line: int, nothing: bool) -> None:
            for fault in compiled.faults:
                self._fault(fault, line)
            self.refused += nothing and counted and not self._again(compiled.faults)
            self.passed += nothing and counted and self._again(compiled.faults)
            compiled.faults.clear()

        while batch := list(islice(table, BATCH)):
            passed = compiled.run(batch, out, told)
            if counted:
                self.read += len(batch)
                self.passed += passed
            data = "".join(out).encode("utf-8", "replace")
            self.quads += data.count(b"\n")
            self.lines.write(data)
            out.clear()

    @staticmethod
    def _again(faults: Sequence[Found]) -> bool:
        return any(fault.code == "repeated-key" for fault in faults)

    def _fault(self, fault: Found, line: int) -> None:
        self.say(fault.code, fault.message, fault.hint, line, fault.column, fault.value)

    def _documents(self, found: Iterator[tuple[int, Any]]) -> None:
        """Put records of JSON into statements: a function for the records, and one for each list inside them."""
        made = []
        known: set[str] = set()
        for over, nodes in groups(self.file.nodes).items():
            header = names_of(nodes)
            known |= {f"{over}.{name}".strip(".") for name in header if not name.startswith(("^", "#"))}
            made.append((over, self.compiler.compile(self.file, header, nodes), [picker(name) for name in header]))
        unknown: dict[str, int] = {}
        while batch := list(islice(found, BATCH // 8)):
            for line, record in batch:
                for key in keys_of(record):
                    if key not in known and key not in unknown and not self._known(key, known):
                        unknown[key] = line
            for number, (over, compiled, picked) in enumerate(made):
                cells = (
                    (line, [pick(part) for pick in picked])
                    for line, record in batch
                    for part in parts(record, over)
                )  # fmt: skip
                self._run(compiled, cells, counted=number == 0)
        for key, line in unknown.items():
            self.say("column-new", f"the format says nothing of the key {quoted(key)}; it is not read", "", line, key)

    def _known(self, key: str, known: set[str]) -> bool:
        """Whether a key, or what holds it, is read or left aside on purpose."""
        pieces = key.split(".")
        held = {".".join(pieces[:end]) for end in range(1, len(pieces) + 1)}
        held |= {name.rstrip("[]") for name in held}
        return bool(held & known) or any(self._aside(name) for name in held)
