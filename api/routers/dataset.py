"""The release as a dataset: DCAT and VoID for programs, a page for people, and its files."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import FileResponse, Response

from api import dataset
from api.addresses import Addresses
from api.dependencies import Services, holder_of
from api.errors import Problem
from api.negotiate import JSON_FORMAT, Format, choose, prefers_html
from api.reply import JSON, has_already, headers_of, not_modified, tag_of, tag_of_content
from api.routers.described import UNCHANGED, problems
from api.schemas.common import ReadAsked
from api.schemas.dataset import DatasetPageSaid
from api.sparql.description import written
from api.web.pages import Alternate, page
from queries.model import is_shown

router = APIRouter(tags=["releases"])

_TURTLE: Final = dataset.RDF[0]
_OFFERED: Final = (JSON_FORMAT, *dataset.RDF)
_IN_RDF: Final[dict[str, dict[str, object]]] = {one.media_type: {} for one in dataset.RDF}


class DatasetAsked(ReadAsked):
    """Which release, in which format."""

    format: Literal["json", "turtle", "jsonld", "ntriples", "rdfxml", "html"] | None = Field(
        None, description="Format of the reply; without it `Accept` decides."
    )


def _host(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _rdf(request: Request, services: Services, form: Format) -> Response:
    """The description in one format of RDF, kept for whoever asks again."""
    host = _host(request)
    key = ("/dataset", form.name, host)
    tag = tag_of(services, *key)
    if has_already(request, tag):
        return not_modified(tag)
    if (body := services.kept_answer(key)) is None:
        body = written(dataset.rdf(services, host), form.media_type)
        services.keep_answer(key, body)
    return Response(body, headers=headers_of(tag), media_type=form.media_type)


@router.get(
    "/dataset",
    summary="The data as a whole",
    response_model=DatasetPageSaid,
    responses={200: {"content": {**_IN_RDF, "text/html": {}}}, **UNCHANGED, **problems(404, 406, 422, 503)},
)
def get_dataset(request: Request, asked: Annotated[DatasetAsked, Query()]) -> Response:
    """What it is, its sources with their licences, its classes and graphs with counts, what is known to be wrong with
    it, its releases, how to cite it, and its files. In RDF it is DCAT 3 and VoID.
    """
    holder = holder_of(request)
    services = holder.get(asked.release)
    if asked.format == "html" or (asked.format is None and prefers_html(request, _OFFERED)):
        return _page(request, services, asked.release, holder.releases.numbers())
    form = choose(request, _OFFERED, asked.format)
    if form.name != JSON_FORMAT.name:
        return _rdf(request, services, form)
    addresses, numbers = Addresses.of(request, asked.release), holder.releases.numbers()
    tag = tag_of(services, "/dataset", addresses, numbers, _host(request))
    if has_already(request, tag):
        return not_modified(tag)
    body = dataset.said(services, numbers, addresses, _host(request)).model_dump_json()
    return Response(body, headers=headers_of(tag), media_type=JSON)


def _page(request: Request, services: Services, release: int | None, numbers: list[int]) -> Response:
    addresses = Addresses.of(request, release)
    said = dataset.said(services, numbers, addresses, _host(request))
    alternates = [
        Alternate(one.name, addresses.to("/dataset", format=one.name), one.media_type)
        for one in (*dataset.RDF, JSON_FORMAT)
    ]
    return page(
        request,
        "dataset.html",
        title=said.title,
        services=services,
        release=release,
        alternates=alternates,
        said=said,
        in_model=sum(is_shown(one.address) for one in said.classes),
        in_files=sum(one.statements for one in said.files),
        host=_host(request),
        sources=[one for one in said.graphs if one.address.endswith(f"/dataset/{one.dataset}")],
    )


@router.get(
    "/.well-known/void",
    summary="The data as a whole, in DCAT and VoID",
    responses={200: {"content": _IN_RDF}, **UNCHANGED, **problems(404, 406, 422, 503)},
    response_class=Response,
)
def get_void(request: Request, asked: Annotated[ReadAsked, Query()]) -> Response:
    """The same as `/dataset` in RDF, where programs look for it."""
    return _rdf(request, holder_of(request).get(asked.release), choose(request, dataset.RDF))


@router.get(
    "/dataset/files/{name}",
    summary="A file of the data",
    responses={200: {"content": {"application/gzip": {}}}, **problems(404, 422, 503)},
    response_class=FileResponse,
)
def get_file(
    request: Request,
    name: Annotated[str, Path(max_length=200, description="Name of the file, from `/dataset`.")],
    asked: Annotated[ReadAsked, Query()],
) -> Response:
    """Sorted lines of N-Quads, packed with gzip: what one dataset says, or what we add. What must not be passed on is
    not offered.
    """
    services = holder_of(request).get(asked.release)
    path = dataset.path_of(services, name)
    if path is None:
        raise Problem("not-found", f"There is no file “{name}” to download.", hint="/dataset lists them.")
    headers = {"Cache-Control": "no-cache", "Content-Disposition": f'attachment; filename="{name}"'}
    return FileResponse(path, media_type="application/gzip", headers=headers)


@router.get(
    "/dataset/shapes",
    summary="The shapes that datasets are checked against",
    responses={200: {"content": {_TURTLE.media_type: {}}}, **UNCHANGED, **problems(406)},
    response_class=Response,
)
def get_shapes(request: Request) -> Response:
    """SHACL, in Turtle."""
    choose(request, (_TURTLE,))
    body = written(dataset.shapes(), _TURTLE.media_type)
    tag = tag_of_content(body)
    if has_already(request, tag):
        return not_modified(tag)
    return Response(body, headers=headers_of(tag), media_type=_TURTLE.media_type)
