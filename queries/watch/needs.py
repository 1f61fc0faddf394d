"""Needs that employers, or bodies that speak for them, have stated in public: what each names, and since when."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from graph.columns import Columns
from graph.projection import Source
from graph.store import GraphStore

CLASS = "StatedNeed"


@dataclass(frozen=True, slots=True)
class StatedNeed:
    """A stated need. What it does not name is empty or None: not said, which is neither all nor none.

    `on`: when it was stated, as exact as the source is. `themes` are our tags. `people_text`: what must be said beside
    the number.
    """

    id: str
    text: str
    by: str
    on: str
    place: str | None
    level: int | None
    roles: tuple[str, ...]
    competencies: tuple[str, ...]
    awards: tuple[str, ...]
    provisions: tuple[str, ...]
    themes: tuple[str, ...]
    people: int | None
    people_text: str | None
    needed_by: str | None
    source: Source

    @property
    def known_by(self) -> date:
        """The first day on which it had surely been stated: the end of its date, or the day of its source if sooner."""
        ends = [last_day(self.on)]
        if self.source.as_of:
            ends.append(last_day(self.source.as_of))
        return min(ends)


def read_needs(store: GraphStore) -> tuple[StatedNeed, ...]:
    """The stated needs of a release, by id; empty when none is loaded."""
    things = Columns(store, (CLASS,)).kinds[CLASS].values()
    return tuple(
        StatedNeed(
            id=one.id,
            text=one.label,
            by=one.text("sw:statedBy") or "",
            on=one.text("sw:statedOn") or "",
            place=one.text("sw:geography"),
            level=one.level(),
            roles=tuple(sorted(one.things("sw:needsRole"))),
            competencies=tuple(sorted(one.things("sw:needsCompetency"))),
            awards=tuple(sorted(one.things("sw:needsAward"))),
            provisions=tuple(sorted(one.things("sw:needsProvision"))),
            themes=tuple(sorted(one.texts("sw:theme"))),
            people=one.number("sw:peopleNeeded"),
            people_text=one.text("sw:peopleNote"),
            needed_by=one.text("sw:neededBy"),
            source=one.source,
        )
        for one in things
    )


def last_day(text: str) -> date:
    """The last day of a year, a month or a day.

    >>> [str(last_day(text)) for text in ("2024", "2026-02", "2026-09-14")]
    ['2024-12-31', '2026-02-28', '2026-09-14']
    """
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


def latest(dates: Iterable[str | None]) -> date | None:
    """The latest of some dates, each by its last day; None when there is none."""
    return max((last_day(one) for one in dates if one), default=None)


def earliest(dates: Iterable[str | None]) -> date | None:
    """The earliest of some dates, each by its last day; None when there is none."""
    return min((last_day(one) for one in dates if one), default=None)
