"""What datasets contradict each other in, in the shape of replies and as lines of the console."""

from collections.abc import Sequence
from dataclasses import asdict

from api.console import Screen
from api.dependencies import Services
from api.schemas.common import Link
from api.schemas.contradictions import ContradictionSaid, ContradictionsAsked, ContradictionsSaid, ToldSaid
from queries.contradictions import Contradiction, NotComparedError, compared, contradictions
from queries.pathways.request import counted
from queries.profiles import UnknownIdError


def said(services: Services, asked: ContradictionsAsked, links: Sequence[Link]) -> ContradictionsSaid:
    """The contradictions that are asked for. Raises `UnknownIdError` for a dataset that the release has not, and
    `NotComparedError`.
    """
    if asked.property is not None and asked.property not in compared():
        raise NotComparedError(asked.property)
    known = [str(one["id"]) for one in services.manifest.datasets]
    if asked.dataset is not None and asked.dataset not in known:
        raise UnknownIdError(asked.dataset)
    chosen = [one for one in contradictions(services.store) if _wanted(one, asked)]
    page = chosen[asked.offset : asked.offset + asked.limit]
    return ContradictionsSaid(
        total=len(chosen),
        offset=asked.offset,
        limit=asked.limit,
        items=[_said(one, services) for one in page],
        release=services.reference,
        links=list(links),
    )


def _wanted(one: Contradiction, asked: ContradictionsAsked) -> bool:
    datasets = {told.dataset for told in (one.shown, *one.others)}
    return asked.dataset in (None, *datasets) and asked.property in (None, one.property)


def _said(one: Contradiction, services: Services) -> ContradictionSaid:
    return ContradictionSaid(
        thing=one.thing,
        label=services.things.get_named(one.thing).label if one.thing in services.things else one.thing,
        property=one.property,
        shown=ToldSaid(**asdict(one.shown)),
        others=[ToldSaid(**asdict(other)) for other in one.others],
        because=one.because,
    )


def show(screen: Screen, found: ContradictionsSaid) -> None:
    """The list for people: what is shown, what else is said, and why."""
    for one in found.items:
        screen.line(f"{one.label} ({one.thing}): {one.property} is {_who(one.shown)}")
        for other in one.others:
            screen.line(f"  also {_who(other)}")
        screen.line(f"  shown is the first: {one.because}")
    screen.line(f"{counted(found.total, 'contradiction')}; every value is kept.")


def _who(told: ToldSaid) -> str:
    return f"{told.value} in {told.dataset} ({told.status}, {told.as_of or 'no date'})"
