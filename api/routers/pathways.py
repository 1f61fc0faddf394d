"""Pathway questions."""

from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import questions
from api.addresses import Addresses
from api.dependencies import Services, holder_of, settings_of, turnstile_of
from api.negotiate import require_json
from api.reply import JSON, has_already, headers_of, not_modified, tag_of
from api.routers.described import UNCHANGED, problems
from api.schemas.pathways import PathwayQuestion, PathwayQuestionBody, PathwayReply, Understood
from queries.pathways.request import PathwayRequest

router = APIRouter(tags=["pathways"])

_ABOUT = """
Ways from what somebody brings to a role, to an award, or to any role of a sector at a level.

Every outcome is a 200: `found`; `proved_none` (nothing that we hold leads there); `none_within_limits` (only without
your limits); `stopped_early` (the work ran out). Words are taken for a thing only when they can mean nothing else, and
`understood` says what each was taken for; otherwise the reply is an `unknown-words` problem with candidates.
""".strip()


async def _answer(request: Request, question: PathwayQuestion) -> Response:
    require_json(request)
    holder, settings = holder_of(request), settings_of(request)

    def understand() -> tuple[Services, PathwayRequest, tuple[Understood, ...]]:
        services = holder.get(question.release)
        asked, understood = questions.Understanding(services, holder).request(question, questions.today())
        return services, asked, understood

    services, asked, understood = await anyio.to_thread.run_sync(understand)
    root = Addresses.of(request).root
    tag = tag_of(services, "pathways", asked, understood, settings.question_limits, root)
    if has_already(request, tag):
        return not_modified(tag)
    work = partial(questions.answer, services, asked, understood, settings.question_limits, root)
    async with turnstile_of(request) as limiter:
        body = await anyio.to_thread.run_sync(work, limiter=limiter)
    return Response(body, headers=headers_of(tag), media_type=JSON)


@router.get(
    "/pathways",
    summary="Ask for pathways",
    description=_ABOUT,
    response_model=PathwayReply,
    responses=UNCHANGED | problems(404, 406, 410, 422, 503),
)
async def get_pathways(request: Request, question: Annotated[PathwayQuestion, Query()]) -> Response:
    """Answer a question from the query part of the address."""
    return await _answer(request, question)


@router.post(
    "/pathways",
    summary="Ask for pathways, with the question as JSON",
    description=_ABOUT,
    response_model=PathwayReply,
    responses=UNCHANGED | problems(400, 404, 406, 410, 413, 422, 503),
)
async def post_pathways(request: Request, question: PathwayQuestionBody) -> Response:
    """Answer a question from the body: the same names as in an address."""
    return await _answer(request, question)
