"""Lists of things and one thing by id, in every format."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter
from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from api.app import create_app
from api.schemas.things import shapes
from api.settings import Settings
from ontology.namespaces import SW, thing
from queries import profiles
from queries.catalogue import COLLECTIONS


def ids(client: TestClient, path: str, **given: object) -> list[str]:
    reply = client.get(path, params=given or None)
    assert reply.status_code == 200, reply.text
    return [item["id"] for item in reply.json()["items"]]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_lists_and_things_have_the_shape_they_promise(client: TestClient, name: str) -> None:
    shape = shapes(COLLECTIONS[name], Settings())
    page = client.get(f"/{name}").json()
    TypeAdapter(shape.page).validate_python(page, by_alias=True)
    for item in page["items"]:
        profile = client.get(item["href"]).json()
        TypeAdapter(shape.profile).validate_python(profile, by_alias=True)
        assert {key: profile[key] for key in item} == item
        assert profile["label"] != profile["id"] or name in ("credit-transfers", "unit-competencies")


def test_an_item_says_how_sure_it_is_and_where_it_comes_from(client: TestClient) -> None:
    page = client.get("/roles").json()
    tech = next(item for item in page["items"] if item["id"] == "OC-TECH")
    assert tech["label"] == "Device technician"
    assert (tech["status"], tech["as_of"]) == ("published", "2026-02")
    assert tech["source"] == "https://example.org/jobs/technician"
    assert tech["note"] == "Level as in the advertisement, not from a standard."
    assert tech["status_of"] == {"level": "inferred", "sector": "inferred"}
    assert tech["properties"]["level"] == "4"
    assert tech["properties"]["sector"] == ["engineering", "healthtech"]
    assert tech["properties"]["progresses_to"] == []
    lab = next(item for item in page["items"] if item["id"] == "OC-LAB")
    assert lab["properties"]["progresses_to"] == [
        {"id": "OC-TECH", "label": "Device technician", "href": "/roles/OC-TECH"}
    ]


def test_what_is_said_of_a_thing_is_read_once_and_not_kept_without_end(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = client.app.state.holder.get()
    things = profiles.Things(services.store, services.search)
    lab = things.item("OC-LAB")
    assert things.item("OC-LAB") is lab
    monkeypatch.setattr(profiles, "_KEPT_ITEMS", 1)
    assert things.item("OC-TECH").label == "Device technician"
    assert things.item("OC-LAB") == lab
    assert things.item("OC-LAB") is not lab


def test_rules_are_shown_as_text_and_as_a_sentence(client: TestClient) -> None:
    rule = client.get("/qualifications/Q-CERT").json()["properties"]["entry_rule"]
    assert rule["text"].startswith("usually(any(level(3)")
    assert "provider decides" in rule["sentence"]


def test_every_statement_has_a_status_and_a_source(client: TestClient) -> None:
    found = client.get("/qualifications/Q-CERT").json()
    statements = {one["property"]: one for one in found["statements"]}
    assert statements["credits"]["value"] == 45
    assert statements["credits"]["unit"] == "credits"
    assert statements["entry_rule"]["status"] == "inferred"
    assert statements["title"]["status"] == "published"
    for one in found["statements"]:
        assert one["source"].startswith(("https://", "urn:"))
        assert one["record"] in {source["record"] for source in found["sources"]}
    (source,) = found["sources"]
    assert (source["dataset"], source["file"], source["line"]) == ("small-town", "qualifications.csv", 2)


def test_a_source_without_an_address_is_described(client: TestClient) -> None:
    (source,) = client.get("/opportunities/C-SMALL-1").json()["sources"]
    assert source["source"].startswith("urn:")
    assert source["source_description"] == "A talk with the college's admissions desk."


def test_what_points_here_is_grouped_and_counted(client: TestClient) -> None:
    found = client.get("/qualifications/Q-CERT").json()["incoming"]
    groups = {(one["collection"], one["property"]): one for one in found}
    assert groups["units", "qualification"]["count"] == 2
    assert [one["id"] for one in groups["units", "qualification"]["shown"]] == ["U-CERT-1", "U-CERT-2"]
    assert groups["combination-rules", "award_rule"]["count"] == 1
    for one in found:
        if one["more"]:
            assert client.get(one["more"]).json()["total"] == one["count"]


def test_neighbours_beyond_the_cap_are_counted(built: Any) -> None:
    client = TestClient(create_app(Settings(data_dir=built, max_neighbours=1)))
    groups = client.get("/qualifications/Q-CERT").json()["incoming"]
    units = next(one for one in groups if one["collection"] == "units")
    assert (units["count"], len(units["shown"])) == (2, 1)
    assert client.get(units["more"]).json()["total"] == 2


def test_a_list_is_narrowed_by_its_properties(client: TestClient) -> None:
    assert ids(client, "/roles", level="4") == ["OC-TECH"]
    assert ids(client, "/roles", level=["2", "4"]) == ["OC-LAB", "OC-TECH"]
    assert ids(client, "/roles", level="4", sector="digital") == []
    assert ids(client, "/units", unit_role="core") == ["U-CERT-1"]
    assert ids(client, "/units", themes="repair") == ["U-CERT-2"]
    assert ids(client, "/opportunities", provider="P-SMALL", qualification="Q-CERT") == ["C-SMALL-1"]
    assert ids(client, "/qualifications", real_award="yes") == ["Q-BASE", "Q-CERT"]
    assert ids(client, "/qualifications", real_award="no") == []
    assert ids(client, "/progressions", status="inferred") == ["PG-1"]
    assert ids(client, "/progressions", status="published") == []
    assert ids(client, "/progressions", **{"from": "Q-CERT", "to": "OC-TECH"}) == ["PG-1"]
    assert ids(client, "/roles", q="technician") == ["OC-TECH"]
    assert ids(client, "/roles", q="technician", level="2") == []


def test_a_filter_that_means_nothing_is_told_not_ignored(client: TestClient) -> None:
    reply = client.get("/roles", params={"levle": "4"})
    assert reply.status_code == 422
    assert reply.json()["errors"][0] == {
        "field": "levle",
        "message": "there is no parameter of this name",
        "given": "4",
    }
    assert client.get("/roles", params={"level": "9"}).status_code == 422
    assert client.get("/roles", params={"sector": "fishing"}).status_code == 422
    reply = client.get("/units", params={"qualification": "Q-CRET"})
    assert (reply.status_code, reply.json()["code"]) == (422, "unknown-id")
    assert reply.json()["suggestions"][0]["id"] == "Q-CERT"


def test_pages_follow_each_other(client: TestClient) -> None:
    seen: list[str] = []
    address: str | None = "/units?limit=1"
    while address:
        page = client.get(address)
        seen += [item["id"] for item in page.json()["items"]]
        links = {link["rel"]: link["href"] for link in page.json()["links"]}
        for rel, href in links.items():
            assert f'<{href}>; rel="{rel}"' in page.headers["link"]
        address = links.get("next")
    assert seen == ["U-CERT-1", "U-CERT-2"]
    last = client.get("/units?limit=1&offset=1").json()
    before = next(link["href"] for link in last["links"] if link["rel"] == "prev")
    assert ids(client, before) == ["U-CERT-1"]
    beyond = client.get("/units?offset=1000").json()
    assert (beyond["items"], beyond["total"]) == ([], 2)
    assert [link["rel"] for link in beyond["links"]] == ["self", "prev", "query"]


@pytest.mark.parametrize("given", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"offset": -1}, {"q": ""}])
def test_pages_have_bounds(client: TestClient, given: dict[str, object]) -> None:
    assert client.get("/units", params=given).status_code == 422


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/*", "application/json"),
        ("text/*;q=0.5, application/json;q=0.4", "text/turtle"),
        ("application/json;q=0.2, text/turtle;q=0.9", "text/turtle"),
        ("application/json;q=0, */*", "application/ld+json"),
        ("application/x-turtle", "text/turtle"),
    ],
)
@pytest.mark.parametrize("path", ["/roles", "/roles/OC-LAB"])
def test_accept_chooses_the_format(client: TestClient, path: str, accept: str | None, expected: str) -> None:
    reply = client.get(path, headers={} if accept is None else {"Accept": accept})
    assert reply.headers["content-type"].split(";")[0] == expected
    assert "Accept" in reply.headers["vary"]


@pytest.mark.parametrize("accept", ["application/json;q=0", "image/*", "nonsense"])
@pytest.mark.parametrize("path", ["/", "/roles", "/roles/OC-LAB", "/find?q=lab", "/pathways?to=OC-TECH", "/releases"])
def test_a_format_that_is_not_offered_is_refused(client: TestClient, path: str, accept: str) -> None:
    reply = client.get(path, headers={"Accept": accept})
    assert (reply.status_code, reply.json()["code"]) == (406, "not-acceptable")
    assert "application/json" in reply.json()["offered"]


@pytest.mark.parametrize(("format", "parser"), [("turtle", "turtle"), ("jsonld", "json-ld")])
@pytest.mark.parametrize("path", ["/roles/OC-LAB", "/roles"])
def test_the_formats_say_the_same_with_provenance(client: TestClient, path: str, format: str, parser: str) -> None:
    reply = client.get(path, params={"format": format}, headers={"Accept": "text/html"})
    graph = Graph().parse(data=reply.text, format=parser)
    lab = thing("OC-LAB")
    assert {str(label) for label in graph.objects(lab, SKOS.prefLabel)} == {"Laboratory assistant"}
    assert set(graph.objects(lab, SW.status)) == {SW.published}
    statuses = {
        str(graph.value(statement, URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate"))): graph.value(
            statement, SW.status
        )
        for statement in graph.subjects(URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#subject"), lab)
    }
    assert statuses[str(SW.soc2020)] == SW.inferred


def test_json_ld_needs_nothing_from_another_host(client: TestClient) -> None:
    found = json.loads(client.get("/roles/OC-LAB?format=jsonld").text)
    assert isinstance(found["@context"], dict)


@pytest.mark.parametrize("path", ["/roles/OC-LAB", "/roles?limit=2"])
def test_json_ld_reads_in_the_names_of_our_context_and_begins_with_what_was_asked_for(
    client: TestClient, path: str
) -> None:
    there = f"{path}{'&' if '?' in path else '?'}format=jsonld"
    found = client.get(there).json()
    assert {"label", "level"} <= found["@context"].keys()
    ids = [one["id"] for one in client.get(path).json().get("items", [{"id": "OC-LAB"}])]
    first = found["@graph"][: len(ids)]
    assert [one["id"].rpartition(":")[2].rpartition("/")[2] for one in first] == ids
    assert all("label" in one for one in first)


def test_pay_of_a_broad_group_is_never_shown_as_the_pay_of_a_role(client: TestClient) -> None:
    shape = shapes(COLLECTIONS["roles"], Settings())
    assert "map_median_salary_pounds" not in json.dumps(shape.item.model_json_schema())
    assert all("map_median_salary_pounds" not in item["properties"] for item in client.get("/roles").json()["items"])


def test_readers_of_pages_are_led_to_the_page_of_a_thing(client: TestClient) -> None:
    accept = {"Accept": "text/html, application/xhtml+xml, */*;q=0.1"}
    reply = client.get("/roles/OC-LAB", headers=accept)
    assert (reply.status_code, reply.headers["location"]) == (303, "/id/OC-LAB")
    assert "Accept" in reply.headers["vary"]
    assert client.get("/id/OC-LAB", headers=accept).headers["content-type"].startswith("text/html")
    assert client.get("/roles/OC-LAB?format=json", headers=accept).json()["id"] == "OC-LAB"
    assert client.get("/roles/OC-NONE", headers=accept).status_code == 404


def test_the_address_of_a_thing_leads_to_it(client: TestClient) -> None:
    reply = client.get("/id/OC-LAB", params={"format": "json", "release": 1})
    assert reply.status_code == 303
    assert reply.headers["location"] == "/roles/OC-LAB?format=json&release=1"
    assert client.get("/id/OC-LAB", params={"format": "turtle", "release": 1}).status_code == 200
    assert client.get("/id/OC-LBA").status_code == 404


def test_an_unknown_id_gets_suggestions(client: TestClient) -> None:
    reply = client.get("/roles/OC-LBA")
    assert (reply.status_code, reply.json()["code"]) == (404, "unknown-id")
    assert {"id": "OC-LAB", "label": "Laboratory assistant", "kind": "Role", "href": "/roles/OC-LAB"} in reply.json()[
        "suggestions"
    ]
    reply = client.get("/roles/Q-CERT")
    assert [one["href"] for one in reply.json()["suggestions"]] == ["/qualifications/Q-CERT"]


def test_an_id_of_an_earlier_release_is_retired(client: TestClient) -> None:
    for path in ("/qualifications/Q-DEMO", "/id/Q-DEMO", "/pathways?from=Q-DEMO&to=OC-TECH"):
        reply = client.get(path)
        assert (reply.status_code, reply.json()["code"]) == (410, "retired-id"), path
        assert reply.json()["last_release"] == 1
        assert reply.json()["replaced_by"] == []
    found = client.get("/qualifications/Q-DEMO?release=1").json()
    assert found["status"] == "illustrative"
    assert found["release"]["number"] == 1


def test_links_keep_the_release_that_was_asked_for(client: TestClient) -> None:
    found = client.get("/qualifications/Q-CERT?release=1").json()
    for group in found["incoming"]:
        for address in (group["more"], *(one["href"] for one in group["shown"])):
            assert address is None or address.endswith("release=1")
            assert address is None or client.get(address).json()["release"]["number"] == 1
    page = client.get("/units?release=1&limit=1").json()
    assert all("release=1" in link["href"] for link in page["links"])
    assert page["items"][0]["href"].endswith("?release=1")
    assert "release=" not in client.get("/units").text.replace("release=None", "")
    landing = client.get("/?release=1").json()
    assert {link["rel"]: link["href"] for link in landing["links"]}["data"] == "/collections?release=1"


def test_links_lead_below_the_path_the_service_is_mounted_at(built: Any) -> None:
    client = TestClient(create_app(Settings(data_dir=built)), root_path="/stepway")
    assert client.get("/roles").json()["items"][0]["href"] == "/stepway/roles/OC-LAB"
    assert client.get("/").json()["links"][0]["href"] == "/stepway/"
    found = client.get("/pathways", params={"from": "Q-BASE", "to": "OC-TECH"}).json()
    assert found["same_question"].startswith("/stepway/pathways?")


def test_an_unknown_release_is_told(client: TestClient) -> None:
    for path in ("/roles", "/roles/OC-LAB", "/find?q=lab", "/datasets", "/issues", "/collections", "/id/OC-LAB", "/"):
        reply = client.get(path, params=None if "?" in path else {"release": 99})
        if "?" in path:
            reply = client.get(f"{path}&release=99")
        assert (reply.status_code, reply.json()["code"]) == (404, "unknown-release"), path
        assert reply.json()["releases"] == [1, 2]


def test_who_has_it_already_need_not_get_it_again(client: TestClient) -> None:
    for path in ("/roles", "/roles/OC-LAB", "/find?q=lab", "/datasets", "/issues", "/collections"):
        first = client.get(path)
        tag = first.headers["etag"]
        for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = client.get(path, headers={"If-None-Match": given})
            assert (again.status_code, again.content) == (304, b""), (path, given)
            assert again.headers["etag"] == tag
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    turtle = client.get("/roles/OC-LAB?format=turtle").headers["etag"]
    assert turtle != client.get("/roles/OC-LAB").headers["etag"]
    assert client.get("/roles?release=1").headers["etag"] != client.get("/roles").headers["etag"]
