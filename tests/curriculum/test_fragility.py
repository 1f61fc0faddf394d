"""What hangs on one thing: against taking each thing away in turn, on random worlds, and on the region's own."""

import random
from datetime import date
from pathlib import Path

import pytest

from api.dependencies import ReleaseHolder
from queries.coverage.fragility import (
    Basis,
    Covering,
    Key,
    Point,
    Reach,
    Support,
    derivations,
    fragility,
    lost_goals,
    sole,
)
from queries.coverage.model import Inference, Via
from queries.coverage.places import Geography, read_places
from queries.incomplete import closure
from queries.pathways.engine import problem as engine

DAY = date(2026, 11, 21)


def random_supports(chance: random.Random) -> tuple[Support, ...]:
    return tuple(
        Support(
            chance.choice("ABC"),
            chance.choice("PQR"),
            chance.choice(("s1", "s2", None)),
            chance.choice(("r1", "r2", "r3", None)),
            chance.choice(list(Basis)),
        )
        for _ in range(chance.randint(0, 4))
    )


def keys_of(supports: tuple[Support, ...]) -> set[Key]:
    return {key for one in supports for key in one.points()}


@pytest.mark.parametrize("seed", range(200))
def test_the_only_one_is_what_leaves_nothing_when_it_goes(seed: int) -> None:
    supports = random_supports(random.Random(seed))
    plain = {key for key in keys_of(supports) if not [one for one in supports if key not in one.points()]}
    assert sole(supports) == plain


def random_expression(chance: random.Random, facts: list[str], deep: int = 2) -> engine.Expression:
    if deep == 0 or chance.random() < 0.5:
        return chance.choice(facts)
    parts = tuple(random_expression(chance, facts, deep - 1) for _ in range(chance.randint(1, 3)))
    match chance.randint(0, 2):
        case 0:
            return engine.All(parts)
        case 1:
            return engine.AnyOf(parts)
        case _:
            return engine.AtLeast(chance.randint(1, 4), tuple((chance.randint(1, 3), part) for part in parts))


def random_reach(seed: int) -> tuple[Reach, list[str]]:
    chance = random.Random(seed)
    facts = [f"f{number}" for number in range(8)]
    contents = tuple(
        engine.Content(f"c{number}", "study", random_expression(chance, facts), (chance.choice(facts),))
        for number in range(chance.randint(3, 10))
    )
    rules = tuple(
        engine.Rule(f"r{number}", "implies", random_expression(chance, facts, 1), (chance.choice(facts),))
        for number in range(chance.randint(0, 2))
    )
    supports = {one.id: random_supports(chance) for one in contents if chance.random() < 0.85}
    catalogue = engine.Catalogue(contents, (), rules)
    return Reach(catalogue, frozenset(facts[:2]), frozenset(one.id for one in contents), supports), facts


@pytest.mark.parametrize("seed", range(250))
def test_goals_lost_are_those_of_plain_removal(seed: int) -> None:
    reach, goals = random_reach(seed)
    there = closure(reach.catalogue, reach.held, reach.usable)
    found, searches = lost_goals(reach, goals)
    plain: dict[Key, frozenset[str]] = {}
    for key in {key for some in reach.supports.values() for key in keys_of(some)}:
        left = {
            id
            for id in reach.open
            if id not in reach.supports or any(key not in one.points() for one in reach.supports[id])
        }
        lost = frozenset(
            goal for goal in goals if goal in there and goal not in closure(reach.catalogue, reach.held, left)
        )
        if lost:
            plain[key] = lost
    assert found == plain
    assert searches <= len(reach.without())


@pytest.mark.parametrize("seed", range(250))
def test_a_derivation_suffices_for_its_fact(seed: int) -> None:
    reach, _ = random_reach(seed)
    used = derivations(reach.catalogue, reach.held, reach.usable)
    assert used.keys() == closure(reach.catalogue, reach.held, reach.usable)
    for fact, contents in used.items():
        assert contents <= reach.usable
        assert fact in closure(reach.catalogue, reach.held, contents)


@pytest.fixture(scope="module")
def home(home_data: Path) -> ReleaseHolder:
    return ReleaseHolder(home_data)


def test_in_the_region_the_medical_device_technician_hangs_on_dudley_college_by_its_past(home: ReleaseHolder) -> None:
    services = home.get()
    places = read_places(services.store)
    found = fragility(services.coverage(DAY), places, services.pathways.catalogues, ["OC-HEST-MD", "OC-MTTECH"])
    (dudley,) = [one for one in found.lost if one.id == "P-DUDLEY" and one.point is Point.PROVIDER]
    assert {role for _, roles in dudley.unreachable for role in roles} == {"OC-HEST-MD"}
    assert dudley.rests_on == (Basis.PAST,), "past leavers are no offer"
    technician, unknown = found.roles
    assert technician.providers == ("P-DUDLEY",)
    assert (Point.PROVIDER, "P-DUDLEY") in technician.hangs_on
    assert unknown.needs is None, "nobody has published what a MedTech technician needs"


def test_without_the_past_it_is_out_of_reach_and_hangs_on_nothing(home: ReleaseHolder) -> None:
    services = home.get()
    places = read_places(services.store)
    found = fragility(services.coverage(DAY), places, services.pathways.catalogues, ["OC-HEST-MD"], past=False)
    assert found.roles[0].within_reach == ()
    assert found.roles[0].hangs_on == ()


def test_what_is_lost_is_what_plain_removal_of_each_thing_loses_in_the_region(home: ReleaseHolder) -> None:
    services = home.get()
    facts, places = services.coverage(DAY), read_places(services.store)
    roles = [role for role, one in services.release.projection.roles.items() if "healthtech" in one.sectors]
    inference = Inference()
    found = fragility(facts, places, services.pathways.catalogues, roles, inference)
    lost = {(one.point, one.id): set(one.competencies) for one in found.lost if one.competencies}
    supports = Covering(facts, places, roles, inference, Geography.TOWN, past=True).supports
    for key in {key for some in supports.values() for key in keys_of(some)}:
        gone = {id for id, some in supports.items() if some and all(key in one.points() for one in some)}
        assert lost.get(key, set()) == gone


def test_an_area_counts_only_what_is_taught_there(home: ReleaseHolder) -> None:
    services = home.get()
    facts, places = services.coverage(DAY), read_places(services.store)
    roles = ["OC-HCSASSOC"]
    whole = fragility(facts, places, services.pathways.catalogues, roles)
    dudley = fragility(facts, places, services.pathways.catalogues, roles, area="Dudley", geography=Geography.TOWN)
    assert 0 < dudley.covered <= whole.covered
    assert {one.area: one.covered for one in whole.areas}["Dudley"] == dudley.covered


def test_only_what_is_published_covers_when_inference_is_off(home: ReleaseHolder) -> None:
    services = home.get()
    facts, places = services.coverage(DAY), read_places(services.store)
    published = Inference(via=frozenset({Via.STATED, Via.STANDARD, Via.AWARD}))
    roles = ["OC-REGADV", "OC-HCSASSOC"]
    strict = fragility(facts, places, services.pathways.catalogues, roles, published)
    free = fragility(facts, places, services.pathways.catalogues, roles)
    assert strict.covered == strict.published == free.published
    assert strict.covered < free.covered
