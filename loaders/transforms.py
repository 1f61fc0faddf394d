"""Cells of published files in their usual form: `TRANSFORMS[name](text)` gives the text, or raises `Fault`."""

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Final

from loaders.values import Fault, is_address, quoted
from ontology.namespaces import slug

Transform = Callable[[str], str]

_DAY: Final = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})(?: .*)?")
_ISO: Final = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[T ].*)?")
_LEVEL: Final = re.compile(r"(?:level )?([1-8])", re.IGNORECASE)
_QAN: Final = re.compile(r"[0-9]{7}[0-9X]")
_UKPRN: Final = re.compile(r"1[0-9]{7}")
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?")


def text(cell: str) -> str:
    """Without HTML entities and with single spaces; line breaks stay."""
    return "\n".join(" ".join(line.split()) for line in html.unescape(cell).strip().splitlines())


def qan(cell: str) -> str:
    """A qualification number without slashes, eight signs, the last of which may be X.

    >>> qan("603/2476/x")
    '6032476X'
    """
    found = cell.replace("/", "").strip().upper()
    if not _QAN.fullmatch(found):
        raise Fault("bad-cell", f"{quoted(cell)} is not a qualification number", "eight signs, as 603/2476/0")
    return found


def ukprn(cell: str) -> str:
    """A UK Provider Reference Number: eight digits, the first of them 1."""
    if not _UKPRN.fullmatch(cell.strip()):
        raise Fault("bad-cell", f"{quoted(cell)} is not a UKPRN", "eight digits that begin with 1")
    return cell.strip()


def level(cell: str) -> str:
    """An RQF level, E for entry level.

    >>> level("Level 4"), level("Entry Level")
    ('4', 'E')
    """
    if found := _LEVEL.fullmatch(cell.strip()):
        return found[1]
    if cell.strip().casefold() in {"e", "entry level", "entry"}:
        return "E"
    raise Fault("bad-cell", f"{quoted(cell)} is not one RQF level")


def day(cell: str) -> str:
    """A day in ISO form, from 31/12/2025 or 2025-12-31, with or without a time.

    >>> day("18/02/2025 00:00")
    '2025-02-18'
    """
    if found := _DAY.fullmatch(cell.strip()):
        parts = found[3], found[2], found[1]
    elif found := _ISO.fullmatch(cell.strip()):
        parts = found[1], found[2], found[3]
    else:
        raise Fault("bad-cell", f"{quoted(cell)} is not a day", "31/12/2025 or 2025-12-31")
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        raise Fault("bad-cell", f"{quoted(cell)} is no day of the calendar") from None


def whole(cell: str) -> str:
    """A whole number."""
    if not _WHOLE.fullmatch(found := cell.strip().removesuffix(".0")):
        raise Fault("bad-cell", f"{quoted(cell)} is not a whole number")
    return str(int(found))


def decimal(cell: str) -> str:
    """A decimal number."""
    if not _DECIMAL.fullmatch(found := cell.strip()):
        raise Fault("bad-cell", f"{quoted(cell)} is not a number")
    return found


def boolean(cell: str) -> str:
    """Yes or no, as `true` or `false`."""
    known = {"true": "true", "yes": "true", "y": "true", "1": "true"}
    known |= {"false": "false", "no": "false", "n": "false", "0": "false"}
    if (found := known.get(cell.strip().casefold())) is None:
        raise Fault("bad-cell", f"{quoted(cell)} is neither yes nor no")
    return found


def address(cell: str) -> str:
    """A whole web address or urn."""
    if not is_address(found := cell.strip()):
        raise Fault("bad-cell", f"{quoted(cell)} is not a whole address")
    return found


TRANSFORMS: Final[dict[str, Transform]] = {
    one.__name__: one for one in (text, qan, ukprn, level, day, whole, decimal, boolean, address, slug)
}
