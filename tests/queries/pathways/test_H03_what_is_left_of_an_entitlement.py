"""Who pays for each step when money of one's own is a payment too, and an entitlement has to do for all of them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.projection import Projection, Step
from queries.eligibility.decision import Answer
from queries.pathways.asked import Asked, ask
from queries.pathways.compile import Catalogues
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits
from queries.pathways.request import Likely, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from queries.pathways.sure import SurePlanner
from tests.queries.pathways.people import GOAL, ON, book, rule, study, world
from tests.queries.pathways.test_H01_the_surest_pathway import asked, solve

TO_GOAL = (f"award:{GOAL}",)
LOAN = rule("loan", "payment", "none", pays="{learner: 0, loan: price, entitlement: credits}")
WILLING = (("willing-to-borrow", "yes"),)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the schemes of small worlds are written."""
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize(
    ("own", "counted", "scheme"), [(50, 50, "own-money"), (150, 100, "made-up"), (None, 100, "made-up")]
)
def test_money_of_ones_own_is_a_payment_too(folder: Path, own: int | None, counted: int, scheme: str) -> None:
    """The price stands on the step, no run being known; the scheme takes £100 of the learner."""
    projection = world(study("S", "none", TO_GOAL, 1, own, "PT-BOOTCAMP"))
    rules = book(folder, rule("some", "payment", "none", pays="{learner: 100}"))
    _, found = solve(asked(projection, rules, by=Criterion.COST))
    assert found is not None
    assert found.pounds == counted
    answer = PathwayService(projection, RELEASE, book=rules).answer(PathwayRequest(to=(GOAL,), on=ON))
    (step,) = answer.pathways[0].steps
    assert (step.paid_by, step.cost and step.cost.value) == (scheme, counted)


RELEASE = ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")


def of_credits(steps: tuple[Step, ...], credits: tuple[int | None, ...]) -> Projection:
    """A world in which the awards of steps are worth so many credits."""
    projection = world(*steps)
    found = {step.id: replace(projection.awards[step.id], credits=n) for step, n in zip(steps, credits, strict=True)}
    return replace(projection, awards={**projection.awards, **found})


@st.composite
def entitled(draw: st.DrawFn) -> tuple[tuple[Step, ...], tuple[int | None, ...], dict[str, int], int | None]:
    """Two steps that a third needs, and a long way round; credits of each; what is left, and a budget."""
    price, weeks = st.sampled_from((100, 200, 300)), st.integers(1, 2)
    kind = st.sampled_from(("PT-BOOTCAMP", "PT-BOOTCAMP", "PT-HNC"))
    steps = (
        study("S-0", "none", ("award:Q-0",), draw(weeks), draw(price), draw(kind)),
        study("S-1", "holds(Q-0)", ("award:Q-1",), draw(weeks), draw(price), draw(kind)),
        study("S-2", "holds(Q-1)", TO_GOAL, draw(weeks), draw(price), draw(kind)),
        study("S-3", "none", TO_GOAL, draw(st.integers(1, 9)), draw(st.sampled_from((0, 500, 900))), draw(kind)),
    )
    credits = tuple(draw(st.sampled_from((None, 30, 60))) for _ in steps)
    names = ("entitlement-left-credits", "entitlement-left-pounds")
    left = {name: draw(st.sampled_from((0, 60, 90, 200, 400))) for name in names if draw(st.booleans())}
    return steps, credits, left, draw(st.sampled_from((None, 0, 150, 400)))


@pytest.mark.parametrize("by", [Criterion.WEEKS, Criterion.COST])
@settings(max_examples=80, deadline=None)
@given(given=entitled())
def test_no_more_is_used_than_is_left_and_the_best_is_found(
    folder: Path,
    by: Criterion,
    given: tuple[tuple[Step, ...], tuple[int | None, ...], dict[str, int], int | None],
) -> None:
    steps, credits, left, budget = given
    known = (*WILLING, *((name, str(amount)) for name, amount in left.items()))
    request = PathwayRequest(to=(GOAL,), on=ON, within_weeks=12, by=by, attributes=known, budget_pounds=budget)
    question = ask(Catalogues(of_credits(steps, credits), book(folder, LOAN)), request, measured=True)
    result = SurePlanner(ExactPlanner(), question.catalogue).solve(question.problem, by, Limits())
    worth = dict(zip((step.id for step in steps), credits, strict=True))
    values = []
    for taken in (steps[:3], steps[3:]):
        for borrowed in product((False, True), repeat=len(taken)):
            lent = [step for step, loan in zip(taken, borrowed, strict=True) if loan]
            pounds = {step.id: step.cost.value for step in taken if step.cost}
            own = sum(pounds[step.id] for step in taken if step not in lent)
            used = {
                "entitlement-left-credits": sum(worth[step.id] or 0 for step in lent),
                "entitlement-left-pounds": sum(pounds[step.id] for step in lent),
            }
            fits = all("PT-BOOTCAMP" in step.about for step in lent) and (budget is None or own <= budget)
            if fits and all(used[name] <= amount for name, amount in left.items()):
                weeks = sum(step.weeks.value for step in taken if step.weeks)
                values.append(weeks if by is Criterion.WEEKS else sum(pounds.values()))
    assert result.value == min(values, default=None)
    assert result.plan is None or result.proven


def borrowing(left: int | None, credits: tuple[int | None, ...] = (60, 60)) -> tuple[Projection, PathwayRequest]:
    """Two courses of £300, one after the other, for somebody who can pay £300 and borrow the rest."""
    steps = (
        study("S-0", "none", ("award:Q-0",), 1, 300, "PT-BOOTCAMP"),
        study("S-1", "holds(Q-0)", TO_GOAL, 1, 300, "PT-BOOTCAMP"),
    )
    known = (*WILLING, *(() if left is None else [("entitlement-left-credits", str(left))]))
    return of_credits(steps, credits), PathwayRequest(to=(GOAL,), on=ON, attributes=known, budget_pounds=300)


@pytest.mark.parametrize(("left", "paid"), [(120, True), (60, True), (59, False), (None, True)])
def test_what_the_entitlement_is_not_enough_for_is_paid_otherwise_or_not_at_all(
    folder: Path, left: int | None, paid: bool
) -> None:
    projection, request = borrowing(left)
    answer = PathwayService(projection, RELEASE, book=book(folder, LOAN)).answer(request)
    assert bool(answer.pathways) is paid
    if paid:
        by = [step.paid_by for step in answer.pathways[0].steps]
        assert by.count("made-up") <= (left or 120) // 60
        assert answer.pathways[0].totals.own_pocket_pounds == 300 * by.count("own-money")
        (ledger,) = answer.pathways[0].entitlements
        assert ledger.enough is not Likely.NO
        assert len(ledger.uses) == by.count("made-up")
        assert ledger.credits_left == (None if left is None else left - 60 * len(ledger.uses))


def test_without_a_budget_nobody_borrows_whatever_is_left(folder: Path) -> None:
    projection, request = borrowing(120)
    answer = PathwayService(projection, RELEASE, book=book(folder, LOAN)).answer(replace(request, budget_pounds=None))
    assert [step.paid_by for step in answer.pathways[0].steps] == ["own-money", "own-money"]


def test_credits_that_are_not_known_count_none_and_are_said(folder: Path) -> None:
    projection, request = borrowing(60, (None, 60))
    answer = PathwayService(projection, RELEASE, book=book(folder, LOAN)).answer(replace(request, budget_pounds=0))
    assert [step.paid_by for step in answer.pathways[0].steps] == ["made-up", "made-up"]
    (ledger,) = answer.pathways[0].entitlements
    assert (ledger.credits_used, ledger.enough) == (None, Likely.CANNOT_TELL)
    assert "would use credits that are not known" in ledger.text
    assert "ask how many credits are taken" in ledger.text


@pytest.mark.parametrize(
    ("left", "credits", "spent", "text"),
    [
        ("120", (60, 60), [(60, 60), (120, 0)], "60 credits would be left"),
        (None, (60, 60), [(60, None), (120, None)], "60 credits and £300 borrowed"),
        ("120", (60, None), [(60, 60), (None, None)], "60 credits would be left"),
    ],
)
def test_each_place_to_stop_says_what_is_spent_of_the_entitlement(
    folder: Path, left: str | None, credits: tuple[int | None, ...], spent: list[tuple[int | None, ...]], text: str
) -> None:
    projection, request = borrowing(None if left is None else int(left), credits)
    answer = PathwayService(projection, RELEASE, book=book(folder, LOAN)).answer(replace(request, budget_pounds=0))
    (pathway,) = answer.pathways
    stops = [step.afterwards.entitlements_spent for step in pathway.steps]
    assert [(one.credits, one.credits_left) for (one,) in stops] == spent
    assert [one.pounds for (one,) in stops] == [300, 600]
    assert text in stops[0][0].text
    (ledger,) = pathway.entitlements
    assert (ledger.credits_used, ledger.credits_left) == spent[-1]


def test_two_payments_of_one_scheme_in_one_week_are_both_kept(folder: Path) -> None:
    """£100 of one's own and £300 borrowed is £400; £500 all borrowed is more, and all that a budget of £50 leaves."""
    some = rule("some", "payment", "none", pays="{learner: 100, loan: 300}")
    less = rule("less", "payment", "none", pays="{learner: 60, loan: 400}")
    more = rule("more", "payment", "none", pays="{learner: 0, loan: 500}")
    projection = world(study("S", "none", TO_GOAL, 1, 900, "PT-BOOTCAMP"))
    for budget, pounds in ((100, 400), (60, 460), (50, 500)):
        question = asked(projection, book(folder, some, less, more), attributes=WILLING, budget_pounds=budget)
        _, found = solve(question)
        assert found is not None
        assert found.pounds == pounds
    assert _answers(question) == {Answer.YES}


def _answers(question: Asked) -> set[Answer]:
    return {way.counted.answer for way in question.catalogue.ways.values() if way.counted}
