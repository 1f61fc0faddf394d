"""Two colleges that do not agree about one award: both values are kept, and it is said which is shown and why."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.cli import app as console
from api.settings import Settings
from loaders.publish import build_release

SMALL_TOWN = Path(__file__).parents[1] / "samples" / "datasets" / "small-town"


def second_opinion(folder: Path, **cells: str) -> Path:
    """A dataset that describes the town's certificate anew."""
    folder.mkdir()
    text = (SMALL_TOWN / "dataset.yml").read_text(encoding="utf-8")
    head = text.split("counts:")[0].replace("id: small-town", "id: neighbour")
    (folder / "dataset.yml").write_text(head, encoding="utf-8")
    with (SMALL_TOWN / "qualifications.csv").open(encoding="utf-8", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if row["qualification_id"] == "Q-CERT"]
    with (folder / "qualifications.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, row.keys())
        writer.writeheader()
        writer.writerow(
            {**row, "entry_rule": "", "entry_rule_status": "", "aligned_roles": "", "provision_type_id": "", **cells}
        )
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release in which a newer source says another level, and one inferred says other credits."""
    base = tmp_path_factory.mktemp("two")
    town = shutil.copytree(SMALL_TOWN, base / "town")
    other = second_opinion(base / "other", level="5", as_of="2026-11-20")
    built = build_release([town, other], base / "data")
    assert built.release is not None, [str(issue) for issue in built.issues][:5]
    return base / "data"


@pytest.fixture(scope="module")
def client(data: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data_dir=data))) as client:
        yield client


def test_the_newer_of_two_equally_sure_values_is_shown(client: TestClient) -> None:
    found = client.get("/contradictions", params={"property": "level"}).json()
    (item,) = found["items"]
    assert (item["thing"], found["total"]) == ("Q-CERT", 1)
    assert (item["shown"]["value"], item["shown"]["dataset"], item["shown"]["as_of"]) == (
        "5",
        "neighbour",
        "2026-11-20",
    )
    (other,) = item["others"]
    assert other["dataset"] == "small-town"
    assert "newer" in item["because"]


def test_the_page_of_the_thing_shows_the_same_value(client: TestClient) -> None:
    page = client.get("/qualifications/Q-CERT").json()
    assert (page["properties"]["level"], page["differs"]) == ("5", ["level"])
    assert {one["value"] for one in page["statements"] if one["property"] == "level"} == {"4", "5"}


def test_what_agrees_is_no_contradiction(client: TestClient) -> None:
    found = client.get("/contradictions").json()
    assert {item["property"] for item in found["items"]} == {"level"}
    assert client.get("/contradictions", params={"property": "credits"}).json()["items"] == []


def test_a_dataset_that_is_not_there_is_refused(client: TestClient) -> None:
    reply = client.get("/contradictions", params={"dataset": "neighbuor"})
    assert (reply.status_code, reply.json()["code"]) == (404, "unknown-id")
    assert client.get("/contradictions", params={"dataset": "small-town"}).json()["total"] == 1


def test_a_property_that_is_not_compared_is_refused_with_those_that_are(client: TestClient, data: Path) -> None:
    reply = client.get("/contradictions", params={"property": "nope"})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid-request")
    for known in ("level", "prefLabel", "providerType"):
        assert f" {known}" in reply.json()["detail"]
    said = CliRunner().invoke(console, ["contradictions", "--property", "nope", "--data-dir", str(data)])
    assert said.exit_code == 2
    assert "currency" in said.output


def test_the_console_says_the_same(data: Path) -> None:
    said = CliRunner().invoke(console, ["contradictions", "--data-dir", str(data)])
    assert said.exit_code == 0
    assert "level is 5 in neighbour (published, 2026-11-20)" in said.output
    assert "1 contradictions" not in said.output
