"""The least that is left is exact: trying every choice of units finds nothing shorter."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.projection import AwardFacts, Projection, UnitFacts
from graph.requirements import Requirement, parse
from queries.pathways.compile import Person, award_rule, facts_of
from queries.pathways.judge import Judge
from queries.pathways.request import Verdict
from queries.prior_learning.shortfall import Shortfall, Shortfalls
from tests.prior_learning.worlds import DAY, award, unit, world

ROLES = ("core", "optional")
AWARDS = ("Q-A", "Q-B")


def shortfalls(projection: Projection) -> tuple[Shortfalls, Judge]:
    judge = Judge(projection, Person([], {}, projection, DAY))
    return Shortfalls(projection, judge, projection.units.values(), DAY), judge


def held(projection: Projection, *ids: str) -> frozenset[str]:
    return frozenset(fact for id in ids for fact in facts_of(id, projection))


def said(found: Shortfall | None) -> str:
    if found is None:
        return "not with these units"
    chosen = [f"{group.take} of {' '.join(unit.id for unit in group.units)}" for group in found.groups]
    return f"{found.credits}: {', '.join(chosen)}"


HNC = [
    award("Q-A", "credits(60, from=Q-A)", "credits(30, from=Q-A, unit_role=core)", credits=60),
    award("Q-B", "credits(60, from=Q-A)", "holds(U-8)", level=5),
]
UNITS = [
    unit("U-1", "Q-A", 15),
    unit("U-2", "Q-A", 15),
    unit("U-3", "Q-A", 15),
    unit("U-4", "Q-A", 20, "optional"),
    unit("U-5", "Q-A", 10, "optional"),
    unit("U-6", "Q-A", 15, "optional"),
    unit("U-7", "Q-A", None, "optional"),
    unit("U-8", "Q-B", 30, level=5),
]


@pytest.mark.parametrize(
    ("rule", "brought", "expected"),
    [
        ("credits(30, from=Q-A, unit_role=core)", (), "30: 2 of U-1 U-2 U-3"),
        ("credits(30, from=Q-A, unit_role=core)", ("U-2",), "15: 1 of U-1 U-3"),
        ("credits(30, from=Q-A, unit_role=core)", ("Q-A:30",), "30: 2 of U-1 U-2 U-3"),
        ("credits(35, from=Q-A)", (), "35: 1 of U-1 U-2 U-3 U-6, 1 of U-4"),
        ("credits(35, from=Q-A)", ("Q-A:15",), "20: 1 of U-4"),
        ("all(holds(U-5), credits(30, from=Q-A))", (), "30: 1 of U-5, 1 of U-4"),
        ("holds(U-7)", (), "0: 1 of U-7"),
        ("any(holds(U-4), credits(30, from=Q-A, unit_role=core))", ("U-1",), "15: 1 of U-2 U-3"),
        ("atleast(2, holds(U-1), holds(U-4), holds(U-5))", (), "25: 1 of U-1, 1 of U-5"),
        ("all(attribute(age >= 18), credits(10, from=Q-A))", (), "10: 1 of U-5"),
        ("credits(200, from=Q-A)", (), "not with these units"),
        ("level(4)", (), "not with these units"),
        ("holds(Q-A)", ("U-1", "U-2", "U-4"), "10: 1 of U-5"),
        ("holds(Q-B)", ("Q-A",), "30: 1 of U-8"),
        ("holds(Q-B)", ("U-1", "U-2", "U-4"), "40: 1 of U-8, 1 of U-5"),
    ],
)
def test_the_least_that_is_left(rule: str, brought: tuple[str, ...], expected: str) -> None:
    projection = world(HNC, UNITS)
    least, _ = shortfalls(projection)
    assert said(least.least(parse(rule), held(projection, *brought))) == expected


@pytest.mark.parametrize(
    ("rule", "brought", "expected"),
    [
        ("credits(30, from=Q-A, unit_role=core)", ("Q-A:30",), "0: "),
        ("credits(30, from=Q-A, unit_role=core)", ("Q-A:29",), "15: 1 of U-1 U-2 U-3"),
        ("credits(30, from=Q-A, unit_role=core)", ("Q-A:30", "U-1"), "0: "),
        ("credits(35, from=Q-A)", ("Q-A:15",), "20: 1 of U-4"),
        ("credits(35, from=Q-A)", ("Q-A:34",), "10: 1 of U-5"),
        ("all(holds(U-1), credits(20, from=Q-A, unit_role=optional))", ("Q-A:15",), "20: 1 of U-4"),
        ("all(holds(U-1), credits(20, from=Q-A, unit_role=optional))", ("Q-A:20",), "15: 1 of U-1"),
        ("all(holds(U-8), credits(15, from=Q-A, unit_role=core))", ("Q-A:30",), "30: 1 of U-8"),
        ("credits(200, from=Q-A)", ("Q-A:30",), "not with these units"),
    ],
)
def test_credits_without_their_units_are_at_best_of_the_most_useful_ones(
    rule: str, brought: tuple[str, ...], expected: str
) -> None:
    projection = world(HNC, UNITS)
    least, _ = shortfalls(projection)
    facts = held(projection, *brought)
    assert said(least.at_best(parse(rule), facts, loose_of(facts))) == expected


def loose_of(facts: frozenset[str]) -> frozenset[str]:
    return frozenset(fact for fact in facts if fact.startswith("credits:"))


def test_credits_of_an_award_of_which_no_unit_is_known_are_left_by_number() -> None:
    projection = world([award("Q-A", credits=120)], [])
    least, _ = shortfalls(projection)
    found = least.least(parse("credits(90, from=Q-A, level=4)"), held(projection, "Q-A:60"))
    assert found is not None
    assert (found.credits, dict(found.by_number), found.groups) == (30, {"Q-A": 30}, ())


@st.composite
def leaves(draw: st.DrawFn) -> str:
    of = draw(st.sampled_from(AWARDS))
    kind = draw(st.sampled_from(["credits", "credits", "credits", "unit", "award"]))
    if kind == "unit":
        return f"holds(U-{draw(st.integers(0, 5))})"
    if kind == "award":
        return f"holds({of})"
    narrowed = draw(st.sampled_from(["", ", level=4", ", level=5", ", unit_role=core", ", unit_role=optional"]))
    source = draw(st.sampled_from([f", from={of}", f", from={of}", ""]))
    return f"credits({draw(st.sampled_from([5, 10, 15, 30, 40]))}{source}{narrowed})"


@st.composite
def rules(draw: st.DrawFn) -> str:
    parts = draw(st.lists(leaves(), min_size=1, max_size=3))
    how = draw(st.sampled_from(["all", "any", "atleast"]))
    return f"atleast(2, {', '.join(parts)})" if how == "atleast" and len(parts) > 1 else f"all({', '.join(parts)})"


@st.composite
def small_worlds(draw: st.DrawFn) -> tuple[list[AwardFacts], list[UnitFacts]]:
    awards = [
        award(
            id,
            *draw(st.lists(leaves() | rules(), max_size=3)),
            credits=draw(st.sampled_from([15, 30, 40])),
            level=level,
        )
        for id, level in zip(AWARDS, (4, 5), strict=True)
    ]
    units = [
        unit(
            f"U-{n}",
            draw(st.sampled_from(AWARDS)),
            draw(st.sampled_from([5, 10, 15, 15, 20])),
            draw(st.sampled_from(ROLES)),
            draw(st.sampled_from([4, 5])),
        )
        for n in range(6)
    ]
    return awards, units


def by_trying_everything(
    requirement: Requirement, facts: frozenset[str], projection: Projection, judge: Judge
) -> tuple[int, int] | None:
    """Fewest credits and then fewest units of any set of units that meets the requirement."""
    left = [unit for unit in projection.units.values() if f"unit:{unit.id}" not in facts]
    sets = (chosen for n in range(len(left) + 1) for chosen in combinations(left, n))
    worths = [
        (sum(unit.credits or 0 for unit in chosen), len(chosen))
        for chosen in sets
        if judge.judge(requirement, facts | {f"unit:{unit.id}" for unit in chosen})[0] is Verdict.MET
    ]
    return min(worths, default=None)


@settings(max_examples=300, deadline=None)
@given(small_worlds(), rules(), st.sets(st.sampled_from([*(f"U-{n}" for n in range(6)), "Q-A", "Q-B", "Q-A:10"])))
def test_trying_every_choice_of_units_finds_nothing_shorter(
    made: tuple[list[AwardFacts], list[UnitFacts]], rule: str, brought: set[str]
) -> None:
    projection = world(*made)
    least, judge = shortfalls(projection)
    facts = held(projection, *sorted(brought))
    rules_of_awards = [(award_rule(one), one.id) for one in made[0]]
    for requirement, of in ((parse(rule), None), *rules_of_awards):
        if requirement is None:
            continue
        found = least.least(requirement, facts, of)
        expected = by_trying_everything(requirement, facts, projection, judge)
        with_units = {unit.award for unit in projection.units.values()}
        if found is not None and found.by_number:
            assert not with_units.intersection(found.by_number)
            continue
        assert (None if found is None else (found.credits, found.units)) == expected


def could_be(facts: frozenset[str], projection: Projection) -> Iterator[frozenset[str]]:
    """Everything that may be held where credits were told by number: any units of so many credits, and the rest."""
    told = Counter[str | None]()
    for fact in loose_of(facts):
        told[fact.split(":")[1]] += int(fact.split(":")[2])
    open_ = [unit for unit in projection.units.values() if unit.award in told and f"unit:{unit.id}" not in facts]
    for chosen in (chosen for n in range(len(open_) + 1) for chosen in combinations(open_, n)):
        rest = Counter(told)
        for one in chosen:
            rest[one.award] -= one.credits or 0
        if min(rest.values(), default=0) >= 0:
            units = {f"unit:{unit.id}" for unit in chosen}
            yield facts - loose_of(facts) | units | {f"credits:{award}:{n}" for award, n in rest.items() if n}


@settings(max_examples=150, deadline=None)
@given(
    small_worlds(),
    rules(),
    st.sets(st.sampled_from(["U-0", "U-1", "Q-A:10", "Q-A:25", "Q-B:15", "Q-B:20"]), min_size=1),
)
def test_trying_all_that_may_be_held_finds_nothing_shorter_than_at_best(
    made: tuple[list[AwardFacts], list[UnitFacts]], rule: str, brought: set[str]
) -> None:
    projection = world(*made)
    least, judge = shortfalls(projection)
    facts = held(projection, *sorted(brought))
    for requirement, of in ((parse(rule), None), *((award_rule(one), one.id) for one in made[0])):
        if requirement is None:
            continue
        found = least.at_best(requirement, facts, loose_of(facts), of)
        if found is not None and found.by_number:
            continue
        tried = (by_trying_everything(requirement, one, projection, judge) for one in could_be(facts, projection))
        expected = min(filter(None, tried), default=None)
        assert (None if found is None else (found.credits, found.units)) == expected


@settings(max_examples=100, deadline=None)
@given(small_worlds(), rules(), st.randoms())
def test_any_units_of_a_group_will_do(
    made: tuple[list[AwardFacts], list[UnitFacts]], rule: str, chance: Random
) -> None:
    projection = world(*made)
    least, judge = shortfalls(projection)
    found = least.least(parse(rule), frozenset())
    if found is None or found.by_number:
        return
    chosen = [unit for group in found.groups for unit in chance.sample(group.units, group.take)]
    assert judge.judge(parse(rule), {f"unit:{unit.id}" for unit in chosen})[0] is Verdict.MET
