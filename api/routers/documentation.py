"""The documentation page: made by us from the OpenAPI document, with nothing from another host and no script."""

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from api.dependencies import services_of
from api.reply import JSON
from api.web import notebooks
from api.web.pages import Alternate, marked, page

router = APIRouter(include_in_schema=False)

_EXAMPLES: Final = (
    "/pathways?from=PT-BOOTCAMP&to_level=4&by=weeks",
    "/roles?level=4&sector=healthtech",
    "/roles/OC-HCSASSOC?format=turtle",
    "/find?q=imaging",
    "/funding/skills-bootcamp",
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation, as the page shows it."""

    name: str
    needed: bool
    value: str
    about: Markup


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that can be asked. `bodies`: examples of what can be sent, as JSON."""

    method: str
    path: str
    summary: str
    about: tuple[Markup, ...]
    parameters: tuple[Parameter, ...]
    bodies: tuple[str, ...]
    replies: tuple[str, ...]


@router.get("/docs")
def documentation(request: Request, release: Annotated[int | None, Query(ge=1, le=999_999_999)] = None) -> Response:
    """Everything that can be asked, for people."""
    document = request.app.openapi()
    return page(
        request,
        "docs.html",
        title="What can be asked",
        services=services_of(request, release),
        release=release,
        alternates=(Alternate("OpenAPI", f"{request.scope.get('root_path', '')}/openapi.json", JSON),),
        summary=document["info"].get("summary", ""),
        examples=_EXAMPLES,
        sections=operations(document),
    )


@router.get("/notebooks")
def about_notebooks(request: Request, release: Annotated[int | None, Query(ge=1, le=999_999_999)] = None) -> Response:
    """What the notebooks and the client for Python are, and how to run them."""
    return notebooks.respond(request, services_of(request, release), release=release)


@router.get("/notebooks/{name}")
def get_notebook(name: str) -> Response:
    """A notebook as a file."""
    return notebooks.file(name)


def operations(document: dict[str, Any]) -> dict[str, list[Operation]]:
    """The operations of an OpenAPI document by the first of their tags."""
    found: dict[str, list[Operation]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            operation = Operation(
                method.upper(),
                path,
                one.get("summary", ""),
                tuple(marked(part) for part in one.get("description", "").split("\n\n") if part),
                tuple(_parameter(parameter) for parameter in one.get("parameters", [])),
                tuple(_bodies(one, document)),
                tuple(one["responses"]),
            )
            found[one.get("tags", ["other"])[0]].append(operation)
    return found


def _bodies(operation: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Examples of what can be sent, where something is and has some."""
    found: list[str] = []
    for media in operation.get("requestBody", {}).get("content", {}).values():
        schema = media["schema"]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for example in schema.get("examples", []):
            found.append(example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False))
    return found


def _parameter(parameter: dict[str, Any]) -> Parameter:
    schema = parameter["schema"]
    about = parameter.get("description", schema.get("description", ""))
    return Parameter(parameter["name"], bool(parameter.get("required")), _kind(schema), marked(about))


def _kind(schema: dict[str, Any]) -> str:
    """What a value may be, in a few words."""
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"{_kind(schema['items'])}, repeatable"
    said = str(schema.get("format") or schema.get("type", "any"))
    low, high = schema.get("minimum"), schema.get("maximum")
    return f"{said}, {low} to {high}" if low is not None and high is not None else said
