"""What somebody found who read answers with fresh eyes: each is a sentence that would have misled an adviser."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from graph.projection import Amount, Offer, Status, StepKind
from queries.eligibility.decision import Answer, Payment
from queries.pathways.request import AnswerStep, Likely, PathwayAnswer, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from tests.queries.pathways.people import GOAL, ON, SOURCE, study, world
from tests.queries.pathways.test_H51_the_person_at_each_step import HNC as FIRST
from tests.queries.pathways.test_H51_the_person_at_each_step import ask, said

HNC = replace(study("HNC", "none", (f"award:{GOAL}",), 40, cost=None, kind="PT-HNC"), level=4)
ENTITLEMENT = "lifelong-learning-entitlement"
USUAL = "the employer and public money pay for the training"
APPRENTICE = replace(
    study("APP", "none", (f"award:{GOAL}",), 100, kind="PT-APPR"),
    kind=StepKind.APPRENTICESHIP,
    cost=Amount(0, Status.INFERRED, note=USUAL),
)


def only(answer: PathwayAnswer) -> AnswerStep:
    """The one step of the best pathway."""
    (step,) = answer.pathways[0].steps
    return step


def paid(step: AnswerStep, scheme: str) -> Payment:
    """The one way in which a scheme may pay for a step."""
    (found,) = [one for one in step.payments if one.scheme == scheme]
    return found


def test_a_day_that_is_only_assumed_does_not_close_the_entitlement() -> None:
    loan = paid(only(ask(HNC, credits=120, attributes=said(age="30"))), ENTITLEMENT)
    assert loan.decision.answer is Answer.NOT_KNOWN
    first = loan.decision.ask[0]
    assert (first.name, first.whom) == ("starts", "provider")
    assert "Not for a start before 1 January 2027; from then it may be so" in first.question
    assert loan.text.startswith("Not for a start before 1 January 2027")
    assert "paid back later" in loan.text


def test_what_is_closed_on_every_day_says_the_reason_that_lasts() -> None:
    loan = paid(only(ask(HNC, credits=120, attributes=said(age="64"))), ENTITLEMENT)
    assert loan.decision.answer is Answer.NO
    assert loan.text == "Not paid: aged 64 or 65."


def test_a_start_that_is_known_closes_it_by_the_day() -> None:
    start = date(2026, 12, 7).isoformat()
    offer = Offer(
        *("O-0", "C-0", "HNC", "HNC", "P-0", None, None, None, (start,), 40, 5, None, None, None, None, None), SOURCE
    )
    projection = world(HNC)
    awards = {id: replace(award, credits=120) for id, award in projection.awards.items()}
    service = PathwayService(
        replace(projection, offers=(offer,), awards=awards), ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")
    )
    question = PathwayRequest(to=(GOAL,), on=ON, depart_after=date(2026, 12, 1), attributes=said(age="30"))
    step = next(p.steps[0] for p in service.answer(question).pathways if p.steps[0].provider is not None)
    loan = paid(step, ENTITLEMENT)
    assert loan.decision.answer is Answer.NO
    assert "1 January 2027" in loan.text


def test_who_pays_for_level_7_is_said_as_its_payments_have_it() -> None:
    answer = ask(replace(APPRENTICE, level=7), attributes=said(age="35"))
    cost = only(answer).cost
    assert cost is not None
    assert cost.note is not None
    assert cost.note.startswith("no public money: the employer has to pay for all of the training")
    assert all(USUAL not in check.why for check in answer.check_before_recommending)
    assert cost.note in [check.why for check in answer.check_before_recommending]
    young = only(ask(replace(APPRENTICE, level=7), attributes=said(age="20"))).cost
    assert young is not None
    assert young.note == USUAL


ASKED = "usually(any(level(3), works_as(OC-A), attribute(relevant-work = yes)), by=provider)"


def test_what_nobody_spoke_of_is_not_called_not_so() -> None:
    decision = only(ask(replace(HNC, requirement=ASKED), attributes=said(age="30"))).eligibility.decision
    assert decision.answer is Answer.NOT_KNOWN
    texts = [fact.text for fact in decision.because]
    assert "not said to be held: an award at level 3 or higher" in texts
    assert any(text.startswith("not said to have been done: work as ") for text in texts)
    assert not any(text.startswith("not so") for text in texts)


def test_a_level_is_not_asked_for_where_the_highest_is_known() -> None:
    asked = replace(HNC, requirement=ASKED)
    open_to_all = only(ask(asked, attributes=said(age="30"))).eligibility.decision.ask
    assert "level(3)" in [one.name for one in open_to_all]
    known = ask(asked, attributes=said(age="30", highest_level="2"), holds=("level:2",))
    assert [one.name for one in only(known).eligibility.decision.ask] == ["relevant-work"]
    assert [one.fact for one in known.questions.worth_asking] == ["relevant-work"]


def test_what_a_step_asks_is_worth_asking_even_where_only_two_answers_make_it_sure() -> None:
    step = replace(HNC, requirement=f"all(attribute(age >= 18), {ASKED})")
    questions = {one.fact: one for one in ask(step).questions.worth_asking}
    assert {"age", "highest-level", "relevant-work"} <= questions.keys()
    assert questions["highest-level"].with_others == ("age",)
    (answer,) = questions["highest-level"].answers
    assert "aged 18 or over" in answer.answer
    assert answer.changes == ("step 1, HNC, would be likely yes",)
    told = ask(step, attributes=said(age="18", highest_level="3"), holds=("level:3",))
    assert only(told).eligibility.likely is Likely.YES


def test_a_birthday_that_is_waited_for_is_said() -> None:
    questions = ask(replace(HNC, requirement="attribute(age >= 18)")).questions.worth_asking
    (young,) = [one for one in questions[0].answers if "later" in one.text]
    assert young.changes == (
        "the best would be 41 weeks at the soonest instead of 40 weeks",
        "the same pathway would be best, taken otherwise:"
        " HNC is begun 1 week later at the soonest: a birthday is waited for",
    )
    assert young.pathway is None, "it is no other pathway"


def test_a_limit_on_what_nobody_said_is_no_proof_that_it_is_not_so() -> None:
    other = study("OTHER", "none", (f"award:{GOAL}",), 50)
    (reason,) = ask(HNC, other, attendance=("evening",)).reasons
    assert reason.text.endswith(
        "; of 2 steps on the way no provider says when in the day it is taught: each may fit all the same"
    )


def test_the_one_call_promises_no_more_than_it_would_confirm() -> None:
    call = ask(replace(HNC, requirement=ASKED), attributes=said(age="30")).one_call
    assert call is not None
    assert "confirmed steps alone" not in call.why
    assert call.why.endswith("it would still leave open: whether the client may start 1 step, what 1 step would cost")
    assert [one.id for one in call.whom] == ["PT-HNC"]
    priced = ask(replace(HNC, cost=Amount(10, Status.PUBLISHED)), attributes=said(age="30", highest_level="3")).one_call
    assert priced is not None


@pytest.mark.parametrize(
    ("limit", "code"), [({"budget_pounds": 0}, "price"), ({"attendance": ("evening",)}, "attendance")]
)
def test_what_is_not_known_and_closes_the_way_is_said_with_whom_to_ask(limit: dict[str, Any], code: str) -> None:
    answer = ask(HNC, attributes=said(age="30"), **limit)
    assert answer.pathways == ()
    (reason,) = [one for one in answer.reasons if one.code == f"{code}-not-known"]
    assert "takes out what is not known of HNC" in reason.text
    assert "Ask any provider of this kind: " in reason.text


def test_what_limits_took_out_is_not_offered_as_a_way() -> None:
    first = replace(FIRST, cost=None)
    last = study("LAST", "holds(Q-0)", (f"award:{GOAL}",), 10)
    answer = ask(first, last, attributes=said(age="30"), budget_pounds=0)
    assert answer.missing is not None
    ((brought,),) = answer.missing.sets
    assert brought.label.endswith(
        "the step that gives it is taken out by “at most £0 (steps of unknown price left out)”"
    )


def test_a_way_without_a_limit_says_when_it_is_a_job_of_unknown_hours() -> None:
    job = replace(APPRENTICE, hours_per_week=None, conditions=("employer-needed",))
    answer = ask(job, attributes=said(age="30"), attendance=("evening",), hours_per_week=6)
    (lifted,) = answer.lifting
    assert "it is a paid job: an employer has to take the client on" in lifted.text
    assert "is not known of APP: ask whether 6 hours a week will do" in lifted.text


def test_an_apprenticeship_that_may_be_started_needs_an_employer_first() -> None:
    step = only(ask(replace(APPRENTICE, level=3), attributes=said(age="34", employment="unemployed")))
    assert step.eligibility.likely is Likely.YES
    assert step.eligibility.text == "Likely yes, once an employer takes the client on."
