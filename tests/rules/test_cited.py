"""Rules say what their rows say: the same source, its date, and no number that the rows do not have."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ontology.resources import paths

TABLES = Path(__file__).parents[2] / "loaders" / "sources" / "healthtech-west-midlands"
SCHEMES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths("rules/*/*.yml")}
RULES = [
    pytest.param(scheme, rule, id=f"{name}: {rule['id']}")
    for name, scheme in SCHEMES.items()
    for rule in scheme["rules"]
]

SAID_OTHERWISE = {
    ("apprenticeship", "length"): {52: "twelve months", 35: "eight months"},
    ("foundation-apprenticeship", "length"): {35: "eight months"},
    ("apprenticeship", "level-7-age"): {6: "below level 7"},
    ("level-7-apprenticeship", "employer-pays-all"): {100: "the employer pays everything"},
    ("hnc", "unit-size"): {30: "twice 15", 45: "three times 15"},
    ("hnd", "top-up"): {240: "the whole diploma", 4: "the level of an HNC"},
    ("hnd", "placement-healthcare-practice"): {120: "the half of the diploma that is an HNC"},
    ("lifelong-learning-entitlement", "credit-value"): {0: "a credit value", 52: "a year"},
    ("lifelong-learning-entitlement", "credits-a-year"): {52: "a year"},
    ("t-level", "duration"): {104: "two years"},
}
"""Numbers that stand in other words in the rows."""


def table() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name in ("provision_rules", "funding_rules"):
        with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found |= {row["rule_id"]: row for row in csv.DictReader(file)}
    return found


ROWS = table()


def numbers(*texts: str) -> set[int]:
    return {int(number) for text in texts for number in re.findall(r"\d+", text.replace(",", ""))}


def said(row: dict[str, str]) -> set[int]:
    return numbers(row["attribute"], row["value"], row["description"], row["notes"])


def used(version: dict[str, Any]) -> set[int]:
    """Numbers in comparisons, of credits and levels held, and in what is paid; ids and days are none."""
    asks = re.findall(r"(?:[<>=] |credits\(|level\(|level=)(\d+)(?![\d-])", version["asks"])
    return numbers(*asks) | {pays for pays in (version.get("pays") or {}).values() if isinstance(pays, int) and pays}


@pytest.mark.parametrize(("scheme", "rule"), RULES)
def test_the_source_is_that_of_a_row(scheme: dict[str, Any], rule: dict[str, Any]) -> None:
    rows = [ROWS[id] for id in rule["rows"]]
    for version in rule["versions"] if rows else ():
        source = version["source"]
        same = [row for row in rows if (row["source_url"], row["as_of"]) == (source["address"], str(source["as_of"]))]
        assert same
        assert source["status"] == "inferred" or any(row["status"] == source["status"] for row in same)


@pytest.mark.parametrize(("scheme", "rule"), RULES)
def test_no_number_is_invented(scheme: dict[str, Any], rule: dict[str, Any]) -> None:
    known = set().union(*(said(ROWS[id]) for id in rule["rows"]))
    otherwise = SAID_OTHERWISE.get((scheme["scheme"], rule["id"]), {}).keys()
    wanted = set().union(*map(used, rule["versions"])) if rule["rows"] else set()
    assert wanted - known == set(otherwise)


def test_no_figure_is_invented() -> None:
    for scheme in SCHEMES.values():
        for figure in (scheme.get("values") or {}).values():
            for one in figure["series"]:
                if one["value"] is None:
                    continue
                source = one["source"]
                rows = [row for row in ROWS.values() if row["source_url"] == source["address"]]
                rows = [row for row in rows if row["as_of"] == str(source["as_of"])]
                pounds = {value for row in rows for value in said(row)}
                assert one["value"] in pounds or one["value"] / 100 in pounds, (scheme["scheme"], one)
