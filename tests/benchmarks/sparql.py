"""Our `/sparql` beside Oxigraph's own server, on the same store in the same run:

    python -m tests.benchmarks.sparql --shared DIR [--state DIR] [--only KIND …] [--seconds 20]

A release of the shipped data and ESCO is built once into the state folder. Our service runs as `stepway serve` does,
with its settings as they are shipped; beside it `oxigraph serve-read-only` on the very same store. Then:

* each of twenty kinds of query, with other values each time so that no answer is kept: results compared, p50 and p95
  over one connection, the two services in turns;
* a mix of them at eight connections, each query a new one (cold): throughput and p99;
* a list of queries from the mix again and again (repeated);
* the page of the thing that most statements point to.

It prints the ratios beside the targets. The client is one process, and takes its share of the machine from both.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from itertools import count, islice
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx

from graph.release import Releases
from loaders.publish import SHIPPED, build_release

DAY: Final = date(2026, 11, 22)
CONNECTIONS: Final = 8
ENGINE_SECONDS: Final = 0.005
"""What takes Oxigraph at least as long is a matter of the engine, not of what surrounds it."""

PAGE: Final = 0.05
"""Seconds within which the page of a thing with 100,000 links is there."""

ESCO_SAMPLE: Final = Path(__file__).parents[2] / "loaders" / "formats" / "esco" / "sample"
PREFIXES: Final = """PREFIX esco: <http://data.europa.eu/esco/model#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sw: <https://w3id.org/stepway/ns#>
"""

Values = dict[str, list[str]]


@dataclass(frozen=True)
class Kind:
    """A kind of query: its name, how often it comes in the mix, its text with values to be put in, its answer's form.

    `{x}` is an occupation, `{y}` a skill, `{word}` a word of a label, `{n}` a number that no other query has.
    """

    name: str
    weight: int
    text: str
    graph: bool = False

    def query(self, values: Values, chance: random.Random, number: int) -> str:
        """A query of this kind that was not asked before."""
        text = self.text
        for name, some in values.items():
            text = text.replace(f"{{{name}}}", chance.choice(some))
        return PREFIXES + text.replace("{n}", str(number))


KINDS: Final = (
    Kind("label of a thing", 12, "SELECT ?label ?n{n} WHERE { <{x}> skos:prefLabel ?label }"),
    Kind("all about a thing", 12, "SELECT ?p ?o ?n{n} WHERE { <{x}> ?p ?o }"),
    Kind("what points to a thing", 8, "SELECT ?s ?p ?n{n} WHERE { ?s ?p <{y}> } LIMIT 100"),
    Kind("yes or no", 8, "ASK { <{x}> esco:relatedEssentialSkill <{y}> . OPTIONAL { ?n{n} ?p <{y}> } }"),
    Kind(
        "a star",
        10,
        "SELECT ?label ?text ?alt ?n{n} WHERE { <{x}> a esco:Occupation ; skos:prefLabel ?label"
        " . OPTIONAL { <{x}> skos:definition ?text } OPTIONAL { <{x}> skos:altLabel ?alt } }",
    ),
    Kind(
        "two steps, with names",
        10,
        "SELECT ?skill ?name ?n{n} WHERE { <{x}> esco:relatedEssentialSkill ?skill . ?skill skos:prefLabel ?name }",
    ),
    Kind(
        "either of two, unless the other",
        6,
        "SELECT ?need ?skill ?n{n} WHERE { { <{x}> esco:relatedEssentialSkill ?skill BIND('essential' AS ?need) }"
        " UNION { <{x}> esco:relatedOptionalSkill ?skill BIND('optional' AS ?need)"
        " FILTER NOT EXISTS { <{x}> esco:relatedEssentialSkill ?skill } } } ORDER BY ?need ?skill",
    ),
    Kind("a path upwards", 6, "SELECT ?up ?name ?n{n} WHERE { <{y}> skos:broader* ?up . ?up skos:prefLabel ?name }"),
    Kind(
        "which share most with it",
        4,
        "SELECT ?other (COUNT(?skill) AS ?n{n}) WHERE { <{x}> esco:relatedEssentialSkill ?skill ."
        " ?other esco:relatedEssentialSkill ?skill FILTER(?other != <{x}>) }"
        " GROUP BY ?other ORDER BY DESC(?n{n}) ?other LIMIT 10",
    ),
    Kind("how many of each class", 1, "SELECT ?c (COUNT(?s) AS ?n{n}) WHERE { ?s a ?c } GROUP BY ?c ORDER BY ?c"),
    Kind(
        "what is needed most",
        1,
        "SELECT ?skill (COUNT(?o) AS ?n{n}) WHERE { ?o esco:relatedEssentialSkill ?skill }"
        " GROUP BY ?skill ORDER BY DESC(?n{n}) ?skill LIMIT 20",
    ),
    Kind(
        "what nobody needs",
        1,
        "SELECT (COUNT(?skill) AS ?n{n}) WHERE { ?skill a esco:Skill"
        " FILTER NOT EXISTS { ?o esco:relatedEssentialSkill ?skill } }",
    ),
    Kind(
        "what has one and lacks the other",
        1,
        "SELECT ?skill ?n{n} WHERE { ?o esco:relatedOptionalSkill ?skill OPTIONAL { ?skill skos:broader ?up }"
        " FILTER(!BOUND(?up)) } ORDER BY ?skill LIMIT 200",
    ),
    Kind(
        "a word in a name",
        2,
        "SELECT ?s ?name ?n{n} WHERE { ?s a esco:Occupation ; skos:prefLabel ?name"
        " FILTER(CONTAINS(LCASE(?name), '{word}')) } ORDER BY ?name ?s",
    ),
    Kind(
        "a pattern in a name",
        1,
        "SELECT ?s ?name ?n{n} WHERE { ?s a esco:Skill ; skos:prefLabel ?name"
        " FILTER(REGEX(?name, '^{word}.*(ing|ment)', 'i')) } ORDER BY ?name ?s LIMIT 100",
    ),
    Kind(
        "names joined together",
        2,
        "SELECT ?o (GROUP_CONCAT(?alt; separator='|') AS ?n{n}) WHERE { ?o esco:relatedEssentialSkill <{y}> ;"
        " skos:altLabel ?alt } GROUP BY ?o ORDER BY ?o",
    ),
    Kind(
        "a page of a sorted list",
        2,
        "SELECT ?s ?name WHERE { ?s a esco:Occupation ; skos:prefLabel ?name } ORDER BY ?name ?s LIMIT 50 OFFSET {n}",
    ),
    Kind(
        "a graph built",
        6,
        "CONSTRUCT { ?skill skos:prefLabel ?name . ?skill skos:related <{x}> . <{x}> sw:n{n} ?skill }"
        " WHERE { <{x}> esco:relatedOptionalSkill ?skill . ?skill skos:prefLabel ?name }",
        graph=True,
    ),
    Kind("a description", 6, "DESCRIBE <{x}> ?n{n} WHERE { <{x}> a esco:Occupation }", graph=True),
    Kind(
        "a large answer",
        1,
        "SELECT ?o ?skill ?n{n} WHERE { ?o esco:relatedEssentialSkill ?skill } LIMIT 20000",
    ),
)


class Service:
    """A SPARQL endpoint, and connections to it that are kept open."""

    def __init__(self, name: str, port: int, path: str, pid: int) -> None:
        self.name, self.port, self.path, self.pid = name, port, path, pid
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, kind: Kind, query: str) -> bytes:
        """The body of the answer. Raises `RuntimeError` for anything but an answer."""
        while self._idle:
            reader, writer = self._idle.pop()
            try:
                return await self._exchange(kind, query, reader, writer)
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()  # it was kept open for longer than the service does
        return await self._exchange(kind, query, *await asyncio.open_connection("127.0.0.1", self.port, limit=2**20))

    async def _exchange(
        self, kind: Kind, query: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bytes:
        accept = "application/n-triples" if kind.graph else "application/sparql-results+json"
        writer.write(
            f"GET {self.path}?query={quote(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in head:
            parts = []
            while size := int(await reader.readline(), 16):
                parts.append((await reader.readexactly(size + 2))[:-2])
            await reader.readline()
            body = b"".join(parts)
        else:
            body = await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        self._idle.append((reader, writer))
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{self.name}: {head[:40]!r} {body[:300]!r} for {query}")
        return body

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()


def processor_seconds(pid: int) -> float:
    """Processor time of a process and of those that it has started, now and before; 0 where the system does not say."""
    below: dict[int, list[int]] = {}
    took: dict[int, float] = {}
    for one in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = one.read_text().rpartition(")")[2].split()
            below.setdefault(int(fields[1]), []).append(int(one.parent.name))
            took[int(one.parent.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    found, waiting = 0.0, [pid]
    while waiting:
        one_pid = waiting.pop()
        found += took.get(one_pid, 0.0)
        waiting += below.get(one_pid, [])
    return found


def settled(pid: int) -> None:
    """Wait until a service that has just started has made everything ready: until it hardly works any more."""
    before, until = -1.0, time.monotonic() + 120
    while (now := processor_seconds(pid)) - before > 0.05 and time.monotonic() < until:
        before = now
        time.sleep(1)


def same(kind: Kind, ours: bytes, theirs: bytes) -> bool:
    """Whether two answers say the same, in whatever order of rows."""
    if ours == theirs:
        return True
    if kind.graph:
        return sorted(set(ours.splitlines())) == sorted(set(theirs.splitlines()))
    one, other = json.loads(ours), json.loads(theirs)
    if "boolean" in one:
        return bool(one["boolean"] == other["boolean"])

    def rows(said: dict[str, dict[str, list[object]]]) -> list[str]:
        return sorted(json.dumps(row, sort_keys=True) for row in said["results"]["bindings"])

    return rows(one) == rows(other)


def of_hundred(times: list[float], part: int) -> float:
    """A percentile."""
    return sorted(times)[min(len(times) - 1, len(times) * part // 100)]


async def one_kind(
    kind: Kind, services: tuple[Service, Service], ask: Callable[[Kind], str], seconds: float
) -> tuple[list[float], list[float], bool]:
    """Times of each service for one kind, and whether all answers were the same. Who is asked first goes in turns:

    whoever comes second finds what the query needs in the caches of the machine.
    """
    took: tuple[list[float], list[float]] = ([], [])
    equal, until = True, time.monotonic() + seconds
    while len(took[0]) < 5 or (time.monotonic() < until and len(took[0]) < 300):
        query, answers = ask(kind), {}
        for turn in (0, 1) if len(took[0]) % 2 else (1, 0):
            began = time.perf_counter()
            answers[turn] = await services[turn].ask(kind, query)
            took[turn].append(time.perf_counter() - began)
        equal = equal and same(kind, answers[0], answers[1])
    return *took, equal


async def load(service: Service, queries: Iterator[tuple[Kind, str]], seconds: float) -> list[float]:
    """Times of as many queries as are answered in so many seconds, at eight connections."""
    times: list[float] = []
    until = time.monotonic() + seconds

    async def one() -> None:
        while time.monotonic() < until:
            kind, query = next(queries)
            began = time.perf_counter()
            await service.ask(kind, query)
            times.append(time.perf_counter() - began)

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return times


async def measure(ours: Service, theirs: Service, values: Values, kinds: list[Kind], seconds: float) -> bool:
    """Measure all, and print it. Whether every answer was the same and the targets hold."""
    chance, numbers = random.Random(7), count(1)

    def ask(kind: Kind) -> str:
        return kind.query(values, chance, next(numbers))

    good, heavy = True, list[float]()
    print(f"{'kind':34}{'ours p50':>10}{'p95':>9}{'theirs p50':>12}{'p95':>9}{'ratio':>8}  (milliseconds)")
    for kind in kinds:
        mine, other, equal = await one_kind(kind, (ours, theirs), ask, seconds / 10)
        p50, their_p50 = statistics.median(mine), statistics.median(other)
        engine = their_p50 >= ENGINE_SECONDS
        if engine:
            heavy.append(p50 / their_p50)
        above = engine and p50 > 1.1 * their_p50
        said = ("" if equal else "  DIFFERS") + ("  above 1.1" if above else "") + ("  engine" if engine else "")
        good = good and equal
        print(
            f"{kind.name:34}{p50 * 1e3:10.2f}{of_hundred(mine, 95) * 1e3:9.2f}{their_p50 * 1e3:12.2f}"
            f"{of_hundred(other, 95) * 1e3:9.2f}{p50 / their_p50:8.2f}{said}"
        )
    if heavy:
        ratio = statistics.median(heavy)
        good = good and ratio <= 1.1
        over = sum(one > 1.1 for one in heavy)
        print(
            f"{len(heavy)} kinds take the engine 5 ms or more: median ratio {ratio:.2f} (target 1.1), {over} above it"
        )

    def new(turn: int) -> Iterator[tuple[Kind, str]]:
        """The same kinds and values for both services, and yet no query that was asked before."""
        chance = random.Random(turn)
        while True:
            kind = chance.choices(kinds, [one.weight for one in kinds])[0]
            yield kind, kind.query(values, chance, next(numbers))

    repeated = list(islice(new(0), 200))

    def again(turn: int) -> Iterator[tuple[Kind, str]]:
        chance = random.Random(turn)
        while True:
            yield chance.choice(repeated)

    for kind, query in repeated:
        await ours.ask(kind, query)
    for name, queries, least in (("cold", new, 0.8), ("repeated", again, 10.0)):
        rates: dict[str, list[float]] = {"ours": [], "theirs": []}
        tails: dict[str, list[float]] = {"ours": [], "theirs": []}
        used: dict[str, list[float]] = {"ours": [], "theirs": []}
        for turn in (1, 2):
            for said, service in (("theirs", theirs), ("ours", ours)):
                before = processor_seconds(service.pid)
                times = await load(service, queries(turn), seconds / 2)
                rates[said].append(len(times) / (seconds / 2))
                tails[said].append(of_hundred(times, 99))
                used[said].append((processor_seconds(service.pid) - before) / len(times))
        rate, tail = (statistics.mean(of["ours"]) / statistics.mean(of["theirs"]) for of in (rates, tails))
        good = good and rate >= least and tail <= 0.5
        print(
            f"mix, {CONNECTIONS} connections, {name}: ours {statistics.mean(rates['ours']):.0f}/s,"
            f" theirs {statistics.mean(rates['theirs']):.0f}/s, ratio {rate:.2f} (target {least}); p99 ours"
            f" {statistics.mean(tails['ours']) * 1e3:.0f} ms, theirs {statistics.mean(tails['theirs']) * 1e3:.0f} ms,"
            f" ratio {tail:.2f} (target 0.5); processor time each: ours {statistics.mean(used['ours']) * 1e3:.2f} ms,"
            f" theirs {statistics.mean(used['theirs']) * 1e3:.2f} ms"
        )
    return good


def page_of_most_links(root: str, ask: Callable[[str], list[dict[str, dict[str, str]]]]) -> bool:
    """Measure the page of the thing that most statements point to, and print it. Whether it is quick enough."""
    most = "SELECT ?o (COUNT(*) AS ?n) { ?s ?p ?o FILTER(isIRI(?o)) } GROUP BY ?o ORDER BY DESC(?n) LIMIT 1"
    (row,) = ask(most)
    address, links, times = row["o"]["value"], int(row["n"]["value"]), []
    with httpx.Client(base_url=root, headers={"Accept": "text/html"}, follow_redirects=True, timeout=60) as reader:
        for _ in range(31):
            began = time.perf_counter()
            reader.get("/resource", params={"uri": address}).raise_for_status()
            times.append(time.perf_counter() - began)
    p50 = statistics.median(times[1:])  # the first look reads what the release holds
    print(f"page of {address}, to which {links:,} statements point: p50 {p50 * 1e3:.0f} ms (target {PAGE * 1e3:.0f})")
    return p50 <= PAGE


def release_in(state: Path, shared: Path | None, beside: Sequence[Path] = SHIPPED) -> Path:
    """The release that is measured: the one in the state folder, else a new one of ESCO and what is beside it."""
    releases = Releases(state)
    if releases.current_number() is None:
        folder = state / "esco"
        folder.mkdir(parents=True, exist_ok=True)
        files = shared / "data" / "esco-1.2.0" if shared else ESCO_SAMPLE
        (folder / "dataset.yml").write_text(f"id: esco\nformat: esco\nfiles: {files.resolve()}\nretrieved: {DAY}\n")
        result = build_release([*beside, folder], state, today=DAY)
        if result.release is None:
            raise SystemExit("\n".join(map(str, result.issues)))
    return releases.get().path


def values_of(service_query: Callable[[str], list[dict[str, dict[str, str]]]]) -> Values:
    """Values for queries, from the data."""

    def column(query: str) -> list[str]:
        return sorted(row["v"]["value"] for row in service_query(PREFIXES + query))

    names = column("SELECT DISTINCT ?v { ?s a esco:Occupation ; skos:prefLabel ?v } LIMIT 2000")
    words = sorted({word.lower() for name in names for word in name.split() if word.isalpha() and len(word) > 3})
    return {
        "x": column("SELECT DISTINCT ?v { ?v a esco:Occupation } LIMIT 5000"),
        "y": column("SELECT DISTINCT ?v { ?o esco:relatedEssentialSkill ?v } LIMIT 5000"),
        "word": words,
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def serving(command: list[str], ready: str) -> Iterator[int]:
    """A service that runs meanwhile: its process id."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            until = time.monotonic() + 120
            while True:
                if process.poll() is not None or time.monotonic() > until:
                    said.seek(0)
                    raise SystemExit(f"{command[0]} does not serve: {said.read()[-2000:].decode()}")
                with suppress(httpx.TransportError):
                    if httpx.get(ready, timeout=5).is_success:
                        break
                time.sleep(0.1)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, help="the folder of public files; without it the sample of ESCO")
    parser.add_argument("--state", type=Path, default=Path("build/benchmark-sparql"), help="where the release is kept")
    parser.add_argument("--only", nargs="*", default=[], help="kinds to measure, by the beginning of their names")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each load; a tenth of it for each kind")
    parser.add_argument("--nice", type=int, default=0, help="how far Oxigraph stands back: 10, as our workers do,"
                        " on a machine that others use meanwhile")  # fmt: skip
    asked = parser.parse_args()
    path = release_in(asked.state, asked.shared)
    ports = free_port(), free_port()
    start = "import sys; from api.cli import main; sys.argv[0] = 'stepway'; main()"
    our_command = [sys.executable, "-c", start, "serve", "--data-dir", str(asked.state), "--port", str(ports[0])]
    oxigraph = str(Path(sys.executable).parent / "oxigraph")
    their_command = [
        "nice",
        "-n",
        str(asked.nice),
        oxigraph,
        "serve-read-only",
        "--location",
        str(path / "store"),
        "--union-default-graph",
    ]
    their_command += ["--bind", f"127.0.0.1:{ports[1]}"]
    ours_ready, theirs_ready = f"http://127.0.0.1:{ports[0]}/ready", f"http://127.0.0.1:{ports[1]}/"
    with serving(our_command, ours_ready) as our_pid, serving(their_command, theirs_ready) as their_pid:

        def rows(query: str) -> list[dict[str, dict[str, str]]]:
            accept = {"Accept": "application/sparql-results+json"}
            reply = httpx.get(f"{theirs_ready}query", params={"query": query}, headers=accept, timeout=60)
            found: list[dict[str, dict[str, str]]] = reply.raise_for_status().json()["results"]["bindings"]
            return found

        kinds = [one for one in KINDS if not asked.only or any(one.name.startswith(name) for name in asked.only)]
        settled(our_pid)
        ours, theirs = Service("ours", ports[0], "/sparql", our_pid), Service("theirs", ports[1], "/query", their_pid)
        good = asyncio.run(measure(ours, theirs, values_of(rows), kinds, asked.seconds))
        good = page_of_most_links(f"http://127.0.0.1:{ports[0]}", rows) and good
    print("every answer the same, every target met" if good else "not every target is met")
    sys.exit(not good)


if __name__ == "__main__":
    main()
