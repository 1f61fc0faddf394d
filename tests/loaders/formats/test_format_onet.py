"""O*NET's text files: occupations, what they ask of people, and which is close to which."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from told_facts import Counted, about, shape_faults, told

from loaders.published import LoadedFiles


@pytest.fixture
def onet(sample: Callable[[str], Any]) -> LoadedFiles:
    found: LoadedFiles = sample("onet").loaded
    return found


def tool(onet: LoadedFiles, label: str) -> str:
    """The address of a tool by its name."""
    found = [
        line.split(">")[0].rpartition("/")[2]
        for line in onet.path.read_text(encoding="utf-8").splitlines()
        if "/ONETTOOL-" in line and f'core#prefLabel> "{label}"@en' in line
    ]
    return f"swi:{found[0]}"


def test_an_occupation_with_all_it_may_be_called(onet: LoadedFiles) -> None:
    assert about(onet, "swi:ONET-99-1001.00") == "\n".join(
        sorted(
            [
                "a skos:Concept",
                "a sw:Occupation",
                'dcterms:description "Take pictures of the inside of people. May hold \\"on call\\" duty."',
                'skos:altLabel "MR Tech"',
                'skos:altLabel "Magnetic Resonance Technologist"',
                'skos:altLabel "Scan Operator"',
                'skos:notation "99-1001.00"',
                'skos:prefLabel "Scanner Technologists"',
                "sw:jobZone swi:ONETZONE-3",
                'sw:reportedTitle "MR Tech (Magnetic Resonance Technologist)"',
                f"sw:usesTool {tool(onet, 'Scanware C')}",
                f"sw:usesTool {tool(onet, 'Scanware C++')}",
                f"sw:usesToolInDemand {tool(onet, 'Scanware C++')}",
            ]
        )
    )


def test_importance_and_level_of_a_skill_are_one_rating(onet: LoadedFiles) -> None:
    assert about(onet, "swi:ONETRATING-99-1001.00-2.A.1.a") == "\n".join(
        [
            "a sw:Rating",
            'sw:asOf "2023-08"',
            'sw:importance "4.12"',
            'sw:ratedBy "Analyst"',
            "sw:ratedDescriptor swi:ONETEL-2.A.1.a",
            'sw:ratedLevel "4.62"',
            "sw:ratedOccupation swi:ONET-99-1001.00",
        ]
    )


def test_what_the_publisher_would_not_show_is_kept_and_marked(onet: LoadedFiles) -> None:
    found = about(onet, "swi:ONETRATING-99-1003.00-2.A.1.a").splitlines()
    assert {'sw:ratedLevel "0.75"', 'sw:levelUncertain "true"', 'sw:notRelevant "true"'} <= set(found)
    assert not [line for line in found if "importanceUncertain" in line]
    physics = about(onet, "swi:ONETRATING-99-1001.00-2.C.4.b").splitlines()
    assert 'sw:importanceUncertain "true"' in physics and 'sw:levelUncertain "true"' not in physics


def test_a_related_occupation_has_its_tier_and_place(onet: LoadedFiles) -> None:
    assert about(onet, "swi:ONETREL-99-1001.00-99-1003.00") == "\n".join(
        [
            "a sw:OccupationRelation",
            "sw:relationFrom swi:ONET-99-1001.00",
            'sw:relationIndex "6"',
            'sw:relationTier "primary-long"',
            "sw:relationTo swi:ONET-99-1003.00",
        ]
    )


def test_an_interest_has_its_extent_and_the_first_of_them_stands_out(onet: LoadedFiles) -> None:
    assert 'sw:extent "5.3"' in about(onet, "swi:ONETRATING-99-1001.00-1.B.1.b").splitlines()
    first = about(onet, "swi:ONETRATING-99-1001.00-1.B.1.g").splitlines()
    assert "sw:highPoint swi:ONETEL-1.B.1.b" in first, "2.00 means Investigative"
    assert "highPoint" not in about(onet, "swi:ONETRATING-99-1001.00-1.B.1.i"), "0.00 means none"
    assert "sw:highPoint swi:ONETEL-1.B.2.a" in about(onet, "swi:ONETRATING-99-1001.00-1.B.2.g").splitlines()


def test_the_share_of_those_who_chose_an_answer(onet: LoadedFiles) -> None:
    assert about(onet, "swi:ONETANSWER-99-1001.00-RL-6") == "\n".join(
        [
            "a sw:SurveyAnswer",
            "sw:answerCategory swi:ONETCAT-RL-6",
            'sw:asOf "2023-08"',
            'sw:percentage "74.5"',
            'sw:percentageUncertain "true"',
            'sw:ratedBy "Incumbent"',
            "sw:ratedDescriptor swi:ONETEL-2.D.1",
            "sw:ratedOccupation swi:ONET-99-1001.00",
        ]
    )
    assert 'skos:prefLabel "Bachelor\'s Degree"' in about(onet, "swi:ONETCAT-RL-6").splitlines()
    assert 'sw:importance "3.01"' in about(onet, "swi:ONETRATING-99-1001.00-2.D.4.a").splitlines()


def test_a_descriptor_stands_below_the_one_whose_id_is_shorter(onet: LoadedFiles) -> None:
    assert about(onet, "swi:ONETEL-2.A.1.a") == "\n".join(
        [
            "a skos:Concept",
            "a sw:Descriptor",
            'dcterms:description "Understands what is written."',
            "skos:broader swi:ONETEL-2.A.1",
            'skos:notation "2.A.1.a"',
            'skos:prefLabel "Reading Comprehension"',
            "sw:usedIn swi:ONETEL-4.A.1.a.1",
        ]
    )
    assert "broader" not in about(onet, "swi:ONETEL-2")


def test_tasks_old_and_new(onet: LoadedFiles) -> None:
    assert about(onet, "swi:ONETTASK-1") == "\n".join(
        [
            "a sw:Task",
            'skos:notation "1"',
            'skos:prefLabel "Put people in position for \\"head\\" scans."',
            "sw:activity swi:ONETACT-4.A.1.a.1.I01.D01",
            'sw:asOf "2023-08"',
            'sw:ratedBy "Incumbent"',
            'sw:taskKind "core"',
            "sw:taskOf swi:ONET-99-1001.00",
        ]
    )
    text = onet.path.read_text(encoding="utf-8")
    assert text.count("ns#revises> <https://w3id.org/stepway/id/ONETTASK-2>") == 1
    assert "skos:broader swi:ONETACT-4.A.1.a.1.I01" in about(onet, "swi:ONETACT-4.A.1.a.1.I01.D01").splitlines()
    assert "skos:broader swi:ONETEL-4.A.1.a.1" in about(onet, "swi:ONETACT-4.A.1.a.1.I01").splitlines()


def test_names_that_differ_by_capitals_or_a_sign_are_never_made_one(onet: LoadedFiles) -> None:
    three = {tool(onet, "Scanware C"), tool(onet, "Scanware C++"), tool(onet, "scanware c++")}
    assert len(three) == 3
    for one in three:
        assert "sw:commodity swi:UNSPSC-43232202" in about(onet, one).splitlines()
    assert "skos:broader swi:UNSPSC-43232200" in about(onet, "swi:UNSPSC-43232202").splitlines()


def test_the_dirt_is_told_with_its_place(onet: LoadedFiles) -> None:
    assert told(onet) == [
        "cell-missing Alternate Titles.txt 5 Alternate Title",
        "unknown-code Knowledge.txt 4 Data Value",
        "unknown-code Related Occupations.txt 5 Relatedness Tier",
    ]
    assert shape_faults(onet) == set()


@pytest.mark.shared_data
def test_the_whole_of_29_2_has_the_numbers_of_its_publisher(tmp_path: Path) -> None:
    onet = Counted("onet", "onet-29.2", tmp_path)
    assert onet.issues == [] and len(onet.loaded.counts) == 26
    assert {
        "sw:Occupation": 1_016, "sw:OccupationRelation": 18_460, "sw:Task": 18_796 + 240, "sw:Descriptor": 627,
        "sw:WorkActivity": 332 + 2_087, "sw:JobZone": 5, "sw:Scale": 29, "sw:LevelAnchor": 483,
        "sw:AnswerCategory": 41, "sw:SurveyAnswer": 35_178 + 31_776, "sw:Technology": 8_927, "sw:Tool": 18_609,
        "sw:Rating": 61_530 // 2 + 58_014 // 2 + 14_064 + 8_307 + 7_866 + 1_031,
    }.items() <= onet.things.items()  # fmt: skip
    assert onet.tally("sw:relationTier") == {
        '"primary-short"': 4_615,
        '"primary-long"': 4_615,
        '"supplemental"': 9_230,
    }
    assert onet.of["sw:ratedLevel"] == 61_530 // 2 + 58_014 // 2 + 483
    assert (onet.of["skos:altLabel"], onet.of["sw:reportedTitle"]) == (60_000, 7_796), (
        "56,560 titles and their short forms"
    )
    assert onet.of["sw:jobZone"] == 923 and onet.of["sw:activity"] == 23_233
