"""The fewest credits at or above a floor that units of one award make up, and the most of a gap for them, exactly.

Plain numbers. Units that are alike (same credits, closing the same items in the same ways) are one *kind* of so many
copies, so that a choice says how many of each kind. A choice closes an item when it has any unit that does. Choices are
compared by credits, fewer first, and among equals by items closed, more first. CP-SAT solves it, since every choice
that is as good is told and it lists them all; on one thread, fixed seed, within so much work as it counts itself.
"""

from math import comb
from typing import Final

from ortools.sat.python import cp_model

from queries.coverage.faults import WorkRanOutError
from queries.coverage.posed import Level, Pack, Packed, Way

WORK: Final = 20.0
"""Deterministic seconds of the solver that all the work on one question may take."""

WAYS: Final = 200
"""Most ways that are listed of one value; where there are more, it is said."""


class _Packing:
    """A question and how much work is left for it, in deterministic seconds of the solver."""

    def __init__(self, pack: Pack, work: float) -> None:
        self.pack, self.left = pack, work

    def model(self) -> tuple[cp_model.CpModel, list[cp_model.IntVar], cp_model.LinearExprT, cp_model.LinearExprT]:
        """A model with how many are taken of each kind, the credits, and the items closed."""
        model = cp_model.CpModel()
        taken = [model.new_int_var(0, kind.copies, "") for kind in self.pack.kinds]
        closed = []
        for item in range(self.pack.items):
            by = [(one, kind.copies) for one, kind in zip(taken, self.pack.kinds, strict=True) if item in kind.closes]
            if by:
                closed.append(model.new_bool_var(""))
                model.add(cp_model.LinearExpr.sum([one for one, _ in by]) >= closed[-1])
                for one, copies in by:
                    model.add(one <= copies * closed[-1])
        credits = cp_model.LinearExpr.weighted_sum(taken, [kind.credits for kind in self.pack.kinds])
        return model, taken, credits, cp_model.LinearExpr.sum(closed)

    def best(self, *, least: int, closed_from: int, credits: int | None = None, closed_to: int | None = None) -> (
        tuple[int, int] | None
    ):  # fmt: skip
        """The fewest credits, and the most items closed for them, within bounds; None: nothing is within them."""
        model, _, total, closed = self.model()
        model.add(total >= least)
        model.add(closed >= closed_from)
        if credits is not None:
            model.add(total == credits)
        if closed_to is not None:
            model.add(closed <= closed_to)
        model.minimize(total)
        fewest = self.run(model)
        if fewest is None:
            return None
        model.add(total == fewest)
        model.maximize(closed)
        most = self.run(model)
        assert most is not None
        return fewest, most

    def solver(self) -> cp_model.CpSolver:
        """A solver on one thread that stops when the work is over."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 7
        solver.parameters.max_deterministic_time = max(self.left, 0.01)
        return solver

    def run(self, model: cp_model.CpModel) -> int | None:
        """The best value; None: there is none. Raises `WorkRanOutError`."""
        solver = self.solver()
        status = solver.solve(model)
        self.left -= solver.deterministic_time
        if status == cp_model.INFEASIBLE:
            return None
        if status != cp_model.OPTIMAL:
            raise WorkRanOutError("the solver's work ran out before all bundles were weighed")
        return round(solver.objective_value)

    def level(self, credits: int, closed: int) -> Level:
        """Every way of one value."""
        model, taken, total, done = self.model()
        model.add(total == credits)
        model.add(done == closed)
        found = _Found(taken)
        solver = self.solver()
        solver.parameters.enumerate_all_solutions = True
        status = solver.solve(model, found)
        self.left -= solver.deterministic_time
        more = status != cp_model.OPTIMAL
        return Level(credits, closed, tuple(sorted(map(self.way, found.all[:WAYS]), key=_surest_first)), more)

    def way(self, taken: tuple[int, ...]) -> Way:
        """A choice as it is told."""
        closed: dict[int, int] = {}
        sets = 1
        for kind, times in zip(self.pack.kinds, taken, strict=True):
            sets *= comb(kind.copies, times)
            for item, rank in kind.closes.items() if times else ():
                closed[item] = min(rank, closed.get(item, rank))
        return Way(tuple((n, times) for n, times in enumerate(taken) if times), dict(sorted(closed.items())), sets)


class _Found(cp_model.CpSolverSolutionCallback):
    """Collects choices, and stops when there are more than are listed."""

    def __init__(self, taken: list[cp_model.IntVar]) -> None:
        super().__init__()
        self._taken = taken
        self.all: list[tuple[int, ...]] = []

    def on_solution_callback(self) -> None:
        """One more choice."""
        self.all.append(tuple(self.value(one) for one in self._taken))
        if len(self.all) > WAYS:
            self.stop_search()


def _surest_first(way: Way) -> tuple[list[int], int, tuple[tuple[int, int], ...]]:
    return sorted(way.closed.values()), sum(times for _, times in way.taken), way.taken


def pack_all(pack: Pack, work: float = WORK) -> Packed:
    """The front of credits and items closed, with all ways of each level, and the runner-up to its first."""
    packing = _Packing(pack, work)
    front = list[Level]()
    second: Level | None = None
    try:
        least, closed = pack.floor, 1
        while (value := packing.best(least=least, closed_from=closed)) is not None:
            front.append(packing.level(*value))
            least, closed = value[0], value[1] + 1
        if front:
            first = front[0]
            next_best = packing.best(
                least=first.credits, closed_from=1, credits=first.credits, closed_to=first.closed - 1
            ) or packing.best(least=first.credits + 1, closed_from=1)
            second = None if next_best is None else packing.level(*next_best)
    except WorkRanOutError:
        return Packed(tuple(front), second, proven=False)
    return Packed(tuple(front), second, proven=True)
