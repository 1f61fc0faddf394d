"""What the nodes of CTDL files say together: which are one thing, what is asked, and in which order awards stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graph.issues import IssueLog
from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Completed,
    Holds,
    Requirement,
    Usually,
    WorksAs,
)
from loaders.credentials.conditions import Asked, Conditions, decided, id_at
from loaders.credentials.lines import Lines, id_for
from loaders.credentials.linked import Node, Nodes, Value, short
from loaders.credentials.measures import credits_of, rqf_level
from loaders.credentials.terms import ASKS, CHILDREN, KINDS, MOST, NAMES, ORGANISATIONS, TARGETS
from ontology.namespaces import ID


@dataclass(slots=True)
class Award:
    """A credential on its pathway: the stages before it, the exit award among them, and what is its own."""

    stages: list[str] = field(default_factory=list)
    earlier: str | None = None
    own: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    credits: int | None = None
    level: str | None = None


class Pathways:
    """What the nodes of a dataset say, as things of ours."""

    def __init__(self, nodes: Nodes, lines: Lines, log: IssueLog) -> None:
        self.nodes, self.lines, self.log = nodes, lines, log
        self.labels: dict[str, str] = {}
        self.missing: dict[str, str] = {}
        self.unmeasured: dict[tuple[str, str], list[Node]] = defaultdict(list)
        self.preceded = {node.id: node.targets("ceterms:precededBy") for node in nodes.values()}
        self._part_merged()
        self.stands_for = {
            node.id: proxied[0] for node in nodes.values() if len(proxied := node.targets("ceterms:proxyFor")) == 1
        }
        self.members: dict[str, list[Node]] = defaultdict(list)
        for node in nodes.values():
            if self._kind_of(node) is not None or node.id in self.stands_for.values():
                main = self.main(node.id)
                self.members[main].insert(0 if node.id == main else len(self.members[main]), node)
        self.kinds = {address: kind for address in self.members if (kind := self._kind(address))}
        self.by_id = {self.id(address): address for address in self.kinds}
        self.conditions = Conditions(nodes, self.leaf, self.fault)
        self.asked: dict[str, list[tuple[Node, Asked]]] = {}
        self.before = self._before()
        self.prepared_by: dict[str, list[str]] = defaultdict(list)
        for address in self.members:
            for target in self.targets(address, "ceterms:isPreparationFor", "ceterms:isRequiredFor"):
                self.prepared_by[self.main(target)].append(address)
        self.unit_of: dict[str, str] = {}
        self.goes_on: set[str] = set()
        self.awards: dict[str, Award] = {}

    def fault(self, code: str, message: str, node: Node) -> None:
        """Note what is wrong with a node."""
        self.log.add(code, message, file=node.file, line=node.line, value=None if node.id.startswith("_:") else node.id)

    # Which nodes are one thing, and what it is

    def main(self, address: str) -> str:
        """The address that stands for a component and what it is a proxy for."""
        seen = [address]
        while (following := self.stands_for.get(seen[-1])) and following not in seen:
            seen.append(following)
        return seen[-1]

    @staticmethod
    def _kind_of(node: Node) -> str | None:
        return next((kind for classes, kind in KINDS if classes.intersection(node.types)), None)

    def _kind(self, address: str) -> str | None:
        found = [kind for node in self.members[address] if (kind := self._kind_of(node))]
        kind = min(found, key=[kind for _, kind in KINDS].index, default=None)
        if kind == "sw:LearningOpportunity" and not self._offered_by(address):
            return "sw:PathwayPart"
        return kind

    def _offered_by(self, address: str) -> list[str]:
        named = self.targets(address, "ceterms:offeredBy", "ceterms:ownedBy")
        return [one for one in named if one in self.nodes and ORGANISATIONS.intersection(self.nodes[one].types)]

    def id(self, address: str) -> str:
        """Our id of a thing."""
        main = self.main(address)
        return id_at(main) if main.startswith(str(ID)) else id_for("CTDL", main)

    def targets(self, address: str, *names: str) -> list[str]:
        """The addresses that any node of a thing names."""
        nodes = self.members.get(address, ())
        return list(dict.fromkeys(target for node in nodes for target in node.targets(*names)))

    def leaf(self, address: str) -> Requirement:
        """What it means that a component is asked for."""
        kind, id = self.kinds.get(self.main(address)), self.id(address)
        match kind:
            case "sw:Qualification" | "sw:Unit":
                return Holds(id)
            case "sw:Role":
                return WorksAs(id)
            case None:
                self.missing.setdefault(id, address)
        return Completed(id)

    def _part_merged(self) -> None:
        """Part a component that stands for several credentials at once into one for each, where levels tell which."""
        for node in list(self.nodes.values()):
            proxied = node.targets("ceterms:proxyFor")
            if len(proxied) < 2:
                continue
            names = ", ".join(f"“{one.text}”" for one in node.texts(*NAMES))
            asked = sorted(node.targets("ceterms:hasCondition"), key=self._highest)
            after = sorted(node.targets("ceterms:precededBy"), key=self._distance)
            ranks = sorted(proxied, key=self._rank)
            clear = (
                len(asked) == len(after) == len(ranks)
                and len({self._highest(one) for one in asked}) == len(asked)
                and len({self._distance(one) for one in after}) == len(after)
                and len({self._rank(one) for one in ranks}) == len(ranks)
            )
            said = f"it stands for {len(proxied)} credentials at once ({names})"
            done = "they are parted by their levels" if clear else "only the first is taken, with all that is asked"
            self.fault("component-merged", f"{said}; {done}", node)
            if not clear:
                node.values["ceterms:proxyFor"] = node.values["ceterms:proxyFor"][:1]
                continue
            del self.nodes[node.id]
            for number, (credential, condition, stage) in enumerate(zip(ranks, asked, after, strict=True)):
                part = Node(f"{node.id}#part-{number}", node.file, node.line, list(node.types))
                for name, address in zip(
                    ("ceterms:proxyFor", "ceterms:hasCondition", "ceterms:precededBy"),
                    (credential, condition, stage),
                    strict=True,
                ):
                    part.add(name, Value(address, "", address))
                self.nodes[part.id] = part

    def _rank(self, credential: str) -> int:
        """Certificates before diplomas before degrees; 0 where nothing is known."""
        order = ("Certificate", "Diploma", "AssociateDegree", "Bachelor", "Master", "Doctor")
        types = self.nodes[credential].types if credential in self.nodes else []
        return max((n for n, word in enumerate(order, 1) for one in types if word in one), default=0)

    def _distance(self, stage: str) -> int:
        """How many stages come before one."""
        return len(self._stages([stage], self.preceded))

    def _highest(self, condition: str) -> str:
        """The highest level of the courses that a condition names."""
        node = self.nodes.get(condition)
        found = [
            level for one in (node.targets("ceterms:targetComponent") if node else ()) if (level := self._level_at(one))
        ]
        return max(found, default="")

    def _level_at(self, component: str) -> str:
        waiting = [component, *(self.nodes[component].targets("ceterms:proxyFor") if component in self.nodes else ())]
        nodes = [self.nodes[one] for one in waiting if one in self.nodes]
        return next((level for node in nodes if (level := self._measure(node)[1])), None) or ""

    # What is asked

    def said_of(self, address: str) -> list[tuple[Node, Asked]]:
        """The conditions of a thing, each with what it asks."""
        if address not in self.asked:
            self.asked[address] = []
            nodes = self.members.get(address, ())
            for node in nodes:
                for one in node.targets("ceterms:hasCondition"):
                    if one in self.nodes:
                        self.asked[address].append((self.nodes[one], self.conditions.read(self.nodes[one])))
                    else:
                        self.fault(
                            "condition-not-described", f"it has the condition {one}, which no file describes", node
                        )
                for one in node.targets(*ASKS):
                    profile = self.nodes.get(one, node)
                    if "ceterms:ConditionProfile" in profile.types:
                        self.asked[address].append((profile, self._profile(profile, 0)))
                    else:
                        self.asked[address].append((profile, Asked(self.leaf(one))))
                if wanted := node.targets("ceterms:prerequisite"):
                    parts = tuple(map(self.leaf, wanted))
                    self.asked[address].append((node, Asked(parts[0] if len(parts) == 1 else AllOf(parts))))
        return self.asked[address]

    def _profile(self, node: Node, depth: int) -> Asked:
        """What a ceterms:ConditionProfile asks: all its targets, any of its alternatives, and the rest in words."""
        parts: list[Requirement] = [self.leaf(one) for one in node.targets(*TARGETS)]
        if (age := node.text("ceterms:minimumAge")).isdigit():
            parts.append(Attribute("age", ">=", age))
        others = [self.nodes[one] for one in node.targets("ceterms:alternativeCondition") if one in self.nodes]
        asked = [self._profile(one, depth + 1) for one in others] if depth < 20 else []
        if asked:
            parts.append(AnyOf(tuple(one.requirement for one in asked)))
        words = [one.text for one in node.texts("ceterms:condition")]
        if not parts and not words:
            words = [node.text("ceterms:description", "ceterms:name") or "something that is not said"]
        found = parts[0] if len(parts) == 1 else AllOf(tuple(parts))
        nested = [word for one in asked for word in one.words]
        return Asked(decided(found, words) if words else found, (*words, *nested))

    def expanded(self, requirement: Requirement, within: tuple[str, ...] = ()) -> Requirement:
        """The requirement with groups written out as what they ask themselves.

        A group of which nothing is said is for the provider to decide.
        """
        match requirement:
            case AllOf(parts):
                return AllOf(tuple(self.expanded(part, within) for part in parts))
            case AnyOf(parts):
                return AnyOf(tuple(self.expanded(part, within) for part in parts))
            case AtLeast(count, parts):
                return AtLeast(count, tuple(self.expanded(part, within) for part in parts))
            case Usually(part, decided_by):
                return Usually(self.expanded(part, within), decided_by)
            case Completed(id) if id not in within and len(within) < 20:
                address = self.by_id.get(id, "")
                own = [asked.requirement for _, asked in self.said_of(address)]
                if own and leaves(inner := own[0] if len(own) == 1 else AllOf(tuple(own))) < MOST:
                    return self.expanded(inner, (*within, id))
                return Usually(requirement, "provider")
        return requirement

    # The order of a pathway

    def _before(self) -> dict[str, list[str]]:
        """What comes right before each thing."""
        found: dict[str, list[str]] = defaultdict(list)
        for address, nodes in self.members.items():
            for node in nodes:
                found[address] += [self.main(one) for one in node.targets("ceterms:precededBy")]
                for one in node.targets("ceterms:precedes"):
                    found[self.main(one)].append(address)
        return {address: [one for one in dict.fromkeys(all) if one != address] for address, all in found.items()}

    @staticmethod
    def _stages(start: Iterable[str], before: dict[str, list[str]]) -> list[str]:
        """All that comes before, nearest first."""
        found: list[str] = []
        waiting = list(start)
        while waiting:
            one = waiting.pop(0)
            if one not in found:
                found.append(one)
                waiting += before.get(one, [])
        return found

    def find_awards(self) -> None:
        """Put the credentials of pathways in order: which ends where, and what is its own."""
        stage = {one for one, kind in self.kinds.items() if kind == "sw:PathwayPart"}
        only = {s: [b for b in self.before.get(s, ()) if b in stage] for s in stage}
        for one, kind in self.kinds.items():
            if kind == "sw:Qualification":
                nearest = [before for before in self.before.get(one, ()) if before in stage]
                self.awards[one] = Award(self._stages(nearest, only))
        after: dict[str, list[str]] = defaultdict(list)
        for one in self.awards:
            for before in self.before.get(one, ()):
                after[before].append(one)
        taken: set[str] = set()
        for one in sorted(self.awards, key=lambda c: len(self.awards[c].stages)):
            award = self.awards[one]
            mine = set(award.stages)
            earlier = [c for s in award.stages for c in after[s] if set(self.awards[c].stages) < mine]
            award.earlier = max(earlier, key=lambda c: len(self.awards[c].stages), default=None)
            self.goes_on.update([award.earlier] if award.earlier else [])
            passed = set(self.awards[award.earlier].stages) if award.earlier else set()
            award.own = [s for s in award.stages if s not in passed]
            named = [unit for s in award.own for unit in self.targets(s, *CHILDREN)]
            named += [] if award.stages else [unit for node in self._whole(one) for unit in node.targets(*CHILDREN)]
            named += [unit for _, asked in self.said_of(one) for unit in self._named(asked.requirement)]
            units = [self.main(unit) for unit in dict.fromkeys(named)]
            units = [u for u in dict.fromkeys(units) if self.kinds.get(u) == "sw:Unit" and u not in taken]
            award.units = units
            taken.update(units)
            self.unit_of |= dict.fromkeys(units, one)
            self._size(one, award)

    def _whole(self, address: str) -> list[Node]:
        """The nodes of a credential and of the programmes that prepare for it."""
        asked = [self.main(t) for t in self.targets(address, *ASKS)]
        asked += self.prepared_by[address]
        return [node for one in dict.fromkeys([address, *asked]) for node in self.members.get(one, ())]

    def _named(self, requirement: Requirement) -> Iterator[str]:
        """The addresses of what a requirement asks to be held."""
        waiting = [requirement]
        while waiting:
            one = waiting.pop(0)
            if isinstance(one, Holds) and one.id in self.by_id:
                yield self.by_id[one.id]
            waiting += getattr(one, "parts", ()) or filter(None, [getattr(one, "part", None)])

    # Credits and levels

    def _measure(self, node: Node) -> tuple[int | None, str | None, str]:
        """Credits, level and what is said of credits and cannot be told in ours."""
        credits, level, words = None, None, ""
        for address in node.targets("ceterms:creditValue"):
            if address not in self.nodes:
                continue
            profile = self.nodes[address]
            value = profile.text("schema:value", "ceterms:value")
            unit = self._name_at(next(iter(profile.targets("ceterms:creditUnitType")), ""))
            credits = credits if credits is not None else credits_of(value, unit)
            if value and credits is None:
                words = f"{value} {end_of(unit) or 'of a unit that is not said'}"
            level = level or self._level(profile, "ceterms:creditLevelType")
        return credits, level or self._level(node, "ceterms:atLevel", "ceterms:creditLevelType"), words

    def _level(self, node: Node, *names: str) -> str | None:
        for address in node.targets(*names):
            at = self.nodes.get(address)
            words = [address, *(v.target or v.text for v in at.texts("ceterms:targetNode"))] if at else [address]
            if found := next((level for word in words if (level := rqf_level(word))), None):
                return found
        return None

    def _name_at(self, address: str) -> str:
        """An address, or of an alignment object what it is aligned with."""
        node = self.nodes.get(address)
        if node is None:
            return short(address)
        return next(iter(node.targets("ceterms:targetNode")), node.text("ceterms:targetNodeName", "ceterms:name"))

    def measures(self, address: str) -> tuple[int | None, str | None, str]:
        """Credits, level and other words about credits, from whichever node of a thing says them."""
        found = [self._measure(node) for node in self.members.get(address, ())]
        credits = next((c for c, _, _ in found if c is not None), None)
        words = next((w for _, _, w in found if w), "") if credits is None else ""
        return credits, next((level for _, level, _ in found if level), None), words

    def _size(self, address: str, award: Award) -> None:
        """The credits and level of an award: as stated, else worked out from its stages and the courses it asks for."""
        stated, level, _ = self.measures(address)
        award.level = level or max((lv for u in award.units if (lv := self.measures(u)[1])), default=None)
        sums = [n for s in self.before.get(address, ()) for node, _ in self.said_of(s) for n in self._sums(node)]
        asked = [asked.requirement for _, asked in self.said_of(address)]
        counted = [least for one in asked if (least := self._least(one)) is not None]
        total = sum(counted) if counted and len(counted) == len(asked) else None
        if total and award.earlier:
            held = {unit for one in asked for unit in self._named(one)}
            own = set(self.awards[award.earlier].units)
            total = total if own & held else total + (self.awards[award.earlier].credits or 0)
        said = stated or max(sums, default=None)
        award.credits = said or total
        if said and total and said != total:
            message = f"{said} credits are stated, and the courses that it asks for come to {total}"
            self.fault("credits-disagree", message, self.members[address][0])

    def _sums(self, node: Node) -> Iterator[int]:
        """The sums of credits that a condition compares with, whichever way."""
        for address in node.targets("ceterms:hasConstraint"):
            one = self.nodes.get(address)
            actions = [short(a) for a in one.targets("ceterms:leftAction")] if one else []
            sources = [short(s) for s in one.targets("ceterms:leftSource")] if one else []
            value = one.text("ceterms:rightSource") if one else ""
            if "array:Sum" in actions and {"schema:value", "ceterms:value"}.intersection(sources) and value.isdigit():
                yield int(value)

    def _least(self, requirement: Requirement) -> int | None:
        """The fewest credits with which a requirement can be met; None where that is not known."""
        match requirement:
            case Holds(id):
                return self.measures(self.by_id[id])[0] if id in self.by_id else None
            case Usually(part, _):
                return self._least(part)
            case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
                found = [self._least(part) for part in parts]
                if None in found:
                    return None
                count = requirement.count if isinstance(requirement, AtLeast) else 1
                some = sorted(n for n in found if n is not None)
                return sum(some) if isinstance(requirement, AllOf) else sum(some[:count])
        return None


def end_of(text: str) -> str:
    """The last part of an address or of a short name."""
    return text.rstrip("/#").replace("#", "/").rpartition("/")[2].rpartition(":")[2]


def leaves(requirement: Requirement) -> int:
    """How many leaves a requirement has."""
    parts = getattr(requirement, "parts", ()) or [p for p in [getattr(requirement, "part", None)] if p is not None]
    return sum(map(leaves, parts)) if parts else 1
