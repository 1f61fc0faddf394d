"""The first line of an answer about a person says what would otherwise mislead; and a profile that is not there."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.test_person_worked import ON, ask, refused

TAKEN_ON = "Likely yes, once an employer takes the client on: "
AREA = "living in the West Midlands Combined Authority area"


def text(client: TestClient, against: str, profile: dict[str, Any], **given: Any) -> str:
    """The headline about one thing."""
    (found,) = ask(client, against, profile, **given)
    return str(found["text"])


@pytest.mark.parametrize("against", ["apprenticeship", "foundation-apprenticeship"])
@pytest.mark.parametrize("work", [{}, {"employment": "unemployed"}, {"employment": "self-employed"}])
def test_an_apprenticeship_needs_an_employer(client: TestClient, against: str, work: dict[str, str]) -> None:
    assert text(client, against, {"age": 18, **work}) == f"{TAKEN_ON}aged 18."
    assert text(client, against, {"age": 18, "employment": "employed"}) == "Likely yes: aged 18."


def test_what_cannot_be_told_of_an_apprenticeship_needs_an_employer_too(client: TestClient) -> None:
    assert text(client, "apprenticeship", {}).endswith(" An employer has to take the client on.")
    assert "An employer" not in text(client, "apprenticeship", {"age": 14})
    assert "mployer" not in text(client, "skills-bootcamp", {"age": 34, "resident_wmca": True})


def test_free_places_of_a_bootcamp_are_for_residents(client: TestClient) -> None:
    told = {where: text(client, "skills-bootcamp", {"age": 34, **said}) for where, said in WHERE.items()}
    assert told == {
        "here": "Likely yes: aged 34.",
        "elsewhere": f"Likely yes: aged 34. Free places are for people {AREA}; the client lives elsewhere.",
        "not known": f"Likely yes: aged 34. Free places are for people {AREA}; ask where the client lives.",
    }
    assert "Free places" not in text(client, "skills-bootcamp", {"age": 17})


WHERE: dict[str, dict[str, Any]] = {
    "here": {"resident_wmca": True},
    "elsewhere": {"resident_wmca": False},
    "not known": {},
}


def test_a_payment_that_is_closed_says_why(client: TestClient) -> None:
    (found,) = ask(client, "skills-bootcamp", {"age": 34, "resident_wmca": False})
    (free,) = (one for one in found["payments"] if one["rules"][-1]["rule"] == "free-for-residents")
    assert (free["decision"]["answer"], free["text"]) == (
        "no",
        "Not paid: living outside the West Midlands Combined Authority area.",
    )


@pytest.mark.parametrize("address", ["/eligibility", "/prior-learning", "/pathways"])
def test_a_profile_that_is_null_is_one_of_which_nothing_is_known(client: TestClient, address: str) -> None:
    asked: dict[str, dict[str, Any]] = {"/eligibility": {"against": ["apprenticeship"]}, "/pathways": {"to_level": 4}}
    question: dict[str, Any] = {"on": ON, **asked.get(address, {})}
    absent = client.post(address, json=question)
    null = client.post(address, json={**question, "profile": None})
    assert (absent.status_code, null.status_code) == (200, 200), null.text
    assert {**null.json(), "links": None, "href": None} == {**absent.json(), "links": None, "href": None}


def test_a_role_is_asked_about_for_a_skills_scan(client: TestClient, run: Any) -> None:
    asked = {"to": ["OC-LAB", "Q-CERT"], "on": ON, "profile": {"awards": ["Q-CERT"]}}
    reply = client.post("/prior-learning", json=asked)
    assert reply.status_code == 200, reply.text
    (scan,) = reply.json()["scans"]
    assert (scan["role"]["id"], scan["standard"]) == ("OC-LAB", "ST0248")
    assert sum(scan["counts"].values()) == len(scan["statements"]) > 0
    assert [one["target"]["id"] for one in reply.json()["targets"]] == ["Q-CERT"]
    shown = run("prior-learning", "--to", "OC-LAB", "--holds", "Q-CERT", "--on", ON).output
    assert "Skills scan: " in shown
    assert "ST0248" in shown
    wrong = client.post("/prior-learning", json={"to": ["P-SMALL"], "on": ON})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "to.0"


def test_more_years_than_anybody_has_are_told_the_most(client: TestClient) -> None:
    reply = client.get("/pathways", params={"to_level": 4, "attribute": "age:121"})
    assert reply.status_code == 422
    assert "“121” is more than 120, the most it may be" in reply.text
    refused(client, "/eligibility", {"against": ["swap"], "profile": {"age": 121}}, "profile.age", "invalid-request")
