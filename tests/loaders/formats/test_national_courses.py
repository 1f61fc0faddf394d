"""The made-up national directory: the same for a seed and size, plausible, and marked illustrative to the end."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from graph.issues import IssueLog
from graph.projection import Status
from graph.projector import project
from graph.store import GraphStore
from loaders.dataset import read_description
from loaders.published import load_files
from loaders.rows import ILLUSTRATIVE
from tests.support.national_courses import COURSES, DAY, Nation

SIZE = 600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("nation")
    Nation(SIZE).write(place)
    return place


def rows(folder: Path) -> list[dict[str, str]]:
    (path,) = (folder / "courses").glob("*Venues*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_and_size_make_the_same_files(folder: Path, tmp_path: Path) -> None:
    Nation(SIZE).write(tmp_path)
    made = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert made == {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    Nation(SIZE, seed=6).write(tmp_path)
    (path,) = (tmp_path / "courses").glob("*Venues*.csv")
    assert path.read_bytes() != made[path.relative_to(tmp_path)]


def test_there_are_as_many_runs_as_asked_for_each_with_an_id_of_its_own(folder: Path) -> None:
    found = rows(folder)
    assert len(found) == SIZE == len({row["COURSE_RUN_ID"] for row in found})
    assert list(found[0]) == COURSES
    assert len({row["COURSE_ID"] for row in found}) < SIZE
    assert all(row["PROVIDER_UKPRN"].startswith("19") for row in found)


def test_some_runs_are_over_and_some_are_flexible(folder: Path) -> None:
    found = rows(folder)
    starts = [datetime.strptime(row["STARTDATE"], "%d/%m/%Y").date() for row in found if row["STARTDATE"]]  # noqa: DTZ007
    flexible = [row for row in found if row["FLEXIBLE_STARTDATE"] == "True"]
    assert 0.02 < sum(start < DAY for start in starts) / SIZE < 0.3
    assert 0.05 < len(flexible) / SIZE < 0.25
    assert not [row for row in flexible if row["STARTDATE"]]


@pytest.mark.parametrize("part", ["courses", "awards"])
def test_it_is_withheld_unless_asked_for_and_illustrative_to_the_offer(folder: Path, tmp_path: Path, part: str) -> None:
    description = read_description(folder / part, IssueLog(part))
    assert description is not None and description.status == ILLUSTRATIVE
    withheld = load_files(folder / part, description, tmp_path / "withheld.nq")
    assert withheld.quads == 0
    assert [one.code for one in withheld.issues] == ["illustrative-withheld"]


def test_its_runs_reach_the_planner_as_illustrative(folder: Path, tmp_path: Path) -> None:
    store = GraphStore.in_memory([])
    for part in ("courses", "awards"):
        description = read_description(folder / part, IssueLog(part))
        assert description is not None
        out = tmp_path / f"{part}.nq"
        loaded = load_files(folder / part, description, out, include_illustrative=True)
        assert not [issue for issue in loaded.issues if issue.severity == "error"]
        store.load(out)
    found = project(store)
    assert found.illustrative
    assert len(found.offers) > SIZE / 2
    assert {offer.source.status for offer in found.offers} == {Status.ILLUSTRATIVE}
    assert {step.status for step in found.steps} <= {Status.ILLUSTRATIVE, Status.INFERRED}


def test_every_name_says_that_it_is_illustrative(folder: Path, tmp_path: Path) -> None:
    for part in ("courses", "awards"):
        description = read_description(folder / part, IssueLog(part))
        assert description is not None
        load_files(folder / part, description, tmp_path / "out.nq", include_illustrative=True)
        labels = [line for line in (tmp_path / "out.nq").read_text().splitlines() if "prefLabel> " in line]
        assert labels
        assert not [line for line in labels if "(illustrative" not in line]
