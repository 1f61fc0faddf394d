"""An entry rule has three faces that say the same: a tree, a line of text and a sentence."""

import contextlib

import pytest
from hypothesis import given
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
    Requirement,
    RequirementError,
    Usually,
    WorksAs,
    attribute_fault,
    attributes,
    parse,
    references,
    sentence,
    write,
)

IDS = st.from_regex(r"[A-Z]{1,2}-[A-Z0-9]{1,6}", fullmatch=True)
WORDS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
LEAVES: st.SearchStrategy[Requirement] = st.one_of(
    st.builds(Holds, IDS),
    st.builds(Completed, IDS),
    st.builds(WorksAs, IDS),
    st.builds(LevelHeld, st.integers(1, 8)),
    st.builds(
        CreditsFrom, st.integers(1, 480), st.none() | IDS, st.none() | st.integers(1, 8), st.none() | st.just("core")
    ),
    st.builds(Attribute, WORDS, st.sampled_from([">=", "<=", "=", ">", "<"]), WORDS | st.just("two words")),
)
TREES: st.SearchStrategy[Requirement] = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(AllOf, st.lists(parts, max_size=4).map(tuple)),
        st.builds(AnyOf, st.lists(parts, min_size=1, max_size=4).map(tuple)),
        st.builds(AtLeast, st.integers(1, 4), st.lists(parts, min_size=1, max_size=4).map(tuple)),
        st.builds(Usually, parts, st.sampled_from(["provider", "employer"])),
    ),
    max_leaves=12,
)


@given(TREES)
def test_text_and_tree_say_the_same(tree: Requirement) -> None:
    assert parse(write(tree)) == tree
    assert sentence(tree)


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
    ],
)
def test_said_in_words(text: str, said: str) -> None:
    assert sentence(parse(text), {"Q-HNC": "MedTech HNC"}) == said


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


def test_circumstances_are_a_closed_list() -> None:
    assert attribute_fault(Attribute("age", ">=", "19")) is None
    for faulty in (
        Attribute("shoe-size", "=", "9"),
        Attribute("age", ">=", "old"),
        Attribute("employment", ">=", "employed"),
        Attribute("employment", "=", "busy"),
    ):
        assert attribute_fault(faulty)
    for name, facts in attributes().items():
        assert facts["question"].endswith("?"), name
        assert ("number" in facts) != ("values" in facts), name
