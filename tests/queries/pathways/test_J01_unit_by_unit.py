"""A modular award, taken unit by unit: each unit that somebody offers alone is a step to stop after and build on."""

from pathlib import Path

from graph.projection import Amount, Projection, Status
from queries.pathways.engine.problem import Criterion, Outcome
from queries.pathways.request import PathwayAnswer, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from tests.support.world import DAY, Rows, projection_of

AWARD = "Q-MOD"
HNC = {
    "qualification_id": AWARD,
    "title": "Modular HNC",
    "level": "4",
    "credits": "120",
    "provision_type_id": "PT-HN",
    "entry_rule": "level(3)",
    "entry_rule_status": "published",
    "real_award": "yes",
    "htq_status": "HTQ",
}
IN_ALL = {
    "rule_id": "AR-1",
    "qualification_id": AWARD,
    "attribute": "total_credits",
    "operator": "=",
    "value": "120",
    "description": "120 credits",
    "award_rule": f"credits(120, from={AWARD})",
}
CORE = IN_ALL | {"rule_id": "AR-2", "attribute": "core", "award_rule": f"credits(30, from={AWARD}, unit_role=core)"}


def unit(number: int, **more: str) -> dict[str, str]:
    return {
        "unit_id": f"U-{number}",
        "qualification_id": AWARD,
        "title": f"Module {number}",
        "level": "4",
        "credits": "30",
        "unit_role": "core" if number == 5 else "optional",
        "entry_rule": "none",
    } | more


def alone(number: int) -> dict[str, str]:
    """A course of one unit, which also says which award it is of: no run of the whole award for that."""
    return {
        "opportunity_id": f"C-{number}",
        "title": f"Module {number} on its own",
        "provider_id": "P-NORTH",
        "unit_id": f"U-{number}",
        "qualification_id": AWARD,
        "sold_separately": "yes",
        "course_kind": "short",
    }


def run(number: int, starts: str) -> dict[str, str]:
    return {
        "delivery_id": f"D-{number}",
        "opportunity_id": f"C-{number}",
        "start_dates": starts,
        "duration_weeks": "10",
        "cost_pounds": str(100 * number),
        "hours_per_week": "8",
    }


MADE_UP = {"title": "Illustrative: Module on its own", "status": "illustrative"}
TABLES: dict[str, Rows] = {
    "providers": [{"provider_id": "P-NORTH", "name": "North"}],
    "provision_types": [{"provision_type_id": "PT-HN", "label": "Higher National"}],
    "roles": [
        {"role_id": "OC-TECH", "title": "Technician", "level": "4", "sector": "healthtech", "sector_part": "devices"}
    ],
    "qualifications": [HNC],
    "units": [unit(number) for number in range(1, 6)],
    "combination_rules": [IN_ALL, CORE],
    "opportunities": [alone(number) for number in range(1, 6)],
    "deliveries": [
        run(1, "2027-01-11|2027-09-13"),
        run(2, "2027-01-11|2027-04-12"),
        run(3, "2027-04-12"),
        run(4, "2027-04-12|2027-09-13"),
        run(5, "2027-09-13"),
    ],
    "progressions": [
        {
            "progression_id": "PG-TECH",
            "from_id": AWARD,
            "to_id": "OC-TECH",
            "relation": "prepares for",
            "condition": "a vacancy",
        }
    ],
}


def world(folder: Path, **changed: Rows) -> Projection:
    return projection_of(folder, **TABLES | changed)


def ask(projection: Projection, **question: object) -> PathwayAnswer:
    asked = {"to": ("OC-TECH",), "holds": ("level:3",), "on": DAY, "by": Criterion.COST, "hours_per_week": 16}
    return PathwayService(projection, ReleaseRef(1, "hash", "")).answer(PathwayRequest(**asked | question))


def taken(answer: PathwayAnswer) -> list[str]:
    return [step.id for step in answer.pathways[0].steps]


def test_the_units_that_cost_least_make_the_award_and_the_core_is_among_them(tmp_path: Path) -> None:
    answer = ask(world(tmp_path))
    best = answer.pathways[0]
    assert taken(answer) == ["U-1", "U-2", "U-3", "U-5", "PG-TECH"]
    assert (best.totals.cost_pounds, best.bound, best.proven) == (1100, 1100, True)
    assert best.steps[0].title == "Module 1 (unit of Modular HNC)"
    assert best.proof is not None and "search" not in best.proof.text
    assert [(one.least, len(one.steps), one.weight) for one in best.proof.needed] == [(1, 1, "200"), (4, 5, "1200")]
    assert (best.proof.bound, best.proof.beyond) == (1100, "300")
    last = [f"Module {number} (unit of Modular HNC)" for number in range(1, 6)]
    assert best.proof.text.endswith(f"every one needs {last[4]}; 4 of {', '.join(last)}.")
    assert [step.starts_in_weeks for step in best.steps] == [7, 7, 20, 42, 52]
    assert [need.text for need in best.steps[0].needs] == ["an award at level 3 or higher"]
    assert best.steps[0].needs_known


def test_after_each_unit_one_can_stop_with_credit_and_step_back_on(tmp_path: Path) -> None:
    *units, work = ask(world(tmp_path)).pathways[0].steps
    banked = [[(one.award.id, one.credits, one.whole) for one in step.afterwards.credits_held] for step in units]
    assert banked[1:] == [[(AWARD, 60, False)], [(AWARD, 90, False)], [(AWARD, 120, True)]]
    assert [bool(step.afterwards.roles_open) for step in units] == [False, False, False, True]
    assert [step.afterwards.back_on.step.id for step in units[1:] if step.afterwards.back_on] == [
        "U-3",
        "U-5",
        "PG-TECH",
    ]
    assert work.afterwards.back_on is None


def test_what_is_held_already_is_not_taken_again(tmp_path: Path) -> None:
    answer = ask(world(tmp_path), holds=("level:3", "U-5", "U-4", "U-3"))
    assert taken(answer) == ["U-1", "PG-TECH"]
    told = ask(world(tmp_path / "again"), holds=("level:3", f"{AWARD}:60"))
    assert len(taken(told)) < 5


def test_a_loan_entitlement_is_used_by_the_credits_of_each_unit(tmp_path: Path) -> None:
    answer = ask(world(tmp_path))
    (entitlement,) = answer.pathways[0].entitlements
    assert (entitlement.scheme, entitlement.credits_used) == ("lifelong-learning-entitlement", 120)
    assert [one.credits for one in entitlement.uses] == [30, 30, 30, 30]
    schemes = {payment.scheme for step in answer.pathways[0].steps[:4] for payment in step.payments}
    assert not {one for one in schemes if "apprenticeship-unit" in one}, "a unit of an award is no apprenticeship unit"


def test_a_prerequisite_unit_comes_first(tmp_path: Path) -> None:
    units = [unit(1, entry_rule="holds(U-4)"), *(unit(number) for number in range(2, 6))]
    answer = ask(world(tmp_path, units=units), holds=("level:3", "U-5"))
    assert taken(answer) == ["U-2", "U-4", "U-1", "PG-TECH"], "Module 1 starts again in September, after Module 4"


def test_a_unit_that_nobody_offers_alone_is_no_step(tmp_path: Path) -> None:
    whole = [{name: value for name, value in alone(number).items() if name != "unit_id"} for number in range(1, 6)]
    assert {step.id for step in world(tmp_path, opportunities=whole).steps} == {AWARD, "PG-TECH"}
    closed = HNC | {"currency": "superseded"}
    assert not {step.id for step in world(tmp_path / "closed", qualifications=[closed]).steps} & {"U-1", AWARD}


def test_without_level_three_the_units_are_closed_and_it_is_said_what_is_missing(tmp_path: Path) -> None:
    answer = ask(world(tmp_path), holds=("U-1",))
    assert answer.outcome is Outcome.PROVED_NONE
    assert answer.missing is not None
    assert [[thing.id for thing in some] for some in answer.missing.sets] == [["level:3"]]


def test_credit_that_is_our_inference_says_so(tmp_path: Path) -> None:
    units = [unit(number, status="inferred") for number in range(1, 6)]
    step = ask(world(tmp_path, units=units)).pathways[0].steps[0]
    assert (step.status, step.afterwards.credits_held[0].status) == (Status.INFERRED, Status.INFERRED)


def test_a_run_that_is_not_known_yet_is_taken_to_be_as_the_last_of_the_surest(tmp_path: Path) -> None:
    later = run(2, "2028-01-10") | {"delivery_id": "D-2-LATER", "cost_pounds": "250", "duration_weeks": "12"}
    dreamt = run(2, "2029-01-08") | {"delivery_id": "D-2-DREAMT", "cost_pounds": "1", "status": "illustrative"}
    runs = [run(2, "2027-01-11"), later, dreamt]
    found = projection_of(tmp_path, illustrative=True, **TABLES | {"deliveries": runs})
    assert len(found.offers) == 3
    steps = {step.id: step for step in found.steps}
    two, three = steps["U-2"], steps["U-3"]
    assert two.weeks == Amount(12, Status.INFERRED, note="taken to be as in the last run that is known")
    assert two.cost is not None and (two.cost.value, two.cost.status) == (250, Status.INFERRED)
    assert "D-2-LATER" in {source.record for source in two.sources}
    assert two.hours_per_week == 8
    assert (three.weeks, three.cost, three.hours_per_week) == (None, None, None)


def test_a_unit_that_only_a_made_up_course_offers_alone_is_made_up(tmp_path: Path) -> None:
    courses = [alone(1) | MADE_UP, *(alone(number) for number in range(2, 6))]
    also = alone(2) | {"opportunity_id": "C-2-DREAMT"} | MADE_UP
    runs = [run(1, "2027-01-11") | {"status": "illustrative"}]
    tables = TABLES | {"opportunities": [*courses, also], "deliveries": runs}
    steps = {step.id: step for step in projection_of(tmp_path, illustrative=True, **tables).steps}
    one, two = steps["U-1"], steps["U-2"]
    assert (one.status, two.status) == (Status.ILLUSTRATIVE, Status.PUBLISHED)
    assert one.cost is not None and (one.cost.value, one.cost.status) == (100, Status.ILLUSTRATIVE)
    assert "C-1" in {source.record for source in one.sources}
