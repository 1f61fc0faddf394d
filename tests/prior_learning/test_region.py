"""Prior learning in the region, worked by hand from the published rows."""

import json
import time

from pydantic import TypeAdapter

from graph.projection import Projection, Status
from queries.eligibility.rulebook import rulebook
from queries.prior_learning.request import Claimed, ClaimVerdict, Held, PriorLearning, RoleWorked, Span
from tests.prior_learning.worlds import ask

THREE_UNITS = tuple(map(Held, ("U-COMP22-1", "U-COMP22-2", "U-COMP22-3")))


def test_three_units_of_the_computing_hnc(region: Projection) -> None:
    """45 credits held. The HNC takes 120: 90 core, 15 specialist, 15 optional; so 45 core and one of each are left."""
    answer = ask(region, rulebook(), holds=THREE_UNITS, to=("Q-HNC-COMP22",), attributes=(("age", "34"),))
    (target,) = answer.targets
    assert target.ways_in[0].text == (
        "With 45 credits behind them, which count by the award's own rules, and 75 credits left to study."
    )
    assert answer.nearest[0].text.startswith(
        "75 credits: Database Design & Development (15 credits), Security (15 credits), Planning a Computing Project "
        "(Pearson-set) (15 credits), any 1 of 4 specialist units at level 4 of 15 credits and any 1 of 5 optional "
        "units at level 4 of 15 credits would complete Computing HNC."
    )


def test_the_hnd_asks_for_90_credits_of_the_hnc_first(region: Projection) -> None:
    answer = ask(region, holds=THREE_UNITS, to=("Q-HND-COMP22",), attributes=(("age", "34"),))
    first = answer.targets[0].ways_in[0]
    assert first.bridge_text == "Before entry: 45 credits: any 3 of 12 units at level 4 of 15 credits."


def test_no_medtech_unit_is_known_so_it_counts_by_number(region: Projection) -> None:
    answer = ask(region, holds=(Held("Q-MEDTECH-HNC:60"),), to=("Q-MEDTECH-HNC", "Q-MEDTECH-HND"))
    hnc, hnd = answer.targets
    assert [(one.award.id, one.credits_short) for one in answer.nearest] == [
        ("Q-MEDTECH-HNC", Span(60, 120)),
        ("Q-MEDTECH-HND", Span(180, 240)),
    ]
    assert hnd.ways_in[0].bridge_text == "Before entry: 30 credits of MedTech HNC."
    assert hnc.worksheet == ()
    assert "GAP-MEDTECH-UNITS" in [gap.id for gap in hnc.gaps]
    assert not answer.illustrative


def test_made_up_units_say_so_and_stay_out_of_a_published_answer(illustrative_region: Projection) -> None:
    answer = ask(illustrative_region, to=("Q-MEDTECH-HNC",))
    assert answer.illustrative
    assert {one.unit.status for one in answer.targets[0].worksheet} == {Status.ILLUSTRATIVE}
    published = ask(illustrative_region, to=("Q-MEDTECH-HNC",), published_only=True)
    assert not published.illustrative
    assert "ILLUSTRATIVE" not in json.dumps(TypeAdapter(PriorLearning).dump_python(published, mode="json"))


def test_what_rests_on_a_made_up_unit_is_made_up(illustrative_region: Projection) -> None:
    held = (Held("U-ILL-MT4-1"),)
    answer = ask(illustrative_region, holds=held)
    assert {one.award.id: one.status for one in answer.nearest}["Q-MEDTECH-HNC"] is Status.ILLUSTRATIVE
    published = ask(illustrative_region, holds=held, published_only=True)
    assert published.nearest == ()
    assert [one.note for one in published.brought] == ["it is not published, and so left out of this answer"]


def test_a_software_developer_asks_about_the_programming_unit(region: Projection) -> None:
    """The software developer's standard speaks of algorithms and of building code, at level 4 as the unit is."""
    answer = ask(region, roles=(RoleWorked("OC-SWDEV", 3, now=True),), to=("Q-HNC-COMP22",))
    unit = next(one for one in answer.targets[0].worksheet if one.unit.id == "U-COMP22-1")
    assert unit.verdict in (ClaimVerdict.IN_PART, ClaimVerdict.WORTH_ASKING)
    first = unit.outcomes[0]
    assert first.verdict is ClaimVerdict.WORTH_ASKING
    assert [check.text for check in first.evidence[0].checks[1:3]] == [
        "both speak of “algorithms”",
        "of level 4, where level 4 is asked for",
    ]


def test_bundles_of_the_computing_hnc_wait_for_2027_and_for_what_is_not_known(region: Projection) -> None:
    found = ask(region, rulebook(), holds=THREE_UNITS, to=("Q-HNC-COMP22",), attributes=(("age", "34"),))
    bundles = found.targets[0].bundles
    assert bundles.least_credits == 30
    assert {one.provider.id for one in bundles.bundles} == {"P-HOW"}
    assert {(one.credits, str(one.from_day), str(one.funded.answer)) for one in bundles.bundles} == {
        (30, "2027-01-01", "not-known")
    }
    for one in bundles.bundles:
        assert one.price_pounds is None
        assert one.not_known == ()
    assert "Are these units sold on their own? Ask the provider." in bundles.not_known
    assert any("approved for modular funding" in question for question in bundles.not_known)


def test_sixty_credits_of_the_computing_hnc_are_a_range_everywhere(region: Projection) -> None:
    """Of 60 credits at most four units of 15 are among the 120 that the HNC asks for, and perhaps none."""
    answer = ask(region, rulebook(), holds=(Held("Q-HNC-COMP22:60"),), to=("Q-HNC-COMP22", "Q-HND-COMP22"))
    assert [one.ways_in[one.latest - 1].credits_left for one in answer.targets] == [Span(60, 120), Span(180, 240)]
    assert [(one.award.id, one.credits_short) for one in answer.nearest] == [
        ("Q-HNC-COMP22", Span(60, 120)),
        ("Q-HND-COMP22", Span(180, 240)),
    ]
    assert answer.targets[0].ways_in[0].text == (
        "Part-way, which is worth asking about: with up to 60 credits behind them, and 60 to 120 credits left to "
        "study, depending on which units the 60 are: bring the transcript."
    )


def test_an_answer_is_ready_for_json_and_comes_back_the_same(region: Projection) -> None:
    answer = ask(region, rulebook(), holds=THREE_UNITS, to=("Q-HNC-COMP22", "C-HOW-052"))
    adapter = TypeAdapter(PriorLearning)
    assert adapter.validate_json(adapter.dump_json(answer)) == answer


def test_everything_there_is_at_once_is_answered_in_time(region: Projection) -> None:
    holds = tuple(Held(id) for id in region.units) * 30
    claims = tuple(Claimed(one.id) for one in region.competencies)
    roles = tuple(RoleWorked(id) for id in region.roles)
    began = time.process_time()
    answer = ask(region, holds=holds, competencies=claims, roles=roles, to=("Q-HNC-ENG24", "Q-HND-ENG24"))
    assert len(answer.targets) == 2
    assert time.process_time() - began < 5
