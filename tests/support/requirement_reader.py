"""Read a requirement back from its nodes alone, to prove that the nodes say what the text says."""

from collections.abc import Iterable
from typing import Any, Final, Protocol

from rdflib import RDF, URIRef

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
)
from ontology.namespaces import CONCEPT, SW, id_of, slug
from ontology.resources import yaml_file

_LEVELS: Final = f"{CONCEPT}rqf-level/"
_UNIT_ROLES: Final = f"{CONCEPT}unit-role/"


class Objects(Protocol):
    """What the reader asks of a graph; `rdflib.Graph` has it. `str(term)` must be the bare address or text."""

    def objects(self, subject: URIRef, predicate: URIRef, /) -> Iterable[Any]:
        """The objects of the statements with this subject and predicate."""
        ...


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
            raise ValueError(f"{node} has several {predicate}")
        return next(iter(found), None)

    def get(self, node: URIRef, predicate: URIRef) -> str:
        found = self.find(node, predicate)
        if found is None:
            raise ValueError(f"{node} has no {predicate}")
        return found

    def number(self, node: URIRef, predicate: URIRef) -> int:
        text = self.get(node, predicate).removeprefix(_LEVELS)
        if not text.isdigit():
            raise ValueError(f"{predicate} of {node} is not a number")
        return int(text)

    def parts(self, node: URIRef) -> tuple[Requirement, ...]:
        found = [str(term) for term in self.graph.objects(node, SW.part)]
        if not all(part.startswith(f"{node}/") for part in found):
            raise ValueError(f"a part of {node} lies elsewhere")
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
                    raise ValueError(f"{node} has {len(parts)} parts, not one")
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
                raise ValueError(f"{node} is a {kind}, which is no kind of requirement")


def requirement_from(graph: Objects, node: URIRef) -> Requirement:
    """The requirement that hangs on a node."""
    return _Reader(graph).read(node)
