"""What worker processes solve for designers' questions. It goes there and comes back as JSON: plain numbers alone."""

from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from queries.coverage.cover import Cover, Covered, solve_all
from queries.coverage.packing import Pack, Packed, pack_all

COVER: Final = TypeAdapter(Cover)
COVERED: Final = TypeAdapter(Covered)
PACKS: Final = TypeAdapter(dict[str, Pack])
PACKED: Final = TypeAdapter(dict[str, Packed])


@dataclass(frozen=True, slots=True)
class ToSolve:
    """A cover to be solved or, with `packs`, what is packed of each award; as JSON."""

    packs: bool
    question: bytes


def solved(asked: ToSolve) -> bytes:
    """What was found, as JSON. It starts solvers. Raises `NoChoiceError` and `WorkRanOutError`."""
    if asked.packs:
        packs = PACKS.validate_json(asked.question)
        return PACKED.dump_json({award: pack_all(pack) for award, pack in packs.items()})
    return COVERED.dump_json(solve_all(COVER.validate_json(asked.question)))
