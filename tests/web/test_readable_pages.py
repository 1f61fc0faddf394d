"""No link on a page ends in braces: what is asked for can be read, with its filters, and programs get the same."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from tests.support.browsing import Open, violations

PAGES = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(home_client: TestClient) -> TestClient:
    return home_client


def test_programs_get_data_from_the_same_addresses(client: TestClient) -> None:
    for path in ("/roles?level=4", "/datasets", "/releases", "/issues", "/find?q=lab"):
        for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
            assert client.get(path, headers=headers).headers["content-type"] == "application/json", path


def test_a_list_has_each_thing_its_next_page_and_its_query(client: TestClient) -> None:
    data = client.get("/roles?level=4&limit=5").json()
    page = client.get("/roles?level=4&limit=5", headers=PAGES).text
    for one in data["items"]:
        assert f'<a href="{one["href"]}">' in page
    links = {one["rel"]: one["href"] for one in data["links"]}
    assert links["next"] in unescape(page)
    assert f'href="{links["query"]}">A related query' in unescape(page)  # it knows nothing of the filter
    assert ">The query behind this page</a>" in client.get("/roles?limit=5", headers=PAGES).text


def test_a_thing_of_a_list_leads_to_its_own_page(client: TestClient) -> None:
    found = client.get("/roles/OC-HCSASSOC", headers=PAGES, follow_redirects=False)
    assert (found.status_code, found.headers["location"]) == (303, "/id/OC-HCSASSOC")
    assert "Accept" in found.headers["vary"]


def test_a_filter_form_loses_its_blanks_and_stays_at_home(client: TestClient) -> None:
    found = client.get("/asked/roles?level=4&q=&release=1", follow_redirects=False)
    assert (found.status_code, found.headers["location"]) == (303, "/roles?level=4&release=1")
    for away in ("/asked//example.org/x", "/asked/%2F%2Fexample.org/x", "/asked/https://example.org"):
        location = client.get(away, follow_redirects=False).headers["location"]
        assert location.startswith("/") and not location.startswith("//"), away


def test_a_form_has_every_filter_with_what_was_asked(client: TestClient) -> None:
    page = client.get("/roles?level=4", headers=PAGES).text
    described = client.get("/openapi.json").json()["paths"]["/roles"]["get"]["parameters"]
    for one in described:
        if one["in"] == "query" and one["name"] not in ("format", "release", "limit", "offset"):
            assert f'name="{one["name"]}"' in page
    assert re.search(r'name="level" value="4" checked', page)


def test_what_is_wrong_with_a_question_is_told_on_a_page(client: TestClient) -> None:
    page = client.get("/roles?level=99", headers=PAGES)
    assert page.status_code == 422
    assert page.headers["content-type"].startswith("text/html")


def test_a_chart_is_drawn_within_the_policy_and_its_table_is_beside_it(open_home: Open) -> None:
    page = open_home("/coverage")
    page.wait_for_selector("[data-chart][data-ready=yes]")
    assert page.locator(".chart svg").count() == 1
    assert page.locator("table").count() >= 1
    assert violations(page) == []
