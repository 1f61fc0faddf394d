"""JSON with the line of each object, read past small damage: nothing is lost because of a comma."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

_TOKEN: Final = re.compile(
    r'[ \t\r\n\ufeff]*(?:(?P<sign>[{}\[\],:])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<bare>[-+.\w]+)|(?P<bad>\S))', re.DOTALL
)
_BARE: Final = {"true": True, "false": False, "null": None}
DEEPEST: Final = 200
"""Objects within objects; real files have a dozen."""

Mended = Callable[[str, int], None]
"""Called with what was mended and its line."""


class DamagedError(ValueError):
    """The text is not JSON from here on. `line` and `column` count from 1; `whole`: the documents before it."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column
        self.whole: list[Any] = []


class Object(dict[str, Any]):
    """A JSON object, and the line on which it begins."""

    line = 0


class _Reader:
    def __init__(self, text: str, mended: Mended) -> None:
        self.text, self.mended, self.position = text, mended, 0
        self.ends = [found.start() for found in re.finditer("\n", text)]

    def line(self, position: int) -> int:
        """The line of a place, found by halves."""
        low, high = 0, len(self.ends)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.ends[middle] < position else (low, middle)
        return low + 1

    def fail(self, message: str, position: int) -> DamagedError:
        line = self.line(position)
        begin = self.ends[line - 2] + 1 if line > 1 else 0
        return DamagedError(message, line, position - begin + 1)

    def next(self) -> re.Match[str] | None:
        found = _TOKEN.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    def value(self, token: re.Match[str] | None, depth: int) -> Any:
        if token is None:
            raise self.fail("the file ends in the middle", len(self.text))
        start = token.start(token.lastgroup or 0)
        if depth > DEEPEST:
            raise self.fail(f"more than {DEEPEST} objects stand within one another", start)
        match token.lastgroup, token[token.lastgroup or 0]:
            case "sign", "{":
                return self.object(start, depth)
            case "sign", "[":
                return self.array(depth)
            case "text", text:
                try:
                    return json.loads(text, strict=False)
                except ValueError:
                    raise self.fail("a text has an escape that JSON does not know", start) from None
            case "bare", text:
                if text in _BARE:
                    return _BARE[text]
                try:
                    return json.loads(text)
                except ValueError:
                    raise self.fail(f"“{text[:40]}” is no JSON value", start) from None
            case _, text:
                raise self.fail(f"“{text[:1]}” was not expected", start)

    def closed(self, token: re.Match[str] | None, sign: str, begun: bool) -> bool:
        """Whether this token closes what is open; a comma before it is mended."""
        if token is None or token["sign"] != sign:
            return False
        if begun:
            self.mended("a comma that nothing follows", self.line(token.start("sign")))
        return True

    def first(self) -> re.Match[str] | None:
        """The next token that is no comma; commas too many are mended."""
        token = self.next()
        while token is not None and token["sign"] == ",":
            self.mended("a comma too many", self.line(token.start("sign")))
            token = self.next()
        return token

    def goes_on(self, close: str, begins: str) -> bool | None:
        """Whether another part follows; None at the close. A comma that is missing before a part is mended."""
        before = self.position
        token = self.next()
        if token is not None and token["sign"] == ",":
            return True
        if self.closed(token, close, False):
            return None
        if token is not None and (token["text"] is not None or (token["sign"] or " ") in begins):
            self.position = before
            self.mended("a comma is missing", self.line(token.start(token.lastgroup or 0)))
            return True
        raise self.expected(f"a comma or {close}", token)

    def array(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while not self.closed(token := self.first(), "]", bool(found)):
            found.append(self.value(token, depth + 1))
            if self.goes_on("]", "{[") is None:
                break
        return found

    def object(self, start: int, depth: int) -> Object:
        found = Object()
        found.line = self.line(start)
        while not self.closed(token := self.first(), "}", bool(found)):
            if token is None or token["text"] is None:
                raise self.expected("the name of a value", token)
            key = self.value(token, depth)
            if key in found:
                self.mended(f"“{key}” stands twice in one object, and the values are taken together", found.line)
            token = self.next()
            if token is None or token["sign"] != ":":
                raise self.expected("a colon", token)
            value = self.value(self.next(), depth + 1)
            found[key] = value if key not in found else _together(found[key], value)
            if self.goes_on("}", "") is None:
                break
        return found

    def expected(self, what: str, token: re.Match[str] | None) -> DamagedError:
        if token is None:
            return self.fail("the file ends in the middle", len(self.text))
        return self.fail(f"{what} was expected", token.start(token.lastgroup or 0))

    def documents(self) -> list[Any]:
        found: list[Any] = []
        while (token := self.next()) is not None:
            if found:
                line = self.line(token.start(token.lastgroup or 0))
                self.mended("another document begins after the end of one; both are read", line)
            try:
                found.append(self.value(token, 0))
            except DamagedError as damaged:
                damaged.whole = found
                raise
        return found


def _together(one: Any, other: Any) -> list[Any]:
    return [*(one if isinstance(one, list) else [one]), *(other if isinstance(other, list) else [other])]


def read_json(text: str, mended: Mended) -> list[Any]:
    """The documents of a text, nearly always one.

    A comma too many or too few, a second document and a name that stands twice are mended and told.
    Raises `DamagedError` for anything else.

    >>> read_json('{"a": [1, 2,]}', lambda what, line: print(line, what))
    1 a comma that nothing follows
    [{'a': [1, 2]}]
    """
    return _Reader(text, mended).documents()
