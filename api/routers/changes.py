"""The smallest change that closes a gap, and bundles that could be funded."""

from collections.abc import Callable, Hashable
from typing import Annotated, Any, TypeVar

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.addresses import Addresses
from api.answering import home_of
from api.dependencies import Services, client_of, holder_of, pool_of, unless_gone
from api.designers.changes import BundlesAsker, ChangeAsker, bundles_faces, change_faces
from api.faces import Faces, body_of, file_headers, formats_described, page_of
from api.negotiate import CSV, SHEETS, SHEETS_AND_CHART, VEGA_LITE, XLSX, Format, choose, prefers_html
from api.questions import today
from api.reply import has_already, headers_of, not_modified, tag_of
from api.routers.described import UNCHANGED, problems
from api.routers.pathways import require_json_body
from api.schemas.changes import (
    BundlesAsked,
    BundlesSaid,
    ChangeAsked,
    ChangeBody,
    ChangeQuestion,
    ChangeSaid,
    GapAsked,
    key_of,
)
from api.turns import turns_of
from queries.coverage.faults import NoChoiceError

router = APIRouter(tags=["designers"])

Asker = TypeVar("Asker", ChangeAsker, BundlesAsker)

_ABOUT = """
The fewest, or cheapest, units to run at named providers so that a gap closes, solved exactly: with the runner-up, what
each next unit brings, what nothing closes, and what every lock costs.

The gap is what roles need and nobody is known to teach there, or competencies and themes that are named in `gap`. Each
unit says why we think that it closes something; most reasons are our own tags, and `published_only` leaves them out.
""".strip()


async def _answer(
    request: Request,
    asked: GapAsked,
    wanted: str | None,
    offered: tuple[Format, ...],
    make: Callable[[Services], Asker],
    faces: Callable[[Asker, bytes, Addresses], Faces],
) -> Response:
    """Take the words for things here, solve in a worker, and write the answer here again."""
    addresses, client = Addresses.of(request, asked.release), client_of(request)
    services = await anyio.to_thread.run_sync(holder_of(request).get, asked.release)
    asked_of: tuple[Hashable, ...] = (request.url.path, addresses, asked.on or today(), key_of(asked))
    as_page = wanted is None and prefers_html(request, offered)
    form = offered[0] if as_page else choose(request, offered, wanted)
    tag = tag_of(services, *asked_of, form.name)
    if not as_page:
        if has_already(request, tag):
            return not_modified(tag)
        if (body := services.kept_answer((*asked_of, form.name))) is not None:
            return _replied(request, body, form, tag, services)

    def prepare() -> Asker:
        with turns_of(request).taken(client):
            return make(services)

    asker = await anyio.to_thread.run_sync(prepare)
    if (found := services.kept_answer(asked_of)) is None:
        try:
            found = await unless_gone(request, pool_of(request).answer(home_of(services), asker.task(), client))
        except NoChoiceError as error:
            raise _in_words(asker, error) from None
        if found is None:
            return Response(status_code=499)  # for the log: nobody reads it
        services.keep_answer(asked_of, found)
    solved = found
    made = await anyio.to_thread.run_sync(lambda: faces(asker, solved, addresses))
    if as_page:
        return await anyio.to_thread.run_sync(page_of, request, services, asked.release, made, offered)
    body = await anyio.to_thread.run_sync(body_of, form, made, services)
    services.keep_answer((*asked_of, form.name), body)
    return _replied(request, body, form, tag, services)


def _replied(request: Request, body: bytes, form: Format, tag: str, services: Services) -> Response:
    return Response(body, headers=headers_of(tag) | file_headers(form, request, services), media_type=form.media_type)


def _in_words(asker: ChangeAsker | BundlesAsker, error: NoChoiceError) -> Exception:
    return asker.in_words(error) if isinstance(asker, ChangeAsker) else error


async def _change(request: Request, asked: ChangeQuestion, wanted: str | None) -> Response:
    holder = holder_of(request)
    return await _answer(
        request,
        asked,
        wanted,
        SHEETS_AND_CHART,
        lambda services: ChangeAsker(services, holder, asked),
        lambda asker, found, addresses: change_faces(asker.said(found, addresses), asker.services),
    )


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
    return await _answer(
        request,
        asked,
        asked.format,
        SHEETS,
        lambda services: BundlesAsker(services, holder, asked),
        lambda asker, found, addresses: bundles_faces(asker.said(found, addresses)),
    )
