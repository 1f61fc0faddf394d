"""The form that makes a sandbox: an imaginary run of an award or of units, an imaginary unit; without any JSON."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.dependencies import Services
from api.questions import today
from api.web.pages import Step, page
from api.web.wording import Mistake
from graph.issues import Issue, Severity
from graph.projection import AwardFacts, Status
from loaders.kept_sandboxes import Asked, Cell
from queries.provided import read_sites

TIMES: Final = ("day", "evening", "weekend")
_KINDS: Final = {"PT-HNC": "HNC", "PT-HND": "HND"}
_WEEKS_AHEAD: Final = 8
"""Weeks from today to the Monday on or after which a run is proposed to start."""
_NUMBERS: Final = ("duration_weeks", "hours_per_week", "cost_pounds", "seats")
_OF_RUN: Final = ("provider", "alone", "attendance", "start", *_NUMBERS)
_OF_UNIT: Final = ("unit", "level", "credits", "competency")
_UNIT = "U-IMAGINED-1"

LABELS: Final = {
    "award": "Award that is run, or that the unit is a part of",
    "provider": "Who runs it?",
    "alone": "Units that are run alone, by their ids",
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
    "unit_id": "alone",
    "start_dates": "start",
    "competency_id": "competency",
    **{name: name for name in LABELS},
    "title": "unit",
}
"""The field that a column of a row is filled from. Other columns follow from the award."""


def respond(
    request: Request,
    services: Services,
    given: Mapping[str, str],
    mistakes: Sequence[Mistake] = (),
    gap: Sequence[str] = (),
    proposed: Mapping[str, tuple[str, str]] | None = None,
) -> Response:
    """The form with what was said so far. `mistakes`: what is to be put right in it, said before it and beside it.

    `gap`: what the sandbox is to close. `proposed`: by field what nobody said and stands there all the same, and why.
    """
    projection = services.release.projection
    given = {**given, **{name: value for name, (value, _) in (proposed or {}).items()}}
    names = projection.labels

    def chosen(name: str) -> list[tuple[str, str]]:
        """What a field of ids names; nothing unless all of them are known."""
        said = given.get(name, "").split()
        known = all(one in services.things for one in said)
        return [(one, services.things.get_named(one).label) for one in said] if known else []

    return page(
        request,
        "sandbox-new.html",
        title="Try a change in a sandbox",
        services=services,
        above=[Step("Start", "/"), Step("For curriculum designers", "/designers")],
        query_behind=None,
        status=422 if mistakes else 200,
        given=given,
        proposed={name: f"Proposed: {why}." for name, (_, why) in (proposed or {}).items()},
        labels=LABELS,
        mistakes=sorted(mistakes, key=lambda one: list(LABELS).index(one.field)),
        times=TIMES,
        awards=sorted((one.title, one.id) for one in projection.awards.values() if one.current and one.real),
        providers=sorted(
            {(names.get(one.provider, one.provider), one.provider) for one in read_sites(services.store).values()}
        ),
        competencies=chosen("competency"),
        units=chosen("alone"),
        gap=gap,
    )


def unknown_of(services: Services, given: Mapping[str, str]) -> Iterator[Mistake]:
    """What an address names that the release does not know."""
    for name in ("award", "provider", "competency", "alone"):
        for id in given.get(name, "").split():
            if id not in services.things:
                near = [one.id for one in services.things.suggestions(id)][:3]
                hint = f". Perhaps {' or '.join(near)}?" if near else ""
                yield Mistake(name, f"{LABELS[name].rstrip('?')}: nothing here has the id “{id}”{hint}")


def proposals(services: Services, given: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What is proposed for fields that an address left out, each with why: never anything that is a finding.

    Of statements that nothing teaches a unit of an award that is meant for who needs them; of a run a first day and,
    where the award is known to take so long, its weeks.
    """
    projection, found = services.release.projection, dict[str, tuple[str, str]]()
    said = [one for one in given.get("competency", "").split() if one in services.things]
    award = projection.awards.get(given.get("award", ""))
    if said and award is None and (award := _meant_for(services, said)) is not None:
        found["award"] = award.id, "it is meant for a role that needs this"
    if said and "award" not in given and "unit" not in given:
        more = f" and {len(said) - 1} more" if len(said) > 1 else ""
        found["unit"] = f"{services.things.get_named(said[0]).label}{more}", "named after what it would teach"
        if award is not None and award.level is not None:
            found["level"] = str(award.level), "the level of the award"
            sizes = Counter(
                one.credits
                for one in projection.units.values()
                if one.credits and one.level == award.level and one.source.status is not Status.ILLUSTRATIVE
            )
            if sizes:
                found["credits"] = str(sizes.most_common(1)[0][0]), "as most units of that level that we know of have"
    if given.get("provider"):
        day = today() + timedelta(weeks=_WEEKS_AHEAD)
        monday = day + timedelta(days=-day.weekday() % 7)
        found["start"] = monday.isoformat(), f"the first Monday after {_WEEKS_AHEAD} weeks, since nobody said a day"
        step = next((one for one in projection.steps if award is not None and one.id == award.id), None)
        if step is not None and step.weeks is not None:
            found["duration_weeks"] = str(step.weeks.value), f"what the award takes ({step.weeks.status})"
    return {name: one for name, one in found.items() if name not in given}


def _meant_for(services: Services, competencies: Collection[str]) -> AwardFacts | None:
    """An award that is meant for a role that needs one of these: the first by its title; None: none is known."""
    facts, awards = services.coverage(today()), services.release.projection.awards
    roles = {need.role for one in competencies for need in facts.needed_by.get(one, ())}
    meant = {id for role in roles for id in facts.aimed.get(role, ()) if id in awards}
    return min(
        (one for id in meant if (one := awards[id]).current and one.real), key=lambda one: (one.level or 0, one.title),
        default=None,
    )  # fmt: skip


def mistakes_of(issues: Sequence[Issue], known: Collection[str] = ()) -> Iterator[Mistake]:
    """What is wrong with the rows that a form was made into, each at its field; `known`: fields already told of."""
    said = set()
    for one in issues:
        name = _FIELD_OF.get(one.column or "", "award")
        if one.severity is not Severity.ERROR or name in known or (name, one.message) in said:
            continue
        said.add((name, one.message))
        hint = f"; {one.hint}" if one.hint.startswith("write ") and "notes" not in one.hint else ""
        yield Mistake(name, f"{LABELS[name].rstrip('?')}: {one.message}{hint}")


def imagined(services: Services, given: Mapping[str, str]) -> tuple[Asked, list[Mistake]]:
    """What a filled form imagines, as rows of the tables of a dataset, and what it lacks.

    The rows are there also where something is lacking, and then cannot be used: whoever reads them finds what else is
    wrong in the same form.
    """
    projection, names = services.release.projection, services.release.projection.labels
    award, provider, unit = (given.get(name, "") for name in ("award", "provider", "unit"))
    alone = given.get("alone", "").split()
    run, part = (any(given.get(name) for name in fields) for fields in (_OF_RUN, _OF_UNIT))
    lacking = []
    known = projection.awards.get(award)
    if known is None and (part or not alone):
        lacking.append(Mistake("award", "Choose the award that is run, or that the unit is a part of"))
    if not run and not part:
        lacking.append(Mistake("provider", "Say who runs it, or give the unit a title"))
    if run and not provider:
        lacking.append(Mistake("provider", "Say who runs it, or leave all of the run empty"))
    if part and not unit:
        lacking.append(Mistake("unit", "Give the unit a title, or leave all of the unit empty"))
    tables: dict[str, list[Mapping[str, Cell]]] = {}
    of, called = (known.id, known.title) if known else (award or "none", "an award")
    title = given.get("title", "")
    if run:
        kind = known.kind if known else None
        site = next((one.id for one in read_sites(services.store).values() if one.provider == provider), None)
        when = given.get("attendance", "")
        whole: Mapping[str, Cell] = {
            "qualification_id": of,
            "provision_type_id": kind,
            "course_kind": _KINDS.get(kind or "", "short"),
            "sold_separately": "unknown",
        }
        by_itself: Mapping[str, Cell] = {"course_kind": "short", "sold_separately": "yes"}
        parts = [(names.get(one, one), {"unit_id": one, **by_itself}) for one in alone]
        of_run: dict[str, Cell] = {"site_id": site, "attendance": when or None}
        of_run |= {one: given.get(one) or None for one in _NUMBERS}
        of_run["start_dates"] = [given["start"]] if given.get("start") else None
        tables |= {"opportunities": [], "deliveries": []}
        for place, (name, what) in enumerate(parts or [(called, whole)], 1):
            id = f"C-IMAGINED-{place}"
            course = {"opportunity_id": id, "title": f"{name}{f', {when}' if when else ''}", "provider_id": provider}
            tables["opportunities"].append({**course, **what})
            tables["deliveries"].append({"delivery_id": f"DL-IMAGINED-{place}", "opportunity_id": id, **of_run})
        ran = f"{parts[0][0] if len(parts) == 1 else f'{len(parts)} units'} alone" if parts else called
        title = title or f"What if {names.get(provider, provider)} ran {ran}{f' ({when})' if when else ''}?"
    if part:
        told = {one: given.get(one) or None for one in ("level", "credits")}
        tables["units"] = [{"unit_id": _UNIT, "qualification_id": of, "title": unit, "unit_role": "optional", **told}]
        tables["unit_competencies"] = [
            {"coverage_id": f"CS-IMAGINED-{place}", "unit_id": _UNIT, "competency_id": one, "taught": "yes"}
            for place, one in enumerate(given.get("competency", "").split(), 1)
        ]
        title = title or f"What if {called} had a unit “{unit}”?"
    return Asked.of_rows(title, {name: rows for name, rows in tables.items() if rows}, []), lacking
