"""The use case: one pathway question, answered over one release.

Resolve what is named, compile, search, replay, explain. The second opinions (replay against the problem, the judge
against the requirements themselves) stand between the search and every answer.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Final

from graph.projection import Projection, RoleFacts, StepKind
from queries.eligibility.rulebook import RuleBook
from queries.pathways.asked import Asked, Solved, ask, personally
from queries.pathways.coming_back import WayBack
from queries.pathways.compile import Person, facts_of
from queries.pathways.engine.alternatives import alternatives, nearly_as_good
from queries.pathways.engine.circuit import prepare
from queries.pathways.engine.pareto import FrontPoint, NotProven
from queries.pathways.engine.planner import ExactPlanner, at_least, reachable_facts
from queries.pathways.engine.problem import (
    Cap,
    Criterion,
    Limits,
    Outcome,
    PathwayProblem,
    Plan,
    Planner,
    PlannerResult,
)
from queries.pathways.engine.replay import PlanRefused, replay
from queries.pathways.engine.warm import warm
from queries.pathways.explain import Explainer
from queries.pathways.grounds import Grounds
from queries.pathways.limits import Limit, employer_on_the_way, limits_of, without
from queries.pathways.questions import Asking, one_call, opening, opening_call, with_opening
from queries.pathways.request import (
    Compromise,
    Lifted,
    LimitSaid,
    Pathway,
    PathwayAnswer,
    PathwayRequest,
    PublishedOnly,
    Question,
    Reachable,
    ReleaseRef,
    Thing,
    TradeOffs,
    WithinReach,
    Worth,
    counted,
)
from queries.pathways.resuming import Resuming
from queries.pathways.sure import SurePlanner, cannot_be_told, of_steps, under_steps
from queries.pathways.whatif import WhatIf
from queries.pathways.whynot import WhyNot

LEAST: Final = {
    Criterion.WEEKS: "Soonest",
    Criterion.COST: "Least known cost",
    Criterion.STEPS: "Fewest steps",
    Criterion.STUDY_WEEKS: "Least study",
    Criterion.TRAVEL: "Least travel",
    Criterion.FIRST_JOB: "Soonest into work in the sector",
}
"""What a pathway is offered for, by what was to be least."""


def _least(solved: Solved) -> str:
    """What a pathway has least of, as far as that can be said."""
    if solved.asked.measured:
        return LEAST[solved.asked.request.by]
    if solved.asked.request.by is Criterion.TRAVEL:
        return f"{LEAST[Criterion.WEEKS]}, as no travel is known"
    return f"{LEAST[solved.asked.request.by]}, as far as it is known"


NEARLY: Final = "Nearly as good"
"""What a pathway is offered for begins so that is cheaper than the soonest by much, or sooner than the cheapest."""


def _key(solved: Solved, *, runs: bool = False) -> tuple[str, ...]:
    """What makes a pathway the same as another: what is done before the last job, or all when it is but jobs.

    With `runs`, the runs of what is done, too.
    """
    steps = solved.trace.steps if solved.trace else ()
    if runs:
        return tuple(s.delivery.id for s in steps)
    return tuple(s.content.id for s in steps if s.content.kind != StepKind.JOB) or tuple(s.content.id for s in steps)


def _worth(solved: Solved) -> tuple[bool, bool, int, int, int]:
    """For ordering: pathways first, fully measured ones first, then what is to be least, then steps, then weeks."""
    if solved.trace is None:
        return True, True, 0, 0, 0
    finish, value = solved.trace.finish_week, solved.result.value
    weeks = solved.trace.study_weeks if finish is None else finish
    return False, not solved.asked.measured, value if value is not None else 0, len(solved.trace.steps), weeks


def _unknown(solved: Solved, unknown: frozenset[str]) -> int:
    """How many steps of a plan are of unknown measure; none when there is no plan."""
    return sum(step.delivery.id in unknown for step in solved.trace.steps) if solved.trace else 0


def _run(solved: Solved, delivery: str) -> str | None:
    """The run that a delivery is of, by id; None: of a step of which no run is known."""
    offer = solved.asked.catalogue.ways[delivery].offer
    return offer.id if offer is not None else None


def _outcome(solved: Solved, open_when_lifted: bool) -> Outcome:
    """How a search ended. What closes a way that is open without them are the limits of the question."""
    if solved.trace is None and solved.result.outcome is not Outcome.STOPPED_EARLY:
        return Outcome.NONE_WITHIN_LIMITS if open_when_lifted else Outcome.PROVED_NONE
    return solved.result.outcome


@dataclass(frozen=True, slots=True)
class Best:
    """What of an answer says whether and how soon: its outcome, its first pathway, and the limits that close the way.

    `pathway` is that of the answer but for why each step is there, its slack and swaps. `searched`: the deliveries that
    were looked through, summed over the searches: a measure of the work. `runs`: the run of each step of the pathway,
    by id; None for a step that is no run that is known.
    """

    outcome: Outcome
    pathway: Pathway | None
    lifting: tuple[Lifted, ...]
    searched: int
    runs: tuple[str | None, ...] = ()


_GOALS_ONE_BY_ONE: Final = 8
_NEAREST, _TRIED = 5, 10


class PathwayService(Grounds):
    """Answers pathway questions over one release. Safe to share between threads."""

    def __init__(
        self,
        projection: Projection,
        release: ReleaseRef,
        planner: Planner | None = None,
        book: RuleBook | None = None,
    ) -> None:
        super().__init__(projection, release, book)
        self.planner: Planner = planner or ExactPlanner()

    def answer(self, request: PathwayRequest, limits: Limits | None = None) -> PathwayAnswer:
        """The answer to one question.

        Raises `UnknownThingError` for an id that the release does not hold, `NoSuchGoalError`, and
        `ContradictoryLimitsError`. Everything else, “no pathway” too, is an answer.
        """
        return _Answer(self, self.settled(request), limits or Limits()).answer()

    def best(self, request: PathwayRequest, limits: Limits | None = None, *, why_not: bool = True) -> Best:
        """The outcome and the first pathway of the answer to one question, for little work. Raises as `answer` does.

        Without `why_not` it is not looked for which limits close the way: then no outcome says that limits do.
        """
        return _Answer(self, self.settled(request), limits or Limits()).first(why_not=why_not)

    def way_back(
        self, request: PathwayRequest, number: int, after: int, weeks_away: int, limits: Limits | None = None
    ) -> WayBack | None:
        """The soonest way on for whoever stops after step `after` of pathway `number` of the answer and comes back.

        None when the answer has no such pathway, or the pathway no such step. Raises as `answer` does.
        """
        return _Answer(self, self.settled(request), limits or Limits()).way_back(number, after, weeks_away)

    def prepare(self, day: date) -> None:
        """Make ready what the usual questions of a day share, so that none has to wait for it. No solver is run."""
        warm(solvers=False)
        nobody = Person((), {}, self.projection, day)
        for one in (
            self.catalogues.of(day, _USUAL.hours_per_week),
            personally(self.catalogues, replace(_USUAL, on=day), nobody),
        ):
            prepare(one.catalogue)

    def within_reach(self, request: PathwayRequest) -> tuple[WithinReach, ...]:
        """Every role that the steps we hold lead to from what somebody brings, however long that takes; those they work
        as are left out. The goal and the limits of the request are not looked at. Raises as `answer` does.
        """
        everything = replace(_USUAL, holds=request.holds, attributes=request.attributes, on=request.on)
        goals = tuple(sorted(self.projection.roles))
        asked = ask(self.catalogues, self.settled(replace(everything, to=goals)), measured=False)
        facts = reachable_facts(asked.problem)
        return tuple(
            WithinReach(Thing(role.id, role.title), role.level, role.sectors, request.sector in role.sectors)
            for role in self.projection.roles.values()
            if f"works-as:{role.id}" in facts and role.id not in request.holds
        )


class _Answer:
    """One answer in the making. A search that it needs twice is made once."""

    def __init__(self, service: PathwayService, request: PathwayRequest, limits: Limits) -> None:
        self.service, self.projection = service, service.projection
        self.request, self.limits = request, limits
        self._searched: dict[PathwayRequest, Solved] = {}
        self._measured: dict[PathwayRequest, Asked] = {}

    def answer(self) -> PathwayAnswer:
        """The answer."""
        request, best = self.request, self.best()
        explainer = self.explainer = Explainer(
            self.projection, request, best.asked.person, self.service.catalogues.book
        )
        pathways = self.pathways(best)
        published = self.published_only(best)
        touched = {id for p in pathways for id in (p.goal.id, *(s.about[0].id for s in p.steps))} or set(request.to)
        asked = ask(self.service.catalogues, request, measured=False)
        why_not = self.why_not(explainer, asked)
        lifting = () if pathways else why_not.lifting()
        outcome = _outcome(best, bool(lifting))
        missing = None if pathways else why_not.missing()
        questions = Asking(explainer, best, self.again(best), self.best).questions()
        call = one_call(explainer, best, self.planner(best.asked), self.limits)
        if not pathways:
            questions = with_opening(questions, *opening(explainer, missing, self.search))
            call = opening_call(explainer, best.asked, self.planner(best.asked), self.limits)
        return PathwayAnswer(
            outcome=outcome,
            explanation=self.explanation(best, published, outcome) + self.hours_not_known(pathways),
            question=self.question(explainer, best.asked.limits),
            release=self.service.release,
            pathways=pathways,
            published_only=published,
            nearest=() if pathways else self.nearest(best, outcome),
            reasons=() if pathways else why_not.reasons(lifting),
            lifting=lifting,
            missing=missing,
            filtered=why_not.filtered(),
            worth=self.worth(best),
            trade_offs=self.trade_offs(explainer),
            gaps=tuple(gap for gap in self.projection.gaps if touched.intersection(gap.about)),
            check_before_recommending=explainer.checks(pathways),
            questions=questions,
            one_call=call,
            illustrative=any(p.status == "illustrative" for p in pathways),
        )

    def first(self, *, why_not: bool) -> Best:
        """What of the answer says whether and how soon."""
        best = self.best()
        explainer = self.explainer = Explainer(
            self.projection, self.request, best.asked.person, self.service.catalogues.book
        )
        lifting: tuple[Lifted, ...] = ()
        if best.trace is None and why_not:
            asked = ask(self.service.catalogues, self.request, measured=False)
            lifting = self.why_not(explainer, asked).lifting()
        return Best(
            outcome=_outcome(best, bool(lifting)),
            pathway=self.outlined("", best) if best.trace is not None else None,
            lifting=lifting,
            searched=sum(len(one.asked.problem.deliveries) for one in self._searched.values()),
            runs=tuple(_run(best, step.delivery.id) for step in best.trace.steps) if best.trace is not None else (),
        )

    def why_not(self, explainer: Explainer, asked: Asked) -> WhyNot:
        """Why there is no pathway."""
        solve = self.planner(asked).at_one_age
        return WhyNot(self.projection, explainer, asked, self.search, self.best, solve, self.limits)

    def again(self, best: Solved) -> Callable[[PathwayRequest], Asked]:
        """What puts another question to the planner as the best pathway's was put."""
        return lambda request: ask(self.service.catalogues, request, measured=best.asked.measured)

    def worth(self, best: Solved) -> tuple[Worth, ...]:
        """What it would be worth to hold one thing more."""
        if best.trace is None:
            return ()
        explainer = self.explainer.asked_otherwise(self.request, best.asked.person)
        return WhatIf(explainer, best, best.trace, self.limits).worth(self.planner(best.asked))

    def trade_offs(self, explainer: Explainer) -> TradeOffs | None:
        """Every best compromise between the criteria asked for; None when none was asked for."""
        by = self.request.trade_off
        if not by:
            return None
        first = Criterion.FIRST_JOB if Criterion.FIRST_JOB in by else self.request.by
        asked = ask(self.service.catalogues, replace(self.request, by=first), measured=False)
        unknown = frozenset[str]().union(*(asked.catalogue.without_measure[one] for one in (Criterion.WEEKS, *by)))
        problem = replace(asked.problem, barred=asked.problem.barred | unknown)
        front = self.planner(asked).front(problem, by, self.limits, within=_WINDOW)

        def told(point: FrontPoint | NotProven) -> Compromise:
            goal, _, summary = explainer.outline(asked.catalogue, replay(problem, point.plan))
            least = {one: point.at_least[one] for one in by} if isinstance(point, NotProven) else None
            return Compromise({one: point.values[one] for one in by}, goal, summary, least)

        found, open_still = tuple(map(told, front.points)), tuple(map(told, front.not_proven))
        if front.finish_by is None:
            text = "No pathway of which all of it is known leads there."
        else:
            more = "There are no others" if front.complete else "There may be others"
            known = " and ".join(dict.fromkeys(_MEASURED[one] for one in (Criterion.WEEKS, *by) if one in _MEASURED))
            text = f"{more} among pathways of known {known} that end by week {front.finish_by}."
            if open_still:
                text += f" Nothing was found that is better than {len(open_still)} more, but that is not proven."
        return TradeOffs(by, front.finish_by, front.complete, found, open_still, text)

    def best(self, request: PathwayRequest | None = None) -> Solved:
        """The best of all. A few goals are searched one by one, so that of two that are as good the first is shown.

        Where none of them is reached, it is the search for all of them. `request`: with other limits.
        """
        request = request or self.request
        if 1 < len(request.to) <= _GOALS_ONE_BY_ONE:
            best = self.best_of([replace(request, to=(id,)) for id in request.to])
            if best.trace is not None:
                return best
        return self.search(request)

    def best_of(self, requests: Sequence[PathwayRequest]) -> Solved:
        """The best of some searches, of equals the first. One that cannot be as good as another is not made."""
        bounds = [at_least(self.measured(one).problem, one.by) for one in requests]
        found: list[tuple[tuple[bool, bool, int, int, int], int, Solved]] = []
        for place in sorted(range(len(requests)), key=bounds.__getitem__):
            best = min(found)[2] if found else None
            if best and best.asked.measured and best.result.value is not None and bounds[place] > best.result.value:
                break
            solved = self.search(requests[place])
            found.append((_worth(solved), place, solved))
        return min(found)[2]

    def measured(self, request: PathwayRequest) -> Asked:
        """A question of steps whose measure is known, put once."""
        if request not in self._measured:
            self._measured[request] = ask(self.service.catalogues, request, measured=True)
        return self._measured[request]

    def search(self, request: PathwayRequest) -> Solved:
        """The best plan among steps whose measure is known; only when there is none, among all steps.

        A step of unknown length or price can never be called the shortest or the cheapest, so it is used only where
        nothing else leads on, and then as few of them as can be; the totals say *at least*.
        """
        if request not in self._searched:
            solved = self.solve(self.measured(request))
            if solved.trace is None and (unknown := solved.asked.barred["measure"]):
                asked = ask(self.service.catalogues, request, measured=False)
                solved = self.solve(asked)
                for few in range(1, _unknown(solved, unknown)):
                    cap = Cap("not measured", dict.fromkeys(unknown, 1), few)
                    fewer = self.solve(replace(asked, problem=replace(asked.problem, caps=(*asked.problem.caps, cap))))
                    if fewer.trace is not None:
                        solved = fewer
                        break
            self._searched[request] = solved
        return self._searched[request]

    def solve(self, asked: Asked) -> Solved:
        """One search by the planner, its plan dated and replayed; what is best under wider limits needs none."""
        for one in self._searched.values():
            best = one.result.proven and one.result.plan is not None and _by(one.asked) is _by(asked)
            if best and asked.problem.narrows(one.asked.problem):
                with suppress(PlanRefused):
                    return self.replayed(asked, one.result)
        return self.replayed(asked, self.planner(asked).solve(asked.problem, _by(asked), self.limits))

    def planner(self, asked: Asked) -> SurePlanner:
        """The planner for the person who asks."""
        return SurePlanner(self.service.planner, asked.catalogue)

    def replayed(self, asked: Asked, result: PlannerResult) -> Solved:
        """A result with its plan carried out, on the calendar where one can run it."""
        if result.plan is None:
            return Solved(asked, result, None)
        plan = result.plan if result.plan.dated else self.dated(asked.problem, result.plan)
        trace = under_steps(replay(asked.problem, plan), asked.catalogue)
        if result.certificate is not None:
            result = replace(result, certificate=of_steps(result.certificate, asked.catalogue))
        return Solved(asked, result, trace, cannot_be_told(trace, asked.catalogue))

    def dated(self, problem: PathwayProblem, plan: Plan) -> Plan:
        """The same steps placed on the calendar as early as they can be; undated when no calendar can run them."""
        chosen = {step.delivery for step in plan.steps}
        others = frozenset(one.id for one in problem.deliveries if one.id not in chosen)
        return self.service.planner.solve(replace(problem, barred=others), Criterion.WEEKS, self.limits).plan or plan

    def pathways(self, best: Solved) -> tuple[Pathway, ...]:
        """The best pathway, then others that differ: see `others`.

        Pathways that differ in nothing but the job at their end are one: the first stands for them.
        """
        shown = self.shown(best)
        return tuple(self.explained(why, solved, swaps=solved is best) for why, solved in shown)

    def shown(self, best: Solved) -> Iterator[tuple[str, Solved]]:
        """The searches of these pathways, made one by one, each with what it is offered for."""
        if best.trace is None:
            return
        found = {_key(best)}
        yield f"{_least(best)}.", best
        for why, solved in self.others(best):
            if len(found) >= self.request.alternatives:
                return
            key = _key(solved, runs=why.startswith(NEARLY))
            if solved.trace is not None and solved.trace.finish_week is not None and key not in found:
                found.add(key)
                yield (why if why.startswith(NEARLY) else f"{_least(solved)}{why}"), solved

    def way_back(self, number: int, after: int, weeks_away: int) -> WayBack | None:
        """See `PathwayService.way_back`."""
        best = self.best()
        self.explainer = Explainer(self.projection, self.request, best.asked.person, self.service.catalogues.book)
        found = next(islice(self.shown(best), number - 1, None), None)
        if found is None:
            return None
        solved = found[1]
        assert solved.trace is not None
        steps = self.outlined("", solved).steps
        if after > len(steps):
            return None
        explainer, planner = self.asked_otherwise(solved), self.planner(solved.asked)
        resuming = Resuming(explainer, solved, solved.trace, planner, self.limits)
        return resuming.way_back(steps[after - 1].afterwards, after, weeks_away)

    def others(self, best: Solved) -> Iterator[tuple[str, Solved]]:
        """Pathways to show beside the best, each with what sets it apart: made one by one, as long as there is room.

        One that is nearly as good and much better otherwise, one that is surer at the door, one that needs an employer
        at most for work at the goal, those that share at most 70% of their steps with the best, and the best to each
        other goal.
        """
        request = self.request
        if (nearly := self.nearly(best)) is not None:
            percent = request.tolerance_percent
            worse = "a tenth" if percent == _USUAL.tolerance_percent else f"{percent} percent"
            yield f"{NEARLY} (at most {worse} worse), and much better otherwise.", nearly
        surer = replace(request, profile_required=True)
        yield ", where the profile usually expected is met at each step.", self.search(surer)
        assert best.trace is not None
        assert best.result.plan is not None
        steps = best.asked.catalogue.steps
        if any(employer_on_the_way(steps[one.content.id], request.to) for one in best.trace.steps):
            alone = replace(request, without_employer=True)
            yield ", with no employer needed but for work at the goal.", self.search(alone)
        problem, plan = best.asked.problem, best.result.plan
        most, alike = request.alternatives - 1, best.asked.catalogue.alike
        planner = self.planner(best.asked)
        for result in alternatives(problem, request.by, plan, self.limits, most=most, alike=alike, planner=planner):
            yield " of those that share at most 70% of their steps with it.", self.replayed(best.asked, result)
        yield from ((", to another of the roles.", solved) for solved in self.other_goals(best))

    def nearly(self, best: Solved) -> Solved | None:
        """What is not much worse and much better otherwise: cheaper; sooner when the price is to be least."""
        otherwise = Criterion.WEEKS if self.request.by is Criterion.COST else Criterion.COST
        unknown = best.asked.catalogue.without_measure[otherwise]
        if not best.asked.measured or _unknown(best, unknown):
            return None
        problem = replace(best.asked.problem, barred=best.asked.problem.barred | unknown)
        planner = self.planner(best.asked)
        found = nearly_as_good(
            problem,
            self.request.by,
            best.result,
            otherwise,
            self.limits,
            slack_percent=self.request.tolerance_percent,
            planner=planner,
        )
        if found is None:
            return None
        # What the search proved is about the other criterion, and would be read as about the one asked for.
        return self.replayed(best.asked, replace(found, proven=False, bound=None, certificate=None))

    def other_goals(self, best: Solved) -> Iterator[Solved]:
        """The best pathway to each of the other goals, the best first."""
        goals = tuple(id for id in self.request.to if id != self.goal(best))
        if len(self.request.to) <= _GOALS_ONE_BY_ONE:
            yield from sorted((self.search(replace(self.request, to=(id,))) for id in goals), key=_worth)
            return
        while goals and (solved := self.search(replace(self.request, to=goals))).trace is not None:
            yield solved
            goals = tuple(id for id in goals if id != self.goal(solved))

    def goal(self, solved: Solved) -> str:
        """Which of the goals a pathway reaches."""
        assert solved.trace is not None
        reached = {support.fact for support in solved.trace.goal}
        return next(id for id in solved.asked.request.to if facts_of(id, self.projection)[0] in reached)

    def explained(self, why: str, solved: Solved, *, swaps: bool = False) -> Pathway:
        """A search that found a plan as a pathway of the answer; with `swaps`, what could stand in for its steps."""
        assert solved.trace is not None
        explainer, by_weeks = self.asked_otherwise(solved), solved.asked.request.by is Criterion.WEEKS
        searched = (one.result for one in self._searched.values() if by_weeks and one.asked is solved.asked)
        what_if = WhatIf(explainer, solved, solved.trace, self.limits, next(searched, None))
        return what_if.told(self.outlined(why, solved), swaps=swaps)

    def outlined(self, why: str, solved: Solved) -> Pathway:
        """The same, without what only other searches can tell."""
        asked = solved.asked
        assert solved.trace is not None
        explainer = self.asked_otherwise(solved)
        told = explainer.pathway(asked.catalogue, solved.result, solved.trace, why, measured=asked.measured)
        return replace(told, proven=told.proven and not told.totals.steps_of_unknown_hours)

    def asked_otherwise(self, solved: Solved) -> Explainer:
        """The explainer for the question of a search, to any of the goals."""
        return self.explainer.asked_otherwise(replace(solved.asked.request, to=self.request.to), solved.asked.person)

    def hours_not_known(self, pathways: tuple[Pathway, ...]) -> str:
        """Of how many steps of the best pathway it is not known whether they fit into the week, as a sentence."""
        number = pathways[0].totals.steps_of_unknown_hours if pathways else 0
        hours = f"{self.request.hours_per_week} hour{'s' * (self.request.hours_per_week > 1)} a week"
        if not number:
            return ""
        return f" Of {counted(number, 'step')} it is not known whether {hours} will do."

    def published_only(self, best: Solved) -> PublishedOnly:
        """Whether published steps alone would do."""
        solved = self.search(replace(self.request, published_only=True))
        if solved.trace is None:
            text = "Published steps alone do not lead there either."
            if best.trace is not None:
                text = "No published route leads there: every way rests on an inference of ours."
            others = [limit for limit in solved.asked.limits if limit.name != "published_only"]
            lifted = self.search(without(solved.asked.request, others))
            outcome = _outcome(solved, lifted.trace is not None)
            if best.trace is not None and outcome is Outcome.NONE_WITHIN_LIMITS:
                tried = ((limit, self.search(without(solved.asked.request, (limit,)))) for limit in others)
                alone = " or without ".join(f"“{limit.text}”" for limit, opened in tried if opened.trace is not None)
                text = f"Published steps alone lead there only without {alone or 'several of the limits'}."
            return PublishedOnly(outcome, text, None, self.nearest(solved, outcome))
        explainer = self.explainer.asked_otherwise(self.request, solved.asked.person)
        _, _, summary = explainer.outline(solved.asked.catalogue, solved.trace)
        return PublishedOnly(Outcome.FOUND, "Published steps alone lead there.", summary, ())

    def nearest(self, solved: Solved, outcome: Outcome) -> tuple[Reachable, ...]:
        """Roles within reach that are most like the goals: same part of the sector first, then nearest in level.

        Where limits close the way, each is searched for, so that it is within them.
        """
        request = solved.asked.request
        reached = {
            f.removeprefix("works-as:") for f in reachable_facts(solved.asked.problem) if f.startswith("works-as:")
        }
        goals = [self.projection.roles[id] for id in request.to if id in self.projection.roles]
        roles = [self.projection.roles[id] for id in reached if id not in request.holds and id not in request.to]
        ranked = sorted(roles, key=lambda role: _nearness(role, goals, request.sector))
        if outcome is Outcome.NONE_WITHIN_LIMITS:
            asked = replace(solved.asked.request, via=())
            ranked = [r for r in ranked[:_TRIED] if self.search(replace(asked, to=(r.id,))).trace is not None]
        why = {role.id: _why_near(role, goals, request.sector) for role in ranked[:_NEAREST]}
        return tuple(Reachable(Thing(r.id, r.title), r.level, why[r.id]) for r in ranked[:_NEAREST])

    def question(self, explainer: Explainer, limits: Iterable[Limit]) -> Question:
        """The question as it was understood."""
        request = self.request
        holds = tuple(map(explainer.brought, request.holds))
        to = tuple(map(explainer.thing, request.to))
        start = ", ".join(t.label for t in holds) or "nothing in particular"
        goal = " or ".join(t.label for t in to)
        if request.to_level:
            goal = f"any level {request.to_level} role of the sector {request.sector}"
        usual = _usual(request)
        said = tuple(LimitSaid(limit.name, limit.text) for limit in limits)
        besides = "".join(f"; {one.text}" for one in said if one.text not in usual)
        assert request.on is not None
        return Question(
            text=f"From {start} to {goal}: {LEAST[request.by].lower()}{besides}.",
            holds=holds,
            to=to,
            to_level=request.to_level,
            sector=request.sector if request.to_level else None,
            by=request.by,
            limits=said,
            on=request.on,
        )

    def explanation(self, best: Solved, published: PublishedOnly, outcome: Outcome) -> str:
        """The outcome in a sentence or two."""
        result = best.result
        match outcome:
            case Outcome.FOUND:
                said = "No pathway among the steps we hold has less."
                if best.trace is not None and not best.trace.steps:
                    return "The goal is held already: nothing more is needed."
                if self.request.by is Criterion.TRAVEL:
                    said = "How far there is to travel is not known of any step, so the soonest is shown instead."
                elif not best.asked.measured:
                    said = "It leads over steps of unknown length or price, so nothing can be said of what is least."
                elif not result.proven:
                    said = f"Nothing below {result.bound} is possible; the search stopped before it could prove more."
                return said if published.pathway else f"{published.text} {said}"
            case Outcome.PROVED_NONE:
                if self.request.attributes:
                    return "Nothing that we hold leads there for this person as things are: see the reasons."
                return "Nothing that we hold leads there from here, whatever the time or the money."
            case Outcome.NONE_WITHIN_LIMITS:
                ours = _usual(self.request)
                said_of = [(one.text, " (which is usual)" if one.text in ours else "") for one in best.asked.limits]
                within = ", ".join(f"{text}{word}" for text, word in said_of)
                return f"There is none within these limits: {within}."
            case Outcome.STOPPED_EARLY:
                return "The search was stopped before it found a pathway or could prove that there is none."


_MEASURED: Final = {
    Criterion.WEEKS: "length",
    Criterion.FIRST_JOB: "length",
    Criterion.STUDY_WEEKS: "length",
    Criterion.COST: "price",
    Criterion.TRAVEL: "travel",
}
"""What has to be known of a step for a criterion; a step is a step in any case."""

_WINDOW: Final = 1.3
"""Compromises may take so many times as long as the soonest pathway."""

_USUAL: Final = PathwayRequest()


def _by(asked: Asked) -> Criterion:
    """What is searched by: where no travel is known, all that is left to choose by is time."""
    by = asked.request.by
    return Criterion.WEEKS if by is Criterion.TRAVEL and not asked.measured else by


def _distance(role: RoleFacts, goal: RoleFacts, sector: str) -> tuple[int, int, str]:
    same_part = role.part is not None and role.part == goal.part
    shared = bool(set(role.sectors) & _meant(goal, sector))
    return (0 if same_part else 1 if shared else 2), abs((role.level or 0) - (goal.level or 0)), role.id


def _usual(request: PathwayRequest) -> set[str]:
    """What the limits say that are in force for whoever sets none."""
    return {limit.text for limit in limits_of(replace(_USUAL, on=request.on), {})}


def _nearness(role: RoleFacts, goals: list[RoleFacts], sector: str) -> tuple[int, int, str]:
    return min((_distance(role, goal, sector) for goal in goals), default=(9, 9, role.id))


def _meant(goal: RoleFacts, sector: str) -> set[str]:
    """The sector of a goal: the one asked for where the goal is of it, as in `within_reach`; else all of its own."""
    return {sector} if sector in goal.sectors else set(goal.sectors)


def _why_near(role: RoleFacts, goals: list[RoleFacts], sector: str) -> str:
    if any(role.part is not None and role.part == goal.part for goal in goals):
        return f"same part of the sector: {role.part}"
    if any(set(role.sectors) & _meant(goal, sector) for goal in goals):
        return "same sector"
    return "within reach, in another sector" if role.sectors and goals else "within reach"
