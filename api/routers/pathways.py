"""Pathway questions."""

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api import people, questions
from api.addresses import Addresses
from api.answering import Asked, home_of
from api.dependencies import Services, client_of, holder_of, pool_of, settings_of, unless_gone
from api.errors import Problem
from api.negotiate import require_json
from api.reply import JSON, has_already, headers_of, not_modified, tag_of
from api.routers.described import UNCHANGED, problems
from api.schemas.pathways import PathwayQuestion, PathwayQuestionBody, PathwayReply, Understood
from api.schemas.person import Profile
from queries.pathways.request import PathwayRequest

router = APIRouter(tags=["pathways"])

_ABOUT = """
Ways from what somebody brings to a role, to an award, or to any role of a sector at a level.

Every outcome is a 200: `found`; `proved_none` (nothing that we hold leads there); `none_within_limits` (only without
your limits); `stopped_early` (the work ran out). Words are taken for a thing only when they can mean nothing else, and
`understood` says what each was taken for; otherwise the reply is an `unknown-words` problem with candidates.
""".strip()


async def _answer(request: Request, question: PathwayQuestion, profile: Profile) -> Response:
    require_json(request)
    holder, settings = holder_of(request), settings_of(request)

    def understand() -> tuple[Services, PathwayRequest, tuple[Understood, ...]]:
        services = holder.get(question.release)
        asked, understood = people.request(
            questions.Understanding(services, holder), question, profile, questions.today()
        )
        return services, asked, understood

    services, asked, understood = await anyio.to_thread.run_sync(understand)
    root = Addresses.of(request).root
    task = Asked(asked, understood, settings.question_limits, root, people.not_used(profile))
    tag = tag_of(services, "pathways", task)
    if has_already(request, tag):
        return not_modified(tag)
    body = services.kept_answer(task)
    if body is None:
        answering = pool_of(request).answer(home_of(services), task, client_of(request))
        body = await unless_gone(request, answering)
        if body is None:
            return Response(status_code=499)  # for the log: nobody reads it
        if all(questions.in_link(name) for name, _ in asked.attributes):
            services.keep_answer(task, body)
    return Response(body, headers=headers_of(tag), media_type=JSON)


def require_json_body(request: Request) -> None:
    """Raises an `unsupported-media-type` problem for a body that says it is anything but JSON."""
    said = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if said != JSON:
        raise Problem("unsupported-media-type", f"The body is said to be “{said[:100]}”.")


@router.get(
    "/pathways",
    summary="Ask for pathways",
    description=_ABOUT,
    response_model=PathwayReply,
    responses=UNCHANGED | problems(404, 406, 410, 422, 503),
)
async def get_pathways(request: Request, question: Annotated[PathwayQuestion, Query()]) -> Response:
    """Answer a question from the query part of the address."""
    return await _answer(request, question, Profile())


@router.post(
    "/pathways",
    summary="Ask for pathways, with the question as JSON",
    description=_ABOUT,
    response_model=PathwayReply,
    dependencies=[Depends(require_json_body)],
    responses=UNCHANGED | problems(400, 404, 406, 410, 413, 415, 422, 503),
)
async def post_pathways(request: Request, question: PathwayQuestionBody) -> Response:
    """Answer a question from the body: the same names as in an address."""
    return await _answer(request, question, question.profile or Profile())
