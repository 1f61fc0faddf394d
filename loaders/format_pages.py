"""The pages on published formats, made from the formats themselves: what is written there is what is done."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from inspect import getdoc
from typing import Final

from loaders.format import Field, FileFormat, Node, Not, When, formats, read_format
from loaders.transforms import TRANSFORMS
from loaders.values import listed

GENERATED: Final = "<!-- Made by `python -m loaders.documentation`; change the format, not this page. -->"

_INTRODUCTION: Final = f"""\
# Published formats

{GENERATED}

Files that a publisher offers for download are read as they are. A dataset in such a format is a folder with a
`dataset.yml` that says the `format` and where its `files` are:

```yaml
id: esco
format: esco
files: ../downloads/esco-1.2.0
version: 1.2.0
retrieved: 2026-11-22
counts: {{occupations: {{exactly: 3039}}}}
```

Title, publisher, licence, attribution and whether the data may be passed on come from the format. Files may be packed
(.xz, .gz, .zip, a zip in a zip). Columns are found by name, without regard to case and order; a required column that is
gone is an error, a new one is a notice. A row or cell that cannot be read is left out and told with its file, line and
column ([issues](issues.md)); more than one row in a hundred, or a file that was cut or changed while it was read, is an
error, and then the last release stays.

What a thing says stands in the graph `dataset/ID`; `sw:atLine` in `dataset/ID/records/FILE` gives the line it is from.
"""

_FORMS: Final = {
    "iri": "as an address",
    "integer": "as a whole number",
    "decimal": "as a number",
    "boolean": "as true or false",
    "date": "as a day",
    "month": "as a month",
    "year": "as a year",
    "currency": "as current or superseded on the day of the dataset",
}


def index() -> str:
    """The page that lists all formats."""
    rows = [
        f"| [{kind.title}](formats/{kind.id}.md) | `{kind.id}` | {kind.publisher} | {kind.licence} | "
        f"{'yes' if kind.shippable else '**no**'} |"
        for kind in map(read_format, formats())
    ]
    head = ["| format | id | publisher | licence | may be passed on |", "|---|---|---|---|---|"]
    parts = [_INTRODUCTION, "## Formats\n", "\n".join(head + rows), "\n## Forms of cells\n", _transforms()]
    return "\n".join(parts)


def _transforms() -> str:
    head = ["| name | what it makes of a cell |", "|---|---|"]
    said = [(name, (one.__doc__ or "").split("\n\n")[0]) for name, one in sorted(TRANSFORMS.items())]
    return "\n".join(head + [f"| `{name}` | {_cell(' '.join(about.split()))} |" for name, about in said]) + "\n"


def page(id: str) -> str:
    """The page of one format."""
    kind = read_format(id)
    licence = f"[{kind.licence}]({kind.licence_url})" if kind.licence_url else kind.licence
    parts = [
        f"# {kind.title}\n\n{GENERATED}\n",
        f"{' '.join(kind.about.split())}\n",
        f"- Publisher: {kind.publisher}\n- Where to get it: <{kind.home}>\n- Licence: {licence}\n"
        f"- To be said wherever it is shown: {' '.join(kind.attribution.split())}\n"
        f"- May be passed on: {'yes' if kind.shippable else 'no; it never enters a release for publication'}\n"
        f"- In `dataset.yml`: `format: {kind.id}`\n",
    ]
    if kind.reader:
        parts.append(f"Its files are no tables; `{kind.reader}` reads them. What it says of itself:\n")
        parts.append(f"{getdoc(import_module(kind.reader))}\n")
    parts += map(_file, kind.files)
    return "\n".join(parts)


def _file(file: FileFormat) -> str:
    names = listed(f"`{name}`" for name in file.match)
    facts = [f"kind {file.kind}"]
    facts += ["read by `reader.py` beside the format"] if file.reader else []
    facts += [f"encoding {file.encoding}"] if file.encoding != "utf-8" else []
    facts += [f"parted by `{file.delimiter}`"] if file.delimiter else []
    facts += ["no quotation marks"] if not file.quoting else []
    facts += [f"edition: `{file.edition}`"] if file.edition else []
    facts += [f"header on row {file.header_row}"] if file.header_row != 1 else []
    facts += [f"records at `{file.records}`"] if file.kind == "json" else []
    facts += ["short rows are padded"] if file.short_rows else []
    facts += [f"not known: {', '.join(f'`{text}`' for text in file.blank)}"] if file.blank else []
    facts += ["required"] if file.required else []
    facts += ["several files are parts of one edition"] if file.parts else []
    repeated = {
        "merge": "A second row about the same thing adds to it, and is told.",
        "first": "A second row about the same thing is left out, and is told.",
        "usual": "",
    }[file.repeated]
    parts = [
        f"## {file.name}\n",
        f"{names} ({'; '.join(facts)}). {' '.join(file.about.split())} {repeated}".strip() + "\n",
    ]
    parts += map(_node, file.nodes)
    if file.unused:
        parts.append("Not read:\n")
        parts.append("".join(f"- `{name}`: {' '.join(why.split())}\n" for name, why in file.unused.items()))
    if file.private:
        names = ", ".join(f"`{name}`" for name in file.private)
        parts.append(f"Never read, because it names or reaches a person: {names}.\n")
    return "\n".join(parts)


def _node(node: Node) -> str:
    what = listed((f"`{one}`" for one in node.classes), "and") if node.classes else "described elsewhere"
    said = f"About `{node.subject}` ({what})"
    said += f", for each `{node.each}`" if node.each else ""
    said += f", for each `{node.over}`" if node.over else ""
    said += f", {_when(node.when)}" if node.when else ""
    said += ", where filled" if node.optional else ""
    said += f". {' '.join(node.about.split())}" if node.about else ""
    if not node.fields:
        return f"{said}.\n"
    head = ["| from | property | how |", "|---|---|---|"]
    rows = [f"| {_from(one)} | {_property(one)} | {_cell('; '.join(_how(one)))} |" for one in node.fields]
    return f"{said}:\n\n" + "\n".join(head + rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _from(one: Field) -> str:
    if one.column:
        return _cell(" or ".join(f"`{name}`" for name in one.column))
    return _cell(f"`{one.value}`")


def _property(one: Field) -> str:
    if not one.properties:
        return f"`{one.property}`"
    chosen = ", ".join(f"`{code}`: `{name}`" for code, name in one.properties.items())
    return _cell(f"by `{one.property_by}`: {chosen}")


def _how(one: Field) -> Iterator[str]:
    if one.split:
        yield "several, parted by " + ("line ends" if one.split == "\n" else f"`{one.split}`")
    if one.transform:
        yield one.transform
    if one.value and one.column:
        yield f"`{one.value}`"
    if one.codes:
        yield ", ".join(f"{code} → {f'`{term}`' if term else 'nothing'}" for code, term in one.codes.items())
    if one.form != "text" and not (one.form == "iri" and one.value):
        yield _FORMS[one.form]
    if one.datatype:
        yield f"`{one.datatype}`"
    if one.blank:
        yield f"not known: {', '.join(f'`{text}`' for text in one.blank)}"
    if one.when:
        yield _when(one.when)
    for key, said in (("required", "required"), ("optional", "not in every edition"), ("once", "one for each thing")):
        if getattr(one, key):
            yield said
    if one.about:
        yield " ".join(one.about.split())


def _when(when: When) -> str:
    return "when " + " and ".join(f"`{column}` {_asked(texts)}" for column, texts in when.items())


def _asked(texts: "Not | tuple[str, ...]") -> str:
    refused = isinstance(texts, Not)
    words = texts.texts if isinstance(texts, Not) else texts
    if words in (("",), ("*",)):
        return "is filled" if (words == ("*",)) != refused else "is blank"
    return f"is {'not ' if refused else ''}{_listed(words)}"


def _listed(words: Iterable[str]) -> str:
    return listed(f"`{word}`" if word not in ("", "*") else {"": "blank", "*": "filled"}[word] for word in words)
