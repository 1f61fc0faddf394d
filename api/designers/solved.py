"""What workers are to solve for designers' questions. It goes there and comes back as JSON: plain numbers alone."""

from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from queries.coverage.posed import Cover, Covered, Pack, Packed

COVER: Final = TypeAdapter(Cover)
COVERED: Final = TypeAdapter(Covered)
PACKS: Final = TypeAdapter(dict[str, Pack])
PACKED: Final = TypeAdapter(dict[str, Packed])


@dataclass(frozen=True, slots=True)
class ToSolve:
    """A cover to be solved or, with `packs`, what is packed of each award; as JSON."""

    packs: bool
    question: bytes
