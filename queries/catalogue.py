"""What can be asked of a release: named queries, and the collections that the column dictionary describes.

A named query is a file of `queries/sparql` that opens with comments: `# title:`, `# gives:` and, for each variable that
the caller binds, `# given:`. Values are bound, never written into the text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from rdflib import URIRef
from rdflib.term import Node

from graph.store import GraphStore, Row
from ontology.namespaces import SW, expand
from ontology.resources import paths, yaml_file

_QUERIES: Final = Path(str(files("queries"))) / "sparql"
_HEADER_LINE: Final = re.compile(r"^# (title|given|gives):\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """One query of the catalogue. `given` are the names of the variables that must be bound."""

    name: str
    title: str
    given: frozenset[str]
    gives: str
    text: str

    def rows(self, store: GraphStore, given: Mapping[str, Node] | None = None) -> list[Row]:
        """Its answers. Raises `TypeError` when other variables are bound than it declares."""
        bound = given or {}
        if bound.keys() != self.given:
            raise TypeError(f"query {self.name} takes {sorted(self.given)}, not {sorted(bound)}")
        return store.select(self.text, bound)


@cache
def get_query(name: str) -> NamedQuery:
    """The query of this name. Raises `KeyError` when there is none, `ValueError` when its head is incomplete."""
    path = _QUERIES / f"{name}.rq"
    if not path.is_file():
        raise KeyError(name)
    text = path.read_text(encoding="utf-8")
    said: dict[str, list[str]] = {"title": [], "given": [], "gives": []}
    for key, value in _HEADER_LINE.findall(text):
        said[key].append(value.strip())
    if not said["title"] or not said["gives"]:
        raise ValueError(f"{path.name} does not say its title and what it gives")
    given = frozenset(value.split()[0].rstrip(",:;.") for value in said["given"])
    return NamedQuery(name, said["title"][0], given, said["gives"][0], text)


def list_queries() -> list[NamedQuery]:
    """Every named query, by name."""
    return [get_query(path.stem) for path in sorted(_QUERIES.glob("*.rq"))]


@dataclass(frozen=True, slots=True)
class Field:
    """One property of the things of a collection, as a column of the dictionary has it.

    `name` is what readers call it: the column without `_id` where it names a thing. `address` and `term` are the whole
    and the prefixed name of its property. `refs` are collections.
    """

    name: str
    column: str
    type: str
    address: URIRef
    term: str
    about: str
    refs: tuple[str, ...]
    choices: tuple[str, ...]
    scheme: str | None
    unit: str | None

    @property
    def several(self) -> bool:
        """Whether one row can have more than one value."""
        return self.type in _SEVERAL


_SEVERAL: Final = {"texts", "dates", "choices", "refs"}
_FILTER_TYPES: Final = {"ref", "refs", "choice", "choices", "level", "yesno", "standard", "ukprn", "qan", "soc2020"}
_FILTER_TEXTS: Final = {
    *("theme", "themes", "standard_ref", "awarding_body", "geography", "period", "year", "band", "town", "attribute"),
    *("code", "qualification_number", "unit_number", "publisher", "sector_part"),
}  # fmt: skip


@dataclass(frozen=True)
class Collection:
    """The things of one table: what a release holds of one kind. `name` is its part of an address."""

    name: str
    table: str
    class_name: str
    about: str
    fields: tuple[Field, ...]

    @property
    def row_class(self) -> URIRef:
        """The class of its things."""
        return SW[self.class_name]

    @cached_property
    def label_field(self) -> Field | None:
        """The property that names a thing for people; None: such things have no name of their own."""
        return next((f for f in self.fields if f.term == "skos:prefLabel"), None)

    @cached_property
    def properties(self) -> tuple[Field, ...]:
        """Every property but the label."""
        return tuple(f for f in self.fields if f is not self.label_field)

    @cached_property
    def filters(self) -> tuple[Field, ...]:
        """The properties by which its list can be narrowed."""
        return tuple(
            f for f in self.properties if f.type in _FILTER_TYPES or (f.column in _FILTER_TEXTS and f.type != "url")
        )

    @cached_property
    def by_property(self) -> dict[str, Field]:
        """Its properties by their address."""
        return {str(f.address): f for f in self.fields}


def _field(column: str, entry: Mapping[str, Any]) -> Field:
    refs = tuple(address_part(table) for table in entry.get("ref", ()))
    return Field(
        name=re.sub(r"_ids?$", "", column) if refs else column,
        column=column,
        type=entry["type"],
        address=expand(entry["property"]),
        term=entry["property"],
        about=entry["about"],
        refs=refs,
        choices=tuple(entry.get("choices", ())),
        scheme=entry.get("scheme"),
        unit=entry.get("unit"),
    )


def address_part(table: str) -> str:
    """The name of a table as it stands in an address: `pay-bands`."""
    return table.replace("_", "-")


def _collections() -> dict[str, Collection]:
    found = {}
    for path in paths("tables/*.yml"):
        if path.stem == "common":
            continue
        entry = yaml_file(f"tables/{path.name}")
        fields = tuple(_field(name, column) for name, column in entry["columns"].items() if "property" in column)
        name = address_part(entry["table"])
        found[name] = Collection(name, entry["table"], entry["class"], entry["about"], fields)
    return found


COLLECTIONS: Final[dict[str, Collection]] = _collections()
"""Every collection by name, in alphabetical order."""

BY_CLASS: Final[dict[str, Collection]] = {collection.class_name: collection for collection in COLLECTIONS.values()}
"""Every collection by the name of its class."""
