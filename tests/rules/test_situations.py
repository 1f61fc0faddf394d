"""People against schemes: situations and outcomes that a funding officer can check by hand.

One file for each scheme (`tests/rules/<scheme>.yml`), a list of situations. `person` and `opportunity` are what is
known; what is absent is not known. `day` is the day of the start, `asked_on` the day of the question (absent: the same
day). `holds` are the awards, credits and work that are held; of others nothing is known, or, with `holds_nothing_else`,
they are not held. What is expected:

- `entry`, `funded`: yes, no or not-known; `because` and `ask`: the names of the facts that decide, or that are to be
  asked, of `funded`, or of `entry` when that is expected alone;
- `rules`: the answer of single rules; `payments`: of ways to pay, by the id of their rule;
- `learner_pounds`, `loan_pounds`, `employer_pounds`, `employer_percent`, `entitlement_credits` (`not-known` for no
  figure) of the way to pay that `payment` names, or of the first;
- `values`: dated figures as they stand on the day.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph.requirements import CreditsFrom, LevelHeld, Requirement, parse
from queries.eligibility.decision import Answer, Decision, SchemeDecision
from queries.eligibility.logic import Situation
from queries.eligibility.person import complete
from queries.eligibility.rulebook import rulebook
from queries.eligibility.schemes import decide_scheme

HERE = Path(__file__).parent
FILES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(HERE.glob("*.yml"))}
KEYS = {"title", "person", "opportunity", "holds", "holds_nothing_else", "day", "asked_on", "expect"}
FIGURES = {"learner_pounds", "loan_pounds", "employer_pounds", "employer_percent", "entitlement_credits"}
EXPECTED = {"entry", "funded", "because", "ask", "rules", "payments", "payment", "values", *FIGURES}

ALWAYS_ALIKE = {
    "legacy-level-3: whom": "its figure was never found, so it is not known on any day",
}


def plain(value: Any) -> str:
    """A value of a situation as the text of a fact; YAML reads an unquoted yes as true."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def implied(asked: Requirement, held: Requirement) -> bool:
    """Whether what is held answers what is asked with yes."""
    match asked, held:
        case CreditsFrom(), CreditsFrom():
            return held.credits >= asked.credits and replace(held, credits=asked.credits) == asked
        case LevelHeld(), LevelHeld():
            return held.level >= asked.level
    return asked == held


def held_by(situation: dict[str, Any]) -> Callable[[Requirement], bool | None]:
    holds = [parse(text) for text in situation.get("holds", ())]
    other = False if situation.get("holds_nothing_else") else None
    return lambda asked: True if any(implied(asked, held) for held in holds) else other


def read(situation: dict[str, Any]) -> Situation:
    assert not situation.keys() - KEYS
    assert situation["expect"] and not situation["expect"].keys() - EXPECTED
    facts = {
        whose: {name: plain(value) for name, value in (situation.get(whose) or {}).items()}
        for whose in ("person", "opportunity")
    }
    day = situation["day"]
    assert isinstance(day, date)
    return Situation(
        complete(facts["person"]),
        facts["opportunity"],
        day,
        situation.get("asked_on", day),
        held_by(situation),
    )


def decide(scheme: str, situation: dict[str, Any]) -> SchemeDecision:
    return decide_scheme(rulebook().schemes[scheme], read(situation))


@pytest.mark.parametrize(
    ("scheme", "situation"),
    [pytest.param(scheme, one, id=f"{scheme}: {one['title']}") for scheme, file in FILES.items() for one in file],
)
def test_situation(scheme: str, situation: dict[str, Any]) -> None:
    said, expect = decide(scheme, situation), situation["expect"]
    for key, decision in (("entry", said.entry), ("funded", said.funded)):
        if key in expect:
            assert decision.answer == Answer(plain(expect[key])), (key, decision.text)
    told: Decision = said.entry if "funded" not in expect and "entry" in expect else said.funded
    for key, facts in (("because", told.because), ("ask", told.ask)):
        if key in expect:
            assert sorted(fact.name for fact in facts) == sorted(expect[key]), (key, told.text)
    rules = {rule.rule: rule.decision.answer for rule in said.rules}
    for rule, answer in expect.get("rules", {}).items():
        assert rules[rule] == Answer(plain(answer)), rule
    payments = {payment.rules[-1].rule: payment for payment in said.payments}
    for rule, answer in expect.get("payments", {}).items():
        assert payments[rule].decision.answer == Answer(plain(answer)), (rule, payments[rule].decision.text)
    if FIGURES & expect.keys():
        payment = payments[expect["payment"]] if "payment" in expect else said.payments[0]
        for figure in FIGURES & expect.keys():
            assert getattr(payment, figure) == (None if expect[figure] == "not-known" else expect[figure]), figure
    for name, value in expect.get("values", {}).items():
        figure = rulebook().schemes[scheme].figures(situation["day"])[name]
        assert figure.value == (None if value == "not-known" else value), name


def test_each_scheme_has_eight_situations() -> None:
    assert {scheme: len(file) for scheme, file in FILES.items() if len(file) < 8} == {}
    assert FILES.keys() == rulebook().schemes.keys()


def answers_expected(scheme: str, rule: str) -> set[str]:
    found = ({**one["expect"].get("rules", {}), **one["expect"].get("payments", {})} for one in FILES.get(scheme, ()))
    return {plain(answers[rule]) for answers in found if rule in answers}


def test_each_rule_gives_more_than_one_answer_in_the_situations() -> None:
    """One that always answers alike would not be missed when it stops asking."""
    alike = {
        f"{name}: {rule.id}"
        for name, scheme in rulebook().schemes.items()
        for rule in scheme.rules
        if len(answers_expected(name, rule.id)) < 2
    }
    assert alike == ALWAYS_ALIKE.keys()
