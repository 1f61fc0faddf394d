"""A pathway question as it comes over the wire, and its answer with what was understood."""

import re
from dataclasses import dataclass, fields
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from api.schemas.common import MANY_THINGS, Asked, Attendance, Day, Mode, Named, Query, ReadAsked, Text
from api.schemas.person import PROFILE_EXAMPLE, Profile
from graph.requirements import circumstance_fault
from queries.find import How
from queries.pathways.coming_back import WayBack
from queries.pathways.engine.problem import Criterion
from queries.pathways.request import PathwayAnswer, ReleaseRef

MOST_HELD: Final = 5000
ATTRIBUTE: Final = re.compile(r"([a-z0-9][a-z0-9-]{0,59}):([^\x00-\x1f]{1,100})")
SECTOR: Final = "healthtech"

Things = Annotated[list[Named], Field(max_length=MANY_THINGS)]
Held = Annotated[list[Named], Field(max_length=MOST_HELD)]


class PathwayQuestion(ReadAsked):
    """One pathway question. Things are named by id (`PT-BOOTCAMP`) or by everyday words (`digital bootcamp`)."""

    model_config = ConfigDict(
        populate_by_name=False,
        json_schema_extra={"examples": [{"from": ["PT-BOOTCAMP"], "to_level": 4, "by": "weeks"}]},
    )

    from_: Held = Field(
        [],
        alias="from",
        description="Something held, completed or worked as, by id or words; also `level:3` (some award at a level) and"
        " `Q-HND-COMP22:60` (60 credits of an award). Repeatable.",
    )
    holds: Held = Field([], description="The same as `from`.")
    to: Things = Field(
        [], description="A role or an award, by id or words; with several any will do. Or give `to_level`."
    )
    to_level: int | None = Field(None, ge=1, le=8, description="Any role of the sector at this RQF level.")
    sector: Annotated[str, Field(max_length=60)] | None = Field(
        None, description=f"Sector of `to_level`; without it `{SECTOR}`."
    )
    by: Criterion = Field(Criterion.WEEKS, description="What the pathway is to have least of.")
    trade_off: Annotated[list[Criterion], Field(max_length=3)] = Field(
        [],
        description="Two or three criteria, by repetition: every best compromise between them is told besides, among"
        " pathways that take at most 1.3 times as long as the soonest.",
    )
    hours_per_week: int = Field(40, ge=1, le=100, description="Most hours a week the person can give.")
    within_weeks: int = Field(520, ge=0, le=1040, description="Weeks within which the goal must be reached.")
    arrive_by: Day | None = Field(None, description="Day by which the goal must be reached, as `2028-07-31`.")
    depart_after: Day | None = Field(None, description="Day before which no step starts, as `2027-01-04`.")
    via: Things = Field(
        [],
        description="Something to pass through before the goal: a role, an award, a unit or a programme, by id or"
        " words; with `:52` the least weeks of work in a role. Repeatable: all of them.",
    )
    avoid: Things = Field(
        [],
        description="Something to leave out, by id or words: a role, an award, a programme, a course, a provider, or a"
        " step by its id. Repeatable.",
    )
    mode: Annotated[list[Mode], Field(max_length=10)] = Field(
        [],
        description="How steps other than jobs are studied. Repeatable: any of them. Where it is not known, a step is"
        " left out.",
    )
    attendance: Annotated[list[Attendance], Field(max_length=10)] = Field(
        [],
        description="When people attend steps other than jobs. Repeatable: any of them. Where it is not known, a step"
        " is left out.",
    )
    provider: Things = Field(
        [],
        description="Only with this provider, by id or words; jobs aside. Repeatable: any of them. Where no provider is"
        " known, a step is left out.",
    )
    near: Named | None = Field(
        None,
        description="A town, or a postcode or the first half of one, where a site is known: courses that are known to"
        " be taught further away than `km` are left out; where it is not known, a step stays.",
    )
    km: int | None = Field(
        None, ge=1, le=500, description="With `near`: how far, in km in a straight line; without it 20."
    )
    budget: int | None = Field(
        None, ge=0, le=1_000_000, description="Most pounds that the person can pay in all. See `unpriced`."
    )
    unpriced: bool = Field(False, description="Under a `budget`: let in steps of which the price is not known.")
    travel_limit: int | None = Field(
        None,
        ge=0,
        le=10_000,
        description="Most hours of travel. No release says yet how far there is to travel, so this is refused.",
    )
    jobs_as_steps: bool = Field(True, description="Whether a job may be a step on the way; the goal's own job may.")
    published_only: bool = Field(False, description="Leave out steps that rest on our inference.")
    without_employer: bool = Field(
        False,
        description="Leave out every step that needs an employer, apprenticeships too, but for plain work at the goal.",
    )
    confirmed_only: bool = Field(
        False, description="Leave out steps of which it cannot be told whether the person may start them."
    )
    profile_required: bool = Field(
        False, description="Treat the profile that a provider usually asks as a bar, although it may decide otherwise."
    )
    alternatives: int = Field(3, ge=1, le=10, description="Most pathways to show, the best one included.")
    tolerance: int = Field(
        10,
        ge=0,
        le=100,
        description="By how many percent a pathway may be worse that is shown because it is much cheaper, or by cost"
        " much sooner.",
    )
    attribute: Annotated[list[Text], Field(max_length=100)] = Field(
        [],
        description="A fact about the person as `name:value`, such as `age:34` or `employment:employed`. What is not"
        " given is not known: neither held against them nor in their favour. Nothing is kept. Repeatable.",
    )
    on: Day | None = Field(
        None, description="Day of the question, as `2026-11-21`; without it today. Weeks count from it."
    )

    @field_validator("attribute")
    @classmethod
    def _has_name_and_value(cls, given: list[str]) -> list[str]:
        names = []
        for one in given:
            match = ATTRIBUTE.fullmatch(one)
            if match is None:
                raise ValueError(f"“{one}” is not name:value, such as age:34")
            names.append(match[1])
            if (fault := circumstance_fault(match[1], one.partition(":")[2].strip())) is not None:
                raise ValueError(fault)
        if {"age", "born"} <= set(names):
            raise ValueError("give either age or born, not both")
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(repeated)} is given twice")
        return given

    @model_validator(mode="after")
    def _has_one_goal(self) -> Self:
        if bool(self.to) == (self.to_level is not None):
            raise ValueError("give either `to` (a role or an award) or `to_level` (any role at a level), not both")
        if self.sector is not None and self.to_level is None:
            raise ValueError("`sector` belongs to `to_level`; a role or an award named in `to` needs none")
        if self.km is not None and self.near is None:
            raise ValueError("`km` belongs to `near`: name the place, too")
        if self.trade_off and not 2 <= len(set(self.trade_off)) == len(self.trade_off):
            raise ValueError("`trade_off` takes two or three different criteria")
        profile: Profile | None = getattr(self, "profile", None)
        if self.unpriced and self.budget is None and (profile is None or profile.budget is None):
            raise ValueError("`unpriced` belongs to `budget`: without one, no step is left out for its price")
        return self

    @property
    def attributes(self) -> tuple[tuple[str, str], ...]:
        """The facts about the person, by name."""
        pairs = (one.partition(":") for one in self.attribute)
        return tuple(sorted((name, value.strip()) for name, _, value in pairs))


PathwayFormat = Literal["json", "jsonld", "turtle", "ntriples"]
PathwayProfile = Literal["stepway", "ctdl"]
_FORMAT: Final = "Format of the reply; without it `Accept` decides."
_PROFILE: Final = (
    "Vocabulary of a reply in RDF: our own, or CTDL of the Credential Registry; without it `Accept-Profile` decides."
)


_LIFTED: Final = (
    "The limits of an earlier question that were lifted to get here, as its parameters were, such as"
    " `attendance=evening`, blank for what is usual. The page of a plan says them; the answer is the same."
)


class PathwayAsked(PathwayQuestion):
    """A question in an address, with how it is to be answered."""

    lifted: Query | None = Field(None, description=_LIFTED)
    format: PathwayFormat | None = Field(None, description=_FORMAT)
    in_profile: PathwayProfile | None = Field(None, alias="profile", description=_PROFILE)


class LaterAsked(PathwayQuestion):
    """A question, the step of a pathway of its answer after which somebody stops, and when they come back."""

    stop_after: int = Field(ge=1, le=100, description="Number of the step after which they stop.")
    weeks_away: int = Field(ge=1, le=520, description="Weeks after its end in which they come back.")
    lifted: Query | None = Field(None, description=_LIFTED)
    format: Literal["json"] | None = Field(None, description="`json` for programs; without it `Accept` decides.")


class ReplyAsked(Asked):
    """How a question in a body is to be answered, in the address."""

    format: PathwayFormat | None = Field(None, description=_FORMAT)
    in_profile: PathwayProfile | None = Field(None, alias="profile", description=_PROFILE)


class PathwayQuestionBody(PathwayQuestion):
    """The same question as JSON, where a number is a number and not a text of digits, with what is known of a person.

    What the question says itself goes before what the profile says.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"from": ["PT-BOOTCAMP"], "to_level": 4, "by": "weeks"},
                {"to_level": 4, "confirmed_only": True, "profile": PROFILE_EXAMPLE},
            ]
        }
    )

    profile: Profile | None = Field(None, description="What is known of the person. Nothing of it is kept or logged.")

    @field_validator(
        *("release", "to_level", "hours_per_week", "within_weeks", "alternatives", "budget", "travel_limit", "km"),
        "tolerance",
        mode="before",
    )
    @classmethod
    def _is_a_number(cls, given: object) -> object:
        if given is None or (isinstance(given, int) and not isinstance(given, bool)):
            return given
        raise ValueError("is not a whole number")

    @field_validator(
        *("published_only", "without_employer", "profile_required", "confirmed_only", "unpriced", "jobs_as_steps"),
        mode="before",
    )
    @classmethod
    def _is_true_or_false(cls, given: object) -> object:
        if isinstance(given, bool):
            return given
        raise ValueError("is neither true nor false")


@dataclass(frozen=True, slots=True)
class Understood:
    """Words of the question and what they were taken for. `how`: by its id, its name or its spelling."""

    given: str
    id: str
    label: str
    how: How


@dataclass(frozen=True, slots=True)
class NotUsed:
    """A part of a profile that this answer does not depend on, and why."""

    field: str
    why: str


@dataclass(frozen=True, slots=True)
class PathwayReply(PathwayAnswer):
    """An answer, with what each word of the question was taken for and an address that asks the same again.

    `not_in_link`: circumstances that the address leaves out, since they say much of a person; without them the answer
    may be another. `not_used`: parts of the profile that made no difference.
    """

    understood: tuple[Understood, ...]
    same_question: str
    not_in_link: tuple[str, ...]
    not_used: tuple[NotUsed, ...]

    @classmethod
    def of(
        cls,
        answer: PathwayAnswer,
        understood: tuple[Understood, ...],
        same_question: str,
        not_in_link: tuple[str, ...],
        not_used: tuple[NotUsed, ...],
    ) -> Self:
        """The answer with what the surface adds."""
        given = {field.name: getattr(answer, field.name) for field in fields(answer)}
        return cls(
            **given, understood=understood, same_question=same_question, not_in_link=not_in_link, not_used=not_used
        )


@dataclass(frozen=True, slots=True)
class WayBackReply(WayBack):
    """A way on, with the release it is of, what each word of the question was taken for, and an address that asks the
    question (not the coming back) again."""

    pathway: int
    release: ReleaseRef
    understood: tuple[Understood, ...]
    same_question: str

    @classmethod
    def of(
        cls, found: WayBack, pathway: int, release: ReleaseRef, understood: tuple[Understood, ...], same_question: str
    ) -> Self:
        """The way on with what the surface adds."""
        given = {field.name: getattr(found, field.name) for field in fields(found)}
        return cls(**given, pathway=pathway, release=release, understood=understood, same_question=same_question)
