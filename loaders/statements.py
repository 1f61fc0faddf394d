"""Rows of a published file become lines of N-Quads: the format is compiled once for a header, then run for each row.

For each header one Python function is written and compiled. It looks every cell up in the memory of its column, which
holds the rest of the line for a cell that was seen before; only a new cell is put in form and checked.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Final

from rdflib import URIRef

from loaders.format import Field, FileFormat, Node, Not, When
from loaders.transforms import TRANSFORMS, Transform
from loaders.values import Fault, is_address, is_damaged, nearest, quoted
from ontology.namespaces import CONCEPT, DATASET, PREFIXES, SW, expand

Cell = str | tuple[str, ...]
"""A cell of a table, or the texts of a list in a JSON record."""

Row = tuple[int, Sequence[Cell]]
"""The line on which a row starts, and its cells."""

Fill = Callable[[Sequence[str], str], str]
"""A template or a term, from the cells it reads and the cell at hand; "" when there is none."""

Told = Callable[[int, bool], None]
"""Called after a row with faults, with its line and whether nothing was taken from it."""

_HOLE: Final = re.compile(r"\{([^{}]*)\}")
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_FORMS: Final = {
    "integer": ("whole", "integer"),
    "decimal": ("decimal", "decimal"),
    "boolean": ("boolean", "boolean"),
    "date": ("day", "date"),
    "month": ("month", "gYearMonth"),
    "year": ("year", "gYear"),
}
KEPT: Final = 16_384
"""Cells of one column that are remembered; a full memory is emptied."""

LONGEST: Final = 200
"""Characters of a cell that is remembered."""

_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_BYTES: Final = 0xDC00
"""What is added to a byte that could not be read, to mark its place (Python's surrogateescape)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A fault of a row, in one column or (blank) in the whole of it."""

    code: str
    message: str
    hint: str
    column: str
    value: str = ""


def is_curie(text: str) -> bool:
    """Whether a text begins with one of our prefixes."""
    prefix, colon, rest = text.partition(":")
    return bool(colon) and prefix in PREFIXES and not rest.startswith("//")


def spelt_out(curie: str) -> str:
    """A prefixed name or template with its prefix written out, any other text unchanged."""
    prefix, _, name = curie.partition(":")
    return PREFIXES[prefix] + name if is_curie(curie) else curie


def whole_address(text: str) -> str:
    """An address written whole or with one of our prefixes. Raises `Fault` for what is no address."""
    found = spelt_out(text)
    if not is_address(found):
        raise Fault("bad-cell", f"{quoted(found)} is not a whole address")
    return found


def literal(text: str) -> str:
    """A text between the quotation marks of N-Quads. Raises `Fault` for signs that no text has."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if '"' in text:
        text = text.replace('"', '\\"')
    if not text.isprintable():
        if unseen := _UNSEEN.search(text):
            raise _unseen(unseen[0])
        text = text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f'"{text}"'


def _unseen(sign: str) -> Fault:
    code = ord(sign)
    if code >= _BYTES:
        byte = bytes([code & 0xFF])
        better = byte.decode("cp1252", errors="ignore")
        hint = f"in Windows-1252 it is “{better}”" if better else ""
        return Fault("bad-cell", f"byte 0x{byte.hex().upper()} is not a sign of the file's encoding", hint)
    return Fault("bad-cell", f"the cell has the invisible sign U+{code:04X}")


def places_of(header: Sequence[str]) -> dict[str, list[int]]:
    """The places of each column, by its name in small letters; several when it stands there more than once."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        found.setdefault(name.strip().casefold(), []).append(place)
    return found


class _Partly(Exception):  # noqa: N818 -- a result on its way, not an error
    """Some pieces of a cell could be read, or a default was taken; what they become is `found`, the rest was told."""

    def __init__(self, found: Any) -> None:
        super().__init__()
        self.found = found


class _Default(Exception):  # noqa: N818 -- a result on its way, not an error
    """A code is not known, which is told, and has a meaning all the same."""

    def __init__(self, fault: Fault, term: str) -> None:
        super().__init__()
        self.fault, self.term = fault, term


class _Memory(dict[Any, Any]):
    """What each cell becomes, worked out at its first sight. A fault is noted and becomes `nothing`."""

    __slots__ = ("column", "faults", "make", "nothing")

    def __init__(self, make: Callable[[Any], Any], faults: list[Found], column: str, nothing: object = "") -> None:
        super().__init__()
        self.make, self.faults, self.column, self.nothing = make, faults, column, nothing

    def __missing__(self, cell: Any) -> Any:
        try:
            found = self.make(cell)
        except Fault as fault:
            said = cell if isinstance(cell, str) else ""
            self.faults.append(Found(fault.code, fault.message, fault.hint, self.column, said))
            return self.nothing
        except _Partly as partly:
            return partly.found
        if (len(cell) if isinstance(cell, str) else sum(map(len, cell))) <= LONGEST:
            if len(self) >= KEPT:
                self.clear()
            self[cell] = found
        return found


@dataclass(slots=True)
class Compiled:
    """A file's format made ready for one header.

    `run(rows, out, told)` appends the statements of rows to `out` (each line with its line end), calls `told` after a
    row with `faults`, and gives the number of rows that the format passes over. `missing` are columns the format names
    and the header has not: the required ones and the others. `unknown` are columns nobody has an opinion on.
    """

    run: Callable[[Iterable[Row], list[str], Told], int]
    faults: list[Found]
    missing_required: list[str]
    missing: list[str]
    unknown: list[str]
    source: str


@dataclass(slots=True)
class _Code:
    """The function as it is written: its lines and the things it names."""

    names: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def name(self, thing: object, stem: str) -> str:
        name = f"{stem}{len(self.names)}"
        self.names[name] = thing
        return name

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)


def _short(tail: str) -> str:
    """The object of the rest of a line, for a message."""
    return quoted(tail.split("> ", 1)[1].rsplit(" <", 1)[0].strip('"<>'))


def names_of(nodes: Iterable[Node]) -> list[str]:
    """All the columns that nodes name (without those of `each`), for a file without a header."""
    found: list[str] = []
    for node in nodes:
        found += [hole for hole, _ in _holes(node.subject)]
        found += node.when
        for one in node.fields:
            found += [*one.column, one.property_by, *one.when]
            found += [hole for hole, _ in _holes(one.value)]
    return list(dict.fromkeys(name for names in found for name in names.split("|") if name))


def _holes(template: str) -> list[tuple[str, str]]:
    return [_hole(found[1]) for found in _HOLE.finditer(template)]


def _hole(inside: str) -> tuple[str, str]:
    column, colon, transform = inside.rpartition(":")
    return (column, transform) if colon and transform in TRANSFORMS else (inside, "")


class Compiler:
    """Compiles formats for one dataset."""

    def __init__(self, dataset: str, day: date | None = None, status: URIRef = SW.published) -> None:
        """`day` is that on which the dataset was true; `status` what its things are."""
        self.dataset, self.day, self.status = dataset, day, status
        self.graph = str(DATASET[dataset])
        self.once: dict[str, dict[str, str]] = {}

    def compile(self, file: FileFormat, header: Sequence[str], nodes: Sequence[Node] | None = None) -> Compiled:
        """Make a file's format (or some of its nodes) ready for its header."""
        return _Writer(self, file, header).write(file.nodes if nodes is None else nodes)


def _usual(transform: str, name: str) -> str:
    """What the name of a column gives in its usual form; one that has none stays, and the rows' addresses are told."""
    try:
        return TRANSFORMS[transform](name)
    except Fault:
        return name


def _repeats(node: Node, header: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each column that a node is repeated for, and what its name gives; one blank name for a node that is not."""
    if not node.each:
        yield "", {}
        return
    pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(node.each)), re.IGNORECASE)
    for name in header:
        if given := pattern.fullmatch(name.strip()):
            yield name.strip().casefold(), given.groupdict()


class _Writer:
    """Writes the function for one file with one header."""

    def __init__(self, compiler: Compiler, file: FileFormat, header: Sequence[str]) -> None:
        self.compiler, self.file, self.header = compiler, file, header
        self.places, self.code = places_of(header), _Code()
        self.faults: list[Found] = []
        self.used: set[str] = set()
        self.gone: dict[str, bool] = {}
        self.given: Mapping[str, str] = {}
        self.blank = frozenset({"", *file.blank})
        self.ending = f" <{compiler.graph}> .\n"

    def write(self, nodes: Sequence[Node]) -> Compiled:
        """The function for these nodes."""
        code = self.code
        for line in (
            "def run(rows, out, told):",
            "    add, passed = out.append, 0",
            "    for line, c in rows:",
            "        n = len(out)",
        ):
            code.add(0, line)
        self._pair()
        for number, node in enumerate(nodes):
            for column, given in _repeats(node, self.header):
                self.given = given
                self.used.add(column)
                self._node(node, first=number == 0)
        self.given = {}
        code.add(2, "if faults:")
        code.add(3, "told(line, len(out) == n)")
        code.add(2, "elif len(out) == n:")
        code.add(3, "passed += 1")
        code.add(1, "return passed")
        code.names |= {"faults": self.faults}
        source = "\n".join(code.lines) + "\n"
        exec(compile(source, f"<{self.file.name}>", "exec"), code.names)  # noqa: S102 -- written above, from our formats
        required = [name for name, needed in self.gone.items() if needed]
        return Compiled(
            code.names["run"],
            self.faults,
            required,
            [name for name in self.gone if name not in required],
            [name for place, name in enumerate(self.header) if place not in self._used_places()],
            source,
        )

    def _used_places(self) -> set[int]:
        return {place for name in self.used for place in self.places.get(name, ())}

    def _find(self, names: str | Sequence[str], *, required: bool = False, optional: bool = False) -> list[int]:
        """The places of the first of these columns that the header has."""
        choices = names.split("|") if isinstance(names, str) else [part for name in names for part in name.split("|")]
        choices = [self._fill(name).strip() for name in choices]
        for name in choices:
            if places := self.places.get(name.casefold()):
                self.used.add(name.casefold())
                return places
            if found := [known for known in self.places if fnmatchcase(known, name.casefold())]:
                self.used.add(found[0])
                return self.places[found[0]]
        if not optional:
            said = " or ".join(choices)
            self.gone[said] = self.gone.get(said, False) or required
        return []

    def _fill(self, template: str) -> str:
        for name, text in self.given.items():
            template = template.replace(f"{{{name}}}", text)
            for hole in re.finditer(rf"\{{{name}:(\w+)\}}", template):
                template = template.replace(hole[0], _usual(hole[1], text))
        return template

    def _node(self, node: Node, *, first: bool) -> None:
        code, depth = self.code, 2
        if (test := self._when(node.when)) is None:
            return
        subject = self._subject(node, first=first)
        if subject is None:
            return
        if test:
            code.add(depth, f"if {test}:")
            depth += 1
        code.add(depth, f"s = {subject}")
        if first and not node.optional:  # a row that is about nothing is left out
            code.add(depth, "if not s:")
            code.add(depth + 1, "told(line, len(out) == n)")
            code.add(depth + 1, "continue")
        code.add(depth, "if s:")
        depth += 1
        code.add(depth, "pass")
        if not node.link and first and self.file.repeated != "usual":
            seen, again = code.name({}, "seen"), code.name(self._again, "again")
            code.add(depth, f"if s in {seen}:")
            code.add(depth + 1, f"{again}(s, {seen}[s])")
            if self.file.repeated == "first":
                code.add(depth + 1, "told(line, True)")
                code.add(depth + 1, "continue")
            code.add(depth, "else:")
            code.add(depth + 1, f"{seen}[s] = line")
        fixed = [f" <{expand('rdf:type')}> <{expand(one)}>{self.ending}" for one in node.classes]
        if not node.link:
            fixed.append(f" <{SW.status}> <{self.compiler.status}>{self.ending}")
        fields = list(node.fields)
        for one in node.fields:
            always = not (node.each or one.column or one.when or one.property_by or one.once or one.codes)
            if always and not _HOLE.search(self._fill(one.value)):
                fixed.append(self._tail(one)(""))
                fields.remove(one)
        if fixed:
            said = "".join(f"{{s}}{{{code.name(tail, 'K')}}}" for tail in fixed)
            code.add(depth, f"add(f'{said}')")
        if node.place and not node.link:
            place = DATASET[f"{self.compiler.dataset}/records/{self.file.name}"]
            middle = code.name(f' <{SW.atLine}> "', "K")
            end = code.name(f'"^^<{_XSD}integer> <{place}> .\n', "K")
            code.add(depth, f"add(f'{{s}}{{{middle}}}{{line}}{{{end}}}')")
        for one in fields:
            self._field(one, depth)

    def _again(self, subject: str, line: int) -> None:
        kept = "is left out" if self.file.repeated == "first" else "is merged with it"
        self.faults.append(Found("repeated-key", f"line {line} is about {subject} too; this row {kept}", "", ""))

    def _pair(self) -> None:
        """Have rows told that repeat a pair of columns."""
        places = [place for name in self.file.pair for place in self._find(name)[:1]]
        if not places:
            return
        seen: set[tuple[Cell, ...]] = set()
        columns = " and ".join(self.file.pair)

        def look(cells: tuple[Cell, ...]) -> None:
            if cells in seen:
                message = f"an earlier row has the same {columns}: {', '.join(map(str, cells))}; both are kept"
                self.faults.append(Found("pair-repeated", message, "", ""))
            seen.add(cells)

        self.code.add(2, f"{self.code.name(look, 'pair')}(({', '.join(f'c[{place}]' for place in places)},))")

    def _differs(self, subject: str, label: str, kept: str, other: str) -> None:
        said = f"{subject} has {_short(kept)} already, and here {_short(other)}; the first is kept"
        self.faults.append(Found("told-otherwise", said, "", label))

    def _when(self, when: When) -> str | None:
        """The test of a row as Python; blank: every row passes; None: none does."""
        tests = []
        for column, texts in when.items():
            refused = isinstance(texts, Not)
            asked = frozenset(one.casefold() for one in (texts.texts if isinstance(texts, Not) else texts))
            places = self._find(column)
            if not places:
                if ("" in asked) != refused:  # a column that is not there is blank
                    continue
                return None
            tests.append(f"{self._test(asked, refused=refused)}[c[{places[0]}]]")
        return " and ".join(tests)

    def _test(self, asked: frozenset[str], *, refused: bool) -> str:
        def make(cell: Cell) -> bool:
            texts = (cell,) if isinstance(cell, str) else cell or ("",)
            filled = "*" in asked
            return any(one.strip().casefold() in asked or (filled and one.strip()) for one in texts) != refused

        return self.code.name(_Memory(make, self.faults, ""), "W")

    def _template(self, template: str, *, required: bool) -> tuple[list[int], Fill] | None:
        """A template: the places it reads, and a function of their cells and the cell at hand.

        The function gives "" when one of them is blank. None: the header lacks a column of it.
        """
        template = spelt_out(self._fill(template))
        parts: list[str | tuple[int, Transform | None]] = []
        places: list[int] = []
        end = 0
        lacking = False
        for hole in _HOLE.finditer(template):
            parts.append(template[end : hole.start()])
            end = hole.end()
            column, transform = _hole(hole[1])
            if not column:
                parts.append((-1, TRANSFORMS.get(transform)))
                continue
            found = self._find(column, required=required)
            lacking |= not found
            places += found[:1]
            parts.append((len(places) - 1, TRANSFORMS.get(transform)))
        parts.append(template[end:])
        if lacking:
            return None
        blank = self.blank

        def filled(cells: Sequence[str], cell: str) -> str:
            out = []
            for part in parts:
                if isinstance(part, str):
                    out.append(part)
                    continue
                place, transform = part
                text = (cell if place == -1 else cells[place]).strip()
                if text in blank:
                    return ""
                if transform and not (text := transform(text)):
                    return ""
                out.append(text)
            return "".join(out)

        return places, filled

    def _key(self, places: Sequence[int]) -> str:
        """The cells of a row at these places as Python: one cell, or a tuple of them."""
        cells = ", ".join(f"c[{place}]" for place in places)
        return cells if len(places) == 1 else f"({cells})"

    def _subject(self, node: Node, *, first: bool) -> str | None:
        template = self._template(node.subject, required=first)
        if template is None:
            return None
        places, filled = template
        columns = ", ".join(hole for hole, _ in _holes(self._fill(node.subject)))
        optional = node.optional

        def make(key: Any) -> str:
            try:
                text = filled((key,) if isinstance(key, str) else key, "")
                if text:
                    return f"<{whole_address(text)}>"
            except Fault as fault:
                raise Fault("row-not-taken" if first else "bad-cell", fault.message, fault.hint) from None
            if optional:
                return ""
            message = f"{columns or 'the address'} is not filled, so the row is about nothing"
            raise Fault("row-not-taken" if first else "cell-missing", message)

        memory = self.code.name(_Memory(make, self.faults, columns), "S")
        return f"{memory}[{self._key(places)}]"

    def _tail(self, one: Field) -> Callable[[str], str]:
        """What a cell's statement has after its subject, for a field whose property is always the same."""
        term, predicate = self._term(one, None), f" <{expand(one.property)}> "
        return lambda cell: f"{predicate}{term((), cell)}{self.ending}"

    def _term(self, one: Field, filled: Fill | None) -> Fill:
        """A function from the cells of its template and the cell at hand to the term; "" when there is none."""
        form = _FORMS.get(one.form)
        check = TRANSFORMS[form[0]] if form else None
        transform = TRANSFORMS[one.transform] if one.transform else None
        usual = TRANSFORMS["text"]
        template = self._fill(one.value)
        as_address = one.form == "iri" or is_curie(template)
        suffix = f"@{one.language.lower()}" if one.language else f"^^<{_XSD}{form[1]}>" if form else ""
        suffix = f"^^<{spelt_out(one.datatype)}>" if one.datatype else suffix
        fixed = spelt_out(template)
        coded = self._coded(one, as_address=as_address, suffix=suffix) if one.codes else None
        before = transform if one.column else None
        after = transform if not one.column else None
        if one.form == "currency":
            return self._currency(before, filled)

        def term(cells: Sequence[str], cell: str) -> str:
            if before:
                cell = before(cell)
            if template and (filled is None or cell or not one.column):
                cell = filled(cells, cell) if filled else fixed
            if after and cell:
                cell = after(cell)
            if not cell:
                return ""
            if coded:
                return coded(cell)
            if as_address:
                return f"<{whole_address(cell)}>"
            if check:
                return f"{literal(check(cell))}{suffix}"
            if not transform:
                cell = usual(cell)
            return f"{literal(cell)}{suffix}" if cell else ""

        return term

    def _currency(self, before: Transform | None, filled: Fill | None) -> Fill:
        """From last days to current or superseded: of several, joined by |, the first to pass counts."""
        today = self.compiler.day.isoformat() if self.compiler.day else ""

        def term(cells: Sequence[str], cell: str) -> str:
            said = filled(cells, cell) if filled else cell
            last = min(
                (TRANSFORMS["day"](before(one) if before else one) for one in said.split("|") if one), default="9"
            )
            return f"<{CONCEPT}currency/{'current' if last >= today else 'superseded'}>" if today else ""

        return term

    @staticmethod
    def _coded(one: Field, *, as_address: bool, suffix: str) -> Callable[[str], str]:
        """From a code to its term; "" when it says nothing."""
        codes = {" ".join(code.split()).casefold(): meaning for code, meaning in one.codes.items()}
        known = ", ".join(list(one.codes)[:12])

        def meant(meaning: str) -> str:
            if not meaning:
                return ""
            if is_curie(meaning) or as_address:
                return f"<{whole_address(meaning)}>"
            return f"{literal(meaning)}{suffix}"

        def term(cell: str) -> str:
            meaning = codes.get(" ".join(cell.split()).casefold())
            if meaning is not None:
                return meant(meaning)
            near = nearest(cell, one.codes)
            hint = f"did you mean {near[0]}?" if near else f"known: {known}"
            fault = Fault("unknown-code", f"{quoted(cell)} is not one of its codes", hint)
            if "*" in codes:
                raise _Default(fault, meant(codes["*"]))
            raise fault

        return term

    def _field(self, one: Field, depth: int) -> None:
        if (test := self._when(one.when)) is None:
            return
        places = self._find(one.column, required=one.required, optional=one.optional) if one.column else [-1]
        if not places:
            return
        reads: list[int] = []
        filled = None
        if one.value and _HOLE.search(self._fill(one.value)):
            if (template := self._template(one.value, required=one.required)) is None:
                return
            reads, filled = template
        by: list[int] = []
        if one.properties and not (by := self._find(one.property_by, required=True)[:1]):
            return
        if test:
            self.code.add(depth, f"if {test}:")
            depth += 1
        many = bool(one.split) or any("[]" in name for name in one.column)
        label = self._fill(one.column[0]) if one.column else ", ".join(hole for hole, _ in _holes(one.value))
        make = self._make(one, filled, label, reads=bool(reads), by=bool(by), alone=places == [-1], many=many)
        memory = self.code.name(_Memory(make, self.faults, label, () if many else ""), "T")
        for place in places:
            key = self._key([*([place] if place >= 0 else []), *by, *reads]) if (place >= 0 or by or reads) else "'-'"
            if many:
                self.code.add(depth, f"for t in {memory}[{key}]:")
                self.code.add(depth + 1, "add(s + t)")
                continue
            self.code.add(depth, f"t = {memory}[{key}]")
            self.code.add(depth, "if t:")
            if one.once:
                kept = self.code.name(self.compiler.once.setdefault(one.property, {}), "O")
                differs, told = self.code.name(self._differs, "differs"), self.code.name(label, "L")
                self.code.add(depth + 1, f"if s not in {kept}:")
                self.code.add(depth + 2, f"{kept}[s] = t")
                self.code.add(depth + 2, "add(s + t)")
                self.code.add(depth + 1, f"elif {kept}[s] != t:")
                self.code.add(depth + 2, f"{differs}(s, {told}, {kept}[s], t)")
            else:
                self.code.add(depth + 1, "add(s + t)")

    def _make(
        self,
        one: Field,
        filled: Fill | None,
        label: str,
        *,
        reads: bool,
        by: bool,
        alone: bool,
        many: bool,
    ) -> Callable[[Any], Any]:
        """From the key of a field (its cell, its property's code, the cells of its template) to its line or lines."""
        term, ending = self._term(one, filled), self.ending
        blank = self.blank | frozenset(one.blank)
        properties = {code.casefold(): f" <{expand(name)}> " for code, name in one.properties.items()}
        fixed = f" <{expand(one.property)}> " if one.property else ""
        simple = not reads and not by
        split, required, of_blank = one.split, one.required, one.form == "currency"
        trim = f"{one.trim} \t\r\n"

        def line(cell: str, code: str, cells: Sequence[str]) -> str:
            if cell in blank and not alone:
                if not of_blank:
                    return ""
                cell = ""
            default: Fault | None = None
            try:
                found = term(cells, cell)
            except _Default as other:
                found, default = other.term, other.fault
            predicate = fixed
            if found and by and not (predicate := properties.get(code.strip().casefold(), "")):
                known = f"known: {', '.join(one.properties)}"
                raise Fault("unknown-code", f"{quoted(code)} in {one.property_by} is not one of its codes", known)
            said = f"{predicate}{found}{ending}" if found else ""
            if said and not cell.isascii() and is_damaged(cell):
                message = f"{quoted(cell)} holds signs that arise when text is read in a wrong encoding"
                self.faults.append(Found("damaged-text", message, "", label, cell))
            if default is not None:
                self.faults.append(Found(default.code, default.message, default.hint, label, cell))
                raise _Partly((said,) if many else said)
            return said

        def parts(key: Any) -> tuple[Any, str, Sequence[str]]:
            if simple:
                return key, "", ()
            rest = list((key,) if isinstance(key, str) else key)
            cell = "" if alone else rest.pop(0)
            return cell, rest.pop(0) if by else "", rest

        def single(key: Any) -> str:
            cell, code, cells = parts(key)
            if not (found := line(cell.strip(), code, cells)) and required and cell.strip() in blank:
                raise Fault("cell-missing", "the cell is not filled")
            return found

        def several(key: Any) -> tuple[str, ...]:
            cell, code, cells = parts(key)
            texts = [cell] if isinstance(cell, str) else cell
            texts = [piece for text in texts for piece in text.split(split)] if split else texts
            found, bad = [], False
            for text in texts:
                try:
                    found.append(line(text.strip(trim), code, cells))
                except _Partly as partly:
                    bad = True
                    found += partly.found
                except Fault as fault:
                    bad = True
                    self.faults.append(Found(fault.code, fault.message, fault.hint, label, text))
            lines = tuple(filter(None, found))
            if bad:
                raise _Partly(lines)
            if not lines and required:
                raise Fault("cell-missing", "the cell is not filled")
            return lines

        return several if many else single
