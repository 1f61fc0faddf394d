"""Smallest change and bundles on what is shipped: what a designer in Dudley is told, and competency question 14."""

import csv
from datetime import date
from pathlib import Path

import pytest

from api.dependencies import ReleaseHolder, Services
from ontology.resources import ROOT
from queries.coverage.board import Slice
from queries.coverage.bundles import BundleQuestion, BundleRequest, Bundles
from queries.coverage.change import Change, ChangeRequest, Question, Why
from queries.coverage.cover import solve_all
from queries.coverage.gap import Grain, gap_of, named
from queries.coverage.model import INFERRED, Inference, Via
from queries.coverage.packing import pack_all
from queries.coverage.posed import Proof
from queries.eligibility.rulebook import rulebook

ON = date(2026, 11, 21)
DUDLEY = ("P-DUDLEY",)


@pytest.fixture(scope="module")
def services(home_data: Path) -> Services:
    return ReleaseHolder(home_data).get()


def change(services: Services, inference: Inference) -> Change:
    facts = services.coverage(ON)
    slice = Slice(roles=("OC-HCSASSOC",), providers=DUDLEY)
    question = Question(
        facts, ChangeRequest(gap_of(facts, slice, inference, Grain.THEMES), DUDLEY, inference=inference)
    )
    return question.answer(solve_all(question.cover))


def test_themes_of_the_healthcare_science_associate_at_dudley(services: Services) -> None:
    """24 themes are needed; known units anywhere would close 15, by our tags alone; for 9 no unit counts."""
    found = change(services, Inference())
    assert len(found.best.closed) + len(found.stays_open) == 24
    assert found.best.proof is Proof.PROVEN
    assert all(one.status == "inferred" for one in found.best.units)
    assert not any(one.unit.title.startswith("ILLUSTRATIVE") for one in found.best.units)
    closed = [gain.closed for gain in found.gains]
    assert closed == sorted(closed) and closed[-1] == len(found.best.closed)
    left = {one.item.id: one for one in found.stays_open}
    assert left["infection prevention"].text == "No unit that we know of has to do with it."
    assert any(Why.PLACEHOLDER in near.why for near in left["patient safety"].nearest)


def test_placeholders_close_more_and_say_so(services: Services) -> None:
    without, with_them = change(services, Inference()), change(services, Inference(placeholders=True))
    assert len(with_them.best.closed) > len(without.best.closed)
    made_up = [one for one in with_them.best.units if one.status == "illustrative"]
    assert made_up
    assert not any(one.status == "illustrative" for one in without.best.units)


def test_without_our_inference_nothing_is_known_to_close_anything(services: Services) -> None:
    found = change(services, Inference(via=frozenset(Via) - INFERRED))
    assert found.best.units == ()
    assert found.text == "Nothing that may be added closes any of the 24."


def bundles(services: Services) -> Bundles:
    facts = services.coverage(ON)
    request = BundleRequest(named(facts, ("data analysis", "risk management")), ON)
    question = BundleQuestion(facts, services.release.projection.awards, rulebook(), request)
    return question.answer({award: pack_all(pack) for award, pack in question.packs.items()})


def test_the_bundles_are_those_of_competency_question_14(services: Services) -> None:
    with (ROOT / "questions" / "14-thirty-credit-bundles" / "expected.csv").open(encoding="utf-8") as file:
        expected = {
            (row["provider"], row["award"], frozenset((row["unit_1"], row["unit_2"]))) for row in csv.DictReader(file)
        }
    best = bundles(services).front[0]
    found = set()
    for one in best.bundles:
        sets: list[frozenset[str]] = [frozenset()]
        for pick in one.picks:
            assert pick.take == 1
            sets = [some | {unit.id} for some in sets for unit in pick.units]
        found |= {(one.provider, one.award, units) for units in sets}
    assert (best.credits, best.closed, best.more) == (30, 2, 0)
    assert found == expected


def test_units_whose_credits_are_not_known_are_told_of(services: Services) -> None:
    found = bundles(services)
    assert "U-BTECAS-3" in {unit.id for unit, _ in found.unknown}
    assert all("Is the provider approved for modular funding? Ask the provider." in one.ask
               for one in found.front[0].bundles)  # fmt: skip
