"""Checks that need more than one cell: references between rows and datasets, sums, cycles, made-up rows.

Each check is a function of the `World` of all datasets that are built together; the list at the end is all of them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

import networkx as nx

from graph.issues import CATALOGUE, IssueLog, Severity
from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Completed,
    CreditsFrom,
    Holds,
    Requirement,
    WorksAs,
)
from loaders.dataset import FILE as DATASET_FILE
from loaders.dataset import Description
from loaders.rows import ILLUSTRATIVE, INFERRED, PUBLISHED, Row
from loaders.tables import TABLES
from loaders.values import PartialDate, listed, nearest, quoted, walk

KnownIds = Mapping[str, str]
"""Ids that are described elsewhere already, with their tables."""

RULE_TABLES: Final[dict[type, tuple[str, ...]]] = {
    Holds: ("qualifications", "units"),
    Completed: ("qualifications", "provision_types", "opportunities"),
    WorksAs: ("roles",),
    CreditsFrom: ("qualifications",),
}
"""Which tables a part of a rule may name rows of."""

UK_LATITUDES: Final = (Decimal("49.8"), Decimal("60.9"))
UK_LONGITUDES: Final = (Decimal("-8.7"), Decimal("1.8"))
HOURS_PER_CREDIT: Final = 10
REAL: Final = (PUBLISHED, INFERRED)
PAST_DATES: Final = ("as_of", "looked_for_on")
MOST_SUGGESTIONS: Final = 500
"""Unknown ids for which near ones are looked up in one run; more are not worth the time."""


@dataclass(slots=True, eq=False)
class Source:
    """One dataset as read: its rows by table, and the tables that are there but cannot be read."""

    name: str
    description: Description | None
    rows: dict[str, list[Row]]
    unreadable: frozenset[str]
    log: IssueLog


class Mention(NamedTuple):
    """A place where a row names another thing."""

    column: str
    id: str
    tables: tuple[str, ...]


@dataclass
class World:
    """All datasets that are built together, and who describes what."""

    sources: list[Source]
    today: date
    known: KnownIds
    described: dict[str, list[tuple[Source, Row]]] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()
    mentions: dict[Row, tuple[Mention, ...]] = field(default_factory=dict)
    suggested: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unreadable = frozenset().union(*(source.unreadable for source in self.sources))
        for source, row in self.rows():
            if row.id:
                self.described.setdefault(row.id, []).append((source, row))
            self.mentions[row] = tuple(_mentions(row))

    def rows(self, *tables: str) -> Iterator[tuple[Source, Row]]:
        """Every row, or every row of these tables, in the order of datasets, tables and lines."""
        for source in self.sources:
            for table in tables or source.rows:
                for row in source.rows.get(table, ()):
                    yield source, row

    def table_of(self, id: str) -> str | None:
        """The table of a thing; None when nothing describes it."""
        if described := self.described.get(id):
            return described[0][1].table.name
        return self.known.get(id)

    def is_only_illustrative(self, id: str) -> bool:
        """Whether nothing but made-up rows describe the thing."""
        described = self.described.get(id, [])
        return bool(described) and id not in self.known and all(row.is_illustrative for _, row in described)

    def near(self, id: str, tables: tuple[str, ...]) -> str:
        """A hint that names the nearest ids of these tables; empty when there is none."""
        key = (id, tables)
        if key not in self.suggested:
            if len(self.suggested) >= MOST_SUGGESTIONS:
                return ""
            known = [other for other in (*self.described, *self.known) if self.table_of(other) in tables]
            found = nearest(id, known)
            self.suggested[key] = (
                f"did you mean {listed(found)}? Otherwise add the row that is missing" if found else ""
            )
        return self.suggested[key]


def report(source: Source, row: Row, code: str, message: str, *, column: str, hint: str = "") -> None:
    """Note a fault of a row, with the cell's text; an error refuses the row."""
    cell = row.cells.get(column)
    text = cell.text if cell else None
    source.log.add(code, message, hint, file=row.table.file, line=row.line, column=column, value=text)
    if CATALOGUE[code].severity is Severity.ERROR:
        row.refused = True


def _mentions(row: Row) -> Iterator[Mention]:
    for column in row.table.columns.values():
        cell = row.cells.get(column.name)
        if cell is None:
            continue
        if column.ref:
            for value in cell.values:
                yield Mention(column.name, str(value), column.ref)
        elif column.type.name == "requirement" and (rule := rule_of(row, column.name)) is not None:
            for part in walk(rule):
                match part:
                    case Holds(id) | Completed(id) | WorksAs(id) | CreditsFrom(source=str(id)):
                        yield Mention(column.name, id, RULE_TABLES[type(part)])


def rule_of(row: Row, column: str) -> Requirement | None:
    """The rule in a cell; None when it is blank or cannot be read."""
    value = row.first(column)
    return value if isinstance(value, Requirement) else None


# --- ids and references -----------------------------------------------------------------------------------------------


def check_ids(world: World) -> None:
    """An id is unique in its dataset and means one kind of thing in all of them."""
    for id, described in world.described.items():
        first: dict[Source, Row] = {}
        table = world.known.get(id)
        for source, row in described:
            key = row.table.key[0]
            if source in first:
                other = first[source]
                where = f"{other.table.file}, line {other.line}"
                report(source, row, "duplicate-id", f"{quoted(id)} is the id of a row already ({where})", column=key)
            elif table is not None and table != row.table.name:
                report(source, row, "id-in-two-tables", f"{quoted(id)} is a row of {table} elsewhere", column=key)
            elif table is not None:
                report(source, row, "described-twice", f"{quoted(id)} is described by another dataset too", column=key)
            first.setdefault(source, row)
            table = table or row.table.name


def check_references(world: World) -> None:
    """Whatever a row names is there, is of the right kind, and is not made up when the row is real."""
    for source, row in world.rows():
        for column, id, tables in world.mentions[row]:
            table = world.table_of(id)
            allowed = listed(tables)
            if table is None:
                if not world.unreadable.isdisjoint(tables):
                    continue  # the row may be in the file that cannot be read; see `refuse_dependents`
                message = f"{quoted(id)} is not the id of a row of {allowed}"
                report(source, row, "unknown-reference", message, column=column, hint=world.near(id, tables))
            elif table not in tables:
                message = f"{quoted(id)} is a row of {table}, and {column} names a row of {allowed}"
                report(source, row, "wrong-kind-reference", message, column=column, hint=world.near(id, tables))
            elif world.is_only_illustrative(id) and row.cell_status(row.table.columns[column]) in REAL:
                message = f"the row is {row.status}, and {quoted(id)} is illustrative"
                report(source, row, "reference-to-illustrative", message, column=column)


_FROM_TO: Final = {"progressions": ("from_id", "to_id"), "credit_transfers": ("from_id", "to_id")}


def check_self_references(world: World) -> None:
    """Nothing leads to itself."""
    for source, row in world.rows("roles"):
        cell = row.cells.get("progresses_to")
        if cell and row.id in cell.values:
            report(source, row, "refers-to-itself", f"{row.id} progresses to itself", column="progresses_to")
    for table, (start, end) in _FROM_TO.items():
        for source, row in world.rows(table):
            if (id := row.first(start)) is not None and id == row.first(end):
                report(source, row, "refers-to-itself", f"{start} and {end} are both {id}", column=end)


# --- rules ------------------------------------------------------------------------------------------------------------


def necessary(rule: Requirement) -> frozenset[str]:
    """The awards and programmes without which the rule cannot hold, whatever else is done.

    >>> sorted(necessary(AllOf((Holds("Q-A"), AnyOf((Holds("Q-B"), LevelHeld(3)))))))
    ['Q-A']
    """
    match rule:
        case Holds(id) | Completed(id):
            return frozenset({id})
        case AllOf(parts):
            return frozenset().union(*map(necessary, parts))
        case AnyOf(parts):
            return frozenset.intersection(*map(necessary, parts)) if parts else frozenset()
        case AtLeast(count, parts):
            times = Counter(id for part in parts for id in necessary(part))
            return frozenset(id for id, n in times.items() if n > len(parts) - count)
        case _:
            return frozenset()


def _had_by(row: Row) -> tuple[str, ...]:
    """What can only be had when the rules of the row hold: the thing itself, or the award the rule is about."""
    match row.table.name:
        case "combination_rules":
            return (str(award),) if (award := row.first("qualification_id")) is not None else ()
        case "progressions":
            return (str(end),) if (end := row.first("to_id")) is not None else ()
        case "opportunities":
            award = row.first("qualification_id")
            return (row.id, str(award)) if award is not None else (row.id,)
        case _:
            return (row.id,)


def check_cycles(world: World) -> None:
    """No award or programme is needed before it can be had, by its own rules or by way of other things' rules."""
    needs: nx.DiGraph[str] = nx.DiGraph()
    places: list[tuple[Source, Row, str, str, str]] = []
    for source, row in world.rows():
        for column in row.table.columns.values():
            if column.type.name != "requirement" or (rule := rule_of(row, column.name)) is None:
                continue
            for needed in sorted(necessary(rule)):
                for number, had in enumerate(_had_by(row)):
                    one_of_many = row.table.name == "progressions" or number > 0
                    if needed == had or not one_of_many:
                        places.append((source, row, column.name, had, needed))
                    if not one_of_many:
                        needs.add_edge(had, needed)
    ring_of = {id: ring for ring in nx.strongly_connected_components(needs) if len(ring) > 1 for id in ring}
    for source, row, column_name, had, needed in places:
        if had == needed:
            report(source, row, "cyclic-parts", f"{had} is needed before {had} can be had", column=column_name)
        elif needed in ring_of.get(had, ()):
            ring = " → ".join(nx.shortest_path(needs, needed, had))
            message = f"{had} needs {needed}, which needs {had} in turn ({had} → {ring})"
            report(source, row, "cyclic-parts", message, column=column_name)


# --- sums -------------------------------------------------------------------------------------------------------------


def _integer(row: Row, column: str) -> int | None:
    value = row.first(column)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _total_agrees(credits: int, operator: str, value: str) -> bool | None:
    """Whether credits agree with a printed rule; None when the rule is not one that can be compared."""
    if operator == "between" and (span := re.fullmatch(r"([0-9]{1,9}) ?[-–] ?([0-9]{1,9})", value)):
        return int(span[1]) <= credits <= int(span[2])
    if not re.fullmatch(r"[0-9]{1,9}", value):
        return None
    asked = int(value)
    return {"=": credits == asked, ">=": credits >= asked, "<=": credits <= asked}.get(operator)


def _credits_by_award(world: World) -> dict[str, tuple[int, str]]:
    """The credits of each award and where they are written."""
    return {
        row.id: (credits, f"{row.table.file}, line {row.line}")
        for _, row in world.rows("qualifications")
        if row.id and (credits := _integer(row, "credits")) is not None
    }


def check_credits(world: World) -> None:
    """Credits of an award, its total_credits rules and its units go together."""
    awards = _credits_by_award(world)
    for source, row in world.rows("combination_rules"):
        award, operator, value = (str(row.first(name) or "") for name in ("qualification_id", "operator", "value"))
        if row.first("attribute") != "total_credits" or award not in awards:
            continue
        credits, where = awards[award]
        if _total_agrees(credits, operator, value) is False:
            message = f"total_credits {operator} {value}, but {award} has {credits} credits ({where})"
            report(source, row, "credits-do-not-add-up", message, column="value")
    for source, row in world.rows("units"):
        award, own = str(row.first("qualification_id") or ""), _integer(row, "credits")
        if own is not None and award in awards and own > awards[award][0]:
            credits, where = awards[award]
            message = f"the unit has {own} credits, its award {award} only {credits} ({where})"
            report(source, row, "credits-do-not-add-up", message, column="credits")


def check_hours(world: World) -> None:
    """Guided hours are a part of all hours, and ten hours are a credit."""
    for source, row in world.rows("qualifications", "units"):
        credits, tqt, glh = (_integer(row, name) for name in ("credits", "tqt_hours", "glh_hours"))
        if tqt is not None and glh is not None and glh > tqt:
            message = f"{glh} guided hours are more than the {tqt} hours in all"
            report(source, row, "glh-exceeds-tqt", message, column="glh_hours")
        if credits is not None and tqt is not None and tqt != credits * HOURS_PER_CREDIT:
            message = f"{credits} credits stand for {credits * HOURS_PER_CREDIT} hours, and tqt_hours is {tqt}"
            report(source, row, "credits-and-hours-disagree", message, column="tqt_hours")


class _KnownUnit(NamedTuple):
    credits: int | None
    level: str | None
    role: str


_NO_REAL_PART: Final = {"template", "illustrative"}
_DEPENDS: Final = {"pathway-dependent"}


def _units_of(world: World) -> dict[str, dict[str, _KnownUnit]]:
    found: dict[str, dict[str, _KnownUnit]] = defaultdict(dict)
    for _, row in world.rows("units"):
        award, role, level = row.first("qualification_id"), str(row.first("unit_role") or ""), row.first("level")
        if award is not None and not row.is_illustrative and role not in _NO_REAL_PART:
            level_text = str(level) if level is not None else None
            credits = None if row.refused else _integer(row, "credits")
            found[str(award)][row.id] = _KnownUnit(credits, level_text, role)
    return found


def _credits_within_reach(rule: CreditsFrom, units: Mapping[str, _KnownUnit]) -> int | None:
    """The most credits that known units give towards the rule; None when it cannot be said."""
    known = list(units.values())
    if not known or any(unit.credits is None for unit in known):
        return None
    if rule.unit_role is not None and any(unit.role in _DEPENDS for unit in known):
        return None
    if rule.level is not None and any(unit.level is None for unit in known):
        return None
    return sum(
        unit.credits or 0
        for unit in known
        if rule.unit_role in (None, unit.role) and (rule.level is None or str(rule.level) == unit.level)
    )


def _can_hold(rule: Requirement, units: Mapping[str, Mapping[str, _KnownUnit]]) -> bool:
    """Whether the rule can hold when everything but credits of known units is granted."""
    match rule:
        case AllOf(parts):
            return all(_can_hold(part, units) for part in parts)
        case AnyOf(parts):
            return any(_can_hold(part, units) for part in parts)
        case AtLeast(count, parts):
            return sum(_can_hold(part, units) for part in parts) >= count
        case CreditsFrom(credits, str(source)):
            reach = _credits_within_reach(rule, units.get(source, {}))
            return reach is None or reach >= credits
        case _:
            return True


def check_award_rules(world: World) -> None:
    """An award rule asks no more credits than the known units of the award have, when all their credits are known."""
    units = _units_of(world)
    for source, row in world.rows("combination_rules"):
        rule = rule_of(row, "award_rule")
        if rule is None or _can_hold(rule, units):
            continue
        said = []
        for part in walk(rule):
            if isinstance(part, CreditsFrom) and part.source and not _can_hold(part, units):
                reach = _credits_within_reach(part, units[part.source])
                said.append(
                    f"{part.credits} credits are asked and the known units of {part.source} that count give {reach}"
                )
        report(source, row, "award-rule-beyond-units", "; ".join(said), column="award_rule")


# --- single rows ------------------------------------------------------------------------------------------------------


def _is_to_come(when: object, today: date) -> str:
    """What to say of a date that should be past; nothing when it is, or is no date."""
    if not isinstance(when, PartialDate) or when.first_day <= today:
        return ""
    return f"{when.text} is later than the day of the build, {today.isoformat()}"


def check_rows(world: World) -> None:
    """What one row can get wrong by itself: dates to come, places, sources without description, made-up rows."""
    for source in world.sources:
        if source.description and (message := _is_to_come(source.description.retrieved, world.today)):
            source.log.add("date-in-future", message, file=DATASET_FILE, column="retrieved")
    for source, row in world.rows():
        for column in PAST_DATES:
            if message := _is_to_come(row.first(column), world.today):
                report(source, row, "date-in-future", message, column=column)
        urn = row.first("source_url")
        described = source.description.sources if source.description else None
        if described is not None and str(urn or "").startswith("urn:") and urn not in described:
            report(source, row, "source-not-described", f"{quoted(str(urn))} is not under sources", column="source_url")
        _check_illustrative(source, row)
        if "latitude" in row.table.columns:
            _check_place(source, row)


def _check_illustrative(source: Source, row: Row) -> None:
    if row.is_illustrative:
        title = row.table.title_column
        if title and ILLUSTRATIVE not in str(row.first(title) or "").casefold():
            message = f"the row is illustrative, and its {title} does not say so"
            report(source, row, "illustrative-not-marked", message, column=title)
        return
    for column in row.table.columns.values():
        if column.required and column.property is not None and row.cell_status(column) == ILLUSTRATIVE:
            message = f"{column.name} is illustrative by {column.status_from}, and the row is {row.status}"
            report(source, row, "illustrative-required", message, column=column.name)


def _check_place(source: Source, row: Row) -> None:
    latitude, longitude = row.first("latitude"), row.first("longitude")
    if (latitude is None) != (longitude is None):
        blank = "latitude" if latitude is None else "longitude"
        if blank not in row.cells:  # otherwise it is there and is no number, which was said already
            report(source, row, "coordinates-incomplete", f"{blank} is blank", column=blank)
    for name, value, (least, most) in (
        ("latitude", latitude, UK_LATITUDES),
        ("longitude", longitude, UK_LONGITUDES),
    ):
        if isinstance(value, Decimal) and not least <= value <= most:
            message = f"{name} {value} is not between {least} and {most}"
            report(source, row, "coordinates-outside-uk", message, column=name)


def check_ukprns(world: World) -> None:
    """One UKPRN is one provider."""
    first: dict[str, Row] = {}
    for source, row in world.rows("providers"):
        ukprn = row.first("ukprn")
        if ukprn is None or not row.id:
            continue
        other = first.setdefault(str(ukprn), row)
        if other.id != row.id:
            message = f"{ukprn} is the UKPRN of {other.id} too ({other.table.file}, line {other.line})"
            report(source, row, "same-ukprn-twice", message, column="ukprn")


# --- what follows from refused rows -----------------------------------------------------------------------------------


def refuse_dependents(world: World) -> None:
    """Refuse the rows that name a refused row, and theirs in turn; one notice for each row they hang on."""
    by_id: dict[str, list[Row]] = defaultdict(list)
    lost_in: dict[str, list[Row]] = defaultdict(list)
    for _, row in world.rows():
        if row.refused:
            continue
        for _, id, tables in world.mentions[row]:
            by_id[id].append(row)
            if world.table_of(id) is None:
                for table in world.unreadable.intersection(tables):
                    lost_in[table].append(row)

    def is_lost(id: str) -> bool:
        return id not in world.known and all(row.refused for _, row in world.described.get(id, ()))

    def spread(rows: list[Row]) -> Counter[str]:
        refused: Counter[str] = Counter()
        while rows:
            row = rows.pop()
            if not row.refused:
                row.refused = True
                refused[row.table.file] += 1
                if row.id and is_lost(row.id):
                    rows.extend(by_id[row.id])
        return refused

    def say(source: Source, what: str, refused: Counter[str], file: str, line: int | None = None) -> None:
        if total := refused.total():
            files = listed((f"{count} of {name}" for name, count in sorted(refused.items())), "and")
            rows = "1 row that hangs" if total == 1 else f"{total} rows that hang"
            message = f"{rows} on {what} cannot be loaded either: {files}"
            source.log.add("dependents-refused", message, file=file, line=line)

    for source in world.sources:
        for table in sorted(source.unreadable):
            file = TABLES[table].file
            say(source, file, spread(list(lost_in[table])), file)
    for source, row in list(world.rows()):
        if row.refused and row.id and by_id[row.id] and is_lost(row.id):
            say(source, row.id, spread(list(by_id[row.id])), row.table.file, row.line)


CHECKS: Final[tuple[Callable[[World], None], ...]] = (
    check_ids,
    check_references,
    check_self_references,
    check_cycles,
    check_credits,
    check_hours,
    check_award_rules,
    check_rows,
    check_ukprns,
    refuse_dependents,
)
"""All checks in the order in which they are made; the last one follows from the others."""
