"""The pages of a sandbox: what it is, and what it changes."""

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from api.dependencies import Services
from api.negotiate import SHEETS
from api.sandboxes import gap_in_words
from api.schemas.sandboxes import ChangeSaid, EffectSaid, SandboxSaid
from api.web.pages import Alternate, Step, page
from api.web.wording import with_miles
from queries.pathways.request import Thing

_NO_INDEX: Final = {"X-Robots-Tag": "noindex"}


MOST_COVERED: Final = 40
"""Findings of the coverage board that a page of an effect tells."""

LOOKS_AGAIN: Final = 4
"""Seconds after which a page that waits asks again by itself."""


def respond(request: Request, said: SandboxSaid, within: Services, base: Services) -> Response:
    """What a sandbox is. `within`: the sandbox; `base`: what it is laid over."""

    def named(services: Services, id: str) -> str:
        return services.things.get_named(id).label if id in services.things else id

    here = request.url.path
    return page(
        request,
        "sandbox.html",
        title=said.title or f"Sandbox {said.id}",
        above=[Step("Start", "/")],
        alternates=(Alternate("JSON", here, "application/json"),),
        headers=_NO_INDEX,
        said=said,
        imagined=[(table, [(id, named(within, id)) for id in ids]) for table, ids in said.imagined.items()],
        closed=[named(base, id) for id in said.closed],
        taken_away=[named(base, id) for id in said.taken_away],
        in_foot=said.base,
        banner=said.banner,
        under=f"/sandboxes/{said.id}",
    )


def respond_going(request: Request, sandbox: SandboxSaid | None, seconds: int) -> Response:
    """That what a sandbox changes is being worked out, or (None) that one is being made: the page asks again itself."""
    if sandbox is None:
        said: dict[str, Any] = {
            "title": "Making the sandbox",
            "above": [Step("Start", "/"), Step("Try a change", "/sandboxes/new")],
            "doing": "What you imagine is being checked and laid over the release",
            "banner": "",
            "under": "",
        }
    else:
        said = {
            "title": f"Working out what it changes: {sandbox.title or sandbox.id}",
            "above": [Step("Start", "/"), Step("Sandbox", f"/sandboxes/{sandbox.id}")],
            "doing": "The release and the sandbox are being asked the same questions",
            "in_foot": sandbox.base,
            "banner": sandbox.banner,
            "under": f"/sandboxes/{sandbox.id}",
        }
    return page(
        request,
        "sandbox-going.html",
        status=202,
        headers=_NO_INDEX | {"Refresh": str(LOOKS_AGAIN), "Cache-Control": "no-store"},
        seconds=seconds,
        again=LOOKS_AGAIN,
        address=str(request.url.replace(scheme="", netloc="")),
        **said,
    )


def respond_effect(request: Request, sandbox: SandboxSaid, said: EffectSaid) -> Response:
    """What a sandbox changes. Learners and people-places are told together where the same became of them."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "format"]
    in_gap: dict[str, list[Thing]] = {}
    for part in said.gap:
        in_gap.setdefault(part.text.removeprefix(f"{part.item.label}: "), []).append(part.item)
    became: dict[str, list[ChangeSaid]] = {}
    for change in said.changes:
        became.setdefault(change.text, []).append(change)
    served: dict[tuple[str, str, str], list[str]] = {}
    for one in said.people_places:
        gained, lost = (", ".join(role.label for role in roles) for roles in (one.gained, one.lost))
        served.setdefault((one.circumstance.label, gained, lost), []).append(one.district)
    return page(
        request,
        "sandbox-effect.html",
        title=f"What it changes: {sandbox.title or sandbox.id}",
        above=[Step("Start", "/"), Step("Sandbox", f"/sandboxes/{sandbox.id}")],
        alternates=tuple(
            Alternate(
                one.name.upper(), f"{request.url.path}?{urlencode([*asked, ('format', one.name)])}", one.media_type
            )
            for one in SHEETS
        ),
        headers=_NO_INDEX,
        said=said,
        gap=gap_in_words(said) if said.gap else None,
        in_gap=list(in_gap.items()),
        most=MOST_COVERED,
        became=list(became.items()),
        served=list(served.items()),
        with_miles=with_miles,
        in_foot=sandbox.base,
        banner=sandbox.banner,
        under=f"/sandboxes/{sandbox.id}",
    )
