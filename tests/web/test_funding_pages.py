"""The pages of schemes show what their answers hold: each rule in words, its days, its source and how sure it is."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from api.resources import said_day
from api.web.pages import day

PAGES = {"Accept": "text/html"}


def words(client: TestClient, path: str) -> str:
    page = client.get(path, headers=PAGES)
    assert page.status_code == 200, path
    main = re.search(r"<main.*</main>", page.text, re.S)
    assert main is not None
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


def test_every_scheme_is_listed_with_what_it_is(home_client: TestClient) -> None:
    page, whole = words(home_client, "/funding"), home_client.get("/funding").json()
    for one in whole["schemes"]:
        assert f"{one['title']} {one['about']} {one['authority']} {one['rules']}" in page
    for row in whole["for_people"]:
        assert row["why"][1:] in page


@pytest.mark.parametrize("id", ["apprenticeship", "skills-bootcamp", "hnc", "lifelong-learning-entitlement"])
def test_every_version_of_every_rule_has_its_sentence_days_and_source(home_client: TestClient, id: str) -> None:
    page, whole = words(home_client, f"/funding/{id}"), home_client.get(f"/funding/{id}").json()
    links = home_client.get(f"/funding/{id}", headers=PAGES).text
    for rule in whole["rules"]:
        assert rule["title"] in page
        assert rule["promise"] is None or rule["promise"] in page
        for one in rule["versions"]:
            assert one["rule"] == "none" or f"Asked: {one['sentence']}." in page
            assert day(one["applies_from"]) in page and said_day(one["source"]["as_of"]) in page
            assert f"Looked at on {day(one['checked_on'])}, to be looked at again by {day(one['review_by'])}." in page
            assert f'href="{one["source"]["address"]}"' in unescape(links)
            parts = re.split(r"\b[A-Z]{1,3}-[A-Z0-9-]+\b", one["source"]["note"] or "")
            assert all(part.strip(" .,;()") in page for part in parts)
    assert not re.search(r"\bP[RG]-\d", page)  # things are called by their names
    assert "Href" not in page and "Promise: not known" not in page


def test_a_figure_has_its_value_its_unit_and_its_days(home_client: TestClient) -> None:
    page = words(home_client, "/funding/apprenticeship")
    assert "1 April 2026 to 31 March 2027 800p an hour published damartraining.com/?p=5760 , 5 December 2025." in page
    assert "not known The rate from April 2027 was not found." in page


def test_who_pays_is_said_in_words(home_client: TestClient) -> None:
    page = words(home_client, "/funding/apprenticeship")
    assert "The learner pays nothing; the employer pays 5% of the price." in page
    assert "The learner pays nothing; the rest comes from the employer's levy." in page
    page = words(home_client, "/funding/lifelong-learning-entitlement")
    assert "a loan pays the whole price; the entitlement goes down by the credits of the course." in page


def test_what_was_not_looked_at_in_time_is_said_to_answer_not_known(home_client: TestClient) -> None:
    assert "was not: until then it answers not known" in words(home_client, "/funding/apprenticeship?on=2027-08-05")
    assert "was not: until then" not in words(home_client, "/funding/apprenticeship?on=2026-11-22")
