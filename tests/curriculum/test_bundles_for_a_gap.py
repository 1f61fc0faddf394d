"""Bundles for a gap: small worlds, the rules that are shipped, and every set of units tried."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from graph.projection import AwardFacts, Source, Status
from queries.coverage.bundles import FIGURE, BundleQuestion, BundleRequest, Bundles, Value, floor
from queries.coverage.faults import EmptyGapError, NoSchemeError
from queries.coverage.gap import named
from queries.coverage.model import CoverageFacts, Inference, Via
from queries.coverage.packing import pack_all
from queries.eligibility.decision import Answer
from queries.eligibility.rulebook import RuleBook, rulebook
from queries.prior_learning.bundles import SCHEME
from tests.support.coverage_world import world

ON = date(2026, 11, 22)
SOURCE = Source("row", "https://example.org/award", "2026-01-01", Status.PUBLISHED)
TOWN = """
role OC-A level 4: K1 K2 K3
award Q-A level 4
unit U-1 in Q-A level 4 credits 15 core: K1 outcome-theme
unit U-2 in Q-A level 4 credits 15 core: K2 outcome-theme
unit U-3 in Q-A level 4 credits 15 optional: K2 outcome-theme
unit U-4 in Q-A level 4 credits 15 core:
unit U-5 in Q-A level 4 optional: K3 unit-theme
run Q-A at P-A in Dudley DY1 52.5 -2.1
run Q-A at P-B in Walsall WS1 52.6 -2.0 over
award Q-C level 4
unit U-6 in Q-C level 4 credits 30: K3 unit-theme
"""


def awards(facts: CoverageFacts, kind: str = "PT-HNC") -> dict[str, AwardFacts]:
    found = {award for one in facts.teachers.values() for award in one.awards}
    return {id: AwardFacts(id, id, 4, 120, (), SOURCE, kind=kind) for id in sorted(found)}


def ask(
    facts: CoverageFacts, *gap: str, kind: str = "PT-HNC", book: RuleBook | None = None, **asked: object
) -> Bundles:
    request = BundleRequest(named(facts, gap), **{"on": ON, **asked})
    question = BundleQuestion(facts, awards(facts, kind), book or rulebook(), request)
    return question.answer({award: pack_all(pack) for award, pack in question.packs.items()})


def lines(value: Value | None) -> list[str]:
    """`Q-A at P-A: U-1 + 1 of U-2 U-3 = 30 [K1 K2]`."""
    return [
        f"{one.award} at {one.provider}: "
        + " + ".join(
            " ".join(u.id for u in pick.units)
            if pick.take == len(pick.units)
            else f"{pick.take} of {' '.join(u.id for u in pick.units)}"
            for pick in one.picks
        )
        + f" = {one.credits} [{' '.join(reach.item.id for reach in one.closes)}]"
        for one in (value.bundles if value else ())
    ]


def test_the_fewest_credits_from_the_floor_on_then_most_of_the_gap() -> None:
    found = ask(world(TOWN), "K1", "K2")
    assert (found.floor.credits, found.floor.from_day, found.floor.source.as_of) == (30, date(2027, 1, 1), "2025-07-10")
    assert found.floor.rules == ("FR-012", "FR-013", "FR-014", "FR-016")
    assert lines(found.front[0]) == [
        "Q-A at P-A: U-1 + 1 of U-2 U-3 = 30 [K1 K2]",
        "Q-A at P-B: U-1 + 1 of U-2 U-3 = 30 [K1 K2]",
    ]
    assert [one.sets for one in found.front[0].bundles] == [2, 2]
    assert found.runner_up is not None
    assert (found.runner_up.credits, found.runner_up.closed) == (30, 1)
    assert "Q-A at P-A: U-1 + U-4 = 30 [K1]" in lines(found.runner_up)
    assert found.text == "The fewest credits are 30, and close 2 of the 2: 2 such bundles."


def test_what_is_not_known_stays_not_known_and_says_whom_to_ask() -> None:
    here, past = ask(world(TOWN), "K1", "K2").front[0].bundles
    assert here.could_be_funded is Answer.NOT_KNOWN
    answers = {one.rule: one.decision.answer for one in here.rules}
    assert answers["module-size"] is answers["bundle-size"] is answers["parent-course"] is Answer.YES
    assert answers["provider-approval"] is Answer.NOT_KNOWN
    assert "Is the provider approved for modular funding? Ask the provider." in here.ask
    assert "Are these units sold on their own? Ask the provider." in here.ask
    again = "Does the course run again? Its last known start has passed. Ask the provider."
    assert again in past.ask and again not in here.ask


def test_a_unit_whose_credits_are_not_known_is_in_no_bundle_and_is_told_of() -> None:
    found = ask(world(TOWN), "K3")
    assert found.front == ()
    assert [(unit.id, closes) for unit, closes in found.unknown] == [("U-5", ("K3 K3",))]
    assert found.not_here == ("Q-C",)
    assert found.out_of_reach == ("K3",)
    assert found.text == "No bundle of 30 credits or more closes any of the 1."


def test_more_credits_that_close_more_are_told_too() -> None:
    text = TOWN.replace(
        "unit U-4 in Q-A level 4 credits 15 core:", "unit U-4 in Q-A level 4 credits 15 core: K3 unit-theme"
    )
    found = ask(world(text), "K1", "K2", "K3", providers=("P-A",))
    assert [(one.credits, one.closed) for one in found.front] == [(30, 2), (45, 3)]
    assert lines(found.front[1]) == ["Q-A at P-A: U-1 + 1 of U-2 U-3 + U-4 = 45 [K1 K2 K3]"]


def test_an_award_that_the_scheme_is_not_about_is_refused_with_the_reason() -> None:
    found = ask(world(TOWN), "K1", kind="PT-APPR")
    assert found.front == ()
    assert [(one.provider, one.text) for one in found.refused] == [
        (one, "Lifelong Learning Entitlement is not about this kind of award.") for one in ("P-A", "P-B")
    ]


def test_below_level_4_the_rules_refuse_it() -> None:
    low = TOWN.replace("level 4", "level 3")
    found = ask(world(low), "K1", inference=Inference(levels_below=None))
    assert found.front == ()
    assert all("level" in one.text for one in found.refused)
    assert len(found.refused) == 2


def test_without_inference_nothing_is_covered() -> None:
    sure = Inference(via=frozenset({Via.STATED, Via.STANDARD, Via.AWARD}))
    assert ask(world(TOWN), "K1", "K2", inference=sure).front == ()


def test_the_floor_is_that_of_the_rules() -> None:
    scheme = rulebook().schemes[SCHEME]
    known = scheme.values[FIGURE]
    raised = replace(known, series=(replace(known.series[0], value=45),))
    book = RuleBook({SCHEME: replace(scheme, values={**scheme.values, FIGURE: raised})})
    found = ask(world(TOWN), "K1", "K2", book=book)
    assert (found.floor.credits, found.front[0].credits) == (45, 45)
    unknown = replace(known, series=(replace(known.series[0], value=None, why="nobody says"),))
    with pytest.raises(NoSchemeError):
        floor(replace(scheme, values={FIGURE: unknown}), ON)
    with pytest.raises(NoSchemeError):
        ask(world(TOWN), "K1", book=RuleBook({}))


def test_an_empty_gap_is_refused() -> None:
    facts = world(TOWN)
    with pytest.raises(EmptyGapError):
        BundleQuestion(facts, awards(facts), rulebook(), BundleRequest((), ON))


def random_town(seed: int) -> str:
    dice = random.Random(seed)
    needs = [f"K{n}" for n in range(1, dice.randint(2, 5))]
    lines = [f"role OC-A level 4: {' '.join(needs)}"]
    number = 0
    for award in ("Q-A", "Q-B"):
        lines.append(f"award {award} level 4")
        for _ in range(dice.randint(1, 5)):
            number += 1
            taught = ", ".join(
                f"{one} {dice.choice(('stated', 'unit-theme'))}" for one in needs if dice.random() < 0.35
            )
            credits = f" credits {dice.choice((10, 15, 15, 20, 30))}" if dice.random() < 0.85 else ""
            lines.append(f"unit U-{number:02} in {award} level {dice.choice((4, 5))}{credits}: {taught}")
        for provider in ("P-A", "P-B"):
            if dice.random() < 0.6:
                lines.append(f"run {award} at {provider}")
    return "\n".join(lines)


def tried(text: str) -> Iterator[tuple[int, int, str, str, frozenset[str]]]:
    """Every set of units of one award at one provider, read straight off the lines: credits, closed, where, which."""
    rows = [row.strip() for row in text.splitlines()]
    for run in (row.split() for row in rows if row.startswith("run")):
        units = {}
        for row in rows:
            words = row.partition(":")[0].split()
            if row.startswith("unit") and words[3] == run[1] and "credits" in words:
                closes = frozenset(one.split()[0] for one in row.partition(":")[2].split(",") if one.strip())
                units[words[1]] = int(words[words.index("credits") + 1]), closes
        for size in range(1, len(units) + 1):
            for some in combinations(sorted(units), size):
                credits = sum(units[one][0] for one in some)
                closed = frozenset().union(*(units[one][1] for one in some))
                if credits >= 30 and closed:
                    yield credits, -len(closed), run[1], run[3], frozenset(some)


@pytest.mark.parametrize("seed", range(200))
def test_as_trying_every_set_of_units(seed: int) -> None:
    text = random_town(seed)
    facts = world(text)
    found = ask(facts, *sorted(facts.competencies))
    every = list(tried(text))
    values = sorted({one[:2] for one in every})
    front, most = [], 0
    for credits, minus in values:
        if -minus > most:
            front.append((credits, minus))
            most = -minus
    assert [(one.credits, -one.closed) for one in found.front] == front
    assert (None if found.runner_up is None else (found.runner_up.credits, -found.runner_up.closed)) == (
        values[1] if len(values) > 1 else None
    )
    for value in (*found.front, *([found.runner_up] if found.runner_up else [])):
        assert value.more is not None
        if value.more == 0:
            sets = sum(one.sets for one in value.bundles)
            assert sets == sum(one[:2] == (value.credits, -value.closed) for one in every)
    assert found.proven


def test_no_number_of_credits_is_written_into_the_code() -> None:
    code = Path("queries/coverage/bundles.py")
    text = (Path(__file__).parents[2] / code).read_text(encoding="utf-8")
    assert "30" not in text
