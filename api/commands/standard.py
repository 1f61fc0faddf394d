"""`stepway standard`: one standard, every legal choice of an award's units, and the approval pack."""

import typer

from api.commands.asking import asking, day_of
from api.designers.standards import (
    ChoicesAsker,
    PackAsker,
    matrix_faces,
    show_choices,
    show_matrix,
    show_pack,
)
from api.faces import Faces
from api.schemas.standards import ChoicesAsked, MatrixAsked, PackAsked
from queries.coverage.tally import counted

standard_app = typer.Typer(
    help="One standard: its statements against units, every legal choice, the approval pack.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_AWARD = ("award", "Award, by id.")


def _counted(asker: ChoicesAsker | PackAsker) -> Faces:
    """The answer, counted in this process."""
    return asker.faces([counted(one) for one in asker.to_count], None)


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
    lambda at, asked, award: _counted(ChoicesAsker(at.services, day_of(asked), award, asked)),
    show_choices,
    thing=_AWARD,
)
asking(
    standard_app,
    "approval",
    "Lay out what an approval as a Higher Technical Qualification asks: what is known, and every open question.",
    PackAsked,
    lambda at, asked, award: _counted(PackAsker(at.services, day_of(asked), award, asked)),
    show_pack,
    thing=_AWARD,
)
