"""What a loaded dataset says, as lines one can read, counted, and held against the shapes."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import RDF, Graph
from rdflib.namespace import SH

from graph.issues import Issue
from loaders.dataset import Description
from loaders.format import read_format
from loaders.published import LoadedFiles, load_files
from ontology import resources
from ontology.namespaces import DATASET, PREFIXES

_TERM = re.compile(r"<([^>]*)>|\"((?:[^\"\\]|\\.)*)\"(@[a-z-]+|\^\^<[^>]*>)?")
_ESCO = "http://data.europa.eu/esco/"
_SAMPLE_ID = re.compile(r"/00000000-0000-4000-8000-0{8,9}")
"""The addresses of the ESCO sample are long and differ in their last digits."""


def short(address: str) -> str:
    """An address with a prefix of ours; ESCO's without its host, those of its sample by number."""
    for prefix, whole in PREFIXES.items():
        if address.startswith(whole):
            return f"{prefix}:{address.removeprefix(whole)}"
    return _SAMPLE_ID.sub(" ", address.removeprefix(_ESCO)) if address.startswith(_ESCO) else address


def _shown(term: str) -> str:
    found = _TERM.fullmatch(term)
    assert found, term
    return short(found[1]) if found[1] is not None else f'"{found[2]}"'


def statements(loaded: LoadedFiles) -> Iterator[tuple[str, str, str]]:
    """Subject, property and value of each fact, as they stand in N-Quads; without the places of things."""
    ending = f" <{DATASET[loaded.name]}> .\n"
    with loaded.path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith(ending):
                subject, predicate, value = line.removesuffix(ending).split(" ", 2)
                yield subject, predicate, value


def about(loaded: LoadedFiles, thing: str) -> str:
    """All that is said of one thing, a line for each fact, in order: its class, property and value. Status left out."""
    found = set()
    for subject, predicate, value in statements(loaded):
        if _shown(subject) == thing and predicate != f"<{PREFIXES['sw']}status>":
            said = short(predicate.strip("<>"))
            found.add(f"a {_shown(value)}" if said == "rdf:type" else f"{said} {_shown(value)}")
    return "\n".join(sorted(found))


def told(loaded: LoadedFiles) -> list[str]:
    """The issues in short: code, file, line and column."""
    return [f"{i.code} {i.file} {i.line} {i.column or ''}".strip() for i in loaded.issues]


def shape_faults(loaded: LoadedFiles) -> set[str]:
    """Thing and message of all that our shapes find."""
    data, shapes, words = Graph(), Graph(), Graph().parse(resources.ROOT / "vocabulary/classifications.ttl")
    data.parse(data="".join(f"{s} {p} {o} .\n" for s, p, o in statements(loaded)), format="nt")
    for path in resources.paths("shapes/*.ttl"):
        if path.stem != "publishable":
            shapes.parse(path)
    _, report, _ = validate(data, shacl_graph=shapes, ont_graph=words)
    assert isinstance(report, Graph)
    return {
        f"{short(str(report.value(one, SH.focusNode)))}: {report.value(one, SH.resultMessage)}"
        for one in report.subjects(RDF.type, SH.ValidationResult)
    }


class Counted:
    """A published dataset of the shared folder, loaded and counted. Skips the test when the folder is not given."""

    def __init__(self, format: str, place: str, out: Path) -> None:
        if not (shared := os.environ.get("STEPWAY_SHARED")):
            pytest.skip("set STEPWAY_SHARED to the folder that holds data/")
        kind = read_format(format)
        known = Description(
            format, kind.title, kind.publisher, kind.licence, kind.shippable, format=format, files=(f"data/{place}",)
        )
        self.loaded = load_files(Path(shared), known, out / f"{format}.nq")
        self.issues: list[Issue] = self.loaded.issues
        self.facts = set(statements(self.loaded))
        self.of = Counter(short(predicate.strip("<>")) for _, predicate, _ in self.facts)
        """How many different facts there are of each property."""
        self.things = Counter(short(v.strip("<>")) for _, p, v in self.facts if p.endswith("22-rdf-syntax-ns#type>"))
        """How many different things there are of each class."""

    def values(self, property: str) -> dict[str, set[str]]:
        """The values of a property by thing, both as shown to readers."""
        whole = f"<{PREFIXES[property.partition(':')[0]]}{property.partition(':')[2]}>"
        found: dict[str, set[str]] = {}
        for subject, predicate, value in self.facts:
            if predicate == whole:
                found.setdefault(_shown(subject), set()).add(_shown(value))
        return found

    def tally(self, property: str) -> Counter[str]:
        """How many things have each value of a property."""
        return Counter(value for values in self.values(property).values() for value in values)
