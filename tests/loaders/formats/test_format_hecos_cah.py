"""Subjects and their groups, kinds of qualifications, and institutions that award degrees."""

from pathlib import Path

import pytest
from register_facts import faults
from told_facts import Counted, about, told

from loaders.published import LoadedFiles


@pytest.fixture
def reference(sample) -> LoadedFiles:
    return sample("hecos-cah").loaded


def test_a_subject_is_in_a_group_with_three_levels(reference: LoadedFiles) -> None:
    assert about(reference, "swi:HECOS-190001") == "\n".join(
        [
            "a skos:Concept",
            "a sw:Subject",
            'skos:altLabel "Devices"',
            'skos:altLabel "Medical device engineering"',
            "skos:broader swi:CAH-90-01-01",
            'skos:notation "190001"',
            'skos:prefLabel "Device engineering"',
        ]
    )
    assert "skos:broader swi:CAH-90-01" in about(reference, "swi:CAH-90-01-01").splitlines()
    assert "skos:broader swi:CAH-90" in about(reference, "swi:CAH-90-01").splitlines()


def test_two_subjects_with_one_code_keep_the_first_name(reference: LoadedFiles) -> None:
    assert 'skos:prefLabel "Ward science"' in about(reference, "swi:HECOS-190002")
    assert "Ward studies" not in about(reference, "swi:HECOS-190002")


def test_kinds_of_qualifications_have_levels_and_degrees_are_among_them(reference: LoadedFiles) -> None:
    assert "sw:level swc:rqf-level/E" in about(reference, "swi:QKIND-00000000-0000-0000-0000-000000000011")
    degree = about(reference, "swi:QKIND-00000000-0000-0000-0000-000000000021")
    assert "skos:broader swi:QKIND-00000000-0000-0000-0000-000000000012" in degree


def test_an_institution_that_closed_is_not_current(reference: LoadedFiles) -> None:
    assert about(reference, "swi:UKPRN-19990012") == "\n".join(
        [
            "a sw:Provider",
            'schema:validThrough "2008"',
            'skos:prefLabel "Dunmere School of Art"',
            "sw:currency swc:currency/superseded",
            "sw:providerType swc:provider-type/other-provider",
            'sw:registerKind "degree-awarding institution"',
            'sw:registerNumber "0902"',
            'sw:ukprn "19990012"',
        ]
    )
    assert "sw:currency" not in about(reference, "swi:UKPRN-19990011")


def test_an_institution_without_a_ukprn_keeps_the_id_of_the_list(reference: LoadedFiles) -> None:
    said = about(reference, "swi:DEGREEINST-00000000-0000-0000-0000-000000000033")
    assert 'skos:prefLabel "Academy of the Old Canal"' in said and "sw:ukprn" not in said


def test_what_is_wrong_is_told_with_its_place(reference: LoadedFiles) -> None:
    assert told(reference) == [
        "repeated-key hecos_subjects.csv 4",
        "told-otherwise hecos_subjects.csv 4 name",
        "bad-cell qualification_types.csv 4 level",
    ]
    assert faults(reference) == set()


@pytest.mark.shared_data
def test_the_whole_lists(tmp_path: Path) -> None:
    found = Counted("hecos-cah", "uk-dfe-reference", tmp_path)
    kinds = {"sw:Subject": 1_092, "sw:SubjectGroup": 22 + 35 + 166, "sw:QualificationKind": 80 + 90, "sw:Provider": 590}
    assert {kind: found.things[kind] for kind in kinds} == kinds
    assert sorted(issue.code for issue in found.issues) == ["repeated-key"] * 2 + ["told-otherwise"] * 2
    groups = found.values("skos:broader")
    assert not [thing for thing, above in groups.items() if thing in above]
    assert sum(thing.startswith("swi:HECOS-") for thing in groups) == 1_092
    assert found.of["sw:ukprn"] == 311 and found.of["sw:currency"] == 14
