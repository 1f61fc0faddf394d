"""Rows of published files, one after the other and never all at once, from plain or packed files."""

import csv
import gzip
import io
import lzma
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import IO

from loaders.format import FileFormat

Row = tuple[int, list[str]]
"""The line on which a row starts, and its cells."""

_PACKED = {".xz": lzma.open, ".gz": gzip.open}


def found(folder: Path, file: FileFormat) -> list[Path]:
    """The files of a folder that are of this kind, by their names."""
    paths = sorted(folder.iterdir())
    return [path for path in paths if any(fnmatch(_plain(path).casefold(), one.casefold()) for one in file.match)]


def _plain(path: Path) -> str:
    return path.stem if path.suffix.lower() in {*_PACKED, ".zip"} else path.name


def _bytes(path: Path) -> IO[bytes]:
    if (packed := _PACKED.get(path.suffix.lower())) is not None:
        return packed(path, "rb")  # type: ignore[return-value]
    if path.suffix.lower() == ".zip":
        archive = zipfile.ZipFile(path)
        return archive.open(archive.namelist()[0])
    return path.open("rb")


def rows(path: Path, file: FileFormat) -> Iterator[Row]:
    """The rows of a file, its header first."""
    encoding = "utf-8-sig" if file.encoding == "utf-8" else file.encoding
    with _bytes(path) as data, io.TextIOWrapper(data, encoding, newline="") as text:
        sign = "\t" if file.kind == "tsv" else ","
        reader = csv.reader(text, delimiter=sign, quoting=csv.QUOTE_MINIMAL if file.quoting else csv.QUOTE_NONE)
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            if row:
                yield line, row
