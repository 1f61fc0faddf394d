"""What every question about coverage can say: the day, and which ways of knowing that something is taught count."""

from typing import Any, Self

from pydantic import Field, model_validator

from api.schemas.common import Day, TablesAsked, Wire
from graph.projection import Gap, Source, Status
from queries.coverage.model import INFERRED, Inference, Via

_ANY_LEVEL = 9


class InferenceAsked(TablesAsked):
    """Which inference a question about coverage lets in. Without a word: all of it, at the level of the need."""

    on: Day | None = Field(None, title="Day", description="The day on which a run is over or not. Without it today.")
    via: list[Via] | None = Field(
        None,
        title="Ways of knowing",
        description="Ways of knowing that count, once for each: `stated` (a publisher maps the unit to the statement), "
        "`standard` (the apprenticeship of the standard), `award` (an outcome that the award promises), `vocabulary` "
        "(both linked to a skill of a public vocabulary), `outcome-theme`, `unit-theme`, `course-theme` (our tags), "
        "`name` (names are alike). Without it all.",
    )
    published_only: bool = Field(False, description="Only what somebody published counts: all inference is off.")
    least_score: float = Field(0.66, ge=0, le=1, description="The least score of a match by name that counts.")
    broader: bool = Field(False, description="A unit that is linked to a broader skill counts.")
    narrower: bool = Field(True, description="A unit that is linked to a narrower skill counts.")
    related: bool = Field(False, description="A unit that is linked to a merely related skill counts.")
    placeholders: bool = Field(False, description="Illustrative placeholders count, and are marked.")
    levels_below: int = Field(
        0, ge=0, le=_ANY_LEVEL, description="How far below the level of the need teaching counts; 9: at any level."
    )

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if self.published_only and self.via and INFERRED.issuperset(self.via):
            raise ValueError("`published_only` leaves none of the ways of knowing that `via` names")
        return self

    def inference(self) -> Inference:
        """The switches as the engine reads them."""
        via = frozenset(self.via or Via)
        return Inference(
            via=via - INFERRED if self.published_only else via,
            least_score=self.least_score,
            broader=self.broader,
            narrower=self.narrower,
            related=self.related,
            placeholders=self.placeholders,
            levels_below=None if self.levels_below == _ANY_LEVEL else self.levels_below,
        )

    def key(self) -> tuple[Any, ...]:
        """What tells two questions about coverage apart, beside the day: part of the tag and of the kept answer."""
        asked = self.inference()
        return (
            *sorted(asked.via),
            asked.least_score,
            asked.broader,
            asked.narrower,
            asked.related,
            asked.placeholders,
            str(asked.levels_below),
        )


class CoverageThing(Wire):
    """A thing by id and what people call it."""

    id: str
    label: str


class CoverageSource(Wire):
    """Where a statement can be checked. `as_of`: the date of the source; null: it shows none."""

    record: str
    address: str
    as_of: str | None
    status: Status

    @staticmethod
    def of(source: Source) -> "CoverageSource":
        """A source, for the wire."""
        return CoverageSource(record=source.record, address=source.address, as_of=source.as_of, status=source.status)


class CoverageGap(Wire):
    """Something that was looked for and not found. `ask`: who could answer; null: nobody is known."""

    id: str
    statement: str
    looked_for_on: str
    ask: str | None

    @staticmethod
    def of(gap: Gap) -> "CoverageGap":
        """A gap, for the wire."""
        return CoverageGap(id=gap.id, statement=gap.statement, looked_for_on=gap.looked_for_on, ask=gap.ask)


class InferenceSaid(Wire):
    """Which inference an answer lets in. `levels_below` null: the level does not matter."""

    via: list[Via]
    least_score: float
    broader: bool
    narrower: bool
    related: bool
    placeholders: bool
    levels_below: int | None

    @staticmethod
    def of(inference: Inference) -> "InferenceSaid":
        """The switches, for the wire."""
        return InferenceSaid(
            via=[via for via in Via if via in inference.via],
            least_score=inference.least_score,
            broader=inference.broader,
            narrower=inference.narrower,
            related=inference.related,
            placeholders=inference.placeholders,
            levels_below=inference.levels_below,
        )
