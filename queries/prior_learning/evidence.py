"""What the person brings, statement by statement, and how far each goes towards an outcome of a unit.

Five questions are asked of evidence: is it about the same topic, does it say the same, is it of the level, is it
enough, and does it still count. Each is answered yes, no or not known, with a sentence; no score is made of them.
What is of another topic is no evidence. What is of the topic and says the same is worth asking about, unless its level
or its amount surely falls short. What is only of the topic cannot be told.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from graph.projection import CompetencyFacts, Projection, Source, UnitFacts, UnitOutcome
from queries.eligibility.decision import Answer
from queries.pathways.request import Thing, counted
from queries.prior_learning.request import CheckSaid, Claimed, ClaimVerdict, EvidenceSaid, Held, RoleWorked

STUDIED_BY_ALL: Final = frozenset({"core", "mandatory"})
"""The parts of an award that everybody who holds it took; of the others nobody can tell which."""

COMMON: Final = 50
FEW: Final = 10
"""A word in more than one of fifty statements, and in more than ten of them, says nothing about one of them."""

ENOUGH_WORDS: Final = 2
"""Words that two statements must share to say the same; where a label has fewer that say something, all of them."""

_ORDER: Final = tuple(ClaimVerdict)
_SAME_SKILL: Final = frozenset({"close", "narrow"})
_ENDINGS: Final = re.compile(r"(?<=.{4})(isation|ization|ations?|ings?|ments?|ies|ied|ers?|e?s|ed|y|e)$")
_SAY_NOTHING: Final = re.findall(
    r"\w+",
    """
    about against apply appraise assess basic between carry choose compare conduct core describe design develop
    different evaluate examine explain explore first from help identify including into investigate keep main making
    other others over part present range read review safe safely show simple solve such take test tests that their
    them this through under use using various weigh what when with within work works write your
    """,
)
"""Words that say what is done to something, and not to what."""


@lru_cache(maxsize=20_000)
def words(text: str) -> frozenset[str]:
    """The words of a label that say what it is about, without their endings.

    >>> sorted(words("Test circuits and check the testing of digital circuits"))
    ['check', 'circuit', 'digital']
    """
    found = (word for word in re.findall(r"[a-z]{4,}|[a-z]+[0-9]+", text.lower()) if word not in _SAY_NOTHING)
    return frozenset(stem for word in found if (stem := _stem(word)) not in _STEMS_THAT_SAY_NOTHING)


def _stem(word: str) -> str:
    return _ENDINGS.sub("", word)


_STEMS_THAT_SAY_NOTHING: Final = frozenset(map(_stem, _SAY_NOTHING))


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that somebody who brings `origin` is said to know or do.

    `text`: all its words, those of the `skills` it was judged to be close to among them. `currency` and `amount` are
    the checks that are the same for every outcome. `credits`: of the unit it comes from.
    """

    origin: Thing
    said: str
    text: str
    topics: Sequence[str]
    level: int | None
    currency: CheckSaid
    amount: CheckSaid
    credits: int | None
    bring: str
    source: Source
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What evidence is set against: its level and credits, and the skills it is close to; None: not known, or none."""

    level: int | None
    credits: int | None
    skills: frozenset[str] = frozenset()
    outcomes_known: bool = True


def _skills(one: CompetencyFacts) -> frozenset[str]:
    """The skills of public vocabularies that a competency was judged to be close to."""
    return frozenset(link.target for link in one.links if link.relation in _SAME_SKILL)


class Evidence:
    """All statements of one person, by topic."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.by_topic: dict[str, list[Statement]] = defaultdict(list)
        labels = [*(one.label for one in projection.outcomes), *(one.label for one in projection.competencies)]
        seen = Counter(word for label in labels for word in words(label))
        self._common = frozenset(word for word, times in seen.items() if times > max(FEW, len(labels) / COMMON))
        self._outcomes = defaultdict[str, list[UnitOutcome]](list)
        for outcome in projection.outcomes:
            self._outcomes[outcome.unit].append(outcome)

    def add(self, statements: Iterable[Statement]) -> int:
        """Take statements in; how many there were."""
        taken = list(statements)
        for statement in taken:
            for topic in statement.topics:
                self.by_topic[topic].append(statement)
        return len(taken)

    def outcomes_of(self, unit: str) -> list[UnitOutcome]:
        """The outcomes of a unit that are known, in their order."""
        return self._outcomes[unit]

    def of_unit(self, unit: UnitFacts, held: Held, origin: Thing) -> Iterator[Statement]:
        """What a unit that is held says: its outcomes, else its title and topics."""
        currency, amount = _achieved(held), _check("amount", Answer.NOT_KNOWN, "how much it covers is for the centre")
        bring = "the certificate or transcript, and the outcomes of the unit as they were then"
        if outcomes := self.outcomes_of(unit.id):
            for one in outcomes:
                said = f"outcome {one.number} of {unit.title}: {one.label}"
                topics = [one.theme] if one.theme else []
                yield Statement(
                    origin, said, one.label, topics, unit.level, currency, amount, unit.credits, bring, one.source
                )
        else:
            said = f"the unit {unit.title}; its outcomes are not held here"
            yield Statement(
                origin, said, unit.title, unit.themes, unit.level, currency, amount, unit.credits, bring, unit.source
            )

    def of_award(self, award: str, held: Held, origin: Thing) -> Iterator[Statement]:
        """What an award that is held says: what it promises, and the units that everybody takes."""
        for competency in self.projection.competencies:
            if competency.award == award:
                bring = "the certificate, and the outcomes of the award as they were then"
                yield self._of_competency(competency, origin, _achieved(held), None, bring)
        for unit in self.projection.units.values():
            if unit.award == award and unit.role in STUDIED_BY_ALL:
                yield from self.of_unit(unit, held, origin)

    def of_role(self, role: RoleWorked, origin: Thing) -> Iterator[Statement]:
        """What the standard of a role asks for; that somebody worked in it does not show each of them."""
        if role.now:
            currency = _check("currency", Answer.YES, "it is in use at work now")
        elif role.until is not None:
            currency = _check("currency", Answer.NOT_KNOWN, f"the work ended in {role.until}: ask if it still counts")
        else:
            currency = _check("currency", Answer.NOT_KNOWN, "when the work ended was not said")
        bring = "a reference or job description, and a piece of work that shows it"
        for competency in self.projection.competencies:
            if competency.role == role.id:
                yield self._of_competency(competency, origin, currency, role.years, bring)

    def of_claim(self, competency: CompetencyFacts, claim: Claimed) -> Iterator[Statement]:
        """What a competency that somebody claims says."""
        currency = _check("currency", Answer.NOT_KNOWN, "when it was last used was not said")
        bring = claim.evidence or "something that shows it: nothing was named"
        yield self._of_competency(competency, Thing(competency.id, competency.label), currency, None, bring)

    def _of_competency(
        self, one: CompetencyFacts, origin: Thing, currency: CheckSaid, years: int | None, bring: str
    ) -> Statement:
        holder = self.projection.roles.get(one.role or "") or self.projection.awards.get(one.award or "")
        if not one.current:
            currency = _check("currency", Answer.NOT_KNOWN, "it is from a text that has since been replaced")
        told = f"{counted(years, 'year')} of it" if years else "how long was not said"
        number = f" {one.code}" if one.code else ""
        also = " ".join(link.label for link in one.links if link.relation in _SAME_SKILL)
        return Statement(
            origin,
            f"{one.standard}{number}: {one.label}",
            f"{one.label} {also}",
            [one.theme] if one.theme else [],
            holder.level if holder else None,
            currency,
            _check("amount", Answer.NOT_KNOWN, f"{told}; how much is enough is for the centre"),
            None,
            bring,
            one.source,
            _skills(one),
        )

    def for_statement(self, asked: CompetencyFacts, level: int | None) -> list[EvidenceSaid]:
        """The evidence for a statement of a standard of a level, that which goes furthest first."""
        topics = [asked.theme] if asked.theme else []
        return self._judged(topics, asked.label, _Asked(level, None, _skills(asked)))

    def for_outcome(self, outcome: UnitOutcome, unit: UnitFacts) -> list[EvidenceSaid]:
        """The evidence for an outcome, that which goes furthest first."""
        topics = [outcome.theme] if outcome.theme else unit.themes
        return self._judged(topics, outcome.label, _Asked(unit.level, unit.credits))

    def for_topics(self, unit: UnitFacts) -> list[EvidenceSaid]:
        """The evidence for a unit of which the outcomes are not held here: by its topics alone."""
        return self._judged(unit.themes, unit.title, _Asked(unit.level, unit.credits, outcomes_known=False))

    def _judged(self, topics: Iterable[str], label: str, asked: _Asked) -> list[EvidenceSaid]:
        found: dict[tuple[str, str], EvidenceSaid] = {}
        for topic in topics:
            for one in self.by_topic.get(topic, ()):
                said = self._compared(one, topic, label, asked)
                if not (asked.outcomes_known and _of_topic_alone_and_short(said)):
                    found.setdefault((one.origin.id, one.said), said)
        return sorted(found.values(), key=lambda said: (_ORDER.index(said.verdict), said.origin.id, said.statement))

    def _compared(self, one: Statement, topic: str, label: str, asked: _Asked) -> EvidenceSaid:
        telling = words(label) - self._common
        shared = sorted(words(one.text) & telling)
        if not asked.outcomes_known:
            outcome = _check("outcome", Answer.NOT_KNOWN, "the outcomes of the unit are not held here")
        elif shared and len(shared) >= min(ENOUGH_WORDS, len(telling)):
            linked = "" if words(one.said).issuperset(shared) else ", one of them by a skill it was linked to"
            outcome = _check("outcome", Answer.YES, f"both speak of {_as_written(shared, label)}{linked}")
        elif one.skills & asked.skills:
            outcome = _check("outcome", Answer.YES, "both are close to the same skill of a public vocabulary")
        else:
            outcome = _check("outcome", Answer.NOT_KNOWN, "of the same topic, in other words: compare the two")
        checks = (
            _check("topic", Answer.YES, f"both are about {topic} (our reading)"),
            outcome,
            _of_level(one.level, asked.level),
            _of_amount(one, asked.credits),
            one.currency,
        )
        verdict = _verdict(checks)
        return EvidenceSaid(one.origin, one.said, verdict, checks, one.bring, (one.source,))


def _of_topic_alone_and_short(said: EvidenceSaid) -> bool:
    """Whether it shares no more than the topic, and falls short besides: that speaks of nothing."""
    return said.verdict is ClaimVerdict.NOT_ENOUGH and said.checks[1].answer is not Answer.YES


def _verdict(checks: tuple[CheckSaid, ...]) -> ClaimVerdict:
    if any(check.answer is Answer.NO for check in checks):
        return ClaimVerdict.NOT_ENOUGH
    topic, outcome, *_ = checks
    both = topic.answer is Answer.YES and outcome.answer is Answer.YES
    return ClaimVerdict.WORTH_ASKING if both else ClaimVerdict.CANNOT_TELL


def _check(name: str, answer: Answer, text: str) -> CheckSaid:
    return CheckSaid(name, answer, text)


def _as_written(stems: list[str], label: str) -> str:
    """The words of a label that have these stems, as they are written in it."""
    said = [word for word in re.findall(r"[A-Za-z0-9]+", label) if _stem(word.lower()) in stems]
    return ", ".join(f"“{word.lower()}”" for word in dict.fromkeys(said))


def _of_level(brought: int | None, asked: int | None) -> CheckSaid:
    if brought is None or asked is None:
        return _check("level", Answer.NOT_KNOWN, "the level of one of the two is not known")
    if brought >= asked:
        return _check("level", Answer.YES, f"of level {brought}, where level {asked} is asked for")
    return _check("level", Answer.NO, f"of level {brought}, where level {asked} is asked for")


def _of_amount(one: Statement, asked: int | None) -> CheckSaid:
    if one.credits is None or asked is None:
        return one.amount
    answer = Answer.YES if one.credits >= asked else Answer.NO
    return _check("amount", answer, f"{counted(one.credits, 'credit')}, where the unit has {asked}")


def _achieved(held: Held) -> CheckSaid:
    if held.year is None:
        return _check("currency", Answer.NOT_KNOWN, "the year was not said")
    grade = f", {held.grade}" if held.grade else ""
    return _check("currency", Answer.NOT_KNOWN, f"achieved in {held.year}{grade}: ask if it still counts")
