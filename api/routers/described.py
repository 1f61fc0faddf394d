"""What endpoints say of themselves in the OpenAPI document."""

from typing import Any, Final

from api.errors import CATALOGUE, PROBLEM_MEDIA_TYPE, ProblemDocument

UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "What you have is still right."}}
"""The reply to `If-None-Match` with the current tag."""

_ALWAYS: Final = (414, 500)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem documents that an endpoint may reply with."""
    return {status: _problem(status) for status in (*statuses, *_ALWAYS)}


def _problem(status: int) -> dict[str, Any]:
    codes = [type.code for type in CATALOGUE.values() if status in type.statuses]
    return {
        "description": "Problem: " + ", ".join(codes),
        "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}},
    }
