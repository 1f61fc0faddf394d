"""Reads and writes questions in the neutral format `pathway-instance/1`, gzipped or not.

What the format has no word for and what can only forbid plans is said in its words where that is possible: a window to
start in becomes a list of start weeks, a barred delivery is left out, and starts before `not_before` are dropped. Caps,
lapses and the milestone go under the extra key `x_stepway`:

    {"caps": [{"id": "budget", "of": "cost", "most": 500}, {"id": "once", "of": {"d1": 1, "d2": 1}, "most": 1}],
     "lapses": {"first-aid": 156}, "milestone": "a job",
     "not_known": {"fee": ["d1"], "travel": ["d1", "d2"]}}

`not_known` lists the actions of which the fee, weeks, hours, travel or start is not known: they count 0 of it, hours
all that the learner can give, and may start any week. A reader that passes over the key answers a question with fewer
limits: its optima are bounds of ours.
"""

from __future__ import annotations

import gzip
import json
import reprlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Cap,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Expression,
    PathwayProblem,
    ProblemRefused,
    Rule,
)

FORMAT = "pathway-instance/1"

DEEPEST = 50
"""How deep a requirement may be nested."""

EXPECTED_NAMES = {
    Criterion.COST: "cost",
    Criterion.STEPS: "steps",
    Criterion.TRAVEL: "travel",
    Criterion.STUDY_WEEKS: "weeks",
    Criterion.WEEKS: "finish",
    Criterion.FIRST_JOB: "first_job",
}
"""Criterion to its name in expected answers, where `weeks` are weeks of study."""

_CRITERIA = {name: criterion for criterion, name in EXPECTED_NAMES.items()}


@dataclass(frozen=True)
class Question:
    """A question from a file: its name, and the Pareto set it asks for.

    `axes` are empty when it asks for none; `finish_by` is the week by which plans of the Pareto set finish (None: the
    horizon). `not_known`: delivery ids by what is not known of them (`fee`, `weeks`, `hours`,
    `travel`, `start`).
    """

    name: str
    problem: PathwayProblem
    axes: tuple[Criterion, ...] = ()
    finish_by: int | None = None
    not_known: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_instance(path: Path) -> PathwayProblem:
    """One question from a file. Raises as `read_question`."""
    return read_question(path).problem


def read_question(path: Path) -> Question:
    """One question from a file, with its name and the Pareto set it asks for.

    Raises `ProblemRefused` (`unreadable_instance`, `malformed_instance`, or a code of `Catalogue`) when the file
    cannot be read or says what the format does not allow, naming the place.
    """
    try:
        data = path.read_bytes()
        value = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    except (OSError, EOFError, zlib.error) as error:
        raise ProblemRefused(
            "unreadable_instance",
            {"why": getattr(error, "strerror", None) or str(error)},
            "Name a file of JSON, gzipped or not.",
        ) from None
    except (ValueError, RecursionError) as error:
        raise ProblemRefused("unreadable_instance", {"why": str(error)}, "Write the file as UTF-8 JSON.") from None
    return question_from(value, path.name.removesuffix(".gz").removesuffix(".json"))


def question_from(value: object, name: str = "") -> Question:
    """One question from the object of the format; `name` is used when it has none."""
    instance = _Place(value)
    axes = tuple(axis.one_of(_CRITERIA) for axis in instance.items("pareto_axes", optional=True))
    finish_by = instance.get("pareto_max_finish", optional=True)
    problem = _problem(instance)
    unknown = _extra(instance).get("not_known", optional=True)
    not_known = {} if unknown.value is None else {key: unknown.items(key) for key in unknown.fields()}
    return Question(
        instance["name"].text() if instance.has("name") else name,
        problem,
        axes,
        None if finish_by.value is None else finish_by.number(),
        {key: frozenset(one.text() for one in ids) for key, ids in not_known.items()},
    )


def axes_from(words: str) -> tuple[Criterion, ...]:
    """Axes of a Pareto set from their names in the format, parted by commas. Raises `ProblemRefused`."""
    axes = tuple(_Place(word.strip(), "axes").one_of(_CRITERIA) for word in words.split(","))
    if len(set(axes)) < len(axes) or len(axes) not in (2, 3):
        raise _Place(words, "axes").refused("two or three different axes")
    return axes


def problem_from(value: object) -> PathwayProblem:
    """One question from the object of the format. Raises `ProblemRefused` as `read_question`."""
    return _problem(_Place(value))


def instance_from(
    problem: PathwayProblem,
    name: str,
    providers: Mapping[str, str] | None = None,
    not_known: Mapping[str, Iterable[str]] | None = None,
    **more: object,
) -> dict[str, Any]:
    """The object of the format for a question.

    `providers` are by delivery id, "" where not known; `not_known` are delivery ids as in `Question`; `more` goes in as
    it is (pareto_axes, say). The answers are those of the question, except that outcomes do not tell what a barred
    delivery would have opened.
    """
    position = {content.id: number for number, content in enumerate(problem.contents)}
    kept = [one for one in problem.deliveries if one.id not in problem.barred]
    caps = [
        {"id": cap.id, "of": EXPECTED_NAMES[cap.of], "most": cap.most}
        if isinstance(cap.of, Criterion)
        else {"id": cap.id, "of": {one.id: cap.of[one.id] for one in kept if one.id in cap.of}, "most": cap.most}
        for cap in problem.caps
    ]
    extra = {
        **({"caps": caps} if caps else {}),
        **({"lapses": dict(sorted(problem.lapses.items()))} if problem.lapses else {}),
        **({} if problem.milestone is None else {"milestone": _json(problem.milestone)}),
        **({"not_known": {key: sorted(ids) for key, ids in not_known.items()}} if not_known else {}),
    }
    return {
        "format": FORMAT,
        "name": name,
        "horizon": problem.horizon,
        "contents": [
            {"id": one.id, "kind": one.kind, "pre": _json(one.entry), "add": list(one.adds), "step": 1}
            for one in problem.contents
        ],
        "actions": [
            {
                "id": one.id,
                "content": position[one.content],
                "provider": (providers or {}).get(one.id, ""),
                "fee": one.cost_pounds,
                "travel": one.travel_hours,
                "weeks": one.weeks,
                "hours": one.hours_per_week,
                "starts": _starts(problem, one),
            }
            for one in kept
        ],
        "rules": [
            {"id": rule.id, "kind": rule.kind, "if": _json(rule.condition), "then": list(rule.then)}
            for rule in problem.rules
        ],
        "learner": {"facts": sorted(problem.held), "hours_cap": problem.hours_cap},
        "goal": _json(problem.goal),
        **more,
        **({"x_stepway": extra} if extra else {}),
    }


def write_instance(path: Path, instance: Mapping[str, Any]) -> None:
    """Write an object of the format, gzipped when the name ends in `.gz`; the same bytes each time."""
    data = (json.dumps(instance, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def _starts(problem: PathwayProblem, one: Delivery) -> list[int] | str:
    if one.starts is not None:
        return [week for week in one.starts if week >= problem.not_before]
    first = max(one.opens, problem.not_before)
    if first <= 0 and one.closes is None:
        return "any"
    last = problem.horizon - one.weeks
    return list(range(first, 1 + (last if one.closes is None else min(last, one.closes))))


def _json(expression: Expression) -> Any:
    match expression:
        case str():
            return expression
        case All(parts):
            return {"all": [_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [_json(part) for part in parts]}
        case AtLeast(threshold, weighted):
            return {"min": threshold, "of": [[weight, _json(part)] for weight, part in weighted]}


# Reading


class _Place:
    """A value of the file and where it stands, so that what is wrong can be pointed at."""

    def __init__(self, value: object, name: str = "") -> None:
        self.value = value
        self.name = name

    def refused(self, wanted: str) -> ProblemRefused:
        facts: dict[str, object] = {"place": self.name or "the whole", "found": reprlib.repr(self.value)[:60]}
        return ProblemRefused("malformed_instance", facts, f"Write {wanted} there.")

    def fields(self) -> dict[str, object]:
        if not isinstance(self.value, dict):
            raise self.refused("an object")
        return self.value

    def has(self, key: str) -> bool:
        return key in self.fields()

    def get(self, key: str, *, optional: bool = False) -> _Place:
        """The value of a key; None when it is optional and absent."""
        if not optional and not self.has(key):
            raise self.refused(f"an object with {key!r}")
        return _Place(self.fields().get(key), f"{self.name}.{key}" if self.name else key)

    __getitem__ = get

    def items(self, key: str, *, optional: bool = False) -> list[_Place]:
        """The values of a list under a key; none when it is optional and absent."""
        place = self.get(key, optional=optional)
        return [] if optional and place.value is None else place.elements()

    def elements(self) -> list[_Place]:
        if not isinstance(self.value, list):
            raise self.refused("a list")
        return [_Place(value, f"{self.name}[{number}]") for number, value in enumerate(self.value)]

    def mapping(self) -> dict[str, _Place]:
        return {key: self.get(key) for key in self.fields()}

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.refused("a text")
        return self.value

    def number(self, least: int | None = 0) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.refused("a whole number")
        if least is not None and self.value < least:
            raise self.refused(f"a whole number of at least {least}")
        return self.value

    def one_of(self, choices: Mapping[str, Criterion]) -> Criterion:
        if self.text() not in choices:
            raise self.refused("one of " + ", ".join(choices))
        return choices[self.text()]


def _problem(instance: _Place) -> PathwayProblem:
    if instance["format"].value != FORMAT:
        raise instance["format"].refused(FORMAT)
    contents = tuple(
        Content(
            one["id"].text(),
            one["kind"].text(),
            _expression(one["pre"]),
            tuple(fact.text() for fact in one.items("add")),
        )
        for one in instance.items("contents")
    )
    learner, extra = instance["learner"], _extra(instance)
    milestone, lapses = extra.get("milestone", optional=True), extra.get("lapses", optional=True)
    return PathwayProblem(
        Catalogue(
            contents,
            tuple(_delivery(one, contents) for one in instance.items("actions")),
            tuple(
                Rule(
                    one["id"].text(),
                    one["kind"].text(),
                    _expression(one["if"]),
                    tuple(fact.text() for fact in one.items("then")),
                )
                for one in instance.items("rules")
            ),
        ),
        held=frozenset(fact.text() for fact in learner.items("facts")),
        goal=_expression(instance["goal"]),
        hours_cap=learner["hours_cap"].number(),
        horizon=instance["horizon"].number(),
        caps=tuple(_cap(one) for one in extra.items("caps", optional=True)),
        milestone=None if milestone.value is None else _expression(milestone),
        lapses={} if lapses.value is None else {fact: weeks.number() for fact, weeks in lapses.mapping().items()},
    )


def _extra(instance: _Place) -> _Place:
    extra = instance.get("x_stepway", optional=True)
    return _Place({}) if extra.value is None else extra


def _delivery(action: _Place, contents: tuple[Content, ...]) -> Delivery:
    content, starts = action["content"], action["starts"]
    if content.number() >= len(contents):
        raise content.refused(f"the position of a content, 0 to {len(contents) - 1},")
    return Delivery(
        action["id"].text(),
        contents[content.number()].id,
        action["fee"].number(),
        action["weeks"].number(),
        action["hours"].number(),
        None if starts.value == "any" else tuple(week.number() for week in starts.elements()),
        action["travel"].number(),
    )


def _cap(place: _Place) -> Cap:
    of = place["of"]
    amounts = (
        of.one_of(_CRITERIA)
        if isinstance(of.value, str)
        else {delivery: amount.number() for delivery, amount in of.mapping().items()}
    )
    if amounts in (Criterion.WEEKS, Criterion.FIRST_JOB):
        raise of.refused("a measure of steps, not of dates,")
    return Cap(place["id"].text(), amounts, place["most"].number(least=None))


def _expression(place: _Place, deeper: int = DEEPEST) -> Expression:
    if isinstance(place.value, str):
        return place.value
    if deeper < 0:
        raise place.refused(f"a requirement nested at most {DEEPEST} deep")
    if isinstance(place.value, dict):
        if set(place.value) == {"all"}:
            return All(tuple(_expression(part, deeper - 1) for part in place.items("all")))
        if set(place.value) == {"any"}:
            return AnyOf(tuple(_expression(part, deeper - 1) for part in place.items("any")))
        if set(place.value) == {"min", "of"}:
            weighted = tuple(_weighted(pair, deeper - 1) for pair in place.items("of"))
            return AtLeast(place["min"].number(least=None), weighted)
    raise place.refused("a requirement (a fact, or all, any, min and of)")


def _weighted(pair: _Place, deeper: int) -> tuple[int, Expression]:
    match pair.elements():
        case [weight, part]:
            return weight.number(), _expression(part, deeper)
    raise pair.refused("a weight and a requirement")
