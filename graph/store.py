"""The triple store of a release: built once, then only read.

This is the one place that speaks to the store's library; everybody else asks here and gets rdflib terms.
A query sees all named graphs as one (`GRAPH ?g { … }` still tells them apart).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from gzip import GzipFile
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, Self, cast

import pyoxigraph
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import DATASET, PREFIXES, REQUIREMENT, SW

Quad = tuple[URIRef, URIRef, URIRef | Literal, URIRef]
"""Subject, predicate, object and named graph. There are no blank nodes: every node can be cited."""

Row = dict[str, URIRef | Literal | None]
"""One answer of a query: a term by the name of its variable; None where it is unbound."""

_TYPE: Final = pyoxigraph.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_SUBJECT: Final = pyoxigraph.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#subject")
_DESCRIBES: Final = pyoxigraph.NamedNode(SW.describes)
_STRING: Final = XSD.string
_ENTAILED: Final = str(DATASET["entailments/"])
_RULE: Final = str(REQUIREMENT)
_FACES: Final = {
    "application/ld+json": pyoxigraph.RdfFormat.JSON_LD,
    "application/n-quads": pyoxigraph.RdfFormat.N_QUADS,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "application/trig": pyoxigraph.RdfFormat.TRIG,
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
}
_FACE_PREFIXES: Final = {prefix: address for prefix, address in PREFIXES.items() if prefix != "swc"}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_TO_ESCAPE = re.compile('[\\\\"\n\r\t]')
_ESCAPED = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_HEADER = "".join(f"PREFIX {prefix}: <{address}>\n" for prefix, address in PREFIXES.items())


def n_quads(quads: Iterable[Quad]) -> Iterator[str]:
    """Quads as lines of N-Quads, in the order given, without line ends."""
    for subject, predicate, value, graph in quads:
        if isinstance(value, Literal):
            language, datatype, suffix = value.language, value.datatype, ""
            if language:
                suffix = f"@{language}"
            elif datatype and datatype != _STRING:
                suffix = f"^^<{datatype}>"
            text = str(value).translate(_ESCAPES) if _TO_ESCAPE.search(value) else value
            yield "".join(("<", subject, "> <", predicate, '> "', text, '"', suffix, " <", graph, "> ."))
        else:
            yield "".join(("<", subject, "> <", predicate, "> <", value, "> <", graph, "> ."))


def _named(term: object) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode) else ""


def _from_store(term: object) -> URIRef | Literal | None:
    match term:
        case pyoxigraph.NamedNode():
            return str.__new__(URIRef, term.value)  # the store has looked at it already
        case pyoxigraph.Literal():
            if term.language:
                return Literal(term.value, lang=term.language)
            return Literal(term.value, datatype=URIRef(term.datatype.value))
        case None:
            return None
        case _:
            raise TypeError(f"a release holds no {type(term).__name__}")


def _to_store(term: Node) -> pyoxigraph.NamedNode | pyoxigraph.Literal:
    if isinstance(term, Literal):
        if term.language:
            return pyoxigraph.Literal(str(term), language=term.language)
        return pyoxigraph.Literal(str(term), datatype=pyoxigraph.NamedNode(term.datatype) if term.datatype else None)
    if isinstance(term, BNode):
        raise TypeError("a blank node cannot be asked for")
    return pyoxigraph.NamedNode(str(term))


def read_turtle(text: str) -> Iterator[tuple[str, str, str]]:
    """The triples of a Turtle text, in its order, each term as it stands in N-Triples.

    Those before a fault come first. Raises `SyntaxError` with `lineno` and `offset`.
    """
    for triple in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE):
        yield str(triple.subject), str(triple.predicate), str(triple.object)


def plain(term: str) -> str:
    """What a term of `GraphStore.rows` says: an address, or the text of a literal.

    >>> plain("<https://w3id.org/stepway/ns#level>"), plain('"a \\"b\\""@en'), plain("7")
    ('https://w3id.org/stepway/ns#level', 'a "b"', '7')
    """
    if term[0] == "<":
        return term[1:-1]
    if term[0] != '"':
        return term
    text = term[1 : term.rindex('"')]
    return text if "\\" not in text else _ESCAPED.sub(_unescaped, text)


def _unescaped(sign: re.Match[str]) -> str:
    return _SIGNS.get(sign[1]) or chr(int(sign[1][1:], 16))


class GraphStore:
    """A finished store, open for reading only. Any number of processes may hold the same one open."""

    def __init__(self, store: pyoxigraph.Store) -> None:
        self._store = store

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the store in a folder. Raises `OSError` when there is none or it is damaged."""
        return cls(pyoxigraph.Store.read_only(str(path)))

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new store in an empty folder, to be filled by `load`."""
        return cls(pyoxigraph.Store(str(path)))

    def load(self, source: Path) -> None:
        """Add a file of N-Quads to a store that is being made. Raises `OSError` for an opened one."""
        self._store.bulk_load(path=str(source), format=pyoxigraph.RdfFormat.N_QUADS)

    def graphs(self) -> list[str]:
        """Addresses of its named graphs, in order."""
        return sorted(_named(graph) for graph in self._store.named_graphs())

    def remove_graphs(self, names: Iterable[str]) -> None:
        """Take graphs away from a store that is being made."""
        for name in names:
            self._store.remove_graph(pyoxigraph.NamedNode(name))

    def remove_about(self, things: Iterable[str]) -> set[str]:
        """Take away, from a store that is being made, every statement of which one of these addresses is an end.

        Says in which graphs there were any.
        """
        touched: set[str] = set()
        for one in map(pyoxigraph.NamedNode, things):
            for pattern in ((one, None, None, None), (None, None, one, None)):
                for quad in list(self._store.quads_for_pattern(*pattern)):
                    self._store.remove(quad)
                    touched.add(_named(quad.graph_name))
        return touched

    def order(self) -> None:
        """Put a store that was filled in its final order, which writes all of it once more. It can be read meanwhile.

        Tables that were shared with another store are shared no more.
        """
        self._store.optimize()

    def finish(self) -> None:
        """Close a store that was filled: nobody can ask it any more.

        Whoever still holds this object must not keep the store open for writing: it goes on deleting files that it has
        merged, and a reader that opens it meanwhile misses them.
        """
        self._store.flush()
        del self._store

    @classmethod
    def build(cls, path: Path, *sources: Path) -> Self:
        """Load files of N-Quads into a new store in an empty folder, and open it."""
        writer = cls.create(path)
        for source in sources:
            writer.load(source)
        writer.order()
        writer.finish()
        return cls.open_whole(path)

    @classmethod
    def open_whole(cls, path: Path) -> Self:
        """Open a store that was just made, and read it once: damage shows only when a block is read."""
        store = cls.open(path)
        (scanned,) = store.select("SELECT (COUNT(*) AS ?quads) WHERE { GRAPH ?g { ?s ?p ?o } }")
        if int(str(scanned["quads"])) != len(store):
            raise OSError("the store does not hold what was loaded")
        return store

    @classmethod
    def in_memory(cls, quads: Iterable[Quad]) -> Self:
        """A store that is kept nowhere: for a build that is not yet a release, and for tests."""
        found = cls(pyoxigraph.Store())
        found.extend(quads)
        return found

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads to a store that is kept in memory. Raises `OSError` for an opened one, which is read-only."""
        self._store.bulk_load("\n".join(n_quads(quads)).encode(), format=pyoxigraph.RdfFormat.N_QUADS)

    def __len__(self) -> int:
        """Number of quads."""
        return len(self._store)

    def _query(self, text: str, given: Mapping[str, Node] | None) -> object:
        bound: dict[pyoxigraph.Variable, Any] = {
            pyoxigraph.Variable(name): _to_store(term) for name, term in (given or {}).items()
        }
        return self._store.query(
            _HEADER + text,
            use_default_graph_as_union=True,
            substitutions=bound or None,
        )

    def select(self, text: str, given: Mapping[str, Node] | None = None) -> list[Row]:
        """The rows of a SELECT query; our prefixes are declared already.

        `given` binds variables that the query projects. Values never become part of the query's text.
        """
        solutions = self._query(text, given)
        if not isinstance(solutions, pyoxigraph.QuerySolutions):
            raise TypeError("not a SELECT query")
        names = [variable.value for variable in solutions.variables]
        return [{name: _from_store(solution[name]) for name in names} for solution in solutions]

    def rows(self, text: str, given: Mapping[str, Node] | None = None) -> Iterator[list[str]]:
        """The rows of a SELECT query, each a list of terms as SPARQL's tab-separated format writes them.

        For reading very much: no object is made for a term. `""` is unbound; see `plain` for what a term says.
        """
        solutions = self._query(text, given)
        if not isinstance(solutions, pyoxigraph.QuerySolutions):
            raise TypeError("not a SELECT query")
        written = solutions.serialize(format=pyoxigraph.QueryResultsFormat.TSV) or b""
        lines = iter(written.decode().split("\n"))  # a line break inside a text is written as \\n
        next(lines)
        return (line.split("\t") for line in lines if line)

    def answer(self, text: str, given: Mapping[str, Node] | None, media_type: str) -> bytes:
        """The rows of a SELECT query in one of SPARQL's own formats: JSON, XML, CSV or TSV, by media type."""
        solutions = self._query(text, given)
        form = pyoxigraph.QueryResultsFormat.from_media_type(media_type)
        if not isinstance(solutions, pyoxigraph.QuerySolutions) or form is None:
            raise TypeError(f"not a SELECT query, or not one of the formats of its answers: {media_type}")
        return solutions.serialize(format=form) or b""

    def ask(self, text: str, given: Mapping[str, Node] | None = None) -> bool:
        """The answer of an ASK query."""
        answer = self._query(text, given)
        if not isinstance(answer, pyoxigraph.QueryBoolean):
            raise TypeError("not an ASK query")
        return bool(answer)

    def construct(self, text: str, given: Mapping[str, Node] | None = None) -> list[tuple[URIRef, URIRef, Node]]:
        """The triples of a CONSTRUCT query, each once, in the order of the store."""
        triples = self._query(text, given)
        if not isinstance(triples, pyoxigraph.QueryTriples):
            raise TypeError("not a CONSTRUCT query")
        found = ((_from_store(t.subject), _from_store(t.predicate), _from_store(t.object)) for t in triples)
        return list(dict.fromkeys(found))  # type: ignore[arg-type]

    def triples(self, text: str) -> bytes:
        """The answer of a CONSTRUCT query as lines of N-Triples. Some may repeat."""
        found = self._query(text, None)
        if not isinstance(found, pyoxigraph.QueryTriples):
            raise TypeError("not a CONSTRUCT query")
        return found.serialize(format=pyoxigraph.RdfFormat.N_TRIPLES) or b""

    def describes(self, thing: URIRef) -> bool:
        """Whether a thing has a class here: whether anybody describes it."""
        found = self._store.quads_for_pattern(pyoxigraph.NamedNode(thing), _TYPE, None, None)
        return next(iter(found), None) is not None

    def holds(self, subject: Node | None, predicate: Node | None, value: Node | None) -> bool:
        """Whether there is a statement with these terms; None stands for any."""
        if isinstance(subject, Literal):
            return False
        start, property, end = (None if term is None else _to_store(term) for term in (subject, predicate, value))
        found = self._store.quads_for_pattern(start, property, end, None)  # type: ignore[arg-type]
        return next(iter(found), None) is not None

    def classes(self, thing: URIRef) -> list[str]:
        """Addresses of the classes that datasets give a thing; not the wider ones that follow."""
        found = self._store.quads_for_pattern(pyoxigraph.NamedNode(thing), _TYPE, None, None)
        return sorted({_named(q.object) for q in found if not _named(q.graph_name).startswith(_ENTAILED)})

    def pairs(self, predicate: URIRef) -> Iterator[tuple[str, str]]:
        """Each thing of which a property is said, by address, and the text of the value: once, in no order."""
        for thing, value in self.terms(predicate):
            yield thing[1:-1], plain(value)

    def terms(self, predicate: URIRef) -> Iterator[list[str]]:
        """What `pairs` says, as terms of `rows`.

        The property stands in the text: a bound variable is projected, and its text would be looked up for each row.
        """
        return self.rows(f"SELECT ?thing ?value {{ ?thing {predicate.n3()} ?value }}")

    def subjects_of(self, predicate: URIRef) -> list[URIRef]:
        """The things of which anything is said by this property."""
        found = self._store.quads_for_pattern(None, pyoxigraph.NamedNode(predicate), None, None)
        return [URIRef(one) for one in sorted({_named(quad.subject) for quad in found})]

    def said(self, thing: URIRef, graph: URIRef) -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
        """What one named graph says of a thing."""
        for quad in self._store.quads_for_pattern(pyoxigraph.NamedNode(thing), None, None, pyoxigraph.NamedNode(graph)):
            value = _from_store(quad.object)
            assert value is not None
            yield thing, URIRef(quad.predicate.value), value

    def subjects(self, predicate: URIRef, value: URIRef) -> list[str]:
        """Addresses of the things of which this is said."""
        found = self._store.quads_for_pattern(None, pyoxigraph.NamedNode(predicate), pyoxigraph.NamedNode(value), None)
        return sorted({_named(quad.subject) for quad in found})

    def values(self, thing: URIRef, predicate: URIRef) -> list[URIRef | Literal]:
        """What is said of one property of a thing, each value once."""
        found = self._store.quads_for_pattern(pyoxigraph.NamedNode(thing), pyoxigraph.NamedNode(predicate), None, None)
        return list(dict.fromkeys(value for quad in found if (value := _from_store(quad.object)) is not None))

    def speaks_of(self, name: URIRef) -> bool:
        """Whether anything is said of an address, with it, by it or in it: as subject, value, property or graph."""
        node = pyoxigraph.NamedNode(name)
        patterns = (
            (node, None, None, None),
            (None, None, node, None),
            (None, node, None, None),
            (None, None, None, node),
        )
        return any(next(iter(self._store.quads_for_pattern(*one)), None) is not None for one in patterns)

    def says_of(self, thing: URIRef) -> bool:
        """Whether anything is said of a thing: whether it is the subject of a statement."""
        return (
            next(iter(self._store.quads_for_pattern(pyoxigraph.NamedNode(thing), None, None, None)), None) is not None
        )

    def uses(self, thing: URIRef, most: int, *, incoming: bool = False) -> tuple[dict[str, int], bool]:
        """How many different values each property has of a thing, or with `incoming` how many things point here by it.

        At most `most` statements are looked at, so that nothing hangs on how many there are. The second part says
        whether these were all; if not, properties may be missing and numbers too low.
        """
        pattern = "?other ?property ?thing" if incoming else "?thing ?property ?other"
        rows = self.select(
            "SELECT ?thing ?property (COUNT(DISTINCT ?other) AS ?n) (COUNT(*) AS ?all) WHERE {"
            f" {{ SELECT ?thing ?property ?other WHERE {{ GRAPH ?graph {{ {pattern} }} }} LIMIT {most:d} }}"
            " } GROUP BY ?thing ?property",
            {"thing": thing},
        )
        looked_at = sum(int(str(row["all"])) for row in rows)
        return {str(row["property"]): int(str(row["n"])) for row in rows}, looked_at < most

    def count_of(self, thing: URIRef, predicate: URIRef, most: int, *, incoming: bool = False) -> int:
        """How many statements a thing has by one property, or with `incoming` point here by it; at most `most`."""
        pattern = "?other ?property ?thing" if incoming else "?thing ?property ?other"
        rows = self.select(
            "SELECT ?thing ?property (COUNT(*) AS ?n) WHERE {"
            f" {{ SELECT ?thing ?property ?other WHERE {{ GRAPH ?graph {{ {pattern} }} }} LIMIT {most:d} }}"
            " } GROUP BY ?thing ?property",
            {"thing": thing, "property": predicate},
        )
        return sum(int(str(row["n"])) for row in rows)

    def others(
        self, thing: URIRef, predicate: URIRef, offset: int, limit: int, *, incoming: bool = False
    ) -> list[tuple[URIRef | Literal, URIRef]]:
        """The values of one property of a thing, or with `incoming` the things that point here by it, with the graphs.

        A part of them in the order of the store, in which one value in two graphs stands twice in a row.
        """
        node, property = pyoxigraph.NamedNode(thing), pyoxigraph.NamedNode(predicate)
        pattern = (None, property, node, None) if incoming else (node, property, None, None)
        quads = islice(self._store.quads_for_pattern(*pattern), offset, offset + limit)
        others = ((quad.subject if incoming else quad.object, quad.graph_name) for quad in quads)
        return [(value, URIRef(_named(graph))) for one, graph in others if (value := _from_store(one)) is not None]

    def predicates(self) -> list[str]:
        """Every property that is used, by address. Reads the whole store: some seconds for millions of statements."""
        return sorted(str(row["p"]) for row in self.select("SELECT DISTINCT ?p WHERE { GRAPH ?g { ?s ?p ?o } }"))

    def count(self, name: URIRef, most: int) -> int:
        """How many statements one named graph has, counted up to `most`."""
        found = self._store.quads_for_pattern(None, None, None, pyoxigraph.NamedNode(name))
        return sum(1 for _ in islice(found, most))

    def sample(self, name: URIRef, of_each: int) -> Graph:
        """So many things of each class of one named graph, each whole and with its rules; of others it has nothing."""
        graph, found, chosen = pyoxigraph.NamedNode(name), Graph(), Counter[str]()
        waiting = []
        for quad in self._store.quads_for_pattern(None, _TYPE, None, graph):
            if not _named(quad.subject).startswith(_RULE):
                chosen[_named(quad.object)] += 1
                if chosen[_named(quad.object)] <= of_each:
                    waiting.append(quad.subject)
        seen = set(waiting)
        while waiting:
            for quad in self._store.quads_for_pattern(waiting.pop(), None, None, graph):
                value = quad.object
                found.add(tuple(map(_from_store, quad.triple)))  # type: ignore[arg-type]
                if isinstance(value, pyoxigraph.NamedNode) and value.value.startswith(_RULE) and value not in seen:
                    seen.add(value)
                    waiting.append(value)
        return found

    def write_face(self, thing: URIRef, media_type: str, most: int) -> bytes | None:
        """A thing in an RDF format: its statements and nested rules, what stands behind each, and what the graphs are.

        Formats that know graphs say where each statement stands. None when there are more than `most` statements.
        """
        found: dict[pyoxigraph.Quad, None] = {}
        waiting, graphs = [pyoxigraph.NamedNode(thing)], set()
        for node in waiting:
            for quad in self._store.quads_for_pattern(node, None, None, None):
                found[quad] = None
                graphs.add(_named(quad.graph_name))
                if len(found) > most:
                    return None
                value = quad.object
                if isinstance(value, pyoxigraph.NamedNode) and value.value.startswith(_RULE) and value not in waiting:
                    waiting.append(value)
        for predicate in (_SUBJECT, _DESCRIBES):
            for behind in self._store.quads_for_pattern(None, predicate, pyoxigraph.NamedNode(thing), None):
                found |= dict.fromkeys(self._store.quads_for_pattern(behind.subject, None, None, None))
                if len(found) > most:
                    return None
        for name in sorted({part for one in graphs for part in (one, one.partition("/records/")[0])}):
            found |= dict.fromkeys(
                islice(self._store.quads_for_pattern(pyoxigraph.NamedNode(name), None, None, None), 100)
            )
        kind = _FACES[media_type]
        apart = kind.supports_datasets and kind != pyoxigraph.RdfFormat.JSON_LD
        written = sorted(
            found,
            key=lambda quad: (_named(quad.graph_name) if apart else "", quad.subject.value != thing, str(quad)),  # type: ignore[union-attr]
        )
        said = pyoxigraph.serialize(
            written if apart else dict.fromkeys(quad.triple for quad in written), format=kind, prefixes=_FACE_PREFIXES
        )
        assert said is not None
        lines = said.splitlines(keepends=True)  # prefixes come in an order that changes from process to process
        heads = [line for line in lines if line.startswith(b"@prefix")]
        return b"".join((*sorted(heads), *lines[len(heads) :]))

    def graph(self, name: URIRef) -> Graph:
        """One named graph as an rdflib graph."""
        found = Graph()
        for quad in self._store.quads_for_pattern(None, None, None, pyoxigraph.NamedNode(name)):
            found.add((_from_store(quad.subject), _from_store(quad.predicate), _from_store(quad.object)))  # type: ignore[arg-type]
        return found

    def describe(self, thing: URIRef) -> Graph:
        """A thing's own statements, with the nested rules that belong to it. Empty when it is not known."""
        found = Graph()
        for prefix, address in PREFIXES.items():
            found.bind(prefix, address)
        waiting = [thing]
        while waiting:
            subject = waiting.pop()
            for quad in self._store.quads_for_pattern(pyoxigraph.NamedNode(subject), None, None, None):
                value = _from_store(quad.object)
                triple = (subject, _from_store(quad.predicate), value)
                if triple not in found:
                    found.add(triple)  # type: ignore[arg-type]
                    if isinstance(value, URIRef) and value.startswith(_RULE):
                        waiting.append(value)
        return found


def write_rdf(source: IO[bytes] | GzipFile, target: IO[bytes], media_type: str) -> None:
    """Write N-Quads in another format, one statement after the other. Turtle knows no graphs: they are left aside."""
    known = {"text/turtle": pyoxigraph.RdfFormat.TURTLE, "application/ld+json": pyoxigraph.RdfFormat.JSON_LD}
    quads = pyoxigraph.parse(cast(IO[bytes], source), format=pyoxigraph.RdfFormat.N_QUADS)
    statements = quads if known[media_type].supports_datasets else (quad.triple for quad in quads)
    pyoxigraph.serialize(statements, target, format=known[media_type], prefixes=PREFIXES)
