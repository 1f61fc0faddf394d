"""A person as they come over the wire: a learner's profile, each part of which may be *not known*.

A part that is left out, `null` or `not known` is the same: neither held against the person nor in their favour. The
circumstances are those that rules may ask about (`ontology/attributes.yml`), one field each.
"""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import ConfigDict, Field, ValidationInfo, create_model, field_validator

from api.schemas.common import MANY_THINGS, Attendance, Day, Mode, Named, Text
from api.schemas.facts import Besides, Perhaps, Said, facts_in, field_of
from graph.requirements import attributes, circumstance_fault

MOST_HELD: Final = 5000
MOST_CLAIMED: Final = 500

Year = Annotated[int, Field(ge=1940, le=2100)]


def _short(name: str) -> Besides:
    """An object that may be written as the text of its main field alone."""
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    return Besides(lambda given: {name: given} if isinstance(given, str) else given, text)


class AwardHeld(Said):
    """An award that a person holds whole, or `credits` of it."""

    award: Named = Field(description="Its id, its qualification number, or its name in everyday words.")
    grade: Perhaps[Text] = Field(None, description="Grade.")
    year: Perhaps[Year] = Field(None, description="Year in which it was awarded.")
    credits: Perhaps[Annotated[int, Field(ge=1, le=9999)]] = Field(
        None, description="So many of its credits are held, not the award itself. Without it: the award itself."
    )


class UnitHeld(Said):
    """A unit that a person has passed."""

    unit: Named = Field(description="Its id, or its name in everyday words.")
    grade: Perhaps[Text] = Field(None, description="Grade.")
    year: Perhaps[Year] = Field(None, description="Year in which it was passed.")


class CompetencyClaimed(Said):
    """Something that a person can do, and what shows it."""

    competency: Named = Field(description="Id of a competency, or of a learning outcome.")
    evidence: Perhaps[Annotated[str, Field(max_length=1000)]] = Field(
        None, description="What shows it, such as `calibration log signed by the supervisor`."
    )


class RoleWorked(Said):
    """A role in which a person works or has worked."""

    role: Named = Field(description="Its id, or its name in everyday words.")
    years: Perhaps[Annotated[int, Field(ge=0, le=80)]] = Field(None, description="For how many whole years.")
    until: Perhaps[Year] = Field(None, description="Year in which it ended.")
    now: bool = Field(False, description="Whether the person still works there.")


FACTS: Final = {name.replace("-", "_"): name for name, known in attributes().items() if "worked-out" not in known}
"""The circumstances that rules may ask about, by the name of their field."""

if TYPE_CHECKING:
    _Circumstances = Said
else:
    _Circumstances = create_model(
        "_Circumstances",
        __base__=Said,
        **{field: field_of(name, attributes()[name], circumstance_fault, 200) for field, name in FACTS.items()},
    )


PROFILE_EXAMPLE: Final[dict[str, Any]] = {
    "age": 34,
    "resident_wmca": "yes",
    "employment": "employed",
    "full_level3": "no",
    "pay": "not known",
    "awards": [{"award": "Q-L2-HCSA-AVENSYS", "year": 2019}],
    "roles": [{"role": "healthcare support worker", "years": 2, "now": True}],
    "competencies": [{"competency": "K-ST0950-10-K1", "evidence": "log of equipment checks, signed by the supervisor"}],
    "hours_per_week": 8,
    "attendance": ["evening"],
    "budget": 0,
    "earliest_start": "2027-01-04",
}


class Profile(_Circumstances):
    """What is known of a person. Every part may be left out, or said to be `not known`, which is the same.

    Nothing of it is kept or logged.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [PROFILE_EXAMPLE]})

    awards: Perhaps[Annotated[list[Annotated[AwardHeld, _short("award")]], Field(max_length=MOST_HELD)]] = Field(
        None, description="Awards held, whole or in part; each may be the text of its `award` alone."
    )
    units: Perhaps[Annotated[list[Annotated[UnitHeld, _short("unit")]], Field(max_length=MOST_HELD)]] = Field(
        None, description="Units passed; each may be the text of its `unit` alone."
    )
    completed: Perhaps[Annotated[list[Named], Field(max_length=MANY_THINGS)]] = Field(
        None, description="Programmes or courses finished that need not carry an award, by id or in words."
    )
    competencies: Perhaps[
        Annotated[list[Annotated[CompetencyClaimed, _short("competency")]], Field(max_length=MOST_CLAIMED)]
    ] = Field(None, description="What the person says they can do, with what shows it. Used for prior learning.")
    roles: Perhaps[Annotated[list[Annotated[RoleWorked, _short("role")]], Field(max_length=MANY_THINGS)]] = Field(
        None, description="Roles in which the person works or has worked; each may be the text of its `role` alone."
    )
    hours_per_week: Perhaps[Annotated[int, Field(ge=1, le=100)]] = Field(None, description="Most hours a week to give.")
    attendance: Perhaps[Annotated[list[Attendance], Field(max_length=10)]] = Field(
        None, description="When the person can attend: any of them."
    )
    mode: Perhaps[Annotated[list[Mode], Field(max_length=10)]] = Field(
        None, description="How the person can study: any of them."
    )
    travel_limit: Perhaps[Annotated[int, Field(ge=0, le=10_000)]] = Field(
        None, description="Most hours of travel. No release says how far there is to travel: it is not used yet."
    )
    budget: Perhaps[Annotated[int, Field(ge=0, le=1_000_000)]] = Field(
        None, description="Most pounds in all from the own pocket."
    )
    earliest_start: Perhaps[Day] = Field(None, description="Day before which nothing starts.")
    latest_finish: Perhaps[Day] = Field(None, description="Day by which the goal must be reached.")

    @field_validator("born")
    @classmethod
    def _is_the_only_age(cls, given: date | None, known: ValidationInfo) -> date | None:
        if given is not None and known.data.get("age") is not None:
            raise ValueError("give either `age` or `born`, not both")
        return given

    @field_validator("latest_finish")
    @classmethod
    def _is_after_the_start(cls, given: date | None, known: ValidationInfo) -> date | None:
        start = known.data.get("earliest_start")
        if given is not None and start is not None and given < start:
            raise ValueError(f"is before `earliest_start` ({start})")
        return given

    @field_validator("roles")
    @classmethod
    def _has_not_ended_when_it_goes_on(cls, given: list[RoleWorked] | None) -> list[RoleWorked] | None:
        if any(role.now and role.until is not None for role in given or ()):
            raise ValueError("a role that goes on (`now`) has no year in which it ended (`until`)")
        return given

    @property
    def facts(self) -> dict[str, str]:
        """The circumstances that are known, as rules name them."""
        return facts_in(self, FACTS)
