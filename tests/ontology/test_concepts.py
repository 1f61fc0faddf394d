"""The concept schemes: one for each scheme of the dictionary, one concept for each choice."""

from typing import Final

import pytest
from rdflib import RDF, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS
from table_rows import TABLES

from ontology import resources
from ontology.namespaces import CONCEPT, SW, concept

GRAPHS: Final = {path.stem: Graph().parse(path) for path in resources.paths("concepts/*.ttl")}
CHOICES: Final[dict[str, set[str]]] = {}
for _table in TABLES.values():
    for _column in _table["columns"].values():
        if "scheme" in _column:
            CHOICES.setdefault(_column["scheme"], set()).update(_column["choices"])
LEVELS: Final = ["E", *"12345678"]


def test_there_is_one_scheme_for_each_in_the_dictionary_and_one_of_levels() -> None:
    assert set(GRAPHS) == {*CHOICES, "rqf-level"}


@pytest.mark.parametrize("scheme", GRAPHS)
def test_a_scheme_and_its_concepts_are_explained(scheme: str) -> None:
    graph, node = GRAPHS[scheme], CONCEPT[scheme]
    assert set(graph.subjects(RDF.type, SKOS.ConceptScheme)) == {node}
    assert graph.value(node, DCTERMS.license)
    for thing in (node, *graph.subjects(RDF.type, SKOS.Concept)):
        assert graph.value(thing, SKOS.prefLabel).language == "en"
        assert str(graph.value(thing, SKOS.definition)).endswith("."), thing
        if thing != node:
            assert (thing, SKOS.inScheme, node) in graph and (thing, SKOS.topConceptOf, node) in graph


@pytest.mark.parametrize("scheme", CHOICES)
def test_each_choice_has_a_concept(scheme: str) -> None:
    graph = GRAPHS[scheme]
    assert set(graph.subjects(RDF.type, SKOS.Concept)) == {concept(scheme, value) for value in CHOICES[scheme]}
    for value in CHOICES[scheme]:
        assert graph.value(concept(scheme, value), SKOS.prefLabel) == Literal(value, lang="en")
        assert graph.value(concept(scheme, value), SKOS.notation) == Literal(value)


def test_a_condition_has_a_sentence_for_an_adviser() -> None:
    graph = GRAPHS["condition"]
    for code in graph.subjects(RDF.type, SW.Condition):
        said = str(graph.value(code, SKOS.scopeNote))
        assert said[0].isupper() and said.endswith(".") and "-" not in said.split(maxsplit=1)[0], code
    assert set(graph.subjects(RDF.type, SW.Condition)) == set(graph.subjects(RDF.type, SKOS.Concept))


def test_levels_are_ordered_by_rank() -> None:
    graph = GRAPHS["rqf-level"]
    levels = [concept("rqf-level", level) for level in LEVELS]
    assert [int(str(graph.value(level, SW["rank"]))) for level in levels] == list(range(9))
    ordered = graph.value(predicate=RDF.type, object=SKOS.OrderedCollection)
    assert list(Collection(graph, graph.value(ordered, SKOS.memberList))) == levels
    assert not list(graph.subject_objects(SKOS.broader))


def test_levels_match_european_levels_as_referenced() -> None:
    graph = GRAPHS["rqf-level"]
    close = {str(a)[-1]: str(b)[-1] for a, b in graph.subject_objects(SKOS.closeMatch)}
    assert close == {"1": "2", "2": "3", "3": "4", "4": "5", "5": "5", "6": "6", "7": "7", "8": "8"}
    assert graph.value(concept("rqf-level", "E"), SKOS.narrowMatch) == URIRef("http://data.europa.eu/snb/eqf/1")
