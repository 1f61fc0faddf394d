"""Pictures that are drawn on the server from the data of the list or table beside them: a ladder of roles, a map.

Each place is in the picture's own units. Templates draw them as SVG; nothing in a picture is said by colour alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, floor, radians
from textwrap import wrap
from typing import Final

from queries.ladder import Edge, Ladder
from queries.provided import Area, Point


@dataclass(frozen=True, slots=True)
class Box:
    """A thing in a ladder: where its box stands, its name in lines, and what kind of thing it is."""

    id: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """An edge of a ladder as a path, with the tip of its arrow."""

    edge: Edge
    path: str
    tip: str


@dataclass(frozen=True, slots=True)
class LadderPicture:
    """A ladder, drawn from left to right. Boxes are in the order of the columns, each from top to bottom."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


_BOX, _GAP, _BETWEEN, _LANE, _EDGE = 164.0, 76.0, 16.0, 10.0, 10.0
_SIGNS: Final = 20
_LINE: Final = 16.0
_SWEEPS: Final = 6


def ladder_picture(ladder: Ladder, names: Mapping[str, str], kinds: Mapping[str, str]) -> LadderPicture:
    """A ladder drawn in columns, so that what leads to a thing stands to its left (layers as Sugiyama has them, 1981).

    A line that passes a column has a lane of its own in it, so that no line crosses a box. `names` and `kinds` by id.
    """
    column = _columns(ladder)
    lines_of = {id: tuple(wrap(names[id], _SIGNS)) for id in ladder.places}
    stops: dict[Edge, list[str]] = {}
    columns: dict[int, list[str]] = defaultdict(list)
    for id in ladder.places:
        columns[column[id]].append(id)
    for number, edge in enumerate(ladder.edges):
        passed = range(column[edge.start] + 1, column[edge.end])
        lanes = [f" {number}:{place}" for place in passed]
        for place, lane in zip(passed, lanes, strict=True):
            columns[place].append(lane)
        stops[edge] = [edge.start, *lanes, edge.end]
    _order(columns, stops.values(), names)
    heights = {id: 16 + _LINE * (len(lines) + 1) for id, lines in lines_of.items()}
    tall = {
        place: sum(heights.get(one, _LANE) + _BETWEEN for one in column) - _BETWEEN for place, column in columns.items()
    }
    height = max(tall.values()) + 2 * _EDGE
    left = {place: _EDGE + number * (_BOX + _GAP) for number, place in enumerate(sorted(columns))}
    middle: dict[str, tuple[float, float]] = {}
    boxes = []
    for place in sorted(columns):
        y = (height - tall[place]) / 2
        for one in columns[place]:
            size = heights.get(one, _LANE)
            middle[one] = (left[place], y + size / 2)
            if one in lines_of:
                boxes.append(Box(one, left[place], y, _BOX, size, lines_of[one], kinds[one]))
            y += size + _BETWEEN
    width = max(left.values()) + _BOX + _EDGE
    return LadderPicture(width, height, tuple(boxes), tuple(_lines(ladder.edges, stops, middle, heights)))


def _columns(ladder: Ladder) -> dict[str, int]:
    """The column of each thing: as many steps from the role as the longest walk; one in a ring is cut short."""
    column = {id: (place > 0) - (place < 0) for id, place in ladder.places.items()}
    for _ in range(len(ladder.places)):
        moved = False
        for edge in ladder.edges:
            if ladder.role in (edge.start, edge.end):
                continue
            if column[edge.start] >= column[edge.end]:
                if column[edge.end] < 0 and column[edge.end] - 1 >= -4:
                    column[edge.start], moved = column[edge.end] - 1, True
                elif column[edge.start] > 0 and column[edge.start] + 1 <= 4:
                    column[edge.end], moved = column[edge.start] + 1, True
        if not moved:
            break
    return column


def _order(columns: dict[int, list[str]], walks: Iterable[Sequence[str]], names: Mapping[str, str]) -> None:
    """Orders each column by the middle of what its boxes and lanes are joined to, which leaves few crossings."""
    joined: dict[str, list[str]] = defaultdict(list)
    for walk in walks:
        for one, other in pairwise(walk):
            joined[one].append(other)
            joined[other].append(one)
    for column in columns.values():
        column.sort(key=lambda one: (names.get(one, "~"), one))
    for sweep in range(_SWEEPS):
        for place in sorted(columns, reverse=sweep % 2 == 0):
            at = {one: number / len(column) for column in columns.values() for number, one in enumerate(column)}
            columns[place].sort(
                key=lambda one: (
                    sum(at[other] for other in joined[one]) / len(joined[one]) if joined[one] else 0.5,
                    names.get(one, "~"),
                    one,
                )
            )


def _lines(
    edges: Sequence[Edge],
    stops: Mapping[Edge, Sequence[str]],
    middle: Mapping[str, tuple[float, float]],
    heights: Mapping[str, float],
) -> Iterable[Line]:
    """Each edge as a path: it leaves its box to the right and comes in from the left, apart from its neighbours."""
    leaving: dict[str, list[Edge]] = defaultdict(list)
    coming: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        leaving[edge.start].append(edge)
        coming[edge.end].append(edge)
    port: dict[tuple[str, Edge], float] = {}
    for id, found in leaving.items():
        found.sort(key=lambda one: middle[stops[one][1]][1])
        port |= {("out", one): _port(id, number, len(found), middle, heights) for number, one in enumerate(found)}
    for id, found in coming.items():
        found.sort(key=lambda one: middle[stops[one][-2]][1])
        port |= {("in", one): _port(id, number, len(found), middle, heights) for number, one in enumerate(found)}
    for edge in edges:
        walk = stops[edge]
        x, y = middle[edge.start][0] + _BOX, port["out", edge]
        path = f"M{x:.1f} {y:.1f}"
        for lane in walk[1:-1]:
            to_x, to_y = middle[lane]
            path += _bend(x, y, to_x, to_y) + f"H{to_x + _BOX:.1f}"
            x, y = to_x + _BOX, to_y
        to_x, to_y = middle[edge.end][0] - 9, port["in", edge]
        path += _bend(x, y, to_x, to_y)
        tip = f"M{to_x + 8:.1f} {to_y:.1f}l-9 -4.5v9z"
        yield Line(edge, path, tip)


def _port(
    id: str, number: int, all: int, middle: Mapping[str, tuple[float, float]], heights: Mapping[str, float]
) -> float:
    """How far down a line meets a box that has several on one side."""
    step = min(12.0, (heights[id] - 12) / all)
    return middle[id][1] + (number - (all - 1) / 2) * step


def _bend(x: float, y: float, to_x: float, to_y: float) -> str:
    half = (x + to_x) / 2
    return f"C{half:.1f} {y:.1f} {half:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered sign on a map. `at` is where it is drawn, `true_at` where it belongs when there was no room there."""

    number: int
    x: float
    y: float
    true_x: float
    true_y: float

    @property
    def moved(self) -> bool:
        """Whether it stands beside its place, with a line to it."""
        return (self.x, self.y) != (self.true_x, self.true_y)


@dataclass(frozen=True, slots=True)
class Label:
    """A word on a map: of a town, a district or a line of the grid. `at`: the dot that it names; None: it has none."""

    text: str
    x: float
    y: float
    at: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class MapPicture:
    """A map without tiles. `areas`: paths of districts; where there is none `grid` has lines of quarter degrees."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    towns: tuple[Label, ...]
    areas: tuple[tuple[str, str], ...]
    area_names: tuple[Label, ...]
    grid: tuple[str, ...]
    grid_names: tuple[Label, ...]
    scale_miles: int
    scale_width: float


_MAP, _MAP_HIGH = 720.0, 1_080.0
_ROOM: Final = 26.0
_MARGIN: Final = 48.0
_LEAST_DEGREES: Final = 0.12
_QUARTER: Final = 0.25
_MILES_A_DEGREE: Final = 69.093
"""Of latitude, on a sphere of 6,371 km."""


def map_picture(points: Sequence[Point], towns: Mapping[str, Point], areas: Sequence[Area]) -> MapPicture | None:
    """Points on a plain map (equirectangular about the middle latitude), numbered from 1; None where there is none."""
    if not points:
        return None
    south, north = _span([at[0] for at in points])
    west, east = _span([at[1] for at in points])
    shrink = cos(radians((south + north) / 2))
    scale = min((_MAP - 2 * _MARGIN) / ((east - west) * shrink), (_MAP_HIGH - 2 * _MARGIN) / (north - south))
    height = round((north - south) * scale + 2 * _MARGIN, 1)
    width = round((east - west) * shrink * scale + 2 * _MARGIN, 1)
    width, spare = max(width, 420.0), max(0.0, 420.0 - width) / 2

    def place(at: Point) -> tuple[float, float]:
        x = _MARGIN + spare + (at[1] - west) * shrink * scale
        return round(x, 1), round(_MARGIN + (north - at[0]) * scale, 1)

    def seen(x: float, y: float, edge: float = 12) -> bool:
        return edge <= x <= width - edge and edge <= y <= height - edge

    drawn = [(one.name, _path(one, place)) for one in areas]
    middles = [Label(one.name, *place(_middle(one.rings[0]))) for one in areas if one.rings]
    lines, names = ([], []) if areas else _grid((south, west, north, east), place, width, height)
    marks = tuple(_marks([place(at) for at in points]))
    named = [Label(town, *place(at)) for town, at in towns.items()]
    long = next(one for one in (50, 20, 10, 5, 2, 1) if one / _MILES_A_DEGREE * scale <= width / 3 or one == 1)
    scale_width = long / _MILES_A_DEGREE * scale
    return MapPicture(
        width,
        height,
        marks,
        tuple(_with_room([one for one in named if seen(one.x, one.y)], marks, width, scale_width)),
        tuple(drawn),
        tuple(one for one in middles if seen(one.x, one.y)),
        tuple(lines),
        tuple(names),
        long,
        round(scale_width, 1),
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    """The least and the greatest, far enough apart to draw something between them."""
    least, most = min(values), max(values)
    lack = max(0.0, _LEAST_DEGREES - (most - least)) / 2
    return least - lack, most + lack


def _marks(places: Sequence[tuple[float, float]]) -> Iterable[Mark]:
    """A mark at each place, or at the nearest place with room: the first at its own, later ones on rings around it."""
    taken: list[tuple[float, float]] = []
    for number, (true_x, true_y) in enumerate(places, 1):
        x, y = next(
            (x, y)
            for x, y in _around(true_x, true_y)
            if all((x - other_x) ** 2 + (y - other_y) ** 2 >= _ROOM**2 for other_x, other_y in taken)
        )
        taken.append((x, y))
        yield Mark(number, round(x, 1), round(y, 1), true_x, true_y)


_TURNS: Final = ((1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7))


def _around(x: float, y: float) -> Iterable[tuple[float, float]]:
    yield x, y
    ring = 1
    while True:
        yield from ((x + across * ring * _ROOM, y + down * ring * _ROOM) for across, down in _TURNS)
        ring += 1


_TALL, _SIGN = 13.0, 7.2


def _with_room(labels: Sequence[Label], marks: Sequence[Mark], width: float, scale: float) -> Iterable[Label]:
    """Each label below, above or beside its place, where nothing stands; one that has no room is left to the table."""
    taken = [(0.0, 0.0, scale + 24, 40.0), *((one.x - 13, one.y - 13, one.x + 13, one.y + 13) for one in marks)]
    for one in labels:
        half = len(one.text) * _SIGN / 2
        for across, down in (
            (0, 16),
            (0, -7),
            (half + 6, 4),
            (-half - 6, 4),
            (0, 27),
            (0, -18),
            (half + 22, 4),
            (-half - 22, 4),
            (0, 40),
        ):
            x, y = one.x + across, one.y + down
            box = (x - half, y - _TALL, x + half, y + 3)
            free = all(
                box[2] < left or right < box[0] or box[3] < top or low < box[1] for left, top, right, low in taken
            )
            if free and box[0] > 0 and box[2] < width:
                taken.append(box)
                yield Label(one.text, round(x, 1), round(y, 1), (one.x, one.y))
                break


def _path(area: Area, place: Callable[[Point], tuple[float, float]]) -> str:
    """The rings of an area as a path, without points that are closer than a unit of the picture."""
    found = ""
    for ring in area.rings:
        last: tuple[float, float] | None = None
        for number, point in enumerate(ring):
            x, y = place(point)
            if last is None or abs(x - last[0]) + abs(y - last[1]) >= 1:
                found += f"{'L' if number else 'M'}{x} {y}"
                last = (x, y)
        found += "Z"
    return found


def _middle(ring: Sequence[Point]) -> Point:
    north, east = [at[0] for at in ring], [at[1] for at in ring]
    return (min(north) + max(north)) / 2, (min(east) + max(east)) / 2


def _grid(
    box: tuple[float, float, float, float], place: Callable[[Point], tuple[float, float]], width: float, height: float
) -> tuple[list[str], list[Label]]:
    """Lines of whole quarter degrees, each with its name at the edge."""
    south, west, north, east = box
    lines, names = [], []
    for step in range(floor(south / _QUARTER), floor(north / _QUARTER) + 2):
        y = place((step * _QUARTER, west))[1]
        if 4 < y < height - 4:
            lines.append(f"M0 {y}H{width}")
            names.append(Label(f"{step * _QUARTER:g}° N", 4, y - 4))
    for step in range(floor(west / _QUARTER), floor(east / _QUARTER) + 2):
        x = place((south, step * _QUARTER))[0]
        if 4 < x < width - 4:
            lines.append(f"M{x} 0V{height}")
            names.append(Label(f"{abs(step * _QUARTER):g}° {'W' if step < 0 else 'E'}", x + 4, height - 6))
    return lines, names
