"""Every row of every table is in the graph and found again with its source, date and status, or withheld with an issue.

The rows are read here with the csv module alone, so that a fault of the loader cannot hide a row from both sides.
"""

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import pytest
import yaml
from rdflib import Literal, URIRef

from ontology import resources
from ontology.namespaces import SW, slug
from tests.questions.reading import said
from tests.questions.world import REGION, Whole

TABLES: Final = {path.stem: yaml.safe_load(path.read_text()) for path in resources.paths("tables/*.yml")}
del TABLES["common"]
Found = tuple[str, str, str, str]
"""Id, source, date and status of a row."""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def id_of_row(row: dict[str, str], key: str | list[str]) -> str:
    """The id of a thing: its key; several parts are joined by dots, and an address counts with its last part only."""
    parts = [key] if isinstance(key, str) else key
    if len(parts) == 1:
        return row[parts[0]]
    last = (row[part].rsplit("/", 1)[-1] if row[part].startswith("http") else row[part] for part in parts)
    return ".".join(map(slug, last))


_RECORDS: Final = """
    SELECT ?file ?thing ?source ?as_of ?status WHERE {
        ?record a sw:Record ; sw:file ?file ; sw:describes ?thing ; dcterms:source ?source ; sw:status ?status .
        OPTIONAL { ?record sw:asOf ?as_of } }"""
_THINGS: Final = """
    SELECT ?class ?thing ?source ?as_of ?status WHERE {
        ?thing a ?class ; dcterms:source ?source ; sw:status ?status . OPTIONAL { ?thing sw:asOf ?as_of } }"""


def recorded(release: Whole, table: str) -> list[Found]:
    """What the graph says of the rows of a table: their records, with which the things themselves must agree."""

    def found(query: str, given: dict[str, URIRef | Literal]) -> list[Found]:
        rows = release.store.select(query, given)
        return sorted(tuple(said(row[name]) for name in ("thing", "source", "as_of", "status")) for row in rows)

    records = found(_RECORDS, {"file": Literal(f"{table}.csv")})
    assert records == found(_THINGS, {"class": SW[TABLES[table]["class"]]}), "a thing and its record disagree"
    return records


def unlike(expected: Iterable[Found], found: Iterable[Found]) -> list[str]:
    """What differs, in words."""
    wanted, held = Counter(expected), Counter(found)
    return [f"not in the graph: {row}" for row in sorted((wanted - held).elements())] + [
        f"in the graph only: {row}" for row in sorted((held - wanted).elements())
    ]


HELD: Final = [table for table in TABLES if (REGION / f"{table}.csv").exists()]
"""The tables that the region has: a table may be left out."""


@pytest.mark.parametrize("table", HELD)
def test_every_row_is_found_again(table: str, release: Whole) -> None:
    rows = rows_of(REGION / f"{table}.csv")
    assert rows
    key = TABLES[table]["key"]
    shown = [row for row in rows if row["status"] != "illustrative"]
    expected = [(id_of_row(row, key), row["source_url"], row["as_of"], row["status"]) for row in shown]
    assert unlike(expected, recorded(release, table)) == []
    counts = release.dataset.counts[table]
    assert (counts.read, counts.mapped, counts.withheld, counts.refused) == (
        *(len(rows), len(shown)),
        *(len(rows) - len(shown), 0),
    )


def test_rows_that_are_withheld_have_an_issue_that_says_why(release: Whole) -> None:
    withheld = {
        f"{table}.csv": sum(row["status"] == "illustrative" for row in rows_of(REGION / f"{table}.csv"))
        for table in HELD
    }
    issues = {issue.file: issue for issue in release.dataset.issues if issue.code == "illustrative-withheld"}
    assert set(issues) == {file for file, count in withheld.items() if count} == {"units.csv"}
    assert issues["units.csv"].message.startswith(f"{withheld['units.csv']} illustrative rows")
    assert not [issue for issue in release.dataset.issues if issue.severity == "error"]


def test_every_row_is_found_again_with_the_illustrative_ones(illustrative_release: Whole) -> None:
    rows = rows_of(REGION / "units.csv")
    expected = [(row["unit_id"], row["source_url"], row["as_of"], row["status"]) for row in rows]
    assert unlike(expected, recorded(illustrative_release, "units")) == []


def _by(column: str) -> Callable[[dict[str, str]], list[str]]:
    return lambda row: [row[column]]


SURVEY: Final[dict[str, list[tuple[str, Callable[[dict[str, str]], list[str]]]]]] = {
    "award_rules": [("combination_rules", _by("rule_id"))],
    "competency_frameworks": [("competency_frameworks", _by("framework_id"))],
    "courses": [
        ("opportunities", _by("course_id")),
        ("deliveries", lambda row: [f"DL-{row['course_id'].removeprefix('C-')}"]),
    ],
    "delivery": [("evidence", _by("delivery_id"))],
    "demand_figures": [("demand_figures", _by("figure_id"))],
    "duties": [("duties", _by("duty_id"))],
    "funding_rules": [("funding_rules", _by("rule_id"))],
    "ksb_links": [
        ("competency_links", lambda row: [id_of_row(row, ["ksb_id", "vocabulary", "target_id_or_label"])]),
    ],
    "ksbs": [("competencies", _by("ksb_id"))],
    "occupations": [("roles", _by("occupation_id"))],
    "pay_bands": [("pay_bands", lambda row: [f"AFC-{row['band']}-{year}" for year in ("2025-26", "2026-27")])],
    "progressions": [("progressions", _by("progression_id"))],
    "providers": [
        ("providers", _by("provider_id")),
        # A provider of which the survey says nothing about a place, not even that it was looked for, has no site.
        ("sites", lambda row: [f"S-{row['provider_id'].removeprefix('P-')}-1"] if row["location_status"] else []),
    ],
    "provision_rules": [("provision_rules", _by("rule_id"))],
    "provision_types": [("provision_types", _by("provision_type_id"))],
    "qualifications": [("qualifications", _by("qualification_id"))],
    "unit_outcomes": [("learning_outcomes", lambda row: [id_of_row(row, ["unit_id", "outcome_no"])])],
    "units": [("units", _by("unit_id"))],
}
"""Where the rows of each table of the survey went: the table, and the ids that a row became."""


@pytest.mark.shared_data
@pytest.mark.parametrize("name", [*SURVEY, "competency_questions"])
def test_every_row_of_the_survey_is_in_the_graph(name: str, release: Whole) -> None:
    shared = os.environ.get("STEPWAY_SHARED")
    if not shared:
        pytest.skip("STEPWAY_SHARED is not set: the survey's own tables are not at hand")
    rows = rows_of(Path(shared) / "domain" / f"{name}.csv")
    assert rows
    if name == "competency_questions":
        found = release.store.select("SELECT ?question WHERE { ?question a sw:CompetencyQuestion }")
        assert sorted(said(row["question"]) for row in found) == sorted(row["cq_id"] for row in rows)
        return
    withheld = [row for row in rows if row.get("status") == "illustrative"]
    assert bool(withheld) is (name == "units")
    for table, ids in SURVEY[name]:
        held = {id: (source, status) for id, source, _, status in recorded(release, table)}
        expected = [id for row in rows if row not in withheld for id in ids(row)]
        assert len(expected) == len(set(expected))
        assert [id for id in expected if id not in held] == []
        moved = [
            (id, (row["source_url"], row["status"]), held[id])
            for row in rows
            if row not in withheld and "source_url" in row and table not in {"sites", "pay_bands"}
            for id in ids(row)
            if held[id] != (row["source_url"], row["status"])
        ]
        assert moved == [], "a row has another source or status than the survey gives it"


@pytest.mark.shared_data
def test_every_file_of_the_survey_is_compared() -> None:
    shared = os.environ.get("STEPWAY_SHARED")
    if not shared:
        pytest.skip("STEPWAY_SHARED is not set: the survey's own tables are not at hand")
    files = {path.stem for path in (Path(shared) / "domain").glob("*.csv")}
    assert files == {*SURVEY, "competency_questions"}
