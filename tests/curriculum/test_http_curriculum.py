"""The shape, overlaps, single points and cold spots over HTTP and on the console: the same answers, in every format."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from support.vega_lite import check
from typer.testing import CliRunner

from api.cli import app as console

ON = "2026-11-21"
ADDRESSES = {
    "/awards/Q-HND-COMP22/shape": {},
    "/overlaps": {"on": ON, "award": ["Q-HNC-COMP22", "Q-L4-OTHM-IT"]},
    "/shared-competencies": {"on": ON, "sector": "healthtech"},
    "/fragility": {"on": ON, "sector": "healthtech"},
    "/cold-spots": {"on": ON, "sector": "healthtech"},
    "/leavers-change": {"sector": "healthtech"},
}


@pytest.fixture(scope="module")
def client(home_client: TestClient) -> TestClient:
    return home_client


def ask(client: TestClient, path: str, **params: Any) -> Any:
    return client.get(path, params=params).raise_for_status().json()


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_answer_is_a_table_a_workbook_and_a_chart_too(client: TestClient, path: str) -> None:
    params = ADDRESSES[path]
    said = ask(client, path, **params)
    assert said["release"]["number"] == 1
    (link,) = said["links"]
    assert client.get(link["href"]).json() == said, "the link asks the same again"
    table = client.get(path, params={**params, "format": "csv"}).raise_for_status()
    rows = list(csv.reader(io.StringIO(table.text)))
    assert len({len(row) for row in rows if len(row) > 1}) == 1
    book = client.get(path, params={**params, "format": "xlsx"}).raise_for_status()
    assert zipfile.ZipFile(io.BytesIO(book.content)).testzip() is None
    check(client.get(path, params={**params, "format": "vega-lite"}).raise_for_status().json())


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_has_not_changed_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path, params=ADDRESSES[path])
    again = client.get(path, params=ADDRESSES[path], headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_shape_says_not_known_and_never_nought(client: TestClient) -> None:
    said = ask(client, "/awards/Q-HND-COMP22/shape")
    assert said["answer"].startswith("Not known which unit comes before which: of 54 units none")
    assert set(said["totals"].values()) == {None}
    assert said["stages"][0]["sentence"].endswith("No single unit is needed for it: 15 can count.")
    table = client.get("/awards/Q-HND-COMP22/shape", params={"format": "csv"}).text
    assert "not known" in table
    alone = ask(client, "/awards/Q-HND-COMP22/shape", alone=True)
    assert [one["id"] for one in alone["awards"]] == ["Q-HND-COMP22"]
    chosen = ask(client, "/awards/Q-HND-COMP22/shape", before=["Q-HNC-ENG24"])
    assert [one["id"] for one in chosen["awards"]] == ["Q-HNC-ENG24", "Q-HND-COMP22"]


def test_what_hangs_on_dudley_college_is_told_in_words(client: TestClient) -> None:
    said = ask(client, "/fragility", on=ON, role="OC-HEST-MD", point="provider")
    (one,) = [one for one in said["items"] if one["id"] == "P-DUDLEY"]
    assert one["past_only"] is True
    assert (
        "All that hangs on Dudley College of Technology rests on the past: none of it is known to be on offer."
        in one["sentence"]
    )
    assert said["roles"][0]["elsewhere"] == "1 provider in England had leavers in 2024/25"


def test_placeholders_are_let_in_only_when_asked(client: TestClient) -> None:
    shut = ask(client, "/overlaps", on=ON, award=["Q-MEDTECH-HNC", "Q-HNC-HCP"], least_share=0.3)
    assert shut["total"] == 0
    assert [one["known"] for one in shut["repeats"] if one["two"]["id"] == "Q-MEDTECH-HNC"] == [False]
    opened = ask(client, "/overlaps", on=ON, award=["Q-MEDTECH-HNC", "Q-HNC-HCP"], least_share=0.3, placeholders=True)
    assert {one["status"] for one in opened["items"]} == {"illustrative"}


def test_pages_of_pairs_follow_each_other(client: TestClient) -> None:
    whole = ask(client, "/overlaps", on=ON, limit=20)
    parts = [ask(client, "/overlaps", on=ON, limit=10, offset=offset)["items"] for offset in (0, 10)]
    assert [*parts[0], *parts[1]] == whole["items"]


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("/awards/Q-NOPE/shape", {}, 404, "unknown-id"),
        ("/awards/Q-HND-COMP22/shape", {"before": "Q-NOPE"}, 404, "unknown-id"),
        ("/awards/Q-HND-COMP22/shape", {"bevor": "Q-HNC-COMP22"}, 422, "invalid-request"),
        ("/overlaps", {"award": "U-COMP22-1"}, 404, "unknown-id"),
        ("/overlaps", {"least_share": "0"}, 422, "invalid-request"),
        ("/shared-competencies", {"role": "OC-NOPE"}, 404, "unknown-id"),
        ("/shared-competencies", {"sector": "poetry"}, 422, "invalid-request"),
        ("/shared-competencies", {"level": "12"}, 422, "invalid-request"),
        ("/fragility", {"area": "Atlantis"}, 422, "invalid-request"),
        ("/fragility", {"point": "college"}, 422, "invalid-request"),
        ("/fragility", {"via": "hearsay"}, 422, "invalid-request"),
        ("/cold-spots", {"geography": "parish"}, 422, "invalid-request"),
        ("/cold-spots", {"provider_type": "circus"}, 422, "invalid-request"),
        ("/leavers-change", {"first": "2019/20"}, 422, "invalid-request"),
        ("/leavers-change", {"provider": "P-NOPE"}, 404, "unknown-id"),
        ("/leavers-change", {"format": "pdf"}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_answered_is_told(
    client: TestClient, path: str, params: dict[str, str], status: int, code: str
) -> None:
    reply = client.get(
        path, params={"on": ON, **params} if path not in ("/leavers-change",) and "shape" not in path else params
    )
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text


COMMANDS = {
    "/awards/Q-HND-COMP22/shape": ["shape", "Q-HND-COMP22"],
    "/overlaps": ["overlap", "Q-HNC-COMP22", "Q-L4-OTHM-IT", "--on", ON],
    "/shared-competencies": ["shared", "--sector", "healthtech", "--on", ON],
    "/fragility": ["fragility", "--sector", "healthtech", "--on", ON],
    "/cold-spots": ["cold-spots", "--sector", "healthtech", "--on", ON],
    "/leavers-change": ["leavers", "--sector", "healthtech"],
}


@pytest.mark.parametrize("path", COMMANDS)
def test_the_console_says_the_same(client: TestClient, home_data: Path, path: str) -> None:
    command = ["curriculum", *COMMANDS[path], "--data-dir", str(home_data)]
    told = CliRunner().invoke(console, [*command, "--format", "json"])
    assert told.exit_code == 0, told.output
    said = ask(client, path, **ADDRESSES[path])
    printed = json.loads(told.stdout)
    assert {name: value for name, value in printed.items() if name != "links"} == {
        name: value for name, value in said.items() if name != "links"
    }
    text = CliRunner().invoke(console, command)
    assert text.exit_code == 0
    assert len(text.stdout.splitlines()) > 3


def test_the_console_ends_with_a_code_that_says_what_was_wrong(home_data: Path) -> None:
    for words, code in (
        (["shape", "Q-NOPE"], 4),
        (["leavers", "--first", "1066/67"], 2),
        (["fragility", "--point", "x"], 2),
    ):
        told = CliRunner().invoke(console, ["curriculum", *words, "--data-dir", str(home_data)])
        assert told.exit_code == code, told.output
        assert "Traceback" not in told.output
