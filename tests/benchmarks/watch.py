"""The watch of adverts at three sizes: how many titles are matched by each way, how fast, and in how much memory.

`python -m tests.benchmarks.watch DATA_DIR ADVERTS.csv[.xz]` reads the names of jobs of the release that is served from
DATA_DIR and adverts from a file where it lies: a quarter of them, all, and four times as many (each again under another
employer). Each size runs in a process of its own. With `--look 100` so many random matches of each way are printed, to
be looked at by a person and not to be kept.
"""

import argparse
import csv
import io
import lzma
import multiprocessing
import random
import resource
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from graph.release import Releases
from graph.store import GraphStore
from ontology.namespaces import ID
from queries.watch.adverts import Advert, once, read_groups, read_labels
from queries.watch.cube import said_of
from queries.watch.demand import count, needs_of
from queries.watch.titles import Outcome, Scheme, Titles

SIZES: Final = (0.25, 1, 4)


def read(path: Path) -> list[Advert]:
    """Adverts of a table such as `loaders/formats/job-postings` reads."""
    text = lzma.decompress(path.read_bytes()).decode() if path.suffix == ".xz" else path.read_text(encoding="utf-8")
    found = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text))):
        said = {name: value or None for name, value in row.items()}
        postcode = said.get("postcode")
        place = postcode or said.get("place") or said.get("locality")
        on = said.get("advertised_on") or said.get("date_posted")
        employer = said.get("employer") or said.get("hiring_organization")
        district = postcode.split()[0] if postcode else None
        day = date.fromisoformat(on[:10]) if on else None
        found.append(Advert(str(ID[f"VACANCY-{number}"]), str(said["title"]), employer, place, district, day))
    return found


def sized(adverts: Sequence[Advert], size: float) -> list[Advert]:
    """So many times as many adverts: a random part of them, or each several times for other employers."""
    if size <= 1:
        return random.Random(7).sample(list(adverts), round(len(adverts) * size))
    return [
        Advert(f"{one.id}-{time}", one.title, f"{one.employer} {time}", one.place, one.district, one.advertised_on)
        for time in range(round(size))
        for one in adverts
    ]


def run(store: GraphStore, adverts: Sequence[Advert]) -> tuple[dict[str, Any], Titles]:
    """Count adverts, and say what came of it and how many seconds of the processor each part took."""
    start = time.process_time()
    titles = Titles(read_labels(store), read_groups(store))
    named = time.process_time()
    counted = once(adverts)
    found = count(counted, titles, needs_of(store))
    done = time.process_time()
    quads = sum(1 for _ in said_of(found, date(2026, 11, 22)))
    written = time.process_time()
    outcomes: dict[str, Counter[str]] = {str(scheme): Counter() for scheme in found.schemes}
    for (scheme, outcome, _), number in found.outcomes.items():
        outcomes[str(scheme)][outcome] += number
    return {
        "adverts": len(adverts),
        "counted": found.adverts,
        "different titles": len(found.titles),
        "cells": [len(found.roles), len(found.jobs), len(found.skills), len(found.outcomes)],
        "quads": quads,
        "names read (s)": round(named - start, 1),
        "counted in (s)": round(done - named, 1),
        "adverts a second": round(len(adverts) / (done - named)),
        "quads made (s)": round(written - done, 1),
        "peak memory (MB)": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "outcomes": {scheme: dict(counts.most_common()) for scheme, counts in outcomes.items()},
    }, titles


def one_size(data: Path, path: Path, size: float) -> dict[str, Any]:
    """One size, in this process."""
    releases = Releases(data)
    number = releases.current_number()
    assert number is not None, "no release is served"
    return run(releases.get(number).store, sized(read(path), size))[0]


def look(data: Path, path: Path, many: int) -> None:
    """Print random matches with our roles and other lists."""
    releases = Releases(data)
    number = releases.current_number()
    assert number is not None
    store = releases.get(number).store
    titles, adverts = Titles(read_labels(store), read_groups(store)), read(path)
    chosen = random.Random(11).sample(adverts, len(adverts))
    for scheme in (Scheme.ROLE, Scheme.SOC2020, Scheme.SOC2010, Scheme.ESCO):
        shown = 0
        for one in chosen:
            match = titles.find(one.title).get(scheme)
            if match is not None and match.outcome is Outcome.MATCHED and shown < many:
                print(f"{scheme}\t{match.said}\t{one.title}\t{match.matches[0].name}\t{match.matches[0].of}")
                shown += 1


def main() -> None:
    """Ask for the files, and print the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("data_dir", type=Path)
    asked.add_argument("adverts", type=Path)
    asked.add_argument("--look", type=int, default=0)
    given = asked.parse_args()
    if given.look:
        look(given.data_dir, given.adverts, given.look)
        return
    for size in SIZES:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            for name, value in pool.apply(one_size, (given.data_dir, given.adverts, size)).items():
                print(f"{name:>18}: {value}")
        print()


if __name__ == "__main__":
    main()
