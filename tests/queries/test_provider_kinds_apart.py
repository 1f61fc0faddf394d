"""Kinds of provider that contradict each other, and kinds that only say the same less exactly."""

import pytest
from rdflib import DCAT, RDF

from graph.store import GraphStore, Quad
from ontology.namespaces import DATASET, ID, SW, concept
from queries.contradictions import contradictions, contradictions_of


def told(ours: str, register: str) -> GraphStore:
    """A college of ours, and what the register to which its number joins it says that it is."""
    quads: list[Quad] = [(ID["P-CANAL"], SW.registeredAs, ID["UKPRN-19990001"], DATASET["entailments/registered-as"])]
    for thing, kind, name in (("P-CANAL", ours, "here"), ("UKPRN-19990001", register, "register")):
        graph = DATASET[name]
        quads += [
            (graph, RDF.type, DCAT.Dataset, graph),
            (ID[thing], RDF.type, SW.Provider, graph),
            (ID[thing], SW.status, SW.published, graph),
            (ID[thing], SW.providerType, concept("provider-type", kind), graph),
        ]
    return GraphStore.in_memory(quads)


@pytest.mark.parametrize("register", ["college", "further-education-college", "other-provider"])
def test_a_wider_kind_contradicts_nothing(register: str) -> None:
    store = told("further-education-college", register)
    assert not contradictions(store)
    assert not contradictions_of(store, ID["P-CANAL"])


@pytest.mark.parametrize("register", ["school", "sixth-form-college"])
def test_another_kind_is_told_and_ours_is_shown(register: str) -> None:
    store = told("further-education-college", register)
    for found in (contradictions(store), contradictions_of(store, ID["P-CANAL"])):
        (one,) = found
        assert (one.thing, one.property, one.shown.value) == ("P-CANAL", "providerType", "further-education-college")
        assert [other.value for other in one.others] == [register]
