"""What the software itself says in every release: its vocabulary, the questions it answers, learners and examples."""

from functools import cache
from typing import Final

import yaml
from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.compare import to_canonical_graph
from rdflib.namespace import DCTERMS, SKOS

from graph.examples import example_quads
from graph.store import Quad
from ontology import resources
from ontology.namespaces import BASE, DATASET, ID, SW

ONTOLOGY_GRAPH: Final = DATASET["stepway-ontology"]


@cache
def own_quads() -> tuple[Quad, ...]:
    """All of it. Blank nodes get addresses that depend on the content alone."""
    steady = to_canonical_graph(ontology_graph()).skolemize(authority=BASE.rstrip("/"), basepath="/.well-known/genid/")
    said: list[Quad] = [(s, p, o, ONTOLOGY_GRAPH) for s, p, o in steady]  # type: ignore[misc]
    return (*said, *question_quads(), *learner_quads(), *example_quads(ONTOLOGY_GRAPH))


@cache
def ontology_graph() -> Graph:
    """Our vocabulary and concept schemes, as published. Nobody may change it."""
    found = Graph()
    for path in (*resources.paths("vocabulary/*.ttl"), *resources.paths("concepts/*.ttl")):
        found.parse(path)
    return found


def question_quads() -> list[Quad]:
    """The competency questions as things of the graph, from the heads of their files."""
    quads: list[Quad] = []
    for path in resources.paths("questions/*/question.md"):
        facts = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
        subject = ID[facts["id"]]
        quads += [
            (subject, RDF.type, SW.CompetencyQuestion, ONTOLOGY_GRAPH),
            (subject, SKOS.prefLabel, Literal(facts["question"], lang="en"), ONTOLOGY_GRAPH),
            (subject, SW.askedBy, Literal(facts["user_group"]), ONTOLOGY_GRAPH),
            (subject, SW.priority, Literal(facts["priority"]), ONTOLOGY_GRAPH),
            (subject, SW.expectedAnswer, Literal(facts["expected_answer_shape"], lang="en"), ONTOLOGY_GRAPH),
            (subject, SW.serves, Literal(facts["benchmark_or_duty_served"]), ONTOLOGY_GRAPH),
            (subject, SW.answerState, Literal(facts["state"]), ONTOLOGY_GRAPH),
            (subject, SW.status, SW[facts["status"]], ONTOLOGY_GRAPH),
            (subject, DCTERMS.source, URIRef(facts["source_url"]), ONTOLOGY_GRAPH),
            (subject, SW.asOf, Literal(facts["as_of"], datatype=XSD.date), ONTOLOGY_GRAPH),
        ]  # fmt: skip
    return quads


def learner_quads() -> list[Quad]:
    """The standard learners as things of the graph, from their files.

    What they hold is text here, since not every release describes it; `dataset/reachability` points to what is there.
    """
    quads: list[Quad] = []
    for path in resources.paths("learners/*.yml"):
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        subject, profile = ID[said["id"]], said["profile"]
        facts: list[tuple[URIRef, URIRef | Literal]] = [
            (RDF.type, SW.StandardLearner),
            (SKOS.prefLabel, Literal(said["label"], lang="en")),
            (SKOS.definition, Literal(said["says"], lang="en")),
            (SW.place, Literal(said["place"])),
            (SW.postcodeDistrict, Literal(said["district"])),
            (SW.status, SW.illustrative),
            (SW.asOf, Literal(said["as_of"].isoformat(), datatype=XSD.date)),
            (DCTERMS.source, URIRef(f"{BASE}ns")),
        ]
        for name, value in (*profile.items(), *said.get("limits", {}).items()):
            values = value if isinstance(value, list) else [str(value).lower() if value is True else value]
            facts += [(SW.profileSays, Literal(f"{name}: {one}")) for one in values]
        quads += [(subject, predicate, value, ONTOLOGY_GRAPH) for predicate, value in facts]
    return quads
