"""From what a reader writes to a pathway question over ids, and to the answer: the same for HTTP and the console."""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlencode

from pydantic import TypeAdapter

from api.dependencies import ReleaseHolder, Services
from api.errors import QuestionIdError, WrongKindError
from api.schemas.pathways import SECTOR, PathwayQuestion, PathwayReply, Understood
from queries.catalogue import COLLECTIONS
from queries.find import How, resolve
from queries.pathways.engine.problem import Limits
from queries.pathways.request import PathwayRequest

GOALS: Final = ("Role", "Qualification")
"""Kinds of thing that a pathway can lead to."""

STARTS: Final = ("Role", "Qualification", "Unit", "ProvisionType", "LearningOpportunity")
"""Kinds of thing that a pathway can start from."""

REPLY: Final = TypeAdapter(PathwayReply)
"""Writes an answer as JSON."""

_LEVEL: Final = re.compile(r"level[ :]([1-8])", re.IGNORECASE)
_ID: Final = re.compile(r"[A-Z]{1,5}(-[A-Z0-9.]+)+")
_CREDITS: Final = re.compile(r"(.+):(\d{1,4})")
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
            named = things.get_named(text)
            if COLLECTIONS[named.collection].class_name not in kinds:
                raise WrongKindError(text, named.label, named.collection, wanted)
            return Understood(text, text, named.label, How.ID)
        if _ID.fullmatch(text) and not any(one.how == "id" for one in self.services.search.find(text, kinds, 1)):
            if (retired := self.holder.find_retired(text, self.services)) is not None:
                raise retired
            raise QuestionIdError(text, things.suggestions(text, kinds))
        found = resolve(text, self.services.search, things.names, kinds)
        return Understood(text, found.id, found.label, found.how)

    def start(self, text: str) -> Understood:
        """Something that a person brings; also `level:3` and `Q-…:60`."""
        if level := _LEVEL.fullmatch(text.strip()):
            return Understood(text, f"level:{level[1]}", f"an award at level {level[1]}", How.ID)
        if (credits := _CREDITS.fullmatch(text.strip())) and int(credits[2]) > 0:
            award = self.thing(credits[1], ("Qualification",), "an award, of which so many credits are held")
            return Understood(
                text, f"{award.id}:{int(credits[2])}", f"{credits[2]} credits of {award.label}", award.how
            )
        return self.thing(text, STARTS, "something a person holds, has completed or works as")

    def goal(self, text: str) -> Understood:
        """Something that a pathway leads to."""
        return self.thing(text, GOALS, "a role or an award")

    def request(self, question: PathwayQuestion, today: date) -> tuple[PathwayRequest, tuple[Understood, ...]]:
        """A question over ids, and what each of its words was taken for."""
        starts = [self.start(text) for text in (*question.from_, *question.holds)]
        goals = [self.goal(text) for text in question.to]
        request = PathwayRequest(
            holds=_each_once(one.id for one in starts),
            to=_each_once(one.id for one in goals),
            to_level=question.to_level,
            sector=question.sector or SECTOR,
            by=question.by,
            attributes=question.attributes,
            hours_per_week=question.hours_per_week,
            within_weeks=question.within_weeks,
            published_only=question.published_only,
            without_employer=question.without_employer,
            profile_required=question.profile_required,
            alternatives=question.alternatives,
            on=question.on or today,
        )
        return request, (*starts, *goals)


def _each_once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def today() -> date:
    """The day of a question that does not say one."""
    return datetime.now(UTC).date()


def address_of(request: PathwayRequest, release: int) -> str:
    """The address that asks the same of the same release on the same day, whatever is published later."""
    said: list[tuple[str, object]] = [("from", id) for id in request.holds]
    said += [("to", id) for id in request.to]
    if request.to_level is not None:
        said += [("to_level", request.to_level), ("sector", request.sector)]
    said.append(("by", request.by))
    for name in ("hours_per_week", "within_weeks", "alternatives"):
        if (value := getattr(request, name)) != getattr(_PATHWAY_DEFAULTS, name):
            said.append((name, value))
    said += [(n, "true") for n in ("published_only", "without_employer", "profile_required") if getattr(request, n)]
    said += [("attribute", f"{name}:{value}") for name, value in request.attributes]
    said += [("on", request.on), ("release", release)]
    return "/pathways?" + urlencode(said)


def answer(
    services: Services, request: PathwayRequest, understood: tuple[Understood, ...], limits: Limits, root: str = ""
) -> bytes:
    """The answer to a question as JSON. Raises `NoSuchGoalError` and `UnknownThingError`."""
    key = (request, understood, limits, root)
    kept = services.kept_answer(key)
    if kept is None:
        found = services.pathways.answer(request, limits)
        same = root + address_of(request, services.manifest.number)
        kept = REPLY.dump_json(PathwayReply.of(found, understood, same))
        services.keep_answer(key, kept)
    return kept
