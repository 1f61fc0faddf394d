"""A pathway answer as RDF in our own vocabulary (`ontology/vocabulary/pathways.ttl`).

Every node has an address below that of the answer, which is a hash of all that is said, so the same question to the
same release has the same address, and two answers never share one. Where a question holds circumstances that say much
of a person (decision 17), neither they nor what would tell of them is said: see `Told`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, SKOS

from api import questions
from api.schemas.pathways import PathwayReply
from graph.projection import Amount, Status
from graph.requirements import circumstances
from ontology.namespaces import ID, PREFIXES, RELEASE, SW, concept, thing
from queries.pathways.compile import read_rule
from queries.pathways.request import AnswerStep, Lifted, Need, Pathway, Reason, StoppingPoint

Said = Iterator[tuple[URIRef, URIRef, URIRef | Literal]]

_ROOT: Final = ID["PA"]
_OF_THE_PERSON: Final = frozenset({"right_to_work"})
"""Limits that a circumstance of the person sets."""


def pathway_graph(reply: PathwayReply) -> Graph:
    """The answer as a graph without blank nodes."""
    return _graph(Told(reply, address_of(reply)).said())


def address_of(reply: PathwayReply) -> URIRef:
    """The address of an answer: of the release, the question, and what is answered."""
    said = n_triples(_graph(Told(reply, _ROOT).said()))
    return ID[f"PA-{sha256(said.encode()).hexdigest()[:20].upper()}"]


def _graph(said: Said) -> Graph:
    found = bound(Graph(), PREFIXES)
    for triple in said:
        found.add(triple)
    return found


def bound(graph: Graph, prefixes: Mapping[str, str]) -> Graph:
    """The graph, which writes addresses with these prefixes from now on."""
    for prefix, address in prefixes.items():
        graph.bind(prefix, address)
    return graph


def n_triples(graph: Graph) -> str:
    """A graph as lines of N-Triples in the order of their text."""
    return "".join(sorted(graph.serialize(format="nt").splitlines(keepends=True)))


def pathway_address(answer: URIRef, number: int) -> URIRef:
    """The address of one pathway of an answer, from 1."""
    return URIRef(f"{answer}.{number}")


def step_address(pathway: URIRef, number: int) -> URIRef:
    """The address of a step of a pathway, from 1."""
    return URIRef(f"{pathway}.step-{number}")


def to_tell(reply: PathwayReply, lifted: Lifted) -> bool:
    """Whether a way to lift limits may be told to others: not when it tells of a circumstance that is left out."""
    return not reply.not_in_link or not _OF_THE_PERSON.intersection(limit.name for limit in lifted.limits)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of an answer under an address.

    `whole`: everything that the question holds may stand in a link. Otherwise what is left out is what a step asks of
    other circumstances, whether the person may start it, what it costs them, the reasons in words, and limits that
    follow from circumstances: each may tell of one. That a pathway is open at all may still do so: the asker decides
    who gets the answer.
    """

    reply: PathwayReply
    root: URIRef

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return not self.reply.not_in_link

    def said(self) -> Said:
        """All of it."""
        reply, root, question = self.reply, self.root, self.reply.question
        release = RELEASE[str(reply.release.number)]
        yield root, RDF.type, SW.PathwayAnswer
        yield root, SKOS.prefLabel, _english(question.text if self.whole else "An answer about pathways")
        yield root, SW.outcome, _text(reply.outcome)
        yield root, PROV.wasDerivedFrom, release
        yield release, RDF.type, SW.Release
        yield release, DCTERMS.identifier, _text(reply.release.content_hash)
        _, mark, query = reply.same_question.partition("/pathways?")
        yield root, SW.questionAddress, Literal(f"{mark}{query}", datatype=XSD.anyURI)
        yield root, SW.questionComplete, _boolean(self.whole)
        yield root, SW.askedOn, _day(question.on.isoformat())
        yield root, SW.leastOf, _text(question.by)
        for one in question.holds:
            if ":" in one.id:
                yield root, SW.bringsInWords, _text(one.id)
            else:
                yield root, SW.brings, thing(one.id)
                yield from _named(one.id, one.label)
        for one in question.to:
            yield root, SW.goal, thing(one.id)
            yield from _named(one.id, one.label)
        if question.to_level is not None:
            yield root, SW.atLevel, concept("rqf-level", str(question.to_level))
        for limit in question.limits:
            if self.whole or limit.name not in _OF_THE_PERSON:
                yield root, SW.limitInForce, _text(limit.text)
        for number, pathway in enumerate(reply.pathways, 1):
            address = pathway_address(root, number)
            yield root, SW.pathway, address
            yield address, SW.order, _integer(number)
            yield from self.pathway(pathway, address)
        lifting = [lifted for lifted in reply.lifting if to_tell(reply, lifted)]
        for number, lifted in enumerate(lifting, 1):
            address = URIRef(f"{root}.fix-{number}")
            yield root, SW.fix, address
            yield from self.fix(lifted, address)
        for number, reason in enumerate(reply.reasons, 1):
            address = URIRef(f"{root}.reason-{number}")
            yield root, SW.reason, address
            yield from self.reason(reason, address)

    def pathway(self, pathway: Pathway, me: URIRef) -> Said:
        """One pathway."""
        totals = pathway.totals
        yield me, RDF.type, SW.Pathway
        steps = " → ".join(step.title for step in pathway.steps) or pathway.goal.label
        yield me, SKOS.prefLabel, _english(pathway.summary if self.whole else steps)
        yield me, SKOS.definition, _english(pathway.why)
        yield me, SW.goal, thing(pathway.goal.id)
        yield from _named(pathway.goal.id, pathway.goal.label)
        yield me, SW.status, SW[pathway.status]
        yield me, SW.proven, _boolean(pathway.proven)
        yield me, SW.knownWeeks if totals.steps_of_unknown_length else SW.totalWeeks, _integer(totals.weeks)
        yield me, SW.weeksAtLeast, _boolean(totals.weeks_at_least)
        yield me, SW.studyWeeks, _integer(totals.study_weeks)
        yield me, SW.stepsOfUnknownLength, _integer(totals.steps_of_unknown_length)
        yield me, SW.stepsOfUnknownCost, _integer(totals.steps_of_unknown_cost)
        yield me, SW.stepCount, _integer(totals.steps)
        yield me, SW.employerSteps, _integer(totals.steps_that_need_an_employer)
        if self.whole:
            yield me, SW.stepsOfUnknownHours, _integer(totals.steps_of_unknown_hours)
            yield me, SW.stepsNotTold, _integer(totals.steps_that_cannot_be_told)
            yield me, SW.surelyOpen, _boolean(totals.surely_open)
            yield me, SW.knownCost, _integer(totals.known_cost_pounds)
            if totals.cost_pounds is not None:
                yield me, SW.totalCost, _integer(totals.cost_pounds)
        if pathway.bound is not None:
            yield me, SW.bound, _integer(pathway.bound)
        for number, part in enumerate(pathway.proof.needed if pathway.proof else (), 1):
            address = URIRef(f"{me}.proof-{number}")
            yield me, SW.partOfProof, address
            yield address, RDF.type, SW.ProofPart
            yield address, SW.weight, _text(part.weight)
            yield address, SW.stepsNeeded, _integer(part.least)
            for one in part.steps:
                yield address, SW.stepOf, _text(one.id)
        for step in pathway.steps:
            address = step_address(me, step.number)
            yield me, SW.step, address
            yield from self.step(step, address, me)

    def step(self, step: AnswerStep, me: URIRef, pathway: URIRef) -> Said:
        """One step."""
        yield me, RDF.type, SW.PathwayStep
        yield me, SKOS.prefLabel, _english(step.title)
        yield me, SW.order, _integer(step.number)
        yield me, SW.stepOf, _text(step.id)
        yield me, SW.stepKind, _text(step.kind)
        yield me, SW.status, SW[step.status]
        yield me, SW.needsEmployer, _boolean(step.needs_employer)
        yield me, SW.needsKnown, _boolean(step.needs_known)
        for one in step.about:
            yield me, SW.about, thing(one.id)
            yield from _named(one.id, one.label)
        if step.provider is not None:
            yield me, SW.takenWith, thing(step.provider.id)
            yield from _named(step.provider.id, step.provider.label)
        if step.place is not None:
            yield me, SW.place, _text(step.place)
        if step.starts_in_weeks is not None:
            day = self.reply.question.on + timedelta(weeks=step.starts_in_weeks)
            yield me, SW.startsInWeek, _integer(step.starts_in_weeks)
            yield me, SW.startsInWeekOf, _day(day.isoformat())
        if step.ends_in_weeks is not None:
            yield me, SW.endsInWeek, _integer(step.ends_in_weeks)
        if step.hours_per_week is not None:
            yield me, SW.weeklyHours, _integer(step.hours_per_week)
        for property, name, amount in (
            (SW.stepLength, "length", step.weeks),
            (SW.stepCost, "cost", step.cost if self.whole else None),
        ):
            if amount is not None:
                yield me, property, URIRef(f"{me}.{name}")
                yield from _amount(amount, URIRef(f"{me}.{name}"))
        for text in step.adds:
            yield me, SW.adds, _text(text)
        for source in step.sources:
            yield me, DCTERMS.source, URIRef(source.address)
        if self.whole:
            yield me, SW.likely, _text(step.eligibility.likely)
        for number, need in enumerate(step.needs, 1):
            if self.whole or self.tells_nothing(need):
                yield me, SW.hasNeed, URIRef(f"{me}.need-{number}")
                yield from self.need(need, step.needs_status, URIRef(f"{me}.need-{number}"), pathway)
        stop = URIRef(f"{me}.stop")
        yield me, SW.afterwards, stop
        yield from self.stop(step.afterwards, stop)

    @staticmethod
    def tells_nothing(need: Need) -> bool:
        """Whether what a step asks is of no circumstance that may not stand in a link."""
        return all(map(questions.in_link, circumstance_names(need.rule)))

    def need(self, need: Need, status: Status, me: URIRef, pathway: URIRef) -> Said:
        """One thing that a step asks, as sure as the least sure of all that it asks."""
        yield me, RDF.type, SW.StepNeed
        yield me, SKOS.prefLabel, _english(need.text)
        yield me, SW.needRule, _text(need.rule)
        yield me, SW.verdict, _text(need.verdict)
        yield me, SW.status, SW[status]
        for text in need.satisfied_by:
            yield me, SW.metBy, _text(text)
        for number in steps_that_meet(need):
            yield me, SW.metByStep, step_address(pathway, number)

    def stop(self, stop: StoppingPoint, me: URIRef) -> Said:
        """What somebody has who stops after a step."""
        yield me, RDF.type, SW.StoppingPoint
        yield me, SW.stepsOfUnknownCost, _integer(stop.steps_of_unknown_cost)
        if self.whole:
            yield me, SW.spentPounds, _integer(stop.spent_pounds)
        for award in stop.awards:
            yield me, SW.stopHolds, thing(award.id)
            yield from _named(award.id, award.label)
        for number, held in enumerate(stop.credits_held, 1):
            address = URIRef(f"{me}.credits-{number}")
            yield me, SW.creditsHeld, address
            yield address, RDF.type, SW.CreditsHeld
            yield address, SW.amount, _integer(held.credits)
            yield address, SW.creditsOf, thing(held.award.id)
            yield from _named(held.award.id, held.award.label)
            yield address, SW.wholeAward, _boolean(held.whole)
            yield address, SW.status, SW[held.status]
            for taker in held.taken_by:
                yield address, SW.takesIn, thing(taker.id)
                yield from _named(taker.id, taker.label)
        for role in stop.roles_open:
            yield me, SW.opensRole, thing(role.id)
            yield from _named(role.id, role.label)
        if stop.after_weeks is not None:
            yield me, SW.afterWeeks, _integer(stop.after_weeks)
        if stop.back_on is not None:
            yield me, SW.backOn, _text(stop.back_on.step.id)

    @staticmethod
    def fix(lifted: Lifted, me: URIRef) -> Said:
        """Limits that open a pathway when they are lifted."""
        yield me, RDF.type, SW.Fix
        yield me, SKOS.prefLabel, _english(f"without: {', '.join(limit.text for limit in lifted.limits)}")
        for limit in lifted.limits:
            yield me, SW.withoutLimit, _text(limit.name)
        yield me, SW.goal, thing(lifted.goal.id)
        yield from _named(lifted.goal.id, lifted.goal.label)
        yield me, SW.knownWeeks if lifted.steps_of_unknown_length else SW.leastWeeks, _integer(lifted.weeks)
        yield me, SW.weeksAtLeast, _boolean(lifted.weeks_at_least)
        yield me, SW.proven, _boolean(lifted.proven)

    def reason(self, reason: Reason, me: URIRef) -> Said:
        """One reason why there is no pathway."""
        yield me, RDF.type, SW.Reason
        yield me, SW.reasonCode, _text(reason.code)
        if self.whole:
            yield me, SKOS.prefLabel, _english(reason.text)
            if reason.about is not None:
                yield me, SW.reasonAbout, _text(reason.about.id)


def steps_that_meet(need: Need) -> Iterator[int]:
    """The numbers of the earlier steps that meet a need."""
    for text in need.satisfied_by:
        kind, _, number = text.partition(":")[0].partition(" ")
        if kind == "step" and number.isdigit():
            yield int(number)


def circumstance_names(rule: str) -> Iterable[str]:
    """The circumstances of a person that the text of a rule asks about."""
    return {one.name for one in circumstances(read_rule(rule))}


def _amount(amount: Amount, me: URIRef) -> Said:
    yield me, RDF.type, SW.Amount
    yield me, SW.amount, _integer(amount.value)
    yield me, SW.status, SW[amount.status]
    yield me, SW.atLeast, _boolean(amount.at_least)


def _named(id: str, label: str) -> Said:
    yield thing(id), SKOS.prefLabel, _english(label)


def _text(text: str) -> Literal:
    return Literal(str(text))


def _english(text: str) -> Literal:
    return Literal(text, lang="en")


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


def _boolean(true: bool) -> Literal:
    return Literal("true" if true else "false", datatype=XSD.boolean)


def _day(day: str) -> Literal:
    return Literal(day, datatype=XSD.date)


def serialised(graph: Graph, media_type: str) -> str:
    """A graph as text, the same each time: JSON-LD (its context in it), N-Triples, or Turtle."""
    if media_type == "text/turtle":
        return graph.serialize(format="turtle")
    if media_type == "application/n-triples":
        return n_triples(graph)
    used = {name: address for name, address in PREFIXES.items() if name != "swc"}
    return graph.serialize(format="json-ld", context=used, auto_compact=True, sort_keys=True)
