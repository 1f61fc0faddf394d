"""One good dataset on disk, `small-town`; every broken one is made from it by a single edit inside its test."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from graph.issues import Issue, in_order
from loaders.runner import LoadedDataset, load_all

GOOD = Path(__file__).parents[1] / "samples/datasets/small-town"
TODAY = date(2026, 11, 21)
USUAL = {"illustrative-withheld", "lookup-used"}
"""Notices that the good sample has."""


@dataclass
class Town:
    """A copy of the good sample that may be broken, and further folders that are built with it."""

    folder: Path
    others: list["Town"] = field(default_factory=list)

    def replace(self, file: str, old: str, new: str) -> "Town":
        """Change the only place of a file that says `old`."""
        path = self.folder / file
        text = path.read_bytes().decode()
        assert text.count(old) == 1, f"{file} says {old!r} {text.count(old)} times"
        path.write_bytes(text.replace(old, new).encode())
        return self

    def append(self, file: str, row: str) -> "Town":
        """Add a row at the end of a file."""
        with (self.folder / file).open("a", encoding="utf-8", newline="") as stream:
            stream.write(f"{row}\n")
        return self

    def write(self, file: str, content: str | bytes) -> "Town":
        """Give a file other content, or make it."""
        (self.folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def remove(self, file: str) -> "Town":
        """Take a file away."""
        (self.folder / file).unlink()
        return self

    def add_town(self, id: str, **files: str) -> "Town":
        """A second dataset that is built together with this one; tables are given by name."""
        folder = self.folder.parent / f"other-{len(self.others)}-{id}"
        folder.mkdir()
        shutil.copy(GOOD / "dataset.yml", folder)
        other = Town(folder).replace("dataset.yml", "id: small-town", f"id: {id}")
        text = (folder / "dataset.yml").read_text()
        other.write("dataset.yml", text[: text.index("counts:")])
        for table, content in files.items():
            other.write(f"{table}.csv", content)
        self.others.append(other)
        return self

    def load_all(self, *, include_illustrative: bool = False) -> list[LoadedDataset]:
        """Load this folder and the others together."""
        folders = [self.folder, *(other.folder for other in self.others)]
        return load_all(folders, include_illustrative=include_illustrative, today=TODAY)

    def load(self, *, include_illustrative: bool = False) -> LoadedDataset:
        """Load, and give this folder's result."""
        return self.load_all(include_illustrative=include_illustrative)[0]

    def issues(self) -> list[Issue]:
        """What is wrong in any of the folders, without the notices that the good sample has."""
        loaded = self.load_all()
        return in_order(issue for dataset in loaded for issue in dataset.issues if issue.code not in USUAL)


@pytest.fixture
def make_town(tmp_path: Path) -> Callable[[], Town]:
    """Make a fresh copy of the good sample."""

    def make() -> Town:
        folder = tmp_path / f"town-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(GOOD, folder)
        return Town(folder)

    return make


@pytest.fixture
def town(make_town: Callable[[], Town]) -> Town:
    """A copy of the good sample that a test may break."""
    return make_town()
