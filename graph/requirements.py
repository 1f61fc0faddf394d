"""What must be true before somebody may start, or be given, something: nested and/or rules.

A requirement is a tree. It has three faces that say the same thing: the tree (these classes), a line of text that a
person writes into a dataset (`parse`, `write`), and a plain sentence for a reader (`sentence`, `read_sentence`).

The rules of a scheme (`ontology/rules`) may ask two things more, which no dataset may: `not(r)`, and
`opportunity(NAME OP VALUE)`, a fact about what is to be started. There the name of one of the scheme's dated figures,
or of a number of the opportunity, may stand for a number: `attribute(pay < low-wage-line)`. A day is 2027-01-01.

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
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
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
    """Somebody decides (`decided_by`: a provider's admissions, an employer); `part` is what they usually expect.

    After a comma `decided_by` says in words what they ask besides and no rule can say: then `part` is never enough.
    """

    part: Requirement
    decided_by: str

    @property
    def asks_besides(self) -> bool:
        """Whether more is asked than `part` says."""
        return "," in self.decided_by


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


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A fact about what is to be started, compared with a value: `credits >= 30`. Only in the rules of schemes."""

    name: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """`part` does not hold. What is not known stays not known. Only in the rules of schemes."""

    part: Requirement


Requirement: TypeAlias = (
    AllOf
    | AnyOf
    | AtLeast
    | Usually
    | Not
    | Holds
    | Completed
    | WorksAs
    | LevelHeld
    | CreditsFrom
    | Attribute
    | Opportunity
)
NOTHING: Final = AllOf(())
OPERATORS: Final = (">=", "<=", "=", ">", "<")

_WORD: Final = "[A-Za-z0-9][A-Za-z0-9_.:+/-]*"
_QUOTED: Final = '"[^"]*"'
_TOKEN = re.compile(rf"\s*(?:(?P<word>{_WORD})|(?P<quoted>{_QUOTED})|(?P<sign>>=|<=|[(),=<>]))")
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
            case "opportunity":
                attribute = self.take()
                result = Opportunity(attribute, self.take(*OPERATORS), self.take())
            case "not":
                result = Not(self.requirement())
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
        case Opportunity(name, operator, value):
            return f"opportunity({name} {operator} {_quote(value)})"
        case Not(part):
            return f"not({write(part)})"
        case CreditsFrom(credits, source, level, unit_role):
            narrowed = [("from", source), ("level", level), ("unit_role", unit_role)]
            return f"credits({', '.join([str(credits), *(f'{k}={_quote(str(v))}' for k, v in narrowed if v)])})"


def references(requirement: Requirement) -> set[str]:
    """The ids of the things that a requirement names."""
    match requirement:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return set().union(*map(references, parts))
        case Usually(part, _) | Not(part):
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
        case Usually(part, _) | Not(part):
            return circumstances(part)
        case Attribute():
            return [requirement]
        case _:
            return []


@cache
def attributes() -> dict[str, dict[str, Any]]:
    """The circumstances of a person that a rule may ask about, by name (`ontology/attributes.yml`)."""
    return dict(yaml_file("attributes.yml"))


@cache
def opportunity_facts() -> dict[str, dict[str, Any]]:
    """The facts about an opportunity that a scheme's rule may ask about, by name (`ontology/opportunity-facts.yml`)."""
    return dict(yaml_file("opportunity-facts.yml"))


def day_of(text: str) -> date | None:
    """The day that is written 2027-01-01; None: it is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _fault(known: Mapping[str, Any] | None, asked: Attribute | Opportunity, figures: Collection[str]) -> str | None:
    if known is None:
        whose = "a circumstance" if isinstance(asked, Attribute) else "a fact about an opportunity"
        return f"“{asked.name}” is not {whose} that rules may ask about"
    if "number" in known:
        fine = re.fullmatch("[0-9]+", asked.value) or asked.value in figures
        return None if fine else f"“{asked.value}” is not a number of {known['number']}"
    if "date" in known and ">=" in known:
        return None if day_of(asked.value) else f"“{asked.value}” is not a day, such as 2027-01-01"
    if "values" not in known and "id" not in known:
        return f"“{asked.name}” stands in no rule"
    if asked.operator != "=":
        return f"“{asked.name}” is compared with = only"
    if "values" in known and asked.value not in known["values"]:
        return f"“{asked.value}” is not one of {', '.join(known['values'])}"
    return None


def attribute_fault(attribute: Attribute, figures: Collection[str] = ()) -> str | None:
    """What is wrong with an attribute of a rule: an unknown name, value or comparison. None: nothing.

    `figures`: names that may stand for a number.
    """
    return _fault(attributes().get(attribute.name), attribute, figures)


def opportunity_fault(opportunity: Opportunity, figures: Collection[str] = ()) -> str | None:
    """What is wrong with a fact about an opportunity in a rule, as `attribute_fault`."""
    return _fault(opportunity_facts().get(opportunity.name), opportunity, figures)


def circumstance_fault(name: str, value: str) -> str | None:
    """What is wrong with something said of a person, such as `age` `34`. None: nothing.

    >>> circumstance_fault("age", "thirty")
    '“thirty” is not a number of years'
    """
    known = attributes().get(name)
    if known is None or "worked-out" in known:
        said = sorted(one for one, facts in attributes().items() if "worked-out" not in facts)
        return f"“{name}” is not known; what can be said is {', '.join(said)}"
    if "number" in known:
        if not re.fullmatch("[0-9]{1,9}", value):
            return f"“{value}” is not a number of {known['number']}"
        most = known.get("most", 200)
        return None if int(value) <= most else f"“{value}” is more than {most:,}, the most it may be"
    if "date" in known:
        return None if day_of(value) else f"“{value}” is not a day, such as 1992-03-31"
    if "text" in known:
        return None if re.fullmatch(r"[A-Za-z]{1,2}[0-9][0-9A-Za-z]?", value) else f"“{value}” is not {known['text']}"
    allowed = [*known["values"], *(other for other in ("yes", "no", "other") if other not in known["values"])]
    return None if value in allowed else f"“{value}” is not one of {', '.join(allowed)}"


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_FIGURE: Final = re.compile(r"[a-z][a-z0-9-]*")


def spoken_day(day: date) -> str:
    """A day as people write it.

    >>> spoken_day(date(2027, 1, 1))
    '1 January 2027'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_COMPARED: Final = {">=": "at least", "<=": "at most", "=": "exactly", ">": "more than", "<": "less than"}


def amount(known: Mapping[str, Any], value: str) -> str:
    """A number with its unit, such as “2 weeks” or “1 week”. `known`: the entry of the fact whose number it is."""
    return str(known["one"]) if value == "1" and "one" in known else str(known.get("amount", "{}")).format(value)


def _figure(name: str, labels: Mapping[str, str]) -> str:
    return labels.get(name) or str(opportunity_facts().get(name, {}).get("its", f"the {name}"))


def phrase(asked: Attribute | Opportunity, labels: Mapping[str, str] | None = None) -> str:
    """The words that complete “must be …”, such as “aged 19 or over”; the rule's text when it makes no sense.

    `labels` gives a title for an id, and for a figure by its name.
    """
    known = (attributes() if isinstance(asked, Attribute) else opportunity_facts()).get(asked.name)
    if _fault(known, asked, {asked.value} if _FIGURE.fullmatch(asked.value) else ()) is not None or known is None:
        return write(asked)
    if "values" in known:
        return str(known["values"][asked.value])
    if "date" in known:
        value = spoken_day(date.fromisoformat(asked.value))
    elif "id" in known:
        value = _named(asked.value, labels or {})
    elif asked.value.isdigit():
        value = amount(known, asked.value)
    else:
        return str(known["="]).format(f"{_COMPARED[asked.operator]} {_figure(asked.value, labels or {})}")
    return str(known[asked.operator]).format(value)


def _nested(part: Requirement, labels: Mapping[str, str]) -> str:
    """A part of a list: in brackets when it is a list itself, or would run on."""
    said = sentence(part, labels)
    match part:
        case AllOf(parts) | AnyOf(parts) if len(parts) > 1:
            return f"({said})"
        case AtLeast() | Usually():
            return f"({said})"
    return said


def _joined(parts: tuple[Requirement, ...], word: str, labels: Mapping[str, str]) -> str:
    if len(parts) == 1:
        return f"{'all of' if word == 'and' else 'one of'} ({sentence(parts[0], labels)})"
    return f" {word} ".join(_nested(part, labels) for part in parts)


def _item(part: Requirement, labels: Mapping[str, str]) -> str:
    return _nested(part, labels) if isinstance(part, AtLeast | Usually) else sentence(part, labels)


def _named(id: str, labels: Mapping[str, str]) -> str:
    if id in labels:
        return labels[id]
    bare = (found := _TOKEN.fullmatch(id)) and found["word"] == id and not (id.isalpha() and id.islower())
    return id if bare else f'"{id}"'


def _role(role: str) -> str:
    return f'"{role}"' if " units" in f" {role} " or '"' in role else role


def sentence(requirement: Requirement, labels: Mapping[str, str] | None = None) -> str:
    """The requirement in words. `labels` gives a title for an id or a figure; without one the id itself is said.

    `read_sentence` reads it back, given labels of which no two are alike.

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
            return f"at least {count} of: {'; '.join(_item(part, labels) for part in parts)}"
        case Usually(part, decided_by):
            return f"the {_role(decided_by)} decides; usually {sentence(part, labels)}"
        case Not(part):
            return f"not ({sentence(part, labels)})"
        case Holds(id):
            return f"{_named(id, labels)} held"
        case Completed(id):
            return f"{_named(id, labels)} completed"
        case WorksAs(id):
            return f"work as {_named(id, labels)}"
        case LevelHeld(level):
            return f"an award at level {level} or higher"
        case Attribute() | Opportunity():
            return phrase(requirement, labels)
        case CreditsFrom(credits, source, level, unit_role):
            words = [f"at least {credits} credits"]
            words += [f"at level {level}"] if level else []
            words += [f"from {_role(unit_role)} units"] if unit_role else []
            words += [f"of {_named(source, labels)}"] if source else []
            return " ".join(words)


def _pattern(template: str, hole: str) -> str:
    before, after = template.split("{}")
    return re.escape(before) + hole + re.escape(after)


_Asked: TypeAlias = type[Attribute] | type[Opportunity]


def _vocabularies() -> tuple[tuple[_Asked, dict[str, dict[str, Any]]], ...]:
    return (Attribute, attributes()), (Opportunity, opportunity_facts())


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], _Asked, str, str, str | None], ...]:
    """The pattern of each phrase, whose fact it is, its name, the comparison, and the value of a choice."""
    found: list[tuple[re.Pattern[str], _Asked, str, str, str | None]] = []
    for about, facts in _vocabularies():
        for name, known in facts.items():
            for value, said in known.get("values", {}).items():
                found.append((re.compile(re.escape(said)), about, name, "=", value))
            hole = r"(?P<day>[0-9]+ [A-Z][a-z]+ [0-9]{1,4})"
            if "number" in known:
                hole = _pattern(known.get("amount", "{}"), "(?P<number>[0-9]+)")
            found += [
                (re.compile(_pattern(known[sign], hole)), about, name, sign, None)
                for sign in OPERATORS
                if sign in known and "id" not in known
            ]
            if "one" in known:
                found += [
                    (re.compile(_pattern(known[sign], known["one"])), about, name, sign, "1") for sign in OPERATORS
                ]
    return tuple(found)


@lru_cache(maxsize=64)
def _comparisons(titles: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], _Asked, str], ...]:
    """The pattern of each comparison with a figure, whose fact it is and its name. `titles`: of figures."""
    figure = "|".join([*map(re.escape, titles), f"the {_FIGURE.pattern}"])
    hole = f"(?P<compared>{'|'.join(_COMPARED.values())}) (?P<figure>{figure})"
    return tuple(
        (re.compile(_pattern(known["="], hole)), about, name)
        for about, facts in _vocabularies()
        for name, known in facts.items()
        if "number" in known
    )


def _written_day(spoken: str) -> str:
    day, month, year = spoken.split()
    return f"{year:0>4}-{_MONTHS.index(month) + 1 if month in _MONTHS else 0:02}-{day:0>2}"


class _SentenceReader:
    """Reads a sentence back: lists, brackets, and at each place the longest phrase that stands there."""

    def __init__(self, text: str, labels: Mapping[str, str]) -> None:
        self.text, self.position = text, 0
        its = {known["its"]: name for name, known in opportunity_facts().items() if "its" in known}
        self.ids = {label: id for id, label in labels.items() if label in text}
        figures = [label for label, id in (self.ids | its).items() if _FIGURE.fullmatch(id)]
        self.comparisons = _comparisons(tuple(sorted(figures, key=len, reverse=True)))
        self.figures = its | self.ids
        titles = [re.escape(label) for label in sorted(self.ids, key=len, reverse=True)]
        thing = f"({'|'.join([*titles, _QUOTED, _WORD])})"
        role = '(?: from ("[^"]*"|[^"]+?) units)?'
        self.things: tuple[tuple[re.Pattern[str], type[Holds] | type[Completed] | type[WorksAs]], ...] = (
            (re.compile(f"{thing} held"), Holds),
            (re.compile(f"{thing} completed"), Completed),
            (re.compile(f"work as {thing}"), WorksAs),
        )
        self.named = [
            (re.compile(_pattern(known["="], thing)), about, name)
            for about, facts in _vocabularies()
            for name, known in facts.items()
            if "id" in known
        ]
        self.level = re.compile("an award at level ([0-9]+) or higher")
        self.credits = re.compile(f"at least ([0-9]+) credits(?: at level ([0-9]+))?{role}(?: of {thing})?")

    def fail(self) -> RequirementError:
        return RequirementError("no rule is said so", self.text, self.position)

    def next(self, *expected: str) -> bool:
        """Whether one of these comes next; it is taken then."""
        for words in expected:
            if self.text.startswith(words, self.position):
                self.position += len(words)
                return True
        return False

    def close(self) -> None:
        if not self.next(")"):
            raise self.fail()

    def found(self, pattern: str) -> re.Match[str] | None:
        """What stands here by this pattern; it is taken then."""
        found = re.compile(pattern).match(self.text, self.position)
        self.position = found.end() if found else self.position
        return found

    def id(self, said: str) -> str:
        return self.ids.get(said, said.strip('"'))

    def list(self) -> Requirement:
        parts, word = [self.part()], ""
        while self.next(word) if word else self.next(" and ", " or "):
            word = word or (" and " if self.text.endswith(" and ", 0, self.position) else " or ")
            parts.append(self.part())
        return parts[0] if not word else AllOf(tuple(parts)) if word == " and " else AnyOf(tuple(parts))

    def part(self) -> Requirement:
        if self.next("nothing is asked"):
            return NOTHING
        if found := self.found(r"(not|all of|one of|) ?\("):
            part = self.list()
            self.close()
            match found[1]:
                case "not":
                    return Not(part)
                case "all of":
                    return AllOf((part,))
                case "one of":
                    return AnyOf((part,))
            return part
        if found := self.found("at least ([0-9]+) of: "):
            parts = [self.list()]
            while self.next("; "):
                parts.append(self.list())
            return AtLeast(int(found[1]), tuple(parts))
        if found := self.found('the ("[^"]*"|[^"]+?) decides; usually '):
            return Usually(self.list(), found[1].strip('"'))
        return self.leaf()

    def leaf(self) -> Requirement:
        if self.text.startswith(("attribute(", "opportunity("), self.position):
            reader = _Reader(self.text)
            reader.position = self.position
            written = reader.requirement()
            self.position = reader.position
            return written
        longest = max(self.leaves(), key=lambda one: one[0], default=None)
        if longest is None:
            raise self.fail()
        self.position = longest[0]
        return longest[1]

    def leaves(self) -> Iterator[tuple[int, Requirement]]:
        """Each phrase that stands here: where it ends, and what it says."""
        for pattern, kind in self.things:
            if found := pattern.match(self.text, self.position):
                yield found.end(), kind(self.id(found[1]))
        for pattern, about, name in self.named:
            if found := pattern.match(self.text, self.position):
                yield found.end(), about(name, "=", self.id(found[1]))
        if found := self.level.match(self.text, self.position):
            yield found.end(), LevelHeld(int(found[1]))
        if found := self.credits.match(self.text, self.position):
            credits, level, role, source = found.groups()
            yield (
                found.end(),
                CreditsFrom(
                    int(credits),
                    self.id(source) if source else None,
                    int(level) if level else None,
                    role.strip('"') if role else None,
                ),
            )
        for phrase, about, name, sign, value in _phrases():
            if found := phrase.match(self.text, self.position):
                if value is None:
                    (form, text), *_ = ((form, text) for form, text in found.groupdict().items() if text is not None)
                    said = _written_day(text) if form == "day" else text.strip('"')
                yield found.end(), about(name, sign, said if value is None else value)
        for pattern, about, name in self.comparisons:
            if found := pattern.match(self.text, self.position):
                figure = found["figure"]
                sign = next(sign for sign, words in _COMPARED.items() if words == found["compared"])
                yield found.end(), about(name, sign, self.figures.get(figure, figure.removeprefix("the ")))


def read_sentence(text: str, labels: Mapping[str, str] | None = None) -> Requirement:
    """The requirement that a sentence says: `read_sentence(sentence(r, labels), labels) == r`.

    >>> write(read_sentence("aged 19 or over and not (employed)"))
    'all(attribute(age >= 19), not(attribute(employment = employed)))'

    Raises `RequirementError` where the text is no sentence of ours.
    """
    reader = _SentenceReader(text, labels or {})
    result = reader.list()
    if reader.position != len(text) or sentence(result, labels) != text:
        raise reader.fail()
    return result
