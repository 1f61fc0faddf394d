"""Which of many names are most like this one."""

from hypothesis import given
from hypothesis import strategies as st

from graph.matching import Names

COLLEGES = Names(
    {
        "walsall": ["WALSALL COLLEGE", "Walsall College of Arts and Technology"],
        "dudley": ["Dudley College of Technology"],
        "dudley-council": ["Dudley Metropolitan Borough Council"],
    }
)


def best(names: Names, name: str) -> str | None:
    found = names.like(name, 1)
    return found[0].key if found else None


def test_case_and_word_order_matter_little() -> None:
    assert best(COLLEGES, "Walsall College") == "walsall"
    assert best(COLLEGES, "College of Technology, Dudley") == "dudley"
    assert COLLEGES.like("walsall college", 1)[0].score == 1.0


def test_a_thing_comes_once_with_its_best_name() -> None:
    found = COLLEGES.like("Walsall College", 3)
    assert [one.key for one in found].count("walsall") == 1
    assert found[0].name == "WALSALL COLLEGE"


def test_what_is_like_nothing_finds_nothing() -> None:
    assert COLLEGES.like("zzz", 3) == []
    assert COLLEGES.like("", 3) == []
    assert Names({}).like("Walsall", 3) == []


def test_another_level_or_size_of_award_is_another_award() -> None:
    names = Names(
        {
            "4": ["OTHM Level 4 Diploma in Care"],
            "5": ["OTHM Level 5 Diploma in Care"],
            "c": ["OTHM Level 4 Certificate in Care"],
        }
    )
    assert [one.key for one in names.like("OTHM Level 4 Diploma in Care (2020)", 3)] == ["4"]
    assert {one.key for one in names.like("OTHM in Care", 3)} == {"4", "5", "c"}


NAMES = st.dictionaries(
    st.text("abc ", min_size=1, max_size=4),
    st.lists(st.text("abcde ", min_size=3, max_size=12), min_size=1),
    min_size=1,
)


@given(NAMES, st.text("abcde ", max_size=12))
def test_scores_lie_between_nought_and_one_and_fall(known: dict[str, list[str]], name: str) -> None:
    found = Names(known).like(name, 4)
    assert all(0 < one.score <= 1 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert len({one.key for one in found}) == len(found)


@given(NAMES)
def test_a_thing_is_most_like_itself(known: dict[str, list[str]]) -> None:
    names = Names(known)
    for several in known.values():
        for name in several:
            if found := names.like(name, 1):
                assert found[0].score == 1.0
