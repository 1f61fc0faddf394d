"""A build publishes a whole release or nothing, and the same inputs give the same content."""

import json
from pathlib import Path

import pytest

from graph import build
from graph.issues import read_issues
from graph.release import BuildRunningError, Releases
from loaders.publish import build_release
from tests.support.world import DAY, Rows, write_dataset

ROLE = {"role_id": "OC-TECH", "title": "Technician", "level": "4"}
COMPETENCY = {"competency_id": "K-1", "role_id": "OC-TECH", "label": "Calibrate a device", "standard_ref": "ST0001"}


def folder(path: Path, **changed: Rows) -> Path:
    return write_dataset(path, **({"roles": [ROLE], "competencies": [COMPETENCY]} | changed))


def test_a_release_holds_everything(tmp_path: Path) -> None:
    result = build_release([folder(tmp_path / "data")], tmp_path / "state", today=DAY)
    release = result.release
    assert release is not None
    assert not result.unchanged
    manifest = release.manifest
    assert (manifest.number, manifest.counts["Role"], manifest.counts["Competency"]) == (1, 1, 1)
    assert manifest.datasets[0]["rows"]["roles"] == {"read": 1, "mapped": 1, "withheld": 0, "refused": 0}
    assert len(release.store) == manifest.quads
    assert release.projection.roles["OC-TECH"].level == 4
    assert [found.id for found in release.search.find("technician")] == ["OC-TECH"]
    assert {path.name for path in release.path.iterdir()} == {
        "store", "graph", "profile.json", "projection.json", "search.sqlite", "issues.jsonl", "manifest.json",
    }  # fmt: skip


def test_what_follows_is_marked_as_inferred(tmp_path: Path) -> None:
    release = build_release([folder(tmp_path / "data")], tmp_path / "state", today=DAY).release
    assert release is not None
    rows = release.store.select("SELECT ?g ?c WHERE { GRAPH ?g { ?r sw:requires ?c } ?g sw:status sw:inferred }")
    assert [str(row["c"]).rpartition("/")[2] for row in rows] == ["K-1"]


def test_the_same_inputs_make_no_new_release_and_another_machine_makes_the_same(tmp_path: Path) -> None:
    first = build_release([folder(tmp_path / "data")], tmp_path / "one", today=DAY)
    again = build_release([folder(tmp_path / "data")], tmp_path / "one", today=DAY)
    other = build_release([folder(tmp_path / "data")], tmp_path / "two", today=DAY)
    assert again.unchanged
    assert Releases(tmp_path / "one").numbers() == [1]
    assert first.release is not None and other.release is not None
    assert first.release.manifest.content_hash == other.release.manifest.content_hash
    for path in (first.release.path / "graph").iterdir():
        assert path.read_bytes() == (other.release.path / "graph" / path.name).read_bytes()


def test_a_changed_cell_makes_a_new_release(tmp_path: Path) -> None:
    build_release([folder(tmp_path / "data")], tmp_path / "state", today=DAY)
    changed = folder(tmp_path / "data", roles=[ROLE | {"title": "Senior technician"}])
    result = build_release([changed], tmp_path / "state", today=DAY)
    assert result.release is not None
    assert result.release.manifest.number == 2


def test_an_error_stops_and_the_last_release_goes_on(tmp_path: Path) -> None:
    build_release([folder(tmp_path / "data")], tmp_path / "state", today=DAY)
    broken = folder(tmp_path / "data", roles=[ROLE | {"level": "nine"}])
    result = build_release([broken], tmp_path / "state", today=DAY)
    assert result.release is None
    releases = Releases(tmp_path / "state")
    assert (releases.numbers(), releases.current_number()) == ([1], 1)
    assert len(releases.get().store) > 0
    kept = read_issues(releases.folder / build.FAILED)
    assert [issue.place for issue in kept if issue.code == "invalid-level"] == ["roles.csv:2 [level]"]


def test_a_crash_half_way_leaves_the_last_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_release([folder(tmp_path / "data")], tmp_path / "state", today=DAY)
    monkeypatch.setattr(build, "project", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build_release([folder(tmp_path / "data", roles=[ROLE | {"title": "Other"}])], tmp_path / "state", today=DAY)
    monkeypatch.undo()
    releases = Releases(tmp_path / "state")
    assert (releases.numbers(), releases.get().manifest.number) == ([1], 1)
    mended = build_release(
        [folder(tmp_path / "data", roles=[ROLE | {"title": "Other"}])], tmp_path / "state", today=DAY
    )
    assert mended.release is not None


def test_two_datasets_keep_graphs_of_their_own(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one"), folder(tmp_path / "two", roles=[ROLE | {"level": "5"}])
    description = two / "dataset.yml"
    description.write_text(description.read_text().replace("id: test-world", "id: second-world"))
    release = build_release([one, two], tmp_path / "state", today=DAY).release
    assert release is not None
    rows = release.store.select(
        "SELECT ?g ?level WHERE { GRAPH ?g { <https://w3id.org/stepway/id/OC-TECH> sw:level ?level } }"
    )
    told = {str(r["g"]).rpartition("/")[2]: str(r["level"]).rpartition("/")[2] for r in rows}
    assert told == {"test-world": "4", "second-world": "5"}


def test_the_manifest_is_plain_json(tmp_path: Path) -> None:
    release = build_release([folder(tmp_path / "data")], tmp_path / "state", today=DAY).release
    assert release is not None
    said = json.loads((release.path / "manifest.json").read_text())
    assert (said["illustrative"], said["datasets"][0]["licence"]) == (False, "CC0-1.0")


def test_another_version_of_the_software_makes_the_release_anew(tmp_path: Path) -> None:
    first = build_release([folder(tmp_path / "data")], tmp_path / "state", today=DAY).release
    assert first is not None
    (first.path / "projection.json").write_text("{}")
    again = build_release([folder(tmp_path / "data")], tmp_path / "state", today=DAY)
    assert again.release is not None
    assert (again.unchanged, again.release.manifest.number) == (False, 2)


def test_two_builds_do_not_meet(tmp_path: Path) -> None:
    data = folder(tmp_path / "data")
    with Releases(tmp_path / "state").building(), pytest.raises(BuildRunningError, match="another build is running"):
        build_release([data], tmp_path / "state", today=DAY)
    assert build_release([data], tmp_path / "state", today=DAY).release is not None
