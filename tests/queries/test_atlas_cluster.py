"""The atlas on a Dask cluster of two processes is the same, whatever dies: a worker midway, or the whole run."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
import distributed
import pytest

from queries.atlas import run, statements, table, tasks
from queries.atlas.faults import ClusterError
from queries.atlas.tasks import Plan, plan
from tests.questions.world import TODAY
from tests.support.atlas_world import crowded, three_roles, with_km

WRITTEN = (table.TABLE, table.MANIFEST, statements.FILE)
ROOT = Path(__file__).parents[2]

CODE = """
import pickle, sys
from pathlib import Path
from queries.atlas import run, tasks
tasks.TOGETHER = 1
plan = pickle.loads(Path(sys.argv[1]).read_bytes())
run.make(plan, Path(sys.argv[2]), lambda done, total: print(done, total, flush=True))
"""


def quietly(_done: int, _total: int) -> None:
    """Nobody watches."""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of work small enough that there is a midway."""
    monkeypatch.setattr(tasks, "TOGETHER", 1)


@pytest.fixture(scope="module")
def work() -> Plan:
    """Few questions in several pieces: what costs time is to start processes, not what they are asked."""
    projection, places = crowded(each=1)
    found = plan(projection, "0", TODAY, places, with_km("SC-SIXTEEN", 10, 30), roles=three_roles()[1:2])
    assert len(found.questions) >= 4
    return found


@pytest.fixture(scope="module")
def here(work: Plan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What is written by one process, by name."""
    folder = tmp_path_factory.mktemp("here")
    run.make(work, folder, quietly)
    return written(folder)


def written(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in WRITTEN}


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.LocalCluster]:
    """A scheduler and two worker processes of this machine."""
    options: dict[str, Any] = {"host": "127.0.0.1", "dashboard_address": None}
    with (
        dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}),
        distributed.LocalCluster(n_workers=2, processes=True, threads_per_worker=1, **options) as made,
    ):
        yield made


def test_two_worker_processes_write_the_same_bytes(
    cluster: distributed.LocalCluster, work: Plan, here: dict[str, bytes], tmp_path: Path
) -> None:
    run.make(work, tmp_path, quietly, run.Cluster(cluster.scheduler_address))
    assert written(tmp_path) == here


def test_a_worker_killed_midway_loses_nothing(
    cluster: distributed.LocalCluster, work: Plan, here: dict[str, bytes], tmp_path: Path
) -> None:
    with distributed.Client(cluster, set_as_default=False) as client:
        workers = sorted(client.run(os.getpid).values())
    assert len(workers) == 2
    killed: list[int] = []

    def kill_one(done: int, total: int) -> None:
        if 0 < done < total and not killed:
            killed.append(workers[0])
            os.kill(workers[0], signal.SIGKILL)

    run.make(work, tmp_path, kill_one, run.Cluster(cluster.scheduler_address))
    assert killed
    assert written(tmp_path) == here


def test_a_run_killed_midway_goes_on_where_it_was(work: Plan, here: dict[str, bytes], tmp_path: Path) -> None:
    told_to = tmp_path / "plan"
    told_to.write_bytes(pickle.dumps(work))
    command = [sys.executable, "-c", CODE, str(told_to), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            done, total = map(int, line.split())
            if done:
                process.kill()
                break
    assert 0 < done < total
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / table.MANIFEST).exists()
    kept = {path: path.stat().st_ino for path in (tmp_path / run.PARTS).glob("*.parquet")}
    assert kept
    told: list[int] = []
    run.make(work, tmp_path, lambda done, _total: told.append(done))
    assert told[0] >= done
    assert {path: path.stat().st_ino for path in kept} == kept
    assert written(tmp_path) == here


def test_a_scheduler_that_does_not_answer_is_told(work: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CONNECT_SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        with pytest.raises(ClusterError, match="no scheduler answers"):
            run.make(work, tmp_path, quietly, run.Cluster(address))
    assert not list((tmp_path / run.PARTS).iterdir())


def test_workers_with_other_software_are_refused(cluster: distributed.LocalCluster, work: Plan, tmp_path: Path) -> None:
    work = replace(work, job=replace(work.job, software="of another day"))
    with pytest.raises(ClusterError, match="of another day"):
        run.make(work, tmp_path, quietly, run.Cluster(cluster.scheduler_address))
    assert not list((tmp_path / run.PARTS).iterdir())
