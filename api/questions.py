"""From what a reader writes to a pathway question over ids, and to the answer: the same for HTTP and the console."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode

from pydantic import TypeAdapter

from api.dependencies import ReleaseHolder, Services
from api.errors import Problem, QuestionIdError, WrongKindError
from api.schemas.common import MANY_THINGS
from api.schemas.pathways import SECTOR, NotUsed, PathwayQuestion, PathwayReply, Understood, WayBackReply
from graph.projection import StepKind
from graph.requirements import attributes
from ontology.namespaces import SW, id_of, thing
from queries.catalogue import COLLECTIONS
from queries.find import How, resolve
from queries.pathways.asked import ask
from queries.pathways.compile import Way
from queries.pathways.engine.interchange import instance_from
from queries.pathways.engine.problem import Criterion, Limits
from queries.pathways.grounds import Grounds
from queries.pathways.limits import NotKnownError
from queries.pathways.places import USUAL_KM
from queries.pathways.relevant import REGISTER
from queries.pathways.request import PathwayRequest, Via

if TYPE_CHECKING:  # the planner takes long to load
    from queries.pathways.service import PathwayService

GOALS: Final = ("Role", "Qualification")
"""Kinds of thing that a pathway can lead to."""

VIAS: Final = ("Role", "Qualification", "Unit", "ProvisionType")
"""Kinds of thing that a pathway can pass through."""

AVOIDED: Final = (*VIAS, "LearningOpportunity", "Delivery", "Provider")
"""Kinds of thing that a pathway can leave out; steps by their ids besides."""

STARTS: Final = ("Role", "Qualification", "Unit", "ProvisionType", "LearningOpportunity")
"""Kinds of thing that a pathway can start from."""

REPLY: Final = TypeAdapter(PathwayReply)
"""Writes an answer as JSON."""

WAY_BACK: Final = TypeAdapter(WayBackReply | None)
"""Writes a way on as JSON; `null` where the answer has no such pathway or step."""

T = TypeVar("T")

_LEVEL: Final = re.compile(r"level[ :]([1-8])", re.IGNORECASE)
_ID: Final = re.compile(r"[A-Z]{1,5}(-[A-Z0-9.]+)+")
MOST_CREDITS: Final = 9999
"""The most credits that anything may have: the shapes of the data say the same."""

_NO_LEVEL: Final = re.compile(r"level( \d+|:.*)", re.IGNORECASE)
_COUNTED: Final = re.compile(r"(.+):(\d{1,9})")
_QAN: Final = re.compile(r"\d{3}/?\d{4}/?[\dXx]")
_PATHWAY_DEFAULTS: Final = PathwayRequest()


class Understanding:
    """Takes the words of questions for things of one release."""

    def __init__(self, services: Services, holder: ReleaseHolder) -> None:
        self.services, self.holder = services, holder

    def thing(self, text: str, kinds: Collection[str], wanted: str) -> Understood:
        """The one thing that somebody means.

        Raises `QuestionIdError`, `RetiredIdError`, `WrongKindError` and `UnknownWordsError`.
        """
        things, text = self.services.things, text.strip()
        if text in things:
            named = things.get_named(self.described(text))
            if COLLECTIONS[named.collection].class_name not in kinds:
                raise WrongKindError(text, named.label, named.collection, wanted)
            return Understood(text, named.id, named.label, How.ID)
        if _ID.fullmatch(text) and not any(one.how == "id" for one in self.services.search.find(text, kinds, 1)):
            if (retired := self.holder.find_retired(text, self.services)) is not None:
                raise retired
            raise QuestionIdError(text, things.suggestions(text, kinds))
        if "Qualification" in kinds and _QAN.fullmatch(text):
            numbered = self.services.search.find(text.replace("/", ""), ("Qualification",), 3)
            ids = {self.described(one.id) for one in numbered}
            if len(ids) == 1 and all(one.how == "words" for one in numbered):
                return Understood(text, id := ids.pop(), things.get_named(id).label, How.ID)
        found = resolve(text, self.services.search, things.names, kinds)
        return Understood(text, found.id, found.label, found.how)

    def described(self, id: str) -> str:
        """The award of our tables that one of a register is, where it is planned in its place; else the id itself."""
        if not id.startswith(REGISTER) or any(step.id == id for step in self.services.pathways.projection.steps):
            return id
        ours = [id_of(one) for one in self.services.store.subjects(SW.registeredAs, thing(id))]
        return ours[0] if len(ours) == 1 and ours[0] in self.services.things else id

    def start(self, text: str) -> Understood:
        """Something that a person brings; also `level:3` and `Q-…:60`."""
        if level := _LEVEL.fullmatch(text.strip()):
            return Understood(text, f"level:{level[1]}", f"an award at level {level[1]}", How.ID)
        if _NO_LEVEL.fullmatch(text.strip()):
            raise Problem("invalid-request", f"“{text}” is no level: they are level:1 to level:8.", 422)
        if credits := _COUNTED.fullmatch(text.strip()):
            award = self.thing(credits[1], ("Qualification",), "an award, of which so many credits are held")
            return self.part_of(award, int(credits[2]), text)
        return self.thing(text, STARTS, "something a person holds, has completed or works as")

    def part_of(self, award: Understood, credits: int, text: str) -> Understood:
        """So many credits of an award. Raises `Problem` for none, and when it has fewer in all."""
        whole = self.services.pathways.projection.awards[award.id].credits
        if whole is not None and credits > whole:
            raise Problem("invalid-request", f"{award.label} has {whole} credits in all, not {credits:,}.", 422)
        if not 1 <= credits <= MOST_CREDITS:
            said = f"“{text}” says {credits:,} credits: they are 1 to {MOST_CREDITS:,}."
            raise Problem("invalid-request", said, 422)
        return Understood(text, f"{award.id}:{credits}", f"{credits} credits of {award.label}", award.how)

    def award(self, text: str) -> Understood:
        """An award that a person holds; also `Q-…:60`."""
        counted = _COUNTED.fullmatch(text)
        found = self.thing(counted[1] if counted else text, ("Qualification",), "an award")
        return found if counted is None else self.part_of(found, int(counted[2]), text)

    def unit(self, text: str) -> Understood:
        """A unit that a person has passed."""
        return self.thing(text, ("Unit",), "a unit")

    def completed(self, text: str) -> Understood:
        """A programme or a course that a person has finished."""
        return self.thing(text, ("ProvisionType", "LearningOpportunity"), "a programme or a course")

    def role(self, text: str) -> Understood:
        """A role in which a person works or has worked."""
        return self.thing(text, ("Role",), "a role")

    def starts(self, texts: Iterable[str]) -> list[Understood]:
        """What a person brings. Raises `Problem` when too many things are named in words, which take long to find."""
        texts = list(texts)
        named = dict.fromkeys(texts)
        in_words = [text for text in named if not _LEVEL.fullmatch(text) and not self.has_id(text)]
        if len(in_words) > MANY_THINGS:
            said = f"{len(in_words)} things are named in words in `from` and `holds`; {MANY_THINGS} are the most."
            raise Problem("invalid-request", said, 422, hint="Name the others by their ids.")
        found = {text: self.start(text) for text in named}
        return [found[text] for text in texts]

    def has_id(self, text: str) -> bool:
        """Whether a text names something by its id, with or without credits of it."""
        whole = text in self.services.things or text.rpartition(":")[0] in self.services.things
        return whole or _QAN.fullmatch(text.partition(":")[0]) is not None

    def goal(self, text: str) -> Understood:
        """Something that a pathway leads to."""
        return self.thing(text, GOALS, "a role or an award")

    def via(self, text: str) -> Understood:
        """Something to pass through; also `OC-…:52`, with the least weeks of work in a role."""
        if (stay := _COUNTED.fullmatch(text.strip())) and int(stay[2]) > 0:
            role = self.thing(stay[1], ("Role",), "a role, to work in for so many weeks")
            return Understood(text, f"{role.id}:{int(stay[2])}", f"{stay[2]} weeks as {role.label}", role.how)
        return self.thing(text, VIAS, "a role, an award, a unit or a programme")

    def avoided(self, text: str) -> Understood:
        """Something to leave out; also a step by its id."""
        if (step := self.services.pathways.step_named(text.strip())) is not None:
            return Understood(text, step.id, step.title, How.ID)
        return self.thing(text, AVOIDED, "something that can be left out: a role, an award, a course, a provider …")

    def request(self, question: PathwayQuestion, today: date) -> tuple[PathwayRequest, tuple[Understood, ...]]:
        """A question over ids, and what each of its words was taken for."""
        starts = self.starts((*question.from_, *question.holds))
        goals = [self.goal(text) for text in question.to]
        via, avoided = [self.via(text) for text in question.via], [self.avoided(text) for text in question.avoid]
        providers = [self.thing(text, ("Provider",), "a provider") for text in question.provider]
        if Criterion.TRAVEL in question.trade_off:
            raise NotKnownError("how far there is to travel is not known of any step, so nothing can be traded for it")
        if question.travel_limit is not None:
            raise NotKnownError("how far there is to travel is not known of any step, so no limit can be set on it")
        request = PathwayRequest(
            holds=_each_once(one.id for one in starts),
            to=_each_once(one.id for one in goals),
            to_level=question.to_level,
            sector=question.sector or SECTOR,
            by=question.by,
            trade_off=tuple(question.trade_off),
            attributes=question.attributes,
            hours_per_week=question.hours_per_week,
            within_weeks=question.within_weeks,
            arrive_by=question.arrive_by,
            depart_after=question.depart_after,
            via=_each_once(Via(id, int(weeks or 0)) for id, _, weeks in (one.id.partition(":") for one in via)),
            avoid=_each_once(one.id for one in avoided),
            mode=_each_once(question.mode),
            attendance=_each_once(question.attendance),
            provider=_each_once(one.id for one in providers),
            near=self.services.places.near(question.near, question.km or USUAL_KM) if question.near else None,
            budget_pounds=question.budget,
            unpriced=question.unpriced,
            jobs_as_steps=question.jobs_as_steps,
            published_only=question.published_only,
            without_employer=question.without_employer,
            profile_required=question.profile_required,
            confirmed_only=question.confirmed_only,
            alternatives=question.alternatives,
            tolerance_percent=question.tolerance,
            on=question.on or today,
        )
        return request, (*starts, *goals, *via, *avoided, *providers)


def _each_once(ids: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(ids))


def today() -> date:
    """The day of a question that does not say one."""
    return datetime.now(UTC).date()


_SWITCHES: Final = (
    *("unpriced", "jobs_as_steps", "published_only", "without_employer", "profile_required", "confirmed_only"),
)


def in_link(name: str) -> bool:
    """Whether a circumstance of a person may stand in an address: it is a code, and says little of who it is."""
    return bool(attributes()[name].get("in-link"))


def address_of(request: PathwayRequest, release: int | None) -> str:
    """The address that asks the same of the same release on the same day, whatever is published later.

    Without a release it asks the one that is served.

    Circumstances that say much of a person are left out: see `in_link`.
    """
    said: list[tuple[str, object]] = [("from", id) for id in request.holds]
    said += [("to", id) for id in request.to]
    if request.to_level is not None:
        said += [("to_level", request.to_level), ("sector", request.sector)]
    said.append(("by", request.by))
    for name in ("hours_per_week", "within_weeks", "alternatives", "tolerance_percent"):
        if (value := getattr(request, name)) != getattr(_PATHWAY_DEFAULTS, name):
            said.append((name.removesuffix("_percent"), value))
    for name in ("arrive_by", "depart_after", "budget_pounds"):
        if (value := getattr(request, name)) is not None:
            said.append((name.removesuffix("_pounds"), value))
    for name in ("trade_off", "via", "avoid", "mode", "attendance", "provider"):
        said += [(name, value) for value in getattr(request, name)]
    if request.near is not None and request.near.place:
        said += [("near", request.near.place), ("km", request.near.km)]
    for name in _SWITCHES:
        if (value := getattr(request, name)) != getattr(_PATHWAY_DEFAULTS, name):
            said.append((name, str(value).lower()))
    said += [("attribute", f"{name}:{value}") for name, value in request.attributes if in_link(name)]
    said += [("on", request.on)] + ([("release", release)] if release is not None else [])
    return "/pathways?" + urlencode(said)


def answer(
    pathways: "PathwayService",
    request: PathwayRequest,
    understood: tuple[Understood, ...],
    limits: Limits,
    root: str = "",
    not_used: tuple[NotUsed, ...] = (),
) -> bytes:
    """The answer to a question as JSON. Raises `NoSuchGoalError` and `UnknownThingError`."""
    found = pathways.answer(request, limits)
    same = root + address_of(request, pathways.release.number)
    not_in_link = tuple(name for name, _ in request.attributes if not in_link(name))
    return REPLY.dump_json(PathwayReply.of(found, understood, same, not_in_link, not_used))


def way_back(
    pathways: "PathwayService",
    request: PathwayRequest,
    understood: tuple[Understood, ...],
    limits: Limits,
    stop: tuple[int, int, int],
    root: str = "",
) -> bytes:
    """The way on for whoever stops and comes back, as JSON: see `WAY_BACK`. Raises as `answer` does.

    `stop`: number of the pathway, number of the step after whose end they stop, and weeks until they come back.
    """
    found = pathways.way_back(request, *stop, limits)
    same = root + address_of(request, pathways.release.number)
    reply = None if found is None else WayBackReply.of(found, stop[0], pathways.release, understood, same)
    return WAY_BACK.dump_json(reply)


def instance(pathways: Grounds, request: PathwayRequest) -> dict[str, Any]:
    """The question as it goes to the planner, in the neutral format, steps of unknown measure too; see `not_known`.

    Its name is good for a file; `address` asks the same. Raises as `answer` does.
    """
    asked = ask(pathways.catalogues, pathways.settled(request), measured=False)
    ways = {id: way for id, way in asked.catalogue.ways.items() if id not in asked.problem.barred}
    providers = {id: way.offer.provider for id, way in ways.items() if way.offer}
    not_known = {name: [id for id, way in ways.items() if lacks(way)] for name, lacks in _LACKS.items()}
    address = address_of(asked.request, pathways.release.number)
    name = f"pathways-{sha256(address.encode()).hexdigest()[:12]}"
    return instance_from(asked.problem, name, providers, not_known, address=address)


_LACKS: Final[dict[str, Callable[[Way], bool]]] = {
    "fee": lambda way: Criterion.COST in way.unknown,
    "weeks": lambda way: Criterion.STUDY_WEEKS in way.unknown,
    "hours": lambda way: not ((way.offer and way.offer.hours_per_week) or way.step.hours_per_week),
    "travel": lambda way: Criterion.TRAVEL in way.unknown,
    "start": lambda way: way.delivery.starts is None and way.step.kind is not StepKind.JOB,
}
"""What the format has a number for and a release may not know of a way to take a step."""
