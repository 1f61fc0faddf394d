"""What is missing in a release, in the shape of replies and as lines of the console."""

from collections.abc import Iterable, Sequence
from datetime import date

from api.console import Screen
from api.dependencies import Services
from api.schemas.common import Link
from api.schemas.incomplete import (
    AloneSaid,
    IncompleteSaid,
    MissingOf,
    MissingSaid,
    OpenedSaid,
    ReachSaid,
)
from queries.incomplete import Missing, Named, Opened, report
from queries.profiles import UnknownIdError


def incomplete(services: Services, on: date, dataset: str | None, links: Sequence[Link]) -> IncompleteSaid:
    """What is missing. Raises `UnknownIdError` for a dataset that the release has not."""
    known = [str(one["id"]) for one in services.manifest.datasets]
    if dataset is not None and dataset not in known:
        raise UnknownIdError(dataset)
    found = report(services.store, services.pathways.catalogues, on, dataset)
    return IncompleteSaid(
        on=on,
        dataset=dataset,
        items=[_missing(one) for one in found.missing],
        release=services.reference,
        links=list(links),
    )


def _missing(one: Missing) -> MissingSaid:
    return MissingSaid(
        code=one.kind.code,
        text=one.kind.text,
        best=one.kind.best,
        ask=one.kind.ask,
        missing=one.missing,
        of=one.of,
        by_source=_named(one.by_source),
        by_provider=_named(one.by_provider),
        steps=one.steps,
        opens=_opened(one.opens),
        alone=[
            AloneSaid(step=two.step, title=two.title, things=two.things, opens=_opened(two.opens)) for two in one.alone
        ],
        bound=one.bound or None,
    )


def _named(found: Iterable[Named]) -> list[MissingOf]:
    return [MissingOf(id=one.id, label=one.label, missing=one.missing, of=one.of) for one in found]


def _opened(found: Iterable[Opened]) -> list[OpenedSaid]:
    return [
        OpenedSaid(
            holds=list(one.holds),
            roles=[ReachSaid(id=id, label=label) for id, label in one.roles],
            awards=[ReachSaid(id=id, label=label) for id, label in one.awards],
        )
        for one in found
    ]


def show(screen: Screen, said: IncompleteSaid) -> None:
    """The report for people: what is missing, whose it is, and what it would open."""
    whole = said.dataset or "all datasets"
    screen.line(f"What is missing on {said.on} in {whole}, and what it would open if it were filled in.")
    for one in said.items:
        screen.line("")
        screen.line(f"{one.text}: {one.missing:,} of {one.of:,} ({one.code})")
        if not one.missing:
            continue
        screen.line(f"  sources: {_counts(one.by_source)}")
        if one.by_provider:
            screen.line(f"  providers: {_counts(one.by_provider[:5])}")
        for opened in one.opens:
            brings = " and ".join(opened.holds) or "nothing"
            bound = f" ({one.bound})" if one.bound else ""
            screen.line(
                f"  with {one.best}, for somebody who brings {brings}: {len(opened.roles)} more roles and"
                f" {len(opened.awards)} more awards{bound}"
            )
        for two in one.alone[:3]:
            roles = sorted({role.label for opened in two.opens for role in opened.roles})
            screen.line(f"  ask {one.ask} of {two.title}" + (f": opens {', '.join(roles)}" if roles else ""))


def _counts(found: Iterable[MissingOf]) -> str:
    return ", ".join(f"{one.label} {one.missing:,} of {one.of:,}" for one in found)
