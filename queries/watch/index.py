"""A regional index that anyone can recompute: each part is arithmetic on the rows of one named query, and no more.

The index is the mean of three parts, each a share of 100: what is covered, how much of that does not hang on one
provider, and what standard learners can reach. Weeks to competence and the age of stated needs stand beside it: they
are no shares, and are never mixed in. A part whose rows are not there is *not known*, and so is the index then. It is
an index of one region's data from release to release: never a ranking of places or people.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from graph.store import GraphStore, plain
from ontology.namespaces import SW
from queries.catalogue import get_query
from queries.coverage.board import Finding
from queries.watch.needs import last_day

Row = Mapping[str, str]
"""A row of a named query: texts by column; a column that is blank is not there."""

OFFERED: Final = frozenset({Finding.WHOLE_ONLY, Finding.ONE_PROVIDER, Finding.MANY_PROVIDERS})
"""The findings where somebody is known to teach it: a run lies ahead, or was seen on offer."""

OPEN: Final = frozenset({Finding.NOT_KNOWN, Finding.LEVEL_NOT_KNOWN, Finding.NO_PROVIDER})
"""The findings that what is not known could still turn into those."""

COVERAGE_QUERY: Final = "coverage-counted"
REACH_QUERY: Final = "reach-counted"
NEEDS_QUERY: Final = "stated-needs"

_ILLUSTRATIVE: Final = str(SW.illustrative)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: a number of `unit`, to two decimals, or None: not known, and `missing` says why.

    `high`: what it would be if all that is not known were so; None: nothing in it is not known. `counted`: the numbers
    of rows that go in. `in_index`: the index is made of it. `inferred`: some of what counts rests on our inference.
    """

    code: str
    title: str
    unit: str
    query: str
    arithmetic: str
    in_index: bool
    value: float | None
    high: float | None = None
    counted: Mapping[str, int] = field(default_factory=dict)
    missing: str | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """The index of a release: the mean of its parts, to one decimal. None: the parts in `missing` are not known."""

    value: float | None
    high: float | None
    missing: tuple[str, ...]
    parts: tuple[Part, ...]


ARITHMETIC: Final = (
    "The index is the mean of the parts that are in it, each as told, to two decimals; the mean is told to one. When"
    " one of them is not known the index is not known. Its upper end is the mean of their upper ends."
)
NOT_MEASURED: Final = (
    "whether anybody learns or is hired, and how well anything is taught",
    "pay, travel, and the hours of the day at which things are taught",
    "needs that nobody has stated in public, and what adverts ask for (they are told under demand)",
    "sectors, roles and learners that are not in the data",
    "places: it is one number for the data of a release, and ranks nobody",
)


def index_of(store: GraphStore, on: date) -> Index:
    """The index of a release. `on`: the day from which the age of needs is counted."""
    return index({name: answers(store, name) for name in (COVERAGE_QUERY, REACH_QUERY, NEEDS_QUERY)}, on)


def answers(store: GraphStore, name: str) -> list[Row]:
    """The rows of a named query."""
    query = get_query(name)
    columns = [one.name for one in query.file.columns]
    return [
        {column: plain(term) for column, term in zip(columns, row, strict=True) if term}
        for row in store.rows(query.text)
    ]


def index(rows: Mapping[str, Sequence[Row]], on: date) -> Index:
    """The index from the rows of its queries, and from nothing else."""
    findings, reach, needs = (rows[name] for name in (COVERAGE_QUERY, REACH_QUERY, NEEDS_QUERY))
    parts = (
        *(_coverage(findings), _spread(findings), _reach(reach)),
        *(_published(findings), _weeks(reach), _age(needs, on)),
    )
    used = [part for part in parts if part.in_index]
    missing = tuple(part.code for part in used if part.value is None)
    if missing:
        return Index(None, None, missing, parts)
    values = [part.value or 0.0 for part in used]
    highs = [part.value or 0.0 if part.high is None else part.high for part in used]
    low, high = (round(sum(some) / len(some), 1) for some in (values, highs))
    return Index(low, high if high != low else None, (), parts)


def _coverage(rows: Sequence[Row]) -> Part:
    def count(findings: Iterable[Finding]) -> int:
        wanted = set(map(str, findings))
        return sum(int(row["competencies"]) for row in rows if row["finding"] in wanted)

    needed, offered, unknown = count(Finding), count(OFFERED), count(OPEN)
    return Part(
        "coverage",
        "Needed competencies that somebody is known to teach",
        "percent",
        COVERAGE_QUERY,
        "100 × the competencies that are found taught, if only inside a whole qualification, over all of them. What"
        " only the past covers does not count here, as it does in what hangs on one thing. Upper end: with those"
        " counted in of which it is not known, at which level, or by which provider.",
        True,
        _percent(offered, needed),
        _percent(offered + unknown, needed) if unknown else None,
        {"needed": needed, "offered": offered, "not_known": unknown},
        None if needed else "the release has no coverage graph, or no needed competencies",
        _rests_on_inference(rows),
    )


def _published(rows: Sequence[Row]) -> Part:
    needed = sum(int(row["competencies"]) for row in rows)
    offered = sum(int(row["competencies"]) for row in rows if row["if_published"] in OFFERED)
    return Part(
        "coverage-published",
        "Needed competencies that somebody is known to teach, without any inference of ours",
        "percent",
        COVERAGE_QUERY,
        "100 × the competencies that are found taught by what is published alone, over all of them. The"
        " rest of the first part rests on our inference, mostly our tags.",
        False,
        _percent(offered, needed),
        None,
        {"needed": needed, "offered": offered},
        None if needed else "the release has no coverage graph, or no needed competencies",
    )


def _spread(rows: Sequence[Row]) -> Part:
    """Of all that is needed, as `_coverage`: a share of what is taught would fall when one provider begins to teach."""
    needed = sum(int(row["competencies"]) for row in rows)
    several = sum(int(row["competencies"]) for row in rows if row["finding"] in OFFERED and int(row["providers"]) > 1)
    unknown = sum(int(row["competencies"]) for row in rows if row["finding"] in OPEN)
    return Part(
        "spread",
        "Needed competencies that two providers or more are known to teach",
        "percent",
        COVERAGE_QUERY,
        "100 × the competencies counted as taught in the first part that have 2 providers or more, over all that are"
        " needed. What is left to the first part hangs on one provider. Upper end: as in the first part.",
        True,
        _percent(several, needed),
        _percent(several + unknown, needed) if unknown else None,
        {"needed": needed, "several_providers": several, "not_known": unknown},
        None if needed else "the release has no coverage graph, or no needed competencies",
        _rests_on_inference(row for row in rows if int(row["providers"]) > 1),
    )


def _rests_on_inference(findings: Iterable[Row]) -> bool:
    """Whether something of these is found taught, and by what is published alone would not be."""
    return any(row["finding"] in OFFERED and row["if_published"] not in OFFERED for row in findings)


def _reach(rows: Sequence[Row]) -> Part:
    pairs = sum(int(row["pairs"]) for row in rows)
    yes = sum(int(row["pairs"]) for row in rows if _reached(row))
    unknown = sum(int(row["pairs"]) for row in rows if _word(row["reachable"]) == "unknown" or _made_up(row))
    return Part(
        "reach",
        "Roles that standard learners can reach",
        "percent",
        REACH_QUERY,
        "100 × the pairs of a learner and a role that are reachable, over all of them. A pathway whose status is"
        " illustrative does not count. A way that a limit of the learner closes counts as no; where it is closed only"
        " because nobody tells when in the day a run is taught or what it costs it is unknown. Upper end: with those"
        " that are unknown or illustrative counted in.",
        True,
        _percent(yes, pairs),
        _percent(yes + unknown, pairs) if unknown else None,
        {"pairs": pairs, "reachable": yes, "not_known": unknown},
        None if pairs else "the release has no reachability graph",
        any(_reached(row) and _word(row.get("status", "")).endswith("inferred") for row in rows),
    )


def _weeks(rows: Sequence[Row]) -> Part:
    reached = [row for row in rows if _reached(row)]
    known = sorted((int(row["weeks"]), int(row["pairs"])) for row in reached if "weeks" in row)
    several = sum(pairs for _, pairs in known)
    missing = "the release has no reachability graph" if not rows else "no pathway has a known length"
    return Part(
        "weeks",
        "Weeks to competence, by the middle pair of a learner and a role",
        "weeks",
        REACH_QUERY,
        "Of the reachable pairs whose weeks are known, least weeks first, the one in the middle (of two in the middle"
        " the first). Those of which part of the length is not known count with what is known of it, so"
        " with any of them it is a lower end.",
        False,
        _middle(known),
        None,
        {
            "with_weeks": several,
            "at_least": sum(int(row["pairs"]) for row in reached if row.get("weeks_at_least") == "true"),
            "without_weeks": sum(int(row["pairs"]) for row in reached) - several,
        },
        None if known else missing,
        any("weeks" in row and _word(row.get("status", "")).endswith("inferred") for row in reached),
    )


def _age(rows: Sequence[Row], on: date) -> Part:
    stated: dict[str, date] = {}
    for row in rows:
        if row["status"] != _ILLUSTRATIVE:
            stated[row["need"]] = min(last_day(row[name]) for name in ("stated_on", "source_date") if name in row)
    days = sorted(((on - day).days, 1) for day in stated.values() if day <= on)
    return Part(
        "needs-age",
        "Days since needs were stated, by the middle need",
        "days",
        NEEDS_QUERY,
        "For each need the days from the last day on which it was stated, or that of its source where that is sooner,"
        " to the day of the question; of these, least first, the one in the middle (of two the first). Illustrative"
        " needs and those stated later do not count.",
        False,
        _middle(days),
        None,
        {"needs": len(days)},
        None if days else "no stated needs are loaded",
    )


def _middle(weighted: Sequence[tuple[int, int]]) -> float | None:
    """The value in the middle of values, each so many times, least first; of two the first."""
    half, before = (sum(times for _, times in weighted) + 1) // 2, 0
    for value, times in weighted:
        before += times
        if before >= half:
            return float(value)
    return None


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _reached(row: Row) -> bool:
    return _word(row["reachable"]) == "yes" and not _made_up(row)


def _made_up(row: Row) -> bool:
    return row.get("status") == _ILLUSTRATIVE


def _word(concept: str) -> str:
    return concept.rpartition("/")[2]
