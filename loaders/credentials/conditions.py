"""CTDL conditions as requirements, and requirements as CTDL conditions.

A `ceterms:ComponentCondition` asks for so many of its target components and nested conditions (`requiredNumber`), for
all or for any of them (`logicalOperator`), within constraints. What our rules can say becomes a requirement that says
it in the same order. A constraint that they cannot say (a grade, a second sitting, a limit from above) is kept in words
and makes the requirement one that the provider decides: what is said of it is usual, and no more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote

from graph.requirements import (
    NOTHING,
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Completed,
    CreditsFrom,
    Holds,
    LevelHeld,
    Not,
    Opportunity,
    Requirement,
    Usually,
    WorksAs,
    write,
)
from loaders.credentials.linked import Node, Nodes, short
from loaders.credentials.measures import credits_of, is_one_to_one, rqf_level
from ontology.namespaces import CONCEPT, ID, SW

AND: Final = "logic:And"
OR: Final = "logic:Or"
ONE: Final = "logic:OnlyOne"
SUM: Final = "array:Sum"
DECIDES: Final = f"{SW}decidedBy"
UNIT_ROLE: Final = f"{SW}unitRole"
ATTRIBUTE: Final = f"{SW}attribute/"
LEVEL: Final = f"{CONCEPT}rqf-level/"
_SIGNS: Final = {"compare:EQ": "=", "compare:GTEQ": ">=", "compare:LTEQ": "<=", "compare:GT": ">", "compare:LT": "<"}
_WORDS: Final = {
    "compare:EQ": "is",
    "compare:NEQ": "is not",
    "compare:GTEQ": "is at least",
    "compare:LTEQ": "is at most",
    "compare:GT": "is more than",
    "compare:LT": "is less than",
}
_ACTIONS: Final = {
    SUM: "the sum of",
    "array:Mean": "the mean of",
    "array:Max": "the highest of",
    "array:Min": "the lowest of",
    "array:AnyOf": "one of",
    "array:OneOf": "exactly one of",
    "array:AllOf": "all of",
    "array:CountDistinct": "the number of different",
}
_SOURCES: Final = {
    "ceterms:creditLevelType": "the credit level",
    "ceterms:creditUnitType": "the unit of credit",
    "ceterms:creditValue": "credits",
    "ceterms:value": "credits",
    "schema:value": "credits",
}
_VALUES: Final = {"schema:value", "ceterms:value", "ceterms:creditValue"}
DEEPEST: Final = 50
"""Conditions within conditions."""

LONGEST: Final = 300
"""Characters of what is asked in words that stand in a requirement; all of them stand beside it."""

Fault = Callable[[str, str, Node], None]
"""Called with code, message and the node at fault."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a condition asks, and in words what of it no rule of ours can say."""

    requirement: Requirement
    words: tuple[str, ...] = ()


def decided(requirement: Requirement, words: Iterable[str], by: str = "provider") -> Usually:
    """The requirement as what is usual, where somebody decides who also asks for what no rule can say."""
    plain = [" ".join(word.replace('"', "'").replace(";", ",").split())[:LONGEST] for word in words]
    asks = " and ".join(word.strip(" ,.") for word in plain if word.strip(" ,."))
    return Usually(requirement, f"{by.rstrip(',')}, who asks besides: {asks}," if asks else by)


@dataclass(frozen=True, slots=True)
class _Constraint:
    source: str
    sign: str
    value: str
    action: str
    words: str


class Conditions:
    """Reads conditions. `leaf` gives the requirement that stands for a component, by its address."""

    def __init__(self, nodes: Nodes, leaf: Callable[[str], Requirement], fault: Fault) -> None:
        self.nodes, self.leaf, self.fault = nodes, leaf, fault

    def read(self, node: Node) -> Asked:
        """What one condition asks."""
        return self._read(node, ())

    def _read(self, node: Node, within: tuple[str, ...]) -> Asked:
        if node.id in within or len(within) > DEEPEST:
            self.fault("condition-circular", "the condition is a part of itself", node)
            words = ["a condition that is a part of itself is met"]
            return Asked(decided(NOTHING, words), tuple(words))
        asked = [self._nested(address, (*within, node.id), node) for address in node.targets("ceterms:hasCondition")]
        words = [word for one in asked for word in one.words]
        said = [self._constraint(self.nodes[c]) for c in node.targets("ceterms:hasConstraint") if c in self.nodes]
        operator = short(next(iter(node.targets("ceterms:logicalOperator")), ""))
        known, by, rest = self._sayable(said, node, any_will_do=operator == OR)
        targets = node.targets("ceterms:targetComponent")
        if len(known) == 1 and isinstance(known[0], CreditsFrom) and len(targets) == 1 and not asked:
            source = self.leaf(targets[0])
            if isinstance(source, Holds) and not node.texts("ceterms:requiredNumber"):
                summed = known[0]
                known, targets = [CreditsFrom(summed.credits, source.id, summed.level, summed.unit_role)], []
        parts = (*map(self.leaf, targets), *(one.requirement for one in asked))
        core, beyond = self._core(node, parts, operator)
        rest += beyond
        found: Requirement
        match [*([core] if core is not None else []), *known]:
            case []:
                found = NOTHING
            case [one]:
                found = one
            case several:
                found = AnyOf(tuple(several)) if operator == OR and core is None else AllOf(tuple(several))
        if by or rest:
            found = decided(found, rest, by or "provider")
        return Asked(found, (*words, *rest))

    def _nested(self, address: str, within: tuple[str, ...], node: Node) -> Asked:
        if address in self.nodes:
            return self._read(self.nodes[address], within)
        self.fault("condition-not-described", f"it names the condition {address}, which no file describes", node)
        words = [f"{address} is met, which is not described"]
        return Asked(decided(NOTHING, words), tuple(words))

    def _core(self, node: Node, parts: tuple[Requirement, ...], operator: str) -> tuple[Requirement | None, list[str]]:
        """What is asked of the targets and nested conditions, and what of it is more than they are.

        None when there are none and nothing is said of them.
        """
        number = node.text("ceterms:requiredNumber")
        if number.isdigit() and parts:
            count = int(number)
            if count > len(parts):
                self.fault("condition-impossible", f"it asks for {count} of {len(parts)}", node)
                return AllOf(parts), [f"there are {count} of these {len(parts)}"]
            return AtLeast(count, parts), []
        if operator == OR and parts:
            return AnyOf(parts), []
        if operator == AND and (parts or not node.targets("ceterms:hasConstraint")):
            return AllOf(parts), []
        if operator == ONE and len(parts) > 1:
            return AnyOf(parts), ["there is only one of these"]
        return parts[0] if len(parts) == 1 else AllOf(parts) if parts else None, []

    def _constraint(self, node: Node) -> _Constraint:
        source = " ".join(v.target or v.text for v in node.texts("ceterms:leftSource"))
        sign = short(next(iter(node.targets("ceterms:comparator")), ""))
        value = " ".join(v.target or v.text for v in node.texts("ceterms:rightSource"))
        action = short(next(iter(node.targets("ceterms:leftAction")), ""))
        words = node.text("ceterms:description", "ceterms:name") or _in_words(node)
        return _Constraint(short(source), sign, value, action, words)

    def _sayable(
        self, said: Iterable[_Constraint], node: Node, *, any_will_do: bool
    ) -> tuple[list[Requirement], str, list[str]]:
        """What our rules can say of some constraints, who decides by them, and the others in words."""
        credits: int | None = None
        level, role, by = None, None, ""
        found: list[Requirement] = []
        units, narrowing, unsure = list[_Constraint](), list[_Constraint](), list[_Constraint]()
        rest: list[str] = []
        for one in said:
            if one.source == DECIDES and one.sign == "compare:EQ":
                by = one.value
            elif one.source.startswith(ATTRIBUTE) and one.sign in _SIGNS:
                name = unquote(one.source.removeprefix(ATTRIBUTE))
                found.append(Attribute(name, _SIGNS[one.sign], one.value))
            elif one.source == "ceterms:atLevel" and one.sign == "compare:GTEQ" and _level(one.value) is not None:
                found.append(LevelHeld(_level(one.value) or 0))
            elif one.source in _VALUES and one.action == SUM and one.sign == "compare:GTEQ" and one.value.isdigit():
                if credits is not None:
                    rest.append(one.words)
                credits = int(one.value) if credits is None else credits
            elif one.source == "ceterms:creditUnitType" and one.sign == "compare:EQ":
                units.append(one)
            elif one.source == "ceterms:creditLevelType" and one.sign == "compare:EQ" and _level(one.value) is not None:
                level = _level(one.value)
                narrowing.append(one)
                if not one.value.startswith(LEVEL) and not is_one_to_one(one.value):
                    unsure.append(one)
            elif one.source == UNIT_ROLE and one.sign == "compare:EQ":
                role = one.value
                narrowing.append(one)
            else:
                rest.append(one.words)
        ours = [credits_of("1", one.value) for one in units]
        if credits is not None and all(each is not None for each in ours):
            found.append(CreditsFrom(credits * (ours[0] or 1 if ours else 1), None, level, role))
            rest += [f"{one.words} of {_framework(one.value)}" for one in unsure]
        else:
            rest += [one.words for one in (*units, *narrowing)]
            rest += [f"the sum of credits is at least {credits}"] if credits is not None else []
        if any_will_do and rest and found:
            return [], by, [" or ".join([*(write(one) for one in found), *rest])]
        return found, by, rest


def _framework(address: str) -> str:
    """The address of a level without its number."""
    return address.rstrip("0123456789").rstrip("/#:") or address


def _level(said: str) -> int | None:
    found = said.removeprefix(LEVEL) if said.startswith(LEVEL) else rqf_level(said)
    return int(found) if found and found.isdigit() else None


def _in_words(node: Node) -> str:
    """A constraint as people would say it: `grade is one of A, B, C`."""

    def side(name: str, action: str) -> str:
        texts = [_last(v.target or v.text) for v in node.texts(name)]
        how = _ACTIONS.get(short(next(iter(node.targets(action)), "")), "")
        return f"{how} {', '.join(texts) or 'nothing'}".strip()

    sign = _WORDS.get(short(next(iter(node.targets("ceterms:comparator")), "")), "is compared with")
    left = side("ceterms:leftSource", "ceterms:leftAction")
    return f"{left} {sign} {side('ceterms:rightSource', 'ceterms:rightAction')}"


def _last(text: str) -> str:
    """The last part of an address, the whole when it ends in none; other text as it is."""
    known = short(text)
    if text.endswith(("/", "#")):
        return text
    if known in _SOURCES:
        return _SOURCES[known]
    if ":" not in text or " " in text:
        return text
    return unquote(text.rstrip("/#").replace("#", "/").rpartition("/")[2]).rpartition(":")[2] or text


def address_of(id: str) -> str:
    """The address of a thing in a condition of ours; `id_at` reads it back."""
    return f"{ID}{quote(id, safe='')}"


def id_at(address: str) -> str:
    """The id of a thing by the address that `address_of` gave it; any other address unchanged."""
    return unquote(address.removeprefix(str(ID))) if address.startswith(str(ID)) else address


_KINDS: Final[dict[type[Holds | Completed | WorksAs], str]] = {
    Holds: "ceterms:CredentialComponent",
    Completed: "ceterms:BasicComponent",
    WorksAs: "ceterms:JobComponent",
}


def leaf_by_class(nodes: Nodes) -> Callable[[str], Requirement]:
    """The leaves of a document that `document` made: what a target stands for, by its class."""
    kinds = {kind: made for made, kind in _KINDS.items()}

    def leaf(address: str) -> Requirement:
        types = nodes[address].types if address in nodes else []
        made: type[Holds | Completed | WorksAs] = next((kinds[one] for one in types if one in kinds), Holds)
        return made(id_at(address.partition("#")[0]))

    return leaf


def _constraint(source: str, sign: str, value: object, action: str = "") -> dict[str, Any]:
    signs = {ours: theirs for theirs, ours in _SIGNS.items()}
    return {
        "@type": "ceterms:Constraint",
        **({"ceterms:leftAction": action} if action else {}),
        "ceterms:leftSource": source,
        "ceterms:comparator": signs[sign],
        "ceterms:rightSource": value,
    }


def condition(requirement: Requirement, components: dict[str, str]) -> dict[str, Any]:
    """A requirement as a CTDL condition in JSON-LD, of which `Conditions.read` makes the same requirement.

    `components` gets the class of each component that it targets, by address. What a target alone cannot say, because
    it is there twice or because lists stand beside it, becomes a condition of its own, so that the order is kept.
    Raises `ValueError` for what only the rules of schemes may ask.
    """
    said: dict[str, Any] = {"@type": "ceterms:ComponentCondition"}
    match requirement:
        case AllOf(parts):
            return said | {"ceterms:logicalOperator": AND} | _parts(parts, components)
        case AnyOf(parts):
            return said | {"ceterms:logicalOperator": OR} | _parts(parts, components)
        case AtLeast(count, parts):
            return said | {"ceterms:requiredNumber": count} | _parts(parts, components)
        case Usually(part, decided_by):
            decides = _constraint(DECIDES, "=", {"@value": decided_by})
            return said | {"ceterms:hasCondition": [condition(part, components)], "ceterms:hasConstraint": [decides]}
        case Holds() | Completed() | WorksAs():
            return said | _target(requirement, components)
        case LevelHeld(level):
            return said | {"ceterms:hasConstraint": [_constraint("ceterms:atLevel", ">=", f"{LEVEL}{level}")]}
        case Attribute(name, operator, value):
            source = f"{ATTRIBUTE}{quote(name, safe='')}"
            return said | {"ceterms:hasConstraint": [_constraint(source, operator, {"@value": value})]}
        case CreditsFrom(credits, source, level, unit_role):
            asked = [_constraint("schema:value", ">=", credits, SUM)]
            asked += [_constraint("ceterms:creditLevelType", "=", f"{LEVEL}{level}")] if level is not None else []
            asked += [_constraint(UNIT_ROLE, "=", {"@value": unit_role})] if unit_role is not None else []
            target = {} if source is None else _target(Holds(source), components)
            return said | {"ceterms:logicalOperator": AND, "ceterms:hasConstraint": asked} | target
        case Not() | Opportunity():
            raise ValueError(f"only the rules of schemes may ask this: {write(requirement)}")


def _target(requirement: Holds | Completed | WorksAs, components: dict[str, str]) -> dict[str, Any]:
    kind = _KINDS[type(requirement)]
    address = f"{address_of(requirement.id)}"
    if components.setdefault(address, kind) != kind:
        address = f"{address}#{kind.partition(':')[2]}"
        components[address] = kind
    return {"ceterms:targetComponent": [address]}


def _parts(parts: tuple[Requirement, ...], components: dict[str, str]) -> dict[str, Any]:
    if not parts:
        return {}
    leaves = [part for part in parts if isinstance(part, Holds | Completed | WorksAs)]
    if len(set(leaves)) == len(parts):
        return {"ceterms:targetComponent": [_target(one, components)["ceterms:targetComponent"][0] for one in leaves]}
    return {"ceterms:hasCondition": [condition(part, components) for part in parts]}


def document(requirement: Requirement, of: str) -> dict[str, Any]:
    """A JSON-LD document of one component, `of`, with a requirement as its condition, and the components it targets."""
    components: dict[str, str] = {}
    asked = condition(requirement, components)
    own = {"@id": of, "@type": "ceterms:CredentialComponent", "ceterms:hasCondition": [asked]}
    others = [{"@id": address, "@type": kind} for address, kind in components.items()]
    return {"@context": "https://credreg.net/ctdl/schema/context/json", "@graph": [own, *others]}
