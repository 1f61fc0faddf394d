"""The store gives back what was put in, and a value never becomes part of a query."""

from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import XSD, BNode, Literal, URIRef

from graph.store import GraphStore, n_quads
from ontology.namespaces import SW, thing

THING, SAYS, GRAPH = thing("A"), SW.says, URIRef("urn:graph")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(TEXT)
def test_any_text_comes_back_unchanged(text: str) -> None:
    for literal in (Literal(text, lang="en"), Literal(text, datatype=XSD.string)):
        store = GraphStore.in_memory([(THING, SAYS, literal, GRAPH)])
        (row,) = store.select("SELECT ?o WHERE { ?s ?p ?o }")
        assert row["o"] == literal


def test_codes_stay_text() -> None:
    """Numbers are rewritten by the store (001 becomes 1), so an identifier must be a string."""
    store = GraphStore.in_memory([(THING, SW.ukprn, Literal("010007924", datatype=XSD.string), GRAPH)])
    assert str(store.select("SELECT ?o WHERE { ?s ?p ?o }")[0]["o"]) == "010007924"


def test_a_value_is_bound_and_not_pasted_in() -> None:
    store = GraphStore.in_memory([(THING, SAYS, Literal("hello"), GRAPH)])
    query = "SELECT ?o ?s WHERE { ?s ?p ?o }"
    assert store.select(query, {"o": Literal('x" } DROP ALL #')}) == []
    assert len(store.select(query, {"s": THING})) == 1
    with pytest.raises(TypeError):
        store.select(query, {"s": BNode()})


def test_graphs_are_read_as_one_and_told_apart() -> None:
    other = URIRef("urn:other")
    store = GraphStore.in_memory([(THING, SAYS, Literal("a"), GRAPH), (THING, SAYS, Literal("b"), other)])
    assert len(store.select("SELECT ?o WHERE { ?s ?p ?o }")) == 2
    assert [str(r["o"]) for r in store.select("SELECT ?o WHERE { GRAPH <urn:other> { ?s ?p ?o } }")] == ["b"]
    assert store.ask('ASK { ?s ?p "a" }')
    assert len(store.construct("CONSTRUCT { ?s ?p 1 } WHERE { ?s ?p ?o }")) == 1


def test_describing_a_thing_brings_its_nested_rules() -> None:
    rule, part = (
        URIRef("https://w3id.org/stepway/requirement/d/t/A/r"),
        URIRef("https://w3id.org/stepway/requirement/d/t/A/r/0"),
    )
    quads = [(THING, SW.entryRequirement, rule, GRAPH), (rule, SW.part, part, GRAPH), (part, SAYS, Literal("x"), GRAPH)]
    store = GraphStore.in_memory([*quads, (thing("B"), SAYS, THING, GRAPH)])
    assert len(store.describe(THING)) == 3
    assert len(store.describe(thing("unknown"))) == 0


def test_lines_are_n_quads() -> None:
    quads = [(THING, SAYS, Literal('a "b"\n\\c', lang="en"), GRAPH), (THING, SAYS, THING, GRAPH)]
    assert list(n_quads(quads)) == [
        f'<{THING}> <{SAYS}> "a \\"b\\"\\n\\\\c"@en <urn:graph> .',
        f"<{THING}> <{SAYS}> <{THING}> <urn:graph> .",
    ]


def test_a_finished_store_is_closed_for_writing_though_somebody_still_holds_it(tmp_path: Path) -> None:
    writer = GraphStore.create(tmp_path / "store")
    held = [writer]
    writer.finish()
    pyoxigraph.Store(str(tmp_path / "store"))  # raises OSError while another has it open for writing
    assert held
