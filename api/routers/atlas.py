"""The reachability atlas of a release."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import holder_of, settings_of
from api.designers import atlas as presented
from api.faces import Faces, formats_described, reply_in
from api.negotiate import SHEETS_AND_CHART, VEGA_LITE, Format, choose, prefers_html
from api.reply import JSON
from api.routers.described import UNCHANGED, problems
from api.schemas.atlas import AtlasAsked, AtlasMap, AtlasSaid
from api.schemas.common import Link

router = APIRouter()

GEOJSON: Final = Format("geojson", "application/geo+json")
OFFERED: Final = (*SHEETS_AND_CHART, GEOJSON)


@router.get(
    "/atlas",
    summary="Which roles can be reached from each postcode district, in standard circumstances",
    tags=["designers"],
    response_model=AtlasSaid,
    responses={
        **formats_described(*SHEETS_AND_CHART),
        **UNCHANGED,
        **problems(404, 406, 422, 429, 503),
    },
)
def get_atlas(request: Request, asked: Annotated[AtlasAsked, Query()]) -> Response:
    """Each postcode district × standard circumstance × role: reachable or not, weeks, cost, and what closes the way.

    It is worked out beforehand by whoever runs the service. Distances are straight lines, since no travel time is
    known. `near` counts only runs that are known to be near enough; `perhaps` all that is not known to be too far.
    """
    services = holder_of(request).get(asked.release)
    data_dir = settings_of(request).data_dir
    manifest = presented.manifest_of(data_dir, services)
    page = asked.format is None and prefers_html(request, OFFERED)
    form = None if page else choose(request, OFFERED, asked.format)

    def make(here: Addresses) -> Faces:
        found = presented.rows(presented.folder_of(data_dir, services), manifest, asked)
        links = [Link(rel="self", href=_address(here, asked, asked.offset), type=JSON, title="this page")]
        if asked.offset + asked.limit < len(found):
            links.append(
                Link(
                    rel="next", href=_address(here, asked, asked.offset + asked.limit), type=JSON, title="the next page"
                )
            )
        said: AtlasSaid | AtlasMap
        if form is GEOJSON:
            said = presented.on_a_map(found)
        else:
            said = presented.atlas(services, manifest, found, asked, links)
        drawn = form is VEGA_LITE or presented.can_be_drawn(found, asked)
        return Faces(
            said,
            lambda: presented.sheets(found, manifest),
            (lambda: presented.chart(found, manifest, asked)) if drawn else None,
            presented.finding(found),
        )

    # On a map it is said otherwise, and a chart is made of more than a page can show.
    key = ("atlas", form and form.name, manifest.sha256, asked.model_dump_json(exclude={"release", "format"}))
    return reply_in(request, services, asked.release, asked.format, key, make, OFFERED)


def _address(here: Addresses, asked: AtlasAsked, offset: int) -> str:
    return here.to(
        "/atlas",
        district=asked.district,
        circumstance=asked.circumstance,
        role=asked.role,
        reachable=asked.reachable,
        offset=offset or None,
        limit=asked.limit,
    )
