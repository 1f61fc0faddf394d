"""The reachability atlas of a release: where it lies, and in the shape of replies, tables, charts and maps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.charts import Chart, heat
from api.console import Screen
from api.dependencies import Services
from api.errors import Problem
from api.schemas.atlas import (
    AtlasAsked,
    AtlasFeature,
    AtlasFeatureProperties,
    AtlasMap,
    AtlasOf,
    AtlasPoint,
    AtlasRowSaid,
    AtlasSaid,
    BindingSaid,
    CentreSaid,
    CircumstanceSaid,
    ReadingSaid,
)
from api.schemas.common import Link
from api.sheets import Sheet
from queries.atlas.faults import NoAtlasError, UnknownInAtlasError
from queries.atlas.places import CENTRE_SAYS, Centre
from queries.pathways.request import counted

if TYPE_CHECKING:
    import polars as pl

    from queries.atlas.table import Manifest

FOLDER: Final = "atlas"
"""Where the atlases lie in a data directory, each in a folder named by the content hash of its release."""

CELLS: Final = 5_000
"""Most cells of a chart."""

LINES: Final = 100_000
"""Most rows of a sheet; the table of the whole is the Parquet file."""

Rows = Sequence[Mapping[str, Any]]

WHY: Final = {
    "known-to-be-near": "every step but a job is a run known to be near enough",
    "not-known-to-be-near": "there is a pathway, but of a step no run is known to be near enough",
    "not-told": "there is a pathway, but of a step nobody tells when in the day it is taught, or what it costs",
    "middle-not-known": "there is a pathway, but the middle of the district is not known, so neither is what is near",
    "not-described": "the release does not describe what such a person brings",
    "stopped-early": "the search was stopped before it found a pathway or could prove that there is none",
    "limits": "only without limits of the circumstance",
    "nothing-leads-there": "nothing that we hold leads there for such a person",
}
"""What each reason means. What closes the way is said with it."""


def folder_of(data_dir: Path, services: Services) -> Path:
    """Where the atlas of a release lies, if it has one."""
    return data_dir / FOLDER / services.manifest.content_hash


def manifest_of(data_dir: Path, services: Services) -> Manifest:
    """The manifest of the atlas of a release. Raises `NoAtlasError`."""
    from queries.atlas import table  # noqa: PLC0415 -- few ask for it, and polars takes long to load

    try:
        return table.manifest_of(folder_of(data_dir, services))
    except NoAtlasError:
        number = services.reference.number
        what = "which roles can be reached from each postcode district, which takes long to work out, has not been"
        raise NoAtlasError(f"there is no atlas of release {number}: {what}") from None


def rows(folder: Path, manifest: Manifest, asked: AtlasAsked) -> pl.DataFrame:
    """The rows that are asked for, in order. Raises `UnknownInAtlasError`, for a district only when none is known."""
    from queries.atlas import table  # noqa: PLC0415 -- as above

    known = {"circumstance": [one["id"] for one in manifest.circumstances], "role": manifest.roles}
    for name, ids in known.items():
        for id in getattr(asked, name):
            if id not in ids:
                raise UnknownInAtlasError(f"the atlas has no {name} “{id}”; it has {', '.join(ids)}")
    districts = [one.upper() for one in asked.district]
    found = table.read(folder, districts=districts, circumstances=asked.circumstance, roles=asked.role)
    if lacking := sorted(set(districts) - set(found["district"])):
        raise UnknownInAtlasError(f"the atlas has no district {', '.join(lacking)}")
    return found.filter(found["reachable"] == asked.reachable) if asked.reachable else found


def atlas(
    services: Services, manifest: Manifest, found: pl.DataFrame, asked: AtlasAsked, links: Sequence[Link]
) -> AtlasSaid:
    """A page of the atlas."""
    return AtlasSaid(
        atlas=made(manifest),
        total=len(found),
        offset=asked.offset,
        limit=asked.limit,
        items=items(found.slice(asked.offset, asked.limit)),
        release=services.reference,
        links=list(links),
    )


def items(found: pl.DataFrame) -> list[AtlasRowSaid]:
    """Rows in the shape of replies."""
    return [_row(one) for one in found.to_dicts()]


def made(manifest: Manifest) -> AtlasOf:
    """What an atlas is, in the shape of replies."""
    return AtlasOf(
        on=date.fromisoformat(manifest.on),
        software=manifest.software,
        districts=manifest.districts,
        centres=[
            CentreSaid(centre=name, text=CENTRE_SAYS[Centre(name)], districts=count)
            for name, count in manifest.centres.items()
        ],
        circumstances=[CircumstanceSaid(**one) for one in manifest.circumstances],
        roles=manifest.roles,
        rows=manifest.rows,
        asked=manifest.asked,
        questions=manifest.questions,
        reachable=manifest.reachable,
    )


def _row(one: Mapping[str, Any]) -> AtlasRowSaid:
    binding = zip(one["binding"], one["weeks_without"], strict=True)
    return AtlasRowSaid(
        **{name: one[name] for name in AtlasRowSaid.model_fields if name in one and name != "binding"},
        text=why(one),
        binding=[BindingSaid(limits=names.split("+"), weeks=weeks) for names, weeks in binding],
        near=_reading(one, "near"),
        perhaps=_reading(one, "perhaps"),
    )


def _reading(one: Mapping[str, Any], name: str) -> ReadingSaid:
    return ReadingSaid(**{field: one[f"{name}_{field}"] for field in ReadingSaid.model_fields})


def why(one: Mapping[str, Any]) -> str:
    """Why a result is as it is, in words."""
    said = WHY[one["why"]]
    if one["binding"]:
        said += ": " + ", or ".join(names.replace("_", " ").replace("+", " and ") for names in one["binding"])
    if one["why"] == "not-known-to-be-near":
        said += f": {', '.join(one['not_known_near'])}"
    return said


HEADINGS: Final = {
    "district": "Postcode district",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "centre": "Its middle is known from",
    "resident_wmca": "Lives in the WMCA area",
    "circumstance": "Circumstance",
    "within_km": "Within km",
    "role": "Role",
    "title": "Title of the role",
    "level": "Level",
    "reachable": "Reachable",
    "why": "Why",
    "binding": "Closed by",
    "weeks_without": "Weeks without that",
    "not_known_near": "Not known to be near",
    "furthest_km": "Furthest km",
}
"""What the first columns are called; those of readings have the words of their names."""
SHOWN: Final = (
    *(
        "Postcode district",
        "Of whom",
        "Title of the role",
        "Reachable",
        "Weeks, near enough",
        "Weeks, perhaps near enough",
    ),
    *("Why", "Closed by"),
)
"""The columns that a page has room for."""


def sheets(found: pl.DataFrame, manifest: Manifest) -> list[Sheet]:
    """The rows as a table. Giving it out raises an `invalid-request` problem when there are too many."""
    notes = [
        f"Counted from {manifest.on}. Distances are straight lines; no travel time is known.",
        "Near: every step but a job is a run known to be near enough. Perhaps: no step is known to be too far.",
    ]
    labels = {one["id"]: one["label"] for one in manifest.circumstances}
    names = [
        *("Of whom", "Weeks, near enough", "Weeks, perhaps near enough"),
        *(HEADINGS.get(name) or _words(name) for name in found.columns),
    ]
    leads = {HEADINGS["title"]: HEADINGS["role"]}
    return [Sheet("Reachability atlas", names, _cells(found, labels), notes, SHOWN, leads, paged=True)]


def finding(found: pl.DataFrame) -> str:
    """What rows come to."""
    counts = Counter(found["reachable"].to_list())
    return (
        f"Of {counted(len(found), 'answer')}: {counts['yes']:,} yes, {counts['unknown']:,} not known,"
        f" {counts['no']:,} no. Yes: by runs known to be near enough. Not known: only by steps of which it is not."
    )


def _words(name: str) -> str:
    """What a column of a reading is called: near_cost_pounds → “Near: cost pounds”."""
    reading, _, rest = name.partition("_")
    return f"{reading.capitalize()}: {rest.replace('_', ' ')}"


def _cells(found: pl.DataFrame, labels: Mapping[str, str]) -> Iterator[list[Any]]:
    """Each row. Empty is what nothing can be said of: the weeks of no pathway, or a distance that is not limited."""
    for number, row in enumerate(found.iter_rows(named=True)):
        if number == LINES:
            detail = f"{counted(len(found), 'row')} are too many for a sheet; the most is {LINES:,}."
            hint = "Name districts, a circumstance or a role, or take the whole: atlas.parquet."
            raise Problem("invalid-request", detail, 422, hint=hint)
        none = {reading for reading in ("near", "perhaps") if row[f"{reading}_outcome"] != "found"}
        told = {**row, "why": WHY[row["why"]], "within_km": "" if row["within_km"] is None else row["within_km"]}
        if "near" in none:
            told["furthest_km"] = ""
        yield [
            *(labels[row["circumstance"]], _weeks(row, "near"), _weeks(row, "perhaps")),
            *(
                "; ".join(map(_text, cell))
                if isinstance(cell, list)
                else ""
                if cell is None and name.partition("_")[0] in none
                else cell
                for name, cell in told.items()
            ),
        ]


def _text(one: object) -> str:
    return "not known" if one is None else str(one).replace("_", " ")


def can_be_drawn(found: pl.DataFrame, asked: AtlasAsked) -> bool:
    """Whether rows can be seen in one chart."""
    return len(asked.circumstance) == 1 and len(found) <= CELLS


def chart(found: pl.DataFrame, manifest: Manifest, asked: AtlasAsked) -> Chart:
    """Districts by roles, for one circumstance. Raises an `invalid-request` problem for several, or too many cells."""
    if len(asked.circumstance) != 1:
        names = ", ".join(one["id"] for one in manifest.circumstances)
        raise Problem("invalid-request", "A chart shows one circumstance.", 422, hint=f"Name one of {names}.")
    if len(found) > CELLS:
        detail = f"{len(found):,} cells are too many to be seen; the most is {CELLS:,}."
        raise Problem("invalid-request", detail, 422, hint="Name districts or roles.")
    (circumstance,) = (one for one in manifest.circumstances if one["id"] == asked.circumstance[0])
    counts = Counter(found["reachable"].to_list())
    told = ", ".join(f"{counts[word]:,} {word}" for word in ("yes", "unknown", "no"))
    cells = [{"district": a, "role": b, "reachable": c} for a, b, c in found["district", "title", "reachable"].rows()]
    return heat(
        "What can be reached from where",
        f"For each postcode district and role, whether it can be reached ({told}). {circumstance['says']} Yes: by runs"
        " known to be near enough, in a straight line. Unknown: only by steps of which that is not known.",
        cells,
        x="role",
        y="district",
        value="reachable",
        words=("yes", "unknown", "no"),
        titles={"district": "Postcode district", "role": "Role", "reachable": "Reachable"},
        subtitle=circumstance["label"],
    )


def on_a_map(found: pl.DataFrame) -> AtlasMap:
    """The districts as points, each with how many of its rows are reachable, and not."""
    some = groupby(found.to_dicts(), lambda row: row["district"])
    return AtlasMap(type="FeatureCollection", features=[_feature(code, list(those)) for code, those in some])


def _feature(code: str, some: Rows) -> AtlasFeature:
    counts, first = Counter(row["reachable"] for row in some), some[0]
    alone = first if len(some) == 1 else None
    point = None
    if first["latitude"] is not None:
        point = AtlasPoint(type="Point", coordinates=[first["longitude"], first["latitude"]])
    return AtlasFeature(
        type="Feature",
        id=code,
        geometry=point,
        properties=AtlasFeatureProperties(
            district=code,
            centre=first["centre"],
            yes=counts["yes"],
            unknown=counts["unknown"],
            no=counts["no"],
            weeks=alone["near_weeks"] if alone else None,
            furthest_km=alone["furthest_km"] if alone else None,
        ),
    )


def told(screen: Screen, manifest: Manifest) -> None:
    """What an atlas is, for people."""
    counts = ", ".join(f"{word} {manifest.reachable.get(word, 0):,}" for word in ("yes", "unknown", "no"))
    roles, kinds = counted(len(manifest.roles), "role"), counted(len(manifest.circumstances), "circumstance")
    screen.line(f"Atlas as of {manifest.on}: {counted(manifest.districts, 'district')}, {kinds}, {roles}.")
    screen.line(f"Reachable: {counts}.")
    asked = f"{counted(manifest.questions, 'distinct question')} for {manifest.asked:,} asked"
    screen.line(f"{asked}; {counted(manifest.stand_ins, 'run')} that stand for all others.")
    for name, count in manifest.centres.items():
        screen.line(f"{counted(count, 'district')}: {CENTRE_SAYS[Centre(name)]}.")
    if manifest.centres.keys() & {Centre.SITES, Centre.NOT_KNOWN}:
        screen.line("Load a file of outcodes (format onspd) for all districts and their middles: see docs/atlas.md.")


def show(screen: Screen, found: Iterable[Mapping[str, Any]], most: int) -> None:
    """Rows for people."""
    shown = list(found)
    screen.table(
        ("District", "Circumstance", "Role", "Reachable", "Weeks", "Perhaps", "Why"),
        [
            (
                one["district"],
                one["circumstance"],
                one["title"],
                one["reachable"],
                _weeks(one, "near"),
                _weeks(one, "perhaps"),
                why(one),
            )
            for one in shown[:most]
        ],
    )
    if len(shown) > most:
        screen.line(f"and {len(shown) - most:,} more: say --limit, or choose --district, --circumstance and --role.")


def _weeks(one: Mapping[str, Any], reading: str) -> str:
    """Weeks of a reading in few words, with the word of what is not published; –: there is no such pathway."""
    if one[f"{reading}_outcome"] != "found":
        return "–"
    weeks, status = one[f"{reading}_weeks"], one[f"{reading}_status"]
    said = "not known" if weeks is None else f"{weeks} at least" if one[f"{reading}_weeks_at_least"] else str(weeks)
    return said if status == "published" else f"{said} ({status})"
