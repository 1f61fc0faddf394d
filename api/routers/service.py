"""What the service says of itself, of its releases and of its data as a whole."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, Field
from starlette.responses import Response

from api import told
from api.addresses import Addresses
from api.dependencies import Services, holder_of, pool_of, services_of
from api.errors import CATALOGUE, Problem, ProblemType, UnknownReleaseError
from api.negotiate import JSON_FORMAT, prefers_html, require_json
from api.reply import JSON, SOFTWARE, has_already, headers_of, not_modified, tag_of
from api.routers.described import UNCHANGED, problems
from api.schemas.common import Asked, Link, ReadAsJson, ReadAsked, Text
from api.schemas.service import (
    CollectionSaid,
    CollectionsSaid,
    Conformance,
    DatasetsSaid,
    FindAsked,
    FoundPage,
    Health,
    IssuesSaid,
    Landing,
    ProblemSaid,
    ProblemsSaid,
    Ready,
    ReleaseSaid,
    ReleasesSaid,
)
from api.sparql.answers import answers_of
from api.sparql.external import External
from api.web import landing as landing_page
from api.web.readable import Readable
from graph.issues import Severity
from graph.release import NoReleaseError
from queries.catalogue import COLLECTIONS

router = APIRouter(route_class=Readable)

CONFORMS_TO: Final = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "https://www.rfc-editor.org/info/rfc9457",
    "https://www.rfc-editor.org/info/rfc8288",
    "https://spec.openapis.org/oas/v3.1.0",
)
"""Specifications that the service follows."""


class IssuesAsked(ReadAsked):
    """What can be asked of the issues of a release."""

    severity: list[Severity] = Field([], max_length=3, description="How much it weighs. Repeatable: any of them.")
    code: Annotated[list[Text], Field(max_length=20)] = Field([], description="Kind of issue. Repeatable: any of them.")
    dataset: Text | None = Field(None, description="Id of a dataset.")
    file: Text | None = Field(None, description="Name of a file.")
    limit: int = Field(50, ge=1, le=1000, description="Most items on the page.")
    offset: int = Field(0, ge=0, le=1_000_000, description="Items of the list that come before the page.")


class ReleasesAsked(Asked):
    """What can be asked of the list of releases."""

    content: Annotated[str, AfterValidator(str.lower)] = Field(
        "",
        max_length=64,
        pattern="^([0-9A-Fa-f]{6,64})?$",
        description="Content hash of a release as a citation has it, or its first six signs or more.",
    )


def _said(request: Request, services: Services, content: BaseModel, *parts: object) -> Response:
    """A reply that depends on a release, with its tag."""
    tag = tag_of(services, request.url.path, *parts)
    if has_already(request, tag):
        return not_modified(tag)
    return Response(content.model_dump_json(by_alias=True), headers=headers_of(tag), media_type=JSON)


_OF_A_RELEASE: Final = ("self", "data", "datasets", "describedby", "issues", "pathways", "search", "sparql")


def landing(request: Request, asked: Annotated[ReadAsJson, Query()], response: Response) -> Landing | Response:
    """What this service is, and links to everything it offers: for people, or for programs."""
    response.headers["Vary"] = "Accept"
    if asked.format is None and prefers_html(request, (JSON_FORMAT,)):
        return landing_page.respond(request, services_of(request, asked.release), release=asked.release)
    if asked.format is None:
        require_json(request)
    here, there = Addresses.of(request), Addresses.of(request, asked.release)

    def link(rel: str, path: str, title: str, media_type: str = JSON) -> Link:
        addresses = there if rel in _OF_A_RELEASE else here
        return Link(rel=rel, href=addresses.to(path), type=media_type, title=title)

    services = services_of(request, asked.release)
    links = [
        link("self", "/", "this page"),
        link("service-desc", "/openapi.json", "what can be asked, as OpenAPI"),
        link("service-doc", "/docs", "what can be asked, for people", "text/html"),
        link("conformance", "/conformance", "the specifications this service follows"),
        link("data", "/collections", "everything there are lists of"),
        link("search", "/find", "find things by everyday words"),
        link("pathways", "/pathways", "ask for pathways"),
        link("funding", "/funding", "the schemes, their rules and sources"),
        link("releases", "/releases", "the releases of the data"),
        link("describedby", "/dataset", "the data as a whole: what it is, its limits, files, how to cite it"),
        link("sparql", "/sparql", "ask in SPARQL", "text/turtle"),
        link("datasets", "/datasets", "where the data comes from, and its licences"),
        link("issues", "/issues", "what is doubtful in the data"),
        link("problems", "/problems", "the kinds of error replies"),
        link("status", "/ready", "whether a release can be asked"),
    ]  # fmt: skip
    return Landing(
        title="Stepway",
        description="Honest pathways to a better job: what to do next, how long it takes, what it costs, what it needs,"
        " where it can be stopped, and how sure each statement is.",
        software=SOFTWARE,
        release=services.reference if services else None,
        illustrative=services.manifest.illustrative if services else None,
        links=links,
    )


router.add_api_route(
    "/",
    landing,
    summary="Start here",
    tags=["service"],
    response_model=Landing,
    responses=problems(404, 406, 422),
    route_class_override=APIRoute,  # it is a page by itself
)


@router.get(
    "/conformance",
    summary="The specifications this service follows",
    tags=["service"],
    response_model=Conformance,
    responses=problems(406),
)
def conformance(request: Request) -> Conformance:
    """Addresses of the specifications that hold here."""
    require_json(request)
    return Conformance(conforms_to=list(CONFORMS_TO))


@router.get(
    "/health", summary="Whether the process is alive", tags=["service"], response_model=Health, responses=problems()
)
async def health(request: Request) -> Health:
    """It answers as long as the process does, whatever the data is like. With it, how busy the service is."""
    return Health(alive=True, software=SOFTWARE, questions=pool_of(request).state())


@router.get(
    "/ready",
    summary="Whether a release can be asked",
    tags=["service"],
    response_model=Ready,
    responses=problems(503),
)
def ready(request: Request) -> Ready:
    """It is a 503 until a release is open."""
    engine = answers_of(request).engine
    standing = engine.standing if isinstance(engine, External) else None
    return Ready(ready=True, release=holder_of(request).get().reference, engine=standing)


@router.get(
    "/collections",
    summary="Everything there are lists of",
    tags=["things"],
    response_model=CollectionsSaid,
    responses=UNCHANGED | problems(404, 406, 422, 503),
)
def collections(request: Request, asked: Annotated[ReadAsked, Query()]) -> Response:
    """The collections with their sizes."""
    require_json(request)
    services, addresses = holder_of(request).get(asked.release), Addresses.of(request, asked.release)
    said = [
        CollectionSaid(
            name=one.name,
            kind=one.class_name,
            about=one.about,
            count=services.things.count(one),
            href=addresses.to(f"/{one.name}"),
        )
        for one in COLLECTIONS.values()
    ]
    links = [Link(rel="self", href=addresses.to("/collections"), type=JSON, title="this page")]
    content = CollectionsSaid(collections=said, release=services.reference, links=links)
    return _said(request, services, content, addresses)


@router.get(
    "/find",
    summary="Find things by everyday words",
    tags=["things"],
    response_model=FoundPage,
    responses=UNCHANGED | problems(404, 406, 422, 503),
)
def find(request: Request, asked: Annotated[FindAsked, Query()]) -> Response:
    """Things whose id is the words; else whose names have them; else that are spelt like them."""
    require_json(request)
    services = holder_of(request).get(asked.release)
    addresses = Addresses.of(request, asked.release)
    found = told.found(services, asked.q, asked.kind, asked.limit, addresses)
    return _said(request, services, found, asked, addresses)


@router.get(
    "/releases",
    summary="The releases of the data",
    tags=["releases"],
    response_model=ReleasesSaid,
    responses=problems(406, 422),
)
def releases(request: Request, asked: Annotated[ReleasesAsked, Query()]) -> ReleasesSaid:
    """Every release, newest first. A release never changes and is never deleted by the service.

    With `content` those of this content: each installation numbers its own releases, the hash is the same everywhere.
    """
    require_json(request)
    return told.releases(holder_of(request), Addresses.of(request), asked.content)


@router.get(
    "/releases/{number}",
    summary="What a release is",
    tags=["releases"],
    response_model=ReleaseSaid,
    responses=problems(404, 406, 422),
)
def release(
    request: Request, number: Annotated[int, Path(ge=1, le=999_999_999, description="Number of the release.")]
) -> ReleaseSaid:
    """Its hash, its datasets and its counts."""
    require_json(request)
    holder = holder_of(request)
    try:
        manifest = holder.releases.get(number).manifest
    except NoReleaseError as error:
        raise UnknownReleaseError(number, holder.releases.numbers()) from error
    return told.release(manifest, holder.releases.current_number(), Addresses.of(request))


@router.get(
    "/issues",
    summary="What is doubtful in the data",
    tags=["releases"],
    response_model=IssuesSaid,
    responses=UNCHANGED | problems(404, 406, 422, 503),
)
def issues(request: Request, asked: Annotated[IssuesAsked, Query()]) -> Response:
    """Faults and doubts that were found when the release was built, where each is and how to mend it."""
    require_json(request)
    services, addresses = holder_of(request).get(asked.release), Addresses.of(request, asked.release)
    chosen = [
        issue
        for issue in services.issues
        if (not asked.severity or issue.severity in asked.severity)
        and (not asked.code or issue.code in asked.code)
        and asked.dataset in (None, issue.dataset)
        and asked.file in (None, issue.file)
    ]
    given = asked.model_dump(mode="json", exclude_defaults=True) | {"limit": asked.limit}

    def link(rel: str, offset: int, title: str) -> Link:
        address = addresses.to("/issues", **given | {"offset": offset or None, "release": None})
        return Link(rel=rel, href=address, type=JSON, title=title)

    links = [link("self", asked.offset, "this page")]
    if asked.offset + asked.limit < len(chosen):
        links.append(link("next", asked.offset + asked.limit, "the next page"))
    if asked.offset:
        links.append(link("prev", max(0, min(asked.offset, len(chosen)) - asked.limit), "the page before"))
    return _said(request, services, told.issues(services, chosen, asked.offset, asked.limit, links), asked, addresses)


@router.get(
    "/datasets",
    summary="Where the data comes from, and its licences",
    tags=["releases"],
    response_model=DatasetsSaid,
    responses=UNCHANGED | problems(404, 406, 422, 503),
)
def datasets(request: Request, asked: Annotated[ReadAsked, Query()]) -> Response:
    """Each dataset of the release with its publisher, licence, attribution and rows."""
    require_json(request)
    services = holder_of(request).get(asked.release)
    return _said(request, services, told.datasets(services))


def _problem(type: ProblemType, addresses: Addresses) -> ProblemSaid:
    links = [Link(rel="self", href=addresses.to(f"/problems/{type.code}"), type=JSON, title=type.title)]
    return ProblemSaid(
        code=type.code, type=type.address, title=type.title, statuses=list(type.statuses), hint=type.hint, links=links
    )


@router.get(
    "/problems",
    summary="The kinds of error replies",
    tags=["service"],
    response_model=ProblemsSaid,
    responses=problems(406),
)
def list_problems(request: Request) -> ProblemsSaid:
    """Every kind of problem document that an endpoint may reply with."""
    require_json(request)
    return ProblemsSaid(problems=[_problem(type, Addresses.of(request)) for type in CATALOGUE.values()])


@router.get(
    "/problems/{code}",
    summary="One kind of error reply",
    tags=["service"],
    response_model=ProblemSaid,
    responses=problems(404, 406, 422),
)
def get_problem(
    request: Request, code: Annotated[str, Path(max_length=60, description="Code of the kind of problem.")]
) -> ProblemSaid:
    """What the problem means and what to do about it."""
    require_json(request)
    if code not in CATALOGUE:
        raise Problem("not-found", f"There is no kind of problem called “{code}”.")
    return _problem(CATALOGUE[code], Addresses.of(request))
