"""Answers in every format that they are offered in: JSON, tables (CSV, XLSX) and charts (Vega-Lite)."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import anyio.to_thread
from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from api.addresses import Addresses
from api.asked import home_of
from api.charts import Chart, draws
from api.dependencies import Services, client_of, holder_of, pool_of, unless_gone
from api.negotiate import CSV, JSON_FORMAT, SHEETS, SHEETS_AND_CHART, VEGA_LITE, XLSX, Format, choose, prefers_html
from api.questions import today
from api.reply import has_already, headers_of, json_bytes, not_modified, tag_of
from api.schemas.common import ReadAsked
from api.sheets import Sheet, csv, workbook
from api.turns import turns_of
from api.web import report
from queries.coverage.faults import NoChoiceError

SheetFormat = Literal["json", "csv", "xlsx"]
"""What `?format=` may be of an answer that is tables."""

ChartFormat = Literal["json", "csv", "xlsx", "vega-lite"]
"""What `?format=` may be of an answer that is tables and can be drawn."""

FORMAT_HELP: Final = "Format of the reply; without it `Accept` decides. csv is the first table alone."


@dataclass(frozen=True, slots=True)
class Faces:
    """An answer: as said over the wire, and how to make its tables, and its chart when it has one.

    `finding`: what it comes to, which a page says first; empty where the description of the chart says it.
    """

    said: BaseModel
    sheets: Callable[[], Sequence[Sheet]]
    chart: Callable[[], Chart] | None = None
    finding: str = ""


def body_of(form: Format, faces: Faces, services: Services) -> bytes:
    """An answer in one format. A workbook's pages say which release it is of."""
    if form is CSV:
        return csv(faces.sheets()[0]).encode()
    if form is XLSX:
        return workbook(faces.sheets(), release_words(services))
    if form is VEGA_LITE:
        assert faces.chart is not None, "offered without a chart"
        return json_bytes(faces.chart())
    return faces.said.model_dump_json(by_alias=True).encode()


def page_of(
    request: Request, services: Services, release: int | None, faces: Faces, offered: Sequence[Format] = SHEETS
) -> Response:
    """An answer as a page, for readers of pages."""
    chart = faces.chart() if faces.chart and VEGA_LITE in offered else None
    if chart is not None and not draws(chart):
        chart = None
    formats = [(one.name, one.media_type) for one in offered]
    return report.respond(request, services, faces.sheets(), chart, formats, release=release, finding=faces.finding)


def release_words(services: Services) -> str:
    """The release that an answer is of, as files and charts say it, and that a part is imaginary in a sandbox."""
    release = services.reference
    imaginary = "" if services.sandbox is None else f", sandbox {services.sandbox}: a part of it is imaginary"
    built = datetime.fromisoformat(release.built_at)
    day = f"{built.day} {built:%B %Y}"
    return f"Stepway, release {release.number} of {day}, content {release.content_hash[:12]}{imaginary}"


def reply_in(
    request: Request,
    services: Services,
    release: int | None,
    wanted: str | None,
    key: tuple[Hashable, ...],
    make: Callable[[Addresses], Faces],
    offered: tuple[Format, ...] = SHEETS,
) -> Response:
    """The reply to a question, in the format that is asked for: kept, unless the reader has it; else made in turn.

    `key`: everything that was asked, the day included. Raises a `not-acceptable` problem, and `BusyError`.
    """
    addresses = Addresses.of(request, release)
    asked = (request.url.path, addresses, *key)
    if wanted is None and prefers_html(request, offered):
        with turns_of(request).taken(client_of(request)):
            return page_of(request, services, release, services.made(asked, lambda: make(addresses)), offered)
    form = choose(request, offered, wanted)
    whole = (*asked, form.name)
    tag = tag_of(services, *whole)
    if has_already(request, tag):
        return not_modified(tag)
    if (body := services.kept_answer(whole)) is None:
        with turns_of(request).taken(client_of(request)):
            if (body := services.kept_answer(whole)) is None:  # nobody worked it out meanwhile
                body = body_of(form, services.made(asked, lambda: make(addresses)), services)
                services.keep_answer(whole, body)
    return Response(body, headers=headers_of(tag) | file_headers(form, request, services), media_type=form.media_type)


def answered(
    request: Request,
    asked: ReadAsked,
    make: Callable[[Services, date, Addresses], Faces],
    offered: tuple[Format, ...] = SHEETS_AND_CHART,
    *beside: Hashable,
) -> Response:
    """The reply to a question of an address, on its day or today, told apart from others by everything that it says.

    `beside`: what the answer depends on that is neither in the question nor in the release that it names.
    """
    services = holder_of(request).get(asked.release)
    on: date = getattr(asked, "on", None) or today()
    wanted: str | None = getattr(asked, "format", None)
    key = (on, said_of(asked), *beside)
    return reply_in(request, services, asked.release, wanted, key, lambda to: make(services, on, to), offered)


def said_of(asked: ReadAsked) -> str:
    """All that a question of an address says but its release, format and day, and which rows a page shows."""
    return asked.model_dump_json(exclude={"release", "format", "on", "rows"})


@dataclass(frozen=True, slots=True)
class Asking:
    """A question made ready: what a worker is to work out (None: nothing), and the answer, of the bytes it gives.

    `in_words`: what is raised of choices that the worker finds to exclude each other.
    """

    task: object | None
    faces: Callable[[bytes, Addresses], Faces]
    in_words: Callable[[NoChoiceError], Exception] = lambda error: error


async def solved_in(
    request: Request,
    release: int | None,
    wanted: str | None,
    key: tuple[Hashable, ...],
    ask: Callable[[Services], Asking],
    offered: tuple[Format, ...] = SHEETS,
) -> Response:
    """As `reply_in`, for what takes long: made ready here in turn, worked out by a worker that can be stopped."""
    addresses, client = Addresses.of(request, release), client_of(request)
    services = await anyio.to_thread.run_sync(holder_of(request).get, release)
    as_page = wanted is None and prefers_html(request, offered)
    form = offered[0] if as_page else choose(request, offered, wanted)
    whole = (request.url.path, addresses, *key)
    tag = tag_of(services, *whole, form.name)
    headers = headers_of(tag) | file_headers(form, request, services)
    if not as_page:
        if has_already(request, tag):
            return not_modified(tag)
        if (kept := services.kept_answer((*whole, form.name))) is not None:
            return Response(kept, headers=headers, media_type=form.media_type)

    def ready() -> Asking:
        with turns_of(request).taken(client):
            return ask(services)

    asking = await anyio.to_thread.run_sync(ready)
    found = b"" if asking.task is None else services.kept_answer(whole)
    if found is None:
        try:
            found = await unless_gone(request, pool_of(request).answer(home_of(services), asking.task, client))
        except NoChoiceError as error:
            raise asking.in_words(error) from None
        if found is None:
            return Response(status_code=499)  # for the log: nobody reads it
        services.keep_answer(whole, found)
    made = await anyio.to_thread.run_sync(services.made, whole, lambda: asking.faces(found, addresses))
    if as_page:
        return await anyio.to_thread.run_sync(page_of, request, services, release, made, offered)
    body = await anyio.to_thread.run_sync(body_of, form, made, services)
    services.keep_answer((*whole, form.name), body)
    return Response(body, headers=headers, media_type=form.media_type)


def file_headers(form: Format, request: Request, services: Services) -> dict[str, str]:
    """How a table is called that is saved: after its address and release."""
    if form not in (CSV, XLSX):
        return {}
    path = request.url.path.removeprefix(str(request.scope.get("root_path", "")))
    name = "-".join(part for part in path.split("/") if part)
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in name)
    saved = f"{plain or 'table'}-release-{services.reference.number}.{form.name}"
    return {"Content-Disposition": f'{"attachment" if form is XLSX else "inline"}; filename="{saved}"'}


def formats_described(*forms: Format) -> dict[int | str, dict[str, Any]]:
    """What an endpoint says of the formats that it offers besides JSON, in the OpenAPI document."""
    kinds: dict[str, dict[str, Any]] = {
        CSV.name: {"type": "string"},
        XLSX.name: {"type": "string", "format": "binary"},
        VEGA_LITE.name: {"type": "object", "description": "A chart, as Vega-Lite 5."},
    }
    return {200: {"content": {one.media_type: {"schema": kinds[one.name]} for one in forms if one is not JSON_FORMAT}}}
