"""The cheapest choice of moves that closes a gap, exactly: set cover with locks, as whole-number programmes.

Plain numbers, in the order in which they are to be preferred: *items* are to be closed, a *move* closes some of them at
a price. What is best is decided in this order: most items closed, least price, least of the other price, fewest moves,
most items closed in a surer way (rank 0 before rank 1 …), and then the moves that come first. So there is just one
answer, whatever order a solver looks in. Work is bounded by counting (`queries.highs`), on one thread: the same
question has the same answer on a busy machine too.

Set cover is NP-hard (Karp 1972, "Reducibility among combinatorial problems"); the gain of the next moves is maximum
coverage (Feige 1998, "A threshold of ln n for approximating set cover"), solved exactly here and not greedily.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np

from queries.coverage.faults import NoChoiceError, WorkRanOutError
from queries.coverage.posed import Choice, Cover, Covered, Dropped, Move, Proof
from queries.highs import quiet_highs, run_within

WORK: Final = 100_000_000
"""Gates that all the work on one question may take: some ten million a second."""

Sum = dict[int, int]
"""Amounts by column."""


class Meter:
    """How much work is left for a question, in gates."""

    def __init__(self, work: int = WORK) -> None:
        self.left = work


class _Model:
    """The question as HiGHS has it: a column for how often each move is done, and one for whether each item is closed.

    Where moves are whole numbers, what they close is as well; columns are asked to be whole only where it is not so.
    """

    def __init__(self, cover: Cover, meter: Meter) -> None:
        self.cover, self.meter, self.highs = cover, meter, quiet_highs()
        self.highs.addVar(0, 0)  # without any column no row is looked at
        self.open = [number for number, move in enumerate(cover.moves) if not move.shut]
        self.weight = self._alike()
        self.done: dict[int, int] = {}
        self.closers: dict[int, list[int]] = {item: [] for item in self.weight}
        self.surer: dict[int, dict[int, list[int]]] = {}
        for number in self.open:
            self._add(number, cover.moves[number])
        self.closed = self._closed(self.closers)
        for must in cover.musts:
            self.at_least(self._sum((number, 1) for number in must.moves), 1)
        for cap in cover.caps:
            self.at_most(self._sum(cap.amounts.items()), cap.most)
        self.price = self._sum((number, cover.moves[number].price) for number in self.open)
        self.price_2 = self._sum((number, cover.moves[number].price_2) for number in self.open)
        self.count = self._sum((number, 1) for number in self.open)
        self.paid = self._sum((number, 1) for number in self.open if cover.moves[number].price)
        self.found: list[float] | None = None

    def _alike(self) -> dict[int, int]:
        """The items that the model is about, each with how many it stands for: those that the same moves close alike.

        A move that holds only so many closes each by itself; then each stands for itself.
        """
        by: dict[int, list[tuple[int, int]]] = {}
        for number in self.open:
            for item, rank in self.cover.moves[number].closes.items():
                by.setdefault(item, []).append((number, rank))
        if any(self.cover.moves[number].holds is not None for number in self.open):
            return dict.fromkeys(sorted(by), 1)
        first: dict[tuple[tuple[int, int], ...], int] = {}
        return dict(sorted(Counter(first.setdefault(tuple(by[item]), item) for item in sorted(by)).items()))

    def column(self, most: int = 1, *, whole: bool = True) -> int:
        """A new column, from 0 to `most`."""
        number: int = self.highs.getNumCol()
        self.highs.addVar(0, most)
        if whole:
            self.highs.changeColIntegrality(number, highspy.HighsVarType.kInteger)
        return number

    def at_least(self, amounts: Sum, least: int) -> None:
        """Ask a sum of whole columns to be no less; half a unit lower, so that no rounding gets in the way."""
        self._row(least - 0.5, highspy.kHighsInf, amounts)

    def at_most(self, amounts: Sum, most: int) -> None:
        """Ask a sum of whole columns to be no more."""
        self._row(-highspy.kHighsInf, most + 0.5, amounts)

    def _row(self, least: float, most: float, amounts: Sum) -> None:
        self.highs.addRow(
            least, most, len(amounts), np.array([*amounts], np.int32), np.array([*amounts.values()], np.float64)
        )

    def _add(self, number: int, move: Move) -> None:
        self.done[number] = done = self.column(move.copies)
        holds: Sum = {}
        for item, rank in move.closes.items():
            if item not in self.weight:
                continue
            by = done
            if move.holds is not None:
                by = self.column()
                holds[by] = 1
                self._row(-highspy.kHighsInf, 0, {by: 1, done: -1})
            self.closers[item].append(by)
            self.surer.setdefault(rank, {}).setdefault(item, []).append(by)
        if move.holds is not None:
            self._row(-highspy.kHighsInf, 0, holds | {done: -move.holds})

    def _closed(self, ways: Mapping[int, list[int]]) -> Sum:
        """For each item a column that is 1 only when one of its ways is taken, with how many items it stands for."""
        closed: Sum = {}
        for item, by in ways.items():
            if by:
                closed[one := self.column(whole=False)] = self.weight[item]
                self._row(0, highspy.kHighsInf, dict.fromkeys(by, 1) | {one: -1})
        return closed

    def surely_closed(self, rank: int) -> Sum:
        """Columns of the items that are closed in a way of this rank or a surer one."""
        ways: dict[int, list[int]] = {}
        for surer, by_item in self.surer.items():
            if surer <= rank:
                for item, by in by_item.items():
                    ways.setdefault(item, []).extend(by)
        return self._closed(ways)

    def _sum(self, amounts: Iterable[tuple[int, int]]) -> Sum:
        """Amounts of moves that are open, times how often each is done."""
        return {self.done[number]: amount for number, amount in amounts if number in self.done}

    def run(self, *, least: Sum | None = None, most: Sum | None = None) -> "_Found":
        """Solve for one aim, from the choice found last. Raises `NoChoiceError` without names when nothing can be done,
        and `WorkRanOutError`."""
        columns, sign = self.highs.getNumCol(), 1 if most is None else -1
        aim = np.zeros(columns)
        for column, amount in (least or most or {}).items():
            aim[column] = sign * amount
        self.highs.changeColsCost(columns, np.arange(columns, dtype=np.int32), aim)
        if self.found is not None:
            begin = highspy.HighsSolution()
            begin.col_value = self.found + [0.0] * (columns - len(self.found))
            self.highs.setSolution(begin)
        self.meter.left -= run_within(self.highs, max(self.meter.left, 1))
        info, status = self.highs.getInfo(), self.highs.getModelStatus()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            raise NoChoiceError(())
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise WorkRanOutError("the solver's work ran out before a choice was found")
        self.found = list(self.highs.getSolution().col_value)
        value = round(info.objective_function_value)
        if status == highspy.HighsModelStatus.kOptimal:
            return _Found(sign * value, sign * value, proven=True)
        bound = None
        if math.isfinite(info.mip_dual_bound):
            bound = sign * math.ceil(info.mip_dual_bound - 1e-6 * max(1, abs(value)))
        return _Found(sign * value, bound, proven=False)

    def chosen(self) -> dict[int, int]:
        """How often each move is done, of those that are, in what was found last."""
        assert self.found is not None
        return {number: times for number, column in self.done.items() if (times := round(self.found[column]))}

    def choice(self, proof: Proof, bound: int) -> Choice:
        """What was found last."""
        return _read(self.cover, self.chosen(), proof, bound)


@dataclass(frozen=True, slots=True)
class _Found:
    """`bound`: no choice has a better value; None: nothing is known of that."""

    value: int
    bound: int | None
    proven: bool


def _read(cover: Cover, done: Mapping[int, int], proof: Proof, bound: int) -> Choice:
    """A choice with what it closes: each item in the surest way, by the move that comes first among equals.

    Moves that hold only so many get the items that no other closes, most exacting items first: those which the fewest
    of these moves could close (a matching, found by augmenting paths).
    """
    moves = cover.moves
    closed: dict[int, tuple[int, int]] = {}
    for number in sorted(done):
        if moves[number].holds is None:
            for item, rank in moves[number].closes.items():
                if item not in closed or rank < closed[item][1]:
                    closed[item] = (number, rank)
    holding = {number: done[number] * holds for number in sorted(done) if (holds := moves[number].holds) is not None}
    held: dict[int, int] = {}
    for item in range(cover.items):
        if item not in closed:
            _match(item, {number: moves[number].closes for number in holding}, holding, held, set())
    closed |= {item: (number, moves[number].closes[item]) for item, number in held.items()}
    return Choice(
        tuple(sorted(done.items())),
        dict(sorted(closed.items())),
        sum(times * moves[number].price for number, times in done.items()),
        sum(times * moves[number].price_2 for number, times in done.items()),
        proof,
        bound,
    )


def _match(
    item: int, closes: Mapping[int, Mapping[int, int]], room: Mapping[int, int], held: dict[int, int], tried: set[int]
) -> bool:
    """Find room for an item, moving others where that makes room (Kuhn 1955)."""
    for number in room:
        if item not in closes[number] or number in tried:
            continue
        inside = [other for other, place in held.items() if place == number]
        tried.add(number)
        if len(inside) < room[number]:
            held[item] = number
            return True
        for other in inside:
            if _match(other, closes, room, held, tried):
                held[item] = number
                return True
    return False


def solve(cover: Cover, meter: Meter) -> Choice:
    """The best choice. Raises `NoChoiceError`, which names locks that contradict each other, and `WorkRanOutError`."""
    try:
        return _best(_Model(cover, meter))
    except NoChoiceError:
        raise NoChoiceError(_conflict(cover, meter)) from None


def runner_up(cover: Cover, best: Choice, meter: Meter) -> Choice | None:
    """The best choice that leaves out something of `best` which has a price (or one copy of it); None: there is none.

    What is done by another group only is not left out. It may close fewer items. Raises `WorkRanOutError`.
    """
    copies = Counter[str]()
    for number, times in best.done:
        if cover.moves[number].price:
            copies[cover.moves[number].name] += times
    if not copies:
        return None
    model = _Model(cover, meter)
    kept: Sum = {}
    for name, times in copies.items():
        kept[whole := model.column()] = 1
        same = {done: 1 for number, done in model.done.items() if cover.moves[number].name == name}
        most = sum(cover.moves[number].copies for number in model.done if cover.moves[number].name == name)
        model.at_most(same | {whole: -most}, times - 1)
    model.at_most(kept, len(kept) - 1)
    try:
        return _best(model)
    except NoChoiceError:
        return None


def gains(cover: Cover, meter: Meter, most: int) -> tuple[tuple[int, Choice], ...]:
    """The most that can be closed by 0, 1, 2 … moves that have a price, at the least price, until no more is closed.

    At most `most` moves. The locks are kept, so it begins with the fewest moves that they allow. It ends early when the
    work runs out.
    """
    found = list[tuple[int, Choice]]()
    try:
        whole = _Model(cover, meter)
        all_closed = whole.run(most=whole.closed)
        for count in range(most + 1) if all_closed.proven else ():
            model = _Model(cover, meter)
            model.at_most(model.paid, count)
            try:
                closed = model.run(most=model.closed)
            except NoChoiceError:
                continue
            model.at_least(model.closed, closed.value)
            price = model.run(least=model.price)
            if not (closed.proven and price.proven):
                break
            found.append((count, model.choice(Proof.PROVEN, price.value)))
            if closed.value == all_closed.value:
                break
    except (NoChoiceError, WorkRanOutError):
        pass
    return tuple(found)


def without_each(cover: Cover, best: Choice, meter: Meter) -> tuple[Dropped, ...]:
    """For each lock what dropping it, and it alone, would bring: found by solving again."""
    return tuple(_dropped(cover, best, lock, meter) for lock in cover.locks)


def _dropped(cover: Cover, best: Choice, lock: str, meter: Meter) -> Dropped:
    model = _Model(cover.without((lock,)), meter)
    try:
        closed = model.run(most=model.closed)
        model.at_least(model.closed, closed.value)
        price = model.run(least=model.price)
    except WorkRanOutError:
        return Dropped(lock, None, None)
    if not (closed.proven and price.proven and best.proof is Proof.PROVEN):
        return Dropped(lock, None, None)
    return Dropped(lock, closed.value - len(best.closed), best.price - price.value)


def _conflict(cover: Cover, meter: Meter) -> tuple[str, ...]:
    """Locks that contradict each other, of which none can be spared: one after another is dropped if it can be."""
    kept = list(cover.locks)
    for lock in cover.locks:
        fewer = [one for one in kept if one != lock]
        dropped = [one for one in cover.locks if one not in fewer]
        try:
            _Model(cover.without(dropped), meter).run()
        except NoChoiceError:
            kept = fewer
    return tuple(kept)


def _best(model: _Model) -> Choice:
    """Aim after aim: what was reached of one is kept for the next. Raises `NoChoiceError` and `WorkRanOutError`."""
    most = model.run(most=model.closed)
    model.at_least(model.closed, most.value)
    least = model.run(least=model.price)
    if not (most.proven and least.proven):
        return model.choice(Proof.BEST_FOUND, least.value if least.proven else max(0, least.bound or 0))
    model.at_most(model.price, least.value)
    try:
        for aim in (model.price_2, model.count):
            model.at_most(aim, _proven(model.run(least=aim)))
        for rank in sorted(model.surer)[:-1]:
            sure = model.surely_closed(rank)
            model.at_least(sure, _proven(model.run(most=sure)))
        _first(model)
    except WorkRanOutError:
        pass
    return model.choice(Proof.PROVEN, least.value)


def _proven(found: _Found) -> int:
    if not found.proven:
        raise WorkRanOutError
    return found.value


DIGITS: Final = 20
"""Binary digits of the numbers as which moves are compared, so many at a time."""


def _first(model: _Model) -> None:
    """Of the choices left, all of as many moves, the one with most of the move that comes first; of these, of the next.

    How often each move is done, written one after another, is a number whose greatest value is asked for, a few digits
    at a time.
    """
    left = list(model.done.items())
    while left:
        aim: Sum = {}
        radix, few = 1, list[tuple[int, int]]()
        while left and radix >> DIGITS == 0:
            few.append(left.pop(0))
            radix *= model.cover.moves[few[-1][0]].copies + 1
        for number, column in few:
            radix //= model.cover.moves[number].copies + 1
            aim[column] = radix
        _proven(model.run(most=aim))
        done = model.chosen()
        for number, column in few:
            model.highs.changeColBounds(column, done.get(number, 0), done.get(number, 0))


GAINS: Final = 12
"""Most moves of which the gain is worked out one after another."""


def solve_all(cover: Cover, work: int = WORK) -> Covered:
    """The best choice, its runner-up, the gain of the next moves and what each lock costs, within so much work.

    Raises `NoChoiceError`, which names locks that contradict each other, and `WorkRanOutError`.
    """
    meter = Meter(work)
    best = solve(cover, meter)
    try:
        second = runner_up(cover, best, meter)
    except WorkRanOutError:
        second = None
    curve = gains(cover, meter, GAINS)
    dropped = without_each(cover, best, meter)
    size = sum(not move.shut for move in cover.moves), cover.items, sum(len(move.closes) for move in cover.moves)
    return Covered(best, second, curve, dropped, size, work - meter.left)
