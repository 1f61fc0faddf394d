"""Tables as files: every cell is what it was, nothing runs, and the same rows give the same bytes."""

import csv as commas
import io
import re
import zipfile
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sheets import MOST_LETTERS, Cell, Sheet, csv, workbook

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
COVERAGE = Sheet(
    "Coverage",
    ("Competency", "Units", "Checked", "Taught"),
    [
        ("K1: Ultrasound physics", 2, date(2026, 11, 20), True),
        ("K2", None, None, False),
        ("K3", 0, "", None),
    ],
    ["Placeholders are off."],
)


def _part(body: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return book.read(name).decode()


def _cells(body: bytes, number: int = 1) -> list[list[str]]:
    """What stands in the cells of a worksheet, by rows."""
    root = ElementTree.fromstring(_part(body, f"xl/worksheets/sheet{number}.xml"))  # noqa: S314 -- our own file
    rows = []
    for row in root.iterfind("m:sheetData/m:row", NS):
        rows.append(["".join(cell.itertext()) for cell in row])
    return rows


def _names(body: bytes) -> list[str]:
    return re.findall(r'<sheet name="([^"]*)"', _part(body, "xl/workbook.xml"))


def test_csv_as_people_and_programs_read_it() -> None:
    assert csv(COVERAGE) == (
        "Competency,Units,Checked,Taught\r\n"
        "K1: Ultrasound physics,2,2026-11-20,yes\r\n"
        "K2,not known,not known,no\r\n"
        "K3,0,,not known\r\n"
    )


@pytest.mark.parametrize("text", ["=1+1", "+44 121", "-x", "@SUM(A1)", "\tx", "\rx", "\nx", " =1+1"])
def test_no_spreadsheet_runs_a_text(text: str) -> None:
    _, (found,) = commas.reader(io.StringIO(csv(Sheet("T", ("A",), [(text,)])), newline=""))
    assert found == f"'{text}"
    xml = _part(workbook([Sheet("T", ("A",), [(text,)])]), "xl/worksheets/sheet1.xml")
    assert "<f>" not in xml
    assert 't="inlineStr"' in xml


def test_a_number_below_nought_stays_a_number() -> None:
    assert csv(Sheet("T", ("Change",), [(-3,), (-0.5,)])) == "Change\r\n-3\r\n-0.5\r\n"


def test_an_address_is_no_link() -> None:
    body = workbook([Sheet("T", ("A",), [("https://example.org/x",), ("mailto:a@example.org",)])])
    assert "hyperlink" not in _part(body, "xl/worksheets/sheet1.xml")


def test_an_address_that_leads_nowhere_is_said_in_words() -> None:
    sheet = Sheet("Sources", ("Source",), [("urn:stepway:unlocated-source:ab12",), ("https://example.org/a",)])
    assert csv(sheet) == "Source\r\na source that cannot be opened\r\nhttps://example.org/a\r\n"


def test_a_workbook_holds_every_cell_and_the_notes() -> None:
    body = workbook([COVERAGE], "Release 7")
    assert _names(body) == ["Coverage", "Notes"]
    assert _cells(body) == [
        ["Competency", "Units", "Checked", "Taught"],
        ["K1: Ultrasound physics", "2", "46346", "yes"],
        ["K2", "not known", "not known", "no"],
        ["K3", "0", "", "not known"],
    ]
    assert ["Coverage", "Placeholders are off."] in _cells(body, 2)
    assert ["All", "Release 7"] in _cells(body, 2)


def test_a_workbook_prints_on_a4_with_headings_page_numbers_and_the_release() -> None:
    body = workbook([COVERAGE], "Release 7 & its hash")
    xml = _part(body, "xl/worksheets/sheet1.xml")
    assert 'paperSize="9"' in xml
    assert 'orientation="landscape"' in xml
    assert 'fitToHeight="0"' in xml
    assert "Release 7 &amp;&amp; its hash" in xml
    assert "Page &amp;P of &amp;N" in xml
    assert 'state="frozen"' in xml
    assert "Coverage!$1:$1" in _part(body, "xl/workbook.xml")


def test_the_same_rows_give_the_same_bytes() -> None:
    assert workbook([COVERAGE], "Release 7") == workbook([COVERAGE], "Release 7")
    assert workbook([COVERAGE], "Release 7") != workbook([COVERAGE], "Release 8")


def test_rows_may_come_once_only() -> None:
    body = workbook([Sheet("T", ("N",), ((number,) for number in range(1_000)))])
    assert [row[0] for row in _cells(body)] == ["N", *map(str, range(1_000))]


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (["K/S/B: all?", "k s b  all"], ["K S B  all", "k s b  all 2"]),
        (["x" * 40, "x" * 31], ["x" * 31, "x" * 29 + " 2"]),
        (["History", "'", "Notes"], ["Table", "Table 2", "Notes"]),
    ],
)
def test_worksheets_have_names_that_they_may_have(titles: list[str], names: list[str]) -> None:
    assert _names(workbook([Sheet(title, ("A",), []) for title in titles]))[:-1] == names


def test_a_text_that_is_too_long_says_that_it_was_cut() -> None:
    body = workbook([Sheet("T", ("A",), [("x" * 40_000,)])])
    (_, (cell,)) = _cells(body)
    assert len(cell) == MOST_LETTERS
    assert cell.endswith("… (cut)")


@pytest.mark.parametrize("make", [csv, lambda sheet: workbook([sheet])])
def test_a_row_of_another_length_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match="a row of 1 cells under 2 headings"):
        make(Sheet("T", ("A", "B"), [("x",)]))


def test_no_sheets_are_no_workbook() -> None:
    with pytest.raises(ValueError, match="needs a sheet"):
        workbook([])


cells = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20) | st.dates()


@given(st.lists(st.tuples(cells, cells), max_size=6))
def test_whatever_stands_in_cells_can_be_read_back(rows: list[tuple[Cell, Cell]]) -> None:
    sheet = Sheet("T", ("A", "B"), rows)
    read = list(commas.reader(io.StringIO(csv(sheet), newline=""), strict=True))
    assert len(read) == len(rows) + 1
    for found, row in zip(read[1:], rows, strict=True):
        for text, cell in zip(found, row, strict=True):
            assert not text.lstrip(" ").startswith(("=", "+", "@", "\t", "\r", "\n"))
            if isinstance(cell, str) and cell.isalnum():
                assert text == cell
            if cell is None:
                assert text == "not known"
    assert len(_cells(workbook([sheet]))) == len(rows) + 1
