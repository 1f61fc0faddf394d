"""`stepway solve`: files in, answers in the shape of the format out, bad files told and the others still answered."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from queries.pathways.engine import exhaustive
from queries.pathways.engine.interchange import (
    EXPECTED_NAMES,
    instance_from,
    read_instance,
    write_instance,
)
from queries.pathways.engine.problem import Criterion, Plan, PlannedStep
from queries.pathways.engine.replay import replay
from tests.queries.pathways.questions import layered_question
from tests.support.peers import ask_fast_downward

SAMPLES = Path(__file__).parents[1] / "samples" / "pathway-instances"
SAMPLE_ANSWERS: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text())

LATER_THAN_ITS_HORIZON = {"region-04"}
"""Shared questions whose expected finish is later than their own horizon: we answer that there is none by then."""


def solve(*words: object, ends: int = 0) -> tuple[Any, str]:
    """What is printed as JSON, and on the error stream."""
    result = CliRunner().invoke(app, ["solve", *map(str, words), "--json"])
    assert result.exit_code == ends, f"{result.output}\n{result.exception!r}"
    return json.loads(result.stdout), result.stderr


def differences(answer: dict[str, Any], expected: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs, of what is expected; null and absent are the same."""
    compared = {key: value for key, value in expected.items() if key != "missing_example"}
    if not expected.get("pareto_complete", True):
        compared.pop("pareto")
    return {key: (answer.get(key), value) for key, value in compared.items() if answer.get(key) != value}


def carried_out(file: Path, answer: dict[str, Any]) -> None:
    """Every plan of an answer replays, to the value the answer gives."""
    problem = read_instance(file)
    for name, steps in answer.get("plans", {}).items():
        trace = replay(problem, Plan(tuple(PlannedStep(one["action"], one.get("start")) for one in steps)))
        told = {
            "cost": trace.cost_pounds,
            "steps": len(trace.steps),
            "travel": trace.travel_hours,
            "weeks": trace.study_weeks,
            "finish": trace.finish_week,
        }
        assert told.get(name, answer[name]) == answer[name]


def test_a_folder_is_answered_as_worked_out_by_hand() -> None:
    answers, _ = solve(SAMPLES)
    assert answers.keys() == SAMPLE_ANSWERS.keys()
    for name, expected in SAMPLE_ANSWERS.items():
        assert differences(answers[name], expected) == {}
        carried_out(SAMPLES / f"{name}.json", answers[name])
        if expected["reachable"]:
            assert set(answers[name]["proven"].values()) == {True}
            assert answers[name]["seconds"].keys() == set(EXPECTED_NAMES.values())


def test_without_seconds_the_same_question_has_the_same_bytes() -> None:
    one, two = (
        CliRunner().invoke(app, ["solve", str(SAMPLES), "--json", "--no-seconds", "--pareto", "finish,cost"]).stdout
        for _ in range(2)
    )
    assert one == two
    assert "seconds" not in one


def test_the_pareto_set_is_that_of_trying_everything(tmp_path: Path) -> None:
    axes = (Criterion.WEEKS, Criterion.COST, Criterion.STEPS)
    for seed in range(60):
        problem = layered_question(seed, 6)
        write_instance(tmp_path / f"q{seed:02}.json.gz", instance_from(problem, f"q{seed:02}"))
    answers, _ = solve(tmp_path, "--pareto", "finish,cost,steps")
    several = 0
    for seed in range(60):
        expected = exhaustive.front(layered_question(seed, 6), axes)
        answer = answers[f"q{seed:02}"]
        assert {tuple(point) for point in answer.get("pareto", [])} == expected
        assert answer.get("pareto_complete", True)
        several += len(expected) > 1
    assert several > 2


def test_a_question_that_asks_for_a_pareto_set_gets_it_by_the_week_it_says(tmp_path: Path) -> None:
    problem = read_instance(SAMPLES / "credits.json")
    asked = instance_from(problem, "by-40", pareto_axes=["cost", "finish"], pareto_max_finish=40)
    write_instance(tmp_path / "by-40.json", asked)
    answers, _ = solve(tmp_path / "by-40.json")
    expected = exhaustive.front(problem, (Criterion.COST, Criterion.WEEKS), 40)
    assert answers["by-40"]["pareto"] == sorted(map(list, expected))
    assert answers["by-40"]["pareto_max_finish"] == 40


def test_bad_files_are_told_and_the_others_still_answered(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "credits.json", tmp_path / "a.json")
    shutil.copy(SAMPLES / "credits.json", tmp_path / "b.json")
    (tmp_path / "broken.json").write_text('{"format": ')
    answers, told = solve(tmp_path, tmp_path / "nowhere.json", SAMPLES / "circles.json", ends=1)
    assert [name for name, answer in answers.items() if "problem" not in answer] == ["credits", "circles"]
    for name, code, words in (
        ("b.json", "repeated_name", "The question is called credits, as that of a.json is."),
        ("broken.json", "unreadable_instance", "The file cannot be read"),
        ("nowhere.json", "unreadable_instance", "The file cannot be read"),
    ):
        (problem,) = [answer["problem"] for file, answer in answers.items() if file.endswith(name)]
        assert problem["code"] == code
        assert words in problem["text"]
        assert words.replace(" ", "") in "".join(told.split())
    assert "Traceback" not in told


def test_a_folder_without_instances_and_a_wrong_axis_are_told(tmp_path: Path) -> None:
    _, told = solve(tmp_path, ends=1)
    assert "The folder holds no file that ends in .json, .json.gz." in " ".join(told.split())
    for axes in ("finish,bogus", "finish", "cost,cost"):
        result = CliRunner().invoke(app, ["solve", str(SAMPLES), "--pareto", axes])
        assert result.exit_code == 2


def test_for_people_it_is_a_line_each() -> None:
    text = CliRunner().invoke(app, ["solve", str(SAMPLES)]).stdout
    assert "credits: cost 460, steps 3, travel 66, weeks 36, finish 36, first_job 16" in text
    assert "nobody-teaches-it: no pathway; it would take goal or missing" in text


def test_pddl_is_written_for_other_planners(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["solve", str(SAMPLES / "credits.json"), "--pddl", str(tmp_path)])
    assert result.exit_code == 0
    assert "(increase (total-cost) 60)" in (tmp_path / "credits" / "domain.pddl").read_text()
    assert (tmp_path / "credits" / "problem.pddl").read_text().startswith("; credits: least cost")
    assert ask_fast_downward(read_instance(SAMPLES / "credits.json"), Criterion.COST, 60).value == 460
    refused = CliRunner().invoke(app, ["solve", str(SAMPLES / "budget.json"), "--pddl", str(tmp_path)])
    assert refused.exit_code == 1
    assert not (tmp_path / "budget").exists()


@pytest.mark.shared_data
@pytest.mark.parametrize("size", ["small", "region", pytest.param("national", marks=pytest.mark.slow)])
def test_shared_questions_are_answered_as_published(size: str) -> None:
    if "STEPWAY_SHARED" not in os.environ:
        pytest.skip("set STEPWAY_SHARED to the folder that holds planning-examples/")
    folder = Path(os.environ["STEPWAY_SHARED"]) / "planning-examples"
    published = json.loads((folder / f"expected-{size}.json").read_text())
    answers, _ = solve(folder / size, *(["--pareto", "finish,cost,steps"] if size == "small" else []))
    assert answers.keys() == published.keys()
    for name, expected in published.items():
        different = differences(answers[name], expected)
        if name in LATER_THAN_ITS_HORIZON:
            assert different.pop("finish")[0] is None
        assert different == {}, name
        carried_out(folder / size / f"{name}.json.gz", answers[name])
        if "missing_example" in expected and answers[name]["missing_complete"]:
            assert sorted(expected["missing_example"]) in answers[name]["missing_sets"]
