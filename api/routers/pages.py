"""What pages are made of besides themselves: the built browser files, and the licences of the software in them."""

import json
from typing import Annotated, Final
from urllib.parse import quote, urlencode

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from api.addresses import Addresses
from api.dependencies import holder_of, services_of
from api.errors import Problem
from api.negotiate import takes_gzip
from api.web import designers, query_page
from api.web.pages import STATIC, built, page
from queries.catalogue import get_query

router = APIRouter(include_in_schema=False)

_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


ROBOTS: Final = """\
User-agent: *
Disallow: /sparql
Disallow: /queries/*/results
Disallow: /pathways
Allow: /
"""


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    """A built browser file. Its name changes with its content, so that it may be kept for ever."""
    ending = name.rpartition(".")[2]
    if ending not in _TYPES or name not in built().values():
        raise Problem("not-found", f"There is nothing at {request.url.path}.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    path = STATIC / name
    if takes_gzip(request):
        path, headers["Content-Encoding"] = STATIC / f"{name}.gz", "gzip"
    return Response(path.read_bytes(), headers=headers, media_type=_TYPES[ending])


@router.get("/sparql/examples/{name}")
async def example(
    request: Request, name: str, release: Annotated[int | None, Query(ge=1, le=999_999_999)] = None
) -> Response:
    """The query page with a named query in it, ready to be run or changed."""
    services = await anyio.to_thread.run_sync(holder_of(request).get, release)
    return await query_page.respond(request, services, release=release, example=get_query(name))


@router.get("/designers")
def for_designers(request: Request, release: Annotated[int | None, Query(ge=1, le=999_999_999)] = None) -> Response:
    """The page that curriculum designers and the region's skills team start from."""
    return designers.respond(request, holder_of(request).get(release), release=release)


@router.get("/asked/{path:path}")
def asked(request: Request, path: str) -> Response:
    """What a form sent, as the address of its answer: without blanks, which mean that nothing was said."""
    filled = [(name, value.strip()) for name, value in request.query_params.multi_items() if value.strip()]
    query = f"?{urlencode(filled)}" if filled else ""
    return RedirectResponse(f"{Addresses.of(request).root}/{quote(path.lstrip('/'))}{query}", 303)


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """Where browsers look for the icon that a reply without a page does not name."""
    name = built().get("icon.svg")
    if name is None:
        raise Problem("not-found", "The browser files are not built, so there is no icon.")
    return RedirectResponse(Addresses.of(request).to(f"/static/{name}"), 303)


@router.get("/robots.txt")
def robots() -> Response:
    """Pages may be read by search engines; what makes the service work for each address may not."""
    return Response(ROBOTS, media_type="text/plain; charset=utf-8")


@router.get("/licences")
def licences(request: Request, release: Annotated[int | None, Query(ge=1, le=999_999_999)] = None) -> Response:
    """The software that browsers load from us, with its licences."""
    path = STATIC / "licences.json"
    found = path.read_bytes() if path.is_file() else b"[]"
    return page(
        request,
        "licences.html",
        title="Software in these pages",
        services=services_of(request, release),
        release=release,
        packages=json.loads(found),
    )
