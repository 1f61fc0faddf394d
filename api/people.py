"""From a learner's profile to what a question asks: the same for HTTP and the console."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, NoReturn

import yaml
from pydantic import TypeAdapter

from api.errors import FieldProblem, Problem, RetiredIdError, WrongKindError, problem_of
from api.questions import Understanding
from api.schemas.common import MANY_THINGS
from api.schemas.eligibility import PriorLearningQuestion, PriorLearningReply
from api.schemas.pathways import NotUsed, PathwayQuestion, Understood
from api.schemas.person import Profile
from queries.eligibility.person import complete
from queries.eligibility.rulebook import rulebook
from queries.find import UnknownWordsError
from queries.pathways.compile import UnknownThingError, facts_of
from queries.pathways.grounds import Grounds
from queries.pathways.request import PathwayRequest
from queries.prior_learning.request import Claimed, Held, PriorLearningRequest, RoleWorked
from queries.prior_learning.service import prior_learning as answer_prior_learning
from queries.profiles import UnknownIdError

_SAME: Final = {
    "hours_per_week": "hours_per_week", "attendance": "attendance", "mode": "mode", "budget": "budget",
    "depart_after": "earliest_start", "arrive_by": "latest_finish",
}  # fmt: skip
"""What a question calls the limits that a profile may hold."""


def with_profile(question: PathwayQuestion, profile: Profile) -> PathwayQuestion:
    """The question with the limits and circumstances of a profile. What the question says itself goes before."""
    said = {name: getattr(profile, field) for name, field in _SAME.items() if name not in question.model_fields_set}
    told = {name for name, _ in question.attributes}
    more = [f"{name}:{value}" for name, value in profile.facts.items() if name not in told and not _one_age(name, told)]
    known = {name: value for name, value in said.items() if value is not None}
    return question.model_copy(update={**known, "attribute": [*question.attribute, *more]})


_AGES: Final = {"age", "born"}


def _one_age(name: str, told: set[str]) -> bool:
    """Whether a fact is about the age, and the age is told already."""
    return name in _AGES and bool(told & _AGES)


def refuse(field: str, message: str, given: object = None) -> NoReturn:
    """Raises the problem of a field of a profile."""
    fault = FieldProblem(field=field, message=message, given=None if given is None else str(given))
    raise Problem("invalid-request", f"{field}: {message}.", 422, members={"errors": [fault]})


def check(profile: Profile, on: date, root: str = "profile.") -> None:
    """Raises a problem when a profile cannot be true on the day of the question."""
    facts, born = profile.facts, None
    if "born" in facts:
        born = date.fromisoformat(facts["born"])
        if born > on:
            refuse(f"{root}born", f"is after the day of the question ({on})", born)
    if profile.latest_finish is not None and profile.latest_finish < on:
        refuse(f"{root}latest_finish", f"is before the day of the question ({on})", profile.latest_finish)
    earliest = born.year if born else on.year - int(facts["age"]) - 1 if "age" in facts else 0
    years = [(f"awards.{number}.year", one.year) for number, one in enumerate(profile.awards or ())]
    years += [(f"units.{number}.year", one.year) for number, one in enumerate(profile.units or ())]
    years += [(f"roles.{number}.until", one.until) for number, one in enumerate(profile.roles or ())]
    for field, year in years:
        if year is not None and year > on.year:
            refuse(f"{root}{field}", f"is after the year of the question ({on.year})", year)
        if year is not None and year < earliest:
            refuse(f"{root}{field}", "is before the person was born", year)
    for number, role in enumerate(profile.roles or ()):
        if role.years is not None and earliest and role.years > on.year - earliest:
            refuse(f"{root}roles.{number}.years", "is longer than the person has lived", role.years)
    for name, said in facts.items():
        follows = complete({other: value for other, value in facts.items() if other != name}).get(name, said)
        if follows != said:
            why = f"does not fit what else is said, from which “{follows}” follows"
            refuse(f"{root}{name.replace('-', '_')}", why, said)


@contextmanager
def naming(field: str, given: str) -> Iterator[None]:
    """Lets a problem with a thing that a reader named say in which field it stands."""
    try:
        yield
    except (Problem, UnknownIdError, UnknownThingError, UnknownWordsError, RetiredIdError, WrongKindError) as error:
        found = problem_of(error)
        fault = FieldProblem(field=field, message=found.detail.removesuffix("."), given=given[:100])
        members = {**found.members, "errors": [fault]}
        raise Problem(found.code, f"{field}: {found.detail}", found.status, hint=found.hint, members=members) from None


def brought(understanding: Understanding, profile: Profile, root: str = "profile.") -> list[Understood]:
    """What a person of this profile brings to a pathway: awards, credits, units, programmes and roles.

    Raises `Problem`, which names the field.
    """
    asked: list[tuple[str, str, Callable[[str], Understood]]] = [
        *((f"awards.{n}.award", _award_text(one), understanding.award) for n, one in enumerate(profile.awards or ())),
        *((f"units.{n}.unit", one.unit, understanding.unit) for n, one in enumerate(profile.units or ())),
        *((f"completed.{n}", one, understanding.completed) for n, one in enumerate(profile.completed or ())),
        *((f"roles.{n}.role", one.role, understanding.role) for n, one in enumerate(profile.roles or ())),
    ]
    in_words = [field for field, text, _ in asked if not understanding.has_id(text)]
    if len(in_words) > MANY_THINGS:
        refuse(f"{root}{in_words[MANY_THINGS]}", f"more than {MANY_THINGS} things are named in words: use their ids")
    found = []
    for field, text, take in asked:
        with naming(f"{root}{field}", text):
            found.append(take(text))
            facts_of(found[-1].id, understanding.services.pathways.projection)
    claimed(understanding, profile, root)
    level = profile.facts.get("highest-level", "0")
    return [*found, *([understanding.start(f"level:{level}")] if level != "0" else [])]


def claimed(understanding: Understanding, profile: Profile, root: str) -> list[tuple[Understood, Claimed]]:
    """The competencies that a person claims. Raises `Problem`, which names the field."""
    found = []
    for number, claim in enumerate(profile.competencies or ()):
        with naming(f"{root}competencies.{number}.competency", claim.competency):
            one = understanding.thing(claim.competency, ("Competency",), "a competency")
            found.append((one, Claimed(one.id, claim.evidence)))
    return found


def _award_text(held: Any) -> str:
    return held.award if held.credits is None else f"{held.award}:{held.credits}"


def request(
    understanding: Understanding, question: PathwayQuestion, profile: Profile, today: date, root: str = "profile."
) -> tuple[PathwayRequest, tuple[Understood, ...]]:
    """The pathway question of a person over ids, and what each of its words was taken for. Raises `Problem`."""
    check(profile, question.on or today, root)
    held = brought(understanding, profile, root)
    asked, understood = understanding.request(with_profile(question, profile), today)
    level = dict(asked.attributes).get("highest-level", "0")
    told = (f"level:{level}",) if level != "0" else ()
    holds = tuple(dict.fromkeys((*asked.holds, *(one.id for one in held), *told)))
    return replace(asked, holds=holds), (*held, *understood)


def not_used(profile: Profile) -> tuple[NotUsed, ...]:
    """The parts of a profile on which a pathway answer does not depend."""
    found = []
    if profile.travel_limit is not None:
        found.append(NotUsed("travel_limit", "how far there is to travel is not known of any step"))
    if profile.competencies:
        found.append(NotUsed("competencies", "what they could count for is a question about prior learning"))
    return tuple(found)


def profile_of(path: Path | None, attribute: Sequence[str] = ()) -> Profile:
    """A profile from a file of YAML or JSON, with circumstances (`age:34`) that go before it.

    Nothing is known without them. Raises `Problem` and `ValidationError`.
    """
    said, told = read_profile(path), facts_told(attribute)
    if _AGES & told.keys():
        said = {name: value for name, value in said.items() if name not in _AGES}
    return Profile.model_validate({**said, **{name.replace("-", "_"): value for name, value in told.items()}})


def facts_told(given: Sequence[str]) -> dict[str, str | int]:
    """Facts that are written `name:value`, such as `age:34`. Raises `Problem`."""
    pairs = [one.partition(":")[::2] for one in given]
    for one, (name, value) in zip(given, pairs, strict=True):
        if not name or not value:
            raise Problem("invalid-request", f"“{one}” is not name:value, such as age:34.")
    return {name: int(value) if value.isascii() and value.isdigit() else value for name, value in pairs}


def read_profile(path: Path | None) -> dict[str, Any]:
    """What a file of YAML or JSON says of a person; nothing without one. Raises `Problem`."""
    if path is None:
        return {}
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("invalid-request", f"{path} cannot be read: {error}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        hint = "Write one field a line, such as “age: 34”."
        raise Problem("invalid-request", f"{path} is neither YAML nor JSON{place}.", hint=hint) from error
    if said is not None and not isinstance(said, dict):
        raise Problem("invalid-request", f"{path} is a list or a text, not fields with their values.")
    return said or {}


@dataclass(frozen=True, slots=True)
class PriorLearningAsked:
    """A question about prior learning as it was understood."""

    request: PriorLearningRequest
    understood: tuple[Understood, ...]
    not_used: tuple[NotUsed, ...]


def prior_learning(
    understanding: Understanding, question: PriorLearningQuestion, today: date, root: str = ""
) -> PriorLearningAsked:
    """A question about prior learning over ids. Raises `Problem`, which names the field."""
    on, profile, place = question.on or today, question.profile, f"{root}profile."
    check(profile, on, place)
    found = brought(understanding, profile, place)
    rest = iter(found)
    held = [Held(next(rest).id, award.year, award.grade) for award in profile.awards or ()]
    held += [Held(next(rest).id, unit.year, unit.grade) for unit in profile.units or ()]
    held += [Held(next(rest).id) for _ in profile.completed or ()]
    roles = [RoleWorked(next(rest).id, one.years, one.until, one.now) for one in profile.roles or ()]
    held += [Held(one.id) for one in rest]
    claims = claimed(understanding, profile, place)
    found += [one for one, _ in claims]
    to = []
    for number, text in enumerate(question.to):
        with naming(f"{root}to.{number}", text):
            to.append(_aim(understanding, text))
    request = PriorLearningRequest(
        on=on,
        holds=tuple(held),
        roles=tuple(roles),
        competencies=tuple(claim for _, claim in claims),
        to=tuple(dict.fromkeys(one.id for one in to)),
        attributes=tuple(sorted(profile.facts.items())),
        published_only=question.published_only,
    )
    limits = [name for name in _NOT_FOR_PRIOR_LEARNING if getattr(profile, name) is not None]
    unused = tuple(NotUsed(name, "it says what the person can take on, not what they have learned") for name in limits)
    return PriorLearningAsked(request, tuple(dict.fromkeys((*found, *to))), unused)


def _aim(understanding: Understanding, text: str) -> Understood:
    """The award, the course, or else the role that somebody means. Raises as `Understanding.thing` does."""
    wanted = "an award, a course or a role"
    try:
        return understanding.thing(text, ("Qualification", "LearningOpportunity"), wanted)
    except (WrongKindError, UnknownWordsError) as error:
        try:
            return understanding.thing(text, ("Role",), wanted)
        except (WrongKindError, UnknownWordsError):
            raise error from None


def prior_learning_answer(pathways: Grounds, asked: PriorLearningAsked) -> bytes:
    """The answer as JSON. Raises `UnknownThingError`."""
    found = answer_prior_learning(pathways.projection, rulebook(), asked.request)
    return PRIOR_LEARNING.dump_json(PriorLearningReply.of(found, asked.understood, asked.not_used, pathways.release))


PRIOR_LEARNING: Final = TypeAdapter(PriorLearningReply)
"""Writes an answer about prior learning as JSON."""

_NOT_FOR_PRIOR_LEARNING: Final = (
    *("hours_per_week", "attendance", "mode", "travel_limit", "budget", "earliest_start", "latest_finish"),
)
