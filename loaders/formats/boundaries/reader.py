"""Areas of a GeoJSON file as rows: code, name, kind, and the boundary as well-known text."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from loaders.format import FileFormat
from loaders.reading import Row, Say, Source

HEADER: Final = ["address", "code", "name", "kind", "bounding box", "boundary"]
KINDS: Final = {
    **dict.fromkeys(("E06", "E07", "E08", "E09", "N09", "S12", "W06"), ("LAD", "local-authority district")),
    "E10": ("COUNTY", "county"),
    "E12": ("REGION", "region"),
    "E47": ("CAUTH", "combined authority"),
}
"""By the first signs of a code of the Office for National Statistics: prefix of the address, and kind in words."""

Ring = list[list[float]]


def rows(source: Source, _: FileFormat, say: Say) -> Iterator[Row]:
    """The number of each feature of a GeoJSON file and its cells, after a header.

    A feature without a code has a blank address. Coordinates are longitude before latitude, WGS 84, as GeoJSON has
    them. What is not GeoJSON is told, and nothing is read.
    """
    with source.open() as data:
        try:
            features = json.load(data)["features"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            say("file-cut", f"this is not a GeoJSON file to its end: {error or 'no list of features'}", "", None)
            return
    yield 0, HEADER
    for number, feature in enumerate(features if isinstance(features, list) else [], 1):
        try:
            yield number, _cells(feature)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            say("row-not-taken", f"feature {number} is not an area with a boundary of numbers", "", number)


def _cells(feature: dict[str, Any]) -> list[str]:
    said = feature.get("properties") or {}
    code = _first(said, r"code|[A-Z]{2,5}[0-9]{2}CD").strip().upper()
    prefix, kind = KINDS.get(code[:3], ("AREA", "area"))
    box, text = _boundary(feature.get("geometry") or {})
    return [f"{prefix}-{code}" if code else "", code, _first(said, r"name|[A-Z]{2,5}[0-9]{2}NM"), kind, box, text]


def _first(said: dict[str, Any], pattern: str) -> str:
    """The first property whose name is like this: LAD13CD, LAD25CD, code."""
    return next((str(value) for key, value in said.items() if re.fullmatch(pattern, key) and value is not None), "")


def _boundary(geometry: dict[str, Any]) -> tuple[str, str]:
    """The bounding box and the boundary of a polygon or several; blank for anything else."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not coordinates:
        return "", ""
    polygons: list[list[Ring]] = [coordinates] if kind == "Polygon" else coordinates
    points = [point for polygon in polygons for ring in polygon for point in ring]
    east, north = [float(point[0]) for point in points], [float(point[1]) for point in points]
    box = f"{min(east)} {min(north)} {max(east)} {max(north)}"
    written = [f"({', '.join(map(_ring, polygon))})" for polygon in polygons]
    return box, f"POLYGON {written[0]}" if kind == "Polygon" else f"MULTIPOLYGON ({', '.join(written)})"


def _ring(ring: Ring) -> str:
    return f"({', '.join(f'{point[0]} {point[1]}' for point in ring)})"
