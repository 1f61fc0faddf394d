"""What the service says of itself: the landing page, whether it is alive, and its releases and datasets."""

import re
import warnings
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic.warnings import UnsupportedFieldAttributeWarning

from api.app import create_app
from api.settings import Settings
from api.web.pages import built


def test_the_description_of_the_service_is_made_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnsupportedFieldAttributeWarning)
        assert create_app(Settings()).openapi()["paths"]


def test_every_link_of_the_landing_page_leads_somewhere(client: TestClient) -> None:
    found = client.get("/").json()
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= {link["rel"] for link in found["links"]}
    assert found["release"]["number"] == 2
    assert found["illustrative"] is False
    for link in found["links"]:
        given = {"/find": "?q=lab", "/pathways": "?from=Q-CERT&to=OC-TECH"}.get(link["href"], "")
        reply = client.get(link["href"] + given)
        assert reply.status_code == 200, (link, reply.text)
        assert reply.headers["content-type"].split(";")[0] == link["type"].split(";")[0]


def test_an_earlier_release_can_be_landed_on(client: TestClient) -> None:
    assert client.get("/", params={"release": 1}).json()["illustrative"] is True


def test_without_a_release_it_lives_but_is_not_ready(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(data_dir=tmp_path)))
    assert client.get("/health").json()["alive"] is True
    assert client.get("/").json()["release"] is None
    assert client.get("/releases").json() == {"current": None, "releases": []}
    for path in ("/ready", "/roles", "/roles/OC-LAB", "/find?q=x", "/datasets", "/pathways?to=OC-TECH"):
        reply = client.get(path)
        assert reply.status_code == 503, path
        assert reply.json()["code"] == "no-release"
        assert "stepway build" in reply.json()["hint"]


def test_ready_with_a_release(client: TestClient) -> None:
    assert client.get("/ready").json()["release"]["number"] == 2


def test_collections_count_their_things(client: TestClient) -> None:
    counts = {one["name"]: one["count"] for one in client.get("/collections").json()["collections"]}
    assert counts["roles"] == 2
    assert counts["qualifications"] == 2
    assert counts["pay-bands"] == 0
    for name, count in counts.items():
        assert client.get(f"/{name}").json()["total"] == count


def test_releases_say_what_they_are(client: TestClient) -> None:
    found = client.get("/releases").json()
    assert found["current"] == 2
    assert [one["number"] for one in found["releases"]] == [2, 1]
    assert [one["illustrative"] for one in found["releases"]] == [False, True]
    one = client.get("/releases/1").json()
    assert one == next(release for release in found["releases"] if release["number"] == 1)
    for link in one["links"]:
        assert client.get(link["href"]).status_code == 200, link


def test_datasets_say_whose_they_are(client: TestClient) -> None:
    (found,) = client.get("/datasets").json()["datasets"]
    assert found["licence"] == "CC0-1.0"
    assert found["attribution"] == "Written for Stepway."
    assert found["rows"]["roles"] == {"read": 2, "mapped": 2, "withheld": 0, "refused": 0}
    assert found["rows"]["qualifications"]["withheld"] == 1


def test_issues_are_paged_and_filtered(client: TestClient) -> None:
    everything = client.get("/issues").json()
    assert everything["total"] >= 2
    assert all({"code", "message", "hint", "severity", "title"} <= set(one) for one in everything["items"])
    used = client.get("/issues", params={"code": "lookup-used"}).json()
    assert [(one["file"], one["line"], one["column"]) for one in used["items"]] == [("sites.csv", 2, "town")]
    assert client.get("/issues", params={"severity": "error"}).json()["total"] == 0
    page = client.get("/issues", params={"limit": 1, "severity": "notice"}).json()
    following = next(link["href"] for link in page["links"] if link["rel"] == "next")
    assert client.get(following).json()["items"] != page["items"]


def test_the_documentation_page_needs_no_other_host_and_no_script(client: TestClient) -> None:
    text = client.get("/docs").text
    assert text.count("<h1>") == 1
    assert "<script" not in text
    assert not re.search(r"(?:src=|<link [^>]*href=)\"(?:\w+:)?//", text)
    assert "`" not in re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL)
    for path, methods in client.app.openapi()["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in text


@pytest.mark.parametrize("path", ["/", "/docs", "/roles", "/nothing", "/health", "/openapi.json"])
def test_every_reply_protects_its_reader(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_other_sites_may_read_but_never_with_credentials(client: TestClient) -> None:
    headers = client.get("/roles", headers={"Origin": "https://example.org"}).headers
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers


def test_head_is_get_without_a_body(client: TestClient) -> None:
    got, head = client.get("/roles"), client.head("/roles")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-length"] == got.headers["content-length"]


def test_find_forgives_and_says_how(client: TestClient) -> None:
    def found(**given: object) -> list[tuple[str, str]]:
        return [(one["id"], one["how"]) for one in client.get("/find", params=given).json()["items"]]

    assert found(q="OC-LAB") == [("OC-LAB", "id")]
    assert ("OC-LAB", "words") in found(q="lab aide")
    assert ("OC-TECH", "spelling") in found(q="techncian")
    assert found(q="device", kind="Role") == [("OC-TECH", "words")]
    assert found(q="zzzzzz") == []
    assert client.get("/find", params={"q": "x", "kind": "Person"}).status_code == 422
    assert client.get("/find").status_code == 422


@pytest.mark.parametrize("path", ["/release/1", "/resource?uri=https://w3id.org/stepway/release/1"])
def test_the_address_of_a_release_leads_to_it(client: TestClient, path: str) -> None:
    """For programs to what it is, for readers of pages to the page of its data."""
    there = client.get(path)
    assert (there.status_code, there.headers["location"]) == (303, "/releases/1")
    assert client.get(there.headers["location"]).json()["number"] == 1
    read = client.get(path, headers={"Accept": "text/html"})
    assert (read.status_code, read.headers["location"]) == (303, "/dataset?release=1")
    assert client.get("/release/x").status_code == 422


def test_a_release_is_found_by_what_it_holds(client: TestClient) -> None:
    cited = client.get("/dataset?release=1").json()["citation"]
    hash = client.get("/releases/1").json()["content_hash"]
    assert f"http://testserver/dataset?release=1 (content SHA-256 {hash})" in cited
    for content in (hash, hash[:6], hash.upper()):
        found = client.get("/releases", params={"content": content}).json()
        assert ([one["number"] for one in found["releases"]], found["current"]) == ([1], 2)
    assert client.get("/releases?content=000000000000").json()["releases"] == []
    for wrong in ("abc", "no hash", f"{hash}0"):
        assert client.get("/releases", params={"content": wrong}).status_code == 422


def test_what_browsers_and_search_engines_ask_for(client: TestClient) -> None:
    said = client.get("/robots.txt")
    assert said.headers["content-type"].startswith("text/plain")
    rules = [line.partition(": ")[::2] for line in said.text.splitlines()]
    assert rules[0] == ("User-agent", "*")
    assert {("Disallow", "/sparql"), ("Disallow", "/queries/*/results"), ("Allow", "/")} <= set(rules)
    icon = client.get("/favicon.ico")
    if not built():
        assert icon.status_code == 404
    else:
        assert icon.status_code == 303
        assert client.get(icon.headers["location"]).headers["content-type"] == "image/svg+xml"
