"""Write the list of named queries from their heads: `python -m queries.documentation` in the root of the repository."""

from pathlib import Path
from typing import Final

from ontology.query_files import Column, Parameter
from queries.catalogue import NamedQuery, list_queries

PAGE: Final = Path("docs/queries.md")

_INTRODUCTION: Final = """\
# Named queries

<!-- Made by `python -m queries.documentation`; change the heads of the queries, not this page. -->

Questions that are asked often, as SPARQL with parameters: {count} of them. Each is described at `/queries/NAME`,
answered at `/queries/NAME/results` ([api.md](api.md#named-queries)) and on the console by `stepway query NAME`. They
are examples in the graph too (`sh:SPARQLExecutable`), so that editors for SPARQL find them. Those of the catalogue
lie in `queries/sparql`; those that belong to a [competency question](data/competency-questions.md) lie beside it, in
`ontology/questions`.

A blank cell is *not known*. A `thing` is told by its id (`OC-HCSA`) or its address, a `concept` by its notation (`4`),
a `term` by its prefixed name (`sw:level`); a `date` is a whole day, a `day` may also be a month or a year alone.

"""


def page() -> str:
    """The page as it should be."""
    queries = list_queries()
    parts = [_INTRODUCTION.format(count=len(queries))]
    parts += [_said(query) for query in queries]
    return "\n".join(parts).rstrip() + "\n"


def _said(query: NamedQuery) -> str:
    file = query.file
    asked = f"Asked by: {', '.join(file.asked_by)}." + (f" Belongs to {file.question}." if file.question else "")
    lines = [f"## {file.name}", "", f"**{file.title}**", "", asked, ""]
    lines += [f"Reads: {_sentence(file.reads)}", ""] if file.reads else []
    lines += [f"Limits: {_sentence(file.limits)}", ""] if file.limits else []
    if file.parameters:
        lines += ["| takes | type | meaning |", "| --- | --- | --- |", *map(_parameter, file.parameters), ""]
    lines += [f"A row: {_sentence(file.rows)}", "", "| gives | type | meaning |", "| --- | --- | --- |"]
    return "\n".join([*lines, *map(_column, file.columns), ""])


def _sentence(text: str) -> str:
    return _cell(text if text.endswith((".", "!", "?", ")")) else f"{text}.")


def _parameter(one: Parameter) -> str:
    kind = f"{one.kind} of {one.of}" if one.of else one.kind
    need = "needed" if one.required else f"without it {one.default}" if one.default else "may be left out"
    example = f"; such as `{one.example}`" if one.example else ""
    choices = f": {', '.join(one.choices)}" if one.choices else ""
    return f"| `{one.name}` | {kind}{choices}; {need} | {_cell(one.about)}{example} |"


def _column(one: Column) -> str:
    blank = "; may be blank" if one.blank else ""
    if one.only_where:
        blank += f"; only where `{one.only_where[0]}` is {' or '.join(one.only_where[1])}"
    return f"| `{one.name}` | {one.kind}{blank} | {_cell(one.about)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
