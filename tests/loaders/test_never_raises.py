"""Whatever the bytes are, loading ends with a result: every row is mapped, withheld or refused, and it is said why."""

import csv
import io
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.issues import Severity
from loaders.runner import LoadedDataset, load
from loaders.tables import TABLES

DESCRIPTION = b"id: t\ntitle: T\ndescription: D\npublisher: P\nlicence: CC0-1.0\nshippable: yes\n"
quick = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

NASTY = [
    *(
        "OC-1",
        "published",
        "illustrative",
        "https://example.org/",
        "urn:a:b",
        "|",
        "a|a",
        "2026-09",
        "9" * 400,
        "4",
        "-0",
    ),
    *("all(" * 50, "any(level(3), holds(OC-1))", "holds())", 'by="', "=1+1", "\U0001f600", "\u202e", " x\x00"),
]
CELLS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(NASTY)


def load_bytes(description: bytes, **tables: bytes) -> LoadedDataset:
    with TemporaryDirectory() as folder:
        (Path(folder) / "dataset.yml").write_bytes(description)
        for table, content in tables.items():
            (Path(folder) / f"{table}.csv").write_bytes(content)
        return load(Path(folder), include_illustrative=True, today=date(2026, 11, 21))


def check(loaded: LoadedDataset) -> None:
    for issue in loaded.issues:
        assert issue.hint
        assert "\n" not in str(issue)
    for counts in loaded.counts.values():
        assert counts.read == counts.mapped + counts.withheld + counts.refused
    if any(counts.refused for counts in loaded.counts.values()):
        assert loaded.has_errors
    lines = "\n".join(f"{s.n3()} {p.n3()} {o.n3()} {g.n3()} ." for s, p, o, g in loaded.quads)
    assert len(list(pyoxigraph.parse(lines.encode(), format=pyoxigraph.RdfFormat.N_QUADS))) == sum(
        1 for _ in loaded.quads
    )


@quick
@given(st.binary(max_size=300))
def test_any_bytes_as_a_table(content: bytes) -> None:
    check(load_bytes(DESCRIPTION, roles=content))


@quick
@given(st.binary(max_size=300))
def test_any_bytes_below_a_good_header(content: bytes) -> None:
    check(load_bytes(DESCRIPTION, roles=b"role_id,title,progresses_to,source_url,status\n" + content))


@quick
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore"))))
def test_any_bytes_as_a_description(content: bytes) -> None:
    check(load_bytes(content))
    check(load_bytes(DESCRIPTION + content))


@settings(quick, max_examples=30)
@given(st.recursive(CELLS, lambda inner: st.dictionaries(CELLS, inner, max_size=3) | st.lists(inner, max_size=3)))
def test_any_value_of_any_key_of_a_description(value: object) -> None:
    import yaml

    for key in ("id", "retrieved", "counts", "lookups", "sources"):
        content = yaml.safe_dump({key: value, "lookups" if key != "lookups" else "counts": {"roles": value}})
        check(load_bytes(DESCRIPTION + content.encode(), roles=b"role_id\nx\n"))


@quick
@given(st.sampled_from(sorted(TABLES)), st.data())
def test_any_text_in_any_cell_of_any_table(name: str, data: st.DataObject) -> None:
    """Most cells are the dictionary's own example, so that many rows are good but for one cell or two."""
    table = TABLES[name]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.columns)
    for _ in range(data.draw(st.integers(1, 3))):
        bad = data.draw(st.sets(st.sampled_from(sorted(table.columns)), max_size=3))
        row = [data.draw(CELLS) if c.name in bad else c.example if not c.ref else "" for c in table.columns.values()]
        writer.writerow(row)
    loaded = load_bytes(DESCRIPTION, **{name: text.getvalue().encode("utf-8", "ignore")})
    check(loaded)
    refused = loaded.counts[name].refused
    lines = {issue.line for issue in loaded.issues if issue.severity is Severity.ERROR}
    assert refused <= len(lines) + sum("hang" in issue.message for issue in loaded.issues) * 3
