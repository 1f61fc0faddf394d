"""What a person holds already of the award of a step, so that the step may be shorter for them.

The sums are those of prior learning. How long the rest takes, and what it costs, is not published: the step stands in
the pathway whole, so that its sums are never too low.
"""

from functools import cached_property

from graph.projection import AwardFacts, Projection, Step, StepKind
from graph.requirements import references
from queries.eligibility.rulebook import RuleBook
from queries.pathways.compile import read_rule
from queries.pathways.request import PathwayRequest, Shorter, counted
from queries.prior_learning.known import Known
from queries.prior_learning.nearest import held_of, left_by_number
from queries.prior_learning.request import CreditSaid, Held, PriorLearningRequest
from queries.prior_learning.said import TRANSCRIPT, joined, span_said


class Shortened:
    """The steps that may be shorter for the person of one question."""

    def __init__(self, projection: Projection, book: RuleBook, request: PathwayRequest) -> None:
        self.projection, self.book, self.request = projection, book, request

    @cached_property
    def holds(self) -> tuple[str, ...]:
        """Units, and credits of awards, that the person brings, and the awards."""
        known = {*self.projection.units, *self.projection.awards}
        return tuple(id for id in self.request.holds if id.partition(":")[0] in known)

    @cached_property
    def known(self) -> Known:
        """What prior learning says of what they bring."""
        assert self.request.on is not None
        held = tuple(map(Held, self.holds))
        asked = PriorLearningRequest(self.request.on, held, published_only=self.request.published_only)
        return Known(self.projection, self.book, asked)

    def of(self, step: Step) -> Shorter | None:
        """How much shorter a step may be; None: nothing that they bring counts towards its award.

        What the step asks for at entry is left out: its length counts from there already.
        """
        award = self.projection.awards.get(step.about[0]) if step.about and step.kind is StepKind.STUDY else None
        if award is None or not award.credits or not self.holds:
            return None
        asked_for = references(read_rule(step.requirement))
        brought = [one for one in self.known.counted_by_rules(award) if one.origin.id not in asked_for]
        return self.shorter(award, brought) if brought and award.id not in self.known.awards_held else None

    def shorter(self, award: AwardFacts, brought: list[CreditSaid]) -> Shorter:
        """The same, of an award towards which some credits count."""
        rule = self.known.target(award.id).rule
        by_rules = self.known.left(rule, self.known.facts, award.id)[0] if rule is not None else None
        left = by_rules or left_by_number(award.credits or 0, held_of(brought))
        sure = by_rules is not None and left.least == left.most and all(one.units_told for one in brought)
        named = joined([f"{counted(one.credits or 0, 'credit')} of {one.origin.label}" for one in brought])
        whole, span = award.credits or 0, span_said(left)
        if sure:
            said = f"{named} count by its own rules: {span} of its {whole} are left. Ask whether it can be joined there"
        else:
            loose = any(not one.units_told for one in brought)
            decides = f"which units they are decides: {TRANSCRIPT}" if loose else "its own rules are not known here"
            said = f"{named} may count: {span} of its {whole} would be left; {decides}. Ask whether it can be shortened"
        text = f"{said}, before enrolment. {_NOT_PUBLISHED}"
        return Shorter(whole, left.least, left.most, sure, text)


_NOT_PUBLISHED = "How long the rest takes, and what it costs, is not published: the step counts whole here."
