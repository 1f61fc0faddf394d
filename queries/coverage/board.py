"""The coverage board: for each competency that roles need, one finding about who teaches it, and the reasons.

A *candidate* is a reason to think that something teaches the competency, followed into a run of it. It meets the
obstacles of `Finding` in their order and stops at the first that it cannot pass; the finding of the competency is that
of the candidate that gets furthest. So one more reason never makes a finding worse, and what stopped the others is
counted. What is not known stops a candidate at an obstacle of its own: not known is never no, and never yes. See
docs/coverage.md for the order and why it is so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Final

from graph.projection import Gap, Status
from queries.coverage.model import (
    Competency,
    CoverageFacts,
    Inference,
    Run,
    RunState,
    Teacher,
    TeacherKind,
    Teaching,
    Via,
    is_real,
    let_in,
)
from queries.coverage.model import high_enough as level_enough
from queries.pathways.request import counted


class Finding(StrEnum):
    """What is found of a needed competency, worst first."""

    NOT_TAUGHT = "not-taught"
    """Nothing that we know of teaches it, and what is meant for the roles that need it is wholly known."""
    NOT_KNOWN = "not-known"
    """Nothing that we know of teaches it, and what is meant for the roles that need it is not wholly known."""
    TOO_LOW = "too-low"
    """It is taught only below the level at which it is needed."""
    LEVEL_NOT_KNOWN = "level-not-known"
    """It is taught, at a level that nobody states."""
    NO_PROVIDER = "no-provider"
    """Something teaches it, and no provider of that is known."""
    PAST_ONLY = "past-only"
    """Only runs that are over, awards that are closed, or past leavers show that it was taught."""
    ELSEWHERE = "elsewhere"
    """It is taught only outside the place that is asked about, or beyond the distance."""
    PLACE_NOT_KNOWN = "place-not-known"
    """It is taught, at a place that is not known."""
    OTHER_MODE = "other-mode"
    """It is taught only in another mode of study or delivery."""
    MODE_NOT_KNOWN = "mode-not-known"
    """It is taught, in a mode that nobody states."""
    OTHER_TIMES = "other-times"
    """It is taught only at other times: only by day when evenings are asked for."""
    TIMES_NOT_KNOWN = "times-not-known"
    """It is taught, at times that nobody states."""
    WHOLE_ONLY = "whole-only"
    """It is taught only inside a whole qualification or apprenticeship, as far as is known."""
    ONE_PROVIDER = "one-provider"
    """One provider teaches it."""
    MANY_PROVIDERS = "many-providers"
    """Two providers or more teach it."""


RANK: Final = {finding: rank for rank, finding in enumerate(Finding)}
"""The better a finding, the higher."""

NOBODY: Final = frozenset({Finding.NOT_TAUGHT, Finding.NOT_KNOWN})
"""The findings where nothing that we know of teaches it."""

COVERED: Final = frozenset({Finding.ONE_PROVIDER, Finding.MANY_PROVIDERS})
"""The findings where somebody can learn it in the slice, by itself."""

TEACHING: Final = ("alignment", "awards", "statements", "units")
"""What a gap has to leave open, of the scheme `open-matter`, to keep it open who teaches what a role needs."""

_EARTH_KM: Final = 6371.0
_LEFT: Final = {
    "via": "a way of knowing that is switched off",
    "score": "names too little alike",
    "broader": "a broader skill",
    "narrower": "a narrower skill",
    "related": "a merely related skill",
    "placeholder": "an illustrative placeholder",
}
LEFT_OUT: Final[Mapping[str, str]] = _LEFT
"""Why the switches of a question leave a reason out."""


@dataclass(frozen=True, slots=True)
class Near:
    """Within so many km of a point, as the crow flies: never a time of travel. `text`: what the point is."""

    latitude: float
    longitude: float
    km: float
    text: str


@dataclass(frozen=True, slots=True)
class Slice:
    """What a question is about. Empty: everything.

    Of roles: `sector`, `roles` (ids), `levels`. Of what they need: `kinds` (knowledge, skill …), `themes`, `standard`,
    `essential_only` (needs that a source calls optional are left out). Of runs: `providers`, `towns`, `districts` (of
    postcodes), `near`, `study_mode`, `delivery_mode`, `attendance`. `wholes`: what is taught only inside a whole
    qualification or apprenticeship counts as taught.
    """

    sector: str | None = None
    roles: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    standard: str | None = None
    essential_only: bool = False
    providers: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    near: Near | None = None
    study_mode: str | None = None
    delivery_mode: str | None = None
    attendance: str | None = None
    wholes: bool = False


EVERYTHING: Final = Slice()
USUAL: Final = Inference()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reason that the question lets in, and how far it gets. `runs`: those of its teacher, and how far each gets."""

    teaching: Teaching
    teacher: Teacher
    finding: Finding
    runs: tuple[tuple[Run, Finding], ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that is not known of an award or apprenticeship that is meant for some roles.

    `gaps`: what was looked for and not found about it. `about` None: nothing at all is known to be meant for the roles,
    and the gaps are about these.
    """

    roles: tuple[str, ...]
    about: str | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One competency of the board.

    `roles`: those of the slice that need it, `essential` of them by the word of their source. `providers`: of the
    candidates that got as far as the finding. `teachers`: how many there are of these. `stopped`: how many candidates
    stopped where, the best included. `left_out`: how many reasons the switches left out, by `LEFT_OUT`. `unknown`: what
    could still change the finding. `placeholder`: all that gets as far as the finding rests on illustrative
    placeholders. `inferred`: it is our inference alone, which nobody has published.
    """

    competency: Competency
    finding: Finding
    roles: tuple[str, ...]
    essential: int
    providers: tuple[str, ...]
    teachers: int
    stopped: Mapping[Finding, int]
    left_out: Mapping[str, int]
    unknown: tuple[Unknown, ...]
    placeholder: bool
    inferred: bool


@dataclass(frozen=True)
class Board:
    """The cells of a slice, worst first and of equals those that most roles need; `unstated`: roles of the slice of
    which no needs are published, with what was looked for."""

    slice: Slice
    inference: Inference
    cells: tuple[Cell, ...]
    unstated: tuple[Unknown, ...]
    counts: Mapping[Finding, int] = field(default_factory=dict)


class Question:
    """Findings of one question. It keeps how far each teacher gets, since many competencies have the same."""

    def __init__(self, facts: CoverageFacts, slice: Slice, inference: Inference) -> None:
        self.facts, self.slice, self.inference = facts, slice, inference
        self._reach: dict[str, _Reach] = {}
        self._roles: dict[str, bool] = {}
        self._gaps: dict[str, list[Gap]] = defaultdict(list)
        for gap in facts.gaps:
            if gap.leaves_open(*TEACHING):
                for id in gap.about:
                    self._gaps[id].append(gap)

    def board(self) -> Board:
        """Every competency that the roles of the slice need."""
        found = (self.cell(self.facts.competencies[id]) for id in self.facts.needed_by)
        cells = [cell for cell in found if cell is not None]
        cells.sort(key=lambda one: (RANK[one.finding], -len(one.roles), one.competency.id))
        return Board(
            self.slice,
            self.inference,
            tuple(cells),
            tuple(self.unstated()),
            Counter(cell.finding for cell in cells),
        )

    def has_role(self, role: str) -> bool:
        """Whether a role is in the slice. A role whose sector or level is not known is in no slice of one."""
        if (found := self._roles.get(role)) is None:
            found = self._roles[role] = self._has_role(role)
        return found

    def _has_role(self, role: str) -> bool:
        asked = self.slice
        if asked.roles and role not in asked.roles:
            return False
        if asked.sector is None and not asked.levels:
            return True
        facts = self.facts.projection.roles.get(role) if self.facts.projection else None
        if facts is None:
            return False
        return (asked.sector is None or asked.sector in facts.sectors) and (
            not asked.levels or facts.level in asked.levels
        )

    def has_competency(self, competency: Competency) -> bool:
        """Whether a competency is in the slice."""
        asked = self.slice
        return (
            (not asked.kinds or competency.kind in asked.kinds)
            and (not asked.themes or bool(set(asked.themes).intersection(competency.themes)))
            and (asked.standard is None or competency.standard == asked.standard)
        )

    def unstated(self) -> Iterator[Unknown]:
        """The roles of the slice of which no needs are published."""
        known = self.facts.projection.roles if self.facts.projection else {}
        for role in sorted(known):
            if role not in self.facts.needs_of and self.has_role(role):
                yield Unknown((role,), None, tuple(self._gaps.get(role, ())))

    def needing(self, competency: Competency) -> tuple[tuple[str, ...], int]:
        """The roles of the slice that need a competency, and for how many of them it is essential."""
        asked = self.slice
        if not self.has_competency(competency):
            return (), 0
        if not (asked.roles or asked.levels or asked.sector is not None or asked.essential_only):
            return self.facts.whole_need.get(competency.id, ((), 0))
        needs = [
            need
            for need in self.facts.needed_by.get(competency.id, ())
            if self.has_role(need.role) and not (asked.essential_only and need.essential is False)
        ]
        return tuple(sorted(need.role for need in needs)), sum(need.essential is True for need in needs)

    def cell(self, competency: Competency) -> Cell | None:
        """What is found of a competency; None when no role of the slice needs it."""
        roles, essential = self.needing(competency)
        if not roles:
            return None
        left_out: Counter[str] = Counter()
        stopped: Counter[Finding] = Counter()
        best: Finding | None = None
        found: list[tuple[Teaching, _Reach]] = []
        for teaching in self.facts.teachings_of.get(competency.id, ()):
            if (why := self.left_out(teaching)) is not None:
                left_out[why] += 1
                continue
            finding, reach = self.stage(teaching, competency)
            stopped[finding] += 1
            if best is None or RANK[finding] > RANK[best]:
                best, found = finding, []
            if finding is best:
                found.append((teaching, reach))
        unknown = tuple(self.unknown(roles))
        if best is None:
            best = Finding.NOT_KNOWN if unknown else Finding.NOT_TAUGHT
        providers = tuple(sorted({provider for _, reach in found for provider in reach.providers.get(best, ())}))
        if best is Finding.ONE_PROVIDER and len(providers) > 1:
            stopped[Finding.MANY_PROVIDERS] = stopped.pop(best)
            best = Finding.MANY_PROVIDERS
        made_up = bool(found) and all(self.rests_on_placeholder(teaching, reach, best) for teaching, reach in found)
        return Cell(
            competency,
            best,
            roles,
            essential,
            providers,
            len({teaching.teacher for teaching, _ in found}),
            stopped,
            left_out,
            unknown,
            made_up,
            bool(found) and not made_up and all(teaching.status is not Status.PUBLISHED for teaching, _ in found),
        )

    def candidates(self, competency: Competency) -> list[Candidate]:
        """Every reason that the question lets in, the furthest first."""
        found = []
        for teaching in self.facts.teachings_of.get(competency.id, ()):
            if self.left_out(teaching) is None:
                finding, reach = self.stage(teaching, competency)
                found.append(Candidate(teaching, self.facts.teachers[teaching.teacher], finding, reach.runs))
        order = list(Via)
        return sorted(
            found,
            key=lambda one: (-RANK[one.finding], order.index(one.teaching.via), one.teacher.id, one.teaching.through),
        )

    def left(self, competency: Competency) -> list[tuple[Teaching, str]]:
        """Every reason that the switches leave out, and why."""
        all_of_it = ((one, self.left_out(one)) for one in self.facts.teachings_of.get(competency.id, ()))
        return [(one, why) for one, why in all_of_it if why is not None]

    def left_out(self, teaching: Teaching) -> str | None:
        """Why the switches leave a reason out, of `LEFT_OUT`; None: they let it in."""
        if let_in(teaching, self.facts, self.inference):
            return None
        if teaching.via not in self.inference.via:
            return "via"
        if teaching.via is Via.NAME and (teaching.score is None or teaching.score < self.inference.least_score):
            return "score"
        asked = self.inference
        off = {"broader": not asked.broader, "narrower": not asked.narrower, "related": not asked.related}
        if teaching.via is Via.VOCABULARY and off.get(teaching.relation or "", False):
            return teaching.relation
        return "placeholder"

    def stage(self, teaching: Teaching, competency: Competency) -> tuple[Finding, "_Reach"]:
        """How far a reason gets that is let in."""
        teacher = self.facts.teachers[teaching.teacher]
        reach = self.reach(teacher)
        enough = True if teaching.via is Via.STANDARD else high_enough(teacher, competency, self.inference)
        if enough is None:
            return Finding.LEVEL_NOT_KNOWN, reach
        return reach.best if enough else Finding.TOO_LOW, reach

    def reach(self, teacher: Teacher) -> "_Reach":
        """How far a teacher gets by its runs."""
        if (found := self._reach.get(teacher.id)) is None:
            runs = tuple((run, self.run_stage(run, teacher)) for run in self.facts.runs_for(teacher) if self.real(run))
            best = max((finding for _, finding in runs), key=RANK.__getitem__, default=Finding.NO_PROVIDER)
            providers: dict[Finding, set[str]] = defaultdict(set)
            for run, finding in runs:
                providers[finding].add(run.provider)
            found = self._reach[teacher.id] = _Reach(best, runs, providers)
        return found

    def real(self, run: Run) -> bool:
        """Whether a run counts at all: an illustrative one when placeholders do, or a sandbox imagines it."""
        return is_real(run.status, run.id, self.facts, self.inference)

    def run_stage(self, run: Run, teacher: Teacher) -> Finding:
        """The first obstacle that a run does not pass; `ONE_PROVIDER` when it passes all."""
        asked = self.slice
        if run.state in (RunState.OVER, RunState.EVIDENCE) or not teacher.current:
            return Finding.PAST_ONLY
        if (found := _place(run, asked)) is not None:
            return found
        wanted = ((asked.study_mode, run.study_mode), (asked.delivery_mode, run.delivery_mode))
        modes = [_same(want, has) for want, has in wanted if want is not None]
        if False in modes:
            return Finding.OTHER_MODE
        if None in modes:
            return Finding.MODE_NOT_KNOWN
        if asked.attendance is not None and (fits := _same(asked.attendance, run.attendance)) is not True:
            return Finding.TIMES_NOT_KNOWN if fits is None else Finding.OTHER_TIMES
        return Finding.ONE_PROVIDER if asked.wholes or sold_alone(teacher, run) else Finding.WHOLE_ONLY

    def unknown(self, roles: Sequence[str]) -> Iterator[Unknown]:
        """What is not known of what is meant for these roles: any of it could teach what nothing else does."""
        aimed, unlisted = self.facts.aimed, self.facts.unlisted
        if nothing := tuple(role for role in roles if role not in aimed):
            told = () if self._gaps.keys().isdisjoint(nothing) else nothing
            yield Unknown(nothing, None, tuple(gap for role in told for gap in self._gaps.get(role, ())))
        if unlisted.keys().isdisjoint(roles):
            return
        for award in dict.fromkeys(award for role in roles for award in unlisted.get(role, ())):
            its = tuple(role for role in roles if award in unlisted.get(role, ()))
            yield Unknown(its, award, tuple(self._gaps.get(award, ())))

    def rests_on_placeholder(self, teaching: Teaching, reach: "_Reach", finding: Finding) -> bool:
        """Whether a candidate is, or is run only as, an illustrative thing."""
        statuses = (teaching.status, self.facts.teachers[teaching.teacher].status)
        if Status.ILLUSTRATIVE in statuses:
            return True
        runs = [run for run, stage in reach.runs if stage is finding]
        return bool(runs) and all(run.status is Status.ILLUSTRATIVE for run in runs)


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far the runs of a teacher get in a slice, and the providers of those that stop at each obstacle."""

    best: Finding
    runs: tuple[tuple[Run, Finding], ...]
    providers: Mapping[Finding, set[str]]


def board(facts: CoverageFacts, slice: Slice = EVERYTHING, inference: Inference = USUAL) -> Board:
    """The coverage board of a slice."""
    return Question(facts, slice, inference).board()


def high_enough(teacher: Teacher, competency: Competency, inference: Inference) -> bool | None:
    """Whether something is taught at the level at which it is needed; None: its level is not known."""
    return level_enough(teacher.level, competency.level, inference)


def sold_alone(teacher: Teacher, run: Run) -> bool:
    """Whether it is known that somebody can take this alone: a course without an award, or a unit that is sold so."""
    if teacher.kind is TeacherKind.COURSE:
        return True
    return teacher.kind is TeacherKind.UNIT and (run.of == teacher.id or run.sold_separately == "yes")


def _place(run: Run, asked: Slice) -> Finding | None:
    """Why a run is not in the place that is asked about; None: it is. An online run is near everywhere."""
    if asked.providers and run.provider not in asked.providers:
        return Finding.ELSEWHERE
    near = True if asked.near is None or run.delivery_mode == "online" else _within(run, asked.near)
    said = [_among(asked.towns, run.town), _among(asked.districts, run.district), near]
    if False in said:
        return Finding.ELSEWHERE
    return Finding.PLACE_NOT_KNOWN if None in said else None


def _among(wanted: tuple[str, ...], has: str | None) -> bool | None:
    if not wanted:
        return True
    return None if has is None else has.casefold() in {one.casefold() for one in wanted}


def _within(run: Run, near: Near) -> bool | None:
    if run.latitude is None or run.longitude is None:
        return None
    return straight_km(run.latitude, run.longitude, near.latitude, near.longitude) <= near.km


def straight_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Distance on a sphere in km, by the haversine formula (Sinnott 1984, "Virtues of the haversine").

    >>> round(straight_km(52.51, -2.08, 52.48, -1.89), 1)
    13.3
    """
    one, two = radians(latitude), radians(other_latitude)
    half = sin((two - one) / 2) ** 2 + cos(one) * cos(two) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


def _same(wanted: str, has: str | None) -> bool | None:
    """Whether a run is as wanted; a flexible one is as anybody wants."""
    return None if has is None else has in (wanted, "flexible")


def middle_of(place: str, runs: Iterable[Run]) -> tuple[float, float] | None:
    """A point that words mean: `latitude,longitude`, or the middle of the known sites of a postcode district or town.

    None: no site is known there. It is no centre of an area, which the release need not know.
    """
    parts = place.split(",")
    if len(parts) == 2:
        try:
            return float(parts[0]), float(parts[1])
        except ValueError:
            return None
    wanted = place.casefold().strip()
    points = {
        (run.latitude, run.longitude)
        for run in runs
        if run.latitude is not None
        and run.longitude is not None
        and wanted in ((run.district or "").casefold(), (run.town or "").casefold())
    }
    if not points or not wanted:
        return None
    return sum(one for one, _ in points) / len(points), sum(two for _, two in points) / len(points)


MEANINGS: Final = {
    Finding.NOT_TAUGHT: "not taught by anything that we know of",
    Finding.NOT_KNOWN: "not known whether anything teaches it",
    Finding.TOO_LOW: "taught only below the level that is needed",
    Finding.LEVEL_NOT_KNOWN: "taught, at a level that nobody states",
    Finding.NO_PROVIDER: "in a unit or award of which no provider is known",
    Finding.PAST_ONLY: "only in runs that are over, closed awards, or by past leavers",
    Finding.ELSEWHERE: "taught only elsewhere, or beyond the distance",
    Finding.PLACE_NOT_KNOWN: "taught, at a place that is not known",
    Finding.OTHER_MODE: "taught only in another mode",
    Finding.MODE_NOT_KNOWN: "taught, in a mode that nobody states",
    Finding.OTHER_TIMES: "taught only at other times",
    Finding.TIMES_NOT_KNOWN: "taught, at times that nobody states",
    Finding.WHOLE_ONLY: "taught only inside a whole qualification or apprenticeship",
    Finding.ONE_PROVIDER: "taught by one provider",
    Finding.MANY_PROVIDERS: "taught by two providers or more",
}
"""What each finding means, in a few words."""

_SENTENCES: Final = {
    Finding.NOT_TAUGHT: "No unit, award or apprenticeship that we know of teaches this.",
    Finding.NOT_KNOWN: "Not known: nothing that we know of teaches this, but not all that could is published.",
    Finding.TOO_LOW: "Taught only below the level that is needed.",
    Finding.LEVEL_NOT_KNOWN: "Taught, but nobody states at which level.",
    Finding.NO_PROVIDER: "Something teaches this, but no provider of it is known.",
    Finding.PAST_ONLY: "Only runs that are over, closed awards or past leavers show that this was taught.",
    Finding.ELSEWHERE: "Taught only elsewhere.",
    Finding.PLACE_NOT_KNOWN: "Taught, but it is not known whether in the place that is asked about.",
    Finding.OTHER_MODE: "Taught only in another mode.",
    Finding.MODE_NOT_KNOWN: "Taught, but nobody states in which mode.",
    Finding.OTHER_TIMES: "Taught only at other times.",
    Finding.TIMES_NOT_KNOWN: "Taught, but nobody states at what times.",
    Finding.WHOLE_ONLY: "Taught only inside a whole qualification or apprenticeship.",
    Finding.ONE_PROVIDER: "Taught by one provider.",
    Finding.MANY_PROVIDERS: "Taught by many providers.",
}
_OF_WHAT_COUNTS: Final = {
    Finding.NOT_TAUGHT: "Nothing that counts in this question teaches this.",
    Finding.NOT_KNOWN: "Not known: nothing that counts here teaches this, and not all that could is published.",
}


def sentence(cell: Cell) -> str:
    """The finding in words, with how many roles need it: `No unit … teaches this. 6 roles need it.`"""
    said = _SENTENCES[cell.finding]
    if left := [why for why in cell.left_out if why != "placeholder" and cell.finding in NOBODY]:
        count = counted(sum(cell.left_out[why] for why in left), "reason")
        said = f"{_OF_WHAT_COUNTS[cell.finding]} The question leaves out {count} to think that something does."
    if cell.finding in NOBODY and cell.left_out.get("placeholder"):
        said += " Illustrative placeholders for it are left out."
    if cell.finding is Finding.MANY_PROVIDERS:
        said = f"Taught by {len(cell.providers)} providers."
    elif cell.finding not in NOBODY and cell.finding is not Finding.ONE_PROVIDER and cell.providers:
        said = f"{said[:-1]}, by {counted(len(cell.providers), 'provider')}."
    if cell.placeholder:
        said += " This rests on illustrative placeholders alone."
    elif cell.inferred:
        said += " This is our inference alone."
    roles = len(cell.roles)
    return f"{said} {counted(roles, 'role')} {'needs' if roles == 1 else 'need'} it."


def by_theme(cells: Iterable[Cell]) -> dict[str, Counter[Finding]]:
    """How many competencies of each theme have each finding; a competency with several themes stands in each.

    Those without a theme stand under "".
    """
    found: dict[str, Counter[Finding]] = defaultdict(Counter)
    for cell in cells:
        for theme in cell.competency.themes or ("",):
            found[theme][cell.finding] += 1
    return {theme: found[theme] for theme in sorted(found)}


def by_role(cells: Iterable[Cell]) -> dict[str, Counter[Finding]]:
    """How many of the competencies that each role needs have each finding."""
    found: dict[str, Counter[Finding]] = defaultdict(Counter)
    for cell in cells:
        for role in cell.roles:
            found[role][cell.finding] += 1
    return {role: found[role] for role in sorted(found)}
