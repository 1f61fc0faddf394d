"""What every published format must keep to: known words, known forms, a sample that loads, no persons."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest
from rdflib import RDF, Graph, URIRef

from graph.issues import IssueLog, Severity
from loaders.dataset import read_description
from loaders.format import FORMATS, Field, FileFormat, Node, formats, read_format
from loaders.reading import Source, matching, rows
from loaders.statements import is_curie, names_of, places_of
from loaders.transforms import TRANSFORMS
from ontology import resources
from ontology.namespaces import CONCEPT, expand

OURS = Graph()
for _path in resources.paths("vocabulary/*.ttl"):
    OURS.parse(_path)
CONCEPTS = Graph()
for _path in resources.paths("concepts/*.ttl"):
    CONCEPTS.parse(_path)

PERSON = re.compile(
    r"e-?mail|phone|telnum|\btel(ephone)?\b|\bfax\b|^head(title|firstname|lastname|honours|preferred)|contact_(name|p|e)"
    r"|(created|modified|updated)_?by|first ?name|last ?name|surname|forename",
    re.IGNORECASE,
)
"""Names of columns that hold a person's name, address or number."""

FILES = [
    pytest.param(format, file, id=f"{format}-{file.name}")
    for format in formats()
    for file in read_format(format).files
]  # fmt: skip
every_file = pytest.mark.parametrize(("format", "file"), FILES)
every_format = pytest.mark.parametrize("format", formats())


def fields(file: FileFormat) -> Iterator[tuple[Node, Field]]:
    for node in file.nodes:
        for field in node.fields:
            yield node, field


def headers(format: str, file: FileFormat) -> Iterator[list[str]]:
    """The headers of the sample's tables of this kind."""
    if file.kind not in ("csv", "tsv") or file.reader:
        return
    found = [Source(path) for path in sorted((FORMATS / format / "sample").rglob("*")) if path.is_file()]
    for source in matching(found, file):
        with source.open() as data:
            yield next(rows(data, file, lambda *_: None))[1]


@every_format
def test_a_format_says_whose_it_is(format: str) -> None:
    kind = read_format(format)
    assert kind.id == format
    for text in (kind.title, kind.publisher, kind.licence, kind.attribution, kind.about):
        assert text.strip() == text
        assert text
    assert kind.home.startswith("https://")
    names = [file.name for file in kind.files]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)
    assert kind.files or kind.reader


@every_file
def test_every_word_is_known(format: str, file: FileFormat) -> None:
    """A word of ours is defined, one of others has a prefix that is written out."""
    words = [word for node in file.nodes for word in node.classes]
    for _, field in fields(file):
        assert bool(field.property) != bool(field.properties), field
        words += [field.property] if field.property else list(field.properties.values())
    for word in words:
        assert is_curie(word), word
        if word.startswith("sw:"):
            kinds = set(OURS.objects(expand(word), RDF.type))
            assert kinds, f"{word} is defined nowhere in ontology/vocabulary"


@every_file
def test_every_concept_is_there(format: str, file: FileFormat) -> None:
    for _, field in fields(file):
        for meaning in (*field.codes.values(), *([field.value] if "{" not in field.value else [])):
            if meaning.startswith("swc:"):
                assert (URIRef(CONCEPT + meaning.removeprefix("swc:")), None, None) in CONCEPTS, meaning


@every_file
def test_every_form_is_known(format: str, file: FileFormat) -> None:
    """A hole such as {UKPRN:ukprn} names a form; a misspelt one would be read as the name of a column."""
    for node in file.nodes:
        for text in (node.subject, *(field.value for field in node.fields)):
            for hole in re.findall(r"\{([^{}]*)\}", text):
                assert ":" not in hole or hole.rpartition(":")[2] in TRANSFORMS, hole
                assert "[]" not in hole, "a list cannot stand inside a text"
        assert not (node.each and file.kind in ("json", "jsonl"))
        for field in node.fields:
            assert "[]" not in field.property_by
            assert not field.transform or field.transform in TRANSFORMS, field.transform
            assert not field.properties or field.property_by, field


@every_file
def test_what_is_left_aside_has_a_reason(format: str, file: FileFormat) -> None:
    assert all(why.strip() for why in file.unused.values())


@every_file
def test_no_column_of_a_person_is_read(format: str, file: FileFormat) -> None:
    read = {name.casefold() for name in names_of(file.nodes)}
    assert not [name for name in read if PERSON.search(name)]
    for pattern in file.private:
        assert not [name for name in read if fnmatch(name, pattern.casefold())], pattern
    for header in headers(format, file):
        for name in header:
            if PERSON.search(name):
                assert any(fnmatch(name.strip().casefold(), pattern.casefold()) for pattern in file.private), name


@every_file
def test_what_stands_in_columns_of_persons_never_comes_out(format: str, file: FileFormat, sample) -> None:
    """The cells of private columns in the sample are searched for in all that is written."""
    secret, said = set(), set()
    found = [Source(path) for path in sorted((FORMATS / format / "sample").glob("*")) if path.is_file()]
    for other in read_format(format).files if file.private else ():
        for source in matching(found, other) if other.kind in ("csv", "tsv") and not other.reader else ():
            with source.open() as data:
                table = rows(data, other, lambda *_: None)
                columns = places_of(next(table)[1])
                private = {
                    place
                    for name, places in columns.items()
                    for place in places
                    if any(fnmatch(name, pattern.casefold()) for pattern in other.private)
                }
                for _, cells in table:
                    for place, cell in enumerate(cells):
                        (secret if place in private else said).add(cell.strip())
    secret = {cell for cell in secret - said if len(cell) > 4}
    if secret:
        text = sample(format).text
        assert not [cell for cell in secret if cell in text]


@every_format
def test_the_sample_loads(format: str, sample) -> None:
    """Without an error, with each file of the format, and with no column that the format says nothing of."""
    found = sample(format)
    issues = found.issues
    assert not [str(issue) for issue in issues if issue.severity is Severity.ERROR]
    assert not [str(issue) for issue in issues if issue.code == "column-new"]
    loaded = found.loaded
    assert set(loaded.files.values()) == {file.name for file in read_format(format).files}
    assert all(counts.read for counts in loaded.counts.values())
    if not read_format(format).reader:
        assert loaded.quads > len(loaded.counts)


@every_format
def test_the_sample_says_what_it_is(format: str) -> None:
    log = IssueLog(format)
    about = read_description(FORMATS / format / "sample", log)
    assert about is not None, [str(issue) for issue in log.issues]
    assert log.issues == []
    assert about.format == format
