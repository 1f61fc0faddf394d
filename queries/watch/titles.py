"""Which job the title of an advert speaks of: by names, surest way first, and never by a guess.

A title is compared with the names of our roles and, where they are loaded, of the unit groups of the UK's
classification (SOC, by its index of job titles), of ESCO and of O*NET. Each list of jobs gets its own verdict: matched
with one job, *ambiguous* (several jobs go by that name), or unmatched. What is unmatched stays and is counted.

The ways, surest first: the very name; the name once both are made plain; one part of a title such as *Receptionist -
Mossley*; a name that is alike word by word. The score says how alike the texts
are, never how likely the match is right: how often each way is right is worked out from adverts that were judged by
hand (`ontology/matching/adverts.csv`).
"""

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Final

from rapidfuzz import fuzz

from ontology import resources


class Scheme(StrEnum):
    """A list of jobs that titles are compared with."""

    ROLE = "role"
    """Our roles."""
    SOC2020 = "soc2020"
    """Unit groups of the UK's Standard Occupational Classification 2020."""
    SOC2010 = "soc2010"
    """Unit groups of the edition before, which has the longer index of job titles."""
    ESCO = "esco"
    """Occupations of ESCO, the European classification."""
    ONET = "onet"
    """Occupations of O*NET, the classification of the United States."""


class Method(StrEnum):
    """How a match was found, surest first."""

    EXACT = "exact"
    """The title is a name of the job, capital letters and spaces aside."""
    PLAIN = "plain"
    """They are the same once both are made plain."""
    PART = "part"
    """One part of the title, between dashes, commas or strokes, is a name of the job; no part has a rank."""
    FUZZY = "fuzzy"
    """A name of the job is like the title."""
    THROUGH_ROLE = "through-role"
    """The role that the title was matched with says that it belongs to this group."""


class Outcome(StrEnum):
    """What came of comparing a title with a list of jobs."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Label:
    """A name of a job. `of`: its address. `main`: what it is called first, not also."""

    scheme: Scheme
    of: str
    text: str
    main: bool


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """A job that a title may speak of, the name that decided, and from 0 to 1 how alike the texts are."""

    of: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a title came to in one list of jobs. `method` None: unmatched. Several matches: ambiguous."""

    method: Method | None
    matches: tuple[TitleMatch, ...]

    @property
    def outcome(self) -> Outcome:
        """Whether it is one job, several, or none."""
        if not self.matches:
            return Outcome.UNMATCHED
        return Outcome.MATCHED if len(self.matches) == 1 else Outcome.AMBIGUOUS

    @property
    def said(self) -> str:
        """The outcome in one word: the method of a match, or why there is none."""
        return str(self.method) if self.outcome is Outcome.MATCHED else str(self.outcome)


NOTHING: Final = Found(None, ())


@cache
def _rules() -> dict[str, Any]:
    found = resources.yaml_file("matching/titles.yml")
    return {
        "noise": [re.compile(one) for one in found["noise"]],
        "words": {key: value for key, value in found["words"].items() if " " not in key},
        "pairs": [(f" {key} ", f" {value} ") for key, value in found["words"].items() if " " in key],
        "ranks": frozenset(found["ranks"]),
        "least": float(found["least"]),
        "close": float(found["close"]),
    }


def least_likeness() -> float:
    """The likeness from which on a name is said to fit."""
    return float(_rules()["least"])


_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PARTS: Final = re.compile(r"\s+[-–—]+\s*|\s*[-–—]+\s+|[,;:|/]|\s+@\s+|\bat\b")


def _one(word: str) -> str:
    """A word in the singular, roughly: enough to compare two lists of names that are both treated so."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=200_000)
def folded(name: str) -> str:
    """A name of a job as it is compared: small letters, one spelling, singular, no brackets and signs.

    >>> folded("Health-care Assistants (hospital)"), folded("Lab. tech")
    ('healthcare assistant', 'laboratory technician')
    """
    text = name.casefold()
    while (without := _BRACKETS.sub(" ", text)) != text:
        text = without
    rules = _rules()
    words = re.findall(r"[^\W_]+", text.replace("'", "").replace("’", ""))
    while True:
        said = f" {' '.join(rules['words'].get(one, one) for one in map(_one, words))} "
        for pair, instead in rules["pairs"]:
            said = said.replace(pair, instead)
        if (again := said.split()) == words:
            return " ".join(words)
        words = again


@lru_cache(maxsize=200_000)
def plain(title: str) -> str:
    """The title of an advert without what says nothing of the job: band, hours, pay, contract, numbers, brackets.

    Making it plain twice changes nothing. Empty: nothing but noise.

    >>> plain("Data Analysts (Part Time) - Band 5, £29,970 pa - Maternity cover")
    'data analyst'
    """
    text = title
    while (cut := folded(" ".join(_without_noise(text)))) != text:
        text = cut
    return text


def _without_noise(title: str) -> list[str]:
    """The parts of a title, each without noise, as they were written otherwise; empty parts are left out."""
    text = title.casefold()
    while (without := _BRACKETS.sub(" ", text)) != text:
        text = without
    for pattern in _rules()["noise"]:
        text = pattern.sub(" ", text)
    return [one for one in (part.strip() for part in _PARTS.split(text)) if re.search(r"[^\W\d_]", one)]


def parts(title: str) -> tuple[str, ...]:
    """The parts of a title between dashes, commas and strokes, each made plain."""
    return tuple(dict.fromkeys(one for part in _without_noise(title) if (one := plain(part))))


def _ranks(name: str) -> frozenset[str]:
    ranks: frozenset[str] = _rules()["ranks"]
    return ranks.intersection(name.split())


_LIKE_WORD: Final = 0.85
"""From which likeness on two words are the same but for spelling, and how like a shortened word is."""

_SHORTEST: Final = 3
"""Letters of the shortest word that may be a slip or short for another."""


class _Jobs:
    """One list of jobs by their names."""

    def __init__(self, labels: Sequence[Label]) -> None:
        self.exact: dict[str, list[Label]] = defaultdict(list)
        self.plain: dict[str, list[Label]] = defaultdict(list)
        for label in labels:
            same = folded(label.text)
            self.exact[_spaced(label.text)].append(label)
            if same:
                self.plain[same].append(label)
        self.letters: dict[str, list[str]] = defaultdict(list)
        self.words: set[str] = set()
        for name in sorted(self.plain):
            self.letters[_letters(name)].append(name)
            self.words.update(name.split())

    def find(self, title: str, least: float) -> Found:
        """What a title comes to here."""
        if there := self.exact.get(_spaced(title)):
            return Found(Method.EXACT, _several(there))
        whole, several = plain(title), parts(title)
        for one in dict.fromkeys((folded(title), whole, *(several if len(several) == 1 else ()))):
            if there := self.plain.get(one):
                return Found(Method.PLAIN, _several(there))
        if found := self._part(several, whole):
            return Found(Method.PART, found)
        return Found(Method.FUZZY, found) if (found := self._like(whole, least)) else NOTHING

    def _part(self, several: Sequence[str], whole: str) -> tuple[TitleMatch, ...]:
        named = [one for one in several if one in self.plain] if len(several) > 1 else []
        if not named or any(_ranks(one) for one in several if one not in named):
            return ()
        share = round(max(map(len, named)) / max(len(whole), 1), 4)
        found = {one.of: one for name in named for one in _several(self.plain[name], min(share, 1.0))}
        return tuple(found[of] for of in sorted(found))

    def _like(self, whole: str, least: float) -> tuple[TitleMatch, ...]:
        likely = ((name, alike(whole, name, self.words)) for name in self.letters.get(_letters(whole), ()))
        names = [(name, score) for name, score in likely if score >= least]
        best = max((score for _, score in names), default=0.0)
        found: dict[str, TitleMatch] = {}
        for name, score in sorted(names, key=lambda one: -one[1]):
            if score >= best - float(_rules()["close"]):
                for one in _several(self.plain[name], score):
                    found.setdefault(one.of, one)
        return tuple(found[of] for of in sorted(found))


def _letters(name: str) -> str:
    """The first letters of the words of a name in order: names that are alike word by word have the same."""
    return "".join(sorted(word[0] for word in name.split()))


def _spaced(name: str) -> str:
    return " ".join(name.casefold().split())


def alike(title: str, name: str, words: Collection[str] = ()) -> float:
    """How alike two plain names are, word by word in any order, from 0 to 1; 0 when one has a word more.

    A word more or less makes another job of it (*HR administrator*, *senior receptionist*), a slip of the pen does not.
    A word of the title may be short for one of the name (*sci*, *science*), or begin alike and differ by few letters
    (rapidfuzz's normalised indel similarity); but not when it is one of `words`: *nurse* is no slip for *nursery*.

    >>> alike("healthcare asistant", "healthcare assistant"), alike("hr administrator", "administrator")
    (0.97, 0.0)
    >>> alike("clinical psychologist", "clinical physiologist", {"psychologist"})
    0.0
    """
    told, left = title.split(), name.split()
    if len(told) != len(left):
        return 0.0
    score = 0.0
    for word in sorted(told, key=len, reverse=True):
        found = max(left, key=lambda one: (_word_likeness(word, one, words), one))
        likeness = _word_likeness(word, found, words)
        if not likeness:
            return 0.0
        score += likeness * len(word)
        left.remove(found)
    return round(score / sum(map(len, told)), 2)


def _word_likeness(word: str, other: str, words: Collection[str]) -> float:
    if word == other:
        return 1.0
    if word in words or word[:1] != other[:1] or min(len(word), len(other)) < _SHORTEST:
        return 0.0
    if other.startswith(word):
        return _LIKE_WORD
    likeness = float(fuzz.ratio(word, other)) / 100
    return likeness if likeness >= _LIKE_WORD else 0.0


def _several(labels: Iterable[Label], score: float = 1.0) -> tuple[TitleMatch, ...]:
    """The jobs of some labels: those that are called so first come before those that are also called so."""
    some = list(labels)
    first = [one for one in some if one.main] or some
    found = {one.of: TitleMatch(one.of, one.text, score) for one in first}
    return tuple(found[of] for of in sorted(found))


class Titles:
    """Names of jobs, to look the titles of adverts up in. `groups`: the SOC 2020 unit group that a role names."""

    def __init__(
        self, labels: Iterable[Label], groups: Mapping[str, str] | None = None, least: float | None = None
    ) -> None:
        self.least = least_likeness() if least is None else least
        self.groups = dict(groups or {})
        lists: dict[Scheme, list[Label]] = defaultdict(list)
        for label in labels:
            lists[label.scheme].append(label)
        self._jobs = {scheme: _Jobs(lists[scheme]) for scheme in Scheme if scheme in lists}
        self.schemes = tuple(
            scheme for scheme in Scheme if scheme in self._jobs or (scheme is Scheme.SOC2020 and self.groups)
        )

    def find(self, title: str) -> dict[Scheme, Found]:
        """What a title comes to in each list of jobs that is loaded."""
        found = {scheme: jobs.find(title, self.least) for scheme, jobs in self._jobs.items()}
        role, group = found.get(Scheme.ROLE, NOTHING), found.get(Scheme.SOC2020, NOTHING)
        if group.outcome is Outcome.UNMATCHED and role.outcome is Outcome.MATCHED:
            match = role.matches[0]
            if (of := self.groups.get(match.of)) is not None:
                group = Found(Method.THROUGH_ROLE, (TitleMatch(of, match.name, match.score),))
        return {scheme: group if scheme is Scheme.SOC2020 else found[scheme] for scheme in self.schemes}


# Adverts that people have judged


@dataclass(frozen=True, slots=True)
class JudgedAdvert:
    """A made-up advert with the job that it is: ids of our roles, none where it is none of ours.

    `roles`: several where its title alone cannot tell them apart. `soc2020`: codes of unit groups. `sort`: clean,
    noisy, abbreviated, ambiguous, other (no role of ours). `first`, `second`: what the two readings said.
    """

    id: str
    title: str
    sort: str
    roles: tuple[str, ...]
    soc2020: tuple[str, ...]
    first: str
    second: str

    def jobs(self, scheme: Scheme) -> tuple[str, ...]:
        """The jobs of a list that it was judged to be."""
        return {Scheme.ROLE: self.roles, Scheme.SOC2020: self.soc2020}.get(scheme, ())


@cache
def judged() -> tuple[JudgedAdvert, ...]:
    """The judged adverts. Every title, employer and place of work in them is made up."""
    rows = csv.DictReader(resources.text("matching/adverts.csv").splitlines())
    return tuple(
        JudgedAdvert(
            row["advert_id"],
            row["title"],
            row["sort"],
            _ids(row["role"]),
            _ids(row["soc2020"]),
            row["first"],
            row["second"],
        )
        for row in rows
    )


def _ids(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split("|")))


@dataclass(frozen=True, slots=True)
class MethodQuality:
    """How often a way of matching is right on the judged adverts.

    `said`: adverts that it matched with one job; `right` of them rightly: not where it was judged that the title alone
    cannot tell several apart. `wanted`: adverts that have one job in that list, however found. Shares are None where
    there is nothing to take a share of: not known, never nought.
    """

    scheme: Scheme
    method: Method | None
    said: int
    right: int
    wanted: int

    @property
    def precision(self) -> float | None:
        """Share of what was said that is right."""
        return self.right / self.said if self.said else None

    @property
    def error(self) -> float | None:
        """Share of what was said that is wrong."""
        return (self.said - self.right) / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """Share of the adverts that have one job in the list, for which this way found the right one."""
        return self.right / self.wanted if self.wanted else None


def qualities(
    titles: Titles,
    address_of: Mapping[Scheme, str],
    known: frozenset[str],
    adverts: Sequence[JudgedAdvert] | None = None,
) -> Iterator[MethodQuality]:
    """How often each way is right, for our roles and the groups of SOC 2020; `method` None is all ways together.

    `address_of`: what the addresses of each list begin with. `known`: the roles of the release. An advert whose role
    is not described there is left out: it could not be found. None where the release has no such role at all.
    """
    some = judged() if adverts is None else adverts

    if not known.intersection(address_of[Scheme.ROLE] + id for one in some for id in one.roles):
        return
    there = [one for one in some if all(address_of[Scheme.ROLE] + id in known for id in one.roles)]
    found = [titles.find(one.title) for one in there]
    for scheme in (Scheme.ROLE, Scheme.SOC2020):
        if scheme not in titles.schemes:
            continue
        said: dict[Method | None, list[bool]] = defaultdict(list)
        for one, by_scheme in zip(there, found, strict=True):
            if scheme is not Scheme.ROLE and not one.jobs(scheme):
                continue  # which group it belongs to was not judged
            match = by_scheme[scheme]
            if match.outcome is Outcome.MATCHED:
                right = [match.matches[0].of] == [address_of[scheme] + id for id in one.jobs(scheme)]
                said[match.method].append(right)
                said[None].append(right)
        wanted = sum(1 for one in there if len(one.jobs(scheme)) == 1)
        for method in (None, *Method):
            if method is None or method in said:
                yield MethodQuality(scheme, method, len(said[method]), sum(said[method]), wanted)
