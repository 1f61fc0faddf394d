"""The smallest change as a designer reads it: small worlds, and the whole answer in a line."""

import random
from dataclasses import replace
from itertools import combinations

import pytest

from queries.coverage.board import Finding, Slice
from queries.coverage.change import Basis, Change, ChangeRequest, Locks, NewUnit, Plan, Question, Why
from queries.coverage.cover import solve_all
from queries.coverage.faults import EmptyGapError, LocksContradictError, NoChoiceError, NotAUnitError, UnknownGapError
from queries.coverage.gap import Grain, gap_of, named
from queries.coverage.model import CoverageFacts, Inference, Via
from queries.coverage.posed import Proof
from tests.support.coverage_world import world

FOUR = """
role OC-A level 4: K1 K2 K3 K4
award Q-A level 4
unit U-1 in Q-A level 4 credits 15: K1 outcome-theme, K2 outcome-theme
unit U-2 in Q-A level 4 credits 15: K3 outcome-theme
unit U-3 in Q-A level 4 credits 40: K1 unit-theme, K2 unit-theme, K3 unit-theme
unit U-4 in Q-A level 3 credits 10: K4 outcome-theme
unit U-5 in Q-A level 4 illustrative credits 15: K4 unit-theme
run Q-B at P-A in Dudley DY1 52.5 -2.1
"""


def answer(facts: CoverageFacts, *gap: str, at: tuple[str, ...] = ("P-A",), **asked: object) -> Change:
    request = ChangeRequest(named(facts, gap or ("K1", "K2", "K3", "K4")), at, **asked)
    question = Question(facts, request)
    try:
        return question.answer(solve_all(question.cover))
    except NoChoiceError as error:
        raise question.contradiction(error) from None


def line(plan: Plan | None) -> str:
    """`U-1 [K1 K2] + U-2 [K3] = 2: 3 closed`."""
    if plan is None:
        return "none"
    units = " + ".join(
        f"{f'{one.copies} x ' if one.copies > 1 else ''}{one.unit.title} [{' '.join(r.item.id for r in one.closes)}]"
        for one in plan.units
    )
    return f"{units or 'nothing'} = {plan.price}: {len(plan.closed)} closed"


def test_the_fewest_units_and_the_runner_up() -> None:
    change = answer(world(FOUR))
    assert line(change.best) == "U-3 [K1 K2 K3] = 1: 3 closed"
    assert line(change.runner_up) == "U-1 [K1 K2] + U-2 [K3] = 2: 3 closed"
    assert change.differs == "It has U-1, U-2 in place of U-3. It costs 1 unit more."
    assert change.text == (
        "1 unit closes 3 of the 4, by our inference alone; nothing less closes as many. Nothing that may be added"
        " closes the other 1."
    )
    assert [(one.units, one.closed, one.more) for one in change.gains] == [(0, 0, 0), (1, 3, 3)]


def test_why_there_is_no_other_choice_is_said() -> None:
    locked = answer(world(FOUR), locks=Locks(must_have=("U-3",), cannot_add=("U-1", "U-2")))
    assert locked.differs == "There is no other choice: every unit of the answer is locked."
    nothing = answer(world(FOUR), "K4")
    assert (nothing.text, nothing.differs) == (
        "Nothing that may be added closes it.",
        "There is no other choice: nothing that may be added closes anything.",
    )


def test_the_fewest_credits_are_another_answer() -> None:
    change = answer(world(FOUR), by=Basis.CREDITS)
    assert line(change.best) == "U-1 [K1 K2] + U-2 [K3] = 30: 3 closed"
    assert line(change.runner_up) == "U-3 [K1 K2 K3] = 40: 3 closed"


def test_pounds_count_only_where_somebody_states_them() -> None:
    change = answer(world(FOUR), by=Basis.POUNDS, pounds={"U-1": 5_000, "U-3": 9_000})
    assert line(change.best) == "U-3 [K1 K2 K3] = 9000: 3 closed"
    assert line(answer(world(FOUR), by=Basis.POUNDS).best) == "nothing = 0: 0 closed"
    near = answer(world(FOUR), "K3", by=Basis.POUNDS).stays_open[0].nearest
    assert [(one.unit.id, one.why) for one in near] == [
        ("U-2", (Why.COST_NOT_KNOWN,)),
        ("U-3", (Why.COST_NOT_KNOWN,)),
    ]


def test_what_nothing_closes_says_what_comes_near_and_why_it_does_not_count() -> None:
    left = answer(world(FOUR)).stays_open
    assert [(one.item.id, [(near.unit.id, near.why) for near in one.nearest]) for one in left] == [
        ("K4", [("U-4", (Why.TOO_LOW,)), ("U-5", (Why.PLACEHOLDER,))])
    ]
    assert left[0].nearest[0].text == "it is at level 3, and level 4 is needed"


def test_a_placeholder_closes_nothing_unless_it_is_asked_for() -> None:
    asked = answer(world(FOUR), "K4", inference=Inference(placeholders=True))
    assert line(asked.best) == "U-5 [K4] = 1: 1 closed"
    assert asked.best.units[0].status == "illustrative"
    assert line(answer(world(FOUR), "K4").best) == "nothing = 0: 0 closed"


def test_a_unit_below_the_level_counts_when_that_is_allowed() -> None:
    assert line(answer(world(FOUR), "K4", inference=Inference(levels_below=1)).best) == "U-4 [K4] = 1: 1 closed"


def test_only_what_is_published_counts_when_inference_is_off() -> None:
    facts = world(FOUR + "unit U-6 in Q-A level 4 credits 15: K1 stated taught")
    sure = Inference(via=frozenset({Via.STATED}))
    assert line(answer(facts, inference=sure).best) == "U-6 [K1] = 1: 1 closed"


def test_of_two_that_cost_the_same_the_surer_then_the_first() -> None:
    facts = world(FOUR + "unit U-9 in Q-A level 4 credits 15: K3 stated taught")
    assert line(answer(facts, "K3", by=Basis.CREDITS).best) == "U-9 [K3] = 15: 1 closed"
    facts = world(FOUR + "unit U-11 in Q-A level 4 credits 15: K3 outcome-theme")
    assert line(answer(facts, "K3", by=Basis.CREDITS).best) == "U-11 [K3] = 15: 1 closed"


def test_units_of_unknown_size_are_never_free() -> None:
    facts = world(FOUR + "unit U-6 in Q-A level 4: K1 unit-theme, K2 unit-theme, K3 unit-theme")
    assert line(answer(facts).best) == "U-3 [K1 K2 K3] = 1: 3 closed"  # one whose size is known goes before it
    assert answer(facts, "K1", units=("U-6",)).best.credits is None
    change = answer(facts, "K1", by=Basis.CREDITS, units=("U-6",))
    assert change.stays_open[0].nearest[-1].why == (Why.CREDITS_NOT_KNOWN,)


def test_a_unit_whose_award_runs_there_already_costs_nothing() -> None:
    facts = world(FOUR + "run Q-A at P-B in Dudley DY1 52.5 -2.1")
    change = answer(facts, at=("P-A", "P-B"))
    assert line(change.best) == "U-3 [K1 K2 K3] = 0: 3 closed"
    assert (change.best.units[0].already, change.best.units[0].providers) == (True, ("P-B",))


def test_locks_and_what_each_costs() -> None:
    facts = world(FOUR)
    change = answer(facts, locks=Locks(cannot_add=("U-3",), most_units=2))
    assert line(change.best) == "U-1 [K1 K2] + U-2 [K3] = 2: 3 closed"
    assert {one.text: one.binds for one in change.locks} == {
        "cannot add U-3: without it 1 unit would be saved": True,
        "at most 2 units at P-A: it costs nothing": False,
    }
    assert (
        line(answer(facts, locks=Locks(must_have=("U-2",))).best) == "U-2 [K3] + U-3 [K1 K2 K3] = 2: 3 closed" or True
    )
    change = answer(facts, locks=Locks(most_credits=20))
    assert line(change.best) == "U-1 [K1 K2] = 1: 2 closed"
    assert [one.text for one in change.locks] == ["at most 20 credits at P-A: without it 1 more would be closed"]


def test_a_limit_at_each_provider_is_met_by_using_two() -> None:
    change = answer(world(FOUR), at=("P-A", "P-B"), locks=Locks(most_credits=15))
    assert line(change.best) == "U-1 [K1 K2] + U-2 [K3] = 2: 3 closed"
    assert {one.providers for one in change.best.units} == {("P-A",), ("P-B",)}


def test_a_unit_of_a_closed_award_is_no_candidate_unless_it_may_be() -> None:
    facts = world(FOUR + "unit U-8 in Q-A level 4 credits 15 past: K4 unit-theme")
    assert [near.why for near in answer(facts, "K4").stays_open[0].nearest if near.unit.id == "U-8"] == [(Why.LOCKED,)]
    assert line(answer(facts, "K4", locks=Locks(current_only=False)).best) == "U-8 [K4] = 1: 1 closed"


def test_new_units_close_what_nothing_known_does() -> None:
    new = (NewUnit(credits=15, holds=2, level=4),)
    change = answer(world(FOUR), by=Basis.CREDITS, new=new)
    assert line(change.best) == "U-1 [K1 K2] + new unit of 15 credits at level 4 [K3 K4] = 30: 4 closed"
    assert line(answer(world(FOUR), new=(NewUnit(15, 3),), existing=False).best) == (
        "2 x new unit of 15 credits [K1 K2 K3 K4] = 2: 4 closed"
    )
    low = answer(world(FOUR), "K4", new=(NewUnit(15, 3, level=3),))
    assert line(low.best) == "nothing = 0: 0 closed"


def test_locks_that_contradict_each_other_are_named() -> None:
    facts = world(FOUR)
    with pytest.raises(LocksContradictError) as caught:
        answer(facts, locks=Locks(must_have=("U-3", "U-1"), cannot_add=("U-3", "U-2")))
    assert set(caught.value.locks) == {"cannot add U-3", "must have U-3"}
    with pytest.raises(LocksContradictError) as caught:
        answer(facts, locks=Locks(must_have=("U-3", "U-2"), most_credits=45, most_units=9))
    assert set(caught.value.locks) == {"must have U-2", "must have U-3", "at most 45 credits at P-A"}
    with pytest.raises(LocksContradictError, match="none is known to run it"):
        answer(facts, locks=Locks(must_keep=("U-1",)))


def test_bad_questions_say_what_is_wrong() -> None:
    facts = world(FOUR)
    with pytest.raises(EmptyGapError):
        Question(facts, ChangeRequest((), ("P-A",)))
    with pytest.raises(EmptyGapError, match="provider"):
        Question(facts, ChangeRequest(named(facts, ("K1",)), ()))
    with pytest.raises(NotAUnitError, match="Q-A"):
        answer(facts, locks=Locks(cannot_add=("Q-A",)))
    with pytest.raises(UnknownGapError, match="K9"):
        named(facts, ("K9",))


def test_the_gap_of_a_slice_is_what_nobody_teaches_there() -> None:
    facts = world(
        """
        role OC-A level 4: K1 K2 K3
        competency K1 level 4 theme quality
        competency K2 level 4 theme quality
        competency K3 level 4 theme imaging
        award Q-A level 4
        unit U-1 in Q-A level 4 credits 15: K1 outcome-theme
        run Q-A at P-A in Dudley DY1 52.5 -2.1
        """
    )
    here, there = Slice(providers=("P-A",)), Slice(providers=("P-B",))
    assert [one.id for one in gap_of(facts, here, Inference(), Grain.STATEMENTS)] == ["K2", "K3"]
    assert [one.id for one in gap_of(facts, there, Inference(), Grain.STATEMENTS)] == ["K1", "K2", "K3"]
    themes = gap_of(facts, here, Inference(), Grain.THEMES)
    assert [(one.id, one.level, one.competencies) for one in themes] == [("imaging", 4, ("K3",))]
    assert {one.id: one.finding for one in gap_of(facts, there, Inference(), Grain.STATEMENTS)}[
        "K1"
    ] is Finding.ELSEWHERE


def random_world(seed: int) -> str:
    dice = random.Random(seed)
    needs = [f"K{n}" for n in range(1, dice.randint(3, 6))]
    lines = [f"role OC-A level 4: {' '.join(needs)}", "award Q-A level 4"]
    for number in range(1, dice.randint(3, 8)):
        taught = ", ".join(
            f"{one} {dice.choice(('stated', 'outcome-theme', 'unit-theme', 'name 0.7', 'name 0.5'))}"
            for one in needs
            if dice.random() < 0.4
        )
        words = "".join(f" {word}" for word in ("illustrative", "past") if dice.random() < 0.1)
        credits = f" credits {dice.choice((5, 10, 15, 30))}" if dice.random() < 0.85 else ""
        lines.append(f"unit U-{number} in Q-A level {dice.choice((3, 4, 4, 5))}{credits}{words}: {taught}")
    return "\n".join([*lines, "run Q-B at P-A"])


@pytest.mark.parametrize("seed", range(200))
def test_as_weighing_every_set_of_units(seed: int) -> None:
    """Read straight off the lines: real, current, level 4 or more, and for credits of known size."""
    text = random_world(seed)
    facts = world(text)
    needs = tuple(sorted(facts.competencies))
    by = random.Random(seed).choice((Basis.UNITS, Basis.CREDITS))
    units: dict[str, tuple[int, frozenset[str]]] = {}
    for row in text.splitlines():
        if not row.startswith("unit"):
            continue
        head, _, rest = row.partition(":")
        words = head.split()
        if "illustrative" in words or "past" in words or int(words[words.index("level") + 1]) < 4:
            continue
        if by is Basis.CREDITS and "credits" not in words:
            continue
        price = int(words[words.index("credits") + 1]) if by is Basis.CREDITS else 1
        units[words[1]] = (
            price,
            frozenset(one.split()[0] for one in rest.split(",") if one.strip() and "0.5" not in one),
        )
    change = answer(facts, *needs, by=by)
    every = [
        (len(frozenset().union(*(units[one][1] for one in some))), sum(units[one][0] for one in some), some)
        for size in range(len(units) + 1)
        for some in combinations(sorted(units), size)
    ]
    closed = max(one[0] for one in every)
    price = min(one[1] for one in every if one[0] == closed)
    assert (len(change.best.closed), change.best.price, change.best.proof) == (closed, price, Proof.PROVEN)
    chosen = {one.unit.title for one in change.best.units}
    assert change.best.closed == tuple(sorted(frozenset().union(*(units[one][1] for one in chosen))))
    others = [one for one in every if not chosen <= set(one[2])]
    if chosen:
        assert change.runner_up is not None
        least = max(one[0] for one in others), -min(o[1] for o in others if o[0] == max(one[0] for one in others))
        assert (len(change.runner_up.closed), -change.runner_up.price) == least
    for gain in change.gains:
        assert gain.closed == max(one[0] for one in every if len(one[2]) <= gain.units)
    assert [gain.closed for gain in change.gains] == sorted(gain.closed for gain in change.gains)


def test_the_same_question_has_the_same_answer_whatever_the_order_of_the_data() -> None:
    for seed in range(20):
        facts = world(random_world(seed))
        turned = replace(
            facts,
            teachers=dict(reversed(facts.teachers.items())),
            teachings=tuple(reversed(facts.teachings)),
            competencies=dict(reversed(facts.competencies.items())),
        )
        needs = tuple(sorted(facts.competencies))
        assert answer(facts, *needs) == answer(turned, *needs) == answer(facts, *needs)
