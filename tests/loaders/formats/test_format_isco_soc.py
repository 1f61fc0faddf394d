"""The crosswalk of ISCO-08 and the US classification of 2010."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from told_facts import Counted, about, shape_faults, told

from loaders.published import LoadedFiles


@pytest.fixture
def crosswalk(sample: Callable[[str], Any]) -> LoadedFiles:
    found: LoadedFiles = sample("isco-soc").loaded
    return found


def test_a_star_makes_a_correspondence_in_part(crosswalk: LoadedFiles) -> None:
    assert about(crosswalk, "swi:ISCOSOC-7421-99-1002") == "\n".join(
        [
            "a sw:Correspondence",
            "sw:correspondenceFrom isco/C7421",
            "sw:correspondenceTo swi:USSOC2010-99-1002",
            'sw:fromLabel "Electronics fitters"',
            'sw:note "recommended match 8/18/11"',
            'sw:partial "true"',
            'sw:toLabel "\\"Big\\" Scanner Repairers, All Other"',
        ]
    )
    assert "partial" not in about(crosswalk, "swi:ISCOSOC-3211-99-1001")


def test_the_us_group_is_named_once(crosswalk: LoadedFiles) -> None:
    assert about(crosswalk, "swi:USSOC2010-99-1002") == "\n".join(
        [
            "a skos:Concept",
            "a sw:OccupationGroup",
            'skos:notation "99-1002"',
            'skos:prefLabel "\\"Big\\" Scanner Repairers, All Other"',
        ]
    )


def test_a_row_without_the_other_side_is_told(crosswalk: LoadedFiles) -> None:
    assert told(crosswalk) == ["row-not-taken isco08_to_us_soc2010.csv 5 ISCO-08 Code, 2010 SOC Code"]
    assert shape_faults(crosswalk) == set()


@pytest.mark.shared_data
def test_the_whole_has_1125_pairs_970_of_them_in_part(tmp_path: Path) -> None:
    crosswalk = Counted("isco-soc", "crosswalks", tmp_path)
    assert crosswalk.issues == []
    assert (crosswalk.things["sw:Correspondence"], crosswalk.of["sw:partial"]) == (1_125, 970)
    assert len(crosswalk.tally("sw:correspondenceFrom")) == 438
    assert crosswalk.things["sw:OccupationGroup"] == len(crosswalk.tally("sw:correspondenceTo")) == 840
    assert crosswalk.of["skos:prefLabel"] == 840
