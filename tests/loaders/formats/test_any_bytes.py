"""Whatever the bytes of a published file are, loading ends with a result that the store can read, and says why."""

import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.issues import IssueLog, Severity
from loaders.dataset import Description, read_description
from loaders.format import FORMATS, FileFormat, Format, formats, read_format
from loaders.published import LoadedFiles, load_files
from loaders.reading import Source, matching

quick = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))

NASTY = [
    b"\0", b'"', b'""', b",", b"\t", b"\r", b"\n", b"\xff", b"\xe9", b"\xef\xbb\xbf", b"\\", b"<", b">", b"{}", b"|",
    b" ", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"9" * 400, b"-1", b"31/02/2025", b"http://", b"https://a b",
    b"https://x/%zz", b"https://[", b"urn:x:\xe2\x80\xae", b"swi:X", b"&#0;", b"&#xD800;", b"&lt;", b"]", b"}", b"null",
]  # fmt: skip


def check(loaded: LoadedFiles) -> None:
    data = loaded.path.read_bytes()
    assert data.count(b"\n") == loaded.quads
    assert len(list(pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.N_QUADS))) == loaded.quads
    for issue in loaded.issues:
        assert issue.hint
        assert "\n" not in str(issue)
    for file, counts in loaded.counts.items():
        assert counts.read == counts.mapped + counts.withheld + counts.refused
        assert min(counts.mapped, counts.withheld, counts.refused) >= 0
        if counts.refused:
            assert any(issue.file == file and issue.severity is not Severity.NOTICE for issue in loaded.issues)


def load_bytes(kind: Format, name: str, content: bytes, about: Description | None = None) -> LoadedFiles:
    about = about or Description("t", "T", "P", "CC0-1.0", True, format=kind.id)
    with TemporaryDirectory() as folder:
        place = Path(folder) / "files"
        place.mkdir()
        (place / name).write_bytes(content)
        loaded = load_files(place, about, Path(folder) / "out.nq", kind=kind, include_illustrative=True)
        check(loaded)
        return loaded


EVERYTHING = FileFormat.model_validate(
    {
        "name": "rows",
        "match": "rows.csv",
        "repeated": "merge",
        "nodes": [
            {
                "subject": "swi:T-{a}",
                "classes": "skos:Concept",
                "fields": [
                    {"column": "b", "property": "sw:text", "language": "en"},
                    {"column": "b", "property": "sw:exact", "transform": "exact"},
                    {"column": "b", "property": "sw:plain", "transform": "plain"},
                    {"column": "c", "property": "sw:iri", "form": "iri"},
                    {"column": "c", "property": "sw:address", "form": "iri", "transform": "address"},
                    {"column": "c", "property": "sw:made", "value": "swi:X-{}-{b}"},
                    {"column": "d", "property": "sw:date", "form": "date"},
                    {"column": "d", "property": "sw:decimal", "form": "decimal", "split": ";", "trim": ","},
                    {"column": "d", "property": "sw:once", "once": "yes"},
                ],
            },
            {"subject": "{c}", "optional": "yes", "link": "yes", "fields": [{"column": "b", "property": "sw:of"}]},
        ],
    }
)
CSV = Format(
    id="t", title="T", publisher="P", home="https://example.org", licence="CC0-1.0", attribution="A",
    shippable=True, about="A", files=(EVERYTHING,),
)  # fmt: skip
JSON = CSV.model_copy(
    update={"files": (EVERYTHING.model_copy(update={"kind": "json", "match": ("rows.json",), "records": "list[]"}),)}
)
CELLS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from([text.decode("latin-1") for text in NASTY])


@quick
@given(st.binary(max_size=300))
@example(b"a,b,c,d\n1,b,https://example.org/%zz,1.50;2\n")
def test_random_bytes_under_a_header(content: bytes) -> None:
    load_bytes(CSV, "rows.csv", b"a,b,c,d\n" + content)
    load_bytes(CSV, "rows.csv", content)


@quick
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=6))
def test_random_cells(rows: list[tuple[str, ...]]) -> None:
    quoted = ["a,b,c,d", *(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)]
    loaded = load_bytes(CSV, "rows.csv", "\n".join([*quoted, ""]).encode("utf-8", "replace"))
    (counts,) = loaded.counts.values()
    blank = sum(not any(row) for row in rows)
    assert counts.read == len(rows) - blank


@quick
@given(st.binary(max_size=100))
@example(b'{"list": [{"a": "1", "b": ["x"]}]}')
@example(b'{"list": [{"a": "\\ud800", "b": 1e999}]}')
def test_random_json(content: bytes) -> None:
    load_bytes(JSON, "rows.json", content)
    load_bytes(JSON, "rows.json", b'{"list": [{"a": "1"}, ' + content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | CELLS,
    lambda deeper: st.lists(deeper) | st.dictionaries(st.sampled_from("abcd"), deeper),
)


@quick
@given(VALUES)
def test_random_records(value: object) -> None:
    load_bytes(JSON, "rows.json", json.dumps({"x": 1, "list": [value, {"a": value, "b": value, "c": value}]}).encode())


def samples() -> list[tuple[str, str]]:
    """The files of all samples, by format and name."""
    found = []
    for format in formats():
        for file in read_format(format).files:
            paths = sorted(path for path in (FORMATS / format / "sample").glob("*") if path.is_file())
            found += [(format, source.path.name) for source in matching(map(Source, paths), file)]
        if read_format(format).reader:
            paths = sorted((FORMATS / format / "sample").glob("*"))
            found += [(format, path.name) for path in paths if path.is_file() and path.name != "dataset.yml"]
    return found


@pytest.mark.parametrize(("format", "name"), samples())
def test_a_damaged_sample(format: str, name: str) -> None:
    folder = FORMATS / format / "sample"
    about = read_description(folder, IssueLog(format))
    assert about is not None
    whole = (folder / name).read_bytes()
    chance = random.Random(name)
    for _ in range(8):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3, 30))):
            place = chance.randrange(len(data) + 1)
            length = chance.choice((0, 0, 1, 5, 200))
            data[place : place + length] = chance.choice([*NASTY, whole[place - 50 : place], chance.randbytes(3)])
        load_bytes(read_format(format), name, bytes(data), about)
