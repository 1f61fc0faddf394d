"""What an answer says of the person at each step: whether they may start it, who pays for it, and what that adds up to.

Nothing here searches. It reads what rules say (`queries.eligibility`) of steps that were found.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from graph.projection import Status, worst
from graph.requirements import (
    Completed,
    LevelHeld,
    Requirement,
    WorksAs,
    attributes,
    circumstances,
    parse,
    sentence,
    spoken_day,
)
from queries.eligibility.decision import About, Answer, Ask, Decision, FactUsed, Payment, SchemeDecision
from queries.eligibility.logic import Situation, decide
from queries.eligibility.person import Facts
from queries.eligibility.rulebook import RuleBook, Scheme, turning_days
from queries.eligibility.schemes import decide_scheme
from queries.pathways.personal import A_YEAR, Span, fullest_year, funded_already
from queries.pathways.request import (
    DOUBT,
    AnswerStep,
    Eligibility,
    Entitlement,
    EntitlementSpent,
    EntitlementUse,
    Likely,
    Need,
    Thing,
    Verdict,
    counted,
)

LIKELY: Final = {Answer.YES: Likely.YES, Answer.NO: Likely.NO, Answer.NOT_KNOWN: Likely.CANNOT_TELL}
_OF_VERDICT: Final = {
    Verdict.MET: Answer.YES,
    Verdict.DECIDED_BY_SOMEBODY: Answer.NOT_KNOWN,
    Verdict.NOT_KNOWN: Answer.NOT_KNOWN,
    Verdict.NOT_MET: Answer.NO,
}


def joint(answers: Iterable[Answer]) -> Answer:
    """All of them: no when one is no, not known when one is not known, yes otherwise."""
    found = set(answers)
    return Answer.NO if Answer.NO in found else Answer.NOT_KNOWN if Answer.NOT_KNOWN in found else Answer.YES


AHEAD: Final = timedelta(days=730)
"""How far ahead the rules of a scheme are read for a step of which no start is known."""


def _over_days(scheme: Scheme, situation: Situation) -> list[tuple[date, SchemeDecision]]:
    """What a scheme says of the assumed start, and of each later day on which it changes."""
    last = situation.day + AHEAD
    later = (day for day in turning_days(scheme) if situation.day < day <= last)
    return [(day, decide_scheme(scheme, replace(situation, day=day))) for day in (situation.day, *later)]


def _on_any_day(told: Sequence[tuple[date, Decision]]) -> tuple[Decision, str]:
    """The decision where the day of the start is not known, and in words how it hangs on that day, if it does.

    A no or a yes that does not hold on all the days is not known, and the provider is asked when it starts.
    """
    spans = [next(some) for _, some in groupby(told, lambda one: one[1].answer)]
    if len(spans) == 1:
        lasting = (one for _, one in told if all(fact.name != "starts" for fact in one.because))
        return next(lasting, told[0][1]), ""
    said = [f"{_BY_DAY[spans[0][1].answer]} for a start before {spoken_day(spans[1][0])}"]
    for number, (day, one) in enumerate(spans[1:]):
        said.append(f"from {spoken_day(day) if number else 'then'} {_BY_DAY[one.answer]}")
    words = "; ".join(said)
    open_then = next((one for _, one in spans[1:] if one.answer is not Answer.NO), spans[-1][1])
    ask = Ask(About.OPPORTUNITY, "starts", f"When does it start? {words[:1].upper()}{words[1:]}.", "provider")
    text = " ".join(["Not known yet.", *(one.question for one in (ask, *open_then.ask))])
    return Decision(Answer.NOT_KNOWN, text, open_then.because, (ask, *open_then.ask)), words


_BY_DAY: Final = {Answer.YES: "yes", Answer.NO: "not", Answer.NOT_KNOWN: "it may be so, which cannot be told yet"}


def on_any_day(book: RuleBook, situation: Situation, paying: Sequence[Payment]) -> tuple[Payment, ...]:
    """The ways to pay for a step of which no start is known: none is closed, or sure, by the assumed day alone."""
    by_scheme = {one.scheme: _over_days(book.schemes[one.scheme], situation) for one in paying if one.rules}
    found = [_paid_on_any_day(one, by_scheme.get(one.scheme, ())) for one in paying]
    return tuple(sorted(found, key=lambda one: _SURE_FIRST.index(one.decision.answer)))


_SURE_FIRST: Final = (Answer.YES, Answer.NOT_KNOWN, Answer.NO)


def _paid_on_any_day(payment: Payment, told: Sequence[tuple[date, SchemeDecision]]) -> Payment:
    same = [(day, one) for day, said in told for one in said.payments if paying(one) == paying(payment)]
    if len(same) < 2:
        return payment
    decision, words = _on_any_day([(day, one.decision) for day, one in same])
    if not words:
        return replace(payment, decision=decision)
    then = next((one for _, one in same if one.decision.answer is not Answer.NO), payment)
    return replace(then, decision=decision, text=f"{words[:1].upper()}{words[1:]}. {then.text}")


def paying(payment: Payment) -> tuple[str, str]:
    """What makes a payment the same on another day, or for another person: its scheme and its own rule."""
    return payment.scheme, payment.rules[-1].rule if payment.rules else ""


def likely_yes(*, employer: bool) -> str:
    """The words for a step that somebody may likely start. `employer`: nobody starts it without one."""
    return f"Likely yes{', once an employer takes the client on' if employer else ''}"


EMPLOYER_FIRST: Final = "an employer has to take the client on"
"""What has to be minded where nobody starts a step without an employer."""

RESIDENCE: Final = ("resident-wmca", "resident-local")
"""The facts about where a person lives."""


def free_for_residents(book: RuleBook, payments: Iterable[Payment]) -> str:
    """For whom it is free, where that is for people of an area and it is not sure that this is one of them.

    A sentence; empty where no such payment is known.
    """
    for payment in payments:
        if payment.learner_pounds == 0 and payment.loan_pounds == 0 and payment.decision.answer is not Answer.YES:
            own = payment.rules[-1] if payment.rules else None
            rules = book.schemes[payment.scheme].rules if own else ()
            versions = (version for rule in rules if own and rule.id == own.rule for version in rule.versions)
            asked = [one for version in versions for one in circumstances(version.asks) if one.name in RESIDENCE]
            if asked and own is not None and own.decision.answer is not Answer.YES:
                known = own.decision.answer is Answer.NO
                who = "the client lives elsewhere" if known else "ask where the client lives"
                return f"Free places are for people {sentence(asked[0])}; {who}."
    return ""


def with_reason(payment: Payment) -> Payment:
    """A payment that is closed says why, not who would have paid."""
    because = _listed(fact.text for fact in payment.decision.because)
    return (
        replace(payment, text=f"Not paid: {because}.") if payment.decision.answer is Answer.NO and because else payment
    )


def step_eligibility(
    requirement: Requirement,
    needs: Sequence[Need],
    situation: Situation,
    schemes: Iterable[Scheme],
    *,
    labels: Mapping[str, str] | None = None,
    dated: bool = True,
    employer: bool = False,
) -> Eligibility:
    """Whether the person may start a step: by what the step itself asks, and by the schemes that it belongs to.

    What is held counts as the `needs` judged it at that point of the pathway. `dated`: a start of it is known.
    `employer`: nobody starts it without one.
    """
    labels = labels or {}
    own = decide(requirement, replace(situation, held=lambda asked: situation.held(asked) is True))
    answer = joint(_OF_VERDICT[need.verdict] for need in needs)
    if own.answer is not answer:
        own = _as_judged(answer, needs)
    by_scheme, entries = list[SchemeDecision](), list[Decision]()
    for scheme in schemes:
        known = _as_to_level(scheme, situation)
        told = _over_days(scheme, known) if not dated else [(situation.day, decide_scheme(scheme, known))]
        by_scheme.append(told[0][1])
        entries.append(_on_any_day([(day, one.entry) for day, one in told])[0])
    parts = [_in_words(one, situation.person, labels) for one in (own, *entries)]
    joined = joint(one.answer for one in parts)
    telling = [one for one in parts if one.answer is joined]
    because = tuple(dict.fromkeys(fact for one in telling for fact in one.because))
    ask = tuple(dict.fromkeys(ask for one in telling for ask in one.ask))
    said = {
        Answer.YES: likely_yes(employer=employer),
        Answer.NO: f"Likely no. {_listed(one.text for one in telling)}",
        Answer.NOT_KNOWN: f"Cannot tell. {' '.join(_to_ask(ask, needs))}",
    }[joined]
    rules = tuple(rule for one in by_scheme for rule in one.rules if rule.kind == "entry")
    return Eligibility(
        LIKELY[joined],
        f"{said.rstrip('.')}{'' if said.endswith('?') else '.'}",
        Decision(joined, said, because, ask),
        rules,
    )


def _as_to_level(scheme: Scheme, situation: Situation) -> Situation:
    """The situation, in which a level above the highest is not held; as it was where that would close the entry."""
    if "highest-level" not in situation.person:
        return situation

    def held(asked: Requirement) -> bool | None:
        found = situation.held(asked)
        return False if found is None and isinstance(asked, LevelHeld) else found

    known = replace(situation, held=held)
    same = decide_scheme(scheme, known).entry.answer is decide_scheme(scheme, situation).entry.answer
    return known if same else situation


def _in_words(told: Decision, person: Facts, labels: Mapping[str, str]) -> Decision:
    """A decision in which things have labels, and what nobody said to be held is called just that."""
    changed = dict[str, str]()

    def fact(one: FactUsed) -> FactUsed:
        if not _is_held(one.about, one.name) or one.value not in ("yes", "no"):
            return one
        asked = parse(one.name)
        said = sentence(asked, labels)
        if one.value == "no" and not (isinstance(asked, LevelHeld) and "highest-level" in person):
            done = isinstance(asked, WorksAs | Completed)
            changed[one.text] = f"not said to have been done: {said}" if done else f"not said to be held: {said}"
            return replace(one, value="not said", text=changed[one.text])
        changed[one.text] = said if one.value == "yes" else f"not so: {said}"
        return replace(one, text=changed[one.text])

    def ask(one: Ask) -> Ask:
        if not _is_held(one.about, one.name):
            return one
        asked = parse(one.name)
        done = "Has the person done this" if isinstance(asked, WorksAs | Completed) else "Does the person hold this"
        changed[one.question] = f"{done}: {re.sub(' (held|completed)$', '', sentence(asked, labels))}?"
        return replace(one, question=changed[one.question])

    because, asks, text = tuple(map(fact, told.because)), tuple(map(ask, told.ask)), told.text
    for old, new in changed.items():
        text = text.replace(old, new)
    return Decision(told.answer, text, because, asks)


def _is_held(about: About, name: str) -> bool:
    """Whether a fact is about an award, credits or work, and so is named by what is asked."""
    return about is About.PERSON and name not in attributes() and _HELD.match(name) is not None


_HELD: Final = re.compile(r"(holds|level|credits|completed|works_as)\([^()]*\)$")


def _to_ask(asks: Iterable[Ask], needs: Sequence[Need]) -> Iterator[str]:
    """What to ask, in sentences: each of those who can tell is named once, before all that they are asked."""
    by_whom: dict[str, dict[str, None]] = {}
    for ask in asks:
        usual = [need.text for need in needs if need.verdict is Verdict.DECIDED_BY_SOMEBODY and ask.whom in need.text]
        said = usual[0] if usual and ask.name.startswith("decision of") else ask.question
        by_whom.setdefault(ask.whom, {})[said if said.endswith(("?", ".")) else f"{said}."] = None
    for whom, all_of_it in by_whom.items():
        yield f"Ask the {whom}: {' '.join(all_of_it)}"


def _as_judged(answer: Answer, needs: Sequence[Need]) -> Decision:
    """What the needs of a step say where its rule by itself would say otherwise: work left on the way, a level held."""
    telling = [need for need in needs if _OF_VERDICT[need.verdict] is answer]
    because = tuple(FactUsed(About.PERSON, need.rule, need.verdict, need.text) for need in telling)
    if answer is Answer.NOT_KNOWN:
        ask = tuple(Ask(About.OPPORTUNITY, need.rule, need.text, "provider") for need in telling)
        return Decision(answer, _listed(need.text for need in telling), (), ask)
    return Decision(answer, _listed(need.text for need in telling), because, ())


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def learner_pays(payment: Payment) -> int | None:
    """What a payment costs the learner in all: at once, and borrowed. None when not known."""
    if payment.learner_pounds is None or payment.loan_pounds is None:
        return None
    return payment.learner_pounds + payment.loan_pounds


def counted_payment(payments: Sequence[Payment]) -> Payment | None:
    """The sure payment that is cheapest for the learner, loans included: the one that sums count. None: none is."""
    sure = [p for p in payments if p.decision.answer is Answer.YES and learner_pays(p) is not None]
    return min(sure, key=lambda p: (learner_pays(p) or 0, p.loan_pounds or 0), default=None)


def entitlements(
    steps: Sequence[AnswerStep], person: Facts, book: RuleBook, sure: Mapping[str, Status]
) -> tuple[Entitlement, ...]:
    """What a pathway would use of each lifetime entitlement that may pay for some of it.

    `sure`: how sure the credits of each step are, by its id.
    """
    found: dict[str, list[tuple[AnswerStep, Payment]]] = {}
    for step in steps:
        for payment in step.payments:
            if payment.decision.answer is not Answer.NO and _uses_entitlement(book, payment):
                found.setdefault(payment.scheme, []).append((step, payment))
    return tuple(
        _entitlement(_counted(some, scheme), person, book.schemes[scheme], sure) for scheme, some in found.items()
    )


def spent_by(ledgers: Iterable[Entitlement], begun: Collection[int], person: Facts) -> tuple[EntitlementSpent, ...]:
    """What is used of each entitlement of a pathway by the steps begun by a stop, by their numbers."""
    found = []
    for ledger in ledgers:
        uses = [use for use in ledger.uses if use.number in begun]
        if not uses:
            continue
        credits, pounds = _sum(use.credits for use in uses), _sum(use.pounds for use in uses)
        credits_left = _left(person.get("entitlement-left-credits"), credits)
        pounds_left = _left(person.get("entitlement-left-pounds"), pounds)
        used, lefts = _use_and_rest(uses, credits, credits_left, pounds_left)
        borrowed = f" and £{pounds:,} borrowed" if pounds else ""
        said = [f"{ledger.title}: {used}{borrowed}{_if_sure(uses)}", *lefts]
        found.append(
            EntitlementSpent(ledger.scheme, ledger.title, credits, pounds, credits_left, pounds_left, "; ".join(said))
        )
    return tuple(found)


def _counted(uses: Sequence[tuple[AnswerStep, Payment]], scheme: str) -> list[tuple[AnswerStep, Payment]]:
    """The steps that an entitlement pays for: where it is counted for one, not those for which another payment is."""
    if all(step.paid_by != scheme for step, _ in uses):
        return [*uses]
    return [(step, payment) for step, payment in uses if step.paid_by in (scheme, None)]


def _uses_entitlement(book: RuleBook, payment: Payment) -> bool:
    scheme = book.schemes.get(payment.scheme)
    versions = (version for rule in scheme.rules for version in rule.versions) if scheme else ()
    return any(version.pays is not None and version.pays.entitlement is not None for version in versions)


def _entitlement(
    uses: Sequence[tuple[AnswerStep, Payment]], person: Facts, scheme: Scheme, sure: Mapping[str, Status]
) -> Entitlement:
    """The ledger of one entitlement."""
    yearly = scheme.values.get(A_YEAR)
    credits_a_year = yearly.series[-1].value if yearly else None
    told = tuple(
        EntitlementUse(
            Thing(step.id, step.title),
            step.number,
            payment.entitlement_credits,
            payment.loan_pounds,
            payment.decision.answer is Answer.YES,
            sure[step.id],
        )
        for step, payment in uses
    )
    credits = _sum(use.credits for use in told)
    pounds = _sum(use.pounds for use in told)
    credits_left = _left(person.get("entitlement-left-credits"), credits)
    pounds_left = _left(person.get("entitlement-left-pounds"), pounds)
    most = _most_in_a_year([step for step, _ in uses], [use.credits for use in told], person)
    title = uses[0][1].title
    asks = ["how many credits are taken"] if credits is None else []
    if person.keys().isdisjoint(("entitlement-left-credits", "entitlement-left-pounds")):
        asks.append("what the person has left of it")
    elif not asks:
        asks.append("what is borrowed")
    return Entitlement(
        scheme=uses[0][1].scheme,
        title=title,
        uses=told,
        credits_used=credits,
        pounds_used=pounds,
        credits_left=credits_left,
        pounds_left=pounds_left,
        most_in_a_year=most,
        credits_a_year=credits_a_year,
        enough=_enough(credits_left, pounds_left, most, credits_a_year),
        text=_ledger(title, told, credits, credits_left, pounds_left, most, credits_a_year, asks),
    )


def _sum(amounts: Iterable[int | None]) -> int | None:
    found = list(amounts)
    return None if None in found else sum(one for one in found if one is not None)


def _left(had: str | None, used: int | None) -> int | None:
    return None if had is None or used is None else int(had) - used


def _span(step: AnswerStep, credits: int | None) -> Span | None:
    """From when to when a step uses credits; None when that is not known."""
    if credits is None or step.weeks is None or step.starts_in_weeks is None or step.ends_in_weeks is None:
        return None
    return step.starts_in_weeks, step.ends_in_weeks, credits


def _most_in_a_year(steps: Sequence[AnswerStep], credits: Sequence[int | None], person: Facts) -> int | None:
    """The most credits used in any 52 weeks, those of this year so far included (see `fullest_year`)."""
    spans = [_span(step, amount) for step, amount in zip(steps, credits, strict=True)]
    known = [span for span in spans if span is not None]
    return fullest_year([*known, *funded_already(person)])[0] if len(known) == len(spans) else None


def within_a_year(
    steps: Sequence[AnswerStep], person: Facts, book: RuleBook, sure: Mapping[str, Status]
) -> list[AnswerStep]:
    """The steps, in which no entitlement surely pays for more credits than may be used in any 52 weeks.

    Where it would pay surely for each of some steps, and not for all of them in the same year, it stays sure of those
    for which it is counted; of the others it is asked.
    """
    found = list(steps)
    for id, scheme in book.schemes.items():
        most = scheme.values[A_YEAR].series[-1].value if A_YEAR in scheme.values else None
        uses = [
            (number, span)
            for number, step in enumerate(found)
            for payment in step.payments
            if payment.scheme == id and payment.decision.answer is Answer.YES
            if (span := _span(step, payment.entitlement_credits)) is not None
        ]
        used, among = fullest_year([*(span for _, span in uses), *funded_already(person)])
        if most is None or used <= most:
            continue
        numbers = [number for place, (number, _) in enumerate(uses) if place in among]
        others = [number for number in numbers if found[number].paid_by != id]
        credits = f"{used} credits{DOUBT.get(worst(sure[found[number].id] for number in numbers), '')}"
        for number in others:
            beside = [found[other].number for other in numbers if other != number]
            found[number] = _asked_beside(found[number], id, credits, most, beside)
    return found


def _asked_beside(step: AnswerStep, scheme: str, used: str, most: int, beside: Sequence[int]) -> AnswerStep:
    """A step for which it has to be asked whether an entitlement pays beside others in the same year.

    `used`: the credits of all of them, in words.
    """
    others = f" with step{'s' * (len(beside) > 1)} {' and '.join(map(str, beside))}" if beside else ""
    told = f"Together{others} it would use {used} in one year, and {most} are the most"
    ask = Ask(About.RULE, A_YEAR, f"{told}: for which of them does it pay?", "funder")

    def asked(one: Payment) -> Payment:
        if one.scheme != scheme or one.decision.answer is not Answer.YES:
            return one
        decision = Decision(Answer.NOT_KNOWN, f"Not known yet. {ask.question}", (), (ask,))
        return replace(one, decision=decision, text=f"{told}. {one.text}")

    payments = sorted(map(asked, step.payments), key=lambda one: _SURE_FIRST.index(one.decision.answer))
    return replace(step, payments=tuple(payments))


def _enough(credits_left: int | None, pounds_left: int | None, most: int | None, a_year: int | None) -> Likely:
    """Whether the entitlement is enough: no when something is over, yes when all of it is known and nothing is."""
    known = [left >= 0 for left in (credits_left, pounds_left) if left is not None]
    in_a_year = None if most is None or a_year is None else most <= a_year
    if False in (*known, in_a_year):
        return Likely.NO
    return Likely.YES if known and in_a_year else Likely.CANNOT_TELL


def _ledger(
    title: str,
    uses: Sequence[EntitlementUse],
    credits: int | None,
    credits_left: int | None,
    pounds_left: int | None,
    most: int | None,
    a_year: int | None,
    asks: Iterable[str],
) -> str:
    """The ledger in words. `asks`: what to ask where it cannot be told what would be left."""
    steps = f"step{'s' * (len(uses) > 1)} {' and '.join(str(use.number) for use in uses)}"
    doubt = _doubt(uses)
    used, lefts = _use_and_rest(uses, credits, credits_left, pounds_left)
    said = [f"{steps} would use {used} of the {title}{_if_sure(uses)}", *lefts]
    if credits_left is None and pounds_left is None:
        said.append(f"what is left afterwards is not known: ask {' and '.join(asks)}")
    if most is not None and a_year is not None:
        over = "more than" if most > a_year else "of"
        said.append(f"at most {counted(most, 'credit')}{doubt} fall in one year, {over} the {a_year} that may be used")
    elif a_year is not None:
        said.append(f"at most {a_year} credits may be used in a year: whether that is kept cannot be told")
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def _doubt(uses: Iterable[EntitlementUse]) -> str:
    return DOUBT.get(worst(use.status for use in uses), "")


def _if_sure(uses: Iterable[EntitlementUse]) -> str:
    return "" if all(use.sure for use in uses) else ", if it pays, which is not sure"


def _use_and_rest(
    uses: Sequence[EntitlementUse], credits: int | None, credits_left: int | None, pounds_left: int | None
) -> tuple[str, list[str]]:
    """The credits that are used of an entitlement, and what would be left of it, as far as it is known."""
    doubt = _doubt(uses)
    used = "credits that are not known" if credits is None else f"{counted(credits, 'credit')}{doubt}"
    left_credits = f"{counted(abs(credits_left or 0), 'credit')}{doubt}"
    lefts = [(credits_left, left_credits), (pounds_left, f"£{abs(pounds_left or 0):,}")]
    said = [
        f"{words} would be left" if left >= 0 else f"that is {words} more than is left"
        for left, words in lefts
        if left is not None
    ]
    return used, said
