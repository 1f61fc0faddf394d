"""Shapes of the reachability atlas."""

from datetime import date
from typing import Literal

from pydantic import Field

from api.schemas.common import Link, TablesAsked, Text, Wire
from queries.pathways.request import ReleaseRef

Reachable = Literal["yes", "unknown", "no"]
AtlasFormat = Literal["json", "csv", "xlsx", "vega-lite", "geojson"]


class AtlasAsked(TablesAsked):
    """What can be asked of the atlas of a release."""

    district: list[Text] = Field([], max_length=3000, description="Only these postcode districts, such as DY1.")
    circumstance: list[Text] = Field([], max_length=100, description="Only these standard circumstances, by id.")
    role: list[Text] = Field([], max_length=100, description="Only these roles, by id.")
    reachable: Reachable | None = Field(None, description="Only what is reachable, not, or not known to be.")
    offset: int = Field(0, ge=0, le=10_000_000, description="Items of the list that come before the page.")
    limit: int = Field(100, ge=1, le=1000, description="Most items of the page.")
    format: AtlasFormat | None = Field(
        None,
        description="Format of the reply; without it `Accept` decides. Tables, charts and maps have all that is asked "
        "for, not a page of it. vega-lite needs one circumstance.",
    )


class ReadingSaid(Wire):
    """One reading of a result: what comes out if only what is known to be near counts, or all not known to be far.

    `weeks` null: a length is not known, and then `known_weeks` is what is known of it. `cost_pounds` null: a price is
    not known. All are null when there is no pathway, or the release does not describe what is brought.
    """

    outcome: str | None
    weeks: int | None
    known_weeks: int | None
    weeks_at_least: bool | None
    proven: bool | None
    cost_pounds: int | None
    known_cost_pounds: int | None
    steps_of_unknown_length: int | None
    steps_of_unknown_cost: int | None
    steps_not_told: int | None
    employer_steps: int | None
    surely_open: bool | None
    status: str | None
    steps: list[str] | None


class BindingSaid(Wire):
    """Limits that close the way together, and the weeks if they were lifted; null: not wholly known."""

    limits: list[str]
    weeks: int | None


class AtlasRowSaid(Wire):
    """One district, circumstance and role.

    `near`: every step but a job is a run known to be near enough. `perhaps`: no step is known to be too far. `binding`:
    each smallest set of limits that closes the way. `not_known_near`: the steps of `perhaps` of which no run is known
    to be near. `furthest_km`: in a straight line, to the furthest of the nearest runs of `near`.
    """

    district: str
    latitude: float | None
    longitude: float | None
    centre: str
    resident_wmca: str | None
    circumstance: str
    within_km: float | None
    role: str
    title: str
    level: int | None
    reachable: Reachable
    why: str
    text: str
    binding: list[BindingSaid]
    not_known_near: list[str]
    furthest_km: float | None
    near: ReadingSaid
    perhaps: ReadingSaid


class CentreSaid(Wire):
    """How many districts have their middle from something."""

    centre: str
    text: str
    districts: int


class CircumstanceSaid(Wire):
    """A standard circumstance: what is so of somebody, wherever they live."""

    id: str
    label: str
    says: str
    within_km: float | None


class AtlasOf(Wire):
    """What an atlas is: its day, what it asked, and what came out. `questions`: distinct ones, for `asked` answers."""

    on: date
    software: str
    districts: int
    centres: list[CentreSaid]
    circumstances: list[CircumstanceSaid]
    roles: list[str]
    rows: int
    asked: int
    questions: int
    reachable: dict[str, int]


class AtlasSaid(Wire):
    """A page of the atlas of a release."""

    atlas: AtlasOf
    total: int
    offset: int
    limit: int
    items: list[AtlasRowSaid]
    release: ReleaseRef
    links: list[Link]


class AtlasPoint(Wire):
    """The middle of a district: longitude and latitude."""

    type: Literal["Point"]
    coordinates: list[float]


class AtlasFeatureProperties(Wire):
    """Of how many circumstances and roles that are asked for it is so; of a single one, `weeks` and `furthest_km`."""

    district: str
    centre: str
    yes: int
    unknown: int
    no: int
    weeks: int | None
    furthest_km: float | None


class AtlasFeature(Wire):
    """A district on a map. `geometry` null: its middle is not known."""

    type: Literal["Feature"]
    id: str
    geometry: AtlasPoint | None
    properties: AtlasFeatureProperties


class AtlasMap(Wire):
    """The districts as points: GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[AtlasFeature]
