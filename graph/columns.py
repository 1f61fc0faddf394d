"""The things of a release read property by property, as plain terms: for whoever reads very much of a graph at once."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from graph.projection import RANK, Amount, Source, Status
from graph.store import GraphStore, plain
from ontology.namespaces import SW, expand, id_of


@dataclass(slots=True)
class Column:
    """What one property says of things, as terms of `GraphStore.rows`: the best of each, and all where several do."""

    best: dict[str, str]
    several: dict[str, list[str]]


class Columns:
    """The things of a release, read property by property when a property is first asked for.

    A property is read whole, in the order of the store's own index: asking class by class takes many times as long.
    """

    def __init__(self, store: GraphStore, classes: Iterable[str]) -> None:
        self.store = store
        self.ids: dict[str, str] = {}
        self.kinds: dict[str, dict[str, Thing]] = {}
        for name in classes:
            found = (thing for _, thing in store.rows("SELECT ?class ?thing { ?thing a ?class }", {"class": SW[name]}))
            ids = {thing: id_of(thing[1:-1]) for thing in found}
            self.ids |= ids
            self.kinds[name] = {id: Thing(id, self) for id in sorted(ids.values())}
        self._columns: dict[str, Column] = {}
        self._statuses: dict[str, dict[tuple[str, str], Status]] = {}

    def statuses(self, predicate: str) -> dict[tuple[str, str], Status]:
        """How sure single statements of a property are, by thing and value: read when first asked for."""
        if (found := self._statuses.get(predicate)) is None:
            query = """
                SELECT ?p ?s ?o ?status {
                    GRAPH ?g { ?statement rdf:predicate ?p ; rdf:subject ?s ; rdf:object ?o ; sw:status ?status } }"""
            found = self._statuses[predicate] = {}
            for _, thing, value, said in self.store.rows(query, {"p": expand(predicate)}):
                if (id := self.ids.get(thing)) is not None:
                    before, status = found.get((id, value)), _STATUS[said]
                    found[id, value] = status if before is None else min(before, status, key=RANK.__getitem__)
        return found

    def column(self, predicate: str) -> Column:
        """What a property says of each thing, best first where sources differ."""
        if (found := self._columns.get(predicate)) is None:
            found = self._columns[predicate] = self._read(predicate)
        return found

    def _read(self, predicate: str) -> Column:
        ids, best = self.ids, dict[str, str]()
        several: dict[str, list[str]] = {}
        for thing, value in self.store.terms(expand(predicate)):
            if (id := ids.get(thing)) is None:
                continue
            if (before := best.setdefault(id, value)) != value:
                values = several.setdefault(id, [before])
                if value not in values:
                    values.append(value)
        statuses = self.statuses(predicate) if several else {}
        for id, values in several.items():
            values.sort(key=lambda one: (RANK[statuses.get((id, one), Status.PUBLISHED)], _order(one)))
            best[id] = values[0]
        return Column(best, several)

    @cached_property
    def datasets(self) -> dict[str, Source]:
        """Where each thing that names no source is from: its dataset, as it was fetched."""
        query = """
            SELECT ?dataset ?home ?day {
                ?dataset a dcat:Dataset .
                OPTIONAL { ?dataset dcat:landingPage ?home } OPTIONAL { ?dataset sw:retrieved ?day } }"""
        whole = {
            dataset: Source("", plain(home or dataset), plain(day) if day else None, Status.PUBLISHED)
            for dataset, home, day in self.store.rows(query)
        }
        found: dict[str, Source] = {}
        for name in self.kinds:
            query = "SELECT ?class ?thing ?dataset { GRAPH ?dataset { ?thing a ?class } }"
            for _, thing, dataset in self.store.rows(query, {"class": SW[name]}):
                if dataset in whole:
                    found.setdefault(self.ids[thing], whole[dataset])
        return found


_STATUS: Final = {f"<{SW[status]}>": status for status in Status}


def _order(term: str) -> tuple[bool, float, str]:
    """Addresses before texts before numbers, each in their own order."""
    number = term[0] not in '<"' and term not in ("true", "false")
    return number, float(term) if number else 0, plain(term)


class Thing:
    """The statements about one thing, best first where sources differ."""

    __slots__ = ("_source", "graph", "id")

    def __init__(self, id: str, graph: Columns) -> None:
        self.id, self.graph = id, graph
        self._source: Source | None = None

    def status(self, predicate: str) -> Status:
        """How sure the statement is; the status of the row when it has none of its own."""
        chosen = self.first(predicate)
        own = self.graph.statuses(predicate).get((self.id, chosen)) if chosen is not None else None
        return own or self.source.status

    def all(self, predicate: str) -> Sequence[str]:
        """Every value of a property, as terms of `GraphStore.rows`; none when there is none."""
        column = self.graph.column(predicate)
        if (found := column.several.get(self.id)) is not None:
            return found
        one = column.best.get(self.id)
        return () if one is None else (one,)

    def first(self, predicate: str) -> str | None:
        """The best value of a property as a term; None when there is none."""
        return self.graph.column(predicate).best.get(self.id)

    def text(self, predicate: str) -> str | None:
        """The best value as text: an address, or what a literal says. None when there is none."""
        found = self.graph.column(predicate).best.get(self.id)
        return None if found is None else plain(found)

    def texts(self, predicate: str) -> tuple[str, ...]:
        """Every value as text."""
        return tuple(map(plain, self.all(predicate)))

    def number(self, predicate: str) -> int | None:
        """The best value as a whole number, rounded."""
        found = self.text(predicate)
        return round(float(found)) if found is not None else None

    def hours(self, predicate: str) -> int | None:
        """Hours a week, rounded up: what is planned beside it must still fit."""
        found = self.text(predicate)
        return math.ceil(float(found)) if found is not None else None

    def thing(self, predicate: str) -> str | None:
        """The id of the thing that a property names first."""
        found = self.text(predicate)
        return id_of(found) if found is not None else None

    def things(self, predicate: str) -> tuple[str, ...]:
        """The ids of the things that a property names."""
        return tuple(map(id_of, self.texts(predicate)))

    def code(self, predicate: str) -> str | None:
        """The last part of a concept's address."""
        found = self.text(predicate)
        return found.rpartition("/")[2] if found else None

    def codes(self, predicate: str) -> tuple[str, ...]:
        """The last parts of concepts' addresses."""
        return tuple(value.rpartition("/")[2] for value in self.texts(predicate))

    def level(self) -> int | None:
        """The RQF level from 1 to 8; None for entry level and where it is not known."""
        code = self.code("sw:level")
        return int(code) if code and code.isdigit() else None

    def amount(self, predicate: str, *, note: str | None = None) -> Amount | None:
        """A number with how sure it is."""
        value = self.number(predicate)
        return None if value is None else Amount(value, self.status(predicate), note=note)

    @property
    def label(self) -> str:
        """Its name; its id when it has none."""
        return self.text("skos:prefLabel") or self.id

    @property
    def short_label(self) -> str:
        """What people say in the middle of a sentence: an award's everyday name, else the label."""
        everyday = self.text("skos:altLabel") if self.first("sw:realAward") is not None else None
        return everyday or self.label

    @property
    def source(self) -> Source:
        """Where it is said, and when; of a thing without a source of its own, its dataset as it was fetched."""
        if self._source is None:
            statuses = [_STATUS[said] for said in self.all("sw:status")]
            own = self.text("dcterms:source")
            whole = self.graph.datasets.get(self.id) if own is None else None
            self._source = Source(
                self.id,
                own or (whole.address if whole else ""),
                self.text("sw:asOf") or (whole.as_of if whole else None),
                min(statuses, key=RANK.__getitem__),
                self.text("sw:note"),
            )
        return self._source
