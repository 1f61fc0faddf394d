"""What a release says of anything, by address: facts with their sources, labels, and what points to it."""

import pytest
from rdflib import DCTERMS, RDF, RDFS, XSD, Literal, URIRef
from rdflib.namespace import DCAT, PROV, SKOS

from graph.lines import DERIVED
from graph.store import GraphStore, Quad
from ontology.namespaces import DATASET, ID, RECORD, REQUIREMENT, SW, expand
from ontology.resources import yaml_file
from queries.catalogue import COLLECTIONS
from queries.contradictions import contradictions, contradictions_of
from queries.resource import COUNTED, Node, Resources, Rule, Sureness, Text, UnknownAddressError, in_words

OURS, THEIRS = DATASET["ours"], DATASET["theirs"]
BOOKS, LINES = DATASET["ours/provenance"], DATASET["theirs/records/awards"]
AWARD, ROW = ID["Q-1"], RECORD["ours/qualifications/Q-1"]
INFERRED = DATASET["entailments/role-requires"]


def said(record: URIRef, subject: URIRef, predicate: URIRef, value: URIRef | Literal, status: URIRef) -> list[Quad]:
    """A fact of a native dataset with its statement."""
    statement = RECORD[f"ours/{subject[-3:]}/{predicate[-5:]}"]
    return [
        (subject, predicate, value, OURS),
        (statement, RDF.subject, subject, BOOKS),
        (statement, RDF.predicate, predicate, BOOKS),
        (statement, RDF.object, value, BOOKS),
        (statement, SW.status, status, BOOKS),
        (statement, PROV.wasDerivedFrom, record, BOOKS),
    ]


QUADS: list[Quad] = [
    (OURS, RDF.type, DCAT.Dataset, BOOKS),
    (OURS, DCTERMS.title, Literal("What we gathered", lang="en"), BOOKS),
    (OURS, SW.retrieved, Literal("2026-11-21", datatype=XSD.date), BOOKS),
    (THEIRS, RDF.type, DCAT.Dataset, DATASET["theirs/provenance"]),
    (THEIRS, DCTERMS.title, Literal("Register of awards", lang="en"), DATASET["theirs/provenance"]),
    (THEIRS, SW["format"], Literal("register"), DATASET["theirs/provenance"]),
    (THEIRS, DCTERMS.publisher, Literal("The register"), DATASET["theirs/provenance"]),
    (ROW, SW.describes, AWARD, BOOKS),
    (ROW, SW.file, Literal("qualifications.csv"), BOOKS),
    (ROW, SW.line, Literal("7", datatype=XSD.integer), BOOKS),
    (ROW, SW.asOf, Literal("2026-02"), BOOKS),
    (ROW, DCTERMS.source, URIRef("https://example.org/award"), BOOKS),
    (AWARD, RDF.type, SW.Qualification, OURS),
    (AWARD, SW.status, SW.published, OURS),
    *said(ROW, AWARD, SKOS.prefLabel, Literal("Certificate", lang="en"), SW.published),
    *said(ROW, AWARD, SW.credits, Literal("45", datatype=XSD.integer), SW.inferred),
    *said(ROW, AWARD, SW.entryRequirement, REQUIREMENT["r1"], SW.published),
    (REQUIREMENT["r1"], RDF.type, SW.AllOf, OURS),
    (REQUIREMENT["r1"], SW.requirementText, Literal("all(level(3))"), OURS),
    (REQUIREMENT["r1"], SW.requirementSentence, Literal("Level 3.", lang="en"), OURS),
    (AWARD, SKOS.prefLabel, Literal("CERTIFICATE IN THINGS", lang="en"), THEIRS),
    (AWARD, SW.credits, Literal("60", datatype=XSD.integer), THEIRS),
    (AWARD, SW.status, SW.published, THEIRS),
    (AWARD, SW.atLine, Literal("12", datatype=XSD.integer), LINES),
    (AWARD, RDFS.label, Literal("Certificate", lang="en"), DATASET["entailments/label"]),
    (INFERRED, PROV.wasGeneratedBy, SW["entailment-role-requires"], INFERRED),
    (ID["OC-1"], SW.requires, AWARD, INFERRED),
    (ID["OC-1"], SKOS.notation, Literal("ST0001"), OURS),
    (SW.credits, RDFS.label, Literal("credits", lang="en"), DATASET["stepway-ontology"]),
    (ID["SELF"], SW.requires, ID["SELF"], OURS),
    (ID["WORDS"], SKOS.prefLabel, Literal("mot", lang="fr"), OURS),
    (ID["WORDS"], SKOS.prefLabel, Literal("word", lang="en-US"), OURS),
]


@pytest.fixture(scope="module")
def resources() -> Resources:
    return Resources(GraphStore.in_memory(QUADS), {"NAMELESS": "A course at a site"}.get)


def told(resources: Resources, address: str, curie: str) -> set[tuple[str, Sureness, str | None, int | None]]:
    found = resources.get(address)
    return {
        (fact.value.text, source.status, source.file, source.line)
        for section in found.sections
        for group in section.groups
        if group.property.address == str(expand(curie))
        for fact in group.facts
        if isinstance(fact.value, Text)
        for source in (found.sources[one] for one in fact.sources)
    }


def test_each_fact_has_the_source_that_states_it(resources: Resources) -> None:
    assert told(resources, AWARD, "sw:credits") == {
        ("45", Sureness.INFERRED, "qualifications.csv", 7),
        ("60", Sureness.PUBLISHED, "awards", 12),
    }
    assert told(resources, AWARD, "skos:prefLabel") == {
        ("Certificate", Sureness.PUBLISHED, "qualifications.csv", 7),
        ("CERTIFICATE IN THINGS", Sureness.PUBLISHED, "awards", 12),
    }
    found = resources.get(AWARD)
    books = [source for source in found.sources if source.status is Sureness.RECORDED]
    assert {source.graph for source in books} == {str(BOOKS), str(LINES)}
    row = next(source for source in found.sources if source.record == str(ROW))
    assert (row.page, row.as_of, row.retrieved, row.title) == (
        *("https://example.org/award", "2026-02", "2026-11-21"),
        "What we gathered",
    )


def test_a_label_that_only_repeats_is_left_out_and_a_rule_is_a_sentence(resources: Resources) -> None:
    assert told(resources, AWARD, "rdfs:label") == set()
    assert resources.get(AWARD).values("sw:entryRequirement") == [
        Rule(str(REQUIREMENT["r1"]), "all(level(3))", "Level 3.")
    ]
    part = resources.get(REQUIREMENT["r1"])
    assert {part.sources[one].record for group in part.sections[0].groups for one in group.facts[0].sources} == {
        str(ROW)
    }


def test_what_points_here_is_told_apart_from_our_books(resources: Resources) -> None:
    found = resources.get(AWARD)
    (group,) = found.incoming
    assert [fact.value for fact in group.facts] == [Node(str(ID["OC-1"]), "ST0001", known=True)]
    assert found.sources[group.facts[0].sources[0]].status is Sureness.INFERRED
    assert {one.property.label for one in found.books} == {"describes", "statement about"}


def test_sources_that_disagree_are_told_together(resources: Resources) -> None:
    store = resources.store
    (label, credits_) = sorted(resources.get(AWARD).differences, key=lambda one: one.property != "prefLabel")
    assert (label.property, credits_.property) == ("prefLabel", "credits")
    assert (credits_.shown.value, [one.value for one in credits_.others]) == ("60", ["45"])
    assert list(contradictions(store)) == list(contradictions_of(store, AWARD))
    assert list(contradictions_of(store, ID["OC-1"])) == []


def test_labels_by_language_then_named_then_code_then_address(resources: Resources) -> None:
    assert resources.label(ID["WORDS"]) == "word"
    assert resources.label(ID["NAMELESS"]) == "A course at a site"
    assert resources.label(ID["OC-1"]) == "ST0001"
    assert resources.label("http://data.europa.eu/esco/isco/C1") == "data.europa.eu/esco/isco/C1"
    assert in_words("http://data.europa.eu/esco/model#skillType") == "skill type"
    assert resources.property("http://example.org/onlyHere").label == "only here"


def test_what_is_only_named_is_known_and_the_rest_is_not(resources: Resources) -> None:
    named = resources.get("https://example.org/award")
    assert (named.described, named.sections, len(named.incoming)) == (False, (), 1)
    with pytest.raises(UnknownAddressError):
        resources.get("https://example.org/other")
    with pytest.raises(UnknownAddressError):
        resources.part(AWARD, SW.level, 0, 10, incoming=False)
    assert resources.get(ID["SELF"]).incoming[0].facts[0].value.label == "SELF"
    assert resources.get(SW.credits).label == "credits"
    graph = resources.get(str(BOOKS))
    assert (graph.label, graph.holds) == ("the description of What we gathered", (23, True))
    assert named.holds is None


def test_parts_of_a_long_list_cover_it_once() -> None:
    hub = ID["HUB"]
    quads: list[Quad] = [(ID[f"T{n}"], SW.requires, hub, OURS) for n in range(COUNTED + 500)]
    quads += [(hub, SW.theme, Literal(f"{n:03}"), OURS) for n in range(120)]
    resources = Resources(GraphStore.in_memory(quads))
    found = resources.get(hub)
    assert (found.incoming[0].count, found.incoming[0].whole, len(found.incoming[0].facts)) == (COUNTED, False, 10)
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        part = resources.part(hub, SW.requires, offset, 2_000, incoming=True)
        seen += [fact.value.address for fact in part.group.facts]
        offset = part.after
    assert len(seen) == len(set(seen)) == COUNTED
    first = resources.part(hub, SW.theme, 0, 50, incoming=False)
    last = resources.part(hub, SW.theme, 100, 50, incoming=False)
    assert (first.after, last.after, len(last.group.facts)) == (50, None, 20)
    assert [fact.value.text for fact in last.group.facts][:2] == ["100", "101"]


def test_every_property_of_the_column_dictionary_has_a_place_on_pages() -> None:
    placed = [curie for group in yaml_file("fact-groups.yml")["groups"] for curie in group["properties"]]
    assert len(placed) == len(set(placed))
    used = {field.term for collection in COLLECTIONS.values() for field in collection.fields}
    left = used - set(placed)
    assert len(left) < len(used) / 3, sorted(left)
    assert {"sw:learnerCost", "sw:level", "sw:entryRequirement", "sw:offeredBy"} <= set(placed)


@pytest.mark.parametrize("part", DERIVED)
def test_what_is_worked_out_is_named_in_plain_words(resources: Resources, part: str) -> None:
    title = resources.graph_source(str(DATASET[part])).title
    assert " " in title and ":" not in title.partition(" ")[0], f"{title} says nothing to people"
