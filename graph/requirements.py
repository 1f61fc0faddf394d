"""What must be true before somebody may start, or be given, something: nested and/or rules.

A requirement is a tree. It has three faces that say the same thing: the tree (these classes), a line of text that a
person writes into a dataset (`parse`, `write`), and a plain sentence for a reader (`sentence`).

The text grammar::

    requirement = all(r, ...) | any(r, ...) | atleast(n, r, ...) | usually(r, by=WHO) | none
                | holds(ID)                      an award or unit, by id
                | completed(ID)                  a programme or type of provision, by id
                | works_as(ID)                   a role somebody works in now
                | level(N)                       any award at RQF level N or above
                | credits(N, from=ID, level=N, unit_role=ROLE)   at least N credits; the conditions narrow what counts
                | attribute(NAME OP VALUE)       a fact about the person: attribute(age >= 19)

`usually` is not a bar: the named party decides, and `r` is the profile it usually expects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from ontology.resources import yaml_file


class RequirementError(ValueError):
    """The text is not a requirement. `position` counts characters from 0."""

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(f"{message} at character {position + 1} of “{text}”")
        self.position = position


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds. With no parts it always holds: nothing is asked."""

    parts: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` of the parts hold."""

    count: int
    parts: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Usually:
    """Somebody decides (`decided_by`: a provider's admissions, an employer); `part` is what they usually expect."""

    part: Requirement
    decided_by: str


@dataclass(frozen=True, slots=True)
class Holds:
    """The award, or the credit of the unit, with this id is held."""

    id: str


@dataclass(frozen=True, slots=True)
class Completed:
    """The programme or type of provision with this id was finished; it need not carry an award."""

    id: str


@dataclass(frozen=True, slots=True)
class WorksAs:
    """The person works in this role, or has."""

    id: str


@dataclass(frozen=True, slots=True)
class LevelHeld:
    """Some award at this level of the Regulated Qualifications Framework, or above, is held."""

    level: int


@dataclass(frozen=True, slots=True)
class CreditsFrom:
    """At least `credits` credits are held; `source` (a qualification), `level` and `unit_role` narrow what counts."""

    credits: int
    source: str | None = None
    level: int | None = None
    unit_role: str | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A fact about the person, compared with a value: `age >= 19`. Not known is neither true nor false."""

    name: str
    operator: str
    value: str


Requirement: TypeAlias = (
    AllOf | AnyOf | AtLeast | Usually | Holds | Completed | WorksAs | LevelHeld | CreditsFrom | Attribute
)
NOTHING: Final = AllOf(())
OPERATORS: Final = (">=", "<=", "=", ">", "<")

_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z0-9][A-Za-z0-9_.:+/-]*)|(?P<quoted>\"[^\"]*\")|(?P<sign>>=|<=|[(),=<>]))")
_KEYWORDS: Final = {"credits": {"from", "level", "unit_role"}, "usually": {"by"}}


class _Reader:
    """A recursive-descent reader over one line of requirement text."""

    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0

    def fail(self, message: str) -> RequirementError:
        return RequirementError(message, self.text, self.position)

    def peek(self) -> str:
        found = _TOKEN.match(self.text, self.position)
        return found.group().strip() if found else ""

    def take(self, *expected: str) -> str:
        """The next token: one of those expected, else any word. The place of a fault is where the token begins."""
        self.position += len(self.text[self.position :]) - len(self.text[self.position :].lstrip())
        found = _TOKEN.match(self.text, self.position)
        token = found.group() if found else ""
        if found is None or (token not in expected if expected else found.group("sign")):
            raise self.fail(f"expected {' or '.join(expected) or 'a word'}")
        self.position = found.end()
        return token.strip('"')

    def number(self) -> int:
        start = self.position
        token = self.take()
        if not token.isdigit():
            self.position = start
            raise self.fail("expected a whole number")
        return int(token)

    def parts(self) -> tuple[Requirement, ...]:
        found = [self.requirement()]
        while self.peek() == ",":
            self.take(",")
            found.append(self.requirement())
        return tuple(found)

    def keywords(self, function: str) -> dict[str, str]:
        values: dict[str, str] = {}
        while self.peek() == ",":
            self.take(",")
            start = self.position
            key = self.take()
            if key not in _KEYWORDS[function] or key in values:
                self.position = start
                raise self.fail(f"{function} does not take “{key}” here")
            self.take("=")
            values[key] = self.take()
        return values

    def requirement(self) -> Requirement:
        start = self.position
        name = self.take()
        if name == "none":
            return NOTHING
        self.take("(")
        result: Requirement
        match name:
            case "all":
                result = AllOf(self.parts())
            case "any":
                result = AnyOf(self.parts())
            case "atleast":
                count = self.number()
                self.take(",")
                result = AtLeast(count, self.parts())
            case "usually":
                part = self.requirement()
                result = Usually(part, self.keywords(name).get("by", "provider"))
            case "holds":
                result = Holds(self.take())
            case "completed":
                result = Completed(self.take())
            case "works_as":
                result = WorksAs(self.take())
            case "level":
                result = LevelHeld(self.number())
            case "credits":
                credits = self.number()
                given = self.keywords(name)
                level = given.get("level")
                if level is not None and not level.isdigit():
                    raise self.fail("a level is a whole number")
                result = CreditsFrom(credits, given.get("from"), int(level) if level else None, given.get("unit_role"))
            case "attribute":
                attribute = self.take()
                result = Attribute(attribute, self.take(*OPERATORS), self.take())
            case _:
                self.position = start
                raise self.fail(f"“{name}” is not a kind of requirement")
        self.take(")")
        return result


def parse(text: str) -> Requirement:
    """Read one requirement.

    >>> parse("all(level(3), attribute(age >= 19))")
    AllOf(parts=(LevelHeld(level=3), Attribute(name='age', operator='>=', value='19')))

    Raises `RequirementError` with the place of the fault.
    """
    reader = _Reader(text.strip())
    result = reader.requirement()
    if reader.position != len(reader.text):
        raise reader.fail("nothing more was expected")
    return result


def _quote(value: str) -> str:
    found = _TOKEN.fullmatch(value)
    return value if found and found.group("word") == value else f'"{value}"'


def write(requirement: Requirement) -> str:
    """The text of a requirement; `parse(write(r)) == r`."""
    match requirement:
        case AllOf(()):
            return "none"
        case AllOf(parts):
            return f"all({', '.join(map(write, parts))})"
        case AnyOf(parts):
            return f"any({', '.join(map(write, parts))})"
        case AtLeast(count, parts):
            return f"atleast({count}, {', '.join(map(write, parts))})"
        case Usually(part, decided_by):
            return f"usually({write(part)}, by={_quote(decided_by)})"
        case Holds(id):
            return f"holds({_quote(id)})"
        case Completed(id):
            return f"completed({_quote(id)})"
        case WorksAs(id):
            return f"works_as({_quote(id)})"
        case LevelHeld(level):
            return f"level({level})"
        case Attribute(name, operator, value):
            return f"attribute({name} {operator} {_quote(value)})"
        case CreditsFrom(credits, source, level, unit_role):
            narrowed = [("from", source), ("level", level), ("unit_role", unit_role)]
            return f"credits({', '.join([str(credits), *(f'{k}={_quote(str(v))}' for k, v in narrowed if v)])})"


def references(requirement: Requirement) -> set[str]:
    """The ids of the things that a requirement names."""
    match requirement:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return set().union(*map(references, parts))
        case Usually(part, _):
            return references(part)
        case Holds(id) | Completed(id) | WorksAs(id):
            return {id}
        case CreditsFrom(source=str(source)):
            return {source}
        case _:
            return set()


def circumstances(requirement: Requirement) -> list[Attribute]:
    """The circumstances of a person that a requirement asks about."""
    match requirement:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return [found for part in parts for found in circumstances(part)]
        case Usually(part, _):
            return circumstances(part)
        case Attribute():
            return [requirement]
        case _:
            return []


@cache
def attributes() -> dict[str, dict[str, Any]]:
    """The circumstances of a person that a rule may ask about, by name (`ontology/attributes.yml`)."""
    return dict(yaml_file("attributes.yml"))


def attribute_fault(attribute: Attribute) -> str | None:
    """What is wrong with an attribute of a rule: an unknown name, value or comparison. None: nothing."""
    known = attributes().get(attribute.name)
    if known is None:
        return f"“{attribute.name}” is not a circumstance that rules may ask about"
    if "number" in known:
        return None if attribute.value.isdigit() else f"“{attribute.value}” is not a number of {known['number']}"
    if attribute.operator != "=":
        return f"“{attribute.name}” is compared with = only"
    if attribute.value not in known["values"]:
        return f"“{attribute.value}” is not one of {', '.join(known['values'])}"
    return None


def circumstance_fault(name: str, value: str) -> str | None:
    """What is wrong with something said of a person, such as `age` `34`. None: nothing.

    >>> circumstance_fault("age", "thirty")
    '“thirty” is not a number of years'
    """
    known = attributes().get(name)
    if known is None:
        return f"“{name}” is not known; what can be said is {', '.join(sorted(attributes()))}"
    if "number" in known:
        return None if value.isdigit() and int(value) <= 200 else f"“{value}” is not a number of {known['number']}"
    allowed = [*known["values"], *(other for other in ("yes", "no", "other") if other not in known["values"])]
    return None if value in allowed else f"“{value}” is not one of {', '.join(allowed)}"


def _attribute_sentence(attribute: Attribute) -> str:
    if attribute_fault(attribute) is not None:
        return write(attribute)
    known = attributes()[attribute.name]
    if "number" in known:
        return str(known[attribute.operator]).format(attribute.value)
    return str(known["values"][attribute.value])


def _joined(parts: tuple[Requirement, ...], word: str, labels: dict[str, str]) -> str:
    def one(part: Requirement) -> str:
        said = sentence(part, labels)
        return f"({said})" if len(parts) > 1 and isinstance(part, AllOf | AnyOf) and len(part.parts) > 1 else said

    return f" {word} ".join(map(one, parts))


def sentence(requirement: Requirement, labels: dict[str, str] | None = None) -> str:
    """The requirement in words. `labels` gives a title for an id; without one the id itself is said.

    >>> sentence(parse("any(level(3), credits(90, from=Q-X, level=4))"), {"Q-X": "HNC in X"})
    'an award at level 3 or higher or at least 90 credits at level 4 of HNC in X'
    """
    labels = labels or {}
    match requirement:
        case AllOf(()):
            return "nothing is asked"
        case AllOf(parts):
            return _joined(parts, "and", labels)
        case AnyOf(parts):
            return _joined(parts, "or", labels)
        case AtLeast(count, parts):
            return f"at least {count} of: {'; '.join(sentence(p, labels) for p in parts)}"
        case Usually(part, decided_by):
            return f"the {decided_by} decides; usually {sentence(part, labels)}"
        case Holds(id):
            return f"{labels.get(id, id)} held"
        case Completed(id):
            return f"{labels.get(id, id)} completed"
        case WorksAs(id):
            return f"work as {labels.get(id, id)}"
        case LevelHeld(level):
            return f"an award at level {level} or higher"
        case Attribute():
            return _attribute_sentence(requirement)
        case CreditsFrom(credits, source, level, unit_role):
            words = [f"at least {credits} credits"]
            words += [f"at level {level}"] if level else []
            words += [f"from {unit_role} units"] if unit_role else []
            words += [f"of {labels.get(source, source)}"] if source else []
            return " ".join(words)
