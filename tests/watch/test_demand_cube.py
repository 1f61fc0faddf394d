"""Demand as RDF Data Cubes: well formed, adding up to the adverts that count, and read back as it was counted."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.namespace import SKOS

from graph.projection import Projection
from graph.store import GraphStore, Quad
from ontology import resources
from ontology.namespaces import DATASET, ESCO, ID, SW
from queries.watch.adverts import Advert, once
from queries.watch.asked import State, read, titles
from queries.watch.cube import GRAPH, QB, derive, said_of
from queries.watch.demand import Demand, count
from queries.watch.titles import Label, Outcome, Scheme, Titles

DAY: Final = date(2026, 11, 22)
NOTHING: Final = Projection((), (), (), {}, {}, {}, {}, (), (), {})
PLACES: Final = {"WS1": "WS1 9ZZ", "DY1": "DY1 9ZZ", None: None}
NAMES: Final = {"OC-POR": "Porter", "OC-REC": "Receptionist", "OC-CLE": "Cleaner", "OC-CL2": "Cleaner"}
NEEDS: Final = {str(ID["OC-POR"]): ["urn:lift", "urn:greet"], str(ID["OC-REC"]): ["urn:greet"]}
TITLES: Final = Titles(
    [Label(Scheme.ROLE, str(ID[id]), name, True) for id, name in NAMES.items()],
    {str(ID["OC-POR"]): str(ID["SOC2020-9262"])},
)


def adverts(text: str) -> list[Advert]:
    """Adverts from lines such as `Porter WS1 2026-11-02`; `-` is not known."""
    found = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines()))):
        *words, district, day = line.split()
        on = None if day == "-" else date.fromisoformat(day)
        outcode = None if district == "-" else district
        found.append(Advert(str(ID[f"VACANCY-{number}"]), " ".join(words), f"E{number}", outcode, outcode, on))
    return found


def demand_of(some: Iterable[Advert]) -> Demand:
    return count(once(some), TITLES, NEEDS)


def store_of(demand: Demand, *more: Quad) -> GraphStore:
    """The graph of some demand, with what the vocabulary says of its properties."""
    quads: list[Quad] = [(s, p, o, GRAPH) for s, p, o in said_of(demand, DAY)]
    for path in resources.paths("vocabulary/adverts.ttl"):
        quads += [(s, p, o, DATASET["v"]) for s, p, o in Graph().parse(path)]
    quads.append((SW.status, RDFS.range, SW.Status, DATASET["v"]))
    return GraphStore.in_memory([*quads, *more])


WORLD: Final = """
    Porter WS1 2026-11-02
    Porter - Ward 3 WS1 2026-11-03
    Porter DY1 2026-08-03
    Receptionist - -
    Cleaner WS1 2026-11-02
    Astronaut WS1 2026-11-02
"""


def test_each_advert_is_counted_in_its_cell() -> None:
    found = demand_of(adverts(WORLD))
    shown = {(role.rpartition("/")[2], *rest): number for (role, *rest), number in found.roles.items()}
    assert shown == {
        ("OC-POR", "WS1", "2026-Q4", "exact"): 1,
        ("OC-POR", "WS1", "2026-Q4", "part"): 1,
        ("OC-POR", "DY1", "2026-Q3", "exact"): 1,
        ("OC-REC", "not known", "not known", "exact"): 1,
    }
    assert found.skills == {
        ("urn:lift", "2026-Q4"): 2,
        ("urn:greet", "2026-Q4"): 2,
        ("urn:lift", "2026-Q3"): 1,
        ("urn:greet", "2026-Q3"): 1,
        ("urn:greet", "not known"): 1,
    }
    assert found.outcomes[Scheme.ROLE, "ambiguous", "2026-Q4"] == 1
    assert found.outcomes[Scheme.ROLE, "unmatched", "2026-Q4"] == 1
    assert found.outcomes[Scheme.SOC2020, "through-role", "2026-Q4"] == 2
    assert (found.oldest, found.newest) == (date(2026, 8, 3), date(2026, 11, 3))


SOME: Final = st.lists(
    st.tuples(
        st.sampled_from(["Porter", "Porter - Ward", "porters", "Receptionist", "Cleaner", "Astronaut", "Recepcionist"]),
        st.sampled_from(["WS1", "DY1", None]),
        st.one_of(st.none(), st.integers(0, 300).map(lambda days: DAY - timedelta(days=days))),
        st.sampled_from(["A", "B", None]),
    ),
    min_size=1,
    max_size=14,
).map(
    lambda rows: [
        Advert(str(ID[f"VACANCY-{number:02}"]), title, employer, PLACES[district], district, on)
        for number, (title, district, on, employer) in enumerate(rows)
    ]
)


@given(SOME)
def test_the_cubes_add_up_to_the_adverts_that_count(some: list[Advert]) -> None:
    found = demand_of(some)
    assert found.adverts + found.repeated == len(some)
    for scheme in found.schemes:
        assert sum(n for (of, _, _), n in found.outcomes.items() if of is scheme) == found.adverts
    outcomes: Counter[str] = Counter()
    for (of, outcome, _), number in found.outcomes.items():
        outcomes[outcome] += number if of is Scheme.ROLE else 0
    assert sum(found.roles.values()) + outcomes["ambiguous"] + outcomes["unmatched"] == found.adverts
    assert sum(one.adverts for one in found.titles) == found.adverts
    for quarter in {quarter for _, quarter in found.skills}:
        asked = sum(n for (_, _, q, _), n in found.roles.items() if q == quarter)
        assert all(n <= asked for (_, q), n in found.skills.items() if q == quarter)


@given(SOME)
def test_the_graph_says_what_was_counted(some: list[Advert]) -> None:
    found = demand_of(some)
    store = store_of(found)
    watch = read(store)
    assert (watch.state, watch.adverts, watch.repeated) == (State.COUNTED, found.adverts, found.repeated)
    assert {(str(ID[c.role]), c.district, c.quarter, c.method): c.adverts for c in watch.cells} == found.roles
    assert watch.outcomes == found.outcomes
    shown = sum(one.adverts for outcome in Outcome for one in titles(store, Scheme.ROLE, outcome, 100))
    assert shown == found.adverts
    triples = list(said_of(found, DAY))
    assert len(triples) == len(set(triples)), "two things never share an address"


def test_why_a_title_is_counted_where_it_is() -> None:
    store = store_of(demand_of(adverts(WORLD)))
    (one,) = [one for one in titles(store, Scheme.ROLE, Outcome.MATCHED, 9) if one.written == "Porter - Ward 3"]
    assert [(m.job, m.name, m.method, m.score) for m in one.matches] == [("OC-POR", "Porter", "part", 0.4615)]
    (two,) = titles(store, Scheme.ROLE, Outcome.AMBIGUOUS, 9)
    assert [match.job for match in two.matches] == ["OC-CL2", "OC-CLE"]
    assert [one.written for one in titles(store, Scheme.ROLE, Outcome.UNMATCHED, 9)] == ["Astronaut"]


# The integrity constraints of the recommendation (section 11), each as a query that finds what breaks it

CONSTRAINTS: Final = {
    "IC-0, every number, day and truth is written as one": """
        { ?s ?p ?v FILTER(DATATYPE(?v) = xsd:integer && !BOUND(?n)) BIND(xsd:integer(STR(?v)) AS ?n) }
        UNION { ?s ?p ?v FILTER(DATATYPE(?v) = xsd:date && !BOUND(?n)) BIND(xsd:date(STR(?v)) AS ?n) }
        UNION { ?s ?p ?v FILTER(DATATYPE(?v) = xsd:boolean && !BOUND(?n)) BIND(xsd:boolean(STR(?v)) AS ?n) }""",
    "IC-1, every observation is of one data set": """
        { ?o a qb:Observation FILTER NOT EXISTS { ?o qb:dataSet ?d } }
        UNION { ?o qb:dataSet ?d, ?e FILTER(?d != ?e) }""",
    "IC-2, every data set has one structure": """
        { ?d a qb:DataSet FILTER NOT EXISTS { ?d qb:structure ?s } }
        UNION { ?d qb:structure ?s, ?t FILTER(?s != ?t) }""",
    "IC-3, every structure has a measure": """
        ?s a qb:DataStructureDefinition
        FILTER NOT EXISTS { ?s qb:component/qb:measure ?m . ?m a qb:MeasureProperty }""",
    "IC-4, every dimension says of what kind its values are": """
        ?p a qb:DimensionProperty FILTER NOT EXISTS { ?p rdfs:range ?r }""",
    "IC-5, a dimension of concepts has a list of them": """
        ?p a qb:DimensionProperty ; rdfs:range skos:Concept FILTER NOT EXISTS { ?p qb:codeList ?l }""",
    "IC-6, only attributes may be optional": """
        ?c qb:componentRequired false FILTER NOT EXISTS { ?c qb:attribute ?p }""",
    "IC-11, every observation has a value of each dimension": """
        ?o qb:dataSet/qb:structure/qb:component/qb:dimension ?p FILTER NOT EXISTS { ?o ?p ?v }""",
    "IC-12, no two observations have the same values": """
        ?o qb:dataSet ?d . ?e qb:dataSet ?d FILTER(STR(?o) < STR(?e))
        FILTER NOT EXISTS { ?d qb:structure/qb:component/qb:dimension ?p . ?o ?p ?v . ?e ?p ?w FILTER(?v != ?w) }""",
    "IC-13, every observation has what is required": """
        ?o qb:dataSet/qb:structure/qb:component ?c . ?c qb:componentRequired true ; qb:attribute ?p
        FILTER NOT EXISTS { ?o ?p ?v }""",
    "IC-14, every observation has every measure": """
        ?o qb:dataSet/qb:structure/qb:component/qb:measure ?p FILTER NOT EXISTS { ?o ?p ?v }""",
    "one value of each dimension and measure": """
        ?o qb:dataSet/qb:structure/qb:component/(qb:dimension|qb:measure) ?p . ?o ?p ?v, ?w FILTER(?v != ?w)""",
    "IC-7 to IC-10 and IC-15 to IC-21 have nothing to be about": """
        { ?x a ?kind FILTER(?kind IN (qb:Slice, qb:SliceKey, qb:HierarchicalCodeList)) }
        UNION { ?x ?p ?y FILTER(?p IN (qb:slice, qb:sliceKey, qb:sliceStructure, qb:codeList, qb:parentChildProperty)) }
        UNION { ?c qb:dimension qb:measureType }
        UNION { ?s qb:component/qb:measure ?m, ?n FILTER(?m != ?n) }""",
}
"""IC-7 to IC-10 and IC-18 are of slices, IC-15 to IC-17 of several measures in one data set, IC-19 to IC-21 of lists of
codes. Our cubes have none of these: the last query finds the first that comes, and then those constraints are due."""


def broken(store: GraphStore, constraint: str) -> bool:
    return store.ask(f"PREFIX qb: <{QB}> ASK {{ {CONSTRAINTS[constraint]} }}")


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_the_cubes_are_well_formed(constraint: str) -> None:
    store = store_of(demand_of(adverts(WORLD)))
    assert store.ask(f"ASK {{ ?o a <{QB.Observation}> }}")
    assert not broken(store, constraint)


OBSERVATION: Final = ID["DEMAND-ROLES.extra"]
CELL: Final[list[tuple[URIRef, URIRef | Literal]]] = [
    (RDF.type, QB.Observation),
    (QB.dataSet, ID["DEMAND-SKILLS"]),
    (SW.advertisedSkill, URIRef("urn:lift")),
    (SW.advertisedQuarter, Literal("2026-Q4")),
    (SW.adverts, Literal(3)),
    (SW.status, SW.inferred),
]
FAULTS: Final[dict[str, list[tuple[URIRef, URIRef, URIRef | Literal]]]] = {
    "IC-0": [(OBSERVATION, SW.adverts, Literal("three", datatype=XSD.integer))],
    "IC-1": [(OBSERVATION, RDF.type, QB.Observation)],
    "IC-2": [(ID["DEMAND-ROLES"], QB.structure, ID["another"])],
    "IC-3": [(ID["another"], RDF.type, QB.DataStructureDefinition)],
    "IC-4": [(SW.somewhere, RDF.type, QB.DimensionProperty)],
    "IC-5": [(SW.somewhere, RDF.type, QB.DimensionProperty), (SW.somewhere, RDFS.range, SKOS.Concept)],
    "IC-6": [(ID["part"], QB.componentRequired, Literal(False)), (ID["part"], QB.dimension, SW.advertisedRole)],
    "IC-11": [(OBSERVATION, *pair) for pair in CELL if pair[0] != SW.advertisedQuarter],
    "IC-12": [(OBSERVATION, *pair) for pair in CELL],
    "IC-13": [(OBSERVATION, *pair) for pair in CELL if pair[0] != SW.status],
    "IC-14": [(OBSERVATION, *pair) for pair in CELL if pair[0] != SW.adverts],
    "IC-7": [(SW.somewhere, QB.codeList, ID["places"])],
    "one value": [(OBSERVATION, *pair) for pair in [*CELL, (SW.adverts, Literal(4))]],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_cube_that_is_not_well_formed_is_noticed(fault: str) -> None:
    (constraint,) = [one for one in CONSTRAINTS if one.startswith((f"{fault},", f"{fault} "))]
    more = [(s, p, o, GRAPH) for s, p, o in FAULTS[fault]]
    assert broken(store_of(demand_of(adverts(WORLD)), *more), constraint)


# Of a release


def test_without_adverts_there_is_no_cube_and_no_nought() -> None:
    quads = list(derive(GraphStore.in_memory([]), NOTHING, DAY))
    assert not any(predicate == SW.adverts or value == QB.DataSet for _, predicate, value, _ in quads)
    watch = read(GraphStore.in_memory(quads))
    assert (watch.state, watch.adverts, watch.cells) == (State.NO_ADVERTS, None, ())


def test_a_release_of_other_software_says_that_it_was_not_worked_out() -> None:
    advert: list[Quad] = [(ID["VACANCY-1"], RDF.type, SW.Vacancy, GRAPH)]
    assert read(GraphStore.in_memory(advert)).state is State.NOT_WORKED_OUT
    assert read(GraphStore.in_memory([])).state is State.NO_ADVERTS


def test_public_lists_are_used_where_they_are_loaded() -> None:
    graph = DATASET["x"]

    def named(thing: URIRef, name: str) -> Quad:
        return thing, SKOS.prefLabel, Literal(name, lang="en"), graph

    occupation, skill = URIRef("urn:esco:1"), URIRef("urn:skill")
    quads: list[Quad] = [
        (occupation, RDF.type, ESCO.Occupation, graph),
        named(occupation, "hospital porter"),
        (occupation, ESCO.relatedEssentialSkill, skill, graph),
        (ID["SOC2020-9262"], RDF.type, SW.OccupationGroup, graph),
        (ID["SOC2020-9262"], SW.groupLevel, Literal("unit"), graph),
        named(ID["SOC2020-9262"], "Hospital porters"),
        (ID["T-1"], RDF.type, SW.JobTitle, graph),
        named(ID["T-1"], "Theatre porter"),
        (ID["T-1"], SW.titleOf, ID["SOC2010-9271"], graph),
        (ID["T-1"], SW.titleOf, ID["SOC2010-92"], graph),
        (ID["V"], RDF.type, SW.Vacancy, graph),
        named(ID["V"], "Hospital Porter"),
        (ID["W"], RDF.type, SW.Vacancy, graph),
        named(ID["W"], "Theatre Porter"),
    ]
    made = list(derive(GraphStore.in_memory(quads), NOTHING, DAY))
    watch = read(GraphStore.in_memory(made))
    assert watch.lists == (Scheme.SOC2020, Scheme.SOC2010, Scheme.ESCO)
    assert watch.outcome_counts(Scheme.ESCO) == {"exact": 1, "unmatched": 1}
    assert watch.outcome_counts(Scheme.SOC2020) == {"plain": 1, "unmatched": 1}
    assert watch.outcome_counts(Scheme.SOC2010) == {"exact": 1, "unmatched": 1}
    wanted = {str(s): str(o) for s, p, o, _ in made if p == SW.advertisedSkill}
    assert list(wanted.values()) == [str(skill)]
