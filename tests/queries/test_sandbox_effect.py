"""What a sandbox changes: “What if Sandwell ran it in the evening?”, on the regional data, and what may be compared."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.sandboxes import change_in_words, gap_in_words, told_effect
from graph.imagined import imagined
from graph.release import Release, Releases
from loaders.sandbox import Asked, Sandbox, Sandboxes, read
from ontology.namespaces import ID, SW
from queries.atlas import places
from queries.coverage import reading
from queries.coverage.board import Finding, Slice, board
from queries.coverage.faults import UnknownGapError
from queries.coverage.gap import TAUGHT
from queries.pathways.request import PathwayRequest, ReleaseRef, Thing
from queries.pathways.service import PathwayService
from queries.sandbox import Became, Change, Effect, Side, World, effect, kilometres

ON = date(2026, 11, 21)
EVENING = Asked.of_rows(
    "What if Sandwell ran it in the evening?",
    {
        "opportunities": [
            {
                "opportunity_id": "C-EVENING",
                "title": "MedTech HNC, evenings",
                "provider_id": "P-SANDWELL",
                "qualification_id": "Q-MEDTECH-HNC",
                "provision_type_id": "PT-HNC",
                "course_kind": "HNC",
                "sold_separately": "unknown",
            }
        ],
        "deliveries": [
            {
                "delivery_id": "DL-EVENING",
                "opportunity_id": "C-EVENING",
                "site_id": "S-SANDWELL-1",
                "attendance": "evening",
                "study_mode": "part-time",
                "delivery_mode": "classroom",
                "duration_weeks": 80,
                "hours_per_week": 6,
                "start_dates": ["2027-01-11"],
                "cost_pounds": 0,
            }
        ],
    },
    [],
)


def world(release: Release) -> World:
    facts = reading.read(release.store, release.projection, ON)
    return World(PathwayService(release.projection, ReleaseRef(0, "", "")), places.read(release.store), facts)


@pytest.fixture(scope="module")
def region(home_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Release, Sandboxes, Sandbox]]:
    """The release of the region, and a sandbox over it. The data folder is linked, so that sandboxes lie elsewhere."""
    folder = tmp_path_factory.mktemp("evening")
    base, kept = Releases(home_data).get(), Sandboxes(folder, 5)
    yield base, kept, kept.make(EVENING, base, derive={}, today=ON)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def evening(region: tuple[Release, Sandboxes, Sandbox]) -> Effect:
    base, kept, sandbox = region
    own = kept.release(sandbox.id)
    return effect(world(base), world(own), imagined(own.store), ON, seats={"DL-EVENING": 16, "DL-OTHER": 5})


def test_an_evening_run_in_sandwell_opens_roles_to_somebody_who_has_evenings_only(evening: Effect) -> None:
    opened = {
        (one.who.id, one.role.id) for one in evening.changes if one.became is Became.REACHABLE and one.who is not None
    }
    assert {("SL-DUDLEY-EVENINGS", "OC-MTTECH"), ("SL-DUDLEY-EVENINGS", "OC-REGADV")} <= opened
    assert evening.counted()[Became.UNREACHABLE] == 0
    assert sum(evening.counted().values()) == evening.asked
    assert evening.complete


def test_a_change_names_the_steps_that_rest_on_what_is_imaginary(evening: Effect) -> None:
    for one in evening.changes:
        if one.became is Became.REACHABLE:
            (first, *_) = one.after.leans
            assert [thing.id for thing in first.on] == ["DL-EVENING", "C-EVENING"]
            assert one.after.status == "illustrative"
            assert one.before.weeks is None


def test_people_places_are_those_within_reach_of_the_run(evening: Effect) -> None:
    """Without a car, eight kilometres: Sandwell itself is served, Wolverhampton's and Coventry's districts are not."""
    without_car = {one.district for one in evening.people_places if one.circumstance.id == "SC-EVENINGS-NO-CAR"}
    assert "B70" in without_car
    assert not {"WV1", "CV11", "ST4"} & without_car
    anywhere = {one.district for one in evening.people_places if one.circumstance.id == "SC-EVENINGS"}
    assert without_car < anywhere
    assert not any(one.lost for one in evening.people_places)
    assert len(evening.people_places) <= evening.places_asked


def test_only_seats_of_runs_that_are_used_are_told(evening: Effect) -> None:
    assert evening.seats == 16


def test_what_is_closed_again_takes_back_what_it_opened(region: tuple[Release, Sandboxes, Sandbox]) -> None:
    base, kept, sandbox = region
    own = kept.release(sandbox.id)
    back = effect(world(own), world(base), frozenset(), ON)
    counts = back.counted()
    assert counts[Became.UNREACHABLE] > 0
    assert counts[Became.REACHABLE] == 0
    assert all(one.lost and not one.gained for one in back.people_places)


def test_too_much_work_is_not_known_and_never_no(region: tuple[Release, Sandboxes, Sandbox]) -> None:
    base, kept, sandbox = region
    own = kept.release(sandbox.id)
    found = effect(world(base), world(own), imagined(own.store), ON, most=1)
    assert not found.complete
    assert {one.became for one in found.changes} <= {Became.NOT_KNOWN}


def test_the_base_is_shared_and_not_changed(region: tuple[Release, Sandboxes, Sandbox]) -> None:
    base, kept, sandbox = region
    own = kept.release(sandbox.id)
    assert own.manifest.content_hash != base.manifest.content_hash
    assert own.manifest.parts["healthtech-west-midlands"] == base.manifest.parts["healthtech-west-midlands"]
    name = "graph/healthtech-west-midlands.nq.gz"
    assert (own.path / name).stat().st_ino == (base.path / name).stat().st_ino or (
        (own.path / name).read_bytes() == (base.path / name).read_bytes()
    )
    assert len(base.store) == base.manifest.quads
    assert imagined(base.store) == frozenset()
    assert imagined(own.store) == {"C-EVENING", "DL-EVENING"}


def test_an_imaginary_unit_is_seen_on_the_coverage_board(region: tuple[Release, Sandboxes, Sandbox]) -> None:
    """A unit that is said to teach a statement which nobody teaches: the board of the sandbox finds it taught."""
    base, kept, _ = region
    before = world(base)
    assert before.facts is not None
    missing = next(
        cell.competency.id
        for cell in board(before.facts).cells
        if cell.finding in (Finding.NOT_TAUGHT, Finding.NOT_KNOWN) and cell.competency.id.startswith("K-")
    )
    units = "unit_id,title,qualification_id,level,credits,unit_role\nU-NEW,Imaging,Q-HNC-HCP,4,15,optional\n"
    said = f"coverage_id,unit_id,competency_id,taught\nCS-NEW,U-NEW,{missing},yes\n"
    asked = Asked("A unit", (("units", units), ("unit_competencies", said)))
    made = kept.make(asked, base, derive={}, today=ON)
    own = kept.release(made.id)
    found = effect(before, world(own), imagined(own.store), ON, most=0)
    (covered,) = [one for one in found.covered if one.competency.id == missing and one.times == "at any time"]
    assert covered.before in (Finding.NOT_TAUGHT, Finding.NOT_KNOWN)
    assert covered.after not in (Finding.NOT_TAUGHT, Finding.NOT_KNOWN)
    assert covered.imaginary


@pytest.fixture(scope="module")
def unit_alone(region: tuple[Release, Sandboxes, Sandbox]) -> tuple[World, World, Release]:
    """A unit of an award that nobody in Walsall runs, run alone there."""
    base, kept, _ = region
    rows = {
        "opportunities": [
            {
                "opportunity_id": "C-ALONE",
                "title": "Data analytics",
                "provider_id": "P-WALSALL",
                "unit_id": "U-COMP22-12",
                "course_kind": "short",
                "sold_separately": "yes",
            }
        ],
        "deliveries": [{"delivery_id": "DL-ALONE", "opportunity_id": "C-ALONE"}],
    }
    made = kept.make(Asked.of_rows("A unit alone", rows, []), base, derive={}, today=ON)
    own = kept.release(made.id)
    return world(base), world(own), own


def test_a_unit_that_is_run_alone_is_taught_alone_and_is_a_step_that_gives_itself_only(
    unit_alone: tuple[World, World, Release],
) -> None:
    before, after, _ = unit_alone
    assert before.facts is not None and after.facts is not None
    (run,) = after.facts.runs_of["U-COMP22-12"]
    assert (run.provider, run.status) == ("P-WALSALL", "illustrative")
    assert "U-COMP22-12" not in before.facts.runs_of
    (offer,) = set(after.projection.offers) - set(before.projection.offers)
    assert (offer.id, offer.step) == ("DL-ALONE", "U-COMP22-12")
    step = next(one for one in after.projection.steps if one.id == offer.step)
    assert step.gives == ("unit:U-COMP22-12",)  # and no award


def test_the_effect_says_of_each_part_of_a_gap_who_teaches_it_before_and_after(
    unit_alone: tuple[World, World, Release],
) -> None:
    before, after, own = unit_alone
    assert before.facts is not None
    taught = sorted({one.competency for one in before.facts.taught_by["U-COMP22-12"]})
    there = Slice(providers=("P-WALSALL",))
    cells = {cell.competency.id: cell.finding for cell in board(before.facts, there).cells}
    closing = next(id for id in taught if cells[id] not in TAUGHT and before.facts.competencies[id].level == 4)
    other = next(id for id, finding in cells.items() if finding not in TAUGHT and id not in taught)
    found = effect(before, after, imagined(own.store), ON, gap=(closing, other), most=0)
    one, two = found.gap
    assert [thing.id for thing in found.at] == ["P-WALSALL"]
    assert (one.before.taught, one.after.finding) == (False, Finding.ONE_PROVIDER)
    assert [thing.id for thing in one.after.providers] == ["P-WALSALL"] and one.after.imaginary
    assert (two.before.taught, two.after.taught) == (False, False)
    said = told_effect(found, own, own, "0123456789abcdef", "")
    assert [one.closed for one in said.gap] == [True, False]
    assert said.gap[0].text.endswith(
        ": before, taught only elsewhere; after, taught by Walsall College (illustrative; by our inference)."
    )
    words = "1 of 2 in the gap that was asked about are closed at Walsall College, by our inference alone."
    assert gap_in_words(said) == words
    with pytest.raises(UnknownGapError):
        effect(before, after, imagined(own.store), ON, gap=("K-NOPE",), most=0)


def test_a_run_without_a_start_counts_as_seen_on_the_day_of_the_release(home_data: Path) -> None:
    """Or else it would be a run that nobody has seen for a year, and no pathway would use it."""
    base = Releases(home_data).get()
    text = "delivery_id,opportunity_id,attendance\nDL-ANY-DAY,C-DUDLEY-MEDTECH-HNC,evening\n"
    opportunity = base.projection.offers[0].opportunity
    said = Asked("In the evening", (("deliveries", text.replace("C-DUDLEY-MEDTECH-HNC", opportunity)),))
    seen = {str(o) for s, p, o, _ in read(said, base, ON).dataset.quads if (s, p) == (ID["DL-ANY-DAY"], SW.asOf)}
    assert seen == {base.manifest.today}


def test_what_is_worse_since_a_run_is_known_says_so() -> None:
    role, before = Thing("OC-X", "Technician"), Side("yes", 52, unoffered=("HNC",))
    after = Side("yes", 93)
    request = PathwayRequest((), ("OC-X",))
    found = Change(None, role, request, Became.LATER, before, after, -41, weeks_saved_at_least=False, pounds_saved=None)
    assert "no run of HNC was known, and it was planned as if one began whenever it suits" in change_in_words(found)
    assert "whenever" not in change_in_words(replace(found, after=replace(after, unoffered=("HNC",))))


def test_a_straight_line_over_the_ground() -> None:
    """Birmingham New Street to London Euston is about 161 km."""
    assert round(kilometres((52.4778, -1.8990), (51.5282, -0.1337))) == pytest.approx(161, abs=2)
