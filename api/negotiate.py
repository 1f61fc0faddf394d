"""Which format a reader gets: by `?format=`, else by `Accept` with its q-values."""

from dataclasses import dataclass
from typing import Final

from fastapi import Request

from api.errors import Problem


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its short name, its media type, and other media types that ask for it."""

    name: str
    media_type: str
    aliases: tuple[str, ...] = ()


JSON_FORMAT: Final = Format("json", "application/json")
JSON_LD: Final = Format("jsonld", "application/ld+json")
TURTLE: Final = Format("turtle", "text/turtle", ("application/x-turtle",))

RDF_FORMATS: Final = (JSON_FORMAT, JSON_LD, TURTLE)
"""The formats of things, the one for readers without a wish first."""


def _quality(accept: str, media_type: str) -> tuple[float, int]:
    """How much a reader wants a media type (0: not at all), and how exactly it was named."""
    best, exactness = 0.0, -1
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = min(max(float(parameter[2:]), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        main = media_type.partition("/")[0]
        exact = {media_type: 2, f"{main}/*": 1, "*/*": 0}.get(name, -1)
        if exact > exactness:
            best, exactness = quality, exact
    return best, exactness


def choose(request: Request, offered: tuple[Format, ...], wanted: str | None = None) -> Format:
    """The format to reply in. Raises a `not-acceptable` problem when the reader takes none of those offered."""
    if wanted is not None:
        return next(one for one in offered if one.name == wanted)
    accept = ",".join(request.headers.getlist("accept"))
    if not accept.strip():
        return offered[0]
    ranked = []
    for place, one in enumerate(offered):
        quality, exactness = max(_quality(accept, name) for name in (one.media_type, *one.aliases))
        ranked.append((quality, exactness, -place, one))
    quality, _, _, chosen = max(ranked, key=lambda entry: entry[:3])
    if quality <= 0:
        names = [one.media_type for one in offered]
        shown = accept if len(accept) <= 100 else f"{accept[:99]}…"
        raise Problem("not-acceptable", f"Offered: {', '.join(names)}; asked for: {shown}.", members={"offered": names})
    return chosen


def require_json(request: Request) -> None:
    """Raises a `not-acceptable` problem when the reader does not take JSON, the one format there is here."""
    choose(request, (JSON_FORMAT,))
