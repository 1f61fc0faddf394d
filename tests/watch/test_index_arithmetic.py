"""The index from the rows of its queries: worked examples, and not known where a part is missing."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ontology.namespaces import SW
from queries.coverage.board import Finding
from queries.watch.index import COVERAGE_QUERY, NEEDS_QUERY, OPEN, REACH_QUERY, Index, Row, index

ON = date(2026, 11, 21)
YES, NO, UNKNOWN = (f"https://example.org/three-valued/{word}" for word in ("yes", "no", "unknown"))


def found(finding: str, competencies: int, providers: int = 0, if_published: str = "not-taught") -> Row:
    return {
        "finding": finding,
        "if_published": if_published,
        "providers": str(providers),
        "competencies": str(competencies),
    }


def reached(reachable: str, pairs: int, weeks: int | None = None, status: str = "published") -> Row:
    row = {"reachable": reachable, "pairs": str(pairs), "status": str(SW[status])}
    return row if weeks is None else {**row, "weeks": str(weeks)}


def stated(need: str, on: str, source_date: str | None = None, status: str = "published") -> Row:
    row = {"need": need, "stated_on": on, "status": str(SW[status])}
    return row if source_date is None else {**row, "source_date": source_date}


FINDINGS = [
    found("not-taught", 30),
    found("not-known", 10),
    found("past-only", 10, 2),
    found("whole-only", 20, 1, "whole-only"),
    found("many-providers", 30, 3, "not-known"),
]
REACHED = [reached(YES, 6, 40), reached(YES, 2, 90), reached(YES, 4), reached(NO, 8)]
NEEDS = [stated("NE-1", "2026-11-01"), stated("NE-2", "2025", "2025-06-01"), stated("NE-2", "2025", "2025-06-01")]


def worked_out(findings: list[Row], reach: list[Row], needs: list[Row]) -> Index:
    return index({COVERAGE_QUERY: findings, REACH_QUERY: reach, NEEDS_QUERY: needs}, ON)


def part(of: Index, code: str) -> tuple[float | None, float | None]:
    (one,) = [one for one in of.parts if one.code == code]
    return one.value, one.high


def test_a_worked_example() -> None:
    of = worked_out(FINDINGS, REACHED, NEEDS)
    assert part(of, "coverage") == (50.0, 60.0)  # 20 + 30 of 100; with 10 that are not known 60
    assert part(of, "spread") == (30.0, 40.0)  # 30 of 100; with 10 that are not known 40
    assert part(of, "reach") == (60.0, None)  # 12 of 20
    assert part(of, "coverage-published") == (20.0, None)
    assert part(of, "weeks") == (40.0, None)  # six at 40, two at 90; four are not known
    assert part(of, "needs-age") == (20.0, None)  # 20 days, and 538
    assert (of.value, of.high) == (46.7, 53.3)  # (50 + 30 + 60) / 3 and (60 + 40 + 60) / 3


def test_a_part_that_rests_on_our_inference_says_so() -> None:
    """`FINDINGS` has 30 competencies that are taught by inference alone; what is not taught rests on nothing."""

    def inferred(findings: list[Row], reach: list[Row]) -> set[str]:
        return {one.code for one in worked_out(findings, reach, NEEDS).parts if one.inferred}

    assert inferred(FINDINGS, REACHED) == {"coverage", "spread"}
    published = [found("not-taught", 30), found("whole-only", 20, 1, "whole-only")]
    assert inferred(published, REACHED) == set()
    assert inferred([found("one-provider", 1, 1)], REACHED) == {"coverage"}
    assert inferred(published, [*REACHED, reached(YES, 1, 9, "inferred")]) == {"reach", "weeks"}
    assert inferred(published, [*REACHED, reached(NO, 1, status="inferred")]) == set()


def test_what_is_not_there_is_not_known_and_never_lowers_the_index() -> None:
    of = worked_out([], REACHED, NEEDS)
    assert (of.value, of.high) == (None, None)
    assert of.missing == ("coverage", "spread")
    assert {one.code: one.missing for one in of.parts if one.missing} == {
        "coverage": "the release has no coverage graph, or no needed competencies",
        "spread": "the release has no coverage graph, or no needed competencies",
        "coverage-published": "the release has no coverage graph, or no needed competencies",
    }
    assert worked_out(FINDINGS, [], NEEDS).missing == ("reach",)


def test_no_needs_leave_the_index_as_it_is() -> None:
    assert worked_out(FINDINGS, REACHED, []).value == worked_out(FINDINGS, REACHED, NEEDS).value
    assert part(worked_out(FINDINGS, REACHED, []), "needs-age") == (None, None)


def test_what_is_made_up_does_not_count() -> None:
    of = worked_out(
        FINDINGS,
        [*REACHED, reached(YES, 20, 1, "illustrative")],
        [*NEEDS, stated("NE-3", "2026-11-20", status="illustrative")],
    )
    assert part(of, "reach") == (30.0, 80.0)  # 12 of 40; the 20 could be reachable
    assert part(of, "weeks") == (40.0, None)
    assert part(of, "needs-age") == (20.0, None)


def test_a_search_that_was_stopped_is_not_known() -> None:
    assert part(worked_out(FINDINGS, [reached(YES, 1, 9), reached(UNKNOWN, 1)], NEEDS), "reach") == (50.0, 100.0)


rows = st.lists(
    st.builds(found, st.sampled_from(list(Finding)), st.integers(0, 50), st.integers(0, 4)), min_size=1, max_size=12
)


@given(rows)
def test_parts_are_shares_and_upper_ends_are_above(findings: list[Row]) -> None:
    of = worked_out(findings, REACHED, NEEDS)
    for one in of.parts:
        if one.in_index and one.value is not None:
            assert 0 <= one.value <= (one.value if one.high is None else one.high) <= 100
    if of.value is not None:
        assert 0 <= of.value <= (of.value if of.high is None else of.high) <= 100


@given(rows, st.integers(1, 50))
def test_what_is_not_known_never_lowers_the_upper_end_and_better_never_lowers_coverage(
    findings: list[Row], more: int
) -> None:
    before, high = part(worked_out(findings, REACHED, NEEDS), "coverage")
    after, _ = part(worked_out([*findings, found("many-providers", more, 2)], REACHED, NEEDS), "coverage")
    assert before is None or (after is not None and after >= before)
    for one in OPEN:
        _, wider = part(worked_out([*findings, found(one, more)], REACHED, NEEDS), "coverage")
        assert before is None or (wider or 0) >= (before if high is None else high) - 0.01


@given(rows, st.sampled_from(["not-taught", *OPEN]), st.integers(1, 50), st.integers(1, 3))
def test_whoever_begins_to_teach_never_lowers_the_index(
    findings: list[Row], finding: str, some: int, providers: int
) -> None:
    """Also not when one provider alone does: a gap that is closed in a fragile way is a gap closed."""
    taught = found("many-providers" if providers > 1 else "one-provider", some, providers)
    before = worked_out([*findings, found(finding, some)], REACHED, NEEDS)
    after = worked_out([*findings, taught], REACHED, NEEDS)
    assert before.value is not None and after.value is not None and after.value >= before.value
    if finding in OPEN:  # what is not known turned out: within what was said before
        assert after.value <= (before.value if before.high is None else before.high) + 0.1
