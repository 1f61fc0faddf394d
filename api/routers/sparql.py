"""The SPARQL endpoint: the SPARQL 1.1 Protocol, read-only, over the current release or the one that is named."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.addresses import Addresses
from api.dependencies import Services, client_of, holder_of, unless_gone
from api.negotiate import Format, choose, not_offered, prefers_html, takes_gzip, wants
from api.reply import has_already, tag_of
from api.routers.described import UNCHANGED, problems
from api.sparql import formats, guard
from api.sparql.answers import SparqlAnswer, SparqlQuestion, answers_of, home_of
from api.sparql.description import service_description
from api.sparql.limits import QueryLimits
from api.sparql.problems import OF_A_QUERY, of_query
from api.sparql.protocol import ACCEPT_POST, FORM, MOST_GRAPHS, QUERY, ProtocolRequest, read
from api.web import query_page

router = APIRouter(tags=["sparql"])

_VARY: Final = "Accept, Accept-Encoding"
_SHORT: Final = 4_000

_ABOUT: Final = """
The [SPARQL 1.1 Protocol](https://www.w3.org/TR/sparql11-protocol/), read-only. The default graph is all graphs of the
release as one, unless the request or the query names graphs.

SELECT and ASK answer in JSON, XML, CSV or TSV; CONSTRUCT and DESCRIBE in Turtle, N-Triples, N-Quads, TriG, RDF/XML or
JSON-LD: by `Accept`, or by `format`. An answer is whole or it is a problem: none is ever cut. `Stepway-Release` names
the release that answered. Without a query, a GET describes the service.
""".strip()


class AnswerReply(Response):
    """An answer on its way, however large, and let go of whatever becomes of it."""

    def __init__(self, answer: SparqlAnswer, headers: dict[str, str]) -> None:
        self._answer = answer
        super().__init__(status_code=200, headers=headers | {"Content-Length": str(answer.size)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, piece by piece when it is large."""
        try:
            body = self._answer.body()
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if isinstance(body, bytes):
                await send({"type": "http.response.body", "body": body})
            else:
                await self._pieces(body, send)
        finally:
            self._answer.close()

    @staticmethod
    async def _pieces(pieces: AsyncIterator[bytes], send: Send) -> None:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def reply(request: Request) -> Response:
    """The reply to any request here."""
    asked = await read(request)
    holder = holder_of(request)
    services = holder.ready(asked.release)
    if services is None:
        services = await anyio.to_thread.run_sync(holder.get, asked.release)
    if asked.query is None:
        return await _description(request, services, asked)
    return await _answer(request, services, asked, asked.query)


async def _answer(request: Request, services: Services, asked: ProtocolRequest, text: str) -> Response:
    answers = answers_of(request)
    if asked.format == formats.HTML or (asked.format is None and prefers_html(request, formats.TABLES)):
        run = asked.format == formats.HTML
        return await query_page.respond(request, services, release=asked.release, query=text, run=run)
    try:
        query = await _checked(text, answers.limits)
        form = _format(request, formats.offered(query.form), asked.format)
        gzip, content_type = takes_gzip(request), _content_type(request, form, asked.format)
        headers = _headers(request, services)
        if query.volatile:
            headers["Cache-Control"] = "no-store"
        else:
            graphs = asked.default_graphs, asked.named_graphs
            headers["ETag"] = tag = tag_of(services, "/sparql", query.normal, graphs, content_type, gzip)
            if request.method == "GET" and has_already(request, tag):
                return Response(status_code=304, headers=headers)
        question = SparqlQuestion(
            services.manifest.number, query, asked.default_graphs, asked.named_graphs, form.media_type, gzip
        )
        home = home_of(services)
        answer = answers.at_hand(home, question)
        if answer is None:
            answer = await unless_gone(request, answers.ask(home, question, client_of(request)))
    except OF_A_QUERY as error:
        raise of_query(error, text, answers.limits) from error
    if answer is None:
        return Response(status_code=499)  # for the log: nobody reads it
    headers["Content-Type"] = content_type
    if answer.gzip:
        headers["Content-Encoding"] = "gzip"
    if answer.rows is not None:
        headers["Stepway-Rows"] = str(answer.rows)
    return AnswerReply(answer, headers)


async def _checked(text: str, limits: QueryLimits) -> guard.CheckedQuery:
    """The query; a long one is read beside the requests of others."""
    if len(text) <= _SHORT:
        return guard.check(text, limits)
    return await anyio.to_thread.run_sync(guard.check, text, limits)


async def _description(request: Request, services: Services, asked: ProtocolRequest) -> Response:
    """What the service is, in RDF; the query page for readers of pages."""
    if asked.format == formats.HTML or (asked.format is None and prefers_html(request, formats.GRAPHS)):
        return await query_page.respond(request, services, release=asked.release, query=None, run=False)
    form = _format(request, formats.GRAPHS, asked.format)
    address = str(request.url_for("get_sparql"))
    limits, isolated = answers_of(request).limits, answers_of(request).isolated
    tag = tag_of(services, "/sparql", form.name, address, limits, isolated)
    headers = _headers(request, services) | {"ETag": tag}
    if has_already(request, tag):
        return Response(status_code=304, headers=headers)
    said = partial(service_description, services, address, form.media_type, limits, isolated)
    body = await anyio.to_thread.run_sync(said)
    return Response(body, headers=headers | {"Content-Type": _content_type(request, form, asked.format)})


def _format(request: Request, offered: tuple[Format, ...], wanted: str | None) -> Format:
    if wanted is None:
        return choose(request, offered)
    found = formats.find(wanted, offered)
    if found is None:
        raise not_offered(wanted, offered)
    return found


def _headers(request: Request, services: Services) -> dict[str, str]:
    """Of every reply about a release. Caches ask again, since another release may be current."""
    manifest = services.manifest
    about = Addresses.of(request).to(f"/releases/{manifest.number}")
    return {
        "Vary": _VARY,
        "Cache-Control": "no-cache",
        "Link": f'<{about}>; rel="describedby"; type="application/json"',
        "Stepway-Release": str(manifest.number),
        "Stepway-Content": manifest.content_hash,
    }


def _content_type(request: Request, form: Format, named: str | None) -> str:
    """The media type of a reply: the one that the reader asked for where a format has several."""
    media_type = form.media_type
    if named is None and not wants(request, media_type):
        media_type = next((one for one in form.aliases if wants(request, one)), media_type)
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


_MEDIA_TYPES: Final = tuple(
    sorted({name for one in (*formats.TABLES, *formats.GRAPHS) for name in (one.media_type, *one.aliases)})
)
_TEXT: Final[dict[str, Any]] = {"schema": {"type": "string"}}
_RELEASE: Final = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
_GRAPHS: Final = {"type": "array", "maxItems": MOST_GRAPHS, "items": {"type": "string", "format": "uri"}}
_FIELDS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "query": ("A SPARQL 1.1 query.", {"type": "string"}),
    "default-graph-uri": ("A graph of the default graph. Repeatable. It goes before FROM.", _GRAPHS),
    "named-graph-uri": ("A graph that GRAPH sees. Repeatable. It goes before FROM NAMED.", _GRAPHS),
    "format": ("The format of the answer, before `Accept`.", {"type": "string", "enum": list(formats.NAMES)}),
    "release": ("Number of the release to ask; without it the current one.", _RELEASE),
}


def _parameters(*names: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": False, "description": about, "schema": schema}
        for name, (about, schema) in _FIELDS.items()
        if name in names
    ]


_BODY: Final = {
    "required": True,
    "content": {
        QUERY: {"schema": {"type": "string", "description": "The query itself."}},
        FORM: {
            "schema": {
                "type": "object",
                "required": ["query"],
                "additionalProperties": False,
                "properties": {name: schema | {"description": about} for name, (about, schema) in _FIELDS.items()},
            }
        },
    },
}
_ANSWER: Final = {
    "description": "The answer, whole; or, without a query, what the service is.",
    "headers": {
        "ETag": {"description": "Tag of the answer; not where it is another one each time.", **_TEXT},
        "Stepway-Release": {"description": "Number of the release that answered.", **_TEXT},
        "Stepway-Content": {"description": "Hash of what is in it.", **_TEXT},
        "Stepway-Rows": {"description": "Rows or statements of the answer, where they are counted.", **_TEXT},
    },
    "content": {name: {} if "json" in name else _TEXT for name in (*_MEDIA_TYPES, "text/html")},
}
_REPLIES: Final[dict[int | str, dict[str, Any]]] = {200: _ANSWER}


@router.get(
    "/sparql",
    summary="Ask in SPARQL, or read what the endpoint is",
    description=_ABOUT,
    responses=_REPLIES | UNCHANGED | problems(400, 404, 406, 429, 503),
    openapi_extra={"parameters": _parameters(*_FIELDS)},
    response_class=Response,
)
async def get_sparql(request: Request) -> Response:
    """Answer a query in the address."""
    return await reply(request)


@router.post(
    "/sparql",
    summary="Ask in SPARQL, with the query as the body or in a form",
    description=_ABOUT,
    responses=_REPLIES | problems(400, 404, 406, 413, 415, 429, 503),
    openapi_extra={
        "parameters": _parameters("default-graph-uri", "named-graph-uri", "format", "release"),
        "requestBody": _BODY,
    },
    response_class=Response,
)
async def post_sparql(request: Request) -> Response:
    """Answer a query in the body."""
    return await reply(request)


@router.options(
    "/sparql",
    summary="What can be done here",
    description="The methods, and the formats of bodies.",
    status_code=204,
    responses=problems(),
    response_class=Response,
)
async def options_sparql() -> Response:
    """Say it in headers."""
    return Response(status_code=204, headers={"Allow": "GET, HEAD, OPTIONS, POST", "Accept-Post": ACCEPT_POST})
