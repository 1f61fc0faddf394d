"""A person against a scheme: whether they may start, whether it pays, and each way in which a step is paid for.

What was decided for one situation is kept in memory for others in which the same facts are the same. Nothing there
tells who somebody is: a date of birth or a postcode stands in no rule.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache, partial
from typing import Any, Final, Generic, TypeAlias, TypeVar

from graph.requirements import (
    Attribute,
    Opportunity,
    Requirement,
    attributes,
    day_of,
    opportunity_facts,
    parse,
    sentence,
)
from queries.eligibility.decision import About, Answer, Decision, Payment, RuleSaid, SchemeDecision
from queries.eligibility.logic import (
    AGES,
    Leaf,
    Node,
    Settled,
    Situation,
    Truth,
    World,
    all_of,
    answer_of,
    compiled,
    decide,
    decision,
    facts_of,
    judged,
    leaves,
    rests_on,
)
from queries.eligibility.person import Facts, age_on, funding_year_31_august
from queries.eligibility.rulebook import Amount, Pays, Rule, RuleBook, Scheme, turning_days

KEPT: Final = 2_000
"""Situations of a rule of which it is kept whether it holds."""

DECISIONS_KEPT: Final = 200
"""Situations of a scheme whose whole decision is kept."""

OWN_MONEY: Final = "own-money"

_BEFORE_PAYING: Final = ("entry", "offer", "funding")
"""The kinds of rule that have to hold before any rule about payment counts."""

T = TypeVar("T")
Ages: TypeAlias = Mapping[str, tuple[int, int] | None]


@dataclass(slots=True)
class _Kept(Generic[T]):
    """What some rules of a scheme come to, kept by what of a situation they look at.

    `exact_day`: what is kept names the day; else only between which days it lies counts.
    """

    find: Callable[[Situation], T]
    person: tuple[str, ...]
    opportunity: tuple[str, ...]
    held: tuple[Requirement, ...]
    days: tuple[date, ...]
    reviews: tuple[date, ...]
    exact_day: bool
    room: int
    found: dict[Any, T] = field(default_factory=dict)

    def get(self, situation: Situation, ages: Ages | None = None) -> T:
        """What the rules come to. `ages`: those of the situation, where they have been worked out already."""
        person, opportunity = situation.person, situation.opportunity
        key = (
            situation.day if self.exact_day else bisect_right(self.days, situation.day),
            bisect_right(self.reviews, situation.asked_on),
            *[(ages or _ages(situation))[name] if name in AGES else person.get(name) for name in self.person],
            *[opportunity.get(name) for name in self.opportunity],
            *[situation.held(asked) for asked in self.held],
        )
        try:
            return self.found[key]
        except KeyError:
            if len(self.found) >= self.room:
                self.found.clear()
            found = self.found[key] = self.find(situation)
            return found


def _ages(situation: Situation) -> Ages:
    """The ages that rules ask about, by the name of the fact; None: not known."""
    person, on, day = situation.person, situation.asked_on, situation.day
    return {"age": age_on(person, on, day), "age-on-31-august": age_on(person, on, funding_year_31_august(day))}


def _kept(scheme: Scheme, rules: Iterable[Rule], find: Callable[[Situation], T], *more: str, worded: bool) -> _Kept[T]:
    """Room for what rules come to. `more` facts of the opportunity count besides; `worded`: words name the very day."""
    versions = [version for rule in rules for version in rule.versions]
    parts = [leaf for v in versions for leaf in leaves(compiled(v.asks)) if isinstance(leaf, Leaf)]
    facts = {said for leaf in parts for fact in facts_of(leaf) for said in (fact, *rests_on(fact))}
    starts = {day for one in parts if isinstance(one.asked, Opportunity) and (day := day_of(one.asked.value))}
    known = attributes()
    return _Kept(
        find,
        tuple(sorted(name for about, name in facts if about is About.PERSON and name in known)),
        tuple(sorted({name for about, name in facts if about is About.OPPORTUNITY}.union(more))),
        tuple(dict.fromkeys(one.asked for one in parts if not isinstance(one.asked, Attribute | Opportunity))),
        tuple(sorted({*turning_days(scheme), *starts, *(day + timedelta(days=1) for day in starts)})),
        tuple(sorted({version.review_by + timedelta(days=1) for version in versions})),
        worded and bool(starts),
        DECISIONS_KEPT if worded else KEPT,
    )


def _asked_about(scheme: Scheme) -> set[str]:
    """The facts of an opportunity that say whether a scheme is about it."""
    return {name for leaf in leaves(compiled(scheme.applies_to)) for _, name in facts_of(leaf)}


@cache
def _whole(scheme: Scheme) -> _Kept[SchemeDecision]:
    return _kept(scheme, scheme.rules, partial(_decide, scheme), *_asked_about(scheme), "price", "credits", worded=True)


@cache
def _truths(scheme: Scheme, *kinds: str) -> tuple[tuple[Rule, _Kept[Truth]], ...]:
    """Each rule of these kinds, with whether it holds."""

    def truth(rule: Rule, situation: Situation) -> Truth:
        return World(situation, scheme.figures(situation.day)).truth(rule.node(situation))

    rules = (rule for rule in scheme.rules if rule.kind in kinds)
    return tuple((rule, _kept(scheme, [rule], partial(truth, rule), worded=False)) for rule in rules)


def _together(
    first: Truth, kept: Iterable[tuple[Rule, _Kept[Truth]]], situation: Situation, ages: Ages | None = None
) -> Truth:
    for _, one in kept:
        truth = one.get(situation, ages)
        if truth is False:
            return False
        first = None if truth is None else first
    return first


def may_enter(scheme: Scheme, situation: Situation) -> Answer:
    """The answer of the entry rules alone, without the facts that decide."""
    return answer_of(_together(True, _truths(scheme, "entry"), situation))


def decide_scheme(scheme: Scheme, situation: Situation) -> SchemeDecision:
    """What a scheme says of a situation.

    `entry` asks the entry rules alone; `funded` asks besides that the scheme is about the opportunity, and the offer
    and funding rules. A scheme without any rule about money is never sure to pay.
    """
    return _whole(scheme).get(situation)


def _decide(scheme: Scheme, situation: Situation) -> SchemeDecision:
    figures = scheme.figures(situation.day)
    world = World(situation, figures)
    nodes = {rule.id: rule.node(situation) for rule in scheme.rules}
    said = {rule.id: _rule_said(scheme, rule, nodes[rule.id], world) for rule in scheme.rules}

    asked = {rule.id: (nodes[rule.id], said[rule.id].sentence) for rule in scheme.rules}
    entry = [asked[rule.id] for rule in scheme.rules if rule.kind == "entry"]
    before_paying = [rule.id for rule in scheme.rules if rule.kind in _BEFORE_PAYING]
    paying = [(compiled(scheme.applies_to), sentence(scheme.applies_to)), *(asked[id] for id in before_paying)]
    payments = [
        _payment(
            scheme,
            _pays(rule, situation),
            _all(world, [*paying, asked[rule.id]]),
            world,
            tuple(said[id] for id in (*before_paying, rule.id)),
        )
        for rule in scheme.rules
        if rule.kind == "payment"
    ]
    has_money = any(rule.kind in ("funding", "payment") for rule in scheme.rules)
    return SchemeDecision(
        scheme.id,
        scheme.title,
        _all(world, entry),
        _all(world, paying if has_money else [*paying, (_NO_MONEY, "")]),
        tuple(sorted(payments, key=_order)),
        tuple(one for one in said.values() if one.kind == "afterwards"),
        tuple(said.values()),
    )


def _all(world: World, parts: list[tuple[Node, str]]) -> Decision:
    """The decision on all parts together; what a no must be is said of the parts that are not so."""
    against = [said for node, said in parts if world.truth(node) is False]
    return decision(all_of(node for node, _ in parts), world, "; ".join(dict.fromkeys(against)))


def _rule_said(scheme: Scheme, rule: Rule, node: Node, world: World) -> RuleSaid:
    version, day = rule.nearest(world.situation.day), world.situation.day
    said = version.sentence
    in_force = rule.on(day) is not None
    must_be = said if not isinstance(node, Settled) else f"starting on a day on which this holds: {said}"
    return RuleSaid(
        scheme.id,
        rule.id,
        rule.kind,
        said,
        decision(node, world, must_be),
        version.applies_from if in_force else None,
        version.applies_to if in_force else None,
        version.checked_on,
        version.review_by,
        version.source,
        rule.title,
        rule.promise,
    )


def _pays(rule: Rule, situation: Situation) -> Pays | None:
    """Who pays what under a payment rule; None where it is not known to hold on the day."""
    version = rule.on(situation.day)
    return None if version is None or situation.asked_on > version.review_by else version.pays


def _amount(amount: Amount | None, world: World) -> int | None:
    if amount is None or isinstance(amount, int):
        return amount or 0
    said = world.value((About.RULE, amount)) or world.value((About.OPPORTUNITY, amount))
    return int(said) if said is not None and said.isdigit() else None


def _payment(
    scheme: Scheme, pays: Pays | None, open_to: Decision, world: World, rules: tuple[RuleSaid, ...]
) -> Payment:
    if pays is None:
        text = "Who pays how much is not known."
        return Payment(scheme.id, scheme.title, open_to, None, None, None, None, None, text, rules)
    learner = None if pays.learner is None else _amount(pays.learner, world)
    loan, employer, credits = (_amount(one, world) for one in (pays.loan, pays.employer, pays.entitlement))
    percent = None if pays.employer_percent is None else _amount(pays.employer_percent, world)
    if pays.employer_percent is not None:
        price = _amount("price", world)
        # A price of 0 is what the learner is asked for, and no price of the training.
        employer = 0 if percent == 0 else None if not price or percent is None else -(-price * percent // 100)
    text = _who_pays(learner, loan, employer, percent, pays.rest)
    return Payment(scheme.id, scheme.title, open_to, learner, loan, employer, percent, credits, text, rules)


def _who_pays(
    learner: int | None, loan: int | None, employer: int | None, percent: int | None = None, rest: str | None = None
) -> str:
    said = ["Nothing to pay for the learner." if learner == 0 else f"The learner pays {_pounds(learner)}."]
    if loan != 0:
        said.append(f"A loan pays {_pounds(loan)}; it is paid back later.")
    if percent:
        said.append(f"The employer pays {percent}%{'' if employer is None else f' ({_pounds(employer)})'}.")
    elif employer != 0:
        said.append(f"The employer pays {_pounds(employer)}.")
    if percent is not None and percent < 100:
        payer = "The employer's levy" if rest == "levy" else "Public money"
        said.append(f"{payer} pays {'the rest' if percent else 'for it'}.")
    return " ".join(said)


def _pounds(amount: int | None) -> str:
    return "an amount that is not known" if amount is None else f"£{amount:,}"


def _order(payment: Payment) -> tuple[int, bool, int, int, str]:
    """Sure ones first, then those that cost the learner least: out of their pocket and borrowed."""
    answers = (Answer.YES, Answer.NOT_KNOWN, Answer.NO)
    own, loan = payment.learner_pounds, payment.loan_pounds
    unknown = own is None or loan is None
    return answers.index(payment.decision.answer), unknown, (own or 0) + (loan or 0), own or 0, payment.title


_NO_MONEY: Final = Settled(
    Answer.NOT_KNOWN, About.RULE, "funding", "", "Who pays for it? No rule about money was found.", "provider"
)


@cache
def _for_sale() -> Requirement:
    """What a learner may buy: not a job or a programme that nobody sells, nor a module that is not sold alone."""
    kinds = ", ".join(f"opportunity(kind = {kind})" for kind in opportunity_facts()["kind"]["not-sold"])
    return parse(f"not(any({kinds}, all(opportunity(whole-course = no), opportunity(sold-alone = no))))")


_PRICED: Final = parse("opportunity(price >= 0)")
_SOLD: Final = ("kind", "whole-course", "sold-alone", "price")


def _own_money(situation: Situation) -> tuple[Payment, ...]:
    """What the learner pays who buys it; nothing when it is not for sale."""
    return _bought(*(situation.opportunity.get(name) for name in _SOLD))


@lru_cache(maxsize=KEPT)
def _bought(*said: str | None) -> tuple[Payment, ...]:
    opportunity = {name: value for name, value in zip(_SOLD, said, strict=True) if value is not None}
    situation = Situation({}, opportunity, date.min, date.min)
    price = _amount("price", World(situation, {}))
    for_sale = judged(_for_sale(), situation)
    if for_sale is Answer.NO or (for_sale is Answer.NOT_KNOWN and price is None):
        return ()
    text = _who_pays(price, 0, 0)
    return (Payment(OWN_MONEY, "Own money", decide(_PRICED, situation), price, 0, 0, None, 0, text, ()),)


@cache
def _looked_at(book: RuleBook) -> tuple[str, ...]:
    """The facts of an opportunity that say which schemes are about it."""
    asked = (leaf for scheme in book.schemes.values() for leaf in leaves(compiled(scheme.applies_to)))
    return tuple(sorted({name for leaf in asked for _, name in facts_of(leaf)}))


def applying(book: RuleBook, opportunity: Facts) -> tuple[tuple[Scheme, Truth], ...]:
    """The schemes that are about an opportunity (True), or may be (None)."""
    names = _looked_at(book)
    return _about(book, names, tuple([opportunity.get(name) for name in names]))


@lru_cache(maxsize=KEPT)
def _about(book: RuleBook, names: tuple[str, ...], said: tuple[str | None, ...]) -> tuple[tuple[Scheme, Truth], ...]:
    opportunity = {name: value for name, value in zip(names, said, strict=True) if value is not None}
    return tuple((one, one.applies(opportunity) is Answer.YES or None) for one in book.applying(opportunity))


def payments(book: RuleBook, situation: Situation) -> tuple[Payment, ...]:
    """Each way in which a step is or may be paid for, and last those that are closed.

    Of all schemes that apply, and own money when it is for sale or has a price. Sure ones first, the cheapest for the
    learner first among equals.
    """
    found = [
        payment
        for scheme, _ in applying(book, situation.opportunity)
        for payment in _whole(scheme).get(situation).payments
    ]
    return tuple(sorted([*found, *_own_money(situation)], key=_order))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a way of paying costs the learner, in pounds of their own and borrowed; None: not known.

    `entitlement_credits`: as in `Payment`.
    """

    scheme: str
    rule: str
    answer: Answer
    learner_pounds: int | None
    loan_pounds: int | None
    entitlement_credits: int | None = 0


def costs(book: RuleBook, situation: Situation) -> tuple[Cost, ...]:
    """The answers and sums of `payments` alone, in no order: quick, for a search that asks thousands of times."""
    found = [
        Cost(one.scheme, OWN_MONEY, one.decision.answer, one.learner_pounds, one.loan_pounds)
        for one in _own_money(situation)
    ]
    ages = _ages(situation)
    for scheme, _ in applying(book, situation.opportunity):
        found += _charges(scheme).get(situation, ages)
    return tuple(found)


@cache
def _charges(scheme: Scheme) -> _Kept[tuple[Cost, ...]]:
    rules = [rule for rule in scheme.rules if rule.kind in _BEFORE_PAYING or rule.kind == "payment"]
    return _kept(scheme, rules, partial(_charged, scheme), *_asked_about(scheme), "price", "credits", worded=False)


def _charged(scheme: Scheme, situation: Situation) -> tuple[Cost, ...]:
    """What each way of paying of a scheme that is, or may be, about the opportunity costs the learner."""
    world, ages = World(situation, scheme.figures(situation.day)), _ages(situation)
    about = scheme.applies(situation.opportunity) is Answer.YES or None
    shared = _together(about, _truths(scheme, *_BEFORE_PAYING), situation, ages)
    found = []
    for rule, kept in _truths(scheme, "payment"):
        open_to = False if shared is False else _together(shared, [(rule, kept)], situation, ages)
        pays = _pays(rule, situation)
        learner = None if pays is None or pays.learner is None else _amount(pays.learner, world)
        loan = None if pays is None else _amount(pays.loan, world)
        credits = None if pays is None else _amount(pays.entitlement, world)
        found.append(Cost(scheme.id, rule.id, answer_of(open_to), learner, loan, credits))
    return tuple(found)
