"""Named queries: their list, what each takes and gives, and their answers."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api import named
from api.addresses import Addresses
from api.dependencies import Services, client_of, holder_of, services_of, unless_gone
from api.errors import Problem
from api.negotiate import JSON_FORMAT, Format, choose, prefers_html, takes_gzip
from api.reply import JSON, has_already, headers_of, not_modified, tag_of, tag_of_content
from api.routers.described import UNCHANGED, problems
from api.routers.sparql import AnswerReply
from api.schemas.common import Link, ReadAsJson, Text
from api.schemas.queries import QueriesSaid, QuerySaid, ResultsSaid
from api.sparql.answers import SparqlAnswer, SparqlQuestion, answers_of, home_of
from api.sparql.guard import check
from api.web.pages import Alternate, Step, page
from queries.catalogue import RESERVED, NamedQuery, get_query

router = APIRouter(tags=["queries"])

MOST_READ: Final = 50_000_000
"""Bytes of an answer that are taken apart for a page of it."""

TEXT: Final = Format("text", named.SPARQL_QUERY, ("text/plain",))
DESCRIBED: Final = (JSON_FORMAT, TEXT)
_ABOVE: Final = (Step("Queries", "/queries"),)
_VARY: Final = "Accept, Accept-Encoding"

Name = Annotated[str, Path(min_length=1, max_length=100, description="Name of the query.")]
Number = Annotated[
    int | None,
    Query(ge=1, le=999_999_999, description="Number of the release to ask; without it the current one."),
]
_VALUES: Final = {
    "parameters": [
        {
            "name": "values",
            "in": "query",
            "required": False,
            "style": "form",
            "explode": True,
            "description": "The values of the query's own parameters, each by its name.",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    ]
}


class QueriesAsked(ReadAsJson):
    """What can be asked of the list of named queries."""

    q: Text | None = Field(None, min_length=1, description="Words that the query, its columns or its title have.")
    asked_by: Text | None = Field(None, description="A group of users who ask it, such as `careers adviser`.")


@router.get(
    "/queries",
    summary="The named queries",
    response_model=QueriesSaid,
    responses={**UNCHANGED, **problems(406, 422)},
)
def list_named_queries(request: Request, asked: Annotated[QueriesAsked, Query()]) -> Response:
    """Questions that are asked often, each as a query with parameters: documented, runnable, citable."""
    addresses = Addresses.of(request, asked.release)
    said = named.said_list(asked.q, asked.asked_by, addresses)
    if asked.format is None and prefers_html(request, (JSON_FORMAT,)):
        here = Alternate("JSON", addresses.to("/queries", q=asked.q, asked_by=asked.asked_by, format="json"), JSON)
        return page(
            request,
            "queries.html",
            title="Queries",
            services=services_of(request, asked.release),
            release=asked.release,
            alternates=(here,),
            said=said,
            asked=asked,
        )
    choose(request, (JSON_FORMAT,), asked.format)
    body = said.model_dump_json().encode()
    tag = tag_of_content(body)
    return not_modified(tag) if has_already(request, tag) else _json(body, tag)


@router.get(
    "/queries/{name}",
    summary="What a named query takes and gives",
    response_model=QuerySaid,
    responses={200: {"content": {TEXT.media_type: {"schema": {"type": "string"}}}}}
    | UNCHANGED
    | problems(404, 406, 422, 503),
    openapi_extra=_VALUES,
)
def get_named_query(
    request: Request,
    name: Name,
    release: Number = None,
    format: Annotated[
        Literal["json", "text"] | None, Query(description="Format of the reply; without it `Accept` decides.")
    ] = None,
) -> Response:
    """Its title, parameters, columns and text. Values that are given are checked and stand in the text."""
    query, given = get_query(name), _given(request)
    services, addresses = holder_of(request).get(release), Addresses.of(request, release)
    said = named.said_query(query, given, services, addresses, _host(request))
    named.check_things(query, given, services)
    if format is None and prefers_html(request, DESCRIBED):
        data = addresses.to(f"/queries/{name}", **given, format=JSON_FORMAT.name)
        alternates = (Alternate("JSON", data, JSON), Alternate("SPARQL", said.links[1].href, TEXT.media_type))
        return page(
            request,
            "query-named.html",
            title=query.title,
            services=services,
            release=release,
            alternates=alternates,
            above=_ABOVE,
            said=said,
            pinned=release is not None,
        )
    chosen = choose(request, DESCRIBED, format)
    body = said.model_dump_json().encode() if chosen is JSON_FORMAT else said.text.encode()
    tag = tag_of_content(body)
    if has_already(request, tag):
        return not_modified(tag)
    return _json(body, tag, said.links) if chosen is JSON_FORMAT else _text(body, tag, said.links)


@router.get(
    "/queries/{name}/results",
    summary="The answers to a named query",
    response_model=ResultsSaid,
    responses={200: {"content": {one.media_type: {"schema": {"type": "string"}} for one in named.FORMATS[1:]}}}
    | UNCHANGED
    | problems(404, 406, 422, 429, 503),
    openapi_extra=_VALUES,
)
async def get_results(
    request: Request,
    name: Name,
    release: Number = None,
    limit: Annotated[int, Query(ge=1, le=named.MOST_ROWS, description="Most rows of the page (JSON and HTML).")] = (
        named.DEFAULT_ROWS
    ),
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Rows before the page (JSON and HTML).")] = 0,
    format: Annotated[
        Literal["json", "sparql-json", "sparql-xml", "csv", "tsv"] | None,
        Query(description="Format of the reply; without it `Accept` decides. All but json are whole."),
    ] = None,
) -> Response:
    """Its rows: a page of them as JSON, or all as CSV, TSV, or the JSON or XML of SPARQL."""
    query, given = get_query(name), _given(request)
    terms = query.bind(given)
    services = await anyio.to_thread.run_sync(holder_of(request).get, release)
    await anyio.to_thread.run_sync(named.check_things, query, given, services)
    html = format is None and prefers_html(request, named.FORMATS)
    chosen = JSON_FORMAT if html else choose(request, named.FORMATS, format)
    if chosen is not JSON_FORMAT and not request.query_params.keys().isdisjoint({"limit", "offset"}):
        raise Problem("invalid-request", f"{chosen.name} is always whole: limit and offset are of json alone.", 422)
    addresses = Addresses.of(request, release)
    gzip = takes_gzip(request) and chosen is not JSON_FORMAT
    asked = (query.file.hash, sorted(given.items()), limit, offset, chosen.name, gzip, addresses, _host(request))
    tag = tag_of(services, request.url.path, *asked)
    if not html and has_already(request, tag):
        return not_modified(tag, _VARY)
    answers = answers_of(request)
    media_type = named.FORMATS[1].media_type if chosen is JSON_FORMAT else chosen.media_type
    checked = check(query.whole_text, answers.limits)
    question = SparqlQuestion(
        services.manifest.number, checked, (), (), media_type, gzip, bindings=named.bindings(terms)
    )
    answer = await unless_gone(request, answers.ask(home_of(services), question, client_of(request)))
    if answer is None:
        return Response(status_code=499)  # for the log: nobody reads it
    behind = named.behind(addresses, query.name, **given)
    if chosen is not JSON_FORMAT:
        return _as_it_is(answer, chosen, headers_of(tag, [behind], _VARY))
    whole = await _read(answer)
    said = await anyio.to_thread.run_sync(
        named.said_results, query, given, whole, offset, limit, services, addresses, _host(request)
    )
    if html:
        return await anyio.to_thread.run_sync(_page, request, query, said, services, release)
    return _json(said.model_dump_json().encode(), tag, said.links, _VARY)


def _host(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _given(request: Request) -> dict[str, str]:
    """The values in an address. Raises an `invalid-request` problem when one is there twice."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in RESERVED:
            continue
        if name in given:
            raise Problem("invalid-request", f"{name[:100]} stands there twice; a query takes one value of it.", 422)
        given[name] = value
    return {name: value for name, value in given.items() if value}


async def _read(answer: SparqlAnswer) -> bytes:
    """All of an answer. Raises a `query-too-large` problem when that is too much to take apart."""
    try:
        if answer.size > MOST_READ:
            hint = "Ask for csv or tsv, which are sent whole, or narrow the query by its parameters."
            raise Problem("query-too-large", f"The answer has {answer.size:,} bytes.", hint=hint)
        body = answer.body()
        return body if isinstance(body, bytes) else b"".join([piece async for piece in body])
    finally:
        answer.close()


def _as_it_is(answer: SparqlAnswer, chosen: Format, headers: dict[str, str]) -> Response:
    """All of an answer as the worker wrote it."""
    headers["Content-Type"] = (
        f"{chosen.media_type}; charset=utf-8" if chosen.media_type.startswith("text/") else chosen.media_type
    )
    if answer.gzip:
        headers["Content-Encoding"] = "gzip"
    return AnswerReply(answer, headers)


def _json(body: bytes, tag: str, links: Iterable[Link] = (), vary: str = "Accept") -> Response:
    return Response(body, headers=headers_of(tag, _told(links), vary), media_type=JSON)


def _text(body: bytes, tag: str, links: Iterable[Link]) -> Response:
    return Response(body, headers=headers_of(tag, _told(links)), media_type=f"{TEXT.media_type}; charset=utf-8")


def _told(links: Iterable[Link]) -> list[Link]:
    """Links for a header; the one to the query page holds a whole query, and stays in the body."""
    return [link for link in links if link.rel != "edit"]


def _page(request: Request, query: NamedQuery, said: ResultsSaid, services: Services, release: int | None) -> Response:
    by_rel: Mapping[str, str] = {link.rel: link.href for link in said.links if link.rel != "alternate"}
    alternates = [
        Alternate(one.title.removeprefix("all of it as "), one.href, one.type)
        for one in said.links
        if one.rel == "alternate"
    ]
    places = {one.name: place for place, one in enumerate(said.columns)}
    this = by_rel["self"] + ("&" if "?" in by_rel["self"] else "?")
    context: dict[str, Any] = {
        "said": said,
        "places": places,
        "before": by_rel.get("prev"),
        "after": by_rel.get("next"),
        "edit": Addresses.of(request, release).to("/sparql", query=query.with_values(query.bind(said.given))),
    }
    return page(
        request,
        "query-results.html",
        title=query.title,
        services=services,
        release=release,
        query_behind=by_rel["query"],
        alternates=(Alternate("JSON", f"{this}format=json", JSON), *alternates),
        above=_ABOVE,
        **context,
    )
