"""What standard learners can reach: the graph says what the service answers, and never “no” where it does not know."""

import csv
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from rdflib import RDF, XSD, Literal, URIRef

from api.people import with_profile
from api.questions import address_of, in_link
from api.schemas.pathways import PathwayAsked, PathwayQuestion
from api.schemas.person import Profile
from graph.diff import Side, diff
from graph.lines import REACHABILITY
from graph.own_part import learner_quads
from graph.projection import Projection, StepKind
from graph.release import Release, Releases
from graph.store import GraphStore, Quad, n_quads
from loaders.publish import build_release, rebuild_release
from ontology import resources
from ontology.namespaces import ID, SW, concept, id_of, thing
from queries import reachability
from queries.learners import Learner, learners
from queries.pathways.engine.problem import Criterion, Outcome
from queries.pathways.request import AnswerStep, PathwayRequest, Via
from queries.pathways.service import PathwayService
from queries.reachability import GRAPH, Reach, materialise, reaches, said_of
from tests.questions.world import TODAY, whole
from tests.support.world import DAY, write_dataset

DUDLEY: Final = Path(__file__).with_name("reachable_roles_dudley.csv")
QUERY: Final = Path(reachability.__file__).parent / "sparql" / "reachable-roles.rq"
CODE: Final = """
from hashlib import sha256
from graph.store import n_quads
from api.questions import address_of
from queries.reachability import materialise
from tests.questions.world import TODAY, whole
quads = materialise(whole().projection, TODAY, lambda request: address_of(request, None))
print(sha256("\\n".join(sorted(n_quads(quads))).encode()).hexdigest())
"""


def quads_of(day: date) -> list[Quad]:
    return list(materialise(whole().projection, day, lambda request: address_of(request, None)))


@cache
def results() -> tuple[Reach, ...]:
    return tuple(reaches(whole().service, TODAY))


@cache
def store() -> GraphStore:
    said = [(s, p, o, g) for s, p, o, g in [*whole().dataset.quads, *learner_quads(), *quads_of(TODAY)]]
    return GraphStore.in_memory(said)


def text(term: URIRef | Literal | None) -> str:
    return "" if term is None else id_of(str(term))


def asked_at(address: str) -> PathwayRequest:
    """The question of an address, read by what reads it over HTTP; its things are ids."""
    said: dict[str, Any] = {}
    for name, values in parse_qs(urlsplit(address).query).items():
        several = name in ("from", "to", "attribute", "attendance", "mode", "via")
        said[name] = values if several else values[0]
    question = PathwayAsked.model_validate(said)
    return PathwayRequest(
        holds=tuple(question.from_),
        to=tuple(question.to),
        by=question.by,
        attributes=question.attributes,
        hours_per_week=question.hours_per_week,
        attendance=tuple(question.attendance),
        mode=tuple(question.mode),
        budget_pounds=question.budget,
        without_employer=question.without_employer,
        via=tuple(Via(id) for id in question.via),
        on=question.on,
    )


# The learners


@pytest.mark.parametrize("learner", learners(), ids=lambda one: one.id)
def test_a_learner_is_a_profile_and_asks_as_it_would_be_understood(learner: Learner) -> None:
    said = resources.yaml_file(f"learners/{learner.id.removeprefix('SL-').lower()}.yml")
    profile = Profile.model_validate(said["profile"])
    question = with_profile(PathwayQuestion(to=["OC-MTTECH"], **said.get("limits", {})), profile)
    request = learner.request
    assert dict(request.attributes) == dict(question.attributes) == profile.facts
    assert (request.hours_per_week, request.budget_pounds) == (question.hours_per_week, question.budget)
    assert request.attendance == tuple(question.attendance)
    assert request.without_employer == question.without_employer
    held = [one.award for one in profile.awards or ()] + [one.unit for one in profile.units or ()]
    held += [*(profile.completed or ()), *(one.role for one in profile.roles or ())]
    level = profile.facts["highest-level"]
    assert list(request.holds) == held + ([] if level == "0" else [f"level:{level}"])
    assert learner.label.startswith("Illustrative learner: "), "nobody takes them for somebody"
    assert all(in_link(name) for name, _ in request.attributes), "so the address asks the whole question"


def test_there_are_about_ten_and_they_differ() -> None:
    found = learners()
    assert 8 <= len(found) <= 12
    assert len({one.id for one in found}) == len({one.label for one in found}) == len(found)
    assert len({replace(one.request) for one in found}) == len(found)


def test_learners_are_in_the_graph_and_marked_as_made_up() -> None:
    rows = store().select(
        "SELECT ?learner ?place ?said WHERE { ?learner a sw:StandardLearner ; sw:status sw:illustrative ;"
        " sw:place ?place ; sw:postcodeDistrict ?district ; sw:asOf ?day ; dcterms:source ?source ;"
        " skos:definition ?said ; skos:prefLabel ?label . FILTER(CONTAINS(LCASE(?label), 'illustrative')) }"
    )
    assert {id_of(str(row["learner"])) for row in rows} == {one.id for one in learners()}
    held = store().select("SELECT ?learner ?thing WHERE { ?learner a sw:StandardLearner ; sw:brings ?thing }")
    assert (thing("SL-CARE-WORKER"), thing("OC-HCSW")) in {(row["learner"], row["thing"]) for row in held}


# What the graph says


def of_unknown_length(step: AnswerStep) -> bool:
    """Whether nobody says how long a step takes, wholly or in part. A job to be found first is another thing."""
    return step.weeks is None or (step.weeks.at_least and step.kind is not StepKind.JOB)


def test_dudley_by_hand() -> None:
    """Checked against the tables by hand.

    Lengths: months to gateway and of assessment at 52 / 12 weeks (24 + 2 → 113, 12 + 3 → 65); the HNC takes a year (52,
    inferred), then a job that starts at once. Apprenticeships are free, the price of the HNC is not held. The employer
    of the first decides whom to take; English and maths at level 2 are all that the second asks, but each needs
    an employer, so none is surely open. Nothing of less than ten
    hours a week is known of any of them, so nothing is proved. No course of the region says that it is taught in the
    evening, nor of most that it is not, so it is not known whether who can only come then reaches one; each is
    reached without that limit.
    """
    found = []
    for learner in ("SL-DUDLEY-AFTER-WORK", "SL-DUDLEY-EVENINGS"):
        given = {"learner": thing(learner), "level": concept("rqf-level", "4")}
        found += store().select(QUERY.read_text(encoding="utf-8"), given)
    with DUDLEY.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    said = [{name: text(row[name]).rpartition("/")[2] for name in expected[0]} for row in found]
    for row in said:
        row["status"] = row["status"].rpartition("#")[2]
    by_key = sorted(said, key=lambda row: (row["learner"], row["role"]))
    assert by_key == expected
    assert {str(row["counted_from"]) for row in found} == {str(TODAY)}


@pytest.mark.parametrize("place", Random(6).sample(range(140), 24))
def test_the_graph_says_what_the_service_answers_to_the_linked_question(place: int) -> None:
    reach = results()[place]
    facts = store().describe(thing(reach.id))

    def value(name: str) -> str | None:
        found = facts.value(thing(reach.id), SW[name])
        return None if found is None else str(found)

    request = asked_at(value("questionAddress") or "")
    answer = whole().service.answer(request)
    assert value("outcome") == answer.outcome
    said = {Outcome.FOUND: "yes", Outcome.STOPPED_EARLY: "unknown"}.get(answer.outcome, "no")
    untold = replace(request, untold=bool(request.attendance), unpriced=request.budget_pounds is not None)
    if said == "no" and untold != request and whole().service.answer(untold).pathways:
        said = "unknown"  # closed only by what nobody tells
    assert facts.value(thing(reach.id), SW.reachable) == concept("three-valued", said)
    assert {id_of(str(one)) for one in facts.objects(thing(reach.id), SW.toRole)} == set(request.to)
    if not answer.pathways:
        assert value("leastWeeks") is None
        lifted = {
            tuple(sorted(limit.name for limit in one.limits)): [(one.weeks, not one.steps_of_unknown_length)]
            for one in answer.lifting
        }
        fixes = {}
        for fix in facts.objects(thing(reach.id), SW.fix):
            assert isinstance(fix, URIRef)
            of_fix = store().describe(fix)
            names = tuple(sorted(map(str, of_fix.objects(fix, SW.withoutLimit))))
            known = [(SW.leastWeeks, True), (SW.knownWeeks, False)]
            fixes[names] = [
                (int(str(one)), all_of_it) for name, all_of_it in known for one in of_fix.objects(fix, name)
            ]
        assert fixes == lifted
        return
    best, totals = answer.pathways[0], answer.pathways[0].totals
    known = totals.steps_of_unknown_length == 0
    assert (value("leastWeeks"), value("knownWeeks")) == (
        (str(totals.weeks), None) if known else (None, str(totals.weeks))
    )
    assert value("stepsOfUnknownLength") == str(sum(map(of_unknown_length, best.steps)))
    hours = [one for one in best.steps if one.hours_per_week is None and not (one.weeks and one.weeks.value == 0)]
    assert value("stepsOfUnknownHours") == str(len(hours) if request.hours_per_week < 40 else 0)
    assert value("stepsNotTold") == str(totals.steps_that_cannot_be_told)
    assert value("weeksAtLeast") == str(totals.weeks_at_least).lower()
    assert value("proven") == str(best.proven).lower()
    assert value("bound") == (None if best.bound is None else str(best.bound))
    assert value("stepCount") == str(totals.steps)
    assert value("firstStepTitle") == best.steps[0].title
    sure = value("stepsOfUnknownHours") == value("stepsNotTold") == value("employerSteps") == "0"
    assert value("surelyOpen") == str(sure).lower()
    assert value("employerSteps") == str(totals.steps_that_need_an_employer)
    assert facts.value(thing(reach.id), SW.pathwayStatus) == SW[best.status]
    cheapest = whole().service.answer(replace(request, by=Criterion.COST)).pathways[0]
    assert value("leastKnownCost") == str(cheapest.totals.known_cost_pounds)
    assert value("leastCost") == (None if cheapest.totals.cost_pounds is None else str(cheapest.totals.cost_pounds))
    assert value("costProven") == str(cheapest.proven).lower()


def test_a_length_that_nobody_says_is_never_weeks_that_sort() -> None:
    """By hand: no table says how long the apprenticeship of OC-HEST-MD takes; of others the assessment is not."""
    rows = store().select(
        "SELECT ?result WHERE { ?result sw:toRole ?role ; sw:leastWeeks ?weeks . VALUES ?role { swi:OC-HEST-MD } }"
    )
    assert rows == []
    fix = thing("RR-DUDLEY-EVENINGS.OC-HEST-MD.without-attendance")
    said = store().describe(fix)
    assert (said.value(fix, SW.leastWeeks), str(said.value(fix, SW.knownWeeks))) == (None, "0")
    least = store().select("SELECT (MIN(?weeks) AS ?least) WHERE { ?result sw:leastWeeks ?weeks }")
    assert int(str(least[0]["least"])) > 0


def test_who_finds_no_employer_is_told_of_no_apprenticeship() -> None:
    """By hand: four roles have a way by a T Level or the HNC and a plain job; the others need an apprenticeship."""
    mine = {one.role.id: one for one in results() if one.learner.id == "SL-NO-EMPLOYER"}
    found = {id: one.soonest for id, one in mine.items() if one.soonest is not None}
    assert set(found) == {"OC-LABTECH", "OC-MTTECH", "OC-REGADV", "OC-TECHSCI"}
    for pathway in found.values():
        assert [one.kind for one in pathway.steps] == [StepKind.STUDY, StepKind.JOB]
    mammography = mine["OC-MAMMO"]
    assert mammography.outcome is Outcome.NONE_WITHIN_LIMITS
    assert [one.name for lifted in mammography.lifting for one in lifted.limits] == ["without_employer"]
    answer = whole().service.answer(mammography.request)
    assert {one.limit.name: [step.id for step in one.steps] for one in answer.filtered}["without_employer"] == [
        "PT-APPR/OC-MAMMO"
    ]


def test_a_step_of_unknown_hours_is_never_surely_open_to_who_has_few() -> None:
    """By hand: the HNC of 120 credits has no published hours; nobody knows whether one hour a week will do."""
    request = PathwayRequest(holds=("level:3",), to=("OC-MTTECH",), on=TODAY)
    few, full = (whole().service.best(replace(request, hours_per_week=hours)).pathway for hours in (1, 40))
    assert few is not None
    assert full is not None
    assert (few.totals.steps_of_unknown_hours, full.totals.steps_of_unknown_hours) == (1, 0)
    assert few.totals.weeks_at_least
    assert few.summary.endswith("[at least 52 weeks (inferred), a price that is not known for 1 step, 2 steps]")


def test_every_learner_has_a_result_for_every_role() -> None:
    roles = [r for r in whole().projection.roles.values() if "healthtech" in r.sectors and r.level in (3, 4, 5, 6)]
    assert len(roles) == 14
    pairs = [(one.learner.id, one.role.id) for one in results()]
    assert pairs == sorted({(learner.id, role.id) for learner in learners() for role in roles})
    rows = store().select(
        "SELECT ?result WHERE { GRAPH ?graph { ?result a sw:ReachabilityResult ; sw:status sw:inferred }}"
    )
    assert {id_of(str(row["result"])) for row in rows} == {one.id for one in results()}


def test_who_has_any_time_of_day_reaches_what_evenings_reach() -> None:
    weeks: dict[str, dict[str, int]] = {"SL-DUDLEY-EVENINGS": {}, "SL-DUDLEY-AFTER-WORK": {}}
    for one in results():
        if one.learner.id in weeks and one.soonest is not None:
            weeks[one.learner.id][one.role.id] = one.soonest.totals.weeks
    evenings, any_time = weeks["SL-DUDLEY-EVENINGS"], weeks["SL-DUDLEY-AFTER-WORK"]
    assert any_time
    assert all(any_time[role] <= least for role, least in evenings.items())


@pytest.mark.parametrize("learner", learners()[::3], ids=lambda one: one.id)
def test_more_hours_never_take_a_role_away(learner: Learner) -> None:
    more = replace(learner, request=replace(learner.request, hours_per_week=60))
    before = [one for one in results() if one.learner.id == learner.id]
    for less, now in zip(before, reaches(whole().service, TODAY, [more]), strict=True):
        if less.soonest is not None:
            assert now.soonest is not None
            assert now.soonest.totals.weeks <= less.soonest.totals.weeks


@pytest.mark.parametrize("most", [0, 1, 1_000])
def test_what_was_not_looked_for_is_not_known_and_never_no(most: int) -> None:
    some = learners()[:2]
    found = list(reaches(whole().service, TODAY, some, most))
    wholly = results()[: len(found)]
    assert any(one.outcome is None for one in found)
    for one, known in zip(found, wholly, strict=True):
        if one.outcome is None:
            assert (one.reachable, one.soonest, one.cheapest) == ("unknown", None, None)
            said = {predicate: str(value) for _, predicate, value in said_of(one, lambda _: "")}
            assert said[SW.note] == f"not looked for: {most:,} runs had been looked through for this release before"
        else:
            assert not one.note
            assert (one.reachable, one.outcome) == (known.reachable, known.outcome)


def test_a_learner_whose_award_the_release_does_not_describe_is_not_known() -> None:
    stranger = replace(learners()[0], request=replace(learners()[0].request, holds=("Q-NOBODY-HAS",)))
    found = {(one.reachable, one.note) for one in reaches(whole().service, TODAY, [stranger])}
    assert found == {("unknown", "not looked for: the release does not describe what the learner holds")}


def test_the_same_lines_in_another_process() -> None:
    here = sorted(n_quads(quads_of(TODAY)))
    assert len(set(here)) == len(here)
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONHASHSEED": "4711"}
    done = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True, env=env)
    assert done.stdout.strip() == sha256("\n".join(here).encode()).hexdigest()


# The build


ROLES: Final = [{"role_id": "OC-A", "title": "A", "level": "4", "sector": "healthtech"}]
RESULT: Final = ID["RR-X.OC-A"]


class Stub:
    """Says that a made-up learner needs so many weeks, and counts how often it is asked."""

    def __init__(self, weeks: int) -> None:
        self.weeks, self.asked = weeks, 0

    def __call__(self, store: GraphStore, projection: Projection, today: date) -> list[Quad]:
        self.asked += 1
        address = Literal(f"/pathways?to=OC-A&by=weeks&on={today}")
        return [
            (GRAPH, RDF.type, SW.ReachabilityGraph, GRAPH),
            (GRAPH, SW.countedFrom, Literal(today.isoformat(), datatype=XSD.date), GRAPH),
            (RESULT, RDF.type, SW.ReachabilityResult, GRAPH),
            (RESULT, SW.questionAddress, address, GRAPH),
            (RESULT, SW.leastWeeks, Literal(str(self.weeks), datatype=XSD.integer), GRAPH),
        ]


def built(folder: Path, state: Path, stub: Stub | None, day: date = DAY, title: str = "A") -> Release:
    write_dataset(folder, roles=[ROLES[0] | {"title": title}])
    found = build_release([folder], state, today=day, derive={REACHABILITY: stub} if stub else {})
    assert found.release is not None, [str(one) for one in found.issues]
    return found.release


def test_it_is_a_part_of_the_release_and_of_its_hash(tmp_path: Path) -> None:
    without = built(tmp_path / "data", tmp_path / "a", None)
    assert REACHABILITY not in without.manifest.parts
    one, two = (built(tmp_path / "data", tmp_path / name, Stub(weeks)) for name, weeks in (("b", 52), ("c", 53)))
    hashes = {release.manifest.content_hash for release in (without, one, two)}
    assert len(hashes) == 3
    assert one.manifest.parts[REACHABILITY]["quads"] == 5
    (row,) = one.store.select("SELECT ?weeks WHERE { ?result a sw:ReachabilityResult ; sw:leastWeeks ?weeks }")
    assert str(row["weeks"]) == "52"
    assert len(one.store) == one.manifest.quads


def test_another_day_alone_makes_no_release_and_is_not_worked_out(tmp_path: Path) -> None:
    stub = Stub(52)
    first = built(tmp_path / "data", tmp_path / "state", stub)
    again = built(tmp_path / "data", tmp_path / "state", stub, DAY + timedelta(days=30))
    assert (first.manifest.number, again.manifest.number, stub.asked) == (1, 1, 1)
    other = built(tmp_path / "data", tmp_path / "state", stub, DAY + timedelta(days=30), "Another title")
    assert (other.manifest.number, stub.asked) == (2, 2)


def test_a_release_without_it_gets_it_with_the_next_build(tmp_path: Path) -> None:
    built(tmp_path / "data", tmp_path / "state", None)
    assert built(tmp_path / "data", tmp_path / "state", Stub(52)).manifest.number == 2


def test_a_rebuild_works_it_out_for_the_day_of_the_release(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    release = built(folder, tmp_path / "state", Stub(52), date(2026, 9, 1))
    stub = Stub(52)
    assert rebuild_release(release.manifest, [folder], derive={REACHABILITY: stub}).same
    assert stub.asked == 1
    assert not rebuild_release(release.manifest, [folder], derive={REACHABILITY: Stub(51)}).same
    without, unasked = built(folder, tmp_path / "other", None), Stub(52)
    assert rebuild_release(without.manifest, [folder], derive={REACHABILITY: unasked}).same
    assert unasked.asked == 0


def test_other_weeks_are_a_change_and_another_day_is_none(tmp_path: Path) -> None:
    state = tmp_path / "state"
    built(tmp_path / "data", state, Stub(52))
    built(tmp_path / "data", state, Stub(52), DAY + timedelta(days=7), "Another title")
    third = built(tmp_path / "data", state, Stub(51), DAY + timedelta(days=14), "A third title")
    one, two, three = (Side.of(Releases(state).get(number)) for number in (1, 2, 3))
    assert [(change.kind, change.became) for change in diff(one, two)] == [("sw:Role", "changed")]
    changed = {change.id: change for change in diff(two, three)}
    assert set(changed) == {"OC-A", "RR-X.OC-A"}
    (field,) = changed["RR-X.OC-A"].fields
    assert (field.property, field.dataset, field.before, field.after) == (
        "sw:leastWeeks",
        REACHABILITY,
        ("52",),
        ("51",),
    )
    assert third.manifest.changes["sw:ReachabilityResult"]["changed"] == 1


def test_results_are_not_found_by_words(tmp_path: Path) -> None:
    release = built(tmp_path / "data", tmp_path / "state", Stub(52))
    assert [one.id for one in release.search.find("illustrative learner evenings", ["StandardLearner"], 5)] == []
    assert [one.id for one in release.search.find("A", ["Role"], 5)] == ["OC-A"]


def test_services_share_nothing(tmp_path: Path) -> None:
    """A second service gives the same: nothing that was kept for one learner is left in what another is told."""
    fresh = PathwayService(whole().projection, whole().service.release)
    last = learners()[-1]
    first = [one for one in results() if one.learner.id == last.id]
    assert [(one.outcome, one.soonest) for one in reaches(fresh, TODAY, [last])] == [
        (one.outcome, one.soonest) for one in first
    ]
