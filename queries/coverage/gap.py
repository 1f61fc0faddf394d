"""The gap that a change is to close: what a slice needs and nobody there teaches, or what somebody names.

Its items are single competencies, or themes: our short words for what competencies are about, which most of what we
know of units is told in.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from queries.coverage.board import RANK, Cell, Finding, Slice, board
from queries.coverage.faults import UnknownGapError
from queries.coverage.model import Competency, CoverageFacts, Inference

TAUGHT: Final = frozenset(finding for finding in Finding if RANK[finding] >= RANK[Finding.WHOLE_ONLY])
"""Findings that are no gap: it is taught, if only inside a whole qualification."""


class Grain(StrEnum):
    """What the items of a gap are."""

    STATEMENTS = "statements"
    THEMES = "themes"


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a gap: a competency, or a theme with those of its competencies that are needed.

    `level`: how high it is to be taught; None: it does not matter, or nobody says. `roles`: those that need it.
    `finding`: what the coverage board says of it, of a theme the best of its competencies; None: it was named.
    """

    id: str
    label: str
    level: int | None
    competencies: tuple[str, ...]
    theme: str | None
    roles: tuple[str, ...]
    finding: Finding | None = None


def gap_of(facts: CoverageFacts, slice: Slice, inference: Inference, grain: Grain) -> tuple[Item, ...]:
    """What the roles of a slice need and nobody is known to teach there, as the coverage board finds it.

    A theme is in the gap when none of its competencies that are needed is taught there. What has no theme is in no gap
    of themes.
    """
    cells = board(facts, slice, inference).cells
    if grain is Grain.STATEMENTS:
        lacking = sorted((cell for cell in cells if cell.finding not in TAUGHT), key=lambda one: one.competency.id)
        return tuple(_statement(cell.competency, cell.roles, cell.finding) for cell in lacking)
    themes: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        for theme in cell.competency.themes:
            themes[theme].append(cell)
    found = []
    for theme, some in sorted(themes.items()):
        best = max((cell.finding for cell in some), key=RANK.__getitem__)
        if best not in TAUGHT:
            roles = {role for cell in some for role in cell.roles}
            found.append(_theme(theme, [cell.competency for cell in some], roles, best))
    return tuple(found)


def named(facts: CoverageFacts, names: Sequence[str], level: int | None = None) -> tuple[Item, ...]:
    """The competencies (by id) and themes (by their words) of a list. `level`: at which themes are to be taught.

    Raises `UnknownGapError`.
    """
    tagged: dict[str, list[Competency]] = defaultdict(list)
    for one in facts.competencies.values():
        for theme in one.themes:
            tagged[theme].append(one)
    themes = {theme.casefold(): theme for theme in themes_of(facts)}
    found: dict[str, Item] = {}
    for name in names:
        theme = themes.get(name.strip().casefold(), "")
        if name in facts.competencies:
            roles = [need.role for need in facts.needed_by.get(name, ())]
            found[name] = _statement(facts.competencies[name], roles, None)
        elif theme:
            some = tagged.get(theme, [])
            needing = {need.role for one in some for need in facts.needed_by.get(one.id, ())}
            found[theme] = _theme(theme, some, needing, None, level, ranked=False)
        else:
            raise UnknownGapError(name)
    return tuple(found.values())


def themes_of(facts: CoverageFacts) -> tuple[str, ...]:
    """Every theme that a competency or a unit has."""
    found = {theme for one in facts.competencies.values() for theme in one.themes}
    return tuple(sorted(found | {theme for one in facts.teachers.values() for theme in one.themes}))


def _statement(competency: Competency, roles: Iterable[str], finding: Finding | None) -> Item:
    label = f"{competency.code} {competency.label}" if competency.code else competency.label
    return Item(competency.id, label, competency.level, (competency.id,), None, tuple(sorted(set(roles))), finding)


def _theme(
    theme: str,
    competencies: Iterable[Competency],
    roles: Iterable[str],
    finding: Finding | None,
    level: int | None = None,
    *,
    ranked: bool = True,
) -> Item:
    """A theme; at the highest level of its competencies, unless it was named by itself."""
    some = sorted(competencies, key=lambda one: one.id)
    levels = [one.level for one in some if one.level is not None]
    wanted = max(levels, default=None) if ranked else level
    return Item(theme, theme, wanted, tuple(one.id for one in some), theme, tuple(sorted(set(roles))), finding)
