"""Pathway questions."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl, urlencode

import anyio.to_thread
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field, model_validator
from starlette.responses import RedirectResponse, Response

from api import pathway_faces, people, questions
from api.addresses import Addresses
from api.asked import REACHED, Asked, ComingBack, Reaching, home_of
from api.dependencies import Services, client_of, holder_of, pool_of, settings_of, unless_gone
from api.errors import MAPPING, Problem, problem_of
from api.negotiate import JSON_FORMAT, choose, choose_profile, prefers_html
from api.reply import JSON, has_already, headers_of, not_modified, tag_of
from api.routers.described import UNCHANGED, problems
from api.schemas.pathways import (
    LaterAsked,
    PathwayAsked,
    PathwayQuestion,
    PathwayQuestionBody,
    PathwayReply,
    ReplyAsked,
    Understood,
    WayBackReply,
)
from api.schemas.person import Profile
from api.web import adviser, beside, later, plan, suitable
from api.web import question as ask_page
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

_LATER = """
The soonest way on for somebody who stops when step `stop_after` of pathway `number` ends and comes back `weeks_away`
weeks later, with the same parameters as `/pathways` otherwise.

`outcome`: `same-steps`; `other-steps`; `nothing-left`; `none-known` (nothing that we hold leads on by the last week of
the question: `why`); `not-known`. `weeks_later` is `null` where it rests on a start or a length that is not known.
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


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was understood, the release it is put to, and what it depends on."""

    services: Services
    asked: PathwayRequest
    task: Asked


async def _understood(request: Request, question: PathwayQuestion, profile: Profile) -> Question:
    """Raises what is wrong with the question, as a problem."""
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
    return Question(services, asked, task)


async def _worked_out(request: Request, question: Question) -> bytes | None:
    """The answer as JSON: kept, or worked out by a worker. None: the reader has gone."""
    body = question.services.kept_answer(question.task)
    if body is None:
        answering = pool_of(request).answer(home_of(question.services), question.task, client_of(request))
        body = await unless_gone(request, answering)
        if body is not None and all(questions.in_link(name) for name, _ in question.asked.attributes):
            question.services.keep_answer(question.task, body)
    return body


_GONE: Final = 499
"""For the log: nobody reads it."""


async def _answer(
    request: Request, question: PathwayQuestion, profile: Profile, asked_for: PathwayAsked | ReplyAsked
) -> Response:
    vocabulary = choose_profile(request, pathway_faces.PROFILES, asked_for.in_profile)
    chosen = choose(request, pathway_faces.FORMATS[vocabulary], asked_for.format)
    found = await _understood(request, question, profile)
    faces = () if chosen is JSON_FORMAT else (chosen.media_type, vocabulary)
    tag = tag_of(found.services, "pathways", found.task, *faces)
    if has_already(request, tag):
        return not_modified(tag, _VARY)
    body = await _worked_out(request, found)
    if body is None:
        return Response(status_code=_GONE)
    if chosen is not JSON_FORMAT:
        body = await anyio.to_thread.run_sync(pathway_faces.written, body, found.services, chosen, vocabulary)
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
    if (
        question.format is None
        and question.in_profile is None
        and prefers_html(request, pathway_faces.FORMATS["stepway"])
    ):
        return await _page(request, question, partial(adviser.routes, request, release=question.release), kept=True)
    return await _answer(request, question, Profile(), question)


Reply = dict[str, Any]
Draw = Callable[..., Response]
"""Makes a page of the services of a release and an answer; of a kept answer besides, of what became of it since."""


class _GoneError(Exception):
    """Whoever asked has gone."""


async def _reply(request: Request, question: PathwayAsked) -> tuple[Services, Reply]:
    """The answer, and the release it is of. Raises `_GoneError`, and what is wrong with the question."""
    found = await _understood(request, question, Profile())
    body = await _worked_out(request, found)
    if body is None:
        raise _GoneError
    return found.services, json.loads(body)


async def _page(
    request: Request, question: PathwayAsked, draw: Draw, number: int = 0, *, kept: bool = False
) -> Response:
    """What `draw` makes of the answer. A route that the answer has not is not found, with the way back.

    `kept`: people keep the address of this page, and it says what became of the answer since.
    """
    try:
        services, reply = await _reply(request, question)
        if number > len(reply["pathways"]):
            draw = partial(adviser.no_such_route, request, number=number, release=question.release)
        elif kept:
            draw = partial(draw, since=await _since(request, question, services, reply, number))
    except _GoneError:
        return Response(status_code=_GONE)
    return await anyio.to_thread.run_sync(draw, services, reply)


async def _since(
    request: Request, question: PathwayAsked, services: Services, before: Reply, number: int
) -> beside.Since | None:
    """What became of a kept answer on the release that is served now; None: it is of no earlier release."""
    current = holder_of(request).releases.current_number()
    if question.release is None or current is None or current <= services.manifest.number:
        return None
    on = date.fromisoformat(before["question"]["on"])
    asked = adviser.asked_in(request)
    today = [one for one in asked if one[0] != "on"]
    link = ask_page.instead(Addresses.of(request), today, [*asked, ("release", str(question.release))])
    try:
        newer, now = await _reply(request, question.model_copy(update={"release": None, "on": on}))
    except tuple(MAPPING) as error:
        problem = problem_of(error)
        return beside.cannot(before, problem.document(request.url.path).detail, link)
    if newer.manifest.number <= services.manifest.number:
        return None
    return beside.since(before, now, number or None, newer, link)


class BesideAsked(PathwayAsked):
    """A question, and the one before it, whose answer is to stand beside: its query as a text."""

    before: Annotated[str, Field(min_length=1, max_length=4000)]


@router.get("/pathways/beside", include_in_schema=False)
async def get_beside(request: Request, question: Annotated[BesideAsked, Query()]) -> Response:
    """The routes found for a question, beside the answer to the one that was asked before."""
    items = parse_qsl(question.before)
    try:
        _, before = await _reply(request, ask_page.read(items, PathwayAsked))
    except _GoneError:
        return Response(status_code=_GONE)

    def draw(services: Services, reply: Reply) -> Response:
        asked = (items, adviser.asked_in(request))
        found = beside.beside(before, reply, asked, Addresses.of(request, question.release))
        return adviser.routes(request, services, reply, release=question.release, beside=found)

    return await _page(request, question, draw)


@router.get("/start", include_in_schema=False)
def start(request: Request, release: Annotated[int | None, Query(ge=1, le=999_999_999)] = None) -> Response:
    """The form that asks what a route is wanted for, with what the address says already."""
    services = holder_of(request).get(release)
    return ask_page.start(request, services, release=release)


@router.get("/pathways/ask", include_in_schema=False)
def asked(request: Request) -> Response:
    """What a form sent, as the address of its answer: without blanks, so that it is short and can be shared."""
    items = ask_page.asked_of(request.query_params.multi_items())
    path = "/pathways/beside" if any(name == ask_page.BEFORE for name, _ in items) else "/pathways"
    if ("to_level", ask_page.UNSURE) in items:
        path, items = "/pathways/roles", ask_page.without_goal(items)
    return RedirectResponse(f"{Addresses.of(request).to(path)}?{urlencode(items)}", 303)


class Brought(PathwayAsked):
    """A question of somebody who does not know where to."""

    @model_validator(mode="before")
    @classmethod
    def _any_goal(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {**given, "to_level": LEVEL_OF_ANY}


LEVEL_OF_ANY: Final = 4
"""The level that stands for a goal that is not looked at."""


@router.get("/pathways/roles", include_in_schema=False)
async def get_roles(request: Request, brought: Annotated[Brought, Query()]) -> Response:
    """Roles within reach of what somebody brings, for who does not know where to."""
    found = await _understood(request, brought, Profile())

    asking = pool_of(request).answer(home_of(found.services), Reaching(found.asked), client_of(request))
    body = await unless_gone(request, asking)
    if body is None:
        return Response(status_code=_GONE)
    draw = partial(adviser.roles, request, found.services, REACHED.validate_json(body), found.asked)
    return await anyio.to_thread.run_sync(partial(draw, release=brought.release))


@router.get(suitable.PATH, include_in_schema=False)
async def get_questions(request: Request, question: Annotated[suitable.QuestionsAsked, Query()]) -> Response:
    """The next question whose answer could change the routes; when none is left, the answers to be checked."""
    draw = partial(suitable.respond, request, asked=question)
    return await _page(request, question, draw)


@router.get(suitable.ANSWER, include_in_schema=False)
async def answered(request: Request) -> Response:
    """What the form of one question sent: on to the next one, or the same again where it cannot be so."""
    items, fault = suitable.answered(request.query_params.multi_items())
    if fault is None:
        return RedirectResponse(f"{Addresses.of(request).to(suitable.PATH)}?{urlencode(items)}", 303)
    question = ask_page.read(items, suitable.QuestionsAsked)
    wrong = (request.query_params.get(f"fact.{question.ask}", ""), fault)
    draw = partial(suitable.respond, request, asked=question, wrong=wrong)
    return await _page(request, question, draw)


Number = Annotated[int, Path(ge=1)]


@router.get("/pathways/{number}", include_in_schema=False)
async def get_route(request: Request, number: Number, question: Annotated[PathwayAsked, Query()]) -> Response:
    """One route of an answer, step by step."""
    draw = partial(adviser.route, request, number=number, release=question.release)
    return await _page(request, question, draw, number, kept=True)


@router.get(
    "/pathways/{number}/later",
    summary="Stop and come back later",
    description=_LATER,
    response_model=WayBackReply,
    responses=UNCHANGED | problems(404, 406, 410, 422, 503),
)
async def get_later(
    request: Request,
    number: Annotated[int, Path(ge=1, le=100, description="Number of the pathway in the answer.")],
    question: Annotated[LaterAsked, Query()],
) -> Response:
    """How to go on for whoever stops after a step of a pathway and comes back later."""
    found = await _understood(request, question, Profile())
    tag = tag_of(found.services, "later", found.task, number, question.stop_after, question.weeks_away)
    html = question.format is None and prefers_html(request, (JSON_FORMAT,))
    if not html and has_already(request, tag):
        return not_modified(tag)
    task = ComingBack(found.task, (number, question.stop_after, question.weeks_away))
    asking = pool_of(request).answer(home_of(found.services), task, client_of(request))
    body = await unless_gone(request, asking)
    if body is None:
        return Response(status_code=_GONE)
    if (back := json.loads(body)) is None:
        said = f"The answer has no pathway {number} with a step {question.stop_after}."
        raise Problem("not-found", said, hint="Ask for the pathways first: each has its steps numbered.")
    if not html:
        return Response(body, headers=headers_of(tag), media_type=JSON)
    asked = PathwayAsked.model_validate(
        question.model_dump(by_alias=True, exclude_unset=True, exclude={"stop_after", "weeks_away", "format"})
    )
    return await _page(request, asked, partial(later.respond, request, number=number, asked=question, back=back))


class PlanAsked(PathwayAsked):
    """A question whose route is to be printed as a plan."""

    print: Literal["usual", "large"] = "usual"


@router.get("/pathways/{number}/plan", include_in_schema=False)
async def get_plan(request: Request, number: Number, question: Annotated[PlanAsked, Query()]) -> Response:
    """The action plan of one route, to be printed."""
    draw = partial(plan.respond, request, number=number, release=question.release)
    return await _page(request, question, draw, number, kept=True)


@router.get("/pathways/{number}/plan.ics", include_in_schema=False)
async def get_calendar(request: Request, number: Number, question: Annotated[PathwayAsked, Query()]) -> Response:
    """The dated actions of a plan, for a calendar."""

    def draw(services: Services, reply: Reply) -> Response:
        address = plan.whole_address(request, reply, number, services)
        headers = {"Content-Disposition": 'attachment; filename="plan.ics"'}
        text = plan.calendar(plan.plan_of(request, reply, number, services), address)
        return Response(text, headers=headers, media_type="text/calendar; charset=utf-8")

    return await _page(request, question, draw, number)


@router.get("/pathways/{number}/plan.json", include_in_schema=False)
async def get_plan_data(request: Request, number: Number, question: Annotated[PathwayAsked, Query()]) -> Response:
    """The plan as data."""

    def draw(services: Services, reply: Reply) -> Response:
        found = plan.plan_of(request, reply, number, services)
        return Response(plan.PLAN.dump_json(found), media_type=JSON)

    return await _page(request, question, draw, number)


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
