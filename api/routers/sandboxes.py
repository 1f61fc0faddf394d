"""Sandboxes: post what is imagined, see what it is, and what it changes. Everything else is under its own address."""

import asyncio
import hashlib
import io
import json
import logging
import time
import zipfile
import zlib
from collections.abc import Callable, Coroutine, Hashable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlencode

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from api.addresses import Addresses
from api.dependencies import Services, client_of, holder_of, settings_of, unless_gone
from api.designers.changes import gap_said
from api.designers.effect import effect_faces
from api.errors import Problem, field_problems
from api.faces import body_of, file_headers, formats_described
from api.negotiate import JSON_FORMAT, SHEETS, choose, prefers_html, require_json
from api.questions import today
from api.reply import JSON, has_already, headers_of, not_modified, tag_of, tag_of_content
from api.routers.described import UNCHANGED, problems
from api.sandboxes import PREFIX, Compare, Make, OpenSandboxes, Workshop, must_imagine, sandboxes_of, told_sandbox
from api.schemas.sandboxes import EffectAsked, EffectSaid, SandboxAsked, SandboxBody, SandboxSaid, ZipAsked
from api.settings import Settings
from api.web import sandbox_form, sandbox_page
from api.web.sandbox_form import KINDS, Named, in_rows
from api.web.wording import Mistake
from api.workers import Pool, TooHeavyError
from loaders.kept_sandboxes import Asked, Sandbox
from loaders.refusals import RefusedSandboxError

router = APIRouter(tags=["sandbox"])
log = logging.getLogger("stepway")

PATIENCE: Final = 2.0
"""Seconds that a page waits for what a sandbox changes, before it says that this is being worked out."""

MOST_GOING: Final = 16
"""Effects that are kept until somebody asks for them again."""

ZIP: Final = "application/zip"

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": SandboxBody.model_json_schema()},
            ZIP: {"schema": {"type": "string", "format": "binary", "description": "CSV files named after tables."}},
        },
    }
}

_INSTEAD: Final = (
    "Ask whoever runs this service to make it with `stepway sandbox make`, which has no such bound, or to raise"
    " STEPWAY_SANDBOX_SECONDS or STEPWAY_SANDBOX_MEMORY. Asking the same again does not help."
)

_THERE: Final[dict[int | str, dict[str, Any]]] = {200: {"model": SandboxSaid, "description": "It is there already."}}

Id = Annotated[str, InPath(max_length=60, description="Id of the sandbox.")]


def workshop_of(request: Request) -> Pool:
    """The processes that make sandboxes and work out what they change."""
    found = request.app.state.workshop
    assert isinstance(found, Pool)
    return found


@router.post(
    "/sandboxes",
    summary="Make a sandbox",
    response_model=SandboxSaid,
    status_code=201,
    responses=_THERE | problems(400, 404, 406, 413, 415, 422, 429, 503),
    openapi_extra=_BODY,
)
async def post_sandbox(request: Request, beside: Annotated[ZipAsked, Query()]) -> Response:
    """Lay imaginary units, runs, providers … over a release, or take real ones to be closed: what would it change?

    The release itself is never changed. Whoever has the link can see the sandbox; the same content has the same link.
    """
    require_json(request)
    _must_keep(request)
    asked, number = _asked(request, await request.body(), beside, settings_of(request))
    base = await anyio.to_thread.run_sync(holder_of(request).get, number)
    made = await unless_gone(request, _make(request, asked, base))
    if made is None:
        return Response(status_code=499)  # for the log: nobody reads it
    facts = json.loads(made)
    sandbox, new = await anyio.to_thread.run_sync(sandboxes_of(request).kept.get, facts["id"]), facts["new"]
    addresses = Addresses.of(request)
    said = told_sandbox(sandbox, holder_of(request).releases.current_number(), addresses)
    headers = {"Location": addresses.to(f"{PREFIX}{sandbox.id}"), "Cache-Control": "no-store"}
    return Response(said.model_dump_json(), 201 if new else 200, headers, JSON)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in: plain fields, the fields that name things, what is wrong with these, and which gap it
    is to close, as addresses say it."""

    plain: dict[str, str]
    things: dict[str, Named]
    mistakes: tuple[Mistake, ...]
    closing: tuple[tuple[str, str], ...]

    @property
    def given(self) -> dict[str, str]:
        """Every field, with ids for names."""
        return self.plain | in_rows(self.things)


def _filled(services: Services, pairs: Iterable[tuple[str, str]]) -> Filled:
    """What a form says. What was chosen of several meanings (`choose`) takes the place of the words."""
    plain, values = dict[str, str](), {name: list[str]() for name in KINDS}
    said = [(name, value.strip()) for name, value in pairs if value.strip()]
    for name, value in said:
        if name in KINDS:
            values[name].append(value)
        else:
            plain[name] = value
    name, _, chosen = plain.get("choose", "").partition("=")
    if name in values and chosen in services.things:
        kept = [one for one in values[name] if all(id in services.things for id in one.split())]
        values[name] = [*kept, chosen]
    found = {name: sandbox_form.named(services, name, some) for name, some in values.items()}
    mistakes = tuple(mistake for _, wrong in found.values() for mistake in wrong)
    closing = tuple((name, value) for name, value in said if name in ("gap", "closing"))
    return Filled(plain, {name: one for name, (one, _) in found.items()}, mistakes, closing)


@router.get("/sandboxes/new", include_in_schema=False)
async def new_sandbox(request: Request) -> Response:
    """The form that makes a sandbox, with what its address says filled in; or how far the making of one is."""
    _must_keep(request)
    if making := request.query_params.get("making"):
        return await _when_made(request, making)
    return await anyio.to_thread.run_sync(_form, request, request.query_params.multi_items())


def _form(request: Request, pairs: Sequence[tuple[str, str]]) -> Response:
    """The form, with what is said filled in, and with what is proposed where nobody looks anything up in it.

    Who names a gap and nothing that is to close it imagines a unit that teaches all of it.
    """
    services = holder_of(request).get()
    filled = _filled(services, pairs)
    things = dict(filled.things)
    if not things["competency"].ids and not things["alone"].ids and not filled.mistakes:
        queries = [value for name, value in filled.closing if name == "closing"]
        items = [item for query in queries for item in gap_said(services, holder_of(request), query, today())]
        things["competency"] = Named(tuple(dict.fromkeys(id for item in items for id in item.competencies)))
    given = filled.plain | in_rows(things)
    proposed = {} if filled.mistakes or "choose" in given else sandbox_form.proposals(services, given)
    return sandbox_form.respond(request, services, given, things, filled.mistakes, filled.closing, proposed)


@router.post("/sandboxes/new", include_in_schema=False)
async def make_sandbox(request: Request) -> Response:
    """The sandbox of a filled form: what it changes is next. Who looks a name up gets the form again."""
    _must_keep(request)
    pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    if any(name == "choose" for name, _ in pairs):
        return await anyio.to_thread.run_sync(_form, request, pairs)
    services = await anyio.to_thread.run_sync(holder_of(request).get)
    filled = await anyio.to_thread.run_sync(_filled, services, pairs)
    asked, lacking = await anyio.to_thread.run_sync(sandbox_form.imagined, services, filled.given)
    told = {one.field for one in filled.mistakes}
    filled = replace(filled, mistakes=(*filled.mistakes, *(one for one in lacking if one.field not in told)))
    if asked.nothing:
        return _again(request, services, filled)
    content = json.dumps([services.reference.content_hash, filled.given, filled.closing, asdict(asked)])
    making = hashlib.sha256(content.encode()).hexdigest()[:16]
    if (before := _going(request).get(("making", making))) and before.work.done():
        del _going(request)["making", making]
    _begin(request, ("making", making), lambda: _make(request, asked, services), filled)
    return await _when_made(request, making)


def _again(request: Request, services: Services, filled: Filled, mistakes: Sequence[Mistake] = ()) -> Response:
    """The form with all that is wrong in it."""
    wrong = [*filled.mistakes, *mistakes]
    return sandbox_form.respond(request, services, filled.given, filled.things, wrong, filled.closing)


async def _when_made(request: Request, making: str) -> Response:
    """What becomes of a sandbox that is being made: that it is, what is wrong with it, or where its effect is told."""
    one = _going(request).get(("making", making))
    if one is None or one.filled is None:
        raise Problem(
            "not-found", "Nothing is being made here any more.", hint="Fill in the form again: /sandboxes/new."
        )
    here = Addresses.of(request).to("/sandboxes/new", making=making)
    await asyncio.wait((one.work,), timeout=PATIENCE)
    if not one.work.done():
        if request.method == "POST":
            return RedirectResponse(here, 303)
        return sandbox_page.respond_going(request, None, round(time.monotonic() - one.begun))
    filled = one.filled
    try:
        id = json.loads(one.work.result())["id"]
    except RefusedSandboxError as error:
        wrong = list(sandbox_form.mistakes_of(error.issues, [one.field for one in filled.mistakes]))
        services = await anyio.to_thread.run_sync(holder_of(request).get)
        return await anyio.to_thread.run_sync(_again, request, services, filled, wrong)
    closing = filled.closing or [("gap", id) for id in filled.things["competency"].ids]
    query = f"?{urlencode(closing)}" if closing else ""
    return RedirectResponse(f"{Addresses.of(request).to(f'{PREFIX}{id}/effect')}{query}", 303)


def _must_keep(request: Request) -> None:
    """Raises a `not-found` problem where no sandboxes are kept."""
    if not sandboxes_of(request).kept.kept:
        raise Problem("not-found", "This installation keeps no sandboxes.", hint="Ask whoever runs it.")


async def _worked_out(request: Request, task: Make | Compare) -> bytes:
    """What the workshop finds. Raises a `too-heavy` problem that says what to do instead."""
    try:
        return await workshop_of(request).answer(_shop(sandboxes_of(request)), task, client_of(request))
    except TooHeavyError as error:
        settings = settings_of(request)
        most = f"{settings.sandbox_seconds:g} seconds or {settings.sandbox_memory / 1e9:g} GB of memory"
        raise Problem("too-heavy", f"Over this release it takes more than {most}.", hint=_INSTEAD) from error


@dataclass(frozen=True, slots=True)
class Going:
    """What is being worked out for a page, which says so meanwhile. `filled`: the form that a sandbox is made of."""

    work: asyncio.Task[bytes]
    filled: Filled | None
    begun: float = field(default_factory=time.monotonic)


def _going(request: Request) -> dict[Hashable, Going]:
    found: dict[Hashable, Going] = request.app.state.going
    return found


def _begin(
    request: Request, key: Hashable, work: Callable[[], Coroutine[Any, Any, bytes]], filled: Filled | None = None
) -> Going:
    """What is worked out under a key, or was and nobody has fetched; begun where there is none.

    It goes on for whoever asks again. Who fetches what came of it takes it away.
    """
    going = _going(request)
    for old in list(going)[:-MOST_GOING]:
        if going[old].work.done():
            del going[old]
    if key not in going:
        task = asyncio.create_task(work())
        task.add_done_callback(_note)
        going[key] = Going(task, filled)
    return going[key]


def _note(work: asyncio.Task[bytes]) -> None:
    """Notes in a line what a work ended in that failed: perhaps nobody asks for it again."""
    if not work.cancelled() and (error := work.exception()) is not None:
        log.info("what was worked out for a page of a sandbox ended in %s", type(error).__name__)


async def _make(request: Request, asked: Asked, base: Services) -> bytes:
    """The id of the sandbox of what is imagined, and whether it is new; as JSON."""
    try:
        return await _worked_out(request, Make(base.release.path, asked))
    finally:
        await anyio.to_thread.run_sync(sandboxes_of(request).kept.sweep)


def _asked(request: Request, body: bytes, beside: ZipAsked, settings: Settings) -> tuple[Asked, int | None]:
    """What is imagined, and the release it is laid over. Raises `Problem`."""
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media_type == ZIP:
        asked = Asked(beside.title, tuple(_unzipped(body, settings.sandbox_bytes)), tuple(beside.without))
        number = beside.release
    elif media_type == JSON:
        said = _read(body)
        asked, number = Asked.of_rows(said.title, said.tables, said.without), said.release
    else:
        raise Problem("unsupported-media-type", f"The body is said to be “{media_type[:100]}”.", hint=_EITHER)
    size = sum(len(text.encode()) for _, text in asked.tables)
    rows = sum(text.count("\n") for _, text in asked.tables)
    if size > settings.sandbox_bytes or rows > settings.sandbox_rows:
        most = f"{settings.sandbox_rows:,} rows and {settings.sandbox_bytes:,} bytes"
        raise Problem("too-large", f"What is imagined has more than {most}.")
    must_imagine(asked)
    return asked, number


def _read(body: bytes) -> SandboxBody:
    try:
        return SandboxBody.model_validate_json(body)
    except ValidationError as error:
        wrong = field_problems(error.errors())
        detail = "; ".join(f"{one.field}: {one.message}" for one in wrong[:3])
        raise Problem("invalid-request", f"{detail}.", 422, members={"errors": wrong}) from None


_EITHER: Final = "Send JSON as application/json, or CSV files in a zip as application/zip."


def _unzipped(body: bytes, most: int) -> Iterator[tuple[str, str]]:
    """The CSV files of a zip, by the names of their tables."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in sorted(archive.namelist()):
                if PurePosixPath(name).suffix.lower() != ".csv":
                    continue
                with archive.open(name) as file:
                    data = file.read(most + 1)
                if len(data) > most:
                    raise Problem("too-large", f"{name[:100]} has more than {most:,} bytes unpacked.")
                most -= len(data)
                yield PurePosixPath(name).stem, data.decode("utf-8-sig")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as error:
        raise Problem("invalid-request", f"The zip cannot be opened: {error}.", hint=_EITHER) from None
    except UnicodeDecodeError:
        raise Problem("invalid-request", "A CSV file of the zip is not UTF-8.", hint="Save it as CSV, UTF-8.") from None


@router.get(
    "/sandboxes/{id}",
    summary="What a sandbox is",
    response_model=SandboxSaid,
    responses=UNCHANGED | problems(404, 406, 422),
)
def get_sandbox(request: Request, id: Id, asked: Annotated[SandboxAsked, Query()]) -> Response:
    """What it imagines, what it takes to be closed, which release it is laid over, and its links."""
    sandbox = sandboxes_of(request).kept.get(id)
    said = told_sandbox(sandbox, holder_of(request).releases.current_number(), Addresses.of(request))
    if prefers_html(request, (JSON_FORMAT,)):
        base = holder_of(request).get(sandbox.number)
        return sandbox_page.respond(request, said, sandboxes_of(request).holder(id).get(), base)
    require_json(request)
    body = said.model_dump_json().encode()
    tag = tag_of_content(body)
    if has_already(request, tag):
        return not_modified(tag)
    return Response(body, headers=headers_of(tag) | _NO_INDEX, media_type=JSON)


@router.get(
    "/sandboxes/{id}/effect",
    summary="What a sandbox changes",
    response_model=EffectSaid,
    responses=UNCHANGED | problems(404, 406, 422, 429, 503) | formats_described(*SHEETS),
)
async def get_effect(request: Request, id: Id, asked: Annotated[EffectAsked, Query()]) -> Response:
    """Roles newly reachable, weeks saved and people-places served: the same questions put to both sides.

    They are those of the standard learners about every role of the home sector, and those of the standard circumstances
    from every postcode district. Each change says which of its steps rest on what is imaginary. Of a `gap` it says who
    teaches each part of it before and after.
    """
    page = asked.format is None and prefers_html(request, SHEETS)
    form = JSON_FORMAT if page else choose(request, SHEETS, asked.format)
    kept, root = sandboxes_of(request), Addresses.of(request).root
    on = asked.on or datetime.now(UTC).date()

    def opened() -> tuple[Sandbox, Services, Path, tuple[str, ...]]:
        sandbox = kept.kept.get(id)
        services, base = kept.holder(id).get(), holder_of(request).get(sandbox.number)
        named = gap_said(base, holder_of(request), asked.closing, on) if asked.closing else ()
        gap = dict.fromkeys((*asked.gap, *(item.id for item in named)))
        return sandbox, services, base.release.path, tuple(gap)

    sandbox, services, base, gap = await anyio.to_thread.run_sync(opened)
    key = "effect", on, root, gap
    tag = tag_of(services, *key, form.name)
    if not page and has_already(request, tag):
        return not_modified(tag)
    body = services.kept_answer(key)
    if page:
        served = await anyio.to_thread.run_sync(holder_of(request).releases.current_number)
        said = told_sandbox(sandbox, served, Addresses.of(request))
    if body is None:
        task = Compare(base, services.release.path, on, root, gap)
        if page:
            one = _begin(request, (id, *key), lambda: _worked_out(request, task))
            await asyncio.wait((one.work,), timeout=PATIENCE)
            if not one.work.done():
                return sandbox_page.respond_going(request, said, round(time.monotonic() - one.begun))
            _going(request).pop((id, *key), None)
            body = one.work.result()
        else:
            body = await unless_gone(request, _worked_out(request, task))
        if body is None:
            return Response(status_code=499)  # for the log: nobody reads it
        services.keep_answer(key, body)
    if page:
        return sandbox_page.respond_effect(request, said, EffectSaid.model_validate_json(body))
    if form is not JSON_FORMAT:
        faces = effect_faces(EffectSaid.model_validate_json(body))
        body = await anyio.to_thread.run_sync(body_of, form, faces, services)
    headers = headers_of(tag) | _NO_INDEX | file_headers(form, request, services)
    return Response(body, headers=headers, media_type=form.media_type)


def _shop(sandboxes: OpenSandboxes) -> Workshop:
    return Workshop(sandboxes.kept.folder.parent, sandboxes.kept.kept)


_NO_INDEX: Final[dict[str, str]] = {"X-Robots-Tag": "noindex"}
