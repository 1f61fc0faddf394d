"""CTDL conditions and our requirements say the same, there and back; JSON that is a little damaged loses nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.issues import IssueLog
from graph.requirements import (
    NOTHING,
    OPERATORS,
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
    Usually,
    WorksAs,
    sentence,
)
from loaders.credentials.conditions import Asked, Conditions, document, leaf_by_class
from loaders.credentials.json_text import DamagedError, read_json
from loaders.credentials.linked import Node, Reader
from loaders.credentials.measures import credits_of, rqf_level

TEXTS = st.sampled_from(["Q-A", "U-1", "logic:And", "res:x", "a/b#c", "two words", " é "]) | st.text(
    st.characters(exclude_characters='"', exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=6
)
LEAVES: st.SearchStrategy[Requirement] = st.one_of(
    st.builds(Holds, TEXTS),
    st.builds(Completed, TEXTS),
    st.builds(WorksAs, TEXTS),
    st.builds(LevelHeld, st.integers(1, 8)),
    st.builds(CreditsFrom, st.integers(0, 480), st.none() | TEXTS, st.none() | st.integers(1, 8), st.none() | TEXTS),
    st.builds(Attribute, TEXTS, st.sampled_from(OPERATORS), TEXTS),
)


def lists(parts: st.SearchStrategy[Requirement]) -> st.SearchStrategy[Requirement]:
    some = st.lists(parts, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        some.map(AllOf),
        some.map(AnyOf),
        st.tuples(st.integers(0, 4), some).map(lambda of: AtLeast(min(of[0], len(of[1])), of[1])),
        st.builds(Usually, parts, TEXTS),
        st.just(NOTHING),
    )


TREES: st.SearchStrategy[Requirement] = st.recursive(LEAVES, lists, max_leaves=12)


def read_back(said: str) -> Asked:
    """What the condition of the one component of a document asks. Fails when anything is found wrong with it."""
    log = IssueLog("made-up")
    with TemporaryDirectory() as folder:
        (Path(folder) / "one.json").write_text(said, encoding="utf-8")
        nodes = Reader("ctdl", (), log).read(Path(folder))

    def fault(code: str, message: str, node: Node) -> None:
        raise AssertionError(f"{code} {message} {node.id}")

    (root,) = nodes["https://example.org/of"].targets("ceterms:hasCondition")
    asked = Conditions(nodes, leaf_by_class(nodes), fault).read(nodes[root])
    assert log.issues == []
    return asked


@settings(deadline=None, max_examples=500)
@given(TREES)
def test_a_requirement_comes_back_from_ctdl_as_it_went(tree: Requirement) -> None:
    found = read_back(json.dumps(document(tree, "https://example.org/of")))
    assert (found.requirement, found.words) == (tree, ())
    assert sentence(found.requirement) == sentence(tree)


def test_as_ctdl_it_is_what_others_write() -> None:
    tree = AllOf((AtLeast(2, (Holds("Q-A"), Holds("Q-B"), WorksAs("OC-C"))), CreditsFrom(60, "Q-A", 4)))
    (own, *others) = document(tree, "https://example.org/of")["@graph"]
    (said,) = own["ceterms:hasCondition"]
    start = "https://w3id.org/stepway/id/"
    assert said["ceterms:logicalOperator"] == "logic:And"
    first, second = said["ceterms:hasCondition"]
    assert first["ceterms:requiredNumber"] == 2
    assert first["ceterms:targetComponent"] == [f"{start}Q-A", f"{start}Q-B", f"{start}OC-C"]
    assert second["ceterms:targetComponent"] == [f"{start}Q-A"]
    assert second["ceterms:hasConstraint"][0] == {
        "@type": "ceterms:Constraint",
        "ceterms:leftAction": "array:Sum",
        "ceterms:leftSource": "schema:value",
        "ceterms:comparator": "compare:GTEQ",
        "ceterms:rightSource": 60,
    }
    assert {one["@id"].removeprefix(start): one["@type"] for one in others} == {
        "Q-A": "ceterms:CredentialComponent",
        "Q-B": "ceterms:CredentialComponent",
        "OC-C": "ceterms:JobComponent",
    }


@pytest.mark.parametrize("only_schemes", [Not(Holds("Q-A")), Opportunity("credits", ">=", "30")])
def test_what_only_schemes_may_ask_is_refused(only_schemes: Requirement) -> None:
    with pytest.raises(ValueError, match="only the rules of schemes"):
        document(AllOf((only_schemes,)), "https://example.org/of")


TARGETS = [f"https://example.org/{name}" for name in "abc"]


def constraint(left: str, comparator: str, right: object, **more: object) -> dict[str, object]:
    given = {"leftSource": left, "comparator": f"compare:{comparator}", "rightSource": right, **more}
    return {"@type": "ceterms:Constraint", **{f"ceterms:{key}": value for key, value in given.items()}}


@pytest.mark.parametrize(
    ("condition", "said", "words"),
    [
        ({"requiredNumber": 2, "targetComponent": TARGETS}, "at least 2 of: a held; b held; c held", ()),
        ({"logicalOperator": "logic:Or", "targetComponent": TARGETS[:2]}, "a held or b held", ()),
        ({"targetComponent": TARGETS[:2]}, "a held and b held", ()),
        ({"targetComponent": TARGETS[:1]}, "a held", ()),
        (
            {
                "logicalOperator": "logic:Or",
                "targetComponent": TARGETS[:1],
                "hasCondition": {"logicalOperator": "logic:And", "targetComponent": TARGETS[1:]},
            },
            "a held or (b held and c held)",
            (),
        ),
        (
            {
                "requiredNumber": 1,
                "targetComponent": TARGETS[:2],
                "hasConstraint": constraint(
                    "https://example.org/data/grade", "EQ", ["ex:A", "ex:B"], rightAction="array:AnyOf"
                ),
            },
            "the provider, who asks besides: grade is one of A, B, decides; usually at least 1 of: a held; b held",
            ("grade is one of A, B",),
        ),
        (
            {"hasConstraint": constraint("schema:value", "LTEQ", 240, leftAction="array:Sum")},
            "the provider, who asks besides: the sum of credits is at most 240, decides; usually nothing is asked",
            ("the sum of credits is at most 240",),
        ),
        (
            {
                "hasConstraint": [
                    constraint("schema:value", "GTEQ", 120, leftAction="array:Sum"),
                    constraint("ceterms:creditUnitType", "EQ", "https://example.org/scqf/credits/"),
                    constraint("ceterms:creditLevelType", "EQ", "https://example.org/scqf/levels/8"),
                ]
            },
            "at least 120 credits at level 5",
            (),
        ),
        (
            {
                "hasConstraint": [
                    constraint("schema:value", "GTEQ", 90, leftAction="array:Sum"),
                    constraint("ceterms:creditLevelType", "EQ", "https://example.org/scqf/levels/10"),
                ]
            },
            "the provider, who asks besides: the credit level is 10 of https://example.org/scqf/levels, decides;"
            " usually at least 90 credits at level 6",
            ("the credit level is 10 of https://example.org/scqf/levels",),
        ),
        (
            {
                "hasConstraint": [
                    constraint("schema:value", "GTEQ", 12, leftAction="array:Sum"),
                    constraint("ceterms:creditUnitType", "EQ", "creditUnit:SemesterHours"),
                ]
            },
            "the provider, who asks besides: the unit of credit is SemesterHours and the sum of credits is at"
            " least 12, decides; usually nothing is asked",
            ("the unit of credit is SemesterHours", "the sum of credits is at least 12"),
        ),
        (
            {"logicalOperator": "logic:OnlyOne", "targetComponent": TARGETS[:2]},
            "the provider, who asks besides: there is only one of these, decides; usually a held or b held",
            ("there is only one of these",),
        ),
    ],
)
def test_a_condition_of_others_in_words(condition: dict[str, object], said: str, words: tuple[str, ...]) -> None:
    def prefixed(one: object) -> object:
        if isinstance(one, dict):
            return {key if ":" in key or "@" in key else f"ceterms:{key}": prefixed(v) for key, v in one.items()}
        return [prefixed(part) for part in one] if isinstance(one, list) else one

    root = {"@id": "https://example.org/of", "ceterms:hasCondition": prefixed(condition)}
    found = read_back(json.dumps({"@context": "http://credreg.net/ctdl/schema/context/json", "@graph": [root]}))
    labels = {target: target[-1] for target in TARGETS}
    assert (sentence(found.requirement, labels), found.words) == (said, words)


def test_a_rule_with_words_is_never_just_met() -> None:
    assert not Usually(NOTHING, "provider").asks_besides
    assert read_back(
        json.dumps(
            {
                "@context": "https://credreg.net/ctdl/schema/context/json",
                "@id": "https://example.org/of",
                "ceterms:hasCondition": {
                    "ceterms:targetComponent": TARGETS[:1],
                    "ceterms:hasConstraint": constraint("ex:resit", "EQ", "false"),
                },
            }
        )
    ).requirement == Usually(Holds(TARGETS[0]), "provider, who asks besides: resit is false,")


@pytest.mark.parametrize(
    ("text", "found", "mended"),
    [
        ('[1, "a",]', [[1, "a"]], ["1 a comma that nothing follows"]),
        ('{"a": 1,,\n"b": 2}', [{"a": 1, "b": 2}], ["1 a comma too many"]),
        ('{"a": 1\n"b": [1 , 2 "c"]}', [{"a": 1, "b": [1, 2, "c"]}], ["2 a comma is missing", "2 a comma is missing"]),
        (
            '{"a": 1}\n\n{"a": 2}',
            [{"a": 1}, {"a": 2}],
            ["3 another document begins after the end of one; both are read"],
        ),
        (
            '{"a": 1, "a": [2]}',
            [{"a": [1, 2]}],
            ["1 “a” stands twice in one object, and the values are taken together"],
        ),
        ("\ufeff{}", [{}], []),
    ],
)  # fmt: skip
def test_small_damage_is_mended(text: str, found: object, mended: list[str]) -> None:
    told: list[str] = []
    assert read_json(text, lambda what, line: told.append(f"{line} {what}")) == found
    assert told == mended


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": [1,\n 2', (2, 3, "the file ends in the middle")),
        ('{"a": 1}\n{"b": }', (2, 7, "“}” was not expected")),
        ('{"a" 1}', (1, 6, "a colon was expected")),
        ('{"a": nul}', (1, 7, "“nul” is no JSON value")),
        ("[" * 300, (1, 202, "more than 200 objects stand within one another")),
    ],
)
def test_what_cannot_be_mended_is_told_with_its_place(text: str, place: tuple[int, int, str]) -> None:
    with pytest.raises(DamagedError) as caught:
        read_json(text, lambda _what, _line: None)
    assert (caught.value.line, caught.value.column, caught.value.message) == place


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda deeper: st.lists(deeper, max_size=4) | st.dictionaries(st.text(max_size=4), deeper, max_size=4),
)


@given(VALUES, st.sampled_from([None, 2]))
def test_sound_json_is_read_as_by_anybody(value: object, indent: int | None) -> None:
    assert read_json(json.dumps(value, indent=indent), _no_mending) == [value]


def _no_mending(what: str, line: int) -> None:
    raise AssertionError(f"{line}: {what}")


@given(st.text(st.sampled_from('{}[]":,\\ \n1etr'), max_size=40))
def test_whatever_stands_there_it_is_read_or_told(text: str) -> None:
    told: list[str] = []
    try:
        read_json(text, lambda what, line: told.append(what))
    except DamagedError as damaged:
        assert 1 <= damaged.line <= text.count("\n") + 1


@pytest.mark.parametrize(
    ("measure", "said", "found"),
    [
        (rqf_level, ("https://example.org/scqf/levels/7",), "4"),
        (rqf_level, ("http://example.org/scqf/level10",), "6"),
        (rqf_level, ("SCQF level 1",), "E"),
        (rqf_level, ("http://data.europa.eu/snb/eqf/4",), "3"),
        (rqf_level, ("http://data.europa.eu/snb/eqf/5",), None),
        (rqf_level, ("RQF Level 6",), "6"),
        (rqf_level, ("audLevel:LowerDivisionLevel",), None),
        (rqf_level, ("https://example.org/levels/7",), None),
        (credits_of, ("60", "ECTS credits"), 120),
        (credits_of, ("7.5", "ects"), 15),
        (credits_of, ("2.5", "scqf"), None),
        (credits_of, ("many", "scqf"), None),
        (credits_of, ("3", "creditUnit:SemesterHours"), None),
        (credits_of, ("3", "https://example.org/subjects/"), None),
    ],
)
def test_levels_and_credits_of_others(measure: Callable[..., object], said: tuple[str, ...], found: object) -> None:
    assert measure(*said) == found
