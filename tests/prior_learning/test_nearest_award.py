"""How far the next award is, and when a course towards it starts."""

from dataclasses import replace

from graph.projection import Course, Projection, Status, Transfer
from queries.prior_learning.request import Held, NearestAward, Span
from tests.prior_learning.worlds import SOURCE, ask, award, unit, world

COURSE = Course(
    "C-1", "Devices", "P-1", "PT-HNC", "Q-HNC", Status.PUBLISHED, 4, None, None, "unknown", ("2027-01",), None, SOURCE
)  # fmt: skip

REGION: Projection = replace(
    world(
        [
            award("Q-HNC", "credits(60, from=Q-HNC)", "credits(30, from=Q-HNC, unit_role=core)", credits=60),
            replace(award("Q-BARE", credits=120), awarding_body="Pearson"),
            award("Q-TOP", credits=240, level=5),
            replace(award("Q-GONE", credits=30), current=False),
            replace(award("Q-MODEL", "credits(30, from=Q-MODEL)", credits=30), real=False),
            award("Q-DARK", "credits(50, from=Q-DARK)", credits=50),
            award("Q-SIZE"),
        ],
        [
            *(unit(f"U-{n}", "Q-HNC", 15) for n in (1, 2)),
            *(unit(f"U-{n}", "Q-HNC", 15, "optional") for n in (3, 4, 5)),
            unit("U-G", "Q-GONE", 10),
            unit("U-M", "Q-MODEL", 10),
            unit("U-N", "Q-MODEL", 20),
            unit("U-D", "Q-DARK", 10),
            unit("U-E", "Q-DARK", None),
            unit("U-S", "Q-SIZE", 10),
        ],
    ),
    transfers=(
        Transfer("CT-1", "Q-BARE", "Q-TOP", 110, True, "its first half", SOURCE),
        Transfer("CT-2", "Q-GONE", "Q-BARE", 10, False, "the centre decides", SOURCE),
    ),
    courses=(COURSE,),
)
LEFT = "No start that is still to come is known."


def nearest(*holds: str, to: tuple[str, ...] = ()) -> list[NearestAward]:
    return list(ask(REGION, holds=tuple(map(Held, holds)), to=to).nearest)


def short(*holds: str, to: tuple[str, ...] = ()) -> list[tuple[str, str, str | None]]:
    return [
        (one.award.id, span(one.credits_held), one.credits_short and span(one.credits_short))
        for one in nearest(*holds, to=to)
    ]


def span(said: Span) -> str:
    return f"{said.least}" if said.least == said.most else f"{said.least} to {said.most}"


def test_nothing_counts_towards_anything() -> None:
    assert short() == []


def test_the_nearest_comes_first_and_what_is_not_known_last() -> None:
    assert short("U-1", "U-M", "U-D", "U-S", "Q-BARE:100") == [
        ("Q-MODEL", "10", "20"),
        ("Q-BARE", "0 to 100", "20 to 120"),
        ("Q-HNC", "15", "45"),
        ("Q-TOP", "0 to 100", "140 to 240"),
        ("Q-DARK", "10", None),
        ("Q-SIZE", "10", None),
    ]


def test_an_award_that_is_held_is_not_near() -> None:
    assert short("Q-BARE") == [("Q-TOP", "110", "130")]
    assert short("U-1", "U-2", "U-3", "U-4") == []


def test_an_award_nobody_is_entered_for_is_shown_only_when_asked_for() -> None:
    assert short("U-G") == []
    (asked,) = nearest("U-G", to=("Q-GONE",))
    assert asked.text.endswith(f"People are no longer entered for it. {LEFT}")


def test_which_units_and_when_first() -> None:
    (one,) = nearest("U-1", "U-3")
    assert one.text == (
        "30 credits: U-2 (15 credits) and any 1 of 2 optional units at level 4 of 15 credits would complete Q-HNC. "
        "The next start that is known is 2027-01 at P-1."
    )


def test_credits_told_without_their_units_may_be_the_right_ones_or_of_no_use() -> None:
    (one,) = nearest("Q-HNC:45")
    assert (one.credits_held, one.credits_short) == (Span(0, 45), Span(15, 60))
    assert one.text == (
        "15 to 60 credits left, depending on which units the 45 are: bring the transcript. "
        "If none of them are of use, what would complete Q-HNC is 60 credits: U-1 (15 credits), U-2 (15 credits) and "
        "any 2 of 3 optional units at level 4 of 15 credits. The next start that is known is 2027-01 at P-1."
    )


def test_units_that_were_told_count_beside_credits_that_were_told_by_number() -> None:
    (one,) = nearest("U-3", "Q-HNC:30")
    assert (one.credits_held, one.credits_short) == (Span(15, 45), Span(15, 45))


def test_how_many_are_left_at_most_may_be_not_known() -> None:
    (one,) = nearest("Q-DARK:45")
    assert one.credits_short == Span(10, None)
    assert one.text.startswith("At least 10 credits left, depending on which units the 45 are: bring the transcript.")


def test_units_that_were_told_by_name_are_what_they_are() -> None:
    (one,) = nearest("U-3", "U-4", "U-5")
    assert (one.credits_held, one.credits_short) == (Span(45, 45), Span(30, 30))


def test_where_the_rules_are_not_known_it_counts_by_number_and_says_so() -> None:
    near = nearest("Q-BARE:100")[0]
    assert near.text == (
        "20 to 120 credits left, depending on which units the 100 are: bring the transcript. "
        f"How its units must add up is not held here: ask Pearson which are still needed. {LEFT}"
    )


def test_units_without_visible_credits_complete_nothing() -> None:
    (one,) = nearest("U-D")
    assert one.text == (
        "No choice of the units we hold, with the credits that are visible, completes Q-DARK: ask the awarding body. "
        f"{LEFT}"
    )
    (size,) = nearest("U-S")
    assert size.text == f"How many credits Q-SIZE takes is not held here: ask the awarding body. {LEFT}"


def test_an_award_that_stands_for_a_family_says_so() -> None:
    (one,) = nearest("U-M")
    assert one.text == (
        "20 credits: U-N (20 credits) would complete Q-MODEL. "
        f"It stands for a family of awards: ask which one is taught. {LEFT}"
    )


def test_a_rule_that_is_our_inference_stays_out_of_a_published_answer() -> None:
    awards = {**REGION.awards, "Q-HNC": replace(REGION.awards["Q-HNC"], rules_status=Status.INFERRED)}
    question = {"holds": (Held("U-1"),), "to": ("Q-HNC",)}
    whole = ask(replace(REGION, awards=awards), **question).nearest[0]
    published = ask(replace(REGION, awards=awards), published_only=True, **question).nearest[0]
    assert (whole.status, whole.remaining is None) == (Status.INFERRED, False)
    assert (published.status, published.remaining, published.credits_short) == (
        Status.PUBLISHED,
        None,
        Span(45, 45),
    )
