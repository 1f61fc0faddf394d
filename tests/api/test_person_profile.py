"""The learner's profile: what it is taken for, what is refused and in which field, and that nothing is told on."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry.trace import NoOpTracer, TracerProvider
from typer.testing import CliRunner

from api.app import create_app
from api.cli import app as console
from api.questions import in_link
from api.schemas.person import FACTS, PROFILE_EXAMPLE, Profile
from api.settings import Settings
from graph.requirements import attributes, circumstance_fault
from queries.pathways.service import PathwayService

ON = "2026-11-21"
GOAL: dict[str, Any] = {"to": ["OC-TECH"], "on": ON}

RICH: dict[str, Any] = {
    "born": "1987-03-14",
    "postcode_district": "WS7",
    "employment": "self-employed",
    "pay": 18357,
    "employer_levy": "non-levy",
    "employer_size": "small",
    "ehc_plan": "yes",
    "care_leaver": "yes",
    "prison_experience": "no",
    "under_represented_group": "yes",
    "immigration_status": "refugee",
    "referral": "jobcentre",
    "esol_level": "entry-3",
    "weekly_work_hours": 17,
    "uk_residence_years": 13,
    "ucas_points": 98,
    "entitlement_left_pounds": 38141,
    "resident_wmca": True,
    "awards": [{"award": "Q-BASE", "grade": "MerryMerit", "year": 2009}],
    "units": [{"unit": "U-CERT-1", "grade": "GrandGrade", "year": 2011}],
    "completed": ["PT-CAMP"],
    "competencies": [{"competency": "K-LAB-S1", "evidence": "signed by Mrs Calibrate in the spring"}],
    "roles": [{"role": "lab aide", "years": 21}],
    "hours_per_week": 23,
    "attendance": ["weekend", "evening"],
    "mode": ["part-time"],
    "travel_limit": 77,
    "budget": 4321,
    "earliest_start": "2026-12-05",
    "latest_finish": "2029-06-29",
}
JSON = {"Content-Type": "application/json"}
TELLING = (
    "1987", "WS7", "self-employed", "18357", "non-levy", "refugee", "jobcentre", "entry-3", "38141", "MerryMerit",
    "GrandGrade", "Calibrate", "K-LAB-S1", "lab aide", "OC-LAB", "Q-BASE", "U-CERT-1", "PT-CAMP", "4321", "2029-06",
    "2026-12", "weekend", "ehc", "care-leaver", "care_leaver", "prison", "postcode",
)  # fmt: skip
"""What no log may hold, in whatever form."""


def post(client: TestClient, profile: dict[str, Any], status: int = 200, **given: Any) -> dict[str, Any]:
    reply = client.post("/pathways", json={**GOAL, **given, "profile": profile})
    assert reply.status_code == status, reply.text
    return dict(reply.json())


def test_a_profile_is_the_question_with_its_facts_limits_and_awards(client: TestClient) -> None:
    profile = {
        "age": 34,
        "employment": "unemployed",
        "awards": ["base award in laboratory work", {"award": "Q-CERT", "credits": 30}],
        "roles": ["Lab aide"],
        "hours_per_week": 8,
        "attendance": ["evening"],
        "mode": ["part-time"],
        "budget": 0,
        "earliest_start": "2026-12-01",
        "latest_finish": "2028-12-31",
    }
    question = {
        "from": ["Q-BASE", "Q-CERT:30", "OC-LAB"],
        "attribute": ["age:34", "employment:unemployed"],
        "hours_per_week": 8,
        "attendance": ["evening"],
        "mode": ["part-time"],
        "budget": 0,
        "depart_after": "2026-12-01",
        "arrive_by": "2028-12-31",
    }
    found, asked = post(client, profile), client.post("/pathways", json={**GOAL, **question}).json()
    assert found["outcome"] == "found"
    for name in ("outcome", "question", "pathways", "same_question", "not_in_link"):
        assert found[name] == asked[name], name


def test_what_the_question_says_goes_before_the_profile(client: TestClient) -> None:
    found = post(
        client,
        {"awards": ["Q-BASE"], "hours_per_week": 5, "age": 17, "budget": 0},
        hours_per_week=12,
        attribute=["born:1990-01-01"],
    )
    query = parse_qs(urlsplit(found["same_question"]).query)
    assert (query["hours_per_week"], query["budget"]) == (["12"], ["0"])
    assert "attribute" not in query
    assert found["not_in_link"] == ["born"]


def test_a_budget_of_the_profile_is_a_budget(client: TestClient) -> None:
    found = post(client, {"awards": ["Q-BASE"], "budget": 0}, unpriced=True)
    query = parse_qs(urlsplit(found["same_question"]).query)
    assert (query["budget"], query["unpriced"]) == (["0"], ["true"])
    assert post(client, {"awards": ["Q-BASE"]}, 422, unpriced=True)["errors"]


def test_every_part_may_be_not_known(client: TestClient) -> None:
    known = post(client, {"awards": ["Q-BASE"]})
    for other in (None, "not known"):
        unknown = dict.fromkeys(Profile.model_fields, other) | {"awards": [{"award": "Q-BASE", "grade": other}]}
        found = post(client, unknown)
        assert (found["pathways"], found["question"]) == (known["pathways"], known["question"])


def test_awards_may_be_named_by_number_and_levels_count(client: TestClient) -> None:
    found = post(client, {"highest_level": 3})
    assert [one["id"] for one in found["question"]["holds"]] == ["level:3"]
    assert post(client, {"highest_level": 0})["question"]["holds"] == []


def test_the_profile_has_every_circumstance_that_rules_ask_about() -> None:
    said = {name for name, known in attributes().items() if "worked-out" not in known}
    assert set(FACTS.values()) == said
    for field, name in FACTS.items():
        known = attributes()[name]
        values = known.get("values", {"5": ""} if "number" in known else {"1990-01-01": ""} if "date" in known else {})
        for value in values or {"WS1": ""}:
            given: Any = int(value) if "number" in known else value
            assert Profile.model_validate({field: given}).facts == {name: value}
            assert circumstance_fault(name, value) is None


def test_yes_and_no_may_be_true_and_false() -> None:
    assert Profile.model_validate({"resident_wmca": True, "care_leaver": False}).facts == {
        "resident-wmca": "yes",
        "care-leaver": "no",
    }


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        ({"age": -1}, "age"),
        ({"age": 1000}, "age"),
        ({"age": 34.5}, "age"),
        ({"age": "34"}, "age"),
        ({"age": True}, "age"),
        ({"age": [34]}, "age"),
        ({"age": 34, "born": "1992-01-01"}, "born"),
        ({"born": "1992-13-01"}, "born"),
        ({"born": "14/03/1992"}, "born"),
        ({"born": "2026-11-22"}, "born"),
        ({"born": "1066-10-14"}, "born"),
        ({"pay": -5}, "pay"),
        ({"pay": 10**12}, "pay"),
        ({"pay": "plenty"}, "pay"),
        ({"postcode_district": "WS1 1AA"}, "postcode_district"),
        ({"postcode_district": ""}, "postcode_district"),
        ({"employment": "happy"}, "employment"),
        ({"resident_wmca": "maybe"}, "resident_wmca"),
        ({"resident_wmca": 1}, "resident_wmca"),
        ({"highest_level": 9}, "highest_level"),
        ({"favourite_colour": "green"}, "favourite_colour"),
        ({"age_on_31_august": 20}, "age_on_31_august"),
        ({"hours_per_week": 0}, "hours_per_week"),
        ({"hours_per_week": 200}, "hours_per_week"),
        ({"attendance": ["midnight"]}, "attendance.0"),
        ({"attendance": "evening"}, "attendance"),
        ({"mode": ["by post"]}, "mode.0"),
        ({"budget": -1}, "budget"),
        ({"travel_limit": -1}, "travel_limit"),
        ({"earliest_start": "soon"}, "earliest_start"),
        ({"earliest_start": "2027-02-01", "latest_finish": "2027-01-01"}, "latest_finish"),
        ({"awards": ["Q-BASE"] * 5001}, "awards"),
        ({"units": ["U-CERT-1"] * 10_000}, "units"),
        ({"units": [{"unit": "U-CERT-1"}] * 10_000}, "units"),
        ({"competencies": ["K-LAB-S1"] * 501}, "competencies"),
        ({"awards": "Q-BASE"}, "awards"),
        ({"awards": [5]}, "awards.0"),
        ({"awards": [{"grade": "A"}]}, "awards.0.award"),
        ({"awards": ["Q-BASE", {"award": "Q-CERT", "credits": 0}]}, "awards.1.credits"),
        ({"awards": [{"award": "Q-CERT", "year": 3000}]}, "awards.0.year"),
        ({"awards": [{"award": "Q-CERT", "year": 2027}]}, "awards.0.year"),
        ({"awards": [{"award": "Q-CERT", "colour": "red"}]}, "awards.0.colour"),
        ({"units": [{"unit": ""}]}, "units.0.unit"),
        ({"units": [{"unit": "x" * 201}]}, "units.0.unit"),
        ({"roles": [{"role": "OC-LAB", "years": -1}]}, "roles.0.years"),
        ({"roles": [{"role": "OC-LAB", "years": "2"}]}, "roles.0.years"),
        ({"roles": ["OC-LAB"] * 31}, "roles"),
        ({"competencies": [{"competency": "K-LAB-S1", "evidence": "x" * 1001}]}, "competencies.0.evidence"),
        ({"awards": ["\ud800"]}, "awards.0.award"),
        ({"care_leaver": "yes", "named_group": "no"}, "named_group"),
        ({"highest_level": 2, "full_level3": "yes"}, "full_level3"),
        ({"roles": [{"role": "OC-LAB", "now": True, "until": 2020}]}, "roles"),
        ({"roles": [{"role": "OC-LAB", "until": 2030}]}, "roles.0.until"),
        ({"age": 20, "awards": [{"award": "Q-BASE", "year": 2004}]}, "awards.0.year"),
        ({"born": "2006-01-01", "units": [{"unit": "U-CERT-1", "year": 2005}]}, "units.0.year"),
        ({"age": 20, "roles": [{"role": "OC-LAB", "years": 30}]}, "roles.0.years"),
        ({"latest_finish": "2026-11-20"}, "latest_finish"),
        ([], ""),
        ("34", ""),
        (5, ""),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused_by_field(client: TestClient, profile: Any, field: str) -> None:
    reply = client.post("/pathways", content=json.dumps({**GOAL, "profile": profile}), headers=JSON)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid-request"), reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert ".".join(filter(None, ("profile", field))) in [one["field"] for one in reply.json()["errors"]], reply.text


@pytest.mark.parametrize(
    ("profile", "field", "code"),
    [
        ({"awards": ["Q-BASE", "Q-CETR"]}, "awards.1.award", "unknown-id"),
        ({"awards": [{"award": "Q-NONE-SUCH", "credits": 20}]}, "awards.0.award", "unknown-id"),
        ({"awards": ["OC-LAB"]}, "awards.0.award", "wrong-kind"),
        ({"awards": [{"award": "Q-CERT", "credits": 600}]}, "awards.0.award", "invalid-request"),
        ({"competencies": [{"competency": "K-NONE-SUCH"}]}, "competencies.0.competency", "unknown-id"),
        ({"awards": ["Q-DEMO"]}, "awards.0.award", "retired-id"),
        ({"awards": ["603/0000/0"]}, "awards.0.award", "unknown-words"),
        ({"units": ["U-CERT-1", "U-CERT-9"]}, "units.1.unit", "unknown-id"),
        ({"units": ["Q-CERT"]}, "units.0.unit", "wrong-kind"),
        ({"completed": ["Q-CERT"]}, "completed.0", "wrong-kind"),
        ({"roles": ["astronaut on Mars"]}, "roles.0.role", "unknown-words"),
    ],
)
def test_a_thing_that_is_not_known_is_refused_by_field(
    client: TestClient, profile: dict[str, Any], field: str, code: str
) -> None:
    reply = client.post("/pathways", json={**GOAL, "profile": profile}).json()
    assert (reply["code"], [one["field"] for one in reply["errors"]]) == (code, [f"profile.{field}"])


def test_few_things_may_be_named_in_words(client: TestClient) -> None:
    assert post(client, {"units": ["U-CERT-1"] * 5000})["outcome"] == "found"
    found = post(client, {"awards": [f"award {number}" for number in range(31)]}, 422)
    assert found["errors"][0]["field"] == "profile.awards.30.award"


def test_what_is_not_used_is_said(client: TestClient) -> None:
    found = post(client, {"awards": ["Q-BASE"], "travel_limit": 1, "competencies": ["K-LAB-S1"]})
    assert [one["field"] for one in found["not_used"]] == ["travel_limit", "competencies"]


def test_the_address_has_only_what_says_little_of_a_person(client: TestClient) -> None:
    found = post(client, RICH)
    query = parse_qs(urlsplit(found["same_question"]).query)
    told = dict(one.split(":", 1) for one in query["attribute"])
    assert told["employment"] == "self-employed"
    assert told.keys() == {name for name in Profile.model_validate(RICH).facts if in_link(name)}
    assert set(found["not_in_link"]) == {name for name in Profile.model_validate(RICH).facts if not in_link(name)}
    private = {"born", "postcode-district", "pay", "ehc-plan", "care-leaver", "prison-experience", "named-group"}
    private |= {"immigration-status", "under-represented-group"}
    assert not any(map(in_link, private))
    for word in ("1987", "WS7", "18357", "ehc", "care", "prison", "refugee", "Merit", "Calibrate"):
        assert word not in found["same_question"]


CLOCK_AND_PROCESS = {"created", "msecs", "relativeCreated", "process", "thread", "lineno", "levelno"}
"""Numbers that every record carries and nobody gave: one of them may by chance be some person's pay."""


def _records(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, by whomever, with what the records carry besides their message and their numbers."""
    formatter = logging.Formatter()
    said = []
    for record in caplog.records:
        carried = {name: value for name, value in vars(record).items() if name not in CLOCK_AND_PROCESS}
        said.append(re.sub(r'"milliseconds": \d+', '"milliseconds": …', formatter.format(record) + repr(carried)))
    return "\n".join(line for line in said if "client.py" not in line or "httpx" not in line)


@pytest.fixture
def watched(built: Path, caplog: pytest.LogCaptureFixture) -> Iterator[TestClient]:
    """A service of which every log is kept, the finest levels too."""
    loggers = [logging.getLogger(name) for name in ("stepway", "stepway.requests", "stepway.workers")]
    levels = [logger.level for logger in loggers]
    caplog.set_level(logging.DEBUG)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    with TestClient(create_app(Settings(data_dir=built)), raise_server_exceptions=False) as found:
        yield found
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def _asked(client: TestClient) -> list[int]:
    """Every surface that takes a profile, with a good one and with bad ones."""
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("/pathways", {**GOAL, "profile": RICH}),
        ("/eligibility", {"against": ["swap", "Q-CERT"], "on": ON, "profile": RICH}),
        ("/prior-learning", {"to": ["Q-CERT"], "on": ON, "profile": RICH}),
    ]
    broken: list[dict[str, Any]] = [
        {**RICH, "born": "1987-02-30"},
        {**RICH, "awards": ["K-LAB-S1"]},
        {**RICH, "roles": ["Mrs Calibrate"]},
        {**RICH, "age": 39},
    ]
    replies = [client.post(path, json=body) for path, body in bodies]
    replies += [client.post(path, json={**body, "profile": one}) for path, body in bodies for one in broken]
    return [reply.status_code for reply in replies]


def test_no_log_says_anything_of_a_person(
    watched: TestClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    statuses = _asked(watched)
    assert (statuses[:3], set(statuses[3:])) == ([200] * 3, {422})
    said = _records(caplog) + "".join(capfd.readouterr())
    for path in ("/pathways", "/eligibility", "/prior-learning"):
        assert f'"path": "{path}"' in said
    assert [word for word in TELLING if word in said] == []


def test_no_collector_of_traces_is_told_of_a_request(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for: list[str] = []

    class Collecting(TracerProvider):
        def get_tracer(self, *_: Any, **__: Any) -> Any:
            asked_for.append("a tracer")
            return NoOpTracer()

    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", Collecting)
    with TestClient(create_app(Settings(data_dir=built))) as client:
        assert (
            client.get("/pathways", params={"to": "OC-TECH", "attribute": "employment:unemployed"}).status_code == 200
        )
    assert asked_for == []


def test_a_fault_of_ours_logs_nothing_of_a_person(
    watched: TestClient, app: FastAPI, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(service: PathwayService, *_: object) -> None:
        raise RuntimeError(f"cannot cope with {RICH}") from ValueError(str(RICH))

    monkeypatch.setattr("api.people.with_profile", fails)
    reply = watched.post("/pathways", json={**GOAL, "profile": RICH})
    assert (reply.status_code, reply.json()["code"]) == (500, "internal-error")
    said = _records(caplog)
    assert "RuntimeError" in said
    assert "in fails" in said
    assert [word for word in TELLING if word in said or word in reply.text] == []


def test_an_answer_to_a_person_is_not_kept(client: TestClient, app: FastAPI) -> None:
    kept = app.state.holder.get()._answers
    before = list(kept)
    post(client, {"awards": ["Q-BASE"], "pay": 20_123})
    assert list(kept) == before
    post(client, {"awards": ["Q-BASE"], "age": 43})
    assert len(kept) == len(before) + 1 or list(kept) != before


def test_the_example_of_the_profile_is_a_profile() -> None:
    assert Profile.model_validate(PROFILE_EXAMPLE).facts["age"] == "34"


def test_the_console_reads_a_profile_from_a_file(
    built: Path, tmp_path: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPWAY_DATA_DIR", str(built))

    def run(text: str, *words: str) -> Any:
        file = tmp_path / "person.yml"
        file.write_text(text, encoding="utf-8")
        return CliRunner().invoke(console, ["pathway", "--to", "OC-TECH", "--on", ON, "--profile", str(file), *words])

    yaml = "age: 34\nresident_wmca: yes\npay: not known\nborn:\nawards: [Q-BASE]\nhours_per_week: 5\n"
    found = json.loads(run(yaml, "--hours-per-week", "9", "--json").output)
    profile = {"age": 34, "resident_wmca": True, "awards": ["Q-BASE"]}
    assert found == post(client, profile, hours_per_week=9)
    assert json.loads(run(json.dumps(RICH), "--json").output)["outcome"] == post(client, RICH)["outcome"]
    for text, says in (
        ("age: -1", "age:"),
        ("awards: [Q-NONE]", "awards.0.award"),
        ("age: [", "neither YAML nor JSON at line 1, column 7"),
        ("- 1", "a list or a text"),
    ):
        result = run(text)
        assert (result.exit_code, result.stdout) in ((2, ""), (4, "")), result.output
        assert says in " ".join(result.stderr.split())
    missing = CliRunner().invoke(console, ["pathway", "--to", "OC-TECH", "--profile", str(tmp_path / "none.yml")])
    assert missing.exit_code == 2
    assert "cannot be read" in " ".join(missing.stderr.split())
