"""Shapes that several answers share."""

import re
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _writable(text: str) -> str:
    """Text that can be written as UTF-8; JSON can hold halves of a character, which cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a character") from None
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_writable)]
"""A word or a few of them, from a reader."""

Query = Annotated[str, Field(max_length=4_000), AfterValidator(_writable)]
"""The query part of an address, kept in another."""

Named = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_writable)]
"""A thing as a reader names it: by id or by everyday words."""

MANY_THINGS: Final = 30
"""Most things that a question may name in one list, and most of which it may name in words."""

Mode = Literal["full-time", "part-time", "flexible", "classroom", "blended", "online", "work-based"]
Attendance = Literal["day", "evening", "weekend", "block", "day-release"]

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def _as_a_day(given: object) -> object:
    if isinstance(given, date) or (isinstance(given, str) and _DAY.fullmatch(given)):
        return given
    raise ValueError("is not a day such as 2026-11-21")


AnyDay = Annotated[date, BeforeValidator(_as_a_day), Field(strict=False)]
Day = Annotated[AnyDay, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
"""A day that a question may be about."""


class Wire(BaseModel):
    """Something we say."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Asked(BaseModel):
    """Something a reader asks, with no name that we do not know: a mistyped one would be ignored in silence.

    Its schema is not put off as that of what we say: FastAPI makes one of each field too, with the same settings, and
    one that is put off knows no alias.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReadAsked(Asked):
    """What every question about a release can say."""

    release: int | None = Field(
        None, ge=1, le=999_999_999, description="Number of the release to ask; without it the current one."
    )


class TablesAsked(ReadAsked):
    """What every question can say whose answer is tables."""

    rows: Annotated[str, Field(pattern=r"^[1-9]\d?\.[1-9]\d{0,6}$")] | None = Field(
        None,
        title="Rows",
        description="Of a page: the table that is leafed through and its first row that is shown, such as `2.21`."
        " Files and JSON have all rows.",
    )


class ReadAsJson(ReadAsked):
    """What a question can say of which the answer is JSON, or a page."""

    format: Literal["json"] | None = Field(None, description="`json` for programs; without it `Accept` decides.")


class Link(Wire):
    """A link to something related, as in RFC 8288."""

    rel: str
    href: str
    type: str
    title: str
