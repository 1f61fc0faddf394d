"""What coverage is worked out from: roles that need competencies, things that teach them, and their runs.

Plain values, the same for the region's statements and for a country's vocabulary: a *competency* is a statement of a
standard (`K-…`) or a skill of a public vocabulary, a *teacher* is anything that is taught: a unit, a whole award, an
apprenticeship, a course without an award. `queries.coverage.reading` makes them of a release.

Nothing here counts as taught by itself. A `Teaching` says *how we know* (`via`), and a question chooses which ways of
knowing it lets in (`Inference`): with none but `STATED` let in, only what a publisher itself has mapped remains.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeVar

from graph.projection import Gap, Projection, Source, Status

T = TypeVar("T")


class Via(StrEnum):
    """How it is known that something teaches a competency, surest first."""

    STATED = "stated"
    """Somebody published that this unit teaches, practises or assesses it."""
    STANDARD = "standard"
    """It is a statement of the standard that the apprenticeship is for."""
    AWARD = "award"
    """It is an outcome that the award itself promises."""
    VOCABULARY = "vocabulary"
    """Both are linked to the same skill of a public vocabulary (UK SSC, ESCO), or to a broader or narrower one."""
    OUTCOME_THEME = "outcome-theme"
    """An outcome of the unit has our tag of it."""
    UNIT_THEME = "unit-theme"
    """The unit has our tag of it; often from its title alone."""
    COURSE_THEME = "course-theme"
    """A course without units has our tag of it."""
    NAME = "name"
    """The names of both are alike: a match with a score, 1 where the title of an award names a skill."""


INFERRED: Final = frozenset(Via) - {Via.STATED, Via.STANDARD, Via.AWARD}
"""The ways that are our own conclusion."""


class Part(StrEnum):
    """What a unit does for a competency. What is not said is not known: never no."""

    TAUGHT = "taught"
    PRACTISED = "practised"
    ASSESSED = "assessed"


class TeacherKind(StrEnum):
    """What teaches."""

    UNIT = "unit"
    AWARD = "award"
    APPRENTICESHIP = "apprenticeship"
    COURSE = "course"


@dataclass(frozen=True, slots=True)
class Need:
    """A role needs a competency. `essential` False: useful only (ESCO optional); None: the source does not grade."""

    role: str
    competency: str
    essential: bool | None
    source: Source


@dataclass(frozen=True, slots=True)
class Competency:
    """A competency that some role needs. `level`: that of the standard it stands in; None: the vocabulary has none.

    `standard`: the reference it is numbered in, with `code`; "" for a skill of a vocabulary. `themes` are our tags.
    """

    id: str
    label: str
    kind: str
    level: int | None
    standard: str
    code: str | None
    themes: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Teacher:
    """Something that is taught. `award`: the award it is a unit of, or is itself; None: it ends in none.

    `awards`: every award it can be taken in, `award` first. `credits`, `level` None: not known. `current`: people can
    still be entered. `unit_role`: its part in the award (core, optional …), of units alone. `status` illustrative: a
    placeholder, which is nothing unless the question lets placeholders in.
    """

    id: str
    kind: TeacherKind
    title: str
    level: int | None
    credits: int | None
    award: str | None
    awards: tuple[str, ...]
    unit_role: str | None
    themes: tuple[str, ...]
    current: bool
    status: Status
    source: Source


@dataclass(frozen=True, slots=True)
class Teaching:
    """One reason to think that a teacher teaches a competency.

    `through`: what both share, in words: the theme, the skill of a vocabulary with its relation, the name that is
    alike. `relation`: of `VOCABULARY` alone, what the teacher's skill is to the needed one: same, close, related,
    broader, narrower. `score` 0 to 1, of matches alone: how alike names are, never how likely. `parts`: what is known
    of taught, practised, assessed; empty for all but `STATED`: not known. `sources`: every statement it rests on.
    """

    teacher: str
    competency: str
    via: Via
    through: str
    relation: str | None
    score: float | None
    parts: frozenset[Part]
    status: Status
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody publishes of a unit and a competency: True yes, False no, None not said.

    `outcome`: the outcome of the unit that it is said of, by number; None: the whole unit. `evidence`: where it can be
    seen; None: the source names no place.
    """

    id: str
    unit: str
    outcome: int | None
    competency: str
    taught: bool | None
    practised: bool | None
    assessed: bool | None
    evidence: str | None
    source: Source

    def of(self, part: Part) -> bool | None:
        """What is said of one part."""
        return {Part.TAUGHT: self.taught, Part.PRACTISED: self.practised, Part.ASSESSED: self.assessed}[part]


class RunState(StrEnum):
    """Whether people can still join a run, on the day of the question."""

    TO_COME = "to-come"
    """A start lies ahead, or it may be begun on any day."""
    NOT_DATED = "not-dated"
    """It was seen on offer, without a start."""
    OVER = "over"
    """Its last known start has passed."""
    EVIDENCE = "evidence"
    """Learners left it in a past year; nobody says that it is offered now."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of what leads to an award (or of an apprenticeship, or of a course), as last seen.

    None is not known: a run whose attendance nobody states is not known to be in the evening, nor by day. `district`:
    the outcode of the postcode (`DY1`). `latitude`, `longitude`: degrees of the site, None when it has none. `seats`:
    places, where somebody states them.
    """

    id: str
    of: str
    opportunity: str | None
    title: str
    provider: str
    site: str | None
    town: str | None
    district: str | None
    latitude: float | None
    longitude: float | None
    study_mode: str | None
    attendance: str | None
    delivery_mode: str | None
    starts: tuple[str, ...]
    state: RunState
    seats: int | None
    sold_separately: str
    status: Status
    source: Source


@dataclass(frozen=True, slots=True)
class Inference:
    """Which ways of knowing a question lets in, and how they are read.

    `least_score`: of matches by name. `broader`, `narrower`, `related`: a teacher of a broader, narrower or merely
    related skill counts.
    `placeholders`: illustrative things count (and every cell that rests on one says so). `levels_below`: how far below
    the level of the need teaching still counts; None: the level does not matter.
    """

    via: frozenset[Via] = frozenset(Via)
    least_score: float = 0.66
    broader: bool = False
    narrower: bool = True
    related: bool = False
    placeholders: bool = False
    levels_below: int | None = 0


@dataclass(frozen=True)
class CoverageFacts:
    """Everything above, of one release on one day, with ways to look it up. Safe to share between threads.

    `aimed`: the awards (by id) and apprenticeships (`PT-APPR/OC-…`) that are meant for a role, by role. `unlisted`:
    those of them whose units are not all known: what they teach is not known. `gaps`: what was looked for and not
    found.
    """

    on: date
    needs: tuple[Need, ...]
    competencies: dict[str, Competency]
    teachers: dict[str, Teacher]
    teachings: tuple[Teaching, ...]
    runs: tuple[Run, ...]
    labels: dict[str, str]
    unlisted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    aimed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    projection: Projection | None = None
    said: tuple[Said, ...] = ()
    imagined: frozenset[str] = frozenset()

    @cached_property
    def needs_of(self) -> dict[str, tuple[Need, ...]]:
        """The needs of each role that has any, in the order of `needs`."""
        return _grouped(self.needs, lambda one: one.role)

    @cached_property
    def needed_by(self) -> dict[str, tuple[Need, ...]]:
        """The needs for each competency."""
        return _grouped(self.needs, lambda one: one.competency)

    @cached_property
    def whole_need(self) -> dict[str, tuple[tuple[str, ...], int]]:
        """For each competency all roles that need it, in order, and for how many of them it is essential."""
        return {
            id: (tuple(sorted(need.role for need in needs)), sum(need.essential is True for need in needs))
            for id, needs in self.needed_by.items()
        }

    @cached_property
    def teachings_of(self) -> dict[str, tuple[Teaching, ...]]:
        """The reasons to think that a competency is taught, by competency."""
        return _grouped(self.teachings, lambda one: one.competency)

    @cached_property
    def taught_by(self) -> dict[str, tuple[Teaching, ...]]:
        """The reasons to think that a teacher teaches something, by teacher."""
        return _grouped(self.teachings, lambda one: one.teacher)

    @cached_property
    def runs_of(self) -> dict[str, tuple[Run, ...]]:
        """The runs of each award, apprenticeship (by role), course and unit that is run alone: of `Run.of`."""
        return _grouped(self.runs, lambda one: one.of)

    def runs_for(self, teacher: Teacher) -> Iterator[Run]:
        """The runs in which a teacher is taught: of each award it can be taken in, of its role, or its own."""
        role = teacher.id.rpartition("/")[2] if teacher.kind is TeacherKind.APPRENTICESHIP else teacher.id
        for of in dict.fromkeys((*teacher.awards, role)):
            yield from self.runs_of.get(of, ())


def _grouped(values: Iterable[T], key: Callable[[T], str]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for value in values:
        found.setdefault(key(value), []).append(value)
    return {name: tuple(some) for name, some in found.items()}


def let_in(teaching: Teaching, facts: CoverageFacts, inference: Inference) -> bool:
    """Whether a question lets a reason in: by its way, its score, and whether it rests on a placeholder.

    What a sandbox imagines is no placeholder: it counts there, and is illustrative in every cell that rests on it.
    """
    if teaching.via not in inference.via:
        return False
    if teaching.via is Via.NAME and (teaching.score is None or teaching.score < inference.least_score):
        return False
    relations = {"broader": inference.broader, "narrower": inference.narrower, "related": inference.related}
    if teaching.via is Via.VOCABULARY and not relations.get(teaching.relation or "", True):
        return False
    if inference.placeholders or teaching.teacher in facts.imagined:
        return True
    return Status.ILLUSTRATIVE not in (teaching.status, facts.teachers[teaching.teacher].status)


def high_enough(level: int | None, wanted: int | None, inference: Inference) -> bool | None:
    """Whether teaching at a level counts for a need at another; None: the level of the teaching is not known.

    A need without a level, and a question to which the level does not matter, are met at any.
    """
    if inference.levels_below is None or wanted is None:
        return True
    return None if level is None else level >= wanted - inference.levels_below


def is_real(status: Status, id: str, facts: CoverageFacts, inference: Inference) -> bool:
    """Whether a teacher or run counts at all: an illustrative one when placeholders do, or a sandbox imagines it."""
    return inference.placeholders or status is not Status.ILLUSTRATIVE or id in facts.imagined
