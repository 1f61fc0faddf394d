"""What holds for every request: how large it may be, which headers protect the reader, and what the log says.

These wrap the application as plain ASGI, so that they also hold for replies that no endpoint made.
"""

import json
import logging
import time
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem, unexpected

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none';"
    " base-uri 'none'; form-action 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Sent with every reply. Nothing is loaded from another host, nothing is framed, no address is passed on."""

_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

log = logging.getLogger("stepway.requests")


class SecurityHeaders:
    """Adds the security headers to every reply."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add to the reply."""

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, protected if scope["type"] == "http" else send)


class HeadAsGet:
    """Answers HEAD as GET without the body, wherever GET is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on as GET, and keep the body back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class LastResort:
    """Answers what nobody foresaw, inside all the others, so that this reply too is protected and logged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and reply with a problem when that fails before the reply has begun."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            reply = unexpected(Request(scope), error)
            if begun:
                raise
            await reply(scope, receive, send)


class SizeLimits:
    """Refuses requests whose body or address is too large, before anybody reads them."""

    def __init__(self, app: ASGIApp, max_body_bytes: int, max_query_bytes: int) -> None:
        self.app, self.max_body_bytes, self.max_query_bytes = app, max_body_bytes, max_query_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is small enough."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if len(scope["query_string"]) + len(scope["path"]) > self.max_query_bytes:
            detail = f"The address has more than {self.max_query_bytes} bytes."
            await self._refuse(Problem("address-too-long", detail), scope, receive, send)
            return
        if scope["method"] not in _WITH_BODY:
            await self.app(scope, receive, send)
            return
        body = await self._body(scope, receive)
        if body is None:
            problem = Problem("too-large", f"The body has more than {self.max_body_bytes} bytes.")
            await self._refuse(problem, scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, again, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when it is larger than allowed, or says that it is."""
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self.max_body_bytes:
            return None
        parts: list[bytes] = []
        size, more = 0, True
        while more and size <= self.max_body_bytes:
            message = await receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message["type"] == "http.request" and message.get("more_body", False)
        return b"".join(parts) if size <= self.max_body_bytes else None

    @staticmethod
    async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        await problem.response(scope["path"])(scope, receive, send)


class RequestLog:
    """Writes a line for each request as JSON: never the query part or the body, which may speak of a person."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and note how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            took = round((time.perf_counter() - began) * 1000)
            said = {"method": scope["method"], "path": scope["path"][:200], "status": status, "milliseconds": took}
            log.info(json.dumps(said))
