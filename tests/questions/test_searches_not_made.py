"""Of several goals, one that cannot be reached as well as another is not searched for, which changes no answer."""

from dataclasses import replace

import pytest

from queries.pathways import service
from queries.pathways.engine.problem import Criterion
from queries.pathways.request import PathwayAnswer, PathwayRequest
from queries.pathways.service import PathwayService
from tests.questions.world import TODAY, Whole

PEOPLE = {
    "a bootcamp": PathwayRequest(holds=("PT-BOOTCAMP",), to_level=4, on=TODAY),
    "work as an assistant": PathwayRequest(holds=("OC-HCSA", "level:3"), to_level=4, on=TODAY, hours_per_week=20),
    "nothing": PathwayRequest(holds=(), to_level=4, on=TODAY, budget_pounds=0),
}


def asked(release: Whole, request: PathwayRequest) -> tuple[PathwayAnswer, int]:
    """The answer, and how many searches were made for it."""
    made = 0

    class Counting(service._Answer):
        def solve(self, asked: service.Asked) -> service.Solved:
            nonlocal made
            made += 1
            return super().solve(asked)

    asking = PathwayService(release.projection, release.service.release)
    return Counting(asking, asking.settled(request), service.Limits()).answer(), made


@pytest.mark.parametrize("criterion", Criterion)
@pytest.mark.parametrize("person", PEOPLE)
def test_the_answer_is_that_of_all_searches(
    person: str, criterion: Criterion, release: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = replace(PEOPLE[person], by=criterion)
    found, few = asked(release, request)
    monkeypatch.setattr(service, "at_least", lambda *_: 0)
    every, all_of_them = asked(release, request)
    assert found == every
    assert few <= all_of_them


def test_searches_are_saved(release: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    request = PEOPLE["a bootcamp"]
    _, few = asked(release, request)
    monkeypatch.setattr(service, "at_least", lambda *_: 0)
    _, all_of_them = asked(release, request)
    assert few < 0.7 * all_of_them
