"""What must hold whatever is brought: more evidence never does harm, and nothing is ever decided here."""

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.projection import CompetencyFacts, Projection, RoleFacts, Status
from queries.eligibility.rulebook import rulebook
from queries.prior_learning.request import Claimed, ClaimVerdict, Held, PriorLearning, RoleWorked
from tests.prior_learning.test_ways_in import REGION
from tests.prior_learning.worlds import SOURCE, ask

WORLD = replace(
    REGION,
    roles={"OC-T": RoleFacts("OC-T", "Technician", 4, Status.PUBLISHED, ("healthtech",), None, None, SOURCE)},
    competencies=(
        CompetencyFacts("K-1", "OC-T", None, "ST1", "S1", "skill", "Calibrate sensors", "devices", True, (), SOURCE),
        CompetencyFacts("K-2", None, "Q-OTHER", "ST1", "S2", "skill", "Buy sensors", "devices", True, (), SOURCE),
    ),
)
THINGS = ("U-1", "U-2", "U-3", "U-4", "U-5", "U-X", "Q-HNC", "Q-OTHER", "Q-BARE", "Q-HNC:15", "PT-CAMP", "level:3")
BROUGHT = st.sets(st.sampled_from([*THINGS, "OC-T", "K-1", "K-2"]))
TARGETS = ("Q-HNC", "Q-HND", "Q-PLAIN", "Q-BARE", "C-1", "C-2")


def answer(projection: Projection, brought: Iterable[str]) -> PriorLearning:
    ids = sorted(brought)
    return ask(
        projection,
        to=TARGETS,
        holds=tuple(Held(id) for id in ids if id in THINGS),
        roles=tuple(RoleWorked(id) for id in ids if id.startswith("OC-")),
        competencies=tuple(Claimed(id) for id in ids if id.startswith("K-")),
        attributes=(("age", "30"),),
    )


@settings(max_examples=150, deadline=None)
@given(BROUGHT, BROUGHT)
def test_more_evidence_never_moves_the_way_in_back(some: set[str], more: set[str]) -> None:
    before, after = answer(WORLD, some), answer(WORLD, some | more)
    for one, other in zip(before.targets, after.targets, strict=True):
        latest, later = one.ways_in[one.latest - 1], other.ways_in[other.latest - 1]
        assert (later.credits_behind.most or 0) >= (latest.credits_behind.most or 0)
        if latest.credits_left is not None:
            assert later.credits_left is not None
            assert later.credits_left.least <= latest.credits_left.least
        if latest.bridge is None and not any(need.verdict == "not-met" for need in latest.needs):
            assert not any(need.verdict == "not-met" for need in later.needs)


@settings(max_examples=150, deadline=None)
@given(BROUGHT, BROUGHT)
def test_more_evidence_never_makes_a_claim_weaker(some: set[str], more: set[str]) -> None:
    before, after = answer(WORLD, some), answer(WORLD, some | more)
    order = list(ClaimVerdict)
    for one, other in zip(before.targets, after.targets, strict=True):
        verdicts = {unit.unit.id: unit.verdict for unit in other.worksheet}
        for unit in one.worksheet:
            if unit.unit.id in verdicts:
                assert order.index(verdicts[unit.unit.id]) <= order.index(unit.verdict)


@settings(max_examples=150, deadline=None)
@given(BROUGHT, BROUGHT)
def test_more_that_is_held_never_makes_an_award_further(some: set[str], more: set[str]) -> None:
    before = {one.award.id: one.credits_short for one in answer(WORLD, some).nearest}
    for one in answer(WORLD, some | more).nearest:
        was = before.get(one.award.id)
        if was is not None:
            assert one.credits_short is not None
            assert one.credits_short.least <= was.least
            assert was.most is None or (one.credits_short.most is not None and one.credits_short.most <= was.most)


@settings(max_examples=150, deadline=None)
@given(BROUGHT)
def test_the_same_number_is_left_wherever_it_is_said(some: set[str]) -> None:
    found = answer(WORLD, some)
    ways = {one.target.id: one.ways_in[0] for one in found.targets}
    for near in found.nearest:
        if near.award.id in ways and near.credits_short is not None:
            assert ways[near.award.id].credits_left == near.credits_short


def texts(value: Any) -> Iterable[str]:
    """Every text of an answer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


DECIDED = re.compile(r"\b(exempt\w*|granted|entitled to|guarantee\w*|will count|is recognised|are recognised)\b", re.I)


@pytest.mark.parametrize("brought", [(), THINGS, ("U-1", "U-X", "OC-T", "K-1")])
def test_nothing_says_that_learning_counts(brought: tuple[str, ...]) -> None:
    assert not [text for text in texts(answer(WORLD, brought)) if DECIDED.search(text)]


def test_nothing_says_that_learning_counts_in_the_region(region: Projection) -> None:
    roles = tuple(RoleWorked(id, 3, now=True) for id in region.roles)
    holds = (Held("U-COMP22-1"), Held("PT-BOOTCAMP"), Held("Q-TL-HCS"))
    to = ("Q-HNC-COMP22", "Q-HND-ENG24", "Q-L4-DIP-HCSCI", "C-WORCS-110")
    found = ask(region, rulebook(), roles=roles, holds=holds, to=to)
    ours = [replace(target, rules=(), bundles=replace(target.bundles, bundles=())) for target in found.targets]
    assert not [text for text in texts(replace(found, targets=tuple(ours))) if DECIDED.search(text)]
