"""The exact core of smallest change, against trying every choice there is."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.coverage.cover import Meter, gains, runner_up, solve, without_each
from queries.coverage.faults import NoChoiceError
from queries.coverage.posed import Cap, Choice, Cover, Move, Must, Proof

CASES = 240


def random_cover(seed: int) -> Cover:
    """A small question with every kind of move and lock."""
    dice = random.Random(seed)
    items, moves = dice.randint(1, 5), []
    for number in range(dice.randint(1, 6)):
        closes = {item: dice.randint(0, 2) for item in range(items) if dice.random() < 0.45}
        holds = dice.choice((None, None, None, 1, 2))
        moves.append(
            Move(
                name=f"U{number % 4}" if holds is None else f"new {number}",
                group=f"P{number}",
                price=dice.choice((0, 1, 1, 2, 3)),
                price_2=dice.choice((0, 10, 20)),
                closes=closes,
                copies=1 if holds is None else dice.randint(1, 2),
                holds=holds,
                shut=frozenset(lock for lock in ("cannot-add", "too-low") if dice.random() < 0.12),
            )
        )
    numbers = range(len(moves))
    musts = [Must(f"must {n}", tuple(dice.sample(numbers, dice.randint(1, min(2, len(moves)))))) for n in range(2)]
    caps = [Cap(f"cap {n}", {m: dice.randint(0, 3) for m in numbers}, dice.randint(1, 5)) for n in range(2)]
    return Cover(
        items, tuple(moves), tuple(musts[: dice.choice((0, 0, 1, 2))]), tuple(caps[: dice.choice((0, 0, 1, 2))])
    )


def most_closed(cover: Cover, done: Mapping[int, int]) -> tuple[int, ...]:
    """How many items can be closed; of these in a way of rank 0, of 0 or 1, of 0 to 2; by trying every assignment."""
    holders = [number for number, times in done.items() for _ in range(times) if cover.moves[number].holds is not None]
    fixed = [number for number in done if cover.moves[number].holds is None]
    best: tuple[int, ...] = ()
    for held_by in product(
        *(([*{n for n in holders if item in cover.moves[n].closes}, None]) for item in range(cover.items))
    ):
        if any(held_by.count(n) > done[n] * (cover.moves[n].holds or 0) for n in set(holders)):
            continue
        closed = {item: number for item, number in enumerate(held_by) if number is not None}
        ranks: dict[int, int] = {}
        for item in range(cover.items):
            ways = [cover.moves[n].closes[item] for n in fixed if item in cover.moves[n].closes]
            ways += [cover.moves[closed[item]].closes[item]] if item in closed else []
            if ways:
                ranks[item] = min(ways)
        told = (len(ranks), *(sum(rank <= top for rank in ranks.values()) for top in (0, 1, 2)))
        best = max(best, told)
    return best


def every(cover: Cover) -> Iterator[tuple[tuple[int, ...], dict[int, int]]]:
    """Every choice that the locks allow, with what it is worth: smaller is better."""
    for times in product(*(range(0 if move.shut else move.copies, -1, -1) for move in cover.moves)):
        done = {number: count for number, count in enumerate(times) if count}
        if any(not any(number in done for number in must.moves) for must in cover.musts):
            continue
        if any(sum(cap.amounts.get(n, 0) * count for n, count in done.items()) > cap.most for cap in cover.caps):
            continue
        closed, *sure = most_closed(cover, done)
        moves = cover.moves
        price, price_2 = (
            sum(getattr(moves[n], one) * count for n, count in done.items()) for one in ("price", "price_2")
        )
        listed = tuple(n for n, count in done.items() for _ in range(count))
        yield (-closed, price, price_2, len(listed), *(-one for one in sure), *listed), done


def worth(cover: Cover, choice: Choice) -> tuple[int, int]:
    return len(choice.closed), choice.price


def check(cover: Cover, choice: Choice) -> None:
    """That a choice can be done, and that what it says of itself is so."""
    done = dict(choice.done)
    held: dict[int, int] = {}
    for item, (number, rank) in choice.closed.items():
        assert cover.moves[number].closes[item] == rank
        held[number] = held.get(number, 0) + 1
    for number, times in done.items():
        move = cover.moves[number]
        assert not move.shut and 1 <= times <= move.copies
        assert move.holds is None or held.get(number, 0) <= move.holds * times
    assert choice.price == sum(cover.moves[n].price * times for n, times in done.items())


@pytest.mark.parametrize("seed", range(CASES))
def test_nothing_better_exists(seed: int) -> None:
    cover = random_cover(seed)
    ranked = sorted(every(cover), key=lambda one: one[0])
    if not ranked:
        with pytest.raises(NoChoiceError) as caught:
            solve(cover, Meter())
        contradict(cover, caught.value.locks)
        return
    best = solve(cover, Meter())
    check(cover, best)
    assert (dict(best.done), best.proof, best.bound) == (ranked[0][1], Proof.PROVEN, best.price)
    assert worth(cover, best) == (-ranked[0][0][0], ranked[0][0][1])

    second = runner_up(cover, best, Meter())
    names = {cover.moves[n].name: 0 for n, _ in best.done if cover.moves[n].price}
    for n, times in best.done:
        if cover.moves[n].price:
            names[cover.moves[n].name] += times

    def leaves_out(done: dict[int, int]) -> bool:
        return any(
            sum(t for n, t in done.items() if cover.moves[n].name == name) < many for name, many in names.items()
        )

    others = [one for one in ranked if leaves_out(one[1])]
    assert (second is None) == (not others)
    if second is not None:
        check(cover, second)
        assert dict(second.done) == others[0][1]

    for count, choice in gains(cover, Meter(), 12):
        check(cover, choice)
        within = [one for one, done in ranked if sum(t for n, t in done.items() if cover.moves[n].price) <= count]
        assert worth(cover, choice) == (-min(within)[0], min(within)[1])


def contradict(cover: Cover, locks: tuple[str, ...]) -> None:
    """These alone cannot all be kept; and any of them can be when one is dropped."""
    assert locks
    kept = cover.without(set(cover.locks) - set(locks))
    assert not any(True for _ in every(kept))
    for one in locks:
        assert any(True for _ in every(kept.without((one,))))


@pytest.mark.parametrize("seed", range(CASES, CASES + 200))
def test_what_dropping_a_lock_brings(seed: int) -> None:
    cover = random_cover(seed)
    try:
        best = solve(cover, Meter())
    except NoChoiceError as error:
        contradict(cover, error.locks)
        return
    for one in without_each(cover, best, Meter()):
        free = min(every(cover.without((one.lock,))))[0]
        assert (one.more_closed, one.saved) == (-free[0] - len(best.closed), best.price - free[1])


def test_a_gain_curve_rises_to_what_the_whole_closes_and_falls_in_steps() -> None:
    """Three units; the best two together are not the best one and the next: greedy would take A first."""
    cover = Cover(6, (move("A", 0, 1, 2, 3), move("B", 0, 1, 4), move("C", 2, 3, 5)))
    assert [(count, len(one.closed), sorted(n for n, _ in one.done)) for count, one in gains(cover, Meter(), 12)] == [
        (0, 0, []),
        (1, 4, [0]),
        (2, 6, [1, 2]),
    ]


def move(name: str, *closes: int, price: int = 1) -> Move:
    return Move(name, "P", price, 15, dict.fromkeys(closes, 0))


def test_the_surer_of_two_that_cost_the_same_then_the_first() -> None:
    unsure, sure = Move("A", "P", 1, 15, {0: 2}), Move("B", "P", 1, 15, {0: 1})
    assert solve(Cover(1, (unsure, sure)), Meter()).done == ((1, 1),)
    assert solve(Cover(1, (sure, sure)), Meter()).done == ((0, 1),)


def test_a_new_unit_holds_no_more_than_it_can() -> None:
    new = Move("new unit of 15 credits", "P", 1, 15, dict.fromkeys(range(5), 9), copies=4, holds=2)
    best = solve(Cover(5, (new,)), Meter())
    assert (best.done, len(best.closed)) == (((0, 3),), 5)


def test_without_work_an_answer_says_that_it_is_not_proven_or_that_there_is_none() -> None:
    dice = random.Random(1)
    moves = tuple(
        move(f"U{n}", *(i for i in range(120) if dice.random() < 0.05), price=dice.randint(10, 20)) for n in range(150)
    )
    found = solve(Cover(120, moves), Meter(50_000))
    assert found.proof is Proof.BEST_FOUND
    assert found.bound < found.price


SMALL = st.integers(0, 10_000).map(random_cover)


@settings(max_examples=60)
@given(SMALL, st.sets(st.integers(0, 4), min_size=1), st.integers(0, 3))
def test_one_more_candidate_never_costs_more(cover: Cover, closes: set[int], price: int) -> None:
    more = Move("one more", "P", price, 1, {item: 1 for item in closes if item < cover.items})
    plain = solved(cover)
    richer = solved(Cover(cover.items, (*cover.moves, more), cover.musts, cover.caps))
    if plain is not None:
        assert richer is not None
        assert (-len(richer.closed), richer.price) <= (-len(plain.closed), plain.price)


@settings(max_examples=60)
@given(SMALL, st.integers(0, 5), st.integers(1, 4))
def test_one_more_lock_never_costs_less(cover: Cover, number: int, most: int) -> None:
    locked = Cover(cover.items, cover.moves, cover.musts, (*cover.caps, Cap("more", {number: 1, 0: 2}, most)))
    plain, tighter = solved(cover), solved(locked)
    if tighter is not None:
        assert plain is not None
        assert (-len(plain.closed), plain.price) <= (-len(tighter.closed), tighter.price)


@settings(max_examples=60)
@given(SMALL)
def test_closing_more_never_costs_less(cover: Cover) -> None:
    """The gap less its last item, when all of both can be closed."""
    last = cover.items - 1
    moves = tuple(replace(one, closes={i: rank for i, rank in one.closes.items() if i < last}) for one in cover.moves)
    fewer = Cover(last, moves, cover.musts, cover.caps)
    whole, part = solved(cover), solved(fewer)
    if whole is not None and part is not None and len(whole.closed) == cover.items:
        assert len(part.closed) == fewer.items
        assert part.price <= whole.price


def solved(cover: Cover) -> Choice | None:
    try:
        return solve(cover, Meter())
    except NoChoiceError:
        return None
