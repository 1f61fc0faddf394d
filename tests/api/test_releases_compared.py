"""Two releases beside each other, over HTTP and in the console: release 1 has the made-up rows, release 2 has not."""

import json
import re
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from loaders.publish import build_release
from tests.support.world import DAY, write_dataset

WORDS = ("added", "retired", "changed", "renamed")


def test_what_differs_is_counted_and_listed(client: TestClient) -> None:
    said = client.get("/releases/1/diff/2?limit=1000").json()
    assert (said["first"]["number"], said["second"]["number"]) == (1, 2)
    retired = {one["id"] for one in said["items"] if one["became"] == "retired"}
    before = {one["id"] for one in client.get("/qualifications?release=1").json()["items"]}
    after = {one["id"] for one in client.get("/qualifications?release=2").json()["items"]}
    assert before - after
    assert before - after <= retired
    assert (
        said["total"]
        == len(said["items"])
        == sum(counts[word] for counts in said["kinds"].values() for word in WORDS[:3])
    )
    (source,) = said["sources"]
    assert (source["became"], source["things"]["retired"]) == ("changed", len(retired))


def test_the_list_is_narrowed_and_paged(tmp_path: Path) -> None:
    roles = [{"role_id": f"OC-{n}", "title": f"Role {n}", "level": "4"} for n in range(1, 6)]
    for tables in (
        {"roles": roles},
        {"roles": roles[:2], "providers": [{"provider_id": "P-1", "name": "Town college"}]},
    ):
        folder = write_dataset(tmp_path / f"data-{len(tables)}", **tables)
        assert build_release([folder], tmp_path, today=DAY).release is not None
    client = TestClient(create_app(Settings(data_dir=tmp_path)))
    whole = client.get("/releases/1/diff/2").json()
    became = {(one["id"], one["became"]) for one in whole["items"]}
    assert became == {("OC-3", "retired"), ("OC-4", "retired"), ("OC-5", "retired"), ("P-1", "added")}
    paged, address = [], "/releases/1/diff/2?limit=1"
    while address:
        page = client.get(address).json()
        assert page["total"] == whole["total"]
        paged += page["items"]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert paged == whole["items"]
    for narrowed, total in (
        ("became=retired", 3),
        ("kind=sw:Provider", 1),
        ("dataset=test-world", 4),
        ("dataset=x", 0),
    ):
        said = client.get(f"/releases/1/diff/2?{narrowed}").json()
        assert said["total"] == total
        assert bool(said["notes"]) == (total == 0)
    said = client.get("/releases/1/diff/2?dataset=x&kind=Provider").json()
    assert said["notes"] == [
        "dataset=x fits nothing: what differs is of test-world.",
        "kind=Provider fits nothing: what differs is of sw:Provider, sw:Role.",
    ]


def test_links_of_retired_things_lead_to_where_they_are(client: TestClient) -> None:
    said = client.get("/releases/1/diff/2?became=retired&kind=sw:Qualification").json()
    assert said["items"]
    for one in said["items"]:
        assert one["href"].endswith("?release=1")
        assert client.get(one["href"]).status_code == 200
        gone = client.get(f"/qualifications/{one['id']}")
        assert (gone.status_code, gone.json()["last_release"]) == (410, 1)


def test_a_release_does_not_differ_from_itself(client: TestClient) -> None:
    said = client.get("/releases/2/diff/2").json()
    assert (said["total"], said["kinds"]) == (0, {})
    assert {one["became"] for one in said["sources"]} == {"same"}


def test_what_cannot_be_compared_is_told(client: TestClient) -> None:
    assert client.get("/releases/1/diff/99").json()["type"].endswith("unknown-release")
    assert client.get("/releases/1/diff/2?became=eaten").status_code == 422
    assert client.get("/releases/1/diff/two").status_code == 422


def test_a_reader_who_has_it_need_not_get_it_again(client: TestClient) -> None:
    for address in ("/releases/1/diff/2", "/releases/feed"):
        tag = client.get(address).headers["etag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_the_feed_tells_what_each_release_changed(client: TestClient) -> None:
    said = client.get("/releases/feed").json()
    assert said["version"] == "https://jsonfeed.org/version/1.1"
    newest, oldest = said["items"]
    assert (newest["release"], newest["previous"], oldest["previous"]) == (2, 1, None)
    diff = client.get(newest["url"]).json()
    assert {kind: dict(counts) for kind, counts in newest["changes"].items()} == diff["kinds"]
    assert newest["retired"] == {kind: n["retired"] for kind, n in diff["kinds"].items() if n["retired"]}


def test_the_console_says_the_same(client: TestClient, run: Any) -> None:
    shown = json.loads(run("diff", "1", "2", "--became", "retired", "--limit", "1000", "--json").stdout)
    served = client.get("/releases/1/diff/2?became=retired&limit=1000").json()
    assert shown["items"] == served["items"]
    table = run("diff", "1", "2").stdout
    assert "From release 1 to release 2" in table
    assert "retired" in table
    run("diff", "1", "99", ends=3)
    run("diff", "1", "2", "--became", "eaten", ends=2)


def test_a_release_is_dumped_in_every_format(run: Any, tmp_path: Path) -> None:
    for format in ("turtle", "nquads", "jsonld", "csv", "parquet"):
        folder = tmp_path / format
        said = json.loads(run("dump", "--release", "1", "--format", format, str(folder), "--json").stdout)
        assert {one["name"] for one in said["files"]} | {"dataset.ttl"} == {path.name for path in folder.iterdir()}
    run("dump", "--format", "turtle", str(tmp_path / "turtle"), ends=2)
    run("dump", "--format", "scroll", str(tmp_path / "scroll"), ends=2)


def test_a_release_is_made_again(run: Any) -> None:
    from tests.api.conftest import SMALL_TOWN

    assert json.loads(run("rebuild", "2", str(SMALL_TOWN), "--json").stdout)["same"]
    assert json.loads(run("rebuild", "1", str(SMALL_TOWN), "--json").stdout)["same"], "with the made-up rows"
    assert "these inputs differ" in run("rebuild", "2", ends=1).stdout


def test_the_page_of_differences_names_no_property_by_its_short_form(client: TestClient) -> None:
    page = client.get("/releases/1/diff/2", headers={"Accept": "text/html"}).text
    shown = page[page.index("<main") : page.index("Show a part only")]
    assert "<dt>Level</dt>" in shown and "<del>Level 5</del>" in shown
    assert not re.findall(r">[^<]*\b(?:sw|skos|dcterms|rdf):[A-Za-z]+", shown)


def test_the_page_of_the_data_says_what_each_of_its_sums_counts(client: TestClient) -> None:
    said = client.get("/dataset").json()
    files = sum(one["statements"] for one in said["files"])
    page = client.get("/dataset", headers={"Accept": "text/html"}).text
    assert files < said["statements"]
    assert f"hold {files:,} of the {said['statements']:,} statements. The other" in page
    classes = re.search(r"(\d+) of these (\d+) classes", page)
    assert classes and (int(classes[1]), int(classes[2])) == (
        len(client.get("/model").json()["classes"]),
        len(said["classes"]),
    )
