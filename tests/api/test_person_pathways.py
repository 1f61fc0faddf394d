"""Pathways of a person over HTTP: the small town, with its one course under the rules of a scheme.

The certificate of the small town is a short camp there. Here it is made something that a scheme has rules for, so that
the rules of the scheme decide about the one step that leads on.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from loaders.publish import build_release

SMALL_TOWN = Path(__file__).parents[1] / "samples" / "datasets" / "small-town"
ON = "2026-11-21"
Town = Callable[..., TestClient]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A service over the town in which some words are others; each is built once."""
    made: dict[tuple[tuple[str, str], ...], TestClient] = {}
    with ExitStack() as stack:

        def service(**other: str) -> TestClient:
            words = tuple(sorted({"PT-CAMP": other.pop("kind"), **other}.items()))
            if words not in made:
                folder = tmp_path_factory.mktemp("town")
                for path in SMALL_TOWN.iterdir():
                    text = path.read_text(encoding="utf-8")
                    for old, new in words:
                        text = text.replace(old, new)
                    (folder / path.name).write_text(text, encoding="utf-8")
                data = tmp_path_factory.mktemp("data")
                result = build_release([folder], data, today=date.fromisoformat(ON))
                assert result.release is not None, [str(issue) for issue in result.issues]
                made[words] = stack.enter_context(TestClient(create_app(Settings(data_dir=data))))
            return made[words]

        yield service


def ask(client: TestClient, profile: dict[str, Any], **given: Any) -> dict[str, Any]:
    question = {"to": ["OC-TECH"], "on": ON, "profile": {"roles": ["OC-LAB"], **profile}, **given}
    reply = client.post("/pathways", json=question)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def course(found: dict[str, Any]) -> dict[str, Any]:
    """The step of the best pathway that is the certificate."""
    (step,) = (step for step in found["pathways"][0]["steps"] if step["id"] == "Q-CERT")
    return dict(step)


def test_the_age_trap(town: Town) -> None:
    """Path 2 Apprenticeships takes people of 19 to 29 with little or no recent work."""
    client = town(kind="PT-P2A")
    step = course(ask(client, {"age": 25, "recent_work": "little-or-none"}))
    assert step["eligibility"]["likely"] != "likely-no"
    assert {"PR-015"} <= {row for rule in step["eligibility"]["rules"] for row in rule["source"]["rows"]}
    found = ask(client, {"age": 30, "recent_work": "little-or-none"})
    assert (found["outcome"], found["pathways"]) == ("proved_none", [])
    (reason, *_) = (one for one in found["reasons"] if one["rules"])
    assert [row for rule in reason["rules"] for row in rule["source"]["rows"]] == ["PR-015"]


def test_what_is_not_known_is_asked_and_can_be_left_out(town: Town) -> None:
    client = town(kind="PT-P2A")
    step = course(ask(client, {"age": 25, "recent_work": "not known"}))
    asked = {one["name"] for one in step["eligibility"]["decision"]["ask"]}
    assert (step["eligibility"]["likely"], "recent-work" in asked) == ("cannot-tell", True)
    found = ask(client, {"age": 25, "recent_work": "not known"}, confirmed_only=True)
    assert found["pathways"] == []
    assert "confirmed_only=true" in found["same_question"]


def test_the_level_7_apprenticeship_at_35(town: Town) -> None:
    client = town(kind="PT-APPR", **{"published,Devices,4,": "published,Devices,7,"})
    shut = ask(client, {"age": 35, "employer_pays_all": False})
    assert "Q-CERT" not in [step["id"] for path in shut["pathways"] for step in path["steps"]]
    step = course(ask(client, {"age": 35, "employer_pays_all": True}))
    (paid,) = (one for one in step["payments"] if one["scheme"] == "level-7-apprenticeship")
    assert (paid["decision"]["answer"], paid["learner_pounds"], paid["employer_percent"]) == ("yes", 0, 100)


def test_residence_that_is_not_known(town: Town) -> None:
    """A bootcamp with a price: whoever lives in the area may pay nothing; who has not said is asked."""
    client = town(kind="PT-BOOTCAMP", **{"2026-09-14|2027-01,0,": "2026-09-14|2027-01,900,"})

    def free(**person: Any) -> tuple[str, set[str]]:
        step = course(ask(client, {"age": 34, **person}))
        assert step["cost"]["value"] == 900
        (payment,) = (one for one in step["payments"] if "free-for-residents" in [r["rule"] for r in one["rules"]])
        return payment["decision"]["answer"], {one["name"] for one in payment["decision"]["ask"]}

    assert free(resident_wmca="not known")[0] == "not-known"
    assert "resident-wmca" in free()[1]
    assert "resident-wmca" not in free(resident_wmca=True)[1]
    assert free(resident_wmca=False) == ("no", set())


def test_the_console_prints_who_may_start_and_who_pays(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from api.cli import app as console

    client = town(kind="PT-BOOTCAMP", **{"2026-09-14|2027-01,0,": "2026-09-14|2027-01,900,"})
    assert isinstance(client.app, FastAPI)
    monkeypatch.setenv("STEPWAY_DATA_DIR", str(client.app.state.settings.data_dir))
    words = ["pathway", "--from", "OC-LAB", "--to", "OC-TECH", "--attribute", "age:34", "--on", ON]
    result = CliRunner().invoke(console, words)
    assert result.exit_code == 0, result.output
    text = " ".join(result.output.split())
    for said in (
        "Eligible",
        "Who pays",
        "Skills Bootcamps (Free to residents), cannot tell: Nothing to pay for the learner.",
        "own pocket",
    ):
        assert said in text, said
