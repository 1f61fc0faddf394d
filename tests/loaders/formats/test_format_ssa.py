"""Sector subject areas, by code and by the names that other lists use."""

from pathlib import Path

import pytest
from register_facts import faults
from told_facts import Counted, about, told

from loaders.transforms import TRANSFORMS
from loaders.values import Fault


def test_an_area(sample) -> None:
    areas = sample("ssa").loaded
    assert about(areas, "swi:SSA-12.1") == "\n".join(
        [
            "a skos:Concept",
            "a sw:SectorSubjectArea",
            'skos:notation "12.1"',
            'skos:prefLabel "Languages, literature and culture of the British Isles"',
        ]
    )
    assert told(areas) == ["row-not-taken sector_subject_area_tier2.csv 5 SectorSubjectAreaTier2"]
    assert faults(areas) == set()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("1.3 Health and social care", "1.3"),
        ("HEALTH AND SOCIAL CARE", "1.3"),
        ("ICT for users", "6.2"),
        ("Construction, Planning and the Built Environment", "5"),
        ("1.30", "1.3"),
        ("15.00", "15"),
        ("01.3", "1.3"),
    ],
)
def test_an_area_is_known_by_code_name_or_both(said: str, code: str) -> None:
    assert TRANSFORMS["ssa"](said) == code


@pytest.mark.parametrize("said", ["Steam", "1.3.3", "-2", "a.b"])
def test_what_is_no_area_is_refused(said: str) -> None:
    with pytest.raises(Fault, match="is not a sector subject area"):
        TRANSFORMS["ssa"](said)


@pytest.mark.shared_data
def test_51_areas_each_known_by_its_name(tmp_path: Path) -> None:
    found = Counted("ssa", "uk-qualification-codes", tmp_path)
    assert found.issues == [] and found.things["sw:SectorSubjectArea"] == 51
    for thing, names in found.values("skos:prefLabel").items():
        assert {f"swi:SSA-{TRANSFORMS['ssa'](name.strip(chr(34)))}" for name in names} == {thing}
