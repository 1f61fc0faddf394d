"""Rows become exactly these statements, in the graph of facts and the graph of provenance."""

from pathlib import Path
from typing import Any

import pytest
from rdflib import DCTERMS, PROV, RDF, Dataset, Literal, URIRef

from loaders.mapping import Quad
from ontology.namespaces import DATASET, RECORD, REQUIREMENT, SCHEMA, SW, concept, expand, thing

GOLDEN = Path(__file__).with_name("golden.trig")
FACTS, PROVENANCE = DATASET["small-town"], DATASET["small-town/provenance"]
GOLDEN_ROWS = {
    "S-SMALL-1": "sites/S-SMALL-1",
    "AR-1": "combination_rules/AR-1",
    "U-CERT-1.1": "learning_outcomes/U-CERT-1.1",
    "PT-CAMP": "provision_types/PT-CAMP",
}


def parsed(text: str, format: str) -> set[Quad]:
    dataset = Dataset()
    dataset.parse(data=text, format=format)
    return {(s, p, o, g) for s, p, o, g in dataset.quads() if g}


def of_row(quads: list[Quad], id: str, path: str) -> set[Quad]:
    """The quads of one row: about the thing, about the nodes of its rules, and about its record."""
    starts = (str(RECORD[f"small-town/{path}"]), str(REQUIREMENT[f"small-town/{path}"]))
    return {
        quad
        for quad in quads
        if quad[0] == thing(id) or str(quad[0]) in starts or str(quad[0]).startswith(tuple(f"{s}/" for s in starts))
    }


def test_four_rows_and_the_dataset_are_the_golden_statements(town: Any) -> None:
    """A correction, coordinates, a postcode; a rule; a key of two columns; always inferred cells and several values."""
    quads = town.load().quads
    found = {quad for quad in quads if quad[0] == FACTS or str(quad[0]).startswith("urn:")}
    for id, path in GOLDEN_ROWS.items():
        found |= of_row(quads, id, path)
    golden = parsed(GOLDEN.read_text(encoding="utf-8"), "trig")
    assert (found - golden, golden - found) == (set(), set())


def test_all_statements_come_back_from_nquads(town: Any) -> None:
    quads = list(town.load(include_illustrative=True).quads)
    lines = [f"{s.n3()} {p.n3()} {o.n3()} {g.n3()} ." for s, p, o, g in quads]
    assert len(set(quads)) == len(quads)
    assert parsed("\n".join(lines), "nquads") == set(quads)


def objects(quads: list[Quad], subject: URIRef, predicate: URIRef) -> set[Any]:
    return {o for s, p, o, _ in quads if (s, p) == (subject, predicate)}


def status(quads: list[Quad], place: str) -> set[Any]:
    """The standing of the statement that one cell makes."""
    return objects(quads, RECORD[f"small-town/{place}"], SW.status)


@pytest.mark.parametrize(
    ("place", "standing"),
    [
        ("qualifications/Q-CERT/title", SW.published),  # by its own status column
        ("qualifications/Q-CERT/entry_rule", SW.inferred),  # by its own status column
        ("qualifications/Q-BASE/title", SW.published),  # its status column is blank: as the row
        ("qualifications/Q-CERT/short_title", SW.inferred),  # always inferred
        ("roles/OC-TECH/level", SW.inferred),
        ("roles/OC-LAB/level", SW.published),
        ("roles/OC-LAB/sector/0", SW.inferred),
        ("progressions/PG-1/conditions/0", SW.inferred),  # as its row
        ("qualifications/Q-DEMO/title", SW.illustrative),
        ("qualifications/Q-DEMO/entry_rule", SW.illustrative),
    ],
)
def test_a_cell_has_its_own_standing(place: str, standing: URIRef, town: Any) -> None:
    assert status(town.load(include_illustrative=True).quads, place) == {standing}


def test_columns_named_as_inferred_are_not_published(town: Any) -> None:
    town.replace("units.csv", "status,notes", "status,inferred_columns")
    town.replace("units.csv", "300,120,core,measurement|safety,https://example.org/awards/cert,2026-03-01,published,", "300,120,core,measurement|safety,https://example.org/awards/cert,2026-03-01,published,credits|tqt_hours")  # fmt: skip  # noqa: E501
    quads = town.load().quads
    assert status(quads, "units/U-CERT-1/credits") == status(quads, "units/U-CERT-1/tqt_hours") == {SW.inferred}
    assert status(quads, "units/U-CERT-1/glh_hours") == {SW.published}
    assert status(quads, "units/U-CERT-2/credits") == {SW.published}


def test_an_illustrative_row_is_illustrative_in_every_cell_whatever_a_column_says(town: Any) -> None:
    town.replace("qualifications.csv", "Imagined Devices,,,5", "Imagined Devices,published,,5")
    assert status(town.load(include_illustrative=True).quads, "qualifications/Q-DEMO/title") == {SW.illustrative}


def test_an_illustrative_cell_of_a_real_row_is_withheld_with_its_value(town: Any) -> None:
    town.replace("roles.csv", "4,inferred,", "4,illustrative,")
    place = "roles/OC-TECH/level"
    level = concept("rqf-level", "4")
    withheld = town.load()
    assert status(withheld.quads, place) == set()
    assert objects(withheld.quads, thing("OC-TECH"), SW.level) == set()
    (notice,) = (i for i in withheld.issues if i.code == "illustrative-withheld" and i.file == "roles.csv")
    assert notice.message == "1 illustrative cell left out"
    shown = town.load(include_illustrative=True)
    assert status(shown.quads, place) == {SW.illustrative}
    assert objects(shown.quads, thing("OC-TECH"), SW.level) == {level}


def test_every_fact_of_a_cell_has_one_statement_and_every_statement_one_fact(town: Any) -> None:
    quads = town.load(include_illustrative=True).quads
    stated = set()
    for statement in {s for s, p, o, _ in quads if (p, o) == (RDF.type, SW.Statement)}:
        (subject,), (predicate,), (value,) = (
            objects(quads, statement, name) for name in (RDF.subject, RDF.predicate, RDF.object)
        )
        assert len(objects(quads, statement, PROV.wasDerivedFrom)) == 1
        stated.add((subject, predicate, value, FACTS))
    of_the_row = {RDF.type, SW.status, DCTERMS.source, SW.asOf, SW.note}
    things = {s for s, p, o, _ in quads if p == SW.describes for s in [o]}
    facts = {quad for quad in quads if quad[3] == FACTS and quad[0] in things and quad[1] not in of_the_row}
    assert stated == facts


def test_dates_are_as_exact_as_their_source(town: Any) -> None:
    quads = town.load().quads
    starts = {(str(o), o.datatype) for o in objects(quads, thing("DL-SMALL-1"), SW.startDate)}
    assert starts == {("2026-09-14", expand("xsd:date")), ("2027-01", expand("xsd:gYearMonth"))}
    (as_of,) = objects(quads, thing("Q-BASE"), SW.asOf)
    assert (str(as_of), as_of.datatype) == ("2025", expand("xsd:gYear"))


def test_an_address_in_a_key_gives_its_last_part(town: Any) -> None:
    assert "K-LAB-S1.ESCO.00000000-0000-0000-0000-000000000001" in town.load().ids


def test_a_known_bad_value_is_corrected_and_said(town: Any) -> None:
    loaded = town.load()
    assert objects(loaded.quads, thing("S-SMALL-1"), SCHEMA.addressLocality) == {Literal("Smalltown")}
    (notice,) = (issue for issue in loaded.issues if issue.code == "lookup-used")
    assert (notice.place, notice.value) == ("sites.csv:2 [town]", "Smalltwon")
    assert "“Smalltown” in 1 cell" in notice.message


def test_a_lookup_corrects_the_parts_of_a_list_too(town: Any) -> None:
    town.replace("dataset.yml", "lookups:\n", "lookups:\n  roles:\n    sector:\n      engineerin: engineering\n")
    town.replace("roles.csv", "healthtech|engineering", "healthtech|engineerin")
    assert town.issues() == []
    assert concept("sector", "engineering") in objects(town.load().quads, thing("OC-TECH"), SW.sector)


def test_sentences_of_rules_say_titles(town: Any) -> None:
    root = REQUIREMENT["small-town/qualifications/Q-CERT/entry_rule"]
    (sentence,) = objects(town.load().quads, root, SW.requirementSentence)
    assert "Laboratory assistant" in sentence
    assert sentence.language == "en"
