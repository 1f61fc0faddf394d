"""Pathways and credentials in CTDL, the language of the Credential Registry, into the terms of the graph.

| CTDL | ours |
| --- | --- |
| a credential, or a component that stands for one | sw:Qualification |
| a course or assessment, or a component that stands for one | sw:Unit |
| a programme with a provider | sw:LearningOpportunity |
| an occupation, job, or a component that stands for one | sw:Role |
| an organisation | sw:Provider |
| a stage, a group of courses, another part | sw:PathwayPart |
| a pathway | sw:PublishedPathway |
| a condition | sw:PublishedCondition, a rule of the award (sw:CombinationRule) or its entry rule |
| a transfer value | sw:CreditTransfer |

A component and what it stands for (`proxyFor`) are one thing. An exit award is one that is given after an earlier stage
of the same pathway: then the later award begins where the earlier ends, takes its credits in, and asks for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from rdflib import Literal, URIRef

from graph.issues import IssueLog
from graph.requirements import (
    NOTHING,
    AllOf,
    AnyOf,
    AtLeast,
    Completed,
    CreditsFrom,
    Holds,
    Requirement,
    Usually,
    WorksAs,
    sentence,
    write,
)
from loaders.credentials.conditions import Asked
from loaders.credentials.lines import Lines
from loaders.credentials.linked import Node, Reader
from loaders.credentials.measures import credits_of
from loaders.credentials.pathways import Award, Pathways, end_of
from loaders.credentials.terms import (
    ASKS,
    AWARDED_BY,
    CHILDREN,
    CONDITIONS,
    DEGREES,
    KINDS,
    NAMES,
    OVER,
    READ,
    SAID,
    STATUSES,
    WITHIN,
)
from loaders.credentials.unread import counted, tell_unread
from loaders.rows import PUBLISHED
from loaders.runner import Counts
from ontology.namespaces import concept, thing


class _Things(Pathways):
    """The things of a dataset on their way into statements."""

    def write(self) -> Counter[str]:
        """Write every thing; how many of each file became something."""
        self.find_awards()
        mapped: Counter[str] = Counter()
        for address in self.kinds:
            names = [name for node in self.members[address] for name in node.texts(*NAMES)]
            id = self.id(address)
            chosen = sorted(names, key=lambda n: n.language.lower().partition("-")[0] not in ("en", ""))
            self.labels[id] = chosen[0].text if chosen else id
            mapped.update(node.file for node in self.members[address])
        for address in self.kinds:
            self.said_of(address)
        for address, kind in self.kinds.items():
            self._thing(address, kind)
        naming: dict[str, Node] = {}
        for node in self.nodes.values() if self.missing else ():
            for name in node.values:
                for target in node.targets(name):
                    naming.setdefault(target, node)
        for id, address in self.missing.items():
            self.lines.titles(self.lines.thing(id, "sw:PathwayPart", None), (), id)
            where = naming.get(address)
            message = f"{address} is named, and no file describes it"
            file, line = (where.file, where.line) if where else (None, None)
            self.log.add("target-not-described", message, file=file, line=line)
        for (_, unit), nodes in self.unmeasured.items():
            self.fault("measure-not-converted", f"{len(nodes)} times credits are “{unit}”", nodes[0])
        self._ownerless()
        return mapped

    def _ownerless(self) -> None:
        """Keep conditions that no component has."""
        named = {target for node in self.nodes.values() for target in node.targets("ceterms:hasCondition")}
        for node in list(self.nodes.values()):
            if CONDITIONS.intersection(node.types) and node.id not in named:
                self.fault("condition-of-nothing", "no component has this condition", node)
                self._condition(self.id(node.id), None, node, self.conditions.read(node))

    def _thing(self, address: str, kind: str) -> None:
        node, id = self.members[address][0], self.id(address)
        nodes = self.members[address]
        subject = self.lines.thing(id, kind, next((n for n in nodes if n.id == address), node))
        names = [name for one in nodes for name in one.texts(*NAMES)]
        if not names and kind != "sw:CreditTransfer":
            self.fault("name-missing", "it has no name; its key is shown in place of one", node)
        if kind != "sw:CreditTransfer":
            self.lines.titles(subject, names, id)
        for one in nodes:
            self.lines.text(subject, "dcterms:identifier", one.text("ceterms:ctid"))
        match kind:
            case "sw:Qualification":
                self._qualification(address, subject)
            case "sw:Unit":
                self._unit(address, subject)
            case "sw:LearningOpportunity":
                self._opportunity(address, subject)
            case "sw:Role":
                self._role(address, subject)
            case "sw:Provider":
                self.lines.fact(subject, "sw:providerType", concept("provider-type", "other provider"))
            case "sw:CreditTransfer":
                self._transfer(address, subject)
            case "sw:PublishedPathway":
                for target in self.targets(address, "ceterms:hasDestinationComponent"):
                    self._point(subject, "sw:pathwayDestination", target)
        if kind in ("sw:PublishedPathway", "sw:PathwayPart"):
            for target in self.targets(address, *CHILDREN):
                self._point(subject, "sw:pathwayPart", target)
        for target in self.before.get(address, ()):
            self._point(subject, "sw:comesAfter", target)
        for number, (condition, asked) in enumerate(self.said_of(address), 1):
            self._condition(f"{id}.condition-{number}", subject, condition, asked)

    def _point(self, subject: URIRef, predicate: str, target: str) -> None:
        if self.main(target) not in self.kinds:
            self.missing.setdefault(self.id(target), target)
        self.lines.fact(subject, predicate, thing(self.id(target)))

    def _condition(self, id: str, of: URIRef | None, node: Node, asked: Asked) -> None:
        """A condition as it was published, whatever it is used for."""
        subject = self.lines.thing(id, "sw:PublishedCondition", node)
        said = sentence(asked.requirement, self.labels)
        name = node.text("ceterms:description", "ceterms:name") if CONDITIONS.intersection(node.types) else ""
        self.lines.titles(subject, (), name or said)
        if of is not None:
            self.lines.fact(subject, "sw:conditionOf", of)
        self.lines.requirement(subject, "sw:publishedRequirement", asked.requirement, self.labels)
        for word in asked.words:
            self.lines.text(subject, "sw:askedInWords", word, "en")
            self.fault(
                "condition-in-words", f"no rule can say “{word}”; it is kept in words, and somebody decides", node
            )

    def _qualification(self, address: str, subject: URIRef) -> None:
        award = self.awards[address]
        credits, level, words = self.measures(address)
        over = any(word in status.casefold() for status in self._statuses(address) for word in OVER)
        self.lines.fact(subject, "sw:currency", concept("currency", "superseded" if over else "current"))
        self.lines.fact(subject, "sw:realAward", Literal(True))
        kinds = [
            end_of(one)
            for node in self.members[address]
            for one in (*node.types, *node.targets("ceterms:credentialType"))
        ]
        self.lines.text(subject, "sw:qualificationType", next((k for k in reversed(kinds) if k in SAID), ""))
        owner = next(iter(self.targets(address, *AWARDED_BY)), "")
        self.lines.text(subject, "sw:awardingBody", self.labels.get(self.id(owner), "") if owner else "")
        if award.level:
            level_of = concept("rqf-level", award.level)
            self.lines.fact(subject, "sw:level", level_of, inferred=level is None)
        if award.credits:
            self.lines.number(subject, "sw:credits", award.credits, inferred=credits is None)
        self._words(subject, words, self.members[address][0])
        entry, words_of_entry, rules = self._rules(address, award)
        self.lines.text(subject, "sw:entryNote", "; ".join(dict.fromkeys(words_of_entry)), "en")
        if entry != NOTHING:
            self.lines.requirement(
                subject, "sw:entryRequirement", entry, self.labels, inferred=award.earlier is not None
            )
        id = self.id(address)
        for number, (attribute, operator, value, definition, rule) in enumerate(rules, 1):
            made = self.lines.thing(f"{id}.rule-{number}", "sw:CombinationRule", self.members[address][0])
            self.lines.fact(made, "sw:ruleOf", subject)
            self.lines.text(made, "sw:attribute", attribute)
            self.lines.text(made, "sw:operator", operator)
            self.lines.text(made, "sw:value", value)
            self.lines.text(made, "skos:definition", definition, "en")
            if rule is not None:
                self.lines.requirement(made, "sw:awardRequirement", rule, self.labels)
        if award.earlier and (taken := self.awards[award.earlier].credits):
            made = self.lines.thing(f"{id}.takes-in", "sw:CreditTransfer", self.members[address][0])
            self.lines.fact(made, "sw:transferFrom", thing(self.id(award.earlier)), inferred=True)
            self.lines.fact(made, "sw:transferTo", subject, inferred=True)
            self.lines.number(made, "sw:credits", taken, inferred=True)
            self.lines.fact(made, "sw:automatic", Literal(True), inferred=True)
            note = "The stages of the one come before those of the other on the same published pathway"
            self.lines.text(made, "sw:conditionNote", note, "en", inferred=True)
        for before in self.before.get(address, ()):
            if self.kinds.get(before) in ("sw:Qualification", "sw:Role"):
                self._progression(f"{id}.after-{self.id(before)}", before, address, None)

    def _statuses(self, address: str) -> list[str]:
        named = self.targets(address, *STATUSES)
        at = [self.nodes[one] for one in named if one in self.nodes]
        return [
            *named,
            *(v.target or v.text for one in at for v in one.texts("ceterms:targetNode", "ceterms:targetName")),
        ]

    def _rules(
        self, address: str, award: Award
    ) -> tuple[Requirement, list[str], list[tuple[str, str, str, str, Requirement | None]]]:
        """The entry rule of an award, what of it no rule can say, and the rules by which it is made.

        A condition that names only courses is a rule of the award. One that names other awards, work or groups has to
        be met before: it is part of the entry. What a stage asks before the next is entry of the award after it.
        """
        entry: list[Requirement] = []
        words: list[str] = []
        rules: list[tuple[str, str, str, str, Requirement | None]] = []
        own = self.id(address)
        if award.earlier:
            brought = self.awards[award.earlier]
            of = self.id(award.earlier)
            entry += [CreditsFrom(brought.credits, source=of)] if brought.credits else [Holds(of)]
            for stage in brought.own:
                entry += [_within(asked.requirement, of) for _, asked in self.said_of(stage)]
                words += [word for _, asked in self.said_of(stage) for word in asked.words]
            entry = [part for number, part in enumerate(entry) if part not in entry[:number]]
        for node, asked in self.said_of(address):
            requirement = self.expanded(asked.requirement)
            units = [self.kinds.get(one) == "sw:Unit" for one in self._named(requirement)]
            named = list(_leaf_kinds(requirement))
            text = node.text("ceterms:description", "ceterms:name")
            definition = "; ".join(filter(None, (text, *asked.words))) or sentence(requirement, self.labels)
            if all(units) and Completed not in named and WorksAs not in named and units:
                rules.append(("units", "requires", write(requirement), definition, requirement))
            elif requirement != NOTHING:
                entry.append(Usually(requirement, "provider") if any(units) else requirement)
                words += asked.words
        last = address not in self.goes_on
        for stage in award.own if last else ():
            for node, asked in self.said_of(stage):
                total = asked.requirement == CreditsFrom(award.credits or 0)
                definition = "; ".join(filter(None, (node.text("ceterms:description"), *asked.words)))
                definition = definition or sentence(asked.requirement, self.labels)
                rule = None if total else _within(asked.requirement, own)
                attribute, value = (
                    ("total_credits", str(award.credits)) if total else ("stage", write(asked.requirement))
                )
                rules.append((attribute, ">=" if total else "requires", value, definition, rule))
        return entry[0] if len(entry) == 1 else AllOf(tuple(entry)), words, rules

    def _unit(self, address: str, subject: URIRef) -> None:
        credits, level, words = self.measures(address)
        code = next((text for node in self.members[address] if (text := node.text("ceterms:codedNotation"))), "")
        self.lines.text(subject, "skos:notation", code)
        if level:
            self.lines.fact(subject, "sw:level", concept("rqf-level", level))
        if credits:
            self.lines.number(subject, "sw:credits", credits)
        self._words(subject, words, self.members[address][0])
        of = self.unit_of.get(address)
        role = "module"
        if of is not None:
            self.lines.fact(subject, "sw:unitOf", thing(self.id(of)))
            asked = [asked.requirement for _, asked in self.said_of(of)]
            role = "mandatory" if any(_always(one, self.id(address)) for one in asked) else "optional"
        self.lines.fact(subject, "sw:unitRole", concept("unit-role", role), inferred=True)

    def _words(self, subject: URIRef, words: str, node: Node) -> None:
        if words:
            self.lines.text(subject, "sw:creditsAsStated", words)
            self.unmeasured[node.file, words.partition(" ")[2]].append(node)

    def _opportunity(self, address: str, subject: URIRef) -> None:
        self.lines.fact(subject, "sw:offeredBy", thing(self.id(self._offered_by(address)[0])))
        self.lines.fact(subject, "sw:unitsSoldSeparately", concept("three-valued", "unknown"))
        awards = [self.main(one) for one in self.targets(address, "ceterms:isPreparationFor", "ceterms:isRequiredFor")]
        awards += [one for one in self.awards if address in map(self.main, self.targets(one, *ASKS))]
        for one in dict.fromkeys(awards):
            if self.kinds.get(one) == "sw:Qualification":
                self.lines.fact(subject, "sw:leadsToAward", thing(self.id(one)))
                if any(DEGREES.intersection(node.types) for node in self.members[one]):
                    self.lines.fact(subject, "sw:courseKind", concept("course-kind", "degree"))
        asked = [self.expanded(asked.requirement) for _, asked in self.said_of(address)]
        if asked:
            entry = asked[0] if len(asked) == 1 else AllOf(tuple(asked))
            self.lines.requirement(subject, "sw:entryRequirement", entry, self.labels)

    def _role(self, address: str, subject: URIRef) -> None:
        level = self.measures(address)[1]
        if level:
            self.lines.fact(subject, "sw:level", concept("rqf-level", level))
        asked = [self.expanded(asked.requirement) for _, asked in self.said_of(address)]
        rule = asked[0] if len(asked) == 1 else AllOf(tuple(asked))
        origins = [
            one for one in self.before.get(address, ()) if self.kinds.get(one) in ("sw:Qualification", "sw:Role")
        ]
        for origin in origins:
            self._progression(f"{self.id(address)}.after-{self.id(origin)}", origin, address, rule if asked else None)
        if asked and not origins:
            self._progression(f"{self.id(address)}.entry", None, address, rule)

    def _progression(self, id: str, origin: str | None, to: str, rule: Requirement | None) -> None:
        made = self.lines.thing(id, "sw:Progression", self.members[to][0])
        if origin:
            self.lines.fact(made, "sw:progressionFrom", thing(self.id(origin)))
        self.lines.fact(made, "sw:progressionTo", thing(self.id(to)))
        self.lines.fact(made, "sw:progressionRelation", concept("progression-relation", "progresses to"))
        if rule is not None:
            self.lines.requirement(made, "sw:entryRequirement", rule, self.labels)

    def _transfer(self, address: str, subject: URIRef) -> None:
        (node, *_) = self.members[address]
        values = [self.nodes[one] for one in node.targets("ceterms:transferValue") if one in self.nodes]
        self.lines.text(
            subject, "sw:conditionNote", node.text("ceterms:description", *NAMES) or "nothing more is said", "en"
        )
        self.lines.fact(subject, "sw:automatic", Literal(False))
        for property, names in (
            ("sw:transferFrom", "ceterms:transferValueFrom"),
            ("sw:transferTo", "ceterms:transferValueFor"),
        ):
            for target in node.targets(names):
                self._point(subject, property, target)
        for value in values:
            unit = self._name_at(next(iter(value.targets("ceterms:creditUnitType")), ""))
            said = value.text("schema:value", "ceterms:value")
            if (credits := credits_of(said, unit)) is not None:
                self.lines.number(subject, "sw:credits", credits)
            else:
                self._words(subject, f"{said} {end_of(unit) or 'of a unit that is not said'}" if said else "", node)
        for owner in node.targets("ceterms:ownedBy"):
            if self.kinds.get(self.main(owner)) == "sw:Provider":
                self._point(subject, "sw:transferAt", owner)


def _leaf_kinds(requirement: Requirement) -> Iterator[type]:
    parts = getattr(requirement, "parts", ()) or [p for p in [getattr(requirement, "part", None)] if p is not None]
    if not parts:
        yield type(requirement)
    for part in parts:
        yield from _leaf_kinds(part)


def _within(requirement: Requirement, award: str) -> Requirement:
    """The requirement with credits that name no award counted towards this one: the file means those of its pathway."""
    match requirement:
        case CreditsFrom(credits, None, level, role):
            return CreditsFrom(credits, award, level, role)
        case AllOf(parts):
            return AllOf(tuple(_within(part, award) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_within(part, award) for part in parts))
        case AtLeast(count, parts):
            return AtLeast(count, tuple(_within(part, award) for part in parts))
        case Usually(part, decided_by):
            return Usually(_within(part, award), decided_by)
    return requirement


def _always(requirement: Requirement, id: str) -> bool:
    """Whether a requirement can never be met without this unit."""
    match requirement:
        case Holds(held):
            return held == id
        case AllOf(parts):
            return any(_always(part, id) for part in parts)
        case AtLeast(count, parts):
            return count >= len(parts) and any(_always(part, id) for part in parts)
        case Usually(part, _):
            return _always(part, id)
    return False


def load(
    place: Path, dataset: str, out: TextIO, log: IssueLog, status: str = PUBLISHED
) -> tuple[int, dict[str, Counts]]:
    """Read the CTDL files of a folder; write their statements. How many there are, and the nodes read of each file.

    Bad data is an issue and never raises. `place`: a folder, or one file.
    """
    classes = frozenset[str]().union(*(found for found, _ in KINDS), WITHIN)
    reader = Reader("ctdl", _own_last(classes | READ), log)
    nodes = reader.read(place)
    lines = Lines(dataset, status)
    mapped = _Things(nodes, lines, log).write()
    tell_unread(nodes, classes, (), READ, log)
    return lines.write(out), counted(reader.counts, mapped)


def _own_last(terms: Iterable[str]) -> list[str]:
    """The terms in an order in which CTDL's own come last, and win where two have one name."""
    return sorted(terms, key=lambda term: (term.startswith("ceterms:"), term))
