"""Issues: the catalogue is whole, one line is enough for a person, and JSON Lines bring back what was written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.issues import (
    CATALOGUE,
    VALUE_LIMIT,
    Issue,
    IssueLog,
    Severity,
    count_by_severity,
    from_json,
    in_order,
    read_issues,
    to_json,
    write_issues,
)

BAD_LEVEL = Issue("invalid-level", "“L4” is not a level", "write 4", "small-town", "roles.csv", 14, "level", "L4")


@pytest.mark.parametrize("code", CATALOGUE)
def test_an_issue_type_is_explained_in_full(code: str) -> None:
    kind = CATALOGUE[code]
    assert kind.code == code == code.lower()
    assert all((kind.title, kind.wrong, kind.why, kind.bad, kind.mend))
    assert not kind.title.endswith(".")
    assert kind.wrong.endswith(".")
    assert kind.why.endswith(".")
    assert not kind.mend.endswith(".")


def test_errors_come_first_in_the_catalogue() -> None:
    assert [k.severity for k in CATALOGUE.values()] == sorted(
        (k.severity for k in CATALOGUE.values()), key=list(Severity).index
    )


def test_one_line_for_a_person() -> None:
    assert str(BAD_LEVEL) == "roles.csv:14 [level] invalid-level: “L4” is not a level  → mend: write 4"


def test_signs_that_would_break_the_line_or_move_the_cursor_are_spelt_out() -> None:
    line = str(Issue("no-tables", "a\nb\x1b[2J\u2028\u00a0c", "é – “ok”", "small-town"))
    assert line == "small-town no-tables: a\\nb\\x1b[2J\\u2028\\xa0c  → mend: é – “ok”"


def test_a_place_is_said_as_far_as_it_is_known() -> None:
    assert Issue("no-tables", "", "", "small-town").place == "small-town"
    assert Issue("empty-file", "", "", "small-town", "roles.csv").place == "roles.csv"
    assert Issue("ragged-row", "", "", "small-town", "roles.csv", 3).place == "roles.csv:3"


def test_an_unknown_code_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        Issue("nonsense", "", "", "small-town")
    with pytest.raises(KeyError):
        IssueLog("small-town").add("nonsense", "")


def test_a_log_adds_the_hint_of_the_type_and_shortens_long_values() -> None:
    log = IssueLog("small-town")
    issue = log.add("invalid-date", "not a date", file="roles.csv", value="x" * 1000)
    assert issue.hint == CATALOGUE["invalid-date"].mend
    assert len(issue.value or "") == VALUE_LIMIT
    assert log.issues == [issue]
    assert issue.severity is Severity.ERROR


def test_issues_are_read_by_file_line_and_column() -> None:
    log = IssueLog("small-town")
    for file, line, column in (("b.csv", 1, "a"), ("a.csv", 10, "a"), ("a.csv", 2, "b"), ("a.csv", 2, "a")):
        log.add("invalid-date", "", file=file, line=line, column=column)
    log.add("no-tables", "")
    places = [issue.place for issue in in_order(log.issues)]
    assert places == ["small-town", "a.csv:2 [a]", "a.csv:2 [b]", "a.csv:10 [a]", "b.csv:1 [a]"]


def test_counts_by_severity_are_always_all_three() -> None:
    assert count_by_severity([BAD_LEVEL]) == {Severity.ERROR: 1, Severity.WARNING: 0, Severity.NOTICE: 0}


def test_json_says_the_severity_and_leaves_out_what_is_not_known() -> None:
    assert to_json(Issue("no-tables", "none", "add one", "small-town")) == (
        '{"severity": "error", "code": "no-tables", "message": "none", "hint": "add one", "dataset": "small-town"}'
    )


texts = st.text(max_size=20)
issues = st.builds(
    Issue,
    st.sampled_from(sorted(CATALOGUE)),
    texts,
    texts,
    texts,
    st.none() | texts,
    st.none() | st.integers(1, 10**6),
    st.none() | texts,
    st.none() | texts,
)


@given(issues)
def test_json_brings_back_what_was_written(issue: Issue) -> None:
    assert from_json(to_json(issue)) == issue


def test_a_file_brings_back_what_was_written(tmp_path: Path) -> None:
    odd = Issue("invalid-level", "two\nlines, \u2028 and \x85", "mend\r\nit", "small-town", value="“\x00”")
    write_issues(tmp_path / "issues.jsonl", [BAD_LEVEL, odd])
    assert read_issues(tmp_path / "issues.jsonl") == [BAD_LEVEL, odd]
    assert len((tmp_path / "issues.jsonl").read_bytes().split(b"\n")) == 3
    write_issues(tmp_path / "none.jsonl", [])
    assert read_issues(tmp_path / "none.jsonl") == []
