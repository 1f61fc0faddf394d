"""From datasets to a release: join, entail, check, and publish only when nothing is wrong.

Each dataset keeps a named graph of its own, each entailment rule too, so that what a source says and what we conclude
are never mixed. A build that finds an error publishes nothing: the last release goes on being served, and what was
found lies in `last-failed-build.jsonl` beside the releases.
"""

import gzip
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

import yaml
from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.compare import to_canonical_graph
from rdflib.namespace import DCTERMS, PROV, SKOS

from graph.issues import Issue, Severity, count_by_severity, in_order, write_issues
from graph.projection import PROJECTION
from graph.projector import project
from graph.release import Manifest, Release, Releases
from graph.search import Entry, SearchIndex
from graph.store import GraphStore, Quad, n_quads
from graph.validate import check_shapes, places, run_checks
from ontology import resources
from ontology.namespaces import BASE, DATASET, ID, SW, id_of

ONTOLOGY_GRAPH: Final = DATASET["stepway-ontology"]
FAILED: Final = "last-failed-build.jsonl"

Progress = Callable[[str], None]
"""Called with the name of each stage as it begins."""


@dataclass(frozen=True, slots=True)
class DatasetInput:
    """One dataset, ready to be built in. `facts` go into the manifest: title, publisher, licence, attribution …"""

    id: str
    facts: dict[str, Any]
    quads: Sequence[Quad]
    issues: Sequence[Issue]
    counts: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build came to. `release` is None when an error stopped it; `unchanged`: it would have been the same."""

    release: Release | None
    unchanged: bool
    issues: list[Issue] = field(default_factory=list)


def _triples(graph: Graph, name: URIRef) -> list[Quad]:
    """A graph as quads; its blank nodes get addresses that depend on the content alone."""
    steady = to_canonical_graph(graph).skolemize(authority=BASE.rstrip("/"), basepath="/.well-known/genid/")
    return [(s, p, o, name) for s, p, o in steady]  # type: ignore[misc]


def ontology_graph() -> Graph:
    """Our vocabulary and concept schemes, as published."""
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


def entailed_quads(store: GraphStore) -> list[Quad]:
    """What follows by the rules in `ontology/entailments`: a graph for each rule, marked as inferred by that rule."""
    quads: list[Quad] = []
    for path in resources.paths("entailments/*.rq"):
        name = DATASET[f"entailments/{path.stem}"]
        found = [(s, p, o, name) for s, p, o in store.construct(path.read_text(encoding="utf-8"))]
        quads += found  # type: ignore[arg-type]
        if found:
            quads += [
                (name, RDF.type, SW.EntailedGraph, name),
                (name, SW.status, SW.inferred, name),
                (name, PROV.wasGeneratedBy, SW[f"entailment-{path.stem}"], name),
            ]
    return quads


def search_entries(store: GraphStore) -> Iterable[Entry]:
    """What the text index holds: everything with a row of its own that people look for."""
    query = """
        SELECT ?thing ?class ?label ?alt ?code WHERE {
            ?thing a ?class ; sw:status ?status ; skos:prefLabel ?label . ?class rdfs:isDefinedBy ?ontology .
            FILTER(?class != sw:CompetencyQuestion)
            OPTIONAL { ?thing skos:altLabel ?alt }
            OPTIONAL { ?thing sw:standardReference|sw:ukprn|sw:qualificationNumber|sw:soc2020 ?code } }"""
    found: dict[str, tuple[str, str, set[str]]] = {}
    for row in store.select(query):
        id, kind = id_of(str(row["thing"])), str(row["class"]).removeprefix(str(SW))
        if not str(row["thing"]).startswith(str(ID)) or not str(row["class"]).startswith(str(SW)):
            continue
        _, _, other = found.setdefault(id, (kind, str(row["label"]), set()))
        other.update(str(row[name]) for name in ("alt", "code") if row[name] is not None)
    for id, (kind, label, other) in sorted(found.items()):
        yield Entry(id, kind, label, " ".join(sorted(other)))


def publish(
    datasets: Sequence[DatasetInput],
    releases: Releases,
    *,
    now: datetime | None = None,
    progress: Progress = lambda _: None,
) -> BuildResult:
    """Build a release of these datasets, and serve it from now on.

    The result says whether it was published, was the same as the current one, or was stopped by an error. Nothing
    already published is touched.
    """
    with releases.building():
        return _publish(datasets, releases, now or datetime.now(UTC), progress)


def _publish(datasets: Sequence[DatasetInput], releases: Releases, now: datetime, progress: Progress) -> BuildResult:
    issues = [issue for dataset in datasets for issue in dataset.issues]
    if _has_error(issues):
        return _stopped(issues, releases)

    progress("join the datasets")
    ontology = ontology_graph()
    quads: list[Quad] = [*_triples(ontology, ONTOLOGY_GRAPH), *question_quads()]
    for dataset in datasets:
        quads += dataset.quads
    whole = GraphStore.in_memory(quads)
    progress("work out what follows")
    entailed = entailed_quads(whole)
    whole.extend(entailed)
    quads += entailed

    progress("check shapes")
    described = places(whole)
    for dataset in datasets:
        issues += check_shapes(whole.graph(DATASET[dataset.id]), ontology, described)
    progress("check quality")
    issues += run_checks(whole, described)
    issues = in_order(issues)
    if _has_error(issues):
        return _stopped(issues, releases)

    progress("write the release")
    lines = sorted(set(n_quads(quads)))
    content_hash = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    projection = project(whole)
    projected = PROJECTION.dump_json(projection)
    if (same := _current(releases, content_hash, projected)) is not None:
        return BuildResult(same, unchanged=True, issues=issues)
    number, making = releases.begin()
    source = making / "graph.nq"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    store = GraphStore.build(making / "store", source)
    if len(store) != len(lines):
        raise OSError(f"the store holds {len(store)} of {len(lines)} quads")
    with (making / "graph.nq.gz").open("wb") as packed, gzip.GzipFile("", "wb", fileobj=packed, mtime=0) as archive:
        archive.write(source.read_bytes())
    source.unlink()
    (making / "projection.json").write_bytes(projected)
    SearchIndex.build(making / "search.sqlite", search_entries(store)).close()
    write_issues(making / "issues.jsonl", issues)
    Manifest(
        number=number,
        built_at=now.isoformat(timespec="seconds"),
        content_hash=content_hash,
        software=version("stepway"),
        illustrative=projection.illustrative,
        quads=len(lines),
        datasets=[{"id": dataset.id, **dataset.facts, "rows": dataset.counts} for dataset in datasets],
        counts=_class_counts(store),
        issues={str(severity): count for severity, count in count_by_severity(issues).items()},
    ).write(making)
    return BuildResult(releases.publish(making), unchanged=False, issues=issues)


def _current(releases: Releases, content_hash: str, projected: bytes) -> Release | None:
    """The release that is served, when this build would make it again; another version of the software may not."""
    number = releases.current_number()
    if number is None:
        return None
    release = releases.get(number)
    kept = release.path / "projection.json"
    same = release.manifest.content_hash == content_hash and kept.is_file() and kept.read_bytes() == projected
    return release if same else None


def _has_error(issues: Iterable[Issue]) -> bool:
    return any(issue.severity is Severity.ERROR for issue in issues)


def _stopped(issues: list[Issue], releases: Releases) -> BuildResult:
    releases.folder.mkdir(parents=True, exist_ok=True)
    ordered = in_order(issues)
    write_issues(releases.folder / FAILED, ordered)
    return BuildResult(None, unchanged=False, issues=ordered)


def _class_counts(store: GraphStore) -> dict[str, int]:
    query = """
        SELECT ?class (COUNT(DISTINCT ?thing) AS ?n) WHERE { ?thing a ?class . ?class rdfs:isDefinedBy ?o }
        GROUP BY ?class"""
    counts: Counter[str] = Counter()
    for row in store.select(query):
        if str(row["class"]).startswith(str(SW)):
            counts[str(row["class"]).removeprefix(str(SW))] = int(str(row["n"]))
    return dict(sorted(counts.items()))
