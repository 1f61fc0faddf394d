"""What is not known stays not known all the way to the answer (docs/decisions/0008)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from graph.projection import Status
from queries.pathways.engine.problem import Criterion, Outcome
from queries.pathways.request import PathwayAnswer, PathwayRequest, ReleaseRef, Verdict
from queries.pathways.service import PathwayService
from tests.support.world import DAY, Rows, projection_of

RELEASE = ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")

APPRENTICESHIP = {
    "provision_type_id": "PT-APPR",
    "label": "apprenticeship",
    "conditions": "employer-needed|vacancy-needed",
    "learner_cost_pounds": "0",
}
HNC = {"provision_type_id": "PT-HNC", "label": "HNC"}
TECHNICIAN = {
    "role_id": "OC-TECH",
    "title": "Technician",
    "level": "4",
    "sector": "healthtech",
    "sector_part": "devices",
}
AWARD = {
    "qualification_id": "Q-HNC",
    "title": "HNC in Devices",
    "level": "4",
    "credits": "120",
    "provision_type_id": "PT-HNC",
    "duration_weeks": "52",
    "entry_rule": "usually(level(3), by=provider)",
    "entry_rule_status": "published",
    "real_award": "yes",
}
TO_WORK = {
    "progression_id": "PG-1",
    "from_id": "Q-HNC",
    "to_id": "OC-TECH",
    "relation": "prepares for",
    "condition": "a vacancy",
}


def ask(folder: Path, tables: dict[str, Rows], **question: Any) -> PathwayAnswer:
    service = PathwayService(projection_of(folder, **tables), RELEASE)
    asked: dict[str, Any] = {"to": ("OC-TECH",), "on": DAY} | question
    return service.answer(PathwayRequest(**asked))


def tables(**changed: Rows) -> dict[str, Rows]:
    return {
        "provision_types": [APPRENTICESHIP, HNC],
        "roles": [TECHNICIAN],
        "qualifications": [AWARD],
        "progressions": [TO_WORK],
    } | changed


def reasons(answer: PathwayAnswer) -> list[str]:
    return [f"{reason.code}: {reason.text}" for reason in answer.reasons]


def lines(answer: PathwayAnswer) -> list[str]:
    return [pathway.summary for pathway in answer.pathways]


def test_study_then_work(tmp_path: Path) -> None:
    answer = ask(tmp_path, tables())
    assert lines(answer) == [
        "HNC in Devices (52 weeks, inferred) → Start work as technician (when hired) "
        "[at least 52 weeks (inferred), a price that is not known for 1 step, 2 steps]"
    ]
    study, work = answer.pathways[0].steps
    assert (study.starts_in_weeks, study.ends_in_weeks, work.starts_in_weeks) == (0, 52, 52)
    assert study.provider is None
    assert "provider-not-known" in [c.code for c in study.conditions]
    assert not study.needs_employer
    assert work.needs_employer
    assert work.needs[0].satisfied_by == ("step 1: HNC in Devices",)


def test_somebody_decides_and_a_surer_way_is_offered_beside_it(tmp_path: Path) -> None:
    access = AWARD | {
        "qualification_id": "Q-ACCESS",
        "title": "Access",
        "level": "3",
        "provision_type_id": "",
        "entry_rule": "none",
        "duration_weeks": "39",
    }
    answer = ask(tmp_path, tables(qualifications=[AWARD, access]))
    quick, sure = answer.pathways
    assert quick.steps[0].needs[0].verdict is Verdict.DECIDED_BY_SOMEBODY
    assert [step.id for step in sure.steps] == ["Q-ACCESS", "Q-HNC", "PG-1"]
    assert sure.steps[1].needs[0].verdict is Verdict.MET
    assert any("entry. The provider decides" in check.what for check in answer.check_before_recommending)


def test_what_nobody_said_about_the_person_is_not_known(tmp_path: Path) -> None:
    adult = AWARD | {"entry_rule": "attribute(age >= 19)"}
    world = tables(qualifications=[adult])
    silent = ask(tmp_path / "a", world)
    assert silent.pathways[0].steps[0].needs[0].verdict is Verdict.NOT_KNOWN
    assert any("aged 19 or over" in check.what for check in silent.check_before_recommending)
    old = ask(tmp_path / "b", world, attributes=(("age", "34"),))
    assert old.pathways[0].steps[0].needs[0].verdict is Verdict.MET
    young = ask(tmp_path / "c", world, attributes=(("born", "2008-01-10"),))
    week = young.pathways[0].steps[0].starts_in_weeks
    assert week is not None
    assert 0 <= (DAY + timedelta(weeks=week) - date(2027, 1, 10)).days < 7, "the week after the birthday"
    soon = ask(tmp_path / "d", world, attributes=(("born", "2008-01-10"),), within_weeks=55)
    assert (soon.outcome, soon.pathways) == (Outcome.NONE_WITHIN_LIMITS, ())


def test_what_a_person_does_not_say_they_hold_is_not_assumed(tmp_path: Path) -> None:
    strict = AWARD | {"entry_rule": "level(3)"}
    world = tables(qualifications=[strict])
    assert ask(tmp_path / "a", world).outcome is Outcome.PROVED_NONE
    assert ask(tmp_path / "b", world, holds=("level:3",)).outcome is Outcome.FOUND


def test_without_an_entry_rule_the_usual_level_below_is_planned(tmp_path: Path) -> None:
    blank = AWARD | {"entry_rule": "", "entry_rule_status": ""}
    world = tables(qualifications=[blank])
    assert ask(tmp_path / "a", world).outcome is Outcome.PROVED_NONE
    answer = ask(tmp_path / "b", world, holds=("level:3",))
    step = answer.pathways[0].steps[0]
    assert (step.needs_known, step.needs_status, step.status) == (False, Status.INFERRED, Status.INFERRED)
    assert any("no entry rule was found" in check.why for check in answer.check_before_recommending)


@pytest.mark.parametrize(("status", "word"), [("published", ""), ("inferred", " (our inference)")])
def test_an_entry_rule_is_as_sure_as_whoever_said_it(tmp_path: Path, status: str, word: str) -> None:
    answer = ask(tmp_path, tables(qualifications=[AWARD | {"entry_rule_status": status}]))
    step = answer.pathways[0].steps[0]
    assert (step.needs_known, step.needs_status) == (True, Status(status))
    (entry,) = [one for one in answer.check_before_recommending if "Devices: entry." in one.what]
    assert entry.what.endswith(f"level 3 or higher{word}.")
    assert entry.status is Status(status)


def test_a_rule_of_ours_on_a_published_move_into_work_is_inferred(tmp_path: Path) -> None:
    asked = TO_WORK | {"entry_rule": "attribute(age >= 18)"}
    plain, ours = (ask(tmp_path / str(n), tables(progressions=[row])) for n, row in enumerate((TO_WORK, asked)))
    status = [(one.pathways[0].steps[1].status, one.pathways[0].steps[1].needs_status) for one in (plain, ours)]
    assert status == [(Status.PUBLISHED, Status.PUBLISHED), (Status.PUBLISHED, Status.INFERRED)]


def test_an_apprenticeship_asks_as_surely_as_the_least_sure_of_its_two_rules(tmp_path: Path) -> None:
    role = TECHNICIAN | {"standard_ref": "ST0001", "standard_status": "approved for delivery"}
    into = TO_WORK | {"progression_id": "PG-2", "from_id": "PT-APPR"}
    for n, (rule, status) in enumerate((("", Status.PUBLISHED), ("attribute(age >= 16)", Status.INFERRED))):
        kind = APPRENTICESHIP | {"entry_rule": rule, "status": "inferred"}
        world = tables(provision_types=[kind, HNC], roles=[role], progressions=[into])
        projection = projection_of(tmp_path / str(n), **world)
        (step,) = [one for one in projection.steps if one.id == "PT-APPR/OC-TECH"]
        assert step.requirement_status is status


def test_a_step_of_unknown_length_is_the_last_resort(tmp_path: Path) -> None:
    vague = AWARD | {"qualification_id": "Q-VAGUE", "title": "Vague", "duration_weeks": ""}
    to_work = TO_WORK | {"progression_id": "PG-2", "from_id": "Q-VAGUE"}
    both = ask(tmp_path / "a", tables(qualifications=[AWARD, vague], progressions=[TO_WORK, to_work]))
    assert both.pathways[0].steps[0].id == "Q-HNC"
    alone = ask(tmp_path / "b", tables(qualifications=[vague], progressions=[to_work]))
    assert alone.pathways[0].totals.weeks_at_least
    assert alone.pathways[0].steps[0].weeks is None
    assert "length not known" in alone.pathways[0].summary


def test_an_unknown_price_is_never_the_cheapest(tmp_path: Path) -> None:
    priced = TECHNICIAN | {
        "standard_ref": "ST0220",
        "standard_status": "approved for delivery",
        "duration_months_to_gateway": "24",
    }
    world = tables(roles=[priced])
    cheapest = ask(tmp_path / "a", world, by=Criterion.COST, holds=("level:3",)).pathways[0]
    assert (cheapest.steps[0].id, cheapest.totals.cost_pounds) == ("PT-APPR/OC-TECH", 0)
    soonest = ask(tmp_path / "b", world, holds=("level:3",)).pathways[0]
    assert (soonest.steps[0].id, soonest.totals.steps_of_unknown_cost) == ("Q-HNC", 1)


def test_a_job_above_the_award_that_leads_to_it_takes_training_of_unknown_length(tmp_path: Path) -> None:
    senior = TECHNICIAN | {"level": "6"}
    answer = ask(tmp_path, tables(roles=[senior]))
    assert answer.pathways[0].steps[1].weeks is None
    assert answer.pathways[0].totals.weeks_at_least


def test_our_guess_is_never_a_step(tmp_path: Path) -> None:
    answer = ask(tmp_path, tables(progressions=[TO_WORK | {"guess": "yes", "status": "inferred"}]))
    assert answer.outcome is Outcome.PROVED_NONE
    assert reasons(answer) == ["nothing-leads-there: no step that we hold leads to it"]


def test_a_bare_progresses_to_is_never_a_step(tmp_path: Path) -> None:
    porter = {"role_id": "OC-PORTER", "title": "Porter", "level": "2", "progresses_to": "OC-TECH"}
    answer = ask(tmp_path, {"roles": [TECHNICIAN, porter]}, holds=("OC-PORTER",))
    assert answer.outcome is Outcome.PROVED_NONE


def test_no_published_route_is_said_first_with_what_published_steps_do_reach(tmp_path: Path) -> None:
    other = {"role_id": "OC-OTHER", "title": "Other", "level": "4", "sector": "healthtech", "sector_part": "devices"}
    links = [TO_WORK | {"status": "inferred"}, TO_WORK | {"progression_id": "PG-2", "to_id": "OC-OTHER"}]
    answer = ask(tmp_path, tables(roles=[TECHNICIAN, other], progressions=links))
    assert answer.outcome is Outcome.FOUND
    assert answer.explanation.startswith("No published route leads there")
    assert answer.published_only.outcome is Outcome.PROVED_NONE
    assert [near.role.id for near in answer.published_only.nearest] == ["OC-OTHER"]
    assert ask(tmp_path / "b", tables()).published_only.pathway is not None


def test_a_run_of_the_past_is_shown_and_not_planned(tmp_path: Path) -> None:
    provider = {"provider_id": "P-COLLEGE", "name": "College"}
    course = {
        "opportunity_id": "C-1",
        "title": "HNC, full time",
        "provider_id": "P-COLLEGE",
        "qualification_id": "Q-HNC",
    }
    past = {
        "delivery_id": "DL-1",
        "opportunity_id": "C-1",
        "start_dates": "2026-09",
        "cost_pounds": "5000",
        "as_of": "2026-03-28",
    }
    world = tables(providers=[provider], opportunities=[course], deliveries=[past])
    step = ask(tmp_path / "past", world).pathways[0].steps[0]
    assert (step.provider, step.cost, [offer.id for offer in step.seen_at]) == (None, None, ["DL-1"])
    coming = past | {"start_dates": "2026-09|2027-01-11"}
    step = ask(tmp_path / "coming", world | {"deliveries": [coming]}).pathways[0].steps[0]
    assert step.provider is not None
    assert (step.provider.id, step.cost and step.cost.value, step.starts_in_weeks) == ("P-COLLEGE", 5000, 7)


def test_credits_below_the_award_are_credits_held(tmp_path: Path) -> None:
    diploma = AWARD | {
        "qualification_id": "Q-HND",
        "title": "HND",
        "level": "5",
        "entry_rule": "any(holds(Q-HNC), credits(90, from=Q-HNC, level=4))",
    }
    rule = {"rule_id": "AR-1", "qualification_id": "Q-HNC", "award_rule": "credits(120, from=Q-HNC)"}
    world = tables(qualifications=[AWARD, diploma], combination_rules=[rule])
    held = ask(tmp_path / "60", world, holds=("Q-HNC:60",), to=("Q-HND",))
    assert [step.id for step in held.pathways[0].steps] == ["Q-HNC", "Q-HND"]
    assert "From 90 credits HND may be started" in (held.pathways[0].steps[0].afterwards.part_way or "")
    enough = ask(tmp_path / "90", world, holds=("Q-HNC:90",), to=("Q-HND",))
    stop = enough.pathways[0].steps[0].afterwards
    assert [step.id for step in enough.pathways[0].steps] == ["Q-HND"]
    assert [award.id for award in stop.awards] == ["Q-HND"]
    assert "held and not an award" in (stop.credits_note or "")
    whole = ask(tmp_path / "120", world, holds=("Q-HNC:120",), to=("Q-HNC",))
    assert (whole.outcome, whole.pathways[0].steps) == (Outcome.FOUND, ())


def test_the_nearest_role_is_named_when_there_is_none(tmp_path: Path) -> None:
    goal = {"role_id": "OC-GOAL", "title": "Goal", "level": "5", "sector": "healthtech", "sector_part": "devices"}
    answer = ask(tmp_path, tables(roles=[TECHNICIAN, goal]), to=("OC-GOAL",))
    assert answer.outcome is Outcome.PROVED_NONE
    assert [(near.role.id, near.why_near) for near in answer.nearest] == [
        ("OC-TECH", "same part of the sector: devices")
    ]


def test_within_limits(tmp_path: Path) -> None:
    answer = ask(tmp_path, tables(), within_weeks=26)
    assert answer.outcome is Outcome.NONE_WITHIN_LIMITS
    assert "26 weeks" in answer.explanation


@pytest.mark.parametrize("by", list(Criterion))
def test_every_criterion_answers(tmp_path: Path, by: Criterion) -> None:
    answer = ask(tmp_path, tables(), by=by)
    assert answer.outcome is Outcome.FOUND
    known = by not in (Criterion.TRAVEL, Criterion.COST)
    assert answer.pathways[0].proven is known, "of a price or a way to travel that is not known nothing is said"
    assert (answer.pathways[0].bound is None) is not known


def test_gaps_about_what_is_shown_are_shown(tmp_path: Path) -> None:
    gap = {
        "gap_id": "GAP-1",
        "about_ids": "Q-HNC",
        "statement": "Who teaches it was not found.",
        "looked_for_on": "2026-11-21",
    }
    assert [g.id for g in ask(tmp_path, tables(gaps=[gap])).gaps] == ["GAP-1"]


def test_illustrative_units_never_make_an_answer_unmarked(tmp_path: Path) -> None:
    """Withheld by default: the placeholder is not in the graph at all."""
    unit = {
        "unit_id": "U-1",
        "qualification_id": "Q-HNC",
        "title": "ILLUSTRATIVE PLACEHOLDER: x",
        "status": "illustrative",
        "unit_role": "illustrative",
    }
    projection = projection_of(tmp_path, **tables(units=[unit]))
    assert projection.units == {}
    assert not projection.illustrative


def test_credits_are_banked_once(tmp_path: Path) -> None:
    """60 credits of an award and then the award are its 120, and a diploma takes in the certificate it builds on."""
    diploma = AWARD | {
        "qualification_id": "Q-HND",
        "title": "HND",
        "level": "5",
        "credits": "240",
        "entry_rule": "holds(Q-HNC)",
    }
    transfer = {
        "transfer_id": "CT-1",
        "from_id": "Q-HNC",
        "to_id": "Q-HND",
        "credits": "120",
        "automatic": "yes",
        "condition": "the first half",
    }
    world = tables(qualifications=[AWARD, diploma], credit_transfers=[transfer])
    certificate, both = ask(tmp_path, world, holds=("Q-HNC:60",), to=("Q-HND",)).pathways[0].steps
    assert (certificate.afterwards.credits, both.afterwards.credits) == (120, 240)


def test_what_is_brought_may_shorten_a_step_and_somebody_decides(tmp_path: Path) -> None:
    rule = {"transfer_id": "CT-1", "automatic": "no", "condition": "Asked for before enrolment"}
    world = tables(credit_transfers=[rule])
    brought = ask(tmp_path / "a", world, holds=("Q-HNC:60",))
    said = "HNC in Devices: whether what the client brings shortens it. Asked for before enrolment."
    assert said in [check.what for check in brought.check_before_recommending]
    nothing = ask(tmp_path / "b", world)
    assert said not in [check.what for check in nothing.check_before_recommending]


def test_a_diploma_begun_early_takes_longer_than_its_own_year(tmp_path: Path) -> None:
    diploma = AWARD | {
        "qualification_id": "Q-HND",
        "title": "HND",
        "level": "5",
        "entry_rule": "any(holds(Q-HNC), credits(90, from=Q-HNC, level=4))",
    }
    world = tables(qualifications=[AWARD, diploma])
    early = ask(tmp_path / "a", world, holds=("Q-HNC:90",), to=("Q-HND",)).pathways[0]
    assert early.totals.weeks_at_least
    (first,) = early.steps
    assert first.weeks is not None
    assert "credits still missing come on top" in (first.weeks.note or "")
    whole = ask(tmp_path / "b", world, holds=("Q-HNC",), to=("Q-HND",)).pathways[0]
    (first,) = whole.steps
    assert first.weeks is not None
    assert not first.weeks.at_least


def test_a_move_that_takes_training_is_the_roles_apprenticeship(tmp_path: Path) -> None:
    trained = TECHNICIAN | {
        "standard_ref": "ST0220",
        "standard_status": "approved for delivery",
        "duration_months_to_gateway": "24",
        "assessment_months": "2",
    }
    helper = {"role_id": "OC-HELP", "title": "Helper", "level": "2"}
    move = {
        "progression_id": "PG-1",
        "from_id": "OC-HELP",
        "to_id": "OC-TECH",
        "duration_months": "12",
        "duration_of": "step",
        "condition": "training",
    }
    as_long = ask(
        tmp_path / "a",
        {"provision_types": [APPRENTICESHIP], "roles": [trained, helper], "progressions": [move]},
        holds=("OC-HELP",),
    )
    assert as_long.pathways[0].totals.weeks == 113
    own_rule = {"progression_id": "PG-2", "from_id": "PT-APPR", "to_id": "OC-TECH", "condition": "a job"}
    once = ask(
        tmp_path / "b",
        {"provision_types": [APPRENTICESHIP], "roles": [trained, helper], "progressions": [move, own_rule]},
        holds=("OC-HELP",),
    )
    step = once.pathways[0].steps[0]
    assert (step.id, [link.progression for link in step.leads_in]) == ("PT-APPR/OC-TECH", ["PG-1"])


def test_too_late_says_how_long_the_soonest_takes(tmp_path: Path) -> None:
    answer = ask(tmp_path, tables(), within_weeks=26)
    assert reasons(answer) == ["too-late: the soonest way takes at least 52 weeks"]
    assert "either" in answer.published_only.text


def test_nothing_is_called_least_over_steps_of_unknown_length(tmp_path: Path) -> None:
    vague = AWARD | {"duration_weeks": ""}
    answer = ask(tmp_path, tables(qualifications=[vague]))
    assert "nothing can be said of what is least" in answer.explanation


def test_a_type_of_provision_that_ends_in_an_award_counts_as_its_level(tmp_path: Path) -> None:
    t_level = {"provision_type_id": "PT-TLEVEL", "label": "T Level", "award_or_credit": "level 3 qualification"}
    strict = AWARD | {"entry_rule": "level(3)"}
    world = tables(provision_types=[HNC, t_level], qualifications=[strict])
    assert ask(tmp_path, world, holds=("PT-TLEVEL",)).outcome is Outcome.FOUND


def test_a_circumstance_that_closes_the_way_is_named(tmp_path: Path) -> None:
    young = AWARD | {"entry_rule": "attribute(age <= 18)"}
    answer = ask(tmp_path, tables(qualifications=[young]), attributes=(("age", "40"),))
    assert answer.outcome is Outcome.PROVED_NONE
    assert "not-eligible: HNC in Devices: whoever starts it must be aged 18 or under" in reasons(answer)
    assert "whatever the time" not in answer.explanation


def test_few_hours_a_week_are_something_to_check_where_hours_are_not_known(tmp_path: Path) -> None:
    answer = ask(tmp_path, tables(), hours_per_week=8)
    assert "HNC in Devices: that it can be done in 8 hours a week." in [
        c.what for c in answer.check_before_recommending
    ]


def test_what_is_built_on_illustrative_units_is_illustrative(tmp_path: Path) -> None:
    unit = {
        "unit_id": "U-1",
        "qualification_id": "Q-HNC",
        "title": "ILLUSTRATIVE PLACEHOLDER: x",
        "level": "4",
        "credits": "90",
        "status": "illustrative",
        "unit_role": "illustrative",
    }
    diploma = AWARD | {
        "qualification_id": "Q-HND",
        "title": "HND",
        "level": "5",
        "entry_rule": "credits(90, from=Q-HNC)",
    }
    after = TO_WORK | {"from_id": "Q-HND"}
    world = tables(qualifications=[AWARD, diploma], units=[unit], progressions=[after])
    service = PathwayService(projection_of(tmp_path, illustrative=True, **world), RELEASE)
    made_up = service.answer(PathwayRequest(holds=("U-1",), to=("OC-TECH",), on=DAY))
    assert made_up.illustrative
    assert {step.status for step in made_up.pathways[0].steps} == {Status.ILLUSTRATIVE}
    real = service.answer(PathwayRequest(holds=("Q-HNC:90",), to=("OC-TECH",), on=DAY))
    assert not real.illustrative
