"""Named queries: each is what its head says, values are bound, and the answers are those worked out from the rows."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
from rdflib import RDF, XSD, Literal
from rdflib.plugins.sparql import prepareQuery
from rdflib.term import Node

from graph.examples import QUERY
from graph.store import GraphStore, Row
from ontology.namespaces import CONCEPT, ID, PREFIXES, SW
from ontology.query_files import Column, query_files, read_head
from queries.catalogue import (
    NamedQuery,
    UnknownQueryError,
    WrongValuesError,
    address_of,
    get_query,
    list_queries,
    plain_address,
    plain_literal,
    user_groups,
)
from queries.documentation import PAGE, page
from tests.questions.world import REGION, whole

QUERIES = list_queries()
each_query = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
KINDS: Final = {
    "thing": {"thing"},
    "concept": {"concept"},
    "term": {"term", "address"},
    "address": {"address", "thing", "concept", "term"},
    "text": {"string", "en"},
    "whole number": {"integer"},
    "decimal": {"decimal", "integer"},
    "date": {"date"},
    "day": {"date", "gYear", "gYearMonth"},
    "yes/no": {"boolean"},
}


@pytest.fixture(scope="module")
def store() -> GraphStore:
    return whole().store


def values(query: NamedQuery, row: Row) -> list[Any]:
    """A row as plain values, as they go over the wire."""
    found = []
    for column in query.file.columns:
        term = row[column.name]
        if isinstance(term, Literal):
            found.append(plain_literal(str(term), str(term.datatype or "")))
        else:
            found.append(None if term is None else plain_address(column.kind, str(term)))
    return found


def answers(store: GraphStore, name: str, **given: str) -> list[dict[str, Any]]:
    query = get_query(name)
    names = [column.name for column in query.file.columns]
    return [dict(zip(names, values(query, row), strict=True)) for row in query.rows(store, query.bind(given))]


def rows_of(table: str) -> list[dict[str, str]]:
    """The rows of a table as they lie in its file: the other way to an answer."""
    with (Path(REGION) / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kind_of(term: Node | None) -> str:
    if isinstance(term, Literal):
        return str(term.datatype or term.language).rpartition("#")[2]
    for start, kind in ((ID, "thing"), (CONCEPT, "concept"), (SW, "term")):
        if str(term).startswith(str(start)):
            return kind
    return "address"


def written(rows: list[Row]) -> list[str]:
    return sorted(str(list(row.values())) for row in rows)


@each_query
def test_it_is_what_its_head_says(query: NamedQuery, store: GraphStore) -> None:
    prepared = prepareQuery(query.whole_text)
    projected = [str(variable) for variable in prepared.algebra["PV"]]
    assert projected == [column.name for column in query.file.columns]
    assert {one.name for one in query.file.parameters} <= set(projected), "a bound variable must be projected"
    for row in query.rows(store, query.bind(query.example())):
        for column in query.file.columns:
            _check(column, row[column.name])


def _check(column: Column, term: Node | None) -> None:
    if term is None:
        assert column.blank, f"{column.name} is blank"
    elif column.kind in KINDS:
        assert kind_of(term) in KINDS[column.kind], (column.name, term)


@each_query
def test_bound_values_say_the_same_as_values_in_the_text(query: NamedQuery, store: GraphStore) -> None:
    tried = [query.example()]
    tried += [{**query.example(), one.name: one.example} for one in query.file.parameters if one.example]
    for given in tried:
        terms = query.bind(given)
        assert written(query.rows(store, terms)) == written(store.select(query.with_values(terms))), given


@each_query
def test_lists_within_a_cell_are_in_order(query: NamedQuery, store: GraphStore) -> None:
    """SPARQL leaves the order of a GROUP_CONCAT open, and it did change between two runs: each is fed in order."""
    lists = [column.name for column in query.file.columns if column.about.endswith("separated by |")]
    assert bool(lists) == ("GROUP_CONCAT" in query.text)
    for row in query.rows(store, query.bind(query.example())):
        for name in lists:
            parts = str(row[name] or "").split("|")
            assert parts == sorted(parts), name


@each_query
def test_a_value_that_may_be_left_out_narrows_the_answer(query: NamedQuery, store: GraphStore) -> None:
    everything = query.rows(store, query.bind(query.example()))
    for one in query.file.parameters:
        if one.required or one.default is not None:
            continue
        assert one.example, f"{one.name} has no example"
        some = query.rows(store, query.bind({**query.example(), one.name: one.example}))
        assert bool(some) == bool(everything)
        assert len(some) < len(everything) or not some
        assert {str(row[one.name]) for row in some} <= {
            str(query.bind({**query.example(), one.name: one.example})[one.name])
        }
        assert "BOUND(?" + one.name not in query.text, "pyoxigraph takes a bound value for unbound there"


def test_each_example_is_in_the_graph(store: GraphStore) -> None:
    """As editors ask for examples."""
    rows = store.select(
        "SELECT ?query ?comment ?text WHERE { ?query a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select ?text }"
    )
    assert {str(row["query"]): str(row["comment"]) for row in rows} == {QUERY + q.name: q.title for q in QUERIES}
    by_name = {str(row["query"]).removeprefix(QUERY): str(row["text"]) for row in rows}
    for query in QUERIES:
        assert by_name[query.name] == query.with_values(query.bind(query.example()))
    declared = store.select("SELECT ?prefix ?address WHERE { [] sh:prefix ?prefix ; sh:namespace ?address }")
    assert {str(row["prefix"]): str(row["address"]) for row in declared} == PREFIXES


def test_parameters_are_in_the_graph(store: GraphStore) -> None:
    rows = store.select(
        """SELECT ?path ?optional ?default WHERE {
          ?query rdfs:label "older-than" ; sh:parameter ?parameter .
          ?parameter sh:path ?path ; sh:optional ?optional ; sh:datatype xsd:date ; sh:defaultValue ?default }"""
    )
    assert [str(row["path"]).rpartition("/")[2] for row in rows] == ["before"]
    assert (str(rows[0]["optional"]), str(rows[0]["default"])) == ("true", "2024-01-01")


@pytest.mark.parametrize(
    ("name", "given", "wrong"),
    [
        ("competencies-of-role", {}, "role: is needed: the id of a Role, or its address"),
        ("competencies-of-role", {"role": "a b"}, "role: expected the id of a Role, or its address"),
        ("competencies-of-role", {"role": "x> } DELETE { <a"}, "role: expected the id of a Role, or its address"),
        ("competencies-of-role", {"rolle": "OC-HCSA", "role": "OC-HCSA"}, "rolle: there is no parameter of this name"),
        ("coverage-of-themes", {"level": "four"}, "level: expected one of 1, 2, 3, 4, 5, 6, 7, 8"),
        ("links-under-overlap", {"most": "0,3"}, "most: expected a decimal"),
        ("older-than", {"before": "2026-02-30"}, "before: expected a day such as 2026-11-21"),
        ("things-of-class", {"class": "nonsense"}, "class: expected a term such as sw:level, or its address"),
        ("demand-figures", {"geography": "x" * 501}, "geography: expected text of 1 to 500 signs"),
    ],
)
def test_a_wrong_value_is_told(name: str, given: dict[str, str], wrong: str) -> None:
    with pytest.raises(WrongValuesError) as raised:
        get_query(name).bind(given)
    assert wrong in str(raised.value)


def test_text_is_bound_and_never_read_as_sparql(store: GraphStore) -> None:
    nasty = 'West Midlands" ) } UNION { ?figure a sw:DemandFigure } #'
    query = get_query("demand-figures")
    for text in (nasty, 'two\nlines "quoted" \\ and\ttabs', "'" * 3, '"' * 3, "\\u0041"):
        assert answers(store, "demand-figures", geography=text) == []
        assert store.select(query.with_values(query.bind({"geography": text}))) == []


def test_a_term_may_be_given_by_its_address(store: GraphStore) -> None:
    short = answers(store, "things-of-class", **{"class": "sw:Role"})
    assert short == answers(store, "things-of-class", **{"class": f"{SW}Role"})
    assert len(short) == len(rows_of("roles"))


def test_addresses() -> None:
    assert address_of("records-of", thing="OC-HCSA") == "/queries/records-of?thing=OC-HCSA"
    assert address_of("told-apart") == "/queries/told-apart"
    with pytest.raises(UnknownQueryError):
        address_of("no-such-query")
    with pytest.raises(WrongValuesError):
        address_of("records-of", think="OC-HCSA")


def test_lists_are_narrowed_by_words_and_by_user_group() -> None:
    assert [query.name for query in list_queries("PAY roles year")] == ["pay-of-roles"]
    assert len(user_groups()) == 4
    for group in user_groups():
        assert 0 < len(list_queries(asked_by=group)) < len(QUERIES)
    assert {one.question for one in query_files()} >= {f"CQ-{number:02d}" for number in range(1, 26)}


@pytest.mark.parametrize(
    ("head", "wrong"),
    [
        ("# title: A\n# asked by: x\n# rows: one", "does not say: gives"),
        ("# title: A\n# rows: one\n# gives: a (text), b", "does not say: asked by"),
        ("# title: A\n# title: B", "“title” cannot stand in a head, or not twice"),
        ("# title: A\n# asked by: x\n# rows: r\n# gives: a (word), b", "there is no type “word”"),
        ("# title: A\n# asked by: x\n# rows: r\n# gives: a (text), b\n# given: a (text), b", "a has no example"),
        ("# title: A\n# asked by: x\n# rows: r\n# gives: a (text), b\n# given: a text", "cannot read what is given"),
        ("#no key", "cannot read the line"),
    ],
)
def test_a_head_that_cannot_be_read_is_refused(head: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=re.escape(wrong)):
        read_head("q", f"{head}\nSELECT ?a WHERE {{}}\n")


def test_the_list_in_the_documentation_is_current() -> None:
    found = (Path(__file__).parents[2] / PAGE).read_text(encoding="utf-8")
    assert found == page(), "run python -m queries.documentation"


# Worked out from the rows.


def test_competencies_of_a_role(store: GraphStore) -> None:
    found = answers(store, "competencies-of-role", role="OC-HCSASSOC")
    current = [row for row in rows_of("competencies") if row["currency"] == "current"]
    wanted = [row for row in current if "OC-HCSASSOC" in row["role_id"].split("|")]
    assert {one["competency"]: one["says"] for one in found} == {row["competency_id"]: row["label"] for row in wanted}
    assert Counter(one["kind"] for one in found) == Counter(row["kind"] for row in wanted)
    assert next(one for one in found if one["competency"] == "K-ST0220-11-B2")["units"] == 0


def test_units_that_teach_a_theme_of_a_competency(store: GraphStore) -> None:
    found = answers(store, "units-that-teach", competency="K-ST0950-10-K1")
    assert {one["theme"] for one in found} == {"healthcare context"}
    outcomes = {row["unit_id"] for row in rows_of("learning_outcomes") if row["theme"] == "healthcare context"}
    units = {
        row["unit_id"]
        for row in rows_of("units")
        if row["status"] != "illustrative"
        and ("healthcare context" in row["themes"].split("|") or row["unit_id"] in outcomes)
    }
    assert {one["unit"] for one in found} == units


def test_units_of_a_theme_and_who_runs_their_award(store: GraphStore) -> None:
    found = answers(store, "units-of-theme", theme="risk management")
    outcomes = {row["unit_id"] for row in rows_of("learning_outcomes") if row["theme"] == "risk management"}
    units = {
        row["unit_id"]: row
        for row in rows_of("units")
        if row["status"] != "illustrative"
        and ("risk management" in row["themes"].split("|") or row["unit_id"] in outcomes)
    }
    assert {one["unit"] for one in found} == set(units)
    assert {one["unit"]: str(one["level"]) for one in found} == {id: row["level"] for id, row in units.items()}
    runs = {(row["qualification_id"], row["provider_id"]) for row in rows_of("opportunities")}
    assert {(one["award"], one["provider"]) for one in found if one["provider"]} == {
        (award, provider) for award, provider in runs if award in {row["qualification_id"] for row in units.values()}
    }


def test_who_offers_a_course_that_leads_to_an_award(store: GraphStore) -> None:
    found = answers(store, "providers-of-award", award="Q-HNC-COMP22")
    wanted = [row for row in rows_of("opportunities") if row["qualification_id"] == "Q-HNC-COMP22"]
    assert {(one["provider"], one["course"]) for one in found} == {
        (row["provider_id"], row["opportunity_id"]) for row in wanted
    }
    assert {one["town"] for one in found} == {"Worcester"}


def test_pay_by_role_and_year(store: GraphStore) -> None:
    (found,) = answers(store, "pay-of-roles", role="OC-HCSASSOC", year="2025/26")
    (band,) = [row for row in rows_of("pay_bands") if (row["band"], row["year"]) == ("4", "2025/26")]
    assert (found["from_pounds"], found["to_pounds"]) == (int(band["entry_pounds"]), int(band["top_pounds"]))
    assert (found["from_pounds"], found["to_pounds"], found["status"]) == (27485, 30162, "sw:published")
    held = [one for one in answers(store, "pay-of-roles", year="2026/27") if one["from_pounds"] is not None]
    assert {one["status"] for one in held} == {"sw:inferred"}


def test_bands_whose_pay_is_not_held(store: GraphStore) -> None:
    """Bands from 8a up have no row in pay_bands.csv: the pay of 6-8a does not end at the top of band 7."""
    found = answers(store, "pay-of-roles")
    assert {one["role"] for one in found} == {row["role_id"] for row in rows_of("roles") if row["pay_band"]}
    scientist = [one for one in found if one["role"] == "OC-CLINSCI"]
    assert [(one["band"], one["to_pounds"]) for one in scientist] == [
        *(("6", 46580), ("6", 48117), ("7", 54710), ("7", 56515)),
        ("8a", None),
    ]
    assert {one["not_held"] for one in scientist} == {"8a"}
    consultant = answers(store, "pay-of-roles", role="OC-CONSCLIN", year="2025/26")
    assert [one["band"] for one in consultant] == ["8a", "8b", "8c", "8d"]
    assert {(one["from_pounds"], one["status"], one["not_held"]) for one in consultant} == {(None, None, "8a|8b|8c|8d")}
    assert {one["not_held"] for one in found if one["role"] not in ("OC-CLINSCI", "OC-CONSCLIN")} == {None}


def test_provision_of_a_level_by_town(store: GraphStore) -> None:
    found = {one["town"]: one["courses"] for one in answers(store, "provision-by-town", level="4")}
    towns = {row["site_id"]: row["town"] for row in rows_of("sites")}
    places: Counter[str] = Counter()
    for row in rows_of("opportunities"):
        if row["level"] == "4":
            runs = [run for run in rows_of("deliveries") if run["opportunity_id"] == row["opportunity_id"]]
            places.update({towns[run["site_id"]] for run in runs if run["site_id"] and towns[run["site_id"]]})
    assert found == places == {"Halesowen": 1, "Sunderland": 1, "Worcester": 2}


@pytest.mark.parametrize("since", ["2025-01-01", "2022-02-08"])
def test_provision_says_how_old_it_is(store: GraphStore, since: str) -> None:
    """Courses with a run in a town, those seen since a day, and those seen on no known day, from the rows."""
    towns = {row["site_id"]: row["town"] for row in rows_of("sites")}
    levels = {row["opportunity_id"]: row["level"] for row in rows_of("opportunities")}
    seen: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for run in rows_of("deliveries"):
        level, town = levels[run["opportunity_id"]], towns.get(run["site_id"], "")
        if level and town:
            seen.setdefault((level, town), []).append((run["as_of"], run["opportunity_id"]))
    found = {(one["level"], one["town"]): one for one in answers(store, "provision-by-town", since=since)}
    assert found.keys() == seen.keys()
    for place, runs in seen.items():
        one, days = found[place], sorted(day for day, _ in runs if day)
        assert one["courses"] == len({course for _, course in runs})
        assert one["seen_since"] == len({course for day, course in runs if day >= since})
        assert one["without_date"] == len({course for day, course in runs if not day})
        assert (one["first_seen"], one["last_seen"]) == ((days[0], days[-1]) if days else (None, None))
    assert sum(one["seen_since"] for one in found.values()) < sum(one["courses"] for one in found.values())


def test_what_rests_on_a_source_that_nobody_can_open(store: GraphStore) -> None:
    found = {(one["class"], one["source"]): one["things"] for one in answers(store, "without-open-source")}
    links = "urn:stepway:method:competency-links-2026-11"
    assert found["sw:CompetencyLink", links] == sum(row["source_url"] == links for row in rows_of("competency_links"))
    survey = "urn:stepway:survey:healthtech-west-midlands-2026-11"
    assert found["sw:KnowledgeGap", survey] == len(rows_of("gaps")) == 78


def test_what_was_looked_for_and_not_found(store: GraphStore) -> None:
    found = answers(store, "knowledge-gaps", about="Q-MEDTECH-HNC")
    wanted = [row for row in rows_of("gaps") if "Q-MEDTECH-HNC" in row["about_ids"].split("|")]
    assert {one["gap"]: one["says"] for one in found} == {row["gap_id"]: row["statement"] for row in wanted}
    assert len(found) == 13


def test_statements_of_each_standing(store: GraphStore) -> None:
    found = {one["status"]: one for one in answers(store, "statements-by-status")}
    counted = {row["status"]: row for row in answers(store, "statements-by-status")}
    assert set(found) == set(counted) == {"sw:published", "sw:inferred"}
    in_all = store.select("SELECT (COUNT(?s) AS ?n) WHERE { ?s a sw:Statement ; prov:wasDerivedFrom ?r }")
    assert sum(one["statements"] for one in found.values()) == int(str(in_all[0]["n"]))


def test_links_with_little_in_common(store: GraphStore) -> None:
    found = answers(store, "links-under-overlap", most="0.2")
    wanted = [float(row["score"]) for row in rows_of("competency_links") if row["score"] and float(row["score"]) <= 0.2]
    assert [one["overlap"] for one in found] == sorted(wanted)
    assert len(found) == 9
    held = len(answers(store, "links-under-overlap"))
    assert held == sum(row["score"] != "" and float(row["score"]) <= 0.3 for row in rows_of("competency_links"))


def test_demand_figures_of_an_area(store: GraphStore) -> None:
    found = answers(store, "demand-figures", geography="West Midlands")
    wanted = {row["figure_id"] for row in rows_of("demand_figures") if row["geography"] == "West Midlands"}
    assert {one["figure"] for one in found} == wanted
    assert len(answers(store, "demand-figures")) == len(rows_of("demand_figures"))


def test_ladders_into_a_role(store: GraphStore) -> None:
    found = {one["way"]: one for one in answers(store, "ladders", to="OC-HCSASSOC")}
    wanted = {
        row["progression_id"]
        for row in rows_of("progressions")
        if row["to_id"] == "OC-HCSASSOC" and row["from_id"].startswith("OC-")
    }
    assert set(found) == wanted == {"PG-003", "PG-006"}
    assert (found["PG-003"]["guess"], found["PG-006"]["guess"]) == (False, True)


def test_leavers_of_a_standard(store: GraphStore) -> None:
    found = answers(store, "leavers-of-standard", standard="ST0220", year="2024/25")
    assert [(one["provider"], one["leavers"], one["achieved_percent"]) for one in found if one["leavers"] == 30] == [
        ("P-DUDLEY", 30, 45.2)
    ]
    small = [one for one in answers(store, "leavers-of-standard") if one["suppressed"]]
    assert len(small) == sum(row["suppressed"] == "yes" and row["provider_id"] != "" for row in rows_of("evidence"))
    assert all(one["leavers"] is None for one in small)
    plan = [one for one in answers(store, "leavers-of-standard") if one["leavers"] is None and not one["suppressed"]]
    assert {one["suppressed"] for one in plan} <= {None}, "without a figure nobody knows whether one is hidden"


def test_themes_that_roles_ask_for(store: GraphStore) -> None:
    found = {one["theme"]: one for one in answers(store, "coverage-of-themes", level="4")}
    level_4 = {row["role_id"] for row in rows_of("roles") if row["level"] == "4"}
    asked: dict[str, set[str]] = {}
    for row in rows_of("competencies"):
        for theme in row["theme"].split("|") if row["currency"] == "current" else ():
            asked.setdefault(theme, set()).update(level_4 & set(row["role_id"].split("|")))
    assert {theme: one["roles"] for theme, one in found.items()} == {
        theme: len(roles) for theme, roles in asked.items() if roles
    }
    assert found["organisation and business"]["units"] == 0


def test_rules_of_a_scheme(store: GraphStore) -> None:
    found = answers(store, "funding-rules", scheme="LLE")
    assert [one["rule"] for one in found] == sorted(
        row["rule_id"] for row in rows_of("funding_rules") if row["scheme"] == "LLE"
    )
    assert next(one for one in found if one["rule"] == "FR-003")["value"] == "38140"


def test_what_rests_on_an_old_source(store: GraphStore) -> None:
    found = {one["class"]: one for one in answers(store, "older-than", before="2015-01-01")}
    old = [row["as_of"] for row in rows_of("opportunities") if row["as_of"] and row["as_of"] < "2015-01-01"]
    assert (found["sw:LearningOpportunity"]["things"], found["sw:LearningOpportunity"]["oldest"]) == (
        len(old),
        min(old),
    )
    assert {one["before"] for one in found.values()} == {"2015-01-01"}


def test_what_a_provider_offers(store: GraphStore) -> None:
    found = answers(store, "courses-of-provider", provider="P-HALES")
    wanted = [row for row in rows_of("opportunities") if row["provider_id"] == "P-HALES"]
    assert {one["course"]: one["label"] for one in found} == {row["opportunity_id"]: row["title"] for row in wanted}


def test_matches_by_name_are_found_by_score() -> None:
    """The regional dataset alone has none, so two made-up ones."""
    graph = ID["graph"]
    quads: list[Any] = []
    for name, score in (("a", "0.91"), ("b", "0.97")):
        match = ID[f"match-{name}"]
        facts = {"matchOf": ID[name], "matchWith": ID[f"{name}2"], "matchMethod": ID["method"]}
        quads += [(match, SW[term], value, graph) for term, value in facts.items()]
        quads += [
            (match, SW.matchedName, Literal(name), graph),
            (match, SW.score, Literal(score, datatype=XSD.decimal), graph),
            (match, RDF.type, SW.Match, graph),
        ]
    store = GraphStore.in_memory(quads)
    assert [one["thing"] for one in answers(store, "matches-under-score")] == ["a"]
    assert [one["thing"] for one in answers(store, "matches-under-score", most="0.99")] == ["a", "b"]
