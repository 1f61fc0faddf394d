"""Nothing is deleted: what is described no more is retired, keeps its address, and names its successor."""

from pathlib import Path

from rdflib.namespace import DCTERMS

from graph.release import Release
from loaders.publish import build_release
from ontology.namespaces import SW, id_of, thing
from tests.support.world import DAY, Rows, write_dataset

OLD = {"role_id": "OC-OLD", "title": "Punched card operator", "level": "2"}
KEPT = {"role_id": "OC-TECH", "title": "Technician", "level": "4"}
OCCUPATIONS = "conceptUri,preferredLabel,altLabels,code,iscoGroup,description\n"


def built(folder: Path, state: Path, roles: Rows) -> Release:
    result = build_release([write_dataset(folder, roles=roles)], state, today=DAY)
    assert result.release is not None, list(map(str, result.issues))
    return result.release


def said(release: Release, id: str) -> dict[str, str]:
    """What a release says of a thing, by the last part of each property."""
    graph = release.store.describe(thing(id))
    return {str(p).rpartition("#")[2].rpartition("/")[2]: id_of(str(o)) for _, p, o in graph}


def test_what_is_gone_is_retired_and_in_no_list(tmp_path: Path) -> None:
    first = built(tmp_path / "data", tmp_path / "state", [OLD, KEPT])
    second = built(tmp_path / "data", tmp_path / "state", [KEPT])
    assert said(first, "OC-OLD")["prefLabel"] == "Punched card operator"
    assert said(second, "OC-OLD") == {
        "retired": "2", "lastDescribed": "1", "wasA": str(SW.Role), "wasCalled": "Punched card operator"
    }  # fmt: skip
    assert (second.manifest.previous, second.manifest.retired) == (1, {"sw:Role": 1})
    assert second.manifest.changes["sw:Role"]["retired"] == 1
    assert set(second.projection.roles) == {"OC-TECH"}
    assert [one.id for one in second.search.find("punched card")] == []


def test_it_stays_retired_until_it_is_described_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    built(tmp_path / "data", state, [OLD, KEPT])
    built(tmp_path / "data", state, [KEPT])
    third = built(tmp_path / "data", state, [KEPT | {"title": "Senior technician"}])
    assert said(third, "OC-OLD")["retired"] == "2"
    assert third.manifest.retired == {"sw:Role": 1}
    fourth = built(tmp_path / "data", state, [OLD, KEPT])
    assert said(fourth, "OC-OLD")["prefLabel"] == "Punched card operator"
    assert "retired" not in said(fourth, "OC-OLD")
    assert fourth.manifest.retired == {}


def test_history_is_no_part_of_the_content(tmp_path: Path) -> None:
    """Another machine, which never had the first release, makes the same second one."""
    built(tmp_path / "data", tmp_path / "state", [OLD, KEPT])
    here = built(tmp_path / "data", tmp_path / "state", [KEPT])
    there = built(tmp_path / "data", tmp_path / "other", [KEPT])
    assert (here.manifest.number, there.manifest.number) == (2, 1)
    assert here.manifest.content_hash == there.manifest.content_hash
    again = build_release([tmp_path / "data"], tmp_path / "state", today=DAY)
    assert again.unchanged


def test_a_successor_that_a_source_names_is_told(tmp_path: Path) -> None:
    """A dataset says of a thing that it does not describe what has replaced it."""
    from graph.diff import Side, successors
    from graph.store import GraphStore, n_quads

    state = tmp_path / "state"
    built(tmp_path / "data", state, [OLD, KEPT])
    release = built(tmp_path / "data", state, [KEPT])
    replaced = [(thing("OC-NEXT"), DCTERMS.replaces, thing("OC-OLD"), SW.graph)]
    lines = tmp_path / "more.nq"
    lines.write_text("\n".join(n_quads(replaced)) + "\n")
    store = GraphStore.build(tmp_path / "more", lines)
    assert successors(thing("OC-OLD"), Side(tmp_path, store, {}), Side.of(release)) == ("OC-NEXT",)


def test_a_file_that_lost_many_rows_is_told(tmp_path: Path) -> None:
    roles = [{"role_id": f"OC-R{n}", "title": f"Role {n}", "level": "4"} for n in range(10)]
    state = tmp_path / "state"
    built(tmp_path / "data", state, roles)
    for kept, told in ((9, []), (8, ["8 rows, and 9 in the release before"])):
        release = built(tmp_path / "data", state, roles[:kept])
        assert [issue.message for issue in release.issues if issue.code == "rows-fell"] == told
        assert all(issue.file for issue in release.issues if issue.code == "rows-fell")
