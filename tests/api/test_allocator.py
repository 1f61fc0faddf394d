"""Processes that work hard with a store take their memory from mimalloc, and from nothing that somebody else chose."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from api import allocator

has_a_wheel = pytest.mark.skipif(sys.platform != "linux", reason="there is no wheel for this system")

SAYS = """
import sys
from pathlib import Path
from api.allocator import begin_with_it
begin_with_it()
print("mimalloc" in Path("/proc/self/maps").read_text(), sys.argv[1:])
"""


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    allocator.environment.cache_clear()


def said(script: Path, **variables: str) -> str:
    """What a program says that begins with it."""
    script.write_text(SAYS)
    environment = {**os.environ, "PYTHONPATH": str(Path(allocator.__file__).parents[1]), **variables}
    command = [sys.executable, str(script), "build", "a folder"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@has_a_wheel
def test_a_program_begins_once_more_with_it_and_with_its_arguments(tmp_path: Path) -> None:
    assert said(tmp_path / "one.py") == "True ['build', 'a folder']"


@has_a_wheel
def test_what_somebody_else_has_loaded_first_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (library,) = (one for name, one in allocator.environment().items() if name == "LD_PRELOAD")
    other = tmp_path / "other.so"
    other.symlink_to(library)
    assert said(tmp_path / "one.py", LD_PRELOAD=str(other)) == "True ['build', 'a folder']"  # and not twice
    monkeypatch.setenv("LD_PRELOAD", "chosen.so")
    allocator.environment.cache_clear()
    assert allocator.environment() == {}


def test_where_it_is_not_installed_a_program_goes_on_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator, "files", lambda _: None)
    assert allocator.environment() == {}
    allocator.begin_with_it()
    allocator.environment.cache_clear()
