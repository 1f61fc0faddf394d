"""Shapes of sandboxes and of what they change."""

from datetime import date
from typing import Annotated

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from api.faces import FORMAT_HELP, SheetFormat
from api.schemas.common import Asked, Day, Link, Query, Text, Wire
from api.schemas.service import IssueSaid
from graph.projection import Status
from queries.coverage.board import Finding
from queries.pathways.request import ReleaseRef, Thing
from queries.sandbox import Became

Cell = StrictStr | StrictBool | StrictInt | StrictFloat | list[StrictStr] | None
"""What a cell may be: a list stands for what a CSV file parts by `|`, true and false for yes and no, null for blank."""


class SandboxBody(Asked):
    """What is imagined. Tables and columns are those of docs/data/native-format.md; a row is one thing."""

    title: Text = Field("", description="What it is about, in a few words: “What if Sandwell ran it in the evening?”")
    release: int | None = Field(
        None, ge=1, le=999_999_999, description="Number of the release it is laid over. Without it the one served."
    )
    tables: dict[str, list[dict[str, Cell]]] = Field(
        default_factory=dict, description="New rows of each table, by its name."
    )
    without: Annotated[list[Text], Field(max_length=1_000)] = Field(
        default_factory=list, description="Ids of providers, sites, opportunities and deliveries taken to be closed."
    )


class ZipAsked(Asked):
    """What goes with a zip of CSV files."""

    title: Text = Field("", description="Of a zip: what it is about, in a few words.")
    release: int | None = Field(None, ge=1, le=999_999_999, description="Of a zip: the release it is laid over.")
    without: Annotated[list[Text], Field(max_length=1_000)] = Field(
        default_factory=list, description="Of a zip: ids of what is taken to be closed."
    )


class SandboxAsked(Asked):
    """What can be asked of a sandbox itself: nothing more."""


class EffectAsked(Asked):
    """What can be asked of the effect of a sandbox."""

    on: Day | None = Field(None, description="The day from which weeks are counted. Without it today.")
    gap: Annotated[list[Text], Field(max_length=200)] = Field(
        default_factory=list,
        description="Competencies (ids) and themes that the sandbox is to close: each is told before and after.",
    )
    closing: Query = Field(
        "",
        description="The same by what it is: the query part of an address of `/changes`, such as"
        " `role=OC-HCSASSOC&provider=P-DUDLEY`. What it lacks is worked out over the release that is laid under.",
    )
    format: SheetFormat | None = Field(None, description=FORMAT_HELP)


class BaseSaid(Wire):
    """The release that a sandbox is laid over. `served`: it is the one that is served now."""

    number: int
    content_hash: str
    built_at: str
    served: bool


class SandboxSaid(Wire):
    """What a sandbox is.

    `imagined`: ids of imagined things by table. `closed`: ids that were said to be closed, `taken_away` of all that is
    gone with them. `tables`: what was imagined, as the CSV files of a dataset: posted again it makes the same sandbox.
    `issues`: what is doubtful in it. `banner`: what every page of it says.
    """

    id: str
    title: str
    banner: str
    made_at: str
    base: BaseSaid
    imagined: dict[str, list[str]]
    closed: list[str]
    taken_away: list[str]
    tables: dict[str, str]
    issues: list[IssueSaid]
    links: list[Link]


class LeansSaid(Wire):
    """A step that rests on what is imagined: its number and title, and what of it."""

    number: int
    title: str
    on: list[Thing]


class SideSaid(Wire):
    """The answer on one side: see `queries.sandbox.Side`. Null is not known."""

    reachable: str
    weeks: int | None
    weeks_at_least: bool
    known_cost_pounds: int | None
    steps_of_unknown_cost: int
    status: Status | None
    summary: str | None
    leans: list[LeansSaid]


class ChangeSaid(Wire):
    """One question that is answered otherwise. `who` null: somebody's own. `href`: asks it there."""

    who: Thing | None
    role: Thing
    became: Became
    text: str
    weeks_saved: int | None
    weeks_saved_at_least: bool
    pounds_saved: int | None
    before: SideSaid
    after: SideSaid
    href: str


class PeoplePlaceSaid(Wire):
    """A circumstance in a postcode district, and the roles that are newly served there, or no longer."""

    circumstance: Thing
    district: str
    gained: list[Thing]
    lost: list[Thing]


class CoveredSaid(Wire):
    """A competency of which the coverage board finds something else; see `queries.sandbox.Covered`."""

    times: str
    competency: Thing
    roles: int
    before: Finding | None
    after: Finding | None
    imaginary: bool
    text: str


class FoundSaid(Wire):
    """What is found of a part of a gap on one side; see `queries.sandbox.Found`. Null: no role is known to need it."""

    finding: Finding | None
    taught: bool
    providers: list[Thing]
    imaginary: bool
    inferred: bool


class InGapSaid(Wire):
    """A competency or theme of a gap, before and after. `closed`: it is taught in the sandbox, and was not before."""

    item: Thing
    before: FoundSaid
    after: FoundSaid
    closed: bool
    text: str


class EffectSaid(Wire):
    """What a sandbox changes. `headline` says it in a sentence; `seats` null: no run that is used says how many.

    `gap`: the gap that was asked about, taught `at` the providers of the imagined runs; where that is empty, anywhere.

    `people_places_served`: pairs of a circumstance and a district that gain a role, of `people_places_asked`. They are
    no count of people. `complete` false: not everything was looked for.
    """

    sandbox: str
    headline: str
    caution: str
    on: date
    asked: int
    counts: dict[Became, int]
    changes: list[ChangeSaid]
    people_places_served: int
    people_places_lost: int
    people_places_asked: int
    people_places: list[PeoplePlaceSaid]
    covered: list[CoveredSaid]
    gap: list[InGapSaid]
    at: list[Thing]
    seats: int | None
    complete: bool
    base: ReleaseRef
    release: ReleaseRef
    links: list[Link]
