"""Find things by everyday words: a full-text index of every label, and a spelling-tolerant second look.

SQLite's FTS5 ranks whole words and beginnings of words; when nothing matches, rapidfuzz compares spellings.
"""

import json
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Self

from rapidfuzz import fuzz, process

_WORD: Final = re.compile(r"[^\W_]+")
_LEAST_LIKENESS: Final = 75.0
_EXACT: Final = """
    SELECT entry.id, kind, label, 0 FROM known JOIN entry ON entry.rowid = known.entry
    WHERE known.id = ? AND (? = '[]' OR kind IN (SELECT value FROM json_each(?)))"""
_EXACT_ONCE: Final = """
    SELECT id, kind, label, 0 FROM entry
    WHERE id = ? COLLATE NOCASE AND (? = '[]' OR kind IN (SELECT value FROM json_each(?)))"""
_RANKED: Final = """
    SELECT id, kind, label, -bm25(entry, 0, 0, 10, 4) FROM entry
    WHERE entry MATCH ? AND (? = '[]' OR kind IN (SELECT value FROM json_each(?)))
    ORDER BY 4 DESC, length(label), id LIMIT ?"""
_ALL: Final = "SELECT id, kind, label, other FROM entry WHERE ? = '[]' OR kind IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing that can be found. `kind` is the name of its table; `other` are names besides the label, and codes."""

    id: str
    kind: str
    label: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that matches. `how` is `id`, `words` or `spelling`; higher `score` is better, within one `how` only."""

    id: str
    kind: str
    label: str
    how: str
    score: float


class SearchIndex:
    """The text index of a release."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        with_ids = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'known'").fetchone()
        self._exact = _EXACT if with_ids else _EXACT_ONCE  # releases of older software have no list of ids

    @classmethod
    def build(cls, path: Path | str, entries: Iterable[Entry]) -> Self:
        """Make an index in a new file (or in memory: `":memory:"`)."""
        connection = sqlite3.connect(path, check_same_thread=False)
        with connection:
            connection.execute(
                "CREATE VIRTUAL TABLE entry USING fts5(id UNINDEXED, kind UNINDEXED, label, other,"
                " tokenize = 'porter unicode61 remove_diacritics 2')"
            )
            rows = [(e.id, e.kind, e.label, e.other) for e in entries]
            connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", rows)
            connection.execute("INSERT INTO entry(entry) VALUES ('optimize')")
            connection.execute("CREATE TABLE known(id TEXT COLLATE NOCASE, entry INTEGER)")
            connection.execute("INSERT INTO known SELECT id, rowid FROM entry")
            connection.execute("CREATE INDEX known_by_id ON known(id)")
        return cls(connection)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the index of a release, read-only."""
        return cls(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def find(self, text: str, kinds: Iterable[str] = (), limit: int = 20, *, every_word: bool = False) -> list[Found]:
        """Things whose id is the text, else whose words match it, else that are spelt like it. May be empty.

        With `every_word` only what has all the words: quick however many things there are.
        """
        wanted = json.dumps(sorted(kinds))
        exact = self._rows(self._exact, (text.strip(), wanted, wanted))
        if exact:
            return [Found(*row[:3], "id", 1.0) for row in exact]
        words = _WORD.findall(text)
        for joiner in (" AND ", " OR ") if len(words) > 1 and not every_word else (" AND ",):
            query = joiner.join(f'"{word}"*' for word in words)
            found = self._rows(_RANKED, (query, wanted, wanted, limit)) if words else []
            if found:
                return [Found(*row[:3], "words", float(row[3])) for row in found]
        return [] if every_word else self._alike(text, wanted, limit)

    def _alike(self, text: str, kinds: str, limit: int) -> list[Found]:
        rows = self._rows(_ALL, (kinds, kinds))
        names = {i: f"{row[2]} {row[3]}" for i, row in enumerate(rows)}
        likeness = partial(fuzz.partial_ratio, processor=str.lower)
        best = process.extract(text, names, scorer=likeness, limit=limit, score_cutoff=_LEAST_LIKENESS) if text else []
        return [Found(*rows[index][:3], "spelling", score) for _, score, index in best]

    def _rows(self, query: str, values: tuple[object, ...]) -> list[tuple[str, str, str, float]]:
        return self._connection.execute(query, values).fetchall()
