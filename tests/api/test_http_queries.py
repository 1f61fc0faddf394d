"""Named queries over HTTP and on the console: described, run, refused, cited, and linked from other replies."""

import csv
import io
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from queries.catalogue import get_query, list_queries
from tests.api.conftest import ON


def get(client: TestClient, path: str, status: int = 200, **headers: str) -> Any:
    reply = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert reply.status_code == status, reply.text
    return reply.json()


def a_role(client: TestClient) -> str:
    return str(get(client, "/roles?limit=1")["items"][0]["id"])


def test_the_list(client: TestClient) -> None:
    said = get(client, "/queries")
    assert [one["name"] for one in said["items"]] == [query.name for query in list_queries()]
    assert said["total"] == len(said["items"])
    adviser = get(client, "/queries?asked_by=careers+adviser")
    assert {group for one in adviser["items"] for group in one["asked_by"]} >= {"careers adviser"}
    assert 0 < adviser["total"] < said["total"]
    assert [one["name"] for one in get(client, "/queries?q=pay+year+roles")["items"]] == ["pay-of-roles"]
    assert get(client, "/queries?word=pay", 422)["code"] == "invalid-request"


def test_what_a_query_takes_and_gives(client: TestClient) -> None:
    said = get(client, "/queries/links-under-overlap")
    (most,) = said["parameters"]
    assert (most["type"], most["default"], most["required"]) == ("decimal", "0.3", False)
    assert [column["name"] for column in said["columns"]][:2] == ["most", "link"]
    assert "VALUES (?most)" in said["text"]
    assert said["citation"]["query_hash"] == get_query("links-under-overlap").file.hash
    text = client.get("/queries/links-under-overlap", headers={"Accept": "application/sparql-query"})
    assert text.text == said["text"]
    assert text.headers["content-type"].startswith("application/sparql-query")
    assert client.get("/queries/links-under-overlap?format=text").text == said["text"]


def test_the_text_holds_what_was_given_and_answers_the_same(client: TestClient) -> None:
    role = a_role(client)
    said = get(client, f"/queries/names?thing={role}")
    assert f"VALUES (?thing) {{ (<https://w3id.org/stepway/id/{role}>) }}" in said["text"]
    elsewhere = client.post(
        "/sparql",
        content=said["text"],
        headers={"Content-Type": "application/sparql-query", "Accept": "text/csv"},
    )
    here = client.get(f"/queries/names/results?thing={role}&format=csv")
    assert elsewhere.text == here.text
    assert len(here.text.splitlines()) > 1


def test_answers_in_every_format(client: TestClient) -> None:
    path = "/queries/things-of-class/results?class=sw:Role"
    said = get(client, path)
    assert said["total"] == len(said["rows"]) == get(client, "/roles")["total"]
    assert all(row[0] == "sw:Role" for row in said["rows"])
    rows = list(csv.DictReader(io.StringIO(client.get(path, headers={"Accept": "text/csv"}).text)))
    assert [row["thing"].rpartition("/")[2] for row in rows] == [row[1] for row in said["rows"]]
    tsv = client.get(f"{path}&format=tsv")
    assert tsv.headers["content-type"] == "text/tab-separated-values; charset=utf-8"
    assert tsv.text.startswith("?class\t?thing\t?label\n")
    sparql = client.get(path, headers={"Accept": "application/sparql-results+json"}).json()
    assert len(sparql["results"]["bindings"]) == said["total"]
    xml = client.get(f"{path}&format=sparql-xml")
    assert xml.headers["content-type"] == "application/sparql-results+xml"
    assert xml.text.count("<result>") == said["total"]
    assert get(client, path, 406, Accept="image/png")["code"] == "not-acceptable"


def test_pages_of_answers(client: TestClient) -> None:
    path = "/queries/things-of-class/results?class=sw:Competency"
    whole = get(client, path)
    found, here = [], f"{path}&limit=3"
    while here:
        page = get(client, here)
        assert len(page["rows"]) <= 3
        found += page["rows"]
        here = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert found == whole["rows"]
    assert get(client, f"{path}&limit=3&format=csv", 422)["code"] == "invalid-request"
    assert get(client, f"{path}&limit=0", 422)["code"] == "invalid-request"


def test_numbers_and_blanks_are_plain(client: TestClient) -> None:
    said = get(client, "/queries/every-claim-traced/results")
    names = [column["name"] for column in said["columns"]]
    for row in said["rows"]:
        assert isinstance(row[names.index("rows")], int)
        assert isinstance(row[names.index("table")], str)


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("/queries/names/results", "invalid-request", "thing: is needed: the id of a thing, or its address"),
        ("/queries/names/results?thing=a%20b", "invalid-request", "expected the id of a thing"),
        ("/queries/names?thing=a%20b", "invalid-request", "expected the id of a thing"),
        ("/queries/names/results?thing=A&thing=B", "invalid-request", "thing stands there twice"),
        ("/queries/names/results?think=A&thing=B", "invalid-request", "there is no parameter of this name"),
        ("/queries/older-than/results?before=soon", "invalid-request", "expected a day such as 2026-11-21"),
        ("/queries/ladders/results?to=OC-NOBODY", "unknown-id", "OC-NOBODY"),
        ("/queries/names/results?thing=A&release=0", "invalid-request", "release"),
    ],
)
def test_what_cannot_be_asked_is_told(client: TestClient, address: str, code: str, words: str) -> None:
    said = get(client, address, 422)
    assert said["code"] == code
    assert words in said["detail"]


def test_any_text_can_be_a_value(client: TestClient) -> None:
    for text in ('two\nlines "quoted" \\ and\ttabs', "it's\U0001f600", '" } #'):
        reply = client.get("/queries/demand-figures/results", params={"geography": text})
        assert reply.status_code == 200, reply.text
        assert (reply.json()["given"], reply.json()["rows"]) == ({"geography": text}, [])


def test_an_unknown_query_names_the_nearest(client: TestClient) -> None:
    for address in ("/queries/pay-of-role", "/queries/pay-of-role/results"):
        said = get(client, address, 404)
        assert (said["code"], "pay-of-roles" in said["hint"]) == ("not-found", True)


def test_tags_and_releases(client: TestClient) -> None:
    path = "/queries/things-of-class/results?class=sw:Role"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    first, second = get(client, f"{path}&release=1"), get(client, f"{path}&release=2")
    assert (first["release"]["number"], second["release"]["number"]) == (1, 2)
    assert client.get(f"{path}&release=1").headers["etag"] != tag
    cited = first["citation"]
    assert get(client, cited["address"])["rows"] == first["rows"]
    for part in (cited["content_hash"][:16], cited["query_hash"][:16], "release 1", cited["address"]):
        assert part in cited["text"]
    assert get(client, f"{path}&release=99", 404)["code"] == "unknown-release"


def test_other_replies_link_the_query_behind(client: TestClient) -> None:
    role = a_role(client)
    for address, behind in (
        (f"/roles/{role}?format=json", f"/queries/statements-about?thing={role}"),
        ("/roles", "/queries/things-of-class?class=sw%3ARole"),
        ("/contradictions", "/queries/told-apart"),
    ):
        reply = client.get(address)
        (link,) = [link for link in reply.json()["links"] if link["rel"] == "query"]
        assert link["href"] == behind
        assert f'<{behind}>; rel="query"' in reply.headers["link"]
        ready = [one for one in get(client, behind)["links"] if one["rel"] == "item"]
        assert get(client, ready[0]["href"])["query"] == behind.split("/")[2].partition("?")[0]


def test_what_is_stated_of_a_thing_is_what_its_query_finds(client: TestClient) -> None:
    role = a_role(client)
    thing = get(client, f"/roles/{role}?format=json")
    said = get(client, f"/queries/statements-about/results?thing={role}")
    stated = {row[1] for row in said["rows"]}
    assert {one["term"] for one in thing["statements"]} <= stated


def test_pages_for_people(client: TestClient) -> None:
    for address, words in (
        ("/queries", "Questions that are asked often"),
        ("/queries/pay-of-roles", "Open it in the query page"),
        ("/queries/things-of-class/results?class=sw:Role", "Answers"),
        ("/queries/ladders/results", "What this asks, and its limits"),
    ):
        reply = client.get(address, headers={"Accept": "text/html"})
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/html")
        assert reply.text.count("<h1") == 1
        assert words in reply.text
        assert "Accept" in reply.headers["vary"]
    role = a_role(client)
    page = client.get("/queries/things-of-class/results?class=sw:Role", headers={"Accept": "text/html"}).text
    assert f'<a href="/id/{role}">{role}</a>' in page
    hidden = client.get("/queries?q=%3Cscript%3E", headers={"Accept": "text/html"}).text
    assert "<script>" not in hidden


def test_the_console_says_the_same(client: TestClient, run: Any) -> None:
    listed = json.loads(run("queries", "--json").output)
    assert [one["name"] for one in listed["items"]] == [query.name for query in list_queries()]
    assert "pay-of-roles" in run("queries", "pay", "year").output
    words = ("query", "things-of-class", "--param", "class=sw:Role")
    over_http = get(client, "/queries/things-of-class/results?class=sw:Role")
    assert json.loads(run(*words, "--format", "json").output)["rows"] == over_http["rows"]
    as_csv = client.get("/queries/things-of-class/results?class=sw:Role&format=csv").text
    assert run(*words, "--format", "csv").output.splitlines() == as_csv.splitlines()
    shown = run(*words).output
    assert "Cite: Stepway, release 2" in shown
    assert over_http["rows"][0][1] in shown
    assert "VALUES (?class)" in run(*words, "--format", "text").output


def test_the_console_refuses_in_words(run: Any) -> None:
    assert "is not name=value" in run("query", "names", "--param", "thing", ends=2).output
    assert "is needed" in run("query", "names", ends=2).output
    assert "is not one of table" in run("query", "names", "--format", "pdf", ends=2).output
    run("query", "no-such-query", ends=2)


def test_the_day_of_these_tests_is_in_the_release(client: TestClient) -> None:
    said = get(client, f"/queries/older-than/results?before={ON}")
    assert {row[0] for row in said["rows"]} == {ON}
