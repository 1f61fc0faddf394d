"""Cost, steps and weeks of study: sums over the steps, with ties broken so that nothing useless is shown."""

from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits
from tests.support.text_world import pathway, world


def test_a_useless_free_course_is_never_shown() -> None:
    text = """
        goal Role

        Taster  | 2w £0 4h    | -      | Taste
        Taster2 | 2w £0 4h    | Taste  | Taste2
        Course  | 20w £200 10h | -     | Role
    """
    for by in ("cost", "weeks", "steps", "study-weeks"):
        assert pathway(text, by=by) == "Course 20w ~ Role [20w £200 1 step]"


def test_among_free_ways_the_soonest_wins_and_then_the_one_with_fewest_steps() -> None:
    assert (
        pathway(
            """
        goal Role

        One   | 5w £0 10h  | -   | A
        Two   | 5w £0 10h  | A   | B
        Three | 5w £0 10h  | B   | Role
        Long  | 40w £0 10h | -   | Role
        Short | 15w £0 10h | -   | Role
    """,
            by="cost",
        )
        == "Short 15w ~ Role [15w £0 1 step]"
    )


def test_one_course_that_serves_twice_beats_two_cheaper_ones() -> None:
    assert (
        pathway(
            """
        goal Role

        Both  | 5w £150 10h | -       | A, B
        OnlyA | 5w £100 10h | -       | A
        OnlyB | 5w £100 10h | -       | B
        Hired | rule        | A and B | Role
    """,
            by="cost",
        )
        == "Both 5w ~ Role [5w £150 1 step]"
    )


def test_each_criterion_may_choose_another_delivery() -> None:
    text = """
        goal Role

        Course | 10w £900 20h | - | Role
        Course | 30w £0 6h
    """
    assert pathway(text, by="weeks") == "Course 10w ~ Role [10w £900 1 step]"
    assert pathway(text, by="study-weeks") == "Course 10w ~ Role [10w £900 1 step]"
    assert pathway(text, by="cost") == "Course 30w ~ Role [30w £0 1 step]"


def test_a_job_is_a_step_that_gives_experience() -> None:
    text = """
        has  Bootcamp
        goal Senior

        Trainee (job) | 52w £0 35h  | Bootcamp                | Experience
        Degree        | 156w £9000 20h | Bootcamp             | Degree
        Senior course | 10w £300 4h | Experience or Degree    | Senior
    """
    assert pathway(text) == "Trainee 52w ~ Senior course 10w ~ Senior [62w £300 2 steps]"
    assert [content.kind for content in world(text).contents] == ["job", "course", "course"]


def test_the_certificate_names_what_every_pathway_needs() -> None:
    text = """
        goal Role

        Basics   | 4w £120 10h | -        | Basics
        Theory   | 4w £300 10h | Basics   | Theory
        Practice | 4w £250 10h | Basics   | Practice
        Hired    | rule        | Theory or Practice | Role
    """
    result = ExactPlanner().solve(world(text), Criterion.COST, Limits())
    assert result.certificate is not None
    assert {tuple(sorted(one.contents)): int(one.weight) for one in result.certificate.landmarks} == {
        ("Basics",): 120,
        ("Practice", "Theory"): 250,
    }
    assert result.certificate.bound == result.value == 370
