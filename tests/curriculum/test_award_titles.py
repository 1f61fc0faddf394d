"""Awards whose titles name a skill: how that is read, how often it is right, and that it can be switched off."""

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest

from graph.projection import Status
from loaders.publish import build_release
from ontology import resources
from queries.coverage.board import EVERYTHING, Finding, board
from queries.coverage.materialise import said_of
from queries.coverage.model import CoverageFacts, Inference, TeacherKind, Via
from queries.coverage.reading import read
from queries.coverage.subjects import judged, measured, skill_named, subjects
from queries.watch.cube import at_most

DAY = date(2026, 11, 22)
SAMPLES = Path(resources.ROOT).parent / "loaders" / "formats"
SKILL = "http://data.europa.eu/esco/skill/00000000-0000-4000-8000-000000000103"


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("AQA Level 1/Level 2 GCSE (9-1) in French", ("french",)),
        ("Award in the Principles of Customer Service (RQF)", ("principles of customer service", "customer service")),
        ("Level 3 Certificate in Health & Safety Practices", ("health and safety practices", "health and safety")),
        ("Level 2 Award in Studies", ("studies",)),
        ("Diploma", ()),
        ("", ()),
    ],
)
def test_what_a_title_says_the_award_is_in(title: str, found: tuple[str, ...]) -> None:
    assert subjects(title) == found


def test_only_the_very_name_is_a_skill() -> None:
    names = {"wildlife": "S-1", "customer service": "S-2"}
    assert skill_named("Level 2 Certificate in Land and Wildlife", names) is None
    assert skill_named("Level 2 Certificate in Customer Services", names) is None
    assert skill_named("Level 2 Certificate in Customer Service Skills", names) == "S-2"


def test_it_is_right_often_enough_on_titles_that_were_read_twice() -> None:
    rows = list(csv.DictReader(resources.text("matching/awards.csv").splitlines()))
    assert len({(row["title"], row["name"]) for row in rows}) == len(rows) >= 100
    said, right = measured()
    assert said == len(judged()), "the pairs are those that are said"
    assert right / said >= 0.9
    assert (at_most(said - right, said) or 1) < 0.12
    apart = [row for row in rows if row["first"] != row["second"]]
    assert all(row["same"] == row["first"] for row in rows if row not in apart)
    assert len(apart) == 2


def facts_of(folder: Path, status: str) -> CoverageFacts:
    for name in ("esco", "funded-qualifications"):
        shutil.copytree(SAMPLES / name / "sample", folder / name)
    table, about = folder / "funded-qualifications" / "approved_2025-02-18.csv", folder / "funded-qualifications"
    told = table.read_text(encoding="utf-8").replace("Hand Washing", "Principles of Radiation Protection")
    table.write_text(told, encoding="utf-8")
    said = (about / "dataset.yml").read_text(encoding="utf-8").replace("status: illustrative", f"status: {status}")
    (about / "dataset.yml").write_text(said, encoding="utf-8")
    shutil.rmtree(folder / "esco" / "1.0", ignore_errors=True)
    found = build_release([folder / "esco", about], folder / "state", today=DAY, include_illustrative=True)
    assert found.release is not None, [str(one) for one in found.issues]
    return read(found.release.store, found.release.projection, DAY)


def finding(facts: CoverageFacts, **inference: object) -> Finding:
    cells = board(facts, EVERYTHING, Inference(**inference)).cells
    return next(cell.finding for cell in cells if cell.competency.id == SKILL)


def test_an_award_of_a_public_list_counts_by_inference_that_can_be_switched_off(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "published")
    (one,) = facts.taught_by["QAN-90000057"]
    assert (one.competency, one.via, one.score, one.status) == (SKILL, Via.NAME, 1.0, Status.INFERRED)
    assert [id for id, teacher in facts.teachers.items() if teacher.kind is TeacherKind.AWARD] == ["QAN-90000057"]
    assert facts.labels["QAN-90000057"] == "Dunmere Level 2 Award in Principles of Radiation Protection"
    assert finding(facts) is Finding.NO_PROVIDER
    assert finding(facts, via=frozenset(Via) - {Via.NAME}) is Finding.NOT_KNOWN
    methods = {str(subject) for subject, _, _ in said_of(facts) if "MATCHING" in subject}
    assert methods == {"https://w3id.org/stepway/id/MATCHING-award-title"}


def test_an_illustrative_award_counts_only_with_placeholders(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "illustrative")
    assert finding(facts) is Finding.NOT_KNOWN
    assert finding(facts, placeholders=True) is Finding.NO_PROVIDER
