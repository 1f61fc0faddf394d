"""Where there is no pathway: the one thing that nobody said and that would open one, of the person and of an offer."""

from typing import Any

import pytest

from graph.projection import Step
from queries.eligibility.rulebook import RuleBook
from queries.pathways.engine.problem import Outcome
from queries.pathways.request import PathwayAnswer, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from tests.queries.pathways.people import GOAL, ON, study, world

RELEASE = ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")
TO_GOAL = (f"award:{GOAL}",)


def answer(*steps: Step, **question: Any) -> PathwayAnswer:
    """The answer about a small world without schemes."""
    given: dict[str, Any] = {"to": (GOAL,), "on": ON} | question
    return PathwayService(world(*steps), RELEASE, book=RuleBook({})).answer(PathwayRequest(**given))


@pytest.mark.parametrize(
    ("asked", "fact", "question"),
    [
        ("holds(Q-0)", "award:Q-0", "Does the person hold Q-0?"),
        ("works_as(OC-A)", "works-as:OC-A", "Has the person worked as OC-A?"),
        ("completed(PT-BOOTCAMP)", "completed:PT-BOOTCAMP", "Has the person completed this: PT-BOOTCAMP?"),
        ("level(3)", "highest-level", "Does the person hold an award at level 3 or higher?"),
    ],
)
def test_what_may_be_held_and_nobody_said_is_asked_for(asked: str, fact: str, question: str) -> None:
    found = answer(study("S", asked, TO_GOAL, 30))
    assert found.outcome is Outcome.PROVED_NONE
    (first,) = found.questions.worth_asking
    assert (first.fact, first.question) == (fact, question)
    (said,) = first.answers
    assert said.pathway is not None
    assert said.pathway.startswith("S (30 weeks)")
    assert said.changes == (f"there would be a pathway: {said.pathway}",)
    assert found.questions.text.startswith("1 question about what the client holds would open a pathway. ")


def test_a_level_that_is_known_is_not_asked_for_again() -> None:
    found = answer(study("S", "level(3)", TO_GOAL, 30), attributes=(("highest-level", "2"),), holds=("level:2",))
    assert found.missing is not None
    assert not found.questions.worth_asking


def test_what_would_open_one_too_late_is_not_asked_for() -> None:
    late = study("S", "holds(Q-0)", TO_GOAL, 30)
    assert not answer(late, within_weeks=29).questions.worth_asking
    assert answer(late, within_weeks=30).questions.worth_asking


def test_two_things_that_only_together_open_one_are_not_asked_for() -> None:
    found = answer(study("S", "all(holds(Q-0), holds(Q-1))", TO_GOAL, 30))
    assert found.missing is not None
    assert found.missing.size == 2
    assert not found.questions.worth_asking


def test_the_soonest_of_several_is_asked_for_first() -> None:
    found = answer(study("S", "holds(Q-0)", TO_GOAL, 30), study("T", "holds(Q-1)", TO_GOAL, 20))
    assert [one.fact for one in found.questions.worth_asking] == ["award:Q-1", "award:Q-0"]


def test_what_was_not_tried_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queries.pathways.questions.MOST_SEARCHES", 1)
    found = answer(study("S", "holds(Q-0)", TO_GOAL, 30), study("T", "holds(Q-1)", TO_GOAL, 20)).questions
    assert [one.fact for one in found.worth_asking] == ["award:Q-0"]
    assert (found.all_tried, found.not_tried) == (False, ("award:Q-1",))
    opens, no_other = found.text.split(". ")
    assert opens == "1 question about what the client holds would open a pathway; 1 other was not tried"
    assert no_other == "No other question about the client that was tried could change the best pathway."


def test_where_there_is_a_pathway_nothing_is_asked_that_would_open_one() -> None:
    found = answer(study("S", "none", TO_GOAL, 30), study("T", "holds(Q-1)", TO_GOAL, 20))
    assert found.pathways
    assert all(one.fact != "award:Q-1" for one in found.questions.worth_asking)


def test_the_call_about_a_price_that_nobody_said() -> None:
    steps = study("S", "none", TO_GOAL, 30, None), study("T", "none", TO_GOAL, 20, 900)
    found = answer(*steps, budget_pounds=100)
    call = found.one_call
    assert call is not None
    assert (call.kind, call.step.id, call.sure_now) == ("price", "S", None)
    assert call.sure_then is not None
    assert call.sure_then.startswith("S (30 weeks)")
    assert "what it costs, and whether a loan or public money" in call.ask
    assert "there would be one if it fits “at most £100" in call.why
    assert [one.id for one in call.whom] == ["PT-HNC"]
    dear = answer(steps[1], budget_pounds=100)
    assert (dear.pathways, dear.one_call) == ((), None), "its price is known, and no call makes it less"


def test_the_call_about_when_it_is_taught() -> None:
    call = answer(study("S", "none", TO_GOAL, 30), attendance=("evening",)).one_call
    assert call is not None
    assert (call.kind, call.step.id) == ("attendance", "S")
    assert "when in the day it is taught" in call.ask


def test_what_two_limits_take_out_no_single_call_opens() -> None:
    found = answer(study("S", "none", TO_GOAL, 30, None), attendance=("evening",), budget_pounds=100)
    assert (found.pathways, found.one_call) == ((), None)


def test_the_best_of_several_calls_is_worth_making() -> None:
    steps = study("S", "none", TO_GOAL, 30, None), study("T", "none", TO_GOAL, 20, None)
    call = answer(*steps, budget_pounds=100).one_call
    assert call is not None
    assert (call.step.id, call.all_tried) == ("T", True)
