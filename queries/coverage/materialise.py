"""What the coverage board finds of a release, as the graph `dataset/coverage`: worked out once, when it is built.

For every competency that a role needs there is one `sw:CoverageFinding`, for everything that is on offer: with the
usual inference, and with none of ours (`sw:findingIfPublished`). Numbers by role and by theme stand beside as
`sw:CoverageCount`, so that named queries need not add up a country. Placeholders never count. See docs/coverage.md.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.metadata import version
from typing import Final

from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import PROV, SKOS

from graph.lines import COVERAGE
from graph.projection import Projection
from graph.store import GraphStore, Quad
from ontology.namespaces import DATASET, ID, SW, slug, thing
from queries.coverage.board import EVERYTHING, MEANINGS, USUAL, Cell, Finding, board, by_role, by_theme
from queries.coverage.model import INFERRED, CoverageFacts, Inference, TeacherKind, Via
from queries.coverage.reading import read
from queries.coverage.subjects import measured

GRAPH: Final = DATASET[COVERAGE]
"""The named graph of the findings."""

PUBLISHED: Final = Inference(via=frozenset(Via) - INFERRED)
"""No inference of ours."""

_SHOWN: Final = 16


def derive(store: GraphStore, projection: Projection, today: date) -> Iterator[Quad]:
    """The part `coverage` of a release."""
    for subject, predicate, value in said_of(read(store, projection, today)):
        yield subject, predicate, value, GRAPH


def said_of(facts: CoverageFacts) -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
    """The statements of the graph."""
    yield GRAPH, RDF.type, SW.CoverageGraph
    yield GRAPH, SW.status, SW.inferred
    yield GRAPH, SW.countedFrom, Literal(facts.on.isoformat(), datatype=XSD.date)
    yield GRAPH, SW.softwareVersion, Literal(version("stepway"))
    yield GRAPH, PROV.wasGeneratedBy, SW["coverage-board"]
    if any(one.via is Via.NAME and facts.teachers[one.teacher].kind is TeacherKind.AWARD for one in facts.teachings):
        yield from _titles_measured()
    found = board(facts, EVERYTHING, USUAL).cells
    published = {cell.competency.id: cell.finding for cell in board(facts, EVERYTHING, PUBLISHED).cells}
    for cell in found:
        yield from _finding(cell, published[cell.competency.id])
    for role, counts in by_role(found).items():
        yield from _counts(facts.labels.get(role, role), role, SW.countForRole, _address(role), counts)
    for theme, counts in by_theme(found).items():
        if theme:
            yield from _counts(theme, f"theme {theme}", SW.countForTheme, Literal(theme), counts)


def _titles_measured() -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
    """How often the title of an award that names a skill is right about it."""
    me, (said, right) = ID["MATCHING-award-title"], measured()
    precision = f"{right / said:.4f}".rstrip("0").rstrip(".")
    yield me, RDF.type, SW.MatchMethod
    yield me, SKOS.prefLabel, Literal("Awards and ESCO skills: the title of the award names the skill", lang="en")
    yield me, SW.leastScore, Literal("1", datatype=XSD.decimal)
    yield me, SW.sampleSize, Literal(str(said), datatype=XSD.integer)
    yield me, SW.precision, Literal(precision, datatype=XSD.decimal, normalize=False)


def finding_of(competency: str) -> URIRef:
    """The address of the finding about a competency."""
    return ID[f"CF-{_named(competency)}"]


def _finding(cell: Cell, published: Finding) -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
    me = finding_of(cell.competency.id)
    yield me, RDF.type, SW.CoverageFinding
    yield me, SKOS.prefLabel, Literal(f"{cell.competency.label}: {MEANINGS[cell.finding]}", lang="en")
    yield me, SW.status, SW.inferred
    yield me, SW.findingAbout, _address(cell.competency.id)
    yield me, SW.finding, Literal(str(cell.finding))
    yield me, SW.findingIfPublished, Literal(str(published))
    yield me, SW.rolesThatNeed, Literal(str(len(cell.roles)), datatype=XSD.integer)
    for provider in cell.providers:
        yield me, SW.foundWithProvider, thing(provider)
    for award in dict.fromkeys(one.about for one in cell.unknown if one.about is not None):
        yield me, SW.findingOpenTo, thing(award)


def _counts(
    label: str, key: str, predicate: URIRef, of: URIRef | Literal, counts: Mapping[Finding, int]
) -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
    for finding, number in counts.items():
        me = ID[f"CC-{_named(key)}.{finding}"]
        yield me, RDF.type, SW.CoverageCount
        yield me, SKOS.prefLabel, Literal(f"{label}: {number} {MEANINGS[finding]}", lang="en")
        yield me, SW.status, SW.inferred
        yield me, predicate, of
        yield me, SW.finding, Literal(str(finding))
        yield me, SW.competenciesFound, Literal(str(number), datatype=XSD.integer)


def _address(id: str) -> URIRef:
    """The address of a thing of ours, or of a vocabulary, whose id is that."""
    return URIRef(id) if ":" in id else thing(id)


def _named(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()[:_SHOWN] if ":" in id else slug(id)
