"""Every error is a problem document that helps; every exception of ours is one of a known kind."""

import importlib
import inspect
import json
import logging
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import errors
from api.app import create_app
from api.settings import Settings
from queries.profiles import Things

PACKAGES = ("api", "graph", "loaders", "ontology", "queries")


def our_exceptions() -> list[type[Exception]]:
    found = set()
    for package in PACKAGES:
        folder = importlib.import_module(package)
        for info in pkgutil.walk_packages(folder.__path__, f"{package}."):
            module = importlib.import_module(info.name)
            for _, kind in inspect.getmembers(module, inspect.isclass):
                if issubclass(kind, Exception) and kind.__module__.partition(".")[0] in PACKAGES:
                    found.add(kind)
    return sorted(found, key=lambda kind: kind.__qualname__)


@pytest.mark.parametrize("kind", our_exceptions(), ids=lambda kind: kind.__qualname__)
def test_every_exception_of_ours_has_a_kind_of_problem(kind: type[Exception]) -> None:
    """A new exception class needs an entry in `MAPPING`, or in `INTERNAL` when no reader can cause it."""
    assert kind in errors.MAPPING or f"{kind.__module__}.{kind.__qualname__}" in errors.INTERNAL


def test_no_exception_is_listed_that_is_not_there() -> None:
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in our_exceptions()}
    assert names >= errors.INTERNAL


def test_every_kind_of_problem_has_a_page(client: TestClient) -> None:
    listed = client.get("/problems").json()["problems"]
    assert [one["code"] for one in listed] == list(errors.CATALOGUE)
    for one in listed:
        assert client.get(f"/problems/{one['code']}").json() == one
        assert one["type"].endswith(f"/{one['code']}")
    assert client.get("/problems/fatigue").json()["code"] == "not-found"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "not-found"),
        ("GET", "/roles/OC-NOBODY", 404, "unknown-id"),
        ("GET", "/roles/OC%00LAB", 404, "unknown-id"),
        ("GET", "/roles/..%2F..%2Fetc%2Fpasswd", 404, "not-found"),
        ("GET", f"/roles/{'x' * 300}", 422, "invalid-request"),
        ("GET", "/releases/0", 422, "invalid-request"),
        ("GET", "/releases/nine", 422, "invalid-request"),
        ("GET", "/releases/9", 404, "unknown-release"),
        ("GET", "/roles?release=-1", 422, "invalid-request"),
        ("GET", "/roles?release=99999999999999999999", 422, "invalid-request"),
        ("PUT", "/pathways", 405, "method-not-allowed"),
        ("POST", "/roles", 405, "method-not-allowed"),
        ("DELETE", "/docs", 405, "method-not-allowed"),
    ],
)
def test_errors_are_problem_documents(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    reply = client.request(method, path)
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    found = reply.json()
    assert found["type"] == f"https://w3id.org/stepway/problem/{code}"
    assert found["status"] == status
    assert found["title"]
    assert found["detail"].endswith(".")
    assert found["hint"]
    assert found["instance"] == path.partition("?")[0].replace("%00", "\x00").replace("%2F", "/")
    errors.ProblemDocument.model_validate(found)


def test_a_refused_method_says_which_are_allowed(client: TestClient) -> None:
    assert client.put("/pathways").headers["allow"] == "GET, HEAD, POST"
    assert client.post("/roles/OC-LAB").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'"to"', "application/json"),
        (b"to=OC-TECH", "application/x-www-form-urlencoded"),
        (b"\xff\xfe\x00", "application/json"),
        (b'{"to": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "application/json"),
        (b'{"to": {"a": 1}}', "application/json"),
        (b'{"to": ["OC-TECH"], "hours_per_week": 1e999}', "application/json"),
        (b'{"to": ["OC-TECH"], "hours_per_week": "many"}', "application/json"),
        (b'{"to": ["OC-TECH"], "on": 5}', "application/json"),
        (b'{"to": ["\\ud800"]}', "application/json"),
    ],
)
def test_a_broken_body_is_refused_gently(client: TestClient, body: bytes, media_type: str) -> None:
    reply = client.post("/pathways", content=body, headers={"Content-Type": media_type})
    assert reply.status_code in (400, 415, 422), reply.text
    assert reply.json()["code"] in ("invalid-request", "unknown-words", "unsupported-media-type")


def test_large_requests_are_refused_before_they_are_read(client: TestClient) -> None:
    large = json.dumps({"to": ["OC-TECH"], "from": ["x" * 1_000_001]}).encode()
    reply = client.post("/pathways", content=large)
    assert (reply.status_code, reply.json()["code"]) == (413, "too-large")

    def pieces() -> Any:
        for _ in range(20):
            yield b" " * 100_000

    reply = client.post("/pathways", content=pieces(), headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.json()["code"]) == (413, "too-large")
    reply = client.get("/find", params={"q": "x" * 9_000})
    assert (reply.status_code, reply.json()["code"]) == (414, "address-too-long")
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_a_fault_of_ours_shows_nothing_of_the_inside(
    built: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Things, "page", fails)
    client = TestClient(create_app(Settings(data_dir=built)), raise_server_exceptions=False)
    logger = logging.getLogger("stepway")
    level = logger.level
    logger.setLevel(logging.ERROR)
    reply, page = client.get("/roles"), client.get("/roles", headers={"Accept": "text/html"})
    monkeypatch.setattr("api.web.problems.page", fails)
    document = client.get("/roles", headers={"Accept": "text/html"})  # what makes pages is at fault as well
    logger.setLevel(level)
    assert (document.status_code, document.json()["code"]) == (500, "internal-error")
    assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "<h1>Something went wrong inside Stepway</h1>" in page.text and "secret" not in page.text
    (reference,) = re.findall(r"<code>(urn:uuid:[^<]+)</code>", page.text)
    assert reference in caplog.text
    assert (reply.status_code, reply.json()["code"]) == (500, "internal-error")
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text
    assert reply.json()["instance"].startswith("urn:uuid:")
    assert reply.json()["instance"] in caplog.text
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_log_says_nothing_of_a_person(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "stepway"):
        client.get("/pathways", params={"from": "Q-BASE", "to": "OC-TECH", "attribute": "age:34"})
    assert "/pathways" in caplog.text
    assert "age" not in caplog.text
    assert "Q-BASE" not in caplog.text
