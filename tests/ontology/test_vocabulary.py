"""The vocabulary: every term explained, every word of the dictionary defined, nothing left lying about."""

import json
import lzma
import os
import re
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, VANN
from table_rows import TABLES

from loaders.format import FORMATS
from ontology import resources
from ontology.namespaces import BASE, PREFIXES, SW, expand

ONTOLOGY: Final = URIRef(f"{BASE}ns")
SCHEMA: Final = Namespace(PREFIXES["schema"])
XSD: Final = Namespace(PREFIXES["xsd"])
WRITTEN: Final = "\n".join(
    path.read_text(encoding="utf-8") for path in resources.paths("vocabulary/*.ttl") if path.stem != "alignments"
)
CORE: Final = Graph().parse(data=WRITTEN)
ALIGNMENTS: Final = Graph().parse(resources.ROOT / "vocabulary/alignments.ttl")
CLASSES: Final = sorted((c for c in CORE.subjects(RDF.type, OWL.Class) if isinstance(c, URIRef)), key=str)
PROPERTIES: Final = sorted(
    {*CORE.subjects(RDF.type, OWL.ObjectProperty), *CORE.subjects(RDF.type, OWL.DatatypeProperty)}, key=str
)
TERMS: Final = sorted({*CLASSES, *PROPERTIES, *CORE.subjects(RDF.type, OWL.NamedIndividual)}, key=str)
EXTERNAL: Final = Path(__file__).with_name("external_terms.txt")
BUILT_IN: Final = tuple(map(str, (RDF, RDFS, OWL, XSD, VANN)))

# What the loader and the build write without a table: see the contract of the graph in docs/decisions/0004.
WRITTEN_WITHOUT_TABLE: Final = {
    *("asOf", "note", "status", "published", "inferred", "illustrative"),
    *("Record", "describes", "file", "line", "Statement"),
    *("part", "count", "decidedBy", "target", "creditSource", "requirementText", "requirementSentence"),
    *("AllOf", "AnyOf", "AtLeast", "Usually", "Holds", "Completed", "WorksAs", "LevelHeld", "CreditsFrom"),
    *("AttributeIs", "EntailedGraph", "retrieved", "shippable", "licenceName"),
    *("CompetencyQuestion", "answerState", "askedBy", "expectedAnswer", "priority", "serves"),
    *("PathwayPart", "PublishedCondition", "PublishedPathway", "askedInWords", "comesAfter", "conditionOf"),
    *("Match", "MatchMethod", "leastScore", "matchMethod", "matchedName", "precision", "recall", "sampleSize", "score"),
    *("lastDescribed", "retired", "wasA", "wasCalled"),
    *("mostAnswerBytes", "mostAnswerRows", "mostDepth", "mostMemory", "mostPatterns", "mostQueryBytes", "mostSeconds"),
    *("queriesAtOnce", "queriesWaiting", "withoutNetwork"),
    *("Amount", "CreditsHeld", "Fix", "Pathway", "PathwayAnswer", "PathwayStep", "ProofPart", "ReachabilityGraph"),
    *("ReachabilityResult", "Reason", "StandardLearner", "StepNeed", "StoppingPoint", "about", "adds", "afterWeeks"),
    *("afterwards", "amount", "askedOn", "atLeast", "atLevel", "backOn", "bound", "brings", "bringsInWords"),
    *("costProven", "countedFrom", "creditsHeld", "creditsOf", "employerSteps", "endsInWeek", "firstStep"),
    *("firstStepTitle", "fix", "forLearner", "goal", "hasNeed", "knownCost", "leastCost", "leastKnownCost"),
    *("leastOf", "leastWeeks", "likely", "limitInForce", "metBy", "metByStep", "needRule", "needsEmployer"),
    *("needsKnown", "opensRole", "order", "outcome", "partOfProof", "pathway", "pathwayStatus", "place"),
    *("postcodeDistrict", "profileSays", "proven", "questionAddress", "questionComplete", "reachability"),
    *("reachable", "reason", "reasonAbout", "reasonCode", "softwareVersion", "spentPounds", "startsInWeek"),
    *("startsInWeekOf", "step", "stepCost", "stepCount", "stepKind", "stepLength", "stepOf", "stepsOfUnknownCost"),
    *("stopHolds", "studyWeeks", "surelyOpen", "takenWith", "takesIn", "toRole", "totalCost", "totalWeeks"),
    *("verdict", "weeklyHours", "weeksAtLeast", "weight", "wholeAward", "withoutLimit"),
    *("creditsAsStated", "pathwayDestination", "pathwayPart", "publishedRequirement"),
    *("knownWeeks", "stepsNeeded", "stepsNotTold", "stepsOfUnknownHours", "stepsOfUnknownLength"),
    *("CoverageCount", "CoverageFinding", "CoverageGraph", "competenciesFound", "countForRole", "countForTheme"),
    *("coverage-board", "finding", "findingAbout", "findingIfPublished", "findingOpenTo", "foundWithProvider"),
    *("rolesThatNeed",),
    *("AtlasGraph", "AtlasResult", "StandardCircumstance", "atlasReason", "furthestKilometres", "inCircumstance"),
    *("inDistrict", "notKnownNear", "perhapsCost", "perhapsWeeks", "withinKilometres"),
    *("AdvertTitle", "DemandGraph", "advert-matching", "advertTitle", "advertisedDistrict", "advertisedJob"),
    *("advertisedQuarter", "advertisedRole", "advertisedSkill", "adverts", "advertsRepeated", "ambiguousIn"),
    *("errorAtMost", "jobList", "repeatOf", "repeatedWithinDays", "sampleMatched", "sampleRight", "titleOutcome"),
    *("matchedIn", "unmatchedIn"),
}  # fmt: skip
# Wider classes of those above.
WIDER: Final = {"Entailment", "Requirement", "Rule", "Status"}


def local(term: object) -> str:
    """The name of a term of ours without its namespace."""
    return str(term).removeprefix(str(SW))


def columns(prefix: str = "sw:") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Class, property and column of each column of the dictionary that makes a statement of ours."""
    for table in TABLES.values():
        for column in table["columns"].values():
            if column.get("property", "").startswith(prefix):
                yield table["class"], column["property"].removeprefix(prefix), column


def members(node: Any) -> set[str]:
    """The classes of a domain or range: itself, or the members of a union."""
    if isinstance(node, URIRef):
        return {local(node)}
    return {local(item) for item in Collection(CORE, CORE.value(node, OWL.unionOf))}


def test_the_ontology_says_what_it_is() -> None:
    for predicate in (DCTERMS.title, DCTERMS.description, DCTERMS.creator, DCTERMS.license, OWL.versionInfo):
        assert CORE.value(ONTOLOGY, predicate), predicate
    assert str(CORE.value(ONTOLOGY, VANN.preferredNamespacePrefix)) == "sw"
    assert str(CORE.value(ONTOLOGY, VANN.preferredNamespaceUri)) == str(SW)


@pytest.mark.parametrize("term", TERMS, ids=local)
def test_a_term_is_explained(term: URIRef) -> None:
    assert str(term).startswith(str(SW))
    for predicate in (RDFS.label, SKOS.definition, SKOS.example):
        found = list(CORE.objects(term, predicate))
        assert len(found) == 1 and getattr(found[0], "language", None) == "en" and str(found[0]).strip(), predicate
    assert str(CORE.value(term, SKOS.definition)).endswith(".")
    assert CORE.value(term, RDFS.isDefinedBy) == ONTOLOGY


def test_labels_are_unique_among_classes_and_among_properties() -> None:
    for group in (CLASSES, PROPERTIES):
        labels = [str(CORE.value(term, RDFS.label)) for term in group]
        assert len(labels) == len(set(labels))


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table["table"])
def test_the_class_and_properties_of_a_table_are_defined(table: dict[str, Any]) -> None:
    assert SW[table["class"]] in CLASSES
    for column in table["columns"].values():
        if column.get("property", "").startswith("sw:"):
            assert expand(column["property"]) in PROPERTIES, column["property"]


def test_domains_hold_for_every_use() -> None:
    for class_, name, _ in columns():
        domain = CORE.value(SW[name], RDFS.domain)
        allowed = members(domain) if domain is not None else {class_}
        wider = {local(c) for c in CORE.objects(SW[class_], RDFS.subClassOf)}
        assert {class_, *wider} & allowed, f"{name} of {class_}"


RANGES: Final = {
    "integer": XSD.integer,
    "decimal": XSD.decimal,
    "yesno": XSD.boolean,
    "level": SKOS.Concept,
    "requirement": SW.Requirement,
}


def test_ranges_agree_with_the_types_of_columns() -> None:
    for class_, name, column in columns():
        found = CORE.value(SW[name], RDFS.range)
        where = f"{name} of {class_}"
        match column["type"]:
            case "ref" | "refs":
                assert {TABLES[table]["class"] for table in column["ref"]} <= members(found), where
            case "choice" | "choices" if "scheme" in column:
                assert found == SKOS.Concept or (found, RDFS.subClassOf, SKOS.Concept) in CORE, where
            case "date" | "dates":
                assert set(CORE.objects(SW[name], SCHEMA.rangeIncludes)) == {XSD.date, XSD.gYear, XSD.gYearMonth}, where
            case "url":
                assert found is None, where
            case kind if kind in RANGES:
                assert found == RANGES[kind], where
            case _:
                assert found == (RDF.langString if column.get("language") else XSD.string), where


def test_what_absent_means_is_said() -> None:
    silent = {
        name
        for _, name, column in columns()
        if not column.get("required") and "bsent" not in str(CORE.value(SW[name], SKOS.definition))
    }
    assert not silent


def test_units_are_said() -> None:
    for _, name, column in columns():
        if unit := column.get("unit"):
            assert unit.split()[0] in str(CORE.value(SW[name], SKOS.definition)).lower(), name


def test_no_term_is_unused() -> None:
    paths = [*resources.paths("[sce]*/*.*"), *sorted(FORMATS.glob("*/format.yml"))]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    mentioned = set(re.findall(r"\bsw:([A-Za-z0-9]+)", "\n".join(texts)))
    tables = {name for _, name, _ in columns()} | {table["class"] for table in TABLES.values()}
    reserved = {local(term) for term, said in CORE.subject_objects(SKOS.editorialNote) if "Reserved" in str(said)}
    used = tables | mentioned | WRITTEN_WITHOUT_TABLE | WIDER | reserved
    defined = {local(term) for term in TERMS if not local(term).startswith("entailment-")}
    assert defined - used == set()
    assert mentioned - defined == set()
    assert reserved & (tables | WRITTEN_WITHOUT_TABLE) == set()


def test_each_entailment_has_its_term() -> None:
    described = {local(term) for term in CORE.subjects(RDF.type, SW.Entailment)}
    assert described == {f"entailment-{path.stem}" for path in resources.paths("entailments/*.rq")}


def test_what_people_mix_up_is_disjoint() -> None:
    groups = [
        {local(c) for c in Collection(CORE, CORE.value(axiom, OWL.members))}
        for axiom in CORE.subjects(RDF.type, OWL.AllDisjointClasses)
    ]
    mixed_up = {"Role", "Qualification", "Unit", "LearningOpportunity", "Delivery", "Provider", "Site", "ProvisionType"}
    assert any(mixed_up <= group for group in groups)
    assert {SW[name] for group in groups for name in group} <= set(CLASSES)
    for group in groups:
        for name in group:
            assert not group & {local(c) for c in CORE.transitive_objects(SW[name], RDFS.subClassOf)} - {name}


def external(*graphs: Graph) -> set[str]:
    """The terms of others in some graphs, without those that RDF and OWL are written in."""
    found = {str(term) for graph in graphs for triple in graph for term in triple if isinstance(term, URIRef)}
    return {term for term in found if not term.startswith((*BUILT_IN, BASE, "https://creativecommons.org/"))}


def external_terms() -> tuple[list[str], list[str]]:
    """The listed terms: those that a file we hold defines, and those of vocabularies that are not held."""
    held, _, not_held = EXTERNAL.read_text(encoding="utf-8").partition("# Known from")
    return [[line for line in part.splitlines() if line.startswith("http")] for part in (held, not_held)]


def test_terms_of_others_are_listed() -> None:
    concepts = [Graph().parse(path) for path in resources.paths("concepts/*.ttl")]
    held, not_held = external_terms()
    assert external(CORE, ALIGNMENTS, *concepts) == {*held, *not_held}
    assert held == sorted(held) and not_held == sorted(not_held)


def test_alignments_speak_of_our_terms_only() -> None:
    subjects = set(ALIGNMENTS.subjects()) - {URIRef(f"{ONTOLOGY}/alignments")}
    assert subjects <= set(TERMS)
    below = {SKOS.closeMatch, SKOS.broadMatch, SKOS.relatedMatch, RDFS.subClassOf, RDFS.subPropertyOf}
    for subject, predicate, _ in ALIGNMENTS:
        if subject in TERMS:
            assert predicate in below
            assert predicate != RDFS.subClassOf or subject in CLASSES
            assert predicate != RDFS.subPropertyOf or subject in PROPERTIES


@pytest.mark.shared_data
@pytest.mark.skipif("STEPWAY_SHARED" not in os.environ, reason="needs the public files")
def test_terms_of_others_exist_in_their_vocabularies() -> None:
    folder = Path(os.environ["STEPWAY_SHARED"]) / "data/ontologies"
    graph = Graph()
    for name in ("elm-v3/ELM.ttl", *(f"w3c-dcmi/{n}.ttl" for n in ("dcat", "dcterms", "org", "prov", "skos", "time"))):
        graph.parse(folder / name)
    with lzma.open(folder / "w3c-dcmi/schema.ttl.xz") as file:
        graph.parse(file, format="turtle")
    known = {re.sub("^http://schema.org/", "https://schema.org/", str(term)) for term in set(graph.subjects())}
    for name in ("ctdl", "ctdlasn"):
        context = json.loads((folder / f"ctdl/{name}_context.json").read_text(encoding="utf-8"))["@context"]
        for node in json.loads((folder / f"ctdl/{name}_schema.json").read_text(encoding="utf-8"))["@graph"]:
            prefix, _, rest = node["@id"].partition(":")
            known.add(f"{context.get(prefix, '')}{rest}")
    assert [term for term in external_terms()[0] if term not in known] == []


def test_the_page_of_the_vocabulary_can_be_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # pyLODE 3.4.1 looks for its version in a file that it does not install (RDFLib/pyLODE issue 260).
    stand_in = ModuleType("pylode.version")
    stand_in.__dict__["__version__"] = version("pylode")
    monkeypatch.setitem(sys.modules, "pylode.version", stand_in)
    from pylode.profiles.ontpub import OntPub

    source, page = tmp_path / "ontology.ttl", tmp_path / "ontology.html"
    source.write_text(WRITTEN, encoding="utf-8")
    OntPub(ontology=str(source)).make_html(destination=str(page))
    html = page.read_text(encoding="utf-8")
    assert "<h1>Stepway vocabulary</h1>" in html
    assert not [local(term) for term in (*CLASSES, *PROPERTIES) if f"<code>{term}</code>" not in html]
