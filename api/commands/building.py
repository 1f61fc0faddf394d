"""`stepway build`, `dump` and `rebuild`: releases made, written down and made again."""

from pathlib import Path
from typing import Annotated, Final

import typer

from api import console, told
from api.commands.shared import (
    DATA_ERRORS,
    AsJson,
    DataDir,
    ReleaseNumber,
    get_release,
    plainly,
    print_json,
    progress_of,
    settings_of,
)
from api.console import Screen
from api.dependencies import ReleaseHolder
from api.derived import DERIVE
from api.errors import Problem
from graph.build import FAILED, BuildResult
from graph.dumps import FORMATS, write_dump
from graph.issues import Severity, count_by_severity
from loaders.publish import SHIPPED, build_release, rebuild_release
from queries.pathways.engine.warm import warm
from queries.pathways.request import counted

ISSUES_SHOWN: Final = 50

STAGES: Final = 6 + len(DERIVE)
"""Stages of a build beside one for each dataset: read, entail, check, write, order, make ready, and what is derived."""

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
@plainly
def build(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Dataset folders.  [default: those that are shipped]")
    ] = None,
    illustrative: Annotated[
        bool, typer.Option("--illustrative", help="Load made-up rows too; all that rests on them says so.")
    ] = False,
    publication: Annotated[
        bool, typer.Option("--publication", help="Refuse data whose licence does not let it be passed on.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Build dataset folders into a release, check it and serve it from now on.

    An error in the data publishes nothing: the last release goes on being served. Ends with 0 when a release was
    published or nothing has changed, with 1 when errors in the data stopped it.
    """
    settings = settings_of(data_dir=data_dir)
    chosen = tuple(folders or ()) or SHIPPED
    if not chosen:
        raise Problem("invalid-request", "No dataset is shipped with this installation.", hint="Name a folder.")
    with progress_of(quiet=as_json, stages=len(chosen) + STAGES) as progress:
        result = build_release(
            chosen,
            settings.data_dir,
            include_illustrative=illustrative,
            publication=publication,
            progress=progress,
            derive=DERIVE,
        )
        if result.release is not None:
            progress("make the search ready")
            warm()
    holder = ReleaseHolder(settings.data_dir)
    if as_json:
        said = told.release(result.release.manifest, holder.releases.current_number()) if result.release else None
        print_json(
            {
                "published": result.release is not None and not result.unchanged,
                "unchanged": result.unchanged,
                "release": said.model_dump(mode="json") if said else None,
                "serving": holder.releases.current_number(),
                "issues": [told.issue(one).model_dump(mode="json") for one in result.issues],
            }
        )
    else:
        _tell_build(Screen(), result, holder)
    if result.release is None:
        raise typer.Exit(DATA_ERRORS)


def _tell_build(screen: Screen, result: BuildResult, holder: ReleaseHolder) -> None:
    counts = count_by_severity(result.issues)
    found = ", ".join(counted(counts[severity], severity.value) for severity in Severity)
    if result.release is None:
        errors = [one for one in result.issues if one.severity is Severity.ERROR]
        for one in errors[:ISSUES_SHOWN]:
            console.issue(screen, told.issue(one))
        if len(errors) > ISSUES_SHOWN:
            screen.line(f"and {len(errors) - ISSUES_SHOWN} more errors")
        screen.line()
        current = holder.releases.current_number()
        still = f"Release {current} goes on being served." if current else "There is no earlier release."
        screen.line(f"Nothing was published: {found}. {still} All issues: {holder.releases.folder / FAILED}")
        return
    manifest = result.release.manifest
    for dataset in manifest.datasets:
        screen.line(f"{dataset['title']} ({dataset['id']})", strong=True)
        rows = [
            (table, *(f"{counted[name]:,}" for name in ("read", "mapped", "withheld", "refused")))
            for table, counted in sorted(dataset["rows"].items())
        ]
        screen.table(("Table", "Rows read", "Loaded", "Held back", "Refused"), rows, whole=range(5))
        screen.line()
    said = "Nothing has changed since" if result.unchanged else "Published"
    illustrative = " It holds made-up (illustrative) rows." if manifest.illustrative else ""
    screen.line(f"{said} release {manifest.number}: {manifest.quads:,} statements; {found}.{illustrative}")
    if result.issues:
        screen.line("See what is doubtful with: stepway issues")


@app.command()
@plainly
def dump(
    folder: Annotated[Path, typer.Argument(help="Folder to write into: a new one, or an empty one.")],
    format: Annotated[str, typer.Option("--format", help="turtle, nquads, jsonld, csv or parquet.")] = "nquads",
    all_data: Annotated[
        bool, typer.Option("--all", help="Also data that must not be passed on: only for yourself.")
    ] = False,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write a release as files that other programs read, with a description of it and the licence of each source."""
    if format not in FORMATS:
        raise Problem("invalid-request", f"There is no format {format}.", hint=f"Choose one of {', '.join(FORMATS)}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem("invalid-request", f"{folder} is not an empty folder.", hint="Name a new folder.")
    holder = ReleaseHolder(settings_of(data_dir=data_dir).data_dir)
    chosen = get_release(holder, release)
    with progress_of(quiet=as_json) as progress:
        written = write_dump(chosen, folder, format, include_private=all_data, progress=progress)
    if as_json:
        print_json({"release": chosen.manifest.number, "format": format, **written.told()})
    else:
        console.dumped(Screen(), chosen.manifest.number, written)


@app.command()
@plainly
def rebuild(
    number: Annotated[int, typer.Argument(min=1, help="Number of the release that is made again.")],
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of its datasets, as they were.  [default: those that are shipped]"),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a release again from the same files, and say whether its content is the same.

    The files are compared with the sums in the manifest first. Nothing is published. Ends with 0 when the content hash
    is the same, else with 1.
    """
    holder = ReleaseHolder(settings_of(data_dir=data_dir).data_dir)
    chosen = get_release(holder, number)
    given = tuple(folders or ()) or SHIPPED
    with progress_of(quiet=as_json, stages=len(given) + STAGES) as progress:
        result = rebuild_release(chosen.manifest, given, progress=progress, derive=DERIVE)
    if as_json:
        print_json({"release": number, **result.told()})
    else:
        console.rebuilt(Screen(), chosen.manifest, result)
    if not result.same:
        raise typer.Exit(DATA_ERRORS)
