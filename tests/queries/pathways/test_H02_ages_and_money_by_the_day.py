"""A person's age, a scheme's rules and what a step costs, each on the day on which the step starts."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from graph.requirements import Attribute, parse
from queries.pathways.asked import Asked, ask
from queries.pathways.compile import Catalogues, Person, Way
from queries.pathways.engine.problem import Criterion, Outcome
from queries.pathways.judge import Judge
from queries.pathways.request import PathwayRequest, Verdict
from tests.queries.pathways.people import GOAL, ON, book, rule, study, world
from tests.queries.pathways.test_H01_the_surest_pathway import asked, solve

TO_GOAL = (f"award:{GOAL}",)
BIRTHDAY = ON + timedelta(days=17)
NINETEEN_ON_IT = BIRTHDAY.replace(year=BIRTHDAY.year - 19).isoformat()


@pytest.mark.parametrize(
    ("asks", "known", "starts"),
    [
        ("attribute(age >= 19)", {"born": NINETEEN_ON_IT}, 3),
        ("attribute(age <= 18)", {"born": NINETEEN_ON_IT}, 0),
        ("attribute(age <= 18)", {"born": (ON.replace(year=ON.year - 19)).isoformat()}, None),
        ("attribute(age >= 19)", {"age": "19"}, 0),
        ("attribute(age >= 19)", {"age": "17"}, None),
        ("any(holds(Q-0), attribute(age >= 19))", {"born": NINETEEN_ON_IT}, 3),
        ("usually(attribute(age >= 19), by=provider)", {"born": NINETEEN_ON_IT}, 0),
    ],
)
def test_a_step_waits_for_the_birthday_and_ends_with_it(asks: str, known: dict[str, str], starts: int | None) -> None:
    projection = world(study("S", asks, TO_GOAL, 1))
    _, found = solve(asked(projection, book(Path()), attributes=tuple(known.items())))
    assert (found.steps[0][1] if found else None) == starts


@pytest.mark.parametrize(("week", "open_"), [(2, False), (3, True)])
def test_a_dated_run_is_judged_on_its_own_day(week: int, open_: bool, tmp_path: Path) -> None:
    person = Person((), {"born": NINETEEN_ON_IT}, world(), ON)
    day = ON + timedelta(weeks=week)
    assert person.attribute(Attribute("age", ">=", "19"), day) is open_
    verdict, _ = Judge(world(), person).judge(parse("attribute(age >= 19)"), (), day)
    assert verdict is (Verdict.MET if open_ else Verdict.NOT_MET)


def test_nobody_is_18_or_under_after_having_been_19_or_over() -> None:
    first = study("ADULT", "attribute(age >= 19)", ("award:Q-0",), 1)
    then = study("YOUNG", "all(attribute(age <= 18), holds(Q-0))", TO_GOAL, 1)
    result, found = solve(asked(world(first, then), book(Path())))
    assert (found, result.outcome, result.proven) == (None, Outcome.NONE_WITHIN_LIMITS, True)
    other = study("YOUNG", "attribute(age <= 18)", ("award:Q-0",), 1)
    last = study("ADULT", "all(attribute(age >= 19), holds(Q-0))", TO_GOAL, 1)
    _, found = solve(asked(world(other, last), book(Path())))
    assert found is not None, "the other way round a birthday lies between"
    assert (found.steps, found.unsure) == ((("ADULT", 1), ("YOUNG", 0)), 2)


def test_the_age_trap(tmp_path: Path) -> None:
    """The one way in is for 16 to 21, the other for 19 to 29: at 18 the first, at 25 the second, at 30 neither."""
    foundation = study("FOUNDATION", "all(attribute(age >= 16), attribute(age <= 21))", TO_GOAL, 1)
    second = study("P2A", "all(attribute(age >= 19), attribute(age <= 29))", TO_GOAL, 1)
    taken = {
        age: found.steps[0][0] if found else None
        for age in ("14", "18", "25", "30")
        for _, found in [solve(asked(world(foundation, second), book(tmp_path), attributes=(("age", age),)))]
    }
    assert taken == {"14": None, "18": "FOUNDATION", "25": "P2A", "30": None}


def test_a_scheme_shuts_out_from_the_day_its_rule_begins(tmp_path: Path) -> None:
    projection = world(study("S", "none", TO_GOAL, 1, kind="PT-BOOTCAMP"))
    schemes = book(tmp_path, rule("work", "entry", "attribute(employment = employed)", ON + timedelta(7), before="yes"))
    out = (("employment", "unemployed"),)
    assert solve(asked(projection, schemes, attributes=out, depart_after=ON))[1] is not None
    later = asked(projection, schemes, attributes=out, depart_after=ON + timedelta(7))
    assert solve(later)[1] is None
    assert later.barred["entry"] == {"S (no provider known)"}
    silent = solve(asked(projection, schemes, depart_after=ON + timedelta(7)))[1]
    assert silent is not None
    assert silent.unsure == 1


def test_the_cost_is_that_of_the_cheapest_sure_payment_on_the_day_of_the_start(tmp_path: Path) -> None:
    projection = world(study("S", "none", TO_GOAL, 1, cost=900, kind="PT-BOOTCAMP"))
    schemes = book(
        tmp_path,
        rule("half", "payment", "attribute(age >= 16)", pays="{learner: 450}"),
        rule("free", "payment", "attribute(employment = unemployed)", ON + timedelta(weeks=2), pays="{learner: 0}"),
    )
    out = (("age", "30"), ("employment", "unemployed"))
    costs = {
        name: (found.pounds, found.steps[0][1]) if found else None
        for name, known, given in (
            ("soonest", out, {}),
            ("cheapest", out, {"by": Criterion.COST}),
            ("silent", (("age", "30"),), {"by": Criterion.COST}),
            ("nothing known", (), {"by": Criterion.COST}),
            ("within £100", out, {"budget_pounds": 100}),
        )
        for _, found in [solve(asked(projection, schemes, attributes=known, **given))]
    }
    assert costs == {
        "soonest": (450, 0),
        "cheapest": (0, 2),
        "silent": (450, 0),
        "nothing known": (900, 0),
        "within £100": (0, 2),
    }


def test_what_is_free_from_a_day_on_is_waited_for(tmp_path: Path) -> None:
    projection = world(study("S", "none", TO_GOAL, 1, cost=900, kind="PT-BOOTCAMP"))
    day = ON + timedelta(weeks=3)
    schemes = book(tmp_path, rule("free", "payment", f"opportunity(starts >= {day})", pays="{learner: 0}"))
    for by, expected in ((Criterion.WEEKS, (900, 0)), (Criterion.COST, (0, 3))):
        _, found = solve(asked(projection, schemes, by=by))
        assert found is not None
        assert (found.pounds, found.steps[0][1]) == expected


def test_a_rule_that_is_due_for_review_is_relied_on_no_more_though_it_was_the_day_before(tmp_path: Path) -> None:
    projection = world(study("S", "none", TO_GOAL, 1, cost=900, kind="PT-BOOTCAMP"))
    catalogues = Catalogues(projection, book(tmp_path, rule("free", "payment", "none", pays="{learner: 0}")))
    reviewed = date(2030, 1, 1)
    for day, pounds in ((ON, 0), (reviewed, 0), (reviewed + timedelta(1), 900), (reviewed, 0)):
        question = ask(catalogues, PathwayRequest(to=(GOAL,), on=day, by=Criterion.COST), measured=True)
        _, found = solve(question)
        assert found is not None
        assert found.pounds == pounds


@pytest.mark.parametrize(("willing", "found_one"), [("yes", True), ("no", False), (None, False)])
def test_a_loan_counts_as_cost_but_not_against_the_budget(tmp_path: Path, willing: str | None, found_one: bool) -> None:
    projection = world(study("S", "none", TO_GOAL, 1, cost=900, kind="PT-BOOTCAMP"))
    schemes = book(
        tmp_path,
        rule("loan", "payment", "none", pays="{learner: 0, loan: 900}"),
        rule("own", "payment", "none", pays="{learner: 900}"),
    )
    known = () if willing is None else (("willing-to-borrow", willing),)
    _, found = solve(asked(projection, schemes, attributes=known, budget_pounds=100))
    assert (found is not None) is found_one
    assert found is None or found.pounds == 900
    plain = asked(projection, schemes, attributes=known)
    assert all(not (way.counted and way.counted.loan_pounds) for way in _offered(plain)), "no loan where none is needed"


def _offered(question: Asked) -> list[Way]:
    return [way for id, way in question.catalogue.ways.items() if id not in question.problem.barred]


def test_what_a_pathway_gives_counts_for_a_schemes_entry_rule(tmp_path: Path) -> None:
    first = study("FIRST", "none", ("award:Q-0",), 1)
    last = study("LAST", "none", TO_GOAL, 1, kind="PT-BOOTCAMP")
    schemes = book(tmp_path, rule("profile", "entry", "usually(holds(Q-0), by=provider)"))
    projection = world(first, last)
    unsure = solve(asked(projection, schemes))[1]
    assert unsure is not None
    assert unsure.unsure == 1
    sure = solve(asked(projection, schemes, confirmed_only=True))[1]
    assert sure is not None
    assert (sure.steps, sure.unsure) == ((("FIRST", 0), ("LAST", 1)), 0)


def test_people_to_whom_the_same_is_open_share_a_prepared_catalogue(tmp_path: Path) -> None:
    catalogues = Catalogues(world(study("S", "attribute(age >= 19)", TO_GOAL, 1)), book(tmp_path))
    made = [
        ask(catalogues, PathwayRequest(to=(GOAL,), on=date(2026, 11, 22), attributes=known), measured=True)
        for known in ((("age", "30"),), (("age", "31"),), (("born", NINETEEN_ON_IT),))
    ]
    assert made[0].problem.catalogue is made[1].problem.catalogue
    assert made[0].problem.catalogue is not made[2].problem.catalogue
