"""When steps may start: not before a week, within a window, and by the horizon."""

from tests.support.text_world import pathway

COURSE = "goal Role\n Course | 10w £0 10h | - | Role"


def test_nothing_starts_before_the_learner_can() -> None:
    assert pathway("after 6w\n" + COURSE) == "wait 6w ~ Course 10w ~ Role [16w £0 1 step]"


def test_a_cohort_before_the_first_week_is_missed() -> None:
    text = "goal Role\n Course | 10w £0 10h @5,30 | - | Role"
    assert pathway("after 5w\n" + text) == "wait 5w ~ Course 10w ~ Role [15w £0 1 step]"
    assert pathway("after 6w\n" + text) == "wait 30w ~ Course 10w ~ Role [40w £0 1 step]"


def test_what_takes_no_weeks_waits_for_the_first_week_too() -> None:
    assert pathway("after 3w\n goal Hired\n Job (job) | 0w £0 0h | - | Hired").endswith("[3w £0 1 step]")


def test_a_window_opens_and_closes() -> None:
    text = """
        goal Role

        Before | 8w £0 10h            | -  | A
        Course | 10w £0 10h from {} to {} | A  | Role
    """
    assert pathway(text.format(20, 30)) == "Before 8w ~ wait 12w ~ Course 10w ~ Role [30w £0 2 steps]"
    assert pathway(text.format(0, 8)) == "Before 8w ~ Course 10w ~ Role [18w £0 2 steps]"
    assert pathway(text.format(0, 7)) == "none within limits"


def test_a_window_that_closes_makes_the_other_wait_its_turn() -> None:
    assert (
        pathway("""
        week 20h
        goal Role

        Anytime | 10w £0 20h          | -       | A
        Young   | 5w £0 20h from 0 to 4 | -     | B
        Hired   | rule                | A and B | Role
    """)
        == "Young 5w ~ Anytime 10w ~ Role [15w £0 2 steps]"
    )


def test_a_barred_delivery_is_not_taken() -> None:
    text = "goal Role\n Course | 10w £0 10h | - | Role\n Course | 14w £0 10h"
    assert pathway(text) == "Course 10w ~ Role [10w £0 1 step]"
    assert pathway("bars Course 1\n" + text) == "Course 14w ~ Role [14w £0 1 step]"


def test_windows_hold_for_the_cheapest_as_well() -> None:
    text = """
        goal Role

        Course | 10w £0 10h from 0 to 3 | - | Role
        Course | 10w £90 10h            | - | Role
    """
    assert pathway(text, by="cost") == "Course 10w ~ Role [10w £0 1 step]"
    assert pathway("after 4w\n" + text, by="cost") == "wait 4w ~ Course 10w ~ Role [14w £90 1 step]"
