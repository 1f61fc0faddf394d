"""Every answered question gives the answer that was worked out by hand."""

import pytest

from tests.questions.answers import ANSWERS
from tests.questions.reading import Question, asked, difference, read_questions
from tests.questions.world import Whole

ANSWERED = [question for question in read_questions() if question.answered]
NOT_ONE_QUERY = [question for question in ANSWERED if question.facts["kind"] != "sparql"]


@pytest.mark.parametrize("question", ANSWERED, ids=lambda question: question.folder.name)
def test_query(question: Question, release: Whole) -> None:
    name = "expected.csv" if question.facts["kind"] == "sparql" else "facts.csv"
    unlike = difference(question.table(name), asked(release.store, question.query))
    assert not unlike, f"{question.facts['question']}\n{unlike}"


@pytest.mark.parametrize("question", NOT_ONE_QUERY, ids=lambda question: question.folder.name)
def test_service(question: Question, release: Whole) -> None:
    found = ANSWERS[question.facts["kind"]](question, release)
    unlike = difference(question.table("expected.csv"), found)
    assert not unlike, f"{question.facts['question']}\n{unlike}"
