"""Runs of a whole country: those that another run of the same step surely makes needless are not searched.

The other is the same in all that the question's limits, the rules and the price look at, starts on every day on which
this one starts, and is no longer and no heavier. So what is least stays the same, and so does what limits take out.
See `queries.pathways.relevant` for the steps that are left out.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import replace
from typing import Final

from queries.pathways.compile import Catalogues, DayCatalogue, Way
from queries.pathways.limits import Limit
from queries.pathways.personal import Run

MANY: Final = 2_000
"""Deliveries of a day above which needless ones are looked for."""


def thinned(day: DayCatalogue, limits: Iterable[Limit], catalogues: Catalogues) -> DayCatalogue:
    """The day without needless runs; itself when it has not many. `limits` are those of the question."""
    if len(day.ways) <= MANY:
        return day
    barred = [one.bars(day) for one in limits if one.bars is not None]
    alike = _Alike(catalogues)
    groups: dict[Hashable, list[Way]] = defaultdict(list)
    kept: dict[str, Way] = {}
    for id, way in day.ways.items():
        if way.offer is None:
            kept[id] = way
            continue
        one = way.delivery
        fixed = one.content, one.starts is None, one.opens, one.cost_pounds, way.unknown, way.status, alike(way)
        groups[(*fixed, tuple(id in some for some in barred))].append(way)
    for ways in groups.values():
        kept.update((way.delivery.id, way) for way in _needed(ways))
    ordered = {id: kept[id] for id in day.ways if id in kept}
    deliveries = tuple(way.delivery for way in ordered.values())
    return replace(day, ways=ordered, catalogue=replace(day.catalogue, deliveries=deliveries))


class _Alike:
    """What rules and prices look at in a run, worked out once for runs of a step with the same length and price."""

    def __init__(self, catalogues: Catalogues) -> None:
        self.catalogues = catalogues

    def __call__(self, way: Way) -> Hashable:
        assert way.offer is not None
        key = way.step.id, way.offer.weeks, way.offer.cost_pounds, way.offer.sold_separately
        if key not in self.catalogues.alike:
            self.catalogues.alike[key] = Run(way, self.catalogues).alike
        return self.catalogues.alike[key]


def _needed(ways: Iterable[Way]) -> list[Way]:
    """Of runs that differ in length, weight and starts alone, those that no other makes needless."""
    found: list[tuple[Way, frozenset[str]]] = []
    for way in sorted(ways, key=_size):
        starts = frozenset(way.offer.starts) if way.offer else frozenset()
        if not any(_serves(other, way, days, starts) for other, days in found):
            found.append((way, starts))
    return [way for way, _ in found]


def _size(way: Way) -> tuple[int, int, int, str]:
    starts = way.delivery.starts
    return way.delivery.weeks, way.delivery.hours_per_week, -len(starts or ()), way.delivery.id


def _serves(one: Way, other: Way, days: Collection[str], wanted: frozenset[str]) -> bool:
    a, b = one.delivery, other.delivery
    return a.weeks <= b.weeks and a.hours_per_week <= b.hours_per_week and wanted.issubset(days)
