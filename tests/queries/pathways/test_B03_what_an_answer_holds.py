"""What an adviser reads of a pathway: where one can stop, why each step, a missed start, what else, and why none."""

from pathlib import Path

from graph.projection import Projection
from queries.pathways.coming_back import WayBack, WayOn
from queries.pathways.engine.problem import Criterion, Outcome
from queries.pathways.request import AnswerStep, PathwayAnswer, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from tests.support.world import DAY, Rows, projection_of

TYPES: Rows = [{"provision_type_id": "PT-HN", "label": "Higher National"}]
TECH = {"role_id": "OC-TECH", "title": "Technician", "level": "4", "sector": "healthtech", "sector_part": "devices"}
SENIOR = {"role_id": "OC-SENIOR", "title": "Senior", "level": "5", "sector": "healthtech", "sector_part": "devices"}
HNC = {
    "qualification_id": "Q-HNC",
    "title": "HNC",
    "level": "4",
    "credits": "120",
    "provision_type_id": "PT-HN",
    "entry_rule": "level(3)",
    "entry_rule_status": "published",
    "real_award": "yes",
}
HND = HNC | {
    "qualification_id": "Q-HND",
    "title": "HND",
    "level": "5",
    "credits": "240",
    "entry_rule": "any(holds(Q-HNC), credits(90, from=Q-HNC))",
}
COURSES: Rows = [
    {
        "opportunity_id": f"C-{award}-{name}",
        "title": award,
        "provider_id": f"P-{name}",
        "qualification_id": f"Q-{award}",
    }
    for award in ("HNC", "HND")
    for name in ("NORTH", "SOUTH")
]
TO_TECH = {
    "progression_id": "PG-TECH",
    "from_id": "Q-HNC",
    "to_id": "OC-TECH",
    "relation": "prepares for",
    "condition": "a vacancy",
}
TO_SENIOR = TO_TECH | {"progression_id": "PG-SENIOR", "from_id": "Q-HND", "to_id": "OC-SENIOR"}
TAKEN_IN = {"transfer_id": "CT-1", "from_id": "Q-HNC", "to_id": "Q-HND", "automatic": "yes", "condition": "half of it"}


def run(id: str, starts: str, weeks: int, cost: str = "", hours: str = "") -> dict[str, str]:
    return {
        "delivery_id": f"DL-{id}",
        "opportunity_id": f"C-{id}",
        "start_dates": starts,
        "duration_weeks": str(weeks),
        "cost_pounds": cost,
        "hours_per_week": hours,
    }


RUNS: Rows = [
    run("HNC-NORTH", "2027-01-11|2027-09-13", 30, "900"),
    run("HNC-SOUTH", "2027-04-12", 30, "500"),
    run("HND-NORTH", "2027-09-13|2028-09-11", 30),
]


def world(folder: Path, **changed: Rows) -> Projection:
    given: dict[str, Rows] = {
        "providers": [{"provider_id": f"P-{name.upper()}", "name": name} for name in ("North", "South")],
        "provision_types": TYPES,
        "roles": [TECH, SENIOR],
        "qualifications": [HNC, HND],
        "opportunities": COURSES,
        "deliveries": RUNS,
        "progressions": [TO_TECH, TO_SENIOR],
        "credit_transfers": [TAKEN_IN],
    }
    return projection_of(folder, **{table: rows for table, rows in (given | changed).items() if rows})


def ask(folder: Path, projection: Projection | None = None, **question: object) -> PathwayAnswer:
    service = PathwayService(projection or world(folder), ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00"))
    asked = {"to": ("OC-SENIOR",), "holds": ("level:3",), "on": DAY} | question
    return service.answer(PathwayRequest(**asked))


def steps(answer: PathwayAnswer) -> tuple[AnswerStep, ...]:
    return answer.pathways[0].steps


def test_where_one_can_stop_and_how_to_go_on(tmp_path: Path) -> None:
    certificate, diploma, work = (step.afterwards for step in steps(ask(tmp_path)))
    assert [award.id for award in certificate.awards] == ["Q-HNC"]
    assert [
        (one.award.id, one.credits, one.whole, [t.id for t in one.taken_by]) for one in certificate.credits_held
    ] == [("Q-HNC", 120, True, ["Q-HND"])]
    assert [role.id for role in certificate.roles_open] == ["OC-TECH"]
    assert (certificate.spent_pounds, certificate.steps_of_unknown_cost, certificate.after_weeks) == (900, 0, 37)
    assert certificate.back_on is not None
    assert (certificate.back_on.step.id, certificate.back_on.starts_in_weeks) == ("Q-HND", (42, 94))
    assert (diploma.spent_pounds, diploma.steps_of_unknown_cost, diploma.after_weeks) == (900, 1, 72)
    assert [(one.award.id, one.credits) for one in diploma.credits_held] == [("Q-HND", 240)]
    assert diploma.back_on is not None
    assert (diploma.back_on.starts_in_weeks, diploma.back_on.note) == ((), "when a vacancy is found")
    assert work.back_on is None


def test_where_no_start_is_known_nothing_is_said_of_a_missed_one(tmp_path: Path) -> None:
    awards = [HNC | {"duration_weeks": "30"}, HND | {"duration_weeks": "30"}]
    answer = ask(tmp_path, world(tmp_path, qualifications=awards, opportunities=[], deliveries=[], providers=[]))
    certificate, diploma, work = steps(answer)
    assert certificate.afterwards.back_on is not None
    assert certificate.afterwards.back_on.note == "no start date is known: ask when it next begins"
    for step in (certificate, diploma):
        assert step.slack is not None
        assert (step.slack.weeks, step.slack.next_start_in_weeks, step.slack.then_weeks) == (None, None, None)
        assert step.slack.text.startswith("no start date is known")
    assert work.slack is None


def test_a_missed_start_and_what_it_costs(tmp_path: Path) -> None:
    """Miss 11 January, and the HNC at North begins on 13 September; the HND of that autumn is missed with it."""
    certificate, diploma, _ = steps(ask(tmp_path))
    assert certificate.slack is not None
    assert (certificate.starts_in_weeks, certificate.slack.weeks) == (7, 0)
    assert (certificate.slack.next_start_in_weeks, certificate.slack.then_weeks) == (42, 124)
    assert certificate.slack.text.startswith(
        "miss 2027-01-11, and the next start of this run is 2027-09-13, 35 weeks later: the end 52 weeks later"
    )
    assert diploma.slack is not None
    assert (diploma.slack.next_start_in_weeks, diploma.slack.then_weeks) == (94, 124)


def test_why_each_step_is_there(tmp_path: Path) -> None:
    certificate, diploma, work = (step.because for step in steps(ask(tmp_path)))
    assert certificate is not None
    assert certificate.text == "without it step 2, HND, cannot be begun: HNC (award) would be missing"
    assert diploma is not None
    assert diploma.text == "without it step 3, Start work as senior, cannot be begun: HND (award) would be missing"
    assert work is not None
    assert work.text == "without it the goal is not reached: work as Senior would be missing"


def test_a_step_can_be_exchanged_and_the_rest_kept(tmp_path: Path) -> None:
    certificate, diploma, work = steps(ask(tmp_path))
    (south,) = certificate.swaps
    assert ([p.id for p in south.providers], south.weeks, south.cost_pounds) == (["P-SOUTH"], 124, None)
    said = "at least 124 weeks in all, £500 and a price that is not known for 1 step"
    assert south.text == f"HNC with South (starts 2027-04-12): {said}"
    assert diploma.swaps == work.swaps == ()


def test_a_proof_names_what_every_pathway_needs(tmp_path: Path) -> None:
    (pathway, *_) = ask(tmp_path, by=Criterion.STEPS).pathways
    assert pathway.proof is not None
    needed = {(tuple(step.id for step in one.steps), one.weight) for one in pathway.proof.needed}
    assert needed == {(("Q-HNC",), "1"), (("Q-HND",), "1"), (("PG-SENIOR",), "1")}
    assert pathway.proof.bound == pathway.bound == pathway.totals.steps == 3
    assert pathway.proof.text.startswith("Of pathways to Senior: every one needs")
    assert pathway.proof.text.count("every one needs") == 1


def test_everything_that_is_missing_is_named(tmp_path: Path) -> None:
    answer = ask(tmp_path, holds=())
    assert answer.outcome is Outcome.PROVED_NONE
    assert [reason.code for reason in answer.reasons] == ["needs-not-met"]
    assert answer.missing is not None
    assert (answer.missing.size, answer.missing.all_found, answer.missing.proven) == (1, True, True)
    assert [[thing.id for thing in some] for some in answer.missing.sets] == [["level:3"]], (
        "an award would do for its level"
    )
    assert [[thing.label for thing in some] for some in answer.missing.sets] == [["level 3, for entry rules"]]
    assert answer.lifting == ()


def test_what_one_thing_more_would_be_worth(tmp_path: Path) -> None:
    answer = ask(tmp_path, holds=("level:3",), by=Criterion.STEPS, to=("OC-TECH",))
    assert answer.worth == (), "what the pathway gives anyway is no news"
    other = TO_TECH | {"progression_id": "PG-DIRECT", "from_id": "Q-OTHER"}
    award = HNC | {"qualification_id": "Q-OTHER", "title": "Other", "entry_rule": "level(4)"}
    rich = world(tmp_path / "b", qualifications=[HNC, HND, award], progressions=[TO_TECH, TO_SENIOR, other])
    (worth,) = ask(tmp_path, rich, by=Criterion.STEPS, to=("OC-TECH",)).worth
    assert (worth.thing.id, worth.now, worth.then) == ("award:Q-OTHER", 2, 1)
    assert worth.text == "with Other (award): 1 step instead of 2 steps"


def test_a_goal_that_is_held_needs_nothing(tmp_path: Path) -> None:
    answer = ask(tmp_path, holds=("OC-SENIOR",))
    assert (answer.outcome, answer.pathways[0].steps, answer.pathways[0].totals.weeks) == (Outcome.FOUND, (), 0)
    assert answer.explanation == "The goal is held already: nothing more is needed."


def test_rules_that_go_in_a_circle_support_nothing(tmp_path: Path) -> None:
    """Each of two awards asks for the other or its own level; each of two roles is reached from the other alone."""
    circle = [HNC | {"entry_rule": "any(holds(Q-HND), level(4))"}, HND | {"entry_rule": "any(holds(Q-HNC), level(5))"}]
    awards = world(tmp_path / "a", qualifications=circle)
    assert ask(tmp_path, awards).outcome is Outcome.PROVED_NONE
    held = ask(tmp_path, awards, holds=("Q-HNC",))
    assert [step.id for step in steps(held)] == ["Q-HND", "PG-SENIOR"]
    back = TO_TECH | {"from_id": "OC-SENIOR"}
    forth = TO_SENIOR | {"from_id": "OC-TECH"}
    roles = world(tmp_path / "b", progressions=[back, forth])
    assert ask(tmp_path, roles).outcome is Outcome.PROVED_NONE


def test_thousands_of_held_units_are_counted_once(tmp_path: Path) -> None:
    units = [
        {"unit_id": f"U-{n}", "qualification_id": "Q-HNC", "title": f"Unit {n}", "level": "4", "credits": "1"}
        for n in range(5000)
    ]
    rule = {"rule_id": "AR-1", "qualification_id": "Q-HNC", "award_rule": "credits(5000, from=Q-HNC)"}
    many = world(tmp_path, units=units, combination_rules=[rule])
    held = tuple(unit["unit_id"] for unit in units)
    answer = ask(tmp_path, many, holds=(*held, *held))
    assert [step.id for step in steps(answer)] == ["Q-HND", "PG-SENIOR"]
    assert answer.pathways[0].steps[0].afterwards.credits == 240
    short = ask(tmp_path, many, holds=(*held[1:], "level:3"), to=("Q-HNC",))
    assert [step.id for step in steps(short)] == ["Q-HNC"]


def test_the_same_question_has_the_same_answer(tmp_path: Path) -> None:
    projection = world(tmp_path)
    assert ask(tmp_path, projection) == ask(tmp_path, projection)


def test_what_can_be_traded_for_what(tmp_path: Path) -> None:
    """A later start at South is cheaper; one of unknown price takes no part, nor one beyond 1.3 times the soonest."""
    runs = [
        run("HNC-NORTH", "2027-01-11", 30, "900"),
        run("HNC-SOUTH", "2027-03-01|2027-09-13", 30, "500"),
    ]
    answer = ask(
        tmp_path, world(tmp_path, deliveries=runs), to=("OC-TECH",), trade_off=(Criterion.WEEKS, Criterion.COST)
    )
    assert answer.trade_offs is not None
    assert [one.values for one in answer.trade_offs.compromises] == [
        {Criterion.WEEKS: 37, Criterion.COST: 900},
        {Criterion.WEEKS: 44, Criterion.COST: 500},
    ]
    assert [one.goal.id for one in answer.trade_offs.compromises] == ["OC-TECH", "OC-TECH"]
    assert (answer.trade_offs.within_weeks, answer.trade_offs.complete) == (48, True)
    none = ask(tmp_path, world(tmp_path), trade_off=(Criterion.WEEKS, Criterion.COST)).trade_offs
    assert none is not None
    assert (none.compromises, none.text) == ((), "No pathway of which all of it is known leads there.")


MATHS = HNC | {"qualification_id": "Q-MATHS", "title": "Maths", "level": "3", "credits": "60", "entry_rule": ""}
BOTH = HND | {"entry_rule": "all(holds(Q-HNC), holds(Q-MATHS))"}
MATHS_AT_NORTH = COURSES[0] | {"opportunity_id": "C-MATHS-NORTH", "title": "Maths", "qualification_id": "Q-MATHS"}
BESIDE: Rows = [
    run("HNC-NORTH", "2027-01-11", 30, "900", "20"),
    run("MATHS-NORTH", "2027-01-11|2028-01-10", 50, "400", "10"),
    run("HND-NORTH", "2028-09-11|2029-09-10", 30, "700", "20"),
]


def come_back(projection: Projection, after: int, weeks_away: int, **question: object) -> WayBack:
    service = PathwayService(projection, ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00"))
    asked = {"to": ("OC-SENIOR",), "holds": ("level:3",), "on": DAY} | question
    found = service.way_back(PathwayRequest(**asked), 1, after, weeks_away)
    assert found is not None
    return found


NO_RULE = "No rule is known by which what the client holds lapses in that time: ask whether it still counts."


def test_who_comes_back_takes_the_next_start_of_the_same_steps(tmp_path: Path) -> None:
    found = come_back(world(tmp_path), 1, 26)
    assert (found.outcome, found.stops_in_weeks, found.back_in_weeks) == (WayOn.SAME_STEPS, 37, 63)
    assert found.text == (
        "From week 63, about 2028-02-05, the steps that are left stay the same: HND, Start work as senior.",
        "Next is HND: week 94, starts 2028-09-11.",
        "The goal is reached in week 124 at the soonest instead of week 72 at the soonest: 52 weeks later.",
        "Nothing that was completed has to be paid for again.",
        NO_RULE,
    )
    assert come_back(world(tmp_path), 1, 2).weeks_later == 0
    assert come_back(world(tmp_path), 3, 26).outcome is WayOn.NOTHING_LEFT


def test_the_way_on_may_lead_over_another_family_that_takes_in_the_credit_or_of_which_that_is_not_known(
    tmp_path: Path,
) -> None:
    other = HND | {"qualification_id": "Q-DIP", "title": "Diploma"}
    course = COURSES[1] | {"opportunity_id": "C-DIP-SOUTH", "title": "Diploma", "qualification_id": "Q-DIP"}
    changed: dict[str, Rows] = {
        "qualifications": [HNC, HND, other],
        "opportunities": [*COURSES, course],
        "deliveries": [RUNS[0], run("HND-NORTH", "2027-09-13", 30), run("DIP-SOUTH", "2029-01-15", 40, "1200")],
        "progressions": [TO_TECH, TO_SENIOR, TO_SENIOR | {"progression_id": "PG-DIP", "from_id": "Q-DIP"}],
    }
    case = TAKEN_IN | {"transfer_id": "CT-2", "to_id": "Q-DIP", "automatic": "no", "condition": "the centre looks"}
    for name, transfers, said in (
        ("asked", [TAKEN_IN, case], "Diploma takes in credit of HNC when somebody so decides: the centre looks."),
        ("unknown", [TAKEN_IN], "Whether Diploma takes in credit of HNC is not known: ask before it is begun."),
    ):
        found = come_back(world(tmp_path / name, **changed, credit_transfers=transfers), 1, 52)
        assert (found.outcome, [step.id for step in found.steps][:1]) == (WayOn.OTHER_STEPS, ["Q-DIP"])
        assert "no start of HND is known from week 89 on; the last that is known is 2027-09-13" in found.text[0]
        assert said in found.text
        assert [one.automatic for one in found.credit] == [False if name == "asked" else None]


def test_without_dates_it_is_not_known_how_much_later_the_goal_is_reached(tmp_path: Path) -> None:
    awards = [HNC | {"duration_weeks": "30"}, HND | {"duration_weeks": "30"}]
    undated = world(tmp_path, qualifications=awards, opportunities=[], deliveries=[], providers=[])
    found = come_back(undated, 1, 13)
    assert (found.stop_at_least, found.steps[0].start_known, found.weeks_later) == (True, False, None)
    assert found.text[0].startswith("When HNC ends is not known")
    assert found.text[2] == (
        "Next is HND: week 43 at the soonest; no start date is known: the weeks count from the earliest day it could"
        " start."
    )
    assert found.text[3].endswith("; how much later that is in fact is not known.")
    assert come_back(undated, 2, 13).weeks_later == 13  # only work is left, and that waits for nobody's dates


def test_that_no_way_back_is_known_is_said_with_the_reason(tmp_path: Path) -> None:
    found = come_back(world(tmp_path), 1, 200)
    assert (found.outcome, found.weeks, found.steps) == (WayOn.NONE_KNOWN, None, ())
    assert found.why == ("no start of HND is known from week 237 on; the last that is known is 2028-09-11",)
    late = come_back(world(tmp_path), 1, 26, within_weeks=80)
    assert late.why == ("week 124 is the soonest, and week 80 the last that was asked for",)


def test_what_runs_beside_a_step_is_broken_off_at_the_stop_and_paid_for_again(tmp_path: Path) -> None:
    projection = world(
        tmp_path, qualifications=[HNC, BOTH, MATHS], opportunities=[*COURSES, MATHS_AT_NORTH], deliveries=BESIDE
    )
    planned = {step.id: step for step in steps(ask(tmp_path, projection))}
    stop = planned["Q-HNC"].afterwards
    assert [award.id for award in stop.awards] == ["Q-HNC"]
    assert [step.id for step in stop.breaks_off] == ["Q-MATHS"]
    assert stop.spent_pounds == 1300
    assert stop.back_on is not None
    assert stop.back_on.step.id == "Q-MATHS"
    later = planned["Q-MATHS"].afterwards
    assert ([award.id for award in later.awards], later.breaks_off) == (["Q-HNC", "Q-MATHS"], ())
    found = come_back(projection, planned["Q-HNC"].number, 4)
    assert [(one.step.id, one.pounds) for one in found.paid_again] == [("Q-MATHS", 400)]
    assert "Maths is broken off at the stop, and has to be begun and paid for again: £400." in found.text
    assert [step.starts_in_weeks for step in found.steps] == [59, 146, 176]
