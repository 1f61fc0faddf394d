"""Needs, figures, changes and the index over HTTP and on the console, of a town with two releases.

In release 1 nobody teaches the second competency of a device technician; in release 2 a unit does, its run has seats,
and a figure was mended. Release 2 is served.
"""

import csv
import io
import json
import logging
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.cli import app as console
from api.console import Screen
from api.derived import DERIVE
from api.schemas.watch import WatchChangesSaid
from api.settings import Settings
from api.watching.changes import show_changes
from loaders.publish import build_release
from tests.support.vega_lite import check, texts
from tests.support.world import DAY, Rows, write_dataset

ON: Final = DAY.isoformat()
EXAMPLE: Final = "https://example.org/page"


def statement(role: str, number: int, theme: str) -> dict[str, str]:
    return {
        "competency_id": f"K-{role[3:]}-K{number}",
        "role_id": role,
        "standard_ref": "ST9001",
        "kind": "knowledge",
        "code": f"K{number}",
        "label": f"About {theme}",
        "theme": theme,
        "currency": "current",
    }


WORLD: Final[dict[str, Rows]] = {
    "roles": [
        {"role_id": "OC-TECH", "title": "Device technician", "level": "4", "sector": "healthtech"},
        {"role_id": "OC-NEW", "title": "Robot carer", "level": "4", "sector": "healthtech"},
    ],
    "competencies": [statement("OC-TECH", 1, "imaging"), statement("OC-TECH", 2, "repair")],
    "provision_types": [{"provision_type_id": "PT-HNC", "label": "higher national"}],
    "qualifications": [
        {
            "qualification_id": "Q-DEV",
            "title": "Higher National in Devices",
            "level": "4",
            "provision_type_id": "PT-HNC",
            "aligned_roles": "OC-TECH",
        }
    ],
    "units": [{"unit_id": "U-IMG", "qualification_id": "Q-DEV", "title": "Imaging", "level": "4", "themes": "imaging"}],
    "providers": [{"provider_id": "P-COL", "name": "The College"}],
    "opportunities": [
        {
            "opportunity_id": "C-DEV",
            "title": "Devices",
            "provider_id": "P-COL",
            "provision_type_id": "PT-HNC",
            "qualification_id": "Q-DEV",
            "level": "4",
        }
    ],
    "deliveries": [{"delivery_id": "DL-DEV", "opportunity_id": "C-DEV", "start_dates": "2027-01"}],
    "needs": [
        {
            "need_id": "NE-TECH",
            "statement": "Ten device technicians are wanted.",
            "stated_by": "the hospital",
            "stated_on": "2026-10-22",
            "role_ids": "OC-TECH",
            "people": "10",
            "as_of": "2026-11-01",
        },
        {
            "need_id": "NE-NEW",
            "statement": "People who care with robots are wanted.",
            "stated_by": "=HYPERLINK(the care homes)",
            "stated_on": "2025",
            "role_ids": "OC-NEW",
            "as_of": "2026-11-01",
        },
    ],
    "demand_figures": [
        {"figure_id": f"DF-{n}", "metric": "jobs", "value": value, "value_low": value, "value_high": value}
        | {"unit": "jobs", "geography": place, "period": "2026", "publisher": "the town", "matter": "jobs of the town"}
        for n, value, place in ((1, "900", "Smalltown"), (2, "800", "Smalltown"), (3, "9000", "the county"))
    ],
}


def second() -> dict[str, Rows]:
    """The world of release 2."""
    repair = {"unit_id": "U-REP", "qualification_id": "Q-DEV", "title": "Repair", "level": "4", "themes": "repair"}
    figures = [
        one | ({"value": "850", "value_high": "850"} if one["figure_id"] == "DF-2" else {})
        for one in WORLD["demand_figures"]
    ]
    runs = [one | {"seats": "12"} for one in WORLD["deliveries"]]
    return WORLD | {"units": [*WORLD["units"], repair], "demand_figures": figures, "deliveries": runs}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("needs")
    for number, tables in enumerate((WORLD, second()), 1):
        result = build_release(
            [write_dataset(folder / str(number), **tables)], folder / "data", today=DAY, derive=DERIVE
        )
        assert result.release is not None, [str(one) for one in result.issues]
    return folder / "data"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release without needs, figures and parts that are worked out."""
    folder = tmp_path_factory.mktemp("bare")
    tables = {name: rows for name, rows in WORLD.items() if name not in ("needs", "demand_figures")}
    result = build_release([write_dataset(folder / "one", **tables)], folder / "data", today=DAY)
    assert result.release is not None, [str(one) for one in result.issues]
    return folder / "data"


def _client(data: Path) -> Iterator[TestClient]:
    logging.getLogger("stepway").setLevel(logging.CRITICAL)
    with TestClient(create_app(Settings(data_dir=data)), raise_server_exceptions=False) as found:
        yield found


@pytest.fixture(scope="module")
def client(data: Path) -> Iterator[TestClient]:
    yield from _client(data)


@pytest.fixture(scope="module")
def nothing(bare: Path) -> Iterator[TestClient]:
    yield from _client(bare)


def get(client: TestClient, path: str, **given: Any) -> Any:
    reply = client.get(path, params={"on": ON, **given} if path != "/watch/figures" else given)
    assert reply.status_code == 200, reply.text
    return reply.json()


def told(need: dict[str, Any]) -> list[str]:
    """The chains of a need, a line each."""
    return [f"{(one['competency'] or one['of'])['id']}: {one['stop']}, seats {one['seats']}" for one in need["chains"]]


# Needs


def test_needs_are_traced_to_seats(client: TestClient) -> None:
    before, after = get(client, "/watch/needs", release=1), get(client, "/watch/needs")
    assert [one["id"] for one in after["items"]] == ["NE-NEW", "NE-TECH"]
    assert told(before["items"][1]) == ["K-TECH-K2: not-taught, seats None", "K-TECH-K1: seats-not-known, seats None"]
    assert told(after["items"][1]) == ["K-TECH-K1: seats-known, seats 12", "K-TECH-K2: seats-known, seats 12"]
    assert told(after["items"][0]) == ["OC-NEW: skills-not-known, seats None"]
    assert before["items"][1]["days"] == 30  # from 22 October to 21 November
    assert (
        before["text"]
        == "2 stated needs; the chain first breaks for 1 at the skill, 1 at the unit; 0 go through to known seats."
    )


def test_each_link_has_its_statements(client: TestClient) -> None:
    (chain, _) = get(client, "/watch/needs", need="NE-TECH")["items"][0]["chains"]
    (teaching,) = chain["teachings"]
    assert (teaching["teacher"]["id"], teaching["via"], teaching["through"]) == ("U-IMG", "unit-theme", "imaging")
    assert {one["record"] for one in teaching["sources"]} == {"U-IMG", "K-TECH-K1"}
    (run,) = chain["runs"]
    assert (run["id"], run["seats"], run["starts"], run["source"]["address"]) == ("DL-DEV", 12, ["2027-01"], EXAMPLE)


def test_inference_is_a_switch(client: TestClient) -> None:
    found = get(client, "/watch/needs", need="NE-TECH", published_only=True)
    assert [one["stop"] for one in found["items"][0]["counts"]] == ["not-taught"]


def test_chains_are_chosen_and_few(client: TestClient) -> None:
    found = get(client, "/watch/needs", release=1, stop="not-taught")
    assert [(one["id"], told(one)) for one in found["items"]] == [("NE-TECH", ["K-TECH-K2: not-taught, seats None"])]
    few = get(client, "/watch/needs", chains=1)["items"][1]
    assert (len(few["chains"]), few["chain_count"]) == (1, 2)


def test_without_needs_nothing_says_nought(nothing: TestClient) -> None:
    found = get(nothing, "/watch/needs")
    assert (found["loaded"], found["items"]) == (False, [])
    assert found["text"].startswith("No needs are loaded in this release.")
    assert "not known" in get(nothing, "/watch/index")["text"]
    figures = get(nothing, "/watch/figures")
    assert (figures["loaded"], figures["items"]) == (False, [])
    assert figures["text"].startswith("No demand figures are loaded")


# Figures


def test_figures_stand_side_by_side_with_what_sets_them_apart(client: TestClient) -> None:
    (matter,) = get(client, "/watch/figures")["items"]
    assert [(one["id"], one["value"], one["place"]) for one in matter["figures"]] == [
        ("DF-1", "900", "Smalltown"),
        ("DF-2", "850", "Smalltown"),
        ("DF-3", "9000", "the county"),
    ]
    assert matter["differ"] == ["place"]
    assert matter["text"] == "They differ in place. DF-1 and DF-2 cannot both be right."


# Changes


def test_what_changed_since_the_release_before(client: TestClient) -> None:
    found = get(client, "/watch/changes")
    assert found["before"]["number"] == 1
    assert [(one["competency"]["id"], one["before"], one["after"]) for one in found["findings"]] == [
        ("K-TECH-K2", "not-taught", "one-provider")
    ]
    assert [(one["id"], one["became"], one["before"], one["after"]) for one in found["needs"]] == [
        ("NE-TECH", "better", "not-taught", "seats-known")
    ]
    (unit,) = found["units"]
    assert (unit["unit"]["id"], unit["award"]["label"], unit["became"]) == (
        "U-REP",
        "Higher National in Devices",
        "new",
    )
    assert [(one["id"], one["before"], one["after"]) for one in found["figures"]] == [("DF-2", "800", "850")]
    assert found["text"].startswith("Since release 1: 1 competency has a better one; 1 stated need changed;")


def test_the_first_release_has_nothing_to_compare_with(client: TestClient) -> None:
    found = get(client, "/watch/changes", release=1)
    assert (found["before"], found["counts"], found["findings"]) == (None, None, [])
    assert found["text"].startswith("There is no release before this one")


def test_what_a_sandbox_changes_is_what_it_imagines(client: TestClient) -> None:
    unit = {"unit_id": "U-WILD", "qualification_id": "Q-DEV", "title": "Imaging again", "level": 4}
    told = {"title": "What if?", "tables": {"units": [unit | {"themes": ["imaging"], "unit_role": "optional"}]}}
    made = client.post("/sandboxes", json=told)
    assert made.status_code in (200, 201), made.text
    found = get(client, f"/sandboxes/{made.json()['id']}/watch/changes")
    assert found["before"]["sandbox"] is None
    assert [(one["unit"]["id"], one["became"]) for one in found["units"]] == [("U-WILD", "new")]
    chart = client.get(f"/sandboxes/{made.json()['id']}/watch/needs", params={"format": "vega-lite"}).json()
    assert "imaginary" in chart["title"]["subtitle"]


# The index


def _rows(client: TestClient, href: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"{href}&format=csv").text)))


def _recomputed(client: TestClient, said: dict[str, Any]) -> dict[str, float | None]:
    """The parts and the index by the arithmetic that the reply tells, from the rows at its addresses alone."""
    href = {part["code"]: part["href"] for part in said["parts"]}
    offered = ("whole-only", "one-provider", "many-providers")
    found = _rows(client, href["coverage"])

    def competencies(rows: list[dict[str, str]]) -> int:
        return sum(int(row["competencies"]) for row in rows)

    taught = [row for row in found if row["finding"] in offered]
    reach = _rows(client, href["reach"])
    yes = [row for row in reach if row["reachable"].endswith("/yes") and "illustrative" not in row["status"]]
    weeks = sorted(int(row["weeks"]) for row in yes if row["weeks"] for _ in range(int(row["pairs"])))
    stated: dict[str, int] = {}
    for row in _rows(client, href["needs-age"]):
        ends = {4: "-12-31", 10: ""}
        days = [f"{row[name]}{ends[len(row[name])]}" for name in ("stated_on", "source_date") if row[name]]
        stated[row["need"]] = (DAY - min(map(date.fromisoformat, days))).days
    ages = sorted(stated.values())
    parts = {
        "coverage": 100 * competencies(taught) / competencies(found),
        "spread": 100 * competencies([row for row in taught if int(row["providers"]) > 1]) / competencies(found),
        "reach": 100 * sum(int(row["pairs"]) for row in yes) / sum(int(row["pairs"]) for row in reach),
    }
    published = [row for row in found if row["if_published"] in offered]
    return {
        **{code: round(value, 2) for code, value in parts.items()},
        "coverage-published": round(100 * competencies(published) / competencies(found), 2),
        "weeks": weeks[(len(weeks) - 1) // 2] if weeks else None,
        "needs-age": ages[(len(ages) - 1) // 2],
        "index": round(fmean(round(value, 2) for value in parts.values()), 1),
    }


@pytest.mark.parametrize("release", [1, 2])
def test_anyone_can_recompute_the_index_from_its_queries(client: TestClient, release: int) -> None:
    (said,) = get(client, "/watch/index", release=release)["items"]
    told = {part["code"]: part["value"] for part in said["parts"]} | {"index": said["index"]}
    assert told == _recomputed(client, said)
    assert said["missing"] == []
    assert told["coverage"] == {1: 50.0, 2: 100.0}[release]


def test_the_index_of_several_releases(client: TestClient) -> None:
    found = get(client, "/watch/index", releases=5)
    assert [one["number"] for one in found["items"]] == [2, 1]
    assert found["items"][1] == get(client, "/watch/index", release=1)["items"][0]


def test_the_index_has_its_word_and_what_is_published_alone(client: TestClient) -> None:
    found = get(client, "/watch/index", releases=5)
    assert found["text"] == (
        "The index of release 2 is 33.3 to 50 of 100, in part inferred: 100 percent of what roles need is known to be"
        " taught (the past alone does not count), and 0 percent by what is published alone."
    )
    table = client.get("/watch/index", params={"on": ON, "format": "csv"}).text
    standing = {one["Part"]: one["Standing"] for one in csv.DictReader(io.StringIO(table))}
    assert standing["index"] == standing["coverage"] == "in part inferred"
    assert standing["coverage-published"] == standing["needs-age"] == "published"
    spec = client.get("/watch/index", params={"on": ON, "format": "vega-lite"}).json()
    drawn = {one["what"]: one["value"] for one in spec["data"]["values"]}
    assert drawn["Needed competencies that somebody is known to teach, in part inferred"] == 100
    assert drawn["Needed competencies that somebody is known to teach, without any inference of ours"] == 0


def test_a_part_that_is_missing_is_named(nothing: TestClient) -> None:
    (said,) = get(nothing, "/watch/index")["items"]
    assert (said["index"], said["high"]) == (None, None)
    assert said["missing"] == ["coverage", "spread", "reach"]
    assert all(part["value"] is None and part["missing"] for part in said["parts"])
    spec = nothing.get("/watch/index", params={"on": ON, "format": "vega-lite"}).json()
    check(spec)
    assert "not known" in set(texts(spec))


# Formats, and what cannot be asked


@pytest.mark.parametrize("path", ["/watch/needs", "/watch/changes", "/watch/index"])
def test_charts_are_specifications_that_everybody_can_read(client: TestClient, path: str) -> None:
    reply = client.get(path, params={"on": ON}, headers={"Accept": "application/vnd.vegalite.v5+json"})
    assert reply.headers["content-type"] == "application/vnd.vegalite.v5+json"
    check(reply.json())


@pytest.mark.parametrize("path", ["/watch/needs", "/watch/figures", "/watch/changes", "/watch/index"])
def test_tables(client: TestClient, path: str) -> None:
    text = client.get(path, params={"format": "csv"})
    assert text.headers["content-type"].startswith("text/csv")
    first, *rows = csv.reader(io.StringIO(text.text, newline=""))
    assert rows and all(len(row) == len(first) for row in rows)
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    book = client.get(path, params={"format": "xlsx"})
    assert f"{path.replace('/', '-')[1:]}-release-2.xlsx" in book.headers["content-disposition"]
    assert zipfile.ZipFile(io.BytesIO(book.content)).testzip() is None


@pytest.mark.parametrize("path", ["/watch/needs", "/watch/figures", "/watch/changes", "/watch/index"])
def test_what_has_not_changed_is_not_sent_again(client: TestClient, path: str) -> None:
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path, params={"release": 1}, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("path", ["/watch/needs", "/watch/figures", "/watch/changes", "/watch/index"])
def test_pages(client: TestClient, path: str) -> None:
    reply = client.get(path, headers={"Accept": "text/html"})
    assert reply.status_code == 200
    assert "<h1" in reply.text
    assert "<script>" not in reply.text


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("/watch/needs", {"need": "NE-NONE"}, 404),
        ("/watch/needs", {"stop": "nowhere"}, 422),
        ("/watch/needs", {"chains": "-1"}, 422),
        ("/watch/needs", {"format": "pdf"}, 422),
        ("/watch/figures", {"matter": "the moon"}, 404),
        ("/watch/figures", {"on": ON}, 422),
        ("/watch/changes", {"since": "2"}, 422),
        ("/watch/changes", {"since": "9", "release": "1"}, 404),
        ("/watch/changes", {"release": "9"}, 404),
        ("/watch/index", {"releases": "0"}, 422),
        ("/watch/index", {"on": "yesterday"}, 422),
    ],
)
def test_what_cannot_be_asked_is_told(client: TestClient, path: str, given: dict[str, str], status: int) -> None:
    reply = client.get(path, params=given)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"


# The console


def run(data: Path, *words: str, ends: int = 0) -> str:
    result = CliRunner().invoke(console, ["watch", *words, "--data-dir", str(data)])
    assert result.exit_code == ends, f"{result.output}\n{result.exception!r}"
    return result.output


@pytest.mark.parametrize("command", ["needs", "changes", "index"])
def test_the_console_says_the_same(client: TestClient, data: Path, command: str) -> None:
    over_http = get(client, f"/watch/{command}")
    if command == "needs":
        over_http = get(client, "/watch/needs", chains=5)
    said = json.loads(run(data, command, "--on", ON, "--json"))
    assert said | {"links": []} == over_http | {"links": []}


def test_the_console_tells_people(data: Path, bare: Path) -> None:
    needs = run(data, "needs", "--on", ON, "--need", "NE-TECH")
    assert "NE-TECH: Ten device technicians are wanted." in needs
    assert "run DL-DEV at The College: 2027-01; 12 seats" in needs
    assert "DF-1 and DF-2 cannot both be right" in run(data, "figures")
    assert "U-REP" in run(data, "changes", "--on", ON)
    index = run(data, "index", "--on", ON)
    assert "The index of release 2 is" in index
    assert "stepway query coverage-counted" in index
    assert "No needs are loaded" in run(bare, "needs")
    assert "NE-NONE" in run(data, "needs", "--need", "NE-NONE", ends=4)


def test_the_console_lists_statements_and_figures_that_changed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    thing = {"id": "K-1", "label": "Optics"}
    statement = {"standard": "ST0001", "code": "K1", "before": thing, "after": thing | {"label": "Optics and lasers"}}
    figure = {"id": "DF-1", "metric": "openings", "became": "revised", "before": "145000", "after": "150000"}
    said = json.loads(run(data, "changes", "--on", ON, "--json"))
    show_changes(Screen(), WatchChangesSaid.model_validate(said | {"standards": [statement], "figures": [figure]}))
    shown = " ".join(capsys.readouterr().out.split())
    assert "ST0001 K1 revised. Before: Optics Now: Optics and lasers" in shown
    assert "DF-1 revised: openings. Before: 145000. Now: 150000." in shown


def test_a_workbook_needs_a_file(data: Path, tmp_path: Path) -> None:
    run(data, "needs", "--format", "xlsx", ends=2)
    run(data, "needs", "--format", "xlsx", "--to", str(tmp_path / "needs.xlsx"))
    assert zipfile.ZipFile(tmp_path / "needs.xlsx").testzip() is None
    assert json.loads(run(data, "needs", "--format", "vega-lite"))["$schema"].endswith("v5.json")
    run(data, "figures", "--format", "vega-lite", ends=2)
