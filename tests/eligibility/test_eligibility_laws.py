"""Laws of the three-valued logic: what is known never misleads, and what is said to decide decides."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain, combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Holds,
    Not,
    Opportunity,
    Requirement,
    Usually,
)
from queries.eligibility.decision import About, Answer, Decision
from queries.eligibility.logic import Situation, decide, judged

TODAY = date(2026, 11, 22)
VALUES: dict[tuple[About, str], tuple[str, ...]] = {
    (About.PERSON, "age"): ("15", "18", "19", "20", "24", "25", "30"),
    (About.PERSON, "employment"): ("employed", "unemployed", "other"),
    (About.PERSON, "care-leaver"): ("yes", "no"),
    (About.PERSON, "pay"): ("9999", "10000", "10001", "20000"),
    (About.OPPORTUNITY, "level"): ("2", "3", "4"),
    (About.OPPORTUNITY, "kind"): ("PT-HTQ", "PT-HNC", "PT-HTQ, PT-HNC", "PT-DEGREE"),
    (About.RULE, "line"): ("10000", "20000"),
    (About.PERSON, "holds(Q-A)"): ("yes", "no"),
}
"""Every fact that the rules below ask about, with values on both sides of all their limits."""

Known = Mapping[tuple[About, str], str]

LEAVES: st.SearchStrategy[Requirement] = st.sampled_from(
    [
        Attribute("age", ">=", "19"),
        Attribute("age", "<=", "18"),
        Attribute("age", "<", "25"),
        Attribute("age", "=", "19"),
        Attribute("employment", "=", "employed"),
        Attribute("employment", "=", "unemployed"),
        Attribute("care-leaver", "=", "yes"),
        Attribute("pay", "<", "line"),
        Attribute("pay", ">=", "10000"),
        Opportunity("level", ">=", "3"),
        Opportunity("level", "=", "4"),
        Opportunity("kind", "=", "PT-HTQ"),
        Opportunity("kind", "=", "PT-HNC"),
        Holds("Q-A"),
    ]
)
TREES: st.SearchStrategy[Requirement] = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(AllOf, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(AtLeast, st.integers(1, 2), st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Usually, parts, st.just("provider")),
        st.builds(Not, parts),
    ),
    max_leaves=7,
)
FACTS: st.SearchStrategy[Known] = st.fixed_dictionaries(
    {}, optional={named: st.sampled_from(values) for named, values in VALUES.items()}
)


def situation(known: Known) -> Situation:
    facts = {about: {name: value for (whose, name), value in known.items() if whose is about} for about in About}
    holds = facts[About.PERSON].get("holds(Q-A)")
    return Situation(
        facts[About.PERSON],
        facts[About.OPPORTUNITY],
        TODAY,
        TODAY,
        lambda _: None if holds is None else holds == "yes",
    )


def line(known: Known) -> dict[str, int | None]:
    said = known.get((About.RULE, "line"))
    return {"line": None if said is None else int(said)}


def answer(rule: Requirement, known: Known) -> Answer:
    return judged(rule, situation(known), line(known))


def decision(rule: Requirement, known: Known) -> Decision:
    return decide(rule, situation(known), line(known))


def used(decided: Decision) -> set[tuple[About, str]]:
    return {(fact.about, fact.name) for fact in decided.because}


def fillings(names: set[tuple[About, str]]) -> Iterator[Known]:
    """Every way in which facts can come out."""
    ordered = sorted(names)
    for values in product(*(VALUES[named] for named in ordered)):
        yield dict(zip(ordered, values, strict=True))


@given(TREES, FACTS, FACTS)
def test_one_more_known_fact_never_takes_back_a_sure_answer(rule: Requirement, known: Known, more: Known) -> None:
    before = answer(rule, known)
    if before is not Answer.NOT_KNOWN:
        assert answer(rule, {**more, **known}) is before


@given(TREES, FACTS)
def test_the_decision_says_what_is_judged(rule: Requirement, known: Known) -> None:
    assert decision(rule, known).answer is answer(rule, known)


@given(TREES, FACTS)
def test_what_decides_decides_by_itself_and_nothing_of_it_can_be_spared(rule: Requirement, known: Known) -> None:
    decided = decision(rule, known)
    if decided.answer is Answer.NOT_KNOWN:
        return
    because = {named: value for named, value in known.items() if named in used(decided)}
    assert {(fact.about, fact.name): fact.value for fact in decided.because} == because
    assert answer(rule, because) is decided.answer
    for spared in because:
        left = {named: value for named, value in because.items() if named != spared}
        assert answer(rule, left) is Answer.NOT_KNOWN
    assert decided.ask == ()


@given(TREES, FACTS)
def test_what_is_asked_for_can_decide_and_nothing_of_it_can_be_spared(rule: Requirement, known: Known) -> None:
    decided = decision(rule, known)
    if decided.answer is not Answer.NOT_KNOWN:
        return
    asked = {(ask.about, ask.name) for ask in decided.ask}
    assert asked
    assert asked.isdisjoint(known)
    somebody = {named for named in asked if named not in VALUES}
    assert somebody <= {(About.OPPORTUNITY, "decision of the provider")}
    if somebody:
        return

    def can_be_yes(names: set[tuple[About, str]]) -> bool:
        return any(answer(rule, {**known, **filled}) is Answer.YES for filled in fillings(names))

    if can_be_yes(asked):
        fewer = chain.from_iterable(combinations(sorted(asked), n) for n in range(len(asked)))
        assert not any(can_be_yes(set(names)) for names in fewer)
    else:
        assert any(answer(rule, {**known, **filled}) is Answer.NO for filled in fillings(asked))


@given(TREES, FACTS)
def test_facts_that_leave_it_open_are_known(rule: Requirement, known: Known) -> None:
    decided = decision(rule, known)
    if decided.answer is Answer.NOT_KNOWN:
        assert used(decided) <= known.keys()


@settings(max_examples=50, deadline=None)
@given(TREES, FACTS)
def test_a_yes_holds_however_the_unknown_comes_out(rule: Requirement, known: Known) -> None:
    """An unknown never counts as yes, nor as no."""
    before = answer(rule, known)
    if before is Answer.NOT_KNOWN:
        return
    unknown = sorted(VALUES.keys() - known.keys())[:4]
    assert all(answer(rule, {**known, **filled}) is before for filled in fillings(set(unknown)))
