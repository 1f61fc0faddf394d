"""The web service: middleware, error handlers and routers, put together in one place."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from api import errors, openapi
from api.dependencies import ReleaseHolder, Turnstile
from api.limits import HeadAsGet, LastResort, RequestLog, SecurityHeaders, SizeLimits
from api.reply import SOFTWARE
from api.routers import documentation, pathways, service, things
from api.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The application for these settings. It starts without a release, and serves one as soon as it is published."""
    app = FastAPI(
        title="Stepway",
        version=SOFTWARE,
        summary="Honest pathways to a better job, from a graph of jobs, skills, qualifications and providers.",
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.settings = settings
    app.state.holder = ReleaseHolder(settings.data_dir, settings.answers_kept)
    app.state.turnstile = Turnstile(settings.questions_at_once, settings.questions_waiting)
    errors.install(app)
    app.include_router(service.router)
    app.include_router(pathways.router)
    app.include_router(things.make_router(settings))
    app.include_router(documentation.router)
    openapi.install(app)
    # The last one added is the first that a request meets.
    app.add_middleware(LastResort)
    app.add_middleware(SizeLimits, max_body_bytes=settings.max_body_bytes, max_query_bytes=settings.max_query_bytes)
    app.add_middleware(HeadAsGet)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_credentials=False,
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["Content-Type"],
        expose_headers=["ETag", "Link", "Retry-After"],
    )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog)
    return app
