"""One standard against units, every legal choice of units of an award, and the approval pack."""

from collections.abc import Callable, Hashable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.dependencies import Services
from api.designers.counted import TALLIES, counting
from api.designers.standards import ChoicesAsker, PackAsker, matrix_faces
from api.faces import Asking, answered, formats_described, solved_in
from api.negotiate import SHEETS, SHEETS_AND_CHART, Format
from api.questions import today
from api.routers.described import UNCHANGED, problems
from api.schemas.common import Named
from api.schemas.standards import ChoicesAsked, ChoicesSaid, MatrixAsked, MatrixSaid, PackAsked, PackSaid

router = APIRouter(tags=["designers"])

_PROBLEMS = problems(404, 406, 422, 429, 503)
_Role = Annotated[
    Named, Path(description="The occupation whose standard is meant, by id, or the standard's reference.")
]
_Award = Annotated[Named, Path(description="The award, by id.")]


@router.get(
    "/standards/{role}/matrix",
    summary="One standard against units: what is taught and assessed",
    response_model=MatrixSaid,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS_AND_CHART)},
)
def get_matrix(request: Request, role: _Role, asked: Annotated[MatrixAsked, Query()]) -> Response:
    """Each statement of a standard against each unit: taught, practised, assessed, or not known.

    Yes and no are what somebody publishes; inferred is our conclusion, with the statements it rests on.
    """
    return answered(request, asked, lambda services, on, to: matrix_faces(services, on, role, asked, to))


async def _counted(
    request: Request,
    asked: ChoicesAsked | PackAsked,
    key: tuple[Hashable, ...],
    offered: tuple[Format, ...],
    make: Callable[[Services, date], ChoicesAsker | PackAsker],
) -> Response:
    """Read the rules here, count in a worker, and write the answer here again."""
    on = asked.on or today()

    def ask(services: Services) -> Asking:
        asker = make(services, on)
        task = counting(asker.to_count) if asker.to_count else None
        return Asking(task, lambda found, to: asker.faces(TALLIES.validate_json(found or b"[]"), to))

    whole = (on, *key, asked.blank_credits, *asked.key())
    return await solved_in(request, asked.release, asked.format, whole, ask, offered)


@router.get(
    "/awards/{award}/choices",
    summary="What every legal choice of units of an award covers of a standard",
    response_model=ChoicesSaid,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS_AND_CHART)},
)
async def get_choices(request: Request, award: _Award, asked: Annotated[ChoicesAsked, Query()]) -> Response:
    """Over all combinations of units that the award's rules allow: the worst, the best, and who falls through.

    Counted exactly. Where something that the rules speak of is not known the answer says what, and who could say.
    """
    return await _counted(
        request,
        asked,
        ("choices", asked.role),
        SHEETS_AND_CHART,
        lambda services, on: ChoicesAsker(services, on, award, asked),
    )


@router.get(
    "/awards/{award}/approval-pack",
    summary="The approval pack of an award: what is known and what is open, for each standard",
    response_model=PackSaid,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS)},
)
async def get_approval_pack(request: Request, award: _Award, asked: Annotated[PackAsked, Query()]) -> Response:
    """Each statement of each aligned occupation: where taught, where assessed, evidence, every choice, open questions.

    It never says that an award meets the criteria: it lays out what is published, what we infer, and whom to ask.
    """
    return await _counted(
        request,
        asked,
        ("pack", tuple(asked.role)),
        SHEETS,
        lambda services, on: PackAsker(services, on, award, asked),
    )
