"""The least-price choice of contents that hits every landmark known: a 0/1 programme solved by HiGHS.

Davies & Bacchus (2011), "Solving MAXSAT by solving a sequence of simpler SAT instances" (implicit hitting sets).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import highspy
import numpy as np

from queries.pathways.engine.kernel import Gates, Ints


def quiet_highs() -> highspy.Highs:
    """HiGHS on one thread, silent, asked for exact optima."""
    highs = highspy.Highs()
    for option, setting in (
        ("output_flag", False),
        ("log_to_console", False),
        ("threads", 1),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.5),
        ("mip_feasibility_tolerance", 1e-9),
        ("primal_feasibility_tolerance", 1e-9),
        ("dual_feasibility_tolerance", 1e-9),
    ):
        highs.setOptionValue(option, setting)
    return highs


class HittingSet:
    """Contents with whole prices, landmarks to hit, and caps: amounts and the most they may sum to."""

    def __init__(self, price: Ints, caps: Sequence[tuple[Ints, int]] = ()) -> None:
        self.price = price
        self.caps = caps
        self.cuts: list[Gates] = []
        self.iterations = 0
        """Of the simplex method, in the last solve."""

    def require(self, start: Gates, member: Gates) -> None:
        """Ask for at least one content of each landmark (rows)."""
        self.cuts += [member[one:two] for one, two in pairwise(start.tolist())]

    def solve(self, nodes: int) -> tuple[Gates, int] | None:
        """The choice found and a proved bound on the price of any, or None when there is none.

        The bound is the price of the choice when it was solved to the end within so many branch-and-bound nodes.
        """
        if not self.cuts:
            return np.zeros(0, np.int32), 0
        contents, members = np.unique(np.concatenate(self.cuts), return_inverse=True)
        starts = np.cumsum([0, *(len(cut) for cut in self.cuts)]).astype(np.int32)
        price, size = self.price[contents], len(contents)
        highs = quiet_highs()
        highs.setOptionValue("mip_max_nodes", nodes)
        columns = np.arange(size, dtype=np.int32)
        highs.addVars(size, np.zeros(size), np.ones(size))
        highs.changeColsCost(size, columns, price.astype(np.float64))
        highs.changeColsIntegrality(size, columns, np.full(size, int(highspy.HighsVarType.kInteger), np.uint8))
        rows, wires = len(self.cuts), len(members)
        highs.addRows(
            rows,
            np.ones(rows),
            np.full(rows, highspy.kHighsInf),
            wires,
            starts[:-1],
            members.astype(np.int32),
            np.ones(wires),
        )
        for amounts, most in self.caps:
            counted = np.flatnonzero(amounts[contents]).astype(np.int32)
            values = amounts[contents[counted]].astype(np.float64)
            highs.addRow(-highspy.kHighsInf, most, len(counted), counted, values)
        highs.run()
        info, status = highs.getInfo(), highs.getModelStatus()
        self.iterations = max(0, info.simplex_iteration_count)
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        chosen = np.flatnonzero(np.array(highs.getSolution().col_value) > 0.5)
        total = int(price[chosen].sum())
        if status == highspy.HighsModelStatus.kOptimal and abs(info.objective_function_value - total) < 0.5:
            return contents[chosen].astype(np.int32), total
        return contents[chosen].astype(np.int32), max(0, math.ceil(info.mip_dual_bound - 1e-6 * max(1, total)))
