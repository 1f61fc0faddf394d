"""Shapes that several answers share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=200)]
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
