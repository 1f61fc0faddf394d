"""The page that people start from."""

from fastapi import Request
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services
from api.web.pages import Alternate, page
from queries.catalogue import COLLECTIONS


def respond(request: Request, services: Services | None, *, release: int | None) -> Response:
    """The page; `services` None: nothing has been published yet."""
    held = (
        [(one.name.replace("-", " "), services.things.count(one)) for one in COLLECTIONS.values()] if services else []
    )
    return page(
        request,
        "landing.html",
        title="Pathways to a better job",
        services=services,
        release=release,
        alternates=(
            Alternate(
                "links to everything (JSON)", Addresses.of(request, release).to("/", format="json"), "application/json"
            ),
        ),
        has_bootcamp=services is not None and "PT-BOOTCAMP" in services.things,
        held=sorted(((name, count) for name, count in held if count), key=lambda one: -one[1]),
    )
