"""Worker processes for work that is heavy: they share what is ready, and each can be killed without harm to others.

A *nursery* is a process that makes everything ready once (it opens a release, compiles what is to be compiled) and then
does nothing but fork. The *workers* that it forks share its memory, copy-on-write, and answer one task at a time. A
nursery never starts a thread, so that forking is safe; the service, which has threads, never forks. Killing is the only
way of stopping that works for compiled code, so a worker is killed when its time or memory is over or when nobody waits
for its answer any longer, and another is forked when it is next needed.

Nothing here knows what the work is: an *opener* takes a *home* (what is to be made ready) and gives the function that
answers tasks. Both go to the nursery by pickle. This module needs the standard library alone, so that a nursery loads
only what its opener does.
"""

import asyncio
import gc
import itertools
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import traceback
import weakref
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from typing import Any, Final, NoReturn

Answer = Callable[[Any], bytes]
Opener = Callable[[Any], Answer]

NURSERIES: Final = 2
"""Nurseries kept open: that of the home which is current, and the one asked for last beside it."""

_SINGLE_THREADED: Final = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMBA")}
"""Keeps numerical libraries from starting threads when they are loaded, after which forking would not be safe."""

_KINDNESS: Final = 10
"""How far workers stand back (see nice(2)) for the process that serves everybody."""

_CLOSING_SECONDS: Final = 5.0

log = logging.getLogger("stepway.workers")


class BusyError(RuntimeError):
    """Too many tasks wait already."""


class TooHeavyError(RuntimeError):
    """A task took more time or memory than any should; it was stopped and has no answer."""


class WorkerDiedError(RuntimeError):
    """A process ended by itself; the task that it worked on has no answer."""


# In the nursery and its workers.


def places(error: BaseException) -> str:
    """Where an exception came about, without what it says: that may hold words of whoever asked."""
    found = [f"{type(error).__name__}\n", *traceback.format_tb(error.__traceback__), *getattr(error, "__notes__", ())]
    before = error.__cause__ or error.__context__
    return "".join(found) + (f"after {places(before)}" if before is not None else "")


def _told(error: BaseException) -> tuple[type[BaseException], tuple[Any, ...], dict[str, Any]]:
    """An exception as it goes to another process, with the place where it was raised as a note."""
    error.add_note(places(error))
    return type(error), error.args, vars(error)


def _raise(kind: type[BaseException], args: tuple[Any, ...], state: dict[str, Any]) -> NoReturn:
    """Raise it here. It is not made by calling its class, whose arguments need not be `args`."""
    error = kind.__new__(kind, *args)
    vars(error).update(state)
    raise error


def nursery() -> NoReturn:
    """The whole life of a nursery. It gets its orders from its standard input, and ends with it.

    An order is None, with a socket, for a worker that listens to it (the reply is its process id); or a process id, for
    putting that worker to rest. Only then does its id go back to the system, so an id never means another process.
    """
    control = Connection(os.dup(0))
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)  # workers are not to inherit the orders
    opener, home, memory = control.recv()
    most = min(one for one in (memory, *resource.getrlimit(resource.RLIMIT_DATA)) if one != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    try:
        answer = opener(home)
    except BaseException as error:  # noqa: BLE001 -- whatever it is, the service is to know
        control.send(_told(error))
        os._exit(1)
    gc.collect()
    gc.freeze()
    workers: set[int] = set()
    with suppress(EOFError, OSError):  # the service closed its end, or is no more
        control.send(None)
        while True:
            order = control.recv()
            if order is not None:
                _put_to_rest(order)
                workers.remove(order)
                continue
            handle = recv_handle(control)
            pid = os.fork()
            if not pid:
                try:
                    control.close()
                    _work(answer, Connection(handle), memory)
                except BaseException as error:  # noqa: BLE001 -- it is not to reach the life of the nursery
                    sys.stderr.write(places(error))
                finally:
                    os._exit(1)
            os.close(handle)
            workers.add(pid)
            control.send(pid)
    for pid in workers:
        _put_to_rest(pid)
    os._exit(0)


def _put_to_rest(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _work(answer: Answer, service: Connection, memory: int) -> None:
    """The whole life of a worker. With each outcome it says whether it has grown too large for another task."""
    os.nice(_KINDNESS)
    unit = 1 if sys.platform == "darwin" else 1024
    with suppress(EOFError, OSError):
        while True:
            task, error = service.recv(), None
            try:
                reply = answer(task)
            except Exception as raised:  # noqa: BLE001 -- whatever it is, whoever asked is to know
                reply, error = b"", _told(raised)
            worn = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit > memory / 2
            service.send((error, worn))
            service.send_bytes(reply)


# In the service.


@dataclass(eq=False, slots=True)
class _Worker:
    """One worker as the service sees it."""

    home: Hashable
    nursery: "_Nursery"
    pid: int
    service: Connection
    killed: bool = False

    def ask(self, task: Hashable, seconds: float) -> tuple[bytes, bool]:
        """Its answer, and whether it has grown too large for another task. Raises what answering raised, as well as
        `TooHeavyError` and `WorkerDiedError`."""
        try:
            self.service.send(task)
            if not self.service.poll(seconds):
                raise TooHeavyError(f"it took longer than {seconds:g} seconds")
            error, worn = self.service.recv()
            reply = self.service.recv_bytes()
        except (EOFError, OSError) as gone:
            raise WorkerDiedError("the process that worked on it ended") from gone
        if error is not None:
            _raise(*error)
        return reply, worn

    @property
    def is_well(self) -> bool:
        """Whether an idle worker can be asked: one that has ended, or says what nobody asked, cannot."""
        return not self.killed and not self.service.poll()

    def kill(self) -> None:
        """Stop it at once. Call with the lock of the pool, so that it is not put to rest meanwhile."""
        self.killed = True
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Stop it, and clear it away."""
        self.service.close()
        self.nursery.put_to_rest(self.pid)


class _Nursery:
    """One nursery as the service sees it. Every method waits, so none is for the event loop."""

    def __init__(self, opener: Opener, home: Hashable, memory: int) -> None:
        self.home = home
        ours, theirs = socket.socketpair()
        start = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import nursery; nursery()"
        with theirs:
            # In a group of its own, since Ctrl-C is meant for the service, which then ends it in order.
            self._process = subprocess.Popen(  # noqa: S603 -- it is this very program
                [sys.executable, "-c", start],
                stdin=theirs.fileno(),
                process_group=0,
                env={**os.environ, **_SINGLE_THREADED},
            )
        self._line, self._control = ours, Connection(os.dup(ours.fileno()))
        self._control.send((opener, home, memory))
        self._lock = threading.Lock()
        self._is_open = False

    def open(self, seconds: float) -> None:
        """Wait until it is ready. Raises what opening raised, as well as `TooHeavyError` and `WorkerDiedError`."""
        with self._lock:
            if self._is_open:
                return
            try:
                if not self._control.poll(seconds):
                    raise TooHeavyError(f"making ready took longer than {seconds:g} seconds")
                error = self._control.recv()
            except (EOFError, OSError) as gone:
                raise WorkerDiedError("the process that was making ready ended") from gone
            if error is not None:
                _raise(*error)
            self._is_open = True

    def fork(self) -> _Worker:
        """A new worker. Raises `WorkerDiedError` when the nursery itself has ended."""
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            service = Connection(ours.detach())
            try:
                self._control.send(None)
                send_handle(self._control, theirs.fileno(), self._process.pid)
                return _Worker(self.home, self, self._control.recv(), service)
            except (EOFError, OSError) as gone:
                service.close()
                raise WorkerDiedError("the process that forks workers ended") from gone

    def put_to_rest(self, pid: int) -> None:
        """Clear away one of its workers, running or not."""
        with self._lock, suppress(OSError):  # when the nursery has ended it is cleared away with the others
            self._control.send(pid)

    def close(self) -> None:
        """End it with all its workers. Those who wait for it are told that it ended."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_CLOSING_SECONDS if self._is_open else 0)
        if self._process.returncode != 0:  # it is still making ready, or ended without its workers
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        with self._lock:
            self._line.close()
            self._control.close()


def _close_all(nurseries: "OrderedDict[Hashable, _Nursery]") -> None:
    while nurseries:
        nurseries.popitem()[1].close()


@dataclass(eq=False, slots=True)
class _Job:
    """A task that somebody waits for: how many do, and who works on it (None: it waits, or a worker is being found)."""

    home: Hashable
    task: Hashable
    client: str
    askers: int = 1
    worker: _Worker | None = None
    outcome: "Future[bytes]" = field(default_factory=Future)


class _Queue:
    """Jobs that wait. Clients take turns; when it is full whoever has most waiting loses the latest of them.

    Longest-queue-drop with round robin: Suter, Lakshman, Stiliadis, Choudhury, "Buffer management schemes for
    supporting TCP in gigabit routers with per-flow queueing", IEEE JSAC 17 (1999).
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: OrderedDict[str, deque[_Job]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def add(self, job: _Job) -> _Job | None:
        """Put a job at the end of its client's line. The job that has lost its place for it, which can be the same."""
        self._lines.setdefault(job.client, deque()).append(job)
        if len(self) <= self._most:
            return None
        longest = max(map(len, self._lines.values()))
        client = job.client
        if len(self._lines[client]) < longest:
            client = next(name for name, line in self._lines.items() if len(line) == longest)
        lost = self._lines[client][-1]
        self.remove(lost)
        return lost

    def next(self) -> _Job | None:
        """The job whose turn it is, which then waits no longer."""
        if not self._lines:
            return None
        client, line = next(iter(self._lines.items()))
        self._lines.move_to_end(client)
        job = line[0]
        self.remove(job)
        return job

    def remove(self, job: _Job) -> bool:
        """Take a job out; whether it was there."""
        line = self._lines.get(job.client, deque())
        if job not in line:
            return False
        line.remove(job)
        if not line:
            del self._lines[job.client]
        return True


@dataclass(frozen=True, slots=True)
class PoolState:
    """How busy a pool is (`running`, `waiting`: jobs, `homes`: nurseries), and what became of the jobs since it began.

    `shared` counts those who got an answer that was being worked out for another; `left` jobs that nobody waited for in
    the end; `refused` jobs for which there was no room; `heavy` jobs stopped for their time or memory; `died` jobs
    whose process ended; `failed` jobs that answering raised an error for.
    """

    running: int
    waiting: int
    homes: int
    answered: int
    shared: int
    refused: int
    left: int
    heavy: int
    died: int
    failed: int


class Pool:
    """Answers tasks in worker processes: some at the same time, others wait, and the same task is worked on once.

    `workers`: tasks worked on at the same time. `waiting`: most tasks that wait for their turn. `seconds`: wall time
    after which a task is given up, a safety net. `memory`: most bytes of data of one process, where the system keeps to
    it (Linux does). Processes start when first needed. When the pool is no longer used by anybody they end by
    themselves, as they do when this process ends in whatever way.
    """

    def __init__(self, opener: Opener, *, workers: int, waiting: int, seconds: float, memory: int) -> None:
        self._opener, self._workers, self._seconds, self._memory = opener, workers, seconds, memory
        self._lock = threading.Lock()
        self._queue = _Queue(waiting)
        self._jobs: dict[tuple[Hashable, Hashable], _Job] = {}
        self._running = 0
        self._idle: list[_Worker] = []
        self._nurseries: OrderedDict[Hashable, _Nursery] = OrderedDict()
        self._current: Hashable = None
        self._counts: Counter[str] = Counter()
        weakref.finalize(self, _close_all, self._nurseries)

    def state(self) -> PoolState:
        """How it is."""
        names = ("answered", "shared", "refused", "left", "heavy", "died", "failed")
        with self._lock:
            counts = {name: self._counts[name] for name in names}
            return PoolState(self._running, len(self._queue), len(self._nurseries), **counts)

    async def answer(self, home: Hashable, task: Hashable, client: str = "") -> bytes:
        """The answer to a task. When this is cancelled, and nobody else waits for the same, the work stops at once.

        Raises what answering raised, as well as `BusyError`, `TooHeavyError` and `WorkerDiedError`.
        """
        job = self._join(home, task, client)
        try:
            return await asyncio.shield(asyncio.wrap_future(job.outcome))
        finally:
            self._leave(job)

    def prepare(self, home: Hashable) -> None:
        """Make a home ready before anybody asks, and keep it ready until another is current. Returns when it is."""
        with self._lock:
            if home == self._current:
                return
            self._current = home
        self._nursery(home)

    def close(self) -> None:
        """End every process; those who still wait are told that theirs died. Who asks later finds new ones."""
        with self._lock:
            waiting, idle = list(iter(self._queue.next, None)), self._idle
            self._idle, self._current = [], None
        _close_all(self._nurseries)
        for worker in idle:
            worker.service.close()
        for job in waiting:
            self._settle(job, WorkerDiedError("the service is stopping"))

    def _join(self, home: Hashable, task: Hashable, client: str) -> _Job:
        """The job for a task: the one that somebody waits for already, or a new one. Raises `BusyError`."""
        with self._lock:
            if (job := self._jobs.get((home, task))) is not None:
                job.askers += 1
                self._counts["shared"] += 1
                return job
            job = self._jobs[home, task] = _Job(home, task, client)
            if self._running < self._workers:
                self._running += 1
                threading.Thread(target=self._run, args=(job,), name="stepway-worker", daemon=True).start()
                return job
            lost = self._queue.add(job)
        if lost is not None:
            self._settle(lost, BusyError(f"{self._workers} questions are being worked on and many more wait"))
        return job

    def _leave(self, job: _Job) -> None:
        """One who waited waits no longer; the last one stops the work."""
        with self._lock:
            job.askers -= 1
            if job.askers or self._jobs.get((job.home, job.task)) is not job:
                return
            del self._jobs[job.home, job.task]
            self._counts["left"] += 1
            if not self._queue.remove(job) and job.worker is not None:
                job.worker.kill()

    def _settle(self, job: _Job, outcome: bytes | BaseException) -> None:
        """Tell everybody who waits for a job how it ended."""
        counted: dict[type, str] = {
            bytes: "answered", BusyError: "refused", TooHeavyError: "heavy", WorkerDiedError: "died"
        }  # fmt: skip
        with self._lock:
            if self._jobs.get((job.home, job.task)) is not job:
                return
            del self._jobs[job.home, job.task]
            self._counts[counted.get(type(outcome), "failed")] += 1
        if isinstance(outcome, TooHeavyError | WorkerDiedError):
            log.warning("a task has no answer: %s", outcome)
        if isinstance(outcome, bytes):
            job.outcome.set_result(outcome)
        else:
            job.outcome.set_exception(outcome)

    def _run(self, job: _Job | None) -> None:
        """Work on a job and then on those that wait, in a thread that does little but wait for a worker."""
        while job is not None:
            try:
                self._settle(job, self._carry_out(job))
            except BaseException as error:  # noqa: BLE001 -- whoever asked is told
                self._settle(job, error)
            with self._lock:
                job = self._queue.next()
                self._running -= job is None

    def _carry_out(self, job: _Job) -> bytes:
        """The answer of a worker to a job."""
        worker = self._hire(job.home)
        fit = False
        try:
            with self._lock:
                if not job.askers:
                    fit = True
                    return b""
                job.worker = worker
            reply, worn = worker.ask(job.task, self._seconds)
            fit = not worn
        except MemoryError as error:
            raise TooHeavyError("it needed more memory than a question may") from error
        except (TooHeavyError, WorkerDiedError):
            raise
        except BaseException:
            fit = True  # the task was refused; the worker is well
            raise
        finally:
            with self._lock:
                job.worker = None
                fit = fit and not worker.killed
                if fit:
                    self._idle.append(worker)
            if not fit:
                worker.end()
        return reply

    def _hire(self, home: Hashable) -> _Worker:
        """A worker that is ready for a home: an idle one, or a new one in the place of one that is idle elsewhere."""
        unfit = []
        with self._lock:
            found = None
            for worker in [one for one in self._idle if one.home == home]:
                self._idle.remove(worker)
                if worker.is_well:
                    found = worker
                    break
                unfit.append(worker)
            if found is None and self._idle and self._running + len(self._idle) > self._workers:
                unfit.append(self._idle.pop(0))
        for worker in unfit:
            worker.end()
        if found is not None:
            return found
        nursery = self._nursery(home)
        try:
            return nursery.fork()
        except WorkerDiedError:  # it ended while nothing was asked of it: another takes its place
            return self._nursery(home, instead_of=nursery).fork()

    def _nursery(self, home: Hashable, instead_of: _Nursery | None = None) -> _Nursery:
        """The nursery for a home, ready. `instead_of`: one that has ended."""
        closing = []
        with self._lock:
            if instead_of is not None and self._nurseries.get(home) is instead_of:
                closing.append(self._nurseries.pop(home))
            if home not in self._nurseries:
                self._nurseries[home] = _Nursery(self._opener, home, self._memory)
            found = self._nurseries[home]
            self._nurseries.move_to_end(home)
            needed = {self._current, home, *(job.home for job in self._jobs.values())}
            spare = [one for one in self._nurseries if one not in needed]
            for one in itertools.islice(spare, max(0, len(self._nurseries) - NURSERIES)):
                closing.append(self._nurseries.pop(one))
            gone = [worker for worker in self._idle if worker.nursery in closing]
            self._idle = [worker for worker in self._idle if worker not in gone]
        for worker in gone:
            worker.service.close()
        for one in closing:
            one.close()
        try:
            found.open(self._seconds)
        except BaseException:
            with self._lock:
                if self._nurseries.get(home) is found:
                    del self._nurseries[home]
            found.close()
            raise
        return found
