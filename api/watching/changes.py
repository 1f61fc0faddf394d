"""What changed for coverage and stated needs since another release: on the wire, as tables and a chart, and as text."""

from collections import ChainMap
from collections.abc import Mapping
from datetime import date
from typing import Final

from api.addresses import Addresses
from api.charts import Chart, Row, bars
from api.console import Screen
from api.dependencies import ReleaseHolder, Services
from api.designers.compared import Comparing
from api.errors import Problem
from api.faces import Faces, release_words
from api.reply import JSON
from api.schemas.common import Link
from api.schemas.coverage import CoverageThing, InferenceSaid
from api.schemas.watch import (
    ChangeCountsSaid,
    FigureChangeSaid,
    FindingChangeSaid,
    NeedChangeSaid,
    ShortSaid,
    StatementChangeSaid,
    UnitChangeSaid,
    WatchChangesAsked,
    WatchChangesSaid,
)
from api.sheets import Cell, Sheet
from queries.coverage.board import MEANINGS as FINDINGS
from queries.coverage.board import Finding
from queries.coverage.model import Competency, Teacher
from queries.pathways.request import counted
from queries.watch.changes import Became, Changes, Revised
from queries.watch.trace import MEANINGS as STOPS

FIRST: Final = "There is no release before this one: nothing to compare with, which does not say that nothing changed."
METHOD: Final = (
    "Both releases are asked on the same day, so only what became of the data counts, not that time has passed.",
    "A competency is the same one by its id. A statement of a standard is revised when its number stays and its id or"
    " our wording does not.",
    "A unit is short of a revised statement when it taught the earlier one and nothing says that it teaches the later;"
    " it is surplus when it taught something that a role needed and teaches nothing that any role needs now.",
    "A finding can become better or worse because a source told more, not because anything was done.",
)


def before(holder: ReleaseHolder, services: Services, since: int | None) -> Services | None:
    """The release to compare with: the one that is named, or the one before; None: this is the first.

    `holder`: the real releases. A sandbox is compared with the release it is laid over, so that what it imagines is
    what changed. Raises `UnknownReleaseError`, and a problem for a release that is not before this one.
    """
    number = services.reference.number
    if services.sandbox is not None:
        return holder.get(number if since is None else since)
    if since is not None:
        earlier_one = holder.get(since)
        if since >= number:
            raise Problem("invalid-request", f"since: release {since} is not before release {number}.", 422)
        return earlier_one
    earlier = [one for one in holder.releases.numbers() if one < number]
    return holder.get(max(earlier)) if earlier else None


def comparing(services: Services, earlier: Services, on: date, asked: WatchChangesAsked) -> Comparing:
    """What changed since an earlier release, as a worker is asked."""
    return Comparing(earlier.release.path, services.release.path, on, asked.inference())


def told_changes(holder: ReleaseHolder, services: Services, on: date, asked: WatchChangesAsked) -> Faces:
    """What changed, compared here and now."""
    earlier = before(holder, services, asked.since)
    found = comparing(services, earlier, on, asked).found() if earlier is not None else None
    return changes_faces(services, earlier, found, on, asked, None)


def changes_faces(
    services: Services,
    earlier: Services | None,
    found: Changes | None,
    on: date,
    asked: WatchChangesAsked,
    to: Addresses | None,
) -> Faces:
    """What changed since an earlier release, in the shape of replies; None: there is none."""
    inference = asked.inference()
    query = asked.model_dump(mode="json", exclude_defaults=True, exclude={"release", "format"})
    links = []
    if to is not None:
        links.append(Link(rel="self", href=to.to("/watch/changes", **query), type=JSON, title="this answer"))
        if earlier is not None and services.sandbox is None:
            path = f"/releases/{earlier.reference.number}/diff/{services.reference.number}"
            links.append(
                Link(rel="related", href=Addresses(to.root).to(path), type=JSON, title="everything that changed")
            )
    known = [one.release.projection.labels for one in (earlier, services) if one is not None]
    shown = _Shown(found, asked.limit, ChainMap(*reversed(known))) if found is not None else None
    said = WatchChangesSaid(
        on=on,
        text=_summary(found, earlier) if found is not None and earlier is not None else FIRST,
        before=earlier.reference if earlier is not None else None,
        inference=InferenceSaid.of(inference),
        counts=_counts(found) if found is not None else None,
        findings=shown.findings() if shown else [],
        needs=shown.needs() if shown else [],
        units=shown.units() if shown else [],
        standards=shown.standards() if shown else [],
        short=shown.short() if shown else [],
        surplus=shown.surplus() if shown else [],
        figures=shown.figures() if shown else [],
        method=list(METHOD),
        release=services.reference,
        links=links,
    )
    return Faces(said, lambda: _sheets(said), lambda: _chart(said, services), said.text)


def _counts(found: Changes) -> ChangeCountsSaid:
    became = [one.became for one in found.findings]
    units = [one.became for one in found.units]
    return ChangeCountsSaid(
        better=became.count(Became.BETTER),
        worse=became.count(Became.WORSE),
        newly_needed=became.count(Became.NEW),
        no_longer_needed=became.count(Became.GONE),
        needs=len(found.needs),
        units_new=units.count(Became.NEW),
        units_gone=units.count(Became.GONE),
        statements=sum(len(one.statements) for one in found.standards),
        short=len(found.short),
        surplus=len(found.surplus),
        figures=len(found.figures),
    )


def _summary(found: Changes, earlier: Services) -> str:
    counts = _counts(found)
    if not any(counts.model_dump().values()):
        return f"Nothing changed for coverage or stated needs since release {earlier.reference.number}."
    parts = (
        (counts.worse, "competency has a worse finding", "competencies have a worse finding"),
        (counts.better, "competency has a better one", "competencies have a better one"),
        (counts.newly_needed, "competency is newly needed", "competencies are newly needed"),
        (counts.no_longer_needed, "competency is needed no more", "competencies are needed no more"),
        (counts.needs, "stated need changed", "stated needs changed"),
        (counts.units_new, "unit is new", "units are new"),
        (counts.units_gone, "unit is gone", "units are gone"),
        (counts.statements, "statement of a standard changed", "statements of standards changed"),
        (counts.short, "unit is short of a revised statement", "units are short of revised statements"),
        (counts.surplus, "unit is surplus", "units are surplus"),
        (counts.figures, "demand figure changed", "demand figures changed"),
    )
    told = "; ".join(f"{count:,} {one if count == 1 else many}" for count, one, many in parts if count)
    return f"Since release {earlier.reference.number}: {told}."


def _competency(one: Competency) -> CoverageThing:
    return CoverageThing(id=one.id, label=one.label)


def _unit(one: Teacher) -> CoverageThing:
    return CoverageThing(id=one.id, label=one.title)


class _Shown:
    """The first of each list. `labels`: names of things by id, of the later release where both have one."""

    def __init__(self, found: Changes, limit: int, labels: Mapping[str, str]) -> None:
        self.found, self.limit, self.labels = found, limit, labels

    def findings(self) -> list[FindingChangeSaid]:
        return [
            FindingChangeSaid(
                competency=_competency(one.competency),
                standard=one.competency.standard or None,
                code=one.competency.code,
                became=one.became,
                before=one.before,
                after=one.after,
            )
            for one in self.found.findings[: self.limit]
        ]

    def needs(self) -> list[NeedChangeSaid]:
        return [
            NeedChangeSaid(
                id=one.need.id, statement=one.need.text, became=one.became, before=one.before, after=one.after
            )
            for one in self.found.needs[: self.limit]
        ]

    def units(self) -> list[UnitChangeSaid]:
        return [
            UnitChangeSaid(
                unit=_unit(one.unit),
                award=CoverageThing(id=award, label=self.labels.get(award, award)) if award else None,
                became=one.became,
            )
            for one, award in ((one, one.unit.award) for one in self.found.units[: self.limit])
        ]

    def standards(self) -> list[StatementChangeSaid]:
        all_of_them = [(one.standard, two) for one in self.found.standards for two in one.statements]
        return [
            StatementChangeSaid(
                standard=standard,
                code=_code(one),
                before=_competency(one.before) if one.before else None,
                after=_competency(one.after) if one.after else None,
            )
            for standard, one in all_of_them[: self.limit]
        ]

    def short(self) -> list[ShortSaid]:
        return [
            ShortSaid(
                unit=_unit(one.unit),
                standard=one.revised.after.standard,
                code=_code(one.revised),
                before=_competency(one.revised.before),
                after=_competency(one.revised.after),
            )
            for one in self.found.short[: self.limit]
            if one.revised.before is not None and one.revised.after is not None
        ]

    def surplus(self) -> list[CoverageThing]:
        return [_unit(one) for one in self.found.surplus[: self.limit]]

    def figures(self) -> list[FigureChangeSaid]:
        return [
            FigureChangeSaid(
                id=one.figure.id, metric=one.figure.metric, became=one.became, before=one.before, after=one.after
            )
            for one in self.found.figures[: self.limit]
        ]


def _code(one: Revised) -> str:
    found = one.after or one.before
    return (found.code or "") if found is not None else ""


def _finding(one: Finding | None) -> str:
    return FINDINGS[one] if one is not None else "needed by no role"


def _sheets(said: WatchChangesSaid) -> list[Sheet]:
    notes = [said.text, *said.method]
    statements: list[tuple[Cell, ...]] = [
        (one.standard, one.code, *_pair(one.before), *_pair(one.after)) for one in said.standards
    ]
    return [
        Sheet(
            "Findings that changed",
            ("Competency", "Id", "Standard", "Number", "Became", "Before", "After"),
            [
                (
                    *(one.competency.label, one.competency.id, one.standard or "", one.code or "", one.became.value),
                    *(_finding(one.before), _finding(one.after)),
                )
                for one in said.findings
            ],
            notes,
            none=FIRST if said.before is None else "No finding became better or worse.",
        ),
        Sheet(
            "Stated needs that changed",
            ("Need", "Statement", "Became", "First break before", "First break after"),
            [
                (
                    *(one.id, one.statement, one.became.value),
                    *(STOPS[stop] if stop is not None else "not loaded" for stop in (one.before, one.after)),
                )
                for one in said.needs
            ],
        ),
        Sheet(
            "Units new and gone",
            ("Unit", "Id", "Award", "Its id", "Became"),
            [(one.unit.label, one.unit.id, *_pair(one.award), one.became.value) for one in said.units],
        ),
        Sheet(
            "Standards revised",
            ("Standard", "Number", "Before", "Id before", "After", "Id after"),
            statements,
        ),
        Sheet(
            "Units now short",
            ("Unit", "Id", "Standard", "Number", "Taught before", "Its id", "Not known to teach", "Its id now"),
            [
                (
                    *(one.unit.label, one.unit.id, one.standard, one.code),
                    *(one.before.label, one.before.id, one.after.label, one.after.id),
                )
                for one in said.short
            ],
        ),
        Sheet("Units now surplus", ("Unit", "Id"), [(one.label, one.id) for one in said.surplus]),
        Sheet(
            "Figures that changed",
            ("Figure", "What is counted", "Became", "Before", "After"),
            [(one.id, one.metric, one.became.value, one.before or "", one.after or "") for one in said.figures],
        ),
    ]


def _pair(one: CoverageThing | None) -> tuple[Cell, Cell]:
    return (one.label, one.id) if one else ("", "")


def _chart(said: WatchChangesSaid, services: Services) -> Chart:
    counts = said.counts.model_dump() if said.counts is not None else dict.fromkeys(ChangeCountsSaid.model_fields)
    names = {
        "worse": "findings that became worse",
        "better": "findings that became better",
        "newly_needed": "competencies newly needed",
        "no_longer_needed": "competencies needed no more",
        "needs": "stated needs that changed",
        "units_new": "units that are new",
        "units_gone": "units that are gone",
        "statements": "statements of standards that changed",
        "short": "units short of a revised statement",
        "surplus": "units that are surplus",
        "figures": "demand figures that changed",
    }
    rows: list[Row] = [{"what": text, "count": counts[name]} for name, text in names.items()]
    return bars(
        "What changed for coverage and stated needs",
        f"One bar for each kind of change. {said.text}",
        rows,
        category="what",
        value="count",
        titles={"what": "What changed", "count": "How many"},
        subtitle=release_words(services),
    )


def show_changes(screen: Screen, said: WatchChangesSaid) -> None:
    """What changed, for people."""
    screen.line(said.text, strong=True)
    for one in said.needs:
        was, now = (STOPS[stop] if stop is not None else "not loaded" for stop in (one.before, one.after))
        screen.line(f"- {one.id} {one.became}: {one.statement} Before: {was}. Now: {now}.", indent=1, hang=2)
    for change in said.findings:
        label = f"{change.competency.label} ({change.competency.id})"
        screen.line(
            f"- {change.became}: {label}. Before: {_finding(change.before)}. Now: {_finding(change.after)}.",
            indent=1,
            hang=2,
        )
    for short in said.short:
        screen.line(
            f"- {short.unit.label} ({short.unit.id}) is short of {short.standard} {short.code}: {short.after.label}",
            indent=1,
            hang=2,
        )
    for unit in said.surplus:
        screen.line(f"- {unit.label} ({unit.id}) is surplus", indent=1, hang=2)
    for unit_change in said.units:
        unit, award = unit_change.unit, unit_change.award
        of = f", of {award.label} ({award.id})" if award else ""
        screen.line(f"- unit {unit_change.became}: {unit.label} ({unit.id}){of}", indent=1, hang=2)
    for statement in said.standards:
        words = (thing.label if thing else "not there" for thing in (statement.before, statement.after))
        text = " Now: ".join(words)
        screen.line(f"- {statement.standard} {statement.code} revised. Before: {text}", indent=1, hang=2)
    for figure in said.figures:
        was, now = (value or "not loaded" for value in (figure.before, figure.after))
        screen.line(f"- {figure.id} {figure.became}: {figure.metric}. Before: {was}. Now: {now}.", indent=1, hang=2)
    if said.counts is not None:
        shown = len(said.findings)
        total = said.counts.better + said.counts.worse + said.counts.newly_needed + said.counts.no_longer_needed
        if shown < total:
            screen.line(f"and {counted(total - shown, 'finding')} more: --limit tells more", indent=1)
    screen.line("")
    for line in said.method:
        screen.line(line)
