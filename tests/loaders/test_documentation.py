"""The pages on the format and on issues are made from the dictionary; they are current, and their example runs."""

import doctest
from pathlib import Path

import pytest

from graph.issues import CATALOGUE
from loaders.documentation import FOLDER, PAGES, issue_catalogue, native_format, write_pages
from loaders.tables import TABLES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_current(name: str) -> None:
    """Mend it with `python -m loaders.documentation`."""
    assert (ROOT / FOLDER / name).read_text(encoding="utf-8") == PAGES[name]()


def test_the_example_runs() -> None:
    example = doctest.DocTestParser().get_doctest(native_format(), {}, "native-format.md", None, 0)
    assert len(example.examples) > 5
    report: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(example, out=report.append)
    assert result.failed == 0, "".join(report)


def test_every_table_column_and_issue_type_has_its_place() -> None:
    page = native_format()
    for table in TABLES.values():
        assert f"### {table.name}\n" in page
        assert all(f"| `{column}` |" in page for column in table.columns)
    assert all(f"### {code}\n" in issue_catalogue() for code in CATALOGUE)


def test_rows_of_markdown_tables_have_as_many_cells_as_their_header() -> None:
    for page in PAGES.values():
        width = 0
        for line in page().splitlines():
            cells = line.replace("\\|", "").count("|") if line.startswith("|") else 0
            assert not (width and cells) or cells == width, line
            width = cells


def test_pages_can_be_written_anywhere(tmp_path: Path) -> None:
    gone = tmp_path / "data/formats/no-more.md"
    gone.parent.mkdir(parents=True)
    gone.write_text("A format that was taken out.")
    write_pages(tmp_path / "data")
    written = {str(path.relative_to(tmp_path / "data")) for path in (tmp_path / "data").rglob("*.md")}
    assert written == set(PAGES)
