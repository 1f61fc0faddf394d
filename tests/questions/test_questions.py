"""The pages and queries of the competency questions are whole, and the list of them is current."""

import csv
import os
import re
from pathlib import Path

import pytest
from rdflib.plugins.sparql import prepareQuery

from ontology.namespaces import PREFIXES
from tests.questions.answers import ANSWERS
from tests.questions.listing import PAGE, page
from tests.questions.reading import Question, asked, read_questions
from tests.questions.world import Whole

QUESTIONS = read_questions()
FROM_THE_SURVEY = (
    *("user_group", "question", "entities_needed", "expected_answer_shape"),
    *("benchmark_or_duty_served", "priority", "source_url", "as_of", "status"),
)
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)


def test_there_are_exactly_25() -> None:
    assert [question.id for question in QUESTIONS] == [f"CQ-{number:02d}" for number in range(1, 26)]


def test_all_16_marked_high_are_answered() -> None:
    high = [question for question in QUESTIONS if question.facts["priority"] == "high"]
    assert len(high) == 16
    assert [question.id for question in high if not question.answered] == []


@each_question
def test_page_is_whole(question: Question) -> None:
    assert question.folder.name.startswith(question.id.removeprefix("CQ-"))
    assert set(question.facts) - {"ask", "asked_on"} == {"id", *FROM_THE_SURVEY, "state", "waits_for", "kind"}
    assert question.facts["kind"] in {"sparql", *ANSWERS}
    parts = re.findall(r"^## (.+)\n\n(.)", question.body, re.MULTILINE)
    assert [heading for heading, _ in parts] == [
        "How the graph answers it",
        "What the answer can and cannot bear",
        "Worked out by hand",
    ]


@each_question
def test_a_question_that_waits_says_for_what(question: Question) -> None:
    assert question.facts["state"] in {"answered", "waiting"}
    assert question.answered or question.facts["waits_for"]


@each_question
def test_answered_question_has_an_expected_answer(question: Question) -> None:
    if question.answered:
        assert len(question.table("expected.csv")) > 1
        assert (question.folder / "facts.csv").exists() is (question.facts["kind"] != "sparql")


@each_question
def test_query_stands_alone(question: Question) -> None:
    """It declares what it uses and nothing else, so that it can be pasted anywhere, and says what it reads."""
    said = re.findall(r"^# (title|reads|limits|rows): \S", question.query, re.MULTILINE)
    assert said == ["title", "reads", "limits", "rows"]
    prepareQuery(question.query)
    for prefix, address in re.findall(r"^PREFIX (\w+): <(.+)>$", question.query, re.MULTILINE):
        assert len(re.findall(rf"\b{prefix}:", question.query)) > 1, f"{prefix}: is not used"
        assert PREFIXES.get(prefix, address) == address
        if prefix not in PREFIXES:
            assert address.startswith(PREFIXES["swc"])


@each_question
def test_no_query_reads_the_pay_of_the_occupational_maps(question: Question) -> None:
    assert "occupationalMapMedianPay" not in question.query


def test_questions_are_in_the_graph(release: Whole) -> None:
    query = """
        SELECT ?question ?priority ?state ?status WHERE {
            ?question a sw:CompetencyQuestion ; sw:priority ?priority ; sw:answerState ?state ; sw:status ?status ;
                dcterms:source ?source ; sw:asOf ?as_of }
        ORDER BY STR(?question)"""
    facts = [(q.id, *(q.facts[name] for name in ("priority", "state", "status"))) for q in QUESTIONS]
    assert asked(release.store, query)[1:] == facts


def test_list_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.questions.listing"


@pytest.mark.shared_data
@each_question
def test_head_is_that_of_the_survey(question: Question) -> None:
    shared = os.environ.get("STEPWAY_SHARED")
    if not shared:
        pytest.skip("STEPWAY_SHARED is not set: the survey's own table is not at hand")
    with (Path(shared) / "domain/competency_questions.csv").open(encoding="utf-8", newline="") as file:
        (row,) = (row for row in csv.DictReader(file) if row["cq_id"] == question.id)
    assert {name: str(question.facts[name]) for name in FROM_THE_SURVEY} == {
        name: row[name] for name in FROM_THE_SURVEY
    }
