"""Questions written to the neutral format and read back: nothing is lost, and what is malformed is pointed at."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.pathways.engine import exhaustive
from queries.pathways.engine.interchange import (
    instance_from,
    problem_from,
    question_from,
    read_instance,
    read_question,
    write_instance,
)
from queries.pathways.engine.problem import (
    All,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Outcome,
    PathwayProblem,
    ProblemRefused,
)
from tests.queries.pathways.questions import layered_question, questions

SAMPLES = Path(__file__).parents[2] / "samples" / "pathway-instances"
CREDITS: dict[str, Any] = json.loads((SAMPLES / "credits.json").read_text())
JUNK = [None, True, -1, 2.5, "", "everything", [], [[]], {}, {"all": 3}, {"min": 1}, {"min": 1, "of": [[1]]}]

some = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@some
@given(problem=questions())
def test_written_and_read_back_a_question_is_the_same_instance(problem: PathwayProblem) -> None:
    instance = instance_from(problem, "round")
    again = problem_from(json.loads(json.dumps(instance)))
    assert instance_from(again, "round") == instance
    assert (again.caps, again.milestone, again.goal) == (
        problem_from(instance).caps,
        problem.milestone,
        problem.goal,
    )


@pytest.mark.parametrize("criterion", Criterion)
def test_written_and_read_back_a_question_has_the_same_answer(criterion: Criterion) -> None:
    found = 0
    for seed in range(1, 160, 2):  # those with windows, a first week, barred deliveries and caps
        problem = layered_question(seed, 5)
        outcome, score = exhaustive.best(problem, criterion)
        outcome_again, score_again = exhaustive.best(problem_from(instance_from(problem, "again")), criterion)
        assert score_again == score
        assert outcome_again is outcome or problem.barred
        found += outcome is Outcome.FOUND
    assert found > 20


def test_windows_become_start_weeks_and_barred_deliveries_are_left_out() -> None:
    course = Content("course", "module", All(()), ("skill",))
    deliveries = (
        Delivery("any", "course", 10, 4, 10, None),
        Delivery("window", "course", 10, 4, 10, None, opens=1, closes=6),
        Delivery("open-ended", "course", 10, 4, 10, None, opens=4),
        Delivery("cohorts", "course", 10, 4, 10, (0, 2, 5)),
        Delivery("barred", "course", 10, 4, 10, None),
    )
    problem = PathwayProblem(
        Catalogue((course,), deliveries), frozenset(), "skill", 20, 10, barred=frozenset({"barred"})
    )
    starts = {action["id"]: action["starts"] for action in instance_from(problem, "n")["actions"]}
    assert starts == {"any": "any", "window": [1, 2, 3, 4, 5, 6], "open-ended": [4, 5, 6], "cohorts": [0, 2, 5]}
    later = instance_from(replace(problem, not_before=2), "n", providers={"cohorts": "P-DUDLEY"})["actions"]
    assert {action["id"]: action["starts"] for action in later} == {
        "any": [2, 3, 4, 5, 6],
        "window": [2, 3, 4, 5, 6],
        "open-ended": [4, 5, 6],
        "cohorts": [2, 5],
    }
    assert [action["provider"] for action in later] == ["", "", "", "P-DUDLEY"]


def test_what_the_format_has_no_word_for_goes_under_a_key_of_ours() -> None:
    problem = read_instance(SAMPLES / "budget.json")
    plain = {key: value for key, value in instance_from(problem, "plain").items() if key != "x_stepway"}
    assert exhaustive.best(problem, Criterion.WEEKS)[1] == (20, 3, 170)
    without = problem_from(plain)
    assert (without.caps, without.milestone) == ((), None)
    assert exhaustive.best(without, Criterion.WEEKS)[1] == (12, 3, 320)  # a bound: the day course is dearer than may be
    lapsing = replace(problem, lapses={"skill": 26})
    assert problem_from(instance_from(lapsing, "lapsing")).lapses == {"skill": 26}


@pytest.mark.parametrize("ending", ["json", "json.gz"])
def test_files_are_the_same_bytes_each_time_and_read_back(tmp_path: Path, ending: str) -> None:
    instance = instance_from(read_instance(SAMPLES / "credits.json"), "credits", pareto_axes=["finish", "cost"])
    one, two = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
    write_instance(one, instance)
    write_instance(two, instance)
    assert one.read_bytes() == two.read_bytes()
    question = read_question(one)
    assert (question.name, question.axes, question.finish_by) == (
        "credits",
        (Criterion.WEEKS, Criterion.COST),
        None,
    )
    assert instance_from(question.problem, "credits", pareto_axes=["finish", "cost"]) == instance


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from _places(inner, (*at, key))


def _put(at: tuple[Any, ...], junk: Any) -> Any:
    """The sample with something else at a place; the last word takes the place away."""
    if not at:
        return junk
    broken = copy.deepcopy(CREDITS)
    inner = broken
    for key in at[:-1]:
        inner = inner[key]
    if junk == "everything":
        del inner[at[-1]]
    else:
        inner[at[-1]] = junk
    return broken


def test_whatever_is_put_anywhere_is_read_or_refused_in_words() -> None:
    refused = 0
    for at in _places(CREDITS):
        for junk in JUNK:
            try:
                question_from(_put(at, junk))
            except ProblemRefused as error:
                assert error.hint
                refused += 1
    assert refused > 1000


@pytest.mark.parametrize(
    ("at", "junk", "place"),
    [
        (("format",), "pathway-instance/2", "format"),
        (("actions", 1, "content"), 9, "actions[1].content"),
        (("actions", 2, "starts", 1), "spring", "actions[2].starts[1]"),
        (("contents", 3, "pre"), {"none": []}, "contents[3].pre"),
        (("rules", 0, "if", "of", 1), [15], "rules[0].if.of[1]"),
        (("learner", "hours_cap"), 7.5, "learner.hours_cap"),
        (("x_stepway", "milestone"), 3, "x_stepway.milestone"),
        (("goal", "all"), "degree", "goal.all"),
    ],
)
def test_what_is_malformed_is_named_by_its_place(at: tuple[Any, ...], junk: Any, place: str) -> None:
    with pytest.raises(ProblemRefused) as refusal:
        question_from(_put(at, junk))
    assert (refusal.value.code, refusal.value.facts["place"]) == ("malformed_instance", place)


def test_repeated_ids_starts_out_of_order_and_numbers_too_large_are_refused_as_in_any_question() -> None:
    for at, junk, code in (
        (("actions", 1, "id"), "a-day", "repeated_id"),
        (("actions", 2, "starts"), [26, 0], "starts_not_ascending"),
        (("actions", 2, "fee"), 2**62, "number_out_of_range"),
        (("horizon",), 10**9, "number_out_of_range"),
        (("learner", "hours_cap"), 10**19, "number_out_of_range"),
    ):
        with pytest.raises(ProblemRefused) as refusal:
            question_from(_put(at, junk))
        assert refusal.value.code == code


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cut.json", b'{"format": "pathway-inst'),
        ("words.json", b"\xff\xfe no text"),
        ("deep.json", b"[" * 100_000),
        ("not-zipped.json.gz", b"{}"),
        ("cut.json.gz", gzip.compress(b"{}" * 1000, mtime=0)[:20]),
        ("nothing.json", None),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_words(tmp_path: Path, name: str, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ProblemRefused) as refusal:
        read_question(tmp_path / name)
    assert refusal.value.code == "unreadable_instance"


def test_a_requirement_nested_without_end_is_refused_in_words() -> None:
    goal: Any = "degree"
    for _ in range(50_000):
        goal = {"all": [goal]}
    with pytest.raises(ProblemRefused):
        problem_from({**CREDITS, "goal": goal})


@some
@given(seed=st.integers(0, 10_000))
def test_order_of_keys_does_not_matter(seed: int) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            keys = list(value)
            Random(seed).shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return [shuffled(one) for one in value] if isinstance(value, list) else value

    assert instance_from(problem_from(shuffled(CREDITS)), "x") == instance_from(problem_from(CREDITS), "x")
