"""What every reply has: a tag of its content, so that a reader who has it already need not get it again."""

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from api.dependencies import Services
from api.schemas.common import Link

JSON: Final = "application/json"


def _software() -> str:
    try:
        return version("stepway")
    except PackageNotFoundError:
        return "not installed"


SOFTWARE: Final = _software()
"""Version of this software; a part of every tag, since it decides how content is written."""


def tag_of(services: Services, *parts: object) -> str:
    """The entity tag of a reply: the release's content, this software, and what was asked."""
    manifest = services.manifest
    said = json.dumps([SOFTWARE, manifest.number, manifest.content_hash, *map(str, parts)])
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def tag_of_content(body: bytes) -> str:
    """The entity tag of a reply that is worked out anyway."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def has_already(request: Request, tag: str) -> bool:
    """Whether the reader already holds the content of this tag (`If-None-Match`)."""
    given = request.headers.get("if-none-match")
    if given is None:
        return False
    tags = {one.strip().removeprefix("W/") for one in given.split(",")}
    return "*" in tags or tag in tags


def headers_of(tag: str, links: Iterable[Link] = (), vary: str = "Accept") -> dict[str, str]:
    """Headers of a reply that depends on what is asked for. Caches ask again, since another release may be current."""
    said = {"ETag": tag, "Vary": vary, "Cache-Control": "no-cache"}
    link = ", ".join(f'<{one.href}>; rel="{one.rel}"; type="{one.type}"' for one in links)
    return said | ({"Link": link} if link else {})


def not_modified(tag: str, vary: str = "Accept") -> Response:
    """304: what you have is still right."""
    return Response(status_code=304, headers=headers_of(tag, vary=vary))


def json_bytes(content: Any) -> bytes:
    """JSON as it goes over the wire."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
