"""What became of the things of one release in another: added, retired or changed, and which fields.

The sorted files of both are read side by side, one line of each at a time, and files with the same sum are not read at
all, so memory is bounded and two releases that share most of their datasets are compared fast. A thing is *added* when
no dataset of the first release describes it, *retired* when none of the second does. Only what datasets state of things
counts: not on which line of a file it stands, nor what our rules conclude from it.
"""

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from rdflib import RDF, SKOS, URIRef
from rdflib.namespace import DCTERMS

from graph.lines import read_lines, text_of
from graph.release import Release
from graph.store import GraphStore
from ontology.namespaces import DATASET, PREFIXES, REQUIREMENT, SW, id_of

ADDED: Final = "added"
RETIRED: Final = "retired"
CHANGED: Final = "changed"
RENAMED: Final = "renamed"
"""A changed thing whose label is another; only in counts."""

_RULE: Final = f"<{REQUIREMENT}"
_TYPE: Final = f"<{RDF.type}>"
_OF_THE_DAY: Final = {f"<{SW.countedFrom}>", f"<{SW.questionAddress}>"}
"""What is another in every release that is made on another day, and is no change of a thing."""

_LABEL: Final = "skos:prefLabel"
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([a-z0-9-]+)|\^\^<([^>]*)>)?', re.DOTALL | re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}

Differing = tuple[str, str, str, str, str]
"""The address of a thing in <>, dataset, `-` or `+`, property in <>, value: one line that only one release has."""


class NotComparableError(ValueError):
    """A release was made by software that did not keep its statements by dataset."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two releases that are compared, also one that is still being made: its folder, its store, its parts."""

    path: Path
    store: GraphStore
    parts: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, release: Release) -> "Side":
        """A finished release. Raises `NotComparableError`."""
        manifest = release.manifest
        if manifest.quads and not manifest.parts:
            raise NotComparableError(f"release {manifest.number} was made before releases could be compared")
        return cls(release.path, release.store, manifest.parts)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One property of a thing in one dataset: the values that are gone and those that are new. Others have stayed."""

    property: str
    dataset: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one thing.

    `id` is its id, or its whole address when it is not under ours; `kind` its class, with a prefix ('' when no dataset
    gives it one). `label` is the newest that it has. `fields` of a changed thing are what differs, of an added or
    retired one all that is said of it. `replaced_by`: successors that a source names.
    """

    id: str
    kind: str
    label: str
    became: str
    datasets: tuple[str, ...]
    fields: tuple[FieldChange, ...]
    replaced_by: tuple[str, ...] = ()

    @property
    def renamed(self) -> bool:
        """Whether it goes on under another label."""
        return self.became == CHANGED and any(
            one.property == _LABEL and one.before and one.after for one in self.fields
        )


@dataclass(slots=True)
class Counts:
    """How many things were added, retired, changed and (among those) renamed: by class, and by dataset."""

    by_class: dict[str, dict[str, int]] = field(default_factory=dict)
    by_dataset: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        """Count one change."""
        words = (change.became, RENAMED) if change.renamed else (change.became,)
        for table, names in ((self.by_class, (change.kind,)), (self.by_dataset, change.datasets)):
            for name in names:
                counted = table.setdefault(name, dict.fromkeys((ADDED, RETIRED, CHANGED, RENAMED), 0))
                for word in words:
                    counted[word] += 1


def changed_datasets(
    first: Mapping[str, Mapping[str, object]], second: Mapping[str, Mapping[str, object]]
) -> list[str]:
    """Names of the datasets whose lines differ between two releases, from their parts."""
    names = sorted(name for name in {*first, *second} if not name.startswith("_"))
    return [name for name in names if first.get(name) != second.get(name)]


def diff(first: Side, second: Side) -> Iterator[Change]:
    """What became of each thing of the first release in the second, in the order of their addresses."""
    names = changed_datasets(first.parts, second.parts)
    streams = [_of_dataset(first, second, name) for name in names]
    streams.append(iter(_rules(first, second, set(names))))
    for address, lines in groupby(heapq.merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
        yield _change(first, second, text_of(address[1:-1]), lines)


def _of_dataset(first: Side, second: Side, name: str) -> Iterator[Differing]:
    left = read_lines(first.path, name) if name in first.parts else iter(())
    right = read_lines(second.path, name) if name in second.parts else iter(())
    ending = f" <{DATASET[name]}> .\n"
    for sign, line in _side_by_side(left, right):
        if line.endswith(ending) and not line.startswith(_RULE):
            subject, predicate, value = line.removesuffix(ending).split(" ", 2)
            if not value.startswith(_RULE) and predicate not in _OF_THE_DAY:
                yield subject, name, sign, predicate, value


def _side_by_side(left: Iterator[str], right: Iterator[str]) -> Iterator[tuple[str, str]]:
    """The lines that only one of two sorted files has."""
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        if one == other:
            one, other = next(left, None), next(right, None)
        elif one < other:
            yield "-", one
            one = next(left, None)
        else:
            yield "+", other
            other = next(right, None)
    while one is not None:
        yield "-", one
        one = next(left, None)
    while other is not None:
        yield "+", other
        other = next(right, None)


def _rules(first: Side, second: Side, names: set[str]) -> list[Differing]:
    """Rules that differ, as if their text were a value of the thing they belong to."""
    texts = [_rule_texts(release, names) for release in (first, second)]
    found = [(*rule[:2], "-", *rule[2:]) for rule in texts[0] - texts[1]]
    found += [(*rule[:2], "+", *rule[2:]) for rule in texts[1] - texts[0]]
    return sorted(found)


def _rule_texts(release: Side, names: set[str]) -> set[tuple[str, str, str, str]]:
    query = """
        SELECT ?graph ?thing ?property ?text WHERE {
            GRAPH ?graph { ?thing ?property ?root . ?root sw:requirementText ?text } }"""
    found = set()
    for row in release.store.select(query):
        name = str(row["graph"]).removeprefix(str(DATASET))
        if name in names and not str(row["thing"]).startswith(str(REQUIREMENT)):
            said = str(row["text"]).replace("\\", "\\\\").replace('"', '\\"')
            text = f'"{said}"'.encode().decode("latin-1")
            found.add((f"<{row['thing']}>", name, f"<{row['property']}>", text))
    return found


def _change(first: Side, second: Side, address: str, lines: Iterable[Differing]) -> Change:
    values: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: {"-": [], "+": []})
    typed: dict[str, list[str]] = {"-": [], "+": []}
    for _, dataset, sign, predicate, value in lines:
        if predicate == _TYPE:
            typed[sign].append(value[1:-1])
        values[short(predicate[1:-1]), dataset][sign].append(value_text(value))
    subject = URIRef(address)
    before = bool(typed["-"]) or first.store.describes(subject)
    after = bool(typed["+"]) or second.store.describes(subject)
    became = CHANGED if before == after else ADDED if after else RETIRED
    newest = first if became == RETIRED else second
    classes = typed["-" if became == RETIRED else "+"] or newest.store.classes(subject)
    labels = sorted(map(str, newest.store.values(subject, SKOS.prefLabel)))
    return Change(
        id=id_of(address),
        kind=kind_of(classes),
        label=labels[0] if labels else "",
        became=became,
        datasets=tuple(sorted({dataset for _, dataset in values})),
        fields=tuple(
            FieldChange(name, dataset, tuple(signs["-"]), tuple(signs["+"]))
            for (name, dataset), signs in sorted(values.items())
        ),
        replaced_by=successors(subject, first, second) if became == RETIRED else (),
    )


def successors(thing: URIRef, *releases: Side) -> tuple[str, ...]:
    """Ids of what replaces a thing, by the sources of these releases."""
    found: set[str] = set()
    for release in releases:
        found.update(id_of(str(one)) for one in release.store.values(thing, DCTERMS.isReplacedBy))
        found.update(id_of(one) for one in release.store.subjects(DCTERMS.replaces, thing))
    return tuple(sorted(found))


def kind_of(classes: Iterable[str]) -> str:
    """The one class by which a thing is counted, with its prefix: ours first, and a SKOS concept only when no other.

    >>> kind_of(["http://www.w3.org/2004/02/skos/core#Concept", "http://data.europa.eu/esco/model#Skill"])
    'esco:Skill'
    """
    names = sorted(map(short, set(classes)))
    ranked = sorted(names, key=lambda name: (not name.startswith("sw:"), name.startswith("skos:"), name))
    return ranked[0] if ranked else ""


def short(address: str) -> str:
    """An address with the prefix we use for it, when there is one."""
    for prefix, start in PREFIXES.items():
        if address.startswith(start) and prefix not in ("swi", "swc"):
            return f"{prefix}:{address.removeprefix(start)}"
    return address


def value_text(term: str) -> str:
    """A term of a line as readers see it: the text of a literal, the id of a thing, a code of ours, or an address."""
    if term.startswith("<"):
        return short(id_of(text_of(term[1:-1])))
    found = _LITERAL.fullmatch(text_of(term))
    if found is None:
        return text_of(term)
    return _ESCAPED.sub(_unescaped, found[1])


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPES.get(found[3], found[3])
