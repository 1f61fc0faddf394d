"""Qualifications, units, opportunities and credit in the European Learning Model, version 3, as terms of the graph.

| ELM | ours |
| --- | --- |
| a qualification, or a specification of an achievement that is part of no other | sw:Qualification |
| a specification of an achievement that is part of another | sw:Unit |
| a learning opportunity | sw:LearningOpportunity, and for a period with a first day sw:Delivery |
| a learning outcome | sw:LearningOutcome |
| a specification of an activity or an assessment | sw:PathwayPart |
| an organisation | sw:Provider |

A digital credential is somebody's own: of it only the specifications are read, never the person, what they did or how
well. Entry requirements are notes: they stay words, and no rule is made of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TextIO

from rdflib import XSD, Literal, URIRef

from graph.issues import IssueLog
from loaders.credentials.lines import Lines, id_for
from loaders.credentials.linked import Node, Nodes, Reader
from loaders.credentials.measures import credits_of, rqf_level
from loaders.credentials.unread import counted, tell_unread
from loaders.rows import PUBLISHED
from loaders.runner import Counts
from ontology.namespaces import concept, thing


def _terms(*names: str) -> frozenset[str]:
    return frozenset(f"elm:{name}" for text in names for name in text.split())


ACHIEVEMENTS: Final = _terms("LearningAchievementSpecification")
QUALIFICATIONS: Final = _terms("Qualification")
OPPORTUNITIES: Final = _terms("LearningOpportunity")
OUTCOMES: Final = _terms("LearningOutcome")
PARTS: Final = _terms(
    "LearningActivitySpecification LearningAssessmentSpecification LearningEntitlementSpecification Specification"
)
ORGANISATIONS: Final = _terms("Organisation")
PERSONAL: Final = _terms("Person LearningAchievement LearningActivity LearningAssessment LearningEntitlement Claim")
"""What is said of a person."""

WITHIN: Final = _terms(
    "CreditPoint Note AwardingOpportunity AwardingProcess PriceDetail Amount EuropeanDigitalCredential",
    "DisplayParameter IndividualDisplay DisplayDetail MediaObject WebResource Identifier LegalIdentifier Address",
    "ContactPoint Mailbox Group GradingScheme Evidence ShaclValidator2017",
) | frozenset(
    {"skos:Concept", "skos:ConceptScheme", "dcterms:Location", "dcterms:PeriodOfTime", "cred:VerifiableCredential"}
)  # fmt: skip
"""Parts of other things, read with them, and how a credential is shown."""

NAMES: Final = ("dcterms:title", "rov:legalName", "skos:prefLabel")
CHILDREN: Final = ("elm:hasPart", "dcterms:hasPart")
READ: Final = (
    frozenset(
        {*NAMES, *CHILDREN, "skos:altLabel", "elm:isPartOf", "dcterms:isPartOf", "dcterms:temporal", "adms:identifier"}
    )
    | frozenset({"foaf:homepage", "dcterms:description", "skos:notation", "dcterms:publisher"})
    | _terms(
        "creditPoint point framework EQFLevel NQFLevel volumeOfLearning maximumDuration duration entryRequirement",
        "noteLiteral learningOutcome relatedESCOSkill awardingOpportunity awardingBody providedBy",
        "learningAchievementSpecification learningActivitySpecification specifiedBy isPartialQualification",
        "priceDetail amount value unit startDate endDate",
    )
)

_HOURS: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_POUND: Final = re.compile(r"(?:^|[/#:])GBP$")


class _Model:
    """What the nodes of a dataset say, as things of ours."""

    def __init__(self, nodes: Nodes, lines: Lines, log: IssueLog) -> None:
        self.nodes, self.lines, self.log = nodes, lines, log
        self.part_of: dict[str, str] = {}
        for node in nodes.values():
            for part in node.targets(*CHILDREN):
                self.part_of.setdefault(part, node.id)
            for whole in node.targets("elm:isPartOf", "dcterms:isPartOf"):
                self.part_of.setdefault(node.id, whole)
        outcomes = [(n.id, n.targets("elm:learningOutcome")) for n in nodes.values()]
        self.outcome_of = {o: (of, number) for of, some in outcomes for number, o in enumerate(some, 1)}
        self.kinds = {id: kind for id, node in nodes.items() if (kind := self._kind(node))}
        self.missing: dict[str, Node] = {}

    def _kind(self, node: Node) -> str | None:
        types = frozenset(node.types)
        if types & (ACHIEVEMENTS | QUALIFICATIONS):
            whole = self.nodes.get(self.part_of.get(node.id, ""))
            inside = whole is not None and (ACHIEVEMENTS | QUALIFICATIONS).intersection(whole.types)
            return "sw:Unit" if inside and not types & QUALIFICATIONS else "sw:Qualification"
        if types & OPPORTUNITIES:
            return "sw:LearningOpportunity" if self._providers(node) else "sw:PathwayPart"
        if types & OUTCOMES and node.id in self.outcome_of:
            return "sw:LearningOutcome"
        if types & (PARTS | OUTCOMES):
            return "sw:PathwayPart"
        return "sw:Provider" if types & ORGANISATIONS else None

    def _providers(self, node: Node) -> list[str]:
        found = (self.nodes[one] for one in node.targets("elm:providedBy") if one in self.nodes)
        return [one.id for one in found if ORGANISATIONS.intersection(one.types)]

    def write(self) -> Counter[str]:
        """Write every thing; how many nodes of each file became something."""
        mapped: Counter[str] = Counter()
        for id, kind in self.kinds.items():
            node = self.nodes[id]
            mapped[node.file] += 1
            subject = self.lines.thing(self.id(id), kind, node)
            names = node.texts(*NAMES)
            if not names:
                message = "it has no name; its key is shown in place of one"
                self.log.add("name-missing", message, file=node.file, line=node.line, value=id)
            others = node.texts("skos:altLabel") if kind != "sw:LearningOutcome" else []
            self.lines.titles(subject, [*names, *others], self.id(id))
            {
                "sw:Qualification": self._qualification,
                "sw:Unit": self._unit,
                "sw:LearningOpportunity": self._opportunity,
                "sw:LearningOutcome": self._outcome,
                "sw:PathwayPart": self._parts,
                "sw:Provider": self._provider,
            }[kind](node, subject)
        for target, node in self.missing.items():
            self.lines.titles(self.lines.thing(self.id(target), "sw:PathwayPart", None), (), self.id(target))
            message = f"{target} is named, and no file describes it"
            self.log.add("target-not-described", message, file=node.file, line=node.line, value=target)
        return mapped

    @staticmethod
    def id(address: str) -> str:
        """Our id of a thing."""
        return id_for("ELM", address)

    def _point(self, subject: URIRef, predicate: str, target: str, node: Node) -> None:
        if target not in self.kinds:
            self.missing.setdefault(target, node)
        self.lines.fact(subject, predicate, thing(self.id(target)))

    def _note(self, node: Node, *names: str) -> str:
        """What the notes of a thing say, in English where they do."""
        notes = [self.nodes[one] for one in node.targets(*names) if one in self.nodes]
        return "; ".join(
            filter(None, [node.text(*names) if not notes else "", *(n.text("elm:noteLiteral") for n in notes)])
        )

    def _named(self, address: str) -> str:
        """An address and the label of what is there."""
        node = self.nodes.get(address)
        return f"{address} {node.text(*NAMES) if node else ''}".strip()

    def _measures(self, node: Node, subject: URIRef) -> None:
        """Level (the national one before the European) and credits."""
        stated = [self._named(one) for one in node.targets("elm:NQFLevel", "elm:EQFLevel")]
        if level := next((level for one in stated if (level := _level(one))), None):
            self.lines.fact(subject, "sw:level", concept("rqf-level", level))
        said: list[str] = []
        for one in node.targets("elm:creditPoint"):
            if (point := self.nodes.get(one)) is None:
                continue
            unit = self._named(next(iter(point.targets("elm:framework")), ""))
            value = point.text("elm:point")
            if (credits := credits_of(value, unit)) is not None:
                self.lines.number(subject, "sw:credits", credits)
                return
            said.append(f"{value} {unit.partition(' ')[2] or 'of a unit that is not said'}")
        for words in said:
            self.lines.text(subject, "sw:creditsAsStated", words)
            message = f"{words}: no published comparison with credits of ours"
            self.log.add("measure-not-converted", message, file=node.file, line=node.line)

    def _qualification(self, node: Node, subject: URIRef) -> None:
        self.lines.fact(subject, "sw:currency", concept("currency", "current"))
        self.lines.fact(subject, "sw:realAward", Literal(True))
        self._measures(node, subject)
        bodies = [
            body
            for one in node.targets("elm:awardingOpportunity")
            if one in self.nodes
            for body in self.nodes[one].targets("elm:awardingBody")
        ]
        for body in [*bodies, *node.targets("dcterms:publisher")][:1]:
            self.lines.text(subject, "sw:awardingBody", self._named(body).partition(" ")[2])
        if hours := _hours(node.text("elm:volumeOfLearning")):
            self.lines.number(subject, "sw:totalQualificationTime", hours)
        self.lines.text(subject, "sw:typicalDuration", _spoken(node.text("elm:maximumDuration")), "en")
        self.lines.text(subject, "sw:entryNote", self._note(node, "elm:entryRequirement"), "en")

    def _unit(self, node: Node, subject: URIRef) -> None:
        self._measures(node, subject)
        self._point(subject, "sw:unitOf", self.part_of[node.id], node)
        self.lines.fact(subject, "sw:unitRole", concept("unit-role", "module"), inferred=True)
        if hours := _hours(node.text("elm:volumeOfLearning")):
            self.lines.number(subject, "sw:totalQualificationTime", hours)

    def _opportunity(self, node: Node, subject: URIRef) -> None:
        self.lines.fact(subject, "sw:offeredBy", thing(self.id(self._providers(node)[0])))
        self.lines.fact(subject, "sw:unitsSoldSeparately", concept("three-valued", "unknown"))
        for award in node.targets("elm:learningAchievementSpecification"):
            if self.kinds.get(award) == "sw:Qualification":
                self._point(subject, "sw:leadsToAward", award, node)
        self.lines.text(subject, "sw:typicalDuration", _spoken(node.text("elm:duration")), "en")
        self.lines.text(subject, "sw:entryNote", self._note(node, "elm:entryRequirement"), "en")
        periods = (self.nodes[one] for one in node.targets("dcterms:temporal") if one in self.nodes)
        days = [day for one in periods if (day := _day(one.text("elm:startDate")))]
        price = self._price(node)
        for number, day in enumerate(days, 1):
            run = self.lines.thing(f"{self.id(node.id)}.run-{number}", "sw:Delivery", node)
            self.lines.fact(run, "sw:runOf", subject)
            self.lines.fact(run, "sw:startDate", Literal(day, datatype=XSD.date))
            if price is not None:
                self.lines.number(run, "sw:learnerCost", price)

    def _price(self, node: Node) -> int | None:
        """The price in whole pounds, when it is one in pounds."""
        for one in node.targets("elm:priceDetail"):
            for amount in self.nodes[one].targets("elm:amount") if one in self.nodes else ():
                at = self.nodes.get(amount)
                in_pounds = at is not None and any(map(_POUND.search, at.targets("elm:unit")))
                if at is not None and in_pounds and re.fullmatch(r"\d+(?:\.0+)?", at.text("elm:value")):
                    return int(float(at.text("elm:value")))
        return None

    def _outcome(self, node: Node, subject: URIRef) -> None:
        of, number = self.outcome_of[node.id]
        self._point(subject, "sw:outcomeOf", of, node)
        self.lines.number(subject, "sw:outcomeNumber", number)
        for skill in node.targets("elm:relatedESCOSkill"):
            if not skill.startswith("_:"):
                self.lines.fact(subject, "skos:relatedMatch", URIRef(skill))

    def _parts(self, node: Node, subject: URIRef) -> None:
        for part in node.targets(*CHILDREN):
            self._point(subject, "sw:pathwayPart", part, node)

    def _provider(self, node: Node, subject: URIRef) -> None:
        self.lines.fact(subject, "sw:providerType", concept("provider-type", "other provider"))


def _level(stated: str) -> str | None:
    """The level from an address with its label, by whichever says it."""
    address, _, label = stated.partition(" ")
    return rqf_level(label) or rqf_level(address)


def _hours(duration: str) -> int | None:
    """Whole hours of a duration such as PT60H; None for one in weeks or months, which says nothing of hours."""
    found = _HOURS.fullmatch(duration)
    if not found or not any(found.groups()) or found[1]:
        return None
    hours = int(found[2] or 0) + int(found[3] or 0) / 60
    return int(hours) if hours == int(hours) and hours >= 1 else None


def _spoken(duration: str) -> str:
    """A duration in words; what is no duration stays as it is.

    >>> _spoken("P1Y6M"), _spoken("two years")
    ('1 year 6 months', 'two years')
    """
    found = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", duration)
    if not found or not any(found.groups()):
        return duration
    names = ("year", "month", "week", "day", "hour", "minute")
    some = [(int(n), name) for n, name in zip(found.groups(), names, strict=True) if n and int(n)]
    return " ".join(f"{n} {name}{'s' if n > 1 else ''}" for n, name in some)


def _day(text: str) -> str | None:
    found = re.match(r"\d{4}-\d{2}-\d{2}(?=$|T)", text)
    return found[0] if found else None


def load(
    place: Path, dataset: str, out: TextIO, log: IssueLog, status: str = PUBLISHED
) -> tuple[int, dict[str, Counts]]:
    """Read the ELM files of a folder; write their statements. How many there are, and the nodes read of each file.

    Bad data is an issue and never raises. `place`: a folder, or one file.
    """
    classes = ACHIEVEMENTS | QUALIFICATIONS | OPPORTUNITIES | OUTCOMES | PARTS | ORGANISATIONS | WITHIN
    reader = Reader("elm", sorted(classes | READ), log)
    nodes = reader.read(place)
    _tell_persons(nodes.values(), log)
    lines = Lines(dataset, status)
    mapped = _Model(nodes, lines, log).write()
    tell_unread(nodes, classes - WITHIN, WITHIN | PERSONAL, READ, log)
    return lines.write(out), counted(reader.counts, mapped)


def _tell_persons(nodes: Iterable[Node], log: IssueLog) -> None:
    told: set[str] = set()
    for node in nodes:
        if "elm:Person" in node.types and node.file not in told:
            told.add(node.file)
            log.add("person-left-out", "it names its holder", file=node.file, line=node.line)
