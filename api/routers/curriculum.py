"""The shape of a curriculum, what repeats, what could be taught once, what hangs on one thing, and cold spots."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services
from api.designers.compared import OVERLAPS
from api.designers.curriculum import (
    fragility_faces,
    leavers_faces,
    overlapping,
    overlaps_faces,
    shape_faces,
    shared_faces,
    spots_faces,
)
from api.faces import Asking, Faces, answered, formats_described, said_of, solved_in
from api.negotiate import SHEETS_AND_CHART
from api.questions import today
from api.routers.described import UNCHANGED, problems
from api.schemas.common import Named
from api.schemas.curriculum import (
    ColdSpotsAsked,
    ColdSpotsSaid,
    FragilityAsked,
    FragilitySaid,
    LeaversAsked,
    LeaversSaid,
    OverlapsAsked,
    OverlapsSaid,
    ShapeAsked,
    ShapeSaid,
    SharedAsked,
    SharedListSaid,
)

router = APIRouter()

_RESPONSES = {**UNCHANGED, **problems(404, 406, 422, 429, 503), **formats_described(*SHEETS_AND_CHART)}


@router.get(
    "/awards/{award}/shape",
    summary="The shape of a curriculum: which units hold up which others",
    tags=["designers"],
    response_model=ShapeSaid,
    responses=_RESPONSES,
)
def get_shape(
    request: Request,
    award: Annotated[Named, Path(description="The award, by id.")],
    asked: Annotated[ShapeAsked, Query()],
) -> Response:
    """Blocking, delay, centrality and complexity of each unit, stages, faults in the rules, and dead ends.

    Where no unit has a published entry rule the figures are not known, which is not nought.
    """
    return answered(request, asked, lambda services, on, to: shape_faces(services, award, asked, to))


@router.get(
    "/overlaps",
    summary="Units of different awards that repeat each other",
    tags=["designers"],
    response_model=OverlapsSaid,
    responses=_RESPONSES,
)
async def get_overlaps(request: Request, asked: Annotated[OverlapsAsked, Query()]) -> Response:
    """Pairs of units that share themes, outcomes, a name or a stated competency, each with how that is known."""
    on = asked.on or today()

    def ask(services: Services) -> Asking:
        def faces(found: bytes, to: Addresses) -> Faces:
            return overlaps_faces(services, asked, OVERLAPS.validate_json(found), to)

        return Asking(overlapping(services, on, asked), faces)

    return await solved_in(request, asked.release, asked.format, (on, said_of(asked)), ask, SHEETS_AND_CHART)


@router.get(
    "/shared-competencies",
    summary="What several roles need at levels near each other, and could be taught once",
    tags=["designers"],
    response_model=SharedListSaid,
    responses=_RESPONSES,
)
def get_shared_competencies(request: Request, asked: Annotated[SharedAsked, Query()]) -> Response:
    """Competencies, skills of vocabularies, and themes that most roles have in common; with what could teach them."""
    return answered(request, asked, lambda services, on, to: shared_faces(services, on, asked, to))


@router.get(
    "/fragility",
    summary="What would be lost if one provider, site, run or award went",
    tags=["designers"],
    response_model=FragilitySaid,
    responses=_RESPONSES,
)
def get_fragility(request: Request, asked: Annotated[FragilityAsked, Query()]) -> Response:
    """Each thing that is the only one of something: what nothing else covers, and roles out of reach without it.

    Exact, as if each had been taken away in turn. What rests on past leavers or past runs alone says so.
    """
    return answered(request, asked, lambda services, on, to: fragility_faces(services, on, asked, to))


@router.get(
    "/cold-spots",
    summary="How many providers teach what, where, and which areas have none",
    tags=["designers"],
    response_model=ColdSpotsSaid,
    responses=_RESPONSES,
)
def get_cold_spots(request: Request, asked: Annotated[ColdSpotsAsked, Query()]) -> Response:
    """Counts by standard or award, level, area and kind of provider; past leavers apart from what is on offer."""
    return answered(request, asked, lambda services, on, to: spots_faces(services, on, asked, to))


@router.get(
    "/leavers-change",
    summary="How leavers and achievement changed between two years",
    tags=["designers"],
    response_model=LeaversSaid,
    responses=_RESPONSES,
)
def get_leavers_change(request: Request, asked: Annotated[LeaversAsked, Query()]) -> Response:
    """Standard by standard and provider by provider, as a range: numbers are rounded to ten, small ones are hidden."""
    return answered(request, asked, lambda services, on, to: leavers_faces(services, asked, to))
