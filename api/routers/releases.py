"""Releases beside each other: what differs between two, and what each new one changed."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from api import differences
from api.addresses import Addresses
from api.dependencies import ReleaseHolder, comparisons_of, holder_of
from api.errors import UnknownReleaseError
from api.negotiate import require_json
from api.reply import JSON, has_already, headers_of, not_modified, tag_of_content
from api.routers.described import UNCHANGED, problems
from api.schemas.releases import DiffAsked, DiffSaid, Feed
from api.web.readable import Readable
from graph.release import NoReleaseError, Release

router = APIRouter(route_class=Readable)

FEED: Final = "application/feed+json"

Number = Annotated[int, Path(ge=1, le=999_999_999, description="Number of a release.")]


def _release(holder: ReleaseHolder, number: int) -> Release:
    try:
        return holder.releases.get(number)
    except NoReleaseError as error:
        raise UnknownReleaseError(number, holder.releases.numbers()) from error


@router.get(
    "/releases/feed",
    summary="What each release changed, as a feed",
    tags=["releases"],
    response_model=Feed,
    responses={200: {"content": {FEED: {}}}, **UNCHANGED, **problems(406)},
)
def feed(request: Request) -> Response:
    """A JSON Feed of the releases, newest first: how many things of each class were added, retired and changed."""
    require_json(request)
    said = differences.feed(holder_of(request).manifests(), Addresses.of(request))
    body = said.model_dump_json().encode()
    tag = tag_of_content(body)
    if has_already(request, tag):
        return not_modified(tag)
    return Response(body, headers=headers_of(tag), media_type=JSON)


@router.get("/releases/compare", include_in_schema=False)
def compare(request: Request, first: Annotated[int, Query(ge=1)], second: Annotated[int, Query(ge=1)]) -> Response:
    """The differences of two releases that were chosen in a form."""
    return RedirectResponse(Addresses.of(request).to(f"/releases/{first}/diff/{second}"), 303)


@router.get(
    "/releases/{first}/diff/{second}",
    summary="What became of the things of one release in another",
    tags=["releases"],
    response_model=DiffSaid,
    responses=UNCHANGED | problems(404, 406, 422),
)
def diff(request: Request, first: Number, second: Number, asked: Annotated[DiffAsked, Query()]) -> Response:
    """Things added, retired and changed, with the fields that differ, by class and by dataset; a page of the list."""
    require_json(request)
    holder = holder_of(request)
    releases = _release(holder, first), _release(holder, second)
    said = comparisons_of(request).get(*releases).said(asked, Addresses.of(request))
    body = said.model_dump_json().encode()
    tag = tag_of_content(body)
    if has_already(request, tag):
        return not_modified(tag)
    return Response(body, headers=headers_of(tag, said.links), media_type=JSON)
