"""The index of job titles: what somebody may call a job, and the group it is counted in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from told_facts import Counted, about, shape_faults, told

from loaders.published import LoadedFiles


@pytest.fixture
def index(sample: Callable[[str], Any]) -> LoadedFiles:
    found: LoadedFiles = sample("soc2010-index").loaded
    return found


def test_a_title_is_said_as_one_says_it_and_kept_as_indexed(index: LoadedFiles) -> None:
    assert about(index, "swi:SOC2010TITLE-2-500-5249") == "\n".join(
        [
            "a sw:JobTitle",
            'skos:prefLabel "Mobile scanner fitter"',
            'sw:indexTitle "Fitter, scanner, mobile"',
            'sw:titleAddition "(travelling)"',
            "sw:titleOf swi:SOC2010-5249",
        ]
    )


def test_one_title_in_two_industries_is_two_jobs(index: LoadedFiles) -> None:
    hospital = about(index, "swi:SOC2010TITLE-1-0-3218").splitlines()
    factory = about(index, "swi:SOC2010TITLE-1-500-5249").splitlines()
    assert 'skos:prefLabel "Scanner technician"' in hospital and 'skos:prefLabel "Scanner technician"' in factory
    assert 'sw:titleIndustry "(hospital service)"' in hospital
    assert 'sw:titleIndustry "(scanner manufacture)"' in factory


def test_two_rows_of_one_number_stay_apart(index: LoadedFiles) -> None:
    assert 'skos:prefLabel "NHS scanner fitter"' in about(index, "swi:SOC2010TITLE-2-500-3218").splitlines()


def test_a_row_that_points_to_another_title_has_no_group(index: LoadedFiles) -> None:
    assert about(index, "swi:SOC2010TITLE-3-0-see") == "\n".join(
        [
            "a sw:JobTitle",
            'skos:prefLabel "Radiographist"',
            'sw:indexTitle "Radiographist"',
            'sw:seeTitle "- see Technician"',
        ]
    )


def test_the_group_above_has_the_code_without_its_last_digit(index: LoadedFiles) -> None:
    assert "skos:broader swi:SOC2010-321" in about(index, "swi:SOC2010-3218").splitlines()
    assert "skos:broader" not in about(index, "swi:SOC2010-3")


def test_volume_2_of_soc_2020_leads_to_three_classifications(index: LoadedFiles) -> None:
    assert about(index, "swi:SOC2020TITLE-1") == "\n".join(
        [
            "a sw:JobTitle",
            'skos:prefLabel "scanner technician"',
            'sw:indexTitle "Technician, scanner"',
            'sw:subUnitGroup "3213/01"',
            'sw:titleIndustry "(hospital service)"',
            "sw:titleOf isco/C3211",
            "sw:titleOf swi:SOC2010-3218",
            "sw:titleOf swi:SOC2020-3213",
        ]
    )


def test_a_row_without_a_title_is_told(index: LoadedFiles) -> None:
    assert told(index) == ["cell-missing soc2010_coding_index_v5.csv 8 INDEXOCC"]
    (fault,) = shape_faults(index)
    assert fault.startswith("swi:SOC2010TITLE-4-0-3218: Job title: 'label' takes exactly one value")


@pytest.mark.shared_data
def test_the_whole_has_28748_titles_of_which_227_point_to_others(tmp_path: Path) -> None:
    soc = Counted("soc2010-index", "uk-soc2010-index", tmp_path)
    assert soc.issues == []
    assert soc.things["sw:JobTitle"] == 28_748
    assert (soc.of["sw:titleOf"], soc.of["sw:seeTitle"]) == (28_521, 227)
    assert soc.tally("sw:groupLevel") == {'"major"': 9, '"sub-major"': 25, '"minor"': 90, '"unit"': 369}
    groups = set(soc.values("sw:groupLevel"))
    assert {group for found in soc.values("skos:broader").values() for group in found} <= groups
    assert set(soc.tally("sw:titleOf")) <= groups
