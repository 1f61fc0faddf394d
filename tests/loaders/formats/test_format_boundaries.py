"""Districts, regions and their boundaries; and the regions of the National Careers Service, which are others."""

from pathlib import Path

import pytest
from register_facts import faults
from told_facts import Counted, about, told

from loaders.format import read_format
from loaders.formats.boundaries.reader import rows
from loaders.published import LoadedFiles
from loaders.reading import Source


@pytest.fixture
def areas(sample) -> LoadedFiles:
    return sample("boundaries").loaded


def test_a_district_has_its_boundary_whole(areas: LoadedFiles) -> None:
    assert about(areas, "swi:LAD-E08999001") == "\n".join(
        [
            "a sw:Area",
            "schema:containedInPlace swi:CAUTH-E47000007",
            "schema:containedInPlace swi:REGION-E12000005",
            'skos:notation "E08999001"',
            'skos:prefLabel "Dunmere"',
            'sw:areaKind "local-authority district"',
            'sw:boundary "POLYGON ((-2.1 52.5, -2.0 52.5, -2.0 52.6, -2.1 52.5))"',
            'sw:boundingBox "-2.1 52.5 -2.0 52.6"',
        ]
    )


def test_an_area_of_two_parts_one_with_a_hole(areas: LoadedFiles) -> None:
    said = about(areas, "swi:LAD-E07999002")
    assert (
        "MULTIPOLYGON (((-1.5 52.1, -1.4 52.1, -1.4 52.2, -1.5 52.1), (-1.45 52.12, -1.43 52.12, -1.43 52.14,"
        " -1.45 52.12)), ((-1.2 52.0, -1.1 52.0, -1.1 52.05, -1.2 52.0)))" in said
    )
    assert 'sw:boundingBox "-1.5 52.0 -1.1 52.2"' in said and 'sw:county "Oakshire"' in said


def test_one_code_of_two_publishers_is_two_areas(areas: LoadedFiles) -> None:
    assert 'skos:prefLabel "Dunmere"' in about(areas, "swi:LAD-E08999001")
    assert about(areas, "swi:NCSREGION-E08999001") == "\n".join(
        [
            "a sw:DeliveryRegion",
            "schema:containedInPlace swi:NCSREGION-E12999001",
            'schema:latitude "52.55"',
            'schema:longitude "-2.05"',
            'schema:postalCode "WS1 1AA"',
            'skos:notation "E08999001"',
            'skos:prefLabel "Old Dunmere"',
        ]
    )


def test_what_is_wrong_is_told_with_its_place(areas: LoadedFiles) -> None:
    assert told(areas) == [
        "bad-cell ncs_regions_subregions.csv 4 subregion_id",
        "row-not-taken wm_local_authority_districts.geojson 3",
    ]
    assert faults(areas) == set()


@pytest.mark.parametrize("content", ["", "{", '{"type": "Point"}', "[1, 2]", '{"features": ['])
def test_what_is_no_geojson_is_told_and_nothing_is_read(content: str, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(content)
    codes = []
    assert list(rows(Source(path), read_format("boundaries").files[0], lambda code, *_: codes.append(code))) == []
    assert codes == ["file-cut"]


def test_an_area_without_a_boundary_or_a_code_is_a_row_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"features": [{"properties": {"LAD25NM": "Nowhere"}, "geometry": null}]}')
    _, (line, cells) = rows(Source(path), read_format("boundaries").files[0], lambda *_: None)
    assert (line, cells) == (1, ["", "", "Nowhere", "area", "", ""])


@pytest.mark.shared_data
def test_30_districts_a_region_and_an_authority_with_boundaries(tmp_path: Path) -> None:
    found = Counted("boundaries", "uk-geography", tmp_path)
    assert found.things == {"sw:Area": 32, "sw:DeliveryRegion": 9 + 152}
    assert found.of["sw:boundary"] == found.of["sw:boundingBox"] == 32
    assert [(issue.code, issue.line) for issue in found.issues] == [
        ("bad-cell", 163)
    ]  # a row the publisher never filled
    inside = found.tally("schema:containedInPlace")
    assert (inside["swi:REGION-E12000005"], inside["swi:CAUTH-E47000007"]) == (30, 7)
    assert found.values("skos:prefLabel")["swi:NCSREGION-E06000001"] == {'"County Durham"'}
