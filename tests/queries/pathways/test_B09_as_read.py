"""What somebody who reads an answer for the first time would take wrongly, said so that they do not."""

from pathlib import Path
from typing import Any, Final

from graph.projection import Status
from queries.pathways.engine.problem import Criterion
from queries.pathways.request import Pathway, PathwayRequest, ReleaseRef, Verdict, Via
from queries.pathways.service import PathwayService
from tests.support.world import DAY, Rows, projection_of

RELEASE: Final = ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")
APPRENTICESHIP: Final = {
    "provision_type_id": "PT-APPR",
    "label": "apprenticeship",
    "conditions": "employer-needed|vacancy-needed",
    "learner_cost_pounds": "0",
}
STANDARD: Final = {
    "level": "4",
    "sector": "healthtech",
    "standard_status": "approved for delivery",
    "duration_months_to_gateway": "24",
    "assessment_months": "2",
}
ADVISOR: Final = {"role_id": "OC-ADV", "title": "Advisor", "level": "4", "sector": "healthtech"}
PRACTITIONER: Final = STANDARD | {"role_id": "OC-PRAC", "title": "Practitioner", "level": "6", "standard_ref": "ST0001"}
SPECIALIST: Final = STANDARD | {"role_id": "OC-SPEC", "title": "Specialist", "level": "7", "standard_ref": "ST0002"}
AWARD: Final = {
    "qualification_id": "Q-HNC",
    "title": "HNC",
    "level": "4",
    "credits": "120",
    "duration_weeks": "52",
    "entry_rule": "usually(level(3), by=provider)",
    "entry_rule_status": "published",
    "real_award": "yes",
}
ADVISES: Final = {"progression_id": "PG-ADV", "from_id": "Q-HNC", "to_id": "OC-ADV", "relation": "prepares for"}


def link(id: str, to: str, rule: str) -> dict[str, str]:
    return {
        "progression_id": id, "from_id": "PT-APPR", "to_id": to, "relation": "prepares for", "entry_rule": rule
    }  # fmt: skip


def pathways(folder: Path, tables: dict[str, Rows], **question: Any) -> tuple[Pathway, ...]:
    service = PathwayService(projection_of(folder, **tables), RELEASE)
    return service.answer(PathwayRequest(**{"on": DAY, **question})).pathways


def world(rule: str = "all(works_as(OC-ADV), level(6))") -> dict[str, Rows]:
    return {
        "provision_types": [APPRENTICESHIP],
        "roles": [ADVISOR, PRACTITIONER, SPECIALIST],
        "qualifications": [AWARD],
        "progressions": [ADVISES, link("PG-P", "OC-PRAC", "none"), link("PG-S", "OC-SPEC", rule)],
    }


def test_a_job_that_was_left_for_another_is_not_simply_held(tmp_path: Path) -> None:
    last = pathways(tmp_path, world(), to=("OC-SPEC",), holds=("level:3",))[0].steps[-1]
    assert last.id == "PT-APPR/OC-SPEC"
    (need,) = [one for one in last.needs if "works_as(OC-ADV)" in one.rule]
    assert need.verdict is Verdict.DECIDED_BY_SOMEBODY
    assert need.satisfied_by[-1] == "by then in other work: ask whether it still counts"


def test_a_job_that_is_still_held_is_met(tmp_path: Path) -> None:
    last = pathways(tmp_path, world("works_as(OC-ADV)"), to=("OC-SPEC",))[0].steps[-1]
    assert {one.verdict for one in last.needs if "works_as" in one.rule} == {Verdict.MET}


def test_an_apprenticeship_without_a_recorded_award_says_so(tmp_path: Path) -> None:
    (pathway, *_) = pathways(tmp_path, world(), to=("OC-PRAC",))
    assert "no award is recorded" in (pathway.steps[-1].afterwards.awards_note or "")


def test_the_wait_for_a_start_that_is_not_known_makes_a_total_at_least(tmp_path: Path) -> None:
    (pathway, *_) = pathways(tmp_path, world(), to=("Q-HNC",))
    assert pathway.steps[0].weeks is not None
    assert not pathway.steps[0].weeks.at_least
    assert pathway.totals.weeks_at_least
    assert "[at least 52 weeks" in pathway.summary


def test_open_roles_say_how_sure_they_are(tmp_path: Path) -> None:
    guess = ADVISES | {"status": "inferred"}
    for name, progression, status in (("a", ADVISES, Status.PUBLISHED), ("b", guess, Status.INFERRED)):
        tables = world() | {"progressions": [progression]}
        (pathway, *_) = pathways(tmp_path / name, tables, to=("Q-HNC",))
        assert [(one.id, one.status) for one in pathway.steps[0].afterwards.roles_open] == [("OC-ADV", status)]


def test_a_proof_says_among_which_pathways_it_holds(tmp_path: Path) -> None:
    priced = [AWARD, AWARD | {"qualification_id": "Q-3", "title": "Access",
              "level": "3", "entry_rule": "none"}]  # fmt: skip
    tables = world() | {"qualifications": priced}
    first, surer, *_ = pathways(tmp_path, tables, to=("OC-ADV",), by=Criterion.STEPS)
    assert first.proof is not None
    assert first.proof.text.startswith("Of pathways to Advisor: every one needs ")
    assert surer.proof is not None
    assert surer.proof.text.startswith("Of pathways to Advisor, the profile usually asked is a bar: every one needs ")


def test_that_nothing_is_known_to_be_paid_is_not_that_nothing_is_needed(tmp_path: Path) -> None:
    (pathway, *_) = pathways(tmp_path, world(), to=("OC-PRAC",), by=Criterion.COST)
    assert pathway.proof is not None
    assert pathway.proof.text == (
        "Of pathways to Practitioner: none can have less than nothing of it, as far as it is known."
    )


def test_a_stay_is_the_wish_of_the_client(tmp_path: Path) -> None:
    question = {"holds": ("OC-ADV",), "to": ("OC-PRAC",), "via": (Via("OC-ADV", 1),)}
    (pathway, *_) = pathways(tmp_path, world(), **question)
    stay = pathway.steps[0]
    assert stay.weeks is not None
    assert (stay.weeks.status, stay.weeks.note) == (Status.INFERRED, "the client's own wish, not a rule")
    assert "vacancy is found" not in stay.start_note
    assert "(1 week, inferred)" in pathway.summary


def test_training_on_the_job_is_taken_to_be_as_long_as_the_apprenticeship(tmp_path: Path) -> None:
    trained = {
        "progression_id": "PG-T", "from_id": "OC-ADV", "to_id": "OC-PRAC", "relation": "progresses to",
        "duration_months": "18", "duration_status": "inferred", "duration_of": "step",
    }  # fmt: skip
    tables = world() | {"progressions": [trained]}
    projection = projection_of(tmp_path, **tables)
    (step,) = [step for step in projection.steps if step.id == "PG-T"]
    assert step.weeks is not None
    assert step.weeks.status is Status.INFERRED
    assert "sources disagree: 18 months (PG-T)" in (step.weeks.note or "")
