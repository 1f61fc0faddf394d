"""Another SPARQL 1.1 server that answers instead of our own workers (`engine = URL`), with the same guards.

It is never believed more than it has shown. Before it answers for a release it must hold the release's graphs, each
with as many statements and as much text; say of the default graph what we say; and cut no answer short. It is looked
at again every minute. Whatever it cannot do, our own workers do: a release that it does not hold, a query that it
refuses, a format it does not know, functions of its own, and any reply that is not whole. So nobody is told anything
that is not so, and a server that fails costs speed alone.
"""

import asyncio
import json
import logging
import re
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx

from api.sparql.answers import Engine, SparqlQuestion
from api.sparql.failures import QueryTimeoutError, QueryTooLargeError
from api.sparql.guard import CheckedQuery, check
from api.sparql.limits import QueryLimits
from api.sparql.spool import Spool, Written
from api.sparql.standing import EngineState
from api.sparql.worker import Home
from api.workers import BusyError, FairQueue, PoolState, WorkerDiedError

LOOK_SECONDS: Final = 60.0
"""After which what the engine holds is counted again."""

AGAIN_SECONDS: Final = 5.0
"""After which an engine that could not be reached is tried again."""

CHECKING_SECONDS: Final = 120.0
"""Most time of one look: it counts everything."""

GRAPHS_ASKED: Final = 100_000
"""Statements of the graph that is asked for to see whether the engine cuts such answers."""

_CLOSING_SECONDS: Final = 5.0
_KEPT: Final = 8
_CHUNK: Final = 256 * 1024

_JSON, _CSV, _TSV = "application/sparql-results+json", "text/csv", "text/tab-separated-values"
_XML, _N_TRIPLES, _TURTLE = "application/sparql-results+xml", "application/n-triples", "text/turtle"
_SAME: Final = {"application/n-quads": _N_TRIPLES, "application/trig": _TURTLE}
"""Formats of datasets whose way of writing a single graph is that of another format, letter for letter."""

_COUNTED: Final = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_MEASURED: Final = """
SELECT ?g (COUNT(*) AS ?n) (SUM(?size) AS ?length) {
  GRAPH ?g { ?s ?p ?o }
  BIND(IF(isIRI(?o) || LANG(?o) != "" || DATATYPE(?o) = <http://www.w3.org/2001/XMLSchema#string>,
    STRLEN(STR(?o)), 0) AS ?size)
} GROUP BY ?g
"""
"""Statements of each graph, and the length of their names and texts: servers write numbers and dates differently."""

_BY_DEFAULT: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
_ROWS: Final = "SELECT (1 AS ?one) {{ ?s ?p ?o }} LIMIT {most}"
_STATEMENTS: Final = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }} LIMIT {most}"

_OF_EVERYBODY: Final = ("http:", "https:", "urn:")
_FUNCTIONS: Final = "http://www.w3.org/2001/XMLSchema#"
_CUT: Final = ("x-sparql-maxrows", "x-sql-state", "x-sql-message")
"""Headers by which Virtuoso says that an answer is not all of it."""

log = logging.getLogger("stepway.sparql")


class _NoAnswerError(Exception):
    """The engine has not given an answer that can be passed on. Our own workers give one."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """What a look found: the graphs of a release, and how to ask for all of them as one.

    `named`: the graphs are to be named each time. `at`: when that was. `why`: against it; then it is not asked.
    """

    number: int
    graphs: tuple[str, ...] = ()
    named: bool = False
    at: float = 0.0
    why: str = ""


class External:
    """Answers by another server where it can, and by our own workers (`local`) where it cannot."""

    def __init__(
        self, address: str, limits: QueryLimits, local: Engine, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        given = httpx.URL(address)
        self._address, self._limits, self._local = given.copy_with(username=None, password=None), limits, local
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write a line for each query
        self._client = httpx.AsyncClient(
            auth=(given.username, given.password) if given.username else None,
            headers={"Accept-Encoding": "identity", "User-Agent": "stepway"},
            timeout=httpx.Timeout(CHECKING_SECONDS),
            limits=httpx.Limits(max_connections=limits.at_once + 2),
            transport=transport,
            trust_env=False,
            follow_redirects=False,
        )
        self._turns = _Turns(limits)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._fits: OrderedDict[Home, _Fit] = OrderedDict()
        self._looks: dict[Home, asyncio.Task[None]] = {}
        self._answered = self._passed_by = self._failed = 0
        self._away_until, self._why = 0.0, ""

    @property
    def isolated(self) -> bool:
        """Whether queries cannot reach any network. Nobody here knows what another server reaches."""
        return False

    @property
    def state(self) -> PoolState | None:
        """How busy our own workers are."""
        return self._local.state

    @property
    def standing(self) -> EngineState:
        """How it stands with the engine."""
        shown = str(self._address.copy_with(query=None))
        holds = sorted({fit.number for fit in self._fits.values() if not fit.why})
        return EngineState(shown, tuple(holds), self._why, self._answered, self._passed_by, self._failed)

    async def run(self, home: Home, question: SparqlQuestion, client: str) -> Written:
        """The answer, whole. Raises what the workers raise."""
        fit = self._fit(home)
        if fit is None or not _is_for_anybody(question, fit):
            self._passed_by += 1
            return await self._local.run(home, question, client)
        async with self._turns.taken(client):
            began = time.monotonic()
            try:
                async with asyncio.timeout(self._limits.seconds):
                    written = await self._ask(question, fit)
                self._answered += 1
                return written
            except TimeoutError:
                self._failed += 1
                raise QueryTimeoutError(self._limits.seconds) from None
            except (_NoAnswerError, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                self._failed += 1
                self._fell_short(error)
        rest = self._limits.seconds - (time.monotonic() - began)
        try:
            async with asyncio.timeout(max(rest, 0.0)):
                return await self._local.run(home, question, client)
        except TimeoutError:
            raise QueryTimeoutError(self._limits.seconds) from None

    async def look(self, home: Home) -> None:
        """See whether the engine may answer for a release."""
        why, number = "", int(home.folder.name)
        fit = _Fit(number)
        try:
            async with asyncio.timeout(CHECKING_SECONDS):
                fit = await self._looked(home, number)
        except TimeoutError:
            why = f"counting what it holds takes longer than {CHECKING_SECONDS:g} seconds"
        except _NoAnswerError as error:
            why = str(error)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            why = f"it cannot be asked: {type(error).__name__}"
        except (BusyError, QueryTimeoutError, QueryTooLargeError, WorkerDiedError) as error:
            why = f"our own workers could not count what the release holds: {error}"
        before = self._fits.get(home)
        if why:
            fit = _Fit(number, at=time.monotonic(), why=why)
        self._fits[home] = fit
        self._fits.move_to_end(home)
        while len(self._fits) > _KEPT:
            self._fits.popitem(last=False)
        self._why = why
        if before is None or before.why != why:
            told = (
                f"does not answer for release {number}: {why}" if why else f"answers for release {number} from now on"
            )
            log.warning("the SPARQL engine at %s %s", self._address.host, told)

    async def parse(self, home: Home, query: CheckedQuery, client: str) -> None:
        """Have a worker of ours parse it: engines tell mistakes each in words of its own."""
        await self._local.parse(home, query, client)

    def prepare(self, home: Home) -> None:
        """Make our own workers ready: they answer until somebody has looked at the engine."""
        self._local.prepare(home)

    def close(self) -> None:
        """Ask the engine nothing any more, and end our own workers."""
        if self._loop is not None and self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_CLOSING_SECONDS)
        self._local.close()

    async def _end(self) -> None:
        for one in list(self._looks.values()):
            one.cancel()
        await self._client.aclose()

    def _fit(self, home: Home) -> _Fit | None:
        """How to ask the engine about a release; None where it may not answer, or nobody has looked yet."""
        self._loop = asyncio.get_running_loop()
        fit, now = self._fits.get(home), time.monotonic()
        if fit is None or now - fit.at > (AGAIN_SECONDS if fit.why else LOOK_SECONDS):
            if home not in self._looks:
                self._looks[home] = task = asyncio.create_task(self.look(home))
                task.add_done_callback(lambda _: self._looks.pop(home, None))
            if fit is not None and now - fit.at > 2 * LOOK_SECONDS:
                return None
        return fit if fit is not None and not fit.why and now >= self._away_until else None

    def _fell_short(self, error: Exception) -> None:
        """It gave no answer: it is left alone for a while when nobody is there at all."""
        said = str(error) if isinstance(error, _NoAnswerError) else type(error).__name__
        log.warning("the SPARQL engine at %s gave no answer: %s", self._address.host, said)
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            self._away_until, self._why = time.monotonic() + AGAIN_SECONDS, "it cannot be reached"

    async def _ask(self, question: SparqlQuestion, fit: _Fit) -> Written:
        """The engine's answer to a question. Raises `_NoAnswerError` unless it is whole and in the format asked for."""
        wanted = question.media_type
        native = _SAME.get(wanted, wanted)
        form = {"query": question.query.text, **_dataset(question, fit)}
        spool = Spool(self._limits.answer_bytes, gzip=question.gzip)
        reading = _Reading(native, is_truth=question.query.form == "ask")
        newer = _Newer() if native == _JSON else None
        async with self._reply(form, native) as reply:
            said = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
            if said != native:
                raise _NoAnswerError(f"it was asked for {wanted} and sent {said or 'no format'}")
            async for chunk in reply.aiter_raw(_CHUNK):
                rows = reading.read(chunk)
                if rows is not None and rows > self._limits.answer_rows:
                    raise QueryTooLargeError("rows", self._limits.answer_rows, rows)
                await asyncio.to_thread(spool.write, newer.read(chunk) if newer is not None else chunk)
        if not reading.is_whole():
            raise _NoAnswerError(f"its reply is not whole {wanted}")
        if newer is not None:
            spool.write(newer.left)
        return spool.finish(wanted, reading.rows)

    @asynccontextmanager
    async def _reply(self, form: dict[str, str | list[str]], accept: str) -> AsyncIterator[httpx.Response]:
        """A reply of the engine, to be read. Raises `_NoAnswerError` unless it says itself when it is whole."""
        async with self._client.stream("POST", self._address, data=form, headers={"Accept": accept}) as reply:
            if reply.status_code != 200:
                raise _NoAnswerError(f"it replied {reply.status_code}")
            if any(name in reply.headers for name in _CUT):
                raise _NoAnswerError("it says that its answer is cut short")
            if reply.headers.get("content-encoding", "identity") != "identity":
                raise _NoAnswerError("it compressed its reply, which it was not asked to do")
            known = "content-length" in reply.headers or "transfer-encoding" in reply.headers
            if not known and reply.http_version.startswith("HTTP/1"):
                raise _NoAnswerError("it does not say where its reply ends")
            yield reply

    async def _looked(self, home: Home, number: int) -> _Fit:
        """How to ask the engine for a release. Raises `_NoAnswerError` when it must not be asked."""
        try:
            ours, query = await self._counted(home, _MEASURED), _MEASURED
        except QueryTimeoutError:  # much is in it
            ours, query = await self._counted(home, _COUNTED), _COUNTED
        held = {row["g"]: row for row in _table(await self._whole(query, {}))}
        for row in ours:
            if held.get(row["g"]) != row:
                has = held.get(row["g"], {}).get("n", "0")
                same = " that are not the same" if has == row["n"] else ""
                raise _NoAnswerError(f"of {row['g']} it holds {has} statements{same}, and the release has {row['n']}")
        graphs = tuple(sorted(row["g"] for row in ours))
        ((one,),) = [row.values() for row in await self._counted(home, _BY_DEFAULT)]
        if not int(one):
            raise _NoAnswerError("the release is empty")
        others = set(held) - set(graphs)
        fits = [_Fit(number, graphs, named) for named in (False, True) if named or not others]
        for fit in fits:
            asked: dict[str, str | list[str]] = {"default-graph-uri": list(graphs)} if fit.named else {}
            if fit.named:
                asked["named-graph-uri"] = list(graphs)
            if [row["n"] for row in _table(await self._whole(_BY_DEFAULT, asked))] == [one]:
                await self._cuts_nothing(int(one), asked)
                return _Fit(number, graphs, fit.named, time.monotonic())
        beside = f", and it holds other graphs as well, such as {min(others)}" if others else ""
        raise _NoAnswerError(f"its default graph is not all graphs of the release as one{beside}")

    async def _cuts_nothing(self, statements: int, dataset: dict[str, str | list[str]]) -> None:
        """Raise `_NoAnswerError` when it gives fewer rows or statements than there are and may be."""
        for query, most, accept in (
            (_ROWS, min(statements, self._limits.answer_rows), _CSV),
            (_STATEMENTS, min(statements, self._limits.answer_rows, GRAPHS_ASKED), _N_TRIPLES),
        ):
            reading = _Reading(accept, is_truth=False)
            async with self._reply({"query": query.format(most=most), **dataset}, accept) as reply:
                async for chunk in reply.aiter_raw(_CHUNK):
                    reading.read(chunk)
            # Statements that are in two graphs may come once or twice.
            if (reading.rows or 0) < most * (1.0 if accept == _CSV else 0.9):
                raise _NoAnswerError(f"it cuts answers: of {most:,} rows it gave {reading.rows:,}")

    async def _whole(self, query: str, dataset: dict[str, str | list[str]]) -> bytes:
        async with self._reply({"query": query, **dataset}, _JSON) as reply:
            return await reply.aread()

    async def _counted(self, home: Home, query: str) -> list[dict[str, str]]:
        """What our own workers say."""
        question = SparqlQuestion(int(home.folder.name), check(query, self._limits), (), (), _JSON, gzip=False)
        written = await self._local.run(home, question, "")
        body = written.body if written.file is None else written.file.read(written.size, 0)
        return _table(body)


def _table(answer: bytes) -> list[dict[str, str]]:
    """The rows of an answer in JSON. Raises `_NoAnswerError` when it is none."""
    try:
        rows = json.loads(answer)["results"]["bindings"]
        return [{name: str(term["value"]) for name, term in row.items()} for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _NoAnswerError("what it sent is not a table in SPARQL's JSON") from None


def _dataset(question: SparqlQuestion, fit: _Fit) -> dict[str, str | list[str]]:
    """The graphs to ask, as parameters of the protocol."""
    if question.default_graphs or question.named_graphs:
        default = [one for one in question.default_graphs if one in fit.graphs]
        named = [one for one in question.named_graphs if one in fit.graphs]
        return {"default-graph-uri": default, "named-graph-uri": named}
    if fit.named:
        return {"default-graph-uri": list(fit.graphs), "named-graph-uri": list(fit.graphs)}
    return {}


def _is_for_anybody(question: SparqlQuestion, fit: _Fit) -> bool:
    """Whether every server understands the question as we do, and no more in it.

    Not so: graphs that are named in the text, or that only the engine may have; values that are bound to variables; and
    names that mean something inside a server, such as Virtuoso's `<bif:http_get>`, which calls other hosts.
    """
    query = question.query
    if query.own_dataset or question.bindings:
        return False
    asked = (*question.default_graphs, *question.named_graphs)
    if asked and not any(one in fit.graphs for one in asked):
        return False
    if question.default_graphs and not any(one in fit.graphs for one in question.default_graphs):
        return False  # no graph at all cannot be said in the protocol
    if question.named_graphs and not any(one in fit.graphs for one in question.named_graphs):
        return False
    addresses = [*query.prefixes.values(), *([query.base] if query.base is not None else [])]
    for token, after in zip(query.tokens, (*query.tokens[1:], None), strict=True):
        if token.kind == "iri":
            addresses.append(token.text[1:-1])
        if after is not None and after.text == "(" and token.kind in ("iri", "name"):
            prefix, _, local = token.text.partition(":")
            whole = token.text[1:-1] if token.kind == "iri" else query.prefixes.get(prefix, "") + local
            if not whole.startswith(_FUNCTIONS):
                return False
    return all(one.lower().startswith(_OF_EVERYBODY) for one in addresses)


# Reading replies as they come.

_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_REST_OF_STRING: Final = re.compile(rb'(?:[^"\\]|\\.)*+"', re.DOTALL)
_SPACE: Final = b" \t\r\n"
_OLDER: Final = re.compile(rb'"type"\s{0,8}:\s{0,8}"typed-literal"')
_LONGEST: Final = 48
"""At least the bytes that `_OLDER` can match."""


class _Json:
    """Rows of a table in JSON, however it is laid out, and whether all of its brackets are closed."""

    def __init__(self) -> None:
        self.rows, self._depth, self._in_string, self._begun, self._left, self._last = 0, 0, False, False, b"", b""

    def read(self, chunk: bytes) -> None:
        data, self._left = self._left + chunk, b""
        if self._in_string:
            found = _REST_OF_STRING.match(data)
            if found is None:
                self._left = b"\\" if _ends_escaping(data) else b""
                return
            self._in_string, data = False, data[found.end() :]
        outside = _STRING.sub(b"", data)
        outside, begins, inside = outside.partition(b'"')
        if begins:
            self._in_string = True
            self._left = b"\\" if _ends_escaping(inside) else b""
        outside = outside.translate(None, _SPACE)
        self._begun = self._begun or bool(outside)
        self._depth += outside.count(b"{") + outside.count(b"[") - outside.count(b"}") - outside.count(b"]")
        joined = self._last + outside
        self.rows += joined.count(b"[{") + joined.count(b",{")
        self._last = joined[-1:]

    @property
    def is_whole(self) -> bool:
        return self._begun and not self._depth and not self._in_string


def _ends_escaping(data: bytes) -> bool:
    """Whether text ends with a backslash that the next sign belongs to."""
    return (len(data) - len(data.rstrip(b"\\"))) % 2 == 1


class _Newer:
    """JSON as SPARQL 1.1 has it, of JSON that says `typed-literal` as drafts before it did.

    Nothing else is changed: within a text the quotation marks would have backslashes.
    """

    def __init__(self) -> None:
        self.left = b""

    def read(self, chunk: bytes) -> bytes:
        whole = _OLDER.sub(b'"type":"literal"', self.left + chunk)
        at = whole.rfind(b'"type"', -_LONGEST)
        at = at if at >= 0 else max(0, len(whole) - len(b'"type"'))
        self.left = whole[at:]
        return whole[:at]


class _Signs:
    """Rows of other formats, by a sign that ends each, outside quotation marks when `quoted`."""

    def __init__(self, sign: bytes, heads: int, *, quoted: bool = False) -> None:
        self._sign, self._heads, self._quoted = sign, heads, quoted
        self._found, self._inside, self._before = 0, 0, b""

    def read(self, chunk: bytes) -> None:
        if self._quoted:
            pieces = chunk.split(b'"')
            self._found += sum(piece.count(self._sign) for piece in pieces[self._inside :: 2])
            self._inside ^= (len(pieces) - 1) & 1
        else:
            whole = self._before + chunk
            self._found += whole.count(self._sign)
            self._before = whole[len(whole) - len(self._sign) + 1 :]

    @property
    def rows(self) -> int:
        return max(0, self._found - self._heads)


_ENDINGS: Final[dict[str, tuple[bytes, ...]]] = {
    _XML: (b"</sparql>",),
    "application/rdf+xml": (b"</rdf:RDF>",),
    _TURTLE: (b".", b""),
    _N_TRIPLES: (b".", b""),
    _CSV: (b"\n",),
    _TSV: (b"\n",),
}
_COUNTS: Final[dict[str, Callable[[], _Signs]]] = {
    _XML: lambda: _Signs(b"<result>", 0),
    _CSV: lambda: _Signs(b"\n", 1, quoted=True),
    _TSV: lambda: _Signs(b"\n", 1),
    _N_TRIPLES: lambda: _Signs(b".\n", 0),
}


class _Reading:
    """What is seen of an answer while it comes: its rows, and whether it is all there and what it is said to be."""

    def __init__(self, media_type: str, *, is_truth: bool) -> None:
        self._media_type, self._is_truth = media_type, is_truth
        self._json = _Json() if media_type.endswith("json") else None
        self._signs = _COUNTS[media_type]() if media_type in _COUNTS else None
        self._begin, self._end = b"", b""

    def read(self, chunk: bytes) -> int | None:
        """Take the next part. The rows so far; None in formats that do not show them."""
        if len(self._begin) < 16:
            self._begin = (self._begin + chunk[:16])[:16]
        self._end = (self._end + chunk[-64:])[-64:]
        for counting in (self._json, self._signs):
            if counting is not None:
                counting.read(chunk)
        return self.rows

    @property
    def rows(self) -> int | None:
        """The rows, or statements, so far."""
        if self._is_truth or self._media_type == "application/ld+json":
            return None
        counting = self._json or self._signs
        return counting.rows if counting is not None else None

    def is_whole(self) -> bool:
        """Whether what came is a whole answer."""
        if self._is_truth and (self._json or self._media_type == _XML) and b"boolean" not in self._end:
            return False  # Virtuoso makes a table of it where it may give so many rows at most
        if self._json is not None:
            return self._json.is_whole
        if self._is_truth and self._media_type in (_CSV, _TSV):
            return (self._begin + b" ").split()[0] in (b"true", b"false")
        if self._media_type == _TSV and not self._begin.startswith((b"?", b"\n")):
            return False  # Virtuoso writes something else under this name
        if self._media_type in (_CSV, _TSV):
            return self._end.endswith(b"\n")
        said = self._end.rstrip()
        return any(said.endswith(one) if one else not said for one in _ENDINGS[self._media_type])


# Turns.


@dataclass(eq=False, slots=True)
class _Turn:
    client: str
    come: asyncio.Future[None]


class _Turns:
    """As many at once as may ask; the others wait, and clients take turns. None ever has more than its share."""

    def __init__(self, limits: QueryLimits) -> None:
        self._free, self._limits = limits.at_once, limits
        self._queue = FairQueue[_Turn](limits.waiting)
        self._held: Counter[str] = Counter()

    @asynccontextmanager
    async def taken(self, client: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it. Raises `BusyError` when there is no room or it takes too long."""
        if self._free and self._held[client] < self._limits.share:
            self._take(client)
        else:
            await self._come(client)
        try:
            yield
        finally:
            self._pass_on(client)

    def _take(self, client: str) -> None:
        self._free -= 1
        self._held[client] += 1

    async def _come(self, client: str) -> None:
        turn = _Turn(client, asyncio.get_running_loop().create_future())
        own = client in self._queue
        if (lost := self._queue.add(turn)) is not None:
            busy = BusyError(f"{self._limits.at_once} queries are being worked on and many more wait", own=own)
            if lost is turn:
                raise busy
            lost.come.set_exception(busy)
        try:
            async with asyncio.timeout(self._limits.patience):
                await turn.come
        except BaseException as error:
            if not self._queue.remove(turn) and not turn.come.cancelled() and turn.come.exception() is None:
                self._pass_on(client)  # its turn came as it left
            if isinstance(error, TimeoutError):
                raise BusyError(f"others were before it for {self._limits.patience:g} seconds", own=own) from None
            raise

    def _pass_on(self, client: str) -> None:
        self._free += 1
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        while self._free and (turn := self._queue.next(self._rank)) is not None:
            if not turn.come.done():
                self._take(turn.client)
                turn.come.set_result(None)

    def _rank(self, turn: "_Turn") -> int | None:
        return 0 if self._held[turn.client] < self._limits.share else None
