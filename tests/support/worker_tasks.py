"""Tasks for worker processes under test, and a gate at which held ones report and wait: no test has to sleep.

A held task connects to the gate, says which process it runs in, and waits until it is let go. When its process ends,
in whatever way, the connection ends: that is how a test sees it. Nothing heavy is imported, so nurseries start soon.
"""

import asyncio
import gc
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

GUARD = 60.0
"""Seconds after which a test that would hang fails."""


class BadHomeError(LookupError):
    """A home that cannot be made ready."""


class RefusedError(LookupError):
    """An exception that is not made from its message."""

    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(f"{id} is refused")


def held_at(port: int, *, busy: bool = False) -> None:
    """Report at the gate, and wait there. `busy`: in a computation that nothing but killing stops."""
    with socket.create_connection(("127.0.0.1", port)) as gate:
        gate.sendall(f"{os.getpid()}\n".encode())
        if busy:
            pow(3, 10**9)
        gate.recv(1)


def open_tasks(home: Any) -> Callable[[tuple[Any, ...]], bytes]:
    """The opener. A home `("bad",)` cannot be opened, and `("ballast", n)` takes n bytes."""
    if home == ("bad",):
        raise BadHomeError("there is nothing here")
    ballast = b"x" * home[1] if home[0] == "ballast" else b""

    def answer(task: tuple[Any, ...]) -> bytes:
        match task:
            case ("echo", text):
                return f"{home[0]}:{text}".encode()
            case ("held" | "burning" as how, _, port):
                held_at(port, busy=how == "burning")
                return how.encode()
            case ("die", by):
                os.kill(os.getpid(), by)
            case ("take", size):
                taken = b"x" * size
                del taken
                gc.collect()
            case ("read",):
                assert ballast.count(b"y") == 0
            case ("fault", _):
                raise RefusedError(lambda: None)  # which cannot be sent
            case ("refuse", id):
                raise RefusedError(id)
        return str(os.getpid()).encode()

    return answer


@dataclass
class Held:
    """A task, or an opening, that waits at the gate."""

    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def let_go(self) -> None:
        self.writer.write(b"x")

    async def ended(self) -> None:
        """Wait until its process has ended."""
        async with asyncio.timeout(GUARD):
            with suppress(ConnectionResetError):
                assert await self.reader.read() == b""


class Gate:
    """Where held tasks report. `listening`: where it listens, when several gates are to have the same port in turn."""

    def __init__(self, listening: socket.socket | None = None) -> None:
        self._listening = listening or socket.create_server(("127.0.0.1", 0))

    async def __aenter__(self) -> Self:
        self._came: asyncio.Queue[Held] = asyncio.Queue()
        self._writers: list[asyncio.StreamWriter] = []
        self._server = await asyncio.start_server(self._welcome, sock=self._listening)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self._came.put_nowait(Held(int(await reader.readline()), reader, writer))

    async def begun(self) -> Held:
        """The next task that reports."""
        async with asyncio.timeout(GUARD):
            return await self._came.get()
