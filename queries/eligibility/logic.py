"""Whether what is asked holds: yes, no or not known, and the fewest facts that decide.

Kleene's strong logic over the facts of a situation. It is monotone: one more known fact never takes back a yes or a no.
So a set of facts that decides can be thinned, one fact after another, until none can be spared.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any, Final, TypeAlias

from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Not,
    Opportunity,
    Requirement,
    Usually,
    amount,
    attributes,
    opportunity_facts,
    phrase,
    sentence,
    spoken_day,
    write,
)
from queries.eligibility.decision import About, Answer, Ask, Decision, FactUsed
from queries.eligibility.person import Facts, age_on, funding_year_31_august

Named: TypeAlias = tuple[About, str]
Truth: TypeAlias = bool | None

AGES: Final = ("age", "age-on-31-august")
"""Facts that are worked out from `born`, or from an `age` that was said on the day of the question."""

WAYS_KEPT: Final = 32
"""Ways to a yes that are weighed against each other at each place of a rule, when the nearest contradicts itself."""


def nothing_held(_: Requirement) -> bool | None:
    """Of awards, credits and work nobody has said anything."""
    return None


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a person and of what they would start, and the day it starts.

    `person`: facts as `person.complete` gives them. `asked_on`: the day of the question, on which an `age` was said.
    `held` answers for awards, units, credits, programmes and work: True, False, or None when that is not known.
    """

    person: Facts
    opportunity: Facts
    day: date
    asked_on: date
    held: Callable[[Requirement], bool | None] = nothing_held


@dataclass(frozen=True, slots=True)
class Figure:
    """A dated figure as it stands on a day. `value` None: not known, and `why` says why. `title`: what it is."""

    value: int | None
    title: str = ""
    unit: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One thing that is asked; `facts` are what must be known to answer it."""

    asked: Requirement
    facts: tuple[Named, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DecidedBy:
    """Somebody decides freely: never known before they have. `whom` is to be asked."""

    whom: str


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """An answer that stands by itself, such as a rule's on days before it applies, or that it was due for review.

    `text` says it; when it is not known, what to ask, and `whom`.
    """

    answer: Answer
    about: About
    name: str
    value: str
    text: str
    whom: str


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """At least `count` of the parts hold; all of them when every one is needed. `denied`: the contrary is asked."""

    count: int
    parts: tuple["Node", ...]
    denied: bool = False


Node: TypeAlias = Gate | Leaf | DecidedBy | Settled
Literal: TypeAlias = tuple[Node, bool]


def answer_of(truth: Truth) -> Answer:
    """The answer that a truth value is."""
    return Answer.NOT_KNOWN if truth is None else Answer.YES if truth else Answer.NO


def all_of(nodes: Iterable[Node]) -> Node:
    """Every one holds."""
    parts = tuple(nodes)
    return parts[0] if len(parts) == 1 else Gate(len(parts), parts)


def _needed(asked: Requirement) -> tuple[Named, ...]:
    match asked:
        case Attribute(name, _, value):
            about, known = About.PERSON, attributes().get(name, {})
        case Opportunity(name, _, value):
            about, known = About.OPPORTUNITY, opportunity_facts().get(name, {})
        case _:
            return ((About.PERSON, write(asked)),)
    if "number" not in known or value.isdigit():
        return ((about, name),)
    return ((about, name), (About.OPPORTUNITY if "number" in opportunity_facts().get(value, {}) else About.RULE, value))


@lru_cache(maxsize=10_000)
def compiled(requirement: Requirement) -> Node:
    """The requirement as gates and leaves."""
    match requirement:
        case AllOf(parts):
            return all_of(map(compiled, parts))
        case AnyOf(parts):
            return Gate(1, tuple(map(compiled, parts)))
        case AtLeast(count, parts):
            return Gate(count, tuple(map(compiled, parts)))
        case Not(part):
            return Gate(1, (compiled(part),), denied=True)
        case Usually(part, decided_by):
            return Gate(1, (compiled(part), DecidedBy(decided_by)))
        case _:
            return Leaf(requirement, _needed(requirement))


def rests_on(fact: Named) -> tuple[Named, ...]:
    """The facts that somebody can say, of which a fact is worked out: itself, when it is one of them."""
    about, name = fact
    parts = attributes().get(name, {}).get("sum", ()) if about is About.PERSON else ()
    return tuple(zip((About.PERSON, About.OPPORTUNITY), parts, strict=True)) if parts else (fact,)


def leaves(node: Node) -> Iterator[Leaf | DecidedBy | Settled]:
    """All that is asked, in the order in which it is said."""
    if isinstance(node, Gate):
        for part in node.parts:
            yield from leaves(part)
    else:
        yield node


def _vocabulary(named: Named) -> Mapping[str, Any]:
    about, name = named
    facts = attributes() if about is About.PERSON else opportunity_facts() if about is About.OPPORTUNITY else {}
    return facts.get(name, {})


def _compared(left: float, operator: str, right: float) -> bool:
    match operator:
        case ">=":
            return left >= right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case "<":
            return left < right
        case _:
            return left == right


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


class World:
    """A situation as rules see it: the value of each fact, and what each leaf comes to."""

    def __init__(self, situation: Situation, figures: Mapping[str, Figure]) -> None:
        self.situation, self.figures = situation, figures
        self._truths: dict[Node, Truth] = {}
        self._unknown: dict[Node, frozenset[Named]] = {}

    def age(self, name: str) -> tuple[int, int] | None:
        """The least and the most it may be."""
        situation = self.situation
        day = situation.day if name == "age" else funding_year_31_august(situation.day)
        return age_on(situation.person, situation.asked_on, day)

    def value(self, named: Named, asked: Requirement | None = None) -> str | None:
        """The value of a fact as text; None when it is not known."""
        about, name = named
        if about is About.RULE:
            figure = self.figures.get(name)
            return None if figure is None or figure.value is None else str(figure.value)
        if about is About.OPPORTUNITY:
            return self.situation.opportunity.get(name) or (
                self.situation.day.isoformat() if name == "starts" else None
            )
        if name in AGES:
            ages = self.age(name)
            return None if ages is None else str(ages[0]) if ages[0] == ages[1] else f"{ages[0]} or {ages[1]}"
        if asked is not None and not isinstance(asked, Attribute):
            held = self.situation.held(asked)
            return None if held is None else "yes" if held else "no"
        said = self.situation.person.get(name)
        if said is None and (parts := rests_on(named)) != (named,):
            known = [number for value in map(self.value, parts) if value and (number := _number(value)) is not None]
            said = f"{sum(known):g}" if len(known) == len(parts) else None
        return said

    def truth(self, node: Node) -> Truth:
        """What a node comes to."""
        if node in self._truths:
            return self._truths[node]
        match node:
            case Leaf(asked):
                found = self._asked(asked)
            case Gate():
                found = self._gate(node)
            case Settled(answer):
                found = None if answer is Answer.NOT_KNOWN else answer is Answer.YES
            case _:
                found = None
        self._truths[node] = found
        return found

    def _gate(self, gate: Gate) -> Truth:
        wanted, spare = gate.count, len(gate.parts) - gate.count
        for part in gate.parts:
            truth = self.truth(part)
            wanted -= truth is True
            spare -= truth is False
            if spare < 0:
                return gate.denied
        return not gate.denied if wanted <= 0 else None

    def _asked(self, asked: Requirement) -> Truth:
        match asked:
            case Attribute(("age" | "age-on-31-august") as name, operator, text):
                ages, right = self.age(name), self.limit(text)
                if ages is None or right is None:
                    return None
                return self._within(ages, operator, right)
            case Attribute(name, operator, text):
                return self._compare(self.value((About.PERSON, name)), (About.PERSON, name), operator, text)
            case Opportunity(name, operator, text):
                return self._compare(self.value((About.OPPORTUNITY, name)), (About.OPPORTUNITY, name), operator, text)
            case _:
                return self.situation.held(asked)

    def limit(self, text: str) -> float | None:
        """The number a fact is compared with: said, or a figure, or one of the opportunity's. None: not known."""
        said = text if text.isdigit() else self.value((About.RULE, text)) or self.value((About.OPPORTUNITY, text))
        return None if said is None else _number(said)

    def _within(self, ages: tuple[int, int], operator: str, right: float) -> Truth:
        found = {_compared(age, operator, right) for age in range(ages[0], ages[1] + 1)}
        return found.pop() if len(found) == 1 else None

    def _compare(self, given: str | None, named: Named, operator: str, text: str) -> Truth:
        if given is None:
            return None
        known = _vocabulary(named)
        if "number" in known:
            left, right = _number(given), self.limit(text)
            return None if left is None or right is None else _compared(left, operator, right)
        if "date" in known:
            left, right = (float(day.replace("-", "")) for day in (given, text))
            return _compared(left, operator, right)
        if "several" in known:
            return text in {one.strip() for one in given.split(",")}
        return given.casefold() == text.casefold()

    # What is said of facts.

    def used(self, named: Named, leaf: Node) -> FactUsed:
        """A known fact, in words."""
        about, name = named
        if isinstance(leaf, Settled):
            return FactUsed(about, name, leaf.value, leaf.text)
        asked = leaf.asked if isinstance(leaf, Leaf) else None
        value = self.value(named, asked) or ""
        return FactUsed(about, name, value, self._said(named, value, asked))

    def _said(self, named: Named, value: str, asked: Requirement | None) -> str:
        about, name = named
        if about is About.RULE:
            figure = self.figures[name]
            return f"{figure.title or f'the {name}'} is {value} {figure.unit}".rstrip()
        known = _vocabulary(named)
        if not known:
            said = sentence(asked) if asked is not None else name
            return said if value == "yes" else f"not so: {said}"
        if "date" in known:
            return str(known["="]).format(spoken_day(date.fromisoformat(value)))
        if "id" in known:
            return str(known["="]).format(value)
        if "number" in known:
            return str(known["="]).format(amount(known, value))
        kind = Attribute if about is About.PERSON else Opportunity
        values = [one.strip() for one in value.split(",")] if "several" in known else [value]
        return " and ".join(
            phrase(kind(name, "=", one)) if one in known["values"] else f"{name}: {one}" for one in values
        )

    def ask(self, named: Named, leaf: Node) -> Ask:
        """What to ask about a fact that is not known."""
        about, name = named
        match leaf:
            case Settled():
                return Ask(about, name, leaf.text, leaf.whom)
            case DecidedBy(whom):
                return Ask(about, name, f"Does the {whom} say yes?", whom)
        if about is About.RULE:
            figure = self.figures.get(name, Figure(None))
            unit, why = f", in {figure.unit}" if figure.unit else "", f" ({figure.why})" if figure.why else ""
            return Ask(about, name, f"What is {figure.title or f'the {name}'}{unit}?{why}", "funder")
        known = _vocabulary(named)
        if not known:
            said = sentence(leaf.asked) if isinstance(leaf, Leaf) else name
            return Ask(about, name, f"Is it so: {said}?", "person")
        if name in AGES and self.age(name) is not None:
            return Ask(about, "born", str(attributes()["born"]["question"]), "person")
        return Ask(about, name, str(known["question"]), str(known.get("whom", "person")))

    def unknown(self, node: Node) -> frozenset[Named]:
        """The facts whose absence leaves a leaf open."""
        if node not in self._unknown:
            self._unknown[node] = frozenset(self._missing(node))
        return self._unknown[node]

    def _missing(self, node: Node) -> Iterable[Named]:
        match node:
            case Leaf(asked, facts):
                parts = [part for fact in facts if self.value(fact, asked) is None for part in rests_on(fact)]
                return [part for part in parts if self.value(part, asked) is None] or facts[:1]
            case DecidedBy(whom):
                return [(About.OPPORTUNITY, f"decision of the {whom}")]
            case Settled():
                return [(node.about, node.name)]
            case _:
                return []


def facts_of(node: Node) -> tuple[Named, ...]:
    """The facts that a leaf rests on."""
    match node:
        case Leaf(facts=facts):
            return facts
        case Settled():
            return ((node.about, node.name),)
        case _:
            return ()


def _because(node: Node, truth: bool, world: World) -> Mapping[Named, Node]:
    """A minimal set of known facts by which the node is what it is, each with the leaf that names it."""
    facts = {fact: leaf for leaf in leaves(node) if world.truth(leaf) is not None for fact in facts_of(leaf)}
    chosen = _support(node, world)
    kept = {fact: leaf for fact, leaf in facts.items() if fact in chosen}
    for fact in reversed(list(kept)):
        if _stays(node, truth, kept.keys() - {fact}, world):
            del kept[fact]
    return kept


def _stays(node: Node, truth: bool, known: Collection[Named], world: World) -> bool:
    """Whether a node stays what it is when only these facts are known."""
    if world.truth(node) is not truth:
        return False
    if not isinstance(node, Gate):
        return all(fact in known for fact in facts_of(node))
    truth = truth is not node.denied
    need = node.count if truth else len(node.parts) - node.count + 1
    for left, part in zip(reversed(range(len(node.parts))), node.parts, strict=True):
        need -= need > 0 and _stays(part, truth, known, world)
        if need > left:
            return False
    return need <= 0


def _support(node: Node, world: World) -> frozenset[Named]:
    """Facts that decide a node which is decided; few of them."""
    if not isinstance(node, Gate):
        return frozenset(facts_of(node))
    truth = world.truth(node) is not node.denied
    same = [_support(part, world) for part in node.parts if world.truth(part) is truth]
    enough = node.count if truth else len(node.parts) - node.count + 1
    return frozenset().union(*sorted(same, key=len)[:enough])


def _left_open(node: Node, world: World) -> frozenset[Named]:
    """The known facts that took part in a node which is not decided."""
    if not isinstance(node, Gate):
        return frozenset()
    parts = (_left_open(p, world) if world.truth(p) is None else _support(p, world) for p in node.parts)
    return frozenset().union(*parts)


def _ways(
    node: Node, wanted: bool, world: World, kept: int, among: Set[Named] | None = None
) -> list[frozenset[Literal]]:
    """What would have to become known for a node to come out as wanted, the fewest facts first.

    So many are weighed against each other at each place; only facts `among` these are asked for, where they are given.
    """
    truth = world.truth(node)
    if truth is not None:
        return [frozenset()] if truth is wanted else []
    if not isinstance(node, Gate):
        able = wanted or not isinstance(node, DecidedBy)
        return [frozenset({(node, wanted)})] if able and (among is None or world.unknown(node) <= among) else []
    wanted = wanted is not node.denied
    enough = node.count if wanted else len(node.parts) - node.count + 1
    some: list[list[frozenset[Literal]]] = [[frozenset()], *([] for _ in range(enough))]
    for seen, part in enumerate(node.parts, 1):
        found, left = _ways(part, wanted, world, kept, among), len(node.parts) - seen
        for n in range(min(enough, seen), max(0, enough - left - 1), -1):
            more = [before | way for before, way in product(some[n - 1], found)]
            ways = dict.fromkeys(some[n] + [way for way in more if _possible(way, world)])
            some[n] = sorted(ways, key=lambda way: _effort(way, world))[:kept] if len(ways) > 1 else list(ways)
        if not any(some[max(0, enough - left) :]):
            return []
    return some[enough]


_EFFORT: Final = {About.PERSON: 2, About.OPPORTUNITY: 3, About.RULE: 9}


def _effort(way: frozenset[Literal], world: World) -> int:
    return sum(_EFFORT[about] for about, _ in {fact for leaf, _ in way for fact in world.unknown(leaf)})


def _possible(way: frozenset[Literal], world: World) -> bool:
    """Whether one value of each fact allows all of this at once."""
    by_fact: dict[Named, list[tuple[Attribute | Opportunity, bool]]] = {}
    for leaf, wanted in way:
        if isinstance(leaf, Leaf) and isinstance(leaf.asked, Attribute | Opportunity):
            by_fact.setdefault(leaf.facts[0], []).append((leaf.asked, wanted))
    return all(len(asked) == 1 or _fits(fact, asked, world) for fact, asked in by_fact.items())


def _fits(fact: Named, asked: list[tuple[Attribute | Opportunity, bool]], world: World) -> bool:
    known = _vocabulary(fact)
    if "several" in known or "date" in known:
        return len({one.value for one, _ in asked}) == len({(one.value, wanted) for one, wanted in asked})
    if "number" not in known:
        values = (*known.get("values", ()), "other")
        return any(all((one.value == value) is wanted for one, wanted in asked) for value in values)
    limits = [(one.operator, world.limit(one.value), wanted) for one, wanted in asked]
    near = {limit + step for _, limit, _ in limits if limit is not None for step in (-1, 0, 1)}
    ages = world.age(fact[1]) if fact[1] in AGES else None
    numbers = near if ages is None else {float(age) for age in range(ages[0], ages[1] + 1)}
    return any(
        all(limit is None or _compared(value, operator, limit) is wanted for operator, limit, wanted in limits)
        for value in numbers
        if value >= 0
    )


def _asks(node: Node, world: World) -> Mapping[Named, Node]:
    """A minimal set of facts to ask for, each with the leaf that names it."""
    unknown = [
        (fact, leaf) for leaf in leaves(node) if world.truth(leaf) is None for fact in sorted(world.unknown(leaf))
    ]
    tries = ((True, 1), (True, WAYS_KEPT), (False, 1), (False, WAYS_KEPT))
    found = ((want, way) for want, kept in tries for way in _ways(node, want, world, kept)[:1])
    wanted, way = next(found, (True, frozenset((leaf, True) for _, leaf in unknown)))
    asked = {fact for leaf, _ in way for fact in world.unknown(leaf)}
    if len(dict(unknown)) < len(unknown):
        for fact in sorted(asked, key=lambda one: (-_EFFORT[one[0]], one)):
            if fact in asked and (ways := _ways(node, wanted, world, WAYS_KEPT, asked - {fact})):
                asked = {fact for leaf, _ in ways[0] for fact in world.unknown(leaf)}
    return {fact: leaf for fact, leaf in unknown if fact in asked}


def decision(node: Node, world: World, asked: str) -> Decision:
    """The decision on a node; `asked` is its sentence."""
    truth = world.truth(node)
    if truth is None:
        known = _left_open(node, world)
        facts = {fact: leaf for leaf in leaves(node) for fact in facts_of(leaf) if fact in known}
        because = tuple(world.used(fact, leaf) for fact, leaf in facts.items())
        ask = tuple(dict.fromkeys(world.ask(fact, leaf) for fact, leaf in _asks(node, world).items()))
        text = " ".join(["Not known yet.", *map(_question, ask)])
        return Decision(Answer.NOT_KNOWN, text, because, ask)
    because = tuple(world.used(fact, leaf) for fact, leaf in _because(node, truth, world).items())
    said = "; ".join(fact.text for fact in because)
    if truth:
        return Decision(Answer.YES, f"Yes: {said or 'nothing is asked'}.", because, ())
    return Decision(Answer.NO, f"No: {said}. It must be: {asked}.", because, ())


def _question(ask: Ask) -> str:
    return ask.question if ask.whom == "person" else f"{ask.question} (Ask the {ask.whom}.)"


def judged(requirement: Requirement, situation: Situation, values: Mapping[str, int | None] | None = None) -> Answer:
    """The answer alone. `values`: dated figures that the requirement names, as they are on the day."""
    return answer_of(_world(situation, values).truth(compiled(requirement)))


def decide(requirement: Requirement, situation: Situation, values: Mapping[str, int | None] | None = None) -> Decision:
    """The answer, with a minimal set of facts that decide, or a minimal set to ask for."""
    return decision(compiled(requirement), _world(situation, values), sentence(requirement))


def _world(situation: Situation, values: Mapping[str, int | None] | None) -> World:
    return World(situation, {name: Figure(value) for name, value in (values or {}).items()})
