"""Rows become statements: the facts in the dataset's graph, and where each comes from in its provenance graph."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from rdflib import DCAT, DCTERMS, PROV, RDF, XSD, Literal, Namespace, URIRef

from graph.requirement_rdf import requirement_triples
from graph.requirements import Requirement
from loaders.dataset import Description
from loaders.rows import ILLUSTRATIVE, INFERRED, PUBLISHED, Row
from loaders.tables import Column
from loaders.values import PartialDate, Value
from ontology.namespaces import DATASET, RECORD, REQUIREMENT, SW, concept, thing

Quad = tuple[URIRef, URIRef, URIRef | Literal, URIRef]
"""Subject, predicate, object, named graph."""

VOID: Final = Namespace("http://rdfs.org/ns/void#")
_STATUS: Final = {status: SW[status] for status in (PUBLISHED, INFERRED, ILLUSTRATIVE)}
_DATE_TYPES: Final = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}

# Terms that every cell needs: a namespace makes a term anew each time it is asked.
_RDF_TYPE: Final = RDF.type
_STATEMENT, _SUBJECT, _PREDICATE, _OBJECT = SW.Statement, RDF.subject, RDF.predicate, RDF.object
_HAS_STATUS, _FROM = SW.status, PROV.wasDerivedFrom
_RECORD, _DESCRIBES, _PART_OF, _FILE, _LINE = SW.Record, SW.describes, DCTERMS.isPartOf, SW.file, SW.line
_SOURCE, _INTEGER = DCTERMS.source, XSD.integer


def date_literal(when: PartialDate) -> Literal:
    """A date as exact as it is known."""
    return Literal(when.text, datatype=_DATE_TYPES[len(when.text)], normalize=False)


def _decimal(number: Decimal) -> Literal:
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return Literal("0" if text == "-0" else text, datatype=XSD.decimal, normalize=False)


def _yes_no(value: bool) -> Literal:
    return Literal("true" if value else "false", datatype=XSD.boolean, normalize=False)


def _term(column: Column, value: Value) -> URIRef | Literal:
    """One value as a term. A requirement is not one term and does not come here."""
    match value:
        case bool():
            return _yes_no(value)
        case int():
            return Literal(str(value), datatype=XSD.integer, normalize=False)
        case Decimal():
            return _decimal(value)
        case PartialDate():
            return date_literal(value)
    text = str(value)
    match column.type.name:
        case "ref" | "refs":
            return thing(text)
        case "url":
            return URIRef(text)
        case "level":
            return concept("rqf-level", text)
        case "choice" | "choices" if column.scheme is not None:
            return concept(column.scheme, text)
    return Literal(text, lang=column.language)


class DatasetMapper:
    """Maps the rows of one dataset. `labels` gives titles for the sentences of rules."""

    def __init__(self, description: Description, labels: dict[str, str], *, include_illustrative: bool) -> None:
        self.id, self.description, self.labels = description.id, description, labels
        self.include_illustrative = include_illustrative
        self.dataset = DATASET[self.id]
        self.facts, self.provenance = self.dataset, DATASET[f"{self.id}/provenance"]

    def describe(self) -> Iterator[Quad]:
        """What the dataset is: title, publisher, licence and, for sources without an address, what they are."""
        about, me, graph = self.description, self.dataset, self.provenance
        yield me, _RDF_TYPE, DCAT.Dataset, graph
        yield me, _RDF_TYPE, VOID.Dataset, graph
        yield me, DCTERMS.identifier, Literal(about.id), graph
        yield me, DCTERMS.title, Literal(about.title, lang="en"), graph
        yield me, DCTERMS.publisher, Literal(about.publisher), graph
        yield me, DCTERMS.license, URIRef(about.licence_url) if about.licence_url else Literal(about.licence), graph
        yield me, SW.licenceName, Literal(about.licence), graph
        yield me, SW.shippable, _yes_no(about.shippable), graph
        if about.description:
            yield me, DCTERMS.description, Literal(about.description, lang="en"), graph
        if about.attribution:
            yield me, DCTERMS.rights, Literal(about.attribution, lang="en"), graph
        if about.retrieved:
            yield me, SW.retrieved, date_literal(about.retrieved), graph
        for urn, what in about.sources.items():
            yield URIRef(urn), DCTERMS.description, Literal(what, lang="en"), graph

    def rows(self, rows: Iterable[Row]) -> Iterator[Quad]:
        """The statements of rows that have no fault."""
        for row in rows:
            yield from self.row(row)

    def row(self, row: Row) -> Iterator[Quad]:
        """All statements of one row, facts and provenance."""
        subject, path = thing(row.id), f"{self.id}/{row.table.name}/{row.id}"
        record = RECORD[path]
        yield subject, _RDF_TYPE, row.table.row_class, self.facts
        yield record, _RDF_TYPE, _RECORD, self.provenance
        yield record, _DESCRIBES, subject, self.provenance
        yield record, _PART_OF, self.dataset, self.provenance
        yield record, _FILE, Literal(row.table.file), self.provenance
        yield record, _LINE, Literal(str(row.line), datatype=_INTEGER, normalize=False), self.provenance
        for predicate, said in self.standing(row):
            yield subject, predicate, said, self.facts
            yield record, predicate, said, self.provenance
        for column in row.table.columns.values():
            cell = row.cells.get(column.name)
            if cell is None or column.property is None:
                continue
            status = row.cell_status(column)
            if status == ILLUSTRATIVE and not self.include_illustrative:
                continue
            for number, value in enumerate(cell.values):
                if isinstance(value, Requirement):
                    term: URIRef | Literal = (rule := REQUIREMENT[f"{path}/{column.name}"])
                    for triple in requirement_triples(value, rule, self.labels):
                        yield *triple, self.facts
                else:
                    term = _term(column, value)
                yield subject, column.property, term, self.facts
                place = f"{path}/{column.name}/{number}" if column.type.several else f"{path}/{column.name}"
                statement = RECORD[place]
                yield statement, _RDF_TYPE, _STATEMENT, self.provenance
                yield statement, _SUBJECT, subject, self.provenance
                yield statement, _PREDICATE, column.property, self.provenance
                yield statement, _OBJECT, term, self.provenance
                yield statement, _HAS_STATUS, _STATUS[status], self.provenance
                yield statement, _FROM, record, self.provenance

    @staticmethod
    def standing(row: Row) -> Iterator[tuple[URIRef, URIRef | Literal]]:
        """What holds of the row as a whole: how sure, from where, of when, and what to know."""
        yield _HAS_STATUS, _STATUS[row.status]
        yield _SOURCE, URIRef(str(row.first("source_url")))
        as_of, notes = row.first("as_of"), row.first("notes")
        if isinstance(as_of, PartialDate):
            yield SW.asOf, date_literal(as_of)
        if notes is not None:
            yield SW.note, Literal(str(notes))
