"""A client for notebooks: asks a Stepway service over HTTP, and gives tables as polars frames.

    from api.client import Stepway

    with Stepway("http://127.0.0.1:8000") as stepway:
        stepway.query("pay-of-roles", role="OC-HCSASSOC")

A blank cell is *not known*: never none, never 0. Frames have `.to_pandas()`. A client that is made with `release` asks
that release in every question, so that a notebook says the same next year.
"""

import re
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import httpx
import polars as pl
from rdflib import Graph

from ontology.namespaces import PREFIXES

DTYPES: Final[dict[str, Any]] = {
    "whole number": pl.Int64,
    "decimal": pl.Float64,
    "yes/no": pl.Boolean,
    "date": pl.Date,
}
"""The type of a column by what the service says of it; all others are text (a day may be a month or a year alone)."""

_PAGE: Final = 1000
_TRIPLES: Final = "application/n-triples"
_ANSWERS: Final = f"application/sparql-results+json, {_TRIPLES}"
_THINGS: Final = 200
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_LITERALS: Final[dict[str, Any]] = {
    **dict.fromkeys(("integer", "int", "long"), pl.Int64),
    **dict.fromkeys(("decimal", "double", "float"), pl.Float64),
    "boolean": pl.Boolean,
    "date": pl.Date,
}


class StepwayProblem(Exception):  # noqa: N818 -- RFC 9457 calls it a problem
    """A reply that is a problem document.

    `code` is one of docs/errors.md, `detail` says what happened, `hint` what to do; `document` is all of it.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = dict(document)
        self.code, self.status = str(document.get("code", "")), int(document.get("status", 0))
        self.detail, self.hint = str(document.get("detail", "")), str(document.get("hint", ""))
        super().__init__(f"{self.detail} {self.hint}".strip())


class NoAnswerError(ConnectionError):
    """Nothing answers at the address of the service, or not in time. `__cause__` is the error of httpx."""


def with_prefixes(text: str) -> str:
    """A query with a PREFIX for each of ours that it uses and does not declare, all before its first line.

    >>> with_prefixes("SELECT ?role { ?role a sw:Role }")
    'PREFIX sw: <https://w3id.org/stepway/ns#> SELECT ?role { ?role a sw:Role }'
    """
    used = set(re.findall(r"(?<![\w.-])(\w+):", text)) - set(re.findall(r"(?i)\bPREFIX\s+(\w+):", text))
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in PREFIXES if name in used) + text


class Stepway:
    """One service, and perhaps one release of it. It is closed like a file."""

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        *,
        release: int | None = None,
        http: httpx.Client | None = None,
        seconds: float = 150.0,
    ) -> None:
        """`release` pins every question to it. `http` is a client of your own, with the address in it."""
        self.release = release
        self._http = http or httpx.Client(base_url=address, timeout=seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def at(self, release: int) -> "Stepway":
        """The same service, pinned to a release; both share their connections."""
        return Stepway(release=release, http=self._http)

    def pathways(self, **question: Any) -> dict[str, Any]:
        """The whole answer to a pathway question, with the names of docs/api.md; `from_` or `holds` for `from`."""
        said = {name.rstrip("_"): value for name, value in question.items()}
        return self._json("POST", "/pathways", body=self._pinned(said))

    def things(self, collection: str, **filters: Any) -> pl.DataFrame:
        """Every thing of a collection (`roles`), narrowed by its filters: a row each, `id`, `label`, `status` …

        A property that names another thing gives its id; one with several values gives a list.
        """
        found, offset = [], 0
        while True:
            page = self._json("GET", f"/{collection}", {**filters, "offset": offset, "limit": _THINGS})
            found += page["items"]
            offset += len(page["items"])
            if offset >= page["total"] or not page["items"]:
                break
        rows = [
            {name: one[name] for name in ("id", "label", "status", "source", "as_of")}
            | {name: _flat(value) for name, value in one["properties"].items()}
            for one in found
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    def thing(self, id: str) -> dict[str, Any]:
        """One thing with every statement about it, its sources, and what points to it."""
        found = self._json("GET", "/find", {"q": id, "limit": 1})["items"]
        if found and found[0]["id"] == id:
            return self._json("GET", found[0]["href"].partition("?")[0])
        return self._json("GET", f"/id/{id}", {"format": "json"})

    def queries(self) -> pl.DataFrame:
        """The named queries: name, title, who asks them and what they take."""
        items = self._json("GET", "/queries", pinned=False)["items"]
        names = ("name", "title", "asked_by", "question", "parameters")
        return pl.DataFrame([{name: one[name] for name in names} for one in items], infer_schema_length=None)

    def query(self, name: str, **parameters: Any) -> pl.DataFrame:
        """All answers to a named query, each column of the type that the service says it has."""
        rows: list[list[Any]] = []
        while True:
            given = {**parameters, "offset": len(rows), "limit": _PAGE}
            said = self._json("GET", f"/queries/{name}/results", given)
            rows += said["rows"]
            if len(rows) >= said["total"] or not said["rows"]:
                break
        return _frame([(one["name"], one["type"]) for one in said["columns"]], rows)

    def text(self, name: str, **parameters: Any) -> str:
        """A named query as SPARQL with these values in it, to be changed and asked by `sparql`."""
        return str(self._json("GET", f"/queries/{name}", parameters)["text"])

    def cite(self, name: str | None = None, **parameters: Any) -> str:
        """What to cite for a named query asked with these values; without a name, for the release.

        It has the hash of the release's content, by which `releases` finds it, and the whole address.
        """
        if name is None:
            return str(self._json("GET", "/dataset")["citation"])
        return str(self._json("GET", f"/queries/{name}", parameters)["citation"]["text"])

    def sparql(self, text: str) -> Any:
        """All answers to a query: SELECT and ASK as a polars frame, CONSTRUCT and DESCRIBE as an `rdflib.Graph`.

        Prefixes of ours need no PREFIX line. A column is of numbers, yes and no, or days when all its values are.
        """
        reply = self._ask(
            "POST",
            "/sparql",
            params={} if self.release is None else {"release": str(self.release)},
            content=with_prefixes(text).encode(),
            headers={"Content-Type": "application/sparql-query", "Accept": _ANSWERS},
        )
        if reply.headers["content-type"].startswith(_TRIPLES):
            return Graph().parse(data=reply.text, format="nt")
        said = reply.json()
        if "boolean" in said:
            return pl.DataFrame({"answer": [said["boolean"]]})
        return pl.DataFrame([_column(name, said["results"]["bindings"]) for name in said["head"]["vars"]])

    def releases(self, content: str | None = None) -> pl.DataFrame:
        """The releases there are, newest first; with `content` those whose content hash is or begins so."""
        names = ("number", "current", "built_at", "content_hash", "quads", "illustrative")
        given = {} if content is None else {"content": content}
        found = self._json("GET", "/releases", given, pinned=False)["releases"]
        schema: dict[str, Any] = dict.fromkeys(names, pl.String)
        schema |= {"number": pl.Int64, "quads": pl.Int64, "current": pl.Boolean, "illustrative": pl.Boolean}
        return pl.DataFrame([{name: one[name] for name in names} for one in found], schema=schema)

    def diff(self, first: int, second: int, **filters: Any) -> pl.DataFrame:
        """What became of each thing from one release to another, and in which properties it changed."""
        found: list[dict[str, Any]] = []
        while True:
            given = {**filters, "offset": len(found), "limit": _THINGS}
            said = self._json("GET", f"/releases/{first}/diff/{second}", given, pinned=False)
            found += said["items"]
            if len(found) >= said["total"] or not said["items"]:
                break
        rows = [
            {name: one[name] for name in ("id", "kind", "label", "became")}
            | {"properties": [field["property"] for field in one["fields"]]}
            for one in found
        ]
        schema = dict.fromkeys(("id", "kind", "label", "became"), pl.String) | {"properties": pl.List(pl.String)}
        return pl.DataFrame(rows, schema=schema)

    def _pinned(self, given: Mapping[str, Any]) -> dict[str, Any]:
        said = {name: _said(value) for name, value in given.items() if value is not None}
        return said if self.release is None else {**said, "release": self.release}

    def _json(
        self,
        method: str,
        path: str,
        given: Mapping[str, Any] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        pinned: bool = True,
    ) -> dict[str, Any]:
        params = self._pinned(given or {}) if pinned and body is None else dict(given or {})
        headers = {"Accept": "application/json"}
        found = self._ask(method, path, params=params, json=body, headers=headers, follow_redirects=True).json()
        assert isinstance(found, dict)
        return found

    def _ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """A reply that worked. Raises as `_told`, and `NoAnswerError` when there is no reply."""
        try:
            reply = self._http.request(method, path, **how)
        except httpx.TimeoutException as error:
            raise NoAnswerError(f"{self._http.base_url} did not answer in time") from error
        except httpx.TransportError as error:
            said = f"nothing answers at {self._http.base_url}: is the service running (`make run`), and there?"
            raise NoAnswerError(said) from error
        return _told(reply)


def _told(reply: httpx.Response) -> httpx.Response:
    """A reply that worked. Raises `StepwayProblem` for a problem document, `httpx.HTTPStatusError` for other errors."""
    if reply.is_error and "problem+json" in reply.headers.get("content-type", ""):
        raise StepwayProblem(reply.json())
    return reply.raise_for_status()


def _said(value: Any) -> Any:
    """A value as an address has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, int | float | str | list | dict) else str(value)


def _flat(value: Any) -> Any:
    """A property of a thing as one cell: of another thing its id, of a rule its sentence."""
    if isinstance(value, list):
        return [_flat(one) for one in value]
    if isinstance(value, dict):
        return value.get("id", value.get("sentence"))
    return value


def _frame(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Rows as a frame, each column of its type."""
    return pl.DataFrame(
        [
            _series(name, DTYPES.get(kind, pl.String), [row[place] for row in rows])
            for place, (name, kind) in enumerate(columns)
        ]
    )


def _series(name: str, dtype: Any, values: Sequence[Any]) -> pl.Series:
    if dtype == pl.Date:
        return pl.Series(name, values, pl.String).str.to_date("%Y-%m-%d", strict=True)
    if dtype == pl.String:
        return pl.Series(name, [None if value is None else _text(value) for value in values], pl.String)
    return pl.Series(name, values, dtype)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _column(name: str, rows: Sequence[Mapping[str, Mapping[str, str]]]) -> pl.Series:
    """One variable of SPARQL's JSON as a column."""
    terms = [row.get(name) for row in rows]
    kinds = {term.get("datatype", "") if term["type"] == "literal" else "" for term in terms if term is not None}
    kind = kinds.pop() if len(kinds) == 1 else ""
    dtype = _LITERALS.get(kind.removeprefix(_XSD), pl.String) if kind.startswith(_XSD) else pl.String
    return _series(name, dtype, [None if term is None else _value(term["value"], dtype) for term in terms])


def _value(text: str, dtype: Any) -> Any:
    if dtype == pl.Boolean:
        return text in ("true", "1")
    return int(text) if dtype == pl.Int64 else float(text) if dtype == pl.Float64 else text
