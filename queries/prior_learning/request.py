"""A question about prior learning and its answer, as plain values that the console and the web service show unchanged.

None always means *not known*. Every amount of credit says what it rests on; a claim is never more than worth asking
about, since only a centre can accept it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from graph.projection import Gap, Source, Status
from queries.eligibility.decision import Answer, Decision, Payment, SchemeDecision
from queries.pathways.request import Need, Thing


@dataclass(frozen=True, slots=True)
class Held:
    """Something held or completed: an id as in a pathway question (an award, `Q-…:60`, a unit, a programme).

    `year`: when it was achieved; `grade`: as on the certificate. Both None when not known.
    """

    id: str
    year: int | None = None
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class RoleWorked:
    """A role worked in, by id. `years`: how long; `until`: the year it ended; None: not known. `now`: it goes on."""

    id: str
    years: int | None = None
    until: int | None = None
    now: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A competency that the person says they have, by id. `evidence`: what shows it, in their words; None: nothing."""

    id: str
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class PriorLearningRequest:
    """One question. `to`: ids of awards, courses, or roles; empty: only the nearest awards are wanted.

    Of a role it is asked what its apprenticeship would teach anew.

    `attributes`: known facts about the person, as in a pathway question. `published_only`: leave out what rests on our
    inference, and with it every match of evidence to outcomes.
    """

    on: date
    holds: tuple[Held, ...] = ()
    roles: tuple[RoleWorked, ...] = ()
    competencies: tuple[Claimed, ...] = ()
    to: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    published_only: bool = False


class ClaimVerdict(StrEnum):
    """How far evidence goes, best first. None of them says that anything counts."""

    WORTH_ASKING = "worth-asking-about"
    IN_PART = "worth-asking-about-in-part"
    CANNOT_TELL = "cannot-tell"
    NOT_ENOUGH = "not-enough-yet"
    NO_EVIDENCE = "no-evidence-yet"


@dataclass(frozen=True, slots=True)
class CheckSaid:
    """One of the five questions that recognition asks of evidence: topic, outcome, level, amount or currency."""

    name: str
    answer: Answer
    text: str


@dataclass(frozen=True, slots=True)
class EvidenceSaid:
    """Something the person brings that speaks of an outcome: where it comes from, what it says, and the five checks.

    `bring`: what would show it to a centre.
    """

    origin: Thing
    statement: str
    verdict: ClaimVerdict
    checks: tuple[CheckSaid, ...]
    bring: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class OutcomeClaim:
    """One line of the worksheet: an outcome of a unit, the evidence for it, and what is lacking.

    `evidence`: that which goes furthest; `more`: how much there is besides.
    """

    outcome: Thing
    number: int | None
    verdict: ClaimVerdict
    evidence: tuple[EvidenceSaid, ...]
    more: int
    lacking: str
    source: Source


@dataclass(frozen=True, slots=True)
class UnitSaid:
    """A unit of an award. `credits` None: not visible."""

    id: str
    label: str
    number: str | None
    level: int | None
    credits: int | None
    role: str | None
    status: Status


@dataclass(frozen=True, slots=True)
class UnitClaim:
    """One unit of the worksheet. `covered`: how many of its `outcomes` have evidence worth asking about.

    `outcomes` is empty where they are not held here: `topics` is then all there is to go by.
    """

    unit: UnitSaid
    verdict: ClaimVerdict
    covered: int
    outcomes: tuple[OutcomeClaim, ...]
    topics: tuple[EvidenceSaid, ...]
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Choice:
    """So many of some units, any of which will do: of the same credits, and counted alike by the rules."""

    take: int
    credits_each: int | None
    units: tuple[UnitSaid, ...]


@dataclass(frozen=True, slots=True)
class Remaining:
    """The least that is left: units to take, exactly, and their credits. No way with fewer credits meets the rule.

    `at_least`: the credits of one of the units are not known, and are counted as none.
    """

    credits: int
    at_least: bool
    choices: tuple[Choice, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """From the least to the most credits; the same twice where it is known exactly.

    What is between them hangs on credits that were told without their units: one end is as if they were of the most
    useful units that the rules allow, the other as if none of them were of use. `most` None: not known.
    """

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class CreditSaid:
    """Credit that counts, or may count, towards an award: whose it is, how much, and on what condition.

    `credits` None: how much is for somebody to decide. `who_decides` None: it follows from the award's own rules.
    `units_told`: False where only a number of credits was told, so that it is not known whether they are of use.
    """

    origin: Thing
    credits: int | None
    condition: str
    who_decides: str | None
    sources: tuple[Source, ...]
    units_told: bool = True


class RestsOn(StrEnum):
    """What a way in rests on, surest first."""

    ENTRY = "the entry rule"
    OWN_RULES = "the award's own rules"
    DECISION = "a decision about credit"
    CLAIMS = "claims that are worth asking about"


@dataclass(frozen=True, slots=True)
class WayIn:
    """A point at which this person might join an award: with so many of its credits behind them.

    `credits_left`: what is left to study after it; None: not known. `credits`: what is counted, `claimed`: the units
    whose outcomes are all covered by evidence worth asking about. `needs`: what entry asks; `bridge`: the least that
    is missing for it of units, None when nothing is, or when no units can make it up (`bridge_text` says which).
    `remaining`: the units still to be taken if credits that were told without their units are of none of them.
    """

    rests_on: RestsOn
    credits_behind: Span
    credits_left: Span | None
    credits: tuple[CreditSaid, ...]
    claimed: tuple[UnitSaid, ...]
    needs: tuple[Need, ...]
    bridge: Remaining | None
    bridge_text: str
    remaining: Remaining | None
    status: Status
    text: str


@dataclass(frozen=True, slots=True)
class CourseSaid:
    """A course that leads to the award: who offers it, its next start that is known, and what it asks by its own rule.

    `next_start`: as exact as the page was; None: none is known to be still to come.
    """

    course: Thing
    provider: Thing
    next_start: str | None
    sold_separately: str
    price_pounds: int | None
    needs: tuple[Need, ...]
    entry_note: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class Bundle:
    """Units of one provider that together are large enough for the Lifelong Learning Entitlement.

    `courses`: what the provider offers that the units belong to. `funded`: what the scheme's rules say of it on
    `from_day`, with what to ask; `not_known`: what has to be confirmed first of this one, besides what has to be of
    every bundle. `payments` are without their rules, which
    stand with the scheme. `price_pounds` None: not known.
    """

    provider: Thing
    courses: tuple[Thing, ...]
    credits: int
    choices: tuple[Choice, ...]
    from_day: date
    funded: Decision
    payments: tuple[Payment, ...]
    price_pounds: int | None
    not_known: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Bundles:
    """Bundles towards one award. `text` says why there are none, or how many there are besides.

    `not_known`: what has to be confirmed first of every one of them.
    """

    least_credits: int | None
    bundles: tuple[Bundle, ...]
    text: str
    not_known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognition:
    """Everything about one award or course: ways in, surest first, the worksheet, courses and bundles.

    `latest`: the number of the furthest way in, from 1. `rules`: what the schemes about recognition say.
    `gaps`: what was looked for about the award and not found.
    """

    target: Thing
    level: int | None
    credits: int | None
    ways_in: tuple[WayIn, ...]
    latest: int
    worksheet: tuple[UnitClaim, ...]
    worksheet_text: str
    courses: tuple[CourseSaid, ...]
    bundles: Bundles
    rules: tuple[SchemeDecision, ...]
    printed_rules: tuple[str, ...]
    gaps: tuple[Gap, ...]
    status: Status
    text: str


@dataclass(frozen=True, slots=True)
class NearestAward:
    """How far an award is. `credits_short` and `remaining` are exact over the units whose credits are known.

    `credits_short` None: no choice of the units we hold would complete it. `remaining`: the units still to be taken if
    credits that were told without their units are of none of them.
    """

    award: Thing
    level: int | None
    credits: int | None
    credits_held: Span
    credits_short: Span | None
    remaining: Remaining | None
    courses: tuple[CourseSaid, ...]
    printed_rules: tuple[str, ...]
    status: Status
    source: Source
    text: str


class Taught(StrEnum):
    """How far what somebody holds teaches a statement of a standard. None of them says that it is known."""

    TAUGHT = "taught"
    PARTLY = "partly"
    NOT_KNOWN = "not-known"


@dataclass(frozen=True, slots=True)
class StatementSaid:
    """A knowledge, skill or behaviour of a standard (its `kind`), and what the person brings that speaks of it.

    `taught`: by an award or unit that is held, when its statement shares the topic, says the same and is of the level.
    `partly`: something brought is of the topic alone, or falls short, or is from work or a claim. `more`: further
    pieces of evidence, beside those shown.
    """

    statement: Thing
    code: str | None
    kind: str
    taught: Taught
    evidence: tuple[EvidenceSaid, ...]
    more: int
    source: Source


@dataclass(frozen=True, slots=True)
class SkillsScan:
    """The statements in force of an apprenticeship standard against what a person brings.

    `standard` None: none of the role is held here. `counts`: how many statements are taught, partly or not known.
    """

    role: Thing
    standard: str | None
    level: int | None
    statements: tuple[StatementSaid, ...]
    counts: dict[str, int]
    status: Status
    text: str


@dataclass(frozen=True, slots=True)
class Brought:
    """Something the person brings, as it was understood. `note`: what is not known of it; None: nothing to say."""

    thing: Thing
    text: str
    note: str | None


@dataclass(frozen=True, slots=True)
class PriorLearning:
    """The answer. `nearest`: awards that something counts towards, fewest credits short first, those unknown last.

    `scans`: one for each apprenticeship standard of the roles that were asked about.
    """

    on: date
    brought: tuple[Brought, ...]
    targets: tuple[Recognition, ...]
    nearest: tuple[NearestAward, ...]
    scans: tuple[SkillsScan, ...]
    illustrative: bool
    caution: str
