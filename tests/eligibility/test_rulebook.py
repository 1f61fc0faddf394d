"""The reader of rule files: what it makes of one, and how it says what is wrong with one."""

from datetime import date
from pathlib import Path

import pytest

from graph.requirements import Attribute, Opportunity, read_sentence
from queries.eligibility.decision import Answer
from queries.eligibility.logic import Figure
from queries.eligibility.rulebook import Pays, RuleBook, RuleError, Scheme, rulebook

BURSARY = """
scheme: bursary
title: Bursary
about: Money for a course.
kind: funding
authority: A council
applies_to: opportunity(kind = PT-SHORT)
values:
  pay-line:
    title: the line of the bursary
    unit: pounds a year
    series:
      - {from: 2026-01-01, to: 2026-12-31, value: 20000, source: {address: "https://example.org", status: published}}
      - {from: 2027-01-01, to: null, value: null, why: It was not found.}
rules:
  - id: age
    kind: entry
    rows: [PR-1]
    versions:
      - &first
        from: 2026-01-01
        to: 2026-12-31
        asks: attribute(age >= 19)
        source: {address: "https://example.org/rules", as_of: 2026-01, status: published, note: null}
        checked_on: 2026-11-21
        review_by: 2027-07-31
      - {<<: *first, from: 2027-01-01, to: null, asks: attribute(age >= 18)}
  - id: pay
    kind: payment
    title: Free below the line
    rows: []
    ask: funder
    before: no
    versions:
      - {<<: *first, asks: attribute(pay < pay-line), pays: {learner: 0, employer_percent: 10}}
  - id: visit
    kind: afterwards
    promise: A visit to an employer.
    rows: []
    versions:
      - {<<: *first, to: null, asks: none}
"""


def load(folder: Path, text: str, name: str = "bursary") -> Scheme:
    (folder / name).mkdir()
    (folder / name / f"{name}.yml").write_text(text, encoding="utf-8")
    return RuleBook.load(folder).schemes[name]


def test_a_scheme_is_read(tmp_path: Path) -> None:
    scheme = load(tmp_path, BURSARY)
    age, pay, visit = scheme.rules
    assert (scheme.id, scheme.kind, scheme.authority) == ("bursary", "funding", "A council")
    assert [(one.applies_from, one.applies_to, one.asks) for one in age.versions] == [
        (date(2026, 1, 1), date(2026, 12, 31), Attribute("age", ">=", "19")),
        (date(2027, 1, 1), None, Attribute("age", ">=", "18")),
    ]
    assert (pay.before, pay.after, pay.whom, pay.title) == (
        Answer.NO,
        Answer.NOT_KNOWN,
        "funder",
        "Free below the line",
    )
    assert pay.versions[0].pays == Pays(learner=0, employer_percent=10)
    assert (age.versions[0].source.as_of, age.versions[0].source.rows) == ("2026-01", ("PR-1",))
    assert visit.promise == "A visit to an employer."


def test_a_scheme_says_what_it_is_about(tmp_path: Path) -> None:
    scheme = load(tmp_path, BURSARY)
    assert scheme.applies({"kind": "PT-SHORT, PT-HNC"}) is Answer.YES
    assert scheme.applies({"kind": "PT-HNC"}) is Answer.NO
    assert scheme.applies({}) is Answer.NOT_KNOWN
    book = RuleBook({"bursary": scheme})
    assert [book.applying(facts) for facts in ({"kind": "PT-HNC"}, {})] == [(), (scheme,)]


@pytest.mark.parametrize(
    ("day", "version", "line"),
    [
        (
            date(2025, 12, 31),
            None,
            Figure(None, "the line of the bursary", "pounds a year", "no figure is known for that day"),
        ),
        (date(2026, 1, 1), 0, Figure(20000, "the line of the bursary", "pounds a year", "")),
        (date(2026, 12, 31), 0, Figure(20000, "the line of the bursary", "pounds a year", "")),
        (date(2027, 1, 1), 1, Figure(None, "the line of the bursary", "pounds a year", "It was not found.")),
    ],
)
def test_versions_and_figures_hold_from_day_to_day(
    tmp_path: Path, day: date, version: int | None, line: Figure
) -> None:
    scheme = load(tmp_path, BURSARY)
    age = scheme.rules[0]
    assert age.on(day) is (None if version is None else age.versions[version])
    assert age.nearest(day) is age.versions[version or 0]
    assert scheme.figures(day) == {"pay-line": line}


def test_turning_days_are_the_first_days_of_what_is_new(tmp_path: Path) -> None:
    book = RuleBook({"bursary": load(tmp_path, BURSARY)})
    assert book.turning_days("bursary") == (date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "rule", "field", "said"),
    [
        ("scheme: bursary", "scheme: busary", None, "scheme", "“busary” stands in bursary/bursary.yml (use one name)"),
        ("title: Bursary\n", "titel: Bursary\n", None, "the file", "“titel” is not one of its fields (did you"),
        ("about: Money for a course.\n", "", None, "about", "it is absent"),
        ("kind: funding", "kind: grant", None, "kind", "“grant” is not one of training, funding, award, recognition"),
        ("authority: A council", "authority: 12", None, "authority", "“12” is not a text"),
        ("opportunity(kind = PT-SHORT)", "attribute(age >= 19)", None, "applies_to", "it asks about the person"),
        ("opportunity(kind = PT-SHORT)", "opportunity(kind = PT-LONG)", None, "applies_to", "“PT-LONG” is not one of"),
        ("value: 20000", "value: 19.5", None, "values.pay-line.series[1].value", "is not a whole number (pence"),
        (", why: It was not found.", "", None, "values.pay-line.series[2].why", "say why the figure is not known"),
        ("pay-line:", "price:", None, "values", "“price” is a fact about the opportunity"),
        ("- id: pay", "- id: age", None, "rules", "“age” stands twice"),
        ("    kind: entry", "    kind: enter", "age", "kind", "“enter” is not one of entry, offer, funding"),
        ("attribute(age >= 19)", "attribute(age >> 19)", "age", "versions[1].asks", "expected a word at character 16"),
        ("attribute(age >= 19)", "attribute(agee >= 19)", "age", "versions[1].asks", "“agee” is not a circumstance"),
        ("pay < pay-line", "pay < pay-lin", "pay", "versions[1].asks", "“pay-lin” is not a number of pounds a year"),
        ("from: 2027-01-01, to: null, asks", "from: 2027-01-02, to: null, asks", "age", "versions[2].from",
         "2027-01-02 follows one that ends on 2026-12-31 (each begins the day after the one before)"),
        ("to: 2026-12-31\n", "to: null\n", "age", "versions[2].from", "2027-01-01 follows one that has no end"),
        ("to: 2026-12-31\n", "to: 2025-12-31\n", "age", "versions[1].to", "is before 2026-01-01 (turn the two"),
        ("from: 2026-01-01\n", "from: January\n", "age", "versions[1].from", "“January” is not a day, such as"),
        ("review_by: 2027-07-31", "review_by: 2026-07-31", "age", "versions[1].review_by", "is before it was checked"),
        ("https://example.org/rules", "example.org", "age", "versions[1].source.address", "(begin it with https://)"),
        ("status: published, note", "status: rumour, note", "age", "versions[1].source.status", "“rumour” is not one"),
        ("        checked_on: 2026-11-21\n", "", "age", "versions[1].checked_on", "it is absent"),
        ("{learner: 0, ", "{learner: cheap, ", "pay", "versions[1].pays.learner", "“cheap” is no amount (write"),
        ("employer_percent: 10", "employer_percents: 10", "pay", "versions[1].pays", "did you mean employer_percent?"),
        (", pays: {learner: 0, employer_percent: 10}", "", "pay", "versions[1].pays", "it is absent"),
        ("asks: none}", "asks: none, pays: {learner: 0}}", "visit", "versions[1].pays", "kind afterwards pays nothing"),
        ("    title: Free below the line", "    promise: Money.", "pay", "promise", "kind payment promises nothing"),
        ("    before: no", "    before: never", "pay", "before", "“never” is not one of yes, no, not-known"),
        ("    ask: funder", "    ask: anybody", "pay", "ask", "“anybody” is not one of person, provider"),
        ("    ask: funder", "    ask: funder\n    ask: person", None, "the file", "it is not YAML: “ask” stands twice"),
        ("rules:", "rules: [", None, "the file", "it is not YAML"),
    ],
)  # fmt: skip
def test_a_fault_is_said_with_file_rule_field_and_hint(
    tmp_path: Path, old: str, new: str, rule: str | None, field: str, said: str
) -> None:
    assert BURSARY.count(old) >= 1
    with pytest.raises(RuleError) as caught:
        load(tmp_path, BURSARY.replace(old, new, 1))
    assert (caught.value.file, caught.value.rule, caught.value.field) == ("bursary/bursary.yml", rule, field)
    assert said in str(caught.value)


def test_every_rule_that_is_shipped_says_itself_in_words() -> None:
    schemes = rulebook().schemes.values()
    rules = [(version, scheme.titles) for scheme in schemes for rule in scheme.rules for version in rule.versions]
    assert len(rules) > 50
    for version, titles in rules:
        assert read_sentence(version.sentence, titles) == version.asks
        assert not [name for name in titles if "-" in name and name in version.sentence]
        assert "attribute(" not in version.sentence
        assert "opportunity(" not in version.sentence
    for scheme in schemes:
        assert isinstance(scheme.applies_to, Opportunity) or scheme.applies({}) is Answer.NOT_KNOWN
