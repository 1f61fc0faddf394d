"""Every broken folder is refused as a whole, with what is wrong kept to read, and the last release goes on."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graph.build import FAILED
from graph.issues import CATALOGUE, Severity, read_issues
from graph.release import Releases
from loaders.publish import build_release
from tests.loaders.conftest import GOOD
from tests.loaders.test_broken_datasets import CASES, edit

TODAY = date(2026, 11, 21)
ERRORS = [case for case in CASES if CATALOGUE[case["finds"].split()[-1]].severity is Severity.ERROR]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which the good sample is served as release 1."""
    folder = tmp_path_factory.mktemp("state")
    assert build_release([GOOD], folder, today=TODAY).release is not None
    return folder


def test_there_are_more_than_twenty_kinds_of_broken_folder() -> None:
    assert len({case["finds"].split()[-1] for case in ERRORS}) >= 20


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case["name"])
def test_a_broken_folder_publishes_nothing(case: dict[str, Any], town: Any, state: Path) -> None:
    edit(town, case)
    result = build_release([town.folder], state, today=TODAY)
    releases = Releases(state)
    assert (result.release, releases.numbers(), releases.current_number()) == (None, [1], 1)
    *_, code = case["finds"].split()
    kept = read_issues(releases.folder / FAILED)
    assert code in [issue.code for issue in kept if issue.severity is Severity.ERROR]
    assert all(issue.hint for issue in kept)
    assert releases.get().projection.roles
