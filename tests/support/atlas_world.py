"""The region with a crowd of made-up runs at made-up sites: for the atlas, which needs more places than we hold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from random import Random

from graph.projection import Offer, Projection, StepKind
from queries.atlas.circumstances import Circumstance, circumstances
from queries.atlas.places import Centre, District, Places, Point
from queries.atlas.tasks import Plan, plan
from queries.learners import goals
from tests.questions.world import TODAY, whole

MIDDLE = (52.5, -2.0)


def somewhere(random: Random) -> Point:
    """A point at most some 60 km from the middle of the region."""
    return round(MIDDLE[0] + random.uniform(-0.4, 0.4), 5), round(MIDDLE[1] + random.uniform(-0.6, 0.6), 5)


@cache
def crowded(seed: int = 0, *, sites: int = 8, each: int = 6, told: bool = False) -> tuple[Projection, Places]:
    """Runs of all that is taught: near, far, online, at work, and where nobody knows; many of them alike.

    `told`: of everything a run is known, none is online, at work, or to come, and it is said where each is.
    """
    random, region = Random(seed), whole().projection
    where = [somewhere(random) for _ in range(sites)]
    offers, runs = [], {}
    for step in region.steps:
        if step.kind is not StepKind.JOB and (told or random.random() < 0.7):
            for number in range(each):
                run = _run(random, region.offers[0], step.id, number)
                run = replace(run, starts=(), delivery_mode=None) if told else run
                offers.append(run)
                if told or random.random() < 0.8:
                    runs[run.id] = random.choice(where)
    districts = [District(f"XX{number}", somewhere(random), Centre.OUTCODES) for number in range(1, 6)]
    districts.append(District("XX99", None, Centre.NOT_KNOWN))
    return replace(region, offers=tuple(offers)), Places(tuple(districts), runs)


def _run(random: Random, model: Offer, step: str, number: int) -> Offer:
    start = TODAY + timedelta(days=random.choice((-40, 45, 45)))
    return replace(
        model,
        id=f"RUN-{number}-{step}",
        opportunity=f"C-{number}-{step}",
        step=step,
        provider=f"P-{number}",
        starts=(start.isoformat(),) if random.random() < 0.5 else (),
        weeks=random.choice((20, 20, 40, None)),
        cost_pounds=random.choice((0, 0, 300, None)),
        hours_per_week=8,
        attendance=random.choice((None, "evening")),
        delivery_mode=random.choice((None, None, None, "online", "work-based")),
        source=replace(model.source, as_of="2026-10-01"),
    )


def with_km(id: str, *distances: float | None) -> list[Circumstance]:
    """A standard circumstance with other distances: ids end in the distance."""
    (one,) = (one for one in circumstances() if one.id == id)
    return [replace(one, id=f"{id}-{km}", within_km=km) for km in distances]


def planned(
    some: Sequence[Circumstance],
    *,
    seed: int = 0,
    told: bool = False,
    districts: Sequence[str] = (),
    roles: Sequence[str] = (),
) -> Plan:
    """A plan over the crowded region."""
    projection, places = crowded(seed, told=told)
    return plan(projection, f"{seed:064}", TODAY, places, some, districts=districts, roles=roles)


def three_roles() -> list[str]:
    """A few of the roles that are asked for."""
    return [role.id for role in goals(whole().projection)][3:6]


def small() -> Plan:
    """A plan that is quickly done."""
    return planned([*with_km("SC-SIXTEEN", 10, 30), *with_km("SC-ANY", None)], roles=three_roles()[1:])
