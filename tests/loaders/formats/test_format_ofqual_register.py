"""The register of regulated qualifications: awards, and the organisations that make them."""

from pathlib import Path

import pytest
from register_facts import changed, faults
from told_facts import about, told

from loaders.published import LoadedFiles


@pytest.fixture
def register(sample) -> LoadedFiles:
    return sample("ofqual-register").loaded


def test_an_award_of_the_register(register: LoadedFiles) -> None:
    assert about(register, "swi:QAN-9000001X") == "\n".join(
        [
            "a sw:Qualification",
            "schema:url https://awards.dunmere.example/mdr",
            'schema:validFrom "2019-02-01"',
            'skos:prefLabel "Dunmere Level 4 Diploma in Medical Device Repair"',
            'sw:assessmentMethod "Coursework"',
            'sw:assessmentMethod "Practical Examination"',
            'sw:assessmentMethod "Written Examination"',
            "sw:awardedBy swi:AO-RN9001",
            'sw:awardingBody "Dunmere Awards"',
            'sw:credits "120"',
            "sw:currency swc:currency/current",
            'sw:europeanLevel "Level 5"',
            'sw:gradingScale "Pass/Merit/Distinction"',
            'sw:gradingType "Graded"',
            'sw:guidedLearningHours "480"',
            "sw:level swc:rqf-level/4",
            'sw:maximumGuidedHours "520"',
            'sw:minimumGuidedHours "440"',
            'sw:offeredInEngland "true"',
            'sw:offeredInNorthernIreland "false"',
            'sw:offeredInternationally "true"',
            'sw:qualificationNumber "9000001X"',
            'sw:qualificationType "Vocationally-Related Qualification"',
            'sw:realAward "true"',
            'sw:registerStatus "Available to learners"',
            'sw:regulatedFrom "2019-01-15"',
            'sw:specialisms "Imaging"',
            'sw:standardReference "ST9001"',
            "sw:subjectArea swi:SSA-4.1",
            'sw:totalQualificationTime "1200"',
        ]
    )


@pytest.mark.parametrize(
    ("number", "state", "last"),
    [
        ("90000021", "No longer available to new learners", "2024-08-31"),
        ("9000004X", "No longer awarded", "2021-07-31"),
    ],
)
def test_an_award_that_is_withdrawn_is_marked_with_its_last_day(
    register: LoadedFiles, number: str, state: str, last: str
) -> None:
    said = about(register, f"swi:QAN-{number}").splitlines()
    assert {f'sw:registerStatus "{state}"', "sw:currency swc:currency/superseded", f'schema:validThrough "{last}"'} <= {
        *said
    }


def test_a_state_that_nobody_knows_never_counts_as_current(register: LoadedFiles) -> None:
    said = about(register, "swi:QAN-90000057")
    assert 'sw:registerStatus "Under a spell"' in said and "sw:currency" not in said


def test_no_credits_are_not_nought_credits(register: LoadedFiles) -> None:
    assert "sw:credits" not in about(register, "swi:QAN-90000021")


def test_flags_are_yes_and_no_or_true_and_false(register: LoadedFiles) -> None:
    for number in ("9000001X", "90000033"):
        said = about(register, f"swi:QAN-{number}")
        assert 'offeredInEngland "true"' in said and 'offeredInNorthernIreland "false"' in said


def test_a_subject_area_under_an_older_name(register: LoadedFiles) -> None:
    assert "sw:subjectArea swi:SSA-6.2" in about(register, "swi:QAN-9000004X")
    assert 'sw:entrySubLevel "Entry 3"' in about(register, "swi:QAN-9000004X")


def test_the_column_of_specialisms_has_two_names(register: LoadedFiles, tmp_path: Path) -> None:
    other = changed("ofqual-register", "Qualifications.csv", '"Specialisms"', '"Specialism"', tmp_path)
    assert about(other, "swi:QAN-9000001X") == about(register, "swi:QAN-9000001X")


def test_an_organisation_that_gave_up_is_not_current(register: LoadedFiles) -> None:
    assert about(register, "swi:AO-RN9002") == "\n".join(
        [
            "a sw:AwardingOrganisation",
            'schema:legalName "Guild of Old Trades"',
            'schema:validFrom "2010-04-01"',
            'schema:validThrough "2019-12-31"',
            'skos:prefLabel "Guild of Old Trades"',
            "sw:currency swc:currency/superseded",
            'sw:recognitionNumber "RN9002"',
            'sw:registerStatus "Surrendered"',
        ]
    )
    assert "sw:currency swc:currency/current" in about(register, "swi:AO-RN9001")


def test_what_is_wrong_is_told_with_its_place(register: LoadedFiles) -> None:
    assert told(register) == [
        "bad-cell Qualifications.csv 3 Total Qualification Time",
        "unknown-code Qualifications.csv 6 Qualification Status",
        "row-not-taken Qualifications.csv 7 Qualification Number",
    ]
    assert {fault.partition(": ")[0] for fault in faults(register)} == {"swi:QAN-90000057"}


def test_what_reaches_a_person_is_not_read(register: LoadedFiles) -> None:
    said = register.path.read_text(encoding="utf-8")
    assert "somebody@" not in said and "01632" not in said
