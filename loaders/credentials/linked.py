"""JSON-LD and Turtle as nodes with their lines. Nothing is ever fetched: the contexts that are known lie beside this.

A term keeps the short form that the format's readers use (`ceterms:name`), whatever prefix a file writes it with; an
address of a thing is kept whole. What is damaged is mended where only one reading is possible, and told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from graph.issues import IssueLog
from graph.store import plain, read_turtle
from loaders.credentials.json_text import DamagedError, Object, read_json

RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_LANGUAGE: Final = re.compile(r"@none|[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_SHORT: Final = re.compile(r"([A-Za-z][\w.-]*):(?!//)(\S*)")
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20<>\"{}|^`\\]+")
_ENDINGS: Final = (".json", ".jsonld", ".ttl")
_ABOUT_IT: Final = (".yml", ".yaml", ".md", ".txt", "")
"""Endings of files that describe a download, and hold none of it."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a property. `target`: the address it is, or may be where an address is asked for."""

    text: str
    language: str = ""
    target: str = ""


@dataclass(slots=True)
class Node:
    """One thing of a file: what it is, and its values by short property name, in the order of the file."""

    id: str
    file: str
    line: int
    types: list[str] = field(default_factory=list)
    values: dict[str, list[Value]] = field(default_factory=dict)

    def add(self, name: str, value: Value) -> None:
        """Add one value; the same one again is nothing new."""
        there = self.values.setdefault(name, [])
        if value not in there:
            there.append(value)

    def texts(self, *names: str) -> list[Value]:
        """The values of the first of these properties that has any."""
        return next((found for name in names if (found := self.values.get(name))), [])

    def text(self, *names: str) -> str:
        """The first text, English before others; empty when there is none."""
        found = [one for one in self.texts(*names) if one.text]
        english = [one for one in found if one.language.lower().partition("-")[0] in ("en", "")]
        return next((one.text for one in [*english, *found]), "")

    def targets(self, *names: str) -> list[str]:
        """The addresses that all of these properties name, each once."""
        return list(dict.fromkeys(v.target for name in names for v in self.values.get(name, ()) if v.target))


Nodes = dict[str, Node]


@cache
def _contexts() -> dict[str, dict[str, Any]]:
    text = Path(__file__).with_name("contexts.yml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return found


@cache
def _namespaces() -> dict[str, str]:
    """Prefix of each namespace, without its http or https."""
    known = {prefix: space for context in _contexts().values() for prefix, space in context["prefixes"].items()}
    return {space.partition(":")[2]: prefix for prefix, space in known.items()}


def short(address: str) -> str:
    """An address in short form where its namespace is known, else whole.

    >>> short("https://purl.org/ctdl/terms/name"), short("http://purl.org/ctdl/terms/name")
    ('ceterms:name', 'ceterms:name')
    """
    scheme, _, rest = address.partition(":")
    if scheme in ("http", "https"):
        end = max(rest.rfind("/"), rest.rfind("#")) + 1
        prefix = _namespaces().get(rest[:end])
        return f"{prefix}:{rest[end:]}" if prefix and end < len(rest) else address
    return address


@lru_cache(maxsize=100_000)
def _is_address(text: str) -> bool:
    """Whether a text is an address that can stand in a graph."""
    if not _ADDRESS.fullmatch(text):
        return False
    try:
        return any(read_turtle(f"<{text}> <a:b> <a:b> ."))
    except SyntaxError:
        return False


class _Context:
    """What the names of one file mean."""

    def __init__(self, usual: str, reader: "Reader", file: str) -> None:
        self.reader, self.file = reader, file
        self.prefixes: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.keywords: dict[str, str] = {}
        self.default, self.given = "", False
        self.usual: dict[str, Any] = _contexts()[usual]
        self.told: set[str] = set()

    def take(self, context: object, line: int) -> None:
        """Take a context in: an address of one we know, an object, or a list of these."""
        if isinstance(context, list):
            for one in context:
                self.take(one, line)
        elif isinstance(context, str):
            known = next((c for c in _contexts().values() if context.partition("://")[2] in c["addresses"]), None)
            if known is None:
                message = f"the context {context} is not known here, and no context is ever fetched"
                hint = "the usual prefixes of the format are taken; write the prefixes into the file if they are others"
                self.reader.log.add("unknown-context", message, hint, file=self.file, line=line, value=context)
                known = self.usual
            self.given = True
            self.prefixes |= known["prefixes"]
            self.names |= known.get("names", {})
            self.keywords |= known.get("keywords", {})
            self.default = known.get("default", self.default)
        elif isinstance(context, dict):
            self.given = True
            for name, meaning in context.items():
                address = meaning.get("@id") if isinstance(meaning, dict) else meaning
                if name == "@vocab":
                    self.default = str(address or "")
                elif isinstance(address, str) and address.startswith("@"):
                    self.keywords[name] = address
                elif isinstance(address, str) and not name.startswith("@"):
                    (self.prefixes if address.endswith(("/", "#", ":")) else self.names)[name] = address

    def tell(self, code: str, about: str, message: str, line: int) -> None:
        """Tell of something once in a file."""
        if about not in self.told:
            self.told.add(about)
            self.reader.log.add(code, message, file=self.file, line=line, value=about)

    def expand(self, text: str, line: int) -> str:
        """The address that a text with a prefix stands for; a prefix that nobody declares stays as it is."""
        found = _SHORT.fullmatch(text)
        if found is None:
            return text
        prefix, rest = found.groups()
        if prefix in self.prefixes:
            return self.expand(self.prefixes[prefix], line) + rest
        if prefix in self.usual["prefixes"]:
            self.tell(
                "prefix-assumed", prefix, f"the prefix {prefix}: is not declared; its usual meaning is taken", line
            )
            return str(self.usual["prefixes"][prefix]) + rest
        return text

    def term(self, name: str, line: int) -> str:
        """The short form of a name of a property or class."""
        if name in self.names:
            return short(self.expand(self.names[name], line))
        if ":" in name:
            return short(self.expand(name, line))
        if (meant := self.reader.locals.get(name)) and not self.default:
            message = f"“{name}” has no prefix, so the file's own context gives it no meaning; {meant} is taken"
            self.tell("term-without-prefix", name, message, line)
            return meant
        return short(self.default + name) if self.default else name

    def target(self, text: str, line: int) -> str:
        """The address that a text would be; empty when it can be none."""
        if text.startswith("_:"):
            return f"_:{self.file}-{text[2:]}"
        if (local := self.usual.get("local")) and text.startswith(local):
            return f"{local}{self.file}:{text.removeprefix(local)}"
        whole = self.expand(text, line)
        return whole if _is_address(whole) else ""


class Reader:
    """Reads the files of a folder into nodes. `usual` is the context of files that name none; `terms`: what is read."""

    def __init__(self, usual: str, terms: Iterable[str], log: IssueLog) -> None:
        self.usual, self.log = usual, log
        self.locals = {term.partition(":")[2]: term for term in terms}
        self.nodes: Nodes = {}
        self.made = 0
        self.counts: dict[str, int] = {}

    def read(self, folder: Path) -> Nodes:
        """Read every file of a folder, or one file, in the order of names.

        Of two files of one name the JSON is read and the Turtle, which says the same, is not.
        """
        inside = [folder] if folder.is_file() else folder.iterdir()
        first: dict[str, Path] = {}
        for path in sorted(path for path in inside if path.is_file()):
            if (ending := path.suffix.lower()) not in _ENDINGS:
                if ending not in _ABOUT_IT:
                    self.log.add("file-not-read", f"{ending} is not read here, so nothing of it is", file=path.name)
                continue
            if (other := first.setdefault(path.stem, path)) != path:
                message = f"{other.name} is taken to say the same, and is read in its place"
                self.log.add("file-said-twice", message, file=path.name)
                continue
            before = len(self.nodes)
            self._file(path)
            self.counts[path.name] = len(self.nodes) - before
        return self.nodes

    def _file(self, path: Path) -> None:
        self.made = 0
        try:
            raw = path.read_bytes()
            text = raw.decode("utf-8-sig")
        except OSError as error:
            self.log.add("unreadable-file", f"it cannot be opened: {error.strerror or error}", file=path.name)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            said = f"byte 0x{raw[error.start]:02x} is not UTF-8"
            self.log.add("unreadable-encoding", said, file=path.name, line=line)
        else:
            if not text.strip():
                self.log.add("empty-file", "there is nothing in it", file=path.name)
            elif path.suffix.lower() == ".ttl":
                self._turtle(path.name, text)
            else:
                self._json(path.name, text)

    def _damaged(self, file: str, message: str, line: int | None, column: int | None) -> None:
        place = f" at character {column}" if column else ""
        self.log.add("unreadable-linked-data", f"{message}{place}", file=file, line=line)

    def _json(self, file: str, text: str) -> None:
        def mended(what: str, line: int) -> None:
            self.log.add("file-mended", what, file=file, line=line)

        try:
            documents = read_json(text, mended)
        except DamagedError as damaged:
            self._damaged(file, damaged.message, damaged.line, damaged.column)
            documents = damaged.whole
        context = _Context(self.usual, self, file)
        for document in documents:
            for top in document if isinstance(document, list) else [document]:
                if isinstance(top, Object):
                    context.take(top.get("@context"), top.line)
                    self._object(top, context, file)
                else:
                    message = f"“{str(top)[:40]}” stands where an object was expected"
                    self.log.add("value-not-read", message, file=file)

    def _object(self, said: Object, context: _Context, file: str) -> str:
        """A node from an object and all within it; its address."""
        keys = {context.keywords.get(key, key): value for key, value in said.items()}
        within = keys.pop("@graph", None)
        for one in within if isinstance(within, list) else [within]:
            if isinstance(one, Object):
                self._object(one, context, file)
        id = keys.pop("@id", None)
        address = context.target(id, said.line) if isinstance(id, str) else ""
        if not address and id is not None:
            message = f"“{str(id)[:80]}” is no address"
            self.log.add("value-not-read", message, file=file, line=said.line, column="@id")
        if not address:
            self.made += 1
            address = f"_:{file}-{self.made}"
        types, rest = keys.pop("@type", []), {k: v for k, v in keys.items() if not k.startswith("@")}
        if not (types or rest):
            return address
        if within is not None and not types:
            return address
        node = self.nodes.setdefault(address, Node(address, file, said.line))
        if types and not node.types:
            node.file, node.line = file, said.line
        for one in types if isinstance(types, list) else [types]:
            if isinstance(one, str) and (kind := context.term(one, said.line)) not in node.types:
                node.types.append(kind)
        for key, value in rest.items():
            name = context.term(key, said.line)
            for found in self._values(value, context, file, said.line):
                node.add(name, found)
        return address

    def _values(self, said: Any, context: _Context, file: str, line: int) -> Iterator[Value]:
        match said:
            case None:
                return
            case list():
                for one in said:
                    yield from self._values(one, context, file, line)
            case bool():
                yield Value("true" if said else "false")
            case int() | float():
                yield Value(str(int(said)) if isinstance(said, float) and said.is_integer() else str(said))
            case str():
                yield Value(said.strip(), "", context.target(said.strip(), line))
            case Object():
                yield from self._of_object(said, context, file, line)

    def _of_object(self, said: Object, context: _Context, file: str, line: int) -> Iterator[Value]:
        keys = {context.keywords.get(key, key) for key in said}
        if "@value" in keys:
            language = str(said.get("@language", ""))
            plain = said["@value"]
            if isinstance(plain, str):
                yield Value(plain, language)
            else:
                yield from self._values(plain, context, file, line)
        elif keys & {"@list", "@set"}:
            yield from self._values(said.get("@list", said.get("@set")), context, file, line)
        elif keys and all(map(_LANGUAGE.fullmatch, keys)):
            for language, texts in said.items():
                for one in texts if isinstance(texts, list) else [texts]:
                    if isinstance(one, str) and one.strip():
                        yield Value(one.strip(), "" if language == "@none" else language)
        else:
            address = self._object(said, context, file)
            yield Value(address, "", address)

    def _turtle(self, file: str, text: str) -> None:
        context = _Context(self.usual, self, file)
        declared = re.findall(r"(?im)^\s*@?prefix\s+([\w.-]*):\s*<([^>]*)>", text)
        context.prefixes = dict(declared)
        used = re.sub(r'"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|<[^>\s]*>|(?m:(?:^|\s)#.*$)', " ", text)
        heads = []
        for prefix in dict.fromkeys(re.findall(r"(?:^|(?<=[\s\[(,;]))([A-Za-z][\w.-]*|):[\w.]", used)):
            if prefix not in context.prefixes:
                meant = self._prefix(prefix, text, context)
                context.prefixes[prefix] = meant
                heads.append(f"@prefix {prefix}: <{meant}> . ")
        lines = _lines_of_subjects(text, context)
        labels: dict[str, str] = {}
        try:
            for triple in read_turtle("".join(heads) + text):
                self._triple(triple, file, lines, labels)
        except SyntaxError as error:
            column = (error.offset or 0) - (len("".join(heads)) if error.lineno == 1 else 0)
            self._damaged(file, str(error.msg).partition(" at ")[0], error.lineno, max(1, column))

    def _prefix(self, prefix: str, text: str, context: _Context) -> str:
        """What an undeclared prefix means: its usual meaning, for none at all the format's own terms, else itself."""
        found = re.search(rf"(?:^|[\s\[(,;])({re.escape(prefix)}:)", text)
        line = text.count("\n", 0, found.start(1)) + 1 if found else 1
        own = "elm" if self.usual == "elm" else "ceterms"
        meant = str(context.usual["prefixes"].get(prefix or own, f"{prefix}:"))
        said = f"the prefix “{prefix}:” is not declared; it is taken to mean {meant}"
        context.tell("prefix-assumed", f"{prefix}:", said, line)
        return meant

    def _triple(
        self, triple: tuple[str, str, str], file: str, lines: Mapping[str, int], labels: dict[str, str]
    ) -> None:
        def name(term: str) -> str:
            if term.startswith("_:"):
                if term not in labels:
                    self.made += 1
                    labels[term] = f"_:{file}-{self.made}"
                return labels[term]
            return term[1:-1]

        subject, predicate, value = name(triple[0]), triple[1][1:-1], triple[2]
        node = self.nodes.setdefault(subject, Node(subject, file, lines.get(subject, 1)))
        if predicate == RDF_TYPE:
            kind = self.locals.get(value[2:], value) if value.startswith("_:") else short(name(value))
            if kind not in node.types:
                node.types.append(kind)
        elif value.startswith('"'):
            language = re.search(r'"@([A-Za-z0-9-]+)$', value)
            node.add(short(predicate), Value(plain(value), language[1] if language else ""))
        else:
            target = name(value)
            node.add(short(predicate), Value(target, "", target))


def _lines_of_subjects(text: str, context: _Context) -> dict[str, int]:
    """The line on which each subject of a Turtle text first stands at the beginning of one."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if said := re.match(r"\s*(?:<([^>\s]+)>|([A-Za-z][\w.-]*|):([\w.-]+))\s+(?:a\b|[\w<])", line):
            address = said[1] or context.prefixes.get(said[2], f"{said[2]}:") + said[3]
            found.setdefault(address, number)
    return found
