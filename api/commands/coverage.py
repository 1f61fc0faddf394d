"""`stepway coverage`: the coverage board, and one of its cells with every reason."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api.commands.shared import AsJson, DataDir, InFormat, ReleaseNumber, ToFile, answer_in, plainly, services_of
from api.designers.coverage import board_faces, cell_faces, show_board, show_cell
from api.schemas.board import BoardAsked, BoardSaid, CellAnswer, CellAsked

coverage_app = typer.Typer(
    rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True, help="Who teaches what roles need."
)

_Role = Annotated[list[str] | None, typer.Option("--role", help="Only what this role needs, by id; repeat it.")]
_Sector = Annotated[str | None, typer.Option("--sector", help="Only what roles of this sector need.")]
_Level = Annotated[
    list[int] | None, typer.Option("--level", min=1, max=8, help="Only what roles of this level need; repeat it.")
]
_Theme = Annotated[list[str] | None, typer.Option("--theme", help="Only competencies with this theme; repeat it.")]
_Provider = Annotated[list[str] | None, typer.Option("--provider", help="Only runs of this provider; repeat it.")]
_Town = Annotated[list[str] | None, typer.Option("--town", help="Only runs in this town; repeat it.")]
_District = Annotated[
    list[str] | None, typer.Option("--district", help="Only runs in this postcode district; repeat it.")
]
_Near = Annotated[str | None, typer.Option("--near", help="Only runs near this postcode district or town.")]
_Km = Annotated[float, typer.Option("--km", min=0.1, max=1000, help="With --near: how far, in a straight line.")]
_Study = Annotated[str | None, typer.Option("--study-mode", help="Only runs in this mode: full-time or part-time.")]
_Attendance = Annotated[str | None, typer.Option("--attendance", help="Only runs at these times, such as evening.")]
_Wholes = Annotated[bool, typer.Option("--wholes", help="What is taught only inside a whole award counts as taught.")]
_On = Annotated[str | None, typer.Option("--on", help="The day of the question, as 2026-11-21; without it today.")]
_Via = Annotated[list[str] | None, typer.Option("--via", help="Way of knowing that counts; repeat it. Without it all.")]
_Published = Annotated[bool, typer.Option("--published-only", help="Only what somebody published counts.")]
_Related = Annotated[bool, typer.Option("--related", help="What is linked to a merely related skill counts.")]
_Broader = Annotated[bool, typer.Option("--broader", help="What is linked to a broader skill counts.")]
_Placeholders = Annotated[bool, typer.Option("--placeholders", help="Illustrative placeholders count, and are marked.")]
_Levels = Annotated[
    int, typer.Option("--levels-below", min=0, max=9, help="How far below the need teaching counts; 9: any level.")
]
_NOT_ASKED = ("release", "data_dir", "format", "to", "as_json", "competency")


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """What was asked, as it goes over HTTP: what was not said is left out."""
    return {name: value for name, value in given.items() if name not in _NOT_ASKED and value not in (None, [])}


@coverage_app.command("board")
@plainly
def board(
    role: _Role = None,
    sector: _Sector = None,
    level: _Level = None,
    theme: _Theme = None,
    finding: Annotated[list[str] | None, typer.Option("--finding", help="Only this finding; repeat it.")] = None,
    provider: _Provider = None,
    town: _Town = None,
    district: _District = None,
    near: _Near = None,
    km: _Km = 20,
    study_mode: _Study = None,
    attendance: _Attendance = None,
    wholes: _Wholes = False,
    on: _On = None,
    via: _Via = None,
    published_only: _Published = False,
    related: _Related = False,
    broader: _Broader = False,
    placeholders: _Placeholders = False,
    levels_below: _Levels = 0,
    sort: Annotated[str, typer.Option("--sort", help="finding, roles or demand.")] = "finding",
    offset: Annotated[int, typer.Option("--offset", min=0, help="Lines that come before.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most lines.")] = 50,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Say of each competency that roles need who teaches it: nobody, nobody that is known, one provider, many …

    Worst first. Not taught and not known are kept apart.
    """
    asked = BoardAsked.model_validate(_asked(dict(locals())))
    services, _, _ = services_of(data_dir, release)
    facts = services.coverage(asked.on or datetime.now(UTC).date())
    faces = board_faces(services, facts, asked, None)
    said = faces.said
    assert isinstance(said, BoardSaid)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_board(screen, said))


@coverage_app.command("cell")
@plainly
def cell(
    competency: Annotated[str, typer.Argument(help="The id of a statement, or the address of a skill.")],
    role: _Role = None,
    sector: _Sector = None,
    level: _Level = None,
    provider: _Provider = None,
    town: _Town = None,
    district: _District = None,
    near: _Near = None,
    km: _Km = 20,
    study_mode: _Study = None,
    attendance: _Attendance = None,
    wholes: _Wholes = False,
    on: _On = None,
    via: _Via = None,
    published_only: _Published = False,
    related: _Related = False,
    broader: _Broader = False,
    placeholders: _Placeholders = False,
    levels_below: _Levels = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most reasons.")] = 100,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Say why: every reason to think that something teaches a competency, how far it gets, and what is left out."""
    asked = CellAsked.model_validate(_asked(dict(locals())))
    services, _, _ = services_of(data_dir, release)
    facts = services.coverage(asked.on or datetime.now(UTC).date())
    faces = cell_faces(services, facts, competency, asked, None)
    said = faces.said
    assert isinstance(said, CellAnswer)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_cell(screen, said))
