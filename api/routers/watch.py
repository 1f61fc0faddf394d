"""The watch of stated needs: traced to seats, figures side by side, what changed, and an index to recompute."""

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import Services, holder_of, releases_of
from api.designers.compared import CHANGES
from api.faces import Asking, Faces, answered, formats_described, said_of, solved_in
from api.negotiate import SHEETS, SHEETS_AND_CHART
from api.questions import today
from api.routers.described import UNCHANGED, problems
from api.schemas.common import ReadAsked
from api.schemas.watch import (
    FiguresAsked,
    FiguresSaid,
    IndexAsked,
    IndexSaid,
    NeedsAsked,
    NeedsSaid,
    WatchChangesAsked,
    WatchChangesSaid,
)
from api.watching.changes import before, changes_faces, comparing
from api.watching.figures import figures_faces
from api.watching.index import index_faces
from api.watching.needs import needs_faces
from api.web import watch

router = APIRouter()


class WatchAsked(ReadAsked):
    """What can be asked of the start page of the watch."""


_PROBLEMS = {**UNCHANGED, **problems(404, 406, 422, 429, 503)}
_DRAWN = {**_PROBLEMS, **formats_described(*SHEETS_AND_CHART)}


@router.get("/watch", include_in_schema=False)
def get_watch(request: Request, asked: Annotated[WatchAsked, Query()]) -> Response:
    """What each page of the watch says now."""
    holder = holder_of(request)
    services = holder.get(asked.release)
    return watch.respond(request, holder, releases_of(request), services, today(), release=asked.release)


@router.get(
    "/watch/needs",
    summary="Stated needs of employers, each traced to a seat",
    tags=["watch"],
    response_model=NeedsSaid,
    responses=_DRAWN,
)
def get_needs(request: Request, asked: Annotated[NeedsAsked, Query()]) -> Response:
    """From need to skill, unit, delivery and seat: where the way breaks first, and for how long it has.

    Without loaded needs the answer says so, and never nought.
    """
    return answered(request, asked, lambda services, on, to: needs_faces(services, services.coverage(on), asked, to))


@router.get(
    "/watch/figures",
    summary="Demand figures about the same matter, side by side with their definitions",
    tags=["watch"],
    response_model=FiguresSaid,
    responses={**_PROBLEMS, **formats_described(*SHEETS)},
)
def get_figures(request: Request, asked: Annotated[FiguresAsked, Query()]) -> Response:
    """What each counts, where, when, by whose word and with what caveat; never added, averaged or ranked."""
    return answered(request, asked, lambda services, on, to: figures_faces(services, asked, to), SHEETS)


@router.get(
    "/watch/changes",
    summary="What changed for coverage and stated needs since another release",
    tags=["watch"],
    response_model=WatchChangesSaid,
    responses=_DRAWN,
)
async def get_changes(request: Request, asked: Annotated[WatchChangesAsked, Query()]) -> Response:
    """Findings that became better or worse, needs that changed, units new, gone, short or surplus, standards revised.

    Compared with the release before, unless `since` names another; a sandbox with the release it is laid over.
    """
    on, real, holder = asked.on or today(), releases_of(request), holder_of(request)
    earlier = await anyio.to_thread.run_sync(lambda: before(real, holder.get(asked.release), asked.since))

    def ask(services: Services) -> Asking:
        def faces(found: bytes, to: Addresses) -> Faces:
            changes = CHANGES.validate_json(found) if found else None
            return changes_faces(services, earlier, changes, on, asked, to)

        return Asking(comparing(services, earlier, on, asked) if earlier is not None else None, faces)

    key = (on, said_of(asked), earlier.reference.number if earlier is not None else None)
    return await solved_in(request, asked.release, asked.format, key, ask, SHEETS_AND_CHART)


@router.get(
    "/watch/index",
    summary="A regional index that anyone can recompute from named queries",
    tags=["watch"],
    response_model=IndexSaid,
    responses=_DRAWN,
)
def get_index(request: Request, asked: Annotated[IndexAsked, Query()]) -> Response:
    """Coverage, how few hang on one provider, and reach, with weeks to competence and the age of needs beside them.

    Each part names its query, its arithmetic and the numbers that go in. A part that is not known makes the index not
    known, and never lower.
    """
    holder = holder_of(request)
    return answered(request, asked, lambda services, on, to: index_faces(holder, services, on, asked, to))
