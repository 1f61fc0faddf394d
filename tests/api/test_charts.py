"""Charts as data: what is drawn is what is so, and not known is neither nought nor left out."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.charts import COLOURS, DASHES, GREY, INK, NOT_KNOWN, PALE, PAPER, PASTELS, SHAPES, bars, heat, lines
from tests.support.vega_lite import check

TAUGHT = [
    {"role": "Imaging support worker", "skills": 12},
    {"role": "Mammography associate", "skills": None},
    {"role": "Regulatory adviser", "skills": 0},
]


def _layers(spec: dict[str, Any]) -> list[str]:
    return [one["mark"]["type"] for one in spec["layer"]]


def test_bars_stand_in_the_order_of_the_rows_with_their_numbers() -> None:
    spec = bars("Taught", "Three roles and how many skills are taught.", TAUGHT, category="role", value="skills")
    check(spec)
    assert spec["encoding"]["y"]["sort"] is None
    assert [row["said"] for row in spec["data"]["values"]] == ["12", NOT_KNOWN, "0"]


def test_not_known_is_written_and_never_nought() -> None:
    spec = bars("Taught", "Three roles.", TAUGHT, category="role", value="skills")
    unknown = spec["data"]["values"][1]
    assert unknown["skills"] is None
    (layer,) = [one for one in spec["layer"] if "=== null" in one["transform"][0]["filter"]]
    assert layer["mark"]["type"] == "text"
    assert layer["encoding"]["text"] == {"value": NOT_KNOWN}
    drawn = [one for one in spec["layer"] if one["mark"]["type"] == "bar"]
    assert all(one["transform"] == [{"filter": "datum.skills !== null"}] for one in drawn)


def test_where_all_is_known_nothing_says_otherwise() -> None:
    spec = bars("Taught", "One role.", TAUGHT[:1], category="role", value="skills")
    assert NOT_KNOWN not in json.dumps(spec)


def test_the_kinds_of_a_bar_have_an_order_and_what_is_not_known_is_last_and_grey() -> None:
    rows = [
        {"role": "A", "count": 1, "kind": None},
        {"role": "A", "count": 2, "kind": "by none"},
        {"role": "A", "count": 3, "kind": "by one"},
    ]
    spec = bars("T", "D.", rows, category="role", value="count", group="kind", groups=("by one", "by none"))
    check(spec)
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["by one", "by none", NOT_KNOWN]
    assert scale["range"][-1] == GREY
    assert [row["place"] for row in spec["data"]["values"]] == [2, 1, 0]
    assert [row["key"] for row in spec["data"]["values"]] == ["C 1", "B 2", "A 3"], (
        "letters, so that no colour is needed"
    )
    assert '"by none": "B: by none"' in spec["layer"][0]["encoding"]["color"]["legend"]["labelExpr"]


def test_cells_hold_their_number_or_word() -> None:
    cells = [{"unit": "U1", "ksb": "K1", "parts": "taught"}, {"unit": "U2", "ksb": "K1", "parts": None}]
    spec = heat("T", "D.", cells, x="unit", y="ksb", value="parts", words=("taught", "assessed"))
    check(spec)
    assert [row["said"] for row in spec["data"]["values"]] == ["taught", NOT_KNOWN]
    assert [row["parts"] for row in spec["data"]["values"]] == ["taught", None]
    with pytest.raises(ValueError, match="tought, which is none of taught"):
        heat("T", "D.", [{**cells[0], "parts": "tought"}], x="unit", y="ksb", value="parts", words=("taught",))


def test_a_line_breaks_where_nothing_is_known() -> None:
    rows = [{"quarter": f"2026-Q{n}", "adverts": adverts} for n, adverts in enumerate((4, None, 2.5), 1)]
    spec = lines("T", "D.", rows, x="quarter", y="adverts")
    check(spec)
    line = spec["layer"][0]
    assert line["mark"]["type"] == "line"
    assert "transform" not in line, "a row that was filtered out would be bridged by the line"
    assert [row["adverts"] for row in spec["data"]["values"]] == [4, None, 2.5]
    assert [row["said"] for row in spec["data"]["values"]] == ["4", NOT_KNOWN, "2.50"]


def test_lines_differ_by_dashes_and_points_too() -> None:
    rows = [{"year": "2025", "n": 1, "who": who} for who in ("A", "B", "C")]
    line, point, _ = lines("T", "D.", rows, x="year", y="n", series="who")["layer"]
    dashes, shapes = line["encoding"]["strokeDash"]["scale"], point["encoding"]["shape"]["scale"]
    assert dashes["domain"] == shapes["domain"] == ["A", "B", "C"]
    assert len({*shapes["range"]}) == 3
    assert len({*map(tuple, dashes["range"])}) == 3


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [*COLOURS, GREY])
def test_white_letters_can_be_read_on_every_bar(colour: str) -> None:
    assert _contrast(colour, PAPER) >= 4.5


@pytest.mark.parametrize("colour", [*PALE, *PASTELS])
def test_dark_letters_can_be_read_on_every_cell(colour: str) -> None:
    assert _contrast(colour, INK) >= 4.5


def test_marks_are_distinct() -> None:
    assert len({*COLOURS}) == len({*SHAPES}) == len({*map(tuple, DASHES)}) == 8


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"role": "A"}], "no column n"),
        ([{"role": "A", "n": math.nan}], "no number"),
        ([{"role": "A", "n": "3"}], "no number"),
    ],
)
def test_what_cannot_be_drawn_is_refused(rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bars("T", "D.", rows, category="role", value="n")


def test_a_chart_says_what_it_shows() -> None:
    with pytest.raises(ValueError, match="description"):
        bars("T", " ", TAUGHT, category="role", value="skills")


def test_a_column_cannot_bring_an_expression() -> None:
    with pytest.raises(ValueError, match="cannot name a column"):
        bars("T", "D.", [{"role": "A", "n] || alert(1)": 1}], category="role", value="n] || alert(1)")


words = st.text(max_size=8)
numbers = st.none() | st.integers(0, 10**6) | st.floats(0, 1e6, allow_nan=False)


@given(st.lists(st.fixed_dictionaries({"a": words, "b": words | st.none(), "n": numbers}), max_size=8))
def test_every_row_is_in_every_chart(rows: list[dict[str, Any]]) -> None:
    made = (
        bars("T", "D.", rows, category="a", value="n"),
        bars("T", "D.", rows, category="a", value="n", group="b"),
        heat("T", "D.", rows, x="a", y="b", value="n"),
        lines("T", "D.", rows, x="a", y="n", series="b"),
    )
    for spec in made:
        check(spec)
        values = spec["data"]["values"]
        assert [row["n"] for row in values] == [row["n"] for row in rows]
        says = any("datum.n === null" in str(layer.get("transform")) for layer in spec["layer"])
        assert says == any(row["n"] is None for row in rows)


def test_a_long_name_stands_there_whole_in_several_lines() -> None:
    name = "Healthcare engineering specialist technician: healthcare medical devices technician"
    rows = [{"role": name, "n": 1, "unit": "U"}, {"role": "Short", "n": 2, "unit": "U"}]
    for spec in (
        bars("T", "D.", rows, category="role", value="n"),
        heat("T", "D.", rows, x="unit", y="role", value="n"),
    ):
        check(spec)
        axis = spec["encoding"]["y"]["axis"]
        assert axis["labelLimit"] == 0
        lines_of = json.loads(axis["labelExpr"].removesuffix(")[datum.label]").removeprefix("("))
        assert " ".join(lines_of[name]) == name and len(lines_of[name]) == 2
        assert spec["height"]["step"] >= 28


def test_a_cell_is_as_wide_as_its_words_and_a_kind_without_room_for_them_has_none() -> None:
    cells = [{"unit": "U1", "ksb": "K1", "parts": "cannot be told"}]
    spec = heat("T", "D.", cells, x="unit", y="ksb", value="parts", words=("cannot be told",))
    assert spec["width"]["step"] >= 6 * len("cannot be told")
    rows = [{"role": "A", "count": count, "kind": kind} for count, kind in ((1, "one"), (99, "other"))]
    spec = bars("T", "D.", rows, category="role", value="count", group="kind")
    check(spec)
    assert spec["width"] <= 1000
    (letters,) = [one for one in spec["layer"] if one["mark"]["type"] == "text"]
    room = float(letters["transform"][0]["filter"].split(" * ")[1].split()[0])
    assert 1 * room < len("A 1") < 99 * room
