"""The register of schools and colleges: closed ones stay and are marked; who has the UKPRN now is worked out."""

from pathlib import Path

import pytest
from register_facts import changed, faults
from told_facts import about, told

from loaders.published import LoadedFiles


@pytest.fixture
def register(sample) -> LoadedFiles:
    return sample("gias").loaded


def test_a_college_in_windows_1252(register: LoadedFiles) -> None:
    assert about(register, "swi:URN-990001") == "\n".join(
        [
            "a sw:Establishment",
            'schema:addressLocality "Dunmere"',
            "schema:containedInPlace swi:LAD-E08000030",
            'schema:postalCode "WS1 1AA"',
            "schema:url https://www.dunmere.example",
            'schema:validFrom "1993-04-01"',
            'skos:notation "990001"',
            'skos:prefLabel "Dunmere College – Café Campus"',
            "sw:currency swc:currency/current",
            'sw:easting "402100"',
            'sw:establishmentGroup "Colleges"',
            'sw:establishmentKind "Further education"',
            'sw:establishmentNumber "8001"',
            "sw:establishmentOf swi:UKPRN-19990001",
            'sw:highestAge "99"',
            'sw:localAuthorityCode "335"',
            'sw:lowestAge "16"',
            'sw:northing "298500"',
            'sw:phase "16 plus"',
            'sw:regionName "West Midlands"',
            'sw:registerStatus "Open"',
        ]
    )


def test_a_closed_school_takes_its_provider_with_it(register: LoadedFiles) -> None:
    assert about(register, "swi:UKPRN-19990003") == "\n".join(
        [
            "a sw:Provider",
            'schema:validThrough "2019-08-31"',
            'skos:prefLabel "St Anne’s Sixth Form"',
            "sw:currency swc:currency/superseded",
            "sw:providerType swc:provider-type/school",
            'sw:registerKind "Academy 16-19 converter"',
            'sw:ukprn "19990003"',
        ]
    )


def test_a_closed_college_whose_number_goes_on_does_not(register: LoadedFiles) -> None:
    old = about(register, "swi:URN-990002")
    assert "sw:currency swc:currency/superseded" in old and 'schema:validThrough "1993-03-31"' in old
    provider = about(register, "swi:UKPRN-19990001")
    assert "sw:currency" not in provider and 'skos:prefLabel "Dunmere College – Café Campus"' in provider


def test_the_provider_goes_when_the_last_of_its_places_closes(tmp_path: Path) -> None:
    found = changed(
        "gias", "edubasealldata20261102.csv", '"","Open","01-04-1993"', '"","Closed","01-04-1993"', tmp_path
    )
    assert "sw:currency swc:currency/superseded" in about(found, "swi:UKPRN-19990001")


@pytest.mark.parametrize(("urn", "state"), [("990004", "current"), ("990005", "planned")])
def test_proposed_to_close_is_still_open_and_proposed_to_open_not_yet(
    register: LoadedFiles, urn: str, state: str
) -> None:
    assert f"sw:currency swc:currency/{state}\n" in about(register, f"swi:URN-{urn}")


def test_what_is_wrong_is_told_and_no_names_of_heads_are_read(register: LoadedFiles) -> None:
    assert told(register) == ["row-not-taken edubasealldata20261102.csv 7 URN"]
    assert faults(register) == set()
    said = register.path.read_text(encoding="utf-8")
    assert "Private" not in said and "01632" not in said


def test_a_column_that_is_gone_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    found = changed("gias", "edubasealldata20261102.csv", '"UKPRN",', '"UKPRN (number)",', tmp_path)
    assert "column-gone edubasealldata20261102.csv 1 UKPRN" in told(found)
    assert about(found, "swi:UKPRN-19990001") == "" and about(found, "swi:URN-990001") != ""
