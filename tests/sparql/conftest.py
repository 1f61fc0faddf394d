"""The made-up small town as two releases, as in tests/api, and the service over them, started once for these tests."""

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from loaders.publish import build_release

SMALL_TOWN = Path(__file__).parents[1] / "samples" / "datasets" / "small-town"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that no test changes: release 1 has the made-up rows, release 2, the current one, has not."""
    data_dir = tmp_path_factory.mktemp("sparql-data")
    for illustrative in (True, False):
        result = build_release(
            [SMALL_TOWN], data_dir, include_illustrative=illustrative, today=date.fromisoformat("2026-11-21")
        )
        assert result.release is not None, [str(issue) for issue in result.issues]
    return data_dir


@pytest.fixture(scope="session")
def client(built: Path) -> Iterator[TestClient]:
    logging.getLogger("stepway").setLevel(logging.CRITICAL)
    app = create_app(Settings(data_dir=built))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as found:
        yield found
