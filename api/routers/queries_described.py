"""What helps to write a query: the profile of a release, and a check before it runs."""

import gzip
from typing import Annotated, Final

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import client_of, holder_of
from api.errors import Problem
from api.negotiate import require_json, takes_gzip
from api.reply import JSON, has_already, headers_of, tag_of
from api.routers.described import UNCHANGED, problems
from api.schemas.common import ReadAsked
from api.schemas.described import CheckSaid, ProfileSaid
from api.sparql.answers import answers_of
from api.sparql.checked import check_query, profile_said
from api.sparql.protocol import FORM, QUERY, read

router = APIRouter(tags=["sparql"])

_PROFILE: Final = "/sparql/profile"


@router.get(
    "/sparql/profile",
    summary="What a release holds, for completing queries",
    response_model=ProfileSaid,
    responses=UNCHANGED | problems(404, 406, 422, 503),
)
def get_profile(request: Request, asked: Annotated[ReadAsked, Query()]) -> Response:
    """Its classes, their properties and what those lead to, with counts; labels; graphs; prefixes."""
    require_json(request)
    services, packed = holder_of(request).get(asked.release), takes_gzip(request)
    tag = tag_of(services, _PROFILE, packed)
    headers = headers_of(tag) | {"Vary": "Accept, Accept-Encoding"}
    if has_already(request, tag):
        return Response(status_code=304, headers=headers)
    key = (_PROFILE, packed)
    if (body := services.kept_answer(key)) is None:
        body = profile_said(services).model_dump_json().encode()
        body = gzip.compress(body, 6, mtime=0) if packed else body
        services.keep_answer(key, body)
    return Response(body, headers=headers | ({"Content-Encoding": "gzip"} if packed else {}), media_type=JSON)


@router.post(
    "/sparql/check",
    summary="What can be told of a query before it runs",
    response_model=CheckSaid,
    responses=problems(400, 404, 406, 413, 415, 422, 429, 503),
    openapi_extra={
        "parameters": [
            {
                "name": "release",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
                "description": "Number of the release to ask; without it the current one.",
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                QUERY: {"schema": {"type": "string"}},
                FORM: {
                    "schema": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
                },
            },
        },
    },
)
async def check(request: Request) -> CheckSaid:
    """Whether it can be read; which classes, properties and graphs the release does not have; which patterns can match
    nothing there, as their things never have such values; and what may have been meant.
    """
    require_json(request)
    asked = await read(request)
    if asked.query is None:
        raise Problem("invalid-request", "The request has no query.", 400)
    services = await anyio.to_thread.run_sync(holder_of(request).get, asked.release)
    return await check_query(asked.query, services, answers_of(request), client_of(request))
