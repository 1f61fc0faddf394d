"""What the service tells of itself, its releases, datasets and issues: the same for HTTP and the console."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from api.addresses import Addresses
from api.dependencies import ReleaseHolder, Services
from api.resources import path_of
from api.schemas.common import Link
from api.schemas.service import (
    DatasetSaid,
    DatasetsSaid,
    FoundPage,
    FoundSaid,
    IssueSaid,
    IssuesSaid,
    ReleaseSaid,
    ReleasesSaid,
    RowsSaid,
)
from api.things import HERE
from graph.issues import CATALOGUE, Issue
from graph.release import Manifest
from graph.search import Found
from ontology.namespaces import ID
from queries.catalogue import BY_CLASS
from queries.find import PUBLISHED, find


def issue(found: Issue) -> IssueSaid:
    """One issue."""
    return IssueSaid(severity=found.severity, title=CATALOGUE[found.code].title, **asdict(found))


def issues(services: Services, chosen: Sequence[Issue], offset: int, limit: int, links: list[Link]) -> IssuesSaid:
    """A part of a list of issues."""
    return IssuesSaid(
        total=len(chosen),
        offset=offset,
        limit=limit,
        items=[issue(one) for one in chosen[offset : offset + limit]],
        release=services.reference,
        links=links,
    )


def datasets(services: Services) -> DatasetsSaid:
    """The datasets of a release."""
    said = []
    for facts in services.manifest.datasets:
        rows = {table: RowsSaid(**counts) for table, counts in sorted(facts["rows"].items())}
        texts = {name: facts.get(name) or None for name in ("licence_url", "attribution", "retrieved")}
        if texts["retrieved"] == "None":
            texts["retrieved"] = None
        sure = {name: facts[name] for name in ("id", "title", "publisher", "licence", "shippable")}
        said.append(DatasetSaid(**sure, **texts, rows=rows))
    return DatasetsSaid(datasets=said, release=services.reference)


def release(manifest: Manifest, current: int | None, addresses: Addresses = HERE) -> ReleaseSaid:
    """What a release is."""
    of_it = replace(addresses, release=manifest.number)

    def link(rel: str, href: str, title: str) -> Link:
        return Link(rel=rel, href=href, type="application/json", title=title)

    links = [
        link("self", addresses.to(f"/releases/{manifest.number}"), "this release"),
        link("data", of_it.to("/collections"), "its collections"),
        link("issues", of_it.to("/issues"), "what is doubtful in it"),
        link("datasets", of_it.to("/datasets"), "its datasets"),
    ]
    return ReleaseSaid(**asdict(manifest), current=manifest.number == current, links=links)


def releases(holder: ReleaseHolder, addresses: Addresses = HERE, content: str = "") -> ReleasesSaid:
    """The releases there are, newest first: those whose content hash begins so."""
    current = holder.releases.current_number()
    found = [one for one in holder.manifests() if one.content_hash.startswith(content)]
    return ReleasesSaid(current=current, releases=[release(one, current, addresses) for one in found])


def _place(one: Found, addresses: Addresses) -> str:
    if one.kind in BY_CLASS:
        return addresses.thing(BY_CLASS[one.kind].name, one.id)
    path, query = path_of(one.id if ":" in one.id else f"{ID}{one.id}")
    return addresses.to(path, **query)


def found(services: Services, words: str, kinds: Sequence[str], limit: int, addresses: Addresses = HERE) -> FoundPage:
    """The best matches for words: without kinds, ours first and then published occupations and skills.

    Links to other vocabularies repeat labels: they are found only when asked for.
    """
    if kinds:
        best = services.search.find(words, kinds, limit, every_word=bool(set(kinds) & set(PUBLISHED)))
    else:
        best = find(words, services.search, [kind for kind in BY_CLASS if kind != "CompetencyLink"], limit)
    items = [FoundSaid(**asdict(one), href=_place(one, addresses)) for one in best]
    return FoundPage(q=words, items=items, release=services.reference)
