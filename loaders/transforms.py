"""Cells of published files in their usual form: `TRANSFORMS[name](text)` gives the text, or raises `Fault`."""

import csv
import html
import math
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import Final

from loaders.values import Fault, is_address, quoted
from ontology.namespaces import slug as slug_of

Transform = Callable[[str], str]

_DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(?:[ T].*)?")
_ISO: Final = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})(?:[T ].*)?")
_MONTH: Final = re.compile(r"([0-9]{4})-?(0[1-9]|1[0-2])|(0?[1-9]|1[0-2])/([0-9]{4})")
_YEAR: Final = re.compile(r"[12][0-9]{3}")
_LEVEL: Final = re.compile(r"(?:(?:rqf )?level |l)?([1-8])", re.IGNORECASE)
_QAN: Final = re.compile(r"[0-9]{7}[0-9X]")
_UKPRN: Final = re.compile(r"1[0-9]{7}")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,15}(?:\.0+)?")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,2})?")
_MONEY: Final = re.compile(r"[£$€]?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(\.[0-9]{1,2})?")
_POSTCODE: Final = re.compile(r"((?:[A-Z]{1,2}[0-9][A-Z0-9]?)|GIR)([0-9][A-Z]{2})")
_OUTCODE: Final = re.compile(r"(?:[A-Z]{1,2}[0-9][A-Z0-9]?)|GIR")
_SSA: Final = re.compile(r"0*([1-9][0-9]?)(?:\.0+|(\.[1-9])0*)?")
_CAH: Final = re.compile(r"(?:CAH)?([0-9Z][0-9](?:-[0-9]{2}){0,2})")
_STANDARD: Final = re.compile(r"\((ST[0-9]{4})\)$", re.IGNORECASE)
_ACADEMIC: Final = re.compile(r"([0-9]{2})([0-9]{2})[/-]?([0-9]{2})")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")


def _bad(cell: str, what: str, hint: str = "") -> Fault:
    return Fault("bad-cell", f"{quoted(cell)} is not {what}", hint)


def text(cell: str) -> str:
    """Without HTML entities and with single spaces; line breaks stay."""
    if "&" in cell:
        cell = html.unescape(cell)
    if cell.isprintable() and "  " not in cell:
        return cell.strip()
    return "\n".join(" ".join(line.split()) for line in cell.strip().splitlines())


def line(cell: str) -> str:
    """As `text`, all on one line."""
    return " ".join(html.unescape(cell).split())


def plain(cell: str) -> str:
    """As `text`, without HTML tags.

    >>> plain("<p>Learn &amp; earn</p>")
    'Learn & earn'
    """
    return text(html.unescape(_TAG.sub(" ", cell)))


def exact(cell: str) -> str:
    """As it stands."""
    return cell


def upper(cell: str) -> str:
    """In capital letters."""
    return line(cell).upper()


def lower(cell: str) -> str:
    """In small letters."""
    return line(cell).lower()


def slug(cell: str) -> str:
    """As the last part of an address: letters, digits, dots and hyphens."""
    if not (found := slug_of(cell)):
        raise _bad(cell, "a name that an address can be made of")
    return found


@cache
def _subject_areas() -> dict[str, str]:
    path = Path(__file__).parent / "formats" / "ssa" / "names.csv"
    with path.open(encoding="utf-8", newline="") as data:
        return {line(row["name"]).casefold(): row["code"] for row in csv.DictReader(data)}


def ssa(cell: str) -> str:
    """The code of a sector subject area, from its code, its name, or both.

    >>> ssa("1.3 Health and social care"), ssa("health and Social Care"), ssa("01.3")
    ('1.3', '1.3', '1.3')
    """
    if (found := _SSA.fullmatch(line(cell).partition(" ")[0])) is not None:
        return found[1] + (found[2] or "")
    if (code := _subject_areas().get(line(cell).casefold())) is None:
        raise _bad(cell, "a sector subject area")
    return code


def qan(cell: str) -> str:
    """A qualification number without slashes, eight signs, the last of which may be X.

    >>> qan("603/2476/x")
    '6032476X'
    """
    found = cell.replace("/", "").strip().upper()
    if not _QAN.fullmatch(found):
        raise _bad(cell, "a qualification number", "eight signs, as 603/2476/0")
    return found


def ukprn(cell: str) -> str:
    """A UK Provider Reference Number: eight digits, the first of them 1."""
    if not _UKPRN.fullmatch(found := cell.strip().removesuffix(".0")):
        raise _bad(cell, "a UKPRN", "eight digits that begin with 1")
    return found


def level(cell: str) -> str:
    """An RQF level, E for entry level.

    >>> level("Level 4"), level("Entry Level")
    ('4', 'E')
    """
    if found := _LEVEL.fullmatch(cell.strip()):
        return found[1]
    if cell.strip().casefold() in {"e", "entry level", "entry"}:
        return "E"
    raise _bad(cell, "one RQF level")


def postcode(cell: str) -> str:
    """A full postcode with one space.

    >>> postcode("ws1 1aa"), postcode("B1  1AA")
    ('WS1 1AA', 'B1 1AA')
    """
    if not (found := _POSTCODE.fullmatch("".join(cell.split()).upper())):
        raise _bad(cell, "a full postcode")
    return f"{found[1]} {found[2]}"


def postcode_key(cell: str) -> str:
    """A full postcode as part of an address.

    >>> postcode_key("ws1 1aa")
    'WS11AA'
    """
    return postcode(cell).replace(" ", "")


def unspaced(cell: str) -> str:
    """Without any white space, in capital letters: a postcode as part of an address."""
    return "".join(cell.split()).upper()


def outcode(cell: str) -> str:
    """The first half of a postcode, from the whole or from itself.

    >>> outcode("ws1 1aa"), outcode("WS1")
    ('WS1', 'WS1')
    """
    found = unspaced(cell)
    if whole_one := _POSTCODE.fullmatch(found):
        return whole_one[1]
    if not _OUTCODE.fullmatch(found):
        raise _bad(cell, "the first half of a postcode")
    return found


def day(cell: str) -> str:
    """A day in ISO form, from 31/12/2025, 31-12-2025, 2025-12-31 or 20251231, with or without a time.

    >>> day("18/02/2025 00:00")
    '2025-02-18'
    """
    if found := _DAY.fullmatch(cell.strip()):
        parts = found[3], found[2], found[1]
    elif found := _ISO.fullmatch(cell.strip()):
        parts = found[1], found[3], found[4]
    else:
        raise _bad(cell, "a day", "31/12/2025 or 2025-12-31")
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        raise Fault("bad-cell", f"{quoted(cell)} is no day of the calendar") from None


def month(cell: str) -> str:
    """A month in ISO form, from 202305, 2023-05 or 05/2023.

    >>> month("202305"), month("8/2023")
    ('2023-05', '2023-08')
    """
    if not (found := _MONTH.fullmatch(cell.strip())):
        raise _bad(cell, "a month", "2023-05, 202305 or 05/2023")
    return f"{found[1]}-{found[2]}" if found[1] else f"{found[4]}-{found[3]:0>2}"


def year(cell: str) -> str:
    """A year of four digits."""
    if not _YEAR.fullmatch(found := cell.strip()):
        raise _bad(cell, "a year", "four digits")
    return found


def whole(cell: str) -> str:
    """A whole number."""
    if not _WHOLE.fullmatch(found := cell.strip()):
        raise _bad(cell, "a whole number")
    return str(int(found.partition(".")[0]))


def decimal(cell: str) -> str:
    """A decimal number, without zeros at its end: one way to write each number.

    >>> decimal("-.262406"), decimal("1.5E+2"), decimal("2.50")
    ('-0.262406', '150', '2.5')
    """
    if not _DECIMAL.fullmatch(found := cell.strip()):
        raise _bad(cell, "a number")
    number = Decimal(found).normalize()
    return f"{number:f}" if number else "0"


def money(cell: str) -> str:
    """A sum of money without its sign and commas.

    >>> money("£1,234.50")
    '1234.50'
    """
    if not (found := _MONEY.fullmatch(cell.strip())):
        raise _bad(cell, "a sum of money", "digits with or without £ and commas")
    return found[1].replace(",", "") + (found[2] or "")


_YES_NO: Final = {"true": "true", "yes": "true", "y": "true", "1": "true"} | {
    "false": "false", "no": "false", "n": "false", "0": "false"
}  # fmt: skip


def boolean(cell: str) -> str:
    """Yes or no, as `true` or `false`."""
    if (found := _YES_NO.get(cell.strip().casefold())) is None:
        raise Fault("bad-cell", f"{quoted(cell)} is neither yes nor no")
    return found


def address(cell: str) -> str:
    """A whole web address or urn; one that begins with www. has https:// put before it.

    >>> address("HTTP://Example.org/a b"), address("www.example.org")
    ('http://Example.org/a%20b', 'https://www.example.org')
    """
    scheme, colon, rest = cell.strip().replace(" ", "%20").partition(":")
    found = f"{scheme.lower() if colon else scheme}{colon}{rest}"
    found = f"https://{found}" if found[:4].lower() == "www." else found
    if not is_address(found):
        raise _bad(cell, "a whole address")
    return found


def digest(cell: str) -> str:
    """Twelve signs that stand for a text in an address, whatever its spaces: C, C++ and C# stay three."""
    return sha1(" ".join(cell.split()).encode(), usedforsecurity=False).hexdigest()[:12]


def wording(cell: str) -> str:
    """As `slug`, with plus and sharp in words.

    >>> wording("Program in C++"), wording("Program in C#")
    ('Program-in-C-plus-plus', 'Program-in-C-sharp')
    """
    return slug(cell.replace("+", " plus ").replace("#", " sharp "))


def above(cell: str) -> str:
    """The code above one whose parts are joined by dots.

    >>> above("2.A.1.a")
    '2.A.1'
    """
    if not (found := cell.strip().rpartition(".")[0]):
        raise _bad(cell, "a code with another one above it")
    return found


def shorter(cell: str) -> str:
    """The code above one in which each digit is a step: 111 for 1115."""
    if len(found := cell.strip()) < 2:
        raise _bad(cell, "a code with another one above it")
    return found[:-1]


def unturned(cell: str) -> str:
    """A job title of an index in the order one says it.

    >>> unturned("Engineer, design, mechanical"), unturned("Officer, NHS")
    ('Mechanical design engineer', 'NHS officer')
    """
    head, *rest = [part.strip() for part in text(cell).split(",")]
    if not rest:
        return head
    head = head if head[1:2].isupper() else head[:1].lower() + head[1:]
    found = " ".join(filter(None, (*reversed(rest), head)))
    return found[:1].upper() + found[1:]


_AIM: Final = re.compile(r"[0-9A-Z]{8}")
_REGION: Final = re.compile(r"E[0-9]{8}")
LONGEST_COURSE: Final = 520
"""Weeks that a course takes at most; a longer one is a mistake."""


def learning_aim(cell: str) -> str:
    """A learning aim as the last part of an address: that of its qualification, where it is one.

    >>> learning_aim("603/2476/x"), learning_aim("z0007834")
    ('QAN-6032476X', 'AIM-Z0007834')
    """
    found = cell.replace("/", "").strip().upper()
    if _QAN.fullmatch(found):
        return f"QAN-{found}"
    if not _AIM.fullmatch(found):
        raise _bad(cell, "a learning aim", "eight letters and digits, as 60324760 or Z0007834")
    return f"AIM-{found}"


def region(cell: str) -> str:
    """The code of a region or area of England: E12000005."""
    if not _REGION.fullmatch(found := cell.strip().upper()):
        raise _bad(cell, "the code of a region", "E and eight digits, as E12000005")
    return found


def _weeks(cell: str, in_weeks: Callable[[int], float]) -> str:
    number = int(whole(cell))
    if number == 0:
        return ""
    found = math.ceil(round(in_weeks(number), 6))
    if not 0 < found <= LONGEST_COURSE:
        raise _bad(cell, "the length of a course", f"it comes to {found:,} weeks")
    return str(found)


def weeks(cell: str) -> str:
    """Weeks; "" for 0, which means that nobody filled it in."""
    return _weeks(cell, float)


def months_in_weeks(cell: str) -> str:
    """Months as calendar weeks, to the nearest.

    >>> months_in_weeks("12"), months_in_weeks("9"), months_in_weeks("0")
    ('52', '39', '')
    """
    return _weeks(cell, lambda months: round(months * 365.25 / 12 / 7))


def years_in_weeks(cell: str) -> str:
    """Years as calendar weeks: 52 each."""
    return _weeks(cell, lambda years: years * 52)


def days_in_weeks(cell: str) -> str:
    """Working days as calendar weeks, five to a week, rounded up.

    >>> days_in_weeks("5"), days_in_weeks("6")
    ('1', '2')
    """
    return _weeks(cell, lambda days: days / 5)


def pounds(cell: str) -> str:
    """A sum of money in whole pounds, rounded up: what is saved for it must be enough.

    >>> pounds("£1,249.01"), pounds("0.00")
    ('1250', '0')
    """
    return str(math.ceil(Decimal(money(cell))))


def regulated(cell: str) -> str:
    """Whether a learning aim is a regulated award, known by its qualification number.

    >>> regulated("60324760"), regulated("Z0007834")
    ('true', 'false')
    """
    return "true" if learning_aim(cell).startswith("QAN-") else "false"


def cah(cell: str) -> str:
    """The code of a group of subjects of the Common Aggregation Hierarchy, without its letters.

    >>> cah("CAH10-01-06")
    '10-01-06'
    """
    if not (found := _CAH.fullmatch(cell.strip().upper())):
        raise _bad(cell, "a code of the Common Aggregation Hierarchy", "as CAH10-01-06")
    return found[1]


def standard(cell: str) -> str:
    """The reference of an occupational standard at the end of its title; "" for a title without one.

    >>> standard("Scale Technician (Heavy) (ST9901)"), standard("Clockmaking")
    ('ST9901', '')
    """
    return found[1].upper() if (found := _STANDARD.search(cell.strip())) else ""


def academic_year(cell: str) -> str:
    """An academic year as it is printed, from 202425.

    >>> academic_year("202425"), academic_year("1999-00")
    ('2024/25', '1999/00')
    """
    if not (found := _ACADEMIC.fullmatch(cell.strip())) or (int(found[2]) + 1) % 100 != int(found[3]):
        raise _bad(cell, "an academic year", "202425 for 2024/25")
    return f"{found[1]}{found[2]}/{found[3]}"


_ALL: Final[tuple[Transform, ...]] = (
    text, line, plain, exact, upper, lower, slug, ssa, qan, ukprn, level, postcode, postcode_key, unspaced, outcode,
    day, month, year, whole, decimal, money, boolean, address,
    digest, wording, above, shorter, unturned,
    learning_aim, regulated, standard, academic_year, cah, region,
    weeks, months_in_weeks, years_in_weeks, days_in_weeks, pounds,
)  # fmt: skip

TRANSFORMS: Final[dict[str, Transform]] = {one.__name__: one for one in _ALL}
