"""Sandboxes that are there, and what is asked for when one is made. `loaders.sandbox` makes them."""

import csv
import fcntl
import json
import os
import shutil
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from graph.release import Release, Releases
from loaders.refusals import UnknownSandboxError

FOLDER: Final = "sandboxes"
ABOUT: Final = "sandbox.json"
USED: Final = "used"

Cell = str | int | float | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is imagined: a title, the text of a CSV file for each table, and ids of what is taken to be closed."""

    title: str
    tables: tuple[tuple[str, str], ...] = ()
    without: tuple[str, ...] = ()

    @classmethod
    def of_rows(cls, title: str, tables: Mapping[str, Sequence[Mapping[str, Cell]]], without: Collection[str]) -> Self:
        """The same from rows: a table is written as a CSV file with a header, so its first row is on line 2.

        >>> Asked.of_rows("What if", {"sites": [{"site_id": "S-1", "provider_id": "P-1"}]}, []).tables
        (('sites', 'site_id,provider_id\\nS-1,P-1\\n'),)
        """
        return cls(title, tuple((name, _csv(rows)) for name, rows in tables.items()), tuple(without))

    @property
    def nothing(self) -> bool:
        """Whether no row is imagined and nothing taken to be closed."""
        return not self.without and not any(len(text.splitlines()) > 1 for _, text in self.tables)

    @classmethod
    def of_folder(cls, folder: Path, title: str, without: Collection[str]) -> Self:
        """The same from the CSV files of a folder. Raises `OSError`, and `UnicodeDecodeError` for other encodings."""
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")
        return cls(title, tuple((path.stem, path.read_text(encoding="utf-8-sig")) for path in files), tuple(without))


def _csv(rows: Sequence[Mapping[str, Cell]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines: list[str] = []

    class Lines:
        """Takes what csv writes."""

        def write(self, line: str) -> None:
            """One line."""
            lines.append(line)

    writer = csv.writer(Lines(), lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        # A blank cell at least, so that a row that says nothing is a row still and not an empty line.
        writer.writerow([_text(row.get(name)) for name in names] or [""])
    return "".join(lines)


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case list():
            return "|".join(map(str, cell))
    return " ".join(str(cell).split()) if isinstance(cell, str) else str(cell)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that is there.

    `base`: number, content hash and day of the release it is laid over. `imagined`: ids of what is imagined, by table.
    `closed`: ids of what was said to be closed, `taken_away` of all that goes with it. `issues`: what is doubtful.
    """

    id: str
    title: str
    made_at: str
    base: dict[str, Any]
    imagined: dict[str, list[str]]
    closed: list[str]
    taken_away: list[str]
    tables: dict[str, str]
    issues: list[dict[str, Any]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """Number of its base, which its own release has too."""
        return int(self.base["number"])


class KeptSandboxes:
    """The sandboxes under one data directory. At most `kept` are: those not used for longest go first."""

    def __init__(self, data_dir: Path, kept: int) -> None:
        self.folder, self.kept = data_dir / FOLDER, kept

    def ids(self) -> list[str]:
        """Ids of the whole ones, those used last first."""
        if not self.folder.is_dir():
            return []
        there = [path for path in self.folder.iterdir() if is_id(path.name) and (path / ABOUT).is_file()]
        return [path.name for path in sorted(there, key=lambda one: (-_used(one), one.name))]

    def path(self, id: str) -> Path:
        """The data folder of a sandbox. Raises `UnknownSandboxError`."""
        path = self.folder / id
        if not is_id(id) or not (path / ABOUT).is_file():
            raise UnknownSandboxError(id)
        return path

    def get(self, id: str) -> Sandbox:
        """What a sandbox is. Raises `UnknownSandboxError`."""
        try:
            return Sandbox(**json.loads((self.path(id) / ABOUT).read_text(encoding="utf-8")))
        except FileNotFoundError:  # it was removed meanwhile
            raise UnknownSandboxError(id) from None

    def release(self, id: str) -> Release:
        """Its release. Raises `UnknownSandboxError`."""
        return Releases(self.path(id)).get()

    def use(self, id: str) -> None:
        """Note that a sandbox is used."""
        note_use(self.folder / id)

    def sweep(self) -> None:
        """Remove what is left of makings that were broken off, unless one goes on."""
        if not self._left():
            return
        with (self.folder / "making.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._clear()

    def _left(self) -> list[Path]:
        return [*self.folder.glob("*.making"), *self.folder.glob("*.removed")]

    def _clear(self) -> None:
        for left in self._left():
            shutil.rmtree(left, ignore_errors=True)

    def _remove(self, ids: Sequence[str]) -> None:
        for id in ids:
            (self.folder / id).rename(self.folder / f"{id}.removed")
        self._clear()


def sandbox_in(data_dir: Path) -> str | None:
    """Id of the sandbox whose data folder this is; None: it is that of real releases."""
    return data_dir.resolve().name if (data_dir / ABOUT).is_file() else None


def is_id(text: str) -> bool:
    """Whether a text looks like the id of a sandbox."""
    return len(text) == _ID_LENGTH and all(sign in "0123456789abcdef" for sign in text)


_ID_LENGTH: Final = 16


def note_use(folder: Path) -> None:
    """Note that the sandbox in a folder is used now, to the nanosecond: of themselves file systems count in ticks."""
    (folder / USED).touch()
    os.utime(folder / USED, ns=(now := time.time_ns(), now))


def _used(path: Path) -> int:
    try:
        return (path / USED).stat().st_mtime_ns
    except FileNotFoundError:
        return 0
