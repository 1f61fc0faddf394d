"""An entry rule has three faces that say the same: a tree, a line of text and a sentence."""

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Completed,
    CreditsFrom,
    Holds,
    LevelHeld,
    Not,
    Opportunity,
    Requirement,
    RequirementError,
    Usually,
    WorksAs,
    attribute_fault,
    attributes,
    circumstance_fault,
    circumstances,
    opportunity_facts,
    opportunity_fault,
    parse,
    read_sentence,
    references,
    sentence,
    write,
)

IDS = st.from_regex(r"[A-Z]{1,2}-[A-Z0-9]{1,6}", fullmatch=True)
WORDS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
FIGURES = st.from_regex("[a-z][a-z-]*", fullmatch=True)
LEAVES: st.SearchStrategy[Requirement] = st.one_of(
    st.builds(Holds, IDS),
    st.builds(Completed, IDS),
    st.builds(WorksAs, IDS),
    st.builds(LevelHeld, st.integers(1, 8)),
    st.builds(
        CreditsFrom, st.integers(1, 480), st.none() | IDS, st.none() | st.integers(1, 8), st.none() | st.just("core")
    ),
    st.builds(Attribute, WORDS, st.sampled_from([">=", "<=", "=", ">", "<"]), WORDS | st.just("two words")),
    st.builds(Opportunity, WORDS, st.sampled_from([">=", "<=", "=", ">", "<"]), WORDS | st.just("two words")),
)


def of_vocabulary() -> dict[str, st.SearchStrategy[Requirement]]:
    """Everything that a rule can ask in words: each value of each choice, and each comparison of the rest."""
    found: dict[str, st.SearchStrategy[Requirement]] = {}
    for kind, facts in ((Attribute, attributes()), (Opportunity, opportunity_facts())):
        for name, known in facts.items():
            for value in known.get("values", ()):
                found[f"{name} = {value}"] = st.just(kind(name, "=", value))
            values: st.SearchStrategy[str] = st.integers(0, 99999).map(str) | FIGURES
            if "date" in known:
                values = st.dates().map(str)
            if "id" in known:
                values = IDS | WORDS
            for sign in (">=", "<=", "=", ">", "<"):
                if sign in known:
                    found[f"{name} {sign}"] = st.builds(kind, st.just(name), st.just(sign), values)
    return found


SAID: st.SearchStrategy[Requirement] = st.one_of(list(of_vocabulary().values()))
TREES: st.SearchStrategy[Requirement] = st.recursive(
    LEAVES | SAID,
    lambda parts: st.one_of(
        st.builds(AllOf, st.lists(parts, max_size=4).map(tuple)),
        st.builds(AnyOf, st.lists(parts, min_size=1, max_size=4).map(tuple)),
        st.builds(AtLeast, st.integers(1, 4), st.lists(parts, min_size=1, max_size=4).map(tuple)),
        st.builds(Usually, parts, st.sampled_from(["provider", "awarding body"])),
        st.builds(Not, parts),
    ),
    max_leaves=12,
)


@given(TREES)
def test_text_and_tree_say_the_same(tree: Requirement) -> None:
    assert parse(write(tree)) == tree
    assert read_sentence(sentence(tree)) == tree


def figures(tree: Requirement) -> set[str]:
    return set(re.findall("(?:<|>|=) ([a-z][a-z-]*)[)]", write(tree)))


@given(TREES)
def test_a_sentence_with_titles_is_read_back(tree: Requirement) -> None:
    labels = {id: f"Title (of {id}) and more held or not; no" for id in references(tree) | figures(tree)}
    assert read_sentence(sentence(tree, labels), labels) == tree


@pytest.mark.parametrize("asked", of_vocabulary())
def test_every_phrase_is_said_in_words_and_read_back(asked: str) -> None:
    @settings(max_examples=10)
    @given(of_vocabulary()[asked])
    def read_back(leaf: Requirement) -> None:
        said = sentence(leaf)
        assert not said.startswith(("attribute(", "opportunity("))
        assert read_sentence(said) == leaf

    read_back()


@pytest.mark.parametrize(
    "text", ["", "aged", "aged 19 or over and", "aged 19 or over  ", "(aged 19", "employed and employed or employed"]
)
def test_what_is_no_sentence_of_ours_is_refused(text: str) -> None:
    with pytest.raises(RequirementError, match="no rule is said so"):
        read_sentence(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("none", "nothing is asked"),
        ("level(3)", "an award at level 3 or higher"),
        (
            "all(attribute(age >= 18), any(holds(Q-HNC), credits(90, from=Q-HNC, level=4)))",
            "aged 18 or over and (MedTech HNC held or at least 90 credits at level 4 of MedTech HNC)",
        ),
        (
            "usually(any(level(3), works_as(OC-A)), by=employer)",
            "the employer decides; usually an award at level 3 or higher or work as OC-A",
        ),
        ("atleast(2, holds(A), holds(B), completed(PT-SWAP))", "at least 2 of: A held; B held; PT-SWAP completed"),
        ("attribute(employment = unemployed-on-benefit)", "out of work and on an unemployment benefit"),
        ("not(any(attribute(age < 25), level(3)))", "not (aged under 25 or an award at level 3 or higher)"),
        (
            "all(usually(level(3), by=provider), attribute(pay < low-wage-line), attribute(pay >= 9000))",
            "(the provider decides; usually an award at level 3 or higher) and paid less than the low-wage-line"
            " and paid 9000 pounds a year or more",
        ),
        ("opportunity(weeks >= 1)", "lasting 1 week or more"),
        ("attribute(age <= age-limit)", "aged at most the oldest age of all"),
        ("attribute(employment = employed)", "employed"),
        ("opportunity(starts >= 2027-01-01)", "starting on 1 January 2027 or later"),
        (
            "attribute(entitlement-left-credits >= credits)",
            "with at least its own credits left of the credit entitlement",
        ),
    ],
)
def test_said_in_words(text: str, said: str) -> None:
    assert sentence(parse(text), {"Q-HNC": "MedTech HNC", "age-limit": "the oldest age of all"}) == said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a word at character 1"),
        ("all()", "expected a word at character 5"),
        ("level(x)", "expected a whole number at character 7"),
        ("foo(1)", "“foo” is not a kind of requirement at character 1"),
        ("all(level(3)) x", "nothing more was expected at character 14"),
        ("credits(10, from=A, from=B)", "does not take “from” here at character 20"),
        ("credits(10, level=four)", "a level is a whole number"),
        ("attribute(age ~ 3)", "expected >= or <="),
        ("level(3", "expected )"),
    ],
)
def test_a_fault_is_said_with_its_place(text: str, message: str) -> None:
    with pytest.raises(RequirementError) as caught:
        parse(text)
    assert message in str(caught.value)


@given(st.text())
def test_nothing_written_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(RequirementError):
        parse(text)


def test_what_a_rule_names() -> None:
    assert references(parse("all(holds(Q-A), any(works_as(OC-B), credits(60, from=Q-C)), level(3))")) == {
        "Q-A",
        "OC-B",
        "Q-C",
    }


def test_a_denied_part_is_looked_into_as_well() -> None:
    rule = parse("not(all(holds(Q-A), attribute(age >= 19), opportunity(level = 3)))")
    assert references(rule) == {"Q-A"}
    assert circumstances(rule) == [Attribute("age", ">=", "19")]


def test_facts_of_an_opportunity_are_a_closed_list() -> None:
    for fine in ("level = 3", "starts < 2027-01-01", "kind = PT-HTQ", "award = Q-ANY"):
        name, sign, value = fine.split()
        assert opportunity_fault(Opportunity(name, sign, value)) is None
    assert opportunity_fault(Opportunity("credits", ">=", "least"), {"least"}) is None
    for faulty in (
        "colour = red",
        "level = high",
        "starts = soon",
        "starts = 2027-02-30",
        "kind > PT-HTQ",
        "kind = PT-NO",
    ):
        name, sign, value = faulty.split()
        assert opportunity_fault(Opportunity(name, sign, value))


def test_what_can_be_said_of_a_person() -> None:
    for name, value in (
        ("age", "34"),
        ("born", "1992-02-29"),
        ("postcode-district", "WS1"),
        ("pay", "150000"),
        ("care-leaver", "no"),
    ):
        assert circumstance_fault(name, value) is None
    for name, value in (
        ("age", "-1"), ("age", "201"), ("born", "1992-02-30"), ("born", "29/2/1992"), ("postcode-district", "WS1 1AA"),
        ("pay", "much"), ("highest-level", "9"), ("age-on-31-august", "19"), ("shoe-size", "9"), ("age", "²"),
    ):  # fmt: skip
        assert circumstance_fault(name, value), (name, value)


def test_nothing_that_tells_who_somebody_is_may_stand_in_a_link() -> None:
    private = {
        "born", "postcode-district", "pay", "ehc-plan", "care-leaver", "prison-experience", "named-group",
        "immigration-status", "right-to-study", "right-to-work", "uk-residence-years", "under-represented-group",
        "referral",
    }  # fmt: skip
    said = {name for name, facts in attributes().items() if "worked-out" not in facts}
    assert {name for name in said if not attributes()[name].get("in-link")} == private


def test_whatever_can_be_affirmed_can_be_denied() -> None:
    facts = [*attributes().items(), *opportunity_facts().items()]
    assert [name for name, known in facts if "yes" in known.get("values", ()) and "no" not in known["values"]] == []


def test_circumstances_are_a_closed_list() -> None:
    assert attribute_fault(Attribute("age", ">=", "19")) is None
    assert attribute_fault(Attribute("pay", "<", "low-wage-line"), {"low-wage-line"}) is None
    for faulty in (
        Attribute("shoe-size", "=", "9"),
        Attribute("age", ">=", "old"),
        Attribute("employment", ">=", "employed"),
        Attribute("employment", "=", "busy"),
        Attribute("pay", "<", "low-wage-line"),
        Attribute("born", ">=", "1990-01-01"),
    ):
        assert attribute_fault(faulty)
    for name, facts in attributes().items():
        assert facts["question"].endswith("?"), name
        assert len({"number", "values", "date", "text"} & facts.keys()) == 1, name
