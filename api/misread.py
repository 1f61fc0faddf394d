"""What is wrong with one value of a request, in plain words, for each kind of error that pydantic has.

What it may be is said with it, as far as the error knows. The name of the parameter is said by whoever tells it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

NEEDED: Final = "is needed"
"""Said of what was left out and cannot be."""

_SHOWN: Final = 100
_DAY: Final = "has to be a day such as 2026-11-21"
_OBJECT: Final = "has to be an object with named parts"
_PLAIN: Final[dict[str, str]] = {
    "missing": NEEDED,
    "extra_forbidden": "there is no parameter of this name",
    "said_twice": "takes one value, and is there more than once",
    "int_type": "has to be a whole number",
    "int_parsing": "has to be a whole number",
    "int_from_float": "has to be a whole number",
    "int_parsing_size": "is too large a number",
    "float_type": "has to be a number",
    "float_parsing": "has to be a number",
    "finite_number": "has to be a finite number",
    "bool_type": "has to be true or false",
    "bool_parsing": "has to be true or false",
    "string_type": "has to be text",
    "string_unicode": "holds half of a character",
    "list_type": "has to be a list",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
}


def _sized(error: Mapping[str, Any], bound: str, said: str) -> str:
    count, text = error["ctx"][bound], isinstance(error.get("input"), str)
    one, more = ("character", "characters") if text else ("entry", "entries")
    empty = "is empty, and " if bound == "min_length" and not error.get("input") else ""
    return f"{empty}has to have {said} {count} {one if count == 1 else more}"


def _no_json(error: Mapping[str, Any]) -> str:
    at = re.search(r"line \d+ column \d+", str(error["ctx"]["error"]))
    place = at[0] if at else f"character {error['loc'][-1] + 1}"
    return f"has to be JSON, and cannot be read as such from {place} on"


def _one_of(error: Mapping[str, Any]) -> str:
    choices = str(error["ctx"]["expected"]).replace("'", "")
    return f"has to be {'one of ' if ' or ' in choices else ''}{choices}"


def _bounded(error: Mapping[str, Any], bound: str, by_number: str, by_day: str) -> str:
    limit = str(error["ctx"][bound])
    day = re.fullmatch(r"datetime\.date\((\d+), (\d+), (\d+)\)", limit)  # as pydantic writes it
    if day is None:
        return f"has to be {limit} {by_number}"
    return f"has to be {'-'.join(f'{int(part):02}' for part in day.groups())} {by_day}"


_WORDED: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "literal_error": _one_of,
    "enum": _one_of,
    "greater_than_equal": lambda error: _bounded(error, "ge", "or more", "or later"),
    "greater_than": lambda error: f"has to be more than {error['ctx']['gt']}",
    "less_than_equal": lambda error: _bounded(error, "le", "or less", "or earlier"),
    "less_than": lambda error: f"has to be less than {error['ctx']['lt']}",
    "string_too_short": lambda error: _sized(error, "min_length", "at least"),
    "too_short": lambda error: _sized(error, "min_length", "at least"),
    "string_too_long": lambda error: _sized(error, "max_length", "at most"),
    "too_long": lambda error: _sized(error, "max_length", "at most"),
    "json_invalid": _no_json,
    "string_pattern_mismatch": lambda error: "is not written as it has to be: /docs says how",
}


def field_of(error: Mapping[str, Any]) -> str:
    """Which part of a request is meant: `against.0` of a body, `level` of an address, however often it stands there."""
    where, *parts = error["loc"] or ("",)
    if error["type"] == "json_invalid":
        return "body"
    if where not in ("query", "body", "path"):
        parts = [where, *parts]
    while where == "query" and len(parts) > 1 and isinstance(parts[-1], int):
        parts.pop()
    return ".".join(str(part) for part in parts if part not in ("query", "body", "path")) or "request"


def given_of(error: Mapping[str, Any]) -> str | None:
    """What was given, cut short when it is long. None: nothing, or something of several parts."""
    given = error.get("input")
    if given is None or isinstance(given, dict | list) or error["type"] in ("missing", "json_invalid"):
        return None
    text = given.decode(errors="replace") if isinstance(given, bytes) else str(given)
    text = text.encode(errors="replace").decode()
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def in_words(error: Mapping[str, Any]) -> str:
    """What is wrong with it, to stand after its name; of a kind that is not known here, what pydantic says.

    >>> in_words({"type": "int_parsing", "loc": ("query", "release"), "input": "x", "msg": "…"})
    'has to be a whole number'
    >>> in_words({"type": "literal_error", "loc": ("by",), "input": "x", "msg": "…", "ctx": {"expected": "'a' or 'b'"}})
    'has to be one of a or b'
    >>> in_words({"type": "less_than_equal", "loc": ("on",), "msg": "…", "ctx": {"le": "datetime.date(2100, 12, 31)"}})
    'has to be 2100-12-31 or earlier'
    """
    kind = error["type"]
    if kind in _PLAIN:
        return _PLAIN[kind]
    worded = _WORDED.get(kind)
    return worded(error) if worded else str(error["msg"]).removeprefix("Value error, ")
