"""Turn rows of the native format into a graph as the contract of the graph says, for small worlds inside a test.

It knows the column dictionary only. The loader proper is tested elsewhere; here the vocabulary must not depend on it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rdflib import RDF, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, PROV

from graph.requirement_rdf import requirement_triples
from graph.requirements import parse
from ontology import resources
from ontology.namespaces import DATASET, PREFIXES, RECORD, REQUIREMENT, SW, concept, expand, slug, thing

TABLES: Final[dict[str, dict[str, Any]]] = {
    path.stem: resources.yaml_file(f"tables/{path.name}")
    for path in resources.paths("tables/*.yml")
    if path.stem != "common"
}
COMMON: Final = {"source_url": "https://example.org/page", "as_of": "2026-09", "status": "published", "notes": ""}
APART: Final = {"provision_types": {"min_weeks": ""}}
"""Cells whose examples come from different real rows and do not go together."""
DATE_TYPES: Final = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}


def graph() -> Graph:
    """An empty graph with our prefixes."""
    result = Graph()
    for prefix, address in PREFIXES.items():
        result.bind(prefix, Namespace(address), replace=True)
    return result


def example(table: str, **cells: str) -> dict[str, str]:
    """The row that the dictionary's own examples make, with some cells changed; an empty cell says nothing."""
    columns = TABLES[table]["columns"]
    row = {name: str(column["example"]) for name, column in columns.items() if "example" in column}
    return {**row, **COMMON, **cells}


def subject(table: str, row: Mapping[str, str]) -> URIRef:
    """The thing that a row is about."""
    key = TABLES[table]["key"]
    parts = [key] if isinstance(key, str) else key
    return thing(".".join(slug(row[part].rstrip("/").rsplit("/", 1)[-1]) for part in parts))


def _date(text: str) -> Literal:
    return Literal(text, datatype=DATE_TYPES[len(text)])


def _term(column: Mapping[str, Any], text: str) -> URIRef | Literal:
    match column["type"]:
        case "text" | "texts":
            return Literal(text, lang=column.get("language")) if column.get("language") else Literal(text)
        case "integer" | "decimal" as kind:
            return Literal(text, datatype=XSD[kind])
        case "yesno":
            return Literal(text == "yes")
        case "date" | "dates":
            return _date(text)
        case "ref" | "refs" | "id" | "ids":
            return thing(text)
        case "url":
            return URIRef(text)
        case "level":
            return concept("rqf-level", text)
        case "choice" | "choices" if "scheme" in column:
            return concept(column["scheme"], text)
        case _:
            return Literal(text)


def _cells(table: str, row: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    for name, column in TABLES[table]["columns"].items():
        if "property" in column and row.get(name):
            many = column["type"] in {"texts", "ids", "choices", "dates", "refs"}
            for text in row[name].split("|") if many else [row[name]]:
                yield name, column, text


def add_row(facts: Graph, provenance: Graph, dataset: str, table: str, row: Mapping[str, str]) -> URIRef:
    """One row: what it says goes to `facts`, how we know it to `provenance`."""
    about = subject(table, row)
    path = f"{dataset}/{table}/{str(about).rsplit('/', 1)[-1]}"
    record = RECORD[path]
    facts.add((about, RDF.type, SW[TABLES[table]["class"]]))
    provenance.add((record, RDF.type, SW.Record))
    provenance.add((record, SW.describes, about))
    provenance.add((record, SW.file, Literal(f"{table}.csv")))
    provenance.add((record, SW.line, Literal(2)))
    provenance.add((record, DCTERMS.isPartOf, DATASET[dataset]))
    for g, node in ((facts, about), (provenance, record)):
        g.add((node, SW.status, SW[row["status"]]))
        g.add((node, DCTERMS.source, URIRef(row["source_url"])))
        if row["as_of"]:
            g.add((node, SW.asOf, _date(row["as_of"])))
        if row["notes"]:
            g.add((node, SW.note, Literal(row["notes"])))
    counts: dict[str, int] = {}
    for name, column, text in _cells(table, row):
        value: URIRef | Literal
        if column["type"] == "requirement":
            value = REQUIREMENT[f"{path}/{name}"]
            for triple in requirement_triples(parse(text), value):
                facts.add(triple)
        else:
            value = _term(column, text)
        predicate = expand(column["property"])
        facts.add((about, predicate, value))
        number = counts[name] = counts.get(name, -1) + 1
        statement = RECORD[f"{path}/{name}/{number}"]
        status = row.get(column.get("status_from", ""), "") or row["status"]
        if column.get("always") == "inferred" and status == "published":
            status = "inferred"
        for p, o in (
            (RDF.type, SW.Statement),
            (RDF.subject, about),
            (RDF.predicate, predicate),
            (RDF.object, value),
            (SW.status, SW["illustrative" if row["status"] == "illustrative" else status]),
            (PROV.wasDerivedFrom, record),
        ):
            provenance.add((statement, p, o))
    return about


def examples() -> Graph:
    """A tiny good world: the example row of every table."""
    facts = graph()
    for table in TABLES:
        add_row(facts, graph(), "examples", table, example(table, **APART.get(table, {})))
    return facts


class World:
    """Some datasets in the making, each with its facts and its provenance."""

    def __init__(self) -> None:
        self.facts: dict[str, Graph] = {}
        self.provenance: dict[str, Graph] = {}

    def describe(self, dataset: str) -> None:
        """What a dataset says of itself."""
        self.facts[dataset], self.provenance[dataset] = graph(), graph()
        node = DATASET[dataset]
        for predicate, value in (
            (RDF.type, DCAT.Dataset),
            (DCTERMS.title, Literal("A small world", lang="en")),
            (DCTERMS.publisher, Literal("Stepway")),
            (DCTERMS.license, URIRef("https://creativecommons.org/publicdomain/zero/1.0/")),
            (SW.retrieved, _date("2026-11-21")),
        ):
            self.provenance[dataset].add((node, predicate, value))

    def add(self, table: str, dataset: str = "small", **cells: str) -> URIRef:
        """One row. Only the cells given are filled, and those that every row must fill."""
        if dataset not in self.facts:
            self.describe(dataset)
        required = {name for name, column in TABLES[table]["columns"].items() if column.get("required")}
        row = {name: cell for name, cell in example(table).items() if name in required or name in COMMON}
        return add_row(self.facts[dataset], self.provenance[dataset], dataset, table, {**row, **cells})

    def graphs(self) -> Iterator[tuple[URIRef, Graph]]:
        """The named graphs."""
        for name in self.facts:
            yield DATASET[name], self.facts[name]
            yield DATASET[f"{name}/provenance"], self.provenance[name]
