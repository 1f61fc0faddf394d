"""Overlaps and what could be taught once: the competency questions about them, asked of any awards and roles."""

import csv
from datetime import date
from pathlib import Path

import pytest
from support.coverage_world import world

from api.dependencies import ReleaseHolder, Services
from queries.coverage.model import Inference, Via
from queries.coverage.overlap import overlaps, shared_by

DAY = date(2026, 11, 21)
QUESTIONS = Path(__file__).parents[2] / "ontology" / "questions"


@pytest.fixture(scope="module")
def services(home_data: Path) -> Services:
    return ReleaseHolder(home_data).get()


def expected(number: str) -> list[dict[str, str]]:
    (folder,) = QUESTIONS.glob(f"{number}-*")
    with (folder / "expected.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_by_themes_of_units_alone_the_pairs_are_those_of_the_competency_question(services: Services) -> None:
    found = overlaps(
        services.coverage(DAY), ("Q-HNC-COMP22", "Q-L4-OTHM-IT"), Inference(via=frozenset({Via.UNIT_THEME})), 0.5
    )
    pairs = {(one.one.id, one.two.id): ("|".join(one.themes), round(100 * (one.share or 0))) for one in found.pairs}
    asked = {
        (row["unit_a"], row["unit_b"]): (row["shared"], round(float(row["share_percent"]))) for row in expected("15")
    }
    assert pairs == asked


def test_what_a_learner_would_meet_again_is_told_both_ways(services: Services) -> None:
    found = overlaps(services.coverage(DAY), ("Q-HNC-COMP22", "Q-L4-OTHM-IT"))
    told = {(one.one, one.two): (len(one.again), one.units, one.credits, one.at_least) for one in found.repeats}
    assert told == {
        ("Q-L4-OTHM-IT", "Q-HNC-COMP22"): (7, 15, 105, False),
        ("Q-HNC-COMP22", "Q-L4-OTHM-IT"): (5, 6, 100, False),
    }
    assert all(one.stated == 0 for one in found.repeats), "nobody has mapped a unit to a statement"
    blank = next(one for one in overlaps(services.coverage(DAY), ("Q-HNC-DT",)).repeats if one.two == "Q-HNC-DT")
    assert (blank.credits, blank.at_least) == (None, True), "no credits known is not nought"
    best = found.pairs[0]
    assert (best.one.title, best.two.title, best.name_score) == ("Cyber Security", "Cyber Security", 1.0)
    assert best.known == (Via.NAME, Via.UNIT_THEME)


def test_placeholders_overlap_with_nothing_unless_they_are_let_in(services: Services) -> None:
    facts = services.coverage(DAY)
    shut = overlaps(facts, ("Q-MEDTECH-HNC", "Q-HNC-HCP"))
    assert shut.pairs == ()
    assert shut.without_units == ("Q-MEDTECH-HNC",)
    assert all(not one.known for one in shut.repeats if one.two == "Q-MEDTECH-HNC"), "not known, which is not nought"
    opened = overlaps(facts, ("Q-MEDTECH-HNC", "Q-HNC-HCP"), Inference(placeholders=True), 0.3)
    assert opened.pairs
    assert {str(one.status) for one in opened.pairs} == {"illustrative"}


def test_without_inference_only_what_publishers_map_overlaps(services: Services) -> None:
    published = Inference(via=frozenset({Via.STATED, Via.STANDARD, Via.AWARD}))
    assert overlaps(services.coverage(DAY), (), published).pairs == ()


def test_of_all_awards_no_pair_is_within_one_and_each_is_told_once(services: Services) -> None:
    found = overlaps(services.coverage(DAY))
    pairs = [(one.one.id, one.two.id) for one in found.pairs]
    assert len(set(map(frozenset, pairs))) == len(pairs) > 1000
    assert all(one.one.award != one.two.award for one in found.pairs)
    assert all(one.known for one in found.pairs)


def test_an_award_that_is_not_there_is_no_award(services: Services) -> None:
    with pytest.raises(KeyError):
        overlaps(services.coverage(DAY), ("Q-NOPE",))


def test_themes_are_in_the_roles_that_the_competency_question_names(services: Services) -> None:
    projection = services.release.projection
    roles = [id for id, one in projection.roles.items() if "healthtech" in one.sectors]
    found = shared_by(services.coverage(DAY), roles, levels_apart=7)
    themes = {one.id: one for one in found.shared if one.kind == "theme"}
    for row in expected("21"):
        one = themes[row["theme"]]
        assert "|".join(one.roles) == row["roles"]
        assert (str(one.from_level), str(one.to_level)) == (row["from_level"], row["to_level"])
    assert "OC-MTTECH" in found.not_known, "what it needs is not published"


def test_roles_far_apart_are_not_taught_together() -> None:
    lines = "\n".join(
        [
            *(f"competency K{n} level {level} theme quality" for n, level in enumerate((2, 3, 4, 7))),
            *(
                f"role OC-{name} level {level}: K{n}"
                for n, (name, level) in enumerate((("A", 2), ("B", 3), ("C", 4), ("D", 7)))
            ),
            "unit U-1 in Q-A level 4: K1 unit-theme, K2 unit-theme",
        ]
    )
    (one,) = shared_by(world(lines), ["OC-A", "OC-B", "OC-C", "OC-D", "OC-E"], levels_apart=1).shared
    assert (one.kind, one.id, one.roles) == ("theme", "quality", ("OC-A", "OC-B", "OC-C", "OC-D"))
    assert (one.from_level, one.to_level, one.together) == (2, 3, ("OC-A", "OC-B"))
    wide = shared_by(world(lines), ["OC-A", "OC-B", "OC-C", "OC-D"], levels_apart=2).shared[0]
    assert (wide.together, wide.teachers) == (("OC-A", "OC-B", "OC-C"), (("U-1", 2),))
    assert shared_by(world(lines), ["OC-A", "OC-C"], levels_apart=1).shared == ()


def test_the_same_competency_of_two_roles_needs_no_inference() -> None:
    facts = world("role OC-A level 4: K1\nrole OC-B level 4: K1 K2")
    published = Inference(via=frozenset({Via.STATED}))
    (one,) = shared_by(facts, ["OC-A", "OC-B"], published).shared
    assert (one.kind, one.id, one.together) == ("competency", "K1", ("OC-A", "OC-B"))
