"""The competency questions as they lie in `ontology/questions`, and answers written as a person would write them.

A folder holds `question.md` (facts between `---` lines, then how the answer was worked out), `query.rq` and
`expected.csv`. Where the answer is not one query (kind `pathway`, `eligibility` or `credits`), `expected.csv` is what
the service or the judge must say, `facts.csv` what `query.rq` must find: the facts that the answer rests on.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

import yaml

from graph.store import GraphStore
from ontology import resources
from ontology.namespaces import CONCEPT, ID, SW

Table = list[tuple[str, ...]]
"""Rows of a table as text, the header first."""


@dataclass(frozen=True, repr=False)
class Question:
    """One competency question. `facts` is the head of its page, `body` what follows it."""

    folder: Path
    facts: dict[str, Any]
    body: str

    def __repr__(self) -> str:
        return self.id

    @property
    def id(self) -> str:
        return str(self.facts["id"])

    @property
    def answered(self) -> bool:
        return bool(self.facts["state"] == "answered")

    @property
    def query(self) -> str:
        return (self.folder / "query.rq").read_text(encoding="utf-8")

    def table(self, name: str) -> Table:
        """A table of the folder, its cells in normal form."""
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return [tuple(map(normal, row)) for row in csv.reader(file)]


def read_questions() -> list[Question]:
    """All questions, by number."""
    found = []
    for path in resources.paths("questions/*/question.md"):
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        found.append(Question(path.parent, yaml.safe_load(head), body))
    return found


def said(term: object) -> str:
    """A term as a person writes it: the id of a thing, the name of a concept or status, the text of a literal."""
    if term is None:
        return ""
    text = str(term)
    if text.startswith(str(CONCEPT)):
        return text.rpartition("/")[2]
    return text.removeprefix(str(ID)).removeprefix(str(SW))


def normal(cell: str) -> str:
    """A cell in normal form: 90.0 is 90, and the order of a list (`a|b`) means nothing."""
    if "|" in cell:
        return "|".join(sorted(cell.split("|")))
    return cell.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d+", cell) else cell


def asked(store: GraphStore, query: str) -> Table:
    """What a query finds, as a table."""
    rows = store.select(query)
    header = tuple(rows[0]) if rows else ()
    return [header, *(tuple(normal(said(term)) for term in row.values()) for row in rows)]


def difference(expected: Table, found: Table) -> str:
    """What is expected and not found (`-`), and the other way round (`+`); empty when the tables are the same."""

    def lines(table: Iterable[tuple[str, ...]]) -> list[str]:
        return [" · ".join(cell or "–" for cell in row) for row in table]

    return "\n".join(unified_diff(lines(expected), lines(found), "expected.csv", "the graph", lineterm="", n=1))
