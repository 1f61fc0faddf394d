"""The pages of a sandbox: what it is, and what it changes."""

from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.negotiate import SHEETS
from api.schemas.sandboxes import ChangeSaid, EffectSaid, SandboxSaid
from api.web.pages import Alternate, Step, page

_NO_INDEX: Final = {"X-Robots-Tag": "noindex"}


def respond(request: Request, said: SandboxSaid) -> Response:
    """What a sandbox is."""
    here = request.url.path
    return page(
        request,
        "sandbox.html",
        title=said.title or f"Sandbox {said.id}",
        above=[Step("Start", "/")],
        alternates=(Alternate("JSON", here, "application/json"),),
        headers=_NO_INDEX,
        said=said,
        in_foot=said.base,
        banner=said.banner,
        under=f"/sandboxes/{said.id}",
    )


def respond_effect(request: Request, sandbox: SandboxSaid, said: EffectSaid) -> Response:
    """What a sandbox changes. Learners and people-places are told together where the same became of them."""
    here = request.url.path
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
        alternates=tuple(Alternate(one.name.upper(), f"{here}?format={one.name}", one.media_type) for one in SHEETS),
        headers=_NO_INDEX,
        said=said,
        became=list(became.items()),
        served=list(served.items()),
        in_foot=sandbox.base,
        banner=sandbox.banner,
        under=f"/sandboxes/{sandbox.id}",
    )
