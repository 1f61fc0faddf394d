"""The coverage board and one of its cells: on the wire, as tables and charts, and for the console."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any, Final, Literal
from urllib.parse import urlencode

from api.addresses import Addresses
from api.charts import Chart, bars
from api.console import Screen
from api.dependencies import Services
from api.designers.meant import meant
from api.errors import Problem
from api.faces import Faces, release_words
from api.reply import JSON
from api.schemas.board import (
    BoardAsked,
    BoardSaid,
    CellAnswer,
    CellAsked,
    CellSaid,
    CoverageLeftOut,
    CoverageReason,
    CoverageRun,
    FindingCount,
    GroupSaid,
    LeftOutSaid,
    SliceAsked,
    StoppedSaid,
    UnknownSaid,
)
from api.schemas.common import Link
from api.schemas.coverage import CoverageGap, CoverageSource, CoverageThing, InferenceSaid
from api.sheets import Cell as SheetCell
from api.sheets import Sheet
from graph.projection import Status
from queries.coverage.board import (
    LEFT_OUT,
    MEANINGS,
    RANK,
    Candidate,
    Cell,
    Finding,
    Near,
    Question,
    Slice,
    Unknown,
    by_role,
    by_theme,
    middle_of,
    sentence,
)
from queries.coverage.model import CoverageFacts, Run
from queries.coverage.places import Geography, read_places
from queries.pathways.request import counted
from queries.profiles import UnknownIdError

METHOD: Final = (
    "Each reason to think that something teaches a competency is followed into a run; it stops at the first obstacle"
    " that it cannot pass, and the finding is that of the reason that gets furthest.",
    "“Not taught” is said only when all that is meant for the roles is wholly known; else it is “not known”.",
    "Themes are our own tags, so what rests on them is inferred: a hint where to look, never evidence.",
    "Distances are straight lines, not times of travel. A run whose place, mode or times nobody states is not known to"
    " fit, nor not to.",
)
_NO_PLACEHOLDERS: Final = (
    "Placeholders are asked for, and this release has none: it was built without illustrative units."
)
_ROLES: Final = 10
_RUNS: Final = 20
_SHEET_GAPS: Final = "; "


def slice_of(asked: SliceAsked, facts: CoverageFacts) -> Slice:
    """The slice as the engine reads it. Raises `UnknownIdError` for a place in which no site is known."""
    near = None
    if asked.near is not None:
        middle = middle_of(asked.near, facts.runs)
        if middle is None:
            raise UnknownIdError(asked.near)
        near = Near(*middle, asked.km, asked.near)
    return Slice(
        sector=asked.sector,
        roles=tuple(asked.role),
        levels=tuple(asked.level),
        kinds=tuple(asked.kind),
        themes=tuple(asked.theme),
        standard=asked.standard,
        essential_only=asked.essential_only,
        providers=tuple(asked.provider),
        towns=tuple(asked.town),
        districts=tuple(asked.district),
        near=near,
        study_mode=asked.study_mode,
        delivery_mode=asked.delivery_mode,
        attendance=asked.attendance,
        wholes=asked.wholes,
    )


def slice_words(asked: Slice, facts: CoverageFacts) -> str:
    """What a question is about, in words."""

    def named(ids: Iterable[str]) -> str:
        return " or ".join(facts.labels.get(id, id) for id in ids)

    levels = " or ".join(str(level) for level in asked.levels)
    roles = [
        f"roles of {asked.sector}" if asked.sector else "roles",
        f"at level {levels}" if levels else "",
        f"({named(asked.roles)})" if asked.roles else "",
    ]
    needs = [
        f"what {' '.join(filter(None, roles))} need",
        f"of {asked.standard}" if asked.standard else "",
        f"about {' or '.join(asked.themes)}" if asked.themes else "",
        f"({' or '.join(asked.kinds)} alone)" if asked.kinds else "",
        "and what is optional left out" if asked.essential_only else "",
    ]
    runs = [
        f"taught by {named(asked.providers)}" if asked.providers else "",
        f"in {' or '.join((*asked.towns, *asked.districts))}" if asked.towns or asked.districts else "",
        f"within {asked.near.km:g} km of {asked.near.text} in a straight line" if asked.near else "",
        asked.study_mode or "",
        asked.delivery_mode or "",
        f"at these times: {asked.attendance}" if asked.attendance else "",
        "whole qualifications and apprenticeships count" if asked.wholes else "",
    ]
    said = " ".join(filter(None, needs))
    where = ", ".join(filter(None, runs))
    return f"{said[:1].upper()}{said[1:]}{'; ' if where else ''}{where}."


def board_faces(services: Services, facts: CoverageFacts, asked: BoardAsked, to: Addresses | None) -> Faces:
    """A page of the board. Raises `UnknownIdError`."""
    asked = meant(services, asked)
    _known(services, asked, facts)
    slice, inference = slice_of(asked, facts), asked.inference()
    found = services.coverage_board(facts.on, slice, inference)
    demand = services.demand_by_skill
    cells = [cell for cell in found.cells if not asked.finding or cell.finding in asked.finding]
    if asked.sort == "roles":
        cells.sort(key=lambda one: (-len(one.roles), RANK[one.finding], one.competency.id))
    elif asked.sort == "demand":
        cells.sort(key=lambda one: (-demand.get(one.competency.id, -1), RANK[one.finding], one.competency.id))
    page = cells[asked.offset : asked.offset + asked.limit]
    query = asked.model_dump(mode="json", exclude_defaults=True, exclude={"release", "format"})
    said = BoardSaid(
        on=facts.on,
        slice=slice_words(slice, facts),
        inference=InferenceSaid.of(inference),
        total=len(cells),
        offset=asked.offset,
        limit=asked.limit,
        counts=[
            FindingCount(finding=one, text=MEANINGS[one], count=found.counts[one])
            for one in Finding
            if one in found.counts
        ],
        inferred=sum(one.inferred for one in found.cells),
        placeholder=sum(one.placeholder for one in found.cells),
        items=[_cell(one, facts, asked, demand, to) for one in page],
        themes=[_group(theme, theme, counts) for theme, counts in by_theme(found.cells).items()],
        roles=[
            _group(role, facts.labels.get(role, role), counts)
            for role, counts in list(by_role(found.cells).items())[: asked.limit]
        ],
        unstated=[_unknown(one, facts) for one in found.unstated],
        method=_method(services, asked),
        release=services.reference,
        links=_links(to, "/coverage", query, asked, len(cells)),
    )
    return Faces(
        said,
        lambda: _board_sheets(said, cells, facts, demand, partial(_address_of, asked, to)),
        lambda: _board_chart(said, services),
        _board_finding(said),
    )


def cell_faces(
    services: Services, facts: CoverageFacts, competency: str, asked: CellAsked, to: Addresses | None
) -> Faces:
    """One competency with every reason. Raises `UnknownIdError` for one that no role of the slice needs."""
    asked = meant(services, asked)
    _known(services, asked, facts)
    slice, inference = slice_of(asked, facts), asked.inference()
    needed = facts.competencies.get(competency)
    question = Question(facts, slice, inference)
    cell = question.cell(needed) if needed is not None else None
    if needed is None or cell is None:
        raise UnknownIdError(competency)
    reasons, left = question.candidates(needed), question.left(needed)
    query = asked.model_dump(mode="json", exclude_defaults=True, exclude={"release", "format"})
    path = f"/coverage/{competency}"
    said = CellAnswer(
        on=facts.on,
        slice=slice_words(slice, facts),
        inference=InferenceSaid.of(inference),
        cell=_cell(cell, facts, asked, services.demand_by_skill, to),
        reasons=[_reason(one, facts) for one in reasons[: asked.limit]],
        reason_count=len(reasons),
        left_out=[
            CoverageLeftOut(
                teacher=_thing(one.teacher, facts.teachers[one.teacher].title),
                via=one.via,
                through=one.through,
                score=one.score,
                status=one.status,
                reason=why,
                text=LEFT_OUT[why],
                sources=[CoverageSource.of(source) for source in one.sources],
            )
            for one, why in left[: asked.limit]
        ],
        left_out_count=len(left),
        method=_method(services, asked),
        release=services.reference,
        links=[Link(rel="self", href=to.to(path, **query), type=JSON, title="this answer")] if to else [],
    )
    return Faces(said, lambda: _cell_sheets(said, to), None, said.cell.text)


def _method(services: Services, asked: SliceAsked) -> list[str]:
    """How it was made; that placeholders are asked for in vain, where the release holds none."""
    return [*METHOD, *([_NO_PLACEHOLDERS] if asked.placeholders and not services.manifest.illustrative else [])]


def _known(services: Services, asked: SliceAsked, facts: CoverageFacts) -> None:
    """Refuse a filter that nothing here can meet: a slip of the pen must not read as *taught only elsewhere*."""
    roles = facts.projection.roles if facts.projection else {}
    for role in asked.role:
        if role not in roles and role not in facts.needs_of:
            raise UnknownIdError(role, services.things.suggestions(role, ("Role",)), "roles")
    for provider in asked.provider:
        if provider not in services.things and all(run.provider != provider for run in facts.runs):
            raise UnknownIdError(provider, services.things.suggestions(provider, ("Provider",)), "providers")
    needed = facts.competencies.values()
    if asked.sector is not None:
        one_of("sector", (asked.sector,), {code for one in roles.values() for code in one.sectors})
    if asked.kind:
        one_of("kind", asked.kind, {one.kind for one in needed})
    if asked.theme:
        one_of("theme", asked.theme, {theme for one in needed for theme in one.themes})
    if asked.standard is not None:
        one_of("standard", (asked.standard,), {one.standard for one in needed if one.standard})
    if asked.town or asked.district:
        places = read_places(services.store)
        one_of("town", asked.town, {*places.all_areas(Geography.TOWN), *(run.town or "" for run in facts.runs)})
        districts = {*places.all_areas(Geography.OUTCODE), *(run.district or "" for run in facts.runs)}
        one_of("district", asked.district, districts, facts.runs)


def one_of(what: str, asked: Iterable[str], known: set[str], runs: Sequence[Run] = ()) -> None:
    """Refuse what nothing here has. `runs`: of a postcode district, where a town of this name is looked for."""
    lower = {one.casefold() for one in known}
    for one in asked:
        if one.casefold() in lower:
            continue
        some = get_close_matches(one, known, 10, 0.5) or sorted(known - {""})[:30]
        hint = f"There are, among others: {', '.join(some)}."
        if what == "district":
            inside = sorted({run.district for run in runs if run.district and run.town == one.title()})
            hint = "A district is the first half of a postcode, such as DY1."
            if inside:
                hint += f" In {one} something is taught in {', '.join(inside)}; or ask for the town {one}."
        raise Problem("invalid-request", f"{what}: nothing here has the {what} “{one}”.", 422, hint=hint)


def _links(to: Addresses | None, path: str, query: dict[str, Any], asked: BoardAsked, total: int) -> list[Link]:
    if to is None:
        return []
    found = [Link(rel="self", href=to.to(path, **query), type=JSON, title="this page")]
    steps = (("prev", "page before", asked.offset - asked.limit), ("next", "next page", asked.offset + asked.limit))
    for rel, title, offset in steps:
        if -asked.limit < offset < total and (rel == "next" or asked.offset > 0):
            href = to.to(path, **{**query, "offset": max(offset, 0)})
            found.append(Link(rel=rel, href=href, type=JSON, title=title))
    return found


def _thing(id: str, label: str) -> CoverageThing:
    return CoverageThing(id=id, label=label)


def _named(facts: CoverageFacts, id: str) -> CoverageThing:
    return _thing(id, facts.labels.get(id) or (facts.teachers[id].title if id in facts.teachers else id))


def _cell(
    cell: Cell, facts: CoverageFacts, asked: SliceAsked, demand: Mapping[str, int], to: Addresses | None
) -> CellSaid:
    one = cell.competency
    return CellSaid(
        competency=_thing(one.id, one.label),
        kind=one.kind,
        standard=one.standard or None,
        code=one.code,
        level=one.level,
        themes=list(one.themes),
        finding=cell.finding,
        text=sentence(cell),
        roles=[_named(facts, role) for role in cell.roles[:_ROLES]],
        role_count=len(cell.roles),
        essential=cell.essential,
        providers=[_named(facts, provider) for provider in cell.providers],
        teachers=cell.teachers,
        stopped=_counts(cell.stopped),
        left_out=[
            LeftOutSaid(reason=reason, text=LEFT_OUT[reason], count=cell.left_out[reason])
            for reason in LEFT_OUT
            if reason in cell.left_out
        ],
        not_known=[_unknown(unknown, facts) for unknown in cell.unknown],
        placeholder=cell.placeholder,
        inferred=cell.inferred,
        demand=demand.get(one.id),
        source=CoverageSource.of(one.source),
        address=_address_of(asked, to, one.id),
    )


def _address_of(asked: SliceAsked, to: Addresses | None, competency: str) -> str:
    """Where every reason for a finding is told, with the question as it was asked."""
    path = f"/coverage/{competency}"
    left = {"release", "format", "finding", "sort", "offset", "limit"}
    return to.to(path, **asked.model_dump(mode="json", exclude_defaults=True, exclude=left)) if to else path


def _counts(found: Mapping[Finding, int]) -> list[StoppedSaid]:
    return [StoppedSaid(finding=one, count=found[one]) for one in Finding if found.get(one)]


def _group(id: str, label: str, counts: Counter[Finding]) -> GroupSaid:
    return GroupSaid(id=id, label=label or "no theme", counts=_counts(counts))


def _unknown(one: Unknown, facts: CoverageFacts) -> UnknownSaid:
    return UnknownSaid(
        about=_named(facts, one.about) if one.about else None,
        roles=[_named(facts, role) for role in one.roles[:_ROLES]],
        role_count=len(one.roles),
        text=unknown_words(one, facts),
        gaps=[CoverageGap.of(gap) for gap in one.gaps],
    )


def unknown_words(one: Unknown, facts: CoverageFacts) -> str:
    """What is not known, as a sentence."""
    roles = ", ".join(facts.labels.get(role, role) for role in one.roles[:3])
    if len(one.roles) > 3:
        roles += f" and {counted(len(one.roles) - 3, 'more role')}"
    if one.about is not None:
        return f"Not all units of {_named(facts, one.about).label}, which is meant for {roles}, are published."
    if all(role not in facts.needs_of for role in one.roles):
        return f"What {roles} needs is not published as statements."
    return f"No award or apprenticeship is known to be meant for {roles}."


def _reason(one: Candidate, facts: CoverageFacts) -> CoverageReason:
    teaching, teacher = one.teaching, one.teacher
    runs = sorted(one.runs, key=lambda pair: -RANK[pair[1]])
    return CoverageReason(
        teacher=_thing(teacher.id, teacher.title),
        kind=teacher.kind,
        level=teacher.level,
        award=_named(facts, teacher.award) if teacher.award else None,
        via=teaching.via,
        through=teaching.through,
        relation=teaching.relation,
        score=teaching.score,
        parts=sorted(teaching.parts),
        status=teaching.status,
        finding=one.finding,
        runs=[_run(run, finding, facts) for run, finding in runs[:_RUNS]],
        run_count=len(runs),
        sources=[CoverageSource.of(source) for source in teaching.sources],
    )


def _run(run: Run, finding: Finding, facts: CoverageFacts) -> CoverageRun:
    return CoverageRun(
        id=run.id,
        title=run.title,
        provider=_named(facts, run.provider),
        town=run.town,
        district=run.district,
        study_mode=run.study_mode,
        attendance=run.attendance,
        delivery_mode=run.delivery_mode,
        starts=list(run.starts),
        state=run.state,
        sold_separately=run.sold_separately,
        finding=finding,
        status=run.status,
        source=CoverageSource.of(run.source),
    )


# --- tables and charts ------------------------------------------------------------------------------------------------


def _rests_on(cell: Cell) -> Status | Literal[""]:
    """How sure a finding is that somebody teaches a competency; blank where nobody is found to."""
    if cell.placeholder:
        return Status.ILLUSTRATIVE
    return (Status.INFERRED if cell.inferred else Status.PUBLISHED) if cell.teachers else ""


def _board_sheets(
    said: BoardSaid,
    cells: Sequence[Cell],
    facts: CoverageFacts,
    demand: Mapping[str, int],
    address: Callable[[str], str],
) -> tuple[Sheet, ...]:
    columns = (
        *("competency", "label", "kind", "standard", "code", "level", "themes", "finding", "rests on", "in words"),
        *("roles", "role ids", "demand", "providers", "provider ids", "teachers", "not known"),
        *("source of the competency", "its date", "its status", "needed by", "taught by", "every reason"),
    )
    rows: Iterable[Sequence[SheetCell]] = (
        (
            *(cell.competency.id, cell.competency.label, cell.competency.kind, cell.competency.standard),
            *(cell.competency.code or "", cell.competency.level, _SHEET_GAPS.join(cell.competency.themes)),
            *(str(cell.finding), _rests_on(cell), sentence(cell), len(cell.roles), _SHEET_GAPS.join(cell.roles)),
            *(demand.get(cell.competency.id), len(cell.providers), _SHEET_GAPS.join(cell.providers), cell.teachers),
            " ".join(unknown_words(one, facts) for one in cell.unknown),
            *(cell.competency.source.address, cell.competency.source.as_of, str(cell.competency.source.status)),
            *(_SHEET_GAPS.join(_named(facts, one).label for one in ids) for ids in (cell.roles, cell.providers)),
            address(cell.competency.id),
        )
        for cell in cells
    )
    themes: Iterable[Sequence[SheetCell]] = (
        (one.label, sum(two.count for two in one.counts), *(_of(one, finding) for finding in Finding))
        for one in said.themes
    )
    notes = (said.slice, *said.method)
    return (
        Sheet(
            "Coverage board",
            columns,
            rows,
            notes,
            ("label", "level", "in words", "needed by", "taught by", "not known"),
            {"label": "every reason"},
            paged=True,
        ),
        Sheet(
            "By theme",
            ("theme", "competencies", *(_plain(one) for one in Finding)),
            themes,
            notes,
            ("theme", "competencies", *(_plain(one.finding) for one in said.counts)),
        ),
        Sheet(
            "Needs not published",
            ("role", "label", "in words", "looked for"),
            (
                (role.id, role.label, one.text, " ".join(gap.statement for gap in one.gaps))
                for one in said.unstated
                for role in one.roles
            ),
            notes,
            ("label", "in words", "looked for"),
            {"label": "role"},
        ),
    )


def _plain(finding: Finding) -> str:
    return str(finding).replace("-", " ")


def _of(group: GroupSaid, finding: Finding) -> int:
    return sum(one.count for one in group.counts if one.finding is finding)


def _board_finding(said: BoardSaid) -> str:
    """The slice, how many competencies have which finding, and how many of these rest on what nobody published."""
    told = "; ".join(f"{one.count} {one.text}" for one in said.counts)
    sure = f" {said.inferred} of these findings rest on our inference alone." if said.inferred else ""
    sure += f" {said.placeholder} rest on illustrative placeholders alone." if said.placeholder else ""
    return f"{said.slice} Competencies by finding: {told or 'none'}.{sure}"


def _board_chart(said: BoardSaid, services: Services) -> Chart:
    rows: list[dict[str, str | int | float | None]] = [
        {"theme": group.label, "competencies": one.count, "finding": _plain(one.finding)}
        for group in said.themes
        for one in group.counts
    ]
    return bars(
        "Who teaches what roles need, by theme",
        _board_finding(said),
        rows,
        category="theme",
        value="competencies",
        group="finding",
        groups=[_plain(one.finding) for one in said.counts],
        titles={"theme": "Theme", "competencies": "Competencies", "finding": "Finding"},
        subtitle=release_words(services),
    )


def _cell_sheets(said: CellAnswer, to: Addresses | None) -> tuple[Sheet, ...]:
    columns = (
        *(
            "teacher",
            "title",
            "kind",
            "level",
            "how we know",
            "through",
            "score",
            "status",
            "finding",
            "run",
            "provider",
        ),
        *("town", "attendance", "state", "source", "as of"),
    )

    def rows() -> Iterable[Sequence[SheetCell]]:
        for one in said.reasons:
            source = one.sources[0] if one.sources else None
            what = (one.teacher.id, one.teacher.label, str(one.kind), one.level, str(one.via), one.through, one.score)
            where = (source.address if source else None, source.as_of if source else None)
            for run in one.runs:
                place = (run.title, run.provider.label, run.town, run.attendance, str(run.state))
                yield (*what, str(one.status), str(run.finding), *place, *where)
            if not one.runs:
                yield (*what, str(one.status), str(one.finding), "", "", "", "", "", *where)

    left = (
        (one.teacher.id, one.teacher.label, str(one.via), one.through, one.score, one.text) for one in said.left_out
    )
    gaps = {gap.id: gap for one in said.cell.not_known for gap in one.gaps}
    notes = (said.cell.text, *(one.text for one in said.cell.not_known), said.slice, *said.method)
    path, gap = "/changes", said.cell.competency.id
    ask = to.to(path, gap=gap) if to else f"{path}?{urlencode({'gap': gap})}"
    needing = ((one.id, one.label, "the smallest change that would teach it", ask) for one in said.cell.roles)
    return (
        Sheet(
            f"{said.cell.competency.label} ({said.cell.competency.id})",
            columns,
            rows(),
            notes,
            (
                "title",
                "level",
                "how we know",
                "through",
                "status",
                "run",
                "provider",
                "town",
                "state",
                "source",
                "as of",
            ),
            {"title": "teacher"},
            "No reason that counts in this question.",
        ),
        Sheet(
            "Left out",
            ("teacher", "title", "how we know", "through", "score", "why"),
            left,
            notes,
            ("title", "through", "why"),
            {"title": "teacher"},
        ),
        Sheet(
            "Needed by",
            ("role id", "role", "what next", "address"),
            needing,
            (),
            ("role", "what next"),
            {"role": "role id", "what next": "address"},
        ),
        Sheet(
            "Looked for and not found",
            ("gap", "what", "looked for on", "ask"),
            ((one.id, one.statement, one.looked_for_on, one.ask) for one in gaps.values()),
            (),
            ("what", "looked for on", "ask"),
        ),
    )


# --- the console ------------------------------------------------------------------------------------------------------


def show_board(screen: Screen, said: BoardSaid) -> None:
    """The board for people: the counts, then one line for each competency of the page."""
    screen.line(said.slice, strong=True)
    for one in said.counts:
        screen.line(f"{one.count:>6,}  {one.text}", hang=8)
    if said.inferred:
        screen.line(f"{said.inferred:>6,}  of these by our inference alone", hang=8)
    if said.placeholder:
        screen.line(f"{said.placeholder:>6,}  of these by illustrative placeholders alone", hang=8)
    for unstated in said.unstated:
        screen.line(f"        {unstated.text}", hang=8)
    screen.line()
    for cell in said.items:
        screen.line(f"{cell.competency.label} ({cell.competency.id})", strong=True)
        screen.line(cell.text, indent=3)
        if cell.providers:
            screen.line(f"By {', '.join(one.label for one in cell.providers[:5])}.", indent=3, hang=2)
        for unknown in cell.not_known:
            screen.line(unknown.text, indent=3, hang=2)
    shown = said.offset + len(said.items)
    if shown < said.total:
        screen.line(f"{said.total - shown:,} more; see them with --offset {shown}.")


def show_cell(screen: Screen, said: CellAnswer) -> None:
    """One competency for people: what is found, every reason for it, and what was left out."""
    screen.line(f"{said.cell.competency.label} ({said.cell.competency.id})", strong=True)
    screen.line(said.cell.text)
    for unknown in said.cell.not_known:
        screen.line(unknown.text, hang=2)
        for gap in unknown.gaps:
            screen.line(f"looked for on {gap.looked_for_on}: {gap.statement}", indent=3, hang=2)
    for one in said.reasons:
        level = f"level {one.level}" if one.level is not None else "level not known"
        screen.line()
        screen.line(f"{one.teacher.label} ({one.teacher.id}), {level}", strong=True)
        screen.line(f"{one.via}: {one.through} [{one.status}]; {MEANINGS[one.finding]}", indent=3, hang=2)
        for run in one.runs[:3]:
            where = run.town or "place not known"
            screen.line(f"{run.title}, {run.provider.label}, {where} ({run.state})", indent=3, hang=2)
        if one.sources:
            screen.line(f"source: {one.sources[0].address} ({one.sources[0].as_of or 'no date'})", indent=3, hang=2)
    if said.reason_count > len(said.reasons):
        screen.line(f"{said.reason_count - len(said.reasons):,} more reasons.")
    counts = Counter(one.text for one in said.left_out)
    if counts:
        screen.line()
        screen.line("Left out: " + ", ".join(f"{count} for {text}" for text, count in counts.items()) + ".", hang=2)
