"""Very many runs: those that another run makes needless are left out, and what is least stays what it was."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from graph.projection import Offer, Projection, Step, StepKind
from graph.projector import project
from graph.store import GraphStore
from loaders.runner import load_all
from queries.pathways import asked, national
from queries.pathways.engine.problem import Criterion, Limits
from queries.pathways.relevant import relevant
from queries.pathways.request import PathwayRequest, ReleaseRef
from queries.pathways.service import PathwayService

TOWN = Path(__file__).parents[2] / "samples/datasets/small-town"
TODAY = date(2026, 11, 22)
RUNS = 60


@pytest.fixture(scope="module")
def town() -> Projection:
    (loaded,) = load_all([TOWN], include_illustrative=True, today=TODAY)
    return project(GraphStore.in_memory(loaded.quads))


def crowded(town: Projection, seed: int) -> Projection:
    """The town with sixty runs of each thing that is taught, of all sorts."""
    random = Random(seed)
    model = town.offers[0]
    offers = [_run(random, model, step, number) for step in _taught(town) for number in range(RUNS)]
    return replace(town, offers=tuple(offers))


def _taught(town: Projection) -> list[Step]:
    return [step for step in town.steps if step.kind is StepKind.STUDY]


def _run(random: Random, model: Offer, step: Step, number: int) -> Offer:
    starts = sorted(
        (TODAY + timedelta(days=random.randrange(-30, 200))).isoformat() for _ in range(random.randrange(3))
    )
    return replace(
        model,
        id=f"{step.id}-run-{number}",
        step=step.id,
        provider=random.choice(("P-A", "P-B")),
        starts=tuple(starts),
        weeks=random.choice((None, 10, 12, 20)),
        cost_pounds=random.choice((None, 0, 100, 400)),
        hours_per_week=random.choice((None, 6, 16)),
        study_mode=random.choice(("part-time", "full-time", None)),
        attendance=random.choice(("evening", "day", None)),
        source=replace(model.source, as_of="2026-11-01"),
    )


def _service(projection: Projection) -> PathwayService:
    return PathwayService(projection, ReleaseRef(1, "x", "2026-11-22"))


_LIMITS = Limits()

QUESTIONS = [
    PathwayRequest(by=by, on=TODAY, **limits)
    for by in (Criterion.WEEKS, Criterion.COST, Criterion.STUDY_WEEKS)
    for limits in ({}, {"provider": ("P-B",)}, {"attendance": ("evening",)}, {"hours_per_week": 16})
]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_least_stays_the_same_under_any_limit(
    town: Projection, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    projection = crowded(town, seed)
    goals = sorted(town.roles)[:4]
    values = []
    for most in (10**6, 0):
        monkeypatch.setattr(asked, "MANY", most)
        monkeypatch.setattr(national, "MANY", most)
        service = _service(projection)
        found = [service.planner.solve(one.problem, question.by, _LIMITS).value for question in QUESTIONS
                 for goal in goals if (one := service.asked(replace(question, to=(goal,))))]  # fmt: skip
        values.append((found, len(service.asked(replace(QUESTIONS[0], to=(goals[0],))).catalogue.ways)))
    (whole, all_ways), (few, kept_ways) = values
    assert whole == few
    assert any(value is not None for value in whole)
    assert kept_ways < all_ways


def test_an_award_that_only_a_register_knows_is_planned_for_whom_it_is_the_goal(town: Projection) -> None:
    model = _taught(town)[0]
    award = replace(town.awards[model.about[0]], id="QAN-99000001", level=3)
    step = replace(model, id=award.id, about=(award.id,), gives=(f"award:{award.id}",), requirement="none", links=())
    projection = replace(town, steps=(*town.steps, step), awards={**town.awards, award.id: award})
    assert relevant(projection).steps == town.steps
    assert relevant(projection, {award.id}).steps == projection.steps
    service = _service(projection)
    answer = service.answer(PathwayRequest(to=(award.id,), on=TODAY))
    assert [one.title for one in answer.pathways[0].steps] == [step.title]
    other = service.asked(PathwayRequest(to=(sorted(town.roles)[0],), on=TODAY))
    assert award.id not in other.catalogue.steps


def test_who_holds_an_award_of_the_register_holds_its_level(town: Projection) -> None:
    award = replace(next(iter(town.awards.values())), id="QAN-99000002", level=3)
    service = _service(replace(town, awards={**town.awards, award.id: award}))
    one = service.asked(PathwayRequest(holds=(award.id,), to=(sorted(town.roles)[0],), on=TODAY))
    assert {"award:QAN-99000002", "level:3"} <= one.problem.held


def test_a_region_is_left_as_it_is(town: Projection) -> None:
    assert relevant(town) is town
