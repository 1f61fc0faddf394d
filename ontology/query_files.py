"""The named queries as files: what the head of each says of it. The files are data; nothing here runs them.

A file is SPARQL that opens with comments, each `# key: text`, which goes on in lines that begin with `#` and three
spaces:

    # title: What a role pays
    # asked by: careers adviser; researcher or planner
    # reads: …                      what it rests on (may be left out)
    # limits: …                     what its answer cannot bear (may be left out)
    # given: role (thing of Role, optional), the role; such as OC-HCSASSOC
    # given: least (decimal, default 0.5), the least score
    # given: status (choice published | inferred, optional), how sure
    # rows: one for each pay band of a role
    # gives: role (thing), the role
    # gives: pounds (whole number, may be blank), the least pay a year
    # gives: weeks (whole number, may be blank, only where reachable is yes | unknown), how long it takes

A value that is given is bound to the variable of its name, which the query projects. An *optional* one without a value
is left unbound, so that the data bind it: all of them are answered. A blank is *not known*, but where *only where* says
that a row can have no such value, by another column. Lists of user groups are separated by `;`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, cast, get_args

from ontology.namespaces import PREFIXES
from ontology.resources import paths, read_yaml

Kind = Literal[
    "thing", "concept", "term", "address", "text", "whole number", "decimal", "date", "day", "yes/no", "choice", "any"
]
"""What a value is. A thing is told by its id, a concept by its notation, a term by its prefixed name (`sw:level`), all
three also by address. A `date` is a whole day; a `day` may also be a month or a year alone, as its source has it. `any`
is of several of these kinds."""

_KEY: Final = re.compile(r"^# ([a-z][a-z ]*): (.+)$")
_GIVEN: Final = re.compile(r"(\w+) \(([^()]+)\), (.+?)(?:; such as (\S.*))?")
_GIVES: Final = re.compile(r"(\w+) \(([^()]+)\), (.+)")
_ONLY_WHERE: Final = re.compile(r"only where (\w+) is (.+)")
_WITH_WHERE: Final = 2
_ONCE: Final = ("title", "asked by", "reads", "limits", "rows")
_NEEDED: Final = ("title", "rows")
_DECLARED: Final = re.compile(r"^PREFIX (\w+): <([^<>]+)>$", re.MULTILINE)
_USED: Final = re.compile(r"(?<![\w<:/#\"])(\w+):(?=[\w/^*+)|\s-])")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that whoever asks gives. `of`: the class of a thing, or the scheme of a concept; None: any.

    `default` is what holds without a value. Where there is none, an optional one is left open. `example`: a value to
    try it with, always there for a required one.
    """

    name: str
    kind: Kind
    of: str | None
    choices: tuple[str, ...]
    required: bool
    default: str | None
    about: str
    example: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the answer. `blank`: whether a row can be without a value.

    `only_where`: another column, and those of its values with which a row has one at all; None: every row. A blank
    elsewhere is no value that somebody failed to find out.
    """

    name: str
    kind: Kind
    about: str
    blank: bool
    only_where: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class QueryFile:
    """A named query as its file says it. `rows`: what one row stands for. `question`: its competency question's id.

    `prefixes` are those that its text uses, also where the text leaves their declaration to us.
    """

    name: str
    title: str
    asked_by: tuple[str, ...]
    rows: str
    reads: str | None
    limits: str | None
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    question: str | None
    text: str
    prefixes: tuple[tuple[str, str], ...]

    @property
    def hash(self) -> str:
        """The SHA-256 of its file: what exactly was asked."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def body(self) -> str:
        """The query without its head and its declarations."""
        lines = [line for line in self.text.splitlines() if not _DECLARED.match(line)]
        while lines and (not lines[0] or lines[0].startswith("#")):
            del lines[0]
        return "\n".join(lines) + "\n"

    def with_values(self, given: Mapping[str, str]) -> str:
        """The query as anybody can run it elsewhere: prefixes declared, and values in a VALUES clause.

        `given`: by variable, as SPARQL writes the term. It is for people who read the query or take it along; what is
        run here is the text with the values bound.
        """
        declared = "".join(f"PREFIX {prefix}: <{address}>\n" for prefix, address in self.prefixes)
        body = self.body
        if given:
            names, terms = " ".join(f"?{name}" for name in given), " ".join(given.values())
            head, where, rest = body.partition("WHERE {")
            body = f"{head}{where}\n  VALUES ({names}) {{ ({terms}) }}{rest}"
        return f"# {self.title}\n{declared}\n{body}"


def read_head(name: str, text: str, *, asked_by: str | None = None, question: str | None = None) -> QueryFile:
    """What the head of a file says. Raises `ValueError` when it says too little, or what cannot be read."""
    said: dict[str, list[str]] = {key: [] for key in (*_ONCE, "given", "gives")}
    key = ""
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if found := _KEY.match(line):
            key = found[1]
            if key not in said or (key in _ONCE and said[key]):
                raise ValueError(f"{name}: “{key}” cannot stand in a head, or not twice")
            said[key].append(found[2].strip())
        elif key and line.startswith("#   "):
            said[key][-1] += " " + line[4:].strip()
        else:
            raise ValueError(f"{name}: cannot read the line {line!r} of the head")
    once = {key: said[key][0] if said[key] else None for key in _ONCE}
    missing = [key for key in _NEEDED if once[key] is None] + ([] if said["gives"] else ["gives"])
    groups = asked_by or once["asked by"]
    if missing or groups is None:
        raise ValueError(f"{name} does not say: {', '.join(missing or ['asked by'])}")
    parameters = tuple(_parameter(name, one) for one in said["given"])
    columns = tuple(_column(name, one) for one in said["gives"])
    strange = {one.only_where[0] for one in columns if one.only_where} - {one.name for one in columns}
    if strange:
        raise ValueError(f"{name}: there is no column “{min(strange)}”")
    return QueryFile(
        name=name,
        title=str(once["title"]),
        asked_by=tuple(one.strip() for one in groups.split(";")),
        rows=str(once["rows"]),
        reads=once["reads"],
        limits=once["limits"],
        parameters=parameters,
        columns=columns,
        question=question,
        text=text,
        prefixes=_prefixes(text),
    )


def _prefixes(text: str) -> tuple[tuple[str, str], ...]:
    """Those that a text declares; of one that leaves that to us, those of ours that it uses."""
    declared = tuple(_DECLARED.findall(text))
    if declared:
        return declared
    plain = re.sub(r'"[^"\n]*"|#.*$', "", text, flags=re.MULTILINE)
    used = set(_USED.findall(plain))
    return tuple((prefix, address) for prefix, address in PREFIXES.items() if prefix in used)


def _kind(name: str, said: str) -> tuple[Kind, str | None, tuple[str, ...]]:
    if said.startswith("choice "):
        return "choice", None, tuple(one.strip() for one in said.removeprefix("choice ").split("|"))
    kind, _, of = said.partition(" of ")
    if kind not in get_args(Kind):
        raise ValueError(f"{name}: there is no type “{kind}”")
    return cast(Kind, kind), of or None, ()


def _parameter(name: str, said: str) -> Parameter:
    found = _GIVEN.fullmatch(said)
    if found is None:
        raise ValueError(f"{name}: cannot read what is given: {said}")
    first, *more = (one.strip() for one in found[2].split(","))
    kind, of, choices = _kind(name, first)
    default, optional = None, False
    for one in more:
        if one == "optional":
            optional = True
        elif one.startswith("default "):
            default = one.removeprefix("default ")
        else:
            raise ValueError(f"{name}: cannot read “{one}” of {found[1]}")
    required = not optional and default is None
    if required and found[4] is None:
        raise ValueError(f"{name}: {found[1]} has no example")
    return Parameter(found[1], kind, of, choices, required, default, found[3], found[4])


def _column(name: str, said: str) -> Column:
    found = _GIVES.fullmatch(said)
    if found is None:
        raise ValueError(f"{name}: cannot read what it gives: {said}")
    first, *more = (one.strip() for one in found[2].split(","))
    kind, of, choices = _kind(name, first)
    where = _ONLY_WHERE.fullmatch(more[1]) if len(more) == _WITH_WHERE else None
    if of or choices or more[:1] not in ([], ["may be blank"]) or (more[1:] and where is None):
        raise ValueError(f"{name}: cannot read the type of {found[1]}: {found[2]}")
    only = (where[1], tuple(one.strip() for one in where[2].split("|"))) if where else None
    return Column(found[1], kind, found[3], bool(more), only)


@cache
def query_files() -> tuple[QueryFile, ...]:
    """Every named query, by name: those of the catalogue, and those that the competency questions rest on.

    Raises `ValueError` when a head cannot be read, or two have one name.
    """
    found = [read_head(path.stem, path.read_text(encoding="utf-8")) for path in _catalogue()]
    for path in paths("questions/*/query.rq"):
        facts = read_yaml((path.parent / "question.md").read_text(encoding="utf-8").split("---\n")[1])
        name = path.parent.name.partition("-")[2]
        text = path.read_text(encoding="utf-8")
        found.append(read_head(name, text, asked_by=facts["user_group"], question=facts["id"]))
    names = [one.name for one in found]
    if len(names) != len(set(names)):
        raise ValueError("two queries have one name")
    return tuple(sorted(found, key=lambda one: one.name))


def _catalogue() -> list[Path]:
    """The files of the catalogue; they lie with the package that asks them."""
    return sorted((Path(str(files("queries"))) / "sparql").glob("*.rq"))
