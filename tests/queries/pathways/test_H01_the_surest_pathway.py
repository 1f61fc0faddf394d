"""Eligibility inside the search, against trying everything: what is open when, what it costs, what cannot be told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.projection import Projection, Step
from queries.eligibility.rulebook import RuleBook
from queries.pathways.asked import Asked, ask
from queries.pathways.compile import Catalogues
from queries.pathways.engine.exhaustive import best_dated
from queries.pathways.engine.planner import ExactPlanner
from queries.pathways.engine.problem import Criterion, Limits, PlannerResult
from queries.pathways.engine.replay import replay
from queries.pathways.request import PathwayRequest
from queries.pathways.sure import SurePlanner, cannot_be_told, under_steps
from tests.queries.pathways.people import GOAL, ON, Everything, Tried, book, rule, study, world

HORIZON = 5
NINETEEN_IN_WEEK_2 = (ON + timedelta(days=14)).replace(year=ON.year - 19).isoformat()
ENTRIES = (
    "none",
    "attribute(age >= 19)",
    "attribute(age <= 18)",
    "attribute(employment = employed)",
    "any(attribute(age <= 18), all(attribute(age >= 19), attribute(named-group = yes)))",
    "any(holds(Q-0), attribute(relevant-work = yes))",
    "usually(any(level(3), attribute(relevant-work = yes)), by=provider)",
    "all(attribute(age >= 18), usually(holds(Q-1), by=provider))",
    "any(holds(Q-1), attribute(age >= 19))",
)
FACTS = {
    "age": ("18", "19"),
    "born": (NINETEEN_IN_WEEK_2,),
    "employment": ("employed", "unemployed"),
    "relevant-work": ("yes", "no"),
    "named-group": ("yes", "no"),
    "willing-to-borrow": ("yes", "no"),
}
RULES = (
    rule("age", "entry", "attribute(age >= 19)"),
    rule("work", "entry", "attribute(employment = employed)", ON + timedelta(days=15), before="yes"),
    rule("profile", "entry", "usually(holds(Q-0), by=provider)"),
    rule("free", "payment", "attribute(employment = unemployed)", pays="{learner: 0}"),
    rule("cheap", "payment", "attribute(age >= 19)", ON + timedelta(days=15), pays="{learner: 100}"),
    rule("loan", "payment", "none", pays="{learner: 0, loan: 200}"),
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the schemes of small worlds are written."""
    with TemporaryDirectory() as name:
        yield Path(name)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[tuple[Step, ...], tuple[str, ...], tuple[tuple[str, str], ...], bool]:
    """Three or four steps, rules of a scheme, facts of a person, and whether they hold a level."""
    kinds = st.sampled_from(("PT-HNC", "PT-BOOTCAMP"))
    costs = st.sampled_from((0, 50, 300))
    lengths = st.integers(1, 2)
    gives = (("award:Q-0",), ("award:Q-1", "level:3"), (f"award:{GOAL}",))
    last = st.sampled_from(("holds(Q-0)", "holds(Q-1)", "any(holds(Q-0), attribute(relevant-work = yes))", "level(3)"))
    steps = [
        study(f"S-{n}", draw(st.sampled_from(ENTRIES)), given, draw(lengths), draw(costs), draw(kinds))
        for n, given in enumerate(gives[:2])
    ]
    steps.append(study("S-2", draw(st.one_of(last, st.sampled_from(ENTRIES))), gives[2], 1, draw(costs), draw(kinds)))
    if draw(st.booleans()):
        steps.append(study("S-3", draw(last), gives[2], draw(lengths), draw(costs), draw(kinds)))
    rules = tuple(one for one in RULES if draw(st.booleans()))
    facts = [(name, draw(st.sampled_from(values))) for name, values in FACTS.items() if draw(st.booleans())]
    if any("any(holds(Q-1)" in step.requirement for step in steps):
        facts.append(("born", NINETEEN_IN_WEEK_2))
    names = {name for name, _ in facts}
    known = tuple(dict.fromkeys((name, value) for name, value in facts if name != "age" or "born" not in names))
    return tuple(steps), rules, known, draw(st.booleans())


def asked(projection: Projection, rules: RuleBook, **given: Any) -> Asked:
    """A question to a small world."""
    request = PathwayRequest(to=(GOAL,), on=ON, within_weeks=HORIZON, **given)
    return ask(Catalogues(projection, rules), request, measured=True)


def solve(question: Asked) -> tuple[PlannerResult, Tried | None]:
    """The planner's answer, and the pathway as a tried one."""
    planner = SurePlanner(ExactPlanner(), question.catalogue)
    result = planner.solve(question.problem, question.request.by, Limits())
    if result.plan is None:
        return result, None
    trace = under_steps(replay(question.problem, result.plan), question.catalogue)
    steps = tuple((one.content.id, one.start_week or 0) for one in trace.steps)
    assert trace.finish_week is not None
    unsure = len(cannot_be_told(trace, question.catalogue))
    return result, Tried(tuple(sorted(steps)), trace.finish_week, trace.cost_pounds, unsure)


@pytest.mark.parametrize("by", [Criterion.WEEKS, Criterion.COST, Criterion.STEPS])
@settings(max_examples=120, deadline=None)
@given(given=worlds())
def test_the_best_pathway_is_open_at_each_start_and_the_surest_of_equals(
    folder: Path, by: Criterion, given: tuple[tuple[Step, ...], tuple[str, ...], tuple[tuple[str, str], ...], bool]
) -> None:
    steps, rules, facts, level = given
    projection, schemes = world(*steps), book(folder, *rules)
    holds = ("level:2",) if level else ()
    question = asked(projection, schemes, by=by, attributes=facts, holds=holds)
    result, found = solve(question)
    held = question.person.facts
    tried = {one.steps: one for one in Everything(projection, schemes, dict(facts), held, HORIZON).pathways()}
    if found is None:
        assert not tried
        return
    assert result.proven
    mine = tried[tuple(sorted(found.steps, key=lambda one: (one[1], one[0])))]
    assert (mine.finish, mine.pounds, mine.unsure) == (found.finish, found.pounds, found.unsure)
    least = min((one.value(by) or 0, one.unsure) for one in tried.values())
    assert (found.value(by), found.unsure) == least


@settings(max_examples=60, deadline=None)
@given(given=worlds())
def test_confirmed_only_takes_no_step_that_cannot_be_told(
    folder: Path, given: tuple[tuple[Step, ...], tuple[str, ...], tuple[tuple[str, str], ...], bool]
) -> None:
    steps, rules, facts, _ = given
    projection, schemes = world(*steps), book(folder, *rules)
    _, found = solve(asked(projection, schemes, attributes=facts, confirmed_only=True))
    tried = Everything(projection, schemes, dict(facts), frozenset(), HORIZON).pathways()
    sure = [one for one in tried if not one.unsure]
    assert (found.finish if found else None) == min((one.finish for one in sure), default=None)
    assert found is None or not found.unsure


@settings(max_examples=60, deadline=None)
@given(given=worlds())
def test_the_engines_own_oracle_agrees_on_how_few_can_be_unsure(
    folder: Path, given: tuple[tuple[Step, ...], tuple[str, ...], tuple[tuple[str, str], ...], bool]
) -> None:
    steps, rules, facts, _ = given
    facts = tuple((name, value) for name, value in facts if name != "age")
    born = (("born", NINETEEN_IN_WEEK_2),)
    question = asked(world(*steps), book(folder, *rules), attributes=dict(facts + born).items())
    result, found = solve(question)
    planner = SurePlanner(ExactPlanner(), question.catalogue)
    _, score = best_dated(question.problem, Criterion.WEEKS)
    assert (found.finish if found else None) == (score[0] if score else None)
    for few in range(found.unsure if found else 0):
        fewer = best_dated(planner.with_few(question.problem, Criterion.WEEKS, result, few), Criterion.WEEKS)[1]
        assert fewer is None or (result.value is not None and fewer[0] > result.value)
