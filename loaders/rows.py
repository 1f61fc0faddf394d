"""Records become rows with typed cells and an id; each cell that cannot be read is an issue of its own."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from graph.issues import IssueLog
from loaders.dataset import Lookups
from loaders.records import Record, TableFile
from loaders.tables import Column, Table
from loaders.values import Fault, Value, is_address, is_damaged, listed, mend, nearest, quoted, read_value
from ontology.namespaces import slug

PUBLISHED: Final = "published"
INFERRED: Final = "inferred"
ILLUSTRATIVE: Final = "illustrative"
_BLANK_CODES: Final = {"status": "status-missing", "source_url": "source-missing"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell: its text after mending and correcting, and its values (none when it could not be read)."""

    text: str
    values: tuple[Value, ...]


@dataclass(slots=True, eq=False)
class Row:
    """One row. `id` is empty when its key could not be read. A refused row is counted and not mapped."""

    table: Table
    line: int
    id: str
    cells: dict[str, Cell]
    refused: bool

    @property
    def status(self) -> str:
        """The standing of the row: published, inferred or illustrative; empty when it does not say."""
        cell = self.cells.get("status")
        return str(cell.values[0]) if cell and cell.values else ""

    @property
    def is_illustrative(self) -> bool:
        """Whether the row is made up for a demonstration."""
        return self.status == ILLUSTRATIVE

    def first(self, column: str) -> Value | None:
        """The first value of a cell; None when it is blank or cannot be read."""
        cell = self.cells.get(column)
        return cell.values[0] if cell and cell.values else None

    def cell_status(self, column: Column) -> str:
        """The standing of one cell. A cell of an illustrative row is illustrative, whatever else is said of it."""
        if self.is_illustrative:
            return ILLUSTRATIVE
        own = self.first(column.status_from) if column.status_from is not None else None
        status = str(own) if own is not None else self.status
        ours = column.always_inferred and own is None
        return INFERRED if status == PUBLISHED and (ours or column.name in self.inferred_columns) else status

    @property
    def inferred_columns(self) -> tuple[Value, ...]:
        """Columns of a published row whose cells are our inference."""
        cell = self.cells.get("inferred_columns")
        return cell.values if cell else ()


@dataclass(slots=True)
class _Corrections:
    """The lookups of one table, and how often and where first each was used."""

    lookups: dict[str, dict[str, str]]
    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    first_line: dict[tuple[str, str], int] = field(default_factory=dict)

    def correct(self, column: str, text: str, line: int) -> str:
        right = self.lookups.get(column, {}).get(text)
        if right is None:
            return text
        self.used[column, text] += 1
        self.first_line.setdefault((column, text), line)
        return right

    def report(self, table: Table, log: IssueLog) -> None:
        for column, values in self.lookups.items():
            for bad, right in values.items():
                times = self.used[column, bad]
                if times:
                    message = f"{quoted(bad)} was corrected to {quoted(right)} in {times} cell{'s' * (times > 1)}"
                    line = self.first_line[column, bad]
                    log.add("lookup-used", message, file=table.file, line=line, column=column, value=bad)
                else:
                    message = f"no cell of {table.name} has {quoted(bad)}, which lookups corrects"
                    log.add("lookup-unused", message, file="dataset.yml", column=column, value=bad)


def read_rows(file: TableFile, lookups: Lookups, log: IssueLog) -> list[Row]:
    """Type every record of a file."""
    corrections = _Corrections(lookups.get(file.table.name, {}))
    rows = [_Reader(file, record, corrections, log).row() for record in file.records]
    if file.readable:
        corrections.report(file.table, log)
    return rows


class _Reader:
    """Reads one record. It keeps the place, so that each fault is said with file, line and column."""

    def __init__(self, file: TableFile, record: Record, corrections: _Corrections, log: IssueLog) -> None:
        self.table, self.columns, self.record = file.table, file.columns, record
        self.corrections, self.log, self.sound = corrections, log, record.sound

    def note(
        self, code: str, message: str, hint: str = "", column: str | None = None, value: str | None = None
    ) -> None:
        self.log.add(code, message, hint, file=self.table.file, line=self.record.line, column=column, value=value)

    def fault(self, code: str, message: str, hint: str, column: str, value: str | None = None) -> None:
        self.note(code, message, hint, column, value)
        self.sound = False

    def row(self) -> Row:
        cells: dict[str, Cell] = {}
        for column in self.table.columns.values():
            text = self.record.cells.get(column.name)
            if text and (cell := self.cell(column, text)):
                cells[column.name] = cell
            elif column.required:
                self.blank(column)
        self.check_inferred(cells)
        id = self.id(cells)
        return Row(self.table, self.record.line, id, cells, refused=not self.sound or not id)

    def check_inferred(self, cells: dict[str, Cell]) -> None:
        """Note a name under `inferred_columns` that is no column of the table."""
        named = cells.get("inferred_columns")
        for name in map(str, named.values if named else ()):
            if name not in self.table.columns:
                near = nearest(name, self.table.columns)
                hint = f"did you mean {listed(near)}?" if near else f"the columns are: {', '.join(self.table.columns)}"
                message = f"{quoted(name)} is not a column of {self.table.name}"
                self.fault("not-a-choice", message, hint, "inferred_columns", name)

    def blank(self, column: Column) -> None:
        """Note a required cell that is blank; a missing column or a row cut short was noted already."""
        if not self.record.sound or column.name not in self.columns:
            self.sound = False
            return
        code = _BLANK_CODES.get(column.name, "blank-required")
        hint = "" if code != "blank-required" else f"fill {column.name}: {column.about}"
        self.fault(code, f"{column.name} is blank, and every row of {self.table.name} must fill it", hint, column.name)

    def cell(self, column: Column, given: str) -> Cell | None:
        text = mend(given)
        if text and text != given:
            message = "white space or invisible characters were taken out"
            self.note("stray-characters", message, f"write {quoted(text)}", column.name, given)
        if is_damaged(text):
            self.note("damaged-text", f"{quoted(text)} was read in a wrong encoding once", "", column.name, text)
        text = self.corrections.correct(column.name, text, self.record.line)
        if not text:
            return None
        values = []
        for part in self.parts(column, text) if column.type.several else (text,):
            try:
                values.append(read_value(column, part))
            except Fault as fault:
                self.fault(fault.code, fault.message, fault.hint, column.name, part)
        return Cell(text, tuple(values))

    def parts(self, column: Column, text: str) -> list[str]:
        given = [self.corrections.correct(column.name, part.strip(), self.record.line) for part in text.split("|")]
        parts = list(dict.fromkeys(filter(None, given)))
        if len(parts) < len(given):
            message = f"{quoted(text)} has a blank or a repeated part"
            self.note("untidy-list", message, f"write {'|'.join(parts)}", column.name, text)
        return parts

    def id(self, cells: dict[str, Cell]) -> str:
        parts = []
        for name in self.table.key:
            cell = cells.get(name)
            if cell is None or not cell.values:
                return ""
            part = str(cell.values[0])
            if len(self.table.key) == 1:
                return part
            if is_address(part):
                part = part.rstrip("/").rsplit("/", 1)[-1]
            if not slug(part):
                self.fault("invalid-id", f"{quoted(cell.text)} cannot be a part of an id", "", name, cell.text)
                return ""
            parts.append(slug(part))
        return ".".join(parts)
