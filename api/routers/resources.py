"""Any thing's page: one address with several faces, for our own things and for all else that a release speaks of."""

from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from pydantic import AfterValidator, Field
from rdflib import Graph
from starlette.responses import RedirectResponse, Response

from api.addresses import Addresses
from api.compact import compact
from api.dependencies import Services, holder_of
from api.errors import Problem, RetiredIdError
from api.negotiate import JSON_FORMAT, JSON_LD, Format, choose, prefers_html
from api.reply import has_already, headers_of, json_bytes, not_modified, tag_of
from api.resources import FACES, HELPERS, PART, TITLES, Said, added, alternates, path_of
from api.routers.described import UNCHANGED, problems
from api.schemas.common import Link, ReadAsked
from api.schemas.resources import FaceName, PartSaid, ResourceSaid
from api.web.pages import Alternate, Step, page
from api.web.roles import in_short
from ontology.namespaces import BASE, ID, PREFIXES, RELEASE, id_of, thing
from queries.catalogue import BY_CLASS
from queries.profiles import UnknownIdError
from queries.resource import COUNTED, UnknownAddressError, in_words

router = APIRouter()

COMPACTED: Final = 500_000
"""Bytes of JSON-LD up to which it is written with short names: of more that would take seconds, and says no more."""

MOST_STATEMENTS: Final = 50_000
"""Statements of one thing that are written in one reply."""

_HTML: Final = "text/html"


def _address(text: str) -> str:
    """A whole address, or a prefixed name of ours."""
    prefix, colon, rest = text.partition(":")
    if colon and prefix in PREFIXES and not rest.startswith("//"):
        text = PREFIXES[prefix] + rest
    scheme, colon, rest = text.partition(":")
    fine = colon and rest and scheme[:1].isalpha() and scheme.isascii() and scheme.replace("-", "").isalnum()
    if not fine or any(sign <= " " or sign in '<>"{}|\\^`\x7f' or "\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("is not a whole address such as http://data.europa.eu/esco/isco/C2221")
    return text


ThingId = Annotated[str, Path(min_length=1, max_length=200, description="Id of the thing.")]
Uri = Annotated[str, Field(min_length=3, max_length=2_000, description="The address."), AfterValidator(_address)]


class FaceAsked(ReadAsked):
    """What can be asked of one thing."""

    format: FaceName | None = Field(None, description="Format of the reply; without it `Accept` decides.")


class ResourceAsked(FaceAsked):
    """What can be asked of anything."""

    uri: Uri


class PartAsked(ReadAsked):
    """What can be asked of a long list."""

    property: Uri
    offset: int = Field(0, ge=0, le=COUNTED, description="Statements that come before this part.")
    format: FaceName | None = Field(None, description="`html` or `json`; without it `Accept` decides.")


class ResourcePartAsked(PartAsked):
    """What can be asked of a long list of anything."""

    uri: Uri


_FACES_SAID: Final = {
    _HTML: {"schema": {"type": "string", "description": "The page."}},
    "application/ld+json": {"schema": {"type": "object", "description": "The same as JSON-LD."}},
    **{
        one.media_type: {"schema": {"type": "string", "description": f"The same as {TITLES[one.name]}."}}
        for one in FACES
        if one.name not in ("json", "jsonld")
    },
}
_ONE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": _FACES_SAID},
    303: {"description": "Programs that take JSON are sent to the collection of the thing, where it has one."},
    **UNCHANGED,
    **problems(404, 406, 410, 422, 503),
}
_PART: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {_HTML: _FACES_SAID[_HTML]}},
    **UNCHANGED,
    **problems(404, 406, 410, 422, 503),
}


@router.get("/id/{id}", tags=["things"], response_model=ResourceSaid, responses=_ONE)
def see_thing(request: Request, id: ThingId, asked: Annotated[FaceAsked, Query()]) -> Response:
    """A thing by its id alone: a page, or one of its other faces.

    The address of a thing in the graph ends in the same way. JSON is sent on to the collection of the thing.
    """
    return _see(request, str(thing(id)), asked)


@router.get("/resource", tags=["things"], response_model=ResourceSaid, responses=_ONE)
def see_resource(request: Request, asked: Annotated[ResourceAsked, Query()]) -> Response:
    """Anything that the release speaks of, by its address: a page, or one of its other faces.

    Things of ESCO and O*NET, classes, properties, concepts, records, datasets and named graphs.
    """
    path, query = path_of(asked.uri)
    if asked.uri.startswith(RELEASE) and not query:
        return _release(request, path)
    if not query:
        addresses = Addresses.of(request, asked.release)
        return RedirectResponse(addresses.to(path, format=asked.format), 303, {"Vary": "Accept"})
    return _see(request, asked.uri, asked)


def _see(request: Request, address: str, asked: FaceAsked) -> Response:
    holder = holder_of(request)
    services = holder.get(asked.release)
    said = Said(Addresses.of(request, asked.release))
    html = asked.format == "html" or (asked.format is None and prefers_html(request, FACES))
    chosen = None if html else choose(request, FACES, asked.format)
    _must_be_known(request, services, address)
    if chosen is JSON_FORMAT and address.startswith(ID) and id_of(address) in services.things:
        collection = services.things.get_named(id_of(address)).collection
        there = said.addresses.to(f"/{collection}/{id_of(address)}", format=asked.format)
        return RedirectResponse(there, 303, {"Vary": "Accept"})
    path, query = path_of(address)
    links = [Link(rel="canonical", href=_whole(said.addresses.root, address), type=_HTML, title="this thing")]
    links += [
        Link(rel="alternate", href=href, type=one.media_type, title=TITLES[one.name])
        for one, href in [
            (Format("html", _HTML), said.addresses.to(path, **query, format="html")),
            *alternates(said, address),
        ]
    ]
    tag = tag_of(services, "resource", address, chosen.media_type if chosen else _HTML, said.addresses)
    if chosen and chosen is not JSON_FORMAT:
        if has_already(request, tag):
            return not_modified(tag)
        return Response(
            _written(services, address, chosen), headers=headers_of(tag, links), media_type=chosen.media_type
        )
    found = services.resources.get(address)
    content = said.resource(found, added(holder, services, address), services)
    if chosen:
        if has_already(request, tag):
            return not_modified(tag)
        content["links"] = [link.model_dump() for link in links]
        return Response(json_bytes(content), headers=headers_of(tag, links), media_type=chosen.media_type)
    return page(
        request,
        "thing.html",
        title=found.label,
        services=services,
        release=asked.release,
        query_behind=said.addresses.to("/queries/facts-about", thing=_named(address)),
        links_behind=said.addresses.to("/queries/links-to", thing=_named(address)),
        alternates=[Alternate(TITLES[one.name], href, one.media_type) for one, href in alternates(said, address)],
        headers={"Link": headers_of(tag, links)["Link"]},
        above=[Step("Start", "/")],
        thing=content,
        own_pages=_own_pages(services, address, said.addresses),
        in_short=in_short(services, id_of(address), said.addresses)
        if address.startswith(ID) and id_of(address) in services.release.projection.roles
        else (),
        **HELPERS,
    )


_OWN_PAGES: Final = {
    "roles": (
        ("What leads to it, and where it leads on", "/roles/{}/map"),
        ("Who teaches for it, and where", "/roles/{}/providers"),
    ),
    "qualifications": (("Who teaches it, and where", "/awards/{}/providers"),),
}


def _own_pages(services: Services, address: str, addresses: Addresses) -> list[tuple[str, str]]:
    """The pages that some kinds of things have besides this one."""
    id = id_of(address)
    if not address.startswith(ID) or id not in services.things:
        return []
    collection = services.things.get_named(id).collection
    found = [(title, addresses.to(path.format(quote(id, safe="")))) for title, path in _OWN_PAGES.get(collection, ())]
    compare = [("Compare with other roles", addresses.to("/roles/compare", role=id))]
    return found + (compare if collection == "roles" else [])


def _whole(root: str, address: str) -> str:
    """The one address of a page: for a thing of ours its own address, which leads here."""
    path, query = path_of(address)
    return Addresses(root).to(path, **query) if query else address


def _named(address: str) -> str:
    return id_of(address)


def _written(services: Services, address: str, chosen: Format) -> bytes:
    written = services.store.write_face(services.resources.term(address), chosen.media_type, MOST_STATEMENTS)
    if written is None:
        raise Problem(
            "too-heavy",
            f"More than {MOST_STATEMENTS:,} statements are about this.",
            hint="Ask for its values one property at a time, or take the dataset's dump.",
        )
    if chosen is JSON_LD and len(written) <= COMPACTED:
        return compact(Graph().parse(data=written, format="json-ld"), address)
    return written


def _must_be_known(request: Request, services: Services, address: str) -> None:
    """Raises the problem that somebody has who asks for what is not there, or not there any more."""
    holder = holder_of(request)
    if (last := services.resources.last_described(address)) is not None:
        raise RetiredIdError(id_of(address), last[0], tuple(map(id_of, last[1])))
    if services.store.speaks_of(services.resources.term(address)):
        return
    if address.startswith(ID):
        if (retired := holder.find_retired(id_of(address), services)) is not None:
            raise retired
        raise UnknownIdError(id_of(address), services.things.suggestions(id_of(address)))
    near = services.search.find(in_words(address), BY_CLASS, 5)
    raise UnknownIdError(address, tuple(near))


def _see_part(request: Request, address: str, asked: PartAsked, *, incoming: bool) -> Response:
    if asked.format not in (None, "html", "json"):
        offered = ["text/html", "application/json"]
        raise Problem("not-acceptable", "A list is a page or JSON.", members={"offered": offered})
    html = asked.format == "html" or (asked.format is None and prefers_html(request, (JSON_FORMAT,)))
    chosen = None if html else choose(request, (JSON_FORMAT,), asked.format)
    services = holder_of(request).get(asked.release)
    said = Said(Addresses.of(request, asked.release))
    _must_be_known(request, services, address)
    tag = tag_of(services, "part", address, asked.property, asked.offset, incoming, said.addresses)
    if chosen and has_already(request, tag):
        return not_modified(tag)
    try:
        found = services.resources.part(address, asked.property, asked.offset, PART, incoming=incoming)
    except UnknownAddressError as error:
        what = "Nothing points to it by" if incoming else "It has no"
        raise Problem("not-found", f"{what} {in_words(asked.property)}.") from error
    label = services.resources.label(address)
    content = said.part(found, address, label, services, incoming=incoming)
    if chosen:
        return Response(json_bytes(content), headers=headers_of(tag), media_type=chosen.media_type)
    name = found.group.property.label
    path, query = path_of(address)
    below = f"{path}/{'incoming' if incoming else 'values'}"
    where = {**query, "property": asked.property, "offset": asked.offset or None}
    behind = {"thing": _named(address)} | ({"property": asked.property} if incoming else {})
    return page(
        request,
        "part.html",
        title=f"“{name}” {label}" if incoming else f"{label}: {name}",
        services=services,
        release=asked.release,
        query_behind=said.addresses.to(f"/queries/{'links-to' if incoming else 'facts-about'}", **behind),
        alternates=[Alternate("JSON", said.addresses.to(below, **where, format="json"), "application/json")],
        above=[Step("Start", "/")],
        part=content,
        **HELPERS,
    )


@router.get("/id/{id}/incoming", tags=["things"], response_model=PartSaid, responses=_PART)
def see_incoming(request: Request, id: ThingId, asked: Annotated[PartAsked, Query()]) -> Response:
    """Things that point to this one by one property, a part at a time."""
    return _see_part(request, str(thing(id)), asked, incoming=True)


@router.get("/id/{id}/values", tags=["things"], response_model=PartSaid, responses=_PART)
def see_values(request: Request, id: ThingId, asked: Annotated[PartAsked, Query()]) -> Response:
    """The values of one property of a thing, a part at a time."""
    return _see_part(request, str(thing(id)), asked, incoming=False)


@router.get("/resource/incoming", tags=["things"], response_model=PartSaid, responses=_PART)
def see_incoming_of(request: Request, asked: Annotated[ResourcePartAsked, Query()]) -> Response:
    """Things that point to anything by one property, a part at a time."""
    return _see_part(request, asked.uri, asked, incoming=True)


@router.get("/resource/values", tags=["things"], response_model=PartSaid, responses=_PART)
def see_values_of(request: Request, asked: Annotated[ResourcePartAsked, Query()]) -> Response:
    """The values of one property of anything, a part at a time."""
    return _see_part(request, asked.uri, asked, incoming=False)


@router.get("/release/{number}", include_in_schema=False)
def see_release(request: Request, number: Annotated[int, Path(ge=1, le=999_999_999)]) -> Response:
    """The address of a release in the graph ends so."""
    return _release(request, f"/releases/{number}")


def _release(request: Request, path: str) -> Response:
    """Leads to what a release is: programs to its facts, readers of pages to the page of its data."""
    addresses = Addresses.of(request)
    there = addresses.to(path)
    if prefers_html(request, (JSON_FORMAT,)):
        there = Addresses(addresses.root, int(path.rpartition("/")[2])).to("/dataset")
    return RedirectResponse(there, 303, {"Vary": "Accept"})


def see_by_path(request: Request, asked: Annotated[FaceAsked, Query()]) -> Response:
    """Anything else with an address of ours: `https://w3id.org/stepway/record/…` is meant to lead here, and on."""
    addresses = Addresses.of(request, asked.release)
    path = str(request.scope["raw_path"], "ascii").removeprefix(addresses.root)
    if path.startswith("/dataset/files/"):
        raise Problem("not-found", "There is no such file to download.", hint="/dataset lists them.")
    there = addresses.to("/resource", uri=BASE + path.lstrip("/"), format=asked.format)
    return RedirectResponse(there, 303, {"Vary": "Accept"})


by_path = APIRouter(include_in_schema=False)
"""Our addresses that are no path of the service itself: it comes after all others."""

by_path.add_api_route("/ns", see_by_path)
for _kind in ("concept", "dataset", "id", "query", "record", "requirement"):
    by_path.add_api_route(f"/{_kind}/{{rest:path}}", see_by_path)
