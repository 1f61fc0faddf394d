"""Write the pages on the native and the published formats and on issues, so that they cannot be out of date.

Run `python -m loaders.documentation` in the root of the repository after a change of the dictionary.
"""

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from graph import requirements
from graph.issues import CATALOGUE, Issue, IssueType, Severity
from loaders import format_pages
from loaders.checks import RULE_TABLES
from loaders.dataset import FILE, KEYS
from loaders.format import formats
from loaders.records import LONGEST_CELL
from loaders.tables import CELL_TYPES, COMMON, TABLES, Column, Table
from loaders.values import listed

FOLDER: Final = Path("docs/data")

_GENERATED: Final = "<!-- Made by `python -m loaders.documentation`; change the dictionary, not this page. -->"

_INTRODUCTION: Final = f"""\
# The native dataset format

{_GENERATED}

A dataset is a folder with a `{FILE}` and any of the tables below as CSV files. Each row says something about one thing
(a job, an award, a course …), where that can be checked, of when it is, and how sure it is. Rows of one table name rows
of others by id; they may lie in another dataset that is built together with this one.

What is wrong with a dataset is told as a list of issues, each with file, line, column and how to mend it: see
[issues](issues.md). A row with an error is left out and counted; reading goes on, so that one run finds everything.

## Try it

```pycon
>>> from datetime import date
>>> from pathlib import Path
>>> from tempfile import mkdtemp
>>> from loaders.runner import load
>>> folder = Path(mkdtemp())
>>> _ = (folder / "dataset.yml").write_text(\"\"\"
... id: small-town
... title: Jobs of a small town
... description: Made up to show the format.
... publisher: Stepway
... licence: CC0-1.0
... shippable: yes
... \"\"\")
>>> _ = (folder / "roles.csv").write_text(\"\"\"\\
... role_id,title,level,progresses_to,source_url,as_of,status
... OC-LAB,Laboratory assistant,2,OC-TECH,https://example.org/jobs,2026-02,published
... OC-TECH,Device technician,L4,,https://example.org/jobs,2026-02,published
... OC-LEAD,Team leader,5,,https://example.org/jobs,2026-02,inferred
... \"\"\")
>>> dataset = load(folder, today=date(2026, 11, 21))
>>> [issue.code for issue in dataset.issues]
['dependents-refused', 'invalid-level']
>>> print(dataset.issues[1])
roles.csv:3 [level] invalid-level: “L4” is not a level of the RQF  → mend: write 4
>>> dataset.counts["roles"]
Counts(read=3, mapped=1, withheld=0, refused=2)
>>> dataset.ids
{{'OC-LEAD': 'roles'}}

```

## Files

- CSV with commas, in UTF-8, with one header line. A cell with a comma, a quotation mark or a line break stands between
  quotation marks, and a quotation mark inside is doubled. A cell has at most {LONGEST_CELL:,} characters.
- The file has the name of its table: `roles.csv`. Tables and columns that are not listed here are errors; a column that
  is not required may be left out.
- White space around a cell, line breaks and invisible characters are taken out, with a warning.
- Several values in one cell are parted by `|`.
- Blank means *not known*; it never means *none* or *no*.
"""

_STANDING: Final = """\
## How sure: the status

`published`: somebody published it. `inferred`: concluded from published facts. `illustrative`: made up for a
demonstration; such rows are loaded only when asked for, say so in their title, and no real row may lean on one.

A cell may be less sure than its row. Some columns have a status column of their own (*status from* below); some are
never better than our reading (*always inferred*). Each filled cell becomes a statement with a status of its own. The
statement is derived from the record of its row, which has the file, the line, the source and the date.
"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(header)
    lines = [names, ["---"] * len(names), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _what(column: Column) -> str:
    """The kind of cell, and everything that narrows it."""
    said = [column.type.name]
    if column.ref:
        said.append(f"of {listed(f'[{table}](#{table})' for table in column.ref)}")
    if column.unit:
        said.append(f"in {column.unit}")
    if column.required:
        said.append("**required**")
    if column.status_from:
        said.append(f"status from `{column.status_from}`")
    if column.always_inferred:
        said.append("always inferred")
    return ", ".join(said)


def _about(column: Column) -> str:
    said = column.about
    if column.choices:
        said += f" Choices: {_code(column.choices)}."
    if column.property_name:
        said += f" → `{column.property_name}`"
    return said


def _columns(columns: Iterable[Column]) -> str:
    rows = ((f"`{c.name}`", _what(c), _about(c), f"`{c.example}`" if c.example else "") for c in columns)
    return _table(("column", "cell", "meaning → property", "example"), rows)


def _describe(table: Table) -> str:
    own = [column for name, column in table.columns.items() if name not in COMMON]
    key = f"Key: {_code(table.key)}" + (" together." if len(table.key) > 1 else ".")
    return f"### {table.name}\n\n{table.about} A row is a `sw:{table.class_name}`. {key}\n\n{_columns(own)}"


def native_format() -> str:
    """The page on the dataset format."""
    keys = (
        (f"`{key.name}`", "**required**" if key.required else "", key.about, f"`{key.example}`")
        for key in KEYS.values()
    )
    kinds = ((f"`{kind.name}`", kind.written, kind.becomes) for kind in CELL_TYPES.values())
    grammar = inspect.cleandoc(requirements.__doc__ or "").split("::\n", 1)[1]
    rules, _, remark = grammar.partition("\n\n`usually`")
    names = {"Holds": "holds", "Completed": "completed", "WorksAs": "works_as", "CreditsFrom": "credits(from=…)"}
    allowed = ", ".join(f"`{names[rule.__name__]}` {listed(tables)}" for rule, tables in RULE_TABLES.items())
    common = [next(iter(TABLES.values())).columns[name] for name in COMMON]
    return "\n".join(
        [
            _INTRODUCTION,
            f"## {FILE}\n",
            _table(("key", "", "meaning", "example"), keys),
            "## Cells\n",
            _table(("cell", "how it is written", "in the graph"), kinds),
            _STANDING,
            f"## Rules\n\n```text\n{inspect.cleandoc(rules)}\n```\n\n`usually`{remark.rstrip()}\n",
            f"Ids in rules name rows of these tables: {allowed}.\n",
            "## Columns of every table\n",
            _columns(common),
            "## Tables\n",
            *map(_describe, TABLES.values()),
        ]
    )


_SEVERITIES: Final = {
    Severity.ERROR: "The row or file is left out, and the dataset is not published until it is mended.",
    Severity.WARNING: "The data is loaded; somebody should look.",
    Severity.NOTICE: "Nothing is wrong; a reader of the result should know.",
}


def _issue_type(kind: IssueType) -> str:
    return (
        f"### {kind.code}\n\n**{kind.title}.** {kind.wrong} {kind.why}\n\n"
        f"- Bad: `{kind.bad}`\n- To mend it: {kind.mend}.\n"
    )


def issue_catalogue() -> str:
    """The page on issues."""
    example = Issue(
        "invalid-level", "“L4” is not a level of the RQF", "write 4", "small-town", "roles.csv", 14, "level"
    )
    parts = [
        f"# Issues: what can be wrong with data\n\n{_GENERATED}\n",
        "An issue says what is wrong, where, and how to mend it at the source. Bad data never stops a run: the issues "
        "of all files are found in one go. For a person an issue is one line:\n",
        f"```text\n{example}\n```\n",
        "For a program it is one line of JSON with `severity`, `code`, `message`, `hint`, `dataset` and, where known, "
        "`file`, `line` (on which the row begins), `column` and `value`. Codes are stable.\n",
        "A row that names a refused row is refused too. It has no issue of its own: the refused row has a "
        "`dependents-refused` that counts them.\n",
    ]
    for severity in Severity:
        kinds = [kind for kind in CATALOGUE.values() if kind.severity is severity]
        parts += [f"## {severity.value.capitalize()}s\n", f"{_SEVERITIES[severity]}\n", *map(_issue_type, kinds)]
    return "\n".join(parts)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "native-format.md": native_format,
    "issues.md": issue_catalogue,
    "published-formats.md": format_pages.index,
    **{f"formats/{id}.md": partial(format_pages.page, id) for id in formats()},
}
"""Each page by the name of its file in `FOLDER`."""


def write_pages(folder: Path = FOLDER) -> None:
    """Write all pages, and take away those of formats that are no more."""
    for name, page in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8", newline="\n")
    for path in (folder / "formats").glob("*.md"):
        if f"formats/{path.name}" not in PAGES:
            path.unlink()


if __name__ == "__main__":
    write_pages()
