"""The model as a release uses it: its classes with counts and examples, and what leads from one to another."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from graph.profile import Profile
from ontology.namespaces import ESCO, SW
from ontology.resources import paths

_BOOKS: Final = frozenset(str(SW[name]) for name in ("Statement", "Record", "EntailedGraph"))
_OURS: Final = (str(SW), str(ESCO))
_MEND: Final = re.compile(r"\s*Mend [^.]*(\.csv)?[^.]*\.$")


@dataclass(frozen=True, slots=True)
class PropertyUsed:
    """One property of a class: how many things have it, and what kinds of values they have, by address."""

    address: str
    things: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassUsed:
    """One class of the release. `rules` are what its shape asks, in words; none: no shape checks it."""

    address: str
    label: str
    definition: str | None
    things: int
    example: str
    properties: tuple[PropertyUsed, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """Things of one class lead to things of another by one property, so many times. All by address."""

    start: str
    property: str
    end: str
    statements: int


@dataclass(frozen=True, slots=True)
class Model:
    """Classes by label, and the edges between them."""

    classes: tuple[ClassUsed, ...]
    edges: tuple[Edge, ...]


@cache
def rules_of_classes() -> dict[str, tuple[str, ...]]:
    """What the shapes ask of the things of each class, in words, by address of the class."""
    shapes = Graph()
    for path in paths("shapes/*.ttl"):
        shapes.parse(path)
    found: dict[str, tuple[str, ...]] = {}
    for shape, target in shapes.subject_objects(SH.targetClass):
        parts = [shape, *shapes.objects(shape, SH.property)]
        found[str(target)] = tuple(dict.fromkeys(text for part in parts for text in _messages(shapes, part)))
    return found


def _messages(shapes: Graph, part: Node) -> list[str]:
    texts = sorted(str(one) for one in shapes.objects(part, SH.message))
    return [re.sub(r"^[A-Z][\w ]*: ", "", _MEND.sub("", text)) for text in texts]


def is_shown(address: str) -> bool:
    """Whether a class is part of the model: ours or ESCO's, and not of the books that are kept of statements."""
    return address.startswith(_OURS) and address not in _BOOKS


def model(profile: Profile, label: Callable[[str], str]) -> Model:
    """The model that a release uses, without the classes of our own books. `label` names a class."""
    shown = {name: one for name, one in profile.classes.items() if is_shown(name)}
    rules = rules_of_classes()
    classes = []
    edges = []
    for name, one in shown.items():
        used = [PropertyUsed(property, use.subjects, tuple(use.values)) for property, use in one.properties.items()]
        words = profile.words.get(name)
        classes.append(
            ClassUsed(
                name,
                label(name),
                words.definition if words else None,
                one.things,
                one.example,
                tuple(used),
                rules.get(name, ()),
            )
        )
        edges += [
            Edge(name, property, end, count)
            for property, use in one.properties.items()
            if URIRef(property) != RDF.type and property != str(SW.status)
            for end, count in use.values.items()
            if end in shown
        ]
    classes.sort(key=lambda one: (one.label.casefold(), one.address))
    return Model(tuple(classes), tuple(sorted(edges, key=lambda one: (one.start, one.end, one.property))))


def merged(edges: tuple[Edge, ...]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The properties that lead from one class to another, by both addresses."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for edge in edges:
        found[edge.start, edge.end].append(edge.property)
    return {pair: tuple(properties) for pair, properties in found.items()}
