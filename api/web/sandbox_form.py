"""The form that makes a sandbox: an imaginary run of an award or of units, an imaginary unit; without any JSON."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from graph.search import Found
from loaders.kept_sandboxes import Asked, Cell
from queries.find import UnknownWordsError, resolve
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
    "alone": "Units that are run alone",
    "attendance": "When do people attend?",
    "start": "First day",
    "duration_weeks": "Weeks from start to end",
    "hours_per_week": "Hours a week",
    "cost_pounds": "Price to the learner, in pounds",
    "seats": "Seats",
    "unit": "Title of the unit",
    "level": "Level",
    "credits": "Credits",
    "competency": "What it teaches",
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


@dataclass(frozen=True, slots=True)
class Named:
    """What a field names: things by id, and words that were not taken for one thing, with what they may mean."""

    ids: tuple[str, ...] = ()
    words: str = ""
    candidates: tuple[tuple[str, str], ...] = ()


KINDS: Final = {"award": "Qualification", "provider": "Provider", "alone": "Unit", "competency": "Competency"}
"""The fields that name things, and of which kind."""

_SEVERAL: Final = frozenset({"alone", "competency"})
_ID: Final = re.compile(r"[A-Z]{1,6}-\S+")
_NOT_FOUND: Final = "?"
"""In place of words that mean nothing here: no thing has this id, so that nothing is made of it."""


def named(services: Services, field: str, values: Iterable[str]) -> tuple[Named, list[Mistake]]:
    """What the values of a field name: ids, several with blanks between them, or everyday words.

    Of a field for one thing the last that was named counts.
    """
    things, ids, found, wrong = services.things, dict[str, None](), Named(), list[Mistake]()
    for value in values:
        if all(one in things for one in value.split()):
            ids |= dict.fromkeys(value.split())
            continue
        try:
            ids[resolve(value, services.search, things.names, (KINDS[field],)).id] = None
        except UnknownWordsError as error:
            found = Named((), value, tuple(_told_apart(services, error.candidates[:8])))
            fault = f"nothing here {'has the id' if _ID.fullmatch(value) else 'is called'} “{value}”"
            fault = f"“{value}” could mean several things" if error.several else fault
            hint = "; choose one of those below it, or write another" if found.candidates else ""
            wrong.append(Mistake(field, f"{LABELS[field].rstrip('?')}: {fault}{hint}"))
    return replace(found, ids=tuple(ids) if field in _SEVERAL else tuple(ids)[-1:]), wrong


def _told_apart(services: Services, found: Sequence[Found]) -> Iterator[tuple[str, str]]:
    """Things by id and name; namesakes with the award that they are a unit of, or with their ids."""
    often, projection = Counter(one.label for one in found), services.release.projection
    for one in found:
        unit = projection.units.get(one.id)
        more = projection.labels.get(unit.award or "", one.id) if unit else one.id
        yield one.id, one.label if often[one.label] == 1 else f"{one.label} ({more})"


def in_rows(things: Mapping[str, Named]) -> dict[str, str]:
    """The fields that name things as rows have them."""
    return {
        field: " ".join((*one.ids, *([_NOT_FOUND] if one.words else []))) for field, one in things.items()
        if one.ids or one.words
    }  # fmt: skip


def respond(
    request: Request,
    services: Services,
    given: Mapping[str, str],
    things: Mapping[str, Named],
    mistakes: Sequence[Mistake] = (),
    closing: Sequence[tuple[str, str]] = (),
    proposed: Mapping[str, tuple[str, str]] | None = None,
) -> Response:
    """The form with what was said so far. `mistakes`: what is to be put right in it, said before it and beside it.

    `closing`: what of an address says which gap the sandbox is to close. `proposed`: by field what nobody said and
    stands there all the same, and why.
    """
    proposed = proposed or {}
    given = {**given, **{name: value for name, (value, _) in proposed.items()}}
    things = {**things, **{name: Named((given[name],)) for name in proposed if name in KINDS}}
    return page(
        request,
        "sandbox-new.html",
        title="Try a change in a sandbox",
        services=services,
        above=[Step("Start", "/"), Step("For curriculum designers", "/designers")],
        query_behind=None,
        status=422 if mistakes else 200,
        given=given,
        things={
            name: (one, [(id, services.things.get_named(id).label) for id in one.ids]) for name, one in things.items()
        },
        kinds=KINDS,
        several=_SEVERAL,
        proposed={name: f"Proposed: {why}." for name, (_, why) in proposed.items()},
        labels=LABELS,
        mistakes=sorted(mistakes, key=lambda one: list(LABELS).index(one.field)),
        times=TIMES,
        closing=closing,
    )


def proposals(services: Services, given: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What is proposed for fields that an address left out, each with why: never anything that is a finding.

    Of statements that nothing teaches a unit of an award that is meant for who needs them; of a run a first day and,
    where the award is known to take so long, its weeks.
    """
    projection, found = services.release.projection, dict[str, tuple[str, str]]()
    said = given.get("competency", "").split()
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
