"""Needs that employers, or bodies that speak for them, have stated in public: what each names, and since when."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from graph.projection import Source, Status, worst
from graph.store import GraphStore, plain
from ontology.namespaces import SW, expand, id_of

CLASS: Final = "StatedNeed"


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


@dataclass(frozen=True, slots=True)
class Told:
    """What a release says of one thing: its values by property, as text, in a fixed order."""

    id: str
    values: dict[str, tuple[str, ...]]

    def texts(self, property: str) -> tuple[str, ...]:
        """Every value of a property; none when there is none."""
        return self.values.get(str(expand(property)), ())

    def text(self, property: str) -> str | None:
        """The first value of a property; None when there is none."""
        return next(iter(self.texts(property)), None)

    def things(self, property: str) -> tuple[str, ...]:
        """The ids of the things that a property names."""
        return tuple(sorted(map(id_of, self.texts(property))))

    @property
    def source(self) -> Source:
        """Where its row can be checked; as sure as the least sure word of its status."""
        status = worst(Status(one.rpartition("#")[2]) for one in self.texts("sw:status"))
        return Source(self.id, self.text("dcterms:source") or "", self.text("sw:asOf"), status, self.text("sw:note"))


def told_of(store: GraphStore, name: str) -> list[Told]:
    """The few things of a class with all that is said of them, by id: no more of the release is read."""
    found: dict[str, dict[str, set[str]]] = {}
    query = "SELECT ?class ?thing ?p ?o { ?thing a ?class ; ?p ?o }"
    for _, thing, predicate, value in store.rows(query, {"class": SW[name]}):
        found.setdefault(id_of(plain(thing)), {}).setdefault(plain(predicate), set()).add(plain(value))
    return [
        Told(id, {predicate: tuple(sorted(some)) for predicate, some in values.items()})
        for id, values in sorted(found.items())
    ]


def read_needs(store: GraphStore) -> tuple[StatedNeed, ...]:
    """The stated needs of a release, by id; empty when none is loaded."""
    return tuple(_need(one) for one in told_of(store, CLASS))


def _need(one: Told) -> StatedNeed:
    level, people = (one.text("sw:level") or "").rpartition("/")[2], one.text("sw:peopleNeeded")
    return StatedNeed(
        id=one.id,
        text=one.text("skos:prefLabel") or one.id,
        by=one.text("sw:statedBy") or "",
        on=one.text("sw:statedOn") or "",
        place=one.text("sw:geography"),
        level=int(level) if level.isdigit() else None,
        roles=one.things("sw:needsRole"),
        competencies=one.things("sw:needsCompetency"),
        awards=one.things("sw:needsAward"),
        provisions=one.things("sw:needsProvision"),
        themes=one.texts("sw:theme"),
        people=int(people) if people is not None else None,
        people_text=one.text("sw:peopleNote"),
        needed_by=one.text("sw:neededBy"),
        source=one.source,
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
