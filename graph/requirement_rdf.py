"""A requirement as nodes of the graph: written from the tree, and read back into it."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

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
    Requirement,
    Usually,
    WorksAs,
    sentence,
    write,
)
from ontology.namespaces import CONCEPT, SW, concept, id_of, slug, thing
from ontology.resources import yaml_file

Triple = tuple[URIRef, URIRef, URIRef | Literal]

_LEVELS: Final = f"{CONCEPT}rqf-level/"
_UNIT_ROLES: Final = f"{CONCEPT}unit-role/"


def requirement_triples(
    requirement: Requirement, root: URIRef, labels: dict[str, str] | None = None
) -> Iterator[Triple]:
    """The nodes of a requirement from `root` down; parts are at `root/0`, `root/1` …

    The root also has the whole rule as a line of text and as a sentence, where `labels` gives titles for ids.
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
    for number, part in enumerate(parts):
        child = URIRef(f"{node}/{number}")
        yield node, SW.part, child
        yield from _node(part, child)


class Objects(Protocol):
    """What the reader asks of a graph; `rdflib.Graph` has it. `str(term)` must be the bare address or text."""

    def objects(self, subject: URIRef, predicate: URIRef, /) -> Iterable[Any]:
        """The objects of the statements with this subject and predicate."""
        ...


class NotARequirement(ValueError):  # noqa: N818 -- what it is, as the other exceptions of the graph
    """The node and what hangs on it is not a whole requirement: it was not written by `requirement_triples`."""


def _unit_roles() -> dict[str, str]:
    choices = yaml_file("tables/units.yml")["columns"]["unit_role"]["choices"]
    return {slug(choice): choice for choice in choices}


_ROLE_OF_SLUG: Final = _unit_roles()


class _Reader:
    def __init__(self, graph: Objects) -> None:
        self.graph = graph

    def find(self, node: URIRef, predicate: URIRef) -> str | None:
        found = {str(term) for term in self.graph.objects(node, predicate)}
        if len(found) > 1:
            raise NotARequirement(f"{node} has several {predicate}")
        return next(iter(found), None)

    def get(self, node: URIRef, predicate: URIRef) -> str:
        found = self.find(node, predicate)
        if found is None:
            raise NotARequirement(f"{node} has no {predicate}")
        return found

    def number(self, node: URIRef, predicate: URIRef) -> int:
        text = self.get(node, predicate).removeprefix(_LEVELS)
        if not text.isdigit():
            raise NotARequirement(f"{predicate} of {node} is not a number")
        return int(text)

    def parts(self, node: URIRef) -> tuple[Requirement, ...]:
        found = [str(term) for term in self.graph.objects(node, SW.part)]
        if not all(part.startswith(f"{node}/") for part in found):
            raise NotARequirement(f"a part of {node} lies elsewhere")
        return tuple(self.read(URIRef(part)) for part in sorted(found, key=lambda part: int(part.rsplit("/", 1)[1])))

    def read(self, node: URIRef) -> Requirement:
        kind = self.get(node, RDF.type).removeprefix(str(SW))
        match kind:
            case "AllOf":
                return AllOf(self.parts(node))
            case "AnyOf":
                return AnyOf(self.parts(node))
            case "AtLeast":
                return AtLeast(self.number(node, SW["count"]), self.parts(node))
            case "Usually":
                parts = self.parts(node)
                if len(parts) != 1:
                    raise NotARequirement(f"{node} has {len(parts)} parts, not one")
                return Usually(parts[0], self.get(node, SW.decidedBy))
            case "Holds":
                return Holds(id_of(self.get(node, SW.target)))
            case "Completed":
                return Completed(id_of(self.get(node, SW.target)))
            case "WorksAs":
                return WorksAs(id_of(self.get(node, SW.target)))
            case "LevelHeld":
                return LevelHeld(self.number(node, SW.level))
            case "CreditsFrom":
                source, role = self.find(node, SW.creditSource), self.find(node, SW.unitRole)
                role = role.removeprefix(_UNIT_ROLES) if role is not None else None
                return CreditsFrom(
                    self.number(node, SW.credits),
                    id_of(source) if source is not None else None,
                    self.number(node, SW.level) if self.find(node, SW.level) is not None else None,
                    _ROLE_OF_SLUG.get(role, role) if role is not None else None,
                )
            case "AttributeIs":
                return Attribute(self.get(node, SW.attribute), self.get(node, SW.operator), self.get(node, SW.value))
            case _:
                raise NotARequirement(f"{node} is a {kind}, which is no kind of requirement")


def requirement_from(graph: Objects, node: URIRef) -> Requirement:
    """The requirement that hangs on a node. Raises `NotARequirement`."""
    return _Reader(graph).read(node)
