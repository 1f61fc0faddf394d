"""Every row of the two tables of rules is a rule of a scheme, or is left to people with the reason: never both."""

import csv
from pathlib import Path

import yaml

from ontology.resources import paths, yaml_file

SOURCES = Path(__file__).parents[2] / "loaders" / "sources" / "healthtech-west-midlands"


def shipped() -> set[str]:
    found = []
    for name in ("provision_rules", "funding_rules"):
        with (SOURCES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found += [row["rule_id"] for row in csv.DictReader(file)]
    assert len(found) == len(set(found))
    return set(found)


def in_schemes() -> dict[str, list[str]]:
    """The rules in which each row stands, as `scheme/rule`."""
    found: dict[str, list[str]] = {}
    for path in paths("rules/*/*.yml"):
        scheme = yaml.safe_load(path.read_text(encoding="utf-8"))
        for rule in scheme["rules"]:
            for row in rule["rows"]:
                found.setdefault(row, []).append(f"{scheme['scheme']}/{rule['id']}")
    return found


def for_people() -> dict[str, str]:
    entries = yaml_file("rules/for-people.yml")
    rows = [entry["row"] for entry in entries]
    assert len(rows) == len(set(rows)), "a row is listed twice"
    return {entry["row"]: entry["why"] for entry in entries}


def test_no_row_is_forgotten() -> None:
    assert shipped() - set(in_schemes()) - set(for_people()) == set()


def test_no_row_is_made_up() -> None:
    assert (set(in_schemes()) | set(for_people())) - shipped() == set()


def test_no_row_is_both() -> None:
    rules = in_schemes()
    assert {row: rules[row] for row in for_people() if row in rules} == {}


def test_each_row_for_people_says_why() -> None:
    assert all(len(why.split()) >= 5 for why in for_people().values())


def test_each_rule_without_a_row_says_where_it_comes_from() -> None:
    """A rule that no row of the tables gives must say so in its note: nothing is invented in silence."""
    for path in paths("rules/*/*.yml"):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            if not rule["rows"]:
                for version in rule["versions"]:
                    assert version["source"]["note"], f"{path.stem}/{rule['id']}"


def test_each_scheme_has_situations() -> None:
    """At least eight situations each, which a funding officer could check."""
    folder = Path(__file__).parent
    for path in paths("rules/*/*.yml"):
        situations = yaml.safe_load((folder / path.name).read_text(encoding="utf-8"))
        assert len(situations) >= 8, path.stem
        assert path.stem == path.parent.name


def test_a_scheme_is_only_as_sure_as_its_rows() -> None:
    """A rule made of a row that is inferred says that it is inferred itself."""
    status: dict[str, str] = {}
    for name in ("provision_rules", "funding_rules"):
        with (SOURCES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            status |= {row["rule_id"]: row["status"] for row in csv.DictReader(file)}
    for path in paths("rules/*/*.yml"):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            if any(status[row] == "inferred" for row in rule["rows"]):
                for version in rule["versions"]:
                    assert version["source"]["status"] == "inferred", f"{path.stem}/{rule['id']}"
