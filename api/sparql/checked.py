"""What can be told of a query without running it on the data, and what a release says for completing one."""

from functools import partial

import anyio.to_thread

from api.dependencies import Services
from api.errors import Problem
from api.schemas.described import (
    CheckSaid,
    ClassSaid,
    ProfileSaid,
    PropertySaid,
    SyntaxSaid,
    UseSaid,
    WarningSaid,
)
from api.sparql import guard
from api.sparql.answers import Answers, home_of
from api.sparql.emptiness import Lookup, warnings
from api.sparql.failures import QueryRefusedError, QuerySyntaxError
from api.sparql.problems import of_query
from graph.profile import Words
from ontology.namespaces import PREFIXES


async def check_query(text: str, services: Services, answers: Answers, client: str) -> CheckSaid:
    """Whether a query can be read, and which of its patterns can match nothing.

    A worker reads it, since reading can end a process. Raises `BusyError`.
    """
    syntax: SyntaxSaid | None = None
    found: list[WarningSaid] = []
    try:
        query = guard.check(text, answers.limits)
        told = partial(warnings, query, services.release.profile, Lookup(services.store))
        found = [
            WarningSaid(
                line=one.line, column=one.column, message=one.message, suggestion=one.suggestion, empties=one.empties
            )
            for one in await anyio.to_thread.run_sync(told)
        ]
        await answers.parse(home_of(services), query, client)
    except (QueryRefusedError, QuerySyntaxError) as error:
        syntax = _syntax(of_query(error, text, answers.limits))
    return CheckSaid(release=services.reference, syntax=syntax, warnings=[] if syntax else found)


def _syntax(problem: Problem) -> SyntaxSaid:
    said = problem.members
    return SyntaxSaid(
        code=problem.code,
        line=said.get("line"),
        column=said.get("column"),
        detail=problem.detail,
        hint=problem.hint,
        text=said.get("text"),
        suggestion=said.get("suggestion"),
    )


def profile_said(services: Services) -> ProfileSaid:
    """The profile of a release, by address."""
    profile, none = services.release.profile, Words()
    classes = {}
    for name, one in profile.classes.items():
        words = profile.words.get(name, none)
        uses = {
            property: UseSaid(
                triples=use.statements, subjects=use.subjects, functional=use.functional, values=dict(use.values)
            )
            for property, use in one.properties.items()
        }
        classes[name] = ClassSaid(
            label=words.label, definition=words.definition, things=one.things, example=one.example, properties=uses
        )
    properties = {}
    for name, totals in sorted(profile.properties.items()):
        words = profile.words.get(name, none)
        properties[name] = PropertySaid(
            label=words.label,
            definition=words.definition,
            triples=totals.statements,
            subjects=totals.subjects,
            objects=totals.objects,
            domains=dict(sorted(profile.domains[name].items())),
            ranges=dict(sorted(profile.ranges[name].items())),
        )
    return ProfileSaid(
        release=services.reference,
        triples=profile.statements,
        subjects=profile.distinct_subjects,
        objects=profile.distinct_objects,
        prefixes=PREFIXES,
        graphs=dict(sorted(profile.graphs.items())),
        classes=classes,
        properties=properties,
    )
