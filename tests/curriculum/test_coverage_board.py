"""The coverage board: each finding in a world of a few lines, and what holds of every board."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.projection import Status
from queries.coverage.board import (
    COVERED,
    EVERYTHING,
    NOBODY,
    RANK,
    Cell,
    Finding,
    Near,
    Question,
    Slice,
    board,
    by_role,
    by_theme,
    sentence,
)
from queries.coverage.model import CoverageFacts, Inference, Part, RunState, Teacher, TeacherKind, Teaching, Via
from tests.support.coverage_world import source, world

NEEDED = """
    role OC-A level 4: K1
    award Q-A level 4 for OC-A
"""

DUDLEY = Near(52.51, -2.08, 10, "DY1")


def only(text: str, slice: Slice = EVERYTHING, inference: Inference | None = None) -> Cell:
    (cell,) = board(world(text), slice, inference or Inference()).cells
    return cell


def finding(text: str, slice: Slice = EVERYTHING, **inference: Any) -> str:
    return str(only(NEEDED + text, slice, Inference(**inference)).finding)


ALONE = "unit U-1 in Q-A level 4: K1 unit-theme\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "not-taught"),
        ("award Q-B level 4 for OC-A unlisted", "not-known"),
        ("unit U-1 in Q-A level 3: K1 unit-theme\n run Q-A at P-A sold", "too-low"),
        ("unit U-1 in Q-A: K1 unit-theme\n run Q-A at P-A sold", "level-not-known"),
        (ALONE, "no-provider"),
        (f"{ALONE} run Q-A at P-A over sold", "past-only"),
        (f"{ALONE} run Q-A at P-A evidence", "past-only"),
        ("unit U-1 in Q-A level 4 past: K1 unit-theme\n run Q-A at P-A sold", "past-only"),
        (f"{ALONE} run Q-A at P-A", "whole-only"),
        (f"{ALONE} run Q-A at P-A sold", "one-provider"),
        (f"{ALONE} run Q-A at P-A sold\n run Q-A at P-A sold", "one-provider"),
        (f"{ALONE} run Q-A at P-A not-dated sold\n run Q-A at P-B sold", "many-providers"),
        (f"{ALONE} run Q-A at P-A over sold\n run Q-A at P-B sold", "one-provider"),
        ("course C-1 level 4: K1 course-theme\n run C-1 at P-A", "one-provider"),
        ("apprenticeship OC-A: K1\n run OC-A at P-A", "whole-only"),
        ("apprenticeship OC-A: K1\n run OC-A at P-A evidence", "past-only"),
        ("unit U-1 in Q-A level 3: K1 unit-theme\n unit U-2 in Q-A level 5: K1 unit-theme", "no-provider"),
    ],
)
def test_each_finding_of_everything(text: str, expected: str) -> None:
    assert finding(text) == expected


@pytest.mark.parametrize(
    ("run", "slice", "expected"),
    [
        ("in Dudley DY1 52.51 -2.08", Slice(near=DUDLEY), "one-provider"),
        ("in Coventry CV1 52.41 -1.51", Slice(near=DUDLEY), "elsewhere"),
        ("", Slice(near=DUDLEY), "place-not-known"),
        ("online", Slice(near=DUDLEY), "one-provider"),
        ("in Coventry", Slice(towns=("Dudley",)), "elsewhere"),
        ("in Dudley", Slice(towns=("dudley",)), "one-provider"),
        ("", Slice(towns=("Dudley",)), "place-not-known"),
        ("in Dudley DY1", Slice(districts=("DY2",)), "elsewhere"),
        ("", Slice(providers=("P-B",)), "elsewhere"),
        ("evening", Slice(attendance="evening"), "one-provider"),
        ("day", Slice(attendance="evening"), "other-times"),
        ("", Slice(attendance="evening"), "times-not-known"),
        ("full-time", Slice(study_mode="part-time"), "other-mode"),
        ("", Slice(study_mode="part-time"), "mode-not-known"),
        ("online", Slice(delivery_mode="classroom"), "other-mode"),
        ("day", Slice(near=DUDLEY, attendance="evening"), "place-not-known"),
    ],
)
def test_each_finding_of_a_slice_of_runs(run: str, slice: Slice, expected: str) -> None:
    assert finding(f"{ALONE} run Q-A at P-A sold {run}", slice) == expected


def test_of_two_runs_the_one_that_gets_further_decides() -> None:
    runs = "run Q-A at P-A sold day\n run Q-A at P-B sold"
    cell = only(f"{NEEDED}{ALONE}{runs}", Slice(attendance="evening"))
    assert (cell.finding, cell.providers) == (Finding.TIMES_NOT_KNOWN, ("P-B",))


def test_wholes_count_when_asked_for() -> None:
    text = f"{ALONE} run Q-A at P-A\n run Q-A at P-B"
    assert (finding(text), finding(text, Slice(wholes=True))) == ("whole-only", "many-providers")


@pytest.mark.parametrize(
    ("reason", "inference", "counts"),
    [
        ("K1 unit-theme", Inference(via=frozenset({Via.STATED})), False),
        ("K1 stated", Inference(via=frozenset({Via.STATED})), True),
        ("K1 name 0.7", Inference(), True),
        ("K1 name 0.6", Inference(), False),
        ("K1 name 0.6", Inference(least_score=0.5), True),
        ("K1 vocabulary close", Inference(), True),
        ("K1 vocabulary broader", Inference(), False),
        ("K1 vocabulary broader", Inference(broader=True), True),
        ("K1 vocabulary narrower", Inference(), True),
        ("K1 vocabulary narrower", Inference(narrower=False), False),
        ("K1 vocabulary related", Inference(), False),
        ("K1 vocabulary related", Inference(related=True), True),
    ],
)
def test_the_switches_let_in_and_leave_out(reason: str, inference: Inference, counts: bool) -> None:
    cell = only(f"{NEEDED} unit U-1 in Q-A level 4: {reason}\n run Q-A at P-A sold", inference=inference)
    assert cell.finding is (Finding.ONE_PROVIDER if counts else Finding.NOT_TAUGHT)
    assert sum(cell.left_out.values()) == (0 if counts else 1)


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("K1 unit-theme", "via"),
        ("K1 name 0.3", "score"),
        ("K1 vocabulary related", "related"),
        ("K1 vocabulary broader", "broader"),
    ],
)
def test_what_is_left_out_says_by_which_switch(reason: str, why: str) -> None:
    some = Inference(via=frozenset({Via.VOCABULARY, Via.NAME}))
    assert dict(only(f"{NEEDED} unit U-1 in Q-A level 4: {reason}", inference=some).left_out) == {why: 1}


def test_the_level_can_be_left_aside() -> None:
    text = "unit U-1 in Q-A level 3: K1 unit-theme\n run Q-A at P-A sold"
    assert [finding(text, levels_below=below) for below in (0, 1, None)] == ["too-low", "one-provider", "one-provider"]


def test_a_placeholder_counts_only_when_asked_for_and_says_so() -> None:
    text = "unit U-1 in Q-A level 4 illustrative: K1 unit-theme\n run Q-A at P-A sold"
    off, on = (only(NEEDED + text, inference=Inference(placeholders=on)) for on in (False, True))
    assert (off.finding, dict(off.left_out), off.placeholder) == (Finding.NOT_TAUGHT, {"placeholder": 1}, False)
    assert sentence(off).endswith("Illustrative placeholders for it are left out. 1 role needs it.")
    assert (on.finding, on.placeholder, on.inferred) == (Finding.ONE_PROVIDER, True, False)
    assert sentence(on) == "Taught by one provider. This rests on illustrative placeholders alone. 1 role needs it."
    both = only(f"{NEEDED}{text}\n unit U-2 in Q-A level 4: K1 unit-theme", inference=Inference(placeholders=True))
    assert not both.placeholder


def test_an_illustrative_run_counts_only_when_placeholders_do() -> None:
    text = f"{ALONE} run Q-A at P-A sold illustrative"
    assert [finding(text, placeholders=on) for on in (False, True)] == ["no-provider", "one-provider"]


def test_what_is_not_known_names_the_award_and_what_was_looked_for() -> None:
    text = "role OC-A level 4: K1\n award Q-B for OC-A unlisted\n gap G-1 about Q-B: The units were not found."
    (unknown,) = only(text).unknown
    assert (unknown.about, [gap.statement for gap in unknown.gaps]) == ("Q-B", ["The units were not found."])


def test_a_role_that_nothing_is_meant_for_is_not_known() -> None:
    cell = only("role OC-A level 4: K1")
    assert (cell.finding, [(one.about, one.roles) for one in cell.unknown]) == (Finding.NOT_KNOWN, [(None, ("OC-A",))])


def test_one_role_of_which_it_is_not_known_is_enough() -> None:
    text = "role OC-A level 4: K1\n role OC-B level 4: K1\n award Q-A for OC-A\n award Q-B for OC-B unlisted"
    assert only(text).finding is Finding.NOT_KNOWN
    assert only(text, Slice(roles=("OC-A",))).finding is Finding.NOT_TAUGHT


def test_an_order_and_counts_by_theme_and_by_role() -> None:
    made = world(
        """
        role OC-A level 4: K1 K2 K3
        role OC-B level 4: K2 K3?
        award Q-A for OC-A
        award Q-B for OC-B
        competency K1 level 4 theme law theme quality
        competency K2 level 4 theme law
        unit U-1 in Q-A level 4: K3 stated
        """
    )
    found = board(made)
    assert [(cell.competency.id, str(cell.finding), len(cell.roles), cell.essential) for cell in found.cells] == [
        ("K2", "not-taught", 2, 2),
        ("K1", "not-taught", 1, 1),
        ("K3", "no-provider", 2, 1),
    ]
    assert {theme: dict(counts) for theme, counts in by_theme(found.cells).items()} == {
        "": {Finding.NO_PROVIDER: 1},
        "law": {Finding.NOT_TAUGHT: 2},
        "quality": {Finding.NOT_TAUGHT: 1},
    }
    assert {role: sum(counts.values()) for role, counts in by_role(found.cells).items()} == {"OC-A": 3, "OC-B": 2}
    assert [cell.competency.id for cell in board(made, Slice(themes=("quality",))).cells] == ["K1"]
    essential = board(made, Slice(roles=("OC-B",), essential_only=True))
    assert [cell.competency.id for cell in essential.cells] == ["K2"]


def test_sentences_are_plain() -> None:
    six = "".join(f"role OC-{name} level 4: K1\n award Q-{name} for OC-{name}\n" for name in "ABCDEF")
    assert sentence(only(six)) == "No unit, award or apprenticeship that we know of teaches this. 6 roles need it."
    runs = f"{ALONE} run Q-A at P-A\n run Q-A at P-B"
    said = "Taught only inside a whole qualification or apprenticeship, by 2 providers. "
    ours = "This is our inference alone. 1 role needs it."
    assert sentence(only(NEEDED + runs)) == said + ours
    assert sentence(only(NEEDED + runs, Slice(wholes=True))) == f"Taught by 2 providers. {ours}"


def test_what_somebody_published_is_not_called_our_inference() -> None:
    text = f"{NEEDED} unit U-1 in Q-A level 4: K1 stated\n run Q-A at P-A sold"
    stated, both = only(text), only(f"{text}\n unit U-2 in Q-A level 4: K1 unit-theme")
    assert (stated.inferred, both.inferred) == (False, False)
    assert sentence(both) == "Taught by one provider. 1 role needs it."


def test_where_a_switch_leaves_a_reason_out_nobody_says_that_nothing_teaches_it() -> None:
    off = Inference(via=frozenset({Via.STATED}))
    cell = only(f"{NEEDED} unit U-1 in Q-A level 4: K1 unit-theme\n run Q-A at P-A sold", inference=off)
    assert sentence(cell) == (
        "Nothing that counts in this question teaches this. The question leaves out 1 reason to think that something"
        " does. 1 role needs it."
    )


def test_every_candidate_and_all_that_is_left_out_can_be_seen() -> None:
    text = (
        f"{NEEDED}{ALONE} unit U-2 in Q-A level 3: K1 stated\n unit U-3 in Q-A: K1 vocabulary related\n run Q-A at P-A"
    )
    asked = Question(world(text), EVERYTHING, Inference())
    k1 = asked.facts.competencies["K1"]
    assert [(one.teacher.id, str(one.finding)) for one in asked.candidates(k1)] == [
        ("U-1", "whole-only"),
        ("U-2", "too-low"),
    ]
    assert [(one.teacher, why) for one, why in asked.left(k1)] == [("U-3", "related")]
    cell = asked.cell(k1)
    assert cell is not None
    assert dict(cell.stopped) == {Finding.WHOLE_ONLY: 1, Finding.TOO_LOW: 1}


# What holds of every board

LEVELS = st.sampled_from([None, 2, 3, 4, 5])
PROVIDERS = ("P-A", "P-B", "P-C")


@st.composite
def facts(draw: st.DrawFn) -> CoverageFacts:
    lines = []
    for role in "AB":
        needs = " ".join(draw(st.lists(st.sampled_from(["K1", "K2", "K3", "K4?"]), min_size=1, unique=True)))
        lines.append(f"role OC-{role} level {draw(st.sampled_from([3, 4]))}: {needs}")
        if draw(st.booleans()):
            lines.append(f"award Q-{role} level 4 for OC-{role} {draw(st.sampled_from(['', 'unlisted', 'past']))}")
    for number in range(draw(st.integers(0, 5))):
        level = draw(LEVELS)
        reasons = ", ".join(draw(st.lists(st.builds(_reason, _competencies, _ways), min_size=1, max_size=3)))
        place = draw(st.sampled_from(["in Q-A", "in Q-B", ""]))
        flag = draw(st.sampled_from(["", "illustrative", "past"]))
        lines.append(f"unit U-{number} {place} {f'level {level}' if level else ''} {flag}: {reasons}")
    for _ in range(draw(st.integers(0, 6))):
        words = " ".join(draw(st.sampled_from(choice)) for choice in _RUN)
        lines.append(f"run {draw(st.sampled_from(['Q-A', 'Q-B']))} at {draw(st.sampled_from(PROVIDERS))} {words}")
    return world("\n".join(lines))


def _reason(competency: str, way: str) -> str:
    return f"{competency} {way}"


_competencies = st.sampled_from(["K1", "K2", "K3", "K4"])
_ways = st.sampled_from(
    [
        "stated",
        "unit-theme",
        "name 0.4",
        "name 0.8",
        *(f"vocabulary {one}" for one in ("close", "broader", "narrower", "related")),
    ]
)
_RUN = (
    ("", "in Dudley DY1 52.51 -2.08", "in Coventry CV1 52.41 -1.51"),
    ("", "day", "evening"),
    ("", "part-time", "full-time", "online"),
    ("", "sold"),
    ("to-come", "not-dated", "over", "evidence"),
    ("", "illustrative"),
)
INFERENCES = st.builds(
    Inference,
    via=st.frozensets(st.sampled_from(list(Via)), min_size=1),
    least_score=st.sampled_from([0.3, 0.66]),
    broader=st.booleans(),
    narrower=st.booleans(),
    related=st.booleans(),
    placeholders=st.booleans(),
    levels_below=st.sampled_from([0, 1, None]),
)
SLICES = st.builds(
    Slice,
    roles=st.sampled_from([(), ("OC-A",)]),
    providers=st.sampled_from([(), ("P-A",), ("P-A", "P-B")]),
    towns=st.sampled_from([(), ("Dudley",)]),
    near=st.sampled_from([None, DUDLEY]),
    study_mode=st.sampled_from([None, "part-time"]),
    attendance=st.sampled_from([None, "evening"]),
    wholes=st.booleans(),
)


def ranks(found: Iterable[Cell]) -> dict[str, int]:
    return {cell.competency.id: RANK[cell.finding] for cell in found}


@given(facts(), SLICES, INFERENCES, _competencies, LEVELS)
def test_one_more_reason_never_makes_a_finding_worse(
    made: CoverageFacts, slice: Slice, inference: Inference, competency: str, level: int | None
) -> None:
    before = ranks(board(made, slice, inference).cells)
    teacher = Teacher(
        "U-MORE",
        TeacherKind.UNIT,
        "More",
        level,
        None,
        "Q-A",
        ("Q-A",),
        None,
        (),
        True,
        Status.PUBLISHED,
        source("U-MORE"),
    )
    more = Teaching(
        "U-MORE", competency, Via.STATED, "it says so", None, None, frozenset(Part), Status.PUBLISHED, (source("S"),)
    )
    then = replace(made, teachers=made.teachers | {teacher.id: teacher}, teachings=(*made.teachings, more))
    after = ranks(board(then, slice, inference).cells)
    assert before.keys() == after.keys()
    assert all(after[id] >= rank for id, rank in before.items())


@given(facts(), SLICES, INFERENCES)
def test_a_narrower_slice_never_has_another_provider_or_a_better_finding(
    made: CoverageFacts, slice: Slice, inference: Inference
) -> None:
    wide = {cell.competency.id: cell for cell in board(made, Slice(wholes=slice.wholes), inference).cells}
    for cell in board(made, slice, inference).cells:
        assert set(cell.roles) <= set(wide[cell.competency.id].roles)
        if cell.finding in COVERED:
            assert set(cell.providers) <= set(wide[cell.competency.id].providers)
        if cell.finding not in NOBODY:
            assert RANK[cell.finding] <= RANK[wide[cell.competency.id].finding]


@given(facts(), SLICES, INFERENCES, st.sampled_from(list(Via)))
def test_a_switch_that_is_turned_off_never_adds_coverage(
    made: CoverageFacts, slice: Slice, inference: Inference, off: Via
) -> None:
    before = ranks(board(made, slice, inference).cells)
    for fewer in (
        replace(inference, via=inference.via - {off}),
        replace(inference, broader=False),
        replace(inference, narrower=False),
        replace(inference, related=False),
        replace(inference, placeholders=False),
        replace(inference, least_score=0.9),
    ):
        assert all(rank <= before[id] for id, rank in ranks(board(made, slice, fewer).cells).items())


@given(facts(), SLICES, INFERENCES)
def test_without_placeholders_the_board_is_that_of_a_world_that_has_none(
    made: CoverageFacts, slice: Slice, inference: Inference
) -> None:
    real = {id: one for id, one in made.teachers.items() if one.status is not Status.ILLUSTRATIVE}
    without = replace(
        made,
        teachers=real,
        teachings=tuple(one for one in made.teachings if one.teacher in real and one.status is not Status.ILLUSTRATIVE),
        runs=tuple(one for one in made.runs if one.status is not Status.ILLUSTRATIVE),
    )
    off = replace(inference, placeholders=False)
    seen = [[replace(cell, left_out={}) for cell in board(one, slice, off).cells] for one in (made, without)]
    assert seen[0] == seen[1]


@given(facts(), SLICES, INFERENCES)
def test_the_finding_is_the_best_of_all_reasons_followed_into_all_runs(
    made: CoverageFacts, slice: Slice, inference: Inference
) -> None:
    """Tries every pair of a reason and a run by itself, in a world that has nothing else."""
    for cell in board(made, slice, inference).cells:
        found: list[Finding] = []
        providers: set[str] = set()
        for teaching in made.teachings_of.get(cell.competency.id, ()):
            runs = list(made.runs_for(made.teachers[teaching.teacher]))
            for some in [(), *((run,) for run in runs)]:
                alone = replace(made, teachings=(teaching,), runs=some)
                (one,) = [one for one in board(alone, slice, inference).cells if one.competency == cell.competency]
                found.append(one.finding)
                if one.finding in COVERED:
                    providers.update(run.provider for run in some)
        best = max(found, key=RANK.__getitem__, default=cell.finding)
        if len(providers) > 1:
            assert (cell.finding, set(cell.providers)) == (Finding.MANY_PROVIDERS, providers)
        else:
            assert cell.finding is best


@given(facts(), INFERENCES)
def test_nothing_over_is_ever_on_offer(made: CoverageFacts, inference: Inference) -> None:
    over = replace(made, runs=tuple(replace(run, state=RunState.OVER) for run in made.runs))
    assert not [cell for cell in board(over, EVERYTHING, inference).cells if cell.finding in COVERED]
