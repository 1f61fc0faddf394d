"""Tables as files for people: workbooks (XLSX) that print well, and CSV.

No cell is ever run or followed by a spreadsheet: text is text, also when it begins like a formula or is an address. The
same rows give the same bytes. None is written as "not known", never as nothing and never as nought; what does not apply
is an empty text.
"""

import csv as commas
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

import xlsxwriter

from api.charts import NOT_KNOWN

Cell = str | int | float | bool | date | None

CREATED: Final = datetime.combine(date(2000, 1, 1), time())
"""The day that every workbook says it was made on, so that the same rows give the same bytes."""
MOST_ROWS: Final = 1_048_575
"""Rows below the headings that a worksheet can hold (Microsoft, "Excel specifications and limits")."""
MOST_LETTERS: Final = 32_767
"""Letters that a cell can hold (the same page)."""
WIDEST: Final = 60
NARROWEST: Final = 8

_CUT: Final = " … (cut)"
_TITLE_LETTERS: Final = 31
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNLOCATED: Final = re.compile(r"urn:stepway:unlocated-source:\w+")
_NOT_IN_A_TITLE: Final = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what it is called, its headings, its rows of as many cells, and what a reader must know of it.

    `rows` may be given once only (a generator): they are written as they come. `shown`: the columns that a page has
    room for; none: all of them. Files have every column. `leads`: of a column of the page, the one whose cells say
    where its own lead to, by id or address. `none`: what a page says where there are no rows.
    `paged`: a page shows those rows alone that `offset` and `limit` of its question count off. `whole`: it shows all.
    """

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[str] = ()
    shown: Sequence[str] = ()
    leads: Mapping[str, str] = field(default_factory=dict)
    none: str = ""
    paged: bool = False
    whole: bool = False


def openable(text: str) -> str:
    """A text that says, instead of an address that leads nowhere, that its source cannot be opened."""
    return _UNLOCATED.sub("a source that cannot be opened", text)


def csv(sheet: Sheet) -> str:
    """A table as CSV (RFC 4180): headings first, lines end in CR LF, quotes where needed.

    A text that begins as a formula would (= + - @, a tab, a new line) has a ' before it, so that no spreadsheet runs it
    (OWASP, "CSV Injection"). Truths are yes and no. The notes are not in it: a line that is no row misleads programs.
    """
    written = io.StringIO()
    writer = commas.writer(written, lineterminator="\r\n")
    writer.writerow([_harmless(name) for name in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_harmless(_plain(cell)) for cell in _checked(sheet, row)])
    return written.getvalue()


def workbook(sheets: Sequence[Sheet], footer: str = "") -> bytes:
    """Tables as one workbook, to read on a screen and to print on A4, with a last sheet of their notes.

    `footer`: at the foot of every printed page beside its number; the release the tables are of. Headings stay in sight
    and come again on every page. The columns' widths follow the headings and the first 200 rows. Raises `ValueError`
    for no sheets, a row of another length than the headings, or more rows than a worksheet can hold.
    """
    if not sheets:
        raise ValueError("a workbook needs a sheet")
    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    )
    book.set_properties({"title": _clean(sheets[0].title), "comments": _clean(footer), "created": CREATED})
    told = Sheet("Notes", ("Sheet", "Note"), _notes(sheets, footer))
    taken: set[str] = set()
    for sheet in (*sheets, told):
        _write(book, sheet, _name(sheet.title, taken), footer)
    book.close()
    return written.getvalue()


def _notes(sheets: Sequence[Sheet], footer: str) -> list[Sequence[Cell]]:
    notes: list[Sequence[Cell]] = [(sheet.title, note) for sheet in sheets for note in sheet.notes]
    notes.append(("All", f"“{NOT_KNOWN}” means that nobody we know of has said it: neither none nor no."))
    return [*notes, ("All", footer)] if footer else notes


def _write(book: "xlsxwriter.Workbook", sheet: Sheet, name: str, footer: str) -> None:
    page = book.add_worksheet(name)
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"})
    rows = iter(sheet.rows)
    first = [_checked(sheet, row) for _, row in zip(range(200), rows, strict=False)]
    for place, title in enumerate(sheet.columns):
        letters = [len(title), *(min(len(plain_text(row[place])), WIDEST) for row in first)]
        page.set_column(place, place, min(max(max(letters) + 2, NARROWEST), WIDEST))
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    page.hide_gridlines(0)
    page.set_header(f"&L{_in_a_footer(sheet.title)}")
    page.set_footer(f"&L{_in_a_footer(footer)}&RPage &P of &N")
    for place, title in enumerate(sheet.columns):
        page.write_string(0, place, _clean(title), heading)
    number = 0
    for number, row in enumerate(_all(sheet, first, rows), 1):
        if number > MOST_ROWS:
            raise ValueError(f"{sheet.title}: more than {MOST_ROWS:,} rows")
        for place, cell in enumerate(row):
            match cell:
                case bool() | None | str():
                    page.write_string(number, place, _clean(plain_text(cell)), text)
                case int() | float():
                    page.write_number(number, place, cell, text)
                case _:
                    page.write_datetime(number, place, datetime.combine(cell, time()), day)
    page.autofilter(0, 0, number, len(sheet.columns) - 1)


def _all(sheet: Sheet, first: Iterable[Sequence[Cell]], rest: Iterable[Sequence[Cell]]) -> Iterable[Sequence[Cell]]:
    yield from first
    for row in rest:
        yield _checked(sheet, row)


def _checked(sheet: Sheet, row: Sequence[Cell]) -> Sequence[Cell]:
    if len(row) != len(sheet.columns):
        raise ValueError(f"{sheet.title}: a row of {len(row)} cells under {len(sheet.columns)} headings")
    return [openable(cell) if isinstance(cell, str) else cell for cell in row]


def _plain(cell: Cell) -> Cell:
    match cell:
        case bool() | None:
            return plain_text(cell)
        case date():
            return cell.isoformat()
        case _:
            return cell


def plain_text(cell: Cell) -> str:
    """A cell in words: “not known” for None, yes and no for truths."""
    match cell:
        case None:
            return NOT_KNOWN
        case bool():
            return "yes" if cell else "no"
        case _:
            return str(cell)


def _harmless(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    said = _NOT_XML.sub("\ufffd", cell)
    return f"'{said}" if said.lstrip(" ").startswith(_RUNS) else said


def _clean(text: str) -> str:
    """Text that a workbook can hold: without letters that XML has not, and cut where a cell ends, which is said."""
    said = _NOT_XML.sub("\ufffd", text)
    return said if len(said) <= MOST_LETTERS else said[: MOST_LETTERS - len(_CUT)] + _CUT


def _in_a_footer(text: str) -> str:
    return _clean(text)[:80].replace("&", "&&")


def _name(title: str, taken: set[str]) -> str:
    """What a worksheet may be called: 31 letters, without []:*?/\\, not "History", and no other's name."""
    plain = _NOT_IN_A_TITLE.sub(" ", _clean(title)).strip(" '")[:_TITLE_LETTERS].strip(" '") or "Table"
    name = plain = "Table" if plain.lower() == "history" else plain
    number = 1
    while name.lower() in taken:
        number += 1
        end = f" {number}"
        name = plain[: _TITLE_LETTERS - len(end)] + end
    taken.add(name.lower())
    return name
