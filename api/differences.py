"""Two releases compared, once: the changes lie in a file without a name, and pages of them are read from it."""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import asdict
from tempfile import TemporaryFile
from typing import Any, Final

from api.addresses import Addresses
from api.schemas.common import Link
from api.schemas.releases import (
    ChangeCounts,
    ChangeSaid,
    DiffAsked,
    DiffSaid,
    Feed,
    FeedItem,
    FieldChangeSaid,
    SourceChange,
)
from graph.diff import ADDED, CHANGED, RENAMED, RETIRED, Change, Counts, FieldChange, Side, diff
from graph.release import Manifest, Release
from queries.catalogue import BY_CLASS
from queries.pathways.request import ReleaseRef

VALUES_SHOWN: Final = 100
KEPT: Final = 4
"""Comparisons that are kept, of those lately asked for."""

FEED_VERSION: Final = "https://jsonfeed.org/version/1.1"

_NONE: Final = {ADDED: 0, RETIRED: 0, CHANGED: 0, RENAMED: 0}


class Differences:
    """What became of each thing of one release in another."""

    def __init__(self, first: Release, second: Release) -> None:
        self.first, self.second, self.counts = first.manifest, second.manifest, Counts()
        self._file, self._lock = TemporaryFile(), threading.Lock()  # noqa: SIM115 -- closed when nobody holds this
        self._places: list[tuple[int, str, str, bool, tuple[str, ...]]] = []
        for change in diff(Side.of(first), Side.of(second)):
            self.counts.add(change)
            place = self._file.tell()
            self._places.append((place, change.kind, change.became, change.renamed, change.datasets))
            self._file.write(json.dumps(asdict(change), ensure_ascii=False).encode() + b"\n")

    def chosen(self, asked: DiffAsked) -> list[int]:
        """Where the changes lie that are asked for."""
        return [
            place
            for place, kind, became, renamed, datasets in self._places
            if (not asked.kind or kind in asked.kind)
            and (not asked.dataset or not set(asked.dataset).isdisjoint(datasets))
            and (not asked.became or became in asked.became or (renamed and RENAMED in asked.became))
        ]

    def read(self, places: list[int]) -> Iterator[Change]:
        """The changes that lie at these places."""
        for place in places:
            with self._lock:
                self._file.seek(place)
                said = json.loads(self._file.readline())
            fields = tuple(
                FieldChange(one["property"], one["dataset"], tuple(one["before"]), tuple(one["after"]))
                for one in said.pop("fields")
            )
            lists: dict[str, Any] = {name: tuple(said.pop(name)) for name in ("datasets", "replaced_by")}
            yield Change(**said, **lists, fields=fields)

    def said(self, asked: DiffAsked, addresses: Addresses) -> DiffSaid:
        """The part that is asked for, as it goes over the wire."""
        places = self.chosen(asked)
        numbers = self.first.number, self.second.number
        given = asked.model_dump(mode="json", exclude_defaults=True) | {"limit": asked.limit}

        def link(rel: str, offset: int, title: str) -> Link:
            path = f"/releases/{numbers[0]}/diff/{numbers[1]}"
            href = addresses.to(path, **given | {"offset": offset or None})
            return Link(rel=rel, href=href, type="application/json", title=title)

        links = [link("self", asked.offset, "this page")]
        if asked.offset + asked.limit < len(places):
            links.append(link("next", asked.offset + asked.limit, "the next page"))
        if asked.offset:
            links.append(link("prev", max(0, min(asked.offset, len(places)) - asked.limit), "the page before"))
        page = places[asked.offset : asked.offset + asked.limit]
        return DiffSaid(
            first=reference(self.first),
            second=reference(self.second),
            sources=list(self._sources()),
            kinds={kind: ChangeCounts(**counts) for kind, counts in sorted(self.counts.by_class.items())},
            notes=list(self._unmet(asked)),
            total=len(places),
            offset=asked.offset,
            limit=asked.limit,
            items=[self._change(change, addresses) for change in self.read(page)],
            links=links,
        )

    def _unmet(self, asked: DiffAsked) -> Iterator[str]:
        """What to say of each filter that fits nothing that differs, so that a slip is not taken for "no change"."""
        for name, wanted, there in (
            ("dataset", asked.dataset, self.counts.by_dataset),
            ("kind", asked.kind, self.counts.by_class),
        ):
            known = ", ".join(sorted(filter(None, there)))
            known = f"what differs is of {known}" if known else "nothing differs at all"
            yield from (f"{name}={one} fits nothing: {known}." for one in wanted if one not in there)

    def _change(self, change: Change, addresses: Addresses) -> ChangeSaid:
        collection = BY_CLASS.get(change.kind.removeprefix("sw:"))
        described = self.first if change.became == RETIRED else self.second
        there = Addresses(addresses.root, described.number)
        fields = [
            FieldChangeSaid(
                property=one.property,
                dataset=one.dataset,
                before=list(one.before[:VALUES_SHOWN]),
                after=list(one.after[:VALUES_SHOWN]),
                before_count=len(one.before),
                after_count=len(one.after),
            )
            for one in change.fields
        ]
        return ChangeSaid(
            id=change.id,
            kind=change.kind,
            label=change.label,
            became=change.became,
            renamed=change.renamed,
            datasets=list(change.datasets),
            fields=fields,
            replaced_by=list(change.replaced_by),
            href=there.thing(collection.name, change.id) if collection else None,
        )

    def _sources(self) -> Iterator[SourceChange]:
        before = {facts["id"]: facts for facts in self.first.datasets}
        after = {facts["id"]: facts for facts in self.second.datasets}
        for id in sorted({*before, *after}):
            old, new = before.get(id, {}), after.get(id, {})
            became = "added" if not old else "removed" if not new else "changed"
            if became == "changed" and self.first.parts.get(id) == self.second.parts.get(id):
                became = "same"
            yield SourceChange(
                dataset=id,
                became=became,
                version_before=old.get("version"),
                version_after=new.get("version"),
                retrieved_before=old.get("retrieved"),
                retrieved_after=new.get("retrieved"),
                things=ChangeCounts(**self.counts.by_dataset.get(id, _NONE)),
            )


class Comparisons:
    """The comparisons lately asked for. A release never changes, so neither does what differs between two."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], Differences] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, first: Release, second: Release) -> Differences:
        """What became of the things of the first in the second. Raises `NotComparableError`."""
        sides = (first.manifest, second.manifest)
        key = tuple(f"{one.number} {one.content_hash} {one.built_at}" for one in sides)
        with self._lock:  # Two who ask at once would do the work twice.
            if key not in self._kept:
                self._kept[key] = Differences(first, second)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]


def reference(manifest: Manifest) -> ReleaseRef:
    """A release, as answers name it."""
    return ReleaseRef(manifest.number, manifest.content_hash, manifest.built_at)


def feed(manifests: list[Manifest], addresses: Addresses) -> Feed:
    """The releases, newest first, with what changed in each since the one before."""
    return Feed(
        version=FEED_VERSION,
        title="Releases of Stepway",
        home_page_url=addresses.to("/"),
        feed_url=addresses.to("/releases/feed"),
        items=[_feed_item(manifest, addresses) for manifest in manifests],
    )


def _feed_item(manifest: Manifest, addresses: Addresses) -> FeedItem:
    changes = {kind: ChangeCounts(**(_NONE | counts)) for kind, counts in manifest.changes.items()}
    url = addresses.to(f"/releases/{manifest.number}")
    text = f"{manifest.quads:,} statements of {len(manifest.datasets)} datasets."
    if manifest.previous is not None:
        url = addresses.to(f"/releases/{manifest.previous}/diff/{manifest.number}")
        text = f"Since release {manifest.previous}: " + (_in_words(manifest.changes) or "no thing has changed.")
    return FeedItem(
        id=f"{manifest.number}-{manifest.content_hash}",
        url=url,
        title=f"Release {manifest.number}",
        content_text=text,
        date_published=manifest.built_at,
        release=manifest.number,
        previous=manifest.previous,
        content_hash=manifest.content_hash,
        changes=changes,
        retired=manifest.retired,
    )


def _in_words(changes: dict[str, dict[str, Any]]) -> str:
    said = []
    for kind, counts in sorted(changes.items()):
        words = [f"{counts[word]:,} {word}" for word in (ADDED, RETIRED, CHANGED) if counts.get(word)]
        if renamed := counts.get(RENAMED):
            words[-1] += f" ({renamed:,} of them renamed)"
        said.append(f"{kind or 'no class'}: {', '.join(words)}.")
    return " ".join(said)
