"""What became of a kept answer, the answer before beside the one now, the questions one a page, the place somebody sets
out from, and whom a plan sends its reader to.
"""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from fastapi.testclient import TestClient
from html5lib import HTMLParser

from api.addresses import Addresses
from api.web.beside import beside as put_beside
from api.web.beside import since
from api.web.suitable import answered
from api.web.wording import on_screen
from queries.pathways.places import Places
from tests.support.browsing import Open, keep, violations
from tests.support.served import Service

BROWSER = {"Accept": "text/html"}
ASKED = "from=PT-BOOTCAMP&to_level=4"
KEPT = "to=OC-TECH&on=2026-11-22&release=1"
Reply = dict[str, Any]


@pytest.fixture(scope="module")
def client(home_client: TestClient) -> TestClient:
    return home_client


@pytest.fixture(scope="module")
def reply(client: TestClient) -> Reply:
    found = client.get(f"/pathways?{ASKED}").json()
    assert isinstance(found, dict)
    return found


def main_of(client: TestClient, path: str, status: int = 200) -> str:
    found = client.get(path, headers=BROWSER)
    assert found.status_code == status, found.text
    HTMLParser(strict=True).parse(found.text)
    assert len(re.findall(r"<h1[ >]", found.text)) == 1
    return unescape(found.text.partition("<main")[2].partition("</main>")[0])


def served(service: Service, path: str) -> str:
    found = service.get(path, {"Accept": "text/html"}, timeout=90)
    assert found.status == 200, found
    return unescape(found.body.decode())


def link_of(html: str, words: str) -> str:
    (href,) = {one for one, said in re.findall(r'href="([^"]*)"[^>]*>([^<]*)', html) if words in said}
    return unescape(href)


def test_a_kept_answer_says_what_became_of_it_and_leads_to_the_one_of_today(service: Service) -> None:
    for path in (f"/pathways?{KEPT}", f"/pathways/1?{KEPT}", f"/pathways/1/plan?{KEPT}"):
        html = served(service, path)
        assert "This is a kept answer, of release 1 of" in html and "The data is now that of release 2 of" in html
        assert "Nothing changed since in its steps, dates, money or how sure they are." in html
        today = link_of(html, "See today’s answer")
        asked = dict(parse_qsl(today.partition("?")[2]))
        assert asked == {"to": "OC-TECH", "before": "to=OC-TECH&on=2026-11-22&release=1"}
    html = served(service, today)
    assert "Beside the answer before" in html and "release 1 of" in html
    was = link_of(html, "Keep the answer before")
    assert was == f"/pathways?{KEPT}" and "kept answer" in served(service, was)


def test_who_asks_for_what_is_served_is_told_of_nothing_older(service: Service) -> None:
    assert "kept answer" not in served(service, "/pathways?to=OC-TECH")
    assert "kept answer" not in served(service, "/pathways?to=OC-TECH&release=2")


def test_a_kept_answer_about_what_is_no_longer_known_says_so(service: Service) -> None:
    html = served(service, "/pathways?to=Q-DEMO&release=1")
    assert "the same could not be asked of it" in html and "Q-DEMO" in html.partition("What follows")[0]
    assert "illustrative" in html  # the answer as it was, still with its word


def changed(reply: Reply, change: Callable[[Reply], None]) -> Reply:
    found = deepcopy(reply)
    change(found)
    return found


def test_each_thing_that_changed_is_said_old_and_new(client: TestClient, reply: Reply) -> None:
    services = client.app.state.holder.get()
    first = reply["pathways"][0]["steps"][0]

    def otherwise(found: Reply) -> None:
        found["release"] = {**found["release"], "number": 2}
        one = found["pathways"][0]
        one["totals"] |= {"weeks": 60, "cost_pounds": 900, "steps_of_unknown_cost": 0, "loan_pounds": 0}
        one["steps"][0] |= {
            "start_note": "starts 2027-09-06",
            "cost": {"value": 900, "status": "published", "at_least": False, "note": None},
            "status": "published",
        }

    found = since(reply, changed(reply, otherwise), 1, services, "/today")
    said = {row.what: (row.before, row.now) for row in found.changes or ()}
    assert said[f"When, {first['title']}"][1] == "Starts 6 September 2027"
    assert said[f"Price, {first['title']}"] == ("Price not known", "£900 (published)")
    assert said[f"How sure we are, {first['title']}"] == ("Inferred", "Published")
    assert said["Cost to the client"] == ("Not known: no price was found for 1 step", "£900 (our inference)")
    assert "60 weeks" in said["Time to get there"][1] and "52 weeks" in said["Time to get there"][0]
    assert found.text == f"{len(said)} things changed since:"


def test_steps_and_routes_that_went_and_came_are_named(client: TestClient, reply: Reply) -> None:
    services = client.app.state.holder.get()
    gone = reply["pathways"][1]

    def otherwise(found: Reply) -> None:
        del found["pathways"][1]
        steps = found["pathways"][0]["steps"]
        steps.append({**steps[0], "id": "NEW", "title": "Something new"})

    rows = since(reply, changed(reply, otherwise), None, services, "").changes or ()
    said = {row.what: row.now for row in rows}
    assert said["Something new"].startswith("A step of it")
    assert said["; then ".join(step["title"] for step in gone["steps"])] == "Not among the routes: others are shown now"

    back = since(changed(reply, otherwise), reply, None, services, "").changes or ()
    said = {row.what: row.now for row in back}
    assert said["Something new"] == "No longer known"
    assert any(row.what.startswith("Another route: ") for row in back)
    assert since(reply, reply, None, services, "").changes == ()


def test_what_only_a_note_changed_is_not_called_the_same(client: TestClient, reply: Reply) -> None:
    services = client.app.state.holder.get()

    def otherwise(found: Reply) -> None:
        found["pathways"][0]["steps"][0]["sources"] = []

    found = since(reply, changed(reply, otherwise), None, services, "")
    assert found.changes == () and found.text.endswith("Notes or sources beside it did.")


def test_what_is_gained_and_lost_is_counted_and_what_is_not_known_is_not(reply: Reply) -> None:
    def otherwise(found: Reply) -> None:
        totals = found["pathways"][0]["totals"]
        totals |= {"weeks": 40, "steps": 1, "cost_pounds": 900, "steps_of_unknown_cost": 0, "loan_pounds": 0}
        found["pathways"][0]["steps"] = found["pathways"][0]["steps"][:1]

    now = changed(reply, otherwise)
    items: list[tuple[str, str]] = [*parse_qsl(ASKED)]
    found = put_beside(reply, now, (items, items), Addresses())
    assert "12 weeks sooner, as far as it is known" in found.gained and "1 step fewer" in found.gained
    assert "1 place to stop fewer" in found.lost
    assert any(one.startswith("the cost: ") for one in found.not_compared)  # unknown before
    cheaper = changed(now, lambda one: one["pathways"][0]["totals"].update(cost_pounds=700))
    again = put_beside(now, cheaper, (items, items), Addresses())
    assert again.gained == ("£200 cheaper",) and again.lost == ()
    assert {row.what for row in again.rows} == {"Cost to the client"} and "Time to get there" in again.same


def test_a_small_fix_shows_its_answer_beside_the_one_before(client: TestClient) -> None:
    html = main_of(client, "/pathways?from=PT-BOOTCAMP&to=OC-HCSASSOC&attendance=evening")
    html = main_of(client, link_of(html, "Ask without"))
    assert "A route, where there was none" in html and "Only evening attendance" in html
    assert "No route to" in main_of(client, link_of(html, "Keep the answer before"))
    wrong = main_of(client, f"/pathways/beside?{ASKED}&before={quote('to_level=many')}", 422)
    assert "There is a problem" in wrong


def test_the_questions_are_asked_one_a_page_and_only_those_that_matter(client: TestClient, reply: Reply) -> None:
    wanted = [on_screen(one["question"]) for one in reply["questions"]["worth_asking"]]
    wanted.remove(first := "Has the client work experience that the provider accepts as relevant?")
    path, asked = f"/pathways/questions?{ASKED}", []
    for number in range(1, len(wanted) + 1):
        html = main_of(client, path)
        assert f"Question {number}</p>" in html  # how many follow depends on the answers
        asked += re.findall(r"<h1>(?:<label [^>]*>)?(.*?)<", html)
        path = link_of(html, "Skip: not known")
    assert asked == wanted
    html = main_of(client, path)
    assert "Check the answers" in html and html.count(">not known<") == len(wanted)
    assert html.partition("First find out who runs")[2].partition("</p>")[0].count(first) == 1  # nobody is known to
    assert link_of(html, "Show routes") == f"/pathways?{ASKED}"


def test_an_answer_stands_in_the_address_can_be_changed_and_shows_what_it_does(client: TestClient) -> None:
    sent = client.get(f"/pathways/questions/answer?{ASKED}&fact.age=34", headers=BROWSER, follow_redirects=False)
    path = sent.headers["location"]
    assert sent.status_code == 303 and dict(parse_qsl(path))["attribute"] == "age:34"
    second = main_of(client, path)
    first = main_of(client, link_of(second, "Back"))
    assert 'name="fact.age" value="34"' in first
    html = main_of(client, f"{path}&done=highest-level&done=relevant-work")
    assert "Aged 34" in html
    html = main_of(client, link_of(html, "Show routes"))
    assert "Beside the answer before" in html and "Aged 34" in html


def test_how_soon_a_birthday_is_stands_in_for_a_date_of_birth(client: TestClient) -> None:
    asked = f"{ASKED}&attribute=age:17&on=2026-11-21"
    facts = [one["fact"] for one in client.get(f"/pathways?{asked}").json()["questions"]["worth_asking"]]
    assert facts[0] == "born"
    html = main_of(client, f"/pathways/questions?{asked}")
    assert "next birthday?" in html and "date of birth" not in html
    sent = client.get(f"/pathways/questions/answer?{asked}&fact.next-birthday=within-3-months", follow_redirects=False)
    assert ("attribute", "next-birthday:within-3-months") in parse_qsl(sent.headers["location"])
    first = [
        client.get(f"/pathways?{asked}&attribute=next-birthday:{one}").json()["pathways"][0]["goal"]["label"]
        for one in ("within-3-months", "in-6-to-9-months")
    ]
    assert first == ["MedTech technician", "Mammography associate"]  # the way to the one is for people of 18 and over
    html = main_of(client, f"/pathways?{asked}&attribute=next-birthday:within-3-months")
    assert "Aged 17; with a birthday within 3 months" in html and "next birthday?" not in html


def test_an_answer_that_cannot_be_is_asked_for_again_and_kept(client: TestClient) -> None:
    html = main_of(client, f"/pathways/questions/answer?{ASKED}&fact.age=ten", 422)
    assert "There is a problem" in html and 'value="ten"' in html and 'href="#fact-age"' in html
    items, wrong = answered([("to_level", "4"), ("done", "age"), ("attribute", "age:30"), ("fact.age", "")])
    assert (items, wrong) == ([("to_level", "4"), ("done", "age")], None)  # taken back: not known


@pytest.mark.parametrize("name", ["Walsall", "  walsall ", "WS2", "ws2 8es", "WS28ES"])
def test_a_place_is_a_town_a_district_or_a_postcode(name: str) -> None:
    here, far = (52.58, -1.98), (51.5, -0.1)
    runs = {"near": here, "far": far, "unknown": None}
    places = Places(runs, {"walsall": here, "ws2": here}, ("Walsall",), {"P": (far, here)})
    assert places.middle(name) == here
    assert places.near(name, 20).runs == {"near", "unknown"}
    assert places.near(name, 500).runs == {"near", "far", "unknown"}
    assert places.of_provider("P", here) == 0 and places.of_provider("Q", here) is None


def test_a_place_limits_the_question_and_is_asked_again_with_it(client: TestClient) -> None:
    found = client.get("/pathways?from=OC-HCSW&to=OC-HCSA&near=Walsall&km=15").json()
    (limit,) = [one for one in found["question"]["limits"] if one["name"] == "distance"]
    assert "15 km of Walsall" in limit["text"] and "near=Walsall&km=15" in found["same_question"]
    html = main_of(client, "/pathways/1?from=OC-HCSW&to=OC-HCSA&near=Walsall&km=15")
    part = html.partition("Nearest of those who run it or did")[2].partition("</dd>")[0]
    far = [int(one) for one in re.findall(r"about (\d+) miles?", part)]
    assert far and far == sorted(far) and "not known" in part
    wrong = main_of(client, "/pathways?to_level=4&near=Atlantis", 422)
    assert '<a href="#near">' in wrong and 'value="Atlantis"' in wrong
    assert client.get("/pathways?to_level=4&km=5").status_code == 422


def test_a_plan_says_whom_to_ask_with_the_number_they_are_looked_up_by(client: TestClient) -> None:
    asked = "from=OC-HCSW&to=OC-HCSASSOC"
    steps = client.get(f"/pathways?{asked}").json()["pathways"][0]["steps"]
    plan = client.get(f"/pathways/1/plan.json?{asked}").json()
    html = main_of(client, f"/pathways/1/plan?{asked}")
    known = {past["provider"] for past in steps[0]["delivered_by"]} | {run["provider"] for run in steps[0]["seen_at"]}
    called = {who["id"]: who for call in plan["calls"] for who in call["whom"] if who["id"]}
    assert called and called.keys() <= known
    for id, who in called.items():
        properties = client.get(f"/providers/{id}").json()["properties"]
        assert who["ukprn"] == properties["ukprn"] and who["name"] in html and who["why"]
    assert "No telephone number is held" in html
    assert json.dumps(plan).count("0800") == 0


def test_what_an_engine_writes_in_brackets_is_put_in_words() -> None:
    assert on_screen("A (2 weeks) → B (when hired) [at least 65 weeks, £0, 1 step]") == (
        "A (2 weeks), then B (when hired): at least 65 weeks, nothing to pay, 1 step"
    )
    assert on_screen("A (2 weeks, inferred) [at least 2 weeks (inferred), £0 (inferred), 1 step]") == (
        "A (2 weeks, our inference): at least 2 weeks (our inference), nothing to pay (our inference), 1 step"
    )
    assert on_screen("starts 2027-01, in 2026-12") == "starts January 2027, in December 2026"
    assert on_screen("in 2026-27") == "in 2026-27"
    assert on_screen("The learner pays £5; may the person start?") == "The client pays £5; may the client start?"


STATES = {
    "question-number": f"/pathways/questions?{ASKED}",
    "question-choice": f"/pathways/questions?{ASKED}&attribute=age:34&done=age",
    "question-wrong": f"/pathways/questions/answer?{ASKED}&fact.age=ten",
    "questions-checked": f"/pathways/questions?{ASKED}&done=age&done=highest-level&done=relevant-work",
    "beside": f"/pathways/beside?{ASKED}&before={quote(f'{ASKED}&attendance=evening')}",
    "route-near": "/pathways/1?from=OC-HCSW&to=OC-HCSA&near=Walsall",
    "plan-whom": "/pathways/1/plan?to=OC-HCSASSOC&from=PT-BOOTCAMP&near=Walsall&lifted=attendance%3Devening",
    "later": "/pathways/1/later?from=PT-BOOTCAMP&to_level=4&stop_after=1&weeks_away=26",
}


def _clean(service: Service, open_page: Open, name: str, path: str) -> None:
    service.get(path, {"Accept": "text/html"}, timeout=90)  # a first answer waits for a worker; a page then does not
    page = open_page(path, viewport={"width": 320, "height": 640}, java_script_enabled=True)
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        assert violations(page) == [], (name, colours)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1100, "height": 900})
    keep(page, f"adviser-{name}")
    page.emulate_media(media="print")
    assert not page.locator(".no-print:visible, button:visible, .button:visible").count(), name


@pytest.mark.parametrize("name", STATES)
def test_each_new_state_is_clean_narrow_in_the_dark_and_on_paper(
    home_service: Service, open_home: Open, name: str
) -> None:
    _clean(home_service, open_home, name, STATES[name])


def test_a_kept_answer_is_clean_too_and_its_paper_is_the_plan_alone(service: Service, open_page: Open) -> None:
    _clean(service, open_page, "kept", f"/pathways/1/plan?{KEPT}")


def test_the_questions_by_keyboard_and_without_script(home_service: Service, open_home: Open) -> None:
    home_service.get(STATES["question-number"], {"Accept": "text/html"}, timeout=90)
    page = open_home(f"/pathways/questions?{ASKED}", java_script_enabled=False)
    page.get_by_label("How old is the client").focus()
    page.keyboard.type("34")
    page.keyboard.press("Enter")
    page.get_by_text("Question 2").wait_for()
    page.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=age&done=**")
    while page.get_by_role("link", name="Skip: not known").count():
        page.get_by_role("link", name="Skip: not known").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert page.locator("h1").inner_text() == "Check the answers"
    page.get_by_role("link", name="Show routes").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Beside the answer before").wait_for()
