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

import array
import asyncio
import ctypes
import gc
import itertools
import logging
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
import weakref
from asyncio import AbstractEventLoop, TimerHandle
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from operator import attrgetter, itemgetter
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Final, Generic, NoReturn, Protocol, TypeVar

from api import allocator


class Attachment:
    """An open file that goes with an answer, for any number of readers. It is closed when nobody holds it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size

    def read(self, size: int, offset: int) -> bytes:
        """So many bytes from a place on; fewer at the end."""
        return os.pread(self._descriptor, size, offset)

    def fileno(self) -> int:
        """Its descriptor, which stays its own."""
        return self._descriptor

    def __del__(self) -> None:
        with suppress(AttributeError, OSError):
            os.close(self._descriptor)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a file that goes with it."""

    body: bytes
    file: Attachment | None = None


Answer = Callable[[Any], bytes | Reply]
Opener = Callable[[Any], Answer]


@dataclass(frozen=True, slots=True)
class Named:
    """An opener by its name, `module:function`: only the nursery loads it, and not the service."""

    name: str

    def __call__(self, home: Any) -> Answer:
        """Load it, and open a home."""
        answer: Answer = resolve_name(self.name)(home)
        return answer


NURSERIES: Final = 2
"""Nurseries kept open: that of the home which is current, and the one asked for last beside it."""

_ENVIRONMENT: Final = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMBA")} | {
    "RUST_BACKTRACE": "0",
}
"""Keeps numerical libraries from starting threads when they are loaded, after which forking would not be safe; and a
process that ends for want of memory from spending a second on telling where."""

_KINDNESS: Final = 10
"""How far workers stand back (see nice(2)) for the process that serves everybody."""

_CLOSING_SECONDS: Final = 5.0

_LOOK_SECONDS: Final = 0.2
"""Between two looks at the memory of a process that works on a task."""

_GRACE_SECONDS: Final = 1.0
"""After its time is over, a worker that the service has not stopped ends by itself."""

_WAY_SECONDS: Final = 0.25
"""Time that a task waits for a client who has more than its share of workers, before a task of that one is stopped."""

_HEAVY_SECONDS: Final = 1.0
"""After which a task is heavy: where all workers have such tasks, one is stopped for a client who has no worker."""

_HALF_LIFE_SECONDS: Final = 60.0
"""After which time that a client has taken counts half."""

_CLIENTS_KNOWN: Final = 1_000
"""Most clients whose time is counted."""

_TOO_LARGE: Final = "it needed more memory than a question may"

_SIZE: Final = struct.Struct("!Q")
"""Before each message between the service and a worker: how long it is."""

_ONCE: Final = 64 * 1024

_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

log = logging.getLogger("stepway.workers")


class BusyError(RuntimeError):
    """Too many tasks wait already. `own`: whoever asked has others that wait."""

    def __init__(self, message: str, *, own: bool = False) -> None:
        super().__init__(message)
        self.own = own


class TooHeavyError(RuntimeError):
    """A task took more time or memory than any should; it was stopped and has no answer.

    `memory`: the bytes that its process had in the end, where memory was the reason; else 0.
    """

    def __init__(self, message: str, *, memory: int = 0) -> None:
        super().__init__(message)
        self.memory = memory


class WorkerDiedError(RuntimeError):
    """A process ended by itself; the task that it worked on has no answer.

    `signal`: the signal that ended it, and `memory`: the most bytes that it had; 0 where they are not known. `seconds`:
    how long it had worked on the task.
    """

    def __init__(self, message: str, *, signal: int = 0, memory: int = 0) -> None:
        super().__init__(message)
        self.signal, self.memory, self.seconds = signal, memory, 0.0


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
    putting that worker to rest (the reply is the signal that ended it and the most memory it had). Only then does its
    id go back to the system, so an id never means another process.
    """
    gc.disable()  # what is made ready stays
    control = Connection(os.dup(0))
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)  # workers are not to inherit the orders
    opener, home, memory, seconds = control.recv()
    most = min(one for one in (memory, *resource.getrlimit(resource.RLIMIT_DATA)) if one != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    try:
        answer = opener(home)
    except BaseException as error:  # noqa: BLE001 -- whatever it is, the service is to know
        control.send(_told(error))
        os._exit(1)
    gc.collect()
    gc.freeze()
    gc.enable()
    workers: set[int] = set()
    with suppress(EOFError, OSError):  # the service closed its end, or is no more
        control.send(None)
        while True:
            order = control.recv()
            if order is not None:
                workers.remove(order)
                control.send(_put_to_rest(order))
                continue
            handle = recv_handle(control)
            parent, pid = os.getpid(), os.fork()
            if not pid:
                try:
                    control.close()
                    _end_with(parent)
                    _work(answer, socket.socket(fileno=handle), memory, seconds)
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


def _put_to_rest(pid: int) -> tuple[int, int]:
    """Stop it, unless it has ended: the signal that ended it (0: none) and the most memory it had, in bytes."""
    os.kill(pid, signal.SIGKILL)
    _, status, used = os.wait4(pid, 0)
    return (os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0), used.ru_maxrss * _RSS_UNIT


def _end_with(parent: int) -> None:
    """Have the system end this process when its parent ends, in whatever way. Only Linux offers it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)


def _work(answer: Answer, service: socket.socket, memory: int, seconds: float) -> None:
    """The whole life of a worker. With each outcome it says whether it has grown too large for another task."""
    os.nice(_KINDNESS)
    with suppress(EOFError, OSError):
        while True:
            task, error = pickle.loads(_read(service)), None  # noqa: S301 -- it comes from the service
            signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS)
            try:
                answered = answer(task)
                reply = answered if isinstance(answered, Reply) else Reply(answered)
            except Exception as raised:  # noqa: BLE001 -- whatever it is, whoever asked is to know
                reply, error = Reply(b""), _told(raised)
            signal.setitimer(signal.ITIMER_REAL, 0)
            worn = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT > memory / 2
            _write(service, pickle.dumps((error, worn, reply.body)), reply.file)


def _read(line: socket.socket) -> bytearray:
    """One message. Raises `EOFError` when the other end is closed."""
    (size,) = _SIZE.unpack(_exactly(line, _SIZE.size))
    return _exactly(line, size)


def _exactly(line: socket.socket, size: int) -> bytearray:
    found = bytearray(size)
    rest = memoryview(found)
    while rest:
        if not (count := line.recv_into(rest)):
            raise EOFError
        rest = rest[count:]
    return found


def _write(line: socket.socket, message: bytes, file: Attachment | None) -> None:
    """One message, and with it an open file."""
    whole = memoryview(_SIZE.pack(len(message)) + message)
    files = [file.fileno()] if file is not None else []
    sent = socket.send_fds(line, [whole], files) if files else line.send(whole)
    line.sendall(whole[sent:])


# In the service.


@dataclass(eq=False, slots=True)
class _Worker:
    """One worker as the service sees it."""

    home: Hashable
    nursery: "_Nursery"
    pid: int
    service: socket.socket
    killed: bool = False
    ended: bool = False

    async def ask(self, task: Hashable, seconds: float, memory: int) -> tuple[Reply, bool]:
        """Its answer, and whether it has grown too large for another task. Raises what answering raised, as well as
        `TooHeavyError` and `WorkerDiedError`."""
        loop = asyncio.get_running_loop()
        grown = loop.create_future()
        looking: TimerHandle | None = None

        def look() -> None:
            nonlocal looking
            if (size := self._memory()) > memory:
                grown.set_result(size)
                self.kill()
            else:
                looking = loop.call_later(_LOOK_SECONDS, look)

        looking = loop.call_later(_LOOK_SECONDS, look)
        try:
            async with asyncio.timeout(seconds):
                await self._send(loop, pickle.dumps(task))
                error, worn, reply = await self._reply(loop)
        except TimeoutError:
            raise TooHeavyError(f"it took longer than {seconds:g} seconds") from None
        except (EOFError, OSError) as gone:
            if grown.done():
                raise TooHeavyError(_TOO_LARGE, memory=grown.result()) from gone
            raise WorkerDiedError("the process that worked on it ended") from gone
        finally:
            looking.cancel()
        if error is not None:
            _raise(*error)
        return reply, worn

    async def _send(self, loop: AbstractEventLoop, message: bytes) -> None:
        """Send it a message: at once, as far as there is room for it."""
        whole, sent = _SIZE.pack(len(message)) + message, 0
        with suppress(BlockingIOError):
            sent = self.service.send(whole)
        if sent < len(whole):
            await loop.sock_sendall(self.service, whole[sent:])

    async def _reply(self, loop: AbstractEventLoop) -> tuple[Any, bool, Reply]:
        """What it says in the end: an exception to be raised, whether it is worn, and its answer."""
        readable = asyncio.Event()
        loop.add_reader(self.service.fileno(), readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self.service.fileno())
        first, ancillary, _, _ = self.service.recvmsg(_ONCE, socket.CMSG_LEN(array.array("i").itemsize))
        files = array.array("i")
        for _, kind, data in ancillary:
            if kind == socket.SCM_RIGHTS:
                files.frombytes(data)
        file = Attachment(files[0]) if files else None
        if len(first) < _SIZE.size:
            raise EOFError
        message = bytearray(_SIZE.unpack_from(first)[0])
        begun = len(first) - _SIZE.size
        message[:begun] = memoryview(first)[_SIZE.size :]
        rest = memoryview(message)[begun:]
        while rest:
            if not (count := await loop.sock_recv_into(self.service, rest)):
                raise EOFError
            rest = rest[count:]
        error, worn, body = pickle.loads(message)  # noqa: S301 -- it comes from our own worker
        return error, worn, Reply(body, file)

    def first(self, task: Hashable, seconds: float) -> bytes:
        """Have it carry out a task before any other, and wait for what it says. Raises as `ask` does."""
        try:
            self.service.settimeout(seconds)
            message = pickle.dumps(task)
            _write(self.service, message, None)
            error, _, said = pickle.loads(_read(self.service))  # noqa: S301 -- it comes from our own worker
            self.service.setblocking(False)
        except (EOFError, OSError) as gone:
            raise WorkerDiedError("a new process ended before it had anything to do") from gone
        if error is not None:
            _raise(*error)
        assert isinstance(said, bytes)
        return said

    def _memory(self) -> int:
        """The bytes it has for itself alone, where the system tells; else 0."""
        try:
            _, resident, shared, *_ = Path(f"/proc/{self.pid}/statm").read_bytes().split()
        except (OSError, ValueError):
            return 0
        return (int(resident) - int(shared)) * _PAGE

    @property
    def is_well(self) -> bool:
        """Whether an idle worker can be asked: one that has ended, or says what nobody asked, cannot."""
        try:
            self.service.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return not self.killed
        except OSError:
            return False
        return False

    def kill(self) -> None:
        """Stop it at once. Call with the lock of the pool, so that it is not put to rest meanwhile."""
        self.killed = True
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def end(self) -> tuple[int, int]:
        """Stop it, and clear it away: the signal that ended it, and the most memory it had, in bytes. It waits."""
        if self.ended:
            return 0, 0
        self.ended = True
        self.service.close()
        return self.nursery.put_to_rest(self.pid)


class _Nursery:
    """One nursery as the service sees it. Every method waits, so none is for the event loop."""

    def __init__(self, opener: Opener, home: Hashable, memory: int, seconds: float) -> None:
        self.home = home
        ours, theirs = socket.socketpair()
        start = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import nursery; nursery()"
        with theirs:
            # In a group of its own, since Ctrl-C is meant for the service, which then ends it in order.
            self._process = subprocess.Popen(  # noqa: S603 -- it is this very program
                [sys.executable, "-c", start],
                stdin=theirs.fileno(),
                process_group=0,
                env={**os.environ, **_ENVIRONMENT, **allocator.environment()},
            )
        self._line, self._control = ours, Connection(os.dup(ours.fileno()))
        self._control.send((opener, home, memory, seconds))
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
            ours.setblocking(False)
            try:
                self._control.send(None)
                send_handle(self._control, theirs.fileno(), self._process.pid)
                return _Worker(self.home, self, self._control.recv(), ours)
            except (EOFError, OSError) as gone:
                ours.close()
                raise WorkerDiedError("the process that forks workers ended") from gone

    def put_to_rest(self, pid: int) -> tuple[int, int]:
        """Clear away one of its workers, running or not: the signal that ended it, and the most memory it had."""
        with self._lock, suppress(EOFError, OSError):  # when the nursery has ended its workers end with it
            self._control.send(pid)
            signal, memory = self._control.recv()
            return signal, memory
        return 0, 0

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
    """A task that somebody waits for: who does, and who works on it (None: it waits, or a worker is being found).

    It is worked on in the event loop `loop`, for at most so many `seconds`. `turn` numbers the jobs in the order in
    which they began (0: it waits), `began` the time when its worker did. `timers`: for when it will have waited too
    long. `yielding`: it is being stopped to make way for others; `yielded`: it was.
    """

    home: Hashable
    task: Hashable
    client: str
    loop: AbstractEventLoop
    seconds: float
    askers: "list[asyncio.Future[Reply]]" = field(default_factory=list)
    worker: _Worker | None = None
    turn: int = 0
    began: float = 0.0
    timers: list[TimerHandle] = field(default_factory=list)
    yielding: bool = False
    yielded: bool = False


class Waits(Protocol):
    """What can wait for its turn: it belongs to a client."""

    client: str


W = TypeVar("W", bound=Waits)


class FairQueue(Generic[W]):
    """Jobs that wait. Clients take turns; when it is full whoever has most waiting loses the latest of them.

    Only the first job of each client can be next. Whoever takes jobs out may rank those: the lowest comes first, and
    None not now. Of equals it is that of the client whose turn was longest ago.

    Longest-queue-drop with round robin: Suter, Lakshman, Stiliadis, Choudhury, "Buffer management schemes for
    supporting TCP in gigabit routers with per-flow queueing", IEEE JSAC 17 (1999).
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: OrderedDict[str, deque[W]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def __contains__(self, client: str) -> bool:
        """Whether a client has jobs that wait."""
        return client in self._lines

    def add(self, job: W) -> W | None:
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

    def put_back(self, job: W) -> None:
        """Put a job before all others of its client, whether there is room or not."""
        self._lines.setdefault(job.client, deque()).appendleft(job)

    def next(self, rank: Callable[[W], Any] = lambda _: 0) -> W | None:
        """The job whose turn it is, which then waits no longer."""
        ranked = [(place, line[0]) for line in self._lines.values() if (place := rank(line[0])) is not None]
        if not ranked:
            return None
        job = min(ranked, key=itemgetter(0))[1]
        self._lines.move_to_end(job.client)
        self.remove(job)
        return job

    def remove(self, job: W) -> bool:
        """Take a job out; whether it was there."""
        line = self._lines.get(job.client, deque())
        if job not in line:
            return False
        line.remove(job)
        if not line:
            del self._lines[job.client]
        return True


class TimeTaken:
    """How long workers have worked for each client of late: what was a minute ago counts half."""

    def __init__(self) -> None:
        self._taken: dict[str, tuple[float, float]] = {}

    def __getitem__(self, client: str) -> float:
        seconds, then = self._taken.get(client, (0.0, 0.0))
        return seconds and seconds * 0.5 ** ((time.monotonic() - then) / _HALF_LIFE_SECONDS)

    def add(self, client: str, seconds: float) -> None:
        """Count more for a client. Where too many are known, whoever has taken least is forgotten."""
        self._taken[client] = self[client] + seconds, time.monotonic()
        if len(self._taken) > _CLIENTS_KNOWN:
            for name in sorted(self._taken, key=self.__getitem__)[: _CLIENTS_KNOWN // 2]:
                del self._taken[name]


@dataclass(frozen=True, slots=True)
class PoolState:
    """How busy a pool is (`running`, `waiting`: jobs, `homes`: nurseries), and what became of the jobs since it began.

    `shared` counts those who got an answer that was being worked out for another; `left` jobs that nobody waited for in
    the end; `refused` jobs for which there was no room; `heavy` jobs stopped for their time or memory; `died` jobs
    whose process ended; `failed` jobs that answering raised an error for. `replaced` counts the processes that were
    ended, whatever the reason.
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
    replaced: int


def _aside(call: Callable[..., Any], *given: object) -> "Future[Any]":
    """Carry out what waits in a thread of its own, which keeps nobody from ending."""
    outcome: Future[Any] = Future()
    outcome.set_running_or_notify_cancel()  # from now on nobody can cancel it: what waits goes on

    def run() -> None:
        try:
            outcome.set_result(call(*given))
        except BaseException as error:  # noqa: BLE001 -- whoever looks at the outcome is told
            outcome.set_exception(error)

    threading.Thread(target=run, name="stepway-worker", daemon=True).start()
    return outcome


def _tell(asker: "asyncio.Future[Reply]", outcome: Reply | BaseException) -> None:
    """Give an asker the outcome, in the event loop that it waits in."""

    def tell() -> None:
        if asker.done():
            return
        if isinstance(outcome, Reply):
            asker.set_result(outcome)
        else:
            asker.set_exception(outcome)

    if asyncio._get_running_loop() is asker.get_loop():
        tell()
    else:
        with suppress(RuntimeError):  # that loop is closed, so nobody waits there
            asker.get_loop().call_soon_threadsafe(tell)


class Pool:
    """Answers tasks in worker processes: some at the same time, others wait, and the same task is worked on once.

    `workers`: tasks worked on at the same time. `waiting`: most tasks that wait for their turn. `seconds`: wall time
    after which a task is given up, a safety net. `memory`: most bytes of data of one process, where the system keeps to
    it (Linux does). `opening`: seconds that making ready may take, if not as long. `patience`: seconds that a task may
    wait for its turn. `first`: a task that each worker is given before any other, for what can only be made ready after
    forking; with it, workers for the current home are started before anybody asks, and replaced when they end; `said`
    is what the latest of them replied. Else processes start when first needed. When the pool is no longer used by
    anybody they end by themselves, as they do when this process ends in whatever way.

    Of those who wait, whoever has taken least of the workers' time lately is next. `share`: workers that one client may
    have while others wait (None: all). It may have more when nobody does, but when somebody comes then the latest task
    beyond its share is stopped, once, and begins anew in its turn. Where there is a share, several clients together
    cannot keep out another either: a heavy task is stopped for one who has no worker, and those that were stopped have
    all workers but one at most.
    """

    def __init__(
        self,
        opener: Opener,
        *,
        workers: int,
        waiting: int,
        seconds: float,
        memory: int,
        opening: float | None = None,
        patience: float | None = None,
        share: int | None = None,
        first: Hashable | None = None,
    ) -> None:
        self._opener, self._workers, self._seconds, self._memory = opener, workers, seconds, memory
        self._opening, self._patience, self._first = opening, patience, first
        self._share = workers if share is None else share
        self.said: bytes | None = None
        self._lock = threading.Lock()
        self._queue = FairQueue[_Job](waiting)
        self._jobs: dict[tuple[Hashable, Hashable], _Job] = {}
        self._running, self._turns = 0, itertools.count(1)
        self._held: Counter[str] = Counter()
        self._taken = TimeTaken()
        self._at_work: set[asyncio.Task[None]] = set()
        self._idle: list[_Worker] = []
        self._nurseries: OrderedDict[Hashable, _Nursery] = OrderedDict()
        self._current: Hashable = None
        self._counts: Counter[str] = Counter()
        weakref.finalize(self, _close_all, self._nurseries)

    def state(self) -> PoolState:
        """How it is."""
        names = ("answered", "shared", "refused", "left", "heavy", "died", "failed", "replaced")
        with self._lock:
            counts = {name: self._counts[name] for name in names}
            return PoolState(self._running, len(self._queue), len(self._nurseries), **counts)

    async def answer(self, home: Hashable, task: Hashable, client: str = "") -> bytes:
        """The answer to a task. When this is cancelled, and nobody else waits for the same, the work stops at once.

        Raises what answering raised, as well as `BusyError`, `TooHeavyError` and `WorkerDiedError`.
        """
        return (await self.reply(home, task, client)).body

    async def reply(self, home: Hashable, task: Hashable, client: str = "", *, seconds: float | None = None) -> Reply:
        """The same, with the file that goes with the answer. `seconds`: less time for it than others have."""
        asker: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        job = self._join(home, task, client, asker, float("inf") if seconds is None else seconds)
        try:
            return await asker
        finally:
            self._leave(job, asker)

    def prepare(self, home: Hashable) -> None:
        """Make a home ready before anybody asks, and keep it ready until another is current. Returns when it is."""
        with self._lock:
            if home == self._current:
                return
            self._current = home
        self._nursery(home)
        self._start_ahead()

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

    def _join(
        self, home: Hashable, task: Hashable, client: str, asker: "asyncio.Future[Reply]", seconds: float
    ) -> _Job:
        """The job for a task: the one that somebody waits for already, or a new one. Raises `BusyError`."""
        lost = None
        with self._lock:
            if (job := self._jobs.get((home, task))) is not None:
                job.askers.append(asker)
                self._counts["shared"] += 1
                if client == job.client or self._rank_of(client) >= self._rank_of(job.client):
                    return job
                if not self._queue.remove(job):
                    return job
                job.client = client  # it comes sooner in this one's turn
            else:
                job = self._jobs[home, task] = _Job(home, task, client, asker.get_loop(), seconds, [asker])
            if begins := self._running < self._workers:
                self._take(job)
            else:
                lost = self._queue.add(job)
            own = lost is not None and lost.client in self._queue
        if begins:
            self._there(job, self._begin)
        elif lost is not job:
            self._wait(job)
        if lost is not None:
            message = f"{self._workers} questions are being worked on and many more wait"
            self._settle(lost, BusyError(message, own=own))
        return job

    def _wait(self, job: _Job) -> None:
        """Have a job that waits look for its turn."""
        if self._patience is not None:
            self._there(job, self._set_timer, self._patience, self._expire)
        if self._share < self._workers:
            self._there(job, self._set_timer, _WAY_SECONDS, self._make_way)

    def _there(self, job: _Job, call: Callable[..., None], *given: object) -> None:
        """Do something with a job in its event loop."""
        if asyncio._get_running_loop() is job.loop:
            call(job, *given)
        else:
            job.loop.call_soon_threadsafe(call, job, *given)

    def _set_timer(self, job: _Job, seconds: float, then: Callable[[_Job], None]) -> None:
        if not job.turn:
            job.timers.append(job.loop.call_later(seconds, then, job))

    def _rank_of(self, client: str) -> tuple[bool, float]:
        """Who comes first: whoever has less than its share, and of these whoever has taken least time lately."""
        return self._held[client] >= self._share, self._taken[client]

    def _rank(self, job: _Job) -> tuple[bool, float] | None:
        """The same of a job; None when it has made way for others already, and would have to do so again."""
        rank = self._rank_of(job.client)
        return None if job.yielded and (rank[0] or self._made_way() >= self._workers - 1) else rank

    def _made_way(self) -> int:
        """How many of the jobs that are worked on have made way once, and so are not stopped for others again."""
        return sum(bool(one.turn and one.yielded) for one in self._jobs.values())

    def _take(self, job: _Job) -> None:
        """Count a job among those that are worked on."""
        self._running += 1
        self._held[job.client] += 1
        job.turn = next(self._turns)

    def _let_go(self, client: str) -> None:
        """Count a job of a client no longer."""
        with self._lock:
            self._running -= 1
            self._held[client] -= 1
            if not self._held[client]:
                del self._held[client]

    def _make_way(self, job: _Job) -> None:
        """A job has waited for a while: stop the latest one beyond the share of a client, or else the latest heavy one
        where this client has no worker and has taken less time than that one's."""
        with self._lock:
            if job.turn or self._jobs.get((job.home, job.task)) is not job or self._held[job.client] >= self._share:
                return
            working = [one for one in self._jobs.values() if one.turn]
            known = [one for one in working if one.worker is not None and not one.yielded]
            stopping = [one for one in known if self._held[one.client] > self._share]
            if not stopping and not self._held[job.client]:
                now, taken = time.monotonic(), self._taken[job.client]
                heavy = [one for one in known if now - one.began >= _HEAVY_SECONDS]
                stopping = [one for one in heavy if self._taken[one.client] + now - one.began > taken]
            if stopping and not any(one.yielding for one in working):
                latest = max(stopping, key=attrgetter("turn"))
                latest.yielding = latest.yielded = True
                assert latest.worker is not None
                latest.worker.kill()
        self._set_timer(job, _WAY_SECONDS, self._make_way)

    def _leave(self, job: _Job, asker: "asyncio.Future[Reply]") -> None:
        """One who waited waits no longer; the last one stops the work."""
        with self._lock:
            job.askers.remove(asker)
            if job.askers or self._jobs.get((job.home, job.task)) is not job:
                return
            del self._jobs[job.home, job.task]
            self._counts["left"] += 1
            if not self._queue.remove(job) and job.worker is not None:
                job.worker.kill()

    def _expire(self, job: _Job) -> None:
        """A job has waited for its turn as long as any may."""
        with self._lock:
            waited, own = self._queue.remove(job), self._held[job.client] > 0
        if waited:
            self._settle(job, BusyError(f"others were before it for {self._patience:g} seconds", own=own))

    def _settle(self, job: _Job, outcome: Reply | BaseException) -> None:
        """Tell everybody who waits for a job how it ended."""
        counted: dict[type, str] = {
            Reply: "answered", BusyError: "refused", TooHeavyError: "heavy", WorkerDiedError: "died"
        }  # fmt: skip
        with self._lock:
            if self._jobs.get((job.home, job.task)) is not job:
                return
            del self._jobs[job.home, job.task]
            self._counts[counted.get(type(outcome), "failed")] += 1
            askers = list(job.askers)
        if isinstance(outcome, TooHeavyError | WorkerDiedError):
            log.warning("a task has no answer: %s", outcome)
        for asker in askers:
            _tell(asker, outcome)

    def _begin(self, job: _Job) -> None:
        """Work on a job in its event loop."""
        while job.timers:
            job.timers.pop().cancel()
        doing = job.loop.create_task(self._run(job))
        self._at_work.add(doing)
        doing.add_done_callback(self._at_work.discard)

    def _next(self) -> None:
        """Begin with the jobs whose turn it is, now that another has ended."""
        while True:
            with self._lock:
                job = self._queue.next(self._rank) if self._running < self._workers else None
                if job is None:
                    return
                self._take(job)
            try:
                job.loop.call_soon_threadsafe(self._begin, job)
            except RuntimeError:  # its loop is closed, so nobody waits for it
                self._let_go(job.client)
                self._settle(job, WorkerDiedError("the service is stopping"))

    def _put_back(self, job: _Job) -> None:
        """Have a job that made way for others wait for its turn again, unless nobody waits for it any longer."""
        with self._lock:
            job.turn, job.yielding = 0, False
            if self._jobs.get((job.home, job.task)) is not job:
                return
            self._queue.put_back(job)
        self._wait(job)

    async def _run(self, job: _Job) -> None:
        """Work on a job, and then let the next one begin."""
        unfit, client = None, job.client
        try:
            unfit = await self._carry_out(job)
        except asyncio.CancelledError:  # the event loop ends
            self._settle(job, WorkerDiedError("the service is stopping"))
            raise
        except BaseException as error:  # noqa: BLE001 -- whoever asked is told
            self._settle(job, error)
        finally:
            self._let_go(client)
            self._next()
        if unfit is not None:
            await asyncio.wrap_future(_aside(self._replace, unfit))

    async def _carry_out(self, job: _Job) -> _Worker | None:
        """Have a worker answer a job, and tell those who wait. The worker, when it is to work no more."""
        worker = self._ready(job.home)
        if worker is None:
            hiring = _aside(self._hire, job.home)
            try:
                worker = await asyncio.wrap_future(hiring)
            except asyncio.CancelledError:
                hiring.add_done_callback(self._not_needed)
                raise
        assert worker is not None
        fit, began = False, time.monotonic()
        outcome: Reply | BaseException
        try:
            with self._lock:
                if not job.askers:
                    fit = True
                    return None
                job.worker, job.began = worker, began
            outcome, worn = await worker.ask(job.task, min(job.seconds, self._seconds), self._memory)
            fit = not worn
        except asyncio.CancelledError:
            raise
        except MemoryError:
            outcome = TooHeavyError(_TOO_LARGE, memory=self._memory)
        except (TooHeavyError, WorkerDiedError) as error:
            outcome = error
        except BaseException as error:  # noqa: BLE001 -- whoever asked is told
            fit, outcome = True, error  # the task was refused; the worker is well
        finally:
            with self._lock:
                job.worker = None
                self._taken.add(job.client, time.monotonic() - began)
                fit = fit and not worker.killed
                if fit:
                    self._idle.append(worker)
                else:
                    worker.kill()
        if isinstance(outcome, WorkerDiedError) and job.yielding:
            self._put_back(job)
            return worker
        if isinstance(outcome, WorkerDiedError) and outcome.signal == 0:
            outcome.seconds = time.monotonic() - began
            outcome.signal, outcome.memory = await asyncio.wrap_future(_aside(worker.end))
            if outcome.signal == signal.SIGABRT:
                outcome = TooHeavyError(_TOO_LARGE, memory=outcome.memory)  # compiled code aborts without memory
            elif outcome.signal == signal.SIGALRM:
                outcome = TooHeavyError(f"it took longer than {self._seconds:g} seconds")
        self._settle(job, outcome)
        return None if fit else worker

    def _not_needed(self, hiring: "Future[_Worker]") -> None:
        """Nobody waits any more for a worker that was hired."""
        if hiring.exception() is None:
            with self._lock:
                self._idle.append(hiring.result())

    def _replace(self, worker: _Worker) -> None:
        """Clear away a worker that is to work no more, and have another ready in its place."""
        self._counts["replaced"] += 1
        worker.end()
        self._start_ahead()

    def _start_ahead(self) -> None:
        """Start workers for the current home until there are as many as may work, if workers start ahead at all."""
        while self._first is not None:
            with self._lock:
                home = self._current
                ready = sum(worker.home == home for worker in self._idle)
                if home is None or self._running + ready >= self._workers:
                    return
            try:
                worker = self._fork(home)
            except Exception as error:  # noqa: BLE001 -- whoever asks next will try, and is told
                log.error("no worker can be started ahead: %s", error)
                return
            with self._lock:
                self._idle.append(worker)
                spare = None
                if self._running + len(self._idle) > self._workers:
                    spare = next((one for one in self._idle if one.home != self._current), worker)
                    self._idle.remove(spare)
            if spare is not None:
                spare.end()

    def _ready(self, home: Hashable) -> _Worker | None:
        """An idle worker for a home, if one is well: the last that worked, still warm. It does not wait."""
        with self._lock:
            for worker in [one for one in reversed(self._idle) if one.home == home]:
                self._idle.remove(worker)
                if worker.is_well:
                    return worker
                worker.kill()
                self._counts["replaced"] += 1
                _aside(worker.end)
        return None

    def _hire(self, home: Hashable) -> _Worker:
        """A new worker that is ready for a home, in the place of one that is idle elsewhere."""
        spare = None
        with self._lock:
            if self._idle and self._running + len(self._idle) > self._workers:
                spare = self._idle.pop(0)
        if spare is not None:
            spare.end()
        return self._fork(home)

    def _fork(self, home: Hashable) -> _Worker:
        """A new worker for a home, after its first task if there is one."""
        nursery = self._nursery(home)
        try:
            worker = nursery.fork()
        except WorkerDiedError:  # it ended while nothing was asked of it: another takes its place
            worker = self._nursery(home, instead_of=nursery).fork()
        if self._first is not None:
            try:
                self.said = worker.first(self._first, self._opening or self._seconds)
            except BaseException:
                worker.end()
                raise
        return worker

    def _nursery(self, home: Hashable, instead_of: _Nursery | None = None) -> _Nursery:
        """The nursery for a home, ready. `instead_of`: one that has ended."""
        closing = []
        with self._lock:
            if instead_of is not None and self._nurseries.get(home) is instead_of:
                closing.append(self._nurseries.pop(home))
            if home not in self._nurseries:
                self._nurseries[home] = _Nursery(self._opener, home, self._memory, self._seconds)
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
            found.open(self._opening or self._seconds)
        except BaseException:
            with self._lock:
                if self._nurseries.get(home) is found:
                    del self._nurseries[home]
            found.close()
            raise
        return found
