"""The latest sensible way in to an award or a course, and the worksheet of claims for its admissions."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from graph.projection import Status, Transfer, UnitFacts, UnitOutcome, worst
from graph.requirements import Requirement, references
from queries.eligibility.decision import Answer, SchemeDecision
from queries.eligibility.logic import Situation
from queries.eligibility.person import complete
from queries.eligibility.schemes import decide_scheme
from queries.pathways.request import Thing, Verdict, counted
from queries.prior_learning.bundles import Asker, bundles
from queries.prior_learning.known import Known, Target
from queries.prior_learning.nearest import held_of, left_by_number, statuses_of
from queries.prior_learning.request import (
    Bundles,
    ClaimVerdict,
    CourseSaid,
    CreditSaid,
    EvidenceSaid,
    OutcomeClaim,
    Recognition,
    Remaining,
    RestsOn,
    Span,
    UnitClaim,
    WayIn,
)
from queries.prior_learning.said import depending, joined, remaining, span_said, unit_said
from queries.prior_learning.shortfall import Group, Shortfall

SHOWN: Final = 5
"""Pieces of evidence that are shown for one outcome; how many more there are is said."""

_ORDER: Final = tuple(ClaimVerdict)


class Recognised:
    """One award or course, for one person."""

    def __init__(self, known: Known, target: Target) -> None:
        self.known, self.target, self.award = known, target, target.award
        self.rule = target.rule
        self.counted = known.counted_by_rules(target.award) if target.award else ()
        self.decided = tuple(self._decisions())
        claims = map(self._unit, self._units())
        self.worksheet = tuple(
            sorted(claims, key=lambda one: (_ORDER.index(one.verdict), one.unit.level or 0, one.unit.id))
        )
        self.claimed = tuple(
            known.projection.units[one.unit.id]
            for one in self.worksheet
            if one.verdict is ClaimVerdict.WORTH_ASKING and one.unit.credits
        )

    def recognition(self) -> Recognition:
        """Everything about it."""
        ways = tuple(self._ways_in())
        latest = max(
            range(len(ways)), key=lambda n: (ways[n].credits_behind.most or 0, ways[n].credits_behind.least, -n)
        )
        courses = self.known.courses_said(self.target.courses)
        award = self.award
        return Recognition(
            target=self.target.thing,
            level=award.level if award else None,
            credits=award.credits if award else None,
            ways_in=ways,
            latest=latest + 1,
            worksheet=self.worksheet,
            worksheet_text=self._worksheet_text(),
            courses=courses,
            bundles=self._bundles(courses),
            rules=self._rules(),
            printed_rules=award.printed_rules if award else (),
            gaps=tuple(gap for gap in self.known.projection.gaps if self.target.thing.id in gap.about),
            status=worst([self.target.status, *(way.status for way in ways), *(u.unit.status for u in self.worksheet)]),
            text=f"{self.target.thing.label} is held already."
            if award and award.id in self.known.awards_held
            else f"The latest sensible way in to {self.target.thing.label}. {ways[latest].text}",
        )

    # Credit that somebody decides about

    def _decisions(self) -> Iterable[CreditSaid]:
        """Credit that somebody may accept, from what the person brings."""
        for transfer in self.known.projection.transfers:
            if transfer.automatic or not self.known.shown(transfer.source.status) or not self._concerns(transfer):
                continue
            found = self._brought_for(transfer)
            if found is not None:
                origin, credits = found
                who = self.known.thing(transfer.provider).label if transfer.provider else "the centre"
                yield CreditSaid(origin, credits, transfer.condition, who, (transfer.source,))

    def _concerns(self, transfer: Transfer) -> bool:
        """Whether a decision is about this award, one of its courses, or every award of its type."""
        courses = {course.id for course in self.target.courses}
        providers = {course.provider for course in self.target.courses}
        if transfer.to_id is None:
            return transfer.provider in providers
        if transfer.to_id in courses | {self.target.thing.id}:
            return True
        model = self.known.projection.awards.get(transfer.to_id)
        general = transfer.from_id is None or transfer.from_id in self.known.projection.types
        return bool(general and model and not model.real and self.award and model.kind == self.award.kind)

    def _brought_for(self, transfer: Transfer) -> tuple[Thing, int | None] | None:
        """What the person brings of what a decision is about, and how many credits it may be; None: nothing."""
        origin, facts = transfer.from_id, self.known.facts
        if origin is None:
            brought = bool(self.known.brought)
            return (Thing(transfer.id, "any prior learning or experience"), None) if brought else None
        if origin in self.known.awards_held:
            whole = self.known.projection.awards[origin].credits
            return self.known.thing(origin), min(filter(None, (whole, transfer.credits)), default=None)
        held = {f"unit:{origin}", f"completed:{origin}"} & facts
        partly = origin in self.known.projection.awards and self.known.credits_of(origin)
        return (self.known.thing(origin), None) if held or partly else None

    # Ways in

    def _ways_in(self) -> Iterable[WayIn]:
        """Ways in, surest first. What is decided and what is claimed may be the same learning: they are never added."""
        facts, full = self.known.facts, self.award.credits if self.award else None
        held = held_of(self.counted)
        behind, missing, left = self._reached(facts, held)
        first = RestsOn.OWN_RULES if self.counted and behind.most else RestsOn.ENTRY
        yield self._way(first, facts, behind, missing, left, self.counted)
        if self.decided:
            behind = _more(behind, sum(one.credits or 0 for one in self.decided))
            if full is not None and missing is not None:
                behind = Span(min(full, behind.least), min(full, behind.most or 0))
                rest = left_by_number(full, behind)
                most = rest.most if missing.most is None else min(missing.most, full - behind.least)
                missing = Span(min(missing.least, rest.least), most)
            yield self._way(RestsOn.DECISION, facts, behind, missing, left, (*self.counted, *self.decided))
        if self.claimed:
            with_claims = facts | {f"unit:{unit.id}" for unit in self.claimed}
            claims = _more(held, sum(unit.credits or 0 for unit in self.claimed))
            claimed, missing, left = self._reached(with_claims, claims)
            if (claimed.most or 0, claimed.least) > (behind.most or 0, behind.least):
                yield self._way(RestsOn.CLAIMS, with_claims, claimed, missing, left, self.counted, self.claimed)

    def _reached(self, facts: frozenset[str], held: Span) -> tuple[Span, Span | None, Remaining | None]:
        """How much of the award is behind and left with these facts, and the units that are left.

        By number, from what is held, where its rules are not known or no units meet them.
        """
        full = self.award.credits if self.award else None
        span, most = self._left(facts)
        if full is None:
            return held, span, remaining(most, self.known.projection.labels)
        missing = span or left_by_number(full, held)
        behind = Span(max(0, full - (full if missing.most is None else missing.most)), max(0, full - missing.least))
        return behind, missing, remaining(most, self.known.projection.labels)

    def _left(self, facts: frozenset[str]) -> tuple[Span | None, Shortfall | None]:
        if self.rule is None or self.award is None:
            return None, None
        return self.known.left(self.rule, facts, self.award.id)

    def _way(
        self,
        rests_on: RestsOn,
        facts: frozenset[str],
        behind: Span,
        missing: Span | None,
        left: Remaining | None,
        credits: tuple[CreditSaid, ...],
        claimed: tuple[UnitFacts, ...] = (),
    ) -> WayIn:
        needs = self.known.needs(self.target.entry, facts, claimed)
        refused = [need.text for need in needs if need.verdict is Verdict.NOT_MET]
        open_ = [need.text for need in needs if need.verdict in (Verdict.NOT_KNOWN, Verdict.DECIDED_BY_SOMEBODY)]
        bridge = None
        if refused and self.target.entry is not None:
            bridge = remaining(self.known.shortfalls.least(self.target.entry, facts), self.known.projection.labels)
        if self.target.entry is None:
            said = "What entry asks is not held here: ask the provider."
        elif bridge:
            said = f"Before entry: {bridge.text}."
        elif refused:
            said = f"Not met, and no units make it up: {joined(refused)}."
        else:
            said = f"Still open: {'; '.join(open_)}." if open_ else "Nothing that entry asks is missing."
        sure = [source.status for one in credits for source in one.sources]
        sure += [Status.INFERRED, *(unit.source.status for unit in claimed)] if claimed else []
        return WayIn(
            rests_on=rests_on,
            credits_behind=behind,
            credits_left=missing,
            credits=credits,
            claimed=tuple(map(unit_said, claimed)),
            needs=needs,
            bridge=bridge,
            bridge_text=said,
            remaining=left,
            status=worst([self.target.status, *sure, *statuses_of(left)]),
            text=_way_text(rests_on, behind, missing, credits, claimed),
        )

    # The worksheet

    def _units(self) -> list[UnitFacts]:
        """The units that a claim could be for: of the award, and of those that its rules and its entry name."""
        if self.award is None or self.known.asked.published_only:
            return []
        named = {self.award.id}
        for requirement in (self.rule, self.target.entry):
            named |= references(requirement) if requirement is not None else set()
        awards = named - self.known.awards_held
        return [u for u in self.known.units if u.award in awards and f"unit:{u.id}" not in self.known.facts]

    def _unit(self, unit: UnitFacts) -> UnitClaim:
        outcomes = tuple(map(self._outcome(unit), self.known.evidence.outcomes_of(unit.id)))
        covered = sum(one.verdict is ClaimVerdict.WORTH_ASKING for one in outcomes)
        topics = () if outcomes else tuple(self.known.evidence.for_topics(unit)[:SHOWN])
        verdicts = [*(one.verdict for one in outcomes), *(one.verdict for one in topics)]
        best = min(verdicts, key=_ORDER.index, default=ClaimVerdict.NO_EVIDENCE)
        if best is ClaimVerdict.WORTH_ASKING and covered < len(outcomes):
            best = ClaimVerdict.IN_PART
        text = _unit_text(best, outcomes)
        return UnitClaim(unit_said(unit), best, covered, outcomes, topics, text, unit.source)

    def _outcome(self, unit: UnitFacts) -> Callable[[UnitOutcome], OutcomeClaim]:
        def claim(outcome: UnitOutcome) -> OutcomeClaim:
            found = self.known.evidence.for_outcome(outcome, unit)
            verdict = found[0].verdict if found else ClaimVerdict.NO_EVIDENCE
            best = [one for one in found if one.verdict is verdict][:SHOWN]
            return OutcomeClaim(
                Thing(outcome.id, outcome.label),
                outcome.number,
                verdict,
                tuple(best),
                len(found) - len(best),
                _lacking(verdict, best),
                outcome.source,
            )

        return claim

    def _worksheet_text(self) -> str:
        if self.known.asked.published_only:
            return "What speaks of an outcome is our reading: an answer from published statements leaves it out."
        if not self.worksheet:
            return "No units of it are held here, so no claims can be listed: ask the centre for its unit list."
        found = Counter(one.verdict for one in self.worksheet)
        said = [f"{counted(found[verdict], 'unit')}: {_VERDICT_SAID[verdict]}" for verdict in _ORDER if found[verdict]]
        return f"{'; '.join(said)}."

    # Funding

    def _rules(self) -> tuple[SchemeDecision, ...]:
        """What the rules about recognition say of this person and the award."""
        facts = {"whole-course": "yes"}
        if self.award:
            told = {"kind": self.award.kind, "level": self.award.level, "credits": self.award.credits}
            facts |= {name: str(value) for name, value in told.items() if value is not None}
        asker = self._asker()
        situation = Situation(asker.person, facts, asker.on, asker.on, asker.held)
        schemes = (scheme for scheme in self.known.book.applying(facts) if scheme.kind == "recognition")
        return tuple(decide_scheme(scheme, situation) for scheme in schemes)

    def _asker(self) -> Asker:
        def held(requirement: Requirement) -> bool | None:
            return self.known.judge.judge(requirement, self.known.facts)[0] is Verdict.MET or None

        return Asker(complete(dict(self.known.asked.attributes)), self.known.asked.on, held)

    def _bundles(self, courses: tuple[CourseSaid, ...]) -> Bundles:
        """Bundles of the units that are still to be taken; of all where the rules do not say which."""
        if self.award is None:
            return Bundles(None, (), "It is not known which units this course is made of.")
        _, least = self._left(self.known.facts)
        groups = (
            least.groups
            if least
            else [
                Group(1, (unit,))
                for unit in self.known.units
                if unit.award == self.award.id and f"unit:{unit.id}" not in self.known.facts
            ]
        )
        found = bundles(self.known.book, self._asker(), self.award, courses, groups)
        loose = sum(one.credits or 0 for one in self.counted if not one.units_told)
        if not (found.bundles and loose):
            return found
        note = f"Some of these units may be among the {loose} credits that were told without their units."
        return replace(found, text=f"{found.text} {note}")


def _more(held: Span, credits: int) -> Span:
    return Span(held.least + credits, (held.most or 0) + credits)


_VERDICT_SAID: Final = {
    ClaimVerdict.WORTH_ASKING: "worth asking about",
    ClaimVerdict.IN_PART: "worth asking about in part",
    ClaimVerdict.CANNOT_TELL: "of the same topic, and more cannot be told",
    ClaimVerdict.NOT_ENOUGH: "not enough yet",
    ClaimVerdict.NO_EVIDENCE: "no evidence yet",
}


def _way_text(
    rests_on: RestsOn,
    behind: Span,
    missing: Span | None,
    credits: tuple[CreditSaid, ...],
    claimed: tuple[UnitFacts, ...],
) -> str:
    left = f"{span_said(missing)} left to study" if missing is not None else "what is left to study not known"
    left += depending(missing, credits)
    behind_said = f"With {span_said(behind)} behind them"
    match rests_on:
        case RestsOn.ENTRY:
            return f"From the beginning, with {left}."
        case RestsOn.OWN_RULES if behind.least != behind.most:
            return f"Part-way, which is worth asking about: {behind_said[:1].lower()}{behind_said[1:]}, and {left}."
        case RestsOn.OWN_RULES:
            return f"{behind_said}, which count by the award's own rules, and {left}."
        case RestsOn.DECISION:
            decided = [one for one in credits if one.who_decides]
            who = joined(list(dict.fromkeys(one.who_decides for one in decided if one.who_decides)), "or")
            if all(one.credits is None for one in decided):
                return f"With as much more credit as {who} agrees to; without it, with {left}."
            return f"{behind_said} if {who} agrees, and {left}."
        case RestsOn.CLAIMS:
            units = counted(len(claimed), "unit")
            return f"{behind_said} if claims for {units} are accepted, which is worth asking about, and {left}."


def _unit_text(verdict: ClaimVerdict, outcomes: tuple[OutcomeClaim, ...]) -> str:
    if outcomes:
        covered = sum(one.verdict is ClaimVerdict.WORTH_ASKING for one in outcomes)
        have = "has" if covered == 1 else "have"
        return f"{covered} of {counted(len(outcomes), 'outcome')} {have} evidence worth asking about."
    match verdict:
        case ClaimVerdict.NO_EVIDENCE:
            return "Its outcomes are not held here, and nothing that was told is of its topics."
        case ClaimVerdict.NOT_ENOUGH:
            return "Its outcomes are not held here. What was told is of the same topic, and falls short of its level."
        case _:
            return "Its outcomes are not held here. What was told is of the same topic: ask for them, and compare."


def _lacking(verdict: ClaimVerdict, best: list[EvidenceSaid]) -> str:
    """What the person should bring, or what still stands in the way."""
    match verdict:
        case ClaimVerdict.WORTH_ASKING | ClaimVerdict.IN_PART:
            return f"Bring {joined(list(dict.fromkeys(one.bring for one in best)), 'or')}."
        case ClaimVerdict.CANNOT_TELL:
            return "Show that what was learnt or done covers this outcome, and not only its topic."
        case ClaimVerdict.NOT_ENOUGH:
            short = dict.fromkeys(c.text for one in best for c in one.checks if c.answer is Answer.NO)
            return f"It falls short: {joined(list(short))}."
        case ClaimVerdict.NO_EVIDENCE:
            return "Nothing that was told speaks of it. If it was learnt or done, say where, and bring what shows it."
