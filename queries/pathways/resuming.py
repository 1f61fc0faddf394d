"""Step off and step back on: the soonest way on for somebody who stops after a step and comes back weeks later."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from graph.projection import StepKind
from queries.pathways.asked import Solved
from queries.pathways.coming_back import CreditAsked, PaidAgain, StepAhead, WayBack, WayOn
from queries.pathways.compile import Way
from queries.pathways.engine.idioms import within
from queries.pathways.engine.outlook import Resumption, resume
from queries.pathways.engine.problem import Criterion, Limits, PathwayProblem, Plan, PlannedStep
from queries.pathways.engine.replay import StepTrace, Trace, replay
from queries.pathways.explain import FULL_TIME, Explainer, Standing, any_day, hours_not_known, known_start, start_note
from queries.pathways.limits import USUAL_HORIZON
from queries.pathways.request import StoppingPoint, Thing, counted
from queries.pathways.sure import SurePlanner, may_be_taken, under_steps


@dataclass(frozen=True)
class Resuming:
    """Ways back to the pathway of one search that found one (`trace`)."""

    explainer: Explainer
    solved: Solved
    trace: Trace
    planner: SurePlanner
    limits: Limits

    @property
    def ways(self) -> dict[str, Way]:
        """The way of each delivery."""
        return dict(self.solved.asked.catalogue.ways)

    def way_back(self, keeps: StoppingPoint, after: int, weeks_away: int) -> WayBack:
        """The way on after step number `after`, where they have what `keeps` says, and so many weeks.

        The earliest finish, whatever the pathway was to have least of: whoever comes back wants to be there.
        """
        _, planned, _ = self.explainer.outline(self.solved.asked.catalogue, self.trace)
        stopped = self.trace.steps[after - 1]
        found = WayBack(
            stops_after=self.named(stopped),
            weeks_away=weeks_away,
            stops_in_weeks=stopped.end_week,
            stop_at_least=False,
            back_in_weeks=None if stopped.end_week is None else stopped.end_week + weeks_away,
            outcome=WayOn.NOT_KNOWN,
            keeps=keeps,
            lapses=None,
            paid_again=(),
            credit=(),
            steps=(),
            planned_weeks=planned.weeks,
            weeks=None,
            weeks_at_least=planned.weeks_at_least,
            weeks_later=None,
            why=(),
            text=(),
        )
        if self.trace.finish_week is None or stopped.end_week is None:
            why = "not every step has a start that is known to fit, so nothing can be said of when to go on"
            return self.told(replace(found, why=(why,)))
        if self.unsure(self.trace) & {one.content.id for one in self.trace.steps[:after]}:
            found = replace(found, stop_at_least=True)
        back = self.resumed(self.solved.asked.problem, after, weeks_away)
        if self.solved.asked.problem.lapses:
            found = replace(found, lapses=tuple(sorted(map(self.explainer.words, back.lapsed))))
        if back.plan is None:
            if not back.proven:
                return self.told(replace(found, why=("the search was stopped before it could tell",)))
            why_none = tuple(self.why_none(back, after, weeks_away))
            return self.told(replace(found, outcome=WayOn.NONE_KNOWN, why=why_none))
        if not may_be_taken(back.plan, self.solved.asked.catalogue):
            why = "the only way on that was found asks for ages, or for borrowing in one year, that do not go together"
            return self.told(replace(found, why=(why,)))
        return self.told(self.found(found, back, back.plan))

    def resumed(self, problem: PathwayProblem, after: int, weeks_away: int) -> Resumption:
        """The way on by steps of known length, beside those of the pathway; by any, only where there is none else."""
        plan = Plan(tuple(PlannedStep(one.delivery.id, one.start_week) for one in self.trace.steps))
        planned = {one.delivery.id for one in self.trace.steps}
        unknown = self.solved.asked.catalogue.without_measure[Criterion.WEEKS] - planned - problem.barred
        known = replace(problem, barred=problem.barred | unknown)
        back = resume(known, plan, after, weeks_away, self.limits, self.planner)
        if back.plan is None and unknown:
            return resume(problem, plan, after, weeks_away, self.limits, self.planner)
        return back

    def found(self, asked: WayBack, back: Resumption, plan: Plan) -> WayBack:
        """The way on by a plan that was replayed."""
        catalogue = self.solved.asked.catalogue
        trace = under_steps(replay(self.solved.asked.problem, plan), catalogue)
        left = {step.delivery for step in back.remaining}
        planned = {one.content.id for one in self.trace.steps}
        kept = {one.content.id for one in trace.steps if one.delivery.id not in left}
        pairs = list(zip(trace.steps, self.explainer.standings(catalogue, trace), strict=True))
        ahead = [(one, standing) for one, standing in pairs if one.delivery.id in left]
        same = {one.content.id for one, _ in ahead} == planned - kept
        _, totals, _ = self.explainer.outline(catalogue, trace)
        unsure = self.unsure(self.trace) | self.unsure(trace)
        dated = any(self.ways[one.delivery.id].delivery.starts for one in (*self.trace.steps, *trace.steps))
        given_up = [self.ways[id].step.id for id in back.given_up]
        return replace(
            asked,
            outcome=WayOn.NOTHING_LEFT if not ahead else WayOn.SAME_STEPS if same else WayOn.OTHER_STEPS,
            paid_again=tuple(
                PaidAgain(self.named(one), standing.cost.value if standing.cost else None)
                for one, standing in ahead
                if one.content.id in given_up
            ),
            credit=tuple(
                credit
                for one, standing in ahead
                if one.content.id not in planned
                for credit in self.credit(standing, asked.keeps)
            ),
            steps=tuple(self.ahead(one, standing, one.content.id in planned) for one, standing in ahead),
            weeks=totals.weeks,
            weeks_at_least=totals.weeks_at_least,
            weeks_later=None if unsure - kept or (unsure and dated) else back.weeks_later,
            why=() if same else tuple(self.closed(back, planned - kept)),
        )

    def unsure(self, trace: Trace) -> set[str]:
        """The steps, jobs aside, of which a start, the length, or whether the hours fit is not known."""
        found, facts = set(), list(self.explainer.person.facts)
        few_hours = self.solved.asked.request.hours_per_week < FULL_TIME
        for one in trace.steps:
            way = self.ways[one.delivery.id]
            weeks = self.explainer.outline_of(self.solved.asked.catalogue, one, facts).weeks
            facts += way.step.gives
            no_start = way.delivery.starts is None and not any_day(way)
            unknown = weeks is None or weeks.at_least or no_start or (few_hours and hours_not_known(way))
            if unknown and way.step.kind is not StepKind.JOB:
                found.add(one.content.id)
        return found

    def ahead(self, one: StepTrace, standing: Standing, planned: bool) -> StepAhead:
        """A step that is left."""
        way = standing.way
        on = self.explainer.person.asked_on
        said = known_start(way, on, one.start_week or 0)
        job = way.step.kind is StepKind.JOB
        return StepAhead(
            id=way.step.id,
            title=way.step.title,
            provider=self.explainer.thing(way.offer.provider) if way.offer else None,
            starts_in_weeks=one.start_week,
            ends_in_weeks=one.end_week,
            start_known=not job and (said is not None or any_day(way)),
            start_note=f"starts {said}" if said else start_note(way.step, way.offer, way.last_start),
            planned=planned,
            cost=standing.cost,
            likely=standing.eligibility.likely,
            status=way.status,
        )

    def credit(self, standing: Standing, keeps: StoppingPoint) -> Iterator[CreditAsked]:
        """What is known of the credit that is held, at the door of a step that was not planned."""
        step = standing.step
        if step.kind is not StepKind.STUDY:
            return
        me = Thing(step.id, step.title)
        for held in keeps.credits_held:
            known = [
                one
                for one in self.explainer.projection.transfers
                if one.from_id == held.award.id and one.to_id in step.about
            ]
            for one in known:
                how = "by its own rules" if one.automatic else "when somebody so decides"
                text = f"{me.label} takes in credit of {held.award.label} {how}: {one.condition}"
                yield CreditAsked(me, held.award, one.automatic, text, one.source.status)
            if not known:
                text = f"whether {me.label} takes in credit of {held.award.label} is not known: ask before it is begun"
                yield CreditAsked(me, held.award, None, text, None)

    def closed(self, back: Resumption, contents: Iterable[str]) -> Iterator[str]:
        """Which steps of the pathway have no start any more that is known, with the last one."""
        problem = self.solved.asked.problem
        last_week = problem.horizon
        by_step: dict[str, list[Way]] = {id: [] for id in contents}
        twins = self.solved.asked.catalogue.twins
        for one in problem.deliveries:
            step = twins.get(one.content, one.content)
            if step in by_step and one.id not in problem.barred:
                by_step[step].append(self.ways[one.id])
        for ways in by_step.values():
            if ways and not any(within(way.delivery, back.back_week, last_week - way.delivery.weeks) for way in ways):
                starts = [start for way in ways if way.offer for start in way.offer.starts]
                last = f"; the last that is known is {max(starts)}" if starts else ""
                yield f"no start of {ways[0].step.title} is known from week {back.back_week} on{last}"

    def why_none(self, back: Resumption, after: int, weeks_away: int) -> Iterator[str]:
        """For want of what there is no way on that we hold."""
        problem = self.solved.asked.problem
        if problem.horizon < USUAL_HORIZON:
            later = self.resumed(replace(problem, horizon=USUAL_HORIZON), after, weeks_away)
            if later.finish_week is not None:
                yield f"week {later.finish_week} is the soonest, and week {problem.horizon} the last that was asked for"
                return
        ended = {step.delivery.id for step in self.trace.steps[:after]}
        found = list(self.closed(back, [one.content.id for one in self.trace.steps if one.delivery.id not in ended]))
        yield from found
        if not found:
            yield f"nothing that we hold leads there from then to week {problem.horizon}, the last that was asked for"

    def told(self, one: WayBack) -> WayBack:
        """The same, with all of it in words."""
        return replace(one, text=tuple(_sentences(one, self.explainer.person.asked_on)))

    def named(self, one: StepTrace) -> Thing:
        """A step by its id and title."""
        return self.explainer.step_thing(self.solved.asked.catalogue, one)


def _sentences(one: WayBack, on: date) -> Iterator[str]:
    """All of it in words. `on`: the day of the question."""
    when = "then"
    if one.back_in_weeks is not None:
        when = f"week {one.back_in_weeks}, about {on + timedelta(weeks=one.back_in_weeks)},"
    if one.stop_at_least:
        yield (
            f"When {one.stops_after.label} ends is not known, as some start or length is not: all weeks count from the"
            f" earliest, week {one.stops_in_weeks}."
        )
    whole = ", ".join(step.title for step in one.steps)
    match one.outcome:
        case WayOn.NOT_KNOWN:
            yield f"How the client can go on is not known: {'; '.join(one.why)}."
        case WayOn.NONE_KNOWN:
            yield f"No way back on is known from {when} on: {'; '.join(one.why)}."
            yield "That nothing is known does not mean that there is nothing: ask the provider of the next step."
        case WayOn.NOTHING_LEFT:
            yield "Nothing is left to do: the goal is reached before the stop."
        case WayOn.SAME_STEPS:
            yield f"From {when} the steps that are left stay the same: {whole}."
        case WayOn.OTHER_STEPS:
            why = f" ({'; '.join(one.why)})" if one.why else ""
            yield f"From {when} the soonest way on is another than planned{why}: {whole}."
    if one.steps:
        yield f"Next is {one.steps[0].title}: {_next(one.steps[0])}."
        soonest = " at the soonest" if one.weeks_at_least else ""
        weeks = f"week {one.weeks}{soonest} instead of week {one.planned_weeks}{soonest}"
        if one.weeks_later is None:
            yield f"The goal is reached in {weeks}; how much later that is in fact is not known."
        elif one.weeks_later:
            later = "later" if one.weeks_later > 0 else "sooner"
            yield f"The goal is reached in {weeks}: {counted(abs(one.weeks_later), 'week')} {later}."
        else:
            yield f"The goal is reached in week {one.weeks}{soonest}, as planned."
    for again in one.paid_again:
        paid = "what it costs is not known" if again.pounds is None else f"£{again.pounds:,}"
        yield f"{again.step.label} is broken off at the stop, and has to be begun and paid for again: {paid}."
    again_ids = {again.step.id for again in one.paid_again}
    for lost in one.keeps.breaks_off:
        if lost.id not in again_ids:
            yield f"{lost.label} is broken off at the stop, and what was paid for it is lost as far as we know."
    if one.steps and not one.keeps.breaks_off:
        yield "Nothing that was completed has to be paid for again."
    yield from (f"{credit.text[:1].upper()}{credit.text[1:]}." for credit in one.credit)
    if one.lapses:
        yield f"By then no longer counts: {', '.join(one.lapses)}."
    elif one.lapses is None and one.outcome is not WayOn.NOTHING_LEFT:
        yield "No rule is known by which what the client holds lapses in that time: ask whether it still counts."
    elif one.lapses is not None:
        yield "Nothing that the client holds lapses in that time."


def _next(step: StepAhead) -> str:
    """When the next step begins, as far as that is known."""
    if step.start_known:
        return f"week {step.starts_in_weeks}, {step.start_note}"
    return f"week {step.starts_in_weeks} at the soonest; {step.start_note}"
