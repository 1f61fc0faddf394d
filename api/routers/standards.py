"""One standard against units, every legal choice of units of an award, and the approval pack."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.dependencies import holder_of
from api.designers.standards import choices_faces, matrix_faces, pack_faces
from api.faces import formats_described, reply_in
from api.negotiate import SHEETS, SHEETS_AND_CHART
from api.routers.described import UNCHANGED, problems
from api.schemas.common import Named
from api.schemas.standards import ChoicesAsked, ChoicesSaid, MatrixAsked, MatrixSaid, PackAsked, PackSaid

router = APIRouter()

_PROBLEMS = problems(404, 406, 422, 429, 503)
_Role = Annotated[
    Named, Path(description="The occupation whose standard is meant, by id, or the standard's reference.")
]
_Award = Annotated[Named, Path(description="The award, by id.")]


@router.get(
    "/standards/{role}/matrix",
    summary="One standard: each statement against each unit, and how that is known",
    tags=["designers"],
    response_model=MatrixSaid,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS_AND_CHART)},
)
def get_matrix(request: Request, role: _Role, asked: Annotated[MatrixAsked, Query()]) -> Response:
    """Each statement of a standard against each unit: taught, practised, assessed, or not known.

    Yes and no are what somebody publishes; inferred is our conclusion, with the statements it rests on.
    """
    services = holder_of(request).get(asked.release)
    on = asked.on or datetime.now(UTC).date()
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        ("matrix", role, on, tuple(asked.award), *asked.key()),
        lambda to: matrix_faces(services, on, role, asked, to),
        SHEETS_AND_CHART,
    )


@router.get(
    "/awards/{award}/choices",
    summary="What every legal choice of units of an award covers of a standard",
    tags=["designers"],
    response_model=ChoicesSaid,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS_AND_CHART)},
)
def get_choices(request: Request, award: _Award, asked: Annotated[ChoicesAsked, Query()]) -> Response:
    """Over all combinations of units that the award's rules allow: the worst, the best, and who falls through.

    Counted exactly. Where something that the rules speak of is not known the answer says what, and who could say.
    """
    services = holder_of(request).get(asked.release)
    on = asked.on or datetime.now(UTC).date()
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        ("choices", award, on, asked.role, asked.blank_credits, *asked.key()),
        lambda to: choices_faces(services, on, award, asked, to),
        SHEETS_AND_CHART,
    )


@router.get(
    "/awards/{award}/approval-pack",
    summary="The approval pack of an award: what is known and what is open, for each standard",
    tags=["designers"],
    response_model=PackSaid,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS)},
)
def get_approval_pack(request: Request, award: _Award, asked: Annotated[PackAsked, Query()]) -> Response:
    """Each statement of each aligned occupation: where taught, where assessed, evidence, every choice, open questions.

    It never says that an award meets the criteria: it lays out what is published, what we infer, and whom to ask.
    """
    services = holder_of(request).get(asked.release)
    on = asked.on or datetime.now(UTC).date()
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        ("pack", award, on, tuple(asked.role), asked.blank_credits, *asked.key()),
        lambda to: pack_faces(services, on, award, asked, to),
    )
