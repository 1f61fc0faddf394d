"""Write the list of competency questions from their pages: `python -m tests.questions.listing`."""

from pathlib import Path
from typing import Final

from tests.questions.reading import Question, read_questions

PAGE: Final = Path(__file__).parents[2] / "docs/data/competency-questions.md"

_INTRODUCTION: Final = """\
# Competency questions

<!-- Made by `python -m tests.questions.listing`; change the pages in ontology/questions, not this one. -->

What people bring to the graph, and what it can answer today. Each question has a folder in `ontology/questions`: a
page that says how the answer was worked out by hand from the rows, a query, and the expected answer. A test compares.

{counts}

The queries declare their own prefixes, so they can be pasted into any SPARQL client. They ask one graph made of all
named graphs together, as `GraphStore.select` gives it; in a store that keeps named graphs apart, choose the union of
them as the default graph. A list in one cell of an answer is separated by `|`, and its order means nothing.

"""

_HOW: Final = {
    "sparql": "one query",
    "pathway": "the planner",
    "eligibility": "the judge of entry rules",
    "credits": "the judge of award and entry rules",
}


_HEADING: Final = ("| id | question | priority | answered by | state |", "| --- | --- | --- | --- | --- |")


def _row(question: Question) -> str:
    facts = question.facts
    link = f"[{facts['id']}](../../ontology/questions/{question.folder.name}/question.md)"
    state = "answered" if question.answered else "waiting"
    if facts["waits_for"]:
        state += f"; {'a fuller' if question.answered else 'an'} answer waits for {facts['waits_for']}"
    return f"| {link} | {facts['question']} | {facts['priority']} | {_HOW[facts['kind']]} | {state} |"


def page() -> str:
    """The page as it should be."""
    questions = read_questions()
    answered = [question for question in questions if question.answered]
    high = [question for question in questions if question.facts["priority"] == "high"]
    counts = (
        f"Of {len(questions)} questions {len(answered)} are answered, among them "
        f"{sum(question.answered for question in high)} of the {len(high)} marked high."
    )
    parts = [_INTRODUCTION.format(counts=counts)]
    for group in dict.fromkeys(question.facts["user_group"] for question in questions):
        rows = [_row(question) for question in questions if question.facts["user_group"] == group]
        parts.append("\n".join([f"## Asked by: {group}", "", *_HEADING, *rows]) + "\n\n")
    return "".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
