"""The watch of adverts: how they were matched, and how many ask for what."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import holder_of
from api.faces import formats_described, reply_in
from api.negotiate import SHEETS_AND_CHART
from api.routers.described import UNCHANGED, problems
from api.schemas.adverts import AdvertsAsked, AdvertsSaid, DemandAsked, DemandSaid
from api.watching.adverts import adverts_faces, demand_faces

router = APIRouter()

_RESPONSES = {**UNCHANGED, **problems(404, 406, 422, 429, 503), **formats_described(*SHEETS_AND_CHART)}


@router.get(
    "/watch/adverts",
    summary="How adverts were matched with jobs, and how often that is right",
    tags=["watch"],
    response_model=AdvertsSaid,
    responses=_RESPONSES,
)
def get_adverts(request: Request, asked: Annotated[AdvertsAsked, Query()]) -> Response:
    """Shares by way of matching, error rates on adverts judged by hand, and the titles that fit no job, or several."""
    services = holder_of(request).get(asked.release)
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        ("adverts", asked.jobs, asked.titles, asked.limit),
        lambda to: adverts_faces(services, asked, to),
        SHEETS_AND_CHART,
    )


@router.get(
    "/watch/demand",
    summary="How many adverts ask for which role or competency, where and when, beside what is taught",
    tags=["watch"],
    response_model=DemandSaid,
    responses=_RESPONSES,
)
def get_demand(request: Request, asked: Annotated[DemandAsked, Query()]) -> Response:
    """Adverts by role, competency, postcode district and quarter. Without adverts the answer says so, and never nought.

    An advert counts for each competency of its role: rows by competency overlap and are never added up.
    """
    services = holder_of(request).get(asked.release)
    on = asked.on or datetime.now(UTC).date()
    sides = (asked.by, asked.role, asked.competency, asked.district, asked.quarter, asked.method)
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        ("demand", on, *(tuple(one) for one in sides), asked.provision, asked.limit, *asked.key()),
        lambda to: demand_faces(services, on, asked, to),
        SHEETS_AND_CHART,
    )
