"""Undergraduate courses: who publishes and who teaches them, in which subjects, and where."""

import pytest
from register_facts import faults
from told_facts import about, told

from loaders.published import LoadedFiles


@pytest.fixture
def courses(sample) -> LoadedFiles:
    return sample("discover-uni").loaded


def test_a_course_with_two_of_five_subjects(courses: LoadedFiles) -> None:
    assert about(courses, "swi:DUCOURSE-19990011-DEV-1-01") == "\n".join(
        [
            "a sw:LearningOpportunity",
            'schema:alternateName "Peirianneg Dyfeisiau"',
            "schema:url https://uod.example/devices",
            'skos:notation "DEV-1"',
            'skos:prefLabel "Device Engineering"',
            "sw:courseKind swc:course-kind/degree",
            'sw:courseStages "3"',
            'sw:hasFoundationYear "optional"',
            'sw:hasSandwichYear "compulsory"',
            'sw:hasYearAbroad "no"',
            "sw:level swc:rqf-level/6",
            "sw:offeredBy swi:UKPRN-19990011",
            "sw:subjectOfStudy swi:HECOS-190001",
            "sw:subjectOfStudy swi:HECOS-190002",
            "sw:taughtBy swi:UKPRN-19990011",
            'sw:ucasCourse "D11-A11"',
            "sw:unitsSoldSeparately swc:three-valued/unknown",
        ]
    )


def test_a_college_publishes_what_a_university_teaches(courses: LoadedFiles) -> None:
    said = about(courses, "swi:DUCOURSE-19990001-WARD-2-PT-02")
    assert "sw:offeredBy swi:UKPRN-19990001" in said and "sw:taughtBy swi:UKPRN-19990011" in said
    assert 'skos:notation "WARD/2 PT"' in said and 'sw:ucasCourse "W22-B"' in said
    assert "sw:level" not in said and "sw:courseKind swc:course-kind/other-higher-education" in said


def test_where_and_how_a_course_is_taught(courses: LoadedFiles) -> None:
    assert about(courses, "swi:DURUN-19990001-WARD-2-PT-02-B") == "\n".join(
        [
            "a sw:Delivery",
            "sw:at swi:DUPLACE-19990011-B",
            "sw:runOf swi:DUCOURSE-19990001-WARD-2-PT-02",
            "sw:studyMode swc:study-mode/part-time",
        ]
    )
    assert about(courses, "swi:DUPLACE-19990011-B") == "\n".join(
        [
            "a sw:Site",
            "org:siteOf swi:UKPRN-19990011",
            'schema:addressCountry "England"',
            'schema:latitude "52.59"',
            'schema:longitude "-1.98"',
            'skos:prefLabel "Dunmere College"',
        ]
    )


def test_a_provider_has_its_names_once_and_its_country(courses: LoadedFiles) -> None:
    assert about(courses, "swi:UKPRN-19990011") == "\n".join(
        [
            "a sw:Provider",
            'schema:addressCountry "England"',
            'schema:alternateName "Dunmere University"',
            'schema:alternateName "UoD"',
            "schema:url https://www.uod.example",
            'skos:prefLabel "University of Dunmere"',
            "sw:providerType swc:provider-type/other-provider",
            'sw:ukprn "19990011"',
        ]
    )
    assert 'schema:addressCountry "Wales"' in about(courses, "swi:UKPRN-19990013")


def test_what_is_wrong_is_told_and_telephones_are_not_read(courses: LoadedFiles) -> None:
    assert told(courses) == ["repeated-key KISCOURSE.csv 4", "unknown-code KISCOURSE.csv 5 FOUNDATION"]
    assert courses.counts["COURSELOCATION.csv"].withheld == 1  # a course at a distance has no place
    assert faults(courses) == set()
    assert "01632" not in courses.path.read_text(encoding="utf-8")
