"""The atlas over HTTP and on the console: the same rows, in every format, and a clear word where there is none."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.cli import app as console
from api.settings import Settings

ONE = "SC-SIXTEEN"


@pytest.fixture(scope="module")
def data(home_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The region's release, with an atlas of two circumstances."""
    folder = tmp_path_factory.mktemp("atlas-data")
    (folder / "releases").symlink_to(home_data / "releases")
    roles = ("--role", "OC-HCSASSOC", "--role", "OC-TECHSCI")
    ended = said("atlas", "run", "--circumstance", ONE, "--circumstance", "SC-EVENINGS", *roles, data=folder)
    assert "30 districts, 2 circumstances, 2 roles" in ended
    return folder


@pytest.fixture(scope="module")
def client(data: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data_dir=data)), raise_server_exceptions=False) as found:
        yield found


def said(*words: str, data: Path, ends: int = 0) -> str:
    """What a command prints."""
    result = CliRunner().invoke(console, [*words, "--data-dir", str(data)])
    assert result.exit_code == ends, result.output
    return result.output if ends else result.stdout


def test_a_page_says_what_the_atlas_is_and_where_it_goes_on(client: TestClient) -> None:
    found = client.get("/atlas", params={"limit": 50}).raise_for_status().json()
    assert found["total"] == 30 * 2 * 2 and len(found["items"]) == 50
    assert {one["centre"]: one["districts"] for one in found["atlas"]["centres"]} == {"sites": 24, "not-known": 6}
    assert [one["id"] for one in found["atlas"]["circumstances"]] == ["SC-EVENINGS", ONE]
    seen = list(found["items"])
    while following := [link["href"] for link in found["links"] if link["rel"] == "next"]:
        found = client.get(following[0]).raise_for_status().json()
        seen += found["items"]
    keys = [(one["district"], one["circumstance"], one["role"]) for one in seen]
    assert keys == sorted(set(keys)) and len(keys) == 120


def test_a_result_says_what_closes_the_way(client: TestClient) -> None:
    asked = {"district": "dy1", "circumstance": "SC-EVENINGS", "role": "OC-HCSASSOC"}
    (row,) = client.get("/atlas", params=asked).raise_for_status().json()["items"]
    assert row["reachable"] == "unknown"  # nobody tells the time of day of any run
    (other,) = client.get("/atlas", params={**asked, "circumstance": ONE}).raise_for_status().json()["items"]
    assert (other["reachable"], other["not_known_near"]) == ("unknown", ["PT-APPR/OC-HCSASSOC"])
    assert other["near"]["weeks"] is None and other["perhaps"]["weeks"] > 0


def test_every_format_has_the_rows(client: TestClient) -> None:
    found = client.get("/atlas", params={"circumstance": ONE, "limit": 1000}).raise_for_status().json()["items"]
    answer = client.get("/atlas", params={"circumstance": ONE, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["Postcode district"], row["Role"], row["Reachable"]) for row in rows] == [
        (one["district"], one["role"], one["reachable"]) for one in found
    ]
    chart = client.get("/atlas", params={"circumstance": ONE, "format": "vega-lite"}).json()
    assert {(one["district"], one["role"], one["reachable"]) for one in chart["data"]["values"]} == {
        (one["district"], one["title"], one["reachable"]) for one in found
    }
    page = client.get("/atlas", params={"circumstance": ONE}, headers={"Accept": "text/html"})
    assert page.status_code == 200 and "<h1" in page.text


def test_districts_on_a_map(client: TestClient) -> None:
    reply = client.get("/atlas", params={"format": "geojson", "circumstance": ONE})
    assert reply.headers["content-type"] == "application/geo+json"
    features = {one["id"]: one for one in reply.json()["features"]}
    assert len(features) == 30
    assert features["B36"]["geometry"] is None
    longitude, latitude = features["DY1"]["geometry"]["coordinates"]
    assert -3 < longitude < -1 and 52 < latitude < 53
    assert all(sum(one["properties"][word] for word in ("yes", "unknown", "no")) == 2 for one in features.values())


def test_what_cannot_be_asked_is_told(client: TestClient) -> None:
    for wrong in ({"role": "OC-NOBODY"}, {"circumstance": "SC-NOBODY"}, {"district": "ZZ1"}, {"format": "vega-lite"}):
        reply = client.get("/atlas", params=wrong)
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid-request"), wrong


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/atlas", params={"role": "OC-TECHSCI"})
    headers = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/atlas", params={"role": "OC-TECHSCI"}, headers=headers).status_code == 304
    assert client.get("/atlas", params={"role": "OC-HCSASSOC"}, headers=headers).status_code == 200


def test_without_an_atlas_it_says_how_to_make_one(home_data: Path) -> None:
    with TestClient(create_app(Settings(data_dir=home_data))) as client:
        reply = client.get("/atlas")
    assert (reply.status_code, reply.json()["code"]) == (404, "no-atlas")
    assert "which roles can be reached" in reply.json()["detail"] and "stepway" not in reply.json()["detail"]
    assert "For operators: `stepway atlas run`." in reply.json()["hint"]
    said("atlas", "show", data=home_data, ends=3)


def test_the_console_shows_the_same_rows(client: TestClient, data: Path) -> None:
    found = client.get("/atlas", params={"district": "DY1"}).raise_for_status().json()
    printed = json.loads(said("atlas", "show", "--district", "dy1", "--json", data=data))
    assert printed["items"] == found["items"] and printed["atlas"] == found["atlas"]
    text = said("atlas", "show", "--district", "DY1", "--role", "OC-TECHSCI", data=data)
    assert "DY1" in text and "Technician scientist" in text


@pytest.mark.parametrize(
    "wrong",
    [
        ["--role", "OC-NOBODY"],
        ["--district", "ZZ1"],
        ["--circumstance", "SC-NOBODY"],
        ["--scheduler", "tcp://127.0.0.1:9", "--processes", "2"],
        ["--tls-ca", "ca.pem"],
    ],
)
def test_a_wrong_command_is_told(wrong: list[str], data: Path, tmp_path: Path) -> None:
    assert said("atlas", "run", *wrong, "--out", str(tmp_path / "out"), data=data, ends=2)
    assert not (tmp_path / "out").exists()


def test_a_run_can_be_told_as_json_and_begun_afresh(data: Path, tmp_path: Path) -> None:
    few: list[Any] = ["--circumstance", "SC-EVENINGS", "--role", "OC-TECHSCI", "--district", "DY1", "--json"]
    out = tmp_path / "out"
    first = json.loads(said("atlas", "run", *few, "--out", str(out), data=data))
    (part,) = (out / "parts").iterdir()
    part.write_bytes(b"left over")
    (out / "parts" / "other").write_bytes(b"left over")
    again = json.loads(said("atlas", "run", *few, "--out", str(out), "--afresh", data=data))
    assert again == first and first["rows"] == 1
    assert [path.name for path in (out / "parts").iterdir()] == [part.name]
