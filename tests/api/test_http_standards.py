"""One standard, every legal choice and the approval pack, over HTTP and the console: the same answers, and as files."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.designers.counted import TALLIES, counting
from api.designers.worked import count
from queries.coverage.choices import ToCount
from queries.coverage.legal import choices
from queries.coverage.tally import counted

ON = "2026-11-21"
MATRIX = "/standards/OC-LAB/matrix"
CHOICES = "/awards/Q-CERT/choices"
PACK = "/awards/Q-CERT/approval-pack"


def get(client: TestClient, path: str, **query: Any) -> Any:
    return client.get(path, params={"on": ON, **query}).raise_for_status()


def sheets(body: bytes) -> dict[str, list[list[str]]]:
    """The worksheets of a workbook, as rows of text."""
    book = zipfile.ZipFile(io.BytesIO(body))
    names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    found = {}
    for number, name in enumerate(names, 1):
        text = book.read(f"xl/worksheets/sheet{number}.xml").decode()
        rows = re.findall(r"<row [^>]*>(.*?)</row>", text)
        found[name] = [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<c [^>]*>(.*?)</c>", row)] for row in rows]
    return found


def test_a_matrix_keeps_yes_no_and_not_known_apart(client: TestClient) -> None:
    said = get(client, MATRIX).json()
    (row,) = said["rows"]
    cells = {cell["unit"]: cell for cell in row["cells"]}
    assert (cells["U-CERT-1"]["taught"], cells["U-CERT-1"]["assessed"]) == ("yes", "not-known")
    assert (cells["U-CERT-2"]["taught"], cells["U-CERT-2"]["practised"]) == ("no", "not-known")
    assert cells["U-CERT-1"]["published"][0]["evidence"] == "Assessment of outcome 1"
    assert cells["U-CERT-1"]["reasons"][0]["via"] == "stated"
    assert row["sentence"] == (
        "S1 is taught in 1 unit; 1 unit is said not to teach it; 1 unit is said not to assess it, and nobody says where"
        " it is assessed."
    )
    assert (said["statements"], said["taught"], said["published"], said["assessed"]) == (1, 1, 1, 0)
    assert said["links"][0]["href"] == "/standards/OC-LAB/matrix?on=2026-11-21"


def test_a_standard_can_be_named_by_its_reference(client: TestClient) -> None:
    by_id, by_reference = (get(client, f"/standards/{name}/matrix").json() for name in ("OC-LAB", "ST0248"))
    assert by_id["rows"] == by_reference["rows"]


def test_inference_can_be_switched_off(client: TestClient) -> None:
    said = get(client, MATRIX, via=["unit-theme", "outcome-theme"]).json()
    assert [cell["taught"] for cell in said["rows"][0]["cells"]] == ["inferred"]
    assert said["inference"]["via"] == ["outcome-theme", "unit-theme"]
    none = get(client, MATRIX, via=["award", "unit-theme"], published_only=True).json()
    assert (none["taught"], none["inference"]["via"]) == (0, ["award"])


def test_the_workbook_says_in_words_what_stands_behind_every_cell(client: TestClient) -> None:
    reply = get(client, MATRIX, format="xlsx")
    assert reply.headers["content-disposition"].endswith('filename="standards-OC-LAB-matrix-release-2.xlsx"')
    found = sheets(reply.content)
    assert list(found) == [
        "Statements against units",
        "Behind every cell",
        "Published coverage",
        "Method and sources",
        "Notes",
    ]
    heading, row = found["Statements against units"]
    assert heading[5:] == ["1 Measuring", "2 Mending"]
    assert row[5:] == ["taught; practised", "said not to be taught; said not to be assessed"]
    assert found["Behind every cell"][1][:5] == [
        "S1",
        "1 Measuring",
        "U-CERT-1",
        "stated",
        "outcome 1: Assessment of outcome 1",
    ]
    assert [line[3:6] for line in found["Published coverage"][1:]] == [
        ["yes", "yes", "not known"],
        ["no", "not known", "no"],
    ]
    methods = [line[0] for line in found["Method and sources"]]
    assert "Ways of knowing that count" in methods
    text = zipfile.ZipFile(io.BytesIO(reply.content)).read("xl/worksheets/sheet1.xml").decode()
    assert 'orientation="landscape"' in text
    assert "release 2 of " in text
    assert "Page &amp;P of &amp;N" in text


def test_csv_and_chart(client: TestClient) -> None:
    rows = list(csv.reader(io.StringIO(get(client, MATRIX, format="csv").text)))
    assert rows[1][0] == "S1"
    assert rows[1][5] == "taught; practised"
    chart = get(client, MATRIX, format="vega-lite").json()
    assert [one["known"] for one in chart["data"]["values"]] == ["taught", "said not to be"]
    numbers = get(client, CHOICES, role="OC-LAB", format="vega-lite").json()
    assert numbers["data"]["values"][0]["choices"] == 1


def test_every_legal_choice(client: TestClient) -> None:
    said = get(client, CHOICES, role="OC-LAB").json()
    assert (said["legal"]["outcome"], said["legal"]["choices"]) == ("worked-out", 1)
    assert [unit["id"] for unit in said["legal"]["everybody"]] == ["U-CERT-1", "U-CERT-2"]
    assert (said["all_of_it"], said["share_all_of_it"], said["proven"]) == (1, 1.0, True)
    assert said["by_number"] == [{"statements": 1, "choices": 1}]
    assert said["reached"][0]["covered_by"] == "every choice"
    assert said["sentences"][-1] == "All of what these units are known to teach is published."


def test_what_a_worker_counts_comes_back_as_it_is_counted_here() -> None:
    """Also beyond the whole numbers of a machine, and where there is more than one standard."""
    many = ToCount(
        choices([(1,)] * 90, [45], lambda sums: sums[0] >= 45), (frozenset({0}), *[frozenset[int]()] * 89), 1
    )
    few = ToCount(choices([(15,)] * 3, [15], lambda sums: sums[0] >= 15), (frozenset({0}), frozenset(), frozenset()), 2)
    found = TALLIES.validate_json(count(counting((many, few))))
    assert found == (counted(many), counted(few))
    assert found[0] is not None
    assert found[0].total > 2**64


def test_an_award_without_rules_cannot_be_worked_out(client: TestClient) -> None:
    said = get(client, "/awards/Q-BASE/choices", role="OC-LAB").json()
    assert said["legal"]["outcome"] == "not-known"
    assert said["legal"]["choices"] is None
    assert said["reached"][0]["covered_by"] == "not worked out"
    assert said["reached"][0]["choices"] is None
    assert said["sentences"][1] == "No rule of Base Award in Laboratory Work that can be checked is known."


def test_a_role_without_statements_is_not_known_and_not_nothing(client: TestClient) -> None:
    said = get(client, "/standards/OC-TECH/matrix").json()
    assert said["rows"] == []
    assert said["notes"] == [
        "No statement of a standard is known for Device technician: what it needs is not known, not nothing."
    ]
    pack = get(client, PACK).json()
    assert [one["role"]["id"] for one in pack["standards"]] == ["OC-TECH"]
    assert [one["code"] for one in pack["standards"][0]["questions"]] == ["no-statements"]


def test_an_approval_pack_for_a_named_role(client: TestClient) -> None:
    said = get(client, PACK, role="OC-LAB").json()
    (one,) = said["standards"]
    (line,) = one["lines"]
    assert (line["taught"], line["taught_published"], line["assessed"]) == (["1 Measuring"], True, [])
    assert line["evidence"] == [{"unit": "1 Measuring", "text": "Assessment of outcome 1"}]
    assert line["every_choice"] == "every choice"
    assert [question["code"] for question in one["questions"]] == ["which-options", "assessed-nowhere"]
    assert one["questions"][1]["about"] == ["S1"]
    assert len(said["criteria"]) == 5
    found = sheets(get(client, PACK, role="OC-LAB", format="xlsx").content)
    assert found["Statements"][1][6:] == [
        "1 Measuring",
        "1 Measuring",
        "not known",
        "1 Measuring: Assessment of outcome 1",
        "every choice",
        "published",
        "ST0248",
        "https://example.org/standards/lab",
        "2024-05-06",
        "",
    ]
    assert (line["of_standard"], line["role_status"], line["source"]["status"]) == (True, "published", "published")
    assert [row[1] for row in found["Open questions"][1:]][1] == "Where are these statements assessed? Nobody says."


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/standards/OC-NONE/matrix", 404, "unknown-id"),
        ("/standards/ST9999/matrix", 404, "unknown-id"),
        (f"{MATRIX}?award=Q-NONE", 404, "unknown-id"),
        (f"{MATRIX}?via=guess", 422, "invalid-request"),
        (f"{MATRIX}?levels_below=10", 422, "invalid-request"),
        (f"{MATRIX}?publishd_only=true", 422, "invalid-request"),
        (CHOICES, 422, "invalid-request"),
        (f"{CHOICES}?role=OC-NONE", 404, "unknown-id"),
        ("/awards/Q-NONE/choices?role=OC-LAB", 404, "unknown-id"),
        (f"{CHOICES}?role=OC-LAB&blank_credits=0", 422, "invalid-request"),
        ("/awards/Q-NONE/approval-pack", 404, "unknown-id"),
        (f"{PACK}?role=OC-NONE", 404, "unknown-id"),
        (f"{PACK}?format=vega-lite", 422, "invalid-request"),
        (f"{MATRIX}?release=99", 404, "unknown-release"),
    ],
)
def test_what_is_asked_wrongly_is_told(client: TestClient, path: str, status: int, code: str) -> None:
    reply = client.get(path)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_an_answer_that_the_reader_has_is_not_sent_again(client: TestClient) -> None:
    for path, query in ((MATRIX, {}), (CHOICES, {"role": "OC-LAB"}), (PACK, {})):
        first = get(client, path, **query)
        headers = {"If-None-Match": first.headers["ETag"]}
        assert client.get(path, params={"on": ON, **query}, headers=headers).status_code == 304
        other = client.get(path, params={"on": ON, **query, "placeholders": True}, headers=headers)
        assert other.status_code == 200


def test_the_console_says_the_same(run: Any, client: TestClient, tmp_path: Path) -> None:
    said = get(client, MATRIX).json()
    printed = json.loads(run("standard", "matrix", "OC-LAB", "--on", ON, "--json").stdout)
    assert printed["rows"] == said["rows"]
    assert said["rows"][0]["sentence"].split(";")[0] in run("standard", "matrix", "OC-LAB", "--on", ON).stdout
    choices = get(client, CHOICES, role="OC-LAB").json()
    text = run("standard", "choices", "Q-CERT", "--role", "OC-LAB", "--on", ON).stdout
    assert choices["sentences"][0] in text
    assert "Everybody takes: 1 Measuring, 2 Mending." in text
    pack = run("standard", "approval", "Q-CERT", "--role", "OC-LAB", "--on", ON).stdout
    assert "Open: Where are these statements assessed? Nobody says." in pack
    file = tmp_path / "pack.xlsx"
    run("standard", "approval", "Q-CERT", "--role", "OC-LAB", "--on", ON, "--format", "xlsx", "--to", str(file))
    assert "Statements" in sheets(file.read_bytes())
    run("standard", "matrix", "OC-NONE", ends=4)
    run("standard", "choices", "Q-CERT", "--role", "OC-LAB", "--via", "guess", ends=2)
