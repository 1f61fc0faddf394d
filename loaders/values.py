"""One cell as text becomes values of its type, or a fault that says how to mend it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias
from unicodedata import category

from rapidfuzz import fuzz, process

from graph.requirements import (
    AllOf,
    AnyOf,
    AtLeast,
    Attribute,
    CreditsFrom,
    LevelHeld,
    Not,
    Opportunity,
    Requirement,
    RequirementError,
    Usually,
    attribute_fault,
    attributes,
    parse,
    write,
)
from loaders.tables import TABLES, Column
from ontology.namespaces import slug


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month or a day, as exact as the source; `text` is its ISO form."""

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def first_day(self) -> date:
        """The first day it can mean."""
        return date.fromisoformat(f"{self.text}-01-01"[:10])


Value: TypeAlias = str | int | Decimal | bool | PartialDate | Requirement


class Fault(Exception):  # noqa: N818 -- a fault of the data, not an error of ours
    """The text is not a value of its type. Caught where rows are read and turned into an issue; never seen outside."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


def quoted(text: str) -> str:
    """Text between quotation marks for a message, shortened when long."""
    return f"“{text if len(text) <= 80 else text[:79] + '…'}”"


def nearest(text: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The known words most like this one, best first; empty when none is near."""
    found = process.extract(text, list(known), scorer=fuzz.ratio, processor=str.casefold, limit=limit, score_cutoff=60)
    return [word for word, _, _ in found]


def listed(words: Iterable[str], last: str = "or") -> str:
    """Words for a sentence: `a, b or c`."""
    *most, end = words
    return f"{', '.join(most)} {last} {end}" if most else end


_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?")
_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_IRI_SIGN: Final = (
    r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}"
    r"|[\u00a1-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd\U00020000-\U0002fffd])"
)
_HOST: Final = r"[A-Za-z0-9\u00a1-\ud7ff](?:[A-Za-z0-9.\u00a1-\ud7ff-]*[A-Za-z0-9\u00a1-\ud7ff])?"
_ADDRESS: Final = re.compile(
    rf"https?://{_HOST}(?::[0-9]{{1,5}})?(?:/{_IRI_SIGN}*)?(?:\?(?:{_IRI_SIGN}|\?)*)?(?:#(?:{_IRI_SIGN}|\?)*)?"
    rf"|urn:[A-Za-z0-9][A-Za-z0-9-]{{0,31}}:{_IRI_SIGN}+"
)
_UKPRN: Final = re.compile(r"1[0-9]{7}")
_QAN: Final = re.compile(r"[0-9]{7}[0-9X]")
_POSTCODE: Final = re.compile(r"((?:[A-Z]{1,2}[0-9][A-Z0-9]?)|GIR) ?([0-9][A-Z]{2})")
_STANDARD: Final = re.compile(r"(?:ST|FA|AU)[0-9]{4}")
_SOC2020: Final = re.compile(r"[0-9]{4}(?:/[0-9]{2})?")
_LEVEL: Final = re.compile(r"E|[1-8]")

DEEPEST_RULE: Final = 30
"""Brackets inside brackets that a rule may have."""


def _id(_: Column, text: str) -> str:
    if slug(text) != text or not (text[0].isalnum() and text[-1].isalnum()):
        suggestion = slug(text).strip(".-")
        raise Fault("invalid-id", f"{quoted(text)} is not an id", f"write {suggestion}" if suggestion else "")
    return text


def _text(_: Column, text: str) -> str:
    return text


def _number(column: Column, text: str, form: re.Pattern[str], kind: str) -> str:
    if not form.fullmatch(text):
        digits = re.sub(r"[,_\s£$€%]", "", text)
        hint = f"write {digits}" if form.fullmatch(digits) else ""
        if not hint and kind == "a whole number" and _DECIMAL.fullmatch(digits):
            hint = "round it to a whole number, or ask for the column to take decimals"
        if not hint and re.search(r"[0-9]", text):
            hint = "write digits only; a range, a unit or a doubt belongs in notes"
        raise Fault("invalid-number", f"{quoted(text)} is not {kind}", hint)
    if text.startswith("-") and column.unit not in (None, "degrees"):
        raise Fault("invalid-number", f"{column.unit} cannot be negative", f"write {text[1:]}, or leave it blank")
    return text


def _integer(column: Column, text: str) -> int:
    return int(_number(column, text, _INTEGER, "a whole number"))


def _decimal(column: Column, text: str) -> Decimal:
    return Decimal(_number(column, text, _DECIMAL, "a number"))


def partial_date(text: str) -> PartialDate:
    """Read a year, a month or a day. Raises `Fault`."""
    found = _DATE.fullmatch(text)
    if not found:
        hint = ""
        if day_first := _DAY_FIRST.fullmatch(text):
            day, month, year = day_first.groups()
            hint = f"write {year}-{month:0>2}-{day:0>2} (year, month, day) if that is the day meant"
        raise Fault("invalid-date", f"{quoted(text)} is not a date", hint)
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        date(year, month, day)
    except ValueError:
        raise Fault("invalid-date", f"{quoted(text)} is not a day of the calendar") from None
    if not 1900 <= year <= 2100:
        raise Fault("invalid-year-range", f"the year {year} is not between 1900 and 2100")
    return PartialDate(text)


def _date(_: Column, text: str) -> PartialDate:
    return partial_date(text)


def _yes_no(_: Column, text: str) -> bool:
    if text not in ("yes", "no"):
        meant = {"y": "yes", "true": "yes", "1": "yes", "n": "no", "false": "no", "0": "no"}
        guess = meant.get(text.lower(), text.lower() if text.lower() in ("yes", "no") else "")
        raise Fault("invalid-yes-no", f"{quoted(text)} is neither yes nor no", f"write {guess}" if guess else "")
    return text == "yes"


def _choice(column: Column, text: str) -> str:
    if text not in column.choices:
        near = nearest(text, column.choices)
        hint = f"did you mean {listed(near)}? " if near else ""
        hint += f"The choices are: {', '.join(column.choices)}"
        raise Fault("not-a-choice", f"{quoted(text)} is not one of the choices", hint)
    return text


def is_address(text: str) -> bool:
    """Whether the text is a whole `https:`, `http:` or `urn:` address."""
    return _ADDRESS.fullmatch(text) is not None


def _url(_: Column, text: str) -> str:
    if not is_address(text):
        better = text.replace(" ", "%20").replace("[", "%5B").replace("]", "%5D").replace("|", "%7C")
        better = f"https://{better}" if better.startswith("www.") else better
        raise Fault(
            "invalid-url", f"{quoted(text)} is not a whole address", f"write {better}" if is_address(better) else ""
        )
    return text


def _pattern(code: str, form: re.Pattern[str], what: str) -> "Callable[[Column, str], str]":
    def read(_: Column, text: str) -> str:
        if not form.fullmatch(text):
            near = text.upper().replace(" ", "")
            raise Fault(code, f"{quoted(text)} is not {what}", f"write {near}" if form.fullmatch(near) else "")
        return text

    return read


def _qan(_: Column, text: str) -> str:
    bare = text.replace("/", "").upper()
    if not _QAN.fullmatch(bare):
        raise Fault("invalid-qan", f"{quoted(text)} is not a qualification number")
    return bare


def _postcode(_: Column, text: str) -> str:
    found = _POSTCODE.fullmatch(text.upper())
    if not found:
        raise Fault("invalid-postcode", f"{quoted(text)} is not a full postcode")
    return f"{found[1]} {found[2]}"


def _level(_: Column, text: str) -> str:
    if not _LEVEL.fullmatch(text):
        found = re.fullmatch(r"(?i)(?:rqf )?(?:level|l) ?([1-8])", text)
        hint = f"write {found[1]}" if found else "write E" if text.lower().startswith("entry") else ""
        raise Fault("invalid-level", f"{quoted(text)} is not a level of the RQF", hint)
    return text


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def walk(rule: Requirement) -> Iterator[Requirement]:
    """The rule and all its parts."""
    yield rule
    match rule:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                yield from walk(part)
        case Usually(part, _) | Not(part):
            yield from walk(part)


def _requirement(_: Column, text: str) -> Requirement:
    if _depth(text) > DEEPEST_RULE:
        raise Fault("invalid-requirement", f"the rule has more than {DEEPEST_RULE} brackets inside each other")
    try:
        rule = parse(text)
    except RequirementError as error:
        raise Fault("invalid-requirement", str(error)) from None
    except ValueError as error:  # a number too long for Python to read
        raise Fault("invalid-requirement", f"the rule has a number that cannot be read: {error}") from None
    for part in walk(rule):
        match part:
            case Not() | Opportunity():
                raise Fault("invalid-requirement", f"only the rules of schemes may ask this: {write(part)}")
            case AllOf(()) if part is not rule:
                raise Fault("invalid-requirement", "“none” stands alone, never inside another rule")
            case Attribute() if (fault := attribute_fault(part)) is not None:
                near = nearest(part.name, attributes())
                raise Fault(
                    "invalid-requirement",
                    fault,
                    "" if part.name in near or not near else f"did you mean {listed(near)}?",
                )
            case Usually(_, ""):
                raise Fault("invalid-requirement", "usually(…, by=…) does not say who decides")
            case AtLeast(count, parts) if not 1 <= count <= len(parts):
                raise Fault("invalid-requirement", f"atleast({count}, …) has {len(parts)} parts to choose from")
            case LevelHeld(level) | CreditsFrom(level=int(level)) if not 1 <= level <= 8:
                raise Fault("invalid-requirement", f"level {level} is not a level from 1 to 8")
            case CreditsFrom(credits) if not 1 <= credits <= 9999:
                raise Fault("invalid-requirement", f"credits({credits}) is not a number of credits from 1 to 9999")
        match part:
            case CreditsFrom(unit_role=str(role)):
                choices = TABLES["units"].columns["unit_role"].choices
                if role not in choices:
                    near = nearest(role, choices)
                    hint = f"did you mean {listed(near)}?" if near else f"the roles are: {', '.join(choices)}"
                    raise Fault("invalid-requirement", f"unit_role={role} is not a role that units have", hint)
    return rule


_READERS: "Final[dict[str, Callable[[Column, str], Value]]]" = {
    "id": _id,
    "text": _text,
    "texts": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "dates": _date,
    "yesno": _yes_no,
    "choice": _choice,
    "choices": _choice,
    "ref": _text,
    "refs": _text,
    "url": _url,
    "ukprn": _pattern("invalid-ukprn", _UKPRN, "a UKPRN"),
    "qan": _qan,
    "postcode": _postcode,
    "standard": _pattern("invalid-standard", _STANDARD, "the reference of a standard"),
    "soc2020": _pattern("invalid-soc2020", _SOC2020, "a SOC 2020 code"),
    "level": _level,
    "requirement": _requirement,
}


def read_value(column: Column, text: str) -> Value:
    """One value of the column's type. Raises `Fault`."""
    return _READERS[column.type.name](column, text)


_DAMAGED: Final = re.compile("\ufffd|â€|Ã[\x80-\xbf¢-¿]|Â[£°\xa0]")
_WHITE: Final = re.compile(r"\s+")


def mend(text: str) -> str:
    """Text without white space at its ends, and with line breaks, tabs, hard spaces and invisible signs taken out.

    >>> mend(" Dudley\\tCollege ")
    'Dudley College'
    """
    if text.isprintable():
        return text.strip(" ")
    text = _WHITE.sub(lambda found: " " if set(found.group()) != {" "} else found.group(), text)
    return "".join(sign for sign in text if category(sign) not in ("Cc", "Cf")).strip(" ")


def is_damaged(text: str) -> bool:
    """Whether the text has signs that arise when UTF-8 is read as something else."""
    return not text.isascii() and _DAMAGED.search(text) is not None
