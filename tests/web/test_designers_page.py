"""The page of curriculum designers: every question on it has an answer, and nothing illustrative is shown unasked."""

import re
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from html5lib import HTMLParser

from api.app import create_app
from api.settings import Settings

PAGES = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(home_client: TestClient) -> TestClient:
    return home_client


def links(html: str) -> list[str]:
    main = html[html.index("<main") : html.index("</main>")]
    return sorted({unescape(one) for one in re.findall(r'href="(/[^"#]*)', main)})


def first_of_each(found: list[str], most: int = 2) -> list[str]:
    """Of links alike but for the thing they name, the first ones: the same page is drawn of the others."""
    kinds: dict[str, list[str]] = {}
    for link in found:
        kinds.setdefault(re.sub(r"[A-Z]+-[A-Za-z0-9-]+", "…", link), []).append(link)
    return [link for some in kinds.values() for link in some[:most]]


def test_every_link_of_the_start_pages_leads_to_a_page(client: TestClient) -> None:
    found = {path: links(client.get(path, headers=PAGES).text) for path in ("/", "/designers", "/start")}
    assert len(found["/designers"]) > 60
    for path in first_of_each(sorted(set().union(*found.values()))):
        reply = client.get(path, headers=PAGES)
        assert reply.status_code == 200, path
        assert reply.headers["content-type"].startswith("text/html"), path
        HTMLParser(strict=True).parse(reply.text)


def test_the_pages_hold_in_a_release_without_the_region(town: Path) -> None:
    with TestClient(create_app(Settings(data_dir=town)), raise_server_exceptions=False) as client:
        for path in ("/", "/designers", "/start"):
            page = client.get(path, headers=PAGES)
            assert page.status_code == 200
            for link in first_of_each(links(page.text)):
                assert client.get(link, headers=PAGES).status_code == 200, link


def test_a_placeholder_is_shown_only_when_asked_for_and_says_so(client: TestClient) -> None:
    asked = "/coverage?sector=healthtech&level=4"
    without = client.get(asked, headers=PAGES).text
    assert "PLACEHOLDER" not in without[without.index("<main") :]
    for path in ("/standards/OC-HCSASSOC/matrix?award=Q-MEDTECH-HNC&placeholders=true", f"{asked}&placeholders=true"):
        page = client.get(path, headers=PAGES).text
        assert "illustrative" in page.lower()
        for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page, re.DOTALL):
            assert "PLACEHOLDER" not in cell or "illustrative" in cell.lower() or "ILLUSTRATIVE" in cell
