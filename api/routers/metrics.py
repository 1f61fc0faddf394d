"""What operators watch: counts since the service began, in the text format that Prometheus and others collect."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import pool_of
from api.routers.described import problems
from api.sparql.answers import OUTCOMES, SECONDS, Answers, answers_of
from api.workers import PoolState

router = APIRouter()

FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"
_COUNTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The counts.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}
_NOW: Final = ("running", "waiting", "homes")


def _metric(name: str, kind: str, about: str, values: Iterable[tuple[str, int]]) -> Iterator[str]:
    """The lines of one metric: its values by label, such as `outcome="busy"`."""
    yield f"# HELP stepway_{name} {about}"
    yield f"# TYPE stepway_{name} {kind}"
    for label, value in values:
        yield f"stepway_{name}{f'{{{label}}}' if label else ''} {value}"


def _of_pool(name: str, what: str, state: PoolState) -> Iterator[str]:
    counts = asdict(state)
    for now in _NOW[:2]:
        yield from _metric(f"{name}_{now}", "gauge", f"{what} that are {now}.", [("", counts[now])])
    ended = [(f'outcome="{key}"', value) for key, value in counts.items() if key not in (*_NOW, "replaced")]
    about = f"{what}, by what became of them in a process; failed: refused there, as for a mistake in a query."
    yield from _metric(f"{name}_tasks_total", "counter", about, ended)
    replaced = [("", counts["replaced"])]
    yield from _metric(f"{name}_workers_replaced_total", "counter", "Processes ended, whatever the reason.", replaced)


def _of_answers(answers: Answers) -> Iterator[str]:
    counts = answers.counts
    ended = [(f'outcome="{name}"', counts.outcomes[name]) for name in OUTCOMES]
    yield from _metric(
        "sparql_queries_total", "counter", "SPARQL queries, by what became of them; failed: by a fault of ours.", ended
    )
    so_far, buckets = 0, []
    for most in SECONDS:
        so_far += counts.within[most]
        buckets.append((f'le="{most:g}"', so_far))
    buckets.append(('le="+Inf"', sum(counts.within.values())))
    name = "sparql_query_seconds"
    lines = list(_metric(name, "histogram", "Seconds until there was an answer that was not kept, or none.", buckets))
    yield from (line.replace(f"{name}{{", f"{name}_bucket{{") for line in lines)
    yield f"stepway_{name}_sum {counts.seconds:.6f}"
    yield f"stepway_{name}_count {buckets[-1][1]}"
    yield from _metric("sparql_answer_bytes_total", "counter", "Bytes of answers, as sent.", [("", counts.bytes)])
    yield from _metric("sparql_kept_bytes", "gauge", "Bytes of answers that are kept.", [("", answers.kept.bytes)])
    yield from _metric("sparql_kept_answers", "gauge", "Answers that are kept.", [("", len(answers.kept))])
    yield from _metric(
        "sparql_spooled_bytes",
        "gauge",
        "Bytes of answers on disk: readers fetch them, or they are kept.",
        [("", answers.spooled)],
    )


@router.get(
    "/metrics",
    summary="Counts for operators",
    tags=["service"],
    response_class=Response,
    responses=_COUNTS | problems(),
)
async def metrics(request: Request) -> Response:
    """How many questions of each outcome there were since the service began, and how busy it is."""
    answers = answers_of(request)
    lines = [*_of_pool("questions", "Pathway questions", pool_of(request).state()), *_of_answers(answers)]
    if (state := answers.engine.state) is not None:
        lines += _of_pool("sparql", "SPARQL queries", state)
    return Response("\n".join(lines) + "\n", media_type=FORMAT)
