"""Turns for what is heavy and yet worked out in the service itself: one at a time, and few may wait."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import Request

from api.workers import BusyError

WAITING: Final = 8
"""Most that wait. Each holds one of the service's threads, of which there are forty."""

PATIENCE: Final = 20.0
"""Seconds that one may wait for its turn."""


class Turns:
    """One at a time, in threads. A client may have half of the places in which to wait."""

    def __init__(self, waiting: int = WAITING, patience: float = PATIENCE) -> None:
        self._most, self._patience = waiting, patience
        self._turn, self._lock = threading.Lock(), threading.Lock()
        self._here: Counter[str] = Counter()

    @contextmanager
    def taken(self, client: str) -> Iterator[None]:
        """Wait for a turn, and have it. Raises `BusyError` when there is no room or it takes too long."""
        with self._lock:
            own = self._here[client] > self._most // 2
            if own or self._here.total() > self._most:
                raise BusyError("one such report is being worked out and others wait", own=own)
            self._here[client] += 1
        try:
            if not self._turn.acquire(timeout=self._patience):
                raise BusyError(f"others were before it for {self._patience:g} seconds")
            try:
                yield
            finally:
                self._turn.release()
        finally:
            with self._lock:
                self._here[client] -= 1
                if not self._here[client]:
                    del self._here[client]


def turns_of(request: Request) -> Turns:
    """The application's turns for reports."""
    found = request.app.state.turns
    assert isinstance(found, Turns)
    return found
