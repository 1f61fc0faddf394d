"""Questions as `cover` and `packing` are put them, and what they find: plain numbers, without a solver."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Move:
    """Something that can be done: it closes items, each in a way of some rank, 0 the surest.

    `name`: what it is, whoever does it; moves of one name are told apart by their group alone. `price` is what is
    asked about first, `price_2` second. `copies`: how often it can be done. `holds`: the most items that one copy
    closes; None: all of its items. `shut`: names of the locks that forbid it.
    """

    name: str
    group: str
    price: int
    price_2: int
    closes: Mapping[int, int]
    copies: int = 1
    holds: int | None = None
    shut: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Must:
    """A lock: at least one of these moves (by number) is done."""

    lock: str
    moves: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """A lock: the amounts of the moves that are done, by number, add up to at most `most`."""

    lock: str
    amounts: Mapping[int, int]
    most: int


@dataclass(frozen=True, slots=True)
class Cover:
    """A question: moves in the order of preference, items 0 to `items` - 1, and locks."""

    items: int
    moves: tuple[Move, ...]
    musts: tuple[Must, ...] = ()
    caps: tuple[Cap, ...] = ()

    @property
    def locks(self) -> tuple[str, ...]:
        """The names of all locks, in the order of the alphabet."""
        shut = {name for move in self.moves for name in move.shut}
        return tuple(sorted(shut | {must.lock for must in self.musts} | {cap.lock for cap in self.caps}))

    def without(self, locks: Collection[str]) -> "Cover":
        """The same question with some locks dropped. Moves keep their numbers."""
        return replace(
            self,
            moves=tuple(replace(move, shut=move.shut.difference(locks)) for move in self.moves),
            musts=tuple(one for one in self.musts if one.lock not in locks),
            caps=tuple(one for one in self.caps if one.lock not in locks),
        )


class Proof(StrEnum):
    """How sure an answer is."""

    PROVEN = "proven"
    """Nothing better exists."""
    BEST_FOUND = "best-found"
    """The work ran out: it can be done, and how much better it could be at most is said."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Moves that are done, by number, with how often, and what they close.

    `closed`: by item, the number of the move that closes it in the surest way, and its rank. `price` and `price_2` are
    sums. `bound`: no choice that closes as much has a lower price; the same as `price` when it is proven.
    """

    done: tuple[tuple[int, int], ...]
    closed: Mapping[int, tuple[int, int]]
    price: int
    price_2: int
    proof: Proof
    bound: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """What can be had without one lock: so many more items closed, or as many for so much less (and if more items are
    closed, how much less, or more when negative). None: the work ran out first."""

    lock: str
    more_closed: int | None
    saved: int | None


@dataclass(frozen=True, slots=True)
class Covered:
    """Everything that is worked out of one question. `size`: moves, items, and pairs of a move and what it closes.

    `work`: what it took, in gates (`queries.highs`).
    """

    best: Choice
    runner_up: Choice | None
    gains: tuple[tuple[int, Choice], ...]
    dropped: tuple[Dropped, ...]
    size: tuple[int, int, int]
    work: int


@dataclass(frozen=True, slots=True)
class Kind:
    """Units that are alike: credits of each, how many there are, and the items that each closes with their ranks."""

    credits: int
    copies: int
    closes: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Pack:
    """A question: items 0 to `items` - 1, kinds of units, and the least credits that are to be made up."""

    items: int
    kinds: tuple[Kind, ...]
    floor: int


@dataclass(frozen=True, slots=True)
class Way:
    """How many of each kind are taken, by its number; `closed`: rank by item; `sets`: sets of units that it is."""

    taken: tuple[tuple[int, int], ...]
    closed: Mapping[int, int]
    sets: int


@dataclass(frozen=True, slots=True)
class Level:
    """All ways with so many credits that close so many items, surest first. `more`: not all are listed."""

    credits: int
    closed: int
    ways: tuple[Way, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Packed:
    """What can be had for the credits: each level closes more than the one before, the first has the fewest credits.

    `runner_up`: the next best after the first level. `proven` False: the work ran out, and what is told is only a part.
    """

    front: tuple[Level, ...]
    runner_up: Level | None
    proven: bool
