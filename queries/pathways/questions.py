"""What is worth asking: the questions about the person whose answer matters, and the one call about what is on offer.

An answer *could change* the best pathway when, for some possible answer, the best is worth more or less, the pathway
shown is no longer a best one, or a step of it is no longer as sure, or as dear, as it was. What is asked is what would
decide the steps of that pathway (`Decision.ask`), and of other steps on the way where they could be better with it: by
cost, under a budget, where only what is sure may be used. Each possible answer is told to the same search. Where one
only takes something away, and the pathway shown can still be taken, it is still a best one and no search is made.
Searches are counted and never timed, so that an answer does not vary with load.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product
from typing import Final

from graph.projection import Status, StepKind
from graph.requirements import Attribute, attributes, circumstances, sentence, spoken_day
from queries.eligibility.decision import About, Answer, Ask, Payment
from queries.eligibility.person import births, complete
from queries.eligibility.schemes import decide_scheme
from queries.pathways.asked import Asked, Solved
from queries.pathways.compile import SHUTS_OUT, Person, Way, read_rule, said
from queries.pathways.engine.problem import Criterion, Delivery, Limits, Plan, PlannedStep, Planner, PlannerResult
from queries.pathways.engine.replay import PlanRefused, Trace, replay
from queries.pathways.explain import Explainer, Standing
from queries.pathways.person import learner_pays, paying
from queries.pathways.request import (
    AGES,
    IfAnswered,
    Likely,
    MissingFacts,
    OneCall,
    PathwayRequest,
    Questions,
    Thing,
    Verdict,
    WorthAsking,
    counted,
)
from queries.pathways.whatif import run_of, value_words
from queries.pathways.whynot import NOT_SAID

MOST_GROUPS: Final = 12
MOST_SEARCHES: Final = 8
MOST_ELSEWHERE: Final = 24
"""Runs of other steps that are looked at for what they ask."""
MOST_TOGETHER: Final = 4
"""Facts that are looked at together for whether a step may be started."""
MOST_CALLS: Final = 4
MOST_CALLED: Final = 3
MOST_TRIALS: Final = 16
"""Ways to take the same steps again that are tried."""


@dataclass(frozen=True, slots=True)
class Possible:
    """A possible answer to a question about the person: a value that stands for it, and words."""

    value: str
    text: str


def possible_answers(name: str, asked: Iterable[Attribute]) -> tuple[Possible, ...]:
    """Answers to a question about the person that comparisons with it, `asked`, tell apart.

    >>> [one.text for one in possible_answers("age", [Attribute("age", ">=", "19")])]
    ['aged under 19, such as 18', 'aged 19 or over, such as 19']
    """
    known = attributes().get(name, {})
    if "values" in known:
        return tuple(Possible(value, sentence(Attribute(name, "=", value))) for value in known["values"])
    if "number" not in known:
        return ()
    starts = {0}
    for one in asked:
        if one.value.isdigit():
            limit = int(one.value)
            starts.update({">=": [limit], "<": [limit], "=": [limit, limit + 1]}.get(one.operator, [limit + 1]))
    if len(starts) == 1:
        return ()
    ordered = sorted(starts)
    ends = [*(start - 1 for start in ordered[1:]), None]
    return tuple(_span(name, start, end) for start, end in zip(ordered, ends, strict=True))


def _span(name: str, start: int, end: int | None) -> Possible:
    """The numbers from one to another; `end` None: all above. The one nearest to the limit stands for them."""
    least, most = sentence(Attribute(name, ">=", str(start))), sentence(Attribute(name, "<=", str(end)))
    if start == end:
        return Possible(str(start), sentence(Attribute(name, "=", str(start))))
    if end is None:
        return Possible(str(start), f"{least}, such as {start}")
    if not start:
        return Possible(str(end), f"{sentence(Attribute(name, '<', str(end + 1)))}, such as {end}")
    return Possible(str(start), f"{least} and {most}, such as {start}")


@dataclass(frozen=True, slots=True)
class _Told:
    """What some answers would change, in words, and how much it matters, for putting questions in order.

    `matters`: whether there is a pathway, by how much the best differs, whether it is not as shown, by how many pounds
    the price differs, and how much becomes sure.
    """

    matters: tuple[int, ...]
    words: str
    changes: tuple[str, ...]
    pathway: str | None


def _of_person(ask: Ask) -> bool:
    return ask.about is About.PERSON and ask.name in attributes()


class Asking:
    """Works out what is worth asking about one answer.

    `best`: the search whose pathway is shown first. `again` puts a question to the planner anew, and `search` finds its
    best pathway.
    """

    def __init__(
        self,
        explainer: Explainer,
        best: Solved,
        again: Callable[[PathwayRequest], Asked],
        search: Callable[[PathwayRequest], Solved],
    ) -> None:
        self.explainer, self.best, self.again, self.search = explainer, best, again, search
        self.request, self.person, self.trace = explainer.request, explainer.person, best.trace
        self.now = self.standings(explainer, best.asked, best.trace) if best.trace else ()
        self.searches = MOST_SEARCHES
        self.not_looked_at = False
        self._standings: dict[frozenset[tuple[str, str]], tuple[Standing, ...]] = {}
        self._options: dict[str, tuple[Possible, ...]] = {}

    @staticmethod
    def standings(explainer: Explainer, asked: Asked, trace: Trace) -> tuple[Standing, ...]:
        """How the person stands at each step of a pathway."""
        return tuple(explainer.standings(asked.catalogue, trace))

    # The questions about the person.

    def questions(self) -> Questions:
        """The questions about the person that are worth asking."""
        groups = list(dict.fromkeys(self.groups()))
        found: dict[str, tuple[tuple[int, ...], WorthAsking]] = {}
        left = list[tuple[str, ...]]()
        for number, facts in enumerate(groups):
            if number >= MOST_GROUPS or self.searches <= 0:
                left.append(facts)
                continue
            told = self.answers(facts[0]) if len(facts) == 1 else self.together(facts)
            matters = max((one.matters for one in told), default=())
            for fact in facts:
                if told and (fact not in found or found[fact][0] < matters):
                    found[fact] = matters, self.worth_asking(fact, told, facts)
        ordered = tuple(said for _, said in sorted(found.values(), key=lambda one: one[0], reverse=True))
        not_tried = tuple(dict.fromkeys(fact for facts in left for fact in facts if fact not in found))
        all_tried = not not_tried and not self.not_looked_at
        return Questions(
            ordered, all_tried, not_tried, _questions_text(ordered, not_tried, not_looked_at=self.not_looked_at)
        )

    def worth_asking(self, fact: str, told: Iterable[_Told], facts: tuple[str, ...]) -> WorthAsking:
        """A question with what its answers would change."""
        answers = tuple(
            IfAnswered(one.words, f"{one.words}: {'; '.join(one.changes)}", one.changes, one.pathway) for one in told
        )
        others = tuple(other for other in facts if other != fact)
        return WorthAsking(fact, str(attributes()[fact]["question"]), self.why(fact), answers, others)

    def groups(self) -> Iterator[tuple[str, ...]]:
        """Facts about the person that nobody told, in sets that decide something together: first who may start."""
        for one in self.now:
            yield from ((fact,) for fact in self.asked_of_person(one))
        for one in self.now:
            yield from self.that_settle(one)
        if self.trace is None or self.request.confirmed_only or self.request.profile_required:
            for one in self.elsewhere:
                yield from ((ask.name,) for ask in one.eligibility.decision.ask if _of_person(ask))
        for one in (*self.now, *(self.elsewhere if self.trace is None or self.minds_money else ())):
            for payment in one.payments:
                if _cheaper(payment, one):
                    asks = payment.decision.ask
                    if len(asks) > 1 and all(map(_of_person, asks)):
                        yield tuple(ask.name for ask in asks)
                    yield from ((ask.name,) for ask in asks if _of_person(ask))

    def asked_of_person(self, one: Standing) -> tuple[str, ...]:
        """What the person can say of whether they may start a step; of levels held, the highest."""
        if one.eligibility.likely is not Likely.CANNOT_TELL:
            return ()
        found = [ask.name for ask in one.eligibility.decision.ask if _of_person(ask)]
        if "highest-level" not in self.person.attributes and self.levels(one):
            found.append("highest-level")
        return tuple(dict.fromkeys(found))

    def levels(self, one: Standing) -> tuple[str, ...]:
        """The levels that a step of which it cannot be told asks for, and that are not said to be held."""
        unmet = (need.rule for need in one.needs if need.verdict is not Verdict.MET)
        asks = (ask.name for ask in one.eligibility.decision.ask)
        return tuple(dict.fromkeys(level for rule in (*unmet, *asks) for level in _LEVEL.findall(rule)))

    def that_settle(self, one: Standing) -> Iterator[tuple[str, ...]]:
        """The fewest facts that only together make it sure that the person may start a step."""
        asked = self.asked_of_person(one)
        if not 1 < len(asked) <= MOST_TOGETHER or self.unsettled(self.favourable(asked), (one.number,))[1]:
            return
        for order in (asked, asked[::-1]):
            kept = list(order)
            for fact in order:
                fewer = [other for other in kept if other != fact]
                if fewer and not any(self.unsettled(self.favourable(tuple(fewer)), (one.number,))[:2]):
                    kept = fewer
            if len(kept) > 1:
                yield tuple(fact for fact in asked if fact in kept)

    def favourable(self, facts: tuple[str, ...]) -> dict[str, Possible]:
        """Of each fact the possible answer that leaves least open of who may start; empty when one has none."""
        chosen: dict[str, Possible] = {}
        for fact in facts:
            if not (options := self.options(fact)):
                return {}
            tried = [{**chosen, fact: one} for one in options]
            chosen = min(tried, key=self.unsettled)
        return chosen

    def unsettled(self, chosen: Mapping[str, Possible], numbers: Collection[int] = ()) -> tuple[int, int, int]:
        """Of how many steps shown it would be no, or could not be told, and how much would be left to ask."""
        if self.trace is None:
            return 0, 0, 0
        answers = frozenset((fact, one.value) for fact, one in chosen.items())
        if answers not in self._standings:
            request = self.with_answers(dict(answers))
            person = Person(request.holds, dict(request.attributes), self.explainer.projection, self.person.asked_on)
            explainer = self.explainer.asked_otherwise(request, person)
            self._standings[answers] = tuple(explainer.standings(self.best.asked.catalogue, self.trace, payments=False))
        told = [one.eligibility for one in self._standings[answers] if not numbers or one.number in numbers]
        return (
            sum(one.likely is Likely.NO for one in told),
            sum(one.likely is Likely.CANNOT_TELL for one in told),
            sum(len(one.decision.ask) for one in told),
        )

    def with_answers(self, facts: Mapping[str, str]) -> PathwayRequest:
        """The question with some answers told; a highest level is held, too."""
        level = facts.get("highest-level", "0")
        holds = self.request.holds if level == "0" else (*self.request.holds, f"level:{level}")
        known = tuple(sorted({**dict(self.request.attributes), **facts}.items()))
        return replace(self.request, attributes=known, holds=holds)

    @cached_property
    def unpaid(self) -> Asked:
        """The question of the pathway shown, with who pays for each of its steps left open."""
        asked = self.best.asked
        ids = [one.delivery.id for one in self.trace.steps] if self.trace else []
        ways = {**asked.catalogue.ways, **{id: replace(asked.catalogue.ways[id], counted=None) for id in ids}}
        return replace(asked, catalogue=replace(asked.catalogue, ways=ways))

    @property
    def minds_money(self) -> bool:
        """Whether what something costs decides which pathway is best."""
        return self.request.by is Criterion.COST or self.request.budget_pounds is not None

    @cached_property
    def elsewhere(self) -> tuple[Standing, ...]:
        """How the person would stand at the other steps on some way to the goals, all else being met."""
        catalogue = self.best.asked.catalogue
        steps = {step.id: step for step in catalogue.on_the_way(self.request.to)}
        held = {*self.person.facts, *(fact for step in steps.values() for fact in step.gives)}
        runs: dict[tuple[str, str | None], Way] = {}
        for way in catalogue.ways.values():
            if way.step.id in steps and way.delivery.id not in catalogue.closed:
                runs.setdefault(run_of(way), way)
        seen = {run_of(one.way) for one in self.now}
        ways = sorted(
            (way for run, way in runs.items() if run not in seen), key=lambda way: [*steps].index(way.step.id)
        )
        self.not_looked_at = len(ways) > MOST_ELSEWHERE
        return tuple(
            self.explainer.standing(0, way, min(way.delivery.starts or (way.delivery.opens,)), tuple(held))
            for way in ways[:MOST_ELSEWHERE]
        )

    def why(self, fact: str) -> str:
        """Which steps ask it."""
        for one in self.now:
            if fact in self.asked_of_person(one):
                return f"it decides whether step {one.number}, {one.title}, may be started"
        for one in self.now:
            for payment in one.payments:
                if any(ask.name == fact for ask in payment.decision.ask):
                    return f"it decides whether {payment.title} pays for step {one.number}, {one.title}"
        for one in self.elsewhere:
            if any(ask.name == fact for ask in one.eligibility.decision.ask):
                return f"it decides whether {one.title} may be started"
        return "it decides who pays for another step on the way"

    def answers(self, fact: str) -> list[_Told]:
        """What each possible answer to one question would change; those that change nothing are left out."""
        found: dict[tuple[str, ...], _Told] = {}
        for possible in self.options(fact):
            told = self.told({fact: possible.value}, possible.text)
            if told is not None:
                same = found.get(told.changes)
                found[told.changes] = replace(same, words=f"{same.words} or {told.words}") if same else told
        return list(found.values())

    def together(self, facts: tuple[str, ...]) -> list[_Told]:
        """What the favourable answers to several questions would change."""
        steps = (*self.now, *(self.elsewhere if self.minds_money else ()))
        ways = [(one, p) for one in steps for p in one.payments if tuple(ask.name for ask in p.decision.ask) == facts]
        chosen = {} if ways else self.favourable(facts)
        for fact in facts if ways else ():
            if not (options := self.options(fact)):
                return []
            chosen[fact] = min(options, key=lambda one: self.left_open({**chosen, fact: one}, ways))
        if not chosen:
            return []
        words = " and ".join(one.text for one in chosen.values())
        told = self.told({fact: one.value for fact, one in chosen.items()}, words)
        return [told] if told is not None else []

    def left_open(self, chosen: Mapping[str, Possible], ways: Iterable[tuple[Standing, Payment]]) -> tuple[int, int]:
        """How far payments are from sure with some answers: how many are closed, and how much is left to ask."""
        said = complete({**dict(self.request.attributes), **{fact: one.value for fact, one in chosen.items()}})
        found = [
            then.decision
            for one, payment in ways
            for then in decide_scheme(
                self.explainer.book.schemes[payment.scheme], replace(one.situation, person=said)
            ).payments
            if paying(then) == paying(payment)
        ]
        return sum(one.answer is Answer.NO for one in found), sum(len(one.ask) for one in found)

    def options(self, fact: str) -> tuple[Possible, ...]:
        """The possible answers to one question that rules on the pathway tell apart."""
        if fact not in self._options:
            self._options[fact] = self.options_of(fact)
        return self._options[fact]

    def options_of(self, fact: str) -> tuple[Possible, ...]:
        """The same, worked out anew."""
        if fact == "born":
            first, last = births(self.person.attributes, self.person.asked_on) or (None, None)
            some = [(first, "born on {} or soon after"), (last, "born on {} or shortly before")]
            return tuple(Possible(day.isoformat(), text.format(spoken_day(day))) for day, text in some if day)
        if fact == "highest-level" and (levels := {level for one in self.now for level in self.levels(one)}):
            return possible_answers(fact, [Attribute(fact, ">=", level) for level in levels])
        return possible_answers(fact, self.comparisons(fact))

    def comparisons(self, fact: str) -> list[Attribute]:
        """What rules on the pathway compare a fact with: those on who may start, else all.

        A named figure stands as each number it ever was.
        """
        at_the_door, all_of_them = list[Attribute](), list[Attribute]()
        for one in (*self.now, *(self.elsewhere if self.trace is None or self.minds_money else ())):
            opportunity = one.situation.opportunity
            at_the_door += [asked for asked in circumstances(read_rule(one.step.requirement)) if asked.name == fact]
            for scheme in self.explainer.book.applying(opportunity) if opportunity else ():
                for rule in scheme.rules:
                    for asked in (a for v in rule.versions for a in circumstances(v.asks) if a.name == fact):
                        series = scheme.values[asked.value].series if asked.value in scheme.values else ()
                        known = opportunity.get(asked.value, asked.value)
                        found = [replace(asked, value=str(v.value)) for v in series] or [replace(asked, value=known)]
                        all_of_them += found
                        if rule.kind == "entry" and scheme.kind in SHUTS_OUT:
                            at_the_door += found
        return at_the_door or all_of_them

    def told(self, facts: Mapping[str, str], words: str) -> _Told | None:
        """What some answers would change; None when nothing. `words` says the answers."""
        before = dict(self.request.attributes)
        request = self.with_answers(facts)
        if self.trace is not None and not self.matters_to_search(complete(before), complete({**before, **facts})):
            person = Person(request.holds, dict(request.attributes), self.explainer.projection, self.person.asked_on)
            explainer = self.explainer.asked_otherwise(request, person)
            return self.compared(self.standings(explainer, self.unpaid, self.trace), None, words, facts)
        asked = self.again(request)
        explainer = self.explainer.asked_otherwise(request, asked.person)
        moved = _moved(asked, self.best.asked, self.trace) if self.trace else None
        best = None
        if moved is None or self.may_be_better(asked, moved):
            self.searches -= 1
            best = self.search(request)
        then = self.standings(explainer, asked, moved) if moved else None
        return self.compared(then, best, words, facts)

    def matters_to_search(self, before: Mapping[str, str], after: Mapping[str, str]) -> bool:
        """Whether an answer may open or close a start, or change a sum that the search minds."""
        if self.minds_money:
            return True
        changed = {name for name in after if after[name] != before.get(name)}
        return not changed.isdisjoint(self.asked_at_the_door | {"age", "born", "highest-level"})

    @cached_property
    def asked_at_the_door(self) -> frozenset[str]:
        """Facts about the person that some step, or some scheme that shuts people out, asks for."""
        entry = (
            circumstances(version.asks)
            for scheme in self.explainer.book.schemes.values()
            for rule in scheme.rules
            if rule.kind == "entry"
            for version in rule.versions
        )
        own = self.best.asked.catalogue.circumstances.values()
        return frozenset(asked.name for some in (own, *entry) for asked in some)

    def may_be_better(self, asked: Asked, moved: Trace) -> bool:
        """Whether another pathway may now be better than the one shown, or as good and surer."""
        old, new = self.best.asked.catalogue.cannot_tell, asked.catalogue.cannot_tell
        unsure = any(one.delivery.id in new for one in moved.steps)
        return (unsure and not old <= new) or _gains(self.best.asked, asked)

    def compared(
        self, then: Sequence[Standing] | None, best: Solved | None, words: str, facts: Collection[str]
    ) -> _Told | None:
        """The picture with some answers beside the picture now.

        `then`: how the person would stand on the pathway shown; None: it is not open to them, or there is none. `best`:
        the best pathway then; None: that shown is still a best one.
        """
        changes = list[str]()
        pathway, worse, surer, saved = None, 0, 0, 0
        unsure = sum(one.eligibility.likely is Likely.CANNOT_TELL for one in then or ())
        now, value = self.best.result.value, best.result.value if best is not None else self.best.result.value
        stays = then is not None and (best is None or (value == now and len(best.cannot_tell) >= unsure))
        if best is not None and not stays:
            if best.trace is None and self.trace is None:
                return None
            if best.trace is None:
                changes.append("there would be no pathway")
            else:
                told, pathway = self.best_then(best.asked, best.trace, waits=not AGES.isdisjoint(facts))
                changes.append(told)
            if value is not None and now is not None and value != now:
                worse, by = abs(value - now), self.request.by
                soonest = " at the soonest" if by is Criterion.WEEKS and not AGES.isdisjoint(facts) else ""
                would_be = f"the best would be {value_words(by, value)}{soonest}"
                changes.insert(0, f"{would_be} instead of {value_words(by, now)}")
        if stays and then is not None:
            for before, after in zip(self.now, then, strict=True):
                if before.eligibility.likely is not after.eligibility.likely:
                    surer += 2
                    changes.append(f"step {after.number}, {after.title}, would be {_LIKELY[after.eligibility.likely]}")
                settled = list(_settled(before, after))
                surer += len(settled)
                changes += settled
            was, pays = sum_of_costs(self.now), sum_of_costs(then)
            if was != pays:
                saved = abs(was - pays) if was is not None and pays is not None else 1
                changes.append(f"it would cost the client {_pounds(pays)} instead of {_pounds(was)}")
        if not changes:
            return None
        opens = int(best is not None and (best.trace is None) != (self.trace is None))
        return _Told((opens, worse, int(not stays), saved, surer), words, tuple(changes), pathway)

    def best_then(self, asked: Asked, trace: Trace, *, waits: bool) -> tuple[str, str | None]:
        """The best pathway with some answers, in words, and on one line where it has other steps than that shown.

        `waits`: a step that is begun later may be so for a birthday.
        """
        _, totals, line = self.explainer.outline(asked.catalogue, trace)
        if self.trace is None:
            return f"there would be a pathway: {line}", line
        shown = self.best.asked.catalogue
        now = {shown.ways[one.delivery.id].step.id: one for one in self.trace.steps}
        then = {asked.catalogue.ways[one.delivery.id].step.id: one for one in trace.steps}
        later = {id: (one.start_week or 0) - (now[id].start_week or 0) for id, one in then.items() if id in now}
        moved = next((id for id, weeks in later.items() if weeks > 0 or (weeks and then.keys() == now.keys())), None)
        said = []
        if moved is not None and (waits or then.keys() == now.keys()):
            weeks = f"{counted(abs(later[moved]), 'week')} {'later' if later[moved] > 0 else 'sooner'}"
            waited = " at the soonest: a birthday is waited for" if waits and later[moved] > 0 else ""
            said.append(f"{shown.steps[moved].title} is begun {weeks}{waited}")
        if then.keys() != now.keys():
            return f"another pathway would be best: {line}{f' ({said[0]})' if said else ''}", line
        _, was, _ = self.explainer.outline(shown, self.trace)
        if was.cost_pounds != totals.cost_pounds:
            said.append(f"it costs the client {_pounds(totals.cost_pounds)} instead of {_pounds(was.cost_pounds)}")
        return f"the same pathway would be best, taken otherwise: {'; '.join(said) or 'with other runs'}", None


_LEVEL: Final = re.compile(r"\blevel\((\d)\)")
_LIKELY: Final = {
    Likely.YES: "likely yes",
    Likely.NO: "likely no",
    Likely.CANNOT_TELL: "something that cannot be told",
}


def _settled(before: Standing, after: Standing) -> Iterator[str]:
    """The ways to pay of which an answer settles whether they are open, and what it says."""
    then = {paying(one): one.decision.answer for one in after.payments}
    for payment in before.payments:
        answer = then.get(paying(payment), Answer.NO)
        if answer is not Answer.NOT_KNOWN and _cheaper(payment, before):
            said = "pay" if answer is Answer.YES else "not pay"
            yield f"{payment.title} would {said} for step {after.number}, {after.title} ({payment.text})"


def sum_of_costs(steps: Iterable[Standing]) -> int | None:
    """What the learner pays for some steps; None when a price is not known."""
    costs = [one.cost for one in steps]
    return None if None in costs else sum(cost.value for cost in costs if cost)


def _pounds(amount: int | None) -> str:
    return "a price that is not known" if amount is None else f"£{amount:,}"


def _cheaper(payment: Payment, one: Standing) -> bool:
    """Whether a payment that is not sure would cost the learner less than what is counted, or would make it known."""
    pays = learner_pays(payment)
    return payment.decision.answer is Answer.NOT_KNOWN and pays is not None and (not one.cost or pays < one.cost.value)


def _questions_text(found: Sequence[WorthAsking], not_tried: Sequence[str], *, not_looked_at: bool) -> str:
    """How far the questions go, in words."""
    said = "No question about the client that was tried could change the best pathway"
    if found:
        said = f"{counted(len(found), 'question')} about the client could change the best pathway"
    said += f"; {counted(len(not_tried), 'other was', 'others were')} not tried" if not_tried else ""
    said += "; not every step on the way was looked at" if not_looked_at else ""
    return f"{said}."


def _ways_by_run(asked: Asked) -> dict[tuple[str, str | None], list[Way]]:
    """The ways that the question leaves, by run; those of which one can tell that they may be taken first."""
    found: dict[tuple[str, str | None], list[Way]] = {}
    for id, way in asked.catalogue.ways.items():
        if id not in asked.problem.barred:
            found.setdefault(run_of(way), []).append(way)
    for ways in found.values():
        ways.sort(key=lambda way: way.delivery.id in asked.catalogue.cannot_tell)
    return found


def _starts(delivery: Delivery, week: int | None) -> bool:
    if week is None:
        return True
    if delivery.starts is not None:
        return week in delivery.starts
    return delivery.opens <= week and (delivery.closes is None or week <= delivery.closes)


def _moved(asked: Asked, old: Asked, trace: Trace) -> Trace | None:
    """The same pathway, start weeks and all, for somebody of whom more is known; None: it is not open to them."""
    by_run = _ways_by_run(asked)
    options = [
        [
            PlannedStep(way.delivery.id, one.start_week)
            for way in by_run.get(run_of(old.catalogue.ways[one.delivery.id]), ())
            if _starts(way.delivery, one.start_week)
        ]
        for one in trace.steps
    ]
    for steps in islice(product(*options), MOST_TRIALS):
        try:
            return replay(asked.problem, Plan(steps))
        except PlanRefused:
            continue
    return None


def _gains(old: Asked, new: Asked) -> bool:
    """Whether anything is open, or cheaper, in the new question that was not in the old one."""
    at_the_door = new.request.confirmed_only or new.request.profile_required
    more = new.problem.held - old.problem.held
    if any(at_the_door or not fact.endswith(said("")) for fact in more):
        return True
    money = new.request.by is Criterion.COST or new.request.budget_pounds is not None
    by_run = _ways_by_run(old)
    return any(
        not any(
            (id not in new.catalogue.cannot_tell or other.delivery.id in old.catalogue.cannot_tell)
            and _covers(other.delivery, way.delivery, money=money)
            for other in by_run.get(run_of(way), ())
        )
        for id, way in new.catalogue.ways.items()
        if id not in new.problem.barred
    )


def _covers(one: Delivery, other: Delivery, *, money: bool) -> bool:
    """Whether whoever may take the other might as well take the one."""
    if one is other:
        return True
    if (one.weeks, one.hours_per_week) != (other.weeks, other.hours_per_week):
        return False
    if money and one.cost_pounds > other.cost_pounds:
        return False
    if other.starts is not None:
        return all(_starts(one, week) for week in other.starts)
    late = one.closes is None or (other.closes is not None and other.closes <= one.closes)
    return one.starts is None and one.opens <= other.opens and late


# Where there is no pathway.


def opening(
    explainer: Explainer, missing: MissingFacts | None, search: Callable[[PathwayRequest], Solved]
) -> tuple[tuple[WorthAsking, ...], tuple[str, ...]]:
    """What the person may hold or have done, and nobody said, of which one thing would open a pathway; soonest first.

    `missing`: the least that would have to be brought besides. Each thing is tried by a search that keeps all limits;
    the facts that were not tried, as there are too many, come second.
    """
    request, told = explainer.request, dict(explainer.request.attributes)
    singles = [one[0].id.partition(":") for one in missing.sets if len(one) == 1] if missing else []
    singles = [one for one in singles if one[0] in _HELD_WORDS and not (one[0] == "level" and "highest-level" in told)]
    found = []
    for kind, _, id in singles[:MOST_SEARCHES]:
        fact = f"{kind}:{id}"
        level = kind == "level"
        more = (("highest-level", id),) if level else ()
        holds = (*request.holds, fact if level else id)
        solved = search(replace(request, holds=holds, attributes=tuple(sorted((*request.attributes, *more)))))
        if solved.trace is None:
            continue
        _, totals, pathway = explainer.asked_otherwise(solved.asked.request, solved.asked.person).outline(
            solved.asked.catalogue, solved.trace
        )
        words = sentence(Attribute("highest-level", ">=", id)) if level else "yes"
        changes = (f"there would be a pathway: {pathway}",)
        said = WorthAsking(
            "highest-level" if level else fact,
            _HELD_WORDS[kind].format(explainer.thing(id).label),
            "it would open a pathway, and there is none now",
            (IfAnswered(words, f"{words}: {changes[0]}", changes, pathway),),
            (),
        )
        found.append((totals.weeks, said))
    not_tried = tuple("highest-level" if kind == "level" else f"{kind}:{id}" for kind, _, id in singles[MOST_SEARCHES:])
    return tuple(said for _, said in sorted(found, key=lambda one: one[0])), not_tried


_HELD_WORDS: Final = {
    "award": "Does the person hold {}?",
    "unit": "Has the person credit for {}?",
    "completed": "Has the person completed this: {}?",
    "works-as": "Has the person worked as {}?",
    "level": "Does the person hold an award at level {} or higher?",
}
"""What to ask about something that may be held, by the kind of fact."""


def with_opening(questions: Questions, more: tuple[WorthAsking, ...], left: tuple[str, ...]) -> Questions:
    """The questions, where there is no pathway, with those that would open one first. `left`: what was not tried."""
    if not more and not left:
        return questions
    known = {one.fact for one in more}
    asked = (*more, *(one for one in questions.worth_asking if one.fact not in known))
    left = tuple(fact for fact in dict.fromkeys(left) if fact not in known)
    not_tried = tuple(dict.fromkeys((*left, *questions.not_tried)))
    number = counted(len(more), "question") if more else "No question that was tried"
    text = f"{number} about what the client holds would open a pathway"
    text += f"; {counted(len(left), 'other was', 'others were')} not tried" if left else ""
    rest = questions.text.replace("No question", "No other question", 1)
    all_tried = questions.all_tried and not left
    return replace(questions, worth_asking=asked, all_tried=all_tried, not_tried=not_tried, text=f"{text}. {rest}")


def opening_call(explainer: Explainer, asked: Asked, planner: Planner, limits: Limits) -> OneCall | None:
    """Where there is no pathway: the call about a step that a limit took out, as nobody said something of it.

    It would open one if what is not known is as the limit wants it. Of several the best; None when no single one does.
    """
    runs: dict[tuple[str, str], set[str]] = {}
    order = [step.id for step in asked.catalogue.on_the_way(asked.request.to)]
    for name, not_said in NOT_SAID.items():
        others = [barred for other, barred in asked.barred.items() if other != name]
        for id in asked.barred.get(name, ()):
            way = asked.catalogue.ways[id]
            if way.step.id in order and not_said.of(way) and not any(id in barred for barred in others):
                runs.setdefault((name, way.step.id), set()).add(id)
    calls = sorted(runs.items(), key=lambda one: (order.index(one[0][1]), one[0][0]))
    opened = []
    for number, ((name, step), deliveries) in enumerate(calls[:MOST_SEARCHES]):
        problem = replace(asked.problem, barred=asked.problem.barred - deliveries)
        result = planner.solve(problem, asked.request.by, limits)
        if result.plan is not None and result.value is not None:
            opened.append((result.value, number, name, step, min(deliveries), replay(problem, result.plan)))
    if not opened:
        return None
    _, _, name, step, delivery, trace = min(opened, key=lambda one: one[:2])
    way = asked.catalogue.ways[delivery]
    standing = explainer.standing(0, way, min(way.delivery.starts or (way.delivery.opens,)), ())
    kind, wanted = NOT_SAID[name].kind, next(limit.text for limit in asked.limits if limit.name == name)
    return OneCall(
        kind=kind,
        step=Thing(step, standing.title),
        whom=_whom(explainer, asked, standing),
        ask=f"{standing.title}: {NOT_SAID[name].question}",
        why=f"nobody said so, and there is no pathway now; there would be one if it fits “{wanted}”",
        sure_now=None,
        sure_then=explainer.outline(asked.catalogue, trace)[2],
        if_not=None,
        all_tried=len(calls) <= MOST_SEARCHES,
    )


# The one call.


@dataclass(frozen=True, slots=True)
class _Call:
    """A call about one run of a step: its deliveries, what is not confirmed of it, and who can tell."""

    standing: Standing
    whom: tuple[Thing, ...]
    deliveries: frozenset[str]
    kinds: tuple[str, ...]


def one_call(explainer: Explainer, best: Solved, planner: Planner, limits: Limits) -> OneCall | None:
    """The call whose answer would improve the pathways of confirmed steps most; None when nothing is unconfirmed.

    A step is confirmed when a start of it is known, and nobody else has to say whether the person may start it; by cost
    or under a budget, also when its price is known. If no single call opens a better confirmed pathway, it is the call
    about the step without which the best pathway would be worst.
    """
    if best.trace is None:
        return None
    asked = best.asked
    doubtful = {id: kinds for id, way in asked.catalogue.ways.items() if (kinds := _unconfirmed(asked, way))}
    calls = list(_calls(explainer, asked, best.trace, doubtful))
    if not calls:
        return None
    tried = calls[:MOST_CALLS]
    by = asked.request.by

    def solved(barred: frozenset[str]) -> PlannerResult:
        return planner.solve(replace(asked.problem, barred=asked.problem.barred | barred), by, limits)

    def gain(now: PlannerResult, then: PlannerResult) -> tuple[bool, int]:
        if then.value is None or (now.value is not None and then.value >= now.value):
            return False, 0
        return now.value is None, 0 if now.value is None else now.value - then.value

    def better(barred: frozenset[str], now: PlannerResult) -> PlannerResult:
        """The best with these barred if it is better than what is known; else that."""
        if now.value is None or best.result.bound is None or by is not Criterion.WEEKS:
            return solved(barred)
        if now.value <= best.result.bound:
            return now
        sooner = replace(asked.problem, barred=asked.problem.barred | barred, horizon=now.value - 1)
        then = planner.solve(sooner, by, limits)
        return now if then.plan is None else then

    sure_now = solved(frozenset(doubtful))
    sure_then = [better(frozenset(doubtful) - call.deliveries, sure_now) for call in tried]
    gains = [gain(sure_now, then) for then in sure_then]
    if any(opens or weeks for opens, weeks in gains):
        chosen = max(range(len(tried)), key=gains.__getitem__)
        without = solved(tried[chosen].deliveries)
    else:
        denied = [solved(call.deliveries) for call in tried]
        chosen = max(range(len(tried)), key=lambda n: (denied[n].value is None, denied[n].value or 0))
        without = denied[chosen]

    def line(result: PlannerResult) -> str | None:
        if result.plan is None:
            return None
        return explainer.outline(asked.catalogue, replay(asked.problem, result.plan))[2]

    call = tried[chosen]
    return OneCall(
        kind=call.kinds[0],
        step=Thing(call.standing.step.id, call.standing.title),
        whom=call.whom,
        ask=_to_ask(explainer, call),
        why=_why_call(by, gains[chosen], best.result.value, without.value, _still_open(asked, sure_then[chosen], call)),
        sure_now=line(sure_now),
        sure_then=line(sure_then[chosen]),
        if_not=line(without),
        all_tried=len(tried) == len(calls),
    )


_QUESTIONS: Final = {
    "start": "when it next starts",
    "provider": "whether they run it, and when it next starts",
    "price": "what it costs the client",
    "entry": "whether they would take the client",
}
_WHO_RUNS_IT: Final = "which provider runs it, and when it next starts"
"""What is asked where nobody is known to have run it."""


def _unconfirmed(asked: Asked, way: Way) -> tuple[str, ...]:
    """What nobody has confirmed of a run; of a job only who is taken, as vacancies come and go."""
    taught = way.step.kind is not StepKind.JOB
    money = asked.request.by is Criterion.COST or asked.request.budget_pounds is not None
    kinds = {
        "provider": taught and way.offer is None,
        "start": taught and way.offer is not None and not (way.offer.starts or way.offer.flexible),
        "entry": way.delivery.id in asked.catalogue.cannot_tell,
        "price": taught and money and Criterion.COST in way.unknown,
    }
    return tuple(kind for kind, so in kinds.items() if so)


def _calls(
    explainer: Explainer, asked: Asked, trace: Trace, doubtful: Mapping[str, tuple[str, ...]]
) -> Iterator[_Call]:
    """The calls about the steps of a pathway that somebody else than the person can answer."""
    by_run: dict[tuple[str, str | None], set[str]] = {}
    for id in doubtful:
        by_run.setdefault(run_of(asked.catalogue.ways[id]), set()).add(id)
    for one in explainer.standings(asked.catalogue, trace):
        kinds = doubtful.get(one.way.delivery.id, ())
        asks = one.eligibility.decision.ask
        if asks and all(ask.whom == "person" for ask in asks):
            kinds = tuple(kind for kind in kinds if kind != "entry")
        if kinds and (whom := _whom(explainer, asked, one)):
            yield _Call(one, whom, frozenset(by_run[run_of(one.way)]), kinds)


def _whom(explainer: Explainer, asked: Asked, one: Standing) -> tuple[Thing, ...]:
    """Who can tell: the provider of the run; else those who ran it before, the latest first; else any of the kind."""
    if one.way.offer is not None:
        return (explainer.thing(one.way.offer.provider),)
    seen = [offer.provider for offer in asked.catalogue.offers.get(one.step.id, ())]
    past = (e for id in one.step.about for e in asked.catalogue.evidence.get(id, ()))
    seen += [e.provider for e in sorted(past, key=lambda e: (e.period, e.leavers or 0), reverse=True)]
    if seen:
        return tuple(map(explainer.thing, list(dict.fromkeys(seen))[:MOST_CALLED]))
    if one.step.kind is StepKind.JOB:
        return tuple(Thing(id, f"any employer with work as {explainer.thing(id).label}") for id in one.step.about[:1])
    types = [id for id in one.step.about if id in explainer.projection.types]
    return tuple(Thing(id, f"any provider of this kind: {explainer.thing(id).label}") for id in types[:1])


def _still_open(asked: Asked, then: PlannerResult, call: _Call) -> str:
    """What the call leaves unconfirmed of the pathway that is best once it is made; empty: nothing."""
    if then.plan is None:
        return ""
    steps = [(asked.catalogue.ways[one.delivery], one.delivery in call.deliveries) for one in then.plan.steps]
    unsure = sum(
        way.delivery.id in asked.catalogue.cannot_tell and not (called and "entry" in call.kinds)
        for way, called in steps
    )
    prices = sum(
        way.step.kind is not StepKind.JOB and Criterion.COST in way.unknown and not (called and "price" in call.kinds)
        for way, called in steps
    )
    ours = sum(way.step.status is not Status.PUBLISHED for way, _ in steps)
    said = [
        f"whether the client may start {counted(unsure, 'step')}" if unsure else "",
        f"what {counted(prices, 'step')} would cost" if prices else "",
        f"{counted(ours, 'step')} that we inferred" if ours else "",
    ]
    return ", ".join(filter(None, said))


def _to_ask(explainer: Explainer, call: _Call) -> str:
    """What to ask, in words."""
    one = call.standing
    ran = any(whom.id not in explainer.projection.types for whom in call.whom)
    said = [_QUESTIONS[kind] if ran or kind != "provider" else _WHO_RUNS_IT for kind in call.kinds]
    asks = one.eligibility.decision.ask
    said += [ask.question for ask in asks if ask.whom != "person" and not ask.name.startswith("decision of")]
    return f"{one.title}: {'; '.join(dict.fromkeys(said))}"


def _why_call(by: Criterion, gain: tuple[bool, int], now: int | None, without: int | None, left: str) -> str:
    """Why this call and no other. `left`: what it would leave unconfirmed of the pathway that it would open."""
    opens, less = gain
    if opens and left:
        known = "with this confirmed there would be a pathway of which each course has a known start, and there is none"
        return f"{known} now; it would still leave open: {left}"
    if opens:
        return "with this confirmed there would be a pathway of confirmed steps alone, and there is none now"
    if less:
        more = f"; it would still leave open: {left}" if left else ""
        sure = "with known starts" if left else "of confirmed steps"
        return f"with this confirmed the best pathway {sure} would be {value_words(by, less)} less{more}"
    if without is None:
        return "nothing else that we hold leads there: if this is not so, there is no pathway"
    if now is not None and without > now:
        return f"if this is not so, the best pathway is {value_words(by, without - now)} more"
    return "it is the first thing on the pathway that nobody has confirmed; another way is as good if it is not so"
