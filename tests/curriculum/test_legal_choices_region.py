"""One standard and every legal choice on the shipped regional data: what it can bear, and what it says it cannot."""

from datetime import date
from itertools import combinations
from math import comb
from pathlib import Path

import pytest

from graph.projection import Projection
from graph.release import Releases
from queries.coverage.award_rules import AwardRule, read_rules
from queries.coverage.choices import EveryChoice, Outcome, legal_choices
from queries.coverage.matrix import Answer, Wanted, matrix, teaching_of
from queries.coverage.model import CoverageFacts, Inference
from queries.coverage.reading import read
from queries.coverage.tally import every_choice, pack

ALL = Inference()


class Region:
    def __init__(self, data: Path) -> None:
        release = Releases(data).get(1)
        self.projection: Projection = release.projection
        self.facts: CoverageFacts = read(release.store, release.projection, date(2026, 11, 21))
        self.rules: tuple[AwardRule, ...] = read_rules(release.store)

    def every(self, award: str, role: str, blank_credits: int | None = None) -> EveryChoice:
        found = legal_choices(self.projection, self.rules, award, blank_credits=blank_credits)
        return every_choice(self.facts, ALL, role, found)


@pytest.fixture(scope="module")
def region(home_data: Path) -> Region:
    return Region(home_data)


def test_no_cell_is_said_to_be_published_and_nothing_is_known_to_be_assessed(region: Region) -> None:
    found = matrix(region.facts, ALL, "OC-HCSASSOC", ["Q-L4-DIP-HCSCI"])
    assert (len(found.rows), found.wanted.superseded, len(found.units)) == (94, 9, 16)
    cells = [cell for row in found.rows for cell in row.cells]
    assert cells
    assert {cell.taught for cell in cells} == {Answer.INFERRED}
    assert {cell.assessed for cell in cells} == {Answer.NOT_KNOWN}
    assert found.published == found.assessed == 0
    assert all(reason.sources for cell in cells for reason in cell.reasons)
    assert all("nobody says where it is assessed" in row.sentence for row in found.rows)


def test_placeholders_stand_in_no_matrix_unless_they_are_let_in(region: Region) -> None:
    assert matrix(region.facts, ALL, "OC-HCSASSOC", ["Q-MEDTECH-HNC"]).units == ()
    whole = matrix(region.facts, ALL, "OC-HCSASSOC")
    assert not [unit for unit in whole.units if unit.award in ("Q-MEDTECH-HNC", "Q-MEDTECH-HND")]
    found = matrix(region.facts, Inference(placeholders=True), "OC-HCSASSOC", ["Q-MEDTECH-HNC"])
    assert len(found.units) == 8
    assert found.made_up == found.taught > 0
    assert all("illustrative" in cell.words for row in found.rows for cell in row.cells)


def test_the_certificate_in_computing_has_twenty_legal_choices(region: Region) -> None:
    """One specialist unit of four, one optional unit of five, and six that everybody takes."""
    found = region.every("Q-HNC-COMP22", "OC-DATATECH")
    assert (found.total, [one.name for one in found.everybody]) == (20, [f"Unit {n}" for n in range(1, 7)])
    assert sum(found.by_number.values()) == 20
    assert found.inferred == found.pairs


def test_the_diploma_in_computing_is_counted_exactly(region: Region) -> None:
    """Twenty first stages, and either three of 15 specialist and two of 22 optional units or five optional ones."""
    found = region.every("Q-HND-COMP22", "OC-DATATECH")
    assert found.total == 20 * (comb(15, 3) * comb(22, 2) + comb(22, 5)) == sum(found.by_number.values())
    assert "AR-011" in [rule.id for rule in found.legal.unchecked]
    assert "are taken by the rules of that award" in found.legal.assumed[0]


def test_the_diploma_in_healthcare_science_agrees_with_trying_every_set(region: Region) -> None:
    found = region.every("Q-L4-DIP-HCSCI", "OC-HCSASSOC")
    assert [rule.id for rule in found.legal.unchecked] == ["AR-043", "AR-044", "AR-045", "AR-046"]
    units = [unit for unit in region.projection.units.values() if unit.award == "Q-L4-DIP-HCSCI"]
    core = {unit.id for unit in units if unit.role == "mandatory"}
    optional = {unit.id: unit.credits or 0 for unit in units if unit.role == "optional"}
    assert {one.id for one in found.everybody} == core
    sets = [set(some) for size in range(7) for some in combinations(optional, size)]
    enough = [some for some in sets if sum(optional[id] for id in some) >= 63]
    legal = [some for some in enough if all(sum(optional[id] for id in some - {one}) < 63 for one in some)]
    assert found.total == len(legal) == 7
    wanted = Wanted.of(region.facts, "OC-HCSASSOC")
    covered = [len(teaching_of(region.facts, ALL, wanted, core | some)) for some in legal]
    assert found.worst is not None
    assert found.best is not None
    assert (found.worst.covered, found.best.covered) == (min(covered), max(covered))
    assert {one.id for one in found.worst.units} in legal
    assert found.all_of_it == 0


def test_where_unit_credits_are_blank_it_cannot_be_worked_out(region: Region) -> None:
    found = region.every("Q-HNC-ENG24", "OC-HCSASSOC")
    assert (found.legal.outcome, found.total) == (Outcome.NOT_KNOWN, 0)
    (missing,) = found.legal.missing
    assert missing.startswith("The credits of 36 units are not known")
    assert "ask Pearson" in missing
    assert "AR-156 says 15" in missing
    assumed = region.every("Q-HNC-ENG24", "OC-HCSASSOC", blank_credits=15)
    assert assumed.total == comb(63, 4) == sum(assumed.by_number.values())


@pytest.mark.parametrize(
    ("award", "outcome"),
    [
        ("Q-MEDTECH-HNC", Outcome.NOT_KNOWN),
        ("Q-ACCESS-HE", Outcome.NOT_KNOWN),
        ("Q-L3-HSC-ADULT", Outcome.NOT_KNOWN),
        ("Q-HNC-HCP", Outcome.NOT_KNOWN),
        ("Q-L4-OTHM-IT", Outcome.WORKED_OUT),
    ],
)
def test_what_can_be_worked_out_of_an_award(region: Region, award: str, outcome: Outcome) -> None:
    found = legal_choices(region.projection, region.rules, award)
    assert found.outcome is outcome
    assert bool(found.missing) is (outcome is not Outcome.WORKED_OUT)


def test_every_award_of_the_region_has_an_answer(region: Region) -> None:
    """No award makes it fail, and those that can be worked out have a choice."""
    found = [legal_choices(region.projection, region.rules, award) for award in region.projection.awards]
    assert len(found) == 61
    worked_out = [one for one in found if one.outcome is Outcome.WORKED_OUT]
    assert len(worked_out) >= 8
    assert all(one.choices and one.choices.total for one in worked_out)


def test_the_pack_of_the_medtech_certificate_is_open_questions(region: Region) -> None:
    found = pack(region.facts, ALL, legal_choices(region.projection, region.rules, "Q-MEDTECH-HNC"))
    codes = {one.matrix.wanted.role: {question.code for question in one.questions} for one in found.standards}
    regadv = {"which-options", "units-not-listed", "no-standard-of-statements"}
    assert codes == {"OC-MTTECH": {"no-statements"}, "OC-REGADV": regadv}
    assert [question.code for question in found.questions] == ["standards-not-found", "choices-not-known"]
    assert {"GAP-MEDTECH-UNITS", "GAP-KSB-MAPPING"} <= {gap.id for gap in found.gaps}
