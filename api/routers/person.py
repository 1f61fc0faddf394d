"""Questions about a person: whether they may start something and who pays, and what prior learning may count for."""

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api import eligibility, people, questions
from api.addresses import Addresses
from api.asked import home_of
from api.dependencies import Services, client_of, holder_of, pool_of, unless_gone
from api.negotiate import require_json
from api.people import PriorLearningAsked
from api.reply import JSON, has_already, headers_of, not_modified, tag_of_content
from api.routers.described import UNCHANGED, problems
from api.routers.pathways import require_json_body
from api.schemas.eligibility import (
    EligibilityQuestion,
    EligibilityReply,
    FundingAsked,
    PriorLearningQuestion,
    PriorLearningReply,
    SchemeReply,
    SchemesReply,
)
from api.web.readable import Readable

router = APIRouter(tags=["person"], route_class=Readable)


def _said(request: Request, body: bytes) -> Response:
    tag = tag_of_content(body)
    if has_already(request, tag):
        return not_modified(tag)
    return Response(body, headers=headers_of(tag), media_type=JSON)


@router.post(
    "/eligibility",
    summary="Whether a person may start something, and who pays",
    response_model=EligibilityReply,
    dependencies=[Depends(require_json_body)],
    responses=UNCHANGED | problems(400, 404, 406, 410, 413, 415, 422, 503),
)
def post_eligibility(request: Request, question: EligibilityQuestion) -> Response:
    """A person against schemes, steps, courses, awards, units or types of provision, each by itself.

    Every answer is yes, no or not known, with the fewest facts that decide it, or whom to ask for what. What is not
    known never counts as yes, and is never held against anybody. Nothing of the person is kept or logged.
    """
    require_json(request)
    holder = holder_of(request)
    understanding = questions.Understanding(holder.get(question.release), holder)
    return _said(
        request, eligibility.ELIGIBILITY.dump_json(eligibility.reply(understanding, question, questions.today()))
    )


@router.get(
    "/funding",
    summary="The schemes and what they are about",
    response_model=SchemesReply,
    responses=UNCHANGED | problems(406, 422),
)
def get_schemes(request: Request, asked: Annotated[FundingAsked, Query()]) -> Response:
    """Every scheme whose rules are checked, and the rows of the published tables that are left for people."""
    require_json(request)
    return _said(
        request,
        eligibility.SCHEMES.dump_json(eligibility.schemes(asked.on or questions.today(), Addresses.of(request))),
    )


@router.get(
    "/funding/{scheme}",
    summary="The rules of one scheme, with their dates and sources",
    response_model=SchemeReply,
    responses=UNCHANGED | problems(404, 406, 422),
)
def get_scheme(
    request: Request,
    scheme: Annotated[str, Path(max_length=100, description="Id of a scheme, such as `skills-bootcamp`.")],
    asked: Annotated[FundingAsked, Query()],
) -> Response:
    """Its figures and rules: each in words, from when to when, where it can be checked, when it is due for review."""
    require_json(request)
    found = eligibility.scheme(scheme, asked.on or questions.today(), Addresses.of(request))
    return _said(request, eligibility.SCHEME.dump_json(found))


@router.post(
    "/prior-learning",
    summary="What prior learning may count for",
    response_model=PriorLearningReply,
    dependencies=[Depends(require_json_body)],
    responses=UNCHANGED | problems(400, 404, 406, 410, 413, 415, 422, 503),
)
async def post_prior_learning(request: Request, question: PriorLearningQuestion) -> Response:
    """The latest sensible way into awards and courses, the worksheet of claims, the nearest awards and the bundles.

    A claim is worth asking about, or not yet; whether it counts is for the centre to say. Nothing of the person is kept
    or logged.
    """
    require_json(request)
    holder = holder_of(request)

    def understand() -> tuple[Services, PriorLearningAsked]:
        services = holder.get(question.release)
        understanding = questions.Understanding(services, holder)
        return services, people.prior_learning(understanding, question, questions.today())

    services, task = await anyio.to_thread.run_sync(understand)
    body = await unless_gone(request, pool_of(request).answer(home_of(services), task, client_of(request)))
    if body is None:
        return Response(status_code=499)  # for the log: nobody reads it
    return _said(request, body)
