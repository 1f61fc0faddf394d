"""The adviser's half hour: the question, the routes side by side, one of them step by step, and the plan."""

import json
import re
from html import unescape
from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient
from html5lib import HTMLParser
from hypothesis import given
from hypothesis import strategies as st

from api.web.adviser import ROWS
from api.web.plan import Action, Plan, calendar
from api.web.question import asked_of
from tests.support.browsing import Open, violations

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ASKED = "from=PT-BOOTCAMP&to_level=4"
NONE = "from=PT-BOOTCAMP&to=OC-HCSASSOC&attendance=evening"
STATES = (
    "/start",
    "/start?to=nurse&attribute=age:34&attendance=evening",
    "/start?from=PT-BOOTCAMP&to=OC-MTTECH&to=OC-MAMMO&avoid=PG-017&within_weeks=100&attribute=relevant-work:yes",
    "/pathways",
    "/pathways/roles?from=PT-BOOTCAMP",
    f"/pathways?{ASKED}",
    f"/pathways?{NONE}",
    "/pathways?from=bootcamp&to=technician",
    "/pathways?from=PT-BOOTCAMP&to_level=4&hours_per_week=many",
    f"/pathways/1?{ASKED}",
    f"/pathways/3?{ASKED}",
    f"/pathways/1/plan?{ASKED}",
    f"/pathways/1/plan?{ASKED}&print=large",
)


@pytest.fixture(scope="module")
def client(home_client: TestClient) -> TestClient:
    return home_client


def words_of(html: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html)))


@pytest.mark.parametrize("path", STATES)
def test_each_page_is_valid_and_says_its_release(client: TestClient, path: str) -> None:
    found = client.get(path, headers=BROWSER)
    assert found.headers["content-type"].startswith("text/html")
    assert len(re.findall(r"<h1[ >]", found.text)) == 1
    assert "style=" not in found.text and "<script>" not in found.text
    HTMLParser(strict=True).parse(found.text)
    assert "Release " in found.text
    told = words_of(found.text.partition("<main")[2].partition("</main>")[0])
    told = re.sub(r"https?://\S+", "", told)
    assert not re.search(r"\bpathways?\b(?! and guided)|sector healthtech|\d{4}-\d\d-\d\d(?!&)|Input should", told), (
        told
    )


def test_programs_still_get_data_and_so_does_who_says_so(client: TestClient) -> None:
    for headers, path in (({}, f"/pathways?{ASKED}"), (BROWSER, f"/pathways?{ASKED}&format=json")):
        assert client.get(path, headers=headers).json()["outcome"] == "found"


def test_the_table_says_of_each_route_what_the_answer_says(client: TestClient) -> None:
    reply = client.get(f"/pathways?{ASKED}").json()
    page = client.get(f"/pathways?{ASKED}", headers=BROWSER).text
    plans = re.findall(r'<a href="/pathways/(\d)/plan[^"]*">Make an action plan', page)
    assert plans == [str(number) for number in range(1, len(reply["pathways"]) + 1)]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    assert [unescape(name) for name, _ in rows] == [*ROWS]
    cells = [[unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for _, row in rows]
    for place, one in enumerate(reply["pathways"]):
        column = dict(zip(ROWS, (row[place] for row in cells), strict=True))
        assert str(one["totals"]["weeks"]) in column["Time to get there"]
        assert column["Time to get there"].startswith("At least") == one["totals"]["weeks_at_least"]
        assert all(step["title"] in column["Steps"] for step in one["steps"])
        unknown = one["totals"]["steps_of_unknown_cost"]
        assert column["Cost to the client"].startswith("Nothing") == (one["totals"]["cost_pounds"] == 0 and not unknown)
        assert ("step is our inference" in column["How sure we are"]) == (one["status"] == "inferred")
        parts = ((step["cost"], step["weeks"], {"status": step["needs_status"]}) for step in one["steps"])
        ours = any(part and part["status"] == "inferred" for said in parts for part in said)
        assert ("our inference" in column["How sure we are"]) == (one["status"] == "inferred" or ours)


def test_no_route_says_why_and_its_buttons_ask_without_the_limit(client: TestClient) -> None:
    page = client.get(f"/pathways?{NONE}", headers=BROWSER).text
    assert "No route to Healthcare science associate" in page
    (fix,) = re.findall(r'<a class="button button-small" href="(.*?)">', page)
    assert "attendance" not in [name for name, _ in parse_qsl(unescape(fix).partition("?")[2])]
    opened = client.get(unescape(fix), headers=BROWSER).text
    assert "1 route to Healthcare science associate" in words_of(opened) or "routes to" in words_of(opened)


def test_words_with_several_meanings_are_offered_as_links_that_ask_with_one(client: TestClient) -> None:
    page = client.get("/pathways?from=bootcamp&to=technician", headers=BROWSER)
    assert page.status_code == 422
    links = [unescape(one) for one in re.findall(r'<li><a href="(/pathways\?.*?)">', page.text)]
    assert len(links) > 3
    assert all("from=bootcamp" in one and "to=technician" not in one for one in links)
    assert client.get(links[0], headers=BROWSER).status_code == 200
    assert 'value="technician"' in page.text  # nothing that was typed is lost


def test_a_field_that_cannot_be_read_is_named(client: TestClient) -> None:
    page = client.get("/pathways?to_level=4&hours_per_week=many", headers=BROWSER)
    assert page.status_code == 422
    main = page.text.partition("<main")[2]
    assert '<a href="#hours">Hours a week must be a whole number' in main and "There is a problem" in main
    assert 'value="many"' in main and 'id="hours-error"' in main  # nothing that was typed is lost


def test_a_form_becomes_a_short_address(client: TestClient) -> None:
    path = "/pathways/ask?to=&to_level=4&from=PT-BOOTCAMP&from=&fact.age=34&fact.employment=&by=weeks&arrive_by="
    found = client.get(path, headers=BROWSER, follow_redirects=False)
    assert found.status_code == 303
    assert found.headers["location"] == "/pathways?to_level=4&from=PT-BOOTCAMP&attribute=age%3A34"


@given(
    st.lists(st.tuples(st.sampled_from(["to", "to_level", "from", "fact.age", "by", "budget"]), st.text(max_size=5)))
)
def test_a_question_has_no_blank_and_one_goal(items: list[tuple[str, str]]) -> None:
    found = asked_of(items)
    assert all(value.strip() for _, value in found)
    names = {name for name, _ in found}
    assert not {"to", "to_level"} <= names
    assert len(found) <= len(items)


def test_the_picture_and_the_list_say_the_same(client: TestClient) -> None:
    for number in (1, 2, 3):
        page = client.get(f"/pathways/{number}?{ASKED}", headers=BROWSER).text
        drawn = re.findall(
            r'<g data-step="(\d+)" data-said="(.*?)">.*?<text x="([\d.]+)"[^>]*>(.*?)</text>', page, re.DOTALL
        )
        listed = re.findall(
            r'<li id="step-(\d+)">\s*<h2>\d+\. (.*?)</h2>.*?<span class="when">(.*?)</span>', page, re.DOTALL
        )
        assert listed and [(one, said) for one, said, *_ in drawn] == [(one, when) for one, _, when in listed]
        tagged = [
            ">inferred<" in one.partition("</p>")[0] + one.partition("<dt>How long</dt>")[2].partition("</dd>")[0]
            for one in page.split('<li id="step-')[1:]
        ]
        for (_, _, x, text), (_, title, _), unsure in zip(drawn, listed, tagged, strict=True):
            assert text.endswith(" (our inference)") == unsure  # the picture says in words what the list tags
            assert title.startswith(text.partition(". ")[2].removesuffix(" (our inference)").removesuffix("..."))
            assert float(x) > 0 and float(x) + 7 * len(text) < 720  # also of a step that is short and late
        waits = re.findall(r'data-said="[^"]*after a wait of (\d+) weeks?"><line class="wait"', page)
        assert len(waits) == page.count('class="wait"') == page.count("after a wait of") // 3  # the bar, title and list
        ended = re.findall(r'"so-far">(.*?)</dd>', page)
        bands = re.findall(r'<g data-after="([\d,]+)"><rect[^>]*/>(?:<text[^>]*>(.*?)</text>)?', page)
        assert len([text for _, text in bands if text]) >= 2, "the last part of both says what it shows"
        assert page.count("(our inference)</text>") <= page.count(' unsure"')
        assert all(f": {text}" in ended[int(after.rpartition(",")[2]) - 1] for after, text in bands)


def test_one_route_shows_every_step_with_its_source_and_where_to_stop(client: TestClient) -> None:
    reply = client.get(f"/pathways?{ASKED}").json()
    page = client.get(f"/pathways/1?{ASKED}", headers=BROWSER).text
    one = reply["pathways"][0]
    for step in one["steps"]:
        assert all(source["record"] in page for source in step["sources"])
        assert f'<span class="tag tag-{step["status"]}">' in page
    assert page.count("The client can stop here") == len(one["steps"]) - 1
    assert "Roles it is said to lead to" in page and "What employers ask for is not known" in page
    assert "If they stop part way" in page


def test_there_is_no_fourth_route_of_three(client: TestClient) -> None:
    none = client.get(f"/pathways/4?{ASKED}", headers=BROWSER)
    assert none.status_code == 404
    assert "The query behind this page" in none.text
    assert client.get(f"/pathways/0?{ASKED}", headers=BROWSER).status_code == 422


def test_the_plan_reopens_itself_on_the_same_release_and_day(client: TestClient) -> None:
    page = client.get(f"/pathways/1/plan?{ASKED}", headers=BROWSER).text
    (address,) = set(re.findall(r'<br><a href="(.*?)">', page))
    assert "release=" in address and "on=" in address
    again = client.get(unescape(address).partition("://")[2].partition("/")[2].join(("/", "")), headers=BROWSER)
    assert again.status_code == 200
    assert not re.search("PT-BOOTCAMP|km=|sector=|by=", address) and "from=skills+bootcamp" in address
    main = re.compile(r"<main.*</main>", re.DOTALL)
    found, first = main.search(again.text), main.search(page)
    assert found and first and words_of(found[0]) == words_of(first[0])


def test_the_plan_as_data_has_what_the_page_has(client: TestClient) -> None:
    said = client.get(f"/pathways/1/plan.json?{ASKED}").json()
    page = words_of(client.get(f"/pathways/1/plan?{ASKED}", headers=BROWSER).text)
    assert [one["points"] for one in said["calls"]] == [4, 1]  # to whoever runs the course, and to the employer
    for action in said["actions"]:
        assert action["what"] in page
        assert action["by"] is None  # no start is known in the region for this route
    assert json.dumps(said["goal"]) == '"MedTech technician"'


def test_only_what_has_a_day_goes_into_the_calendar() -> None:
    from datetime import date

    dated = Action("Apply, soon; really", "client", date(2027, 1, 11), "it starts then", ())
    plan = Plan((), "a goal", (), "", "", "", (dated, Action("Ask", "client", None, "", ())), (), date(2026, 11, 22))
    text = calendar(plan, "https://example.org/pathways/1/plan?" + "é" * 80)
    assert text.count("BEGIN:VEVENT") == 1
    assert "DTSTART;VALUE=DATE:20270111\r\nDTEND;VALUE=DATE:20270112\r\n" in text
    assert "SUMMARY:Apply\\, soon\\; really\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "é" * 80 in text.replace("\r\n ", "")


@pytest.mark.parametrize(("goal", "called"), [("OC-HCSASSOC", "The job"), ("Q-HNC-COMP22", "The award")])
def test_a_route_says_whether_it_leads_to_a_job_or_to_an_award(client: TestClient, goal: str, called: str) -> None:
    page = client.get(f"/pathways/1?from=level:3&to={goal}", headers=BROWSER).text
    assert f'<dt>{called}</dt><dd><a href="/id/{goal}">' in page


def test_in_a_browser_each_state_is_clean_and_fits_a_narrow_screen(open_home: Open) -> None:
    for path in STATES[::3]:
        assert violations(open_home(path)) == [], path
    for path in STATES:
        small = open_home(path, viewport={"width": 320, "height": 640}, color_scheme="dark")
        assert violations(small) == [], path
        assert small.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_from_the_start_to_the_plan_by_keyboard_and_without_script(open_home: Open) -> None:
    page = open_home("/start", java_script_enabled=False)
    page.get_by_label("They have done, hold or work as").focus()
    page.keyboard.type("digital bootcamp")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="3 routes to a level 4 role in HealthTech").wait_for()
    page.get_by_role("link", name="Route 1:").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Make an action plan of it").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Action plan: MedTech technician").wait_for()
    assert page.locator("svg").count() == 1


def test_everyday_names_are_offered_as_they_are_typed_and_sent_by_their_id(open_home: Open) -> None:
    page = open_home("/start")
    field = page.get_by_label("They have done, hold or work as")
    field.press_sequentially("healthcare supp")
    page.locator(".autocomplete__option").first.wait_for()
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".autocomplete__option--focused small").inner_text()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show routes").click()
    page.wait_for_url("**/pathways?**")
    assert f"from={chosen}" in page.url
    assert violations(page) == []


def test_words_that_were_not_chosen_are_sent_as_they_are(open_home: Open) -> None:
    page = open_home("/start")
    page.get_by_label("They have done, hold or work as").press_sequentially("digital bootcamp")
    page.get_by_role("button", name="Show routes").click()
    page.wait_for_url("**/pathways?**")
    assert "from=digital+bootcamp" in page.url
    assert page.locator("h1").inner_text() == "3 routes to a level 4 role in HealthTech"


def test_on_paper_there_is_no_control_and_nothing_is_lost(open_home: Open) -> None:
    page = open_home(f"/pathways/1/plan?{ASKED}")
    page.emulate_media(media="print")
    assert not page.locator(".button").first.is_visible()
    assert not page.locator(".top").is_visible()
    assert page.get_by_text("Confirm by phone first").is_visible()
    assert page.locator(".code svg").is_visible()
