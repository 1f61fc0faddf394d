"""The names on disk are ours, and the two commands say what they do."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["api", "graph", "loaders", "ontology", "queries"])
def test_each_generic_name_is_ours(name: str) -> None:
    """These names are common: another package of the same name would shadow ours."""
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == ROOT / name


def test_locks_hold_no_addresses() -> None:
    for name in ("run", "dev", "node"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_decisions_are_short_and_numbered_once() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    numbers = [path.name[:4] for path in records]
    assert len(set(numbers)) == len(numbers)
    for path in records:
        assert len(path.read_text().splitlines()) <= 50, path.name
