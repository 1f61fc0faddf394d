"""A skills scan: each statement of an apprenticeship standard, and what the person's learning says of it.

It is what a provider asks before an apprenticeship starts, so that nothing is taught twice; the provider decides. What
an award or a unit *teaches* is read from its own statements: they share the topic, are of the level, and say the same
in words or by a skill of a public vocabulary to which both were judged to be close. All else is partly, or not known.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from graph.projection import CompetencyFacts, RoleFacts, worst
from queries.pathways.request import Thing, counted
from queries.prior_learning.known import Known
from queries.prior_learning.request import ClaimVerdict, EvidenceSaid, SkillsScan, StatementSaid, Taught

STANDARD: Final = re.compile(r"ST[0-9]{4}")
"""The reference of an apprenticeship standard."""

SHOWN: Final = 3
"""Pieces of evidence that are shown for one statement; how many more there are is said."""


def scans(known: Known, role: str) -> Iterator[SkillsScan]:
    """The scan of each apprenticeship standard of a role, by its statements of today."""
    facts = known.projection.roles[role]
    by_standard = defaultdict[str, list[CompetencyFacts]](list)
    for one in known.projection.competencies:
        if one.role == role and one.current and STANDARD.fullmatch(one.standard) and known.shown(one.source.status):
            by_standard[one.standard].append(one)
    for standard, statements in sorted(by_standard.items()):
        yield _scan(known, facts, standard, statements)
    if not by_standard:
        yield SkillsScan(known.thing(role), None, facts.level, (), {}, facts.source.status, _NONE)


_NONE: Final = "No apprenticeship standard of it is held here: ask the provider for the one in force."


def _scan(known: Known, role: RoleFacts, standard: str, statements: list[CompetencyFacts]) -> SkillsScan:
    rows = tuple(sorted((_row(known, role, one) for one in statements), key=_order))
    found = Counter(row.taught for row in rows)
    counts = {one.value: found[one] for one in Taught}
    said = ", ".join(f"{found[one]} {words}" for one, words in _SAID.items())
    text = f"Of {counted(len(rows), 'statement')} of {standard}: {said}. {_DECIDES}"
    status = worst([role.source.status, *(row.source.status for row in rows)])
    return SkillsScan(known.thing(role.id), standard, role.level, rows, counts, status, text)


_SAID: Final = {
    Taught.TAUGHT: "taught by what is held",
    Taught.PARTLY: "in part",
    Taught.NOT_KNOWN: "not known",
}
_DECIDES: Final = "The provider's own scan decides, before the apprenticeship starts."


def _order(row: StatementSaid) -> tuple[str, int, str]:
    """By kind, and K2 before K10."""
    number = re.search(r"[0-9]+", row.code or "")
    return row.kind, int(number.group()) if number else 0, row.statement.id


def _row(known: Known, role: RoleFacts, one: CompetencyFacts) -> StatementSaid:
    evidence = [] if known.asked.published_only else known.evidence.for_statement(one, role.level)
    held = {held.id.partition(":")[0] for held in known.asked.holds}
    teaches = [said for said in evidence if said.verdict is ClaimVerdict.WORTH_ASKING and said.origin.id in held]
    taught = Taught.TAUGHT if teaches else Taught.PARTLY if evidence else Taught.NOT_KNOWN
    shown: list[EvidenceSaid] = (teaches or evidence)[:SHOWN]
    more = len(evidence) - len(shown)
    return StatementSaid(Thing(one.id, one.label), one.code, one.kind, taught, tuple(shown), more, one.source)
