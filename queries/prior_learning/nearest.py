"""The nearest award: how many credits are left to it, which units they could be, and when a course starts."""

from collections.abc import Iterable
from dataclasses import replace

from graph.projection import AwardFacts, Status, worst
from queries.pathways.request import counted
from queries.prior_learning.known import Known
from queries.prior_learning.request import NearestAward, Remaining
from queries.prior_learning.said import remaining


def statuses_of(left: Remaining | None) -> Iterable[Status]:
    """How sure the units are that are left."""
    return (unit.status for choice in (left.choices if left else ()) for unit in choice.units)


def nearest_awards(known: Known) -> tuple[NearestAward, ...]:
    """Awards that something counts towards, and those asked about; fewest credits short first."""
    found = []
    for award in known.projection.awards.values():
        asked = award.id in known.asked.to
        usable = known.shown(award.source.status) and (award.current or asked)
        if usable and award.id not in known.awards_held and (asked or known.counted_by_rules(award)):
            found.append(_near(known, award))
    return tuple(sorted(found, key=lambda n: (n.credits_short is None, n.credits_short or 0, n.award.id)))


def _near(known: Known, award: AwardFacts) -> NearestAward:
    """How far one award is."""
    target, banked = known.target(award.id), known.counted_by_rules(award)
    rule, held = target.rule, sum(one.credits or 0 for one in banked)
    least = known.shortfalls.least(rule, known.facts, award.id) if rule is not None else None
    left = remaining(least, known.projection.labels)
    by_number = max(0, award.credits - held) if award.credits else None
    short = left.credits if left else by_number if rule is None else None
    loose = any(fact.startswith("credits:") for fact in known.facts)
    at_best = by_number if left and loose and by_number is not None and by_number < left.credits else None
    near = NearestAward(
        award=target.thing,
        level=award.level,
        credits=award.credits,
        credits_held=held,
        credits_short=short,
        at_best=at_best,
        remaining=left,
        courses=known.courses_said(target.courses),
        printed_rules=award.printed_rules,
        status=worst([target.status, *(source.status for one in banked for source in one.sources), *statuses_of(left)]),
        source=award.source,
        text="",
    )
    return replace(near, text=" ".join(_said(near, award, has_rule=rule is not None)))


def _said(near: NearestAward, award: AwardFacts, *, has_rule: bool) -> Iterable[str]:
    """What is left, in sentences."""
    name, whom, left = near.award.label, award.awarding_body or "the awarding body", near.remaining
    if left is not None:
        yield f"{left.text[:1].upper()}{left.text[1:]} would complete {name}."
    elif near.credits_short is not None:
        held = counted(near.credits_held, "credit")
        yield f"{held} of {award.credits} count towards {name}, so {near.credits_short} are left."
        yield f"How its units must add up is not held here: ask {whom} which are still needed."
    elif has_rule:
        yield f"No choice of the units we hold, with the credits that are visible, completes {name}: ask {whom}."
    else:
        yield f"How many credits {name} takes is not held here: ask {whom}."
    if near.at_best is not None:
        yield f"Some credits were told without their units; if they are the right ones, {near.at_best} are left."
    if not award.real:
        yield "It stands for a family of awards: ask which one is taught."
    if not award.current:
        yield "People are no longer entered for it."
    start = next((course for course in near.courses if course.next_start), None)
    if start:
        yield f"The next start that is known is {start.next_start} at {start.provider.label}."
    else:
        yield "No start that is still to come is known."
