"""Small worlds of awards and units, made in the test, and rules of the Lifelong Learning Entitlement for them."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from graph.projection import AwardFacts, Projection, Source, Status, UnitFacts
from queries.eligibility.rulebook import RuleBook
from queries.prior_learning.bundles import SCHEME
from queries.prior_learning.request import PriorLearning, PriorLearningRequest
from queries.prior_learning.service import prior_learning

DAY = date(2026, 11, 22)
SOURCE = Source("row", "https://example.org/award", "2026-01-01", Status.PUBLISHED)
NO_RULES = RuleBook({})

EMPTY = Projection((), (), (), {}, {}, {}, {}, (), (), {})


def world(awards: list[AwardFacts], units: list[UnitFacts]) -> Projection:
    """A release of some awards and units, and nothing else."""
    labels = {one.id: one.title for one in (*awards, *units)}
    return replace(EMPTY, awards={a.id: a for a in awards}, units={u.id: u for u in units}, labels=labels)


def award(id: str, *rules: str, credits: int | None = None, level: int = 4) -> AwardFacts:
    return AwardFacts(id, id, level, credits, rules, SOURCE, kind="PT-HNC")


def unit(id: str, of: str, credits: int | None, role: str = "core", level: int = 4) -> UnitFacts:
    return UnitFacts(id, id, of, level, credits, role, SOURCE)


def ask(projection: Projection, book: RuleBook = NO_RULES, **question: Any) -> PriorLearning:
    return prior_learning(projection, book, PriorLearningRequest(**{"on": DAY, **question}))


def _rule(id: str, kind: str, row: str, ask: str, asks: str) -> str:
    return f"""
  - id: {id}
    kind: {kind}
    rows: [{row}]
    ask: {ask}
    before: no
    after: not-known
    versions:
      - from: 2027-01-01
        to: null
        asks: {asks}
        source: {{address: "https://example.org/lle", as_of: 2026-05-05, status: published}}
        checked_on: 2026-11-21
        review_by: 2027-07-31"""


ENTITLEMENT = f"""
scheme: lifelong-learning-entitlement
title: Lifelong Learning Entitlement
about: A loan for study at levels 4 to 6.
kind: funding
authority: Student Loans Company
applies_to: opportunity(kind = PT-HNC)
values:
  least:
    unit: credits
    series:
      - from: 2027-01-01
        to: 2027-12-31
        value: 30
        source: {{address: "https://example.org/lle", as_of: 2026-05-05, status: published}}
      - from: 2028-01-01
        to: null
        value: 15
        source: {{address: "https://example.org/lle", as_of: 2026-05-05, status: published}}
rules:
{_rule("alone", "offer", "FR-014", "provider", "any(opportunity(bundle = yes), opportunity(sold-alone = yes))")}
{_rule("size", "offer", "FR-012", "provider", "opportunity(credits >= least)")}
{_rule("approved", "offer", "FR-016", "provider", "opportunity(provider-approved-for-modules = yes)")}
{_rule("age", "funding", "FR-020", "person", "attribute(age <= 60)")}
"""


def entitlement(folder: Path) -> RuleBook:
    """Made-up rules, for people aged 60 or under at an approved provider.

    From 2027 a bundle, or a unit sold alone, of at least 30 credits; from 2028 of at least 15.
    """
    (folder / SCHEME).mkdir(parents=True)
    (folder / SCHEME / f"{SCHEME}.yml").write_text(ENTITLEMENT, encoding="utf-8")
    return RuleBook.load(folder)
