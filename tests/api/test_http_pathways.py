"""Pathway questions over HTTP: what is understood, what comes back, and what is refused."""

import json
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.questions import REPLY
from api.schemas.common import Attendance, Mode
from api.settings import Settings
from ontology import resources
from ontology.namespaces import slug

ON = "2026-11-21"


def ask(client: TestClient, status: int = 200, **given: Any) -> dict[str, Any]:
    reply = client.get("/pathways", params={"on": ON, **given})
    assert reply.status_code == status, reply.text
    return dict(reply.json())


def test_an_answer_has_everything_an_adviser_needs(client: TestClient) -> None:
    found = ask(client, **{"from": "Q-BASE", "to": "OC-TECH"})
    REPLY.validate_python(found)
    assert found["outcome"] == "found"
    assert found["release"]["number"] == 2
    (pathway, *_) = found["pathways"]
    assert [step["id"] for step in pathway["steps"]] == ["Q-CERT", "PG-1"]
    course, job = pathway["steps"]
    assert course["provider"] == {"id": "P-SMALL", "label": "Smalltown College"}
    assert job["needs_employer"] is True
    assert all(step["sources"] and step["status"] for step in pathway["steps"])
    assert found["check_before_recommending"]
    assert [gap["id"] for gap in found["gaps"]] == ["GAP-1"]


def test_words_are_taken_for_things_and_the_answer_says_so(client: TestClient) -> None:
    by_id = ask(client, **{"from": "Q-BASE", "to": "OC-TECH"})
    by_words = ask(client, **{"from": "base award in laboratory work", "to": "device technician"})
    assert by_words["pathways"] == by_id["pathways"]
    assert by_words["question"] == by_id["question"]
    (found_from,), (found_to,) = by_words["question"]["holds"], by_words["question"]["to"]
    assert (found_from["id"], found_to["id"]) == ("Q-BASE", "OC-TECH")
    assert by_words["understood"] == [
        {"given": "base award in laboratory work", "how": "name"} | found_from,
        {"given": "device technician", "how": "name"} | found_to,
    ]
    assert [one["how"] for one in by_id["understood"]] == ["id", "id"]


@pytest.mark.parametrize(
    ("words", "id", "how"),
    [
        ("Lab aide", "OC-LAB", "name"),
        ("oc-lab", "OC-LAB", "id"),
        ("Devices", "Q-CERT", "name"),
        ("laboratry assistent", "OC-LAB", "spelling"),
        ("level 3", "level:3", "id"),
        ("level:3", "level:3", "id"),
        ("Q-CERT:30", "Q-CERT:30", "id"),
        ("Certificate in Devices:30", "Q-CERT:30", "name"),
    ],
)
def test_everyday_words(client: TestClient, words: str, id: str, how: str) -> None:
    (start, _) = ask(client, **{"from": words, "to": "OC-TECH"})["understood"]
    assert (start["id"], start["how"]) == (id, how)


@pytest.mark.parametrize("words", ["device", "devices technician laboratory"])
def test_words_that_mean_several_things_are_asked_about(client: TestClient, words: str) -> None:
    found = ask(client, 422, **{"from": words, "to": "OC-TECH"})
    assert found["code"] == "unknown-words"
    assert found["words"] == words
    assert len(found["candidates"]) > 1
    for one in found["candidates"]:
        assert client.get(one["href"]).status_code == 200


def test_words_that_mean_nothing_are_told(client: TestClient) -> None:
    found = ask(client, 422, **{"from": "zzzzzz", "to": "OC-TECH"})
    assert (found["code"], found["candidates"]) == ("unknown-words", [])
    assert ask(client, 422, **{"from": "X-ray", "to": "OC-TECH"})["code"] == "unknown-words"


def test_an_unknown_id_in_a_question_gets_suggestions(client: TestClient) -> None:
    found = ask(client, 422, **{"from": "Q-CETR", "to": "OC-TECH"})
    assert found["code"] == "unknown-id"
    assert found["suggestions"][0]["id"] == "Q-CERT"
    refused = ask(client, 422, **{"from": "Q-CERT:9999", "to": "OC-TECH"})
    assert refused["code"] == "invalid-request"
    assert "9,999" in refused["detail"]


def test_a_pathway_leads_to_a_role_or_an_award(client: TestClient) -> None:
    found = ask(client, 422, to="P-SMALL")
    assert found["code"] == "wrong-kind"
    assert "Smalltown College" in found["detail"]
    assert ask(client, **{"from": "OC-LAB", "to": "Q-CERT"})["pathways"][0]["goal"]["id"] == "Q-CERT"


def test_any_role_at_a_level(client: TestClient) -> None:
    assert ask(client, to_level=4)["question"]["to_level"] == 4
    found = ask(client, 422, to_level=7)
    assert found["code"] == "no-such-goal"
    assert ask(client, 422, to_level=4, sector="fishing")["code"] == "no-such-goal"


def test_no_pathway_is_an_answer(client: TestClient) -> None:
    found = ask(client, to="OC-LAB")
    assert found["outcome"] == "proved_none"
    assert found["pathways"] == []
    assert found["reasons"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "request"),
        ({"to": "OC-TECH", "to_level": 4}, "request"),
        ({"to": "OC-TECH", "sector": "digital"}, "request"),
        ({"to_level": 0}, "to_level"),
        ({"to_level": 9}, "to_level"),
        ({"to": "OC-TECH", "by": "luck"}, "by"),
        ({"to": "OC-TECH", "hours_per_week": 0}, "hours_per_week"),
        ({"to": "OC-TECH", "within_weeks": 100_000}, "within_weeks"),
        ({"to": "OC-TECH", "alternatives": 11}, "alternatives"),
        ({"to": "OC-TECH", "attribute": "age"}, "attribute"),
        ({"to": "OC-TECH", "attribute": ["age:34", "age:35"]}, "attribute"),
        ({"to": "OC-TECH", "attribute": ["age:34", "born:1992-01-01"]}, "attribute"),
        ({"to": "OC-TECH", "attribute": "Age!:34"}, "attribute"),
        ({"to": "OC-TECH", "attribute": "agee:34"}, "attribute"),
        ({"to": "OC-TECH", "attribute": "age:thirty"}, "attribute"),
        ({"to": "OC-TECH", "on": "tomorrow"}, "on"),
        ({"to": "OC-TECH", "on": "1066-10-14"}, "on"),
        ({"to": "OC-TECH", "form": "Q-BASE"}, "form"),
        ({"to": "x" * 201}, "to"),
        ({"to": "", "from": "Q-BASE"}, "to"),
        ({"to": ["OC-TECH"] * 31}, "to"),
        ({"to": "OC-TECH", "release": "first"}, "release"),
    ],
)
def test_a_question_that_cannot_be_read_says_what_to_mend(
    client: TestClient, given: dict[str, Any], field: str
) -> None:
    reply = client.get("/pathways", params=given)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid-request"), reply.text
    assert field in [one["field"] for one in reply.json()["errors"]]
    reply = client.post("/pathways", json=given)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid-request"), reply.text


def test_facts_about_the_person_count_and_what_is_not_told_is_open(client: TestClient) -> None:
    def verdicts(**given: Any) -> list[str]:
        found = ask(client, **{"from": "Q-BASE", "to": "Q-CERT", **given})
        return [need["verdict"] for path in found["pathways"] for step in path["steps"] for need in step["needs"]]

    assert "decided-by-somebody" in verdicts()
    found = ask(client, **{"from": "Q-BASE", "to": "Q-CERT", "attribute": ["age:34", "employment:employed"]})
    assert "attribute=age%3A34" in found["same_question"]


def test_get_and_post_answer_alike(client: TestClient) -> None:
    question: dict[str, Any] = {"from": ["Q-BASE"], "to": ["OC-TECH"], "by": "cost", "on": ON, "attribute": ["age:34"]}
    posted = client.post("/pathways", json=question)
    got = client.get("/pathways", params=question)
    assert posted.json() == got.json()
    assert posted.headers["etag"] == got.headers["etag"]
    question["holds"] = question.pop("from")
    assert client.post("/pathways", json=question).json() == got.json()


def test_an_answer_can_be_asked_for_again_by_its_address(client: TestClient) -> None:
    found = ask(client, **{"from": ["Base Award in Laboratory Work", "level 2"], "to_level": 4, "published_only": True})
    query = parse_qs(urlsplit(found["same_question"]).query)
    assert query["from"] == ["Q-BASE", "level:2"]
    assert (query["release"], query["on"], query["published_only"]) == (["2"], [ON], ["true"])
    again = client.get(found["same_question"]).json()
    for name in ("outcome", "question", "pathways", "same_question", "release"):
        assert again[name] == found[name]


def test_an_earlier_release_answers_by_itself(client: TestClient) -> None:
    assert ask(client, **{"from": "Q-BASE", "to": "OC-TECH", "release": 1})["release"]["number"] == 1


def test_who_has_the_answer_need_not_get_it_again(client: TestClient) -> None:
    given = {"from": "Q-BASE", "to": "OC-TECH", "on": ON}
    first = client.get("/pathways", params=given)
    again = client.get("/pathways", params=given, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other_day = client.get("/pathways", params={**given, "on": "2026-11-22"})
    assert other_day.headers["etag"] != first.headers["etag"]


def test_the_answer_is_the_same_text_each_time(built: Path) -> None:
    texts = {
        TestClient(create_app(Settings(data_dir=built)))
        .get("/pathways", params={"from": "Q-BASE", "to": "OC-TECH", "on": ON})
        .text
        for _ in range(2)
    }
    assert len(texts) == 1
    json.loads(texts.pop())


CAMP = {"from": "Q-BASE", "to": "OC-TECH"}


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        ({"arrive_by": "2027-12-31"}, ["Q-CERT", "PG-1"]),
        ({"depart_after": "2027-01-01", "attendance": ["evening", "weekend"]}, ["Q-CERT", "PG-1"]),
        ({"via": "Devices", "mode": "part-time", "provider": "Smalltown College"}, ["Q-CERT", "PG-1"]),
        ({"budget": 0, "avoid": "lab aide"}, ["Q-CERT", "PG-1"]),
        ({"via": "OC-LAB:10", "from": "OC-LAB"}, ["Q-CERT", "stay:OC-LAB", "PG-1"]),
        ({"by": "first-job", "jobs_as_steps": False}, ["Q-CERT", "PG-1"]),
    ],
)
def test_limits_are_kept_and_asked_for_again(client: TestClient, given: dict[str, Any], steps: list[str]) -> None:
    found = ask(client, **{**CAMP, **given})
    assert [step["id"] for step in found["pathways"][0]["steps"]] == steps
    again = client.get(found["same_question"]).json()
    assert (again["pathways"], again["same_question"]) == (found["pathways"], found["same_question"])
    assert client.post("/pathways", json={**_listed(CAMP), **_listed(given), "on": ON}).json() == found


def _listed(given: dict[str, Any]) -> dict[str, Any]:
    """A question as JSON, where what can be several is a list."""
    several = ("from", "to", "via", "avoid", "mode", "provider")
    return {name: [value] if name in several else value for name, value in given.items()}


@pytest.mark.parametrize(
    ("given", "code", "opens"),
    [
        ({"arrive_by": "2027-01-31"}, "too-late", "time"),
        ({"mode": "full-time"}, "filtered", "mode"),
        ({"avoid": "P-SMALL"}, "filtered", "avoid:P-SMALL"),
        ({"avoid": "PG-1"}, "filtered", "avoid:PG-1"),
        ({"published_only": True}, "only-unconfirmed", "published_only"),
        ({"hours_per_week": 5}, "too-many-hours", "hours_per_week"),
        ({"within_weeks": 0}, "too-late", "time"),
        ({"via": "OC-LAB"}, "via-not-possible", "via:OC-LAB"),
    ],
)
def test_why_not_and_what_would_change_it(client: TestClient, given: dict[str, Any], code: str, opens: str) -> None:
    found = ask(client, **{**CAMP, **given})
    assert (found["outcome"], found["pathways"]) == ("none_within_limits", [])
    assert code in [reason["code"] for reason in found["reasons"]]
    (one,) = (one for one in found["lifting"] if [limit["name"] for limit in one["limits"]] == [opens])
    assert (one["goal"]["id"], one["proven"]) == ("OC-TECH", True)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"arrive_by": "2026-11-20"}, "contradictory-limits"),
        ({"arrive_by": "2027-01-01", "depart_after": "2027-02-01"}, "contradictory-limits"),
        ({"via": "OC-LAB", "avoid": "OC-LAB"}, "contradictory-limits"),
        ({"travel_limit": 10}, "not-known"),
        ({"via": "OC-NOBODY"}, "unknown-id"),
        ({"via": "P-SMALL"}, "wrong-kind"),
        ({"via": "Q-CERT:52"}, "wrong-kind"),
        ({"provider": "OC-LAB"}, "wrong-kind"),
        ({"avoid": "nobody knows this"}, "unknown-words"),
        ({"mode": "by post"}, "invalid-request"),
        ({"unpriced": True}, "invalid-request"),
        ({"trade_off": ["weeks"]}, "invalid-request"),
        ({"trade_off": ["weeks", "weeks"]}, "invalid-request"),
        ({"trade_off": ["weeks", "travel"]}, "not-known"),
        ({"arrive_by": "soon"}, "invalid-request"),
        ({"arrive_by": "2200-01-01"}, "invalid-request"),
        ({"via": "OC-LAB:9999"}, "contradictory-limits"),
        ({"via": "OC-LAB:123456789"}, "contradictory-limits"),
        ({"holds": "level:9"}, "invalid-request"),
        ({"holds": "level:three"}, "invalid-request"),
        ({"holds": "Q-BASE:0"}, "invalid-request"),
        ({"holds": "Q-BASE:999999999"}, "invalid-request"),
    ],
)
def test_limits_that_cannot_be_are_refused(client: TestClient, given: dict[str, Any], code: str) -> None:
    assert ask(client, 422, **{**CAMP, **given})["code"] == code


def test_modes_are_those_of_the_data() -> None:
    columns = resources.yaml_file("tables/deliveries.yml")["columns"]
    known = [slug(one) for name in ("study_mode", "delivery_mode") for one in columns[name]["choices"]]
    assert sorted(get_args(Mode)) == sorted(known)
    assert sorted(get_args(Attendance)) == sorted(map(slug, columns["attendance"]["choices"]))


def test_thousands_of_things_may_be_held_but_few_of_them_in_words(client: TestClient) -> None:
    credits = [f"Q-BASE:{number}" for number in range(1, 1000)] * 5
    question: dict[str, Any] = {"from": [*credits, *["Q-BASE"] * 5], "to": ["OC-TECH"], "on": "2026-11-21"}
    assert client.post("/pathways", json=question).json()["outcome"] == "found"
    question["from"] += ["Q-BASE"]
    assert client.post("/pathways", json=question).status_code == 422
    question["from"] = [f"base award {number}" for number in range(31)]
    reply = client.post("/pathways", json=question)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid-request")
    assert "31 things are named in words" in reply.json()["detail"]
