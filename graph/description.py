"""A release in the words of DCAT 3 and VoID: what it is, where it comes from, what may be done with it, where it is.

The same description goes with a dump (`dataset.ttl`) and is served by the web service, which adds where things are.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rdflib import DCAT, RDF, VOID, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV
from rdflib.term import Node

from graph.history import GRAPH as RETIRED_GRAPH
from graph.identity import MATCHING
from graph.lines import COVERAGE, DEMAND, DERIVED, ENTAILED, MATCHED, ONTOLOGY, REACHABILITY
from graph.own_part import ONTOLOGY_GRAPH
from graph.profile import Profile
from graph.release import Manifest
from ontology.namespaces import BASE, DATASET, PREFIXES, RELEASE, SW, expand

SPDX: Final = Namespace("http://spdx.org/rdf/terms#")
FORMATS: Final = Namespace("http://www.w3.org/ns/formats/")
CC_BY: Final = URIRef("https://creativecommons.org/licenses/by/4.0/")

TITLE: Final = "Stepway: jobs, skills, qualifications and providers as one graph"
ABOUT: Final = (
    "Jobs, the competencies they ask for, qualifications with their units, providers with their courses, entry rules"
    " and funding, so that ways from where a person stands to a better job can be worked out. Every statement has a"
    " source, a date and a status; what was looked for and not found is kept too."
)
MADE_UP: Final = (
    "This release holds made-up (illustrative) statements beside real ones; each is marked sw:illustrative. "
)

_VERSION: Final = URIRef(f"{DCAT}version")
_PREVIOUS: Final = URIRef(f"{DCAT}previousVersion")
_PUBLISHER: Final = URIRef(f"{BASE}stepway")
_ENTAILMENTS: Final = str(DATASET["entailments/"])
_VOCABULARIES: Final = ("sw", "skos", "dcterms", "prov", "schema", "org", "esco", "elm", "dcat", "owl", "rdfs", "time")
_MEDIA_TYPES: Final = {
    ".nq.gz": "application/n-quads",
    ".ttl.gz": "text/turtle",
    ".jsonld.gz": "application/ld+json",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
}
_IANA: Final = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True, slots=True)
class DumpFile:
    """One file of a dump: how many rows or statements it has. `graphs`: those it is of, where it is of some."""

    name: str
    rows: int
    bytes: int
    sha256: str
    graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """Where a service offers a release: addresses. `files` is what the name of a file is put behind, `after` follows.

    `endpoint`: of SPARQL queries. `page`: where the description is. `shapes`: where the SHACL shapes are.
    """

    endpoint: str
    page: str
    shapes: str
    files: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class NamedGraph:
    """One graph of a release: what it is and whose. `facts` are those of the manifest about its dataset.

    `statuses`: rows by how sure they are (published, inferred, illustrative). `source`: the graph that it is about.
    """

    address: str
    title: str
    statements: int
    statuses: Mapping[str, int]
    about: str
    licence: str | None = None
    licence_url: str | None = None
    attribution: str | None = None
    retrieved: str | None = None
    version: str | None = None
    publisher: str = "Stepway"
    source: str | None = None
    rule: str | None = None
    shippable: bool = True
    facts: Mapping[str, Any] = field(default_factory=dict)


def named_graphs(manifest: Manifest, profile: Profile) -> list[NamedGraph]:
    """The graphs of a release, those of datasets first."""
    sources = {str(DATASET[facts["id"]]): facts for facts in manifest.datasets}
    found = [_graph(address, count, sources, profile) for address, count in sorted(profile.graphs.items())]
    return sorted(found, key=lambda one: (one.address not in sources, one.address))


def _graph(address: str, count: int, sources: Mapping[str, dict[str, Any]], profile: Profile) -> NamedGraph:
    owner = address.removesuffix("/provenance")
    statuses = {
        status.removeprefix(str(SW)): rows for (graph, status), rows in profile.statuses.items() if graph == address
    }
    if owner in sources:
        facts = sources[owner]
        named = {name: _text(facts, name) for name in ("licence_url", "attribution", "retrieved", "version")}
        title, about, source = facts["title"], "What the source says.", None
        if owner != address:
            title, source = f"Records of: {title}", owner
            about = "Where each statement of the source stands, of what date and how sure it is."
        return NamedGraph(
            address, title, count, statuses, about,
            licence=facts["licence"], publisher=facts["publisher"], shippable=bool(facts["shippable"]),
            source=source, facts=facts, **named,
        )  # fmt: skip
    if address.startswith(_ENTAILMENTS):
        rule = str(SW[f"entailment-{address.removeprefix(_ENTAILMENTS)}"])
        words = profile.words.get(rule)
        title = f"What follows by the rule {address.removeprefix(_ENTAILMENTS)}"
        about = (words and words.definition) or "What follows from the other graphs by one of our rules."
        return NamedGraph(address, title, count, statuses, about, rule=rule)
    known = {
        str(ONTOLOGY_GRAPH): "The vocabulary, its concept schemes and the competency questions",
        str(MATCHING): "Names of different sources that are alike, with a measured likeness",
        str(DATASET[REACHABILITY]): "What standard learners can reach, worked out when the release was built",
        str(DATASET[COVERAGE]): "Which needed competencies are taught, worked out when the release was built",
        str(DATASET[DEMAND]): "What employers ask for, counted when the release was built",
        str(RETIRED_GRAPH): "What earlier releases described and this one does not",
    }
    title = known.get(address, f"Graph {address.removeprefix(str(DATASET))}")
    ours = str(CC_BY) if address == str(ONTOLOGY_GRAPH) else None
    licence = "CC-BY-4.0" if ours else None
    return NamedGraph(address, title, count, statuses, f"{title}.", licence=licence, licence_url=ours)


def _text(facts: Mapping[str, Any], name: str) -> str | None:
    found = facts.get(name)
    return None if found in (None, "", "None") else str(found)


def citation(manifest: Manifest, read_at: str | None = None) -> str:
    """How to cite a release. `read_at`: the whole address where it was read; None for files, which have no such place.

    Each installation numbers its own releases: the hash of the content says which one is meant anywhere.
    """
    year = manifest.built_at[:4]
    return (
        f"Stepway ({year}). {TITLE}. Release {manifest.number} of {manifest.built_at[:10]} [data set]."
        f" {read_at or RELEASE[str(manifest.number)]} (content SHA-256 {manifest.content_hash})"
    )


def describe(
    manifest: Manifest,
    datasets: Collection[str],
    files: Collection[DumpFile] = (),
    *,
    profile: Profile | None = None,
    places: Places | None = None,
) -> Graph:
    """A release, or what is passed on of it: `datasets` are the ids of those that are.

    With a `profile` (of the whole release) it has graphs, classes and properties with their counts, and links between
    datasets; without, the classes that the manifest counts. `places`: where the service has it; else files lie beside.
    """
    return _Describing(manifest, datasets, files, profile, places).run()


class _Describing:
    def __init__(
        self,
        manifest: Manifest,
        datasets: Collection[str],
        files: Collection[DumpFile],
        profile: Profile | None,
        places: Places | None,
    ) -> None:
        self.manifest, self.datasets, self.files = manifest, datasets, files
        self.profile, self.places = profile, places
        self.me = RELEASE[str(manifest.number)]
        self.found = Graph()
        for prefix, address in {**PREFIXES, "void": str(VOID), "spdx": str(SPDX), "foaf": str(FOAF)}.items():
            self.found.bind(prefix, address)

    def add(self, subject: Node, predicate: URIRef, *values: Node) -> None:
        for value in values:
            self.found.add((subject, predicate, value))

    def part(self, *names: str) -> URIRef:
        """An address inside the description, the same in every release."""
        return URIRef(f"{self.me}#{'-'.join(_fragment(name) for name in names)}")

    def run(self) -> Graph:
        self.release()
        if self.profile is None:
            for name, count in self.manifest.counts.items():
                self.class_part(str(SW[name] if ":" not in name else expand(name)), count)
        else:
            self.counts(self.profile)
            self.graphs(self.profile)
            self.links(self.profile)
        for file in self.files:
            self.file(file)
        for facts in self.manifest.datasets:
            if facts["id"] in self.datasets:
                self.source(facts)
        if self.places:
            self.service(self.places)
        return self.found

    def release(self) -> None:
        manifest, me = self.manifest, self.me
        self.add(me, RDF.type, DCAT.Dataset, VOID.Dataset)
        self.add(me, DCTERMS.title, Literal(f"Stepway, release {manifest.number}", lang="en"))
        self.add(me, DCTERMS.identifier, Literal(manifest.content_hash))
        self.add(me, DCTERMS.issued, Literal(manifest.built_at, datatype=XSD.dateTime))
        self.add(me, _VERSION, Literal(str(manifest.number)))
        self.add(me, DCTERMS.publisher, _PUBLISHER)
        self.add(_PUBLISHER, RDF.type, FOAF.Agent)
        self.add(_PUBLISHER, FOAF.name, Literal("Stepway"))
        self.add(me, DCTERMS.bibliographicCitation, Literal(citation(manifest)))
        self.add(me, DCTERMS.language, URIRef("http://publications.europa.eu/resource/authority/language/ENG"))
        self.checksum(me, "content", manifest.content_hash)
        self.add(me, VOID.uriSpace, Literal(BASE))
        self.add(me, VOID.vocabulary, *(URIRef(PREFIXES[name]) for name in _VOCABULARIES))
        self.add(
            me, DCTERMS.rights, Literal("Each source has a licence of its own: see its dcterms:license.", lang="en")
        )
        words = MADE_UP if manifest.illustrative else ""
        if left_out := sorted(facts["id"] for facts in manifest.datasets if facts["id"] not in self.datasets):
            words += f"Without {', '.join(left_out)}, whose licence does not let it be passed on. "
            words += "Counts are of what is here. "
        self.add(me, DCTERMS.description, Literal(words + ABOUT, lang="en"))
        held = {*self.datasets, ONTOLOGY} if left_out else manifest.parts.keys()
        total = sum(int(manifest.parts[name]["quads"]) for name in held) if manifest.parts else manifest.quads
        self.add(me, VOID.triples, Literal(total))
        if manifest.previous is not None:
            self.add(me, _PREVIOUS, RELEASE[str(manifest.previous)])

    def checksum(self, thing: URIRef, name: str, sha256: str) -> None:
        node = self.part("sum", name)
        self.add(thing, SPDX.checksum, node)
        self.add(node, RDF.type, SPDX.Checksum)
        self.add(node, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
        self.add(node, SPDX.checksumValue, Literal(sha256, datatype=XSD.hexBinary))

    def class_part(self, name: str, things: int) -> URIRef:
        part = self.part("class", name)
        self.add(self.me, VOID.classPartition, part)
        self.add(part, RDF.type, VOID.Dataset)
        self.add(part, VOID["class"], URIRef(name))
        self.add(part, VOID.entities, Literal(things))
        return part

    def counts(self, profile: Profile) -> None:
        """The whole in numbers, by class and by property; of each class an example."""
        me = self.me
        self.add(me, VOID.classes, Literal(len(profile.classes)))
        self.add(me, VOID.properties, Literal(len(profile.properties)))
        self.add(me, VOID.distinctSubjects, Literal(profile.distinct_subjects))
        self.add(me, VOID.distinctObjects, Literal(profile.distinct_objects))
        self.add(me, VOID.entities, Literal(profile.things))
        for name, one in profile.classes.items():
            part = self.class_part(name, one.things)
            if name.startswith(str(SW)):
                self.add(me, VOID.exampleResource, URIRef(one.example))
            self.add(part, VOID.exampleResource, URIRef(one.example))
            self.add(part, VOID.triples, Literal(sum(use.statements for use in one.properties.values())))
            for property, use in one.properties.items():
                node = self.part("class", name, "property", property)
                self.add(part, VOID.propertyPartition, node)
                self.add(node, VOID.property, URIRef(property))
                self.add(node, VOID.triples, Literal(use.statements))
                self.add(node, VOID.distinctSubjects, Literal(use.subjects))
        for property, totals in sorted(profile.properties.items()):
            node = self.part("property", property)
            self.add(me, VOID.propertyPartition, node)
            self.add(node, RDF.type, VOID.Dataset)
            self.add(node, VOID.property, URIRef(property))
            self.add(node, VOID.triples, Literal(totals.statements))
            self.add(node, VOID.distinctSubjects, Literal(totals.subjects))
            self.add(node, VOID.distinctObjects, Literal(totals.objects))

    def graphs(self, profile: Profile) -> None:
        """Each named graph as a dataset of its own."""
        for one in named_graphs(self.manifest, profile):
            if one.facts and one.facts["id"] not in self.datasets:
                continue
            node = URIRef(one.address)
            self.add(self.me, VOID.subset, node)
            self.add(self.me, DCTERMS.hasPart, node)
            self.add(node, RDF.type, DCAT.Dataset, VOID.Dataset)
            self.add(node, DCTERMS.isPartOf, self.me)
            self.add(node, DCTERMS.identifier, Literal(one.address.removeprefix(str(DATASET))))
            self.add(node, DCTERMS.title, Literal(one.title, lang="en"))
            self.add(node, VOID.triples, Literal(one.statements))
            self.add(node, SW.status, *(SW[name] for name in one.statuses))
            if str(DATASET[one.facts.get("id", "")]) == one.address:
                continue  # its facts are told with the sources
            self.add(node, DCTERMS.description, Literal(one.about, lang="en"))
            if one.licence_url:
                self.add(node, DCTERMS.license, URIRef(one.licence_url))
            if one.rule:
                self.add(node, PROV.wasGeneratedBy, URIRef(one.rule))
            if one.source:
                self.add(node, DCTERMS.source, URIRef(one.source))

    def links(self, profile: Profile) -> None:
        """Statements of one dataset that lead to what another describes."""
        known = {str(DATASET[name]) for name in self.datasets}
        for (graph, property, target), count in sorted(profile.links.items()):
            if target not in known:
                continue
            node = self.part("links", graph, property, target)
            self.add(node, RDF.type, VOID.Linkset)
            self.add(self.me, VOID.subset, node)
            self.add(node, VOID.subjectsTarget, URIRef(graph))
            self.add(node, VOID.objectsTarget, URIRef(target))
            self.add(node, VOID.linkPredicate, URIRef(property))
            self.add(node, VOID.triples, Literal(count))

    def file(self, file: DumpFile) -> None:
        """A file as a distribution: of the release, and of the graphs that it holds."""
        places, media_type = self.places, media_type_of(file.name)
        one = URIRef(f"{places.files}{file.name}{places.after}" if places else file.name)
        for dataset in (self.me, *(URIRef(name) for name in file.graphs)):
            self.add(dataset, DCAT.distribution, one)
            if file.name.endswith(".gz"):
                self.add(dataset, VOID.dataDump, one)
        self.add(one, RDF.type, DCAT.Distribution)
        self.add(one, DCTERMS.title, Literal(file.name))
        self.add(one, DCAT.downloadURL, one)
        self.add(one, DCAT.accessURL, one)
        self.add(one, DCAT.byteSize, Literal(file.bytes, datatype=XSD.nonNegativeInteger))
        self.add(one, DCAT.mediaType, URIRef(f"{_IANA}{media_type}"))
        if file.name.endswith(".gz"):
            self.add(one, DCAT.compressFormat, URIRef(f"{_IANA}application/gzip"))
        self.checksum(one, file.name, file.sha256)

    def source(self, facts: dict[str, Any]) -> None:
        source = DATASET[facts["id"]]
        self.add(self.me, DCTERMS.hasPart, source)
        self.add(source, RDF.type, DCAT.Dataset, VOID.Dataset)
        self.add(source, DCTERMS.identifier, Literal(facts["id"]))
        self.add(source, DCTERMS.title, Literal(facts["title"], lang="en"))
        publisher = self.part("publisher", facts["id"])
        self.add(source, DCTERMS.publisher, publisher)
        self.add(publisher, RDF.type, FOAF.Agent)
        self.add(publisher, FOAF.name, Literal(facts["publisher"]))
        url = _text(facts, "licence_url")
        self.add(source, DCTERMS.license, URIRef(url) if url else Literal(facts["licence"]))
        self.add(source, SW.licenceName, Literal(facts["licence"]))
        self.add(source, SW.shippable, Literal(bool(facts["shippable"])))
        about = _text(facts, "description") or f"{facts['title']}, by {facts['publisher']}, as it was fetched."
        self.add(source, DCTERMS.description, Literal(about, lang="en"))
        if self.profile is None:
            self.add(source, VOID.triples, Literal(int(self.manifest.parts[facts["id"]]["quads"])))
        if attribution := _text(facts, "attribution"):
            self.add(source, DCTERMS.rights, Literal(attribution, lang="en"))
        if edition := _text(facts, "version"):
            self.add(source, _VERSION, Literal(edition))
        if retrieved := _text(facts, "retrieved"):
            self.add(source, SW.retrieved, Literal(retrieved, datatype=XSD.date))

    def service(self, places: Places) -> None:
        """Where it is asked, and the catalogue that it stands in."""
        me, catalogue = self.me, URIRef(f"{BASE}catalogue")
        endpoint, page = URIRef(places.endpoint), URIRef(places.page)
        service = URIRef(f"{places.endpoint}#service")
        self.add(me, VOID.sparqlEndpoint, endpoint)
        self.add(me, DCAT.landingPage, page)
        self.add(me, DCTERMS.conformsTo, URIRef(places.shapes))
        self.add(me, FOAF.homepage, page)
        self.add(service, RDF.type, DCAT.DataService)
        self.add(service, DCTERMS.title, Literal("Stepway's SPARQL endpoint", lang="en"))
        self.add(service, DCAT.endpointURL, endpoint)
        self.add(service, DCAT.endpointDescription, endpoint)
        self.add(service, DCAT.servesDataset, me)
        self.add(service, DCTERMS.conformsTo, URIRef("https://www.w3.org/TR/sparql11-protocol/"))
        self.add(catalogue, RDF.type, DCAT.Catalog)
        self.add(catalogue, DCTERMS.title, Literal("Stepway's releases", lang="en"))
        self.add(
            catalogue, DCTERMS.description, Literal("Every release of Stepway's graph, with its sources.", lang="en")
        )
        self.add(catalogue, DCTERMS.publisher, _PUBLISHER)
        self.add(catalogue, DCAT.dataset, me)
        self.add(catalogue, DCAT.service, service)
        self.add(page, RDF.type, VOID.DatasetDescription)
        self.add(page, FOAF.primaryTopic, me)
        self.add(page, DCTERMS.title, Literal(f"What release {self.manifest.number} of Stepway is", lang="en"))


def media_type_of(name: str) -> str:
    """The media type of a file of a dump; of what is packed in it, when it is packed."""
    return next(media_type for ending, media_type in _MEDIA_TYPES.items() if name.endswith(ending))


def _fragment(name: str) -> str:
    """A name as a part of a fragment: a prefixed one for addresses."""
    name = name.removeprefix(str(DATASET))
    for prefix, start in PREFIXES.items():
        if name.startswith(start):
            name = f"{prefix}-{name.removeprefix(start)}"
            break
    return "".join(sign if sign.isalnum() or sign in "._" else "-" for sign in name).strip("-")


def parts_passed_on(manifest: Manifest, left_out: Collection[str]) -> list[str]:
    """The parts of a release that are written when some datasets are left out: what follows would tell of those."""
    datasets = [one["id"] for one in manifest.datasets if one["id"] not in left_out]
    follows = [] if left_out else [name for name in (ENTAILED, MATCHED, *DERIVED) if name in manifest.parts]
    return [*datasets, ONTOLOGY, *follows]


def described_file(path: Path, rows: int, graphs: tuple[str, ...] = ()) -> DumpFile:
    """A file that was written, with its size and its sum."""
    with path.open("rb") as data:
        return DumpFile(path.name, rows, path.stat().st_size, hashlib.file_digest(data, "sha256").hexdigest(), graphs)
