"""What is worth asking, checked by asking it: small worlds, every answer told to the whole service."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.projection import Offer, Step
from queries.pathways.engine.problem import Criterion
from queries.pathways.questions import possible_answers
from queries.pathways.request import Likely, PathwayAnswer, PathwayRequest, ReleaseRef, WorthAsking
from queries.pathways.service import PathwayService
from tests.queries.pathways.people import GOAL, ON, SOURCE, book, rule, study, world

RELEASE = ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")
HORIZON = 6
ENTRIES = (
    "none",
    "attribute(employment = employed)",
    "any(holds(Q-0), attribute(relevant-work = yes))",
    "usually(any(level(3), attribute(relevant-work = yes)), by=provider)",
    "all(attribute(employment = employed), attribute(relevant-work = yes))",
)
RULES = (
    rule("work", "entry", "attribute(employment = employed)"),
    rule("free", "payment", "all(attribute(employment = unemployed), attribute(low-paid = yes))", pays="{learner: 0}"),
    rule("cheap", "payment", "attribute(relevant-work = yes)", pays="{learner: 100}"),
)
FACTS = {"employment": ("employed", "unemployed"), "relevant-work": ("yes", "no"), "low-paid": ("yes", "no")}
Told = tuple[tuple[str, str], ...]
Given = tuple[tuple[Step, ...], tuple[str, ...], Told]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the schemes of small worlds are written."""
    with TemporaryDirectory() as name:
        yield Path(name)


@st.composite
def worlds(draw: st.DrawFn) -> Given:
    """Steps of which some lead to the goal, rules of a scheme, and facts of a person."""
    kinds, costs = st.sampled_from(("PT-HNC", "PT-BOOTCAMP")), st.sampled_from((150, 300))
    entry, weeks = st.sampled_from(ENTRIES), st.integers(1, 2)
    first = study("S-0", draw(entry), ("award:Q-0", "level:3"), draw(weeks), draw(costs), draw(kinds))
    goal = (f"award:{GOAL}",)
    steps = [first, study("S-1", draw(st.sampled_from(("holds(Q-0)", *ENTRIES))), goal, 1, draw(costs), draw(kinds))]
    if draw(st.booleans()):
        steps.append(study("S-2", draw(entry), goal, draw(st.integers(2, 4)), draw(costs), draw(kinds)))
    rules = tuple(one for one in RULES if draw(st.booleans()))
    told = tuple((name, draw(st.sampled_from(values))) for name, values in FACTS.items() if draw(st.booleans()))
    return tuple(steps), rules, told


def service(folder: Path, steps: tuple[Step, ...], rules: tuple[str, ...]) -> PathwayService:
    """The service over a small world in which no other schemes are known."""
    return PathwayService(world(*steps), RELEASE, book=book(folder, *rules))


def ask(asked: PathwayService, told: Told = (), **given: Any) -> PathwayAnswer:
    """The answer for one person."""
    base = {"to": (GOAL,), "on": ON, "within_weeks": HORIZON, "alternatives": 1, "attributes": told}
    question: dict[str, Any] = base | given
    return asked.answer(PathwayRequest(**question))


def value(answer: PathwayAnswer) -> int | None:
    """What the best pathway takes; None when there is none."""
    if not answer.pathways:
        return None
    totals = answer.pathways[0].totals
    return totals.known_cost_pounds if answer.question.by is Criterion.COST else totals.weeks


def picture(answer: PathwayAnswer) -> object:
    """All that an answer could change: the best value, the steps, how sure each is, and what it costs."""
    if not answer.pathways:
        return None
    steps = answer.pathways[0].steps
    payments = [[(p.scheme, p.decision.answer, p.text) for p in step.payments] for step in steps]
    return value(answer), [(s.id, s.eligibility.likely, s.cost) for s in steps], payments


def tellings(question: WorthAsking, told: Told) -> list[dict[str, Any]]:
    """What a question may be answered with, as the next question would say it: held, or a circumstance.

    Where there is no pathway, a question is also about what may be held (`award:Q-0`), and its one answer is yes.
    """
    kind, _, id = question.fact.partition(":")
    if question.fact == "highest-level":
        return [{"holds": ("level:3",)}]
    if id:
        assert kind == "award"
        return [{"holds": (id,)}]
    return [{"attributes": (*told, (kind, one.value))} for one in possible_answers(kind, ())]


@pytest.mark.parametrize("by", [Criterion.WEEKS, Criterion.COST])
@settings(max_examples=25, deadline=None)
@given(given=worlds())
def test_each_question_changes_the_answer_and_no_other_changes_the_best(
    folder: Path, by: Criterion, given: Given
) -> None:
    steps, rules, told = given
    asked = service(folder, steps, rules)
    now = ask(asked, told, by=by)
    for question in now.questions.worth_asking:
        assert question.fact not in dict(told)
        then = [ask(asked, **{"attributes": told, "by": by} | one) for one in tellings(question, told)]
        if not question.with_others:
            assert any(picture(one) != picture(now) for one in then)
        if not now.pathways and ":" in question.fact:
            assert [one.pathways[0].summary for one in then] == [one.pathway for one in question.answers]
    if now.questions.all_tried:
        found = {question.fact for question in now.questions.worth_asking}
        for fact in FACTS.keys() - found - dict(told).keys():
            for one in FACTS[fact]:
                assert value(ask(asked, (*told, (fact, one)), by=by)) == value(now), (fact, one)
        for held, fact in (("Q-0", "award:Q-0"), ("level:3", "highest-level")):
            if not now.pathways and fact not in found:
                assert not ask(asked, told, by=by, holds=(held,)).pathways, held


@settings(max_examples=25, deadline=None)
@given(given=worlds())
def test_an_unknown_never_counts_as_yes(folder: Path, given: Given) -> None:
    """A step of which it is told that they may likely start it stays so, whatever else is said of the person."""
    steps, rules, told = given
    asked = service(folder, steps, rules)
    now = ask(asked, told, confirmed_only=True)
    for step in now.pathways[0].steps if now.pathways else ():
        assert step.eligibility.likely is Likely.YES
    for fact in FACTS.keys() - dict(told).keys():
        for one in FACTS[fact]:
            more = value(ask(asked, (*told, (fact, one)), confirmed_only=True))
            if (least := value(now)) is not None:
                assert more is not None
                assert more <= least


@settings(max_examples=25, deadline=None)
@given(given=worlds(), more=st.sampled_from(("Q-0", "level:3", "Q-1")))
def test_more_held_never_makes_the_best_worse(folder: Path, given: Given, more: str) -> None:
    steps, rules, told = given
    asked = service(folder, steps, rules)
    least = value(ask(asked, told))
    if least is not None:
        held = value(ask(asked, told, holds=(more,)))
        assert held is not None
        assert held <= least


@settings(max_examples=25, deadline=None)
@given(given=worlds())
def test_the_one_call_says_what_is_so_without_it(folder: Path, given: Given) -> None:
    steps, rules, told = given
    asked = service(folder, steps, rules)
    now = ask(asked, told)
    call = now.one_call
    assert (call is None) == (not now.pathways or not now.pathways[0].steps)
    if call is not None:
        assert call.step.id in {step.id for step in now.pathways[0].steps}
        without = ask(asked, told, avoid=(call.step.id,))
        assert call.if_not == (without.pathways[0].summary if without.pathways else None)


def test_two_answers_together_can_make_a_course_free(folder: Path) -> None:
    course = study("S-0", "none", (f"award:{GOAL}",), 2, 300, "PT-BOOTCAMP")
    now = ask(service(folder, (course,), RULES[1:2]), ())
    assert now.pathways[0].totals.cost_pounds == 300
    assert {question.fact: question.with_others for question in now.questions.worth_asking} == {
        "employment": ("low-paid",),
        "low-paid": ("employment",),
    }
    (answer,) = now.questions.worth_asking[0].answers
    assert "it would cost the client £0 instead of £300" in answer.changes
    told = (("employment", "unemployed"), ("low-paid", "yes"))
    assert ask(service(folder, (course,), RULES[1:2]), told).pathways[0].totals.cost_pounds == 0


def test_the_question_that_closes_the_way_comes_first(folder: Path) -> None:
    course = study("S-0", "attribute(employment = employed)", (f"award:{GOAL}",), 2, 300, "PT-BOOTCAMP")
    now = ask(service(folder, (course,), RULES[2:]), ())
    assert [question.fact for question in now.questions.worth_asking] == ["employment", "relevant-work"]
    in_work, out_of_work, *_ = now.questions.worth_asking[0].answers
    assert in_work.text == "employed: step 1, S-0, would be likely yes"
    assert out_of_work.changes == ("there would be no pathway",)


def test_work_is_bounded_and_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queries.pathways.questions.MOST_GROUPS", 1)
    course = study("S-0", "attribute(employment = employed)", (f"award:{GOAL}",), 2, 300, "PT-BOOTCAMP")
    now = ask(service(folder, (course,), RULES[2:]), ())
    assert (now.questions.all_tried, now.questions.not_tried) == (False, ("relevant-work",))
    assert "1 other was not tried" in now.questions.text


def test_the_call_is_about_what_would_be_sure_with_it(folder: Path) -> None:
    """A run with a date takes five weeks, one of no known provider two: to confirm it would win three weeks."""
    dated = study("S-0", "none", (f"award:{GOAL}",), 5)
    quick = study("S-1", "none", (f"award:{GOAL}",), 2)
    start = ON.isoformat()
    offer = Offer(
        *("O-0", "C-0", "S-0", "S-0", "P-0", None, None, None, (start,), 5, 5, 0, None, None, None, None), SOURCE
    )
    projection = replace(world(dated, quick), offers=(offer,))
    asked = PathwayService(projection, RELEASE, book=book(folder))
    now = ask(asked, ())
    assert now.one_call is not None
    assert (now.one_call.step.id, now.one_call.kind) == ("S-1", "provider")
    assert now.one_call.why.endswith("would be 3 weeks less")
    assert now.one_call.sure_now is not None
    assert now.one_call.sure_now.startswith("S-0 (5 weeks)")
    assert now.one_call.sure_then == now.pathways[0].summary
    assert ask(asked, (), avoid=("S-1",)).one_call is None


def test_where_nothing_replaces_a_step_the_call_says_so(folder: Path) -> None:
    last = study("S-1", "usually(level(3), by=provider)", (f"award:{GOAL}",), 1)
    now = ask(service(folder, (last,), ()), (), holds=("level:2",))
    assert now.one_call is not None
    assert (now.one_call.step.id, now.one_call.kind, now.one_call.if_not) == ("S-1", "provider", None)
    assert "whether they would take the client" in now.one_call.ask


def test_an_answer_that_makes_another_course_the_cheapest_is_worth_asking_for(folder: Path) -> None:
    plain = study("S-0", "none", (f"award:{GOAL}",), 2, 150)
    helped = study("S-1", "none", (f"award:{GOAL}",), 2, 300, "PT-BOOTCAMP")
    now = ask(service(folder, (plain, helped), RULES[2:]), (), by=Criterion.COST)
    (question,) = now.questions.worth_asking
    assert (question.fact, question.why) == ("relevant-work", "it decides who pays for another step on the way")
    (answer,) = question.answers
    assert answer.changes == (
        "the best would be £100 instead of £150",
        "another pathway would be best: S-1 (2 weeks) [at least 2 weeks, £100, 1 step]",
    )
    assert answer.pathway == "S-1 (2 weeks) [at least 2 weeks, £100, 1 step]"


def test_what_would_only_make_another_course_surer_is_not_asked_for(folder: Path) -> None:
    """Both take two weeks and cannot be told. To ask about the one shown leads to the other where it is closed."""
    unsure = study("S-0", "attribute(maths-background = yes)", (f"award:{GOAL}",), 2, 100)
    other = study("S-1", "attribute(relevant-work = yes)", (f"award:{GOAL}",), 2, 200)
    asked = service(folder, (unsure, other), ())
    now = ask(asked, ())
    assert [step.id for step in now.pathways[0].steps] == ["S-0"]
    assert [step.id for step in ask(asked, (("relevant-work", "yes"),)).pathways[0].steps] == ["S-1"]
    assert [question.fact for question in now.questions.worth_asking] == ["maths-background"]
    no = next(one for one in now.questions.worth_asking[0].answers if one.pathway)
    assert no.changes == ("another pathway would be best: S-1 (2 weeks) [at least 2 weeks, £200, 1 step]",)
