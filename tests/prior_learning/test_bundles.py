"""Which units of one provider reach the credits that the Lifelong Learning Entitlement asks for."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from graph.projection import AwardFacts, Course, Projection, Status, UnitFacts
from queries.eligibility.decision import Answer
from queries.eligibility.rulebook import RuleBook
from queries.prior_learning.request import Bundles, Held
from tests.prior_learning.worlds import SOURCE, ask, award, entitlement, unit, world

HNC = award("Q-HNC", "credits(60, from=Q-HNC)", "credits(30, from=Q-HNC, unit_role=core)", credits=60)
UNITS = [
    *(unit(f"U-{n}", "Q-HNC", 15) for n in (1, 2)),
    *(unit(f"U-{n}", "Q-HNC", 15, "optional") for n in (3, 4, 5)),
    unit("U-DARK", "Q-HNC", None, "optional"),
]


def course(id: str, provider: str, *starts: str, sold: str = "unknown") -> Course:
    return Course(
        id, id, provider, "PT-HNC", "Q-HNC", Status.PUBLISHED, 4, None, None, sold, starts, None, SOURCE
    )  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    return entitlement(tmp_path)


def region(*courses: Course, of: AwardFacts = HNC, units: list[UnitFacts] = UNITS) -> Projection:
    projection = world([of], units)
    return replace(projection, courses=courses, labels={**projection.labels, "P-1": "College", "P-2": "Institute"})


def bundles(projection: Projection, book: RuleBook, *holds: str, age: str | None = "30") -> Bundles:
    facts = (("age", age),) if age else ()
    answer = ask(projection, book, to=("Q-HNC",), holds=tuple(map(Held, holds)), attributes=facts)
    return answer.targets[0].bundles


def lines(found: Bundles) -> list[str]:
    return [one.text for one in found.bundles]


def test_two_units_of_fifteen_credits_at_one_provider(book: RuleBook) -> None:
    found = bundles(region(course("C-1", "P-1")), book, "U-3", "U-4")
    assert lines(found) == [
        "U-1 (15 credits) and U-2 (15 credits) at College: 30 credits in all, starting on or after 1 January 2027. "
        "Whether it is funded is not known yet."
    ]
    assert found.least_credits == 30


def test_no_more_of_a_kind_than_are_still_to_be_taken(book: RuleBook) -> None:
    found = bundles(region(course("C-1", "P-1")), book)
    assert [[(choice.take, len(choice.units)) for choice in one.choices] for one in found.bundles] == [
        [(2, 3)],
        [(1, 2), (1, 3)],
        [(2, 2)],
    ]


def test_a_unit_that_is_large_enough_needs_no_other(book: RuleBook) -> None:
    units = [unit("U-1", "Q-HNC", 30), unit("U-2", "Q-HNC", 15), unit("U-3", "Q-HNC", 15)]
    found = bundles(region(course("C-1", "P-1"), units=units, of=award("Q-HNC", "credits(60, from=Q-HNC)")), book)
    assert [one.text.partition(" at ")[0] for one in found.bundles] == [
        "U-1 (30 credits)",
        "U-2 (15 credits) and U-3 (15 credits)",
    ]
    assert [["sold-alone" in [ask.name for ask in one.funded.ask]] for one in found.bundles] == [[True], [False]]


def test_only_units_of_the_award_that_the_provider_teaches(book: RuleBook) -> None:
    both = award("Q-HNC", "credits(30, from=Q-HNC)", "credits(15, from=Q-OTHER)")
    units = [unit("U-1", "Q-HNC", 15), unit("U-2", "Q-HNC", 15), unit("U-9", "Q-OTHER", 15)]
    (one,) = bundles(region(course("C-1", "P-1"), of=both, units=units), book).bundles
    assert one.text.startswith("U-1 (15 credits) and U-2 (15 credits) at College")


def test_a_later_rule_is_looked_at_only_when_no_earlier_one_will_do(book: RuleBook) -> None:
    (one,) = bundles(region(course("C-1", "P-1", sold="yes")), book, "U-1", "U-3", "U-4").bundles
    assert (one.credits, one.from_day) == (15, date(2028, 1, 1))


def test_what_has_to_be_confirmed_first(book: RuleBook) -> None:
    first = bundles(region(course("C-1", "P-1")), book, "U-3", "U-4", age=None)
    (unknown,) = first.bundles
    assert unknown.price_pounds is None
    assert unknown.funded.answer is Answer.NOT_KNOWN
    assert unknown.not_known == ()
    assert first.not_known[0] == "Are these units sold on their own? Ask the provider."
    assert {ask.name for ask in unknown.funded.ask} == {"provider-approved-for-modules", "age"}
    sold = bundles(region(course("C-1", "P-1", sold="yes")), book, "U-3", "U-4")
    assert len(sold.not_known) == 1


def test_what_has_to_be_confirmed_of_one_bundle_only_stands_with_it(book: RuleBook) -> None:
    found = bundles(region(course("C-1", "P-1", sold="yes"), course("C-2", "P-2")), book, "U-3", "U-4")
    assert [one.not_known for one in found.bundles] == [(), ("Are these units sold on their own? Ask the provider.",)]
    assert len(found.not_known) == 1


def test_units_that_may_be_held_already_are_said_to_be(book: RuleBook) -> None:
    found = bundles(region(course("C-1", "P-1")), book, "Q-HNC:30")
    assert found.text.endswith("Some of these units may be among the 30 credits that were told without their units.")


def test_every_provider_has_its_own_bundles_from_its_own_start(book: RuleBook) -> None:
    courses = [course("C-1", "P-1", "2027-09"), course("C-2", "P-2"), course("C-3", "P-2")]
    found = bundles(region(*courses), book, "U-3", "U-4").bundles
    assert [(one.provider.label, len(one.courses), one.from_day) for one in found] == [
        ("College", 1, date(2027, 9, 1)),
        ("Institute", 2, date(2027, 1, 1)),
    ]


def test_why_there_is_none(book: RuleBook) -> None:
    one_course = region(course("C-1", "P-1"))
    assert (
        bundles(region(), book).text == "No provider is known to teach this award, so no units can be bundled at one."
    )
    assert bundles(one_course, RuleBook({})).text == "No rules of the Lifelong Learning Entitlement are held here."
    assert bundles(one_course, book, age="61").text.startswith("No bundle of these units is funded.")
    other = region(course("C-1", "P-1"), of=replace(HNC, kind="PT-APPR"))
    assert bundles(other, book).text == "The Lifelong Learning Entitlement is not about this kind of award."
    dark = region(course("C-1", "P-1"), of=award("Q-HNC", credits=60), units=UNITS[-1:])
    assert bundles(dark, book).text.startswith("No unit of this award with visible credits is left")
