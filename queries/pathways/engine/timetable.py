"""Weeks over gates and the placing of steps on a calendar, compiled to machine code by numba.

`Offer` holds the deliveries of the contents of one circuit as plain arrays; circuits are `Wires` (see `kernel`). Weeks
are int64, `NEVER` when there is none. Like `kernel`, this module calls no compiled code of another: numba's cache is
renewed when this file changes and knows nothing of others.
"""

from __future__ import annotations

import weakref
from typing import NamedTuple

import numba
import numpy as np

from queries.pathways.engine.kernel import NEVER, Flags, Gates, Ints, Wires
from queries.pathways.engine.problem import Catalogue, Delivery, PathwayProblem


class Offer(NamedTuple):
    """Deliveries by content: those of content c are `first[c]` up to `first[c + 1]`, each with the weeks it may start.

    `delivery` is the index in the problem. With `rolling` a delivery starts in any week from `opens` to `closes`, else
    in `starts[row[m]:row[m + 1]]`, ascending. Starts before the learner's first week and those that end beyond the
    horizon are left out.
    """

    first: Gates
    delivery: Gates
    weeks: Ints
    hours: Ints
    rolling: Flags
    opens: Ints
    closes: Ints
    row: Ints
    starts: Ints


_OFFERS: weakref.WeakKeyDictionary[Catalogue, Offer] = weakref.WeakKeyDictionary()


def whole_offer(catalogue: Catalogue) -> Offer:
    """All deliveries of a catalogue by content; made once and kept with it."""
    offer = _OFFERS.get(catalogue)
    if offer is None:
        number = {content.id: index for index, content in enumerate(catalogue.contents)}
        content = np.array([number[one.content] for one in catalogue.deliveries], np.int64)
        order = np.argsort(content, kind="stable")
        sorted_deliveries = [catalogue.deliveries[index] for index in order]
        count = np.bincount(content, minlength=len(number))
        sizes = np.array([len(one.starts or ()) for one in sorted_deliveries], np.int64)
        offer = _OFFERS[catalogue] = Offer(
            np.concatenate(([0], np.cumsum(count))).astype(np.int32),
            order.astype(np.int32),
            np.array([one.weeks for one in sorted_deliveries], np.int64),
            np.array([one.hours_per_week for one in sorted_deliveries], np.int64),
            np.array([one.starts is None for one in sorted_deliveries], np.bool_),
            np.array([one.opens if one.starts is None else 0 for one in sorted_deliveries], np.int64),
            np.array([_closes(one) for one in sorted_deliveries], np.int64),
            np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            np.array([week for one in sorted_deliveries for week in one.starts or ()], np.int64),
        )
    return offer


def _closes(delivery: Delivery) -> int:
    return NEVER if delivery.starts is not None or delivery.closes is None else delivery.closes


def offer_to(problem: PathwayProblem) -> Offer:
    """The deliveries that the learner can use alone, by content of the catalogue."""
    whole = whole_offer(problem.catalogue)
    kept = whole.hours <= problem.hours_cap
    if problem.barred:
        barred = np.array([one.id in problem.barred for one in problem.deliveries], np.bool_)
        kept &= ~barred[whole.delivery]
    everything = np.arange(len(whole.first) - 1, dtype=np.int32)
    return selected(whole, everything, kept, problem.not_before, problem.horizon)


@numba.njit(cache=True)
def selected(o: Offer, contents: Gates, kept: Flags, earliest: int, latest: int) -> Offer:
    """The deliveries of some contents, renumbered in that order, less those not kept or without a start in time."""
    first = np.zeros(len(contents) + 1, np.int32)
    found = np.empty(len(o.weeks), np.int32)
    count, dates = 0, 0
    for position in range(len(contents)):
        for mode in range(o.first[contents[position]], o.first[contents[position] + 1]):
            if not kept[mode]:
                continue
            low = next_start(o, mode, earliest)
            high = last_start(o, mode, latest - o.weeks[mode])
            if low <= high:
                found[count] = mode
                count += 1
                dates += o.row[mode + 1] - o.row[mode]
        first[position + 1] = count
    found = found[:count]
    opens, closes, row = np.empty(count, np.int64), np.empty(count, np.int64), np.zeros(count + 1, np.int64)
    starts = np.empty(dates, np.int64)
    filled = 0
    for place in range(count):
        mode = found[place]
        opens[place] = next_start(o, mode, earliest)
        closes[place] = last_start(o, mode, latest - o.weeks[mode])
        for date in range(o.row[mode], o.row[mode + 1]):
            if opens[place] <= o.starts[date] <= closes[place]:
                starts[filled] = o.starts[date]
                filled += 1
        row[place + 1] = filled
    return Offer(
        first,
        o.delivery[found],
        o.weeks[found],
        o.hours[found],
        o.rolling[found],
        opens,
        closes,
        row,
        starts[:filled].copy(),
    )


@numba.njit(cache=True)
def next_start(o: Offer, mode: int, week: int) -> int:
    """The first week at or after `week` in which a delivery starts, or NEVER."""
    week = max(week, o.opens[mode])
    if week > o.closes[mode]:
        return NEVER
    if o.rolling[mode]:
        return week
    date = o.row[mode] + np.searchsorted(o.starts[o.row[mode] : o.row[mode + 1]], week)
    return o.starts[date] if date < o.row[mode + 1] else NEVER


@numba.njit(cache=True)
def last_start(o: Offer, mode: int, week: int) -> int:
    """The last week at or before `week` in which a delivery starts, or -1."""
    week = min(week, o.closes[mode])
    if week < o.opens[mode]:
        return -1
    if o.rolling[mode]:
        return week
    date = o.row[mode] + np.searchsorted(o.starts[o.row[mode] : o.row[mode + 1]], week, side="right") - 1
    return o.starts[date] if date >= o.row[mode] else -1


@numba.njit(cache=True)
def arrivals(w: Wires, o: Offer, latest: int) -> tuple[Ints, Gates]:
    """The earliest week in which each gate holds, the sum of running hours aside, and the order in which they came to.

    What would end after `latest` never does.
    """
    nothing = np.empty(0, np.int32)
    week, rank, _ = _arriving(w, o, np.ones(len(o.weeks), np.bool_), nothing, np.empty(0, np.int64), latest)
    return week, rank


@numba.njit(cache=True)
def in_time(w: Wires, o: Offer, kept: Flags, wanted: Gates, due: Ints) -> bool:
    """Whether gates hold by their weeks with some of the deliveries (flags), the sum of running hours aside."""
    _, _, all_in_time = _arriving(w, o, kept, wanted, due, due.max() if len(due) else 0)
    return all_in_time


@numba.njit(cache=True)
def _arriving(w: Wires, o: Offer, kept: Flags, wanted: Gates, due: Ints, latest: int) -> tuple[Ints, Gates, bool]:
    """Weeks and order as of `arrivals`, and whether the gates `wanted` hold by the weeks `due`.

    Dijkstra with gates (`kernel.settled`) in which a content takes as long as its next start and its weeks, with the
    deliveries that are `kept`. Weeks are small, so the heap is one list per week. Where gates are wanted it looks no
    further than they need.
    """
    gates = len(w.threshold)
    missing = w.threshold.copy()
    week, rank = np.full(gates, NEVER, np.int64), np.full(gates, -1, np.int32)
    stack = np.empty(gates, np.int32)
    head, following = np.full(latest + 1, -1, np.int32), np.empty(w.contents, np.int32)
    depth, count = 0, 0
    unmet = len(wanted) if len(wanted) else gates + 1
    for gate in range(gates):
        if missing[gate] <= 0:
            if gate >= w.contents:
                stack[depth] = gate
                depth += 1
            else:
                end = _earliest_end(o, kept, gate, 0)
                if end <= latest:
                    following[gate] = head[end]
                    head[end] = gate
    for now in range(latest + 1):
        while unmet > 0 and (depth or head[now] >= 0):
            if depth:
                depth -= 1
                gate = stack[depth]
            else:
                gate = head[now]
                head[now] = following[gate]
            week[gate], rank[gate] = now, count
            count += 1
            for place in range(len(wanted)):
                if gate == wanted[place]:
                    if now > due[place]:
                        return week, rank, False
                    unmet -= 1
            for wire in range(w.out_start[gate], w.out_start[gate + 1]):
                fed = w.out_gate[wire]
                before = missing[fed]
                missing[fed] = before - w.out_weight[wire]
                if before <= 0 or missing[fed] > 0:
                    continue
                if fed >= w.contents:
                    stack[depth] = fed
                    depth += 1
                else:
                    end = _earliest_end(o, kept, fed, now)
                    if end <= latest:
                        following[fed] = head[end]
                        head[end] = fed
    return week, rank, unmet == 0


@numba.njit(cache=True)
def _earliest_end(o: Offer, kept: Flags, content: int, week: int) -> int:
    end = NEVER
    for mode in range(o.first[content], o.first[content + 1]):
        if kept[mode]:
            end = min(end, next_start(o, mode, week) + o.weeks[mode])
    return end


@numba.njit(cache=True)
def due_weeks(w: Wires, o: Offer, due: Ints) -> Ints:
    """The last week in which each gate is of use: earliest arrival backwards, from gates given with their `due` week.

    -1 where a gate is of none. In a plan without a needless step every step ends by then, for something that counts
    leans on it.
    """
    due = due.copy()
    latest = due.max()
    gates = len(w.threshold)
    stack = np.empty(gates + len(w.in_gate), np.int32)
    head = np.full(latest + 1, -1, np.int32)
    following = np.empty(gates + w.contents, np.int32)
    done = np.zeros(gates, np.bool_)
    for gate in range(gates):
        if due[gate] >= 0:
            following[w.contents + gate] = head[due[gate]]
            head[due[gate]] = w.contents + gate
    for now in range(latest, -1, -1):
        while head[now] >= 0:
            place = head[now]
            head[now] = following[place]
            # Places below `contents` are contents whose entry is due; the others stand for the gates given.
            stack[0] = w.in_gate[w.in_start[place]] if place < w.contents else place - w.contents
            depth = 1
            while depth:
                depth -= 1
                gate = stack[depth]
                if done[gate]:
                    continue
                done[gate] = True
                due[gate] = now
                if gate >= w.contents:
                    for wire in range(w.in_start[gate], w.in_start[gate + 1]):
                        stack[depth] = w.in_gate[wire]
                        depth += 1
                elif w.in_start[gate] < w.in_start[gate + 1]:
                    start = -1
                    for mode in range(o.first[gate], o.first[gate + 1]):
                        start = max(start, last_start(o, mode, now - o.weeks[mode]))
                    if start >= 0:
                        following[gate] = head[start]
                        head[start] = gate
    return due


@numba.njit(cache=True)
def dated_landmarks(w: Wires, o: Offer, left: Ints, wanted: Gates, due: Ints, enough: int) -> tuple[Ints, Ints, Ints]:
    """Deliveries of which every plan needs one for gates to hold by their weeks, as rows with weights that pack.

    Like LM-cut, with the earliest arrival in place of h_max: what is paid for is free, of the rest as much is added,
    the cheapest first, as leaves a gate late; what cannot be added is a landmark, and its least price is spent. It sees
    what the prices alone do not: two ways that are each quick enough, but not one after the other. By halves (Junker
    2004, "QuickXplain"). `left`, prices by delivery, are spent on the way; stops when weights sum to `enough`.
    """
    starts, weights = [0], [0 for _ in range(0)]
    members = [np.int64(0) for _ in range(0)]
    total = 0
    while total < enough:
        kept = left <= 0
        if in_time(w, o, kept, wanted, due):
            break
        order = np.argsort(left, kind="mergesort")
        at = int(kept.sum())
        size = len(order) - at
        weight = NEVER
        while at < len(order):
            size = min(size, len(order) - at)
            kept[order[at : at + size]] = True
            if not in_time(w, o, kept, wanted, due):
                at, size = at + size, size * 2
                continue
            kept[order[at : at + size]] = False
            if size == 1:
                members.append(order[at])
                weight = min(weight, int(left[order[at]]))
                at += 1
            size = max(size // 2, 1)
        for place in range(starts[-1], len(members)):
            left[members[place]] -= weight
        starts.append(len(members))
        weights.append(weight)
        total += weight
    return np.array(starts, np.int64), np.array(members, np.int64), np.array(weights, np.int64)


@numba.njit(cache=True)
def pinned(o: Offer, mode: Ints, start: Ints) -> Offer:
    """The offer in which content c has the one delivery `mode[c]` in the one week `start[c]`; none where mode is -1."""
    contents = len(mode)
    first, found = np.zeros(contents + 1, np.int32), np.empty(contents, np.int32)
    count = 0
    week = np.empty(contents, np.int64)
    for content in range(contents):
        if mode[content] >= 0:
            found[count], week[count] = mode[content], start[content]
            count += 1
        first[content + 1] = count
    found, week = found[:count], week[:count].copy()
    row = np.zeros(count + 1, np.int64)
    return Offer(
        first, o.delivery[found], o.weeks[found], o.hours[found], np.ones(count, np.bool_), week, week, row, row[:0]
    )


@numba.njit(cache=True)
def fit(o: Offer, mode: int, week: int, hours: Ints, cap: int) -> int:
    """The first week at or after `week` in which a delivery fits beside the hours already taken, or NEVER."""
    spare = cap - o.hours[mode]
    start = next_start(o, mode, week)
    while start < NEVER:
        crowded = start + o.weeks[mode] - 1
        while crowded >= start and hours[crowded] <= spare:
            crowded -= 1
        if crowded < start:
            return start
        start = next_start(o, mode, crowded + 1)
    return NEVER


@numba.njit(cache=True)
def placed(w: Wires, o: Offer, urgency: Ints, by_end: bool, cap: int, horizon: int) -> tuple[bool, Ints, Ints]:
    """All contents of a circuit placed one at a time, as early as entry, starts and hours allow.

    Serial schedule generation (Kolisch 1996). Of the contents that can be entered the next is the most urgent, ties by
    earliest end; with `by_end` the one that ends first, ties by urgency. Each takes the delivery that ends first, then
    the lightest. Says whether all found a place; then the delivery and start week by content (-1: none).
    """
    contents = w.contents
    mode, start = np.full(contents, -1, np.int64), np.full(contents, -1, np.int64)
    hours = np.zeros(horizon + 1, np.int64)
    for _ in range(contents):
        week, _ = arrivals(w, pinned(o, mode, start), horizon)
        chosen, chosen_mode, chosen_start = -1, -1, NEVER
        key = (NEVER, NEVER)
        for content in range(contents):
            if mode[content] >= 0:
                continue
            entry = week[w.in_gate[w.in_start[content]]] if w.in_start[content] < w.in_start[content + 1] else 0
            if entry >= NEVER:
                continue
            best, best_start, best_end = -1, NEVER, NEVER
            for one in range(o.first[content], o.first[content + 1]):
                begin = fit(o, one, entry, hours, cap)
                if begin < NEVER:
                    end = begin + o.weeks[one]
                    if end < best_end or (end == best_end and o.hours[one] < o.hours[best]):
                        best, best_start, best_end = one, begin, end
            if best < 0:
                continue
            mine = (best_end, -urgency[content]) if by_end else (-urgency[content], best_end)
            if chosen < 0 or mine < key:
                chosen, chosen_mode, chosen_start, key = content, best, best_start, mine
        if chosen < 0:
            return False, mode, start
        mode[chosen], start[chosen] = chosen_mode, chosen_start
        hours[chosen_start : chosen_start + o.weeks[chosen_mode]] += o.hours[chosen_mode]
    return True, mode, start


@numba.njit(cache=True)
def compacted(w: Wires, o: Offer, mode: Ints, start: Ints, cap: int, horizon: int) -> tuple[Ints, Ints]:
    """The same deliveries, each as early as those before it let it be, until nothing moves. No gate holds later."""
    contents = w.contents
    start = start.copy()
    while True:
        _, rank = arrivals(w, pinned(o, mode, start), horizon)
        order = np.argsort(start * len(rank) + rank[:contents], kind="mergesort")
        done, moved = np.full(contents, -1, np.int64), np.full(contents, -1, np.int64)
        hours = np.zeros(horizon + 1, np.int64)
        for content in order:
            if mode[content] < 0:
                continue
            week, _ = arrivals(w, pinned(o, done, moved), horizon)
            entry = week[w.in_gate[w.in_start[content]]] if w.in_start[content] < w.in_start[content + 1] else 0
            begin = fit(o, mode[content], entry, hours, cap) if entry < NEVER else NEVER
            if begin >= NEVER:
                return mode, start
            done[content], moved[content] = mode[content], begin
            hours[begin : begin + o.weeks[mode[content]]] += o.hours[mode[content]]
        if moved.sum() >= start.sum():
            return mode, start
        start = moved


@numba.njit(cache=True)
def useful_modes(w: Wires, o: Offer, week: Ints, due: Ints) -> Flags:
    """Whether each delivery can start after its entry holds and end while it is of use."""
    kept = np.zeros(len(o.weeks), np.bool_)
    for content in range(w.contents):
        entry = week[w.in_gate[w.in_start[content]]] if w.in_start[content] < w.in_start[content + 1] else 0
        for mode in range(o.first[content], o.first[content + 1]):
            start = next_start(o, mode, entry) if entry < NEVER else NEVER
            kept[mode] = start < NEVER and start + o.weeks[mode] <= due[content]
    return kept


@numba.njit(cache=True)
def undominated(o: Offer, amounts: Ints) -> Flags:
    """The deliveries less those that another of the same content replaces whenever they start.

    One replaces another when it takes no more hours a week nor more of any of the amounts (one row per amount), and for
    each start of the other it starts no sooner and ends no later. Of equals the first is kept.
    """
    kept = np.ones(len(o.weeks), np.bool_)
    for content in range(len(o.first) - 1):
        for other in range(o.first[content], o.first[content + 1]):
            for one in range(o.first[content], o.first[content + 1]):
                if one == other or not kept[one] or o.hours[one] > o.hours[other]:
                    continue
                if np.all(amounts[:, one] <= amounts[:, other]) and _within(o, one, other):
                    kept[other] = False
                    break
    return kept


@numba.njit(cache=True)
def _within(o: Offer, one: int, other: int) -> bool:
    """Whether for each run of the other delivery there is a run of one within its weeks."""
    start = next_start(o, other, 0)
    while start < NEVER:
        inner = next_start(o, one, start)
        if inner >= NEVER or inner + o.weeks[one] > start + o.weeks[other]:
            return False
        start = next_start(o, other, start + 1)
    return True


@numba.njit(cache=True)
def longest_tails(w: Wires, o: Offer, rank: Gates) -> Ints:
    """The most weeks of study that follow each content on a chain to the goal that goes forward in settled order."""
    tail = np.zeros(len(w.threshold), np.int64)
    for gate in np.argsort(-rank, kind="mergesort"):
        onward = tail[gate]
        if gate < w.contents and o.first[gate] < o.first[gate + 1]:
            onward += o.weeks[o.first[gate] : o.first[gate + 1]].min()
        for wire in range(w.in_start[gate], w.in_start[gate + 1]):
            source = w.in_gate[wire]
            if rank[source] < rank[gate]:
                tail[source] = max(tail[source], onward)
    return tail[: w.contents]
