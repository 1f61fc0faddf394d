"""How long an adviser waits for an answer: `python -m tests.benchmarks.adviser`.

The regional tables are built and served by the shipped service. The question of the README is asked over HTTP for each
number of hours a week from 16 to 40, by each criterion: every one is new to the service, and so is what it has to work
out for it. Then all are asked again, which has to give the same bytes. Besides: the plain question of twenty other
days, of which nothing is ready, and one as soon as the service is up. The exit status is 1 when an answer is no
pathway, has more than the bound that is proved, or is another the second time.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from loaders.publish import SHIPPED, build_release
from queries.pathways.engine.problem import Criterion
from tests.support.served import Service, serving

DAY = date(2026, 11, 23)
HOURS = range(16, 41)
TARGET = 0.100
"""Seconds of nineteen in twenty answers by weeks, the plain question."""

PROVED = {Criterion.WEEKS: "weeks", Criterion.STEPS: "steps", Criterion.STUDY_WEEKS: "study_weeks"}
"""Where the totals say what was to be least."""


def percentile(values: Iterable[float], percent: int) -> float:
    """The least value that so many percent of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def asked(service: Service, criterion: Criterion, hours: int, on: date = DAY) -> tuple[bytes, float]:
    """The answer as JSON, and the seconds until all of it was there."""
    question = {"from": "PT-BOOTCAMP", "to_level": 4, "on": on, "by": criterion.value, "hours_per_week": hours}
    started = time.perf_counter()
    reply = service.get(f"/pathways?{urlencode(question)}", {"Accept": "application/json"})
    return reply.body, time.perf_counter() - started


def is_right(body: bytes, criterion: Criterion) -> bool:
    """Whether a pathway is found and, where it is a number of the totals that was to be least, has what is proved."""
    answer = json.loads(body)
    if answer["outcome"] != "found":
        return False
    best = answer["pathways"][0]
    return criterion not in PROVED or best["bound"] == best["totals"][PROVED[criterion]]


def measure(service: Service) -> int:
    """Ask, print; how many answers are wrong."""
    _, seconds = asked(service, Criterion.WEEKS, HOURS[0] - 1)
    print(f"as soon as the service is up: {seconds * 1000:.0f} ms")
    print(f"{'by':<20} {'new: p50 / p95 / most':<28} {'again: p50':<12}")
    wrong = 0
    for criterion in Criterion:
        met = f"target p95 {TARGET * 1000:.0f} ms" if criterion is Criterion.WEEKS else ""
        wrong += told(criterion.value, [(service, criterion, hours) for hours in HOURS], met)
    days = [DAY + timedelta(days=number) for number in range(1, 21)]
    wrong += told("weeks, other days", [(service, Criterion.WEEKS, 40, day) for day in days])
    print(f"{wrong} answers wrong")
    return wrong


def told(name: str, questions: Sequence[tuple[Any, ...]], target: str = "") -> int:
    """Ask each question twice, print a line; how many answers are wrong."""
    first, again = [asked(*one) for one in questions], [asked(*one) for one in questions]
    new = [percentile([seconds for _, seconds in first], one) for one in (50, 95, 100)]
    kept = f"{percentile([seconds for _, seconds in again], 50) * 1000:.1f} ms"
    verdict = f"{target}: {'met' if new[1] <= TARGET else 'NOT MET'}" if target else ""
    shown = " / ".join(f"{seconds * 1000:.0f}" for seconds in new) + " ms"
    print(f"{name:<20} {shown:<28} {kept:<12} {verdict}", flush=True)
    right = [is_right(body, question[1]) for (body, _), question in zip(first, questions, strict=True)]
    return right.count(False) + sum(one != two for (one, _), (two, _) in zip(first, again, strict=True))


def main() -> int:
    """Build, serve, measure; 1 when an answer is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        data, scratch = Path(folder) / "data", Path(folder) / "serving"
        scratch.mkdir()
        if build_release(SHIPPED, data, today=DAY).release is None:
            raise SystemExit("the regional tables cannot be built")
        with serving(data, scratch) as service:
            return 1 if measure(service) else 0


if __name__ == "__main__":
    sys.exit(main())
