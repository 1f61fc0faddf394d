"""The adverts of a release as they are counted: what each is called, where and when, and each once.

An advert is not a post and not a person: one advert may fill ten posts, and one post may be advertised three times.
What is counted are adverts, and only those that we were given (docs/decisions/0027).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from graph.store import GraphStore, plain
from queries.watch.titles import Label, Scheme
from queries.watch.titles import plain as plain_title

REPEATED_DAYS: Final = 28
"""Days after an advert during which the same title of the same employer in the same place is the same advert again."""

NOT_KNOWN: Final = "not known"
"""What stands for a district or quarter that the advert does not tell."""

ADDRESSES: Final = {
    Scheme.ROLE: "https://w3id.org/stepway/id/",
    Scheme.SOC2020: "https://w3id.org/stepway/id/SOC2020-",
    Scheme.SOC2010: "https://w3id.org/stepway/id/SOC2010-",
}
"""What the addresses of the jobs of a list begin with, of those whose codes we make addresses of."""

_UNIT_GROUP: Final = re.compile(r"/SOC(2010|2020)-[0-9]{4}$")


@dataclass(frozen=True, slots=True)
class Advert:
    """An advert as it was read. None is not known. `district`: outcode of its own postcode (`DY1`)."""

    id: str
    title: str
    employer: str | None
    place: str | None
    district: str | None
    advertised_on: date | None

    @property
    def quarter(self) -> str:
        """The quarter of the calendar in which it was advertised: `2026-Q4`, or *not known*."""
        return quarter_of(self.advertised_on)


def quarter_of(day: date | None) -> str:
    """The quarter of the calendar that a day lies in.

    >>> quarter_of(date(2026, 11, 22)), quarter_of(None)
    ('2026-Q4', 'not known')
    """
    return NOT_KNOWN if day is None else f"{day.year:04d}-Q{(day.month + 2) // 3}"


@dataclass(frozen=True, slots=True)
class Counted:
    """Adverts, each once. `repeats`: by the id of an advert that is counted again and again, the one that counts."""

    adverts: tuple[Advert, ...]
    repeats: dict[str, str]


def once(adverts: Iterable[Advert], days: int = REPEATED_DAYS) -> Counted:
    """Adverts without those that are the same again.

    The same are those with the same plain title, employer and place, at most `days` after the first of them that
    counts. Where the employer, the place or the day is not known it cannot be told, and each counts.
    """
    groups: dict[tuple[str, str, str], list[Advert]] = defaultdict(list)
    counted: list[Advert] = []
    for one in sorted(adverts, key=lambda one: (one.advertised_on or date.min, one.id)):
        if one.employer is None or one.place is None or one.advertised_on is None:
            counted.append(one)
        else:
            title = plain_title(one.title) or one.title.casefold()
            groups[title, one.employer.casefold(), one.place.casefold()].append(one)
    repeats: dict[str, str] = {}
    for some in groups.values():
        first = some[0]
        counted.append(first)
        for one in some[1:]:
            if _apart(first, one) <= days:
                repeats[one.id] = first.id
            else:
                first = one
                counted.append(one)
    return Counted(tuple(sorted(counted, key=lambda one: one.id)), repeats)


def _apart(first: Advert, other: Advert) -> int:
    """Days between two adverts that both have one."""
    assert first.advertised_on is not None and other.advertised_on is not None
    return (other.advertised_on - first.advertised_on).days


def read_adverts(store: GraphStore) -> tuple[Advert, ...]:
    """Every advert of a release, by address. One that two files tell differently has the first value of each."""
    query = """
        SELECT ?advert ?title ?employer ?postcode ?town ?on WHERE {
            ?advert a sw:Vacancy ; skos:prefLabel ?title
            OPTIONAL { ?advert sw:employerName ?employer }
            OPTIONAL { ?advert schema:postalCode ?postcode }
            OPTIONAL { ?advert schema:addressLocality ?town }
            OPTIONAL { ?advert sw:advertisedOn ?on } }"""
    found: dict[str, list[str | None]] = {}
    for row in store.rows(query):
        id, *rest = (plain(term) if term else None for term in row)
        assert id is not None
        kept = found.setdefault(id, rest)
        if kept is not rest:
            found[id] = [min(filter(None, pair), default=None) for pair in zip(kept, rest, strict=True)]
    adverts = []
    for id, (title, employer, postcode, town, on) in sorted(found.items()):
        assert title is not None
        outcode = postcode.split()[0] if postcode else None
        adverts.append(Advert(id, title, employer, postcode or town, outcode, date.fromisoformat(on) if on else None))
    return tuple(adverts)


_NAMES: Final = (
    (Scheme.ROLE, "?job a sw:Role"),
    (Scheme.ESCO, "?job a esco:Occupation"),
    (Scheme.ONET, "?job a sw:Occupation"),
)


def read_labels(store: GraphStore) -> list[Label]:
    """The names of every job that titles are compared with."""
    found: dict[Label, None] = {}
    for scheme, of in _NAMES:
        for predicate, main in (("skos:prefLabel", True), ("skos:altLabel", False)):
            rows = store.rows(f"SELECT ?job ?name WHERE {{ {of} ; {predicate} ?name }}")
            found |= dict.fromkeys(Label(scheme, plain(job), plain(name), main) for job, name in rows)
    group = "SELECT ?job ?name WHERE { ?job a sw:OccupationGroup ; sw:groupLevel 'unit' ; %s ?name }"
    for query, main in (
        (group % "skos:prefLabel", True),
        (group % "sw:relatedJobTitle", False),
        ("SELECT ?job ?name WHERE { ?title a sw:JobTitle ; sw:titleOf ?job ; skos:prefLabel ?name }", False),
    ):
        for job, name in store.rows(query):
            if known := _UNIT_GROUP.search(plain(job)):
                scheme = Scheme.SOC2020 if known[1] == "2020" else Scheme.SOC2010
                found[Label(scheme, plain(job), plain(name), main)] = None
    return sorted(found, key=lambda one: (one.scheme, one.of, not one.main, one.text))


def read_groups(store: GraphStore) -> dict[str, str]:
    """The SOC 2020 unit group that each of our roles names, by address. A sub-unit group counts in its unit group."""
    rows = store.rows("SELECT ?role ?code WHERE { ?role a sw:Role ; sw:soc2020 ?code }")
    return {plain(role): ADDRESSES[Scheme.SOC2020] + plain(code)[:4] for role, code in sorted(rows)}
