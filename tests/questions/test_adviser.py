"""What an adviser asks of the region besides the best pathway: limits, stopping places, why, and why not.

Each answer is read as it comes over HTTP (the body that `api.questions.answer` gives) and as the console shows it.
"""

import io
from typing import Any

import pytest

from api import console, questions
from api.schemas.pathways import PathwayReply
from graph.projection import StepKind
from queries.pathways.engine.problem import Criterion, Limits, Outcome
from queries.pathways.request import PathwayRequest, Via
from tests.questions.world import TODAY, Whole

BOOTCAMP: dict[str, Any] = {"holds": ("PT-BOOTCAMP",)}


def line(reply: PathwayReply) -> str:
    """The pathways by their steps and weeks; or why there is none, what would open one, and what is missing."""
    if reply.pathways:
        found = []
        for pathway in reply.pathways:
            totals = pathway.totals
            weeks = f"{'≥' * totals.weeks_at_least}{totals.weeks}w"
            found.append(f"{' ~ '.join(step.id for step in pathway.steps)} [{weeks} {pathway.status}]")
        return " | ".join(found)
    said = [str(reply.outcome), *dict.fromkeys(reason.code for reason in reply.reasons)]
    said += [f"lift {' and '.join(limit.name for limit in one.limits)}: {one.weeks}w" for one in reply.lifting]
    return "; ".join(said)


ASKED: dict[str, tuple[dict[str, Any], str]] = {
    "any level 4 role": (
        {**BOOTCAMP, "to_level": 4},
        "Q-MEDTECH-HNC ~ PG-017 [≥52w inferred] | PT-APPR/OC-MAMMO [≥65w published] | "
        "PT-APPR/OC-HCSASSOC [≥113w published]",
    ),
    "from science assistant to associate": (
        {"holds": ("OC-HCSA",), "to": ("OC-HCSASSOC",), "published_only": True, "attributes": (("age", "30"),)},
        "PT-APPR/OC-HCSASSOC [≥113w published]",
    ),
    "too late": (
        {**BOOTCAMP, "to": ("OC-HCSP",), "within_weeks": 100},
        "none_within_limits; too-late; lift time: 165w",
    ),
    "a price that nobody knows does not fit a budget": (
        {**BOOTCAMP, "to": ("OC-MTTECH",), "budget_pounds": 500},
        "none_within_limits; over-budget; lift budget: 52w",
    ),
    "only part-time": (
        {**BOOTCAMP, "to": ("OC-MTTECH",), "mode": ("part-time",)},
        "none_within_limits; filtered; lift mode: 52w",
    ),
    "no apprenticeship": (
        {**BOOTCAMP, "to": ("OC-HCSASSOC",), "avoid": ("PT-APPR",)},
        "none_within_limits; filtered; lift avoid:PT-APPR: 113w",
    ),
    "only what is published": (
        {**BOOTCAMP, "to": ("OC-RAS",), "published_only": True},
        "none_within_limits; only-unconfirmed; lift published_only: 347w",
    ),
    "too old": (
        {"to": ("Q-TL-HEALTH",), "attributes": (("age", "40"),)},
        "proved_none; not-eligible; needs-not-met",
    ),
    "too young until the birthday": (
        {"to": ("Q-TL-HEALTH",), "attributes": (("born", "2010-12-19"),), "alternatives": 1},
        "Q-TL-HEALTH [≥108w published]",
    ),
    "by way of a year as data technician": (
        {**BOOTCAMP, "to": ("OC-MTTECH",), "via": (Via("OC-DATATECH", 52),), "alternatives": 1},
        "PG-020 ~ Q-MEDTECH-HNC ~ stay:OC-DATATECH ~ PG-017 [≥104w inferred]",
    ),
    "on from 60 credits": (
        {"holds": ("Q-MEDTECH-HNC:60",), "to": ("Q-MEDTECH-HND",), "alternatives": 1},
        "Q-MEDTECH-HNC ~ Q-MEDTECH-HND [≥104w inferred]",
    ),
    "on from 90 credits": (
        {"holds": ("Q-MEDTECH-HNC:90",), "to": ("Q-MEDTECH-HND",), "alternatives": 1},
        "Q-MEDTECH-HND [≥52w inferred]",
    ),
    "soonest into work in the sector": (
        {"to": ("OC-HCSASSOC",), "by": Criterion.FIRST_JOB, "alternatives": 1},
        "PG-E08 ~ PT-APPR/OC-HCSASSOC [≥113w inferred]",
    ),
    "already there": ({"holds": ("OC-MTTECH",), "to": ("OC-MTTECH",)}, " [0w published]"),
}


def ask(release: Whole, name: str) -> tuple[PathwayReply, str]:
    """The reply as it comes over HTTP, and what the console makes of it."""
    request = PathwayRequest(**{"on": TODAY} | ASKED[name][0])
    body = questions.answer(release.service, request, (), Limits())
    reply = questions.REPLY.validate_json(body)
    assert questions.REPLY.dump_json(reply) == body
    stream = io.StringIO()
    console.pathways(console.Screen(stream), reply, lambda id: release.projection.labels.get(id, id))
    return reply, stream.getvalue()


@pytest.mark.parametrize("name", ASKED)
def test_answer(release: Whole, name: str) -> None:
    reply, text = ask(release, name)
    assert line(reply) == ASKED[name][1]
    assert all(len(row) <= console.WIDTH for row in text.splitlines() if "://" not in row)
    for code in ("none_within_limits", "proved_none", "needs-not-met", "employer-needed", "centre-decides"):
        assert code not in text, "a code is for programs"
    answer = text.index("Answer ")
    for pathway in reply.pathways:
        assert answer < text.index(f"Pathway {reply.pathways.index(pathway) + 1}.")
    assert text.count("The client can stop here.") == sum(max(len(p.steps) - 1, 0) for p in reply.pathways)


@pytest.mark.parametrize("name", ASKED)
def test_each_step_says_why_and_where_it_leaves_somebody(release: Whole, name: str) -> None:
    for pathway in ask(release, name)[0].pathways:
        spent = 0
        for step in pathway.steps:
            assert step.because is not None
            soonest_work = step.because.text.startswith("it is the soonest work in the sector")
            assert step.because.lost or soonest_work, "every step is needed"
            assert (step.slack is None) is (step.kind is StepKind.JOB)
            assert step.slack is None or step.slack.weeks is None, "no run with a start to come is known here"
            assert spent <= step.afterwards.spent_pounds
            spent = step.afterwards.spent_pounds
            assert (step.afterwards.back_on is None) is (step is pathway.steps[-1])
        assert spent == pathway.totals.known_cost_pounds


def test_what_would_have_to_be_brought(release: Whole) -> None:
    old, _ = ask(release, "too old")
    assert old.missing is not None
    assert [[thing.label for thing in some] for some in old.missing.sets] == [["aged 18 or under"]]
    assert (old.missing.all_found, old.missing.proven) == (True, True)


def test_what_a_limit_took_out_is_told(release: Whole) -> None:
    dear, text = ask(release, "a price that nobody knows does not fit a budget")
    (budget,) = dear.filtered
    assert (budget.limit.name, "Q-MEDTECH-HNC" in [step.id for step in budget.steps]) == ("budget", True)
    assert "Steps that your limits took out" in text
    assert dear.outcome is Outcome.NONE_WITHIN_LIMITS


def test_the_nearest_roles_are_within_the_limits(release: Whole) -> None:
    late, _ = ask(release, "too late")
    assert late.nearest
    for near in late.nearest:
        again = PathwayRequest(holds=("PT-BOOTCAMP",), to=(near.role.id,), within_weeks=100, on=TODAY)
        assert release.service.answer(again).outcome is Outcome.FOUND, near.role.id
