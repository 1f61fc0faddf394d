"""Dataset folders become statements, issues and counts. Bad data never raises: it is refused, counted and explained."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from graph.issues import Issue, IssueLog, Severity, in_order
from loaders.checks import CHECKS, KnownIds, Source, World
from loaders.dataset import FILE, Description, read_description
from loaders.mapping import DatasetMapper, Quad
from loaders.records import read_table
from loaders.rows import ILLUSTRATIVE, Row, read_rows
from loaders.tables import TABLES
from loaders.values import listed, nearest, quoted


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of one table: read, and of these mapped, withheld (illustrative) and refused (faulty)."""

    read: int = 0
    mapped: int = 0
    withheld: int = 0
    refused: int = 0


@dataclass(slots=True)
class Quads:
    """The statements of a dataset, in the order of tables and lines: made anew each time they are gone through.

    A row makes some eighty of them: all at once they would take many times the memory of the rows.
    """

    mapper: DatasetMapper
    tables: list[list[Row]] = field(default_factory=list)

    def __iter__(self) -> Iterator[Quad]:
        """Each statement, what the dataset is first."""
        yield from self.mapper.describe()
        for rows in self.tables:
            yield from self.mapper.rows(rows)


@dataclass(slots=True)
class LoadedDataset:
    """One dataset after loading.

    Without a usable dataset.yml `description` is None and there are no `quads`. `ids` are the things it describes
    (mapped rows), with their tables.
    """

    name: str
    description: Description | None
    quads: Iterable[Quad] = ()
    issues: list[Issue] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        """Whether something was refused, so that the dataset must not be published."""
        return any(issue.severity is Severity.ERROR for issue in self.issues)


def read(folder: Path) -> Source:
    """First pass: read and type one folder. References are not looked at yet."""
    name = folder.name or folder.resolve().name
    log = IssueLog(name)
    if not folder.is_dir():
        log.add("not-a-folder", f"{name} is a file, not a folder" if folder.exists() else f"there is no folder {name}")
        return Source(name, None, {}, frozenset(), log)
    description = read_description(folder, log)
    if description is not None:
        log.dataset = description.id
    _check_files(folder, log)
    lookups = description.lookups if description else {}
    files = {t.name: read_table(folder / t.file, t, log) for t in TABLES.values() if (folder / t.file).exists()}
    rows = {table: read_rows(file, lookups, log) for table, file in files.items()}
    unreadable = frozenset(table for table, file in files.items() if not file.readable)
    if not rows and description is not None:
        log.add("no-tables", "the folder holds no table")
    for table in lookups.keys() - rows.keys():
        message = f"lookups corrects cells of {table}, and there is no {TABLES[table].file}"
        log.add("lookup-unused", message, file=FILE, column="lookups")
    _check_counts(description, rows, unreadable, log)
    log.issues = [_renamed(issue, log.dataset) for issue in log.issues]
    return Source(log.dataset, description, rows, unreadable, log)


def _renamed(issue: Issue, dataset: str) -> Issue:
    if issue.dataset == dataset:
        return issue
    return replace(issue, dataset=dataset)


def _check_files(folder: Path, log: IssueLog) -> None:
    files = {table.file for table in TABLES.values()}
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        log.add("unreadable-file", f"the folder cannot be listed: {error.strerror or error}")
        return
    for path in paths:
        if path.suffix.lower() == ".csv" and path.name not in files:
            near = nearest(path.stem, TABLES)
            hint = f"did you mean {listed(f'{name}.csv' for name in near)}?" if near else ""
            hint = hint or f"the tables are: {', '.join(TABLES)}"
            log.add(
                "unknown-table", f"{quoted(path.name)} is not the file of a table; it is not read", hint, file=path.name
            )


def _check_counts(
    description: Description | None, rows: dict[str, list[Row]], unreadable: frozenset[str], log: IssueLog
) -> None:
    for table, count in (description.counts if description else {}).items():
        file = TABLES[table].file
        if table not in rows:
            message = f"{FILE} counts {count.rows} rows of {table}, and there is no {file}"
            log.add("missing-file", message, f"add {file}, or take {table} out of counts in {FILE}", file=file)
            continue
        found = len(rows[table])
        if found < count.rows and table not in unreadable:
            message = f"{found} rows were read, and {FILE} says {'exactly' if count.exact else 'at least'} {count.rows}"
            log.add("count-too-low", message, file=file)
        elif found > count.rows and count.exact:
            log.add("count-too-high", f"{found} rows were read, and {FILE} says exactly {count.rows}", file=file)


def check_and_map(
    sources: Sequence[Source], *, include_illustrative: bool = False, today: date, known: KnownIds | None = None
) -> list[LoadedDataset]:
    """Second pass: check all datasets together and map the rows without an error. `today` is the day of the build."""
    _check_names(sources)
    world = World(list(sources), today, known or {})
    for check in CHECKS:
        check(world)
    labels = _labels(sources)
    return [_map(source, labels, include_illustrative=include_illustrative) for source in sources]


def _check_names(sources: Sequence[Source]) -> None:
    seen = set()
    for source in sources:
        if source.name in seen:
            source.log.add(
                "duplicate-dataset", f"another folder has the id {quoted(source.name)} too", file=FILE, column="id"
            )
            source.description = None
        seen.add(source.name)


def _labels(sources: Iterable[Source]) -> dict[str, str]:
    """The title of each thing that has one, for the sentences of rules."""
    labels: dict[str, str] = {}
    for source in sources:
        for rows in source.rows.values():
            for row in rows:
                if row.table.title_column and (title := row.first(row.table.title_column)) is not None:
                    labels.setdefault(row.id, str(title))
    return labels


def _map(source: Source, labels: dict[str, str], *, include_illustrative: bool) -> LoadedDataset:
    loaded = LoadedDataset(source.name, source.description)
    mapper = None
    if source.description is not None:
        mapper = DatasetMapper(source.description, labels, include_illustrative=include_illustrative)
        quads = loaded.quads = Quads(mapper)
    for table, rows in source.rows.items():
        refused = sum(row.refused for row in rows)
        sound = [row for row in rows if not row.refused]
        if mapper is None:
            loaded.counts[table] = Counts(read=len(rows), refused=len(rows))
            continue
        mapped = [row for row in sound if include_illustrative or not row.is_illustrative]
        withheld = len(sound) - len(mapped)
        quads.tables.append(mapped)
        loaded.ids.update((row.id, table) for row in mapped)
        loaded.counts[table] = Counts(len(rows), len(mapped), withheld, refused)
        if not include_illustrative:
            _say_withheld(source, table, withheld, mapped)
    loaded.issues = in_order(source.log.issues)
    return loaded


def _say_withheld(source: Source, table: str, rows: int, mapped: list[Row]) -> None:
    columns = TABLES[table].columns.values()
    cells = sum(
        column.name in row.cells and column.property is not None and row.cell_status(column) == ILLUSTRATIVE
        for row in mapped
        for column in columns
        if column.status_from is not None
    )
    if rows or cells:
        said = [f"{rows} illustrative row{'s' * (rows > 1)}"] if rows else []
        said += [f"{cells} illustrative cell{'s' * (cells > 1)}"] if cells else []
        source.log.add("illustrative-withheld", f"{' and '.join(said)} left out", file=TABLES[table].file)


def load(
    folder: Path, *, include_illustrative: bool = False, today: date, known: KnownIds | None = None
) -> LoadedDataset:
    """Load one dataset folder by itself. `known` are ids it may name although it does not describe them."""
    return load_all([folder], include_illustrative=include_illustrative, today=today, known=known)[0]


def load_all(
    folders: Iterable[Path], *, include_illustrative: bool = False, today: date, known: KnownIds | None = None
) -> list[LoadedDataset]:
    """Load dataset folders that are built together, so that rows of one may name rows of another."""
    sources = [read(folder) for folder in folders]
    return check_and_map(sources, include_illustrative=include_illustrative, today=today, known=known)
