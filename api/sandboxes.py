"""Sandboxes as the service and the console have them: where they are kept, how they are made, and what they say.

Every address works under `/sandboxes/{id}` too: `UnderSandbox` takes the prefix off and has the request answered from
the sandbox's own release, so that no endpoint knows of sandboxes and none can mix them with the real release.
"""

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import questions
from api.addresses import Addresses
from api.console import Screen
from api.dependencies import HOLDER, ReleaseHolder
from api.errors import Problem, problem_of, reply_of
from api.reply import JSON
from api.schemas.common import Link
from api.schemas.sandboxes import (
    BaseSaid,
    ChangeSaid,
    CoveredSaid,
    EffectSaid,
    FoundSaid,
    InGapSaid,
    LeansSaid,
    PeoplePlaceSaid,
    SandboxSaid,
    SideSaid,
)
from api.schemas.service import IssueSaid
from api.told import issue
from api.workers import Named
from graph.issues import Issue
from graph.release import Release
from loaders.kept_sandboxes import Asked, KeptSandboxes, Sandbox
from loaders.refusals import UnknownSandboxError
from queries.coverage.board import MEANINGS, Finding
from queries.pathways.request import ReleaseRef, Thing, counted
from queries.sandbox import Became, Change, Covered, Effect, Found, InGap, Side

PREFIX: Final = "/sandboxes/"
HEADER: Final = "Stepway-Sandbox"
WORKSHOP: Final = Named("api.workshop:open_workshop")
"""The opener of the workers that make sandboxes."""

OPEN_AT_ONCE: Final = 4
"""Sandboxes kept open in the service."""

CAUTION: Final = (
    "A people-place is a made-up circumstance in a postcode district, not a person: nobody knows how many live so"
    " there, whether they would come, or whether there would be room."
)

_UNDER: Final = re.compile(r"/sandboxes/([^/]+)(/.*)")


class OpenSandboxes:
    """The sandboxes of a data directory, with those that are asked open."""

    def __init__(self, data_dir: Path, kept: int, answers_kept: int) -> None:
        self.kept = KeptSandboxes(data_dir, kept)
        self._answers_kept = answers_kept
        self._open: OrderedDict[str, ReleaseHolder] = OrderedDict()
        self._lock = threading.Lock()

    def holder(self, id: str) -> ReleaseHolder:
        """The release of a sandbox. Raises `UnknownSandboxError`."""
        try:
            path = self.kept.path(id)
            self.kept.use(id)
        except (OSError, UnknownSandboxError):
            with self._lock:
                self._open.pop(id, None)
            raise UnknownSandboxError(id) from None
        with self._lock:
            if id not in self._open:
                self._open[id] = ReleaseHolder(path, self._answers_kept, id, banner(self.kept.get(id)))
            self._open.move_to_end(id)
            while len(self._open) > OPEN_AT_ONCE:
                self._open.popitem(last=False)
            return self._open[id]


def sandboxes_of(request: Request) -> OpenSandboxes:
    """The application's sandboxes."""
    found = request.app.state.sandboxes
    assert isinstance(found, OpenSandboxes)
    return found


class UnderSandbox:
    """Has what is asked under `/sandboxes/{id}` answered from that sandbox, and every such reply say so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, without the prefix where there is one."""
        root = str(scope.get("root_path", "")).rstrip("/")
        found = None
        if scope["type"] == "http" and scope["path"].startswith(root):
            found = _UNDER.fullmatch(scope["path"].removeprefix(root))
        if found is None or found[2] == "/effect":
            await self.app(scope, receive, send)
            return
        id, rest = found[1], found[2]
        try:
            holder = scope["app"].state.sandboxes.holder(id)
            if rest == "/sandboxes" or rest.startswith(PREFIX):
                raise Problem("not-found", "A sandbox holds no sandboxes: post to /sandboxes itself.")
        except (Problem, UnknownSandboxError) as error:
            await reply_of(Request(scope), problem_of(error))(scope, receive, send)
            return

        async def saying_so(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[HEADER] = id
                headers["X-Robots-Tag"] = "noindex"
            await send(message)

        within = {**scope, "root_path": f"{root}{PREFIX}{id}", HOLDER: holder}
        await self.app(within, receive, saying_so)


def must_imagine(asked: Asked) -> None:
    """Raises an `invalid-request` problem where nothing is imagined at all."""
    if asked.nothing:
        raise Problem(
            "invalid-request",
            "Nothing is imagined: there is no row in “tables”, and nothing in “without”.",
            422,
            hint=(
                "Give new rows of tables such as units, opportunities or deliveries, or ids of what is taken to be"
                " closed; or fill in the form at /sandboxes/new."
            ),
        )


# What the workers that make sandboxes and work out what they change are asked: see `api.workshop`.


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where sandboxes are made: the data directory, and how many are kept."""

    data_dir: Path
    kept: int


@dataclass(frozen=True, slots=True)
class Make:
    """Make a sandbox over the release in a folder."""

    base: Path
    asked: Asked


@dataclass(frozen=True, slots=True)
class Compare:
    """Work out what a sandbox changes in its base, as of a day."""

    base: Path
    sandbox: Path
    on: date
    root: str
    gap: tuple[str, ...] = ()


# What is said of them.


def banner(sandbox: Sandbox) -> str:
    """What every page of a sandbox says."""
    said = f"“{sandbox.title}”: " if sandbox.title else ""
    things = sum(map(len, sandbox.imagined.values()))
    what = [f"{counted(things, 'thing is', 'things are')} imaginary"] if things else []
    if sandbox.taken_away:
        what.append(f"{counted(len(sandbox.taken_away), 'thing is', 'things are')} taken to be closed")
    return f"{said}{' and '.join(what) or 'nothing is imagined'}. Release {sandbox.number} itself is not changed."


def told_sandbox(sandbox: Sandbox, served: int | None, addresses: Addresses) -> SandboxSaid:
    """A sandbox, in the shape of replies."""
    under = Addresses(f"{addresses.root}{PREFIX}{sandbox.id}")

    def link(rel: str, href: str, title: str) -> Link:
        return Link(rel=rel, href=href, type=JSON, title=title)

    links = [
        link("self", addresses.to(f"{PREFIX}{sandbox.id}"), "this page"),
        link("start", under.to("/"), "the sandbox: every address works under it"),
        link("effect", addresses.to(f"{PREFIX}{sandbox.id}/effect"), "what it changes"),
        link("base", addresses.to(f"/releases/{sandbox.number}"), "the release it is laid over"),
        *(link("imagined", under.to(f"/id/{id}"), id) for ids in sandbox.imagined.values() for id in ids),
    ]
    return SandboxSaid(
        id=sandbox.id,
        title=sandbox.title,
        banner=banner(sandbox),
        made_at=sandbox.made_at,
        base=BaseSaid(**sandbox.base, served=sandbox.number == served),
        imagined=sandbox.imagined,
        closed=sandbox.closed,
        taken_away=sandbox.taken_away,
        tables=sandbox.tables,
        issues=[issue(Issue(**one)) for one in sandbox.issues],
        links=links,
    )


def told_effect(found: Effect, base: Release, sandbox: Release, id: str, root: str) -> EffectSaid:
    """What a sandbox changes, in the shape of replies."""
    of_it = Addresses(root)

    def reference(release: Release, sandbox: str | None) -> ReleaseRef:
        manifest = release.manifest
        return ReleaseRef(manifest.number, manifest.content_hash, manifest.built_at, sandbox)

    gained = sum(bool(one.gained) for one in found.people_places)
    links = [
        Link(rel="self", href=of_it.to(f"{PREFIX}{id}/effect", on=found.on), type=JSON, title="this page"),
        Link(rel="sandbox", href=of_it.to(f"{PREFIX}{id}"), type=JSON, title="the sandbox"),
    ]
    return EffectSaid(
        sandbox=id,
        headline=headline(found),
        caution=CAUTION,
        on=found.on,
        asked=found.asked,
        counts=found.counted(),
        changes=[_change(one, f"{root}{PREFIX}{id}") for one in found.changes],
        people_places_served=gained,
        people_places_lost=sum(bool(one.lost) for one in found.people_places),
        people_places_asked=found.places_asked,
        people_places=[
            PeoplePlaceSaid(
                circumstance=one.circumstance, district=one.district, gained=list(one.gained), lost=list(one.lost)
            )
            for one in found.people_places
        ],
        covered=[
            CoveredSaid(
                times=one.times,
                competency=one.competency,
                roles=one.roles,
                before=one.before,
                after=one.after,
                imaginary=one.imaginary,
                text=covered_in_words(one),
            )
            for one in found.covered
        ],
        gap=[_in_gap(one) for one in found.gap],
        at=list(found.at),
        seats=found.seats,
        complete=found.complete,
        base=reference(base, None),
        release=reference(sandbox, id),
        links=links,
    )


def headline(found: Effect) -> str:
    """The effect in a sentence or two."""
    counts = found.counted()
    said = [
        f"{counted(counts[Became.REACHABLE], 'role is', 'roles are')} newly within reach of a standard learner",
        f"{counts[Became.SOONER]:,} sooner",
        f"{counts[Became.CHEAPER]:,} cheaper",
    ]
    lost = [
        f"{counts[became]:,} {word}"
        for became, word in (
            (Became.UNREACHABLE, "out of reach"),
            (Became.LATER, "later"),
            (Became.DEARER, "dearer"),
            (Became.NOT_KNOWN, "not known"),
        )
        if counts[became]
    ]
    served = sum(bool(one.gained) for one in found.people_places)
    text = f"Of {found.asked:,} questions: {', '.join((*said, *lost))}."
    text += f" {counted(served, 'people-place is', 'people-places are')} newly served of {found.places_asked:,}."
    no_longer = sum(bool(one.lost) for one in found.people_places)
    text += f" {counted(no_longer, 'loses', 'lose')} a role." if no_longer else ""
    return text if found.complete else f"{text} Not everything was looked for: there may be more."


_WORDS: Final = {
    Became.REACHABLE: "newly within reach",
    Became.UNREACHABLE: "no longer within reach",
    Became.NOT_KNOWN: "not known on one side",
    Became.SOONER: "sooner",
    Became.LATER: "later",
    Became.CHEAPER: "cheaper",
    Became.DEARER: "dearer",
    Became.OTHERWISE: "another way, as far as is known neither sooner nor cheaper",
    Became.SAME: "the same",
}


_WORSE: Final = (Became.UNREACHABLE, Became.LATER, Became.DEARER, Became.OTHERWISE)


def change_in_words(one: Change) -> str:
    """What became of one question."""
    said = _WORDS[one.became]
    least = "at least " if one.weeks_saved_at_least else ""
    if one.weeks_saved:
        said += f", {least}{counted(abs(one.weeks_saved), 'week')} {'saved' if one.weeks_saved > 0 else 'lost'}"
    if one.pounds_saved:
        said += f", £{abs(one.pounds_saved):,} {'saved' if one.pounds_saved > 0 else 'more'}"
    if one.became is Became.REACHABLE and one.after.weeks is not None:
        said += f" in {_weeks(one.after)}"
    if one.became is Became.OTHERWISE and one.before.weeks is not None and one.after.weeks is not None:
        said += f": {_weeks(one.before)} before, {_weeks(one.after)} now"
    if one.after.leans:
        said += "; rests on what is imaginary"
    text = f"{one.role.label}: {said}."
    known = [title for title in one.before.unoffered if title not in one.after.unoffered]
    if known and one.became in _WORSE:
        text += (
            f" Before, no run of {' and '.join(known)} was known, and it was planned as if one began whenever it suits."
            " Now one is known, and its dates and place count."
        )
    return text


def covered_in_words(one: Covered) -> str:
    """What became of the coverage of a competency."""
    before, after = (MEANINGS[side] if side else "not asked for" for side in (one.before, one.after))
    rests = "; this rests on what is illustrative alone" if one.imaginary else ""
    return f"{one.competency.label}, {one.times}: before, {before}; now, {after}{rests}."


def _in_gap(one: InGap) -> InGapSaid:
    before, after = (
        FoundSaid(
            finding=side.finding,
            taught=side.taught,
            providers=list(side.providers),
            imaginary=side.imaginary,
            inferred=side.inferred,
        )
        for side in (one.before, one.after)
    )
    closed = after.taught and not before.taught
    text = f"{one.item.label}: before, {_taught(one.before)}; after, {_taught(one.after)}."
    return InGapSaid(item=Thing(one.item.id, one.item.label), before=before, after=after, closed=closed, text=text)


def _taught(side: Found) -> str:
    """Who teaches it: `taught by Dudley College, inside a whole qualification only`."""
    if side.finding is None:
        return "not known: no role is known to need it"
    if not side.taught:
        elsewhere = side.finding is Finding.ELSEWHERE
        return "taught only elsewhere" if elsewhere else f"taught by nobody there ({MEANINGS[side.finding]})"
    said = f"taught by {' and '.join(one.label for one in side.providers)}"
    said += ", inside a whole qualification only" if side.finding is Finding.WHOLE_ONLY else ""
    marks = "; ".join(
        word for word, so in (("illustrative", side.imaginary), ("by our inference", side.inferred)) if so
    )
    return f"{said} ({marks})" if marks else said


def gap_in_words(said: EffectSaid) -> str:
    """Whether the gap is closed, in a sentence."""
    closed, whole = sum(one.closed for one in said.gap), len(said.gap)
    where = f" at {' and '.join(one.label for one in said.at)}" if said.at else ""
    before = sum(one.before.taught for one in said.gap)
    inferred = ", by our inference alone" if all(one.after.inferred for one in said.gap if one.closed) else ""
    all_of = f": all {whole}" if whole > 1 else ""
    text = f"{closed} of {whole} in the gap that was asked about are closed{where}"
    if closed == whole:
        text = f"The gap that was asked about is closed{where}{all_of}"
    text = f"{text}{inferred if closed else ''}."
    return f"{text} {counted(before, 'was', 'were')} taught already." if before else text


def _weeks(side: Side) -> str:
    assert side.weeks is not None
    return f"{'at least ' if side.weeks_at_least else ''}{counted(side.weeks, 'week')}"


def _change(one: Change, root: str) -> ChangeSaid:
    return ChangeSaid(
        who=one.who,
        role=one.role,
        became=one.became,
        text=change_in_words(one),
        weeks_saved=one.weeks_saved,
        weeks_saved_at_least=one.weeks_saved_at_least,
        pounds_saved=one.pounds_saved,
        before=_side(one.before),
        after=_side(one.after),
        href=root + questions.address_of(one.request, None),
    )


def _side(one: Side) -> SideSaid:
    return SideSaid(
        reachable=one.reachable,
        weeks=one.weeks,
        weeks_at_least=one.weeks_at_least,
        known_cost_pounds=one.known_cost_pounds,
        steps_of_unknown_cost=one.steps_of_unknown_cost,
        status=one.status,
        summary=one.summary,
        leans=[LeansSaid(number=step.number, title=step.title, on=list(step.on)) for step in one.leans],
    )


# On the console.


def show(screen: Screen, said: SandboxSaid) -> None:
    """A sandbox for people."""
    screen.line(f"Sandbox {said.id}", strong=True)
    screen.line(said.banner)
    for table, ids in said.imagined.items():
        screen.fact(f"Imagined {table.replace('_', ' ')}", ", ".join(ids))
    if said.closed:
        screen.fact("Closed", ", ".join(said.closed))
        screen.fact("Gone with it", ", ".join(said.taken_away))
    for one in said.issues:
        screen.line(issue_in_words(one))


def issue_in_words(one: Issue | IssueSaid) -> str:
    """An issue in a line: how bad, where, what, and how to mend it."""
    place = ", ".join(filter(None, (one.file, f"line {one.line}" if one.line else None, one.column)))
    return f"{one.severity.value}: {f'{place}: ' if place else ''}{one.message}; {one.hint}"


def show_effect(screen: Screen, said: EffectSaid) -> None:
    """An effect for people."""
    screen.line(said.headline, strong=True)
    if said.gap:
        screen.line(gap_in_words(said))
        for part in said.gap:
            screen.line(f"- {part.text}")
    for one in said.changes:
        screen.line(f"- {one.who.label if one.who else 'Your question'} → {one.text}")
        for step in one.after.leans:
            names = ", ".join(f"{thing.label} ({thing.id})" for thing in step.on)
            screen.line(f"step {step.number}, {step.title}: imaginary: {names}", indent=2)
    for covered in said.covered:
        screen.line(f"- {covered.text}")
    if said.seats is not None:
        screen.fact("Seats that the imagined runs say they have", f"{said.seats:,}")
    screen.line(said.caution)
