"""Answers to SPARQL queries: kept for whoever asks again, or worked out by an engine, and then sent at any pace.

An answer is whole before its first byte is sent, so that what is cut is never taken for an answer. From then on it is
held in memory when small, else on disk: a slow reader holds no worker and next to no memory.
"""

import asyncio
import pickle
import threading
import time
import weakref
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Hashable
from dataclasses import dataclass
from functools import partial
from itertools import count
from signal import SIGBUS, SIGSEGV
from typing import Final, Protocol

from fastapi import Request

from api.dependencies import Services
from api.sparql.failures import QueryRefusedError, QuerySyntaxError, QueryTimeoutError, QueryTooLargeError
from api.sparql.guard import CheckedQuery
from api.sparql.limits import QueryLimits
from api.sparql.spool import Written
from api.sparql.worker import ISOLATED, READY, Asked, Home, open_store
from api.workers import BusyError, Pool, PoolState, TooHeavyError, WorkerDiedError
from ontology.namespaces import BASE, PREFIXES

PIECE: Final = 64 * 1024
"""Bytes of a large answer that are read and sent at once."""

STALLED_SECONDS: Final = 30.0
"""After which a reader who takes nothing of an answer is cut off."""

OPENING_SECONDS: Final = 120.0
"""For opening a release: a safety net, since it takes less than a second."""

SHARE: Final = 8
"""No answer may take more than this part of the room for those that are kept."""

SECONDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""Upper bounds of the classes in which the times of queries are counted."""


def home_of(services: Services) -> Home:
    """Where queries to a release are answered."""
    return Home(services.release.path, services.manifest.content_hash)


@dataclass(frozen=True, slots=True)
class SparqlQuestion:
    """A query, checked, the graphs that the protocol names for it, and the form of its answer.

    `release`: number of the release that is asked. `bindings`: values of variables by name, each in N-Triples.
    """

    release: int
    query: CheckedQuery
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    media_type: str
    gzip: bool
    bindings: tuple[tuple[str, str], ...] = ()


class SparqlAnswer:
    """A whole answer, on its way to one reader. `size`: bytes as they are sent; `rows`: None where not counted."""

    def __init__(self, written: Written, *, kept: bool = False) -> None:
        self._written: Written | None = written
        self.media_type, self.size, self.rows, self.gzip = written.media_type, written.size, written.rows, written.gzip
        self.kept = kept

    def body(self) -> bytes | AsyncIterator[bytes]:
        """All of it when it is small, else piece by piece."""
        if self._written is None:
            raise ValueError("this answer is closed")
        return self._written.body if self._written.file is None else self._pieces()

    async def _pieces(self) -> AsyncIterator[bytes]:
        assert self._written is not None
        assert self._written.file is not None
        file, offset = self._written.file, 0
        loop, reader = asyncio.get_running_loop(), asyncio.current_task()
        assert reader is not None
        while piece := file.read(PIECE, offset):
            stalled = loop.call_later(STALLED_SECONDS, reader.cancel)
            try:
                yield piece
            finally:
                stalled.cancel()
            offset += len(piece)

    def close(self) -> None:
        """Let go of it. Its room on disk is free when no other reader has it."""
        self._written = None


class Engine(Protocol):
    """What runs queries."""

    @property
    def isolated(self) -> bool | None:
        """Whether queries cannot reach any network; None while nobody knows."""

    @property
    def state(self) -> PoolState | None:
        """How busy it is, when it is processes of ours."""

    async def run(self, home: Home, question: SparqlQuestion, client: str) -> Written:
        """The answer. Cancelling it stops the query. Raises the failures of `api.sparql.failures` and `BusyError`."""

    async def parse(self, home: Home, query: CheckedQuery, client: str) -> None:
        """Raises `QuerySyntaxError` when it is not SPARQL, and what `run` raises."""

    def prepare(self, home: Home) -> None:
        """Make ready for a release that becomes current. It may wait."""

    def close(self) -> None:
        """Stop everything. It may wait."""


class Workers:
    """The engine in processes of our own: see `api.sparql.worker`."""

    def __init__(self, limits: QueryLimits) -> None:
        self._limits, self._serials = limits, count(1)
        self._pool = Pool(
            partial(open_store, prefixes=PREFIXES, base=BASE),
            workers=limits.at_once,
            waiting=limits.waiting,
            seconds=limits.seconds,
            memory=limits.memory,
            opening=OPENING_SECONDS,
            patience=limits.patience,
            share=limits.share,
            first=READY,
        )

    @property
    def isolated(self) -> bool | None:
        """Whether workers are without a network, by what the latest one said."""
        return None if self._pool.said is None else self._pool.said == ISOLATED

    @property
    def state(self) -> PoolState:
        """How busy the workers are."""
        return self._pool.state()

    def prepare(self, home: Home) -> None:
        """Start workers for a release."""
        self._pool.prepare(home)

    def close(self) -> None:
        """End the workers."""
        self._pool.close()

    async def parse(self, home: Home, query: CheckedQuery, client: str) -> None:
        """Have a worker parse it, in the place of running it."""
        await self._twice(home, Asked(query.text, "", False, None, query.own_dataset, (), 0, 0), client)

    async def run(self, home: Home, question: SparqlQuestion, client: str) -> Written:
        """Have a worker run it."""
        named = question.default_graphs, question.named_graphs
        task = Asked(
            question.query.text,
            question.media_type,
            question.gzip,
            named if any(named) else None,
            question.query.own_dataset,
            question.bindings,
            self._limits.answer_bytes,
            self._limits.answer_rows,
            next(self._serials) if question.query.volatile else 0,
        )
        return await self._twice(home, task, client)

    async def _twice(self, home: Home, task: Asked, client: str) -> Written:
        """Its answer, worked out once more, in the time that is left, when something outside ended the worker."""
        try:
            return await self._answer(home, task, client, self._limits.seconds)
        except WorkerDiedError as error:
            return await self._answer(home, task, client, max(self._limits.seconds - error.seconds, 0.0))

    async def _answer(self, home: Home, task: Asked, client: str, seconds: float) -> Written:
        try:
            reply = await self._pool.reply(home, task, client, seconds=seconds)
        except TooHeavyError as error:
            if error.memory:
                raise QueryTooLargeError("memory", self._limits.memory, error.memory) from error
            raise QueryTimeoutError(self._limits.seconds) from error
        except WorkerDiedError as error:
            # What is nested too deeply for the largest stack ends so; or the system took its memory.
            if error.signal in (SIGSEGV, SIGBUS) or error.memory > self._limits.memory / 2:
                raise QueryTooLargeError("memory", self._limits.memory, error.memory) from error
            raise
        written: Written = pickle.loads(reply.body)  # noqa: S301 -- it comes from our own worker
        return written if reply.file is None else written._replace(file=reply.file)


class Kept:
    """Answers kept for whoever asks again, up to so many bytes: those asked for longest ago go first."""

    def __init__(self, most: int) -> None:
        self._most, self.bytes = most, 0
        self._kept: OrderedDict[Hashable, Written] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Written | None:
        """The answer, if it is kept."""
        if (found := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, written: Written) -> None:
        """Keep an answer, unless it is too large beside others."""
        if written.size > self._most / SHARE or key in self._kept:
            return
        self._kept[key] = written
        self.bytes += written.size
        while self.bytes > self._most:
            self.drop()

    def drop(self) -> bool:
        """Let go of the one asked for longest ago; whether there was one."""
        if not self._kept:
            return False
        self.bytes -= self._kept.popitem(last=False)[1].size
        return True


@dataclass(slots=True)
class Counts:
    """What became of the queries since the service began: how many, how many seconds they took, bytes of answers."""

    outcomes: Counter[str]
    within: Counter[float]
    seconds: float = 0.0
    bytes: int = 0


class Answers:
    """Answers questions with an engine, and keeps answers. `spool_bytes`: room on disk for those being fetched."""

    def __init__(self, engine: Engine, limits: QueryLimits, spool_bytes: int) -> None:
        self.engine, self.limits = engine, limits
        self.kept = Kept(limits.cache_bytes)
        self.counts = Counts(Counter(), Counter())
        self._most_spooled, self.spooled = spool_bytes, 0
        self._lock = threading.Lock()

    @property
    def isolated(self) -> bool | None:
        """Whether queries run where there is no network; None while nobody knows."""
        return self.engine.isolated

    def prepare(self, home: Home) -> None:
        """Make ready for a release that becomes current. It may wait."""
        self.engine.prepare(home)

    def close(self) -> None:
        """Stop everything. It may wait."""
        self.engine.close()

    async def parse(self, home: Home, query: CheckedQuery, client: str) -> None:
        """See whether a query is SPARQL, without running it. Raises `QuerySyntaxError`, and what `ask` raises."""
        await self.engine.parse(home, query, client)

    async def ask(self, home: Home, question: SparqlQuestion, client: str) -> SparqlAnswer:
        """The answer, whole. Cancelling this stops the query, unless another waits for the same.

        Raises `QuerySyntaxError`, `QueryRefusedError`, `QueryTimeoutError`, `QueryTooLargeError` and `BusyError`.
        """
        if (kept := self.at_hand(home, question)) is not None:
            return kept
        began, outcome = time.monotonic(), "failed"
        try:
            written = await self.engine.run(home, question, client)
            self._make_room(written)
            outcome = "answered"
        except BaseException as error:
            outcome = _OUTCOME_OF.get(type(error), "failed")
            raise
        finally:
            took = time.monotonic() - began
            self.counts.seconds += took
            self.counts.within[next((most for most in SECONDS if took <= most), float("inf"))] += 1
            self._count(outcome, written.size if outcome == "answered" else 0)
        if not question.query.volatile:
            self.kept.put(_key(home, question), written)
        return SparqlAnswer(written)

    def at_hand(self, home: Home, question: SparqlQuestion) -> SparqlAnswer | None:
        """The answer if it is kept: what `ask` gives without waiting."""
        if question.query.volatile or (kept := self.kept.get(_key(home, question))) is None:
            return None
        self._count("kept", kept.size)
        return SparqlAnswer(kept, kept=True)

    def _count(self, outcome: str, size: int) -> None:
        self.counts.outcomes[outcome] += 1
        self.counts.bytes += size

    def _make_room(self, written: Written) -> None:
        """Count an answer that is on disk, for as long as it is. Raises `BusyError` when there is no room for it."""
        if written.file is None:
            return
        with self._lock:
            self.spooled += written.size
        weakref.finalize(written.file, self._gone, written.size)
        while self.spooled > self._most_spooled and self.kept.drop():
            pass
        if self.spooled > self._most_spooled:
            raise BusyError("readers are still fetching as many large answers as there is room for")

    def _gone(self, size: int) -> None:
        with self._lock:
            self.spooled -= size


def _key(home: Home, question: SparqlQuestion) -> Hashable:
    """What an answer depends on."""
    query, named = question.query.normal, (question.default_graphs, question.named_graphs)
    return home.content, query, named, question.bindings, question.media_type, question.gzip


_OUTCOME_OF: Final[dict[type[BaseException], str]] = {
    QuerySyntaxError: "syntax",
    QueryRefusedError: "refused",
    QueryTimeoutError: "timeout",
    QueryTooLargeError: "too-large",
    BusyError: "busy",
    asyncio.CancelledError: "left",
}

OUTCOMES: Final = ("answered", "kept", *_OUTCOME_OF.values(), "failed")
"""What can become of a query, as it is counted: answered by the engine, kept from before, or why it has no answer."""


def answers_of(request: Request) -> Answers:
    """The application's answers to SPARQL queries."""
    found = request.app.state.answers
    assert isinstance(found, Answers)
    return found
