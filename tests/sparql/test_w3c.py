"""The W3C's SPARQL 1.1 test suite, asked over our endpoint. It is not in this repository.

Set STEPWAY_RDF_TESTS to an unpacked folder of https://github.com/w3c/rdf-tests (the one that holds `sparql`). All files
of data are graphs of one store; each test names its own as default and named graphs, which is the protocol's business.
"""

import csv
import os
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection

from api.app import create_app
from api.settings import Settings
from api.sparql.failures import QueryRefusedError
from api.sparql.guard import check, normal_of
from api.sparql.limits import QueryLimits

FOLDER = os.environ.get("STEPWAY_RDF_TESTS")
pytestmark = pytest.mark.skipif(not FOLDER, reason="set STEPWAY_RDF_TESTS to a copy of github.com/w3c/rdf-tests")

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
DAWGT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")

QUERY = ("aggregates", "bind", "bindings", "cast", "construct", "exists", "functions", "grouping", "negation")
QUERY += ("project-expression", "property-path", "subquery")
SYNTAX, RESULTS, PROTOCOL = "syntax-query", ("csv-tsv-res", "json-res"), "protocol"

CANNOT_PASS = {
    "bnode01": "pyoxigraph gives BNODE(text) the same node in every row, not in each row its own",
    "tsv03": "pyoxigraph turns an xsd:negativeInteger into an xsd:integer when it loads it",
}
"""Tests that the store's own behaviour fails. When one passes, this table is to be mended."""


def root() -> Path:
    return Path(FOLDER or ".").resolve() / "sparql" / "sparql11"


@cache
def manifest(folder: str) -> tuple[Graph, list[URIRef]]:
    """The manifest of a folder, and its approved tests."""
    path = root() / folder / "manifest.ttl"
    graph = Graph().parse(path, publicID=path.as_uri())
    entries = Collection(graph, next(graph.objects(None, MF.entries)))
    approved = {URIRef("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#Approved")}
    return graph, [one for one in entries if set(graph.objects(one, DAWGT.approval)) & approved]


def tests_of(*folders: str, kinds: tuple[str, ...] = ()) -> list[Any]:
    """The tests of some folders, to be parameters; none where the suite is not there."""
    found = []
    for folder in folders if FOLDER else ():
        graph, entries = manifest(folder)
        for test in entries:
            kind = str(next(graph.objects(test, RDF.type))).rpartition("#")[2]
            if not kinds or kind in kinds:
                name = str(test).rpartition("#")[2]
                marks = [pytest.mark.xfail(reason=CANNOT_PASS[name])] if name in CANNOT_PASS else []
                found.append(pytest.param(folder, test, id=f"{folder}/{name}", marks=marks))
    return found


def path_of(address: Any) -> Path:
    return Path(str(address).removeprefix("file://"))


def with_base(path: Path) -> str:
    """A query, its relative addresses meant from its file, as the suite has it."""
    return f"BASE <{path.as_uri()}>\n{path.read_bytes().decode()}"


def format_of(path: Path) -> ox.RdfFormat:
    found = ox.RdfFormat.from_extension(path.suffix.lstrip("."))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def client(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service over a release whose store holds every file of data of the suite."""
    folder = Path(shutil.copytree(built, tmp_path_factory.mktemp("w3c") / "data"))
    (release,) = [one for one in (folder / "releases").iterdir() if one.name.endswith("2") and one.is_dir()]
    shutil.rmtree(release / "store")
    store = ox.Store(str(release / "store"))
    for path in sorted(root().rglob("*")):
        if path.suffix in (".ttl", ".rdf", ".nt") and path.name != "manifest.ttl" and "update" not in str(path.parent):
            try:
                store.load(
                    path=path, format=format_of(path), base_iri=path.as_uri(), to_graph=ox.NamedNode(path.as_uri())
                )
            except SyntaxError:
                continue
    for name in ("data1", "data2", "data3"):  # as the protocol's tests call them
        path = root() / PROTOCOL / f"{name}.nt"
        label = ox.NamedNode(f"http://kasei.us/2009/09/sparql/data/{name}.rdf")
        store.load(path=path, format=ox.RdfFormat.N_TRIPLES, to_graph=label)
    store.flush()
    store.optimize()
    del store
    with TestClient(create_app(Settings(data_dir=folder, sparql_seconds=60)), raise_server_exceptions=False) as found:
        yield found


def asked(client: TestClient, folder: str, test: URIRef, accept: str) -> Any:
    """The reply to the query of a test, over its graphs."""
    graph, _ = manifest(folder)
    action = next(graph.objects(test, MF.action))
    data, named = list(graph.objects(action, QT.data)), list(graph.objects(action, QT.graphData))
    query = with_base(path_of(next(graph.objects(action, QT.query))))
    fields: list[tuple[str, str]] = [("query", query)]
    if not re.search(r"\bFROM\b", query):
        fields += [("default-graph-uri", one) for one in data] or [("default-graph-uri", "http://example.org/empty")]
        fields += [("named-graph-uri", one) for one in named]
    headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
    reply = client.post("/sparql", content=urlencode(fields), headers=headers)
    assert reply.status_code == 200, reply.text
    return reply


def as_graph(dataset: ox.Dataset) -> set[ox.Quad]:
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)


def rows_as_graph(results: Any, *, in_order: bool) -> set[ox.Quad]:
    """A table as statements, so that two are the same when they differ in the names of blank nodes alone."""
    found = ox.Dataset()
    for number, row in enumerate(results):
        node = ox.BlankNode(f"row{number}")
        found.add(ox.Quad(node, ox.NamedNode("x:row"), ox.Literal(number if in_order else 0)))
        for variable in results.variables:
            if row[variable] is not None:
                found.add(ox.Quad(node, ox.NamedNode(f"x:{variable.value}"), by_value(row[variable])))
    return as_graph(found)


def by_value(term: Any) -> Any:
    """A term, a number in the one way of writing that its value has: 1.0 and 1 are the same decimal."""
    if isinstance(term, ox.Literal) and (kind := term.datatype.value.rpartition("#")[2]) in ("decimal", "double"):
        number = Decimal(term.value) if kind == "decimal" else Decimal(float(term.value))
        return ox.Literal(str(number.normalize()), datatype=term.datatype)
    return term


def table(text: str) -> list[list[tuple[str, str]]]:
    """The rows of a CSV in one order: they may come in any. Blank nodes have any name, numbers any spelling."""

    def one(value: str) -> str:
        try:
            return str(Decimal(value).normalize())
        except ArithmeticError:
            return re.sub(r"^_:.*", "_:b", value)

    rows = csv.DictReader(text.splitlines())
    return sorted(sorted((name, one(value)) for name, value in row.items()) for row in rows)


def expected_rows(path: Path) -> Any:
    """What a file of results says; one that says it in RDF is turned into the XML of results."""
    if path.suffix not in (".ttl", ".rdf"):
        return ox.parse_query_results(path=path)
    rs = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
    graph = Graph().parse(path)
    truth = [bool(one.toPython()) for one in graph.objects(None, rs.boolean)]
    if truth:
        return truth[0]
    pytest.fail(f"results in RDF are not read yet: {path.name}")


@pytest.mark.parametrize(("folder", "test"), tests_of(*QUERY, kinds=("QueryEvaluationTest",)))
def test_queries_answer_as_the_standard_says(client: TestClient, folder: str, test: URIRef) -> None:
    graph, _ = manifest(folder)
    result = path_of(next(graph.objects(test, MF.result)))
    query = path_of(next(graph.objects(next(graph.objects(test, MF.action)), QT.query))).read_text()
    if re.search(r"\b(CONSTRUCT|DESCRIBE)\b", query):
        reply = asked(client, folder, test, "application/n-triples")
        given = ox.Dataset(ox.parse(reply.content, format=ox.RdfFormat.N_TRIPLES))
        wanted = ox.Dataset(ox.parse(path=result, format=format_of(result), base_iri=result.as_uri()))
        assert as_graph(given) == as_graph(wanted)
        return
    reply = asked(client, folder, test, "application/sparql-results+xml")
    found = ox.parse_query_results(reply.content, format=ox.QueryResultsFormat.XML)
    wanted_rows = expected_rows(result)
    if isinstance(found, ox.QueryBoolean):
        assert bool(found) == bool(wanted_rows)
        return
    assert {one.value for one in found.variables} == {one.value for one in wanted_rows.variables}
    in_order = "ORDER" in query
    assert rows_as_graph(found, in_order=in_order) == rows_as_graph(wanted_rows, in_order=in_order)


@pytest.mark.parametrize(("folder", "test"), tests_of(*RESULTS))
def test_formats_are_as_the_standard_says(client: TestClient, folder: str, test: URIRef) -> None:
    graph, _ = manifest(folder)
    result = path_of(next(graph.objects(test, MF.result)))
    accept = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".srj": "application/sparql-results+json"}
    reply = asked(client, folder, test, accept[result.suffix])
    if result.suffix == ".csv":  # its rows may come in any order, and blank nodes have any name
        assert table(reply.text) == table(result.read_text())
        return
    form = ox.QueryResultsFormat.TSV if result.suffix == ".tsv" else ox.QueryResultsFormat.JSON
    found, wanted_rows = ox.parse_query_results(reply.content, format=form), ox.parse_query_results(path=result)
    if isinstance(found, ox.QueryBoolean):
        assert bool(found) == bool(wanted_rows)
        return
    assert rows_as_graph(found, in_order=False) == rows_as_graph(wanted_rows, in_order=False)


@pytest.mark.parametrize(("folder", "test"), tests_of(SYNTAX, kinds=("PositiveSyntaxTest11",)))
def test_what_is_sparql_is_taken(client: TestClient, folder: str, test: URIRef) -> None:
    query = path_of(next(manifest(folder)[0].objects(test, MF.action)))
    reply = client.post("/sparql", data={"query": with_base(query), "default-graph-uri": "http://example.org/empty"})
    if reply.status_code != 200:  # two of them call functions that nobody has
        assert reply.json()["reason"] == "not-supported", reply.text


@pytest.mark.parametrize(("folder", "test"), tests_of(SYNTAX, *QUERY, kinds=("NegativeSyntaxTest11",)))
def test_what_is_not_sparql_is_told_so(client: TestClient, folder: str, test: URIRef) -> None:
    query = path_of(next(manifest(folder)[0].objects(test, MF.action)))
    reply = client.post("/sparql", data={"query": with_base(query)})
    assert (reply.status_code, reply.json()["code"]) == (400, "query-syntax"), reply.text


@pytest.mark.parametrize(("folder", "test"), tests_of(PROTOCOL))
def test_the_protocol_is_kept(client: TestClient, folder: str, test: URIRef) -> None:
    """Those for updates are left out, but that a GET with `update` is refused."""
    graph, _ = manifest(folder)
    name = str(test).rpartition("#")[2]
    if "update" in name and name != "bad_update_get":
        pytest.skip("this endpoint is read-only")
    (requests,) = graph.objects(next(graph.objects(test, MF.action)), HT.requests)
    for request in Collection(graph, requests):
        (method,), (path,) = graph.objects(request, HT.methodName), graph.objects(request, HT.absolutePath)
        headers = {
            str(next(graph.objects(one, HT.fieldName))): str(next(graph.objects(one, HT.fieldValue)))
            for list_ in graph.objects(request, HT.headers)
            for one in Collection(graph, list_)
        }
        body = None
        for content in graph.objects(request, HT.body):
            encoding = str(next(graph.objects(content, CNT.characterEncoding), "UTF-8"))
            body = str(next(graph.objects(content, CNT.chars))).encode(encoding)
        target = str(path).replace("/sparql/", "/sparql", 1)
        reply = client.request(str(method), target, content=body, headers=headers)
        (response,) = graph.objects(request, HT.resp)
        statuses = {str(one)[-3:] for one in graph.objects(response, MF.expectedStatus)}
        assert any(str(reply.status_code)[0] == one[0] for one in statuses), (statuses, reply.text)
        for wanted in graph.objects(response, MF.expectedBoolean):
            assert reply.json()["boolean"] == wanted.toPython()
        kind = {str(one) for one in graph.objects(response, MF.expectedFormat)}
        media_type = reply.headers["content-type"].partition(";")[0]
        if "RDF" in kind:
            assert ox.RdfFormat.from_media_type(media_type) is not None
        elif kind:
            assert ox.QueryResultsFormat.from_media_type(media_type) is not None


@pytest.mark.parametrize("folder", ["sparql10", "sparql11", "sparql12"])
def test_the_guard_passes_what_is_sparql(folder: str) -> None:
    """Every query of the suite that is not a negative test, of any version; SERVICE aside."""
    refused, passed = [], 0
    for path in sorted((root().parent / folder).rglob("*.rq")):
        negative = re.search(
            r"bad|negative|invalid|bnode-predicate|pp04|pp05|pp13|pp15|path-[23]-[1-4]|bindings-09", str(path)
        )
        text = path.read_bytes().decode()
        try:
            checked = check(text, QueryLimits())
        except QueryRefusedError as error:
            if not negative and error.reason != "service":
                refused.append((path.name, error.reason, str(error)))
            continue
        assert normal_of(checked.normal) == checked.normal
        if not negative:
            passed += 1
            assert not checked.slips, (path, checked.slips)
    assert not refused
    assert passed > 100
