"""The nearest award: how many credits are left to it, which units they could be, and when a course starts."""

from collections.abc import Iterable
from dataclasses import replace

from graph.projection import AwardFacts, Status, worst
from queries.prior_learning.known import Known
from queries.prior_learning.request import CreditSaid, NearestAward, Remaining, Span
from queries.prior_learning.said import depending, remaining, span_said


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
    return tuple(sorted(found, key=_far))


def _far(near: NearestAward) -> tuple[bool, int, int, str]:
    """What is left at least comes first, then at most; what is not known last."""
    short = near.credits_short
    return short is None, short.least if short else 0, (short.most or 0) if short else 0, near.award.id


def _near(known: Known, award: AwardFacts) -> NearestAward:
    """How far one award is."""
    target, banked = known.target(award.id), known.counted_by_rules(award)
    rule, held = target.rule, held_of(banked)
    if rule is not None:
        short, most = known.left(rule, known.facts, award.id)
    else:
        short, most = (left_by_number(award.credits, held) if award.credits else None), None
    left = remaining(most, known.projection.labels)
    near = NearestAward(
        award=target.thing,
        level=award.level,
        credits=award.credits,
        credits_held=held,
        credits_short=short,
        remaining=left,
        courses=known.courses_said(target.courses),
        printed_rules=award.printed_rules,
        status=worst([target.status, *(source.status for one in banked for source in one.sources), *statuses_of(left)]),
        source=award.source,
        text="",
    )
    return replace(near, text=" ".join(_said(near, award, banked, has_rule=rule is not None)))


def held_of(credits: Iterable[CreditSaid]) -> Span:
    """What is counted, without and with the credits of which the units were not told."""
    told = list(credits)
    return Span(sum(one.credits or 0 for one in told if one.units_told), sum(one.credits or 0 for one in told))


def left_by_number(whole: int, held: Span) -> Span:
    """What is left of so many credits where the rules are not known."""
    return Span(max(0, whole - (held.most or 0)), max(0, whole - held.least))


def _said(near: NearestAward, award: AwardFacts, banked: Iterable[CreditSaid], *, has_rule: bool) -> Iterable[str]:
    """What is left, in sentences."""
    name, whom, left = near.award.label, award.awarding_body or "the awarding body", near.remaining
    short = near.credits_short
    if short is not None and short.least != short.most:
        span = span_said(short)
        yield f"{span[:1].upper()}{span[1:]} left{depending(short, banked)}."
        if left is not None:
            yield f"If none of them are of use, what would complete {name} is {left.text}."
    elif left is not None:
        yield f"{left.text[:1].upper()}{left.text[1:]} would complete {name}."
    elif short is not None:
        yield f"{span_said(near.credits_held)} of {award.credits} count towards {name}, so {short.least} are left."
    if short is not None and left is None:
        yield f"How its units must add up is not held here: ask {whom} which are still needed."
    elif short is None and has_rule:
        yield f"No choice of the units we hold, with the credits that are visible, completes {name}: ask {whom}."
    elif short is None:
        yield f"How many credits {name} takes is not held here: ask {whom}."
    if not award.real:
        yield "It stands for a family of awards: ask which one is taught."
    if not award.current:
        yield "People are no longer entered for it."
    start = next((course for course in near.courses if course.next_start), None)
    if start:
        yield f"The next start that is known is {start.next_start} at {start.provider.label}."
    else:
        yield "No start that is still to come is known."
