"""How a published file is read: `formats/<format>/format.yml`, from its columns to the terms of the graph.

A format belongs to a publisher's download (ESCO's CSV edition, the Ofqual register). Each of its files says what a row
is about (`nodes`), which column becomes which property, and which columns are left aside and why. The documentation
of a format is made from it, so what is written there is what is done.
"""

from functools import cache
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict

FORMATS: Final = Path(__file__).parent / "formats"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Field(_Part):
    """One column (or several, in `value`) that becomes one property.

    `value` is a template: `{}` is the cell, `{COLUMN}` another one, `{COLUMN:transform}` another one put in its usual
    form; one that begins with a known prefix (`swi:QAN-{}`) makes an address. `codes` gives the meaning of each code,
    an address when it is written with a prefix. `properties` picks the property by the code in the column
    `property_by`. `split` parts a cell into several values. `blank`: texts that mean *not known*. `when` takes the
    field only from rows whose columns have these texts.
    """

    column: str = ""
    property: str = ""
    property_by: str = ""
    properties: dict[str, str] = {}
    form: Literal["text", "iri", "integer", "decimal", "boolean", "date", "year"] = "text"
    transform: str = ""
    value: str = ""
    codes: dict[str, str] = {}
    split: str = ""
    language: str = ""
    required: bool = False
    blank: tuple[str, ...] = ()
    when: dict[str, str] = {}
    about: str = ""


class Node(_Part):
    """One thing that a row is about. `subject` is a template for its address; None: a field makes no thing of its own.

    `each` repeats the node for every column whose name fits it: `{offer}_FundingAvailable`; `{offer}` may then stand in
    templates and column names. `when`: only rows whose columns have these texts.
    `link`: the row only says something of a thing that another row describes.
    """

    subject: str
    classes: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    each: str = ""
    when: dict[str, str] = {}
    link: bool = False


class FileFormat(_Part):
    """One file of a download.

    `match` are patterns of its name, without regard to case and to an ending such as .xz; `kind` how it is parted.
    `blank`: texts that mean *not known* in every column. `unused` and `private` say of columns (patterns) that are not
    read why not: a private one names a person. `repeated`: what a second row about the same thing does, when each
    row should be about another.
    """

    name: str
    match: tuple[str, ...]
    about: str = ""
    kind: Literal["csv", "tsv", "json"] = "csv"
    encoding: str = "utf-8"
    quoting: bool = True
    required: bool = False
    blank: tuple[str, ...] = ()
    nodes: tuple[Node, ...]
    repeated: Literal["merge", "first", "usual"] = "usual"
    unused: dict[str, str] = {}
    private: tuple[str, ...] = ()


class Format(_Part):
    """A publisher's download: whose it is, what may be done with it, where it is found, and its files."""

    id: str
    title: str
    publisher: str
    home: str
    licence: str
    licence_url: str = ""
    attribution: str
    shippable: bool
    about: str
    files: tuple[FileFormat, ...]


def formats() -> list[str]:
    """The ids of the formats that can be read."""
    return sorted(path.parent.name for path in FORMATS.glob("*/format.yml"))


@cache
def read_format(id: str) -> Format:
    """A format by its id. Raises `KeyError` for one that is not there."""
    if id not in formats():
        raise KeyError(id)
    text = (FORMATS / id / "format.yml").read_text(encoding="utf-8")
    return Format.model_validate(yaml.safe_load(text))
