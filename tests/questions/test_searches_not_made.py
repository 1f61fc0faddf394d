"""Searches of which the answer is known are not made, which changes no answer.

Of several goals, one that cannot be reached as well as another is not searched for; nor is the best pathway under
closer limits where that under wider ones keeps to them.
"""

from dataclasses import replace

import pytest

from queries.pathways import service
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, PathwayProblem, PlannerResult
from queries.pathways.request import PathwayAnswer, PathwayRequest
from queries.pathways.service import PathwayService
from tests.questions.world import TODAY, Whole

PEOPLE = {
    "a bootcamp": PathwayRequest(holds=("PT-BOOTCAMP",), to_level=4, on=TODAY),
    "work as an assistant": PathwayRequest(holds=("OC-HCSA", "level:3"), to_level=4, on=TODAY, hours_per_week=20),
    "nothing": PathwayRequest(holds=(), to_level=4, on=TODAY, budget_pounds=0),
}


class Counting(ExactPlanner):
    """The planner, and how many searches it made."""

    made = 0

    def solve(self, problem: PathwayProblem, criterion: Criterion, limits: Limits) -> PlannerResult:
        self.made += 1
        return super().solve(problem, criterion, limits)


def asked(release: Whole, request: PathwayRequest) -> tuple[PathwayAnswer, int]:
    """The answer, and how many searches were made for it."""
    planner = Counting()
    return PathwayService(release.projection, release.service.release, planner=planner).answer(request), planner.made


@pytest.mark.parametrize("criterion", Criterion)
@pytest.mark.parametrize("person", PEOPLE)
def test_the_answer_is_that_of_all_searches(
    person: str, criterion: Criterion, release: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = replace(PEOPLE[person], by=criterion)
    found, few = asked(release, request)
    monkeypatch.setattr(PathwayProblem, "narrows", lambda *_: False)
    anew, more = asked(release, request)
    assert anew == found
    assert few <= more
    monkeypatch.setattr(service, "at_least", lambda *_: 0)
    every, all_of_them = asked(release, request)
    assert found == every
    assert more <= all_of_them


def test_searches_are_saved(release: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    request = replace(PEOPLE["a bootcamp"], by=Criterion.COST)
    _, few = asked(release, request)
    monkeypatch.setattr(PathwayProblem, "narrows", lambda *_: False)
    _, more = asked(release, request)
    monkeypatch.setattr(service, "at_least", lambda *_: 0)
    _, all_of_them = asked(release, request)
    assert few < more < all_of_them
