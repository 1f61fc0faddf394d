"""Made ready ahead of the first question: nothing compiles later, and what is going to fork has run no solver."""

from __future__ import annotations

from typing import NoReturn

import highspy
import pytest
from ortools.sat.python import cp_model

from queries.pathways.engine import kernel, timetable
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits
from queries.pathways.engine.warm import warm
from tests.queries.pathways.questions import layered_question


def signatures() -> dict[str, int]:
    """For each kernel, for how many combinations of types it has been compiled (0: only within others so far)."""
    both = {**vars(kernel), **vars(timetable)}
    return {name: len(one.signatures) for name, one in both.items() if hasattr(one, "signatures")}


def test_once_warm_no_question_makes_anything_compile() -> None:
    warm()
    ready = signatures()
    assert min(ready[name] for name in ("tightened", "missed", "arrivals", "due_weeks", "placed", "compacted")) == 1
    for seed in range(10):
        for criterion in (one for one in Criterion if one is not Criterion.FIRST_JOB):
            ExactPlanner().solve(layered_question(seed, 7), criterion, Limits())
    assert signatures() == ready


def test_without_solvers_none_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a solver was run")

    monkeypatch.setattr(highspy.Highs, "run", refuse)
    monkeypatch.setattr(cp_model.CpSolver, "solve", refuse)
    warm(solvers=False)
    with pytest.raises(AssertionError, match="solver"):
        warm()
