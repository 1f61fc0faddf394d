"""The things of a release: lists of one kind, and one thing with everything that is said of it and what points to it.

Lists are narrowed by indexes that are made when first needed and kept for the release, so that a thing with thousands
of neighbours costs no more than one with few: all are counted, the first few are shown.
"""

from collections import defaultdict
from collections.abc import Collection as Collection_
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rapidfuzz import fuzz, process
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from graph.imagined import IMAGINED
from graph.projection import Status
from graph.search import Found, SearchIndex
from graph.store import GraphStore, Row
from ontology.namespaces import CONCEPT, DATASET, RECORD, REQUIREMENT, SW, id_of, thing
from queries.catalogue import BY_CLASS, COLLECTIONS, Collection, Field, get_query, short
from queries.contradictions import preference

NOT_DOUBTED: Final = frozenset({"gaps", "provision-types"})
"""Kinds of things that claim nothing by being named: what was looked for and not found, and our words for kinds."""

_RANK: Final = {status: rank for rank, status in enumerate(Status)}
_EVERYTHING: Final = 100_000
_LIKE_AN_ID: Final = 75.0
_KEPT_ITEMS: Final = 2_000

LABEL_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "combination-rules": ("description",),
    "credit-transfers": ("from", "→", "to"),
    "deliveries": ("opportunity", "at", "site"),
    "funding-rules": ("description",),
    "pay-bands": ("framework", "band", "year", "geography"),
    "progressions": ("from", "→", "to"),
    "provision-rules": ("description",),
    "rulings": ("thing", "and", "other"),
}
"""How things without a name of their own are called: the names of properties, and words to put between them."""

LABEL_BLANKS: Final[dict[str, dict[str, str]]] = {
    "credit-transfers": {"from": "any prior learning", "to": "any award"},
    "progressions": {"from": "anybody"},
}
"""What a blank property means, where it means something."""


class UnknownIdError(LookupError):
    """No thing of the release has this id (or none of the kind asked for). `suggestions`: things that may be meant."""

    def __init__(self, id: str, suggestions: tuple[Found, ...] = (), kind: str | None = None) -> None:
        self.id, self.suggestions, self.kind = id, suggestions, kind
        super().__init__(f"nothing{f' among the {kind}' if kind else ''} has the id “{id}”")


@dataclass(frozen=True, slots=True)
class Named:
    """A thing by id and label, and the collection it is in."""

    id: str
    label: str
    collection: str


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as a line of text, and as a sentence."""

    text: str
    sentence: str


Value = bool | int | float | str | Named | RuleText
"""The value of a property. A concept of our schemes is its notation."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The row of a dataset that a statement comes from. `as_of` None: the source shows no date."""

    record: str
    dataset: str
    file: str
    line: int
    source: str
    source_description: str | None
    as_of: str | None
    status: Status
    note: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that is stated: a property, a value, how sure, and the row it comes from."""

    field: Field
    value: Value
    status: Status
    origin: Origin


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Something that follows by one of our rules: an inference, or illustrative where it rests on what is imagined."""

    term: str
    values: tuple[Value, ...]
    count: int
    rule: str

    @property
    def status(self) -> Status:
        """How sure it is."""
        return Status.ILLUSTRATIVE if self.rule.endswith(IMAGINED) else Status.INFERRED


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Things that point here by one property: all counted, the first few shown."""

    collection: str
    field: str
    term: str
    count: int
    shown: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing with what is stated of it. `origins`: surest first; there is more than one when datasets overlap."""

    id: str
    collection: Collection
    label: str
    origins: tuple[Origin, ...]
    statements: tuple[Statement, ...]

    def values(self, field: Field) -> list[Statement]:
        """What is stated of one property, each value once.

        Surest first and then by value; where there can be one value only, the one to be shown first.
        """
        found: dict[object, Statement] = {}
        of_field = (s for s in self.statements if s.field is field)
        for statement in sorted(of_field, key=_several if field.several else _single):
            found.setdefault(statement.value, statement)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Profile:
    """One thing with everything around it. `asked_for_by`: things whose entry or award rule names it."""

    item: Item
    conclusions: tuple[Conclusion, ...]
    incoming: tuple[Neighbours, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list. `total` counts the whole list."""

    items: tuple[Item, ...]
    total: int


def _order(value: Value) -> tuple[int, str]:
    return (0, f"{value:020.4f}") if isinstance(value, int | float) else (1, str(value))


def _several(statement: Statement) -> tuple[int, tuple[int, str]]:
    return _RANK[statement.status], _order(statement.value)


def _single(statement: Statement) -> tuple[int, tuple[int, ...], str]:
    return preference(statement.status, statement.origin.as_of, statement.origin.dataset)


class Things:
    """The things of one release. Safe to share between threads: an index made twice is the same index."""

    def __init__(self, store: GraphStore, search: SearchIndex) -> None:
        self.store, self.search = store, search
        self._notations = {str(row["concept"]): str(row["notation"]) for row in get_query("concept-names").rows(store)}
        self._directory: dict[str, Named] = {}
        self._items: dict[str, Item] = {}
        self._ids: dict[str, tuple[str, ...]] = {}
        self._values: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
        for collection in COLLECTIONS.values():
            rows = get_query("things-of-class").rows(store, {"class": collection.row_class})
            found: dict[str, str] = {}
            for row in sorted(rows, key=lambda row: str(row["label"] or "")):
                found.setdefault(id_of(str(row["thing"])), str(row["label"] or ""))
            self._ids[collection.name] = tuple(sorted(found))
            self._directory |= {id: Named(id, label, collection.name) for id, label in found.items()}

    def __contains__(self, id: str) -> bool:
        return id in self._directory

    def count(self, collection: Collection) -> int:
        """How many things it has."""
        return len(self._ids[collection.name])

    def by_name(self, collection: str) -> list[Named]:
        """All of a collection, in the order of their names."""
        return sorted(map(self.get_named, self._ids[collection]), key=lambda one: one.label.casefold())

    def get_named(self, id: str) -> Named:
        """A thing by id, with a label. Raises `UnknownIdError`."""
        known = self._directory.get(id)
        if known is None:
            raise UnknownIdError(id, self.suggestions(id))
        if not known.label:
            known = self._directory[id] = Named(id, self.item(id).label, known.collection)
        return known

    def suggestions(self, id: str, kinds: Collection_[str] = ()) -> tuple[Found, ...]:
        """Things that somebody may have meant who wrote this id: of like ids first, then of like names."""
        if (known := self._directory.get(id)) is not None:
            return (self._found(known, "id", 1.0),)
        among = [
            one for one in self._directory.values() if not kinds or COLLECTIONS[one.collection].class_name in kinds
        ]
        ids = {place: one.id for place, one in enumerate(among)}
        near = process.extract(id, ids, scorer=fuzz.ratio, processor=str.upper, limit=3, score_cutoff=_LIKE_AN_ID)
        found = {among[place].id: self._found(among[place], "spelling", score) for _, score, place in near}
        for one in self.search.find(id, kinds or BY_CLASS, 5):
            found.setdefault(one.id, one)
        return tuple(found.values())[:5]

    def _found(self, one: Named, how: str, score: float) -> Found:
        label = one.label or self.item(one.id).label
        return Found(one.id, COLLECTIONS[one.collection].class_name, label, how, score)

    def doubt(self, id: str) -> Status | None:
        """How surely there is such a thing where nobody published it. None: somebody did, or it is of `NOT_DOUBTED`."""
        return self._doubted.get(id)

    def doubt_of_name(self, name: str) -> Status | None:
        """As `doubt`, of the things of a name; None where a published thing has that name too."""
        return self._doubted_names.get(name)

    @cached_property
    def _doubted(self) -> dict[str, Status]:
        kinds = [one for one in COLLECTIONS.values() if one.name not in NOT_DOUBTED]
        surest_last = [(one, status) for one in kinds for status in sorted(Status, key=lambda s: -_RANK[s])]
        found = {id: status for kind, status in surest_last for id in self._index(kind, "status").get(status, ())}
        return {id: status for id, status in found.items() if status is not Status.PUBLISHED}

    @cached_property
    def _doubted_names(self) -> dict[str, Status]:
        named = [one for one in self._directory.values() if one.label and one.collection != "competency-links"]
        sure = {one.label for one in named if one.id not in self._doubted}
        return {one.label: self._doubted[one.id] for one in named if one.label not in sure}

    def names(self, id: str) -> list[str]:
        """Every name of a thing."""
        return [str(row["name"]) for row in get_query("names").rows(self.store, {"thing": thing(id)})]

    def page(
        self, collection: Collection, wanted: Mapping[str, Sequence[str]], words: str | None, offset: int, limit: int
    ) -> Page:
        """A part of the list of one kind.

        `wanted`: for a property (or `status`) the values of which one must be there. With `words` the best matches come
        first, else the order is by id.
        """
        ids: Iterable[str] = self._ids[collection.name]
        if words is not None:
            ids = [found.id for found in self.search.find(words, [collection.class_name], _EVERYTHING)]
        for name, values in wanted.items():
            index = self._index(collection, name)
            allowed = {id for value in values for id in index.get(value, ())}
            ids = [id for id in ids if id in allowed]
        chosen = list(ids)
        return Page(tuple(self.item(id) for id in chosen[offset : offset + limit]), len(chosen))

    def get(self, collection: Collection, id: str, shown: int) -> Profile:
        """One thing of a kind, with at most so many of each group of neighbours. Raises `UnknownIdError`."""
        known = self._directory.get(id)
        if known is None or known.collection != collection.name:
            raise UnknownIdError(id, self.suggestions(id, [collection.class_name]), collection.name)
        return Profile(self.item(id), tuple(self._conclusions(id, shown)), tuple(self._incoming(id, collection, shown)))

    def graph(self, id: str) -> Graph:
        """A thing as statements, with its rules and the records and statements that say where each comes from."""
        found = self.store.describe(thing(id))
        for row in get_query("provenance-of").rows(self.store, {"thing": thing(id)}):
            found.add((row["subject"], row["predicate"], row["object"]))  # type: ignore[arg-type]
        return found

    def _index(self, collection: Collection, name: str) -> dict[str, tuple[str, ...]]:
        """Ids by the text of one property's value; made when first asked for."""
        key = (collection.name, name)
        if key not in self._values:
            address = SW.status if name == "status" else next(f.address for f in collection.fields if f.name == name)
            rows = get_query("values-of-property").rows(
                self.store, {"class": collection.row_class, "property": address}
            )
            found: dict[str, set[str]] = defaultdict(set)
            for row in rows:
                found[self._plain(row["value"])].add(id_of(str(row["thing"])))
            self._values[key] = {value: tuple(sorted(ids)) for value, ids in found.items()}
        return self._values[key]

    def _plain(self, term: Node | None) -> str:
        """A value as a reader writes it in a filter."""
        text = str(term)
        if isinstance(term, Literal):
            return text
        return self._notations.get(text) or id_of(text).removeprefix(str(SW))

    def _value(self, term: Node | None) -> Value:
        """A term of the graph as a plain value."""
        if isinstance(term, Literal):
            match str(term.datatype).rpartition("#")[2]:
                case "boolean":
                    return str(term) == "true"
                case "integer":
                    return int(term)
                case "decimal":
                    return float(term)
                case _:
                    return str(term)
        address = str(term)
        if address.startswith(str(REQUIREMENT)):
            rows = get_query("rule-texts").rows(self.store, {"node": URIRef(address)})
            return RuleText(str(rows[0]["text"]), str(rows[0]["sentence"])) if rows else address
        if address.startswith(str(CONCEPT)):
            return self._notations.get(address, address.rpartition("/")[2])
        id = id_of(address)
        return self.get_named(id) if id in self._directory else id

    def _origins(self, id: str) -> dict[str, Origin]:
        """By the address of its record; the first line where several of a published file are about the thing."""
        found: dict[str, Origin] = {}
        rows = get_query("records-of").rows(self.store, {"thing": thing(id)})
        for row in sorted(rows, key=lambda row: (str(row["record"]), str(row["file"]), int(str(row["line"])))):
            if (record := str(row["record"])) in found:
                continue
            dataset, file, line = str(row["dataset"]).removeprefix(str(DATASET)), str(row["file"]), str(row["line"])
            found[record] = Origin(
                record=f"{dataset}/{file}/{line}"
                if record == str(row["dataset"])
                else record.removeprefix(str(RECORD)),
                dataset=dataset,
                file=file,
                line=int(line),
                source=str(row["source"]),
                source_description=_text(row, "sourceDescription"),
                as_of=_text(row, "asOf"),
                status=_status(row),
                note=_text(row, "note"),
            )
        return dict(sorted(found.items(), key=lambda one: (_RANK[one[1].status], one[0])))

    def item(self, id: str) -> Item:
        """What is said of one thing alone, without its neighbours."""
        found = self._items.get(id)
        if found is None:
            if len(self._items) >= _KEPT_ITEMS:
                self._items.clear()
            found = self._items[id] = self._read(id)
        return found

    def _read(self, id: str) -> Item:
        known = self._directory[id]
        collection = COLLECTIONS[known.collection]
        origins = self._origins(id)
        statements = []
        for row in get_query("statements-about").rows(self.store, {"thing": thing(id)}):
            field = collection.by_property.get(str(row["property"]))
            if field is not None:
                value = self._value(row["value"])
                statements.append(Statement(field, value, _status(row), origins[str(row["record"])]))
        place = {field.name: number for number, field in enumerate(collection.fields)}
        statements.sort(key=lambda s: (place[s.field.name], _RANK[s.status], _order(s.value), s.origin.record))
        label = known.label or _composed(collection, statements) or id
        return Item(id, collection, label, tuple(origins.values()), tuple(statements))

    def _conclusions(self, id: str, shown: int) -> Iterable[Conclusion]:
        groups: dict[tuple[str, str], list[Node | None]] = defaultdict(list)
        for row in get_query("entailed-about").rows(self.store, {"thing": thing(id)}):
            groups[str(row["property"]), str(row["rule"])].append(row["value"])
        for (address, rule), terms in sorted(groups.items()):
            values = tuple(self._value(term) for term in sorted(terms, key=str)[:shown])
            yield Conclusion(short(address), values, len(terms), rule.rpartition("/")[2])

    def _incoming(self, id: str, collection: Collection, shown: int) -> Iterable[Neighbours]:
        for other in COLLECTIONS.values():
            for field in other.fields:
                if collection.name in field.refs and (ids := self._index(other, field.name).get(id)):
                    named = tuple(self.get_named(one) for one in ids[:shown])
                    yield Neighbours(other.name, field.name, field.term, len(ids), named)
        rules: dict[str, set[str]] = defaultdict(set)
        for row in get_query("asked-for-by").rows(self.store, {"thing": thing(id)}):
            if (owner := id_of(str(row["owner"]))) in self._directory:
                rules[short(str(row["property"]))].add(owner)
        for name, owners in sorted(rules.items()):
            by_collection: dict[str, list[str]] = defaultdict(list)
            for owner in sorted(owners):
                by_collection[self._directory[owner].collection].append(owner)
            for where, asking in sorted(by_collection.items()):
                field = next(f for f in COLLECTIONS[where].fields if f.term == name)
                yield Neighbours(where, field.name, name, len(asking), tuple(map(self.get_named, asking[:shown])))


def _text(row: Row, name: str) -> str | None:
    return str(row[name]) if row[name] is not None else None


def _status(row: Row) -> Status:
    return Status(str(row["status"]).removeprefix(str(SW)))


def _composed(collection: Collection, statements: Sequence[Statement]) -> str:
    """A label for a thing that has none, of what it says. Parts that are not known are left out with their joints."""
    said: dict[str, str] = {}
    for statement in statements:
        value = statement.value
        text = value.label if isinstance(value, Named) else value.text if isinstance(value, RuleText) else str(value)
        said.setdefault(statement.field.name, text)
    said = LABEL_BLANKS.get(collection.name, {}) | said
    parts: list[str] = []
    joint = ""
    names = {field.name for field in collection.fields}
    for part in LABEL_PARTS.get(collection.name, ()):
        if part not in names or (part == "at" and collection.name == "deliveries"):
            joint = part
        elif part in said:
            parts += [f" {joint} " if joint else ", ", said[part]] if parts else [said[part]]
            joint = ""
    return "".join(parts)
