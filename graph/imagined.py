"""What a sandbox imagines, for whoever reads one: how its graphs are called, and its things."""

from typing import Final

from graph.store import GraphStore
from ontology.namespaces import DATASET, id_of

SANDBOX: Final = "sandbox"
"""Id of the dataset that is imagined, and name of its part."""

GRAPH: Final = DATASET[SANDBOX]
"""The named graph of what is imagined."""

IMAGINED: Final = "-imagined"
"""What the names of graphs end in that hold what follows only from what is imagined."""


def imagined(store: GraphStore) -> frozenset[str]:
    """Ids of the things that a sandbox imagines; empty for a release that is none."""
    rows = store.select("SELECT ?graph ?thing WHERE { GRAPH ?graph { ?thing a ?class } }", {"graph": GRAPH})
    return frozenset(id_of(str(row["thing"])) for row in rows)
