"""Whether a chart is a Vega-Lite 5 specification as we make them, and one that everybody can read.

The official JSON schema is not here. These are its rules for the parts that we use, written out, and our own: the
specification loads nothing, every column that it names is there, nothing is said by colour alone.
Source: https://vega.github.io/vega-lite/docs/spec.html.
"""

import json
from collections.abc import Iterator
from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
TOP = {"$schema", "title", "description", "background", "data", "width", "height", "encoding", "layer", "config"}
MARKS = {"bar", "rect", "text", "line", "point"}
CHANNELS = {"x", "y", "color", "shape", "strokeDash", "text", "order", "detail"}
TYPES = {"nominal", "ordinal", "quantitative"}


def check(spec: dict[str, Any]) -> None:
    """Raises `AssertionError` that says what is wrong and where."""
    json.dumps(spec, allow_nan=False)
    assert set(spec) <= TOP, f"unknown at the top: {set(spec) - TOP}"
    assert spec["$schema"] == SCHEMA
    assert spec["title"]["text"].strip() and spec["description"].strip()
    values = spec["data"]["values"]
    assert spec["data"].keys() == {"values"}, "the values stand in the spec: nothing is loaded"
    for row in values:
        assert all(isinstance(value, str | int | float | None) for value in row.values()), row
    columns = set().union(*values) if values else None
    assert spec["layer"], "nothing is drawn"
    for place, layer in enumerate(spec["layer"]):
        assert layer.keys() <= {"mark", "encoding", "transform"}, f"layer {place}: {layer.keys()}"
        assert layer["mark"]["type"] in MARKS, f"layer {place}: {layer['mark']}"
        for step in layer.get("transform", ()):
            assert step.keys() == {"filter"} and isinstance(step["filter"], str)
        encoding = {**spec["encoding"], **layer["encoding"]}
        for channel, said in encoding.items():
            where = f"layer {place}, {channel}"
            assert channel in CHANNELS, where
            assert len({"field", "value", "datum"} & said.keys()) == 1, f"{where}: one of field, value, datum"
            if "field" in said:
                assert said["type"] in TYPES, where
                assert columns is None or said["field"] in columns, f"{where}: no column {said['field']}"
            scale = said.get("scale") or {}
            if "domain" in scale:
                assert len(scale["domain"]) == len(scale["range"]), f"{where}: a colour for each kind"
    _never_by_colour_alone(spec)
    assert "href" not in json.dumps([spec["encoding"], spec["layer"]]) and "url" not in spec["data"]


def _never_by_colour_alone(spec: dict[str, Any]) -> None:
    coloured = [one for one in spec["layer"] if "color" in one["encoding"]]
    written = [one for one in spec["layer"] if one["mark"]["type"] == "text"]
    shaped = [one for one in spec["layer"] if {"shape", "strokeDash"} & one["encoding"].keys()]
    assert not coloured or written or shaped, "colour alone says something"


def texts(spec: dict[str, Any]) -> Iterator[str]:
    """What is written on the marks of a chart, words for what is not known among them."""
    said = [row["said"] for row in spec["data"]["values"]]
    for layer in spec["layer"]:
        if layer["mark"]["type"] == "text" and "value" in layer["encoding"]["text"]:
            yield layer["encoding"]["text"]["value"]
    yield from said
