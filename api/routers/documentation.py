"""The documentation page: made by us from the OpenAPI document, with nothing from another host and no script."""

import json
from collections import defaultdict
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.addresses import Addresses

router = APIRouter(include_in_schema=False)

STYLE: Final = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; color: #0b0c0c; }
a { color: #1d4f91; }
code, pre { font-family: ui-monospace, monospace; }
pre { background: #f3f2f1; padding: .75rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #b1b4b6; padding: .375rem .75rem .375rem 0; text-align: left; vertical-align: top; }
section { border-top: 2px solid #b1b4b6; margin-top: 1.5rem; }
nav ul { columns: 3; padding-left: 1rem; }
"""
"""The style of the page, served as a file of its own so that no style has to be allowed inside pages."""

_EXAMPLES: Final = (
    "/pathways?from=PT-BOOTCAMP&to_level=4&by=weeks",
    "/roles?level=4&sector=healthtech",
    "/roles/OC-HCSASSOC?format=turtle",
    "/find?q=imaging",
    "/funding/skills-bootcamp",
)


@router.get("/docs")
def documentation(request: Request) -> Response:
    """Everything that can be asked, for people."""
    return HTMLResponse(page(request.app.openapi(), Addresses.of(request).root))


@router.get("/docs/style.css")
def style() -> Response:
    """The style of the page."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def page(document: dict[str, Any], root: str) -> str:
    """The page for an OpenAPI document."""
    operations: dict[str, list[tuple[str, str, dict[str, Any]]]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            operations[operation.get("tags", ["other"])[0]].append((method.upper(), path, operation))
    toc = "".join(f'<li><a href="#{escape(tag)}">{escape(tag)}</a></li>' for tag in operations)
    examples = "".join(f'<li><a href="{escape(root + one)}"><code>{escape(one)}</code></a></li>' for one in _EXAMPLES)
    said = {tag: "".join(_operation(*one, document) for one in found) for tag, found in operations.items()}
    sections = "".join(
        f'<section id="{escape(tag)}"><h2>{escape(tag)}</h2>{text}</section>' for tag, text in said.items()
    )
    title = f"{escape(document['info']['title'])}: what can be asked"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="stylesheet" href="{escape(root)}/docs/style.css"></head><body>'
        f"<h1>{title}</h1><p>{escape(document['info'].get('summary', ''))}</p>"
        f'<p>The same for programs: <a href="{escape(root)}/openapi.json">openapi.json</a>.'
        f' Error replies: <a href="{escape(root)}/problems">/problems</a>.'
        " Every read takes <code>release=N</code> for an earlier release.</p>"
        f"<h2>Try</h2><ul>{examples}</ul><nav aria-label='Contents'><ul>{toc}</ul></nav>{sections}</body></html>\n"
    )


def _operation(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    parameters = operation.get("parameters", [])
    rows = "".join(_parameter(one) for one in parameters)
    table = f"<table><tr><th>Name</th><th>Value</th><th>About</th></tr>{rows}</table>" if rows else ""
    codes = ", ".join(f"{escape(code)}" for code in operation["responses"])
    about = "".join(f"<p>{escape(part)}</p>" for part in operation.get("description", "").split("\n\n") if part)
    return (
        f"<h3><code>{escape(method)} {escape(path)}</code></h3><p>{escape(operation.get('summary', ''))}.</p>{about}"
        f"{table}{_body(operation, document)}<p>Replies: {codes}</p>"
    )


def _body(operation: dict[str, Any], document: dict[str, Any]) -> str:
    """Examples of what can be sent, where something is."""
    content = operation.get("requestBody", {}).get("content", {})
    found = "".join(
        f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre>"
        for media in content.values()
        for example in document["components"]["schemas"][media["schema"]["$ref"].rpartition("/")[2]]["examples"]
    )
    return f"<p>A body, such as</p>{found}" if found else ""


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    about = parameter.get("description", schema.get("description", ""))
    needed = " (needed)" if parameter.get("required") else ""
    name = f"<code>{escape(parameter['name'])}</code>{needed}"
    return f"<tr><td>{name}</td><td>{escape(_kind(schema))}</td><td>{escape(about)}</td></tr>"


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
