"""The shapes: the dictionary's own examples pass, and each kind of fault is refused with a message that helps."""

from collections.abc import Callable
from functools import cache
from typing import Final

import pytest
from pyshacl import validate
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SH, SKOS
from table_rows import TABLES, add_row, example, examples, graph

from ontology import resources
from ontology.namespaces import REQUIREMENT, SW, concept, expand, thing

NOT_IN_TABLES: Final = {"common", "publishable", "requirement"}


@cache
def shapes(*, publishable: bool = False) -> Graph:
    """Our shapes, with or without the stricter profile."""
    found = Graph()
    for path in resources.paths("shapes/*.ttl"):
        if publishable or path.stem != "publishable":
            found.parse(path)
    return found


def results(data: Graph, *, publishable: bool = False) -> list[tuple[str, str, str]]:
    """Severity, thing and message of everything that the shapes find."""
    _, report, _ = validate(data, shacl_graph=shapes(publishable=publishable), advanced=False)
    assert isinstance(report, Graph)
    return sorted(
        (
            str(report.value(node, SH.resultSeverity)).rpartition("#")[2],
            str(report.value(node, SH.focusNode)).rpartition("/")[2],
            str(report.value(node, SH.resultMessage)),
        )
        for node in report.subjects(RDF.type, SH.ValidationResult)
    )


def test_the_shapes_are_shapes() -> None:
    conforms, _, said = validate(Graph(), shacl_graph=shapes(publishable=True), meta_shacl=True)
    assert conforms, said


def test_the_examples_of_the_dictionary_pass() -> None:
    assert results(examples()) == []


def test_facts_read_back_from_a_store_pass() -> None:
    typed = Graph()
    for s, p, o in examples():
        plain = isinstance(o, Literal) and o.language is None and o.datatype is None
        typed.add((s, p, Literal(str(o), datatype=expand("xsd:string")) if plain else o))
    assert results(typed) == []


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table["table"])
def test_a_shape_speaks_of_the_columns_of_its_table_and_no_others(table: dict[str, object]) -> None:
    found = shapes()
    shape = found.value(predicate=SH.targetClass, object=SW[str(table["class"])])
    own = [node for node in found.objects(shape, SH.property) if not isinstance(node, URIRef)]
    columns = [c for c in table["columns"].values() if "property" in c]
    assert {found.value(node, SH.path) for node in own} == {expand(column["property"]) for column in columns}
    required = {found.value(node, SH.path) for node in own if (node, SH.minCount, Literal(1)) in found}
    assert required == {expand(column["property"]) for column in columns if column.get("required")}


def test_every_constraint_has_a_message_that_says_what_to_mend() -> None:
    found = shapes(publishable=True)
    for node in set(found.objects(None, SH.property)):
        if found.value(node, SH.path) == SW.part and not found.value(node, SH.message):
            continue  # inside a choice, which has the message
        if found.value(node, SH.path) == SW.requirementText and (node, SH.pattern, Literal("^none$")) in found:
            continue
        said = str(found.value(node, SH.message))
        assert said.endswith(".") and any(w in said for w in ("end ", "loader", "Leave")), said


Fault = Callable[[Graph], object]


def put(subject: URIRef, predicate: URIRef, *values: URIRef | Literal) -> Fault:
    """A fault: the subject has these values and no others."""

    def make(g: Graph) -> None:
        g.remove((subject, predicate, None))
        for value in values:
            g.add((subject, predicate, value))

    return make


def row(table: str, **cells: str) -> Fault:
    """A fault: one more row, made of the example with these cells changed."""
    return lambda g: add_row(g, graph(), "faulty", table, example(table, **cells))


def node(path: str) -> URIRef:
    """A node of a requirement of the examples."""
    return REQUIREMENT[f"examples/{path}"]


def decimal(text: str) -> Literal:
    """A number with a point."""
    return Literal(text, datatype=expand("xsd:decimal"))


ROLE, UNIT, AWARD = thing("OC-HCSASSOC"), thing("U-COMP22-1"), thing("Q-MEDTECH-HNC")
RUN, COURSE, STEP = thing("DL-HOW-049"), thing("C-HOW-049"), thing("PG-022")
PROVIDER, SITE, EVIDENCE = thing("P-DUDLEY"), thing("S-DUDLEY-1"), thing("D-DUDLEY-ST0220-2425")
ENTRY = node("qualifications/Q-MEDTECH-HNC/entry_rule")
OTHER = node("x")

FAULTS: Final[dict[str, tuple[Fault, str]]] = {
    "no title": (put(ROLE, SKOS.prefLabel), "Role: 'label' takes exactly one value"),
    "title without language": (
        put(ROLE, SKOS.prefLabel, Literal("Role")),
        "text marked as English. Mend title in roles.csv",
    ),
    "two levels": (
        put(ROLE, SW.level, concept("rqf-level", "3"), concept("rqf-level", "4")),
        "Role: 'level' takes at most one value",
    ),
    "no such level": (put(ROLE, SW.level, concept("rqf-level", "9")), "E or a level from 1 to 8"),
    "no status": (put(ROLE, SW.status), "exactly one status in a dataset"),
    "two statuses": (put(ROLE, SW.status, SW.published, SW.inferred), "exactly one status in a dataset"),
    "unknown status": (put(ROLE, SW.status, SW.guessed), "published, inferred or illustrative"),
    "no source": (put(ROLE, DCTERMS.source), "Nothing is stated without a source"),
    "source is text": (put(ROLE, DCTERMS.source, Literal("a page")), "Nothing is stated without a source"),
    "date is text": (put(ROLE, SW.asOf, Literal("last year")), "a year, a month or a day"),
    "standard": (put(ROLE, SW.standardReference, Literal("ST220")), "ST, FA or AU and four digits"),
    "standard of a course": (put(COURSE, SW.standardReference, Literal("OCC0220")), "ST, FA or AU and four digits"),
    "SOC": (put(ROLE, SW.soc2020, Literal("31111")), "four digits, optionally / and two more"),
    "state of the standard": (put(ROLE, SW.standardStatus, Literal("new")), "one of the choices in the dictionary"),
    "UKPRN": (put(PROVIDER, SW.ukprn, Literal("20007924")), "eight digits, the first of them 1"),
    "UKPRN as a number": (put(PROVIDER, SW.ukprn, Literal(10007924)), "eight digits, the first of them 1"),
    "postcode": (put(SITE, expand("schema:postalCode"), Literal("B633NA")), "a full postcode"),
    "latitude": (put(SITE, expand("schema:latitude"), decimal("-2.05")), "49 to 61"),
    "credits of nought": (put(UNIT, SW.credits, Literal(0)), "blank when not visible, never 0"),
    "credits as text": (put(UNIT, SW.credits, Literal("15")), "Unit: 'credits' takes at most one value"),
    "more guided than all hours": (
        put(UNIT, SW.guidedLearningHours, Literal(200)),
        "no more than the total qualification time",
    ),
    "unit role of no scheme": (
        put(UNIT, SW.unitRole, concept("currency", "current")),
        "a concept of the scheme unit-role",
    ),
    "delivery of nothing": (put(RUN, SW.runOf), "'run of' takes exactly one value"),
    "delivery of two": (put(RUN, SW.runOf, thing("C-1"), thing("C-2")), "'run of' takes exactly one value"),
    "price below nought": (put(RUN, SW.learnerCost, Literal(-1)), "0 only when it is free"),
    "too many hours": (put(RUN, SW.hoursPerWeek, decimal("200")), "between 0 and 168"),
    "opportunity of nobody": (put(COURSE, SW.offeredBy), "'offered by' takes exactly one value"),
    "opportunity of two": (
        put(COURSE, SW.offeredBy, thing("P-1"), thing("P-2")),
        "'offered by' takes exactly one value",
    ),
    "provider as text": (put(COURSE, SW.offeredBy, Literal("P-HOW")), "an id of providers"),
    "progression to nothing": (put(STEP, SW.progressionTo), "'progression to' takes exactly one value"),
    "progression to itself": (put(STEP, SW.progressionTo, thing("PT-BOOTCAMP")), "nothing leads to itself"),
    "condition of no scheme": (put(STEP, SW.condition, Literal("centre-decides")), "a concept of the scheme condition"),
    "no currency": (put(AWARD, SW.currency), "'currency' takes exactly one value"),
    "yes or no": (put(AWARD, SW.realAward, Literal("perhaps")), "yes or no"),
    "rate over a hundred": (
        put(EVIDENCE, SW.achievementRate, decimal("145.2")),
        "0 to 100",
    ),
    "band upside down": (
        row("pay_bands", pay_band_id="AFC-X", entry_pounds="40000"),
        "no more than the pay at the top",
    ),
    "shortest over longest": (
        row("provision_types", provision_type_id="PT-X", min_weeks="35", max_weeks="16"),
        "no longer than the longest",
    ),
    "figure upside down": (row("demand_figures", figure_id="DF-X", value_low="6000"), "no more than the upper value"),
    "any of nothing": (put(node("progressions/PG-022/entry_rule/0"), SW.part), "'any of' needs at least one part"),
    "all of nothing": (lambda g: g.add((OTHER, RDF.type, SW.AllOf)), "An 'all of' has parts"),
    "usually nothing": (put(ENTRY, SW.part), "'Usually' holds exactly one profile"),
    "nobody decides": (put(ENTRY, SW.decidedBy), "'Usually' says who decides"),
    "part is no requirement": (put(ENTRY, SW.part, ROLE), "Every part is itself a requirement"),
    "rule is no requirement": (put(AWARD, SW.entryRequirement, ROLE), "a requirement that can be read"),
    "rule without text": (put(ENTRY, SW.requirementText), "carries its text exactly once"),
    "rule without sentence": (put(ENTRY, SW.requirementSentence), "carries its sentence exactly once"),
    "holds nothing": (lambda g: g.add((OTHER, RDF.type, SW.Holds)), "'Holds' names exactly one award or unit"),
    "completed nothing": (lambda g: g.add((OTHER, RDF.type, SW.Completed)), "'Completed' names exactly one programme"),
    "works as nothing": (lambda g: g.add((OTHER, RDF.type, SW.WorksAs)), "'Works as' names exactly one role"),
    "level of nothing": (lambda g: g.add((OTHER, RDF.type, SW.LevelHeld)), "exactly one level from 1 to 8"),
    "no credits": (
        put(node("combination_rules/AR-001/award_rule"), SW.credits, Literal(0)),
        "asks for a whole number of them, 1 or more",
    ),
    "at least none": (lambda g: g.add((OTHER, RDF.type, SW.AtLeast)), "An 'at least' says how many parts"),
    "unknown sign": (
        put(node("provision_types/PT-BOOTCAMP/entry_rule"), SW.operator, Literal("=>")),
        "exactly one of >=, <=, =, > and <",
    ),
    "attribute of nothing": (
        put(node("provision_types/PT-BOOTCAMP/entry_rule"), SW.attribute),
        "names exactly one attribute",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused(name: str) -> None:
    make, expected = FAULTS[name]
    data = examples()
    make(data)
    found = results(data)
    assert any(expected in message for _, _, message in found), found


def test_guided_hours_over_the_total_are_a_warning_only() -> None:
    data = examples()
    put(UNIT, SW.guidedLearningHours, Literal(200))(data)
    assert {severity for severity, _, _ in results(data)} == {"Warning"}


def test_a_rule_that_asks_for_nothing_is_a_requirement() -> None:
    data = examples()
    row("opportunities", opportunity_id="C-OPEN", entry_rule="none")(data)
    assert results(data) == []


def test_the_publishable_profile_only_warns() -> None:
    data = examples()
    row("roles", role_id="OC-X", level="", status="illustrative", source_url="urn:stepway:letter")(data)
    put(SITE, expand("schema:postalCode"))(data)
    put(PROVIDER, SW.ukprn)(data)
    found = results(data, publishable=True)
    assert {severity for severity, _, _ in found} == {"Warning", "Info"}
    assert [(severity, thing) for severity, thing, _ in found] == [
        ("Info", "OC-X"),
        ("Info", "P-DUDLEY"),
        ("Info", "S-DUDLEY-1"),
        ("Warning", "OC-X"),
        ("Warning", "OC-X"),
    ]
