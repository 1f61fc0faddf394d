"""The releases that requests are answered from: opened once, switched without a restart."""

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable, Iterable
from datetime import date
from functools import cached_property
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Final, TypeVar

from fastapi import Request

from api.differences import Comparisons
from api.errors import RetiredIdError, UnknownReleaseError
from api.settings import Settings
from api.workers import Pool
from graph.issues import Issue
from graph.profile import FILE as PROFILE
from graph.release import Manifest, NoReleaseError, Release, Releases
from ontology.namespaces import expand, id_of, thing
from queries.coverage.board import Board, Slice, board
from queries.coverage.model import CoverageFacts, Inference
from queries.coverage.reading import adverts_of_skills, redated
from queries.coverage.reading import read as read_coverage
from queries.ladder import Way, read_ways
from queries.pathways.grounds import Grounds
from queries.pathways.places import Places
from queries.pathways.places import read as read_places
from queries.pathways.request import ReleaseRef
from queries.profiles import Things
from queries.resource import Resources

OPEN_AT_ONCE: Final = 4
"""Releases kept open: the current one and those lately asked for by number."""

LOOKED_AT: Final = 12
"""Earlier releases whose graph is kept open for looking something up."""

LOOKED_BACK: Final = 5
"""Earlier releases that are searched for an id that the current one does not have."""

DAYS_KEPT: Final = 2
"""Days for which what coverage is worked out from is kept: today, and one that somebody asks for."""

BOARDS_KEPT: Final = 4
"""Coverage boards that are kept."""

MADE_KEPT: Final = 6
"""Answers that are kept as they were worked out, for who leafs through them or takes them in another format."""

DAMAGED: Final = (NoReleaseError, OSError, TypeError, ValueError)
"""What opening a release raises when its files are not as they were written."""

log = logging.getLogger("stepway")

T = TypeVar("T")


class Services:
    """Everything that is asked of one release. It stays usable for those who hold it when another becomes current."""

    def __init__(self, release: Release, answers_kept: int = 0, sandbox: str | None = None) -> None:
        self.release, self.manifest, self.sandbox = release, release.manifest, sandbox
        self.store, self.search = release.store, release.search
        self.things = Things(self.store, self.search)
        self.reference = ReleaseRef(self.manifest.number, self.manifest.content_hash, self.manifest.built_at, sandbox)
        self.pathways = Grounds(release.projection, self.reference)
        self._issues: list[Issue] | None = None
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()
        self._made: OrderedDict[Hashable, Any] = OrderedDict()
        self._coverage: OrderedDict[date, CoverageFacts] = OrderedDict()
        self._boards: OrderedDict[tuple[date, Slice, Inference], Board] = OrderedDict()
        self._reading = threading.Lock()
        self._answers_kept = answers_kept
        self._lock = threading.Lock()

    @cached_property
    def resources(self) -> Resources:
        """Everything that the release speaks of, by address."""
        return Resources(
            self.store,
            lambda id: self.things.get_named(id).label if id in self.things else None,
            self._predicates,
        )

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """The ways that lead from role to role."""
        return read_ways(self.store, self.release.projection)

    @cached_property
    def places(self) -> Places:
        """Where runs are taught, as far as the release knows."""
        return read_places(self.store)

    def _predicates(self) -> Iterable[str]:
        """Every property of the release: from its profile, or where older software wrote none, from its statements."""
        kept = (self.release.path / PROFILE).is_file()
        return self.release.profile.properties if kept else self.store.predicates()

    @property
    def issues(self) -> list[Issue]:
        """What was found wrong or doubtful when the release was built."""
        if self._issues is None:
            self._issues = self.release.issues
        return self._issues

    def coverage(self, on: date) -> CoverageFacts:
        """What is known of needs, of what teaches them and of runs, on a day: read once, dated for the last days."""
        with self._reading:
            if (found := self._coverage.get(on)) is None:
                kept = next(iter(self._coverage.values()), None)
                read = read_coverage(self.store, self.release.projection, on) if kept is None else redated(kept, on)
                found = self._coverage[on] = read
            self._coverage.move_to_end(on)
            while len(self._coverage) > DAYS_KEPT:
                self._coverage.popitem(last=False)
            return found

    def coverage_board(self, on: date, slice: Slice, inference: Inference) -> Board:
        """The coverage board of a day: kept for the slices that were asked for last, since a page is a part of one."""
        key, facts = (on, slice, inference), self.coverage(on)
        with self._reading:
            if (found := self._boards.get(key)) is None:
                found = self._boards[key] = board(facts, slice, inference)
            self._boards.move_to_end(key)
            while len(self._boards) > BOARDS_KEPT:
                self._boards.popitem(last=False)
            return found

    @cached_property
    def demand_by_skill(self) -> dict[str, int]:
        """In how many adverts a role is wanted that needs each competency; what is not there is not known."""
        return adverts_of_skills(self.store)

    def made(self, key: Hashable, make: Callable[[], T]) -> T:
        """What a question was worked out to: kept for the questions that were asked last."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                kept: T = self._made[key]
                return kept
        found = make()
        with self._lock:
            self._made[key] = found
            while len(self._made) > MADE_KEPT:
                self._made.popitem(last=False)
        return found

    def kept_answer(self, key: Hashable) -> bytes | None:
        """An answer given before. The same question to the same release has the same answer."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def keep_answer(self, key: Hashable, answer: bytes) -> None:
        """Keep an answer, and let go of the one that was asked for longest ago when there are too many."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._answers_kept:
                self._answers.popitem(last=False)


class ReleaseHolder:
    """Hands out the current release, or one by number, and notices when another becomes current.

    `sandbox`: id of the sandbox whose folder it is; it holds one release, and `banner` says so on every page.
    """

    def __init__(self, data_dir: Path, answers_kept: int = 0, sandbox: str | None = None, banner: str = "") -> None:
        self.releases, self.sandbox, self.banner = Releases(data_dir), sandbox, banner
        self._answers_kept = answers_kept
        self._open: OrderedDict[tuple[int, int, int], Services] = OrderedDict()
        self._looked_at: OrderedDict[tuple[int, int, int], Release] = OrderedDict()
        self._current: Services | None = None
        self._lock, self._opening = threading.Lock(), threading.Lock()

    def get(self, number: int | None = None) -> Services:
        """The services of a release. Raises `UnknownReleaseError`, and `NoReleaseError` when there is none at all."""
        if number is not None:
            try:
                return self._services(number)
            except NoReleaseError as error:
                raise UnknownReleaseError(number, self.releases.numbers()) from error
        current = self.releases.current_number()
        if current is None:
            raise NoReleaseError("no release has been built yet")
        try:
            self._current = self._services(current, meanwhile=self._current)
        except DAMAGED as error:
            if self._current is None:
                log.error("release %s cannot be opened: %s", current, error)
                why = "it is damaged, or another version of Stepway wrote it"
                raise NoReleaseError(f"release {current} cannot be opened: {why}") from error
            going_on = self._current.manifest.number
            log.error("release %s cannot be opened; release %s goes on: %s", current, going_on, error)
        return self._current

    def ready(self, number: int | None = None) -> Services | None:
        """The services of a release that is open: `get` without waiting. None when `get` may have to, or will raise."""
        wanted = number if number is not None else self.releases.current_number()
        if wanted is None:
            return None
        path = self.releases.folder / f"{wanted:06d}" / "manifest.json"
        try:
            facts = path.stat()
        except OSError:
            return None
        return self._opened((wanted, facts.st_ino, facts.st_mtime_ns))

    def manifests(self) -> list[Manifest]:
        """What each whole release is, newest first."""
        return [Manifest.read(self.releases.folder / f"{number:06d}") for number in reversed(self.releases.numbers())]

    def find_retired(self, id: str, services: Services) -> RetiredIdError | None:
        """Whether a thing was described once and is not any more: the release says so of all before it."""
        said = services.store.describe(thing(id))
        successors = tuple(sorted(id_of(str(one)) for one in said.objects(thing(id), expand("dcterms:isReplacedBy"))))
        last = [int(str(number)) for number in said.objects(thing(id), expand("sw:lastDescribed"))]
        if last:
            return RetiredIdError(id, max(last), successors)
        if services.manifest.parts:
            return None
        # Releases made before releases said it themselves.
        before = [number for number in self.releases.numbers() if number < services.manifest.number]
        for number in reversed(before[-LOOKED_BACK:]):
            try:
                earlier = self._services(number)
            except DAMAGED:
                continue
            if id in earlier.things:
                return RetiredIdError(id, number, successors)
        return None

    def looked_at(self, number: int) -> Release:
        """A release of which only the graph is looked at: opened at once, and kept open for the next look.

        Raises one of `DAMAGED`.
        """
        facts = (self.releases.folder / f"{number:06d}" / "manifest.json").stat()
        key = (number, facts.st_ino, facts.st_mtime_ns)
        with self._lock:
            if (found := self._looked_at.get(key)) is None:
                found = self._looked_at[key] = self.releases.get(number)
                while len(self._looked_at) > LOOKED_AT:
                    self._looked_at.popitem(last=False)
            return found

    def _services(self, number: int, meanwhile: Services | None = None) -> Services:
        """The services of one release, opened when they are not open yet.

        The files decide, too, whether it is the same release. While somebody opens it others get `meanwhile`, if given.
        """
        path = self.releases.folder / f"{number:06d}"
        try:
            facts = (path / "manifest.json").stat()
        except OSError as error:
            raise NoReleaseError(f"there is no release {number}") from error
        key = (number, facts.st_ino, facts.st_mtime_ns)
        if (found := self._opened(key)) is not None:
            return found
        if not self._opening.acquire(blocking=meanwhile is None):
            assert meanwhile is not None
            return meanwhile
        try:
            if (found := self._opened(key)) is not None:
                return found
            services = Services(self.releases.get(number), self._answers_kept, self.sandbox)
            with self._lock:
                self._open[key] = services
                while len(self._open) > OPEN_AT_ONCE:
                    self._open.popitem(last=False)
            return services
        finally:
            self._opening.release()

    def _opened(self, key: tuple[int, int, int]) -> Services | None:
        with self._lock:
            if key in self._open:
                self._open.move_to_end(key)
            return self._open.get(key)


HOLDER: Final = "stepway.holder"
"""Where a request that is put to a sandbox says which releases it is answered from."""


def holder_of(request: Request) -> ReleaseHolder:
    """The releases that a request is answered from: the application's, or the one of the sandbox that it is put to."""
    found = request.scope.get(HOLDER, request.app.state.holder)
    assert isinstance(found, ReleaseHolder)
    return found


def services_of(request: Request, release: int | None = None) -> Services | None:
    """What a page is about that stands without data too: the release, or None before there is any.

    Raises `UnknownReleaseError`.
    """
    try:
        return holder_of(request).get(release)
    except NoReleaseError:
        return None


def releases_of(request: Request) -> ReleaseHolder:
    """The real releases, also where a request is put to a sandbox."""
    found = request.app.state.holder
    assert isinstance(found, ReleaseHolder)
    return found


def comparisons_of(request: Request) -> Comparisons:
    """The comparisons of releases that were lately asked for."""
    found = request.app.state.comparisons
    assert isinstance(found, Comparisons)
    return found


def settings_of(request: Request) -> Settings:
    """The application's settings."""
    found = request.app.state.settings
    assert isinstance(found, Settings)
    return found


def pool_of(request: Request) -> Pool:
    """The worker processes that answer pathway questions."""
    found = request.app.state.pool
    assert isinstance(found, Pool)
    return found


def client_of(request: Request) -> str:
    """Who asks, for taking turns: an address, or the network that one household or company has (IPv6)."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work gives; None when whoever asked has gone, and then the work is cancelled."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    doing, going = asyncio.create_task(work), asyncio.create_task(gone())
    try:
        await asyncio.wait((doing, going), return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        doing.cancel()
        going.cancel()
