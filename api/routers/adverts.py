"""The watch of adverts: how they were matched, and how many ask for what."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.faces import answered, formats_described
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
    return answered(request, asked, lambda services, on, to: adverts_faces(services, asked, to))


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
    return answered(request, asked, lambda services, on, to: demand_faces(services, on, asked, to))
