"""The page that curriculum designers and the skills team start from: each question, one step from its answer."""

from collections import Counter

from fastapi import Request
from starlette.responses import Response

from api.dependencies import Services
from api.web.pages import Step, page

SECTOR = "healthtech"
MOST = 60


def respond(request: Request, services: Services, *, release: int | None) -> Response:
    """The page: what can be asked of all, of each role of the home sector, and of each award whose units are known."""
    projection = services.release.projection
    units = Counter(unit.award for unit in projection.units.values() if unit.award in projection.awards)
    roles = sorted(
        (one for one in projection.roles.values() if SECTOR in one.sectors),
        key=lambda one: (one.level is None, one.level, one.title),
    )
    awards = sorted((projection.awards[id] for id in units if id), key=lambda one: (one.level or 0, one.title))
    stated = Counter(one.role for one in projection.competencies if one.current)
    return page(
        request,
        "designers.html",
        title="For curriculum designers and the skills watch",
        services=services,
        release=release,
        above=[Step("Start", "/")],
        roles=[(one, stated[one.id]) for one in roles[:MOST]],
        awards=[(one, units[one.id]) for one in awards[:MOST]],
        years=len({one.period for one in projection.evidence if one.leavers is not None or one.suppressed}),
        has=lambda *ids: all(id in services.things for id in ids),
    )
