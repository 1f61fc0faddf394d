"""What can go wrong, as problem documents (RFC 9457) over HTTP and as one line with an exit code on the console.

Domain exceptions know nothing of HTTP. Each kind of problem is a `ProblemType` with a stable code and a heading in
docs/errors.md; `problem_of` turns an exception into one. A test fails for an exception class of ours without an entry.
"""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import fuzz, process
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from api.misread import field_of, given_of, in_words
from api.sparql.failures import (
    SYNTAX_REASONS,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooLargeError,
)
from api.workers import BusyError, TooHeavyError, places
from graph.diff import NotComparableError
from graph.issues import Issue, Severity
from graph.release import BuildRunningError, NoReleaseError
from graph.search import Found
from loaders.refusals import RefusedSandboxError, UnknownSandboxError
from ontology.namespaces import BASE
from queries.atlas.faults import ClusterError, NoAtlasError, UnknownInAtlasError
from queries.catalogue import BY_CLASS, UnknownQueryError, WrongValuesError, list_queries
from queries.contradictions import NotComparedError
from queries.coverage.faults import (
    EmptyGapError,
    LocksContradictError,
    NoChoiceError,
    NoSchemeError,
    NotAUnitError,
    UnknownGapError,
    WorkRanOutError,
)
from queries.coverage.spots import NoSuchPeriodError
from queries.find import UnknownWordsError
from queries.pathways.compile import UnknownThingError
from queries.pathways.grounds import NoSuchGoalError
from queries.pathways.limits import ContradictoryLimitsError, NotKnownError
from queries.profiles import UnknownIdError
from queries.resource import UnknownAddressError

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
PROBLEM_BASE: Final = f"{BASE}problem/"
_CODES: Final = {
    404: "not-found", 405: "method-not-allowed", 406: "not-acceptable", 413: "too-large", 415: "unsupported-media-type"
}  # fmt: skip
_SUGGESTED: Final = "Look at the suggestions, or find it by words: /find?q=…"
_METHODS: Final = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT")

log = logging.getLogger("stepway")


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem. `exit_code` is what the console ends with."""

    code: str
    statuses: tuple[int, ...]
    title: str
    hint: str
    exit_code: int = 2

    @property
    def address(self) -> str:
        """What identifies it: the `type` of its problem documents."""
        return f"{PROBLEM_BASE}{self.code}"


def _types(*types: ProblemType) -> dict[str, ProblemType]:
    return {type.code: type for type in types}


CATALOGUE: Final = _types(
    ProblemType("unknown-id", (404, 422), "Nothing has this id", "Find it by words: /find?q=…", 4),
    ProblemType("retired-id", (410,), "This id is no longer in use", "Ask the last release that has it.", 4),
    ProblemType(
        "wrong-kind", (422,), "This is another kind of thing", "Name a thing of the kind that is asked for.", 4
    ),
    ProblemType(
        "unknown-words", (422,), "The words do not mean one thing", "Choose what was meant, or say its whole name.", 4
    ),
    ProblemType("no-such-goal", (422,), "There is no such goal", "Name another level or sector, or a role.", 4),
    ProblemType("contradictory-limits", (422,), "The limits contradict each other", "Drop or change one of them."),
    ProblemType("empty-gap", (422,), "There is nothing to close", "Name other roles, another place or other themes."),
    ProblemType("not-known", (422,), "The release does not say what this takes", "Ask without it."),
    ProblemType("unknown-release", (404,), "There is no such release", "See the list of releases.", 3),
    ProblemType(
        "unknown-sandbox",
        (404,),
        "There is no such sandbox",
        "It may have been removed to make room: post what you imagined again.",
        3,
    ),
    ProblemType("refused-sandbox", (422,), "What is imagined cannot be used", "Mend what `issues` names.", 1),
    ProblemType(
        "not-comparable", (422,), "These releases cannot be compared", "Build the data again: newer ones can.", 3
    ),
    ProblemType("invalid-request", (400, 422), "The request cannot be read", "Mend the fields that are named."),
    ProblemType("not-found", (404,), "There is nothing at this address", "Start from / and follow the links."),
    ProblemType("method-not-allowed", (405,), "This address does not do that", "Use a method that Allow names."),
    ProblemType("not-acceptable", (406,), "None of the formats asked for is offered", "Ask for a format that is."),
    ProblemType("too-large", (413,), "The request is too large", "Send less."),
    ProblemType("address-too-long", (414,), "The address is too long", "Send the question as a POST."),
    ProblemType("unsupported-media-type", (415,), "The body is in another format", "Send JSON as application/json."),
    ProblemType("query-syntax", (400,), "The query is not SPARQL", "See line and column."),
    ProblemType("query-refused", (400,), "The query is not run", "Ask another way, or for less."),
    ProblemType(
        "query-timeout", (503,), "The query took too long", "Ask for less: more exact patterns, a LIMIT, fewer paths."
    ),
    ProblemType(
        "query-too-large", (503,), "The answer grew too large", "Ask for less: a LIMIT, fewer columns, or the dumps."
    ),
    ProblemType("busy", (503, 429), "Too many questions are waiting", "Ask again after the seconds of Retry-After."),
    ProblemType("build-running", (503,), "Another build is running", "Build again when it has ended.", 75),
    ProblemType("too-heavy", (503,), "The question took too much", "Ask for less: fewer goals, or tighter limits."),
    ProblemType(
        "no-atlas",
        (404,),
        "There is no atlas of this release",
        "Ask whoever runs this service to have it worked out. For operators: `stepway atlas run`.",
        3,
    ),
    ProblemType(
        "no-cluster",
        (503,),
        "The cluster does not do the work",
        "See that the scheduler and its workers run, with the same stepway; finished work is kept.",
        3,
    ),
    ProblemType("no-release", (503,), "Nothing has been published yet", "Run `stepway build`.", 3),
    ProblemType(
        "internal-error", (500,), "Something went wrong inside Stepway", "It is our fault: please report it.", 70
    ),
)
"""Every kind of problem by its code."""


class Suggestion(BaseModel):
    """A thing that may have been meant."""

    id: str
    label: str
    kind: str
    href: str

    @classmethod
    def of(cls, found: Found) -> "Suggestion":
        """The same as a suggestion."""
        return cls(id=found.id, label=found.label, kind=found.kind, href=f"/{BY_CLASS[found.kind].name}/{found.id}")


class FieldProblem(BaseModel):
    """One part of a request that cannot be read. `given` is cut short when it is long."""

    field: str
    message: str
    given: str | None


class ProblemDocument(BaseModel):
    """What went wrong, as in RFC 9457. Some kinds of problem have further members, which are then present."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Identifies the kind of problem.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened this time.")
    instance: str = Field(description="This occurrence: the path asked for, or a reference to quote in a report.")
    code: str = Field(description="The last part of `type`.", json_schema_extra={"enum": list(CATALOGUE)})
    hint: str = Field(description="What to do about it.")
    suggestions: list[Suggestion] | None = Field(None, description="Of unknown-id: things with a similar id or name.")
    locks: list[str] | None = Field(None, description="Of contradictory-limits: locks that contradict each other.")
    candidates: list[Suggestion] | None = Field(None, description="Of unknown-words: what the words could mean.")
    errors: list[FieldProblem] | None = Field(None, description="Of invalid-request: each field that cannot be read.")
    words: str | None = Field(None, description="Of unknown-words: the words.")
    id: str | None = Field(None, description="Of unknown-id, retired-id, wrong-kind and unknown-sandbox: the id.")
    last_release: int | None = Field(None, description="Of retired-id: the last release that has the id.")
    replaced_by: list[str] | None = Field(None, description="Of retired-id: ids that take its place, where known.")
    offered: list[str] | None = Field(None, description="Of not-acceptable: the formats there are.")
    releases: list[int] | None = Field(None, description="Of unknown-release: the releases there are.")
    issues: list[dict[str, Any]] | None = Field(
        None, description="Of refused-sandbox: what is wrong, each with file, line, column and hint."
    )
    reason: str | None = Field(None, description="Of query-syntax and query-refused: what is wrong, in one word.")
    line: int | None = Field(None, description="Of query-syntax and query-refused: the line, from 1.")
    column: int | None = Field(
        None, description="Of query-syntax and query-refused: the column, from 1, in characters."
    )
    text: str | None = Field(None, description="Of query-syntax and query-refused: the line itself, or its part.")
    suggestion: str | None = Field(None, description="Of query-syntax: what to put instead, or to add.")
    expected: list[str] | None = Field(None, description="Of query-syntax: what could have stood there.")
    limits: dict[str, int | float] | None = Field(None, description="Of refused queries: the limits in force.")


class Problem(Exception):  # noqa: N818 -- RFC 9457 calls it a problem
    """One problem that happened: its kind, its status, what happened, and further members for its document."""

    def __init__(
        self,
        code: str,
        detail: str,
        status: int = 0,
        *,
        hint: str = "",
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code, self.detail, self.status, self.hint = code, detail, status, hint
        self.members, self.headers = members or {}, headers or {}
        super().__init__(detail)

    @property
    def type(self) -> ProblemType:
        """Its kind."""
        return CATALOGUE[self.code]

    def document(self, instance: str) -> ProblemDocument:
        """It as a problem document."""
        return ProblemDocument(
            type=self.type.address,
            title=self.type.title,
            status=self.status or self.type.statuses[0],
            detail=self.detail,
            instance=instance,
            code=self.code,
            hint=self.hint or (_SUGGESTED if self.members.get("suggestions") else self.type.hint),
            **self.members,
        )

    def response(self, instance: str) -> Response:
        """It as an HTTP response."""
        whole = self.document(instance).model_dump(mode="json")
        document = {name: value for name, value in whole.items() if value is not None}
        return JSONResponse(document, document["status"], {"Vary": "Accept", **self.headers}, PROBLEM_MEDIA_TYPE)


class UnknownReleaseError(LookupError):
    """A request names a release that is not there."""

    def __init__(self, number: int, known: list[int]) -> None:
        self.number, self.known = number, known
        super().__init__(f"there is no release {number}")


class RetiredIdError(LookupError):
    """An id that an earlier release had and the one that is asked has not."""

    def __init__(self, id: str, last_release: int, replaced_by: tuple[str, ...]) -> None:
        self.id, self.last_release, self.replaced_by = id, last_release, replaced_by
        super().__init__(f"“{id}” was last in release {last_release}")


class WrongKindError(LookupError):
    """A thing of another kind than is asked for."""

    def __init__(self, id: str, label: str, kind: str, wanted: str) -> None:
        self.id, self.kind = id, kind
        super().__init__(f"{id} ({label}) is one of the {kind.replace('-', ' ')}; what is asked for is {wanted}")


class QuestionIdError(UnknownIdError):
    """An id in a question that the release does not have."""


def sentence(error: Exception) -> str:
    """What an exception says, as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _unknown_id(error: UnknownIdError) -> Problem:
    suggestions = [Suggestion.of(found) for found in error.suggestions]
    status = 422 if isinstance(error, QuestionIdError) else 404
    return Problem("unknown-id", sentence(error), status, members={"id": error.id, "suggestions": suggestions})


def _retired_id(error: RetiredIdError) -> Problem:
    members = {"id": error.id, "last_release": error.last_release, "replaced_by": list(error.replaced_by)}
    hint = f"Ask with release={error.last_release}, or for what replaces it."
    return Problem("retired-id", sentence(error), hint=hint, members=members)


def _unknown_words(error: UnknownWordsError) -> Problem:
    candidates = [Suggestion.of(found) for found in error.candidates]
    hint = "" if candidates else "Try other words."
    return Problem("unknown-words", sentence(error), hint=hint, members={"words": error.text, "candidates": candidates})


def _unknown_thing(error: UnknownThingError) -> Problem:
    detail = f"“{error.id}” is nothing that a pathway can start from or lead to."
    return Problem("unknown-id", detail, 422, members={"id": error.id})


def _invalid(error: ValidationError) -> Problem:
    return Problem(
        "invalid-request", "The question cannot be read.", members={"errors": field_problems(error.errors())}
    )


def _simple(code: str) -> Callable[[Any], Problem]:
    return lambda error: Problem(code, sentence(error))


def _query(code: str, error: QueryRefusedError | QuerySyntaxError) -> Problem:
    members = {"line": error.line, "column": error.column}
    if isinstance(error, QuerySyntaxError):
        return Problem(code, sentence(error), members=members | {"expected": list(error.expected) or None})
    code = "query-syntax" if error.reason in SYNTAX_REASONS else code
    return Problem(code, error.detail, hint=error.hint, members=members | {"reason": error.reason})


def _refused_sandbox(error: RefusedSandboxError) -> Problem:
    shown = [issue for issue in error.issues if issue.severity is Severity.ERROR][:3]
    detail = " ".join((sentence(error), *(f"{_place(one)}{one.message}; {one.hint.rstrip('.')}." for one in shown)))
    return Problem("refused-sandbox", detail, members={"issues": [told_issue(one) for one in error.issues]})


def _place(issue: Issue) -> str:
    parts = (issue.file, f"line {issue.line}" if issue.line else None, issue.column)
    said = ", ".join(part for part in parts if part)
    return f"{said}: " if said else ""


def told_issue(issue: Issue) -> dict[str, Any]:
    """An issue as a plain object, with how bad it is."""
    return {"severity": issue.severity.value, **asdict(issue)}


def _busy(error: BusyError) -> Problem:
    return Problem("busy", sentence(error), 429 if error.own else 503, headers={"Retry-After": "5"})


def _internal(_: Exception) -> Problem:
    return Problem("internal-error", "The request could not be answered.")


def _wrong_values(error: WrongValuesError) -> Problem:
    problems = [FieldProblem(field=one.name, message=one.message, given=one.given) for one in error.wrong]
    detail = "; ".join(f"{one.field}: {one.message}" for one in problems[:3])
    return Problem("invalid-request", f"{detail}.", 422, members={"errors": problems})


def _unknown_query(error: UnknownQueryError) -> Problem:
    near = process.extract(error.name, [one.name for one in list_queries()], scorer=fuzz.ratio, limit=3)
    hint = f"Did you mean {', '.join(name for name, _, _ in near)}? See /queries."
    return Problem("not-found", sentence(error), hint=hint)


MAPPING: Final[dict[type[Exception], Callable[[Any], Problem]]] = {
    Problem: lambda problem: problem,
    UnknownIdError: _unknown_id,
    QuestionIdError: _unknown_id,
    UnknownAddressError: lambda e: Problem("unknown-id", sentence(e), members={"id": e.address, "suggestions": []}),
    UnknownThingError: _unknown_thing,
    RetiredIdError: _retired_id,
    WrongKindError: lambda e: Problem("wrong-kind", sentence(e), members={"id": e.id}),
    UnknownWordsError: _unknown_words,
    NoSuchGoalError: _simple("no-such-goal"),
    ContradictoryLimitsError: _simple("contradictory-limits"),
    LocksContradictError: lambda e: Problem("contradictory-limits", sentence(e), members={"locks": list(e.locks)}),
    NoChoiceError: lambda e: Problem("contradictory-limits", sentence(e), members={"locks": list(e.locks)}),
    EmptyGapError: _simple("empty-gap"),
    UnknownGapError: lambda e: Problem("unknown-id", sentence(e), 422, members={"id": e.name, "suggestions": []}),
    NotAUnitError: lambda e: Problem("unknown-id", sentence(e), 422, members={"id": e.unit, "suggestions": []}),
    NoSchemeError: _simple("not-known"),
    WorkRanOutError: _simple("too-heavy"),
    NotKnownError: _simple("not-known"),
    NotComparableError: _simple("not-comparable"),
    NoReleaseError: _simple("no-release"),
    NoAtlasError: _simple("no-atlas"),
    ClusterError: _simple("no-cluster"),
    NoSuchPeriodError: lambda e: Problem("invalid-request", sentence(e), 422),
    NotComparedError: lambda e: Problem("invalid-request", sentence(e), 422),
    UnknownInAtlasError: lambda e: Problem(
        "invalid-request", sentence(e), 422, hint="Ask without it to see what there is."
    ),
    UnknownSandboxError: lambda e: Problem("unknown-sandbox", sentence(e), members={"id": e.id}),
    RefusedSandboxError: _refused_sandbox,
    UnknownReleaseError: lambda e: Problem("unknown-release", sentence(e), members={"releases": e.known}),
    BuildRunningError: _simple("build-running"),
    BusyError: _busy,
    QuerySyntaxError: lambda e: _query("query-syntax", e),
    QueryRefusedError: lambda e: _query("query-refused", e),
    QueryTimeoutError: _simple("query-timeout"),
    QueryTooLargeError: _simple("query-too-large"),
    TooHeavyError: _simple("too-heavy"),
    WrongValuesError: _wrong_values,
    UnknownQueryError: _unknown_query,
    ValidationError: _invalid,
}
"""How each exception that a reader can cause is told. All others are faults of ours: see `INTERNAL`."""

INTERNAL: Final[frozenset[str]] = frozenset(
    {
        "api.client.NoAnswerError",
        "api.client.StepwayProblem",
        "api.routers.pathways._GoneError",
        "api.sparql.emptiness._EnoughError",
        "api.sparql.external._NoAnswerError",
        "api.sparql.patterns.UnreadableError",
        "api.workers.WorkerDiedError",
        "graph.requirements.RequirementError",
        "loaders.values.Fault",
        "loaders.credentials.json_text.DamagedError",
        "loaders.documents._CutError",
        "loaders.statements._Default",
        "loaders.statements._Partly",
        "queries.eligibility.rulebook.RuleError",
        "queries.coverage.legal.NotFinishedError",  # told as “not finished” by whoever counts
        "queries.pathways.explain.AnswerContradictedError",
        "queries.pathways.engine.problem.PathwayError",
        "queries.pathways.engine.problem.ProblemRefused",
        "queries.pathways.engine.replay.PlanRefused",
    }
)
"""Exceptions of ours that never are a reader's doing: they become `internal-error`."""


def problem_of(error: Exception) -> Problem:
    """The problem that an exception is."""
    for kind in type(error).__mro__:
        if kind in MAPPING:
            return MAPPING[kind](error)
    return _internal(error)


def unexpected(request: Request, error: Exception) -> Response:
    """The reply to a fault of ours. It shows nothing of the inside.

    The log has the place under the same reference, and not what the exception says: it may hold words of a person.
    """
    reference = uuid.uuid4().urn
    log.error("%s: %s %s: %s", reference, request.method, request.url.path, places(error))
    try:
        return reply_of(request, _internal(error), reference)
    except Exception as again:  # noqa: BLE001 -- what is wrong may be what makes pages
        log.error("%s: nor can it be told on a page: %s", reference, places(again))
        return _internal(error).response(reference)


def field_problems(errors: Any) -> list[FieldProblem]:
    """What a validation found, field by field."""
    return [FieldProblem(field=field_of(one), message=in_words(one), given=given_of(one)) for one in errors]


def _methods(app: FastAPI, request: Request) -> set[str]:
    """What the address of a request does."""

    def does(method: str) -> bool:
        scope = {**request.scope, "method": method}
        return any(route.matches(scope)[0] is Match.FULL for route in app.routes)

    found = {method for method in _METHODS if does(method)}
    return found | {"HEAD"} if "GET" in found else found


def reply_of(request: Request, problem: Problem, instance: str | None = None) -> Response:
    """A problem as a page for readers of pages (`app.state.problem_page` makes it), for others as a document.

    `instance`: a reference to this occurrence; without it the path.
    """
    instance = instance or request.url.path
    page: Callable[[Request, Problem, str], Response | None] | None = getattr(request.app.state, "problem_page", None)
    shown = page(request, problem, instance) if page is not None else None
    return shown if shown is not None else problem.response(instance)


def install(app: FastAPI) -> None:
    """Answer every error of an application with a problem document, or with a page for readers of pages."""

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        problems = field_problems(error.errors())
        detail = "; ".join(f"{one.field}: {one.message}" for one in problems[:3])
        return reply_of(request, Problem("invalid-request", f"{detail}.", 422, members={"errors": problems}))

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _CODES.get(error.status_code, "invalid-request" if error.status_code < 500 else "internal-error")
        detail = {
            "not-found": f"There is nothing at {request.url.path}.",
            "method-not-allowed": f"{request.url.path} does not answer {request.method}.",
        }.get(code, f"{error.detail}.")
        status = error.status_code if error.status_code in CATALOGUE[code].statuses else 0
        headers = dict(error.headers or {})
        if code == "method-not-allowed":
            headers["Allow"] = ", ".join(sorted(_methods(app, request)))
        return reply_of(request, Problem(code, detail, status, headers=headers))

    def known(request: Request, error: Exception) -> Response:
        return reply_of(request, problem_of(error))

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    for kind in MAPPING:
        if kind is not ValidationError:
            app.add_exception_handler(kind, known)
