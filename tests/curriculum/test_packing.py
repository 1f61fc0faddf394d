"""Bundles as plain numbers, against trying every one."""

import random
from itertools import product
from math import comb

import pytest

from queries.coverage.packing import WAYS, pack_all
from queries.coverage.posed import Kind, Level, Pack


def random_pack(seed: int) -> Pack:
    dice = random.Random(seed)
    items = dice.randint(1, 4)
    kinds = tuple(
        Kind(
            dice.choice((5, 10, 15, 15, 20, 30)),
            dice.randint(1, 3),
            {item: dice.randint(0, 2) for item in range(items) if dice.random() < 0.4},
        )
        for _ in range(dice.randint(1, 5))
    )
    return Pack(items, kinds, dice.choice((10, 30, 30, 45)))


def every(pack: Pack) -> dict[tuple[int, int], dict[tuple[tuple[int, int], ...], int]]:
    """All choices at or above the floor that close something: by value, with the sets of units they stand for."""
    found: dict[tuple[int, int], dict[tuple[tuple[int, int], ...], int]] = {}
    for taken in product(*(range(kind.copies + 1) for kind in pack.kinds)):
        credits = sum(kind.credits * times for kind, times in zip(pack.kinds, taken, strict=True))
        closed = {item for kind, times in zip(pack.kinds, taken, strict=True) if times for item in kind.closes}
        if credits >= pack.floor and closed:
            sets = 1
            for kind, times in zip(pack.kinds, taken, strict=True):
                sets *= comb(kind.copies, times)
            way = tuple((n, times) for n, times in enumerate(taken) if times)
            found.setdefault((credits, -len(closed)), {})[way] = sets
    return found


def as_tried(level: Level) -> tuple[tuple[int, int], dict[tuple[tuple[int, int], ...], int]]:
    return (level.credits, -level.closed), {way.taken: way.sets for way in level.ways}


@pytest.mark.parametrize("seed", range(240))
def test_as_trying_every_bundle(seed: int) -> None:
    pack = random_pack(seed)
    tried, packed = every(pack), pack_all(pack)
    ranked = sorted(tried)
    front, most = [], 0
    for credits, minus in ranked:
        if -minus > most:
            front.append((credits, minus))
            most = -minus
    assert packed.proven
    assert [as_tried(level) for level in packed.front] == [(value, tried[value]) for value in front]
    if len(ranked) > 1:
        assert packed.runner_up is not None
        assert as_tried(packed.runner_up) == (ranked[1], tried[ranked[1]])
    else:
        assert packed.runner_up is None
    for level in (*packed.front, *([packed.runner_up] if packed.runner_up else [])):
        assert not level.more
        for way in level.ways:
            ranks = {
                item: min(pack.kinds[n].closes[item] for n, _ in way.taken if item in pack.kinds[n].closes)
                for item in way.closed
            }
            assert ranks == way.closed


def test_more_ways_than_are_listed_are_told_of() -> None:
    kinds = (Kind(15, 1, {0: 0}), *(Kind(1, 1, {}) for _ in range(20)))
    level = pack_all(Pack(1, kinds, 25)).front[0]
    assert (level.credits, level.more, len(level.ways)) == (25, True, WAYS)


def test_without_work_it_is_not_proven() -> None:
    dice = random.Random(3)
    kinds = tuple(
        Kind(dice.randint(10, 99), 1, {item: 0 for item in range(60) if dice.random() < 0.1}) for _ in range(120)
    )
    assert not pack_all(Pack(60, kinds, 1_234), work=0.001).proven
