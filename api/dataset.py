"""A release as a dataset: what it is, of what it is made, what is wrong with it, and where to get it."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Final

from rdflib import Graph

from api.addresses import Addresses
from api.dependencies import Services
from api.negotiate import Format
from api.reply import JSON
from api.schemas.common import Link
from api.schemas.dataset import CountSaid, DatasetPageSaid, FileSaid, GraphSaid, MatcherSaid
from graph.description import (
    ABOUT,
    DumpFile,
    NamedGraph,
    Places,
    citation,
    describe,
    described_file,
    named_graphs,
    parts_passed_on,
)
from graph.lines import DERIVED, ENTAILED, FOLDER, MATCHED, ONTOLOGY, packed_path
from ontology import resources
from ontology.namespaces import DATASET, PREFIXES, SW

TITLE: Final = "Stepway’s data"
FILES: Final = "/dataset/files/"
SHAPES: Final = "/dataset/shapes"

RDF: Final = (
    Format("turtle", "text/turtle", ("application/x-turtle",)),
    Format("jsonld", "application/ld+json"),
    Format("ntriples", "application/n-triples"),
    Format("rdfxml", "application/rdf+xml"),
)
"""The formats of the description in RDF."""


def left_out(services: Services) -> list[str]:
    """The datasets whose licence does not let them be passed on."""
    return sorted(str(facts["id"]) for facts in services.manifest.datasets if not facts["shippable"])


def files_of(services: Services) -> tuple[DumpFile, ...]:
    """The files of a release that may be passed on; none of a release that has no file for each dataset."""
    manifest = services.manifest
    if not manifest.parts:
        return ()
    graphs = tuple(services.release.profile.graphs)
    found = []
    for name in parts_passed_on(manifest, left_out(services)):
        path = packed_path(services.release.path, name)
        own = tuple(graph for graph in graphs if _part_of(graph, {facts["id"] for facts in manifest.datasets}) == name)
        found.append(_file(path, path.stat().st_mtime_ns, int(manifest.parts[name]["quads"]), own))
    return tuple(found)


@lru_cache(maxsize=1_000)
def _file(path: Path, changed: int, statements: int, graphs: tuple[str, ...]) -> DumpFile:
    """A file with its sum, which is worked out once. `changed`: when it was written."""
    return described_file(path, statements, graphs)


def _part_of(graph: str, datasets: set[str]) -> str:
    """In which file of a release a graph lies."""
    name = graph.removeprefix(str(DATASET))
    if name.partition("/")[0] in datasets:
        return name.partition("/")[0]
    if name in DERIVED:
        return name
    return {"stepway-ontology": ONTOLOGY, "stepway-matching": MATCHED}.get(name, ENTAILED)


def path_of(services: Services, name: str) -> Path | None:
    """Where a file to download lies; None where there is none of that name that may be passed on."""
    known = {file.name for file in files_of(services)}
    return services.release.path / FOLDER / name if name in known else None


def rdf(services: Services, host: str) -> Graph:
    """The description in DCAT and VoID. `host`: scheme, host and the path that the service is mounted at."""
    number = services.manifest.number
    places = Places(
        endpoint=f"{host}/sparql",
        page=f"{host}/dataset?release={number}",
        shapes=host + SHAPES,
        files=host + FILES,
        after=f"?release={number}",
    )
    datasets = [facts["id"] for facts in services.manifest.datasets]
    profile = services.release.profile
    return describe(services.manifest, datasets, files_of(services), profile=profile, places=places)


def shapes() -> Graph:
    """The SHACL shapes that datasets are checked against."""
    found = Graph()
    for prefix, address in PREFIXES.items():
        found.bind(prefix, address)
    for path in resources.paths("shapes/*.ttl"):
        found.parse(path)
    return found


def said(services: Services, releases: Sequence[int], addresses: Addresses, host: str) -> DatasetPageSaid:
    """The same for people and programs that read JSON. `host`: as for `rdf`."""
    manifest, profile = services.manifest, services.release.profile
    of_it = Addresses(addresses.root, manifest.number)
    matchers = _matchers(services)
    classes = [
        CountSaid(
            address=name,
            name=_short(name),
            label=words.label if (words := profile.words.get(name)) else None,
            things=one.things,
            example=one.example,
        )
        for name, one in sorted(profile.classes.items(), key=lambda entry: (-entry[1].things, entry[0]))
    ]
    return DatasetPageSaid(
        title=TITLE,
        illustrative=manifest.illustrative,
        about=ABOUT,
        citation=citation(manifest, f"{host}/dataset?release={manifest.number}"),
        release=services.reference,
        previous=manifest.previous,
        statements=profile.statements,
        things=profile.things,
        classes=classes,
        properties=len(profile.properties),
        graphs=[_graph(one) for one in named_graphs(manifest, profile)],
        files=[
            FileSaid(
                name=file.name,
                href=of_it.to(FILES + file.name),
                statements=file.rows,
                bytes=file.bytes,
                sha256=file.sha256,
            )
            for file in files_of(services)
        ],
        left_out=left_out(services),
        matchers=matchers,
        limits=list(_limits(services, matchers)),
        releases=sorted(releases, reverse=True),
        links=_links(addresses, of_it),
    )


def _links(here: Addresses, of_it: Addresses) -> list[Link]:
    def link(rel: str, href: str, title: str, media_type: str = JSON) -> Link:
        return Link(rel=rel, href=href, type=media_type, title=title)

    def in_rdf(one: Format) -> Link:
        return link("alternate", here.to("/dataset", format=one.name), "the same in DCAT and VoID", one.media_type)

    return [
        link("self", here.to("/dataset"), "this page"),
        *map(in_rdf, RDF),
        link("sparql", of_it.to("/sparql"), "ask it in SPARQL", "text/html"),
        link("profile", of_it.to("/sparql/profile"), "its classes and properties, with counts"),
        link("shapes", here.root + SHAPES, "the shapes that its datasets are checked against", "text/turtle"),
        link("issues", of_it.to("/issues"), "what is doubtful in it"),
        link("contradictions", of_it.to("/contradictions"), "where its sources differ"),
        link("incomplete", of_it.to("/incomplete"), "what is missing in it"),
        link("releases", here.root + "/releases", "all releases"),
    ]


def _graph(one: NamedGraph) -> GraphSaid:
    facts = asdict(one)
    dataset = one.facts.get("id")
    names = set(GraphSaid.model_fields) - {"dataset"}
    return GraphSaid(**{name: facts[name] for name in names}, dataset=dataset)


def _short(address: str) -> str:
    for prefix, start in PREFIXES.items():
        if address.startswith(start):
            return f"{prefix}:{address.removeprefix(start)}"
    return address


def _matchers(services: Services) -> list[MatcherSaid]:
    rows = services.store.select(
        """SELECT ?title ?precision ?recall ?pairs { ?method a sw:MatchMethod ; skos:prefLabel ?title ;
           sw:sampleSize ?pairs . OPTIONAL { ?method sw:precision ?precision } OPTIONAL { ?method sw:recall ?recall } }
           ORDER BY ?title"""
    )
    return [
        MatcherSaid(
            title=str(row["title"]),
            precision=float(str(row["precision"])) if row["precision"] is not None else None,
            recall=float(str(row["recall"])) if row["recall"] is not None else None,
            pairs=int(str(row["pairs"])),
        )
        for row in rows
    ]


def _limits(services: Services, matchers: Sequence[MatcherSaid]) -> list[str]:
    """What is known to be missing or doubtful, a sentence each."""
    manifest, profile = services.manifest, services.release.profile
    found = []
    if manifest.illustrative:
        made_up = sum(rows for (_, status), rows in profile.statuses.items() if status == str(SW.illustrative))
        found.append(f"Made up: {made_up:,} rows and statements are illustrative, and each is marked so.")
    inferred = sum(rows for (_, status), rows in profile.statuses.items() if status == str(SW.inferred))
    found.append(f"{inferred:,} rows and statements are inferred: ours, from published facts. Each is marked so.")
    gaps = profile.classes.get(str(SW.KnowledgeGap))
    if gaps:
        found.append(f"{gaps.things:,} things were looked for and not found: they are in the data as sw:KnowledgeGap.")
    doubts = sum(manifest.issues.values())
    found.append(f"{doubts:,} faults and doubts were found when the release was built.")
    for one in matchers:
        precision = "not known" if one.precision is None else f"{one.precision:.0%}"
        recall = "not known" if one.recall is None else f"{one.recall:.0%}"
        found.append(
            f"{one.title}: of the matches that are made {precision} are right, of the right ones {recall} are found"
            f" (on {one.pairs} judged pairs)."
        )
    if not matchers:
        found.append("No names of different sources were matched: no source in this release needs it.")
    found.append("A statement that stands in two graphs counts twice, here and in queries over all graphs.")
    return found
