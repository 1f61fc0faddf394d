"""A release in memory: the regional dataset, what follows from it, and the planner's view of it."""

from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile

from graph.build import write_entailed
from graph.examples import example_quads
from graph.own_part import ONTOLOGY_GRAPH, ontology_graph, question_quads
from graph.projection import Projection
from graph.projector import project
from graph.store import GraphStore, Quad
from loaders import runner
from loaders.runner import LoadedDataset
from queries.pathways.request import ReleaseRef
from queries.pathways.service import PathwayService

REGION = Path(runner.__file__).parent / "sources" / "healthtech-west-midlands"
TODAY = date(2026, 11, 21)
"""The day on which the expected answers were worked out; a run that has begun by then can no longer be joined."""


@dataclass(repr=False)
class Whole:
    """A release in memory, without the files."""

    dataset: LoadedDataset
    store: GraphStore

    @cached_property
    def projection(self) -> Projection:
        return project(self.store)

    @cached_property
    def service(self) -> PathwayService:
        return PathwayService(self.projection, ReleaseRef(0, "of the tests", str(TODAY)))


@cache
def whole(*, include_illustrative: bool = False) -> Whole:
    """Load, join and entail, as a build does; once for all tests of a process, none of which changes it."""
    (dataset,) = runner.load_all([REGION], include_illustrative=include_illustrative, today=TODAY)
    ontology = ontology_graph().skolemize()
    quads: list[Quad] = [(s, p, o, ONTOLOGY_GRAPH) for s, p, o in ontology]
    quads += [*question_quads(), *example_quads(ONTOLOGY_GRAPH), *dataset.quads]
    store = GraphStore.in_memory(quads)
    with NamedTemporaryFile("wb", suffix=".nq") as entailed:
        write_entailed(store, entailed)
        entailed.flush()
        store.load(Path(entailed.name))
    return Whole(dataset, store)
