"""A sandbox: a release with imaginary things laid over it, or real ones taken away, in a folder of its own.

It is made as a release is made, from a copy of the store of its base: what the base's datasets say stays as it is,
what is imagined has graphs of its own and is illustrative, and everything that follows is worked out anew. Files that
never change are shared with the base by hard links, so a sandbox of a large release is made in little room.
"""

import errno
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rdflib import RDF, URIRef
from rdflib.namespace import PROV

from graph.build import Build, BuildResult, DatasetInput, Derive, Made, Progress, write_entailed
from graph.history import GRAPH as HISTORY
from graph.history import History
from graph.imagined import GRAPH, IMAGINED
from graph.issues import Issue, Severity, in_order
from graph.lines import (
    AS_BYTES,
    DERIVED,
    ENTAILED,
    FOLDER,
    MATCHED,
    ONTOLOGY,
    RETIRED,
    Part,
    keep,
    packed_path,
    read_lines,
)
from graph.own_part import ontology_graph
from graph.projector import project
from graph.release import Release, Releases
from graph.store import GraphStore, Quad, n_quads
from graph.validate import Places, check_shapes, run_checks
from ontology.namespaces import DATASET, REQUIREMENT, SW

CHECKED: Final = 1_000_000
"""Statements of a base up to which the quality checks look at the whole sandbox: over a nation they take minutes."""

_ENTAILMENTS: Final = str(DATASET["entailments/"])
_GRAPHS_OF: Final = {MATCHED: "stepway-matching", ONTOLOGY: "stepway-ontology"}
"""What the graphs of a part are called where they are not called as it is."""


def link_store(base: Path, target: Path) -> None:
    """Copy a finished store into a new folder. Its tables never change, so they are shared where the disk can."""
    target.mkdir(parents=True)
    for path in base.iterdir():
        if path.suffix == ".sst":
            _link(path, target / path.name)
        elif path.name not in ("LOCK", "LOG"):
            shutil.copyfile(path, target / path.name)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP):
            raise
        shutil.copyfile(path, target)


def spoken_of(store: GraphStore, things: Collection[str]) -> set[str]:
    """These addresses, and those that only speak of them: their records, the statements about them, their rules."""
    found, rules = set(things), list(things)
    for one in things:
        name = URIRef(one)
        records = store.subjects(SW.describes, name)
        found.update(store.subjects(SW.matchOf, name), store.subjects(SW.matchWith, name))
        found.update(records, store.subjects(RDF.subject, name), store.subjects(RDF.object, name))
        for record in records:
            found.update(store.subjects(PROV.wasDerivedFrom, URIRef(record)))
    query = f'SELECT ?thing ?node WHERE {{ ?thing ?property ?node FILTER(STRSTARTS(STR(?node), "{REQUIREMENT}")) }}'
    while rules:
        more = {str(row["node"]) for row in store.select(query, {"thing": URIRef(rules.pop())})} - found
        found |= more
        rules += more
    return found


def overlay(
    base: Release,
    imagined: DatasetInput,
    gone: Collection[str],
    releases: Releases,
    making: Path,
    *,
    made: Made,
    progress: Progress = lambda _: None,
    derive: Mapping[str, Derive],
) -> BuildResult:
    """Make, in the empty folder `making` (named after the number of the base), the base with `imagined` laid over it.

    `gone`: addresses of things that are taken away. Of `derive` those parts are made that the base has. It is the only
    release of `releases` when it is done; the result has the issues of what is imagined, and no release when one of
    them is an error. Nothing of the base is changed.
    """
    derive = {name: one for name, one in derive.items() if name in base.manifest.parts}
    link_store(base.path / "store", making / "store")
    return _Overlay(base, releases, making, made, progress, derive).lay(imagined, gone)


class _Overlay(Build):
    """The making of one sandbox."""

    ordered = False

    def __init__(
        self,
        base: Release,
        releases: Releases,
        making: Path,
        made: Made,
        progress: Progress,
        derive: Mapping[str, Derive],
    ) -> None:
        super().__init__(releases, making, made, progress, derive)
        self.base = base

    def lay(self, imagined: DatasetInput, gone: Collection[str]) -> BuildResult:
        """Take away, add, and work out anew what follows."""
        self.progress("copy the base")
        known = set(self.store.graphs())
        follows = {str(DATASET[name]) for name in DERIVED} | {str(HISTORY)}
        self.store.remove_graphs(one for one in known if one in follows or one.startswith(_ENTAILMENTS))
        self.keep_parts(self.take_away(gone))
        self.progress("lay over what is imagined")
        self.add_dataset(imagined)
        self.progress("work out what follows")
        self.follow()
        issues = in_order([*imagined.issues, *self.doubts(imagined)])
        if any(issue.severity is Severity.ERROR for issue in issues):
            return BuildResult(None, unchanged=False, issues=issues)
        datasets = [_as_input(facts) for facts in self.base.manifest.datasets]
        result = self.release([*datasets, imagined], in_order([*self.base.issues, *issues]), project(self.store))
        return BuildResult(result.release, unchanged=False, issues=issues)

    def take_away(self, gone: Collection[str]) -> tuple[set[str], set[str]]:
        """Remove things from the store: every address that is gone, and the parts of the base that spoke of them."""
        nodes = spoken_of(self.store, gone)
        graphs = self.store.remove_about(nodes)
        return nodes, {graph.removeprefix(str(DATASET)).partition("/")[0] for graph in graphs}

    def keep_parts(self, taken: tuple[set[str], set[str]]) -> None:
        """Keep the files of the base's datasets: shared where they are the same, else without what is gone."""
        gone, touched = taken
        ends = {f"<{one}>" for one in gone}
        (self.making / FOLDER).mkdir()
        for name, facts in self.base.manifest.parts.items():
            if name in (ENTAILED, RETIRED, *DERIVED):
                continue
            if _GRAPHS_OF.get(name, name) not in touched:
                self.parts[name] = Part(**facts)
                _link(packed_path(self.base.path, name), packed_path(self.making, name))
                continue
            raw = self.making / f"{name}.raw"
            with raw.open("w", encoding=AS_BYTES, newline="\n") as target:
                target.writelines(line for line in read_lines(self.base.path, name) if ends.isdisjoint(_ends(line)))
            self.parts[name], plain = keep(raw, self.making, name)
            plain.unlink()

    def follow(self) -> None:
        """What follows by the rules: what did so in the base as there, what is new as imagined."""
        whole, raw = self.making / "follows.raw", self.making / f"{ENTAILED}.raw"
        with whole.open("wb") as target:
            write_entailed(self.store, target)
        before = set(read_lines(self.base.path, ENTAILED)) if ENTAILED in self.base.manifest.parts else set()
        graphs: set[str] = set()
        with (
            whole.open(encoding=AS_BYTES, newline="\n") as lines,
            raw.open("w", encoding=AS_BYTES, newline="\n") as out,
        ):
            for line in lines:
                if line in before:
                    out.write(line)
                    continue
                start, _, graph = line.rpartition(" <")
                name = graph.partition(">")[0] + IMAGINED
                graphs.add(name)
                out.write(f"{start} <{name}> .\n")
        with raw.open("a", encoding="utf-8", newline="\n") as out:
            for graph in sorted(graphs):
                name, rule = URIRef(graph), graph.removeprefix(_ENTAILMENTS).removesuffix(IMAGINED)
                said: list[Quad] = [
                    (name, RDF.type, SW.EntailedGraph, name),
                    (name, SW.status, SW.illustrative, name),
                    (name, PROV.wasGeneratedBy, SW[f"entailment-{rule}"], name),
                ]
                out.writelines(f"{line}\n" for line in n_quads(said))
        whole.unlink()
        self.load(raw, ENTAILED)

    def history(self, number: int, previous: Release | None) -> History:
        """What the base says of things that are described no more, said again."""
        if RETIRED in self.base.manifest.parts:
            raw = self.making / f"{RETIRED}.raw"
            with raw.open("w", encoding=AS_BYTES, newline="\n") as target:
                target.writelines(read_lines(self.base.path, RETIRED))
            self.load(raw, RETIRED)
        return History()

    def doubts(self, imagined: DatasetInput) -> list[Issue]:
        """What the shapes and the quality checks find of what is imagined."""
        places = Places(self.store)
        self.progress("check shapes and quality")
        shapes = check_shapes(self.shaped(GRAPH), ontology_graph(), places)
        before = {(issue.code, issue.message) for issue in self.base.issues}
        checked = run_checks(self.store, places) if self.base.manifest.quads <= CHECKED else []
        quality = [one for one in checked if (one.code, one.message) not in before]
        return [replace(one, dataset=imagined.id) for one in (*shapes, *quality)]


def _ends(line: str) -> tuple[str, str]:
    """The subject of a line, and its object where that is an address."""
    subject, _, rest = line.partition(" ")
    return subject, rest.split(" ", 2)[1]


def _as_input(facts: Mapping[str, Any]) -> DatasetInput:
    """A dataset of the base as the manifest of the sandbox tells it again."""
    rest = {name: value for name, value in facts.items() if name not in ("id", "rows")}
    return DatasetInput(facts["id"], rest, (), facts["rows"])
