"""The model page: which classes a release has, what is said of them, what checks them, and what leads to what."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import holder_of
from api.negotiate import JSON_FORMAT, choose, prefers_html
from api.reply import has_already, headers_of, json_bytes, not_modified, tag_of
from api.resources import Said
from api.routers.described import UNCHANGED, problems
from api.schemas.common import ReadAsJson, Wire
from api.schemas.resources import NodeSaid
from api.web.pages import Alternate, Step, page
from queries.model import Model, merged, model
from queries.pathways.request import ReleaseRef

router = APIRouter()

_ROW: Final = 26
_LEFT: Final = 190
_STEP: Final = 9
_MOST: Final = 420


class UsedSaid(Wire):
    """One property of a class."""

    property: NodeSaid
    things: int = Field(description="How many things of the class have it.")
    values: list[str] = Field(description="What the values are: classes and datatypes, by label.")


class ClassSaid(Wire):
    """One class."""

    uri: str
    label: str
    href: str
    definition: str | None
    things: int
    example: NodeSaid
    properties: list[UsedSaid]
    rules: list[str] = Field(description="What its shape asks, in words. Empty: no shape checks it.")


class EdgeSaid(Wire):
    """What leads from one class to another: labels, and those of the properties."""

    start: str
    end: str
    properties: list[str]


class ModelSaid(Wire):
    """The classes of a release with counts, and what leads to what."""

    classes: list[ClassSaid]
    edges: list[EdgeSaid]
    release: ReleaseRef


@dataclass(frozen=True, slots=True)
class Box:
    """A class in the diagram."""

    label: str
    y: int


@dataclass(frozen=True, slots=True)
class Arc:
    """An edge in the diagram: a path, and what it says."""

    path: str
    start: str
    end: str
    says: str


@router.get(
    "/model",
    tags=["data"],
    response_model=ModelSaid,
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string", "description": "The page."}}}},
        **UNCHANGED,
        **problems(404, 406, 422, 503),
    },
)
def see_model(request: Request, asked: Annotated[ReadAsJson, Query()]) -> Response:
    """The model that the release uses: classes with counts, an example of each, their properties and shapes."""
    html = asked.format is None and prefers_html(request, (JSON_FORMAT,))
    if not html:
        choose(request, (JSON_FORMAT,), asked.format)
    services = holder_of(request).get(asked.release)
    said = Said(Addresses.of(request, asked.release))
    tag = tag_of(services, "model", said.addresses)
    if not html and has_already(request, tag):
        return not_modified(tag)
    resources = services.resources
    found = model(services.release.profile, lambda name: resources.property(name).label)
    content: dict[str, Any] = {
        "classes": [
            {
                "uri": one.address,
                "label": one.label,
                "href": said.href(one.address),
                "definition": one.definition,
                "things": one.things,
                "example": said.node(resources.node(one.example)),
                "properties": [
                    {
                        "property": said.node(resources.property(use.address)),
                        "things": use.things,
                        "values": [resources.property(value).label for value in use.values],
                    }
                    for use in one.properties
                ],
                "rules": list(one.rules),
            }
            for one in found.classes
        ],
        "edges": [
            {
                "start": resources.property(start).label,
                "end": resources.property(end).label,
                "properties": [resources.property(name).label for name in names],
            }
            for (start, end), names in merged(found.edges).items()
        ],
        "release": asdict(services.reference),
    }
    if not html:
        return Response(json_bytes(content), headers=headers_of(tag), media_type=JSON_FORMAT.media_type)
    boxes, arcs = drawn(found, {one["uri"]: one["label"] for one in content["classes"]}, content["edges"])
    return page(
        request,
        "model.html",
        title="The model",
        services=services,
        release=asked.release,
        alternates=[Alternate("JSON", said.addresses.to("/model", format="json"), JSON_FORMAT.media_type)],
        above=[Step("Start", "/")],
        model=content,
        boxes=boxes,
        arcs=arcs,
        width=_LEFT + _MOST,
        height=_ROW * (len(boxes) + 1),
        left=_LEFT,
    )


def drawn(found: Model, labels: dict[str, str], edges: list[dict[str, Any]]) -> tuple[list[Box], list[Arc]]:
    """The diagram: a list of classes, and an arc beside it for each line of the table of edges."""
    linked = {name for pair in merged(found.edges) for name in pair}
    names = [one.address for one in found.classes if one.address in linked]
    places = {name: number for number, name in enumerate(names)}
    boxes = [Box(labels[name], _ROW * (places[name] + 1)) for name in names]
    arcs = []
    for (start, end), edge in zip(merged(found.edges), edges, strict=True):
        top, bottom = (_ROW * (places[name] + 1) for name in (start, end))
        reach = min(_MOST - 20, 24 + _STEP * abs(places[start] - places[end]))
        path = (
            f"M {_LEFT} {top - 3} C {_LEFT + reach} {top - 3}, {_LEFT + reach} {bottom + 3}, {_LEFT + 6} {bottom + 3}"
        )
        says = f"{edge['start']}: {', '.join(edge['properties'])}: {edge['end']}"
        arcs.append(Arc(path, edge["start"], edge["end"], says))
    return boxes, arcs
