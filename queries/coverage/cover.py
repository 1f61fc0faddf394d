"""The cheapest choice of moves that closes a gap, exactly: set cover with locks, solved by CP-SAT.

Plain numbers, in the order in which they are to be preferred: *items* are to be closed, a *move* closes some of them at
a price. What is best is decided in this order: most items closed, least price, least of the other price, fewest moves,
most items closed in a surer way (rank 0 before rank 1 …), and then the moves that come first. So there is just one
answer, whatever order a solver looks in. Work is bounded by the solver's own count (deterministic time), one thread,
fixed seed: the same question has the same answer on a busy machine too.

Set cover is NP-hard (Karp 1972, "Reducibility among combinatorial problems"); the gain of the next moves is maximum
coverage (Feige 1998, "A threshold of ln n for approximating set cover"), solved exactly here and not greedily.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ortools.sat.python import cp_model

from queries.coverage.faults import NoChoiceError, WorkRanOutError
from queries.coverage.posed import Choice, Cover, Covered, Dropped, Move, Proof

WORK: Final = 20.0
"""Deterministic seconds of the solver that all the work on one question may take."""


class Meter:
    """How much work is left for a question, in deterministic seconds of the solver."""

    def __init__(self, work: float = WORK) -> None:
        self.left = work

    def solver(self) -> cp_model.CpSolver:
        """A solver on one thread that stops when the work is over."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 7
        solver.parameters.max_deterministic_time = max(self.left, 0.01)
        return solver

    def used(self, solver: cp_model.CpSolver) -> None:
        """Take off what a solver has used."""
        self.left -= solver.deterministic_time


class _Model:
    """The question as CP-SAT has it."""

    def __init__(self, cover: Cover, meter: Meter) -> None:
        self.cover, self.meter, self.model = cover, meter, cp_model.CpModel()
        self.open = [number for number, move in enumerate(cover.moves) if not move.shut]
        self.weight = self._alike()
        self.done: dict[int, cp_model.IntVar] = {}
        self.closers: dict[int, list[cp_model.LinearExprT]] = {item: [] for item in self.weight}
        self.surer: dict[int, dict[int, list[cp_model.LinearExprT]]] = {}
        for number in self.open:
            self._add(number, cover.moves[number])
        self.closed = {item: self.model.new_bool_var("") for item, by in self.closers.items() if by}
        for item, closed in self.closed.items():
            self.model.add(cp_model.LinearExpr.sum(self.closers[item]) >= closed)
        for must in cover.musts:
            self.model.add(self._sum((number, 1) for number in must.moves) >= 1)
        for cap in cover.caps:
            self.model.add(self._sum(cap.amounts.items()) <= cap.most)
        self.price = self._sum((number, cover.moves[number].price) for number in self.open)
        self.price_2 = self._sum((number, cover.moves[number].price_2) for number in self.open)
        self.count = self._sum((number, 1) for number in self.open)
        self.paid = self._sum((number, 1) for number in self.open if cover.moves[number].price)
        self.hint: list[int] | None = None

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

    def _add(self, number: int, move: Move) -> None:
        done = self.model.new_int_var(0, move.copies, "")
        self.done[number] = done
        if move.holds is None:
            for item, rank in move.closes.items():
                if item not in self.weight:
                    continue
                self.closers[item].append(done)
                self.surer.setdefault(rank, {}).setdefault(item, []).append(done)
            return
        holds = []
        for item, rank in move.closes.items():
            held = self.model.new_bool_var("")
            self.model.add(held <= done)
            holds.append(held)
            self.closers[item].append(held)
            self.surer.setdefault(rank, {}).setdefault(item, []).append(held)
        self.model.add(cp_model.LinearExpr.sum(holds) <= done * move.holds)

    def _sum(self, amounts: Iterable[tuple[int, int]]) -> cp_model.LinearExprT:
        """Amounts of moves that are open, times how often each is done."""
        some = [(self.done[number], amount) for number, amount in amounts if number in self.done]
        return cp_model.LinearExpr.weighted_sum([one for one, _ in some], [amount for _, amount in some])

    def closed_sum(self) -> cp_model.LinearExprT:
        """How many items are closed."""
        return cp_model.LinearExpr.weighted_sum(list(self.closed.values()), [self.weight[item] for item in self.closed])

    def run(self, *, least: cp_model.LinearExprT | None = None, most: cp_model.LinearExprT | None = None) -> "_Found":
        """Solve for one aim. Raises `NoChoiceError` without names when nothing can be done, and `WorkRanOutError`."""
        if least is not None:
            self.model.minimize(least)
        if most is not None:
            self.model.maximize(most)
        if self.hint is not None:
            self.model.proto.clear_solution_hint()
            for variable, value in zip(self.done.values(), self.hint, strict=True):
                self.model.add_hint(variable, value)
        solver = self.meter.solver()
        status = solver.solve(self.model)
        self.meter.used(solver)
        if status == cp_model.INFEASIBLE:
            raise NoChoiceError(())
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise WorkRanOutError("the solver's work ran out before a choice was found")
        self.hint = [solver.value(variable) for variable in self.done.values()]
        aim = least if least is not None else most
        value = 0 if aim is None else round(solver.value(aim))
        return _Found(value, round(solver.best_objective_bound) if aim is not None else 0, status == cp_model.OPTIMAL)

    def choice(self, proof: Proof, bound: int) -> Choice:
        """What was found last."""
        assert self.hint is not None
        done = {number: times for number, times in zip(self.done, self.hint, strict=True) if times}
        return _read(self.cover, done, proof, bound)


@dataclass(frozen=True, slots=True)
class _Found:
    value: int
    bound: int
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
    kept = []
    for name, times in copies.items():
        kept.append(model.model.new_bool_var(""))
        same = [done for number, done in model.done.items() if cover.moves[number].name == name]
        most = sum(cover.moves[number].copies for number in model.done if cover.moves[number].name == name)
        model.model.add(cp_model.LinearExpr.sum(same) <= times - 1 + most * kept[-1])
    model.model.add(cp_model.LinearExpr.sum(kept) <= len(kept) - 1)
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
        all_closed = whole.run(most=whole.closed_sum())
        for count in range(most + 1) if all_closed.proven else ():
            model = _Model(cover, meter)
            model.model.add(model.paid <= count)
            try:
                closed = model.run(most=model.closed_sum())
            except NoChoiceError:
                continue
            model.model.add(model.closed_sum() >= closed.value)
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
        closed = model.run(most=model.closed_sum())
        model.model.add(model.closed_sum() >= closed.value)
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
    most = model.run(most=model.closed_sum())
    model.model.add(model.closed_sum() >= most.value)
    least = model.run(least=model.price)
    proof = Proof.PROVEN if most.proven and least.proven else Proof.BEST_FOUND
    bound = least.value if least.proven else max(0, least.bound)
    if not (most.proven and least.proven):
        return model.choice(proof, bound)
    model.model.add(model.price == least.value)
    try:
        for aim in (model.price_2, model.count):
            found = model.run(least=aim)
            if not found.proven:
                return model.choice(proof, bound)
            model.model.add(aim == found.value)
        for rank in sorted(model.surer)[:-1]:
            _surest(model, rank)
        _first(model)
    except WorkRanOutError:
        pass
    return model.choice(proof, bound)


def _surest(model: _Model, rank: int) -> None:
    """Ask for as many items as can be that are closed in a way of this rank or a surer one."""
    ways: dict[int, list[cp_model.LinearExprT]] = {}
    for surer, by_item in model.surer.items():
        if surer <= rank:
            for item, by in by_item.items():
                ways.setdefault(item, []).extend(by)
    sure = {item: model.model.new_bool_var("") for item in ways}
    for item, by in ways.items():
        model.model.add(cp_model.LinearExpr.sum(by) >= sure[item])
    total = cp_model.LinearExpr.weighted_sum(list(sure.values()), [model.weight[item] for item in sure])
    found = model.run(most=total)
    if not found.proven:
        raise WorkRanOutError
    model.model.add(total >= found.value)


def _first(model: _Model) -> None:
    """Of the choices left, the one whose first move comes first; of these, whose second does, and so on."""
    assert model.hint is not None
    settled: list[int] = []
    while True:
        done = [number for number, times in zip(model.done, model.hint, strict=True) if times]
        later = [number for number in model.done if number not in settled]
        if len(done) <= len(settled):
            return
        before = [number for number in later if number < done[len(settled)]]
        if before:
            pick = {number: model.model.new_bool_var("") for number in [*before, done[len(settled)]]}
            for number, picked in pick.items():
                model.model.add(model.done[number] >= 1).only_enforce_if(picked)
            model.model.add_exactly_one(list(pick.values()))
            place = cp_model.LinearExpr.weighted_sum(list(pick.values()), list(pick))
            found = model.run(least=place)
            if not found.proven:
                raise WorkRanOutError
            first = found.value
        else:
            first = done[len(settled)]
        times = 1
        if model.cover.moves[first].copies > 1:
            most = model.run(most=model.done[first] * 1)
            if not most.proven:
                raise WorkRanOutError
            times = most.value
        model.model.add(model.done[first] == times)
        for number in later:
            if number < first:
                model.model.add(model.done[number] == 0)
        settled.append(first)


GAINS: Final = 12
"""Most moves of which the gain is worked out one after another."""


def solve_all(cover: Cover, work: float = WORK) -> Covered:
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
    return Covered(best, second, curve, dropped, size, round(work - meter.left, 6))
