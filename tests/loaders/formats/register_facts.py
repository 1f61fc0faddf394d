"""What tests of registers share: which faults of shapes count, and samples that are changed before they are read."""

import shutil
from pathlib import Path

from told_facts import shape_faults

from graph.issues import IssueLog
from loaders.dataset import read_description
from loaders.format import FORMATS
from loaders.published import LoadedFiles, load_files


def faults(loaded: LoadedFiles) -> set[str]:
    """What the shapes find. The source of a published thing is that of its dataset, so none of its own is no fault."""
    return {fault for fault in shape_faults(loaded) if "Nothing is stated without a source" not in fault}


def changed(format: str, file: str, old: str, new: str, out: Path, **more: bytes) -> LoadedFiles:
    """The sample of a format, in which one file has another text; `old` must stand in it. `more` files by name."""
    folder = out / "sample"
    shutil.copytree(FORMATS / format / "sample", folder)
    content = (folder / file).read_bytes()
    assert old.encode() in content
    (folder / file).write_bytes(content.replace(old.encode(), new.encode()))
    for name, data in more.items():
        (folder / name).write_bytes(data)
    about = read_description(folder, IssueLog(format))
    assert about is not None
    return load_files(folder, about, out / f"{format}.nq", include_illustrative=True)
