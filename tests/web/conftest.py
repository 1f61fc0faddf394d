"""Fixtures of pages: the made-up small town, served by the shipped service, and a browser that may reach nothing else.

Without Chromium, or without the built browser files, tests that need them are skipped with a plain reason; where
STEPWAY_BROWSER is “required” (as in `.ci/run`) they fail instead.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from api.web.pages import built
from loaders.publish import build_release
from tests.support.browsing import Open
from tests.support.served import Service, serving

SMALL_TOWN = Path(__file__).parents[1] / "samples" / "datasets" / "small-town"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _do_without(reason: str) -> None:
    if os.environ.get("STEPWAY_BROWSER") == "required":
        pytest.fail(f"{reason}, and STEPWAY_BROWSER says that it must be there")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with two releases, the first with made-up (illustrative) rows."""
    data = tmp_path_factory.mktemp("town")
    for illustrative in (True, False):
        result = build_release([SMALL_TOWN], data, include_illustrative=illustrative, today=date(2026, 11, 21))
        assert result.release is not None
    return data


@pytest.fixture(scope="session")
def service(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(town, tmp_path_factory.mktemp("serving")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Lives as long as a module: while it does, its event loop runs in this thread and no test can run another."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        _do_without("there is no Chromium on this machine")
    if not built():
        _do_without("the browser files are not built: run `make api/web/static/manifest.json`")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def home_service(home_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The region's own release, served."""
    with serving(home_data, tmp_path_factory.mktemp("serving-home")) as found:
        yield found


@pytest.fixture
def open_page(service: Service, browser: Browser) -> Iterator[Open]:
    """Opens an address of the small town's service."""
    yield from _opening(service, browser)


@pytest.fixture
def open_home(home_service: Service, browser: Browser) -> Iterator[Open]:
    """Opens an address of the region's service."""
    yield from _opening(home_service, browser)


def _opening(service: Service, browser: Browser) -> Iterator[Open]:
    """Opens an address of a service in a browser of its own, and holds every page to what holds for all of them.

    Nothing is asked of another host, nothing is refused by the content-security policy, and no script fails.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []
    home = f"http://127.0.0.1:{service.port}"

    def open_page(path: str = "/sparql", **given: object) -> Page:
        # Without motion: between two colours axe sees a contrast that nobody does.
        usual = {"viewport": {"width": 1280, "height": 900}, "base_url": home, "reduced_motion": "reduce"}
        context = browser.new_context(**{**usual, **given})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda one: said.append(one.url) if urlsplit(one.url).scheme.startswith("http") else None)
        page.on("pageerror", lambda error: said.append(f"script: {error}"))
        page.on(
            "console",
            lambda one: said.append(f"policy: {one.text}") if "Content Security Policy" in one.text else None,
        )
        page.goto(path)
        if given.get("java_script_enabled", True) and path.startswith("/sparql"):
            page.wait_for_selector("[data-ready=yes]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [one for one in said if not one.startswith(f"{home}/")] == []
