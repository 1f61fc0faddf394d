"""The JSON-LD context: every term has its short name, and a thing comes back the same from JSON."""

import json
from typing import Any, Final

import pytest
from rdflib import OWL, RDF, Graph, URIRef
from rdflib.compare import isomorphic
from table_rows import TABLES, World, example

from ontology import resources
from ontology.namespaces import PREFIXES, SW

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph")  # rdflib warns of its own parser

CONTEXT: Final[dict[str, Any]] = json.loads(resources.text("context.jsonld"))["@context"]
CORE: Final = Graph()
for path in resources.paths("vocabulary/*.ttl"):
    if path.stem != "alignments":
        CORE.parse(path)


def address(name: str) -> str:
    """What a short name of the context stands for."""
    entry = CONTEXT[name]
    prefix, _, rest = str(entry["@id"] if isinstance(entry, dict) else entry).partition(":")
    return f"{PREFIXES[prefix]}{rest}"


def test_each_term_has_its_name() -> None:
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in CORE.subjects(RDF.type, kind):
            if isinstance(term, URIRef):
                assert address(str(term).removeprefix(str(SW))) == str(term)


def test_each_property_of_the_dictionary_has_a_name() -> None:
    named = {address(name) for name, entry in CONTEXT.items() if isinstance(entry, dict)}
    for table in TABLES.values():
        for column in table["columns"].values():
            if "property" in column:
                prefix, _, rest = column["property"].partition(":")
                assert f"{PREFIXES[prefix]}{rest}" in named, column["property"]


def test_prefixes_are_ours() -> None:
    assert CONTEXT["@version"] == 1.1
    for name, entry in CONTEXT.items():
        if isinstance(entry, str) and entry.startswith("http"):
            assert PREFIXES[name] == entry


@pytest.mark.parametrize("native", [True, False], ids=["native-numbers", "typed-texts"])
@pytest.mark.parametrize("table", TABLES)
def test_a_thing_comes_back_the_same(table: str, native: bool) -> None:
    world = World()
    world.add(table, **example(table))
    for _, graph in world.graphs():
        text = graph.serialize(format="json-ld", context=CONTEXT, auto_compact=True, use_native_types=native)
        assert isomorphic(Graph().parse(data=text, format="json-ld"), graph)


def test_a_role_as_json_reads_well() -> None:
    world = World()
    role = world.add(
        "roles",
        role_id="R-1",
        title="Technician",
        alternative_titles="Fitter|Mender",
        level="4",
        max_funding_pounds="16000",
        entry_level="yes",
    )
    facts = world.facts["small"]
    text = facts.serialize(format="json-ld", context=CONTEXT, auto_compact=True, use_native_types=True)
    found = json.loads(text)
    del found["@context"]
    assert str(role) == f"{PREFIXES['swi']}R-1"
    assert found == {
        "id": "swi:R-1",
        "type": "Role",
        "label": {"en": "Technician"},
        "alternativeLabel": ["Fitter", "Mender"],
        "level": "https://w3id.org/stepway/concept/rqf-level/4",
        "maximumFunding": 16000,
        "entryLevel": True,
        "status": "sw:published",
        "source": "https://example.org/page",
        "asOf": {"type": "xsd:gYearMonth", "@value": "2026-09"},
    }
