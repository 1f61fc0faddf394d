"""What can be asked of a release: named queries, and the collections that the column dictionary describes.

What a named query takes and gives is in the head of its file (see `ontology.query_files`). Values are bound, never
written into the text that is run.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final
from urllib.parse import urlencode

from rdflib import URIRef
from rdflib.term import Node

from graph.store import GraphStore, Row
from ontology.namespaces import CONCEPT, PREFIXES, SW, expand, id_of
from ontology.query_files import Kind, QueryFile, query_files
from ontology.query_values import expected, term_of, written
from ontology.resources import paths, yaml_file

RESERVED: Final = ("release", "limit", "offset", "format")
"""Names in the address of a query that are never parameters of it."""


@dataclass(frozen=True, slots=True)
class WrongValue:
    """One value of a query that cannot be used: of which parameter, why, and what was given."""

    name: str
    message: str
    given: str | None


class WrongValuesError(ValueError):
    """Values that a named query does not take. `wrong` says what is the matter with each."""

    def __init__(self, query: str, wrong: tuple[WrongValue, ...]) -> None:
        self.query, self.wrong = query, wrong
        super().__init__(f"{query}: " + "; ".join(f"{one.name}: {one.message}" for one in wrong))


class UnknownQueryError(LookupError):
    """There is no named query of this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no query “{name}”")


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """One query of the catalogue: what its file says of it, and how it is asked."""

    file: QueryFile

    @property
    def name(self) -> str:
        """Its name, a part of its address."""
        return self.file.name

    @property
    def title(self) -> str:
        """What it asks, in words."""
        return self.file.title

    @property
    def given(self) -> frozenset[str]:
        """The names of the values that it cannot do without."""
        return frozenset(one.name for one in self.file.parameters if one.required)

    @property
    def text(self) -> str:
        """The query, to be run with the prefixes of ours declared."""
        return self.file.text

    @property
    def whole_text(self) -> str:
        """The query with every prefix that it uses, and values left open."""
        return self.with_values({})

    def rows(self, store: GraphStore, given: Mapping[str, Node] | None = None) -> list[Row]:
        """Its answers. Raises `TypeError` when it does not take these variables, or cannot do without others."""
        bound = given or {}
        taken = {one.name for one in self.file.parameters}
        if not self.given <= bound.keys() <= taken:
            raise TypeError(f"query {self.name} takes {sorted(taken)}, not {sorted(bound)}")
        return store.select(self.text, bound)

    def bind(self, said: Mapping[str, str], *, whole: bool = True) -> dict[str, Node]:
        """Values as somebody wrote them as terms, with what holds for those left out.

        Raises `WrongValuesError`. Not `whole`: those that are needed may be missing still.
        """
        parameters = {one.name: one for one in self.file.parameters}
        wrong: list[WrongValue] = []
        found: dict[str, Node] = {}
        for name in sorted(said.keys() - parameters.keys()):
            known = ", ".join(parameters) or "none"
            wrong.append(WrongValue(name, f"there is no parameter of this name; there are: {known}", said[name]))
        for name, parameter in parameters.items():
            text = said.get(name, parameter.default)
            if text is None:
                if parameter.required and whole:
                    wrong.append(WrongValue(name, f"is needed: {expected(parameter)}", None))
                continue
            term = term_of(parameter, text)
            if term is None:
                wrong.append(WrongValue(name, f"expected {expected(parameter)}", text))
            else:
                found[name] = term
        if wrong:
            raise WrongValuesError(self.name, tuple(wrong))
        return found

    def example(self) -> dict[str, str]:
        """Values to try it with: those that it needs, as somebody writes them."""
        return {one.name: one.example for one in self.file.parameters if one.required and one.example is not None}

    def with_values(self, given: Mapping[str, Node]) -> str:
        """The query as anybody can run it elsewhere: prefixes declared, and these values in a VALUES clause.

        For people who read it or take it along; what is run here is the text with the values bound.
        """
        return self.file.with_values({name: written(term) for name, term in given.items()})


def get_query(name: str) -> NamedQuery:
    """The query of this name. Raises `UnknownQueryError`."""
    found = _by_name().get(name)
    if found is None:
        raise UnknownQueryError(name)
    return found


def list_queries(words: str | None = None, asked_by: str | None = None) -> list[NamedQuery]:
    """The named queries, by name: those that have all the words, and that this group of users asks."""
    found = list(_by_name().values())
    if words is not None:
        wanted = words.casefold().split()
        found = [one for one in found if all(word in _said(one.file) for word in wanted)]
    return [one for one in found if asked_by is None or asked_by in one.file.asked_by]


def user_groups() -> list[str]:
    """Who asks named queries."""
    return sorted({group for one in _by_name().values() for group in one.file.asked_by})


def address_of(name: str, **given: str) -> str:
    """Where a query is described, with these values filled in: `/queries/records-of?thing=OC-HCSA`.

    Raises `UnknownQueryError` and `WrongValuesError`, so that no page can link what cannot be asked.
    """
    get_query(name).bind(given, whole=False)
    return f"/queries/{name}" + (f"?{urlencode(given)}" if given else "")


@cache
def _by_name() -> dict[str, NamedQuery]:
    found = {one.name: NamedQuery(one) for one in query_files()}
    for one in found.values():
        if taken := [parameter.name for parameter in one.file.parameters if parameter.name in RESERVED]:
            raise ValueError(f"{one.name}: {taken[0]} cannot be the name of a parameter")
    return found


def _said(file: QueryFile) -> str:
    parts = (file.name, file.title, file.rows, file.reads, *(one.name for one in file.columns))
    return " ".join(part for part in parts if part).casefold()


def short(address: str) -> str:
    """An address with the prefix we use for it; others unchanged.

    >>> short("https://w3id.org/stepway/ns#level"), short("urn:x")
    ('sw:level', 'urn:x')
    """
    for prefix, start in PREFIXES.items():
        if address.startswith(start) and prefix not in ("swi", "swc"):
            return f"{prefix}:{address.removeprefix(start)}"
    return address


def plain_literal(text: str, datatype: str) -> Any:
    """A literal as a plain value. Numbers and truth values are such where the graph has them as such.

    >>> plain_literal("7", "http://www.w3.org/2001/XMLSchema#integer"), plain_literal("7", "")
    (7, '7')
    """
    match datatype.rpartition("#")[2]:
        case "boolean":
            return text in ("true", "1")
        case "integer":
            return int(text)
        case "decimal" | "double" | "float":
            return float(text)
        case _:
            return text


def plain_address(kind: Kind, address: str) -> str:
    """The address of a thing, concept or term as people write it: `OC-HCSA`, `4`, `sw:level`; any other whole."""
    if address.startswith(str(CONCEPT)):
        return address.rpartition("/")[2]
    return short(address) if kind == "term" or address.startswith(str(SW)) else id_of(address)


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
