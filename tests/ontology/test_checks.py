"""The quality checks: silent on good data, and each finds the fault that was planted for it and nothing else."""

import re
import tomllib
from collections.abc import Callable
from typing import Final

import pyoxigraph
import pytest
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS
from table_rows import World

from ontology import resources
from ontology.namespaces import DATASET, ID, SW, thing

CHECKS: Final = {path.stem: path for path in resources.paths("checks/*.rq")}
Build = Callable[[World], pyoxigraph.Store]


def good() -> World:
    """A small world in which everything is in order: a role, an award with units, who teaches it, and a way on."""
    world = World()
    add = world.add
    add("roles", role_id="R-1", title="Technician", level="4", standard_ref="ST0220")
    add("roles", role_id="R-2", title="Engineer", level="6")
    add("competencies", competency_id="K-1", role_id="R-1", currency="current")
    add("competencies", competency_id="K-OLD", role_id="R-1", currency="superseded", notes="Retired with version 1.0")
    add("competency_links", competency_id="K-1", target="http://data.europa.eu/esco/skill/1")
    add("provision_types", provision_type_id="PT-1", label="bootcamp")
    add("qualifications", qualification_id="Q-1", title="Certificate", level="4", aligned_roles="R-1")
    add("qualifications", qualification_id="Q-OLD", title="Certificate", level="4", currency="superseded")
    add("qualifications", qualification_id="Q-ANY", title="Any certificate", level="4", real_award="no")
    add("units", unit_id="U-1", qualification_id="Q-1", level="4", credits="15", unit_role="core")
    add("units", unit_id="U-2", qualification_id="Q-1", level="3", credits="15", unit_role="optional")
    add("combination_rules", rule_id="AR-1", qualification_id="Q-1", award_rule="credits(30, from=Q-1)")
    add("combination_rules", rule_id="AR-2", qualification_id="Q-ANY", award_rule="credits(120, from=Q-ANY)")
    add("funding_rules", rule_id="FR-1", scheme="LLE", as_of="2026-01")
    add("providers", provider_id="P-1", name="A college")
    entry = "any(level(3), works_as(R-1), holds(U-2), completed(PT-1))"
    add("opportunities", opportunity_id="C-1", provider_id="P-1", qualification_id="Q-1", entry_rule=entry)
    add("deliveries", delivery_id="DL-1", opportunity_id="C-1", start_dates="2024-09|2027-01")
    entry = "atleast(1, level(3), level(4))"
    add(
        "progressions",
        progression_id="PG-1",
        from_id="PT-1",
        to_id="Q-1",
        conditions="centre-decides",
        entry_rule=entry,
    )
    return world


def run(name: str, store: pyoxigraph.Store) -> list[tuple[str, str]]:
    """Ids and details of what one check finds."""
    rows = store.query(CHECKS[name].read_text(encoding="utf-8"), use_default_graph_as_union=True)
    assert isinstance(rows, pyoxigraph.QuerySolutions)
    return sorted((row["thing"].value.rpartition("/")[2], row["detail"].value) for row in rows)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_what_is_wrong_why_and_how_to_mend_it(name: str) -> None:
    text = CHECKS[name].read_text(encoding="utf-8")
    for field in ("title", "wrong", "why", "mend"):
        found = re.search(rf"^# {field}: (.+)$", text, re.MULTILINE)
        assert found and (field == "title" or found[1].endswith(".")), field
    assert re.search(r"SELECT (DISTINCT )?\?thing \?detail WHERE", text)


def test_each_check_and_each_kind_of_shape_has_a_severity() -> None:
    profile = tomllib.loads(resources.text("profile.toml"))
    assert set(profile["checks"]) == set(CHECKS)
    assert set(profile["shapes"]) == {"Violation", "Warning", "Info"}
    assert {*profile["checks"].values(), *profile["shapes"].values()} <= {"error", "warning", "notice"}


def test_good_data_passes_every_check(store: Build) -> None:
    data = store(good())
    assert {name: rows for name in CHECKS if (rows := run(name, data))} == {}


Plant = Callable[[World], object]


def state(world: World, subject: URIRef, predicate: URIRef, value: URIRef | Literal) -> None:
    """A statement that the loader did not make."""
    world.facts["small"].add((subject, predicate, value))


def forget(world: World, *, facts: bool = False, predicate: URIRef, subject: URIRef | None = None) -> None:
    """Take statements out again."""
    (world.facts if facts else world.provenance)["small"].remove((subject, predicate, None))


def published(predicate: URIRef, value: str) -> Plant:
    """A thing of a published file that names another."""

    def plant(world: World) -> None:
        world.facts["small"].add((ID["RUN-9"], predicate, ID[value]))
        world.provenance["small"].add((ID["RUN-9"], SW.atLine, Literal(2)))
        world.provenance["small"].add((DATASET["small"], SW["format"], Literal("made-up")))

    return plant


def second_source(world: World) -> None:
    world.add("qualifications", "other", qualification_id="Q-1", title="Certificate", level="5", credits="30")


def row(table: str, **cells: str) -> Plant:
    """One more row."""
    return lambda world: world.add(table, **cells)


def rule(text: str, award: str = "Q-1") -> Plant:
    """One more rule of an award."""
    return row("combination_rules", rule_id="AR-9", qualification_id=award, award_rule=text)


def entry(text: str) -> Plant:
    """One more opportunity, with this entry rule."""
    return row("opportunities", opportunity_id="C-9", provider_id="P-1", entry_rule=text)


PLANTED: Final[list[tuple[str, Plant, str, str]]] = [
    (
        "award-rules-exceed-units",
        row(
            "combination_rules",
            rule_id="AR-9",
            qualification_id="Q-1",
            award_rule="all(credits(15, from=Q-1), credits(45, from=Q-1))",
        ),
        "Q-1",
        "AR-9 asks for 45 credits, and the units give 30",
    ),
    (
        "award-rules-exceed-units",
        rule("credits(20, from=Q-1, level=4)"),
        "Q-1",
        "AR-9 asks for 20 credits, and the units give 15",
    ),
    (
        "award-rules-exceed-units",
        row(
            "combination_rules",
            rule_id="AR-9",
            qualification_id="Q-1",
            award_rule="credits(20, from=Q-1, unit_role=core)",
        ),
        "Q-1",
        "AR-9 asks for 20 credits, and the units give 15",
    ),
    ("competency-homeless", row("competencies", competency_id="K-9"), "K-9", "belongs to no role or qualification"),
    (
        "concept-undefined",
        row("progressions", progression_id="PG-9", to_id="Q-1", conditions="weather-permits"),
        "PG-9",
        "condition uses condition/weather-permits, which is not defined",
    ),
    (
        "concept-undefined",
        row(
            "opportunities",
            opportunity_id="C-9",
            provider_id="P-1",
            entry_rule="any(level(3), credits(9, unit_role=odd))",
        ),
        "C-9",
        "unitRole uses unit-role/odd, which is not defined",
    ),
    ("contradiction", second_source, "Q-1", "level is 4 in small and 5 in other"),
    ("dangling", row("deliveries", delivery_id="DL-9", opportunity_id="C-9"), "DL-9", "runOf names C-9"),
    (
        "dangling",
        entry("holds(Q-9)"),
        "C-9",
        "target names Q-9, which is not described",
    ),
    (
        "register-not-loaded",
        published(SW.at, "VENUE-9"),
        "RUN-9",
        "at names VENUE-…, which no dataset of the release describes",
    ),
    (
        "dataset-undescribed",
        lambda world: forget(world, predicate=DCTERMS.license, subject=DATASET["small"]),
        "small",
        "it has no licence",
    ),
    (
        "delivery-over",
        row("deliveries", delivery_id="DL-9", opportunity_id="C-1", start_dates="2023-09|2024"),
        "DL-9",
        "its last start date is 2024",
    ),
    (
        "fact-old",
        row("provision_types", provision_type_id="PT-9", as_of="2020-12-31"),
        "PT-9",
        "its source is of 2020-12-31",
    ),
    (
        "fact-without-statement",
        lambda world: state(world, thing("R-1"), SKOS.altLabel, Literal("Fitter", lang="en")),
        "R-1",
        "no statement stands behind altLabel Fitter",
    ),
    ("funding-rule-review", row("funding_rules", rule_id="FR-9", as_of="2024-12"), "FR-9", "its source is of 2024-12"),
    ("funding-rule-review", row("funding_rules", rule_id="FR-9", as_of=""), "FR-9", "its source shows no date"),
    (
        "guess-published",
        row("progressions", progression_id="PG-9", to_id="Q-1", guess="yes"),
        "PG-9",
        "it is marked as a guess and as published",
    ),
    (
        "illustrative-reached",
        lambda world: (
            world.add("qualifications", qualification_id="Q-9", title="Illustrative: award", status="illustrative"),
            world.add("progressions", progression_id="PG-9", to_id="Q-9"),
        ),
        "PG-9",
        "progressionTo points to Q-9, which is illustrative",
    ),
    (
        "illustrative-unlabelled",
        row("roles", role_id="R-9", title="Made-up role", status="illustrative"),
        "R-9",
        "the label is Made-up role",
    ),
    (
        "label-repeated",
        row("roles", role_id="R-9", title="Technician", level="3"),
        "R-1",
        "R-9 is also called Technician",
    ),
    (
        "link-without-address",
        row("competency_links", competency_id="K-1", vocabulary="ESCO", target="use microscope"),
        "K-1.ESCO.use-microscope",
        "its target is use microscope",
    ),
    (
        "opportunity-off-level",
        row("opportunities", opportunity_id="C-9", provider_id="P-1", qualification_id="Q-1", level="5"),
        "C-9",
        "it is at level 5 and Q-1 is at level 4",
    ),
    (
        "progression-to-superseded",
        row("progressions", progression_id="PG-9", to_id="Q-OLD"),
        "PG-9",
        "it leads to Certificate, which is superseded",
    ),
    (
        "requirement-impossible",
        row(
            "progressions",
            progression_id="PG-9",
            to_id="Q-1",
            entry_rule="all(level(3), atleast(3, level(3), level(4)))",
        ),
        "PG-9",
        "asks for 3 of 2",
    ),
    (
        "requirement-target-kind",
        entry("any(level(3), holds(R-1))"),
        "C-9",
        "names R-1, which is not an award or unit",
    ),
    (
        "requirement-target-kind",
        entry("works_as(Q-1)"),
        "C-9",
        "names Q-1, which is not a role",
    ),
    (
        "role-without-competencies",
        row("roles", role_id="R-9", title="Assistant", standard_ref="ST0218"),
        "R-9",
        "no current statement of ST0218 is held",
    ),
    (
        "statement-unsourced",
        lambda world: forget(world, predicate=DCTERMS.source),
        "C-1",
        "its record has no source",
    ),
    (
        "statement-unsourced",
        lambda world: forget(world, predicate=URIRef("http://www.w3.org/ns/prov#wasDerivedFrom")),
        "C-1",
        "the statement of offeredBy has no record",
    ),
    (
        "statement-unsourced",
        lambda world: forget(world, predicate=SW.status),
        "C-1",
        "the statement of offeredBy has no status",
    ),
    (
        "superseded-counted",
        lambda world: state(world, thing("R-1"), SW.requires, thing("K-OLD")),
        "K-OLD",
        "R-1 requires it although it is superseded",
    ),
    (
        "superseded-counted",
        row("competencies", competency_id="K-9", role_id="R-1", currency="current", notes="Superseded by version 1.1"),
        "K-9",
        "it is marked current",
    ),
    (
        "term-undefined",
        lambda world: state(world, thing("R-1"), SW.colour, Literal("green")),
        "ns#colour",
        "it is used and not defined in the vocabulary",
    ),
    (
        "term-undefined",
        lambda world: state(world, thing("R-1"), RDF.type, SW.Job),
        "ns#Job",
        "it is used and not defined",
    ),
    (
        "unit-above-award",
        row("units", unit_id="U-9", qualification_id="Q-1", level="5", credits="15"),
        "U-9",
        "it is at level 5 and Q-1 is at level 4",
    ),
]


def test_every_check_has_a_planted_fault() -> None:
    assert {name for name, *_ in PLANTED} == set(CHECKS)


@pytest.mark.parametrize(("name", "plant", "about", "detail"), PLANTED, ids=[name for name, *_ in PLANTED])
def test_a_planted_fault_is_found(name: str, plant: Plant, about: str, detail: str, store: Build) -> None:
    world = good()
    plant(world)
    found = run(name, store(world))
    assert any(id == about and detail in said for id, said in found), found
    if name != "statement-unsourced":
        assert len(found) == 1


NOT_A_FAULT: Final[list[tuple[str, Plant]]] = [
    # The credits of one unit are not known, so the sum says nothing.
    (
        "award-rules-exceed-units",
        lambda world: (
            world.add("units", unit_id="U-9", qualification_id="Q-1", level="4"),
            world.add("combination_rules", rule_id="AR-9", qualification_id="Q-1", award_rule="credits(45, from=Q-1)"),
        ),
    ),
    # No unit of the award is held.
    (
        "award-rules-exceed-units",
        rule("credits(120, from=Q-OLD)", "Q-OLD"),
    ),
    # Two sources that agree, and one that says less.
    (
        "contradiction",
        lambda world: world.add("qualifications", "other", qualification_id="Q-1", title="Certificate", level="4"),
    ),
    # Something made up may speak of what is real.
    (
        "illustrative-reached",
        row("progressions", progression_id="PG-9", to_id="Q-1", status="illustrative"),
    ),
    # An old text that is kept as a record.
    ("fact-old", row("qualifications", qualification_id="Q-9", as_of="2011", currency="superseded")),
    ("fact-old", row("provision_types", provision_type_id="PT-9", as_of="")),
    # The UK vocabulary has no addresses yet.
    ("link-without-address", row("competency_links", competency_id="K-1", vocabulary="SSC", target="Use microscopes")),
    ("guess-published", row("progressions", progression_id="PG-9", to_id="Q-1", guess="yes", status="inferred")),
    ("role-without-competencies", row("roles", role_id="R-9", title="Porter")),
]


@pytest.mark.parametrize(("name", "plant"), NOT_A_FAULT, ids=[name for name, _ in NOT_A_FAULT])
def test_no_fault_is_invented(name: str, plant: Plant, store: Build) -> None:
    world = good()
    plant(world)
    assert run(name, store(world)) == []


def test_checks_are_files_with_a_prefix_line_for_each_prefix() -> None:
    for path in CHECKS.values():
        text = path.read_text(encoding="utf-8")
        prefixes = re.findall(r"^PREFIX (\w+):", text, re.MULTILINE)
        assert prefixes == sorted(prefixes), path.name
        body = text.split("\n\n", 1)[1]
        assert all(re.search(rf"\b{prefix}:", body) for prefix in prefixes), path.name
