"""What the engine knows of a pathway beyond its steps: why each is there, what a missed start does, what else would do.

All of it is worked out on the question itself, by leaving out or exchanging one step and carrying out the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from graph.projection import Offer, StepKind
from queries.pathways.asked import Solved
from queries.pathways.compile import Way
from queries.pathways.engine import outlook
from queries.pathways.engine.missing import worth_of
from queries.pathways.engine.problem import Criterion, Limits, PathwayProblem, Plan, PlannedStep, PlannerResult
from queries.pathways.engine.replay import Trace, replay
from queries.pathways.explain import Explainer, cost_words, known_start, some_of
from queries.pathways.limits import limits_of
from queries.pathways.request import (
    AnswerStep,
    Because,
    Pathway,
    PathwayRequest,
    Proof,
    Slack,
    Swap,
    Thing,
    Worth,
    counted,
)
from queries.pathways.sure import SurePlanner, may_be_taken

MOST_SWAPS = 5
MOST_WORTH = 3
WORTH_SHARE = 0.25
"""The share of the calendar work that is spent on what one thing more would be worth."""
_NARROWER = {
    "share at most": "those that share at most 70% of their steps with the pathways before it",
    "Nearly as good": "those nearly as good as the first",
}
"""Among which pathways one was searched for that is shown beside the first, by words of its reason."""
_UNITS = {
    Criterion.WEEKS: ("week", "weeks"),
    Criterion.FIRST_JOB: ("week to the first job", "weeks to the first job"),
    Criterion.STUDY_WEEKS: ("week of study", "weeks of study"),
    Criterion.STEPS: ("step", "steps"),
    Criterion.TRAVEL: ("hour of travel", "hours of travel"),
}


@dataclass(frozen=True)
class WhatIf:
    """What-ifs of one search that found a pathway.

    `soonest`: what the planner said of the same question by weeks, of all pathways; None: it is not known.
    """

    explainer: Explainer
    solved: Solved
    trace: Trace
    limits: Limits
    soonest: PlannerResult | None = None

    def told(self, pathway: Pathway, *, swaps: bool) -> Pathway:
        """The pathway with what is known beyond its steps; with `swaps`, what could stand in for each."""
        because = self.because(pathway)
        late = self.late(pathway)
        steps = [
            replace(
                step,
                because=because[step.id],
                slack=late.get(step.id),
                swaps=self.swaps(step) if swaps and step.kind is not StepKind.JOB else (),
            )
            for step in pathway.steps
        ]
        return replace(pathway, steps=tuple(steps), proof=self.proof(pathway))

    def proof(self, pathway: Pathway) -> Proof | None:
        """The proof, as true of no more than the pathways that this one was searched among."""
        asked, proof = self.solved.asked, pathway.proof
        if proof is None:
            return None
        usual = {limit.text for limit in limits_of(PathwayRequest(on=asked.request.on), {})}
        among = [f"pathways to {some_of([self.explainer.thing(id).label for id in asked.request.to])}"]
        among += [limit.text for limit in asked.limits if limit.text not in usual]
        among += [text for mark, text in _NARROWER.items() if mark in pathway.why]
        return replace(proof, text=f"Of {', '.join(among)}: {proof.text}.")

    @property
    def plan(self) -> Plan:
        """The plan that was carried out."""
        return Plan(tuple(PlannedStep(one.delivery.id, one.start_week) for one in self.trace.steps))

    @property
    def deliveries(self) -> Mapping[str, str]:
        """The delivery of each step."""
        return {one.content.id: one.delivery.id for one in self.trace.steps}

    def because(self, pathway: Pathway) -> dict[str, Because]:
        """Why each step is there, by its id: leave it out, carry out the rest, and name what is lost."""
        titles = {self.deliveries[step.id]: step.title for step in pathway.steps}
        numbers = {self.deliveries[step.id]: step.number for step in pathway.steps}
        losses = outlook.removal_reasons(self.solved.asked.problem, self.plan)
        found = {}
        for id, delivery in self.deliveries.items():
            loss = losses[delivery]
            lost = tuple(dict.fromkeys(map(self.explainer.words, loss.facts)))
            if loss.closed:
                first = loss.closed[0]
                lacking = ", ".join(map(self.explainer.words, first.lost))
                text = f"without it step {numbers[first.delivery]}, {titles[first.delivery]}, cannot be begun"
                text += f": {lacking} would be missing" if lacking else ""
            elif loss.goal:
                text = f"without it the goal is not reached: {', '.join(lost)} would be missing"
            elif loss.finish_week is not None and loss.finish_week > (self.trace.finish_week or 0):
                text = f"without it the goal is reached in week {loss.finish_week}, later than with it"
            elif self.solved.asked.problem.milestone is not None:
                text = "it is the soonest work in the sector; the goal does not lean on it"
            else:
                text = "nothing on this pathway leans on it"
            found[id] = Because(text, lost)
        return found

    def late(self, pathway: Pathway) -> dict[str, Slack]:
        """What a missed start of each step does, by its id; jobs are begun when somebody is hired."""
        known = {one.content.id for one in self.trace.steps if one.delivery.starts is not None}
        asked = self.solved.asked
        found, slack = {}, dict[str, outlook.Slack]()
        if known:
            slack = outlook.slack(asked.problem, self.plan, self.limits, anew=True, soonest=self.soonest)
        for step in pathway.steps:
            if step.id in known and (one := slack.get(self.deliveries[step.id])) is not None:
                found[step.id] = self.missed(one, asked.catalogue.ways[self.deliveries[step.id]])
            elif step.kind is not StepKind.JOB:
                said = "no start date is known, so nothing can be said of a start that is missed"
                found[step.id] = Slack(None, None, None, None, True, said)
        return found

    def missed(self, one: outlook.Slack, way: Way) -> Slack:
        """The slack of a step with known starts."""
        spare, on = one.latest - one.start_week, self.explainer.person.asked_on
        weeks = (one.start_week, one.next_start or 0)
        start, then = (known_start(way, on, week) or f"week {week}" for week in weeks)
        said = [f"it may start up to {counted(spare, 'week')} later with the same end"] if spare else []
        if one.next_start is None:
            said.append(f"after {start} no start of this run is known")
        elif one.weeks_lost is None:
            said.append(f"miss {start}, and the next start of this run, {then}, is too late")
        else:
            later = f"{counted(one.next_start - one.start_week, 'week')} later"
            most = "" if one.proven else "at most "
            end = f"the end {most}{counted(one.weeks_lost, 'week')} later" if one.weeks_lost else "the same end"
            said.append(f"miss {start}, and the next start of this run is {then}, {later}: {end}")
        if one.anew_finish is None:
            said.append(
                f"nothing else {'leads' if one.anew_proven else 'was found that leads'} there in time from then on"
            )
        elif one.anew_finish != one.missed_finish:
            best = "best" if one.anew_proven else "best that was found"
            said.append(f"the {best} of everything on offer from then on ends in week {one.anew_finish}")
        proven = one.proven and one.anew_proven
        return Slack(spare, one.next_start, one.missed_finish, one.anew_finish, proven, "; ".join(said))

    def swaps(self, step: AnswerStep) -> tuple[Swap, ...]:
        """What could stand in for a step with all others kept."""
        delivery = self.deliveries[step.id]
        found = outlook.swaps(self.problem_of_swaps, self.plan, delivery, self.limits, most=MOST_SWAPS)
        catalogue = self.solved.asked.catalogue
        return tuple(self.swap(one, step) for one in found if may_be_taken(one.plan, catalogue))

    @cached_property
    def problem_of_swaps(self) -> PathwayProblem:
        """The question with each run once beside those of the pathway: as one that may be entered on an assumption."""
        asked = self.solved.asked
        taken = set(self.deliveries.values())
        runs = {run_of(asked.catalogue.ways[id]) for id in taken}
        easiest = dict[object, str]()
        for id, way in asked.catalogue.ways.items():
            if id not in asked.problem.barred:
                one = way.delivery
                easiest[run_of(way), one.starts, one.opens, one.closes] = id
        once = {id for id in easiest.values() if run_of(asked.catalogue.ways[id]) not in runs} | taken
        deliveries = [one for one in asked.problem.deliveries if one.id in once]
        delivered = {one.content for one in deliveries}
        contents = [one for one in asked.problem.contents if one.id in delivered]
        return asked.problem.with_catalogue(contents=contents, deliveries=deliveries)

    def swap(self, one: outlook.Swap, step: AnswerStep) -> Swap:
        """One such exchange in words; of another run of the same step, in what it differs."""
        catalogue = self.solved.asked.catalogue
        ways = [catalogue.ways[id] for id in one.deliveries]
        _, totals, _ = self.explainer.outline(catalogue, replay(self.solved.asked.problem, one.plan))
        names = []
        for way in ways:
            provider = self.explainer.thing(way.offer.provider).label if way.offer else None
            name = f"{way.step.title} with {provider}" if provider else way.step.title
            names.append(f"{name} ({_run(way.offer)})" if way.offer and way.step.title == step.title else name)
        least = "at least " if totals.weeks_at_least else ""
        return Swap(
            steps=tuple(Thing(way.step.id, way.step.title) for way in ways),
            providers=tuple(self.explainer.thing(way.offer.provider) for way in ways if way.offer),
            weeks=totals.weeks,
            weeks_at_least=totals.weeks_at_least,
            cost_pounds=totals.cost_pounds,
            text=f"{' and '.join(names)}: {least}{counted(totals.weeks, 'week')} in all, {cost_words(totals)}",
        )

    def worth(self, planner: SurePlanner) -> tuple[Worth, ...]:
        """What it would be worth to hold one thing more that steps on some way to the goal ask for.

        `planner` is that for the person: with the thing, too, somebody of one age has to be able to start every step.
        Only what makes a difference is told; what the pathway itself gives is left out. Each is searched for with a
        share of the work: a pathway that is found is there, though a better one may be overlooked.
        """
        asked, now = self.solved.asked, self.solved.result.value
        if now is None or not asked.measured:
            return ()
        given = {support.fact for one in self.trace.steps for support in one.gained}
        facts = [fact for fact in asked.catalogue.asked_for(asked.request.to) if fact not in given][:MOST_WORTH]
        found = []

        def better(problem: PathwayProblem, by: Criterion, limits: Limits) -> PlannerResult:
            if problem.held == asked.problem.held:
                return self.solved.result
            if by is Criterion.WEEKS:
                problem = replace(problem, horizon=min(problem.horizon, max(now - 1, 0)))
            return planner.at_one_age(problem, by, limits)

        limits = replace(self.limits, calendar_work=self.limits.calendar_work * WORTH_SHARE)
        worths = worth_of(asked.problem, asked.request.by, facts, limits, solve=better)
        for fact, then in worths.items():
            if then is not None and then < now:
                words = self.explainer.words(fact)
                by = asked.request.by
                text = f"with {words}: {value_words(by, then)} instead of {value_words(by, now)}"
                found.append(Worth(Thing(fact, words), now, then, text))
        return tuple(found)


def value_words(criterion: Criterion, value: int) -> str:
    """So much of a criterion, with its unit."""
    return f"£{value:,}" if criterion is Criterion.COST else counted(value, *_UNITS[criterion])


def run_of(way: Way) -> tuple[str, str | None]:
    """What makes a run of a step the same run, whenever it is begun and whoever pays: the step and the offer."""
    return way.step.id, way.offer.id if way.offer else None


def _run(offer: Offer) -> str:
    """What tells one run of a step from another."""
    how = (offer.study_mode, offer.attendance, offer.delivery_mode, offer.site or offer.town)
    known = "starts on any day" if offer.flexible else "no start known"
    starts = f"starts {', '.join(offer.starts)}" if offer.starts else known
    return ", ".join([*filter(None, how), starts])
