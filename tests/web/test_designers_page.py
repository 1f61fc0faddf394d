"""The page of curriculum designers: every question on it has an answer, and nothing illustrative is shown unasked."""

import re
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from html5lib import HTMLParser

from api.app import create_app
from api.settings import Settings
from tests.support.whole_pages import read_whole

PAGES = {"Accept": "text/html"}
GAP = "K-DEVICE-RA-12-2026-Z11"
"""What a role needs, and a placeholder alone has to do with."""


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
    assert {"/start", "/designers", "/sparql"} <= {link.partition("?")[0] for link in found["/"]}, found["/"]
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


def test_a_change_asks_for_its_provider_by_name_and_folds_all_else(client: TestClient) -> None:
    page = client.get("/changes", params={"gap": GAP}, headers=PAGES).text
    shown, _, folded = page[page.index("<form", page.index("<main")) :].partition("<summary>More choices</summary>")
    assert '<option value="P-DUDLEY">Dudley College of Technology</option>' in shown
    assert re.findall(r'name="([a-z_]+)"', shown) == ["provider"]
    assert f'name="gap" value="{GAP}"' in folded


def test_words_for_several_providers_are_choices_that_ask_again(client: TestClient) -> None:
    page = client.get("/changes", params={"gap": GAP, "provider": "Dudley"}, headers=PAGES)
    assert page.status_code == 422
    assert f"/changes?gap={GAP}&provider=P-DUDLEY" in links(page.text)


def test_where_nothing_closes_it_no_chart_is_drawn_and_a_sandbox_knows_what_is_missing(client: TestClient) -> None:
    page = client.get("/changes", params={"gap": GAP, "provider": "Dudley College"}, headers=PAGES).text
    assert "data-chart" not in page
    assert "fewer filters" not in page
    assert f"/sandboxes/new?competency={GAP}&provider=P-DUDLEY" in links(page)


def test_a_finding_without_a_reason_is_no_question_that_failed(client: TestClient) -> None:
    page = client.get(f"/coverage/{GAP}", headers=PAGES).text
    assert "Illustrative placeholders for it are left out." in page
    assert "fewer filters" not in page


def test_the_board_is_shown_page_by_page_and_its_files_have_all(client: TestClient) -> None:
    page = client.get("/coverage", params={"sector": "healthtech", "offset": 10, "limit": 5}, headers=PAGES).text
    total = client.get("/coverage", params={"sector": "healthtech", "limit": 1}).json()["total"]
    assert f"Rows 11 to 15 of {total}. The files have all." in page
    assert {f"/coverage?sector=healthtech&limit=5&offset={start}" for start in (5, 15)} <= set(links(page))


@pytest.mark.parametrize(("path", "link"), [("/sandboxes", "/sandboxes/new"), ("/eligibility", "/start")])
def test_an_address_for_programs_says_in_a_browser_what_it_is_for_and_leads_on(
    path: str, link: str, client: TestClient
) -> None:
    page = client.get(path, headers=PAGES)
    assert (page.status_code, page.headers["allow"]) == (405, "POST")
    read_whole(page.text, path)
    assert {link, "/docs"} <= set(links(page.text))


def test_the_board_takes_names_and_offers_what_words_may_mean(client: TestClient) -> None:
    asked = {"role": "Healthcare science associate", "provider": "Dudley College"}
    page = client.get("/coverage", params=asked, headers=PAGES)
    assert page.status_code == 200
    assert "taught by Dudley College of Technology" in page.text
    assert re.search(r'name="provider"[^>]*data-find="/find" data-kinds="Provider"', page.text)
    several = client.get("/coverage?provider=college", headers=PAGES)
    assert several.status_code == 422
    assert {"/coverage?provider=P-DUDLEY", "/coverage?provider=P-WALSALL"} <= set(links(several.text))
    assert client.get("/leavers-change?provider=college").json()["code"] == "unknown-words"


def test_from_an_uncovered_skill_to_a_filled_in_sandbox(client: TestClient) -> None:
    """One field in all: the provider, on the page of the skill. What the sandbox needs besides is proposed."""
    skill = client.get(f"/coverage/{GAP}", headers=PAGES).text
    form = skill[skill.index("<form", skill.index("<main")) :]
    assert re.findall(r'name="([a-z_]+)"', form[: form.index("</form>")]) == ["gap", "provider"]
    change = client.get("/changes", params={"gap": GAP, "provider": "P-DUDLEY"}, headers=PAGES).text
    (there,) = [one for one in links(change) if one.startswith("/sandboxes/new")]
    filled = client.get(there, headers=PAGES).text
    for name in ("start", "duration_weeks", "unit", "level", "credits"):
        (field,) = re.findall(rf'<input id="{name}"[^>]*>', filled)
        assert re.search(r'value="[^"]+"', field), name
        assert f'id="{name}-hint">Proposed: ' in filled
    assert '<option value="P-DUDLEY" selected>' in filled
    found = client.get("/changes?role=OC-HCSASSOC&provider=P-DUDLEY", headers=PAGES).text
    assert "/sandboxes/new?award=Q-L4-DIP-HCSCI&provider=P-DUDLEY" in found.replace("&amp;", "&")
