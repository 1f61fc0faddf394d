"""The graph `dataset/coverage` says what the board says; of what is published it agrees with the tables read anew."""

import csv
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pytest
from rdflib import Literal

from graph.lines import COVERAGE
from graph.release import Release
from graph.store import GraphStore, Quad, n_quads
from loaders.publish import build_release
from ontology.namespaces import DATASET, SW, id_of
from queries.catalogue import get_query, plain_address
from queries.coverage.board import EVERYTHING, USUAL, board, by_role, by_theme
from queries.coverage.materialise import PUBLISHED, derive, finding_of
from queries.coverage.model import CoverageFacts
from queries.coverage.reading import adverts_of_skills, read
from tests.questions.world import REGION, TODAY, whole
from tests.support.world import write_dataset

RUNS_END: Final = {4: "-12-31", 7: "-31"}


@cache
def facts() -> CoverageFacts:
    return read(whole().store, whole().projection, TODAY)


@pytest.fixture(scope="module")
def store() -> GraphStore:
    """What the tables say, and what the board makes of it, in one store."""
    quads = list(derive(whole().store, whole().projection, TODAY))
    dataset = [(s, p, o, DATASET["tables"]) for s, p, o, _ in whole().dataset.quads]
    return GraphStore.in_memory([*quads, *dataset])


def answers(store: GraphStore, name: str, **given: str) -> list[dict[str, Any]]:
    query = get_query(name)
    found = []
    for row in query.rows(store, query.bind(given)):
        said = {}
        for column in query.file.columns:
            term = row[column.name]
            said[column.name] = str(term) if isinstance(term, Literal) else plain_address(column.kind, str(term))
        found.append(said)
    return found


def test_every_finding_is_that_of_the_board(store: GraphStore) -> None:
    published = {cell.competency.id: cell.finding for cell in board(facts(), EVERYTHING, PUBLISHED).cells}
    cells = board(facts(), EVERYTHING, USUAL).cells
    rows = store.select(
        """SELECT ?about ?finding ?published ?roles WHERE {
            ?me a sw:CoverageFinding ; sw:findingAbout ?about ; sw:finding ?finding ;
              sw:findingIfPublished ?published ; sw:rolesThatNeed ?roles ; sw:status sw:inferred }"""
    )
    told = {
        id_of(str(row["about"])): (str(row["finding"]), str(row["published"]), int(str(row["roles"]))) for row in rows
    }
    assert told == {
        cell.competency.id: (str(cell.finding), str(published[cell.competency.id]), len(cell.roles)) for cell in cells
    }
    providers: dict[str, set[str]] = defaultdict(set)
    for row in store.select("SELECT ?about ?p WHERE { ?me sw:findingAbout ?about ; sw:foundWithProvider ?p }"):
        providers[id_of(str(row["about"]))].add(id_of(str(row["p"])))
    assert providers == {cell.competency.id: set(cell.providers) for cell in cells if cell.providers}


def test_the_counts_add_up(store: GraphStore) -> None:
    cells = board(facts(), EVERYTHING, USUAL).cells
    roles = {
        (row["role"].removeprefix("https://w3id.org/stepway/id/"), row["finding"]): int(row["competencies"])
        for row in answers(store, "coverage-by-role")
    }
    assert roles == {
        (role, str(finding)): number for role, counts in by_role(cells).items() for finding, number in counts.items()
    }
    themes = {(row["theme"], row["finding"]): int(row["competencies"]) for row in answers(store, "coverage-by-theme")}
    assert themes == {
        (theme, str(finding)): number for theme, counts in by_theme(cells).items() for finding, number in counts.items()
    }


def test_a_role_a_theme_and_a_finding_narrow_the_queries(store: GraphStore) -> None:
    (one,) = answers(store, "coverage-by-role", role="https://w3id.org/stepway/id/OC-HCSASSOC")
    assert (one["title"], one["finding"], one["competencies"]) == ("Healthcare science associate", "whole-only", "94")
    some = answers(store, "coverage-by-theme", theme="equipment maintenance", finding="no-provider")
    assert {(row["theme"], row["finding"]) for row in some} <= {("equipment maintenance", "no-provider")}


def test_what_is_not_known_is_named(store: GraphStore) -> None:
    rows = answers(store, "competencies-by-finding", finding="not-known")
    assert [row["competency"] for row in rows] == sorted(
        cell.competency.id for cell in board(facts(), EVERYTHING, USUAL).cells if cell.finding == "not-known"
    )
    assert len(rows) == 7
    open_to = store.select("SELECT DISTINCT ?award WHERE { ?me sw:finding ?f ; sw:findingOpenTo ?award }")
    assert {"Q-MEDTECH-HNC", "Q-MEDTECH-HND"} <= {id_of(str(row["award"])) for row in open_to}
    assert answers(store, "competencies-by-finding", finding="not-taught") == []


def test_what_hangs_on_one_provider(store: GraphStore) -> None:
    rows = answers(store, "taught-by-one-provider")
    expected = {
        (cell.competency.id, cell.providers[0])
        for cell in board(facts(), EVERYTHING, USUAL).cells
        if len(cell.providers) == 1 and cell.finding in ("whole-only", "one-provider")
    }
    assert {(row["competency"], row["provider"]) for row in rows} == expected
    assert expected


def rows_of(table: str) -> list[dict[str, str]]:
    with (REGION / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["status"] != "illustrative"]


def over(run: dict[str, str]) -> bool:
    starts = [start for start in run["start_dates"].split("|") if start]
    return bool(starts) and max(s + RUNS_END.get(len(s), "") for s in starts) < TODAY.isoformat()


def test_what_is_published_agrees_with_the_tables_read_anew() -> None:
    """Another way to the same: of what is published there are only apprenticeships, so the finding of a statement
    follows from the runs and the past leavers of the apprenticeships of its standard."""
    roles = {row["role_id"]: row for row in rows_of("roles")}
    of_standard = {one.role for one in whole().projection.competencies if one.current}
    runs: dict[str, list[dict[str, str]]] = defaultdict(list)
    courses = {row["opportunity_id"]: row for row in rows_of("opportunities")}
    for run in rows_of("deliveries"):
        course = courses[run["opportunity_id"]]
        if not course["qualification_id"] and course["standard_ref"]:
            runs[course["standard_ref"]].append(run)
    leavers = {row["about_id"] for row in rows_of("evidence") if row["leavers"] != "0" and row["provider_id"]}
    expected = {}
    for row in rows_of("competencies"):
        role = row["role_id"]
        if row["currency"] != "current" or not role or role not in of_standard:
            continue
        standard = row["standard_ref"]
        apprenticeship = (
            roles[role]["standard_ref"].startswith("ST")
            and roles[role]["standard_status"] != "in development when crawled"
            and roles[role]["standard_ref"] == standard
        )
        if not apprenticeship:
            expected[row["competency_id"]] = "not-known"
        elif any(not over(run) for run in runs[standard]):
            expected[row["competency_id"]] = "whole-only"
        elif runs[standard] or role in leavers:
            expected[row["competency_id"]] = "past-only"
        else:
            expected[row["competency_id"]] = "no-provider"
    found = {cell.competency.id: str(cell.finding) for cell in board(facts(), EVERYTHING, PUBLISHED).cells}
    differing = {id: (expected[id], found[id]) for id in expected if expected[id] != found[id]}
    assert not differing
    assert expected.keys() == found.keys()
    assert len(Counter(expected.values())) == 4


def test_the_graph_says_how_and_when_it_was_made(store: GraphStore) -> None:
    (row,) = store.select(
        """SELECT ?day ?software ?by WHERE { ?graph a sw:CoverageGraph ; sw:countedFrom ?day ;
             sw:softwareVersion ?software ; prov:wasGeneratedBy ?by }"""
    )
    assert (str(row["day"]), str(row["software"]), row["by"]) == (
        TODAY.isoformat(),
        version("stepway"),
        SW["coverage-board"],
    )


def test_it_is_the_same_each_time_and_nothing_is_said_twice() -> None:
    lines = list(n_quads(derive(whole().store, whole().projection, TODAY)))
    assert lines == list(n_quads(derive(whole().store, whole().projection, TODAY)))
    assert len(set(lines)) == len(lines)
    assert all(line.endswith(f" <{DATASET[COVERAGE]}> .") for line in lines)


def test_a_skill_of_a_vocabulary_has_an_address_of_ours_for_its_finding() -> None:
    one, two = (finding_of(f"http://data.europa.eu/esco/skill/{name}") for name in ("a", "b"))
    assert one != two
    assert str(one).startswith("https://w3id.org/stepway/id/CF-")


def built(folder: Path) -> Release:
    write_dataset(
        folder / "data",
        roles=[
            {"role_id": "OC-A", "title": "A", "level": "3", "sector": "healthtech", "standard_ref": "ST0001"},
        ],
        competencies=[
            {"competency_id": "K-1", "role_id": "OC-A", "standard_ref": "ST0001", "kind": "skill", "label": "Mend"}
        ],
    )
    found = build_release([folder / "data"], folder / "state", today=date(2026, 11, 21), derive={COVERAGE: derive})
    assert found.release is not None, [str(one) for one in found.issues]
    return found.release


def test_a_build_keeps_it_as_a_part_that_is_not_found_by_words(tmp_path: Path) -> None:
    release = built(tmp_path)
    assert release.manifest.parts[COVERAGE]["quads"] > 5
    (row,) = release.store.select("SELECT ?finding WHERE { ?me a sw:CoverageFinding ; sw:finding ?finding }")
    assert str(row["finding"]) == "not-known"
    assert [one.id for one in release.search.find("Mend", ["Competency"], 5)] == ["K-1"]
    assert not [one for one in release.search.find("Mend", [], 5) if one.id.startswith("CF-")]


def test_without_adverts_demand_is_not_known_and_with_them_it_is_added_over_quarters() -> None:
    assert adverts_of_skills(whole().store) == {}
    lines = [("DEMAND-1", "2026-Q1", 3), ("DEMAND-2", "2026-Q2", 4)]
    quads: list[Quad] = []
    for id, quarter, number in lines:
        me, graph = finding_of(id), DATASET["demand"]
        quads.append((me, SW.advertisedSkill, finding_of("K-1"), graph))
        quads.append((me, SW.advertisedQuarter, Literal(quarter), graph))
        quads.append((me, SW.adverts, Literal(number), graph))
    assert adverts_of_skills(GraphStore.in_memory(quads)) == {"CF-K-1": 7}
