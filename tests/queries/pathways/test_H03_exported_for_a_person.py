"""A person's question, written to a file of the neutral format and solved from there, has the same optimum."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from api import questions as told
from api.solving import answer
from graph.projection import Step
from queries.pathways.engine.interchange import EXPECTED_NAMES, read_question, write_instance
from queries.pathways.engine.problem import Criterion, Limits
from queries.pathways.request import PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService
from tests.queries.pathways.people import GOAL, ON, book, rule, study, world
from tests.queries.pathways.test_H01_the_surest_pathway import HORIZON, NINETEEN_IN_WEEK_2, solve, worlds
from tests.queries.pathways.test_H03_what_is_left_of_an_entitlement import LOAN, borrowing

RELEASE = ReleaseRef(1, "hash", "2026-11-21T00:00:00+00:00")
TO_GOAL = (f"award:{GOAL}",)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the schemes of small worlds, and the questions, are written."""
    with TemporaryDirectory() as name:
        yield Path(name)


def exported(service: PathwayService, request: PathwayRequest, folder: Path) -> int | None:
    """The optimum of the file that `stepway pathway --export` writes, as `stepway solve` finds it."""
    path = folder / "question.json"
    write_instance(path, told.instance(service, request))
    found: int | None = answer(read_question(path), Limits()).get(EXPECTED_NAMES[request.by])
    return found


@settings(max_examples=60, deadline=None)
@given(given=worlds())
def test_the_file_has_the_windows_of_the_person(
    folder: Path, given: tuple[tuple[Step, ...], tuple[str, ...], tuple[tuple[str, str], ...], bool]
) -> None:
    """Somebody of whom the day of birth is known: no file can say that two steps would need two ages."""
    steps, rules, facts, level = given
    known = tuple((name, value) for name, value in facts if name not in ("age", "born"))
    request = PathwayRequest(
        to=(GOAL,),
        on=ON,
        within_weeks=HORIZON,
        attributes=(*known, ("born", NINETEEN_IN_WEEK_2)),
        holds=("level:2",) if level else (),
    )
    service = PathwayService(world(*steps), RELEASE, book=book(folder, *rules))
    result, _ = solve(service.asked(request))
    assert exported(service, request, folder) == result.value


def test_the_file_has_the_costs_of_the_person_week_by_week(folder: Path) -> None:
    rules = (
        rule("half", "payment", "attribute(age >= 16)", pays="{learner: 450}"),
        rule("free", "payment", "attribute(employment = unemployed)", ON + timedelta(weeks=2), pays="{learner: 0}"),
    )
    service = PathwayService(
        world(study("S", "attribute(age >= 19)", TO_GOAL, 1, 900, "PT-BOOTCAMP")), RELEASE, book=book(folder, *rules)
    )
    out = (("born", NINETEEN_IN_WEEK_2), ("employment", "unemployed"))
    for known, by, value in (
        (out, Criterion.COST, 0),
        (out, Criterion.WEEKS, 3),
        (out[:1], Criterion.COST, 450),
    ):
        assert exported(service, PathwayRequest(to=(GOAL,), on=ON, by=by, attributes=known), folder) == value


@pytest.mark.parametrize(("left", "weeks"), [(60, 2), (59, None)])
def test_the_file_has_what_is_left_of_an_entitlement(folder: Path, left: int, weeks: int | None) -> None:
    projection, request = borrowing(left)
    service = PathwayService(projection, RELEASE, book=book(folder, LOAN))
    assert exported(service, request, folder) == weeks
