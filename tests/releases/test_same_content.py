"""The same inputs give the same content, wherever and however they are built; else it is said which input differs."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from graph.lines import keep
from graph.release import Release, Releases
from loaders import publish
from loaders.publish import build_release, rebuild_release
from tests.support.world import DAY, write_dataset

SAMPLE = Path(publish.__file__).parent / "formats" / "esco" / "sample"
BUILD = """
import sys
from datetime import date
from pathlib import Path
from loaders import publish
publish.WORTH_A_PROCESS = int(sys.argv[2])
if __name__ == "__main__":
    result = publish.build_release([Path(one) for one in sys.argv[3:]], Path(sys.argv[1]), today=date(2026, 11, 21))
    print(result.release.manifest.content_hash)
"""
ROLES = [{"role_id": f"OC-{n}", "title": f"Role {n}", "level": str(n)} for n in range(1, 9)]


def copied(folder: Path) -> list[Path]:
    """A native and a published dataset in a folder of their own."""
    native = write_dataset(folder / "native", roles=ROLES)
    published = folder / "published"
    published.mkdir()
    for path in SAMPLE.iterdir():
        if path.is_file():
            (published / path.name).write_bytes(path.read_bytes())
    return [native, published]


def hash_of_process(state: Path, folders: list[Path], seed: str, worth_a_process: int) -> str:
    script = state.with_suffix(".py")
    script.write_text(BUILD)
    env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(publish.__file__).parents[1])}
    command = [sys.executable, str(script), str(state), str(worth_a_process), *map(str, folders)]
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    return done.stdout.split()[-1]


def test_another_folder_seed_and_number_of_processes_change_nothing(tmp_path: Path) -> None:
    one, two = copied(tmp_path / "one"), copied(tmp_path / "somewhere" / "else")
    hashes = {
        hash_of_process(tmp_path / "a", one, "1", 10**12),
        hash_of_process(tmp_path / "b", two, "4711", 10**12),
        hash_of_process(tmp_path / "c", list(reversed(one)), "0", 1),
    }
    assert len(hashes) == 1, "one content"


@pytest.fixture
def released(tmp_path: Path) -> tuple[Release, list[Path]]:
    folders = copied(tmp_path / "data")
    release = build_release(folders, tmp_path / "state", today=DAY).release
    assert release is not None
    return release, folders


def test_the_manifest_names_every_input(released: tuple[Release, list[Path]]) -> None:
    release, folders = released
    named = {(one["dataset"], one["name"]): one["bytes"] for one in release.manifest.inputs}
    assert named["test-world", "roles.csv"] == (folders[0] / "roles.csv").stat().st_size
    assert named["esco-sample", "occupations_en.csv"] == (SAMPLE / "occupations_en.csv").stat().st_size
    assert (release.manifest.today, release.manifest.options["illustrative"]) == ("2026-11-21", False)


def test_a_release_can_be_made_again(released: tuple[Release, list[Path]], tmp_path: Path) -> None:
    release, _ = released
    elsewhere = copied(tmp_path / "copies")
    result = rebuild_release(release.manifest, list(reversed(elsewhere)))
    assert (result.same, result.differing) == (True, ())
    assert result.content_hash == release.manifest.content_hash
    assert Releases(tmp_path / "state").numbers() == [1], "nothing is published"


def test_an_input_that_differs_is_named(released: tuple[Release, list[Path]]) -> None:
    release, folders = released
    path = folders[1] / "occupations_en.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    (folders[0] / "roles.csv").unlink()
    (folders[0] / "sites.csv").write_text("site_id\n")
    result = rebuild_release(release.manifest, folders)
    assert not result.same
    assert [said.split(" has ")[0] for said in result.differing] == [
        "test-world: roles.csv is missing",
        "test-world: sites.csv was not there",
        "esco-sample: occupations_en.csv",
    ]
    assert rebuild_release(release.manifest, folders[:1]).differing[-1] == (
        "esco-sample: no folder with this dataset is given"
    )


def test_another_content_is_told(released: tuple[Release, list[Path]]) -> None:
    release, folders = released
    result = rebuild_release(replace(release.manifest, content_hash="other"), folders)
    assert (result.same, result.differing, result.content_hash) == (False, (), release.manifest.content_hash)


def test_lines_are_sorted_in_runs_that_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f'<urn:s:{n % 97}> <urn:p> "é{n % 13}" <urn:g> .\n' for n in range(5000)]
    parts = []
    for size in (10**9, 4096):
        monkeypatch.setattr("graph.lines.RUN_BYTES", size)
        folder = tmp_path / str(size)
        folder.mkdir()
        (folder / "x.raw").write_text("".join(lines), encoding="utf-8")
        part, plain = keep(folder / "x.raw", folder, "x")
        assert plain.read_bytes() == "".join(sorted(set(lines))).encode()
        assert [path.name for path in folder.iterdir()] == ["graph"], "what was written between is gone"
        parts.append(part)
    assert parts[0] == parts[1]
    assert parts[0].quads == len(set(lines))
