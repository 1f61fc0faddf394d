"""`stepway watch`: what adverts and employers ask for, beside what is taught."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from api.commands.shared import AsJson, DataDir, InFormat, ReleaseNumber, ToFile, answer_in, plainly, services_of
from api.schemas.adverts import AdvertsAsked, AdvertsSaid, DemandAsked, DemandSaid
from api.schemas.watch import (
    FiguresAsked,
    FiguresSaid,
    IndexAsked,
    IndexSaid,
    NeedsAsked,
    NeedsSaid,
    WatchChangesAsked,
    WatchChangesSaid,
)
from api.watching.adverts import adverts_faces, demand_faces, show_adverts, show_demand
from api.watching.changes import before, changes_faces, show_changes
from api.watching.figures import figures_faces, show_figures
from api.watching.index import index_faces, show_index
from api.watching.needs import needs_faces, show_needs

watch_app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


@watch_app.command("adverts")
@plainly
def adverts(
    jobs: Annotated[str, typer.Option(help="List of jobs: role, soc2020, soc2010, esco or onet.")] = "role",
    titles: Annotated[str, typer.Option(help="Titles to show: matched, ambiguous or unmatched.")] = "unmatched",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most titles that are shown.")] = 20,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Tell how adverts were matched with jobs, how often that is right, and which titles fit none."""
    asked = AdvertsAsked.model_validate({"jobs": jobs, "titles": titles, "limit": limit})
    services, _, _ = services_of(data_dir, release)
    faces = adverts_faces(services, asked, None)
    said = faces.said
    assert isinstance(said, AdvertsSaid)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_adverts(screen, said))


@watch_app.command("demand")
@plainly
def demand(
    by: Annotated[
        list[str] | None, typer.Option(help="Tell apart by role, competency, district or quarter; repeat it.")
    ] = None,
    role: Annotated[list[str] | None, typer.Option(help="Only adverts of this role; repeat it.")] = None,
    competency: Annotated[list[str] | None, typer.Option(help="Only adverts of this competency; repeat it.")] = None,
    district: Annotated[
        list[str] | None, typer.Option(help="Only adverts of this postcode district, such as WS1; repeat it.")
    ] = None,
    quarter: Annotated[
        list[str] | None, typer.Option(help="Only adverts of this quarter, such as 2026-Q4; repeat it.")
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(help="Only adverts of this way of matching: exact, plain, part or fuzzy; repeat it."),
    ] = None,
    published_only: Annotated[bool, typer.Option("--published-only", help="Only what is published as taught.")] = False,
    placeholders: Annotated[bool, typer.Option("--placeholders", help="Illustrative placeholders count.")] = False,
    on: Annotated[str | None, typer.Option(help="The day on which runs are over or not. Without it today.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most rows.")] = 30,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Tell how many adverts ask for what, where and when, and what is taught beside it."""
    sides = {"role": role, "competency": competency, "district": district, "quarter": quarter, "method": method}
    asked = DemandAsked.model_validate(
        {
            **{name: some for name, some in {**sides, "by": by}.items() if some},
            **{"published_only": published_only, "placeholders": placeholders, "on": on, "limit": limit},
        }
    )
    services, _, _ = services_of(data_dir, release)
    faces = demand_faces(services, asked.on or datetime.now(UTC).date(), asked, None)
    said = faces.said
    assert isinstance(said, DemandSaid)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_demand(screen, said))


_PublishedOnly = Annotated[bool, typer.Option("--published-only", help="Only what is published as taught.")]
_Placeholders = Annotated[bool, typer.Option("--placeholders", help="Illustrative placeholders count.")]
_On = Annotated[str | None, typer.Option("--on", help="The day of the question, as 2026-11-21; without it today.")]


@watch_app.command("needs")
@plainly
def needs(
    need: Annotated[str | None, typer.Option(help="Only this need, by id, with every chain.")] = None,
    stop: Annotated[str | None, typer.Option(help="Only chains that break here, such as no-run.")] = None,
    chains: Annotated[int, typer.Option(min=0, max=1000, help="Most chains told of each need.")] = 5,
    published_only: _PublishedOnly = False,
    placeholders: _Placeholders = False,
    on: _On = None,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Trace what employers say they need to skills, units, runs and seats, and tell where the way breaks."""
    given = {"need": need, "stop": stop, "chains": chains, "on": on}
    given |= {"published_only": published_only, "placeholders": placeholders}
    asked = NeedsAsked.model_validate({name: value for name, value in given.items() if value is not None})
    services, _, _ = services_of(data_dir, release)
    facts = services.coverage(asked.on or datetime.now(UTC).date())
    faces = needs_faces(services, facts, asked, None)
    said = faces.said
    assert isinstance(said, NeedsSaid)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_needs(screen, said))


@watch_app.command("figures")
@plainly
def figures(
    matter: Annotated[str | None, typer.Option(help="Only figures about this matter.")] = None,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Show demand figures about the same matter side by side, with what sets them apart."""
    services, _, _ = services_of(data_dir, release)
    faces = figures_faces(services, FiguresAsked(matter=matter), None)
    said = faces.said
    assert isinstance(said, FiguresSaid)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_figures(screen, said))


@watch_app.command("changes")
@plainly
def changes(
    since: Annotated[int | None, typer.Option(min=1, help="Compare with this release, not the one before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most items of each list.")] = 20,
    published_only: _PublishedOnly = False,
    placeholders: _Placeholders = False,
    on: _On = None,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Tell what changed for coverage and stated needs since another release."""
    given = {"since": since, "limit": limit, "on": on}
    given |= {"published_only": published_only, "placeholders": placeholders}
    asked = WatchChangesAsked.model_validate({name: value for name, value in given.items() if value is not None})
    services, holder, _ = services_of(data_dir, release)
    earlier = before(holder, services, asked.since)
    faces = changes_faces(services, earlier, asked.on or datetime.now(UTC).date(), asked, None)
    said = faces.said
    assert isinstance(said, WatchChangesSaid)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_changes(screen, said))


@watch_app.command("index")
@plainly
def index(
    releases: Annotated[int, typer.Option(min=1, max=20, help="This release and those before it: how many.")] = 1,
    on: _On = None,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Tell the regional index, its parts, and the named queries from which anyone can recompute it."""
    given = {"releases": releases, "on": on}
    asked = IndexAsked.model_validate({name: value for name, value in given.items() if value is not None})
    services, holder, _ = services_of(data_dir, release)
    faces = index_faces(holder, services, asked.on or datetime.now(UTC).date(), asked, None)
    said = faces.said
    assert isinstance(said, IndexSaid)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_index(screen, said))
