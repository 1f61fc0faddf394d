"""The smallest change and bundles over HTTP and on the console: the small town's only unit, and wrong questions."""

import json
from typing import Any

from fastapi.testclient import TestClient

from tests.support.vega_lite import check

DAY = {"on": "2026-11-22"}
GAP = {"gap": ["measurement"], "provider": ["P-SMALL"], **DAY}


def test_the_unit_that_runs_there_already_costs_nothing(client: TestClient) -> None:
    said = client.get("/changes", params=GAP).raise_for_status().json()
    (unit,) = said["best"]["units"]
    assert (unit["id"], unit["already"], said["best"]["price"]) == ("U-CERT-1", True, 0)
    assert unit["closes"][0]["reasons"][0]["sources"]
    assert said["providers"] == [{"id": "P-SMALL", "label": "Smalltown College"}]
    assert said["best"]["proof"] == "proven"
    assert said["caution"].startswith("A proposal to look into")


def test_the_body_says_more_than_an_address_can(client: TestClient) -> None:
    asked = {**GAP, "gap": ["measurement", "repair"], "by": "credits", "new_only": True}
    said = client.post("/changes", json={**asked, "new": [{"credits": 20, "holds": 1}]}).raise_for_status().json()
    assert (said["best"]["price"], said["best"]["units"][0]["copies"], said["best"]["rests_on"]) == (40, 2, {"new": 2})
    assert said["best"]["units"][0]["id"] is None
    assert client.post("/changes", json={**asked, "most_units": "3"}).status_code == 422
    assert client.post("/changes", json={**asked, "made_up": 1}).status_code == 422


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/changes", params=GAP)
    again = client.get("/changes", params=GAP, headers={"If-None-Match": first.headers["ETag"]})
    other = client.get("/changes", params={**GAP, "by": "credits"}, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, other.status_code) == (304, 200)


def test_tables_a_chart_and_a_page(client: TestClient) -> None:
    rows = client.get("/changes", params={**GAP, "format": "csv"}).text.splitlines()
    assert rows[0].startswith("Plan,Unit,Title")
    assert any("U-CERT-1" in row for row in rows)
    check(client.get("/changes", params={**GAP, "format": "vega-lite"}).raise_for_status().json())
    page = client.get("/changes", params=GAP, headers={"Accept": "text/html"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert "U-CERT-1" in page.text
    workbook = client.get("/bundles", params={"gap": "repair", "format": "xlsx", **DAY})
    assert workbook.content[:2] == b"PK"


def test_wrong_questions_say_what_is_wrong(client: TestClient) -> None:
    def problem(**asked: Any) -> tuple[str, str]:
        reply = client.get("/changes", params={**DAY, **asked})
        said = reply.json()
        assert reply.status_code == 422, said
        return said["code"], said["detail"]

    assert problem(gap="measurement", provider="P-NOPE")[0] == "unknown-id"
    assert problem(gap="measurment", provider="P-SMALL")[1].startswith("gap: “measurment” is neither")
    assert problem(gap="measurement")[0] == "invalid-request"
    assert problem(provider="P-SMALL")[0] == "invalid-request"
    assert problem(gap="measurement", role="OC-LAB", provider="P-SMALL")[0] == "invalid-request"
    assert problem(role="OC-LAB", provider="P-SMALL", levels_below=9)[0] == "empty-gap"
    assert problem(role="OC-TECH", provider="P-SMALL")[0] == "not-known"
    code, detail = problem(gap="measurement", provider="P-SMALL", must_have="U-CERT-2", cannot_add="U-CERT-2")
    assert code == "contradictory-limits"
    assert "must have Mending" in detail and "cannot add Mending" in detail and "U-CERT" not in detail


def test_bundles_say_the_floor_and_where_it_stands(client: TestClient) -> None:
    said = client.get("/bundles", params={"gap": ["measurement"], **DAY}).raise_for_status().json()
    assert (said["floor"]["credits"], said["floor"]["rules"]) == (30, ["FR-012", "FR-013", "FR-014", "FR-016"])
    assert said["floor"]["source"]["address"].startswith("http")
    assert said["proven"]


def test_the_console_says_the_same(run: Any, client: TestClient) -> None:
    over_http = client.get("/changes", params=GAP).raise_for_status().json()
    asked = ("--gap", "measurement", "--provider", "P-SMALL", "--on", "2026-11-22")
    printed = json.loads(run("change", "smallest", *asked, "--json").stdout)
    assert {**printed, "links": None} == {**over_http, "links": None}
    assert "Measuring (U-CERT-1)" in run("change", "smallest", *asked).stdout
    text = run("change", "bundles", "--gap", "measurement", "--on", "2026-11-22").stdout
    assert "At least 30 credits, from 2027-01-01 on" in text
    run("change", "smallest", "--gap", "measurement", "--provider", "P-NOPE", ends=4)
    run("change", "smallest", "--gap", "measurement", "--provider", "P-SMALL", "--new", "lots", ends=2)
    run("change", "smallest", "--gap", "measurement", "--provider", "P-SMALL", "--cost", "U-CERT-1", ends=2)
