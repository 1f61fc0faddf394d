"""Fixtures of the surfaces: the made-up small town, built into two releases once for the whole run.

Release 1 was built with the made-up (illustrative) rows, release 2 without them, and release 2 is served. So whatever
is only in release 1 is *retired*, and switching between them changes what is said. Tests that publish or switch
releases get a copy of the folder of their own.
"""

import logging
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.cli import app as console
from api.settings import Settings
from loaders.publish import build_release

SMALL_TOWN = Path(__file__).parents[1] / "samples" / "datasets" / "small-town"
ON = "2026-11-21"
"""The day of every question in these tests."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that no test changes."""
    data_dir = tmp_path_factory.mktemp("data")
    for illustrative in (True, False):
        result = build_release([SMALL_TOWN], data_dir, include_illustrative=illustrative, today=date.fromisoformat(ON))
        assert result.release is not None, [str(issue) for issue in result.issues]
    return data_dir


@pytest.fixture
def own_data(built: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(built, tmp_path / "data"))


@pytest.fixture(scope="session")
def app(built: Path) -> FastAPI:
    return create_app(Settings(data_dir=built))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    logging.getLogger("stepway").setLevel(logging.CRITICAL)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as found:
        yield found


@pytest.fixture
def run(built: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command of the console on it, and see how it ends: never in a stack trace."""
    monkeypatch.setenv("STEPWAY_DATA_DIR", str(built))

    def command(*words: str, ends: int = 0) -> Any:
        result = CliRunner().invoke(console, words)
        assert result.exit_code == ends, f"{result.output}\n{result.exception!r}"
        assert "Traceback" not in result.output
        return result

    return command
