"""A published file in a few lines: a format as YAML, files as text, and what comes of them as short lines."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.issues import Issue, IssueLog
from loaders.dataset import Description, PartialDate, read_description
from loaders.format import FORMATS, Format, only_texts
from loaders.published import LoadedFiles, load_files
from ontology.namespaces import DATASET, PREFIXES

_BASE = {
    "id": "made-up", "title": "Made up", "publisher": "Stepway", "home": "https://example.org", "licence": "CC0-1.0",
    "attribution": "None.", "shippable": "yes", "about": "For tests.",
}  # fmt: skip


@dataclass
class Read:
    """What came of files. `lines` are the statements of the dataset's graph with prefixes and without its name."""

    loaded: LoadedFiles

    @property
    def text(self) -> str:
        return self.loaded.path.read_text(encoding="utf-8")

    @property
    def issues(self) -> list[Issue]:
        return self.loaded.issues

    @property
    def codes(self) -> list[str]:
        return [issue.code for issue in self.issues]

    @property
    def lines(self) -> list[str]:
        """Facts, without the kind, standing and place of things."""
        found = []
        for line in self.text.splitlines():
            said, graph = line.removesuffix(" .").rsplit(" ", 1)
            if graph != f"<{DATASET[self.loaded.name]}>":
                continue
            for prefix, whole in PREFIXES.items():
                said = re.sub(rf"<{re.escape(whole)}([^>/#]*)>", rf"{prefix}:\1", said)
            if " rdf:type " not in said and " sw:status " not in said:
                found.append(said)
        return found

    def only(self, code: str) -> Issue:
        """The one issue of this kind."""
        (found,) = [issue for issue in self.issues if issue.code == code]
        return found


Reader = Callable[..., Read]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Reads one file: the format's file as YAML, then its content; `more` files by name; `retrieved` a day."""

    def reads(file: str, content: str | bytes, name: str = "rows.csv", retrieved: str = "", **more: bytes) -> Read:
        given = {"name": "rows", "match": [name], **only_texts(file)}
        kind = Format.model_validate({**_BASE, "files": [given]})
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        for other, data in more.items():
            (folder / other).write_bytes(data)
        day = PartialDate(retrieved) if retrieved else None
        about = Description("made-up", "Made up", "Stepway", "CC0-1.0", True, retrieved=day, format="made-up")
        return Read(load_files(folder, about, tmp_path / "out.nq", kind=kind))

    return reads


@pytest.fixture
def sample(tmp_path: Path) -> Callable[[str], Read]:
    """Loads the sample of a format by the format's id."""

    def load(format: str) -> Read:
        folder = FORMATS / format / "sample"
        log = IssueLog(format)
        about = read_description(folder, log)
        assert about is not None, [str(issue) for issue in log.issues]
        return Read(load_files(folder, about, tmp_path / f"{format}.nq", include_illustrative=True))

    return load
