"""The worked notebooks run from top to bottom against a service, and give the figures that were worked out by hand."""

import ast
import os
import runpy
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx
import nbformat
import polars as pl
import pytest
from nbclient import NotebookClient

from api.client import Stepway
from loaders.publish import SHIPPED, build_release

NOTEBOOKS: Final = sorted((Path(__file__).parents[1] / "docs" / "notebooks").glob("*.ipynb"))
TODAY: Final = date(2026, 11, 21)
SECONDS: Final = 120

WORKED: Final[dict[str, dict[str, Any]]] = {
    # CQ-01: the MedTech HNC takes 52 weeks, and leads to OC-MTTECH and OC-REGADV alike; all four can be reached.
    "level-4-roles": {"roles": 4, "reached": 4, "soonest": "OC-MTTECH", "weeks": 52},
    # Release 1 holds the 16 made-up units, release 2 does not. Band 4 in 2025/26 begins at 27,485 pounds.
    "two-releases": {
        "releases": [1, 2],
        "units_retired": 16,
        "from_pounds": 27485,
        "same_in_both": True,
        "bands": ["2", "3", "4", "5", "6", "7"],
    },
}
"""What the last cell of each must say, of what it says."""


@pytest.fixture(scope="module")
def service(home_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The shipped data as two releases, served by the real command on loopback."""
    data_dir = tmp_path_factory.mktemp("notebooks") / "data"
    shutil.copytree(home_data, data_dir)
    assert build_release(SHIPPED, data_dir, today=TODAY).release is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", str(port)]
    serving = subprocess.Popen([*command, "--data-dir", str(data_dir)], stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, serving)
        yield address
    finally:
        serving.terminate()
        serving.wait(timeout=30)


def _wait_for(address: str, serving: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        assert serving.poll() is None, "the service ended"
        try:
            if httpx.get(f"{address}/ready", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError("the service is not ready")


def test_there_are_two() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted(WORKED)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_gives_its_figures(path: Path, service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPWAY_ADDRESS", service)
    root = str(Path(__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])]))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=5 * SECONDS, kernel_name="python3").execute()
    (output,) = notebook.cells[-1].outputs
    found = ast.literal_eval(output["data"]["text/plain"])
    assert {name: found[name] for name in WORKED[path.stem]} == WORKED[path.stem]
    assert all(found.values())


def test_it_says_that_it_needs_two_releases(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In a sentence, where `make run` has built the one."""
    monkeypatch.setattr(Stepway, "releases", lambda self: pl.DataFrame({"number": [1]}))
    cells = nbformat.read(NOTEBOOKS[-1], as_version=4).cells
    first = tmp_path / "first.py"
    first.write_text(next(cell.source for cell in cells if cell.cell_type == "code"), encoding="utf-8")
    with pytest.raises(SystemExit, match=r"compares two releases, .*stepway build --illustrative"):
        runpy.run_path(str(first))
