"""`stepway standard`: one standard, every legal choice of an award's units, and the approval pack."""

import typer

from api.commands.asking import asking, day_of
from api.designers.standards import (
    ChoicesAsker,
    PackAsker,
    counted_here,
    matrix_faces,
    show_choices,
    show_matrix,
    show_pack,
)
from api.schemas.standards import ChoicesAsked, MatrixAsked, PackAsked

standard_app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)

_AWARD = ("award", "Award, by id.")

asking(
    standard_app,
    "matrix",
    "Say of each statement of a standard in which units it is taught and assessed, and how that is known.",
    MatrixAsked,
    lambda at, asked, role: matrix_faces(at.services, day_of(asked), role, asked, None),
    show_matrix,
    thing=("role", "Occupation by id, or the reference of its standard."),
)
asking(
    standard_app,
    "choices",
    "Say what every legal choice of an award's units covers of a standard: the worst, the best, who falls through.",
    ChoicesAsked,
    lambda at, asked, award: counted_here(ChoicesAsker(at.services, day_of(asked), award, asked)),
    show_choices,
    thing=_AWARD,
)
asking(
    standard_app,
    "approval",
    "Lay out what an approval as a Higher Technical Qualification asks: what is known, and every open question.",
    PackAsked,
    lambda at, asked, award: counted_here(PackAsker(at.services, day_of(asked), award, asked)),
    show_pack,
    thing=_AWARD,
)
