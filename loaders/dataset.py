"""What a dataset says of itself in dataset.yml: whose it is, what may be done with it, what it should contain."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from graph.issues import IssueLog
from loaders.format import Format, formats, read_format
from loaders.records import read_text
from loaders.tables import TABLES, Column
from loaders.values import Fault, PartialDate, is_address, listed, nearest, partial_date, quoted

FILE: Final = "dataset.yml"

PUBLISHED: Final = "published"
STATUSES: Final = (PUBLISHED, "illustrative")
"""What all the things of a dataset in a publisher's format may be."""

Lookups = dict[str, dict[str, dict[str, str]]]
"""Table → column → known bad value → right value."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a table should have: at least, or exactly."""

    rows: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """One dataset.yml. `retrieved` is the day the data was fetched; None: not said.

    `format` is the publisher's format that its `files` (folders or patterns, from the folder of dataset.yml) are in;
    blank: the native format, whose tables lie beside dataset.yml. `version`: what the publisher calls this edition.
    """

    id: str
    title: str
    publisher: str
    licence: str
    shippable: bool
    description: str = ""
    licence_url: str = ""
    attribution: str = ""
    retrieved: PartialDate | None = None
    sources: dict[str, str] = field(default_factory=dict)
    counts: dict[str, Count] = field(default_factory=dict)
    lookups: Lookups = field(default_factory=dict)
    format: str = ""
    files: tuple[str, ...] = (".",)
    version: str = ""
    status: str = PUBLISHED


@dataclass(frozen=True, slots=True)
class Key:
    """One key of dataset.yml, for the reader and for the documentation."""

    name: str
    about: str
    example: str
    required: bool = False


KEYS: Final[dict[str, Key]] = {
    key.name: key
    for key in (
        Key("id", "Id of the dataset: small letters, digits and hyphens.", "small-town", required=True),
        Key("title", "Its name.", "Jobs and courses of a small town", required=True),
        Key(
            "description",
            "What it holds and what it does not, in a sentence or two.",
            "Made up for tests.",
            required=True,
        ),
        Key("publisher", "Who stands behind it.", "Stepway", required=True),
        Key("licence", "An SPDX id, or the words of the licence.", "CC0-1.0", required=True),
        Key("licence_url", "Where the licence can be read.", "https://creativecommons.org/publicdomain/zero/1.0/"),
        Key("attribution", "What must be said wherever the data is shown.", "Contains public sector information."),
        Key("shippable", "`yes` when it may be passed on with the product, else `no`.", "yes", required=True),
        Key("retrieved", "The day the data was fetched, as a date.", "2026-11-21"),
        Key("sources", "For each `urn:` used as a source: what it is.", "{urn:stepway:interview-1: A talk}"),
        Key(
            "counts",
            "For a table, or a file of the format: the least number of rows, or `{exactly: n}`.",
            "{roles: 2}",
        ),
        Key(
            "format",
            "The publisher's format that the files are in ([published formats](published-formats.md)); blank: tables "
            "of this page. Title, publisher, licence, attribution and shippable are then the format's unless said.",
            "esco",
        ),
        Key(
            "files",
            "With `format`: the folder of the files, or a pattern of their names, or a list of those.",
            "../downloads/esco",
        ),
        Key("status", "With `format`: `illustrative` when all of it is made up; else `published`.", "illustrative"),
        Key("version", "With `format`: what the publisher calls this edition.", "1.2.0"),
        Key(
            "lookups",
            "For a table and column: known bad values and the right ones.",
            "{sites: {town: {Dudly: Dudley}}}",
        ),
    )
}

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class _Mapping(dict[Any, Any]):
    """Keys with values, and the line of each key."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


class _Loader(yaml.BaseLoader):
    """Reads every scalar as text, so that `no` is not false and `2026-09` no date, and refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> _Mapping:
        """The keys of one mapping."""
        found = _Mapping()
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in found:
                said = f"the key {key!r} is given twice" if isinstance(key, str) else "a key is not a text"
                raise yaml.MarkedYAMLError(problem=said, problem_mark=key_node.start_mark)
            found[key] = self.construct_object(value_node, deep=True)
            found.lines[key] = key_node.start_mark.line + 1
        return found


def read_description(folder: Path, log: IssueLog) -> Description | None:
    """Read dataset.yml of a folder; None, with issues, when it cannot be used."""
    path = folder / FILE
    if not path.exists():
        log.add(
            "missing-file", f"the folder has no {FILE}", f"write {FILE}: id, title, publisher, licence, …", file=FILE
        )
        return None
    text = read_text(path, log)
    if text is None:
        return None
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 -- a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        since = f", {error.context} from line {error.context_mark.line + 1}" if error.context_mark else ""
        log.add("unreadable-description", f"this is not YAML: {error.problem}{since}", file=FILE, line=line)
        return None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        log.add("unreadable-description", f"this is not YAML: {' '.join(str(error).split())[:200]}", file=FILE)
        return None
    if not isinstance(content, _Mapping):
        log.add("unreadable-description", "the file is not a list of keys with values", file=FILE, line=1)
        return None
    return _Reader(content, log).description()


class _Reader:
    """Takes each key of dataset.yml, and notes every one that is missing, unknown or of the wrong form."""

    def __init__(self, content: _Mapping, log: IssueLog) -> None:
        self.content, self.log, self.usable = content, log, True
        self.line: int | None = None
        self.format: Format | None = None

    def note(self, code: str, key: str, message: str, hint: str = "", value: str | None = None) -> None:
        line = self.line or self.content.lines.get(key)
        self.log.add(code, message, hint, file=FILE, line=line, column=key, value=value)
        self.usable = False

    def bad(self, key: str, message: str, hint: str = "", value: object = None) -> None:
        self.note("invalid-description", key, message, hint, value if isinstance(value, str) else None)

    def text(self, key: str) -> str:
        value: object = self.content.get(key, self.usual(key))
        if not isinstance(value, str):
            self.bad(key, f"{key} is not a text", f"for example: {key}: {KEYS[key].example}")
            return ""
        value = " ".join(value.split())
        if not value and KEYS[key].required:
            if key == "licence":
                self.note("licence-missing", key, "nothing says what may be done with the data")
            else:
                self.bad(key, f"{key} is missing", f"for example: {key}: {KEYS[key].example}")
        return value

    def usual(self, key: str) -> str:
        """What the format says for a key that is not given."""
        if self.format is None:
            return ""
        usual = {
            "title": self.format.title,
            "description": self.format.about,
            "publisher": self.format.publisher,
            "licence": self.format.licence,
            "licence_url": self.format.licence_url,
            "attribution": self.format.attribution,
            "shippable": "yes" if self.format.shippable else "no",
        }
        return usual.get(key, "")

    def url(self, key: str) -> str:
        value = self.text(key)
        if value and not is_address(value):
            self.bad(key, f"{quoted(value)} is not a whole address", value=value)
            return ""
        return value

    def entries(self, key: str, value: object) -> Iterator[tuple[str, Any]]:
        """The entries below a key; while one is read, faults are noted on its line."""
        if isinstance(value, _Mapping):
            for name, entry in value.items():
                self.line = value.lines[name]
                yield name, entry
            self.line = None
        elif value not in ("", None):
            self.bad(key, f"{key} is not a list of keys with values", f"for example: {key}: {KEYS[key].example}")

    def description(self) -> Description | None:
        for key in self.content:
            if key not in KEYS:
                near = nearest(key, KEYS)
                hint = f"did you mean {listed(near)}?" if near else f"the keys are: {', '.join(KEYS)}"
                self.bad(key, f"{quoted(key)} is not a key of {FILE}", hint)
        format = self.text("format")
        if format and format not in formats():
            # What else is missing may be in the format that is meant.
            self.bad("format", f"{quoted(format)} is not a format", self.near(format, dict.fromkeys(formats())), format)
            return None
        if format:
            self.format = read_format(format)
        for key in ("files", "version", "status") if not format else ("lookups",):
            if key in self.content:
                said = "only with a format" if not format else "only for native tables"
                self.bad(key, f"{key} is {said}", "take it out, or say the format" if not format else "take it out")
        id = self.text("id")
        if id and not _SLUG.fullmatch(id):
            self.bad("id", f"{quoted(id)} is not an id", "use small letters, digits and single hyphens", id)
        shippable = self.text("shippable")
        if shippable not in ("yes", "no", ""):
            self.bad("shippable", f"{quoted(shippable)} is neither yes nor no", value=shippable)
        status = self.text("status")
        if status and status not in STATUSES:
            self.bad("status", f"{quoted(status)} is not {listed(STATUSES)}", value=status)
        found = Description(
            id=id,
            title=self.text("title"),
            description=self.text("description"),
            publisher=self.text("publisher"),
            licence=self.text("licence"),
            licence_url=self.url("licence_url"),
            attribution=self.text("attribution"),
            shippable=shippable == "yes",
            retrieved=self.retrieved(),
            sources=self.sources(),
            counts=self.counts(),
            lookups=self.lookups(),
            format=format,
            files=self.files(),
            version=self.text("version"),
            status=status or PUBLISHED,
        )
        return found if self.usable else None

    def retrieved(self) -> PartialDate | None:
        value = self.text("retrieved")
        try:
            return partial_date(value) if value else None
        except Fault as fault:
            self.bad("retrieved", fault.message, fault.hint, value)
            return None

    def files(self) -> tuple[str, ...]:
        value = self.content.get("files", ".")
        places = value if isinstance(value, list) else [value]
        if not places or not all(isinstance(place, str) and place.strip() for place in places):
            self.bad("files", "files is not a folder or a list of folders", f"for example: {KEYS['files'].example}")
            return (".",)
        return tuple(places)

    def sources(self) -> dict[str, str]:
        found = {}
        for urn, about in self.entries("sources", self.content.get("sources")):
            if not urn.startswith("urn:") or not is_address(urn):
                self.bad("sources", f"{quoted(urn)} is not a urn:", "an address needs no entry here", urn)
            elif not isinstance(about, str) or not about.strip():
                self.bad("sources", f"{quoted(urn)} is not described", "say in a sentence what the source is", urn)
            else:
                found[urn] = " ".join(about.split())
        return found

    def counts(self) -> dict[str, Count]:
        found = {}
        known = {file.name: file for file in self.format.files} if self.format else TABLES
        what = "a table" if self.format is None else f"a file of the format {self.format.id}"
        for table, value in self.entries("counts", self.content.get("counts")):
            exact = isinstance(value, dict) and value.keys() == {"exactly"}
            number = value["exactly"] if exact else value
            if table not in known:
                self.bad("counts", f"{quoted(table)} is not {what}", self.near(table, dict(known)))
            elif not isinstance(number, str) or not re.fullmatch(r"[0-9]{1,9}", number):
                self.bad(
                    "counts", f"the count of {table} is not a number", f"write {table}: 2 or {table}: {{exactly: 2}}"
                )
            else:
                found[table] = Count(int(number), exact)
        return found

    @staticmethod
    def near(word: str, known: "dict[str, Any]") -> str:
        found = nearest(word, known)
        return f"did you mean {listed(found)}?" if found else f"there are: {', '.join(known)}"

    def lookups(self) -> Lookups:
        found: Lookups = {}
        for table, columns in self.entries("lookups", self.content.get("lookups")):
            if table not in TABLES:
                self.bad("lookups", f"{quoted(table)} is not a table", self.near(table, TABLES))
                continue
            for column, values in self.entries("lookups", columns):
                known: dict[str, Column] = TABLES[table].columns
                if column not in known:
                    self.bad("lookups", f"{table} has no column {quoted(column)}", self.near(column, known))
                    continue
                for bad, right in self.entries("lookups", values):
                    if not isinstance(right, str):
                        self.bad("lookups", f"the right value for {quoted(bad)} is not a text")
                    else:
                        found.setdefault(table, {}).setdefault(column, {})[bad] = right
        return found
