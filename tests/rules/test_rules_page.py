"""The page about the rules says what is there, and its example is a scheme that can be read."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from graph.requirements import parse
from ontology.resources import paths
from queries.eligibility.decision import Answer
from queries.eligibility.logic import Situation
from queries.eligibility.rulebook import KINDS, RuleBook, rulebook
from queries.eligibility.schemes import decide_scheme

PAGE = (Path(__file__).parents[2] / "docs" / "data" / "rules.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def test_every_scheme_is_listed_once() -> None:
    cells = [line.split("|")[1] for line in section("The schemes").splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`([a-z0-9-]+)`", " ".join(cells))) == sorted(
        path.stem for path in paths("rules/*/*.yml")
    )


def test_every_kind_of_rule_is_explained() -> None:
    (line,) = (line for line in PAGE.splitlines() if line.startswith("| `kind`"))
    assert set(re.findall(r"`([a-z]+)`:", line)) == set(KINDS)


def test_every_way_to_ask_can_be_read() -> None:
    texts = re.findall(r"^\| (`.*`) \|", section("Reading a file").split("What a rule asks")[1], re.MULTILINE)
    asked = [one.replace("…", "none") for text in texts for one in re.findall(r"`([^`]+)`", text)]
    assert len(asked) >= 10
    for one in asked:
        parse(one)


@pytest.fixture
def example(tmp_path: Path) -> RuleBook:
    folder = tmp_path / "example-grant"
    folder.mkdir()
    (yaml_text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (folder / "example-grant.yml").write_text(yaml_text, encoding="utf-8")
    return RuleBook.load(tmp_path)


def test_the_example_says_what_the_page_says_of_it(example: RuleBook) -> None:
    last_day = Situation({"age": "30", "pay": "25000"}, {"kind": "PT-SHORT"}, date(2027, 7, 31), date(2026, 11, 22))
    scheme = example.schemes["example-grant"]
    assert decide_scheme(scheme, last_day).funded.answer is Answer.YES
    assert decide_scheme(scheme, replace(last_day, day=date(2027, 8, 1))).funded.answer is Answer.NOT_KNOWN
    assert decide_scheme(scheme, replace(last_day, day=date(2026, 7, 31))).funded.answer is Answer.NO


def test_no_shipped_rule_is_made_up() -> None:
    statuses = {
        v.source.status for scheme in rulebook().schemes.values() for rule in scheme.rules for v in rule.versions
    }
    assert {str(status) for status in statuses} == {"published", "inferred"}
