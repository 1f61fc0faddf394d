"""A store as a release has it: each dataset in its named graph, our ontology beside them."""

from collections.abc import Callable

import pyoxigraph
import pytest
from rdflib import Graph
from table_rows import World

from ontology import resources
from ontology.namespaces import DATASET


@pytest.fixture(scope="session")
def ontology() -> bytes:
    """Vocabulary and concepts."""
    found = Graph()
    for path in (*resources.paths("vocabulary/*.ttl"), *resources.paths("concepts/*.ttl")):
        found.parse(path)
    return found.serialize(format="nt", encoding="utf-8")


@pytest.fixture
def store(ontology: bytes) -> Callable[[World], pyoxigraph.Store]:
    """Put a world into a store."""

    def build(world: World) -> pyoxigraph.Store:
        result = pyoxigraph.Store()
        triples = pyoxigraph.RdfFormat.N_TRIPLES
        result.load(ontology, triples, to_graph=pyoxigraph.NamedNode(DATASET["stepway-ontology"]))
        for name, graph in world.graphs():
            data = graph.serialize(format="nt", encoding="utf-8")
            result.load(data, triples, to_graph=pyoxigraph.NamedNode(name))
        return result

    return build
