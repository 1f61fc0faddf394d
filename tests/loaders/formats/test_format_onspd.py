"""The postcode directory: where postcodes are, under the names of its columns before and after 2025."""

from pathlib import Path

import pytest
from register_facts import changed, faults
from told_facts import Counted, about, told

from loaders.published import LoadedFiles


@pytest.fixture
def postcodes(sample) -> LoadedFiles:
    return sample("onspd").loaded


def test_a_postcode_that_has_ended_stays_and_is_marked(postcodes: LoadedFiles) -> None:
    assert about(postcodes, "swi:POSTCODE-DY11AA") == "\n".join(
        [
            "a sw:Postcode",
            "schema:containedInPlace swi:LAD-E08000027",
            "schema:containedInPlace swi:OUTCODE-DY1",
            'schema:latitude "52.510001"',
            'schema:longitude "-2.090002"',
            'schema:postalCode "DY1 1AA"',
            'schema:validFrom "1980-01"',
            'schema:validThrough "2003-06"',
            "sw:currency swc:currency/superseded",
            'sw:deprivationRank "12001"',
            'sw:lsoa "E01009754"',
            'sw:msoa "E02002000"',
        ]
    )
    assert "sw:currency" not in about(postcodes, "swi:POSTCODE-WS11AA")


def test_columns_with_a_year_in_their_names_are_the_same_columns(postcodes: LoadedFiles) -> None:
    said = about(postcodes, "swi:POSTCODE-CV11AA")
    assert "schema:containedInPlace swi:LAD-E08000026" in said
    assert 'sw:lsoa "E01009642"' in said and 'sw:msoa "E02001970"' in said and 'sw:deprivationRank "777"' in said


def test_ninety_nine_degrees_north_is_no_place(postcodes: LoadedFiles) -> None:
    said = about(postcodes, "swi:POSTCODE-B11AA")
    assert "latitude" not in said and "longitude" not in said and "swi:LAD-E08000025" in said


def test_northern_ireland_and_the_islands_are_left_out(postcodes: LoadedFiles) -> None:
    assert about(postcodes, "swi:POSTCODE-BT11AA") == about(postcodes, "swi:POSTCODE-GY11AA") == ""
    assert postcodes.counts["ONSPD_NOV_2024_UK.csv"].withheld == 2


def test_a_file_cut_out_of_the_directory_says_what_it_has(postcodes: LoadedFiles) -> None:
    assert about(postcodes, "swi:POSTCODE-B692AA") == "\n".join(
        [
            "a sw:Postcode",
            "schema:containedInPlace swi:LAD-E08000028",
            "schema:containedInPlace swi:OUTCODE-B69",
            'schema:latitude "52.5012"',
            'schema:longitude "-2.0301"',
            'schema:postalCode "B69 2AA"',
        ]
    )


def test_an_outcode(postcodes: LoadedFiles) -> None:
    assert about(postcodes, "swi:OUTCODE-WS1") == "\n".join(
        [
            "a sw:Outcode",
            'schema:latitude "52.58"',
            'schema:longitude "-1.97"',
            'skos:notation "WS1"',
            'sw:districtCount "2"',
            'sw:easting "402100"',
            "sw:mainDistrict swi:LAD-E08000030",
            'sw:northing "298500"',
            'sw:postcodeCount "512"',
        ]
    )


def test_what_is_no_postcode_is_told(postcodes: LoadedFiles) -> None:
    assert told(postcodes) == [
        "files-together ONSPD_NOV_2024_UK.csv None",
        "row-not-taken ONSPD_NOV_2024_UK.csv 7 pcds",
        "row-not-taken gb_outcodes.csv 3 outcode",
    ]
    assert faults(postcodes) == set()


def test_a_directory_without_postcodes_is_not_trusted(tmp_path: Path) -> None:
    found = changed("onspd", "ONSPD_NOV_2025_WM.csv", "pcds", "postcode", tmp_path)
    assert "missing-column ONSPD_NOV_2025_WM.csv 1 pcds" in told(found)
    assert about(found, "swi:POSTCODE-CV11AA") == ""


@pytest.mark.shared_data
def test_203821_postcodes_of_the_west_midlands_and_2996_outcodes(tmp_path: Path) -> None:
    found = Counted("onspd", "uk-postcodes", tmp_path)
    assert found.things == {"sw:Postcode": 203_821, "sw:Outcode": 2_996}
    assert [(issue.code, issue.value) for issue in found.issues] == [("row-not-taken", "NPT")]
    assert found.of["schema:postalCode"] == 203_821 and found.of["schema:containedInPlace"] == 2 * 203_821
    places = found.tally("schema:containedInPlace")
    assert sum(place.startswith("swi:LAD-") for place in places) == 30
