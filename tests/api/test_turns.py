"""Reports that are heavy are worked out one at a time, and few wait."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.routers import contradictions, incomplete
from api.settings import Settings
from api.turns import Turns
from api.workers import BusyError
from tests.support.worker_tasks import GUARD


def aside(call: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


def test_one_at_a_time_and_few_wait() -> None:
    turns = Turns(waiting=4, patience=GUARD)
    going, most, now, lock = threading.Event(), 0, 0, threading.Lock()
    came = threading.Semaphore(0)

    def work(client: str) -> None:
        nonlocal most, now
        came.release()
        with turns.taken(client):
            with lock:
                now += 1
                most = max(most, now)
            assert going.wait(GUARD)
            with lock:
                now -= 1

    threads = [aside(lambda: work("much")) for _ in range(3)]
    wait_for(lambda: turns._here["much"] == 3)
    with pytest.raises(BusyError) as told, turns.taken("much"):
        pass
    assert told.value.own
    threads += [aside(lambda: work("other")) for _ in range(2)]
    wait_for(lambda: turns._here.total() == 5)
    with pytest.raises(BusyError) as told, turns.taken("third"):
        pass
    assert not told.value.own
    going.set()
    for thread in threads:
        thread.join(GUARD)
    assert (most, now, dict(turns._here)) == (1, 0, {})
    with turns.taken("third"):
        assert turns._here == {"third": 1}


def wait_for(what: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(int(GUARD * 100)):
        if what():
            return
        waiting.wait(0.01)
    raise AssertionError("it did not come about")


def test_who_waits_too_long_is_told_to_come_back() -> None:
    turns = Turns(patience=0.01)
    with turns.taken("one"):
        with pytest.raises(BusyError, match="others were before it"), turns.taken("two"):
            pass
        assert turns._here == {"one": 1}


@pytest.mark.parametrize(
    ("path", "module", "name"),
    [("/incomplete", incomplete, "incomplete"), ("/contradictions", contradictions, "said")],
)
def test_reports_take_turns_unless_they_are_kept(
    built: Any, monkeypatch: pytest.MonkeyPatch, path: str, module: Any, name: str
) -> None:
    app = create_app(Settings(data_dir=built))
    client, work, asked = TestClient(app), getattr(module, name), []

    def held(*given: Any) -> Any:
        asked.append(app.state.turns._here.total())
        return work(*given)

    monkeypatch.setattr(module, name, held)
    first = client.get(path).raise_for_status()
    app.state.turns = Turns(waiting=0, patience=0)
    with app.state.turns.taken("somebody"):
        assert client.get(path).raise_for_status().content == first.content
        busy = client.get(path, params={"dataset": "small-town"})
    assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (503, "busy", "5")
    assert client.get(path, params={"dataset": "no-such"}).status_code == 404
    assert app.state.turns._here == {}
    assert asked == [1, 1]
