"""Build a release from dataset folders: load them together, then hand them to the graph."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from hashlib import file_digest
from importlib.metadata import version
from multiprocessing import get_context, parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, Final

from graph.build import NOTHING_DERIVED, BuildResult, DatasetInput, Derive, InputFile, Made, publish
from graph.issues import IssueLog
from graph.lines import keep
from graph.release import Manifest, Releases
from loaders.dataset import FILE, Description, read_description
from loaders.published import load_files
from loaders.runner import LoadedDataset, load_all
from loaders.tables import TABLES
from loaders.values import quoted

SHIPPED: Final[tuple[Path, ...]] = tuple(
    sorted(path.parent for path in (Path(__file__).parent / "sources").glob("*/dataset.yml"))
)
"""The datasets that come with the software."""

PROCESSES: Final = 2
"""Processes that read datasets in publishers' formats, beside the one that fills the store."""

WORTH_A_PROCESS: Final = 2_000_000
"""Bytes of files from which on it pays to start processes."""


def build_release(
    folders: Sequence[Path],
    data_dir: Path,
    *,
    include_illustrative: bool = False,
    publication: bool = False,
    today: date | None = None,
    progress: Callable[[str], None] = lambda _: None,
    derive: Mapping[str, Derive] = NOTHING_DERIVED,
) -> BuildResult:
    """Build these folders into a release under `data_dir` and serve it, unless something is wrong with them.

    `publication` refuses data whose licence does not let it be passed on. `today` is the day of the build (for dates
    that lie in the future). `derive` works out parts of `graph.lines.DERIVED`. Bad data never raises: it is in
    the result's issues.
    """
    made = Made(
        today=today or datetime.now(UTC).date(),
        options={"illustrative": include_illustrative, "publication": publication},
    )
    releases = Releases(data_dir)
    with releases.making() as (_, making):
        progress("read the datasets")
        datasets = read_datasets(folders, making, made)
        return publish(datasets, releases, making, made=made, progress=progress, derive=derive)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of making a release again. `differing`: inputs that are not what they were; nothing was built then.

    `content_hash` None: errors in the data stopped the build.
    """

    same: bool
    content_hash: str | None
    differing: tuple[str, ...]
    software: str

    def told(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**asdict(self), "differing": list(self.differing)}


def rebuild_release(
    manifest: Manifest,
    folders: Sequence[Path],
    *,
    progress: Callable[[str], None] = lambda _: None,
    derive: Mapping[str, Derive] = NOTHING_DERIVED,
) -> Rebuilt:
    """Make a release again from folders that hold the same files, and compare its content; it is kept nowhere.

    Of `derive` those are asked whose parts the release has.
    """
    progress("compare the inputs")
    given = {about.id: (folder, about) for folder in folders if (about := _description(folder)) is not None}
    wanted: dict[str, dict[str, InputFile]] = {one["id"]: {} for one in manifest.datasets}
    for one in manifest.inputs:
        wanted[one["dataset"]][one["name"]] = InputFile(one["name"], one["bytes"], one["sha256"])
    differing = []
    if manifest.today is None:
        differing.append("the manifest does not name its inputs: an early version of Stepway wrote it")
    for id, files in wanted.items():
        if id not in given:
            differing.append(f"{id}: no folder with this dataset is given")
        else:
            differing += [f"{id}: {said}" for said in _compared(files, _inputs(_files(*given[id])))]
    differing += [f"{id}: release {manifest.number} does not have this dataset" for id in given if id not in wanted]
    if differing:
        return Rebuilt(same=False, content_hash=None, differing=tuple(differing), software=version("stepway"))
    with TemporaryDirectory() as state:
        result = build_release(
            [given[id][0] for id in wanted],
            Path(state),
            include_illustrative=manifest.options["illustrative"],
            publication=manifest.options["publication"],
            today=date.fromisoformat(manifest.today or ""),
            progress=progress,
            derive={name: one for name, one in derive.items() if name in manifest.parts},
        )
        found = result.release.manifest.content_hash if result.release else None
    return Rebuilt(found == manifest.content_hash, found, (), version("stepway"))


def _compared(wanted: dict[str, InputFile], given: Sequence[InputFile]) -> Iterator[str]:
    """What differs between the files a release was made of and those that are given."""
    there = {one.name: one for one in given}
    for name, file in wanted.items():
        if name not in there:
            yield f"{name} is missing"
        elif there[name] != file:
            yield f"{name} has {there[name].bytes:,} bytes and another content; it had {file.bytes:,} bytes"
    yield from (f"{name} was not there" for name in there if name not in wanted)


def _description(folder: Path) -> Description | None:
    return read_description(folder, IssueLog(folder.name)) if folder.is_dir() else None


def _files(folder: Path, about: Description) -> dict[str, Path]:
    """The files of a dataset by their names, dataset.yml first."""
    tables = {table.file: folder / table.file for table in TABLES.values()}
    return {FILE: folder / FILE} | (input_files(folder, about) if about.format else tables)


def read_datasets(folders: Sequence[Path], making: Path, made: Made) -> Iterator[DatasetInput]:
    """The datasets of these folders: first those in the native format, then the others, as they are ready."""
    described = {folder: _description(folder) for folder in folders}
    published = {folder: about for folder, about in described.items() if about is not None and about.format}
    native = [folder for folder in folders if folder not in published]
    illustrative, private = made.options["illustrative"], made.options["publication"]
    seen = {about.id for folder, about in described.items() if about is not None and folder in native}
    tasks, twice = [], []
    for folder, about in published.items():
        if about.id in seen:
            twice.append(_twice(about))
        else:
            tasks.append(Task(folder, about, making, illustrative))
        seen.add(about.id)
    with _loading(tasks) as others:
        own = load_all(native, include_illustrative=illustrative, today=made.today)
        for folder, dataset in zip(native, own, strict=True):
            yield _not_for_publication(_input(folder, dataset), private)
        yield from twice
        for loaded in others:
            yield _not_for_publication(loaded, private)


@dataclass(frozen=True, slots=True)
class Task:
    """A dataset in a publisher's format that is to be loaded into the folder of a release that is being made."""

    folder: Path
    description: Description
    making: Path
    include_illustrative: bool

    @property
    def bytes(self) -> int:
        """How much is to be read."""
        return sum(path.stat().st_size for path in input_files(self.folder, self.description).values())

    def load(self) -> DatasetInput:
        """Read its files, and sort the statements into the release."""
        raw = self.making / f"{self.description.id}.raw"
        found = load_files(self.folder, self.description, raw, include_illustrative=self.include_illustrative)
        return DatasetInput(
            found.name,
            facts_of(found.description),
            found.issues,
            {file: asdict(counts) for file, counts in found.counts.items()},
            kept=keep(raw, self.making, found.name),
            inputs=_inputs(_files(self.folder, self.description)),
        )


@contextmanager
def _loading(tasks: Sequence[Task]) -> Iterator[Iterator[DatasetInput]]:
    """Load datasets: small ones when they are asked for, large ones from now on in processes of their own, the largest
    first.
    """
    ordered = sorted(tasks, key=lambda task: (-task.bytes, task.description.id))
    if sum(task.bytes for task in ordered) < WORTH_A_PROCESS:
        yield (task.load() for task in ordered)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(min(PROCESSES, len(ordered)), context, initializer=_end_with_parent) as pool:
        running = [pool.submit(Task.load, task) for task in ordered]
        yield (done.result() for done in as_completed(running))


def _end_with_parent() -> None:
    """Let this process end at once when the build is killed: it would go on writing into a folder that is given up."""

    def wait() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()


def _twice(about: Description) -> DatasetInput:
    log = IssueLog(about.id)
    log.add("duplicate-dataset", f"another folder has the id {quoted(about.id)} too", file=FILE, column="id")
    return DatasetInput(about.id, facts_of(about), log.issues, {})


def _not_for_publication(dataset: DatasetInput, publication: bool) -> DatasetInput:
    """The dataset; with an error when it must not be passed on and the release is to be."""
    if not publication or not dataset.facts or dataset.facts["shippable"]:
        return dataset
    log = IssueLog(dataset.id)
    message = f"the licence ({dataset.facts['licence']}) does not let it be passed on"
    log.add("not-for-publication", message, file=FILE, column="shippable", value="no")
    return replace(dataset, issues=[*dataset.issues, *log.issues])


def _input(folder: Path, dataset: LoadedDataset) -> DatasetInput:
    facts = facts_of(dataset.description) if dataset.description else {}
    rows = {table: asdict(counts) for table, counts in dataset.counts.items()}
    files = _files(folder, dataset.description) if dataset.description else {}
    return DatasetInput(dataset.name, facts, dataset.issues, rows, dataset.quads, inputs=_inputs(files))


def input_files(folder: Path, description: Description) -> dict[str, Path]:
    """The files a dataset in a publisher's format may be read from, by their names below the places it gives."""
    found: dict[str, Path] = {}
    for place in description.files:
        path = folder / place
        for one in [path] if path.exists() else path.parent.glob(path.name):
            root = one if one.is_dir() else one.parent
            inner = one.rglob("*") if one.is_dir() else [one]
            found.update({file.relative_to(root).as_posix(): file for file in inner if file.is_file()})
    return {name: found[name] for name in sorted(found) if name != FILE}


def _inputs(files: dict[str, Path]) -> list[InputFile]:
    """What identifies each file of a dataset, dataset.yml first."""
    found = []
    for name, path in files.items():
        if path.is_file():
            with path.open("rb") as data:
                digest = file_digest(data, "sha256").hexdigest()
            found.append(InputFile(name, path.stat().st_size, digest))
    return found


def facts_of(description: Description) -> dict[str, Any]:
    """What the manifest says of a dataset."""
    return {
        "title": description.title,
        "publisher": description.publisher,
        "licence": description.licence,
        "licence_url": description.licence_url,
        "attribution": description.attribution,
        "shippable": description.shippable,
        "retrieved": str(description.retrieved) if description.retrieved else None,
        "format": description.format or None,
        "version": description.version or None,
    }
