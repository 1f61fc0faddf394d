"""SOC 2020: the tree, what people in each group do, and how they get in."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from told_facts import Counted, about, shape_faults, told

from loaders.published import LoadedFiles


@pytest.fixture
def soc(sample: Callable[[str], Any]) -> LoadedFiles:
    found: LoadedFiles = sample("soc2020").loaded
    return found


def test_a_unit_group_with_its_tasks_entry_and_jobs(soc: LoadedFiles) -> None:
    assert about(soc, "swi:SOC2020-3213") == "\n".join(
        [
            "a skos:Concept",
            "a sw:OccupationGroup",
            'dcterms:description "Imaging technicians take pictures of the inside of people."',
            'dcterms:title "Imaging technicians"',
            "skos:broader swi:SOC2020-321",
            'skos:notation "3213"',
            'skos:prefLabel "Imaging technicians"',
            'sw:entryRoutes "Entrants usually have A-levels."',
            'sw:groupLevel "unit"',
            'sw:relatedJobTitle "Scanner operator"',
            'sw:relatedJobTitle "Scanner technician"',
            'sw:typicalTask "keeps the scanner ready"',
            'sw:typicalTask "puts people in position"',
        ]
    )


def test_the_name_of_a_group_is_not_in_capitals(soc: LoadedFiles) -> None:
    found = about(soc, "swi:SOC2020-3").splitlines()
    assert 'skos:prefLabel "Technical occupations"' in found
    assert 'dcterms:title "TECHNICAL OCCUPATIONS"' in found
    assert not [line for line in found if "broader" in line]


def test_what_the_sheet_marks_as_blank_is_not_said(soc: LoadedFiles) -> None:
    found = about(soc, "swi:SOC2020-3219")
    assert "entryRoutes" not in found and "typicalTask" not in found
    assert 'sw:relatedJobTitle "Plaster technician"' in found.splitlines()


def test_a_level_that_the_classification_has_not_is_told(soc: LoadedFiles) -> None:
    assert told(soc) == ["unknown-code soc2020_framework.csv 7 level"]
    (fault,) = shape_faults(soc)
    assert fault.startswith("swi:SOC2020-3213/01: Occupation group: 'label' takes exactly one value")


@pytest.mark.shared_data
def test_the_whole_has_the_levels_of_its_publisher(tmp_path: Path) -> None:
    soc = Counted("soc2020", "uk-soc2020", tmp_path)
    assert soc.issues == []
    assert soc.tally("sw:groupLevel") == {'"major"': 9, '"sub-major"': 26, '"minor"': 104, '"unit"': 412}
    assert soc.things["sw:OccupationGroup"] == soc.of["skos:prefLabel"] == 551
    wider = soc.values("skos:broader")
    assert Counter(len(found) for found in wider.values()) == {1: 542}
    assert {group for found in wider.values() for group in found} <= soc.values("skos:prefLabel").keys()
    assert soc.of["sw:entryRoutes"] == 412
    assert len(soc.values("sw:typicalTask")) == len(soc.values("sw:relatedJobTitle")) == 412
