"""Of a large dataset some things of each class are checked: each whole, so that nothing is wrongly found at fault."""

from datetime import date
from pathlib import Path

import pytest
from rdflib import RDF

from graph.own_part import ontology_graph
from graph.store import GraphStore
from graph.validate import Places, check_shapes
from loaders.runner import load
from ontology.namespaces import DATASET, ID, SW

TOWN = Path(__file__).parents[1] / "samples/datasets/small-town"


@pytest.fixture(scope="module")
def town() -> GraphStore:
    return GraphStore.in_memory(load(TOWN, include_illustrative=True, today=date(2026, 11, 21)).quads)


@pytest.mark.parametrize("of_each", [1, 2])
def test_a_sound_dataset_has_no_fault_in_its_sample(town: GraphStore, of_each: int) -> None:
    found = town.sample(DATASET["small-town"], of_each)
    assert len(list(found.subjects(RDF.type, SW.Role))) == of_each
    assert not check_shapes(found, ontology_graph(), Places(town))


def test_a_fault_of_what_is_in_the_sample_is_found(town: GraphStore) -> None:
    found = town.sample(DATASET["small-town"], 1)
    (role,) = found.subjects(RDF.type, SW.Role)
    found.remove((role, SW.status, None))
    assert {issue.message.partition(":")[0] for issue in check_shapes(found, ontology_graph(), Places(town))} == {
        str(role).removeprefix(ID)
    }
