"""The inner loops over threshold gates, compiled to machine code by numba.

Everything is plain arrays. A circuit is `Wires`: gates with a threshold and their wires both ways in compressed sparse
rows. The first `contents` gates are the contents, the only ones with a price and the only ones that wait for
permission; each has at most one input, its entry. Prices and values are int64; a price of `NEVER` bars a content.

All kernels live in this one module, because numba's cache of compiled code is renewed when *this file* changes and
knows nothing of others. Compiling takes tens of seconds once; `warm` does it ahead of the first question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

Ints = NDArray[np.int64]
Gates = NDArray[np.int32]
Flags = NDArray[np.bool_]

NEVER = 1 << 60
"""The value of a gate that cannot become true, and the price of a content that may not be used."""

_MOST = 1 << 59
"""Sums of values stop growing here, still below NEVER."""

ANY, ALL, SOME = 0, 1, 2
"""Kinds of gate: one input is enough; every input is needed; it depends on the weights."""


class Wires(NamedTuple):
    """Threshold gates, wires both ways.

    Inputs of gate g: `in_gate[in_start[g]:in_start[g + 1]]` with `in_weight` beside; outputs likewise. `kind` is ANY,
    ALL or SOME. `goal` is a gate, `contents` how many of the gates are contents.
    """

    contents: int
    goal: int
    threshold: Ints
    kind: NDArray[np.int8]
    in_start: Gates
    in_gate: Gates
    in_weight: Ints
    out_start: Gates
    out_gate: Gates
    out_weight: Ints


def _compiled(function: Kernel) -> Kernel:
    """The function in machine code, kept on disc where it can be: beside this file, or in the user's cache."""
    try:
        machine = numba.njit(cache=True)(function)
    except RuntimeError:  # there is no place to keep it
        machine = numba.njit(function)
    return cast(Kernel, machine)


@_compiled
def rows(gates: int, owner: Gates, gate: Gates, weight: Ints) -> tuple[Gates, Gates, Ints]:
    """Compressed sparse rows from wires in any order: row `owner[i]` gets `gate[i]` with `weight[i]`."""
    start = np.zeros(gates + 1, np.int32)
    for wire in range(len(gate)):
        start[owner[wire] + 1] += 1
    for row in range(gates):
        start[row + 1] += start[row]
    free = start[:-1].copy()
    ends, weights = np.empty_like(gate), np.empty_like(weight)
    for wire in range(len(gate)):
        place = free[owner[wire]]
        ends[place], weights[place] = gate[wire], weight[wire]
        free[owner[wire]] += 1
    return start, ends, weights


@_compiled
def transposed(start: Gates, gate: Gates, weight: Ints) -> tuple[Gates, Gates, Ints]:
    """The rows seen from the other end."""
    owner = np.empty_like(gate)
    for row in range(len(start) - 1):
        owner[start[row] : start[row + 1]] = row
    return rows(len(start) - 1, gate, owner, weight)


@_compiled
def extended(
    start: Gates, gate: Gates, weight: Ints, more_start: Gates, more_gate: Gates, more_weight: Ints
) -> tuple[Gates, Gates, Ints]:
    """Output rows with those of further gates, whose input rows are given, added to them."""
    old, new = len(start) - 1, len(more_start) - 1
    grown = np.zeros(old + new + 1, np.int32)
    for source in more_gate:
        grown[source + 1] += 1
    for row in range(old + new):
        grown[row + 1] += grown[row] + (start[row + 1] - start[row] if row < old else 0)
    gates, weights = np.empty(grown[-1], np.int32), np.empty(grown[-1], np.int64)
    free = grown[:-1].copy()
    for row in range(old):
        for wire in range(start[row], start[row + 1]):
            gates[free[row]], weights[free[row]] = gate[wire], weight[wire]
            free[row] += 1
    for row in range(new):
        for wire in range(more_start[row], more_start[row + 1]):
            place = free[more_gate[wire]]
            gates[place], weights[place] = old + row, more_weight[wire]
            free[more_gate[wire]] += 1
    return grown, gates, weights


@_compiled
def kinds(threshold: Ints, start: Gates, weight: Ints) -> NDArray[np.int8]:
    """What it takes of its inputs to make each gate true."""
    kind = np.empty(len(threshold), np.int8)
    for gate in range(len(threshold)):
        total, least = 0, NEVER
        for wire in range(start[gate], start[gate + 1]):
            total += weight[wire]
            least = min(least, weight[wire])
        if least >= threshold[gate]:
            kind[gate] = ANY
        else:
            kind[gate] = ALL if total - least < threshold[gate] <= total else SOME
    return kind


# Closure


@_compiled
def begin(w: Wires, allowed: Flags, missing: Ints, true: Flags, order: Gates, ready: Gates, size: Ints) -> None:
    """Start a closure: what holds without any input. `size` counts gates in `order`, in `ready`, and spread so far."""
    size[:] = 0
    true[:] = False
    for gate in range(len(w.threshold)):
        missing[gate] = w.threshold[gate]
        if missing[gate] <= 0:
            _reached(w, gate, allowed, true, order, ready, size)


@_compiled
def _reached(w: Wires, gate: int, allowed: Flags, true: Flags, order: Gates, ready: Gates, size: Ints) -> None:
    if gate < w.contents:
        ready[size[1]] = gate
        size[1] += 1
        if not allowed[gate]:
            return
    if not true[gate]:
        true[gate] = True
        order[size[0]] = gate
        size[0] += 1


@_compiled
def spread(
    w: Wires, allowed: Flags, missing: Ints, true: Flags, order: Gates, ready: Gates, size: Ints, stop: bool
) -> bool:
    """Draw every consequence (or, with `stop`, until the goal holds); says whether the goal holds."""
    held, entered, done = size[0], size[1], size[2]
    while done < held and not (stop and true[w.goal]):
        gate = order[done]
        done += 1
        for wire in range(w.out_start[gate], w.out_start[gate + 1]):
            target = w.out_gate[wire]
            left = missing[target]
            missing[target] = left - w.out_weight[wire]
            if left > 0 and missing[target] <= 0:
                if target < w.contents:
                    ready[entered] = target
                    entered += 1
                    if not allowed[target]:
                        continue
                if not true[target]:
                    true[target] = True
                    order[held] = target
                    held += 1
    size[0], size[1], size[2] = held, entered, done
    return bool(true[w.goal])


@_compiled
def allow(
    w: Wires, content: int, allowed: Flags, missing: Ints, true: Flags, order: Gates, ready: Gates, size: Ints
) -> None:
    """Allow a content too; follow it by `spread`."""
    allowed[content] = True
    if missing[content] <= 0 and not true[content]:
        true[content] = True
        order[size[0]] = content
        size[0] += 1


@_compiled
def rewind(w: Wires, missing: Ints, true: Flags, order: Gates, size: Ints, held: int, ready: int) -> None:
    """Take back every gate after the first `held` that became true."""
    for position in range(size[0] - 1, held - 1, -1):
        gate = order[position]
        true[gate] = False
        if position < size[2]:
            for wire in range(w.out_start[gate], w.out_start[gate + 1]):
                missing[w.out_gate[wire]] += w.out_weight[wire]
    size[0], size[1], size[2] = held, ready, min(size[2], held)


@_compiled
def closed(w: Wires, allowed: Flags) -> tuple[bool, Flags, Gates]:
    """Whether the goal holds, what holds, and in which order it came to hold, when some contents are allowed."""
    gates = len(w.threshold)
    missing, true, order = w.threshold.copy(), np.zeros(gates, np.bool_), np.empty(gates, np.int32)
    held, done = 0, 0
    for gate in range(gates):
        if missing[gate] <= 0 and (gate >= w.contents or allowed[gate]):
            true[gate] = True
            order[held] = gate
            held += 1
    while done < held:
        gate = order[done]
        done += 1
        for wire in range(w.out_start[gate], w.out_start[gate + 1]):
            target = w.out_gate[wire]
            left = missing[target]
            if left > 0:
                missing[target] = left - w.out_weight[wire]
                if missing[target] <= 0 and (target >= w.contents or allowed[target]):
                    true[target] = True
                    order[held] = target
                    held += 1
    return bool(true[w.goal]), true, order[:held]


# Values: Dijkstra with gates


@_compiled
def _push(keys: Ints, gates: Gates, size: int, key: int, gate: int) -> int:
    """Add to a binary heap, least (key, gate) first, of which so many places are in use; how many are then."""
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if keys[above] < key or (keys[above] == key and gates[above] <= gate):
            break
        keys[place], gates[place] = keys[above], gates[above]
        place = above
    keys[place], gates[place] = key, gate
    return size + 1


@_compiled
def _pop(keys: Ints, gates: Gates, size: int) -> int:
    """Drop the first of a heap (see `_push`); how many places are then in use."""
    size -= 1
    key, gate = keys[size], gates[size]
    place, below = 0, 1
    while below < size:
        other = below + 1
        if other < size and (keys[other] < keys[below] or (keys[other] == keys[below] and gates[other] < gates[below])):
            below = other
        if key < keys[below] or (key == keys[below] and gate <= gates[below]):
            break
        keys[place], gates[place] = keys[below], gates[below]
        place = below
        below = 2 * place + 1
    keys[place], gates[place] = key, gate
    return size


@_compiled
def _bits(number: int) -> int:
    """How many binary digits a number has (0: none)."""
    bits = 0
    for step in (32, 16, 8, 4, 2, 1):
        if number >> step:
            number >>= step
            bits += step
    return bits + (number > 0)


@_compiled
def settled(w: Wires, price: Ints, summed: bool, target: int, most: int) -> tuple[Ints, Gates]:
    """The least value at which each gate can hold, and the order in which they were settled (-1: never).

    A gate holds at the weighted order statistic of its inputs (h_max), or with `summed` at the sum over the inputs
    settled first that suffice (h_add): Bonet & Geffner (2001), "Planning as heuristic search"; Knuth (1977), "A
    generalization of Dijkstra's algorithm". Stops when gate `target` is settled (-1: none), and at values of `most`,
    which count as NEVER. What waits is in a radix heap: Ahuja, Mehlhorn, Orlin & Tarjan (1990), "Faster algorithms for
    the shortest path problem".
    """
    gates = len(w.threshold)
    missing = w.threshold.copy()
    value = np.full(gates, NEVER, np.int64)
    rank = np.full(gates, -1, np.int32)
    gathered = np.zeros(gates if summed else 0, np.int64)
    same = np.empty(gates, np.int32)
    bucket, behind = np.full(64, -1, np.int32), np.empty(gates, np.int32)
    for gate in range(gates):
        if missing[gate] <= 0:
            when = price[gate] if gate < w.contents else 0
            if when < most:
                value[gate] = when
                place = _bits(when)
                behind[gate], bucket[place] = bucket[place], gate
    now, count = 0, 0
    while True:
        if bucket[0] < 0:
            full = 1
            while full < 64 and bucket[full] < 0:
                full += 1
            if full == 64:
                break
            first = bucket[full]
            now, gate = value[first], behind[first]
            while gate >= 0:
                now = min(now, value[gate])
                gate = behind[gate]
            bucket[full] = -1
            while first >= 0:
                gate, first = first, behind[first]
                place = _bits(value[gate] ^ now)
                behind[gate], bucket[place] = bucket[place], gate
        same[0], depth = bucket[0], 1
        bucket[0] = behind[bucket[0]]
        while depth:
            depth -= 1
            gate = same[depth]
            rank[gate] = count
            count += 1
            for wire in range(w.out_start[gate], w.out_start[gate + 1]):
                fed = w.out_gate[wire]
                left = missing[fed]
                if left <= 0:
                    continue
                left -= w.out_weight[wire]
                missing[fed] = left
                if summed:
                    gathered[fed] = min(_MOST, gathered[fed] + now)
                if left > 0:
                    continue
                when = gathered[fed] if summed else now
                if fed < w.contents:
                    when = NEVER if price[fed] >= NEVER else min(_MOST, when + price[fed])
                if when >= most:
                    continue
                value[fed] = when
                if when == now:
                    same[depth] = fed
                    depth += 1
                else:
                    place = _bits(when ^ now)
                    behind[fed], bucket[place] = bucket[place], fed
        if target >= 0 and rank[target] >= 0:
            break
    return value, rank


@_compiled
def supporters(w: Wires, rank: Gates, target: int) -> Gates:
    """The contents that made a gate true, in the order they were settled.

    Each gate leans only on inputs settled before it, the earliest that suffice, so nothing supports itself.
    """
    seen = np.zeros(len(w.threshold), np.bool_)
    seen[target] = True
    stack = [target]
    found = [np.int32(0) for _ in range(0)]
    while stack:
        gate = stack.pop()
        if gate < w.contents:
            found.append(np.int32(gate))
        if w.threshold[gate] <= 0:
            continue
        first, last = w.in_start[gate], w.in_start[gate + 1]
        if w.kind[gate] == ANY:
            best = -1
            for wire in range(first, last):
                place = rank[w.in_gate[wire]]
                if place >= 0 and (best < 0 or place < rank[best]):
                    best = w.in_gate[wire]
            if best >= 0 and not seen[best]:
                seen[best] = True
                stack.append(best)
            continue
        missing = w.threshold[gate]
        for place in np.argsort(rank[w.in_gate[first:last]], kind="mergesort"):
            source = w.in_gate[first + place]
            if missing <= 0:
                break
            if rank[source] < 0:
                continue
            missing -= w.in_weight[first + place]
            if not seen[source]:
                seen[source] = True
                stack.append(source)
    contents = np.array(found, np.int32)
    return contents[np.argsort(rank[contents], kind="mergesort")]


@_compiled
def tails(w: Wires, price: Ints, value: Ints, most: int) -> Ints:
    """The least price still to pay on a chain from each gate to the goal; NEVER when no chain leads there.

    Gates from which it is at least `most` together with their `value` count as having none.
    """
    gates = len(w.threshold)
    tail = np.full(gates, NEVER, np.int64)
    if value[w.goal] >= most:
        return tail
    tail[w.goal] = 0
    same = np.empty(gates, np.int32)
    keys, heap, size = np.empty(w.contents + 2, np.int64), np.empty(w.contents + 2, np.int32), 0
    size = _push(keys, heap, size, 0, w.goal)
    while size > 0:
        now, first = keys[0], heap[0]
        size = _pop(keys, heap, size)
        if now > tail[first]:
            continue
        same[0], depth = first, 1
        while depth:
            depth -= 1
            gate = same[depth]
            then = now
            if gate < w.contents:
                if price[gate] >= NEVER:
                    continue
                then += price[gate]
            for wire in range(w.in_start[gate], w.in_start[gate + 1]):
                source = w.in_gate[wire]
                if then < tail[source] and value[source] < most - then:
                    tail[source] = then
                    if then == now:
                        same[depth] = source
                        depth += 1
                    else:
                        size = _push(keys, heap, size, then, source)
    return tail


# A smaller circuit


@_compiled
def wanted(w: Wires, certain: Flags, within: Flags, milestone: int) -> Flags:
    """Gates that can help the goal, or the milestone (-1: none): back from them over what is neither certain nor out
    of reach.
    """
    found = np.zeros(len(w.threshold), np.bool_)
    unseen = within & ~certain
    found[w.goal], unseen[w.goal] = True, False
    stack = np.empty(len(w.threshold), np.int32)
    stack[0], depth = w.goal, 1
    if milestone >= 0 and not certain[milestone] and not found[milestone]:
        found[milestone], unseen[milestone] = True, False
        stack[1], depth = milestone, 2
    while depth:
        depth -= 1
        gate = stack[depth]
        for wire in range(w.in_start[gate], w.in_start[gate + 1]):
            source = w.in_gate[wire]
            if unseen[source]:
                unseen[source] = False
                found[source] = True
                stack[depth] = source
                depth += 1
    return found


@_compiled
def restricted(w: Wires, certain: Flags, within: Flags, milestone: int) -> tuple[Gates, int, Ints, Gates, Gates, Ints]:
    """The gates that matter: (kept gates, goal among them, thresholds, input rows).

    What is certain is folded into thresholds; what is out of reach or cannot help the goal is dropped; a free gate that
    only passes on another is that other; wires from the same gate are one, their weights added up to the threshold.
    """
    gates = len(w.threshold)
    matters = wanted(w, certain, within, milestone)
    threshold = w.threshold.copy()
    alias = np.arange(gates).astype(np.int32)
    for gate in range(gates):
        if not matters[gate]:
            continue
        live, only = 0, gate
        for wire in range(w.in_start[gate], w.in_start[gate + 1]):
            source = w.in_gate[wire]
            if certain[source]:
                threshold[gate] -= w.in_weight[wire]
            elif matters[source]:
                live += 1
                only = source
        if live == 1 and gate >= w.contents and gate not in (w.goal, milestone):
            alias[gate] = only
    number = np.full(gates, -1, np.int32)
    size, wires = 0, 0
    for gate in range(gates):
        if matters[gate] and alias[gate] == gate:
            number[gate] = size
            size += 1
            wires += w.in_start[gate + 1] - w.in_start[gate]
    for gate in range(gates):
        if alias[gate] != gate:
            source = alias[gate]
            while alias[source] != source:
                source = alias[source]
            alias[gate] = source
            number[gate] = number[source]
    kept = np.empty(size, np.int32)
    least = np.empty(size, np.int64)
    start = np.zeros(size + 1, np.int32)
    in_gate, in_weight = np.empty(wires, np.int32), np.empty(wires, np.int64)
    place = np.full(size, -1, np.int32)
    filled = 0
    for gate in range(gates):
        own = number[gate]
        if own < 0 or alias[gate] != gate:
            continue
        kept[own], least[own] = gate, threshold[gate]
        row = filled
        for wire in range(w.in_start[gate], w.in_start[gate + 1]):
            source = number[w.in_gate[wire]]
            if source < 0 or source == own:
                continue
            if place[source] >= row:
                weight = in_weight[place[source]] + w.in_weight[wire]
                in_weight[place[source]] = min(threshold[gate], weight)
            else:
                place[source] = filled
                in_gate[filled], in_weight[filled] = source, min(threshold[gate], w.in_weight[wire])
                filled += 1
        start[own + 1] = filled
    return kept, number[w.goal], least, start, in_gate[:filled].copy(), in_weight[:filled].copy()


@_compiled
def without_waste(whole: Wires, contents: Gates, price: Ints) -> Gates:
    """The contents less every one that the goal can do without, the dearest being tried first."""
    only = np.zeros(whole.contents, np.bool_)
    only[contents] = True
    _, within, _ = closed(whole, only)
    kept, goal, threshold, start, gate, weight = restricted(whole, np.zeros(len(within), np.bool_), within, -1)
    out_start, out_gate, out_weight = transposed(start, gate, weight)
    of_contents = int(np.searchsorted(kept, whole.contents))
    kind = np.zeros(len(kept), np.int8)
    w = Wires(of_contents, goal, threshold, kind, start, gate, weight, out_start, out_gate, out_weight)
    gates = len(kept)
    missing, true = np.empty(gates, np.int64), np.empty(gates, np.bool_)
    order, ready, size = np.empty(gates, np.int32), np.empty(w.contents, np.int32), np.zeros(3, np.int64)
    allowed = np.ones(w.contents, np.bool_)
    for content in np.argsort(-price[kept[: w.contents]], kind="mergesort"):
        allowed[content] = False
        begin(w, allowed, missing, true, order, ready, size)
        if not spread(w, allowed, missing, true, order, ready, size, True):
            allowed[content] = True
    return kept[: w.contents][allowed]


# Landmarks


@_compiled
def statistic(w: Wires, gate: int, value: Ints) -> int:
    """The least value by which inputs of enough weight hold; of a gate that needs all, its own if that stays."""
    first, last = w.in_start[gate], w.in_start[gate + 1]
    if w.kind[gate] == ALL:
        most = 0
        for wire in range(first, last):
            most = max(most, value[w.in_gate[wire]])
            if most >= value[gate]:
                break
        return most
    held = value[w.in_gate[first:last]]
    missing = w.threshold[gate]
    for place in np.argsort(held, kind="mergesort"):
        missing -= w.in_weight[first + place]
        if missing <= 0:
            return int(held[place])
    return NEVER


@_compiled
def cheaper(w: Wires, left: Ints, value: Ints, contents: Gates) -> None:
    """Keep h_max (`value`) up to date after the prices of some contents fell, as far as the goal needs it.

    What is below the value of the goal is exact, and so is that; all else is no lower, and may be out of date. Once the
    goal costs nothing, no more is done.
    """
    room = len(contents) + len(w.in_gate)
    keys, heap, size = np.empty(room, np.int64), np.empty(room, np.int32), 0
    for content in contents:
        first = w.in_start[content]
        now = left[content] + (value[w.in_gate[first]] if first < w.in_start[content + 1] else 0)
        if now < value[content]:
            size = _push(keys, heap, size, now, content)
    same = [np.int32(0) for _ in range(0)]
    while size > 0 and keys[0] < value[w.goal]:
        now = keys[0]
        same.append(heap[0])
        size = _pop(keys, heap, size)
        while same and value[w.goal] > 0:
            gate = same.pop()
            if now >= value[gate]:
                continue
            value[gate] = now
            for wire in range(w.out_start[gate], w.out_start[gate + 1]):
                target = w.out_gate[wire]
                held = value[target]
                if now >= held:
                    continue
                if target < w.contents:
                    later = now + left[target]
                elif w.kind[target] == ANY:
                    later = now
                else:
                    later = statistic(w, target, value)
                if later == now:
                    same.append(target)
                elif later < held:
                    size = _push(keys, heap, size, later, target)


@_compiled
def border(w: Wires, left: Ints, value: Ints, mark: Flags, stack: Gates, found: Gates) -> int:
    """The contents with a price left that lead to gates from which the goal follows for free; how many are `found`.

    Going back from the goal, a gate is barred by a *blocking set* of its inputs, without which too little weight
    remains; what is out of reach blocks for nothing. `mark` is all False before and after.
    """
    stack[0], depth = w.goal, 1
    mark[w.goal] = True
    count, touched = 0, [np.int64(w.goal)]
    while depth:
        depth -= 1
        gate = stack[depth]
        first, last = w.in_start[gate], w.in_start[gate + 1]
        if w.kind[gate] == SOME:
            picked = first + np.argsort(-value[w.in_gate[first:last]], kind="mergesort")
            spare = w.in_weight[first:last].sum() - w.threshold[gate]
        elif w.kind[gate] == ALL:
            dearest = first
            for wire in range(first + 1, last):
                if value[w.in_gate[wire]] > value[w.in_gate[dearest]]:
                    dearest = wire
            picked, spare = np.arange(dearest, dearest + 1), np.int64(0)
        else:
            picked, spare = np.arange(first, last), np.int64(NEVER)
        for wire in picked:
            if spare < 0:
                break
            source = w.in_gate[wire]
            spare -= w.in_weight[wire]
            if w.kind[gate] == ANY:
                spare = np.int64(NEVER)
            if mark[source] or value[source] >= NEVER:
                continue
            mark[source] = True
            touched.append(np.int64(source))
            if source < w.contents and left[source] > 0:
                found[count] = source
                count += 1
            else:
                stack[depth] = source
                depth += 1
    for gate in touched:
        mark[gate] = False
    return count


@_compiled
def leanings(w: Wires, rank: Gates) -> tuple[Ints, Ints]:
    """For a closure in the order of `rank` (-1: not true): what each gate still misses, and what it has before it.

    Both are weights of inputs: those yet lacking to the threshold, and those that are true and rank before the gate.
    """
    missing, behind = w.threshold.copy(), np.zeros(len(w.threshold), np.int64)
    for gate in range(len(w.threshold)):
        mine = rank[gate]
        if mine < 0:
            continue
        for wire in range(w.out_start[gate], w.out_start[gate + 1]):
            target, weight = w.out_gate[wire], w.out_weight[wire]
            missing[target] -= weight
            if mine < rank[target]:
                behind[target] += weight
    return missing, behind


@_compiled
def withdraw(
    w: Wires, contents: Gates, rank: Gates, behind: Ints, missing: Ints, true: Flags, gone: Gates, order: Gates
) -> tuple[int, int]:
    """Take contents out of a closure: what leaned on them falls, and what can stand otherwise rises again.

    A gate falls when its inputs before it in the closure no longer suffice (so nothing is left to support itself); it
    rises when any inputs do: delete and re-derive (Gupta, Mumick & Subrahmanian 1993, "Maintaining views
    incrementally"). Gives how many fell, as listed in `gone`, and how many of them rose again, as listed in `order`.
    """
    fell, done = 0, 0
    for content in contents:
        if true[content]:
            true[content] = False
            gone[fell] = content
            fell += 1
    own = fell
    while done < fell:
        gate = gone[done]
        done += 1
        for wire in range(w.out_start[gate], w.out_start[gate + 1]):
            target = w.out_gate[wire]
            missing[target] += w.out_weight[wire]
            if rank[gate] < rank[target]:
                behind[target] -= w.out_weight[wire]
                if true[target] and behind[target] < w.threshold[target]:
                    true[target] = False
                    gone[fell] = target
                    fell += 1
    rose = 0
    for at in range(own, fell):
        if missing[gone[at]] <= 0:
            true[gone[at]] = True
            order[rose] = gone[at]
            rose += 1
    return fell, rose


@_compiled
def give_back(w: Wires, gone: Gates, fell: int, rank: Gates, behind: Ints, missing: Ints, true: Flags) -> None:
    """Undo a withdrawal, whatever of it has become true since."""
    for gate in gone[:fell]:
        for wire in range(w.out_start[gate], w.out_start[gate + 1]):
            target = w.out_gate[wire]
            if not true[gate]:
                missing[target] -= w.out_weight[wire]
            if rank[gate] < rank[target]:
                behind[target] += w.out_weight[wire]
        true[gate] = True


@_compiled
def lm_cut(
    w: Wires, left: Ints, value: Ints, rank: Gates, most: int, enough: int, width: int, grain: int
) -> tuple[Gates, Gates, Ints]:
    """Landmarks as rows of contents with weights that pack under the prices `left`, which are spent on the way.

    LM-cut (Helmert & Domshlak 2009, "Landmarks, critical paths and abstractions") with threshold gates. `value` is
    h_max under `left`, and then as `cheaper` leaves it; `rank` is an order in which gates can come to hold. Each border
    is reduced to what can be entered from outside it and, when it has at most `width` contents, to what cannot be
    spared. Of a border so wide that most would fall with it, the rest is closed anew. What falls below `grain` counts
    as nothing left: crumbs make many landmarks of hardly any weight. Stops after `most` landmarks (-1: no limit), when
    their weights sum to `enough`, or when the goal costs nothing more.
    """
    gates = len(w.threshold)
    mark, stack, found = np.zeros(gates, np.bool_), np.empty(gates, np.int32), np.empty(w.contents, np.int32)
    true = rank >= 0
    allowed = true[: w.contents].copy()
    order, ready, size = np.empty(gates, np.int32), np.empty(w.contents, np.int32), np.zeros(3, np.int64)
    missing, behind = leanings(w, rank)
    gone = np.empty(gates, np.int32)
    starts, weights = [np.int32(0)], [np.int64(0) for _ in range(0)]
    members = [np.int32(0) for _ in range(0)]
    total = 0
    while 0 < value[w.goal] < NEVER and len(weights) != most and total < enough:
        count = border(w, left, value, mark, stack, found)
        cut = found[:count]
        allowed[cut] = False
        fell = 0
        if count > width and count > w.contents // 6:
            _, without, _ = closed(w, allowed)
            cut = np.sort(cut)
            entered = np.empty(count, np.bool_)
            for at in range(count):
                first = w.in_start[cut[at]]
                entered[at] = w.threshold[cut[at]] <= 0 or without[w.in_gate[first]]
            cut = cut[entered]
        else:
            fell, rose = withdraw(w, cut, rank, behind, missing, true, gone, order)
            size[0], size[1], size[2] = rose, 0, 0
            spread(w, allowed, missing, true, order, ready, size, False)
            if count > width:
                cut = np.sort(cut[missing[cut] <= 0])
        if count <= width:
            cut = cut[np.argsort(left[cut], kind="mergesort")]
            needed = np.zeros(count, np.bool_)
            for at in range(count):
                held = size[0]
                size[1] = 0
                allow(w, cut[at], allowed, missing, true, order, ready, size)
                if spread(w, allowed, missing, true, order, ready, size, True):
                    rewind(w, missing, true, order, size, held, 0)
                    allowed[cut[at]] = False
                    needed[at] = True
            cut = np.sort(cut[needed])
        allowed[found[:count]] = True
        give_back(w, gone, fell, rank, behind, missing, true)
        weight = left[cut].min()
        total += weight
        for content in cut:
            left[content] = left[content] - weight if left[content] - weight >= grain else 0
        members.extend(cut)
        starts.append(np.int32(len(members)))
        weights.append(weight)
        cheaper(w, left, value, cut)
    return np.array(starts, np.int32), np.array(members, np.int32), np.array(weights, np.int64)


# Dominance


@_compiled
def _follow(
    w: Wires, gate: int, allowed: Flags, missing: Ints, true: Flags, order: Gates, ready: Gates, size: Ints
) -> None:
    """Let a gate hold, and all that holds whenever it does: the inputs that it cannot do without, and consequences."""
    at = size[0]
    true[gate] = True
    order[at] = gate
    size[0] += 1
    while at < size[0]:
        gate = order[at]
        at += 1
        first, last = w.in_start[gate], w.in_start[gate + 1]
        spare = w.in_weight[first:last].sum() - w.threshold[gate]
        for wire in range(first, last):
            source = w.in_gate[wire]
            if w.threshold[gate] > 0 and w.in_weight[wire] > spare and not true[source]:
                true[source] = True
                order[size[0]] = source
                size[0] += 1
        if at == size[0]:
            spread(w, allowed, missing, true, order, ready, size, False)


@_compiled
def _leading(w: Wires, goal: int, mark: Flags, found: Gates) -> int:
    """The contents that lead to a gate over free gates; how many are `found`. `mark` is all False before and after."""
    stack, seen, count = [goal], [goal], 0
    mark[goal] = True
    while stack:
        gate = stack.pop()
        for wire in range(w.in_start[gate], w.in_start[gate + 1]):
            source = w.in_gate[wire]
            if mark[source]:
                continue
            mark[source] = True
            seen.append(source)
            if source < w.contents:
                found[count] = source
                count += 1
            else:
                stack.append(source)
    for gate in seen:
        mark[gate] = False
    return count


@_compiled
def undominated(w: Wires, amounts: Ints, reach: Ints, tail: Ints, most: int) -> Flags:
    """The contents less those that another one kept can stand in for in any plan.

    Whenever the first can be entered so can the other; with what holds then, all that the first feeds follows from the
    other, which has no more of any of the amounts (a row each). So a plan with the first is none the worse with the
    other in its place. The first feeds a gate when its `reach` and the gate's `tail`, what it takes to complete it and
    to go on from there, sum to less than `most`.
    """
    gates = len(w.threshold)
    missing, true, order = np.empty(gates, np.int64), np.empty(gates, np.bool_), np.empty(gates, np.int32)
    allowed, ready, size = np.zeros(w.contents, np.bool_), np.empty(w.contents, np.int32), np.zeros(3, np.int64)
    begin(w, allowed, missing, true, order, ready, size)
    spread(w, allowed, missing, true, order, ready, size, False)
    nothing, none = size[0], size[1]
    entry = np.full(w.contents, -1, np.int32)
    for content in range(w.contents):
        if w.in_start[content] < w.in_start[content + 1]:
            entry[content] = w.in_gate[w.in_start[content]]
    mark, found = np.zeros(gates, np.bool_), np.empty(w.contents, np.int32)
    kept = np.ones(w.contents, np.bool_)
    at = np.int32(-1)
    for first in np.argsort(entry, kind="mergesort"):
        if entry[first] != at:
            at = entry[first]
            rewind(w, missing, true, order, size, nothing, none)
            if not true[at]:
                _follow(w, at, allowed, missing, true, order, ready, size)
        fed = w.out_gate[w.out_start[first] : w.out_start[first + 1]]
        fed = fed[tail[fed] < most - reach[first]]
        narrow = -1
        for gate in fed:
            if not true[gate] and (
                narrow < 0 or w.in_start[gate + 1] - w.in_start[gate] < w.in_start[narrow + 1] - w.in_start[narrow]
            ):
                narrow = gate
        if narrow < 0:
            continue
        held, entered = size[0], size[1]
        for second in found[: _leading(w, narrow, mark, found)]:
            if second == first or not kept[second] or true[second] or missing[second] > 0:
                continue
            if np.any(amounts[:, second] > amounts[:, first]):
                continue
            true[second] = True
            order[held] = second
            size[0] += 1
            spread(w, allowed, missing, true, order, ready, size, False)
            enough = np.all(true[fed])
            rewind(w, missing, true, order, size, held, entered)
            if enough:
                kept[first] = False
                break
    return kept


# Branch and bound


@_compiled
def included(left: Ints, start: Gates, member: Gates, weight: Ints, content: int) -> tuple[Gates, Gates, Ints]:
    """Take a content into the plan: it costs nothing more, and the landmarks it is in give their weights back.

    `left` changes in place; the other landmarks are given back. The bound rises by what was left of the price.
    """
    starts, weights = [np.int32(0)], [np.int64(0) for _ in range(0)]
    members = [np.int32(0) for _ in range(0)]
    for row in range(len(weight)):
        cut = member[start[row] : start[row + 1]]
        if np.any(cut == content):
            for other in cut:
                if left[other] < NEVER:
                    left[other] += weight[row]
        else:
            members.extend(cut)
            starts.append(np.int32(len(members)))
            weights.append(weight[row])
    left[content] = 0
    return np.array(starts, np.int32), np.array(members, np.int32), np.array(weights, np.int64)


@_compiled
def tightened(
    w: Wires, left: Ints, bound: int, upper: int, start: Gates, member: Gates, weight: Ints, width: int, grain: int
) -> tuple[int, int, tuple[Gates, Gates, Ints]]:
    """Raise a bound by landmarks and bar what no plan below `upper` can use, until neither helps.

    `left` is what is left of each price, 0 for what is in the plan and NEVER for what is barred; it changes in place.
    For `grain` see `lm_cut`. Gives (bound, number of gates looked at, landmarks). A plan through a content costs at
    least the bound, what is left to pay to get there, and from there on (`tails`): residual-cost fixing. The bound is
    `upper` when no plan is below.
    """
    visits = 0
    while True:
        value, rank = settled(w, left, False, -1, NEVER)
        visits += len(value)
        if value[w.goal] >= NEVER:
            return upper, visits, (start, member, weight)
        starts, members, weights = lm_cut(w, left, value, rank, -1, upper - bound, width, grain)
        visits += len(value) * len(weights)
        if len(weights):
            bound += weights.sum()
            start = np.concatenate((start, start[-1] + starts[1:]))
            member = np.concatenate((member, members))
            weight = np.concatenate((weight, weights))
        if bound >= upper:
            return upper, visits, (start, member, weight)
        if len(weights):
            value, _ = settled(w, left, False, -1, upper - bound)
            visits += len(value)
        tail = tails(w, left, value, upper - bound)
        visits += len(value)
        barred = 0
        for content in range(w.contents):
            if left[content] < NEVER and bound + value[content] + min(tail[content], _MOST) >= upper:
                barred += rank[content] >= 0
                left[content] = NEVER
        if not barred:
            return bound, visits, (start, member, weight)


@_compiled
def plan(w: Wires, price: Ints, guide: Ints) -> Gates:
    """A good pathway, quickly: the supporters under h_add by the prices `guide`, without the needless ones."""
    _, rank = settled(w, guide, True, w.goal, NEVER)
    return without_waste(w, supporters(w, rank, w.goal), price)


@_compiled
def renumbered(start: Gates, member: Gates, weight: Ints, kept: Gates, size: int) -> tuple[Gates, Gates, Ints]:
    """Landmarks of a circuit of `size` contents as those of one with only some of them, which are numbered anew."""
    number = np.full(size, -1, np.int32)
    number[kept] = np.arange(len(kept)).astype(np.int32)
    starts, members = np.zeros(len(start), np.int32), np.empty(len(member), np.int32)
    count = 0
    for row in range(len(weight)):
        for place in range(start[row], start[row + 1]):
            if number[member[place]] >= 0:
                members[count] = number[member[place]]
                count += 1
        starts[row + 1] = count
    return starts, members[:count].copy(), weight


@_compiled
def unpaid(left: Ints, start: Gates, member: Gates, weight: Ints, contents: Gates) -> Ints:
    """For each content of a plan, how much of its price the bound leaves out.

    That is what is left of it, and the weights of its landmarks that other contents of the plan hit as well.
    """
    place = np.full(len(left), -1, np.int64)
    place[contents] = np.arange(len(contents))
    score = left[contents].copy()
    for row in range(len(weight)):
        hits = 0
        for content in member[start[row] : start[row + 1]]:
            hits += place[content] >= 0
        if hits > 1:
            for content in member[start[row] : start[row + 1]]:
                if place[content] >= 0:
                    score[place[content]] += weight[row] * (hits - 1)
    return score


@_compiled
def missed(w: Wires, toll: Ints, plan: Gates, width: int) -> tuple[Gates, Gates, Ints]:
    """Landmarks without any content that is free under `toll` (0 or 1 each): those of LM-cut, then more.

    More come by making the contents of a plan free that hit the last ones, until the goal is. `toll` changes.
    """
    mine = np.zeros(w.contents, np.bool_)
    mine[plan] = True
    starts, members = np.zeros(1, np.int32), np.zeros(0, np.int32)
    while True:
        value, rank = settled(w, toll, False, -1, NEVER)
        left = toll.copy()
        more, found, _ = lm_cut(w, left, value, rank, -1, NEVER, width, 1)
        if len(found) == 0:
            return starts, members, np.ones(len(starts) - 1, np.int64)
        starts, members = np.concatenate((starts, starts[-1] + more[1:])), np.concatenate((members, found))
        for row in range(len(more) - 1):
            for content in found[more[row] : more[row + 1]]:
                if mine[content]:
                    toll[content] = 0


def warm() -> None:
    """Compile every kernel, or load it from the cache, by asking a question of one course."""
    none, true, false = np.zeros(0, np.int32), np.ones(1, np.bool_), np.zeros(3, np.bool_)
    threshold, price, course = np.array([0, 1, 1], np.int64), np.ones(1, np.int64), np.zeros(1, np.int32)
    wires = rows(3, np.array([1, 2], np.int32), np.array([0, 1], np.int32), np.ones(2, np.int64))
    w = Wires(1, 2, threshold, kinds(threshold, wires[0], wires[2]), *wires, *transposed(*wires))
    extended(w.out_start, w.out_gate, w.out_weight, np.zeros(1, np.int32), none, np.zeros(0, np.int64))
    state = threshold.copy(), false.copy(), np.zeros(3, np.int32), np.zeros(1, np.int32), np.zeros(3, np.int64)
    begin(w, np.zeros(1, np.bool_), *state)
    allow(w, 0, true, *state)
    spread(w, true, *state, False)
    rewind(w, state[0], state[1], state[2], state[4], 0, 0)
    _, within, _ = closed(w, true)
    restricted(w, false, within, -1)
    value, rank = settled(w, price, False, -1, NEVER)
    supporters(w, rank, w.goal)
    without_waste(w, plan(w, price, price), price)
    tails(w, price, value, NEVER)
    cuts = lm_cut(w, price.copy(), value, rank, -1, NEVER, 1, 1)
    tightened(w, price.copy(), 0, 2, *cuts, 1, 1)
    unpaid(price, *cuts, course)
    renumbered(*cuts, course, 1)
    included(price.copy(), *cuts, 0)
    missed(w, price, course, 1)
    undominated(w, price.reshape(1, 1), value, tails(w, price, value, NEVER), NEVER)
