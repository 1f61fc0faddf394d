"""What worker processes solve and count for designers' questions. Only they, and the console, load this module."""

from api.designers.counted import TALLIES, TO_COUNT, Counting
from api.designers.solved import COVER, COVERED, PACKED, PACKS, ToSolve
from queries.coverage.cover import solve_all
from queries.coverage.packing import pack_all
from queries.coverage.tally import counted


def solved(asked: ToSolve) -> bytes:
    """What was found, as JSON. It starts solvers. Raises `NoChoiceError` and `WorkRanOutError`."""
    if asked.packs:
        packs = PACKS.validate_json(asked.question)
        return PACKED.dump_json({award: pack_all(pack) for award, pack in packs.items()})
    return COVERED.dump_json(solve_all(COVER.validate_json(asked.question)))


def count(asked: Counting) -> bytes:
    """What was counted, as JSON."""
    return TALLIES.dump_json(tuple(counted(one) for one in TO_COUNT.validate_json(asked.question)))
