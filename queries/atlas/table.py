"""The atlas as a table: a row for each district, circumstance and role, sorted, with what answers it."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from itertools import groupby
from math import inf
from pathlib import Path
from typing import Any, Final

import polars as pl

from queries.atlas.faults import NoAtlasError
from queries.atlas.places import Centre, resident_of
from queries.atlas.solve import ANSWER, NOT_ON_OFFER
from queries.atlas.tasks import FORMAT, Numbers, Plan, Reading, chosen
from queries.pathways.engine.problem import Outcome

TABLE: Final = "atlas.parquet"
MANIFEST: Final = "manifest.json"

READINGS: Final = tuple(one for one in ANSWER if one not in ("question", "taught", "runs", "without", "weeks_without"))
"""What is told of both readings, `near_…` and `perhaps_…`."""

COLUMNS: Final = pl.Schema(
    {
        "district": pl.String(),
        "latitude": pl.Float64(),
        "longitude": pl.Float64(),
        "centre": pl.String(),
        "resident_wmca": pl.String(),
        "circumstance": pl.String(),
        "within_km": pl.Float64(),
        "role": pl.String(),
        "title": pl.String(),
        "level": pl.Int64(),
        "reachable": pl.String(),
        "why": pl.String(),
        "binding": pl.List(pl.String()),
        "weeks_without": pl.List(pl.Int64()),
        "not_known_near": pl.List(pl.String()),
        "furthest_km": pl.Float64(),
        **{f"{reading}_{name}": ANSWER[name] for reading in Reading for name in READINGS},
    }
)
"""The columns of the atlas, in the order of docs/atlas.md, which says what each means."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an atlas is: of which release and day, made by what, and what came out.

    `questions` distinct ones were answered in the place of `asked`, two for each row; `reaches`: how many different
    sets of runs are near enough. `sha256` is that of the table.
    """

    release: str
    software: str
    on: str
    rows: int
    asked: int
    questions: int
    reaches: int
    stand_ins: int
    districts: int
    centres: dict[str, int]
    circumstances: list[dict[str, Any]]
    roles: list[str]
    reachable: dict[str, int]
    sha256: str
    format: int = FORMAT


def written(plan: Plan, answers: pl.DataFrame, folder: Path) -> Manifest:
    """Write the table and its manifest into a folder: the same bytes for the same plan and answers."""
    table = rows(plan, answers)
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{TABLE}.new"
    table.write_parquet(new, statistics=True)
    centres = Counter(one.centre for one in plan.districts)
    manifest = Manifest(
        plan.job.release,
        plan.job.software,
        plan.job.on.isoformat(),
        rows=len(plan.rows),
        asked=2 * len(plan.rows),
        questions=len(plan.questions),
        reaches=plan.reaches,
        stand_ins=len(plan.job.stand_ins),
        districts=len(plan.districts),
        centres={str(centre): centres[centre] for centre in Centre if centres[centre]},
        circumstances=[
            {"id": one.id, "label": one.label, "says": one.says, "within_km": one.within_km}
            for one in plan.circumstances
        ],
        roles=[one.id for one in plan.roles],
        reachable=dict(sorted(Counter(table["reachable"].to_list()).items())),
        sha256=sha256(new.read_bytes()).hexdigest(),
    )
    new.replace(folder / TABLE)
    said = folder / f"{MANIFEST}.new"
    said.write_text(json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    said.replace(folder / MANIFEST)
    return manifest


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a finished atlas. Raises `NoAtlasError`."""
    try:
        return Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError) as error:
        raise NoAtlasError(f"there is no finished atlas in {folder}") from error


def read(
    folder: Path,
    *,
    districts: Sequence[str] = (),
    circumstances: Sequence[str] = (),
    roles: Sequence[str] = (),
) -> pl.DataFrame:
    """Rows of a finished atlas; empty: all of them. Raises `NoAtlasError`."""
    manifest_of(folder)
    found = pl.scan_parquet(folder / TABLE)
    for column, wanted in (("district", districts), ("circumstance", circumstances), ("role", roles)):
        if wanted:
            found = found.filter(pl.col(column).is_in(list(wanted)))
    return found.collect()


def rows(plan: Plan, answers: pl.DataFrame) -> pl.DataFrame:
    """The table. `answers` are those to the questions of the plan, in their order."""
    readings = {f"{reading}_{name}" for reading in Reading for name in READINGS}
    schema = pl.Schema({name: kind for name, kind in COLUMNS.items() if name not in readings})
    parts = [pl.DataFrame(list(_Told(plan, answers).rows()), schema=schema, orient="row")]
    for reading in Reading:
        some = answers.select(READINGS)[[getattr(row, reading.value) for row in plan.rows]]
        parts.append(some.rename({name: f"{reading}_{name}" for name in READINGS}))
    return pl.concat(parts, how="horizontal").select(*COLUMNS).sort("district", "circumstance", "role")


class _Told:
    """What is said of each row, from the answers to its two questions."""

    def __init__(self, plan: Plan, answers: pl.DataFrame) -> None:
        self.plan = plan
        self.answers: list[dict[str, Any]] = answers.to_dicts()
        self.number = {id: number for number, id in enumerate(plan.job.stand_ins)}
        self.judged = cache(self._judged)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The columns of each row but those of its readings, in the order of the plan."""
        plan = self.plan
        for number, some in groupby(plan.rows, lambda row: row.district):
            one = plan.districts[number]
            known = (*(one.point or (None, None)), str(one.centre), dict(resident_of(one)).get("resident-wmca"))
            far = plan.taught.kilometres(one.point) if one.point is not None else None
            for row in some:
                asked, role = plan.circumstances[row.circumstance], plan.roles[row.role]
                judged = self.judged(row.near, row.perhaps, one.point is None and asked.within_km is not None)
                furthest = self.furthest(row.near, far) if judged[0] == "yes" and far is not None else None
                who = asked.id, asked.within_km, role.id, role.title, role.level
                yield one.code, *known, *who, *judged, furthest

    def furthest(self, near: int, far: Numbers) -> float | None:
        """Kilometres to the furthest of the nearest runs of a pathway; None: none has a distance, or one is unknown."""
        numbers = [self.number[run] for run in self.answers[near]["runs"] if run != NOT_ON_OFFER]
        most = max((float(far[one]) for one in numbers if not self.plan.taught.everywhere[one]), default=inf)
        return round(most, 1) if most < inf else None

    def _judged(self, near: int, perhaps: int, nowhere: bool) -> tuple[Any, ...]:
        """`reachable`, `why`, `binding`, `weeks_without` and `not_known_near`, by the answers to two questions."""
        sure, may = self.answers[near], self.answers[perhaps]
        if sure["outcome"] == Outcome.FOUND:
            return "yes", "known-to-be-near", [], [], []
        if may["outcome"] == Outcome.FOUND:
            runs = chosen(self.plan.questions[near].runs, self.plan.job.stand_ins)
            steps = zip(may["steps"], may["taught"], may["runs"], strict=True)
            missing = [step for step, taught, run in steps if taught and run not in runs]
            far = "middle-not-known" if nowhere else "not-known-to-be-near"
            return "unknown", far if missing else "not-told", [], [], missing
        if may["outcome"] is None:
            return "unknown", "not-described", [], [], []
        if Outcome.STOPPED_EARLY in (sure["outcome"], may["outcome"]):
            return "unknown", "stopped-early", [], [], []
        why = "limits" if may["without"] else "nothing-leads-there"
        return "no", why, may["without"], may["weeks_without"], []
