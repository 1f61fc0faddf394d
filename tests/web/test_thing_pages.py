"""Any thing's page: every face of it, where each fact comes from, and that nothing in the data can break or stall it.

Two datasets, one of ours and one in a publisher's format, so that both ways of saying where a fact comes from are
there; and a release with statements added by hand, for what no loader would let through.
"""

import gzip
import json
import re
import shutil
import time
from collections.abc import Iterator
from datetime import date
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import SKOS

from api.app import create_app
from api.resources import added, outside
from api.settings import Settings
from graph.store import GraphStore
from loaders.publish import build_release
from ontology.namespaces import BASE, DATASET, ID, PREFIXES, SW

SAMPLES = Path(__file__).parents[1] / "samples" / "datasets"
ESCO_SAMPLE = Path(__file__).parents[2] / "loaders" / "formats" / "esco" / "sample"
SCANNER = "http://data.europa.eu/esco/occupation/00000000-0000-4000-8000-000000000001"
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MANY = 100_000
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}


class Page(HTMLParser):
    """A page taken apart: `links` are those of the page itself, `around` those of head and foot.

    Fails on tags that do not match, ids that come twice, and anything that would run.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.around: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert not self.open
        assert len(self.ids) == len(set(self.ids))
        assert self.tags.count("h1") == 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name != "style"
            if name == "id":
                self.ids.append(value or "")
            if tag == "a" and name == "href":
                (self.links if "main" in self.open else self.around).append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"

    def says(self, words: str) -> bool:
        return words in " ".join(self.words.split())


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release 1 has the made-up award, release 2 has not, release 3 adds a publisher's dataset."""
    data_dir = tmp_path_factory.mktemp("town")
    day = date(2026, 11, 21)
    small = SAMPLES / "small-town"
    for folders, made_up in (([small], True), ([small], False), ([small, ESCO_SAMPLE], False)):
        assert build_release(folders, data_dir, include_illustrative=made_up, today=day).release is not None
    return data_dir


@pytest.fixture(scope="module")
def client(town: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data_dir=town)), follow_redirects=False) as found:
        yield found


@pytest.fixture(scope="module")
def strange(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The same, with a thing that everything points to, one that points to everything, and one that is an attack."""
    data_dir = Path(shutil.copytree(town, tmp_path_factory.mktemp("strange") / "data"))
    release = data_dir / "releases" / "000003"
    kept = (gzip.decompress(path.read_bytes()).decode() for path in sorted((release / "graph").glob("*.nq.gz")))
    lines = list(kept)
    graph, sw = f"<{DATASET['small-town']}>", SW
    lines += [f"<{ID}T-{number}> <{sw.requires}> <{ID}HUB> {graph} .\n" for number in range(MANY)]
    lines += [f"<{ID}STAR> <{sw.requires}> <{ID}T-{number}> {graph} .\n" for number in range(MANY)]
    attack = '<script>alert(1)</script>\\"><img src=x onerror=alert(2)>'
    lines += [
        f'<{ID}ATTACK> <{SKOS.prefLabel}> "{attack}"@en {graph} .\n',
        f"<{ID}ATTACK> <{sw.requires}> <javascript:alert(3)> {graph} .\n",
        f"<{ID}ATTACK> <{sw.requires}> <data:text/html,boo> {graph} .\n",
        f'<javascript:alert(3)> <{SKOS.prefLabel}> "press me" {graph} .\n',
        f"<{ID}ATTACK> <{sw.status}> <{sw.published}> {graph} .\n",
        f'<{ID}TONGUES> <{SKOS.prefLabel}> "Krankenhaus"@de {graph} .\n',
        f'<{ID}TONGUES> <{SKOS.prefLabel}> "hospital"@en {graph} .\n',
        f'<{ID}TONGUES> <{SKOS.prefLabel}> "infirmary"@en-GB {graph} .\n',
        f'<{ID}CODED> <{SKOS.notation}> "C7" {graph} .\n',
        f"<{ID}CODED> <{sw.requires}> <https://example.org/outside> {graph} .\n",
    ]
    text = release.parent / "all.nq"
    text.write_text("".join(lines), encoding="utf-8")
    shutil.rmtree(release / "store")
    (release / "store").mkdir()
    GraphStore.build(release / "store", text)
    (release / "profile.json").unlink(missing_ok=True)
    with TestClient(create_app(Settings(data_dir=data_dir)), follow_redirects=False) as found:
        yield found


def see(client: TestClient, path: str, status: int = 200) -> Page:
    reply = client.get(path, headers=HTML)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"].startswith("text/html")
    assert "Accept" in reply.headers["vary"]
    assert "script-src 'self'" in reply.headers["content-security-policy"]
    return Page(reply.text)


PAGES = [
    *("/id/OC-LAB", "/id/Q-CERT", "/id/DL-SMALL-1", "/id/S-SMALL-1", "/id/C-SMALL-1"),
    *(
        f"/resource?uri={quote(uri)}"
        for uri in (
            SCANNER,
            "sw:Role",
            "sw:level",
            "https://w3id.org/stepway/concept/rqf-level/4",
            str(DATASET["small-town"]),
            str(DATASET["esco-sample"]),
            str(DATASET["entailments/role-requires"]),
            str(DATASET["small-town/provenance"]),
            "https://w3id.org/stepway/record/small-town/roles/OC-LAB",
            "https://w3id.org/stepway/record/small-town/roles/OC-LAB/level",
        )
    ),
]


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_whole_and_every_link_of_it_answers(client: TestClient, path: str) -> None:
    page = see(client, path)
    behind = [link for link in page.around if link.startswith("/queries/") or "format=" in link]
    assert len(behind) == 7
    inside = [link for link in (*page.links, *behind) if link.startswith(("/", "#"))]
    assert len(inside) > 5
    for link in dict.fromkeys(inside):
        if link.startswith("#"):
            assert link[1:] in page.ids, link
            continue
        reply = client.get(link, headers=HTML)
        if reply.status_code == 303:
            reply = client.get(reply.headers["location"], headers=HTML)
        assert reply.status_code == 200, (link, reply.text[:300])
    for link in page.links:
        assert link.startswith(("/", "#", "https://", "http://")), link


def test_a_page_says_what_is_known_and_who_says_it(client: TestClient) -> None:
    page = see(client, "/id/OC-TECH")
    assert page.says("Device technician")
    assert page.says("Published at example.org, dated February 2026, read on 21 November 2026")
    assert page.says("Our inference from example.org")
    assert page.says("Level as in the advertisement, not from a standard.")
    assert page.says("file roles.csv")
    assert page.says("Licence: CC0-1.0")
    published = see(client, f"/resource?uri={quote(SCANNER)}")
    assert published.says("scanner technician")
    assert published.says("Published by Stepway, read on 22 November 2026")
    assert published.says("Recorded by Stepway: the lines of file occupations of")
    place = see(client, "/id/S-SMALL-1")
    assert all(map(place.says, ("Smalltown", "ZZ1 1ZZ", "52.45", "-1.9")))  # each where its word stands beside it
    rule = see(client, "/id/Q-CERT")
    assert rule.says("provider decides")
    source = see(client, "/id/C-SMALL-1")
    assert source.says("Published by A talk with the college's admissions desk.")


def test_no_fact_is_without_its_status(client: TestClient) -> None:
    for path in PAGES:
        found = client.get(path, headers={"Accept": "application/json"})
        if found.status_code == 303:
            continue
        said = found.json()
        groups = [group for part in said["sections"] for group in part["properties"]]
        for group in (*groups, *said["incoming"], *said["books"]):
            assert group["values"], group
            for value in group["values"]:
                assert value["sources"], value
                for number in value["sources"]:
                    assert said["sources"][number]["status"] in {
                        *("published", "inferred", "illustrative"),
                        *("recorded", "defined"),
                    }
                    assert said["sources"][number]["words"]


def test_a_made_up_thing_says_so(client: TestClient) -> None:
    page = see(client, "/id/Q-DEMO?release=1")
    assert page.says("Illustrative: made up for a demonstration")
    assert all("release=1" in link for link in page.links if link.startswith("/id/"))


@pytest.mark.parametrize("address", [str(ID["Q-CERT"]), SCANNER])
def test_the_page_shows_just_what_its_query_gives(client: TestClient, address: str) -> None:
    path = f"/id/{address.removeprefix(ID)}" if address.startswith(ID) else f"/resource?uri={quote(address)}"
    services = client.app.state.holder.get()
    resource = services.resources.get(address, shown=1_000)
    shown = set()
    for group in (group for section in resource.sections for group in section.groups):
        for fact in group.facts:
            value = getattr(fact.value, "address", None) or fact.value.text
            shown |= {(group.property.address, value, resource.sources[one].graph) for one in fact.sources}
    (behind,) = [link for link in see(client, path).around if link.startswith("/queries/facts-about")]
    results = behind.replace("/facts-about?", "/facts-about/results?")
    reply = client.get(results, headers={"Accept": "application/sparql-results+json"})
    assert reply.status_code == 200, reply.text
    told = reply.json()["results"]["bindings"]
    rows = {(row["property"]["value"], row["value"]["value"], row["graph"]["value"]) for row in told}
    repeated = str(DATASET["entailments/label"])
    assert shown == {row for row in rows if row[2] != repeated}
    assert shown


def test_the_faces_agree_and_say_which_they_are(client: TestClient) -> None:
    for path in ("/id/OC-LAB", f"/resource?uri={quote(SCANNER)}"):
        replies = {
            name: client.get(path, params={"format": name}, headers=HTML)
            if "?" not in path
            else client.get(f"{path}&format={name}", headers=HTML)
            for name in ("turtle", "nt", "jsonld", "trig", "nq")
        }
        types = {name: reply.headers["content-type"].partition(";")[0] for name, reply in replies.items()}
        assert types == {
            "turtle": "text/turtle",
            "nt": "application/n-triples",
            "jsonld": "application/ld+json",
            "trig": "application/trig",
            "nq": "application/n-quads",
        }
        turtle = Graph().parse(data=replies["turtle"].text, format="turtle")
        assert len(turtle) > 10
        assert isomorphic(turtle, Graph().parse(data=replies["nt"].text, format="nt"))
        assert isomorphic(turtle, Graph().parse(data=replies["jsonld"].text, format="json-ld"))
        graph = replies["jsonld"].json()["@graph"]
        assert graph[0]["id"] in ("swi:OC-LAB", SCANNER) and "label" in graph[0]
        assert not [name for node in graph for name in node if str(SW) in name]
        apart = Dataset().parse(data=replies["nq"].text, format="nquads")
        assert {q[:3] for q in apart.quads()} == set(turtle)
        assert {str(q[3]) for q in Dataset().parse(data=replies["trig"].text, format="trig").quads()} == {
            str(q[3]) for q in apart.quads()
        }
        for name, reply in replies.items():
            assert 'rel="canonical"' in reply.headers["link"]
            assert reply.headers["link"].count('rel="alternate"') == 7
            again = client.get(reply.request.url, headers={"If-None-Match": reply.headers["etag"]})
            assert again.status_code == 304, name


def test_each_fact_in_n_quads_stands_in_the_graph_of_its_source(client: TestClient) -> None:
    reply = client.get("/resource", params={"uri": SCANNER, "format": "nq"})
    quads = Dataset().parse(data=reply.text, format="nquads")
    label = (URIRef(SCANNER), SKOS.prefLabel, Literal("scanner technician", lang="en"))
    assert [str(q[3]) for q in quads.quads((*label, None))] == [str(DATASET["esco-sample"])]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html", "text/html"),
        ("application/xhtml+xml", "text/html"),
        (HTML["Accept"], "text/html"),
        ("text/html;q=0.5, text/turtle", "text/turtle"),
        ("text/turtle;q=0.5, application/n-triples;q=0.9", "application/n-triples"),
        ("application/trig", "application/trig"),
        ("application/ld+json", "application/ld+json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("", "application/json"),
    ],
)
def test_accept_decides(client: TestClient, accept: str, kind: str) -> None:
    reply = client.get("/resource", params={"uri": SCANNER}, headers={"Accept": accept})
    assert (reply.status_code, reply.headers["content-type"].partition(";")[0]) == (200, kind)
    assert "Accept" in reply.headers["vary"]
    if kind == "application/json":
        assert reply.json()["label"] == "scanner technician"
    assert client.get("/resource", params={"uri": SCANNER}, headers={"Accept": "image/png"}).status_code == 406


def test_data_of_our_things_stays_in_their_collection_and_pages_lead_here(client: TestClient) -> None:
    data = client.get("/id/OC-LAB?release=3", headers={"Accept": "application/json"})
    assert (data.status_code, data.headers["location"]) == (303, "/roles/OC-LAB?release=3")
    page = client.get("/roles/OC-LAB?release=3", headers=HTML)
    assert (page.status_code, page.headers["location"]) == (303, "/id/OC-LAB?release=3")
    ours = client.get("/resource", params={"uri": str(ID["OC-LAB"])}, headers=HTML)
    assert (ours.status_code, ours.headers["location"]) == (303, "/id/OC-LAB")
    assert client.get("/roles/OC-LAB").status_code == 200


def test_a_retired_thing_and_an_unknown_one_have_pages_that_help(client: TestClient) -> None:
    gone = see(client, "/id/Q-DEMO", 410)
    assert gone.says("no longer in use")
    assert "/id/Q-DEMO?release=1" in gone.links
    assert see(client, "/id/Q-DEMO?release=1")
    document = client.get("/id/Q-DEMO")
    assert (document.status_code, document.headers["content-type"]) == (410, "application/problem+json")
    assert document.json()["last_release"] == 1
    unknown = see(client, "/id/OC-LABB", 404)
    assert any(link.startswith("/roles/OC-LAB") for link in unknown.links)
    assert client.get("/id/OC-LABB").json()["code"] == "unknown-id"
    foreign = see(client, "/resource?uri=http://example.org/laboratory-assistant", 404)
    assert foreign.says("Laboratory assistant")
    for wrong in ("javascript:alert(1) ", "no address", "http://a b", "<x>"):
        assert client.get("/resource", params={"uri": wrong}).status_code == 422, wrong
    assert see(client, "/resource?uri=no+address", 422).says("uri")
    assert see(client, "/nothing/here", 404).says("There is nothing at /nothing/here.")


def test_since_when_a_thing_is_here(client: TestClient) -> None:
    assert see(client, f"/resource?uri={quote(SCANNER)}").says("Added in release 3")
    assert see(client, "/id/OC-LAB").says("Here since release 1")
    assert added(client.app.state.holder, client.app.state.holder.get(1), str(ID["OC-LAB"])) is None


def test_what_many_things_point_to_is_counted_and_shown_in_parts(strange: TestClient) -> None:
    for path, direction in (("/id/HUB", "incoming"), ("/id/STAR", "values")):
        see(strange, path)  # the first look reads what the release holds
        took: dict[str, list[float]] = {path: [], "/id/Q-CERT": []}
        for one in [*took] * 5:
            began = time.perf_counter()
            see(strange, one)
            took[one].append(time.perf_counter() - began)
        assert min(took[path]) < 5 * min(took["/id/Q-CERT"]), took
        page = see(strange, path)
        assert page.says("more than 10,000")
        (more,) = [link for link in page.links if link.startswith(f"{path}/{direction}")]
        part = strange.get(f"{more}&format=json").json()
        assert (part["count"], part["count_is_least"], len(part["values"])) == (10_000, True, 50)
        following = strange.get(part["next"], headers={"Accept": "application/json"}).json()
        seen = {value["uri"] for value in part["values"]}
        assert not seen & {value["uri"] for value in following["values"]}
        last = strange.get(f"{more}&format=json&offset=9950").json()
        assert (last["next"], last["last_shown"]) == (None, 10_000)
        assert see(strange, more).says("The query behind it gives them all.")
    heavy = strange.get("/id/STAR?format=nt")
    assert (heavy.status_code, heavy.json()["code"]) == (503, "too-heavy")


def test_short_lists_are_whole_in_order_and_end(client: TestClient) -> None:
    part = client.get("/resource/incoming", params={"uri": "sw:Role", "property": "rdf:type"}).json()
    labels = [value["label"] for value in part["values"]]
    assert (part["count"], part["next"], labels) == (2, None, ["Device technician", "Laboratory assistant"])
    nothing = client.get("/id/OC-LAB/values", params={"property": "sw:learnerCost"})
    assert (nothing.status_code, nothing.json()["code"]) == (404, "not-found")


def test_nothing_in_the_data_becomes_markup_or_a_way_to_run(strange: TestClient) -> None:
    text = strange.get("/id/ATTACK", headers=HTML).text
    assert "<script>alert" not in text
    assert "<img" not in text
    page = Page(text)
    assert page.says('<script>alert(1)</script>"><img src=x onerror=alert(2)>')
    assert not [link for link in page.links if link.startswith(("javascript:", "data:"))]
    assert f"/resource?uri={quote('javascript:alert(3)', safe='')}" in page.links
    named = see(strange, f"/resource?uri={quote('javascript:alert(3)', safe='')}")
    assert named.says("press me")
    reply = strange.get("/id/ATTACK?format=jsonld")
    assert json.loads(reply.text)
    for address in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "https://",
        "https://a b/",
        "mailto:x@y",
    ):
        assert outside(address) is None, address
    assert outside("https://example.org/x") == "https://example.org/x"


def test_names_in_the_language_of_the_reader_then_codes(strange: TestClient) -> None:
    assert "infirmary" in re.search(r"<h1>(.*)</h1>", strange.get("/id/TONGUES", headers=HTML).text)[1]
    coded = strange.get("/id/CODED", headers=HTML)
    assert "<h1>C7</h1>" in coded.text
    assert "https://example.org/outside" in Page(coded.text).links


def test_addresses_are_joined_well(client: TestClient) -> None:
    for link in see(client, "/id/OC-LAB").links:
        parts = urlsplit(urljoin("http://testserver/id/OC-LAB", link))
        assert parts.scheme in ("http", "https"), link


def test_the_model_in_words_and_as_a_picture_is_the_same(client: TestClient) -> None:
    page = see(client, "/model")
    text = client.get("/model", headers=HTML).text
    drawn = {
        tuple(unescape(part).strip() for part in one.split(": "))
        for one in re.findall(r"<title>([^<]*: [^<]*)</title>", text)
    }
    table = text[text.index('<table id="edges">') :]
    rows = re.findall(r"<tr><th scope=\"row\">([^<]*)</th><td>([^<]*)</td><td>([^<]*)</td></tr>", table)
    assert drawn == {tuple(unescape(cell).strip() for cell in row) for row in rows}
    assert len(drawn) > 10
    said = client.get("/model").json()
    assert len(said["edges"]) == len(rows)
    index = re.findall(r'<li><a href="#class-\d+">([^<]*)</a> <span class="muted">([\d,]+)</span></li>', text)
    assert index == [(escape(one["label"]), f"{one['things']:,}") for one in said["classes"]]
    assert text.count('<details class="class screen">') == len(index)
    role = next(one for one in said["classes"] if one["uri"] == str(SW.Role))
    assert (role["label"], role["things"]) == ("Role", 2)
    assert any("'level' takes at most one value" in rule for rule in role["rules"])
    assert not any("Mend" in rule for one in said["classes"] for rule in one["rules"])
    level = next(one for one in role["properties"] if one["property"]["uri"] == str(SW.level))
    assert level["things"] == 2
    assert {one["uri"] for one in said["classes"]} >= {"http://data.europa.eu/esco/model#Occupation"}
    for link in dict.fromkeys(page.links):
        if link.startswith("#"):
            assert link[1:] in page.ids
        elif "/id/" in link:
            assert client.get(link, headers=HTML).status_code == 200, link


def test_each_address_of_ours_leads_to_what_has_it(client: TestClient) -> None:
    """Records, statements, rules, concepts, named graphs and queries, whose addresses are meant to lead here."""
    prefixes = "".join(f"PREFIX {name}: <{start}> " for name, start in PREFIXES.items())
    for kind in ("sw:Record", "sw:Statement", "sw:Requirement", "skos:Concept", "sh:SPARQLExecutable"):
        asked = f"{prefixes} SELECT ?x WHERE {{ ?x a {kind} FILTER(STRSTARTS(STR(?x), '{BASE}')) }} LIMIT 3"
        rows = client.get("/sparql", params={"query": asked}).json()["results"]["bindings"]
        assert rows, kind
        for address in (row["x"]["value"] for row in rows):
            reply = client.get(f"/{address.removeprefix(BASE)}?format=turtle")
            assert reply.status_code == 303, address
            shown = Graph().parse(data=client.get(reply.headers["location"]).text, format="turtle")
            assert (URIRef(address), None, None) in shown
            assert parse_qs(urlsplit(reply.headers["location"]).query)["uri"] == [address]
    for path in ("/ns", "/dataset/small-town", "/dataset/small-town?release=2"):
        reply = client.get(path)
        assert reply.status_code == 303
        assert client.get(reply.headers["location"]).status_code == 200, path
    assert client.get("/dataset/files/nobody.nq.gz").status_code == 404, "a path of the service stays one"
    assert client.get(client.get("/record/nobody").headers["location"]).status_code == 404
