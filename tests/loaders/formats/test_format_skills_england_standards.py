"""Occupational standards: made-up ones with the keys of the standards service, absent keys among them."""

import pytest
from told_facts import about, shape_faults, told

from graph.issues import IssueLog
from loaders.dataset import read_description
from loaders.format import FORMATS, read_format
from loaders.published import LoadedFiles, load_files

SAMPLE = FORMATS / "skills-england-standards/sample"
GUID = "0000000-0000-4000-8000-00000000000"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedFiles:
    description = read_description(SAMPLE, IssueLog("sample"))
    assert description is not None
    return load_files(SAMPLE, description, tmp_path_factory.mktemp("standards") / "out.nq")


def test_two_versions_of_a_standard_are_two_things(loaded: LoadedFiles) -> None:
    assert about(loaded, "swi:ST9901-1.0").splitlines() == [
        "a sw:Role",
        'skos:prefLabel "Made-up imaging associate"',
        "sw:level swc:rqf-level/4",
        'sw:standardReference "ST9901"',
        'sw:standardVersion "1.0"',
        'sw:startsUntil "2024-07-31"',
        'sw:versionStatus "retired"',
    ]
    assert 'sw:versionStatus "approved for delivery"' in about(loaded, "swi:ST9901-1.1")


def test_a_duty_is_tied_to_its_statements_and_option_however_the_guid_is_written(loaded: LoadedFiles) -> None:
    assert about(loaded, f"swi:ST9901-1.1-D-e{GUID}1").splitlines() == [
        "a sw:Duty",
        'skos:notation "D1"',
        'sw:core "true"',
        f"sw:drawsOn swi:ST9901-1.1-K-a{GUID}2",
        f"sw:drawsOn swi:ST9901-1.1-S-b{GUID}1",
        "sw:dutyOf swi:ST9901-1.1",
        'sw:officialWording "Prepare people for a scan"',
    ]
    assert f"sw:inOption swi:ST9901-1.1-O-d{GUID}1" in about(loaded, f"swi:ST9901-1.1-D-e{GUID}2")


def test_a_statement_keeps_the_official_wording_apart_from_our_label(loaded: LoadedFiles) -> None:
    assert about(loaded, f"swi:ST9901-1.1-K-a{GUID}2").splitlines() == [
        "a sw:Competency",
        'skos:notation "K2"',
        "sw:competencyKind swc:competency-kind/knowledge",
        'sw:officialWording "Rules of radiation & safety"',
        "sw:requiredBy swi:ST9901-1.1",
        'sw:standardReference "ST9901"',
        'sw:standardVersion "1.1"',
    ]


def test_a_key_that_is_absent_or_zero_is_not_known(loaded: LoadedFiles) -> None:
    assert about(loaded, "swi:ST9902-1.0").splitlines() == [
        "a sw:Role",
        'skos:prefLabel "Made-up data helper"',
        'sw:standardReference "ST9902"',
        'sw:standardVersion "1.0"',
        'sw:versionStatus "in development"',
    ]


def test_foundation_apprenticeships_and_units_have_keys_of_their_own(loaded: LoadedFiles) -> None:
    foundation = about(loaded, "swi:FA9901-1.0")
    assert 'sw:relatedStandard "ST9901"' in foundation
    assert 'sw:monthsToGateway "8"' in foundation
    assert "swc:competency-kind/behaviour" in about(loaded, f"swi:FA9901-1.0-B-c{GUID}3")
    unit = about(loaded, "swi:AU9901-1.0")
    assert 'sw:minimumHours "40"' in unit
    assert 'sw:learningAimClass "ZAU"' in unit


def test_dirt_is_told_with_its_line(loaded: LoadedFiles) -> None:
    assert told(loaded) == [
        "bad-cell apprenticeshipstandards.json 96 level",
        "row-not-taken apprenticeshipstandards.json 105 referenceNumber, version",
    ]


def test_nobody_to_ask_is_in_the_graph(loaded: LoadedFiles) -> None:
    text = loaded.path.read_text(encoding="utf-8")
    assert "@example.org" not in text and "A Person" not in text and "Made Up Quality" not in text
    assert all("tbMainContact" in file.private for file in read_format("skills-england-standards").files)


def test_roles_and_options_have_their_shapes(loaded: LoadedFiles) -> None:
    """What only rows of our own tables have is left aside: a source of their own, our label, whether it is current."""
    aside = ("Nothing is stated without a source", "'currency'", "Competency: 'label'", "Duty: 'label'")
    assert not {one for one in shape_faults(loaded) if not any(part in one for part in aside)}
