"""Shapes that several answers share."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _writable(text: str) -> str:
    """Text that can be written as UTF-8; JSON can hold halves of a character, which cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a character") from None
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_writable)]
"""A word or a few of them, from a reader."""


class Wire(BaseModel):
    """Something we say."""

    model_config = ConfigDict(frozen=True)


class Asked(BaseModel):
    """Something a reader asks, with no name that we do not know: a mistyped one would be ignored in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReadAsked(Asked):
    """What every question about a release can say."""

    release: int | None = Field(
        None, ge=1, le=999_999_999, description="Number of the release to ask; without it the current one."
    )


class Link(Wire):
    """A link to something related, as in RFC 8288."""

    rel: str
    href: str
    type: str
    title: str
