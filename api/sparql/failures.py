"""Why a SPARQL query has no answer. Each can go from one process to another, and each becomes a problem of its own."""

SYNTAX_REASONS = frozenset(
    {
        *("unclosed-string", "unclosed-bracket", "closes-nothing", "unknown-word", "unknown-prefix", "bad-character"),
        *("ambiguous", "not-a-query"),
    }
)
"""Reasons to refuse a text that cannot be SPARQL at all; the other reasons are limits, and what is not done here."""


class QueryRefusedError(ValueError):
    """The text is not run at all. `reason` is one word of a small list (see `api.sparql.guard`).

    `line` and `column` count from 1, in characters; both None where no place is to blame. `hint` says what to do.
    """

    def __init__(self, reason: str, line: int | None, column: int | None, detail: str, hint: str = "") -> None:
        super().__init__(detail)
        self.reason, self.line, self.column, self.detail, self.hint = reason, line, column, detail, hint


class QuerySyntaxError(ValueError):
    """The text is not SPARQL. `line` and `column` count from 1, in characters; None where the parser does not say.

    `detail` is a sentence about what is wrong; `expected` are the words or signs that could have stood there.
    """

    def __init__(self, line: int | None, column: int | None, detail: str, expected: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.line, self.column, self.detail, self.expected = line, column, detail, expected


class QueryTimeoutError(RuntimeError):
    """It took longer than a query may, and was stopped. `seconds`: how long that is."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the query took longer than {seconds:g} seconds and was stopped")
        self.seconds = seconds


class QueryTooLargeError(RuntimeError):
    """The answer, or the work on it, grew beyond what a query may use. `what`: "bytes", "rows" or "memory".

    `limit` is the most there may be of it, and `reached` how far the answer had come when it was stopped.
    """

    def __init__(self, what: str, limit: int, reached: int) -> None:
        words = {"bytes": "bytes of answer", "rows": "rows", "memory": "bytes of memory"}
        super().__init__(f"the query needs more than {limit:,} {words[what]} and was stopped")
        self.what, self.limit, self.reached = what, limit, reached
