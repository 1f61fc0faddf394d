"""Worker processes: killed when nobody waits, replaced when they end, shared by who asks the same, taken in turn."""

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from api import workers
from api.asked import home_of
from api.dependencies import ReleaseHolder
from api.workers import NURSERIES, BusyError, Pool, TooHeavyError, WorkerDiedError
from tests.support.worker_releases import threads_after_opening
from tests.support.worker_tasks import GUARD, BadHomeError, Gate, RefusedError, open_tasks

HERE = ("here",)
MEMORY = 600_000_000
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit and tells of memory")


def in_a_loop(test: Callable[..., Any]) -> Callable[..., None]:
    @wraps(test)
    def run(**fixtures: Any) -> None:
        asyncio.run(test(**fixtures))

    return run


@asynccontextmanager
async def pool_of(opener: Any = open_tasks, **given: Any) -> AsyncIterator[Pool]:
    pool = Pool(opener, **{"workers": 2, "waiting": 10, "seconds": GUARD, "memory": MEMORY, **given})
    try:
        yield pool
    finally:
        await asyncio.to_thread(pool.close)


def ask(pool: Pool, *task: Any, home: Any = HERE, client: str = "") -> "asyncio.Task[bytes]":
    return asyncio.create_task(pool.answer(home, task, client))


async def joined(asking: "asyncio.Task[bytes]") -> "asyncio.Task[bytes]":
    """The task once it has come as far as waiting."""
    await asyncio.sleep(0)
    return asking


async def leave(asking: "asyncio.Task[bytes]") -> None:
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@in_a_loop
async def test_a_task_is_answered_in_another_process_that_stays_for_the_next() -> None:
    async with pool_of() as pool:
        assert await ask(pool, "echo", "hello") == b"here:hello"
        first, second = await ask(pool, "pid", 1), await ask(pool, "pid", 2)
        assert first == second
        assert int(first) != os.getpid()


@in_a_loop
async def test_what_answering_raises_is_raised_here_and_the_worker_stays() -> None:
    async with pool_of() as pool:
        before = await ask(pool, "pid", 1)
        with pytest.raises(RefusedError) as told:
            await ask(pool, "refuse", "Q-X")
        assert told.value.id == "Q-X"
        assert "worker_tasks" in told.value.__notes__[0]
        assert await ask(pool, "pid", 2) == before
        assert pool.state().failed == 1


@in_a_loop
async def test_work_that_nobody_waits_for_is_killed() -> None:
    async with Gate() as gate, pool_of(workers=1) as pool:
        asking = ask(pool, "burning", 1, gate.port)
        burning = await gate.begun()
        await leave(asking)
        await burning.ended()
        assert int(await ask(pool, "pid", 1)) != burning.pid
        assert not runs(burning.pid)
        assert (pool.state().left, pool.state().answered) == (1, 1)


@in_a_loop
async def test_heavy_work_does_not_hold_up_light_work() -> None:
    async with Gate() as gate, pool_of() as pool:
        heavy = ask(pool, "held", 1, gate.port)
        held = await gate.begun()
        assert await ask(pool, "echo", "light") == b"here:light"
        assert not heavy.done()
        held.let_go()
        assert await heavy == b"held"


@in_a_loop
async def test_a_worker_that_dies_harms_no_other() -> None:
    async with Gate() as gate, pool_of() as pool:
        beside = ask(pool, "held", 1, gate.port)
        held = await gate.begun()
        with pytest.raises(WorkerDiedError):
            await ask(pool, "die", signal.SIGKILL)
        assert await ask(pool, "echo", "next") == b"here:next"
        held.let_go()
        assert await beside == b"held"
        assert (pool.state().died, pool.state().answered) == (1, 2)


@in_a_loop
async def test_compiled_code_that_gets_no_memory_aborts_and_is_told_as_too_heavy() -> None:
    async with pool_of() as pool:
        for by, memory in ((signal.SIGABRT, True), (signal.SIGALRM, False)):  # its own alarm, when nobody stopped it
            with pytest.raises(TooHeavyError) as told:
                await ask(pool, "die", by)
            assert (told.value.memory > 0) is memory
        assert (pool.state().died, pool.state().heavy) == (0, 2)


@in_a_loop
async def test_a_worker_that_cannot_tell_what_went_wrong_harms_no_other() -> None:
    async with Gate() as gate, pool_of() as pool:
        beside = ask(pool, "held", 1, gate.port)
        held = await gate.begun()
        with pytest.raises(WorkerDiedError):
            await ask(pool, "fault", 1)
        held.let_go()
        assert await beside == b"held"


@in_a_loop
async def test_a_worker_that_ended_while_idle_is_replaced_unseen() -> None:
    async with pool_of() as pool:
        idle = int(await ask(pool, "pid", 1))
        os.kill(idle, signal.SIGKILL)
        async with asyncio.timeout(GUARD):
            assert await asyncio.get_running_loop().sock_recv(pool._idle[0].service, 1) == b""
        assert await ask(pool, "echo", "next") == b"here:next"


@in_a_loop
async def test_the_same_asked_by_several_is_worked_out_once_and_for_as_long_as_one_waits() -> None:
    async with Gate() as gate, pool_of() as pool:
        first = await joined(ask(pool, "held", 1, gate.port))
        second = await joined(ask(pool, "held", 1, gate.port))
        held = await gate.begun()
        await leave(first)
        assert runs(held.pid)
        held.let_go()
        assert await second == b"held"
        assert (pool.state().answered, pool.state().shared, pool.state().left) == (1, 1, 0)

        third, fourth = ask(pool, "held", 2, gate.port), ask(pool, "held", 2, gate.port)
        held = await gate.begun()
        await leave(third)
        await leave(fourth)
        await held.ended()
        assert pool.state().left == 1


@in_a_loop
async def test_who_asks_much_waits_longer_than_who_asks_little() -> None:
    async with Gate() as gate, pool_of(workers=1) as pool:
        order: list[str] = []
        holding = ask(pool, "held", 1, gate.port, client="much")
        held = await gate.begun()
        waiting = []
        for client, text in (("much", "m1"), ("much", "m2"), ("much", "m3"), ("little", "l1"), ("other", "o1")):
            asking = await joined(ask(pool, "echo", text, client=client))
            asking.add_done_callback(lambda done: order.append(done.result().decode().partition(":")[2]))
            waiting.append(asking)
        assert (pool.state().running, pool.state().waiting) == (1, 5)
        held.let_go()
        await asyncio.gather(holding, *waiting)
        assert order == ["l1", "o1", "m1", "m2", "m3"]


@in_a_loop
async def test_who_asks_much_cannot_keep_others_from_a_worker() -> None:
    async with Gate() as gate, pool_of(share=1) as pool:
        heavy = [await joined(ask(pool, "held", number, gate.port, client="much")) for number in range(4)]
        held = [await gate.begun(), await gate.begun()]  # while nobody else asks it may have both
        assert (pool.state().running, pool.state().waiting) == (2, 2)
        assert await ask(pool, "echo", "l1", client="little") == b"here:l1"
        assert not any(one.done() for one in heavy)
        assert [runs(one.pid) for one in held].count(True) == 1
        assert await ask(pool, "echo", "l2", client="little") == b"here:l2"
        assert [runs(one.pid) for one in held].count(True) == 1
        (still,) = [one for one in held if runs(one.pid)]
        still.let_go()
        for _ in range(3):
            (await gate.begun()).let_go()
        assert await asyncio.gather(*heavy) == [b"held"] * 4
        assert (pool.state().answered, pool.state().died, pool.state().left, pool.state().running) == (6, 0, 0, 0)


@in_a_loop
async def test_what_made_way_once_is_not_stopped_again() -> None:
    async with Gate() as gate, pool_of(share=1) as pool:
        heavy = [await joined(ask(pool, "held", number, gate.port, client="much")) for number in range(2)]
        held = [await gate.begun(), await gate.begun()]
        assert await ask(pool, "echo", "l1", client="little") == b"here:l1"
        (first,) = [one for one in held if runs(one.pid)]
        assert (pool.state().running, pool.state().waiting) == (1, 1)  # it waits, though a worker is free
        first.let_go()
        again = await gate.begun()
        assert await ask(pool, "echo", "l2", client="little") == b"here:l2"
        assert runs(again.pid)
        again.let_go()
        assert await asyncio.gather(*heavy) == [b"held"] * 2


@in_a_loop
async def test_some_who_ask_much_leave_a_worker_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them keeps to its share, and yet together they have all workers."""
    monkeypatch.setattr("api.workers._HEAVY_SECONDS", 0.0)
    async with Gate() as gate, pool_of(share=1) as pool:
        heavy = [await joined(ask(pool, "held", client, gate.port, client=client)) for client in ("a", "b")]
        first, second = await gate.begun(), await gate.begun()
        assert await ask(pool, "echo", "l1", client="little") == b"here:l1"
        again = await gate.begun()  # one of them made way, and began anew: now it is not stopped again
        (other,) = [one for one in (first, second) if runs(one.pid)]
        assert await ask(pool, "echo", "l2", client="little") == b"here:l2"
        assert runs(again.pid) and not runs(other.pid)
        assert (pool.state().running, pool.state().waiting) == (1, 1)  # it waits, though a worker is free
        assert await ask(pool, "echo", "l3", client="little") == b"here:l3"
        again.let_go()
        (await gate.begun()).let_go()
        assert await asyncio.gather(*heavy) == [b"held"] * 2


@in_a_loop
async def test_nothing_is_stopped_for_who_has_taken_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.workers._HEAVY_SECONDS", 0.0)
    async with Gate() as gate, pool_of(share=1, patience=2.5 * workers._WAY_SECONDS) as pool:
        pool._taken.add("much", 1_000.0)
        busy = [await joined(ask(pool, "held", client, gate.port, client=client)) for client in ("a", "b")]
        held = [await gate.begun(), await gate.begun()]
        with pytest.raises(BusyError):
            await ask(pool, "echo", "m1", client="much")
        for one in held:
            one.let_go()
        assert await asyncio.gather(*busy) == [b"held"] * 2


@in_a_loop
async def test_who_leaves_while_making_way_is_forgotten() -> None:
    async with Gate() as gate, pool_of(share=1) as pool:
        heavy = [await joined(ask(pool, "held", number, gate.port, client="much")) for number in range(2)]
        held = [await gate.begun(), await gate.begun()]
        assert await ask(pool, "echo", "l1", client="little") == b"here:l1"
        (first,) = [one for one in held if runs(one.pid)]
        await leave(heavy[1])
        assert (pool.state().waiting, pool.state().left) == (0, 1)
        first.let_go()
        assert await heavy[0] == b"held"
        assert (pool.state().running, dict(pool._held)) == (0, {})


@in_a_loop
async def test_what_another_asks_too_comes_in_the_turn_of_that_one() -> None:
    async with Gate() as gate, pool_of(workers=1) as pool:
        order: list[str] = []
        holding = ask(pool, "held", 1, gate.port, client="much")
        held = await gate.begun()
        waiting = []
        for client, text in (("much", "m1"), ("much", "m2"), ("much", "m3"), ("little", "m3")):
            asking = await joined(ask(pool, "echo", text, client=client))
            asking.add_done_callback(lambda done: order.append(done.result().decode().partition(":")[2]))
            waiting.append(asking)
        held.let_go()
        await asyncio.gather(holding, *waiting)
        assert order == ["m3", "m3", "m1", "m2"]


@in_a_loop
async def test_who_has_taken_much_time_lately_comes_after_who_has_not() -> None:
    async with Gate() as gate, pool_of(workers=1) as pool:
        order: list[str] = []
        pool._taken.add("much", 100.0)
        pool._taken.add("some", 10.0)
        holding = ask(pool, "held", 1, gate.port)
        held = await gate.begun()
        waiting = []
        for client, text in (("much", "m1"), ("some", "s1"), ("some", "s2"), ("new", "n1")):
            asking = await joined(ask(pool, "echo", text, client=client))
            asking.add_done_callback(lambda done: order.append(done.result().decode().partition(":")[2]))
            waiting.append(asking)
        held.let_go()
        await asyncio.gather(holding, *waiting)
        assert order == ["n1", "s1", "s2", "m1"]


def test_time_taken_counts_half_after_a_while_and_few_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("api.workers.time.monotonic", lambda: now)
    taken = workers.TimeTaken()
    assert taken["nobody"] == 0
    taken.add("much", 8.0)
    now += 2 * workers._HALF_LIFE_SECONDS
    assert taken["much"] == pytest.approx(2.0)
    taken.add("much", 1.0)
    assert taken["much"] == pytest.approx(3.0)
    for number in range(workers._CLIENTS_KNOWN):
        taken.add(f"little {number}", 0.001)
    assert taken["much"] == pytest.approx(3.0)
    assert len(taken._taken) <= workers._CLIENTS_KNOWN


@in_a_loop
async def test_who_waits_too_long_for_a_turn_is_told_to_come_back() -> None:
    async with Gate() as gate, pool_of(workers=1, patience=0.05) as pool:
        holding = ask(pool, "held", 1, gate.port, client="much")
        held = await gate.begun()
        for client, own in (("much", True), ("little", False)):
            with pytest.raises(BusyError, match=r"others were before it for 0\.05 seconds") as told:
                await ask(pool, "echo", "x", client=client)
            assert told.value.own is own
        held.let_go()
        assert await holding == b"held"


@in_a_loop
async def test_a_task_can_have_less_time_than_others() -> None:
    async with Gate() as gate, pool_of(workers=1) as pool:
        await ask(pool, "echo", "open")
        with pytest.raises(TooHeavyError):
            await pool.reply(HERE, ("held", 1, gate.port), seconds=0.1)


@in_a_loop
async def test_when_there_is_no_room_who_has_most_waiting_loses_the_last() -> None:
    async with Gate() as gate, pool_of(workers=1, waiting=2) as pool:
        holding = ask(pool, "held", 1, gate.port)
        held = await gate.begun()
        first = await joined(ask(pool, "echo", "m1", client="much"))
        second = await joined(ask(pool, "echo", "m2", client="much"))
        with pytest.raises(BusyError):
            await ask(pool, "echo", "m3", client="much")
        little = await joined(ask(pool, "echo", "l1", client="little"))
        with pytest.raises(BusyError):
            await second
        await leave(await joined(ask(pool, "echo", "m1", client="little")))
        assert not first.done()
        held.let_go()
        assert await asyncio.gather(holding, first, little) == [b"held", b"here:m1", b"here:l1"]
        assert pool.state().refused == 2


@in_a_loop
async def test_who_waits_can_leave_the_line() -> None:
    async with Gate() as gate, pool_of(workers=1) as pool:
        holding = ask(pool, "held", 1, gate.port)
        held = await gate.begun()
        waiting = await joined(ask(pool, "echo", "x"))
        assert pool.state().waiting == 1
        await leave(waiting)
        assert pool.state().waiting == 0
        held.let_go()
        assert await holding == b"held"


@in_a_loop
async def test_what_takes_far_too_long_is_given_up() -> None:
    async with Gate() as gate, pool_of(workers=1) as pool:
        await ask(pool, "echo", "open")
        pool._seconds = 0.001
        asking = ask(pool, "burning", 1, gate.port)
        with pytest.raises(TooHeavyError):
            await asking
        pool._seconds = GUARD
        assert await ask(pool, "echo", "next") == b"here:next"
        assert pool.state().heavy == 1


@linux_only
@in_a_loop
async def test_what_needs_too_much_memory_is_given_up() -> None:
    async with pool_of(workers=1) as pool:
        with pytest.raises(TooHeavyError):
            await ask(pool, "take", 2 * MEMORY)
        assert await ask(pool, "echo", "next") == b"here:next"


@in_a_loop
async def test_a_worker_that_has_grown_large_is_replaced() -> None:
    async with pool_of(workers=1) as pool:
        before = await ask(pool, "pid", 1)
        assert await ask(pool, "take", 1000) == before
        assert await ask(pool, "take", MEMORY // 2) == before
        assert await ask(pool, "pid", 2) != before


@linux_only
@in_a_loop
async def test_workers_share_what_was_made_ready() -> None:
    ballast = 200_000_000
    async with Gate() as gate, pool_of() as pool:
        home = ("ballast", ballast)
        await ask(pool, "read", home=home)
        asking = ask(pool, "held", 1, gate.port, home=home)
        held = await gate.begun()
        facts = dict(line.split(":") for line in Path(f"/proc/{held.pid}/smaps_rollup").read_text().splitlines()[1:])
        size = {name: int(value.split()[0]) * 1024 for name, value in facts.items()}
        assert size["Rss"] > ballast
        assert size["Private_Dirty"] + size["Private_Clean"] < ballast / 4
        held.let_go()
        await asking


@in_a_loop
async def test_each_home_has_workers_of_its_own_and_few_are_kept_ready() -> None:
    async with pool_of(workers=1) as pool:
        await asyncio.to_thread(pool.prepare, HERE)
        for name in ("one", "two", "three"):
            assert await ask(pool, "echo", "x", home=(name,)) == f"{name}:x".encode()
        assert pool.state().homes == NURSERIES
        assert list(pool._nurseries) == [HERE, ("three",)]
        assert await ask(pool, "echo", "x") == b"here:x"


@in_a_loop
async def test_work_goes_on_where_it_began_when_another_home_becomes_current() -> None:
    async with Gate() as gate, pool_of() as pool:
        await asyncio.to_thread(pool.prepare, HERE)
        asking = ask(pool, "held", 1, gate.port)
        held = await gate.begun()
        for name in ("one", "two", "three"):
            await asyncio.to_thread(pool.prepare, (name,))
            assert await ask(pool, "echo", "x", home=(name,)) == f"{name}:x".encode()
        held.let_go()
        assert await asking == b"held"


@in_a_loop
async def test_a_home_that_cannot_be_made_ready_is_told_each_time() -> None:
    async with pool_of() as pool:
        for task in ("a", "b"):
            with pytest.raises(BadHomeError):
                await ask(pool, "echo", task, home=("bad",))
        assert await ask(pool, "echo", "x") == b"here:x"


@in_a_loop
async def test_a_nursery_that_ends_is_replaced() -> None:
    async with pool_of(workers=1) as pool:
        worker = int(await ask(pool, "pid", 1))
        nursery = pool._nurseries[HERE]._process
        os.kill(nursery.pid, signal.SIGKILL)
        with pytest.raises(WorkerDiedError):  # so is its worker, which was well: another has to be forked now
            await ask(pool, "die", signal.SIGKILL)
        assert int(await ask(pool, "pid", 2)) != worker
        assert pool._nurseries[HERE]._process.pid != nursery.pid


@in_a_loop
async def test_nothing_is_left_after_closing() -> None:
    descriptors = len(list(Path("/dev/fd").iterdir()))
    async with Gate() as gate:
        async with pool_of() as pool:
            pids = []
            for number in range(5):
                asking = ask(pool, "burning", number, gate.port)
                burning = await gate.begun()
                pids.append(burning.pid)
                await leave(asking)
                await burning.ended()
            last = ask(pool, "burning", 9, gate.port)
            pids += [(await gate.begun()).pid, pool._nurseries[HERE]._process.pid]
        with pytest.raises(WorkerDiedError):
            await last
    assert not any(map(runs, pids))
    assert len(set(pids)) == 7
    assert len(list(Path("/dev/fd").iterdir())) <= descriptors


@in_a_loop
async def test_a_pool_that_nobody_uses_ends() -> None:
    pool = Pool(open_tasks, workers=1, waiting=0, seconds=GUARD, memory=MEMORY)
    worker, nursery = int(await ask(pool, "pid", 1)), pool._nurseries[HERE]._process.pid
    del pool
    for thread in threading.enumerate():
        if thread.name == "stepway-worker":
            thread.join(GUARD)
    gc.collect()
    assert not runs(worker)
    assert not runs(nursery)


@in_a_loop
async def test_who_asks_after_closing_finds_new_workers() -> None:
    async with pool_of() as pool:
        before = await ask(pool, "pid", 1)
        await asyncio.to_thread(pool.close)
        assert await ask(pool, "pid", 2) != before


@in_a_loop
async def test_when_the_service_is_killed_its_workers_end_too() -> None:
    async with Gate() as gate:
        program = (
            f"import asyncio, sys; sys.path[:] = {sys.path!r}\n"
            "from api.workers import Pool; from tests.support.worker_tasks import open_tasks\n"
            f"pool = Pool(open_tasks, workers=1, waiting=1, seconds=60, memory={MEMORY})\n"
            f"asyncio.run(pool.answer(('here',), ('burning', 1, {gate.port})))"
        )
        service = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
        burning = await gate.begun()
        service.kill()
        await service.wait()
        await burning.ended()


@in_a_loop
async def test_a_nursery_has_one_thread_so_that_forking_is_safe(built: Path) -> None:
    home = home_of(ReleaseHolder(built).get())
    async with pool_of(threads_after_opening) as pool:
        assert await ask(pool, "any", home=home) == b"1"
