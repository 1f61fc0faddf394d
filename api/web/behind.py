"""The named query that a page says the same as, or one about the same matter: to be run again, changed and cited."""

from dataclasses import dataclass
from typing import Final

from fastapi import Request

from api.addresses import Addresses
from api.dependencies import Services
from graph.lines import COVERAGE
from queries.catalogue import address_of

BEHIND: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "/awards/{award}/approval-pack": ("units-everybody-takes", {"award": "award"}),
    "/awards/{award}/choices": ("units-everybody-takes", {"award": "award"}),
    "/awards/{award}/shape": ("unit-entry-rules", {"award": "award"}),
    "/bundles": ("units-of-theme", {"theme": "gap"}),
    "/changes": ("competencies-of-role", {"role": "role"}),
    "/cold-spots": ("providers-by-standard-and-town", {}),
    "/collections": ("statements-by-status", {}),
    "/coverage": ("coverage-counted", {}),
    "/coverage/{competency:path}": ("units-that-teach", {"competency": "competency"}),
    "/dataset": ("statements-by-status", {}),
    "/datasets": ("statements-by-status", {}),
    "/designers": ("coverage-by-role", {}),
    "/find": ("names", {}),
    "/fragility": ("taught-by-one-provider", {}),
    "/funding": ("funding-rules", {}),
    "/funding/{scheme}": ("funding-rules", {}),
    "/incomplete": ("courses-of-provider", {}),
    "/issues": ("without-open-source", {}),
    "/leavers-change": ("leavers-by-year", {}),
    "/model": ("things-of-class", {}),
    "/overlaps": ("units-of-theme", {}),
    "/pathways/roles": ("reachable-roles", {}),
    "/releases": ("statements-by-status", {}),
    "/releases/{first}/diff/{second}": ("statements-by-status", {}),
    "/releases/{number}": ("statements-by-status", {}),
    "/shared-competencies": ("coverage-of-themes", {}),
    "/standards/{role}/matrix": ("competencies-of-role", {"role": "role"}),
    "/start": ("shortest-pathway-to-level-4", {}),
    "/watch": ("coverage-counted", {}),
    "/watch/adverts": ("adverts-by-outcome", {}),
    "/watch/changes": ("coverage-counted", {}),
    "/watch/demand": ("demand-by-role", {}),
    "/watch/figures": ("demand-figures", {}),
    "/watch/index": ("coverage-counted", {}),
    "/watch/needs": ("stated-needs", {}),
}
"""By the address of a page: the query, and for its parameters the names in the address or question of the page."""

SAME: Final = frozenset({"/coverage", "/leavers-change", "/watch/adverts", "/watch/demand", "/watch/figures"})
"""The pages of which the query gives the figures, unless they were asked for otherwise than as a whole. Of all others
it is a query about the same matter."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Where the query of a page is described. `same`: it gives the figures of the page."""

    href: str
    same: bool


def query_behind(request: Request, addresses: Addresses, services: Services | None) -> Behind | None:
    """The query that the page of a request is made from; None: no page of the data is asked for.

    A value is filled in where the page was asked with one, and so is the release that the page is about.
    """
    path = getattr(request.scope.get("route"), "path", "")
    if path not in BEHIND:
        return None
    name, filled = BEHIND[path]
    asked = {**request.query_params, **request.path_params}
    given = {parameter: str(asked[one]) for parameter, one in filled.items() if asked.get(one)}
    if path.startswith("/releases/"):
        number = str(asked.get("number") or asked["second"])
        if not number.isdecimal():
            return None
        addresses = Addresses(addresses.root, int(number))
    same = path in SAME and not set(request.query_params) - {"format", "release"}
    if path == "/coverage" and (services is None or COVERAGE not in services.manifest.parts):
        same = False  # the query reads the coverage that the release was built with
    return Behind(addresses.to(address_of(name).partition("?")[0], **given), same)
