"""From a plan that was replayed to the answer a person reads: reasons, stopping places, what to check."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Protocol, Self

from graph.projection import RANK, Amount, Evidence, Offer, Projection, Status, Step, StepKind, worst
from graph.requirements import AnyOf, CreditsFrom, Requirement, Usually
from queries.eligibility.decision import Answer, Payment, RuleSaid
from queries.eligibility.logic import Situation
from queries.eligibility.person import Facts
from queries.eligibility.rulebook import RuleBook, Scheme, rulebook
from queries.eligibility.schemes import Cost, payments
from queries.pathways.compile import (
    DayCatalogue,
    Person,
    Way,
    credits_taken,
    facts_of,
    is_current,
    needs_employer,
    opportunity_facts,
    read_rule,
    shutting_out,
)
from queries.pathways.engine.problem import Certificate, PlannerResult
from queries.pathways.engine.replay import StepTrace, Trace, ended_by
from queries.pathways.judge import Judge
from queries.pathways.person import (
    counted_payment,
    entitlements,
    learner_pays,
    on_any_day,
    spent_by,
    step_eligibility,
    with_reason,
    within_a_year,
)
from queries.pathways.request import (
    DOUBT,
    AnswerStep,
    BackOn,
    Check,
    ConditionSaid,
    CreditsHeld,
    Eligibility,
    Likely,
    Need,
    NeededOne,
    OpenRole,
    Pathway,
    PathwayRequest,
    Proof,
    StoppingPoint,
    Thing,
    Totals,
    Verdict,
    counted,
)
from queries.pathways.shorter import Shortened


class AnswerContradictedError(Exception):
    """The second opinion does not agree that a step's needs are met: a fault of ours, never shown as an answer."""


class _Measured(Protocol):
    """What sums are made of: a step of an answer, or the outline of one."""

    @property
    def title(self) -> str: ...
    @property
    def weeks(self) -> Amount | None: ...
    @property
    def cost(self) -> Amount | None: ...
    @property
    def starts_in_weeks(self) -> int | None: ...
    @property
    def needs_employer(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Outline:
    """As much of a step as a line about a pathway needs."""

    title: str
    weeks: Amount | None
    cost: Amount | None
    starts_in_weeks: int | None
    needs_employer: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How the person stands at one step of a pathway when it starts: whether they may start it, and who pays."""

    number: int
    step: Step
    way: Way
    situation: Situation
    needs: tuple[Need, ...]
    eligibility: Eligibility
    payments: tuple[Payment, ...]
    paid: Payment | None
    cost: Amount | None

    @property
    def title(self) -> str:
        """The step's title."""
        return self.step.title


@dataclass(frozen=True)
class Explainer:
    """Explains plans of one question over one release."""

    projection: Projection
    request: PathwayRequest
    person: Person
    book: RuleBook = field(default_factory=rulebook)
    judge: Judge = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "judge", Judge(self.projection, self.person))

    def asked_otherwise(self, request: PathwayRequest, person: Person) -> Self:
        """The same for a question that differs, and its person. What follows from facts is kept for both."""
        other = replace(self, request=request, person=person)
        object.__setattr__(other, "judge", self.judge.with_person(person))
        return other

    @cached_property
    def shortened(self) -> Shortened:
        """What tells which steps may be shorter for the person."""
        return Shortened(self.projection, self.book, self.request)

    def thing(self, id: str) -> Thing:
        """A thing with its label; the id itself when it has none."""
        return Thing(id, self.projection.labels.get(id, id))

    def brought(self, id: str) -> Thing:
        """Something the person brings, in words where it is no thing of its own (`level:3`, credits)."""
        label = self.projection.labels.get(id)
        return Thing(id, label if label else self.words(facts_of(id, self.projection)[0]))

    def words(self, fact: str) -> str:
        """A fact in words."""
        kind, _, rest = fact.partition(":")
        label = self.projection.labels.get(rest, rest)
        match kind:
            case "award":
                return f"{label} (award)"
            case "works-as":
                return f"work as {label}"
            case "completed":
                return f"{label} completed"
            case "level":
                return f"level {rest}, for entry rules"
            case "stayed":
                return f"the time as {label}"
            case "credits":
                award, _, credits = rest.partition(":")
                return f"{credits} credits of {self.projection.labels.get(award, award)}"
            case "unit":
                return f"credit for {label}"
            case _:
                return label

    def pathway(
        self, catalogue: DayCatalogue, result: PlannerResult, trace: Trace, why: str, *, measured: bool
    ) -> Pathway:
        """One pathway, explained. Raises `AnswerContradictedError`."""
        facts = sorted(self.person.facts)
        left = set[str]()
        made_up = {fact for fact in facts if self.is_made_up(fact)}
        origin = {fact: f"brought: {self.words(fact)}" for fact in facts}
        steps: list[AnswerStep] = []
        for number, one in enumerate(trace.steps, 1):
            step = catalogue.ways[one.delivery.id].step
            before = tuple(facts)
            way = catalogue.ways[one.delivery.id]
            standing = self.standing(number, way, one.start_week, before, origin, frozenset(left))
            if any(need.verdict is Verdict.NOT_MET for need in standing.needs):
                raise AnswerContradictedError(
                    f"step {step.id}: {[n.rule for n in standing.needs if n.verdict is Verdict.NOT_MET]}"
                )
            leans_on = self.judge.judge(read_rule(step.requirement), before)[1]
            if begun := {fact for fact in step.gives if fact.startswith("works-as:")}:
                left = {fact for fact in facts if fact.startswith("works-as:")} - begun
            for fact in step.gives:
                if fact not in facts:
                    facts.append(fact)
                    origin[fact] = f"step {number}: {step.title}"
            so_far: list[_Measured] = [*steps, self.outline_of(catalogue, one, before)]
            stop = self.stopping(catalogue, trace, number, so_far)
            told = self.step(standing, catalogue, one, before, stop)
            if told.status is Status.ILLUSTRATIVE or made_up.intersection(leans_on):
                told = replace(told, status=Status.ILLUSTRATIVE)
                made_up.update(step.gives)
            steps.append(told)
        taken = (catalogue.ways[one.delivery.id].step for one in trace.steps)
        sure = {step.id: credits_taken(step, self.projection)[1] for step in taken}
        steps = within_a_year(steps, self.person.attributes, self.book, sure)
        ledgers = entitlements(steps, self.person.attributes, self.book, sure)
        for number, told in enumerate(steps, 1) if ledgers else ():
            spent = spent_by(ledgers, _begun_by(trace, number), self.person.attributes)
            steps[number - 1] = replace(told, afterwards=replace(told.afterwards, entitlements_spent=spent))
        goal = self.goal(facts)
        role = self.projection.roles.get(goal)
        totals = replace(
            self.totals(steps, trace, catalogue),
            steps_that_cannot_be_told=sum(step.eligibility.likely is Likely.CANNOT_TELL for step in steps),
            employer_pounds=_employers_pay(steps),
        )
        return Pathway(
            why=why,
            goal=self.thing(goal),
            goal_level=role.level if role else None,
            goal_pay_band=role.pay_band if role else None,
            steps=tuple(steps),
            totals=totals,
            entitlements=ledgers,
            status=worst(step.status for step in steps) if steps else Status.PUBLISHED,
            proven=result.proven and measured,
            bound=result.bound if measured else None,
            proof=self.proof(catalogue, result) if measured else None,
            summary=self.summary(steps, totals),
        )

    def standings(self, catalogue: DayCatalogue, trace: Trace, *, payments: bool = True) -> Iterator[Standing]:
        """How the person stands at each step of a pathway. Without `payments`, only whether they may start it."""
        facts = list(self.person.facts)
        for number, one in enumerate(trace.steps, 1):
            way = catalogue.ways[one.delivery.id]
            yield self.standing(number, way, one.start_week, facts, pays=payments)
            facts += way.step.gives

    def standing(
        self,
        number: int,
        way: Way,
        week: int | None,
        held: Sequence[str],
        origin: Mapping[str, str] | None = None,
        left: frozenset[str] = frozenset(),
        *,
        pays: bool = True,
    ) -> Standing:
        """How the person stands at one step. `held`: the facts that hold when it starts; see `Judge.needs`.

        `pays`: with the ways to pay.
        """
        on = self.person.asked_on
        day = start_day(way, on, week or 0)
        opportunity = opportunity_facts(way.step, way.offer, self.projection)

        def is_held(asked: Requirement) -> bool | None:
            return self.judge.judge(asked, held, day)[0] is Verdict.MET or None

        situation = Situation(self.person.attributes, opportunity, day, on, is_held)
        requirement = read_rule(way.step.requirement)
        needs = self.judge.needs(requirement, held, origin or {}, left, day)
        dated = way.step.kind is StepKind.JOB or bool(way.offer and (way.offer.starts or way.offer.flexible))
        eligibility = step_eligibility(
            requirement,
            needs,
            situation,
            self.shutting_out(opportunity),
            labels=self.projection.labels,
            dated=dated,
            employer=way.step.kind is StepKind.APPRENTICESHIP,
        )
        paying = payments(self.book, situation) if opportunity and pays else ()
        if not dated:
            paying = on_any_day(self.book, situation, paying)
        paying = tuple(map(with_reason, paying))
        paid = self.paid(way, paying)
        return Standing(number, way.step, way, situation, needs, eligibility, paying, paid, _cost(way, paid, paying))

    def shutting_out(self, opportunity: Facts) -> tuple[Scheme, ...]:
        """The schemes against whose entry rules nobody starts what they are about."""
        return shutting_out(self.book, opportunity) if opportunity else ()

    def paid(self, way: Way, among: Sequence[Payment]) -> Payment | None:
        """The payment that is counted: that of the way while it is sure, else the cheapest that is.

        An entitlement pays only where the search counted it: it may not be enough for every step.
        """
        willing = self.person.attributes.get("willing-to-borrow") == "yes"
        sure = [one for one in among if one.decision.answer is Answer.YES and (willing or not one.loan_pounds)]
        same = (one for one in sure if way.counted is not None and _is(one, way.counted))
        return next(same, None) or counted_payment([one for one in sure if one.entitlement_credits == 0])

    def outline(self, catalogue: DayCatalogue, trace: Trace) -> tuple[Thing, Totals, str]:
        """A pathway in short: its goal, its sums, and all of it on one line."""
        facts, steps = list(self.person.facts), list[_Outline]()
        for one in trace.steps:
            steps.append(self.outline_of(catalogue, one, facts))
            facts += catalogue.ways[one.delivery.id].step.gives
        totals = self.totals(steps, trace, catalogue)
        return self.thing(self.goal(facts)), totals, self.summary(steps, totals)

    def outline_of(self, catalogue: DayCatalogue, trace: StepTrace, held: Sequence[str]) -> _Outline:
        """One step in short. `held`: the facts that hold when it starts."""
        way = catalogue.ways[trace.delivery.id]
        weeks = self.weeks(way.step, way.offer, held)
        by_rule = self.rests_on(way.counted) if way.counted is not None else None
        cost = _own_price(way) if by_rule is None else Amount(way.delivery.cost_pounds, by_rule)
        return _Outline(way.step.title, weeks, cost, trace.start_week, needs_employer(way.step))

    def rests_on(self, counted: Cost) -> Status | None:
        """How sure the rule is by which somebody pays; None where the price itself is paid, by no rule."""
        scheme = self.book.schemes.get(counted.scheme)
        rules = [rule for rule in scheme.rules if rule.id == counted.rule] if scheme else []
        return worst(one.source.status for rule in rules for one in rule.versions) if rules else None

    def goal(self, facts: Sequence[str]) -> str:
        """Which of the goals is reached."""
        awards = self.judge.awards_held(facts)
        return next(id for id in self.request.to if self.goal_fact(id) in facts or id in awards)

    def proof(self, catalogue: DayCatalogue, result: PlannerResult) -> Proof | None:
        """What shows that nothing has less; None where nothing was proved."""
        if result.certificate is not None:
            found = self.certified(catalogue, result.certificate)
            if found.bound is None or result.bound is None or result.bound <= found.bound:
                return found
            more = (
                f"that shows no less than {found.bound}, and a search through what is left no less than {result.bound}"
            )
            return replace(found, text=f"{found.text}; {more}")
        if result.proven:
            return Proof("every other way was searched through on the calendar", result.bound, ())
        return None

    def certified(self, catalogue: DayCatalogue, certificate: Certificate) -> Proof:
        """The landmarks of a certificate with their weights. For which pathways it is true, `WhatIf.proof` says."""
        needed = [
            NeededOne(
                str(landmark.weight * landmark.least),
                tuple(Thing(id, catalogue.steps[id].title) for id in sorted(landmark.contents)),
                landmark.fewest,
            )
            for landmark in certificate.landmarks
        ]
        alone = [step.label for one in needed for step in one.steps if len(one.steps) == 1]
        choices = [some_of([step.label for step in one.steps], one.least) for one in needed if len(one.steps) > 1]
        said = "; ".join([*([", ".join(alone)] if alone else []), *choices])
        bound = -(-certificate.bound.numerator // certificate.bound.denominator)
        beyond = sum(one.weight * one.least for one in certificate.landmarks) - certificate.bound
        text = f"every one needs {said}" if said else "none can have less than nothing of it, as far as it is known"
        return Proof(text, bound, tuple(needed), str(beyond))

    def is_made_up(self, fact: str) -> bool:
        """Whether what a person is said to bring is an illustrative unit; what is built on it is illustrative too."""
        unit = self.projection.units.get(fact.removeprefix("unit:"))
        return unit is not None and unit.source.status is Status.ILLUSTRATIVE

    def goal_fact(self, id: str) -> str:
        """The fact that means that a goal is reached."""
        return f"works-as:{id}" if id in self.projection.roles else f"award:{id}"

    def step(
        self,
        standing: Standing,
        catalogue: DayCatalogue,
        trace: StepTrace,
        held: tuple[str, ...],
        after: StoppingPoint,
    ) -> AnswerStep:
        """One step of an answer. `held`: the facts that hold when it starts."""
        step, way, needs = standing.step, standing.way, standing.needs
        offer, on = way.offer, self.request.on
        assert on is not None
        codes = [*step.conditions]
        if offer is None and step.kind is not StepKind.JOB:
            codes.append("provider-not-known")
        if any(need.verdict is Verdict.DECIDED_BY_SOMEBODY for need in needs) and "centre-decides" not in codes:
            codes.append(
                "employer-decides" if step.kind in (StepKind.JOB, StepKind.APPRENTICESHIP) else "centre-decides"
            )
        seen = sorted(
            (o for o in catalogue.offers.get(step.id, ()) if o is not offer),
            key=lambda o: (o.source.as_of or "", o.id),
            reverse=True,
        )
        return AnswerStep(
            number=standing.number,
            id=step.id,
            kind=step.kind,
            title=step.title,
            about=tuple(map(self.thing, step.about)),
            provider=self.thing(offer.provider) if offer else None,
            place=", ".join(filter(None, (offer.site, offer.town, offer.postcode))) or None if offer else None,
            provider_note=_provider_note(step, offer, way.last_start),
            starts_in_weeks=trace.start_week,
            ends_in_weeks=trace.end_week,
            start_note=start_note(step, offer, way.last_start) if trace.start_week is not None else _NO_START_FITS,
            weeks=self.weeks(step, offer, held),
            hours_per_week=offer.hours_per_week if offer and offer.hours_per_week else step.hours_per_week,
            cost=standing.cost,
            needs=needs,
            needs_known=step.requirement_known,
            needs_status=step.requirement_status,
            needs_employer=needs_employer(step),
            conditions=tuple(ConditionSaid(c, self.projection.conditions.get(c, c)) for c in dict.fromkeys(codes)),
            condition_note=step.condition_note,
            adds=tuple(map(self.words, step.gives)),
            status=worst([step.status, *([offer.source.status] if offer else [])]),
            eligibility=standing.eligibility,
            payments=standing.payments,
            paid_by=standing.paid.scheme if standing.paid else None,
            sources=step.sources + ((offer.source,) if offer else ()),
            leads_in=tuple(link for link in step.links if any(fact.endswith(f":{link.from_id}") for fact in held)),
            other_runs=tuple(o for o in seen if is_current(o, on)),
            seen_at=tuple(o for o in seen if not is_current(o, on)),
            delivered_by=_latest_first(e for id in step.about for e in catalogue.evidence.get(id, ())),
            because=None,
            slack=None,
            swaps=(),
            afterwards=after,
            shorter=self.shortened.of(step),
        )

    def weeks(self, step: Step, offer: Offer | None, held: Sequence[str]) -> Amount | None:
        """How long a step takes; *at least* for an award begun before the one that it builds on is complete."""
        weeks = Amount(offer.weeks, offer.source.status) if offer and offer.weeks is not None else step.weeks
        short = [w.source for w in _credit_thresholds(step.requirement) if w.source and f"award:{w.source}" not in held]
        if weeks is None or not short:
            return weeks
        label = self.thing(short[0]).label
        return replace(
            weeks, at_least=True, note=f"counted from the whole {label}; the credits still missing come on top"
        )

    def prior_learning(self, step: AnswerStep) -> Iterable[Check]:
        """Where what the person brings might shorten a step, and who decides."""
        if step.kind is not StepKind.STUDY or not self.request.holds:
            return
        own = any(id.partition(":")[0] == step.id and ":" in id for id in self.request.holds)
        own = own or any((u := self.projection.units.get(id)) and u.award == step.id for id in self.request.holds)
        for transfer in self.projection.transfers:
            named = transfer.to_id == step.id and transfer.from_id in self.request.holds and not transfer.automatic
            if named or (own and transfer.from_id is None and transfer.to_id is None):
                source = transfer.source
                what = f"{step.title}: whether what the client brings shortens it. {transfer.condition}."
                yield Check(what, "prior learning", transfer.source.status, source.address, source.as_of, step.number)

    def stopping(
        self, catalogue: DayCatalogue, trace: Trace, number: int, measured: Sequence[_Measured]
    ) -> StoppingPoint:
        """What somebody has who stops when step `number` ends. `measured`: it, and those before.

        Steps that run beside it count when they are over by then; else they are broken off, though paid for.
        """
        one = trace.steps[number - 1]
        ended = ended_by(trace.steps, number, one.end_week)
        begun = [trace.steps[other - 1] for other in _begun_by(trace, number) if other > number]
        facts = [*sorted(self.person.facts)]
        for other in ended:
            facts += (fact for fact in catalogue.ways[other.delivery.id].step.gives if fact not in facts)
        paid = [*measured, *(self.outline_of(catalogue, other, facts) for other in begun)]
        following = next((other for other in trace.steps if other not in ended), None)
        banked = self.judge.credits_banked(facts)
        said = [
            f"{amount} credits{DOUBT.get(status, '')} from {self.thing(id).label}"
            if whole
            else f"{amount} credits{DOUBT.get(status, '')} of {self.thing(id).label}, held and not an award"
            for amount, id, whole, status in banked
        ]
        return StoppingPoint(
            awards=tuple(map(self.thing, self.judge.awards_held(facts))),
            awards_note=_awards_note(catalogue.ways[one.delivery.id].step),
            credits=sum(amount for amount, *_ in banked) or None,
            credits_note="; ".join(said) or None,
            credits_held=tuple(
                CreditsHeld(self.thing(id), amount, whole, self.taken_by(id), status)
                for amount, id, whole, status in banked
            ),
            roles_open=self.roles_open(facts),
            part_way=self.part_way(catalogue.ways[one.delivery.id].step),
            breaks_off=tuple(
                self.step_thing(catalogue, other) for other in trace.steps if _runs_at(other, one.end_week)
            ),
            spent_pounds=sum(step.cost.value for step in paid if step.cost),
            steps_of_unknown_cost=sum(step.cost is None for step in paid),
            after_weeks=one.end_week,
            back_on=self.back_on(catalogue, one, following) if following else None,
        )

    def step_thing(self, catalogue: DayCatalogue, one: StepTrace) -> Thing:
        """A step by its id and title."""
        step = catalogue.ways[one.delivery.id].step
        return Thing(step.id, step.title)

    def taken_by(self, award: str) -> tuple[Thing, ...]:
        """Other awards that are known to take in the credits of one."""
        found = {t.to_id for t in self.projection.transfers if t.from_id == award and t.to_id}
        return tuple(map(self.thing, sorted(found)))

    def back_on(self, catalogue: DayCatalogue, trace: StepTrace, following: StepTrace) -> BackOn:
        """How to go on later, after a stop: the next step, with every start of it that is known."""
        step = catalogue.ways[following.delivery.id].step
        since = trace.end_week or 0
        starts = tuple(week for week in catalogue.start_weeks.get(step.id, ()) if week >= since)
        if is_stay(step):
            note = "by going on in the same work"
        elif step.kind is StepKind.JOB:
            note = "when a vacancy is found"
        elif starts:
            note = f"the starts that are known: week {', '.join(map(str, starts))}"
        else:
            note = "no start date is known: ask when it next begins"
        return BackOn(Thing(step.id, step.title), starts, note)

    def roles_open(self, facts: Sequence[str]) -> tuple[OpenRole, ...]:
        """Roles that something the person now has is said to lead to, where nothing asked is missing."""
        working = {fact.removeprefix("works-as:") for fact in facts if fact.startswith("works-as:")}
        found = defaultdict[str, list[Status]](list)
        for step in self.projection.steps:
            if (
                step.kind is StepKind.JOB
                and step.weeks is not None
                and step.weeks.value == 0
                and len(step.about) > 1
                and step.about[0] not in working
                and self.judge.judge(read_rule(step.requirement), facts)[0] is not Verdict.NOT_MET
            ):
                found[step.about[0]].append(step.status)
        ranked = sorted(found, key=lambda id: (-(self.projection.roles[id].level or 0), id))
        return tuple(OpenRole(id, self.thing(id).label, min(found[id], key=RANK.__getitem__)) for id in ranked)

    def part_way(self, step: Step) -> str | None:
        """What stopping in the middle of an award's units leaves."""
        award = self.projection.awards.get(step.id)
        if award is None or not award.credits or (award.level or 0) < 4:
            return None
        said = (
            f"Units passed are credits held, not an award: the award is made at {award.credits} credits."
            " Whether units are sold alone, and whether another provider accepts the credit, has to be asked."
        )
        for other in self.projection.steps:
            for wanted in _credit_thresholds(other.requirement):
                if wanted.source == award.id:
                    said += f" From {wanted.credits} credits {self.thing(other.id).label} may be started."
        return said

    def totals(self, steps: Sequence[_Measured], trace: Trace, catalogue: DayCatalogue) -> Totals:
        """Sums over a pathway."""
        ways = [catalogue.ways[one.delivery.id] for one in trace.steps]
        priced = all(s.cost is not None for s in steps)
        known = sum(s.cost.value for s in steps if s.cost)
        loans = sum(way.counted.loan_pounds or 0 for way in ways if way.counted)
        taught = [way.step.kind is not StepKind.JOB for way in ways]
        short = sum(s.weeks is None or (s.weeks.at_least and learnt) for s, learnt in zip(steps, taught, strict=True))
        hours = sum(map(hours_not_known, ways)) if self.request.hours_per_week < FULL_TIME else 0
        return Totals(
            weeks=trace.finish_week if trace.finish_week is not None else trace.study_weeks,
            weeks_at_least=bool(short or hours)
            or any(s.starts_in_weeks is None or (s.weeks and s.weeks.at_least) for s in steps)
            or any(way.delivery.starts is None and way.step.kind != StepKind.JOB and not any_day(way) for way in ways),
            study_weeks=trace.study_weeks,
            cost_pounds=known if priced else None,
            known_cost_pounds=known,
            steps_of_unknown_cost=sum(s.cost is None for s in steps),
            own_pocket_pounds=known - loans if priced else None,
            loan_pounds=loans if priced else None,
            employer_pounds=None,
            steps=len(steps),
            steps_that_need_an_employer=sum(s.needs_employer for s in steps),
            steps_that_cannot_be_told=sum(one.delivery.id in catalogue.cannot_tell for one in trace.steps),
            steps_of_unknown_length=short,
            steps_of_unknown_hours=hours,
        )

    def summary(self, steps: Sequence[_Measured], totals: Totals) -> str:
        """The pathway on one line."""
        said = " → ".join(f"{s.title} ({_weeks(s.weeks)})" for s in steps) or "nothing more is needed"
        unsure = {s.weeks.status for s in steps if s.weeks and s.weeks.value} - {Status.PUBLISHED}
        word = f" ({worst(unsure)})" if unsure else ""
        weeks = f"{'at least ' if totals.weeks_at_least else ''}{counted(totals.weeks, 'week')}{word}"
        costs = [s.cost.status for s in steps if s.cost] if totals.cost_pounds is not None else []
        rests_on = worst(costs) if costs else Status.PUBLISHED
        paid = cost_words(totals) + (f" ({rests_on})" if rests_on is not Status.PUBLISHED else "")
        return f"{said} [{weeks}, {paid}, {counted(totals.steps, 'step')}]"

    def checks(self, pathways: Iterable[Pathway]) -> tuple[Check, ...]:
        """What to confirm before recommending these pathways, each thing once, in the order of the steps."""
        found: dict[str, Check] = {}
        for pathway in pathways:
            for step in pathway.steps:
                for check in (*self.checks_of(step), *self.prior_learning(step)):
                    found.setdefault(check.what, check)
            for one in pathway.entitlements:
                if one.most_in_a_year is not None and one.most_in_a_year > (one.credits_a_year or one.most_in_a_year):
                    what = f"{one.title}: for which steps it pays. {one.text}"
                    unsure = "more credits than may be used in one year"
                    found.setdefault(what, Check(what, unsure, Status.INFERRED, None, None, None))
            role = self.projection.roles.get(pathway.goal.id)
            if role and role.level_status is not Status.PUBLISHED:
                what = f"That {role.title} is work at level {role.level}."
                found.setdefault(
                    what,
                    Check(
                        what,
                        "the level is our inference",
                        role.level_status,
                        role.source.address,
                        role.source.as_of,
                        None,
                    ),
                )
        return tuple(found.values())

    def checks_of(self, step: AnswerStep) -> Iterable[Check]:
        """What to confirm about one step."""
        main = step.sources[0]
        name = f"{step.title}:"
        if step.provider is None and step.kind is not StepKind.JOB:
            yield Check(
                f"{name} which provider runs it, and when it next starts.",
                step.provider_note,
                Status.INFERRED,
                None,
                None,
                step.number,
            )
        elif step.needs_employer and step.kind is StepKind.JOB:
            yield Check(
                f"{name} that there is a vacancy.", step.start_note, step.status, main.address, main.as_of, step.number
            )
        decided = [need.rule for need in step.needs if need.verdict is Verdict.DECIDED_BY_SOMEBODY]
        unsure = [
            rule
            for rule in step.eligibility.rules
            if rule.decision.answer is Answer.NOT_KNOWN and not self.said_already(rule, decided)
        ]
        asks, asks_word = worst([step.status, step.needs_status]), DOUBT.get(step.needs_status, "")
        for need in step.needs:
            if need.text in [rule.sentence for rule in unsure]:
                continue
            if need.verdict is Verdict.DECIDED_BY_SOMEBODY:
                yield Check(
                    f"{name} entry. {need.text[:1].upper()}{need.text[1:]}{asks_word}.",
                    "somebody decides case by case",
                    asks,
                    main.address,
                    main.as_of,
                    step.number,
                )
            elif need.verdict is Verdict.NOT_KNOWN:
                yield Check(
                    f"{name} whether the client meets “{need.text}”{asks_word}.",
                    "nobody said so yet",
                    Status.INFERRED,
                    main.address,
                    main.as_of,
                    step.number,
                )
        for rule in unsure:
            what = f"{name} whether this holds: {rule.sentence}."
            why = "a rule about who may start: we cannot tell yet"
            yield Check(what, why, rule.source.status, rule.source.address, rule.source.as_of, step.number)
        if step.condition_note and step.kind in (StepKind.JOB, StepKind.APPRENTICESHIP):
            what = f"{name} its condition. {step.condition_note[:1].upper()}{step.condition_note[1:]}."
            yield Check(what, "as the source puts it", step.status, main.address, main.as_of, step.number)
        if self.request.hours_per_week < FULL_TIME and step.hours_per_week is None and step.kind is not StepKind.JOB:
            what = f"{name} that it can be done in {counted(self.request.hours_per_week, 'hour')} a week."
            yield Check(what, "its hours a week are not known", Status.INFERRED, None, None, step.number)
        if not step.needs_known:
            yield Check(
                f"{name} what it asks at entry.",
                "no entry rule was found: what is listed is what the level usually asks",
                Status.INFERRED,
                main.address,
                main.as_of,
                step.number,
            )
        if step.weeks is None:
            yield Check(
                f"{name} how long it takes.", "its length is not known", Status.INFERRED, None, None, step.number
            )
        elif step.weeks.status is not Status.PUBLISHED and step.weeks.value and not is_stay(step):
            yield Check(
                f"{name} that it takes {counted(step.weeks.value, 'week')}.",
                step.weeks.note or "worked out by us",
                step.weeks.status,
                main.address,
                main.as_of,
                step.number,
            )
        if step.cost is None:
            yield Check(f"{name} what the client pays.", "no price was found", Status.INFERRED, None, None, step.number)
        elif step.cost.status is not Status.PUBLISHED and step.kind is not StepKind.JOB:
            yield Check(
                f"{name} that the client pays £{step.cost.value}.",
                step.cost.note or "follows from general rules",
                step.cost.status,
                main.address,
                main.as_of,
                step.number,
            )
        if step.status is not Status.PUBLISHED:
            reason = {
                Status.INFERRED: "the step is our inference from published facts",
                Status.ILLUSTRATIVE: "ILLUSTRATIVE: made up for a demonstration",
            }
            yield Check(
                f"{name} that this step is open at all.",
                reason[step.status],
                step.status,
                main.address,
                main.as_of,
                step.number,
            )

    def said_already(self, rule: RuleSaid, decided: Iterable[str]) -> bool:
        """Whether what a scheme's rule leaves to somebody is a part of what one of some rules leaves to the same."""
        asked = [v.asks for one in self.book.schemes[rule.scheme].rules if one.id == rule.rule for v in one.versions]
        return any(all(_within(one, read_rule(other)) for one in asked) for other in decided)


def _within(asked: Requirement, other: Requirement) -> bool:
    """Whether two leave a decision to the same somebody, and the second names all that is usual by the first."""
    if not (isinstance(asked, Usually) and isinstance(other, Usually) and asked.decided_by == other.decided_by):
        return False
    usual = [set(one.part.parts) if isinstance(one.part, AnyOf) else {one.part} for one in (asked, other)]
    return usual[0] <= usual[1]


FULL_TIME: Final = 40
"""Hours a week at and above which a step of unknown hours is taken to fit."""

_NO_START_FITS: Final = "no start that is known fits after the steps before it"


def cost_words(totals: Totals) -> str:
    """What the client pays, in words; a price that is not known is never nought."""
    if totals.cost_pounds is not None:
        return f"£{totals.cost_pounds:,}"
    steps = counted(totals.steps_of_unknown_cost, "step")
    known = f"£{totals.known_cost_pounds:,} and " if totals.known_cost_pounds else ""
    return f"{known}a price that is not known for {steps}"


def _is(payment: Payment, counted: Cost) -> bool:
    """Whether a payment is the one that the search counted."""
    rule = payment.rules[-1].rule if payment.rules else payment.scheme
    return (payment.scheme, rule) == (counted.scheme, counted.rule)


def _cost(way: Way, paid: Payment | None, among: Sequence[Payment]) -> Amount | None:
    """What the learner pays: by the payment that is counted, else the price of the run, else that of the step.

    Who pays for an apprenticeship is said as the payments `among` which it is have it, not as the type usually has it.
    """
    if paid is not None and paid.rules and (pounds := learner_pays(paid)) is not None:
        status = worst(rule.source.status for rule in paid.rules)
        return Amount(pounds, status, note=f"by the rules of {paid.title}")
    own = _own_price(way)
    if own is None or own.value or way.step.kind is not StepKind.APPRENTICESHIP or not among:
        return own
    still_open = [one for one in among if one.decision.answer is not Answer.NO and one.employer_percent is not None]
    if any(one.employer_percent != _ALL for one in still_open):
        return own
    if still_open:
        return replace(
            own, note="no public money: the employer has to pay for all of the training; ask whether it does"
        )
    return replace(own, note="no public money that we know of pays for the training: ask the employer who does")


_ALL: Final = 100
"""All of a price, in percent."""


def _own_price(way: Way) -> Amount | None:
    """The price of the run, else that of the step."""
    if way.offer and way.offer.cost_pounds is not None:
        return Amount(way.offer.cost_pounds, way.offer.source.status)
    return way.step.cost


def start_day(way: Way, on: date, week: int) -> date:
    """The day on which a run starts in a week, counted from the day of the question; a month from its first day."""
    said = known_start(way, on, week)
    return _first_day(said) if said else on + timedelta(weeks=week)


def known_start(way: Way, on: date, week: int) -> str | None:
    """The start of a run in a week, counted from the day of the question, as published: a day or only a month.

    None when none is published.
    """
    starts = (said for said in (way.offer.starts if way.offer else ()) if len(said) >= 7)
    return min((said for said in starts if (_first_day(said) - on).days // 7 == week), key=_first_day, default=None)


def _first_day(said: str) -> date:
    return date.fromisoformat(said if len(said) == 10 else f"{said}-01")


def _employers_pay(steps: Iterable[AnswerStep]) -> int | None:
    """What employers pay for the training of some steps; None when that is not known of one of them."""
    found = []
    for step in steps:
        paid = [one for one in step.payments if one.scheme == step.paid_by and one.decision.answer is Answer.YES]
        possible = paid[:1] or [one for one in step.payments if one.decision.answer is not Answer.NO]
        found.append(
            0 if all(one.employer_pounds == 0 for one in possible) else possible[0].employer_pounds if paid else None
        )
    return None if None in found else sum(one for one in found if one is not None)


def some_of(names: Sequence[str], least: int = 1) -> str:
    """The first few of some names of which so many are meant, as a choice; all of them are no choice."""
    more = [f"{len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
    choice = f"{'one' if least == 1 else least} of " if len(names) > least else ""
    return choice + (" or " if least == 1 else ", ").join([*names[:_NAMED], *more])


_NAMED: Final = 5


def hours_not_known(way: Way) -> bool:
    """Whether it is not known how many hours a week a step takes; one that takes no time takes none."""
    if way.offer is not None and way.offer.hours_per_week is not None:
        return False
    return way.step.hours_per_week is None and not (way.step.weeks and way.step.weeks.value == 0)


def is_stay(step: Step | AnswerStep) -> bool:
    """Whether a step is to go on in work that has been begun."""
    return step.id.startswith("stay:")


def _begun_by(trace: Trace, number: int) -> list[int]:
    """The numbers of the steps begun by somebody who stops when step `number` ends: it, those before and beside it."""
    week = trace.steps[number - 1].end_week
    ended = ended_by(trace.steps, number, week)
    return [other for other, one in enumerate(trace.steps, 1) if other <= number or _runs_at(one, week) or one in ended]


def _runs_at(one: StepTrace, week: int | None) -> bool:
    """Whether a step has begun before a week and goes on after it."""
    if week is None or one.start_week is None or one.end_week is None:
        return False
    return one.start_week < week < one.end_week


def _awards_note(step: Step) -> str | None:
    if step.kind is not StepKind.APPRENTICESHIP or any(fact.startswith("award:") for fact in step.gives):
        return None
    return "no award is recorded for this apprenticeship: ask what it ends with"


def _latest_first(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda e: (e.period, e.leavers or 0, e.id), reverse=True))


def _credit_thresholds(requirement: str) -> Iterable[CreditsFrom]:
    waiting = [read_rule(requirement)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, CreditsFrom):
            yield one
        waiting += getattr(one, "parts", ()) or filter(None, [getattr(one, "part", None)])


def _weeks(weeks: Amount | None) -> str:
    if weeks is None:
        return "length not known"
    if not weeks.value:
        return "when hired"
    return counted(weeks.value, "week") + ("" if weeks.status is Status.PUBLISHED else f", {weeks.status}")


def _provider_note(step: Step, offer: Offer | None, last_start: str | None) -> str:
    if offer:
        return f"last seen on {offer.source.as_of or 'a page without a date'}"
    if is_stay(step):
        return "the employer who has the client in that work already"
    if step.kind is StepKind.JOB:
        return "any employer with a vacancy"
    known = f"no run is known that starts after {last_start}" if last_start else "no current run is known"
    return f"{known}: this step stands for the type of provision"


def any_day(way: Way) -> bool:
    """Whether people may start on any day, by what the provider says."""
    return way.offer is not None and way.offer.flexible


def start_note(step: Step, offer: Offer | None, last_start: str | None) -> str:
    """When a step starts, as it is published; or that no start is known."""
    if offer and offer.starts:
        return "starts " + ", ".join(offer.starts)
    if offer and offer.flexible:
        return "on any day, by arrangement with the provider"
    if is_stay(step):
        return "it goes on from there; no other vacancy is needed"
    if step.kind is StepKind.JOB:
        return "when a vacancy is found; the time to find one is not counted"
    known = f"no start is known after {last_start}" if last_start else "no start date is known"
    return f"{known}: the weeks count from the earliest day it could start"
