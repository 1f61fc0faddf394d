"""What a release holds, in numbers: which classes of things there are, what is said of them, and what of.

Things are put into *kinds*: those that have exactly the same classes. Statements are then counted from kind to kind, so
the profile is a small image of the whole graph: whatever pattern the graph has, the profile has too. It is what the
release says of itself (VoID), what an editor completes with, and what tells that a pattern can match nothing.

Statements are counted in each named graph, as queries count them: one that stands in two graphs counts twice.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from rdflib import RDF, RDFS, XSD

FORMAT: Final = 2
FILE: Final = "profile.json"

RESOURCE: Final = str(RDFS.Resource)
"""Stands for the class of what no statement gives a class."""

LANG_STRING: Final = str(RDF.langString)

_INTEGERS: Final = {
    str(XSD[name])
    for name in (
        *("byte", "short", "int", "long", "unsignedByte", "unsignedShort", "unsignedInt", "unsignedLong"),
        *("positiveInteger", "negativeInteger", "nonPositiveInteger", "nonNegativeInteger"),
    )
}


def stored_datatype(datatype: str) -> str:
    """The datatype that the store gives a literal: it keeps whole numbers of every width as `xsd:integer`."""
    if datatype in _INTEGERS:
        return str(XSD.integer)
    return str(XSD.dateTime) if datatype == str(XSD.dateTimeStamp) else datatype


@dataclass(frozen=True, slots=True)
class Kind:
    """What statements are about or lead to: things with just these `classes`, or literals of one datatype and language.

    `described`: something is said of these things; without, they are only named. Those without a class are two kinds.
    `things` counts distinct things, and is 0 for literals; `example` is the first by address, of those with classes.
    """

    classes: tuple[str, ...] = ()
    described: bool = True
    datatype: str | None = None
    language: str | None = None
    things: int = 0
    example: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The classes of things, `rdfs:Resource` for none; the datatype of literals."""
        return (self.datatype,) if self.datatype else self.classes or (RESOURCE,)


@dataclass(frozen=True, slots=True)
class Totals:
    """Of one property: its statements, and how many distinct subjects and objects they have."""

    statements: int
    subjects: int
    objects: int


@dataclass(frozen=True, slots=True)
class Words:
    """What the release's own vocabulary calls a term, and how it defines it; None where it does not."""

    label: str | None = None
    definition: str | None = None


@dataclass(frozen=True, slots=True)
class PropertyUse:
    """One property of the things of one class.

    `values`: statements by class or datatype of the value; a value of two classes counts for both.
    """

    statements: int
    subjects: int
    values: Mapping[str, int]

    @property
    def functional(self) -> bool:
        """Whether no thing of the class has it twice."""
        return self.statements == self.subjects


@dataclass(frozen=True, slots=True)
class ClassProfile:
    """One class: how many things it has, one of them, and what is said of them."""

    things: int
    example: str
    properties: Mapping[str, PropertyUse]


@dataclass(frozen=True)
class Profile:
    """A release in numbers.

    `uses` counts the statements from one kind by a property to another kind, `subjects` the distinct things of a kind
    that have a property; numbers of kinds are places in `kinds`. `words` holds
    every term of our vocabulary, used or not. `links` counts the statements of one graph by a property to what another
    dataset describes, by the graph of that one; `statuses` the rows of a graph that are so sure, by graph and address.
    """

    statements: int
    distinct_subjects: int
    distinct_objects: int
    graphs: Mapping[str, int]
    kinds: tuple[Kind, ...]
    uses: Mapping[tuple[int, str, int], int]
    subjects: Mapping[tuple[int, str], int]
    properties: Mapping[str, Totals]
    words: Mapping[str, Words] = field(default_factory=dict)
    links: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    statuses: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @cached_property
    def classes(self) -> Mapping[str, ClassProfile]:
        """Each class that a thing has, by address and in that order."""
        things: dict[str, int] = defaultdict(int)
        examples: dict[str, str] = {}
        for kind in self.kinds:
            for name in kind.classes:
                things[name] += kind.things
                assert kind.example is not None
                examples[name] = min(kind.example, examples.get(name, kind.example))
        statements: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        values: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for (start, property, value), count in self.uses.items():
            for name in self.kinds[start].classes:
                statements[name][property] += count
                for one in self.kinds[value].names:
                    values[name, property][one] += count
        subjects: dict[tuple[str, str], int] = defaultdict(int)
        for (start, property), count in self.subjects.items():
            for name in self.kinds[start].classes:
                subjects[name, property] += count
        return {
            name: ClassProfile(
                things[name],
                examples[name],
                {
                    property: PropertyUse(count, subjects[name, property], dict(sorted(values[name, property].items())))
                    for property, count in sorted(statements[name].items())
                },
            )
            for name in sorted(things)
        }

    @property
    def things(self) -> int:
        """Distinct things that have a class."""
        return sum(kind.things for kind in self.kinds if kind.classes)

    @cached_property
    def ranges(self) -> Mapping[str, Mapping[str, int]]:
        """Of each property, how many statements lead to what: classes and datatypes by address."""
        found: dict[str, dict[str, int]] = {name: defaultdict(int) for name in self.properties}
        for (_, property, value), count in self.uses.items():
            for name in self.kinds[value].names:
                found[property][name] += count
        return found

    @cached_property
    def domains(self) -> Mapping[str, Mapping[str, int]]:
        """Of each property, how many things of which class have it, by address of the class."""
        found: dict[str, dict[str, int]] = {name: defaultdict(int) for name in self.properties}
        for (kind, property), count in self.subjects.items():
            for name in self.kinds[kind].names:
                found[property][name] += count
        return found

    def dumped(self) -> bytes:
        """The same profile as JSON: equal profiles give equal bytes."""
        kinds = [
            {
                name: value
                for name, value in (
                    ("classes", list(kind.classes)),
                    ("named", not kind.described),
                    ("datatype", kind.datatype),
                    ("language", kind.language),
                    ("things", kind.things),
                    ("example", kind.example),
                )
                if value
            }
            for kind in self.kinds
        ]
        names = sorted(self.properties)
        place = {name: number for number, name in enumerate(names)}
        said = {
            "format": FORMAT,
            "statements": self.statements,
            "subjects": self.distinct_subjects,
            "objects": self.distinct_objects,
            "graphs": dict(sorted(self.graphs.items())),
            "kinds": kinds,
            "properties": {
                name: [(one := self.properties[name]).statements, one.subjects, one.objects] for name in names
            },
            "uses": sorted([kind, place[name], value, count] for (kind, name, value), count in self.uses.items()),
            "having": sorted([kind, place[name], count] for (kind, name), count in self.subjects.items()),
            "statuses": sorted([*status, count] for status, count in self.statuses.items()),
            "links": sorted([*link, count] for link, count in self.links.items()),
            "words": {name: [one.label, one.definition] for name, one in sorted(self.words.items())},
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def loaded(cls, data: bytes) -> Self | None:
        """The profile that `dumped` wrote; None where another version of the software wrote it."""
        said = json.loads(data)
        if said["format"] != FORMAT:
            return None
        names = list(said["properties"])
        return cls(
            statements=said["statements"],
            distinct_subjects=said["subjects"],
            distinct_objects=said["objects"],
            graphs=said["graphs"],
            kinds=tuple(
                Kind(
                    tuple(one.get("classes", ())),
                    not one.get("named", False),
                    one.get("datatype"),
                    one.get("language"),
                    one.get("things", 0),
                    one.get("example"),
                )
                for one in said["kinds"]
            ),
            uses={(kind, names[place], value): count for kind, place, value, count in said["uses"]},
            subjects={(kind, names[place]): count for kind, place, count in said["having"]},
            properties={name: Totals(*counts) for name, counts in said["properties"].items()},
            links={(graph, property, to): count for graph, property, to, count in said["links"]},
            statuses={(graph, status): count for graph, status, count in said["statuses"]},
            words={name: Words(*one) for name, one in said["words"].items()},
        )


def profile_of(release: Path) -> Profile:
    """The profile of a release folder: the one that was written with it, else worked out from its statements."""
    path = release / FILE
    kept = Profile.loaded(path.read_bytes()) if path.is_file() else None
    if kept is not None:
        return kept
    from graph.profiling import worked_out  # noqa: PLC0415 -- few releases need it, and polars takes long to load

    return worked_out(release)
