"""What cannot be read is told in plain words, with the name of the parameter and what it may be."""

import re

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, ValidationError

from api.errors import field_problems


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/roles?release=x", "release: has to be a whole number."),
        ("/roles?limit=0", "limit: has to be 1 or more."),
        ("/roles?limit=999", "limit: has to be 200 or less."),
        ("/roles?level=3&level=99", "level: has to be one of E, 1, 2, 3, 4, 5, 6, 7 or 8."),
        ("/find", "q: is needed."),
        ("/find?q=", "q: is empty, and has to have at least 1 character."),
        (f"/roles/{'x' * 201}", "id: has to have at most 200 characters."),
        ("/coverage?rows=abc", "rows: is not written as it has to be: /docs says how."),
        ("/roles?colour=red", "colour: there is no parameter of this name."),
        ("/pathways?to=OC-LAB&by=weeks&by=cost", "by: takes one value, and is there more than once."),
        (
            "/roles?limit=5&limit=6&release=1&release=1",
            "limit: takes one value, and is there more than once; release: "
            "takes one value, and is there more than once.",
        ),
        ("/pathways?to=OC-LAB&on=soon", "on: is not a day such as 2026-11-21."),
    ],
)
def test_an_address_is_told_what_it_may_say(home_client: TestClient, path: str, told: str) -> None:
    reply = home_client.get(path)
    assert (reply.status_code, reply.json()["detail"]) == (422, told)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"against"', "body: has to be JSON, and cannot be read as such from character 11 on."),
        (b"[]", "request: has to be an object with named parts."),
        (b'{"against": []}', "against: is empty, and has to have at least 1 entry."),
        (b'{"against": [5, "swap"]}', "against.0: has to be text."),
        (b'{"against": ["swap"], "profile": {"age": 300}}', "profile.age: has to be 120 or less."),
    ],
)
def test_a_body_is_told_where_and_what(home_client: TestClient, body: bytes, told: str) -> None:
    reply = home_client.post("/eligibility", content=body, headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.json()["detail"]) == (422, told)


def test_the_page_says_the_same_with_what_was_given(home_client: TestClient) -> None:
    page = home_client.get("/roles?level=99", headers={"Accept": "text/html"}).text
    assert "<strong>level</strong>: has to be one of E, 1, 2, 3, 4, 5, 6, 7 or 8 (given: 99)" in page


def test_a_search_without_words_shows_the_field_for_them(home_client: TestClient) -> None:
    page = home_client.get("/find", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "This answer needs to know: words." in page.text
    assert re.search(r'<input[^>]* name="q"', page.text)


def test_bytes_are_shown_as_text_and_what_has_no_words_of_ours_is_told_as_it_is() -> None:
    class Asked(BaseModel):
        number: int
        kind: complex

    with pytest.raises(ValidationError) as raised:
        Asked.model_validate({"number": b"x", "kind": b"y"})
    first, second = field_problems(raised.value.errors())
    assert (first.message, first.given) == ("has to be a whole number", "x")
    assert (second.message, second.given) == (raised.value.errors()[1]["msg"], "y")


def test_suggestions_are_spoken_of_where_there_are_some(home_client: TestClient) -> None:
    without = home_client.get("/cold-spots?role=OC-NOPE").json()
    assert (without["suggestions"], "suggestions" in without["hint"]) == ([], False)
    some = home_client.get("/roles/OC-HCSASOC").json()
    assert some["suggestions"] and "suggestions" in some["hint"]


@pytest.mark.parametrize("query", ["links-to", "names", "facts-about"])
def test_a_thing_that_no_release_knows_is_no_empty_answer(home_client: TestClient, query: str) -> None:
    for address in (f"/queries/{query}/results", f"/queries/{query}"):
        for thing in ("OC-HCSASOC", "https://w3id.org/stepway/id/OC-HCSASOC"):
            reply = home_client.get(address, params={"thing": thing})
            assert (reply.status_code, reply.json()["code"]) == (422, "unknown-id"), reply.text
            assert "OC-HCSASSOC" in [one["id"] for one in reply.json()["suggestions"]]
    for thing in ("OC-HCSASSOC", "https://w3id.org/stepway/id/OC-HCSASSOC", "sw:level"):
        assert home_client.get(f"/queries/{query}/results", params={"thing": thing}).status_code == 200
