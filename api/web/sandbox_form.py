"""The form that makes a sandbox: an imaginary run of an award, an imaginary unit, or both; without a line of JSON."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.dependencies import Services
from api.web.pages import Step, page
from loaders.kept_sandboxes import Asked, Cell
from queries.provided import read_sites

TIMES: Final = ("day", "evening", "weekend")
_KINDS: Final = {"PT-HNC": "HNC", "PT-HND": "HND"}
_COURSE, _RUN, _UNIT = "C-IMAGINED-1", "DL-IMAGINED-1", "U-IMAGINED-1"


def respond(
    request: Request, services: Services, given: Mapping[str, str], *, wrong: str = "", status: int = 200
) -> Response:
    """The form with what was said so far. `wrong`: what it lacks, said before it."""
    projection = services.release.projection
    names = projection.labels
    competencies = [one for one in given.get("competency", "").split() if one in services.things]
    return page(
        request,
        "sandbox-new.html",
        title="Try a change in a sandbox",
        services=services,
        above=[Step("Start", "/"), Step("For curriculum designers", "/designers")],
        query_behind=None,
        status=status,
        given={name: value for name, value in given.items() if name != "competency"},
        wrong=wrong,
        times=TIMES,
        awards=sorted((one.title, one.id) for one in projection.awards.values() if one.current and one.real),
        providers=sorted(
            {(names.get(one.provider, one.provider), one.provider) for one in read_sites(services.store).values()}
        ),
        competencies=[(one, services.things.get_named(one).label) for one in competencies],
    )


def imagined(services: Services, given: Mapping[str, str]) -> Asked | str:
    """What a filled form imagines, as rows of the tables of a dataset; else what it lacks, in words."""
    projection, names = services.release.projection, services.release.projection.labels
    award, provider, unit = (given.get(name, "") for name in ("award", "provider", "unit"))
    if award not in projection.awards:
        return "Choose the award that is run, or that the unit is a part of"
    if not provider and not unit:
        return "Say who runs it, or give the unit a title"
    tables: dict[str, list[Mapping[str, Cell]]] = {}
    title = given.get("title", "")
    if provider:
        known = projection.awards[award]
        site = next((one.id for one in read_sites(services.store).values() if one.provider == provider), None)
        when = given.get("attendance", "")
        course = {
            "opportunity_id": _COURSE,
            "title": f"{known.title}{f', {when}' if when else ''}",
            "provider_id": provider,
            "qualification_id": award,
            "provision_type_id": known.kind,
            "course_kind": _KINDS.get(known.kind or "", "short"),
            "sold_separately": "unknown",
        }
        run = {"delivery_id": _RUN, "opportunity_id": _COURSE, "site_id": site, "attendance": when or None}
        said = {one: given.get(one) or None for one in ("duration_weeks", "hours_per_week", "cost_pounds", "seats")}
        starts = [given["start"]] if given.get("start") else None
        tables |= {"opportunities": [course], "deliveries": [run | said | {"start_dates": starts}]}
        title = title or f"What if {names.get(provider, provider)} ran {known.title}{f' ({when})' if when else ''}?"
    if unit:
        told = {one: given.get(one) or None for one in ("level", "credits")}
        tables["units"] = [
            {"unit_id": _UNIT, "qualification_id": award, "title": unit, "unit_role": "optional", **told}
        ]
        tables["unit_competencies"] = [
            {"coverage_id": f"CS-IMAGINED-{place}", "unit_id": _UNIT, "competency_id": one, "taught": "yes"}
            for place, one in enumerate(given.get("competency", "").split(), 1)
        ]
        title = title or f"What if {projection.awards[award].title} had a unit “{unit}”?"
    return Asked.of_rows(title, {name: rows for name, rows in tables.items() if rows}, [])
