"""Pathway questions."""

from typing import Annotated, Final

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api import pathway_faces, people, questions
from api.addresses import Addresses
from api.answering import Asked, home_of
from api.dependencies import Services, client_of, holder_of, pool_of, settings_of, unless_gone
from api.errors import Problem
from api.negotiate import JSON_FORMAT, choose, choose_profile
from api.reply import JSON, has_already, headers_of, not_modified, tag_of
from api.routers.described import UNCHANGED, problems
from api.schemas.pathways import (
    PathwayAsked,
    PathwayQuestion,
    PathwayQuestionBody,
    PathwayReply,
    ReplyAsked,
    Understood,
)
from api.schemas.person import Profile
from queries.pathways.request import PathwayRequest

router = APIRouter(tags=["pathways"])

_ABOUT = """
Ways from what somebody brings to a role, to an award, or to any role of a sector at a level.

Every outcome is a 200: `found`; `proved_none` (nothing that we hold leads there); `none_within_limits` (only without
your limits); `stopped_early` (the work ran out). Words are taken for a thing only when they can mean nothing else, and
`understood` says what each was taken for; otherwise the reply is an `unknown-words` problem with candidates.

The same as RDF: `format=jsonld`, `turtle` or `ntriples`, or by `Accept`, in our vocabulary or with `profile=ctdl` in
that of the Credential Registry. It holds nothing of a person that may not stand in a link.
""".strip()

_RDF = {
    200: {
        "content": {
            "application/ld+json": {"schema": {"type": "object", "description": "The pathways as JSON-LD."}},
            "text/turtle": {"schema": {"type": "string", "description": "The pathways as Turtle."}},
            "application/n-triples": {"schema": {"type": "string", "description": "The pathways as N-Triples."}},
        }
    }
}


async def _answer(
    request: Request, question: PathwayQuestion, profile: Profile, asked_for: PathwayAsked | ReplyAsked
) -> Response:
    vocabulary = choose_profile(request, pathway_faces.PROFILES, asked_for.in_profile)
    chosen = choose(request, pathway_faces.FORMATS[vocabulary], asked_for.format)
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
    faces = () if chosen is JSON_FORMAT else (chosen.media_type, vocabulary)
    tag = tag_of(services, "pathways", task, *faces)
    if has_already(request, tag):
        return not_modified(tag, _VARY)
    body = services.kept_answer(task)
    if body is None:
        answering = pool_of(request).answer(home_of(services), task, client_of(request))
        body = await unless_gone(request, answering)
        if body is None:
            return Response(status_code=499)  # for the log: nobody reads it
        if all(questions.in_link(name) for name, _ in asked.attributes):
            services.keep_answer(task, body)
    if chosen is not JSON_FORMAT:
        body = await anyio.to_thread.run_sync(pathway_faces.written, body, services, chosen, vocabulary)
    links = pathway_faces.links(request, chosen, vocabulary)
    return Response(body, headers=headers_of(tag, links, _VARY), media_type=chosen.media_type)


_VARY: Final = "Accept, Accept-Profile"


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
    responses=_RDF | UNCHANGED | problems(404, 406, 410, 422, 503),
)
async def get_pathways(request: Request, question: Annotated[PathwayAsked, Query()]) -> Response:
    """Answer a question from the query part of the address."""
    return await _answer(request, question, Profile(), question)


@router.post(
    "/pathways",
    summary="Ask for pathways, with the question as JSON",
    description=_ABOUT,
    response_model=PathwayReply,
    dependencies=[Depends(require_json_body)],
    responses=_RDF | UNCHANGED | problems(400, 404, 406, 410, 413, 415, 422, 503),
)
async def post_pathways(
    request: Request, question: PathwayQuestionBody, asked_for: Annotated[ReplyAsked, Query()]
) -> Response:
    """Answer a question from the body: the same names as in an address."""
    return await _answer(request, question, question.profile or Profile(), asked_for)
