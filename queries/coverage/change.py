"""The smallest change that closes a gap: the fewest, or cheapest, units to run at named providers, exactly.

A *gap* is made of items: competencies, or themes of theirs, that are needed and that nobody teaches where it was asked.
A unit closes an item when, by the ways of knowing that the question lets in, it teaches it, at a level that is high
enough. That a unit would close an item is as sure as the reason it rests on, mostly our own tag: it is a proposal to be
looked into, not a promise. A unit that is not known to teach something is never said not to.

What is best is decided by `queries.coverage.cover`; this module makes moves of units, and words of the answer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from graph.projection import Gap, Status, worst
from queries.coverage.faults import EmptyGapError, LocksContradictError, NoChoiceError, NotAUnitError
from queries.coverage.gap import Item
from queries.coverage.model import (
    CoverageFacts,
    Inference,
    RunState,
    Teacher,
    TeacherKind,
    Teaching,
    Via,
    high_enough,
    is_real,
    let_in,
)
from queries.coverage.posed import Cap, Choice, Cover, Covered, Dropped, Move, Must, Proof

RANKS: Final = {via: rank for rank, via in enumerate(Via)}
"""How sure each way of knowing is, 0 the surest."""

NEW: Final = len(RANKS)
"""A unit that does not exist is the least sure way of all."""

NEAREST: Final = 5
"""Units that are named for an item which nothing closes."""

MOST_COPIES: Final = 20
"""Most new units of one kind."""


class Basis(StrEnum):
    """What is to be least."""

    UNITS = "units"
    CREDITS = "credits"
    POUNDS = "pounds"


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that nobody has written yet. `holds`: the most items of the gap that it could teach.

    `level` None: whatever level it takes. `pounds`: what one would cost; None: not known. `copies`: how many at most.
    """

    credits: int
    holds: int
    level: int | None = None
    pounds: int | None = None
    copies: int = MOST_COPIES

    @property
    def title(self) -> str:
        """What it is called."""
        level = "" if self.level is None else f" at level {self.level}"
        return f"new unit of {self.credits} credits{level}"


@dataclass(frozen=True, slots=True)
class Locks:
    """What may not be touched. Ids of units; most units and credits are of each provider.

    `must_keep`: a unit that runs at one of the providers stays, and takes up room there. `must_have`: it is part of the
    change whatever it costs. `current_only`: of awards that people can still be entered for.
    """

    must_keep: tuple[str, ...] = ()
    must_have: tuple[str, ...] = ()
    cannot_add: tuple[str, ...] = ()
    most_units: int | None = None
    most_credits: int | None = None
    least_level: int | None = None
    most_level: int | None = None
    current_only: bool = True


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """One question: the gap, the providers that could run units, what is to be least, and the locks.

    `pounds`: what it would cost to run a unit, where somebody states it. `units`: only these units; empty: all that are
    known. `existing` False: new units alone.
    """

    items: tuple[Item, ...]
    providers: tuple[str, ...]
    by: Basis = Basis.UNITS
    inference: Inference = field(default_factory=Inference)
    locks: Locks = Locks()
    new: tuple[NewUnit, ...] = ()
    pounds: Mapping[str, int] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    existing: bool = True


@dataclass(frozen=True, slots=True)
class Reach:
    """That a unit closes an item: the reason that is surest, and all that are let in. Of a new unit there is none."""

    item: Item
    teachings: tuple[Teaching, ...]
    theme: str | None = None

    @property
    def via(self) -> Via | None:
        """The surest way of knowing; None: nothing is known, it is to be written."""
        if self.teachings:
            return self.teachings[0].via
        return Via.UNIT_THEME if self.theme else None


class Why(StrEnum):
    """Why a unit that has to do with an item is not a candidate for it."""

    TOO_LOW = "too-low"
    LEVEL_NOT_KNOWN = "level-not-known"
    PLACEHOLDER = "placeholder"
    NOT_LET_IN = "not-let-in"
    LOCKED = "locked"
    CREDITS_NOT_KNOWN = "credits-not-known"
    COST_NOT_KNOWN = "cost-not-known"
    NO_ROOM = "no-room"


@dataclass(frozen=True, slots=True)
class Near:
    """A unit that comes near to closing an item, and every reason why it does not."""

    unit: Teacher
    via: Via
    through: str
    why: tuple[Why, ...]
    text: str


@dataclass(frozen=True, slots=True)
class StaysOpen:
    """An item that the answer does not close, with the nearest candidates; without any nobody is known to teach it."""

    item: Item
    nearest: tuple[Near, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Added:
    """A unit of an answer. `providers`: any of these would do, where the locks do not say which.

    `already`: a course that leads to its award runs there; whether this unit is taught in it may not be known.
    `alone`: the items that nothing else in the answer closes. `status`: how sure it is that it closes them.
    """

    unit: Teacher | NewUnit
    providers: tuple[str, ...]
    copies: int
    credits: int | None
    price: int
    already: bool
    closes: tuple[Reach, ...]
    alone: tuple[str, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class Plan:
    """One answer. `price`: in units, credits or pounds. `credits` None: those of some unit are not known.

    `bound`: nothing that closes as much has a lower price than this.
    """

    units: tuple[Added, ...]
    closed: tuple[str, ...]
    price: int
    credits: int | None
    proof: Proof
    bound: int


@dataclass(frozen=True, slots=True)
class Gain:
    """The most of the gap that so many units close together, and how much more that is than with one unit fewer."""

    units: int
    closed: int
    more: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class LockSaid:
    """A lock, and what dropping it alone would bring. `binds` None: the work ran out before that was known."""

    lock: str
    binds: bool | None
    more_closed: int | None
    saved: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """The answer. `differs`: how the runner-up does. `size`: units that could be added, items, and pairs of both."""

    best: Plan
    runner_up: Plan | None
    differs: str
    gains: tuple[Gain, ...]
    stays_open: tuple[StaysOpen, ...]
    locks: tuple[LockSaid, ...]
    not_known: tuple[Gap, ...]
    size: tuple[int, int, int]
    work: int
    text: str


def runs_at(facts: CoverageFacts, unit: Teacher, provider: str, inference: Inference) -> bool:
    """Whether something that people can join, or was seen on offer, leads to an award of the unit at a provider."""
    return any(
        run.provider == provider
        and run.state in (RunState.TO_COME, RunState.NOT_DATED)
        and is_real(run.status, run.id, facts, inference)
        for run in facts.runs_for(unit)
    )


class Closers:
    """Which items of a gap a unit closes, by the reasons that a question lets in."""

    def __init__(self, facts: CoverageFacts, items: Sequence[Item], inference: Inference) -> None:
        self.facts, self.items, self.inference = facts, items, inference
        self._items_of: dict[str, list[int]] = defaultdict(list)
        for number, item in enumerate(items):
            for competency in item.competencies:
                self._items_of[competency].append(number)
        themes = Via.UNIT_THEME in inference.via
        self._themed = [(number, item) for number, item in enumerate(items) if themes and item.theme is not None]

    def units(self) -> Iterator[Teacher]:
        """Every unit that counts at all: placeholders only where they were asked for."""
        for teacher in self.facts.teachers.values():
            real = is_real(teacher.status, teacher.id, self.facts, self.inference)
            if teacher.kind is TeacherKind.UNIT and real:
                yield teacher

    def of(self, unit: Teacher) -> dict[int, Reach]:
        """The items that a unit closes, by number, with the reasons that are let in, surest first."""
        found = defaultdict[int, list[Teaching]](list)
        for teaching in self.facts.taught_by.get(unit.id, ()):
            if teaching.competency in self._items_of and let_in(teaching, self.facts, self.inference):
                for number in self._items_of[teaching.competency]:
                    found[number].append(teaching)
        reach = {
            number: Reach(self.items[number], tuple(sorted(some, key=_sureness))) for number, some in found.items()
        }
        for number, item in self._themed:
            if item.theme in unit.themes and number not in reach:
                reach[number] = Reach(item, (), item.theme)
        return {
            number: one
            for number, one in sorted(reach.items())
            if high_enough(unit.level, one.item.level, self.inference)
        }


class Question:
    """A question made ready: `cover` is what is to be solved, and `answer` says in words what was found.

    Raises `EmptyGapError`, `NotAUnitError`, and `LocksContradictError` for what can be seen without solving.
    """

    def __init__(self, facts: CoverageFacts, request: ChangeRequest) -> None:
        if not request.items:
            raise EmptyGapError("the gap is empty: there is nothing to close")
        if not request.providers:
            raise EmptyGapError("no provider is named at which units could be run")
        self.facts, self.request = facts, request
        self.items = {item.id: number for number, item in enumerate(request.items)}
        self.words: dict[str, str] = {}
        self._titles = Counter(one.title for one in facts.teachers.values() if one.kind is TeacherKind.UNIT)
        self._check()
        closers = Closers(facts, request.items, request.inference)
        asked = (unit for unit in closers.units() if self._asked(unit))
        self.reach = {unit.id: reach for unit in asked if (reach := closers.of(unit))}
        self._moves: list[tuple[Move, Teacher | NewUnit, tuple[str, ...]]] = []
        self.cover = self._cover()

    def _asked(self, unit: Teacher) -> bool:
        return self.request.existing and (not self.request.units or unit.id in self.request.units)

    # Locks.

    def _check(self) -> None:
        locks = self.request.locks
        named = (*locks.must_keep, *locks.must_have, *locks.cannot_add, *self.request.pounds, *self.request.units)
        for unit in named:
            teacher = self.facts.teachers.get(unit)
            if teacher is None or teacher.kind is not TeacherKind.UNIT:
                raise NotAUnitError(unit)
        for unit in locks.must_keep:
            if not any(self._runs_at(self.facts.teachers[unit], one) for one in self.request.providers):
                said = "a unit that must be kept runs at one of the providers"
                raise LocksContradictError((f"must keep {self._named(unit)}", f"{said}; none is known to run it"))

    def _runs_at(self, unit: Teacher, provider: str) -> bool:
        return runs_at(self.facts, unit, provider, self.request.inference)

    def _named(self, id: str) -> str:
        """A unit by its title; one that has namesakes by its award too: `Mathematics, of Engineering HNC`."""
        unit = self.facts.teachers[id]
        if self._titles[unit.title] < 2 or unit.award is None:
            return unit.title
        return f"{unit.title}, of {self.facts.labels.get(unit.award, unit.award)}"

    def _titled(self, unit: Teacher | NewUnit) -> str:
        return f"a {unit.title}" if isinstance(unit, NewUnit) else self._named(unit.id)

    def _lock(self, name: str, words: str) -> str:
        self.words[name] = words
        return name

    def _shut(self, unit: Teacher) -> frozenset[str]:
        """The locks that keep a unit out."""
        locks, found = self.request.locks, set[str]()
        if unit.id in locks.cannot_add:
            found.add(self._lock(f"cannot-add {unit.id}", f"cannot add {self._named(unit.id)}"))
        if locks.current_only and not unit.current:
            found.add(self._lock("current-only", "only units of awards that people can still be entered for"))
        return frozenset(found | self._level_locks(unit.level))

    def _level_locks(self, level: int | None) -> set[str]:
        """The bounds on levels that a level breaks; one that is not known breaks each."""
        locks, found = self.request.locks, set[str]()
        if locks.least_level is not None and (level is None or level < locks.least_level):
            found.add(self._lock("least-level", f"no unit below level {locks.least_level}"))
        if locks.most_level is not None and (level is None or level > locks.most_level):
            found.add(self._lock("most-level", f"no unit above level {locks.most_level}"))
        return found

    def price(self, unit: Teacher) -> int | None:
        """What running a unit costs; None: not known."""
        return {Basis.UNITS: 1, Basis.CREDITS: unit.credits, Basis.POUNDS: self.request.pounds.get(unit.id)}[
            self.request.by
        ]

    def _cover(self) -> Cover:
        request, locks = self.request, self.request.locks
        capped = locks.most_units is not None or locks.most_credits is not None
        wanted = {*locks.must_keep, *locks.must_have}
        most = max((one.credits or 0 for one in self.facts.teachers.values()), default=0) + 1
        for unit in sorted((self.facts.teachers[id] for id in {*self.reach, *wanted}), key=lambda one: one.id):
            reach, price, shut = self.reach.get(unit.id, {}), self.price(unit), self._shut(unit)
            if price is None and unit.id not in wanted:
                continue
            if locks.most_credits is not None and unit.credits is None:
                shut |= {self._lock("most-credits", f"at most {locks.most_credits} credits at each provider")}
            closes = {number: RANKS[one.via] for number, one in reach.items() if one.via is not None}
            here = tuple(one for one in request.providers if self._runs_at(unit, one))
            second = 1 if request.by is not Basis.UNITS else most if unit.credits is None else unit.credits
            if price is None:
                price = 0 if here else None
            if price is None:
                said = "its credits are not known" if request.by is Basis.CREDITS else "no cost of it is stated"
                raise LocksContradictError((f"must have {self._named(unit.id)}", said))
            for group in [(one,) for one in request.providers] if capped else [here or request.providers]:
                free = bool(here) and group[0] in here
                move = Move(unit.id, group[0], 0 if free else price, 0 if free else second, closes, shut=shut)
                self._moves.append((move, unit, group))
        for new in request.new:
            self._add_new(new, [(one,) for one in request.providers] if capped else [request.providers])
        moves = tuple(move for move, _, _ in self._moves)
        return Cover(len(request.items), moves, tuple(self._musts()), tuple(self._caps()))

    def _add_new(self, new: NewUnit, groups: Sequence[tuple[str, ...]]) -> None:
        by, inference = self.request.by, self.request.inference
        price = {Basis.UNITS: 1, Basis.CREDITS: new.credits, Basis.POUNDS: new.pounds}[by]
        if price is None:
            return
        closes = {
            number: NEW
            for number, item in enumerate(self.request.items)
            if new.level is None or high_enough(new.level, item.level, inference)
        }
        second = new.credits if by is Basis.UNITS else 1
        shut = frozenset(self._level_locks(new.level)) if new.level is not None else frozenset[str]()
        for group in groups:
            move = Move(f"~{new.title}", group[0], price, second, closes, new.copies, new.holds, shut)
            self._moves.append((move, new, group))

    def _musts(self) -> Iterator[Must]:
        locks = self.request.locks
        for kind, units in (("must-keep", locks.must_keep), ("must-have", locks.must_have)):
            for unit in units:
                moves = tuple(n for n, (move, _, group) in enumerate(self._moves) if move.name == unit and self._kept(
                    kind, unit, group))  # fmt: skip
                yield Must(self._lock(f"{kind} {unit}", f"{kind.replace('-', ' ')} {self._named(unit)}"), moves)

    def _kept(self, kind: str, unit: str, group: tuple[str, ...]) -> bool:
        """A unit is kept only where it runs; it may be had anywhere."""
        return kind == "must-have" or self._runs_at(self.facts.teachers[unit], group[0])

    def _caps(self) -> Iterator[Cap]:
        locks = self.request.locks
        for provider in self.request.providers:
            here = {n: one for n, (_, one, group) in enumerate(self._moves) if group == (provider,)}
            if locks.most_units is not None:
                words = f"at most {locks.most_units} units at {self.facts.labels.get(provider, provider)}"
                yield Cap(self._lock(f"most-units {provider}", words), dict.fromkeys(here, 1), locks.most_units)
            if locks.most_credits is not None:
                words = f"at most {locks.most_credits} credits at {self.facts.labels.get(provider, provider)}"
                amounts = {n: one.credits or 0 for n, one in here.items()}
                yield Cap(self._lock(f"most-credits {provider}", words), amounts, locks.most_credits)

    def contradiction(self, error: NoChoiceError) -> LocksContradictError:
        """The same in words."""
        return LocksContradictError(tuple(self.words[lock] for lock in error.locks))

    # The answer.

    def answer(self, covered: Covered) -> Change:
        """What was found, in words."""
        best = self._plan(covered.best)
        second = self._plan(covered.runner_up) if covered.runner_up is not None else None
        gains, before = list[Gain](), 0
        for units, choice in covered.gains:
            plan = self._plan(choice)
            gains.append(Gain(units, len(plan.closed), len(plan.closed) - before, plan))
            before = len(plan.closed)
        left = [item for item in self.request.items if item.id not in best.closed]
        roles = {role for item in self.request.items for role in item.roles}
        unlisted = {award for role in roles for award in self.facts.unlisted.get(role, ())}
        return Change(
            best=best,
            runner_up=second,
            differs=self._differs(best, second),
            gains=tuple(gains),
            stays_open=tuple(self._open(item) for item in left),
            locks=tuple(self._lock_said(one, covered.best) for one in covered.dropped),
            not_known=tuple(
                gap for gap in self.facts.gaps if gap.leaves_open("units") and not unlisted.isdisjoint(gap.about)
            ),
            size=covered.size,
            work=covered.work,
            text=self._said(best),
        )

    def _plan(self, choice: Choice) -> Plan:
        by_item: dict[int, list[int]] = defaultdict(list)
        closes: dict[int, list[int]] = {}
        for number, _ in choice.done:
            move = self._moves[number][0]
            held = move.holds is not None
            closes[number] = [item for item in move.closes if not held or choice.closed.get(item, (-1, 0))[0] == number]
            for item in closes[number]:
                by_item[item].append(number)
        added = []
        for number, times in choice.done:
            move, unit, group = self._moves[number]
            if isinstance(unit, NewUnit):
                reach = {item: Reach(self.request.items[item], ()) for item in closes[number]}
            else:
                reach = self.reach.get(unit.id, {})
            added.append(
                Added(
                    unit=unit,
                    providers=group,
                    copies=times,
                    credits=None if unit.credits is None else unit.credits * times,
                    price=move.price * times,
                    already=not move.price,
                    closes=tuple(reach[item] for item in closes[number]),
                    alone=tuple(self.request.items[item].id for item in closes[number] if len(by_item[item]) == 1),
                    status=_sure(unit, [reach[item] for item in closes[number]]),
                )
            )
        credits = [one.credits for one in added if not one.already]
        return Plan(
            units=tuple(added),
            closed=tuple(self.request.items[item].id for item in choice.closed),
            price=choice.price,
            credits=None if None in credits else sum(one for one in credits if one is not None),
            proof=choice.proof,
            bound=choice.bound,
        )

    def _priced(self, price: int) -> str:
        match self.request.by:
            case Basis.POUNDS:
                return f"£{price:,}"
            case Basis.CREDITS:
                return f"{price} credit{'s' * (price != 1)}"
            case Basis.UNITS:
                return f"{price} unit{'s' * (price != 1)}"

    def _said(self, best: Plan) -> str:
        whole = len(self.request.items)
        if not best.closed:
            return f"Nothing that may be added closes {'it' if whole == 1 else f'any of the {whole}'}."
        what = (
            "it"
            if whole == 1
            else f"all {whole}"
            if len(best.closed) == whole
            else f"{len(best.closed)} of the {whole}"
        )
        sure = "nothing less closes as many"
        if best.proof is not Proof.PROVEN:
            sure = f"the work ran out: it may be done with {self._priced(best.bound)}"
        verb = "closes" if best.price == 1 else "close"
        rest = whole - len(best.closed)
        left = f" Nothing that may be added closes the other {rest}." if rest else ""
        return f"{self._priced(best.price)} {verb} {what}{_rests_on(best)}; {sure}.{left}"

    def _differs(self, best: Plan, second: Plan | None) -> str:
        if second is None:
            why = "nothing that may be added closes anything"
            if any(not one.already for one in best.units):
                why = "every unit of the answer is locked"
            elif best.closed:
                why = "what closes it runs there already"
            return f"There is no other choice: {why}."
        first, other = (Counter({self._titled(one.unit): one.copies for one in plan.units}) for plan in (best, second))
        gone, new = _counted(first - other), _counted(other - first)
        less = len(best.closed) - len(second.closed)
        more = second.price - best.price
        told = [f"It has {new} in place of {gone}."]
        if less:
            told.append(f"It closes {less} fewer.")
        told.append(
            f"It costs {self._priced(more)} more." if more > 0
            else f"It costs {self._priced(-more)} less." if more < 0
            else "It costs the same."
        )  # fmt: skip
        return " ".join(told)

    def _lock_said(self, one: Dropped, best: Choice) -> LockSaid:
        words = self.words[one.lock]
        if one.more_closed is None or one.saved is None:
            return LockSaid(one.lock, None, None, None, f"{words}: what it costs is not known, the work ran out")
        if one.more_closed:
            text = f"without it {one.more_closed} more would be closed"
        elif one.saved:
            text = f"without it {self._priced(one.saved)} would be saved"
        else:
            text = "it costs nothing"
        return LockSaid(one.lock, bool(one.more_closed or one.saved), one.more_closed, one.saved, f"{words}: {text}")

    # What stays open.

    def _open(self, item: Item) -> StaysOpen:
        """Why an item stays open: every unit that has to do with it, and what stands in its way."""
        found = dict[str, Near]()
        for teacher, via, through, teaching in self._touching(item):
            why, words = self._why(item, teacher, teaching)
            near = Near(teacher, via, through, why, words)
            if teacher.id not in found or (len(why), RANKS[via]) < (
                len(found[teacher.id].why),
                RANKS[found[teacher.id].via],
            ):
                found[teacher.id] = near
        ranked = sorted(found.values(), key=lambda one: (len(one.why), RANKS[one.via], one.unit.id))
        if not ranked:
            text = "No unit that we know of has to do with it."
        else:
            more = f" {len(ranked) - NEAREST} more come near." if len(ranked) > NEAREST else ""
            text = f"{len(ranked)} units have to do with it, but none counts.{more}".replace(
                "1 units have", "1 unit has"
            )
        return StaysOpen(item, tuple(ranked[:NEAREST]), text)

    def _touching(self, item: Item) -> Iterator[tuple[Teacher, Via, str, Teaching | None]]:
        for competency in item.competencies:
            for teaching in self.facts.teachings_of.get(competency, ()):
                teacher = self.facts.teachers[teaching.teacher]
                if teacher.kind is TeacherKind.UNIT:
                    yield teacher, teaching.via, teaching.through, teaching
        if item.theme is not None:
            for teacher in self.facts.teachers.values():
                if teacher.kind is TeacherKind.UNIT and item.theme in teacher.themes:
                    yield teacher, Via.UNIT_THEME, item.theme, None

    def _why(self, item: Item, unit: Teacher, teaching: Teaching | None) -> tuple[tuple[Why, ...], str]:
        asked, found, words = self.request, list[Why](), list[str]()

        def against(why: Why, said: str) -> None:
            found.append(why)
            words.append(said)

        enough = high_enough(unit.level, item.level, asked.inference)
        if enough is False:
            against(Why.TOO_LOW, f"it is at level {unit.level}, and level {item.level} is needed")
        elif enough is None:
            against(Why.LEVEL_NOT_KNOWN, f"its level is not known, and level {item.level} is needed")
        statuses = (unit.status, teaching.status if teaching else unit.status)
        if not all(is_real(one, unit.id, self.facts, asked.inference) for one in statuses):
            against(Why.PLACEHOLDER, "it is a made-up placeholder")
        elif teaching is not None and not let_in(teaching, self.facts, asked.inference):
            against(Why.NOT_LET_IN, f"the question does not let in that way of knowing ({teaching.via})")
        for lock in sorted(self._shut(unit)):
            against(Why.LOCKED, f"a lock: {self.words[lock]}")
        if self.price(unit) is None:
            if asked.by is Basis.CREDITS:
                against(Why.CREDITS_NOT_KNOWN, "its credits are not known: ask the awarding body")
            else:
                against(Why.COST_NOT_KNOWN, "nobody states what it would cost")
        if not self._asked(unit):
            against(Why.LOCKED, "only other units were asked about")
        if not found:
            against(Why.NO_ROOM, "there is no room for it at the providers")
        return tuple(found), "; ".join(words)


def _sureness(teaching: Teaching) -> tuple[int, float, str, str]:
    return RANKS[teaching.via], -(teaching.score or 0.0), teaching.competency, teaching.through


def _sure(unit: Teacher | NewUnit, reached: Iterable[Reach]) -> Status:
    if isinstance(unit, NewUnit):
        return Status.ILLUSTRATIVE
    each = [one.teachings[0].status if one.teachings else Status.INFERRED for one in reached]
    return worst([unit.status, *each])


def _rests_on(plan: Plan) -> str:
    """How much of what a plan closes nobody published a reason for: `, 3 of them by our inference alone`."""
    surest: dict[str, set[Status]] = defaultdict(set)
    for one in plan.units:
        for reach in one.closes:
            surest[reach.item.id].add(_sure(one.unit, [reach]))
    ours = sum(Status.PUBLISHED not in found and Status.INFERRED in found for found in surest.values())
    made_up = sum(found == {Status.ILLUSTRATIVE} for found in surest.values())
    told = ((ours, "our inference"), (made_up, "what is illustrative"))
    whole = len(surest)
    return "".join(f", {f'{many} of them ' if many < whole else ''}by {what} alone" for many, what in told if many)


def _counted(units: Counter[str]) -> str:
    return ", ".join(one if times == 1 else f"{times} × {one}" for one, times in units.items()) or "nothing"
