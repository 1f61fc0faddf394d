"""Rules that look as if more could be worse, said without loss as gates, windows and caps.

The engine knows no "not": whatever somebody holds more can only help (see `problem`). Most rules of awarding bodies and
funders that seem to break this do not. Each idiom here says which rule it is, what it becomes and why nothing is lost.
What is truly otherwise, facts that lapse, is in `lapses`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Cap,
    Catalogue,
    Content,
    Delivery,
    Expression,
    Fact,
    PathwayProblem,
    Rule,
)


def counted_once(*facts: Fact) -> Expression:
    """A unit that counts once, though it may be held from two sources, or as one of several that exclude each other.

    "Credit for Unit 4 counts once, earned here or accepted from elsewhere"; "Statistics 1 and Statistics for Business
    may not both count". As a part of a threshold, `AtLeast(120, ((15, counted_once("stats 1", "stats b")), ...))`
    adds 15 whichever of them is held, and 15 if both are.
    """
    return AnyOf(facts)


@dataclass(frozen=True, slots=True)
class UnitCredit:
    """A unit of an award: its credits, the fact of having them from the awarding family, and from elsewhere.

    `accepted` are facts of credit that the awarding family takes over as this unit.
    """

    credits: int
    native: Fact
    accepted: tuple[Fact, ...] = ()


def native_minimum(units: Sequence[UnitCredit], needed: int, native: int) -> Expression:
    """`needed` credits of which at least `native` earned with the awarding family; a unit held twice counts once.

    "120 credits, at least 60 of them with us" is two thresholds side by side, each of which more credit only helps.
    """
    anywhere = AtLeast(needed, tuple((unit.credits, counted_once(unit.native, *unit.accepted)) for unit in units))
    return All((anywhere, AtLeast(native, tuple((unit.credits, unit.native) for unit in units))))


def transfer_cap(units: Sequence[UnitCredit], needed: int, most: int) -> Expression:
    """`needed` credits of which at most `most` accepted from elsewhere count: more does no harm, only no good.

    With native credits n and others t, the rule is n + min(t, most) >= needed. A sum with a minimum is enough just when
    both sums are: n + t >= needed and n + most >= needed. So the cap is a native minimum of `needed - most`.
    """
    return native_minimum(units, needed, max(0, needed - most))


def at_most_one(id: str, deliveries: Iterable[Delivery], contents: Collection[str]) -> Cap:
    """Of these contents (ids) a plan takes one at most: two programmes that exclude each other.

    Not being allowed both is a limit on the plan, not on what is true of the learner, so it is a cap: 1 for every
    delivery of any of them, 1 in all.
    """
    return Cap(id, {one.id: 1 for one in deliveries if one.content in contents}, 1)


def claimed(catalogue: Catalogue, which: Callable[[Rule], bool]) -> Catalogue:
    """The catalogue in which some rules are contents of no weeks, no pounds and no hours: to be claimed, or not.

    A free rule acts by itself. An award that shuts another out is a choice, and choices are contents. The content and
    its delivery have the id of the rule. A claim counts as a step, so use it only where there is something to choose.
    """
    chosen = [rule for rule in catalogue.rules if which(rule)]
    return Catalogue(
        catalogue.contents + tuple(Content(rule.id, rule.kind, rule.condition, rule.then) for rule in chosen),
        catalogue.deliveries + tuple(Delivery(rule.id, rule.id, 0, 0, 0, None) for rule in chosen),
        tuple(rule for rule in catalogue.rules if not which(rule)),
    )


def exclusive_awards(problem: PathwayProblem, id: str, rules: Collection[str]) -> PathwayProblem:
    """Awards made by rules (ids), of which the learner may have one: each is claimed, and a cap `id` allows one claim.

    "Either the Certificate in Imaging or the Certificate in Robotics, on the same credit." Nothing that both could
    follow from is lost: credit stays credit, only the second award is not made.
    """
    catalogue = claimed(problem.catalogue, lambda rule: rule.id in rules)
    cap = Cap(id, dict.fromkeys(rules, 1), 1)
    return replace(problem, catalogue=catalogue, caps=(*problem.caps, cap))


def counted_towards(problem: PathwayProblem, unit: Fact, awards: Sequence[Fact]) -> PathwayProblem:
    """A unit that may be counted towards one of several awards only: the learner says which.

    For each award a content of no weeks, "count unit towards award", open to whoever holds the unit, gives the fact
    `awards[i]`, which that award asks for in place of the unit; a cap lets it be counted once. Counting is a step.
    """
    count = tuple(Rule(f"count {unit} as {fact}", "count", unit, (fact,)) for fact in awards)
    added = problem.with_catalogue(rules=problem.rules + count)
    return exclusive_awards(added, f"{unit} counts once", [rule.id for rule in count])


def first_is_free(problem: PathwayProblem, contents: Collection[str], held: Fact) -> PathwayProblem:
    """Of these contents (ids) the first is free, as with a first full level 3, and a further one is paid for.

    `held` is the fact of having one, which each of them gives. Whoever has one already has no free place: the question
    stays as it is. Otherwise each has a free twin, "<id> (free place)", and a cap allows one of those; the paid one
    asks for `held` as well, because whoever has none is funded. So the first in time is the free one, and a further one
    is begun when one is held, not beside the first.
    """
    if held in problem.held:
        return problem
    free = {one.id: f"{one.id} (free place)" for one in problem.deliveries if one.content in contents}
    twins = [replace(one, id=f"{one.id} (free place)") for one in problem.contents if one.id in contents]
    paid = [replace(one, entry=All((one.entry, held))) if one.id in contents else one for one in problem.contents]
    places = [
        replace(one, id=free[one.id], content=f"{one.content} (free place)", cost_pounds=0)
        for one in problem.deliveries
        if one.id in free
    ]
    added = problem.with_catalogue(contents=paid + twins, deliveries=(*problem.deliveries, *places))
    return replace(added, caps=(*added.caps, Cap(f"first {held} free", dict.fromkeys(free.values(), 1), 1)))


def within(delivery: Delivery, first: int = 0, last: int | None = None) -> Delivery | None:
    """The delivery less its starts before week `first` or after week `last` (None: no end); None when none is left.

    Ages and eligibilities that come and go with time are known beforehand, so they are windows: "19 or over at the
    start" is `first` = the week of the nineteenth birthday; "under 25 at the start" is `last` = the week before the
    twenty-fifth; a funding rule that ends in July is `last` = the last week in which a start is funded.
    """
    if delivery.starts is not None:
        starts = tuple(week for week in delivery.starts if first <= week and (last is None or week <= last))
        return replace(delivery, starts=starts) if starts else None
    opens = max(first, delivery.opens)
    closes = min((week for week in (last, delivery.closes) if week is not None), default=None)
    return None if closes is not None and closes < opens else replace(delivery, opens=opens, closes=closes)


def entitlement(id: str, funded: Iterable[Delivery], weeks_left: int) -> Cap:
    """What funded study may still last: four years of loan entitlement less what is used, in weeks of study.

    Only the funded deliveries count, so the same course paid for privately stays open.
    """
    return Cap(id, {one.id: one.weeks for one in funded}, weeks_left)


def priced(problem: PathwayProblem, pounds: Callable[[Delivery], int]) -> PathwayProblem:
    """The question at other prices, so that any sum over deliveries can be asked for as a cost.

    Caps limit what they did before: those on a measure are written out by delivery.
    """
    caps = (replace(cap, of={one.id: cap.amount(one) for one in problem.deliveries}) for cap in problem.caps)
    other = problem.with_catalogue(deliveries=(replace(one, cost_pounds=pounds(one)) for one in problem.deliveries))
    return replace(other, caps=tuple(caps))
