"""Reading CSV strictly: every record keeps the line it starts on, and every cell is used or reported."""

from pathlib import Path

import pytest

from graph.issues import IssueLog
from loaders.records import LONGEST_CELL, TableFile, read_table
from loaders.tables import TABLES

HEADER = "gap_id,statement,looked_for_on,source_url,status"
ROW = "GAP-1,Nobody knows.,2026,https://example.org/,published"


def read(content: str | bytes, folder: Path) -> tuple[TableFile, IssueLog]:
    path = folder / "gaps.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    log = IssueLog("test")
    return read_table(path, TABLES["gaps"], log), log


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_read_and_lines_are_counted_alike(end: str, tmp_path: Path) -> None:
    rows = [HEADER, ROW, "", ROW.replace("Nobody knows.", f'"Two{end}lines"'), ROW.replace("GAP-1", "GAP-9")]
    file, log = read(end.join(rows), tmp_path)
    assert [(record.line, record.cells["gap_id"]) for record in file.records] == [
        (2, "GAP-1"),
        (4, "GAP-1"),
        (6, "GAP-9"),
    ]
    assert file.records[1].cells["statement"] == f"Two{end}lines"
    assert log.issues == []


def test_a_comma_and_a_doubled_quotation_mark_belong_to_a_quoted_cell(tmp_path: Path) -> None:
    file, _ = read(f'{HEADER}\nGAP-1,"He said ""no"", twice",2026,https://example.org/,published', tmp_path)
    assert file.records[0].cells["statement"] == 'He said "no", twice'


def test_a_quotation_mark_inside_a_bare_cell_is_a_sign_like_any_other(tmp_path: Path) -> None:
    file, log = read(f'{HEADER}\nGAP-1,A 5" pipe,2026,https://example.org/,published', tmp_path)
    assert file.records[0].cells["statement"] == 'A 5" pipe'
    assert log.issues == []


def test_reading_goes_on_after_a_row_that_cannot_be_parted(tmp_path: Path) -> None:
    file, log = read(f'{HEADER}\n"GAP-1"x,\n{ROW}', tmp_path)
    assert [(record.line, record.sound) for record in file.records] == [(2, False), (3, True)]
    assert [issue.code for issue in log.issues] == ["bad-quoting"]


def test_the_longest_cell_is_read(tmp_path: Path) -> None:
    file, log = read(f"{HEADER}\n{ROW.replace('Nobody', 'N' * (LONGEST_CELL - len(' knows.')))}", tmp_path)
    assert file.records[0].sound
    assert log.issues == []


def test_a_header_may_follow_blank_lines(tmp_path: Path) -> None:
    file, log = read(f"\n\n{HEADER},asker\n{ROW},", tmp_path)
    assert file.records[0].line == 4
    assert [(issue.line, issue.column) for issue in log.issues] == [(3, "asker")]


def test_a_header_that_cannot_be_parted_makes_the_file_unreadable(tmp_path: Path) -> None:
    file, log = read(f'"gap_id"x,statement\n{ROW}', tmp_path)
    assert not file.readable
    assert [(issue.code, issue.line) for issue in log.issues] == [("bad-quoting", 1)]


def test_of_two_columns_of_one_name_the_first_counts(tmp_path: Path) -> None:
    file, _ = read(f"{HEADER},statement\n{ROW},Somebody does.", tmp_path)
    assert file.records[0].cells["statement"] == "Nobody knows."


def test_a_cut_off_character_at_the_end_is_not_utf8(tmp_path: Path) -> None:
    _, log = read(f"{HEADER}\n{ROW}".encode() + b"\xe2\x80", tmp_path)
    assert [(issue.code, issue.line) for issue in log.issues] == [("unreadable-encoding", 2)]
