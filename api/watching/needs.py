"""Stated needs traced to seats: on the wire, as tables and a chart, and for the console."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from api.addresses import Addresses
from api.charts import Chart, Row, bars
from api.console import Screen
from api.dependencies import Services
from api.faces import Faces, release_words
from api.named import behind
from api.reply import JSON
from api.schemas.common import Link
from api.schemas.coverage import CoverageGap, CoverageSource, CoverageThing, InferenceSaid
from api.schemas.watch import ChainSaid, NeedRun, NeedSaid, NeedsAsked, NeedsSaid, NeedTeaching, StopCount
from api.sheets import Cell, Sheet
from queries.coverage.model import CoverageFacts, Run, Teaching
from queries.pathways.request import counted
from queries.profiles import UnknownIdError
from queries.watch.needs import read_needs
from queries.watch.trace import MEANINGS, ORDER, STAGE, Chain, Stage, Stop, Traced, trace

NONE_LOADED: Final = (
    "No needs are loaded in this release. That does not say that nobody needs anything: nobody has put one in."
)
METHOD: Final = (
    "Each thing that a statement names is followed: the competencies of a job, a competency, a theme, an award, a form"
    " of teaching. A chain breaks at the first stage that nothing gets past; the stages are those of the coverage"
    " board, with whole qualifications and apprenticeships counted as teaching.",
    "The place of a need is told and not followed: runs anywhere count.",
    "“Not known” is never no: a run without seats has no known number of seats, and may have enough.",
    "A need counts as stated from the end of its date, or from the day of its source where that is sooner. Whether it"
    " still stands is not known.",
    "Numbers of people of different needs are never added.",
)
_STUCK: Final = {
    Stop.NO_RUN: "since something that teaches it was first seen",
    Stop.PAST_RUNS_ONLY: "since the last start or leavers that are known",
    Stop.NO_START_KNOWN: "since a run was last seen on offer",
    Stop.SEATS_NOT_KNOWN: "since a run was last seen on offer",
    Stop.TOO_FEW_SEATS: "since a run was last seen on offer",
}
_MOST: Final = 5


def needs_faces(services: Services, facts: CoverageFacts, asked: NeedsAsked, to: Addresses | None) -> Faces:
    """The stated needs of a release, traced. Raises `UnknownIdError` for a need that it does not have."""
    inference = asked.inference()
    loaded = read_needs(services.store)
    if asked.need is not None and asked.need not in {one.id for one in loaded}:
        raise UnknownIdError(asked.need)
    chosen = [one for one in loaded if asked.need in (None, one.id)]
    found = [one for one in trace(facts, chosen, inference) if asked.stop is None or asked.stop in one.counts]
    query = asked.model_dump(mode="json", exclude_defaults=True, exclude={"release", "format"})
    links = []
    if to is not None:
        links.append(Link(rel="self", href=to.to("/watch/needs", **query), type=JSON, title="this answer"))
        links.append(behind(to, "stated-needs", "what was stated"))
    said = NeedsSaid(
        on=facts.on,
        loaded=bool(loaded),
        text=_summary(found) if loaded else NONE_LOADED,
        inference=InferenceSaid.of(inference),
        items=[_need(one, facts, asked) for one in found],
        method=list(METHOD),
        release=services.reference,
        links=links,
    )
    return Faces(said, lambda: _sheets(said), lambda: _chart(said, services), said.text)


def _summary(found: Sequence[Traced]) -> str:
    if not found:
        return "None of the needs that are loaded is asked about here, or had been stated on that day."
    stages = Counter(STAGE[one.stop] for one in found)
    first = ", ".join(f"{stages[one]} at the {one}" for one in Stage if stages[one] and one is not Stage.THROUGH)
    through = stages[Stage.THROUGH]
    said = f"{counted(len(found), 'stated need')}" + (f"; the chain first breaks for {first}" if first else "")
    return f"{said}; {through} {'goes' if through == 1 else 'go'} through to known seats."


def _named(facts: CoverageFacts, id: str) -> CoverageThing:
    teacher = facts.teachers.get(id)
    return CoverageThing(id=id, label=facts.labels.get(id) or (teacher.title if teacher else id))


def _need(one: Traced, facts: CoverageFacts, asked: NeedsAsked) -> NeedSaid:
    need = one.need
    chains = [chain for chain in one.chains if asked.stop in (None, chain.stop)]
    shown = chains if asked.need is not None else chains[: asked.chains]
    return NeedSaid(
        id=need.id,
        statement=need.text,
        stated_by=need.by,
        stated_on=need.on,
        place=need.place,
        level=need.level,
        roles=[_named(facts, id) for id in need.roles],
        competencies=[_named(facts, id) for id in need.competencies],
        awards=[_named(facts, id) for id in need.awards],
        provisions=[_named(facts, id) for id in need.provisions],
        themes=list(need.themes),
        people=need.people,
        people_text=need.people_text,
        needed_by=need.needed_by,
        days=one.days,
        stage=STAGE[one.stop],
        stop=one.stop,
        furthest=one.furthest,
        text=_sentence(one),
        counts=[
            StopCount(stop=stop, stage=STAGE[stop], text=MEANINGS[stop], count=one.counts[stop])
            for stop in sorted(one.counts, key=ORDER.__getitem__)
        ],
        chains=[_chain(chain, facts) for chain in shown],
        chain_count=len(chains),
        source=CoverageSource.of(need.source),
    )


def _sentence(one: Traced) -> str:
    days = f"stated {counted(one.days, 'day')} ago at least"
    if one.stop is one.furthest:
        return f"{days}; {MEANINGS[one.stop]}"
    parts = [f"{one.counts[stop]}: {MEANINGS[stop]}" for stop in sorted(one.counts, key=ORDER.__getitem__)]
    return f"{days}; of {len(one.chains)} things followed, {'; '.join(parts)}"


def _chain(one: Chain, facts: CoverageFacts) -> ChainSaid:
    competency = one.competency
    return ChainSaid(
        names=one.names,
        of=(CoverageThing(id=one.of, label=one.of) if one.names == "theme" else _named(facts, one.of))
        if one.of
        else None,
        competency=CoverageThing(id=competency.id, label=competency.label) if competency else None,
        stage=one.stage,
        stop=one.stop,
        text=MEANINGS[one.stop],
        finding=one.finding,
        teachings=[_teaching(teaching, facts) for teaching in one.teachings[:_MOST]],
        teaching_count=len(one.teachings),
        runs=[_run(run, facts) for run in one.runs[:_MOST]],
        run_count=len(one.runs),
        seats=one.seats,
        seats_not_known=one.seats_not_known,
        gaps=[CoverageGap.of(gap) for gap in one.gaps],
        stated_days=one.stated_days,
        looked_days=one.looked_days,
        stuck_days=one.stuck_days,
        stuck=_STUCK.get(one.stop) if one.stuck_days is not None else None,
    )


def _teaching(one: Teaching, facts: CoverageFacts) -> NeedTeaching:
    return NeedTeaching(
        teacher=CoverageThing(id=one.teacher, label=facts.teachers[one.teacher].title),
        via=one.via,
        through=one.through,
        sources=[CoverageSource.of(source) for source in one.sources],
    )


def _run(one: Run, facts: CoverageFacts) -> NeedRun:
    return NeedRun(
        id=one.id,
        title=one.title,
        provider=_named(facts, one.provider),
        town=one.town,
        starts=list(one.starts),
        state=one.state,
        seats=one.seats,
        source=CoverageSource.of(one.source),
    )


def _sheets(said: NeedsSaid) -> list[Sheet]:
    notes = [said.text, *said.method]
    needs = Sheet(
        "Stated needs",
        (
            *("Need", "Statement", "Stated by", "Stated on", "Days since, at least", "Place", "People", "Breaks first"),
            *("Where", "Gets as far as", "Things followed", "Source", "Date of source", "Standing"),
        ),
        [_need_row(one) for one in said.items],
        notes,
    )
    chains = Sheet(
        "Chains",
        (
            *("Need", "What is named", "Id", "Competency", "Its id", "Stage", "Where it breaks", "Taught by", "Runs"),
            *("Seats", "Runs without seats", "Days since stated", "Days since looked for", "Days stuck", "Stuck"),
            "Looked for and not found",
        ),
        [row for one in said.items for row in _chain_rows(one)],
        notes[1:],
    )
    return [needs, chains]


def _need_row(one: NeedSaid) -> tuple[Cell, ...]:
    people = f"{one.people} {one.people_text}" if one.people is not None and one.people_text else one.people
    where = MEANINGS[one.stop]
    source = one.source
    return (
        *(one.id, one.statement, one.stated_by, one.stated_on, one.days, one.place, people, one.stage.value, where),
        *(MEANINGS[one.furthest], one.chain_count, source.address, source.as_of, source.status.value),
    )


def _chain_rows(one: NeedSaid) -> Iterable[tuple[Cell, ...]]:
    for chain in one.chains:
        yield (
            one.id,
            chain.of.label if chain.of else "",
            chain.of.id if chain.of else "",
            chain.competency.label if chain.competency else "",
            chain.competency.id if chain.competency else "",
            chain.stage.value,
            chain.text,
            "; ".join(dict.fromkeys(teaching.teacher.label for teaching in chain.teachings)),
            chain.run_count,
            chain.seats,
            chain.seats_not_known,
            chain.stated_days,
            chain.looked_days,
            chain.stuck_days if chain.stuck else "",
            chain.stuck or "",
            "; ".join(gap.id for gap in chain.gaps),
        )


def _chart(said: NeedsSaid, services: Services) -> Chart:
    rows: list[Row] = [
        {"need": one.id, "things": count.count, "breaks": count.text} for one in said.items for count in one.counts
    ]
    return bars(
        "Stated needs: where the way to a seat breaks",
        f"One bar for each stated need, made up of the things followed from it by where the chain breaks. {said.text}",
        rows,
        category="need",
        value="things",
        group="breaks",
        groups=[MEANINGS[stop] for stop in Stop if any(one.stop is stop for need in said.items for one in need.counts)],
        titles={"need": "Stated need", "things": "Things followed", "breaks": "Where it breaks"},
        subtitle=release_words(services),
    )


def show_needs(screen: Screen, said: NeedsSaid) -> None:
    """Stated needs for people: what was stated, how long ago, and where the way to a seat breaks."""
    screen.line(said.text, strong=True)
    for one in said.items:
        screen.line("")
        screen.line(f"{one.id}: {one.statement}", strong=True)
        screen.fact("Stated by", f"{one.stated_by}, {one.stated_on} ({one.source.status})")
        people = f"{one.people} {one.people_text or ''}".strip() if one.people is not None else "not known"
        screen.fact("People", people)
        screen.fact("Trace", one.text)
        for chain in one.chains:
            name = chain.competency or chain.of
            screen.line(f"- {f'{name.label} ({name.id})' if name else 'nothing named'}: {chain.text}", indent=3, hang=2)
            for teaching in chain.teachings[:2]:
                screen.line(
                    f"taught by {teaching.teacher.label} [{teaching.via}: {teaching.through}]", indent=7, hang=2
                )
            for run in chain.runs[:2]:
                starts = ", ".join(run.starts) or "no start known"
                seats = "seats not known" if run.seats is None else counted(run.seats, "seat")
                screen.line(f"run {run.id} at {run.provider.label}: {starts}; {seats}", indent=7, hang=2)
            ages = [f"looked for {counted(chain.looked_days, 'day')} ago" if chain.looked_days is not None else ""]
            ages.append(f"{counted(chain.stuck_days, 'day')} {chain.stuck}" if chain.stuck_days is not None else "")
            if told := "; ".join(filter(None, ages)):
                screen.line(told, indent=7, hang=2)
        if len(one.chains) < one.chain_count:
            screen.line(f"and {one.chain_count - len(one.chains)} more: --need {one.id} tells all", indent=3, hang=2)
    screen.line("")
    for line in said.method:
        screen.line(line)
