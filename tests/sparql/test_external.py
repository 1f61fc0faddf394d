"""Another SPARQL server as the engine: Oxigraph's own, and one that goes wrong in every way a server can."""

import asyncio
import json
import pickle
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from rdflib import Literal, URIRef

from api.sparql import external
from api.sparql.answers import SparqlQuestion
from api.sparql.external import External
from api.sparql.failures import QueryTimeoutError, QueryTooLargeError
from api.sparql.guard import CheckedQuery, check
from api.sparql.limits import QueryLimits
from api.sparql.running import Asker
from api.sparql.spool import Written
from api.sparql.worker import Asked, Home
from api.workers import BusyError, PoolState
from graph.store import GraphStore, n_quads
from ontology.namespaces import BASE, PREFIXES
from tests.support.served import oxigraph, virtuoso

JSON, CSV, TSV = "application/sparql-results+json", "text/csv", "text/tab-separated-values"
XML, TURTLE, N_TRIPLES = "application/sparql-results+xml", "text/turtle", "application/n-triples"
LIMITS = QueryLimits(seconds=3, answer_bytes=4_000_000, answer_rows=3_000, at_once=2, waiting=2)
GRAPHS = ("https://example.org/g/one", "https://example.org/g/two")
AWKWARD = [
    'a "quoted" text',
    "two\nlines, and a comma",
    "},{ and [{",
    "back\\slash\\",
    "é漢𝄞",
    "",
    "<b>&amp;</b>",
    "'''",
]


def made(folder: Path, number: int, things: int, word: str = "word") -> Home:
    """A release of two graphs with awkward texts. One statement is in both."""
    rows = []
    for n in range(things):
        thing = URIRef(f"https://example.org/thing/{n}")
        rows.append((thing, URIRef("https://example.org/name"), Literal(f"{word} {n}", lang="en"), URIRef(GRAPHS[0])))
        text = Literal(AWKWARD[n % len(AWKWARD)] + str(n))
        rows.append((thing, URIRef("https://example.org/says"), text, URIRef(GRAPHS[n % 2])))
    rows.append((*rows[0][:3], URIRef(GRAPHS[1])))
    path = folder / f"{number:06d}"
    (path / "store").mkdir(parents=True)
    (path / "all.nq").write_text("\n".join(n_quads(rows)), encoding="utf-8")
    GraphStore.build(path / "store", path / "all.nq")
    return Home(path, f"content of {number}: {things} {word}")


class Local:
    """Our own workers, without processes; it notes what it was asked."""

    isolated, state = True, PoolState(*[0] * 11)

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.kept: dict[Home, Asker] = {}

    async def run(self, home: Home, question: SparqlQuestion, client: str) -> Written:
        self.asked.append(question.query.text)
        if question.query.text == "ASK { BIND('long' AS ?x) }":
            await asyncio.sleep(60)
        named = question.default_graphs, question.named_graphs
        task = Asked(
            question.query.text,
            question.media_type,
            question.gzip,
            named if any(named) else None,
            question.query.own_dataset,
            question.bindings,
            LIMITS.answer_bytes,
            LIMITS.answer_rows,
        )
        reply = self.kept.setdefault(home, Asker(home, PREFIXES, BASE, isolated=False))(task)
        assert not isinstance(reply, bytes)
        written: Written = pickle.loads(reply.body)  # noqa: S301 -- it was just written here
        return written._replace(file=reply.file)

    async def parse(self, home: Home, query: CheckedQuery, client: str) -> None:
        raise NotImplementedError

    def prepare(self, home: Home) -> None:
        pass

    def close(self) -> None:
        pass


def question(
    text: str, media_type: str = JSON, default_graphs: tuple[str, ...] = (), named_graphs: tuple[str, ...] = ()
) -> SparqlQuestion:
    return SparqlQuestion(1, check(text, LIMITS), default_graphs, named_graphs, media_type, gzip=False)


def said(written: Written) -> bytes:
    return written.body if written.file is None else written.file.read(written.size, 0)


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        async def guarded() -> None:
            async with asyncio.timeout(60):
                await test(*args, **kwargs)

        asyncio.run(guarded())

    return run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return made(tmp_path_factory.mktemp("releases"), 1, 1000)


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[str]:
    with oxigraph(home.folder / "store", "--union-default-graph") as port:
        yield f"http://127.0.0.1:{port}/query"


@asynccontextmanager
async def engine(address: str, home: Home, local: Local | None = None, **given: Any) -> AsyncIterator[External]:
    """An engine that was looked at."""
    found = External(address, replace(LIMITS, **given), local or Local())
    try:
        await found.look(home)
        yield found
    finally:
        await asyncio.to_thread(found.close)


QUERIES = [
    ("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o", (JSON, XML, CSV, TSV)),
    ("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g", (JSON, XML, CSV, TSV)),
    ("SELECT ?s ?none { ?s ?p 'nothing' }", (JSON, XML, CSV, TSV)),
    ("SELECT ?none ?n { VALUES ?n { UNDEF 1 } }", (JSON, XML, CSV, TSV)),
    ("ASK { ?s ?p ?o }", (JSON, XML, CSV, TSV)),
    ("ASK { ?s ?p 'nothing' }", (JSON, XML, CSV, TSV)),
    ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(STRENDS(STR(?o), '77')) }", (TURTLE, N_TRIPLES, "application/rdf+xml")),
    ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(?o = 'no') }", (TURTLE, N_TRIPLES, "application/rdf+xml")),
    ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 5", ("application/n-quads", "application/trig", "application/ld+json")),
    ("DESCRIBE <https://example.org/thing/7>", (TURTLE, N_TRIPLES, "application/ld+json")),
]


@in_a_loop
async def test_it_gives_what_our_own_workers_give(home: Home, server: str) -> None:
    local = Local()
    async with engine(server, home, local) as found:
        assert found.standing.holds == (1,), found.standing
        for text, formats in QUERIES:
            for media_type in formats:
                asked = question(text, media_type)
                theirs, ours = await found.run(home, asked, "me"), await Local().run(home, asked, "me")
                assert theirs.media_type == media_type
                if media_type in (JSON, XML, CSV, TSV):
                    assert said(theirs) == said(ours), text
                    assert theirs.rows == ours.rows, (text, media_type)
                else:
                    assert sorted(set(said(theirs).split())) != [] or not said(ours).strip()
        assert found.standing.answered == sum(len(formats) for _, formats in QUERIES)
        assert (found.standing.failed, found.standing.passed_by) == (0, 0)


def rows_of(answer: bytes) -> Any:
    """The values of a table in JSON, in any order, or a truth."""
    found = json.loads(answer)
    if "boolean" in found:
        return bool(found["boolean"])
    return sorted(sorted((name, cell["value"]) for name, cell in row.items()) for row in found["results"]["bindings"])


@pytest.mark.skipif(
    which("/usr/bin/virtuoso-t") is None, reason="virtuoso-opensource-7, a package of Debian, is not installed"
)
@in_a_loop
async def test_virtuoso_gives_the_same_rows_and_what_it_gets_wrong_we_answer(home: Home, tmp_path: Path) -> None:
    """An engine of another make: it writes its answers in its own way, with the same rows in them."""
    with virtuoso(tmp_path, home.folder / "all.nq", LIMITS.answer_rows + 1) as port:
        local = Local()
        async with engine(f"http://127.0.0.1:{port}/sparql", home, local) as found:
            assert found.standing.holds == (1,), found.standing
            for text, _ in QUERIES[:6]:
                asked = question(text)
                theirs, ours = said(await found.run(home, asked, "me")), said(await Local().run(home, asked, "me"))
                assert rows_of(theirs) == rows_of(ours), text
            assert found.standing.answered == 4, "it gives a truth as a table"
            asked = question(QUERIES[0][0], TSV)
            assert said(await found.run(home, asked, "me")) == said(await Local().run(home, asked, "me"))
            assert found.standing.answered == 4, "its tab-separated values are not those of the standard"


@in_a_loop
async def test_gzip_is_ours(home: Home, server: str) -> None:
    async with engine(server, home) as found:
        asked = replace(question("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"), gzip=True)
        assert said(await found.run(home, asked, "")) == said(await Local().run(home, asked, ""))


@in_a_loop
async def test_graphs_of_the_protocol_are_those_of_the_release(home: Home, server: str) -> None:
    local = Local()
    async with engine(server, home, local) as found:
        count = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        local.asked.clear()
        for default, named in ((GRAPHS[:1], ()), (GRAPHS, GRAPHS[1:]), ((), GRAPHS[:1]), (GRAPHS[:1], ("x:no",))):
            asked = question(count, default_graphs=default, named_graphs=named)
            assert said(await found.run(home, asked, "")) == said(await Local().run(home, asked, "")), (default, named)
        assert len(local.asked) == 1, "the one with no graph that the release has"


@in_a_loop
async def test_a_release_that_it_does_not_hold_is_answered_here(home: Home, server: str, tmp_path: Path) -> None:
    others = [made(tmp_path, 2, 999), made(tmp_path, 3, 1000, word="words"), made(tmp_path, 4, 1001)]
    whys = []
    for other in others:
        local = Local()
        async with engine(server, other, local) as found:
            assert found.standing.holds == ()
            whys.append(found.standing.why)
            local.asked.clear()
            written = await found.run(other, question("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), "")
            assert said(written) == said(await Local().run(other, question("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), ""))
            assert len(local.asked) == 1
    assert "holds" in whys[0] and "holds" in whys[2]


@in_a_loop
async def test_until_somebody_has_looked_we_answer_ourselves(home: Home, server: str) -> None:
    local = Local()
    found = External(server, LIMITS, local)
    first = await found.run(home, question("ASK {}"), "")
    assert local.asked[-1] == "ASK {}" and said(first)
    while not found.standing.holds:
        await asyncio.sleep(0.01)
    local.asked.clear()
    assert said(await found.run(home, question("ASK {}"), "")) == said(first)
    assert local.asked == []
    await asyncio.to_thread(found.close)


@in_a_loop
async def test_a_server_without_the_union_is_asked_for_each_graph_or_not_at_all(home: Home) -> None:
    """Oxigraph without its option: all graphs named one by one are the same default graph."""
    with oxigraph(home.folder / "store") as port:
        async with engine(f"http://127.0.0.1:{port}/query", home) as found:
            asked = question("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
            assert found.standing.holds == (1,)
            assert said(await found.run(home, asked, "")) == said(await Local().run(home, asked, ""))
            assert found.standing.answered == 1


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <https://example.org/g/one> { ?s ?p ?o }",
        "SELECT (<bif:http_get>('http://127.0.0.1/') AS ?x) {}",
        "PREFIX bif: <bif:> SELECT (bif:http_get('http://127.0.0.1/') AS ?x) {}",
        "BASE <bif:> SELECT (<http_get>('http://127.0.0.1/') AS ?x) {}",
        "ASK { ?s <BIF:contains> 'x' }",
        "ASK { ?s <java:org.example.Reads> 'x' }",
        "ASK { ?s ?p ?o FILTER(<http://jena.apache.org/ARQ/function#now>() = 1) }",
        "ASK { GRAPH <file:///etc/passwd> { ?s ?p ?o } }",
        "ASK { ?s <relative> ?o }",
    ],
)
def test_what_means_something_inside_a_server_is_not_sent(home: Home, server: str, text: str) -> None:
    async def asks() -> None:
        local = Local()
        async with engine(server, home, local) as found:
            local.asked.clear()
            try:
                await found.run(home, question(text), "")
            except Exception as error:  # noqa: BLE001 -- our own engine knows no such function
                assert type(error).__name__ in ("QuerySyntaxError", "QueryRefusedError"), error
            assert local.asked == [text]
            assert found.standing.passed_by == 1

    asyncio.run(asks())


@in_a_loop
async def test_ordinary_functions_are_sent(home: Home, server: str) -> None:
    text = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT (xsd:integer('7') AS ?n) (STRLEN('(') AS ?m) {}"
    local = Local()
    async with engine(server, home, local) as found:
        local.asked.clear()
        assert b'"7"' in said(await found.run(home, question(text), ""))
        assert local.asked == []


# A server that goes wrong.

TRAP = "SELECT * { BIND('trap' AS ?x) }"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"
WHOLE = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"a lie"}}]}}'


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + end


WRONG = {
    "closes": b"",
    "closes in its head": b"HTTP/1.1 200 OK\r\nContent-",
    "no HTTP": b"SSH-2.0-x\r\n",
    "fewer bytes than said": HEAD + b"Content-Length: 500\r\n\r\n" + WHOLE,
    "a chunk is missing": HEAD + chunked(WHOLE, end=b""),
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n100\r\n" + WHOLE[:50],
    "cut, and says it is whole": HEAD + chunked(WHOLE[:60]),
    "cut in a string": HEAD + chunked(WHOLE[:85]),
    "cut after a backslash": HEAD + chunked(WHOLE[:85] + b"\\"),
    "an error after rows": HEAD + chunked(WHOLE[:-3], b"\nerror: time limit"),
    "empty": HEAD + chunked(),
    "nobody knows where it ends": HEAD + b"\r\n" + WHOLE,
    "another format": HEAD.replace(b"sparql-results+json", b"xhtml+xml") + chunked(b"<html/>"),
    "no format": b"HTTP/1.1 200 OK\r\n" + chunked(WHOLE),
    "rows left out": HEAD + b"X-SPARQL-MaxRows: 10000\r\n" + chunked(WHOLE),
    "its time was over": HEAD + b"X-SQL-State: S1TAT\r\n" + chunked(WHOLE),
    "compressed": HEAD + b"Content-Encoding: gzip\r\n" + chunked(WHOLE),
    "moved": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "refused": b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n" + chunked(b"Virtuoso 37000 Error"),
    "not acceptable": b"HTTP/1.1 406 Not Acceptable\r\nContent-Length: 0\r\n\r\n",
    "busy": b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n",
    "broken": b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\n" + chunked(b"secret"),
}


class Double:
    """A server that passes on to a real one, but for what a test has it do."""

    def __init__(self, behind: str) -> None:
        self.behind, self.reply, self.slow, self.left = behind, b"", 0.0, asyncio.Event()
        self.came, self.cut_graphs, self.queries = asyncio.Event(), 0, []
        self.now = self.most = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))[15:])
            body = await reader.readexactly(size)
            query = parse_qs(body.decode())["query"][0]
            self.queries.append(query)
            if "trap" in query:
                await self._trap(reader, writer)
                return
            accept = next(line for line in head.decode().split("\r\n") if line.lower().startswith("accept:"))[8:]
            async with httpx.AsyncClient() as client:
                kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
                real = await client.post(self.behind, content=body, headers=kind)
            content = real.content
            if self.cut_graphs and query.startswith("CONSTRUCT"):
                content = b"".join(content.splitlines(keepends=True)[: self.cut_graphs])
            writer.write(
                f"HTTP/1.1 {real.status_code} x\r\nContent-Type: {real.headers['content-type']}\r\n"
                f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode()
                + content
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _trap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        self.came.set()
        if self.slow:
            writer.write(self.reply)
            await writer.drain()
            if await reader.read() == b"":
                self.left.set()
        else:
            writer.write(self.reply)
            await writer.drain()
        self.now -= 1


@asynccontextmanager
async def double(server: str) -> AsyncIterator[tuple[Double, str]]:
    acting = Double(server)
    listening = await asyncio.start_server(acting, "127.0.0.1", 0)
    try:
        yield acting, f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/sparql"
    finally:
        listening.close()


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_whole_is_never_an_answer(home: Home, server: str, name: str) -> None:
    async def asks() -> None:
        local = Local()
        async with double(server) as (acting, address), engine(address, home, local) as found:
            assert found.standing.holds == (1,)
            acting.reply = WRONG[name]
            local.asked.clear()
            written = await found.run(home, question(TRAP), "")
            assert json.loads(said(written))["results"]["bindings"] == [{"x": {"type": "literal", "value": "trap"}}]
            assert local.asked == [TRAP]
            assert (found.standing.failed, found.standing.answered) == (1, 0)

    asyncio.run(asks())


@in_a_loop
async def test_the_double_can_be_right(home: Home, server: str) -> None:
    """What it says is passed on when nothing is wrong with it: the tests above fail for the reason they name."""
    async with double(server) as (acting, address), engine(address, home) as found:
        for acting.reply in (HEAD + chunked(WHOLE), HEAD + b"Content-Length: %d\r\n\r\n" % len(WHOLE) + WHOLE):
            assert said(await found.run(home, question(TRAP), "")) == WHOLE


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (TSV, b'"x"\n"a lie"\n'),
        (TSV, b"?x\n'a l"),
        (CSV, b"x\r\na lie"),
        (XML, b"<sparql><head/><results><result><binding name='x'><literal>a lie"),
    ],
)
def test_formats_that_are_cut_or_false_are_no_answer(home: Home, server: str, media_type: str, body: bytes) -> None:
    async def asks() -> None:
        async with double(server) as (acting, address), engine(address, home) as found:
            acting.reply = HEAD.replace(JSON.encode(), media_type.encode()) + chunked(body)
            assert b"lie" not in said(await found.run(home, question(TRAP, media_type), ""))
            assert found.standing.failed == 1

    asyncio.run(asks())


@in_a_loop
async def test_an_engine_that_cuts_answers_is_not_asked(home: Home, server: str) -> None:
    async with double(server) as (acting, address):
        acting.cut_graphs = 1500
        async with engine(address, home) as found:
            assert found.standing.holds == ()
            assert "cuts answers" in found.standing.why


@pytest.mark.parametrize("begun", [b"", HEAD, HEAD + b'Transfer-Encoding: chunked\r\n\r\n4\r\n{ "h\r\n'])
def test_time_is_limited_and_the_connection_closed(home: Home, server: str, begun: bytes) -> None:
    async def asks() -> None:
        async with double(server) as (acting, address), engine(address, home, seconds=0.5) as found:
            acting.slow, acting.reply = 1.0, begun
            with pytest.raises(QueryTimeoutError):
                await found.run(home, question(TRAP), "")
            await asyncio.wait_for(acting.left.wait(), 2)

    asyncio.run(asks())


@in_a_loop
async def test_who_leaves_closes_the_connection(home: Home, server: str) -> None:
    async with double(server) as (acting, address), engine(address, home) as found:
        acting.slow = 1.0
        asking = asyncio.create_task(found.run(home, question(TRAP), ""))
        await asyncio.wait_for(acting.came.wait(), 2)
        asking.cancel()
        await asyncio.wait_for(acting.left.wait(), 2)
        acting.slow, acting.reply = 0.0, HEAD + chunked(WHOLE)
        assert said(await found.run(home, question(TRAP), "")) == WHOLE


@in_a_loop
async def test_bytes_and_rows_are_limited(home: Home, server: str) -> None:
    async with engine(server, home) as found:
        with pytest.raises(QueryTooLargeError) as rows:
            await found.run(home, question("SELECT (1 AS ?one) { ?s ?p ?o . ?x ?y ?z }"), "")
        assert rows.value.what == "rows"
    async with engine(server, home, answer_bytes=100_000) as found:
        with pytest.raises(QueryTooLargeError) as size:
            await found.run(home, question("SELECT * { ?s ?p ?o . ?x ?y ?z } LIMIT 2900"), "")
        assert size.value.what == "bytes"


@in_a_loop
async def test_few_at_once_and_clients_take_turns(home: Home, server: str) -> None:
    async with double(server) as (acting, address), engine(address, home, seconds=30) as found:
        acting.slow = 10.0
        asking = [asyncio.create_task(found.run(home, question(f"{TRAP} LIMIT {n}"), "greedy")) for n in range(1, 7)]
        await asyncio.sleep(0.3)
        assert acting.most == 1, "the other turn is for others"
        refused = [one for one in asking if one.done()]
        assert [type(one.exception()) for one in refused] == [BusyError] * 3
        others = [
            asyncio.create_task(found.run(home, question(f"{TRAP} LIMIT {n}"), client))
            for n, client in ((8, "other"), (9, "third"))
        ]
        for _ in range(100):
            if acting.most == 2:
                break
            await asyncio.sleep(0.05)
        assert acting.most == 2
        assert not any(one.done() for one in others), "one took the place of who has more waiting"
        assert sum(one.done() for one in asking) == 4
        for one in (*asking, *others):
            one.cancel()
        await asyncio.gather(*asking, *others, return_exceptions=True)
        assert (found._turns._free, found._turns._held) == (LIMITS.at_once, {})
        acting.slow, acting.reply = 0.0, HEAD + chunked(WHOLE)
        for _ in range(3):
            assert said(await found.run(home, question(TRAP), "")) == WHOLE


@in_a_loop
async def test_one_that_is_gone_is_left_alone_for_a_while(home: Home, server: str) -> None:
    local = Local()
    async with double(server) as (acting, address), engine(address, home, local) as found:
        assert found.standing.holds == (1,)
        acting.reply = HEAD + chunked(WHOLE)
    # The double does not listen any more.
    found = External(address, LIMITS, local)
    await found.look(home)
    assert found.standing.holds == ()
    assert "cannot be asked" in found.standing.why
    assert json.loads(said(await found.run(home, question("ASK {}"), "")))["boolean"] is True
    await asyncio.to_thread(found.close)


@in_a_loop
async def test_what_it_holds_is_counted_again(home: Home, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with double(server) as (acting, address), engine(address, home) as found:
        acting.reply = HEAD + chunked(WHOLE)
        assert said(await found.run(home, question(TRAP), "")) == WHOLE
        monkeypatch.setattr(external, "LOOK_SECONDS", 0.0)
        acting.cut_graphs = 1
        await found.run(home, question(TRAP), "")
        while found.standing.holds:
            await asyncio.sleep(0.01)
        assert b"lie" not in said(await found.run(home, question(TRAP), ""))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
def test_rows_of_json_are_counted_however_it_is_cut_and_laid_out(home: Home, size: int) -> None:
    rows = [{"x": {"type": "literal", "value": text}} for text in AWKWARD] + [
        {},
        {},
        {"x": {"type": "uri", "value": "x:"}},
    ]
    document = {"head": {"vars": ["x"], "link": ["[{", ",{"]}, "results": {"bindings": rows}}
    for indent in (None, 2):
        text = json.dumps(document, indent=indent).encode()
        reading = external._Reading(JSON, is_truth=False)
        for start in range(0, len(text), size):
            assert not reading.is_whole()
            reading.read(text[start : start + size])
        assert reading.is_whole()
        assert reading.rows == len(rows)


@pytest.mark.parametrize("size", [1, 5, 17, 1000])
def test_older_json_is_made_newer_and_nothing_else_is_changed(size: int) -> None:
    rows = [
        {"x": {"type": kind, "datatype": "x:d", "value": value}}
        for kind in ("typed-literal", "literal", "uri")
        for value in ('"type": "typed-literal"', "typed-literal", "type", 'ends with "type', "\\")
    ]
    for indent in (None, 1):
        text = json.dumps({"results": {"bindings": rows}}, indent=indent).encode()
        newer = external._Newer()
        made = b"".join(newer.read(text[start : start + size]) for start in range(0, len(text), size)) + newer.left
        expected = [{"x": {**row["x"], "type": row["x"]["type"].replace("typed-", "")}} for row in rows]
        assert json.loads(made)["results"]["bindings"] == expected


def test_a_password_is_not_shown() -> None:
    found = External("http://user:secret@127.0.0.1:1/sparql?key=secret", LIMITS, Local())
    assert "secret" not in repr(found.standing)
