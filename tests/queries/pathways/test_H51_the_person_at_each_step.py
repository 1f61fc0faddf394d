"""Worked examples by the rules that ship: who may start a step, who pays, and what is left of an entitlement."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from graph.projection import Status, Step
from queries.eligibility.decision import Answer
from queries.eligibility.logic import Situation
from queries.eligibility.person import complete
from queries.eligibility.rulebook import rulebook
from queries.eligibility.schemes import payments
from queries.pathways.engine.problem import Outcome
from queries.pathways.request import Likely, PathwayAnswer, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from tests.queries.pathways.people import GOAL, ON, study, world

RELEASE = ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")
KINDS = ("PT-BOOTCAMP", "PT-P2A", "PT-FAPPR", "PT-APPR", "PT-FCFJ", "PT-HNC", "PT-HND")


def ask(*steps: Step, credits: int | None = None, sure: Status = Status.PUBLISHED, **question: Any) -> PathwayAnswer:
    """The answer to a question about a few steps. `credits`: of each award, as sure as `sure`."""
    projection = world(*steps)
    awards = {id: replace(award, credits=credits, credits_status=sure) for id, award in projection.awards.items()}
    projection = replace(projection, types=dict.fromkeys(KINDS), awards=awards)
    asked: dict[str, Any] = {"to": (GOAL,), "on": ON} | question
    return PathwayService(projection, RELEASE).answer(PathwayRequest(**asked))


def said(**facts: str) -> tuple[tuple[str, str], ...]:
    """Facts about a person."""
    return tuple((name.replace("_", "-"), value) for name, value in facts.items())


PATH_2 = study("P2A", "none", ("award:Q-0",), 4, kind="PT-P2A")
FOUNDATION = study("FA", "holds(Q-0)", (f"award:{GOAL}",), 40, kind="PT-FAPPR")


def test_the_age_trap_closes_what_comes_after_and_names_the_rule() -> None:
    """Path 2 Apprenticeships takes people from 19 to 29, a foundation apprenticeship hardly any of them."""
    answer = ask(PATH_2, FOUNDATION, attributes=said(age="25", recent_work="little-or-none"))
    assert answer.outcome is not Outcome.FOUND
    (reason,) = [one for one in answer.reasons if one.code == "not-eligible"]
    assert reason.about is not None
    assert (reason.about.id, [rule.rule for rule in reason.rules]) == ("FA", ["age"])
    assert reason.rules[0].source.rows == ("PR-033",)
    assert "aged 21 or under" in reason.text
    (filtered,) = [one for one in answer.filtered if one.limit.name == "scheme:foundation-apprenticeship"]
    assert ([step.id for step in filtered.steps], [rule.rule for rule in filtered.rules]) == (["FA"], ["age"])


def test_the_age_trap_at_23_hangs_on_one_question() -> None:
    answer = ask(PATH_2, FOUNDATION, attributes=said(age="23", recent_work="little-or-none"))
    path_2, foundation = answer.pathways[0].steps
    assert path_2.eligibility.likely is Likely.YES
    assert foundation.eligibility.likely is Likely.CANNOT_TELL
    assert [ask.name for ask in foundation.eligibility.decision.ask] == ["named-group"]
    assert answer.pathways[0].totals.steps_that_cannot_be_told == 1
    (question,) = answer.questions.worth_asking
    assert (question.fact, answer.questions.all_tried) == ("named-group", True)
    assert {one.answer: one.changes for one in question.answers} == {
        "of a named group (EHC plan, care leaver, prisoner or prison leaver)": ("step 2, FA, would be likely yes",),
        "of no named group (EHC plan, care leaver, prisoner or prison leaver)": ("there would be no pathway",),
    }


REGULATORY = replace(study("RA7", "none", (f"award:{GOAL}",), 100, cost=None, kind="PT-APPR"), level=7)


def test_public_money_does_not_pay_for_a_level_7_apprentice_of_35() -> None:
    """So it hangs on an employer who pays everything; until one says so it cannot be told."""
    (step,) = ask(REGULATORY, attributes=said(age="35")).pathways[0].steps
    assert step.eligibility.likely is Likely.CANNOT_TELL
    (asked,) = step.eligibility.decision.ask
    assert (asked.name, asked.whom) == ("employer-pays-all", "employer")
    assert (step.paid_by, step.cost) == (None, None)


def test_an_employer_who_pays_for_level_7_pays_all_of_it() -> None:
    (step,) = ask(REGULATORY, attributes=said(age="35", employer_pays_all="yes")).pathways[0].steps
    assert step.eligibility.likely is Likely.YES
    (paid,) = [one for one in step.payments if one.decision.answer is Answer.YES]
    assert (step.paid_by, paid.learner_pounds, paid.employer_percent) == ("level-7-apprenticeship", 0, 100)
    assert step.cost is not None
    assert step.cost.value == 0


def test_without_such_an_employer_level_7_is_closed() -> None:
    answer = ask(REGULATORY, attributes=said(age="35", employer_pays_all="no"))
    assert (answer.outcome, answer.pathways) == (Outcome.PROVED_NONE, ())
    (reason,) = [one for one in answer.reasons if one.code == "not-eligible"]
    assert "PR-064" in reason.rules[0].source.rows


BOOTCAMP = study("CAMP", "none", (f"award:{GOAL}",), 12, cost=None, kind="PT-BOOTCAMP")


def test_where_the_client_lives_is_worth_asking_when_it_decides_who_pays() -> None:
    answer = ask(BOOTCAMP, attributes=said(age="34"))
    (step,) = answer.pathways[0].steps
    assert (step.eligibility.likely, step.paid_by, answer.pathways[0].totals.cost_pounds) == (Likely.YES, None, None)
    residence = next(one for one in answer.questions.worth_asking if one.fact == "resident-wmca")
    assert "decides whether Skills Bootcamps pays for step 1" in residence.why
    (outside,) = residence.answers
    assert outside.text == (
        "living outside the West Midlands Combined Authority area: Skills Bootcamps would not pay for step 1, CAMP"
        " (Nothing to pay for the learner.)"
    )
    away = ask(BOOTCAMP, attributes=said(age="34", resident_wmca="no"))
    assert all(one.decision.answer is not Answer.YES for one in away.pathways[0].steps[0].payments)
    assert "resident-wmca" not in [one.fact for one in away.questions.worth_asking]


def test_a_low_wage_line_that_is_not_known_makes_nothing_free() -> None:
    """The line of 2026-27 was not found: somebody in work with a full level 3 is told so, and whom to ask."""
    course = study("L3", "none", (f"award:{GOAL}",), 30, cost=None, kind="PT-FCFJ")
    facts = said(age="34", employment="employed", full_level3="yes", pay="21000")
    (step,) = ask(course, attributes=facts).pathways[0].steps
    free = next(one for one in step.payments if one.scheme == "free-courses-for-jobs")
    assert free.decision.answer is Answer.NOT_KNOWN
    assert any("low-wage-line" in one.name for one in free.decision.ask)
    assert (step.paid_by, step.cost) == (None, None)


HNC = replace(study("HNC", "none", ("award:Q-0",), 40, cost=None, kind="PT-HNC"), level=4)
HND = replace(study("HND", "holds(Q-0)", (f"award:{GOAL}",), 40, cost=None, kind="PT-HND"), level=5)


@pytest.mark.parametrize(("had", "left", "enough"), [("480", 240, Likely.YES), ("200", -40, Likely.NO)])
def test_what_two_courses_would_leave_of_the_entitlement(had: str, left: int, enough: Likely) -> None:
    """120 credits each, one after another, so at most 180 in a year; whether it pays at all is not sure."""
    facts = said(age="30", entitlement_left_credits=had, credits_funded_this_year="0")
    answer = ask(HNC, HND, credits=120, attributes=facts, holds=("level:3",), depart_after=date(2027, 1, 4))
    (ledger,) = answer.pathways[0].entitlements
    assert [(use.number, use.credits, use.sure) for use in ledger.uses] == [(1, 120, False), (2, 120, False)]
    assert (ledger.credits_used, ledger.credits_left, ledger.credits_a_year) == (240, left, 180)
    assert ledger.most_in_a_year == 156
    assert ledger.enough is enough


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.PUBLISHED, ""),
        (Status.INFERRED, " (our inference)"),
        (Status.ILLUSTRATIVE, " (made up, for demonstration)"),
    ],
)
def test_credits_that_nobody_published_carry_their_word_in_the_ledger(status: Status, word: str) -> None:
    facts = said(age="30", entitlement_left_credits="480", credits_funded_this_year="0")
    question: dict[str, Any] = {"holds": ("level:3",), "depart_after": date(2027, 1, 4), "attributes": facts}
    answer = ask(HNC, HND, credits=120, sure=status, **question)
    (ledger,) = answer.pathways[0].entitlements
    assert {use.status for use in ledger.uses} == {status}
    assert f"would use 240 credits{word} of" in ledger.text
    assert f"240 credits{word} would be left" in ledger.text
    assert f"at most 156 credits{word} fall in one year" in ledger.text


def test_an_entitlement_nobody_told_of_is_not_known() -> None:
    answer = ask(HNC, HND, credits=120, attributes=said(age="30"), holds=("level:3",), depart_after=date(2027, 1, 4))
    (ledger,) = answer.pathways[0].entitlements
    assert (ledger.credits_left, ledger.pounds_left, ledger.enough) == (None, None, Likely.CANNOT_TELL)
    assert "what is left afterwards is not known" in ledger.text


def test_a_birthday_that_is_not_known_is_asked_for() -> None:
    """21 when asked, and a foundation apprenticeship begins in four weeks: some who are 21 today are 22 by then."""
    answer = ask(PATH_2, FOUNDATION, attributes=said(age="21", recent_work="little-or-none", named_group="no"))
    foundation = answer.pathways[0].steps[1]
    assert foundation.eligibility.likely is Likely.CANNOT_TELL
    (question,) = answer.questions.worth_asking
    assert (question.fact, question.question) == ("born", "What is the person's date of birth?")
    assert [one.changes for one in question.answers] == [
        ("there would be no pathway",),
        ("step 2, FA, would be likely yes",),
    ]


@pytest.mark.parametrize(("credits", "bundle", "answer"), [("15", "no", Answer.NO), ("30", "yes", Answer.YES)])
def test_the_entitlement_does_not_pay_for_one_unit_of_15_credits_but_for_two(
    credits: str, bundle: str, answer: Answer
) -> None:
    module = {"kind": "PT-HNC", "level": "4", "credits": credits, "whole-course": "no", "bundle": bundle, "htq": "yes"}
    here = dict.fromkeys(("parent-course-here", "ofs-registered", "provider-approved-for-modules"), "yes")
    opportunity = module | here | {"franchised": "no", "price": "1200", "weeks": "12"}
    person = complete({"age": "34", "entitlement-left-credits": "480", "credits-funded-this-year": "0"})
    situation = Situation(person, opportunity, date(2027, 2, 1), ON)
    loan = next(one for one in payments(rulebook(), situation) if one.scheme == "lifelong-learning-entitlement")
    assert loan.decision.answer is answer
    if answer is Answer.NO:
        assert [fact.name for fact in loan.decision.because if fact.name == "credits"] == ["credits"]
    else:
        assert (loan.loan_pounds, loan.entitlement_credits, loan.learner_pounds) == (1200, 30, 0)


def test_without_the_right_to_work_no_pathway_has_a_job_in_it() -> None:
    """Study stays open; that nobody said is not held against anybody."""
    employed = replace(study("JOB", "none", (f"award:{GOAL}",), 4), conditions=("employer-needed",))
    course = study("COURSE", "none", (f"award:{GOAL}",), 40)
    for right, taken in (("no", "COURSE"), ("yes", "JOB")):
        (best, *_) = ask(employed, course, attributes=said(right_to_work=right)).pathways
        assert [step.id for step in best.steps] == [taken]
    (best, *_) = ask(employed, course).pathways
    assert [step.id for step in best.steps] == ["JOB"]
    closed = ask(employed, attributes=said(right_to_work="no"))
    assert closed.outcome is Outcome.NONE_WITHIN_LIMITS
    assert [(one.code, one.text.partition(":")[0]) for one in closed.reasons] == [
        ("not-eligible", "no job, as long as there is no right to work in the United Kingdom")
    ]
