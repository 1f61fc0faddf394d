"""Units and choices of units in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from graph.projection import UnitFacts
from queries.pathways.request import counted
from queries.prior_learning.request import Choice, CreditSaid, Remaining, Span, UnitSaid
from queries.prior_learning.shortfall import Group, Shortfall

TRANSCRIPT: Final = "bring the transcript"
"""What shows which units somebody has credits of."""


def unit_said(unit: UnitFacts) -> UnitSaid:
    """A unit as it is shown."""
    return UnitSaid(unit.id, unit.title, unit.number, unit.level, unit.credits, unit.role, unit.source.status)


def as_choice(group: Group) -> Choice:
    """So many of some units, as it is shown."""
    return Choice(group.take, group.units[0].credits, tuple(map(unit_said, group.units)))


def joined(parts: Sequence[str], word: str = "and") -> str:
    """A list in a sentence.

    >>> joined(["a", "b", "c"]), joined(["a"])
    ('a, b and c', 'a')
    """
    return f" {word} ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def said_choices(choices: Iterable[Choice]) -> str:
    """Which units, named where there is no choice: “Programming (15 credits) and any 2 of 5 units of 15 credits”."""
    named, open_ = list[str](), list[str]()
    for choice in choices:
        size = "credits not known" if choice.credits_each is None else counted(choice.credits_each, "credit")
        if choice.take == len(choice.units):
            named += [f"{unit.label} ({size})" for unit in choice.units]
        else:
            roles, levels = {unit.role for unit in choice.units}, {unit.level for unit in choice.units}
            kind = f"{roles.pop()} units" if len(roles) == 1 and None not in roles else "units"
            at = f" at level {levels.pop()}" if len(levels) == 1 and None not in levels else ""
            open_.append(f"any {choice.take} of {len(choice.units)} {kind}{at} of {size}")
    return joined([*named, *open_])


def span_said(span: Span) -> str:
    """A number of credits that may be known only within bounds.

    >>> span_said(Span(60, 120)), span_said(Span(60, 60)), span_said(Span(0, 60)), span_said(Span(60, None))
    ('60 to 120 credits', '60 credits', 'up to 60 credits', 'at least 60 credits')
    """
    if span.most is None:
        return f"at least {counted(span.least, 'credit')}"
    if span.least == span.most:
        return counted(span.least, "credit")
    most = counted(span.most, "credit")
    return f"{span.least} to {most}" if span.least else f"up to {most}"


def depending(span: Span | None, credits: Iterable[CreditSaid]) -> str:
    """On what a span depends, to be put after it; nothing where it is exact."""
    loose = sum(one.credits or 0 for one in credits if not one.units_told)
    if span is None or span.least == span.most:
        return ""
    return f", depending on which units the {loose} are: {TRANSCRIPT}" if loose else ""


def remaining(shortfall: Shortfall | None, labels: Mapping[str, str]) -> Remaining | None:
    """The least that is left, as it is shown. `labels`: titles of awards by id."""
    if shortfall is None:
        return None
    choices = tuple(map(as_choice, shortfall.groups))
    unknown = any(choice.credits_each is None for choice in choices)
    parts = [f"{counted(n, 'credit')} of {labels.get(id, id)}" for id, n in shortfall.by_number.items()]
    said = joined([*parts, *([said_choices(choices)] if choices else [])])
    if not said:
        return Remaining(0, False, (), "nothing is left to study")
    text = f"{'at least ' if unknown else ''}{counted(shortfall.credits, 'credit')}: {said}" if choices else said
    return Remaining(shortfall.credits, unknown, choices, text)
