"""What a release holds, what it is made of, and what is wrong with it."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from api import console, named, things, told
from api import contradictions as differing
from api import incomplete as missing
from api.commands.shared import (
    AsJson,
    DataDir,
    ReleaseNumber,
    get_release,
    plainly,
    print_json,
    services_of,
    settings_of,
)
from api.console import Screen
from api.dependencies import ReleaseHolder
from api.differences import Differences
from api.errors import CATALOGUE, Problem, UnknownReleaseError
from api.reply import SOFTWARE
from api.schemas.contradictions import ContradictionsAsked
from api.schemas.releases import DiffAsked
from api.schemas.service import IssuesSaid
from graph.build import FAILED
from graph.issues import Issue, Severity, read_issues
from graph.release import NoReleaseError
from queries.catalogue import BY_CLASS, get_query
from queries.find import PUBLISHED
from queries.pathways.request import counted
from queries.profiles import UnknownIdError

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
releases_app = typer.Typer(
    help="List the releases, or serve another of them.", rich_markup_mode=None, pretty_exceptions_enable=False
)


def _known_kinds(given: list[str] | None) -> list[str]:
    for kind in given or ():
        if kind not in BY_CLASS and kind not in PUBLISHED:
            raise typer.BadParameter(f"{kind} is not one of {', '.join(sorted((*BY_CLASS, *PUBLISHED)))}")
    return given or []


@app.command()
@plainly
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of anything, such as OC-HCSASSOC.")],
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show one thing: every statement with how sure it is and where it comes from, and what points to it."""
    services, holder, settings = services_of(data_dir, release)
    try:
        collection = things.collection_of(services, id)
    except UnknownIdError as error:
        raise holder.find_retired(id, services) or error from None
    profile = services.things.get(collection, id, settings.max_neighbours)
    if as_json:
        print_json(things.said_profile(profile, services))
    else:
        console.thing(Screen(), profile)


@app.command()
@plainly
def find(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="Everyday words, a code or an id.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Kind of thing to look among, such as Role. Repeatable.", callback=_known_kinds),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most matches.")] = 20,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find things by everyday words; misspelt words are forgiven. Ends with 4 when nothing matches."""
    services, _, _ = services_of(data_dir, release)
    page = told.found(services, " ".join(text)[:200], kind or [], limit)
    if as_json:
        print_json(page)
    else:
        console.found(Screen(), page)
    if not page.items:
        raise typer.Exit(CATALOGUE["unknown-words"].exit_code)


@app.command()
@plainly
def queries(
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="Words that they have.")] = None,
    asked_by: Annotated[str | None, typer.Option(help="Who asks them, such as “careers adviser”.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the named queries."""
    said = named.said_list(" ".join(text) if text else None, asked_by, things.HERE)
    if as_json:
        print_json(said)
    else:
        console.queries(Screen(), said)


@app.command()
@plainly
def query(
    name: Annotated[str, typer.Argument(help="Name of the query: see stepway queries.")],
    param: Annotated[
        list[str] | None, typer.Option(help="A value that it takes, name=value, such as role=OC-HCSA. Repeatable.")
    ] = None,
    format: Annotated[
        str, typer.Option(help="table, json, csv, tsv, sparql-json or sparql-xml; text: the query itself.")
    ] = "table",
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
) -> None:
    """Run a named query. With --format table it also says what the columns mean and what to cite."""
    known = {one.name: one for one in named.FORMATS}
    if format not in {"table", "text", *known}:
        raise Problem("invalid-request", f"--format: {format} is not one of table, text, {', '.join(known)}.")
    chosen = get_query(name)
    given = dict(_pair(one) for one in param or ())
    if format == "text":
        sys.stdout.write(chosen.with_values(chosen.bind({**chosen.example(), **given})))
        return
    terms = chosen.bind(given)
    services, _, _ = services_of(data_dir, release)
    named.check_things(chosen, given, services)
    ours = format in ("table", "json")
    media_type = named.FORMATS[1].media_type if ours else known[format].media_type
    answer = services.store.answer(chosen.text, terms, media_type)
    if not ours:
        sys.stdout.write(answer.decode())
        return
    said = named.said_results(chosen, given, answer, 0, None, services, things.HERE)
    if format == "json":
        print_json(said)
    else:
        console.results(Screen(), said)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Problem("invalid-request", f"--param: {text} is not name=value.")
    return name, value


@app.command()
@plainly
def issues(
    severity: Annotated[list[Severity] | None, typer.Option(help="Only these. Repeatable.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Most issues.")] = 50,
    last_failed: Annotated[
        bool, typer.Option("--last-failed", help="Those of the last build that was stopped.")
    ] = False,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what is wrong or doubtful in the data, where it is and how to mend it."""
    if last_failed:
        path = ReleaseHolder(settings_of(data_dir=data_dir).data_dir).releases.folder / FAILED
        failed = _of(read_issues(path) if path.is_file() else [], severity)
        if as_json:
            print_json([told.issue(one).model_dump(mode="json") for one in failed[:limit]])
            return
        for one in failed[:limit]:
            console.issue(Screen(), told.issue(one))
        Screen().line(f"{counted(len(failed), 'issue')} of the last build that was stopped.")
        return
    services, _, _ = services_of(data_dir, release)
    page: IssuesSaid = told.issues(services, _of(services.issues, severity), 0, limit, [])
    if as_json:
        print_json(page)
    else:
        console.issues(Screen(), page)


def _of(found: Sequence[Issue], severity: list[Severity] | None) -> list[Issue]:
    return [one for one in found if not severity or one.severity in severity]


@app.command()
@plainly
def incomplete(
    dataset: Annotated[str | None, typer.Option(help="Only what this dataset describes, by id.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day. Without it today.")] = None,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell what is missing in the data, whose it is, and which pathways it would open."""
    services, _, _ = services_of(data_dir, release)
    said = missing.incomplete(services, (on or datetime.now(UTC)).date(), dataset, [])
    if as_json:
        print_json(said)
    else:
        missing.show(Screen(), said)


@app.command()
@plainly
def contradictions(
    dataset: Annotated[str | None, typer.Option(help="Only those in which this dataset has a part, by id.")] = None,
    of_property: Annotated[str | None, typer.Option("--property", help="Only those in this property.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most to be shown.")] = 100,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell what datasets contradict each other in, which value is shown, and why."""
    services, _, _ = services_of(data_dir, release)
    asked = ContradictionsAsked(dataset=dataset, property=of_property, offset=0, limit=limit)
    said = differing.said(services, asked, [])
    if as_json:
        print_json(said)
    else:
        differing.show(Screen(), said)


@app.command()
@plainly
def datasets(release: ReleaseNumber = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the datasets of the release: whose they are, and what may be done with them."""
    services, _, _ = services_of(data_dir, release)
    said = told.datasets(services)
    if as_json:
        print_json(said)
    else:
        console.datasets(Screen(), said)


@releases_app.callback(invoke_without_command=True)
@plainly
def releases(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the releases, newest first."""
    if context.invoked_subcommand is not None:
        context.obj = (data_dir, as_json)
        return
    holder = ReleaseHolder(settings_of(data_dir=data_dir).data_dir)
    if not holder.releases.numbers():
        raise NoReleaseError("no release has been built yet")
    if as_json:
        print_json(told.releases(holder))
    else:
        console.releases(Screen(), told.releases(holder))


@releases_app.command("use")
@plainly
def use_release(
    context: typer.Context,
    number: Annotated[int, typer.Argument(min=1, help="Number of the release.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Serve this release from now on. A server that runs notices by itself."""
    outer_dir, outer_json = context.obj or (None, False)
    holder = ReleaseHolder(settings_of(data_dir=data_dir or outer_dir).data_dir)
    try:
        holder.releases.point_to(number)
    except NoReleaseError as error:
        raise UnknownReleaseError(number, holder.releases.numbers()) from error
    if as_json or outer_json:
        print_json(told.release(holder.releases.get(number).manifest, number))
    else:
        Screen().line(f"Release {number} is served from now on.")


@app.command("diff")
@plainly
def show_diff(
    first: Annotated[int, typer.Argument(min=1, help="Number of a release.")],
    second: Annotated[int, typer.Argument(min=1, help="Number of another, usually a later one.")],
    kind: Annotated[list[str] | None, typer.Option(help="Only this class, as sw:Qualification. Repeatable.")] = None,
    dataset: Annotated[list[str] | None, typer.Option(help="Only what differs in this dataset. Repeatable.")] = None,
    became: Annotated[
        list[str] | None, typer.Option(help="Only added, retired, changed or renamed things. Repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most things to show.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Things to pass over.")] = 0,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say what became of the things of one release in another: counts by class and dataset, and the things."""
    asked = DiffAsked.model_validate(
        {"kind": kind or [], "dataset": dataset or [], "became": became or [], "limit": limit, "offset": offset}
    )
    holder = ReleaseHolder(settings_of(data_dir=data_dir).data_dir)
    chosen = [get_release(holder, number) for number in (first, second)]
    said = Differences(*chosen).said(asked, things.HERE)
    if as_json:
        print_json(said)
    else:
        console.diff(Screen(), said)


@app.command("version")
def show_version() -> None:
    """Say which version this is."""
    sys.stdout.write(f"stepway {SOFTWARE}\n")
