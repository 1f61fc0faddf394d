"""The list of awards that public money may pay for: awards, offers with their days, and what changed between two."""

from pathlib import Path

import pytest
from register_facts import changed, faults
from told_facts import Counted, about, told

from loaders.published import LoadedFiles

SNAPSHOTS = ("uk-funded-qualifications/funded_2024-10-22.csv.xz", "uk-funded-qualifications/approved_2025-02-18.csv.xz")


@pytest.fixture
def funded(sample) -> LoadedFiles:
    return sample("funded-qualifications").loaded


def test_the_day_of_the_register_in_its_rows_is_the_version(funded: LoadedFiles) -> None:
    assert funded.description.version == "2025-02-18"
    assert funded.path.read_text(encoding="utf-8").count('<http://purl.org/dc/terms/hasVersion> "2025-02-18"') == 1


def test_an_award_of_the_list(funded: LoadedFiles) -> None:
    assert about(funded, "swi:QAN-9000001X") == "\n".join(
        [
            "a sw:Qualification",
            "schema:url https://awards.dunmere.example/mdr",
            'skos:prefLabel "Dunmere Level 4 Diploma in Medical Device Repair"',
            'sw:awardingBody "Dunmere Awards"',
            "sw:currency swc:currency/current",
            "sw:level swc:rqf-level/4",
            'sw:qualificationNumber "9000001X"',
            'sw:qualificationType "Vocationally-Related Qualification"',
            'sw:realAward "true"',
            'sw:registerStatus "Approved"',
            "sw:subjectArea swi:SSA-4.1",
        ]
    )


def test_each_offer_is_a_thing_with_its_days_and_note(funded: LoadedFiles) -> None:
    assert about(funded, "swi:FUND-9000001X-AdvancedLearnerLoans") == "\n".join(
        [
            "a sw:FundingOffer",
            'schema:validFrom "2022-08-01"',
            'schema:validThrough "2026-07-31"',
            "sw:fundingOfferOf swi:QAN-9000001X",
            'sw:note "Higher Technical Qualification"',
            'sw:offerName "AdvancedLearnerLoans"',
        ]
    )
    assert about(funded, "swi:FUND-9000001X-Age1619") == ""  # False in its row, True in a row left out
    assert "sw:paidFrom swc:funding-scheme/LLE" in about(funded, "swi:FUND-9000001X-LifelongLearningEntitlement")


def test_an_offer_that_has_ended_keeps_its_last_day(funded: LoadedFiles) -> None:
    assert 'schema:validThrough "2024-07-31"' in about(funded, "swi:FUND-90000021-Age1619")


def test_a_number_with_slashes_or_a_small_x_is_the_same_number(funded: LoadedFiles) -> None:
    assert 'sw:qualificationNumber "90000021"' in about(funded, "swi:QAN-90000021")
    assert 'sw:qualificationNumber "9000004X"' in about(funded, "swi:QAN-9000004X")


def test_level_1_2_is_two_ends_and_no_level(funded: LoadedFiles) -> None:
    said = about(funded, "swi:QAN-90000033")
    assert "sw:lowestLevel swc:rqf-level/1\n" in said and "sw:highestLevel swc:rqf-level/2\n" in said
    assert "sw:level " not in said
    assert "sw:level swc:rqf-level/E" in about(funded, "swi:QAN-9000004X")


def test_the_name_of_a_subject_area_is_known_in_any_letter_case(funded: LoadedFiles) -> None:
    assert "sw:subjectArea swi:SSA-1.3" in about(funded, "swi:QAN-90000021")


def test_two_pages_in_one_cell_are_two_pages(funded: LoadedFiles) -> None:
    said = about(funded, "swi:QAN-9000004X")
    assert "schema:url https://awards.dunmere.example/computer\nschema:url https://awards.dunmere.example/soon" in said


def test_an_award_that_is_archived_is_not_current(funded: LoadedFiles) -> None:
    assert "sw:currency swc:currency/superseded" in about(funded, "swi:QAN-90000057")


def test_what_is_wrong_is_told_with_its_place_and_the_rest_is_kept(funded: LoadedFiles) -> None:
    assert told(funded) == [
        "bad-cell approved_2025-02-18.csv 9 LocalFlexibilities_FundingApprovalStartDate",
        "bad-cell approved_2025-02-18.csv 9 SectorSubjectArea",
        "row-not-taken approved_2025-02-18.csv 10 QualificationNumber",
        "repeated-key approved_2025-02-18.csv 11",
    ]
    assert "validThrough" in about(funded, "swi:FUND-90000069-LocalFlexibilities")
    assert faults(funded) == set()


def test_an_offer_with_a_new_name_is_loaded_and_told(tmp_path: Path) -> None:
    found = changed(
        "funded-qualifications", "approved_2025-02-18.csv", "LifelongLearningEntitlement_", "Skills_", tmp_path
    )
    assert 'sw:offerName "Skills"' in about(found, "swi:FUND-9000001X-Skills")
    assert "unknown-code approved_2025-02-18.csv 2 Skills_FundingAvailable" in told(found)


def test_the_group_of_2024_that_is_gone_is_an_offer_of_its_own(tmp_path: Path) -> None:
    older = changed(
        "funded-qualifications", "approved_2025-02-18.csv", "LifelongLearningEntitlement_", "ESFLevel34_", tmp_path
    )
    assert 'sw:offerName "ESFLevel34"' in about(older, "swi:FUND-9000001X-ESFLevel34")
    assert "paidFrom" not in about(older, "swi:FUND-9000001X-ESFLevel34")
    assert len(told(older)) == 4


@pytest.mark.shared_data
@pytest.mark.parametrize(("place", "awards", "offers"), [(SNAPSHOTS[0], 8_201, 19_592), (SNAPSHOTS[1], 8_092, 19_285)])
def test_the_published_lists_are_whole(place: str, awards: int, offers: int, tmp_path: Path) -> None:
    found = Counted("funded-qualifications", place, tmp_path)
    assert found.issues == []
    assert found.things == {"sw:Qualification": awards, "sw:FundingOffer": offers}
    assert found.of["sw:currency"] == found.of["sw:subjectArea"] == found.of["skos:prefLabel"] == awards
    assert found.of["sw:level"] + found.of["sw:lowestLevel"] == awards
    assert found.of["schema:validFrom"] == found.of["schema:validThrough"] == offers


@pytest.mark.shared_data
def test_what_changed_from_october_2024_to_february_2025(tmp_path: Path) -> None:
    """As counted by csv and sets alone, without any of this software."""
    before, after = (Counted("funded-qualifications", place, tmp_path) for place in SNAPSHOTS)
    old, new = before.values("sw:qualificationNumber").keys(), after.values("sw:qualificationNumber").keys()
    assert (len(new - old), len(old - new), len(old & new)) == (19, 128, 8_073)
    names, bodies = ((before.values(p), after.values(p)) for p in ("skos:prefLabel", "sw:awardingBody"))
    assert sum(names[0][one] != names[1][one] for one in old & new) == 342
    assert sum(bodies[0][one] != bodies[1][one] for one in old & new) == 370
    ends = before.values("schema:validThrough"), after.values("schema:validThrough")
    assert (len(ends[1].keys() - ends[0]), len(ends[0].keys() - ends[1])) == (92, 399)
    assert sum(ends[0][one] != ends[1][one] for one in ends[0].keys() & ends[1]) == 1_028
