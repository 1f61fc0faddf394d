"""Each limit that a question can set, over a small world with two colleges, a dated run each, and a way by work.

The HNC runs in the evening at North (£900, part-time, 40 weeks, 6 hours a week) and by day at South (£2,000, full-time,
30 weeks, 30 hours a week). Whoever has it can start work as a technician; an aide can train for that on the job.
"""

from datetime import date
from pathlib import Path

import pytest

from graph.projection import Projection
from queries.pathways.compile import UnknownThingError
from queries.pathways.engine.problem import Criterion
from queries.pathways.limits import ContradictoryLimitsError
from queries.pathways.request import PathwayAnswer, PathwayRequest, ReleaseRef, Via
from queries.pathways.service import PathwayService
from tests.support.world import DAY, Rows, projection_of

ROLES: Rows = [
    {"role_id": "OC-TECH", "title": "Technician", "level": "4", "sector": "healthtech", "sector_part": "devices"},
    {"role_id": "OC-AIDE", "title": "Aide", "level": "2", "sector": "healthtech", "sector_part": "devices"},
    {"role_id": "OC-LONER", "title": "Loner", "level": "4", "sector": "digital"},
]
HNC = {
    "qualification_id": "Q-HNC",
    "title": "HNC",
    "level": "4",
    "credits": "120",
    "provision_type_id": "PT-HNC",
    "entry_rule": "usually(level(3), by=provider)",
    "entry_rule_status": "published",
    "real_award": "yes",
}
COURSES: Rows = [
    {"opportunity_id": f"C-{name}", "title": "HNC", "provider_id": f"P-{name}", "qualification_id": "Q-HNC"}
    for name in ("NORTH", "SOUTH")
]
RUNS: Rows = [
    {
        "delivery_id": "DL-NORTH",
        "opportunity_id": "C-NORTH",
        "study_mode": "part-time",
        "attendance": "evening",
        "delivery_mode": "blended",
        "duration_weeks": "40",
        "hours_per_week": "6",
        "start_dates": "2027-01-11|2027-09-13",
        "cost_pounds": "900",
    },
    {
        "delivery_id": "DL-SOUTH",
        "opportunity_id": "C-SOUTH",
        "study_mode": "full-time",
        "attendance": "day",
        "delivery_mode": "classroom",
        "duration_weeks": "30",
        "hours_per_week": "30",
        "start_dates": "2027-01-11",
        "cost_pounds": "2000",
    },
]
STEPS: Rows = [
    {
        "progression_id": "PG-HNC",
        "from_id": "Q-HNC",
        "to_id": "OC-TECH",
        "relation": "prepares for",
        "condition": "a vacancy",
    },
    {"progression_id": "PG-IN", "to_id": "OC-AIDE", "relation": "can lead to", "condition": "a vacancy"},
    {
        "progression_id": "PG-UP",
        "from_id": "OC-AIDE",
        "to_id": "OC-TECH",
        "relation": "progresses to",
        "condition": "training on the job",
        "conditions": "employer-needed",
        "duration_months": "24",
        "duration_of": "step",
    },
]


@pytest.fixture(scope="module")
def projection(tmp_path_factory: pytest.TempPathFactory) -> Projection:
    return projection_of(
        tmp_path_factory.mktemp("world"),
        providers=[{"provider_id": f"P-{name.upper()}", "name": name} for name in ("North", "South")],
        provision_types=[{"provision_type_id": "PT-HNC", "label": "HNC"}],
        roles=ROLES,
        qualifications=[HNC],
        opportunities=COURSES,
        deliveries=RUNS,
        progressions=STEPS,
    )


@pytest.fixture(scope="module")
def service(projection: Projection) -> PathwayService:
    return PathwayService(projection, ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00"))


def ask(service: PathwayService, **question: object) -> PathwayAnswer:
    asked = {"to": ("OC-TECH",), "on": DAY, "alternatives": 1} | question
    return service.answer(PathwayRequest(**asked))


def line(answer: PathwayAnswer) -> str:
    """The best pathway with who runs each step, or why there is none and what would open one."""
    if answer.pathways:
        steps = [f"{s.id}{f' at {s.provider.id}' if s.provider else ''}" for s in answer.pathways[0].steps]
        totals = answer.pathways[0].totals
        cost = "£?" if totals.cost_pounds is None else f"£{totals.cost_pounds}"
        return f"{' ~ '.join(steps)} [{'≥' * totals.weeks_at_least}{totals.weeks}w {cost}]"
    opens = [" + ".join(limit.name for limit in one.limits) for one in answer.lifting]
    return f"{answer.outcome}: {', '.join(r.code for r in answer.reasons)} (lift {' or '.join(opens) or 'nothing'})"


SOUTH, NORTH = "Q-HNC at P-SOUTH ~ PG-HNC [≥37w £2000]", "Q-HNC at P-NORTH ~ PG-HNC [≥47w £900]"
WORK = "PG-IN ~ PG-UP [≥104w £0]"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({}, SOUTH),
        ({"hours_per_week": 10}, NORTH),
        ({"budget_pounds": 1000}, NORTH),
        ({"budget_pounds": 899}, WORK),
        ({"mode": ("part-time",)}, NORTH),
        ({"mode": ("part-time", "classroom")}, SOUTH),
        ({"mode": ("online",)}, WORK),
        ({"attendance": ("evening",)}, NORTH),
        ({"provider": ("P-NORTH",)}, NORTH),
        ({"avoid": ("P-SOUTH",)}, NORTH),
        ({"avoid": ("C-SOUTH",)}, NORTH),
        ({"avoid": ("DL-SOUTH",)}, NORTH),
        ({"avoid": ("Q-HNC",)}, WORK),
        ({"avoid": ("PG-HNC",)}, WORK),
        ({"depart_after": date(2027, 2, 1)}, "Q-HNC at P-NORTH ~ PG-HNC [≥82w £900]"),
        ({"arrive_by": date(2027, 8, 7)}, SOUTH),
        ({"by": Criterion.COST}, WORK),
        ({"by": Criterion.COST, "without_employer": True}, NORTH),
        ({"by": Criterion.COST, "jobs_as_steps": False}, NORTH),
        ({"by": Criterion.FIRST_JOB}, f"PG-IN ~ {SOUTH}"),
        ({"via": (Via("OC-AIDE"),)}, f"PG-IN ~ {SOUTH}"),
        ({"via": (Via("OC-AIDE", 52),)}, "PG-IN ~ Q-HNC at P-SOUTH ~ stay:OC-AIDE ~ PG-HNC [≥89w £2000]"),
        (
            {"via": (Via("Q-HNC"), Via("OC-AIDE")), "by": Criterion.COST},
            "PG-IN ~ Q-HNC at P-NORTH ~ PG-HNC [≥47w £900]",
        ),
        ({"to": ("Q-HNC",)}, "Q-HNC at P-SOUTH [37w £2000]"),
        ({"holds": ("OC-TECH",)}, " [0w £0]"),
        ({"holds": ("OC-TECH",), "within_weeks": 0}, " [0w £0]"),
    ],
)
def test_the_best_pathway_within(service: PathwayService, question: dict[str, object], expected: str) -> None:
    assert line(ask(service, **question)) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"within_weeks": 0}, "none_within_limits: too-late (lift time)"),
        ({"arrive_by": DAY}, "none_within_limits: too-late (lift time)"),
        ({"arrive_by": date(2027, 8, 6)}, "none_within_limits: too-late (lift time)"),
        (
            {"budget_pounds": 0, "jobs_as_steps": False},
            "none_within_limits: over-budget, filtered (lift budget or jobs_as_steps)",
        ),
        (
            {"mode": ("online",), "avoid": ("OC-AIDE",)},
            "none_within_limits: filtered, filtered (lift mode or avoid:OC-AIDE)",
        ),
        (
            {"attendance": ("weekend",), "mode": ("online",), "jobs_as_steps": False},
            "none_within_limits: filtered, limits-together (lift jobs_as_steps or mode + attendance)",
        ),
        ({"hours_per_week": 5, "jobs_as_steps": False}, "none_within_limits: too-many-hours, filtered"
         " (lift hours_per_week or jobs_as_steps)"),
        ({"via": (Via("OC-LONER"),)}, "none_within_limits: via-not-possible (lift via:OC-LONER)"),
        ({"to": ("OC-LONER",)}, "proved_none: nothing-leads-there (lift nothing)"),
        (
            {"profile_required": True, "avoid": ("OC-AIDE",)},
            "none_within_limits: profile-is-a-bar, filtered (lift profile_required or avoid:OC-AIDE)",
        ),
    ],
)  # fmt: skip
def test_none_within_and_what_would_open_one(
    service: PathwayService, question: dict[str, object], expected: str
) -> None:
    answer = ask(service, **question)
    assert line(answer) == expected
    for one in answer.lifting:
        assert one.proven
        assert one.pathway in one.text


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"arrive_by": date(2026, 11, 20)}, "before the day of the question"),
        ({"arrive_by": date(2027, 6, 1), "depart_after": date(2027, 7, 1)}, "before the day to set out"),
        ({"via": (Via("OC-AIDE"),), "avoid": ("OC-AIDE",)}, "both to be passed through and to be avoided"),
        ({"avoid": ("OC-TECH",)}, "both the goal and to be avoided"),
        ({"provider": ("P-NORTH",), "avoid": ("P-NORTH",)}, "both a provider to choose from and to be avoided"),
        ({"via": (Via("Q-HNC", 52),)}, "belongs to a role"),
        ({"via": (Via("OC-TECH", 52),)}, "the goal itself"),
        ({"via": (Via("OC-AIDE", 9999),)}, "more than any pathway may take"),
    ],
)
def test_limits_that_contradict_each_other(service: PathwayService, question: dict[str, object], says: str) -> None:
    with pytest.raises(ContradictoryLimitsError, match=says):
        ask(service, **question)


@pytest.mark.parametrize(
    "question", [{"to": ("OC-NOBODY",)}, {"holds": ("Q-NONE",)}, {"via": (Via("Q-NONE"),)}, {"holds": ("Q-HNC:0",)}]
)
def test_what_nobody_knows(service: PathwayService, question: dict[str, object]) -> None:
    with pytest.raises(UnknownThingError):
        ask(service, **question)


def test_a_limit_says_what_it_took_out(service: PathwayService) -> None:
    answer = ask(service, mode=("online",), avoid=("OC-AIDE",))
    assert [(one.limit.name, [step.id for step in one.steps]) for one in answer.filtered] == [
        ("mode", ["Q-HNC"]),
        ("avoid:OC-AIDE", ["PG-IN"]),
    ]


@pytest.mark.parametrize("limit", ["confirmed_only", "profile_required"])
def test_what_an_assumption_alone_would_open_is_taken_out(service: PathwayService, limit: str) -> None:
    def taken_out(**question: object) -> list[tuple[str, list[str]]]:
        answer = ask(service, **{limit: True, "attributes": (("age", "30"),)} | question)
        return [(one.limit.name, [step.id for step in one.steps]) for one in answer.filtered]

    assert taken_out() == [(limit, ["Q-HNC"])], "nobody says that they have level 3"
    assert taken_out(holds=("level:3",)) == [], "the runs stay for whoever brings what is usually asked"


def test_under_a_budget_a_price_that_is_not_known_does_not_fit(tmp_path: Path) -> None:
    award = HNC | {"duration_weeks": "52"}
    world = projection_of(
        tmp_path,
        provision_types=[{"provision_type_id": "PT-HNC", "label": "HNC"}],
        roles=ROLES[:1],
        qualifications=[award],
        progressions=STEPS[:1],
    )
    service = PathwayService(world, ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00"))
    strict = ask(service, budget_pounds=5000)
    assert line(strict) == "none_within_limits: over-budget (lift budget)"
    assert [one.steps[0].id for one in strict.filtered] == ["Q-HNC"]
    assert line(ask(service, budget_pounds=5000, unpriced=True)) == "Q-HNC ~ PG-HNC [≥52w £?]"


def test_travel_is_not_known_and_the_answer_says_so(service: PathwayService) -> None:
    answer = ask(service, by=Criterion.TRAVEL)
    assert line(answer) == SOUTH
    assert "travel is not known" in answer.explanation
    assert (answer.pathways[0].proven, answer.pathways[0].bound, answer.pathways[0].proof) == (False, None, None)


def test_limits_in_force_are_told_with_the_question(service: PathwayService) -> None:
    question = ask(service, budget_pounds=1000, via=(Via("OC-AIDE"),)).question
    assert [limit.name for limit in question.limits] == ["time", "hours_per_week", "budget", "via:OC-AIDE"]
    assert question.text.endswith("soonest; at most £1,000 (steps of unknown price left out); by way of Aide.")


def test_one_catalogue_serves_every_question_of_a_day(service: PathwayService) -> None:
    asked = [
        service.asked(PathwayRequest(to=("OC-TECH",), on=DAY, **given))
        for given in ({}, {"published_only": True}, {"profile_required": True}, {"holds": ("Q-HNC:60",)})
    ]
    assert len({id(one.problem.catalogue) for one in asked}) == 1
    assert service.asked(PathwayRequest(to=("OC-TECH",), on=date(2026, 11, 28))).problem.catalogue is not (
        asked[0].problem.catalogue
    )


def test_nearly_as_good_and_much_cheaper_is_offered_beside_the_soonest(tmp_path: Path) -> None:
    """South takes 30 weeks for £2,000; North, begun on the same day, 33 weeks for £900."""
    north, south = RUNS
    world = projection_of(
        tmp_path,
        providers=[{"provider_id": f"P-{name.upper()}", "name": name} for name in ("North", "South")],
        provision_types=[{"provision_type_id": "PT-HNC", "label": "HNC"}],
        roles=ROLES[:1],
        qualifications=[HNC],
        opportunities=COURSES,
        deliveries=[north | {"duration_weeks": "33"}, south],
        progressions=STEPS[:1],
    )
    service = PathwayService(world, ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00"))
    soonest, nearly, *_ = ask(service, alternatives=3).pathways
    assert [pathway.steps[0].provider and pathway.steps[0].provider.id for pathway in (soonest, nearly)] == [
        "P-SOUTH",
        "P-NORTH",
    ]
    assert (soonest.totals.cost_pounds, nearly.totals.cost_pounds) == (2000, 900)
    assert (soonest.totals.weeks, nearly.totals.weeks) == (37, 40)
    assert nearly.why == "Nearly as good (at most a tenth worse), and much better otherwise."
    others = ask(service, tolerance_percent=5, alternatives=3).pathways[1:]
    assert not any(one.why.startswith("Nearly as good") for one in others), "3 weeks more are 8 percent of 37"
    _, nearly, *_ = ask(service, tolerance_percent=9, alternatives=3).pathways
    assert nearly.why == "Nearly as good (at most 9 percent worse), and much better otherwise."


def test_what_is_least_is_only_said_as_far_as_it_is_known(service: PathwayService) -> None:
    assert ask(service).pathways[0].why == "Soonest."
    assert ask(service, by=Criterion.TRAVEL).pathways[0].why == "Soonest, as no travel is known."
