"""The OpenAPI document: as FastAPI makes it, with our problem documents and outputs that have no defaults."""

from collections import Counter
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.errors import ProblemDocument

_REFS: Final = "#/components/schemas/{model}"
_FASTAPI_ERRORS: Final = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI) -> None:
    """Serve our document instead of the one that FastAPI makes."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = make(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def make(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    found = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        separate_input_output_schemas=app.separate_input_output_schemas,
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    _, extra = models_json_schema([(ProblemDocument, "serialization")], ref_template=_REFS)
    schemas |= extra["$defs"]
    for name in _FASTAPI_ERRORS:
        schemas.pop(name, None)
    asked = _reached(found, schemas)
    for name, schema in schemas.items():
        if name not in asked and name not in extra["$defs"] and "properties" in schema:
            schema["required"] = list(schema["properties"])
    return found


def _reached(document: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    """Schemas of request bodies, with what they use: there, defaults are welcome."""
    waiting: list[Any] = [
        operation["requestBody"]
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "requestBody" in operation
    ]
    found: set[str] = set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            name = str(one.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(schemas.get(name))
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return found


def refuse_repeats(request: Request) -> None:
    """Raises `RequestValidationError` for a parameter that stands in an address twice and has one value.

    Otherwise the last would count, and nobody be told of the first. What may be said more than once is a list in the
    document; a route that is not in it says for itself.
    """
    said = Counter(name for name, _ in request.query_params.multi_items())
    if all(times == 1 for times in said.values()):
        return
    path = request.app.openapi()["paths"].get(request.scope["route"].path_format, {})
    single = {
        one["name"]
        for one in path.get(request.method.lower(), {}).get("parameters", ())
        if one["in"] == "query" and "array" not in _types(one["schema"])
    }
    repeated = [
        {"type": "said_twice", "loc": ("query", name), "msg": "", "input": request.query_params.getlist(name)}
        for name in sorted(single)
        if said[name] > 1
    ]
    if repeated:
        raise RequestValidationError(repeated)


def _types(schema: dict[str, Any]) -> set[str]:
    return {schema.get("type", ""), *(one.get("type", "") for one in schema.get("anyOf", ()))}
