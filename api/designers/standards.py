"""One standard, every legal choice and the approval pack: on the wire, as tables and charts, and for the console."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from api.addresses import Addresses
from api.charts import Chart, bars, heat
from api.console import Screen
from api.dependencies import Services
from api.faces import Faces
from api.reply import JSON
from api.schemas.common import Link
from api.schemas.coverage import CoverageGap, CoverageSource, CoverageThing, InferenceSaid
from api.schemas.standards import (
    AlignedSaid,
    CellSaid,
    ChoicesAsked,
    ChoicesSaid,
    ChosenUnit,
    CriterionSaid,
    EvidenceSaid,
    LegalSaid,
    MatrixAsked,
    MatrixSaid,
    Number,
    PackAsked,
    PackLine,
    PackSaid,
    PublishedSaid,
    QuestionSaid,
    ReachedSaid,
    ReasonSaid,
    RuleSaid,
    ShownChoice,
    StatementRow,
    UnitColumn,
)
from api.sheets import Sheet
from graph.projection import Status
from queries.coverage.approval import (
    STANDARDS,
    Aligned,
    Line,
    Pack,
    PackQuestion,
    Question,
    asked_by,
    criteria,
    of_standard,
)
from queries.coverage.award_rules import AwardRule, read_rules
from queries.coverage.choices import (
    ChoicesQuestion,
    ChoiceUnit,
    EveryChoice,
    Legal,
    Outcome,
    Shown,
    ToCount,
    legal_choices,
)
from queries.coverage.legal import Tally
from queries.coverage.matrix import Answer, Cell, Matrix, Wanted, is_taught, matrix, role_of
from queries.coverage.model import Competency, CoverageFacts, Inference, Teaching
from queries.pathways.request import counted

MOST_CELLS: Final = 4_000
"""Cells of a heat map in which what is not known has a mark of its own; of larger ones it is left white."""

_METHOD: Final = (
    "Yes and no are only what somebody publishes of a unit and a statement. “Inferred” is our conclusion, mostly from"
    " themes, our own tags of units and statements: it is a hint where to look, never evidence.",
    "“Not known” means that nobody we know of has said it. A unit that is not known to teach a statement may teach it.",
    "Statements of replaced texts are left out. Labels are our own short wording, not the official text.",
    "A unit below the level that the standard asks for does not count as teaching it, and its cell says so.",
)
_LEGAL_METHOD: Final = (
    "A legal choice is a set of known units that satisfies every rule of the award that can be checked, and from which"
    " no unit can be left out. All of them are counted exactly.",
    "A rule that is printed and cannot be checked, such as a co-requisite, is named. A choice may break it.",
    "Credit that is recognised from elsewhere is not considered.",
)
LAYS_OUT: Final = "The pack lays out what is known and what is open. It never says that an award meets the criteria."
_NAMES: Final = 12


def many(words: Sequence[str]) -> str:
    """A list as people say it: “S4, S11 and S12”."""
    shown = [*words[:_NAMES], *([f"{len(words) - _NAMES} more"] if len(words) > _NAMES else [])]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _code(one: Competency) -> str:
    return one.code or one.label


def _labelled(facts: CoverageFacts, id: str) -> CoverageThing:
    return CoverageThing(id=id, label=facts.labels.get(id, id))


def _gaps(facts: CoverageFacts, about: Iterable[str]) -> list[CoverageGap]:
    """What was looked for and not found about some things, and about standards altogether."""
    touched = {*about, STANDARDS}
    return [CoverageGap.of(gap) for gap in facts.gaps if touched.intersection(gap.about)]


# --- the matrix -------------------------------------------------------------------------------------------------------


def matrix_faces(services: Services, on: date, role: str, asked: MatrixAsked, to: Addresses | None) -> Faces:
    """A standard against units. Raises `UnknownIdError`."""
    facts, inference = services.coverage(on), asked.inference()
    found = matrix(facts, inference, role_of(facts, role), tuple(dict.fromkeys(asked.award)))
    said = _matrix_said(services, facts, inference, found, _links(to, f"/standards/{role}/matrix", asked))
    return Faces(said, lambda: _matrix_sheets(facts, found, said), lambda: _matrix_chart(found, said), said.notes[0])


def _links(to: Addresses | None, path: str, asked: MatrixAsked | ChoicesAsked | PackAsked) -> list[Link]:
    """The address of this answer. `to` None: there is none, as in the console."""
    query = asked.model_dump(mode="json", exclude_defaults=True, exclude={"release", "format"})
    return [Link(rel="self", href=to.to(path, **query), type=JSON, title="this answer")] if to is not None else []


def _matrix_said(
    services: Services, facts: CoverageFacts, inference: Inference, found: Matrix, links: list[Link]
) -> MatrixSaid:
    return MatrixSaid(
        role=CoverageThing(id=found.wanted.role, label=found.wanted.title),
        on=facts.on,
        statements=len(found.rows),
        superseded=found.wanted.superseded,
        taught=found.taught,
        published=found.published,
        assessed=found.assessed,
        awards=[_labelled(facts, award) for award in found.awards],
        units=[
            UnitColumn(
                id=unit.id,
                number=found.numbers.get(unit.id),
                title=unit.title,
                award=unit.award,
                level=unit.level,
                credits=unit.credits,
                status=unit.status,
            )
            for unit in found.units
        ],
        rows=[
            StatementRow(
                id=row.competency.id,
                code=row.competency.code,
                kind=row.competency.kind,
                label=row.competency.label,
                sentence=row.sentence,
                cells=[_cell(cell) for cell in row.cells],
            )
            for row in found.rows
        ],
        unlisted=[_labelled(facts, id) for id in found.unlisted],
        gaps=_gaps(facts, (found.wanted.role, *found.awards, *found.unlisted)),
        inference=InferenceSaid.of(inference),
        notes=_matrix_notes(found),
        release=services.reference,
        links=links,
    )


def _matrix_notes(found: Matrix) -> list[str]:
    wanted = found.wanted
    if not found.rows:
        return [f"No statement of a standard is known for {wanted.title}: what it needs is not known, not nothing."]
    if not found.units:
        lead = f"{wanted.title} has {len(found.rows)} statements, and no unit to lay beside them is known"
        return [f"{lead}: what is taught is not known.", *_METHOD]
    inferred = found.taught - found.published
    if inferred == found.taught > 0:
        head = f"By our inference alone, {found.taught} of {len(found.rows)} statements are taught in these units"
    else:
        head = f"{found.taught} of {len(found.rows)} statements are known to be taught in these units"
        head += f", {inferred} of them by our inference alone" if inferred else ""
    told = f"Of {found.assessed} somebody says where they are assessed." if found.assessed else (
        "Nobody says where any of them is assessed."
    )  # fmt: skip
    left = [f"{wanted.superseded} statements of replaced texts are left out."] if wanted.superseded else []
    if found.made_up:
        left.append(f"{found.made_up} of those taught rest on illustrative placeholders alone, which nobody teaches.")
    return [f"{head}. {told}", *left, *_METHOD]


def _cell(cell: Cell) -> CellSaid:
    return CellSaid(
        unit=cell.unit,
        taught=cell.taught,
        practised=cell.practised,
        assessed=cell.assessed,
        too_low=cell.too_low,
        words=cell.words,
        status=cell.status,
        reasons=[_reason(one) for one in cell.reasons],
        published=[
            PublishedSaid(
                id=one.id,
                outcome=one.outcome,
                taught=one.taught,
                practised=one.practised,
                assessed=one.assessed,
                evidence=one.evidence,
                source=CoverageSource.of(one.source),
            )
            for one in cell.said
        ],
    )


def _reason(one: Teaching) -> ReasonSaid:
    return ReasonSaid(
        via=one.via,
        through=one.through,
        relation=one.relation,
        score=one.score,
        status=one.status,
        sources=[CoverageSource.of(source) for source in one.sources],
    )


def _unit_name(found: Matrix, unit: str) -> str:
    number = found.numbers.get(unit)
    title = next(one.title for one in found.units if one.id == unit)
    return f"{number} {title}" if number else title


def _matrix_sheets(facts: CoverageFacts, found: Matrix, said: MatrixSaid) -> list[Sheet]:
    names = {unit.id: _unit_name(found, unit.id) for unit in found.units}
    codes = {row.competency.id: _code(row.competency) for row in found.rows}
    wide = len(names) > _WIDE
    rows = []
    for row in found.rows:
        cells = {cell.unit: cell.words for cell in row.cells}
        one = row.competency
        known = (cells.get(unit.id) for unit in found.units)
        rows.append((_code(one), one.id, one.kind, one.label, row.sentence, *known))
    behind = [
        (
            codes[cell.competency],
            names[cell.unit],
            cell.unit,
            reason.via.value,
            reason.through,
            reason.relation or "",
            reason.score if reason.score is not None else "",
            reason.status.value,
            source.record,
            source.address,
            source.as_of,
        )
        for row in found.rows
        for cell in row.cells
        for reason in cell.reasons
        for source in reason.sources
    ]
    published = [
        (
            codes[cell.competency],
            names[cell.unit],
            one.outcome or "",
            one.taught,
            one.practised,
            one.assessed,
            one.evidence,
            one.source.address,
            one.source.as_of,
        )
        for row in found.rows
        for cell in row.cells
        for one in cell.said
    ]
    return [
        Sheet(
            "Statements against units",
            (*_ROW, *names.values()),
            rows,
            [f"The files have a column for each of {len(names)} units. Name awards to see them here."] if wide else [],
            _SHOWN_OF_A_ROW if wide else (),
            {"Statement": "Id"},
        ),
        Sheet(
            "Behind every cell",
            (
                *("Statement", "Unit", "Id of the unit", "Known by", "What both share", "Relation", "Score"),
                *("Standing", "Record", "Source", "Date of the source"),
            ),
            behind,
        ),
        Sheet(
            "Published coverage",
            (
                *("Statement", "Unit", "Outcome", "Taught", "Practised", "Assessed"),
                *("Evidence", "Source", "Date of the source"),
            ),
            published,
        ),
        _method(facts, said.notes, said.gaps, said.inference),
    ]


_ROW: Final = ("Statement", "Id", "Kind", "In our words", "The row in words")
_SHOWN_OF_A_ROW: Final = ("Statement", "In our words", "The row in words")
_WIDE: Final = 12
"""Units beyond which a page has no room for a column of each."""


def _method(facts: CoverageFacts, notes: Iterable[str], gaps: Iterable[CoverageGap], inference: InferenceSaid) -> Sheet:
    """The sheet that says how the others were made, and what was looked for and not found."""
    ways = ", ".join(via.value for via in inference.via)
    level = "any level" if inference.levels_below is None else f"{inference.levels_below} levels below the need"
    rows = [
        ("Day of the question", facts.on.isoformat(), ""),
        ("Ways of knowing that count", ways, ""),
        ("Names count as alike from (0 to 1)", str(inference.least_score), ""),
        ("Teaching counts down to", level, ""),
        ("Placeholders", "let in, and marked illustrative" if inference.placeholders else "left out", ""),
        *(("Method", note, "") for note in notes),
        *(
            (
                "Looked for and not found",
                f"{gap.statement} Looked for on {gap.looked_for_on}; whom to ask: {gap.ask or 'not known'}.",
                gap.id,
            )
            for gap in gaps
        ),
    ]
    return Sheet("Method and sources", ("What", "Said", "Gap"), rows, (), ("What", "Said"), {"What": "Gap"})


_WORDS: Final = (
    "taught",
    "assessed only",
    "inferred",
    "said not to be",
    "disputed",
    "below the level",
    "level not known",
)


def _word(cell: Cell) -> str:
    """A cell as one word of the chart."""
    if Answer.DISPUTED in (cell.taught, cell.assessed):
        return "disputed"
    if cell.too_low is None:
        return "level not known"
    if cell.too_low:
        return "below the level"
    if is_taught(cell):
        return "inferred" if cell.taught is Answer.INFERRED else "taught"
    return "assessed only" if cell.assessed is Answer.YES else "said not to be"


def _matrix_chart(found: Matrix, said: MatrixSaid) -> Chart:
    names = Counter(_unit_name(found, unit.id) for unit in found.units)
    columns = {
        unit.id: name if names[name] == 1 else f"{name} ({unit.id})"
        for unit in found.units
        for name in (_unit_name(found, unit.id),)
    }
    every = len(columns) * len(found.rows) <= MOST_CELLS
    marks: list[dict[str, str | int | float | None]] = []
    for row in found.rows:
        cells = {cell.unit: _word(cell) for cell in row.cells}
        for unit in columns if every else cells:
            marks.append({"statement": _code(row.competency), "unit": columns[unit], "known": cells.get(unit)})
    white = "" if every else " A cell without a mark is not known."
    return heat(
        f"What is known of the units and {found.wanted.title}",
        f"{said.notes[0]}{white}",
        marks,
        x="unit",
        y="statement",
        value="known",
        words=_WORDS,
        titles={"unit": "Unit", "statement": "Statement", "known": "What is known"},
    )


def show_matrix(screen: Screen, said: MatrixSaid) -> None:
    """The matrix for people: each row as a sentence."""
    screen.line(f"{said.role.label} ({said.role.id}) against {len(said.units)} units on {said.on}.")
    for note in (note for note in said.notes if note not in _METHOD):
        screen.line(note)
    for row in said.rows:
        screen.line(f"  {row.sentence} ({row.label})")
    _show_gaps(screen, said.gaps)


def _show_gaps(screen: Screen, gaps: Iterable[CoverageGap]) -> None:
    found = list(gaps)
    for gap in found[:_NAMES]:
        screen.line(f"Not found: {gap.statement} Ask {gap.ask or 'somebody who knows'}. ({gap.id})")
    if len(found) > _NAMES:
        screen.line(f"{len(found) - _NAMES} more gaps are about these things: ask with --json.")


# --- every legal choice -----------------------------------------------------------------------------------------------


class ChoicesAsker:
    """A question about every legal choice of an award over one release. Raises `UnknownIdError`."""

    def __init__(self, services: Services, on: date, award: str, asked: ChoicesAsked) -> None:
        self.services, self.award, self.asked = services, award, asked
        self.facts, self.inference = services.coverage(on), asked.inference()
        self.found = _legal(services, self.facts, award, asked)
        self.question = ChoicesQuestion(self.facts, self.inference, role_of(self.facts, asked.role), self.found)

    @property
    def to_count(self) -> tuple[ToCount, ...]:
        """What is to be counted; none: there is no legal choice to look at."""
        asked = self.question.to_count
        return () if asked is None else (asked,)

    def faces(self, tallies: Sequence[Tally | None], to: Addresses | None) -> Faces:
        """The answer, of what was counted."""
        every = self.question.answer(tallies[0] if tallies else None)
        links = _links(to, f"/awards/{self.award}/choices", self.asked)
        said = _choices_said(self.services, self.facts, self.inference, self.question.wanted, every, links)
        return Faces(
            said,
            lambda: _choices_sheets(self.facts, self.found, said),
            lambda: _choices_chart(said),
            " ".join(said.sentences[:3]),
        )


def _legal(services: Services, facts: CoverageFacts, award: str, asked: ChoicesAsked | PackAsked) -> Legal:
    return legal_choices(
        services.release.projection,
        read_rules(services.store),
        award,
        placeholders=asked.placeholders,
        imagined=facts.imagined,
        blank_credits=asked.blank_credits,
    )


def _chosen(unit: ChoiceUnit) -> ChosenUnit:
    return ChosenUnit(
        id=unit.id,
        number=unit.number,
        title=unit.title,
        part=unit.role,
        level=unit.level,
        credits=unit.credits,
        credits_assumed=unit.assumed,
    )


def _rule(rule: AwardRule) -> RuleSaid:
    return RuleSaid(
        id=rule.id,
        award=rule.award,
        text=rule.text,
        requirement=rule.requirement,
        checked=rule.requirement is not None,
        source=CoverageSource.of(rule.source),
    )


def _legal_said(found: Legal) -> LegalSaid:
    choices = found.choices
    return LegalSaid(
        outcome=found.outcome,
        choices=choices.total if choices is not None else None,
        everybody=[_chosen(found.units[n]) for n in sorted(choices.always)] if choices is not None else [],
        rules=[_rule(rule) for rule in (*found.used, *found.unchecked)],
        granted=list(found.granted),
        assumed=list(found.assumed),
        missing=list(found.missing),
        status=found.status,
    )


def _shown(wanted: Wanted, one: Shown | None) -> ShownChoice | None:
    if one is None:
        return None
    codes = {competency.id: _code(competency) for competency in wanted.competencies}
    return ShownChoice(
        statements=one.covered,
        units=[_chosen(unit) for unit in one.units],
        leaves_without=[CoverageThing(id=id, label=codes[id]) for id in one.lost],
        sentence=_learner(one, codes),
    )


def _learner(one: Shown, codes: dict[str, str]) -> str:
    """The learner who makes a choice, such as “A learner who picks Units 7, 9 and 12 leaves without …”."""
    numbers = [unit.number for unit in one.units]
    if not one.units:
        picked = "A learner who takes what everybody takes"
    elif all(numbers):
        picked = f"A learner who picks Unit{'s' if len(numbers) > 1 else ''} {many([n or '' for n in numbers])}"
    else:
        picked = f"A learner who picks {many([unit.title for unit in one.units])}"
    if not one.lost:
        return f"{picked} gets every statement that any choice is known to cover."
    lost = many([codes[id] for id in one.lost])
    return f"{picked} leaves without anything known to teach {lost}, which other choices cover."


def _choice_words(choices: int | None, total: int) -> str:
    if choices is None:
        return "not worked out"
    if choices == total:
        return "every choice"
    return "no choice known" if choices == 0 else f"{choices:,} of {total:,} choices"


def sentences(wanted: Wanted, every: EveryChoice, title: str) -> list[str]:
    """What all legal choices cover, for people."""
    found = every.legal
    if found.outcome is not Outcome.WORKED_OUT or every.worst is None or every.best is None:
        lead = {
            Outcome.NO_CHOICE: f"The known units of {title} do not add up to the award, whatever is chosen.",
            Outcome.NOT_FINISHED: f"Not every legal choice of {title} could be looked at.",
        }.get(found.outcome, f"The legal choices of {title} cannot be worked out.")
        return [lead, *found.missing]
    codes = {competency.id: _code(competency) for competency in wanted.competencies}
    total = f"{every.total:,} legal choice{'' if every.total == 1 else 's'}"
    lead = f"{title} has {total} of units; {len(every.everybody)} units are in every one."
    if not every.statements:
        return [lead, f"No statement of a standard is known for {wanted.title}: what it needs is not known."]
    said = [lead]
    least, most, of = every.worst.covered, every.best.covered, every.statements
    bound = "" if every.proven else " (the ends are the best found, not proven)"
    span = f"{least}" if least == most else f"{least} to {most}"
    ours = every.pairs and every.inferred == every.pairs
    cover = "By our inference alone, they cover" if ours else "They are known to cover"
    said.append(f"{cover} {span} of the {of} statements of {wanted.title}{bound}.")
    if every.all_of_it is not None:
        share = {0: "None of them covers", every.total: "Every one of them covers"}
        said.append(f"{share.get(every.all_of_it, f'{every.all_of_it:,} of them cover')} all {of}.")
    if every.worst.lost:
        said.append(_learner(every.worst, codes))
    never = [codes[one.competency] for one in every.reached if not one.choices]
    if never:
        said.append(f"No choice is known to cover {len(never)} statements: {many(never)}.")
    if every.pairs:
        inferred = "All" if every.inferred == every.pairs else f"{every.inferred} of {every.pairs} parts"
        known = f"{inferred} of what these units are known to teach is our inference; nobody has published it."
        said.append(known if every.inferred else "All of what these units are known to teach is published.")
    if found.unchecked:
        said.append(f"Printed besides and not checked: {many([rule.id for rule in found.unchecked])}.")
    return said


def _choices_said(
    services: Services,
    facts: CoverageFacts,
    inference: Inference,
    wanted: Wanted,
    every: EveryChoice,
    links: list[Link],
) -> ChoicesSaid:
    known = {competency.id: competency for competency in wanted.competencies}
    worked_out = every.worst is not None
    award = every.legal.award
    return ChoicesSaid(
        award=_labelled(facts, award),
        role=CoverageThing(id=wanted.role, label=wanted.title),
        on=facts.on,
        statements=every.statements,
        legal=_legal_said(every.legal),
        worst=_shown(wanted, every.worst),
        best=_shown(wanted, every.best),
        all_of_it=every.all_of_it,
        all_there_is=every.all_there_is,
        share_all_of_it=every.all_of_it / every.total if every.all_of_it is not None and every.total else None,
        proven=every.proven,
        by_number=[Number(statements=number, choices=choices) for number, choices in every.by_number.items()],
        reached=[
            ReachedSaid(
                id=one.competency,
                code=known[one.competency].code,
                label=known[one.competency].label,
                choices=one.choices if worked_out else None,
                share=one.choices / every.total if worked_out and every.total else None,
                covered_by=_choice_words(one.choices if worked_out else None, every.total),
                units=list(one.by),
            )
            for one in every.reached
        ],
        pairs=every.pairs,
        inferred=every.inferred,
        silent=[_chosen(unit) for unit in every.silent],
        sentences=sentences(wanted, every, facts.labels.get(award, award)),
        gaps=_gaps(facts, (wanted.role, award)),
        inference=InferenceSaid.of(inference),
        release=services.reference,
        links=links,
    )


def _choices_sheets(facts: CoverageFacts, found: Legal, said: ChoicesSaid) -> list[Sheet]:
    names = {unit.id: f"{unit.number} {unit.title}" if unit.number else unit.title for unit in found.units}
    examples = [("the worst", said.worst), ("the best", said.best)]
    return [
        Sheet(
            "Statements",
            (
                *("Statement", "Id", "In our words", "Covered by (known or inferred)", "Choices that cover it"),
                *("Share of choices", "Units"),
            ),
            [
                (
                    one.code or "",
                    one.id,
                    one.label,
                    one.covered_by,
                    _whole(one.choices),
                    one.share,
                    "; ".join(names[id] for id in one.units),
                )
                for one in said.reached
            ],
            (),
            ("Statement", "In our words", "Covered by (known or inferred)", "Share of choices", "Units"),
            {"Statement": "Id"},
        ),
        Sheet("In words", ("What every legal choice covers",), [(text,) for text in said.sentences]),
        Sheet(
            "Examples",
            ("Choice", "Statements", "Number", "Unit", "Id", "Part", "Credits"),
            [
                (name, one.statements, unit.number or "", unit.title, unit.id, unit.part, unit.credits)
                for name, one in examples
                if one is not None
                for unit in (*said.legal.everybody, *one.units)
            ],
        ),
        Sheet(
            "Choices by number",
            ("Statements covered", "Choices"),
            [(one.statements, _whole(one.choices)) for one in said.by_number],
        ),
        _rules_sheet(said.legal),
        _method(facts, (*_LEGAL_METHOD, *_METHOD), said.gaps, said.inference),
    ]


def _whole(number: int | None) -> int | str | None:
    """A count for a workbook, which holds numbers of up to 15 figures: a longer one as text."""
    return number if number is None or number < 10**15 else f"{number:,}"


def _rules_sheet(found: LegalSaid) -> Sheet:
    rows = [
        (rule.id, rule.text, "checked" if rule.checked else "printed, not checked", rule.requirement or "",
         rule.source.status.value, rule.source.address, rule.source.as_of)
        for rule in found.rules
    ]  # fmt: skip
    notes = [
        *(f"Assumed: {one}" for one in found.assumed),
        *(f"Asked of the person, taken as given: {one}." for one in found.granted),
        *(f"Not known: {one}" for one in found.missing),
    ]
    return Sheet(
        "Rules",
        ("Rule", "In our words", "Used", "As a condition", "Standing", "Source", "Date of the source"),
        rows,
        notes,
        ("In our words", "Used", "Standing", "Source", "Date of the source"),
        {"In our words": "Rule"},
    )


def _choices_chart(said: ChoicesSaid) -> Chart:
    return bars(
        f"How many statements of {said.role.label} the choices of {said.award.label} cover",
        " ".join(said.sentences),
        [{"covered": f"{one.statements} of {said.statements}", "choices": one.choices} for one in said.by_number],
        category="covered",
        value="choices",
        titles={"covered": "Statements covered", "choices": "Legal choices"},
    )


def show_choices(screen: Screen, said: ChoicesSaid) -> None:
    """What every legal choice covers, for people."""
    for text in said.sentences:
        screen.line(text)
    for text in (*said.legal.assumed, *(f"Asked of the person: {one}." for one in said.legal.granted)):
        screen.line(f"Taken as given: {text}")
    if said.legal.everybody:
        names = [f"{unit.number} {unit.title}" if unit.number else unit.title for unit in said.legal.everybody]
        screen.line(f"Everybody takes: {', '.join(names)}.")
    if said.best is not None and said.worst is not None and said.best != said.worst:
        screen.line(f"The best choice covers {said.best.statements}: {said.best.sentence}")
    for one in said.reached:
        screen.line(f"  {one.code or one.label}: {one.covered_by} ({one.label})")
    _show_gaps(screen, said.gaps)


# --- the approval pack ------------------------------------------------------------------------------------------------


class PackAsker:
    """A question about the approval pack of an award over one release. Raises `UnknownIdError`."""

    def __init__(self, services: Services, on: date, award: str, asked: PackAsked) -> None:
        self.services, self.award, self.asked = services, award, asked
        self.facts, self.inference = services.coverage(on), asked.inference()
        roles = [role_of(self.facts, role) for role in asked.role]
        self.question = PackQuestion(self.facts, self.inference, _legal(services, self.facts, award, asked), roles)

    @property
    def to_count(self) -> tuple[ToCount, ...]:
        """What is to be counted, for each standard; none: there is no legal choice to look at."""
        return self.question.to_count

    def faces(self, tallies: Sequence[Tally | None], to: Addresses | None) -> Faces:
        """The pack, of what was counted."""
        links = _links(to, f"/awards/{self.award}/approval-pack", self.asked)
        said = _pack_said(self.services, self.facts, self.inference, self.question.pack(tallies), links)
        return Faces(said, lambda: _pack_sheets(self.facts, said), None, _pack_finding(said))


def _pack_said(
    services: Services, facts: CoverageFacts, inference: Inference, made: Pack, links: list[Link]
) -> PackSaid:
    asks, award = criteria(), services.release.projection.awards[made.award]
    title = facts.labels.get(made.award, award.title)
    return PackSaid(
        award=CoverageThing(id=made.award, label=award.title),
        awarding_body=award.awarding_body,
        level=award.level,
        technical_mark=award.technical_mark,
        on=facts.on,
        criteria=[CriterionSaid(id=one.id, text=one.text, use=one.use) for one in asks.criteria],
        criteria_source=asks.source,
        criteria_read=asks.read,
        legal=_legal_said(made.legal),
        standards=[_aligned(services, one, title) for one in made.standards],
        questions=[_question(one, {}) for one in made.questions],
        gaps=[CoverageGap.of(gap) for gap in made.gaps],
        inference=InferenceSaid.of(inference),
        release=services.reference,
        links=links,
    )


def _pack_finding(said: PackSaid) -> str:
    """What a pack comes to."""
    total, taught, published = (
        sum(getattr(one, name) for one in said.standards) for name in ("statements", "taught", "published")
    )
    known = f"{published} of them published to be taught in some unit, {taught - published} inferred by us"
    open = len(said.questions) + sum(len(one.questions) for one in said.standards)
    first = [one.text for one in said.questions if one.code == "standards-not-found"]
    other = sum(not line.of_standard for one in said.standards for line in one.lines)
    if other:
        share = "None of the statements is" if other == total else f"{other} of {total} statements are not"
        first.append(f"{share} of an approved occupational standard.")
    of = f"{counted(total, 'statement')} of {counted(len(said.standards), 'occupation')}"
    known = known if taught else "none of them known to be taught"
    return " ".join([*first, f"{of}, {known}; {counted(open, 'open question')}.", LAYS_OUT])


def _aligned(services: Services, one: Aligned, title: str) -> AlignedSaid:
    wanted = one.matrix.wanted
    codes = {competency.id: _code(competency) for competency in wanted.competencies}
    role = services.release.projection.roles.get(wanted.role)
    sure = asked_by(services.store, wanted.role)
    return AlignedSaid(
        role=CoverageThing(id=wanted.role, label=wanted.title),
        level=role.level if role else None,
        statements=len(one.lines),
        superseded=wanted.superseded,
        taught=one.matrix.taught,
        published=one.matrix.published,
        assessed=one.matrix.assessed,
        worst=_shown(wanted, one.every.worst),
        sentences=[*_matrix_notes(one.matrix)[:1], *sentences(wanted, one.every, title)],
        lines=[_pack_line(one, line, sure) for line in one.lines],
        questions=[_question(question, codes) for question in one.questions],
    )


def _question(one: Question, codes: dict[str, str]) -> QuestionSaid:
    return QuestionSaid(code=one.code, text=one.text, ask=one.ask, about=[codes.get(id, id) for id in one.about])


def _pack_line(one: Aligned, line: Line, sure: Mapping[str, Status]) -> PackLine:
    def names(cells: Iterable[Cell]) -> list[str]:
        return [
            f"{_unit_name(one.matrix, cell.unit)}{' (inferred)' if cell.taught is Answer.INFERRED else ''}"
            for cell in cells
        ]

    competency = line.row.competency
    return PackLine(
        id=competency.id,
        code=competency.code,
        kind=competency.kind,
        label=competency.label,
        standard=competency.standard,
        of_standard=of_standard(competency),
        role_status=sure.get(competency.id, competency.source.status),
        source=CoverageSource.of(competency.source),
        note=competency.source.note,
        taught=names(line.taught),
        taught_published=any(cell.taught is not Answer.INFERRED for cell in line.taught),
        practised=[_unit_name(one.matrix, cell.unit) for cell in line.practised],
        assessed=[_unit_name(one.matrix, cell.unit) for cell in line.assessed],
        evidence=[EvidenceSaid(unit=_unit_name(one.matrix, unit), text=text) for unit, text in line.evidence],
        choices=line.choices,
        every_choice=_choice_words(line.choices, one.every.total),
    )


def _pack_sheets(facts: CoverageFacts, said: PackSaid) -> list[Sheet]:
    def listed(names: Sequence[str]) -> str | None:
        return "; ".join(names) or None

    lines = [
        (
            one.role.label,
            one.role.id,
            line.code or "",
            line.id,
            line.kind,
            line.label,
            listed(line.taught),
            listed(line.practised),
            listed(line.assessed),
            listed([f"{found.unit}: {found.text}" for found in line.evidence]),
            line.every_choice,
            _standing(line),
            line.standard,
            line.source.address,
            line.source.as_of,
            line.note or "",
        )
        for one in said.standards
        for line in one.lines
    ]
    others: dict[str, list[str]] = {}
    for line in (line for one in said.standards for line in one.lines if not line.of_standard and line.note):
        others.setdefault(line.note or "", []).append(line.code or line.label)
    missing = [(gap.statement, gap.ask, gap.looked_for_on, gap.id) for gap in said.gaps]
    questions = [
        (whose, found.text, found.ask, ", ".join(found.about), found.code)
        for whose, some in (
            (said.award.label, said.questions),
            *((one.role.label, one.questions) for one in said.standards),
        )
        for found in some
    ]
    asks = [(one.text, one.use, said.criteria_source, said.criteria_read) for one in said.criteria]
    whose: dict[str, list[str]] = {text: [] for one in said.standards for text in one.sentences}
    for one in said.standards:
        for text in one.sentences:
            whose[text].append(one.role.label)
    words = [("; ".join(roles), text) for text, roles in whose.items()]
    return [
        Sheet(
            "Statements",
            (
                *("Occupation", "Id", "Statement", "Id of the statement", "Kind", "In our words"),
                *("Taught in", "Practised in"),
                *("Assessed in", "Evidence", "Covered by (known or inferred)"),
                *("Standing", "Numbered in", "Source", "Date of the source", "Of the source"),
            ),
            lines,
            [LAYS_OUT, *(f"Of {many(codes)}: {note}" for note, codes in others.items())],
            (
                *("Occupation", "Statement", "Kind", "In our words", "Standing", "Source"),
                *("Taught in", "Practised in", "Assessed in", "Evidence", "Covered by (known or inferred)"),
            ),
            {"Occupation": "Id", "Statement": "Id of the statement"},
            whole=True,
        ),
        Sheet("Open questions", ("Of", "Question", "Ask", "Statements", "Kind"), questions, whole=True),
        Sheet(
            "Looked for and not found",
            ("What was not found", "Ask", "Looked for on", "Gap"),
            missing,
            (),
            ("What was not found", "Ask", "Looked for on"),
            {"What was not found": "Gap"},
            whole=True,
        ),
        Sheet("In words", ("Occupation", "Said"), words),
        Sheet("Criteria", ("What approval asks, in our words", "What this pack does", "Source", "Read on"), asks),
        _rules_sheet(said.legal),
        _method(facts, (*_METHOD, *_LEGAL_METHOD), (), said.inference),
    ]


def _standing(line: PackLine) -> str:
    """How sure a statement is, and that this occupation asks for it where that is less sure."""
    same = line.role_status is line.source.status
    return line.source.status if same else f"{line.source.status}; that this occupation asks for it: {line.role_status}"


def show_pack(screen: Screen, said: PackSaid) -> None:
    """The pack for people: what is open first."""
    level = f"level {said.level}" if said.level is not None else "level not known"
    screen.line(f"Approval pack of {said.award.label} ({level}, {said.awarding_body or 'awarding body not known'}).")
    screen.line(LAYS_OUT)
    for found in said.questions:
        screen.line(f"  Open: {found.text} Ask {found.ask}.")
    for one in said.standards:
        screen.line("")
        screen.line(f"{one.role.label} ({one.role.id})")
        for text in one.sentences:
            screen.line(f"  {text}")
        for found in one.questions:
            about = f" {many(found.about)}." if found.about else ""
            screen.line(f"  Open: {found.text}{about} Ask {found.ask}.")
    _show_gaps(screen, said.gaps)
