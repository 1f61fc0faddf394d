"""The smallest change that closes a gap, and bundles that could be funded."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.dependencies import Services, holder_of
from api.designers.changes import BundlesAsker, ChangeAsker, bundles_faces, change_faces
from api.faces import Asking, formats_described, solved_in
from api.negotiate import CSV, SHEETS_AND_CHART, VEGA_LITE, XLSX
from api.questions import today
from api.routers.described import UNCHANGED, problems
from api.routers.pathways import require_json_body
from api.schemas.changes import (
    BundlesAsked,
    BundlesSaid,
    ChangeAsked,
    ChangeBody,
    ChangeQuestion,
    ChangeSaid,
    key_of,
)

router = APIRouter(tags=["designers"])

_ABOUT = """
The fewest, or cheapest, units to run at named providers so that a gap closes, solved exactly: with the runner-up, what
each next unit brings, what nothing closes, and what every lock costs.

The gap is what roles need and nobody is known to teach there, or competencies and themes that are named in `gap`. Each
unit says why we think that it closes something; most reasons are our own tags, and `published_only` leaves them out.
""".strip()


async def _change(request: Request, asked: ChangeQuestion, wanted: str | None) -> Response:
    holder = holder_of(request)

    def ask(services: Services) -> Asking:
        asker = ChangeAsker(services, holder, asked)
        return Asking(asker.task(), lambda found, to: change_faces(asker.said(found, to), services), asker.in_words)

    key = (asked.on or today(), key_of(asked))
    return await solved_in(request, asked.release, wanted, key, ask, SHEETS_AND_CHART)


_FORMATS: dict[int | str, dict[str, Any]] = formats_described(CSV, XLSX, VEGA_LITE)


@router.get(
    "/changes",
    summary="The smallest change that closes a gap",
    description=_ABOUT,
    response_model=ChangeSaid,
    responses={**_FORMATS, **UNCHANGED, **problems(404, 406, 410, 422, 429, 503)},
)
async def get_changes(request: Request, asked: Annotated[ChangeAsked, Query()]) -> Response:
    """Answer a question from the query part of the address."""
    return await _change(request, asked, asked.format)


@router.post(
    "/changes",
    summary="The smallest change, with new units, costs and locks as JSON",
    description=_ABOUT,
    response_model=ChangeSaid,
    dependencies=[Depends(require_json_body)],
    responses={**_FORMATS, **UNCHANGED, **problems(400, 404, 406, 410, 413, 415, 422, 429, 503)},
)
async def post_changes(request: Request, asked: ChangeBody) -> Response:
    """Answer a question from the body: the same names as in an address, and more. `Accept` says the format."""
    return await _change(request, asked, None)


@router.get(
    "/bundles",
    summary="Bundles for a gap that the Lifelong Learning Entitlement could fund",
    response_model=BundlesSaid,
    responses={**formats_described(CSV, XLSX), **UNCHANGED, **problems(404, 406, 410, 422, 429, 503)},
)
async def get_bundles(request: Request, asked: Annotated[BundlesAsked, Query()]) -> Response:
    """Units of one award at one provider, of the credits that the scheme's rules ask for, which cover a gap.

    Exactly: the fewest credits at or above the floor, and the most of the gap for them; all that are as good, the
    runner-up, and what more credits would close. What decides whether it is funded is told rule by rule; what is not
    known stays not known, and says whom to ask.
    """
    holder = holder_of(request)

    def ask(services: Services) -> Asking:
        asker = BundlesAsker(services, holder, asked)
        return Asking(asker.task(), lambda found, to: bundles_faces(asker.said(found, to)))

    return await solved_in(request, asked.release, asked.format, (asked.on or today(), key_of(asked)), ask)
