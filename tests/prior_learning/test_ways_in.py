"""The latest sensible way in: what it rests on, what is behind and what is left, and the bridge to it."""

from dataclasses import replace
from typing import Any

import pytest

from graph.projection import Course, Projection, Status, Step, StepKind, Transfer, UnitOutcome
from queries.pathways.compile import UnknownThingError
from queries.prior_learning.known import next_start
from queries.prior_learning.request import Claimed, Held, Recognition, RoleWorked
from tests.prior_learning.worlds import DAY, SOURCE, ask, award, unit, world

HNC = award("Q-HNC", "credits(60, from=Q-HNC)", "credits(30, from=Q-HNC, unit_role=core)", credits=60)
HND = award("Q-HND", "credits(60, from=Q-HNC, level=4)", "credits(30, from=Q-HND, level=5)", credits=90, level=5)
OTHER = award("Q-OTHER", credits=40)
BARE = award("Q-BARE", credits=120)
MODEL = replace(award("Q-MODEL"), real=False)
FOREIGN = replace(award("Q-FOREIGN"), real=False, kind="PT-OTHER")


def _step(id: str, requirement: str) -> Step:
    return Step(
        id, StepKind.STUDY, id, (id,), 4, requirement, True, (f"award:{id}",), (), None, None, None,
        Status.PUBLISHED, (SOURCE,),
    )  # fmt: skip


def _transfer(id: str, from_id: str | None, to_id: str | None, credits: int | None, provider: str | None) -> Transfer:
    return Transfer(id, from_id, to_id, credits, False, f"as {id} says", SOURCE, provider)


COURSE = Course(
    "C-1", "Devices HNC", "P-1", "PT-HNC", "Q-HNC", Status.PUBLISHED, 4, None, "with interview", "unknown",
    ("2025-09", "2027-01-11", "2027"), None, SOURCE,
)  # fmt: skip
TOP_UP = replace(COURSE, id="C-2", title="Top-up", award=None, requirement="holds(Q-OTHER)", starts=())

REGION: Projection = replace(
    world(
        [HNC, HND, OTHER, BARE, MODEL, FOREIGN, replace(award("Q-PLAIN", credits=60), kind="PT-OTHER")],
        [
            *(unit(f"U-{n}", "Q-HNC", 15) for n in (1, 2)),
            *(unit(f"U-{n}", "Q-HNC", 15, "optional") for n in (3, 4)),
            unit("U-5", "Q-HND", 30, level=5),
            replace(unit("U-X", "Q-OTHER", 15), themes=("devices",)),
        ],
    ),
    steps=(
        _step("Q-HNC", "all(attribute(age >= 18), usually(level(3), by=provider))"),
        _step("Q-HND", "all(attribute(age >= 18), any(holds(Q-HNC), credits(45, from=Q-HNC, level=4)))"),
    ),
    transfers=(
        Transfer("CT-1", "Q-BARE", "Q-PLAIN", 15, True, "its first part", SOURCE),
        _transfer("CT-2", "Q-OTHER", "Q-HNC", 20, None),
        _transfer("CT-3", None, None, None, "P-1"),
        _transfer("CT-4", "Q-OTHER", "C-2", 40, "P-1"),
        _transfer("CT-5", "PT-CAMP", "Q-MODEL", None, None),
        _transfer("CT-6", "Q-BARE", "Q-MODEL", 10, None),
        _transfer("CT-7", "PT-TRIP", "Q-OTHER", 5, None),
        _transfer("CT-8", "PT-TRIP", "Q-FOREIGN", 5, None),
    ),
    outcomes=(
        UnitOutcome("U-3.1", "U-3", 1, "Calibrate sensors", "devices", SOURCE),
        UnitOutcome("U-X.1", "U-X", 1, "Calibrate sensors", "devices", SOURCE),
    ),
    courses=(COURSE, TOP_UP),
    types={"PT-CAMP": None, "PT-TRIP": None},
    labels={"Q-HNC": "HNC", "P-1": "College"},
)


def recognised(to: str, *holds: str, **facts: str) -> Recognition:
    answer = ask(REGION, to=(to,), holds=tuple(map(Held, holds)), attributes=tuple(facts.items()))
    return answer.targets[0]


WAYS: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "nothing brought": (("Q-HNC",), ["From the beginning, with 60 credits left to study."]),
    "a unit of its own, and whatever else the provider may accept": (
        ("Q-HNC", "U-1"),
        [
            "With 15 credits behind them, which count by the award's own rules, and 45 credits left to study.",
            "With as much more credit as College agrees to; without it, with 45 credits left to study.",
        ],
    ),
    "by the award's own rules": (
        ("Q-PLAIN", "Q-BARE:10"),
        [
            "Part-way, which is worth asking about: with up to 10 credits behind them, and 50 to 60 credits left to "
            "study, depending on which units the 10 are: bring the transcript."
        ],
    ),
    "credits of its own of which the units were not told": (
        ("Q-HNC", "U-1", "Q-HNC:30"),
        [
            "Part-way, which is worth asking about: with 15 to 45 credits behind them, and 15 to 45 credits left to "
            "study, depending on which units the 30 are: bring the transcript.",
            "With as much more credit as College agrees to; without it, with 15 to 45 credits left to study, "
            "depending on which units the 30 are: bring the transcript.",
        ],
    ),
    "credits that were told by number beside an award that the centre may accept": (
        ("Q-HNC", "Q-HNC:15", "Q-OTHER"),
        [
            "Part-way, which is worth asking about: with up to 15 credits behind them, and 45 to 60 credits left to "
            "study, depending on which units the 15 are: bring the transcript.",
            "With 20 to 35 credits behind them if the centre or College agrees, and 25 to 40 credits left to study, "
            "depending on which units the 15 are: bring the transcript.",
        ],
    ),
    "an award that the centre may accept": (
        ("Q-HNC", "Q-OTHER"),
        [
            "From the beginning, with 60 credits left to study.",
            "With 20 credits behind them if the centre or College agrees, and 40 credits left to study.",
        ],
    ),
    "a unit of another award that says the same as one of this": (
        ("Q-HNC", "U-X"),
        [
            "From the beginning, with 60 credits left to study.",
            "With as much more credit as the centre or College agrees to; without it, with 60 credits left to study.",
            "With 15 credits behind them if claims for 1 unit are accepted, which is worth asking about, "
            "and 45 credits left to study.",
        ],
    ),
    "a programme, for every award of the type": (
        ("Q-HNC", "PT-CAMP"),
        [
            "From the beginning, with 60 credits left to study.",
            "With as much more credit as College or the centre agrees to; without it, with 60 credits left to study.",
        ],
    ),
    "an award that a family of awards may accept, but not this one": (
        ("Q-HNC", "Q-BARE"),
        [
            "From the beginning, with 60 credits left to study.",
            "With as much more credit as College agrees to; without it, with 60 credits left to study.",
        ],
    ),
    "a programme, for an award of its type and for a family of another type": (
        ("Q-HNC", "PT-TRIP"),
        [
            "From the beginning, with 60 credits left to study.",
            "With as much more credit as College agrees to; without it, with 60 credits left to study.",
        ],
    ),
    "a course that leads to no award we know": (
        ("C-2", "Q-OTHER"),
        [
            "From the beginning, with what is left to study not known.",
            "With 40 credits behind them if College agrees, and what is left to study not known.",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_the_ways_in(name: str) -> None:
    (to, *holds), expected = WAYS[name]
    found = recognised(to, *holds)
    assert [way.text for way in found.ways_in] == expected
    assert found.ways_in[found.latest - 1].credits_behind.most == max(
        way.credits_behind.most or 0 for way in found.ways_in
    )


@pytest.mark.parametrize(
    ("holds", "age", "bridge"),
    [
        (("U-1", "U-2"), "30", "Before entry: 15 credits: any 1 of 2 optional units at level 4 of 15 credits."),
        (("Q-HNC:30",), "30", "Before entry: 15 credits: any 1 of 4 units at level 4 of 15 credits."),
        (("U-1", "U-2", "U-3"), "30", "Nothing that entry asks is missing."),
        (("Q-HNC",), "17", "Not met, and no units make it up: aged 18 or over."),
    ],
)
def test_the_bridge_to_entry(holds: tuple[str, ...], age: str, bridge: str) -> None:
    assert recognised("Q-HND", *holds, age=age).ways_in[0].bridge_text == bridge


def test_what_was_not_told_stays_open() -> None:
    said = recognised("Q-HNC").ways_in[0].bridge_text
    assert said == "Still open: aged 18 or over; the provider decides; usually an award at level 3 or higher."


def test_a_claim_counts_towards_the_entry_to_the_next_award() -> None:
    first, *_, last = recognised("Q-HND", "U-1", "U-2", "U-X", age="30").ways_in
    assert first.bridge is not None
    assert (last.rests_on, last.bridge, [unit.id for unit in last.claimed]) == (
        "claims that are worth asking about",
        None,
        ["U-3"],
    )
    assert "a claim for U-3, if it is accepted" in last.needs[1].satisfied_by


def test_units_of_an_award_that_is_held_are_not_claimed() -> None:
    assert [one.unit.id for one in recognised("Q-HND", "Q-HNC").worksheet] == ["U-5"]


def test_an_award_that_is_held_needs_no_way_in() -> None:
    assert recognised("Q-HNC", "Q-HNC").text == "HNC is held already."
    assert recognised("Q-HNC", "U-1").text.startswith("The latest sensible way in to HNC. With 15 credits behind them")


def test_courses_with_the_next_start() -> None:
    (course,) = recognised("Q-HNC").courses
    assert (course.provider.label, course.next_start, course.entry_note) == ("College", "2027-01-11", "with interview")


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        (("2026-11-22",), "2026-11-22"),
        (("2026-11-21",), None),
        (("2026-11",), None),
        (("2027", "2027-02", "2027-01-31"), "2027-01-31"),
        (("2027-01", "2027-01-05"), "2027-01"),
    ],
)
def test_the_next_start_is_as_exact_as_the_page(starts: tuple[str, ...], expected: str | None) -> None:
    assert next_start(starts, DAY) == expected


def test_an_unknown_id_is_named() -> None:
    questions: list[dict[str, Any]] = [{"to": ("Q-NO",)}, {"holds": (Held("Q-NO"),)}, {"roles": (RoleWorked("Q-NO"),)}]
    for asked in [*questions, {"competencies": (Claimed("Q-NO"),)}]:
        with pytest.raises(UnknownThingError) as raised:
            ask(REGION, **asked)
        assert raised.value.id == "Q-NO"
