"""Every legal choice of an award: by its rules, against brute force, and what is said where something lacks."""

import random
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from graph.projection import AwardFacts, Projection, RoleFacts, Status, UnitFacts
from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    CreditsFrom,
    Holds,
    Requirement,
    references,
    write,
)
from queries.coverage.award_rules import AwardRule
from queries.coverage.choices import EveryChoice, Outcome, legal_choices
from queries.coverage.model import CoverageFacts, Inference
from queries.coverage.tally import every_choice
from queries.profiles import UnknownIdError
from tests.support.coverage_world import source, world

ROLES = ("core", "optional", "specialist")


def rule(text: str | None, number: int = 1, award: str = "Q-A", about: str = "credits", value: str = "") -> AwardRule:
    id = f"AR-{number}"
    return AwardRule(id, award, about, "=", value, None, f"Rule {number}", text, source(id))


def unit(number: int, credits: int | None = 15, role: str = "core", level: int = 4, award: str = "Q-A") -> UnitFacts:
    id = f"U-{number}"
    return UnitFacts(id, f"Title {number}", award, level, credits, role, source(id), number=str(number))


def projection(*units: UnitFacts, awards: tuple[str, ...] = ("Q-A",)) -> Projection:
    made = {id: AwardFacts(id, id, 4, 120, (), source(id), kind="PT-HNC", awarding_body="The body") for id in awards}
    roles = {"OC-A": RoleFacts("OC-A", "The job", 4, Status.PUBLISHED, (), None, None, source("OC-A"))}
    return Projection((), (), (), roles, made, {one.id: one for one in units}, {}, (), (), {})


def facts_of(made: Projection, covers: dict[str, list[str]], items: list[str]) -> CoverageFacts:
    """A role that needs the items, and units that cover some of them."""
    lines = [f"role OC-A level 4: {' '.join(items)}"]
    for id, one in made.units.items():
        told = ", ".join(f"{item} unit-theme" for item in covers.get(id, []))
        lines.append(f"unit {id} in {one.award} level {one.level}{': ' if told else ''}{told}")
    return replace(world("\n".join(lines)), projection=made)


def names(choice: EveryChoice, which: str) -> set[str]:
    """All units of the worst or the best choice."""
    shown = getattr(choice, which)
    return {one.id for one in (*choice.everybody, *shown.units)}


# --- by brute force, and a judge that shares no code ------------------------------------------------------------------


def holds(asked: Requirement, units: frozenset[UnitFacts]) -> bool:
    """Whether a set of units meets a rule, read off the rule itself."""
    match asked:
        case AllOf(parts):
            return all(holds(part, units) for part in parts)
        case AnyOf(parts):
            return any(holds(part, units) for part in parts)
        case AtLeast(count, parts):
            return len([part for part in parts if holds(part, units)]) >= count
        case Holds(id):
            return id in {one.id for one in units}
        case CreditsFrom(credits, award, level, role):
            fitting = [one for one in units if award is None or one.award == award]
            fitting = [one for one in fitting if level is None or one.level == level]
            return sum(one.credits or 0 for one in fitting if role is None or one.role == role) >= credits
        case _:
            raise AssertionError(asked)


def a_requirement(rng: random.Random, units: list[UnitFacts], depth: int = 0) -> Requirement:
    kind = rng.random()
    if depth == 2 or (depth and kind < 0.6):
        if kind < 0.15:
            return Holds(rng.choice(units).id)
        level, role = rng.choice([None, None, 4, 5]), rng.choice([None, None, *ROLES])
        return CreditsFrom(rng.choice([5, 10, 15, 30]), rng.choice([None, "Q-A", "Q-A", "Q-A", "Q-B"]), level, role)
    parts = tuple(a_requirement(rng, units, depth + 1) for _ in range(rng.randint(1, 3)))
    match rng.randrange(3):
        case 0:
            return AllOf(parts)
        case 1:
            return AnyOf(parts)
    return AtLeast(rng.randint(1, len(parts)), parts)


@pytest.mark.parametrize("start", range(0, 840, 140))
def test_random_rules_agree_with_brute_force(start: int) -> None:
    worked_out = none = 0
    for seed in range(start, start + 140):
        rng = random.Random(seed)
        units = [
            unit(
                n,
                rng.choice([5, 10, 15, 15, 30]),
                rng.choice(ROLES),
                rng.choice([4, 4, 5]),
                rng.choice(["Q-A"] * 3 + ["Q-B"]),
            )
            for n in range(rng.randint(3, 9))
        ]
        asked = [a_requirement(rng, units) for _ in range(rng.randint(1, 3))]
        made = projection(*units, awards=("Q-A", "Q-B"))
        items = [f"K{n}" for n in range(rng.randint(1, 7))]
        covers = {one.id: rng.sample(items, rng.randint(0, min(3, len(items)))) for one in units}
        found = legal_choices(made, [rule(write(one), n) for n, one in enumerate(asked)], "Q-A")
        every = every_choice(facts_of(made, covers, items), Inference(), "OC-A", found)

        named = {"Q-A", *(id for one in asked for id in references(one))}
        units = [one for one in units if {one.id, one.award} & named]
        sets = [frozenset(some) for size in range(len(units) + 1) for some in combinations(units, size)]
        meeting = {some for some in sets if all(holds(one, some) for one in asked)}
        legal = [some for some in meeting if not any(some - {one} in meeting for one in some)]
        assert every.total == len(legal), seed
        if not legal:
            assert found.outcome in (Outcome.NO_CHOICE, Outcome.NOT_KNOWN)
            none += 1
            continue
        worked_out += 1
        covered = {some: {item for one in some for item in covers[one.id]} for some in legal}
        numbers = Counter(map(len, covered.values()))
        assert every.worst is not None
        assert every.best is not None
        assert (every.worst.covered, every.best.covered) == (min(numbers), max(numbers))
        assert every.all_of_it == numbers[len(items)]
        assert dict(every.by_number) == dict(numbers)
        assert [one.choices for one in every.reached] == [
            sum(item in some for some in covered.values()) for item in items
        ]
        for which, number in (("worst", min(numbers)), ("best", max(numbers))):
            (shown,) = [some for some in legal if {one.id for one in some} == names(every, which)]
            assert len(covered[shown]) == number
            lost = {one.competency for one in every.reached if one.choices} - covered[shown]
            assert set(getattr(every, which).lost) == lost
    assert worked_out >= 40
    assert none


# --- read as worked examples ------------------------------------------------------------------------------------------


@pytest.fixture
def certificate() -> Projection:
    """Two core units, one of three optional ones: 45 credits, three legal choices."""
    return projection(unit(1), unit(2), *(unit(n, role="optional") for n in (3, 4, 5)))


RULES = [
    rule("credits(45, from=Q-A)", 1),
    rule("credits(30, from=Q-A, unit_role=core)", 2),
    rule("credits(15, from=Q-A, unit_role=optional)", 3),
    rule(None, 4, about="co_requisite"),
]


def test_the_learner_who_falls_through(certificate: Projection) -> None:
    found = legal_choices(certificate, RULES, "Q-A")
    covers = {"U-1": ["K1"], "U-3": ["K2"], "U-4": ["K2", "K3"], "U-5": []}
    every = every_choice(facts_of(certificate, covers, ["K1", "K2", "K3", "K4"]), Inference(), "OC-A", found)
    assert [one.name for one in every.everybody] == ["Unit 1", "Unit 2"]
    assert every.worst is not None
    assert ([one.name for one in every.worst.units], every.worst.lost) == (["Unit 5"], ("K2", "K3"))
    assert {one.competency: one.choices for one in every.reached} == {"K1": 3, "K2": 2, "K3": 1, "K4": 0}
    assert (every.all_of_it, every.all_there_is, every.total) == (0, 1, 3)
    assert [one.name for one in every.silent] == ["Unit 2", "Unit 5"]
    assert [one.id for one in found.unchecked] == ["AR-4"]


def test_credits_that_nobody_knows_are_named_with_whom_to_ask(certificate: Projection) -> None:
    units = certificate.units | {"U-5": unit(5, None, "optional")}
    blank = replace(certificate, units=units)
    found = legal_choices(blank, RULES, "Q-A")
    assert (found.outcome, found.choices) == (Outcome.NOT_KNOWN, None)
    assert found.missing == (
        "The credits of 1 units are not known (U-5): ask The body, or say what a unit of unknown size is to count.",
    )
    said = legal_choices(blank, RULES, "Q-A", blank_credits=15)
    assert (said.outcome, said.choices and said.choices.total) == (Outcome.WORKED_OUT, 3)
    assert said.assumed == ("1 units of unknown size are taken to have 15 credits, as the question says.",)
    own = [*RULES, rule(None, 9, about="standard_unit", value="15 credits = 150 hours")]
    printed = legal_choices(blank, own, "Q-A")
    assert printed.outcome is Outcome.WORKED_OUT
    assert printed.assumed == ("1 units of unknown size are taken to have 15 credits, the standard unit of AR-9.",)


def test_credits_that_no_rule_asks_for_need_not_be_known() -> None:
    found = legal_choices(projection(unit(1, None), unit(2, None)), [rule("holds(U-1)")], "Q-A")
    assert found.outcome is Outcome.WORKED_OUT
    assert found.choices is not None
    assert found.choices.total == 1
    assert found.assumed == (
        "No rule that can be checked says how many credits the award takes in all: a choice here is the least that its"
        " other rules ask.",
    )


def test_rules_that_known_units_cannot_meet_are_named(certificate: Projection) -> None:
    found = legal_choices(certificate, [rule("credits(120, from=Q-A)")], "Q-A")
    assert found.outcome is Outcome.NO_CHOICE
    assert found.missing == ("All known units together do not meet: at least 120 credits of Q-A.",)
    every = every_choice(facts_of(certificate, {}, ["K1"]), Inference(), "OC-A", found)
    assert (every.total, every.worst, every.all_of_it) == (0, None, None)


@pytest.mark.parametrize(
    ("rules", "units", "missing"),
    [
        ([], [unit(1)], "No rule of Q-A that can be checked is known."),
        ([rule(None)], [unit(1)], "No rule of Q-A that can be checked is known."),
        ([rule("credits(15, from=Q-A)")], [], "No unit of Q-A is known."),
    ],
)
def test_without_rules_or_units_nothing_can_be_worked_out(
    rules: list[AwardRule], units: list[UnitFacts], missing: str
) -> None:
    found = legal_choices(projection(*units), rules, "Q-A")
    assert (found.outcome, found.missing) == (Outcome.NOT_KNOWN, (missing,))


def test_what_a_rule_asks_of_the_person_is_taken_as_given(certificate: Projection) -> None:
    found = legal_choices(certificate, [*RULES, rule("all(level(3), attribute(age >= 19))", 5)], "Q-A")
    assert found.outcome is Outcome.WORKED_OUT
    assert found.granted == ("an award at level 3 or higher", "aged 19 or over")


def test_a_stage_is_taken_by_the_rules_of_its_own_award() -> None:
    """The diploma asks for 120 credits of the certificate, which has a rule of its own: 8 of 9 units, with unit 1."""
    first = [unit(n, role="core" if n == 1 else "optional") for n in range(1, 10)]
    second = [unit(n, level=5, award="Q-B") for n in (11, 12)]
    made = projection(*first, *second, awards=("Q-A", "Q-B"))
    rules = [
        rule("all(credits(120, from=Q-A), credits(30, from=Q-B, level=5))", 1, "Q-B"),
        rule("credits(15, from=Q-A, unit_role=core)", 2, "Q-A"),
    ]
    found = legal_choices(made, rules, "Q-B")
    assert found.choices is not None
    assert found.choices.total == 8
    assert [one.id for one in found.used] == ["AR-1", "AR-2"]
    assert found.assumed == ("The credits that come from Q-A are taken by the rules of that award.",)


def test_placeholders_are_no_units_unless_they_are_let_in() -> None:
    made_up = replace(unit(1, role="illustrative"), source=source("U-1", Status.ILLUSTRATIVE))
    rules = [rule("credits(15, from=Q-A)")]
    assert legal_choices(projection(made_up), rules, "Q-A").outcome is Outcome.NOT_KNOWN
    found = legal_choices(projection(made_up), rules, "Q-A", placeholders=True)
    assert (found.outcome, found.status) == (Outcome.WORKED_OUT, Status.ILLUSTRATIVE)


def test_a_search_that_is_stopped_says_so() -> None:
    made = projection(*(unit(n, 10 + n) for n in range(20)))
    found = legal_choices(made, [rule("credits(200, from=Q-A)")], "Q-A", nodes=100)
    assert found.outcome is Outcome.NOT_FINISHED
    assert found.missing == (
        "The search for legal choices was stopped: more than 100 combinations of sizes had to be looked at.",
    )


def test_where_counting_takes_too_much_the_ends_stand_without_shares() -> None:
    rng = random.Random(3)
    made = projection(*(unit(n) for n in range(30)))
    items = [f"K{n}" for n in range(60)]
    covers = {id: rng.sample(items, 3) for id in made.units}
    found = legal_choices(made, [rule("credits(60, from=Q-A)")], "Q-A")
    facts = facts_of(made, covers, items)
    little, whole = (every_choice(facts, Inference(), "OC-A", found, steps) for steps in (1000, 60_000_000))
    assert little.total == whole.total == 27405
    assert little.worst is not None
    assert whole.worst is not None
    assert little.worst.covered == whole.worst.covered
    assert (little.by_number, little.all_of_it) == ({}, 0)
    assert little.reached == whole.reached


def test_unknown_roles_and_awards_are_refused(certificate: Projection) -> None:
    with pytest.raises(UnknownIdError):
        legal_choices(certificate, RULES, "Q-Z")
    with pytest.raises(UnknownIdError):
        every_choice(facts_of(certificate, {}, ["K1"]), Inference(), "OC-Z", legal_choices(certificate, RULES, "Q-A"))


def test_a_unit_below_the_level_does_not_cover(certificate: Projection) -> None:
    units = {id: replace(one, level=3) for id, one in certificate.units.items()}
    low = replace(certificate, units=units)
    facts = facts_of(low, {"U-1": ["K1"]}, ["K1"])
    found = legal_choices(low, RULES, "Q-A")
    for levels, choices in ((0, 0), (1, 3), (None, 3)):
        every = every_choice(facts, Inference(levels_below=levels), "OC-A", found)
        assert [one.choices for one in every.reached] == [choices]
