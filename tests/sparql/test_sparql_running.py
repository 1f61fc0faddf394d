"""Running queries: whole answers, the very bytes of pyoxigraph, limits that hold, processes that can be killed."""

import asyncio
import gzip
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sparql import answers as answering
from api.sparql.answers import Answers, SparqlAnswer, SparqlQuestion, Workers
from api.sparql.failures import QueryRefusedError, QuerySyntaxError, QueryTimeoutError, QueryTooLargeError
from api.sparql.guard import CheckedQuery, check
from api.sparql.limits import QueryLimits
from api.sparql.running import _COUNTS, syntax_error
from api.sparql.spool import IN_MEMORY
from api.sparql.worker import Home
from api.workers import BusyError, PoolState
from graph.store import GraphStore
from ontology.namespaces import PREFIXES
from tests.api.test_workers import in_a_loop, runs

LIMITS = QueryLimits(seconds=20.0, answer_bytes=4_000_000, answer_rows=5_000, memory=500_000_000, cache_bytes=4_000_000)
THINGS = 4_000
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
TABLES = {
    JSON: pyoxigraph.QueryResultsFormat.JSON,
    XML: pyoxigraph.QueryResultsFormat.XML,
    CSV: pyoxigraph.QueryResultsFormat.CSV,
    TSV: pyoxigraph.QueryResultsFormat.TSV,
}
NASTY = (
    '},{"',
    '}},{"n":{',
    "},{",
    'a "quoted" word',
    "<result>",
    "a,b",
    "line\r\nend",
    "line\nend",
    '"',
    "\t",
    "{}",
    "",
)
ALL = "SELECT ?s ?o WHERE { ?s <urn:p> ?o } ORDER BY ?s"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of processes and keeps to memory")


def statements(things: int, word: str) -> str:
    """Numbered things in three graphs, and a few with texts that could be taken for the signs between rows."""
    told = [f'<urn:s:{n:05}> <urn:p> "{word} {n}" <urn:g:{n % 3}> .' for n in range(things)]
    told += [f"<urn:odd:{n:02}> <urn:odd> {pyoxigraph.Literal(text)} <urn:g:0> ." for n, text in enumerate(NASTY)]
    return "\n".join(told) + "\n"


def home_in(folder: Path, content: str, things: int = THINGS) -> Home:
    source = folder / "source.nq"
    source.write_text(statements(things, content), newline="")
    GraphStore.build(folder / "store", source)
    return Home(folder, content)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return home_in(tmp_path_factory.mktemp("home"), "first")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return home_in(tmp_path_factory.mktemp("other"), "second", things=10)


@pytest.fixture(scope="module")
def store(home: Home) -> pyoxigraph.Store:
    """The same statements, opened by pyoxigraph itself."""
    return pyoxigraph.Store.read_only(str(home.folder / "store"))


@pytest.fixture(scope="module")
def workers(home: Home) -> Iterator[Workers]:
    found = Workers(LIMITS)
    found.prepare(home)
    yield found
    found.close()


@pytest.fixture
def answers(workers: Workers) -> Answers:
    """Answers that keep nothing from other tests."""
    return Answers(workers, LIMITS, spool_bytes=100_000_000)


@pytest.fixture
def own(home: Home) -> Iterator[Callable[..., Answers]]:
    """Answers with processes and limits of their own."""
    made: list[Workers] = []

    def make(spool_bytes: int = 10**9, **changed: Any) -> Answers:
        limits = replace(LIMITS, **changed)
        made.append(Workers(limits))
        made[-1].prepare(home)
        return Answers(made[-1], limits, spool_bytes)

    yield make
    for one in made:
        one.close()


def question(query: str | CheckedQuery, media_type: str = JSON, **more: Any) -> SparqlQuestion:
    checked = check(query, LIMITS) if isinstance(query, str) else query
    said: dict[str, Any] = {"default_graphs": (), "named_graphs": (), "gzip": False, **more}
    return SparqlQuestion(1, checked, media_type=media_type, **said)


def unchecked(text: str) -> CheckedQuery:
    """A query that the guard would not let pass."""
    return replace(check("ASK {}", LIMITS), text=text, normal=text)


async def whole(answer: SparqlAnswer) -> bytes:
    body = answer.body()
    return body if isinstance(body, bytes) else b"".join([piece async for piece in body])


async def rows(answers: Answers, home: Home, query: str, **more: Any) -> list[list[str]]:
    said = await whole(await answers.ask(home, question(query, TSV, **more), "somebody"))
    return [line.split("\t") for line in said.decode().splitlines()[1:]]


def state_of(answers: Answers) -> PoolState:
    state = answers.engine.state
    assert state is not None
    return state


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.02)


# What the answers are.


@pytest.mark.parametrize("media_type", TABLES)
@pytest.mark.parametrize("query", [ALL, "SELECT * WHERE { ?s <urn:odd> ?o } ORDER BY ?s", "SELECT ?x WHERE {}"])
@in_a_loop
async def test_a_table_is_what_pyoxigraph_writes(
    answers: Answers, home: Home, store: pyoxigraph.Store, query: str, media_type: str
) -> None:
    answer = await answers.ask(home, question(query, media_type), "")
    result = store.query(query, use_default_graph_as_union=True)
    assert isinstance(result, pyoxigraph.QuerySolutions)
    assert await whole(answer) == result.serialize(format=TABLES[media_type])
    assert answer.rows == len(list(store.query(query, use_default_graph_as_union=True)))


@pytest.mark.parametrize("media_type", TABLES)
@in_a_loop
async def test_yes_or_no_is_what_pyoxigraph_writes(answers: Answers, home: Home, media_type: str) -> None:
    answer = await answers.ask(home, question("ASK { ?s <urn:p> ?o }", media_type), "")
    result = pyoxigraph.Store().query("ASK {}")
    assert isinstance(result, pyoxigraph.QueryBoolean)
    assert await whole(answer) == result.serialize(format=TABLES[media_type])
    assert answer.rows is None


@pytest.mark.parametrize(
    "media_type",
    ["text/turtle", "application/n-triples", "application/n-quads", "application/trig", "application/rdf+xml"],
)
@in_a_loop
async def test_a_graph_is_what_pyoxigraph_writes_with_our_prefixes(
    answers: Answers, home: Home, store: pyoxigraph.Store, media_type: str
) -> None:
    query = "CONSTRUCT { ?s <https://w3id.org/stepway/ns#label> ?o } WHERE { ?s <urn:p> ?o }"
    answer = await answers.ask(home, question(query, media_type), "")
    result = store.query(query, use_default_graph_as_union=True)
    assert isinstance(result, pyoxigraph.QueryTriples)
    form = pyoxigraph.RdfFormat.from_media_type(media_type)
    lines = media_type in ("application/n-triples", "application/n-quads")
    assert await whole(answer) == pyoxigraph.serialize(result, format=form, prefixes=None if lines else PREFIXES)
    assert answer.rows == THINGS


@in_a_loop
async def test_json_ld_says_the_same_triples(answers: Answers, home: Home) -> None:
    query = "CONSTRUCT WHERE { <urn:s:00007> ?p ?o }"
    answer = await answers.ask(home, question(query, "application/ld+json"), "")
    (quad,) = pyoxigraph.parse(await whole(answer), format=pyoxigraph.RdfFormat.JSON_LD)
    assert (quad.subject.value, quad.object.value, answer.rows) == ("urn:s:00007", "first 7", 1)


@in_a_loop
async def test_a_long_answer_is_compressed_where_it_is_made_and_a_short_one_is_not(
    answers: Answers, home: Home
) -> None:
    plain = await whole(await answers.ask(home, question(ALL), ""))
    packed = await answers.ask(home, question(ALL, gzip=True), "")
    assert packed.gzip
    assert packed.size < len(plain) / 5
    assert packed.rows == THINGS
    assert gzip.decompress(await whole(packed)) == plain
    short = await answers.ask(home, question("ASK {}", gzip=True), "")
    assert not short.gzip
    assert await whole(short) == b'{"head":{},"boolean":true}'


@pytest.mark.parametrize("media_type", TABLES)
@given(data=st.data())
def test_rows_are_counted_wherever_the_writer_pauses(media_type: str, data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.sampled_from(NASTY[:-2]) | st.text(alphabet='{}",:\\\r\n<result>a', max_size=8)))
    values = " ".join(f"({pyoxigraph.Literal(text)} {number})" for number, text in enumerate(texts))
    result = pyoxigraph.Store().query(f"SELECT ?n ?m WHERE {{ VALUES (?n ?m) {{ {values} }} }}")
    assert isinstance(result, pyoxigraph.QuerySolutions)
    said = result.serialize(format=TABLES[media_type])
    assert said is not None
    counter, found = _COUNTS[media_type](), None
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=12)))
    for begin, end in zip([0, *cuts], [*cuts, len(said)], strict=True):
        found = counter(said[begin:end])
    unclear = media_type == JSON and b"},{}" in said
    assert found == (None if unclear else len(texts))


# What is asked of.


@in_a_loop
async def test_graphs_are_one_unless_the_query_or_the_request_names_some(answers: Answers, home: Home) -> None:
    counted = "SELECT (COUNT(*) AS ?n) {} WHERE {{ {} }}"
    plain, by_graph = "?s <urn:p> ?o", "GRAPH ?g { ?s <urn:p> ?o }"

    async def number(query: str, **graphs: Any) -> int:
        return int((await rows(answers, home, query, **graphs))[0][0])

    third = len(range(0, THINGS, 3))
    assert await number(counted.format("", plain)) == THINGS
    assert await number(counted.format("FROM <urn:g:0>", plain)) == third
    assert await number(counted.format("FROM NAMED <urn:g:0>", by_graph)) == third
    assert await number(counted.format("FROM NAMED <urn:g:0>", plain)) == 0
    assert await number(counted.format("FROM <urn:g:1>", plain), default_graphs=("urn:g:0",)) == third
    assert await number(counted.format("", plain), named_graphs=("urn:g:0",)) == 0
    assert await number(counted.format("", by_graph), named_graphs=("urn:g:0",)) == third
    assert await number(counted.format("", by_graph), default_graphs=("urn:g:0",)) == 0
    assert await number(counted.format("", plain), default_graphs=("urn:nothing",)) == 0
    with pytest.raises(QueryRefusedError):
        await number(counted.format("", plain), default_graphs=("no address",))


@in_a_loop
async def test_values_are_bound_and_never_become_text_of_the_query(answers: Answers, home: Home) -> None:
    query = "SELECT ?s ?o WHERE { ?s <urn:p> ?o }"
    assert await rows(answers, home, query, bindings=(("s", "<urn:s:00007>"),)) == [["<urn:s:00007>", '"first 7"']]
    assert await rows(answers, home, query, bindings=(("o", '"first 8"'),)) == [["<urn:s:00008>", '"first 8"']]
    for hostile in ("<urn:s:00007> . <urn:x> <urn:y> <urn:z>", "?x", "<urn:s:1> } #"):
        with pytest.raises((ValueError, SyntaxError)):
            await rows(answers, home, query, bindings=(("s", hostile),))


@in_a_loop
async def test_a_query_that_is_no_sparql_says_where(answers: Answers, home: Home) -> None:
    with pytest.raises(QuerySyntaxError) as told:
        await answers.ask(home, question("SELECT ?é WHERE {\n  ?é ?p \n}"), "")
    assert (told.value.line, told.value.detail) == (3, "This cannot stand here.")
    with pytest.raises(QuerySyntaxError):
        await answers.parse(home, check("SELECT ?s WHERE { ?s ?p }", LIMITS), "")
    await answers.parse(home, check(ENDLESS, LIMITS), "")


def test_what_the_parser_says_is_taken_apart() -> None:
    for text, detail, expected in (
        ("error at 1:7: expected one of \"$\", \"(\", PREFIX, [_]", "This cannot stand here.", ("$", "(", "PREFIX")),
        ("error at 1:28: expected IRI parsing failed", "IRI parsing failed.", ()),
        ("error at 2:3: expected one of GROUP BY is missing, ['a' ..= 'z' | '\\u{B7}'\n| ','], [']']",
         "GROUP BY is missing.", ("]",)),
    ):  # fmt: skip
        error = syntax_error(text)
        assert (error.detail, error.expected) == (detail, expected)
    assert syntax_error("something else").line is None


# What is kept.


@in_a_loop
async def test_an_answer_is_kept_for_whoever_asks_the_same(answers: Answers, home: Home, other: Home) -> None:
    first = await answers.ask(home, question("SELECT ?o WHERE { <urn:s:00001> ?p ?o }"), "one")
    again = await answers.ask(home, question("SELECT  ?o WHERE\n{ <urn:s:00001> ?p ?o } # the same"), "another")
    assert (first.kept, again.kept) == (False, True)
    assert await whole(first) == await whole(again)
    for different in (question("SELECT ?o WHERE { <urn:s:00001> ?p ?o }", CSV),
                      question("SELECT ?o WHERE { <urn:s:00001> ?p ?o }", default_graphs=("urn:g:0",)),
                      question("SELECT ?o WHERE { <urn:s:00001> ?p ?o }", bindings=(("o", '"x"'),))):  # fmt: skip
        assert not (await answers.ask(home, different, "one")).kept
    elsewhere = await answers.ask(other, question("SELECT ?o WHERE { <urn:s:00001> ?p ?o }"), "one")
    assert not elsewhere.kept
    assert b"second 1" in await whole(elsewhere)
    assert answers.counts.outcomes == {"answered": 5, "kept": 1}


@in_a_loop
async def test_what_differs_each_time_is_not_kept_and_is_run_for_each(answers: Answers, home: Home) -> None:
    asking = [answers.ask(home, question("SELECT (STRUUID() AS ?u) WHERE {}"), "") for _ in range(4)]
    said = {await whole(answer) for answer in await asyncio.gather(*asking)}
    assert len(said) == 4
    assert len(answers.kept) == 0


@in_a_loop
async def test_those_asked_for_longest_ago_make_room_and_large_ones_are_not_kept(own: Callable[..., Answers]) -> None:
    answers = own(cache_bytes=24_000)
    home = Home(answers_home(answers), "first")
    pages = [f"SELECT ?s ?o WHERE {{ ?s <urn:p> ?o }} LIMIT 20 OFFSET {page}" for page in range(30)]
    for page in pages:
        await answers.ask(home, question(page), "")
        await answers.ask(home, question(pages[0]), "")
    assert 20_000 < answers.kept.bytes <= 24_000
    assert (await answers.ask(home, question(pages[0]), "")).kept
    assert (await answers.ask(home, question(pages[-1]), "")).kept
    assert not (await answers.ask(home, question(pages[1]), "")).kept
    before = answers.kept.bytes
    assert not (await answers.ask(home, question(f"{ALL} LIMIT 100"), "")).kept
    assert not (await answers.ask(home, question(f"{ALL} LIMIT 100"), "")).kept
    assert answers.kept.bytes == before


def answers_home(answers: Answers) -> Path:
    """Where the release is that these answers are prepared for."""
    assert isinstance(answers.engine, Workers)
    current = answers.engine._pool._current
    assert isinstance(current, Home)
    return current.folder


# Where large answers are.


@linux_only
@in_a_loop
async def test_a_large_answer_is_in_a_file_without_a_name_for_as_long_as_somebody_reads(
    answers: Answers, home: Home
) -> None:
    def files() -> list[str]:
        found = []
        for one in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                found.append(str(one.readlink()))
        return [one for one in found if "(deleted)" in one]

    before = files()
    answer = await answers.ask(home, question(ALL.replace("?s ?o", "*"), XML), "")
    assert answer.size > IN_MEMORY
    assert answers.spooled == answer.size
    (file,) = set(files()) - set(before)
    assert not Path(file.removesuffix(" (deleted)")).exists()
    body, again = answer.body(), answer.body()
    assert not isinstance(body, bytes)
    assert not isinstance(again, bytes)
    first = await anext(body)
    assert b"".join([piece async for piece in again]) == first + b"".join([piece async for piece in body])
    answer.close()
    assert answers.kept.drop()
    await until(lambda: answers.spooled == 0 and files() == before)


@in_a_loop
async def test_when_readers_fill_the_disk_large_answers_have_to_wait(own: Callable[..., Answers]) -> None:
    answers = own(spool_bytes=900_000, cache_bytes=0)
    home = Home(answers_home(answers), "first")
    reading = [await answers.ask(home, question(f"{ALL} LIMIT {4_000 - n}"), "slow") for n in range(2)]
    with pytest.raises(BusyError):
        await answers.ask(home, question(f"{ALL} LIMIT 3500"), "third")
    assert await rows(answers, home, f"{ALL} LIMIT 1") != []
    reading.pop().close()
    assert (await answers.ask(home, question(f"{ALL} LIMIT 3500"), "third")).rows == 3_500


@in_a_loop
async def test_a_reader_who_takes_nothing_is_cut_off(
    answers: Answers, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await answers.ask(home, question(ALL.replace("?s ?o", "*"), XML), "")
    monkeypatch.setattr(answering, "STALLED_SECONDS", 0.05)
    taken: list[int] = []

    async def send() -> None:
        body = answer.body()
        assert not isinstance(body, bytes)
        async for piece in body:
            taken.append(len(piece))
            if len(taken) == 2:
                await asyncio.sleep(30)

    with pytest.raises(asyncio.CancelledError):
        await send()
    assert len(taken) == 2


# What may be too much.


@in_a_loop
async def test_an_answer_with_too_many_rows_or_bytes_is_none_at_all(answers: Answers, home: Home) -> None:
    cross = "SELECT ?a ?d WHERE { ?a <urn:p> ?c . ?d <urn:p> ?f }"
    for media_type in TABLES:
        with pytest.raises(QueryTooLargeError) as told:
            await answers.ask(home, question(cross, media_type), "")
        assert (told.value.what, told.value.limit) == ("rows", LIMITS.answer_rows)
        assert told.value.reached > LIMITS.answer_rows
    for media_type in ("text/turtle", "application/n-triples"):
        with pytest.raises(QueryTooLargeError) as told:
            await answers.ask(home, question(f"CONSTRUCT {{ ?a ?d ?f }} WHERE {{ {cross[19:]} }}", media_type), "")
        assert told.value.what == "rows"
    wide = f'SELECT (CONCAT(?o, "{"x" * 2_000}") AS ?w) WHERE {{ ?s <urn:p> ?o }}'
    with pytest.raises(QueryTooLargeError) as told:
        await answers.ask(home, question(wide), "")
    assert (told.value.what, told.value.limit) == ("bytes", LIMITS.answer_bytes)
    assert answers.counts.outcomes == {"too-large": 7}


@in_a_loop
async def test_what_takes_too_long_is_stopped_in_time_and_the_next_one_is_answered(own: Callable[..., Answers]) -> None:
    answers = own(seconds=0.5, at_once=1)
    home = Home(answers_home(answers), "first")
    for endless in (ENDLESS, "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = ?i) }"):
        began = monotonic()
        with pytest.raises(QueryTimeoutError):
            await answers.ask(home, question(endless), "")
        assert monotonic() - began < 1.5
        assert await rows(answers, home, "SELECT ?o WHERE { <urn:s:00002> ?p ?o }") == [['"first 2"']]
    assert state_of(answers).heavy == 2
    await until(lambda: state_of(answers).replaced == 2)


@linux_only
@pytest.mark.parametrize(
    "bomb",
    [
        "SELECT ?a ?d ?g WHERE { ?a <urn:p> ?c . ?d <urn:p> ?f . ?g <urn:p> ?i } ORDER BY ?c ?f ?i",
        f"SELECT (GROUP_CONCAT(CONCAT(?c, '{'x' * 5_000}')) AS ?all) WHERE {{ ?a <urn:p> ?c . ?d <urn:p> ?f }}",
        "SELECT (STRLEN(?x40) AS ?n) WHERE { BIND('xxxxxxxx' AS ?x0) "
        + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
        + "}",
    ],
    ids=["sorting", "aggregate", "doubling"],
)
@in_a_loop
async def test_what_needs_too_much_memory_ends_its_process_alone(answers: Answers, home: Home, bomb: str) -> None:
    with pytest.raises(QueryTooLargeError) as told:
        await answers.ask(home, question(bomb), "")
    assert (told.value.what, told.value.limit) == ("memory", LIMITS.memory)
    assert await rows(answers, home, "SELECT ?o WHERE { <urn:s:00003> ?p ?o }") == [['"first 3"']]


@linux_only
@in_a_loop
async def test_what_is_nested_deeper_than_any_stack_ends_its_process_alone(answers: Answers, home: Home) -> None:
    deep = unchecked(f"ASK {{ FILTER({'(' * 2_000_000}1{')' * 2_000_000}) }}")
    with pytest.raises((QueryTooLargeError, QueryTimeoutError)):
        await answers.ask(home, question(deep), "")
    assert await rows(answers, home, "SELECT ?o WHERE { <urn:s:00004> ?p ?o }") == [['"first 4"']]


@in_a_loop
async def test_five_thousand_brackets_are_read(answers: Answers, home: Home) -> None:
    deep = unchecked(f"ASK {{ FILTER({'(' * 5_000}true{')' * 5_000}) }}")
    assert b"true" in await whole(await answers.ask(home, question(deep), ""))


# Who waits, who leaves, what is killed.


@in_a_loop
async def test_who_leaves_stops_the_query(answers: Answers, home: Home) -> None:
    pids = {worker.pid for worker in answers.engine._pool._idle}
    asking = asyncio.create_task(answers.ask(home, question(ENDLESS), ""))
    await until(lambda: state_of(answers).running == 1 and len(answers.engine._pool._idle) == 1)
    (busy,) = pids - {worker.pid for worker in answers.engine._pool._idle}
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await until(lambda: not runs(busy))
    assert answers.counts.outcomes == {"left": 1}
    await until(lambda: len(answers.engine._pool._idle) == LIMITS.at_once)


@linux_only
@in_a_loop
async def test_when_a_process_is_killed_from_outside_another_answers(answers: Answers, home: Home) -> None:
    pool = answers.engine._pool
    slow = "SELECT (COUNT(*) AS ?n) WHERE { ?a <urn:p> ?c . ?d <urn:p> ?f }"
    for _ in range(2):
        await until(lambda: len(pool._idle) == LIMITS.at_once)
        pids = {worker.pid for worker in pool._idle}
        pool_state = state_of(answers)
        asking = asyncio.create_task(answers.ask(home, question(slow), ""))
        await until(lambda: state_of(answers).running == 1 and len(pool._idle) == 1)
        (busy,) = pids - {worker.pid for worker in pool._idle}
        os.kill(busy, signal.SIGKILL)
        assert str(THINGS**2).encode() in await whole(await asking)
        assert state_of(answers).died == pool_state.died + 1
        assert answers.kept.drop()


@linux_only
@in_a_loop
async def test_what_is_run_again_has_only_the_time_that_is_left(
    own: Callable[..., Answers], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = own(seconds=2.0)
    pool = answers.engine._pool
    reply, given = pool.reply, []

    async def told(*asked: Any, seconds: float) -> Any:
        given.append(seconds)
        return await reply(*asked, seconds=seconds)

    monkeypatch.setattr(pool, "reply", told)
    await until(lambda: len(pool._idle) == LIMITS.at_once)
    pids = {worker.pid for worker in pool._idle}
    asking = asyncio.create_task(answers.ask(Home(answers_home(answers), "first"), question(ENDLESS), ""))
    await until(lambda: state_of(answers).running == 1 and len(pool._idle) == 1)
    await asyncio.sleep(0.5)
    (busy,) = pids - {worker.pid for worker in pool._idle}
    os.kill(busy, signal.SIGKILL)
    with pytest.raises(QueryTimeoutError, match="2 seconds"):
        await asking
    assert given[0] == 2.0
    assert 0 <= given[1] <= 1.5


@linux_only
@in_a_loop
async def test_who_loops_heavy_queries_does_not_shut_out_others(own: Callable[..., Answers]) -> None:
    answers = own(seconds=60.0)
    home = Home(answers_home(answers), "first")
    heavy = [asyncio.create_task(answers.ask(home, question(f"{ENDLESS} LIMIT {n + 1}"), "greedy")) for n in range(4)]
    await until(lambda: state_of(answers).running == 2)
    for number in range(3):
        said = await rows(answers, home, f"SELECT ?o WHERE {{ <urn:s:0000{number}> ?p ?o }}")
        assert said == [[f'"first {number}"']]
    assert not any(one.done() for one in heavy)
    for one in heavy:
        one.cancel()
    await asyncio.wait(heavy)
    assert answers.counts.outcomes == {"answered": 3, "left": 4}


@linux_only
@in_a_loop
async def test_when_the_nursery_is_killed_another_takes_its_place(own: Callable[..., Answers]) -> None:
    answers = own()
    pool = answers.engine._pool
    home = Home(answers_home(answers), "first")
    for number in range(3):
        nursery = pool._nurseries[home]._process.pid
        workers = [worker.pid for worker in pool._idle]
        assert all("mimalloc" in Path(f"/proc/{pid}/maps").read_text() for pid in workers)
        os.kill(nursery, signal.SIGKILL)
        await until(lambda pids=workers: not any(map(runs, pids)))
        said = await rows(answers, home, f"SELECT ?o WHERE {{ <urn:s:0000{number}> ?p ?o }}")
        assert said == [[f'"first {number}"']]
        assert pool._nurseries[home]._process.pid != nursery


@in_a_loop
async def test_a_query_waits_longer_for_its_turn_than_the_one_before_it_can_take(own: Callable[..., Answers]) -> None:
    answers = own(seconds=1.0, at_once=1, waiting=2)
    assert answers.limits.patience > 2 * answers.limits.seconds
    home = Home(answers_home(answers), "first")
    asking = [
        asyncio.create_task(answers.ask(home, question(f"{ENDLESS} LIMIT {n + 1}"), client))
        for n, client in enumerate(["greedy", "greedy", "greedy", "greedy", "modest"])
    ]
    told = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(error) for error in told] == [*[QueryTimeoutError] * 2, *[BusyError] * 2, QueryTimeoutError]
    assert [error.own for error in told if isinstance(error, BusyError)] == [True, True]


# Where it runs.


@linux_only
@in_a_loop
async def test_a_nursery_has_one_thread_and_its_workers_no_network(answers: Answers, home: Home) -> None:
    nursery = answers.engine._pool._nurseries[home]._process.pid
    assert len(list(Path(f"/proc/{nursery}/task").iterdir())) == 1
    called: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        port = listening.getsockname()[1]
        outward = unchecked(f"SELECT * WHERE {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}")
        with suppress(Exception):
            await answers.ask(home, question(outward), "")
        with suppress(BlockingIOError):
            called.append(listening.accept())
    assert answers.isolated is not None
    assert bool(called) is not answers.isolated
    if answers.isolated:
        seen = [Path(f"/proc/{pid}/ns/net").readlink() for pid in (nursery, os.getpid())]
        assert seen[0] != seen[1]


@in_a_loop
async def test_another_release_takes_over_without_a_failed_query(own: Callable[..., Answers], other: Home) -> None:
    answers = own()
    first = Home(answers_home(answers), "first")
    current, stop, said = first, False, set()

    async def ask(client: int) -> None:
        number = 0
        while not stop:
            number += 1
            query = f"SELECT ?o WHERE {{ <urn:s:0000{number % 10}> ?p ?o }} LIMIT {number * 10 + client + 1}"
            (row,) = await rows(answers, current, query)
            said.add(row[0].split()[0])

    asking = [asyncio.create_task(ask(client)) for client in range(4)]
    for home in (other, first, other, first):
        began = monotonic()
        await asyncio.to_thread(answers.prepare, home)
        current = home
        await asyncio.sleep(0.2)
        assert monotonic() - began < 10
    stop = True
    await asyncio.gather(*asking)
    assert said == {'"first', '"second'}
    assert set(answers.counts.outcomes) <= {"answered", "kept"}


@in_a_loop
async def test_what_became_of_queries_is_counted(answers: Answers, home: Home) -> None:
    answer = await answers.ask(home, question("ASK {}"), "")
    await answers.ask(home, question("ASK {}"), "")
    with pytest.raises(QuerySyntaxError):
        await answers.ask(home, question("SELECT ?s WHERE { ?s ?p }"), "")
    counts = answers.counts
    assert counts.outcomes == {"answered": 1, "kept": 1, "syntax": 1}
    assert counts.bytes == 2 * answer.size == 2 * len(json.dumps({"head": {}, "boolean": True}, separators=(",", ":")))
    assert sum(counts.within.values()) == 2
    assert 0 < counts.seconds < 20


def test_what_is_not_supported_is_refused(home: Home, workers: Workers) -> None:
    answers = Answers(workers, LIMITS, 0)
    for query in ("SELECT (<urn:f>(1) AS ?x) WHERE {}", "SELECT (<urn:f>(?o) AS ?x) WHERE { ?s ?p ?o }"):
        with pytest.raises(QueryRefusedError) as told:
            asyncio.run(answers.ask(home, question(query), ""))
        assert (told.value.reason, "urn:f" in told.value.detail) == ("not-supported", True)


@in_a_loop
async def test_relative_addresses_are_ours(answers: Answers, home: Home) -> None:
    answer = await answers.ask(home, question("CONSTRUCT { <a> <b> 1 } WHERE {}", "application/n-triples"), "")
    assert (await whole(answer)).startswith(b"<https://w3id.org/stepway/a> <https://w3id.org/stepway/b> ")
