"""A requirement as nodes of the graph. Its text stands at the root, and that is what the planner reads."""

from collections.abc import Iterator

from rdflib import RDF, XSD, Literal, URIRef

from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Completed,
    CreditsFrom,
    Holds,
    LevelHeld,
    Not,
    Opportunity,
    Requirement,
    Usually,
    WorksAs,
    sentence,
    write,
)
from ontology.namespaces import SW, concept, thing

Triple = tuple[URIRef, URIRef, URIRef | Literal]


def requirement_triples(
    requirement: Requirement, root: URIRef, labels: dict[str, str] | None = None
) -> Iterator[Triple]:
    """The nodes of a requirement from `root` down; parts are at `root/0`, `root/1` …

    The root also has the whole rule as a line of text and as a sentence, where `labels` gives titles for ids.
    Raises `ValueError` for what only the rules of schemes may ask: they are no part of the graph.
    """
    yield root, SW.requirementText, Literal(write(requirement))
    yield root, SW.requirementSentence, Literal(sentence(requirement, labels), lang="en")
    yield from _node(requirement, root)


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


def _node(requirement: Requirement, node: URIRef) -> Iterator[Triple]:
    parts: tuple[Requirement, ...] = ()
    match requirement:
        case AllOf(parts):
            yield node, RDF.type, SW.AllOf
        case AnyOf(parts):
            yield node, RDF.type, SW.AnyOf
        case AtLeast(count, parts):
            yield node, RDF.type, SW.AtLeast
            yield node, SW["count"], _integer(count)
        case Usually(part, decided_by):
            parts = (part,)
            yield node, RDF.type, SW.Usually
            yield node, SW.decidedBy, Literal(decided_by)
        case Holds(id):
            yield node, RDF.type, SW.Holds
            yield node, SW.target, thing(id)
        case Completed(id):
            yield node, RDF.type, SW.Completed
            yield node, SW.target, thing(id)
        case WorksAs(id):
            yield node, RDF.type, SW.WorksAs
            yield node, SW.target, thing(id)
        case LevelHeld(level):
            yield node, RDF.type, SW.LevelHeld
            yield node, SW.level, concept("rqf-level", str(level))
        case CreditsFrom(credits, source, level, unit_role):
            yield node, RDF.type, SW.CreditsFrom
            yield node, SW.credits, _integer(credits)
            if source is not None:
                yield node, SW.creditSource, thing(source)
            if level is not None:
                yield node, SW.level, concept("rqf-level", str(level))
            if unit_role is not None:
                yield node, SW.unitRole, concept("unit-role", unit_role)
        case Attribute(name, operator, value):
            yield node, RDF.type, SW.AttributeIs
            yield node, SW.attribute, Literal(name)
            yield node, SW.operator, Literal(operator)
            yield node, SW.value, Literal(value)
        case Not() | Opportunity():
            raise ValueError(f"only the rules of schemes may ask this: {write(requirement)}")
    for number, part in enumerate(parts):
        child = URIRef(f"{node}/{number}")
        yield node, SW.part, child
        yield from _node(part, child)
