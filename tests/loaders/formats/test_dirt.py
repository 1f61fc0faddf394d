"""Files as they really come: cut, changed, renamed, in the wrong encoding. Each is told with its place; none raises."""

import gzip
import io
import lzma
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from graph.issues import read_issues, write_issues
from loaders import published, statements
from loaders.dataset import Description
from loaders.format import FileFormat, Format, only_texts
from loaders.published import load_files
from loaders.reading import LONGEST_CELL

FIELD = """
required: yes
nodes:
  - subject: "swi:T-{id}"
    fields:
      - {column: x, property: sw:x, required: yes}
      - {column: y, property: sw:y}
"""
GOOD = "".join(f"{n},text {n},{n}\n" for n in range(1, 301))
HEADER = "id,x,y\n"


def _places(found, code: str) -> list[tuple[int | None, str | None]]:
    return [(issue.line, issue.column) for issue in found.issues if issue.code == code]


def test_a_good_file_has_no_issue(read) -> None:
    found = read(FIELD, HEADER + GOOD)
    assert found.issues == []
    assert len(found.lines) == 600


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("301,text", "file-cut"),  # the row is not whole and has no line end
        ('301,"text', "file-cut"),  # a quoted cell is not closed
        ('301,"text\nand more,2\n', "file-cut"),
        ("301,text,3", "no-line-end"),  # it may be whole
        ("301,text\n", "row-not-taken"),  # a row with too few cells
        ("301,a,b,c\n", "row-not-taken"),
        ('301,"a"b,c\n', "row-not-taken"),
    ],
)
def test_the_last_row(read, end: str, code: str) -> None:
    found = read(FIELD, HEADER + GOOD + end)
    assert [(issue.code, issue.line) for issue in found.issues] == [(code, 302)]
    assert len(found.lines) == 600 + (2 if code == "no-line-end" else 0)


@pytest.mark.parametrize("pack", [lzma.compress, gzip.compress])
def test_a_packed_file_that_is_cut(read, pack) -> None:
    name = "rows.csv.xz" if pack is lzma.compress else "rows.csv.gz"
    whole = pack((HEADER + GOOD).encode())
    field = f"match: rows.csv\n{FIELD}"
    assert read(field, whole, name).issues == []
    found = read(field, whole[: len(whole) // 2], name)
    assert found.codes == ["file-cut"]


def _zip(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_a_zip_in_a_zip(read) -> None:
    content = (HEADER + GOOD).encode()
    inner = _zip(**{"Tables/Rows.csv": content, "other.csv": b"a\n", "rows.csv.old": b"b\n"})
    outer = _zip(**{"inner.ZIP": inner, "readme.txt": b"hello"})
    found = read(f"match: rows.csv\n{FIELD}", outer, "download.zip")
    assert found.issues == []
    assert list(found.loaded.counts) == ["download.zip/inner.ZIP/Tables/Rows.csv"]
    assert len(found.lines) == 600
    alone = read(f"match: rows.csv\n{FIELD}", _zip(**{"x.csv": content}), "rows.csv.zip")
    assert "missing-file" not in alone.codes  # a zip of one file that is named like it


def test_a_damaged_zip(read) -> None:
    outer = _zip(**{"rows.csv": (HEADER + GOOD).encode()})
    assert read(f"match: rows.csv\n{FIELD}", outer[:-10], "download.zip").codes == ["file-cut", "missing-file"]
    damaged = bytearray(outer)
    damaged[60] ^= 0xFF
    found = read(f"match: rows.csv\n{FIELD}", bytes(damaged), "download.zip")
    assert found.codes == ["file-cut"]


def test_the_same_file_packed_and_unpacked_is_read_once(read) -> None:
    content = (HEADER + GOOD).encode()
    found = read(FIELD, content, **{"rows.csv.xz": lzma.compress(content)})
    assert found.codes == ["file-twice"]
    assert len(found.lines) == 600


def test_a_file_that_is_missing_or_empty(read) -> None:
    assert read(f"match: other.csv\n{FIELD}", "id\n").codes == ["missing-file"]
    assert read(FIELD, "").codes == ["empty-file"]
    assert read(FIELD, HEADER).lines == []


def test_a_byte_that_is_not_utf8_costs_its_cell(read) -> None:
    found = read(FIELD, (HEADER + GOOD).encode() + b"301,caf\xe9,\xe9\n302,caf\xc3\xa9,\n")
    assert _places(found, "bad-cell") == [(302, "x"), (302, "y")]
    assert "“é”" in found.issues[0].hint
    assert found.lines[-1] == 'swi:T-302 sw:x "café"'


def test_text_that_was_damaged_before_is_kept_and_told(read) -> None:
    found = read(FIELD, f"{HEADER}{GOOD}301,CafÃ©,a\n302,CafÃ©,\n303,Café,\n")
    assert _places(found, "damaged-text") == [(302, "x")]  # each such text once
    assert 'swi:T-301 sw:x "CafÃ©"' in found.lines


def test_a_mark_of_utf8_counts_more_than_the_format(read) -> None:
    content = b"\xef\xbb\xbf" + "id,x,y\n1,Café,\n".encode()
    assert read(f"encoding: windows-1252\n{FIELD}", content).lines == ['swi:T-1 sw:x "Café"']


def test_a_zero_byte_costs_its_cell(read) -> None:
    found = read(FIELD, (HEADER + GOOD).encode() + b"301,te\0xt,a\n30\0,b,c\n")
    assert [(issue.code, issue.line, issue.column) for issue in found.issues] == [
        ("bad-cell", 302, "x"),
        ("row-not-taken", 303, "id"),
    ]
    assert found.lines[-1] == 'swi:T-301 sw:y "a"'


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_another_encoding_is_an_error(read, encoding: str) -> None:
    found = read(FIELD, (HEADER + GOOD).encode(encoding))
    assert found.codes == ["unreadable-encoding"]
    assert found.lines == []


def test_a_cell_that_is_too_long(read) -> None:
    long = "x" * (LONGEST_CELL + 1)
    found = read(FIELD, f"{HEADER}{GOOD}301,{long},a\n302,b,c\n")
    assert _places(found, "row-not-taken") == [(302, None)]
    assert found.lines[-1] == 'swi:T-302 sw:y "c"'
    assert all(len(issue.message) < 300 for issue in found.issues)


def test_line_breaks_in_cells_do_not_move_the_places(read) -> None:
    found = read(FIELD, f'{HEADER}{GOOD}301,"a\r\nb\rc\n\nd",e\n302,,f\n')
    assert _places(found, "cell-missing") == [(307, "x")]  # a lone carriage return is a line end too


def test_a_required_column_is_gone(read) -> None:
    found = read(FIELD, f"id,xx,y\n{GOOD}")
    issue = found.only("missing-column")
    assert (issue.line, issue.column, issue.severity.value) == (1, "x", "error")
    assert found.lines == []
    found = read(FIELD, f"Identity,x,y\n{GOOD}")
    assert (found.only("missing-column").column, found.lines) == ("id", [])


def test_a_column_is_gone_renamed_or_new(read) -> None:
    field = "nodes: [{subject: 'swi:T-{id}', fields: [{column: Specialism, property: sw:x}]}]"
    renamed = read(field, "id,Specialisms\n1,a\n")
    assert renamed.only("column-gone").hint == "is it now called “Specialisms”?"
    assert renamed.only("column-new").column == "Specialisms"
    aside = read(f"unused: {{'new*': not needed}}\nprivate: ['*mail']\n{FIELD}", "id,x,y,NEW1,Head E-Mail\n1,a,b,c,d\n")
    assert aside.issues == []
    assert "d" not in {line.split('"')[1] for line in aside.lines}


def test_a_damaged_name_of_a_column_does_not_stop_the_rest(read) -> None:
    """The name of the column becomes a part of the thing's address, and a text."""
    field = """
nodes:
  - {subject: "swi:T-{id}", fields: []}
  - {subject: "swi:F-{id}", each: "{offer}_Open", fields: [{property: sw:x, value: "{offer}"}]}
"""
    found = read(field, b"id,A_Open,B\0_Open,\xe9_Open\n1,yes,yes,yes\n")
    assert found.lines == ['swi:F-1 sw:x "A"']
    assert found.codes == ["bad-cell", "bad-cell"]


def test_short_rows_are_padded_when_the_format_says_so(read) -> None:
    assert read(f"short_rows: yes\n{FIELD}", f"{HEADER}1,a\n").lines == ['swi:T-1 sw:x "a"']
    found = read(FIELD, f"{HEADER}{GOOD}301,a,b,,\n,,\n\n302,a,b\n")  # blank cells too many, and blank rows
    assert found.issues == []
    assert len(found.lines) == 604


def test_many_faults_of_a_kind_are_counted(read) -> None:
    rows = "".join(f"{n},,{n}\n" for n in range(1000))
    found = read(FIELD, HEADER + rows)
    assert found.codes == ["cell-missing"] * 21
    assert "980 more" in found.issues[0].message
    assert (found.issues[0].line, found.issues[0].column) == (None, "x")
    assert [issue.line for issue in found.issues[1:]] == list(range(2, 22))


@pytest.mark.parametrize(("bad", "codes"), [(3, 3), (4, 5)])
def test_more_than_one_row_in_a_hundred_is_an_error(read, bad: int, codes: int) -> None:
    found = read(FIELD, HEADER + GOOD + ",a,b\n" * bad)
    assert len(found.codes) == codes
    assert ("too-many-refused" in found.codes) == (bad == 4)
    (counts,) = found.loaded.counts.values()
    assert (counts.read, counts.mapped, counts.refused) == (300 + bad, 300, bad)


@pytest.mark.parametrize("change", ["grows", "replaced"])
def test_a_file_that_changes_while_it_is_read(read, monkeypatch, tmp_path: Path, change: str) -> None:
    path = tmp_path / "files" / "rows.csv"
    whole = published.rows

    def rows(*given):
        for number, row in enumerate(whole(*given)):
            if number == 5 and change == "grows":
                with path.open("a") as more:
                    more.write("999,late,\n")
            elif number == 5:
                other = path.with_name("new.tmp")
                other.write_text(HEADER + GOOD)
                other.replace(path)
            yield row

    monkeypatch.setattr(published, "rows", rows)
    found = read(FIELD, HEADER + GOOD)
    assert "file-changed" in found.codes
    assert found.only("file-changed").severity.value == "error"


def test_counts_of_the_file(read) -> None:
    found = read(FIELD, HEADER + GOOD + ',a,b\n"x"y,a,b\n')
    (counts,) = found.loaded.counts.values()
    assert (counts.read, counts.mapped, counts.withheld, counts.refused) == (302, 300, 0, 2)
    assert found.loaded.quads == found.text.count("\n")


@pytest.mark.parametrize(
    ("content", "codes", "mapped"),
    [
        ('[{"id": "1"}, {"id": "2"}]', [], 2),
        ("[]", [], 0),
        ("", ["file-cut"], 0),
        ('[{"id": "1"}, {"id": ', ["file-cut"], 1),
        ('[{"id": "1"}, {"id"', ["file-cut"], 1),
        ('[{"id": "1"} {"id": "2"}]', ["file-cut"], 1),
        ('[{"id": "1"}] x', ["row-not-taken"], 1),
        ('[{"id": "1"}, {"no": "2"}, 3, null, "x", [4]]', ["row-not-taken"] * 5, 1),
        ('\ufeff[{"id": "1"}]', [], 1),
        ("[" * 100_000, ["file-cut"], 0),
    ],
)
def test_json_that_is_cut_or_odd(read, content: str, codes: list[str], mapped: int) -> None:
    file = "kind: json\nnodes: [{subject: 'swi:T-{id}', fields: []}]\nunused: {'*': not needed}"
    found = read(file, content, "rows.json")
    assert [code for code in found.codes if code != "too-many-refused"] == codes
    assert found.text.count("ns#published>") == mapped


def test_json_lines(read) -> None:
    file = "kind: jsonl\nnodes: [{subject: 'swi:T-{id}', fields: []}]"
    found = read(file, '{"id": "1"}\n\nnot json\n{"id": "2"}\n{"id": "3', "rows.jsonl")
    assert [(issue.code, issue.line) for issue in found.issues if issue.code != "too-many-refused"] == [
        ("row-not-taken", 3),
        ("file-cut", 5),
    ]
    assert found.text.count("ns#published>") == 2


def test_three_times_the_rows_take_no_more_memory(tmp_path: Path, monkeypatch) -> None:
    """Every cell is another one, so whatever is remembered grows unless it is bounded."""
    monkeypatch.setattr(statements, "KEPT", 200)
    monkeypatch.setattr(published, "BATCH", 200)
    file = FileFormat.model_validate({"name": "rows", "match": "rows.csv", **only_texts(FIELD)})
    kind = Format(
        id="t",
        title="T",
        publisher="P",
        home="h",
        licence="L",
        attribution="A",
        shippable=True,
        about="A",
        files=(file,),
    )
    about = Description("t", "T", "P", "L", True, format="t")
    peaks = []
    for rows in (500, 10_000, 30_000):
        with (tmp_path / "rows.csv").open("w") as out:
            out.write(HEADER)
            out.writelines(f"{n},{n} text {n},{n * 7}\n" for n in range(rows))
        tracemalloc.start()
        loaded = load_files(tmp_path, about, tmp_path / "out.nq", kind=kind)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert loaded.issues == []
        assert loaded.counts["rows.csv"].mapped == rows
    assert peaks[2] < peaks[1] * 1.1


def test_a_header_without_rows_is_an_error_where_the_file_is_needed(read) -> None:
    assert (read(FIELD, HEADER).only("count-too-low").severity, read(FIELD, HEADER).loaded.has_errors) == (
        "error",
        True,
    )
    assert read(FIELD.replace("required: yes\nnodes", "nodes"), HEADER).issues == []


def test_two_editions_in_one_folder_are_told(read) -> None:
    found = read(FIELD, HEADER + GOOD, name="rows-*.csv", **{"rows-1.csv": (HEADER + GOOD).encode()})
    assert "“rows-1.csv”" in found.only("files-together").message


def test_a_byte_that_is_no_sign_can_be_written_into_the_list_of_issues(read, tmp_path: Path) -> None:
    found = read(FIELD, (HEADER + GOOD).encode() + b"301,te\xa3xt,3\n")
    write_issues(tmp_path / "issues.jsonl", found.issues)
    assert found.issues and read_issues(tmp_path / "issues.jsonl") == found.issues
