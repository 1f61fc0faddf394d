"""What somebody imagines, read as any dataset is, and made into a sandbox: see docs/sandbox.md.

A sandbox holds new rows of some of our tables, which may name what the release describes but never describe it anew,
and names what is taken to be closed. It is kept as a data folder of its own (`sandboxes/<id>`), whose only release has
the number of its base; its id follows from both contents, so the same sandbox has the same link.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Final

from rdflib import RDF, URIRef

from graph.build import DatasetInput, Derive, Made
from graph.imagined import SANDBOX
from graph.issues import Issue, IssueLog, in_order
from graph.overlay import overlay
from graph.release import Release, Releases
from graph.store import GraphStore, n_quads
from loaders.checks import Source, report
from loaders.dataset import Description
from loaders.kept_sandboxes import ABOUT, Asked, KeptSandboxes, Sandbox, note_use
from loaders.publish import facts_of
from loaders.records import TableFile, read_table
from loaders.refusals import RefusedSandboxError
from loaders.rows import read_rows
from loaders.runner import LoadedDataset, check_and_map
from loaders.tables import TABLES
from loaders.values import listed, nearest, quoted
from ontology.namespaces import SW, id_of, thing

IMAGINABLE: Final = (
    *("combination_rules", "credit_transfers", "deliveries", "learning_outcomes", "opportunities", "progressions"),
    *("providers", "qualifications", "sites", "unit_competencies", "units"),
)
"""The tables that a sandbox may have rows of."""

CLOSABLE: Final = ("providers", "sites", "opportunities", "deliveries")
"""The tables of what may be taken to be closed."""

MARK: Final = "Illustrative: "
"""What the title of everything imagined begins with: it is shown in places where a status is not."""

MADE_UP: Final = "urn:stepway:sandbox"
"""The source of what is imagined, where a row names none."""

_ENDS_WITH: Final = (("deliveries", "site_id"), ("evidence", "provider_id"), ("credit_transfers", "provider_id"))
"""Columns that a row need not fill, and yet nothing is left of it when what they name is closed."""

_TABLE_OF: Final = {str(table.row_class): table for table in TABLES.values()}


@dataclass(frozen=True, slots=True)
class Imagined:
    """What is imagined, ready to be laid over its base. `gone`: addresses of everything that is closed with it."""

    id: str
    title: str
    dataset: DatasetInput
    ids: dict[str, str]
    closed: tuple[str, ...]
    gone: frozenset[str]


class _Known(Mapping[str, str]):
    """The things of a release and their tables, looked up one by one."""

    def __init__(self, store: GraphStore, gone: Collection[str]) -> None:
        self._store, self._gone = store, gone

    def __getitem__(self, id: str) -> str:
        """The table of a thing. Raises `KeyError`."""
        address = thing(id)
        if str(address) not in self._gone:
            for name in self._store.classes(address):
                if name in _TABLE_OF:
                    return _TABLE_OF[name].name
        raise KeyError(id)

    @cached_property
    def _all(self) -> tuple[str, ...]:
        return tuple(
            id_of(one)
            for table in TABLES.values()
            for one in self._store.subjects(RDF.type, table.row_class)
            if one not in self._gone
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def read(asked: Asked, base: Release, today: date) -> Imagined:
    """Read and check what is imagined. Raises `RefusedSandboxError`."""
    store, log = base.store, IssueLog(SANDBOX)
    closed, gone = _closed(asked.without, store, log)
    rows = {}
    with TemporaryDirectory() as folder:
        for name, text in asked.tables:
            if name not in IMAGINABLE:
                near = nearest(name, IMAGINABLE)
                hint = f"did you mean {listed(near)}?" if near else f"a sandbox may have: {', '.join(IMAGINABLE)}"
                log.add(
                    "not-imaginable", f"{quoted(name)} is no table that a sandbox may have", hint, file=f"{name}.csv"
                )
                continue
            table = TABLES[name]
            path = Path(folder) / table.file
            path.write_text(text, encoding="utf-8", newline="")
            rows[name] = read_rows(_made_up(read_table(path, table, log), base, log), {}, log)
    about = _description(asked.title, base)
    source = Source(SANDBOX, about, rows, frozenset(), log)
    for table_rows in rows.values():
        for row in table_rows:
            if row.id and store.describes(thing(row.id)):
                message = f"{quoted(row.id)} is described by the release already"
                report(source, row, "described-by-base", message, column=row.table.key[0])
    (loaded,) = check_and_map([source], include_illustrative=True, today=today, known=_Known(store, gone))
    loaded.issues = in_order(one for one in log.issues if one.code != "described-twice")  # told as an error above
    if loaded.has_errors:
        raise RefusedSandboxError(loaded.issues)
    return Imagined(_id(base, loaded, closed), asked.title, _input(loaded, about), loaded.ids, closed, gone)


def _made_up(file: TableFile, base: Release, log: IssueLog) -> TableFile:
    """A file of which every row says that it is illustrative, whatever it said, and if it did not, where it is from and
    when it was seen: on the day of the base, or else a run without a start would count as not seen for a year."""
    manifest = base.manifest
    filled = {"status": "illustrative", "source_url": MADE_UP, "as_of": manifest.today or manifest.built_at[:10]}
    log.issues = [
        one
        for one in log.issues
        if not (one.file == file.table.file and one.code == "missing-column" and one.column in filled)
    ]
    file.columns = tuple(dict.fromkeys((*file.columns, *filled)))
    title = file.table.title_column
    for record in file.records:
        record.cells["status"] = filled["status"]
        for name in ("source_url", "as_of"):
            if not record.cells.get(name, "").strip():
                record.cells[name] = filled[name]
        record.cells.pop("inferred_columns", None)
        said = record.cells.get(title or "", "").strip()
        if title and said and "illustrative" not in said.casefold():
            record.cells[title] = f"{MARK}{said}"
    return file


def _description(title: str, base: Release) -> Description:
    said = " ".join(title.split()) or "no title"
    return Description(
        id=SANDBOX,
        title=f"Sandbox (imaginary): {said}",
        description=f"Made up to see what it would change in release {base.manifest.number}. Nobody publishes it.",
        publisher="Whoever made this sandbox",
        licence="Not said: it is made up",
        shippable=False,
        sources={MADE_UP: "Imagined for a sandbox: nobody publishes it."},
    )


def _input(loaded: LoadedDataset, about: Description) -> DatasetInput:
    rows = {table: asdict(counts) for table, counts in loaded.counts.items()}
    return DatasetInput(SANDBOX, facts_of(about), loaded.issues, rows, loaded.quads)


def _id(base: Release, loaded: LoadedDataset, closed: Collection[str]) -> str:
    """Id of a sandbox: of the base and all that is imagined, in whatever order it was given."""
    said = sorted(n_quads(quad for quad in loaded.quads if quad[1] != SW.line))
    manifest = base.manifest
    whole = json.dumps([manifest.number, manifest.content_hash, manifest.built_at, said, sorted(closed)])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _closed(without: Collection[str], store: GraphStore, log: IssueLog) -> tuple[tuple[str, ...], frozenset[str]]:
    """The ids that are closed, each once, and the addresses of everything of which nothing is left with them."""
    known = _Known(store, ())
    waiting: list[str] = []
    for id in dict.fromkeys(without):
        table = known.get(id)
        if table in CLOSABLE:
            waiting.append(str(thing(id)))
            continue
        message = f"{quoted(id)} is a row of {table}" if table else f"nothing has the id {quoted(id)}"
        near = [] if table else nearest(id, [one for one in known if known[one] in CLOSABLE])
        hint = f"did you mean {listed(near)}?" if near else ""
        log.add("not-closable", f"{message}, and only rows of {listed(CLOSABLE)} can be closed", hint, value=id)
    gone: set[str] = set()
    while waiting:
        one = waiting.pop()
        if one not in gone:
            gone.add(one)
            waiting += _ending_with(one, store)
    return tuple(sorted(dict.fromkeys(without))), frozenset(gone)


def _ending_with(address: str, store: GraphStore) -> Iterator[str]:
    """What there would not be without a thing; and a provider's entry in a register, which is the provider too."""
    name = URIRef(address)
    tables = {_TABLE_OF[one].name for one in store.classes(name) if one in _TABLE_OF}
    for table in TABLES.values():
        for column in table.columns.values():
            needed = column.required or (table.name, column.name) in _ENDS_WITH
            if column.property is not None and needed and tables.intersection(column.ref):
                of_table = set(store.subjects(RDF.type, table.row_class))
                yield from (one for one in store.subjects(column.property, name) if one in of_table)
    if "providers" in tables:
        same = SW.registeredAs
        yield from (str(one) for one in store.values(name, same))
        yield from store.subjects(same, name)


class Sandboxes(KeptSandboxes):
    """The sandboxes under one data directory, and the making of more."""

    def make(
        self,
        asked: Asked,
        base: Release,
        *,
        derive: Mapping[str, Derive],
        today: date | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Sandbox:
        """Make a sandbox over a release, unless it is there already. Raises `RefusedSandboxError`.

        Others wait meanwhile; a making that was broken off leaves nothing that the next one does not remove.
        """
        progress("read what is imagined")
        imagined = read(asked, base, today or datetime.now(UTC).date())
        with self._making() as folder:
            if (self.folder / imagined.id / ABOUT).is_file():
                self.use(imagined.id)
                return self.get(imagined.id)
            made = datetime.now(UTC)
            manifest = base.manifest
            day = date.fromisoformat(manifest.today) if manifest.today else made.date()
            releases = Releases(folder)
            releases.folder.mkdir()
            inside = Path(mkdtemp(prefix=f"{manifest.number:06d}-", suffix=".making", dir=releases.folder))
            result = overlay(
                base,
                imagined.dataset,
                imagined.gone,
                releases,
                inside,
                made=Made(day, manifest.options, made),
                progress=progress,
                derive=derive,
            )
            if result.release is None:
                raise RefusedSandboxError(result.issues)
            sandbox = _about(imagined, asked, base, made, result.issues)
            (folder / ABOUT).write_text(json.dumps(asdict(sandbox), indent=1), encoding="utf-8")
            note_use(folder)
            folder.chmod(0o755)
            folder.rename(self.folder / imagined.id)
            self._remove(self.ids()[self.kept :])
        return sandbox

    @contextmanager
    def _making(self) -> Iterator[Path]:
        """An empty folder to make a sandbox in; gone afterwards, unless it has its name by then."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "making.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._clear()
            folder = Path(mkdtemp(suffix=".making", dir=self.folder))
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)


def _about(imagined: Imagined, asked: Asked, base: Release, made: datetime, issues: Sequence[Issue]) -> Sandbox:
    by_table: dict[str, list[str]] = {}
    for id, table in imagined.ids.items():
        by_table.setdefault(table, []).append(id)
    manifest = base.manifest
    return Sandbox(
        id=imagined.id,
        title=imagined.title,
        made_at=made.isoformat(timespec="seconds"),
        base={"number": manifest.number, "content_hash": manifest.content_hash, "built_at": manifest.built_at},
        imagined=by_table,
        closed=list(imagined.closed),
        taken_away=sorted(map(id_of, imagined.gone)),
        tables=dict(asked.tables),
        issues=[asdict(issue) for issue in issues],
    )
