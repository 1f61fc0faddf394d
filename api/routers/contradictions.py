"""What datasets contradict each other in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.addresses import Addresses
from api.contradictions import said
from api.dependencies import client_of, holder_of
from api.named import behind
from api.negotiate import require_json
from api.reply import JSON, has_already, headers_of, not_modified, tag_of
from api.routers.described import UNCHANGED, problems
from api.schemas.common import Link
from api.schemas.contradictions import ContradictionsAsked, ContradictionsSaid
from api.turns import turns_of
from api.web.readable import Readable

router = APIRouter(route_class=Readable)


@router.get(
    "/contradictions",
    summary="What datasets contradict each other in",
    tags=["service"],
    response_model=ContradictionsSaid,
    responses={**UNCHANGED, **problems(404, 406, 422, 429, 503)},
)
def get_contradictions(request: Request, asked: Annotated[ContradictionsAsked, Query()]) -> Response:
    """Every property of a thing of which datasets say different things, which value is shown, and why."""
    require_json(request)
    services = holder_of(request).get(asked.release)
    key = ("contradictions", *asked.model_dump(exclude={"release"}).values())
    tag = tag_of(services, request.url.path, *key)
    if has_already(request, tag):
        return not_modified(tag)
    here = Addresses.of(request, asked.release)
    links = [Link(rel="self", href=here.to("/contradictions"), type=JSON, title="this page")]
    links.append(behind(here, "told-apart", "what each dataset says"))
    if (kept := services.kept_answer(key)) is None:
        with turns_of(request).taken(client_of(request)):
            if (kept := services.kept_answer(key)) is None:  # nobody worked it out meanwhile
                kept = said(services, asked, links).model_dump_json(by_alias=True).encode()
                services.keep_answer(key, kept)
    return Response(kept, headers=headers_of(tag, links), media_type=JSON)
