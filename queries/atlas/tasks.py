"""What the atlas asks: each distinct question once, however many districts it is the answer for.

Of runs that differ only in who teaches them and where, one stands for all. So what matters of a district is which of
those that stand for others are taught near enough, and of these only the ones on some way to the role. Districts for
which that is the same ask the same question. Nothing here searches.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from itertools import groupby
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from graph.projection import Offer, Projection, RoleFacts, Source
from ontology import resources
from queries.atlas.circumstances import Circumstance
from queries.atlas.faults import UnknownInAtlasError
from queries.atlas.places import EARTH_KM, District, Places, Point, resident_of
from queries.learners import goals
from queries.pathways.compile import Catalogues, is_current
from queries.pathways.engine.problem import All, AnyOf, AtLeast, Expression

FORMAT: Final = 1
"""The format of what is written: parts of another are not taken up."""

AT_HOME: Final = "online"
"""The way of teaching that has no distance."""

AT_WORK: Final = "work-based"
"""The way of teaching of which nobody knows the place: it is where somebody will work, not where the provider is."""

ANY: Final = "*"
"""In the place of the bits of a question: there is no limit of distance."""

TOGETHER: Final = 24
"""Questions that are answered as one piece of work: what is lost when a process dies."""

DECIDING: Final = (
    *("graph/projection.py", "graph/requirements.py", "queries/reachability.py", "queries/atlas/solve.py"),
    *("queries/atlas/tasks.py", "queries/pathways/**/*.py", "queries/eligibility/*.py"),
    *("ontology/rules/**/*.yml", "ontology/attributes.yml", "ontology/opportunity-facts.yml"),
)
"""The files of this software on which answers depend."""

T = TypeVar("T")
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


class Reading(StrEnum):
    """How a step is read of which it is not known where, when in the day, for how much or whether it is taught.

    `near`: it does not count; every step but a job is a run known to be near enough, or has no distance. `perhaps`: it
    counts; only what is known to be too far, at another time of day or too dear is left out.
    """

    NEAR = "near"
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """One distinct question.

    `resident`: facts that follow from where somebody lives, as pairs. `runs`: which of the runs that stand for others
    may be taken, as bits (see `bits`); `ANY`: all, and steps without a known run.
    """

    circumstance: str
    resident: tuple[tuple[str, str], ...]
    role: str
    reading: Reading
    runs: str

    @property
    def key(self) -> str:
        """What the question is, in few signs."""
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Job:
    """What every question shares, and all that is needed to answer one: no release is asked any more.

    `release`: the content hash of the release. `stand_ins` are the runs that stand for others, by id, in the order of
    the bits of a question.
    """

    release: str
    software: str
    on: date
    projection: Projection
    circumstances: tuple[Circumstance, ...]
    stand_ins: tuple[str, ...]
    format: int = FORMAT


JOB: Final = TypeAdapter(Job)
"""Writes a job as JSON (`dump_json`), the same for the same job, and reads it back (`validate_json`)."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Questions that are answered as one piece of work, all of one circumstance."""

    questions: tuple[Question, ...]

    def key(self, job: str) -> str:
        """What the piece of work is: the same for the same questions of the same job (given by its key)."""
        return sha256("\n".join((job, *(one.key for one in self.questions))).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the atlas, with the questions (by number) that answer it."""

    district: int
    circumstance: int
    role: int
    near: int
    perhaps: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be done.

    `questions` are distinct and in order; `rows` name them by their number. `reaches`: how many different sets of runs
    are near enough, over all districts and distances.
    """

    job: Job
    districts: tuple[District, ...]
    circumstances: tuple[Circumstance, ...]
    roles: tuple[RoleFacts, ...]
    questions: tuple[Question, ...]
    rows: tuple[Row, ...]
    taught: "Taught"
    reaches: int

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """The pieces of work."""
        found = []
        for _, some in groupby(self.questions, lambda one: (one.circumstance, one.resident)):
            those = tuple(some)
            found += [Chunk(those[start : start + TOGETHER]) for start in range(0, len(those), TOGETHER)]
        return tuple(found)


class Taught:
    """Where each of the runs that stand for others is taught, by number.

    `everywhere`: those that have no distance; `not_known`: those with a run of which nobody knows where it is.
    """

    def __init__(self, members: Mapping[str, Sequence[Offer]], points: Mapping[str, Point]) -> None:
        some = [(runs[0].delivery_mode, [points.get(run.id) for run in runs]) for runs in members.values()]
        sited = [(number, point) for number, (mode, at) in enumerate(some) if mode != AT_WORK for point in at]
        placed = [(number, point) for number, point in sited if point is not None]
        self.number = np.array([number for number, _ in placed], np.int64)
        self.at = np.radians(np.array([point for _, point in placed], np.float64).reshape(-1, 2))
        self.everywhere = np.array([mode == AT_HOME for mode, _ in some], np.bool_)
        self.not_known = np.array([mode == AT_WORK or None in at for mode, at in some], np.bool_) & ~self.everywhere
        self.count = len(some)

    def kilometres(self, point: Point) -> Numbers:
        """How far the nearest of each is, in a straight line over the ground; infinite where no place is known."""
        north, east = np.radians(point)
        half = (
            np.sin((self.at[:, 0] - north) / 2) ** 2
            + np.cos(north) * np.cos(self.at[:, 0]) * np.sin((self.at[:, 1] - east) / 2) ** 2
        )
        nearest = np.full(self.count, np.inf)
        np.minimum.at(nearest, self.number, 2 * EARTH_KM * np.arcsin(np.sqrt(half)))
        return nearest


@cache
def software() -> str:
    """The version, and a sum over the files that answers depend on: two that are the same answer alike."""
    root, digest = resources.ROOT.parent, sha256()
    for path in sorted(path for pattern in DECIDING for path in root.glob(pattern)):
        digest.update(f"{path.relative_to(root).as_posix()} {sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"{version('stepway')}+{digest.hexdigest()[:12]}"


def job_of(
    projection: Projection, release: str, on: date, some: Iterable[Circumstance]
) -> tuple[Job, dict[str, list[Offer]]]:
    """The job of a release as of a day, and the runs for which each stand-in stands."""
    members = _alike(projection.offers, on)
    few = tuple(run for run in projection.offers if run.id in members or not is_current(run, on))
    lean = replace(projection, offers=few, evidence=())
    return Job(release, software(), on, lean, tuple(some), tuple(members)), members


def _alike(offers: Iterable[Offer], on: date) -> dict[str, list[Offer]]:
    """The runs that can be planned, by the first of those that differ only in who teaches them and where."""
    found = defaultdict[Offer, list[Offer]](list)
    for run in sorted(offers, key=lambda one: one.id):
        if is_current(run, on):
            source = Source("", "", None, run.source.status)
            starts = tuple(sorted(day for day in run.starts if len(day) >= 7 and f"{day}-01"[:10] >= on.isoformat()))
            nobodys = replace(run, id="", opportunity="", title="", provider="", site=None, town=None, postcode=None)
            found[replace(nobodys, source=source, starts=starts)].append(run)
    return {runs[0].id: runs for runs in found.values()}


def plan(
    projection: Projection,
    release: str,
    on: date,
    places: Places,
    some: Sequence[Circumstance],
    *,
    districts: Iterable[str] = (),
    roles: Iterable[str] = (),
) -> Plan:
    """What is to be done for a release (by its content hash) as of a day.

    Without `districts` or `roles` all districts, and the roles that standard learners are asked about. Raises
    `UnknownInAtlasError`.
    """
    lived = _chosen("district", districts, {one.code: one for one in places.districts})
    wanted = _chosen("role", roles, projection.roles) if (roles := tuple(roles)) else goals(projection)
    job, members = job_of(projection, release, on, some)
    taught = Taught(members, places.runs)
    on_the_way = _on_the_way(job, [role.id for role in wanted])
    rows: list[tuple[int, int, int, Question, Question]] = []
    reach = _Reach(taught)
    for number, district in enumerate(lived):
        far = taught.kilometres(district.point) if district.point is not None else None
        resident = resident_of(district)
        for which, one in enumerate(some):
            near, perhaps = reach.of(far, one.within_km)
            for goal, role in enumerate(wanted):
                matters = on_the_way[role.id]
                sure = Question(one.id, resident, role.id, Reading.NEAR, bits(near & matters))
                may = ANY if perhaps is None or perhaps[matters].all() else bits(perhaps & matters)
                rows.append((number, which, goal, sure, Question(one.id, resident, role.id, Reading.PERHAPS, may)))
    questions = tuple(sorted({question for *_, sure, may in rows for question in (sure, may)}))
    place = {question: number for number, question in enumerate(questions)}
    numbered = tuple(Row(a, b, c, place[sure], place[may]) for a, b, c, sure, may in rows)
    return Plan(job, lived, tuple(some), wanted, questions, numbered, taught, len(reach.seen))


def _chosen(kind: str, ids: Iterable[str], known: Mapping[str, T]) -> tuple[T, ...]:
    """Those that are asked for, all when none is, in the order of ids. Raises `UnknownInAtlasError`."""
    asked = sorted(set(ids)) or sorted(known)
    for id in asked:
        if id not in known:
            raise UnknownInAtlasError(f"there is no {kind} “{id}” in this release")
    return tuple(known[id] for id in asked)


class _Reach:
    """Which stand-ins are near enough, with those that are seen again counted once."""

    def __init__(self, taught: Taught) -> None:
        self.taught = taught
        self.seen: set[bytes] = set()

    def of(self, far: Numbers | None, within_km: float | None) -> tuple[Flags, Flags | None]:
        """Those surely near enough, and those not known to be too far (None: any). `far` None: nobody knows how far."""
        taught, everything = self.taught, np.ones(self.taught.count, np.bool_)
        if within_km is None:
            return everything, None
        if far is None:
            return taught.everywhere, None
        near = taught.everywhere | (far <= within_km)
        self.seen.add(near.tobytes())
        return near, near | taught.not_known


def bits(flags: Flags) -> str:
    """Flags as hexadecimal digits. See `chosen`."""
    return np.packbits(flags).tobytes().hex()


def chosen(packed: str, stand_ins: Sequence[str]) -> frozenset[str]:
    """The stand-ins whose bits are set."""
    flags = np.unpackbits(np.frombuffer(bytes.fromhex(packed), np.uint8), count=len(stand_ins))
    return frozenset(stand_ins[number] for number in np.flatnonzero(flags).tolist())


def _on_the_way(job: Job, roles: Sequence[str]) -> dict[str, Flags]:
    """For each role the stand-ins of steps that can be of use on some way to it, by what rules name."""
    catalogues, step_of = Catalogues(job.projection), {run.id: run.step for run in job.projection.offers}
    catalogue = catalogues.of(job.on, 40)
    needs: dict[str, set[str]] = defaultdict(set)
    """What is asked for, by the fact that it gives."""
    giving: dict[str, set[str]] = defaultdict(set)
    for content in catalogue.catalogue.contents:
        asked = set(_facts(content.entry))
        for fact in content.adds:
            needs[fact] |= asked
            giving[fact].add(catalogue.steps[content.id].id)
    for rule in catalogue.catalogue.rules:
        for fact in rule.then:
            needs[fact] |= set(_facts(rule.condition))
    found = {}
    for role in roles:
        waiting, seen = [f"works-as:{role}"], {f"works-as:{role}"}
        while waiting:
            new = needs.get(waiting.pop(), set()) - seen
            seen |= new
            waiting += new
        steps = {step for fact in seen for step in giving.get(fact, ())}
        found[role] = np.array([step_of[run] in steps for run in job.stand_ins], np.bool_)
    return found


def _facts(expression: Expression) -> Iterator[str]:
    match expression:
        case str():
            yield expression
        case AtLeast(_, parts):
            for _, part in parts:
                yield from _facts(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _facts(part)
