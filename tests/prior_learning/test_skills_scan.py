"""The skills scan: each statement in force of an apprenticeship standard, taught, partly, or not known."""

from dataclasses import replace
from typing import Any

import pytest

from graph.projection import CompetencyFacts, Projection, RoleFacts, SkillLink, Status, UnitOutcome
from queries.prior_learning.request import Held, RoleWorked, SkillsScan, StatementSaid, Taught
from tests.prior_learning.worlds import SOURCE, ask, award, unit, world

SKILL = SkillLink("http://example.org/skill/1", "measure voltages", "close")


def competency(
    id: str,
    label: str,
    *links: SkillLink,
    theme: str = "electronics",
    standard: str = "ST0001",
    role: str | None = "OC-T",
    of: str | None = None,
    current: bool = True,
) -> CompetencyFacts:
    """A statement of a standard of the role, or (`of`) what an award promises."""
    role = None if of else role
    return CompetencyFacts(id, role, of, standard, id, "skill", label, theme, current, links, SOURCE)


ASKED = (
    competency("K1", "Fault finding in digital circuits"),
    competency("K2", "Voltage calibration", SKILL),
    competency("K3", "Keeping of patient records", theme="records"),
    competency("K4", "Soldering of cables"),
    competency("OLD", "Fault finding in valves", current=False),
    competency("OTHER", "Fault finding in lists of others", standard="A-LIST"),
)


def of_level(level: int) -> Projection:
    """A role of level 4; an award with a unit of a level, of which two outcomes are known, and what it promises."""
    projection = world(
        [award("Q-A", credits=60, level=level), award("Q-B", level=level)],
        [replace(unit("U-1", "Q-A", 15, level=level), themes=("electronics",))],
    )
    outcomes = (UnitOutcome("O-1", "U-1", 1, "Find a fault in digital circuits", "electronics", SOURCE),)
    role = RoleFacts("OC-T", "Technician", 4, Status.PUBLISHED, (), None, None, SOURCE)
    promised = competency("P1", "Measuring instruments", SKILL, of="Q-B")
    return replace(projection, roles={"OC-T": role}, outcomes=outcomes, competencies=(*ASKED, promised))


def scan(projection: Projection, *holds: str, **question: Any) -> SkillsScan:
    """The one scan of the role."""
    held = tuple(map(Held, holds))
    (found,) = ask(projection, holds=held, to=("OC-T",), **question).scans
    return found


def said(found: SkillsScan) -> dict[str, Taught]:
    """How far each statement is taught."""
    return {row.statement.id: row.taught for row in found.statements}


def row(found: SkillsScan, id: str) -> StatementSaid:
    """One statement."""
    return next(one for one in found.statements if one.statement.id == id)


def test_a_unit_teaches_what_says_the_same_at_its_level() -> None:
    found = scan(of_level(4), "U-1")
    assert said(found) == {
        "K1": Taught.TAUGHT,
        "K2": Taught.PARTLY,
        "K3": Taught.NOT_KNOWN,
        "K4": Taught.PARTLY,
    }, "what was replaced, and what is no apprenticeship standard, is not scanned"
    assert [one.origin.id for one in row(found, "K1").evidence] == ["U-1"]
    assert found.counts == {"taught": 1, "partly": 2, "not-known": 1}
    assert found.text.startswith("Of 4 statements of ST0001: 1 taught by what is held, 2 in part, 1 not known.")


def test_an_award_teaches_by_a_skill_that_both_are_close_to() -> None:
    found = row(scan(of_level(4), "Q-B"), "K2")
    assert found.taught is Taught.TAUGHT
    (outcome,) = [one for one in found.evidence[0].checks if one.name == "outcome"]
    assert outcome.text == "both are close to the same skill of a public vocabulary"


def test_what_is_of_a_lower_level_teaches_it_in_part() -> None:
    found = said(scan(of_level(3), "U-1"))
    assert (found["K1"], found["K4"]) == (Taught.PARTLY, Taught.NOT_KNOWN)


def test_work_in_the_role_is_shown_and_teaches_nothing() -> None:
    found = scan(of_level(4), roles=(RoleWorked("OC-T", 3, now=True),))
    assert Taught.TAUGHT not in said(found).values()
    assert row(found, "K3").taught is Taught.PARTLY
    assert row(found, "K3").evidence[0].origin.id == "OC-T"


def test_nothing_brought_is_nothing_known_and_more_held_is_never_less() -> None:
    order = [Taught.NOT_KNOWN, Taught.PARTLY, Taught.TAUGHT]
    nothing, one, both = (said(scan(of_level(4), *held)) for held in ((), ("U-1",), ("U-1", "Q-B")))
    assert set(nothing.values()) == {Taught.NOT_KNOWN}
    for id in nothing:
        assert order.index(nothing[id]) <= order.index(one[id]) <= order.index(both[id])


def test_published_statements_alone_match_nothing() -> None:
    found = scan(of_level(4), "U-1", published_only=True)
    assert set(said(found).values()) == {Taught.NOT_KNOWN}


@pytest.mark.parametrize("known", [True, False])
def test_a_role_without_a_standard_says_so(known: bool) -> None:
    projection = of_level(4)
    none = tuple(one for one in projection.competencies if one.standard != "ST0001" or known)
    found = scan(replace(projection, competencies=none))
    assert (found.standard is not None) is known
    assert ("No apprenticeship standard of it is held here" in found.text) is not known


def test_the_region_scans_the_standard_in_force(region: Projection) -> None:
    (found,) = ask(region, holds=(Held("U-L4HCS-1"),), to=("OC-HCSASSOC",)).scans
    assert found.standard == "ST0220"
    current = [one for one in region.competencies if one.role == "OC-HCSASSOC" and one.current]
    assert len(found.statements) == len(current)
    assert sum(found.counts.values()) == len(current)
    assert all(one.evidence for one in found.statements if one.taught is not Taught.NOT_KNOWN)
