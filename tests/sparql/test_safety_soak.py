"""The endpoint under attack for long: set STEPWAY_SOAK to run these (some minutes on two quiet cores)."""

import asyncio
import os
import random
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from graph.release import Releases
from tests.support.served import Service, asked, crowd, serving
from tests.support.sparql_probes import BOMBS, ENDLESS, HARMLESS, TOO_DEEP, UPDATES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes by /proc"),
    pytest.mark.skipif("STEPWAY_SOAK" not in os.environ, reason="set STEPWAY_SOAK: it takes minutes"),
]

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
SMALL = {"sparql_seconds": 2, "sparql_memory": 500_000_000, "sparql_answer_bytes": 3_000_000, "questions_at_once": 1}
TRIALS = 50
RESTART = 2.0
"""Seconds from the death of something to the next right answer."""


def settled(service: Service, seconds: float = 15.0) -> None:
    until = time.monotonic() + seconds
    while busy := service.computing(0.3):
        assert time.monotonic() < until, f"still computing: {busy}"


def killed(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def gone(pids: set[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def right_again(service: Service, whole: bytes, began: float) -> float:
    """Seconds until it says the same again. An answer that is not the whole is a failure at once."""
    while time.monotonic() < began + 60:
        with suppress(OSError):
            reply = service.ask(f"{COUNT} # {random.random()}")
            if reply.status == 200:
                assert reply.body == whole
                return time.monotonic() - began
        time.sleep(0.01)
    raise TimeoutError(service.log[-2000:])


@pytest.mark.parametrize("whose", ["worker", "nursery", "everything but the service"])
def test_killed_again_and_again_it_answers_again_and_whole(built: Path, tmp_path: Path, whose: str) -> None:
    took = []
    with serving(built, tmp_path, sparql_cache_bytes=0, **SMALL) as service:
        whole = service.ask(COUNT).body
        for trial in range(TRIALS):
            with crowd(service.port, [asked(f"{BOMBS['aggregate']} LIMIT {n + 1}") for n in range(trial % 4)]):
                time.sleep(random.uniform(0, 0.3))
                others = [used.pid for used in service.processes() if used.pid != service.pid]
                children = {
                    pid for pid in others if Path(f"/proc/{pid}/stat").read_text().split()[3] == str(service.pid)
                }
                some = {"worker": set(others) - children, "nursery": children}.get(whose, set(others))
                began = time.monotonic()
                for pid in [random.choice(sorted(some))] if whose == "worker" and some else some:
                    killed(pid)
            took.append(right_again(service, whole, began))
    assert max(took) <= RESTART, (
        f"{TRIALS} trials; the slowest took {max(took):.2f} s, {sorted(took)[TRIALS // 2]:.2f} half"
    )


def test_a_killed_service_leaves_nothing_and_starts_again_whole(built: Path, tmp_path: Path) -> None:
    service = Service(built, tmp_path, SMALL).start()
    whole, took, left = service.wait(COUNT).body, [], set[int]()
    try:
        for trial in range(TRIALS):
            with crowd(service.port, [asked(f"{BOMBS['sorted']} LIMIT {n + 1}") for n in range(trial % 4)]):
                time.sleep(random.uniform(0, 0.3))
                pids = {used.pid for used in service.processes()}
                killed(service.pid)
            assert service.process is not None
            service.process.wait()
            left |= pids
            began = time.monotonic()
            service.start()
            assert service.wait(COUNT).body == whole
            took.append(time.monotonic() - began)
    finally:
        service.stop()
    until = time.monotonic() + 60  # those that were making a release ready end when it is
    while not gone(left):
        assert time.monotonic() < until, "processes outlive the service"
        time.sleep(0.1)
    assert max(took) <= RESTART, (
        f"{TRIALS} trials; the slowest took {max(took):.2f} s, {sorted(took)[TRIALS // 2]:.2f} half"
    )


def test_releases_switched_under_load_lose_no_request(built: Path, tmp_path: Path) -> None:
    """Every answer is that of one release or the other, and a switch is seen within seconds."""
    releases = Releases(built)
    first, second = releases.numbers()[:2]
    failed, seen = [], []
    with serving(built, tmp_path, sparql_at_once=2, sparql_waiting=200, **SMALL) as service:
        whole = {service.ask(COUNT, release=str(number)).body for number in (first, second)}
        assert len(whole) == 2
        ended = time.monotonic() + 20

        def ask() -> None:
            while time.monotonic() < ended:
                reply = service.ask(f"{COUNT} # {random.random()}")
                seen.append(reply.body)
                if reply.status != 200 or reply.body not in whole:
                    failed.append(reply)

        try:
            with ThreadPoolExecutor(4) as pool:
                asking = [pool.submit(ask) for _ in range(4)]
                while time.monotonic() < ended:
                    for number in (first, second):
                        releases.point_to(number)
                        time.sleep(1)
                for one in asking:
                    one.result()
        finally:
            releases.point_to(second)
    assert not failed, failed[:3]
    assert set(seen) == whole and len(seen) > 100


def test_everything_at_once_for_a_minute(built: Path, tmp_path: Path) -> None:
    """Bombs, floods, slow readers and leavers together: memory stays, /health answers, nothing is left behind."""
    with serving(built, tmp_path, **SMALL) as service:
        settled(service)
        before = sum(used.resident for used in service.processes())
        queries = [*BOMBS.values(), *(query for query, _ in ENDLESS.values()), *TOO_DEEP.values(), *HARMLESS.values()]
        queries += UPDATES.values()
        ended = time.monotonic() + 60
        most, healths = 0, []

        def attack(seed: int) -> None:
            chance = random.Random(seed)
            while time.monotonic() < ended:
                query = f"{chance.choice(queries)} # {chance.random()}"
                with suppress(OSError), socket.create_connection(("127.0.0.1", service.port), 10) as connection:
                    connection.settimeout(chance.uniform(0.05, 8))
                    connection.sendall(asked(query, accept="*/*"))
                    if chance.random() < 0.5:
                        connection.recv(chance.choice((1, 1 << 16)))
                        time.sleep(chance.uniform(0, 0.5))

        with ThreadPoolExecutor(24) as pool:
            attacking = [pool.submit(attack, seed) for seed in range(24)]
            while time.monotonic() < ended:
                most = max(most, sum(used.resident for used in service.processes()))
                healths.append(service.get("/health"))
                time.sleep(0.05)
            for one in attacking:
                one.result()
        assert {reply.status for reply in healths} == {200}
        slowest = sorted(reply.seconds for reply in healths)[int(len(healths) * 0.99)]
        time.sleep(3)
        assert not service.computing(0.5), "work goes on three seconds after everybody left"
        assert service.spooled() <= 6_000_000
        after = sum(used.resident for used in service.processes())
        told = f"{before / 1e6:.0f} MB before, {most / 1e6:.0f} at most, {after / 1e6:.0f} after; p99 {slowest:.3f} s"
        assert most <= before + 2 * (500_000_000 + 150_000_000), told
        assert after <= before + 300_000_000, told
        assert slowest <= 0.25, told
        assert "Traceback" not in service.log
        assert service.ask(COUNT).status == 200


def test_connections_that_say_nothing_hold_nobody(built: Path, tmp_path: Path) -> None:
    with serving(built, tmp_path, **SMALL) as service, crowd(service.port, [b"GET /sparql?query="] * 400) as opened:
        assert len(opened) == 400
        assert service.ask(COUNT).status == 200
        assert service.get("/health").seconds < 1


def test_a_hundred_slow_readers(built: Path, tmp_path: Path) -> None:
    """Each takes a byte a second of a large answer for half a minute; others are answered meanwhile."""

    async def read(port: int, number: int, until: float) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        query = (
            f"SELECT (CONCAT(STR(?s), STR(?p), STR(?o)) AS ?all) {{ ?s ?p ?o . ?x ?y ?z }} LIMIT {5000 + number % 7}"
        )
        writer.write(asked(query))
        got = await reader.readexactly(12)
        while time.monotonic() < until:
            await reader.readexactly(1)
            await asyncio.sleep(1)
        writer.close()
        return int(got == b"HTTP/1.1 200")

    async def all_of_them(port: int) -> tuple[list[int], list[float]]:
        until = time.monotonic() + 60
        gate = asyncio.Semaphore(100)

        async def one(number: int) -> int:
            async with gate:
                await asyncio.sleep(number * 0.2)
                return await read(port, number, until)

        reading = [asyncio.create_task(one(number)) for number in range(100)]
        taken = []
        await asyncio.sleep(25)
        while time.monotonic() < until:
            began = time.monotonic()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asked(f"{COUNT} # {began}"))
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
            writer.close()
            taken.append(time.monotonic() - began)
            await asyncio.sleep(0.5)
        return list(await asyncio.gather(*reading)), taken

    with serving(built, tmp_path, **SMALL) as service:
        before = next(used for used in service.processes() if used.pid == service.pid).resident
        right, taken = asyncio.run(all_of_them(service.port))
        grown = next(used for used in service.processes() if used.pid == service.pid).resident - before
        assert sum(right) == 100
        assert max(taken) < 2, f"others waited {max(taken):.2f} s"
        assert grown < 60_000_000, f"{grown / 1e6:.0f} MB for a hundred slow readers"
        assert service.get("/health").status == 200
