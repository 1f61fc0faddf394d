"""The formats of answers: of tables and truths, and of graphs. Each is asked for by `Accept` or by `?format=`."""

from typing import Final

from api.negotiate import Format

TABLES: Final = (
    Format("json", "application/sparql-results+json", ("application/json",)),
    Format("xml", "application/sparql-results+xml", ("application/xml", "text/xml")),
    Format("csv", "text/csv"),
    Format("tsv", "text/tab-separated-values"),
)
"""Of SELECT and ASK, the one for readers without a wish first."""

GRAPHS: Final = (
    Format("turtle", "text/turtle", ("application/x-turtle", "text/n3", "text/rdf+n3")),
    Format("ntriples", "application/n-triples", ("text/plain",)),
    Format("nquads", "application/n-quads", ("text/x-nquads",)),
    Format("trig", "application/trig", ("application/x-trig",)),
    Format("rdfxml", "application/rdf+xml", ("application/xml", "text/xml")),
    Format("jsonld", "application/ld+json", ("application/json",)),
)
"""Of CONSTRUCT and DESCRIBE, and of the description of the service."""

_ALSO: Final = {
    "srj": "json", "srx": "xml", "sparql-results+json": "json", "sparql-results+xml": "xml",
    "ttl": "turtle", "n3": "turtle", "nt": "ntriples", "n-triples": "ntriples", "nq": "nquads", "n-quads": "nquads",
    "rdf": "rdfxml", "rdf+xml": "rdfxml", "rdf/xml": "rdfxml", "json-ld": "jsonld",
}  # fmt: skip
_OF_A_GRAPH: Final = {"json": "jsonld", "xml": "rdfxml"}

HTML: Final = "html"

NAMES: Final = (*(one.name for one in (*TABLES, *GRAPHS)), HTML)
"""What `?format=` may be; other common names of the same are understood too."""


def offered(form: str) -> tuple[Format, ...]:
    """The formats of the answer to a select, ask, construct or describe query."""
    return TABLES if form in ("select", "ask") else GRAPHS


def name_of(given: str) -> str | None:
    """The name of a format as we write it, from any of its names or its media type; None for one that there is not."""
    lower = given.strip().lower()
    for one in (*TABLES, *GRAPHS):
        if lower in (one.name, one.media_type):
            return one.name
    return HTML if lower == HTML else _ALSO.get(lower)


def find(name: str, of: tuple[Format, ...]) -> Format | None:
    """The format of a name among these; of graphs, `json` is JSON-LD and `xml` is RDF/XML. None when it is not one."""
    wanted = _OF_A_GRAPH.get(name, name) if of is GRAPHS else name
    return next((one for one in of if one.name == wanted), None)
