"""Quick plans and quick bounds for sums over the steps: h_add plans and LM-cut.

* Bonet & Geffner (2001), "Planning as heuristic search" (h_max, h_add);
* Helmert & Domshlak (2009), "Landmarks, critical paths and abstractions" (LM-cut).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from queries.pathways.engine import kernel
from queries.pathways.engine.circuit import Circuit
from queries.pathways.engine.kernel import NEVER

WIDE_BORDER = 64
"""Contents in a landmark from which on it is not worth the closures to make it minimal."""

Cut = tuple[int, ...]
"""A landmark as content gates of one circuit, in ascending order."""


def lm_cut(
    circuit: Circuit, price: Sequence[int], most: int | None = None
) -> tuple[list[tuple[Cut, int]], list[int], list[int]]:
    """Landmarks with weights that pack under the prices, what is left of each price, and h_max under what is left.

    Weights sum to a bound on the price of any pathway. See `kernel.lm_cut`.
    """
    left = np.array(price, np.int64)
    value, rank = kernel.settled(circuit.wires, left, False, -1, NEVER)
    limit = -1 if most is None else most
    starts, members, weights = kernel.lm_cut(circuit.wires, left, value, rank, limit, NEVER, WIDE_BORDER, 1)
    value, _ = kernel.settled(circuit.wires, left, False, -1, NEVER)
    cuts = [
        (tuple(members[start:end].tolist()), int(weight))
        for start, end, weight in zip(starts[:-1], starts[1:], weights, strict=True)
    ]
    return cuts, left.tolist(), value.tolist()
