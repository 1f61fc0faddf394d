"""The named query that a page says the same as, or is made from: to be run again, changed and cited."""

from typing import Final

from fastapi import Request

from api.addresses import Addresses
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
    "/fragility": ("taught-by-one-provider", {}),
    "/funding": ("funding-rules", {}),
    "/funding/{scheme}": ("funding-rules", {"scheme": "scheme"}),
    "/incomplete": ("courses-of-provider", {}),
    "/issues": ("without-open-source", {}),
    "/leavers-change": ("leavers-by-year", {}),
    "/overlaps": ("units-of-theme", {}),
    "/releases": ("statements-by-status", {}),
    "/releases/{first}/diff/{second}": ("statements-by-status", {}),
    "/releases/{number}": ("statements-by-status", {}),
    "/shared-competencies": ("coverage-of-themes", {}),
    "/standards/{role}/matrix": ("competencies-of-role", {"role": "role"}),
    "/watch/adverts": ("adverts-by-outcome", {}),
    "/watch/changes": ("coverage-counted", {}),
    "/watch/demand": ("demand-by-role", {}),
    "/watch/figures": ("demand-figures", {}),
    "/watch/index": ("coverage-counted", {}),
    "/watch/needs": ("stated-needs", {}),
}
"""By the address of a page: the query, and for its parameters the names in the address or question of the page."""


def query_behind(request: Request, addresses: Addresses) -> str | None:
    """Where the query is described that the page of a request is made from; None: no page of the data is asked for.

    A value is filled in where the page was asked with one.
    """
    name, filled = BEHIND.get(getattr(request.scope.get("route"), "path", ""), ("", {}))
    asked = {**request.query_params, **request.path_params}
    given = {parameter: str(asked[one]) for parameter, one in filled.items() if asked.get(one)}
    return addresses.to(address_of(name).partition("?")[0], **given) if name else None
