"""What is missing, whose it is, and what it would open: on the town, where one can count by hand."""

from datetime import date
from pathlib import Path

import pytest

from graph.projector import project
from graph.store import GraphStore, Quad
from loaders.runner import load_all
from ontology.namespaces import SW
from queries.incomplete import KINDS, Missing, Report, closure, report
from queries.pathways.asked import ask
from queries.pathways.compile import Catalogues
from queries.pathways.engine.planner import reachable_facts
from queries.pathways.request import PathwayRequest

TOWN = Path(__file__).parents[1] / "samples/datasets/small-town"
TODAY = date(2026, 11, 22)


def town() -> list[Quad]:
    (loaded,) = load_all([TOWN], include_illustrative=True, today=TODAY)
    return loaded.quads


def reported(quads: list[Quad], on: date = TODAY, dataset: str | None = None) -> dict[str, Missing]:
    store = GraphStore.in_memory(quads)
    found: Report = report(store, Catalogues(project(store)), on, dataset)
    return {one.kind.code: one for one in found.missing}


def without(quads: list[Quad], predicate: str) -> list[Quad]:
    """The same, when nothing says this property."""
    return [quad for quad in quads if quad[1] != SW[predicate]]


@pytest.fixture(scope="module")
def found() -> dict[str, Missing]:
    return reported(town())


def test_every_kind_is_told(found: dict[str, Missing]) -> None:
    assert list(found) == [kind.code for kind in KINDS]


@pytest.mark.parametrize("predicate, code", [("learnerCost", "run-price"), ("durationWeeks", "run-length")])
def test_a_property_that_nothing_says_is_missing_everywhere(predicate: str, code: str) -> None:
    one = reported(without(town(), predicate))[code]
    assert one.missing == one.of > 0
    assert [(source.id, source.missing, source.of) for source in one.by_source] == [("small-town", one.of, one.of)]
    assert sum(provider.missing for provider in one.by_provider) == one.of


def test_a_run_is_over_on_the_day_after_its_last_start(found: dict[str, Missing]) -> None:
    quads = [quad for quad in town() if quad[1] != SW.startDate]
    run = next(s for s, p, o, _ in quads if o == SW.Delivery)
    start = next(quad for quad in town() if quad[1] == SW.startDate and len(str(quad[2])) == 10)
    with_start = [*quads, (run, SW.startDate, start[2], start[3])]
    day = date.fromisoformat(str(start[2]))
    assert reported(with_start, day)["run-over"].missing == 0
    assert reported(with_start, date.fromordinal(day.toordinal() + 1))["run-over"].missing == 1


def test_a_flexible_start_is_neither_missing_nor_over() -> None:
    from rdflib import XSD, Literal

    quads = town()
    runs = {s: g for s, _, o, g in quads if o == SW.Delivery}
    flexible = [(run, SW.flexibleStart, Literal("true", datatype=XSD.boolean), graph) for run, graph in runs.items()]
    told = reported([*quads, *flexible], date(2030, 1, 1))
    assert (told["run-start"].missing, told["run-over"].missing) == (0, 0)


def test_lengths_open_what_only_their_lack_closes() -> None:
    """Without any length nothing can be planned with every length known; filled in, all is that was before."""
    before = {
        name for opened in reported(without(town(), "durationWeeks"))["award-length"].opens for name in opened.awards
    }
    store = GraphStore.in_memory(town())
    asked = ask(Catalogues(project(store)), PathwayRequest(on=TODAY), measured=False)
    reached = {fact.removeprefix("award:") for fact in reachable_facts(asked.problem) if fact.startswith("award:")}
    assert {id for id, _ in before} == reached & {step.id for step in project(store).steps}
    assert before


def test_a_step_alone_opens_no_more_than_all_together(found: dict[str, Missing]) -> None:
    for one in found.values():
        whole = {opened.holds: {*opened.roles, *opened.awards} for opened in one.opens}
        for alone in one.alone:
            assert alone.things > 0
            for opened in alone.opens:
                assert {*opened.roles, *opened.awards} <= whole[opened.holds]


def test_another_dataset_has_nothing_missing(found: dict[str, Missing]) -> None:
    assert all(one.of == 0 for one in reported(town(), dataset="elsewhere").values())
    assert any(one.of for one in found.values())


@pytest.mark.parametrize("holds", [(), ("level:2",), ("level:3",)])
def test_within_reach_means_what_the_planner_means(holds: tuple[str, ...]) -> None:
    asked = ask(Catalogues(project(GraphStore.in_memory(town()))), PathwayRequest(holds=holds, on=TODAY), measured=True)
    problem = asked.problem
    usable = {one.content for one in problem.deliveries if one.id not in problem.barred}
    own = closure(problem.catalogue, problem.held, usable)
    theirs = reachable_facts(problem)
    assert own & theirs == theirs
    assert not {fact for fact in own - theirs if fact.startswith(("award:", "works-as:"))}
