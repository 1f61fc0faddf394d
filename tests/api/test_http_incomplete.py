"""What is missing in the data, over HTTP and on the console: the same report."""

import json
from typing import Any

from fastapi.testclient import TestClient


def test_the_report_says_how_many_whose_and_what_it_would_open(client: TestClient) -> None:
    said = client.get("/incomplete", params={"on": "2026-11-22"}).raise_for_status().json()
    price = next(one for one in said["items"] if one["code"] == "award-price")
    assert 0 < price["missing"] <= price["of"]
    assert price["by_source"][0]["missing"] == price["missing"]
    assert [opened["holds"] for opened in price["opens"]] == [[], ["level:2"], ["level:3"]]
    assert price["bound"] is None
    entry = next(one for one in said["items"] if one["code"] == "award-entry")
    assert entry["bound"].startswith("at most")


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/incomplete", params={"on": "2026-11-22"})
    again = client.get("/incomplete", params={"on": "2026-11-22"}, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other = client.get("/incomplete", params={"on": "2027-11-22"}, headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_a_dataset_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.get("/incomplete", params={"dataset": "no-such"}).status_code == 404
    assert client.get("/incomplete", params={"on": "yesterday"}).status_code == 422


def test_the_console_says_the_same(run: Any, client: TestClient) -> None:
    said = client.get("/incomplete", params={"on": "2026-11-22"}).raise_for_status().json()
    printed = json.loads(run("incomplete", "--on", "2026-11-22", "--json").stdout)
    assert printed["items"] == said["items"]
    text = run("incomplete", "--on", "2026-11-22").stdout
    price = next(one for one in said["items"] if one["code"] == "award-price")
    assert f"An award of which no price is known: {price['missing']} of {price['of']} (award-price)" in text
    run("incomplete", "--dataset", "no-such", ends=4)
