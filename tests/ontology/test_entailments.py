"""The entailments: on a tiny graph each adds exactly what its header promises."""

import re
from collections.abc import Callable
from typing import Final

import pyoxigraph
import pytest
from table_rows import World

from ontology import resources
from ontology.namespaces import BASE, PREFIXES

RULES: Final = {path.stem: path for path in resources.paths("entailments/*.rq")}
Build = Callable[[World], pyoxigraph.Store]


def short(term: object) -> str:
    """A term by its prefixed name; a text in quotation marks."""
    if isinstance(term, pyoxigraph.Literal):
        return f"“{term.value}”"
    address = str(getattr(term, "value", term))
    for prefix, start in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
        if address.startswith(start):
            return f"{prefix}:{address.removeprefix(start)}"
    return address


def entail(name: str, store: pyoxigraph.Store) -> set[str]:
    """What one rule adds about things, each statement as a line; nothing about the ontology itself."""
    triples = store.query(RULES[name].read_text(encoding="utf-8"), use_default_graph_as_union=True)
    assert isinstance(triples, pyoxigraph.QueryTriples)
    mine = [
        t for t in triples if str(getattr(t.subject, "value", "")).startswith((f"{BASE}id/", f"{BASE}requirement/"))
    ]
    return {" ".join(map(short, (t.subject, t.predicate, t.object))) for t in mine}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_it_adds_and_why_that_is_safe(name: str) -> None:
    text = RULES[name].read_text(encoding="utf-8")
    assert all(re.search(rf"^# {field}: .", text, re.MULTILINE) for field in ("title", "infers", "why safe"))


def test_a_competency_is_at_the_level_of_its_role(store: Build) -> None:
    world = World()
    world.add("roles", role_id="R-4", level="4")
    world.add("roles", role_id="R-X")
    world.add("competencies", competency_id="K-1", role_id="R-4", currency="current")
    world.add("competencies", competency_id="K-OLD", role_id="R-4", currency="superseded")
    world.add("competencies", competency_id="K-X", role_id="R-X", currency="current")
    assert entail("competency-level", store(world)) == {"swi:K-1 sw:level swc:rqf-level/4"}


def test_a_figure_of_a_standard_is_about_all_our_roles_of_it(store: Build) -> None:
    """ST0950 has two options of ours; ST0220 only stands in a register, in two versions; a stated role stays alone."""
    world = World()
    for id in ("OC-A", "OC-B"):
        world.add("roles", role_id=id, standard_ref="ST0950")
    world.add("roles", role_id="ST0950-1.0", standard_ref="ST0950")
    for id in ("ST0220-1.0", "ST0220-1.1"):
        world.add("roles", role_id=id, standard_ref="ST0220")
    for number, reference in enumerate(("ST0950", "ST0220", "ST9999")):
        world.add("evidence", evidence_id=f"D-{number}", product_ref=reference)
    world.add("evidence", evidence_id="D-STATED", product_ref="ST0950", about_id="OC-A")
    assert entail("evidence-about", store(world)) == {
        "swi:D-0 sw:evidenceAbout swi:OC-A",
        "swi:D-0 sw:evidenceAbout swi:OC-B",
        "swi:D-1 sw:evidenceAbout swi:ST0220-1.1",
    }


def test_a_role_requires_the_current_text_only(store: Build) -> None:
    world = World()
    world.add("competencies", competency_id="K-1", role_id="R-4", currency="current")
    world.add("competencies", competency_id="K-OLD", role_id="R-4", currency="superseded")
    world.add("competencies", competency_id="K-AWARD", qualification_id="Q-1", currency="current")
    assert entail("role-requires", store(world)) == {"swi:R-4 sw:requires swi:K-1"}


def test_a_point_inside_an_award_is_a_number_that_a_rule_names(store: Build) -> None:
    """90 credits open the diploma and are no award; the certificate is made half-way through the diploma."""
    world = World()
    world.add("qualifications", qualification_id="Q-HNC", title="Certificate", level="4", credits="120")
    rule = "any(holds(Q-HNC), credits(90, from=Q-HNC, level=4), credits(60, from=Q-HNC, unit_role=core))"
    world.add("qualifications", qualification_id="Q-HND", title="Diploma", level="5", credits="240", entry_rule=rule)
    world.add("credit_transfers", from_id="Q-HNC", to_id="Q-HND", credits="120", automatic="yes")
    assert entail("interim-point", store(world)) == {
        "swi:Q-HNC.at-90 rdf:type sw:InterimPoint",
        "swi:Q-HNC.at-90 skos:prefLabel “90 credits of Certificate”",
        "swi:Q-HNC.at-90 sw:pointOf swi:Q-HNC",
        "swi:Q-HNC.at-90 sw:credits “90”",
        "swi:Q-HNC.at-90 sw:level swc:rqf-level/4",
        "swi:Q-HND.at-120 rdf:type sw:InterimPoint",
        "swi:Q-HND.at-120 skos:prefLabel “120 credits of Diploma”",
        "swi:Q-HND.at-120 sw:pointOf swi:Q-HND",
        "swi:Q-HND.at-120 sw:credits “120”",
        "swi:Q-HND.at-120 sw:level swc:rqf-level/4",
        "swi:Q-HND.at-120 sw:awardAtPoint swi:Q-HNC",
    }


def test_a_provider_delivers_what_can_be_enrolled_on(store: Build) -> None:
    world = World()
    for id, real, currency in (("Q-1", "yes", "current"), ("Q-ANY", "no", "current"), ("Q-OLD", "yes", "superseded")):
        world.add("qualifications", qualification_id=id, real_award=real, currency=currency)
        world.add("opportunities", opportunity_id=f"C-{id}", provider_id="P-1", qualification_id=id)
    world.add("opportunities", opportunity_id="C-SHORT", provider_id="P-2")
    world.add("evidence", evidence_id="D-1", provider_id="P-3", about_id="Q-1")
    assert entail("provider-delivers", store(world)) == {"swi:P-1 sw:delivers swi:Q-1"}


def test_a_preferred_label_is_a_label(store: Build) -> None:
    world = World()
    world.add("providers", provider_id="P-1", name="A college", short_name="AC")
    assert entail("label", store(world)) == {"swi:P-1 rdfs:label “A college”"}


def test_a_thing_is_of_the_wider_classes_of_its_class(store: Build) -> None:
    world = World()
    world.add("providers", provider_id="P-1")
    world.add("sites", site_id="S-1", provider_id="P-1")
    world.add("units", unit_id="U-1")
    world.add("opportunities", opportunity_id="C-1", provider_id="P-1", entry_rule="level(3)")
    assert entail("superclass", store(world)) == {
        "swi:P-1 rdf:type org:Organization",
        "swi:P-1 rdf:type prov:Agent",
        "swi:P-1 rdf:type schema:Organization",
        "swi:S-1 rdf:type org:Site",
        "swi:S-1 rdf:type schema:Place",
        "https://w3id.org/stepway/requirement/small/opportunities/C-1/entry_rule rdf:type sw:Requirement",
    }


def test_what_is_said_already_is_not_said_again(store: Build) -> None:
    """All graphs are read as one: a statement in two of them would be counted twice."""
    world = World()
    world.add("providers", provider_id="P-1")
    said = store(world)
    names = (f"{BASE}id/P-1", PREFIXES["rdf"] + "type", PREFIXES["prov"] + "Agent", "urn:graph")
    said.add(pyoxigraph.Quad(*map(pyoxigraph.NamedNode, names)))
    assert entail("superclass", said) == {"swi:P-1 rdf:type org:Organization", "swi:P-1 rdf:type schema:Organization"}


def test_what_the_rules_add_changes_nothing_of_what_is_said(store: Build) -> None:
    world = World()
    for id in ("K-1", "K-2"):
        world.add("competencies", competency_id=id, role_id="R-4", currency="current")
    world.add("roles", role_id="R-4", level="4")
    stated = {" ".join(map(short, triple)) for _, graph in world.graphs() for triple in graph}
    for name in RULES:
        assert not entail(name, store(world)) & stated
