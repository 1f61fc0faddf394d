"""Build a release from dataset folders: load them together, then hand them to the graph."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from graph.build import BuildResult, DatasetInput, publish
from graph.release import Releases
from loaders.dataset import Description
from loaders.runner import LoadedDataset, load_all

SHIPPED: Final[tuple[Path, ...]] = tuple(
    sorted(path.parent for path in (Path(__file__).parent / "sources").glob("*/dataset.yml"))
)
"""The datasets that come with the software."""


def build_release(
    folders: Sequence[Path],
    data_dir: Path,
    *,
    include_illustrative: bool = False,
    today: date | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> BuildResult:
    """Build these folders into a release under `data_dir` and serve it, unless something is wrong with them.

    `today` is the day of the build (for dates that lie in the future). Bad data never raises: it is in the result's
    issues.
    """
    progress("read the datasets")
    loaded = load_all(folders, include_illustrative=include_illustrative, today=today or datetime.now(UTC).date())
    return publish([_input(dataset) for dataset in loaded], Releases(data_dir), progress=progress)


def _input(dataset: LoadedDataset) -> DatasetInput:
    facts = _facts(dataset.description) if dataset.description else {}
    rows = {table: asdict(counts) for table, counts in dataset.counts.items()}
    return DatasetInput(dataset.name, facts, dataset.quads, dataset.issues, rows)


def _facts(description: Description) -> dict[str, Any]:
    """What the manifest says of a dataset."""
    return {
        "title": description.title,
        "publisher": description.publisher,
        "licence": description.licence,
        "licence_url": description.licence_url,
        "attribution": description.attribution,
        "shippable": description.shippable,
        "retrieved": str(description.retrieved) if description.retrieved else None,
    }
