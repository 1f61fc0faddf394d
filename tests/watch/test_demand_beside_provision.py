"""Adverts beside what is taught: not taught and not known are never the same; no ratio where one side is missing."""

from typing import Any, Final

import pytest

from queries.coverage.model import INFERRED, Inference, Via
from queries.watch.asked import By, RoleCount, Row, State, Taught, Wanted, Watch, demand
from tests.support.coverage_world import world

FACTS: Final = world("""
    role OC-A level 4: K1 K2 K3
    role OC-B level 4: K3
    role OC-U level 4: K9
    award Q-A level 4 for OC-A
    award Q-U level 4 for OC-U unlisted
    unit U-1 in Q-A level 4 credits 15: K1 stated, K2 unit-theme
    unit U-2 in Q-A level 3 credits 15: K3 stated
    run Q-A at P-A in Dudley DY1 52.5 -2.1 not-dated
    run Q-A at P-B in Walsall WS1 52.6 -2.0 over
""")
CELLS: Final = (
    RoleCount("OC-A", "DY1", "2026-Q4", "exact", 3),
    RoleCount("OC-A", "WS1", "2026-Q4", "part", 2),
    RoleCount("OC-A", "B4", "2026-Q3", "exact", 1),
    RoleCount("OC-A", "not known", "2026-Q3", "exact", 1),
    RoleCount("OC-B", "DY1", "2026-Q4", "fuzzy", 4),
    RoleCount("OC-U", "DY1", "2026-Q4", "exact", 1),
    RoleCount("OC-X", "DY1", "2026-Q4", "exact", 1),
)
WATCH: Final = Watch(State.COUNTED, 20, 0, 28, "2026-11-21", (), CELLS, {})


def shown(row: Row) -> str:
    """A row in one line."""
    sides = " ".join(filter(None, (row.role, row.competency, row.district, row.quarter)))
    line = f"{sides}: {row.adverts} ({row.alike})"
    if (there := row.provision) is None:
        return line
    known = (
        f" {'?' if there.needs_taught is None else there.needs_taught}/{there.needs}" if there.needs is not None else ""
    )
    ratio = f" {row.adverts_per_provider:g} each" if row.adverts_per_provider is not None else ""
    return f"{line} {there.taught} {there.providers}+{there.past}{known}{ratio}"


def lines(*by: By, inference: Inference | None = None, **wanted: Any) -> list[str]:
    return [shown(row) for row in demand(WATCH, Wanted(by=by, **wanted), FACTS, inference)]


def test_by_role() -> None:
    assert lines(By.ROLE, inference=Inference()) == [
        "OC-A: 7 (2) taught 1+1 2/3",
        "OC-B: 4 (4) not-taught 0+0 0/1",
        "OC-U: 1 (0) not-known 0+0 ?/1",
        "OC-X: 1 (0) not-known 0+0",
    ]


def test_by_competency_an_advert_counts_for_each_that_its_role_needs() -> None:
    assert lines(By.COMPETENCY, inference=Inference()) == [
        "K3: 11 (6) not-taught 0+0",
        "K1: 7 (2) taught 1+1 7 each",
        "K2: 7 (2) taught 1+1 7 each",
        "K9: 1 (0) not-known 0+0",
    ]


def test_by_place() -> None:
    assert lines(By.COMPETENCY, By.DISTRICT, inference=Inference(), competencies=("K1",)) == [
        "K1 DY1: 3 (0) taught 1+0 3 each",
        "K1 WS1: 2 (2) past-only 0+1",
        "K1 B4: 1 (0) not-taught 0+0",
        "K1 not known: 1 (0) not-known 0+0",
    ]


def test_what_a_question_does_not_let_in_is_not_taught() -> None:
    stated = Inference(via=frozenset(Via) - INFERRED)
    assert lines(By.COMPETENCY, inference=stated, competencies=("K2",)) == ["K2: 7 (2) not-taught 0+0"]
    assert lines(By.COMPETENCY, inference=Inference(levels_below=1), competencies=("K3",)) == [
        "K3: 11 (6) taught 1+1 11 each"
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"roles": ("OC-B",)}, ["DY1: 4 (4)"]),
        ({"competencies": ("K3",), "districts": ("DY1",)}, ["DY1: 7 (4)"]),
        ({"competencies": ("K1", "K3"), "districts": ("DY1",)}, ["DY1: 7 (4)"]),
        ({"quarters": ("2026-Q3",)}, ["B4: 1 (0)", "not known: 1 (0)"]),
        ({"methods": ("exact", "plain"), "roles": ("OC-A",)}, ["DY1: 3 (0)", "B4: 1 (0)", "not known: 1 (0)"]),
    ],
)
def test_adverts_are_chosen_and_never_counted_twice_in_a_row(wanted: dict[str, Any], expected: list[str]) -> None:
    assert lines(By.DISTRICT, **wanted) == expected


def test_a_run_without_a_place_is_not_known_to_be_elsewhere() -> None:
    facts = world("""
        role OC-A level 4: K1
        award Q-A level 4 for OC-A
        unit U-1 in Q-A level 4 credits 15: K1 stated
        run Q-A at P-A not-dated
    """)
    (here,) = demand(WATCH, Wanted((By.COMPETENCY, By.DISTRICT), districts=("DY1",)), facts, Inference())
    assert here.provision is not None
    assert (here.provision.taught, here.provision.placeless) == (Taught.NOT_KNOWN, 1)
    assert here.provision.why == "a run of it has no place"
    assert here.adverts_per_provider is None
    (anywhere,) = demand(WATCH, Wanted((By.COMPETENCY,), districts=("DY1",)), facts, Inference())
    assert anywhere.provision is not None and anywhere.provision.taught is Taught.TAUGHT
