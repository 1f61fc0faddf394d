"""The triple store of a release: built once, then only read.

This is the one place that speaks to the store's library; everybody else asks here and gets rdflib terms.
A query sees all named graphs as one (`GRAPH ?g { … }` still tells them apart).
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import pyoxigraph
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import PREFIXES

Quad = tuple[URIRef, URIRef, URIRef | Literal, URIRef]
"""Subject, predicate, object and named graph. There are no blank nodes: every node can be cited."""

Row = dict[str, URIRef | Literal | None]
"""One answer of a query: a term by the name of its variable; None where it is unbound."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_HEADER = "".join(f"PREFIX {prefix}: <{address}>\n" for prefix, address in PREFIXES.items())


def n_quads(quads: Iterable[Quad]) -> Iterator[str]:
    """Quads as lines of N-Quads, in the order given, without line ends."""
    for subject, predicate, value, graph in quads:
        if isinstance(value, Literal):
            suffix = f"@{value.language}" if value.language else f"^^<{value.datatype}>" if value.datatype else ""
            said = f'"{str(value).translate(_ESCAPES)}"{suffix}'
        else:
            said = f"<{value}>"
        yield f"<{subject}> <{predicate}> {said} <{graph}> ."


def _from_store(term: object) -> URIRef | Literal | None:
    match term:
        case pyoxigraph.NamedNode():
            return URIRef(term.value)
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


class GraphStore:
    """A finished store, open for reading only. Any number of processes may hold the same one open."""

    def __init__(self, store: pyoxigraph.Store) -> None:
        self._store = store

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the store in a folder. Raises `OSError` when there is none or it is damaged."""
        return cls(pyoxigraph.Store.read_only(str(path)))

    @classmethod
    def build(cls, path: Path, source: Path) -> Self:
        """Load a sorted N-Quads file into a new store in an empty folder, and open it.

        The whole store is read once afterwards, since damage shows only when a block is read.
        """
        writer = pyoxigraph.Store(str(path))
        writer.bulk_load(path=str(source), format=pyoxigraph.RdfFormat.N_QUADS)
        writer.optimize()
        writer.flush()
        del writer
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
                    if isinstance(value, URIRef) and value.startswith(
                        PREFIXES["sw"].removesuffix("ns#") + "requirement/"
                    ):
                        waiting.append(value)
        return found
