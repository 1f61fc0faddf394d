"""Pathway questions in worker processes, as a reader sees it: nobody waits for another, and who leaves is free."""

import asyncio
import json
import logging
import socket
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request

from api.app import create_app
from api.dependencies import client_of
from api.settings import Settings
from api.workers import Pool, _close_all, _Nursery
from graph.release import Releases
from tests.api.test_workers import GUARD, in_a_loop
from tests.support.worker_releases import (
    DEADLY_HOURS,
    FAULTY_HOURS,
    HELD_HOURS,
    open_release_in_view,
    open_release_with_gate,
)
from tests.support.worker_tasks import Gate

LIGHT = {"from": "Q-BASE", "to": "OC-TECH", "on": "2026-11-21"}
HELD = {**LIGHT, "hours_per_week": HELD_HOURS}
DEADLY = {**LIGHT, "hours_per_week": DEADLY_HOURS}
FAULTY = {**LIGHT, "hours_per_week": FAULTY_HOURS}


class Nurseries:
    """Processes that have opened a release, kept from test to test: starting one takes longer than most tests."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.kept: OrderedDict[Hashable, _Nursery] = OrderedDict()

    def gate(self) -> Gate:
        """A gate at the port that they all know."""
        return Gate(self.listening.dup())

    def lend(self, pool: Pool) -> None:
        """Let a pool of the usual opener begin with them."""
        pool._nurseries.update(self.kept)

    def take_back(self, pool: Pool) -> None:
        """Keep them, without the workers of a pool that is no longer used."""
        self.kept = pool._nurseries.copy()
        pool._nurseries.clear()
        for worker in pool._idle:
            worker.end()


@pytest.fixture(scope="module")
def kept() -> Iterator[Nurseries]:
    found = Nurseries()
    yield found
    _close_all(found.kept)
    found.listening.close()


@asynccontextmanager
async def service(
    gate: Gate, data: Path, kept: Nurseries | None = None, opener: Any = open_release_with_gate, **given: Any
) -> AsyncIterator[FastAPI]:
    """An application some of whose questions are held at the gate."""
    settings = Settings(data_dir=data, **given)
    app = create_app(settings)
    app.state.pool = pool = Pool(
        partial(opener, gate.port),
        workers=settings.questions_at_once,
        waiting=settings.questions_waiting,
        seconds=settings.question_seconds,
        memory=settings.worker_memory,
    )
    if kept is not None:
        kept.lend(pool)
    try:
        yield app
    finally:
        if kept is not None:
            kept.take_back(pool)
        await asyncio.to_thread(pool.close)


def reader_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test", timeout=GUARD)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[int]:
    """The port of a real server for the application."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="critical"))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(GUARD):
        while not server.started:
            await asyncio.sleep(0)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_question_is_stopped_when_its_reader_leaves(built: Path, kept: Nurseries, method: str) -> None:
    async def leaves() -> None:
        async with kept.gate() as gate, service(gate, built, kept, questions_at_once=1) as app, served(app) as port:
            _, writing = await asyncio.open_connection("127.0.0.1", port)
            if method == "GET":
                query = httpx.QueryParams(HELD)
                writing.write(f"GET /pathways?{query} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
            else:
                body = json.dumps({**HELD, "from": ["Q-BASE"], "to": ["OC-TECH"]}).encode()
                head = "POST /pathways HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                writing.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            held = await gate.begun()
            writing.close()
            await held.ended()
            async with reader_of(app) as reader:
                assert (await reader.get("/pathways", params=LIGHT)).status_code == 200
                said = (await reader.get("/health")).json()["questions"]
            assert (said["left"], said["answered"], said["died"]) == (1, 1, 0)

    asyncio.run(leaves())


@in_a_loop
async def test_others_are_answered_while_a_question_is_worked_on(built: Path, kept: Nurseries) -> None:
    async with kept.gate() as gate, service(gate, built, kept, questions_at_once=2) as app, reader_of(app) as reader:
        heavy = asyncio.create_task(reader.get("/pathways", params=HELD))
        held = await gate.begun()
        for path in ("/health", "/roles/OC-LAB", "/find?q=lab"):
            assert (await reader.get(path)).status_code == 200
        assert (await reader.get("/pathways", params=LIGHT)).status_code == 200
        assert (await reader.get("/health")).json()["questions"]["running"] == 1
        held.let_go()
        assert (await heavy).json()["outcome"] == "found"


@in_a_loop
async def test_a_worker_that_dies_is_a_fault_of_ours_for_one_reader(built: Path, kept: Nurseries) -> None:
    async with kept.gate() as gate, service(gate, built, kept) as app, reader_of(app) as reader:
        heavy = asyncio.create_task(reader.get("/pathways", params=HELD))
        held = await gate.begun()
        reply = await reader.get("/pathways", params=DEADLY)
        assert (reply.status_code, reply.json()["code"]) == (500, "internal-error")
        held.let_go()
        assert (await heavy).status_code == 200
        assert (await reader.get("/pathways", params=LIGHT)).status_code == 200


@in_a_loop
async def test_a_fault_in_a_worker_shows_nothing_of_the_inside(
    built: Path, kept: Nurseries, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, logger="stepway")
    async with kept.gate() as gate, service(gate, built, kept) as app, reader_of(app) as reader:
        reply = await reader.get("/pathways", params=FAULTY)
    assert (reply.status_code, reply.json()["code"]) == (500, "internal-error")
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text
    assert reply.json()["instance"] in caplog.text
    assert "in answer_or_wait" in caplog.text


@in_a_loop
async def test_when_too_many_wait_one_is_told_to_come_back(built: Path, kept: Nurseries) -> None:
    few = {"questions_at_once": 1, "questions_waiting": 0}
    async with kept.gate() as gate, service(gate, built, kept, **few) as app, reader_of(app) as reader:
        heavy = asyncio.create_task(reader.get("/pathways", params=HELD))
        held = await gate.begun()
        busy = await reader.get("/pathways", params=LIGHT)
        assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (503, "busy", "5")
        held.let_go()
        assert (await heavy).status_code == 200


@in_a_loop
async def test_what_takes_far_too_long_is_never_another_answer(built: Path, kept: Nurseries) -> None:
    async with kept.gate() as gate, service(gate, built, kept) as app, reader_of(app) as reader:
        before = await reader.get("/pathways", params=LIGHT)
        app.state.pool._seconds = 0.001
        reply = await reader.get("/pathways", params=HELD)
        assert (reply.status_code, reply.json()["code"]) == (503, "too-heavy")
        app.state.pool._seconds = GUARD
        assert (await reader.get("/pathways", params=LIGHT)).content == before.content


@in_a_loop
async def test_a_question_asked_again_is_not_worked_out_again(built: Path, kept: Nurseries) -> None:
    async with kept.gate() as gate, service(gate, built, kept, answers_kept=1) as app, reader_of(app) as reader:
        for goal in ("OC-TECH", "OC-TECH", "Q-CERT", "OC-TECH"):
            assert (await reader.get("/pathways", params={**LIGHT, "to": goal})).status_code == 200
        assert app.state.pool.state().answered == 3


@in_a_loop
async def test_the_same_question_of_two_readers_is_worked_out_once(built: Path, kept: Nurseries) -> None:
    async with kept.gate() as gate, service(gate, built, kept) as app, reader_of(app) as reader:
        first = asyncio.create_task(reader.get("/pathways", params=HELD))
        held = await gate.begun()
        second = asyncio.create_task(reader.get("/pathways", params=HELD))
        while not app.state.pool.state().shared:
            await asyncio.sleep(0)
        held.let_go()
        assert (await first).content == (await second).content
        assert app.state.pool.state().answered == 1


@in_a_loop
async def test_a_question_keeps_the_release_it_began_with(own_data: Path) -> None:
    async with Gate() as gate, service(gate, own_data) as app, reader_of(app) as reader:
        early = asyncio.create_task(reader.get("/pathways", params=HELD))
        held = await gate.begun()
        Releases(own_data).point_to(1)
        assert (await reader.get("/pathways", params=LIGHT)).json()["release"]["number"] == 1
        held.let_go()
        assert (await early).json()["release"]["number"] == 2


@in_a_loop
async def test_workers_open_a_release_before_anybody_asks(own_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.app.LOOK_SECONDS", 0.05)
    async with (
        Gate() as gate,
        service(gate, own_data, opener=open_release_in_view) as app,
        app.router.lifespan_context(app),
    ):
        (await gate.begun()).let_go()
        Releases(own_data).point_to(1)
        (await gate.begun()).let_go()


@in_a_loop
async def test_a_goal_that_is_refused_in_a_worker_is_told_as_ever(built: Path, kept: Nurseries) -> None:
    async with kept.gate() as gate, service(gate, built, kept) as app, reader_of(app) as reader:
        reply = await reader.get("/pathways", params={"to_level": 7})
        assert (reply.status_code, reply.json()["code"]) == (422, "no-such-goal")
        reply = await reader.get("/pathways", params={**LIGHT, "from": "Q-CETR"})
        assert (reply.status_code, reply.json()["code"]) == (422, "unknown-id")


@pytest.mark.parametrize("said", ["text/plain", "application/x-www-form-urlencoded", "application/xml; charset=utf-8"])
def test_a_body_that_is_not_said_to_be_json_is_refused(client: httpx.Client, said: str) -> None:
    body = '{"to": ["OC-TECH"]}'
    reply = client.post("/pathways", content=body, headers={"Content-Type": said})
    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported-media-type")
    for allowed in ("application/json", "Application/JSON; charset=utf-8"):
        assert client.post("/pathways", content=body, headers={"Content-Type": allowed}).status_code == 200


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("a name", "a name"),
    ],
)
def test_who_asks_is_an_address_or_the_network_of_one(host: str, client: str) -> None:
    assert client_of(Request({"type": "http", "client": (host, 1)})) == client
