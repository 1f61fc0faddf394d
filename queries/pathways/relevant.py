"""What of a release can matter to pathways: all of a region; of a national register only what something points to.

An award that is known from a register alone, which no rule, progression or transfer names and which is not the goal,
could only lend somebody a level, in any subject whatever. It is not planned; its courses can still be found.
"""

from collections.abc import Collection
from dataclasses import replace

from graph.projection import AwardFacts, Projection, Step, StepKind
from graph.requirements import parse, references

REGISTER = "QAN-"
"""How the ids of awards begin that a register describes, and no table of ours."""


def is_of_register(award: AwardFacts) -> bool:
    """Whether only a register describes an award."""
    return award.id.startswith(REGISTER)


def relevant(projection: Projection, goals: Collection[str] = ()) -> Projection:
    """The projection without steps that cannot matter, and their runs; itself when there are none."""
    asides = [step for step in projection.steps if step.kind is StepKind.STUDY and step.id.startswith(REGISTER)]
    if not asides:
        return projection
    named = _named(projection)
    aside = {step.id for step in asides if step.id not in named and step.id not in goals}
    if not aside:
        return projection
    return replace(
        projection,
        steps=tuple(step for step in projection.steps if step.id not in aside),
        offers=tuple(offer for offer in projection.offers if offer.step not in aside),
    )


def _named(projection: Projection) -> set[str]:
    """The ids that some rule, progression or transfer names."""
    rules = {step.requirement for step in projection.steps}
    rules |= {text for award in projection.awards.values() for text in award.award_rules}
    found = {id for text in rules for id in references(parse(text))}
    found |= {link.from_id for step in projection.steps for link in step.links}
    found |= {id for step in projection.steps if not _is_aside(step) for id in step.about}
    for transfer in projection.transfers:
        found |= {id for id in (transfer.from_id, transfer.to_id) if id}
    return found


def _is_aside(step: Step) -> bool:
    return step.id.startswith(REGISTER)
