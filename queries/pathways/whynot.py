"""Why there is no pathway: which limits close the way, what is missing, and what was taken out.

Each reason has a code that programs may go by:

- `too-late`, `too-many-hours`, `over-budget`, `only-unconfirmed`, `filtered`, `profile-is-a-bar`, `cannot-be-told`,
  `via-not-possible`: lifting that one limit opens a pathway. `limits-together`: only lifting several of them does.
- `not-eligible`: a circumstance of the person closes a step. `nothing-leads-there`: no step that we hold gives the
  goal. `needs-not-met`: what a step to the goal asks cannot be reached from what is held.
- `price-not-known`, `attendance-not-known`, `mode-not-known`: steps that a limit takes out only because nobody said so
  much of them; whom to ask. Only where something is told of the person, for whom it is worth asking.
- `stopped-early`: the work ran out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from graph.projection import Projection, Step, StepKind
from graph.requirements import Attribute, circumstances, sentence
from queries.eligibility.decision import Answer, RuleSaid
from queries.eligibility.logic import Situation
from queries.eligibility.rulebook import Scheme
from queries.eligibility.schemes import decide_scheme
from queries.pathways.asked import Asked, Solved
from queries.pathways.compile import ADMITTED, Way, facts_of, opportunity_facts, read_rule
from queries.pathways.engine.missing import Solve, least_missing
from queries.pathways.engine.problem import Content, Criterion, Fact, Limits, PathwayProblem, PlannerResult
from queries.pathways.engine.relax import Relaxation, relaxations
from queries.pathways.engine.replay import Learner
from queries.pathways.explain import FULL_TIME, Explainer, hours_not_known, start_day
from queries.pathways.limits import Limit, horizon, without
from queries.pathways.person import EMPLOYER_FIRST
from queries.pathways.request import (
    Filtered,
    Lifted,
    LimitSaid,
    MissingFacts,
    PathwayRequest,
    Reason,
    Thing,
    Totals,
    counted,
)

MOST_SHOWN: Final = 50
_CODES: Final = {
    "time": "too-late",
    "depart_after": "too-late",
    "hours_per_week": "too-many-hours",
    "budget": "over-budget",
    "published_only": "only-unconfirmed",
    "profile_required": "profile-is-a-bar",
    "confirmed_only": "cannot-be-told",
    "right_to_work": "not-eligible",
    "via": "via-not-possible",
}
_DOUBTS: Final = ("confirmed_only", "profile_required")
"""The limits by which an assumption lets nobody in."""


@dataclass(frozen=True, slots=True)
class NotSaid:
    """What nobody said of a run, so that a limit takes it out: what it is, what to ask, and whether it is so of one."""

    kind: str
    question: str
    unknown: Callable[[Way], bool]

    def of(self, way: Way) -> bool:
        """Whether it was not said of a run, of anything but a job."""
        return way.step.kind is not StepKind.JOB and self.unknown(way)


NOT_SAID: Final = {
    "budget": NotSaid(
        "price",
        "what it costs, and whether a loan or public money would leave nothing to pay at once",
        lambda way: Criterion.COST in way.unknown,
    ),
    "attendance": NotSaid(
        "attendance", "when in the day it is taught", lambda way: way.offer is None or way.offer.attendance is None
    ),
    "mode": NotSaid(
        "mode",
        "how it is studied",
        lambda way: way.offer is None or not (way.offer.study_mode or way.offer.delivery_mode),
    ),
}
"""By the name of the limit."""


class WhyNot:
    """The reasons why one question has no pathway. `search` answers the question with other limits; `best` finds what
    its answer would show first; `solve` is the planner for the person who asks.
    """

    def __init__(
        self,
        projection: Projection,
        explainer: Explainer,
        asked: Asked,
        search: Callable[[PathwayRequest], Solved],
        best: Callable[[PathwayRequest], Solved],
        solve: Solve,
        limits: Limits,
    ) -> None:
        self.projection, self.explainer, self.asked = projection, explainer, asked
        self.search, self.best, self.solve, self.limits = search, best, solve, limits

    def lifting(self) -> tuple[Lifted, ...]:
        """The smallest sets of limits that open a pathway when they are lifted."""
        return tuple(map(self.lifted, self.relaxed()))

    def relaxed(self) -> tuple[Relaxation, ...]:
        """The same, as the engine finds them."""
        by_name = {limit.name: limit for limit in self.asked.limits}

        def answer(lifted: frozenset[str]) -> PlannerResult:
            return self.search(without(self.asked.request, (by_name[name] for name in sorted(lifted)))).result

        return relaxations(tuple(by_name), answer)

    def lifted(self, relaxation: Relaxation) -> Lifted:
        """One such set in words, with the pathway that it opens."""
        limits = [limit for limit in self.asked.limits if limit.name in relaxation.lifted]
        solved = self.best(without(self.asked.request, limits))
        assert solved.trace is not None
        goal, totals, summary = self.explainer.outline(solved.asked.catalogue, solved.trace)
        names = " and ".join(f"“{limit.text}”" for limit in limits)
        return Lifted(
            limits=tuple(LimitSaid(limit.name, limit.text) for limit in limits),
            text=f"Without {names} there is: {summary}.{self.mind(solved, totals)}",
            goal=goal,
            pathway=summary,
            weeks=totals.weeks,
            weeks_at_least=totals.weeks_at_least,
            steps_of_unknown_length=totals.steps_of_unknown_length,
            proven=relaxation.proven,
        )

    def mind(self, solved: Solved, totals: Totals) -> str:
        """What a pathway takes that its line does not say: an employer, and hours that are not known; as sentences."""
        assert solved.trace is not None
        said = ""
        if number := totals.steps_that_need_an_employer:
            it = "it is a paid job" if totals.steps == 1 else f"{number} of its {totals.steps} steps is a paid job"
            it = f"{number} of its {totals.steps} steps are paid jobs" if number > 1 else it
            said = f" Mind that {it}: {EMPLOYER_FIRST}."
        request = self.asked.request
        ways = [solved.asked.catalogue.ways[one.delivery.id] for one in solved.trace.steps]
        unknown = [way.step.title for way in ways if hours_not_known(way)]
        if unknown and request.hours_per_week < FULL_TIME:
            hours = f"{counted(request.hours_per_week, 'hour')} a week"
            said += (
                f" How many hours a week are needed is not known of {_listed(unknown)}: ask whether {hours} will do."
            )
        return said

    def reasons(self, lifting: tuple[Lifted, ...]) -> tuple[Reason, ...]:
        """Why there is none, as codes with words."""
        if lifting:
            unknown = self.not_known() if self.asked.request.attributes else ()
            return (*map(self.closed_by, lifting), *unknown)
        request = self.asked.request
        wanted = {fact for id in request.to for fact in facts_of(id, self.projection)}
        leading = [step for step in self.projection.steps if wanted.intersection(step.gives)]
        if not leading:
            return (Reason("nothing-leads-there", "no step that we hold leads to it", None),)
        return (*self.not_eligible(), *map(self.needs_not_met, leading))

    def closed_by(self, lifted: Lifted) -> Reason:
        """The limits that close the way, as a reason."""
        if len(lifted.limits) > 1:
            names = " and ".join(f"“{limit.text}”" for limit in lifted.limits)
            return Reason("limits-together", f"only without both {names} is there a pathway", None)
        (limit,) = lifted.limits
        kind, _, id = limit.name.partition(":")
        code = _CODES.get(kind, "filtered")
        about = self.explainer.thing(id) if id else None
        least = "at least " if lifted.weeks_at_least else ""
        match code:
            case "too-late" if kind == "time" and lifted.weeks <= horizon(self.asked.request):
                text = f"how long it takes is not known of every way that might lead there so soon: {lifted.pathway}"
            case "too-late" if kind == "time":
                text = f"the soonest way takes {least}{lifted.weeks} weeks"
            case "too-late":
                text = f"it is too late for what starts before: {limit.text}"
            case "too-many-hours":
                text = f"every way takes more in some week: {limit.text}"
            case "over-budget":
                text = f"no way of which every price is known costs so little: {limit.text}"
            case "only-unconfirmed":
                text = "every way rests on an inference of ours"
            case "profile-is-a-bar":
                text = "on every way somebody must be let in without the profile that is usually asked"
            case "cannot-be-told":
                text = "on every way there is a step of which it cannot be told whether the person may start it"
            case "via-not-possible":
                text = f"within the other limits no way leads there {limit.text}"
            case _:
                text = f"{limit.text}: this takes out every way{self.last_seen(limit.name)}{self.untold(limit.name)}"
        return Reason(code, text, about)

    def not_known(self) -> Iterable[Reason]:
        """What nobody knows of steps on the way, so that a limit takes them out; and whom to ask."""
        for limit in self.asked.limits:
            if steps := self.unsaid(limit.name):
                said = NOT_SAID[limit.name]
                whom = _listed(dict.fromkeys(map(self.whom, steps)))
                titles = _listed([step.title for step in steps])
                text = f"“{limit.text}” takes out what is not known of {titles}: ask {said.question}. Ask {whom}"
                yield Reason(f"{said.kind}-not-known", text, Thing(steps[0].id, steps[0].title))

    def unsaid(self, limit: str) -> list[Step]:
        """The steps on the way of some run of which nobody said what a limit asks, so that it takes them out."""
        if limit not in NOT_SAID:
            return []
        on_the_way = {step.id for step in self.asked.catalogue.on_the_way(self.asked.request.to)}
        ways = self.asked.catalogue.ways
        barred = sorted(self.asked.barred.get(limit, ()))
        unsaid = (ways[id] for id in barred if NOT_SAID[limit].of(ways[id]))
        return list({way.step.id: way.step for way in unsaid if way.step.id in on_the_way}.values())

    def untold(self, limit: str) -> str:
        """Of how many steps nobody said what a limit asks: an addition to a reason, since not known is not no."""
        if not (steps := self.unsaid(limit)):
            return ""
        question = NOT_SAID[limit].question
        return f"; of {counted(len(steps), 'step')} on the way no provider says {question}: each may fit all the same"

    def whom(self, step: Step) -> str:
        """Who can tell of a step: those who run it or ran it, else any provider of its kind."""
        found = [offer.provider for offer in self.asked.catalogue.offers.get(step.id, ())]
        if found:
            return _listed(self.explainer.thing(id).label for id in dict.fromkeys(found))
        types = [id for id in step.about if id in self.projection.types]
        return f"any provider of this kind: {self.explainer.thing(types[0]).label}" if types else "whoever runs it"

    def last_seen(self, name: str) -> str:
        """Runs of the past that a limit on runs would have let in, with their last start: an addition to a reason."""
        if name not in ("mode", "attendance", "provider"):
            return ""
        bars = next(limit.bars for limit in self.asked.limits if limit.name == name)
        past = self.asked.catalogue.past
        barred = bars(replace(self.asked.catalogue, ways=past)) if bars else frozenset[str]()
        on_the_way = {step.id for step in self.asked.catalogue.on_the_way(self.asked.request.to)}
        seen = [
            f"{way.step.title} with {self.explainer.thing(way.offer.provider).label} was last seen starting"
            f" {max(way.offer.starts)}"
            for id, way in sorted(past.items())
            if id not in barred and way.step.id in on_the_way and way.offer and way.offer.starts
        ]
        return f" that can still be joined; {'; '.join(dict.fromkeys(seen))}" if seen else ""

    def needs_not_met(self, step: Step) -> Reason:
        """A step to the goal that cannot be begun."""
        text = f"{step.title}: what it asks cannot be reached from what is held"
        return Reason("needs-not-met", text, Thing(step.id, step.title))

    def not_eligible(self) -> Iterable[Reason]:
        """Circumstances of the person that close a step on some way to the goals."""
        said = {}
        for step in self.asked.catalogue.on_the_way(self.asked.request.to):
            for one in circumstances(read_rule(step.requirement)):
                if self.asked.person.attribute(one) is False:
                    text = f"{step.title}: {must_be([sentence(one)])}"
                    said[text] = Reason("not-eligible", text, Thing(step.id, step.title))
        for step, scheme, rules in self.shut_out:
            text = f"{step.title}: by the rules of {scheme.title}, {must_be([rule.sentence for rule in rules])}"
            said[text] = Reason("not-eligible", text, Thing(step.id, step.title), rules)
        return tuple(said.values())

    @cached_property
    def shut_out(self) -> tuple[tuple[Step, Scheme, tuple[RuleSaid, ...]], ...]:
        """Steps on some way to the goals that the person may start on no day, by the schemes and rules that say so."""
        on_the_way = {step.id for step in self.asked.catalogue.on_the_way(self.asked.request.to)}
        ways = [way for way in self.asked.catalogue.ways.values() if way.step.id in on_the_way]
        still_open = {way.step.id for way in ways if way.delivery.id not in self.asked.catalogue.closed}
        found: dict[tuple[str, str], tuple[Step, Scheme, tuple[RuleSaid, ...]]] = {}
        for way in ways:
            if way.step.id in still_open:
                continue
            person, first = self.asked.person, way.delivery.starts[0] if way.delivery.starts else way.delivery.opens
            opportunity = opportunity_facts(way.step, way.offer, self.projection)
            day = start_day(way, person.asked_on, first)
            situation = Situation(person.attributes, opportunity, day, person.asked_on)
            for scheme in self.explainer.shutting_out(opportunity):
                told = decide_scheme(scheme, situation).rules
                rules = tuple(one for one in told if one.kind == "entry" and one.decision.answer is Answer.NO)
                if rules:
                    found.setdefault((way.step.id, scheme.id), (way.step, scheme, rules))
        return tuple(found.values())

    def missing(self) -> MissingFacts | None:
        """The least that would have to be brought besides, with all limits as they are.

        None when that would not help, or nothing is missing but for the limits.
        """
        asked = self.asked
        named = set(asked.catalogue.asked_for(asked.request.to, circumstances=True))
        found = least_missing(
            asked.problem, self.limits, grantable=named.__contains__, most=MOST_SHOWN, solve=self.solve
        )
        if found is None or not found.size:
            return None
        sets = [one for one in found.sets if not any(self.weaker(other, one) for other in found.sets)]
        taken = self.taken_out
        said = tuple(
            tuple(Thing(fact, f"{self.words(fact)}{taken.get(fact, '')}") for fact in sorted(one)) for one in sets
        )
        return MissingFacts(found.size, said, found.all_found, found.proven)

    @cached_property
    def taken_out(self) -> dict[Fact, str]:
        """What steps give that limits took out altogether: bringing it is no other way than the one they closed."""
        found: dict[Fact, str] = {}
        for one in self.by_limits():
            for step in one[1]:
                note = f", brought already: the step that gives it is taken out by “{one[0].text}”"
                found.update((fact, note) for fact in step.gives if fact not in found)
        return found

    def weaker(self, one: frozenset[Fact], other: frozenset[Fact]) -> bool:
        """Whether one set asks for less than another in one fact: for a level, not for a higher one or an award."""
        less, more = one - other, other - one
        return len(less) == len(more) == 1 and self.follows(next(iter(less)), next(iter(more)))

    def follows(self, fact: Fact, source: Fact) -> bool:
        """Whether a level follows from another level or from an award."""
        kind, _, rest = source.partition(":")
        level = int(rest) if kind == "level" else self.projection.awards[rest].level if kind == "award" else None
        return fact.startswith("level:") and level is not None and int(fact.partition(":")[2]) <= level

    def words(self, fact: Fact) -> str:
        """A fact in words, circumstances too."""
        wanted = self.asked.catalogue.circumstances.get(fact.removesuffix(" (said)"))
        return sentence(wanted) if isinstance(wanted, Attribute) else self.explainer.words(fact)

    def filtered(self) -> tuple[Filtered, ...]:
        """Steps on some way to the goals that a limit, or a scheme, took out altogether, each under those that did."""
        found = []
        for limit, steps in self.by_limits():
            shown = tuple(Thing(step.id, step.title) for step in steps[:MOST_SHOWN])
            found.append(Filtered(LimitSaid(limit.name, limit.text), len(steps), shown))
        by_scheme: dict[str, list[tuple[Step, Scheme, tuple[RuleSaid, ...]]]] = {}
        for one in self.shut_out:
            by_scheme.setdefault(one[1].id, []).append(one)
        for id, some in by_scheme.items():
            rules = tuple({rule.rule: rule for *_, told in some for rule in told}.values())
            text = f"by the rules of {some[0][1].title}, {must_be([rule.sentence for rule in rules])}"
            shown = tuple(Thing(step.id, step.title) for step, *_ in some[:MOST_SHOWN])
            found.append(Filtered(LimitSaid(f"scheme:{id}", text), len(some), shown, rules))
        return tuple(found)

    def by_limits(self) -> Iterator[tuple[Limit, list[Step]]]:
        """The limits that take steps on some way to the goals out altogether, each with these steps.

        A step is taken out too when it stays only for those who bring more than this person comes by.
        """
        on_the_way = {step.id: step for step in self.asked.catalogue.on_the_way(self.asked.request.to)}
        ways: dict[str, list[str]] = {id: [] for id in on_the_way}
        for id, way in self.asked.catalogue.ways.items():
            if way.step.id in ways:
                ways[way.step.id].append(id)
        for limit in self.asked.limits:
            barred = self.asked.barred.get(limit.name, frozenset())
            doubtful = self.doubtful(limit) if limit.name in _DOUBTS else frozenset[str]()
            steps = [
                on_the_way[id] for id, some in ways.items() if id in doubtful or (some and barred.issuperset(some))
            ]
            if steps:
                yield limit, steps

    def doubtful(self, limit: Limit) -> frozenset[str]:
        """Ids of steps that the person comes to under a limit and cannot begin, and could without it."""
        problem, steps = self.asked.problem, self.asked.catalogue.steps
        learner = Learner(problem, None)
        begun = learner.completes_all(_offered(problem))
        others = (ids for name, ids in self.asked.barred.items() if name != limit.name)
        let_in = learner.facts | (frozenset() if limit.lift(self.asked.request).profile_required else {ADMITTED})
        lifted = replace(problem, barred=frozenset[str]().union(*others), held=let_in)
        at_the_door = Learner(lifted, None)
        could = (one.id for one in _offered(lifted) if at_the_door.holds(one.entry))
        return frozenset({steps[id].id for id in could if id in steps} - {steps[id].id for id in begun if id in steps})


def _offered(problem: PathwayProblem) -> list[Content]:
    """The contents that some delivery lets the person take."""
    usable = {one.content for one in problem.deliveries if problem.usable(one)}
    return [one for one in problem.contents if one.id in usable]


def must_be(asked: Sequence[str]) -> str:
    """What rules ask of whoever starts a step, as a clause; `asked` are phrases that complete “must be …”."""
    said = [f"({one})" if len(asked) > 1 and " or " in one else one for one in asked]
    return f"whoever starts it must be {' and '.join(said)}"


def _listed(names: Iterable[str]) -> str:
    """The first few of some names."""
    said = list(names)
    more = [f"{len(said) - _NAMED} more"] if len(said) > _NAMED else []
    return ", ".join([*said[:_NAMED], *more])


_NAMED: Final = 3
