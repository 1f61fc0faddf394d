"""What workers are to count for designers' questions. It goes there and comes back as JSON: plain numbers alone."""

from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from queries.coverage.choices import ToCount
from queries.coverage.legal import Tally

TO_COUNT: Final = TypeAdapter(tuple[ToCount, ...])
TALLIES: Final = TypeAdapter(tuple[Tally | None, ...])


@dataclass(frozen=True, slots=True)
class Counting:
    """Choices of which it is to be counted what they cover, as JSON."""

    question: bytes


def counting(asked: tuple[ToCount, ...]) -> Counting:
    """The task of a worker."""
    return Counting(TO_COUNT.dump_json(asked))
