"""The SPARQL 1.1 Protocol as our endpoint keeps it, asked through the whole application and its worker processes."""

import asyncio
import gzip
import json
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.sparql import formats, guard
from api.sparql.answers import Kept
from api.sparql.limits import QueryLimits
from api.sparql.problems import published

PREFIX = "PREFIX sw: <https://w3id.org/stepway/ns#>\n"
ROLES = PREFIX + "SELECT ?role { ?role a sw:Role } ORDER BY ?role"
GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"


def rows(reply: Any) -> list[dict[str, str]]:
    """The rows of an answer in JSON, each variable with its value alone."""
    assert reply.status_code == 200, reply.text
    found = json.loads(reply.content)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def code(reply: Any) -> tuple[int, str]:
    """Status and kind of a problem document."""
    assert reply.headers["content-type"] == "application/problem+json", reply.text
    found = reply.json()
    assert found["detail"]
    assert found["hint"]
    return reply.status_code, found["code"]


def test_three_ways_to_ask_have_one_answer(client: TestClient) -> None:
    in_address = client.get("/sparql", params={"query": ROLES})
    in_form = client.post("/sparql", data={"query": ROLES})
    as_body = client.post("/sparql", content=ROLES, headers={"Content-Type": QUERY})
    assert in_address.content == in_form.content == as_body.content
    assert [row["role"] for row in rows(in_address)] == [
        f"https://w3id.org/stepway/id/{one}" for one in ("OC-LAB", "OC-TECH")
    ]
    assert in_address.headers["stepway-rows"] == "2"
    assert in_address.headers["content-length"] == str(len(in_address.content))


def test_the_answer_names_its_release(client: TestClient) -> None:
    newest, older = (client.get("/sparql", params={"query": ROLES} | more) for more in ({}, {"release": "1"}))
    assert (newest.headers["stepway-release"], older.headers["stepway-release"]) == ("2", "1")
    for reply in (newest, older):
        number = reply.headers["stepway-release"]
        assert reply.headers["link"] == f'</releases/{number}>; rel="describedby"; type="application/json"'
        release = client.get(f"/releases/{number}").json()
        assert reply.headers["stepway-content"] == release["content_hash"]
    assert newest.headers["stepway-content"] != older.headers["stepway-content"]
    assert newest.headers["etag"] != older.headers["etag"]
    assert code(client.get("/sparql", params={"query": ROLES, "release": "9"})) == (404, "unknown-release")
    assert client.post("/sparql?release=1", data={"query": ROLES}).headers["stepway-release"] == "1"
    assert client.post("/sparql", data={"query": ROLES, "release": "1"}).headers["stepway-release"] == "1"


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (ROLES, None, "application/sparql-results+json"),
        (ROLES, "*/*", "application/sparql-results+json"),
        (ROLES, "application/json", "application/json"),
        (ROLES, "application/sparql-results+xml", "application/sparql-results+xml"),
        (ROLES, "application/xml", "application/xml"),
        (ROLES, "text/csv", "text/csv; charset=utf-8"),
        (ROLES, "text/*", "text/csv; charset=utf-8"),
        (ROLES, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (ROLES, "text/csv;q=0.4, text/tab-separated-values;q=0.5", "text/tab-separated-values; charset=utf-8"),
        (ROLES, "application/sparql-results+json;q=0, */*;q=0.1", "application/sparql-results+xml"),
        (ROLES, "image/png, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
        ("ASK { ?s ?p ?o }", "text/turtle, */*;q=0.1", "application/sparql-results+json"),
        ("ASK { ?s ?p ?o }", "text/csv", "text/csv; charset=utf-8"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3", None, "text/turtle; charset=utf-8"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3", "application/n-triples", "application/n-triples"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3", "application/n-quads", "application/n-quads"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3", "application/trig", "application/trig"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3", "application/rdf+xml", "application/rdf+xml"),
        ("DESCRIBE <https://w3id.org/stepway/id/OC-LAB>", "application/ld+json", "application/ld+json"),
        ("DESCRIBE <https://w3id.org/stepway/id/OC-LAB>", "application/json;q=0.9", "application/json"),
    ],
)
def test_the_reader_chooses_the_format(client: TestClient, query: str, accept: str | None, media_type: str) -> None:
    request = client.build_request("GET", "/sparql", params={"query": query})
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    reply = client.send(request)
    assert (reply.status_code, reply.headers["content-type"]) == (200, media_type)
    assert {"Accept", "Accept-Encoding"} <= set(reply.headers["vary"].split(", "))
    kind = media_type.partition(";")[0]
    if "CONSTRUCT" in query or "DESCRIBE" in query:
        kind = "application/ld+json" if kind == "application/json" else kind
        form = pyoxigraph.RdfFormat.from_media_type(kind)
        assert form is not None
        assert len(list(pyoxigraph.parse(reply.content, format=form))) >= 3


@pytest.mark.parametrize("name", [one.name for one in (*formats.TABLES, *formats.GRAPHS)])
def test_format_goes_before_accept(client: TestClient, name: str) -> None:
    of = formats.TABLES if name in [one.name for one in formats.TABLES] else formats.GRAPHS
    query = ROLES if of is formats.TABLES else "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3"
    reply = client.get("/sparql", params={"query": query, "format": name}, headers={"Accept": "text/html, image/*"})
    wanted = formats.find(name, of)
    assert wanted is not None
    assert (reply.status_code, reply.headers["content-type"].partition(";")[0]) == (200, wanted.media_type)


def test_formats_have_the_names_that_others_give_them(client: TestClient) -> None:
    """SPARQLWrapper sends three parameters at once, and asks for JSON of a graph."""
    three = {"format": "json", "output": "json", "results": "json"}
    assert len(rows(client.get("/sparql", params={"query": ROLES} | three))) == 2
    graph = {"query": "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"}
    assert client.get("/sparql", params=graph | three).headers["content-type"] == "application/ld+json"
    for name in ("rdf+xml", "xml", "rdf"):
        assert client.get("/sparql", params=graph | {"format": name}).headers["content-type"] == "application/rdf+xml"
    assert client.get("/sparql", params=graph | {"format": "nt"}).headers["content-type"] == "application/n-triples"
    assert formats.name_of("text/csv") == "csv"
    wrong = client.get("/sparql", params=graph | {"format": "csv"})
    assert code(wrong) == (406, "not-acceptable")
    assert "text/turtle" in wrong.json()["offered"]
    assert code(client.get("/sparql", params=graph | {"format": "excel"})) == (400, "invalid-request")
    assert code(client.get("/sparql", params=graph | {"format": "csv", "output": "tsv"})) == (400, "invalid-request")


def test_what_is_not_offered_is_told(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": ROLES}, headers={"Accept": "image/png, text/turtle"})
    assert code(reply) == (406, "not-acceptable")
    assert reply.json()["offered"] == [one.media_type for one in formats.TABLES]


@pytest.mark.parametrize("named", [True, False], ids=["named-graph-uri", "default-graph-uri"])
def test_the_protocol_names_graphs(client: TestClient, named: bool) -> None:
    everything = [row["g"] for row in rows(client.get("/sparql", params={"query": GRAPHS}))]
    assert len(everything) > 2
    first, second = everything[0], everything[1]
    parameter = "named-graph-uri" if named else "default-graph-uri"
    count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }" if named else "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def asked(*graphs: str, query: str = count) -> int:
        given = [("query", query), *((parameter, one) for one in graphs)]
        address, form = (
            client.get("/sparql", params=given),
            client.post("/sparql", content=urlencode(given), headers={"Content-Type": FORM}),
        )
        direct = client.post(
            "/sparql?" + urlencode(given[1:]), content=query, headers={"Content-Type": QUERY, "Accept": "*/*"}
        )
        assert address.content == form.content == direct.content
        return int(rows(address)[0]["n"])

    assert 0 < asked(first) < asked(first, second)
    assert asked("http://example.org/nothing") == 0
    assert asked(first, "http://example.org/nothing") == asked(first)
    clause = f"FROM NAMED <{second}> FROM NAMED <{first}>" if named else f"FROM <{second}> FROM <{first}>"
    over = count.replace(" {", f" {clause} {{", 1)
    assert asked(first, query=over) == asked(first)


def test_without_graphs_everything_is_asked(client: TestClient) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    union = int(rows(client.get("/sparql", params={"query": count}))[0]["n"])
    graph = rows(client.get("/sparql", params={"query": GRAPHS}))[0]["g"]
    part = int(rows(client.get("/sparql", params={"query": count.replace("{", f"FROM <{graph}> {{", 1)}))[0]["n"])
    assert 0 < part < union
    empty = client.get("/sparql", params={"query": count.replace("{", f"FROM NAMED <{graph}> {{", 1)})
    assert rows(empty)[0]["n"] == "0"


def test_a_tag_saves_asking_again(client: TestClient) -> None:
    first = client.get("/sparql", params={"query": ROLES})
    tag = first.headers["etag"]
    respelt = {"query": ROLES.replace("\n", "  # roles\n\n")}
    again = client.get("/sparql", params=respelt, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["stepway-release"] == "2"
    others = {
        client.get("/sparql", params={"query": ROLES} | more, headers=headers).headers["etag"]
        for more, headers in (
            ({}, {}),
            ({}, {"Accept-Encoding": "identity"}),
            ({}, {"Accept": "text/csv"}),
            ({}, {"Accept": "application/json"}),
            ({"release": "1"}, {}),
            ({"default-graph-uri": "http://example.org/a"}, {}),
            ({"named-graph-uri": "http://example.org/a"}, {}),
        )
    }
    assert len(others) == 7
    posted = client.post("/sparql", data={"query": ROLES}, headers={"If-None-Match": tag})
    assert (posted.status_code, posted.headers["etag"]) == (200, tag)


def test_a_tag_is_looked_at_before_the_query_runs(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    query = ROLES + " LIMIT 1"
    tag = client.get("/sparql", params={"query": query}).headers["etag"]

    async def fails(*_: object) -> None:
        raise AssertionError("the query was run")

    assert isinstance(client.app, FastAPI)
    monkeypatch.setattr(client.app.state.answers.engine, "run", fails)
    monkeypatch.setattr(client.app.state.answers, "kept", Kept(0))
    assert client.get("/sparql", params={"query": query}, headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/sparql", params={"query": query}).status_code == 500


def test_what_changes_each_time_is_not_kept(client: TestClient) -> None:
    query = {"query": "SELECT (STRUUID() AS ?x) {}"}
    first, second = client.get("/sparql", params=query), client.get("/sparql", params=query)
    assert rows(first) != rows(second)
    assert "etag" not in first.headers
    assert first.headers["cache-control"] == "no-store"
    assert client.get("/sparql", params=query, headers={"If-None-Match": "*"}).status_code == 200


def test_answers_are_packed_for_those_who_take_it(client: TestClient) -> None:
    query = {"query": "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 200", "format": "csv"}
    plain = client.get("/sparql", params=query, headers={"Accept-Encoding": "identity"})
    with client.stream("GET", "/sparql", params=query, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-length"] == str(len(raw))
    assert gzip.decompress(raw) == plain.content
    assert "content-encoding" not in plain.headers
    refused = client.get("/sparql", params=query, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers


def test_head_is_get_without_the_answer(client: TestClient) -> None:
    whole, head = (client.request(method, "/sparql", params={"query": ROLES}) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers} == {**whole.headers}
    assert client.head("/sparql", params={"query": "SELECT"}).status_code == 400


def test_options_says_what_can_be_done(client: TestClient) -> None:
    reply = client.options("/sparql")
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert reply.headers["accept-post"] == f"{QUERY}, {FORM}"
    for method in ("PUT", "DELETE", "PATCH"):
        refused = client.request(method, "/sparql", params={"query": ROLES})
        assert code(refused) == (405, "method-not-allowed")
        assert refused.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_pages_of_others_may_ask(client: TestClient) -> None:
    asked = {
        "Origin": "https://notebook.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "accept, content-type, if-none-match, x-requested-with",
    }
    before = client.options("/sparql", headers=asked)
    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == "*"
    assert "POST" in before.headers["access-control-allow-methods"]
    allowed = before.headers["access-control-allow-headers"].lower().split(", ")
    assert {"accept", "content-type", "if-none-match", "x-requested-with"} <= set(allowed)
    reply = client.post("/sparql", content=ROLES, headers={"Content-Type": QUERY, "Origin": "https://notebook.example"})
    assert reply.headers["access-control-allow-origin"] == "*"
    exposed = reply.headers["access-control-expose-headers"].lower()
    for name in ("etag", "link", "retry-after", "stepway-release", "stepway-content", "stepway-rows"):
        assert name in exposed


@pytest.mark.parametrize(
    ("content_type", "body", "wanted"),
    [
        ("application/sparql-query; charset=utf-8", "SELECT ('é' AS ?x) {}".encode(), "é"),
        ('application/sparql-query; charset="UTF-8"', "SELECT ('é' AS ?x) {}".encode(), "é"),
        ("Application/SPARQL-Query", "\ufeffSELECT ('é' AS ?x) {}".encode(), "é"),
        (FORM, b"query=SELECT%20('%C3%A9'+AS+?x)+%7B%7D", "é"),
        (f"{FORM}; charset=UTF-8", "query=SELECT ('é' AS ?x) {}".encode(), "é"),
    ],
)
def test_text_is_utf_8(client: TestClient, content_type: str, body: bytes, wanted: str) -> None:
    reply = client.post("/sparql", content=body, headers={"Content-Type": content_type})
    assert rows(reply) == [{"x": wanted}]


@pytest.mark.parametrize(
    ("headers", "body", "wanted"),
    [
        ({"Content-Type": QUERY}, b"SELECT ('\xe9' AS ?x) {}", (400, "invalid-request")),
        ({"Content-Type": FORM}, b"query=%FF", (400, "invalid-request")),
        ({"Content-Type": FORM}, b"query=\xff", (400, "invalid-request")),
        ({"Content-Type": FORM}, b"", (400, "invalid-request")),
        ({"Content-Type": FORM}, b"format=csv", (400, "invalid-request")),
        ({"Content-Type": FORM}, b"query=", (400, "query-refused")),
        ({"Content-Type": QUERY}, b"", (400, "query-refused")),
        ({"Content-Type": FORM}, b"query=ASK+{}&query=ASK+{}", (400, "invalid-request")),
        ({"Content-Type": FORM}, b"a=b&" * 300, (400, "invalid-request")),
        ({"Content-Type": FORM}, b"query=ASK+{}&update=DROP+ALL", (400, "query-refused")),
        ({"Content-Type": FORM}, b"query=ASK+{}&using-graph-uri=http://x", (400, "invalid-request")),
        ({"Content-Type": "application/sparql-update"}, b"DROP ALL", (415, "unsupported-media-type")),
        ({"Content-Type": "text/plain"}, b"ASK {}", (415, "unsupported-media-type")),
        ({"Content-Type": "application/json"}, b"{}", (415, "unsupported-media-type")),
        ({}, b"ASK {}", (415, "unsupported-media-type")),
        ({"Content-Type": f"{QUERY}; charset=iso-8859-1"}, b"ASK {}", (415, "unsupported-media-type")),
        ({"Content-Type": QUERY, "Content-Encoding": "gzip"}, b"ASK {}", (415, "unsupported-media-type")),
    ],
)  # fmt: skip
def test_what_is_sent_wrongly_is_refused(
    client: TestClient, headers: dict[str, str], body: bytes, wanted: tuple[int, str]
) -> None:
    reply = client.post("/sparql", content=body, headers=headers)
    assert code(reply) == wanted
    if reply.status_code == 415:
        assert reply.headers["accept-post"] == f"{QUERY}, {FORM}"


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("query=ASK+{}&query=ASK+{}", (400, "invalid-request")),
        ("query=%FF", (400, "invalid-request")),
        ("query=ASK+{}&update=DROP+ALL", (400, "query-refused")),
        ("update=DROP+ALL", (400, "query-refused")),
        ("query=ASK+{}&release=0", (400, "invalid-request")),
        ("query=ASK+{}&release=-1", (400, "invalid-request")),
        ("query=ASK+{}&release=two", (400, "invalid-request")),
        ("query=ASK+{}&release=1&release=2", (400, "invalid-request")),
        ("query=ASK+{}&default_graph_uri=http://x", (400, "invalid-request")),
        ("query=ASK+{}&default-graph-uri=town", (400, "invalid-request")),
        ("query=ASK+{}&named-graph-uri=http://x%20y", (400, "invalid-request")),
        ("query=ASK+{}" + "&named-graph-uri=http://x" * 101, (400, "invalid-request")),
        ("default-graph-uri=http://x", (400, "invalid-request")),
        ("query=INSERT+DATA+{}", (400, "query-refused")),
        ("query=ASK+{+?s+?p+}", (400, "query-syntax")),
        ("query=" + "%20" * 3_000, (414, "address-too-long")),
    ],
)
def test_an_address_that_asks_wrongly_is_refused(client: TestClient, address: str, wanted: tuple[int, str]) -> None:
    assert code(client.get(f"/sparql?{address}")) == wanted


def test_a_mistyped_parameter_is_not_ignored(client: TestClient) -> None:
    reply = client.get("/sparql", params={"query": ROLES, "default_graph_uri": "http://x"})
    assert reply.json()["hint"] == "Did you mean `default-graph-uri`?"
    assert "release" in client.get("/sparql", params={"query": ROLES, "zzz": ""}).json()["hint"]


def test_a_query_in_the_body_and_in_the_address_are_two(client: TestClient) -> None:
    headers = {"Content-Type": QUERY}
    reply = client.post(f"/sparql?query={quote(ROLES)}", content=ROLES, headers=headers)
    assert code(reply) == (400, "invalid-request")


def test_a_bare_get_says_what_the_endpoint_is(client: TestClient) -> None:
    for accept, form in (
        ("*/*", pyoxigraph.RdfFormat.TURTLE),
        ("application/ld+json", pyoxigraph.RdfFormat.JSON_LD),
        ("application/rdf+xml", pyoxigraph.RdfFormat.RDF_XML),
        ("application/n-triples", pyoxigraph.RdfFormat.N_TRIPLES),
    ):
        reply = client.get("/sparql", headers={"Accept": accept})
        assert reply.status_code == 200
        said = pyoxigraph.Dataset(pyoxigraph.parse(reply.content, format=form))
        service = pyoxigraph.NamedNode("http://www.w3.org/ns/sparql-service-description#Service")
        assert any(quad.object == service for quad in said)
        again = client.get("/sparql", headers={"Accept": accept, "If-None-Match": reply.headers["etag"]})
        assert again.status_code == 304
    assert client.get("/sparql?release=1").headers["stepway-release"] == "1"
    assert code(client.get("/sparql", headers={"Accept": "text/csv"})) == (406, "not-acceptable")


def test_readers_of_pages_get_a_page(client: TestClient) -> None:
    for address in ("/sparql", f"/sparql?query={quote(ROLES)}", "/sparql?format=html"):
        reply = client.get(
            address, headers={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
        )
        assert reply.headers["content-type"] == "text/html; charset=utf-8", address
        assert reply.text.count("<h1") == 1
    for accept in ("*/*", "application/json, text/html;q=0.5"):
        reply = client.get("/sparql", params={"query": ROLES}, headers={"Accept": accept})
        assert "json" in reply.headers["content-type"]


def test_a_refusal_publishes_the_limits(client: TestClient) -> None:
    long = client.post("/sparql", data={"query": "ASK { " + "?s ?p ?o . " * 201 + "}"})
    assert code(long) == (400, "query-refused")
    found = long.json()
    assert found["reason"] == "too-many-patterns"
    assert found["limits"] == published(QueryLimits())
    assert found["limits"]["operators"] == guard.OPERATORS
    assert found["line"] == 1
    assert len(found["text"]) <= 202
    assert "limits" not in client.post("/sparql", data={"query": "ASK {"}).json()


class Gone:
    """A reader who leaves while the query runs."""

    def __init__(self, body: bytes) -> None:
        self.sent: list[dict[str, Any]] = []
        self._messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive(self) -> dict[str, Any]:
        for message in self._messages:
            return message
        await asyncio.sleep(0.2)
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)


def test_a_reader_who_leaves_stops_the_query(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(client.app, FastAPI)
    became = []

    async def long(*_: object) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            became.append("cancelled")
            raise

    monkeypatch.setattr(client.app.state.answers, "ask", long)
    body = b"ASK {}"
    headers = [(b"content-type", QUERY.encode()), (b"content-length", str(len(body)).encode())]
    scope = {"type": "http", "method": "POST", "path": "/sparql", "query_string": b"", "headers": headers}
    scope |= {"client": ("127.0.0.1", 1), "scheme": "http", "server": ("test", 80), "http_version": "1.1"}
    gone = Gone(body)

    async def whole() -> None:
        await asyncio.wait_for(client.app(scope | {"asgi": {"version": "3.0"}}, gone.receive, gone.send), 20)

    asyncio.run(whole())
    assert became == ["cancelled"]
    assert gone.sent[0]["status"] == 499
