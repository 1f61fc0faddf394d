"""Work out the profile of a release from its sorted files of statements, a block at a time.

Every term becomes a number (a hash of 64 bits) as it is read; what is joined and counted are columns of numbers.
"""

import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl
from rdflib import RDF, RDFS, XSD
from rdflib.namespace import SKOS

from graph.lines import FOLDER, ONTOLOGY
from graph.profile import LANG_STRING, Kind, Profile, Totals, Words, stored_datatype
from graph.store import plain
from ontology.namespaces import DATASET, SW

BLOCK: Final = 16_000_000
"""Bytes of lines read at once."""

PART: Final = 1_000_000
"""Statements that are joined and counted at once."""

WHOLE: Final = "graph.nq.gz"
"""All statements, in releases that were made before each dataset had a file of its own."""

_SEED: Final = 1
_NO_CLASS: Final = 0
_STATUS: Final = f"<{SW.status}>"
_TYPE: Final = f"<{RDF.type}>"
_LABELS: Final = tuple(f"<{name}>" for name in (RDFS.label, SKOS.prefLabel))
_DEFINITION: Final = f"<{SKOS.definition}>"
_ONTOLOGY: Final = str(DATASET["stepway-ontology"])


def worked_out(release: Path) -> Profile:
    """The profile of the statements in a release folder, finished or being made."""
    statements, types, said, statuses = _read(release)
    named, kinds, numbers = _kinds(statements, types)
    starts, ends = named.rename({"kind": "from"}), named.rename({"s": "o", "kind": "to"})
    is_address = pl.col("type") == ""
    only_named = len(statements.filter(is_address).select(pl.col("o").unique()).join(ends, on="o", how="anti"))
    last = [Kind(things=only_named, described=False)] if only_named else []
    written = sorted({_literal(suffix) for suffix in statements["type"].unique() if suffix}, key=_literal_order)
    everything = (*kinds, *last, *written)
    literal_at = {kind: len(kinds) + len(last) + place for place, kind in enumerate(written)}

    uses: Counter[tuple[int, str, int]] = Counter()
    subjects: Counter[tuple[int, str]] = Counter()
    objects: Counter[str] = Counter()
    for part in _parts(statements, "s"):
        found = part.join(starts, on="s", how="left")
        addresses = found.filter(is_address).join(ends, on="o", how="left", maintain_order="none")
        for start, property, end, count in addresses.group_by("from", "p", "to").len().rows():
            uses[numbers[start], property[1:-1], len(kinds) if end is None else numbers[end]] += count
        for start, property, suffix, count in found.filter(~is_address).group_by("from", "p", "type").len().rows():
            uses[numbers[start], property[1:-1], literal_at[_literal(suffix)]] += count
        for start, property, count in found.group_by("from", "p").agg(pl.col("s").n_unique()).rows():
            subjects[numbers[start], property[1:-1]] += count
    for part in _parts(statements, "o"):
        for property, count in part.group_by("p").agg(pl.col("o").n_unique()).rows():
            objects[property[1:-1]] += count

    totals = {property: Totals(0, 0, count) for property, count in objects.items()}
    for (_, property, _), count in uses.items():
        totals[property] = replace(totals[property], statements=totals[property].statements + count)
    for (_, property), count in subjects.items():
        totals[property] = replace(totals[property], subjects=totals[property].subjects + count)
    return Profile(
        statements=len(statements),
        distinct_subjects=len(named),
        distinct_objects=statements["o"].n_unique(),
        graphs=dict(statements.group_by("g").len().rows()),
        kinds=everything,
        uses=uses,
        subjects=subjects,
        properties=totals,
        words=said,
        links=_links(statements, types),
        statuses=statuses,
    )


def _parts(statements: pl.DataFrame, by: str) -> Iterator[pl.DataFrame]:
    """The statements in parts of about `PART`, so that those with the same subject (or object) are in the same one."""
    parts = len(statements) // PART + 1
    for number in range(parts):
        yield statements.filter(pl.col(by) % parts == number)


def _blocks(path: Path) -> Iterator[bytes]:
    """The lines of a packed file, many at a time."""
    rest = b""
    with gzip.open(path) as source:
        while data := source.read(BLOCK):
            end = data.rfind(b"\n") + 1
            if end:
                yield rest + data[:end]
                rest = data[end:]
            else:
                rest += data
    if rest:
        yield rest


def _read(release: Path) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Words], Counter[tuple[str, str]]]:
    """Every statement as numbers; who has which class; what our vocabulary says of terms; how sure rows are, by graph.

    Of a statement: `s` and `o`, hashes; `p` and the graph `g`, texts; `type`: what follows the text of a literal
    (a mark, with `@en` or `^^<…>`), empty for an address.
    """
    numbers, types = [], []
    words: dict[str, Words] = {}
    statuses: Counter[tuple[str, str]] = Counter()
    paths = sorted((release / FOLDER).glob("*.nq.gz")) or [release / WHOLE]
    for path in paths:
        for block in _blocks(path):
            # No line holds a tab: the text of a literal writes it as \t.
            lines = pl.read_csv(block, separator="\t", has_header=False, quote_char=None, schema={"line": pl.String})
            rest = pl.col("rest")
            terms = (
                lines.select(pl.col("line").str.splitn(" ", 3).struct.rename_fields(["s", "p", "rest"]))
                .unnest("line")
                .select(
                    "s",
                    pl.col("p").cast(pl.Categorical),
                    rest.str.replace(r" <[^<> ]*> \.$", "").alias("o"),
                    rest.str.extract(r" <([^<> ]*)> \.$", 1).cast(pl.Categorical).alias("g"),
                )
            )
            value = pl.col("o")
            suffix = (
                pl.when(value.str.starts_with("<"))
                .then(pl.lit(""))
                .when(value.str.ends_with('"'))
                .then(pl.lit('"'))
                .otherwise(value.str.extract(r'("(?:@[A-Za-z0-9-]+|\^\^<[^<> ]*>))$', 1))
            )
            numbers.append(
                terms.select(pl.col("s", "o").hash(_SEED), "p", "g", suffix.cast(pl.Categorical).alias("type"))
            )
            typed = terms.filter(pl.col("p") == _TYPE)
            types.append(
                typed.select(
                    pl.col("s").hash(_SEED), pl.col("s").alias("thing"), value.cast(pl.Categorical).alias("c"), "g"
                )
            )
            for graph, status, count in terms.filter(pl.col("p") == _STATUS).group_by("g", "o").len().rows():
                statuses[graph, status[1:-1]] += count
            if path.name.startswith((ONTOLOGY, WHOLE)):
                ours = (pl.col("g") == _ONTOLOGY) & pl.col("s").str.starts_with(f"<{SW}")
                _add_words(terms.filter(ours & pl.col("p").cast(pl.String).is_in([*_LABELS, _DEFINITION])), words)
    return pl.concat(numbers), pl.concat(types), words, statuses


def _add_words(said: pl.DataFrame, words: dict[str, Words]) -> None:
    for thing, property, value in said.select("s", "p", "o").rows():
        name, before = thing[1:-1], words.get(thing[1:-1], Words())
        if property == _DEFINITION:
            words[name] = replace(before, definition=plain(value))
        else:
            words[name] = replace(before, label=plain(value))


def _kinds(statements: pl.DataFrame, types: pl.DataFrame) -> tuple[pl.DataFrame, list[Kind], dict[Any, int]]:
    """Of each thing that is described, a number for the set of its classes; the kinds in order; their places."""
    pairs = types.select("s", "c").unique()
    marks = pairs.select(pl.col("c").unique()).with_columns(pl.col("c").cast(pl.String).hash(_SEED).alias("mark"))
    sets = pairs.join(marks, on="c").group_by("s").agg(pl.col("mark").bitwise_xor().alias("kind"))
    named = (
        statements.select(pl.col("s").unique())
        .join(sets, on="s", how="left")
        .with_columns(pl.col("kind").fill_null(_NO_CLASS))
    )
    counts = dict(named.group_by("kind").len().rows())
    first = sets.group_by("kind").agg(pl.col("s").first())
    classes = dict(first.join(pairs, on="s").group_by("kind").agg(pl.col("c").cast(pl.String).sort()).rows())
    examples = dict(types.join(sets, on="s").group_by("kind").agg(pl.col("thing").min()).rows())
    told = {
        number: Kind(
            tuple(name[1:-1] for name in classes.get(number, ())),
            things=count,
            example=examples[number][1:-1] if number in examples else None,
        )
        for number, count in counts.items()
    }
    ordered = sorted(told.items(), key=lambda entry: entry[1].classes)
    return named, [kind for _, kind in ordered], {number: place for place, (number, _) in enumerate(ordered)}


def _links(statements: pl.DataFrame, types: pl.DataFrame) -> dict[tuple[str, str, str], int]:
    """How many statements of each graph lead to what another dataset describes."""
    graph = pl.col("g").cast(pl.String)
    ours = types.filter(graph.str.contains(f"^{DATASET}[^/]+$") & (graph != _ONTOLOGY))
    if ours["g"].n_unique() < 2:
        return {}
    homes = ours.group_by("s").agg(pl.col("g").first().alias("to")).rename({"s": "o"})
    facts = statements["g"].unique().cast(pl.String)
    facts = facts.filter(~facts.str.contains("/provenance$|/entailments/"))
    addresses = statements.filter((pl.col("type") == "") & pl.col("g").is_in(facts.to_list()))
    found = addresses.join(homes, on="o").filter(pl.col("to") != pl.col("g")).group_by("g", "p", "to").len()
    return {(name, property[1:-1], to): count for name, property, to, count in found.rows() if property != _TYPE}


def _literal(suffix: str) -> Kind:
    """The kind of a literal by what follows its text, as the store keeps it: tags are in small letters there."""
    if suffix.startswith('"@'):
        return Kind(datatype=LANG_STRING, language=suffix[2:].lower())
    return Kind(datatype=stored_datatype(suffix[4:-1]) if suffix != '"' else str(XSD.string))


def _literal_order(kind: Kind) -> tuple[str, str]:
    return kind.datatype or "", kind.language or ""
