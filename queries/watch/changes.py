"""What changed for coverage and for stated needs between two releases, both asked on the same day.

Since the day is the same, only what became of the data counts: a run that is over today is over in both. A competency
is the same one in both releases by its id. A statement of a standard is *revised* when its number in the standard stays
and its id or our wording of it does not. A unit is *short* of a revised statement when it taught the earlier one and
nothing says that it teaches the later; it is *surplus* when it taught something that a role needed, and teaches nothing
that any role needs now.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from queries.coverage.board import EVERYTHING, RANK, Finding, Question
from queries.coverage.model import Competency, CoverageFacts, Inference, Teacher, TeacherKind, is_real, let_in
from queries.watch.figures import Figure
from queries.watch.needs import StatedNeed
from queries.watch.trace import ORDER, Stop, Traced, trace


class Became(StrEnum):
    """What became of something from the first release to the second."""

    NEW = "new"
    GONE = "gone"
    BETTER = "better"
    WORSE = "worse"
    REVISED = "revised"


@dataclass(frozen=True, slots=True)
class Known:
    """What one release knows that bears on coverage and demand."""

    facts: CoverageFacts
    needs: tuple[StatedNeed, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A competency whose finding on the coverage board is another. None: no role needed it then, or needs it now."""

    competency: Competency
    became: Became
    before: Finding | None
    after: Finding | None


@dataclass(frozen=True, slots=True)
class NeedChange:
    """A stated need that is new or gone, or whose chain breaks elsewhere. `before`, `after`: where the first breaks."""

    need: StatedNeed
    became: Became
    before: Stop | None
    after: Stop | None


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A unit that is new or gone."""

    unit: Teacher
    became: Became


@dataclass(frozen=True, slots=True)
class Revised:
    """A statement of a standard under the same number: what it was and what it is. None: it was not, or is no more."""

    before: Competency | None
    after: Competency | None


@dataclass(frozen=True, slots=True)
class Short:
    """A unit that taught the earlier statement, and of which nothing says that it teaches the later one."""

    unit: Teacher
    revised: Revised


@dataclass(frozen=True, slots=True)
class StandardChange:
    """A standard of which statements are new, gone or revised, in the order of their numbers."""

    standard: str
    statements: tuple[Revised, ...]


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A demand figure that is new, gone or says something else."""

    figure: Figure
    became: Became
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that changed; of coverage the worst first."""

    findings: tuple[FindingChange, ...]
    needs: tuple[NeedChange, ...]
    units: tuple[UnitChange, ...]
    standards: tuple[StandardChange, ...]
    short: tuple[Short, ...]
    surplus: tuple[Teacher, ...]
    figures: tuple[FigureChange, ...]


def changes(before: Known, after: Known, inference: Inference) -> Changes:
    """What changed from one release to another. Both facts are of the same day."""
    standards = tuple(_standards(before.facts, after.facts))
    return Changes(
        findings=tuple(_findings(before.facts, after.facts, inference)),
        needs=tuple(_needs(before, after, inference)),
        units=tuple(_units(before.facts, after.facts, inference)),
        standards=standards,
        short=tuple(_short(before.facts, after.facts, standards, inference)),
        surplus=tuple(_surplus(before.facts, after.facts, inference)),
        figures=tuple(_figures(before.figures, after.figures)),
    )


_ORDER: Final = (Became.WORSE, Became.GONE, Became.NEW, Became.BETTER, Became.REVISED)


def _findings(before: CoverageFacts, after: CoverageFacts, inference: Inference) -> list[FindingChange]:
    first, second = _board(before, inference), _board(after, inference)
    found = []
    for id in sorted(first.keys() | second.keys()):
        was, now = first.get(id), second.get(id)
        if was == now:
            continue
        if was is None or now is None:
            became = Became.NEW if was is None else Became.GONE
        else:
            became = Became.BETTER if RANK[now] > RANK[was] else Became.WORSE
        competency = after.competencies.get(id) or before.competencies[id]
        found.append(FindingChange(competency, became, was, now))
    return sorted(found, key=lambda one: (_ORDER.index(one.became), one.competency.id))


def _board(facts: CoverageFacts, inference: Inference) -> dict[str, Finding]:
    cells = Question(facts, EVERYTHING, inference).board().cells
    return {cell.competency.id: cell.finding for cell in cells}


def _needs(before: Known, after: Known, inference: Inference) -> Iterator[NeedChange]:
    first, second = _traced(before, inference), _traced(after, inference)
    for id in sorted(first.keys() | second.keys()):
        was, now = first.get(id), second.get(id)
        if was is None and now is not None:
            yield NeedChange(now.need, Became.NEW, None, now.stop)
        elif now is None and was is not None:
            yield NeedChange(was.need, Became.GONE, was.stop, None)
        elif was is not None and now is not None and was.stop is not now.stop:
            better = ORDER[now.stop] > ORDER[was.stop]
            yield NeedChange(now.need, Became.BETTER if better else Became.WORSE, was.stop, now.stop)


def _traced(known: Known, inference: Inference) -> dict[str, Traced]:
    return {one.need.id: one for one in trace(known.facts, known.needs, inference)}


def _real_units(facts: CoverageFacts, inference: Inference) -> dict[str, Teacher]:
    return {
        one.id: one
        for one in facts.teachers.values()
        if one.kind is TeacherKind.UNIT and is_real(one.status, one.id, facts, inference)
    }


def _units(before: CoverageFacts, after: CoverageFacts, inference: Inference) -> Iterator[UnitChange]:
    first, second = _real_units(before, inference), _real_units(after, inference)
    for id in sorted(first.keys() ^ second.keys()):
        yield UnitChange(second[id], Became.NEW) if id in second else UnitChange(first[id], Became.GONE)


def _standards(before: CoverageFacts, after: CoverageFacts) -> Iterator[StandardChange]:
    first, second = _statements(before), _statements(after)
    for standard in sorted(first.keys() & second.keys()):
        was, now = first[standard], second[standard]
        differing = tuple(
            Revised(was.get(code), now.get(code))
            for code in sorted(was.keys() | now.keys(), key=_numbered)
            if _told(was.get(code)) != _told(now.get(code))
        )
        if differing:
            yield StandardChange(standard, differing)


def _statements(facts: CoverageFacts) -> dict[str, dict[str, Competency]]:
    found: dict[str, dict[str, Competency]] = defaultdict(dict)
    for one in facts.competencies.values():
        if one.standard and one.code:
            found[one.standard][one.code] = one
    return found


def _told(one: Competency | None) -> tuple[str, str] | None:
    return (one.id, one.label) if one else None


def _numbered(code: str) -> tuple[str, int, str]:
    digits = "".join(letter for letter in code if letter.isdigit())
    return code.rstrip("0123456789"), int(digits or 0), code


def _taught(facts: CoverageFacts, inference: Inference) -> Mapping[str, set[str]]:
    """What each unit teaches by the reasons that are let in."""
    units = _real_units(facts, inference)
    found: dict[str, set[str]] = defaultdict(set)
    for one in facts.teachings:
        if one.teacher in units and let_in(one, facts, inference):
            found[one.teacher].add(one.competency)
    return found


def _short(
    before: CoverageFacts, after: CoverageFacts, standards: Sequence[StandardChange], inference: Inference
) -> list[Short]:
    taught, teaches = _taught(before, inference), _taught(after, inference)
    units = _real_units(after, inference)
    by_statement: dict[str, list[str]] = defaultdict(list)
    for unit, some in taught.items():
        for id in some:
            by_statement[id].append(unit)
    return [
        Short(units[unit], one)
        for standard in standards
        for one in standard.statements
        if one.before is not None and one.after is not None
        for unit in sorted(by_statement[one.before.id])
        if unit in units and one.after.id not in teaches.get(unit, ())
    ]


def _surplus(before: CoverageFacts, after: CoverageFacts, inference: Inference) -> Iterator[Teacher]:
    taught, teaches = _taught(before, inference), _taught(after, inference)
    units = _real_units(after, inference)
    for unit in sorted(taught.keys() & units.keys()):
        if taught[unit] & before.needed_by.keys() and not teaches.get(unit, set()) & after.needed_by.keys():
            yield units[unit]


def _figures(before: Iterable[Figure], after: Iterable[Figure]) -> Iterator[FigureChange]:
    first, second = ({one.id: one for one in some} for some in (before, after))
    for id in sorted(first.keys() | second.keys()):
        was, now = first.get(id), second.get(id)
        if was is None and now is not None:
            yield FigureChange(now, Became.NEW, None, now.value)
        elif now is None and was is not None:
            yield FigureChange(was, Became.GONE, was.value, None)
        elif was is not None and now is not None and _says(was) != _says(now):
            yield FigureChange(now, Became.REVISED, was.value, now.value)


def _says(one: Figure) -> tuple[str, ...]:
    return one.metric, one.value, one.unit, one.place, one.period, one.publisher
