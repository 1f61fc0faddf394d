"""Where datasets contradict each other: every value is kept, and one rule says which is shown.

Shown is what is said of the thing itself, before what is said of its entry in a public register, to which an official
number or a ruling joins it; then the surest (published before inferred before illustrative); among equally sure ones
the newest; among equally new ones that of the dataset first by name.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from rdflib import URIRef
from rdflib.term import Node

from graph.projection import RANK, Status
from graph.store import GraphStore, Row
from ontology.namespaces import DATASET, SW, id_of
from queries.catalogue import get_query

_WIDER: Final = {
    "college": {"further-education-college", "sixth-form-college", "college-historic-list"},
    "local-authority": {"local-authority-adult-education"},
    "school": {"school-sixth-form"},
}
"""Kinds of provider by which a register means any of others; `other-provider` means any at all."""


class NotComparedError(LookupError):
    """A property in which no contradictions are looked for; `known` are the others."""

    def __init__(self, name: str) -> None:
        self.name, self.known = name, compared()
        super().__init__(f"values of “{name}” are not compared; compared are {', '.join(self.known)}")


@dataclass(frozen=True, slots=True)
class Told:
    """One value, and who says it of which description. `as_of` None: the source has no date."""

    value: str
    entry: str
    dataset: str
    status: Status
    as_of: str | None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Values of one property of one thing that cannot all be right; `because` says why the first one is shown."""

    thing: str
    property: str
    shown: Told
    others: tuple[Told, ...]
    because: str


def preference(status: Status, as_of: str | None, dataset: str) -> tuple[int, tuple[int, ...], str]:
    """The order in which contradicting values are shown: the least first."""
    return RANK[status], tuple(-ord(sign) for sign in as_of or ""), dataset


def _plain(term: Node | None) -> str:
    return id_of(str(term)).rpartition("/")[2] if str(term).startswith("https://w3id.org/stepway/") else str(term)


def _because(shown: Told, other: Told) -> str:
    if shown.entry != other.entry:
        return f"it is said of the thing itself, and the other of its entry in a register, {other.entry}"
    if shown.status != other.status:
        return f"it is {shown.status}, and the other {other.status}"
    if shown.as_of != other.as_of:
        newer = shown.as_of or "no date"
        return f"it is as sure and newer ({newer}, and the other {other.as_of or 'without a date'})"
    return "both are as sure and as new, so the first dataset by name is shown"


@cache
def compared() -> tuple[str, ...]:
    """The names of the properties in which contradictions are looked for: those a thing can have one value of."""
    (names,) = re.findall(r"\?property IN \(([^)]*)\)", get_query("told-apart").file.text)
    return tuple(sorted(name.strip().partition(":")[2] for name in names.split(",")))


def _told_apart(thing: str, told: Iterable[Told]) -> list[Told]:
    """The first to say each value, in the order in which they are shown. Spaces and case make no other value, and a
    wider kind of provider contradicts none that it takes in.
    """
    told = list(told)
    values = {one.value for one in told}
    told = [one for one in told if not _WIDER.get(one.value, set()) & values] or told
    told = [one for one in told if one.value != "other-provider"] or told
    found: dict[str, Told] = {}
    for one in sorted(told, key=lambda one: (one.entry != thing, *preference(one.status, one.as_of, one.dataset))):
        found.setdefault(" ".join(one.value.split()).casefold(), one)
    return list(found.values())


def contradictions(store: GraphStore) -> Sequence[Contradiction]:
    """Everything in a release that datasets contradict each other in, by thing and property."""
    return _found(get_query("told-apart").rows(store))


def contradictions_of(store: GraphStore, thing: URIRef) -> Sequence[Contradiction]:
    """What datasets contradict each other in about one thing, or about it and its entry in a register; by property."""
    entries = (thing, *(one for one in store.values(thing, SW.registeredAs) if isinstance(one, URIRef)))
    said = get_query("told-of")
    rows = [row | {"thing": thing, "entry": one} for one in entries for row in said.rows(store, {"thing": one})]
    return _found(rows) if len({(row["entry"], row["dataset"]) for row in rows}) > 1 else []


def _found(rows: Iterable[Row]) -> list[Contradiction]:
    told: defaultdict[tuple[str, str], list[Told]] = defaultdict(list)
    for row in rows:
        told[id_of(str(row["thing"])), str(row["property"])].append(
            Told(
                value=_plain(row["value"]),
                entry=id_of(str(row["entry"])),
                dataset=str(row["dataset"]).removeprefix(str(DATASET)),
                status=Status(str(row["status"]).removeprefix(str(SW))),
                as_of=None if row["asOf"] is None else str(row["asOf"]),
            )
        )
    found = []
    for (thing, address), values in sorted(told.items()):
        shown, *others = _told_apart(thing, values)
        if others:
            name = address.rpartition("#")[2].rpartition("/")[2]
            found.append(Contradiction(thing, name, shown, tuple(others), _because(shown, others[0])))
    return found
