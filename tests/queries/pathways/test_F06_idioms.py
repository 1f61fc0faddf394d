"""Rules that look as if more could be worse, as gates, windows and caps: each example and each rule tried in full."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations, permutations, product

import pytest

from queries.pathways.engine.idioms import (
    UnitCredit,
    at_most_one,
    counted_once,
    counted_towards,
    entitlement,
    exclusive_awards,
    first_is_free,
    native_minimum,
    priced,
    transfer_cap,
    within,
)
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import (
    AtLeast,
    Cap,
    Content,
    Criterion,
    Delivery,
    Expression,
    Limits,
    Outcome,
    PathwayProblem,
    Plan,
    PlannedStep,
)
from queries.pathways.engine.replay import Learner, PlanRefused, replay
from tests.support.text_world import world

ANYTHING = world("goal Anything")


def met(rule: Expression, facts: tuple[str, ...]) -> bool:
    return Learner(replace(ANYTHING, held=frozenset(facts)), 0).holds(rule)


def every_choice(facts: list[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(facts, size) for size in range(len(facts) + 1)))


UNITS = (
    UnitCredit(15, "A", ("A elsewhere",)),
    UnitCredit(15, "B", ("B elsewhere", "B abroad")),
    UnitCredit(30, "C", ("C elsewhere",)),
    UnitCredit(20, "D"),
)
CREDIT_FACTS = [fact for unit in UNITS for fact in (unit.native, *unit.accepted)]


def credits(facts: tuple[str, ...]) -> tuple[int, int]:
    """(native credits, credits of units held only from elsewhere), counted one by one."""
    native = sum(unit.credits for unit in UNITS if unit.native in facts)
    units = [unit for unit in UNITS if unit.native not in facts and any(one in facts for one in unit.accepted)]
    return native, sum(unit.credits for unit in units)


def test_half_of_the_credit_has_to_be_ours() -> None:
    rule = native_minimum(UNITS, needed=60, native=30)
    assert not met(rule, ("A elsewhere", "B elsewhere", "C elsewhere", "B"))
    assert met(rule, ("A elsewhere", "B elsewhere", "C"))


@pytest.mark.parametrize("most", [0, 15, 40, 100])
def test_a_cap_on_accepted_credit_is_a_native_minimum(most: int) -> None:
    rule = transfer_cap(UNITS, needed=60, most=most)
    for facts in every_choice(CREDIT_FACTS):
        native, accepted = credits(facts)
        assert met(rule, facts) == (native + min(accepted, most) >= 60), facts


@pytest.mark.parametrize("least", [0, 15, 45])
def test_a_native_minimum_counts_a_unit_from_two_sources_once(least: int) -> None:
    rule = native_minimum(UNITS, needed=50, native=least)
    for facts in every_choice(CREDIT_FACTS):
        native, accepted = credits(facts)
        assert met(rule, facts) == (native + accepted >= 50 and native >= least), facts


def test_units_that_exclude_each_other_count_once() -> None:
    rule = AtLeast(30, ((15, counted_once("Statistics 1", "Statistics B")), (15, "Maths"), (15, "Physics")))
    assert not met(rule, ("Statistics 1", "Statistics B"))
    for facts in every_choice(["Statistics 1", "Statistics B", "Maths", "Physics"]):
        counted = {"Statistics" if fact.startswith("Statistics") else fact for fact in facts}
        assert met(rule, facts) == (15 * len(counted) >= 30)


def best(problem: PathwayProblem, by: Criterion = Criterion.COST) -> int | None:
    """The proven optimum; None when there is no pathway."""
    result = ExactPlanner().solve(problem, by, Limits())
    assert result.proven
    if result.outcome is Outcome.FOUND:
        assert result.plan is not None
        replay(problem, result.plan)
    return result.value


TWO_PROGRAMMES = """
    goal Role

    HNC   | 30w £200 10h | -            | A
    HTQ   | 30w £300 10h | -            | A, B
    Top   | 10w £50 10h  | A            | B
    Extra | 10w £80 10h  | -            | C
    Role  | rule         | A and B and C | Role
"""


def test_programmes_that_exclude_each_other() -> None:
    problem = world(TWO_PROGRAMMES)
    assert best(problem) == 330
    apart = replace(problem, caps=(at_most_one("HNC or top-up", problem.deliveries, {"HNC", "Top"}),))
    assert best(apart) == 380
    none = replace(problem, caps=(*apart.caps, at_most_one("HTQ or extra", problem.deliveries, {"HTQ", "Extra"})))
    assert best(none) is None
    with pytest.raises(PlanRefused):
        replay(apart, Plan(tuple(PlannedStep(f"{name} 1", None) for name in ("HNC", "Top", "Extra"))))


AWARDS = """
    goal Role

    Units    | 20w £100 10h | -                    | A, B, C
    More     | 9w £70 10h   | -                    | Robotics
    Imaging  | award        | A and B              | Imaging
    Robotics | award        | B and C              | Robotics
    Role     | rule         | Imaging and Robotics | Role
"""


def test_of_two_awards_on_the_same_credit_one_is_made() -> None:
    problem = world(AWARDS)
    ids = [rule.id for rule in problem.rules if rule.kind == "award"]
    assert best(problem) == 100
    either = exclusive_awards(problem, "one award", ids)
    assert best(either) == 170
    assert best(replace(either, goal="Imaging")) == 100


def test_a_unit_is_counted_towards_one_award_only() -> None:
    problem = world("""
        goal Role

        Shared | 10w £10 10h | -                             | S
        Only A | 10w £20 10h | -                             | A
        Only B | 10w £40 10h | -                             | B
        Cert A | rule        | 30 of (30 S for A, 30 A)      | Cert A
        Cert B | rule        | 30 of (30 S for B, 30 B)      | Cert B
        Role   | rule        | Cert A and Cert B             | Role
    """)
    once = counted_towards(problem, "S", ["S for A", "S for B"])
    assert best(replace(once, goal="Cert A")) == 10
    assert best(replace(once, goal="Cert B")) == 10
    assert best(once) == 30
    tried = []
    for taken in every_choice(["S", "A", "B"]):
        for counted in ("A", "B"):
            have = {fact: fact in taken or ("S" in taken and counted == fact) for fact in ("A", "B")}
            if all(have.values()):
                tried.append(sum({"S": 10, "A": 20, "B": 40}[fact] for fact in taken))
    assert best(once) == min(tried)


LEVEL_3S = """
    goal Role

    Access | 10w £300 10h | -              | Level 3, Access
    Dental | 10w £500 10h | -              | Level 3, Dental
    Lab    | 10w £700 10h | Access or Dental | Level 3, Lab
    Short  | 2w £90 10h   | -              | Access
"""


@pytest.mark.parametrize(
    "goal", ["Access", "Dental", "Lab", "Access and Dental", "Dental and Lab", "Access and Dental and Lab"]
)
@pytest.mark.parametrize("held", [False, True])
def test_only_the_first_full_level_3_is_free(goal: str, held: bool) -> None:
    text = LEVEL_3S.replace("goal Role", f"goal {goal}\n    has {'Level 3' if held else 'GCSE'}")
    problem = world(text)
    asked = first_is_free(problem, {"Access", "Dental", "Lab"}, "Level 3")
    assert (asked is problem) == held
    assert best(asked) == least_when_the_first_is_free(problem, held)


def least_when_the_first_is_free(problem: PathwayProblem, held: bool) -> int:
    """Every order of every choice of courses, each priced by whether a full level 3 is held when it begins."""
    prices = {one.content: one.cost_pounds for one in problem.deliveries}
    contents = {one.id: one for one in problem.contents}
    totals = []
    for some in every_choice(sorted(contents)):
        for order in permutations(some):
            learner, total, funded = Learner(problem, None), 0, not held
            for name in order:
                content = contents[name]
                if not learner.holds(content.entry):
                    break
                free = funded and "Level 3" in content.adds
                total += 0 if free else prices[name]
                funded = funded and not free
                learner.completes(content, problem.deliveries[0], None)
            else:
                if learner.holds(problem.goal):
                    totals.append(total)
    return min(totals)


@pytest.mark.parametrize("opens", [0, 3])
@pytest.mark.parametrize("closes", [None, 5, 9])
@pytest.mark.parametrize("starts", [None, (0, 2, 5, 8)])
def test_an_age_is_a_window(opens: int, closes: int | None, starts: tuple[int, ...] | None) -> None:
    one = Delivery("d", "c", 0, 1, 0, starts, opens=opens, closes=closes)
    base = replace(ANYTHING, goal="F", horizon=40).with_catalogue([Content("c", "course", AtLeast(0, ()), ("F",))])

    def can_start(delivery: Delivery | None, week: int) -> bool:
        try:
            replay(base.with_catalogue(deliveries=[delivery] if delivery else []), Plan((PlannedStep("d", week),)))
        except PlanRefused:
            return False
        return True

    for first, last in product([0, 2, 4, 12], [None, 1, 4, 8]):
        limited = within(one, first, last)
        for week in range(14):
            of_age = first <= week and (last is None or week <= last)
            assert can_start(limited, week) == (can_start(one, week) and of_age)


def test_nineteen_or_over_at_the_start_waits_for_the_birthday() -> None:
    problem = world("goal Role\n Course | 10w £0 5h | - | Role\n Junior | 9w £0 5h @3,30 | - | Role")
    birthday = 20
    course, junior = problem.deliveries
    limited = [within(course, first=birthday), within(junior, last=birthday - 1)]
    assert best(problem.with_catalogue(deliveries=[one for one in limited if one]), Criterion.WEEKS) == 12
    assert within(replace(junior, starts=(30,)), last=birthday - 1) is None


def test_an_entitlement_is_a_cap_on_weeks_of_funded_study() -> None:
    problem = world("""
        goal Degree

        HND    | 100w £0 10h  | -   | HND
        HND    | 100w £900 10h
        Degree | 120w £0 10h  | HND | Degree
        Fast   | 90w £300 20h | HND | Degree
    """)
    funded = [one for one in problem.deliveries if one.cost_pounds == 0]
    weeks = {one.id: one.weeks for one in funded}
    for left in (0, 99, 100, 119, 120, 208, 219, 220):
        asked = replace(problem, caps=(entitlement("entitlement", funded, left),))
        tried = [
            first.cost_pounds + second.cost_pounds
            for first in problem.deliveries[:2]
            for second in problem.deliveries[2:]
            if weeks.get(first.id, 0) + weeks.get(second.id, 0) <= left
        ]
        assert best(asked) == min(tried)


def test_at_other_prices_caps_limit_what_they_did() -> None:
    problem = replace(world(TWO_PROGRAMMES), caps=(Cap("budget", Criterion.COST, 340),))
    by_step = priced(problem, lambda one: 1)
    assert best(by_step) == best(problem, Criterion.STEPS) == 3
    assert best(priced(replace(problem, caps=(Cap("budget", Criterion.COST, 329),)), lambda one: 1)) is None


def test_a_claim_is_a_step_that_costs_nothing_and_takes_no_time() -> None:
    problem = world(AWARDS)
    either = exclusive_awards(replace(problem, goal="Imaging"), "one award", [problem.rules[0].id])
    assert best(either, Criterion.STEPS) == 2
    assert best(either, Criterion.WEEKS) == 20
