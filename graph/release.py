"""Releases: numbered folders that never change, and the pointer that says which one is served.

A release holds `store/` (the triple store), `graph/` (the same statements, as a sorted file for each dataset),
`projection.json`, `profile.json`, `search.sqlite`, `issues.jsonl` and `manifest.json`. It is made in a folder of
another name and renamed when it is whole, so a reader never sees half of one; the pointer is replaced in one step.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, Self

from graph.issues import Issue, read_issues
from graph.profile import Profile, profile_of
from graph.projection import FORMAT, PROJECTION, Projection
from graph.projector import project
from graph.search import SearchIndex
from graph.store import GraphStore

POINTER: Final = "current"


class BuildRunningError(RuntimeError):
    """Another process builds into the same data directory."""


class NoReleaseError(LookupError):
    """There is no release to open: none was built yet, or the number is not known."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release is. `content_hash` depends on the statements alone: the same inputs give the same hash.

    `parts` are its files of statements: how many each has, and the SHA-256 of its lines. `inputs` are the files that
    were read (dataset, name, bytes, SHA-256), `today` and `options` what else the content depends on: with them the
    release can be made again. `previous` is the release that it was compared with: `retired` counts what had been
    described before and is not here, by class; `changes` what became of the things of each class since.
    """

    number: int
    built_at: str
    content_hash: str
    software: str
    illustrative: bool
    quads: int
    datasets: list[dict[str, Any]]
    counts: dict[str, int]
    issues: dict[str, int]
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    today: str | None = None
    options: dict[str, bool] = field(default_factory=dict)
    previous: int | None = None
    retired: dict[str, int] = field(default_factory=dict)
    changes: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The manifest of a release folder."""
        return cls(**json.loads((path / "manifest.json").read_text(encoding="utf-8")))

    def write(self, path: Path) -> None:
        """Write it into a release folder."""
        (path / "manifest.json").write_text(json.dumps(asdict(self), indent=2, sort_keys=True) + "\n", encoding="utf-8")


class Release:
    """A finished release, open for reading. Parts are opened when first asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = Manifest.read(path)

    @cached_property
    def store(self) -> GraphStore:
        """Its graph."""
        return GraphStore.open(self.path / "store")

    @cached_property
    def projection(self) -> Projection:
        """What the pathway planner reads of it; read from the graph again where other software wrote it."""
        kept = PROJECTION.validate_json((self.path / "projection.json").read_bytes())
        return kept if kept.format == FORMAT else project(self.store)

    @cached_property
    def profile(self) -> Profile:
        """What it holds, in numbers; worked out again where other software wrote it."""
        return profile_of(self.path)

    @cached_property
    def search(self) -> SearchIndex:
        """Its text index."""
        return SearchIndex.open(self.path / "search.sqlite")

    @property
    def issues(self) -> list[Issue]:
        """What was found wrong or doubtful when it was built; none of them an error."""
        return read_issues(self.path / "issues.jsonl")


class Releases:
    """The releases under one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "releases"

    def numbers(self) -> list[int]:
        """Numbers of the whole releases, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(int(path.name) for path in self.folder.iterdir() if path.name.isdigit() and path.is_dir())

    def current_number(self) -> int | None:
        """Number of the release that is served; None before the first."""
        try:
            return int((self.folder / POINTER).read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def get(self, number: int | None = None) -> Release:
        """Open a release, the current one without a number. Raises `NoReleaseError`."""
        wanted = number if number is not None else self.current_number()
        if wanted is None:
            raise NoReleaseError("no release has been built yet")
        path = self.folder / f"{wanted:06d}"
        if not (path / "manifest.json").is_file():
            raise NoReleaseError(f"there is no release {wanted}")
        return Release(path)

    @contextmanager
    def building(self) -> Iterator[None]:
        """Hold the data directory for one build. Raises `BuildRunningError` while another holds it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "building.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BuildRunningError("another build is running here: wait until it has ended") from None
            yield

    def begin(self) -> tuple[int, Path]:
        """A number for the next release and an empty folder to make it in; leftovers of a broken build are removed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob("*.making"):
            shutil.rmtree(left, ignore_errors=True)
        number = max(self.numbers(), default=0) + 1
        # Each has a name of its own: a process of a broken build may still hold, or write into, the one before.
        return number, Path(mkdtemp(prefix=f"{number:06d}-", suffix=".making", dir=self.folder))

    @contextmanager
    def making(self) -> Iterator[tuple[int, Path]]:
        """Hold the data directory for one build: the next number and a folder, gone afterwards unless published."""
        with self.building():
            number, path = self.begin()
            try:
                yield number, path
            finally:
                shutil.rmtree(path, ignore_errors=True)

    def publish(self, making: Path) -> Release:
        """Give a finished folder its name and serve it from now on."""
        path = self.folder / f"{int(making.name.partition('-')[0]):06d}"
        making.chmod(0o755)
        making.rename(path)
        self.point_to(int(path.name))
        return Release(path)

    def point_to(self, number: int) -> None:
        """Serve this release. Raises `NoReleaseError` when it is not there."""
        self.get(number)
        written = self.folder / f"{POINTER}.new"
        written.write_text(f"{number}\n", encoding="ascii")
        written.replace(self.folder / POINTER)
