"""Every kind of fault, each in the good sample by one edit: its code, its place, and whether the hint helps to mend it.

The edits stand in `broken.yml`; those that need more than a change of text are `HARD` below. A case names the only
fault that the edit may cause, so that one fault does not bring a second, puzzling one with it.
"""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph.issues import CATALOGUE, Severity

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("broken.yml").read_text(encoding="utf-8"))
ROLES = "role_id,title,source_url,as_of,status\n"
PROVIDERS = "provider_id,name,ukprn,provider_type,source_url,as_of,status\n"


def new_role(**cells: str) -> str:
    """A row of roles.csv with some cells filled."""
    usual = {"role_id": "OC-NEW", "title": "New role", "source_url": "https://example.org/new", "status": "published"}
    header = (Path(__file__).parents[1] / "samples/datasets/small-town/roles.csv").read_text().splitlines()[0]
    line = io.StringIO()
    csv.writer(line, lineterminator="", quoting=csv.QUOTE_ALL).writerow(
        [{**usual, **cells}.get(name, "") for name in header.split(",")]
    )
    return line.getvalue()


def edit(town: Any, case: dict[str, Any]) -> None:
    """Make the edit of one case of `broken.yml`."""
    match case:
        case {"in": file, "change": [old, new]}:
            town.replace(file, old, new)
        case {"in": file, "add": row}:
            town.append(file, row)
        case {"in": file, "put": content}:
            town.write(file, content)
        case {"in": file, "drop": column}:
            lines = [line.split(",") for line in (town.folder / file).read_text().splitlines()]
            place = lines[0].index(column)
            town.write(file, "".join(",".join(line[:place] + line[place + 1 :]) + "\n" for line in lines))
        case {"role": cells}:
            town.append("roles.csv", new_role(**cells))
        case _:
            raise AssertionError(f"{case['name']} has no edit")


def only_description(town: Any) -> None:
    for path in town.folder.glob("*.csv"):
        path.unlink()
    text = (town.folder / "dataset.yml").read_text()
    town.write("dataset.yml", text[: text.index("counts:")])


def no_folder(town: Any) -> None:
    town.folder = town.folder / "roles.csv"


def no_folder_at_all(town: Any) -> None:
    town.folder = town.folder / "nowhere"


def edit_bytes(file: str, change: Callable[[bytes], bytes]) -> Callable[[Any], Any]:
    return lambda town: town.write(file, change((town.folder / file).read_bytes()))


def long_note(signs: int) -> Callable[[Any], Any]:
    return lambda town: town.append("roles.csv", new_role(notes="x" * signs))


def camp_rule(rule: str) -> Callable[[Any], Any]:
    return lambda town: town.replace("provision_types.csv", "attribute(age >= 19)", rule)


def second_town(id: str, table: str, content: str) -> Callable[[Any], Any]:
    return lambda town: town.add_town(id, **{table: content})


LAB_AGAIN = f"{ROLES}OC-LAB,Lab assistant,https://example.org/l,2026,published\n"
COLLEGE_AS_ROLE = f"{ROLES}P-SMALL,Lab assistant,https://example.org/l,2026,published\n"
PORTER = f"{ROLES}OC-X,Porter,https://example.org/l,2026,published\n"
BIG_COLLEGE = f"{PROVIDERS}P-BIG,Big College,10000001,university,https://example.org/b,2026,published\n"
RULE = "provision_types.csv:2 [entry_rule] invalid-requirement"

HARD: list[tuple[str, Callable[[Any], Any], str, str]] = [
    ("a file for a folder", no_folder, "roles.csv not-a-folder", "folder that holds dataset.yml"),
    ("no folder", no_folder_at_all, "nowhere not-a-folder", "folder that holds dataset.yml"),
    ("no dataset.yml", lambda t: t.remove("dataset.yml"), "dataset.yml missing-file", "write dataset.yml"),
    ("empty dataset", only_description, "small-town no-tables", "add at least one table"),
    ("a folder as table", lambda t: (t.folder / "duties.csv").mkdir(), "duties.csv unreadable-file", "make it a file"),
    (
        "Windows-1252",
        edit_bytes("gaps.csv", lambda b: b.replace(b"Nobody has", b"Nobody\x92s")),
        "gaps.csv:2 unreadable-encoding",
        "in Windows-1252 it is “’”",
    ),
    ("UTF-16", lambda t: t.write("gaps.csv", "a,b".encode("utf-16")), "gaps.csv:1 unreadable-encoding", "as UTF-8"),
    (
        "a spreadsheet file",
        lambda t: t.write("gaps.csv", b"PK\x03\x04\n\x00\x00\xff"),
        "gaps.csv:2 unreadable-encoding",
        "export the table as CSV",
    ),
    (
        "dataset.yml in Windows-1252",
        edit_bytes("dataset.yml", lambda b: b.replace(b"Jobs and", b"Jobs \x96")),
        "dataset.yml:3 unreadable-encoding",
        "in Windows-1252 it is “–”",
    ),
    (
        "a byte order mark",
        edit_bytes("gaps.csv", lambda b: b"\xef\xbb\xbf" + b),
        "gaps.csv:1 byte-order-mark",
        "without a byte order mark",
    ),
    ("an empty file", lambda t: t.write("gaps.csv", b""), "gaps.csv empty-file", "write the header line"),
    ("a header alone", edit_bytes("gaps.csv", lambda b: b.split(b"\n")[0]), "gaps.csv no-rows", "add the rows"),
    ("a large cell", long_note(20_001), "roles.csv:4 [notes] cell-too-large", "closing quotation mark"),
    ("a huge cell", long_note(200_000), "roles.csv:4 cell-too-large", "closing quotation mark"),
    ("a rule as deep as a well", camp_rule("all(" * 900 + "level(3)" + ")" * 900), RULE, "native-format.md"),
    ("a number of five thousand digits", camp_rule(f"level({'9' * 5000})"), RULE, "native-format.md"),
    (
        "an id twice for one kind",
        second_town("big-town", "roles", LAB_AGAIN),
        "roles.csv:2 [role_id] described-twice",
        "same",
    ),
    (
        "an id for two kinds",
        second_town("big-town", "roles", COLLEGE_AS_ROLE),
        "roles.csv:2 [role_id] id-in-two-tables",
        "change one of the ids",
    ),
    (
        "two datasets of one id",
        second_town("small-town", "roles", PORTER),
        "dataset.yml [id] duplicate-dataset",
        "another id",
    ),
    (
        "a UKPRN for two in two datasets",
        second_town("big-town", "providers", BIG_COLLEGE),
        "providers.csv:2 [ukprn] same-ukprn-twice",
        "merge the rows",
    ),
]


def check_only_fault(town: Any, finds: str, mend: str) -> Any:
    """The one issue there is; it has this place and code, and its hint says this."""
    found = [issue for issue in town.issues() if issue.code != "dependents-refused"]
    assert [f"{issue.place} {issue.code}" for issue in found] == [finds], [str(issue) for issue in found]
    (issue,) = found
    assert mend in issue.hint
    assert "\n" not in str(issue)
    return issue


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['finds'].split()[-1]}: {case['name']}")
def test_one_edit_makes_one_fault_that_says_how_to_mend_it(case: dict[str, Any], town: Any) -> None:
    edit(town, case)
    issue = check_only_fault(town, case["finds"], case["mend"])
    value = case.get("value") or next(filter(str.strip, case.get("role", {}).values()), None)
    assert value is None or issue.value == value


@pytest.mark.parametrize(("name", "change", "finds", "mend"), HARD, ids=lambda x: x if isinstance(x, str) else "")
def test_harder_faults(name: str, change: Callable[[Any], Any], finds: str, mend: str, town: Any) -> None:
    change(town)
    check_only_fault(town, finds, mend)


OF_THE_GRAPH = {code for code in CATALOGUE if code.startswith(("shape-", "check-"))}


def test_every_issue_type_has_a_case() -> None:
    """Here, or (found without an edit of one place, or in a publisher's file) in a test that names it."""
    cases = {case["finds"].split()[-1] for case in CASES} | {finds.split()[-1] for _, _, finds, _ in HARD}
    others = [path for path in Path(__file__).parents[1].rglob("test_*.py") if path.name != Path(__file__).name]
    named = "\n".join(path.read_text(encoding="utf-8") for path in others)
    assert cases <= CATALOGUE.keys()
    quoted = set(re.findall(r'"([a-z0-9-]+)[" ]', named))
    assert CATALOGUE.keys() - OF_THE_GRAPH - cases - quoted == set()


def test_the_good_sample_has_no_fault(town: Any) -> None:
    assert town.issues() == []
    assert {issue.code for issue in town.load().issues} == {"illustrative-withheld", "lookup-used"}
    assert not town.load().has_errors


def test_all_faults_of_all_files_are_found_in_one_run(town: Any) -> None:
    town.append("roles.csv", new_role(level="L4", as_of="yesterday", progresses_to="OC-NOBODY"))
    town.append("roles.csv", new_role(role_id="OC-LAST", title="", status="maybe"))
    town.replace("units.csv", ",30,300,120,core", ",30,300,400,cor")
    found = [(issue.file, issue.line, issue.column, issue.code) for issue in town.issues()]
    assert found == [
        ("roles.csv", 4, "as_of", "invalid-date"),
        ("roles.csv", 4, "level", "invalid-level"),
        ("roles.csv", 4, "progresses_to", "unknown-reference"),
        ("roles.csv", 5, "status", "not-a-choice"),
        ("roles.csv", 5, "title", "blank-required"),
        ("units.csv", 2, None, "dependents-refused"),
        ("units.csv", 2, "glh_hours", "glh-exceeds-tqt"),
        ("units.csv", 2, "unit_role", "not-a-choice"),
    ]


def test_two_awards_that_need_each_other_are_both_told(town: Any) -> None:
    town.replace("qualifications.csv", '"usually(any(level(3), works_as(OC-LAB)), by=provider)"', "holds(Q-BASE)")
    town.replace("qualifications.csv", "Work,,,2,,,,,,,,", "Work,,,2,,,,,,completed(Q-CERT),,")
    cyclic = [issue for issue in town.issues() if issue.code == "cyclic-parts"]
    assert [(issue.line, issue.column) for issue in cyclic] == [(2, "entry_rule"), (3, "entry_rule")]
    assert "Q-CERT → Q-BASE → Q-CERT" in cyclic[0].message


@pytest.mark.parametrize(
    "rule",
    [
        '"any(holds(Q-CERT), level(3))"',
        '"usually(holds(Q-CERT), by=provider)"',
        '"atleast(1, holds(Q-CERT), level(3))"',
        '"credits(15, from=Q-CERT)"',
    ],
)
def test_an_award_may_be_named_in_its_own_rule_when_there_is_another_way(rule: str, town: Any) -> None:
    town.replace("qualifications.csv", '"usually(any(level(3), works_as(OC-LAB)), by=provider)"', rule)
    assert town.issues() == []


def test_too_many_of_several_parts_are_a_cycle_too(town: Any) -> None:
    rule = '"atleast(2, holds(Q-CERT), all(level(3), completed(Q-CERT)), level(4))"'
    town.replace("qualifications.csv", '"usually(any(level(3), works_as(OC-LAB)), by=provider)"', rule)
    assert [issue.code for issue in town.issues() if issue.severity is Severity.ERROR] == ["cyclic-parts"]


def test_award_rules_are_not_judged_when_some_credits_are_not_known(town: Any) -> None:
    town.replace("units.csv", ",15,150,60,optional", ",,,60,optional")
    assert town.issues() == []


def test_award_rules_by_level_are_not_judged_when_some_levels_are_not_known(town: Any) -> None:
    town.replace("units.csv", "Mending,4,", "Mending,,")
    assert town.issues() == []
    town.replace("combination_rules.csv", "credits(45, from=Q-CERT)", "credits(45, from=Q-CERT, level=4)")
    assert town.issues() == []


def test_award_rules_by_role_are_not_judged_when_roles_depend_on_the_pathway(town: Any) -> None:
    town.replace("units.csv", "120,core", "120,pathway-dependent")
    assert town.issues() == []


@pytest.mark.parametrize(
    "rule", ["core_credits,=,30", "total_credits,>=,45", "total_credits,<=,45", "total_credits,=,n/a"]
)
def test_rules_of_combination_that_agree_or_cannot_be_compared_are_no_fault(rule: str, town: Any) -> None:
    town.append("combination_rules.csv", f"AR-2,Q-CERT,{rule},credits,Words,,https://example.org/r,2026,published,")
    assert town.issues() == []


class TestWhatFollowsFromARefusedRow:
    """Rows that hang on a refused row go with it, and are counted at the row that has the fault."""

    def test_rows_that_name_it_are_refused_and_counted_once(self, town: Any) -> None:
        town.replace("providers.csv", "10000001", "77")
        loaded = town.load()
        (notice,) = (issue for issue in loaded.issues if issue.code == "dependents-refused")
        assert (notice.file, notice.line) == ("providers.csv", 2)
        assert "3 rows that hang on P-SMALL" in notice.message
        assert "1 of deliveries.csv, 1 of opportunities.csv and 1 of sites.csv" in notice.message
        assert loaded.counts["sites"].refused == loaded.counts["deliveries"].refused == 1
        assert "S-SMALL-1" not in loaded.ids

    def test_a_file_that_cannot_be_read_brings_no_unknown_references(self, town: Any) -> None:
        town.write("roles.csv", b"\xff")
        found = [(issue.code, issue.file) for issue in town.issues()]
        assert found == [
            ("dependents-refused", "roles.csv"),
            ("unreadable-encoding", "roles.csv"),
        ]

    def test_a_thing_that_another_dataset_describes_soundly_is_not_lost(self, town: Any) -> None:
        town.add_town(
            "big-town", providers=f"{PROVIDERS}P-SMALL,College,,university,https://example.org/b,2026,published\n"
        )
        town.replace("providers.csv", "10000001", "77")
        small, big = town.load_all()
        assert "S-SMALL-1" in small.ids
        assert big.ids == {"P-SMALL": "providers"}

    def test_it_goes_no_further_than_a_thing_that_another_dataset_describes(self, town: Any) -> None:
        header = "competency_id,standard_ref,kind,label,currency,source_url,status\n"
        row = "K-LAB-S1,ST0248,skill,Read a scale,current,https://example.org/s,published\n"
        town.replace("roles.csv", "2,published,healthtech", "22,published,healthtech")
        assert town.load().counts["competency_links"].refused == 1
        town.add_town("big-town", competencies=header + row)
        small = town.load()
        assert (small.counts["competencies"].refused, small.counts["competency_links"].refused) == (1, 0)
        assert small.has_errors

    def test_nothing_is_lost_when_the_row_is_only_a_second_one(self, town: Any) -> None:
        town.append("providers.csv", "P-SMALL,Again,,,university,no,https://example.org/o,2026,published,")
        assert [issue.code for issue in town.issues()] == ["duplicate-id"]
        assert town.load().counts["providers"].refused == 1
        assert "S-SMALL-1" in town.load().ids
