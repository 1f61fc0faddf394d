"""`stepway serve`: the web service."""

import logging
import socket
import sys
from contextlib import suppress
from typing import Annotated, Any

import typer
from uvicorn import Config, Server

from api.app import create_app
from api.commands.shared import (
    DataDir,
    plainly,
    settings_of,
)
from api.console import Screen
from api.dependencies import ReleaseHolder
from api.errors import Problem
from api.settings import Settings

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
@plainly
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.  [default: STEPWAY_HOST, or 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on.  [default: STEPWAY_PORT, or 8000]")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the current release over HTTP. A release that is built meanwhile is served without a restart."""
    settings = settings_of(host=host, port=port, data_dir=data_dir)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    application = create_app(settings)
    try:
        listening = _listen(settings.host, settings.port)
    except OSError as error:
        detail = f"Cannot listen on {settings.host} port {settings.port}: {error.strerror or error}."
        raise Problem("invalid-request", detail, hint="Choose another with --host or --port.") from error
    screen = Screen(sys.stderr)
    screen.line(f"Serving on http://{settings.host}:{settings.port} (stop with Ctrl-C)")
    if ReleaseHolder(settings.data_dir).releases.current_number() is None:
        screen.line("No release has been built yet: run stepway build. It is then served without a restart.")
    with suppress(KeyboardInterrupt):
        Server(server_config(application, settings)).run(sockets=[listening])


def server_config(application: Any, settings: Settings) -> Config:
    """How the application is served."""
    return Config(
        application,
        http="h11",  # it bounds the size of headers; httptools does not
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        forwarded_allow_ips=settings.trusted_proxies,
    )


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Replies go out at once: small ones would otherwise wait for the reader's system."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.create_server((host, port), family=family)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found
