"""What endpoints say of themselves in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from api.errors import CATALOGUE, PROBLEM_MEDIA_TYPE, ProblemDocument

_ALWAYS = (500,)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem documents that an endpoint may reply with."""
    return {status: _problem(status) for status in (*statuses, *_ALWAYS)}


def _problem(status: int) -> dict[str, Any]:
    codes = [type.code for type in CATALOGUE.values() if status in type.statuses]
    return {
        "description": "Problem: " + ", ".join(codes),
        "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}},
    }


def also(media_types: Mapping[str, str]) -> dict[int | str, dict[str, Any]]:
    """Further formats of a good reply, each with what it is."""
    content = {name: {"schema": {"type": "string", "description": about}} for name, about in media_types.items()}
    return {200: {"content": content}}
