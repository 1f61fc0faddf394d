"""The collections: a list with filters, and one thing by id, for every table of the column dictionary."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from rdflib import Graph
from starlette.responses import Response

from api import things
from api.addresses import Addresses
from api.dependencies import ReleaseHolder, Services, holder_of
from api.errors import QuestionIdError
from api.named import behind
from api.negotiate import JSON_FORMAT, RDF_FORMATS, choose
from api.reply import has_already, headers_of, json_bytes, not_modified, tag_of
from api.routers.described import UNCHANGED, problems
from api.schemas.common import Link, ReadAsked
from api.schemas.things import FormatName, Shapes, shapes
from api.settings import Settings
from api.web.pages import capitalize_first
from api.web.readable import Readable
from queries.catalogue import COLLECTIONS, Collection
from queries.profiles import UnknownIdError

ThingId = Annotated[str, Path(min_length=1, max_length=200, description="Id of the thing.")]

_RDF = {
    "application/ld+json": {"schema": {"type": "object", "description": "The same and its provenance as JSON-LD."}},
    "text/turtle": {"schema": {"type": "string", "description": "The same and its provenance as Turtle."}},
}


class OneAsked(ReadAsked):
    """What can be asked of one thing."""

    format: FormatName | None = Field(None, description="Format of the reply; without it `Accept` decides.")


def make_router(settings: Settings) -> APIRouter:
    """The endpoints of every collection."""
    router = APIRouter(route_class=Readable)
    for collection in COLLECTIONS.values():
        _add(router, collection, shapes(collection, settings), settings)
    return router


def _add(router: APIRouter, collection: Collection, shape: Shapes, settings: Settings) -> None:
    words = collection.name.replace("-", " ")

    def list_things(request: Request, asked: Annotated[shape.query, Query()]) -> Response:  # type: ignore[name-defined]
        return _list(request, collection, asked)

    def get_thing(request: Request, id: ThingId, asked: Annotated[OneAsked, Query()]) -> Response:
        return _get(request, collection, id, asked, settings.max_neighbours)

    router.add_api_route(
        f"/{collection.name}",
        list_things,
        name=f"list_{collection.table}",
        summary=capitalize_first(words),
        description=collection.about,
        tags=[collection.name],
        response_model=shape.page,
        responses=_replies(404, 406, 422, 503),
    )
    router.add_api_route(
        f"/{collection.name}/{{id}}",
        get_thing,
        name=f"get_{collection.table}",
        summary=f"One of the {words}",
        description=f"{collection.about} With every statement's status and source, and what points here.",
        tags=[collection.name],
        response_model=shape.profile,
        responses=_replies(404, 406, 410, 422, 503),
    )


def _replies(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": _RDF}, **UNCHANGED, **problems(*statuses)}


def _list(request: Request, collection: Collection, asked: ReadAsked) -> Response:
    chosen = choose(request, RDF_FORMATS, asked.format)  # type: ignore[attr-defined]
    services, addresses = holder_of(request).get(asked.release), Addresses.of(request, asked.release)
    given = asked.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    tag = tag_of(services, collection.name, sorted(given.items()), chosen.media_type, addresses)
    if has_already(request, tag):
        return not_modified(tag)
    limit, offset = asked.limit, asked.offset  # type: ignore[attr-defined]
    wanted = _wanted(collection, given, services)
    page = services.things.page(collection, wanted, given.get("q"), offset, limit)
    links = _page_links(addresses, collection, given, page.total, offset, limit)
    if chosen is JSON_FORMAT:
        body = {
            "total": page.total,
            "offset": offset,
            "limit": limit,
            "items": [things.said_item(item, addresses) for item in page.items],
            "release": asdict(services.reference),
            "links": [link.model_dump() for link in links],
        }
        return Response(json_bytes(body), headers=headers_of(tag, links), media_type=chosen.media_type)
    graph = Graph()
    for item in page.items:
        graph += services.things.graph(item.id)
    return Response(
        things.serialised(graph, chosen.media_type, *(item.id for item in page.items)),
        headers=headers_of(tag, links),
        media_type=chosen.media_type,
    )


def _wanted(collection: Collection, given: Mapping[str, Any], services: Services) -> dict[str, list[str]]:
    """The filters as they stand in the indexes. Raises `QuestionIdError` for an id that nothing has."""
    wanted: dict[str, list[str]] = {"status": given["status"]} if given.get("status") else {}
    for field in collection.filters:
        value = given.get(field.name)
        if value is None or value == []:
            continue
        wanted[field.name] = ["true" if value else "false"] if isinstance(value, bool) else value
        for id in wanted[field.name] if field.refs else ():
            if id not in services.things:
                raise QuestionIdError(id, services.things.suggestions(id), None)
    return wanted


def _page_links(
    addresses: Addresses, collection: Collection, given: Mapping[str, Any], total: int, offset: int, limit: int
) -> list[Link]:
    def link(rel: str, start: int, title: str) -> Link:
        said = {**given, "offset": start or None, "limit": limit, "release": None}
        href = addresses.to(f"/{collection.name}", **said)
        return Link(rel=rel, href=href, type=JSON_FORMAT.media_type, title=title)

    links = [link("self", offset, "this page")]
    if offset + limit < total:
        links.append(link("next", offset + limit, "the next page"))
    if offset > 0:
        links.append(link("prev", max(0, min(offset, total) - limit), "the page before"))
    of_class = {"class": f"sw:{collection.class_name}"}
    return [*links, behind(addresses, "things-of-class", "all of them, as a query", **of_class)]


def _get(request: Request, collection: Collection, id: str, asked: OneAsked, shown: int) -> Response:
    holder, addresses = holder_of(request), Addresses.of(request, asked.release)
    chosen = choose(request, RDF_FORMATS, asked.format)
    services = holder.get(asked.release)
    tag = tag_of(services, collection.name, id, chosen.media_type, addresses, shown)
    if id in services.things and has_already(request, tag):
        return not_modified(tag)
    try:
        profile = services.things.get(collection, id, shown)
    except UnknownIdError as error:
        raise _better(error, services, holder) from error
    said = things.said_profile(profile, services, addresses)
    links = [Link(**link) for link in said["links"]]
    body = (
        json_bytes(said)
        if chosen is JSON_FORMAT
        else things.serialised(services.things.graph(id), chosen.media_type, id)
    )
    return Response(body, headers=headers_of(tag, links), media_type=chosen.media_type)


def _better(error: UnknownIdError, services: Services, holder: ReleaseHolder) -> Exception:
    """Why an id is not there: perhaps it was, once."""
    if error.id in services.things:
        return error
    return holder.find_retired(error.id, services) or error
