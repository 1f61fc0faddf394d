"""`stepway coverage`: the coverage board, and one of its cells with every reason."""

import typer

from api.commands.asking import asking, day_of
from api.designers.coverage import board_faces, cell_faces, show_board, show_cell
from api.schemas.board import BoardAsked, CellAsked

coverage_app = typer.Typer(
    help="Who teaches what roles need, and why we say so.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)

asking(
    coverage_app,
    "board",
    "Say of each competency that roles need who teaches it: nobody, nobody that is known, one provider, many …",
    BoardAsked,
    lambda at, asked: board_faces(at.services, at.services.coverage(day_of(asked)), asked, None),
    show_board,
)
asking(
    coverage_app,
    "cell",
    "Say why: every reason to think that something teaches a competency, how far it gets, and what is left out.",
    CellAsked,
    lambda at, asked, competency: cell_faces(at.services, at.services.coverage(day_of(asked)), competency, asked, None),
    show_cell,
    thing=("competency", "The id of a statement, or the address of a skill."),
)
