"""`stepway standard`: one standard, every legal choice of an award's units, and the approval pack."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from api.commands.shared import AsJson, DataDir, InFormat, ReleaseNumber, ToFile, answer_in, plainly, services_of
from api.designers.standards import (
    ChoicesAsker,
    PackAsker,
    counted_here,
    matrix_faces,
    show_choices,
    show_matrix,
    show_pack,
)
from api.schemas.standards import ChoicesAsked, ChoicesSaid, MatrixAsked, MatrixSaid, PackAsked, PackSaid

standard_app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)

_Award = Annotated[str, typer.Argument(help="Award, by id.")]
_On = Annotated[str | None, typer.Option("--on", help="The day of the question, as 2026-11-21; without it today.")]
_Via = Annotated[list[str] | None, typer.Option("--via", help="Way of knowing that counts; repeat it. Without it all.")]
_Published = Annotated[bool, typer.Option("--published-only", help="Only what somebody published counts.")]
_Placeholders = Annotated[bool, typer.Option("--placeholders", help="Illustrative placeholders count, and are marked.")]
_Levels = Annotated[
    int, typer.Option("--levels-below", min=0, max=9, help="How far below the need teaching counts; 9: any level.")
]
_Blank = Annotated[
    int | None, typer.Option("--blank-credits", min=1, max=120, help="What a unit of unknown size is to count.")
]


def _asked(on: str | None, via: list[str] | None, **more: Any) -> dict[str, Any]:
    """What was asked, as it goes over HTTP."""
    return {"on": on, "via": via or None, **more}


def _day(on: date | None) -> date:
    return on or datetime.now(UTC).date()


@standard_app.command("matrix")
@plainly
def matrix(
    role: Annotated[str, typer.Argument(help="Occupation by id, or the reference of its standard.")],
    award: Annotated[list[str] | None, typer.Option("--award", help="Only units of this award; repeat it.")] = None,
    on: _On = None,
    via: _Via = None,
    published_only: _Published = False,
    placeholders: _Placeholders = False,
    levels_below: _Levels = 0,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Say of each statement of a standard in which units it is taught and assessed, and how that is known."""
    asked = MatrixAsked.model_validate(
        _asked(
            on,
            via,
            award=award or [],
            published_only=published_only,
            placeholders=placeholders,
            levels_below=levels_below,
        )
    )
    services, _, _ = services_of(data_dir, release)
    faces = matrix_faces(services, _day(asked.on), role, asked, None)
    said = faces.said
    assert isinstance(said, MatrixSaid)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_matrix(screen, said))


@standard_app.command("choices")
@plainly
def choices(
    award: _Award,
    role: Annotated[str, typer.Option("--role", help="Occupation by id, or the reference of its standard.")],
    blank_credits: _Blank = None,
    on: _On = None,
    via: _Via = None,
    published_only: _Published = False,
    placeholders: _Placeholders = False,
    levels_below: _Levels = 0,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Say what every legal choice of an award's units covers of a standard: the worst, the best, who falls through."""
    asked = ChoicesAsked.model_validate(
        _asked(
            on,
            via,
            role=role,
            blank_credits=blank_credits,
            published_only=published_only,
            placeholders=placeholders,
            levels_below=levels_below,
        )
    )
    services, _, _ = services_of(data_dir, release)
    faces = counted_here(ChoicesAsker(services, _day(asked.on), award, asked))
    said = faces.said
    assert isinstance(said, ChoicesSaid)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_choices(screen, said))


@standard_app.command("approval")
@plainly
def approval(
    award: _Award,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="Occupation it is to be aligned to; repeat it.")
    ] = None,
    blank_credits: _Blank = None,
    on: _On = None,
    via: _Via = None,
    published_only: _Published = False,
    placeholders: _Placeholders = False,
    levels_below: _Levels = 0,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    format: InFormat = "text",
    to: ToFile = None,
    as_json: AsJson = False,
) -> None:
    """Lay out what an approval as a Higher Technical Qualification asks: what is known, and every open question."""
    asked = PackAsked.model_validate(
        _asked(
            on,
            via,
            role=role or [],
            blank_credits=blank_credits,
            published_only=published_only,
            placeholders=placeholders,
            levels_below=levels_below,
        )
    )
    services, _, _ = services_of(data_dir, release)
    faces = counted_here(PackAsker(services, _day(asked.on), award, asked))
    said = faces.said
    assert isinstance(said, PackSaid)
    answer_in("json" if as_json else format, to, faces, services, lambda screen: show_pack(screen, said))
