"""Rows of published files, one after the other and never all at once, from plain or packed files.

Python's own `csv` reads them: it keeps the place of every row, takes broken rows one by one and needs no memory; what
it costs beside the rest is told in docs/decisions/0020-published-formats.md.
"""

import codecs
import csv
import gzip
import io
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from loaders.format import FileFormat

Row = tuple[int, list[str]]
"""The line on which a row starts, and its cells."""

Say = Callable[[str, str, str, int | None], None]
"""Called with the code, message and hint of a fault of the file, and its line."""

PACKED: Final = (".xz", ".gz")
DEEPEST: Final = 3
"""Zips inside each other that are opened."""

LONGEST_CELL: Final = 4_000_000
"""Characters that a cell may have: a list of all concepts of a scheme has over 131,072, the limit of Python's csv."""

IN_MEMORY: Final = 64_000_000
"""Bytes of a zip inside a zip that are held in memory; a larger one is put in a temporary file."""

Broken: Final = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile)
"""What packed files raise that are cut or damaged."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, perhaps inside a zip inside a zip: `inner` are the names from the outside in."""

    path: Path
    inner: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What issues call it: `download.zip/LearningDelivery.csv`."""
        return "/".join((self.path.name, *self.inner))

    @property
    def plain(self) -> str:
        """Its own name without folders and packing."""
        own = PurePosixPath(self.inner[-1] if self.inner else self.path.name)
        return own.stem if own.suffix.lower() in PACKED else own.name

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Its bytes, unpacked. Raises `OSError` and `Broken`."""
        with ExitStack() as stack:
            data: IO[bytes] = stack.enter_context(self.path.open("rb"))
            for name in self.inner:
                archive = stack.enter_context(zipfile.ZipFile(data))
                data = stack.enter_context(archive.open(name))
                if name.lower().endswith(".zip"):
                    data = stack.enter_context(_seekable(data))
            last = (self.inner[-1] if self.inner else self.path.name).lower()
            if last.endswith(".xz"):
                data = cast(IO[bytes], stack.enter_context(lzma.LZMAFile(data)))
            elif last.endswith(".gz"):
                data = cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=data)))
            yield data


@contextmanager
def _seekable(data: IO[bytes]) -> Iterator[IO[bytes]]:
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as copy:
        shutil.copyfileobj(data, copy)
        copy.seek(0)
        yield cast(IO[bytes], copy)


def sources(places: Iterable[Path], say: Callable[[str, str, Path], None]) -> list[Source]:
    """All files in these folders (or these files), with those inside of zips. `say` is called for a damaged zip."""
    found: list[Source] = []
    for place in places:
        try:
            paths = [path for path in sorted(place.iterdir()) if not path.is_dir()] if place.is_dir() else [place]
        except OSError as error:
            say("unreadable-file", f"the folder cannot be listed: {error}", place)
            continue
        for path in paths:
            if path.suffix.lower() != ".zip":
                found.append(Source(path))
                continue
            try:
                with zipfile.ZipFile(path) as archive:
                    found += [Source(path, inner) for inner in _members(archive, ())]
            except (OSError, RuntimeError, NotImplementedError, *Broken) as error:
                say("file-cut", f"the zip cannot be opened: {error}", path)
    return found


def _members(archive: zipfile.ZipFile, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name in sorted(archive.namelist()):
        if name.endswith("/"):
            continue
        if name.lower().endswith(".zip") and len(before) < DEEPEST - 1:
            with archive.open(name) as data, _seekable(data) as copy, zipfile.ZipFile(copy) as inside:
                yield from _members(inside, (*before, name))
        else:
            yield (*before, name)


def matching(found: Iterable[Source], file: FileFormat) -> list[Source]:
    """The sources that are of this kind, by their own names; else zips of one file that are named so themselves."""
    found = list(found)
    own = [one for one in found if _fits(one.plain, file)]
    if own:
        return own
    alone = [one for one in found if one.inner and sum(other.path == one.path for other in found) == 1]
    return [one for one in alone if _fits(one.path.stem, file)]


def _fits(name: str, file: FileFormat) -> bool:
    return any(fnmatch(name.casefold(), pattern.casefold()) for pattern in file.match)


class Watched(io.RawIOBase):
    """Bytes on their way, of which the last is kept: whether a file ends in the middle of a line."""

    def __init__(self, data: IO[bytes]) -> None:
        super().__init__()
        self.data, self.last, self.size = data, b"", 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """As of any raw stream."""
        piece = self.data.read(len(buffer))
        if piece:
            buffer[: len(piece)] = piece
            self.last, self.size = piece[-1:], self.size + len(piece)
        return len(piece)


def rows(data: IO[bytes], file: FileFormat, say: Say) -> Iterator[Row]:
    """The rows of a file, its header first. Rows that cannot be read are told and left out.

    Raises `OSError` and `Broken` for what cannot be unpacked.
    """
    usual = csv.field_size_limit(LONGEST_CELL)
    try:
        yield from _rows(data, file, say)
    finally:
        csv.field_size_limit(usual)


def _rows(data: IO[bytes], file: FileFormat, say: Say) -> Iterator[Row]:
    encoding = "utf-8-sig" if file.encoding.lower() in {"utf-8", "utf8"} else file.encoding
    watched = Watched(data)
    buffered = io.BufferedReader(watched, 1 << 18)
    head = buffered.peek(1024)
    if head.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"  # whatever the format says
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or head.count(0) * 4 > len(head):
        say("unreadable-encoding", f"the file is not {file.encoding}; it looks like UTF-16", "", 1)
        return
    text = io.TextIOWrapper(buffered, encoding, "surrogateescape", newline="")
    sign = file.delimiter or ("\t" if file.kind == "tsv" else ",")
    reader = csv.reader(
        text, delimiter=sign, quoting=csv.QUOTE_MINIMAL if file.quoting else csv.QUOTE_NONE, strict=file.quoting
    )
    header = list(file.columns)
    if header:
        yield 0, header
    width, before = len(header), 0 if header else file.header_row
    line, last = 0, 0
    ragged: tuple[int, str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                message = f"the file ends inside a quoted cell of the row that begins on line {line}: it was cut"
                say("file-cut", message, "", line)
                return
            if reader.line_num < line:  # nothing was read, so nothing more will be
                say("file-cut", f"the file cannot be read on: {error}", "", line)
                return
            more = f" to {reader.line_num}" if reader.line_num > line else ""
            say("row-not-taken", f"line {line}{more} cannot be parted into cells: {error}", "", line)
            continue
        if before:
            before -= 1
            if not before:
                header, width = row, len(row)
                yield line, row
            continue
        if ragged:
            say("row-not-taken", ragged[1], "", ragged[0])
            ragged = None
        if len(row) == width:
            if row[0] or any(row):
                yield line, row
        elif not row:
            continue
        elif len(row) < width and file.short_rows:
            yield line, row + [""] * (width - len(row))
        elif len(row) > width and not any(row[width:]):
            yield line, row[:width]
        elif not any(row):
            continue
        else:
            ragged = line, f"the row has {len(row)} cells, and the header {width}"
        last = line
    if ragged and last == ragged[0] and watched.last not in (b"\n", b"\r"):
        say("file-cut", f"the last row, on line {last}, is not whole and has no line end: the file was cut", "", last)
    elif ragged:
        say("row-not-taken", ragged[1], "", ragged[0])
    elif last and watched.last not in (b"\n", b"\r"):
        message = f"the last row, on line {last}, has no line end; whether the file was cut after it cannot be seen"
        say("no-line-end", message, "", last)
