"""What holds for every property: its verdict does not hang on how busy the machine is. And what is made once a run."""

import fcntl
import gc
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# In CI the same clone gets the same cases, so its verdict is repeatable; elsewhere each run tries new ones.
settings.register_profile(
    "stepway", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("stepway")

# A process of a run holds whole releases; to search them for garbage as often as Python does took a fifth of its time.
gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session")
def home_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a release of all that is shipped, made-up rows too: built once for all processes of a run.

    Nobody may change it.
    """
    from loaders.publish import SHIPPED, build_release

    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    with (root / "home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "home").exists():
            making = root / "home.making"
            assert build_release(SHIPPED, making, include_illustrative=True, today=date(2026, 11, 21)).release
            making.rename(root / "home")
    return root / "home"


@pytest.fixture(scope="session")
def home_client(home_data: Path) -> Iterator[Any]:
    """The service over `home_data`, opened once for each process of a run: for whoever only asks."""
    from fastapi.testclient import TestClient

    from api.app import create_app
    from api.settings import Settings

    with TestClient(create_app(Settings(data_dir=home_data)), raise_server_exceptions=False) as found:
        yield found
