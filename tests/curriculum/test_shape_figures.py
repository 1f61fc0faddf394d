"""The figures of a curriculum's shape: the published examples, another reckoning on random graphs, and brute force."""

from __future__ import annotations

import random
from itertools import combinations

import networkx as nx
import pytest

from graph.projection import Source, Status, UnitFacts
from graph.requirements import AllOf, AnyOf, AtLeast, CreditsFrom, Holds, Requirement, parse
from queries.coverage.shape import Curriculum, Structure

SOURCE = Source("U", "https://example.org/units", "2026-01-01", Status.PUBLISHED)


def unit(id: str, award: str = "Q", credits: int | None = 15) -> UnitFacts:
    return UnitFacts(id, f"Title of {id}", award, 4, credits, "core", SOURCE)


def structure(rules: dict[str, str | None]) -> Structure:
    """A curriculum of units with their rules as text; `a b` asks for both, None is not known."""
    written = {id: parse(rule) if rule is not None else None for id, rule in rules.items()}
    return Structure(Curriculum({id: unit(id) for id in rules}, written, awards={"Q": ()}))


def graph_of(lines: nx.DiGraph[str]) -> Structure:
    rules = {id: ", ".join(f"holds({one})" for one in lines.predecessors(id)) for id in lines}
    return structure({id: f"all({asked})" if asked else "none" for id, asked in rules.items()})


def figures(one: Structure) -> dict[str, tuple[int, int | None, int | None, int | None]]:
    """Of each unit: blocking, delay, the longest row by the wider reading, centrality."""
    may = one.may()
    return {id: (len(one.blocks[id]), one.delay(id), may[id][1], may[id][2]) for id in one.units}


def test_two_curricula_of_four_units_as_the_framework_works_them() -> None:
    # Worked by hand from the definitions; the pictures of the framework's documentation have these two graphs.
    spread = graph_of(nx.DiGraph([("v1", "v2"), ("v1", "v3"), ("v2", "v4")]))
    assert figures(spread) == {"v1": (3, 3, 3, 0), "v2": (1, 3, 3, 3), "v3": (0, 2, 2, 0), "v4": (0, 3, 3, 0)}
    narrow = graph_of(nx.DiGraph([("v1", "v3"), ("v2", "v3"), ("v3", "v4")]))
    assert figures(narrow) == {"v1": (2, 3, 3, 0), "v2": (2, 3, 3, 0), "v3": (1, 3, 3, 6), "v4": (0, 3, 3, 0)}
    sums = [sum(blocking + (delay or 0) for blocking, delay, *_ in figures(one).values()) for one in (spread, narrow)]
    assert sums == [4 + 11, 5 + 12]


@pytest.mark.parametrize("seed", range(250))
def test_where_all_is_asked_the_figures_are_the_published_ones(seed: int) -> None:
    chance = random.Random(seed)
    ids = [f"u{number}" for number in range(chance.randint(1, 9))]
    lines: nx.DiGraph[str] = nx.DiGraph()
    lines.add_nodes_from(ids)
    density = chance.random() * 0.6
    lines.add_edges_from((one, two) for one, two in combinations(ids, 2) if chance.random() < density)
    rows = [
        row
        for start in ids
        for end in ids
        if lines.in_degree(start) == 0 and lines.out_degree(end) == 0
        for row in ([[start]] if start == end else nx.all_simple_paths(lines, start, end))
    ]
    expected = {
        id: (
            len(nx.descendants(lines, id)),
            max(len(row) for row in rows if id in row),
            max(len(row) for row in rows if id in row),
            sum(len(row) for row in rows if id in row[1:-1]),
        )
        for id in ids
    }
    found = graph_of(lines)
    assert figures(found) == expected
    assert not found.choice
    kept = nx.transitive_reduction(lines)
    redundant = {(two, one) for one, two in lines.edges if not kept.has_edge(one, two)}
    assert {fault.units for fault in found.faults() if fault.kind == "redundant"} == redundant


def random_rule(chance: random.Random, ids: list[str], deep: int = 2) -> Requirement:
    if deep == 0 or chance.random() < 0.4:
        if chance.random() < 0.15:
            return CreditsFrom(chance.choice((15, 30, 40)), "Q")
        return Holds(chance.choice(ids))
    parts = tuple(random_rule(chance, ids, deep - 1) for _ in range(chance.randint(1, 3)))
    match chance.randint(0, 2):
        case 0:
            return AllOf(parts)
        case 1:
            return AnyOf(parts)
        case _:
            return AtLeast(chance.randint(1, len(parts)), parts)


def holds(rule: Requirement | None, had: frozenset[str], credits: dict[str, int]) -> bool:
    """Written apart from the code under test."""
    match rule:
        case None:
            return True
        case Holds(id):
            return id in had
        case AllOf(parts):
            return all(holds(part, had, credits) for part in parts)
        case AnyOf(parts):
            return any(holds(part, had, credits) for part in parts)
        case AtLeast(count, parts):
            return sum(holds(part, had, credits) for part in parts) >= count
        case CreditsFrom(wanted):
            return sum(credits[id] for id in had) >= wanted
    raise AssertionError(rule)


def legal_orders(rules: dict[str, Requirement | None], credits: dict[str, int]) -> dict[frozenset[str], int]:
    """Every set of units that somebody can come to hold, with the fewest terms in which they can be taken."""
    fewest = {frozenset[str](): 0}
    waiting = [frozenset[str]()]
    while waiting:
        had = waiting.pop(0)
        ready = [id for id, rule in rules.items() if id not in had and holds(rule, had, credits)]
        for size in range(1, len(ready) + 1):
            for some in combinations(ready, size):
                if (more := had.union(some)) not in fewest:
                    fewest[more] = fewest[had] + 1
                    waiting.append(more)
    return fewest


@pytest.mark.parametrize("seed", range(250))
def test_where_there_is_a_choice_needed_is_exact(seed: int) -> None:
    chance = random.Random(1000 + seed)
    ids = [f"u{number}" for number in range(chance.randint(2, 6))]
    rules = {id: random_rule(chance, ids) if chance.random() < 0.7 else None for id in ids}
    credits = {id: chance.choice((10, 15, 20)) for id in ids}
    enough = {id: sum(credits.values()) >= 40 for id in ids}
    if not all(enough.values()):
        rules = {
            id: None if rule is not None and "credits" in repr(rule).lower() else rule for id, rule in rules.items()
        }
    found = Structure(Curriculum({id: unit(id, credits=credits[id]) for id in ids}, rules, awards={"Q": ()}))
    states = legal_orders(rules, credits)
    within = {id for id in ids if any(id in state for state in states)}
    assert set(found.depth) == within
    for id in within:
        assert found.depth[id] == min(terms for state, terms in states.items() if id in state)
        before = frozenset.intersection(*(state for state in states if id in state)) - {id}
        assert {one for one in ids if id in found.blocks[one]} == before
        assert all(id in found.may()[one][0] for one in before), "what is needed may block, too"
        row = found.may()[id][1]
        assert row is None or (found.delay(id) or 0) <= row
    ways = {id: found.ways(rule) for id, rule in found.full.items()}
    for id, rule in rules.items():
        if rule is None or "Credits" in repr(rule):
            continue
        meeting = [frozenset(some) for size in range(len(ids) + 1) for some in combinations(ids, size)]
        meeting = [some for some in meeting if holds(rule, some, credits)]
        least = {some for some in meeting if not any(other < some for other in meeting)}
        assert {*(ways[id] or ())} == least


def test_a_choice_is_needed_by_nobody_and_may_block() -> None:
    found = structure({"a": None, "b": None, "c": "any(holds(a), holds(b))", "d": "holds(c)"})
    assert found.blocks == {"a": (), "b": (), "c": ("d",), "d": ()}
    assert {id: sorted(may[0]) for id, may in found.may().items()} == {
        "a": ["c", "d"],
        "b": ["c", "d"],
        "c": ["d"],
        "d": [],
    }
    assert found.choice
    assert [found.delay(id) for id in "abcd"] == [1, 1, 3, 3], "nobody need take a: the row through it is a alone"
    assert [found.may()[id][1] for id in "abcd"] == [3, 3, 3, 3]


def test_what_lies_outside_asks_for_no_unit() -> None:
    found = structure({"a": None, "b": "any(holds(a), works_as(OC-A))", "c": "all(holds(a), attribute(age >= 18))"})
    assert found.blocks["a"] == ("c",)
    assert found.may()["a"][0] == {"b", "c"}


def test_what_somebody_usually_expects_is_no_bar() -> None:
    found = structure({"a": None, "b": "usually(holds(a), by=provider)"})
    assert found.blocks["a"] == ()
    assert found.may()["a"][0] == {"b"}


def test_a_ring_is_a_fault_and_so_is_what_waits_behind_it() -> None:
    found = structure({"a": "holds(b)", "b": "holds(a)", "c": "holds(a)", "d": None, "e": "holds(e)"})
    told = {(fault.kind, fault.units) for fault in found.faults()}
    assert told == {("circular", ("a", "b")), ("circular", ("e",)), ("behind-circular", ("c",))}
    assert found.depth == {"d": 1}


def test_a_ring_with_a_way_round_is_no_fault_and_has_no_longest_row() -> None:
    found = structure({"a": "any(holds(b), holds(c))", "b": "any(holds(a), holds(c))", "c": None})
    assert {fault.kind for fault in found.faults()} == {"never-needed"}, "whoever has b has c"
    assert found.may()["a"] == (frozenset("b"), None, None)
    assert [found.delay(id) for id in "abc"] == [2, 2, 2]


def test_what_other_rules_imply_is_redundant_and_a_choice_that_brings_another_is_never_needed() -> None:
    found = structure({"a": None, "b": "holds(a)", "c": "all(holds(a), holds(b))", "d": "any(holds(a), holds(c))"})
    assert [(fault.kind, fault.units, fault.text) for fault in found.faults()] == [
        (
            "redundant",
            ("c", "a"),
            "Title of c need not ask for Title of a held: what else it asks cannot be had without.",
        ),
        (
            "never-needed",
            ("d", "c"),
            "In what Title of d asks nobody needs the choice of Title of c held: whoever has it has another of the"
            " choices too.",
        ),
    ]


def test_a_rule_that_says_a_thing_twice_is_told_once() -> None:
    found = structure({"a": None, "b": "all(holds(a), holds(a))"})
    assert [fault.text for fault in found.faults()] == ["Title of b asks twice for Title of a held."]


def test_credits_of_some_units_need_none_of_them_until_all_are_needed() -> None:
    first = {f"a{number}": unit(f"a{number}", "A") for number in range(4)}
    later = {"b": unit("b", "B")}
    for asked, needed in ((45, set()), (60, set(first))):
        stage = {"B": CreditsFrom(asked, "A", 4)}
        rules = dict.fromkeys([*first, *later])
        found = Structure(Curriculum(first | later, rules, stage, {"A": (), "B": ()}))
        assert found.needed_before(stage["B"]) == needed
        assert found.relevant(stage["B"]) == set(first)
        assert found.depth["b"] == 2


def test_a_unit_too_small_to_tip_the_scales_is_part_of_no_way() -> None:
    units = {"big": unit("big", "A", 10), "small": unit("small", "A", 5), "b": unit("b", "B")}
    stage = {"B": CreditsFrom(10, "A")}
    found = Structure(Curriculum(units, dict.fromkeys(units), stage, {"A": (), "B": ()}))
    assert found.needed_before(stage["B"]) == {"big"}
    assert found.relevant(stage["B"]) == {"big"}


def test_units_whose_credits_are_not_known_are_never_said_to_be_needed() -> None:
    units = {"a": unit("a", "A", None), "c": unit("c", "A", 15), "b": unit("b", "B")}
    stage = {"B": CreditsFrom(30, "A")}
    found = Structure(Curriculum(units, dict.fromkeys(units), stage, {"A": (), "B": ()}))
    assert found.needed_before(stage["B"]) == set()
    assert not found.settled(stage["B"])
    assert found.depth["b"] == 2


def test_an_award_is_needed_whole() -> None:
    units = {id: unit(id, "A") for id in ("a", "b", "c")} | {"d": unit("d", "B")}
    rules = {"A": (parse("holds(a)"), parse("credits(30, from=A)"))}
    found = Structure(Curriculum(units, dict.fromkeys(units), {"B": Holds("A")}, {**rules, "B": ()}))
    assert found.needed_for("A") == {"a"}
    assert found.blocks["a"] == ("d",)
    assert found.needed_for("B") == set(), "nobody knows what it takes"
