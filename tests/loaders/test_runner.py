"""Folders as a whole: counts, ids, made-up rows, and datasets that lean on each other."""

from datetime import date
from pathlib import Path
from typing import Any

from graph.issues import Severity
from loaders.runner import Counts, load
from ontology.namespaces import DATASET, thing

ROLES = "role_id,title,progresses_to,source_url,status\n"
TODAY = date(2026, 11, 21)


def test_counts_say_what_became_of_every_row(town: Any) -> None:
    town.append("qualifications.csv", "Q-BAD,,,,,,,,,,,,,current,yes,https://example.org/b,2026,published,")
    assert town.load().counts["qualifications"] == Counts(read=4, mapped=2, withheld=1, refused=1)
    assert town.load(include_illustrative=True).counts["qualifications"] == Counts(4, 3, 0, 1)
    for loaded in town.load_all():
        assert all(c.read == c.mapped + c.withheld + c.refused for c in loaded.counts.values())


def test_made_up_rows_are_left_out_unless_asked_for(town: Any) -> None:
    assert "Q-DEMO" not in town.load().ids
    asked = town.load(include_illustrative=True)
    assert asked.ids["Q-DEMO"] == "qualifications"
    assert {issue.code for issue in asked.issues} == {"lookup-used"}
    assert thing("Q-DEMO") not in {quad[0] for quad in town.load().quads}


def test_a_refused_row_leaves_no_statement(town: Any) -> None:
    town.replace("gaps.csv", "2026-11-20,The college", "yesterday,The college")
    assert not [quad for quad in town.load().quads if "GAP-1" in f"{quad[0]}{quad[2]}"]


def test_the_same_input_gives_the_same_statements_in_the_same_order(town: Any) -> None:
    assert list(town.load().quads) == list(town.load().quads)


def test_a_row_may_name_a_row_of_another_dataset(town: Any) -> None:
    town.add_town("big-town", roles=f"{ROLES}OC-BIG,Big job,OC-LAB,https://example.org/b,published\n")
    town.replace("roles.csv", "OC-TECH,inferred", "OC-TECH|OC-BIG,inferred")
    assert town.issues() == []
    alone = load(town.folder, today=TODAY)
    assert [issue.code for issue in alone.issues if issue.severity is Severity.ERROR] == ["unknown-reference"]


def test_known_ids_may_be_named_and_keep_their_kind(town: Any) -> None:
    town.replace("roles.csv", "OC-TECH,inferred", "OC-TECH|OC-FAR,inferred")
    assert not load(town.folder, today=TODAY, known={"OC-FAR": "roles"}).has_errors
    wrong = load(town.folder, today=TODAY, known={"OC-FAR": "providers"})
    assert "wrong-kind-reference" in {issue.code for issue in wrong.issues}
    taken = load(town.folder, today=TODAY, known={"OC-LAB": "providers"})
    assert "id-in-two-tables" in {issue.code for issue in taken.issues}


def test_both_datasets_keep_what_they_say_of_the_same_thing(town: Any) -> None:
    town.add_town("big-town", roles=f"{ROLES}OC-LAB,Lab worker,,https://example.org/b,published\n")
    small, big = town.load_all()
    assert small.ids["OC-LAB"] == big.ids["OC-LAB"] == "roles"
    graphs = {quad[3] for quad in (*small.quads, *big.quads) if quad[0] == thing("OC-LAB")}
    assert graphs == {DATASET["small-town"], DATASET["big-town"]}


def test_without_a_description_nothing_is_mapped_and_the_rows_are_still_checked(town: Any) -> None:
    town.remove("dataset.yml")
    town.replace("units.csv", ",30,300,", ",30x,300,")
    loaded = town.load()
    assert loaded.description is None
    assert not list(loaded.quads)
    assert loaded.ids == {}
    assert {issue.code for issue in loaded.issues} == {"missing-file", "invalid-number", "dependents-refused"}
    assert loaded.name == town.folder.name
    assert loaded.counts["units"] == Counts(read=2, refused=2)


def test_issues_of_a_folder_bear_the_id_of_the_dataset_even_when_found_before_it_was_known(town: Any) -> None:
    town.write("dataset.yml", b"\xef\xbb\xbf" + (town.folder / "dataset.yml").read_bytes())
    assert {issue.dataset for issue in town.load().issues} == {"small-town"}
    assert [issue.code for issue in town.issues()] == ["byte-order-mark"]


def test_a_thousand_unknown_references_are_a_thousand_issues(town: Any) -> None:
    header, row = (town.folder / "competencies.csv").read_text().splitlines()
    rows = [row.replace("K-LAB-S1,OC-LAB", f"K-LAB-{n},OC-LAB{n}") for n in range(1_000)]
    town.write("competencies.csv", "\n".join([header, row, *rows, ""]))
    assert len(town.issues()) == 1_000


def test_the_shipped_datasets_have_no_errors() -> None:
    from loaders import runner

    folders = sorted(path.parent for path in Path(runner.__file__).parent.glob("sources/*/dataset.yml"))
    for loaded in runner.load_all(folders, today=TODAY):
        assert [str(issue) for issue in loaded.issues if issue.severity is Severity.ERROR] == []
