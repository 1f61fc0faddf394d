"""Renders pages: templates in one layout, with a policy that loads nothing from another host and runs nothing inline.

A page is whole without script and without the built browser files (`api/web/static/`, made by `make`): then it is
plain HTML. `page` renders one; `static_files` is what pages load.
"""

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import HOLDER, Services, holder_of
from api.negotiate import takes_gzip
from api.reply import SOFTWARE, has_already, tag_of_content
from api.web import behind
from ontology.namespaces import ID

TEMPLATES: Final = Path(__file__).parent / "templates"
STATIC: Final = Path(__file__).parent / "static"

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""Of every page: its files and its requests are our own, and nothing inside the page is run."""

HTML: Final = "text/html; charset=utf-8"
_WORTH_COMPRESSING: Final = 1_000


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same as this page for programs: what it is called, where it is, and its media type."""

    title: str
    href: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Step:
    """One of the pages above this one (breadcrumbs): its name, and its path without release."""

    title: str
    path: str


def page(
    request: Request,
    template: str,
    *,
    title: str,
    services: Services | None = None,
    release: int | None = None,
    query_behind: str | None = None,
    query_same: bool = True,
    alternates: Sequence[Alternate] = (),
    above: Sequence[Step] = (),
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """A page from `pages/<template>`, with its tag; 304 when the reader has it already.

    `services` is the release that the page is about: its number and date are in the foot (None: those of the release
    that is asked, where it is open). `release` is the number that the reader asked for (None: nobody named one);
    `to(path, **query)` in templates keeps it in links, `word(id)` is how surely there is a thing that nobody published,
    `name_of(id)` is what it is called, and `by_name(text)` a text with names for the ids in it.
    `query_behind` is the address of the named query that says the same; not `query_same`: one about the same matter.
    Other names are the template's own.
    """
    addresses = Addresses.of(request, release)
    if query_behind is None and (found := behind.query_behind(request, addresses, services)) is not None:
        query_behind, query_same = found.href, found.same
    said = {
        "title": title,
        "root": addresses.root,
        "to": addresses.to,
        "here": request.url.path.removeprefix(addresses.root) or "/",
        "asset": lambda name: _asset(addresses.root, name),
        "word": lambda id: _word(services, id),
        "name_of": lambda id: _name_of(services, id),
        "by_name": lambda text: _by_name(services, addresses, text),
        "manifest": services.manifest if services else None,
        "in_foot": told_of.manifest if (told_of := services or holder_of(request).ready(release)) else None,
        "sandbox": sandbox_banner(request),
        "query_behind": query_behind,
        "query_same": query_same,
        "alternates": alternates,
        "above": above,
        "software": SOFTWARE,
    }
    text = _environment().get_template(f"pages/{template}").render(**said | context)
    return reply(request, text.encode(), status=status, headers=headers, alternates=alternates)


@dataclass(frozen=True, slots=True)
class Banner:
    """What every page of a sandbox says: where the sandbox is described, and the same page of the real release."""

    text: str
    about: str
    leave: str


def sandbox_banner(request: Request) -> Banner | None:
    """The banner of the sandbox that a request is put to; None: it is put to the real release."""
    holder = request.scope.get(HOLDER)
    if holder is None or holder.sandbox is None:
        return None
    about = str(request.scope["root_path"])
    leave = about.removesuffix(f"/sandboxes/{holder.sandbox}") + request.url.path.removeprefix(about)
    query = request.url.query
    return Banner(holder.banner, about, f"{leave}?{query}" if query else leave)


def reply(
    request: Request,
    body: bytes,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    alternates: Sequence[Alternate] = (),
) -> Response:
    """A rendered page as a reply: compressed when the reader takes that, with its tag and its policy."""
    tag = tag_of_content(body)
    sent = {
        "ETag": tag,
        "Vary": "Accept, Accept-Encoding",
        "Cache-Control": "no-cache",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    }
    if alternates:
        sent["Link"] = ", ".join(f'<{one.href}>; rel="alternate"; type="{one.media_type}"' for one in alternates)
    sent |= headers or {}
    if status == 200 and has_already(request, tag):
        return Response(status_code=304, headers=sent)
    if len(body) > _WORTH_COMPRESSING and takes_gzip(request):
        body = gzip.compress(body, 5, mtime=0)
        sent["Content-Encoding"] = "gzip"
    return Response(body, status, sent, HTML)


def built() -> dict[str, str]:
    """What each browser file is called (`query.js` → `query-4MZ2K7QX.js`); empty where none was built."""
    path = STATIC / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return {}
    return _manifest(changed)


@lru_cache(maxsize=1)
def _manifest(changed: int) -> dict[str, str]:
    found = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def _word(services: Services | None, id: str) -> Markup:
    """After the name of a thing that nobody published: its word, inferred or illustrative. Empty for all others."""
    doubt = services.things.doubt(id.removeprefix(str(ID))) if services else None
    return Markup(' <span class="tag tag-{0}">{0}</span>').format(doubt) if doubt else Markup()


def _name_of(services: Services | None, id: str) -> str:
    """What people call a thing, by its id or its address; without a release that."""
    return services.resources.label(id if ":" in id else f"{ID}{id}") if services else id


_AN_ID: Final = re.compile(r"\b[A-Z]{1,3}-[A-Z0-9]+(?:-[A-Z0-9]+)*\b")


def _by_name(services: Services | None, addresses: Addresses, text: str) -> Markup:
    """A text in which things are called by their names, each with a link and its word, where it had their ids."""
    if services is None or not _AN_ID.search(text):
        return escape(text)
    found, end = Markup(), 0
    for match in _AN_ID.finditer(text):
        if match[0] in services.things:
            link = Markup('<a href="{}">{}</a>').format(
                addresses.to(f"/id/{match[0]}"), services.things.get_named(match[0]).label
            )
            found += escape(text[end : match.start()]) + link + _word(services, match[0])
            end = match.end()
    return found + escape(text[end:])


def _asset(root: str, name: str) -> str | None:
    """The address of a browser file; None where it was not built."""
    called = built().get(name)
    return f"{root}/static/{called}" if called else None


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["marked"] = marked
    environment.filters["number"] = number
    environment.filters["day"] = day
    environment.filters["capitalize_first"] = capitalize_first
    return environment


_MARKS: Final = re.compile(r"`([^`]+)`|\[([^\]]+)\]\(([^)]+)\)")


def marked(text: str) -> Markup:
    """A text whose code and links are marked as in Markdown."""
    found, end = Markup(), 0
    for one in _MARKS.finditer(text):
        code, name, href = one.groups()
        marked = Markup("<code>{}</code>").format(code) if code else Markup('<a href="{}">{}</a>').format(href, name)
        found += escape(text[end : one.start()]) + marked
        end = one.end()
    return found + escape(text[end:])


def number(value: int) -> str:
    """A number as it is read: `18460` → `18,460`."""
    return f"{value:,}"


def capitalize_first(text: str) -> str:
    """A text with a capital at its beginning; the rest is left as it is.

    >>> capitalize_first("the HNC")
    'The HNC'
    """
    return text[:1].upper() + text[1:]


def day(value: str) -> str:
    """A day or an instant of ISO 8601 as it is read; a month or a year alone, too, as sources have them.

    >>> day("2026-11-22T08:40:00Z"), day("2026-02"), day("2025")
    ('22 November 2026', 'February 2026', '2025')
    """
    if value.isdigit():
        return value
    if len(value) == len("2026-11"):
        return f"{datetime.fromisoformat(f'{value}-01'):%B %Y}"
    found = datetime.fromisoformat(value)
    return f"{found.day} {found:%B %Y}"
