"""What recognition reads of a release, and a release that older software wrote."""

import json
from pathlib import Path

import pytest

from graph.projection import FORMAT, PROJECTION, Projection, Status
from graph.release import Manifest, Release
from graph.store import GraphStore, n_quads
from loaders.runner import load_all
from tests.support.world import DAY, projection_of, write_dataset

UNIT = {"unit_id": "U-1", "title": "Circuits", "qualification_id": "Q-1", "unit_number": "4001", "themes": "b|a"}
TABLES = {
    "provision_types": [{"provision_type_id": "PT-HNC", "label": "HNC"}],
    "providers": [{"provider_id": "P-1", "name": "College"}],
    "qualifications": [
        {
            "qualification_id": "Q-1",
            "title": "HNC",
            "level": "4",
            "credits": "15",
            "provision_type_id": "PT-HNC",
            "awarding_body": "Pearson",
            "htq_status": "HTQ",
            "currency": "superseded",
            "real_award": "no",
        }
    ],
    "units": [UNIT | {"level": "4", "credits": "15"}],
    "learning_outcomes": [
        {"unit_id": "U-1", "outcome_number": "2", "label": "Second", "theme": "a"},
        {"unit_id": "U-1", "outcome_number": "1", "label": "First"},
    ],
    "roles": [{"role_id": "OC-1", "title": "Technician", "level": "4", "sector": "healthtech"}],
    "competencies": [
        {
            "competency_id": "K-1",
            "role_id": "OC-1",
            "standard_ref": "ST1",
            "code": "S1",
            "kind": "skill",
            "label": "Solder",
            "theme": "a",
            "currency": "superseded",
        }
    ],
    "competency_links": [
        {"competency_id": "K-1", "vocabulary": "SSC", "target": "Solder", "target_label": "Solder", "relation": "close"}
    ],
    "credit_transfers": [
        {"transfer_id": "CT-1", "to_id": "Q-1", "provider_id": "P-1", "automatic": "no", "condition": "asked first"}
    ],
    "combination_rules": [
        {
            "rule_id": "AR-1",
            "qualification_id": "Q-1",
            "attribute": "units",
            "operator": "=",
            "value": "1",
            "description": "One unit",
        },
        {
            "rule_id": "AR-2",
            "qualification_id": "Q-1",
            "attribute": "credits",
            "operator": "=",
            "value": "15",
            "description": "15 credits",
            "award_rule": "credits(15, from=Q-1)",
            "status": "inferred",
        },
    ],
    "opportunities": [
        {
            "opportunity_id": "C-1",
            "title": "HNC in the evening",
            "provider_id": "P-1",
            "provision_type_id": "PT-HNC",
            "course_kind": "HNC",
            "qualification_id": "Q-1",
            "qualification_status": "inferred",
            "level": "4",
            "entry_rule": "level(3)",
            "sold_separately": "no",
        }
    ],
    "deliveries": [
        {"delivery_id": "D-1", "opportunity_id": "C-1", "start_dates": "2027-09", "cost_pounds": "900"},
        {"delivery_id": "D-2", "opportunity_id": "C-1", "start_dates": "2027-01", "cost_pounds": "800"},
    ],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Projection:
    return projection_of(tmp_path_factory.mktemp("projection"), **TABLES)


def test_outcomes_in_the_order_of_the_unit(made: Projection) -> None:
    assert [(one.id, one.unit, one.number, one.label, one.theme) for one in made.outcomes] == [
        ("U-1.1", "U-1", 1, "First", None),
        ("U-1.2", "U-1", 2, "Second", "a"),
    ]


def test_a_competency_with_its_links(made: Projection) -> None:
    (one,) = made.competencies
    assert (one.role, one.award, one.standard, one.code, one.label) == ("OC-1", None, "ST1", "S1", "Solder")
    assert not one.current
    assert [(link.label, link.relation) for link in one.links] == [("Solder", "close")]


def test_a_course_with_what_was_seen_of_its_runs(made: Projection) -> None:
    (course,) = made.courses
    assert (course.provider, course.award, course.award_status) == ("P-1", "Q-1", Status.INFERRED)
    assert (course.requirement, course.sold_separately) == ("level(3)", "no")
    assert (course.starts, course.cost_pounds) == (("2027-01", "2027-09"), 800)


def test_more_of_awards_units_and_transfers(made: Projection) -> None:
    award, unit = made.awards["Q-1"], made.units["U-1"]
    assert (award.kind, award.current, award.real, award.awarding_body) == ("PT-HNC", False, False, "Pearson")
    assert (award.technical_mark, award.printed_rules) == ("HTQ", ("One unit",))
    assert (award.award_rules, award.rules_status) == (("credits(15, from=Q-1)",), Status.INFERRED)
    assert (unit.number, unit.themes) == ("4001", ("a", "b"))
    assert [one.provider for one in made.transfers] == ["P-1"]


def release_with(folder: Path, projection: bytes) -> Release:
    """A release folder of the small world with this projection in it."""
    (loaded,) = load_all([write_dataset(folder / "data", **TABLES)], today=DAY)
    lines = folder / "graph.nq"
    lines.write_text("\n".join(sorted(set(n_quads(loaded.quads)))) + "\n", encoding="utf-8")
    (folder / "store").mkdir()
    GraphStore.build(folder / "store", lines)
    (folder / "projection.json").write_bytes(projection)
    Manifest(1, "", "", "", False, 0, [], {}, {}).write(folder)
    return Release(folder)


def test_a_projection_that_older_software_wrote_is_read_afresh(tmp_path: Path, made: Projection) -> None:
    older = json.loads(PROJECTION.dump_json(made))
    for name in ("outcomes", "competencies", "courses", "format"):
        del older[name]
    found = release_with(tmp_path, json.dumps(older).encode()).projection
    assert found.format == FORMAT
    assert found == made


def test_a_projection_of_this_software_is_taken_as_it_is(tmp_path: Path, made: Projection) -> None:
    own = json.loads(PROJECTION.dump_json(made)) | {"outcomes": []}
    assert release_with(tmp_path, json.dumps(own).encode()).projection.outcomes == ()
