"""A step of a pathway says how it may be shorter by credits that the person brings, as prior learning counts them."""

from dataclasses import replace
from datetime import date

import pytest

from graph.projection import Projection, Transfer
from queries.pathways.request import AnswerStep, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from tests.prior_learning.worlds import SOURCE, award, unit, world
from tests.queries.pathways.people import study

ON = date(2026, 11, 22)
RULE = "credits(60, from=Q-A)"
UNITS = [unit(f"U-{n}", "Q-A", 15) for n in range(4)]


def whole(*rules: str) -> Projection:
    """A certificate of 60 credits in four units, and the course that ends with it."""
    projection = world([award("Q-A", *rules, credits=60)], UNITS)
    return replace(projection, steps=(study("Q-A", "none", ("award:Q-A",), 30),), labels={"Q-A": "Certificate"})


def step(projection: Projection, *holds: str, to: str = "Q-A") -> AnswerStep:
    """The one step to an award."""
    service = PathwayService(projection, ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00"))
    (found,) = service.answer(PathwayRequest(holds=holds, to=(to,), on=ON)).pathways[0].steps
    return found


def test_units_of_the_award_are_counted_by_its_own_rules() -> None:
    found = step(whole(RULE), "U-0", "U-1")
    assert found.shorter is not None
    assert (found.shorter.credits, found.shorter.least_left, found.shorter.most_left) == (60, 30, 30)
    assert found.shorter.sure
    assert found.shorter.text.startswith(
        "30 credits of Certificate count by its own rules: 30 credits of its 60 are left"
    )
    assert found.weeks is not None
    assert found.weeks.value == 30, "the step counts whole: how long the rest takes nobody published"


def test_credits_without_their_units_are_a_range() -> None:
    found = step(whole("credits(45, from=Q-A, unit_role=core)", RULE), "Q-A:30").shorter
    assert found is not None
    assert (found.least_left, found.most_left, found.sure) == (30, 60, False)
    assert "which units they are decides: bring the transcript" in found.text


def test_where_the_rules_are_not_known_credits_are_counted_by_number_and_never_sure() -> None:
    found = step(whole(), "U-0").shorter
    assert found is not None
    assert (found.least_left, found.most_left, found.sure) == (45, 45, False)
    assert "its own rules are not known here" in found.text


@pytest.mark.parametrize("holds", [(), ("level:3",), ("Q-B",)])
def test_what_does_not_count_shortens_nothing(holds: tuple[str, ...]) -> None:
    projection = whole(RULE)
    awards = {**projection.awards, "Q-B": award("Q-B", credits=60)}
    assert step(replace(projection, awards=awards), *holds).shorter is None


@pytest.mark.parametrize(("entry", "counts"), [("holds(Q-A)", False), ("none", True)])
def test_what_the_step_asks_for_is_in_its_length_already(entry: str, counts: bool) -> None:
    """A diploma takes in the certificate by rule; a course that asks for the certificate is what comes after it."""
    projection = whole(RULE)
    transfer = Transfer("CT-1", "Q-A", "Q-B", 60, automatic=True, condition="the first half", source=SOURCE)
    diploma = replace(
        projection,
        awards={**projection.awards, "Q-B": award("Q-B", credits=120, level=5)},
        steps=(*projection.steps, study("Q-B", entry, ("award:Q-B",), 30)),
        transfers=(transfer,),
    )
    assert (step(diploma, "Q-A", to="Q-B").shorter is not None) is counts
