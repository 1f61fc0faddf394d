"""The named queries as examples in the graph, so that editors for SPARQL find them and can show them to people.

Each is a `sh:SPARQLSelectExecutable` of SHACL with its text, what it asks (`rdfs:comment`), who asks it
(`schema:keywords`) and its parameters, of which the last part of `sh:path` is the name. The text is whole: prefixes are
declared, and what the query needs is filled in with an example. The vocabulary declares our prefixes (`sh:declare`).
"""

from collections.abc import Iterator
from typing import Final

from rdflib import DCTERMS, RDF, RDFS, SH, XSD, Literal, URIRef

from graph.store import Quad
from ontology.namespaces import BASE, ID, PREFIXES, SCHEMA, SW
from ontology.query_files import Kind, Parameter, QueryFile, query_files
from ontology.query_values import term_of, written

QUERY: Final = f"{BASE}query/"
VOCABULARY: Final = URIRef(f"{BASE}ns")

_DATATYPES: Final[dict[Kind, URIRef]] = {
    "text": XSD.string,
    "choice": XSD.string,
    "whole number": XSD.integer,
    "decimal": XSD.decimal,
    "date": XSD.date,
    "day": XSD.date,
    "yes/no": XSD.boolean,
}


def example_quads(graph: URIRef) -> list[Quad]:
    """The named queries and our prefixes, for one named graph."""
    found = [quad for prefix, address in PREFIXES.items() for quad in _prefix(prefix, address)]
    for file in query_files():
        found += _query(file)
    return [(subject, predicate, value, graph) for subject, predicate, value in found]


_Triple = tuple[URIRef, URIRef, URIRef | Literal]


def _prefix(prefix: str, address: str) -> Iterator[_Triple]:
    node = URIRef(f"{VOCABULARY}/prefix/{prefix}")
    yield VOCABULARY, SH.declare, node
    yield node, RDF.type, SH.PrefixDeclaration
    yield node, SH.prefix, Literal(prefix)
    yield node, SH.namespace, Literal(address, datatype=XSD.anyURI)


def _query(file: QueryFile) -> Iterator[_Triple]:
    subject = URIRef(QUERY + file.name)
    yield subject, RDF.type, SH.SPARQLExecutable
    yield subject, RDF.type, SH.SPARQLSelectExecutable
    yield subject, RDFS.label, Literal(file.name)
    yield subject, RDFS.comment, Literal(file.title, lang="en")
    yield subject, SH.select, Literal(file.with_values(_values(file)))
    yield subject, SH.prefixes, VOCABULARY
    if file.limits:
        yield subject, DCTERMS.description, Literal(file.limits, lang="en")
    if file.question:
        yield subject, DCTERMS.relation, ID[file.question]
    for group in file.asked_by:
        yield subject, SCHEMA.keywords, Literal(group)
    for parameter in file.parameters:
        yield from _parameter(subject, parameter)


def _values(file: QueryFile) -> dict[str, str]:
    """The values that stand in the example, as SPARQL writes them."""
    found = {}
    for one in file.parameters:
        text = one.default or (one.example if one.required else None)
        term = term_of(one, text) if text is not None else None
        if text is not None and term is None:
            raise ValueError(f"{file.name}: {one.name} cannot be {text}")
        if term is not None:
            found[one.name] = written(term)
    return found


def _parameter(query: URIRef, one: Parameter) -> Iterator[_Triple]:
    node = URIRef(f"{query}/parameter/{one.name}")
    yield query, SH.parameter, node
    yield node, RDF.type, SH.Parameter
    yield node, SH.path, URIRef(f"{QUERY}parameter/{one.name}")
    yield node, SH.description, Literal(one.about, lang="en")
    yield node, SH.optional, Literal("false" if one.required else "true", datatype=XSD.boolean)
    if datatype := _DATATYPES.get(one.kind):
        yield node, SH.datatype, datatype
    elif one.kind == "thing" and one.of:
        yield node, SH["class"], SW[one.of]
    else:
        yield node, SH.nodeKind, SH.IRI
    if one.default is not None and isinstance(term := term_of(one, one.default), URIRef | Literal):
        yield node, SH.defaultValue, term
