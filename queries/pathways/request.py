"""A pathway question and its answer, as plain values that the console and the web service show unchanged.

Everything in an answer says where it comes from and how sure it is. None always means *not known*; an amount of money
or time is never left out by writing 0.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from graph.projection import Amount, Evidence, Gap, Link, Offer, Source, Status, StepKind
from queries.eligibility.decision import Decision, Payment, RuleSaid
from queries.pathways.engine.problem import Criterion, Outcome


@dataclass(frozen=True, slots=True)
class Via:
    """Something to pass through on the way: a role, an award or a programme. `weeks`: the least time in the role."""

    id: str
    weeks: int = 0

    def __str__(self) -> str:
        return f"{self.id}:{self.weeks}" if self.weeks else self.id


@dataclass(frozen=True, slots=True)
class Near:
    """Which runs are near enough: those in `runs`, by id; what is no run of a step is judged by what is known of it.

    `known_only`: a step without a known run is not near. Otherwise it is only not known to be far, unless each known
    run of it is. `text`: what that means, in words. `place`, `km`: what was asked; empty for the atlas.
    """

    text: str
    runs: frozenset[str]
    known_only: bool = False
    place: str = ""
    km: int = 0


@dataclass(frozen=True, slots=True)
class PathwayRequest:
    """One question.

    `holds`: ids of what the person has held, completed or worked as; also `level:3`, and `Q-…:60` for 60 credits of an
    award's units. `to`: ids of roles or awards, any of which will do; empty: any role of `sector` at `to_level`.
    `attributes`: known facts about the person (`age`, `employment` …); what is not given is not known, and is
    neither held against them nor in their favour. `hours_per_week`: the most they can give; a step of unknown weight is
    never planned beside another.

    Limits in time: `within_weeks`, `arrive_by` (the day by which the goal is reached) and `depart_after` (the day
    before which nothing starts). In money: `budget_pounds`, under which steps without a known price are left out unless
    `unpriced` lets them in. On the way: `via` (each is passed through before the goal) and `avoid` (things, steps,
    providers). On steps other than jobs: `mode`, `attendance` and `provider`, any of the values; a step of which it is
    not known is left out, but `untold` lets in those of which no `attendance` is known. `without_employer`: leave out
    steps that need an employer, apprenticeships among them, but for plain work at the goal.
    `jobs_as_steps`: whether a job may be a step on the way. `published_only`: leave out steps that rest on our
    inference. `profile_required`: treat the profile that a provider usually asks as a bar. `confirmed_only`: leave out
    steps of which it cannot be told whether the person may start them. `near`: leave out what is not near enough
    (jobs are never left out, since nobody knows where they will be). `tolerance_percent`: how much worse a pathway may
    be that is shown because it is much better otherwise. `untold` is for the atlas and standard learners.

    `trade_off`: two or three criteria of which every best compromise is wanted besides.
    """

    holds: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    to_level: int | None = None
    sector: str = "healthtech"
    by: Criterion = Criterion.WEEKS
    attributes: tuple[tuple[str, str], ...] = ()
    hours_per_week: int = 40
    within_weeks: int = 520
    arrive_by: date | None = None
    depart_after: date | None = None
    via: tuple[Via, ...] = ()
    avoid: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    attendance: tuple[str, ...] = ()
    untold: bool = False
    provider: tuple[str, ...] = ()
    budget_pounds: int | None = None
    unpriced: bool = False
    trade_off: tuple[Criterion, ...] = ()
    jobs_as_steps: bool = True
    published_only: bool = False
    without_employer: bool = False
    profile_required: bool = False
    confirmed_only: bool = False
    alternatives: int = 3
    tolerance_percent: int = 10
    on: date | None = None
    near: Near | None = None


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, "step"), counted(2, "step")
    ('1 step', '2 steps')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


AGES: Final = frozenset({"age", "born"})
"""What is known of a person's age: the rule of an age may come to be met by waiting."""

DOUBT: Final = {Status.INFERRED: " (our inference)", Status.ILLUSTRATIVE: " (made up, for demonstration)"}
"""What stands after a number or a rule that nobody published."""


class Verdict(StrEnum):
    """Whether something that a step asks is satisfied."""

    MET = "met"
    DECIDED_BY_SOMEBODY = "decided-by-somebody"
    NOT_KNOWN = "not-known"
    NOT_MET = "not-met"


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing by id and label."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a step asks, in words, and what satisfies it: a step (by number), or what the person brought."""

    text: str
    rule: str
    verdict: Verdict
    satisfied_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConditionSaid:
    """A condition of a step: its code, and a sentence for the adviser."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class CreditsHeld:
    """Credits, and whose they are: of an award (`whole`: the award itself is held), which is what accepts them.

    `taken_by`: other awards that are known to take them in, by their own rules or by a decision. `status`: how sure the
    number is.
    """

    award: Thing
    credits: int
    whole: bool
    taken_by: tuple[Thing, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class BackOn:
    """How to go on later, after a stop: the step that comes next, and when it could be begun.

    `starts_in_weeks`: the starts that are known, counted from the day of the question; empty: none is known, which
    `note` says.
    """

    step: Thing
    starts_in_weeks: tuple[int, ...]
    note: str


@dataclass(frozen=True, slots=True)
class OpenRole:
    """A role that is open from where somebody stands. `status`: that of the surest step into it."""

    id: str
    label: str
    status: Status


@dataclass(frozen=True, slots=True)
class EntitlementSpent:
    """What a stop has used up of a lifetime entitlement, if it paid for each step begun by then that it may pay for.

    `pounds` are borrowed. None: not known of some step; what is left also where it is not known what the person had.
    """

    scheme: str
    title: str
    credits: int | None
    pounds: int | None
    credits_left: int | None
    pounds_left: int | None
    text: str


@dataclass(frozen=True, slots=True)
class StoppingPoint:
    """What a person has who stops after a step: awards and credits held, and roles that are open from there.

    `awards_note`: that no award is recorded for the apprenticeship just ended; None when there is nothing to say.
    `part_way`: what stopping in the middle of the step would leave them with; None when nothing is known to be kept.
    `breaks_off`: steps that run beside it and would be broken off, though paid for; what they give is not counted.
    `spent_pounds` is what is known to have been paid by then, `steps_of_unknown_cost` how many prices it leaves out,
    `entitlements_spent` what is used of each entitlement that may pay for a step begun by then, `after_weeks` when it
    is (None: no start is known to fit). `back_on` is None after the last step.
    """

    awards: tuple[Thing, ...]
    awards_note: str | None
    credits: int | None
    credits_note: str | None
    credits_held: tuple[CreditsHeld, ...]
    roles_open: tuple[OpenRole, ...]
    part_way: str | None
    breaks_off: tuple[Thing, ...]
    spent_pounds: int
    steps_of_unknown_cost: int
    after_weeks: int | None
    back_on: BackOn | None
    entitlements_spent: tuple[EntitlementSpent, ...] = ()


@dataclass(frozen=True, slots=True)
class Because:
    """Why a step is there: what would be lost without it, found by leaving it out."""

    text: str
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slack:
    """What a late start would do.

    `weeks`: how much later the step may start with the same end in all. `next_start_in_weeks`: the first start of this
    run after the planned one; None: none is known. `then_weeks`: when the goal is reached with it, `otherwise_weeks`:
    with the best of everything on offer instead; None: not by then. `proven`: nothing sooner was overlooked; False: the
    work ran out before that was known. `text` says all of it in words, and what is not known.
    """

    weeks: int | None
    next_start_in_weeks: int | None
    then_weeks: int | None
    otherwise_weeks: int | None
    proven: bool
    text: str


@dataclass(frozen=True, slots=True)
class Swap:
    """Something else in the place of one step, with all other steps kept. `weeks` and cost are those of the whole.

    `weeks_at_least`: the length of some step is not known. `cost_pounds` is None when a price is not known.
    """

    steps: tuple[Thing, ...]
    providers: tuple[Thing, ...]
    weeks: int
    weeks_at_least: bool
    cost_pounds: int | None
    text: str


class Likely(StrEnum):
    """Whether a person may start something, as far as rules and what is known of them go. Somebody still decides."""

    YES = "likely-yes"
    NO = "likely-no"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether the person may start a step, on the day it starts.

    `decision`: what decided, or what to ask and whom. `rules`: those of schemes that say who may start, each in words;
    what the step itself asks is under its `needs`.
    """

    likely: Likely
    text: str
    decision: Decision
    rules: tuple[RuleSaid, ...]


@dataclass(frozen=True, slots=True)
class Shorter:
    """How a step may be shorter by credits of its award that the person brings.

    `credits`: of the whole award. `least_left` and `most_left`: what would be left of them, which depends on the units;
    `most_left` None: not known. `sure`: they count by the award's own rules, and what is left is known exactly. How
    long the rest takes and what it costs is not published, so the step counts whole in all sums. `/prior-learning`
    says more: which units are left, and what may be claimed besides.
    """

    credits: int
    least_left: int
    most_left: int | None
    sure: bool
    text: str


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """One step of a pathway. `starts_in_weeks` and `ends_in_weeks` count from the day of the question.

    `needs_status`: how sure the least sure of what it asks at entry is; the usual, where `needs_known` is not, is ours.
    `payments`: each way in which it may be paid for, sure ones first, then those that are cheaper for the learner.
    `paid_by`: the scheme of the payment that `cost` and the sums count; None: none is sure, so `cost` is its own price.

    `provider` is None when no current run is known: the step then stands for the type of provision.
    `other_runs` could be taken instead. `seen_at`: pages on which a run of the past was last seen. `delivered_by`:
    counts that show past delivery. Neither of the last two is an offer. `shorter`: how it may be shorter by what the
    person brings; None: not by anything that we know of.
    """

    number: int
    id: str
    kind: StepKind
    title: str
    about: tuple[Thing, ...]
    provider: Thing | None
    place: str | None
    provider_note: str
    starts_in_weeks: int | None
    ends_in_weeks: int | None
    start_note: str
    weeks: Amount | None
    hours_per_week: int | None
    cost: Amount | None
    needs: tuple[Need, ...]
    needs_known: bool
    needs_status: Status
    needs_employer: bool
    conditions: tuple[ConditionSaid, ...]
    condition_note: str | None
    adds: tuple[str, ...]
    status: Status
    eligibility: Eligibility
    payments: tuple[Payment, ...]
    paid_by: str | None
    sources: tuple[Source, ...]
    leads_in: tuple[Link, ...]
    other_runs: tuple[Offer, ...]
    seen_at: tuple[Offer, ...]
    delivered_by: tuple[Evidence, ...]
    because: Because | None
    slack: Slack | None
    swaps: tuple[Swap, ...]
    afterwards: StoppingPoint
    shorter: Shorter | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over a pathway. `weeks` is the week in which the goal is reached.

    `weeks_at_least`: part is not known: the length of a step, whether it fits into the week of the person, or the wait
    for a start that is not known. `steps_of_unknown_length` and `steps_of_unknown_hours` count the first two: with one
    of the first, the length wholly or partly unknown, `weeks` is only what is known of the time, and compares with
    nothing; of the second there is none for somebody with a full week.

    `cost_pounds` is None when a price is not known; `known_cost_pounds` is what is known of it, and
    `steps_of_unknown_cost` says how many steps have no known price. Of the cost, `own_pocket_pounds` is paid at once
    and `loan_pounds` is borrowed. `employer_pounds` is what employers pay for training. Each is None when not known.

    `steps_that_cannot_be_told`: of how many it cannot be told whether the person may start them.
    """

    weeks: int
    weeks_at_least: bool
    study_weeks: int
    cost_pounds: int | None
    known_cost_pounds: int
    steps_of_unknown_cost: int
    own_pocket_pounds: int | None
    loan_pounds: int | None
    employer_pounds: int | None
    steps: int
    steps_that_need_an_employer: int
    steps_that_cannot_be_told: int
    steps_of_unknown_length: int
    steps_of_unknown_hours: int

    @property
    def surely_open(self) -> bool:
        """Whether every step is open to the person for sure: no employer has to be found, and the hours are known."""
        return not (self.steps_that_cannot_be_told or self.steps_that_need_an_employer or self.steps_of_unknown_hours)


@dataclass(frozen=True, slots=True)
class EntitlementUse:
    """What one step uses of an entitlement. None: not known. `sure`: whether it is sure that it would pay.

    `status`: how sure the number of credits is.
    """

    step: Thing
    number: int
    credits: int | None
    pounds: int | None
    sure: bool
    status: Status


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A lifetime entitlement over a pathway, if it paid for every step that it may pay for.

    What is left is None when it is not known what the person had, or what a step uses. `most_in_a_year`: the most
    credits that steps would use in any 52 weeks, beside the `credits_a_year` that may be used; None: not known.
    """

    scheme: str
    title: str
    uses: tuple[EntitlementUse, ...]
    credits_used: int | None
    pounds_used: int | None
    credits_left: int | None
    pounds_left: int | None
    most_in_a_year: int | None
    credits_a_year: int | None
    enough: Likely
    text: str


@dataclass(frozen=True, slots=True)
class NeededOne:
    """Steps of which every pathway needs at least so many. `weight`: what that is worth in all, an exact fraction."""

    weight: str
    steps: tuple[Thing, ...]
    least: int = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that no pathway among the steps we hold has less, and can be checked: `needed` adds up to `bound`.

    `beyond`, an exact fraction, is taken off: by how much steps are then worth more than they have of it. Where more
    than one of some is needed they may be, as a pathway takes each once. `needed` is empty where the proof is a search
    through the calendar and no such sum, and where `bound` is 0. `text` says of which pathways it is true: those to the
    goals, and under the limits, that this pathway was searched among.
    """

    text: str
    bound: int | None
    needed: tuple[NeededOne, ...]
    beyond: str = "0"


@dataclass(frozen=True, slots=True)
class Pathway:
    """One way to the goal. `why`: the reason it is offered. `status`: that of its least sure step.

    `proven`: nothing that we hold has less of what was to be least; `bound` is below everything there is. Neither can
    be said over steps of which it is not known.
    """

    why: str
    goal: Thing
    goal_level: int | None
    goal_pay_band: str | None
    steps: tuple[AnswerStep, ...]
    totals: Totals
    entitlements: tuple[Entitlement, ...]
    status: Status
    proven: bool
    bound: int | None
    proof: Proof | None
    summary: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why there is no pathway: a code for programs, and words. `about`: the thing it is about, if one.

    `rules`: the rules of a scheme that close it, with where each can be checked.
    """

    code: str
    text: str
    about: Thing | None
    rules: tuple[RuleSaid, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitSaid:
    """A limit of the question: its name, and what it says."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Lifted:
    """Limits that together open a pathway when they are lifted, and fewer of them do not; then the best pathway.

    `proven`: that fewer do not is proved. `weeks_at_least` and `steps_of_unknown_length` as of `Totals`.
    """

    limits: tuple[LimitSaid, ...]
    text: str
    goal: Thing
    pathway: str
    weeks: int
    weeks_at_least: bool
    steps_of_unknown_length: int
    proven: bool


@dataclass(frozen=True, slots=True)
class MissingFacts:
    """The least that somebody would have to bring besides: every set of the smallest `size` that opens a pathway.

    `all_found`: there is no other of this size; `proven`: there is no smaller one.
    """

    size: int
    sets: tuple[tuple[Thing, ...], ...]
    all_found: bool
    proven: bool


@dataclass(frozen=True, slots=True)
class Filtered:
    """Steps on some way to the goal that a limit of the question took out. `count` when `steps` are not all.

    `limit` may also be a scheme by which the person surely may not start them, such as `scheme:path-2-apprenticeships`;
    `rules` are then those that say so.
    """

    limit: LimitSaid
    count: int
    steps: tuple[Thing, ...]
    rules: tuple[RuleSaid, ...] = ()


@dataclass(frozen=True, slots=True)
class Worth:
    """What it would be worth to hold one thing more: the least then, beside the least now, in the unit of `by`."""

    thing: Thing
    now: int
    then: int
    text: str


@dataclass(frozen=True, slots=True)
class Reachable:
    """A role that can be reached, for an answer that finds no pathway. `why_near`: what it has in common."""

    role: Thing
    level: int | None
    why_near: str


@dataclass(frozen=True, slots=True)
class PublishedOnly:
    """What is left when every step must be published: an outcome, a sentence, and the pathway on one line.

    Without one, `nearest` are roles that published steps do reach.
    """

    outcome: Outcome
    text: str
    pathway: str | None
    nearest: "tuple[Reachable, ...]"


@dataclass(frozen=True, slots=True)
class Compromise:
    """One best compromise: nothing is better by one criterion without being worse by another. `values` by criterion.

    `at_least` of one that is not proven: what a pathway that is no worse by any of them has at least. None: proven.
    """

    values: dict[Criterion, int]
    goal: Thing
    pathway: str
    at_least: dict[Criterion, int] | None = None


@dataclass(frozen=True, slots=True)
class TradeOffs:
    """Every best compromise `by` some criteria among pathways that end by week `within_weeks` (None: there is none).

    Steps of which one of the criteria is not known take no part. `complete`: there are no others, which is proved.
    `not_proven`: besides, pathways met that nothing met is better than; none when complete.
    """

    by: tuple[Criterion, ...]
    within_weeks: int | None
    complete: bool
    compromises: tuple[Compromise, ...]
    not_proven: tuple[Compromise, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """Something to confirm before recommending a pathway: what, why, and where it stands."""

    what: str
    why: str
    status: Status
    source: str | None
    as_of: str | None
    step: int | None


@dataclass(frozen=True, slots=True)
class IfAnswered:
    """What an answer would do to the best pathway. `answer`: the value that stands for it; `text` says all of it.

    `changes`: what would be different. `pathway`: that which would be best then, where it has other steps; else None.
    """

    answer: str
    text: str
    changes: tuple[str, ...]
    pathway: str | None


@dataclass(frozen=True, slots=True)
class WorthAsking:
    """A fact about the person that nobody told, of which some answer would change the best pathway.

    `fact`: the name of a circumstance; where there is no pathway, also something that may be held (`award:Q-…`).
    `answers`: those that were tried and make a difference. `with_others`: facts that make it only together with this.
    """

    fact: str
    question: str
    why: str
    answers: tuple[IfAnswered, ...]
    with_others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """The fewest questions whose answer could change the best pathway, the most worthwhile first.

    `all_tried`: nothing else that nobody told could by itself make the best better or worse, or close or settle a step
    of the pathway shown; False: `not_tried` were left. What would only make another pathway surer that is as good is
    not asked for.
    """

    worth_asking: tuple[WorthAsking, ...]
    all_tried: bool
    not_tried: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class OneCall:
    """The unconfirmed fact about what is on offer whose confirming would improve the answer most.

    `kind`: start, provider, price, entry, attendance or mode. Where there is no pathway it is the call that would open
    one, if what nobody said of a step is as a limit wants it. `sure_now` is the best pathway of confirmed steps alone
    and `sure_then` the best with this one confirmed; `if_not` the best of all if it turns out not to be so. Each is
    None when there is none. `all_tried`: every unconfirmed fact of the pathways shown was looked at.
    """

    kind: str
    step: Thing
    whom: tuple[Thing, ...]
    ask: str
    why: str
    sure_now: str | None
    sure_then: str | None
    if_not: str | None
    all_tried: bool


@dataclass(frozen=True, slots=True)
class ReleaseRef:
    """The release that answered. `sandbox`: id of the sandbox that is laid over it; None: it is the release itself."""

    number: int
    content_hash: str
    built_at: str
    sandbox: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The question as it was understood. `limits`: those in force, the usual ones included."""

    text: str
    holds: tuple[Thing, ...]
    to: tuple[Thing, ...]
    to_level: int | None
    sector: str | None
    by: Criterion
    limits: tuple[LimitSaid, ...]
    on: date


@dataclass(frozen=True, slots=True)
class PathwayAnswer:
    """The answer to one question."""

    outcome: Outcome
    explanation: str
    question: Question
    release: ReleaseRef
    pathways: tuple[Pathway, ...]
    published_only: PublishedOnly
    nearest: tuple[Reachable, ...]
    reasons: tuple[Reason, ...]
    lifting: tuple[Lifted, ...]
    missing: MissingFacts | None
    filtered: tuple[Filtered, ...]
    worth: tuple[Worth, ...]
    trade_offs: TradeOffs | None
    gaps: tuple[Gap, ...]
    check_before_recommending: tuple[Check, ...]
    questions: Questions
    one_call: OneCall | None
    illustrative: bool


@dataclass(frozen=True, slots=True)
class WithinReach:
    """A role within somebody's reach. `home`: whether it is of the sector that was asked for."""

    role: Thing
    level: int | None
    sectors: tuple[str, ...]
    home: bool
