"""The region's own answer about its level 4 HealthTech roles, worked out by hand from the tables where it can be.

Four roles: the healthcare science associate (94 statements of ST0220), the mammography associate (90 of ST0583), the
regulatory advisor (16 statements from lists that are no standard) and the MedTech technician, of whom nobody publishes
statements. Two MedTech awards are meant for the last two, and their unit lists are not published (GAP-MEDTECH-UNITS).
"""

import csv
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Final

import pytest

from graph.projection import Status
from queries.coverage.board import EVERYTHING, USUAL, Board, Cell, Finding, Slice, board, by_role
from queries.coverage.model import INFERRED, CoverageFacts, Inference, RunState, TeacherKind, Via
from queries.coverage.reading import read, redated
from tests.questions.world import REGION, TODAY, whole

LEVEL_4: Final = Slice(sector="healthtech", levels=(4,))
MEDTECH: Final = ("Q-MEDTECH-HNC", "Q-MEDTECH-HND")


@cache
def facts(*, illustrative: bool = True) -> CoverageFacts:
    made = whole(include_illustrative=illustrative)
    return read(made.store, made.projection, TODAY)


@cache
def asked(*, placeholders: bool = False, illustrative: bool = True, slice: Slice = LEVEL_4) -> Board:
    return board(facts(illustrative=illustrative), slice, Inference(placeholders=placeholders))


def rows_of(table: str) -> list[dict[str, str]]:
    with (REGION / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_role(found: Board, role: str) -> dict[str, Cell]:
    return {cell.competency.id: cell for cell in found.cells if role in cell.roles}


def test_the_needs_are_the_current_statements_of_the_tables() -> None:
    current = Counter(
        row["role_id"] for row in rows_of("competencies") if row["currency"] == "current" and row["role_id"]
    )
    assert {role: len(needs) for role, needs in facts().needs_of.items()} == current
    assert {role: current[role] for role in ("OC-HCSASSOC", "OC-MAMMO", "OC-REGADV", "OC-MTTECH")} == {
        "OC-HCSASSOC": 94,
        "OC-MAMMO": 90,
        "OC-REGADV": 16,
        "OC-MTTECH": 0,
    }


def test_what_is_meant_for_the_medtech_roles_is_not_known() -> None:
    assert {role: facts().unlisted[role] for role in ("OC-MTTECH", "OC-REGADV")} == {
        "OC-MTTECH": MEDTECH,
        "OC-REGADV": MEDTECH,
    }
    (unstated,) = asked().unstated
    assert unstated.roles == ("OC-MTTECH",)


def test_with_placeholders_off() -> None:
    """By hand: all of the associate's and the mammographer's statements stand in an apprenticeship; of the advisor's
    nobody publishes a unit, and nine have the theme of a unit of an award that is closed."""
    found = asked()
    assert {role: dict(counts) for role, counts in by_role(found.cells).items()} == {
        "OC-HCSASSOC": {Finding.WHOLE_ONLY: 94},
        "OC-MAMMO": {Finding.NO_PROVIDER: 11, Finding.PAST_ONLY: 3, Finding.WHOLE_ONLY: 76},
        "OC-REGADV": {Finding.NOT_KNOWN: 7, Finding.PAST_ONLY: 9},
    }
    assert not any(cell.placeholder for cell in found.cells)
    for cell in of_role(found, "OC-REGADV").values():
        assert {one.about for one in cell.unknown} == set(MEDTECH)
        gaps = {gap.id for one in cell.unknown for gap in one.gaps}
        assert "GAP-MEDTECH-UNITS" in gaps


def test_with_placeholders_on() -> None:
    """Sixteen placeholder units stand for the MedTech lists: they teach six more statements, with no provider."""
    on, off = asked(placeholders=True), asked()
    assert by_role(on.cells)["OC-REGADV"] == {Finding.NOT_KNOWN: 1, Finding.NO_PROVIDER: 6, Finding.PAST_ONLY: 9}
    changed = [cell for cell in on.cells if cell.placeholder]
    assert [cell.finding for cell in changed] == [Finding.NO_PROVIDER] * 6
    before = of_role(off, "OC-REGADV")
    assert all(before[cell.competency.id].finding is Finding.NOT_KNOWN for cell in changed)


def test_the_apprenticeship_aside_it_is_said_what_no_unit_teaches() -> None:
    """The radiographer's apprenticeship is the only thing meant for the mammographer, and is wholly known: two
    statements are taught by nothing else. Of the associate's diploma the clinical engineering units were not found."""
    found = board(facts(), LEVEL_4, Inference(via=frozenset(Via) - {Via.STANDARD}))
    nobody = {
        role: [cell for cell in of_role(found, role).values() if cell.finding is finding]
        for role, finding in (("OC-MAMMO", Finding.NOT_TAUGHT), ("OC-HCSASSOC", Finding.NOT_KNOWN))
    }
    assert {role: len(cells) for role, cells in nobody.items()} == {"OC-MAMMO": 2, "OC-HCSASSOC": 10}
    for cell in nobody["OC-HCSASSOC"]:
        ((about, gaps),) = [(one.about, [gap.id for gap in one.gaps]) for one in cell.unknown]
        assert (about, gaps) == ("Q-L4-DIP-HCSCI", ["GAP-L4-DIP-UNITS"])


@pytest.mark.parametrize("slice", [EVERYTHING, LEVEL_4, Slice(wholes=True), Slice(attendance="evening", wholes=True)])
def test_placeholders_off_is_a_release_without_them(slice: Slice) -> None:
    """No placeholder is ever counted when off: the findings are those of a release that was built without one."""
    with_some, without = asked(slice=slice), asked(slice=slice, illustrative=False)
    assert any(one.status is Status.ILLUSTRATIVE for one in facts().teachers.values())
    assert not any(one.status is Status.ILLUSTRATIVE for one in facts(illustrative=False).teachers.values())

    def told(found: Board) -> list[tuple[object, ...]]:
        return [
            (one.competency, one.finding, one.roles, one.providers, one.teachers, dict(one.stopped), one.unknown)
            for one in found.cells
        ]

    assert told(with_some) == told(without)
    assert with_some.unstated == without.unstated


def test_nothing_is_known_to_be_taught_in_the_evening() -> None:
    cells = asked(slice=Slice(sector="healthtech", levels=(4,), attendance="evening", wholes=True)).cells
    assert {cell.finding for cell in cells} == {
        *(Finding.NOT_KNOWN, Finding.NO_PROVIDER, Finding.PAST_ONLY),
        *(Finding.OTHER_TIMES, Finding.TIMES_NOT_KNOWN),
    }


def test_no_unit_that_teaches_a_needed_statement_is_known_to_be_sold_alone() -> None:
    units = (one for one in facts().teachers.values() if one.kind is TeacherKind.UNIT)
    assert {run.sold_separately for unit in units for run in facts().runs_for(unit)} == {"no", "unknown"}
    found = asked(slice=EVERYTHING).counts
    assert Finding.ONE_PROVIDER not in found
    assert Finding.MANY_PROVIDERS not in found


def test_only_what_is_published_is_nearly_nothing() -> None:
    """Nobody publishes which unit teaches which statement: what is left are apprenticeships and their standards."""
    published = Inference(via=frozenset(Via) - INFERRED)
    assert {one.via for one in facts().teachings if one.via in published.via} == {Via.STANDARD}
    for cell in board(facts(), EVERYTHING, published).cells:
        assert cell.finding in (Finding.WHOLE_ONLY, Finding.PAST_ONLY, Finding.NO_PROVIDER, Finding.NOT_KNOWN)


def test_past_leavers_are_no_run_on_offer() -> None:
    evidence = [run for run in facts().runs if run.state is RunState.EVIDENCE]
    counted = [row for row in rows_of("evidence") if row["leavers"] != "0" and row["about_id"] and row["provider_id"]]
    assert len(evidence) == len(counted)
    assert all(run.site is None and run.starts == () for run in evidence)


def test_another_day_is_the_same_knowledge_with_other_runs_over() -> None:
    """In two years the one run of the region with a start ahead is over too, as if all had been read then."""
    later, made = TODAY.replace(year=TODAY.year + 2), whole(include_illustrative=True)
    found = redated(facts(), later)
    assert found == read(made.store, made.projection, later)
    assert Counter(run.state for run in facts().runs) - Counter(run.state for run in found.runs) == {
        RunState.TO_COME: 1
    }


def test_runs_dated_into_the_past_teach_nothing_any_more() -> None:
    """Most runs of the region were seen without a start. Once all have one that has passed, all that was taught was."""
    dated = [replace(run, starts=() if run.state is RunState.EVIDENCE else ("2020-09",)) for run in facts().runs]
    past = board(redated(replace(facts(), runs=tuple(dated)), TODAY)).counts
    now = board(facts()).counts
    assert past[Finding.WHOLE_ONLY] == 0
    assert past[Finding.PAST_ONLY] == now[Finding.PAST_ONLY] + now[Finding.WHOLE_ONLY]


def test_every_teaching_says_where_it_can_be_checked() -> None:
    for one in facts().teachings:
        assert one.sources
        assert all(source.address for source in one.sources)
        assert one.status is not Status.PUBLISHED or one.via not in INFERRED


def test_a_degree_is_a_whole_award_and_a_short_course_is_not() -> None:
    kinds = {
        row["course_kind"]: facts().teachers[row["opportunity_id"]].kind
        for row in rows_of("opportunities")
        if row["opportunity_id"] in facts().teachers
    }
    assert kinds["degree"] is TeacherKind.AWARD
    assert kinds["short"] is TeacherKind.COURSE


def test_a_switch_that_is_off_is_counted_where_it_bites() -> None:
    cells = {cell.competency.id: cell for cell in board(facts(), LEVEL_4, USUAL).cells}
    assert sum(cell.left_out.get("placeholder", 0) for cell in cells.values()) > 0
    assert sum(cell.left_out.get("related", 0) for cell in cells.values()) > 0
