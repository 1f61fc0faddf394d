"""Openers of releases for worker processes under test: as in the service, with questions that are held or go wrong."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.answering import open_release
from api.asked import Asked, Home
from tests.support.worker_tasks import held_at

HELD_HOURS, DEADLY_HOURS, FAULTY_HOURS = 39, 38, 37
"""Pathway questions with so many hours a week are held at the gate, end their process, or meet a fault."""


def threads_after_opening(home: Home) -> Callable[[Any], bytes]:
    """An opener that opens a release and answers how many threads it found in the nursery."""
    open_release(home)
    threads = len(list(Path("/proc/self/task").iterdir())) if sys.platform == "linux" else threading.active_count()
    return lambda _: str(threads).encode()


def open_release_with_gate(port: int, home: Home) -> Callable[[Asked], bytes]:
    """The opener of pathway workers, some of whose questions are held, or end their process, or meet a fault."""
    answer = open_release(home)

    def answer_or_wait(asked: Asked) -> bytes:
        if asked.request.hours_per_week == HELD_HOURS:
            held_at(port)
        if asked.request.hours_per_week == DEADLY_HOURS:
            os.kill(os.getpid(), signal.SIGKILL)
        if asked.request.hours_per_week == FAULTY_HOURS:
            raise RuntimeError("secret detail")
        return answer(asked)

    return answer_or_wait


def open_release_in_view(port: int, home: Home) -> Callable[[Asked], bytes]:
    """The opener of pathway workers, which reports at the gate when it is ready."""
    answer = open_release(home)
    held_at(port)
    return answer
