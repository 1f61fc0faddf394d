"""One standard against units, every legal choice of units of an award, and the approval pack."""

from collections.abc import Callable, Hashable
from datetime import date
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.addresses import Addresses
from api.answering import home_of
from api.dependencies import Services, client_of, holder_of, pool_of, unless_gone
from api.designers.counted import TALLIES, counting
from api.designers.standards import ChoicesAsker, PackAsker, matrix_faces
from api.faces import body_of, file_headers, formats_described, page_of, reply_in
from api.negotiate import SHEETS, SHEETS_AND_CHART, Format, choose, prefers_html
from api.questions import today
from api.reply import has_already, headers_of, not_modified, tag_of
from api.routers.described import UNCHANGED, problems
from api.schemas.common import Named
from api.schemas.standards import ChoicesAsked, ChoicesSaid, MatrixAsked, MatrixSaid, PackAsked, PackSaid
from api.turns import turns_of

router = APIRouter(tags=["designers"])

_PROBLEMS = problems(404, 406, 422, 429, 503)
_Role = Annotated[
    Named, Path(description="The occupation whose standard is meant, by id, or the standard's reference.")
]
_Award = Annotated[Named, Path(description="The award, by id.")]
_GONE = 499
"""For the log: nobody reads it."""


@router.get(
    "/standards/{role}/matrix",
    summary="One standard against units: what is taught and assessed, and how that is known",
    response_model=MatrixSaid,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS_AND_CHART)},
)
def get_matrix(request: Request, role: _Role, asked: Annotated[MatrixAsked, Query()]) -> Response:
    """Each statement of a standard against each unit: taught, practised, assessed, or not known.

    Yes and no are what somebody publishes; inferred is our conclusion, with the statements it rests on.
    """
    services = holder_of(request).get(asked.release)
    on = asked.on or today()
    return reply_in(
        request,
        services,
        asked.release,
        asked.format,
        ("matrix", role, on, tuple(asked.award), *asked.key()),
        lambda to: matrix_faces(services, on, role, asked, to),
        SHEETS_AND_CHART,
    )


async def _counted(
    request: Request,
    asked: ChoicesAsked | PackAsked,
    key: tuple[Hashable, ...],
    offered: tuple[Format, ...],
    make: Callable[[Services, date], ChoicesAsker | PackAsker],
) -> Response:
    """Read the rules here, count in a worker, and write the answer here again."""
    addresses, on = Addresses.of(request, asked.release), asked.on or today()
    services = await anyio.to_thread.run_sync(holder_of(request).get, asked.release)
    as_page = asked.format is None and prefers_html(request, offered)
    form = offered[0] if as_page else choose(request, offered, asked.format)
    whole = (request.url.path, addresses, on, *key, asked.blank_credits, *asked.key())
    tag = tag_of(services, *whole, form.name)
    headers = headers_of(tag) | file_headers(form, request, services)
    if not as_page:
        if has_already(request, tag):
            return not_modified(tag)
        if (kept := services.kept_answer((*whole, form.name))) is not None:
            return Response(kept, headers=headers, media_type=form.media_type)

    def prepare() -> ChoicesAsker | PackAsker:
        with turns_of(request).taken(client_of(request)):
            return make(services, on)

    asker = await anyio.to_thread.run_sync(prepare)
    found: bytes | None = b"[]"
    if asker.to_count and (found := services.kept_answer(whole)) is None:
        task = await anyio.to_thread.run_sync(counting, asker.to_count)
        found = await unless_gone(request, pool_of(request).answer(home_of(services), task, client_of(request)))
        if found is None:
            return Response(status_code=_GONE)
        services.keep_answer(whole, found)
    tallies = TALLIES.validate_json(found or b"[]")
    made = await anyio.to_thread.run_sync(asker.faces, tallies, addresses)
    if as_page:
        return await anyio.to_thread.run_sync(page_of, request, services, asked.release, made, offered)
    body = await anyio.to_thread.run_sync(body_of, form, made, services)
    services.keep_answer((*whole, form.name), body)
    return Response(body, headers=headers, media_type=form.media_type)


@router.get(
    "/awards/{award}/choices",
    summary="What every legal choice of units of an award covers of a standard",
    response_model=ChoicesSaid,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS_AND_CHART)},
)
async def get_choices(request: Request, award: _Award, asked: Annotated[ChoicesAsked, Query()]) -> Response:
    """Over all combinations of units that the award's rules allow: the worst, the best, and who falls through.

    Counted exactly. Where something that the rules speak of is not known the answer says what, and who could say.
    """
    return await _counted(
        request,
        asked,
        ("choices", asked.role),
        SHEETS_AND_CHART,
        lambda services, on: ChoicesAsker(services, on, award, asked),
    )


@router.get(
    "/awards/{award}/approval-pack",
    summary="The approval pack of an award: what is known and what is open, for each standard",
    response_model=PackSaid,
    responses={**UNCHANGED, **_PROBLEMS, **formats_described(*SHEETS)},
)
async def get_approval_pack(request: Request, award: _Award, asked: Annotated[PackAsked, Query()]) -> Response:
    """Each statement of each aligned occupation: where taught, where assessed, evidence, every choice, open questions.

    It never says that an award meets the criteria: it lays out what is published, what we infer, and whom to ask.
    """
    return await _counted(
        request,
        asked,
        ("pack", tuple(asked.role)),
        SHEETS,
        lambda services, on: PackAsker(services, on, award, asked),
    )
