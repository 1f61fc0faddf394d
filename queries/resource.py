"""Anything that a release speaks of, by its address: what is said of it, by whom and how surely, and what points to it.

Our own things, and likewise those of ESCO, classes, properties, concepts, named graphs, records and datasets. Nothing
here takes longer for a thing with a hundred thousand neighbours: they are counted by property up to a bound, and a
part of them is shown.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Final

from rdflib import RDF, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDFS, SKOS

from graph.imagined import IMAGINED
from graph.store import GraphStore, Row
from ontology.namespaces import CONCEPT, DATASET, ID, PREFIXES, RECORD, REQUIREMENT, SCHEMA, SW, expand, id_of
from ontology.resources import yaml_file
from queries.catalogue import BY_CLASS, Field, get_query
from queries.contradictions import Contradiction, contradictions_of

COUNTED: Final = 10_000
"""Statements that are counted; of more it is said that there are more."""

SORTED: Final = 200
"""Values of one property that are put in alphabetical order; more come as the store has them."""

_ENTAILED: Final = str(DATASET["entailments/"])
_REPEATED: Final = ([f"{_ENTAILED}label"], [f"{_ENTAILED}label{IMAGINED}"])
"""The graphs of labels that only repeat what is said already."""
_LABELS: Final = (SKOS.prefLabel, RDFS.label, DCTERMS.title, SCHEMA.name, SW.wasCalled)
_LANGUAGES: Final = ("en-GB", "en", None)
_BOOKKEEPING: Final = frozenset(map(str, (RDF.subject, RDF.object, RDF.predicate, SW.describes, DCTERMS.isPartOf)))
_KEPT_LABELS: Final = 50_000


class UnknownAddressError(LookupError):
    """The release says nothing of an address, and nothing with it."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"the release does not speak of {address}")


class Sureness(StrEnum):
    """How sure a fact is. The first three are those of the data; the others are facts of our own books."""

    PUBLISHED = "published"
    INFERRED = "inferred"
    ILLUSTRATIVE = "illustrative"
    RECORDED = "recorded"
    DEFINED = "defined"


@dataclass(frozen=True, slots=True)
class Node:
    """Something with an address. `known`: the release says something of it; else it is only named."""

    address: str
    label: str
    known: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A plain value. `kind` is its datatype (`xsd:decimal`), `unit` what it counts, where we know."""

    text: str
    kind: str
    language: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, as a line and as a sentence."""

    address: str
    text: str
    sentence: str


Value = Node | Text | Rule
Term = URIRef | Literal | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from: a named graph, and in it perhaps one row of a file, or one rule of ours.

    `title` says what it is. `page` is where a reader can check; `as_of` the day of the source, `retrieved` the day it
    was read. None: not known, or there is none. `gathered`: its rows have many sources, each its own.
    """

    status: Sureness
    graph: str
    title: str
    dataset: str | None = None
    publisher: str | None = None
    licence: str | None = None
    licence_name: str | None = None
    attribution: str | None = None
    retrieved: str | None = None
    record: str | None = None
    file: str | None = None
    line: int | None = None
    page: str | None = None
    described: str | None = None
    as_of: str | None = None
    note: str | None = None
    rule: str | None = None
    gathered: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One value, and the sources that say it: places in the list of sources, surest first."""

    value: Value
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Values of one property, or things that point here by it.

    `count` values in all, or `whole` is false and there are more than that. `facts` are the first of them.
    """

    property: Node
    about: str | None
    count: int
    whole: bool
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Groups of facts that belong together."""

    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing with everything around it. `books`: the records and statements that our own books have of it.

    `holds`: of a named graph, how many statements stand in it, and whether these are all.
    """

    address: str
    label: str
    kinds: tuple[Node, ...]
    sections: tuple[Section, ...]
    incoming: tuple[Group, ...]
    books: tuple[Group, ...]
    sources: tuple[Source, ...]
    differences: tuple[Contradiction, ...]
    place: str | None
    described: bool
    holds: tuple[int, bool] | None

    def values(self, curie: str) -> list[Value]:
        """What is shown of one property."""
        address = str(expand(curie))
        groups = (group for section in self.sections for group in section.groups)
        return [fact.value for group in groups if group.property.address == address for fact in group.facts]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what one property has. `after` is the offset of the next part; None: this was the last one here."""

    group: Group
    sources: tuple[Source, ...]
    offset: int
    after: int | None


@dataclass(frozen=True, slots=True)
class _Groups:
    """The file of groups: the section of each property with its place in it, and what foreign terms are called."""

    titles: tuple[str, ...]
    place: Mapping[str, tuple[int, int]]
    things: int
    rest: int
    names: Mapping[str, str]


@cache
def _groups() -> _Groups:
    content = yaml_file("fact-groups.yml")
    groups = content["groups"]
    place = {
        str(expand(curie)): (number, at)
        for number, group in enumerate(groups)
        for at, curie in enumerate(group["properties"])
    }
    return _Groups(
        titles=tuple(group["title"] for group in groups),
        place=place,
        things=next(number for number, group in enumerate(groups) if group.get("things")),
        rest=next(number for number, group in enumerate(groups) if group.get("rest")),
        names={str(expand(curie)): name for curie, name in content["names"].items()},
    )


def shortened(address: str) -> str:
    """An address as it is shown where nothing has a name for it.

    >>> shortened("http://data.europa.eu/esco/isco/C2221"), shortened("https://w3id.org/stepway/id/OC-LAB")
    ('data.europa.eu/esco/isco/C2221', 'OC-LAB')
    """
    for start in (ID, RECORD, CONCEPT, REQUIREMENT):
        if address.startswith(start) and address != start:
            return address.removeprefix(start)
    for prefix, beginning in PREFIXES.items():
        if address.startswith(beginning) and address != beginning:
            return f"{prefix}:{address.removeprefix(beginning)}"
    return address.removeprefix("https://").removeprefix("http://")


def in_words(address: str) -> str:
    """The last part of a term's address in words.

    >>> in_words("http://data.europa.eu/esco/model#relatedEssentialSkill")
    'related essential skill'
    """
    name = address.rstrip("/#").rpartition("#")[2].rpartition("/")[2]
    words = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in name)
    return words.replace("-", " ").replace("_", " ").strip() or address


class Resources:
    """Everything that one release speaks of. Safe to share between threads.

    `named` gives a label to things of ours that state none; `predicates` every property that the release uses.
    """

    def __init__(
        self,
        store: GraphStore,
        named: Callable[[str], str | None] = lambda _: None,
        predicates: Callable[[], Iterable[str]] | None = None,
    ) -> None:
        self.store = store
        self._named = named
        self._all_predicates = predicates or store.predicates
        self._predicates: tuple[str, ...] | None = None
        self._labels: dict[str, str] = {}
        self._datasets: dict[str, Source] = {}

    def get(self, address: str, shown: int = 10) -> Resource:
        """One thing, with at most so many values of each property. Raises `UnknownAddressError`."""
        thing = URIRef(address)
        if not self.store.speaks_of(thing):
            raise UnknownAddressError(address)
        sources = _Numbered()
        said, described = self._said(thing, shown, sources)
        kinds = tuple(self.node(str(one)) for one in self.store.classes(thing))
        links = self._incoming(thing, shown, sources)
        return Resource(
            address=address,
            label=self.label(address),
            kinds=kinds,
            sections=said,
            incoming=tuple(one for one in links if one.property.address not in _BOOKKEEPING),
            books=tuple(one for one in links if one.property.address in _BOOKKEEPING),
            sources=tuple(sources.found),
            differences=tuple(contradictions_of(self.store, thing)),
            place=self._where(thing),
            described=described,
            holds=(min(held, COUNTED), held <= COUNTED) if (held := self.store.count(thing, COUNTED + 1)) else None,
        )

    def part(self, address: str, property: str, offset: int, limit: int, *, incoming: bool) -> Part:
        """A part of the values of one property, or of the things that point here by it.

        Raises `UnknownAddressError` when there are none at all.
        """
        thing, predicate = URIRef(address), URIRef(property)
        count, whole = self._count(thing, predicate, incoming=incoming)
        if not count:
            raise UnknownAddressError(address if not self.store.speaks_of(thing) else property)
        sources = _Numbered()
        group, after = self._group(thing, predicate, (count, whole), (offset, limit), sources, incoming=incoming)
        return Part(group, tuple(sources.found), offset, after)

    @staticmethod
    def term(address: str) -> URIRef:
        """An address as a term of the graph."""
        return URIRef(address)

    def last_described(self, address: str) -> tuple[int, tuple[str, ...]] | None:
        """The last release that described a retired thing, and the addresses of what replaces it; None: not retired."""
        thing = URIRef(address)
        last = [int(str(one)) for one in self.store.values(thing, SW.lastDescribed)]
        if not last:
            return None
        return max(last), tuple(sorted(str(one) for one in self.store.values(thing, DCTERMS.isReplacedBy)))

    def node(self, address: str) -> Node:
        """Something by its address, with a label."""
        return Node(address, self.label(address), self.store.says_of(URIRef(address)))

    def label(self, address: str) -> str:
        """What something is called: in British English, English, no language, any; else its code; else its address."""
        known = self._labels.get(address)
        if known is None:
            known = self._label(URIRef(address))
            if len(self._labels) >= _KEPT_LABELS:
                self._labels.clear()
            self._labels[address] = known
        return known

    def _label(self, thing: URIRef) -> str:
        if (name := _groups().names.get(str(thing))) is not None:
            return name
        for predicate in _LABELS:
            texts = [one for one in self.store.values(thing, predicate) if isinstance(one, Literal)]
            if texts:
                return str(min(texts, key=lambda one: (_rank(one.language), str(one))))
        if thing.startswith(str(ID)) and (named := self._named(id_of(thing))):
            return named
        if codes := sorted(str(one) for one in self.store.values(thing, SKOS.notation)):
            return codes[0]
        if thing.startswith(str(REQUIREMENT)) and (rule := self._rule(thing)):
            return rule.text
        if self.store.count(thing, 1):
            return self.graph_source(thing).title
        return shortened(thing)

    def _rule(self, node: URIRef) -> Rule | None:
        rows = get_query("rule-texts").rows(self.store, {"node": node})
        return Rule(str(node), str(rows[0]["text"]), str(rows[0]["sentence"])) if rows else None

    # What is said of it

    def _said(self, thing: URIRef, shown: int, sources: "_Numbered") -> tuple[tuple[Section, ...], bool]:
        placed: dict[int, list[tuple[tuple[int, str], Group]]] = {}
        found = self._counts(thing, incoming=False)
        for property, counted in found.items():
            group, _ = self._group(thing, URIRef(property), counted, (0, shown), sources, incoming=False)
            if not group.facts:
                continue
            number, at = self._place(property, group)
            placed.setdefault(number, []).append(((at, group.property.label), group))
        titles = _groups().titles
        sections = (
            Section(titles[number], tuple(group for _, group in sorted(groups, key=lambda one: one[0])))
            for number, groups in sorted(placed.items())
        )
        return tuple(sections), bool(found)

    @staticmethod
    def _place(property: str, group: Group) -> tuple[int, int]:
        groups = _groups()
        if property in groups.place:
            return groups.place[property]
        number = groups.things if isinstance(group.facts[0].value, Node) else groups.rest
        return number, len(groups.place)

    def _incoming(self, thing: URIRef, shown: int, sources: "_Numbered") -> list[Group]:
        found = []
        for property, counted in self._counts(thing, incoming=True).items():
            group, _ = self._group(thing, URIRef(property), counted, (0, shown), sources, incoming=True)
            found.append(group)
        return sorted(found, key=lambda one: (one.property.label, one.property.address))

    def _counts(self, thing: URIRef, *, incoming: bool) -> dict[str, tuple[int, bool]]:
        """How many values each property has, and whether these are all."""
        counted, whole = self.store.uses(thing, COUNTED, incoming=incoming)
        if whole:
            return {property: (count, True) for property, count in counted.items()}
        if self._predicates is None:
            self._predicates = tuple(self._all_predicates())
        each = ((one, self._count(thing, URIRef(one), incoming=incoming)) for one in self._predicates)
        return {property: found for property, found in each if found[0]}

    def _count(self, thing: URIRef, predicate: URIRef, *, incoming: bool) -> tuple[int, bool]:
        found = self.store.count_of(thing, predicate, COUNTED + 1, incoming=incoming)
        return (COUNTED, False) if found > COUNTED else (found, True)

    def _group(
        self,
        thing: URIRef,
        predicate: URIRef,
        counted: tuple[int, bool],
        part: tuple[int, int],
        sources: "_Numbered",
        *,
        incoming: bool,
    ) -> tuple[Group, int | None]:
        """Values of one property from an offset on, and the offset of those that follow."""
        (count, whole), (offset, limit) = counted, part
        in_order = whole and count <= SORTED
        start, most = (0, 4 * SORTED) if in_order else (offset, limit)
        rows = self.store.others(thing, predicate, start, most, incoming=incoming)
        graphs: dict[URIRef | Literal, list[str]] = {}
        for other, graph in rows:
            graphs.setdefault(other, []).append(str(graph))
        if predicate == RDFS.label and not incoming:
            graphs = {other: named for other, named in graphs.items() if named not in _REPEATED}
        field_ = None if incoming else self._field(thing, predicate)
        others = [*graphs]
        after: int | None
        if in_order:
            others.sort(key=lambda one: (predicate == RDF.type and not str(one).startswith(SW), *self._order(one)))
            count, after = len(others), offset + limit if offset + limit < len(others) else None
            others = others[offset : offset + limit]
        else:
            after = offset + limit if len(rows) == limit and offset + limit < COUNTED else None
        facts = []
        for other in others:
            value = self._value(other, field_)
            subject, term = (URIRef(other), thing) if incoming else (thing, other)
            found = (
                self._source((subject, predicate, term), graph, sources, rows=not incoming)
                for graph in sorted(graphs[other])
            )
            facts.append(Fact(value, tuple(sources.number(one) for one in sorted(found, key=_sureness))))
        about = field_.about if field_ else self._definition(predicate)
        return Group(self.property(str(predicate)), about, count, whole, tuple(facts)), after

    def property(self, address: str) -> Node:
        """A property, called as our vocabulary or our list of foreign terms calls it."""
        label = self.label(address)
        if label == shortened(address):
            label = in_words(address)
        return Node(address, label, self.store.says_of(URIRef(address)))

    def _definition(self, predicate: URIRef) -> str | None:
        found = [str(one) for one in self.store.values(predicate, SKOS.definition)]
        return min(found, default=None)

    def _field(self, thing: URIRef, predicate: URIRef) -> Field | None:
        for address in self.store.classes(thing):
            collection = BY_CLASS.get(address.removeprefix(str(SW)))
            if collection and (found := collection.by_property.get(str(predicate))):
                return found
        return None

    def _order(self, term: URIRef | Literal) -> tuple[int, float, str]:
        """Where a value stands among others: numbers first, then by what it is called."""
        if isinstance(term, Literal):
            return _order_of_text(str(term))
        rule = self._rule(term) if term.startswith(str(REQUIREMENT)) else None
        return 1, 0.0, (rule.sentence if rule else self.label(str(term))).casefold()

    def _value(self, term: URIRef | Literal, field_: Field | None) -> Value:
        if isinstance(term, Literal):
            kind = shortened(str(term.datatype)) if term.datatype else "xsd:string"
            return Text(str(term), kind, term.language, field_.unit if field_ else None)
        if term.startswith(str(REQUIREMENT)) and (rule := self._rule(term)):
            return rule
        return self.node(str(term))

    def _where(self, thing: URIRef) -> str | None:
        """Where a thing is, in words; None: no place is known."""
        town, postcode, north, east = (
            self._one(thing, SCHEMA[name]) for name in ("addressLocality", "postalCode", "latitude", "longitude")
        )
        parts = [one for one in (town, postcode) if one]
        if north and east:
            sides = ("south" if north.startswith("-") else "north", "west" if east.startswith("-") else "east")
            parts.append(f"{north.lstrip('-')}° {sides[0]}, {east.lstrip('-')}° {sides[1]}")
        return ", ".join(parts) or None

    # Who says so

    def _source(
        self, triple: tuple[URIRef, URIRef, URIRef | Literal], graph: str, sources: "_Numbered", *, rows: bool
    ) -> Source:
        """Who states a triple in one graph; with `rows`, of the thing itself, also in which row of which file."""
        source = self.graph_source(graph)
        if source.dataset != graph:
            return source
        subject, predicate, value = triple
        if rows:
            if sources.stated is None:
                sources.stated = self._stated(subject)
            found = sources.stated.get((predicate, value), [])
        else:
            found = self.store.select(_STATEMENT, {"thing": subject, "property": predicate, "value": value})
        said = [row for row in found if _of(str(row["record"]), graph)]
        if said:
            status = Sureness(str(said[0]["status"]).removeprefix(str(SW)))
            if rows:
                return self._with_record(source, str(said[0]["record"]), status)
            return replace(source, status=status)
        return self._with_thing(source, subject, rows=rows)

    def _stated(self, thing: URIRef) -> dict[tuple[Term, Term], list[Row]]:
        """The statements of rows about a thing, by property and value."""
        found: dict[tuple[Term, Term], list[Row]] = {}
        for row in self.store.select(_STATEMENT, {"thing": thing}):
            found.setdefault((row["property"], row["value"]), []).append(row)
        return found

    def _with_record(self, source: Source, record: str, status: Sureness) -> Source:
        """A source narrowed to one row of a native dataset."""
        said = {name: self._one(URIRef(record), name) for name in (DCTERMS.source, SW.asOf, SW.note, SW.file, SW.line)}
        page = said[DCTERMS.source]
        described = self._one(URIRef(page), DCTERMS.description) if page else None
        return replace(
            source, status=status, record=record, file=said[SW.file], line=_whole(said[SW.line]), page=page,
            described=described, as_of=said[SW.asOf], note=said[SW.note],
        )  # fmt: skip

    def _with_thing(self, source: Source, thing: URIRef, *, rows: bool) -> Source:
        """A source narrowed to the rows about one thing, for a fact that has no statement of its own."""
        stated = (
            str(value) for value, graph in self.store.others(thing, SW.status, 0, 50) if str(graph) == source.graph
        )
        status = next(stated, None)
        said = Sureness(status.removeprefix(str(SW))) if status else source.status
        if not rows:
            return replace(source, status=said)
        if records := self._records(thing, source.graph):
            return self._with_record(source, records[0], said)
        for line, place in self.store.others(thing, SW.atLine, 0, 20):
            if place.startswith(f"{source.graph}/records/"):
                return replace(source, status=said, file=place.rpartition("/records/")[2], line=_whole(str(line)))
        return replace(source, status=said)

    def _records(self, thing: URIRef, dataset: str) -> list[str]:
        """The rows of one native dataset that are about a thing; for a part of a rule, about whose rule it is."""
        for _ in range(10):
            found = sorted(str(one) for one, _ in self.store.others(thing, SW.describes, 0, 50, incoming=True))
            if found or not thing.startswith(str(REQUIREMENT)):
                return [one for one in found if _of(one, dataset)]
            owners, _ = self.store.uses(thing, 50, incoming=True)
            above = [self.store.others(thing, URIRef(one), 0, 1, incoming=True) for one in sorted(owners)]
            owner = next((URIRef(one[0][0]) for one in above if one and not one[0][1].endswith("/provenance")), None)
            if owner is None:
                break
            thing = owner
        return []

    def _one(self, thing: URIRef, predicate: URIRef) -> str | None:
        return next((str(one) for one in self.store.values(thing, predicate)), None)

    def graph_source(self, graph: str) -> Source:
        """What a named graph is, as a source."""
        if graph not in self._datasets:
            self._datasets[graph] = self._graph_source(graph)
        return self._datasets[graph]

    def _graph_source(self, graph: str) -> Source:
        name = URIRef(graph)
        if graph.startswith(_ENTAILED):
            rule = self._one(name, URIRef("http://www.w3.org/ns/prov#wasGeneratedBy"))
            definition = self._one(URIRef(rule), SKOS.definition) if rule else None
            sureness = Sureness.ILLUSTRATIVE if graph.endswith(IMAGINED) else Sureness.INFERRED
            return Source(sureness, graph, definition or f"Rule {graph.removeprefix(_ENTAILED)}", rule=rule)
        if (fixed := _FIXED.get(graph.removeprefix(str(DATASET)))) is not None:
            return Source(fixed[0], graph, fixed[1])
        for part, title in (("/provenance", "the description of"), ("/records/", "the lines of")):
            dataset, found, file = graph.partition(part)
            if found:
                about = self._dataset(dataset)
                of = f"file {file} of " if file else ""
                return replace(about, status=Sureness.RECORDED, graph=graph, title=f"{title} {of}{about.title}")
        return self._dataset(graph)

    def _dataset(self, name: str) -> Source:
        node = URIRef(name)
        is_dataset = str(DCAT.Dataset) in self.store.classes(node)
        status = self._one(node, SW.status)
        return Source(
            status=Sureness(status.removeprefix(str(SW))) if status else _sure(is_dataset),
            graph=name,
            title=self._one(node, DCTERMS.title) or _WORKED_OUT.get(name.removeprefix(str(DATASET))) or shortened(name),
            dataset=name if is_dataset else None,
            publisher=self._one(node, DCTERMS.publisher),
            licence=self._one(node, DCTERMS.license),
            licence_name=self._one(node, SW.licenceName),
            attribution=self._one(node, DCTERMS.rights),
            retrieved=self._one(node, SW.retrieved),
            page=self._one(node, DCAT.landingPage),
            gathered=is_dataset and self._one(node, SW["format"]) is None,
            rule=self._one(node, URIRef("http://www.w3.org/ns/prov#wasGeneratedBy")),
        )


_FIXED: Final = {
    "stepway-ontology": (Sureness.DEFINED, "The vocabulary of Stepway"),
    "stepway-matching": (Sureness.INFERRED, "Names that are alike, compared by Stepway"),
    "releases/retired": (Sureness.RECORDED, "What earlier releases described"),
}
"""The graphs that every release has besides its datasets."""

_WORKED_OUT: Final = {
    "atlas": "Where people can reach which role, worked out district by district",
    "coverage": "Which competency is taught where, as the coverage board finds it",
    "demand": "What adverts ask for, worked out from their titles",
    "reachability": "Which roles standard learners can reach",
}
"""The graphs that are worked out of a release, in plain words."""

_STATEMENT: Final = """
    SELECT ?thing ?property ?value ?status ?record WHERE {
      ?statement rdf:subject ?thing ; rdf:object ?value ; rdf:predicate ?property ;
        sw:status ?status ; prov:wasDerivedFrom ?record .
    } ORDER BY ?record"""


def _sure(is_dataset: bool) -> Sureness:
    return Sureness.PUBLISHED if is_dataset else Sureness.RECORDED


@dataclass(slots=True)
class _Numbered:
    """Sources in the order in which they are met, each once. `stated`: what rows state of the thing, once looked up."""

    stated: dict[tuple[Term, Term], list[Row]] | None = None
    found: list[Source] = field(default_factory=list)
    _numbers: dict[Source, int] = field(default_factory=dict)

    def number(self, source: Source) -> int:
        if source not in self._numbers:
            self._numbers[source] = len(self.found)
            self.found.append(source)
        return self._numbers[source]


def _of(record: str, dataset: str) -> bool:
    """Whether a row is one of a native dataset."""
    return record.startswith(f"{RECORD}{dataset.removeprefix(str(DATASET))}/")


def _rank(language: str | None) -> int:
    wanted = [one.casefold() if one else one for one in _LANGUAGES]
    said = language.casefold() if language else None
    if said in wanted:
        return wanted.index(said)
    return len(wanted) if said and said.startswith("en-") else len(wanted) + 1


def _sureness(source: Source) -> tuple[int, str]:
    return list(Sureness).index(source.status), source.graph


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _order_of_text(text: str) -> tuple[int, float, str]:
    try:
        return 0, float(text), text
    except ValueError:
        return 1, 0.0, text.casefold()
