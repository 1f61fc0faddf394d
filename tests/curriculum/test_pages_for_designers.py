"""What a curriculum lead reads: the answer first, each finding with a way to its reasons, and no dead ends."""

import csv
import io
import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.dependencies import ReleaseHolder
from api.designers.coverage import board_faces
from api.schemas.board import BoardAsked, BoardSaid

PAGES = {"Accept": "text/html"}
NOT_KNOWN = "K-DEVICE-RA-12-2026-Z10"


@pytest.fixture(scope="module")
def client(home_client: TestClient) -> TestClient:
    return home_client


def read(client: TestClient, path: str, status: int = 200) -> str:
    reply = client.get(path, headers=PAGES)
    assert reply.status_code == status, path
    return unescape(reply.text)


def headings(page: str) -> list[str]:
    return re.findall(r'<th scope="col">([^<]+)</th>', page)


def test_from_an_uncovered_skill_to_the_smallest_change_by_links_alone(client: TestClient) -> None:
    assert 'href="/changes?role=OC-REGADV"' in read(client, "/designers")
    board = read(client, "/coverage?role=OC-REGADV")
    (address,) = set(re.findall(rf'href="(/coverage/{NOT_KNOWN}[^"]*)"', board))
    cell = read(client, address)
    assert "Technical documentation structuring" in cell
    assert "Not all units of MedTech HNC, which is meant for Regulatory advisor, are published." in cell
    (change,) = set(re.findall(r'href="(/changes[^"]+)"', cell))
    asks = read(client, change)
    assert "This answer needs to know: provider." in asks
    assert f'name="gap" value="{NOT_KNOWN}"' in asks
    read(client, f"{change}&provider=Walsall College")


@pytest.mark.parametrize("path", ["/changes?role=OC-REGADV", "/awards/Q-HND-COMP22/choices"])
def test_a_question_that_lacks_something_can_be_finished_on_the_page(client: TestClient, path: str) -> None:
    page = read(client, path)
    assert page.index("This answer needs to know") < page.index('class="question"')
    missing = client.get(path).json()["errors"][0]["field"]
    assert re.findall(r'name="([a-z_]+)"', page[page.index('class="question"') :])[0] == missing
    assert "Field required" not in page


def test_a_form_offers_the_choices_there_are(client: TestClient) -> None:
    page = read(client, "/changes")
    assert re.findall(r'<option value="(units|credits|pounds)"', page) == ["units", "credits", "pounds"]
    assert '<input type="checkbox" name="via" value="unit-theme"' in page


@pytest.mark.parametrize(
    "asked",
    ["sector=nosuch", "town=Walsal", "district=ZZ9", "theme=nothing", "standard=ST9999", "kind=x", "provider=P-NO"],
)
def test_a_slip_of_the_pen_is_not_answered_with_taught_elsewhere(client: TestClient, asked: str) -> None:
    for path in ("/coverage", f"/coverage/{NOT_KNOWN}"):
        reply = client.get(f"{path}?{asked}")
        assert reply.status_code in (404, 422), path
        assert asked.partition("=")[2] in reply.json()["detail"]
    assert "Walsall" in client.get("/coverage?town=Walsal").json()["hint"]
    assert client.get("/coverage?town=walsall&limit=1").json()["total"] > 0


def test_filters_that_leave_nothing_to_count_are_refused(client: TestClient) -> None:
    for path in ("/coverage", "/standards/OC-HCSASSOC/matrix", "/overlaps"):
        reply = client.get(f"{path}?published_only=true&via=unit-theme")
        assert reply.status_code == 422, path
        assert "leaves none of the ways of knowing" in reply.json()["detail"]
        assert client.get(f"{path}?published_only=true&via=unit-theme&via=stated").status_code == 200


def test_how_many_findings_are_inferred_alone_is_said_first(client: TestClient) -> None:
    said = client.get("/coverage?role=OC-MAMMO&limit=1000").json()
    assert said["inferred"] == sum(one["inferred"] for one in said["items"]) > 0
    page = read(client, "/coverage?role=OC-MAMMO")
    told = page.index(f"{said['inferred']} of these findings rest on our inference alone.")
    assert told < page.index("chart-place") < page.index("<table")


def test_placeholders_that_the_release_has_not_are_not_asked_for_in_silence(
    home_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = ReleaseHolder(home_data).get()
    facts = services.coverage(date(2026, 11, 21))

    def method(*, placeholders: bool) -> list[str]:
        said = board_faces(services, facts, BoardAsked(placeholders=placeholders), None).said
        assert isinstance(said, BoardSaid)
        return said.method

    assert method(placeholders=True) == method(placeholders=False), "this release holds some"
    monkeypatch.setattr(services, "manifest", replace(services.manifest, illustrative=False))
    assert [one for one in method(placeholders=True) if one not in method(placeholders=False)] == [
        "Placeholders are asked for, and this release has none: it was built without illustrative units."
    ]


def test_a_page_has_room_and_the_file_has_everything(client: TestClient) -> None:
    path = "/standards/OC-HCSASSOC/matrix"
    assert headings(read(client, path))[:4] == ["Statement", "In our words", "The row in words", "Statement"]
    units = client.get(path).json()["units"]
    assert len(next(csv.reader(io.StringIO(client.get(f"{path}?format=csv").text)))) == 5 + len(units) > 100
    assert headings(read(client, "/coverage?role=OC-REGADV"))[:3] == ["Label", "Level", "In words"]


def test_no_page_shows_an_address_that_leads_nowhere_or_a_long_fraction(client: TestClient) -> None:
    for path in ("/standards/OC-HCSASSOC/matrix", "/awards/Q-HND-COMP22/choices?role=OC-DATATECH"):
        page = read(client, path)
        assert not re.search(r">[^<]*urn:stepway:unlocated", page), path
        assert not re.search(r">[^<]*0\.\d{5}", page), path


def test_a_note_is_said_once_on_a_page(client: TestClient) -> None:
    page = read(client, "/coverage?role=OC-REGADV")
    assert page.count("Themes are our own tags") == 1


def test_what_is_inferred_alone_is_not_called_known(client: TestClient) -> None:
    notes = (
        client.get("/standards/OC-HCSASSOC/matrix?limit=1").json().get("notes")
        or client.get("/standards/OC-HCSASSOC/matrix").json()["notes"]
    )
    assert notes[0].startswith("By our inference alone, 74 of 94 statements are taught in these units.")


def test_one_award_is_laid_beside_all_others(client: TestClient) -> None:
    found = client.get("/overlaps?award=Q-HNC-COMP22&limit=500").json()
    every = client.get("/overlaps?limit=500").json()
    sides = [{one["one"]["award"], one["two"]["award"]} for one in found["items"]]
    assert 0 < found["total"] < every["total"]
    assert all("Q-HNC-COMP22" in one for one in sides)
    two = client.get("/overlaps?award=Q-HNC-COMP22&award=Q-L4-OTHM-IT&limit=500").json()
    assert two["total"] == sum(one == {"Q-HNC-COMP22", "Q-L4-OTHM-IT"} for one in sides)


def test_every_table_of_legal_choices_has_a_cell_below_each_heading(client: TestClient) -> None:
    path = "/awards/Q-HND-COMP22/choices?role=OC-DATATECH"
    rows = list(csv.DictReader(io.StringIO(client.get(f"{path}&format=csv").text)))
    assert [rows[8][name] for name in ("Statement", "Choices that cover it")] == ["K9", "972510"]
    assert rows[8]["Id"].startswith("K-")
    assert rows[8]["In our words"].startswith("Tools that manage")
    assert client.get(f"{path}&format=xlsx").status_code == 200
