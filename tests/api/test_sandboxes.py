"""Sandboxes over HTTP: what is imagined is seen under its own prefix, says what it is, and is seen nowhere else."""

import asyncio
import hashlib
import io
import json
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.derived import DERIVE
from api.settings import Settings
from api.workers import Pool, TooHeavyError
from graph.release import Releases
from loaders.sandbox import Asked, Sandboxes
from tests.support.whole_pages import read_whole, says_release, text_of

DELIVERY = {
    "delivery_id": "DL-DAY",
    "opportunity_id": "C-SMALL-1",
    "site_id": "S-SMALL-1",
    "attendance": "day",
    "study_mode": "part-time",
    "duration_weeks": 20,
    "hours_per_week": 6,
    "start_dates": ["2027-02-01"],
    "cost_pounds": 0,
    "status": "published",
}
BY_DAY = {"title": "What if it ran by day?", "tables": {"deliveries": [DELIVERY]}}
ASKED = "/pathways?from=level:3&to=Q-CERT&attendance=day&on=2026-11-21"
BANNER = "a part of what you see is imaginary"


def content(folder: Path) -> dict[str, tuple[str, int]]:
    """The SHA-256 of every file of the releases, and when it was changed."""
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted((folder / "releases").rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def data(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(built, tmp_path_factory.mktemp("sandboxes") / "data"))


@pytest.fixture(scope="module")
def service(data: Path) -> Iterator[TestClient]:
    app = create_app(Settings(data_dir=data))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as found:
        yield found


@pytest.fixture(scope="module")
def by_day(service: TestClient) -> str:
    """The prefix of a sandbox in which a real opportunity has an imaginary run by day."""
    reply = service.post("/sandboxes", json=BY_DAY)
    assert reply.status_code in (200, 201), reply.text
    return f"/sandboxes/{reply.json()['id']}"


def test_a_sandbox_is_made_with_a_form(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.routers.sandboxes.PATIENCE", 100.0)
    pages = {"Accept": "text/html"}
    form = service.get("/sandboxes/new?provider=P-SMALL", headers=pages)
    assert form.status_code == 200
    ticked = '<input type="checkbox" name="{}" value="{}" checked>'
    assert ticked.format("provider", "P-SMALL") in form.text
    lacking = service.post("/sandboxes/new", data={"provider": "P-SMALL"}, headers=pages)
    assert lacking.status_code == 422
    assert '<a href="#award">Choose the award' in lacking.text and ticked.format("provider", "P-SMALL") in lacking.text
    typed = {"duration_weeks": "about 20", "level": "x", "competency": "K-NONE"}
    every = service.post("/sandboxes/new", data=typed, headers=pages)
    read = read_whole(every.text, "/sandboxes/new")
    said = [one.get("href") for one in read.findall(".//div[@id='problem']//a")]
    assert said == ["#award", "#provider", "#duration_weeks", "#unit", "#level", "#competency"]
    for name, value in typed.items():
        assert [one.get("value") for one in read.findall(f".//input[@id='{name}']")] == [value]
    filled = {"award": "Q-CERT", "provider": "P-SMALL", "attendance": "weekend", "start": "2027-02-06", "unit": "Care"}
    mistaken = {"duration_weeks": "about 20", "start": "6/2/2027", "competency": "K-NONE"}
    wrong = service.post("/sandboxes/new", data=filled | mistaken, headers=pages)
    assert wrong.status_code == 422 and "<title>Error: Try a change" in wrong.text
    read = read_whole(wrong.text, "/sandboxes/new")
    said = {one.get("href"): text_of(one) for one in read.findall(".//div[@id='problem']//a")}
    assert said.keys() == {"#duration_weeks", "#start", "#competency"}
    assert said["#duration_weeks"] == "Weeks from start to end: “about 20” is not a whole number"
    for name, value in mistaken.items():
        (field,) = read.findall(f".//input[@id='{name}']")
        assert (field.get("value"), field.get("aria-describedby")) == (value, f"{name}-error")
        assert said[f"#{name}"] in text_of(read.find(f".//*[@id='{name}-error']"))
    assert ticked.format("award", "Q-CERT") in wrong.text and 'value="weekend" checked' in wrong.text
    made = service.post("/sandboxes/new", data=filled | {"duration_weeks": "20", "credits": ""}, headers=pages)
    assert made.status_code == 303
    assert made.headers["location"].endswith("/effect")
    address = made.headers["location"].removesuffix("/effect")
    said = service.get(address).json()
    assert said["imagined"] == {
        "opportunities": ["C-IMAGINED-1"],
        "deliveries": ["DL-IMAGINED-1"],
        "units": ["U-IMAGINED-1"],
    }
    assert "(weekend)?" in said["title"]
    own = service.get(address, headers=pages).text
    assert f"{address}/effect" in own
    assert says_release(read_whole(own, address), 2)


def test_the_link_says_what_is_imagined_and_over_what(service: TestClient, by_day: str) -> None:
    said = service.get(by_day).json()
    assert said["imagined"] == {"deliveries": ["DL-DAY"]}
    assert said["base"]["number"] == 2
    assert said["base"]["served"]
    assert said["banner"] == "“What if it ran by day?”: 1 thing is imaginary. Release 2 itself is not changed."
    again = service.post("/sandboxes", json={"title": said["title"], "tables": BY_DAY["tables"]})
    assert again.status_code == 200
    assert again.headers["location"] == by_day


def test_an_imaginary_run_changes_the_answer_there_and_only_there(service: TestClient, by_day: str) -> None:
    base, there = service.get(ASKED), service.get(by_day + ASKED)
    assert base.json()["outcome"] == "none_within_limits"
    assert there.json()["outcome"] == "found"
    (step,) = there.json()["pathways"][0]["steps"]
    assert step["status"] == "illustrative"  # whatever the row said of itself
    assert there.json()["illustrative"]
    assert there.json()["release"]["sandbox"] == by_day.rpartition("/")[2]
    assert base.json()["release"]["sandbox"] is None
    assert there.headers["etag"] != base.headers["etag"]
    asked_again = service.get(by_day + ASKED, headers={"If-None-Match": base.headers["etag"]})
    assert asked_again.status_code == 200
    assert service.get(ASKED).json() == base.json()


def test_sparql_answers_are_not_mixed(service: TestClient, by_day: str) -> None:
    query = "SELECT ?p ?o WHERE { <https://w3id.org/stepway/id/DL-DAY> ?p ?o }"
    for _ in range(2):  # the second answer of each is one that was kept
        there = service.get(f"{by_day}/sparql", params={"query": query}).json()["results"]["bindings"]
        base = service.get("/sparql", params={"query": query}).json()["results"]["bindings"]
        assert "https://w3id.org/stepway/ns#illustrative" in [row["o"]["value"] for row in there]
        assert base == []


def test_what_follows_from_what_is_imagined_is_called_illustrative(service: TestClient) -> None:
    """That a real provider delivers a real award follows from an imaginary opportunity, and must not look inferred."""
    tables = {
        "providers": [
            {"provider_id": "P-NEW", "name": "New College", "provider_type": "other provider", "in_wmca_area": "yes"}
        ],
        "opportunities": [
            {
                "opportunity_id": "C-NEW",
                "title": "Base award",
                "provider_id": "P-SMALL",
                "qualification_id": "Q-BASE",
                "course_kind": "short",
                "sold_separately": "unknown",
            }
        ],
    }
    reply = service.post("/sandboxes", json={"tables": tables})
    assert reply.status_code == 201, reply.text
    query = """SELECT ?graph ?status WHERE {
        GRAPH ?graph { <https://w3id.org/stepway/id/P-SMALL> <https://w3id.org/stepway/ns#delivers>
            <https://w3id.org/stepway/id/Q-BASE> }
        ?graph <https://w3id.org/stepway/ns#status> ?status }"""
    (row,) = service.get(f"{reply.headers['location']}/sparql", params={"query": query}).json()["results"]["bindings"]
    assert row["graph"]["value"].endswith("entailments/provider-delivers-imagined")
    assert row["status"]["value"].endswith("#illustrative")
    named = service.get(f"{reply.headers['location']}/providers/P-NEW").json()
    assert named["label"] == "Illustrative: New College"


def test_a_provider_that_is_closed_is_gone_with_all_that_it_runs(service: TestClient) -> None:
    reply = service.post("/sandboxes", json={"without": ["P-SMALL"]})
    assert reply.status_code == 201, reply.text
    said, there = reply.json(), reply.headers["location"]
    assert {"P-SMALL", "S-SMALL-1", "C-SMALL-1", "DL-SMALL-1"} <= set(said["taken_away"])
    for id in said["taken_away"]:
        assert service.get(f"{there}/id/{id}").status_code == 404, id
        assert service.get(f"/id/{id}").status_code != 404, id
    assert service.get(f"{there}/deliveries").json()["total"] == service.get("/deliveries").json()["total"] - 1
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p <https://w3id.org/stepway/id/P-SMALL> }"
    found = service.get(f"{there}/sparql", params={"query": query}).json()["results"]["bindings"]
    assert found[0]["n"]["value"] == "0"


@pytest.mark.parametrize("body", [{}, {"title": "What if?"}, {"tables": {"units": []}}])
def test_a_sandbox_of_nothing_is_refused(service: TestClient, body: dict[str, Any]) -> None:
    reply = service.post("/sandboxes", json=body)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid-request")
    assert "“without”" in reply.json()["detail"] and "/sandboxes/new" in reply.json()["hint"]


def test_nothing_imagined_gives_the_answers_of_the_release(service: TestClient, data: Path) -> None:
    there = f"/sandboxes/{Sandboxes(data, 20).make(Asked(''), Releases(data).get(), derive=DERIVE).id}"
    for path in ("/roles", "/units/U-CERT-1", "/find?q=devices", ASKED, ASKED.replace("day", "evening"), "/incomplete"):
        base, same = service.get(path), service.get(there + path)
        told = [
            re.sub(r"/sandboxes/[0-9a-f]{16}", "", json.dumps(_without_release(one.json()), sort_keys=True))
            for one in (base, same)
        ]
        assert told[0] == told[1], path
        assert base.headers["etag"] != same.headers["etag"]
    said = service.get(f"{there}/effect").json()
    table = service.get(f"{there}/effect?format=csv")
    assert table.text.startswith("who,role,became,weeks saved,") and table.text.count("\r\n") == 1
    assert service.get(f"{there}/effect?format=xlsx").content[:2] == b"PK"
    assert said["changes"] == []
    assert said["people_places"] == []


def _without_release(said: Any) -> Any:
    if isinstance(said, dict):
        return {name: _without_release(one) for name, one in said.items() if name != "release"}
    return [_without_release(one) for one in said] if isinstance(said, list) else said


GIVEN = {"id": "C-SMALL-1", "collection": "roles", "name": "competencies-of-role", "number": "2", "code": "busy"}
QUERIES = {
    "/find": {"q": "devices"},
    "/pathways": {"from": "level:3", "to": "Q-CERT"},
    "/resource": {"iri": "https://w3id.org/stepway/id/C-SMALL-1"},
    "/sparql": {"query": "ASK { ?s ?p ?o }"},
}


def test_every_address_works_under_the_prefix(service: TestClient, by_day: str, data: Path) -> None:
    """Each as it does in the release: with its own content, a header, links that stay inside, and a banner on pages."""
    before = content(data)
    asked, pages = 0, 0
    for path, methods in service.app.openapi()["paths"].items():
        if "get" not in methods or path.startswith("/sandboxes"):
            continue
        collection = path.split("/")[1]
        ids = {"roles": "OC-TECH", "units": "U-CERT-1", "awards": "Q-CERT", "deliveries": "DL-SMALL-1"}
        ids |= {"providers": "P-SMALL", "qualifications": "Q-CERT", "sites": "S-SMALL-1", "standards": "OC-TECH"}
        own = {"id": ids[collection]} if collection in ids else {}
        address = path
        for name in re.findall(r"\{(\w+)", path):
            address = re.sub(rf"\{{{name}(:\w+)?\}}", (GIVEN | own).get(name, "x"), address)
        for accept in ("application/json", "text/html", "*/*"):
            base, there = (
                service.get(one, params=QUERIES.get(path, {}), headers={"Accept": accept})
                for one in (address, by_day + address)
            )
            assert there.status_code == base.status_code, (address, accept, there.text[:500])
            assert there.headers["stepway-sandbox"] == by_day.rpartition("/")[2]
            assert there.headers["x-robots-tag"] == "noindex"
            assert "stepway-sandbox" not in base.headers
            kind = there.headers.get("content-type", "")
            asked += there.status_code == 200
            if kind.startswith("text/html") and "<h1" in there.text and path != "/docs":
                pages += 1
                assert BANNER in there.text, address
                page = read_whole(there.text, address)
                assert says_release(page, 2) or "Release 2</a> of" not in base.text, address
                assert BANNER not in base.text, address
                inside = re.findall(r'<a [^>]*href="(/[^"]*)"', there.text)
                left = [one for one in inside if not one.startswith(by_day)]
                assert all(one == base.request.url.raw_path.decode().replace("&", "&amp;") for one in left), left
            elif kind.startswith("application/json") and there.status_code == 200:
                said = there.json()
                if isinstance(said, dict) and isinstance(said.get("release"), dict) and "number" in said["release"]:
                    assert said["release"]["sandbox"] == by_day.rpartition("/")[2], address
    assert asked > 60
    assert pages > 10
    assert content(data) == before


def test_a_sandbox_that_is_not_there(service: TestClient) -> None:
    for path in ("/sandboxes/0123456789abcdef", "/sandboxes/0123456789abcdef/roles", "/sandboxes/..%2f/roles"):
        reply = service.get(path)
        assert reply.status_code == 404, path
    assert reply.json()["code"] == "unknown-sandbox"
    assert "post what you imagined again" in reply.json()["hint"]
    page = service.get("/sandboxes/0123456789abcdef/roles", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "<h1" in page.text


def test_a_sandbox_has_no_other_release_and_no_sandboxes(service: TestClient, by_day: str) -> None:
    assert service.get(f"{by_day}/roles?release=1").json()["code"] == "unknown-release"
    assert service.get(f"{by_day}/roles?release=2").status_code == 200
    assert service.get("/roles?release=1").status_code == 200
    assert service.post(f"{by_day}/sandboxes", json={}).json()["code"] == "not-found"


REFUSED: list[tuple[dict[str, Any], str, str | None]] = [
    ({"tables": {"deliveries": [DELIVERY | {"delivery_id": "DL-SMALL-1"}]}}, "described-by-base", "deliveries.csv"),
    ({"tables": {"deliveries": [DELIVERY | {"opportunity_id": "C-SMAL-1"}]}}, "unknown-reference", "deliveries.csv"),
    ({"tables": {"deliveries": [DELIVERY | {"attendence": "day"}]}}, "unknown-column", "deliveries.csv"),
    ({"tables": {"deliveries": [DELIVERY | {"cost_pounds": "free"}]}}, "invalid-number", "deliveries.csv"),
    ({"tables": {"roles": [{"role_id": "OC-NEW"}]}}, "not-imaginable", "roles.csv"),
    ({"without": ["OC-TECH"]}, "not-closable", None),
    ({"tables": {"deliveries": [DELIVERY]}, "without": ["C-SMALL-1"]}, "unknown-reference", "deliveries.csv"),
]


@pytest.mark.parametrize(("body", "code", "file"), REFUSED)
def test_what_is_wrong_is_told_and_leaves_nothing(
    service: TestClient, by_day: str, data: Path, body: dict[str, Any], code: str, file: str | None
) -> None:
    there = sorted(path.name for path in (data / "sandboxes").iterdir())
    reply = service.post("/sandboxes", json=body)
    assert reply.status_code == 422, reply.text
    assert reply.json()["code"] == "refused-sandbox"
    (issue,) = [one for one in reply.json()["issues"] if one["code"] == code]
    assert issue["severity"] == "error"
    assert issue["file"] == file
    assert issue["hint"]
    assert sorted(path.name for path in (data / "sandboxes").iterdir()) == there


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"[]", "application/json", 422),
        (b'{"tables": 1}', "application/json", 422),
        (b'{"table": {}}', "application/json", 422),
        (b"not json", "application/json", 422),
        (b"not a zip", "application/zip", 400),
        (b"a,b", "text/csv", 415),
    ],
)
def test_what_cannot_be_read(service: TestClient, body: bytes, media_type: str, status: int) -> None:
    assert service.post("/sandboxes", content=body, headers={"Content-Type": media_type}).status_code == status


def test_a_zip_of_csv_files_makes_the_same_sandbox(service: TestClient, by_day: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for table, text in service.get(by_day).json()["tables"].items():
            archive.writestr(f"mine/{table}.csv", text)
        archive.writestr("mine/readme.txt", "not read")
    reply = service.post(
        "/sandboxes",
        params={"title": BY_DAY["title"]},
        content=packed.getvalue(),
        headers={"Content-Type": "application/zip"},
    )
    assert reply.headers["location"] == by_day, reply.text


def test_too_much_is_refused(data: Path) -> None:
    app = create_app(Settings(data_dir=data, sandbox_rows=2))
    client = TestClient(app)
    rows = [DELIVERY | {"delivery_id": f"DL-{number}"} for number in range(3)]
    assert client.post("/sandboxes", json={"tables": {"deliveries": rows}}).status_code == 413
    none = TestClient(create_app(Settings(data_dir=data, sandboxes=0)))
    assert none.post("/sandboxes", json={}).json()["detail"] == "This installation keeps no sandboxes."


def closing(title: str) -> dict[str, Any]:
    return {"title": title, "without": ["DL-SMALL-1"]}


def test_what_is_too_much_over_a_release_says_what_to_do_instead(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def give_up(*_: object) -> bytes:
        raise TooHeavyError("it took too long")

    monkeypatch.setattr(Pool, "answer", give_up)
    reply = service.post("/sandboxes", json={"title": "Much", "without": ["P-SMALL"]})
    assert (reply.status_code, reply.json()["code"]) == (503, "too-heavy")
    assert "300 seconds or 4 GB" in reply.json()["detail"]
    assert "stepway sandbox make" in reply.json()["hint"]


def test_those_not_used_for_longest_are_removed(own_data: Path) -> None:
    with TestClient(create_app(Settings(data_dir=own_data, sandboxes=2))) as client:
        first, second = (client.post("/sandboxes", json=closing(text)).headers["location"] for text in ("a", "b"))
        assert client.get(f"{first}/roles").status_code == 200  # now the second was not used for longest
        third = client.post("/sandboxes", json=closing("c")).headers["location"]
        assert [client.get(f"{one}/roles").status_code for one in (first, second, third)] == [200, 404, 200]
        again = client.post("/sandboxes", json=closing("b"))
        assert (again.status_code, again.headers["location"]) == (201, second)


def test_two_who_post_the_same_at_once_get_one(own_data: Path) -> None:
    app = create_app(Settings(data_dir=own_data))

    async def both() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=120) as client:
            return await asyncio.gather(*(client.post("/sandboxes", json=BY_DAY) for _ in range(2)))

    replies = asyncio.run(both())
    app.state.workshop.close()
    assert {reply.status_code for reply in replies} <= {200, 201}
    assert len({reply.headers["location"] for reply in replies}) == 1
    assert len(Sandboxes(own_data, 20).ids()) == 1


def test_a_making_that_is_killed_leaves_nothing(own_data: Path) -> None:
    """In the midst of it there is a folder, which nobody takes for a sandbox; it is gone with the next look."""
    code = """
import os, signal, sys
from pathlib import Path
from graph.release import Releases
from loaders.sandbox import Asked, Sandboxes
from tests.support.whole_pages import read_whole, says_release, text_of
def killed(stage):
    if stage.startswith("put the store in order"):
        os.kill(os.getpid(), signal.SIGKILL)
data = Path(sys.argv[1])
Sandboxes(data, 20).make(Asked("x"), Releases(data).get(), derive={}, progress=killed)
"""
    done = subprocess.run([sys.executable, "-c", code, str(own_data)], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL
    kept = Sandboxes(own_data, 20)
    assert [path.suffix for path in kept.folder.iterdir() if path.is_dir()] == [".making"]
    assert kept.ids() == []
    kept.sweep()
    assert [path for path in kept.folder.iterdir() if path.is_dir()] == []


def test_a_making_that_goes_on_is_left_alone(own_data: Path) -> None:
    kept = Sandboxes(own_data, 20)
    made = kept.make(Asked("x"), Releases(own_data).get(), derive={}, progress=lambda _: kept.sweep())
    assert kept.ids() == [made.id]


def test_on_the_console(run: Any, own_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    names = [name for name in DELIVERY if name != "status"]
    cells = ["2027-02-01" if name == "start_dates" else str(DELIVERY[name]) for name in names]
    (folder / "deliveries.csv").write_text(f"{','.join(names)}\n{','.join(cells)}\n", encoding="utf-8")
    there = ("--data-dir", str(own_data))
    made = json.loads(run("sandbox", "make", str(folder), "--title", "By day", *there, "--json").stdout)
    assert made["imagined"] == {"deliveries": ["DL-DAY"]}
    assert "1 thing is imaginary" in run("sandbox", "show", made["id"], *there).stdout
    assert made["id"] in run("sandbox", "list", *there).stdout
    assert "people-places" in run("sandbox", "effect", made["id"], "--on", "2026-11-21", *there).stdout
    said = json.loads(run("sandbox", "effect", made["id"], "--on", "2026-11-21", *there, "--json").stdout)
    assert said["sandbox"] == made["id"]
    within = ("--data-dir", str(own_data / "sandboxes" / made["id"]))
    shown = run("show", "DL-DAY", *within)
    assert "ILLUSTRATIVE: made up" in shown.stdout
    assert f"Sandbox {made['id']}: a part of what you see is imaginary." in " ".join(shown.output.split())
    run("show", "DL-DAY", *there, ends=4)
    wrong = run("sandbox", "make", "--without", "OC-TECH", *there, ends=1)
    assert "only rows of providers, sites, opportunities or deliveries can be closed" in " ".join(wrong.output.split())
    assert "Nothing is imagined" in run("sandbox", "make", *there, ends=2).output
    run("sandbox", "show", "0123456789abcdef", *there, ends=3)


def test_a_form_runs_units_alone_and_asks_afterwards_whether_the_gap_is_closed(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is imagined is the unit itself, under the provider; the page of the effect says meanwhile that it works."""
    monkeypatch.setattr("api.routers.sandboxes.PATIENCE", 100.0)
    pages = {"Accept": "text/html"}
    form = read_whole(
        service.get("/sandboxes/new?alone=U-CERT-1&provider=P-SMALL&gap=x", headers=pages).text, "/sandboxes/new"
    )
    assert [one.get("value") for one in form.findall(".//input[@name='alone']")] == ["U-CERT-1", ""]
    assert "alone" in text_of(form.find(".//label[@for='alone']"))
    lacking = service.post("/sandboxes/new", data={"alone": "U-CERT-1"}, headers=pages)
    assert lacking.status_code == 422 and "Say who runs it" in lacking.text
    wrong = service.post("/sandboxes/new", data={"alone": "U-NONE", "provider": "P-SMALL"}, headers=pages)
    assert wrong.status_code == 422 and 'href="#alone"' in wrong.text
    made = service.post("/sandboxes/new", data={"alone": "U-CERT-1", "provider": "P-SMALL"}, headers=pages)
    assert made.status_code == 303 and made.headers["location"].endswith("/effect")
    address = made.headers["location"].removesuffix("/effect")
    said = service.get(address).json()
    assert said["imagined"] == {"opportunities": ["C-IMAGINED-1"], "deliveries": ["DL-IMAGINED-1"]}
    assert said["title"].endswith(" alone?")
    course = service.get(f"{address}/opportunities/C-IMAGINED-1").json()["properties"]
    assert course["unit"]["id"] == "U-CERT-1" and not course.get("qualification")
    own = service.get(address, headers=pages).text
    assert re.search(r">Illustrative: [^<]+</a>.*?C-IMAGINED-1", own, re.DOTALL)
    monkeypatch.setattr("api.routers.sandboxes.PATIENCE", 0.0)
    going = service.get(f"{address}/effect", headers=pages)
    assert (going.status_code, going.headers["refresh"], going.headers["cache-control"]) == (202, "4", "no-store")
    assert "Working out what it changes" in text_of(read_whole(going.text, "effect").find(".//h1"))
    monkeypatch.setattr("api.routers.sandboxes.PATIENCE", 100.0)
    assert service.get(f"{address}/effect", headers=pages).status_code == 200
    assert service.get(f"{address}/effect?gap=K-NOPE").json()["code"] == "unknown-id"


def test_what_was_worked_out_while_nobody_looked_is_not_worked_out_again(
    service: TestClient, by_day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routers.sandboxes.PATIENCE", 0.0)
    address, pages = f"{by_day}/effect?on=2027-01-04", {"Accept": "text/html"}
    assert service.get(address, headers=pages).status_code == 202
    service.portal.call(asyncio.wait, [one.work for one in service.app.state.going.values()])
    assert service.get(address, headers=pages).status_code == 200


def test_while_a_sandbox_is_made_a_page_says_so_and_leads_on(
    service: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without script too; and what is wrong is said in the form, with all that was typed, however late it is found."""
    pages, where = {"Accept": "text/html"}, "api.routers.sandboxes.PATIENCE"
    asked = {"alone": "U-CERT-1", "provider": "P-SMALL", "seats": "9", "closing": "gap=measurement&gap=repair"}
    monkeypatch.setattr(where, 0.0)
    begun = service.post("/sandboxes/new", data=asked, headers=pages)
    assert begun.status_code == 303 and begun.headers["location"].startswith("/sandboxes/new?making=")
    there = begun.headers["location"]
    going = service.get(there, headers=pages)
    if going.status_code == 202:  # not when it was made meanwhile
        assert (going.headers["refresh"], going.headers["cache-control"]) == ("4", "no-store")
        assert "Making the sandbox" in text_of(read_whole(going.text, there).find(".//h1"))
    monkeypatch.setattr(where, 100.0)
    made = service.get(there, headers=pages)
    assert made.status_code == 303
    address, _, query = made.headers["location"].partition("?")
    assert address.endswith("/effect") and parse_qs(query) == {"closing": [asked["closing"]]}
    gap = service.get(made.headers["location"]).json()["gap"]
    assert [one["item"]["id"] for one in gap] == ["measurement", "repair"]
    monkeypatch.setattr(where, 0.0)
    with caplog.at_level("INFO", "stepway"):
        late = service.post("/sandboxes/new", data=asked | {"seats": "a few"}, headers=pages).headers["location"]
        monkeypatch.setattr(where, 100.0)
        wrong = service.get(late, headers=pages)
    assert wrong.status_code == 422
    read = read_whole(wrong.text, late)
    assert [one.get("value") for one in read.findall(".//input[@id='seats']")] == ["a few"]
    assert [one.get("value") for one in read.findall(".//input[@name='closing']")] == [asked["closing"]]
    noted = [one.getMessage() for one in caplog.records if "ended in" in one.getMessage()]
    assert noted == ["what was worked out for a page of a sandbox ended in RefusedSandboxError"]
    assert service.get("/sandboxes/new?making=0123456789abcdef", headers=pages).status_code == 404
