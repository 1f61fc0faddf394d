"""The smallest change and bundles, from a reader's words to what is solved, and to replies, tables and lines."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Final, NoReturn
from urllib.parse import parse_qsl, urlencode

from pydantic import ValidationError

from api import charts
from api.addresses import Addresses
from api.console import Screen
from api.dependencies import ReleaseHolder, Services
from api.designers.coverage import slice_of
from api.designers.solved import COVER, COVERED, PACKED, PACKS, ToSolve
from api.errors import Problem, Suggestion, field_problems
from api.faces import Faces, release_words
from api.people import naming
from api.questions import Understanding, today
from api.reply import JSON
from api.schemas.board import SliceAsked
from api.schemas.changes import (
    AddedSaid,
    BundleSaid,
    BundlesAsked,
    BundlesSaid,
    ChangeBody,
    ChangeQuestion,
    ChangeSaid,
    CourseSeen,
    CreditsNotKnown,
    FloorSaid,
    GainSaid,
    GapAsked,
    GapThere,
    ItemSaid,
    LockOut,
    NamedSaid,
    NearSaid,
    OfferRule,
    PickSaid,
    PickUnit,
    PlanSaid,
    ReachSaid,
    ReasonSaid,
    RefusedSaid,
    SizeSaid,
    StaysOpenSaid,
    ValueSaid,
)
from api.schemas.common import Link
from api.sheets import Cell, Sheet, openable
from graph.projection import Status, worst
from queries.coverage.board import board
from queries.coverage.bundles import Bundle, BundleQuestion, BundleRequest, Bundles, Value
from queries.coverage.change import (
    Basis,
    Change,
    ChangeRequest,
    Locks,
    NewUnit,
    Plan,
    Question,
    Reach,
)
from queries.coverage.faults import EmptyGapError, NoChoiceError, UnknownGapError
from queries.coverage.gap import Item, gap_of, named, themes_of
from queries.coverage.model import CoverageFacts, Via
from queries.coverage.posed import Proof
from queries.eligibility.decision import Answer
from queries.eligibility.rulebook import rulebook
from queries.pathways.request import counted

REASONS: Final = 3
"""Reasons that are told of a unit and an item; how many more there are is said."""

CAUTION: Final = (
    "A proposal to look into, not a promise: that a unit closes something rests on the reasons that are told, most of "
    "them our own tags. Nobody has said that these providers could run these units, and a unit that is not named here "
    "may teach it all the same."
)

# From a reader's words.


class ChangeAsker:
    """A question about the smallest change over one release, made ready to be solved.

    Raises problems that name the field, `LocksContradictError` and `EmptyGapError`.
    """

    def __init__(self, services: Services, holder: ReleaseHolder, asked: ChangeQuestion) -> None:
        self.services, self.asked = services, asked
        self.on = asked.on or today()
        self.facts = services.coverage(self.on)
        words = _Words(services, holder)
        providers = words.each("provider", asked.provider, ("Provider",), "a provider")
        self.items = _gap(self.facts, words, asked, () if asked.elsewhere else providers)

        def units(field: str) -> tuple[str, ...]:
            return words.each(field, getattr(asked, field), ("Unit",), "a unit")

        body = asked if isinstance(asked, ChangeBody) else None
        priced = words.each("pounds", list(body.pounds), ("Unit",), "a unit") if body else ()
        self.request = ChangeRequest(
            items=self.items,
            providers=providers,
            by=asked.by,
            inference=asked.inference(),
            locks=Locks(
                must_keep=units("must_keep"),
                must_have=units("must_have"),
                cannot_add=units("cannot_add"),
                most_units=asked.most_units,
                most_credits=asked.most_credits,
                least_level=asked.least_level,
                most_level=asked.most_level,
                current_only=not asked.any_award,
            ),
            new=tuple(NewUnit(one.credits, one.holds, one.level, one.pounds, one.at_most) for one in body.new)
            if body
            else (),
            pounds=dict(zip(priced, body.pounds.values(), strict=True)) if body else {},
            units=units("only"),
            existing=not (body and body.new_only),
        )
        self.question = Question(self.facts, self.request)

    def task(self) -> ToSolve:
        """What a worker is to solve."""
        return ToSolve(False, COVER.dump_json(self.question.cover))

    def said(self, found: bytes, addresses: Addresses) -> ChangeSaid:
        """The reply, of what a worker found."""
        change = self.question.answer(COVERED.validate_json(found))
        return _change_said(self, change, addresses)

    def in_words(self, error: NoChoiceError) -> Exception:
        """Locks that contradict each other, in words."""
        return self.question.contradiction(error)


def gap_said(services: Services, holder: ReleaseHolder, query: str, on: date) -> tuple[Item, ...]:
    """The gap that the query part of an address of `/changes` names, as it is on a day; none: nothing is lacking there.

    What that address says besides is passed over. Raises problems that name the field.
    """
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(query):
        if name in _NAMES_A_GAP:
            given.setdefault(name, []).append(value)
    try:
        asked = GapThere.model_validate({name: some if name in _MANY else some[-1] for name, some in given.items()})
    except ValidationError as error:
        wrong = field_problems(error.errors())
        raise Problem("invalid-request", f"closing: {wrong[0].field} {wrong[0].message}.", 422) from None
    facts, words = services.coverage(on), _Words(services, holder)
    providers = words.each("provider", asked.provider, ("Provider",), "a provider")
    try:
        return _gap(facts, words, asked, () if asked.elsewhere else providers)
    except EmptyGapError:
        return ()


_NAMES_A_GAP: Final = frozenset(GapThere.model_fields) - {"release", "rows", "on"}
"""The names of a question that say which gap it is about."""

_MANY: Final = frozenset({"gap", "role", "provider", "via"})


class BundlesAsker:
    """A question about bundles over one release, made ready to be solved. Raises as `ChangeAsker`."""

    def __init__(self, services: Services, holder: ReleaseHolder, asked: BundlesAsked) -> None:
        self.services, self.asked = services, asked
        self.on = asked.on or today()
        self.facts = services.coverage(self.on)
        words = _Words(services, holder)
        providers = words.each("provider", asked.provider, ("Provider",), "a provider")
        awards = words.each("award", asked.award, ("Qualification",), "an award")
        self.items = _gap(self.facts, words, asked, providers)
        request = BundleRequest(self.items, self.on, providers, awards, asked.inference())
        self.question = BundleQuestion(self.facts, services.release.projection.awards, rulebook(), request)

    def task(self) -> ToSolve:
        """What a worker is to solve."""
        return ToSolve(True, PACKS.dump_json(self.question.packs))

    def said(self, found: bytes, addresses: Addresses) -> BundlesSaid:
        """The reply, of what a worker found."""
        return _bundles_said(self, self.question.answer(PACKED.validate_json(found)), addresses)


class _Words:
    """Takes words for things, and says in which field a problem stands."""

    def __init__(self, services: Services, holder: ReleaseHolder) -> None:
        self.understanding = Understanding(services, holder)

    def each(self, field: str, given: Sequence[str], kinds: tuple[str, ...], wanted: str) -> tuple[str, ...]:
        """The ids of what a list names, each once."""
        found = []
        for text in given:
            with naming(field, text):
                found.append(self.understanding.thing(text, kinds, wanted).id)
        return tuple(dict.fromkeys(found))


def _gap(facts: CoverageFacts, words: _Words, asked: GapAsked, providers: tuple[str, ...]) -> tuple[Item, ...]:
    """The items of the gap. Raises a problem for one that is empty or that nobody can name."""
    if asked.gap:
        if asked.role or asked.sector is not None or asked.near is not None:
            why = "competencies and themes are named in `gap`: roles, a sector and a place are not looked at then"
            raise Problem("invalid-request", f"gap: {why}.", 422)
        try:
            return named(facts, asked.gap, asked.level)
        except UnknownGapError as error:
            _unknown(facts, error)
    roles = words.each("role", asked.role, ("Role",), "a role")
    levels = [] if asked.level is None else [asked.level]
    there = [] if asked.near is not None else list(providers)
    slice = slice_of(
        SliceAsked(
            role=list(roles), sector=asked.sector, level=levels, provider=there, near=asked.near, km=asked.km
        ),
        facts,
    )  # fmt: skip
    if not roles and asked.level is None and asked.sector is None:
        why = "name what is to be closed, or roles, a level or a sector whose needs are"
        raise Problem("invalid-request", f"gap: {why}.", 422)
    if items := gap_of(facts, slice, asked.inference(), asked.of):
        return items
    found = board(facts, slice, asked.inference())
    if found.unstated and not found.cells:
        raise _nothing_stated(facts, [role for one in found.unstated for role in one.roles])
    raise EmptyGapError("everything that is needed is taught there, as far as we know: there is nothing to close")


def _nothing_stated(facts: CoverageFacts, roles: list[str]) -> Problem:
    """That no unit can be told for these roles, with the roles beside that the same awards are aimed at."""
    who = ", ".join(_label(facts, role) for role in roles)
    listed = {unit.award for unit in facts.teachers.values() if unit.status is not Status.ILLUSTRATIVE}
    unlisted = dict.fromkeys(one for role in roles for one in facts.unlisted.get(role, ()) if one not in listed)
    units = (
        f" No unit of {' or '.join(_label(facts, one) for one in unlisted)} is published either." if unlisted else ""
    )
    text = f"What is needed is not known: no needs are published of {who}.{units} So no unit can be recommended."
    aimed = {award for role in roles for award in facts.aimed.get(role, ())}
    beside = [one for one in facts.needs_of if aimed.intersection(facts.aimed.get(one, ()))]
    asked = urlencode([("role", role) for role in roles])
    see = f"See [what is known to be taught for it](coverage?{asked})."
    return Problem(
        "not-known",
        text,
        422,
        hint=f"{see} Or ask of a role that the same award is aimed at." if beside else see,
        members={
            "id": roles[0],
            "suggestions": [
                Suggestion(id=one, label=_label(facts, one), kind="Role", href=f"/roles/{one}") for one in beside
            ],
        },
    )


def _unknown(facts: CoverageFacts, error: UnknownGapError) -> NoReturn:
    near = get_close_matches(error.name.casefold(), themes_of(facts), 3, 0.6)
    hint = f"Did you mean {' or '.join(near)}?" if near else "The query coverage-of-themes lists the themes."
    raise Problem("unknown-id", f"gap: {error}.", 422, hint=hint, members={"id": error.name, "suggestions": []})


# To replies.


def _links(services: Services, addresses: Addresses, path: str, say: Iterable[tuple[str, str, str]]) -> list[Link]:
    return [
        Link(rel="service-doc", href=addresses.to("/docs"), type="text/html", title="how to ask"),
        *(Link(rel=rel, href=addresses.to(path), type=JSON, title=title) for rel, path, title in say),
    ]


def _named_said(facts: CoverageFacts, ids: Iterable[str]) -> list[NamedSaid]:
    return [NamedSaid(id=id, label=_label(facts, id)) for id in ids]


def _label(facts: CoverageFacts, id: str) -> str:
    teacher = facts.teachers.get(id)
    return teacher.title if teacher else facts.labels.get(id, id)


def _items_said(facts: CoverageFacts, items: Iterable[Item]) -> list[ItemSaid]:
    return [
        ItemSaid(
            id=one.id,
            label=one.label,
            level=one.level,
            theme=one.theme,
            competencies=list(one.competencies),
            roles=_named_said(facts, one.roles),
            finding=one.finding,
        )
        for one in items
    ]


def _reach_said(reach: Reach) -> ReachSaid:
    reasons = [
        ReasonSaid(
            competency=one.competency,
            via=one.via,
            through=one.through,
            relation=one.relation,
            score=one.score,
            status=one.status,
            sources=list(one.sources),
        )
        for one in reach.teachings[:REASONS]
    ]
    if reach.theme is not None and not reach.teachings:
        tag = ReasonSaid(
            competency=None, via=Via.UNIT_THEME, through=reach.theme, relation=None, score=None,
            status=Status.INFERRED, sources=[],
        )  # fmt: skip
        reasons.append(tag)
    return ReachSaid(
        item=reach.item.id,
        label=reach.item.label,
        via=reach.via,
        reasons=reasons,
        more=max(0, len(reach.teachings) - REASONS),
    )


def _plan_said(facts: CoverageFacts, plan: Plan, addresses: Addresses) -> PlanSaid:
    units = []
    surest: dict[str, str] = {}
    order = [str(via) for via in Via] + ["new"]
    for one in plan.units:
        for reach in one.closes:
            via = "new" if reach.via is None else str(reach.via)
            surest[reach.item.id] = min(surest.get(reach.item.id, via), via, key=order.index)
        unit = None if isinstance(one.unit, NewUnit) else one.unit
        units.append(
            AddedSaid(
                id=unit.id if unit else None,
                title=one.unit.title,
                href=addresses.thing("units", unit.id) if unit else None,
                level=one.unit.level,
                credits=one.credits,
                awards=_named_said(facts, unit.awards) if unit else [],
                providers=_named_said(facts, one.providers),
                copies=one.copies,
                price=one.price,
                already=one.already,
                closes=[_reach_said(reach) for reach in one.closes],
                alone=list(one.alone),
                status=one.status,
            )
        )
    counted = Counter(surest.values())
    return PlanSaid(
        units=units,
        closed=len(plan.closed),
        items=list(plan.closed),
        price=plan.price,
        credits=plan.credits,
        rests_on={via: counted[via] for via in order if counted[via]},
        proof=plan.proof,
        bound=plan.bound,
    )


def _change_said(asker: ChangeAsker, change: Change, addresses: Addresses) -> ChangeSaid:
    facts = asker.facts
    units, items, pairs = change.size
    return ChangeSaid(
        on=asker.on,
        by=asker.request.by,
        of=asker.asked.of,
        providers=_named_said(facts, asker.request.providers),
        gap=_items_said(facts, asker.items),
        text=change.text,
        caution=CAUTION,
        best=_plan_said(facts, change.best, addresses),
        runner_up=None if change.runner_up is None else _plan_said(facts, change.runner_up, addresses),
        differs=change.differs,
        gains=[
            GainSaid(
                units=one.units,
                closed=one.closed,
                more=one.more,
                price=one.plan.price,
                ids=[unit.unit.title if isinstance(unit.unit, NewUnit) else unit.unit.id for unit in one.plan.units],
            )
            for one in change.gains
        ],
        stays_open=[
            StaysOpenSaid(
                item=one.item.id,
                label=one.item.label,
                text=one.text,
                nearest=[
                    NearSaid(
                        id=near.unit.id,
                        title=near.unit.title,
                        level=near.unit.level,
                        credits=near.unit.credits,
                        status=near.unit.status,
                        via=near.via,
                        through=near.through,
                        why=list(near.why),
                        text=near.text,
                    )
                    for near in one.nearest
                ],
            )
            for one in change.stays_open
        ],
        locks=[
            LockOut(lock=one.lock, binds=one.binds, more_closed=one.more_closed, saved=one.saved, text=one.text)
            for one in change.locks
        ],
        not_known=list(change.not_known),
        size=SizeSaid(units=units, items=items, pairs=pairs),
        work=change.work,
        release=asker.services.reference,
        links=_links(asker.services, addresses, "/changes", (("related", "/bundles", "bundles for a gap"),)),
    )


def _bundle_said(facts: CoverageFacts, bundle: Bundle, addresses: Addresses) -> BundleSaid:
    return BundleSaid(
        award=NamedSaid(id=bundle.award, label=_label(facts, bundle.award)),
        provider=NamedSaid(id=bundle.provider, label=_label(facts, bundle.provider)),
        courses=[
            CourseSeen(
                id=one.opportunity or one.id,
                title=one.title,
                starts=list(one.starts),
                state=one.state,
                sold_separately=one.sold_separately,
                source=one.source,
            )
            for one in bundle.courses
        ],
        credits=bundle.credits,
        picks=[
            PickSaid(
                take=pick.take,
                credits_each=pick.credits_each,
                units=[
                    PickUnit(
                        id=unit.id,
                        title=unit.title,
                        href=addresses.thing("units", unit.id),
                        level=unit.level,
                        closes=[_reach_said(one) for one in reach],
                        status=unit.status,
                    )
                    for unit, reach in zip(pick.units, pick.reach, strict=True)
                ],
            )
            for pick in bundle.picks
        ],
        closes=[one.item.id for one in bundle.closes],
        sets=bundle.sets,
        from_day=bundle.from_day,
        could_be_funded=bundle.could_be_funded,
        rules=[
            OfferRule(
                rule=one.rule,
                title=one.title,
                answer=one.decision.answer,
                sentence=one.sentence,
                applies_from=one.applies_from,
                applies_to=one.applies_to,
                checked_on=one.checked_on,
                rows=list(one.source.rows),
                source=one.source,
            )
            for one in bundle.rules
        ],
        ask=list(bundle.ask),
        text=bundle.text,
    )


def _bundles_said(asker: BundlesAsker, found: Bundles, addresses: Addresses) -> BundlesSaid:
    facts = asker.facts

    def value(one: Value) -> ValueSaid:
        told = [_bundle_said(facts, bundle, addresses) for bundle in one.bundles]
        return ValueSaid(credits=one.credits, closed=one.closed, bundles=told, more=one.more)

    return BundlesSaid(
        on=asker.on,
        of=asker.asked.of,
        gap=_items_said(facts, asker.items),
        floor=FloorSaid(
            credits=found.floor.credits,
            title=found.floor.title,
            from_day=found.floor.from_day,
            source=found.floor.source,
            rules=list(found.floor.rules),
        ),
        text=found.text,
        caution=CAUTION,
        front=[value(one) for one in found.front],
        runner_up=None if found.runner_up is None else value(found.runner_up),
        credits_not_known=[
            CreditsNotKnown(
                id=unit.id,
                title=unit.title,
                level=unit.level,
                closes=list(closes),
                ask="Its credits are not known: ask the awarding body.",
            )
            for unit, closes in found.unknown
        ],
        not_here=_named_said(facts, found.not_here),
        refused=[
            RefusedSaid(
                award=NamedSaid(id=one.award, label=_label(facts, one.award)),
                provider=NamedSaid(id=one.provider, label=_label(facts, one.provider)),
                text=one.text,
            )
            for one in found.refused
        ],
        out_of_reach=list(found.out_of_reach),
        proven=found.proven,
        release=asker.services.reference,
        links=_links(asker.services, addresses, "/bundles", (("related", "/changes", "the smallest change"),)),
    )


# Tables and charts.


def change_faces(said: ChangeSaid, services: Services) -> Faces:
    """A change in every format."""
    units = "; ".join(one.title for one in said.best.units)
    finding = f"{said.text} {f'The units: {units}. ' if units else ''}{said.caution}"
    return Faces(said, lambda: _change_sheets(said), lambda: _gains_chart(said, services), finding)


def _change_sheets(said: ChangeSaid) -> list[Sheet]:
    plans = [("best", said.best), *([("runner-up", said.runner_up)] if said.runner_up else [])]
    rows: list[list[Cell]] = [
        [
            name, unit.id or "", unit.title, unit.level, unit.credits, _priced(unit.price, said.by), unit.copies,
            unit.already, "; ".join(one.label for one in unit.providers), reach.item, reach.label, reach.via or "new",
            "; ".join(reason.through for reason in reach.reasons), unit.status,
            "; ".join(dict.fromkeys(openable(source.address) for reason in reach.reasons for source in reason.sources)),
        ]
        for name, plan in plans
        for unit in plan.units
        for reach in unit.closes
    ]  # fmt: skip
    columns = [
        "Plan", "Unit", "Title", "Level", "Credits", "Price", "Copies", "Runs there already", "Providers", "Item",
        "Closes", "How we know", "Through", "Status", "Sources",
    ]  # fmt: skip
    open_rows: list[list[Cell]] = [
        [one.item, one.label, one.text, near.id if near else "", near.title if near else "", near.text if near else ""]
        for one in said.stays_open
        for near in (*one.nearest, *([] if one.nearest else [None]))
    ]
    return [
        Sheet(
            "Units",
            columns,
            rows,
            [said.text, f"{'Runner-up: ' if said.runner_up else ''}{said.differs}", said.caution],
            ("Plan", "Title", "Level", "Credits", "Providers", "Closes", "How we know", "Through", "Status"),
            {"Title": "Unit", "Closes": "Item"},
            "No unit is added.",
        ),
        Sheet(
            "Gain of each unit",
            ["Units", "Closed", "More than before", "Price", "Which", "Standing"],
            [
                [one.units, one.closed, one.more, _priced(one.price, said.by), " ".join(one.ids), _standing(said)]
                for one in said.gains
                if one.units or len(said.gains) > 1
            ],
        ),
        Sheet(
            "Stays open",
            ["Item", "What it is", "Why it stays open", "Nearest unit", "Title", "What is against it"],
            open_rows,
            (),
            ("What it is", "Why it stays open", "Title", "What is against it"),
            {"What it is": "Item", "Title": "Nearest unit"},
            "Nothing: all of it is closed.",
        ),
        Sheet("Locks", ["Lock and what it costs", "Binds"], [[one.text, one.binds] for one in said.locks]),
    ]


def _priced(price: int, by: Basis) -> str:
    """A price with its unit."""
    return f"£{price:,}" if by is Basis.POUNDS else counted(price, by.value.removesuffix("s"))


def _gains_chart(said: ChangeSaid, services: Services) -> charts.Chart:
    return charts.bars(
        "What each next unit closes",
        f"{said.text} The bars show how many of the {len(said.gap)} the best 1, 2, 3 … units close together.",
        [{"units": counted(one.units, "unit"), "closed": one.closed} for one in said.gains if one.units],
        category="units",
        value="closed",
        titles={"units": "units added", "closed": f"closed ({_standing(said)})"},
        subtitle=release_words(services),
    )


def _standing(said: ChangeSaid) -> str:
    """How sure what is closed is known to be."""
    return worst(unit.status for unit in said.best.units)


def bundles_faces(said: BundlesSaid) -> Faces:
    """Bundles in every format."""
    return Faces(said, lambda: _bundle_sheets(said), None, f"{said.text} {said.caution}")


def _bundle_sheets(said: BundlesSaid) -> list[Sheet]:
    values = [(f"{one.credits} credits", one) for one in said.front]
    values += [("runner-up", said.runner_up)] if said.runner_up else []
    rows: list[list[Cell]] = [
        [
            name, one.credits, one.closed, bundle.award.id, bundle.award.label, bundle.provider.id,
            bundle.provider.label, number, pick.take, unit.id, unit.title, unit.level, pick.credits_each,
            "; ".join(reach.label for reach in unit.closes), _ANSWERS[bundle.could_be_funded], " ".join(bundle.ask),
        ]
        for name, one in values
        for number, bundle in enumerate(one.bundles, 1)
        for pick in bundle.picks
        for unit in pick.units
    ]  # fmt: skip
    columns = [
        "Value", "Credits", "Closed", "Award", "Title of the award", "Provider", "Name of the provider", "Bundle",
        "Take so many of these", "Unit", "Title", "Level", "Credits of the unit", "Closes", "Could it be funded", "Ask",
    ]  # fmt: skip
    floor = said.floor
    notes = [
        said.text,
        f"At least {floor.credits} credits from {floor.from_day} on: {floor.title}, {floor.source.address}.",
        said.caution,
    ]
    unknown: list[list[Cell]] = [
        [one.id, one.title, one.level, "; ".join(one.closes), one.ask] for one in said.credits_not_known
    ]
    return [
        Sheet("Bundles", columns, rows, notes),
        Sheet("Credits not known", ["Unit", "Title", "Level", "Closes", "Ask"], unknown),
    ]


# Lines of the console.


def show_change(screen: Screen, said: ChangeSaid) -> None:
    """The smallest change for people."""
    where = " or ".join(one.label for one in said.providers)
    screen.line(f"{said.text} At {where}, on {said.on}.")
    _show_plan(screen, said.best, said)
    if said.runner_up is not None:
        screen.line("")
        screen.line(f"Runner-up: {said.differs}")
    else:
        screen.line(said.differs)
    if said.gains:
        screen.line("")
        screen.line("What each next unit brings:")
        for one in said.gains[1:] if said.gains[0].units == 0 else said.gains:
            screen.line(f"  {one.units:2}  {one.closed} of {len(said.gap)} closed (+{one.more})")
    if said.locks:
        screen.line("")
        for lock in said.locks:
            screen.line(f"Lock: {lock.text}.")
    if said.stays_open:
        screen.line("")
        screen.line(f"{len(said.stays_open)} stay open:")
        for left in said.stays_open:
            screen.line(f"  {left.label}: {left.text}")
            for near in left.nearest[:2]:
                screen.line(f"    {near.title} ({near.id}): {near.text}")
    for gap in said.not_known:
        screen.line(f"Not known: {gap.statement}")
    screen.line("")
    screen.line(said.caution)


def _show_plan(screen: Screen, plan: PlanSaid, said: ChangeSaid) -> None:
    for unit in plan.units:
        credits = "credits not known" if unit.credits is None else f"{unit.credits} credits"
        level = "level not known" if unit.level is None else f"level {unit.level}"
        times = f"{unit.copies} × " if unit.copies > 1 else ""
        name = f"{times}{unit.title}" + (f" ({unit.id})" if unit.id else "")
        free = ", runs there already" if unit.already else ""
        screen.line(f"  {name}: {level}, {credits}{free}; closes {len(unit.closes)} ({unit.status})")
        for reach in unit.closes[:5]:
            why = f"{reach.reasons[0].via}, {reach.reasons[0].through}" if reach.reasons else "to be written"
            screen.line(f"      {reach.label} [{why}]")
        if len(unit.closes) > 5:
            screen.line(f"      and {len(unit.closes) - 5} more")
    rests = ", ".join(f"{count} by {via}" for via, count in plan.rests_on.items())
    if rests:
        screen.line(f"  It rests on: {rests}.")
    if plan.proof is not Proof.PROVEN:
        screen.line(f"  Not proven: it may be done for {plan.bound}.")


_ANSWERS: Final = {Answer.YES: "yes", Answer.NO: "no", Answer.NOT_KNOWN: "not known"}


def show_bundles(screen: Screen, said: BundlesSaid) -> None:
    """Bundles for people."""
    floor = said.floor
    screen.line(said.text)
    rows = ", ".join(floor.rules)
    screen.line(f"At least {floor.credits} credits, from {floor.from_day} on ({rows}; {floor.source.address}).")
    told = [(f"{one.credits} credits, {one.closed} of {len(said.gap)} closed", one) for one in said.front]
    told += [("Runner-up", said.runner_up)] if said.runner_up else []
    each = [bundle.ask for _, value in told for bundle in value.bundles]
    shared = [one for one in each[0] if all(one in ask for ask in each)] if each else []
    if shared:
        screen.line(f"Of every one of them has to be confirmed: {' '.join(shared)}")
    for title, value in told:
        screen.line("")
        screen.line(f"{title}:")
        for bundle in value.bundles[:8]:
            count = f" ({bundle.sets} sets of units)" if bundle.sets > 1 else ""
            screen.line(f"  {bundle.award.label}: {bundle.text}{count}")
            own = " ".join(one for one in bundle.ask if one not in shared)
            screen.line(f"    Could it be funded: {_ANSWERS[bundle.could_be_funded]}. {own}".rstrip())
        rest = len(value.bundles) - 8
        if rest > 0 or value.more is None:
            screen.line("  and more" if value.more is None else f"  and {rest + value.more} more")
    for refused in said.refused:
        screen.line(f"Not {refused.award.label} at {refused.provider.label}: {refused.text}")
    for unit in said.credits_not_known[:8]:
        screen.line(f"In no bundle: {unit.title} ({unit.id}). {unit.ask}")
    if len(said.credits_not_known) > 8:
        screen.line(f"In no bundle: {len(said.credits_not_known) - 8} more units whose credits are not known.")
    if said.not_here:
        screen.line("No provider is known to teach: " + "; ".join(one.label for one in said.not_here))
    screen.line("")
    screen.line(said.caution)
