"""The UK Standard Skills Classification as it is held: skills and their groups by their wording."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from told_facts import Counted, about, shape_faults, told

from loaders.format import read_format
from loaders.published import LoadedFiles


@pytest.fixture
def ssc(sample: Callable[[str], Any]) -> LoadedFiles:
    found: LoadedFiles = sample("uk-ssc").loaded
    return found


def test_a_skill_stands_in_its_group(ssc: LoadedFiles) -> None:
    assert about(ssc, "swi:SSC-Position-people-in-a-scanner") == "\n".join(
        [
            "a skos:Concept",
            "a sw:Skill",
            'dcterms:description "Put people so that\\nthe picture shows what it should."',
            "skos:broader swi:SSCGROUP-Take-pictures-of-people",
            'skos:prefLabel "Position people in a scanner"',
        ]
    )
    assert 'skos:prefLabel "Take pictures of people"' in about(ssc, "swi:SSCGROUP-Take-pictures-of-people")


def test_skills_that_differ_by_a_sign_stay_apart(ssc: LoadedFiles) -> None:
    for address, label in (("C", "C"), ("C-plus-plus", "C++"), ("C-sharp", "C#")):
        found = about(ssc, f"swi:SSC-Program-scanners-in-{address}").splitlines()
        assert f'skos:prefLabel "Program scanners in {label}"' in found
        assert "skos:broader swi:SSCGROUP-Write-software-for-machines" in found


def test_a_row_without_its_skill_is_told(ssc: LoadedFiles) -> None:
    assert told(ssc) == ["row-not-taken uk_ssc_occupational_skills.csv 7 occupational_skill"]
    assert shape_faults(ssc) == set()


def test_it_may_not_be_published_until_its_terms_are_known() -> None:
    assert not read_format("uk-ssc").shippable


@pytest.mark.shared_data
def test_the_whole_has_3343_skills_in_606_groups(tmp_path: Path) -> None:
    ssc = Counted("uk-ssc", "uk-standard-skills-classification", tmp_path)
    assert ssc.issues == []
    assert (ssc.things["sw:Skill"], ssc.things["sw:SkillGroup"]) == (3_343, 606)
    assert len(set(ssc.tally("skos:broader"))) == 606
    assert {len(groups) for groups in ssc.values("skos:broader").values()} == {1}
