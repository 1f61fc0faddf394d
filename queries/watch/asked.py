"""Questions to the demand of a release: how adverts were matched, how many ask for what, and what is taught beside it.

Everything is read from the graph `demand`, so that every surface and every query of anybody gives the same numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

from graph.projection import Status
from graph.store import GraphStore, plain
from ontology.namespaces import ID, id_of
from queries.coverage.board import high_enough
from queries.coverage.model import CoverageFacts, Inference, Run, RunState, let_in
from queries.watch.adverts import NOT_KNOWN
from queries.watch.cube import OUTCOMES, QB
from queries.watch.titles import Method, Outcome, Scheme


class State(StrEnum):
    """Whether a release can be asked of adverts at all."""

    COUNTED = "counted"
    NO_ADVERTS = "no adverts are loaded"
    NOT_WORKED_OUT = "the demand of this release was not worked out"


@dataclass(frozen=True, slots=True)
class Way:
    """How often a way of matching is right on the judged adverts. None: it matched none of them, so it is not known.

    `method` "all": every way together. `matched`, `right`: judged adverts. `error_at_most`: what the sample leaves
    possible (95%). `sample`: how many were judged.
    """

    jobs: Scheme
    method: str
    sample: int
    matched: int
    right: int
    precision: float | None
    recall: float | None
    error_at_most: float | None


@dataclass(frozen=True, slots=True)
class Matching:
    """A job that a title was matched with, or one of several."""

    job: str
    name: str
    method: str
    score: float


@dataclass(frozen=True, slots=True)
class Title:
    """A title of adverts: as it was written, how many have it, what it came to in a list of jobs."""

    id: str
    written: str
    adverts: int
    outcome: str
    matches: tuple[Matching, ...]


@dataclass(frozen=True, slots=True)
class RoleCount:
    """Adverts of a role in a district and quarter that were matched by one way."""

    role: str
    district: str
    quarter: str
    method: str
    adverts: int


@dataclass(frozen=True)
class Watch:
    """What the demand graph of a release says. Numbers are of adverts; without adverts there is none."""

    state: State
    adverts: int | None
    repeated: int | None
    within_days: int | None
    counted_from: str | None
    ways: tuple[Way, ...]
    cells: tuple[RoleCount, ...]
    outcomes: dict[tuple[Scheme, str, str], int]

    @cached_property
    def lists(self) -> tuple[Scheme, ...]:
        """The lists of jobs that titles were compared with, of those that have adverts."""
        there = {scheme for scheme, _, _ in self.outcomes}
        return tuple(one for one in Scheme if one in there)

    @cached_property
    def quarters(self) -> tuple[str, ...]:
        """The quarters in which there are adverts; *not known* last."""
        found = {quarter for _, _, quarter in self.outcomes}
        return tuple(sorted(found, key=lambda one: (one == NOT_KNOWN, one)))

    def outcome_counts(self, scheme: Scheme) -> dict[str, int]:
        """Adverts by what their titles came to in a list: the ways surest first, then ambiguous and unmatched."""
        found: Counter[str] = Counter()
        for (of, outcome, _), adverts in self.outcomes.items():
            if of is scheme:
                found[outcome] += adverts
        order = [*Method, Outcome.AMBIGUOUS, Outcome.UNMATCHED]
        return {str(one): found[str(one)] for one in order if str(one) in found}


def read(store: GraphStore) -> Watch:
    """What the demand graph of a release says."""
    query = """
        SELECT ?on ?adverts ?repeated ?days WHERE {
            ?graph a sw:DemandGraph ; sw:countedFrom ?on
            OPTIONAL { ?graph sw:adverts ?adverts ; sw:advertsRepeated ?repeated ; sw:repeatedWithinDays ?days } }"""
    about = next(iter(store.rows(query)), None)
    if about is None:
        some = store.ask("ASK { ?advert a sw:Vacancy }")
        return Watch(State.NOT_WORKED_OUT if some else State.NO_ADVERTS, None, None, None, None, (), (), {})
    on, *numbers = (plain(one) if one else None for one in about)
    adverts, repeated, days = (None if one is None else int(one) for one in numbers)
    state = State.NO_ADVERTS if adverts is None else State.COUNTED
    ways = tuple(sorted(_ways(store), key=lambda one: (one.jobs, one.method)))
    return Watch(state, adverts, repeated, days, on, ways, tuple(_cells(store)), _outcomes(store))


def _ways(store: GraphStore) -> Iterator[Way]:
    query = """
        SELECT ?list ?method ?sample ?matched ?right ?precision ?recall ?error WHERE {
            ?way a sw:MatchMethod ; sw:jobList ?list ; sw:titleOutcome ?method ; sw:sampleSize ?sample ;
                sw:sampleMatched ?matched ; sw:sampleRight ?right
            OPTIONAL { ?way sw:precision ?precision } OPTIONAL { ?way sw:recall ?recall }
            OPTIONAL { ?way sw:errorAtMost ?error } }"""
    for scheme, method, *numbers, precision, recall, error in store.rows(query):
        shares = (float(plain(one)) if one else None for one in (precision, recall, error))
        yield Way(Scheme(plain(scheme)), plain(method), *(int(plain(one)) for one in numbers), *shares)


def _cells(store: GraphStore) -> Iterator[RoleCount]:
    query = """
        SELECT ?role ?district ?quarter ?method ?adverts WHERE {
            ?cell sw:advertisedRole ?role ; sw:advertisedDistrict ?district ; sw:advertisedQuarter ?quarter ;
                sw:titleOutcome ?method ; sw:adverts ?adverts }"""
    for *terms, adverts in store.rows(query):
        role, district, quarter, method = map(plain, terms)
        yield RoleCount(id_of(role), district, quarter, method, int(plain(adverts)))


def by_place(store: GraphStore) -> Counter[tuple[str, str | None, str | None]]:
    """How many adverts of each role name which place: the first half of a postcode, and a town; None: not told."""
    query = """
        SELECT ?advert ?role ?postcode ?town WHERE {
            ?match sw:jobList 'role' ; sw:matchOf ?title ; sw:matchWith ?role . ?title sw:matchedIn 'role' .
            ?advert sw:advertTitle ?title
            OPTIONAL { ?advert schema:postalCode ?postcode } OPTIONAL { ?advert schema:addressLocality ?town } }"""
    first: dict[str, tuple[str, str | None, str | None]] = {}
    for row in sorted(tuple(plain(term) if term else "" for term in row) for row in store.rows(query)):
        advert, role, postcode, town = row
        first.setdefault(advert, (id_of(role), postcode.split()[0] if postcode else None, town or None))
    return Counter(first.values())


def _outcomes(store: GraphStore) -> dict[tuple[Scheme, str, str], int]:
    query = f"""
        SELECT ?list ?outcome ?quarter ?adverts WHERE {{
            ?cell <{QB.dataSet}> <{ID[OUTCOMES.id]}> ; sw:jobList ?list ; sw:titleOutcome ?outcome ;
                sw:advertisedQuarter ?quarter ; sw:adverts ?adverts }}"""
    return {
        (Scheme(plain(scheme)), plain(outcome), plain(quarter)): int(plain(adverts))
        for scheme, outcome, quarter, adverts in store.rows(query)
    }


def titles(store: GraphStore, scheme: Scheme, outcome: Outcome, most: int) -> tuple[Title, ...]:
    """The titles with most adverts that came to this in a list of jobs; of equals the first by name."""
    query = f"""
        SELECT ?title ?written ?adverts WHERE {{
            ?title sw:{outcome}In '{scheme}' ; sw:adverts ?adverts ; skos:prefLabel ?written }}
        ORDER BY DESC(?adverts) ?written LIMIT {most:d}"""
    found = [tuple(map(plain, row)) for row in store.rows(query)]
    matches = _matches(store, scheme, [title for title, _, _ in found]) if outcome is not Outcome.UNMATCHED else {}
    return tuple(
        Title(id_of(title), written, int(adverts), str(outcome), tuple(matches.get(title, ())))
        for title, written, adverts in found
    )


def _matches(store: GraphStore, scheme: Scheme, titles: Collection[str]) -> dict[str, list[Matching]]:
    listed = " ".join(f"<{title}>" for title in titles)
    query = f"""
        SELECT ?title ?job ?name ?method ?score WHERE {{
            VALUES ?title {{ {listed} }}
            ?match sw:matchOf ?title ; sw:jobList '{scheme}' ; sw:matchWith ?job ; sw:matchedName ?name ;
                sw:titleOutcome ?method ; sw:score ?score }} ORDER BY ?title ?job"""
    found: dict[str, list[Matching]] = defaultdict(list)
    for row in store.rows(query):
        title, job, name, method, score = map(plain, row)
        found[title].append(Matching(id_of(job), name, method, float(score)))
    return found


class By(StrEnum):
    """What adverts are told apart by."""

    ROLE = "role"
    COMPETENCY = "competency"
    DISTRICT = "district"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which adverts are counted, and what they are told apart by. Empty: all. `methods`: the ways that count."""

    by: tuple[By, ...] = (By.ROLE,)
    roles: tuple[str, ...] = ()
    competencies: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    quarters: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


class Taught(StrEnum):
    """Whether what is wanted is taught in a place. *Not taught*: by nobody that we hold. *Not known* is not that."""

    TAUGHT = "taught"
    PAST_ONLY = "past-only"
    """Runs that are over, or learners who left in a past year: nobody says that it is offered now."""
    NOT_TAUGHT = "not-taught"
    NOT_KNOWN = "not-known"


@dataclass(frozen=True, slots=True)
class Provision:
    """What is taught of a role or competency in a district, or anywhere.

    `providers`: with a run that is to come or was seen without a start. `past`: others, with runs that are over or
    past learners. `placeless`: providers with a run of which nobody says where. `needs`, `needs_taught`: of a role, how
    many competencies it needs, and how many of them somebody teaches there; None of a competency, and where it is not
    known. `why`: why it is not known; "" else.
    """

    taught: Taught
    providers: int
    past: int
    placeless: int
    needs: int | None
    needs_taught: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """Adverts that are told apart by some of their sides; None: by that one they are not told apart.

    `alike`: how many of them were matched only by a part of the title or a name that is alike. `provision` None: it
    was not asked, or there is nothing to compare with. `adverts_per_provider`: of a competency; None where one side is
    not known or nobody teaches it, and of a role, which nobody teaches as a whole.
    """

    role: str | None
    competency: str | None
    district: str | None
    quarter: str | None
    adverts: int
    alike: int
    provision: Provision | None
    adverts_per_provider: float | None


_OFFERED: Final = (RunState.TO_COME, RunState.NOT_DATED)
_UNLISTED: Final = "an award is aimed at it whose units are not published"
_ALIKE: Final = {str(Method.PART), str(Method.FUZZY)}


def demand(watch: Watch, wanted: Wanted, facts: CoverageFacts, inference: Inference | None = None) -> tuple[Row, ...]:
    """Rows of adverts, most first. With `inference` what is taught beside them, told by role or competency.

    An advert counts for every competency of its role: rows by competency overlap, and are never summed.
    """
    totals: Counter[tuple[str | None, ...]] = Counter()
    alike: Counter[tuple[str | None, ...]] = Counter()
    for cell in watch.cells:
        if not _asked(cell, wanted):
            continue
        for competency in _competencies(cell.role, wanted, facts):
            sides = {
                By.ROLE: cell.role,
                By.COMPETENCY: competency,
                By.DISTRICT: cell.district,
                By.QUARTER: cell.quarter,
            }
            key = tuple(sides[one] if one in wanted.by else None for one in By)
            totals[key] += cell.adverts
            alike[key] += cell.adverts if cell.method in _ALIKE else 0
    offer = _Offer(facts, inference) if inference is not None else None
    rows = [_row(key, adverts, alike[key], offer) for key, adverts in totals.items()]
    return tuple(sorted(rows, key=lambda one: (-one.adverts, *(str(side) for side in _sides(one)))))


def _sides(row: Row) -> tuple[str | None, ...]:
    return row.role, row.competency, row.district, row.quarter


def _asked(cell: RoleCount, wanted: Wanted) -> bool:
    return all(
        not some or value in some
        for some, value in (
            (wanted.roles, cell.role),
            (wanted.districts, cell.district),
            (wanted.quarters, cell.quarter),
            (wanted.methods, cell.method),
        )
    )


def _competencies(role: str, wanted: Wanted, facts: CoverageFacts) -> Iterable[str | None]:
    """The competencies under which adverts of a role count: [None] when they are not told apart by them."""
    needed = dict.fromkeys(need.competency for need in facts.needs_of.get(role, ()))
    some = [one for one in needed if not wanted.competencies or one in wanted.competencies]
    if By.COMPETENCY in wanted.by:
        return some
    return [None] if some or not wanted.competencies else []


def _row(key: tuple[str | None, ...], adverts: int, alike: int, offer: "_Offer | None") -> Row:
    role, competency, district, quarter = key
    provision = None
    if offer is not None and (role or competency):
        provision = offer.of(role, competency, district)
    ratio = None
    if provision is not None and competency is not None and provision.taught is Taught.TAUGHT:
        ratio = round(adverts / provision.providers, 2) if not provision.placeless else None
    return Row(role, competency, district, quarter, adverts, alike, provision, ratio)


class _Offer:
    """Who teaches what where, as far as a question lets reasons in."""

    def __init__(self, facts: CoverageFacts, inference: Inference) -> None:
        self.facts, self.inference = facts, inference
        self._kept: dict[str, tuple[list[Run], str]] = {}

    def of(self, role: str | None, competency: str | None, district: str | None) -> Provision:
        """What is taught in a district; of a role: anything of what it needs. None: anywhere."""
        if competency is not None:
            return self._found(*self._runs_of(competency), district)
        needed = [need.competency for need in self.facts.needs_of.get(role or "", ())]
        unlisted = role in self.facts.unlisted
        why = "what the role needs is not known" if not needed else _UNLISTED if unlisted else ""
        by_need = [self._runs_of(one)[0] for one in needed]
        found = self._found(list(dict.fromkeys(run for runs in by_need for run in runs)), why, district)
        if not needed or district == NOT_KNOWN:
            return found
        taught = sum(any(run.state in _OFFERED and _there(run, district) for run in runs) for runs in by_need)
        unknown = found.taught is Taught.NOT_KNOWN
        return replace(found, needs=len(needed), needs_taught=None if unknown else taught)

    def _found(self, runs: Iterable[Run], why: str, district: str | None) -> Provision:
        here = [run for run in runs if _there(run, district)]
        now = {run.provider for run in here if run.state in _OFFERED}
        past = {run.provider for run in here} - now
        nowhere = {run.provider for run in runs if run.state in _OFFERED and run.district is None}
        nowhere = nowhere - now if district is not None else set()
        if district == NOT_KNOWN:
            return Provision(Taught.NOT_KNOWN, 0, 0, len(nowhere), None, None, "the adverts do not tell where")
        if now:
            taught = Taught.TAUGHT
        elif past:
            taught = Taught.PAST_ONLY
        elif why or nowhere:
            taught = Taught.NOT_KNOWN
        else:
            taught = Taught.NOT_TAUGHT
        said = (why or "a run of it has no place") if taught is Taught.NOT_KNOWN else ""
        return Provision(taught, len(now), len(past), len(nowhere), None, None, said)

    def _runs_of(self, competency: str) -> tuple[list[Run], str]:
        """Every run of what teaches a competency, and why it is not known whether there are more; "" when it is."""
        if (kept := self._kept.get(competency)) is not None:
            return kept
        facts = self.facts
        teachers = {
            teaching.teacher
            for teaching in facts.teachings_of.get(competency, ())
            if let_in(teaching, facts, self.inference)
            and high_enough(facts.teachers[teaching.teacher], facts.competencies[competency], self.inference)
            is not False
        }
        found = (run for id in sorted(teachers) for run in facts.runs_for(facts.teachers[id]))
        unreal = Status.ILLUSTRATIVE if not self.inference.placeholders else None
        runs = list(dict.fromkeys(run for run in found if run.status is not unreal))
        unlisted = any(need.role in facts.unlisted for need in facts.needed_by.get(competency, ()))
        self._kept[competency] = runs, _UNLISTED if unlisted else ""
        return self._kept[competency]


def _there(run: Run, district: str | None) -> bool:
    return district is None or run.district == district
