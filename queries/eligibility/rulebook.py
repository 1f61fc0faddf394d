"""The schemes' rules as dated, cited data (`ontology/rules/<scheme>/<scheme>.yml`), read strictly.

A rule has versions, one after another without a gap. The day that counts is the day a step starts. On a day before the
first version, or after the last, the rule's answer is its `before` or `after`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from graph.projection import Status
from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Not,
    Opportunity,
    Requirement,
    RequirementError,
    Usually,
    attribute_fault,
    opportunity_facts,
    opportunity_fault,
    parse,
    sentence,
    spoken_day,
)
from ontology.resources import ROOT
from queries.eligibility.decision import About, Answer, RuleSource
from queries.eligibility.logic import Figure, Node, Settled, Situation, World, answer_of, compiled
from queries.eligibility.person import Facts

FOLDER: Final = ROOT / "rules"
KINDS: Final = ("entry", "offer", "funding", "payment", "afterwards")
SCHEME_KINDS: Final = ("training", "funding", "award", "recognition")
WHOM: Final = ("person", "provider", "employer", "awarding body", "funder")
ALWAYS: Final = date(9999, 12, 31)


class RuleError(ValueError):
    """A rule file cannot be read: which file, which rule (None: the scheme itself), which field, and how to mend it."""

    def __init__(self, file: str, rule: str | None, field: str, message: str, hint: str = "") -> None:
        place = f"{file}{f', rule {rule}' if rule else ''}, {field}"
        super().__init__(f"{place}: {message}{f' ({hint})' if hint else ''}")
        self.file, self.rule, self.field, self.message, self.hint = file, rule, field, message, hint


@dataclass(frozen=True, slots=True)
class ValueVersion:
    """A figure from one day to another (None: open). `value` None: not known, and `why` says why."""

    applies_from: date
    applies_to: date | None
    value: int | None
    why: str | None
    source: RuleSource | None


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A figure of a scheme, such as a low-wage line, over time."""

    name: str
    title: str
    unit: str
    series: tuple[ValueVersion, ...]

    def on(self, day: date) -> Figure:
        """The figure as it stands on a day."""
        for one in self.series:
            if one.applies_from <= day <= (one.applies_to or ALWAYS):
                return Figure(one.value, self.title, self.unit, one.why or "")
        return Figure(None, self.title, self.unit, "no figure is known for that day")


Amount: TypeAlias = int | str
"""A number; or `price`, `credits`, or the name of one of the scheme's figures."""


@dataclass(frozen=True, slots=True)
class Pays:
    """Who pays what under a payment rule. None: nothing; but what the learner pays is not known then.

    `rest`: who pays what an employer's share leaves; None: public money.
    """

    learner: Amount | None = None
    loan: Amount | None = None
    employer: Amount | None = None
    employer_percent: Amount | None = None
    entitlement: Amount | None = None
    rest: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A rule as it is from one day to another (None: open). `sentence` says what it asks."""

    applies_from: date
    applies_to: date | None
    asks: Requirement
    sentence: str
    pays: Pays | None
    source: RuleSource
    checked_on: date
    review_by: date


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a scheme. `whom`: who can say, when the rule itself leaves it open.

    `promise`: of a rule of kind `afterwards`, what is promised to those for whom it holds.
    """

    id: str
    title: str
    promise: str | None
    kind: str
    rows: tuple[str, ...]
    whom: str
    before: Answer
    after: Answer
    versions: tuple[Version, ...]

    def on(self, day: date) -> Version | None:
        """The version in force on a day."""
        for version in self.versions:
            if version.applies_from <= day <= (version.applies_to or ALWAYS):
                return version
        return None

    def nearest(self, day: date) -> Version:
        """The version in force on a day, else the first or the last."""
        return self.on(day) or (self.versions[0] if day < self.versions[0].applies_from else self.versions[-1])

    def node(self, situation: Situation) -> Node:
        """What the rule asks on the day, as the evaluator reads it: not known when it was due for review."""
        version = self.on(situation.day)
        if version is None:
            first, last = self.versions[0].applies_from, self.versions[-1].applies_to or ALWAYS
            early = situation.day < first
            edge, answer = (first, self.before) if early else (last, self.after)
            when = f"{'before' if early else 'after'} {spoken_day(edge)}"
            if answer is Answer.NOT_KNOWN:
                said = f"Does the rule “{self.title or self.id}” hold for a start {when}?"
                return Settled(answer, About.RULE, self.id, "", said, self.whom)
            return Settled(answer, About.OPPORTUNITY, "starts", when, f"starting {when}", "provider")
        if situation.asked_on > version.review_by:
            due = spoken_day(version.review_by)
            said = f"Does the rule “{self.title or self.id}” still hold? It was due for review on {due}."
            return Settled(Answer.NOT_KNOWN, About.RULE, self.id, "", said, self.whom)
        return compiled(version.asks)


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """A scheme with its rules. `applies_to` says which opportunities it is about."""

    id: str
    title: str
    about: str
    kind: str
    authority: str
    applies_to: Requirement
    values: Mapping[str, DatedValue]
    rules: tuple[Rule, ...]
    file: str

    def applies(self, opportunity: Facts) -> Answer:
        """Whether the scheme is about an opportunity."""
        return answer_of(World(Situation({}, opportunity, ALWAYS, ALWAYS), {}).truth(compiled(self.applies_to)))

    @property
    def titles(self) -> dict[str, str]:
        """What its figures are called in the sentences of its rules."""
        return {name: value.title for name, value in self.values.items() if value.title}

    def figures(self, day: date) -> dict[str, Figure]:
        """The scheme's figures as they stand on a day."""
        return {name: value.on(day) for name, value in self.values.items()}


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """All schemes, by id."""

    schemes: Mapping[str, Scheme]

    @staticmethod
    def load(folder: Path = FOLDER) -> "RuleBook":
        """Read every scheme of a folder. Raises `RuleError`."""
        found: dict[str, Scheme] = {}
        for path in sorted(folder.glob("*/*.yml")):
            scheme = _Reader(path).scheme()
            found[scheme.id] = scheme
        return RuleBook(found)

    def applying(self, opportunity: Facts) -> tuple[Scheme, ...]:
        """The schemes that are about an opportunity, or may be."""
        return tuple(one for one in self.schemes.values() if one.applies(opportunity) is not Answer.NO)

    def turning_days(self, scheme: str | Scheme) -> tuple[date, ...]:
        """The days on which a rule or a figure of a scheme changes: the first day of what is new."""
        return turning_days(self.schemes[scheme] if isinstance(scheme, str) else scheme)


def turning_days(scheme: Scheme) -> tuple[date, ...]:
    """The days on which a rule or a figure of a scheme changes: the first day of what is new."""
    spans = [(v.applies_from, v.applies_to) for rule in scheme.rules for v in rule.versions]
    spans += [(v.applies_from, v.applies_to) for value in scheme.values.values() for v in value.series]
    return tuple(sorted({start for start, _ in spans} | {end + timedelta(days=1) for _, end in spans if end}))


def review_days(book: RuleBook) -> tuple[date, ...]:
    """The last days on which versions of rules are relied on without another look at their sources."""
    rules = (rule for scheme in book.schemes.values() for rule in scheme.rules)
    return tuple(sorted({version.review_by for rule in rules for version in rule.versions}))


@cache
def rulebook() -> RuleBook:
    """The rules this package ships."""
    return RuleBook.load()


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which no key may stand twice."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"“{key.value}” stands twice", key.start_mark)
        seen.add(key.value)
    found: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)

_SCHEME: Final = ("scheme", "title", "about", "kind", "authority", "applies_to", "values", "rules")
_RULE: Final = ("id", "title", "promise", "kind", "rows", "ask", "before", "after", "versions")
_VERSION: Final = ("from", "to", "asks", "pays", "source", "checked_on", "review_by")
_VALUE: Final = ("from", "to", "value", "why", "source")
_SOURCE: Final = ("address", "as_of", "status", "note")
_PAYS: Final = ("learner", "loan", "employer", "employer_percent", "entitlement", "rest")


def _leaves(rule: Requirement) -> list[Requirement]:
    match rule:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return [leaf for part in parts for leaf in _leaves(part)]
        case Usually(part, _) | Not(part):
            return _leaves(part)
        case _:
            return [rule]


@dataclass(slots=True)
class _Reader:
    """Reads one scheme file: the `rule` being read, the names of its `values`, and all names that stand for numbers."""

    path: Path
    rule: str | None = None
    values: Collection[str] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    figures: Collection[str] = ()

    def fail(self, field: str, message: str, hint: str = "") -> RuleError:
        return RuleError(f"{self.path.parent.name}/{self.path.name}", self.rule, field, message, hint)

    def scheme(self) -> Scheme:
        try:
            content = yaml.load(self.path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 -- a safe loader
        except yaml.YAMLError as error:
            raise self.fail("the file", f"it is not YAML: {' '.join(str(error).split())}") from None
        given = self.fields(content, "the file", _SCHEME, _SCHEME[:-2])
        id = self.text(given, "scheme")
        if not id == self.path.stem == self.path.parent.name:
            raise self.fail("scheme", f"“{id}” stands in {self.path.parent.name}/{self.path.name}", "use one name")
        values = given.get("values") or {}
        if not isinstance(values, dict):
            raise self.fail("values", "expected figures by name")
        numbers = [name for name, facts in opportunity_facts().items() if "number" in facts]
        if twice := set(numbers) & set(values):
            raise self.fail("values", f"“{min(twice)}” is a fact about the opportunity", "call the figure otherwise")
        self.values, self.figures = tuple(map(str, values)), (*map(str, values), *numbers)
        dated = {str(name): self.value(str(name), one) for name, one in values.items()}
        self.titles = {name: one.title for name, one in dated.items() if one.title}
        applies_to = self.requirement(given["applies_to"], "applies_to")
        if any(not isinstance(leaf, Opportunity) for leaf in _leaves(applies_to)):
            raise self.fail("applies_to", "it asks about the person", "say for which opportunities: opportunity(…)")
        rules = tuple(self.one_rule(one, n) for n, one in enumerate(self.rows(given, "rules"), 1))
        if twice := {rule.id for rule in rules if sum(rule.id == other.id for other in rules) > 1}:
            raise self.fail("rules", f"“{sorted(twice)[0]}” stands twice")
        kind = self.choice(given, "kind", SCHEME_KINDS)
        title, about, authority = (self.text(given, name) for name in ("title", "about", "authority"))
        return Scheme(id, title, about, kind, authority, applies_to, dated, rules, f"{id}/{self.path.name}")

    def value(self, name: str, content: Any) -> DatedValue:
        at = f"values.{name}"
        given = self.fields(content, at, ("title", "unit", "series"), ("unit", "series"))
        series = []
        for n, one in enumerate(self.rows(given, "series", at), 1):
            here = f"{at}.series[{n}]"
            self.fields(one, here, _VALUE, ("from", "value"))
            value, why = one["value"], one.get("why")
            if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
                raise self.fail(
                    f"{here}.value", f"“{value}” is not a whole number", "pence, where pounds are not whole"
                )
            if value is None and not why:
                raise self.fail(f"{here}.why", "it is absent", "say why the figure is not known")
            source = self.source(one["source"], f"{here}.source", ()) if one.get("source") else None
            if value is not None and source is None:
                raise self.fail(f"{here}.source", "it is absent", "say where the figure can be checked")
            series.append(ValueVersion(*self.span(one, here), value, why, source))
        self.in_order([(one.applies_from, one.applies_to) for one in series], f"{at}.series")
        title = self.text(given, "title", at) if "title" in given else ""
        return DatedValue(name, title, self.text(given, "unit", at), tuple(series))

    def one_rule(self, content: Any, number: int) -> Rule:
        self.rule = str(content["id"]) if isinstance(content, dict) and "id" in content else f"number {number}"
        given = self.fields(content, "the rule", _RULE, ("id", "kind", "rows", "versions"))
        kind = self.choice(given, "kind", KINDS)
        rows = tuple(map(str, self.rows(given, "rows")))
        versions = tuple(self.version(one, n, kind, rows) for n, one in enumerate(self.rows(given, "versions"), 1))
        if not versions:
            raise self.fail("versions", "there is none")
        self.in_order([(one.applies_from, one.applies_to) for one in versions], "versions")
        sides = {side: given.get(side, "not-known") for side in ("before", "after")}
        before, after = (Answer(self.choice(sides, side, tuple(Answer))) for side in sides)
        whom = self.choice({"ask": given.get("ask", "funder")}, "ask", WHOM)
        title, promise = (self.text(given, name) if name in given else "" for name in ("title", "promise"))
        if promise and kind != "afterwards":
            raise self.fail("promise", f"a rule of kind {kind} promises nothing", "only one of kind afterwards does")
        rule = Rule(self.rule, title, promise or None, kind, rows, whom, before, after, versions)
        self.rule = None
        return rule

    def version(self, content: Any, number: int, kind: str, rows: tuple[str, ...]) -> Version:
        at = f"versions[{number}]"
        needed = ("from", "asks", "source", "checked_on", "review_by", *(("pays",) if kind == "payment" else ()))
        given = self.fields(content, at, _VERSION, needed)
        if kind != "payment" and "pays" in given:
            raise self.fail(f"{at}.pays", f"a rule of kind {kind} pays nothing", "make it a rule of kind payment")
        checked, review = (self.day(given[name], f"{at}.{name}") for name in ("checked_on", "review_by"))
        if review < checked:
            raise self.fail(f"{at}.review_by", f"{review} is before it was checked, {checked}")
        asks = self.requirement(given["asks"], f"{at}.asks")
        return Version(
            *self.span(given, at),
            asks,
            sentence(asks, self.titles),
            self.pays(given["pays"], f"{at}.pays") if "pays" in given else None,
            self.source(given["source"], f"{at}.source", rows),
            checked,
            review,
        )

    def pays(self, content: Any, at: str) -> Pays:
        given = self.fields(content, at, _PAYS, ())
        if "rest" in given:
            self.choice(given, "rest", ("levy",), at)
        for name, amount in given.items():
            if name == "rest":
                continue
            words = ("credits",) if name == "entitlement" else () if name == "employer_percent" else ("price",)
            fine = isinstance(amount, int) and not isinstance(amount, bool) and amount >= 0
            if not fine and amount not in (*words, *self.values):
                known = ", ".join(["a whole number", *words, *self.values])
                raise self.fail(f"{at}.{name}", f"“{amount}” is no amount", f"write {known}")
        return Pays(**given)

    def source(self, content: Any, at: str, rows: tuple[str, ...]) -> RuleSource:
        given = self.fields(content, at, _SOURCE, ("address", "status"))
        address = self.text(given, "address", at)
        if not address.startswith(("https://", "http://", "urn:")):
            raise self.fail(f"{at}.address", f"“{address}” is no address", "begin it with https://")
        as_of, note = given.get("as_of"), given.get("note")
        status = Status(self.choice(given, "status", tuple(Status), at))
        return RuleSource(address, str(as_of) if as_of is not None else None, status, rows, note)

    def requirement(self, content: Any, at: str) -> Requirement:
        if not isinstance(content, str):
            raise self.fail(at, "expected a requirement, such as attribute(age >= 19)")
        try:
            found = parse(content)
        except RequirementError as error:
            raise self.fail(at, str(error)) from None
        for leaf in _leaves(found):
            fault = None
            if isinstance(leaf, Attribute):
                fault = attribute_fault(leaf, self.figures)
            elif isinstance(leaf, Opportunity):
                fault = opportunity_fault(leaf, self.figures)
            if fault is not None:
                raise self.fail(at, fault, f"in {sentence(leaf)}")
        return found

    # Fields.

    def fields(self, content: Any, at: str, known: Collection[str], needed: Collection[str]) -> dict[str, Any]:
        if not isinstance(content, dict):
            raise self.fail(at, "expected fields with names")
        for name in content:
            if name not in known:
                near = get_close_matches(str(name), known, 1)
                hint = f"did you mean {near[0]}?" if near else f"it has: {', '.join(known)}"
                raise self.fail(at, f"“{name}” is not one of its fields", hint)
        for name in needed:
            if name not in content:
                raise self.fail(name if at == "the file" else f"{at}.{name}", "it is absent")
        return content

    def text(self, given: Mapping[str, Any], name: str, at: str = "") -> str:
        value = given[name]
        if not isinstance(value, str) or not value.strip():
            raise self.fail(f"{at}.{name}" if at else name, f"“{value}” is not a text")
        return value.strip()

    def choice(self, given: Mapping[str, Any], name: str, choices: Collection[str], at: str = "") -> str:
        value = given[name]
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if value not in choices:
            raise self.fail(f"{at}.{name}" if at else name, f"“{value}” is not one of {', '.join(choices)}")
        return str(value)

    def rows(self, given: Mapping[str, Any], name: str, at: str = "") -> list[Any]:
        value = given.get(name) or []
        if not isinstance(value, list):
            raise self.fail(f"{at}.{name}" if at else name, "expected a list")
        return value

    def day(self, value: Any, at: str) -> date:
        if type(value) is not date:
            raise self.fail(at, f"“{value}” is not a day, such as 2027-01-01")
        return value

    def span(self, given: Mapping[str, Any], at: str) -> tuple[date, date | None]:
        start = self.day(given["from"], f"{at}.from")
        end = None if given.get("to") is None else self.day(given["to"], f"{at}.to")
        if end is not None and end < start:
            raise self.fail(f"{at}.to", f"{end} is before {start}", "turn the two days round")
        return start, end

    def in_order(self, spans: list[tuple[date, date | None]], at: str) -> None:
        for n, ((_, end), (start, _)) in enumerate(pairwise(spans), 2):
            if end is None or start != end + timedelta(days=1):
                due = "one that has no end" if end is None else f"one that ends on {end}"
                raise self.fail(f"{at}[{n}].from", f"{start} follows {due}", "each begins the day after the one before")
