"""From datasets to a release: join, entail, check, and publish only when nothing is wrong.

Each dataset keeps a named graph of its own, each entailment rule too, so that what a source says and what we conclude
are never mixed. A build that finds an error publishes nothing: the last release goes on being served, and what was
found lies in `last-failed-build.jsonl` beside the releases.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, Final

from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.namespace import PROV, SKOS

from graph.diff import Side
from graph.history import History, since
from graph.identity import match_quads
from graph.issues import CATALOGUE, Issue, Severity, count_by_severity, in_order, write_issues
from graph.lines import DERIVED, ENTAILED, MATCHED, ONTOLOGY, RETIRED, Part, content_hash, keep
from graph.own_part import ontology_graph, own_quads
from graph.profile import FILE as PROFILE
from graph.profiling import worked_out
from graph.projection import PROJECTION, Projection
from graph.projector import project
from graph.release import Manifest, Release, Releases
from graph.search import Entry, SearchIndex
from graph.store import GraphStore, Quad, n_quads, plain
from graph.validate import AT_ONCE, Places, check_shapes, run_checks
from ontology import resources
from ontology.namespaces import BASE, DATASET, ESCO, ID, SCHEMA, SW, id_of

FAILED: Final = "last-failed-build.jsonl"

FEWER_ROWS: Final = 0.9
"""A file with a smaller share of the rows that it had is told."""

WHOLE_CHECKED: Final = 300_000
OF_EACH_CHECKED: Final = 1_000
"""A native dataset up to so many facts is checked against the shapes as a whole; of a larger one so many things of each
class, since the loader has checked every cell already and pySHACL would take hours."""

Progress = Callable[[str], None]
"""Called with the name of each stage as it begins."""

Derive = Callable[[GraphStore, Projection, date], Iterable[Quad]]
"""What follows from a release by questions, as of the day of the build: the same for the same arguments.

The store holds everything but the parts that are worked out; every statement is in the graph named after its part.
"""

NOTHING_DERIVED: Final[Mapping[str, Derive]] = {}


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read: its name in the dataset's folder, its size in bytes and its SHA-256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DatasetInput:
    """One dataset, ready to be built in. `facts` go into the manifest: title, publisher, licence, attribution …

    A small one has its `quads`; `kept` is what `lines.keep` gave for a large one, whose lines lie in the release
    already, and which its loader has checked row by row.
    """

    id: str
    facts: dict[str, Any]
    issues: Sequence[Issue]
    counts: dict[str, dict[str, int]]
    quads: Iterable[Quad] = ()
    kept: tuple[Part, Path] | None = None
    inputs: Sequence[InputFile] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """When a build is made and how: `today` and `options` decide what is loaded, `at` is only told."""

    today: date
    options: dict[str, bool]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build came to. `release` is None when an error stopped it; `unchanged`: it would have been the same."""

    release: Release | None
    unchanged: bool
    issues: list[Issue] = field(default_factory=list)


def write_entailed(store: GraphStore, target: BinaryIO) -> None:
    """What follows by the rules in `ontology/entailments`: a graph for each rule, marked as inferred by that rule."""
    rules = {path.stem: path.read_text(encoding="utf-8") for path in resources.paths("entailments/*.rq")}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for rule, lines in zip(rules, threads.map(store.triples, rules.values()), strict=True):
            if not lines:
                continue
            name = DATASET[f"entailments/{rule}"]
            about: list[Quad] = [
                (name, RDF.type, SW.EntailedGraph, name),
                (name, SW.status, SW.inferred, name),
                (name, PROV.wasGeneratedBy, SW[f"entailment-{rule}"], name),
            ]
            target.write(lines.replace(b" .\n", f" <{name}> .\n".encode()))  # no text holds a line end
            target.writelines(f"{line}\n".encode() for line in n_quads(about))


_OTHER_NAMES: Final = (
    *(SKOS.altLabel, SKOS.hiddenLabel, SCHEMA.alternateName),
    *(SW.standardReference, SW.ukprn, SW.qualificationNumber, SW.soc2020),
)
_FOREIGN: Final = {str(ESCO.Occupation): "esco:Occupation", str(ESCO.Skill): "esco:Skill"}
"""Classes of others whose things people look for by everyday names, and what their kind is called."""


_NOT_LOOKED_FOR: Final = {
    str(SW[name])
    for name in (
        *("AdvertTitle", "CompetencyQuestion", "CoverageCount", "CoverageFinding", "Fix", "ReachabilityResult"),
        "StandardLearner",
    )
}
"""Classes of things that have a label and a status, and that nobody means who looks for words."""


def search_entries(store: GraphStore) -> Iterable[Entry]:
    """What the text index holds: everything with a row of its own that people look for, ours and published.

    The id of what has an address of another publisher is that address.
    """
    known = {str(row["class"]) for row in store.select("SELECT ?class WHERE { ?class rdfs:isDefinedBy ?ontology }")}
    classes = {name for name in known if name.startswith(str(SW))} - _NOT_LOOKED_FOR | _FOREIGN.keys()
    wider = {name for _, name in store.pairs(RDFS.subClassOf)}
    kinds: dict[str, str] = {}
    labels: dict[str, str] = {}
    named = "SELECT ?thing ?class ?label WHERE { ?thing skos:prefLabel ?label . ?thing a ?class . ?thing sw:status ?s }"
    for row in store.rows(named):
        thing, name, label = map(plain, row)
        if name in classes and (thing.startswith(str(ID)) or not thing.startswith(BASE)):
            kinds[thing] = min(name, kinds.get(thing, name), key=lambda one: (one in wider, one))
            labels[thing] = min(label, labels.get(thing, label))
    others = defaultdict(set)
    for predicate in _OTHER_NAMES:
        for thing, other in store.pairs(predicate):
            if thing in labels:
                others[thing].add(other)
    for thing, label in sorted(labels.items()):
        kind = _FOREIGN.get(kinds[thing]) or kinds[thing].removeprefix(str(SW))
        yield Entry(id_of(thing), kind, label, " ".join(sorted(others.get(thing, ()))))


def publish(
    datasets: Iterable[DatasetInput],
    releases: Releases,
    making: Path,
    *,
    made: Made,
    progress: Progress = lambda _: None,
    derive: Mapping[str, Derive] = NOTHING_DERIVED,
) -> BuildResult:
    """Build a release of these datasets in the folder `making`, and serve it from now on.

    `derive` makes parts of `lines.DERIVED`, by name; of the others the release has none.

    The result says whether it was published, was the same as the current one, or was stopped by an error. Nothing
    already published is touched.
    """
    return Build(releases, making, made, progress, derive).run(datasets)


class Build:
    """One build: its folder, its store while it is filled, and what was found."""

    ordered = True
    """Whether the store is put in its final order, which writes all of it once more."""

    def __init__(
        self, releases: Releases, making: Path, made: Made, progress: Progress, derive: Mapping[str, Derive]
    ) -> None:
        self.releases, self.making, self.made, self.progress = releases, making, made, progress
        self.derive = derive
        self.parts: dict[str, Part] = {}
        self.store = GraphStore.create(making / "store")

    def run(self, inputs: Iterable[DatasetInput]) -> BuildResult:
        """Build and publish, or say what stopped it."""
        ontology = ontology_graph()
        self.add(ONTOLOGY, own_quads())
        datasets: list[DatasetInput] = []
        issues: list[Issue] = []
        for dataset in inputs:
            datasets.append(dataset)
            issues += dataset.issues
            if not _has_error(issues):
                self.progress(f"load {dataset.id}")
                self.add_dataset(dataset)
        if _has_error(issues):
            return _stopped(issues, self.releases)
        self.progress("work out what follows")
        raw = self.making / f"{ENTAILED}.raw"
        with raw.open("wb") as target:
            write_entailed(self.store, target)
        self.load(raw, ENTAILED)
        self.progress("check shapes and quality, and match names")
        with ThreadPoolExecutor(2) as meanwhile:
            projection = meanwhile.submit(project, self.store)  # of data with errors it may fail, and is not asked for
            matches = meanwhile.submit(
                lambda: list(match_quads(self.store))
            )  # ours, and as unchecked as what is derived
            issues = in_order([*issues, *self.checked(datasets, ontology), *self.fallen(datasets)])
            if _has_error(issues):
                return _stopped(issues, self.releases)
            if found := matches.result():
                self.add(MATCHED, found)
            return self.release(datasets, issues, projection.result())

    def checked(self, datasets: Sequence[DatasetInput], ontology: Graph) -> list[Issue]:
        """What the shapes and the quality checks find. The checks wait for the store, so they run meanwhile."""
        issues: list[Issue] = []
        places = Places(self.store)
        with ThreadPoolExecutor(1) as meanwhile:
            quality = meanwhile.submit(run_checks, self.store, places)
            for dataset in datasets:
                if dataset.kept is None:
                    issues += check_shapes(self.shaped(DATASET[dataset.id]), ontology, places)
            return [*issues, *quality.result()]

    def fallen(self, datasets: Sequence[DatasetInput]) -> Iterator[Issue]:
        """Files, and datasets whose files have new names, that have far fewer rows than in the release before."""
        previous = self.previous()
        before = {one["id"]: one["rows"] for one in previous.manifest.datasets} if previous else {}
        for dataset in datasets:
            now, then = dataset.counts, before.get(dataset.id, {})
            same = [name for name in now if name in then]
            pairs: list[tuple[str | None, Any, Any]] = [(name, [now[name]], [then[name]]) for name in same]
            if now.keys() != then.keys():
                pairs.append((None, now.values(), then.values()))
            for name, these, those in pairs:
                read, had = (sum(counts["read"] for counts in side) for side in (these, those))
                if read < had * FEWER_ROWS:
                    message = f"{read:,} rows, and {had:,} in the release before"
                    file = name if name is None or "." in name else f"{name}.csv"
                    yield Issue("rows-fell", message, CATALOGUE["rows-fell"].mend, dataset.id, file)

    def shaped(self, dataset: URIRef) -> Graph:
        """The statements of a dataset whose shapes are checked: all, or of a large one some things of each class."""
        if self.store.count(dataset, WHOLE_CHECKED + 1) <= WHOLE_CHECKED:
            return self.store.graph(dataset)
        return self.store.sample(dataset, OF_EACH_CHECKED)

    def add(self, name: str, quads: Iterable[Quad]) -> None:
        """Keep quads as a part of the release, and load them."""
        self.load(self.written(name, quads), name)

    def written(self, name: str, quads: Iterable[Quad]) -> Path:
        """Quads as lines of a file, in no order yet."""
        raw = self.making / f"{name}.raw"
        with raw.open("w", encoding="utf-8", newline="\n") as target:
            target.writelines(f"{line}\n" for line in n_quads(quads))
        return raw

    def add_dataset(self, dataset: DatasetInput) -> None:
        """Keep a dataset as a part of the release, and load it."""
        if dataset.kept is None:
            self.add(dataset.id, dataset.quads)
        else:
            self.parts[dataset.id], plain = dataset.kept
            self.load_plain(plain)

    def derived(self, name: str, projection: Projection) -> Path:
        """Write what is worked out for a part; it is loaded when all are, so that none is worked out from another."""
        self.progress(f"work out {name}")
        return self.written(name, self.derive[name](self.store, projection, self.made.today))

    def load(self, raw: Path, name: str) -> None:
        """Keep the lines of a file as a part of the release, and load them; the file is used up."""
        self.parts[name], plain = keep(raw, self.making, name)
        self.load_plain(plain)

    def load_plain(self, plain: Path) -> None:
        """Load lines that are kept already; their unpacked file is used up."""
        self.store.load(plain)
        plain.unlink()

    def previous(self) -> Release | None:
        """The release made last, when it can be compared with."""
        numbers = self.releases.numbers()
        found = self.releases.get(numbers[-1]) if numbers else None
        return found if found is not None and found.manifest.parts else None

    def current(self, projected: bytes) -> Release | None:
        """The release that is served, when this build would make it again; another version of the software may not.

        What is worked out follows from the other parts, the day and the software. The day alone makes no release: what
        was worked out says from which day it counts.
        """
        number = self.releases.current_number()
        if number is None:
            return None
        release = self.releases.get(number)
        manifest, kept = release.manifest, release.path / "projection.json"
        parts = {name: Part(**part) for name, part in manifest.parts.items() if name not in DERIVED}
        kept_hash = content_hash(parts) if parts else manifest.content_hash
        same = kept_hash == content_hash(self.parts)
        derived = set(DERIVED) & manifest.parts.keys()
        if derived != self.derive.keys() or (derived and manifest.software != version("stepway")):
            return None
        return release if same and kept.is_file() and kept.read_bytes() == projected else None

    def history(self, number: int, previous: Release | None) -> History:
        """Say in the release what has been retired since the one before."""
        if previous is None:
            return History()
        self.progress(f"compare with release {previous.manifest.number}")
        parts = {name: asdict(part) for name, part in self.parts.items()}
        after = Side(self.making, self.store, parts)
        found = since(Side.of(previous), after, number, previous.manifest.number)
        if found.quads:
            self.add(RETIRED, found.quads)
        return found

    def release(self, datasets: Sequence[DatasetInput], issues: list[Issue], projection: Projection) -> BuildResult:
        """Write everything else that a release holds, and publish it."""
        self.progress("write the release")
        projected = PROJECTION.dump_json(projection)
        if (same := self.current(projected)) is not None:
            return BuildResult(same, unchanged=True, issues=issues)
        derived = {name: self.derived(name, projection) for name in DERIVED if name in self.derive}
        for name, raw in derived.items():
            self.load(raw, name)
        hashed = content_hash(self.parts)
        number, previous = int(self.making.name.partition("-")[0]), self.previous()
        history = self.history(number, previous)
        counts = _class_counts(self.store)
        self.progress("put the store in order, count what there is, and write the index of names")
        with ThreadPoolExecutor(2) as meanwhile:
            profile = meanwhile.submit(worked_out, self.making)
            ordering = meanwhile.submit(self.store.order) if self.ordered else None
            SearchIndex.build(self.making / "search.sqlite", search_entries(self.store)).close()
            if ordering is not None:
                ordering.result()
            self.store.finish()
            store = GraphStore.open_whole(self.making / "store")
            (self.making / PROFILE).write_bytes(profile.result().dumped())
        if len(store) != (lines := sum(part.quads for part in self.parts.values())):
            raise OSError(f"the store holds {len(store)} of {lines} quads")
        (self.making / "projection.json").write_bytes(projected)
        write_issues(self.making / "issues.jsonl", issues)
        Manifest(
            number=number,
            built_at=self.made.at.isoformat(timespec="seconds"),
            content_hash=hashed,
            software=version("stepway"),
            illustrative=projection.illustrative,
            quads=len(store),
            datasets=[{"id": dataset.id, **dataset.facts, "rows": dataset.counts} for dataset in datasets],
            counts=counts,
            issues={str(severity): count for severity, count in count_by_severity(issues).items()},
            parts={name: asdict(part) for name, part in sorted(self.parts.items())},
            inputs=[{"dataset": dataset.id, **asdict(file)} for dataset in datasets for file in dataset.inputs],
            today=self.made.today.isoformat(),
            options=self.made.options,
            previous=previous.manifest.number if previous else None,
            retired=dict(sorted(history.retired.items())),
            changes=dict(sorted(history.counts.by_class.items())),
        ).write(self.making)
        return BuildResult(self.releases.publish(self.making), unchanged=False, issues=issues)


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
