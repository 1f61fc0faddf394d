"""Limits where something is not known, and reasons that are about all the goals of a question."""

from datetime import date
from pathlib import Path

import pytest

from graph.projection import Projection
from queries.pathways.engine.problem import Criterion
from queries.pathways.request import PathwayAnswer, ReleaseRef
from queries.pathways.service import PathwayService
from tests.queries.pathways.test_B02_limits_of_a_question import COURSES, HNC, ROLES, RUNS, SOUTH, STEPS, ask, line
from tests.support.world import projection_of

YEAR = {"duration_weeks": "52"}
HELPER = {"role_id": "OC-HELPER", "title": "Helper", "level": "1", "sector": "digital"}
INTO_HELPER = {"progression_id": "PG-HELP", "to_id": "OC-HELPER", "relation": "can lead to", "condition": "a vacancy"}


def world(folder: Path, award: dict[str, str]) -> PathwayService:
    tech, *others = ROLES
    projection: Projection = projection_of(
        folder,
        providers=[{"provider_id": f"P-{name.upper()}", "name": name} for name in ("North", "South")],
        provision_types=[{"provision_type_id": "PT-HNC", "label": "HNC"}],
        roles=[tech | {"sector": "healthtech|digital"}, *others, HELPER],
        qualifications=[HNC | award],
        opportunities=COURSES,
        deliveries=RUNS,
        progressions=[STEPS[0] | {"status": "inferred"}, *STEPS[1:], INTO_HELPER],
    )
    return PathwayService(projection, ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00"))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> PathwayService:
    return world(tmp_path_factory.mktemp("year"), YEAR)


@pytest.fixture(scope="module")
def of_unknown_length(tmp_path_factory: pytest.TempPathFactory) -> PathwayService:
    return world(tmp_path_factory.mktemp("unknown"), {})


def said(answer: PathwayAnswer) -> str:
    return "; ".join(reason.text for reason in answer.reasons)


def test_reasons_are_about_all_the_goals(service: PathwayService) -> None:
    answer = ask(service, to=("OC-LONER", "OC-TECH", "Q-HNC"), within_weeks=36)
    assert line(answer) == "none_within_limits: too-late (lift time)"
    assert said(answer) == "the soonest way takes 37 weeks"


def test_what_was_taken_out_is_said_of_all_the_goals(service: PathwayService) -> None:
    answer = ask(service, to=("OC-AIDE", "Q-HNC"), mode=("online",))
    assert line(answer).startswith("PG-IN")
    assert [(one.limit.name, [step.id for step in one.steps]) for one in answer.filtered] == [("mode", ["Q-HNC"])]


def test_after_the_last_start_that_is_known_a_start_is_not_known(service: PathwayService) -> None:
    answer = ask(service, to=("Q-HNC",), depart_after=date(2027, 10, 1))
    assert line(answer) == "Q-HNC [≥97w £?]"
    (step,) = answer.pathways[0].steps
    assert step.start_note.startswith("no start is known after 2027-09-13")
    assert step.provider_note.startswith("no run is known that starts after 2027-09-13")
    assert line(ask(service)) == SOUTH, "it never beats a run that is known"


def test_a_later_run_is_as_heavy_as_those_that_are_known(service: PathwayService) -> None:
    assert line(ask(service, to=("Q-HNC",), hours_per_week=5)).startswith("none_within_limits: too-many-hours")


def test_a_run_that_is_past_is_named_where_a_filter_closes_the_way(service: PathwayService) -> None:
    answer = ask(service, to=("Q-HNC",), mode=("part-time",), on=date(2027, 10, 1))
    assert [reason.code for reason in answer.reasons] == ["filtered"]
    assert said(answer).endswith(
        "HNC with North was last seen starting 2027-09-13; of 1 step on the way no provider says how it is studied:"
        " each may fit all the same"
    )
    assert "last seen" not in said(ask(service, to=("Q-HNC",), mode=("online",), on=date(2027, 10, 1)))


@pytest.mark.parametrize("time", [{"within_weeks": 0}, {"within_weeks": 300}, {"arrive_by": date(2030, 1, 1)}])
def test_an_unknown_length_fits_no_limit_on_time(of_unknown_length: PathwayService, time: dict[str, object]) -> None:
    asked = {"to": ("Q-HNC",), "avoid": ("DL-NORTH", "DL-SOUTH")}
    assert line(ask(of_unknown_length, **asked)).startswith("Q-HNC [≥")
    answer = ask(of_unknown_length, **asked, **time)
    assert not answer.pathways
    assert any("how long it takes is not known" in reason.text for reason in answer.reasons) or not time["within_weeks"]


def test_hours_that_are_not_known_are_never_said_to_fit(service: PathwayService) -> None:
    runs = {"to": ("Q-HNC",), "avoid": ("DL-NORTH", "DL-SOUTH")}
    part, full = ask(service, **runs, hours_per_week=10), ask(service, **runs)
    assert part.explanation.endswith("Of 1 step it is not known whether 10 hours a week will do.")
    assert (part.pathways[0].proven, full.pathways[0].proven) == (False, True)
    assert ask(service, to=("Q-HNC",), hours_per_week=10).pathways[0].proven


def test_the_first_job_is_in_the_sector_asked_for(service: PathwayService) -> None:
    by_level = ask(service, to=(), to_level=4, by=Criterion.FIRST_JOB, avoid=("OC-AIDE",))
    assert line(by_level) == SOUTH
    named = ask(service, by=Criterion.FIRST_JOB, avoid=("OC-AIDE",))
    assert line(named) == f"PG-HELP ~ {SOUTH}"


def test_published_steps_may_only_be_too_late(service: PathwayService) -> None:
    text = ask(service, arrive_by=date(2027, 12, 1)).published_only.text
    limit = "to be there by 2027-12-01 (steps of unknown length left out)"
    assert text == f"Published steps alone lead there only without “{limit}”."
    text = ask(service, avoid=("OC-AIDE",)).published_only.text
    assert text == "Published steps alone lead there only without “not Aide”."
