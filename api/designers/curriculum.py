"""The shape of a curriculum, overlaps, single points, cold spots: on the wire, as tables and charts, and in text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Final

from api.addresses import Addresses
from api.charts import Chart, bars, heat
from api.console import Screen
from api.dependencies import Services
from api.designers.compared import Overlapping
from api.designers.coverage import one_of
from api.designers.meant import meant
from api.errors import Problem
from api.faces import Faces, release_words
from api.reply import JSON
from api.schemas.common import Link, ReadAsked
from api.schemas.coverage import CoverageGap, CoverageSource, CoverageThing, InferenceSaid
from api.schemas.curriculum import (
    AcceptedSaid,
    AlikeSaid,
    AreaSpotSaid,
    AreaStateSaid,
    ChangeRowSaid,
    ChangeSaid,
    ColdSpotsAsked,
    ColdSpotsSaid,
    DeadEndSaid,
    ElsewhereSaid,
    FaultSaid,
    FragilityAsked,
    FragilitySaid,
    KindCount,
    KindSaid,
    LeaversAsked,
    LeaversSaid,
    LevelSpotSaid,
    LostSaid,
    OverlapsAsked,
    OverlapsSaid,
    PairSaid,
    PairUnit,
    PrintedRule,
    RepeatSaid,
    RoleStateSaid,
    ShapeAsked,
    ShapeSaid,
    SharedAsked,
    SharedListSaid,
    SharedSaid,
    SpotRowSaid,
    SpotSaid,
    StageSaid,
    StandardChangeSaid,
    TeachesMany,
    TotalsSaid,
    UnitShapeSaid,
    UnreachableSaid,
    YearSaid,
)
from api.sheets import Cell, Sheet
from graph.imagined import imagined
from graph.projection import Projection, Status, UnitFacts
from graph.store import plain
from ontology.namespaces import id_of
from queries.coverage.fragility import Lost, Point, fragility
from queries.coverage.model import CoverageFacts
from queries.coverage.overlap import Overlaps, Repeat, Shared, UnitPair, shared_by
from queries.coverage.places import Geography, Places, areas_told, read_places
from queries.coverage.shape import Shape, Stage, shape
from queries.coverage.spots import (
    Change,
    England,
    Year,
    by_area,
    leavers_change,
    read_elsewhere,
    read_standards,
    spots,
)
from queries.pathways.request import counted
from queries.profiles import UnknownIdError
from queries.watch.asked import by_place
from queries.watch.asked import read as read_watch

MOST_BARS: Final = 60
"""Bars of a chart, or rows of a table of colours."""

LINES: Final = 25
"""Lines of a list in the console."""

_SHAPE_METHOD: Final = (
    "Blocking factor, delay factor, centrality and structural complexity are those of Heileman, Abdallah, Slim and"
    " Hickman (2018), Curricular Analytics, arXiv 1811.09676. They are defined where every prerequisite is asked.",
    "Where rules offer a choice: a unit blocks another if every way to meet the rules takes it, and may block it if"
    " some way does of which no part could be left out. The delay is the least, the other one the most.",
    "What lies outside these awards (age, work, a level, a provider's word) is taken to be had. Units are taken as soon"
    " as they can be, as many at a time as one likes.",
    "“Not known” is never nought: a unit without a published entry rule may ask for anything.",
)
_OVERLAP_METHOD: Final = (
    "Units overlap where a publisher maps both to the same competency, where titles or outcomes read alike"
    " (three-letter parts weighted by rarity, with a score), or where they share our tags (themes).",
    "A share is the themes that both have among those that either has. That two units are alike is a reason to compare"
    " two specifications, never a proof that content is repeated, and never an exemption.",
)
_SHARED_METHOD: Final = (
    "Roles share a competency (the very same statement), a skill of a public vocabulary that their statements are"
    " linked to, or a theme (our tag). Themes and links are our inference: the same theme is not the same lesson.",
    "Levels are compatible when they lie no further apart than asked. Roles whose needs are not published are named.",
)
_FRAGILITY_METHOD: Final = (
    "A competency hangs on a thing when everything that is known to cover it goes through that thing. A role hangs on"
    " it when it is out of reach without it: dates, hours and money aside, through steps that somebody runs, or ran.",
    "Past leavers and past runs are evidence, no offer: what rests on them alone says “past only”. A provider may teach"
    " more than is known here.",
    "That a role hangs on its own apprenticeship is not told.",
)
_SPOTS_METHOD: Final = (
    "An area is cold when somebody has a site there and nobody is known to teach this there, now or in the past. It may"
    " be taught there all the same by somebody whom no source here names.",
    "Past leavers are counted at the provider's first site: nobody says where they learned. They are no offer.",
    "A listing may be years old: see the source of each run.",
    "Adverts are matched by their titles (inferred). One lies in a town that it names, and in a district when the first"
    " half of its postcode wholly does or else, looked up (inferred), when all sites that are known in the town that it"
    " names do; the others are told as elsewhere, so a number is of those that are known to lie there.",
)
_LEAVERS_METHOD: Final = (
    "Leavers are published rounded to ten, so a number stands for a range: 30 is 25 to 34. A change smaller than the"
    " rounding cannot be told.",
    "A suppressed number is some people, never none: taken to be 1 to 9 (our reading; the publisher does not say where"
    " it begins to hide). “No row” and “not given” are not known.",
    "Sums are ranges too, and are made only where every provider has a figure. Two years are not a trend.",
    "Of ten leavers one person is ten percentage points.",
)


def _things(labels: Mapping[str, str], ids: Iterable[str]) -> list[CoverageThing]:
    return [CoverageThing(id=id, label=labels.get(id, id)) for id in ids]


def _links(to: Addresses | None, path: str, asked: ReadAsked) -> list[Link]:
    """The address of this answer. `to` None: there is none, as in the console."""
    query = asked.model_dump(mode="json", exclude_defaults=True, exclude={"release", "format"})
    return [Link(rel="self", href=to.to(path, **query), type=JSON, title="this answer")] if to is not None else []


def _known(value: object) -> str:
    return "not known" if value is None else str(value)


def _or_all(answer: str, known: Iterable[str], what: str, given: str) -> Problem:
    some = ", ".join(sorted(known)) or "none"
    return Problem("invalid-request", f"{answer} “{given}”.", 422, hint=f"{what} here: {some}.")


def roles_of(
    projection: Projection, roles: Sequence[str], sector: str | None, levels: Sequence[int] = ()
) -> list[str] | None:
    """The roles that are meant; None when nothing narrows them.

    Raises `UnknownIdError`, and an `invalid-request` problem for a sector that no role has.
    """
    for id in roles:
        if id not in projection.roles:
            raise UnknownIdError(id, kind="roles")
    sectors = {code for one in projection.roles.values() for code in one.sectors}
    if sector is not None and sector not in sectors:
        raise _or_all("No role is of the sector", sectors, "Sectors", sector)
    if not roles and sector is None and not levels:
        return None
    return [
        id
        for id, one in projection.roles.items()
        if (not roles or id in roles)
        and (sector is None or sector in one.sectors)
        and (not levels or one.level in levels)
    ]


def _award(projection: Projection, id: str) -> str:
    if id not in projection.awards:
        raise UnknownIdError(id, kind="awards")
    return id


# --- the shape --------------------------------------------------------------------------------------------------------


def shape_faces(services: Services, award: str, asked: ShapeAsked, to: Addresses | None) -> Faces:
    """The shape of an award. Raises `UnknownIdError`."""
    projection = services.release.projection
    _award(projection, award)
    before = [] if asked.alone else asked.before
    for one in before or ():
        _award(projection, one)
    rows = services.store.rows("SELECT ?award ?role { ?award sw:alignedTo ?role }")
    aligned: dict[str, list[str]] = {}
    for one, role in rows:
        aligned.setdefault(id_of(plain(one)), []).append(id_of(plain(role)))
    found = shape(
        projection,
        award,
        before,
        placeholders=asked.placeholders,
        imagined=imagined(services.store),
        aligned=aligned,
    )
    said = _shape_said(services, found, _links(to, f"/awards/{award}/shape", asked))
    return Faces(said, lambda: _shape_sheets(said), lambda: _shape_chart(said, release_words(services)), said.answer)


def _answer(found: Shape) -> str:
    units, known = len(found.units), found.rules_known
    if not units:
        return "Not known: no unit of these awards is published, so nobody can say what holds up what."
    if not known:
        return (
            f"Not known which unit comes before which: of {units} units none has a published entry rule. That is not"
            " the same as nothing being asked."
        )
    rest = (
        f" Of {units - known} units it is not known what they ask, so the figures are at least these."
        if known < units
        else ""
    )
    return (
        f"Structural complexity {found.totals.complexity}: {found.totals.blocking} for blocking and"
        f" {found.totals.delay} for delay, over {units} units.{rest}"
    )


def _stage_sentence(stage: Stage, names: Mapping[str, str]) -> str:
    many = len(stage.waiting)
    waits = f"All {many} units" if many else "The units, none of which is published,"
    said = f"{waits} of {names.get(stage.award, stage.title)} wait for this: {stage.rule}."
    if not stage.settled:
        return f"{said} Which units of the earlier award that takes is not known: not all its units or credits are."
    if stage.needed:
        return f"{said} Every way there takes {len(stage.needed)} of the {len(stage.ways_from)} units that can count."
    return f"{said} No single unit is needed for it: {len(stage.ways_from)} can count."


def _shape_said(services: Services, found: Shape, links: list[Link]) -> ShapeSaid:
    labels = services.release.projection.labels
    return ShapeSaid(
        awards=[CoverageThing(id=one.id, label=one.title) for one in found.awards],
        answer=_answer(found),
        units_known=len(found.units),
        rules_known=found.rules_known,
        at_least=found.at_least,
        choice=found.choice,
        totals=TotalsSaid(
            blocking=found.totals.blocking,
            delay=found.totals.delay,
            centrality=found.totals.centrality,
            complexity=found.totals.complexity,
            may_blocking=found.totals.may_blocking,
            may_delay=found.totals.may_delay,
        ),
        bottlenecks=list(found.sentences),
        units=[
            UnitShapeSaid(
                id=one.id,
                title=one.title,
                number=one.number,
                award=one.award,
                level=one.level,
                credits=one.credits,
                rule=one.rule,
                status=one.status,
                within_reach=one.within_reach,
                blocking=None if one.blocks is None else len(one.blocks),
                blocks=None if one.blocks is None else list(one.blocks),
                may_blocking=None if one.may_block is None else len(one.may_block),
                may_block=None if one.may_block is None else list(one.may_block),
                delay=one.delay,
                may_delay=one.may_delay,
                centrality=one.centrality,
                complexity=one.complexity,
                needed_for=list(one.needed_for),
                sentence=one.sentence,
            )
            for one in found.units
        ],
        stages=[
            StageSaid(
                award=CoverageThing(id=one.award, label=one.title),
                rule=one.rule,
                waiting=list(one.waiting),
                needed=list(one.needed),
                ways_from=list(one.ways_from),
                settled=one.settled,
                sentence=_stage_sentence(one, labels),
                source=CoverageSource.of(one.source),
            )
            for one in found.stages
        ],
        faults=[FaultSaid(kind=one.kind, units=list(one.units), text=one.text) for one in found.faults],
        dead_ends=[DeadEndSaid(id=one.id, title=one.title, kind=one.kind, text=one.text) for one in found.dead_ends],
        outside=list(found.outside),
        printed=[PrintedRule(award=award, text=text) for award, text in found.printed],
        gaps=[CoverageGap.of(gap) for gap in found.gaps],
        method=list(_SHAPE_METHOD),
        release=services.reference,
        links=links,
    )


def _shape_sheets(said: ShapeSaid) -> list[Sheet]:
    columns = ["Unit", "Id", "Award", "Level", "Credits", "What it asks", "Blocks", "May block", "Delay"]
    columns += ["Longest row", "Centrality", "Complexity", "Needed for", "How sure"]
    units: list[list[Cell]] = [
        [
            f"{one.number}: {one.title}" if one.number else one.title,
            one.id,
            one.award,
            one.level,
            one.credits,
            one.rule,
            one.blocking,
            one.may_blocking,
            one.delay,
            one.may_delay,
            one.centrality,
            one.complexity,
            ", ".join(one.needed_for),
            str(one.status),
        ]
        for one in said.units
    ]
    other: list[list[Cell]] = [["stage", one.award.id, one.sentence] for one in said.stages]
    other += [[one.kind, ", ".join(one.units), one.text] for one in said.faults]
    other += [["dead end", one.id, one.text] for one in said.dead_ends]
    other += [["printed rule, not reckoned with", one.award, one.text] for one in said.printed]
    return [
        Sheet("Units", columns, units, (said.answer, *_SHAPE_METHOD)),
        Sheet("Stages and faults", ["What", "Of", "In words"], other),
    ]


def _shape_chart(said: ShapeSaid, release: str) -> Chart:
    shown = sorted(said.units, key=lambda one: -(one.complexity or 0))[:MOST_BARS]
    rows: list[dict[str, str | int | None]] = [{"unit": one.title, "complexity": one.complexity} for one in shown]
    title = f"Structural complexity of the units of {said.awards[-1].label}"
    return bars(title, said.answer, rows, category="unit", value="complexity", subtitle=release)


def show_shape(screen: Screen, said: ShapeSaid) -> None:
    """The shape for people."""
    screen.line(f"The shape of {' and then '.join(one.label for one in said.awards)}")
    screen.line(said.answer)
    for text in said.bottlenecks[:LINES]:
        screen.line(f"  {text}")
    for stage in said.stages:
        screen.line(f"  {stage.sentence}")
    needed = [one for one in said.units if one.needed_for]
    if needed:
        screen.line(f"  Needed for the award itself: {'; '.join(one.title for one in needed)}.")
    for fault in said.faults:
        screen.line(f"  {fault.kind}: {fault.text}")
    for end in said.dead_ends:
        screen.line(f"  Dead end: {end.title}. {end.text}")
    if said.rules_known:
        for one in said.units:
            screen.line(
                f"  {one.title} ({one.id}): blocks {_known(one.blocking)}, may block {_known(one.may_blocking)};"
                f" delay {_known(one.delay)}, at most {_known(one.may_delay)}; centrality {_known(one.centrality)}"
            )
    for rule in said.printed:
        screen.line(f"  Printed, and not reckoned with: {rule.text} ({rule.award})")
    for gap in said.gaps:
        screen.line(f"  Not found: {gap.statement} ({gap.id})")


# --- overlaps ---------------------------------------------------------------------------------------------------------


def overlapping(services: Services, on: date, asked: OverlapsAsked) -> Overlapping:
    """Which units of different awards overlap, as a worker is asked. Raises `UnknownIdError`."""
    awards = tuple(dict.fromkeys(_award(services.release.projection, id) for id in meant(services, asked).award))
    return Overlapping.of(services.coverage(on), awards, asked.inference(), asked.least_share)


def overlaps_faces(services: Services, asked: OverlapsAsked, found: Overlaps, to: Addresses | None) -> Faces:
    """Units of different awards that overlap, in the shape of replies."""
    projection = services.release.projection
    awards = tuple(dict.fromkeys(asked.award))
    said = OverlapsSaid(
        awards=_things(projection.labels, awards),
        total=len(found.pairs),
        offset=asked.offset,
        limit=asked.limit,
        items=[_pair(one) for one in found.pairs[asked.offset : asked.offset + asked.limit]],
        repeats=[_repeat(one, projection.labels) for one in found.repeats[: asked.limit]],
        without_units=_things(projection.labels, found.without_units),
        inference=InferenceSaid.of(asked.inference()),
        method=list(_OVERLAP_METHOD),
        release=services.reference,
        links=_links(to, "/overlaps", asked),
    )
    return Faces(
        said,
        lambda: _overlap_sheets(found, projection),
        lambda: _overlap_chart(said, release_words(services)),
        _overlap_finding(said),
    )


def _overlap_finding(said: OverlapsSaid) -> str:
    """How many pairs overlap, and between which two awards most is met again."""
    most = max(said.repeats, key=lambda one: one.units, default=None)
    text = f"{said.total:,} pairs of units of different awards overlap."
    if said.awards and said.without_units:
        unlisted = " and ".join(one.label for one in said.without_units)
        silent = f"What overlaps with {unlisted} is not known, as its units are not published."
        text = f"{silent} {text}" if said.total else silent
    return f"{text} {most.sentence}" if most is not None and most.units else text


def _unit(one: UnitFacts) -> PairUnit:
    return PairUnit(id=one.id, title=one.title, award=one.award, level=one.level, credits=one.credits)


def _pair(one: UnitPair) -> PairSaid:
    return PairSaid(
        one=_unit(one.one),
        two=_unit(one.two),
        known=list(one.known),
        status=one.status,
        stated=list(one.stated),
        outcomes=[AlikeSaid(one=two.one, two=two.two, score=two.score) for two in one.outcomes],
        themes=list(one.themes),
        share_percent=None if one.share is None else round(100 * one.share),
        name_score=one.name_score,
    )


def _repeat(one: Repeat, labels: Mapping[str, str]) -> RepeatSaid:
    first, second = labels.get(one.one, one.one), labels.get(one.two, one.two)
    if not one.known:
        text = f"What of {second} somebody with {first} would repeat is not known: its units are not published."
    else:
        credits = f"{'at least ' if one.at_least else ''}{one.credits} credits"
        credits = "their credits are not known" if one.credits is None else credits
        sure = f"{one.stated} of them by what publishers map" if one.stated else "by our inference alone"
        text = (
            f"Somebody with {first} may meet something of {len(one.again)} of {one.units} units of {second} again"
            f" ({credits}; {sure})."
            if one.again
            else f"Nothing of {second} is known to repeat anything of {first}."
        )
    if one.accepted:
        text += " A stated rule takes some of it over: " + "; ".join(rule.condition or rule.id for rule in one.accepted)
    return RepeatSaid(
        one=CoverageThing(id=one.one, label=first),
        two=CoverageThing(id=one.two, label=second),
        known=one.known,
        units=len(one.again),
        of=one.units,
        credits=one.credits if one.known else None,
        at_least=one.at_least,
        again=list(one.again),
        stated=one.stated,
        accepted=[
            AcceptedSaid(
                id=rule.id,
                credits=rule.credits,
                automatic=rule.automatic,
                condition=rule.condition,
                source=CoverageSource.of(rule.source),
            )
            for rule in one.accepted
        ],
        sentence=text,
    )


def _overlap_sheets(found: Overlaps, projection: Projection) -> list[Sheet]:
    columns = ["Unit", "Id", "Award", "Other unit", "Other id", "Other award", "How it is known", "Shared themes"]
    columns += ["Share of themes (%)", "Titles alike (0 to 1)", "Outcomes that read alike", "How sure"]
    pairs: list[list[Cell]] = [
        [
            one.one.title,
            one.one.id,
            one.one.award,
            one.two.title,
            one.two.id,
            one.two.award,
            ", ".join(one.known),
            ", ".join(one.themes),
            None if one.share is None else round(100 * one.share),
            one.name_score if one.name_score is not None else "",
            "; ".join(f"{two.one} / {two.two} ({two.score:.2f})" for two in one.outcomes),
            str(one.status),
        ]
        for one in found.pairs
    ]
    repeats: list[list[Cell]] = [
        [
            projection.labels.get(one.one, one.one),
            projection.labels.get(one.two, one.two),
            len(one.again) if one.known else None,
            one.units,
            one.credits if one.known else None,
            "yes" if one.at_least else "no",
            ", ".join(one.again),
            one.stated if one.known else None,
        ]
        for one in found.repeats
    ]
    heading = ["Who has", "Takes", "Units met again", "Units in all", "Credits", "At least", "Which"]
    heading.append("Of them by what publishers map (the others are inferred)")
    shown = ["Unit", "Award", "Other unit", "Other award", "How it is known", "Shared themes", "How sure"]
    leads = {"Unit": "Id", "Other unit": "Other id"}
    return [
        Sheet("Pairs", columns, pairs, _OVERLAP_METHOD, shown, leads, paged=True),
        Sheet("Repeated", heading, repeats),
    ]


def _overlap_chart(said: OverlapsSaid, release: str) -> Chart:
    rows: list[dict[str, str | int | None]] = [
        {"moving": f"{one.one.label} → {one.two.label}", "units": one.units if one.known else None}
        for one in said.repeats[:MOST_BARS]
    ]
    title = "Units that somebody with one award may meet again in another (inferred where no publisher maps them)"
    return bars(title, " ".join(said.method), rows, category="moving", value="units", subtitle=release)


def show_overlaps(screen: Screen, said: OverlapsSaid) -> None:
    """Overlaps for people."""
    screen.line(_overlap_finding(said))
    for one in said.without_units:
        screen.line(f"  {one.label}: its units are not known, so neither is what it repeats.")
    for repeat in said.repeats[:LINES]:
        screen.line(f"  {repeat.sentence}")
    for pair in said.items[:LINES]:
        screen.line(f"  {pair.one.title} ({pair.one.award}) / {pair.two.title} ({pair.two.award})")
        told = [f"titles alike {pair.name_score:.2f}"] if pair.name_score is not None else []
        told += [f"themes {', '.join(pair.themes)} ({pair.share_percent}%)"] if pair.themes else []
        told += [f"{len(pair.outcomes)} outcomes read alike"] if pair.outcomes else []
        told += [f"{len(pair.stated)} stated competencies of both"] if pair.stated else []
        screen.line(f"    {'; '.join(told)} [{pair.status}]")


# --- taught once ------------------------------------------------------------------------------------------------------


def shared_faces(services: Services, on: date, asked: SharedAsked, to: Addresses | None) -> Faces:
    """What several roles need and could be taught once. Raises `UnknownIdError`, and a problem for a sector."""
    asked = meant(services, asked)
    facts, inference, projection = services.coverage(on), asked.inference(), services.release.projection
    roles = roles_of(projection, asked.role, asked.sector, asked.level)
    found = shared_by(facts, list(projection.roles) if roles is None else roles, inference, asked.levels_apart)
    said = SharedListSaid(
        total=len(found.shared),
        roles=len(found.roles),
        items=[_shared(one, facts) for one in found.shared[: asked.limit]],
        not_known=_things(facts.labels, found.not_known),
        inference=InferenceSaid.of(inference),
        method=list(_SHARED_METHOD),
        release=services.reference,
        links=_links(to, "/shared-competencies", asked),
    )
    return Faces(
        said,
        lambda: _shared_sheets(said, found.shared, facts),
        lambda: _shared_chart(said, release_words(services)),
        _shared_finding(said),
    )


def _shared(one: Shared, facts: CoverageFacts) -> SharedSaid:
    return SharedSaid(
        kind=one.kind,
        id=one.id,
        label=one.label,
        status=_how_sure(one),
        roles=_things(facts.labels, one.roles),
        from_level=one.from_level,
        to_level=one.to_level,
        together=list(one.together),
        statements=list(one.statements),
        teachers=[
            TeachesMany(id=id, title=facts.teachers[id].title, level=facts.teachers[id].level, roles=many)
            for id, many in one.teachers
        ],
        sources=[CoverageSource.of(source) for source in one.sources],
    )


def _how_sure(one: Shared) -> Status:
    return one.sources[0].status if one.kind == "competency" else Status.INFERRED


def _shared_finding(said: SharedListSaid) -> str:
    """How many things several roles need, and what most do."""
    text = f"{said.total:,} things are needed by two or more of {said.roles} roles at levels near each other."
    most = max(said.items, key=lambda one: len(one.together), default=None)
    if most is None:
        return text
    needed = f"{most.label} ({most.kind}, {_band(most.from_level, most.to_level)})"
    return f"{text} Most roles need {needed}: {len(most.together)} of them."


def _band(low: int | None, high: int | None) -> str:
    return "level not known" if low is None else f"level {low}" if low == high else f"levels {low} to {high}"


def _shared_sheets(said: SharedListSaid, shared: Iterable[Shared], facts: CoverageFacts) -> list[Sheet]:
    columns = [
        "What",
        "Kind",
        "Roles at one time",
        "Levels",
        "Roles in all",
        "Statements",
        "Could be taught by",
        "How sure",
    ]
    rows: list[list[Cell]] = [
        [
            one.label,
            one.kind,
            len(one.together),
            _band(one.from_level, one.to_level),
            len(one.roles),
            len(one.statements),
            "; ".join(f"{facts.teachers[id].title} ({many} roles)" for id, many in one.teachers)
            or "nothing that we know of",
            str(_how_sure(one)),
        ]
        for one in shared
    ]
    not_known = "; ".join(one.label for one in said.not_known)
    notes = (*_SHARED_METHOD, *([f"What these roles need is not known: {not_known}."] if not_known else []))
    return [Sheet("Taught once", columns, rows, notes)]


def _shared_chart(said: SharedListSaid, release: str) -> Chart:
    rows: list[dict[str, str | int | None]] = [
        {"what": f"{one.label} ({one.kind}, {_band(one.from_level, one.to_level)})", "roles": len(one.together)}
        for one in said.items[:MOST_BARS]
    ]
    description = f"Of {said.roles} roles: how many need the same at levels near each other. {_SHARED_METHOD[0]}"
    return bars("What could be taught once", description, rows, category="what", value="roles", subtitle=release)


def show_shared(screen: Screen, said: SharedListSaid) -> None:
    """What could be taught once, for people."""
    screen.line(_shared_finding(said))
    if said.not_known:
        screen.line(f"  What these need is not known: {', '.join(one.label for one in said.not_known)}.")
    for one in said.items[:LINES]:
        band = _band(one.from_level, one.to_level)
        screen.line(
            f"  {one.label} [{one.kind}, {one.status}]: {len(one.together)} roles at {band}, {len(one.roles)} in all"
        )
        for teacher in one.teachers[:2]:
            screen.line(f"    {teacher.title} ({teacher.id}) may teach some of it for {teacher.roles} of them")


# --- fragility --------------------------------------------------------------------------------------------------------


def fragility_faces(services: Services, on: date, asked: FragilityAsked, to: Addresses | None) -> Faces:
    """What hangs on one thing. Raises `UnknownIdError`, and a problem for a sector or an area that is not there."""
    asked = meant(services, asked)
    facts, inference, projection = services.coverage(on), asked.inference(), services.release.projection
    places = read_places(services.store)
    geography = asked.geography or places.best
    if asked.area is not None and asked.area not in (known := places.all_areas(geography)):
        raise _or_all(f"Nobody has a site in the {geography}", known, "Areas", asked.area)
    roles = roles_of(projection, asked.role, asked.sector, asked.level)
    found = fragility(
        facts,
        places,
        services.pathways.catalogues,
        list(projection.roles) if roles is None else roles,
        inference,
        geography=geography,
        area=asked.area,
        past=not asked.offered_only,
    )
    chosen = [one for one in found.lost if asked.point in (None, one.point)]
    elsewhere, labels = read_elsewhere(services.store), facts.labels
    labels = labels | {id: one.label for id, one in places.providers.items()}
    said = FragilitySaid(
        geography=found.geography,
        area=found.area,
        needed=found.needed,
        covered=found.covered,
        published=found.published,
        past_only=found.past_only,
        total=len(chosen),
        items=[_lost(one, labels) for one in chosen[: asked.limit]],
        roles=[
            RoleStateSaid(
                id=one.role,
                label=one.label,
                level=one.level,
                needs=one.needs,
                covered=one.covered if one.needs is not None else None,
                hanging=one.hanging if one.needs is not None else None,
                within_reach=[list(holds) for holds in one.within_reach],
                providers=_things(labels, one.providers),
                hangs_on=[id for _, id in one.hangs_on],
                elsewhere=_elsewhere(elsewhere.get(one.role, ())),
            )
            for one in found.roles
        ],
        areas=[
            AreaStateSaid(
                area=one.area,
                providers=one.providers,
                covered=one.covered,
                by_one_provider=one.by_one_provider,
                past_only=one.past_only,
            )
            for one in found.areas
        ],
        points=found.points,
        searches=found.searches,
        inference=InferenceSaid.of(inference),
        method=list(_FRAGILITY_METHOD),
        release=services.reference,
        links=_links(to, "/fragility", asked),
    )
    names = {one.id: _called(one, labels) for one in found.lost}
    return Faces(
        said,
        lambda: _fragility_sheets(said, [_lost(one, labels) for one in chosen], names),
        lambda: _fragility_chart(said, release_words(services)),
        _fragility_finding(said),
    )


def _fragility_finding(said: FragilitySaid) -> str:
    """How much is covered, by whose word, how many things are the only one of something, and the worst of them."""
    where = f" in {said.area}" if said.area else ""
    text = (
        f"{said.covered:,} of {said.needed:,} competencies that roles need are covered{where}, {said.past_only:,} of"
        f" them by past leavers and past runs alone. Of {said.published:,} a publisher says so, the others are our"
        " inference, mostly by tags."
        f" {counted(said.total, 'provider, site, run or award is', 'providers, sites, runs and awards are')} the only"
        " one of something."
    )
    return f"{text} {said.items[0].sentence}" if said.items else text


def _called(one: Lost, labels: Mapping[str, str]) -> str:
    """What people call a single point; a site by its own name and its provider's."""
    provider, _, site = one.id.partition(": ")
    return f"{site}, {labels.get(provider, provider)}" if one.point is Point.SITE else one.label


def _elsewhere(said: Iterable[England]) -> str | None:
    """How many providers of a whole geography had leavers, where that is published."""
    known = [one for one in said if one.providers is not None]
    if not known:
        return None
    last = max(known, key=lambda one: one.period)
    return f"{_providers(last.providers)} in {last.geography} had leavers in {last.period}"


def _providers(many: int | None) -> str:
    return "1 provider" if many == 1 else f"{many} providers"


def _lost(one: Lost, labels: Mapping[str, str]) -> LostSaid:
    out = dict.fromkeys(role for _, roles in one.unreachable for role in roles)
    parts = []
    if out:
        names = ", ".join(labels.get(role, role) for role in out)
        parts.append(f"{names} {'is' if len(out) == 1 else 'are'} out of reach")
    if one.competencies:
        many = "1 competency" if len(one.competencies) == 1 else f"{len(one.competencies)} competencies"
        needing = "1 role" if len(one.roles) == 1 else f"{len(one.roles)} roles"
        parts.append(f"nothing else that we know of teaches {many} of {needing}")
    name = _called(one, labels)
    past = f" All that hangs on {name} rests on the past: none of it is known to be on offer." if one.past_only else ""
    return LostSaid(
        point=one.point,
        id=one.id,
        label=name,
        competencies=list(one.competencies),
        roles=_things(labels, one.roles),
        unreachable=[
            UnreachableSaid(holds=list(holds), roles=_things(labels, roles)) for holds, roles in one.unreachable
        ],
        rests_on=list(one.rests_on),
        past_only=one.past_only,
        published=one.published,
        sentence=f"Without the {one.point} {name} {' and '.join(parts)}.{past}",
    )


def _fragility_sheets(said: FragilitySaid, points: Iterable[LostSaid], names: Mapping[str, str]) -> list[Sheet]:
    """The tables. `names`: what everything is called that something hangs on."""
    lost: list[list[Cell]] = [
        [
            str(one.point),
            one.label,
            one.id,
            len({role.id for two in one.unreachable for role in two.roles}),
            len(one.roles),
            len(one.competencies),
            " and ".join(one.rests_on),
            one.sentence,
            _standing(one),
        ]
        for one in points
    ]
    roles: list[list[Cell]] = [
        [
            one.label,
            one.id,
            one.level,
            one.needs,
            one.covered,
            one.hanging,
            "yes" if one.within_reach else "no",
            ", ".join(two.label for two in one.providers),
            "; ".join(names.get(id, id) for id in one.hangs_on),
            one.elsewhere or "",
        ]
        for one in said.roles
    ]
    areas: list[list[Cell]] = [
        [one.area, one.providers, one.covered, one.by_one_provider, one.past_only] for one in said.areas
    ]
    heading = [
        "What",
        "Name",
        "Id",
        "Roles out of reach",
        "Roles that lose something",
        "Competencies",
        "Rests on",
        "In words",
        "Standing",
    ]
    of_roles = [
        "Role",
        "Id",
        "Level",
        "Needs",
        "Covered",
        "By one provider only",
        "Within reach",
        "Providers",
        "Hangs on",
        "Elsewhere",
    ]
    return [
        Sheet(
            "Single points",
            heading,
            lost,
            _FRAGILITY_METHOD,
            ("What", "Name", "Rests on", "Standing", "In words"),
            {"Name": "Id"},
        ),
        Sheet("Roles", of_roles, roles, (), [one for one in of_roles if one not in _NO_ROOM], {"Role": "Id"}),
        Sheet("Areas", ["Area", "Providers", "Covered", "By one provider", "By the past only"], areas),
    ]


def _standing(one: LostSaid) -> str:
    """How sure it is that the competencies are taught that hang on a thing; blank where none does."""
    parts = {"published": one.published, "inferred": len(one.competencies) - one.published}
    return "; ".join(
        f"{word} ({counted(count, 'competency', 'competencies')})" for word, count in parts.items() if count
    )


_NO_ROOM: Final = {"Id", "Providers", "Elsewhere"}
"""Of the table of roles, what a page has no room for."""


def _fragility_chart(said: FragilitySaid, release: str) -> Chart:
    rows: list[dict[str, str | int | None]] = [
        {"what": f"{one.label} ({one.point})", "competencies": len(one.competencies)} for one in said.items[:MOST_BARS]
    ]
    title = "Competencies that hang on one thing" + (f" in {said.area}" if said.area else "")
    return bars(title, _FRAGILITY_METHOD[0], rows, category="what", value="competencies", subtitle=release)


def show_fragility(screen: Screen, said: FragilitySaid) -> None:
    """What hangs on one thing, for people."""
    screen.line(_fragility_finding(said))
    for one in said.items[:LINES]:
        screen.line(f"  {one.sentence}")
    names = {one.id: one.label for one in said.items}
    for role in said.roles:
        if role.hangs_on:
            more = f" ({role.elsewhere})" if role.elsewhere else ""
            screen.line(f"  {role.label} hangs on {', '.join(names.get(id, id) for id in role.hangs_on)}{more}.")
        if role.needs is None:
            screen.line(f"  What {role.label} needs is not known, so neither is what of it hangs on one thing.")


# --- cold spots -------------------------------------------------------------------------------------------------------


def spots_faces(services: Services, on: date, asked: ColdSpotsAsked, to: Addresses | None) -> Faces:
    """Where what is taught. Raises `UnknownIdError`, and a problem for a sector or a kind that is not there."""
    asked = meant(services, asked)
    facts, projection = services.coverage(on), services.release.projection
    places = read_places(services.store)
    kinds = {one.kind for one in places.providers.values() if one.kind}
    for kind in asked.provider_type:
        if kind not in kinds:
            raise _or_all("No provider is a", kinds, "Kinds of provider", kind)
    geography, areas = _areas_asked(asked, facts, places)
    found = spots(
        facts,
        places,
        read_standards(services.store),
        geography=geography,
        areas=areas,
        everywhere=asked.everywhere,
        roles=roles_of(projection, asked.role, asked.sector),
        levels=asked.level,
        provider_kinds=asked.provider_type,
        placeholders=asked.placeholders,
    )
    named = {id for row in found.rows for id in (*row.offered, *row.past)}
    within, watch = areas_told(services.store, places, found.geography), read_watch(services.store)
    counted = {row.of for row in found.rows if row.kind == "standard"}
    adverts, looked_up, elsewhere = Counter[tuple[str, str]](), 0, 0
    for (role, outcode, town), many in by_place(services.store).items():
        area, by_town = within.of(outcode, town)
        adverts[role, area or ""] += many
        there = area in found.areas
        elsewhere += many * (role in counted and not there)
        looked_up += many * (role in counted and there and by_town and found.geography is Geography.DISTRICT)
    told = frozenset[str]() if watch.adverts is None else within.all
    said = ColdSpotsSaid(
        geography=found.geography,
        within=found.within,
        areas=list(found.areas),
        items=[
            SpotRowSaid(
                of=row.of,
                label=row.label,
                kind=row.kind,
                standard=row.standard,
                level=row.level,
                providers=len(row.offered) + len(row.past),
                offered=list(row.offered),
                past=list(row.past),
                spots=[SpotSaid(area=one.area, offered=list(one.offered), past=list(one.past)) for one in row.spots],
                past_only=[one.area for one in row.spots if not one.offered],
                cold=list(row.cold),
                unplaced=list(row.unplaced),
                kinds=[KindCount(kind=kind, providers=many) for kind, many in row.kinds],
            )
            for row in found.rows
        ],
        levels=[
            LevelSpotSaid(level=one.level, area=one.area, offered=one.offered, past=one.past, things=one.things)
            for one in found.levels
        ],
        by_area=[AreaSpotSaid(**asdict(one)) for one in by_area(found, adverts, told)],
        adverts_elsewhere=None if watch.adverts is None else elsewhere,
        adverts_looked_up=None if watch.adverts is None else looked_up,
        kinds=[KindSaid(kind=kind, offered=offered, past=past) for kind, offered, past in found.by_kind],
        providers=[CoverageThing(id=id, label=_provider(places, facts, id)) for id in sorted(named)],
        method=[_geography(found.geography, places), *_SPOTS_METHOD],
        release=services.reference,
        links=_links(to, "/cold-spots", asked),
    )
    return Faces(
        said, lambda: _spots_sheets(said), lambda: _spots_chart(said, release_words(services)), _spots_finding(said)
    )


def _spots_finding(said: ColdSpotsSaid) -> str:
    """Of how many things it is asked where they are taught, what nobody offers at all, and the coldest area."""
    nowhere = sum(not one.offered for one in said.items)
    text = f"Of {counted(len(said.items), 'standard, award or course', 'standards, awards and courses')}"
    text += f" that somebody teaches or taught, {nowhere} are on offer nowhere that we know of in {said.within}."
    if len(said.by_area) < 2:
        return text
    cold = max(said.by_area, key=lambda one: one.cold)
    return f"{text} {cold.area} has most that is not known to be taught there: {cold.cold}."


def _areas_asked(
    asked: ColdSpotsAsked, facts: CoverageFacts, places: Places
) -> tuple[Geography | None, frozenset[str]]:
    """What areas are, and which of them are asked about; none: all. Raises a problem for one that is not there."""
    if not asked.town and not asked.district:
        return asked.geography, frozenset()
    chosen = Geography.TOWN if asked.town else Geography.OUTCODE
    if (asked.town and asked.district) or asked.geography not in (None, chosen):
        raise Problem("invalid-request", "geography: areas are towns or postcode districts, not both.", 422)
    known = {area.casefold(): area for area in places.all_areas(chosen)}
    one_of("town" if asked.town else "district", (*asked.town, *asked.district), set(known.values()), facts.runs)
    return chosen, frozenset(known[area.casefold()] for area in (*asked.town, *asked.district))


def _geography(geography: Geography, places: Places) -> str:
    if geography is Geography.TOWN:
        return (
            "Areas are the towns of addresses: this release does not say in which district most sites lie, or towns"
            " were asked for. Halesowen is a town in the district of Dudley."
        )
    if geography is Geography.OUTCODE:
        return "Areas are first halves of postcodes."
    known = sum(place.district is not None for one in places.providers.values() for place in one.places)
    return f"Areas are local-authority districts, known of {known} sites."


def _provider(places: Places, facts: CoverageFacts, id: str) -> str:
    found = places.providers.get(id)
    return found.label if found else facts.labels.get(id, id)


def _spots_sheets(said: ColdSpotsSaid) -> list[Sheet]:
    rows: list[list[Cell]] = [
        [
            one.label,
            one.of,
            one.kind,
            one.standard or "",
            one.level,
            len(one.offered),
            len(one.past),
            ", ".join(spot.area for spot in one.spots if spot.offered),
            ", ".join(one.past_only),
            ", ".join(one.cold),
            "; ".join(f"{two.kind.replace('-', ' ')}: {two.providers}" for two in one.kinds),
        ]
        for one in said.items
    ]
    heading = ["What", "Id", "Kind", "Standard", "Level", "Providers that offer it", "Providers of the past only"]
    heading += ["Areas with an offer", "Areas with the past only", "Areas without", "Kinds of provider"]
    levels: list[list[Cell]] = [[one.level, one.area, one.offered, one.past, one.things] for one in said.levels]
    unknown = "not known"
    areas: list[list[Cell]] = [
        [
            *(one.area, one.providers, one.offered, one.past, one.cold),
            *(unknown if many is None else many for many in (one.adverts, one.adverts_cold)),
        ]
        for one in said.by_area
    ]
    of_areas = ["Area", "Providers that offer", "On offer", "Past only", "Not known to be taught"]
    of_areas += ["Adverts (inferred)", "Of them for what is not known to be taught"]
    kinds: list[list[Cell]] = [[one.kind, one.offered, one.past] for one in said.kinds]
    return [
        Sheet("By standard and award", heading, rows, tuple(said.method)),
        Sheet("By level", ["Level", "Area", "Providers that offer", "Providers of the past only", "On offer"], levels),
        Sheet("By area", of_areas, areas),
        Sheet("By kind of provider", ["Kind", "That offer something", "Of the past only"], kinds),
    ]


def _spots_chart(said: ColdSpotsSaid, release: str) -> Chart:
    words = ("on offer", "past only", "none known")
    shown = [one for one in said.items if one.kind == "standard"][:MOST_BARS] or said.items[:MOST_BARS]
    rows = [
        {"what": f"{one.standard or one.kind}: {one.label}", "area": area, "state": words[_state(one, area)]}
        for one in shown
        for area in said.areas
    ]
    description = f"What is taught where, in {said.within}. {' '.join(said.method)}"
    return heat(
        "What is taught where", description, rows, x="area", y="what", value="state", words=words, subtitle=release
    )


def _state(one: SpotRowSaid, area: str) -> int:
    found = next((spot for spot in one.spots if spot.area == area), None)
    return 2 if found is None else 0 if found.offered else 1


def show_spots(screen: Screen, said: ColdSpotsSaid) -> None:
    """Cold spots for people."""
    screen.line(f"What is taught where, by {said.geography}, in {said.within}: {', '.join(said.areas)}.")
    screen.line(said.method[0])
    for area in said.by_area:
        adverts = "not known" if area.adverts is None else f"{area.adverts}, {area.adverts_cold} of them for the last"
        taught = f"{area.offered} on offer, {area.past} of the past only, {area.cold} not known to be taught"
        screen.line(f"  {area.area}: {taught}; adverts: {adverts}")
    for one in said.items:
        name = f"{one.standard} {one.label}" if one.standard else one.label
        level = f"level {one.level}" if one.level else "level not known"
        screen.line(f"  {name} ({level}): offered by {len(one.offered)}, of the past only {len(one.past)}")
        now = [spot.area for spot in one.spots if spot.offered]
        for words, areas in (("on offer in", now), ("past only in", one.past_only), ("none known in", one.cold)):
            if areas:
                screen.line(f"    {words} {', '.join(areas)}")


# --- two years --------------------------------------------------------------------------------------------------------


def leavers_faces(services: Services, asked: LeaversAsked, to: Addresses | None) -> Faces:
    """How leavers changed. Raises `UnknownIdError`, `NoSuchPeriodError`, and a problem for a sector."""
    asked = meant(services, asked)
    projection = services.release.projection
    providers = {projection.same_provider.get(one.provider, one.provider) for one in projection.evidence}
    for id in asked.provider:
        if id not in providers and id not in services.things:
            raise UnknownIdError(id, kind="providers")
    found = leavers_change(
        projection,
        read_standards(services.store),
        read_elsewhere(services.store),
        asked.first,
        asked.second,
        roles=roles_of(projection, asked.role, asked.sector),
        providers=asked.provider,
    )
    labels = projection.labels
    said = LeaversSaid(
        first=found.first,
        second=found.second,
        periods=list(found.periods),
        items=[
            StandardChangeSaid(
                role=CoverageThing(id=one.of, label=one.label),
                standard=one.standard,
                level=one.level,
                providers=[
                    ChangeRowSaid(
                        provider=CoverageThing(id=row.provider, label=labels.get(row.provider, row.provider)),
                        first=_year(row.first, found.first),
                        second=_year(row.second, found.second),
                        change=_change(row.change),
                    )
                    for row in one.rows
                ],
                together=_change(one.together),
                elsewhere=[
                    ElsewhereSaid(
                        geography=two.geography,
                        period=two.period,
                        leavers=two.leavers,
                        achieved_percent=two.achieved_percent,
                        providers=two.providers,
                    )
                    for two in one.elsewhere
                ],
            )
            for one in found.standards
        ],
        method=list(_LEAVERS_METHOD),
        release=services.reference,
        links=_links(to, "/leavers-change", asked),
    )
    return Faces(
        said,
        lambda: _leavers_sheets(said),
        lambda: _leavers_chart(said, release_words(services)),
        _leavers_finding(said),
    )


def _leavers_finding(said: LeaversSaid) -> str:
    """Of how many standards the number of leavers rose, fell, or cannot be told."""
    became = Counter[str](one.together.verdict for one in said.items)
    told = ", ".join(f"{became[one]} {words}" for one, words in _BECAME.items() if became[one])
    many = counted(len(said.items), "standard")
    return f"Apprentices who left, {said.first} to {said.second}, of {many}: {told or 'nothing is known'}."


_BECAME: Final = {"up": "up", "down": "down", "cannot be told": "that cannot be told", "not known": "not known"}


def _year(one: Year, period: str) -> YearSaid:
    return YearSaid(
        period=period,
        words=one.words,
        leavers=one.leavers,
        suppressed=one.suppressed,
        at_least=one.span.low if one.span else None,
        at_most=one.span.high if one.span else None,
        achieved_percent=one.achieved_percent,
        source=CoverageSource.of(one.source) if one.source else None,
    )


def _change(one: Change) -> ChangeSaid:
    return ChangeSaid(
        verdict=one.verdict,
        at_least=one.span.low if one.span else None,
        at_most=one.span.high if one.span else None,
        achieved_points=one.points,
        text=one.text,
    )


def _leavers_sheets(said: LeaversSaid) -> list[Sheet]:
    rows: list[list[Cell]] = [
        [
            one.standard,
            one.role.label,
            one.level,
            row.provider.label,
            row.first.words,
            row.second.words,
            row.change.text,
            row.first.achieved_percent,
            row.second.achieved_percent,
            row.change.achieved_points,
        ]
        for one in said.items
        for row in one.providers
    ]
    heading = ["Standard", "Role", "Level", "Provider", f"Leavers {said.first}", f"Leavers {said.second}", "Change"]
    heading += [f"Achieved {said.first} (%)", f"Achieved {said.second} (%)", "Change (points)"]
    return [Sheet("Leavers", heading, rows, _LEAVERS_METHOD)]


def _leavers_chart(said: LeaversSaid, release: str) -> Chart:
    words = ("up", "down", "cannot be told", "not known")
    rows = [
        {"standard": f"{one.standard}: {one.role.label}", "provider": row.provider.label, "change": row.change.verdict}
        for one in said.items
        for row in one.providers
    ]
    title = f"Apprentices who left, {said.first} to {said.second}"
    description = " ".join(said.method)
    return heat(title, description, rows, x="provider", y="standard", value="change", words=words, subtitle=release)


def show_leavers(screen: Screen, said: LeaversSaid) -> None:
    """The change in leavers for people."""
    screen.line(_leavers_finding(said))
    for one in said.items:
        screen.line(f"  {one.standard} {one.role.label}: together {one.together.text}")
        for row in one.providers:
            points = row.change.achieved_points
            achieved = "" if points is None else f"; achieved {points:+.1f} points"
            screen.line(
                f"    {row.provider.label}: {row.first.words} → {row.second.words}, {row.change.text}{achieved}"
            )
        for two in one.elsewhere:
            many = f", {_providers(two.providers)} with leavers" if two.providers is not None else ""
            screen.line(f"    {two.geography} {two.period}: {_known(two.leavers)} leavers{many}")
