"""What somebody means who names roles, providers and awards in a question: by their ids or by everyday names."""

import re
from typing import Final, TypeVar

from api.dependencies import Services
from api.people import naming
from api.schemas.common import ReadAsked
from queries.find import resolve

A = TypeVar("A", bound=ReadAsked)

_KINDS: Final = {"role": "Role", "provider": "Provider", "award": "Qualification"}
_ID: Final = re.compile(r"[A-Z]{1,6}-\S+")


def meant(services: Services, asked: A) -> A:
    """The same question with ids for names; what looks like an id is left to whoever answers.

    Raises an `unknown-words` problem that names the field, and what may be meant, for words that mean no one thing.
    """
    found: dict[str, list[str] | str] = {}
    for field, kind in _KINDS.items():
        given = getattr(asked, field, None)
        if given:
            ids = [_id(services, field, kind, one) for one in ([given] if isinstance(given, str) else given)]
            found[field] = ids[0] if isinstance(given, str) else ids
    return asked.model_copy(update=found) if found else asked


def _id(services: Services, field: str, kind: str, text: str) -> str:
    if text in services.things or _ID.fullmatch(text):
        return text
    with naming(field, text):
        return resolve(text, services.search, services.things.names, (kind,)).id
