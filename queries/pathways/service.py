"""The use case: one pathway question, answered over one release.

Resolve what is named, compile, search, replay, explain. The second opinions (replay against the problem, the judge
against the requirements themselves) stand between the search and every answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from graph.projection import Projection, RoleFacts, Step, StepKind
from graph.requirements import circumstances, parse, references, sentence
from queries.pathways.compile import Compiled, Person, UnknownThingError, compile_question, facts_of
from queries.pathways.engine.planner import ExactPlanner, reachable_facts
from queries.pathways.engine.problem import Criterion, Limits, Outcome, PathwayProblem, Plan, Planner, PlannerResult
from queries.pathways.engine.replay import Trace, replay
from queries.pathways.explain import Explainer
from queries.pathways.request import (
    Pathway,
    PathwayAnswer,
    PathwayRequest,
    PublishedOnly,
    Question,
    Reachable,
    ReleaseRef,
    Thing,
)


class NoSuchGoalError(LookupError):
    """No role of the sector is at the level asked for."""


@dataclass(frozen=True, slots=True)
class _Solved:
    """One search: what was compiled, what came out, and the plan carried out (None when there is no plan).

    `measured`: every step's measure is known; False: some are not, so that the value is only *at least*.
    """

    measured: bool
    compiled: Compiled
    person: Person
    result: PlannerResult
    trace: Trace | None


def _measure_known(criterion: Criterion) -> Callable[[Step], bool]:
    match criterion:
        case Criterion.WEEKS | Criterion.STUDY_WEEKS | Criterion.FIRST_JOB:
            return lambda step: step.weeks is not None
        case Criterion.COST:
            return lambda step: step.cost is not None
        case Criterion.STEPS | Criterion.TRAVEL:
            return lambda step: True


_LEAST: Final = {
    Criterion.WEEKS: "Soonest",
    Criterion.COST: "Least known cost",
    Criterion.STEPS: "Fewest steps",
    Criterion.STUDY_WEEKS: "Least study",
    Criterion.TRAVEL: "Least travel",
    Criterion.FIRST_JOB: "Soonest into work in the sector",
}


_GOALS_ONE_BY_ONE: Final = 20
_ANY_TIME: Final = 2000
"""Weeks that no pathway of ours takes: where the limit on time is lifted."""


def _key(solved: _Solved) -> tuple[str, ...]:
    """What makes a pathway the same as another: what is done before the last job, or all when it is but jobs."""
    steps = solved.trace.steps if solved.trace else ()
    return tuple(s.content.id for s in steps if s.content.kind != StepKind.JOB) or tuple(s.content.id for s in steps)


def _worth(solved: _Solved) -> tuple[bool, bool, int, int, int]:
    """For ordering: pathways first, fully measured ones first, then what is to be least, then steps, then weeks."""
    if solved.trace is None:
        return True, True, 0, 0, 0
    finish, value = solved.trace.finish_week, solved.result.value
    weeks = solved.trace.study_weeks if finish is None else finish
    return False, not solved.measured, value if value is not None else 0, len(solved.trace.steps), weeks


class PathwayService:
    """Answers pathway questions over one release. Safe to share between threads."""

    def __init__(self, projection: Projection, release: ReleaseRef, planner: Planner | None = None) -> None:
        self.projection, self.release = projection, release
        self.planner: Planner = planner or ExactPlanner()

    def goals(self, request: PathwayRequest) -> tuple[str, ...]:
        """The ids any of which will do. Raises `NoSuchGoalError` and `UnknownThingError`."""
        if request.to:
            for id in request.to:
                if id not in self.projection.roles and id not in self.projection.awards:
                    raise UnknownThingError(id)
            return request.to
        roles = self.projection.roles.values()
        found = sorted(r.id for r in roles if r.level == request.to_level and request.sector in r.sectors)
        if not found:
            raise NoSuchGoalError(f"no role of the sector “{request.sector}” is known at level {request.to_level}")
        return tuple(found)

    def answer(self, request: PathwayRequest, limits: Limits | None = None) -> PathwayAnswer:
        """The answer to one question.

        Raises `UnknownThingError` for an id that the release does not hold, and `NoSuchGoalError`. Everything else,
        “no pathway” too, is an answer.
        """
        limits = limits or Limits()
        request = replace(
            request,
            to=self.goals(request),
            by=Criterion(request.by),
            on=request.on or date.today(),  # noqa: DTZ011  (the person's day, wherever they are)
        )
        for id in request.holds:
            facts_of(id, self.projection)
        by_goal = self.by_goal(request, limits)
        best = min(by_goal.values(), key=_worth) if by_goal else self.search(request, limits)
        explainer = Explainer(self.projection, request, best.person)
        pathways = self.pathways(request, best, by_goal, limits)
        published = self.published_only(request, best, limits)
        touched = {id for p in pathways for id in (p.goal.id, *(s.about[0].id for s in p.steps))} or set(request.to)
        return PathwayAnswer(
            outcome=best.result.outcome,
            explanation=self.explanation(best, published, request),
            question=self.question(request, explainer),
            release=self.release,
            pathways=pathways,
            published_only=published,
            nearest=() if pathways else self.nearest(best, request),
            reasons=() if pathways else self.reasons(best, request, limits),
            gaps=tuple(gap for gap in self.projection.gaps if touched.intersection(gap.about)),
            check_before_recommending=explainer.checks(pathways),
            illustrative=any(p.status == "illustrative" for p in pathways),
        )

    def search(self, request: PathwayRequest, limits: Limits) -> _Solved:
        """The best plan among steps whose measure is known; only when there is none, among all steps.

        A step of unknown length or price can never be called the shortest or the cheapest, so it is used only where
        nothing else leads on; the totals then say *at least*.
        """
        solved = self._search(request, limits, _measure_known(request.by), measured=True)
        return solved if solved.trace else self._search(request, limits, lambda _: True, measured=False)

    def _search(
        self, request: PathwayRequest, limits: Limits, known: Callable[[Step], bool], *, measured: bool
    ) -> _Solved:
        assert request.on is not None  # noqa: S101
        compiled, person = compile_question(self.projection, request, request.on, known)
        result = self.planner.solve(compiled.problem, request.by, limits)
        if result.plan is None:
            return _Solved(measured, compiled, person, result, None)
        plan = result.plan if result.plan.dated else self._dated(compiled.problem, result.plan, limits)
        return _Solved(measured, compiled, person, result, replay(compiled.problem, plan))

    def _dated(self, problem: PathwayProblem, plan: Plan, limits: Limits) -> Plan:
        """The same steps placed on the calendar as early as they can be; undated when no calendar can run them."""
        chosen = {step.delivery for step in plan.steps}
        only = problem.with_catalogue(deliveries=(d for d in problem.deliveries if d.id in chosen))
        return self.planner.solve(only, Criterion.WEEKS, limits).plan or plan

    def by_goal(self, request: PathwayRequest, limits: Limits) -> dict[str, _Solved]:
        """The best for each goal of several; the best of these is the best of all, with ties broken by time.

        Empty for one goal and for very many, which are then searched together.
        """
        if not 1 < len(request.to) <= _GOALS_ONE_BY_ONE:
            return {}
        return {id: self.search(replace(request, to=(id,)), limits) for id in request.to}

    def pathways(
        self, request: PathwayRequest, best: _Solved, by_goal: dict[str, _Solved], limits: Limits
    ) -> tuple[Pathway, ...]:
        """The best pathway; then one surer at the door, one without an employer; then the best to other goals.

        Pathways that differ in nothing but the job at their end are one: the first stands for them.
        """
        if best.trace is None:
            return ()
        least = _LEAST[request.by]
        surer, alone = replace(request, profile_required=True), replace(request, without_employer=True)
        found = {_key(best): self.explained(f"{least}.", request, request, best)}
        candidates = [
            (f"{least}, where the profile usually expected is met at each step.", surer, self.search(surer, limits)),
            (f"{least}, with no employer needed before the last step.", alone, self.search(alone, limits)),
            *(
                (f"{least}, to another of the roles.", request, by_goal[id])
                for id in sorted(by_goal, key=lambda id: _worth(by_goal[id]))
            ),
        ]
        if not any(step.needs_employer for step in found[_key(best)].steps[:-1]):
            del candidates[1]  # the best is such a pathway
        for why, asked, solved in candidates:
            if solved.trace is not None and solved.trace.finish_week is not None and _key(solved) not in found:
                found[_key(solved)] = self.explained(why, request, asked, solved)
        return tuple(found.values())[: request.alternatives]

    def explained(self, why: str, request: PathwayRequest, asked: PathwayRequest, solved: _Solved) -> Pathway:
        """A solved question as a pathway of the answer to `request`."""
        assert solved.trace is not None  # noqa: S101
        explainer = Explainer(self.projection, replace(asked, to=request.to), solved.person)
        return explainer.pathway(solved.compiled, solved.result, solved.trace, why)

    def published_only(self, request: PathwayRequest, best: _Solved, limits: Limits) -> PublishedOnly:
        """Whether published steps alone would do."""
        asked = replace(request, published_only=True)
        solved = self.search(asked, limits)
        if solved.trace is None:
            text = "Published steps alone do not lead there either."
            if best.trace is not None:
                text = "No published route leads there: every way rests on an inference of ours."
            return PublishedOnly(solved.result.outcome, text, None, self.nearest(solved, request))
        pathway = self.explained("", request, asked, solved)
        return PublishedOnly(Outcome.FOUND, "Published steps alone lead there.", pathway.summary, ())

    def nearest(self, best: _Solved, request: PathwayRequest) -> tuple[Reachable, ...]:
        """Roles within reach that are most like the goals: same part of the sector first, then nearest in level."""
        reached = {
            f.removeprefix("works-as:") for f in reachable_facts(best.compiled.problem) if f.startswith("works-as:")
        }
        goals = [self.projection.roles[id] for id in request.to if id in self.projection.roles]
        roles = [self.projection.roles[id] for id in reached if id not in request.holds and id not in request.to]
        ranked = sorted(roles, key=lambda role: min((_distance(role, goal) for goal in goals), default=(9, 9, role.id)))
        return tuple(Reachable(Thing(r.id, r.title), r.level, _why_near(r, goals)) for r in ranked[:5])

    def reasons(self, best: _Solved, request: PathwayRequest, limits: Limits) -> tuple[str, ...]:
        """Why there is none, as codes with words."""
        if best.result.outcome is Outcome.NONE_WITHIN_LIMITS:
            longer = self.search(replace(request, within_weeks=_ANY_TIME), limits)
            if longer.trace is None:
                return (f"too-many-hours: every way takes more than {request.hours_per_week} hours in some week",)
            return (f"too-late: the soonest way takes {longer.trace.finish_week} weeks",)
        wanted = {fact for id in request.to for fact in facts_of(id, self.projection)}
        leading = [step for step in self.projection.steps if wanted.intersection(step.gives)]
        if not leading:
            return ("nothing-leads-there: no step that we hold leads to it",)
        said = []
        for step in leading:
            why = best.compiled.left_out.get(step.id)
            code = "only-unconfirmed" if why == "it is not published" else "left-out" if why else "needs-not-met"
            said.append(f"{code}: {step.title}: {why or 'what it asks cannot be reached from what is held'}")
        return (*self.not_eligible(best.person, request), *said)

    def not_eligible(self, person: Person, request: PathwayRequest) -> tuple[str, ...]:
        """Circumstances of the person that close a step on some way to the goals."""
        wanted, waiting, said = set(request.to), list(request.to), []
        while waiting:
            id = waiting.pop()
            for step in self.projection.steps:
                if not any(fact.endswith(f":{id}") for fact in step.gives):
                    continue
                requirement = parse(step.requirement)
                new = references(requirement) - wanted
                wanted |= new
                waiting += new
                closed = [a for a in circumstances(requirement) if person.attribute(a) is False]
                said += [f"not-eligible: {step.title}: it asks for somebody {sentence(a)}" for a in closed]
        return tuple(dict.fromkeys(said))

    def question(self, request: PathwayRequest, explainer: Explainer) -> Question:
        """The question as it was understood."""
        holds = tuple(map(explainer.brought, request.holds))
        to = tuple(map(explainer.thing, request.to))
        start = ", ".join(t.label for t in holds) or "nothing in particular"
        goal = " or ".join(t.label for t in to)
        if request.to_level:
            goal = f"any level {request.to_level} role of the sector {request.sector}"
        assert request.on is not None  # noqa: S101
        return Question(
            text=f"From {start} to {goal}: {_LEAST[request.by].lower()}.",
            holds=holds,
            to=to,
            to_level=request.to_level,
            sector=request.sector if request.to_level else None,
            by=request.by,
            on=request.on,
        )

    def explanation(self, best: _Solved, published: PublishedOnly, request: PathwayRequest) -> str:
        """The outcome in a sentence or two."""
        result = best.result
        match result.outcome:
            case Outcome.FOUND:
                said = "No pathway among the steps we hold has less."
                if not best.measured:
                    said = "It leads over steps of unknown length or price, so nothing can be said of what is least."
                elif not result.proven:
                    said = f"Nothing below {result.bound} is possible; the search stopped before it could prove more."
                return said if published.pathway else f"{published.text} {said}"
            case Outcome.PROVED_NONE:
                if self.not_eligible(best.person, request):
                    return "Nothing that we hold leads there for this person as things are: see the reasons."
                return "Nothing that we hold leads there from here, whatever the time or the money."
            case Outcome.NONE_WITHIN_LIMITS:
                limits = f"{request.within_weeks} weeks and {request.hours_per_week} hours a week"
                return f"There is none within {limits}; without these limits there is."
            case Outcome.STOPPED_EARLY:
                return "The search was stopped before it found a pathway or could prove that there is none."


def _distance(role: RoleFacts, goal: RoleFacts) -> tuple[int, int, str]:
    same_part = role.part is not None and role.part == goal.part
    shared = bool(set(role.sectors) & set(goal.sectors))
    return (0 if same_part else 1 if shared else 2), abs((role.level or 0) - (goal.level or 0)), role.id


def _why_near(role: RoleFacts, goals: list[RoleFacts]) -> str:
    if any(role.part is not None and role.part == goal.part for goal in goals):
        return f"same part of the sector: {role.part}"
    if any(set(role.sectors) & set(goal.sectors) for goal in goals):
        return "same sector"
    return "within reach"
