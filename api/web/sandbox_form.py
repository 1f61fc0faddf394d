"""The form that makes a sandbox: an imaginary run of an award, an imaginary unit, or both; without a line of JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.dependencies import Services
from api.web.pages import Step, page
from api.web.wording import Mistake
from graph.issues import Issue, Severity
from loaders.kept_sandboxes import Asked, Cell
from queries.provided import read_sites

TIMES: Final = ("day", "evening", "weekend")
_KINDS: Final = {"PT-HNC": "HNC", "PT-HND": "HND"}
_COURSE, _RUN, _UNIT = "C-IMAGINED-1", "DL-IMAGINED-1", "U-IMAGINED-1"

LABELS: Final = {
    "award": "Award that is run, or that the unit is a part of",
    "provider": "Who runs it?",
    "attendance": "When do people attend?",
    "start": "First day",
    "duration_weeks": "Weeks from start to end",
    "hours_per_week": "Hours a week",
    "cost_pounds": "Price to the learner, in pounds",
    "seats": "Seats",
    "unit": "Title of the unit",
    "level": "Level",
    "credits": "Credits",
    "competency": "Statements that it teaches, by their ids",
    "title": "What to call the sandbox",
}
"""What people call each field of the form."""

_FIELD_OF: Final = {
    "provider_id": "provider",
    "site_id": "provider",
    "start_dates": "start",
    "competency_id": "competency",
    **{name: name for name in LABELS},
}
"""The field that a column of a row is filled from. Other columns follow from the award."""


def respond(
    request: Request, services: Services, given: Mapping[str, str], mistakes: Sequence[Mistake] = ()
) -> Response:
    """The form with what was said so far. `mistakes`: what is to be put right in it, said before it and beside it."""
    projection = services.release.projection
    names = projection.labels
    said = given.get("competency", "").split()
    competencies = said if all(one in services.things for one in said) else []
    return page(
        request,
        "sandbox-new.html",
        title="Try a change in a sandbox",
        services=services,
        above=[Step("Start", "/"), Step("For curriculum designers", "/designers")],
        query_behind=None,
        status=422 if mistakes else 200,
        given=given,
        labels=LABELS,
        mistakes=sorted(mistakes, key=lambda one: list(LABELS).index(one.field)),
        times=TIMES,
        awards=sorted((one.title, one.id) for one in projection.awards.values() if one.current and one.real),
        providers=sorted(
            {(names.get(one.provider, one.provider), one.provider) for one in read_sites(services.store).values()}
        ),
        competencies=[(one, services.things.get_named(one).label) for one in competencies],
    )


def mistakes_of(issues: Sequence[Issue]) -> Iterator[Mistake]:
    """What is wrong with the rows that a form was made into, each at the field that it is from."""
    said = set()
    for one in issues:
        name = _FIELD_OF.get(one.column or "", "award")
        if one.severity is not Severity.ERROR or (name, one.message) in said:
            continue
        said.add((name, one.message))
        hint = f"; {one.hint}" if one.hint.startswith("write ") and "notes" not in one.hint else ""
        yield Mistake(name, f"{LABELS[name].rstrip('?')}: {one.message}{hint}")


def imagined(services: Services, given: Mapping[str, str]) -> Asked | Mistake:
    """What a filled form imagines, as rows of the tables of a dataset; else what it lacks."""
    projection, names = services.release.projection, services.release.projection.labels
    award, provider, unit = (given.get(name, "") for name in ("award", "provider", "unit"))
    if award not in projection.awards:
        return Mistake("award", "Choose the award that is run, or that the unit is a part of")
    if not provider and not unit:
        return Mistake("provider", "Say who runs it, or give the unit a title")
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
