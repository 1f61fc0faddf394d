"""Doing the work: in this process, or on a Dask cluster. Each piece is kept when it is done, and not done again.

A scheduler and its workers run whatever they are sent: they belong on a private network (docs/atlas.md).
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zlib import compress, decompress

import distributed
import polars as pl

from queries.atlas import statements, table
from queries.atlas.faults import ClusterError
from queries.atlas.solve import ANSWER, Solver, frame
from queries.atlas.tasks import JOB, Chunk, Plan, Question, software

PARTS: Final = "parts"
"""The folder of finished pieces of work, in the folder of an atlas."""

CONNECT_SECONDS: Final = 10

Progress = Callable[[int, int], None]
"""Is told how many questions are answered, and of how many."""

Answers = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Tls:
    """The files with which a scheduler is spoken to in secret: of the authority, and our certificate and its key."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where to work: with `scheduler`, the address of one; else with so many `processes` of this machine."""

    scheduler: str | None = None
    processes: int = 2
    tls: Tls | None = None


class Worker(distributed.WorkerPlugin):  # type: ignore[misc]  # its library is typed by half
    """What a worker gets once: all that its pieces of work share. A worker that joins later gets it, too."""

    def __init__(self, packed: bytes, key: str, software: str) -> None:
        self.packed, self.key, self.software = packed, key, software
        self.name = _name(key)

    def setup(self, worker: distributed.Worker) -> None:
        """Make ready to answer. Raises `ClusterError` where other software is installed, or the job is damaged."""
        if (ours := software()) != self.software:
            raise ClusterError(f"worker {worker.address} has stepway {ours}, and the work is for {self.software}")
        job = decompress(self.packed)
        if sha256(job).hexdigest() != self.key:
            raise ClusterError(f"what worker {worker.address} was given is not what was sent")
        self.solver = Solver(JOB.validate_json(job))


def answers_of_worker(key: str, questions: tuple[Question, ...]) -> Answers:
    """The answers to a piece of work, on a worker."""
    worker = distributed.get_worker()
    plugin = worker.plugins.get(_name(key))
    if plugin is None:
        raise ClusterError(f"worker {worker.address} could not make ready for this work")
    return plugin.solver.answers(questions)  # type: ignore[no-any-return]  # as above


def _name(key: str) -> str:
    return f"stepway-atlas-{key[:16]}"


def make(plan: Plan, folder: Path, progress: Progress, cluster: Cluster | None = None) -> table.Manifest:
    """Answer a plan and write its atlas into a folder: the table, the graph and the manifest. Raises as `run` does."""
    answers = run(plan, folder, progress, cluster)
    manifest = table.written(plan, answers, folder)
    statements.written(table.read(folder), manifest, plan.circumstances, folder)
    return manifest


def run(plan: Plan, folder: Path, progress: Progress, cluster: Cluster | None = None) -> pl.DataFrame:
    """The answers to all questions of a plan, in their order.

    What is finished lies in `folder`, and is not done again. Without a cluster the work is done here. Raises
    `ClusterError`.
    """
    packed = JOB.dump_json(plan.job)
    key = sha256(packed).hexdigest()
    parts = folder / PARTS
    parts.mkdir(parents=True, exist_ok=True)
    chunks = {parts / f"{one.key(key)}.parquet": one for one in plan.chunks}
    left = {path: chunk for path, chunk in chunks.items() if _kept(path, chunk) is None}
    total = len(plan.questions)
    done = total - sum(len(chunk.questions) for chunk in left.values())
    progress(done, total)
    with _answering(plan, packed, key, left, cluster) as finished:
        for path, answers in finished:
            _keep(path, answers)
            done += len(answers)
            progress(done, total)
    found = [_kept(path, chunk) for path, chunk in chunks.items()]
    return pl.concat([frame([]), *(one for one in found if one is not None)])


def _keep(path: Path, answers: Answers) -> None:
    """Keep a finished piece of work: never half of it."""
    written = path.with_suffix(".new")
    frame(answers).write_parquet(written)
    written.replace(path)


def _kept(path: Path, chunk: Chunk) -> pl.DataFrame | None:
    """A finished piece of work; None when it is not there, or not whole."""
    if not path.is_file():
        return None
    try:
        found = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError):
        return None
    whole = found.schema == ANSWER and found["question"].to_list() == [one.key for one in chunk.questions]
    return found if whole else None


@contextmanager
def _answering(
    plan: Plan, packed: bytes, key: str, left: Mapping[Path, Chunk], cluster: Cluster | None
) -> Iterator[Iterator[tuple[Path, Answers]]]:
    """What answers the pieces of work that are left, one after another as they are finished."""
    if not left:
        yield iter(())
    elif cluster is None:
        solver = Solver(plan.job)
        yield ((path, solver.answers(chunk.questions)) for path, chunk in left.items())
    else:
        with _client(cluster) as client:
            client.register_plugin(Worker(compress(packed), key, plan.job.software))
            try:
                yield _from_cluster(client, key, left)
            finally:
                client.unregister_worker_plugin(_name(key))


def _from_cluster(client: distributed.Client, key: str, left: Mapping[Path, Chunk]) -> Iterator[tuple[Path, Answers]]:
    names = [f"stepway-atlas-{path.stem}" for path in left]
    path_of = dict(zip(names, left, strict=True))
    asked = [chunk.questions for chunk in left.values()]
    futures = client.map(answers_of_worker, [key] * len(asked), asked, key=names, pure=True)
    try:
        for future in distributed.as_completed(futures, loop=client.loop):
            yield path_of[future.key], future.result()
            future.release()
    except (distributed.KilledWorker, CancelledError, OSError) as error:
        raise ClusterError(f"the cluster gave up a piece of work: {error}") from error
    finally:
        client.cancel(futures)


@contextmanager
def _client(cluster: Cluster) -> Iterator[distributed.Client]:
    """A client of the scheduler; of one with processes of this machine, which end with it, when none is named."""
    with ExitStack() as stack:
        address: Any = cluster.scheduler
        security = None
        if cluster.tls is not None:
            tls = cluster.tls
            security = distributed.Security(
                tls_ca_file=str(tls.authority),
                tls_client_cert=str(tls.certificate),
                tls_client_key=str(tls.key),
                require_encryption=True,
            )
        if address is None:
            address = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=cluster.processes,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
            )
        try:
            client = distributed.Client(address, timeout=CONNECT_SECONDS, security=security, set_as_default=False)
        except (OSError, TypeError, ValueError) as error:
            raise ClusterError(f"no scheduler answers at {cluster.scheduler}: {error}") from error
        yield stack.enter_context(client)
