"""An award of our tables that a public register has too: asked for by its number it is the award that is planned."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from loaders.format import FORMATS
from loaders.publish import build_release
from tests.support.world import DAY

SMALL_TOWN = Path(__file__).parents[1] / "samples" / "datasets" / "small-town"
REGISTER = FORMATS / "funded-qualifications/sample"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    base = tmp_path_factory.mktemp("registered")
    town = shutil.copytree(SMALL_TOWN, base / "town")
    with (town / "qualifications.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (REGISTER / "approved_2025-02-18.csv").open(encoding="utf-8-sig", newline="") as file:
        number = next(csv.DictReader(file))["QualificationNumber"]
    for row in rows:
        row["qualification_number"] = number if row["qualification_id"] == "Q-CERT" else ""
    with (town / "qualifications.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    built = build_release([town, REGISTER], base / "data", include_illustrative=True, today=DAY)
    assert built.release is not None, [str(issue) for issue in built.issues][:5]
    with TestClient(create_app(Settings(data_dir=base / "data"))) as client:
        client.headers["number"] = number.replace("/", "").upper()
        yield client


@pytest.mark.parametrize("form", ["QAN-{}", "{}"])
def test_its_number_in_the_register_is_the_award_that_is_planned(client: TestClient, form: str) -> None:
    asked = form.format(client.headers["number"])
    by_id, by_number = (client.get("/pathways", params={"to": to, "from": "OC-LAB"}).json() for to in ("Q-CERT", asked))
    assert [one["id"] for one in by_number["understood"] if one["given"] == asked] == ["Q-CERT"]
    assert len(by_number["pathways"]) == len(by_id["pathways"]) > 0
