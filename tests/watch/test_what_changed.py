"""What changed between two releases, told of two small worlds."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from queries.coverage.model import CoverageFacts, Inference, Via
from queries.watch.changes import Became, Changes, Known, changes
from queries.watch.figures import Figure
from queries.watch.needs import StatedNeed
from tests.support.coverage_world import source, world
from tests.support.needs_world import need

ALL = Inference()
BASE = """
    role OC-A level 4: K1 K2
    award Q-A level 4 for OC-A
    unit U-1 in Q-A level 4: K1 stated
    run Q-A at P-A not-dated
"""


def known(lines: str, *needs: StatedNeed, figures: tuple[Figure, ...] = ()) -> Known:
    return Known(world(lines), needs, figures)


def told(found: Changes) -> list[str]:
    """Everything that changed, a line each."""
    said = [f"{one.competency.id} {one.became}: {one.before} -> {one.after}" for one in found.findings]
    said += [f"{one.need.id} {one.became}: {one.before} -> {one.after}" for one in found.needs]
    said += [f"{one.unit.id} {one.became}" for one in found.units]
    for standard in found.standards:
        for one in standard.statements:
            was, now = (two.label if two else "-" for two in (one.before, one.after))
            said.append(f"{standard.standard} {(one.after or one.before or fail()).code}: {was} -> {now}")
    said += [f"{one.unit.id} short of {one.revised.after.id if one.revised.after else '-'}" for one in found.short]
    said += [f"{one.id} surplus" for one in found.surplus]
    return said + [f"{one.figure.id} {one.became}: {one.before} -> {one.after}" for one in found.figures]


def fail() -> None:
    raise AssertionError("a statement that was not and is not")


def test_the_same_release_has_no_changes() -> None:
    both = known(BASE, need(roles="OC-A"))
    assert told(changes(both, both, ALL)) == []


def test_a_unit_that_closes_a_gap() -> None:
    after = known(BASE + "\n unit U-2 in Q-A level 4: K2 stated \n run Q-A at P-B", need(roles="OC-A"))
    assert told(changes(known(BASE, need(roles="OC-A")), after, ALL)) == [
        "K2 better: not-taught -> whole-only",
        "NE-1 better: not-taught -> seats-not-known",
        "U-2 new",
    ]


def test_a_unit_that_is_gone_opens_one() -> None:
    before = known(BASE + "\n unit U-2 in Q-A level 4: K2 stated", need(roles="OC-A"))
    assert told(changes(before, known(BASE, need(roles="OC-A")), ALL)) == [
        "K2 worse: whole-only -> not-taught",
        "NE-1 worse: no-start-known -> not-taught",
        "U-2 gone",
    ]


def test_needs_that_are_new_and_gone() -> None:
    before, after = known(BASE, need("NE-1", roles="OC-A")), known(BASE, need("NE-2", competencies="K1"))
    assert told(changes(before, after, ALL)) == ["NE-1 gone: not-taught -> None", "NE-2 new: None -> no-start-known"]


def _revised(old: CoverageFacts, new: str, *, of: str, label: str) -> CoverageFacts:
    """The same world, where the statement `of` stands under its number with another id and wording."""
    facts = world(new)
    one = replace(facts.competencies[label], code=of)
    return replace(facts, competencies={**facts.competencies, label: one})


def test_a_standard_is_revised_and_a_unit_is_short_and_another_surplus() -> None:
    """K2 becomes K2b: U-2 taught only that, and U-3 teaches the new one as well."""
    before = world("""
        role OC-A level 4: K1 K2
        unit U-1 in Q-A level 4: K1 stated
        unit U-2 in Q-A level 4: K2 stated
        unit U-3 in Q-A level 4: K2 stated
    """)
    after = _revised(
        before,
        """
        role OC-A level 4: K1 K2b
        unit U-1 in Q-A level 4: K1 stated
        unit U-2 in Q-A level 4:
        unit U-3 in Q-A level 4: K2b stated
        """,
        of="K2",
        label="K2b",
    )
    assert told(changes(Known(before, (), ()), Known(after, (), ()), ALL)) == [
        "K2 gone: no-provider -> None",
        "K2b new: None -> no-provider",
        "ST-TEST K2: K2 -> K2b",
        "U-2 short of K2b",
        "U-2 surplus",
    ]


def test_statements_that_are_new_and_gone_in_a_standard() -> None:
    before, after = world("role OC-A level 4: K1 K2"), world("role OC-A level 4: K1 K10 K9")
    found = changes(Known(before, (), ()), Known(after, (), ()), ALL)
    lines = [line for line in told(found) if line.startswith("ST-TEST")]
    assert lines == ["ST-TEST K2: K2 -> -", "ST-TEST K9: - -> K9", "ST-TEST K10: - -> K10"]


def test_inference_that_is_off_counts_for_nothing() -> None:
    after = known(BASE + "\n unit U-2 in Q-A level 4: K2 unit-theme")
    published = replace(ALL, via=frozenset({Via.STATED}))
    assert "K2 better: not-taught -> whole-only" in told(changes(known(BASE), after, ALL))
    assert told(changes(known(BASE), after, published)) == ["U-2 new"]


def test_placeholders_are_no_units() -> None:
    after = known(BASE + "\n unit U-2 in Q-A level 4 illustrative: K2 stated")
    assert told(changes(known(BASE), after, ALL)) == []
    assert told(changes(known(BASE), after, replace(ALL, placeholders=True)))


def _figure(id: str, value: str) -> Figure:
    return Figure(id, "jobs", value, None, None, "jobs", "UK", "2025", "somebody", None, None, source(id))


def test_figures_that_say_something_else() -> None:
    before = known(BASE, figures=(_figure("DF-1", "9"), _figure("DF-2", "5"), _figure("DF-3", "1")))
    after = known(BASE, figures=(_figure("DF-1", "10"), _figure("DF-3", "1"), _figure("DF-4", "7")))
    lines = ["DF-1 revised: 9 -> 10", "DF-2 gone: 5 -> None", "DF-4 new: None -> 7"]
    assert told(changes(before, after, ALL)) == lines


LINES = [
    "unit U-2 in Q-A level 4: K2 stated",
    "unit U-3 in Q-B level 2: K1 stated, K2 unit-theme",
    "run Q-A at P-B",
    "run Q-B at P-C over",
    "award Q-C level 4 for OC-A unlisted",
]
OPPOSITE = {Became.BETTER: Became.WORSE, Became.WORSE: Became.BETTER, Became.NEW: Became.GONE, Became.GONE: Became.NEW}


@given(st.sets(st.sampled_from(LINES)), st.sets(st.sampled_from(LINES)))
def test_backwards_everything_is_the_other_way_round(first: set[str], second: set[str]) -> None:
    one, other = (known("\n".join([BASE, *sorted(some)]), need(roles="OC-A")) for some in (first, second))
    there, back = changes(one, other, ALL), changes(other, one, ALL)
    ways = {(x.competency.id, x.before, x.after, x.became) for x in there.findings}
    assert ways == {(x.competency.id, x.after, x.before, OPPOSITE[x.became]) for x in back.findings}
    units = {(x.unit.id, x.became) for x in there.units}
    assert units == {(x.unit.id, OPPOSITE[x.became]) for x in back.units}
    assert {x.need.id for x in there.needs} == {x.need.id for x in back.needs}
