"""A dataset folder in a publisher's format: its dataset.yml, which files are its own, and what loading gives back."""

from multiprocessing import Pipe
from pathlib import Path

import pytest

from graph.issues import IssueLog
from loaders.dataset import Count, Description, read_description
from loaders.format import read_format
from loaders.published import LoadedFiles, load_files


def _described(folder: Path, text: str) -> tuple[Description | None, list[str]]:
    folder.mkdir(exist_ok=True)
    (folder / "dataset.yml").write_text(text)
    log = IssueLog("x")
    return read_description(folder, log), [f"{issue.column} {issue.code}" for issue in log.issues]


def test_the_format_says_what_the_dataset_does_not(tmp_path: Path) -> None:
    about, issues = _described(tmp_path / "a", "id: skills-of-europe\nformat: esco\n")
    kind = read_format("esco")
    assert issues == []
    assert about is not None
    assert (about.title, about.publisher, about.licence, about.attribution, about.shippable) == (
        kind.title,
        kind.publisher,
        kind.licence,
        " ".join(kind.attribution.split()),
        kind.shippable,
    )
    assert (about.files, about.version, about.status) == ((".",), "", "published")


def test_the_dataset_may_say_otherwise(tmp_path: Path) -> None:
    text = """
id: skills
format: esco
title: Another title
shippable: no
files: [../a, "../b/*.csv"]
version: 1.2.0
status: illustrative
retrieved: 2026-11-22
counts: {occupations: {exactly: 3039}, skills: 10}
"""
    about, issues = _described(tmp_path / "a", text)
    assert issues == []
    assert about is not None
    assert (about.title, about.shippable, about.files) == ("Another title", False, ("../a", "../b/*.csv"))
    assert (about.version, about.status) == ("1.2.0", "illustrative")
    assert about.counts == {"occupations": Count(3039, exact=True), "skills": Count(10)}


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("format: esko", "format invalid-description"),
        ("format: [esco]", "format invalid-description"),
        ("format: esco\nfiles: {a: b}", "files invalid-description"),
        ("format: esco\nfiles: []", "files invalid-description"),
        ("format: esco\nstatus: perhaps", "status invalid-description"),
        ("format: esco\ncounts: {roles: 1}", "counts invalid-description"),
        ("format: esco\nlookups: {roles: {level: {a: b}}}", "lookups invalid-description"),
        ("format: esco\nlicence_url: nowhere", "licence_url invalid-description"),
        ("format: esco\nlicence: ''", "licence licence-missing"),
        ("files: ../a", "files invalid-description"),
        ("version: 1", "version invalid-description"),
        ("status: illustrative", "status invalid-description"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, text: str, issue: str) -> None:
    about, issues = _described(tmp_path / "a", f"id: x\n{text}\n")
    assert about is None
    assert issue in issues


def _load(folder: Path, text: str, **given) -> LoadedFiles:
    about, issues = _described(folder, f"id: areas\nformat: ssa\n{text}")
    assert about is not None, issues
    return load_files(folder, about, folder.parent / "out.nq", **given)


def _codes(loaded: LoadedFiles) -> list[str]:
    """What is told, without the dirt in rows of the sample."""
    return [issue.code for issue in loaded.issues if issue.code != "row-not-taken"]


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """Two downloads of the same kind beside a dataset folder."""
    sample = Path(__file__).parents[3] / "loaders/formats/ssa/sample"
    (path,) = sample.glob("*.csv")
    for name in ("2024", "2025"):
        (tmp_path / name).mkdir()
        (tmp_path / name / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.parametrize("files", ["../2024", "../2024/*", '[../2024, "../2025/none*"]'])
def test_which_files_are_read(downloads: Path, files: str) -> None:
    loaded = _load(downloads / "dataset", f"files: {files}")
    assert [path.parent.name for path in loaded.inputs] == ["2024"]
    assert sum(counts.read for counts in loaded.counts.values()) > 0
    assert _codes(loaded) == (["missing-file"] if "none" in files else [])


def test_the_same_file_from_two_places_is_read_once(downloads: Path) -> None:
    loaded = _load(downloads / "dataset", "files: [../2024, ../2025]")
    assert _codes(loaded) == ["file-twice"]


@pytest.mark.parametrize("files", ["nothing-there", "../2024/none*", '"bad\\0name"', "/"])
def test_files_that_are_not_there(downloads: Path, files: str) -> None:
    loaded = _load(downloads / "dataset", f"files: {files}")
    assert loaded.has_errors
    assert "missing-file" in _codes(loaded)


def test_counts_are_checked(downloads: Path) -> None:
    name = read_format("ssa").files[0].name
    for counts, code in (("1000", "count-too-low"), ("{exactly: 1}", "count-too-high"), ("1", None)):
        loaded = _load(downloads / "dataset", f"files: ../2024\ncounts: {{{name}: {counts}}}")
        assert _codes(loaded) == ([code] if code else [])


def test_what_is_made_up_is_withheld_unless_asked_for(downloads: Path) -> None:
    text = "files: ../2024\nstatus: illustrative"
    withheld = _load(downloads / "dataset", text)
    assert [issue.code for issue in withheld.issues] == ["illustrative-withheld"]
    assert (withheld.path.read_bytes(), withheld.quads) == (b"", 0)
    shown = _load(downloads / "dataset", text, include_illustrative=True).path.read_text()
    assert "ns#illustrative>" in shown
    assert "ns#published>" not in shown


def test_the_dataset_is_described_with_its_format_and_version(downloads: Path) -> None:
    text = _load(downloads / "dataset", 'files: ../2024\nversion: \'2025\'\ntitle: "A \\"title\\""').path.read_text()
    graph = "<https://w3id.org/stepway/dataset/areas/provenance> ."
    me = "<https://w3id.org/stepway/dataset/areas>"
    assert f'{me} <https://w3id.org/stepway/ns#format> "ssa" {graph}' in text
    assert f'{me} <http://purl.org/dc/terms/hasVersion> "2025" {graph}' in text
    assert f'{me} <http://purl.org/dc/terms/title> "A \\"title\\""@en {graph}' in text


def test_what_comes_back_can_be_sent_between_processes(downloads: Path) -> None:
    told: list[tuple[str, int, float]] = []
    loaded = _load(downloads / "dataset", "files: ../2024", progress=lambda *given: told.append(given))
    here, there = Pipe()
    here.send(loaded)
    assert there.recv() == loaded
    ((file, rows, seconds),) = told
    assert loaded.seconds == {file: seconds}
    assert loaded.counts[file].read == rows
    assert loaded.quads == loaded.path.read_text().count("\n")


def test_twice_the_same(downloads: Path) -> None:
    first = _load(downloads / "dataset", "files: ../2024").path.read_bytes()
    assert _load(downloads / "dataset", "files: ../2024").path.read_bytes() == first
