"""Every kind of fault, each in the good sample by one edit: its code, its place, and whether the hint helps to mend it.

A case says the only faults that the edit may cause, so that one fault does not bring a second, puzzling one with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from graph.issues import CATALOGUE, Severity

LAB = "https://example.org/jobs/lab,2026-01-15,published,"
ROLE_ROW = "OC-NEW,New role,,3,,healthtech,,,,,,https://example.org/jobs/new,2026,published,"
ROLES = "role_id,title,source_url,as_of,status\n"
PROVIDERS = "provider_id,name,ukprn,provider_type,source_url,as_of,status\n"


@dataclass(frozen=True)
class Case:
    """An edit and the fault it makes; `hint` is a part of what the hint says."""

    name: str
    edit: Callable[[Any], Any]
    code: str
    file: str | None
    line: int | None
    column: str | None
    hint: str
    value: str | None = None


def swap(file: str, old: str, new: str) -> Callable[[Any], Any]:
    return lambda town: town.replace(file, old, new)


def add(file: str, row: str) -> Callable[[Any], Any]:
    return lambda town: town.append(file, row)


def put(file: str, content: str | bytes) -> Callable[[Any], Any]:
    return lambda town: town.write(file, content)


def raw(file: str, old: bytes, new: bytes) -> Callable[[Any], Any]:
    return lambda town: town.write(file, (town.folder / file).read_bytes().replace(old, new, 1))


def make_folder(name: str) -> Callable[[Any], Any]:
    return lambda town: (town.folder / name).mkdir()


def only_description(town: Any) -> None:
    for path in town.folder.glob("*.csv"):
        path.unlink()
    text = (town.folder / "dataset.yml").read_text()
    town.write("dataset.yml", text[: text.index("counts:")])


def no_folder(town: Any) -> None:
    town.write("roles-alone.csv", "x")
    town.folder = town.folder / "roles-alone.csv"


def new_role(**cells: str) -> str:
    """A row of roles.csv with some cells filled."""
    names = (
        "role_id title alternative_titles level level_status sector standard_ref soc2020_code soc_status progresses_to "
        "progression_status source_url as_of status notes"
    ).split()
    usual = {
        "role_id": "OC-NEW",
        "title": "New role",
        "source_url": "https://example.org/new",
        "as_of": "2026",
        "status": "published",
    }
    return ",".join({**usual, **cells}.get(name, "") for name in names)


def role(code: str, column: str, value: str, hint: str) -> Case:
    """One bad cell in a new row of roles.csv, which then stands on line 4."""
    return Case(f"{column} {value[:20]!r}", add("roles.csv", new_role(**{column: value})), code, "roles.csv", 4, column, hint, value)


CASES = [
    # The folder
    Case("a file for a folder", no_folder, "not-a-folder", None, None, None, "folder that holds dataset.yml"),
    Case(
        "no dataset.yml", lambda t: t.remove("dataset.yml"), "missing-file", "dataset.yml", None, None, "write dataset.yml"
    ),
    Case("empty dataset", only_description, "no-tables", None, None, None, "add at least one table"),
    Case("a folder named as a table", make_folder("duties.csv"), "unreadable-file", "duties.csv", None, None, "make it a file"),
    Case("a table misspelt", put("duty.csv", "x"), "unknown-table", "duty.csv", None, None, "did you mean duties.csv?"),
    Case("upper case suffix", put("duties.CSV", "x"), "unknown-table", "duties.CSV", None, None, "duties.csv"),
    # dataset.yml
    Case(
        "yaml: open quote",
        swap("dataset.yml", "title: Jobs", "title: 'Jobs"),
        "unreadable-description",
        "dataset.yml",
        24,
        None,
        "mend the YAML",
    ),
    Case(
        "yaml: key twice",
        swap("dataset.yml", "publisher: Stepway", "publisher: Stepway\npublisher: Me"),
        "unreadable-description",
        "dataset.yml",
        6,
        None,
        "mend the YAML",
    ),
    Case("yaml: a list", put("dataset.yml", "- a\n"), "unreadable-description", "dataset.yml", 1, None, "mend the YAML"),
    Case(
        "yaml: a control character",
        swap("dataset.yml", "Jobs and", "Jobs\x01and"),
        "unreadable-description",
        "dataset.yml",
        None,
        None,
        "mend the YAML",
    ),
    Case(
        "unknown key",
        swap("dataset.yml", "attribution:", "atribution:"),
        "invalid-description",
        "dataset.yml",
        8,
        "atribution",
        "did you mean attribution?",
    ),
    Case(
        "no title",
        swap("dataset.yml", "title: Jobs and courses of a small town\n", ""),
        "invalid-description",
        "dataset.yml",
        None,
        "title",
        "for example: title:",
    ),
    Case(
        "id with a space",
        swap("dataset.yml", "id: small-town", "id: Small Town"),
        "invalid-description",
        "dataset.yml",
        2,
        "id",
        "small letters",
        "Small Town",
    ),
    Case(
        "shippable maybe",
        swap("dataset.yml", "shippable: yes", "shippable: maybe"),
        "invalid-description",
        "dataset.yml",
        9,
        "shippable",
        "native-format.md",
        "maybe",
    ),
    Case(
        "retrieved on no day",
        swap("dataset.yml", "retrieved: 2026-11-21", "retrieved: 21/11/2026"),
        "invalid-description",
        "dataset.yml",
        10,
        "retrieved",
        "write 2026-11-21",
        "21/11/2026",
    ),
    Case(
        "lookup for a column that is not there",
        swap("dataset.yml", "    town:", "    twon:"),
        "invalid-description",
        "dataset.yml",
        16,
        "lookups",
        "did you mean town?",
    ),
    Case(
        "count that is no number",
        swap("dataset.yml", "roles: 2", "roles: two"),
        "invalid-description",
        "dataset.yml",
        13,
        "counts",
        "roles: {exactly: 2}",
    ),
    Case(
        "no licence",
        swap("dataset.yml", "licence: CC0-1.0", "licence: ''"),
        "licence-missing",
        "dataset.yml",
        6,
        "licence",
        "name the licence",
    ),
    Case(
        "a counted table is missing",
        swap("dataset.yml", "roles: 2", "roles: 2\n  duties: 3"),
        "missing-file",
        "duties.csv",
        None,
        None,
        "add the file",
    ),
    Case("too few rows", swap("dataset.yml", "roles: 2", "roles: 3"), "count-too-low", "roles.csv", None, None, "where the rows went"),
    Case(
        "more rows than exactly",
        swap("dataset.yml", "exactly: 3", "exactly: 2"),
        "count-too-high",
        "qualifications.csv",
        None,
        None,
        "check the new rows",
    ),
    Case(
        "a lookup for nothing",
        swap("dataset.yml", "Smalltwon: Smalltown", "Smalltwon: Smalltown\n      Bigtwon: Bigtown"),
        "lookup-unused",
        "dataset.yml",
        None,
        "town",
        "take the lookup out",
        "Bigtwon",
    ),
    Case(
        "a lookup for a table that is not there",
        swap("dataset.yml", "  sites:\n", "  duties:\n    code: {a: b}\n  sites:\n"),
        "lookup-unused",
        "dataset.yml",
        None,
        "lookups",
        "take the lookup out",
    ),
    Case(
        "retrieved tomorrow",
        swap("dataset.yml", "retrieved: 2026-11-21", "retrieved: 2026-11-22"),
        "date-in-future",
        "dataset.yml",
        None,
        "retrieved",
        "correct the date",
    ),
    # Files
    Case(
        "Windows-1252",
        raw("gaps.csv", b"Nobody has", b"Nobody\x92s"),
        "unreadable-encoding",
        "gaps.csv",
        2,
        None,
        "in Windows-1252 it is “’”",
    ),
    Case(
        "UTF-16",
        put("gaps.csv", "gap_id,statement\n".encode("utf-16")),
        "unreadable-encoding",
        "gaps.csv",
        1,
        None,
        "save the file as UTF-8",
    ),
    Case(
        "a spreadsheet file",
        put("gaps.csv", b"PK\x03\x04\n\x00\x00\xff"),
        "unreadable-encoding",
        "gaps.csv",
        2,
        None,
        "export the table as CSV",
    ),
    Case(
        "a byte order mark",
        lambda t: t.write("gaps.csv", b"\xef\xbb\xbf" + (t.folder / "gaps.csv").read_bytes()),
        "byte-order-mark",
        "gaps.csv",
        1,
        None,
        "without a byte order mark",
    ),
    Case("an empty file", put("gaps.csv", b""), "empty-file", "gaps.csv", None, None, "write the header line"),
    Case(
        "a header alone",
        lambda t: t.write("gaps.csv", (t.folder / "gaps.csv").read_text().splitlines()[0] + "\n"),
        "no-rows",
        "gaps.csv",
        None,
        None,
        "add the rows",
    ),
    Case(
        "a column misspelt",
        swap("gaps.csv", ",ask,", ",aks,"),
        "unknown-column",
        "gaps.csv",
        1,
        "aks",
        "did you mean ask?",
    ),
    Case(
        "no source column",
        swap("gaps.csv", "source_url", "ask_again").__call__ and (lambda t: _drop_column(t, "gaps.csv", "source_url")),
        "missing-column",
        "gaps.csv",
        1,
        "source_url",
        "add the column source_url",
    ),
    Case("no key column", lambda t: _drop_column(t, "gaps.csv", "gap_id"), "missing-column", "gaps.csv", 1, "gap_id", "add the column"),
    Case("a column twice", swap("gaps.csv", "ask,", "statement,"), "duplicate-column", "gaps.csv", 1, "statement", "take one of them out"),
    Case(
        "text after a closing quote",
        add("roles.csv", 'OC-NEW,"New" role'),
        "bad-quoting",
        "roles.csv",
        4,
        None,
        "double every",
    ),
    Case(
        "a quote that never closes",
        add("roles.csv", 'OC-NEW,"New role\nmore\nand more'),
        "bad-quoting",
        "roles.csv",
        4,
        None,
        "double every",
    ),
    Case("a huge cell", add("roles.csv", new_role(notes="x" * 20_001)), "cell-too-large", "roles.csv", 4, "notes", "closing quotation mark"),
    Case(
        "a cell beyond what the reader takes",
        add("roles.csv", new_role(notes="x" * 200_000)),
        "cell-too-large",
        "roles.csv",
        4,
        None,
        "closing quotation mark",
    ),
    # Rows
    Case("a cell too many", add("roles.csv", f"{ROLE_ROW},"), "ragged-row", "roles.csv", 4, None, "quotation marks"),
    Case("a cell too few", add("roles.csv", "OC-NEW,New role"), "ragged-row", "roles.csv", 4, None, "quotation marks"),
    Case("a blank row", add("roles.csv", "," * 14), "blank-row", "roles.csv", 4, None, "delete the row"),
    Case(
        "after a cell of several lines and a blank line",
        add("roles.csv", f'\n{new_role(role_id="OC-A", notes="see below")}\n{new_role(level="9")}'),
        "invalid-level",
        "roles.csv",
        6,
        "level",
        "1 to 8",
        "9",
    ),
    Case("no title in a row", add("roles.csv", new_role(title="")), "blank-required", "roles.csv", 4, "title", "fill title: Name of the role"),
    Case("a title of spaces", add("roles.csv", new_role(title='" "')), "blank-required", "roles.csv", 4, "title", "fill title"),
    Case("no status", add("roles.csv", new_role(status="")), "status-missing", "roles.csv", 4, "status", "published, inferred or illustrative"),
    Case("no source", add("roles.csv", new_role(source_url="")), "source-missing", "roles.csv", 4, "source_url", "urn:"),
    Case(
        "a source nobody describes",
        add("roles.csv", new_role(source_url="urn:stepway:rumour")),
        "source-not-described",
        "roles.csv",
        4,
        "source_url",
        "under sources",
        "urn:stepway:rumour",
    ),
    Case("the same id twice", add("roles.csv", new_role(role_id="OC-LAB")), "duplicate-id", "roles.csv", 4, "role_id", "id of its own", "OC-LAB"),
    Case(
        "the same composite id twice",
        add("learning_outcomes.csv", "U-CERT-1,1,Again,,https://example.org/x,2026,published,"),
        "duplicate-id",
        "learning_outcomes.csv",
        3,
        "unit_id",
        "id of its own",
        "U-CERT-1",
    ),
    Case(
        "one id for a role and a gap",
        add("roles.csv", new_role(role_id="GAP-1")),
        "duplicate-id",
        "roles.csv",
        4,
        "role_id",
        "id of its own",
        "GAP-1",
    ),
    Case("white space around a cell", add("roles.csv", new_role(title=" New role")), "stray-characters", "roles.csv", 4, "title", "write “New role”", " New role"),
    Case("a hard space", add("roles.csv", new_role(title="New\u00a0role")), "stray-characters", "roles.csv", 4, "title", "write “New role”", "New\u00a0role"),
    Case("an invisible sign", add("roles.csv", new_role(title="New\u200brole")), "stray-characters", "roles.csv", 4, "title", "write “Newrole”", "New\u200brole"),
    Case("a control character", add("roles.csv", new_role(title="New\x07 role")), "stray-characters", "roles.csv", 4, "title", "write “New role”", "New\x07 role"),
    Case("a line break", add("roles.csv", new_role(title='"New\r\nrole"')), "stray-characters", "roles.csv", 4, "title", "write “New role”", "New\r\nrole"),
    Case("white space in the header", swap("gaps.csv", ",ask,", ", ask,"), "stray-characters", "gaps.csv", 1, "ask", "take them out", " ask"),
    Case("text damaged before", add("roles.csv", new_role(title="Nurseâ€™s aide")), "damaged-text", "roles.csv", 4, "title", "copy the text again", "Nurseâ€™s aide"),
    Case("a repeated part", add("roles.csv", new_role(alternative_titles="A|B||A")), "untidy-list", "roles.csv", 4, "alternative_titles", "write A|B", "A|B||A"),
    # Cells
    role("invalid-id", "role_id", "OC NEW/1", "write OC-NEW-1"),
    role("invalid-id", "role_id", "-OC--NEW-", "write OC-NEW"),
    role("not-a-choice", "sector", "digtal", "did you mean digital?"),
    role("not-a-choice", "status", "publishd", "did you mean published?"),
    role("not-a-choice", "sector", "farming", "The choices are: healthtech"),
    role("invalid-level", "level", "L4", "write 4"),
    role("invalid-level", "level", "Entry", "write E"),
    role("invalid-level", "level", "0", "write E or 1 to 8"),
    role("invalid-url", "source_url", "www.example.org/jobs", "write https://www.example.org/jobs"),
    role("invalid-url", "source_url", "https://example.org/a b", "write https://example.org/a%20b"),
    role("invalid-url", "source_url", "ftp://example.org/", "copy the whole address"),
    role("invalid-url", "source_url", "https://", "copy the whole address"),
    role("invalid-standard", "standard_ref", "ST220", "ST0220"),
    role("invalid-standard", "standard_ref", "st0220", "write ST0220"),
    role("invalid-soc2020", "soc2020_code", "311", "four digits"),
    role("invalid-date", "as_of", "14/09/2026", "write 2026-09-14"),
    role("invalid-date", "as_of", "2026-02-30", "2026-09"),
    role("invalid-date", "as_of", "Autumn 2026", "write 2026-09-14"),
    role("invalid-year-range", "as_of", "0206-09", "correct the year"),
    role("date-in-future", "as_of", "2026-12", "correct the date"),
    role("unknown-reference", "progresses_to", "OC-TEHC", "did you mean OC-TECH?"),
    role("unknown-reference", "progresses_to", "nothing like it", "add the row that is missing"),
    role("wrong-kind-reference", "progresses_to", "Q-CERT", "the tables that the column allows"),
    role("refers-to-itself", "progresses_to", "OC-NEW", "name another end"),
    Case("a thousands separator", swap("units.csv", ",30,300,", ',"3,000",300,'), "invalid-number", "units.csv", 2, "credits", "write 3000", "3,000"),
    Case("a currency sign", swap("deliveries.csv", ",0,https", ",£1500,https"), "invalid-number", "deliveries.csv", 2, "cost_pounds", "write 1500", "£1500"),
    Case("half a pound", swap("deliveries.csv", ",0,https", ",1.5,https"), "invalid-number", "deliveries.csv", 2, "cost_pounds", "round it", "1.5"),
    Case("less than nothing", swap("deliveries.csv", ",0,https", ",-5,https"), "invalid-number", "deliveries.csv", 2, "cost_pounds", "write 5", "-5"),
    Case("a number with its unit", swap("deliveries.csv", ",30,7.5,", ",30 weeks,7.5,"), "invalid-number", "deliveries.csv", 2, "duration_weeks", "digits only", "30 weeks"),
    Case("a number in words", swap("deliveries.csv", ",30,7.5,", ",thirty,7.5,"), "invalid-number", "deliveries.csv", 2, "duration_weeks", "digits only", "thirty"),
    Case("Y for yes", swap("competency_links.csv", ",yes,", ",Y,"), "invalid-yes-no", "competency_links.csv", 2, "judged", "write yes", "Y"),
    Case("a UKPRN of five digits", swap("providers.csv", "10000001", "10001"), "invalid-ukprn", "providers.csv", 2, "ukprn", "UK Register of Learning Providers", "10001"),
    Case("half a postcode", swap("sites.csv", "zz1 1zz", "ZZ1"), "invalid-postcode", "sites.csv", 2, "postcode", "B63 3NA", "ZZ1"),
    Case("one bad date of several", swap("deliveries.csv", "|2027-01", "|January"), "invalid-date", "deliveries.csv", 2, "start_dates", "write 2026-09-14", "January"),
    Case("a composite id of signs alone", swap("competency_links.csv", "http://data.europa.eu/esco/skill/00000000-0000-0000-0000-000000000001", "???"), "invalid-id", "competency_links.csv", 2, "target", "letters, digits", "???"),
    # Rules
    Case("a rule with a missing bracket", swap("provision_types.csv", "attribute(age >= 19)", "attribute(age >= 19"), "invalid-requirement", "provision_types.csv", 2, "entry_rule", "native-format.md", "attribute(age >= 19"),
    Case("a rule with a bad level", swap("provision_types.csv", "attribute(age >= 19)", "level(9)"), "invalid-requirement", "provision_types.csv", 2, "entry_rule", "native-format.md", "level(9)"),
    Case("a rule that no one can meet", swap("provision_types.csv", "attribute(age >= 19)", '"atleast(2, level(3))"'), "invalid-requirement", "provision_types.csv", 2, "entry_rule", "native-format.md", "atleast(2, level(3))"),
    Case("a rule with a role that units do not have", swap("combination_rules.csv", "unit_role=core", "unit_role=cor"), "invalid-requirement", "combination_rules.csv", 2, "award_rule", "did you mean core?", None),
    Case("none inside a rule", swap("provision_types.csv", "attribute(age >= 19)", '"any(none, level(3))"'), "invalid-requirement", "provision_types.csv", 2, "entry_rule", "native-format.md"),
    Case("an age that is no number", swap("provision_types.csv", "age >= 19", "age >= adult"), "invalid-requirement", "provision_types.csv", 2, "entry_rule", "native-format.md"),
    Case("nobody decides", swap("provision_types.csv", "attribute(age >= 19)", '"usually(level(3), by="""")"'), "invalid-requirement", "provision_types.csv", 2, "entry_rule", "native-format.md"),
    Case("a rule as deep as a well", swap("provision_types.csv", "attribute(age >= 19)", "all(" * 900 + "level(3)" + ")" * 900), "invalid-requirement", "provision_types.csv", 2, "entry_rule", "native-format.md"),
    Case("a number of five thousand digits", swap("provision_types.csv", "age >= 19)", "age >= 1)").__call__ and swap("provision_types.csv", "attribute(age >= 19)", f"level({'9' * 5000})"), "invalid-requirement", "provision_types.csv", 2, "entry_rule", "native-format.md"),
    Case("no credits", swap("combination_rules.csv", "credits(30,", "credits(0,"), "invalid-requirement", "combination_rules.csv", 2, "award_rule", "native-format.md"),
    Case("a rule names nothing", swap("qualifications.csv", "works_as(OC-LAB)", "works_as(OC-LAD)"), "unknown-reference", "qualifications.csv", 2, "entry_rule", "did you mean OC-LAB"),
    Case("a rule names the wrong kind", swap("qualifications.csv", "works_as(OC-LAB)", "works_as(Q-BASE)"), "wrong-kind-reference", "qualifications.csv", 2, "entry_rule", "the tables that the column allows"),
    # Rows together
    Case("a real rule leans on a made-up award", swap("progressions.csv", ",vacancy-needed,,", ",vacancy-needed,holds(Q-DEMO),"), "reference-to-illustrative", "progressions.csv", 2, "entry_rule", "name a real row", "holds(Q-DEMO)"),
    Case("a real row with a made-up title", swap("qualifications.csv", "Laboratory Work,,", "Laboratory Work,illustrative,"), "illustrative-required", "qualifications.csv", 3, "title", "mark the row illustrative"),
    Case("a made-up row that does not say so", swap("qualifications.csv", "Illustrative: ", ""), "illustrative-not-marked", "qualifications.csv", 4, "title", "“Illustrative:”"),
    Case("a progression to its start", swap("progressions.csv", "Q-CERT,OC-TECH", "OC-TECH,OC-TECH"), "refers-to-itself", "progressions.csv", 2, "to_id", "name another end", "OC-TECH"),
    Case("an award that needs itself", swap("qualifications.csv", '"usually(any(level(3), works_as(OC-LAB)), by=provider)"', '"all(level(3), holds(Q-CERT))"'), "cyclic-parts", "qualifications.csv", 2, "entry_rule", "any(...)"),
    Case("a course that needs the award it leads to", swap("opportunities.csv", ",4,,unknown", ",4,holds(Q-CERT),unknown"), "cyclic-parts", "opportunities.csv", 2, "entry_rule", "any(...)"),
    Case("a step that needs its end", swap("progressions.csv", "Q-CERT,OC-TECH,can lead to,vacancy-needed,,", "OC-LAB,Q-CERT,can lead to,vacancy-needed,holds(Q-CERT),"), "cyclic-parts", "progressions.csv", 2, "entry_rule", "any(...)"),
    Case("an award of other credits than its rule", swap("combination_rules.csv", ",=,45,", ",=,60,"), "credits-do-not-add-up", "combination_rules.csv", 2, "value", "check all the figures", "60"),
    Case("a total outside its range", swap("combination_rules.csv", ",=,45,", ",between,50-60,"), "credits-do-not-add-up", "combination_rules.csv", 2, "value", "check all the figures", "50-60"),
    Case("a unit larger than its award", swap("units.csv", ",30,300,", ",50,500,"), "credits-do-not-add-up", "units.csv", 2, "credits", "check all the figures", "50"),
    Case("too few units for the rule", swap("units.csv", "15,150,60,optional", "5,50,20,optional"), "award-rule-beyond-units", "combination_rules.csv", 2, "award_rule", "add the units that are missing"),
    Case("too few core units for the rule", swap("units.csv", "120,core", "120,optional"), "award-rule-beyond-units", "combination_rules.csv", 2, "award_rule", "add the units that are missing"),
    Case("credits that are not a tenth of the hours", swap("units.csv", ",30,300,", ",30,320,"), "credits-and-hours-disagree", "units.csv", 2, "tqt_hours", "guided hours", "320"),
    Case("more guided hours than hours", swap("units.csv", ",30,300,120", ",30,300,310"), "glh-exceeds-tqt", "units.csv", 2, "glh_hours", "swapped", "310"),
    Case("a place in the sea", swap("sites.csv", "52.450,-1.9", "52.45,1.9"), "coordinates-outside-uk", "sites.csv", 2, "longitude", "swapped", "1.9"),
    Case("half a place", swap("sites.csv", "52.450,-1.9", "52.45,"), "coordinates-incomplete", "sites.csv", 2, "longitude", "fill both or neither"),
    Case("the same UKPRN for two", add("providers.csv", "P-OTHER,Other College,,10000001,university,no,https://example.org/o,2026,published,"), "same-ukprn-twice", "providers.csv", 3, "ukprn", "merge the rows", "10000001"),
    # Several datasets
    Case("an id twice for one kind", lambda t: t.add_town("big-town", roles=f"{ROLES}OC-LAB,Lab assistant,https://example.org/l,2026,published\n"), "described-twice", "roles.csv", 2, "role_id", "nothing, when it is the same thing", "OC-LAB"),
    Case("an id for two kinds", lambda t: t.add_town("big-town", roles=f"{ROLES}P-SMALL,Lab assistant,https://example.org/l,2026,published\n"), "id-in-two-tables", "roles.csv", 2, "role_id", "change one of the ids", "P-SMALL"),
    Case("two datasets of one id", lambda t: t.add_town("small-town", roles=f"{ROLES}OC-X,X,https://example.org/l,2026,published\n"), "duplicate-dataset", "dataset.yml", None, "id", "another id"),
    Case("a UKPRN for two in two datasets", lambda t: t.add_town("big-town", providers=f"{PROVIDERS}P-BIG,Big College,10000001,university,https://example.org/b,2026,published\n"), "same-ukprn-twice", "providers.csv", 2, "ukprn", "merge the rows", "10000001"),
]  # fmt: skip


def _drop_column(town: Any, file: str, column: str) -> None:
    """Take a column out of a file without quoted cells."""
    lines = [line.split(",") for line in (town.folder / file).read_text().splitlines()]
    place = lines[0].index(column)
    town.write(file, "".join(",".join(line[:place] + line[place + 1 :]) + "\n" for line in lines))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}: {case.name}")
def test_one_edit_makes_one_fault_that_says_how_to_mend_it(case: Case, town: Any) -> None:
    case.edit(town)
    found = [issue for issue in town.issues() if issue.code != "dependents-refused"]
    assert [(i.code, i.file, i.line, i.column) for i in found] == [(case.code, case.file, case.line, case.column)], [
        str(issue) for issue in found
    ]
    (issue,) = found
    assert case.hint in issue.hint
    assert case.value is None or issue.value == case.value
    assert "\n" not in str(issue)


# Found without an edit of one place, or by no table of the dictionary; each has a test of its own.
TESTED_ELSEWHERE = {"invalid-qan", "dependents-refused", "illustrative-withheld", "lookup-used"}
OF_THE_GRAPH = {f"{what}-{weight}" for what in ("check", "shape") for weight in ("error", "violation", "warning", "notice")}


def test_every_issue_type_has_a_case() -> None:
    assert CATALOGUE.keys() - OF_THE_GRAPH == {case.code for case in CASES} | TESTED_ELSEWHERE


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


def test_award_rules_by_role_are_not_judged_when_roles_depend_on_the_pathway(town: Any) -> None:
    town.replace("units.csv", "120,core", "120,pathway-dependent")
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
        assert found == [("count-too-low", "roles.csv")] * 0 + [
            ("dependents-refused", "roles.csv"),
            ("unreadable-encoding", "roles.csv"),
        ]

    def test_a_thing_that_another_dataset_describes_soundly_is_not_lost(self, town: Any) -> None:
        town.add_town("big-town", providers=f"{PROVIDERS}P-SMALL,College,,university,https://example.org/b,2026,published\n")
        town.replace("providers.csv", "10000001", "77")
        small, big = town.load_all()
        assert "S-SMALL-1" in small.ids
        assert big.ids == {"P-SMALL": "providers"}

    def test_nothing_is_lost_when_the_row_is_only_a_second_one(self, town: Any) -> None:
        town.append("providers.csv", "P-SMALL,Again,,,university,no,https://example.org/o,2026,published,")
        assert [issue.code for issue in town.issues()] == ["duplicate-id"]
        assert town.load().counts["providers"].refused == 1
        assert "S-SMALL-1" in town.load().ids
