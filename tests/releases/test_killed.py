"""A build that is killed, or whose source fails, leaves the last release whole; the next build succeeds."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.release import Releases
from loaders import publish
from loaders.publish import build_release
from tests.releases.test_same_content import BUILD, ROLES, copied
from tests.support.world import DAY, write_dataset

TIMES = 10


@pytest.mark.slow
def test_killed_at_any_moment_the_last_release_is_whole(tmp_path: Path) -> None:
    state, folders = tmp_path / "state", copied(tmp_path / "data")
    first = build_release(folders, state, today=DAY).release
    assert first is not None
    write_dataset(folders[0], roles=[*ROLES, {"role_id": "OC-9", "title": "Another", "level": "4"}])
    script = tmp_path / "build.py"
    script.write_text(BUILD)
    env = os.environ | {"PYTHONPATH": str(Path(publish.__file__).parents[1])}
    begin = time.monotonic()
    once = [sys.executable, str(script), str(tmp_path / "once"), "1", *map(str, folders)]
    subprocess.run(once, env=env, check=True, stdout=subprocess.DEVNULL)
    usual = time.monotonic() - begin
    moments = random.Random(20261122)
    killed = 0
    for number in range(TIMES):
        # With processes of its own for the published dataset, so that these are killed too.
        command = [sys.executable, str(script), str(state), "1", *map(str, folders)]
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        releases = state / "releases"
        before = set(releases.iterdir())
        while not set(releases.glob("*.making")) - before and process.poll() is None:
            time.sleep(0.005)
        time.sleep(moments.uniform(0, usual * (number + 1) / TIMES))
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += process.returncode == -signal.SIGKILL
        current = Releases(state).get()
        assert current.manifest.number in (1, 2)
        assert len(current.store) == current.manifest.quads
        assert set(current.projection.roles) >= {role["role_id"] for role in ROLES}
        if current.manifest.number == 2:
            break
    assert killed
    last = build_release(folders, state, today=DAY).release
    assert last is not None
    # A build that was killed between naming its release and serving it leaves a whole one that nobody was shown.
    assert last.manifest.number >= 2 and "OC-9" in last.projection.roles
    assert not list((state / "releases").glob("*.making"))


def test_a_source_that_fails_leaves_the_last_release(tmp_path: Path) -> None:
    state, folders = tmp_path / "state", copied(tmp_path / "data")
    first = build_release(folders, state, today=DAY).release
    assert first is not None
    (folders[1] / "occupations_en.csv").unlink()
    result = build_release(folders, state, today=DAY)
    assert result.release is None
    assert "missing-file" in {one.code for one in result.issues}
    releases = Releases(state)
    assert (releases.numbers(), releases.current_number()) == ([1], 1)
    assert releases.get().manifest.content_hash == first.manifest.content_hash
    assert not list((state / "releases").glob("*.making"))


def test_two_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    one, two = copied(tmp_path / "one"), copied(tmp_path / "two")
    result = build_release([one[1], two[1]], tmp_path / "state", today=DAY)
    assert result.release is None
    assert [one.code for one in result.issues if one.severity == "error"] == ["duplicate-dataset"]


def test_what_must_not_be_passed_on_is_no_part_of_a_publication(tmp_path: Path) -> None:
    folders = copied(tmp_path / "data")
    description = folders[1] / "dataset.yml"
    description.write_text(description.read_text().replace("shippable: yes", "shippable: no"))
    result = build_release(folders, tmp_path / "state", today=DAY, publication=True)
    assert result.release is None
    (issue,) = [one for one in result.issues if one.severity == "error"]
    assert (issue.code, issue.dataset, issue.column) == ("not-for-publication", "esco-sample", "shippable")
    assert build_release(folders, tmp_path / "state", today=DAY).release is not None
    assert build_release(folders[:1], tmp_path / "state", today=DAY, publication=True).release is not None
