"""From a stated need to a seat: need → skill → unit → delivery → seat, where the chain breaks, and for how long.

Each thing that a need names is followed by itself: the competencies of a role, a competency, a theme, an award, a form
of teaching. The stages are those of the coverage board, so that both say the same of a competency: a chain is cut at
the first stage that no teaching gets past. A need is met by nothing here: a chain that goes through says only that
seats are known. Where a need names no more than a level or a place, there is nothing to follow, and that is said.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from graph.projection import Course, Gap, Status
from queries.coverage.board import RANK, Finding, Question, Slice
from queries.coverage.model import Competency, CoverageFacts, Inference, Run, RunState, Teacher, Teaching
from queries.watch.needs import StatedNeed, earliest, last_day, latest


class Stage(StrEnum):
    """The links of the chain, in order."""

    SKILL = "skill"
    UNIT = "unit"
    DELIVERY = "delivery"
    SEAT = "seat"
    THROUGH = "through"
    """It goes through: seats are known."""


class Stop(StrEnum):
    """Where a chain breaks, first stage first. What is not known is never said as no."""

    NOTHING_NAMED = "nothing-named"
    """The statement names no job, competency, award, form of teaching or theme: there is nothing to follow."""
    SKILLS_NOT_KNOWN = "skills-not-known"
    """No competencies are published of the job."""
    NOT_NEEDED = "not-needed"
    """The competency is in no standard in force that we hold."""
    NOT_TAUGHT = "not-taught"
    """Nothing that we know of teaches it, and what is meant for the job is wholly known."""
    TEACHING_NOT_KNOWN = "teaching-not-known"
    """Nothing that we know of teaches it, and what is meant for the job is not wholly known."""
    TOO_LOW = "too-low"
    """It is taught only below the level at which it is needed."""
    LEVEL_NOT_KNOWN = "level-not-known"
    """It is taught, at a level that nobody states."""
    NO_RUN = "no-run"
    """Something teaches it, and no run of that is known."""
    PAST_RUNS_ONLY = "past-runs-only"
    """Only runs that are over, or past leavers, are known."""
    NO_START_KNOWN = "no-start-known"
    """Runs were seen on offer, and no start of any is known."""
    SEATS_NOT_KNOWN = "seats-not-known"
    """Runs lie ahead, and nobody says how many can be on them."""
    TOO_FEW_SEATS = "too-few-seats"
    """All seats that lie ahead are known, and they are fewer than the people who are needed."""
    SEATS_KNOWN = "seats-known"
    """Seats are known."""


MEANINGS: Final[Mapping[Stop, str]] = {
    Stop.NOTHING_NAMED: "the statement names no job, competency, award, form of teaching or theme that can be followed",
    Stop.SKILLS_NOT_KNOWN: "what the job needs is not known: no competencies of it are published",
    Stop.NOT_NEEDED: "the competency is in no standard in force that we hold",
    Stop.NOT_TAUGHT: "not taught by anything that we know of",
    Stop.TEACHING_NOT_KNOWN: "whether it is taught is not known",
    Stop.TOO_LOW: "taught only below the level at which it is needed",
    Stop.LEVEL_NOT_KNOWN: "taught, at a level that is not known",
    Stop.NO_RUN: "no run of it is known",
    Stop.PAST_RUNS_ONLY: "only runs that are over, or past leavers, are known",
    Stop.NO_START_KNOWN: "runs were seen on offer, and no start is known",
    Stop.SEATS_NOT_KNOWN: "runs lie ahead, and how many seats they have is not known",
    Stop.TOO_FEW_SEATS: "fewer seats lie ahead than people are needed",
    Stop.SEATS_KNOWN: "seats are known",
}
"""Where a chain breaks, in words."""

ORDER: Final = {stop: place for place, stop in enumerate(Stop)}

STAGE: Final[Mapping[Stop, Stage]] = {
    Stop.NOTHING_NAMED: Stage.SKILL,
    Stop.SKILLS_NOT_KNOWN: Stage.SKILL,
    Stop.NOT_NEEDED: Stage.SKILL,
    Stop.NOT_TAUGHT: Stage.UNIT,
    Stop.TEACHING_NOT_KNOWN: Stage.UNIT,
    Stop.TOO_LOW: Stage.UNIT,
    Stop.LEVEL_NOT_KNOWN: Stage.UNIT,
    Stop.NO_RUN: Stage.DELIVERY,
    Stop.PAST_RUNS_ONLY: Stage.DELIVERY,
    Stop.NO_START_KNOWN: Stage.DELIVERY,
    Stop.SEATS_NOT_KNOWN: Stage.SEAT,
    Stop.TOO_FEW_SEATS: Stage.SEAT,
    Stop.SEATS_KNOWN: Stage.THROUGH,
}

_OF_FINDING: Final = {
    Finding.NOT_TAUGHT: Stop.NOT_TAUGHT,
    Finding.NOT_KNOWN: Stop.TEACHING_NOT_KNOWN,
    Finding.TOO_LOW: Stop.TOO_LOW,
    Finding.LEVEL_NOT_KNOWN: Stop.LEVEL_NOT_KNOWN,
    Finding.NO_PROVIDER: Stop.NO_RUN,
    Finding.PAST_ONLY: Stop.PAST_RUNS_ONLY,
}


class Names(StrEnum):
    """What of a need a chain follows."""

    ROLE = "role"
    COMPETENCY = "competency"
    THEME = "theme"
    AWARD = "award"
    PROVISION = "provision"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Chain:
    """One thing followed from a need as far as it goes.

    `of`: what the need names; "" when it names nothing. `competency` None: the award or form of teaching is asked for
    itself, or no competency is known. `finding`: that of the coverage board. `teachings`: the reasons that get
    furthest, `runs` theirs. `seats`: seats known of the runs that lie ahead; None: of none is it known.
    `seats_not_known`: how many of them say nothing. `gaps`: what was looked for and not found about it.

    Ages are in days. `stated_days`: since the need had surely been stated. `looked_days`: since the gap was last looked
    for; None: nobody says. `stuck_days` since the last thing that got as far as this: since something that teaches it
    was first seen, where no run is known; since the last start, where all are over; since runs were last seen, where
    none has a start or seats. None: there is no such thing, or no date of it.
    """

    names: Names
    of: str
    competency: Competency | None
    finding: Finding | None
    stop: Stop
    teachings: tuple[Teaching, ...]
    runs: tuple[Run, ...]
    seats: int | None
    seats_not_known: int
    gaps: tuple[Gap, ...]
    stated_days: int
    looked_days: int | None
    stuck_days: int | None

    @property
    def stage(self) -> Stage:
        """The link at which it breaks."""
        return STAGE[self.stop]


@dataclass(frozen=True, slots=True)
class Traced:
    """A need with everything that is followed from it, the earliest breaks first. `counts`: chains by where they break.

    `stop`: where the first chain breaks; `furthest`: how far the best gets. `days`: how long ago the need had surely
    been stated.
    """

    need: StatedNeed
    chains: tuple[Chain, ...]
    counts: Mapping[Stop, int]
    days: int

    @property
    def stop(self) -> Stop:
        """Where the first chain breaks."""
        return self.chains[0].stop

    @property
    def furthest(self) -> Stop:
        """How far the best gets."""
        return self.chains[-1].stop


def trace(
    facts: CoverageFacts, needs: Iterable[StatedNeed], inference: Inference, courses: Sequence[Course] | None = None
) -> tuple[Traced, ...]:
    """Every need followed to its seats, on the day of the facts. Illustrative ones only where placeholders are let in.

    `courses`: what is offered in which form; those of the release when not given. A need that had not been stated on
    the day of the facts is left out.
    """
    if courses is None:
        courses = facts.projection.courses if facts.projection else ()
    tracer = _Tracer(facts, inference, courses)
    real = (one for one in needs if inference.placeholders or one.source.status is not Status.ILLUSTRATIVE)
    return tuple(tracer.traced(one) for one in real if one.known_by <= facts.on)


_OFFER: Final = ("awards", "delivery")
"""What a gap has to leave open to keep it open whether something is on offer."""


class _Tracer:
    def __init__(self, facts: CoverageFacts, inference: Inference, courses: Sequence[Course]) -> None:
        self.facts, self.inference, self.courses = facts, inference, courses
        self.whole = Question(facts, Slice(wholes=True), inference)
        self.of_role: dict[str, Question] = {}
        self.gaps: dict[str, list[Gap]] = defaultdict(list)
        for gap in facts.gaps:
            for id in gap.about:
                self.gaps[id].append(gap)

    def traced(self, need: StatedNeed) -> Traced:
        chains = sorted(self.chains(need), key=lambda one: (ORDER[one.stop], one.of, _id(one)))
        days = (self.facts.on - need.known_by).days
        return Traced(need, tuple(chains), Counter(one.stop for one in chains), days)

    def chains(self, need: StatedNeed) -> Iterator[Chain]:
        before = len(need.roles) + len(need.competencies) + len(need.themes) + len(need.awards) + len(need.provisions)
        if not before:
            yield self.cut(need, Names.NOTHING, "", Stop.NOTHING_NAMED, ())
        for role in need.roles:
            yield from self.of_a_role(need, role)
        for id in need.competencies:
            yield self.of_competency(need, Names.COMPETENCY, id, id, self.whole)
        for theme in need.themes:
            tagged = sorted(id for id, one in self.facts.competencies.items() if theme in one.themes)
            if not tagged:
                yield self.cut(need, Names.THEME, theme, Stop.SKILLS_NOT_KNOWN, ())
            for id in tagged:
                yield self.of_competency(need, Names.THEME, theme, id, self.whole)
        for award in need.awards:
            yield self.of_award(need, award)
        if not need.awards:
            for provision in need.provisions:
                yield self.of_provision(need, provision)

    def of_a_role(self, need: StatedNeed, role: str) -> Iterator[Chain]:
        needed = sorted({one.competency for one in self.facts.needs_of.get(role, ())})
        if not needed:
            yield self.cut(need, Names.ROLE, role, Stop.SKILLS_NOT_KNOWN, self.about(role, "statements"))
            return
        question = self.of_role.setdefault(
            role, Question(self.facts, Slice(roles=(role,), wholes=True), self.inference)
        )
        for id in needed:
            yield self.of_competency(need, Names.ROLE, role, id, question)

    def of_competency(self, need: StatedNeed, names: Names, of: str, id: str, question: Question) -> Chain:
        competency = self.facts.competencies.get(id)
        cell = question.cell(competency) if competency else None
        if competency is None or cell is None:
            return self.cut(need, names, of, Stop.NOT_NEEDED, self.about(id, "statements"))
        gaps = tuple(dict.fromkeys(gap for one in cell.unknown for gap in one.gaps))
        best = [one for one in question.candidates(competency) if RANK[one.finding] == _rank(cell.finding)]
        teachers = list(dict.fromkeys(one.teacher.id for one in best))
        runs = _once(
            run for one in best for run, finding in one.runs if finding is one.finding or one.finding not in _BY_RUNS
        )
        teachings = tuple(one.teaching for one in best)
        if (stop := _OF_FINDING.get(cell.finding)) is not None:
            stuck = None
            if stop is Stop.NO_RUN:
                stuck = self.days(earliest(self.facts.teachers[one].source.as_of for one in teachers))
            elif stop is Stop.PAST_RUNS_ONLY:
                stuck = self.days(_last_start(runs))
            return self.chain(need, names, of, competency, cell.finding, stop, teachings, runs, gaps, stuck)
        return self.of_runs(need, names, of, competency, cell.finding, teachings, runs, gaps)

    def of_award(self, need: StatedNeed, award: str) -> Chain:
        """An award that is asked for itself, in the form that is asked for with it."""
        teacher = self.facts.teachers.get(award)
        asked = (award, *need.provisions)
        about = tuple(dict.fromkeys(gap for one in asked for gap in self.about(one, *_OFFER)))
        if need.provisions:  # what was looked for and not found of this award in this form
            about = tuple(gap for gap in about if award in gap.about and set(need.provisions) & set(gap.about)) or about
        runs = [run for run in self.facts.runs_of.get(award, ()) if self.real(run)]
        if need.provisions:
            kinds = {one.id: one.kind for one in self.courses}
            runs = [run for run in runs if kinds.get(run.opportunity or "") in need.provisions]
        return self.of_offer(need, Names.AWARD, award, runs, about, teacher)

    def of_provision(self, need: StatedNeed, provision: str) -> Chain:
        """A form of teaching that is asked for, whatever is taught in it."""
        courses = {one.id for one in self.courses if one.kind == provision}
        runs = [run for run in self.facts.runs if run.opportunity in courses and self.real(run)]
        return self.of_offer(need, Names.PROVISION, provision, runs, self.about(provision, *_OFFER), None)

    def of_offer(
        self,
        need: StatedNeed,
        names: Names,
        of: str,
        runs: Sequence[Run],
        gaps: tuple[Gap, ...],
        teacher: Teacher | None,
    ) -> Chain:
        ahead = [run for run in runs if run.state in (RunState.TO_COME, RunState.NOT_DATED)]
        if ahead:
            return self.of_runs(need, names, of, None, None, (), _once(ahead), gaps)
        stop = Stop.PAST_RUNS_ONLY if runs else Stop.NO_RUN
        seen = _last_start(runs) if runs else earliest([teacher.source.as_of]) if teacher else None
        return self.chain(need, names, of, None, None, stop, (), _once(runs), gaps, self.days(seen))

    def of_runs(
        self,
        need: StatedNeed,
        names: Names,
        of: str,
        competency: Competency | None,
        finding: Finding | None,
        teachings: tuple[Teaching, ...],
        runs: tuple[Run, ...],
        gaps: tuple[Gap, ...],
    ) -> Chain:
        """The end of a chain: runs that people can join, or that were seen on offer."""
        ahead = tuple(run for run in runs if run.state is RunState.TO_COME)
        seen = self.days(latest(run.source.as_of for run in runs))
        if not ahead:
            return self.chain(need, names, of, competency, finding, Stop.NO_START_KNOWN, teachings, runs, gaps, seen)
        known = [run.seats for run in ahead if run.seats is not None]
        enough = need.people is None or sum(known) >= need.people
        if not known or (not enough and len(known) < len(ahead)):
            stop = Stop.SEATS_NOT_KNOWN
        else:
            stop = Stop.SEATS_KNOWN if enough else Stop.TOO_FEW_SEATS
        stuck = None if stop is Stop.SEATS_KNOWN else seen
        return self.chain(need, names, of, competency, finding, stop, teachings, ahead, gaps, stuck)

    def cut(self, need: StatedNeed, names: Names, of: str, stop: Stop, gaps: tuple[Gap, ...]) -> Chain:
        """A chain that breaks before anything is taught."""
        return self.chain(need, names, of, None, None, stop, (), (), gaps, None)

    def chain(
        self,
        need: StatedNeed,
        names: Names,
        of: str,
        competency: Competency | None,
        finding: Finding | None,
        stop: Stop,
        teachings: tuple[Teaching, ...],
        runs: tuple[Run, ...],
        gaps: tuple[Gap, ...],
        stuck_days: int | None,
    ) -> Chain:
        seats = [run.seats for run in runs if run.seats is not None and run.state is RunState.TO_COME]
        return Chain(
            names=names,
            of=of,
            competency=competency,
            finding=finding,
            stop=stop,
            teachings=teachings,
            runs=runs,
            seats=sum(seats) if seats else None,
            seats_not_known=sum(run.seats is None for run in runs if run.state is RunState.TO_COME),
            gaps=gaps,
            stated_days=(self.facts.on - need.known_by).days,
            looked_days=self.days(latest(gap.looked_for_on for gap in gaps)),
            stuck_days=stuck_days,
        )

    def about(self, id: str, *matters: str) -> tuple[Gap, ...]:
        """The gaps about a thing that leave one of these matters open."""
        return tuple(gap for gap in self.gaps.get(id, ()) if gap.leaves_open(*matters))

    def real(self, run: Run) -> bool:
        return self.whole.real(run)

    def days(self, day: date | None) -> int | None:
        """Days from a day to that of the facts; a day to come counts as none."""
        return None if day is None else max((self.facts.on - day).days, 0)


_BY_RUNS: Final = {Finding.PAST_ONLY, Finding.ONE_PROVIDER, Finding.MANY_PROVIDERS, Finding.WHOLE_ONLY}
"""The findings that a run decides: only the runs that got as far count."""


def _rank(finding: Finding) -> int:
    """The rank of the reasons that made a finding: of many providers each is one."""
    return RANK[Finding.ONE_PROVIDER if finding is Finding.MANY_PROVIDERS else finding]


def _once(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Each run once: the same one may lead to several things."""
    return tuple({run.id: run for run in runs}.values())


def _last_start(runs: Iterable[Run]) -> date | None:
    """The last day on which a run is known to have begun, or was seen."""
    days = [last_day(start) for run in runs for start in run.starts]
    days += [last_day(run.source.as_of) for run in runs if not run.starts and run.source.as_of]
    return max(days, default=None)


def _id(chain: Chain) -> str:
    return chain.competency.id if chain.competency else ""
