"""Pages about roles: side by side, what leads to one and on from it, and who teaches for it. Pages only."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.dependencies import holder_of
from api.schemas.common import ReadAsked
from api.web import roles
from api.web.roles import wants_made_up

router = APIRouter(include_in_schema=False)

_Id = Annotated[str, Path(min_length=1, max_length=200)]


class PageAsked(ReadAsked):
    """What can be asked of each of these pages."""

    placeholders: bool = Field(False, description="Lets in made-up (illustrative) rows, with their word.")


class CompareAsked(PageAsked):
    """Which roles are to stand side by side."""

    role: list[Annotated[str, Field(max_length=200)]] = Field([], max_length=200)
    format: Literal["csv", "xlsx"] | None = Field(None, description="A file of the same. Without it a page.")


class ProvidersAsked(PageAsked):
    """What can be asked of a map of providers."""

    near: str | None = Field(None, max_length=100, description="Town that distances are counted from.")


@router.get("/roles/compare")
def compare(request: Request, asked: Annotated[CompareAsked, Query()]) -> Response:
    """Up to three roles side by side."""
    services = holder_of(request).get(asked.release)
    made_up = wants_made_up(services, asked.placeholders)
    return roles.compare(request, services, asked.role, asked.format, release=asked.release, made_up=made_up)


@router.get("/roles/{id}/map")
def around(request: Request, id: _Id, asked: Annotated[PageAsked, Query()]) -> Response:
    """What leads to a role and where it leads on."""
    services = holder_of(request).get(asked.release)
    made_up = wants_made_up(services, asked.placeholders)
    return roles.around(request, services, id, release=asked.release, made_up=made_up)


def _providers(request: Request, id: str, asked: ProvidersAsked, kind: str) -> Response:
    services = holder_of(request).get(asked.release)
    made_up = wants_made_up(services, asked.placeholders)
    return roles.providers(
        request, services, id, kind=kind, near=asked.near or None, release=asked.release, made_up=made_up
    )


@router.get("/roles/{id}/providers")
def of_role(request: Request, id: _Id, asked: Annotated[ProvidersAsked, Query()]) -> Response:
    """Who teaches for a role, and where."""
    return _providers(request, id, asked, "roles")


@router.get("/awards/{id}/providers")
def of_award(request: Request, id: _Id, asked: Annotated[ProvidersAsked, Query()]) -> Response:
    """Who teaches for an award, and where."""
    return _providers(request, id, asked, "qualifications")


@router.get("/standards/{id}/providers")
def of_standard(request: Request, id: _Id, asked: Annotated[ProvidersAsked, Query()]) -> Response:
    """Who teaches for an occupational standard, by its reference, and where."""
    return _providers(request, id, asked, "standards")
