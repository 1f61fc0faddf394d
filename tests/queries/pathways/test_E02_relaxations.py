"""Which limits close the way: the smallest sets that, lifted, open a pathway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from random import Random

from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, Outcome, PathwayProblem, Plan, PlannerResult
from queries.pathways.engine.relax import Names, Relaxation, relaxations
from tests.queries.pathways.questions import layered_question
from tests.support.text_world import line, world

CLOSED = PlannerResult(Outcome.PROVED_NONE, None, None, None, True, None)
GAVE_UP = PlannerResult(Outcome.STOPPED_EARLY, None, None, 0, False, None)


def opened(value: int) -> PlannerResult:
    return PlannerResult(Outcome.FOUND, Plan(()), value, value, True, None)


def answers(values: dict[str, int], unknown: tuple[str, ...] = ()) -> Callable[[Names], PlannerResult]:
    """Opens when a key (letters) is lifted whole, at the least such value; sets spelt out in `unknown` give up."""

    def lifted(some: Names) -> PlannerResult:
        if "".join(sorted(some)) in unknown:
            return GAVE_UP
        found = [value for letters, value in values.items() if set(letters) <= some]
        return opened(min(found)) if found else CLOSED

    return lifted


def told(found: tuple[Relaxation, ...]) -> list[str]:
    return [f"{''.join(sorted(one.lifted))} {one.result.value}{'' if one.proven else ' ?'}" for one in found]


def test_fewest_limits_first_then_the_better_pathway() -> None:
    assert told(relaxations("abcd", answers({"bc": 5, "ad": 3, "d": 9, "abc": 1}))) == ["d 9", "bc 5"]
    assert told(relaxations("abcd", answers({"bc": 5, "ad": 3, "abd": 1}))) == ["ad 3", "bc 5"]
    assert told(relaxations("abcd", answers({"bc": 5, "ad": 3, "abd": 1}), most=1)) == ["ad 3"]


def test_nothing_when_all_limits_lifted_open_none_and_nothing_to_lift_when_there_is_a_pathway() -> None:
    assert relaxations("abc", answers({})) == ()
    assert told(relaxations("abc", answers({"": 7}))) == [" 7"]


def test_a_search_given_up_never_counts_as_closed() -> None:
    """That lifting b alone opens nothing is not known, so it is not claimed that a is needed beside it."""
    assert told(relaxations("ab", answers({"ab": 4}, unknown=("b",)))) == ["ab 4 ?"]
    assert told(relaxations("abc", answers({"ab": 4, "c": 2}, unknown=("b",)))) == ["c 2", "ab 4 ?"]
    assert relaxations("ab", answers({}, unknown=("ab",))) == ()


def test_what_a_cheap_test_closes_is_not_asked() -> None:
    asked: list[str] = []
    values = answers({"ab": 1})

    def lifted(some: Names) -> PlannerResult:
        asked.append("".join(sorted(some)))
        return values(some)

    assert told(relaxations("abcd", lifted, surely_closed=lambda some: "a" not in some)) == ["ab 1"]
    assert all("a" in one for one in asked)


def test_agrees_with_every_set_of_limits_and_asks_less() -> None:
    asked_of_all = 0
    for seed in range(300):
        random = Random(seed)
        names = "abcdef"
        opening = ["".join(sorted(random.sample(names, random.randint(1, 4)))) for _ in range(random.randint(1, 5))]
        values = answers({letters: random.randint(1, 9) for letters in opening})
        asked: list[Names] = []

        def lifted(
            some: Names, asked: list[Names] = asked, values: Callable[[Names], PlannerResult] = values
        ) -> PlannerResult:
            asked.append(some)
            return values(some)

        found = relaxations(names, lifted, most=100)
        sets = [frozenset(one) for size in range(7) for one in combinations(names, size)]
        opens = [some for some in sets if values(some).plan is not None]
        minimal = [some for some in opens if not any(other < some for other in opens)]
        assert {one.lifted for one in found} == set(minimal)
        order = [(len(one.lifted), one.result.value) for one in found]
        assert order == sorted(order, key=str)
        assert all(one.proven for one in found)
        assert len(asked) == len(set(asked))
        asked_of_all += len(asked)
    assert asked_of_all < 300 * 64 / 2


def test_limits_of_real_questions() -> None:
    text = """
        week 10h
        ends 30w
        goal Role

        Evening course | 40w £100 8h  | -       | Role
        Full-time      | 20w £300 30h | -       | Skill
        Work trial     | 4w £0 30h    | Skill   | Role
    """
    problem = world(text)

    def lifted(some: Names) -> PlannerResult:
        roomy = replace(problem, hours_cap=60 if "hours" in some else 10, horizon=520 if "dates" in some else 30)
        return ExactPlanner().solve(roomy, Criterion.WEEKS, Limits())

    found = relaxations(("hours", "dates"), lifted)
    assert [(*one.lifted, line(problem_without(problem, one.lifted), one.result)) for one in found] == [
        ("hours", "Full-time 20w ~ Work trial 4w ~ Role [24w £300 2 steps]"),
        ("dates", "Evening course 40w ~ Role [40w £100 1 step]"),
    ]


def problem_without(problem: PathwayProblem, some: Names) -> PathwayProblem:
    return replace(problem, hours_cap=60 if "hours" in some else 10, horizon=520 if "dates" in some else 30)


def test_on_random_questions_each_set_opens_a_pathway_and_none_of_its_parts_does() -> None:
    several = 0
    for seed in range(150):
        problem = replace(layered_question(seed, 5), hours_cap=5, horizon=6)
        barred = frozenset(one.id for one in problem.deliveries if one.cost_pounds > 0)

        def lifted(some: Names, tight: PathwayProblem = problem, barred: frozenset[str] = barred) -> PlannerResult:
            question = replace(
                tight,
                hours_cap=60 if "hours" in some else 5,
                horizon=40 if "dates" in some else 6,
                barred=frozenset() if "money" in some else barred,
            )
            return ExactPlanner().solve(question, Criterion.WEEKS, Limits())

        names = ("hours", "dates", "money")
        found = relaxations(names, lifted)
        opens = {
            some: lifted(some).plan is not None
            for size in range(4)
            for some in map(frozenset, combinations(names, size))
        }
        assert {one.lifted for one in found} == {
            some for some, yes in opens.items() if yes and not any(opens[other] for other in opens if other < some)
        }
        several += len(found) > 1
    assert several >= 5
