"""The column dictionary, typed: which tables there are, which columns they have and what a cell of each may be."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from rdflib import URIRef

from ontology.namespaces import SW, expand
from ontology.resources import paths, yaml_file


@dataclass(frozen=True, slots=True)
class CellType:
    """A kind of cell: how it is written, and what it becomes in the graph. `several` values are parted by `|`."""

    name: str
    written: str
    becomes: str
    several: bool = False


CELL_TYPES: Final[dict[str, CellType]] = {
    kind.name: kind
    for kind in (
        CellType("id", "`OC-HCSASSOC`: letters, digits, `.` and single `-`; unique in the dataset", "the subject"),
        CellType("text", "anything", "`xsd:string`, or a text marked as English"),
        CellType("texts", "several texts, parted by `|`", "one statement each", several=True),
        CellType("integer", "`120`: digits only, no thousands separator, no unit", "`xsd:integer`"),
        CellType("decimal", "`79.46`: digits and a point", "`xsd:decimal`"),
        CellType(
            "date",
            "`2026`, `2026-09` or `2026-09-14`: as exact as the source is",
            "`xsd:gYear`, `xsd:gYearMonth` or `xsd:date`",
        ),
        CellType("dates", "several dates, parted by `|`", "one statement each", several=True),
        CellType("yesno", "`yes` or `no`; blank is not known", "`xsd:boolean`"),
        CellType("choice", "one of the choices", "the concept, or the text when there is no scheme"),
        CellType("choices", "several of the choices, parted by `|`", "one statement each", several=True),
        CellType("ref", "the id of a row of one of the tables named", "the thing"),
        CellType("refs", "several ids, parted by `|`", "one statement each", several=True),
        CellType("url", "`https://…`, `http://…` or `urn:…`", "the address itself"),
        CellType("ukprn", "eight digits, the first of them 1", "`xsd:string`"),
        CellType("qan", "a qualification number, slashes allowed: `603/0472/8`", "`xsd:string` without slashes"),
        CellType("postcode", "a full United Kingdom postcode", "`xsd:string`, upper case, one space"),
        CellType("standard", "`ST`, `FA` or `AU` and four digits", "`xsd:string`"),
        CellType("soc2020", "four digits, optionally `/` and two more", "`xsd:string`"),
        CellType("level", "`E` (Entry) or 1 to 8", "the concept of the RQF level"),
        CellType("requirement", "a rule, see below", "a tree of requirement nodes"),
    )
}


@dataclass(frozen=True)
class Column:
    """One column of a table. Without a `property` it qualifies another column and makes no statement of its own."""

    name: str
    type: CellType
    about: str
    example: str = ""
    required: bool = False
    property: URIRef | None = None
    property_name: str = ""
    ref: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    scheme: str | None = None
    unit: str | None = None
    language: str | None = None
    status_from: str | None = None
    always_inferred: bool = False


@dataclass(frozen=True)
class Table:
    """One table: what a row is, which columns identify it, and all its columns with the common ones last."""

    name: str
    class_name: str
    about: str
    key: tuple[str, ...]
    columns: dict[str, Column]

    @property
    def file(self) -> str:
        """The name of its file in a dataset."""
        return f"{self.name}.csv"

    @property
    def row_class(self) -> URIRef:
        """The class of the thing that a row is about."""
        return SW[self.class_name]

    @cached_property
    def title_column(self) -> str | None:
        """The column that names a row for people, when there is one."""
        return next((c.name for c in self.columns.values() if c.property_name == "skos:prefLabel"), None)


_COMMON: Final[dict[str, dict[str, Any]]] = yaml_file("tables/common.yml")["columns"]

COMMON: Final = tuple(_COMMON)
"""The columns of every table, which make the provenance of a row."""

_COLUMN_KEYS: Final = {
    *("type", "about", "example", "required", "property", "ref", "choices", "scheme", "unit", "language"),
    *("status_from", "always"),
}


def _column(name: str, entry: dict[str, Any]) -> Column:
    unknown = entry.keys() - _COLUMN_KEYS
    if unknown:
        raise ValueError(f"the dictionary says {sorted(unknown)} of column {name}, which nothing reads")
    if not all(isinstance(choice, str) for choice in entry.get("choices", ())):
        raise ValueError(f"a choice of column {name} needs quotation marks")
    property_name = entry.get("property", "")
    return Column(
        name=name,
        type=CELL_TYPES[entry["type"]],
        about=entry["about"],
        example=str(entry.get("example", "")),
        required=entry.get("required", False),
        property=expand(property_name) if property_name else None,
        property_name=property_name,
        ref=tuple(entry.get("ref", ())),
        choices=tuple(entry.get("choices", ())),
        scheme=entry.get("scheme"),
        unit=entry.get("unit"),
        language=entry.get("language"),
        status_from=entry.get("status_from"),
        always_inferred=entry.get("always") == "inferred",
    )


def _tables() -> dict[str, Table]:
    tables = {}
    for path in paths("tables/*.yml"):
        if path.stem == "common":
            continue
        entry = yaml_file(f"tables/{path.name}")
        key = entry["key"]
        tables[path.stem] = Table(
            name=entry["table"],
            class_name=entry["class"],
            about=entry["about"],
            key=(key,) if isinstance(key, str) else tuple(key),
            columns={name: _column(name, column) for name, column in {**entry["columns"], **_COMMON}.items()},
        )
    return tables


TABLES: Final[dict[str, Table]] = _tables()
"""Every table by its name, in alphabetical order."""


def get_table(name: str) -> Table:
    """The table with this name. Raises `KeyError`."""
    return TABLES[name]
