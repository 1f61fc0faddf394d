"""What was decided about a person: yes, no or not known, the facts that decided, and what to ask.

Plain values that the console and the web service show unchanged. Not known is neither yes nor no: it counts for nothing
in anybody's favour, and is never held against them.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from graph.projection import Status


class Answer(StrEnum):
    """Kleene's three values (Kleene 1952, *Introduction to Metamathematics*, §64)."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not-known"


class About(StrEnum):
    """Whose fact it is."""

    PERSON = "person"
    OPPORTUNITY = "opportunity"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class FactUsed:
    """A fact that is known and took part in a decision, such as `age` `34`; `text` says it: “aged 34”."""

    about: About
    name: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A fact that is not known and could decide. `whom`: the person, the provider, the employer, the awarding body …"""

    about: About
    name: str
    question: str
    whom: str


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer and why.

    `because`: for yes and no a minimal set of facts that decide by themselves, whatever else were not known; for not
    known, the facts that are known and still leave it open. `ask`: for not known, a minimal set of facts, none of them
    known, that could together make it yes (where none could, no); empty otherwise. `text`: a sentence for an adviser.
    """

    answer: Answer
    text: str
    because: tuple[FactUsed, ...]
    ask: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Where a rule can be checked. `rows`: the rows of the published tables it was made of (`PR-004`)."""

    address: str
    as_of: str | None
    status: Status
    rows: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """One rule of a scheme for one situation. `sentence` is generated from the rule and can be read back to it.

    `applies_from` and `applies_to` are the first and last day of the version in force; None: open, or none in force.
    `title`: a few words for a reader. `promise`: of a rule of kind `afterwards`, what holds when the answer is yes.
    """

    scheme: str
    rule: str
    kind: str
    sentence: str
    decision: Decision
    applies_from: date | None
    applies_to: date | None
    checked_on: date
    review_by: date
    source: RuleSource
    title: str = ""
    promise: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """One way in which a step is paid for. Pounds are None when not known; a share is of the price, in percent.

    `decision`: whether it is open to this person for this step. `rules`: those it rests on, last the one that says who
    pays. `learner_pounds` is paid from the own pocket,
    `loan_pounds` is borrowed and paid back later, `employer_pounds` is what the employer pays for training.
    `entitlement_credits`: credits of a lifetime entitlement that it uses up; 0: none.
    """

    scheme: str
    title: str
    decision: Decision
    learner_pounds: int | None
    loan_pounds: int | None
    employer_pounds: int | None
    employer_percent: int | None
    entitlement_credits: int | None
    text: str
    rules: tuple[RuleSaid, ...]


@dataclass(frozen=True, slots=True)
class SchemeDecision:
    """A person against a scheme. `entry`: whether they may start; `funded`: whether the scheme pays.

    `afterwards`: what the scheme promises besides, such as an interview, as rules of their own.
    """

    scheme: str
    title: str
    entry: Decision
    funded: Decision
    payments: tuple[Payment, ...]
    afterwards: tuple[RuleSaid, ...]
    rules: tuple[RuleSaid, ...]
