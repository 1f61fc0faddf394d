"""What tests of pages in a browser share: how a page is opened, and what axe finds wrong with one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "api" / "web" / "node_modules" / "axe-core" / "axe.min.js"

Open = Callable[..., Page]
"""The fixture `open_page`: a path, and what else the browser is to be (its size, its colours, without script)."""


def keep(page: Page, name: str) -> None:
    """Keep a picture of a page for whoever looks at it later, in the folder STEPWAY_SCREENSHOTS, where one is named."""
    if folder := os.environ.get("STEPWAY_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(one => one.violations)")
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says the words, as somebody does who has no mouse; it must be seen there."""
    for _ in range(400):
        page.keyboard.press("Tab")
        said, outline = page.evaluate(
            "(one => ['A', 'INPUT', 'BUTTON', 'SUMMARY', 'SELECT', 'TEXTAREA'].includes(one.tagName)"
            " ? [[one.innerText, one.labels?.[0]?.innerText].join(' '), getComputedStyle(one).outlineStyle] : ['', ''])"
            "(document.activeElement)"
        )
        if words in said:
            assert outline != "none", f"nobody sees that “{words}” has the focus"
            return
    pytest.fail(f"Tab never comes to “{words}”")
