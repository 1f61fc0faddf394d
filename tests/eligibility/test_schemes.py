"""A person against schemes: who may start, who pays what, and that nothing kept from another situation misleads."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.requirements import Holds, attributes, circumstance_fault, opportunity_facts
from queries.eligibility.decision import Answer, Payment
from queries.eligibility.logic import Situation
from queries.eligibility.person import complete
from queries.eligibility.rulebook import RuleBook, Scheme, rulebook
from queries.eligibility.schemes import OWN_MONEY, costs, decide_scheme, may_enter, payments

ASKED_ON = date(2026, 11, 22)
DAY = date(2027, 1, 11)

SCHEME = """
scheme: {id}
title: {title}
about: Money for a course.
kind: funding
authority: A council
applies_to: {applies_to}
rules:
{rules}
"""
RULE = """
  - id: {id}
    kind: {kind}
    rows: []
    before: {before}
    ask: funder
    versions:
      - from: {start}
        to: {end}
        asks: {asks}
        {pays}
        source: {{address: "https://example.org", as_of: 2026-01-01, status: published}}
        checked_on: 2026-11-21
        review_by: {review}
"""


def rule(
    id: str,
    kind: str,
    asks: str,
    *,
    pays: str = "",
    start: str = "2026-01-01",
    end: str = "null",
    before: str = "not-known",
    review: str = "2027-07-31",
) -> str:
    pays = f"pays: {pays}" if pays else ""
    return RULE.format(id=id, kind=kind, asks=asks, pays=pays, start=start, end=end, before=before, review=review)


def book(folder: Path, applies_to: str = "opportunity(kind = PT-SHORT)", **schemes: list[str]) -> RuleBook:
    for id, rules in schemes.items():
        (folder / id).mkdir()
        text = SCHEME.format(id=id, title=id.title(), applies_to=applies_to, rules="".join(rules))
        (folder / id / f"{id}.yml").write_text(text, encoding="utf-8")
    return RuleBook.load(folder)


def situation(person: Mapping[str, str], opportunity: Mapping[str, str], day: date = DAY) -> Situation:
    return Situation(complete(person), {"kind": "PT-SHORT", **opportunity}, day, ASKED_ON)


def said(payment: Payment) -> str:
    answer = payment.decision.answer
    return f"{payment.scheme}: {answer}, {payment.learner_pounds} own, {payment.loan_pounds} lent, {payment.text}"


def test_each_way_to_pay_sure_ones_first_then_the_cheapest(tmp_path: Path) -> None:
    ways = book(
        tmp_path,
        grant=[rule("low", "payment", "attribute(pay < 10000)", pays="{learner: 0}")],
        half=[rule("all", "payment", "none", pays="{learner: 50, employer: 450}")],
        loan=[rule("loan", "payment", "none", pays="{learner: 0, loan: price, entitlement: credits}")],
        local=[rule("here", "payment", "attribute(resident-wmca = yes)", pays="{learner: 0}")],
        share=[rule("boss", "payment", "none", pays="{learner: 0, employer_percent: 10}")],
        some=[rule("some", "payment", "none", pays="{employer_percent: 33}")],
    )
    found = payments(ways, situation({"pay": "12000"}, {"price": "505", "credits": "30"}))
    assert [said(one) for one in found] == [
        "share: yes, 0 own, 0 lent, Nothing to pay for the learner. The employer pays 10% (£51)."
        " Public money pays the rest.",
        "half: yes, 50 own, 0 lent, The learner pays £50. The employer pays £450.",
        "loan: yes, 0 own, 505 lent, Nothing to pay for the learner. A loan pays £505; it is paid back later.",
        "own-money: yes, 505 own, 0 lent, The learner pays £505.",
        "some: yes, None own, 0 lent, The learner pays an amount that is not known. The employer pays 33% (£167)."
        " Public money pays the rest.",
        "local: not-known, 0 own, 0 lent, Nothing to pay for the learner.",
        "grant: no, 0 own, 0 lent, Nothing to pay for the learner.",
    ]
    assert [one.entitlement_credits for one in found if one.scheme == "loan"] == [30]
    assert [one.employer_percent for one in found] == [10, None, None, None, 33, None, None]


def test_who_pays_the_rest_is_named_and_a_lapsed_rule_is_asked_by_its_title(tmp_path: Path) -> None:
    levy = rule("levy", "payment", "none", pays="{learner: 0, employer_percent: 0, rest: levy}")
    ways = book(
        tmp_path,
        levy=[levy],
        public=[rule("public", "payment", "none", pays="{learner: 0, employer_percent: 0}")],
        share=[rule("share", "payment", "none", pays="{learner: 0, employer_percent: 25}")],
        late=[
            levy.replace("kind: payment", "title: The levy pays\n    kind: payment").replace("2027-07-31", "2026-11-21")
        ],
    )
    found = {one.scheme: one for one in payments(ways, situation({}, {"price": "0"}))}
    assert found["levy"].text == "Nothing to pay for the learner. The employer's levy pays for it."
    assert found["public"].text == "Nothing to pay for the learner. Public money pays for it."
    assert found["share"].text == "Nothing to pay for the learner. The employer pays 25%. Public money pays the rest."
    assert found["share"].employer_pounds is None, "what the learner is not asked for, the training may cost"
    asked = [one.question for one in found["late"].decision.ask]
    assert asked == ["Does the rule “The levy pays” still hold? It was due for review on 21 November 2026."]


def test_what_is_not_known_of_the_price_stays_not_known(tmp_path: Path) -> None:
    ways = book(
        tmp_path,
        loan=[rule("loan", "payment", "none", pays="{learner: 0, loan: price, entitlement: credits}")],
        share=[rule("boss", "payment", "none", pays="{learner: 0, employer_percent: 10}")],
    )
    share, loan, own = payments(ways, situation({}, {"whole-course": "yes"}))
    assert (loan.loan_pounds, loan.entitlement_credits, share.employer_pounds) == (None, None, None)
    assert (own.scheme, own.learner_pounds, own.decision.answer) == (OWN_MONEY, None, Answer.NOT_KNOWN)
    assert [ask.name for ask in own.decision.ask] == ["price"]


@pytest.mark.parametrize(
    ("opportunity", "for_sale"),
    [
        ({"kind": "PT-APPR", "price": "12000"}, False),
        ({"kind": "PT-SWAP"}, False),
        ({"kind": "PT-HNC", "whole-course": "yes"}, True),
        ({"kind": "PT-HNC", "whole-course": "no", "price": "900"}, True),
        ({"kind": "PT-HNC", "whole-course": "no", "sold-alone": "no", "price": "900"}, False),
        ({"kind": "PT-HNC"}, False),
        ({}, False),
        ({"price": "0"}, True),
    ],
)
def test_own_money_buys_what_is_for_sale(opportunity: dict[str, str], for_sale: bool) -> None:
    found = payments(RuleBook({}), Situation({}, opportunity, DAY, ASKED_ON))
    assert [one.scheme for one in found] == [OWN_MONEY] * for_sale


def test_funded_asks_everything_but_entry_only_the_person(tmp_path: Path) -> None:
    scheme = book(
        tmp_path,
        grant=[
            rule("age", "entry", "attribute(age >= 19)"),
            rule("level", "offer", "opportunity(level = 3)"),
            rule("work", "funding", "attribute(employment = unemployed)"),
            rule("pay", "payment", "attribute(pay < 10000)", pays="{learner: 0}"),
            rule("visit", "afterwards", "attribute(seeking-new-job = yes)"),
        ],
    ).schemes["grant"]
    known = situation({"age": "30", "employment": "unemployed", "pay": "0"}, {"level": "3"})
    decided = decide_scheme(scheme, known)
    assert [decided.entry.answer, decided.funded.answer] == [Answer.YES, Answer.YES]
    assert [fact.name for fact in decided.entry.because] == ["age"]
    assert [fact.name for fact in decided.funded.because] == ["kind", "age", "level", "employment"]
    assert decided.payments[0].decision.text == (
        "Yes: a short course; aged 30 or 31; at level 3; out of work; paid 0 pounds a year."
    )
    assert [one.rule for one in decided.payments[0].rules] == ["age", "level", "work", "pay"]
    assert [(one.rule, one.decision.answer) for one in decided.afterwards] == [("visit", Answer.NOT_KNOWN)]
    elsewhere = decide_scheme(
        scheme, situation({"age": "30", "employment": "unemployed"}, {"kind": "PT-HNC", "level": "3"})
    )
    assert [elsewhere.entry.answer, elsewhere.funded.answer] == [Answer.YES, Answer.NO]
    young = decide_scheme(scheme, situation({"age": "17"}, {}))
    assert young.funded.text == "No: aged 17 or 18. It must be: aged 19 or over."


def test_a_scheme_without_rules_about_money_is_never_sure_to_pay(tmp_path: Path) -> None:
    scheme = book(tmp_path, award=[rule("age", "entry", "attribute(age >= 19)")]).schemes["award"]
    funded = decide_scheme(scheme, situation({"age": "30"}, {})).funded
    assert (funded.answer, [(ask.about, ask.name) for ask in funded.ask]) == (Answer.NOT_KNOWN, [("rule", "funding")])


@pytest.mark.parametrize(
    ("day", "before", "answer", "names"),
    [
        (date(2026, 12, 31), "not-known", Answer.NOT_KNOWN, ["age"]),
        (date(2026, 12, 31), "no", Answer.NO, ["starts"]),
        (date(2026, 12, 31), "yes", Answer.YES, ["starts"]),
        (date(2027, 1, 1), "no", Answer.YES, ["age"]),
        (date(2027, 6, 30), "no", Answer.YES, ["age"]),
        (date(2027, 7, 1), "no", Answer.NOT_KNOWN, ["age"]),
    ],
)
def test_the_day_of_the_start_picks_the_version(
    tmp_path: Path, day: date, before: str, answer: Answer, names: list[str]
) -> None:
    rules = [rule("age", "entry", "attribute(age >= 19)", start="2027-01-01", end="2027-06-30", before=before)]
    decided = decide_scheme(book(tmp_path, one=rules).schemes["one"], situation({"age": "30"}, {}, day)).entry
    assert decided.answer is answer
    assert [fact.name for fact in decided.because] + [ask.name for ask in decided.ask] == names


@pytest.mark.parametrize(("asked_on", "sure"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
def test_past_its_review_a_rule_says_not_known_yet(tmp_path: Path, asked_on: date, sure: bool) -> None:
    rules = [
        rule("age", "entry", "attribute(age >= 19)", review="2026-12-31"),
        rule("pay", "payment", "none", pays="{learner: 0}", review="2026-12-31"),
    ]
    scheme = book(tmp_path, one=rules).schemes["one"]
    decided = decide_scheme(scheme, Situation({"born": "1992-03-01"}, {"kind": "PT-SHORT"}, DAY, asked_on))
    assert decided.entry.answer is (Answer.YES if sure else Answer.NOT_KNOWN)
    assert decided.payments[0].learner_pounds == (0 if sure else None)
    if not sure:
        (ask,) = decided.entry.ask
        assert (ask.about, ask.name, ask.whom) == ("rule", "age", "funder")
        assert "due for review on 31 December 2026" in ask.question


def test_an_age_that_hangs_on_the_birthday_asks_for_it(tmp_path: Path) -> None:
    scheme = book(tmp_path, one=[rule("age", "entry", "attribute(age >= 19)")]).schemes["one"]
    (ask,) = decide_scheme(scheme, situation({"age": "18"}, {})).entry.ask
    assert (ask.name, ask.question) == ("born", "What is the person's date of birth?")
    (ask,) = decide_scheme(scheme, situation({}, {})).entry.ask
    assert ask.name == "age"


def test_a_figure_that_was_not_found_is_asked_of_the_funder() -> None:
    scheme = rulebook().schemes["free-courses-for-jobs"]
    low = Situation(
        complete({"age": "34", "full-level3": "yes", "employment": "employed", "pay": "12000"}), {}, DAY, ASKED_ON
    )
    asked = {ask.name: ask for one in decide_scheme(scheme, low).rules for ask in one.decision.ask}
    assert asked["low-wage-line"].whom == "funder"
    assert "earnings line of Free Courses for Jobs" in asked["low-wage-line"].question


def facts_of(vocabulary: Mapping[str, Mapping[str, object]]) -> st.SearchStrategy[dict[str, str]]:
    """Facts with values on both sides of the limits of the shipped rules."""
    numbers = [
        "0",
        "1",
        "3",
        "4",
        "5",
        "7",
        "16",
        "18",
        "19",
        "21",
        "24",
        "25",
        "30",
        "35",
        "52",
        "60",
        "120",
        "187",
        "600",
    ]
    kinds = {"credits": ["15", "30", "120"], "price": ["0", "2000"], "weeks": ["6", "16", "35", "52"]}
    choices: dict[str, st.SearchStrategy[str]] = {}
    for name, known in vocabulary.items():
        if "values" in known:
            values = known["values"]
            assert isinstance(values, dict)
            choices[name] = st.sampled_from([*values, "PT-HNC, PT-HTQ"] if name == "kind" else list(values))
        elif "number" in known and "worked-out" not in known:
            fine = [
                n for n in numbers if name in kinds or circumstance_fault(name, n) is None or name not in attributes()
            ]
            choices[name] = st.sampled_from(kinds.get(name, fine))
        elif name == "born":
            choices[name] = st.dates(date(1960, 1, 1), date(2011, 1, 1)).map(str)
    return st.fixed_dictionaries({}, optional=choices)


SITUATIONS = st.builds(
    lambda person, opportunity, day, asked_on, holds: Situation(
        complete({name: value for name, value in person.items() if name != "age" or "born" not in person}),
        opportunity,
        day,
        asked_on,
        lambda asked: holds if isinstance(asked, Holds) else None,
    ),
    facts_of(attributes()),
    facts_of(opportunity_facts()),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.dates(ASKED_ON, ASKED_ON + timedelta(days=400)),
    st.sampled_from([True, None]),
)


def fresh() -> RuleBook:
    """The shipped rules with nothing kept."""
    return RuleBook.load()


@settings(max_examples=20, deadline=None)
@given(SITUATIONS)
def test_what_was_kept_is_what_would_be_found_anew(one: Situation) -> None:
    kept, new = rulebook(), fresh()
    for id, scheme in kept.schemes.items():
        assert decide_scheme(scheme, one) == decide_scheme(new.schemes[id], one)
        assert may_enter(scheme, one) is decide_scheme(scheme, one).entry.answer
    assert payments(kept, one) == payments(new, one)


@settings(max_examples=150, deadline=None)
@given(SITUATIONS)
def test_costs_are_those_of_the_payments(one: Situation) -> None:
    quick = sorted((c.scheme, c.rule, c.answer, c.learner_pounds, c.loan_pounds) for c in costs(rulebook(), one))
    slow = sorted(
        (p.scheme, p.rules[-1].rule if p.rules else OWN_MONEY, p.decision.answer, p.learner_pounds, p.loan_pounds)
        for p in payments(rulebook(), one)
    )
    assert quick == slow


@settings(max_examples=60, deadline=None)
@given(SITUATIONS, st.data())
def test_a_person_of_whom_less_is_known_is_told_nothing_else(one: Situation, data: st.DataObject) -> None:
    """Of the shipped rules: a fact that nobody says never makes an answer surer, nor another."""
    names = data.draw(st.sets(st.sampled_from(sorted({*one.person, "age"}))))
    less = {name: value for name, value in one.person.items() if name not in names}
    other = Situation(less, one.opportunity, one.day, one.asked_on, one.held)
    for scheme in rulebook().schemes.values():
        more_known, less_known = decide_scheme(scheme, one), decide_scheme(scheme, other)
        for sure, unsure in ((more_known.entry, less_known.entry), (more_known.funded, less_known.funded)):
            assert unsure.answer in (sure.answer, Answer.NOT_KNOWN)


def test_the_order_of_schemes_does_not_matter() -> None:
    schemes: dict[str, Scheme] = dict(rulebook().schemes)
    turned = RuleBook(dict(reversed(schemes.items())))
    one = Situation({"age": "34"}, {"price": "100"}, DAY, ASKED_ON)
    assert sorted(map(said, payments(turned, one))) == sorted(map(said, payments(rulebook(), one)))


def test_what_is_held_counts_as_far_as_it_is_known(tmp_path: Path) -> None:
    scheme = book(tmp_path, one=[rule("hnc", "entry", "any(holds(Q-HNC), level(5))")]).schemes["one"]
    some = Situation({}, {}, DAY, ASKED_ON, lambda asked: isinstance(asked, Holds) or None)
    decided = decide_scheme(scheme, some).entry
    assert (decided.answer, [fact.text for fact in decided.because]) == (Answer.YES, ["Q-HNC held"])
    assert decide_scheme(scheme, Situation({}, {}, DAY, ASKED_ON)).entry.answer is Answer.NOT_KNOWN
    none = decide_scheme(scheme, Situation({}, {}, DAY, ASKED_ON, lambda _: False)).entry
    assert (none.answer, [fact.name for fact in none.because]) == (Answer.NO, ["holds(Q-HNC)", "level(5)"])
