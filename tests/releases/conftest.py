"""Where the shared files are, for the tests that need them."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def shared() -> Path:
    """The folder of the public files; a test that asks for it is skipped where it is not."""
    found = os.environ.get("STEPWAY_SHARED")
    if not found:
        pytest.skip("STEPWAY_SHARED names no folder")
    return Path(found)
