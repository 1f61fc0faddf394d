"""What the catalogue of a day is for one person: when runs are open to them, whether that can be told, what they pay.

The circumstances that a step asks for, and the entry rules of the schemes that it belongs to, are judged on the day on
which a run starts. Where the answer, or who pays, changes with that day (a birthday, a rule that begins or ends), the
run becomes several deliveries, each with its weeks. What the person surely may not start in a week is no delivery then.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from operator import le
from typing import Final

from graph.projection import StepKind
from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    Not,
    Opportunity,
    Requirement,
    Usually,
    attributes,
    day_of,
    write,
)
from queries.eligibility.decision import About, Answer
from queries.eligibility.logic import Leaf, Node, Situation, World, compiled, facts_of, leaves, rests_on
from queries.eligibility.person import Facts, age_on, births, funding_year_31_august, years_before
from queries.eligibility.rulebook import Rule, RuleBook, Scheme, review_days
from queries.eligibility.schemes import Cost, costs
from queries.pathways.compile import (
    AGES,
    Catalogues,
    DayCatalogue,
    Person,
    Way,
    ages_asked,
    asks_facts,
    cannot_tell,
    conjuncts,
    opportunity_facts,
    shutting_out,
)
from queries.pathways.engine.problem import Content, Criterion, Delivery, PathwayProblem
from queries.pathways.judge import Judge
from queries.pathways.request import Verdict

PRICED_BY: Final = frozenset({"kind", "price", "credits", "whole-course", "sold-alone"})
"""What a price is worked out from, whatever the rules ask."""

KEPT: Final = 50_000
"""Starts of which it is kept how they stand."""

ENTITLED: Final = frozenset({"entitlement-left-credits", "entitlement-left-pounds"})
"""Facts about the person that limit what an entitlement pays for in all."""

OLDEST: Final = timedelta(days=150 * 366)
"""No one is older."""

Births = tuple[date, date]
"""The first and the last day on which somebody may have been born."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a start stands on a day: whether it is open, the payments worth having, and the ages that count beside facts.

    Of the payments the first is the one that is counted, and each after it takes less from the own pocket, or from what
    is left of an entitlement; None stands for the price of the run or step, where no payment is sure.
    """

    answer: Answer
    paid: tuple[Cost | None, ...]
    aged: tuple[bool | None, ...]


class Run:
    """What rules ask of whoever starts a run of a step.

    `entry` is what the step asks of circumstances alone, `beside_facts` are ages that count beside facts, and `schemes`
    shut people out. `turns`: the days on which a scheme's rules change, or what is asked of the day of a start. Runs
    that are `alike` stand the same on a day for people of whom the facts named `person`, and what is `held` of things,
    are the same. `compared`: the numbers that a fact about the person is compared with, where it counts for nothing
    else.
    """

    def __init__(self, way: Way, catalogues: Catalogues) -> None:
        step, book = way.step, catalogues.book
        self.opportunity = opportunity_facts(step, way.offer, catalogues.projection)
        asked = catalogues.asked(step)
        self.entry = AllOf(tuple(part for part in asked if not asks_facts(part)))
        self.beside_facts = tuple(one for part in asked if asks_facts(part) for one in ages_asked(part))
        self.all_schemes = book.applying(self.opportunity) if step.kind is not StepKind.JOB else ()
        self.schemes = shutting_out(book, self.opportunity) if step.kind is not StepKind.JOB else ()
        asked_for = list(_leaves(self.all_schemes, (self.entry, *self.beside_facts)))
        facts = {fact for leaf in asked_for for one in facts_of(leaf) for fact in (one, *rests_on(one))}
        names = PRICED_BY.union(name for about, name in facts if about is not About.PERSON)
        looked_at = ((name, said) for name, said in self.opportunity.items() if name in names)
        known = {name for about, name in facts if about is About.PERSON and name not in AGES}
        self.person = ("willing-to-borrow", *sorted(known))
        self.compared = self._compared(asked_for)
        of_person = (leaf.asked for leaf in asked_for if not isinstance(leaf.asked, Attribute | Opportunity))
        self.held = tuple(dict.fromkeys(of_person))
        schemes = frozenset(one.id for one in self.all_schemes)
        self.alike = catalogues.number((self.entry, self.beside_facts, frozenset(looked_at), schemes))
        compared = {day for leaf in asked_for if (day := _day(leaf.asked))}
        turns = {day for scheme in self.all_schemes for day in book.turning_days(scheme.id)}
        self.turns = sorted({*turns, *compared, *(day + timedelta(days=1) for day in compared)})
        self.starts = () if way.offer is None else _days(way.offer.starts)

    def _compared(self, asked_for: Iterable[Leaf]) -> Mapping[str, Sequence[float]]:
        summed, found = set[str](), defaultdict[str, set[float]](set)
        for leaf in asked_for:
            summed |= {name for fact in facts_of(leaf) for _, name in rests_on(fact) if rests_on(fact) != (fact,)}
            if isinstance(leaf.asked, Attribute) and "number" in attributes().get(leaf.asked.name, {}):
                text = leaf.asked.value
                figures = [scheme.values[text] for scheme in self.all_schemes if text in scheme.values]
                said = [*(one.value for figure in figures for one in figure.series), self.opportunity.get(text), text]
                found[leaf.asked.name] |= {number for one in said if (number := _number(one)) is not None}
        return {name: sorted(numbers) for name, numbers in found.items() if name not in summed}

    def told(self, name: str, person: Person) -> Hashable:
        """What is known of a fact about a person, as far as anything that is asked can tell it apart."""
        said, numbers = person.attributes.get(name), self.compared.get(name)
        if said is None or numbers is None or not said.isdecimal():
            return said
        return bisect_left(numbers, int(said)), bisect_right(numbers, int(said))

    def day_class(self, day: date) -> int:
        """Between which of the days on which rules change a day lies."""
        return bisect_right(self.turns, day)

    def day(self, week: int, on: date) -> date:
        """The day of a start in a week, counted from the day of the question."""
        start = on + timedelta(weeks=week)
        return next((day for day in self.starts if 0 <= (day - start).days < 7), start)

    def answer(self, situation: Situation) -> Answer:
        """Whether the person may start, as far as circumstances and schemes go."""
        asked = [World(situation, {}).truth(compiled(self.entry))]
        for scheme in self.schemes:
            world = World(situation, scheme.figures(situation.day))
            asked += [world.truth(_node(rule, situation)) for rule in scheme.rules if rule.kind == "entry"]
        return Answer.NO if False in asked else Answer.NOT_KNOWN if None in asked else Answer.YES

    @cached_property
    def marks(self) -> Mapping[str, Sequence[int]]:
        """The ages at which a comparison changes, by the name of the fact."""
        found = defaultdict[str, set[int]](set)
        for name, age in self.ages:
            found[name] |= {age, age + 1}
        return {name: sorted(marks) for name, marks in found.items()}

    def age_class(self, person: Person, day: date) -> Hashable:
        """Between which of the ages that rules compare with the person is on a day, at the least and at the most."""
        found: list[tuple[int, int] | None] = []
        for name, marks in self.marks.items():
            ages = age_on(person.attributes, person.asked_on, day if name == "age" else funding_year_31_august(day))
            found.append(None if ages is None else (bisect_right(marks, ages[0]), bisect_right(marks, ages[1])))
        return tuple(found)

    @cached_property
    def ages(self) -> frozenset[tuple[str, int]]:
        """The ages that what is asked, or a scheme's rule, compares with, by the name of the fact."""
        found = set(_ages(AllOf((self.entry, *self.beside_facts)), {}))
        for scheme in self.all_schemes:
            figures = {name: [one.value for one in value.series if one.value] for name, value in scheme.values.items()}
            for rule in scheme.rules:
                found.update(one for version in rule.versions for one in _ages(version.asks, figures))
        return frozenset(found)


def _day(asked: Requirement) -> date | None:
    """The day with which the day of a start is compared; None: what is asked is another thing."""
    return day_of(asked.value) if isinstance(asked, Opportunity) and asked.name == "starts" else None


def _number(said: object) -> float | None:
    try:
        return None if said is None else float(str(said))
    except ValueError:
        return None


def _node(rule: Rule, situation: Situation) -> Node:
    """What a rule asks on a day, less what stands in the entry of the content (see `compile.facts_asked`)."""
    version = rule.on(situation.day)
    if version is not rule.versions[-1] or situation.asked_on > version.review_by:
        return rule.node(situation)
    return compiled(AllOf(tuple(part for part in conjuncts(version.asks) if not asks_facts(part))))


def _leaves(schemes: Iterable[Scheme], asked: Iterable[Requirement]) -> Iterator[Leaf]:
    """All that a step, and the rules of schemes, ask."""
    versions = (version.asks for scheme in schemes for rule in scheme.rules for version in rule.versions)
    for requirement in (*asked, *versions):
        yield from (leaf for leaf in leaves(compiled(requirement)) if isinstance(leaf, Leaf))


def _ages(requirement: Requirement, figures: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, int]]:
    match requirement:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                yield from _ages(part, figures)
        case Usually(part, _) | Not(part):
            yield from _ages(part, figures)
        case Attribute(name, _, value) if name in AGES:
            yield from ((name, age) for age in ([int(value)] if value.isdigit() else figures.get(value, ())))


def _days(starts: Iterable[str]) -> tuple[date, ...]:
    """The days on which a run starts, the first first; a month counts from its first day."""
    said = (one if len(one) == 10 else f"{one}-01" for one in starts if len(one) >= 7)
    return tuple(sorted(map(date.fromisoformat, said)))


def birthday(born: date, age: int) -> date:
    """The day on which somebody reaches an age; one born on 29 February on 1 March of a year without that day."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def _turning(ages: Collection[tuple[str, int]], births: Iterable[date]) -> Iterator[date]:
    """The days on which a comparison with an age changes for somebody born on one of the days."""
    for born in births:
        for name, age in ages:
            for reached in (birthday(born, age), birthday(born, age + 1)):
                if name == "age":
                    yield reached
                else:
                    yield date(reached.year + ((reached.month, reached.day) > (8, 31)), 8, 1)


def _weeks(days: Iterable[date], on: date) -> set[int]:
    """The first week that begins on or after each day to come."""
    return {-((on - day).days // 7) for day in days if day > on}


class Ages:
    """What an age that is not known to the day leaves open, and what cannot be all at once.

    Each start of a pathway may be open at some age, and yet nobody have that age at each: 18 or under after 19 or over.
    `between`: the first and the last day on which the person may have been born.
    """

    def __init__(self, runs: Mapping[str, Run], person: Person, held: Callable[[Requirement], bool | None]) -> None:
        self.person, self.held = person, held
        self.between = births(person.attributes, person.asked_on) or (person.asked_on - OLDEST, person.asked_on)
        self.runs = {id: run for id, run in runs.items() if any(name == "age" for name, _ in run.ages)}

    def split(self, starts: Iterable[tuple[str, int]], between: Births) -> date | None:
        """None when somebody born between two days may start all of these, deliveries with their weeks.

        Otherwise a day: one of the starts is closed to everybody born by then, and none of them to everybody born later
        than that; so no pathway is lost when the two are looked at apart.
        """
        on = self.person.asked_on
        asked = [(self.runs[id], self.runs[id].day(week, on)) for id, week in starts if id in self.runs]
        common, last = set(range(len(asked))), between[0]
        for born in _tried(asked, between):
            shut = {n for n, (run, day) in enumerate(asked) if self._shut(run, day, born)}
            if not shut:
                return None
            if common & shut:
                common, last = common & shut, born
            elif common:
                cut, common = last, set()
        return last if common else cut

    def narrowed(self, problem: PathwayProblem, between: Births) -> PathwayProblem:
        """The question for somebody born between two days: without the starts that are closed to them all."""
        deliveries = [self._narrowed(one, problem.horizon, between) for one in problem.deliveries]
        return problem.with_catalogue(deliveries=deliveries)

    def _narrowed(self, one: Delivery, horizon: int, between: Births) -> Delivery:
        run = self.runs.get(one.id)
        if run is None:
            return one
        last = horizon if one.closes is None else min(horizon, one.closes)
        weeks = range(one.opens, last + 1) if one.starts is None else one.starts
        on = self.person.asked_on
        turns = _weeks(_turning(run.ages, between), on)
        shut, kept = False, []
        for week in weeks:
            if week == weeks[0] or one.starts is not None or week in turns:
                tried = _tried([(run, run.day(week, on))], between)
                shut = all(self._shut(run, run.day(week, on), born) for born in tried)
            if not shut:
                kept.append(week)
        return one if len(kept) == len(weeks) else replace(one, starts=tuple(kept))

    def _shut(self, run: Run, day: date, born: date) -> bool:
        known = {**self.person.attributes, "born": born.isoformat()}
        return run.answer(Situation(known, run.opportunity, day, self.person.asked_on, self.held)) is Answer.NO


A_YEAR: Final = "most-credits-a-year"
"""The figure of a scheme that says how many credits of an entitlement may be used in a year."""

WEEKS_OF_A_YEAR: Final = 52

Span = tuple[int, int, int]
"""Credits that are used from one week to another: the first, that after the last, and how many."""


def fullest_year(spans: Sequence[Span]) -> tuple[int, frozenset[int]]:
    """The most credits used in any 52 weeks, and which of the spans they are of.

    Those of a longer step are spread evenly over its weeks, rounded up. What takes no weeks is used in one.
    """
    most, among = 0, frozenset[int]()
    for begin in sorted({week for start, end, _ in spans for week in (start, end - WEEKS_OF_A_YEAR)}):
        used = [_used(span, begin, begin + WEEKS_OF_A_YEAR) for span in spans]
        if sum(used) > most:
            most, among = sum(used), frozenset(number for number, credits in enumerate(used) if credits)
    return most, among


def _used(span: Span, begin: int, until: int) -> int:
    start, end, credits = span
    end = max(end, start + 1)
    return -(-credits * max(0, min(end, until) - max(start, begin)) // (end - start))


def funded_already(person: Facts) -> list[Span]:
    """The credits that somebody had a loan for in this academic year, as if they were used in the first week."""
    return [(0, 1, int(person[FUNDED]))] if int(person.get(FUNDED, "0")) else []


FUNDED: Final = "credits-funded-this-year"


class Yearly:
    """What an entitlement may not pay for in one year: the credits of each delivery that it pays for.

    `most`: how many may be used in any 52 weeks. Credits that are not known count none.
    """

    def __init__(self, ways: Iterable[Way], person: Person, most: Mapping[str, int]) -> None:
        known = ((way.delivery, way.counted) for way in ways)
        self.uses = {
            one.id: (paid.scheme, paid.entitlement_credits, one.weeks)
            for one, paid in known
            if paid is not None and paid.entitlement_credits and paid.scheme in most
        }
        self.most, self.already = most, funded_already(person.attributes)

    def over(self, starts: Iterable[tuple[str, int]]) -> list[str]:
        """Deliveries, each with its week, that together use more than may be used in some 52 weeks; empty: none do.

        In the order in which they start.
        """
        ordered = sorted(((week, id) for id, week in starts if id in self.uses), key=lambda one: one[0])
        for scheme, most in self.most.items():
            own = [(week, id) for week, id in ordered if self.uses[id][0] == scheme]
            spans = [(week, week + self.uses[id][2], self.uses[id][1]) for week, id in own]
            used, among = fullest_year([*spans, *self.already])
            if used > most:
                return [id for number, (_, id) in enumerate(own) if number in among]
        return []

    def later(self, starts: Iterable[tuple[str, int]], until: int) -> tuple[str, int] | None:
        """The first delivery that is too much beside those before it, and the week from which it no longer is.

        None: there is none, or no such week.
        """
        before: list[tuple[str, int]] = []
        for id, now in sorted(starts, key=lambda one: one[1]):
            if self.over([*before, (id, now)]):
                weeks = range(now + 1, until + 1)
                return next(((id, week) for week in weeks if not self.over([*before, (id, week)])), None)
            before.append((id, now))
        return None


def yearly(ways: Iterable[Way], person: Person, book: RuleBook) -> Yearly | None:
    """What entitlements may not pay for in one year; None when none pays for anything, or has such a limit."""
    found = {id: scheme.values[A_YEAR].series for id, scheme in book.schemes.items() if A_YEAR in scheme.values}
    most = {id: series[-1].value for id, series in found.items()}
    limit = Yearly(ways, person, {id: number for id, number in most.items() if number is not None})
    return limit if limit.uses else None


def _tried(starts: Iterable[tuple[Run, date]], between: Births) -> list[date]:
    """Days of birth that stand for all between two days: the ends, and both sides of each at which a start turns."""
    ages = {(day, age + more) for run, day in starts for _, age in run.ages for more in (0, 1)}
    turns = {years_before(day, age) + timedelta(days=late) for day, age in ages for late in (0, 1)}
    return sorted({*between, *(born for born in turns if between[0] <= born <= between[1])})


def personal(day: DayCatalogue, person: Person, catalogues: Catalogues, until: int) -> DayCatalogue:
    """The catalogue of a day for one person, true of starts up to week `until`."""
    return _Personal(day, person, catalogues, until).catalogue()


class _Personal:
    """A day's catalogue, made personal."""

    def __init__(self, day: DayCatalogue, person: Person, catalogues: Catalogues, until: int) -> None:
        self.day, self.person, self.catalogues, self.until = day, person, catalogues, until
        self._who: dict[Hashable, Hashable] = {}
        self.born = births(person.attributes, person.asked_on)
        self.due = bisect_left(review_days(catalogues.book), person.asked_on)
        self.willing = person.attributes.get("willing-to-borrow") == "yes"
        self.limited = not ENTITLED.isdisjoint(person.attributes)
        self.judge = Judge(catalogues.projection, person)
        self.added: dict[str, tuple[Content, str]] = {}
        self._known: dict[Requirement, bool | None] = {}

    def catalogue(self) -> DayCatalogue:
        """The catalogue."""
        ways: dict[str, Way] = {}
        runs: dict[str, Run] = {}
        unsure, closed, borrowed = set[str](), set[str](), set[str]()
        for whole in self.day.ways.values():
            run, twin = self.run(whole), whole.delivery.content in self.day.twins
            first: Way | None = None
            for standing, span in self.spans(whole, run):
                way = self.aged(span, run, standing)
                if standing.answer is Answer.NO or (standing.answer is Answer.NOT_KNOWN and self.has_twin(whole)):
                    continue
                for number, paid in enumerate(standing.paid):
                    priced = _priced(way, paid, as_whole=first is None)
                    first, id = first or priced, priced.delivery.id
                    ways[id], runs[id] = priced, run
                    unsure.update([id] if twin or standing.answer is Answer.NOT_KNOWN else [])
                    borrowed.update([id] if self.no_need_of(paid, standing.paid[:number]) else [])
            if first is None:
                ways[whole.delivery.id] = whole
                closed.update([whole.delivery.id] if self.ever(run.entry) else [])
        contents = self.day.catalogue.contents + tuple(content for content, _ in self.added.values())
        exact = self.born is not None and self.born[0] == self.born[1]
        return replace(
            self.day,
            catalogue=self.catalogues.shared(contents, ways.values()),
            ways=ways,
            steps={**self.day.steps, **{id: self.day.steps[step] for id, (_, step) in self.added.items()}},
            twins={**self.day.twins, **{id: step for id, (_, step) in self.added.items()}},
            cannot_tell=frozenset(unsure),
            closed=frozenset(closed),
            borrowed=frozenset(borrowed),
            ages=None if exact else Ages(runs, self.person, self.held),
            yearly=yearly(ways.values(), self.person, self.catalogues.book),
        )

    def aged(self, way: Way, run: Run, standing: Standing) -> Way:
        """The way with a content of its own, where an age beside facts is not what it is at the beginning and ever."""
        ages = dict(zip(run.beside_facts, standing.aged, strict=True))
        person, on = self.person, self.person.asked_on
        usual = [(person.attribute(one, on) is True, person.attribute(one) is not False) for one in ages]
        if [(now is True, now is not False) for now in ages.values()] == usual:
            return way
        said = {True: "so", False: "not so", None: "not known"}
        one, when = way.delivery, f" ({', '.join(f'{write(asked)} {said[so]}' for asked, so in ages.items())})"
        contents = self.catalogues.contents_at(way.step, ages, when)
        self.added.update((content.id, (content, way.step.id)) for content in contents)
        content = contents[one.content in self.day.twins]
        return replace(way, delivery=replace(one, content=content.id))

    def has_twin(self, way: Way) -> bool:
        """Whether there is a twin beside a way, which is open to whoever may enter only on an assumption."""
        return cannot_tell(way.delivery.content) in self.day.twins

    def run(self, way: Way) -> Run:
        """The run of a way; a twin has that of its step."""
        key, runs = (way.step.id, way.offer.id if way.offer else None), self.catalogues.runs
        if key not in runs:
            runs[key] = Run(way, self.catalogues)
        return runs[key]

    def ever(self, asked: Requirement) -> bool:
        """Whether circumstances let somebody in as far as the facts held say; where not, that closes the entry."""
        match asked:
            case AllOf(parts):
                return all(map(self.ever, parts))
            case AnyOf(parts):
                return any(map(self.ever, parts))
            case AtLeast(count, parts):
                return sum(map(self.ever, parts)) >= count
            case Attribute():
                return self.person.attribute(asked) is not False
            case _:
                return True

    def held(self, asked: Requirement) -> bool | None:
        """Whether something is held from the start; a pathway may gain the rest."""
        if asked not in self._known:
            self._known[asked] = self.judge.judge(asked, self.person.facts)[0] is Verdict.MET or None
        return self._known[asked]

    def who(self, run: Run) -> Hashable:
        """All of the person, but for an age, that anything about a run can tell apart."""
        found = self._who.get(run.alike)
        if found is None:
            known = [run.told(name, self.person) for name in run.person]
            found = self._who[run.alike] = self.limited, *known, *map(self.held, run.held)
        return found

    def standing(self, run: Run, day: date) -> Standing:
        """How a start on a day stands. What was found for one person is kept for others who are alike in it."""
        person, kept, on = self.person, self.catalogues.standings, self.person.asked_on
        found = kept.get(key := (run.alike, run.day_class(day), self.due, self.who(run), run.age_class(person, day)))
        if found is None:
            situation = Situation(person.attributes, run.opportunity, day, on, self.held)
            answer = run.answer(situation)
            aged = tuple(person.attribute(one, day) for one in run.beside_facts)
            among = costs(self.catalogues.book, situation) if run.all_schemes and answer is not Answer.NO else ()
            if len(kept) >= KEPT:
                kept.clear()
            found = kept[key] = Standing(answer, self.paid(among), aged)
        return found

    def spans(self, way: Way, run: Run) -> Iterator[tuple[Standing, Way]]:
        """The weeks of a way, as ways of which each stands the same in all its weeks."""
        one = way.delivery
        if one.starts is not None:
            alike = defaultdict[Standing, list[int]](list)
            for week in one.starts:
                alike[self.standing(run, run.day(week, self.person.asked_on))].append(week)
            for standing, weeks in alike.items():
                yield standing, replace(way, delivery=replace(one, starts=tuple(weeks)))
            return
        on, kept = self.person.asked_on, self.catalogues.spans
        spans = kept.get(key := (run.alike, run.starts, one.opens, self.until, on, self.who(run), self.born))
        if spans is None:
            turns = {*run.turns, *_turning(run.ages, self.born or ())}
            weeks = sorted({one.opens, *(week for week in _weeks(turns, on) if one.opens < week <= self.until)})
            found = [(week, self.standing(run, run.day(week, on))) for week in weeks]
            spans = [found[0], *(here for before, here in pairwise(found) if here[1] != before[1])]
            if len(kept) >= KEPT:
                kept.clear()
            kept[key] = spans
        ends = [*(week - 1 for week, _ in spans[1:]), one.closes]
        for (week, standing), end in zip(spans, ends, strict=True):
            same = (week, end) == (one.opens, one.closes)
            yield standing, way if same else replace(way, delivery=replace(one, opens=week, closes=end))

    def paid(self, among: Iterable[Cost]) -> tuple[Cost | None, ...]:
        """The payments worth having (see `Standing`), the cheapest first and of those the one with the least loan."""
        sure = [(one.learner_pounds, one.loan_pounds, one) for one in among if one.answer is Answer.YES]
        known = [(a + b, b, one) for a, b, one in sure if a is not None and b is not None and (self.willing or not b)]
        found: list[Cost | None] = []
        taken: list[tuple[int, int, int]] = []
        for pounds, loan, one in sorted(known, key=lambda one: (*one[:2], one[2].scheme, one[2].rule)):
            takes = pounds - loan, *self.used(one)
            if not any(all(map(le, other, takes)) for other in taken):
                taken.append(takes)
                found.append(one)
        if all(any(self.used(one)) for one in found):
            found.append(None)
        return tuple(found)

    def used(self, paid: Cost | None) -> tuple[int, int]:
        """The credits and pounds of an entitlement that a payment uses up, as far as known, where that is limited."""
        if not self.limited or paid is None or paid.entitlement_credits == 0:
            return 0, 0
        return paid.entitlement_credits or 0, paid.loan_pounds or 0

    def no_need_of(self, paid: Cost | None, cheaper: Iterable[Cost | None]) -> bool:
        """Whether a payment does nothing that a cheaper one does not, but take less from the own pocket."""
        return any(all(map(le, self.used(other), self.used(paid))) for other in cheaper)


def _priced(way: Way, paid: Cost | None, *, as_whole: bool) -> Way:
    """A way that is paid for so. `as_whole`: under the id of the whole."""
    one = way.delivery
    if not as_whole:
        week = one.opens if one.starts is None else one.starts[0]
        one = replace(one, id=f"{one.id} (from week {week}{f', {paid.scheme}: {paid.rule}' if paid else ''})")
    if paid is None:
        return way if one is way.delivery else replace(way, delivery=one)
    pounds = (paid.learner_pounds or 0) + (paid.loan_pounds or 0)
    one = replace(one, cost_pounds=pounds)
    return replace(way, delivery=one, unknown=way.unknown - {Criterion.COST}, counted=paid)
