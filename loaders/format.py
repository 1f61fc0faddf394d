"""How a published file is read: `formats/<format>/format.yml`, from its columns to the terms of the graph.

A format belongs to a publisher's download (ESCO's CSV edition, the Ofqual register). Each of its files says what a row
is about (`nodes`), which column becomes which property, and which columns are left aside and why. The documentation
of a format is made from it, so what is written there is what is done.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic import Field as Setting

FORMATS: Final = Path(__file__).parent / "formats"


def _several(value: Any) -> Any:
    """One text stands for a list of one."""
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""One text or a list of them."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Not(_Part):
    """Every text but these; `{not: ""}` is a cell that is filled."""

    texts: Texts = Setting(alias="not")


When = dict[str, Not | Texts]
"""Column → the texts of which it must have one, without regard to case; `""`: not filled, `"*"`: filled."""


class Field(_Part):
    """One column (or several, in `value`) that becomes one property.

    `column` is a name, or several of which the first that the header has is taken (a renamed column, `lad??cd` for any
    such). A name that the header has more than once means all of them. `value` is a template: `{}` is the cell,
    `{COLUMN}` another one, `{COLUMN:transform}` another one put in its usual form; one that begins with a known prefix
    (`swi:QAN-{}`) makes an address; one without a hole is the same in every row; one with a blank hole says nothing.
    `transform` puts the cell, or without a column the filled template, in its usual form; nothing is said of what
    becomes blank. `codes` gives the meaning of each cell (or filled template), an address when it is written with a
    prefix, nothing when it is blank, `"*"` for any other, which is told. `properties` picks the property by the code in
    the column `property_by`. `split` parts a cell into several values, `trim` takes these signs from their ends.
    `blank`: texts that mean *not known*. `when` takes the field only from rows whose columns have these texts.
    `required`: each row fills it; `optional`: not every edition has the column.
    `once`: a thing has only one in the dataset; the first row's is kept, another one is told.
    `form: currency`: a last day becomes current or superseded, by the day on which the dataset was retrieved.
    """

    column: Texts = ()
    property: str = ""
    property_by: str = ""
    properties: dict[str, str] = {}
    form: Literal["text", "iri", "integer", "decimal", "boolean", "date", "month", "year", "currency"] = "text"
    datatype: str = ""
    transform: str = ""
    value: str = ""
    codes: dict[str, str] = {}
    split: str = ""
    trim: str = ""
    once: bool = False
    language: str = ""
    required: bool = False
    optional: bool = False
    blank: Texts = ()
    when: When = {}
    about: str = ""


class Node(_Part):
    """One thing that a row is about. `subject` is a template for its address.

    `each` repeats the node for every column whose name fits it: `{offer}_FundingAvailable`; `{offer}`, also with a
    transform, may then stand in templates and column names. `when`: only rows whose columns have these texts.
    `optional`: a row that does not fill the columns of its address has no such thing, and that is no fault.
    `link`: the row only says something of a thing that another row describes. `place: no`: its line is not noted.
    `over` (JSON): once for every part of a record that stands there, such as `duties[]`; columns are then keys of the
    part, `.` the part itself, `#` its number, `^key` a key of what holds it, `^^key` one further out.
    """

    subject: str
    classes: Texts = ()
    fields: tuple[Field, ...] = ()
    each: str = ""
    when: When = {}
    optional: bool = False
    link: bool = False
    place: bool = True
    over: str = ""
    about: str = ""


class FileFormat(_Part):
    """One file of a download.

    `match` are patterns of its name, without regard to case and to an ending such as .xz, also inside a .zip; `kind`
    how it is parted. `reader`: its rows come from `rows(source, file, say)` of reader.py beside the format.
    `edition`: the column with the day of the edition, the same in every row; it is the dataset's version where
    dataset.yml says none. `header_row`: the row with the names of the columns, or `columns` when the file has none.
    `short_rows`: cells that are missing at the end of a row are blank. `pair`: columns that together should be on one
    row only. `parts`: several files that fit are parts of one edition; without it that is told. `records` (JSON): where
    its records stand, `features[]`, `[]` for a list of records, blank when the document is one.
    `blank`: texts that mean *not known* in every column. `unused` and `private` say of columns (patterns) that are not
    read why not: a private one names or reaches a person. `repeated`: what a second row about the same thing does, when
    each row should be about another: add its facts (`merge`) or be left out (`first`); both are told. `usual` is not.
    """

    name: str
    match: Texts
    about: str = ""
    kind: Literal["csv", "tsv", "json", "jsonl"] = "csv"
    reader: bool = False
    encoding: str = "utf-8"
    delimiter: str = ""
    quoting: bool = True
    edition: str = ""
    header_row: int = 1
    columns: Texts = ()
    short_rows: bool = False
    records: str = "[]"
    required: bool = False
    blank: Texts = ()
    pair: Texts = ()
    parts: bool = False
    nodes: tuple[Node, ...]
    repeated: Literal["merge", "first", "usual"] = "usual"
    unused: dict[str, str] = {}
    private: Texts = ()


class Format(_Part):
    """A publisher's download: whose it is, what may be done with it, where it is found, and its files.

    `reader`: a module of ours that reads files which are no tables, by
    `load(place, dataset, out, log) -> (statements, counts by file)`; `files` is then empty.
    """

    id: str
    title: str
    publisher: str
    home: str
    licence: str
    licence_url: str = ""
    attribution: str
    shippable: bool
    about: str
    reader: str = ""
    files: tuple[FileFormat, ...] = ()


def formats() -> list[str]:
    """The ids of the formats that can be read."""
    return sorted(path.parent.name for path in FORMATS.glob("*/format.yml"))


@cache
def read_format(id: str) -> Format:
    """A format by its id. Every scalar of the YAML is a text first, so that a code `no` or `01` stays what it is.

    Raises `KeyError` for one that is not there.
    """
    if id not in formats():
        raise KeyError(id)
    return Format.model_validate(only_texts((FORMATS / id / "format.yml").read_text(encoding="utf-8")))


def only_texts(text: str) -> Any:
    """YAML in which every scalar is a text."""
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 -- makes texts, lists and mappings only
