"""How many adverts ask for what: by role, skill, job of a classification, district and quarter.

An advert counts once and for one role at most: what is ambiguous or unmatched is counted as that. A skill is counted
*through the role*: its number is that of the adverts of roles that need it, and says nothing of what those adverts ask.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from graph.store import GraphStore, plain
from queries.watch.adverts import ADDRESSES, NOT_KNOWN, Advert, Counted, once, read_adverts, read_groups, read_labels
from queries.watch.titles import Found, MethodQuality, Outcome, Scheme, Titles, qualities

RoleCell = tuple[str, str, str, str]
"""Role, district, quarter and method, as texts."""


@dataclass(frozen=True, slots=True)
class AdvertTitle:
    """A title of adverts in small letters, one of them as it was written, how many have it, and what it came to."""

    id: str
    written: str
    adverts: int
    found: Mapping[Scheme, Found]


@dataclass(frozen=True)
class Demand:
    """What the adverts of a release come to. `adverts` is the number that counts, `repeated` those counted before.

    `roles`, `skills` (address, quarter), `jobs` (list, address, quarter, method) and `outcomes` (list, outcome in a
    word, quarter): numbers of adverts. `title_of`: which of `titles` each advert has. `oldest`, `newest`: days; None:
    no advert has one.
    """

    adverts: int
    repeated: int
    schemes: tuple[Scheme, ...]
    qualities: tuple[MethodQuality, ...]
    titles: tuple[AdvertTitle, ...] = ()
    title_of: Mapping[str, str] = field(default_factory=dict)
    repeats: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[RoleCell, int] = field(default_factory=dict)
    skills: Mapping[tuple[str, str], int] = field(default_factory=dict)
    jobs: Mapping[tuple[Scheme, str, str, str], int] = field(default_factory=dict)
    outcomes: Mapping[tuple[Scheme, str, str], int] = field(default_factory=dict)
    oldest: date | None = None
    newest: date | None = None


def demand_of(store: GraphStore) -> Demand:
    """What the adverts of a release come to. Without adverts there is only how good the ways of matching are."""
    titles = Titles(read_labels(store), read_groups(store))
    known = frozenset(plain(role) for (role,) in store.rows("SELECT DISTINCT ?role WHERE { ?role a sw:Role }"))
    measured = tuple(qualities(titles, ADDRESSES, known))
    counted = once(read_adverts(store))
    if not counted.adverts:
        return Demand(0, 0, titles.schemes, measured)
    return count(counted, titles, needs_of(store), measured)


_NEEDS: Final = (
    "SELECT DISTINCT ?job ?skill WHERE { ?job sw:requires ?skill }",
    "SELECT DISTINCT ?job ?skill WHERE { ?job a esco:Occupation ; esco:relatedEssentialSkill ?skill }",
)


def needs_of(store: GraphStore) -> dict[str, list[str]]:
    """The competencies that roles need, and the skills that ESCO calls essential for its occupations."""
    found: dict[str, list[str]] = defaultdict(list)
    for query in _NEEDS:
        for job, skill in store.rows(query):
            found[plain(job)].append(plain(skill))
    return found


def count(
    counted: Counted, titles: Titles, needs: Mapping[str, Iterable[str]], measured: tuple[MethodQuality, ...] = ()
) -> Demand:
    """Count adverts by what their titles came to. Each different title is looked up once."""
    found: dict[str, dict[Scheme, Found]] = {}
    written: dict[str, str] = {}
    number: Counter[str] = Counter()
    title_of: dict[str, str] = {}
    roles: Counter[RoleCell] = Counter()
    jobs: Counter[tuple[Scheme, str, str, str]] = Counter()
    outcomes: Counter[tuple[Scheme, str, str]] = Counter()
    skills: Counter[tuple[str, str]] = Counter()
    for one in counted.adverts:
        title = _key(one)
        title_of[one.id] = title
        if title not in found:
            found[title], written[title] = titles.find(one.title), one.title
        number[title] += 1
        wanted: set[str] = set()
        for scheme, match in found[title].items():
            outcomes[scheme, match.said, one.quarter] += 1
            if match.outcome is not Outcome.MATCHED:
                continue
            job = match.matches[0].of
            if scheme is Scheme.ROLE:
                roles[job, one.district or NOT_KNOWN, one.quarter, match.said] += 1
            else:
                jobs[scheme, job, one.quarter, match.said] += 1
            wanted.update(needs.get(job, ()))
        skills.update((skill, one.quarter) for skill in wanted)
    days = sorted(one.advertised_on for one in counted.adverts if one.advertised_on is not None)
    return Demand(
        len(counted.adverts),
        len(counted.repeats),
        titles.schemes,
        measured,
        tuple(AdvertTitle(title, written[title], number[title], found[title]) for title in sorted(number)),
        title_of,
        counted.repeats,
        roles,
        skills,
        jobs,
        outcomes,
        days[0] if days else None,
        days[-1] if days else None,
    )


def _key(advert: Advert) -> str:
    """What tells titles apart: the text with small letters. Making it plain may not join what is matched otherwise."""
    return " ".join(advert.title.casefold().split())
