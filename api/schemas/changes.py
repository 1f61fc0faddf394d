"""Shapes of the smallest change, and of bundles: what is asked, and what is answered."""

from datetime import date
from typing import Annotated, Any

from pydantic import ConfigDict, Field, field_validator

from api.faces import FORMAT_HELP, ChartFormat, SheetFormat
from api.schemas.common import MANY_THINGS, Asked, Link, Named, Text, Wire
from api.schemas.coverage import InferenceAsked
from graph.projection import Gap, Source, Status
from queries.coverage.board import Finding
from queries.coverage.change import Basis, Why
from queries.coverage.gap import Grain
from queries.coverage.model import Via
from queries.coverage.posed import Proof
from queries.eligibility.decision import Answer, RuleSource
from queries.pathways.request import ReleaseRef

_MANY_ITEMS = 200

_Names = Annotated[list[Named], Field(max_length=MANY_THINGS)]
_Level = Annotated[int, Field(ge=1, le=8)]


class GapAsked(InferenceAsked):
    """What is to be closed: what roles need and nobody teaches, or competencies and themes that are named."""

    gap: list[Named] = Field(
        [], max_length=_MANY_ITEMS, description="Competencies (ids) and themes to close; then roles are not looked at."
    )
    role: _Names = Field([], description="Roles whose needs count, by id or name.")
    level: _Level | None = Field(
        None, description="Level of the roles whose needs count; of themes that are named, the level to teach them at."
    )
    sector: Text | None = Field(None, description="Sector of the roles whose needs count.")
    near: Text | None = Field(
        None,
        description="What anybody within `km` of this place teaches is no gap: a postcode district or town in which a "
        "site is known, or `latitude,longitude`.",
    )
    km: float = Field(
        20, gt=0, le=1000, description="With `near`: how far, in a straight line in km (20 km are 12 miles)."
    )
    of: Grain = Field(
        Grain.STATEMENTS, title="Made of", description="What the gap is made of: `statements`, or `themes` of theirs."
    )


class GapThere(GapAsked):
    """What is to be closed, and where: what is taught there is no gap."""

    provider: list[Named] = Field([], max_length=10, description="Providers that could run units, by id or name.")
    elsewhere: bool = Field(
        False, description="What any provider anywhere teaches is no gap; without it only what these providers teach."
    )


class ChangeQuestion(GapThere):
    """What is asked of the smallest change, in an address and in a body."""

    provider: list[Named] = Field(
        min_length=1, max_length=10, description="Providers that could run units, by id or name."
    )
    by: Basis = Field(
        Basis.UNITS,
        title="What is to be least",
        description="What is to be least: `units`, `credits` or `pounds` that are stated.",
    )
    must_keep: _Names = Field([], description="Units that run there and stay; they take up room.")
    must_have: _Names = Field([], description="Units that are part of the change whatever they cost.")
    cannot_add: _Names = Field([], description="Units that are not to be added.")
    only: _Names = Field([], description="Only these units; without it all that are known.")
    most_units: int | None = Field(None, ge=0, le=1000, description="Most units at each provider.")
    most_credits: int | None = Field(None, ge=0, le=10_000, description="Most credits at each provider.")
    least_level: _Level | None = Field(None, description="No unit below this level.")
    most_level: _Level | None = Field(None, description="No unit above this level.")
    any_award: bool = Field(False, description="Units of awards that nobody can be entered for any more count too.")


class ChangeAsked(ChangeQuestion):
    """The question in an address."""

    format: ChartFormat | None = Field(None, description=FORMAT_HELP)


class NewUnitAsked(Asked):
    """A unit that nobody has written yet: its size, and how many items of the gap it could hold."""

    credits: int = Field(ge=1, le=480, description="Its credits.", strict=True)
    holds: int = Field(ge=1, le=_MANY_ITEMS, description="The most items of the gap that it can teach.", strict=True)
    level: _Level | None = Field(None, description="Its level; without it whatever level it takes.", strict=True)
    pounds: int | None = Field(None, ge=0, le=100_000_000, description="What it would cost to run.", strict=True)
    at_most: int = Field(20, ge=1, le=100, description="How many such units at most.", strict=True)


class ChangeBody(ChangeQuestion):
    """The question as JSON, with what does not fit into an address: new units, and what units would cost."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"provider": ["P-DUDLEY"], "role": ["OC-HCSASSOC"], "of": "themes"},
                {
                    "provider": ["P-DUDLEY"],
                    "gap": ["data analysis", "risk management"],
                    "by": "credits",
                    "new": [{"credits": 15, "holds": 4, "level": 4}],
                    "cannot_add": ["U-COMP22-5"],
                },
            ]
        }
    )

    new: list[NewUnitAsked] = Field([], max_length=10, description="Units that could be written.")
    pounds: dict[Named, Annotated[int, Field(ge=0, le=100_000_000, strict=True)]] = Field(
        {}, max_length=_MANY_ITEMS, description="What it would cost to run a unit, by id, where somebody states it."
    )
    new_only: bool = Field(False, description="No known unit is a candidate, only new ones.")

    @field_validator(
        *("release", "level", "most_units", "most_credits", "least_level", "most_level", "levels_below"), mode="before"
    )
    @classmethod
    def _is_a_number(cls, given: object) -> object:
        if given is None or (isinstance(given, int) and not isinstance(given, bool)):
            return given
        raise ValueError("is not a whole number")

    @field_validator(
        *("elsewhere", "any_award", "new_only", "published_only", "broader", "narrower", "related", "placeholders"),
        mode="before",
    )
    @classmethod
    def _is_true_or_false(cls, given: object) -> object:
        if isinstance(given, bool):
            return given
        raise ValueError("is neither true nor false")


class BundlesAsked(GapAsked):
    """What is asked of bundles."""

    provider: list[Named] = Field([], max_length=10, description="Only at these providers; without it everywhere.")
    award: _Names = Field([], description="Only units of these awards.")
    format: SheetFormat | None = Field(None, description=FORMAT_HELP)


class NamedSaid(Wire):
    """A thing with its name."""

    id: str
    label: str


class ItemSaid(Wire):
    """One part of a gap. `level` null: it does not matter. `finding`: what the coverage board says; null: named."""

    id: str
    label: str
    level: int | None
    theme: str | None
    competencies: list[str]
    roles: list[NamedSaid]
    finding: Finding | None


class ReasonSaid(Wire):
    """A reason to think that a unit teaches a competency, and the statements it rests on."""

    competency: str | None
    via: Via
    through: str
    relation: str | None
    score: float | None
    status: Status
    sources: list[Source]


class ReachSaid(Wire):
    """An item that a unit closes, and why we think so, the surest reason first; `more` reasons are not shown."""

    item: str
    label: str
    via: Via | None
    reasons: list[ReasonSaid]
    more: int


class AddedSaid(Wire):
    """A unit of an answer. `id` null: a new unit that nobody has written.

    `providers`: any of these would do. `already`: a course that leads to its award runs there, so that it costs
    nothing. `alone`: items that nothing else in the answer closes. `credits` null: not known.
    """

    id: str | None
    title: str
    href: str | None
    level: int | None
    credits: int | None
    awards: list[NamedSaid]
    providers: list[NamedSaid]
    copies: int
    price: int
    already: bool
    closes: list[ReachSaid]
    alone: list[str]
    status: Status


class PlanSaid(Wire):
    """One answer. `price`: in what was asked to be least. `credits` null: those of some unit are not known.

    `rests_on`: how many items are closed in which surest way; `new` are those of new units. `bound`: nothing that
    closes as much has a lower price.
    """

    units: list[AddedSaid]
    closed: int
    items: list[str]
    price: int
    credits: int | None
    rests_on: dict[str, int]
    proof: Proof
    bound: int


class GainSaid(Wire):
    """The most that so many units close together, and how much more that is than with fewer."""

    units: int
    closed: int
    more: int
    price: int
    ids: list[str]


class NearSaid(Wire):
    """A unit that comes near to closing an item, and why it does not."""

    id: str
    title: str
    level: int | None
    credits: int | None
    status: Status
    via: Via
    through: str
    why: list[Why]
    text: str


class StaysOpenSaid(Wire):
    """An item that the answer does not close."""

    item: str
    label: str
    text: str
    nearest: list[NearSaid]


class LockOut(Wire):
    """A lock, and what dropping it alone would bring; nulls: not known, the work ran out."""

    lock: str
    binds: bool | None
    more_closed: int | None
    saved: int | None
    text: str


class SizeSaid(Wire):
    """How large the question was: units that could be added, items, and pairs of a unit and what it closes."""

    units: int
    items: int
    pairs: int


class ChangeSaid(Wire):
    """The smallest change that closes a gap. `runner_up` null: there is none, and `differs` says why."""

    on: date
    by: Basis
    of: Grain
    providers: list[NamedSaid]
    gap: list[ItemSaid]
    text: str
    caution: str
    best: PlanSaid
    runner_up: PlanSaid | None
    differs: str
    gains: list[GainSaid]
    stays_open: list[StaysOpenSaid]
    locks: list[LockOut]
    not_known: list[Gap]
    size: SizeSaid
    work: int
    release: ReleaseRef
    links: list[Link]


class FloorSaid(Wire):
    """The least credits of a bundle, from which day on, the rules that say it and where they stand."""

    credits: int
    title: str
    from_day: date
    source: RuleSource
    rules: list[str]


class PickUnit(Wire):
    """A unit of a bundle."""

    id: str
    title: str
    href: str
    level: int | None
    closes: list[ReachSaid]
    status: Status


class PickSaid(Wire):
    """So many of some units, any of which will do."""

    take: int
    credits_each: int
    units: list[PickUnit]


class OfferRule(Wire):
    """A rule of the scheme about what is offered: whether it holds, what it asks, since when, and where it stands."""

    rule: str
    title: str
    answer: Answer
    sentence: str
    applies_from: date | None
    applies_to: date | None
    checked_on: date
    rows: list[str]
    source: RuleSource


class CourseSeen(Wire):
    """A course that leads to the award, as last seen."""

    id: str
    title: str
    starts: list[str]
    state: str
    sold_separately: str
    source: Source


class BundleSaid(Wire):
    """Units of one award at one provider. `sets`: how many sets of units it stands for.

    `could_be_funded`: what the rules about the offer say, whoever the learner is. `ask`: what has to be confirmed.
    """

    award: NamedSaid
    provider: NamedSaid
    courses: list[CourseSeen]
    credits: int
    picks: list[PickSaid]
    closes: list[str]
    sets: int
    from_day: date
    could_be_funded: Answer
    rules: list[OfferRule]
    ask: list[str]
    text: str


class ValueSaid(Wire):
    """Bundles of so many credits that close so many items; `more` are not shown, null: not known how many."""

    credits: int
    closed: int
    bundles: list[BundleSaid]
    more: int | None


class CreditsNotKnown(Wire):
    """A unit that would close something, in no bundle since its credits are not known; `ask` says whom to ask."""

    id: str
    title: str
    level: int | None
    closes: list[str]
    ask: str


class RefusedSaid(Wire):
    """An award at a provider of which no bundle could be funded, and why."""

    award: NamedSaid
    provider: NamedSaid
    text: str


class BundlesSaid(Wire):
    """Bundles for a gap: the best value first, then what more credits would close besides, and the runner-up."""

    on: date
    of: Grain
    gap: list[ItemSaid]
    floor: FloorSaid
    text: str
    caution: str
    front: list[ValueSaid]
    runner_up: ValueSaid | None
    credits_not_known: list[CreditsNotKnown]
    not_here: list[NamedSaid]
    refused: list[RefusedSaid]
    out_of_reach: list[str]
    proven: bool
    release: ReleaseRef
    links: list[Link]


def key_of(asked: Asked) -> str:
    """What tells two questions apart."""
    said: dict[str, Any] = asked.model_dump(mode="json", exclude={"format", "release"})
    return repr(sorted(said.items()))
