"""The console: what it prints, in JSON too, and how it ends."""

import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from api.commands.serving import _listen, server_config
from api.console import Screen
from api.settings import OTHERS, Settings
from graph.release import Releases
from tests.support.worker_tasks import GUARD

SMALL_TOWN = Path(__file__).parents[1] / "samples" / "datasets" / "small-town"
ON = "2026-11-21"


def test_a_pathway_can_be_read_aloud(run: Any) -> None:
    text = run("pathway", "--from", "Base Award in Laboratory Work", "--to", "device technician", "--on", ON).output
    assert "Q-CERT" in text
    assert "PG-1" in text
    told = " ".join(text.split())
    for words in (
        "was taken for Base Award in Laboratory Work (Q-BASE)",
        "an employer is needed",
        "no employer is needed",
        "our inference: check",
        "(our inference: check) → somebody decides",
        "published",
        "The client can stop here. The client would hold",
        "somebody decides",
        "Smalltown College (P-SMALL)",
        "2026-11-20",
        "Check before recommending",
        "What is not known",
    ):
        assert words in told, words
    assert all(len(line) <= 100 for line in text.splitlines() if "://" not in line)
    assert "\x1b" not in text


def test_no_pathway_is_an_answer_and_says_why(run: Any) -> None:
    text = run("pathway", "--to", "OC-LAB").output
    assert "No pathway." in text
    assert "Why" in text
    assert "The nearest roles" in text


def test_json_is_what_http_says(run: Any, client: TestClient) -> None:
    said = json.loads(run("pathway", "--from", "Q-BASE", "--to", "OC-TECH", "--on", ON, "--json").output)
    assert said == client.get("/pathways", params={"from": "Q-BASE", "to": "OC-TECH", "on": ON}).json()
    for words, path in (
        (["show", "OC-LAB"], "/roles/OC-LAB"),
        (["find", "lab", "aide"], "/find?q=lab aide"),
        (["datasets"], "/datasets"),
        (["releases"], "/releases"),
    ):
        assert json.loads(run(*words, "--json").output) == client.get(path).json()
    issues = json.loads(run("issues", "--json").output)
    assert issues["items"] == client.get("/issues").json()["items"]


def test_show_says_everything_of_a_thing(run: Any) -> None:
    text = run("show", "OC-TECH").output
    assert "Device technician (OC-TECH)" in text
    assert "Level as in the advertisement" in text
    assert "our inference: check" in text
    assert "https://example.org/jobs/technician" in text
    assert "progressions with this as “to”: 1" in text


def test_show_of_an_unknown_id_suggests(run: Any) -> None:
    text = run("show", "OC-LBA", ends=4).stderr
    assert "OC-LAB: Laboratory assistant" in text


def test_a_retired_id_says_where_it_last_was(run: Any) -> None:
    assert "release=1" in run("show", "Q-DEMO", ends=4).stderr
    text = run("show", "Q-DEMO", "--release", "1").output
    assert "ILLUSTRATIVE: made up" in text


def test_find_never_cuts_an_id(run: Any) -> None:
    link = "K-LAB-S1.ESCO.00000000-0000-0000-0000-000000000001"
    assert link in run("find", "read", "--kind", "CompetencyLink").output
    assert run("find", "lab").output.splitlines()[0].split() == ["Id", "Kind", "Name"]
    run("find", "zzzzzz", ends=4)
    assert "Person is not one of" in run("find", "lab", "--kind", "Person", ends=2).stderr


def test_issues_say_where_and_how_to_mend(run: Any) -> None:
    text = run("issues").output
    assert "sites.csv:2 [town]" in text
    assert "mend:" in text
    assert run("issues", "--severity", "error").output.startswith("0 issues")
    assert run("issues", "--last-failed").output.startswith("0 issues")


def test_datasets_and_releases(run: Any) -> None:
    text = run("datasets").output
    assert "CC0-1.0" in text
    assert "Written for Stepway." in text
    assert not any(line.endswith(" ") for line in run("releases").output.splitlines())
    assert "served" in run("releases").output


@pytest.mark.parametrize(
    ("words", "ends", "says"),
    [
        (["pathway"], 2, "either `to`"),
        (["pathway", "--to-level", "9"], 2, "to_level"),
        (["pathway", "--to", "OC-TECH", "--by", "luck"], 2, "luck"),
        (["pathway", "--to", "OC-TECH", "--on", "soon"], 2, "on:"),
        (["pathway", "--to", "OC-TECH", "--attribute", "old"], 2, "name:value"),
        (["pathway", "--to", "P-SMALL"], 4, "role or an award"),
        (["pathway", "--to", "OC-TEHC"], 4, "OC-TECH"),
        (["pathway", "--from", "device", "--to", "OC-TECH"], 4, "Q-CERT"),
        (["pathway", "--to-level", "7"], 4, "level 7"),
        (["pathway", "--to", "OC-TECH", "--release", "9"], 3, "no release 9"),
        (["show", "OC-LAB", "--release", "0"], 2, "release"),
        (["releases", "use", "9"], 3, "no release 9"),
        (["releases", "use", "x"], 2, "number"),
        (["show"], 2, "ID"),
        (["frobnicate"], 2, "frobnicate"),
    ],
)
def test_mistakes_are_told_in_a_line(run: Any, words: list[str], ends: int, says: str) -> None:
    result = run(*words, ends=ends)
    assert says in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "words", [["find", "x"], ["show", "x"], ["issues"], ["datasets"], ["releases"], ["pathway", "--to", "x"]]
)
def test_without_a_release_it_says_how_to_build_one(run: Any, tmp_path: Path, words: list[str]) -> None:
    assert "stepway build" in run(*words, "--data-dir", str(tmp_path), ends=3).stderr


def test_a_wrong_setting_is_told(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPWAY_PORT", "many")
    said = " ".join(run("datasets", ends=2).stderr.split())
    assert "A setting cannot be read. STEPWAY_PORT: " in said
    assert "“many”" in said
    assert "docs/settings.md" in said
    assert "question" not in said


def test_a_setting_that_there_is_not_is_told(run: Any, monkeypatch: pytest.MonkeyPatch, built: Path) -> None:
    monkeypatch.setenv("STEPWAY_DATA_DIR", str(built))
    for name in OTHERS:
        monkeypatch.setenv(f"STEPWAY_{name}", "x")
    assert run("datasets").stderr == ""
    monkeypatch.setenv("STEPWAY_SPARQL_SECOND", "5")
    monkeypatch.setenv("STEPWAY_WHATEVER_ELSE", "5")
    said = " ".join(run("datasets").stderr.split())
    assert "STEPWAY_SPARQL_SECOND is not a setting: is STEPWAY_SPARQL_SECONDS meant?" in said
    assert "STEPWAY_WHATEVER_ELSE is not a setting; docs/settings.md has them all." in said


@pytest.mark.parametrize(
    ("trusted", "peer", "client"),
    [
        ("127.0.0.1", "127.0.0.1", "192.0.2.7"),
        ("127.0.0.1", "10.0.0.9", "10.0.0.9"),
        ("10.0.0.0/24, ::1", "10.0.0.9", "192.0.2.7"),
        ("10.0.0.0/24, ::1", "::1", "192.0.2.7"),
        ("", "127.0.0.1", "127.0.0.1"),
    ],
)
def test_who_asks_is_taken_from_proxies_that_are_trusted(trusted: str, peer: str, client: str) -> None:
    seen: list[str] = []

    async def application(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    config = server_config(application, Settings(trusted_proxies=trusted))
    config.load()
    loaded: Any = config.loaded_app
    headers = [(b"x-forwarded-for", b"192.0.2.7")]
    asyncio.run(loaded({"type": "http", "client": (peer, 1), "scheme": "http", "headers": headers}, None, None))
    assert seen == [client]


def test_a_proxy_is_an_address_or_a_network(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPWAY_TRUSTED_PROXIES", "127.0.0.1, *")
    assert "STEPWAY_TRUSTED_PROXIES: * is neither an address nor a network" in run("datasets", ends=2).stderr


def test_build_publishes_once(run: Any, tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    text = run("build", str(SMALL_TOWN), "--data-dir", data).output
    assert "Published release 1" in text
    assert "qualifications" in text
    text = run("build", str(SMALL_TOWN), "--data-dir", data).output
    assert "Nothing has changed since release 1" in text
    said = json.loads(run("build", str(SMALL_TOWN), "--illustrative", "--json", "--data-dir", data).stdout)
    assert (said["published"], said["unchanged"], said["serving"]) == (True, False, 2)
    assert said["release"]["illustrative"] is True
    assert "Release 1 is served from now on." in run("releases", "use", "1", "--data-dir", data).output
    assert Releases(Path(data)).current_number() == 1
    assert json.loads(run("releases", "--data-dir", data, "--json", "use", "2").output)["current"] is True


def test_errors_in_the_data_publish_nothing(run: Any, tmp_path: Path) -> None:
    data, broken = tmp_path / "data", tmp_path / "broken"
    run("build", str(SMALL_TOWN), "--data-dir", str(data))
    broken.mkdir()
    for path in SMALL_TOWN.iterdir():
        (broken / path.name).write_bytes(path.read_bytes().replace(b"OC-TECH,Device", b"OC TECH,Device"))
    text = run("build", str(broken), "--data-dir", str(data), ends=1).output
    assert "roles.csv:3 [role_id]: invalid-id" in text
    assert "mend:" in text
    assert "Nothing was published" in text
    assert "Release 1 goes on being served" in text
    assert "invalid-id" in run("issues", "--last-failed", "--data-dir", str(data)).output
    said = json.loads(run("build", str(broken), "--data-dir", str(data), "--json", ends=1).stdout)
    assert (said["published"], said["release"], said["serving"]) == (False, None, 1)
    assert "not-a-folder" in run("build", str(tmp_path / "nowhere"), "--data-dir", str(data), ends=1).output


def test_a_second_build_is_told_to_wait(run: Any, tmp_path: Path) -> None:
    with Releases(tmp_path).building():
        said = run("build", str(SMALL_TOWN), "--data-dir", str(tmp_path), ends=75).output
    assert "another build is running" in said.lower()
    assert "Build again when it has ended" in said


def test_help_names_every_command_and_the_exit_codes(run: Any) -> None:
    text = run("--help").output
    for command in ("build", "serve", "pathway", "show", "find", "issues", "datasets", "releases"):
        assert command in text
    assert "Exit codes" in text


def test_the_version(run: Any) -> None:
    assert run("version").output.startswith("stepway ")


def test_small_replies_are_sent_at_once() -> None:
    with _listen("127.0.0.1", 0) as listening:
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_serve_listens_and_says_when_it_cannot(built: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "serve", "--data-dir", str(built)]
    environment = {**os.environ, "STEPWAY_PORT": str(port), "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            while not (line := server.stderr.readline()).startswith("Serving on"):
                assert line, "the server did not start"
            ready = httpx.get(f"http://127.0.0.1:{port}/ready", timeout=GUARD)
            assert ready.json()["release"]["number"] == 2
            second = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=GUARD, check=False
            )
            assert second.returncode == 2
            assert f"Cannot listen on 127.0.0.1 port {port}" in second.stderr
            assert "Traceback" not in second.stderr
        finally:
            server.send_signal(signal.SIGINT)
            said = server.stderr.read()
            server.wait(GUARD)
    assert server.returncode == 0
    assert '"path": "/ready"' in said
    assert "Traceback" not in said


def test_a_narrow_terminal_never_cuts_an_id() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream, long = Terminal(), "K-" + "x" * 90
    screen = Screen(stream)
    screen.console.width = screen.width = 40
    screen.table(("Id", "Name"), [(long, "a name of several words that is folded")])
    assert long in stream.getvalue()


def test_a_question_can_be_written_for_other_engines(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "question.json"
    run("pathway", "--from", "Q-BASE", "--to", "OC-TECH", "--by", "cost", "--on", ON, "--export", str(file))
    (answer,) = json.loads(run("solve", str(file), "--json", "--no-seconds").stdout).values()
    assert (answer["reachable"], answer["steps"], answer["cost"]) == (True, 2, 0)
    assert "travel" in answer["at_least"]
    assert "travel at least 0" in run("solve", str(file)).stdout
    (name,) = json.loads(run("solve", str(file), "--json").stdout)
    assert (name, "/pathways?") == (Path(name).name, json.loads(file.read_text())["address"][:10])
    run("solve", str(file), "--pddl", str(tmp_path / "pddl"))
    assert (tmp_path / "pddl" / name / "domain.pddl").is_file()
    refused = run("solve", str(file), "--pddl", str(file), ends=2)
    assert "question.json" in refused.stderr.replace("\n", "")
    assert "our fault" not in refused.stderr
    taken_out = tmp_path / "without.json.gz"
    run("pathway", "--from", "Q-BASE", "--to", "OC-TECH", "--avoid", "PG-1", "--on", ON, "--export", str(taken_out))
    (answer,) = json.loads(run("solve", str(taken_out), "--json", "--no-seconds").stdout).values()
    assert answer["reachable"] is False
