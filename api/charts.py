"""Charts as data: Vega-Lite v5 specifications that any page or notebook can draw, with their values inside.

Source: https://vega.github.io/vega-lite/docs/. Each spec stands alone: it loads nothing. What a chart shows is also
told in words (`description`), for people who cannot see it. Nothing is said by colour alone: every bar and cell has its
number or word written on it, every line its own shape and dashes. *Not known* is a value of its own: it is written
where its mark would stand, and is never nought and never left out.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
NOT_KNOWN: Final = "not known"

Row = Mapping[str, str | int | float | None]
"""One mark: its values by column. None is not known."""
Chart = dict[str, Any]

COLOURS: Final = ("#0072B2", "#C04F00", "#117733", "#AA4499", "#332288", "#A6611A", "#882255", "#007A5A")
"""Of kinds and lines: white letters can be read on each (4.5 to 1, WCAG 2.2, 1.4.3), and they stay apart when colours
are seen badly (after Okabe and Ito, https://jfly.uni-koeln.de/color/, and Tol, https://personal.sron.nl/~pault/)."""
GREY: Final = "#767676"
"""Of what is not known: 4.5 to 1 on white."""
INK: Final = "#000000"
PAPER: Final = "#ffffff"
PALE: Final = ("#f7fbff", "#6baed6")
"""From few to many in a cell: dark letters can be read on both (8.6 to 1)."""
PASTELS: Final = ("#9ecae1", "#fdd0a2", "#c7e9c0", "#dadaeb", "#fcc5c0", "#ffffb3", "#d9d9d9", "#ccece6")
"""Of words in cells, with dark letters on them."""
SHAPES: Final = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-left", "stroke")
DASHES: Final = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 1], [1, 4], [10, 2, 2, 2])

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SAID: Final = "said"
_STEP: Final = 22
_CELL: Final = 64
"""Height and least width of what a name stands beside (pixels)."""
_LETTER: Final = 7
_LINE: Final = 14
"""Width of a letter and height of a line (pixels)."""
_WIDE: Final = 48
"""Letters in a line of a name."""
_ABOVE: Final = {"orient": "top", "columns": 1}
"""Where a legend stands: beside a wide chart it would be cut off."""
_BARS: Final = (300, 1000)
"""Width of bars that are made up of kinds, at least and at most (pixels)."""


def bars(
    title: str,
    description: str,
    rows: Sequence[Row],
    *,
    category: str,
    value: str,
    group: str | None = None,
    groups: Sequence[str] = (),
    titles: Mapping[str, str] | None = None,
    subtitle: str = "",
) -> Chart:
    """Lying bars, one for each `category` in the order of the rows, with its number written at it.

    `value`: the column of the length, from 0; None: "not known" stands in its place. `group`: the column of the kinds
    that a bar is made up of, `groups` their order; a kind of None is not known, and last. Kinds have letters, in the
    legend and, with their number, on the bar, as far as there is room. `titles`: what columns are called. Raises
    `ValueError` for a column that is not there, or a value that is no finite number.
    """
    names = [name for name in (category, value, group) if name]
    values = _values(rows, names, numbers=(value,))
    heading = _titles(names, titles)
    axis, step = _of_names(one[category] for one in values)
    y = {"field": category, "type": "nominal", "sort": None, "title": heading[category], "axis": axis}
    size: dict[str, Any] = {"height": {"step": step}}
    written = f"datum.{value} !== null"
    x: dict[str, Any] = {
        "field": value,
        "type": "quantitative",
        "title": heading[value],
        "scale": {"zero": True, "nice": True},
        "stack": "zero" if group else None,
        "axis": {"tickMinStep": 1} if _whole(rows, value) else {},
    }
    bar: dict[str, Any] = {"mark": {"type": "bar", "stroke": PAPER, "strokeWidth": 1}, "encoding": {"x": x}}
    number: dict[str, Any] = {"text": {"field": _SAID, "type": "nominal"}}
    if group:
        order = _order(rows, group, groups)
        for one in values:
            one["place"] = order.index(str(one[group]))
            one["key"] = f"{_letter(one['place'])} {one[_SAID]}"
        keys = json.dumps({name: f"{_letter(place)}: {name}" for place, name in enumerate(order)})
        legend = {"labelExpr": f"({keys})[datum.label]", **_ABOVE}
        colour = {"field": group, "type": "nominal", "scale": _scale(order), "title": heading[group], "legend": legend}
        number["text"] = {"field": "key", "type": "nominal"}
        bar["encoding"] |= {"color": colour, "order": {"field": "place", "type": "quantitative"}}
        number |= {"x": {**x, "bandPosition": 0.5}, "detail": {"field": group, "type": "nominal"}}
        number["order"] = {"field": "place", "type": "quantitative"}
        letters: dict[str, Any] = {"type": "text", "color": PAPER, "fontWeight": "bold"}
        size["width"], room = _room(values, category, value)
        written += f" && datum.{value} * {room:.4g} > length(datum.key)"
    else:
        bar["mark"]["color"] = COLOURS[0]
        number["x"] = x
        letters = {"type": "text", "align": "left", "dx": 4, "color": INK}
    shown = [_known(bar, value), _filtered({"mark": letters, "encoding": number}, written)]
    if any(one[value] is None for one in values):
        shown.append(_unknown({"x": {"datum": 0, "type": "quantitative"}}, value, align="left", dx=4))
    return _chart(title, description, subtitle, values, shown, {"y": y}, **size)


def heat(
    title: str,
    description: str,
    rows: Sequence[Row],
    *,
    x: str,
    y: str,
    value: str,
    words: Sequence[str] | None = None,
    titles: Mapping[str, str] | None = None,
    subtitle: str = "",
) -> Chart:
    """A table of cells, its columns `x` and rows `y` in the order they come, each cell with its number or word in it.

    `words`: what `value` may be, in order, when it is a word rather than a number. None in a cell is not known; a cell
    without a row is empty: nobody asked. Raises `ValueError` as `bars` does, and for a word that is none of `words`.
    """
    values = _values(rows, [x, y, value], numbers=() if words else (value,))
    heading = _titles([x, y, value], titles)
    if words is None:
        scale: dict[str, Any] = {"range": list(PALE)}
        colour = {"field": value, "type": "quantitative", "scale": scale, "title": heading[value]}
    else:
        if strange := sorted({str(one[value]) for one in rows if one[value] is not None} - set(words)):
            raise ValueError(f"{value} is {strange[0]}, which is none of {', '.join(words)}")
        scale = {"domain": list(words), "range": [PASTELS[place % len(PASTELS)] for place in range(len(words))]}
        colour = {"field": value, "type": "nominal", "scale": scale, "title": heading[value]}
        for one, row in zip(values, rows, strict=True):
            one[value] = row[value]  # None, which has a mark of its own
    text = {"text": {"field": _SAID, "type": "nominal"}}
    shown = [
        _known({"mark": {"type": "rect", "stroke": GREY}, "encoding": {"color": colour}}, value),
        _known({"mark": {"type": "text", "color": INK}, "encoding": text}, value),
    ]
    if any(one[value] is None for one in values):
        empty = {"mark": {"type": "rect", "fill": PAPER, "stroke": GREY, "strokeDash": [2, 2]}, "encoding": {}}
        shown += [_filtered(empty, f"datum.{value} === null"), _unknown({}, value)]
    axis, step = _of_names(one[y] for one in values)
    across, _ = _of_names(one[x] for one in values)
    axes = {
        "x": {"field": x, "type": "nominal", "sort": None, "title": heading[x], "axis": across | {"labelAngle": -40}},
        "y": {"field": y, "type": "nominal", "sort": None, "title": heading[y], "axis": axis},
    }
    width = max([_CELL, *(_LETTER * (len(one[_SAID]) + 1) for one in values)])
    return _chart(title, description, subtitle, values, shown, axes, width={"step": width}, height={"step": step})


def lines(
    title: str,
    description: str,
    rows: Sequence[Row],
    *,
    x: str,
    y: str,
    series: str | None = None,
    titles: Mapping[str, str] | None = None,
    subtitle: str = "",
) -> Chart:
    """Lines over `x` (quarters, years, releases, in the order of the rows), each with its own dashes and points.

    `y`: from 0; None breaks the line, and "not known" stands at the foot. Raises `ValueError` as `bars` does.
    """
    names = [name for name in (x, y, series) if name]
    values = _values(rows, names, numbers=(y,))
    heading = _titles(names, titles)
    across = {"field": x, "type": "ordinal", "sort": None, "title": heading[x], "axis": {"labelAngle": -40}}
    up: dict[str, Any] = {
        "field": y,
        "type": "quantitative",
        "title": heading[y],
        "scale": {"zero": True, "nice": True},
        "axis": {"tickMinStep": 1} if _whole(rows, y) else {},
    }
    line: dict[str, Any] = {"y": up}
    point: dict[str, Any] = {"y": up}
    line_mark: dict[str, Any] = {"type": "line", "strokeWidth": 2}
    point_mark: dict[str, Any] = {"type": "point", "filled": True, "size": 60, "opacity": 1}
    if series:
        order = _order(rows, series, ())
        told = {"field": series, "type": "nominal", "title": heading[series], "legend": _ABOVE}
        colour = {**told, "scale": _scale(order)}
        line |= {"color": colour, "strokeDash": {**told, "scale": _scale(order, DASHES)}}
        point |= {"color": colour, "shape": {**told, "scale": _scale(order, SHAPES)}}
    else:
        line_mark["color"] = point_mark["color"] = COLOURS[0]
    number: dict[str, Any] = {"y": up, "text": {"field": _SAID, "type": "nominal"}}
    if series:
        number["detail"] = {"field": series, "type": "nominal"}
    shown = [
        {"mark": line_mark, "encoding": line},
        _known({"mark": point_mark, "encoding": point}, y),
        _known({"mark": {"type": "text", "color": INK, "dy": -10}, "encoding": number}, y),
    ]
    if any(one[y] is None for one in values):
        shown.append(_unknown({"y": {"value": {"expr": "height"}}}, y, dy=-8))
    return _chart(title, description, subtitle, values, shown, {"x": across}, width={"step": 64}, height=260)


def _of_names(names: Iterable[object]) -> tuple[dict[str, Any], int]:
    """An axis of names that stand there whole, long ones in several lines, and the height that each needs."""
    lines = {name: wrap(name, _WIDE) for name in map(str, names)}
    most = max(map(len, lines.values()), default=1)
    axis: dict[str, Any] = {"labelLimit": 0, "maxExtent": 360}
    if most > 1:
        axis["labelExpr"] = f"({json.dumps(lines)})[datum.label]"
    return axis, max(_STEP, _LINE * most + _STEP - _LINE)


def _room(values: Sequence[Mapping[str, Any]], category: str, value: str) -> tuple[int, float]:
    """How wide bars are to be that are made up of kinds, and how many letters have room on a kind of 1."""
    whole = Counter[str]()
    for one in values:
        whole[str(one[category])] += one[value] or 0
    longest = max(whole.values(), default=0) or 1
    least, most = _BARS
    width = min(max(least, math.ceil(longest * 4 * _LETTER)), most)
    return width, width / longest / _LETTER


def draws(chart: Chart) -> bool:
    """Whether a chart has anything to draw: a value that is known. Its files say all the same what is not known."""
    return any(one[_SAID] != NOT_KNOWN for one in chart["data"]["values"])


def _values(rows: Sequence[Row], names: Sequence[str], numbers: Sequence[str]) -> list[dict[str, Any]]:
    """The rows as they stand in the spec: with what is written on the mark, and words for what is not known."""
    for name in names:
        if not _NAME.fullmatch(name) or name in (_SAID, "place", "key"):
            raise ValueError(f"{name} cannot name a column of a chart")
    found = []
    for row in rows:
        if lacking := [name for name in names if name not in row]:
            raise ValueError(f"no column {lacking[0]} in {dict(row)}")
        for name in numbers:
            number = row[name]
            if number is not None and (isinstance(number, str | bool) or not math.isfinite(number)):
                raise ValueError(f"{name} is {number!r}, which is no number")
        one = {name: value if value is not None or name in numbers else NOT_KNOWN for name, value in row.items()}
        told = row[numbers[0]] if numbers else row[names[-1]]
        found.append({**one, _SAID: _written(told)})
    return found


def _written(value: str | int | float | None) -> str:
    match value:
        case None:
            return NOT_KNOWN
        case str():
            return value
        case float() if not value.is_integer():
            return f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"
        case _:
            return f"{int(value):,}"


def _whole(rows: Sequence[Row], name: str) -> bool:
    return all(value is None or float(value).is_integer() for row in rows if not isinstance(value := row[name], str))


def _titles(names: Sequence[str], titles: Mapping[str, str] | None) -> dict[str, str]:
    said = titles or {}
    return {name: said.get(name, name.replace("_", " ").capitalize()) for name in names}


def _order(rows: Sequence[Row], name: str, given: Sequence[str]) -> list[str]:
    """The kinds that there are: those given first, and what is not known last."""
    seen = dict.fromkeys([*given, *(str(row[name]) for row in rows if row[name] is not None)])
    seen.pop(NOT_KNOWN, None)
    unknown = any(row[name] in (None, NOT_KNOWN) for row in rows) or NOT_KNOWN in given
    return [*seen, NOT_KNOWN] if unknown else list(seen)


def _scale(order: Sequence[str], marks: Sequence[Any] = COLOURS) -> dict[str, Any]:
    """Which colour, dashes or shape each kind has. What is not known is always grey."""
    chosen = [marks[place % len(marks)] for place in range(len(order))]
    if marks is COLOURS and order and order[-1] == NOT_KNOWN:
        chosen[-1] = GREY
    return {"domain": list(order), "range": chosen}


def _letter(place: int) -> str:
    """What stands for a kind, in the legend and on the bar: A, B … Z, A1, B1 …"""
    return chr(ord("A") + place % 26) + (str(place // 26) if place >= 26 else "")


def _filtered(layer: dict[str, Any], when: str) -> dict[str, Any]:
    return {"transform": [{"filter": when}], **layer}


def _known(layer: dict[str, Any], value: str) -> dict[str, Any]:
    return _filtered(layer, f"datum.{value} !== null")


def _unknown(encoding: dict[str, Any], value: str, **mark: Any) -> dict[str, Any]:
    """The words "not known" where a mark would stand."""
    letters = {"type": "text", "color": GREY, "fontStyle": "italic", **mark}
    return _filtered(
        {"mark": letters, "encoding": {**encoding, "text": {"value": NOT_KNOWN}}}, f"datum.{value} === null"
    )


def _chart(
    title: str,
    description: str,
    subtitle: str,
    values: list[dict[str, Any]],
    layers: list[dict[str, Any]],
    encoding: dict[str, Any],
    **size: Any,
) -> Chart:
    if not title.strip() or not description.strip():
        raise ValueError("a chart needs a title, and a description for people who cannot see it")
    heading: dict[str, Any] = {"text": title, "anchor": "start"}
    if subtitle:
        heading["subtitle"] = subtitle
    return {
        "$schema": SCHEMA,
        "title": heading,
        "description": description,
        "background": PAPER,
        "data": {"values": values},
        **size,
        "encoding": encoding,
        "layer": layers,
        "config": {
            "font": "sans-serif",
            "title": {"fontSize": 16, "subtitleFontSize": 12},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "titleColor": INK},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "symbolSize": 120, "labelLimit": 640},
            "text": {"fontSize": 12},
        },
    }
