"""The question of the adviser's pages: nothing that is asked is hidden or lost, what is wrong is said by its everyday
name, and every other question that a page offers is a real one.
"""

import json
import re
from datetime import date
from html import unescape
from urllib.parse import parse_qsl, urlencode

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from api.errors import FieldProblem, Problem
from api.questions import Understanding, today
from api.schemas.pathways import PathwayAsked
from api.web.adviser import (
    can_start,
    cost_of,
    first_work,
    how_sure,
    needs_employer,
    partly_ours,
    stops_of,
    time_of,
    where,
    who_pays,
)
from api.web.plan import Action, Plan, calendar
from api.web.question import asked_of, before_lifting, dropped, mend, read
from api.web.wording import SHORT, corrected, mistakes, on_screen, said_of_client, short_words
from queries.pathways.limits import limits_of
from tests.support.browsing import Open, tab_to, violations

BROWSER = {"Accept": "text/html"}
ASKED = "from=PT-BOOTCAMP&to_level=4"


@pytest.fixture(scope="module")
def client(home_client: TestClient) -> TestClient:
    return home_client


def main_of(client: TestClient, path: str, status: int = 200) -> str:
    found = client.get(path, headers=BROWSER)
    assert found.status_code == status, found.text
    return str(found.text.partition("<main")[2].partition("</main>")[0])


def links_of(html: str) -> list[tuple[str, str]]:
    """Each link: its address and its words."""
    found = re.findall(r'<a [^>]*?href="(.*?)"[^>]*>(.*?)</a>', html, re.DOTALL)
    return [(unescape(href), unescape(re.sub("<[^>]*>", "", text)).strip()) for href, text in found]


def alone(href: str) -> str:
    """A question that is asked with the one before it beside it, asked alone."""
    return f"/pathways?{urlencode([one for one in parse_qsl(href.partition('?')[2]) if one[0] != 'before'])}"


def fields_of(html: str) -> set[tuple[str, str]]:
    """What the form would send as it stands: its filled, ticked and hidden fields."""
    found = set()
    for tag in re.findall(r"<input [^>]*>", html):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        chosen = said.get("type") not in ("radio", "checkbox") or tag.endswith(" checked>")
        if chosen and said.get("value"):
            found.add((said["name"], unescape(said["value"])))
    return found


def test_the_form_shows_and_sends_everything_that_the_address_asks(client: TestClient) -> None:
    said = (
        "from=PT-BOOTCAMP&holds=OC-HCSW&to=OC-MTTECH&to=OC-MAMMO&avoid=PG-017&via=OC-HCSA&provider=P-DUDLEY&by=cost"
        "&within_weeks=100&alternatives=2&on=2026-11-22&jobs_as_steps=false&attendance=day&mode=online&budget=500"
        "&unpriced=true&hours_per_week=16&depart_after=2027-01-04&arrive_by=2029-07-31&confirmed_only=true"
        "&attribute=age:34&attribute=relevant-work:yes"
    )
    html = main_of(client, f"/start?{said}")
    assert 'type="hidden"' not in html
    asked = dict.fromkeys(pair for pair in map(tuple, (one.split("=") for one in said.split("&"))))
    sent = set(asked_of(fields_of(html)))
    lost = {pair for pair in asked if pair not in sent}
    by_name = {("from", "PT-BOOTCAMP"), ("holds", "OC-HCSW"), ("to", "OC-MTTECH")}
    assert lost <= by_name  # these stand there by their names, which mean them and nothing else
    assert {("from", "skills bootcamp"), ("from", "Healthcare support worker"), ("to", "MedTech technician")} <= sent


def test_of_an_answer_that_is_given_twice_the_later_holds() -> None:
    found = asked_of([("attribute", "age:34"), ("fact.age", "35"), ("attribute", "employment:employed")])
    assert found == [("attribute", "age:35"), ("attribute", "employment:employed")]


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("arrive_by", "31/7/2028", "2028-07-31"),
        ("arrive_by", "1 September 2027", "2027-09-01"),
        ("depart_after", "4 Jan 2027", "2027-01-04"),
        ("arrive_by", "soon", "soon"),
        ("budget", "£2,500", "2500"),
        ("budget", "a lot", "a lot"),
        ("hours_per_week", "16 hours", "16"),
    ],
)
def test_days_and_numbers_may_be_written_as_people_write_them(name: str, written: str, read: str) -> None:
    assert asked_of([(name, written)]) == [(name, read)]


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("", "to", "Say where the client wants to get to"),
        ("to_level=4&to=OC-MTTECH", "to", "not both"),
        ("to_level=4&hours_per_week=ten", "hours", "Hours a week must be a whole number"),
        ("to_level=4&budget=lots", "budget", "pounds"),
        ("to_level=4&arrive_by=soon", "arrive", "31 July 2028"),
        ("to_level=4&depart_after=soon", "depart", "31 July 2028"),
        ("to_level=4&arrive_by=2020-01-01", "arrive", "1 January 2020, is already over"),
        ("to_level=4&arrive_by=2030-01-01&depart_after=2031-05-05", "arrive", "5 May 2031, the first day to start"),
        ("to_level=4&attribute=age:old", "fact-age", "“old” is not a number of years"),
        ("to_level=4&attribute=relevant-work:perhaps", "fact-relevant-work", "“perhaps” is not one of"),
        ("to_level=4&attribute=shoe-size:9", "to", "“shoe-size”"),
        ("to_level=4&attribute=age:34&attribute=age:35", "fact-age", "answered twice"),
        ("to_level=4&colour=red", "to", "“colour”"),
        ("to_level=4&from=OC-HCSW&from=airline+pilot", "from-2", "Nothing is called “airline pilot”"),
        ("to_level=4&from=OC-HCSW&holds=airline+pilot", "from-2", "Nothing is called “airline pilot”"),
        ("to=OC-GONE", "to", "Nothing here has the code “OC-GONE”"),
        ("to_level=4&avoid=airline+pilot", "also", "airline pilot"),
        ("to_level=4&alternatives=99", "also", "from 1 to 10"),
        (f"to_level=4&from={'x' * 300}", "from-1", "200 letters"),
        ("to_level=4&from=%3Cscript%3Ealert(1)%3C/script%3E", "from-1", "&lt;script&gt;"),
    ],
)
def test_what_is_wrong_is_said_by_its_everyday_name_with_a_link_to_its_field(
    client: TestClient, query: str, field: str, words: str
) -> None:
    html = main_of(client, f"/pathways?{query}", 422)
    summary = re.search(r'<div class="problem".*?</div>', html, re.DOTALL)
    assert summary is not None and "autofocus" in summary[0]
    link = re.search(rf'<a href="#{field}">([^<]*)</a>', summary[0])
    assert link is not None and words in link[1], summary[0]
    assert len(re.findall(rf'id="{field}"', html)) == 1
    assert "<script>" not in html
    assert 'id="to-error"' in html or f'id="{field}-error"' in html


def test_words_of_several_meanings_in_two_fields_are_put_right_one_by_one(client: TestClient) -> None:
    html = main_of(client, "/pathways?from=technician&to=technician", 422)
    links = [href for href, _ in links_of(html) if href.startswith("/pathways?")]
    assert links and all(href.endswith("&to=technician") and "from=technician" not in href for href in links)
    html = main_of(client, links[0], 422)
    links = [href for href, _ in links_of(html) if href.startswith("/pathways?")]
    assert links and main_of(client, links[0])


def test_who_is_there_already_is_told_so(client: TestClient) -> None:
    asked = "from=OC-HCSW&to=OC-HCSW"
    assert client.get(f"/pathways?{asked}").json()["pathways"][0]["steps"] == []
    assert "The client is there already" in main_of(client, f"/pathways?{asked}")
    assert "no step is needed" in main_of(client, f"/pathways/1?{asked}")
    assert "you are there already" in main_of(client, f"/pathways/1/plan?{asked}")


def test_credits_of_an_award_stay_when_its_words_are_put_right() -> None:
    asked = [("to_level", "4"), ("from", " computing:60"), ("from", "else")]
    assert corrected(asked, "computing", "Q-X") == [("to_level", "4"), ("from", "Q-X:60"), ("from", "else")]


def test_a_thing_that_was_withdrawn_is_asked_for_again_by_what_replaces_it() -> None:
    document = Problem("retired-id", "“OC-OLD” was last in release 1.", members={"id": "OC-OLD"}).document("/pathways")
    (found,) = mistakes(document, [("from", "PT-BOOTCAMP"), ("to", "OC-OLD")])
    assert (found.field, found.text) == ("to", "“OC-OLD” was last in release 1.")


def test_a_thing_that_was_withdrawn_has_links_that_ask_for_what_replaces_it_or_the_last_release(
    client: TestClient,
) -> None:
    members = {"id": "OC-OLD", "last_release": 1, "replaced_by": ["OC-NEW"]}
    document = Problem("retired-id", "“OC-OLD” was last in release 1.", members=members).document("/pathways")
    scope: dict[str, object] = {
        "type": "http",
        "method": "GET",
        "path": "/pathways",
        "root_path": "/under",
        "headers": [],
        "app": client.app,
    }
    scope |= {"query_string": b"from=PT-BOOTCAMP&to=OC-OLD", "server": ("stepway", 80), "scheme": "http"}
    reply = mend(Request(scope), document)
    assert reply.status_code == 410
    hrefs = {href for href, _ in links_of(bytes(reply.body).decode())}
    assert "/under/pathways?from=PT-BOOTCAMP&to=OC-NEW" in hrefs
    assert "/under/pathways?release=1&from=PT-BOOTCAMP&to=OC-OLD" in hrefs


def test_a_parameter_that_nobody_foresaw_is_named_in_plain_words() -> None:
    error = FieldProblem(field="request", message="`trade_off` takes two or three different criteria", given=None)
    document = Problem("invalid-request", "x", 422, members={"errors": [error]}).document("/pathways")
    (found,) = mistakes(document, [("to_level", "4")])
    assert found.text == "Trade_off takes two or three different criteria."


@pytest.mark.parametrize("number", [4, 9, 11, 10_000])
def test_a_route_that_there_is_not_leads_back_to_those_there_are(client: TestClient, number: int) -> None:
    html = main_of(client, f"/pathways/{number}/plan?{ASKED}", 404)
    assert "3 routes to a level 4 role in HealthTech" in html
    assert [href for href, _ in links_of(html)] == [f"/pathways?{ASKED}"]


@pytest.mark.parametrize("path", ["/pathways", "/pathways/1"])
def test_what_was_asked_stands_on_every_page_with_a_link_that_changes_it(client: TestClient, path: str) -> None:
    html = main_of(client, f"{path}?{ASKED}&attribute=age:34&hours_per_week=20&depart_after=2027-09-01")
    for words in ("a level 4 role in HealthTech", "skills bootcamp", "aged 34", "20 hours", "before 1 September 2027"):
        assert words.casefold() in html.casefold()
    changes = [href for href, text in links_of(html) if text.startswith("Change:") or text.startswith("Change")]
    for place in ("to", "from-1", "fact-age", "by", "arrive"):
        (href,) = {one for one in changes if one.endswith(f"#{place}")}
        assert len(re.findall(f'id="{place}"', main_of(client, href))) == 1


EVERY_LIMIT = (
    "from=PT-BOOTCAMP&to_level=4&arrive_by=2027-06-01&depart_after=2027-01-04&hours_per_week=12&budget=100"
    "&unpriced=true&attendance=evening&mode=online&provider=Dudley+College+of+Technology&published_only=true"
    "&without_employer=true&confirmed_only=true&profile_required=true&jobs_as_steps=false&avoid=MedTech+HNC"
    "&via=Healthcare+science+assistant&attribute=age:34"
)


def test_each_limit_in_force_can_be_dropped_and_is_then_gone(client: TestClient) -> None:
    reply = client.get(f"/pathways?{EVERY_LIMIT}").json()
    html = main_of(client, f"/pathways?{EVERY_LIMIT}")
    part = html[html.index('id="what-if"') :]
    links = [href for href, text in links_of(part) if text == "Ask without it"]
    holder = client.app.state.holder
    understanding, labels = Understanding(holder.get(), holder), holder.get().pathways.projection.labels

    def limits_in(query: str) -> list[tuple[str, str]]:
        asked, _ = understanding.request(read(parse_qsl(query), PathwayAsked), today())
        return [(one.name, one.text) for one in limits_of(asked, labels)]

    limits = limits_in(EVERY_LIMIT)
    assert [name for name, _ in limits] == [one["name"] for one in reply["question"]["limits"]]
    assert len(limits) == len(links) == 14
    for limit, href in zip(limits, links, strict=True):
        left = limits_in(alone(href).partition("?")[2])
        assert limit not in left
        assert [one for one in left if one[0] != "time"] == [one for one in limits if one[0] not in ("time", limit[0])]


def test_what_would_open_a_route_is_asked_as_wide_as_the_answer_took_it() -> None:
    reply = {"understood": (), "pathways": ("one",)}
    found = dropped([("to_level", "4"), ("hours_per_week", "5")], [{"name": "hours_per_week"}], reply)
    assert found == [("to_level", "4"), ("hours_per_week", "100")]


def test_a_limit_that_was_lifted_to_get_to_a_route_is_said_in_its_plan(client: TestClient) -> None:
    asked = "/pathways?to=OC-HCSASSOC&from=PT-BOOTCAMP&attendance=evening&near=Walsall&avoid=Q-MEDTECH-HNC"
    (fix,) = [
        href for href, text in links_of(main_of(client, asked)) if text == "Ask without “only evening attendance”"
    ]
    (route,) = {href for href, text in links_of(main_of(client, fix)) if text.startswith("Route 1:")}
    (plan,) = [href for href, text in links_of(main_of(client, route)) if text.startswith("Make an action plan")]
    kept = [href for href, _ in links_of(main_of(client, plan)) if href.startswith("http://testserver/")]
    for path in (plan, kept[0].removeprefix("http://testserver")):
        assert "Lifted to get here</dt><dd>Only evening attendance." in main_of(client, path)
    said = client.get(plan.replace("/plan?", "/plan.json?")).json()
    assert said["lifted"] == ["only evening attendance"] and "evening" not in str(said["limits"])
    assert "Lifted" not in main_of(client, "/pathways/1/plan?to=OC-HCSASSOC&from=PT-BOOTCAMP&near=Walsall")
    assert ("lifted", "attendance=evening") in fields_of(main_of(client, route.replace("/pathways/1", "/start")))


def test_a_limit_that_is_set_again_as_it_was_is_lifted_no_more() -> None:
    base = [("to_level", "4"), ("from", "PT-BOOTCAMP")]
    lifted = ("lifted", "arrive_by=2028-07-31&attendance=evening&within_weeks=")
    evening, day = ("attendance", "evening"), ("arrive_by", "31/07/2028")
    assert asked_of([*base, lifted]) == [*base, lifted]
    assert asked_of([*base, lifted, evening]) == [*base, evening, ("lifted", "arrive_by=2028-07-31&within_weeks=")]
    assert asked_of([*base, lifted, evening, day]) == [*base, evening, ("arrive_by", "2028-07-31")]
    other = ("attendance", "day")
    assert asked_of([*base, ("lifted", "attendance=evening"), other])[-1] == ("lifted", "attendance=evening")


@pytest.mark.parametrize("said", [1, 12, 100, 310])
def test_how_far_is_said_in_miles_and_asked_in_km(client: TestClient, said: int) -> None:
    asked = asked_of([("to_level", "4"), ("near", "Walsall"), ("miles", f"{said} miles")])
    (km,) = [value for name, value in asked if name == "km"]
    assert int(km) == round(said * 1.609344)
    assert ("miles", str(said)) in fields_of(main_of(client, f"/start?{urlencode(asked)}"))
    assert asked_of([("to_level", "4"), ("miles", "12")]) == [("to_level", "4")]
    wrong = main_of(client, "/pathways?to_level=4&near=Walsall&km=far", 422)
    assert '<a href="#miles">' in wrong and "in miles" in wrong
    assert not re.search(r"\bkm\b", re.sub(r"<[^>]*>", "", wrong))


def test_several_limits_that_were_lifted_are_kept_in_one_word_of_the_address() -> None:
    asked = [("to_level", "4"), ("near", "Walsall"), ("hours_per_week", "5"), ("lifted", "budget=100&unpriced=")]
    none = {"understood": (), "pathways": ()}
    found = dropped(asked, [{"name": "hours_per_week"}, {"name": "distance"}], none)
    assert found[:-1] == [("to_level", "4"), ("hours_per_week", "100")]
    assert sorted(before_lifting(found)) == sorted([*asked[:-1], ("budget", "100")])


def test_whom_to_ask_is_named_from_the_nearest_on_and_what_is_not_known_of_it_is_said(client: TestClient) -> None:
    asked = "to=OC-HCSASSOC&from=PT-BOOTCAMP"
    said = client.get(f"/pathways/1/plan.json?{asked}&near=Walsall").json()
    whom = said["calls"][0]["whom"]
    far = [one["miles"] for one in whom if one["miles"] is not None]
    assert said["sets_out"] == "Walsall" and far == sorted(far) and len(far) > 1
    assert [one["miles"] for one in whom[len(far) :]] == [None]
    html = main_of(client, f"/pathways/1/plan?{asked}&near=Walsall")
    assert f"about {far[0]} miles away" in html and html.count("distance not known") == 1
    assert "Miles are from Walsall in a straight line" in html
    html = main_of(client, f"/pathways/1/plan?{asked}")
    assert "away" not in html and "where you set out from was not said" in html


def test_a_limit_is_asked_again_with_another_value(client: TestClient) -> None:
    html = main_of(client, f"/pathways?{ASKED}&hours_per_week=12&attribute=age:34")
    form = next(one for one in re.findall(r"<form.*?</form>", html, re.DOTALL) if 'id="if-hours_per_week"' in one)
    sent = fields_of(form)
    assert ("hours_per_week", "12") in sent
    others = {("from", "PT-BOOTCAMP"), ("to_level", "4"), ("attribute", "age:34")}
    assert {one for one in sent if one[0] != "before"} - {("hours_per_week", "12")} == others


def test_a_step_can_be_swapped_by_asking_again(client: TestClient) -> None:
    html = main_of(client, f"/pathways/1?{ASKED}")
    (first, *_) = [href for href, text in links_of(html) if text == "Ask for routes without this step"]
    before = client.get(f"/pathways?{ASKED}").json()["pathways"][0]["steps"][0]["id"]
    after = client.get(alone(first)).json()
    assert all(before != step["id"] for one in after["pathways"] for step in one["steps"])
    assert after["pathways"]


def test_who_does_not_know_where_to_is_shown_roles_and_each_is_a_question(client: TestClient) -> None:
    sent = "to=&to_level=unsure&from=PT-BOOTCAMP&fact.age=34&by=weeks"
    found = client.get(f"/pathways/ask?{sent}", headers=BROWSER, follow_redirects=False)
    assert found.headers["location"] == "/pathways/roles?from=PT-BOOTCAMP&attribute=age%3A34"
    html = main_of(client, found.headers["location"])
    links = [(href, text) for href, text in links_of(html) if href.startswith("/pathways?")]
    home = [text for _, text in links[: [text for _, text in links].index("Clinical scientist") + 1]]
    assert {"MedTech technician", "Healthcare science associate"} <= set(home)
    for href, text in links[5:8]:
        reply = client.get(href).json()
        assert reply["outcome"] == "found" and reply["question"]["to"][0]["label"] == text
        assert [one["id"] for one in reply["question"]["holds"]] == ["PT-BOOTCAMP"]


def test_a_role_that_nothing_leads_to_is_not_within_reach(client: TestClient) -> None:
    html = main_of(client, "/pathways/roles?from=PT-BOOTCAMP")
    shown = {href.partition("to=")[2] for href, _ in links_of(html) if "&to=" in href}
    everything = {one["id"] for one in client.get("/roles?limit=100").json()["items"]}
    left_out = sorted(everything - shown)
    assert left_out
    for id in left_out:
        assert client.get(f"/pathways?from=PT-BOOTCAMP&to={id}&within_weeks=1040").json()["outcome"] != "found", id


def test_words_that_mean_nothing_are_asked_about_before_roles_are_shown(client: TestClient) -> None:
    assert 'href="#from-1"' in main_of(client, "/pathways/roles?from=zzzzqq", 422)


def step(**other: object) -> dict[str, object]:
    given = {
        "number": 1,
        "kind": "study",
        "weeks": {"status": "published"},
        "cost": {"status": "published"},
        "payments": [],
        "place": None,
        "provider": None,
        "seen_at": [],
        "delivered_by": [],
        "starts_in_weeks": 0,
        "eligibility": {"likely": "likely-yes"},
        "status": "published",
        "needs_employer": False,
        "condition_note": None,
        "needs": [],
        "needs_status": "published",
        "afterwards": {"awards": [], "credits": None},
    }
    return given | other


def route(*steps: dict[str, object], **totals: object) -> dict[str, object]:
    usual = {
        "weeks": 52,
        "weeks_at_least": False,
        "steps_of_unknown_length": 0,
        "steps_of_unknown_hours": 0,
        "steps_of_unknown_cost": 0,
        "cost_pounds": 0,
        "known_cost_pounds": 0,
        "loan_pounds": 0,
        "steps_that_cannot_be_told": 0,
    }
    return {"totals": usual | totals, "steps": [*steps]}


def test_a_sum_that_rests_on_our_inference_says_so() -> None:
    guessed = step(weeks={"status": "inferred"}, cost={"status": "inferred"})
    assert time_of(route(step())) == "52 weeks, about 12 months"
    assert time_of(route(step(), guessed)) == "52 weeks, about 12 months (our inference)"
    assert cost_of(route(step())) == "Nothing"
    assert cost_of(route(guessed)) == "Nothing (our inference)"
    assert "made up" in cost_of(route(step(cost={"status": "illustrative"})))


def test_what_is_not_known_of_time_and_money_is_never_nought() -> None:
    assert "how long 1 step takes in all is not known" in time_of(route(step(), steps_of_unknown_length=1))
    assert cost_of(route(step(cost=None), steps_of_unknown_cost=1, cost_pounds=None)) == (
        "Not known: no price was found for 1 step"
    )
    assert cost_of(route(step(), cost_pounds=1200, loan_pounds=None)) == "£1,200, how much of it as a loan is not known"
    assert cost_of(route(step(), cost_pounds=1200, loan_pounds=900)) == "£1,200, £900 of it as a loan"


def test_who_pays_says_whether_that_can_be_told_and_leaves_out_who_does_not() -> None:
    def pays(title: str, answer: str) -> dict[str, object]:
        return {"title": title, "decision": {"answer": answer}}

    one = step(payments=[pays("Loan", "not-known"), pays("Bursary", "no")])
    two = step(payments=[pays("Loan", "yes"), pays("Own money", "not-known")])
    assert who_pays([one, two]) == "Loan (likely); Own money (cannot be told yet)"
    assert who_pays([step()]) == "Not known"


def test_the_other_rows_say_what_is_known_and_no_more() -> None:
    job = step(number=2, kind="job", starts_in_weeks=None)
    college = {"id": "PV-1", "label": "College"}
    assert where([step(place="Walsall", provider=college), step(provider=college)]) == "Walsall; then College"
    assert where([step(), job]) == "No provider of it is known"
    once = step(seen_at=[{"provider": "PV-1"}], delivered_by=[{"provider": "PV-1"}, {"provider": "PV-2"}])
    said = where([once])
    assert said == "No provider of it is known today; 2 providers ran it or had a page of it before, named in its step"
    assert where([job]) == "Where the employer is"
    assert first_work([step()]) == "Not on this route"
    assert first_work([step(), job]) == "With step 2; when is not known"
    unlikely = route(step(eligibility={"likely": "likely-no"}), step(), steps_that_cannot_be_told=1)
    assert can_start(unlikely) == "Likely no for 1 step; We cannot tell yet for 1 step"
    assert can_start(route(step())) == "Likely yes, at every step"


def test_what_work_a_step_needs_is_said_where_routes_are_compared_and_where_the_step_says_what_it_needs(
    client: TestClient,
) -> None:
    note = "must be employed in breast imaging; level 2 English and maths"
    html = main_of(client, "/pathways?to=OC-MAMMO")
    assert f"1 step (as the source puts it, step 1: {note})" in html
    html = main_of(client, "/pathways/1?to=OC-MAMMO")
    needs = html.partition("<dt>What it needs</dt>")[2].partition("</dd>")[0]
    assert f"M{note[1:]} (as the source puts it)" in needs
    made_up = step(needs_employer=True, condition_note="must be a trainee", status="illustrative")
    assert needs_employer([step(number=1), made_up | {"number": 2}]) == (
        "1 step (as the source puts it, step 2: must be a trainee (made up, for demonstration))"
    )


def test_what_to_check_and_whom_to_ask_is_said_once(client: TestClient) -> None:
    reply = client.get(f"/pathways?{ASKED}").json()
    one = reply["pathways"][0]["steps"][0]
    asks = [ask["whom"] for ask in one["eligibility"]["decision"]["ask"]]
    assert asks.count("person") > 1 and one["eligibility"]["text"].count("Ask the person") == 1
    told = [check["what"] for check in reply["check_before_recommending"] if check["step"] == 1]
    assert sum("The provider decides" in what or "the provider decides" in what for what in told) == 1


def test_an_answer_is_put_in_the_words_of_the_pages() -> None:
    assert (
        on_screen("no pathway by 2028-07-31; 2028-13-45 is no day") == "no route by 31 July 2028; 2028-13-45 is no day"
    )
    assert on_screen("Metabolic Pathways") == "Metabolic Pathways"  # the name of a unit
    assert on_screen("any provider of this kind: HNC") == "whoever runs it (HNC; no provider is known)"


def test_what_is_said_of_a_person_is_read_back_in_words() -> None:
    items = [("attribute", "age:34"), ("to", "x"), ("attribute", "employment:unemployed"), ("attribute", "shoe-size:9")]
    assert said_of_client(items) == ["aged 34", "out of work"]


def test_short_words_are_explained_on_the_page_that_uses_them_and_only_there(client: TestClient) -> None:
    for path in (f"/pathways?{ASKED}", f"/pathways/1?{ASKED}", f"/pathways/1/plan?{ASKED}"):
        text, _, explained = main_of(client, path).partition("Short words on this page")
        told = set(re.findall(r"<abbr>(.*?)</abbr>", explained))
        assert told == {word for word, _ in short_words(text)}
        assert "HNC" in told
    assert short_words("<p class='HNC'>nothing</p>") == [] and "HTQ" in SHORT


def events_of(text: str) -> list[dict[str, str]]:
    """The entries of a calendar file (RFC 5545): its lines unfolded, its texts without their escapes."""
    found: list[dict[str, str]] = []
    for line in text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n"):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            found[-1][name] = re.sub(r"\\(.)", lambda sign: "\n" if sign[1] == "n" else sign[1], value)
    return found


def test_what_a_calendar_reads_is_what_the_plan_says(client: TestClient) -> None:
    what = "Apply; then ask, whether £1,200 " + "is the whole price of the Higher National Certificate " * 3 + "\\ end"
    action = Action(what, "client", date(2027, 2, 28), "the course starts then", ())
    again = Action("Ask again", "client", date(2027, 12, 31), "the course starts then", ())
    plan = Plan((), "a goal", (), "", "", "", (action, again), (), date(2026, 11, 22))
    first, second = events_of(calendar(plan, "https://example.org/pathways/1/plan?on=2026-11-22&release=1"))
    assert first["SUMMARY"] == what
    assert (first["DTSTART;VALUE=DATE"], first["DTEND;VALUE=DATE"]) == ("20270228", "20270301")
    assert (second["DTSTART;VALUE=DATE"], second["DTEND;VALUE=DATE"]) == ("20271231", "20280101")
    assert first["UID"] != second["UID"] and "release=1" in first["DESCRIPTION"]
    served = client.get(f"/pathways/1/plan.ics?{ASKED}").text
    assert served.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0") and served.endswith("END:VCALENDAR\r\n")


def test_the_plan_fits_one_sheet_of_paper(open_home: Open) -> None:
    much_said = (
        "to=healthcare+science+associate&from=healthcare+support+worker&attribute=age:23&attribute=employment:employed"
        "&attribute=highest-level:2&attribute=english-maths-level2:yes&attribute=resident-wmca:yes"
        "&hours_per_week=15&budget=500&near=Walsall&km=10"
    )
    for query in (ASKED, "to_level=4&from=level:2&without_employer=true", much_said):
        for large, most in (("", 1), ("&print=large", 3 if query == much_said else 2)):
            page = open_home(f"/pathways/2/plan?{query}{large}")
            sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
            assert 1 <= sheets <= most, (query, large)
            page.emulate_media(media="print")
            kept = page.evaluate("getComputedStyle(document.querySelector('.foot')).breakBefore")
            assert kept == "avoid", "no sheet has the foot alone"


def test_what_is_wrong_has_the_focus_and_its_link_leads_into_the_field(open_home: Open) -> None:
    for script in (True, False):
        page = open_home("/pathways?to_level=4&hours_per_week=ten", java_script_enabled=script)
        if script:
            assert page.evaluate("document.activeElement.id") == "problem"
        page.get_by_role("link", name="Hours a week must be").click()
        page.keyboard.type("1")
        assert "1" in page.get_by_label("Hours a week the client can give").input_value()


def test_colours_that_the_reader_forces_are_kept(open_home: Open) -> None:
    for path in (f"/pathways?{ASKED}", f"/pathways/1?{ASKED}", "/pathways?to_level=4&hours_per_week=ten"):
        page = open_home(path, forced_colors="active")
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_the_whole_session_by_keyboard_alone(open_home: Open) -> None:
    page = open_home("/start")
    tab_to(page, "They have done, hold or work as")
    page.keyboard.type("skills bootcamp")
    page.keyboard.press("Escape")
    tab_to(page, "Show routes")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pathways?**")
    tab_to(page, "Hours a week")
    page.keyboard.press("Control+a")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    page.wait_for_url("**hours_per_week=20**")
    tab_to(page, "Answer these")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions?**")
    answered = 0
    while page.get_by_role("button", name="Continue").count():
        if page.get_by_role("radio").count():
            tab_to(page, "Not known")
            page.keyboard.press("ArrowDown")  # from the last choice on to the first
            tab_to(page, "Continue")
        else:
            tab_to(page, page.locator("h1").inner_text())
            page.keyboard.type("34")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        answered += 1
    assert answered > 1
    tab_to(page, "Show routes with these answers")
    page.keyboard.press("Enter")
    page.wait_for_url("**/beside?**")
    tab_to(page, "Route 1:")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pathways/1?**")
    tab_to(page, "Swap this step")
    page.keyboard.press("Enter")
    tab_to(page, "Ask for routes without this step")
    page.keyboard.press("Enter")
    page.wait_for_url("**avoid=**")
    tab_to(page, "Route 1:")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pathways/1?**")
    tab_to(page, "Make an action plan")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan?**")
    assert page.locator("h1").inner_text().startswith("Action plan:")
    tab_to(page, "Back to the route")


def test_in_the_dark_with_strong_contrast_what_is_wrong_can_be_read(open_home: Open) -> None:
    page = open_home("/pathways?to_level=4&hours_per_week=ten", color_scheme="dark", contrast="more")
    assert violations(page) == []


def test_an_answer_keeps_what_the_question_promised_of_it(client: TestClient) -> None:
    """Everybody who says the highest level they hold holds an award at it, in a link as in a profile."""
    asked = "/pathways?to=OC-MTTECH&attribute=age:34"
    before = client.get(asked).json()
    (promised,) = (one for one in before["questions"]["worth_asking"] if one["fact"] == "highest-level")
    assert "would be likely yes" in promised["answers"][0]["text"]
    assert before["pathways"][0]["steps"][0]["eligibility"]["likely"] == "cannot-tell"
    after = client.get(f"{asked}&attribute=highest-level:3").json()
    assert after["pathways"][0]["steps"][0]["eligibility"]["likely"] == "likely-yes"
    assert [one["id"] for one in after["question"]["holds"]] == ["level:3"]


def test_who_does_not_know_where_to_keeps_the_limits_and_is_told_that_the_list_does_not(client: TestClient) -> None:
    limits = "attendance=evening&near=Walsall&attribute=age%3A34"
    html = main_of(client, f"/pathways/roles?{limits}")
    said = re.sub(r"<[^>]*>", "", html)
    assert "Only evening attendance; only what is taught within 12 miles of Walsall" in said
    assert "not applied to this list" in said and "Aged 34" in said
    roles = [href for href, _ in links_of(html) if "to=OC-" in href]
    assert roles and all(limits in href for href in roles)
    assert "not applied" not in main_of(client, "/pathways/roles?from=PT-BOOTCAMP")
    found = links_of(main_of(client, f"/pathways?to=OC-MTTECH&{limits}"))
    (link,) = (href for href, text in found if "All roles" in text)
    assert set(parse_qsl(limits)) <= set(parse_qsl(link.partition("?")[2]))


def test_the_nearest_roles_are_of_the_sector_that_the_list_of_roles_says(client: TestClient) -> None:
    asked = "/pathways?to_level=4&attendance=evening"
    near = client.get(asked).json()["nearest"]
    others = main_of(client, "/pathways/roles").partition("Roles in other sectors")[2]
    assert near
    for one in near:
        assert (f">{one['role']['label']}<" in others) == ("another sector" in one["why_near"]), one


def test_what_would_open_a_route_is_what_its_button_gives(client: TestClient) -> None:
    asked = "/pathways?to_level=4&attendance=evening"
    (lifted,) = client.get(asked).json()["lifting"]
    given = client.get("/pathways?to_level=4").json()["pathways"][0]
    assert (lifted["goal"], lifted["pathway"]) == (given["goal"], given["summary"])


def test_what_is_inferred_says_so_where_it_is_said(client: TestClient) -> None:
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", main_of(client, "/pathways/1?to=OC-MTTECH")))
    assert "MedTech technician, level 4 inferred" in told
    assert "inferred No entry rule was found; this is what is usual." in told
    ours = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main_of(client, "/pathways/1?to=OC-HCSASSOC&from=PT-BOOTCAMP")))
    assert "What it needs inferred Aged 16 or over" in ours and "Healthcare science assistant (our inference)." in ours
    closed = main_of(client, "/pathways?from=PT-BOOTCAMP&to=OC-HCSASSOC&attendance=evening")
    assert "nothing to pay (our inference), 1 step" in closed
    assert "within 520 weeks (which is usual), at most 40 hours a week (which is usual), only evening" in closed


def test_only_the_first_route_is_called_the_best_of_all() -> None:
    one = {"status": "published", "proven": True, "steps": []}
    assert how_sure(one, 1).endswith("No other route that we hold is better.")
    assert how_sure(one, 2).endswith("No other route that we hold is better for what it is shown for.")


def test_a_provider_farther_away_than_asked_for_is_said_to_be_so(client: TestClient) -> None:
    """By hand: Dudley College is about 11 km from the middle of Walsall, in a straight line."""

    def asked(km: int, page: str = "") -> str:
        address = f"/pathways{page}?to=OC-HCSASSOC&near=Walsall&km={km}"
        return client.get(address, headers={} if "json" in page else BROWSER).raise_for_status().text

    for km, beyond in ((10, True), (12, False)):
        whom = json.loads(asked(km, "/1/plan.json"))["calls"][0]["whom"]
        assert (whom[0]["name"], whom[0]["beyond"]) == ("Dudley College of Technology", beyond)
        for page in ("", "/1", "/1/plan"):
            of_dudley = re.findall(r"about 7 miles( away)?(, farther than asked)?", asked(km, page))
            assert of_dudley and all(bool(farther) == beyond for _, farther in of_dudley), page


def test_all_that_cannot_be_looked_up_is_said_at_once(client: TestClient) -> None:
    asked = "from=GCSE&from=level:2&from=xyzzy&to=gobbledegook&near=ZZ9&hours_per_week=many"
    page = client.get(f"/pathways?{asked}", headers=BROWSER)
    assert page.status_code == 422
    fields = re.findall(r'<li><a href="#([^"]+)">(.*?)</a>', page.text)
    assert [field for field, _ in fields] == ["hours", "from-1", "from-3", "to", "near"]
    assert unescape(fields[1][1]).endswith("Say it as the highest level that the client holds.")
    again = client.get(f"/pathways?{asked.replace('many', '9')}", headers=BROWSER)
    assert re.findall(r'<li><a href="#([^"]+)">', again.text) == ["from-1", "from-3", "to", "near"]


def test_what_is_inferred_about_a_published_route_is_said() -> None:
    one = step(cost={"value": 0, "status": "inferred"}, needs=[], needs_status="inferred")
    assert partly_ours(route(one)) == "; our inference: what it costs, in part or whole"
    assert partly_ours(route(step(cost=None))) == ""


def test_no_known_week_is_not_nought_weeks() -> None:
    assert time_of(route(step(), weeks=0, steps_of_unknown_length=1)).startswith("Not known: how long 1 step takes")


def test_an_apprenticeship_or_a_job_before_the_last_step_is_a_place_to_stop() -> None:
    kinds = ("apprenticeship", "provision", "job", "job")
    assert [one["kind"] for one in stops_of([step(kind=kind) for kind in kinds])] == ["apprenticeship", "job"]


def test_likely_at_every_step_is_only_so_once_an_employer_takes_them_on() -> None:
    said = [can_start(route(step(needs_employer=needed))) for needed in (False, True)]
    assert said == ["Likely yes, at every step", "Likely yes, at every step, once an employer takes the client on"]


def test_hours_that_are_not_known_stand_beside_the_weeks() -> None:
    said = time_of(route(step(), weeks_at_least=True, steps_of_unknown_hours=1))
    assert said.startswith("At least 52 weeks") and "how many hours a week 1 step asks is not known" in said


def test_the_plan_lists_the_limits_and_marks_what_is_not_sure(client: TestClient) -> None:
    said = client.get("/pathways/1/plan.json?to=OC-MTTECH&near=Walsall").json()
    assert [one.partition(" in a ")[0] for one in said["limits"]] == ["only what is taught within 12 miles of Walsall"]
    assert [one["marks"] for one in said["actions"]] == [["our inference"], []]
    assert [[one["name"] for one in action["whom"]] for action in said["actions"]] == [
        ["whoever runs it (not known)"],
        ["any employer with a vacancy"],
    ]
    whom = [one["whom"][0]["name"] for one in said["calls"]]
    assert whom == ["any provider of this kind: HNC", "any employer with a vacancy"]
    html = main_of(client, "/pathways/1/plan?to=OC-MTTECH&near=Walsall")
    assert "Whoever runs it (HNC; no provider is known)" in html and "step 1, which provider runs it" in html
    assert "within 12 miles of Walsall" in html


@pytest.mark.parametrize(
    "asked",
    [
        ASKED,
        "to=OC-HCSA",
        "to=OC-HCSASSOC&from=PT-BOOTCAMP&hours_per_week=12&attribute=age:34",
        "to=OC-HCSASSOC&confirmed_only=true",
    ],
)
def test_the_plan_speaks_to_the_client_and_all_other_pages_of_them(client: TestClient, asked: str) -> None:
    def words(path: str) -> str:
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", main_of(client, f"{path}?{asked}"))))

    if client.get(f"/pathways?{asked}").json()["pathways"]:
        assert not re.search(r"(?i)\bthe (client|person|learner)\b|ask your adviser", words("/pathways/1/plan"))
        assert not re.search(r"(?i)\bthe (person|learner)\b|\byou would\b", words("/pathways/1"))
    for path in ("/pathways", "/pathways/questions", "/start"):
        assert not re.search(r"(?i)\bthe (person|learner)\b", words(path)), path


@pytest.mark.parametrize("asked", [ASKED, "to_level=3", "from=OC-HCSW&to_level=5", "to=OC-HCSASSOC"])
def test_the_route_that_an_age_is_said_to_make_the_best_is_the_one_it_makes(client: TestClient, asked: str) -> None:
    def first(query: str) -> list[str]:
        return [step["id"] for step in client.get(f"/pathways?{query}").json()["pathways"][0]["steps"]]

    shown = first(asked)
    questions = client.get(f"/pathways?{asked}").json()["questions"]["worth_asking"]
    (age,) = [one for one in questions if one["fact"] == "age"]
    told = [one for one in age["answers"] if "pathway would be best" in one["text"]]
    assert told
    for one in told:
        then = first(f"{asked}&attribute=age:{one['answer'].rpartition(' ')[2]}")
        assert ("the same pathway would be best" in one["text"]) == (then == shown), one
        assert (one["pathway"] is None) == (then == shown)


def test_each_way_to_pay_says_when_it_applies(client: TestClient) -> None:
    html = main_of(client, "/pathways/1?to=OC-HCSASSOC&from=PT-BOOTCAMP")
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))
    assert "Apprenticeships: An employer without levy pays nothing for apprentices under 25" in said
    assert (
        "It applies where this holds: with an employer that does not pay the apprenticeship levy and aged under 25;"
        " for starts from 1 August 2026."
    ) in said
    assert "The levy of the employer pays inferred" in said


def test_the_plan_is_printed_by_a_button_where_there_is_script(open_home: Open) -> None:
    plain = open_home(f"/pathways/1/plan?{ASKED}", java_script_enabled=False)
    assert not plain.locator("[data-print]").is_visible()
    page = open_home(f"/pathways/1/plan?{ASKED}")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Print").click()
    assert page.title() == "printed"
    page.emulate_media(media="print")
    assert not page.locator("[data-print]").is_visible()


def test_on_a_narrow_screen_the_picture_can_be_read_and_no_comparison_is_cut(open_home: Open) -> None:
    narrow = {"width": 320, "height": 640}
    page = open_home(f"/pathways/1?{ASKED}", viewport=narrow)
    sizes = page.evaluate(
        "[...document.querySelectorAll('.by-weeks text')]"
        ".map(one => one.getScreenCTM().a * Number.parseFloat(getComputedStyle(one).fontSize))"
    )
    assert sizes and min(sizes) >= 12
    page.locator(".by-weeks [role=region]").focus()
    page.keyboard.press("ArrowRight")
    for _ in range(50):  # the page forbids what waits for a function, and scrolling takes a moment
        if page.evaluate("document.activeElement.scrollLeft > 0"):
            break
        page.wait_for_timeout(50)
    assert page.evaluate("document.activeElement.scrollLeft > 0")
    for path in (f"/pathways?{ASKED}", f"/pathways/beside?{ASKED}&before=from%3DPT-BOOTCAMP%26to%3DOC-HCSA"):
        page = open_home(path, viewport=narrow)
        tables = "[...document.querySelectorAll('.compare')].map(one => one.getBoundingClientRect().right)"
        assert max(page.evaluate(tables)) <= 320, path
        assert not page.locator(".compare thead:visible").count(), "nothing that is out of sight takes the focus"


def test_a_step_that_is_not_wanted_is_named(client: TestClient) -> None:
    limits = [one["text"] for one in client.get("/pathways?to=OC-MTTECH&avoid=PG-017").json()["question"]["limits"]]
    assert "not Start work as MedTech technician" in limits
