"""Entry requirements: all of, any of, so many credits, interim awards, and support that only goes in circles."""

from tests.support.text_world import pathway


def test_all_of_a_requirement_is_met_before_a_course_starts() -> None:
    assert (
        pathway("""
        has  GCSE Maths
        goal Imaging role

        Bootcamp       | 12w £0 16h  | GCSE Maths             | Python
        Physics        | 10w £80 10h | GCSE Maths             | Physics
        Imaging module | 20w £0 8h   | Python and Physics     | Imaging role
    """)
        == "Bootcamp 12w + Physics 10w ~ Imaging module 20w ~ Imaging role [32w £80 3 steps]"
    )


def test_any_of_a_requirement_is_met_by_the_better_one() -> None:
    world = """
        goal Technician

        Bootcamp   | 12w £900 16h | -                | Python
        Evening    | 30w £0 6h    | -                | Statistics
        Apprentice | 52w £0 30h   | Python or Statistics | Technician
    """
    assert pathway(world, by="weeks") == "Bootcamp 12w ~ Apprentice 52w ~ Technician [64w £900 2 steps]"
    assert pathway(world, by="cost") == "Evening 30w ~ Apprentice 52w ~ Technician [82w £0 2 steps]"


def test_credits_add_up_to_an_award() -> None:
    assert (
        pathway(
            """
        goal Certificate

        Unit A | 10w £100 10h | -      | A
        Unit B | 10w £150 10h | -      | B
        Unit C | 10w £400 10h | -      | C
        Award  | rule         | 30 of (15 A, 15 B, 15 C) | Certificate
    """,
            by="cost",
        )
        == "Unit A 10w + Unit B 10w ~ Certificate [10w £250 2 steps]"
    )


def test_one_large_unit_may_be_worth_two_small_ones() -> None:
    assert (
        pathway(
            """
        goal Certificate

        Unit A | 10w £100 10h | -      | A
        Unit B | 10w £100 10h | -      | B
        Double | 18w £300 10h | -      | D
        Award  | rule         | 30 of (15 A, 15 B, 30 D) | Certificate
    """,
            by="steps",
        )
        == "Double 18w ~ Certificate [18w £300 1 step]"
    )


def test_an_interim_award_opens_the_next_course() -> None:
    assert (
        pathway("""
        goal Degree

        Unit 1 | 10w £0 10h | -                | U1
        Unit 2 | 10w £0 10h | -                | U2
        Unit 3 | 10w £0 10h | U1               | U3
        Interim | rule      | 30 of (15 U1, 15 U2, 15 U3) | Interim award
        Full    | rule      | 45 of (15 U1, 15 U2, 15 U3) | Full award
        Top-up | 30w £0 20h | Interim award    | Degree
    """)
        == "Unit 1 10w + Unit 2 10w ~ Top-up 30w ~ Degree [40w £0 3 steps]"
    )


def test_a_fact_counts_once_however_many_courses_give_it() -> None:
    assert (
        pathway(
            """
        goal Certificate

        Here   | 10w £0 10h | -            | A
        There  | 10w £0 10h | -            | A
        Unit B | 10w £90 10h | -           | B
        Award  | rule       | 30 of (15 A, 15 B) | Certificate
    """,
            by="cost",
        )
        == "Here 10w + Unit B 10w ~ Certificate [10w £90 2 steps]"
    )


def test_circular_support_counts_for_nothing() -> None:
    world = """
        goal Level 3

        Down | rule | Level 3 | Level 2
        Up   | rule | Level 2 | Level 3
        Self | rule | Level 3 | Level 3
    """
    assert pathway(world) == "proved none"
    assert pathway(world, by="cost") == "proved none"
    assert pathway(world + "Access | 20w £50 10h | - | Level 2") == "Access 20w ~ Level 3 [20w £50 1 step]"


def test_two_courses_that_ask_for_each_other_cannot_be_started() -> None:
    assert (
        pathway("""
        goal B

        First  | 4w £0 10h | B | A
        Second | 4w £0 10h | A | B
    """)
        == "proved none"
    )


def test_nothing_to_do_when_the_goal_is_held() -> None:
    assert (
        pathway("""
        has  HNC
        goal Level 4

        Course | 4w £0 10h | -   | Level 4
        Counts | rule      | HNC | Level 4
    """)
        == "nothing to do ~ Level 4 [0w £0 0 steps]"
    )
