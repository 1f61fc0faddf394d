"""The coverage board: who teaches what roles need, and why we say so."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.designers.coverage import board_faces, cell_faces
from api.faces import answered, formats_described
from api.negotiate import SHEETS, SHEETS_AND_CHART
from api.routers.described import UNCHANGED, problems
from api.schemas.board import BoardAsked, BoardSaid, CellAnswer, CellAsked
from api.schemas.common import Named

router = APIRouter()

_PROBLEMS = problems(404, 406, 422, 429, 503)
_Competency = Annotated[
    Named, Path(description="The competency: the id of a statement, or the address of a skill of a vocabulary.")
]


@router.get(
    "/coverage",
    summary="The coverage board: who teaches what roles need",
    tags=["designers"],
    response_model=BoardSaid,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS_AND_CHART)},
)
def get_coverage(request: Request, asked: Annotated[BoardAsked, Query()]) -> Response:
    """Each competency that the roles of a slice need, with one finding: not taught, not known, taught too low …

    Not taught and not known are kept apart, and every switch of the inference is a parameter.
    """
    return answered(request, asked, lambda services, on, to: board_faces(services, services.coverage(on), asked, to))


@router.get(
    "/coverage/{competency:path}",
    summary="One competency of the coverage board, with every statement behind its finding",
    tags=["designers"],
    response_model=CellAnswer,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS)},
)
def get_cell(request: Request, competency: _Competency, asked: Annotated[CellAsked, Query()]) -> Response:
    """Every reason to think that something teaches it, how far each gets and in which runs, and what is left out."""
    return answered(
        request,
        asked,
        lambda services, on, to: cell_faces(services, services.coverage(on), competency, asked, to),
        SHEETS,
    )
