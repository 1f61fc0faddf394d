"""Nesta's crosswalk of ESCO and O*NET occupations: a judgement with how sure its authors were."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from told_facts import Counted, about, shape_faults, told

from loaders.published import LoadedFiles


@pytest.fixture
def crosswalk(sample: Callable[[str], Any]) -> LoadedFiles:
    found: LoadedFiles = sample("esco-onet").loaded
    return found


def test_a_pair_is_a_judgement_and_no_sameness(crosswalk: LoadedFiles) -> None:
    assert about(crosswalk, "swi:ESCOONET-1") == "\n".join(
        [
            "a sw:Correspondence",
            'sw:confidence "1"',
            "sw:correspondenceFrom occupation 001",
            "sw:correspondenceTo swi:ONET-99-1001.00",
            'sw:fromLabel "scanner technician"',
            "sw:sharedTitles \"['scan operator']\"",
            'sw:similarity "0.8107619822025299"',
            'sw:toLabel "scanner technologists"',
        ]
    )
    assert about(crosswalk, "occupation 001") == ""


def test_na_is_nothing_said_and_a_word_for_a_number_is_told(crosswalk: LoadedFiles) -> None:
    assert "sharedTitles" not in about(crosswalk, "swi:ESCOONET-2")
    assert told(crosswalk) == ["bad-cell esco_onet_crosswalk_Nov2020.csv 5 semantic_similarity"]
    assert "similarity" not in about(crosswalk, "swi:ESCOONET-4")
    assert shape_faults(crosswalk) == set()


@pytest.mark.shared_data
def test_the_whole_still_fits_the_editions_that_are_held(tmp_path: Path) -> None:
    crosswalk = Counted("esco-onet", "nesta-career-causeways", tmp_path)
    assert crosswalk.issues == []
    assert crosswalk.things["sw:Correspondence"] == 1_680
    assert crosswalk.tally("sw:confidence") == {'"0.5"': 65, '"1"': 1_100, '"2"': 515}
    esco = set(Counted("esco", "esco-1.2.0/occupations_en.csv", tmp_path).values("esco:memberOfISCOGroup"))
    assert len(crosswalk.tally("sw:correspondenceFrom").keys() & esco) == 1_678
    onet = set(Counted("onet", "onet-29.2/Occupation Data.txt", tmp_path).values("skos:notation"))
    assert sum(count for code, count in crosswalk.tally("sw:correspondenceTo").items() if code in onet) == 1_355
