"""What a new release says of the one before: which things it no longer describes, and how much has changed.

A retired thing keeps its address. The new release says that it is retired and since when, what it was, and what
replaces it where a source says so; it is in no list, and no pathway leads through it. Once retired it stays so until
some dataset describes it again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rdflib import SKOS, XSD, Literal, URIRef
from rdflib.namespace import DCTERMS

from graph import diff
from graph.diff import Side
from graph.store import Quad
from ontology.namespaces import DATASET, ID, SW

GRAPH: Final = DATASET["releases/retired"]
"""The named graph of what is said of retired things."""


@dataclass(slots=True)
class History:
    """What became of the things of the release before. `retired` counts all that are retired here, by class."""

    quads: list[Quad] = field(default_factory=list)
    counts: diff.Counts = field(default_factory=diff.Counts)
    retired: Counter[str] = field(default_factory=Counter)


def since(before: Side, after: Side, number: int, last: int) -> History:
    """Compare release `last` with the one that is being made as `number`."""
    found = History()
    for change in diff.diff(before, after):
        found.counts.add(change)
        if change.became == diff.RETIRED:
            found.retired[change.kind] += 1
            found.quads += _retired(change, before, number, last)
    for thing in before.store.subjects_of(SW.retired):
        if not after.store.describes(thing):
            found.retired[diff.kind_of(map(str, before.store.values(thing, SW.wasA)))] += 1
            found.quads += [(s, p, o, GRAPH) for s, p, o in before.store.said(thing, GRAPH)]
    return found


def _retired(change: diff.Change, before: Side, number: int, last: int) -> Iterator[Quad]:
    thing = URIRef(change.id if ":" in change.id else f"{ID}{change.id}")
    yield thing, SW.retired, Literal(str(number), datatype=XSD.integer), GRAPH
    yield thing, SW.lastDescribed, Literal(str(last), datatype=XSD.integer), GRAPH
    for one in before.store.classes(thing):
        yield thing, SW.wasA, URIRef(one), GRAPH
    for label in before.store.values(thing, SKOS.prefLabel):
        yield thing, SW.wasCalled, label, GRAPH
    for id in change.replaced_by:
        yield thing, DCTERMS.isReplacedBy, URIRef(id if ":" in id else f"{ID}{id}"), GRAPH
