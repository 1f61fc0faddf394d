"""The approval pack of a Higher Technical Qualification: where each statement is taught and assessed, and what is open.

A pack is made for one award and the standards it is to be aligned to; each standard stands alone, since the criteria
are met in full for each. Nothing in it says that an award meets them: it lays out what is published, what we infer, and
every question that somebody still has to answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from graph.projection import Gap, Status
from graph.store import GraphStore, plain
from ontology.namespaces import SW, id_of, thing
from ontology.resources import yaml_file
from queries.coverage.award_rules import AwardRule
from queries.coverage.choices import ChoicesQuestion, EveryChoice, Legal, Outcome, ToCount
from queries.coverage.legal import Tally
from queries.coverage.matrix import Answer, Cell, Matrix, Row, is_taught, matrix
from queries.coverage.model import Competency, CoverageFacts, Inference
from queries.prior_learning.scan import STANDARD
from queries.profiles import UnknownIdError

STANDARDS: Final = "CF-KSB"
"""The framework whose gaps are about every standard."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that approval asks, in our words, and what the pack does with it."""

    id: str
    text: str
    use: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """What approval asks. `read`: the day the page was read; the page shows no date of its own."""

    source: str
    read: str
    ask: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Something that is open. `about`: the statements it touches, by id; none: the standard or award as a whole."""

    code: str
    text: str
    ask: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A statement in the pack. `choices`: how many of all legal choices are known to cover it; None: not worked out.

    `evidence`: what publishers name, each with the unit it is about.
    """

    row: Row
    taught: tuple[Cell, ...]
    practised: tuple[Cell, ...]
    assessed: tuple[Cell, ...]
    evidence: tuple[tuple[str, str], ...]
    choices: int | None


@dataclass(frozen=True, slots=True)
class Aligned:
    """One standard of the pack: its matrix against the award, every legal choice, its lines and open questions."""

    matrix: Matrix
    every: EveryChoice
    lines: tuple[Line, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """An approval pack. `questions`: of the award as a whole. `rules`: those of the award that were used."""

    award: str
    legal: Legal
    standards: tuple[Aligned, ...]
    questions: tuple[Question, ...]
    gaps: tuple[Gap, ...]
    rules: tuple[AwardRule, ...]


@cache
def criteria() -> Criteria:
    """The criteria of approval (`ontology/approval-criteria.yml`)."""
    read = yaml_file("approval-criteria.yml")
    return Criteria(
        read["source"],
        str(read["read"]),
        read["ask"],
        tuple(Criterion(id, one["text"], one["use"]) for id, one in read["criteria"].items()),
    )


def aligned_to(facts: CoverageFacts, award: str) -> tuple[str, ...]:
    """The roles that an award is said to be aimed at, by id."""
    return tuple(sorted(role for role, awards in facts.aimed.items() if award in awards))


def of_standard(one: Competency) -> bool:
    """Whether a statement is numbered in an occupational standard, and not in a list of somebody else."""
    return STANDARD.fullmatch(one.standard) is not None


def asked_by(store: GraphStore, role: str) -> dict[str, Status]:
    """How sure it is that a role asks for each statement, by the id of the statement."""
    rows = store.rows(_ASKED_BY, {"role": thing(role)})
    return {id_of(plain(one)): Status(plain(status).removeprefix(str(SW))) for _, one, status in rows}


_ASKED_BY: Final = """
    SELECT ?role ?competency ?status {
      ?said rdf:subject ?competency ; rdf:predicate sw:requiredBy ; rdf:object ?role ; sw:status ?status
    }"""


class PackQuestion:
    """The approval pack of an award for the standards of roles, in two parts: what is to be counted, and the pack.

    `roles`: none are those that the award is said to be aimed at. `found`: the legal choices of the award. Raises
    `UnknownIdError` for a role or award that the release has not.
    """

    def __init__(self, facts: CoverageFacts, inference: Inference, found: Legal, roles: Collection[str] = ()) -> None:
        if facts.projection is None or found.award not in facts.projection.awards:
            raise UnknownIdError(found.award, kind="qualifications")
        self.facts, self.inference, self.found = facts, inference, found
        wanted = tuple(dict.fromkeys(roles)) or aligned_to(facts, found.award)
        self.questions = tuple(ChoicesQuestion(facts, inference, role, found) for role in wanted)

    @property
    def to_count(self) -> tuple[ToCount, ...]:
        """What is to be counted for each standard; none: there is no legal choice to look at."""
        return tuple(asked for question in self.questions if (asked := question.to_count) is not None)

    def pack(self, tallies: Sequence[Tally | None]) -> Pack:
        """The pack, of what was counted."""
        left = iter(tallies)
        every = [one.answer(next(left) if one.to_count is not None else None) for one in self.questions]
        return _pack(self.facts, self.inference, self.found, every)


def _pack(facts: CoverageFacts, inference: Inference, found: Legal, every: Iterable[EveryChoice]) -> Pack:
    assert facts.projection is not None
    award = found.award
    body = facts.projection.awards[award].awarding_body or "the awarding body"
    standards = tuple(_aligned(facts, inference, found, one, body) for one in every)
    roles = {one.matrix.wanted.role for one in standards}
    touched = {award, STANDARDS, *roles}
    gaps = [gap for gap in facts.gaps if touched.intersection(gap.about)]
    gaps.sort(key=lambda gap: (not _of_alignment(gap, award), award not in gap.about, roles.isdisjoint(gap.about)))
    return Pack(
        award,
        found,
        standards,
        tuple(_of_award(facts, found, standards, body)),
        tuple(gaps),
        (*found.used, *found.unchecked),
    )


def _of_alignment(gap: Gap, award: str) -> bool:
    """Whether nobody found which standards the award is aligned to."""
    return award in gap.about and "alignment" in gap.opens


def _aligned(facts: CoverageFacts, inference: Inference, found: Legal, every: EveryChoice, body: str) -> Aligned:
    awards = tuple(dict.fromkeys(unit.award for unit in found.units if unit.award)) or (found.award,)
    whole = matrix(facts, inference, every.role, awards)
    worked_out = found.outcome is Outcome.WORKED_OUT
    reached = {one.competency: one.choices for one in every.reached}
    lines = tuple(_line(row, reached[row.competency.id] if worked_out else None) for row in whole.rows)
    return Aligned(whole, every, lines, tuple(_of_standard(facts, found, whole, every, lines, body)))


def _line(row: Row, choices: int | None) -> Line:
    return Line(
        row,
        tuple(cell for cell in row.cells if is_taught(cell)),
        tuple(cell for cell in row.cells if cell.practised is Answer.YES),
        tuple(cell for cell in row.cells if cell.assessed is Answer.YES),
        tuple((cell.unit, said.evidence) for cell in row.cells for said in cell.said if said.evidence),
        choices,
    )


def _of_award(facts: CoverageFacts, found: Legal, standards: Iterable[Aligned], body: str) -> Iterable[Question]:
    """The questions that are about the award as a whole."""
    assert facts.projection is not None
    award = facts.projection.awards[found.award]
    for gap in facts.gaps:
        if _of_alignment(gap, found.award):
            yield Question("standards-not-found", gap.statement, gap.ask or criteria().ask, ())
    if not list(standards):
        text = "Nobody says which occupational standards this award is to be aligned to."
        yield Question("no-standard", text, f"{body} or {criteria().ask}", ())
    for missing in found.missing:
        yield Question("choices-not-known", missing, body, ())
    for rule in found.unchecked:
        text = f"{rule.id} is printed and cannot be checked here: {rule.text}. Does each choice of units keep to it?"
        yield Question("rule-not-checked", text, body, ())
    for assumed in found.assumed:
        yield Question("assumed", f"Is this right? {assumed}", body, ())
    if award.level is None:
        yield Question("level-not-known", "The level of the award is not known.", body, ())


def _of_standard(
    facts: CoverageFacts, found: Legal, whole: Matrix, every: EveryChoice, lines: Collection[Line], body: str
) -> Iterable[Question]:
    """The questions that are about one standard."""
    assert facts.projection is not None
    role, award = whole.wanted.role, facts.projection.awards[found.award]
    level = facts.projection.roles[role].level if role in facts.projection.roles else None
    approver = criteria().ask
    if not lines:
        text = "No statement of a standard is known for this occupation, so nothing can be laid beside the units."
        yield Question("no-statements", text, approver, ())
        return
    if ids := tuple(line.row.competency.id for line in lines if not of_standard(line.row.competency)):
        text = "These statements are not those of an approved occupational standard. Which standard is meant instead?"
        yield Question("no-standard-of-statements", text, approver, ids)
    if level is not None and award.level is not None and award.level < level:
        text = f"The award is at level {award.level} and the standard at level {level}."
        yield Question("below-the-standard", text, approver, ())
    if level is None:
        yield Question("standard-level-not-known", "The level of the standard is not known.", approver, ())
    text = "If this standard has a core and options: which options are meant?"
    yield Question("which-options", text, body, ())
    if whole.unlisted or not whole.units:
        awards = whole.unlisted or (found.award,)
        text = f"The units of {', '.join(facts.labels.get(id, id) for id in awards)} are not all known."
        yield Question("units-not-listed", text, body, ())
    if not whole.units:
        return

    def about(some: Iterable[Line]) -> tuple[str, ...]:
        return tuple(line.row.competency.id for line in some)

    if ids := about(line for line in lines if not line.taught):
        text = "Which unit teaches these statements? None is known to. They may be left to the workplace."
        yield Question("taught-nowhere", text, body, ids)
    if ids := about(line for line in lines if line.taught and all(c.taught is Answer.INFERRED for c in line.taught)):
        text = "Which units teach these statements? What we have is our inference from themes; nobody has published it."
        yield Question("taught-by-inference", text, body, ids)
    if ids := about(line for line in lines if not line.assessed):
        yield Question("assessed-nowhere", "Where are these statements assessed? Nobody says.", body, ids)
    if ids := about(line for line in lines if line.row.cells and not line.evidence):
        text = "What is the evidence for these statements? No place in a specification or an assessment is named."
        yield Question("no-evidence", text, body, ids)
    cells = [(line, cell) for line in lines for cell in line.row.cells]
    if ids := tuple(
        dict.fromkeys(line.row.competency.id for line, c in cells if Answer.DISPUTED in (c.taught, c.assessed))
    ):
        yield Question("disputed", "Publishers disagree about these statements. Which of them is right?", body, ids)
    if every.total:
        some = about(line for line in lines if line.choices is not None and 0 < line.choices < every.total)
        if some:
            text = "Which units must be core, so that no learner leaves without these statements?"
            yield Question("choice-loses", text, body, some)
    if every.silent:
        names = ", ".join(unit.name for unit in every.silent[:8])
        text = f"What do these units teach? Nothing at all is known of {len(every.silent)} of them: {names}."
        yield Question("unit-silent", text, body, ())
