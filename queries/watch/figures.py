"""Published figures on demand that are about the same matter, side by side with what sets them apart.

Nothing is added, averaged or ranked: figures stand in the order of their ids. Two figures *disagree* when they count
the same thing of the same place and period and cannot both be right; any other two *differ* by place, period, unit or
what is counted, and that is said. Generalises competency question 22.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import combinations
from typing import Final

from graph.projection import Source
from graph.store import GraphStore
from queries.watch.needs import Told, told_of

CLASS: Final = "DemandFigure"


class Differs(StrEnum):
    """In what two figures of one matter differ."""

    COUNTED = "what-is-counted"
    PLACE = "place"
    PERIOD = "period"
    UNIT = "unit"
    PUBLISHER = "publisher"


@dataclass(frozen=True, slots=True)
class Figure:
    """A published figure. `value` as printed; `low`, `high` None: no number, or no end. `matter`: our tag, or None."""

    id: str
    metric: str
    value: str
    low: Decimal | None
    high: Decimal | None
    unit: str
    place: str
    period: str
    publisher: str
    caveat: str | None
    matter: str | None
    source: Source

    def of(self, what: Differs) -> str:
        """What it says in one respect."""
        return {
            Differs.COUNTED: self.metric,
            Differs.PLACE: self.place,
            Differs.PERIOD: self.period,
            Differs.UNIT: _counted_in(self.unit),
            Differs.PUBLISHER: self.publisher,
        }[what]


@dataclass(frozen=True, slots=True)
class Matter:
    """Figures about one matter, by id. `differ`: in what not all of them are alike. `disagree`: pairs, by id."""

    name: str
    figures: tuple[Figure, ...]
    differ: tuple[Differs, ...]
    disagree: tuple[tuple[str, str], ...]


def read_figures(store: GraphStore) -> tuple[Figure, ...]:
    """The demand figures of a release, by id; empty when none is loaded."""
    return tuple(_figure(one) for one in told_of(store, CLASS))


def matters(figures: tuple[Figure, ...]) -> tuple[Matter, ...]:
    """Figures by matter, by name. Those without a matter of their own are left out: nothing stands beside them."""
    found: dict[str, list[Figure]] = defaultdict(list)
    for one in figures:
        if one.matter:
            found[one.matter].append(one)
    return tuple(_matter(name, tuple(sorted(some, key=lambda one: one.id))) for name, some in sorted(found.items()))


def _matter(name: str, figures: tuple[Figure, ...]) -> Matter:
    return Matter(
        name,
        figures,
        tuple(what for what in Differs if len({one.of(what) for one in figures}) > 1),
        tuple((one.id, other.id) for one, other in combinations(figures, 2) if disagree(one, other)),
    )


def disagree(one: Figure, other: Figure) -> bool:
    """Whether two figures count the same thing of the same place and period, and cannot both be right."""
    alike = (Differs.COUNTED, Differs.PLACE, Differs.PERIOD, Differs.UNIT)
    return all(one.of(what).casefold() == other.of(what).casefold() for what in alike) and _apart(one, other)


def _apart(one: Figure, other: Figure) -> bool:
    """Whether two figures have nothing in common: their ranges, or their texts where they are no numbers."""
    if None in (one.low, other.low) and None in (one.high, other.high):
        return one.value != other.value
    return _above(one.low, other.high) or _above(other.low, one.high)


def _above(low: Decimal | None, high: Decimal | None) -> bool:
    return low is not None and high is not None and low > high


def _counted_in(unit: str) -> str:
    """A unit without what qualifies its number: `people (over)` counts people."""
    return unit.partition(" (")[0]


def _figure(one: Told) -> Figure:
    ends = [Decimal(said) if (said := one.text(f"sw:value{end}")) is not None else None for end in ("Low", "High")]
    return Figure(
        id=one.id,
        metric=one.text("skos:prefLabel") or one.id,
        value=one.text("sw:value") or "",
        low=ends[0],
        high=ends[1],
        unit=one.text("sw:unitOfMeasure") or "",
        place=one.text("sw:geography") or "",
        period=one.text("sw:period") or "",
        publisher=one.text("sw:publisherName") or "",
        caveat=one.text("sw:caveat"),
        matter=one.text("sw:matter"),
        source=one.source,
    )
