"""The parts that are worked out at the end of a build: each by itself, and only those that are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from rdflib import RDF

from graph.build import Derive
from graph.lines import COVERAGE, DEMAND, DERIVED, REACHABILITY
from graph.projection import Projection
from graph.release import Release
from graph.store import GraphStore, Quad
from loaders.publish import build_release, rebuild_release
from ontology.namespaces import DATASET, SW, thing
from tests.support.world import DAY, write_dataset


@dataclass
class Says:
    """Says that one thing is an occupation of some class, and what of the other parts was there when it was asked."""

    name: str
    seen: list[int] = field(default_factory=list)

    def __call__(self, store: GraphStore, projection: Projection, today: date) -> list[Quad]:
        self.seen.append(sum(store.count(DATASET[other], 1) for other in DERIVED))
        assert projection.roles.keys() == {"OC-A"}
        return [(thing(f"X-{self.name}"), RDF.type, SW[self.name], DATASET[self.name])]


def built(tmp_path: Path, derive: Mapping[str, Derive]) -> Release:
    write_dataset(tmp_path / "data", roles=[{"role_id": "OC-A", "title": "A", "level": "4", "sector": "healthtech"}])
    found = build_release([tmp_path / "data"], tmp_path / "state", today=DAY, derive=derive)
    assert found.release is not None, [str(one) for one in found.issues]
    return found.release


def test_each_is_a_part_and_none_is_worked_out_from_another(tmp_path: Path) -> None:
    said = {name: Says(name) for name in (DEMAND, REACHABILITY, COVERAGE)}
    release = built(tmp_path, said)
    assert [one.seen for one in said.values()] == [[0], [0], [0]]
    assert {name: release.manifest.parts[name]["quads"] for name in DERIVED} == dict.fromkeys(DERIVED, 1)
    assert [release.store.count(DATASET[name], 9) for name in DERIVED] == [1, 1, 1]


@pytest.mark.parametrize("then", [(), (REACHABILITY,), (REACHABILITY, COVERAGE, DEMAND)])
def test_other_parts_make_another_release_and_the_same_parts_none(tmp_path: Path, then: tuple[str, ...]) -> None:
    first = built(tmp_path, {name: Says(name) for name in (REACHABILITY, COVERAGE)})
    again = built(tmp_path, {name: Says(name) for name in (REACHABILITY, COVERAGE)})
    other = built(tmp_path, {name: Says(name) for name in then})
    same = built(tmp_path, {name: Says(name) for name in then})
    numbers = [one.manifest.number for one in (first, again, other, same)]
    assert numbers == [1, 1, 2, 2]
    assert set(DERIVED) & other.manifest.parts.keys() == set(then)


def test_a_rebuild_works_out_what_the_release_has(tmp_path: Path) -> None:
    release = built(tmp_path, {COVERAGE: Says(COVERAGE)})
    said = {name: Says(name) for name in DERIVED}
    assert rebuild_release(release.manifest, [tmp_path / "data"], derive=said).same
    assert {name: one.seen for name, one in said.items()} == {REACHABILITY: [], COVERAGE: [0], DEMAND: []}
