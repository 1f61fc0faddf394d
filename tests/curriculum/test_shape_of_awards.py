"""The shape of awards as they are loaded: entry rules of units in tables, stages, dead ends, and the region's own."""

from pathlib import Path
from typing import Any

import pytest
from support import world as small
from support.world import Rows, projection_of

from api.dependencies import ReleaseHolder
from loaders.runner import load_all
from queries.coverage.shape import Shape, Totals, shape, taken_before


def units(award: str, level: int, **rules: str | None) -> Rows:
    """Units of 15 credits by id, with their entry rules; None is blank."""
    return [
        {"unit_id": id, "title": f"Unit {id}", "qualification_id": award, "level": str(level), "credits": "15"}
        | ({"entry_rule": rule} if rule else {})
        for id, rule in rules.items()
    ]


def award(id: str, level: int, **more: str) -> dict[str, str]:
    return {"qualification_id": id, "title": id, "level": str(level), "awarding_body": "Us"} | more


def rule(id: str, of: str, text: str) -> dict[str, str]:
    return {"rule_id": id, "qualification_id": of, "description": "rule", "award_rule": text}


def certificate_and_diploma(folder: Path, **rules: str | None) -> Any:
    first = units("Q-C", 4, A=rules.pop("A", "none"), B=rules.pop("B", "holds(A)"), C=rules.pop("C", "none"))
    return projection_of(
        folder,
        qualifications=[
            award("Q-C", 4),
            award("Q-D", 5, entry_rule="all(attribute(age >= 18), credits(45, from=Q-C, level=4))"),
        ],
        units=[*first, *units("Q-D", 5, D=rules.pop("D", "none"), E=rules.pop("E", "holds(D)"))],
        combination_rules=[rule("AR-1", "Q-C", "credits(30, from=Q-C)"), rule("AR-2", "Q-D", "holds(E)")],
    )


def said(found: Shape, id: str) -> tuple[Any, ...]:
    one = next(one for one in found.units if one.id == id)
    return one.blocks, one.delay, one.centrality, one.complexity


def test_a_stage_stands_between_the_units_of_two_awards(tmp_path: Path) -> None:
    found = shape(certificate_and_diploma(tmp_path), "Q-D")
    assert [one.id for one in found.awards] == ["Q-C", "Q-D"], "its entry rule names what comes before it"
    (stage,) = found.stages
    assert (stage.award, stage.waiting, stage.needed) == ("Q-D", ("D", "E"), ("A", "B", "C"))
    assert stage.rule == "aged 18 or over and at least 45 credits at level 4 of Q-C"
    # Rows: A B D E, C D E: credits of all three are asked before D.
    assert said(found, "A") == (("B", "D", "E"), 4, 0, 7)
    assert said(found, "B") == (("D", "E"), 4, 4 + 3, 6), "A B D E, and A B E: the stage is asked before E, too"
    assert said(found, "C") == (("D", "E"), 3, 0, 5)
    assert found.totals.blocking == 3 + 2 + 2 + 1 + 0
    assert not found.at_least
    assert found.sentences[0] == "Unit A is needed before 3 others. If it is not run when it is due, they all wait."
    assert found.outside == ("aged 18 or over",)
    assert next(one for one in found.units if one.id == "C").needed_for == ("Q-D",), "30 of 45 credits make the first"


def test_alone_an_award_has_no_stage(tmp_path: Path) -> None:
    found = shape(certificate_and_diploma(tmp_path), "Q-D", ())
    assert [one.id for one in found.units] == ["D", "E"]
    assert found.stages == ()
    assert said(found, "D") == (("E",), 2, 0, 3)


def test_where_no_unit_has_a_rule_nothing_is_nought(tmp_path: Path) -> None:
    found = shape(certificate_and_diploma(tmp_path, A=None, B=None, C=None, D=None, E=None), "Q-D")
    assert found.rules_known == 0
    assert found.totals == Totals(None, None, None, None, None, None)
    assert {(one.blocks, one.delay, one.centrality, one.complexity) for one in found.units} == {(None,) * 4}
    assert found.sentences == ()
    assert found.stages[0].needed == ("A", "B", "C"), "what the award itself asks is known all the same"


def test_where_some_rules_are_not_known_the_figures_are_at_least_so_much(tmp_path: Path) -> None:
    found = shape(certificate_and_diploma(tmp_path, C=None), "Q-D")
    assert (found.rules_known, found.at_least) == (4, True)


def test_what_leads_nowhere_is_a_dead_end(tmp_path: Path) -> None:
    projection = certificate_and_diploma(tmp_path)
    found = shape(projection, "Q-D")
    assert [(one.id, one.kind) for one in found.dead_ends] == [("Q-D", "award")]
    assert shape(projection, "Q-D", aligned={"Q-D": ["OC-A"]}).dead_ends == ()


def test_a_unit_whose_award_takes_nobody_any_more_is_a_dead_end_unless_something_names_it(tmp_path: Path) -> None:
    projection = projection_of(
        tmp_path,
        qualifications=[award("Q-OLD", 3, currency="superseded")],
        units=units("Q-OLD", 3, A="none", B="holds(A)"),
    )
    assert [one.id for one in shape(projection, "Q-OLD").dead_ends if one.kind == "unit"] == ["B"]


def test_a_rule_that_names_nothing_there_is_told_when_it_is_loaded(tmp_path: Path) -> None:
    folder = small.write_dataset(
        tmp_path, qualifications=[award("Q-C", 4)], units=units("Q-C", 4, A="holds(NOPE)", B="all(holds(A)")
    )
    (loaded,) = load_all([folder], today=small.DAY)
    assert loaded.has_errors
    told = " ".join(map(str, loaded.issues))
    assert "NOPE" in told and "entry_rule" in told


@pytest.fixture(scope="module")
def home(home_data: Path) -> ReleaseHolder:
    return ReleaseHolder(home_data)


def test_the_computing_diploma_has_a_stage_and_no_known_order(home: ReleaseHolder) -> None:
    projection = home.get().release.projection
    assert taken_before(projection, "Q-HND-COMP22") == ("Q-HNC-COMP22",)
    found = shape(projection, "Q-HND-COMP22")
    assert (len(found.units), found.rules_known, found.totals.complexity) == (54, 0, None)
    (stage,) = found.stages
    assert (len(stage.waiting), stage.needed, len(stage.ways_from), stage.settled) == (39, (), 15, True)
    core = {one.id for one in found.units if "Q-HNC-COMP22" in one.needed_for}
    assert core == {f"U-COMP22-{number}" for number in range(1, 7)}
    assert {one.id for one in found.units if "Q-HND-COMP22" in one.needed_for} == {"U-COMP22-16", "U-COMP22-17"}


def test_units_of_unknown_credits_settle_no_stage(home: ReleaseHolder) -> None:
    found = shape(home.get().release.projection, "Q-HND-HCP")
    assert [(stage.settled, stage.needed) for stage in found.stages] == [(False, ())]


def test_placeholders_have_no_place_in_a_shape_unless_they_are_let_in(home: ReleaseHolder) -> None:
    projection = home.get().release.projection
    assert shape(projection, "Q-MEDTECH-HND").units == ()
    assert {str(one.status) for one in shape(projection, "Q-MEDTECH-HND", placeholders=True).units} == {"illustrative"}
