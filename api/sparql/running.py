"""Runs SPARQL queries with pyoxigraph and has it write their answers: in a worker process, and nowhere else.

This is the one place where a stranger's text reaches pyoxigraph. Nothing here stops anything, since the process can be
killed at any time: time, memory and stack are kept by the system and the service. Answers are written by pyoxigraph
itself, so they are what pyoxigraph says to the byte.
"""

import pickle
import re
from collections.abc import Callable
from itertools import count, islice
from operator import itemgetter
from typing import IO, Any, Final, cast

import pyoxigraph

from api.sparql.failures import QueryRefusedError, QuerySyntaxError, QueryTooLargeError
from api.sparql.spool import Spool, Written
from api.sparql.worker import ISOLATED, Asked, Home
from api.workers import Reply

_LINE_FORMATS: Final = frozenset({"application/n-triples", "application/n-quads"})
"""Formats with a line for each statement."""

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_EXPECTED = re.compile(r"""("(?:\\.|[^"\\])*"|\[(?:'(?:\\[^']*|[^'])'|[^]'])*\]|[^,]+)(?:, |$)""")
_ONE_SIGN = re.compile(r"\['(.)'\]")


_OUTCOMES: Final = (QueryRefusedError, QuerySyntaxError, QueryTooLargeError)
"""What running a query raises by intent. Otherwise pyoxigraph has found something that it cannot do."""


class Asker:
    """Answers over one release. It is made in a nursery, which must not open a store: that starts threads."""

    def __init__(self, home: Home, prefixes: dict[str, str], base: str, *, isolated: bool) -> None:
        self._home, self._prefixes, self._base, self._isolated = home, prefixes, base, isolated
        self._store: pyoxigraph.Store | None = None

    def __call__(self, task: Asked | str) -> bytes | Reply:
        """The answer to a task, pickled, with its file."""
        if self._store is None:
            self._store = pyoxigraph.Store.read_only(str(self._home.folder / "store"))
        if isinstance(task, str):
            return ISOLATED if self._isolated else b""
        try:
            written = self._answer(self._store, task)
        except _OUTCOMES:
            raise
        except (RuntimeError, ValueError) as error:
            raise QueryRefusedError("not-supported", None, None, f"{str(error).rstrip('.')}.") from None
        return Reply(pickle.dumps(written._replace(file=None)), written.file)

    def _answer(self, store: pyoxigraph.Store, task: Asked) -> Written:
        if not task.media_type:
            self._evaluate(pyoxigraph.Store(), task)
            return Written("", 0, None, gzip=False, body=b"")
        result, spool = self._evaluate(store, task), Spool(task.most_bytes, gzip=task.gzip)
        if isinstance(result, pyoxigraph.QueryBoolean):
            result.serialize(cast(IO[bytes], spool), pyoxigraph.QueryResultsFormat.from_media_type(task.media_type))
            return spool.finish(task.media_type, None)
        if isinstance(result, pyoxigraph.QuerySolutions):
            counted = _Counted(spool, _COUNTS[task.media_type](), task.most_rows)
            result.serialize(cast(IO[bytes], counted), pyoxigraph.QueryResultsFormat.from_media_type(task.media_type))
            return spool.finish(task.media_type, counted.rows)
        form = pyoxigraph.RdfFormat.from_media_type(task.media_type)
        if task.media_type in _LINE_FORMATS:
            counted = _Counted(spool, _Lines(b"\n", 0), task.most_rows)
            result.serialize(cast(IO[bytes], counted), form)
            return spool.finish(task.media_type, counted.rows)
        number = count()
        statements = map(itemgetter(0), zip(islice(result, task.most_rows + 1), number, strict=False))
        pyoxigraph.serialize(statements, cast(IO[bytes], spool), form, prefixes=self._prefixes)
        return spool.finish(task.media_type, _few_enough(next(number), task.most_rows))

    def _evaluate(self, store: pyoxigraph.Store, task: Asked) -> Any:
        """What pyoxigraph makes of a query. Rows are worked out only when they are taken."""
        try:
            default, named = (list(map(pyoxigraph.NamedNode, some)) for some in task.graphs or ((), ()))
        except ValueError as error:
            raise QueryRefusedError(
                "not-a-query", None, None, f"the address of a graph is not absolute: {error}"
            ) from None
        given: dict[pyoxigraph.Variable, Any] = {pyoxigraph.Variable(name): _term(term) for name, term in task.bindings}
        try:
            return store.query(
                task.text,
                base_iri=self._base,
                use_default_graph_as_union=task.graphs is None and not task.own_dataset,
                default_graph=None if task.graphs is None else [*default],
                named_graphs=None if task.graphs is None else [*named],
                substitutions=given or None,
            )
        except SyntaxError as error:
            raise syntax_error(str(error)) from None


def _term(text: str) -> Any:
    """A term that is written in N-Triples."""
    (triple,) = pyoxigraph.parse(f"<s:> <p:> {text} .", format=pyoxigraph.RdfFormat.N_TRIPLES)
    return triple.object


def syntax_error(said: str) -> QuerySyntaxError:
    """What pyoxigraph's parser says, in parts.

    >>> error = syntax_error("error at 2:13: expected one of Prefix not found, ['.'], ['0' ..= '9'], OPTIONAL")
    >>> error.line, error.column, error.detail, error.expected
    (2, 13, 'Prefix not found.', ('.', 'OPTIONAL'))
    """
    if (found := _PLACE.match(said)) is None:
        return QuerySyntaxError(None, None, said)
    reasons, words = [], []
    for one in _EXPECTED.findall(found[3]):
        if one.startswith('"'):
            words.append(one[1:-1].replace('\\"', '"'))
        elif one.startswith("["):
            words += _ONE_SIGN.findall(one)
        elif " " in one:
            reasons.append(f"{one}.")
        elif not one.startswith("<"):
            words.append(one)
    detail = " ".join(reasons) or "This cannot stand here."
    return QuerySyntaxError(int(found[1]), int(found[2]), detail, tuple(words))


# Counting rows while they are written, from the signs between them: making an object of each would take far longer.


class _Lines:
    """Rows that end with a sign that can stand nowhere else. `heads`: how many of them are not rows."""

    def __init__(self, sign: bytes, heads: int) -> None:
        self._sign, self._heads, self._found = sign, heads, 0
        self._before = b""

    def __call__(self, data: bytes) -> int | None:
        whole = self._before + data
        self._found += whole.count(self._sign)
        self._before = whole[len(whole) - len(self._sign) + 1 :] if len(self._sign) > 1 else b""
        return max(0, self._found - self._heads)


class _Csv:
    """Rows of CSV: line ends outside quotation marks."""

    def __init__(self) -> None:
        self._found, self._outside = -1, 1

    def __call__(self, data: bytes) -> int | None:
        if b'"' not in data:
            self._found += data.count(b"\n") if self._outside else 0
        else:
            pieces = data.split(b'"')
            self._found += sum(piece.count(b"\n") for piece in pieces[1 - self._outside :: 2])
            self._outside ^= (len(pieces) - 1) & 1
        return max(0, self._found)


_NEXT_ROW = re.compile(rb'\},\{(?:"[^,}]|(\}))')


class _Json:
    """Rows of JSON: what is between two of them, `},{"` and then a name, cannot stand in a text, whose quotation marks
    are escaped. A row without any value is `{}`, which can: then nobody knows how many there are."""

    def __init__(self) -> None:
        self._between, self._unclear, self._last = 0, False, b""

    def __call__(self, data: bytes) -> int | None:
        whole = self._last + data
        found = _NEXT_ROW.findall(whole)
        self._between += len(found)
        self._unclear = self._unclear or any(found)
        self._last = whole[-4:]  # what begins here is found when it is whole
        return None if self._unclear else self._between + (self._last != b"[]}}")


_COUNTS: Final[dict[str, Callable[[], Callable[[bytes], int | None]]]] = {
    "application/sparql-results+json": _Json,
    "application/sparql-results+xml": lambda: _Lines(b"<result>", 0),
    "text/csv": _Csv,
    "text/tab-separated-values": lambda: _Lines(b"\n", 1),
}


def _few_enough(rows: int, most: int) -> int:
    if rows > most:
        raise QueryTooLargeError("rows", most, rows)
    return rows


class _Counted:
    """A spool whose rows are counted as they come."""

    def __init__(self, spool: Spool, counter: Callable[[bytes], int | None], most: int) -> None:
        self._spool, self._counter, self._most = spool, counter, most
        self.rows: int | None = 0

    def write(self, data: bytes) -> int:
        self.rows = self._counter(data)
        if self.rows is not None:
            _few_enough(self.rows, self._most)
        return self._spool.write(data)

    def flush(self) -> None:
        pass
