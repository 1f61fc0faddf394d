"""What the SPARQL endpoint says of itself: SPARQL 1.1 Service Description, with its limits as facts."""

from collections.abc import Iterator
from typing import Final

from rdflib import RDF, RDFS, VOID, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from api.dependencies import Services
from api.sparql.limits import QueryLimits
from graph.description import named_graphs
from ontology.namespaces import PREFIXES, RELEASE, SW

SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS: Final = Namespace("http://www.w3.org/ns/formats/")
SIMPLE: Final = URIRef("http://www.w3.org/ns/entailment/Simple")

RESULT_FORMATS: Final = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "N-Quads", "TriG", "RDF_XML", "JSON-LD"),
)
"""The formats of answers, by their names at W3C."""

_ABOUT: Final = (
    "SPARQL 1.1 queries over one release of Stepway's graph; the current one unless `release` names another. An answer"
    " is whole or it is an error: none is ever cut. Nothing is fetched: SERVICE is refused, and FROM chooses among the"
    " graphs that are here."
)
_REASONING: Final = (
    "Nothing is concluded while a query runs. What follows by our rules was worked out when the release was built, and"
    " stands in a graph for each rule, marked sw:inferred: leave those graphs out to ask what sources say alone."
)
_RDFLIB: Final = {
    "text/turtle": "turtle",
    "application/trig": "turtle",  # Turtle is TriG, and N-Triples is N-Quads, of a default graph alone.
    "application/n-triples": "nt",
    "application/n-quads": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}


def written(graph: Graph, media_type: str) -> bytes:
    """A graph in a format; the same graph gives the same bytes in N-Triples and Turtle."""
    text = graph.serialize(format=_RDFLIB[media_type])
    if _RDFLIB[media_type] == "nt":
        text = "\n".join(sorted(line for line in text.split("\n") if line)) + "\n"
    return text.encode()


def service_description(
    services: Services,
    address: str,
    media_type: str,
    limits: QueryLimits,
    isolated: bool | None,
) -> bytes:
    """The description of the endpoint at an address, as it answers from one release.

    `isolated`: whether queries run where there is no network; None: not known yet.
    """
    return written(describe_service(services, address, limits, isolated), media_type)


def describe_service(services: Services, address: str, limits: QueryLimits, isolated: bool | None) -> Graph:
    """The same as a graph."""
    found = Graph()
    for prefix, start in {**PREFIXES, "sd": str(SD), "void": str(VOID)}.items():
        found.bind(prefix, start)
    for triple in _triples(services, URIRef(address), limits, isolated):
        found.add(triple)
    return found


def _triples(
    services: Services, endpoint: URIRef, limits: QueryLimits, isolated: bool | None
) -> Iterator[tuple[Node, Node, Node]]:
    manifest, profile = services.manifest, services.release.profile
    me, dataset = URIRef(f"{endpoint}#service"), RELEASE[str(manifest.number)]
    yield me, RDF.type, SD.Service
    yield me, SD.endpoint, endpoint
    yield me, DCTERMS.title, Literal("Stepway's SPARQL endpoint", lang="en")
    yield me, DCTERMS.description, Literal(_ABOUT, lang="en")
    yield me, SD.supportedLanguage, SD.SPARQL11Query
    yield me, SD.feature, SD.UnionDefaultGraph
    for name in RESULT_FORMATS:
        yield me, SD.resultFormat, FORMATS[name]
    yield me, SD.defaultEntailmentRegime, SIMPLE
    yield me, RDFS.comment, Literal(_REASONING, lang="en")
    whole = {
        SW.mostSeconds: Literal(str(float(limits.seconds)), datatype=XSD.decimal),
        SW.mostQueryBytes: Literal(limits.query_bytes),
        SW.mostDepth: Literal(limits.depth),
        SW.mostPatterns: Literal(limits.patterns),
        SW.mostAnswerBytes: Literal(limits.answer_bytes),
        SW.mostAnswerRows: Literal(limits.answer_rows),
        SW.mostMemory: Literal(limits.memory),
        SW.queriesAtOnce: Literal(limits.at_once),
        SW.queriesWaiting: Literal(limits.waiting),
    }
    for property, value in whole.items():
        yield me, property, value
    if isolated is not None:
        yield me, SW.withoutNetwork, Literal(isolated)

    default, available = URIRef(f"{dataset}#default-graph"), URIRef(f"{dataset}#graphs")
    yield me, SD.defaultDataset, dataset
    yield me, SD.availableGraphs, available
    yield available, RDF.type, SD.GraphCollection
    yield dataset, RDF.type, SD.Dataset
    yield dataset, DCTERMS.title, Literal(f"Stepway, release {manifest.number}", lang="en")
    yield dataset, DCTERMS.identifier, Literal(manifest.content_hash)
    yield dataset, DCTERMS.issued, Literal(manifest.built_at, datatype=XSD.dateTime)
    yield dataset, SD.defaultGraph, default
    yield default, RDF.type, SD.Graph
    yield default, DCTERMS.description, Literal("All graphs of the release as one.", lang="en")
    yield default, VOID.triples, Literal(profile.statements)
    for one in named_graphs(manifest, profile):
        name = URIRef(one.address)
        node = URIRef(f"{dataset}#graph-{one.address.rpartition('/dataset/')[2].replace('/', '-')}")
        yield dataset, SD.namedGraph, node
        yield available, SD.namedGraph, node
        yield node, RDF.type, SD.NamedGraph
        yield node, SD.name, name
        yield node, SD.entailmentRegime, SIMPLE
        yield node, SD.graph, name
        yield name, RDF.type, SD.Graph
        yield name, DCTERMS.title, Literal(one.title, lang="en")
        yield name, VOID.triples, Literal(one.statements)
        for status in one.statuses:
            yield name, SW.status, SW[status]
        if one.rule:
            yield name, DCTERMS.description, Literal(one.about, lang="en")
