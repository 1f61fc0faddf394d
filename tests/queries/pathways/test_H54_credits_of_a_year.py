"""An entitlement pays for no more credits in any 52 weeks than may be used in a year."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.projection import Offer, Projection
from queries.eligibility.decision import Answer, Payment
from queries.eligibility.rulebook import RuleBook, rulebook
from queries.pathways.asked import ask
from queries.pathways.compile import Catalogues
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits
from queries.pathways.personal import A_YEAR, fullest_year
from queries.pathways.request import Pathway, PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from queries.pathways.sure import SurePlanner
from tests.queries.pathways.people import GOAL, ON, SOURCE, book, rule, study, world

ENTITLEMENT = "lifelong-learning-entitlement"
RELEASE = ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")
LOAN = rule("loan", "payment", "none", pays="{learner: 0, loan: price, entitlement: credits}")


@pytest.fixture(scope="module")
def loans() -> Iterator[RuleBook]:
    """A scheme that lends the price of bootcamps, for 180 credits a year at most."""
    with TemporaryDirectory() as name:
        (scheme,) = book(Path(name), LOAN).schemes.values()
    yearly = rulebook().schemes[ENTITLEMENT].values[A_YEAR]
    yield RuleBook({scheme.id: replace(scheme, values={A_YEAR: yearly})})


def two_courses(weeks: tuple[int, int], credits: tuple[int, int]) -> Projection:
    """Two courses of £300, one after the other."""
    steps = (
        study("S-0", "none", ("award:Q-0",), weeks[0], 300, "PT-BOOTCAMP"),
        study("S-1", "holds(Q-0)", (f"award:{GOAL}",), weeks[1], 300, "PT-BOOTCAMP"),
    )
    projection = world(*steps)
    found = {one.id: replace(projection.awards[one.id], credits=n) for one, n in zip(steps, credits, strict=True)}
    return replace(projection, awards={**projection.awards, **found})


def borrowing(budget: int, **known: int) -> PathwayRequest:
    """Somebody who is willing to borrow what is over the budget."""
    facts = ((name.replace("_", "-"), str(value)) for name, value in known.items())
    return PathwayRequest(
        to=(GOAL,), on=ON, within_weeks=104, budget_pounds=budget, attributes=(("willing-to-borrow", "yes"), *facts)
    )


@pytest.mark.parametrize(
    ("spans", "most", "among"),
    [
        ([(0, 20, 120), (20, 40, 120)], 240, {0, 1}),
        ([(0, 20, 120), (52, 72, 120)], 120, {0}),
        ([(0, 20, 120), (42, 62, 120)], 180, {0, 1}),
        ([(0, 104, 240)], 120, {0}),
        ([(0, 0, 30)], 30, {0}),
        ([], 0, set()),
    ],
)
def test_the_fullest_year(spans: list[tuple[int, int, int]], most: int, among: set[int]) -> None:
    assert fullest_year(spans) == (most, frozenset(among))


@pytest.mark.parametrize(
    ("budget", "known", "finish", "paid_by"),
    [
        (0, {}, 62, ["made-up", "made-up"]),
        (300, {}, 40, ["own-money", "made-up"]),
        (600, {}, 40, ["own-money", "own-money"]),
        (0, {"credits_funded_this_year": 60}, 72, ["made-up", "made-up"]),
        (0, {"credits_funded_this_year": 61}, 95, ["made-up", "made-up"]),
    ],
)
def test_two_courses_of_120_credits_and_180_a_year(
    loans: RuleBook, budget: int, known: dict[str, int], finish: int, paid_by: list[str]
) -> None:
    """240 credits in 40 weeks: all on loan, the second is begun so late that at most half of it falls in the year."""
    service = PathwayService(two_courses((20, 20), (120, 120)), RELEASE, book=loans)
    best = service.answer(borrowing(budget, **known)).pathways[0]
    assert best.totals.weeks == finish
    assert sorted(step.paid_by or "" for step in best.steps) == sorted(paid_by)
    for ledger in best.entitlements:
        if ledger.scheme in paid_by:
            assert ledger.most_in_a_year is not None
            assert ledger.most_in_a_year <= 180


@settings(max_examples=60, deadline=None)
@given(
    weeks=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    credits=st.tuples(st.sampled_from((30, 90, 120, 180, 200)), st.sampled_from((30, 90, 120, 180))),
    by=st.sampled_from((Criterion.WEEKS, Criterion.COST)),
)
def test_the_soonest_that_keeps_to_it_is_found(
    loans: RuleBook, weeks: tuple[int, int], credits: tuple[int, int], by: Criterion
) -> None:
    request = replace(borrowing(0), by=by, within_weeks=120)
    asked = ask(Catalogues(two_courses(weeks, credits), loans), request, measured=True)
    result = SurePlanner(ExactPlanner(), asked.catalogue).solve(asked.problem, by, Limits())
    (first, second), (one, other) = weeks, credits
    ends = [
        begin + second
        for begin in range(first, 121 - second)
        if fullest_year([(0, first, one), (begin, begin + second, other)])[0] <= 180
    ]
    assert result.value == (None if not ends else min(ends) if by is Criterion.WEEKS else 600)
    if result.plan is not None:
        assert asked.catalogue.yearly is not None
        assert not asked.catalogue.yearly.over([(s.delivery, s.start_week or 0) for s in result.plan.steps])


def courses_of_the_mark(later: int) -> Pathway:
    """Two Higher Technical Qualifications of 120 credits with known starts, for somebody with the entitlement left."""
    steps = tuple(
        replace(study(id, asks, gives, 20, 2000, "PT-HNC"), level=4)
        for id, asks, gives in (("S-0", "none", ("award:Q-0",)), ("S-1", "holds(Q-0)", (f"award:{GOAL}",)))
    )
    projection = world(*steps)
    awards = {id: replace(one, credits=120, technical_mark="HTQ") for id, one in projection.awards.items()}
    starts = [(ON + timedelta(weeks=week)).isoformat() for week in (8, later)]
    offers = tuple(
        Offer(*(f"O-{n}", f"C-{n}", f"S-{n}", f"S-{n}", "P-0", None, None, None, (start,), 20, 5), *(None,) * 5, SOURCE)
        for n, start in enumerate(starts)
    )
    facts = {"age": "30", "entitlement-left-credits": "480", "credits-funded-this-year": "0"}
    request = PathwayRequest(to=(GOAL,), on=ON, attributes=tuple(facts.items()))
    answer = PathwayService(replace(projection, awards=awards, offers=offers), RELEASE).answer(request)
    best = answer.pathways[0]
    said = [check.what for check in answer.check_before_recommending if "for which steps it pays" in check.what]
    (ledger,) = best.entitlements
    assert len(said) == (ledger.most_in_a_year or 0) // 181
    return best


def loan(best: Pathway, number: int) -> Payment:
    """The loan for a step."""
    (found,) = [one for one in best.steps[number].payments if one.scheme == ENTITLEMENT]
    return found


def test_the_entitlement_is_not_sure_of_both_in_one_year() -> None:
    best = courses_of_the_mark(28)
    for number, other in ((0, 2), (1, 1)):
        decision = loan(best, number).decision
        assert decision.answer is Answer.NOT_KNOWN
        (asked,) = decision.ask
        assert asked.whom == "funder"
        assert (
            f"Together with step {other} it would use 240 credits in one year, and 180 are the most" in asked.question
        )
    assert best.entitlements[0].most_in_a_year == 240


def test_it_is_sure_of_both_a_year_apart() -> None:
    best = courses_of_the_mark(60)
    assert [loan(best, number).decision.answer for number in (0, 1)] == [Answer.YES, Answer.YES]
    assert best.entitlements[0].most_in_a_year == 120
