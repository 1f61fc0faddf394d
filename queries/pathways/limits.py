"""The limits that a question sets: which contradict each other, what each takes out, and the question without them.

A limit has a name (`via:OC-…`, `budget`), so that an answer can say which one took a step out and which, lifted, would
open a pathway. Whatever is not known of a step never counts as fitting a limit.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from graph.projection import Projection, Step, StepKind
from queries.pathways.compile import DayCatalogue, Way, facts_of, needs_employer
from queries.pathways.engine.problem import Criterion
from queries.pathways.request import Near, PathwayRequest, counted

ANY_TIME: Final = 2000
"""Weeks that no pathway of ours takes: where the limit on time is lifted."""

_USUAL: Final = PathwayRequest()

USUAL_HORIZON: Final = _USUAL.within_weeks
"""Weeks within which a question looks, when it does not say."""

ANY_HOURS: Final = 100
"""Hours a week that are enough for anything."""


class ContradictoryLimitsError(ValueError):
    """Limits of a question that cannot both be kept, whatever is on offer."""


class NotKnownError(LookupError):
    """The question asks for something that the release does not say of anything."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit in force: its name, what it says, and the question without it.

    `bars`: the deliveries of a catalogue that it takes out, by id; None when it takes out no delivery by itself.
    """

    name: str
    text: str
    lift: Callable[[PathwayRequest], PathwayRequest]
    bars: Callable[[DayCatalogue], frozenset[str]] | None = None


def check(request: PathwayRequest, projection: Projection) -> None:
    """Refuse limits that contradict each other. `request.on` and `request.to` are settled.

    Raises `ContradictoryLimitsError`, and `UnknownThingError` for what the release does not hold.
    """
    on, last, first = _day(request), request.arrive_by, request.depart_after
    if last is not None and last < on:
        raise ContradictoryLimitsError(f"the day to arrive by, {last}, is before the day of the question, {on}")
    if last is not None and first is not None and last < first:
        raise ContradictoryLimitsError(f"the day to arrive by, {last}, is before the day to set out, {first}")
    for one in request.via:
        facts_of(one.id, projection)
        if one.id in request.avoid:
            raise ContradictoryLimitsError(f"{one.id} is both to be passed through and to be avoided")
        if one.weeks > ANY_TIME:
            raise ContradictoryLimitsError(f"a stay of {one.weeks:,} weeks is more than any pathway may take")
        if one.weeks and one.id not in projection.roles:
            raise ContradictoryLimitsError(f"a stay of {one.weeks} weeks belongs to a role, and {one.id} is none")
        if one.weeks and one.id in request.to:
            raise ContradictoryLimitsError(f"{one.id} is the goal itself, so nobody passes through it for a while")
    for id in request.to:
        if id in request.avoid:
            raise ContradictoryLimitsError(f"{id} is both the goal and to be avoided")
    for id in request.provider:
        if id in request.avoid:
            raise ContradictoryLimitsError(f"{id} is both a provider to choose from and to be avoided")


def horizon(request: PathwayRequest) -> int:
    """The last week in which the goal may be reached."""
    if request.arrive_by is None:
        return request.within_weeks
    return min(request.within_weeks, (request.arrive_by - _day(request)).days // 7)


def not_before(request: PathwayRequest) -> int:
    """The week of the day to set out. The catalogue of that day leaves out starts that are earlier in that week."""
    if request.depart_after is None:
        return 0
    return max(0, (request.depart_after - _day(request)).days // 7)


def _day(request: PathwayRequest) -> date:
    assert request.on is not None
    return request.on


def limits_of(request: PathwayRequest, labels: Mapping[str, str]) -> tuple[Limit, ...]:
    """The limits in force, those most easily lifted first."""
    return tuple(_limits(request, labels))


def _limits(request: PathwayRequest, labels: Mapping[str, str]) -> Iterable[Limit]:
    def label(id: str) -> str:
        return labels.get(id, id)

    weeks = horizon(request)
    by = f"by {request.arrive_by}" if request.arrive_by else f"within {counted(weeks, 'week')}"
    set_by_person = request.arrive_by is not None or request.within_weeks < _USUAL.within_weeks
    yield Limit(
        "time",
        f"to be there {by}" + (" (steps of unknown length left out)" if set_by_person else ""),
        lambda r: replace(r, within_weeks=ANY_TIME, arrive_by=None),
        (lambda catalogue: catalogue.without_measure[Criterion.WEEKS]) if set_by_person else None,
    )
    if request.depart_after is not None and request.depart_after > _day(request):
        yield Limit("depart_after", f"nothing before {request.depart_after}", lambda r: replace(r, depart_after=None))
    if request.hours_per_week < ANY_HOURS:
        text = f"at most {counted(request.hours_per_week, 'hour')} a week"
        yield Limit("hours_per_week", text, lambda r: replace(r, hours_per_week=ANY_HOURS))
    if request.budget_pounds is not None:
        yield Limit(
            "budget",
            f"at most £{request.budget_pounds:,}" + ("" if request.unpriced else " (steps of unknown price left out)"),
            lambda r: replace(r, budget_pounds=None),
            None if request.unpriced else lambda catalogue: catalogue.without_measure[Criterion.COST],
        )
    if request.mode:
        text = f"only {_any(request.mode)}"
        yield Limit("mode", text, lambda r: replace(r, mode=()), _where(_other_mode(request.mode)))
    if request.attendance:
        yield Limit(
            "attendance",
            f"only {_any(request.attendance)} attendance" + (", or not known when" if request.untold else ""),
            lambda r: replace(r, attendance=()),
            _where(_other_attendance(request.attendance, request.untold)),
        )
    if request.near is not None:
        yield Limit("distance", request.near.text, lambda r: replace(r, near=None), _where(_too_far(request.near)))
    if request.provider:
        yield Limit(
            "provider",
            f"only with {_any(map(label, request.provider))}",
            lambda r: replace(r, provider=()),
            _where(lambda way: _taught(way) and (way.offer is None or way.offer.provider not in request.provider)),
        )
    if request.published_only:
        yield Limit(
            "published_only",
            "only what is published",
            lambda r: replace(r, published_only=False),
            lambda catalogue: catalogue.not_published,
        )
    if request.profile_required:
        text = "the profile usually asked is a bar"
        yield Limit("profile_required", text, lambda r: replace(r, profile_required=False))
    if request.confirmed_only:
        yield Limit(
            "confirmed_only",
            "only steps of which it can be told that the person may start them",
            lambda r: replace(r, confirmed_only=False),
            lambda catalogue: catalogue.cannot_tell,
        )
    if request.without_employer:
        yield Limit(
            "without_employer",
            "no step that needs an employer, except plain work at the goal",
            lambda r: replace(r, without_employer=False),
            _where(lambda way: employer_on_the_way(way.step, request.to)),
        )
    if ("right-to-work", "no") in request.attributes:
        yield Limit(
            "right_to_work",
            "no job, as long as there is no right to work in the United Kingdom",
            lambda r: replace(r, attributes=tuple(one for one in r.attributes if one[0] != "right-to-work")),
            _where(lambda way: not _taught(way) or needs_employer(way.step)),
        )
    if not request.jobs_as_steps:
        yield Limit(
            "jobs_as_steps",
            "no job as a step on the way",
            lambda r: replace(r, jobs_as_steps=True),
            _where(lambda way: not _taught(way) and way.step.about[0] not in request.to),
        )
    for id in request.avoid:
        yield Limit(f"avoid:{id}", f"not {label(id)}", _without_avoiding(id), _where(_is_of(id)))
    for one in request.via:
        stay = f" for at least {counted(one.weeks, 'week')}" if one.weeks else ""
        yield Limit(f"via:{one.id}", f"by way of {label(one.id)}{stay}", _without_via(one.id))


def employer_on_the_way(step: Step, goals: Iterable[str]) -> bool:
    """Whether a step needs an employer and is no plain work at a goal; an apprenticeship that leads to one is none."""
    return needs_employer(step) and (step.kind is not StepKind.JOB or step.about[0] not in goals)


def without(request: PathwayRequest, limits: Iterable[Limit]) -> PathwayRequest:
    """The question with these limits lifted."""
    for limit in limits:
        request = limit.lift(request)
    return request


def _where(taken: Callable[[Way], bool]) -> Callable[[DayCatalogue], frozenset[str]]:
    return lambda catalogue: frozenset(id for id, way in catalogue.ways.items() if taken(way))


def _any(names: Iterable[str]) -> str:
    return " or ".join(names)


def _taught(way: Way) -> bool:
    return way.step.kind is not StepKind.JOB


def _other_mode(wanted: tuple[str, ...]) -> Callable[[Way], bool]:
    """Whether neither how much of the week it takes nor where it is taught is known to be as wanted."""
    return lambda way: (
        _taught(way) and (way.offer is None or not {way.offer.study_mode, way.offer.delivery_mode}.intersection(wanted))
    )


def _other_attendance(wanted: tuple[str, ...], untold: bool) -> Callable[[Way], bool]:
    """Whether a way is not known to be taught at a time of day that is wanted.

    `untold`: whether it is known to be taught at another; of a step that is no run, whether each known run of it is.
    """

    def bars(way: Way) -> bool:
        if not _taught(way):
            return False
        told = [run.attendance for run in ((way.offer,) if way.offer is not None else way.earlier)]
        if untold:
            return bool(told) and not any(one is None or one in wanted for one in told)
        return way.offer is None or way.offer.attendance not in wanted

    return bars


def _too_far(near: Near) -> Callable[[Way], bool]:
    """Whether a way is no run that is near enough; of a step that is no run, whether all its known runs are too far."""

    def bars(way: Way) -> bool:
        if not _taught(way):
            return False
        if way.offer is not None:
            return way.offer.id not in near.runs
        return near.known_only or (bool(way.earlier) and not any(run.id in near.runs for run in way.earlier))

    return bars


def _is_of(id: str) -> Callable[[Way], bool]:
    """Whether a way is what is to be avoided: the step or run itself, what it gives or is about, or who runs it.

    A run after those that are known is so when all of them are.
    """

    def bars(way: Way) -> bool:
        given = any(fact.partition(":")[2] == id for fact in way.step.gives)
        runs = [way.offer] if way.offer else way.earlier
        run = bool(runs) and all(id in (one.id, one.opportunity, one.provider) for one in runs)
        return id == way.step.id or given or run or (_taught(way) and id in way.step.about)

    return bars


def _without_avoiding(id: str) -> Callable[[PathwayRequest], PathwayRequest]:
    return lambda request: replace(request, avoid=tuple(one for one in request.avoid if one != id))


def _without_via(id: str) -> Callable[[PathwayRequest], PathwayRequest]:
    return lambda request: replace(request, via=tuple(one for one in request.via if one.id != id))
