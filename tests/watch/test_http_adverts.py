"""The watch of adverts over HTTP and on the console: the same answers, in every format, and honest without adverts."""

import csv
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.cli import app as console
from api.derived import DERIVE
from api.settings import Settings
from graph.lines import DEMAND
from loaders.publish import build_release
from tests.support.world import DAY, write_dataset

ON: Final = DAY.isoformat()
ROLES: Final = [
    {"role_id": "OC-POR", "title": "Porter", "level": "2", "sector": "healthtech", "soc2020_code": "9262"}
    | {"standard_ref": "ST0001"},
    {"role_id": "OC-REC", "title": "Receptionist", "level": "2", "sector": "healthtech"},
    {"role_id": "OC-CLE", "title": "Cleaner", "level": "2", "sector": "healthtech"},
]
PROVIDERS: Final = [{"provider_id": "P-COL", "name": "The College"}]
SITES: Final = [
    {"site_id": f"S-{outcode}", "provider_id": "P-COL", "postcode": f"{outcode} 1AA", "town": town}
    for outcode, town in (("DY1", "Dudley"), ("WS2", "Walsall"))
]
ADVERTS: Final = """\
advert_id,title,employer,place,postcode,advertised_on
1,Porter,Made-up Trust,Walsall,WS1 9ZZ,2026-11-02
2,Porter (Bank) - Band 2,Made-up Trust,Walsall,WS1 9ZZ,2026-11-09
3,Porter - Ward 3,Made-up Trust,Dudley,DY1 9ZZ,2026-08-03
4,Receptionist,Made-up Practice,,,
5,Receptionist / Cleaner,Made-up Practice,Walsall,WS1 9ZZ,2026-11-02
6,"=HYPERLINK(""x"")",Made-up Practice,Walsall,WS1 9ZZ,2026-11-02
"""
FORMAT: Final = """\
id: made-up-adverts
format: job-postings
version: "2026-11"
retrieved: 2026-11-20
description: Made-up adverts.
publisher: Stepway
licence: CC0-1.0
shippable: yes
"""


def built(folder: Path, *, adverts: bool) -> Path:
    folders = [write_dataset(folder / "roles", roles=ROLES, providers=PROVIDERS, sites=SITES)]
    if adverts:
        told = folder / "adverts"
        told.mkdir()
        (told / "dataset.yml").write_text(FORMAT, encoding="utf-8")
        (told / "adverts.csv").write_text(ADVERTS, encoding="utf-8")
        folders.append(told)
    result = build_release(folders, folder / "data", today=DAY, derive={DEMAND: DERIVE[DEMAND]})
    assert result.release is not None, [str(one) for one in result.issues]
    return folder / "data"


@pytest.fixture(scope="module")
def with_adverts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("with"), adverts=True)


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("without"), adverts=False)


def serving(data: Path) -> Iterator[TestClient]:
    logging.getLogger("stepway").setLevel(logging.CRITICAL)
    with TestClient(create_app(Settings(data_dir=data)), raise_server_exceptions=False) as found:
        yield found


@pytest.fixture(scope="module")
def client(with_adverts: Path) -> Iterator[TestClient]:
    yield from serving(with_adverts)


@pytest.fixture(scope="module")
def bare(without: Path) -> Iterator[TestClient]:
    yield from serving(without)


def run(data: Path, *words: str, ends: int = 0) -> str:
    result = CliRunner().invoke(console, [*words, "--data-dir", str(data)])
    assert result.exit_code == ends, f"{result.output}\n{result.exception!r}"
    return result.output


def ask(client: TestClient, path: str, **given: Any) -> Any:
    return client.get(path, params=given).raise_for_status().json()


def test_how_adverts_were_matched(client: TestClient) -> None:
    said = ask(client, "/watch/adverts")
    assert (said["state"], said["adverts"], said["repeated"]) == ("counted", 5, 1)
    assert {one["outcome"]: one["adverts"] for one in said["outcomes"]} == {
        "exact": 2,
        "part": 1,
        "ambiguous": 1,
        "unmatched": 1,
    }
    assert sum(one["share"] for one in said["outcomes"]) == pytest.approx(1)
    assert [one["title"] for one in said["titles"]] == ['=HYPERLINK("x")']
    assert said["quarters"] == ["2026-Q3", "2026-Q4", "not known"]
    assert said["lists"] == ["role", "soc2020"]


def test_a_title_that_several_jobs_fit_names_them_all(client: TestClient) -> None:
    (one,) = ask(client, "/watch/adverts", titles="ambiguous")["titles"]
    assert [(match["job"], match["label"], match["method"]) for match in one["matches"]] == [
        ("OC-CLE", "Cleaner", "part"),
        ("OC-REC", "Receptionist", "part"),
    ]


def test_demand_by_role_and_what_is_not_known(client: TestClient) -> None:
    said = ask(client, "/watch/demand", on=ON)
    assert [(row["role"], row["adverts"], row["adverts_alike"]) for row in said["rows"]] == [
        ("OC-POR", 2, 1),
        ("OC-REC", 1, 0),
    ]
    (porter, _) = said["rows"]
    assert porter["provision"]["taught"] == "not-known"
    assert porter["provision"]["why"] == "what the role needs is not known"
    assert porter["adverts_per_provider"] is None
    assert (said["adverts"], said["matched"], said["total"]) == (5, 3, 2)


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ({"by": "quarter"}, [("2026-Q3", 1), ("2026-Q4", 1), ("not known", 1)]),
        ({"by": "district"}, [("DY1", 1), ("WS1", 1), ("not known", 1)]),
        ({"by": "district", "role": "OC-POR"}, [("DY1", 1), ("WS1", 1)]),
        ({"by": "role", "district": "not known"}, [("OC-REC", 1)]),
        ({"by": "role", "quarter": "2026-Q4"}, [("OC-POR", 1)]),
        ({"by": "role", "method": "part"}, [("OC-POR", 1)]),
        ({"by": "competency"}, []),
        ({"by": "role", "district": "ZZ9"}, []),
    ],
)
def test_adverts_are_told_apart_and_chosen(client: TestClient, given: dict[str, str], rows: list[Any]) -> None:
    said = ask(client, "/watch/demand", on=ON, **given)
    assert [(row[given["by"]], row["adverts"]) for row in said["rows"]] == rows


def test_without_adverts_nothing_says_nought(bare: TestClient, without: Path) -> None:
    for path in ("/watch/adverts", "/watch/demand"):
        said = ask(bare, path)
        assert (said["state"], said["adverts"]) == ("no adverts are loaded", None)
        assert not said.get("outcomes") and not said.get("rows") and not said.get("titles")
    for words in (("watch", "adverts"), ("watch", "demand")):
        shown = run(without, *words)
        assert "No adverts are loaded." in shown
        assert " 0 " not in shown
    chart = ask(bare, "/watch/demand", format="vega-lite")
    assert "no adverts are loaded" in chart["description"]


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("/watch/demand", {"role": "OC-NOBODY"}, 404),
        ("/watch/demand", {"competency": "K-NOTHING"}, 404),
        ("/watch/demand", {"by": "employer"}, 422),
        ("/watch/demand", {"method": "guess"}, 422),
        ("/watch/demand", {"limit": "0"}, 422),
        ("/watch/adverts", {"jobs": "isco"}, 422),
        ("/watch/adverts", {"titles": "all"}, 422),
        ("/watch/adverts", {"release": "99"}, 404),
        ("/watch/adverts", {"format": "pdf"}, 422),
    ],
)
def test_what_cannot_be_asked_is_told(client: TestClient, path: str, given: dict[str, str], status: int) -> None:
    reply = client.get(path, params=given)
    assert reply.status_code == status
    assert reply.headers["content-type"].startswith("application/problem+json")


def test_tables_and_charts_hold_the_same_rows(client: TestClient) -> None:
    text = client.get("/watch/demand", params={"by": ["role", "district"], "on": ON, "format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    said = ask(client, "/watch/demand", by=["role", "district"], on=ON)["rows"]
    assert [(row["role id"], row["district"], row["adverts"]) for row in rows] == [
        (row["role"], row["district"], str(row["adverts"])) for row in said
    ]
    assert {row["providers"] for row in rows} == {"not known"}, "never a nought"
    titles = client.get("/watch/adverts", params={"format": "csv"}).text
    assert "'=HYPERLINK" in titles, "no spreadsheet runs a title"
    for by, mark in (("role", "bar"), ("quarter", "line"), (["role", "district"], "rect")):
        chart = client.get("/watch/demand", params={"by": by, "on": ON, "format": "vega-lite"}).json()
        assert mark in json.dumps(chart["layer"])
        assert sum(one["adverts"] for one in chart["data"]["values"]) == 3
    for path in ("/watch/demand", "/watch/adverts"):
        book = client.get(path, params={"format": "xlsx"})
        assert book.content[:2] == b"PK"


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    for path in ("/watch/adverts", "/watch/demand"):
        first = client.get(path, params={"on": ON} if path.endswith("demand") else {})
        again = client.get(first.request.url, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)


def test_the_console_says_the_same(client: TestClient, with_adverts: Path, tmp_path: Path) -> None:
    said = ask(client, "/watch/demand", on=ON, by=["role", "quarter"])
    printed = json.loads(
        run(with_adverts, "watch", "demand", "--by", "role", "--by", "quarter", "--on", ON, "--json", "--limit", "100")
    )
    assert printed["rows"] == said["rows"]
    shown = run(with_adverts, "watch", "demand", "--on", ON)
    assert "5 adverts are counted; the titles of 3 were matched with one of our roles. 2 of 2 rows:" in shown
    assert "not known" in shown
    shown = run(with_adverts, "watch", "adverts", "--titles", "matched")
    assert "Porter - Ward 3 → Porter (part," in shown
    assert "not measured" in shown, "the release has none of the judged roles"
    run(with_adverts, "watch", "demand", "--format", "xlsx", "--to", str(tmp_path / "demand.xlsx"))
    assert (tmp_path / "demand.xlsx").read_bytes()[:2] == b"PK"
    run(with_adverts, "watch", "demand", "--role", "OC-NOBODY", ends=4)
    assert "by.0" in run(with_adverts, "watch", "demand", "--by", "employer", ends=2)


def test_the_query_behind_gives_the_same_numbers(client: TestClient) -> None:
    found = ask(client, "/queries/demand-by-role/results")
    names = [one["name"] for one in found["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in found["rows"]]
    assert [(row["role"], row["quarter"], row["adverts"], row["alike"]) for row in rows] == [
        ("OC-POR", "2026-Q3", 1, 1),
        ("OC-POR", "2026-Q4", 1, 0),
        ("OC-REC", "not known", 1, 0),
    ]
    links = ask(client, "/watch/demand")["links"]
    assert client.get(next(one["href"] for one in links if one["rel"] == "query")).status_code == 200


def test_adverts_are_rolled_up_by_area_beside_what_is_not_taught_there(
    client: TestClient, bare: TestClient, with_adverts: Path
) -> None:
    def areas(of: TestClient, geography: str) -> list[tuple[object, ...]]:
        said = ask(of, "/cold-spots", on=ON, geography=geography)
        assert [one["of"] for one in said["items"]] == ["OC-POR"]
        found = [tuple(one[name] for name in ("area", "cold", "adverts", "adverts_cold")) for one in said["by_area"]]
        return [*found, (said["adverts_elsewhere"],)]

    assert areas(client, "outcode") == [("DY1", 1, 1, 1), ("WS2", 1, 0, 0), (1,)]
    assert areas(client, "town") == [("Dudley", 1, 1, 1), ("Walsall", 1, 1, 1), (0,)]
    assert ask(client, "/cold-spots", on=ON, geography="town")["adverts_looked_up"] == 0, "the town is as published"
    assert areas(bare, "outcode") == [("DY1", 1, None, None), ("WS2", 1, None, None), (None,)]
    assert "DY1: 0 on offer, 0 of the past only, 1 not known to be taught; adverts: 1" in run(
        with_adverts, "curriculum", "cold-spots", "--on", ON, "--geography", "outcode"
    )
