"""One standard: what each of its statements has to do with each unit, and how that is known.

A cell says of a statement and a unit whether the unit teaches, practises and assesses it. *Yes* and *no* are only what
somebody publishes; *inferred* is our conclusion, and only ever of teaching; everything else is not known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.projection import Status, worst
from queries.coverage.model import (
    Competency,
    CoverageFacts,
    Inference,
    Part,
    Said,
    Teacher,
    TeacherKind,
    Teaching,
    Via,
    is_real,
    let_in,
)
from queries.profiles import UnknownIdError

_KINDS: Final = {"knowledge": 0, "skill": 1, "behaviour": 2}


class Answer(StrEnum):
    """What is known of one part of a cell."""

    YES = "yes"
    NO = "no"
    DISPUTED = "disputed"
    """One publisher says yes, another no."""
    INFERRED = "inferred"
    NOT_KNOWN = "not-known"


@dataclass(frozen=True, slots=True)
class Cell:
    """A statement and a unit of which something is known. Where there is no cell, nothing is.

    `too_low`: the unit teaches below the level that the question asks; None: its level is not known. `reasons`: what
    the question lets in, surest first. `status`: that of the surest reason.
    """

    competency: str
    unit: str
    taught: Answer
    practised: Answer
    assessed: Answer
    too_low: bool | None
    reasons: tuple[Teaching, ...]
    said: tuple[Said, ...]
    status: Status

    @property
    def words(self) -> str:
        """The cell in words, as a table shows it."""
        said = [
            f"{_BEFORE[answer]}{part}"
            for part, answer in (("taught", self.taught), ("practised", self.practised), ("assessed", self.assessed))
            if answer is not Answer.NOT_KNOWN
        ]
        if not said and self.reasons:
            said = ["mapped, not said how"]
        if self.too_low:
            said.append("below the level")
        elif self.too_low is None:
            said.append("level not known")
        if self.status is Status.ILLUSTRATIVE:
            said.append("illustrative")
        return "; ".join(said)


_BEFORE: Final = {
    Answer.YES: "",
    Answer.NO: "said not to be ",
    Answer.DISPUTED: "disputed: ",
    Answer.INFERRED: "inferred: ",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A statement with its cells, and the row as a sentence."""

    competency: Competency
    cells: tuple[Cell, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a role needs: the current statements of its standard, in its order, and how many are superseded."""

    role: str
    title: str
    competencies: tuple[Competency, ...]
    superseded: int

    @staticmethod
    def of(facts: CoverageFacts, role: str) -> Wanted:
        """Raises `UnknownIdError`."""
        known = facts.projection.roles if facts.projection else {}
        needs = facts.needs_of.get(role, ())
        if role not in known and not needs:
            raise UnknownIdError(role, kind="roles")
        found = {need.competency: facts.competencies[need.competency] for need in needs}
        all_of = facts.projection.competencies if facts.projection else ()
        return Wanted(
            role,
            known[role].title if role in known else facts.labels.get(role, role),
            tuple(sorted(found.values(), key=_place)),
            sum(one.role == role and not one.current for one in all_of),
        )


def _place(one: Competency) -> tuple[str, int, int, str]:
    code = one.code or ""
    number = re.fullmatch(r"[A-Za-z]*([0-9]{1,6})", code)
    return one.standard, _KINDS.get(one.kind, 3), int(number[1]) if number else 1 << 30, one.id


def role_of(facts: CoverageFacts, said: str) -> str:
    """The role that is meant by its id, or by the reference of its standard where that is the standard of one role.

    Raises `UnknownIdError`.
    """
    known = facts.projection.roles if facts.projection else {}
    if said in known or said in facts.needs_of:
        return said
    roles = {need.role for need in facts.needs if facts.competencies[need.competency].standard == said}
    if len(roles) != 1:
        raise UnknownIdError(said, kind="roles")
    return roles.pop()


@dataclass(frozen=True, slots=True)
class Matrix:
    """One standard against units. `units`: the columns, by award, level and number."""

    wanted: Wanted
    awards: tuple[str, ...]
    units: tuple[Teacher, ...]
    numbers: Mapping[str, str | None]
    rows: tuple[Row, ...]
    unlisted: tuple[str, ...]

    @property
    def taught(self) -> int:
        """How many statements some unit is known to teach."""
        return sum(any(is_taught(cell) for cell in row.cells) for row in self.rows)

    @property
    def published(self) -> int:
        """How many statements somebody publishes to be taught in some unit."""
        return sum(
            any(is_taught(cell) and cell.taught is not Answer.INFERRED for cell in row.cells) for row in self.rows
        )

    @property
    def made_up(self) -> int:
        """How many statements are taught in placeholders alone."""
        taught = ([cell for cell in row.cells if is_taught(cell)] for row in self.rows)
        return sum(bool(some) and all(cell.status is Status.ILLUSTRATIVE for cell in some) for some in taught)

    @property
    def assessed(self) -> int:
        """How many statements somebody publishes to be assessed in some unit."""
        return sum(any(cell.assessed is Answer.YES for cell in row.cells) for row in self.rows)


def is_taught(cell: Cell) -> bool:
    """Whether the unit counts as teaching the statement: at the level that is asked for, and not only said not to."""
    return bool(cell.reasons) and cell.too_low is False


def is_high_enough(teacher: Teacher, competency: Competency, inference: Inference) -> bool | None:
    """Whether a unit teaches at the level that is wanted; None: its level is not known, and the question asks."""
    if inference.levels_below is None or competency.level is None:
        return True
    return None if teacher.level is None else teacher.level >= competency.level - inference.levels_below


def teaching_of(
    facts: CoverageFacts, inference: Inference, wanted: Wanted, units: Collection[str]
) -> dict[str, dict[str, tuple[Teaching, ...]]]:
    """The reasons that count, by statement and unit, where the unit is at the level that is wanted."""
    found: dict[str, dict[str, tuple[Teaching, ...]]] = {}
    for competency in wanted.competencies:
        for teaching in facts.teachings_of.get(competency.id, ()):
            if teaching.teacher not in units or not let_in(teaching, facts, inference):
                continue
            if is_high_enough(facts.teachers[teaching.teacher], competency, inference):
                here = found.setdefault(competency.id, {})
                here[teaching.teacher] = (*here.get(teaching.teacher, ()), teaching)
    return found


def matrix(facts: CoverageFacts, inference: Inference, role: str, awards: Collection[str] = ()) -> Matrix:
    """The standard of a role against the units of awards; without awards, against every unit that has to do with it.

    Raises `UnknownIdError` for a role or an award that the release does not have.
    """
    wanted = Wanted.of(facts, role)
    known = facts.projection.awards if facts.projection else {}
    for award in awards:
        if award not in known and award not in facts.teachers:
            raise UnknownIdError(award, kind="qualifications")
    columns = {
        teacher.id: teacher
        for teacher in facts.teachers.values()
        if teacher.kind is TeacherKind.UNIT
        and (not awards or any(award in teacher.awards for award in awards))
        and is_real(teacher.status, teacher.id, facts, inference)
    }
    said: dict[tuple[str, str], list[Said]] = {}
    for one in facts.said:
        said.setdefault((one.competency, one.unit), []).append(one)
    cells = {one.id: tuple(_cells(facts, inference, one, columns, said)) for one in wanted.competencies}
    used = {cell.unit for some in cells.values() for cell in some}
    numbers = {id: unit.number for id, unit in facts.projection.units.items()} if facts.projection else {}
    units = sorted(
        (unit for unit in columns.values() if awards or unit.id in used),
        key=lambda unit: (unit.award or "", unit.level or 0, _number(numbers.get(unit.id)), unit.id),
    )
    order = {unit.id: place for place, unit in enumerate(units)}
    return Matrix(
        wanted,
        tuple(awards) or tuple(dict.fromkeys(unit.award for unit in units if unit.award)),
        tuple(units),
        numbers,
        tuple(
            Row(one, tuple(sorted(cells[one.id], key=lambda cell: order[cell.unit])), _sentence(one, cells[one.id]))
            for one in wanted.competencies
        ),
        tuple(id for id in facts.unlisted.get(role, ()) if not awards or id in awards),
    )


def _number(number: str | None) -> tuple[int, str]:
    return (int(number), "") if number and number.isdigit() else (1 << 30, number or "")


def _cells(
    facts: CoverageFacts,
    inference: Inference,
    competency: Competency,
    columns: Mapping[str, Teacher],
    said: Mapping[tuple[str, str], list[Said]],
) -> Iterable[Cell]:
    reasons: dict[str, list[Teaching]] = {}
    for teaching in facts.teachings_of.get(competency.id, ()):
        if teaching.teacher in columns and let_in(teaching, facts, inference):
            reasons.setdefault(teaching.teacher, []).append(teaching)
    asked = Via.STATED in inference.via
    for unit in dict.fromkeys((*reasons, *(unit for of, unit in said if of == competency.id))):
        if unit not in columns:
            continue
        mine = tuple(sorted(reasons.get(unit, ()), key=lambda one: list(Via).index(one.via)))
        told = tuple(said.get((competency.id, unit), ())) if asked else ()
        if not mine and not told:
            continue
        taught, practised, assessed = (_answer(one.of(part) for one in told) for part in Part)
        stated = any(one.via is Via.STATED for one in mine)
        if taught is Answer.NOT_KNOWN and mine and not stated:
            taught = Answer.INFERRED
        if stated and taught is Answer.NOT_KNOWN and not told:
            parts = frozenset().union(*(one.parts for one in mine))
            taught, practised, assessed = (Answer.YES if part in parts else Answer.NOT_KNOWN for part in Part)
        high = is_high_enough(columns[unit], competency, inference)
        standing = [one.status for one in mine] or [one.source.status for one in told]
        yield Cell(
            competency.id,
            unit,
            taught,
            practised,
            assessed,
            None if high is None else not high,
            mine,
            told,
            worst([min(standing, key=list(Status).index), _own(columns[unit])]),
        )


def _own(unit: Teacher) -> Status:
    """A placeholder makes everything that rests on it one; that a unit's level is inferred does not touch the cell."""
    return unit.status if unit.status is Status.ILLUSTRATIVE else Status.PUBLISHED


def _answer(told: Iterable[bool | None]) -> Answer:
    known = {one for one in told if one is not None}
    if len(known) == 2:
        return Answer.DISPUTED
    return Answer.NOT_KNOWN if not known else Answer.YES if True in known else Answer.NO


def _units(number: int) -> str:
    return f"{number} unit{'' if number == 1 else 's'}"


def _sentence(competency: Competency, cells: Iterable[Cell]) -> str:
    """A row in words, such as “S4 is taught in 2 units; nobody says where it is assessed.”"""
    name = competency.code or competency.label
    counted = [cell for cell in cells if is_taught(cell)]
    sure = [cell for cell in counted if cell.taught is not Answer.INFERRED]
    guessed = [cell for cell in counted if cell.taught is Answer.INFERRED]
    low = [cell for cell in cells if cell.reasons and cell.too_low]
    vague = [cell for cell in cells if cell.reasons and cell.too_low is None]
    denied = [cell for cell in cells if cell.taught is Answer.NO]
    if sure and guessed:
        taught = f"is taught in {_units(len(sure))}, and by our inference in {len(guessed)} more"
    elif sure:
        taught = f"is taught in {_units(len(sure))}"
    elif guessed:
        taught = f"is taught, by our inference alone, in {_units(len(guessed))}"
    elif low:
        taught = f"is taught below its level only, in {_units(len(low))}"
    elif vague:
        taught = f"may be taught in {_units(len(vague))} of unknown level"
    else:
        taught = "is not known to be taught in any of these units"
    if denied:
        taught += f"; {_units(len(denied))} {'is' if len(denied) == 1 else 'are'} said not to teach it"
    told = [cell for cell in cells if cell.assessed is Answer.YES]
    never = [cell for cell in cells if cell.assessed is Answer.NO]
    assessed = f"it is assessed in {_units(len(told))}" if told else "nobody says where it is assessed"
    if never and not told:
        assessed = f"{_units(len(never))} {'is' if len(never) == 1 else 'are'} said not to assess it, and {assessed}"
    return f"{name} {taught}; {assessed}."
