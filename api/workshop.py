"""What the workers do that make sandboxes and work out what these change. Only they load this module."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

from api.derived import DERIVE
from api.sandboxes import Compare, Make, Workshop, told_effect
from api.workers import Answer
from graph.imagined import imagined
from graph.release import Release
from loaders.sandbox import Sandboxes
from queries.atlas import places
from queries.coverage import reading
from queries.pathways.request import ReleaseRef
from queries.pathways.service import PathwayService
from queries.sandbox import Effect, World, effect


def open_workshop(shop: Workshop) -> Answer:
    """The opener of the workers that make sandboxes."""
    kept = Sandboxes(shop.data_dir, shop.kept)

    def answer(task: Make | Compare) -> bytes:
        if isinstance(task, Make):
            before = set(kept.ids())
            made = kept.make(task.asked, Release(task.base), derive=DERIVE)
            return json.dumps({"id": made.id, "new": made.id not in before}).encode()
        found = compare(Release(task.base), Release(task.sandbox), task.on, task.gap)
        id = task.sandbox.parent.parent.name
        return told_effect(found, Release(task.base), Release(task.sandbox), id, task.root).model_dump_json().encode()

    return answer


def compare(base: Release, sandbox: Release, on: date, gap: Sequence[str] = ()) -> Effect:
    """What a sandbox changes, and of a gap that it is to close. Raises `UnknownGapError`."""
    return effect(_world(base, on), _world(sandbox, on), imagined(sandbox.store), on, gap=gap, seats=_seats(sandbox))


def _world(release: Release, on: date) -> World:
    service = PathwayService(release.projection, ReleaseRef(release.manifest.number, release.manifest.content_hash, ""))
    return World(service, places.read(release.store), reading.read(release.store, release.projection, on))


def _seats(release: Release) -> Mapping[str, int]:
    """The places that runs say they have, by run."""
    rows = release.store.select("SELECT ?run ?seats WHERE { ?run sw:seats ?seats }")
    return {str(row["run"]).rpartition("/")[2]: int(str(row["seats"])) for row in rows}
