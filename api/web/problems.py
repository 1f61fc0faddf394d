"""Problems as pages, for readers of pages: what happened, what to do about it, and links that may help."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from api.addresses import Addresses
from api.dependencies import holder_of
from api.misread import NEEDED
from api.negotiate import JSON_FORMAT, Format, prefers_html
from api.resources import HELPERS, Said, path_of
from api.web import question, report
from api.web.pages import Step, page
from graph.release import NoReleaseError
from ontology.namespaces import ID

if TYPE_CHECKING:
    from api.errors import Problem, ProblemDocument

PROBLEM: Format = Format("problem", "application/problem+json")


def problem_page(request: Request, problem: "Problem", instance: str) -> Response | None:
    """A problem as a page; None for readers who would rather have the document."""
    if not prefers_html(request, (JSON_FORMAT, PROBLEM)):
        return None
    document = problem.document(instance)
    if document.status in _UNREADABLE and _of_pathways(request):
        return question.mend(request, document)
    release = _release(request)
    said = Said(Addresses.of(request, release))
    asked = request.query_params.multi_items()
    meant = document.words or document.id
    again = request.method == "GET" and any(value == meant for _, value in asked)
    replaced = [(id, said.href(id if ":" in id else f"{ID}{id}")) for id in document.replaced_by or ()]
    suggestions = [
        (one.label, _again(request, meant, one.id) if again else said.addresses.to(one.href), one.id)
        for one in (document.suggestions or document.candidates or ())
    ]
    form = _form(request, said.addresses.root, document.status)
    programs = _of_programs(request, document.status)
    missing = _missing(document) if form["fields"] else []
    called = report.operation_of(request)["summary"] if missing else document.title
    return page(
        request,
        "problem.html",
        release=release,
        title=programs.summary if programs else called,
        missing=missing,
        providers=_providers(request) if "provider" in missing else [],
        status=200 if missing else document.status,  # a form that asks for the rest is what such a reader came for
        headers=problem.headers,
        above=[Step("Start", "/")],
        problem=document,
        programs=programs,
        replaced=replaced,
        suggestions=suggestions,
        again=again,
        earlier=_in_release(said.addresses.root, document.id, document.last_release),
        **form,
        **HELPERS,
    )


def _release(request: Request) -> int | None:
    """The release that was asked for, where there is such a one and it is open."""
    number = request.query_params.get("release", "")
    named = int(number) if number.isdecimal() and len(number) < 10 else None
    return named if named and holder_of(request).ready(named) else None


@dataclass(frozen=True, slots=True)
class OfPrograms:
    """What an address is for that only programs can ask: in short, at more length, and where people go instead."""

    summary: str
    about: str
    instead: tuple[str, str] | None


_INSTEAD: Final = {
    "/sandboxes": ("Imagine a run or a unit with a form", "/sandboxes/new"),
    "/eligibility": ("Say where somebody wants to get to: each route then asks what decides who pays", "/start"),
    "/prior-learning": ("Say what somebody brings: each route then says what it may count for", "/start"),
    "/sparql/check": ("Write a query: the query page checks it as it is written", "/sparql"),
}


def _of_programs(request: Request, status: int) -> OfPrograms | None:
    """What an address that was opened is for, where it takes nothing but what programs send; None: it is no such."""
    route = request.scope.get("route")
    if status != 405 or request.method != "GET" or not isinstance(route, APIRoute):
        return None
    about = route.description.partition("\n\n")[0]
    return OfPrograms(route.summary or route.path, about, _INSTEAD.get(route.path))


def _missing(document: "ProblemDocument") -> list[str]:
    """What is still to be said, where nothing else is wrong."""
    errors = document.errors or []
    return [one.field for one in errors] if all(one.message == NEEDED for one in errors) else []


def _again(request: Request, meant: str | None, id: str) -> str:
    """The same question about the thing of this id, where it named another or nothing."""
    asked = [(name, id if value == meant else value) for name, value in request.query_params.multi_items()]
    return f"{request.url.path}?{urlencode(asked)}"


def _providers(request: Request) -> list[tuple[str, str]]:
    """Every provider of the release that is asked, as `report.providers_of` has them."""
    number = request.query_params.get("release")
    try:
        services = holder_of(request).get(int(number) if number else None)
    except (NoReleaseError, LookupError):  # of no such release nothing can be chosen
        return []
    return report.providers_of(services)


def _form(request: Request, root: str, status: int) -> dict[str, Any]:
    """The form of a search, or of an answer of the designers and the watch, that could not be asked for as it was."""
    route = request.scope.get("route")
    known = not _WITH_FORM.isdisjoint(getattr(route, "tags", ())) or getattr(route, "path", "") == "/find"
    ours = request.method == "GET" and status in _UNREADABLE and known
    return {
        "fields": list(report.fields_of(report.operation_of(request), request)) if ours else [],
        "action": f"{root}/asked{request.url.path.removeprefix(root)}",
        "asked": request.query_params.multi_items(),
    }


_WITH_FORM = frozenset({"designers", "watch"})
_UNREADABLE = (410, 422)


def _of_pathways(request: Request) -> bool:
    """Whether the question was put by the form of the adviser's pages, which then shows it again."""
    return request.method == "GET" and request.url.path.removeprefix(Addresses.of(request).root).startswith("/pathways")


def _in_release(root: str, id: str | None, number: int | None) -> str | None:
    """Where a retired thing can still be read."""
    if id is None or number is None:
        return None
    path, query = path_of(id if ":" in id else f"{ID}{id}")
    return Addresses(root, number).to(path, **query)
