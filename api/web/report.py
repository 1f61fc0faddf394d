"""An answer that is tables, as a page: the tables, a chart where there is one, and a form to ask otherwise.

The same page for every such answer: what may be asked is read from the service's own description of the address, so
that the form has each filter with its meaning and its choices.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Any, Final
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from fastapi import Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.responses import Response

from api.addresses import Addresses
from api.charts import Chart
from api.dependencies import Services
from api.questions import today
from api.schemas.coverage import InferenceAsked
from api.sheets import Cell, Sheet, openable, plain_text
from api.web.pages import Alternate, Step, capitalize_first, page
from api.web.wording import with_miles
from graph.projection import Status
from ontology.namespaces import ID
from queries.find import UnknownWordsError, resolve
from queries.profiles import Things

SHOWN: Final = 200
"""Most rows of a table that a page shows, whatever is asked for; files have all."""

PAGE: Final = 20
"""Rows of a table that a page shows, unless the question says how many."""

MOST_PARTS: Final = 6
"""Parts of a cell that a page shows; files have all."""

_ID: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,12}-[A-Za-z0-9./_-]{1,80}")
_OF_IDS: Final = re.compile(r"\bids?\b", re.IGNORECASE)
_BETWEEN_IDS: Final = re.compile(r"[,;]? ")
_COUNT: Final = re.compile(r" \(\d+ \w+\)$")
"""How many of something, in brackets behind a name."""
_CODES: Final = re.compile(r"[a-z]+(-[a-z]+)+(, [a-z]+(-[a-z]+)*)*")
_CODE: Final = re.compile(r"`([^`]*)`")
_LARGE: Final = 10_000
_CALLED: Final = {"vega-lite": "chart specification"}
"""What people call a format; others by their names in capitals."""
_COMPETENCY: Final = "/coverage/{competency:path}"
_LEFT_OUT: Final = {"format", "release", "offset", "limit", "rows"}
_SWITCHES: Final = frozenset(InferenceAsked.model_fields)
"""Filters that stand at the end of a form: how surely something has to be known, and when."""


@dataclass(frozen=True, slots=True)
class Field:
    """A filter: its name, what people call it, what it means, its values where there are but some, and what was asked.

    `several`: it may be given more than once. `kind`: text, number, day or yes. `suggested`: known values,
    with what they are; others may be given.
    """

    name: str
    label: str
    about: str
    kind: str
    choices: tuple[str, ...]
    several: bool
    given: tuple[str, ...]
    suggested: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a cell: its words, the address of what it names (None: nothing with a page), and how sure that thing is
    (None: published, or no thing)."""

    text: str
    href: str | None = None
    doubt: Status | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is shown: each cell in parts. `none`: what to say where it has no rows.

    `start`: rows before it; `total`: how many there are. `turns`: the pages before and after it. `whole`: all of it is
    shown, and printed.
    """

    title: str
    columns: Sequence[str]
    rows: tuple[tuple[tuple[Part, ...], ...], ...]
    notes: Sequence[str]
    none: str
    start: int
    total: int
    turns: tuple[tuple[str, str], ...]
    whole: bool


def respond(
    request: Request,
    services: Services,
    sheets: Sequence[Sheet],
    chart: Chart | None,
    offered: Sequence[tuple[str, str]],
    *,
    release: int | None,
    finding: str = "",
    query_behind: str | None = None,
) -> Response:
    """The page. `offered`: the name and the media type of each format that the same address has besides.

    `finding`: what the answer comes to.
    """
    addresses = Addresses.of(request, release)
    operation = operation_of(request)
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "format"]
    path = request.url.path

    tables = [_table(one, place, request, services, addresses) for place, one in enumerate(sheets, 1)]

    def alternate(name: str, media_type: str) -> Alternate:
        called = _CALLED.get(name, name.upper())
        return Alternate(called, f"{path}?{urlencode([*asked, ('format', name)])}", media_type)

    return page(
        request,
        "report.html",
        title=_title(request, services) or operation.get("summary", sheets[0].title),
        services=services,
        release=release,
        query_behind=query_behind,
        above=[Step("Start", "/"), Step("For curriculum designers", "/designers"), *_about(request, services)],
        alternates=[alternate(*one) for one in offered],
        about=str(operation.get("description", "")).partition("\n\n")[0],
        tables=[one for place, one in enumerate(tables) if one.rows or one.none or not place],
        finding=with_miles(finding),
        chart=chart,
        chart_address=next((alternate(*one).href for one in offered if one[0] == "vega-lite"), None),
        fields=[_suggesting(one, services) for one in fields_of(operation, request)],
        action=f"{addresses.root}/asked{path.removeprefix(addresses.root)}",
        asked=asked,
        try_it=_try_it(request, services, addresses, sheets),
        gap=request.path_params.get("competency", ""),
        # Who may be asked for the smallest change that closes the gap of this page.
        providers=providers_of(services) if getattr(request.scope.get("route"), "path", "") == _COMPETENCY else [],
    )


def _title(request: Request, services: Services) -> str | None:
    """What is asked, and of which thing, where the address is of one: “Approval pack: …”; None: it is of none."""
    last = request.url.path.rpartition("/")[2].replace("-", " ")
    return next(
        (
            f"{'Who teaches' if name == 'competency' else capitalize_first(last)}: {shorten(called, 90)}"
            for name, _, called in _things_of(request, services)
        ),
        None,
    )


def _about(request: Request, services: Services) -> list[Step]:
    """The page of the thing that the address is of."""
    return [Step(called, f"/id/{id}") for name, id, called in _things_of(request, services) if name != "competency"]


def _things_of(request: Request, services: Services) -> Iterator[tuple[str, str, str]]:
    """The parts of an address that are things: what the part is, the id, and the name with the word of what is
    inferred or made up."""
    for name in ("award", "role", "competency"):
        if (id := request.path_params.get(name, "")) in services.things:
            label, word = services.things.get_named(id).label, services.things.doubt(id)
            yield name, id, f"{label} ({word})" if word else label


def _try_it(request: Request, services: Services, addresses: Addresses, sheets: Sequence[Sheet]) -> str | None:
    """Where what is missing here can be imagined: in a sandbox, with what this page is about filled in.

    Of a change that was found: its units, run alone there, and which gap they are to close; of what nothing closes, a
    unit. A gap is named as it was asked for and not by its parts, which may be many.
    """
    path = getattr(request.scope.get("route"), "path", "")
    if services.sandbox is not None or not path.startswith(("/coverage/", "/changes", "/bundles")):
        return None
    provider = _provider(request, services)
    asked = [(name, value) for name, value in request.query_params.multi_items() if name not in _LEFT_OUT]
    if path == "/changes" and (alone := _added(sheets)):
        return addresses.to("/sandboxes/new", provider=provider, alone=alone, closing=urlencode(asked))
    about = [request.path_params.get("competency", ""), *request.query_params.getlist("gap")]
    about = [one for one in dict.fromkeys(about) if one in services.things]
    closing = "" if about or path.startswith("/coverage/") else urlencode(asked)
    given = {"competency": " ".join(about), "provider": provider, "closing": closing}
    return addresses.to("/sandboxes/new", **{name: value for name, value in given.items() if value})


def _added(sheets: Sequence[Sheet]) -> list[str]:
    """The units that the smallest change adds and that do not run there yet."""
    rows = (dict(zip(one.columns, row, strict=True)) for one in sheets if one.title == "Units" for row in one.rows)
    new = (row for row in rows if row["Plan"] == "best" and row["Unit"] and not row["Runs there already"])
    return list(dict.fromkeys(str(row["Unit"]) for row in new))


def providers_of(services: Services) -> list[tuple[str, str]]:
    """Id and name of every provider, with the word of one that nobody published."""
    found = ((one.id, one.label, services.things.doubt(one.id)) for one in services.things.by_name("providers"))
    return [(id, f"{label} ({word})" if word else label) for id, label, word in found]


def _provider(request: Request, services: Services) -> str | None:
    """The id of the provider that is asked about; None: nobody is, or none is meant alone."""
    said = request.query_params.getlist("provider")
    if len(said) != 1:
        return None
    try:
        return resolve(said[0], services.search, services.things.names, ("Provider",)).id
    except UnknownWordsError:
        return None


def operation_of(request: Request) -> dict[str, Any]:
    """What the service says of the address that was asked: of it alone, since the whole description takes seconds."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return {}
    if route.endpoint not in _DESCRIBED:
        said = get_openapi(title="", version="", routes=[route])
        operation: dict[str, Any] = said["paths"].get(route.path_format, {}).get("get", {})
        kinds: dict[str, Any] = said.get("components", {}).get("schemas", {})
        operation["parameters"] = [_whole(one, kinds) for one in operation.get("parameters", ())]
        _DESCRIBED[route.endpoint] = operation
    return _DESCRIBED[route.endpoint]


def _whole(said: Any, kinds: dict[str, Any]) -> Any:
    """What is said of a parameter, with the choices in it that the description keeps elsewhere."""
    if isinstance(said, list):
        return [_whole(one, kinds) for one in said]
    if not isinstance(said, dict):
        return said
    named = kinds.get(str(said.get("$ref", "")).rpartition("/")[2], {})
    return {name: _whole(value, kinds) for name, value in {**named, **said}.items() if name != "$ref"}


_DESCRIBED: Final[WeakKeyDictionary[Callable[..., Any], dict[str, Any]]] = WeakKeyDictionary()


def fields_of(operation: dict[str, Any], request: Request) -> Iterator[Field]:
    """The filters of an address, with what was asked."""
    asked = operation.get("parameters", ())
    for said in sorted(asked, key=lambda one: (not one.get("required"), one["name"] in _SWITCHES)):
        if said["in"] != "query" or said["name"] in _LEFT_OUT:
            continue
        schema = said["schema"]
        options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
        first = options[0] if options else schema
        several = first.get("type") == "array"
        first = first.get("items", {}) if several else first
        choices = tuple(str(one) for one in first.get("enum", ()))
        kinds = {"integer": "number", "number": "number", "boolean": "yes"}
        kind = "day" if first.get("format") == "date" else kinds.get(str(first.get("type")), "text")
        words = said["name"].replace("_", " ")
        titled = schema.get("title", words.title())
        label = capitalize_first(words) if titled == words.title() else titled
        about = _CODE.sub(r"“\1”", str(said.get("description") or schema.get("description") or ""))
        default = schema.get("default")
        given = tuple(request.query_params.getlist(said["name"]))
        if not given and default not in (None, [], ""):
            given = tuple(map(_text, default)) if isinstance(default, list) else (_text(default),)
        yield Field(said["name"], label, about, kind, choices, several, given)


def _suggesting(field: Field, services: Services) -> Field:
    """A filter of places, with those where something is taught."""
    if field.name not in ("town", "district"):
        return field
    places = {(run.district, run.town) for run in services.coverage(today()).runs}
    known = {(town, "") for _, town in places} if field.name == "town" else places
    return replace(field, suggested=tuple(sorted((value, of or "") for value, of in known if value)))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _counted_off(sheet: Sheet, number: int, asked: QueryParams) -> tuple[int, int]:
    """Of a table of a page, how many rows come before those that are shown, and how many are shown at most."""
    if sheet.paged:
        return int(asked.get("offset") or 0), min(int(asked.get("limit") or PAGE), SHOWN)
    if sheet.whole:
        return 0, sys.maxsize
    table, _, first = (asked.get("rows") or "1.1").partition(".")
    return (int(first) - 1 if int(table) == number else 0), PAGE


def _turns(sheet: Sheet, number: int, request: Request, start: int, most: int, total: int) -> Iterator[tuple[str, str]]:
    """The addresses of the rows before those that are shown, and after."""
    name = "offset" if sheet.paged else "rows"
    kept = [(one, value) for one, value in request.query_params.multi_items() if one != name]
    for words, place in (("Rows before", max(start - most, 0)), ("More rows", start + most)):
        if place < start or start < place < total:
            value = str(place) if sheet.paged else f"{number}.{place + 1}"
            yield words, f"{request.url.path}?{urlencode([*kept, (name, value)])}#table-{number}"


def _table(sheet: Sheet, number: int, request: Request, services: Services, addresses: Addresses) -> Table:
    """A part of a table as a page shows it: whatever a cell names is called by its name and leads to its page."""
    names, every = list(sheet.columns), list(sheet.rows)
    start, most = _counted_off(sheet, number, request.query_params)
    rows = every[start : start + most]
    leads = dict(sheet.leads)
    columns = list(sheet.shown or names)
    if not sheet.shown:
        for of_ids, of_names in _folded(names, rows, services.things):
            leads[of_names] = of_ids
            columns.remove(of_ids)
    places = [(names.index(name), names.index(leads.get(name, name))) for name in columns]
    shown = tuple(
        tuple(
            _few(
                _named(row[text], row[lead], services, addresses)
                if text != lead
                else _parts(row[text], services, addresses)
            )
            for text, lead in places
        )
        for row in rows
    )
    turns = tuple(_turns(sheet, number, request, start, most, len(every)))
    notes = [with_miles(one) for one in sheet.notes]
    return Table(sheet.title, columns, shown, notes, sheet.none, start, len(every), turns, sheet.whole)


def _folded(names: Sequence[str], rows: Sequence[Sequence[Cell]], things: Things) -> Iterator[tuple[str, str]]:
    """Columns of ids, each with the column beside it that names the same: before it where its heading says id."""
    for place, name in enumerate(names):
        ids = [(number, one) for number, row in enumerate(rows) if isinstance(one := row[place], str) and one]
        beside = place - 1 if _OF_IDS.search(name) else place + 1
        if 0 <= beside < len(names) and (
            beside < place
            or any(one in things and rows[number][beside] == things.get_named(one).label for number, one in ids)
        ):
            yield name, names[beside]


def _named(cell: Cell, lead: Cell, services: Services, addresses: Addresses) -> tuple[Part, ...]:
    """A cell that says what another leads to: a thing by its id, or a page of ours as it stands."""
    if isinstance(lead, str) and lead.startswith("/"):
        return (Part(_read(cell), lead),)
    if isinstance(lead, str) and lead in services.things:
        return (Part(_read(cell), addresses.to(f"/id/{lead}"), services.things.doubt(lead)),)
    return _parts(cell, services, addresses)


def _few(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Of many parts of a cell the first, and how many more there are."""
    more = len(parts) - MOST_PARTS
    return parts if more < 2 else (*parts[:MOST_PARTS], Part(f"and {more} more"))


def _parts(cell: Cell, services: Services, addresses: Addresses) -> tuple[Part, ...]:
    """What a cell says: ids as the things that they name, addresses as links, names with how sure they are."""
    things = services.things
    if not isinstance(cell, str):
        return (Part(_read(cell)),)
    if cell.startswith(("https://", "http://")) and " " not in cell:
        ours = cell.startswith(str(ID))
        doubt = things.doubt(cell.removeprefix(str(ID))) if ours else None
        return (Part(cell, addresses.to("/resource", uri=cell) if ours else cell, doubt),)
    ids = _BETWEEN_IDS.split(cell)
    if all(one in things for one in ids):
        return tuple(Part(things.get_named(one).label, addresses.to(f"/id/{one}"), things.doubt(one)) for one in ids)
    if _CODES.fullmatch(cell):
        return (Part(cell.replace("-", " ")),)
    parts = [cell] if things.doubt_of_name(cell) else cell.split("; ")
    return tuple(Part(_read(one), None, things.doubt_of_name(_COUNT.sub("", one))) for one in parts)


def _read(cell: Cell) -> str:
    """A cell as it is read: `2628780` → `2,628,780`, `0.36994727` → `0.37`."""
    if isinstance(cell, str):
        return with_miles(openable(cell))
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return plain_text(cell)
    if isinstance(cell, float):
        return f"{cell:.3g}" if abs(cell) < 1 else f"{round(cell, 2):,}"
    return f"{cell:,}" if abs(cell) >= _LARGE else str(cell)
