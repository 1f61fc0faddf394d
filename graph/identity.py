"""Which descriptions from different datasets may be of one thing.

An official number that two share joins them (the rule `registered-as` in `ontology/entailments`). Names that are only
alike make a `sw:Match`: inferred, with how alike they are and how it was found, and never merged. A person's ruling
is stronger: what was ruled *different* is never matched, what was ruled *same* is joined and needs no match.
"""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import SKOS

from graph.matching import METHOD, Candidate, Names
from graph.store import GraphStore, Quad, plain
from ontology import resources
from ontology.namespaces import DATASET, ID, SW

MATCHING: Final = DATASET["stepway-matching"]
"""The graph of matches."""

_SHORTLIST: Final = 5
"""Candidates looked at for each name, since a person may have ruled out the first ones."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of names that are compared: `ontology/matching/kinds.yml` says what each part means."""

    id: str
    title: str
    least: float
    things: str
    others: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair of the sample: how alike its names are, and whether people judged it to be the same."""

    kind: str
    name: str
    other: str
    score: float
    same: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """How often a way of matching is right on the sample. `precision` is None when nothing of it is matched."""

    precision: float | None
    recall: float | None
    pairs: int


@cache
def kinds() -> tuple[Kind, ...]:
    """The kinds of names that are compared."""
    found = resources.yaml_file("matching/kinds.yml")
    return tuple(Kind(id, **facts) for id, facts in found.items())


@cache
def sample() -> tuple[Judged, ...]:
    """The judged pairs. Two people judged each by itself; where they differed a third look decided."""
    rows = csv.DictReader(resources.text("matching/sample.csv").splitlines())
    return tuple(
        Judged(row["kind"], row["name"], row["known_as"] or row["other"], float(row["score"]), row["same"] == "yes")
        for row in rows
    )


def quality(kind: Kind, judged: Iterable[Judged]) -> Quality:
    """Precision and recall of a kind on judged pairs (van Rijsbergen 1979, "Information Retrieval", chapter 7)."""
    pairs = [pair for pair in judged if pair.kind == kind.id]
    said = [pair for pair in pairs if pair.score >= kind.least]
    right, wanted = sum(pair.same for pair in said), sum(pair.same for pair in pairs)
    return Quality(right / len(said) if said else None, right / wanted if wanted else None, len(pairs))


def _named(store: GraphStore, where: str) -> dict[str, list[str]]:
    """The names of each thing that a pattern finds, in order."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for thing, name in store.rows(f"SELECT ?thing ?name WHERE {{ {where} }}"):
        found[plain(thing)].add(plain(name))
    return {thing: sorted(found[thing]) for thing in sorted(found)}


class Rulings:
    """What people have decided: pairs that are one thing, and pairs that are not."""

    def __init__(self, store: GraphStore) -> None:
        self.different: set[frozenset[str]] = set()
        self.settled: set[str] = set()
        query = """
            SELECT ?thing ?other ?ruling WHERE {
                ?decision a sw:Ruling ; sw:matchOf ?thing ; sw:matchWith ?other ; sw:ruling ?ruling }"""
        for row in store.select(query):
            if str(row["ruling"]).endswith("/different"):
                self.different.add(frozenset((str(row["thing"]), str(row["other"]))))
            else:
                self.settled.add(str(row["thing"]))

    def allow(self, thing: str, other: str) -> bool:
        """Whether nobody has ruled that the two are different."""
        return frozenset((thing, other)) not in self.different


def match_quads(store: GraphStore) -> Iterator[Quad]:
    """The matches of a store, and for each way of matching how often it is right. None where there is nothing to match.

    Things that are joined already, by an official number or a ruling, are left out.
    """
    rulings = Rulings(store)
    joined = {str(row["thing"]) for row in store.select("SELECT ?thing WHERE { ?thing sw:registeredAs ?entry }")}
    for kind in kinds():
        others = _named(store, kind.others)
        things = _named(store, kind.things) if others else {}
        left = {thing: names for thing, names in things.items() if thing not in joined | rulings.settled}
        if left:
            yield from _method(kind)
            yield from _matches(kind, left, others, rulings)


def _method(kind: Kind) -> Iterator[Quad]:
    me, found = ID[f"MATCHING-{kind.id}"], quality(kind, sample())
    yield me, RDF.type, SW.MatchMethod, MATCHING
    yield me, SKOS.prefLabel, Literal(f"{kind.title}: {METHOD}", lang="en"), MATCHING
    yield me, SW.leastScore, _decimal(kind.least), MATCHING
    yield me, SW.sampleSize, Literal(str(found.pairs), datatype=XSD.integer), MATCHING
    for predicate, share in ((SW.precision, found.precision), (SW.recall, found.recall)):
        if share is not None:
            yield me, predicate, _decimal(share), MATCHING


def _matches(
    kind: Kind, things: Mapping[str, Iterable[str]], others: Mapping[str, Iterable[str]], rulings: Rulings
) -> Iterator[Quad]:
    names = Names(others)
    for thing, known_as in things.items():
        likes = [one for name in known_as for one in names.like(name, _SHORTLIST) if rulings.allow(thing, one.key)]
        best = min(likes, key=lambda one: (-one.score, one.key), default=None)
        if best is not None and best.score >= kind.least:
            yield from _match(kind, thing, best)


def _match(kind: Kind, thing: str, best: Candidate) -> Iterator[Quad]:
    me = ID[f"MATCH-{hashlib.sha256(f'{kind.id} {thing} {best.key}'.encode()).hexdigest()[:16]}"]
    yield me, RDF.type, SW.Match, MATCHING
    yield me, SW.status, SW.inferred, MATCHING
    yield me, SW.matchOf, URIRef(thing), MATCHING
    yield me, SW.matchWith, URIRef(best.key), MATCHING
    yield me, SW.matchedName, Literal(best.name), MATCHING
    yield me, SW.score, _decimal(best.score), MATCHING
    yield me, SW.matchMethod, ID[f"MATCHING-{kind.id}"], MATCHING


def _decimal(number: float) -> Literal:
    return Literal(f"{number:.4f}".rstrip("0").rstrip("."), datatype=XSD.decimal, normalize=False)
