"""A person against schemes and courses over HTTP: worked examples that a funding officer can check.

Every question is asked on 22 November 2026, of the small town; the schemes are those that are shipped.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.eligibility import ELIGIBILITY, SCHEME, SCHEMES
from queries.eligibility.rulebook import rulebook

ON = "2026-11-22"
MODULE: dict[str, Any] = {
    "kind": ["PT-HTQ", "PT-HNC"],
    "htq": True,
    "level": 4,
    "whole_course": False,
    "bundle": False,
    "weeks": 10,
    "price": 1000,
    "parent_course_here": True,
    "franchised": False,
    "ofs_registered": True,
    "provider_approved_for_modules": True,
    "subject": "health-and-science",
}
"""A module of a Higher Technical Qualification, with everything but its credits."""


def ask(client: TestClient, against: str | list[str], profile: dict[str, Any], **given: Any) -> list[dict[str, Any]]:
    against = [against] if isinstance(against, str) else against
    reply = client.post("/eligibility", json={"against": against, "profile": profile, "on": ON, **given})
    assert reply.status_code == 200, reply.text
    ELIGIBILITY.validate_json(reply.content)
    return list(reply.json()["answers"])


def refused(client: TestClient, address: str, given: dict[str, Any], field: str, code: str) -> None:
    """A question is refused, and the field that is wrong is named."""
    reply = client.post(address, json=given)
    assert (reply.status_code, reply.json()["code"]) == (422, code), reply.text
    assert field in [one["field"] for one in reply.json()["errors"]]


def scheme_of(answer: dict[str, Any]) -> dict[str, Any]:
    (found,) = answer["schemes"]
    return dict(found)


def names(parts: list[dict[str, Any]]) -> set[str]:
    return {part["name"] for part in parts}


def likely(client: TestClient, against: str, profile: dict[str, Any], **given: Any) -> str:
    (found,) = ask(client, against, profile, **given)
    return str(found["likely"]).removeprefix("likely-")


@pytest.mark.parametrize(
    ("person", "starts", "before", "foundation"),
    [
        ({"age": 18}, ON, "no", "yes"),
        ({"age": 19}, ON, "yes", "yes"),
        ({"age": 21}, ON, "yes", "yes"),
        ({"age": 22, "ehc_plan": False, "care_leaver": False, "prison_experience": False}, ON, "yes", "no"),
        ({"age": 22}, ON, "yes", "cannot-tell"),
        ({"age": 22, "care_leaver": True}, ON, "yes", "yes"),
        ({"age": 25, "care_leaver": True}, ON, "yes", "no"),
        ({"age": 29}, ON, "yes", "no"),
        ({"age": 30}, ON, "no", "no"),
        ({"born": "2005-06-01", "named_group": False}, "2027-05-31", "yes", "yes"),
        ({"born": "2005-06-01", "named_group": False}, "2027-06-01", "yes", "no"),
        ({"age": 21, "named_group": False}, "2027-05-31", "yes", "cannot-tell"),
        ({"age": 18}, "2027-05-31", "cannot-tell", "yes"),
        ({}, ON, "cannot-tell", "cannot-tell"),
    ],
)
def test_the_age_trap(client: TestClient, person: dict[str, Any], starts: str, before: str, foundation: str) -> None:
    """Path 2 Apprenticeships takes people of 19 to 29; the foundation apprenticeship after it takes 16 to 21."""
    person = {"recent_work": "little-or-none", **person}
    assert likely(client, "path-2-apprenticeships", person, starts=starts) == before
    assert likely(client, "foundation-apprenticeship", person, starts=starts) == foundation


def test_the_15_credit_unit_that_is_not_funded_alone(client: TestClient) -> None:
    person = {"age": 34, "entitlement_left_credits": 480, "credits_funded_this_year": 0}
    scheme, day = "lifelong-learning-entitlement", {"starts": "2027-01-11"}
    (alone,) = ask(client, scheme, person, opportunity={**MODULE, "credits": 15}, **day)
    found = scheme_of(alone)
    assert (alone["likely"], found["funded"]["answer"]) == ("likely-no", "no")
    because = [one for one in found["funded"]["because"] if one["about"] == "opportunity"]
    assert {(one["name"], one["value"]) for one in because} == {("credits", "15"), ("whole-course", "no")}
    (rule,) = (rule for rule in found["rules"] if rule["decision"]["answer"] == "no")
    assert (rule["rule"], rule["source"]["rows"]) == ("module-size", ["FR-012"])
    (bundle,) = ask(client, scheme, person, opportunity={**MODULE, "bundle": True, "credits": 30}, **day)
    found = scheme_of(bundle)
    assert (bundle["likely"], found["funded"]["answer"]) == ("likely-yes", "yes")
    (loan,) = (one for one in found["payments"] if one["decision"]["answer"] == "yes")
    assert (loan["learner_pounds"], loan["loan_pounds"], loan["entitlement_credits"]) == (0, 1000, 30)
    unknown = ask(client, scheme, person, opportunity={**MODULE, "credits": "not known"}, **day)[0]
    assert (unknown["likely"], "credits" in names(scheme_of(unknown)["funded"]["ask"])) == ("cannot-tell", True)
    early = ask(client, scheme, person, opportunity={**MODULE, "credits": 30}, starts="2026-12-31")[0]
    assert names(scheme_of(early)["funded"]["because"]) == {"starts"}


def test_a_unit_of_the_release_brings_its_credits(client: TestClient) -> None:
    known = {"opportunity": {"kind": "PT-HTQ", "htq": True}, "starts": "2027-01-11"}
    (unit,) = ask(client, "U-CERT-2", {"age": 34}, **known)
    assert (unit["kind"], unit["opportunity"]["credits"], unit["opportunity"]["whole-course"]) == ("units", "15", "no")
    (scheme,) = (one for one in unit["schemes"] if one["scheme"] == "lifelong-learning-entitlement")
    assert scheme["funded"]["answer"] == "no"
    (unit,) = ask(client, "U-CERT-1", {"age": 34}, **known)
    (scheme,) = (one for one in unit["schemes"] if one["scheme"] == "lifelong-learning-entitlement")
    assert scheme["funded"]["answer"] == "not-known"


def test_the_level_7_apprenticeship_at_35(client: TestClient) -> None:
    """Public money no longer covers it: the employer pays everything, or it is closed."""
    given: dict[str, Any] = {
        "opportunity": {"kind": "PT-APPR", "level": 7, "weeks": 130, "price": 20000},
        "starts": "2027-01-11",
    }
    scheme = "level-7-apprenticeship"
    (unknown,) = ask(client, scheme, {"age": 35}, **given)
    entry = scheme_of(unknown)["entry"]
    assert (unknown["likely"], names(entry["ask"])) == ("cannot-tell", {"employer-pays-all"})
    assert [one["whom"] for one in entry["ask"]] == ["employer"]
    (closed,) = ask(client, scheme, {"age": 35, "employer_pays_all": False}, **given)
    assert closed["likely"] == "likely-no"
    assert names(scheme_of(closed)["entry"]["because"]) == {"age", "employer-pays-all"}
    (paid,) = ask(client, scheme, {"age": 35, "employer_pays_all": True}, **given)
    (payment,) = (one for one in paid["payments"] if one["decision"]["answer"] == "yes")
    assert (paid["likely"], payment["learner_pounds"], payment["employer_pounds"]) == ("likely-yes", 0, 20_000)
    assert likely(client, scheme, {"age": 20, "employer_pays_all": False}, **given) == "yes"


def test_residence_that_is_not_known(client: TestClient) -> None:
    """A bootcamp is free to residents of the area: who has not said where they live is asked, and not sent away."""
    course = {"on_scheme_list": True, "glh": 80, "weeks": 12, "level": 3}

    def bootcamp(**person: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        (answer,) = ask(client, "skills-bootcamp", {"age": 34, **person}, opportunity=course, starts="2027-01-11")
        free = next(one for one in answer["payments"] if one["learner_pounds"] == 0)
        return answer, free["decision"]

    answer, free = bootcamp(resident_wmca="not known")
    assert (answer["likely"], free["answer"], names(free["ask"])) == ("likely-yes", "not-known", {"resident-wmca"})
    answer, free = bootcamp(resident_wmca=True)
    assert (free["answer"], "resident-wmca" in names(free["because"])) == ("yes", True)
    answer, free = bootcamp(resident_wmca=False)
    assert (answer["likely"], free["answer"], names(free["because"])) == ("likely-yes", "no", {"resident-wmca"})


def test_a_low_wage_line_that_is_not_known(client: TestClient) -> None:
    """The line of 2026-27 was not found: pay decides nothing, and the one who holds the money has to be asked."""
    person = {"age": 34, "employment": "employed", "full_level3": False, "resident_wmca": True, "pay": 21_000}
    course = {"kind": "PT-FCFJ", "level": 3, "on_scheme_list": True, "subject": "digital"}
    (now,) = ask(client, "free-courses-for-jobs", person, opportunity=course, starts="2027-01-11")
    assert (now["likely"], scheme_of(now)["funded"]["answer"]) == ("cannot-tell", "not-known")
    assert "low-wage-line" in names(scheme_of(now)["funded"]["ask"])
    out_of_work = {**person, "employment": "unemployed", "pay": None}
    (sure,) = ask(client, "free-courses-for-jobs", out_of_work, opportunity=course, starts="2027-01-11")
    assert (sure["likely"], sure["payments"][0]["learner_pounds"]) == ("likely-yes", 0)
    assert "pay" not in names(scheme_of(sure)["funded"]["because"])


def test_a_rule_that_is_due_for_review_is_not_known(client: TestClient) -> None:
    assert likely(client, "path-2-apprenticeships", {"age": 25, "recent_work": "little-or-none"}) == "yes"
    (late,) = ask(
        client,
        "path-2-apprenticeships",
        {"age": 25, "recent_work": "little-or-none"},
        on="2028-01-01",
        starts="2028-01-10",
    )
    assert late["likely"] == "cannot-tell"
    assert "due for review" in late["text"]


def test_a_step_of_the_release_asks_by_its_own_rule(client: TestClient) -> None:
    def own(profile: dict[str, Any]) -> dict[str, Any]:
        (answer,) = ask(client, "Q-CERT", profile)
        assert answer["sources"]
        assert answer["own"]["status"] == "inferred"
        return dict(answer["own"]["decision"])

    assert own({})["answer"] == "not-known"
    assert own({"roles": ["lab aide"]})["answer"] == "yes"
    assert own({"highest_level": 3})["answer"] == "yes"
    (camp,) = ask(client, "PT-CAMP", {"age": 18})
    assert (camp["kind"], camp["likely"], camp["own"]) == ("provision-types", "cannot-tell", None)
    (course,) = ask(client, "Devices in the evening", {"age": 40})
    assert (course["asked"]["id"], course["opportunity"]["price"]) == ("C-SMALL-1", "0")


def test_several_are_answered_in_the_order_they_were_asked(client: TestClient) -> None:
    found = ask(client, ["swap", "device technician", "skills-bootcamp", "PG-1"], {"age": 19})
    assert [one["asked"]["id"] for one in found] == ["swap", "OC-TECH", "skills-bootcamp", "PG-1"]


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"against": []}, "against", "invalid-request"),
        ({"against": ["swap"] * 31}, "against", "invalid-request"),
        ({"against": "swap"}, "against", "invalid-request"),
        ({}, "against", "invalid-request"),
        ({"against": ["swap", "no-such-scheme"]}, "against.1", "unknown-words"),
        ({"against": ["Q-CETR"]}, "against.0", "unknown-id"),
        ({"against": ["P-SMALL"]}, "against.0", "wrong-kind"),
        ({"against": ["swap"], "profile": {"age": -1}}, "profile.age", "invalid-request"),
        ({"against": ["swap"], "profile": {"awards": ["Q-CETR"]}}, "profile.awards.0.award", "unknown-id"),
        ({"against": ["swap"], "opportunity": {"credits": -1}}, "opportunity.credits", "invalid-request"),
        ({"against": ["swap"], "opportunity": {"credits": "15"}}, "opportunity.credits", "invalid-request"),
        ({"against": ["swap"], "opportunity": {"kind": ["PT-X"]}}, "opportunity.kind.0", "invalid-request"),
        ({"against": ["swap"], "opportunity": {"colour": "red"}}, "opportunity.colour", "invalid-request"),
        ({"against": ["swap"], "opportunity": {"starts": "2027-01-01"}}, "opportunity.starts", "invalid-request"),
        ({"against": ["swap"], "starts": "soon"}, "starts", "invalid-request"),
        ({"against": ["swap"], "release": "1"}, "release", "invalid-request"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(
    client: TestClient, given: dict[str, Any], field: str, code: str
) -> None:
    refused(client, "/eligibility", given, field, code)


def test_the_schemes_and_their_rules_can_be_read(client: TestClient) -> None:
    listed = client.get("/funding", params={"on": ON})
    SCHEMES.validate_json(listed.content)
    assert [one["id"] for one in listed.json()["schemes"]] == list(rulebook().schemes)
    assert {"row", "why"} == listed.json()["for_people"][0].keys()
    for one in listed.json()["schemes"]:
        reply = client.get(one["href"], params={"on": ON})
        SCHEME.validate_json(reply.content)
        assert len(reply.json()["rules"]) == one["rules"] > 0
        for rule in reply.json()["rules"]:
            assert rule["versions"]
            for version in rule["versions"]:
                assert version["sentence"]
                assert version["source"]["address"].startswith("http")
                assert version["applies_from"] <= (version["applies_to"] or "9999")
    again = client.get("/funding", params={"on": ON}, headers={"If-None-Match": listed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_scheme_says_what_is_in_force_and_what_is_due(client: TestClient) -> None:
    def rules(on: str) -> dict[str, list[tuple[bool, bool]]]:
        found = client.get("/funding/skills-bootcamp", params={"on": on}).json()
        return {
            rule["id"]: [(one["in_force"], one["review_is_due"]) for one in rule["versions"]] for rule in found["rules"]
        }

    assert rules("2023-07-31")["length"] == [(True, False), (False, False)]
    assert rules("2023-08-01")["length"] == [(False, False), (True, False)]
    assert rules("2027-07-31")["age"] == [(True, False)]
    assert rules("2027-08-01")["age"] == [(True, True)]


def test_a_figure_that_is_not_known_says_why(client: TestClient) -> None:
    found = client.get("/funding/free-courses-for-jobs", params={"on": ON}).json()
    (line,) = found["figures"]
    known, unknown = line["series"]
    assert (line["name"], known["value"], known["in_force"]) == ("low-wage-line", 25_000, False)
    assert (unknown["value"], unknown["in_force"]) == (None, True)
    assert unknown["why"]


def test_an_unknown_scheme_is_told(client: TestClient) -> None:
    reply = client.get("/funding/no-such-scheme")
    assert (reply.status_code, reply.json()["code"], reply.json()["id"]) == (404, "unknown-id", "no-such-scheme")
    assert "skills-bootcamp" in reply.json()["hint"]
    assert client.get("/funding", params={"on": "soon"}).json()["errors"][0]["field"] == "on"


def test_prior_learning_over_http(client: TestClient) -> None:
    profile = {
        "awards": [{"award": "Q-BASE", "year": 2019, "grade": "Pass"}],
        "units": ["U-CERT-1"],
        "roles": [{"role": "lab aide", "years": 3, "now": True}],
        "competencies": [{"competency": "K-LAB-S1", "evidence": "log of scales read"}],
        "hours_per_week": 8,
    }
    reply = client.post("/prior-learning", json={"profile": profile, "to": ["Devices"], "on": ON})
    assert reply.status_code == 200, reply.text
    found = reply.json()
    (target,) = found["targets"]
    assert (target["target"]["id"], found["release"]["number"]) == ("Q-CERT", 2)
    assert target["ways_in"]
    assert {one["unit"]["id"] for one in target["worksheet"]} <= {"U-CERT-1", "U-CERT-2"}
    (near,) = (one for one in found["nearest"] if one["award"]["id"] == "Q-CERT")
    assert (near["credits_held"], near["credits_short"]) == ({"least": 30, "most": 30}, {"least": 15, "most": 15})
    assert [one["field"] for one in found["not_used"]] == ["hours_per_week"]
    assert {one["id"] for one in found["understood"]} == {"Q-BASE", "U-CERT-1", "OC-LAB", "K-LAB-S1", "Q-CERT"}
    assert "exempt" not in reply.text.replace("never exempt", "")
    again = client.post(
        "/prior-learning",
        json={"profile": profile, "to": ["Devices"], "on": ON},
        headers={"If-None-Match": reply.headers["etag"]},
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"to": ["Q-CETR"]}, "to.0", "unknown-id"),
        ({"to": ["P-SMALL"]}, "to.0", "wrong-kind"),
        ({"profile": {"competencies": ["K-NONE-S1"]}}, "profile.competencies.0.competency", "unknown-id"),
        ({"profile": {"competencies": ["Q-CERT"]}}, "profile.competencies.0.competency", "wrong-kind"),
        ({"profile": {"units": ["U-CERT-1"] * 5001}}, "profile.units", "invalid-request"),
        ({"published_only": "yes"}, "published_only", "invalid-request"),
        ({"too": []}, "too", "invalid-request"),
    ],
)
def test_prior_learning_that_makes_no_sense_is_refused_by_field(
    client: TestClient, given: dict[str, Any], field: str, code: str
) -> None:
    refused(client, "/prior-learning", given, field, code)


def test_the_console_says_the_same_as_http(run: Any, client: TestClient, tmp_path: Path) -> None:
    file = tmp_path / "person.yml"
    file.write_text("age: 17\nawards: [Q-BASE]\ncompetencies: [K-LAB-S1]\n", encoding="utf-8")
    said = run(
        *("eligibility", "swap", "U-CERT-2", "--profile", str(file), "--attribute", "age:34"),
        *(
            "--opportunity",
            "kind:PT-HNC",
            "--opportunity",
            "credits:15",
            "--starts",
            "2027-01-11",
            "--on",
            ON,
            "--json",
        ),
    )
    profile = {"age": 34, "awards": ["Q-BASE"], "competencies": ["K-LAB-S1"]}
    asked = {
        "against": ["swap", "U-CERT-2"],
        "profile": profile,
        "opportunity": {"kind": "PT-HNC", "credits": 15},
        "starts": "2027-01-11",
        "on": ON,
    }
    assert json.loads(said.output) == client.post("/eligibility", json=asked).json()
    assert json.loads(run("funding", "--on", ON, "--json").output) == client.get("/funding", params={"on": ON}).json()
    said = run("funding", "swap", "--on", ON, "--json").output
    assert json.loads(said) == client.get("/funding/swap", params={"on": ON}).json()
    said = run(
        "prior-learning", "--profile", str(file), "--attribute", "age:34", "--to", "Q-CERT", "--on", ON, "--json"
    )
    asked = {"profile": profile, "to": ["Q-CERT"], "on": ON}
    assert json.loads(said.output) == client.post("/prior-learning", json=asked).json()


def test_the_console_can_be_read_aloud(run: Any) -> None:
    text = run("eligibility", "path-2-apprenticeships", "--attribute", "age:18", "--on", ON).output
    for words in ("Likely no: aged 18.", "Path 2 Apprenticeships (path-2-apprenticeships)", "aged 29 or under → no"):
        assert words in text, words
    text = run("eligibility", "skills-bootcamp", "--attribute", "age:34", "--on", ON).output
    assert "Ask the person: Does the person live in the West Midlands" in " ".join(text.split())
    text = run("funding").output
    assert text.splitlines()[0].split() == ["Scheme", "Title", "Rules", "Next", "change", "Review", "by"]
    text = run("funding", "free-courses-for-jobs").output
    assert "not known: The line after 2024-25 was not found." in text
    text = run("prior-learning", "--holds", "Q-BASE", "--to", "Q-CERT").output
    assert "The nearest awards" in text
    assert "Worksheet of claims" in text
    assert all(len(line) <= 100 for line in text.splitlines() if "://" not in line)


@pytest.mark.parametrize(
    ("words", "ends", "says"),
    [
        (["eligibility"], 2, "AGAINST"),
        (["eligibility", "swap", "--attribute", "age"], 2, "name:value"),
        (["eligibility", "swap", "--attribute", "agee:3"], 2, "agee"),
        (["eligibility", "swap", "--opportunity", "credits:many"], 2, "credits"),
        (["eligibility", "no-such-thing"], 4, "against.0"),
        (["funding", "no-such-scheme"], 4, "no-such-scheme"),
        (["funding", "--on", "soon"], 2, "on:"),
        (["prior-learning", "--to", "P-SMALL"], 4, "to.0"),
        (["prior-learning", "--holds", "Q-CETR"], 4, "awards.0.award"),
    ],
)
def test_mistakes_are_told_in_a_line(run: Any, words: list[str], ends: int, says: str) -> None:
    result = run(*words, ends=ends)
    assert says in " ".join(result.stderr.split())
    assert result.stdout == ""
