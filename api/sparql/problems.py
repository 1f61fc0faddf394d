"""What went wrong with a query, as a problem that shows where, and what may have been meant."""

from collections.abc import Sequence
from typing import Any, Final

from api.errors import Problem, problem_of
from api.sparql import guard, mistakes
from api.sparql.failures import (
    SYNTAX_REASONS,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooLargeError,
)
from api.sparql.limits import QueryLimits

OF_A_QUERY: Final = (QueryRefusedError, QuerySyntaxError, QueryTimeoutError, QueryTooLargeError)
"""What a query can end in, besides an answer."""

NO_MORE_SAID: Final = "This cannot stand here."
"""What a worker says when the engine only names a place."""

_AFTER_GROUPS: Final = frozenset({"}", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"})
_LOST: Final = "The SELECT contains an expression with a variable that is unbound"
_SHOWN: Final = 200
_NEAR: Final = 60


def of_query(error: Exception, text: str, limits: QueryLimits) -> Problem:
    """The problem that became of a query: with the line itself, and a sentence that helps to mend it."""
    if isinstance(error, QuerySyntaxError):
        error = _explained(error, text, limits)
    problem = problem_of(error)
    members: dict[str, Any] = dict(problem.members)
    if members.get("line"):
        members["text"] = _shown(guard.line_of(text, members["line"]), members["column"] or 1)
    hint = problem.hint
    if members.get("expected"):
        hint = f"Here could stand: {', '.join(members['expected'])}."
    if isinstance(error, QueryRefusedError) and (found := _suggested(error.hint)):
        members["suggestion"] = found
    syntax = isinstance(error, QuerySyntaxError) or (
        isinstance(error, QueryRefusedError) and error.reason in SYNTAX_REASONS
    )
    if not syntax:
        members["limits"] = published(limits)
    return Problem(problem.code, problem.detail, problem.status, hint=hint, members=members)


def published(limits: QueryLimits) -> dict[str, int | float]:
    """The limits that a query can meet, as they are told to whoever meets one."""
    return {
        "seconds": limits.seconds,
        "query_bytes": limits.query_bytes,
        "depth": limits.depth,
        "patterns": limits.patterns,
        "operators": guard.OPERATORS,
        "answer_bytes": limits.answer_bytes,
        "answer_rows": limits.answer_rows,
        "memory": limits.memory,
    }


def _explained(error: QuerySyntaxError, text: str, limits: QueryLimits) -> QuerySyntaxError | QueryRefusedError:
    """The first mistake that was seen in passing, when there is one: an engine often stumbles only further on."""
    try:
        checked = guard.check(text, limits)
    except QueryRefusedError as refused:
        return refused
    if checked.slips:
        slip = checked.slips[0]
        return QueryRefusedError("not-a-query", *checked.place(slip.token), slip.detail, slip.hint)
    if _LOST in error.detail and (grouped := _grouped(checked)) is not None:
        return grouped
    if (ours := mistakes.said(error.detail)) is not None:
        return QueryRefusedError("not-a-query", error.line, error.column, *ours)
    if error.line is None or error.column is None or error.detail != NO_MORE_SAID:
        return QuerySyntaxError(error.line, error.column, error.detail)
    place = (error.line, error.column)
    here = next((one for one in reversed(checked.tokens) if checked.place(one) <= place), checked.tokens[0])
    line, column = checked.place(here)
    if place >= (line, column + len(here.text)):
        later = next((one for one in checked.tokens if checked.place(one) >= place), None)
        detail = (
            f"“{later.text[:_SHOWN]}” cannot stand here."
            if later
            else "The query cannot end here: something in it is missing, or is not right."
        )
    else:
        detail = f"“{here.text[:_SHOWN]}” cannot stand here."
    return QuerySyntaxError(*place, detail, tuple(mistakes.expected(error.expected)))


def _grouped(checked: guard.CheckedQuery) -> QueryRefusedError | None:
    """A calculated column that GROUP BY calculates as well, without a name for it; None where there is none."""
    tokens = checked.tokens
    words = [token.text.upper() if token.kind == "word" else token.text for token in tokens]
    columns: dict[tuple[str, ...], tuple[guard.Token, str]] = {}
    for place in range(len(tokens)):
        if words[place] == "AS" and tokens[place + 1 : place + 2] and tokens[place + 1].kind == "var":
            start = _opened(words, place)
            columns.setdefault(tuple(words[start + 1 : place]), (tokens[start], tokens[place + 1].text))
        if words[place : place + 2] != ["GROUP", "BY"]:
            continue
        for here in range(place + 2, len(tokens)):
            if words[here] in _AFTER_GROUPS:
                break
            bare = tokens[here].kind == "word" and words[here + 1 : here + 2] == ["("]
            if words[here] != "(" and not bare:
                continue
            end = _closed(words, here + 1 if bare else here)
            inside = tuple(words[here : end + 1] if bare else words[here + 1 : end])
            if inside in columns:
                column, name = columns[inside]
                last = tokens[end if bare else end - 1]
                said = checked.text[tokens[here if bare else here + 1].start : last.start + len(last.text)]
                return QueryRefusedError(
                    "not-a-query",
                    *checked.place(column),
                    f"SELECT calculates {said}, and GROUP BY has the same without a name for it.",
                    f"Name it in GROUP BY, and take the name alone in SELECT: GROUP BY ({said} AS {name}) and"
                    f" SELECT {name}.",
                )
    return None


def _opened(words: Sequence[str], place: int) -> int:
    """Where the bracket opens that is open at a place; 0 where none is."""
    depth = 0
    for here in range(place - 1, -1, -1):
        depth += (words[here] == ")") - (words[here] == "(")
        if depth < 0:
            return here
    return 0


def _closed(words: Sequence[str], place: int) -> int:
    """Where the bracket of a place closes; the last word where it does not."""
    depth = 0
    for here in range(place, len(words)):
        depth += (words[here] == "(") - (words[here] == ")")
        if depth == 0:
            return here
    return len(words) - 1


def _suggested(hint: str) -> str | None:
    """What a hint says to write, where it says so in so many words."""
    for before, after in (("Did you mean ", "?"), ("at the top: ", "")):
        if before in hint:
            found = hint.partition(before)[2]
            return found.partition(after)[0] if after else found
    return None


def _shown(line: str, column: int) -> str:
    """A line; of a long one, what is near the column."""
    if len(line) <= _SHOWN:
        return line
    start = max(0, column - 1 - _NEAR)
    return f"{'…' if start else ''}{line[start : start + _SHOWN]}{'…' if start + _SHOWN < len(line) else ''}"
