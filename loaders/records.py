"""CSV files as records with their place; whatever cannot be read strictly is reported, nothing is guessed."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from graph.issues import IssueLog
from loaders.tables import Table
from loaders.values import listed, mend, nearest, quoted

LONGEST_CELL: Final = 20_000
"""Characters that a cell may have."""

_BOM: Final = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Record:
    """One row of a file as text. `line` is the line it starts on; `sound` is no when it has a fault."""

    line: int
    cells: dict[str, str]
    sound: bool = True


@dataclass(slots=True)
class TableFile:
    """What was read of one file. `readable` is no when its rows cannot be known."""

    table: Table
    columns: tuple[str, ...] = ()
    records: list[Record] = field(default_factory=list)
    readable: bool = False


def read_text(path: Path, log: IssueLog) -> str | None:
    """The text of a UTF-8 file, without a byte order mark; None, with an issue, when it is something else."""
    try:
        data = path.read_bytes()
    except OSError as error:
        log.add("unreadable-file", f"the file cannot be opened: {error.strerror or error}", file=path.name)
        return None
    if data.startswith(_BOM):
        log.add("byte-order-mark", "the file begins with a byte order mark, which was skipped", file=path.name, line=1)
        data = data[len(_BOM) :]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        log.add("unreadable-encoding", "the file is UTF-16", file=path.name, line=1)
        return None
    zero = data.find(b"\0")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if zero == -1 or zero > error.start:
            _not_utf8(path.name, data, error.start, log)
            return None
        text = ""
    if zero != -1:
        line = _line_of(data, zero)
        message = f"byte {zero + 1} (on line {line}) is zero, so this is not a text file"
        log.add("unreadable-encoding", message, "export the table as CSV, UTF-8", file=path.name, line=line)
        return None
    return text


def _line_of(data: bytes, position: int) -> int:
    before = data[:position]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")


def _not_utf8(file: str, data: bytes, start: int, log: IssueLog) -> None:
    line = _line_of(data, start)
    byte = data[start : start + 1]
    message = f"byte {start + 1} (on line {line}) is 0x{byte.hex().upper()}, which is not UTF-8"
    sign = byte.decode("cp1252", errors="ignore")
    hint = ""
    if sign.isprintable() and sign:
        hint = f"in Windows-1252 it is “{sign}”: open the file as Windows-1252 and save it as UTF-8"
    log.add("unreadable-encoding", message, hint, file=file, line=line)


def _rows(text: str, file: str, log: IssueLog) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they start on. Blank lines are skipped; a row that breaks the quoting is reported."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                _too_large(file, line, None, log)
            else:
                log.add("bad-quoting", f"the row cannot be parted into cells: {error}", file=file, line=line)
            yield line, []
            continue
        if row:
            yield line, row


def _too_large(file: str, line: int, column: str | None, log: IssueLog) -> None:
    log.add("cell-too-large", f"a cell has more than {LONGEST_CELL:,} characters", file=file, line=line, column=column)


def _header(line: int, row: list[str], table: Table, log: IssueLog) -> tuple[str, ...]:
    names = tuple(mend(name) for name in row)
    for given, name in zip(row, names, strict=True):
        if given != name:
            message = f"white space or invisible characters around the column name {quoted(name)} were taken out"
            log.add("stray-characters", message, file=table.file, line=line, column=name, value=given)
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            message = f"the column {name or '(without a name)'} appears {names.count(name)} times; the first is used"
            log.add("duplicate-column", message, file=table.file, line=line, column=name)
        if name not in table.columns:
            near = nearest(name, table.columns)
            hint = f"did you mean {listed(near)}?" if near else f"the columns are: {', '.join(table.columns)}"
            message = f"{table.name} has no column {quoted(name)}; its cells are not read"
            log.add("unknown-column", message, hint, file=table.file, line=line, column=name)
    for column in table.columns.values():
        if column.required and column.name not in names:
            message = f"the column {column.name} is missing, which every row of {table.name} must fill"
            hint = f"add the column {column.name}: {column.about}"
            log.add("missing-column", message, hint, file=table.file, line=line, column=column.name)
    return names


def read_table(path: Path, table: Table, log: IssueLog) -> TableFile:
    """Read one file of a table. Never raises on bad data."""
    result = TableFile(table)
    text = read_text(path, log)
    if text is None:
        return result
    rows = _rows(text, table.file, log)
    line, header = next(rows, (1, None))
    if header is None:
        log.add("empty-file", "the file has no header line", file=table.file)
        return result
    if not header:  # the header itself cannot be parted into cells
        return result
    result.columns = _header(line, header, table, log)
    result.readable = set(table.key) <= set(result.columns)
    for line, row in rows:
        record = _record(line, row, result.columns, table, log)
        if record is not None:
            result.records.append(record)
    if not result.records:
        log.add("no-rows", "there are no rows below the header line", file=table.file)
    return result


def _record(line: int, row: list[str], columns: tuple[str, ...], table: Table, log: IssueLog) -> Record | None:
    if row and not any(cell.strip() for cell in row):
        log.add("blank-row", "no cell of the row is filled; it was skipped", file=table.file, line=line)
        return None
    record = Record(line, {}, sound=bool(row))
    if row and len(row) != len(columns):
        much = "more" if len(row) > len(columns) else "fewer"
        message = f"the row has {len(row)} cells, {much} than the {len(columns)} columns"
        log.add("ragged-row", message, file=table.file, line=line)
        record.sound = False
    for name, cell in zip(columns, row, strict=False):
        if len(cell) > LONGEST_CELL:
            _too_large(table.file, line, name, log)
            record.sound = False
        elif name in table.columns:
            record.cells.setdefault(name, cell)
    return record
