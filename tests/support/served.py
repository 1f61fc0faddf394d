"""The shipped service as a process of its own, what it and its workers use, and a server that counts who calls it.

For tests from outside: nothing of the service is imported. Linux only, since it reads /proc.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

STARTING = 60.0
"""Seconds after which a server that does not answer fails the test."""

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Reply:
    """A whole HTTP reply, and how long it took in seconds. `status` is 0 when the connection ended without one."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    whole: bool = True

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem document; empty for other replies."""
        if self.headers.get("content-type", "").startswith("application/problem+json"):
            return str(self.json()["code"])
        return ""

    def __repr__(self) -> str:
        what = self.code or self.headers.get("content-type")
        return f"<{self.status} {what} {len(self.body)} bytes {self.body[:300]!r} in {self.seconds:.2f} s>"


def head_of(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request."""
    given = {"Host": "test", "Connection": "close", **headers}
    if body:
        given.setdefault("Content-Length", str(len(body)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1", "surrogateescape") + body


def exchange(port: int, request: bytes, timeout: float = 30.0) -> Reply:
    """Send bytes and read all that comes back until the server closes."""
    began = time.monotonic()
    got = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        with suppress(ConnectionError):  # it may answer and close before it has read everything
            connection.sendall(request)
        with suppress(ConnectionError):
            while part := connection.recv(1 << 16):
                got += part
                if time.monotonic() - began > timeout:
                    raise TimeoutError(f"no end of the reply within {timeout} s")
    return parse(bytes(got), time.monotonic() - began)


def parse(got: bytes, seconds: float) -> Reply:
    """A reply from its bytes; whether it is whole by its own account of its length."""
    if b"\r\n\r\n" not in got:
        return Reply(0, {}, got, seconds, whole=False)
    head, body = got.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    whole = len(body) == int(headers.get("content-length", len(body)))
    if headers.get("transfer-encoding") == "chunked":
        body, whole = _without_chunks(body)
    return Reply(int(first.split()[1]), headers, body, seconds, whole)


def _without_chunks(body: bytes) -> tuple[bytes, bool]:
    parts, at = [], 0
    while (end := body.find(b"\r\n", at)) >= 0:
        size = int(body[at:end].split(b";")[0], 16)
        if not size:
            return b"".join(parts), True
        parts.append(body[end + 2 : end + 2 + size])
        at = end + 4 + size
    return b"".join(parts), False


def asked(query: str, *, accept: str = "application/sparql-results+json", **given: str) -> bytes:
    """The bytes of a SPARQL query as a direct POST."""
    target = "/sparql" + (f"?{urlencode(given)}" if given else "")
    headers = {"Content-Type": "application/sparql-query", "Accept": accept}
    return head_of("POST", target, headers, query.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True)
class Used:
    """What a process uses: resident bytes, and seconds of computing since it began."""

    pid: int
    words: str
    resident: int
    computed: float


def processes_under(root: int) -> list[Used]:
    """A process and everything that it or its children started."""
    parents: dict[int, list[int]] = {}
    stats: dict[int, list[str]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with suppress(OSError):
                fields = (path / "stat").read_text().rpartition(")")[2].split()
                if fields[0] != "Z":
                    stats[int(path.name)] = fields
                    parents.setdefault(int(fields[1]), []).append(int(path.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        if pid in stats:
            words = ""
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
            fields = stats[pid]
            pages = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
            found.append(Used(pid, words, pages, (int(fields[11]) + int(fields[12])) / _TICKS))
    return found


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class Service:
    """`stepway serve` over a data directory, with settings by their environment names."""

    data: Path
    scratch: Path
    settings: Mapping[str, object] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it; returns at once."""
        self.port = self.port or free_port()
        self.spool.mkdir(parents=True, exist_ok=True)
        given = {f"STEPWAY_{name.upper()}": str(value) for name, value in self.settings.items()}
        command = ["serve", "--port", str(self.port), "--data-dir", str(self.data)]
        with (self.scratch / "service.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from api.cli import main; main()", *command],
                env={**os.environ, **given, "TMPDIR": str(self.spool)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    @property
    def spool(self) -> Path:
        """Where it and its workers may leave files."""
        return self.scratch / "spool"

    @property
    def log(self) -> str:
        return (self.scratch / "service.log").read_text(errors="replace")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def wait(self, query: str = "ASK {}") -> Reply:
        """Wait until it answers a query, and give the answer."""
        until = time.monotonic() + STARTING
        while time.monotonic() < until:
            assert self.process is not None
            assert self.process.poll() is None, self.log[-3000:]
            with suppress(OSError):
                reply = self.ask(query)
                if reply.status == 200:
                    return reply
            time.sleep(0.02)
        raise TimeoutError(self.log[-3000:])

    def stop(self) -> None:
        """End it in order, else at once."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            for used in self.processes():
                with suppress(ProcessLookupError):
                    os.kill(used.pid, signal.SIGKILL)
            self.process.wait()
            raise

    def ask(
        self, query: str, *, timeout: float = 30.0, accept: str = "application/sparql-results+json", **given: str
    ) -> Reply:
        """The reply to a query."""
        return exchange(self.port, asked(query, accept=accept, **given), timeout)

    def get(self, target: str, headers: Mapping[str, str] | None = None, timeout: float = 30.0) -> Reply:
        return exchange(self.port, head_of("GET", target, headers or {}), timeout)

    def processes(self) -> list[Used]:
        """The service, its nurseries and their workers."""
        return processes_under(self.pid)

    def computing(self, seconds: float) -> dict[int, float]:
        """Seconds that each process other than the service computed meanwhile; those that did not are left out."""
        before = {used.pid: used.computed for used in self.processes()}
        time.sleep(seconds)
        worked = {used.pid: used.computed - before.get(used.pid, 0.0) for used in self.processes()}
        return {pid: took for pid, took in worked.items() if took > 0.02 and pid != self.pid}

    def spooled(self) -> int:
        """Bytes of answers on disk: in files there, and in those that are only open any more."""
        total = sum(path.stat().st_size for path in self.spool.rglob("*") if path.is_file())
        for used in self.processes():
            with suppress(OSError):
                for one in Path(f"/proc/{used.pid}/fd").iterdir():
                    with suppress(OSError):
                        if str(target := one.readlink()).startswith(str(self.spool)) and "(deleted)" in target.name:
                            total += one.stat().st_size
        return total


@contextmanager
def serving(data: Path, scratch: Path, **settings: object) -> Iterator[Service]:
    """A service that answers."""
    service = Service(data, scratch, settings).start()
    try:
        service.wait()
        yield service
    finally:
        service.stop()


@contextmanager
def oxigraph(store: Path, *options: str) -> Iterator[int]:
    """The port of Oxigraph's own server over a store, without any of our guards."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("oxigraph")), "serve-read-only", "--location", str(store)]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, process)
        yield port
    finally:
        process.kill()
        process.wait()


@contextmanager
def virtuoso(folder: Path, quads: Path, rows: int) -> Iterator[int]:
    """The port of a Virtuoso (virtuoso-opensource-7 of Debian) that holds these quads and gives so many rows."""
    http, sql = free_port(), free_port()
    settings = {
        "Database": {"DatabaseFile": "a.db", "ErrorLogFile": "a.log", "LockFile": "a.lck", "TransactionFile": "a.trx"},
        "TempDatabase": {"DatabaseFile": "t.db", "TransactionFile": "t.trx"},
        "Parameters": {"ServerPort": f"127.0.0.1:{sql}", "DirsAllowed": quads.parent, "NumberOfBuffers": 2000},
        "HTTPServer": {"ServerPort": f"127.0.0.1:{http}", "ServerRoot": folder, "ServerThreads": 4},
        "SPARQL": {"ResultSetMaxRows": rows, "MaxConstructTriples": rows},
    }
    lines = [
        f"[{part}]\n" + "".join(f"{key} = {value}\n" for key, value in of.items()) for part, of in settings.items()
    ]
    (folder / "virtuoso.ini").write_text("\n".join(lines))
    process = subprocess.Popen(
        ["/usr/bin/virtuoso-t", "+configfile", "virtuoso.ini", "+foreground"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(http, process)
        load = f"ld_dir('{quads.parent}', '{quads.name}', 'urn:none'); rdf_loader_run(); checkpoint;"
        subprocess.run(
            ["/usr/bin/isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={load}"], check=True, capture_output=True
        )
        yield http
    finally:
        process.kill()
        process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server listens."""
    until = time.monotonic() + STARTING
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.02)
    raise TimeoutError("the server does not listen")


class Canary:
    """A server on this machine that answers every request, and counts them: nobody is to call it."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.calls: list[str] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()  # wakes the thread that waits
        self._thread.join(5)
        self._listening.close()

    def _serve(self) -> None:
        body = b'{"head":{"vars":["s","p","o"]},"results":{"bindings":[]}}'
        reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nConnection: close\r\n"
        while True:
            connection, _ = self._listening.accept()
            if self._ended.is_set():
                connection.close()
                return
            with connection, suppress(OSError):
                self.calls.append("a connection")  # already this much is too much
                connection.settimeout(2)
                self.calls[-1] = connection.recv(4000).split(b"\r\n")[0].decode("latin-1")
                connection.sendall(reply + b"Content-Length: %d\r\n\r\n" % len(body) + body)


@contextmanager
def crowd(port: int, requests: list[bytes]) -> Iterator[list[socket.socket]]:
    """Open connections that have each sent a request, and read nothing."""
    with ExitStack() as stack:
        opened = []
        for request in requests:
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            connection.sendall(request)
            opened.append(connection)
        yield opened
