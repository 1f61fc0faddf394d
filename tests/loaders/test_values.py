"""One cell at a time: what is accepted, what it becomes, and what is said of the rest."""

from datetime import date
from decimal import Decimal

import pytest

from graph.requirements import AnyOf, CreditsFrom, LevelHeld, WorksAs
from loaders.tables import CELL_TYPES, Column
from loaders.values import Fault, is_address, is_damaged, mend, nearest, partial_date, read_value


def column(kind: str, **facts: object) -> Column:
    return Column("test", CELL_TYPES[kind], "", **facts)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("id", "OC-HCSASSOC", "OC-HCSASSOC"),
        ("id", "K-ST0220-1.1-S4", "K-ST0220-1.1-S4"),
        ("integer", "0", 0),
        ("integer", "16000", 16000),
        ("decimal", "79.46", Decimal("79.46")),
        ("decimal", "-2.05", Decimal("-2.05")),
        ("yesno", "no", False),
        ("url", "urn:stepway:talk", "urn:stepway:talk"),
        ("url", "https://example.org/a_(b)?c=d&e=%20f#g/h?i", "https://example.org/a_(b)?c=d&e=%20f#g/h?i"),
        ("url", "http://example.org:8080/pâté", "http://example.org:8080/pâté"),
        ("qan", "603/0472/8", "60304728"),
        ("qan", "603/7066/x", "6037066X"),
        ("qan", "6037066X", "6037066X"),
        ("postcode", "b633na", "B63 3NA"),
        ("postcode", "EC1A 1BB", "EC1A 1BB"),
        ("postcode", "GIR 0AA", "GIR 0AA"),
        ("standard", "FA0001", "FA0001"),
        ("standard", "AU0012", "AU0012"),
        ("soc2020", "3549/04", "3549/04"),
        ("level", "E", "E"),
        ("level", "8", "8"),
        ("requirement", "level(1)", LevelHeld(1)),
        ("requirement", "credits(9999, level=8)", CreditsFrom(9999, level=8)),
        ("requirement", "any(level(3), works_as(OC-A))", AnyOf((LevelHeld(3), WorksAs("OC-A")))),
    ],
)
def test_good_cells(kind: str, text: str, value: object) -> None:
    assert read_value(column(kind), text) == value


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("qan", "603/0472", "invalid-qan"),
        ("qan", "X0304728", "invalid-qan"),
        ("integer", "007", "invalid-number"),
        ("integer", "1e3", "invalid-number"),
        ("integer", "٣", "invalid-number"),
        ("integer", "9" * 16, "invalid-number"),
        ("decimal", ".5", "invalid-number"),
        ("decimal", "NaN", "invalid-number"),
        ("decimal", "1,5", "invalid-number"),
        ("url", "https://example.org/[1]", "invalid-url"),
        ("url", "https://example.org/100%", "invalid-url"),
        ("url", "https://user@example.org/", "invalid-url"),
        ("url", "urn:x", "invalid-url"),
        ("url", "javascript:alert(1)", "invalid-url"),
        ("ukprn", "20000001", "invalid-ukprn"),
        ("ukprn", "100000012", "invalid-ukprn"),
        ("postcode", "B63 3N", "invalid-postcode"),
        ("soc2020", "3549/4", "invalid-soc2020"),
        ("level", "9", "invalid-level"),
        ("requirement", "", "invalid-requirement"),
        ("requirement", "level(0)", "invalid-requirement"),
        ("requirement", "credits(15, level=9)", "invalid-requirement"),
        ("requirement", "level(3", "invalid-requirement"),
        ("requirement", "level(3))", "invalid-requirement"),
        ("requirement", "not(level(3))", "invalid-requirement"),
        ("requirement", "any(level(3), opportunity(level = 3))", "invalid-requirement"),
    ],
)
def test_bad_cells(kind: str, text: str, code: str) -> None:
    with pytest.raises(Fault) as fault:
        read_value(column(kind), text)
    assert fault.value.code == code


def test_the_place_of_a_fault_in_a_rule_is_said() -> None:
    with pytest.raises(Fault, match=r"“hold” is not a kind of requirement at character 1[45]"):
        read_value(column("requirement"), "any(level(3), hold(Q-A))")


@pytest.mark.parametrize(("year", "good"), [("1899", False), ("1900", True), ("2100", True), ("2101", False)])
def test_years_are_those_of_living_memory(year: str, good: bool) -> None:
    if good:
        assert str(partial_date(year)) == year
    else:
        with pytest.raises(Fault, match="between 1900 and 2100"):
            partial_date(year)


def test_degrees_may_be_negative_and_weeks_may_not() -> None:
    assert read_value(column("decimal", unit="degrees"), "-1.9") == Decimal("-1.9")
    with pytest.raises(Fault, match="weeks cannot be negative"):
        read_value(column("integer", unit="weeks"), "-1")


@pytest.mark.parametrize(
    ("text", "first"),
    [("2026", date(2026, 1, 1)), ("2026-09", date(2026, 9, 1)), ("2026-09-14", date(2026, 9, 14))],
)
def test_a_date_is_as_exact_as_it_is_written(text: str, first: date) -> None:
    assert partial_date(text).first_day == first
    assert str(partial_date(text)) == text


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("plain", "plain"),
        ("  two  words ", "two  words"),
        ("a\u00a0b", "a b"),
        ("a \r\n b", "a b"),
        ("\u200bDudley\ufeff", "Dudley"),
        ("soft\u00adhyphen", "softhyphen"),
        ("naïve — £5", "naïve — £5"),
    ],
)
def test_stray_characters_are_taken_out_and_nothing_else(text: str, mended: str) -> None:
    assert mend(text) == mended


def test_damaged_text_is_known_by_its_signs() -> None:
    assert is_damaged("Itâ€™s")
    assert is_damaged("Â£500")
    assert is_damaged("caf\ufffd")
    assert not is_damaged("Château, £500, naïve — “so”")


def test_nearest_words_are_found_whatever_their_case() -> None:
    assert nearest("Part time", {"full-time": 1, "part-time": 2, "flexible": 3}) == ["part-time"]
    assert nearest("zzz", ["full-time"]) == []


def test_addresses_are_those_that_a_store_takes() -> None:
    assert is_address("https://xn--example.org")
    assert not is_address("https://exa mple.org")
    assert not is_address("http://-/")
    assert not is_address("//example.org")
