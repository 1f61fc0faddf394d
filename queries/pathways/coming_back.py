"""The answer to “they stop here and come back later”, as plain values; how it is found: `queries.pathways.resuming`.

None always means *not known*.
"""

from dataclasses import dataclass
from enum import StrEnum

from graph.projection import Amount, Status
from queries.pathways.request import Likely, StoppingPoint, Thing


class WayOn(StrEnum):
    """How somebody can go on who comes back. `NONE_KNOWN` is proved of what we hold, `NOT_KNOWN` is not."""

    NOTHING_LEFT = "nothing-left"
    SAME_STEPS = "same-steps"
    OTHER_STEPS = "other-steps"
    NONE_KNOWN = "none-known"
    NOT_KNOWN = "not-known"


@dataclass(frozen=True, slots=True)
class StepAhead:
    """A step that is left after coming back. Weeks count from the day of the question.

    `start_known`: whether its start is published, or any day will do; otherwise the week is the soonest that it could
    be, and of a job that a vacancy could be found. `planned`: whether the pathway has the step too. `likely`: whether
    the person may start it then.
    """

    id: str
    title: str
    provider: Thing | None
    starts_in_weeks: int | None
    ends_in_weeks: int | None
    start_known: bool
    start_note: str
    planned: bool
    cost: Amount | None
    likely: Likely
    status: Status


@dataclass(frozen=True, slots=True)
class PaidAgain:
    """A step that was broken off and has to be begun and paid for again. `pounds` None: what for is not known."""

    step: Thing
    pounds: int | None


@dataclass(frozen=True, slots=True)
class CreditAsked:
    """Whether a step that was not planned takes in credit that is held. `automatic` None: nothing is known of it."""

    step: Thing
    held: Thing
    automatic: bool | None
    text: str
    status: Status | None


@dataclass(frozen=True, slots=True)
class WayBack:
    """The soonest way on for somebody who stops after a step of a pathway and comes back weeks later.

    `keeps` is what they have at the stop. `stops_in_weeks` and `back_in_weeks` are None when the step has no place in
    time; `stop_at_least`: they are the earliest, as a start or a length before the stop is not known. `lapses`: what
    counts no longer by then; None: no rule is known by which anything held lapses. `steps` are those that are left, in
    order. `weeks` is when the goal is reached, with `weeks_at_least` the soonest that it could be, and `weeks_later`
    how much later than planned: None where it rests on a start or a length that is not known. `why`: for want of what
    there is no way on, or the planned one cannot be taken. `text` says all of it, a sentence each.
    """

    stops_after: Thing
    weeks_away: int
    stops_in_weeks: int | None
    stop_at_least: bool
    back_in_weeks: int | None
    outcome: WayOn
    keeps: StoppingPoint
    lapses: tuple[str, ...] | None
    paid_again: tuple[PaidAgain, ...]
    credit: tuple[CreditAsked, ...]
    steps: tuple[StepAhead, ...]
    planned_weeks: int
    weeks: int | None
    weeks_at_least: bool
    weeks_later: int | None
    why: tuple[str, ...]
    text: tuple[str, ...]
