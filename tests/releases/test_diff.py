"""What differs between two releases: the laws it keeps, and what it says of a small world that changes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from graph.diff import Change, Counts, FieldChange, NotComparableError, Side, diff, short
from graph.lines import read_lines
from graph.release import Release, Releases
from loaders.publish import build_release
from ontology.namespaces import DATASET, id_of
from tests.support.world import DAY, Rows, write_dataset

OLD: dict[str, Rows] = {
    "roles": [
        {"role_id": "OC-TECH", "title": "Technician", "level": "4"},
        {"role_id": "OC-GONE", "title": "Punched card operator", "level": "2"},
    ],
    "qualifications": [
        {"qualification_id": "Q-1", "title": "Award one", "level": "3", "real_award": "yes"},
        {
            "qualification_id": "Q-2",
            "title": "Award two",
            "level": "4",
            "entry_rule": "holds(Q-1)",
            "real_award": "yes",
        },
    ],
}
NEW: dict[str, Rows] = {
    "roles": [
        {"role_id": "OC-TECH", "title": "Senior technician", "level": "5"},
        {"role_id": "OC-NEW", "title": "Data steward", "level": "4"},
    ],
    "qualifications": [
        {"qualification_id": "Q-1", "title": "Award one", "level": "3", "real_award": "yes"},
        {"qualification_id": "Q-2", "title": "Award two", "level": "4", "entry_rule": "level(3)", "real_award": "yes"},
    ],
}
OTHER: dict[str, Rows] = {"providers": [{"provider_id": "P-1", "name": "Town college"}]}
Fact = tuple[str, str, str, str]


def built(folder: Path, state: Path, *worlds: dict[str, Rows]) -> Release:
    """A release of some worlds, each a dataset of its own."""
    folders = []
    for number, tables in enumerate(worlds):
        one = write_dataset(folder / f"{len(Releases(state).numbers())}-{number}", **tables)
        text = (one / "dataset.yml").read_text()
        (one / "dataset.yml").write_text(text.replace("id: test-world", f"id: world-{number}"))
        folders.append(one)
    result = build_release(folders, state, today=DAY)
    assert result.release is not None, list(map(str, result.issues))
    return result.release


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    folder = tmp_path_factory.mktemp("diff")
    worlds = ((OLD,), (NEW,), (NEW, OTHER), (OLD, OTHER))
    return [built(folder, folder / "state", *worlds) for worlds in worlds]


def changes(first: Release, second: Release) -> dict[str, Change]:
    return {one.id: one for one in diff(Side.of(first), Side.of(second))}


def facts(release: Release) -> set[Fact]:
    """Everything that datasets say of things, in the words of a diff: read in another way than the diff does."""
    query = """
        SELECT ?g ?s ?p ?o ?text WHERE {
            GRAPH ?g { ?s ?p ?o } ?g a dcat:Dataset
            OPTIONAL { ?o sw:requirementText ?text } }"""
    found = set()
    for row in release.store.select(query):
        if "/requirement/" not in str(row["s"]):
            said = short(id_of(str(row["text"] or row["o"])))
            found.add((id_of(str(row["s"])), str(row["g"]).removeprefix(str(DATASET)), short(str(row["p"])), said))
    return found


def applied(before: set[Fact], found: Iterator[Change]) -> set[Fact]:
    after = set(before)
    for one in found:
        for field in one.fields:
            after -= {(one.id, field.dataset, field.property, value) for value in field.before}
            after |= {(one.id, field.dataset, field.property, value) for value in field.after}
    return after


def test_a_release_does_not_differ_from_itself(releases: list[Release]) -> None:
    assert [changes(one, one) for one in releases] == [{}, {}, {}, {}]


@pytest.mark.parametrize(("a", "b"), list(product(range(4), repeat=2)))
def test_the_other_way_round_everything_is_swapped(releases: list[Release], a: int, b: int) -> None:
    there, back = changes(releases[a], releases[b]), changes(releases[b], releases[a])
    assert there.keys() == back.keys()
    swapped = {"added": "retired", "retired": "added", "changed": "changed"}
    for id, one in there.items():
        assert back[id].became == swapped[one.became]
        assert {(f.property, f.dataset, f.after, f.before) for f in one.fields} == {
            (f.property, f.dataset, f.before, f.after) for f in back[id].fields
        }


@pytest.mark.parametrize(("a", "b"), list(product(range(4), repeat=2)))
def test_what_differs_put_on_the_first_gives_the_second(releases: list[Release], a: int, b: int) -> None:
    first, second = facts(releases[a]), facts(releases[b])
    assert len(first) > 20
    assert applied(first, diff(Side.of(releases[a]), Side.of(releases[b]))) == second


def test_a_small_change_in_words(releases: list[Release]) -> None:
    found = changes(releases[0], releases[1])
    assert {id: (one.became, one.kind) for id, one in found.items()} == {
        "OC-TECH": ("changed", "sw:Role"),
        "OC-GONE": ("retired", "sw:Role"),
        "OC-NEW": ("added", "sw:Role"),
        "Q-2": ("changed", "sw:Qualification"),
    }
    assert found["OC-TECH"].renamed
    assert found["OC-TECH"].fields == (
        FieldChange("skos:prefLabel", "world-0", ("Technician",), ("Senior technician",)),
        FieldChange("sw:level", "world-0", (level(4),), (level(5),)),
    )
    assert found["OC-GONE"].label == "Punched card operator"


def level(number: int) -> str:
    return f"https://w3id.org/stepway/concept/rqf-level/{number}"


def test_a_rule_that_changes_is_a_change_of_the_thing(releases: list[Release]) -> None:
    (field,) = changes(releases[0], releases[1])["Q-2"].fields
    assert field == FieldChange("sw:entryRequirement", "world-0", ("holds(Q-1)",), ("level(3)",))


def test_a_dataset_that_comes_adds_its_things(releases: list[Release]) -> None:
    found = changes(releases[1], releases[2])
    assert {(one.id, one.became, one.datasets) for one in found.values()} == {("P-1", "added", ("world-1",))}


def test_they_are_counted_by_class_and_dataset(releases: list[Release]) -> None:
    counts = Counts()
    for one in diff(Side.of(releases[0]), Side.of(releases[1])):
        counts.add(one)
    assert counts.by_class["sw:Role"] == {"added": 1, "retired": 1, "changed": 1, "renamed": 1}
    assert counts.by_dataset["world-0"] == {"added": 1, "retired": 1, "changed": 2, "renamed": 1}


def test_a_thing_of_two_datasets_is_not_retired_by_one(tmp_path: Path) -> None:
    role = {"roles": [{"role_id": "OC-TECH", "title": "Technician", "level": "4"}]}
    both = built(tmp_path, tmp_path / "state", role, role)
    one = built(tmp_path, tmp_path / "state", role)
    assert {c.became for c in changes(both, one).values()} == {"changed"}
    assert {c.became for c in changes(one, both).values()} == {"changed"}


def test_lines_moved_in_a_file_change_nothing(tmp_path: Path) -> None:
    first = built(tmp_path, tmp_path / "state", OLD)
    turned = {name: list(reversed(rows)) for name, rows in OLD.items()}
    second = built(tmp_path, tmp_path / "state", turned)
    assert first.manifest.content_hash != second.manifest.content_hash, "the lines of the file are told"
    assert changes(first, second) == {}


def test_a_release_of_early_software_says_so(releases: list[Release], tmp_path: Path) -> None:
    replace(releases[0].manifest, parts={}).write(tmp_path)
    with pytest.raises(NotComparableError, match="before releases could be compared"):
        Side.of(Release(tmp_path))


def test_lines_are_kept_sorted_and_once(releases: list[Release]) -> None:
    lines = list(read_lines(releases[0].path, "world-0"))
    assert lines == sorted(set(lines))
    assert len(lines) == releases[0].manifest.parts["world-0"]["quads"]


def versions_of(format: str, files: Sequence[Path], tmp_path: Path) -> tuple[Counts, Release]:
    """What became of the things of one dataset from each of its files to the next, and the last release."""
    found = []
    for number, path in enumerate(files):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "dataset.yml").write_text(f"id: {format}\nformat: {format}\nfiles: {path}\n")
        result = build_release([folder], tmp_path / "state", today=DAY)
        assert result.release is not None, list(map(str, result.issues))[:5]
        found.append(result.release)
    counts = Counts()
    for one in diff(Side.of(found[0]), Side.of(found[-1])):
        counts.add(one)
    return counts, found[-1]


@pytest.mark.shared_data
def test_esco_occupations_of_two_versions(tmp_path: Path, shared: Path) -> None:
    """The publisher's own figures: five occupations gone, 102 new, 50 with another name."""
    files = [next((shared / "data" / f"esco-{version}").glob("occupations_en.csv*")) for version in ("1.0.x", "1.2.0")]
    counts, release = versions_of("esco", files, tmp_path)
    said = counts.by_class["esco:Occupation"]
    assert (said["retired"], said["added"], said["renamed"]) == (5, 102, 50)
    assert release.manifest.retired["esco:Occupation"] == 5


@pytest.mark.shared_data
def test_the_list_of_funded_qualifications_over_four_months(tmp_path: Path, shared: Path) -> None:
    """As a script that compares the two files cell by cell has it: October 2024 against February 2025."""
    folder = shared / "data" / "uk-funded-qualifications"
    files = [folder / "funded_2024-10-22.csv.xz", folder / "approved_2025-02-18.csv.xz"]
    counts, _ = versions_of("funded-qualifications", files, tmp_path)
    awards, offers = counts.by_class["sw:Qualification"], counts.by_class["sw:FundingOffer"]
    assert (awards["added"], awards["retired"], awards["renamed"]) == (19, 128, 342)
    assert (offers["added"], offers["retired"]) == (92, 399)
