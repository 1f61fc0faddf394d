"""Random tiny questions, with everything that has fooled an engine before.

Free courses, rules in circles and onto themselves, credits with equal and odd weights, repeated parts, cohorts that
never recur, courses too heavy for the learner, contents nobody delivers, facts nobody gives, jobs that take no weeks.
Half of them limited further: windows to start in, a first week, deliveries barred, caps on sums. All have a milestone.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from queries.pathways.engine.exhaustive import completable, facts_after
from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Cap,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Expression,
    PathwayProblem,
    Rule,
)

FACTS = st.sampled_from([f"f{number}" for number in range(8)])

HORIZON = 12


def _joined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    weighted = st.lists(st.tuples(st.sampled_from([0, 10, 15, 20]), inner), min_size=1, max_size=4).map(tuple)
    return st.one_of(
        parts.map(All),
        parts.map(AnyOf),
        st.builds(AtLeast, st.sampled_from([0, 10, 20, 30, 35]), weighted),
    )


REQUIREMENTS: st.SearchStrategy[Expression] = st.recursive(FACTS, _joined, max_leaves=4)


@st.composite
def loose_questions(draw: st.DrawFn, most_contents: int = 5) -> PathwayProblem:
    """Anything at all: often the goal is held, or out of reach. Shrinks well."""
    number = draw(st.integers(1, most_contents))
    contents, deliveries = [], []
    for content in range(number):
        entry = draw(st.one_of(st.just(All(())), FACTS, REQUIREMENTS))
        adds = draw(st.lists(FACTS, min_size=1, max_size=2).map(tuple))
        contents.append(Content(f"c{content}", "module", entry, adds))
        for mode in range(draw(st.sampled_from([1, 1, 1, 2, 2, 0]))):
            starts = draw(st.none() | st.sets(st.integers(0, HORIZON - 1), min_size=1, max_size=3))
            weeks = draw(st.sampled_from([0, 0, 1, 2, 3, 4]))
            deliveries.append(
                Delivery(
                    f"d{content}{mode}",
                    f"c{content}",
                    cost_pounds=draw(st.sampled_from([0, 0, 100, 250, 300])),
                    weeks=weeks,
                    hours_per_week=draw(st.sampled_from([0, 5, 10, 12, 25])) if weeks else 0,
                    starts=None if starts is None else tuple(sorted(starts)),
                    travel_hours=draw(st.sampled_from([0, 0, 2, 5])),
                )
            )
    rules = draw(st.lists(st.tuples(REQUIREMENTS, st.lists(FACTS, min_size=1, max_size=2)), max_size=4))
    free = (Rule(f"r{n}", "implies", condition, tuple(then)) for n, (condition, then) in enumerate(rules))
    some = PathwayProblem(
        Catalogue(tuple(contents), tuple(deliveries), tuple(free)),
        held=draw(st.frozensets(FACTS, max_size=1)),
        goal=draw(REQUIREMENTS),
        hours_cap=20,
        horizon=HORIZON,
        milestone=draw(FACTS),
    )
    return limited(some, draw(st.integers(0, 2**31 - 1))) if draw(st.booleans()) else some


def limited(problem: PathwayProblem, seed: int) -> PathwayProblem:
    """The question with some of: windows, a first week, barred deliveries and caps."""
    random = Random(f"limits {seed}")

    def windowed(one: Delivery) -> Delivery:
        if one.starts is not None or random.random() < 0.5:
            return one
        opens = random.randint(0, 5)
        return replace(one, opens=opens, closes=random.choice([None, opens, opens + 3, opens - 1]))

    deliveries = tuple(windowed(one) for one in problem.deliveries)
    ids = [one.id for one in deliveries]
    total = sum(one.cost_pounds for one in deliveries)
    caps = [
        Cap("budget", Criterion.COST, random.randint(0, total)),
        Cap("travel", Criterion.TRAVEL, random.randint(0, 10)),
        Cap("steps", Criterion.STEPS, random.randint(1, 5)),
        Cap("study", Criterion.STUDY_WEEKS, random.randint(3, HORIZON)),
        Cap("once", dict.fromkeys(random.sample(ids, min(3, len(ids))), 1), 1),
    ]
    return replace(
        problem.with_catalogue(deliveries=deliveries),
        not_before=random.choice([0, 0, 0, 1, 3]),
        barred=frozenset(random.sample(ids, 1) if ids and random.random() < 0.25 else ()),
        caps=tuple(random.sample(caps, random.choice([0, 0, 1, 1, 2]))),
    )


def layered_question(seed: int, most_contents: int = 6) -> PathwayProblem:
    """A question with structure: later contents ask for earlier facts, and the goal wants several things at once."""
    random = Random(seed)
    number = random.randint(min(3, most_contents), most_contents)
    facts = [f"f{position}" for position in range(number + 2)]

    def asked(among: list[str], depth: int = 2) -> Expression:
        if depth == 0 or random.random() < 0.35:
            return random.choice(among)
        parts = tuple(asked(among, depth - 1) for _ in range(random.randint(2, 4)))
        kind = random.random()
        if kind < 0.35:
            return All(parts[:2])
        if kind < 0.6:
            return AnyOf(parts[:2])
        weighted = tuple((random.choice([10, 15, 20]), part) for part in parts)
        total = sum(weight for weight, _ in weighted)
        return AtLeast(random.randint(total // 3, total), weighted)

    contents, deliveries = [], []
    for content in range(number):
        earlier = facts[: content + 2]
        entry = All(()) if random.random() < 0.4 else asked(earlier)
        adds = {facts[content + 1], random.choice(facts)} if random.random() < 0.5 else {facts[content + 1]}
        contents.append(Content(f"c{content}", "module", entry, tuple(sorted(adds))))
        for mode in range(random.choice([1, 1, 2])):
            weeks = range(random.randint(0, 3), HORIZON, random.choice([2, 3, 5, 40]))
            starts = None if random.random() < 0.3 else tuple(weeks)
            pounds = random.choice([0, 0, 100, 100, 250, 300])
            length = random.choice([0, 1, 2, 3, 4])
            hours = random.choice([0, 5, 10, 10, 12, 20, 25]) if length else 0
            travel = random.choice([0, 0, 1, 3, 6])
            deliveries.append(Delivery(f"d{content}{mode}", f"c{content}", pounds, length, hours, starts, travel))
    rules = [
        Rule(f"r{position}", "implies", asked(facts), (random.choice(facts[1:]),))
        for position in range(random.choice([0, 1, 2, 3]))
    ]
    held = frozenset(random.sample(facts[:2], 1))
    some = PathwayProblem(Catalogue(tuple(contents), tuple(deliveries), tuple(rules)), held, All(()), 20, HORIZON)
    everything = facts_after(some, completable(some, (one.id for one in contents)))
    new = sorted(everything - facts_after(some, ()))
    among = new if len(new) > 1 and random.random() < 0.9 else facts
    goal = All((random.choice(among), asked(among), asked(among)))
    asks = replace(some, goal=goal, milestone=random.choice(among))
    return limited(asks, seed) if seed % 2 else asks


def questions(most_contents: int = 6) -> st.SearchStrategy[PathwayProblem]:
    """Mostly layered questions, and some that are anything at all."""
    layered = st.integers(0, 2**31 - 1).map(lambda seed: layered_question(seed, most_contents))
    return st.one_of(layered, layered, layered, loose_questions(most_contents))
