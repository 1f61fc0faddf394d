"""The web service: middleware, error handlers and routers, put together in one place."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio.to_thread
from fastapi import Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.cors import CORSMiddleware

from api import errors, openapi
from api.asked import ANSWERING, home_of
from api.dependencies import ReleaseHolder
from api.differences import Comparisons
from api.limits import HeadAsGet, LastResort, RequestLog, SecurityHeaders, SizeLimits
from api.reply import SOFTWARE
from api.routers import (
    adverts,
    atlas,
    changes,
    contradictions,
    coverage,
    curriculum,
    dataset,
    documentation,
    incomplete,
    metrics,
    model,
    pages,
    pathways,
    person,
    queries,
    queries_described,
    releases,
    resources,
    role_pages,
    sandboxes,
    service,
    sparql,
    standards,
    things,
    watch,
)
from api.sandboxes import HEADER, WORKSHOP, OpenSandboxes, UnderSandbox
from api.settings import Settings
from api.sparql.answers import Answers, Engine, Workers
from api.sparql.answers import home_of as sparql_home_of
from api.sparql.external import External
from api.turns import Turns
from api.web.problems import problem_page
from api.workers import Pool
from graph.release import NoReleaseError

SILENT: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""What FastAPI may tell whoever collects traces: nothing, for addresses and faults hold what a person was asked."""

LOOK_SECONDS: Final = 2.0
"""Between two looks whether another release is current."""

log = logging.getLogger("stepway")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """While the service runs, workers open what becomes current, a release or a day, before anybody asks."""
    looking = asyncio.create_task(_keep_ready(app))
    try:
        yield
    finally:
        looking.cancel()
        await anyio.to_thread.run_sync(app.state.answers.close)
        await anyio.to_thread.run_sync(app.state.pool.close)
        await anyio.to_thread.run_sync(app.state.workshop.close)


async def _keep_ready(app: FastAPI) -> None:
    state = app.state

    def look() -> None:
        state.sandboxes.kept.sweep()
        services = state.holder.get()
        state.answers.prepare(sparql_home_of(services))
        state.pool.prepare(home_of(services))

    while True:
        try:
            await anyio.to_thread.run_sync(look, abandon_on_cancel=True)
        except NoReleaseError:
            pass
        except Exception as error:  # noqa: BLE001 -- the next one may open, and questions tell it meanwhile
            log.error("workers cannot open the current release: %s", error)
        await asyncio.sleep(LOOK_SECONDS)


def create_app(settings: Settings) -> FastAPI:
    """The application for these settings. It starts without a release, and serves one as soon as it is published."""
    app = FastAPI(
        title="Stepway",
        version=SOFTWARE,
        summary="Honest pathways to a better job, from a graph of jobs, skills, qualifications and providers.",
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        lifespan=_lifespan,
        telemetry=SILENT,
        dependencies=[Depends(openapi.refuse_repeats)],
    )
    app.state.settings = settings
    app.state.holder = ReleaseHolder(settings.data_dir, settings.answers_kept)
    app.state.comparisons = Comparisons()
    app.state.sandboxes = OpenSandboxes(settings.data_dir, settings.sandboxes, settings.answers_kept)
    app.state.workshop = Pool(
        WORKSHOP,
        workers=1,
        waiting=settings.questions_waiting,
        seconds=settings.sandbox_seconds,
        memory=settings.sandbox_memory,
    )
    app.state.going = {}
    app.state.turns = Turns()
    app.state.pool = Pool(
        ANSWERING,
        workers=settings.questions_at_once,
        waiting=settings.questions_waiting,
        seconds=settings.question_seconds,
        memory=settings.worker_memory,
    )
    limits = settings.sparql_limits
    engine: Engine = Workers(limits)
    if settings.sparql_engine is not None:
        engine = External(str(settings.sparql_engine), limits, engine)
    app.state.answers = Answers(engine, limits, settings.sparql_spool_bytes)
    app.state.problem_page = problem_page
    errors.install(app)
    app.add_route("/sparql", sparql.reply, ["GET", "POST"], include_in_schema=False)  # in a tenth of a millisecond less
    app.include_router(sparql.router)
    app.include_router(releases.router)  # before /releases/{number}, which would take “feed” for a number
    app.include_router(service.router)
    app.include_router(metrics.router)
    app.include_router(sandboxes.router)
    app.include_router(contradictions.router)
    app.include_router(incomplete.router)
    app.include_router(adverts.router)
    app.include_router(watch.router)
    app.include_router(atlas.router)
    app.include_router(pathways.router)
    app.include_router(person.router)
    app.include_router(changes.router)
    app.include_router(standards.router)
    app.include_router(curriculum.router)
    app.include_router(coverage.router)
    app.include_router(role_pages.router)  # before /roles/{id}, which would take “compare” for an id
    app.include_router(things.make_router(settings))
    app.include_router(resources.router)
    app.include_router(model.router)
    app.include_router(queries.router)
    app.include_router(queries_described.router)
    app.include_router(dataset.router)
    app.include_router(documentation.router)
    app.include_router(pages.router)
    app.include_router(resources.by_path)  # after /dataset/files/{name} and /id/{id}/values
    openapi.install(app)
    # The last one added is the first that a request meets.
    app.add_middleware(UnderSandbox)
    app.add_middleware(LastResort)
    app.add_middleware(SizeLimits, max_body_bytes=settings.max_body_bytes, max_query_bytes=settings.max_query_bytes)
    app.add_middleware(HeadAsGet)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_credentials=False,
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["Content-Type", "If-None-Match", "X-Requested-With"],
        expose_headers=["ETag", "Link", "Retry-After", "Stepway-Content", "Stepway-Release", "Stepway-Rows", HEADER],
    )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog)
    return app
