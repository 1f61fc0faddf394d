"""The commands of sandboxes: imagine units, runs and providers over a release, and see what they would change."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.addresses import Addresses
from api.commands.shared import AsJson, DataDir, ReleaseNumber, plainly, print_json, progress_of, services_of
from api.console import Screen
from api.derived import DERIVE
from api.errors import Problem, problem_of
from api.sandboxes import issue_in_words, must_imagine, show, show_effect, told_effect, told_sandbox
from api.workshop import compare
from loaders.kept_sandboxes import Asked
from loaders.refusals import RefusedSandboxError
from loaders.sandbox import Sandboxes

sandbox_app = typer.Typer(
    help="Imagine units, runs and providers, and see what they would change.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Id = Annotated[str, typer.Argument(help="Id of the sandbox.")]


@sandbox_app.command("make")
@plainly
def make(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder with a CSV file for each table.  [default: nothing is added]")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="Id of a provider, site, opportunity or delivery taken to be closed."),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="What it is about, in a few words.")] = "",
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Lay what is imagined over a release. The release itself is not changed; the same content has the same id."""
    services, holder, settings = services_of(data_dir, release)
    if not settings.sandboxes:
        raise Problem(
            "not-found", "This installation keeps no sandboxes.", hint="Set STEPWAY_SANDBOXES to more than 0."
        )
    try:
        asked = Asked.of_folder(folder, title, without or ()) if folder else Asked(title, (), tuple(without or ()))
    except OSError as error:
        raise Problem("invalid-request", f"The folder cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Problem("invalid-request", "A CSV file is not UTF-8.", hint="Save it as CSV, UTF-8.") from None
    must_imagine(asked)
    kept = Sandboxes(settings.data_dir, settings.sandboxes)
    try:
        with progress_of(quiet=as_json) as progress:
            sandbox = kept.make(asked, services.release, derive=DERIVE, progress=progress)
    except RefusedSandboxError as error:
        for one in error.issues:
            Screen(sys.stderr).line(issue_in_words(one))
        raise typer.Exit(problem_of(error).type.exit_code) from None
    said = told_sandbox(sandbox, holder.releases.current_number(), Addresses())
    if as_json:
        print_json(said)
    else:
        show(Screen(), said)
        Screen().line(f"See what it changes with: stepway sandbox effect {sandbox.id}")


@sandbox_app.command("show")
@plainly
def show_one(id: Id, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What a sandbox imagines, and what it takes to be closed."""
    _, holder, settings = services_of(data_dir, None)
    sandbox = Sandboxes(settings.data_dir, settings.sandboxes).get(id)
    said = told_sandbox(sandbox, holder.releases.current_number(), Addresses())
    if as_json:
        print_json(said)
    else:
        show(Screen(), said)


@sandbox_app.command("effect")
@plainly
def show_what_it_changes(
    id: Id,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Count weeks from this day.  [default: today]")
    ] = None,
    gap: Annotated[
        list[str] | None,
        typer.Option("--gap", help="A competency (id) or theme that it is to close: told before and after."),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """What a sandbox changes: roles newly reachable, weeks saved, people-places served."""
    _, holder, settings = services_of(data_dir, None)
    kept = Sandboxes(settings.data_dir, settings.sandboxes)
    sandbox = kept.get(id)
    base, own = holder.get(sandbox.number).release, kept.release(id)
    day = on.date() if on else datetime.now(UTC).date()
    with progress_of(quiet=as_json) as progress:
        progress("ask the release and the sandbox the same questions")
        said = told_effect(compare(base, own, day, gap or ()), base, own, id, "")
    if as_json:
        print_json(said)
    else:
        show_effect(Screen(), said)


@sandbox_app.command("list")
@plainly
def show_all(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """The sandboxes there are, those used last first."""
    _, holder, settings = services_of(data_dir, None)
    kept = Sandboxes(settings.data_dir, settings.sandboxes)
    served = holder.releases.current_number()
    found = [told_sandbox(kept.get(id), served, Addresses()) for id in kept.ids()]
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    screen = Screen()
    for one in found:
        screen.line(f"{one.id}  {one.banner}")
    if not found:
        screen.line("There are no sandboxes. Make one with: stepway sandbox make FOLDER")
