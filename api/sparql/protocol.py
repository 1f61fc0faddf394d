"""Reads a request as the SPARQL 1.1 Protocol has it: what is asked, of which graphs, in which format."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from rapidfuzz import fuzz, process

from api.errors import Problem
from api.sparql import formats

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
ACCEPT_POST: Final = f"{QUERY}, {FORM}"

MOST_GRAPHS: Final = 100
"""Most graphs that a request may name."""

_FORMAT_TOO: Final = ("format", "output", "results")
_ONCE: Final = ("query", "release", "format")
_NAMES: Final = ("query", "default-graph-uri", "named-graph-uri", "release", "format")
_MOST_FIELDS: Final = 2 * MOST_GRAPHS + 20
_UTF8: Final = ("utf-8", "utf8", "us-ascii", "ascii")
_ADDRESS: Final = re.compile(r'[A-Za-z][A-Za-z0-9+.\-]*:[^<>"{}|^`\\\x00-\x20]*')


@dataclass(frozen=True, slots=True)
class ProtocolRequest:
    """What a request asks. `query` None: nothing, but the service itself. `format` None: `Accept` decides."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None
    release: int | None = None


async def read(request: Request) -> ProtocolRequest:
    """What a request asks. Raises a problem for what the protocol does not allow."""
    given = _fields(request.scope["query_string"], "address")
    if request.method == "POST":
        media_type = _media_type(request)
        body = await request.body()
        if media_type == FORM:
            given += _fields(body, "body")
        else:
            given.append(("query", _text(body, "body")))
    asked = _understood(given)
    if asked.query is None and (request.method == "POST" or asked.default_graphs or asked.named_graphs):
        raise _invalid("The request has no query.", "Give one as `query`, or as a body of application/sparql-query.")
    return asked


def _invalid(detail: str, hint: str = "") -> Problem:
    return Problem("invalid-request", detail, 400, hint=hint)


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")  # some editors write a mark before the text
    except UnicodeDecodeError as error:
        raise _invalid(f"The {where} is not UTF-8: byte {error.start + 1} is no part of a character.") from None


def _fields(data: bytes, where: str) -> list[tuple[str, str]]:
    try:
        text = _text(data, where)
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise _invalid(f"The {where} has %-signs that are not UTF-8.") from None
    except ValueError:
        raise _invalid(f"The {where} has more than {_MOST_FIELDS} parameters.") from None


def _media_type(request: Request) -> str:
    """What the body of a request is: `FORM` or `QUERY`."""
    given, _, rest = request.headers.get("content-type", "").partition(";")
    media_type = given.strip().lower()
    if media_type == UPDATE:
        raise _unsupported("This data is only read: there are no updates.", "Send a query as application/sparql-query.")
    if media_type not in (FORM, QUERY):
        said = f"“{media_type[:100]}”" if media_type else "nothing"
        raise _unsupported(f"The body is said to be {said}.", f"Say one of {ACCEPT_POST}.")
    for parameter in rest.split(";"):
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and charset not in _UTF8:
            raise _unsupported(f"The body is said to be written in “{charset[:40]}”.", "Send UTF-8.")
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise _unsupported(f"The body is said to be packed as “{coding[:40]}”.", "Send it as it is.")
    return media_type


def _unsupported(detail: str, hint: str) -> Problem:
    return Problem("unsupported-media-type", detail, hint=hint, headers={"Accept-Post": ACCEPT_POST})


def _understood(given: list[tuple[str, str]]) -> ProtocolRequest:
    said: dict[str, list[str]] = {name: [] for name in _NAMES}
    for name, value in given:
        if name == "update":
            raise Problem("query-refused", "This data is only read: there are no updates.", hint="Give a `query`.")
        if name in _FORMAT_TOO[1:]:
            said["format"] += [value] if value not in said["format"] else []
        elif name == "format" and value in said["format"]:
            continue
        elif name in said:
            said[name].append(value)
        else:
            raise _invalid(f"There is no parameter of the name “{name[:100]}”.", _nearest(name))
    for name in _ONCE:
        if len(said[name]) > 1:
            raise _invalid(f"The request has more than one `{name}`.", "Send one at a time.")
    for name in ("default-graph-uri", "named-graph-uri"):
        if len(said[name]) > MOST_GRAPHS:
            raise _invalid(f"The request has more than {MOST_GRAPHS} of `{name}`.")
        if wrong := next((one for one in said[name] if not _ADDRESS.fullmatch(one)), None):
            raise _invalid(f"`{name}` is no address: “{wrong[:100]}”.", "Give the whole address of a graph.")
    return ProtocolRequest(
        query=said["query"][0] if said["query"] else None,
        default_graphs=tuple(said["default-graph-uri"]),
        named_graphs=tuple(said["named-graph-uri"]),
        format=_format(said["format"]),
        release=_release(said["release"]),
    )


def _nearest(name: str) -> str:
    found = process.extractOne(name.lower().replace("_", "-"), _NAMES, scorer=fuzz.ratio, score_cutoff=60)
    return f"Did you mean `{found[0]}`?" if found else f"There are {', '.join(_NAMES)}."


def _format(given: list[str]) -> str | None:
    if not given:
        return None
    if (name := formats.name_of(given[0])) is None:
        raise _invalid(f"There is no format “{given[0][:40]}”.", f"There are {', '.join(formats.NAMES)}.")
    return name


def _release(given: list[str]) -> int | None:
    if not given:
        return None
    if not (given[0].isascii() and given[0].isdigit() and len(given[0]) <= 9 and int(given[0])):
        raise _invalid(f"`release` is no number of a release: “{given[0][:40]}”.", "See /releases.")
    return int(given[0])
