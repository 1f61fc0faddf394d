"""Rows of a published file become lines of N-Quads: the format is compiled once for a header, then run for each row."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from loaders.format import Field, FileFormat, Node
from loaders.transforms import TRANSFORMS, Transform
from loaders.values import Fault
from ontology.namespaces import DATASET, PREFIXES, SW, expand

Cells = Sequence[str]
Text = Callable[[Cells, str], str]
"""A template filled in with the cells of a row and the cell at hand."""

_HOLE: Final = re.compile(r"\{([^{}:]*)(?::([a-z]+))?\}")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_NOT_IN_ADDRESS: Final = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_FORMS: Final = {
    "integer": ("whole", "integer"),
    "decimal": ("decimal", "decimal"),
    "boolean": ("boolean", "boolean"),
    "date": ("day", "date"),
    "year": ("whole", "gYear"),
}
_KEPT: Final = 200_000
"""Cells of one column whose term is remembered."""

Found = Callable[[str, str, str, str], None]
"""Called with code, message, hint and column for each fault of a row."""


def is_curie(text: str) -> bool:
    """Whether a text begins with one of our prefixes."""
    return text.partition(":")[0] in PREFIXES and ":" in text


def whole_address(text: str) -> str:
    """An address written whole or with one of our prefixes. Raises `Fault` for what is no address."""
    found = str(expand(text)) if is_curie(text) else text
    if ":" not in found or _NOT_IN_ADDRESS.search(found):
        raise Fault("bad-cell", f"“{text}” is no address")
    return found


def columns_of(header: Sequence[str]) -> dict[str, list[int]]:
    """The places of each column, by its name in small letters; several when it stands there more than once."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        found.setdefault(name.strip().casefold(), []).append(place)
    return found


@dataclass(slots=True)
class Compiled:
    """A file's format made ready for one header. `missing` are columns the format names and the header has not."""

    file: FileFormat
    nodes: list["_Node"]
    missing: list[str]
    unknown: list[str]

    def lines(self, line: int, cells: Cells, fault: Found) -> Iterator[str]:
        """The statements of one row."""
        for node in self.nodes:
            yield from node.lines(line, cells, fault)


class Compiler:
    """Compiles formats for one dataset."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self.graph = str(DATASET[dataset])

    def compile(self, file: FileFormat, header: Sequence[str]) -> Compiled:
        """Make a file's format ready for its header."""
        columns, used = columns_of(header), set[str]()
        nodes = [
            _Node(self, file, node, columns, used, given)
            for node in file.nodes
            for given in _repeats(node, header)
        ]  # fmt: skip
        known = {name.strip().casefold() for name in header}
        left = [name for name in header if name.strip().casefold() not in used]
        return Compiled(file, nodes, sorted(used - known), left)


def _repeats(node: Node, header: Sequence[str]) -> Iterator[dict[str, str]]:
    if not node.each:
        yield {}
        return
    pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(node.each)), re.IGNORECASE)
    for name in header:
        if given := pattern.fullmatch(name.strip()):
            yield given.groupdict()


class _Node:
    """One node of a format, compiled."""

    def __init__(
        self, compiler: Compiler, file: FileFormat, node: Node, columns: dict[str, list[int]], used: set[str],
        given: dict[str, str],
    ) -> None:  # fmt: skip
        self.columns, self.used, self.given, self.blank = columns, used, given, {"", *file.blank}
        self.subject = self._template(node.subject)
        self.subjects: dict[str, str] = {}
        graph = compiler.graph
        self.ending = f" <{graph}> .\n"
        self.classes = "".join(
            f"<{{0}}> <{expand('rdf:type')}> <{expand(one)}>{self.ending}" for one in node.classes
        )
        if not node.link:
            self.classes += f"<{{0}}> <{SW.status}> <{SW.published}>{self.ending}"
        place = DATASET[f"{compiler.dataset}/records/{file.name}"]
        self.place = "" if node.link else f'<{{0}}> <{SW.atLine}> "{{1}}"^^<{_XSD}integer> <{place}> .\n'
        self.when = [(self._places(column), text) for column, text in self._filled(node.when)]
        self.fields = [self._field(field) for field in node.fields]

    def _filled(self, when: dict[str, str]) -> Iterator[tuple[str, str]]:
        for column, text in when.items():
            yield self._name(column), text

    def _name(self, column: str) -> str:
        return column.format_map(self.given) if self.given else column

    def _places(self, column: str) -> list[int]:
        self.used.add(column.strip().casefold())
        return self.columns.get(column.strip().casefold(), [])

    def _template(self, template: str) -> Text:
        """A template as a function of the row's cells and the cell at hand."""
        for name, text in self.given.items():
            template = template.replace(f"{{{name}}}", text)
        if is_curie(template):
            template = str(expand(template))
        parts: list[str | tuple[int, Transform | None]] = []
        end = 0
        for hole in _HOLE.finditer(template):
            parts.append(template[end : hole.start()])
            transform = TRANSFORMS[hole[2]] if hole[2] else None
            places = self._places(hole[1]) if hole[1] else [-1]
            parts.append((places[0] if places else -2, transform))
            end = hole.end()
        parts.append(template[end:])

        def filled(cells: Cells, cell: str) -> str:
            out = []
            for part in parts:
                if isinstance(part, str):
                    out.append(part)
                    continue
                place, transform = part
                text = cell if place == -1 else cells[place].strip() if place >= 0 else ""
                if not text:
                    raise Fault("blank-key", "a column that its address is made of is not filled")
                out.append(transform(text) if transform else text)
            return "".join(out)

        return filled

    def _field(self, field: Field) -> tuple[list[int], Field, Callable[[Cells, str], str], Callable[[Cells], str]]:
        places = self._places(self._name(field.column)) if field.column else [-1]
        template = self._template(field.value) if field.value else None
        transform = TRANSFORMS.get(field.transform or _FORMS.get(field.form, ("text", ""))[0])
        as_address = field.form == "iri" or is_curie(field.value)
        suffix = f"@{field.language}" if field.language else ""
        if field.form in _FORMS:
            suffix = f"^^<{_XSD}{_FORMS[field.form][1]}>"
        codes = {code.casefold(): meaning for code, meaning in field.codes.items()}

        def term(cells: Cells, cell: str) -> str:
            if codes:
                meaning = codes.get(cell.casefold())
                if meaning is None:
                    raise Fault("unknown-code", f"“{cell}” is not one of its codes", f"known: {', '.join(field.codes)}")
                return f"<{whole_address(meaning)}>" if is_curie(meaning) else f'"{meaning.translate(_ESCAPES)}"{suffix}'
            if template is not None:
                cell = template(cells, transform(cell) if field.transform and transform else cell)
            elif not as_address and transform:
                cell = transform(cell)
            return f"<{whole_address(cell)}>" if as_address else f'"{cell.translate(_ESCAPES)}"{suffix}'

        properties = {code.casefold(): f"<{expand(one)}>" for code, one in field.properties.items()}
        if not properties:
            fixed = f"<{expand(field.property)}>"
            return places, field, term, lambda _: fixed
        (place, *_) = self._places(self._name(field.property_by)) or [-1]

        def predicate(cells: Cells) -> str:
            code = cells[place].strip()
            if code.casefold() not in properties:
                raise Fault("unknown-code", f"“{code}” in {field.property_by} is not one of its codes")
            return properties[code.casefold()]

        return places, field, term, predicate

    def lines(self, line: int, cells: Cells, fault: Found) -> Iterator[str]:
        """The statements of one row about this node."""
        for places, text in self.when:
            if not places or cells[places[0]].strip() != text:
                return
        try:
            subject = whole_address(self.subject(cells, ""))
        except Fault as found:
            fault("row-not-taken", found.message, found.hint, "")
            return
        if self.classes:
            yield self.classes.format(subject)
        if self.place:
            yield self.place.format(subject, line)
        for places, field, term, predicate in self.fields:
            for place in places:
                cell = cells[place].strip() if place >= 0 else "-"
                if cell in self.blank or cell in field.blank:
                    if field.required:
                        fault("cell-missing", "the cell is not filled", "", field.column)
                    continue
                for one in cell.split(field.split) if field.split else (cell,):
                    if not (said := one.strip()):
                        continue
                    try:
                        yield f"<{subject}> {predicate(cells)} {term(cells, said)}{self.ending}"
                    except Fault as found:
                        fault(found.code, found.message, found.hint, field.column)
