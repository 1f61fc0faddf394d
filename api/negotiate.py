"""Which format a reader gets: by `?format=`, else by `Accept` with its q-values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
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
N_TRIPLES: Final = Format("ntriples", "application/n-triples")

CSV: Final = Format("csv", "text/csv")
XLSX: Final = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
VEGA_LITE: Final = Format("vega-lite", "application/vnd.vegalite.v5+json")

SHEETS: Final = (JSON_FORMAT, CSV, XLSX)
"""The formats of answers that are tables."""

SHEETS_AND_CHART: Final = (*SHEETS, VEGA_LITE)
"""The formats of answers that are tables and can be drawn."""

HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
"""What a reader of pages asks for."""

RDF_FORMATS: Final = (JSON_FORMAT, JSON_LD, TURTLE)
"""The formats of things, the one for readers without a wish first."""


@lru_cache(maxsize=256)
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
        named = [one for one in offered if one.name == wanted]
        if not named:
            raise not_offered(wanted, offered)
        return named[0]
    accept = ",".join(request.headers.getlist("accept"))
    if not accept.strip():
        return offered[0]
    ranked = []
    for place, one in enumerate(offered):
        exact = (found for name in one.aliases if (found := _quality(accept, name))[1] == 2)  # never by a wildcard
        quality, exactness = max((_quality(accept, one.media_type), *exact))
        ranked.append((quality, exactness, -place, one))
    quality, _, _, chosen = max(ranked, key=lambda entry: entry[:3])
    if quality <= 0:
        raise not_offered(accept, offered)
    return chosen


def not_offered(asked: str, offered: tuple[Format, ...]) -> Problem:
    """The problem of a reader who takes none of the formats that there are."""
    names = [one.media_type for one in offered]
    shown = asked if len(asked) <= 100 else f"{asked[:99]}…"
    return Problem("not-acceptable", f"Offered: {', '.join(names)}; asked for: {shown}.", members={"offered": names})


def wants(request: Request, media_type: str) -> bool:
    """Whether a reader takes a media type; one who says nothing takes any."""
    accept = ",".join(request.headers.getlist("accept"))
    return not accept.strip() or _quality(accept, media_type)[0] > 0


def choose_profile(request: Request, offered: Mapping[str, str], wanted: str | None = None) -> str:
    """The vocabulary to reply in, by name: by `?profile=`, else by `Accept-Profile`, which names addresses.

    `offered`: the address of each by its name, the usual one first, which somebody gets who takes none of them.
    """
    if wanted is not None:
        return wanted
    said = ",".join(request.headers.getlist("accept-profile")).replace("<", "").replace(">", "")
    ranked = [(_quality(said, address.lower()), name) for name, address in offered.items()]
    named = [(quality, name) for (quality, exactness), name in ranked if exactness == 2 and quality > 0]
    return max(named, key=lambda entry: entry[0], default=(0.0, next(iter(offered))))[1]


def prefers_html(request: Request, offered: tuple[Format, ...]) -> bool:
    """Whether a reader gets a page: `Accept` names HTML, and wants none of what else is offered more.

    `*/*` alone gets data, as programs send that.
    """
    accept = ",".join(request.headers.getlist("accept"))
    page, exactness = max(_quality(accept, name)[::-1] for name in HTML_TYPES)[::-1]
    others = (_quality(accept, name)[0] for one in offered for name in (one.media_type, *one.aliases))
    return exactness == 2 and page > 0 and page >= max(others, default=0.0)


def takes_gzip(request: Request) -> bool:
    """Whether the reader takes compressed replies."""
    return _quality(request.headers.get("accept-encoding", ""), "gzip")[0] > 0


def require_json(request: Request) -> None:
    """Raises a `not-acceptable` problem when the reader does not take JSON, the one format there is here."""
    choose(request, (JSON_FORMAT,))
