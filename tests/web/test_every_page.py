"""What holds for every page that the service has: it is whole, of a release, and says what nobody published.

One walk over all addresses, with the placeholder switch off and on, serves every test here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import pytest
from fastapi.testclient import TestClient
from html5lib import HTMLParser
from jinja2 import Environment, Template
from playwright.sync_api import ViewportSize

from api.web.pages import TEMPLATES
from graph.projection import Status
from queries.catalogue import COLLECTIONS
from queries.profiles import Things
from tests.support.browsing import Open, violations
from tests.support.whole_pages import read_whole, says_release, text_of

PAGES = {"Accept": "text/html"}
FOR_PROGRAMS = {"/metrics", "/sparql/profile", "/dataset/shapes", "/releases/feed", "/.well-known/void"}
"""What is for programs alone, by its own standard."""
NOT_WALKED = {
    *("/atlas", "/sandboxes/{id}", "/sandboxes/{id}/effect", "/dataset/files/{name}"),
    *("/id/{id}/incoming", "/id/{id}/values", "/resource/incoming", "/resource/values"),
}
"""What the folder of the tests has none of, files, and all but one list that a thing's page is cut from."""
NEEDED = {
    "/bundles": "?gap=data%20analysis",
    "/find": "?q=lab",
    "/pathways": "?from=PT-BOOTCAMP&to_level=4",
    "/pathways/{number}/later": "?from=PT-BOOTCAMP&to_level=4&stop_after=1&weeks_away=26",
    "/resource": "?uri=https://w3id.org/stepway/id/OC-CTSE",
    "/awards/{award}/choices": "?role=OC-DATAAN",
    "/changes": "?role=OC-HCSASSOC&provider=P-DUDLEY",
}
"""What an address has to be asked with."""
ASKED = "from=PT-BOOTCAMP&to=OC-HCSASSOC"
BESIDE = (
    "/start",
    "/designers",
    "/sandboxes/new?competency=K-ST0220-11-K1&provider=P-BOURNVILLE",
    "/roles/compare",
    "/roles/compare?role=OC-HCSASSOC&role=OC-CTSE&role=OC-MTTECH",
    *(f"/roles/{id}/{part}" for id in ("OC-HCSASSOC", "OC-CTSE") for part in ("map", "providers")),
    "/awards/Q-HNC-DT/providers",
    "/awards/Q-MEDTECH-HNC/providers",
    "/id/P-DUDLEY/incoming?property=https%3A%2F%2Fw3id.org%2Fstepway%2Fns%23evidenceOfProvider",
    "/queries?asked_by=careers%20adviser",
    "/queries/competencies-of-role?role=OC-HCSASSOC",
    "/queries/ladders/results",
    "/queries/asked-for-by/results?thing=Q-MEDTECH-HNC",
    "/sparql/examples/names",
    "/licences",
    "/docs",
    "/notebooks",
    "/watch",
    f"/pathways/questions?{ASKED}",
    "/pathways/roles?from=PT-BOOTCAMP",
    f"/pathways?{ASKED}",
    f"/pathways/1?{ASKED}",
    f"/pathways/1/plan?{ASKED}",
)
"""Pages that are for people alone: the description of the service for programs has them not."""
VALUES = {
    "award": ("Q-HNC-DT", "Q-MEDTECH-HNC"),
    "role": ("OC-HCSASSOC", "OC-CTSE"),
    "competency": ("K-ST0220-11-K1",),
    "scheme": ("skills-bootcamp",),
    "number": ("1",),
    "first": ("1",),
    "second": ("1",),
    "code": ("unknown-id",),
    "name": ("statements-by-status",),
}
"""Values of what stands in braces in an address."""
WRONG = {"/id/OC-NOBODY": 404, "/nothing": 404, "/roles?level=99": 422, "/sandboxes": 405, f"/pathways/9?{ASKED}": 404}
"""Addresses of pages that say what is wrong."""
OF_A_SANDBOX = {f"pages/{name}.html" for name in ("sandbox", "sandbox-going", "sandbox-effect")}
"""Templates of a sandbox, which the folder of the tests has none of: the browser below has one made."""
OF_THE_SERVICE = re.compile(
    r"/(conformance|health|ready|problems|find|sparql|queries|docs|licences|model|notebooks|sandboxes)?(/|\?|$)"
)
"""Pages about the service, a search and a form: no query of the data says the same."""


def addresses(client: TestClient) -> Iterator[str]:
    """Every address that can be read, filled in; with the placeholder switch on where it has one."""
    things: Things = client.app.state.holder.get().things
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        asks = [one["name"] for one in methods.get("get", {}).get("parameters", ())]
        if "get" not in methods or path in FOR_PROGRAMS | NOT_WALKED:
            continue
        for filled in _filled(path, things):
            asked = filled + NEEDED.get(path, "")
            yield asked
            if "placeholders" in asks:
                yield f"{asked}{'&' if '?' in asked else '?'}placeholders=true"
    yield from BESIDE


def _filled(path: str, things: Things) -> Iterator[str]:
    names = re.findall(r"\{(\w+)", path)
    kind = path.split("/")[1]
    if not names:
        yield path
    elif names == ["id"]:
        ids = [one.id for one in things.page(COLLECTIONS[kind], {}, None, 0, 1).items] if kind in COLLECTIONS else []
        for status in (Status.INFERRED, Status.ILLUSTRATIVE) if kind in COLLECTIONS else ():
            doubted = [one.id for one in things.page(COLLECTIONS[kind], {"status": [status]}, None, 0, 1).items]
            ids += [id for id in doubted if id not in ids]
        yield from (path.replace("{id}", id) for id in (ids if kind in COLLECTIONS else ["OC-CTSE", "U-ILL-MT4-1"]))
    else:
        for values in zip(*(VALUES[name] for name in names), strict=True):
            yield re.sub(r"\{\w+[^}]*\}", "{}", path).format(*values)


@pytest.fixture(scope="module")
def templates() -> Iterator[set[str]]:
    """The templates that pages were made from since this was asked for."""
    seen: set[str] = set()
    get = Environment.get_template

    def get_template(self: Environment, name: str, *given: Any) -> Template:
        seen.add(name)
        return get(self, name, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environment, "get_template", get_template)
        yield seen


@pytest.fixture(scope="module")
def walked(home_client: TestClient, templates: set[str]) -> Mapping[str, Element]:
    """Each page by its address: fetched once for all tests here, and read as strictly as HTML can be."""
    found = {path: home_client.get(path, headers=PAGES) for path in dict.fromkeys(addresses(home_client))}
    for path, reply in found.items():
        kind, vary = reply.headers["content-type"], reply.headers["vary"].lower()
        assert (reply.status_code, kind[:9], "accept" in vary) == (200, "text/html", True), path
    return {path: read_whole(reply.text, path) for path, reply in found.items()}


def test_every_address_has_a_page_that_is_whole(walked: Mapping[str, Element]) -> None:
    assert len(walked) > 130


@pytest.fixture(scope="module")
def wrong(home_client: TestClient, walked: Mapping[str, Element]) -> Mapping[str, Element]:
    """Each page that says what is wrong, by its address."""
    found = {path: home_client.get(path, headers=PAGES) for path in WRONG}
    assert {path: reply.status_code for path, reply in found.items()} == WRONG
    return {path: read_whole(reply.text, path) for path, reply in found.items()}


def test_every_template_is_walked(
    walked: Mapping[str, Element], wrong: Mapping[str, Element], home_client: TestClient, templates: set[str]
) -> None:
    page = walked[f"/pathways/questions?{ASKED}"]
    while "pages/questions-checked.html" not in templates:
        after = _href(page, "Skip: not known")
        page = read_whole(home_client.get(after, headers=PAGES).text, after)
    there_are = {f"pages/{path.name}" for path in (TEMPLATES / "pages").glob("*.html")}
    assert there_are - templates == OF_A_SANDBOX


def test_every_page_names_the_release_that_its_links_lead_to(
    walked: Mapping[str, Element], wrong: Mapping[str, Element], home_client: TestClient
) -> None:
    for path, page in {**walked, **wrong}.items():
        assert says_release(page, 1), path
    for one in walked["/dataset"].findall(".//header//a"):
        kept = read_whole(home_client.get(f"{one.get('href')}?release=1", headers=PAGES).text, str(one.get("href")))
        assert says_release(kept, 1), one.get("href")
        assert all("release=1" in str(link.get("href")) for link in kept.findall(".//header//a")), one.get("href")


def test_what_a_page_names_for_programs_is_of_the_kind_that_it_says(
    walked: Mapping[str, Element], home_client: TestClient
) -> None:
    """As a browser asks, which takes a page before anything else."""
    named = {
        (str(one.get("href")), str(one.get("type")))
        for path, page in walked.items()
        if "placeholders=" not in path
        for one in page.findall(".//head/link[@rel='alternate']")
    }
    assert len(named) > 300
    for href, kind in sorted(named):
        reply = home_client.get(href, headers={"Accept": "text/html,*/*;q=0.8"})
        assert (reply.status_code, reply.headers["content-type"].partition(";")[0]) == (200, kind), href


OURS = re.compile(r"/id/([A-Z]+-[^/?]+)|https://w3id.org/stepway/id/([A-Z]+-.+)")


def test_things_are_called_by_their_names(walked: Mapping[str, Element], home_client: TestClient) -> None:
    """A link to a thing of ours that has a name is that; in answers to a query its id may stand in a row beside it."""
    things: Things = home_client.app.state.holder.get().things
    for path, page in walked.items():
        main = page.find(".//main")
        assert main is not None
        for row in [*main.iter("tr"), *main.iter("li"), *main.iter("dd"), *main.iter("p")]:
            for link in row.iter("a"):
                href = urlsplit(link.get("href") or "")
                found = OURS.fullmatch(parse_qs(href.query).get("uri", [href.path])[0])
                id = (found[1] or found[2]) if found else ""
                if text_of(link) == id and id in things:
                    assert things.get_named(id).label in text_of(row), (path, id)


QUERY = ("The query behind this page", "A related query")


def test_every_page_of_the_data_names_its_release_and_its_query(
    walked: Mapping[str, Element], home_client: TestClient
) -> None:
    queries = set()
    for path, page in walked.items():
        if not OF_THE_SERVICE.match(path):
            links = [one for one in page.findall(".//footer//a") if one.text in QUERY]
            behind = [one.get("href") for one in links]
            assert len(behind) == 1, path
            queries |= {str(behind[0])}
    assert len(queries) > 30
    assert "release=1" in _href(walked["/releases/1"], "A related query")
    assert _href(walked["/start"], "A related query").startswith("/queries/")
    assert _href(walked["/coverage"], "A related query")  # this release was built without the coverage that it reads
    for address in queries:
        assert home_client.get(address, headers=PAGES).status_code == 200, address


def test_from_a_page_to_its_query_run_changed_and_taken_away(
    walked: Mapping[str, Element], home_client: TestClient
) -> None:
    """Three pages and no field: the answer, its query, and the query page or the answers, each as a file too."""
    behind = _href(walked["/leavers-change"], "The query behind this page")
    named = home_client.get(behind, headers=PAGES).text
    query = HTMLParser(namespaceHTMLElements=False).parse(named)
    page = home_client.get(_href(query, "Open it in the query page"), headers=PAGES).text
    assert "sw:" in page.partition("<textarea")[2].partition("</textarea>")[0]
    (run,) = [one.get("action") for one in query.findall(".//main//form")]
    answers = HTMLParser(namespaceHTMLElements=False).parse(home_client.get(str(run), headers=PAGES).text)
    exported = home_client.get(_href(answers, "csv"))
    assert exported.headers["content-type"].startswith("text/csv")
    assert exported.text.count("\n") > 5


def _href(page: Element, words: str) -> str:
    (found,) = {str(one.get("href")) for one in page.iter("a") if (one.text or "").casefold() == words.casefold()}
    return found


# --- what nobody published says so ------------------------------------------------------------------------------------

STEPWAY = "https://w3id.org/stepway"
BEARERS = {"li", "tr", "p", "dd", "dt", "figcaption", "caption", "option", "h1", "h2", "h3", "label", "g"}
"""What may say for all that stands in it how sure it is."""
WORDS = {
    Status.INFERRED: re.compile("inferred|our inference|our guess|Published by", re.I),
    Status.ILLUSTRATIVE: re.compile("illustrative", re.I),
}


@dataclass(frozen=True)
class Unsaid:
    """A thing that is shown without its word, and the text around it."""

    id: str
    status: Status
    around: str


def unsaid(html: Element, things: Things) -> list[Unsaid]:
    """Links to and names of things that nobody published, within something that does not say so."""
    main = html.find(".//main")
    assert main is not None
    above = {child: one for one in main.iter() for child in one}
    found = []
    for one in main.iter():
        id, status = _shown(one, things)
        if status is None:
            continue
        bearer = one
        while bearer is not main and (bearer.tag not in BEARERS or above[bearer].tag == "dd"):
            bearer = above[bearer]
        around = text_of(bearer)
        if not WORDS[status].search(around):
            found.append(Unsaid(id, status, around[:200]))
    return found


def _shown(element: Any, things: Things) -> tuple[str, Status | None]:
    """What an element names: where it leads to, or else its text."""
    href = urlsplit(element.get("href") or "")
    asked = parse_qs(href.query).get("uri")
    id = re.fullmatch(r"/[a-z-]+/([A-Z][A-Za-z0-9]*-[^/]+)", asked[0].removeprefix(STEPWAY) if asked else href.path)
    if element.tag == "a" and id:
        return id[1], things.doubt(id[1])
    text = text_of(element) if not len(element) and isinstance(element.tag, str) else ""
    return text, things.doubt_of_name(text)


def test_nothing_that_nobody_published_is_shown_without_its_word(
    walked: Mapping[str, Element], home_client: TestClient
) -> None:
    things = home_client.app.state.holder.get().things
    shown = {path: unsaid(page, things) for path, page in walked.items()}
    assert {path: found for path, found in shown.items() if found} == {}


def test_placeholders_are_shown_only_where_they_are_asked_for(walked: Mapping[str, Element]) -> None:
    on = {path for path in walked if "placeholders=true" in path}
    assert len(on) > 10
    for path in on:
        if not re.match("/coverage/|/changes", path):  # they name what does not count, and why it does not
            off = walked[re.sub(r"[?&]placeholders=true", "", path)].find(".//main")
            assert "PLACEHOLDER" not in text_of(off), path
    assert any("PLACEHOLDER" in text_of(walked[path]) for path in on)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<ul><li><a href="/id/OC-CTSE">the engineer</a></li><li>inferred</li></ul>', ["OC-CTSE"]),
        ('<ul><li><a href="/id/OC-CTSE?release=1">the engineer</a> inferred</li></ul>', []),
        ('<p><a href="/resource?uri=https://w3id.org/stepway/id/U-ILL-MT4-1">a unit</a> inferred</p>', ["U-ILL-MT4-1"]),
        ("<table><tr><td>Control / technical support engineer (degree)</td><td>6</td></tr></table>", [""]),
        ('<p><a href="/id/OC-HCSASSOC">the associate</a></p>', []),
    ],
)
def test_what_is_shown_without_its_word_is_found(html: str, found: list[str], home_client: TestClient) -> None:
    things = home_client.app.state.holder.get().things
    page = HTMLParser(namespaceHTMLElements=False).parse(f"<!doctype html><main>{html}</main>")
    said = unsaid(page, things)
    assert [one.id for one in said] == [one or "Control / technical support engineer (degree)" for one in found]


# --- in a browser -----------------------------------------------------------------------------------------------------

OF_THE_TOWN = (
    "/queries",
    "/queries/records-of?thing=OC-LAB",
    "/queries/ladders/results",
    "/model",
    "/docs",
    "/dataset?release=1",
    "/releases",
    "/releases/1/diff/2",
    "/problems/unknown-id",
    "/watch/changes",
    "/health",
    "/licences",
    "/notebooks",
    "/releases/1",
)
OF_THE_REGION = (
    "/",
    "/designers",
    "/coverage?sector=healthtech&level=4",
    "/fragility",
    "/incomplete",
    "/datasets",
    "/roles?level=4",
    "/roles/compare?role=OC-HCSASSOC&role=OC-CTSE",
    "/roles/OC-HCSASSOC/map",
    "/roles/OC-HCSW/providers?near=Walsall",
    "/id/OC-CTSE",
    "/sandboxes/new",
    "/roles/OC-NOBODY/map",
    "/watch",
    "/watch/index",
    "/cold-spots",
    "/funding",
    "/funding/skills-bootcamp",
    "/id/P-DUDLEY/incoming?property=https%3A%2F%2Fw3id.org%2Fstepway%2Fns%23evidenceOfProvider",
    "/queries/things-of-class/results?class=sw:Competency",
    "/start",
    f"/pathways?{ASKED}",
    f"/pathways/1?{ASKED}",
    f"/pathways/1/later?{ASKED}&stop_after=1&weeks_away=26",
    f"/pathways/1/plan?{ASKED}",
    f"/pathways/9?{ASKED}",
    f"/pathways/questions?{ASKED}",
    "/pathways/roles?from=PT-BOOTCAMP",
)
"""One address of each template: states of one are told apart over HTTP. The query page is held by tests of its own."""
TALLEST = 30_000
"""CSS pixels of a page at 320."""
SHEETS = 8
A4: ViewportSize = {"width": 703, "height": 1000}
"""What is printed on of a sheet of A4 with our margins of 12 mm, in CSS pixels; a little is left free at its foot."""
HEIGHT = "document.documentElement.scrollHeight"
CONTRAST = "axe.run({runOnly: ['color-contrast']}).then(one => one.violations.map(it => it.nodes.map(at => at.html)))"


@pytest.mark.parametrize("region", [False, True])
def test_each_template_holds_on_every_screen_and_on_paper(region: bool, open_page: Open, open_home: Open) -> None:
    """320 pixels are also a screen of 1,280 at 400% (WCAG 2.2, 1.4.10)."""
    paths: tuple[str, ...] = OF_THE_REGION if region else OF_THE_TOWN
    screen: ViewportSize = {"width": 320, "height": 640}
    narrow = {"viewport": screen, "reduced_motion": "reduce"}
    page = (open_home if region else open_page)(paths[0], **narrow)
    page.set_default_navigation_timeout(60_000)  # the first to ask for /docs waits a little
    if not region:
        made = page.request.post("/sandboxes", data={"without": ["DL-SMALL-1"]}, timeout=60_000).json()
        paths += (f"/sandboxes/{made['id']}", f"/sandboxes/{made['id']}/effect")
    for path in paths:
        page.set_viewport_size(screen)
        page.emulate_media(media="screen", color_scheme="dark", forced_colors="none")
        page.goto(path)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", path
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        sideways = "all => all.filter(one => one.parentElement.scrollWidth > innerWidth).length"
        assert page.locator("table.stack").evaluate_all(sideways) == 0, path
        page.emulate_media(color_scheme="light")
        assert page.evaluate(CONTRAST) == [], path
        page.emulate_media(color_scheme="light", forced_colors="active")
        assert page.locator("h1").is_visible(), path
        assert page.evaluate(HEIGHT) <= TALLEST, path
        page.emulate_media(media="print", color_scheme="light", forced_colors="none")
        page.set_viewport_size(A4)
        assert page.evaluate("document.documentElement.scrollWidth") <= A4["width"], path
        assert page.evaluate(HEIGHT) <= SHEETS * A4["height"], path
        hidden = page.locator(".top, .skip, .no-print, main button")
        assert not any(one.is_visible() for one in hidden.all()), path
        assert page.locator("main h1").is_visible(), path
