"""The client for notebooks, against the application in process."""

import socket
from collections.abc import Iterator
from datetime import date

import httpx
import polars as pl
import pytest
from fastapi.testclient import TestClient
from rdflib import RDF, Graph

from api.client import NoAnswerError, Stepway, StepwayProblem, with_prefixes
from tests.api.conftest import ON


@pytest.fixture
def stepway(client: TestClient) -> Iterator[Stepway]:
    yield Stepway(http=client)


def test_releases(stepway: Stepway) -> None:
    found = stepway.releases()
    assert found["number"].to_list() == [2, 1]
    assert found.filter("current")["number"].to_list() == [2]
    assert found.schema["quads"] == pl.Int64


def test_things_are_paged_through(stepway: Stepway, client: TestClient) -> None:
    competencies = stepway.things("competencies")
    assert len(competencies) == client.get("/competencies").json()["total"]
    assert competencies["id"].is_unique().all()
    roles = stepway.things("roles", level="4")
    assert set(roles["level"]) == {"4"}
    assert 0 < len(roles) < len(stepway.things("roles"))


def test_one_thing(stepway: Stepway) -> None:
    id = stepway.things("roles")["id"][0]
    assert stepway.thing(id)["id"] == id
    with pytest.raises(StepwayProblem) as raised:
        stepway.thing("OC-NOBODY")
    assert raised.value.code == "unknown-id"


def test_a_query_is_a_frame_of_the_right_types(stepway: Stepway) -> None:
    found = stepway.query("older-than", before=date.fromisoformat(ON))
    assert found.schema == {"before": pl.Date, "class": pl.String, "things": pl.Int64, "oldest": pl.String}
    assert set(found["before"]) == {date.fromisoformat(ON)}
    ladders = stepway.query("ladders")
    assert (ladders.schema["guess"], ladders.schema["months"]) == (pl.Boolean, pl.Float64)
    assert "release 2" in stepway.cite("older-than", before=ON)


def test_an_empty_answer_keeps_its_types(stepway: Stepway) -> None:
    found = stepway.query("older-than", before="1900-01-01")
    assert len(found) == 0
    assert found.schema["things"] == pl.Int64


def test_a_query_is_paged_through(stepway: Stepway, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = stepway.query("older-than", before=ON)
    monkeypatch.setattr("api.client._PAGE", 2)
    assert stepway.query("older-than", before=ON).equals(whole)
    assert len(whole) > 2


def test_sparql(stepway: Stepway) -> None:
    prefix = "PREFIX sw: <https://w3id.org/stepway/ns#>\n"
    found = stepway.sparql(f"{prefix}SELECT ?role (COUNT(?c) AS ?n) WHERE {{ ?role sw:requires ?c }} GROUP BY ?role")
    assert found.schema == {"role": pl.String, "n": pl.Int64}
    assert len(found) > 0
    asked = stepway.sparql(f"{prefix}ASK {{ ?role a sw:Role }}")
    assert asked["answer"].to_list() == [True]
    with pytest.raises(StepwayProblem) as raised:
        stepway.sparql("SELECT ?x WHERE { ?x ")
    assert raised.value.code == "query-syntax"
    assert raised.value.hint


def test_pinned_to_a_release(stepway: Stepway) -> None:
    illustrative = stepway.at(1)
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    assert illustrative.sparql(count)["n"][0] > stepway.sparql(count)["n"][0]
    assert "release 1" in illustrative.cite("ladders")
    with pytest.raises(StepwayProblem) as raised:
        stepway.at(99).query("ladders")
    assert (raised.value.code, raised.value.status) == ("unknown-release", 404)


def test_what_is_cited_is_found_again(stepway: Stepway) -> None:
    """By the hash of its content: another installation gives the same release another number."""
    older = stepway.at(1)
    hash = stepway.releases().filter(pl.col("number") == 1)["content_hash"][0]
    assert hash in older.cite()
    assert "http://testserver/dataset?release=1" in older.cite()
    assert "http://testserver/queries/ladders/results?release=1" in older.cite("ladders")
    for content in (hash, hash[:8], hash[:8].upper()):
        assert stepway.releases(content)["number"].to_list() == [1]
    assert stepway.releases("0" * 64).schema == stepway.releases().schema
    assert len(stepway.releases("0" * 64)) == 0


def test_a_graph(stepway: Stepway) -> None:
    found = stepway.sparql("CONSTRUCT { ?role a sw:Role } WHERE { ?role a sw:Role }")
    assert isinstance(found, Graph)
    assert len(found) == len(stepway.things("roles"))
    described = stepway.sparql("DESCRIBE swi:OC-LAB")
    assert (None, RDF.type, None) in described


def test_prefixes_need_no_line(stepway: Stepway) -> None:
    assert stepway.sparql("ASK { ?role a sw:Role }")["answer"].to_list() == [True]
    own = "PREFIX sw: <urn:mine:>\nASK { ?role a sw:Role }"
    assert with_prefixes(own) == own
    assert stepway.sparql(own)["answer"].to_list() == [False]
    with pytest.raises(StepwayProblem) as raised:
        stepway.sparql("ASK { ?role a nobody:Role }")
    assert raised.value.code == "query-syntax"


def test_nothing_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with Stepway(address) as nobody, pytest.raises(NoAnswerError, match=f"nothing answers at {address}") as raised:
        nobody.releases()
    assert isinstance(raised.value.__cause__, httpx.ConnectError)
    with Stepway(address) as nobody, pytest.raises(NoAnswerError):
        nobody.sparql("ASK { }")


def test_diff(stepway: Stepway, client: TestClient) -> None:
    found = stepway.diff(1, 2)
    assert len(found) == client.get("/releases/1/diff/2").json()["total"] > 0
    assert found.schema["properties"] == pl.List(pl.String)
    assert set(found["became"]) >= {"retired"}


def test_pathways(stepway: Stepway) -> None:
    goal = stepway.things("roles", level="4")["id"][0]
    said = stepway.pathways(from_=["level:3"], to=[goal], on=ON)
    assert said["outcome"] in ("found", "proved_none", "none_within_limits")
    assert said["release"]["number"] == 2
    assert stepway.at(1).pathways(from_=["level:3"], to=[goal], on=ON)["release"]["number"] == 1


def test_a_wrong_value_says_what_is_expected(stepway: Stepway) -> None:
    with pytest.raises(StepwayProblem) as raised:
        stepway.query("older-than", before="soon")
    assert "expected a day such as 2026-11-21" in str(raised.value)
    assert raised.value.document["errors"][0]["field"] == "before"
