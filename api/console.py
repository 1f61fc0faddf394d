"""What the console shows to people: plain text that can be read aloud, the same in a terminal and in a pipe.

How sure something is stands there in words, never in colour alone. Ids are never cut.
"""

import sys
import textwrap
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import IO, TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.errors import Problem, Suggestion
from api.schemas.eligibility import EligibilityReply, PriorLearningReply, SchemeReply, SchemesReply
from api.schemas.pathways import PathwayReply
from api.schemas.queries import QueriesSaid, ResultsSaid
from api.schemas.releases import DiffSaid
from api.schemas.service import DatasetsSaid, FoundPage, IssueSaid, IssuesSaid, ReleasesSaid
from api.schemas.things import LEFT_OUT
from graph.projection import Amount, Evidence, Source, Status, StepKind
from graph.release import Manifest
from queries.catalogue import Field
from queries.eligibility.decision import Answer, Decision, Payment, RuleSaid, RuleSource
from queries.find import How
from queries.pathways.coming_back import WayBack
from queries.pathways.engine.problem import Outcome
from queries.pathways.explain import cost_words, is_stay
from queries.pathways.request import (
    AnswerStep,
    Entitlement,
    Need,
    Pathway,
    StoppingPoint,
    Thing,
    Totals,
    Verdict,
    counted,
)
from queries.prior_learning.request import ClaimVerdict, EvidenceSaid, Recognition, SkillsScan, Taught
from queries.profiles import Item, Named, Profile, RuleText, Value

if TYPE_CHECKING:  # what only a build or a dump needs takes long to load
    from graph.dumps import Dump
    from loaders.publish import Rebuilt

WIDTH: Final = 100
MOST_OF_A_KIND: Final = 3

STATUS_WORDS: Final = {
    Status.PUBLISHED: "published",
    Status.INFERRED: "our inference: check",
    Status.ILLUSTRATIVE: "ILLUSTRATIVE: made up",
}
"""How sure something is, in words."""

_OUTCOME_WORDS: Final = {
    Outcome.FOUND: "Found.",
    Outcome.PROVED_NONE: "No pathway.",
    Outcome.NONE_WITHIN_LIMITS: "No pathway within these limits.",
    Outcome.STOPPED_EARLY: "Stopped early: neither a pathway nor a proof that there is none.",
}
_KIND_WORDS: Final = {
    StepKind.STUDY: "study for an award, or for credit of one",
    StepKind.APPRENTICESHIP: "apprenticeship: a job with training",
    StepKind.PROGRAMME: "programme without an award of its own",
    StepKind.JOB: "a job",
}
_VERDICT_WORDS: Final = {
    Verdict.MET: "met",
    Verdict.DECIDED_BY_SOMEBODY: "somebody decides",
    Verdict.NOT_KNOWN: "not known: ask the client",
    Verdict.NOT_MET: "not met",
}
_ANSWER_WORDS: Final = {Answer.YES: "yes", Answer.NO: "no", Answer.NOT_KNOWN: "not known"}
_RULE_KINDS: Final = {
    "entry": "Who may start",
    "offer": "What it must be",
    "funding": "Whom and what it pays for",
    "payment": "Who pays",
    "afterwards": "Afterwards",
}
_PAYS_WORDS: Final = {
    "learner": "the learner: {}",
    "loan": "a loan: {}",
    "employer": "the employer: {}",
    "employer_percent": "the employer: {} percent of the price",
    "entitlement": "used of the entitlement: {}",
    "rest": "the rest: the employer's {}",
}
_HOW_WORDS: Final = {
    How.ID: "by its id",
    How.NAME: "by its name",
    How.SPELLING: "by its spelling: is that what you meant?",
}


class Screen:
    """Where the console writes."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        out = stream or sys.stdout
        terminal = out.isatty()
        self.console = Console(
            file=out,
            width=None if terminal else WIDTH,
            highlight=False,
            emoji=False,
            markup=False,
            no_color=not terminal,
        )
        self.width = min(self.console.width, WIDTH)

    def line(self, text: str = "", *, indent: int = 0, hang: int = 0, strong: bool = False) -> None:
        """One paragraph, wrapped. `hang`: how much further its later lines stand to the right."""
        if not text:
            self.console.print()
            return
        wrapped = textwrap.fill(
            text,
            self.width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hang),
            break_long_words=False,
            break_on_hyphens=False,
        )
        self.console.print(Text(wrapped, style="bold" if strong else ""), soft_wrap=True)

    def fact(self, name: str, text: str | None, *, indent: int = 3) -> None:
        """A named fact; nothing when there is none."""
        if text:
            label = f"{name:<{_LABEL_WIDTH}}"
            self.line(f"{label} {text}", indent=indent, hang=_LABEL_WIDTH + 1)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], *, whole: Sequence[int] = (0,)) -> None:
        """A calm table. Columns numbered in `whole` are never cut or folded."""
        cells = [tuple(headings), *rows]
        found = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
        needed = 0
        for number, heading in enumerate(headings):
            longest = max(len(row[number]) for row in cells)
            needed += 2 + (longest if number in whole else min(longest, _LEAST_COLUMN))
            found.add_column(heading, no_wrap=number in whole, overflow="fold")
        for row in cells[1:]:
            found.add_row(*row)
        narrow, self.console.width = self.console.width, max(self.width, needed)
        with self.console.capture() as drawn:
            self.console.print(found)
        self.console.width = narrow
        for line in drawn.get().splitlines():
            self.console.out(line.rstrip(), highlight=False)


_LABEL_WIDTH: Final = 12
_LEAST_COLUMN: Final = 24


def named(thing: Thing) -> str:
    """A thing with its id."""
    return thing.label if thing.label == thing.id else f"{thing.label} ({thing.id})"


def dated(as_of: str | None) -> str:
    """The date of a source, in words."""
    return as_of or "no date shown"


def source_words(source: Source) -> str:
    """Where a statement can be checked."""
    return f"{dated(source.as_of)}, {STATUS_WORDS[source.status]}: {source.address}"


def pathways(screen: Screen, reply: PathwayReply, name: Callable[[str], str]) -> None:
    """An answer to a pathway question: the answer first, then each pathway, then what must be checked.

    `name` gives the label of an id.
    """
    screen.fact("Question", reply.question.text, indent=0)
    for understood in reply.understood:
        if understood.how is not How.ID:
            said = f"“{understood.given}” was taken for {understood.label} ({understood.id})"
            screen.fact("", f"{said}: {_HOW_WORDS[understood.how]}", indent=0)
    screen.fact("Answer", f"{_OUTCOME_WORDS[reply.outcome]} {reply.explanation}", indent=0)
    if reply.illustrative:
        screen.line("ILLUSTRATIVE: a part of this answer is made up for a demonstration.", strong=True)
    for number, pathway in enumerate(reply.pathways, 1):
        said = f"{number}. {pathway.why} {pathway.summary} ({STATUS_WORDS[pathway.status]})"
        screen.line(said, indent=_LABEL_WIDTH + 1, hang=3)
    if reply.outcome is Outcome.FOUND:
        screen.fact("Published", reply.published_only.text, indent=0)
        shown = {pathway.summary for pathway in reply.pathways}
        screen.fact("", reply.published_only.pathway if reply.published_only.pathway not in shown else None, indent=0)
    for part in reply.not_used:
        screen.fact("Not used", f"{part.field.replace('_', ' ')}: {part.why}.", indent=0)
    for worth in reply.worth:
        screen.fact("Worth", f"{worth.text}.", indent=0)
    if reply.trade_offs is not None:
        screen.fact("Trade-offs", reply.trade_offs.text, indent=0)
        for compromise in (*reply.trade_offs.compromises, *reply.trade_offs.not_proven):
            values = ", ".join(f"{criterion} {value}" for criterion, value in compromise.values.items())
            least = ", ".join(f"{criterion} {value}" for criterion, value in (compromise.at_least or {}).items())
            not_proven = f" (not proven: at least {least})" if least else ""
            screen.line(f"- {values}{not_proven}: {compromise.pathway}", indent=_LABEL_WIDTH + 1, hang=2)
    _no_pathway(screen, reply)
    _questions(screen, reply)
    told: dict[Hashable, str] = {}
    for number, pathway in enumerate(reply.pathways, 1):
        screen.line()
        _pathway(screen, number, pathway, name, reply.question.on, told)
    if reply.filtered:
        screen.line()
        screen.line("Steps that your limits took out", strong=True)
        for one in reply.filtered:
            few = ", ".join(step.label for step in one.steps[:MOST_OF_A_KIND])
            more = f", and {one.count - MOST_OF_A_KIND} more" if one.count > MOST_OF_A_KIND else ""
            screen.line(f"- {one.limit.text}: {few}{more}", indent=1, hang=2)
            _rules(screen, one.rules, indent=3)
    if reply.check_before_recommending:
        screen.line()
        screen.line("Check before recommending", strong=True)
        _checks(screen, reply)
    _gaps(screen, reply)
    screen.line()
    release = reply.release
    screen.fact("Release", f"{release.number}, built {release.built_at}, content {release.content_hash[:12]}", indent=0)


def _gaps(screen: Screen, reply: PathwayReply) -> None:
    """What was looked for and not found, under whoever could tell."""
    if not reply.gaps:
        return
    screen.line()
    screen.line("What is not known", strong=True)
    for ask in dict.fromkeys(gap.ask for gap in reply.gaps):
        screen.line(f"Ask: {ask}" if ask else "Nobody is known who could tell:", indent=1)
        for gap in reply.gaps:
            if gap.ask == ask:
                screen.line(f"- {gap.statement} Last looked for on {gap.looked_for_on}.", indent=3, hang=2)


def _pathway(
    screen: Screen, number: int, pathway: Pathway, name: Callable[[str], str], on: date, told: dict[Hashable, str]
) -> None:
    """One pathway. `told`: where a step that comes again has been told already."""
    level = f", level {pathway.goal_level}" if pathway.goal_level else ""
    band = f", NHS band {pathway.goal_pay_band}" if pathway.goal_pay_band else ""
    screen.line(f"Pathway {number}. {pathway.why}", strong=True)
    screen.fact("To", f"{named(pathway.goal)}{level}{band}")
    totals = pathway.totals
    employers = totals.steps_that_need_an_employer
    need = {0: "no step needs an employer", 1: "1 step needs an employer"}.get(
        employers, f"{employers} steps need an employer"
    )
    weeks = f"{'at least ' if totals.weeks_at_least else ''}{counted(totals.weeks, 'week')}"
    screen.fact("In all", f"{weeks}; the client pays {cost_words(totals)}; {counted(totals.steps, 'step')}; {need}")
    screen.fact("How sure", f"{STATUS_WORDS[pathway.status]}{_cannot_tell(totals)}")
    screen.fact("Money", _money(totals))
    for entitlement in pathway.entitlements:
        _entitlement(screen, entitlement)
    for step in pathway.steps:
        screen.line()
        before = told.setdefault(_lasting(step), here := f"pathway {number}, step {step.number}")
        _step(screen, step, name, on, None if before == here else before)
        _stop(screen, step.afterwards, last=step is pathway.steps[-1])
    if pathway.proof:
        screen.line()
        screen.fact("Why no less", pathway.proof.text)


def _cannot_tell(totals: Totals) -> str:
    steps = totals.steps_that_cannot_be_told
    return f"; of {counted(steps, 'step')} it cannot be told whether the client may start" if steps else ""


def _money(totals: Totals) -> str:
    """Who pays what in all: from the own pocket, borrowed, and by employers."""
    named = (
        ("from the own pocket", totals.own_pocket_pounds),
        ("borrowed", totals.loan_pounds),
        ("employers for training", totals.employer_pounds),
    )
    return "; ".join(f"{name} {'not known' if pounds is None else f'£{pounds:,}'}" for name, pounds in named)


def _lasting(step: AnswerStep) -> Hashable:
    """All that is told of a step, but for its place and time in a pathway and how its needs are met."""
    offered = (step.id, step.provider, step.place, step.provider_note, step.weeks, step.hours_per_week, step.cost)
    eligible = (step.eligibility.likely, step.eligibility.text, step.eligibility.rules, step.payments)
    asked = (step.needs_known, step.needs_status, step.conditions, step.condition_note, *eligible)
    more = (step.paid_by, step.adds, step.status, step.sources, step.leads_in)
    return *offered, *asked, *more, step.other_runs, step.seen_at, step.delivered_by


def _step(screen: Screen, step: AnswerStep, name: Callable[[str], str], on: date, before: str | None) -> None:
    """One step. `before`: where the rest of it has been told already."""
    screen.line(f"{step.number}. {step.title} ({step.id})", indent=3, hang=3, strong=True)

    def fact(label: str, text: str | None) -> None:
        screen.fact(label, text, indent=6)

    employer = "an employer is needed" if step.needs_employer else "no employer is needed"
    stay = "work that goes on, with the employer who has the client already"
    fact("What", stay if is_stay(step) else f"{_KIND_WORDS[step.kind]}; {employer}")
    fact("Why", step.because.text if step.because else None)
    who = named(step.provider) + (f", {step.place}" if step.place else "") + ": " if step.provider else ""
    fact("Who", f"{who}{step.provider_note}")
    fact("When", _when(step, on))
    if before:
        fact("If late", step.slack.text if step.slack and step.slack.weeks is not None else None)
        _needs(screen, step)
        _swaps(screen, step)
        fact("The rest", f"as in {before}")
        return
    each = f"; {counted(step.hours_per_week, 'hour')} a week" if step.hours_per_week is not None else ""
    wish = f"{counted(step.weeks.value, 'week')}, as the client wishes" if step.weeks and is_stay(step) else None
    fact("How long", wish or f"{_amount(step.weeks, 'week')}{each}")
    fact("Shorter", step.shorter.text if step.shorter else None)
    fact("If late", step.slack.text if step.slack and step.slack.weeks is not None else None)
    fact("Client pays", _pounds(step.cost))
    _eligibility(screen, step)
    _needs(screen, step)
    fact("Mind", " ".join(condition.text for condition in step.conditions))
    fact("Note", step.condition_note)
    fact("Adds", "; ".join(step.adds))
    fact("How sure", STATUS_WORDS[step.status])
    met = [_rule_source(one.source) for one in step.eligibility.rules if one.decision.answer is Answer.YES]
    for number, source in enumerate(dict.fromkeys([*map(source_words, step.sources), *met])):
        fact("" if number else "Source", source)
    for link in step.leads_in:
        said = f": {link.condition}" if link.condition else ""
        fact("Leads in", f"from {name(link.from_id)} ({STATUS_WORDS[link.source.status]}){said}")
    _swaps(screen, step)
    for offer in step.other_runs[:MOST_OF_A_KIND]:
        starts = f"starts {', '.join(offer.starts)}, " if offer.starts else ""
        run = f"{offer.title}, {name(offer.provider)}, {offer.town or 'place not known'}"
        fact("Or take", f"{run}: {starts}seen on {dated(offer.source.as_of)}")
    _more(screen, len(step.other_runs))
    seen = [
        f"{offer.title}, {name(offer.provider)}, {offer.town or 'place not known'}, on {dated(offer.source.as_of)}"
        for offer in step.seen_at
    ]
    past = [_past(evidence, name) for evidence in step.delivered_by]
    for label, told in (("Last seen", seen), ("Past", past)):
        if told:
            fact(label, f"{'; '.join(told[:MOST_OF_A_KIND])}. Not an offer of today.")
            _more(screen, len(told))


def _needs(screen: Screen, step: AnswerStep) -> None:
    said = [_need(need, f" ({STATUS_WORDS[step.needs_status]})") for need in step.needs]
    if not step.needs_known:
        usual = ", and this is what is usual" if said else ""
        said.append(f"no entry rule was found{usual}: ask")
    for number, text in enumerate(said or ["nothing is asked at entry"]):
        screen.fact("" if number else "Needs", text, indent=6)


def _swaps(screen: Screen, step: AnswerStep) -> None:
    for number, swap in enumerate(step.swaps[:MOST_OF_A_KIND]):
        screen.fact("" if number else "Or instead", swap.text, indent=6)


def _eligibility(screen: Screen, step: AnswerStep) -> None:
    """Whether the person may start a step, and each way in which it is paid for."""
    found = step.eligibility
    screen.fact("Eligible", found.text, indent=6)
    _rules(screen, found.rules, indent=6)
    _payments(screen, step.payments, indent=6, chosen=step.paid_by)


def _rules(screen: Screen, rules: Sequence[RuleSaid], *, indent: int) -> None:
    """The rules that are not met, or not known to be, with where they can be checked; those that are met by title."""
    left = [rule for rule in rules if rule.decision.answer is not Answer.YES]
    for source, alike in groupby(left, lambda rule: f"(checked on {rule.checked_on}) {_rule_source(rule.source)}"):
        for rule in alike:
            titled = rule.title.casefold() not in ("", rule.sentence.casefold())
            said = f"{rule.title}: {rule.sentence}" if titled else rule.sentence
            screen.fact("Rule", f"{said} → {_ANSWER_WORDS[rule.decision.answer]}", indent=indent)
        screen.fact("", source, indent=indent)
    met = dict.fromkeys(rule.title or rule.sentence for rule in rules if rule not in left)
    screen.fact("Rules met", "; ".join(met), indent=indent)


def _payments(screen: Screen, payments: Sequence[Payment], *, indent: int, chosen: str | None = None) -> None:
    """Each way to pay that is not closed, the sure ones first, then whom to ask what of them; last those closed."""
    shown = [one for one in payments if one.decision.answer is not Answer.NO]
    for number, one in enumerate(shown):
        mark = " (counted here)" if one.scheme == chosen else ""
        sure = {Answer.YES: "likely", Answer.NOT_KNOWN: "cannot tell"}[one.decision.answer]
        way = _way_to_pay(one, payments)
        screen.fact("" if number else "Who pays", f"{way}, {sure}{mark}: {one.text}", indent=indent)
    for number, (whom, questions) in enumerate(_asked([one.decision for one in shown]).items()):
        screen.fact("" if number else "To tell", f"Ask the {whom}: {' '.join(questions)}", indent=indent)
    open_schemes = {one.scheme for one in shown}
    closed = dict.fromkeys(
        (
            _way_to_pay(one, payments) if one.scheme in open_schemes else one.title,
            one.text.removeprefix("Not paid: ") if one.text.startswith("Not paid: ") else "",
        )
        for one in payments
        if one.decision.answer is Answer.NO
    )
    for number, (way, why) in enumerate(closed):
        screen.fact("" if number else "Not paid by", f"{way}: {why}" if why else way, indent=indent)


def _way_to_pay(payment: Payment, among: Sequence[Payment]) -> str:
    """What a way to pay is called: with the rule that makes it one, where its scheme has several."""
    several = sum(one.scheme == payment.scheme for one in among) > 1 and payment.rules
    return f"{payment.title} ({payment.rules[-1].title})" if several else payment.title


def _asked(decisions: Iterable[Decision]) -> dict[str, list[str]]:
    """The questions that are open, each once, by whom to ask."""
    found: dict[str, list[str]] = {}
    for one in dict.fromkeys(ask for decision in decisions for ask in decision.ask):
        if one.question not in found.setdefault(one.whom, []):
            found[one.whom].append(one.question)
    return found


def _entitlement(screen: Screen, found: Entitlement) -> None:
    screen.fact("Entitlement", f"{found.title}: {found.text}")


def _questions(screen: Screen, reply: PathwayReply) -> None:
    """The questions that matter, and the one call worth making."""
    if reply.questions.worth_asking:
        screen.line()
        screen.line("Ask the client, the most worthwhile first", strong=True)
        for number, one in enumerate(reply.questions.worth_asking, 1):
            screen.line(f"{number}. {one.question} {_sentence(one.why)}", indent=1, hang=3)
            for answer in one.answers:
                screen.line(f"- {answer.text}", indent=4, hang=2)
    call = reply.one_call
    if call is not None:
        screen.line()
        screen.line("The one call worth making", strong=True)
        whom = ", ".join(map(named, call.whom)) or "whoever offers it"
        about, _, rest = call.ask.partition(f"{call.step.label}: ")
        ask = _sentence(call.ask if about else rest)
        said = f"Call {whom} about {named(call.step)}: {ask} {_sentence(call.why)}"
        screen.line(said, indent=1, hang=2)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?')) else '.'}" if text else ""


def eligibility(screen: Screen, reply: EligibilityReply) -> None:
    """A person against schemes, steps, courses and awards: the answer first, then what it rests on."""
    for number, one in enumerate(reply.answers):
        if number:
            screen.line()
        screen.line(f"{one.asked.label} ({one.asked.id})", strong=True)
        if one.asked.how is not How.ID:
            screen.fact("", f"“{one.asked.given}” was taken for it: {_HOW_WORDS[one.asked.how]}")
        screen.fact("Answer", one.text)
        screen.fact("Starts", f"{one.day}")
        if one.own is not None:
            note = STATUS_WORDS[one.own.status] if one.own.known else "no entry rule was found: this is what is usual"
            screen.fact("It asks", f"{one.own.sentence} ({note}) → {_ANSWER_WORDS[one.own.decision.answer]}")
        for scheme in one.schemes:
            if scheme.scheme != one.asked.id:
                screen.line()
                screen.line(f"{scheme.title} ({scheme.scheme})", indent=3, strong=True)
            screen.fact("May start", _decided(scheme.entry), indent=6)
            asked = {ask for way in one.payments if way.decision.answer is Answer.NOT_KNOWN for ask in way.decision.ask}
            funded = _decided(scheme.funded)
            if scheme.funded.ask and asked.issuperset(scheme.funded.ask):
                funded = "Not known yet: see what to ask below."
            elif scheme.funded.answer is Answer.NO and scheme.funded.text == scheme.entry.text:
                funded = "No, for the same reason."
            screen.fact("Is paid for", funded, indent=6)
            promises = [rule for rule in scheme.afterwards if rule.promise]
            for count, rule in enumerate(promises):
                promised = f"{rule.promise} → {_ANSWER_WORDS[rule.decision.answer]}"
                screen.fact("" if count else "Promise", promised, indent=6)
            _rules(screen, [rule for rule in scheme.rules if rule.kind != "afterwards"], indent=6)
        if one.perhaps:
            titles = ", ".join(scheme.title for scheme in one.perhaps)
            screen.fact("Perhaps", f"{titles}: too little is known to tell whether this is a case for it")
        if one.payments:
            screen.line()
        _payments(screen, one.payments, indent=3)
    screen.line()
    screen.line("A scheme or a provider still decides. Nothing of this was kept.")


def _decided(decision: Decision) -> str:
    return decision.text or _ANSWER_WORDS[decision.answer]


def schemes(screen: Screen, reply: SchemesReply) -> None:
    """Every scheme, and what is left for people to check."""
    rows = [
        (one.id, one.title, f"{one.rules}", f"{one.next_change or ''}", f"{one.review_by or ''}")
        for one in reply.schemes
    ]
    screen.table(("Scheme", "Title", "Rules", "Next change", "Review by"), rows, whole=(0, 2, 3, 4))
    screen.line()
    screen.line("For people to check, not machines", strong=True)
    for row in reply.for_people:
        screen.line(f"- {row.row}: {row.why}.", indent=1, hang=2)


def scheme(screen: Screen, reply: SchemeReply) -> None:
    """One scheme: its figures and its rules, each with its dates and where it can be checked."""
    screen.line(f"{reply.scheme.title} ({reply.scheme.id})", strong=True)
    screen.line(reply.scheme.about)
    screen.fact("Decided by", reply.scheme.authority, indent=0)
    screen.fact("Is about", reply.scheme.applies_to, indent=0)
    for figure in reply.figures:
        screen.line()
        screen.line(f"{_sentence(figure.title or figure.name).rstrip('.')} ({figure.unit})", strong=True)
        for part in figure.series:
            value = f"{part.value:,}" if part.value is not None else f"not known: {part.why}"
            screen.fact(_span(part.applies_from, part.applies_to), value, indent=3)
            screen.fact("", part.source.address if part.source else None, indent=3)
    for rule in reply.rules:
        screen.line()
        rows = f" ({', '.join(rule.rows)})" if rule.rows else ""
        screen.line(f"{_RULE_KINDS[rule.kind]}: {rule.title or rule.id}{rows}", strong=True)
        screen.fact("Promise", rule.promise)
        for version in rule.versions:
            now = "" if version.in_force else f" (not in force on {reply.on})"
            screen.fact("Asks", version.sentence)
            screen.fact("When", f"{_span(version.applies_from, version.applies_to)}{now}")
            screen.fact("Pays", ", ".join(_PAYS_WORDS[who].format(what) for who, what in (version.pays or {}).items()))
            due = "; review is due: it answers not known" if version.review_is_due else ""
            screen.fact("Checked", f"{version.checked_on}, to be looked at again by {version.review_by}{due}")
            screen.fact("Source", _rule_source(version.source))
            screen.fact("Note", version.source.note)


def _rule_source(source: RuleSource) -> str:
    return f"{dated(source.as_of)}, {STATUS_WORDS[source.status]}: {source.address}"


def _span(first: date, last: date | None) -> str:
    return f"from {first}" + (f" to {last}" if last else "")


def prior_learning(screen: Screen, reply: PriorLearningReply) -> None:
    """What prior learning may count for: each award asked about, then the nearest awards."""
    screen.line("You bring", strong=True)
    for brought in reply.brought:
        if not brought.thing.id.startswith("level:"):
            which = "" if brought.thing.label in brought.text else f": {brought.thing.label}"
            note = f" ({brought.note})" if brought.note else ""
            screen.line(f"- {brought.text}{which}{note}", indent=1, hang=2)
    for target in reply.targets:
        screen.line()
        _recognition(screen, target)
    for scan in reply.scans:
        screen.line()
        _scan(screen, scan)
    if reply.nearest:
        screen.line()
        screen.line("The nearest awards", strong=True)
        for near in reply.nearest:
            screen.line(f"- {named(near.award)}: {near.text} ({STATUS_WORDS[near.status]})", indent=1, hang=2)
            screen.fact("Its rules", " ".join(map(_sentence, near.printed_rules)))
    screen.line()
    screen.line(reply.caution)


def _scan(screen: Screen, found: SkillsScan) -> None:
    """A skills scan: what is taught, then what is in part, each with what speaks of it; last what is not known."""
    standard = f", {found.standard}" if found.standard else ""
    screen.line(f"Skills scan: {named(found.role)}{standard} ({STATUS_WORDS[found.status]})", strong=True)
    screen.line(found.text)
    for row in (row for taught in (Taught.TAUGHT, Taught.PARTLY) for row in found.statements if row.taught is taught):
        code = f"{row.code} " if row.code else ""
        screen.line(f"[ ] {code}{row.statement.label}: {row.taught}.", indent=1, hang=4)
        _evidence(screen, row.evidence, {})
        if row.more:
            screen.line(f"and {row.more} more (see them with --json)", indent=7)
    unknown = [f"{row.code or ''} {row.statement.label}".strip() for row in found.statements if not row.evidence]
    screen.fact("Not known", "; ".join(unknown), indent=1)


def _recognition(screen: Screen, found: Recognition) -> None:
    screen.line(f"{named(found.target)} ({STATUS_WORDS[found.status]})", strong=True)
    screen.line(found.text)
    needs: tuple[Need, ...] = ()
    for number, way in enumerate(found.ways_in, 1):
        mark = " The latest sensible way in." if number == found.latest else ""
        screen.line(
            f"{number}. {_sentence(way.rests_on)}{mark} {way.text} ({STATUS_WORDS[way.status]})", indent=1, hang=3
        )
        if way.needs and way.needs == needs:
            screen.fact("Needs", f"the same as {number - 1}", indent=4)
        else:
            for count, need in enumerate(way.needs):
                screen.fact("" if count else "Needs", _need(need), indent=4)
            screen.fact("Bridge", way.bridge_text, indent=4)
        needs = way.needs
        for count, credit in enumerate(way.credits):
            who = f"; {credit.who_decides} decides" if credit.who_decides else ""
            amount = "credit" if credit.credits is None else counted(credit.credits, "credit")
            said = f"{amount} of {named(credit.origin)}: {credit.condition}{who}"
            screen.fact("" if count else "Counts", said, indent=4)
    for number, printed in enumerate(found.printed_rules):
        screen.fact("" if number else "Its rules", _sentence(printed), indent=1)
    for scheme in found.rules:
        screen.fact("Recognition", f"{scheme.title}: {_decided(scheme.entry)}", indent=1)
        _rules(screen, scheme.rules, indent=1)
    _worksheet(screen, found)
    for course in found.courses:
        start = course.next_start or "no start is known"
        screen.fact("Course", f"{named(course.course)}, {named(course.provider)}: {start}")
    bundles = found.bundles.bundles
    for bundle in bundles:
        screen.fact("Bundle", bundle.text)
    for unknown in found.bundles.not_known:
        screen.fact("To confirm", unknown)
    for unknown in dict.fromkeys(one for bundle in bundles for one in bundle.not_known):
        whose = dict.fromkeys(bundle.provider.label for bundle in bundles if unknown in bundle.not_known)
        screen.fact("To confirm", f"{unknown} (with {', '.join(whose)})")
    screen.fact("Bundles", found.bundles.text)
    for day, gaps in groupby(found.gaps, lambda gap: gap.looked_for_on):
        screen.fact("Not known", f"last looked for on {day}:")
        for gap in gaps:
            screen.line(f"- {gap.statement}", indent=4 + _LABEL_WIDTH, hang=2)


def _worksheet(screen: Screen, found: Recognition) -> None:
    """The claims unit by unit; units of which the same is to be said stand together. Last what to bring for them."""
    screen.line()
    screen.line("Worksheet of claims", indent=1, strong=True)
    screen.line(found.worksheet_text, indent=1)
    bring: dict[str, dict[str, None]] = {}
    for (verdict, text, *_), alike in groupby(
        found.worksheet, lambda unit: (unit.verdict, unit.text, unit.outcomes, unit.topics)
    ):
        units = list(alike)
        titles = "; ".join(f"{unit.unit.label} ({unit.unit.id})" for unit in units)
        each = f"each {_claim(verdict)}" if len(units) > 1 else _claim(verdict)
        screen.line(f"- {titles}: {each}. {text}", indent=1, hang=2)
        for outcome in units[0].outcomes:
            lacking = f" {outcome.lacking}" if outcome.lacking else ""
            screen.line(f"[ ] {outcome.outcome.label}: {_claim(outcome.verdict)}.{lacking}", indent=3, hang=4)
            _evidence(screen, outcome.evidence, bring)
        _evidence(screen, units[0].topics, bring)
    for number, (what, origins) in enumerate(bring.items()):
        screen.fact("" if number else "Bring", f"{what.removeprefix('Bring ').rstrip('.')} (for {'; '.join(origins)})")


def _evidence(screen: Screen, evidence: Iterable[EvidenceSaid], bring: dict[str, dict[str, None]]) -> None:
    """What speaks of an outcome, with the checks of it; what to bring is gathered."""
    said: dict[tuple[Thing, str], list[str]] = {}
    for one in evidence:
        checks = "; ".join(f"{check.name} {_ANSWER_WORDS[check.answer]} ({check.text})" for check in one.checks)
        said.setdefault((one.origin, checks), []).append(one.statement.rstrip("."))
        bring.setdefault(one.bring, {})[one.origin.label] = None
    for (origin, checks), statements in said.items():
        screen.line(f"{named(origin)}: {_sentence('; '.join(statements))}", indent=7, hang=2)
        screen.line(f"Checks: {checks}.", indent=9, hang=2)


def _claim(verdict: ClaimVerdict) -> str:
    return verdict.replace("-", " ")


def _past(evidence: Evidence, name: Callable[[str], str]) -> str:
    people = "delivered" if evidence.leavers is None else f"had {counted(evidence.leavers, 'apprentice')} leave"
    if evidence.suppressed:
        people = "had some leavers, so few that the publisher hides the number,"
    rate = evidence.achievement_percent
    achieved = f", {rate:g}% of them achieved" if rate is not None else ""
    return f"{name(evidence.provider)} {people} in {evidence.period}{achieved}"


def _more(screen: Screen, count: int) -> None:
    if count > MOST_OF_A_KIND:
        screen.fact("", f"and {count - MOST_OF_A_KIND} more (see them with --json)", indent=6)


def _when(step: AnswerStep, on: date) -> str:
    def week(number: int) -> str:
        day = on + timedelta(weeks=number)
        return f"week {number}, about {day.day} {day:%B %Y}"

    if step.starts_in_weeks is None:
        return step.start_note
    start = f"from {'today' if step.starts_in_weeks == 0 else week(step.starts_in_weeks)}"
    ends = step.ends_in_weeks
    end = "" if ends is None or ends == step.starts_in_weeks else f", to {week(ends)}"
    return f"{start}{end}; {step.start_note}"


def _amount(amount: Amount | None, unit: str) -> str:
    if amount is None:
        return "not known"
    if amount.value == 0 and amount.at_least:
        return f"not counted: {amount.note}" if amount.note else "not counted"
    said = f"{'at least ' if amount.at_least else ''}{counted(amount.value, unit)}"
    return f"{said}{f'; {amount.note}' if amount.note else ''} ({STATUS_WORDS[amount.status]})"


def _pounds(amount: Amount | None) -> str:
    if amount is None:
        return "not known"
    at_least = "at least " if amount.at_least else ""
    return f"{at_least}£{amount.value:,}{f'; {amount.note}' if amount.note else ''} ({STATUS_WORDS[amount.status]})"


def _need(need: Need, sure: str = "") -> str:
    """One thing that is asked. `sure`: how sure the rule is, in words."""
    by = f": {'; '.join(need.satisfied_by)}" if need.satisfied_by else ""
    return f"{need.text}{sure} → {_VERDICT_WORDS[need.verdict]}{by}"


def _stop(screen: Screen, stop: StoppingPoint, *, last: bool) -> None:
    held = [award.label for award in stop.awards]
    if stop.credits_note:
        held.append(stop.credits_note)
    elif stop.credits:
        held.append(counted(stop.credits, "credit"))
    none = "" if stop.awards_note else f"The client would hold no award{'' if last else ' yet'}."
    said = f"The client would hold: {'; '.join(held)}." if held else none
    if stop.awards_note:
        said += f"{' ' if said else ''}{stop.awards_note[:1].upper()}{stop.awards_note[1:]}."
    roles = "; ".join(
        role.label + ("" if role.status is Status.PUBLISHED else f" ({STATUS_WORDS[role.status]})")
        for role in stop.roles_open
    )
    unasked = "What employers ask for is not known: ask them."
    none_known = " We know of no other role that it leads to."
    opened = f" Roles it is said to lead to: {roles}. {unasked}" if roles else none_known
    unpriced = counted(stop.steps_of_unknown_cost, "step")
    besides = f", and what is paid for {unpriced} is not known" if stop.steps_of_unknown_cost else ""
    paid = f" Paid by then: £{stop.spent_pounds:,}{besides}."
    here = "The client is there." if last else "The client can stop here."
    used = "".join(f" Used by then of the {one.text}." for one in stop.entitlements_spent)
    screen.line(f"{here} {said}{opened}{paid}{used}", indent=6, hang=2)
    if stop.breaks_off:
        off = "; ".join(step.label for step in stop.breaks_off)
        screen.line(f"Broken off then, though paid for: {off}.", indent=6, hang=2)
    if stop.back_on:
        screen.line(f"To go on later: {stop.back_on.step.label}; {stop.back_on.note}.", indent=6, hang=2)
    if stop.part_way:
        screen.line(f"Stopping part-way: {stop.part_way}", indent=6, hang=2)


def way_back(screen: Screen, back: WayBack) -> None:
    """How somebody can go on who stops after a step and comes back later."""
    away = counted(back.weeks_away, "week")
    screen.line(f"Stop after {named(back.stops_after)}, and come back {away} later", strong=True)
    for sentence in back.text:
        screen.line(f"- {sentence}", indent=1, hang=2)
    for step in back.steps:
        provider = f" with {named(step.provider)}" if step.provider else ""
        screen.line()
        screen.line(f"{step.title} ({step.id}){provider}{'' if step.planned else ': not planned before'}", indent=3)
        soonest = "" if step.start_known else " at the soonest"
        screen.fact("When", f"week {step.starts_in_weeks}{soonest}; {step.start_note}", indent=6)
        screen.fact("Client pays", _pounds(step.cost), indent=6)
        screen.fact("How sure", STATUS_WORDS[step.status], indent=6)


def _no_pathway(screen: Screen, reply: PathwayReply) -> None:
    if reply.reasons:
        screen.line()
        screen.line("Why", strong=True)
        for reason in reply.reasons:
            screen.line(f"- {reason.text[:1].upper()}{reason.text[1:]}.", indent=1, hang=2)
            _rules(screen, reason.rules, indent=3)
    if reply.lifting:
        screen.line()
        screen.line("Any one of these would change that", strong=True)
        for one in reply.lifting:
            screen.line(f"- {one.text}", indent=1, hang=2)
    if reply.missing:
        screen.line()
        least = "The least" if reply.missing.proven else "Little"
        more = "" if reply.missing.all_found else " There may be others."
        screen.line(f"{least} that would open a pathway is to bring any one of these.{more}", strong=True)
        for some in reply.missing.sets:
            screen.line(f"- {' and '.join(thing.label for thing in some)}", indent=1, hang=2)
    if reply.nearest:
        screen.line()
        screen.line("The nearest roles that can be reached", strong=True)
        for near in reply.nearest:
            level = f", level {near.level}" if near.level else ""
            screen.line(f"- {named(near.role)}{level}: {near.why_near}", indent=1, hang=2)


def _checks(screen: Screen, reply: PathwayReply) -> None:
    """What to confirm, under the step that it is about; an address is left out where the step itself shows it."""
    steps = [step for pathway in reply.pathways for step in pathway.steps]
    shown = {source.address for step in steps for source in step.sources}
    titles = sorted({step.title for step in steps}, key=len, reverse=True)
    before = ""
    for check in reply.check_before_recommending:
        title = next((title for title in titles if check.what.startswith(f"{title}: ")), "")
        if title and title != before:
            screen.line(title, indent=1, hang=2)
        before = title
        what = check.what.removeprefix(f"{title}: ")
        what = what[:1].upper() + what[1:]
        why = f" Why: {check.why}." if check.why else ""
        source = f" {check.source}, {dated(check.as_of)}." if check.source and check.source not in shown else ""
        screen.line(f"[ ] {what}{why}{source}", indent=3, hang=4)


def thing(screen: Screen, profile: Profile) -> None:
    """One thing with every statement about it."""
    item = profile.item
    screen.line(f"{item.label} ({item.id})", strong=True)
    screen.line(item.collection.about)
    for origin in item.origins:
        screen.line()
        screen.fact("How sure", STATUS_WORDS[origin.status], indent=0)
        screen.fact("Source", f"{dated(origin.as_of)}: {origin.source}", indent=0)
        screen.fact("", origin.source_description, indent=0)
        screen.fact("Dataset", f"{origin.dataset}, {origin.file} line {origin.line}", indent=0)
        screen.fact("Note", origin.note, indent=0)
    screen.line()
    _statements(screen, item)
    for conclusion in profile.conclusions:
        screen.line()
        by = f"by our rule {conclusion.rule} ({STATUS_WORDS[conclusion.status]})"
        screen.line(f"{conclusion.term}: {conclusion.count}, {by}")
        for value in conclusion.values:
            screen.line(f"- {value_words(value)}", indent=1, hang=2)
        if conclusion.count > len(conclusion.values):
            screen.line(f"and {conclusion.count - len(conclusion.values)} more", indent=3)
    for group in profile.incoming:
        screen.line()
        words = group.collection.replace("-", " ")
        screen.line(f"{words} with this as “{group.field.replace('_', ' ')}”: {group.count}")
        for one in group.shown:
            screen.line(f"- {one.label} ({one.id})", indent=1, hang=2)
        if group.count > len(group.shown):
            screen.line(f"and {group.count - len(group.shown)} more", indent=3)


def _statements(screen: Screen, item: Item) -> None:
    rows = []
    for statement in item.statements:
        field = statement.field
        caution = f" ({LEFT_OUT[field.term]})" if field.term in LEFT_OUT else ""
        value = with_unit(field, value_words(statement.value))
        rows.append((field.name, f"{value}{caution}", STATUS_WORDS[statement.status], dated(statement.origin.as_of)))
    screen.table(("Property", "Value", "How sure", "As of"), rows, whole=(0, 3))


def with_unit(field: Field, value: str) -> str:
    """A value with its unit: `£16,000`, `24 months`."""
    if field.unit is None:
        return value
    if field.unit.startswith("pounds") and value.isdigit():
        return f"£{int(value):,}{field.unit.removeprefix('pounds')}"
    return f"{value} {field.unit}"


def value_words(value: Value) -> str:
    """A value in words."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Named(id, label, _):
            return f"{label} ({id})"
        case RuleText(_, sentence):
            return sentence
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def found(screen: Screen, page: FoundPage) -> None:
    """Matches of a search."""
    if not page.items:
        screen.line(f"Nothing is called “{page.q}”.")
        return
    screen.table(("Id", "Kind", "Name"), [(one.id, one.kind, one.label) for one in page.items], whole=(0, 1))


def queries(screen: Screen, said: QueriesSaid) -> None:
    """The named queries."""
    screen.table(("Name", "Question", "Takes"), [(q.name, q.title, ", ".join(q.parameters)) for q in said.items])
    screen.line(f"{counted(said.total, 'query')}." if said.total == 1 else f"{said.total} queries.")


def results(screen: Screen, said: ResultsSaid) -> None:
    """The answers to a named query, what its columns mean and what to cite."""
    screen.line(said.title, strong=True)
    screen.line()
    if said.rows:
        rows = [["" if cell is None else value_words(cell) for cell in row] for row in said.rows]
        whole = [place for place, one in enumerate(said.columns) if one.type not in ("text", "any", "address")]
        screen.table([one.name for one in said.columns], rows, whole=whole)
    screen.line(f"{counted(said.total, 'row')}. Blank: not known.")
    screen.line()
    for one in said.columns:
        screen.line(f"{one.name}: {one.about}", indent=1, hang=2)
    screen.line()
    screen.line(f"Cite: {said.citation.text}")


def issue(screen: Screen, one: IssueSaid) -> None:
    """One issue: where, what, and how to mend it."""
    place = one.file or one.dataset
    place += f":{one.line}" if one.line is not None else ""
    place += f" [{one.column}]" if one.column is not None else ""
    screen.line(f"{one.severity}: {place}: {one.code}: {one.message}", hang=2)
    screen.line(f"mend: {one.hint}", indent=2, hang=2)


def issues(screen: Screen, page: IssuesSaid) -> None:
    """Issues of a release."""
    for one in page.items:
        issue(screen, one)
    shown = f"; {len(page.items)} shown" if len(page.items) < page.total else ""
    screen.line(f"{counted(page.total, 'issue')}{shown}.")


def datasets(screen: Screen, said: DatasetsSaid) -> None:
    """The datasets of a release."""
    for number, one in enumerate(said.datasets):
        if number:
            screen.line()
        screen.line(f"{one.title} ({one.id})", strong=True)
        screen.fact("Publisher", one.publisher)
        screen.fact("Licence", f"{one.licence}{f', {one.licence_url}' if one.licence_url else ''}")
        screen.fact("Say", one.attribution)
        screen.fact("Shippable", "yes" if one.shippable else "no: it must not be passed on with the product")
        screen.fact("Retrieved", one.retrieved)
        screen.fact("Rows", f"{sum(rows.mapped for rows in one.rows.values())} in {counted(len(one.rows), 'table')}")


def releases(screen: Screen, said: ReleasesSaid) -> None:
    """The releases there are."""
    rows = [
        (
            f"{one.number}",
            "served" if one.current else "",
            one.built_at,
            f"{one.quads:,}",
            ", ".join(str(dataset["id"]) for dataset in one.datasets),
            one.content_hash[:12],
        )
        for one in said.releases
    ]
    screen.table(("Release", "", "Built", "Statements", "Datasets", "Content"), rows, whole=(0, 1, 2, 3, 5))


def diff(screen: Screen, said: DiffSaid) -> None:
    """What became of the things of one release in another."""
    screen.line(f"From release {said.first.number} to release {said.second.number}", strong=True)
    words = ("added", "retired", "changed", "renamed")
    sources = [
        (
            one.dataset,
            one.became,
            f"{one.version_before or '–'} → {one.version_after or '–'}",
            *(f"{getattr(one.things, word):,}" for word in words),
        )
        for one in said.sources
    ]
    titles = ("Added", "Retired", "Changed", "Renamed")
    screen.table(("Dataset", "", "Version", *titles), sources, whole=range(1, 7))
    screen.line()
    kinds = [
        (kind or "(no class)", *(f"{getattr(counts, word):,}" for word in words)) for kind, counts in said.kinds.items()
    ]
    screen.table(("Class", *titles), kinds, whole=range(1, 5))
    if said.items:
        screen.line()
    for one in said.items:
        replaced = f", replaced by {', '.join(one.replaced_by)}" if one.replaced_by else ""
        screen.line(f"{one.became}: {one.label or one.id} ({one.kind}, {one.id}){replaced}", hang=2)
        for field in one.fields if one.became == "changed" else ():
            before, after = _some(field.before, field.before_count), _some(field.after, field.after_count)
            screen.line(
                f"{field.property} ({field.dataset}): {before or 'nothing'} → {after or 'nothing'}", indent=2, hang=2
            )
    for note in said.notes:
        screen.line(note)
    left = said.total - said.offset - len(said.items)
    if left > 0:
        screen.line(f"and {left:,} more: see --limit and --offset, or --kind, --dataset and --became")


def _some(values: Sequence[str], count: int) -> str:
    shown = [value if len(value) <= 60 else f"{value[:59]}…" for value in values[:3]]
    more = [f"and {count - len(shown):,} more"] if count > len(shown) else []
    return "; ".join([*shown, *more])


def dumped(screen: Screen, number: int, written: "Dump") -> None:
    """What was written of a release."""
    rows = [(one.name, f"{one.rows:,}", f"{one.bytes:,}") for one in written.files]
    screen.table(("File", "Rows or statements", "Bytes"), rows, whole=(1, 2))
    for id in written.left_out:
        screen.line(f"Left out: {id}, whose licence does not let it be passed on.")
    screen.line(f"Release {number} is written. dataset.ttl says what it is, and the licence of each source.")


def rebuilt(screen: Screen, manifest: Manifest, result: "Rebuilt") -> None:
    """Whether a release could be made again."""
    for one in result.differing:
        screen.line(f"- {one}", indent=1, hang=2)
    if result.differing:
        screen.line(f"Release {manifest.number} was not made again: these inputs differ.")
    elif result.same:
        screen.line(f"The same content: {manifest.content_hash}")
    else:
        screen.line(
            f"Other content: {result.content_hash or 'none'}; release {manifest.number} has {manifest.content_hash}."
        )
        screen.line(f"It was made by version {manifest.software}; this is {result.software}.")


def problem(screen: Screen, told: Problem) -> None:
    """What went wrong: one helpful line, and what may have been meant."""
    screen.line(f"{told.detail} {told.hint or told.type.hint}")
    for one in told.members.get("errors", ()):
        screen.line(f"- {one.field}: {one.message}", indent=1, hang=2)
    meant = [*told.members.get("suggestions", ()), *told.members.get("candidates", ())]
    for one in meant:
        assert isinstance(one, Suggestion)
        screen.line(f"- {one.id}: {one.label} ({one.kind})", indent=1, hang=2)
