"""Legal choices and what they cover, against brute force over every set of units, and a judge of its own."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations

import pytest

from queries.coverage import tally as counting
from queries.coverage.legal import Choices, NotFinishedError, Tally, choices
from queries.coverage.tally import tally

Rule = Callable[[Sequence[int]], bool]


def a_rule(rng: random.Random, caps: list[int], depth: int = 0) -> Rule:
    """A monotone rule over sums: at least so much of a condition, and all, any, or at least so many of others."""
    if depth == 2 or (depth and rng.random() < 0.5):
        number = rng.randrange(len(caps))
        need = rng.randint(1, caps[number])
        return lambda sums: sums[number] >= need
    parts = [a_rule(rng, caps, depth + 1) for _ in range(rng.randint(1, 3))]
    least = rng.choice([1, len(parts), rng.randint(1, len(parts))])
    return lambda sums: sum(part(sums) for part in parts) >= least


def brute(
    adds: list[tuple[int, ...]], rule: Rule, covers: list[frozenset[int]]
) -> list[tuple[frozenset[int], frozenset[int]]]:
    """Every legal choice with what it covers, by looking at every set of units."""
    width = len(adds[0])

    def holds(units: frozenset[int]) -> bool:
        return rule([sum(adds[unit][n] for unit in units) for n in range(width)])

    every = (frozenset(some) for size in range(len(adds) + 1) for some in combinations(range(len(adds)), size))
    found = (some for some in every if holds(some) and not any(holds(some - {unit}) for unit in some))
    return [(some, frozenset().union(*(covers[unit] for unit in some))) for some in found]


def a_case(seed: int) -> tuple[list[tuple[int, ...]], list[int], Rule, list[frozenset[int]], int]:
    rng = random.Random(seed)
    units, width, items = rng.randint(1, 11), rng.randint(1, 4), rng.randint(1, 9)
    sizes = [rng.choice([0, 0, 5, 10, 15]) for _ in range(3)] + [15]
    adds = [tuple(rng.choice(sizes) for _ in range(width)) for _ in range(units)]
    caps = [rng.choice([1, 15, 30, 45]) for _ in range(width)]
    covers = [frozenset(rng.sample(range(items), rng.randint(0, min(4, items)))) for _ in range(units)]
    return adds, caps, a_rule(rng, caps), covers, items


def judged(units: tuple[int, ...], every: list[tuple[frozenset[int], frozenset[int]]], number: int) -> None:
    """A choice that is shown is legal and covers just as many as it says."""
    ((_, covered),) = [one for one in every if one[0] == frozenset(units)]
    assert len(covered) == number


def ways(monkeypatch: pytest.MonkeyPatch, found: Choices, covers: list[frozenset[int]], items: int) -> list[Tally]:
    """The tally by inversion, by merging, and by the solver."""
    said = [tally(found, covers, items)]
    monkeypatch.setattr(counting, "_by_inversion", lambda *_: None)
    said.append(tally(found, covers, items))
    monkeypatch.setattr(counting, "_by_merging", lambda *_: None)
    return [*said, tally(found, covers, items)]


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_counts_ends_and_shares_are_those_of_brute_force(start: int) -> None:
    legal_cases = 0
    for seed in range(start, start + 50):
        adds, caps, rule, covers, items = a_case(seed)
        every = brute([tuple(map(min, one, caps)) for one in adds], rule, covers)
        found = choices(adds, caps, rule)
        assert found.total == len(every)
        if not every:
            continue
        legal_cases += 1
        assert found.always == frozenset.intersection(*(one for one, _ in every))
        assert found.ever == frozenset().union(*(one for one, _ in every))
        with pytest.MonkeyPatch.context() as patched:
            exact, merged, solved = ways(patched, found, covers, items)
        numbers = Counter(len(covered) for _, covered in every)
        for said in (exact, merged, solved):
            assert (said.total, said.least, said.most) == (len(every), min(numbers), max(numbers))
            assert said.avoided == tuple(sum(item not in covered for _, covered in every) for item in range(items))
            assert said.proven
            judged(said.least_units, every, said.least)
            judged(said.most_units, every, said.most)
        assert exact.by_number == merged.by_number == dict(numbers)
        assert solved.by_number == {}
    assert legal_cases > 25


def test_what_is_beyond_machine_integers_is_counted_exactly() -> None:
    """C(90, 45) is more than 2**62: the choices that miss the one item are C(89, 45), half of all."""
    found = choices([(1,)] * 90, [45], lambda sums: sums[0] >= 45)
    said = tally(found, [frozenset({0})] + [frozenset()] * 89, 1)
    assert said.total == 103827421287553411369671120
    assert said.by_number == {0: said.total // 2, 1: said.total // 2}


def test_choices_of_thirty_million_are_counted_and_their_ends_are_right() -> None:
    """64 units of a kind, 4 taken: each covers two of 12 in turn. The worst takes four that cover the same."""
    covers = [frozenset({unit % 12, (unit + 1) % 12}) for unit in range(64)]
    found = choices([(15,)] * 64, [60], lambda sums: sums[0] >= 60)
    said = tally(found, covers, 12)
    assert (said.total, said.least, said.most) == (635376, 2, 8)
    assert sum(said.by_number.values()) == said.total
    assert all(said.avoided)
    assert len({frozenset(covers[unit]) for unit in said.least_units}) == 1


def test_when_counting_takes_too_much_the_ends_are_still_found() -> None:
    rng = random.Random(7)
    covers = [frozenset(rng.sample(range(60), 4)) for _ in range(40)]
    found = choices([(15,)] * 40, [60], lambda sums: sums[0] >= 60)
    said = tally(found, covers, 60, steps=1000)
    assert said.by_number == {}
    assert said.total == 91390
    sizes = [len(frozenset().union(*(covers[unit] for unit in some))) for some in combinations(range(40), 4)]
    assert (said.least, said.most) == (min(sizes), max(sizes))


def test_too_many_sizes_are_refused() -> None:
    with pytest.raises(NotFinishedError, match="1,000 combinations"):
        choices([(1000 + number,) for number in range(30)], [15000], lambda sums: sums[0] >= 15000, nodes=1000)


def test_rules_that_no_units_meet_leave_no_choice() -> None:
    found = choices([(15,), (15,)], [45], lambda sums: sums[0] >= 45)
    assert (found.counts, found.total) == ((), 0)
