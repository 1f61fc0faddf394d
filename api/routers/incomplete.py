"""What is missing in the data, and which pathways it would open."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import client_of, holder_of
from api.incomplete import incomplete
from api.negotiate import require_json
from api.reply import JSON, has_already, headers_of, not_modified, tag_of
from api.routers.described import UNCHANGED, problems
from api.schemas.common import Link
from api.schemas.incomplete import IncompleteAsked, IncompleteSaid
from api.turns import turns_of
from api.web.readable import Readable

router = APIRouter(route_class=Readable)


@router.get(
    "/incomplete",
    summary="What is missing in the data, and which pathways it would open",
    tags=["service"],
    response_model=IncompleteSaid,
    responses={**UNCHANGED, **problems(404, 406, 422, 429, 503)},
)
def get_incomplete(request: Request, asked: Annotated[IncompleteAsked, Query()]) -> Response:
    """Runs without a start, price, length or place, courses without an award, awards without an entry rule …

    For each: how many, whose they are, and how many more roles and awards would be within reach if they were filled in.
    """
    require_json(request)
    services = holder_of(request).get(asked.release)
    on = asked.on or datetime.now(UTC).date()
    tag = tag_of(services, request.url.path, on, asked.dataset)
    if has_already(request, tag):
        return not_modified(tag)
    key = "incomplete", on, asked.dataset
    if (kept := services.kept_answer(key)) is None:
        here = Addresses.of(request, asked.release)
        links = [Link(rel="self", href=here.to("/incomplete"), type=JSON, title="this page")]
        with turns_of(request).taken(client_of(request)):
            if (kept := services.kept_answer(key)) is None:  # nobody worked it out meanwhile
                kept = incomplete(services, on, asked.dataset, links).model_dump_json(by_alias=True).encode()
                services.keep_answer(key, kept)
    return Response(kept, headers=headers_of(tag), media_type=JSON)
