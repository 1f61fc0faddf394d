"""The Learning Aim Reference Service: aims, their categories and money, and standards with their funding bands."""

import pytest
from register_facts import faults
from told_facts import about, told

from loaders.published import LoadedFiles


@pytest.fixture
def lars(sample) -> LoadedFiles:
    return sample("lars").loaded


def test_an_aim_with_a_qualification_number_is_that_award(lars: LoadedFiles) -> None:
    assert about(lars, "swi:QAN-9000001X") == "\n".join(
        [
            "a sw:Qualification",
            'schema:validFrom "2019-02-01"',
            'skos:prefLabel "Diploma in Medical Device Repair"',
            "sw:aimKind swi:AIMKIND-0003",
            "sw:awardedBy swi:AOC-DUNMERE",
            'sw:credits "120"',
            "sw:currency swc:currency/current",
            'sw:guidedLearningHours "480"',
            'sw:htqStatus "Higher Technical Qualification since 2022-09-01 (LARS category 55)"',
            "sw:level swc:rqf-level/4",
            'sw:maximumGuidedHours "520"',
            'sw:minimumGuidedHours "440"',
            'sw:offeredInEngland "true"',
            'sw:qualificationNumber "9000001X"',
            'sw:realAward "true"',
            'sw:regulatedFrom "2019-01-15"',
            "sw:subjectArea swi:SSA-4.1",
            'sw:totalQualificationTime "1200"',
        ]
    )


def test_minus_one_and_minus_two_are_not_known(lars: LoadedFiles) -> None:
    said = about(lars, "swi:QAN-90000021")
    assert not [word for word in ("credits", "Hours", "totalQualificationTime") if word in said]


def test_the_first_of_two_last_days_that_has_passed_ends_an_aim(lars: LoadedFiles) -> None:
    said = about(lars, "swi:QAN-90000021")  # operational until 2024, its entry kept until 2030
    assert "sw:currency swc:currency/superseded" in said and 'schema:validThrough "2024-08-31"' in said


def test_an_aim_without_a_number_is_a_class_of_courses_and_no_award(lars: LoadedFiles) -> None:
    said = about(lars, "swi:AIM-Z9000001")
    assert 'sw:realAward "false"' in said and "sw:currency swc:currency/superseded" in said
    assert "sw:level" not in said  # X: none


def test_a_higher_technical_mark_that_has_ended_says_until_when(lars: LoadedFiles) -> None:
    said = "Higher Technical Qualification from 2022-09-01 to 2024-08-31 (LARS category 55)"
    assert f'sw:htqStatus "{said}"' in about(lars, "swi:QAN-90000021")
    assert about(lars, "swi:QAN-90000021-CAT-55-2022-09-01") == "\n".join(
        [
            "a sw:CategoryMembership",
            'schema:validFrom "2022-09-01"',
            'schema:validThrough "2024-08-31"',
            "sw:inCategory swi:AIMCAT-55",
            "sw:memberAim swi:QAN-90000021",
        ]
    )


@pytest.mark.parametrize(
    ("category", "said"),
    [
        ("55", 'sw:categoryUse "Higher Technical Qualification"'),
        ("45", "sw:paidFrom swc:funding-scheme/Free-Courses-for-Jobs"),
        ("63", "sw:paidFrom swc:funding-scheme/Multiply"),
        ("45", "skos:broader swi:AIMCAT-40"),
    ],
)
def test_a_category_says_what_it_marks(lars: LoadedFiles, category: str, said: str) -> None:
    assert said in about(lars, f"swi:AIMCAT-{category}").splitlines()


def test_the_version_of_a_standard_that_nobody_can_start_is_superseded(lars: LoadedFiles) -> None:
    assert about(lars, "swi:LARSSTD-901-1.0") == "\n".join(
        [
            "a sw:LarsStandard",
            'schema:validFrom "2018-05-01"',
            'schema:validThrough "2023-07-31"',
            "sw:currency swc:currency/superseded",
            'sw:larsStandardCode "901"',
            'sw:lastNewStart "2023-01-31"',
            'sw:standardVersion "1.0"',
            "sw:subjectArea swi:SSA-4.1",
        ]
    )
    assert "sw:currency swc:currency/current" in about(lars, "swi:LARSSTD-901-1.1")


def test_funding_bands_of_standards_with_their_days(lars: LoadedFiles) -> None:
    old, new = (about(lars, f"swi:LARSBAND-901-{day}") for day in ("2018-05-01", "2023-01-01"))
    assert 'sw:maximumFunding "15000"' in old and "swc:currency/superseded" in old and 'sw:expectedMonths "18"' in old
    assert 'sw:maximumFunding "16000"' in new and "swc:currency/current" in new and "expectedMonths" not in new
    assert about(lars, "swi:LARSBAND-420-2012-08-01") == ""  # a framework, not a standard


def test_rates_and_validity_are_funding_offers(lars: LoadedFiles) -> None:
    assert about(lars, "swi:QAN-9000001X-RATE-Matrix-2019-08-01") == "\n".join(
        [
            "a sw:FundingOffer",
            'schema:validFrom "2019-08-01"',
            'sw:fundedGuidedHours "480"',
            'sw:fundingAmount "300"',
            "sw:fundingOfferOf swi:QAN-9000001X",
            'sw:offerName "Matrix"',
            'sw:weightedAmount "336"',
            'sw:weightingFactor "C"',
        ]
    )
    ended = about(lars, "swi:QAN-90000021-VALID-ADULT-SKILLS-2018-09-01")
    assert 'sw:lastNewStart "2024-07-31"' in ended and 'schema:validThrough "2026-07-31"' in ended
    assert 'sw:offerName "ADULT_SKILLS"' in ended


def test_an_awarding_organisation_that_is_no_more(lars: LoadedFiles) -> None:
    assert "sw:currency swc:currency/superseded" in about(lars, "swi:AOC-GUILD")
    assert 'sw:ukprn "19990009"' in about(lars, "swi:AOC-DUNMERE")


def test_subject_areas_have_two_tiers(lars: LoadedFiles) -> None:
    assert "skos:broader swi:SSA-4" in about(lars, "swi:SSA-4.1").splitlines()
    assert 'skos:prefLabel "Engineering and Manufacturing Technologies"' in about(lars, "swi:SSA-4")


def test_what_is_wrong_is_told_and_no_names_of_staff_are_read(lars: LoadedFiles) -> None:
    assert told(lars) == ["row-not-taken LearningDelivery.csv 5 LearnAimRef"]
    assert faults(lars) == set()
    assert "somebody" not in lars.path.read_text(encoding="utf-8")
