"""The pages of named queries, the model and the documentation, in a real browser."""

import httpx
import pytest

from tests.support.browsing import Open, violations
from tests.support.served import Service

PATHS = ("/queries", "/queries/records-of?thing=OC-LAB", "/queries/ladders/results", "/model", "/docs")


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_nothing_is_too_wide(open_page: Open, service: Service, path: str) -> None:
    httpx.get(f"http://127.0.0.1:{service.port}{path}", timeout=60)  # the first to ask for /docs waits a little
    for scheme in ("light", "dark"):
        assert violations(open_page(path, color_scheme=scheme)) == []
    small = open_page(path, viewport={"width": 320, "height": 640})
    assert small.evaluate("document.documentElement.scrollWidth") <= 320
