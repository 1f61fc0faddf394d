"""What holds for every page, read as HTTP: who gets one, its headers, its files, and that a text stays a text."""

import gzip
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.web import pages, query_page
from ontology.namespaces import PREFIXES
from queries.catalogue import list_queries

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PATHS = ("/", "/docs", "/licences", "/queries", "/sparql", "/sparql/examples/names")
HEAVIEST = 150_000
"""Bytes, compressed, of a page with all that it loads at once."""


@pytest.fixture(scope="module")
def client(town: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data_dir=town)), raise_server_exceptions=False) as found:
        yield found


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("application/xhtml+xml", True),
        ("application/json, text/html", True),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0, */*", False),
        ("text/*", False),
        ("*/*", False),
        ("", False),
        ("application/json", False),
    ],
)
def test_who_names_html_gets_a_page_and_who_does_not_gets_data(client: TestClient, accept: str, page: bool) -> None:
    reply = client.get("/", headers={"Accept": accept})
    assert reply.headers["content-type"].startswith("text/html") == page, reply.headers
    assert "Accept" in reply.headers["vary"]


@pytest.mark.parametrize("path", ["/", "/?release=1"])
def test_what_the_start_page_names_for_programs_answers_as_it_says(client: TestClient, path: str) -> None:
    text = client.get(path, headers={"Accept": BROWSER}).text
    found = re.findall(r'<link rel="alternate" type="([^"]*)" title="[^"]*" href="([^"]*)">', text)
    for media_type, href in found:
        reply = client.get(unescape(href), headers={"Accept": BROWSER})
        assert (reply.status_code, reply.headers["content-type"].partition(";")[0]) == (200, media_type), href
    assert found


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_whole(client: TestClient, path: str) -> None:
    reply = client.get(path, headers={"Accept": BROWSER})
    assert reply.status_code == 200
    text = reply.text
    assert text.startswith('<!doctype html>\n<html lang="en-GB">')
    assert len(re.findall(r"<h1[ >]", text)) == 1
    assert text.index("<h1") > text.index('<main id="main"')
    assert re.search(r"<title>\S.* – Stepway</title>", text)
    assert 'href="#main"' in text
    assert not re.search(r"\sstyle=|\son\w+=|javascript:", text)
    assert all(one == "application/json" or "src=" in whole for whole, one in _scripts(text))
    for address in re.findall(r"(?:src|action)=\"([^\"]*)\"", text) + re.findall(r"<link [^>]*href=\"([^\"]*)\"", text):
        assert address.startswith("/"), address


def _scripts(text: str) -> list[tuple[str, str]]:
    return re.findall(r"(<script type=\"([^\"]+)\"[^>]*>)", text)


@pytest.mark.parametrize("path", PATHS)
def test_pages_run_nothing_inline_and_load_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    policy = client.get(path, headers={"Accept": BROWSER}).headers["content-security-policy"]
    said = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    assert said["default-src"] == "'none'"
    assert {said[one] for one in ("script-src", "style-src", "connect-src", "img-src", "form-action")} == {"'self'"}


@pytest.mark.parametrize("path", PATHS)
def test_a_page_that_somebody_has_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path, headers={"Accept": BROWSER})
    again = client.get(path, headers={"Accept": BROWSER, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_the_release_and_its_date_are_in_the_foot(client: TestClient) -> None:
    foot = client.get("/sparql?release=1", headers={"Accept": BROWSER}).text.partition("<footer")[2]
    assert "Release 1</a> of" in foot
    assert re.search(r"\d{1,2} \w+ 20\d\d\.", foot)


def test_made_up_rows_are_told_on_every_page_of_a_release_that_has_them(client: TestClient) -> None:
    for path in ("/", "/sparql"):
        for release, told in ((1, True), (2, False)):
            text = client.get(f"{path}?release={release}", headers={"Accept": BROWSER}).text
            assert ("holds made-up rows" in text) == told


def test_the_list_of_queries_is_grouped_by_who_asks_and_its_form_forgets_what_was_left_blank(
    client: TestClient,
) -> None:
    text = client.get("/queries?release=1", headers={"Accept": BROWSER}).text
    groups = [one.name for one in query_page.examples()]
    assert [unescape(one).casefold() for one in re.findall("<h2>(.*?)</h2>", text)] == groups
    action = re.search(r'<form action="([^"]*)"', text)
    assert action is not None
    asked = {"release": "1", "q": "", "asked_by": "careers adviser"}
    found = client.get(action[1], params=asked, headers={"Accept": BROWSER})
    assert found.url.query == b"release=1&asked_by=careers+adviser"
    said = client.get("/queries", params={"asked_by": "careers adviser"}).json()
    assert f"{said['total']} queries of a careers adviser" in found.text
    assert all(f'href="{one["href"]}?release=1"' in found.text for one in said["items"])


def test_a_text_of_a_reader_stays_a_text(client: TestClient) -> None:
    nasty = "</textarea></script><script>alert(1)</script><!-- \" ' & é"
    text = client.get("/sparql", params={"query": nasty}, headers={"Accept": BROWSER}).text
    assert "<script>" not in text
    assert text.count("</textarea>") == 1
    data = re.search(r'id="page-data">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["prefixes"] == PREFIXES


def test_examples_are_the_named_queries_with_values(client: TestClient) -> None:
    text = client.get("/sparql", headers={"Accept": BROWSER}).text
    titles = {one.title for one in list_queries()}
    shown = [one.title for group in query_page.examples() for one in group.queries]
    assert sorted(shown) == sorted(titles)
    assert text.count("data-example") == len(titles)
    reply = client.get("/sparql/examples/names", headers={"Accept": BROWSER})
    [named] = [one for one in list_queries() if one.name == "names"]
    assert f"# {named.title}" in reply.text.partition("<textarea")[2]
    assert client.get("/sparql/examples/nothing").status_code == 404


def test_terms_are_read_as_they_were_written() -> None:
    line = r'<https://w3id.org/stepway/id/A> <http://e.org/p> "a \"b\" \u00e9\n"@en .'
    assert [(one.text, one.note, one.path) for one in query_page.cells(line)] == [
        ("swi:A", "", "/id/A"),
        ("http://e.org/p", "", "/resource"),
        ('a "b" é\n', "@en", None),
    ]
    assert [(one.text, one.note) for one in query_page.cells('"4"^^<http://www.w3.org/2001/XMLSchema#date>')] == [
        ("4", "date")
    ]
    assert [one.text for one in query_page.cells("-1.5e3")] == ["-1.5e3"]
    assert query_page.cells("") == []


def test_files_are_kept_for_ever_and_no_others_are_served(client: TestClient) -> None:
    for name in pages.built().values():
        reply = client.get(f"/static/{name}")
        assert reply.status_code == 200
        assert "immutable" in reply.headers["cache-control"]
        assert reply.content == (pages.STATIC / name).read_bytes()
    for name in ("manifest.json", "query.js", "..%2Fpages.py", "%2e%2e/pages.py", "x.css"):
        assert client.get(f"/static/{name}").status_code == 404, name


def test_the_query_page_is_light(client: TestClient) -> None:
    if not pages.built():
        pytest.skip("the browser files are not built")
    text = client.get("/sparql", headers={"Accept": BROWSER}).text
    loaded = re.findall(r"(?:src|rel=\"stylesheet\" href)=\"/static/([^\"]+)\"", text)
    assert len(loaded) == 2
    script = next(one for one in loaded if one.endswith(".js"))
    parts = re.findall(r"from\"\./([^\"]+)\"", (pages.STATIC / script).read_text(encoding="utf-8"))
    files = sum((pages.STATIC / f"{name}.gz").stat().st_size for name in (*loaded, *parts))
    assert files + len(gzip.compress(text.encode())) <= HEAVIEST


def test_licences_of_all_that_is_served_are_told(client: TestClient) -> None:
    if not pages.built():
        pytest.skip("the browser files are not built")
    text = client.get("/licences", headers={"Accept": BROWSER}).text
    served = json.loads((pages.STATIC / "licences.json").read_text(encoding="utf-8"))
    assert {"@codemirror/view", "@lezer/highlight"} <= {one["name"] for one in served}
    for one in served:
        assert one["licence"]
        assert f"{one['name']} {one['version']}" in text
        assert len(one["text"]) > 500


def test_pages_stand_without_the_built_files(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    text = client.get("/sparql", headers={"Accept": BROWSER}).text
    assert "/static/" not in text
    assert '<form id="ask" method="get"' in text


def test_nothing_is_of_gov_uk() -> None:
    """We are not on that domain: not its typeface, crown, name or colours."""
    colours = ("1d70b8", "ffdd00", "0b0c0c", "00703c", "d4351c", "f3f2f1", "b1b4b6")
    web = Path(pages.__file__).parent
    for path in [*web.glob("assets/**/*.*"), *web.glob("templates/**/*.html")]:
        text = path.read_text(encoding="utf-8").lower()
        assert not re.search(r"gds transport|govuk|gov\.uk|crown", text), path
        assert not [one for one in colours if f"#{one}" in text], path
