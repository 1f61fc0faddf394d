"""What the endpoint and the data say of themselves is true, and is what the specifications ask for."""

import gzip
import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from fastapi.testclient import TestClient
from rdflib import DCAT, RDF, RDFS, SH, VOID, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF

from api.app import create_app
from api.settings import Settings
from api.sparql import formats
from api.sparql.description import FORMATS, RESULT_FORMATS, SD, SIMPLE
from graph.dumps import write_dump
from graph.release import Release, Releases
from ontology.namespaces import BASE, DATASET, RELEASE, SW

SPDX = Namespace("http://spdx.org/rdf/terms#")
HOST = "http://testserver"
RDF_TYPES = {"turtle": "text/turtle", "json-ld": "application/ld+json", "nt": "application/n-triples"}
RDF_TYPES |= {"xml": "application/rdf+xml"}

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix void: <http://rdfs.org/ns/void#> .
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix spdx: <http://spdx.org/rdf/terms#> .
[] a sh:NodeShape ; sh:targetClass dcat:Catalog ;
   sh:property [ sh:path dcterms:title ; sh:minCount 1 ] , [ sh:path dcterms:description ; sh:minCount 1 ] ,
     [ sh:path dcterms:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ] ,
     [ sh:path dcat:dataset ; sh:minCount 1 ; sh:class dcat:Dataset ] , [ sh:path dcat:service ; sh:class dcat:DataService ] .
[] a sh:NodeShape ; sh:targetClass dcat:Dataset ;
   sh:property [ sh:path dcterms:title ; sh:minCount 1 ] , [ sh:path dcterms:description ; sh:minCount 1 ] ,
     [ sh:path dcterms:publisher ; sh:maxCount 1 ; sh:class foaf:Agent ] ,
     [ sh:path dcat:distribution ; sh:class dcat:Distribution ] , [ sh:path dcterms:issued ; sh:datatype xsd:dateTime ] ,
     [ sh:path dcat:version ; sh:maxCount 1 ] , [ sh:path void:triples ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:integer ] .
[] a sh:NodeShape ; sh:targetClass dcat:Distribution ;
   sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] , [ sh:path dcat:mediaType ; sh:nodeKind sh:IRI ] ,
     [ sh:path dcat:byteSize ; sh:maxCount 1 ; sh:datatype xsd:nonNegativeInteger ] ,
     [ sh:path spdx:checksum ; sh:minCount 1 ; sh:node [
         sh:property [ sh:path spdx:algorithm ; sh:minCount 1 ; sh:maxCount 1 ] ,
           [ sh:path spdx:checksumValue ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:hexBinary ] ] ] .
[] a sh:NodeShape ; sh:targetClass dcat:DataService ;
   sh:property [ sh:path dcterms:title ; sh:minCount 1 ] , [ sh:path dcat:endpointURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
     [ sh:path dcat:servesDataset ; sh:class dcat:Dataset ] .
[] a sh:NodeShape ; sh:targetClass foaf:Agent ; sh:property [ sh:path foaf:name ; sh:minCount 1 ] .
[] a sh:NodeShape ; sh:targetObjectsOf void:classPartition ;
   sh:property [ sh:path void:class ; sh:minCount 1 ; sh:maxCount 1 ] , [ sh:path void:entities ; sh:minCount 1 ; sh:maxCount 1 ] .
[] a sh:NodeShape ; sh:targetObjectsOf void:propertyPartition ;
   sh:property [ sh:path void:property ; sh:minCount 1 ; sh:maxCount 1 ] , [ sh:path void:triples ; sh:minCount 1 ; sh:maxCount 1 ] .
[] a sh:NodeShape ; sh:targetClass void:Linkset ;
   sh:property [ sh:path void:subjectsTarget ; sh:minCount 1 ; sh:maxCount 1 ] ,
     [ sh:path void:objectsTarget ; sh:minCount 1 ; sh:maxCount 1 ] , [ sh:path void:linkPredicate ; sh:minCount 1 ] .
[] a sh:NodeShape ; sh:targetClass sd:Service ;
   sh:property [ sh:path sd:endpoint ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
     [ sh:path sd:supportedLanguage ; sh:minCount 1 ; sh:in ( sd:SPARQL10Query sd:SPARQL11Query sd:SPARQL11Update ) ] ,
     [ sh:path sd:resultFormat ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
     [ sh:path sd:feature ; sh:in ( sd:DereferencesURIs sd:UnionDefaultGraph sd:RequiresDataset sd:EmptyGraphs sd:BasicFederatedQuery ) ] ,
     [ sh:path sd:defaultDataset ; sh:maxCount 1 ; sh:class sd:Dataset ] ,
     [ sh:path sd:availableGraphs ; sh:class sd:GraphCollection ] , [ sh:path sd:defaultEntailmentRegime ; sh:maxCount 1 ] .
[] a sh:NodeShape ; sh:targetClass sd:Dataset ;
   sh:property [ sh:path sd:defaultGraph ; sh:maxCount 1 ; sh:class sd:Graph ] , [ sh:path sd:namedGraph ; sh:class sd:NamedGraph ] .
[] a sh:NodeShape ; sh:targetClass sd:NamedGraph ;
   sh:property [ sh:path sd:name ; sh:minCount 1 ; sh:maxCount 1 ] , [ sh:path sd:graph ; sh:maxCount 1 ; sh:class sd:Graph ] .
"""  # noqa: E501 -- a line for each rule of DCAT-AP, VoID and Service Description
"""What those vocabularies ask for, written down by us."""


@pytest.fixture(scope="module")
def release(built: Path) -> Release:
    return Releases(built).get(2)


@pytest.fixture(scope="module")
def client(built: Path) -> Iterator[TestClient]:
    logging.getLogger("stepway").setLevel(logging.CRITICAL)
    app = create_app(Settings(data_dir=built, sparql_seconds=7))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as found:
        yield found


def read(client: TestClient, path: str, accept: str = "text/turtle", format: str = "turtle") -> Graph:
    reply = client.get(path, headers={"Accept": accept})
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].split(";")[0] == accept
    assert "Accept" in reply.headers["vary"]
    return Graph().parse(data=reply.content, format=format)


def number(graph: Graph, subject: Any, predicate: URIRef) -> int:
    return int(str(graph.value(subject, predicate)))


def conforms(graph: Graph) -> None:
    shapes = Graph().parse(data=SHAPES, format="turtle")
    fine, _, words = pyshacl.validate(graph, shacl_graph=shapes)
    assert fine, words
    targets = {*shapes.objects(None, SH.targetClass)} & {*graph.objects(None, RDF.type)}
    assert targets, "nothing was checked"


# -- the service --------------------------------------------------------------------------------------------------


def test_a_bare_get_gives_rdf_about_the_endpoint(client: TestClient) -> None:
    """The three tests of W3C: it is RDF, it names the endpoint, and it keeps to the schema."""
    reply = client.get("/sparql")
    assert reply.status_code == 200
    found = Graph().parse(data=reply.text, format="turtle")
    service = found.value(predicate=RDF.type, object=SD.Service)
    assert found.value(service, SD.endpoint) == URIRef(f"{HOST}/sparql")
    conforms(found)


@pytest.mark.parametrize("format", RDF_TYPES)
def test_it_is_the_same_in_every_format(client: TestClient, format: str) -> None:
    for path in ("/sparql", "/dataset"):
        found = read(client, path, RDF_TYPES[format], format)
        assert set(found) == set(read(client, path))


def test_it_says_what_it_can_do_and_no_more(client: TestClient) -> None:
    found = read(client, "/sparql")
    service = found.value(predicate=RDF.type, object=SD.Service)
    assert set(found.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert set(found.objects(service, SD.feature)) == {SD.UnionDefaultGraph}
    assert set(found.objects(service, SD.resultFormat)) == {FORMATS[name] for name in RESULT_FORMATS}
    assert len(RESULT_FORMATS) == len(formats.TABLES) + len(formats.GRAPHS)
    assert found.value(service, SD.defaultEntailmentRegime) == SIMPLE
    assert "Nothing is concluded while a query runs" in str(found.value(service, RDFS.comment))


def test_its_limits_are_those_of_the_settings(client: TestClient) -> None:
    found = read(client, "/sparql")
    service = found.value(predicate=RDF.type, object=SD.Service)
    given = client.app.state.answers.limits
    assert float(str(found.value(service, SW.mostSeconds))) == given.seconds == 7
    assert number(found, service, SW.mostAnswerRows) == given.answer_rows
    assert number(found, service, SW.mostPatterns) == given.patterns
    limits = [one for one in found.predicates(service) if str(one).startswith(f"{SW}most")]
    assert len(limits) == 7


def test_its_graphs_are_those_of_the_release(client: TestClient, release: Release) -> None:
    found = read(client, "/sparql")
    graphs = {str(found.value(one, SD.name)): one for one in found.subjects(RDF.type, SD.NamedGraph)}
    counts = {
        name[1:-1]: int(count)
        for name, count in release.store.rows("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    }
    assert {name: number(found, URIRef(name), VOID.triples) for name in graphs} == counts
    default = found.value(RELEASE["2"], SD.defaultGraph)
    assert number(found, default, VOID.triples) == sum(counts.values()) == release.manifest.quads
    inferred = URIRef(str(DATASET["entailments/superclass"]))
    assert set(found.objects(inferred, SW.status)) == {SW.inferred}


def test_another_release_describes_itself(client: TestClient) -> None:
    found = read(client, "/sparql?release=1")
    assert str(found.value(RELEASE["1"], DCTERMS.title)) == "Stepway, release 1"
    assert (RELEASE["2"], None, None) not in found
    assert client.get("/dataset?release=7").status_code == 404


def test_an_unchanged_description_is_not_sent_again(client: TestClient) -> None:
    for path in ("/sparql", "/dataset", "/.well-known/void", "/sparql/profile"):
        tag = client.get(path).headers["etag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


# -- the data -----------------------------------------------------------------------------------------------------


def test_the_data_is_described_as_dcat_and_void_ask(client: TestClient) -> None:
    found = read(client, "/dataset")
    conforms(found)
    catalogue = found.value(predicate=RDF.type, object=DCAT.Catalog)
    assert found.value(catalogue, DCAT.dataset) == RELEASE["2"]
    assert {DCAT.Dataset, VOID.Dataset} <= set(found.objects(RELEASE["2"], RDF.type))
    assert found.value(RELEASE["2"], VOID.sparqlEndpoint) == URIRef(f"{HOST}/sparql")
    assert set(read(client, "/.well-known/void")) == set(found)


def test_a_release_says_when_after_which_and_how_to_cite_it(client: TestClient, release: Release) -> None:
    found, me, manifest = read(client, "/dataset"), RELEASE["2"], release.manifest
    assert str(found.value(me, DCTERMS.issued)) == manifest.built_at
    assert found.value(me, URIRef(f"{DCAT}previousVersion")) == RELEASE["1"]
    checksum = found.value(me, SPDX.checksum)
    assert str(found.value(checksum, SPDX.checksumValue)) == manifest.content_hash
    cited = str(found.value(me, DCTERMS.bibliographicCitation))
    assert manifest.content_hash in cited
    assert str(me) in cited
    assert "made-up" not in str(found.value(me, DCTERMS.description))
    first = read(client, "/dataset?release=1")
    assert str(first.value(RELEASE["1"], DCTERMS.description)).startswith("This release holds made-up")


def test_classes_and_properties_are_counted_as_the_store_counts(client: TestClient, release: Release) -> None:
    found, me = read(client, "/dataset"), RELEASE["2"]
    told = {
        str(found.value(part, VOID["class"])): number(found, part, VOID.entities)
        for part in found.objects(me, VOID.classPartition)
    }
    asked = release.store.rows("SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    assert told == {name[1:-1]: int(count) for name, count in asked}
    told = {
        str(found.value(part, VOID.property)): number(found, part, VOID.distinctObjects)
        for part in found.objects(me, VOID.propertyPartition)
    }
    asked = release.store.rows("SELECT ?p (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o } GROUP BY ?p")
    assert told == {name[1:-1]: int(count) for name, count in asked}
    for example in found.objects(me, VOID.exampleResource):
        assert release.store.describes(URIRef(str(example)))


def test_each_source_has_its_licence_and_each_graph_is_a_dataset(client: TestClient, release: Release) -> None:
    found = read(client, "/dataset")
    (facts,) = release.manifest.datasets
    source = DATASET[facts["id"]]
    assert str(found.value(source, SW.licenceName)) == facts["licence"]
    assert found.value(source, DCTERMS.license) in (URIRef(facts["licence_url"]), Literal(facts["licence"]))
    assert str(found.value(source, SW.retrieved)) == str(facts["retrieved"])
    assert str(found.value(found.value(source, DCTERMS.publisher), FOAF.name)) == facts["publisher"]
    for graph in release.profile.graphs:
        assert (URIRef(graph), RDF.type, DCAT.Dataset) in found
        assert (RELEASE["2"], VOID.subset, URIRef(graph)) in found
        assert number(found, URIRef(graph), VOID.triples) == release.profile.graphs[graph]


def test_files_are_what_they_are_said_to_be(client: TestClient, release: Release) -> None:
    found, lines = read(client, "/dataset"), 0
    for file in found.subjects(RDF.type, DCAT.Distribution):
        reply = client.get(str(found.value(file, DCAT.downloadURL)).removeprefix(HOST))
        assert reply.status_code == 200
        assert len(reply.content) == number(found, file, DCAT.byteSize)
        checksum = found.value(found.value(file, SPDX.checksum), SPDX.checksumValue)
        assert hashlib.sha256(reply.content).hexdigest() == str(checksum)
        lines += gzip.decompress(reply.content).count(b"\n")
    retired = release.profile.graphs.get(str(DATASET["releases/retired"]), 0)
    assert lines == release.manifest.quads - retired
    assert retired  # made-up rows are gone
    for wrong in ("manifest.json", "..%2Fmanifest.json", "_retired.nq.gz"):
        assert client.get(f"/dataset/files/{wrong}").status_code == 404


def test_a_dump_describes_itself_in_the_same_words(client: TestClient, release: Release, tmp_path: Path) -> None:
    write_dump(release, tmp_path, "nquads")
    beside, served = Graph().parse(tmp_path / "dataset.ttl"), read(client, "/dataset")
    here = Graph()
    for triple in served:
        if not any(HOST in str(term) for term in triple) and not str(triple[0]).startswith(f"{BASE}catalogue"):
            here.add(triple)
    assert set(here) <= set(beside)


def test_shapes_are_served(client: TestClient) -> None:
    found = read(client, "/dataset/shapes")
    assert (None, RDF.type, SH.NodeShape) in found


def test_the_data_as_json_and_as_a_page(client: TestClient, release: Release) -> None:
    said = client.get("/dataset").json()
    assert said["statements"] == release.manifest.quads
    assert said["illustrative"] is False
    assert said["releases"] == [2, 1]
    assert {one["address"] for one in said["graphs"]} == set(release.profile.graphs)
    page = client.get("/dataset", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    for words in (said["citation"], "stepway rebuild 2", "Known limits", said["graphs"][0]["licence"]):
        assert words in page.text
    first = client.get("/dataset?release=1", headers={"Accept": "text/html"}).text
    assert "made-up rows" in first.partition("<main")[2].partition("<h1")[0]


# -- for whoever writes queries -----------------------------------------------------------------------------------


def test_the_profile_for_completion(client: TestClient, release: Release) -> None:
    said = client.get("/sparql/profile").json()
    role = said["classes"][str(SW.Role)]
    assert role["label"] == "Role"
    assert role["things"] == release.profile.classes[str(SW.Role)].things
    assert role["properties"][str(SW.level)]["triples"] > 0
    assert said["properties"][str(SW.level)]["definition"]
    assert said["prefixes"]["sw"] == str(SW)
    packed = client.get("/sparql/profile", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == said


def check(client: TestClient, text: str, **query: str) -> Any:
    reply = client.post(
        "/sparql/check", content=text, params=query, headers={"Content-Type": "application/sparql-query"}
    )
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_a_query_is_checked_before_it_runs(client: TestClient) -> None:
    head = f"PREFIX sw: <{SW}>\n"
    fine = check(client, head + "SELECT * { ?x a sw:Role ; sw:level ?y }")
    assert (fine["syntax"], fine["warnings"], fine["release"]["number"]) == (None, [], 2)
    (one,) = check(client, head + "SELECT * { ?x a sw:Roel }", release="1")["warnings"]
    assert (one["line"], one["column"], one["suggestion"], one["empties"]) == (2, 17, "sw:Role", True)
    wrong = check(client, head + "SELECT * { ?x a sw:Role ; sw:level }")
    assert (wrong["syntax"]["code"], wrong["syntax"]["line"]) == ("query-syntax", 2)
    refused = check(client, "SELECT * { SERVICE <http://localhost/> { ?x ?y ?z } }")
    assert refused["syntax"]["code"] == "query-refused"


def test_what_only_an_engine_can_tell_is_told(client: TestClient) -> None:
    wrong = check(client, "SELECT (SUM(?x) AS ?y) ?z { ?x ?p ?z }")
    assert wrong["syntax"]["code"] == "query-syntax"
    assert check(client, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")["syntax"] is None  # nothing is worked out


def test_a_check_needs_a_query(client: TestClient) -> None:
    assert client.post("/sparql/check", content="x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.post("/sparql/check", data={"release": "1"}).status_code == 400
