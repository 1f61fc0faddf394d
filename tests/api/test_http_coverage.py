"""The coverage board and its cells over HTTP and in the console, on the small town."""

import json
from collections.abc import Callable
from csv import DictReader
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

from fastapi.testclient import TestClient

from tests.support.vega_lite import check

ON = "2026-11-21"
JSON = dict[str, Any]


def get(client: TestClient, path: str, **asked: Any) -> JSON:
    found: JSON = client.get(path, params={"on": ON, **asked}).raise_for_status().json()
    return found


def test_the_board_has_a_line_for_each_competency_that_is_needed(client: TestClient) -> None:
    said = get(client, "/coverage")
    assert said["total"] == len(said["items"]) == sum(one["count"] for one in said["counts"])
    assert sum(one["count"] for role in said["roles"] for one in role["counts"]) == sum(
        one["role_count"] for one in said["items"]
    )
    for one in said["items"]:
        assert one["text"].endswith(("role needs it.", "roles need it."))
        assert one["source"]["address"].startswith("https://")
        assert one["demand"] is None
    assert "not known" in " ".join(said["method"])
    assert [one["roles"][0]["id"] for one in said["unstated"]]


def test_each_line_leads_to_every_reason(client: TestClient) -> None:
    for one in get(client, "/coverage")["items"]:
        found = client.get(one["address"]).raise_for_status().json()
        assert found["cell"]["finding"] == one["finding"]
        assert found["reason_count"] == sum(stopped["count"] for stopped in one["stopped"])
        assert found["left_out_count"] == sum(left["count"] for left in one["left_out"])
        assert all(reason["sources"] for reason in found["reasons"])
        furthest = [reason["finding"] for reason in found["reasons"]]
        if furthest and one["finding"] not in ("one-provider", "many-providers"):
            assert furthest[0] == one["finding"]


def test_an_address_keeps_what_was_asked(client: TestClient) -> None:
    said = get(client, "/coverage", role="OC-LAB", levels_below=9, release=1, placeholders=True)
    assert said["items"]
    for one in said["items"]:
        assert "release=1" in one["address"]
        assert "role=OC-LAB" in one["address"]
        assert "levels_below=9" in one["address"]
        found = client.get(one["address"]).raise_for_status().json()
        assert found["on"] == ON
        assert found["inference"]["placeholders"] is True
        assert {role["id"] for role in found["cell"]["roles"]} == {"OC-LAB"}


def test_pages_follow_each_other(client: TestClient) -> None:
    whole = get(client, "/coverage", limit=1000)["items"]
    found, address = [], f"/coverage?on={ON}&limit=1"
    while address:
        page = client.get(address).raise_for_status().json()
        found += page["items"]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert [one["competency"] for one in found] == [one["competency"] for one in whole]


def test_findings_can_be_chosen_and_counts_stay_those_of_the_slice(client: TestClient) -> None:
    whole = get(client, "/coverage")
    for one in whole["counts"]:
        some = get(client, "/coverage", finding=one["finding"])
        assert some["total"] == one["count"]
        assert {item["finding"] for item in some["items"]} == {one["finding"]}
        assert some["counts"] == whole["counts"]


def test_inference_can_be_switched_off(client: TestClient) -> None:
    published = get(client, "/coverage", published_only=True)
    assert set(published["inference"]["via"]) == {"stated", "standard", "award"}
    assert any(left["reason"] == "via" for one in published["items"] for left in one["left_out"])


def test_demand_that_is_not_known_sorts_nothing(client: TestClient) -> None:
    assert get(client, "/coverage", sort="demand")["items"] == get(client, "/coverage")["items"]


def test_sorted_by_roles(client: TestClient) -> None:
    counts = [one["role_count"] for one in get(client, "/coverage", sort="roles")["items"]]
    assert counts == sorted(counts, reverse=True)


def test_a_place_that_is_not_known_is_told(client: TestClient) -> None:
    assert client.get("/coverage", params={"near": "ZZ99"}).status_code == 404
    assert client.get("/coverage", params={"role": "OC-NOBODY"}).status_code == 404
    assert client.get("/coverage/K-NOTHING").status_code == 404
    assert client.get("/coverage", params={"level": 9}).status_code == 422
    assert client.get("/coverage", params={"travel": 9}).status_code == 422
    near = get(client, "/coverage", near="52.5,-2.0", km=5)
    assert "within 5 km of 52.5,-2.0 in a straight line" in near["slice"]


def test_it_is_sent_once(client: TestClient) -> None:
    first = client.get("/coverage", params={"on": ON})
    again = client.get("/coverage", params={"on": ON}, headers={"If-None-Match": first.headers["ETag"]})
    other = client.get("/coverage", params={"on": ON, "wholes": 1}, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, other.status_code) == (304, 200)
    assert client.get("/coverage", headers={"Accept": "image/png"}).status_code == 406


def test_tables_say_what_the_reply_says(client: TestClient) -> None:
    said = get(client, "/coverage")
    text = client.get("/coverage", params={"on": ON, "format": "csv"}).raise_for_status().text
    rows = list(DictReader(StringIO(text)))
    assert [(row["competency"], row["finding"], row["in words"]) for row in rows] == [
        (one["competency"]["id"], one["finding"], one["text"]) for one in said["items"]
    ]
    assert {row["demand"] for row in rows} == {"not known"}
    assert [row["rests on"] for row in rows] == [
        "illustrative"
        if one["placeholder"]
        else ("inferred" if one["inferred"] else "published")
        if one["teachers"]
        else ""
        for one in said["items"]
    ]
    assert "published" in {row["rests on"] for row in rows}
    book = client.get("/coverage", params={"on": ON, "format": "xlsx"}).raise_for_status().content
    with ZipFile(BytesIO(book)) as parts:
        names = parts.read("xl/workbook.xml").decode()
    assert all(name in names for name in ("Coverage board", "By theme", "Needs not published"))
    one = said["items"][0]["competency"]["id"]
    reasons = client.get(f"/coverage/{one}", params={"on": ON, "format": "csv"}).raise_for_status().text
    assert reasons.startswith("teacher,title,kind")


def test_the_chart_stands_alone(client: TestClient) -> None:
    spec = client.get("/coverage", params={"on": ON, "format": "vega-lite"}).raise_for_status().json()
    check(spec)
    said = get(client, "/coverage")
    total = sum(one["count"] for theme in said["themes"] for one in theme["counts"])
    assert sum(row["competencies"] for row in spec["data"]["values"]) == total


def test_the_console_says_the_same(client: TestClient, run: Callable[..., Any]) -> None:
    said = get(client, "/coverage")
    printed = json.loads(run("coverage", "board", "--on", ON, "--json").stdout)
    assert (printed["counts"], printed["total"]) == (said["counts"], said["total"])
    text = run("coverage", "board", "--on", ON, "--limit", "2").stdout
    assert said["items"][0]["competency"]["label"] in text
    if said["total"] > 2:
        assert f"{said['total'] - 2:,} more; see them with --offset 2." in text
    one = said["items"][0]
    shown = run("coverage", "cell", one["competency"]["id"], "--on", ON).stdout
    assert one["competency"]["id"] in shown
    chart = json.loads(run("coverage", "board", "--on", ON, "--format", "vega-lite").stdout)
    check(chart)
    run("coverage", "cell", "K-NOTHING", ends=4)
    run("coverage", "board", "--role", "OC-NOBODY", ends=4)
