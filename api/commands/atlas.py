"""Commands of the reachability atlas: make one, and look at it."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from api.commands.shared import AsJson, DataDir, ReleaseNumber, plainly, print_json, services_of
from api.console import Screen
from api.designers import atlas as presented
from api.errors import Problem
from api.schemas.atlas import AtlasAsked

if TYPE_CHECKING:
    from queries.atlas import run as running

atlas_app = typer.Typer(
    help="Which roles can be reached from each postcode district.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Districts = Annotated[
    list[str] | None, typer.Option("--district", help="Only this postcode district. May be repeated.")
]
Circumstances = Annotated[
    list[str] | None, typer.Option("--circumstance", help="Only this standard circumstance, by id. May be repeated.")
]
Roles = Annotated[list[str] | None, typer.Option("--role", help="Only this role, by id. May be repeated.")]


@atlas_app.command("run")
@plainly
def run_atlas(
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler: tcp://host:8786.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, max=256, help="Work in so many processes here.")] = None,
    districts: Districts = None,
    circumstances: Circumstances = None,
    roles: Roles = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Count weeks from this day, not that of the build.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the atlas.  [default: where GET /atlas looks]")] = None,
    afresh: Annotated[bool, typer.Option("--afresh", help="Throw away finished work in the folder first.")] = False,
    tls_ca: Annotated[Path | None, typer.Option(help="TLS: certificate of the authority (PEM).")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="TLS: our certificate (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="TLS: the key of our certificate (PEM).")] = None,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Work out which roles can be reached from each postcode district in standard circumstances.

    Without --scheduler or --processes the work is done in this process. Finished pieces are kept: the same command goes
    on where it was stopped.
    """
    from queries.atlas import places, run, tasks  # noqa: PLC0415 -- the cluster's library takes long to load
    from queries.atlas.circumstances import circumstances as standard  # noqa: PLC0415 -- as above

    if scheduler and processes:
        raise Problem("invalid-request", "--scheduler and --processes are two places to work at.", hint="Say one.")
    tls = (tls_ca, tls_cert, tls_key)
    if any(tls) and (not all(tls) or not scheduler):
        raise Problem("invalid-request", "TLS takes --scheduler, --tls-ca, --tls-cert and --tls-key together.")
    services, _, settings = services_of(data_dir, release)
    known = standard()
    for id in circumstances or ():
        if id not in {one.id for one in known}:
            names = ", ".join(one.id for one in known)
            raise Problem("invalid-request", f"There is no circumstance {id}.", hint=f"There are {names}.")
    plan = tasks.plan(
        services.release.projection,
        services.manifest.content_hash,
        on.date() if on else date.fromisoformat(services.manifest.today or services.manifest.built_at[:10]),
        places.read(services.store),
        [one for one in known if not circumstances or one.id in circumstances],
        districts=[one.upper() for one in districts or ()],
        roles=roles or (),
    )
    folder = out or presented.folder_of(settings.data_dir, services)
    if afresh:
        shutil.rmtree(folder / run.PARTS, ignore_errors=True)
    cluster = None
    if scheduler or processes:
        secret = run.Tls(tls_ca, tls_cert, tls_key) if tls_ca and tls_cert and tls_key else None
        cluster = run.Cluster(scheduler, processes or 1, secret)
    with _progress(quiet=as_json) as progress:
        manifest = run.make(plan, folder, progress, cluster)
    if as_json:
        print_json({"folder": str(folder), **presented.made(manifest).model_dump(mode="json")})
    else:
        screen = Screen()
        presented.told(screen, manifest)
        screen.line(f"It is in {folder}: atlas.parquet, atlas.nq.gz and manifest.json.")


@atlas_app.command("show")
@plainly
def show_atlas(
    folder: Annotated[Path | None, typer.Argument(help="Folder of an atlas.  [default: that of the release]")] = None,
    districts: Districts = None,
    circumstances: Circumstances = None,
    roles: Roles = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Most rows to be shown.")] = 50,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show an atlas: what it is, and its rows for districts, circumstances and roles."""
    from queries.atlas import table  # noqa: PLC0415 -- polars takes long to load

    if folder is None:
        services, _, settings = services_of(data_dir, release)
        manifest, folder = (
            presented.manifest_of(settings.data_dir, services),
            presented.folder_of(settings.data_dir, services),
        )
    else:
        manifest = table.manifest_of(folder)
    asked = AtlasAsked(district=districts or [], circumstance=circumstances or [], role=roles or [], release=None)
    found = presented.rows(folder, manifest, asked)
    if as_json:
        print_json(
            {
                "atlas": presented.made(manifest).model_dump(mode="json"),
                "total": len(found),
                "items": [one.model_dump(mode="json") for one in presented.items(found.head(limit))],
            }
        )
        return
    screen = Screen()
    presented.told(screen, manifest)
    screen.line()
    presented.show(screen, found.iter_rows(named=True), limit)


@contextmanager
def _progress(*, quiet: bool) -> Iterator["running.Progress"]:
    """How far the work is, how fast it goes and how long it will take: a bar in a terminal, lines elsewhere."""
    screen = Screen(sys.stderr)
    if quiet:
        yield lambda _done, _total: None
        return
    if not screen.console.is_terminal:
        told = [-1]

        def line(done: int, total: int) -> None:
            tenth = done * 10 // max(total, 1)
            if tenth > told[0]:
                told[0] = tenth
                screen.line(f"{done:,} of {total:,} questions answered …")

        yield line
        return
    columns = (TextColumn("questions"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=screen.console) as shown:
        bar = shown.add_task("questions", total=None, rate="")

        def moved(done: int, total: int) -> None:
            speed = shown.tasks[bar].finished_speed or shown.tasks[bar].speed
            shown.update(bar, completed=done, total=total, rate=f"{speed:.0f} a second" if speed else "")

        yield moved
