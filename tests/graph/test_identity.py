"""What is joined, what is matched, and what a person has ruled."""

import csv

import pytest
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import SKOS

from graph.identity import MATCHING, Judged, Kind, kinds, match_quads, quality, sample
from graph.store import GraphStore, Quad
from ontology import resources
from ontology.namespaces import DATASET, ID, SW, concept

HERE, REGISTER = DATASET["here"], DATASET["register"]


def provider(id: str, name: str) -> list[Quad]:
    graph = REGISTER if id.startswith("UKPRN") else HERE
    return [(ID[id], RDF.type, SW.Provider, graph), (ID[id], SKOS.prefLabel, Literal(name, lang="en"), graph)]


def ruled(thing: str, other: str, ruling: str) -> list[Quad]:
    me = ID[f"ruling-{thing}-{other}"]
    return [
        (me, RDF.type, SW.Ruling, HERE),
        (me, SW.matchOf, ID[thing], HERE),
        (me, SW.matchWith, ID[other], HERE),
        (me, SW.ruling, concept("ruling", ruling), HERE),
    ]


TOWN = [
    *provider("P-WAL", "Walsall College"),
    *provider("P-LONE", "School of Lighthouse Keeping"),
    *provider("UKPRN-10000001", "WALSALL COLLEGE"),
    *provider("UKPRN-10000002", "Walsall College Ltd"),
    *provider("UKPRN-10000003", "Dudley Borough Council"),
]


def matched(quads: list[Quad]) -> set[tuple[str, str]]:
    found = list(match_quads(GraphStore.in_memory(quads)))
    assert {graph for *_, graph in found} <= {MATCHING}
    ours = {s: o for s, p, o, _ in found if p == SW.matchOf}
    theirs = {s: o for s, p, o, _ in found if p == SW.matchWith}
    return {(str(ours[me]).removeprefix(ID), str(theirs[me]).removeprefix(ID)) for me in ours}


def test_names_that_are_alike_make_a_match_and_others_none() -> None:
    assert matched(TOWN) == {("P-WAL", "UKPRN-10000001")}


def test_a_match_is_inferred_and_says_how_it_was_found() -> None:
    found = list(match_quads(GraphStore.in_memory(TOWN)))
    (match,) = {s for s, p, o, _ in found if o == SW.Match}
    said = {p: o for s, p, o, _ in found if s == match}
    assert said[SW.status] == SW.inferred
    assert said[SW.matchedName] == Literal("WALSALL COLLEGE")
    assert float(str(said[SW.score])) == 1.0
    method = {p: o for s, p, o, _ in found if s == said[SW.matchMethod]}
    assert method[SW.sampleSize] == Literal("64", datatype=URIRef("http://www.w3.org/2001/XMLSchema#integer"))
    assert 0.9 < float(str(method[SW.precision])) <= 1


def test_a_ruling_that_two_are_different_is_kept_to() -> None:
    assert matched([*TOWN, *ruled("P-WAL", "UKPRN-10000001", "different")]) == {("P-WAL", "UKPRN-10000002")}
    both = [*ruled("P-WAL", "UKPRN-10000001", "different"), *ruled("P-WAL", "UKPRN-10000002", "different")]
    assert matched([*TOWN, *both]) == set()


def test_what_is_joined_or_ruled_the_same_needs_no_match() -> None:
    assert matched([*TOWN, *ruled("P-WAL", "UKPRN-10000002", "same")]) == set()
    assert matched([*TOWN, (ID["P-WAL"], SW.registeredAs, ID["UKPRN-10000001"], HERE)]) == set()


def test_a_release_without_registers_has_no_matches() -> None:
    assert list(match_quads(GraphStore.in_memory(provider("P-WAL", "Walsall College")))) == []


def test_the_number_of_a_register_joins() -> None:
    rule = resources.text("entailments/registered-as.rq")
    number = [(ID["P-WAL"], SW.ukprn, Literal("10000001"), HERE)]
    award = [
        (ID["Q-1"], RDF.type, SW.Qualification, HERE),
        (ID["Q-1"], SW.qualificationNumber, Literal("603/2476/x"), HERE),
        (ID["QAN-6032476X"], RDF.type, SW.Qualification, REGISTER),
    ]
    store = GraphStore.in_memory([*TOWN, *number, *award, *ruled("P-LONE", "UKPRN-10000003", "same")])
    assert {(str(s).removeprefix(ID), str(o).removeprefix(ID)) for s, _, o in store.construct(rule)} == {
        ("P-WAL", "UKPRN-10000001"),
        ("Q-1", "QAN-6032476X"),
        ("P-LONE", "UKPRN-10000003"),
    }


def test_precision_and_recall_of_a_sample_worked_by_hand() -> None:
    pairs = [("a", 0.9, True), ("a", 0.8, False), ("a", 0.7, True), ("a", 0.2, False), ("b", 0.9, False)]
    judged = [Judged(kind, "x", "y", score, same) for kind, score, same in pairs]
    found = quality(Kind("a", "A", 0.75, "", ""), judged)
    assert (found.precision, found.recall, found.pairs) == (0.5, 0.5, 4)
    assert quality(Kind("a", "A", 0.99, "", ""), judged).precision is None


def test_the_sample_is_large_enough_and_was_judged_twice() -> None:
    rows = list(csv.DictReader(resources.text("matching/sample.csv").splitlines()))
    assert len(rows) >= 300
    assert {row[reader] for row in rows for reader in ("first", "second", "same")} == {"yes", "no"}
    assert sum(row["first"] == row["second"] for row in rows) / len(rows) > 0.9
    assert all(row["same"] == row["first"] for row in rows if row["first"] == row["second"])
    assert {row["kind"] for row in rows} == {kind.id for kind in kinds()}


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.id)
def test_a_match_is_more_often_right_than_wrong(kind: Kind) -> None:
    found = quality(kind, sample())
    assert found.precision is not None and found.precision >= 0.75
    assert found.recall is not None and found.recall >= 0.4
