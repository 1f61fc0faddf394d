"""What a reader must not get wrong: the honest answers of the regional survey, each as a test with its name."""

import csv
import json
from dataclasses import replace
from typing import Final

import pytest
from pydantic import TypeAdapter

from graph.requirements import parse
from ontology.namespaces import thing
from queries.pathways.compile import Person
from queries.pathways.engine.problem import Outcome
from queries.pathways.judge import Judge
from queries.pathways.request import PathwayAnswer, PathwayRequest, Verdict
from tests.questions.reading import Question, asked, difference, read_questions, said
from tests.questions.world import REGION, TODAY, Whole

ANSWER: Final = TypeAdapter(PathwayAnswer)
AFTER_A_BOOTCAMP: Final = PathwayRequest(holds=("PT-BOOTCAMP",), on=TODAY)
QUERIES_OVER_UNITS: Final = {"CQ-05", "CQ-13", "CQ-14", "CQ-15", "CQ-24"}


@pytest.mark.parametrize("goal", ["OC-REGADV", "OC-RAS"])
def test_no_published_pathway_leads_to_or_through_regulatory_work_at_levels_4_to_6(goal: str, release: Whole) -> None:
    answer = release.service.answer(replace(AFTER_A_BOOTCAMP, to=(goal,)))
    assert answer.outcome is Outcome.FOUND
    assert {pathway.status for pathway in answer.pathways} == {"inferred"}
    published = answer.published_only
    assert (published.outcome, published.pathway) == (Outcome.PROVED_NONE, None)
    assert published.nearest, "the nearest roles that published steps do reach are given"
    assert not {"OC-REGADV", "OC-RAS"} & {near.role.id for near in published.nearest}
    assert "GAP-REGL4-6" in {gap.id for gap in answer.gaps}


def test_no_regulatory_role_between_level_4_and_6_has_a_standard(release: Whole) -> None:
    query = """
        SELECT ?role ?level ?standard WHERE {
            ?role a sw:Role ; sw:sectorPart "quality and regulation" ; sw:level ?level ;
                sw:sector <https://w3id.org/stepway/concept/sector/healthtech> .
            OPTIONAL { ?role sw:standardReference ?standard }
        } ORDER BY ?level"""
    assert asked(release.store, query)[1:] == [("OC-REGADV", "4", ""), ("OC-RAS", "7", "ST0586")]


def test_residence_settles_who_pays_and_bars_nobody(release: Whole) -> None:
    """CQ-02: no entry rule asks for an address in the combined authority's area; two funding rules do."""
    assert not release.store.ask('ASK { ?rule a sw:AttributeIs ; sw:attribute "resident-wmca" }')
    query = """
        SELECT ?rule WHERE {
            ?rule a sw:FundingRule ; skos:definition ?text FILTER(REGEX(?text, "resident|WMCA postcode")) }
        ORDER BY STR(?rule)"""
    assert asked(release.store, query)[1:] == [("FR-034",), ("FR-039",)]


@pytest.mark.parametrize("award", ["Q-MEDTECH-HNC", "Q-HNC-COMP22", "Q-HNC-HCP", "Q-HNC-DT"])
@pytest.mark.parametrize("credits", [15, 60, 90, 119])
def test_credits_below_120_are_credits_held_and_not_an_award(award: str, credits: int, release: Whole) -> None:
    person = Person([f"{award}:{credits}"], {"age": "34"}, release.projection, TODAY)
    judge = Judge(release.projection, person)
    assert judge.awards_held(person.facts) == []
    assert judge.judge(parse(f"holds({award})"), person.facts)[0] is Verdict.NOT_MET
    assert judge.judge(parse("level(4)"), person.facts)[0] is Verdict.NOT_MET


def test_who_stops_part_way_is_told_that_units_are_credits_held(release: Whole) -> None:
    answer = release.service.answer(replace(AFTER_A_BOOTCAMP, to=("OC-MTTECH",)))
    study = next(step for step in answer.pathways[0].steps if step.id == "Q-MEDTECH-HNC")
    part_way = study.afterwards.part_way or ""
    assert "credits held, not an award" in part_way
    assert "120 credits" in part_way
    assert "90 credits" in part_way


def test_st0220_at_dudley_had_leavers_and_is_never_an_offer(release: Whole) -> None:
    answer = release.service.answer(replace(AFTER_A_BOOTCAMP, to=("OC-HCSASSOC",)))
    (step,) = (step for step in answer.pathways[0].steps if step.id == "PT-APPR/OC-HCSASSOC")
    assert step.provider is None
    assert step.place is None
    (found,) = (one for one in step.delivered_by if one.provider == "P-DUDLEY" and one.period == "2024/25")
    assert (found.id, found.leavers, found.source.status) == ("D-DUDLEY-ST0220-2425", 30, "published")
    assert "P-DUDLEY" not in {
        offer.provider for offer in (*step.seen_at, *release.projection.offers) if offer.step == step.id
    }
    courses = 'SELECT ?course WHERE { ?course a sw:LearningOpportunity ; sw:standardReference "ST0220" }'
    assert asked(release.store, courses)[1:] == [("C-SUNDERLAND-114",)]


@pytest.mark.parametrize(
    "goal", ["OC-HCSASSOC", "OC-HCSA", "OC-MTTECH", "OC-MAMMO", "OC-LABTECH", "OC-DATAAN", "OC-HCSP"]
)
def test_no_pathway_answer_shows_a_map_salary(goal: str, release: Whole) -> None:
    with (REGION / "roles.csv").open(encoding="utf-8", newline="") as file:
        salaries = {
            int(row["map_median_salary_pounds"]) for row in csv.DictReader(file) if row["map_median_salary_pounds"]
        }
    assert {34605, 24083} <= salaries
    told = json.loads(ANSWER.dump_json(release.service.answer(replace(AFTER_A_BOOTCAMP, to=(goal,)))))

    def numbers(value: object) -> set[int]:
        match value:
            case bool():
                return set()
            case int():
                return {value}
            case list():
                return set().union(*map(numbers, value))
            case dict():
                return set().union(*map(numbers, value.values()))
            case _:
                return set()

    assert not numbers(told) & salaries
    said_of_pay = {pathway["goal_pay_band"] for pathway in told["pathways"]}
    assert all(band is None or len(band) < 6 for band in said_of_pay), "a band, never an amount"


def test_illustrative_units_are_absent_unless_asked_for(release: Whole) -> None:
    assert not release.projection.illustrative
    assert not release.store.ask("ASK { ?any sw:status sw:illustrative }")
    assert not release.store.ask("ASK { ?unit a sw:Unit ; sw:unitOf ?award FILTER(CONTAINS(STR(?award), 'MEDTECH')) }")
    (notice,) = (issue for issue in release.dataset.issues if issue.code == "illustrative-withheld")
    assert (notice.file, notice.message) == ("units.csv", "16 illustrative rows left out")


def test_illustrative_units_are_labelled_when_asked_for(illustrative_release: Whole) -> None:
    assert illustrative_release.projection.illustrative
    query = """
        SELECT ?unit ?label ?status WHERE {
            ?unit a sw:Unit ; sw:unitOf ?award ; skos:prefLabel ?label ; sw:status ?status
            FILTER(CONTAINS(STR(?award), "MEDTECH")) }"""
    found = illustrative_release.store.select(query)
    assert len(found) == 16
    assert {said(row["status"]) for row in found} == {"illustrative"}
    assert all(str(row["label"]).startswith("ILLUSTRATIVE PLACEHOLDER") for row in found)
    statements = """
        SELECT DISTINCT ?status WHERE {
            ?statement a sw:Statement ; rdf:subject ?unit ; sw:status ?status . ?unit sw:status sw:illustrative }"""
    assert asked(illustrative_release.store, statements)[1:] == [("illustrative",)]


@pytest.mark.parametrize(
    "question", [q for q in read_questions() if q.id in QUERIES_OVER_UNITS], ids=lambda question: question.id
)
def test_answers_over_units_never_use_illustrative_ones(question: Question, illustrative_release: Whole) -> None:
    found = asked(illustrative_release.store, question.query)
    unlike = difference(question.table("expected.csv"), found)
    assert not unlike, unlike


def test_145_000_is_of_the_united_kingdom_and_14_000_of_the_west_midlands(release: Whole) -> None:
    query = """
        SELECT ?value ?geography WHERE {
            ?figure a sw:DemandFigure ; sw:value ?value ; sw:geography ?geography
            FILTER(?value IN ("145000", "14000")) } ORDER BY ?value"""
    assert asked(release.store, query)[1:] == [("14000", "West Midlands"), ("145000", "UK")]


def test_what_is_not_confirmed_is_in_the_list_to_check_before_recommending(release: Whole) -> None:
    """The unconfirmed facts of CQ-12 that a plan rests on, each with its check; and no check without a reason."""
    answer = release.service.answer(replace(AFTER_A_BOOTCAMP, to=("OC-MTTECH",)))
    (cq12,) = (question for question in read_questions() if question.id == "CQ-12")
    unconfirmed = {(about, one) for about, fact, value, *_ in cq12.table("expected.csv") for one in (fact, value)}
    checks = [(check.step, check.what) for check in answer.check_before_recommending]
    for fact, step, words in (
        (("Q-MEDTECH-HNC", "durationWeeks"), 1, "52 weeks"),
        (("Q-MEDTECH-HNC", "entryRequirement"), 1, "entry"),
        (("Q-MEDTECH-HNC", "GAP-MEDTECH-PROVIDERS"), 1, "which provider"),
        (("OC-MTTECH", "level"), None, "level 4"),
    ):
        assert fact in unconfirmed
        assert any(at == step and words in what for at, what in checks), f"nobody is told to check: {fact}"
    assert all(check.why for check in answer.check_before_recommending)


@pytest.mark.parametrize("goal", ["OC-MTTECH", "OC-MAMMO", "OC-HCSASSOC", "OC-DATAAN"])
def test_every_source_of_a_pathway_answer_is_a_row_of_the_graph(goal: str, release: Whole) -> None:
    """CQ-25 for one answer: each step, offer and count names a row that has the same source, date and status."""
    answer = release.service.answer(replace(AFTER_A_BOOTCAMP, to=(goal,)))
    steps = [step for pathway in answer.pathways for step in pathway.steps]
    assert all(step.sources for step in steps)
    sources = {source for step in steps for source in step.sources}
    for step in steps:
        sources |= {run.source for run in step.seen_at} | {count.source for count in step.delivered_by}
        sources |= {link.source for link in step.leads_in}
    sources |= {gap.source for gap in answer.gaps}
    query = """
        SELECT ?thing ?source ?as_of ?status WHERE {
            ?record a sw:Record ; sw:describes ?thing ; dcterms:source ?source ; sw:status ?status
            OPTIONAL { ?record sw:asOf ?as_of } }"""
    for source in sorted(sources, key=lambda source: source.record):
        rows = release.store.select(query, {"thing": thing(source.record)})
        held = {(str(row["source"]), said(row["as_of"]) or None, said(row["status"])) for row in rows}
        assert (source.address, source.as_of, str(source.status)) in held, source
