"""They stop here and come back later: asked of the service, on the page of a route, and on the console."""

import re
from html import unescape
from pathlib import Path

from fastapi.testclient import TestClient
from html5lib import HTMLParser
from typer.testing import CliRunner

from api.cli import app as console
from api.web.wording import on_screen

ASKED = "from=PT-BOOTCAMP&to_level=4&on=2026-11-22"
LATER = f"/pathways/1/later?{ASKED}&stop_after=1&weeks_away=26"
BROWSER = {"Accept": "text/html"}


def main_of(client: TestClient, path: str) -> str:
    found = client.get(path, headers=BROWSER)
    assert found.status_code == 200, found.text
    HTMLParser(strict=True).parse(found.text)
    html: str = found.text
    assert len(re.findall(r"<h1[ >]", html)) == 1
    return html.partition("<main")[2].partition("</main>")[0]


def test_a_route_leads_to_the_way_on_and_the_page_says_what_the_data_says(home_client: TestClient) -> None:
    route = main_of(home_client, f"/pathways/1?{ASKED}")
    links = [unescape(one) for one in re.findall(r'href="(/pathways/1/later[^"]*)"', route)]
    assert [re.sub(r".*weeks_away=", "", one) for one in links] == ["13", "26", "52"]
    assert links[1] == LATER
    said = home_client.get(LATER).json()
    page = unescape(main_of(home_client, LATER))
    assert "Stop after step 1, and come back 6 months later" in page
    assert said["text"] and all(on_screen(text) in page for text in said["text"])
    for step in said["steps"]:
        assert step["title"] in page
    (back,) = re.findall(r'class="button" href="(.*?)"', page)
    assert back == f"/pathways/1?{ASKED}#step-1"
    main_of(home_client, re.findall(r'href="(/pathways/1/later[^"]*)"', page)[0])


def test_the_region_says_what_is_not_known_of_a_way_on(home_client: TestClient) -> None:
    """The HNC in MedTech has no start that is known, and only work is left after it."""
    found = home_client.get(LATER).json()
    stop = home_client.get(f"/pathways?{ASKED}").json()["pathways"][0]["steps"][0]["afterwards"]
    assert (found["outcome"], found["keeps"], found["stop_at_least"]) == ("same-steps", stop, True)
    assert found["back_in_weeks"] == found["stops_in_weeks"] + 26
    assert (found["weeks_later"], found["lapses"]) == (26, None)
    assert [step["start_known"] for step in found["steps"]] == [False]


def test_what_is_held_already_is_not_sent_again_and_what_is_not_there_is_not_found(home_client: TestClient) -> None:
    tag = home_client.get(LATER).headers["etag"]
    assert home_client.get(LATER, headers={"If-None-Match": tag}).status_code == 304
    for path in (LATER.replace("/1/", "/9/"), LATER.replace("stop_after=1", "stop_after=7")):
        found = home_client.get(path)
        assert (found.status_code, found.json()["code"]) == (404, "not-found")
        assert home_client.get(path, headers=BROWSER).status_code == 404
    assert home_client.get(LATER.replace("weeks_away=26", "weeks_away=0")).status_code == 422


def test_the_console_says_the_same(home_client: TestClient, home_data: Path) -> None:
    asked = ["pathway", "--from", "PT-BOOTCAMP", "--to-level", "4", "--on", "2026-11-22", "--stop-after", "1"]
    told = " ".join(CliRunner().invoke(console, [*asked, "--data-dir", str(home_data)]).stdout.split())
    found = home_client.get(LATER).json()
    assert "come back 26 weeks later" in told
    assert all(text in told for text in found["text"])
    assert all(step["id"] in told and step["start_note"] in told for step in found["steps"])
