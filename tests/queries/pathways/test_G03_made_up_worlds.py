"""The seeded generator: the same each time, of the size and structure it says, and loadable as a dataset."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from loaders.publish import build_release
from loaders.runner import load
from queries.pathways.engine.additive import solve_additive
from queries.pathways.engine.interchange import instance_from
from queries.pathways.engine.problem import All, AnyOf, AtLeast, Criterion, Limits, Plan, PlannedStep
from queries.pathways.engine.replay import reaches_goal, replay
from tests.support.catalogue import NATIONAL, REGION, World, world
from tests.support.catalogue_dataset import write_dataset


@pytest.fixture(scope="module")
def region() -> World:
    return world(REGION)


def test_the_same_seed_makes_the_same_world_and_another_seed_another() -> None:
    one, two, other = (world.__wrapped__(REGION, seed) for seed in (1, 1, 2))
    said = [[instance_from(q.problem, q.name) for q in made.questions(5)] for made in (one, two, other)]
    assert said[0] == said[1]
    assert said[0] != said[2]


def test_a_region_has_the_size_of_a_region(region: World) -> None:
    assert 250 <= len(region.catalogue.contents) <= 320
    assert 600 <= len(region.catalogue.deliveries) <= 800


def test_a_nation_has_the_size_of_a_nation() -> None:
    made = world(NATIONAL)
    assert 18_000 <= len(made.catalogue.contents) <= 19_500
    assert 58_000 <= len(made.catalogue.deliveries) <= 64_000


def test_the_structure_is_that_of_real_catalogues(region: World) -> None:
    levels = {level for id, level in region.level.items()}
    assert levels == {2, 3, 4, 5, 6, 7}
    kinds = Counter(content.kind for content in region.catalogue.contents)
    assert kinds.most_common(1)[0][0] == "module"
    counted = [rule.condition for rule in region.catalogue.rules if rule.kind == "exit_award"]
    assert {one.threshold for one in counted if isinstance(one, AtLeast)} == {60, 90}
    assert {weight for one in counted if isinstance(one, AtLeast) for weight, _ in one.parts} == {15}
    # A family counts its own units and only some of the others'.
    alternatives = {
        len(part.parts)
        for one in counted
        if isinstance(one, AtLeast)
        for _, part in one.parts
        if isinstance(part, AnyOf)
    }
    assert alternatives == {1, 2, 3}
    cycles = {one.starts[1] - one.starts[0] for one in region.catalogue.deliveries if one.starts}
    assert cycles == {4, 8, 13, 17, 26, 52}
    assert any(one.starts is None for one in region.catalogue.deliveries)
    for role in region.roles:
        assert isinstance(role.asks, All)
        assert 5 <= len(role.asks.parts) <= 27
    assert {credits.id.split(":")[0] for credits in region.catalogue.rules if credits.kind == "award"} == {"120", "240"}


def test_a_fifth_of_the_roles_cannot_be_had_and_most_others_can(region: World) -> None:
    assert sum(not role.can_be_had for role in region.roles) == len(region.roles) // 5
    reached = Counter()
    for question in region.questions(60):
        problem = question.problem
        usable = {one.content for one in problem.deliveries if problem.usable(one)}
        reached[question.role.can_be_had, reaches_goal(problem, usable)] += 1
    assert reached[False, True] == 0
    assert reached[True, True] > 4 * reached[True, False] > 0


def test_answers_are_pathways_of_several_steps(region: World) -> None:
    steps = []
    for question in region.questions(20):
        optimum = solve_additive(question.problem, Criterion.COST, Limits())
        if optimum is not None:
            plan = Plan(tuple(PlannedStep(one.id, None) for one in optimum.deliveries))
            assert replay(question.problem, plan).cost_pounds == optimum.value
            steps.append(len(plan.steps))
    assert sum(steps) / len(steps) > 4


def test_the_dataset_of_a_region_loads_without_a_fault_and_says_that_it_is_made_up(
    region: World, tmp_path: Path
) -> None:
    write_dataset(region, tmp_path / "one")
    write_dataset(region, tmp_path / "two")
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
        if file.suffix == ".csv":
            with file.open(encoding="utf-8") as opened:
                assert {row["status"] for row in csv.DictReader(opened)} == {"illustrative"}
    loaded = load(tmp_path / "one", today=date(2026, 11, 21), include_illustrative=True)
    assert loaded.issues == []
    assert loaded.counts["deliveries"].mapped > 600
    without = load(tmp_path / "one", today=date(2026, 11, 21))
    assert {counts.mapped for counts in without.counts.values()} == {0}


def test_the_dataset_of_a_region_builds_into_a_release(tmp_path: Path) -> None:
    """A smaller region: two of its sectors have rows of every kind and with every reference."""
    write_dataset(world(replace(REGION, name="small-region", sectors=2)), tmp_path / "made-up")
    result = build_release([tmp_path / "made-up"], tmp_path / "data", include_illustrative=True)
    assert result.release is not None
    assert result.release.manifest.illustrative
