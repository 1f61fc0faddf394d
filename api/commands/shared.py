"""What every command shares: its options, the release it asks, and how it tells that something went wrong."""

import errno
import functools
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, ParamSpec, TypeVar

import typer
from pydantic import BaseModel, ValidationError
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from api import console
from api.console import Screen
from api.dependencies import ReleaseHolder, Services
from api.errors import Problem, UnknownReleaseError, field_problems, problem_of
from api.faces import Faces, body_of
from api.negotiate import SHEETS_AND_CHART, Format
from api.settings import PREFIX, Settings, unknown_variables
from api.workers import places
from graph.release import NoReleaseError, Release
from loaders.kept_sandboxes import sandbox_in

P = ParamSpec("P")
R = TypeVar("R")

_BAR: Final = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())

DATA_ERRORS: Final = 1
"""Ends a command when what it was given has errors."""

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the releases.  [default: STEPWAY_DATA_DIR, or ./data]")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON of the same shape as over HTTP.")]
ReleaseNumber = Annotated[int | None, typer.Option("--release", min=1, help="Ask this release, not the served one.")]

InFormat = Annotated[
    str, typer.Option("--format", help="text, json, csv, xlsx or vega-lite (a chart as data), where there is one.")
]
ToFile = Annotated[Path | None, typer.Option("--to", help="Write into this file.")]


def settings_of(**given: Any) -> Settings:
    """The settings of the environment, with what the command line says instead. Raises `Problem`."""
    for name, meant in unknown_variables(os.environ).items():
        hint = f": is {meant} meant?" if meant else "; docs/settings.md has them all."
        Screen(sys.stderr).line(f"{name} is not a setting{hint}")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = field_problems(error.errors())
        for one in wrong:
            said = given.get(one.field) is not None
            one.field = f"--{one.field.replace('_', '-')}" if said else f"{PREFIX}{one.field.upper()}"
        detail = "; ".join(f"{one.field}: {one.message} (it is “{one.given}”)" for one in wrong)
        raise Problem("invalid-request", f"A setting cannot be read. {detail}.", hint="See docs/settings.md.") from None


def print_json(content: Any) -> None:
    """Print what a reply holds, as over HTTP."""
    if isinstance(content, BaseModel):
        content = content.model_dump(mode="json", by_alias=True)
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def answer_in(
    format: str,
    to: Path | None,
    faces: Faces,
    services: Services,
    show: Callable[[Screen], None],
) -> None:
    """Give an answer as `show` writes it for people (`text`), or in one of its formats; into a file when one is named.

    Raises an `invalid-request` problem for a format that it is not offered in, and for a workbook without a file.
    """
    offered = {one.name: one for one in SHEETS_AND_CHART if one.name != "vega-lite" or faces.chart}
    if format != "text" and format not in offered:
        raise Problem("invalid-request", f"--format: {format} is not one of text, {', '.join(offered)}.")
    if format == "xlsx" and to is None:
        raise Problem("invalid-request", "--format xlsx: a workbook needs a file.", hint="Name one with --to.")
    if format != "text":
        body = _indented(offered[format], body_of(offered[format], faces, services))
    elif to is None:
        show(Screen())
        return
    else:
        written = io.StringIO()
        show(Screen(written))
        body = written.getvalue().encode()
    if to is None:
        sys.stdout.write(body.decode())
    else:
        to.write_bytes(body)


def _indented(form: Format, body: bytes) -> bytes:
    """JSON as people read it; anything else as it is."""
    if not form.media_type.endswith("json"):
        return body
    return (json.dumps(json.loads(body), indent=2, ensure_ascii=False) + "\n").encode()


def failed(problem: Problem) -> typer.Exit:
    """Tell a problem; gives what ends the command with its exit code."""
    console.problem(Screen(sys.stderr), problem)
    return typer.Exit(problem.type.exit_code)


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Let a command tell every error in a helpful line and end with its exit code, never with a stack trace."""

    @functools.wraps(command)
    def told_plainly(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            raise typer.Exit(0) from None
        except Exception as error:  # noqa: BLE001 -- every one is told
            problem = problem_of(error)
            if isinstance(error, OSError) and (error.filename is not None or error.errno == errno.ENOSPC):
                said = ": ".join(str(one) for one in (error.filename, error.strerror) if one is not None)
                problem = Problem("invalid-request", f"{said}.", hint="Look at the path, who may use it, and its room.")
            elif problem.code == "internal-error":
                logging.getLogger("stepway").debug("told as internal-error: %s", places(error))
                problem = Problem("internal-error", f"{type(error).__name__}: {error}.")
            raise failed(problem) from None

    return told_plainly


def services_of(data_dir: Path | None, release: int | None) -> tuple[Services, ReleaseHolder, Settings]:
    """The release that is asked, or the one that is served. Raises `UnknownReleaseError` and `NoReleaseError`."""
    settings = settings_of(data_dir=data_dir)
    sandbox = sandbox_in(settings.data_dir)
    if sandbox is not None:
        Screen(sys.stderr).line(f"Sandbox {sandbox}: a part of what you see is imaginary.", strong=True)
    holder = ReleaseHolder(settings.data_dir, sandbox=sandbox)
    return holder.get(release), holder, settings


def get_release(holder: ReleaseHolder, number: int | None) -> Release:
    """A release by number, else the current one. Raises `UnknownReleaseError`, or `NoReleaseError` for the latter."""
    try:
        return holder.releases.get(number)
    except NoReleaseError as error:
        if number is None:
            raise
        raise UnknownReleaseError(number, holder.releases.numbers()) from error


@contextmanager
def progress_of(*, quiet: bool, stages: int | None = None) -> Iterator[Callable[[str], None]]:
    """Says what is being done: a bar with the time in a terminal, lines elsewhere. Always on the error stream.

    `stages`: how many there will be; None: not known, and the bar only moves.
    """
    screen = Screen(sys.stderr)
    if quiet:
        yield lambda _: None
    elif screen.console.is_terminal:
        with Progress(*_BAR, console=screen.console, transient=True) as shown:
            bar = shown.add_task("begin", total=stages)
            yield lambda stage: shown.update(bar, description=stage, advance=1)
    else:
        yield lambda stage: screen.line(f"{stage} …")
