"""From a stated need to a seat: a need planted at every stage, and where its way breaks.

Each case reads: the world, the need, and the chain as one line.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.projection import Course, Status
from queries.coverage.board import Finding, Question, Slice
from queries.coverage.model import Inference, Via
from queries.watch.trace import MEANINGS, ORDER, STAGE, Chain, Stage, Stop, trace
from tests.support.coverage_world import source, world
from tests.support.needs_world import need

ALL = Inference()
U1 = "role OC-A level 4: K1 \n unit U-1 in Q-A level 4: K1 stated"


def told(chain: Chain) -> str:
    """A chain as one line."""
    taught = ", ".join(dict.fromkeys(one.teacher for one in chain.teachings)) or "-"
    runs = ", ".join(run.id for run in chain.runs) or "-"
    seats = "?" if chain.seats is None else str(chain.seats)
    named = chain.competency.id if chain.competency else chain.of or "nothing"
    return f"{named} > {taught} > {runs} > {seats}: {chain.stop} at {chain.stage}"


PLANTED: dict[str, tuple[str, dict[str, Any], str]] = {
    "only a level is named": ("role OC-A level 4: K1", {"level": 4}, "nothing > - > - > ?: nothing-named at skill"),
    "a job without competencies": (
        "role OC-A level 4:",
        {"roles": "OC-A"},
        "OC-A > - > - > ?: skills-not-known at skill",
    ),
    "a competency of no standard in force": (
        "role OC-A level 4: K1",
        {"competencies": "K9"},
        "K9 > - > - > ?: not-needed at skill",
    ),
    "a theme that nothing has": (
        "role OC-A level 4: K1",
        {"themes": "robots"},
        "robots > - > - > ?: skills-not-known at skill",
    ),
    "nobody teaches it": (
        "role OC-A level 4: K1 \n award Q-A level 4 for OC-A",
        {"roles": "OC-A"},
        "K1 > - > - > ?: not-taught at unit",
    ),
    "whether anybody teaches it is not known": (
        "role OC-A level 4: K1 \n award Q-A level 4 for OC-A unlisted",
        {"roles": "OC-A"},
        "K1 > - > - > ?: teaching-not-known at unit",
    ),
    "taught too low": (
        "role OC-A level 4: K1 \n unit U-1 in Q-A level 2: K1 stated \n run Q-A at P-A",
        {"roles": "OC-A"},
        "K1 > U-1 > R1 > ?: too-low at unit",
    ),
    "taught at a level that nobody states": (
        "role OC-A level 4: K1 \n unit U-1 in Q-A: K1 stated \n run Q-A at P-A",
        {"roles": "OC-A"},
        "K1 > U-1 > R1 > ?: level-not-known at unit",
    ),
    "no run": (
        U1,
        {"roles": "OC-A"},
        "K1 > U-1 > - > ?: no-run at delivery",
    ),
    "only past runs": (
        f"{U1} \n run Q-A at P-A over \n run Q-A at P-B evidence",
        {"roles": "OC-A"},
        "K1 > U-1 > R1, R2 > ?: past-runs-only at delivery",
    ),
    "no start known": (
        f"{U1} \n run Q-A at P-A not-dated \n run Q-A at P-B over",
        {"roles": "OC-A"},
        "K1 > U-1 > R1 > ?: no-start-known at delivery",
    ),
    "seats not known": (
        f"{U1} \n run Q-A at P-A \n run Q-A at P-B not-dated",
        {"roles": "OC-A"},
        "K1 > U-1 > R1 > ?: seats-not-known at seat",
    ),
    "too few seats": (
        f"{U1} \n run Q-A at P-A seats 12 \n run Q-A at P-B seats 3",
        {"roles": "OC-A", "people": 20},
        "K1 > U-1 > R1, R2 > 15: too-few-seats at seat",
    ),
    "some seats are too few, and others not known": (
        f"{U1} \n run Q-A at P-A seats 12 \n run Q-A at P-B",
        {"roles": "OC-A", "people": 20},
        "K1 > U-1 > R1, R2 > 12: seats-not-known at seat",
    ),
    "seats known": (
        f"{U1} \n run Q-A at P-A seats 12 \n run Q-A at P-B",
        {"roles": "OC-A", "people": 12},
        "K1 > U-1 > R1, R2 > 12: seats-known at through",
    ),
    "a competency by itself": (
        "role OC-A level 4: K1 \n apprenticeship OC-A level 4: K1 \n run OC-A at P-A seats 5",
        {"competencies": "K1"},
        "K1 > PT-APPR/OC-A > R1 > 5: seats-known at through",
    ),
    "a theme": (
        "role OC-A level 4: K1 \n competency K1 level 4 theme imaging \n course C-1 level 4: K1 course-theme",
        {"themes": "imaging"},
        "K1 > C-1 > - > ?: no-run at delivery",
    ),
    "an award": (
        "role OC-A level 4: K1 \n award Q-A level 4 for OC-A \n run Q-A at P-A seats 9",
        {"awards": "Q-A"},
        "Q-A > - > R1 > 9: seats-known at through",
    ),
    "an award that nobody runs": (
        "role OC-A level 4: K1 \n award Q-A level 4 for OC-A",
        {"awards": "Q-A"},
        "Q-A > - > - > ?: no-run at delivery",
    ),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_need_planted_at_each_stage(case: str) -> None:
    lines, named, expected = PLANTED[case]
    (found,) = trace(world(lines), [need(**named)], ALL)
    assert [told(chain) for chain in found.chains] == [expected]
    assert found.stop is found.furthest is found.chains[0].stop


def test_every_stage_has_a_planted_need_and_words() -> None:
    planted = {expected.rsplit(": ", 1)[1].split(" at ")[0] for _, _, expected in PLANTED.values()}
    assert planted == {str(stop) for stop in Stop}
    assert MEANINGS.keys() == STAGE.keys() == ORDER.keys() == set(Stop)
    assert list(dict.fromkeys(STAGE[stop] for stop in Stop)) == list(Stage)


def test_a_need_breaks_where_its_first_chain_does() -> None:
    facts = world("""
        role OC-A level 4: K1 K2
        role OC-B level 3: K3
        unit U-1 in Q-A level 4: K1 stated
        run Q-A at P-A seats 4
        award Q-B level 4 for OC-A
        award Q-C level 3 for OC-B
    """)
    (found,) = trace(facts, [need(roles="OC-A OC-B OC-C")], ALL)
    assert [told(chain) for chain in found.chains] == [
        "OC-C > - > - > ?: skills-not-known at skill",
        "K2 > - > - > ?: not-taught at unit",
        "K3 > - > - > ?: not-taught at unit",
        "K1 > U-1 > R1 > 4: seats-known at through",
    ]
    assert found.stop is Stop.SKILLS_NOT_KNOWN
    assert found.furthest is Stop.SEATS_KNOWN
    assert found.counts == {Stop.SKILLS_NOT_KNOWN: 1, Stop.NOT_TAUGHT: 2, Stop.SEATS_KNOWN: 1}


def test_what_rests_on_a_placeholder_does_not_count_unless_it_is_let_in() -> None:
    facts = world("role OC-A level 4: K1 \n unit U-1 in Q-A level 4 illustrative: K1 stated \n run Q-A at P-A seats 4")
    (off,) = trace(facts, [need(roles="OC-A")], ALL)
    (on,) = trace(facts, [need(roles="OC-A")], replace(ALL, placeholders=True))
    assert off.stop is Stop.TEACHING_NOT_KNOWN
    assert on.stop is Stop.SEATS_KNOWN


def test_inference_can_be_switched_off() -> None:
    facts = world("""
        role OC-A level 4: K1
        award Q-A level 4 for OC-A
        unit U-1 in Q-A level 4: K1 unit-theme
        run Q-A at P-A
    """)
    published = replace(ALL, via=frozenset({Via.STATED}))
    assert trace(facts, [need(roles="OC-A")], ALL)[0].stop is Stop.SEATS_NOT_KNOWN
    assert trace(facts, [need(roles="OC-A")], published)[0].stop is Stop.NOT_TAUGHT


def test_illustrative_needs_are_left_out() -> None:
    made_up = need(source=source("NE-1", Status.ILLUSTRATIVE))
    assert trace(world("role OC-A level 4: K1"), [made_up], ALL) == ()
    assert len(trace(world("role OC-A level 4: K1"), [made_up], replace(ALL, placeholders=True))) == 1


# Ages


@pytest.mark.parametrize(
    ("on", "as_of", "days"),
    [
        ("2026-11-20", None, 1),  # the day after
        ("2026-10", None, 21),  # some day in October: at least since its end
        ("2025", None, 325),  # some day in 2025
        ("2025", "2025-06-01", 538),  # told in a page of June
        ("2026-11-01", "2026-11-15", 20),  # the page is later than what it tells
        ("2026-11-21", None, 0),
    ],
)
def test_a_need_is_as_old_as_it_surely_is(on: str, as_of: str | None, days: int) -> None:
    said = need(on=on, source=replace(source("NE-1"), as_of=as_of))
    (found,) = trace(world("role OC-A level 4: K1", date(2026, 11, 21)), [said], ALL)
    assert found.days == found.chains[0].stated_days == days


def test_a_need_of_tomorrow_is_not_asked_about() -> None:
    said = need(on="2026-11-22", source=replace(source("NE-1"), as_of=None))
    assert trace(world("role OC-A level 4: K1", date(2026, 11, 21)), [said], ALL) == ()


def test_a_gap_is_as_old_as_it_was_last_looked_for() -> None:
    facts = world("""
        role OC-A level 4: K1
        award Q-A level 4 for OC-A unlisted
        gap G-1 about Q-A: The units were not found.
        gap G-2 about Q-Z: Something else.
    """)  # looked for on 1 November, asked on the 21st
    ((chain,),) = (one.chains for one in trace(facts, [need(roles="OC-A")], ALL))
    assert [gap.id for gap in chain.gaps] == ["G-1"]
    assert chain.looked_days == 20
    assert chain.stuck_days is None


@pytest.mark.parametrize(
    ("run", "stop", "days"),
    [
        ("", Stop.NO_RUN, 324),  # since the unit was first seen
        ("run Q-A at P-A over", Stop.PAST_RUNS_ONLY, 68),  # since 14 September
        ("run Q-A at P-A not-dated", Stop.NO_START_KNOWN, 324),  # since it was seen
        ("run Q-A at P-A", Stop.SEATS_NOT_KNOWN, 324),
        ("run Q-A at P-A seats 4", Stop.SEATS_KNOWN, None),
    ],
)
def test_how_long_a_chain_has_been_stuck(run: str, stop: Stop, days: int | None) -> None:
    facts = world(f"{U1} \n {run}")
    if stop is Stop.PAST_RUNS_ONLY:
        facts = replace(facts, runs=tuple(replace(one, starts=("2026-09-14", "2025-09")) for one in facts.runs))
    ((chain,),) = (one.chains for one in trace(facts, [need(roles="OC-A")], ALL))
    assert (chain.stop, chain.stuck_days) == (stop, days)


# Forms of teaching


def _course(id: str, kind: str, award: str | None = None) -> Course:
    nothing = (None, None, None, "unknown", (), None)
    return Course(id, id, "P-A", kind, award, Status.PUBLISHED, *nothing, source(id))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("PT-APPR", "Q-A > - > R1 > ?: no-start-known at delivery"),
        ("PT-HNC", "Q-A > - > - > ?: no-run at delivery"),
    ],
)
def test_an_award_that_is_asked_for_in_a_form(kind: str, expected: str) -> None:
    facts = world("""
        role OC-A level 4: K1
        award Q-A level 4 for OC-A
        run Q-A at P-A not-dated
        gap G-1 about Q-A about PT-APPR: No apprenticeship version was found.
        gap G-2 about Q-A: The price was not found.
    """)
    said = need(awards="Q-A", provisions="PT-APPR")
    (found,) = trace(facts, [said], ALL, [_course("C-R1", kind, "Q-A")])
    assert [told(chain) for chain in found.chains] == [expected]
    assert [gap.id for gap in found.chains[0].gaps] == ["G-1"], "only what is about the award in that form"


def test_a_form_that_is_asked_for_whatever_is_taught() -> None:
    facts = world("role OC-A level 4: K1 \n course C-R1 level 1: K1 course-theme \n run C-R1 at P-A seats 10")
    said = need(provisions="PT-ESOL", people=8)
    (found,) = trace(facts, [said], ALL, [_course("C-R1", "PT-ESOL")])
    assert [told(chain) for chain in found.chains] == ["PT-ESOL > - > R1 > 10: seats-known at through"]
    assert trace(facts, [said], ALL, [])[0].stop is Stop.NO_RUN


# The same as the board


LINES = [
    "unit U-1 in Q-A level 4: K1 stated, K2 unit-theme",
    "unit U-2 in Q-B level 2: K2 stated, K3 stated",
    "award Q-C level 4 for OC-A unlisted",
    "award Q-D level 4 for OC-A: K3 award",
    "apprenticeship OC-A level 4: K1 K3",
    "run Q-A at P-A seats 3",
    "run Q-A at P-B over",
    "run Q-B at P-A",
    "run Q-D at P-C not-dated",
    "run OC-A at P-D evidence",
    "run OC-A at P-D seats 7",
]
OF_BOARD = {
    Finding.NOT_TAUGHT: {Stop.NOT_TAUGHT},
    Finding.NOT_KNOWN: {Stop.TEACHING_NOT_KNOWN},
    Finding.TOO_LOW: {Stop.TOO_LOW},
    Finding.LEVEL_NOT_KNOWN: {Stop.LEVEL_NOT_KNOWN},
    Finding.NO_PROVIDER: {Stop.NO_RUN},
    Finding.PAST_ONLY: {Stop.PAST_RUNS_ONLY},
}
JOINABLE = {Stop.NO_START_KNOWN, Stop.SEATS_NOT_KNOWN, Stop.TOO_FEW_SEATS, Stop.SEATS_KNOWN}


@given(st.sets(st.sampled_from(LINES)), st.none() | st.integers(1, 12))
def test_the_trace_says_what_the_board_says(lines: set[str], people: int | None) -> None:
    facts = world("\n".join(["role OC-A level 4: K1 K2 K3", *sorted(lines)]))
    cells = Question(facts, Slice(roles=("OC-A",), wholes=True), ALL).board().cells
    board = {cell.competency.id: cell.finding for cell in cells}
    (found,) = trace(facts, [need(roles="OC-A", people=people)], ALL)
    assert len(found.chains) == 3
    for chain in found.chains:
        assert chain.competency is not None
        assert chain.finding is board[chain.competency.id]
        assert chain.stop in OF_BOARD.get(chain.finding, JOINABLE)
        assert bool(chain.teachings) == (STAGE[chain.stop] is not Stage.UNIT or chain.stop is Stop.TOO_LOW)
        if chain.stop is Stop.SEATS_KNOWN:
            assert chain.seats is not None and chain.seats >= (people or 1)


@given(st.sets(st.sampled_from(LINES)), st.sampled_from(LINES))
def test_more_teaching_never_breaks_a_chain_earlier(lines: set[str], more: str) -> None:
    def stops(some: set[str]) -> dict[str, Stop]:
        facts = world("\n".join(["role OC-A level 4: K1 K2 K3", *sorted(some)]))
        (found,) = trace(facts, [need(roles="OC-A")], ALL)
        return {chain.competency.id: chain.stop for chain in found.chains if chain.competency}

    before, after = stops(lines), stops(lines | {more})
    for id, stop in before.items():
        worse = ORDER[after[id]] < ORDER[stop]
        assert not worse or {stop, after[id]} == {Stop.NOT_TAUGHT, Stop.TEACHING_NOT_KNOWN}


def test_needs_do_not_mix() -> None:
    facts = world("role OC-A level 4: K1 \n role OC-B level 4:")
    first, second = need("NE-1", roles="OC-A"), need("NE-2", roles="OC-B")
    assert trace(facts, [first, second], ALL) == (*trace(facts, [first], ALL), *trace(facts, [second], ALL))
