"""The three faces of a requirement say the same: tree, line of text, nodes of a graph."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, Graph, Literal, URIRef

from graph.requirement_rdf import requirement_triples
from graph.requirements import (
    NOTHING,
    OPERATORS,
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
    parse,
    write,
)
from ontology.namespaces import REQUIREMENT, SW
from ontology.resources import yaml_file
from tests.support.requirement_reader import requirement_from

ROOT = REQUIREMENT["test/qualifications/Q-1/entry_rule"]
UNIT_ROLES = yaml_file("tables/units.yml")["columns"]["unit_role"]["choices"]

ids = st.from_regex(r"[A-Z]{1,3}(-[A-Za-z0-9.]{1,4}[A-Za-z0-9]){0,2}", fullmatch=True)
words = st.text(st.characters(exclude_characters='"', exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
names = st.from_regex(r"[a-z]{1,4}(-[a-z]{1,4})?", fullmatch=True)
levels = st.integers(1, 8)
leaves = st.one_of(
    st.builds(Holds, ids),
    st.builds(Completed, ids),
    st.builds(WorksAs, ids),
    st.builds(LevelHeld, levels),
    st.builds(
        CreditsFrom,
        st.integers(1, 480),
        st.none() | ids,
        st.none() | levels,
        st.none() | st.sampled_from(UNIT_ROLES),
    ),
    st.builds(Attribute, names, st.sampled_from(OPERATORS), words),
)


def branches(inner: st.SearchStrategy[Requirement]) -> st.SearchStrategy[Requirement]:
    parts = st.lists(inner, min_size=1, max_size=12).map(tuple)
    return st.one_of(
        st.builds(AllOf, parts),
        st.builds(AnyOf, parts),
        parts.flatmap(lambda p: st.builds(AtLeast, st.integers(1, len(p)), st.just(p))),
        st.builds(Usually, inner, words),
    )


requirements = st.just(NOTHING) | st.recursive(leaves, branches, max_leaves=15)


def graph_of(requirement: Requirement) -> Graph:
    graph = Graph()
    for triple in requirement_triples(requirement, ROOT):
        graph.add(triple)
    return graph


@given(requirements)
def test_text_brings_back_the_tree(requirement: Requirement) -> None:
    assert parse(write(requirement)) == requirement


@given(requirements)
def test_the_graph_brings_back_the_tree_and_the_text(requirement: Requirement) -> None:
    graph = graph_of(requirement)
    assert requirement_from(graph, ROOT) == requirement
    assert parse(str(graph.value(ROOT, SW.requirementText))) == requirement


def test_the_nodes_of_a_rule() -> None:
    rule = parse("usually(any(level(3), credits(30, from=Q-2, level=4, unit_role=core)), by=provider)")
    graph = graph_of(rule)
    either, credits = URIRef(f"{ROOT}/0"), URIRef(f"{ROOT}/0/1")
    assert graph.value(ROOT, RDF.type) == SW.Usually
    assert graph.value(ROOT, SW.part) == either
    assert set(graph.objects(either, SW.part)) == {URIRef(f"{ROOT}/0/0"), credits}
    assert {(p, str(o)) for p, o in graph.predicate_objects(credits)} == {
        (RDF.type, str(SW.CreditsFrom)),
        (SW.credits, "30"),
        (SW.creditSource, "https://w3id.org/stepway/id/Q-2"),
        (SW.level, "https://w3id.org/stepway/concept/rqf-level/4"),
        (SW.unitRole, "https://w3id.org/stepway/concept/unit-role/core"),
    }
    assert len(list(graph.subject_objects(SW.requirementText))) == 1


@pytest.mark.parametrize("text", ["all(level(3), not(level(4)))", "opportunity(level = 3)"])
def test_what_only_schemes_ask_is_no_part_of_the_graph(text: str) -> None:
    with pytest.raises(ValueError, match="only the rules of schemes"):
        graph_of(parse(text))


def test_twelve_parts_keep_their_order() -> None:
    rule = AnyOf(tuple(Holds(f"Q-{n}") for n in range(12)))
    assert requirement_from(graph_of(rule), ROOT) == rule


def test_sentences_say_the_titles_they_are_given() -> None:
    triples = set(requirement_triples(Holds("Q-2"), ROOT, {"Q-2": "Certificate"}))
    assert (ROOT, SW.requirementSentence, Literal("Certificate held", lang="en")) in triples
