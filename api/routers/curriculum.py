"""The shape of a curriculum, what repeats, what could be taught once, what hangs on one thing, and cold spots."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.dependencies import holder_of
from api.designers.curriculum import (
    fragility_faces,
    leavers_faces,
    overlaps_faces,
    shape_faces,
    shared_faces,
    spots_faces,
)
from api.faces import formats_described, reply_in
from api.negotiate import SHEETS_AND_CHART
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
    services = holder_of(request).get(asked.release)
    before = None if asked.before is None else tuple(asked.before)
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        ("shape", award, before, asked.alone, asked.placeholders),
        lambda to: shape_faces(services, award, asked, to),
        SHEETS_AND_CHART,
    )


@router.get(
    "/overlaps",
    summary="Units of different awards that repeat each other, and what a learner would meet again",
    tags=["designers"],
    response_model=OverlapsSaid,
    responses=_RESPONSES,
)
def get_overlaps(request: Request, asked: Annotated[OverlapsAsked, Query()]) -> Response:
    """Pairs of units that share themes, outcomes, a name or a stated competency, each with how that is known."""
    services = holder_of(request).get(asked.release)
    on = asked.on or datetime.now(UTC).date()
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        ("overlaps", on, *asked.key()),
        lambda to: overlaps_faces(services, on, asked, to),
        SHEETS_AND_CHART,
    )


@router.get(
    "/shared-competencies",
    summary="What several roles need at levels near each other, and could be taught once",
    tags=["designers"],
    response_model=SharedListSaid,
    responses=_RESPONSES,
)
def get_shared_competencies(request: Request, asked: Annotated[SharedAsked, Query()]) -> Response:
    """Competencies, skills of vocabularies, and themes that most roles have in common; with what could teach them."""
    services = holder_of(request).get(asked.release)
    on = asked.on or datetime.now(UTC).date()
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        ("shared", on, *asked.key()),
        lambda to: shared_faces(services, on, asked, to),
        SHEETS_AND_CHART,
    )


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
    services = holder_of(request).get(asked.release)
    on = asked.on or datetime.now(UTC).date()
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        ("fragility", on, *asked.key()),
        lambda to: fragility_faces(services, on, asked, to),
        SHEETS_AND_CHART,
    )


@router.get(
    "/cold-spots",
    summary="How many providers teach what, where, and which areas have none",
    tags=["designers"],
    response_model=ColdSpotsSaid,
    responses=_RESPONSES,
)
def get_cold_spots(request: Request, asked: Annotated[ColdSpotsAsked, Query()]) -> Response:
    """Counts by standard or award, level, area and kind of provider; past leavers apart from what is on offer."""
    services = holder_of(request).get(asked.release)
    on = asked.on or datetime.now(UTC).date()
    key = (
        "cold-spots",
        on,
        tuple(asked.role),
        asked.sector,
        tuple(asked.level),
        tuple(asked.provider_type),
        asked.geography,
        asked.everywhere,
        asked.placeholders,
    )
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        key,
        lambda to: spots_faces(services, on, asked, to),
        SHEETS_AND_CHART,
    )


@router.get(
    "/leavers-change",
    summary="How leavers and achievement changed between two years",
    tags=["designers"],
    response_model=LeaversSaid,
    responses=_RESPONSES,
)
def get_leavers_change(request: Request, asked: Annotated[LeaversAsked, Query()]) -> Response:
    """Standard by standard and provider by provider, as a range: numbers are rounded to ten, small ones are hidden."""
    services = holder_of(request).get(asked.release)
    key = "leavers", asked.first, asked.second, tuple(asked.role), asked.sector, tuple(asked.provider)
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        key,
        lambda to: leavers_faces(services, asked, to),
        SHEETS_AND_CHART,
    )
