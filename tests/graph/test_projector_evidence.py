"""Published figures of what was taught join our roles and awards by number, beside what our own tables say."""

from pathlib import Path

import pytest
from support.world import store_of

from graph.build import write_entailed
from graph.issues import IssueLog
from graph.projection import Evidence
from graph.projector import project
from graph.store import GraphStore
from loaders.dataset import read_description
from loaders.format import FORMATS
from loaders.published import load_files
from queries.coverage.spots import leavers_change, read_elsewhere, read_standards

OWN = {"evidence_id": "D-OWN", "provider_id": "P-CANAL", "product_ref": "ST9901", "about_id": "OC-SCALE"}


@pytest.fixture
def store(tmp_path: Path) -> GraphStore:
    """A college and a job of ours, and the samples of two national files."""
    found = store_of(
        tmp_path / "world",
        roles=[{"role_id": "OC-SCALE", "title": "Scale technician", "level": "3", "standard_ref": "ST9901"}],
        providers=[{"provider_id": "P-CANAL", "name": "Canal Street College", "ukprn": "19990001"}],
        qualifications=[{"qualification_id": "Q-TL", "title": "Health", "qualification_number": "6037066X"}],
        evidence=[OWN | {"product_kind": "apprenticeship standard", "period": "2023/24", "leavers": "40"}],
    )
    for format in ("achievement-rates", "t-level-providers"):
        folder = FORMATS / format / "sample"
        about = read_description(folder, IssueLog(format))
        assert about is not None
        found.load(load_files(folder, about, tmp_path / f"{format}.nq", include_illustrative=True).path)
    entailed = tmp_path / "entailed.nq"
    with entailed.open("wb") as target:
        write_entailed(found, target)
    found.load(entailed)
    return found


def test_figures_of_the_country_are_about_what_we_describe_and_no_more(store: GraphStore) -> None:
    def said(one: Evidence) -> str:
        number = "hidden" if one.suppressed else one.leavers
        return f"{one.about} {one.provider} {one.period} {one.kind}: {number}"

    assert sorted(map(said, project(store).evidence)) == [
        "OC-SCALE P-CANAL 2023/24 apprenticeship-standard: 40",
        "OC-SCALE UKPRN-19990001 2023/24 apprenticeship-standard: 30",
        "OC-SCALE UKPRN-19990001 2024/25 apprenticeship-standard: hidden",
        "OC-SCALE UKPRN-19990002 2024/25 apprenticeship-standard: 0",
        "Q-TL UKPRN-19990001 start 2020 T-Level: None",
        "Q-TL UKPRN-19990001 start 2021 T-Level: None",
    ]


def test_two_years_are_compared_by_the_newer_source(store: GraphStore) -> None:
    (standard,) = leavers_change(project(store), read_standards(store), read_elsewhere(store)).standards
    assert {row.provider: (row.first.words, row.second.words) for row in standard.rows} == {
        "P-CANAL": ("30", "suppressed"),
        "UKPRN-19990002": ("no row", "0"),
    }
    assert [(one.geography, one.leavers, one.achieved_percent) for one in standard.elsewhere] == [
        ("England", 120, 58.3)
    ]
