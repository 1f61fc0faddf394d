"""The page of curriculum designers: every question on it has an answer, and nothing illustrative is shown unasked."""

import csv
import io
import json
import re
from html import escape, unescape
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from fastapi.testclient import TestClient
from html5lib import HTMLParser

from api.app import create_app
from api.designers import curriculum
from api.settings import Settings
from tests.support.browsing import Open, tab_to
from tests.support.whole_pages import read_whole, text_of

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
    assert re.search(r'<input type="checkbox" name="provider" value="P-DUDLEY" checked>', filled)


def test_what_is_tried_is_what_was_proposed(client: TestClient) -> None:
    """The units of the smallest change run alone there, and whether the gap is closed is asked about afterwards.

    The gap is named by what it is and not by its parts, so that no address is too long to be passed on.
    """
    asked = "/changes?role=OC-HCSASSOC&provider=P-DUDLEY"
    best = client.get(asked).json()["best"]
    (there,) = [one for one in links(client.get(asked, headers=PAGES).text) if one.startswith("/sandboxes/new")]
    tried = parse_qs(there.partition("?")[2])
    new = [unit for unit in best["units"] if not unit["already"]]
    assert new and tried["alone"] == [unit["id"] for unit in new]
    assert tried["closing"] == ["role=OC-HCSASSOC&provider=P-DUDLEY"] and len(there) < 300
    assert tried["provider"] == ["P-DUDLEY"] and "award" not in tried
    form = read_whole(client.get(there, headers=PAGES).text, there)
    chosen = [one.get("value") for one in form.findall(".//input[@name='alone']") if one.get("checked") is not None]
    assert chosen == tried["alone"]
    assert [one.get("value") for one in form.findall(".//input[@name='closing']")] == tried["closing"]


def test_a_gap_that_is_named_by_what_it_is_has_the_parts_that_the_change_was_to_close(client: TestClient) -> None:
    asked = "role=OC-HCSASSOC&provider=P-DUDLEY"
    parts = [one["id"] for one in client.get(f"/changes?{asked}").json()["gap"]]
    form = read_whole(client.get("/sandboxes/new", params={"closing": asked}, headers=PAGES).text, "/sandboxes/new")
    taught = [
        one.get("value") for one in form.findall(".//input[@name='competency']") if one.get("checked") is not None
    ]
    assert taught == parts and len(parts) > 50
    wrong = client.get("/sandboxes/new", params={"closing": "role=OC-HCSASSOC&level=x"}, headers={"Accept": "*/*"})
    assert wrong.status_code == 422 and wrong.json()["detail"].startswith("closing: level ")


def test_names_are_looked_up_in_the_form_without_script_and_nothing_typed_is_lost(client: TestClient) -> None:
    """Words for several things are choices that are buttons; one of them takes the place of the words."""
    typed = {"provider": "college", "alone": "lean manufacturing", "seats": "12", "title": "My idea"}
    reply = client.post("/sandboxes/new", data={**typed, "choose": ""}, headers=PAGES)
    assert reply.status_code == 422
    form = read_whole(reply.text, "/sandboxes/new")
    value = {one.get("name"): one.get("value") for one in form.findall(".//input")}
    assert (value["provider"], value["seats"], value["title"]) == ("college", "12", "My idea")
    ticked = [one.get("value") for one in form.findall(".//input[@name='alone']") if one.get("checked") is not None]
    assert ticked == ["U-ENG24-5016"]
    assert "could mean several things" in text_of(form.find(".//*[@id='provider-error']"))
    choices = [one.get("value") for one in form.findall(".//button[@name='choose']")]
    assert "provider=P-WALSALL" in choices
    typed |= {"alone": ticked[0], "choose": "provider=P-WALSALL"}
    chosen = client.post("/sandboxes/new", data=typed, headers=PAGES)
    assert chosen.status_code == 200
    form = read_whole(chosen.text, "/sandboxes/new")
    ticked = [one.get("value") for one in form.findall(".//input[@type='checkbox']") if one.get("checked") is not None]
    assert ticked == ["P-WALSALL", "U-ENG24-5016"]


@pytest.mark.parametrize("name", ["competency", "award", "provider", "alone"])
def test_what_an_address_names_that_is_not_known_is_said(client: TestClient, name: str) -> None:
    page = client.get(f"/sandboxes/new?{name}=K-NOPE", headers=PAGES)
    assert page.status_code == 422
    (said,) = read_whole(page.text, "/sandboxes/new").findall(".//div[@id='problem']//a")
    assert said.get("href") == f"#{name}" and "nothing here has the id “K-NOPE”" in text_of(said)


def test_a_price_has_its_unit_and_nothing_that_is_empty_is_laid_out(client: TestClient) -> None:
    page = client.get("/changes?role=OC-HCSASSOC&provider=P-DUDLEY", headers=PAGES).text
    assert ">1 unit<" in page and "1 units" not in page
    nothing = client.get("/changes", params={"gap": GAP, "provider": "Dudley College"}, headers=PAGES).text
    titles = re.findall(r'<h2 id="table-\d+">([^<]+)', nothing)
    assert titles == ["Units", "Stays open"]
    first = client.get("/watch/changes", headers=PAGES).text
    assert "There is no release before this one" in first and "fewer filters" not in first


def test_a_district_that_is_a_town_says_what_a_district_is(client: TestClient) -> None:
    reply = client.get("/coverage?district=Dudley")
    assert reply.status_code == 422
    assert reply.json()["hint"].startswith(
        "A district is the first half of a postcode, such as DY1. In Dudley something"
    )
    form = client.get("/coverage?sector=healthtech", headers=PAGES).text
    assert re.search(r'name="district"[^>]*list="l-district"', form)
    assert '<option value="DY1">Dudley</option>' in form[form.index('<datalist id="l-district">') :]


def test_without_script_no_chart_is_promised_and_what_it_says_is_read(open_home: Open) -> None:
    page = open_home("/coverage?sector=healthtech&level=4", java_script_enabled=False)
    assert page.get_by_text("Competencies by finding:").is_visible()
    assert not page.get_by_text("The same as data:").is_visible()


def test_a_chart_is_no_white_slab_in_the_dark(open_home: Open) -> None:
    page = open_home("/coverage?sector=healthtech&level=4", color_scheme="dark")
    page.wait_for_selector("[data-chart][data-ready=yes]")
    assert page.get_by_text("The same as data:").is_visible()
    painted = "(one => [getComputedStyle(one).fill, getComputedStyle(one.closest('svg')).backgroundColor])"
    assert page.locator(".chart svg > rect").first.evaluate(painted) == ["none", "rgba(0, 0, 0, 0)"]
    assert "invert(1)" in page.locator(".chart svg").evaluate("one => getComputedStyle(one).filter")
    page.emulate_media(media="print")
    assert page.locator(".chart svg").evaluate("one => getComputedStyle(one).filter") == "none"


@pytest.mark.parametrize(
    "path",
    [
        "/overlaps",
        "/cold-spots",
        "/standards/OC-HCSASSOC/matrix",
        "/fragility",
        "/changes?role=OC-HCSASSOC&provider=P-DUDLEY",
    ],
)
def test_a_narrow_screen_begins_with_the_finding_and_no_table_goes_on_for_ever(path: str, open_home: Open) -> None:
    page = open_home(path, viewport={"width": 320, "height": 640}, java_script_enabled=False)
    finding = page.locator("main p.lead").bounding_box()
    assert finding is not None and finding["y"] < 560
    assert re.search(r"\d", page.locator("main p.lead").inner_text())
    assert max(table.locator("tbody tr").count() for table in page.locator("main table").all()) <= 20
    assert page.locator("main").bounding_box()["height"] < 30_000


def test_who_leafs_through_a_table_meets_every_row_of_the_file_once(client: TestClient) -> None:
    """What a page says it has are the rows of the first table, and those are the rows of the CSV file."""
    asked, seen = "/cold-spots?town=Dudley", list[str]()
    path: str | None = asked
    while path:
        page = read_whole(client.get(path, headers=PAGES).text, path)
        section = page.find(".//main//section")
        seen += [text_of(row.find(".//td")) for row in section.findall(".//tbody/tr")]
        turns = {text_of(one): one.get("href") for one in section.findall(".//a[@class='button button-plain']")}
        path = next((href for name, href in turns.items() if name.startswith("More rows")), None)
        (said,) = [text_of(one) for one in section.findall("p") if re.match(r"Rows \d", text_of(one))]
    rows = list(csv.reader(io.StringIO(client.get(f"{asked}&format=csv").text)))[1:]
    assert len(seen) == len(rows) > 20
    assert said.endswith(f" to {len(rows)} of {len(rows)}. The files have all.")
    assert client.get(f"{asked}&rows=2.0").status_code == 422


def test_what_a_page_was_made_of_is_kept_for_who_leafs_through_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = list[str]()
    real = curriculum.fragility

    def once(*given: object, **named: object) -> object:
        begun.append("fragility")
        return real(*given, **named)

    monkeypatch.setattr(curriculum, "fragility", once)
    asked = "/fragility?offered_only=true&level=5"
    for path in (asked, f"{asked}&rows=2.21", f"{asked}&format=csv", asked):
        assert client.get(path, headers=PAGES).status_code == 200
    assert begun == ["fragility"]


def test_a_long_table_is_printed_in_part_and_says_so(open_home: Open) -> None:
    page = open_home("/coverage?sector=healthtech&limit=60")
    assert not page.locator(".print-only").first.is_visible()
    page.emulate_media(media="print")
    rows = page.locator("table").first.locator("tbody tr")
    assert rows.count() > 30
    assert [rows.nth(place).is_visible() for place in (0, 29, 30)] == [True, True, False]
    assert page.get_by_text("Printed are the first 30 of these rows.").first.is_visible()


def test_from_the_board_to_a_filled_in_sandbox_by_keyboard_alone(open_home: Open) -> None:
    page = open_home("/designers")
    tab_to(page, "Coverage board")
    page.keyboard.press("Enter")
    page.wait_for_url("**/coverage?**")
    tab_to(page, "Ask otherwise")
    page.keyboard.press("Enter")
    tab_to(page, "Town")
    page.keyboard.type("Dudley")
    page.keyboard.press("Enter")
    page.wait_for_url("**town=Dudley**")
    page.goto(f"/coverage/{GAP}")
    tab_to(page, "The smallest change that would teach it")
    page.keyboard.type("Dudley")
    tab_to(page, "Show the smallest change")
    page.keyboard.press("Enter")
    page.wait_for_url("**/changes?**")
    tab_to(page, "Try it in a sandbox")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sandboxes/new?**")
    for words in ("Award that is run", "Who runs it?", "First day", "Title of the unit"):
        tab_to(page, words)
    tab_to(page, "Make it and see what changes")


@pytest.mark.parametrize(
    "path",
    [
        "/awards/Q-HNC-COMP22/approval-pack",
        "/changes?role=OC-HCSASSOC&provider=P-DUDLEY",
        "/cold-spots",
        "/fragility",
        "/releases/1",
        "/shared-competencies",
        "/standards/OC-HCSASSOC/matrix?award=Q-HNC-COMP22",
        "/watch/index",
    ],
)
def test_what_people_read_has_names_and_not_our_ids(client: TestClient, path: str) -> None:
    """Ids stand in addresses and files; `.address` is the small print beside a name, and a form has values."""
    page = read_whole(client.get(path, headers=PAGES).text, path)
    main = page.find(".//main")
    assert main is not None
    for one in [*main.findall(".//details"), *main.findall(".//span[@class='address']")]:
        one.clear()
    text = text_of(main)
    assert not re.search(r"\b(?:C|DL|GAP|K|OC|P|PT|Q|S|U)-[A-Z0-9]", text), path
    assert not re.search(r"\b[a-z]+_[a-z]+\b|\bQuads\b|whole-only", text), path


def test_a_pack_of_no_known_standard_says_so_first_and_is_shown_whole(client: TestClient) -> None:
    path = "/awards/Q-MEDTECH-HNC/approval-pack"
    page = read_whole(client.get(path, headers=PAGES).text, path)
    (lead,) = page.findall(".//main/p[@class='lead']")
    said = text_of(lead)
    assert said.startswith("Which occupational standards the MedTech HTQs were approved against was not found. None of")
    assert "None of the statements is of an approved occupational standard." in said
    text = text_of(page.find(".//main"))
    assert text.index("published; that this occupation asks for it: inferred") < text.index("Open questions")
    assert "Of Z1, Z2," in text
    assert "not an official UK competence standard" in text
    assert text.index("No page states the credits of the MedTech HNC") < text.index("Numbered duties with their")
    lines = list(csv.DictReader(io.StringIO(client.get(path, params={"format": "csv"}).text)))
    assert {one["Source"].partition("/en/")[0].partition("/pipe")[0] for one in lines} == {
        "https://zechmeister-solutions.com",
        "https://issuu.com",
    }
    path = "/awards/Q-HNC-COMP22/approval-pack?role=OC-HCSASSOC"
    page = read_whole(client.get(path, headers=PAGES).text, path)
    tables = [one for one in page.iter("table") if "whole" in one.get("class", "")]
    whole = client.get(path, headers={"Accept": "application/json"}).json()["standards"][0]["lines"]
    assert len(tables[0].findall("tbody/tr")) == len(whole) > 30


def test_an_approval_pack_is_printed_whole(open_home: Open) -> None:
    page = open_home("/awards/Q-HNC-COMP22/approval-pack?role=OC-HCSASSOC")
    page.emulate_media(media="print")
    rows = page.locator("table.whole").first.locator("tbody tr")
    assert rows.count() > 30
    assert rows.last.is_visible()


def test_a_wide_chart_is_not_cut_off(open_home: Open) -> None:
    page = open_home("/coverage?sector=healthtech&level=4", viewport={"width": 1200, "height": 900})
    page.wait_for_selector("[data-chart][data-ready=yes]")
    wide = "one => one.querySelector('svg').getBoundingClientRect().width <= one.clientWidth"
    assert page.locator(".chart").evaluate(wide)


def test_a_question_that_lacks_something_is_called_what_it_is(client: TestClient) -> None:
    html = client.get("/changes?role=OC-HCSASSOC", headers=PAGES).text
    assert "<h1>The smallest change that closes a gap</h1>" in html


def test_what_a_chart_says_it_is_as_data_is_that(client: TestClient) -> None:
    html = client.get("/coverage?sector=healthtech&level=4", headers=PAGES).text
    caption = html.partition("<figcaption")[2].partition("</figcaption>")[0]
    (address,) = re.findall(r'href="([^"]*)"', caption)
    assert client.get(unescape(address)).json()["data"]["values"]


def test_a_role_of_which_nothing_is_stated_says_so_and_leads_on(client: TestClient) -> None:
    path = "/changes?role=OC-MTTECH&provider=P-DUDLEY"
    page = client.get(path, headers=PAGES)
    assert page.status_code == 422
    assert "MedTech HNC" in page.text
    assert "is published either. So no unit can be recommended." in page.text
    assert "Ask without it" not in page.text
    onward = links(page.text)
    assert 'href="coverage?role=OC-MTTECH"' in page.text
    assert "/changes?role=OC-REGADV&provider=P-DUDLEY" in onward
    for one in ("/coverage?role=OC-MTTECH", "/changes?role=OC-REGADV&provider=P-DUDLEY"):
        assert client.get(one, headers=PAGES).status_code == 200


def test_what_overlaps_an_award_without_units_is_not_known(client: TestClient) -> None:
    html = client.get("/overlaps?award=Q-MEDTECH-HNC", headers=PAGES).text
    assert "What overlaps with MedTech HNC is not known, as its units are not published." in html
    assert "0 pairs" not in html
    assert "pairs of units of different awards overlap" in client.get("/overlaps", headers=PAGES).text


def test_what_only_the_past_covers_is_told_where_it_counts(client: TestClient) -> None:
    hangs = client.get("/fragility", headers={"Accept": "application/json"}).json()
    offered = client.get("/fragility?offered_only=true", headers={"Accept": "application/json"}).json()
    assert (hangs["covered"] - hangs["past_only"], 0) == (offered["covered"], offered["past_only"])
    page = client.get("/fragility", headers=PAGES).text
    assert f"{hangs['past_only']} of them by past leavers and past runs alone" in page
    rows = list(csv.DictReader(io.StringIO(client.get("/fragility", params={"format": "csv"}).text)))
    for one in rows:
        assert sum(map(int, re.findall(r"\((\d+) ", one["Standing"]))) == int(one["Competencies"])


def test_what_a_change_closes_has_its_word_and_sources_that_lead_somewhere(client: TestClient) -> None:
    asked = {"role": "OC-HCSASSOC", "provider": "P-DUDLEY"}
    table = client.get("/changes", params={**asked, "format": "csv"}).text
    assert "a source that cannot be opened" in table
    assert "urn:" not in table
    drawn = client.get("/changes", params={**asked, "format": "vega-lite"}).json()
    assert '"closed (inferred)"' in json.dumps(drawn)


def test_names_that_nobody_published_have_their_word(client: TestClient) -> None:
    shared = client.get("/shared-competencies", headers=PAGES).text
    things = client.app.state.holder.get().things
    shown = client.get("/shared-competencies?limit=20").json()["items"]
    named = {two["title"] for one in shown for two in one["teachers"][:6]}
    inferred = sorted(title for title in named if things.doubt_of_name(title))
    assert inferred
    for title in inferred:
        assert re.search(re.escape(escape(title)) + r" \(\d+ roles\) <span class=\"tag tag-inferred\"", shared), title
