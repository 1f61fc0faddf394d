"""Coverage, smallest change and the watch on a country's vocabularies:

    python -m tests.benchmarks.coverage [--shared DIR] [--sizes 0.1 1 3] [--data-dir DIR …] [--only PART …]

ESCO, O*NET, the matches between them, the UK's skills and the funded qualifications of the folder of public files (else
the regional tables alone) are built beside the regional tables at a tenth, once and three times the rows. Or
`--data-dir` names folders with a release that is there already, each of its own size. Seconds are of the processor. For
each size, in a process of its own:

* `facts`: reading what coverage is worked out from: seconds, statements a second, peak memory;
* `board`: the whole board, the first time and again; both are the same;
* `queries`: the named queries on the derived graph against the same numbers asked of the findings plainly: both are the
  same, and those of the board; seconds of each and how many times quicker (plainly for a minute at most, in a process
  of its own: over a country the engine does not finish one of them);
* `pages`: pages that rest on it, asked of the application in this process as a browser asks: seconds of the first time
  and of the second, and their size (what only workers do, pairs and changes, is not among them);
* `sandbox`: a sandbox with one imaginary run, made and then compared with its base, within the limits that the service
  ships with (seconds and memory of a worker): seconds of both, and peak memory; or that the limits ended it;
* `change`: the smallest change for everything that nobody teaches at one provider: seconds, size, proven or not; the
  union of its units is what it says, the gains rise, and CP-SAT, another solver, finds and proves nothing against it;
* `watch`: titles of the vacancies in `data/nhs-jobs-2020` (read in place, nothing is kept) against the names of jobs:
  matched share by way of matching, and adverts a second.

Copies of a vocabulary have the same ids, so three times the rows are no more facts. Therefore `grown` makes three
countries of the facts in memory, side by side, for board and change.
"""

import argparse
import csv
import gc
import lzma
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from fastapi.testclient import TestClient
from ortools.sat.python import cp_model

from api.app import create_app
from api.dependencies import ReleaseHolder, Services
from api.derived import DERIVE
from api.settings import Settings
from api.workshop import compare
from graph.release import Release
from loaders.kept_sandboxes import Asked, Cell
from loaders.publish import SHIPPED, build_release
from loaders.sandbox import Sandboxes
from ontology.namespaces import id_of
from queries.catalogue import get_query
from queries.coverage.board import Slice, board, by_role, by_theme
from queries.coverage.change import ChangeRequest, Question
from queries.coverage.cover import Meter, solve, solve_all
from queries.coverage.gap import Grain, gap_of
from queries.coverage.model import CoverageFacts, Inference
from queries.coverage.posed import Cover, Covered, Proof
from queries.coverage.reading import read
from queries.watch.adverts import read_groups, read_labels
from queries.watch.titles import Titles
from tests.benchmarks.build import DAY, SIZES, write_datasets

FORMATS: Final = ("esco", "esco-onet", "funded-qualifications", "onet", "uk-ssc")
PARTS: Final = ("facts", "board", "queries", "pages", "sandbox", "change", "watch", "grown")
PAGES: Final = (
    *("/coverage", "/coverage?level=4&format=csv", "/fragility", "/cold-spots", "/watch", "/watch/needs"),
    *("/watch/demand", "/watch/index", "/designers"),
)
GROWN: Final = 3
WORK: Final = 1_000_000_000
"""Gates of work for the smallest change: five times what the service allows."""

PLAINLY: Final = 60
"""Seconds of the processor for a query that is asked plainly: over a country one of them takes longer than any."""

LENIENT: Final = Inference(levels_below=None, broader=True, related=True)
"""All ways of knowing at any level: the largest question."""

PLAIN: Final = {
    "coverage-by-theme": """
        SELECT ?of ?finding (COUNT(DISTINCT ?about) AS ?number) WHERE {
            ?cell a sw:CoverageFinding ; sw:finding ?finding ; sw:findingAbout ?about .
            ?about sw:theme ?of } GROUP BY ?of ?finding""",
    "coverage-by-role": """
        SELECT ?of ?finding (COUNT(DISTINCT ?about) AS ?number) WHERE {
            { ?of sw:requires ?about }
            UNION { ?of a esco:Occupation ; esco:relatedEssentialSkill|esco:relatedOptionalSkill ?about
                FILTER NOT EXISTS { ?of owl:deprecated ?gone } }
            ?cell a sw:CoverageFinding ; sw:finding ?finding ; sw:findingAbout ?about .
            } GROUP BY ?of ?finding""",
}
"""What the named queries of the same name have ready, asked of the findings."""

T = TypeVar("T")


@dataclass(frozen=True)
class Timed:
    """A line of the table."""

    what: str
    seconds: float
    said: str


def clocked(work: Callable[[], T]) -> tuple[T, float]:
    """What work gives, and the seconds of the processor that it takes in this process."""
    begin = time.process_time()
    found = work()
    return found, time.process_time() - begin


def quickest(work: Callable[[], T], times: int = 3) -> tuple[T, float]:
    """What work gives, and the least seconds that it takes."""
    found, least = clocked(work)
    for _ in range(times - 1):
        least = min(least, clocked(work)[1])
    return found, least


def peak_mb() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform != "darwin" else 1024 * 1024)


def build(shared: Path | None, size: float, folder: Path) -> str:
    """Build one size into a data folder; what it came to in a line."""
    made = write_datasets(shared, folder / "datasets", size, list(FORMATS)) if shared else []
    (result, seconds) = clocked(lambda: build_release([*SHIPPED, *made], folder / "data", today=DAY, derive=DERIVE))
    if result.release is None:
        raise SystemExit("\n".join(str(issue) for issue in result.issues if issue.severity == "error")[:3000])
    return f"{result.release.manifest.quads:,} statements, built in {seconds:.0f} s"


def measure(data: Path, shared: Path | None, parts: list[str]) -> Iterator[Timed]:
    """Every part that is asked for, over one release."""
    services = ReleaseHolder(data).get()
    projection = services.release.projection
    before = peak_mb()
    facts, seconds = clocked(lambda: read(services.store, projection, DAY))
    yield Timed(
        "read the facts",
        seconds,
        f"{len(facts.needs):,} needs, {len(facts.competencies):,} competencies, {len(facts.teachers):,} teachers,"
        f" {len(facts.teachings):,} reasons; peak memory {peak_mb():,} MB ({before:,} MB before)",
    )
    if "board" in parts:
        yield from boards("board", facts)
    if "queries" in parts:
        yield from queries(services, facts)
    if "pages" in parts:
        yield from pages(data)
    if "sandbox" in parts:
        yield from sandbox(services.release)
    if "change" in parts:
        yield from changes("smallest change", facts)
    if "watch" in parts and shared is not None:
        yield from watch(services, shared / "data" / "nhs-jobs-2020" / "nhs_jobs_facts.csv.xz")
    if "grown" in parts:
        large, seconds = clocked(lambda: grown(facts, GROWN))
        yield Timed(f"{GROWN} countries in memory", seconds, f"{len(large.teachings):,} reasons, {peak_mb():,} MB")
        yield from boards(f"board of {GROWN}", large)
        yield from changes(f"smallest change of {GROWN}", large)


def boards(name: str, facts: CoverageFacts) -> Iterator[Timed]:
    """The board, twice."""
    first, seconds = clocked(lambda: board(facts))
    again, repeated = clocked(lambda: board(facts))
    assert first.cells == again.cells, "the same question has the same answer"
    found = ", ".join(f"{count:,} {finding}" for finding, count in sorted(first.counts.items()))
    yield Timed(name, seconds, f"{len(first.cells):,} cells: {found}")
    yield Timed(f"{name}, again", repeated, f"peak memory {peak_mb():,} MB")


def pages(data: Path) -> Iterator[Timed]:
    """Pages and tables, the first time and again: both have the same length, and are there."""
    client = TestClient(create_app(Settings(data_dir=data)))
    for path in PAGES:
        asked = partial(client.get, path, headers={"Accept": "text/html"})
        (first, seconds), (again, repeated) = clocked(asked), clocked(asked)
        assert (first.status_code, len(first.content)) == (200, len(again.content)), f"{path}: {first.status_code}"
        size = f"{len(first.content) / 1000:,.0f} kB, again {repeated:.3f} s; peak memory {peak_mb():,} MB"
        yield Timed(f"page {path}", seconds, size)


def sandbox(base: Release) -> Iterator[Timed]:
    """A sandbox made and compared in a process of its own that is bounded as the service's are."""
    limits = Settings()
    made = within(int(limits.sandbox_seconds), partial(_imagined, base.path), limits.sandbox_memory)
    if made is None:
        yield Timed(
            "sandbox", 0.0, f"given up at {limits.sandbox_seconds:g} s or {limits.sandbox_memory:,} bytes of data"
        )
    else:
        yield from made


def _imagined(release: Path) -> list[Timed]:
    """One evening run of an award of the regional tables, at a provider of theirs."""
    base = Release(release)
    course: dict[str, Cell] = {"opportunity_id": "C-IMAGINED", "title": "Evenings", "provider_id": "P-SANDWELL"}
    kind: dict[str, Cell] = {"qualification_id": "Q-HNC-COMP22", "provision_type_id": "PT-HNC", "course_kind": "HNC"}
    run: dict[str, Cell] = {"delivery_id": "DL-IMAGINED", "opportunity_id": "C-IMAGINED", "attendance": "evening"}
    size: dict[str, Cell] = {"start_dates": ["2027-01-11"], "duration_weeks": 30, "hours_per_week": 6}
    tables = {"opportunities": [course | kind | {"sold_separately": "unknown"}], "deliveries": [run | size]}
    asked = Asked.of_rows("What if it ran in the evening?", tables, [])
    with tempfile.TemporaryDirectory(dir=release.parents[1]) as folder:  # the same disk, as in the service
        made, seconds = clocked(lambda: Sandboxes(Path(folder), 1).make(asked, base, derive=DERIVE, today=DAY))
        before = peak_mb()
        (one,) = Path(folder).glob(f"sandboxes/{made.id}/releases/0*")
        found, more = clocked(lambda: compare(base, Release(one), DAY))
    return [
        Timed("sandbox: made", seconds, f"peak memory {before:,} MB"),
        Timed("sandbox: what it changes", more, f"{found.asked} questions, {found.places_asked} of people-places"),
    ]


def queries(services: Services, facts: CoverageFacts) -> Iterator[Timed]:
    """The named queries against the same asked plainly, and both against the board."""
    days = services.store.select("SELECT ?day WHERE { ?graph a sw:CoverageGraph ; sw:countedFrom ?day }")
    if not days:
        yield Timed("queries", 0.0, "this release has no derived graph of coverage")
        return
    day = date.fromisoformat(str(days[0]["day"]))
    cells = board(facts if day == facts.on else read(services.store, services.release.projection, day)).cells
    counts: dict[str, dict[tuple[str, str], int]] = {
        "coverage-by-theme": {
            (theme, str(finding)): number
            for theme, some in by_theme(cells).items()
            if theme
            for finding, number in some.items()
        },
        "coverage-by-role": {
            (role, str(finding)): number for role, some in by_role(cells).items() for finding, number in some.items()
        },
    }
    for name, plain in PLAIN.items():
        text = get_query(name).file.text
        column = "theme" if name.endswith("theme") else "role"
        ready, quick = quickest(partial(services.store.select, text))
        by_ready = {(_id(row[column]), str(row["finding"])): int(str(row["competencies"])) for row in ready}
        assert by_ready == counts[name], f"{name} is not what the board finds"
        yield Timed(f"query {name}", quick, f"{len(ready):,} rows")
        if (answer := within(PLAINLY, partial(_plainly, services.release.path, plain))) is None:
            yield Timed("  the same asked plainly", 0.0, f"not finished after {PLAINLY} s of the processor")
            continue
        by_plain, slow = answer
        assert by_plain == by_ready, f"{name} asked plainly is another answer"
        yield Timed("  the same asked plainly", slow, f"equal; {slow / quick:.1f} times as long")


def within(seconds: int, work: Callable[[], T], memory: int = resource.RLIM_INFINITY) -> T | None:
    """What work gives in a process of its own; None: it took more of the processor, or bytes of data, and was ended."""
    context = get_context("spawn")
    there, here = context.Pipe()
    process = context.Process(target=_bounded, args=(seconds, memory, work, there))
    process.start()
    there.close()
    try:
        return cast(T, here.recv())
    except EOFError:
        return None
    finally:
        process.join()
        if (process.exitcode or 0) > 0:
            raise SystemExit(process.exitcode)


def _bounded(seconds: int, memory: int, work: Callable[[], Any], answer: Any) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    with suppress(MemoryError):
        answer.send(work())


def _plainly(release: Path, text: str) -> tuple[dict[tuple[str, str], int], float]:
    store = Release(release).store
    asked, seconds = clocked(lambda: store.select(text))
    return {(_id(row["of"]), str(row["finding"])): int(str(row["number"])) for row in asked}, seconds


def _id(term: Any) -> str:
    """A role by id, as the board has it; a text as it is."""
    text = str(term)
    return id_of(text) if text.startswith("http") else text


def changes(name: str, facts: CoverageFacts) -> Iterator[Timed]:
    """The smallest change for all that nobody teaches at the provider with most runs."""
    provider = Counter(run.provider for run in facts.runs).most_common(1)[0][0]
    items, seconds = clocked(lambda: gap_of(facts, Slice(providers=(provider,)), LENIENT, Grain.STATEMENTS))
    request = ChangeRequest(items, (provider,), inference=LENIENT)
    question, more = clocked(lambda: Question(facts, request))
    pairs = sum(len(move.closes) for move in question.cover.moves)
    size = f"{len(items):,} items, {len(question.cover.moves):,} units, {pairs:,} pairs"
    yield Timed(f"{name}: make ready", seconds + more, size)
    gc.collect()
    first, alone = clocked(lambda: solve(question.cover, Meter(WORK)))
    yield Timed(f"{name}: the optimum alone", alone, f"{first.price} units, {first.proof}")
    found, seconds = clocked(lambda: solve_all(question.cover, WORK))
    check(question.cover, found)
    best = found.best
    assert best == first, "the same question has the same answer"
    yield Timed(
        f"{name}: with runner-up, gains and locks",
        seconds,
        f"{best.price} units close {len(best.closed):,}, {best.proof} (bound {best.bound}); work {found.work:,};"
        f" gains {' '.join(str(len(one.closed)) for _, one in found.gains)}; peak memory {peak_mb():,} MB",
    )
    (theirs, bound), seconds = clocked(lambda: by_cp_sat(question.cover))
    assert best.proof is not Proof.PROVEN or bound <= best.price <= theirs, "CP-SAT has another optimum"
    yield Timed("  CP-SAT on the same", seconds, f"{theirs} units, and no fewer than {bound}")


def check(cover: Cover, found: Covered) -> None:
    """That a choice closes what it says, and that gains rise."""
    closed = {item for number, _ in found.best.done for item in cover.moves[number].closes}
    assert closed == set(found.best.closed), "the units close what is said"
    assert sum(cover.moves[number].price * times for number, times in found.best.done) == found.best.price
    gained = [len(one.closed) for _, one in found.gains]
    assert gained == sorted(gained), "one more unit never closes less"


def by_cp_sat(cover: Cover, work: float = 10.0) -> tuple[int, int]:
    """A price of moves that close all that can be closed, as low as was found, and below which none can lie.

    For questions without caps and musts. `work`: deterministic seconds.
    """
    model, rows = cp_model.CpModel(), dict[int, list[cp_model.IntVar]]()
    done = {number: model.new_bool_var("") for number, move in enumerate(cover.moves) if not move.shut}
    for number, one in done.items():
        for item in cover.moves[number].closes:
            rows.setdefault(item, []).append(one)
    for row in rows.values():
        model.add_bool_or(row)
    model.minimize(sum(cover.moves[number].price * one for number, one in done.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = work
    assert solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return round(solver.objective_value), round(solver.best_objective_bound)


def grown(facts: CoverageFacts, times: int) -> CoverageFacts:
    """So many countries side by side: nothing of one has to do with another, the providers aside."""

    def renamed(id: str, copy: int) -> str:
        return id if not copy else f"{id}~{copy}"

    copies = range(times)
    return replace(
        facts,
        needs=tuple(
            replace(one, role=renamed(one.role, copy), competency=renamed(one.competency, copy))
            for copy in copies
            for one in facts.needs
        ),
        competencies={
            renamed(id, copy): replace(one, id=renamed(id, copy))
            for copy in copies
            for id, one in facts.competencies.items()
        },
        teachers={
            renamed(id, copy): replace(one, id=renamed(id, copy))
            for copy in copies
            for id, one in facts.teachers.items()
        },
        teachings=tuple(
            replace(one, teacher=renamed(one.teacher, copy), competency=renamed(one.competency, copy))
            for copy in copies
            for one in facts.teachings
        ),
    )


def watch(services: Services, adverts: Path) -> Iterator[Timed]:
    """Titles of real adverts against the names of jobs. Nothing of the file is kept or shown."""
    with lzma.open(adverts, "rt", encoding="utf-8", newline="") as file:
        titles = Counter(row["title"] for row in csv.DictReader(file))
    names, seconds = clocked(lambda: Titles(read_labels(services.store), read_groups(services.store)))
    yield Timed("watch: make the names ready", seconds, ", ".join(names.schemes))
    found, seconds = clocked(lambda: {title: names.find(title) for title in titles})
    whole = titles.total()
    yield Timed(
        "watch: match titles",
        seconds,
        f"{whole:,} adverts, {len(titles):,} titles, {whole / seconds:,.0f} adverts a second",
    )
    for scheme in names.schemes:
        ways = Counter[str]()
        for title, many in titles.items():
            verdict = found[title].get(scheme)
            ways["unmatched" if verdict is None else verdict.said] += many
        assert ways.total() == whole, "every advert has one verdict"
        shares = ", ".join(f"{way} {count / whole:.1%}" for way, count in ways.most_common())
        yield Timed(f"  {scheme}", 0.0, shares)


def one_size(shared: Path | None, size: float, data: Path | None, parts: list[str], lines: Any) -> None:
    """Build (in a process of its own, so that its memory is not counted) and measure one size."""
    context = get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        if data is None:
            told = context.Queue()
            builder = context.Process(target=_build, args=(shared, size, Path(folder), told))
            builder.start()
            builder.join()
            if builder.exitcode:
                raise SystemExit(builder.exitcode)
            lines.put(told.get())
        for line in measure(data or Path(folder, "data"), shared, parts):
            lines.put(line)
    lines.put(None)


def _build(shared: Path | None, size: float, folder: Path, told: Any) -> None:
    told.put(build(shared, size, folder))


def tell(line: Timed | str) -> None:
    """A line of the table."""
    if isinstance(line, str):
        sys.stdout.write(f"{line}\n")
    else:
        took = f"{line.seconds:9.3f} s" if line.seconds else " " * 11
        sys.stdout.write(f"{took}  {line.what}: {line.said}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure each size and print what it took."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    held = os.environ.get("STEPWAY_SHARED")
    asked.add_argument("--shared", type=Path, default=Path(held) if held else None, help="folder of the public files")
    asked.add_argument("--sizes", nargs="*", type=float, default=SIZES)
    asked.add_argument("--data-dir", type=Path, nargs="*", help="measure the releases served from these folders")
    asked.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS), help="parts to measure")
    given = asked.parse_args()
    context = get_context("spawn")
    sizes = given.sizes if given.shared else (1.0,)
    for size, data in [(1.0, one) for one in given.data_dir] if given.data_dir else [(one, None) for one in sizes]:
        tell(f"\n{f'{size:g} times' if data is None else data.name}, load {os.getloadavg()[0]:.1f}")
        lines = context.Queue()
        process = context.Process(target=one_size, args=(given.shared, size, data, given.only, lines))
        process.start()
        while True:
            if lines.empty():
                process.join(0.2)
                if process.is_alive() or not lines.empty():
                    continue
                raise SystemExit(process.exitcode or 1)
            if (line := lines.get()) is None:
                break
            tell(line)
        process.join()


if __name__ == "__main__":
    main()
