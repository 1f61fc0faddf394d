"""Data as a page, for readers of pages: whatever an address answers as JSON, with its filters, links and next pages.

A router made with `route_class=Readable` has a page at each of its GET addresses. A page of its own is better where
people work every day; this one is for all the rest, so that no link on a page ends in braces.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response

from api.addresses import Addresses
from api.dependencies import Services, services_of
from api.negotiate import JSON_FORMAT, prefers_html
from api.resources import HELPERS
from api.web.pages import Alternate, Step, page
from api.web.report import fields_of, operation_of
from ontology.namespaces import BASE, PREFIXES, expand

LARGEST: Final = 2_000_000
"""Bytes of an answer that is still made a page of."""

OWN: Final = {
    "/datasets": "sources.html",
    "/funding": "schemes.html",
    "/funding/{scheme}": "scheme.html",
    "/health": "health.html",
    "/incomplete": "incomplete.html",
    "/ready": "health.html",
    "/releases": "releases.html",
    "/releases/{number}": "release.html",
    "/releases/{first}/diff/{second}": "differences.html",
}
"""Addresses whose answer has a page of its own: the whole answer is `whole` there."""

_NOT_SHOWN: Final = {"links", "release", "items", "offset", "limit", "uri", "score"}

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Readable(APIRoute):
    """A route whose JSON is a page for those who ask for pages, and name no format."""

    def get_route_handler(self) -> Handler:
        """The handler of the route, with the page around its answer."""
        answer = super().get_route_handler()

        async def readable(request: Request) -> Response:
            named = "format" in request.query_params
            if request.method != "GET" or named or not prefers_html(request, (JSON_FORMAT,)):
                return await answer(request)
            response = await answer(_for_data(request))
            return _page(request, json.loads(bytes(response.body))) if _is_data(response) else response

        return readable


def _for_data(request: Request) -> Request:
    """The same request of somebody who wants data, and has none of it yet."""
    dropped = (b"accept", b"if-none-match")
    headers = [(name, value) for name, value in request.scope["headers"] if name not in dropped]
    return Request({**request.scope, "headers": [*headers, (b"accept", b"application/json")]}, request.receive)


def _is_data(response: Response) -> bool:
    """Whether a reply is a whole JSON document of a size that people may read."""
    return response.status_code == 200 and response.media_type == "application/json" and len(response.body) <= LARGEST


def _page(request: Request, said: dict[str, Any]) -> Response:
    number = request.query_params.get("release")
    release = int(number) if number else None
    addresses = Addresses.of(request, release)
    if "id" in said and "uri" in said:  # a thing has a page of its own
        return RedirectResponse(addresses.to(f"/id/{said['id']}"), 303, headers={"Vary": "Accept"})
    operation = operation_of(request)
    services = services_of(request, release)
    links = {one["rel"]: one["href"] for one in said.get("links", ())}
    query = f"{request.url.query}&" if request.url.query else ""
    return page(
        request,
        OWN.get(request.scope["route"].path, "data.html"),
        title=operation.get("summary", request.url.path),
        services=services,
        release=release,
        query_behind=links.get("query"),
        query_same=request.query_params.keys() <= {"limit", "offset", "release"},  # no filter: of a list the whole
        above=[Step("Start", "/")],
        alternates=[Alternate("JSON", f"{request.url.path}?{query}format=json", "application/json")]
        if any(one["name"] == "format" for one in operation.get("parameters", ()))
        else [],
        about=str(operation.get("description", "")).partition("\n\n")[0],
        whole=said,
        said={name: value for name, value in said.items() if name not in _NOT_SHOWN},
        items=said.get("items"),
        total=said.get("total"),
        first=said.get("offset", 0) + 1,
        before=links.get("prev"),
        after=links.get("next"),
        fields=list(fields_of(operation, request)),
        action=f"{addresses.root}/asked{request.url.path.removeprefix(addresses.root)}",
        asked=request.query_params.multi_items(),
        called=_called(services),
        **HELPERS,
    )


def _called(services: Services | None) -> Callable[[str], str]:
    """What people call what an address or a short form of one (`sw:level`) names; any other text stays as it is."""

    def called(text: str) -> str:
        address = str(expand(text)) if ":" in text and text.partition(":")[0] in PREFIXES else text
        named = services is not None and (address != text or text.startswith(BASE)) and " " not in text
        return services.resources.label(address) if services and named else text

    return called
