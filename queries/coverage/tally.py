"""What legal choices cover, counted: see `queries.coverage.legal`. Only who counts loads this, for its solvers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from ortools.sat.python import cp_model

from queries.coverage.approval import Pack, PackQuestion
from queries.coverage.choices import ChoicesQuestion, EveryChoice, Legal, ToCount
from queries.coverage.legal import Choices, Counts, NotFinishedError, Tally
from queries.coverage.model import CoverageFacts, Inference

STEPS: Final = 30_000_000
"""Steps of work that an answer may take by each way of counting."""

_WIDEST: Final = 22
_SOLVER_TIME: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Question:
    """The choices with only those items that some choices cover and others not, equal ones together.

    `masks`: the items of each unit; `weights`: how many items each stands for; `base`: how many every choice covers.
    """

    choices: Choices
    masks: Mapping[int, int]
    weights: tuple[int, ...]
    base: int

    def weigh(self, masks: Iterable[int]) -> dict[int, int]:
        """How many items each set of them stands for: counted by the binary digits of the weights."""
        digits = range(max(self.weights, default=0).bit_length())
        planes = [sum(1 << bit for bit, weight in enumerate(self.weights) if weight >> digit & 1) for digit in digits]
        return {mask: sum((mask & plane).bit_count() << n for n, plane in enumerate(planes)) for mask in masks}


def tally(found: Choices, covers: Sequence[frozenset[int]], items: int, steps: int = STEPS) -> Tally:
    """What legal choices cover. `covers`: the items of each unit. There has to be a legal choice."""
    total = found.total
    by_item = [frozenset(unit for unit in sorted(found.ever) if item in covers[unit]) for item in range(items)]
    avoided = tuple(found.without(units) for units in by_item)
    together = Counter(by_item[item] for item in range(items) if 0 < avoided[item] < total)
    classes = sorted(together, key=lambda units: tuple(sorted(units)))
    masks = {unit: sum(1 << bit for bit, units in enumerate(classes) if unit in units) for unit in found.ever}
    question = _Question(found, masks, tuple(together[units] for units in classes), avoided.count(0))
    exactly: Mapping[int, int] | None = _by_inversion(question, steps)
    if exactly is None:
        exactly = _by_merging(question, steps)
    if exactly is None:
        return _by_solver(question, total, avoided)
    numbers, weights = Counter[int](), question.weigh(exactly)
    for mask, count in exactly.items():
        numbers[question.base + weights[mask]] += count
    least = min(exactly, key=lambda mask: (weights[mask], mask))
    most = min(exactly, key=lambda mask: (-weights[mask], mask))
    return Tally(
        total,
        avoided,
        question.base + weights[least],
        _within(question, least),
        question.base + weights[most],
        _exactly(question, most, steps),
        dict(sorted(numbers.items())),
    )


def _by_inversion(question: _Question, steps: int) -> dict[int, int] | None:
    """How many choices cover exactly each set of items, from how many cover at most each; None: too much work."""
    found, width = question.choices, len(question.weights)
    large = found.total >= 1 << 62
    work = (len(found.counts) * len(found.groups) + width) * (20 if large else 1)
    if width > _WIDEST or work << width > steps:
        return None
    kind = object if large else np.int64
    inside = []
    for group in found.groups:
        units = np.zeros(1 << width, dtype=np.int64)
        for unit in group.units:
            units[question.masks.get(unit, 0)] += 1
        inside.append(_summed(units, width, 1))
    at_most = np.zeros(1 << width, dtype=kind)
    for one in found.counts:
        ways = np.ones(1 << width, dtype=kind)
        for group, left, n in zip(found.groups, inside, one, strict=True):
            if n:
                table = np.array([comb(size, n) for size in range(len(group.units) + 1)], dtype=kind)
                ways = ways * table[left]
        at_most += ways
    exactly = _summed(at_most, width, -1)
    return {int(mask): int(exactly[mask]) for mask in np.flatnonzero(exactly)}


def _summed(values: npt.NDArray[Any], width: int, sign: int) -> npt.NDArray[Any]:
    """For each set the sum over its subsets (`sign` 1), or what had those sums (-1)."""
    for bit in range(width):
        pairs = values.reshape(-1, 2, 1 << bit)
        pairs[:, 1, :] += sign * pairs[:, 0, :]
    return values


def _by_merging(question: _Question, steps: int) -> dict[int, int] | None:
    """How many choices cover exactly each set of items, set by set; None: too much work."""
    found, left = question.choices, steps // 10
    tables: list[list[dict[int, int]]] = []
    try:
        for number, group in enumerate(found.groups):
            most = max(one[number] for one in found.counts)
            table: list[dict[int, int]] = [{0: 1}, *({} for _ in range(most))]
            for mask, alike in sorted(Counter(question.masks.get(unit, 0) for unit in group.units).items()):
                grown: list[dict[int, int]] = [dict(one) for one in table]
                for size, have in enumerate(table):
                    for taken in range(1, min(alike, most - size) + 1):
                        left = _spent(left, len(have))
                        into = grown[size + taken]
                        for old, count in have.items():
                            into[old | mask] = into.get(old | mask, 0) + count * comb(alike, taken)
                table = grown
            tables.append(table)
        whole: dict[int, int] = {}
        path: list[tuple[Counts, dict[int, int]]] = [((), {0: 1})]
        for one in sorted(found.counts):
            same = next(n for n in range(len(path), 0, -1) if path[n - 1][0] == one[: n - 1])
            del path[same:]
            for number in range(same - 1, len(one)):
                here, more = path[-1][1], tables[number][one[number]]
                left = _spent(left, len(here) * len(more))
                joined: dict[int, int] = {}
                for a, x in here.items():
                    for b, y in more.items():
                        joined[a | b] = joined.get(a | b, 0) + x * y
                path.append((one[: number + 1], joined))
            for mask, count in path[-1][1].items():
                whole[mask] = whole.get(mask, 0) + count
    except NotFinishedError:
        return None
    return whole


def _spent(left: int, steps: int) -> int:
    if left < steps:
        raise NotFinishedError("too many sets of items")
    return left - steps


def _within(question: _Question, mask: int) -> tuple[int, ...]:
    """The first legal choice that covers nothing outside these items."""
    found = question.choices
    inside = [[unit for unit in group.units if not question.masks.get(unit, 0) & ~mask] for group in found.groups]
    one = next(one for one in found.counts if all(len(have) >= n for have, n in zip(inside, one, strict=True)))
    return tuple(sorted(unit for have, n in zip(inside, one, strict=True) for unit in have[:n]))


def _exactly(question: _Question, mask: int, steps: int) -> tuple[int, ...]:
    """A legal choice that covers exactly these items; none when the search for it takes too long."""
    found, left = question.choices, steps // 100
    fitting = [[unit for unit in group.units if not question.masks.get(unit, 0) & ~mask] for group in found.groups]

    def search(open_: int, taken: tuple[int, ...], room: Counts) -> tuple[int, ...] | None:
        nonlocal left
        left = _spent(left, 1)
        if not open_:
            rest = ([u for u in have if u not in taken] for have in fitting)
            return (*taken, *(unit for have, n in zip(rest, room, strict=True) for unit in have[:n]))
        bit = open_ & -open_
        for number, have in enumerate(fitting):
            if not room[number]:
                continue
            for unit in have:
                if question.masks.get(unit, 0) & bit and unit not in taken:
                    less = (*room[:number], room[number] - 1, *room[number + 1 :])
                    if (done := search(open_ & ~question.masks[unit], (*taken, unit), less)) is not None:
                        return done
        return None

    try:
        for one in found.counts:
            fits = all(len(have) >= n for have, n in zip(fitting, one, strict=True))
            if fits and (done := search(mask, (), one)) is not None:
                return tuple(sorted(done))
    except NotFinishedError:
        pass
    return ()


def _by_solver(question: _Question, total: int, avoided: tuple[int, ...]) -> Tally:
    """The least and the most that a choice covers, without shares."""
    least, least_units, sure = _end(question, most=False)
    most, most_units, sure_too = _end(question, most=True)
    return Tally(total, avoided, least, least_units, most, most_units, {}, sure and sure_too)


def _end(question: _Question, *, most: bool) -> tuple[int, tuple[int, ...], bool]:
    found, model = question.choices, cp_model.CpModel()
    take = {unit: model.new_bool_var(f"u{unit}") for unit in sorted(found.ever)}
    sizes = []
    for number, group in enumerate(found.groups):
        size = model.new_int_var(0, len(group.units), f"g{number}")
        model.add(size == sum(take[unit] for unit in group.units if unit in take))
        sizes.append(size)
    model.add_allowed_assignments(sizes, list(found.counts))
    covered = [model.new_bool_var(f"i{bit}") for bit in range(len(question.weights))]
    for bit, item in enumerate(covered):
        by = [take[unit] for unit in take if question.masks[unit] >> bit & 1]
        model.add_max_equality(item, by)
    worth = sum(weight * item for weight, item in zip(question.weights, covered, strict=True))
    if most:
        model.maximize(worth)
    else:
        model.minimize(worth)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = _SOLVER_TIME
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise NotFinishedError("no legal choice was found by the solver in its time")
    units = tuple(unit for unit, taken in take.items() if solver.value(taken))
    return question.base + round(solver.objective_value), units, status == cp_model.OPTIMAL


def counted(asked: ToCount, steps: int = STEPS) -> Tally | None:
    """What the choices cover; None: the work that it may take was used up."""
    try:
        return tally(asked.choices, asked.covers, asked.items, steps)
    except NotFinishedError:
        return None


def every_choice(
    facts: CoverageFacts, inference: Inference, role: str, found: Legal, steps: int = STEPS
) -> EveryChoice:
    """What all legal choices cover of the standard of a role, counted here. Raises as `ChoicesQuestion`."""
    question = ChoicesQuestion(facts, inference, role, found)
    asked = question.to_count
    return question.answer(counted(asked, steps) if asked is not None else None)


def pack(facts: CoverageFacts, inference: Inference, found: Legal, roles: Collection[str] = ()) -> Pack:
    """The approval pack, counted here. Raises as `PackQuestion`."""
    question = PackQuestion(facts, inference, found, roles)
    return question.pack([counted(asked) for asked in question.to_count])
