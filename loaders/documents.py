"""Records of JSON files, read one after the other with the line each starts on, and laid out as rows of cells.

Numbers stay as they are written. A key that is absent or null is a blank cell; what stands below `[]` is a list of
texts; an object or list that is named without `[]` is its JSON text.
"""

import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, Final

from loaders.format import FileFormat, Node
from loaders.reading import Say, Watched

Cell = str | tuple[str, ...]

_SPACE: Final = re.compile(r"[ \t\r\n]*")


class _Number(str):
    """A number as it is written: 1.10 is not 1.1."""

    __slots__ = ()


_DECODER: Final = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number, strict=False)


class _CutError(Exception):
    def __init__(self, place: int, message: str) -> None:
        super().__init__(message)
        self.place = place


def records(data: IO[bytes], file: FileFormat, say: Say) -> Iterator[tuple[int, Any]]:
    """The records of a file. What stands before a fault is read; the fault is told."""
    if file.kind == "jsonl":
        yield from _lines(data, file, say)
        return
    text = data.read().decode("utf-8-sig" if file.encoding == "utf-8" else file.encoding, "surrogateescape")
    walk = _Walk(text)
    keys = [part for part in file.records.removesuffix("[]").split(".") if part]
    try:
        for place, record in walk.records(0, keys, many=file.records.endswith("[]")):
            yield walk.line(place), record
        end = _SPACE.match(text, walk.end)
        if end is None or end.end() < len(text):
            say("row-not-taken", "something follows after the end of the JSON", "", walk.line(walk.end))
    except (json.JSONDecodeError, _CutError, RecursionError) as error:
        at = error.pos if isinstance(error, json.JSONDecodeError) else getattr(error, "place", 0)
        said = error.msg if isinstance(error, json.JSONDecodeError) else str(error) or "too many brackets"
        say("file-cut", f"the JSON cannot be read on from here: {said}", "", walk.line(at))


def _lines(data: IO[bytes], file: FileFormat, say: Say) -> Iterator[tuple[int, Any]]:
    encoding = "utf-8-sig" if file.encoding == "utf-8" else file.encoding
    text = io.TextIOWrapper(io.BufferedReader(Watched(data)), encoding, "surrogateescape")
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            yield number, _DECODER.decode(line)
        except (json.JSONDecodeError, RecursionError) as error:
            whole = line.endswith("\n")
            message = f"the line is not JSON: {error}" if whole else "the last line is not whole: the file was cut"
            say("row-not-taken" if whole else "file-cut", message, "", number)


class _Walk:
    """Goes through a JSON text to its records, without making more than one of them at a time."""

    def __init__(self, text: str) -> None:
        self.text, self.end = text, 0
        self.counted, self.number = 0, 1

    def line(self, place: int) -> int:
        """The line of a place; places are asked for in their order."""
        if place < self.counted:
            return self.text.count("\n", 0, place) + 1
        self.number += self.text.count("\n", self.counted, place)
        self.counted = place
        return self.number

    def skip(self, place: int) -> int:
        found = _SPACE.match(self.text, place)
        return found.end() if found else place

    def sign(self, place: int, signs: str) -> int:
        """The place of the next sign, which must be one of these."""
        place = self.skip(place)
        if place >= len(self.text):
            raise _CutError(place, "it ends too early")
        if self.text[place] not in signs:
            raise _CutError(place, f"{self.text[place]!r} stands where {' or '.join(signs)} should")
        return place

    def records(self, place: int, keys: Sequence[str], *, many: bool) -> Iterator[tuple[int, Any]]:
        if keys:
            yield from self._inside(place, keys, many=many)
            return
        place = self.skip(place)
        if not many or self.text[place : place + 1] != "[":
            record, self.end = _DECODER.raw_decode(self.text, place)
            yield place, record
            return
        place = self.skip(place + 1)
        if self.text[place : place + 1] == "]":
            self.end = place + 1
            return
        while True:
            place = self.skip(place)
            record, end = _DECODER.raw_decode(self.text, place)
            yield place, record
            end = self.sign(end, ",]")
            if self.text[end] == "]":
                self.end = end + 1
                return
            place = end + 1

    def _inside(self, place: int, keys: Sequence[str], *, many: bool) -> Iterator[tuple[int, Any]]:
        place = self.skip(self.sign(place, "{") + 1)
        while self.text[place : place + 1] != "}":
            place = self.sign(place, '"')
            key, end = _DECODER.raw_decode(self.text, place)
            place = self.skip(self.sign(end, ":") + 1)
            if key == keys[0]:
                yield from self.records(place, keys[1:], many=many)
                place = self.end
            else:
                _, place = _DECODER.raw_decode(self.text, place)
            place = self.sign(place, ",}")
            if self.text[place] == ",":
                place = self.skip(place + 1)
        self.end = place + 1


def parts(record: Any, over: str) -> Iterator[list[Any]]:
    """Each part of a record that stands at a path such as `duties[].mappedSkills[]`, with what holds it before it."""
    chain: list[tuple[list[Any], int]] = [([record], 1)]
    for step in [step for step in over.split("[]") if step]:
        chain = [
            ([*held, part], number)
            for held, _ in chain
            for number, part in enumerate(_listed(_value(held[-1], step.strip("."))), 1)
        ]
    for held, number in chain:
        yield [*held, number]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _value(value: Any, path: str) -> Any:
    for key in path.split(".") if path else ():
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _written(value)


def _written(value: Any) -> str:
    """A value as JSON text."""
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    if isinstance(value, dict):
        return (
            f"{{{','.join(f'{json.dumps(key, ensure_ascii=False)}:{_written(part)}' for key, part in value.items())}}}"
        )
    return value if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)


def picker(column: str) -> Callable[[list[Any]], Cell]:
    """A function from a part and what holds it to the cell of a column."""
    if column == "#":
        return lambda held: str(held[-1])
    up = len(column) - len(column.lstrip("^"))
    path = column[up:].strip(".")
    if "[]" not in path:
        keys = path.split(".") if path else []

        def one(held: list[Any]) -> str:
            value = held[-2 - up] if up + 2 <= len(held) else None
            for key in keys:
                value = value.get(key) if isinstance(value, dict) else None
            return _text(value)

        return one
    steps = [step.strip(".") for step in path.split("[]")]

    def several(held: list[Any]) -> tuple[str, ...]:
        values = [held[-2 - up] if up + 2 <= len(held) else None]
        for step in steps[:-1]:
            values = [part for value in values for part in _listed(_value(value, step))]
        return tuple(filter(None, (_text(_value(value, steps[-1])) for value in values)))

    return several


def keys_of(record: Any, before: str = "") -> Iterator[str]:
    """The names of all keys of a record, dotted, with `[]` after those that hold lists."""
    if isinstance(record, dict):
        for key, value in record.items():
            yield from keys_of(value, f"{before}.{key}" if before else key)
    elif isinstance(record, list):
        if not record:
            yield f"{before}[]"
        for part in record[:20]:
            yield from keys_of(part, f"{before}[]")
    else:
        yield before


def groups(nodes: Sequence[Node]) -> dict[str, list[Node]]:
    """The nodes by the part of a record that they are made over; those of the record itself first."""
    found: dict[str, list[Node]] = {}
    for node in sorted(nodes, key=lambda node: bool(node.over)):
        found.setdefault(node.over, []).append(node)
    return found
