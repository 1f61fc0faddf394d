"""Rows of the register of schools, with a column more: whether a row speaks for the provider with its UKPRN."""

from collections.abc import Iterator
from typing import Final

from loaders import reading
from loaders.format import FileFormat
from loaders.reading import Row, Say, Source

SPEAKS: Final = "speaks for its UKPRN"
OPEN: Final = {"open", "open, but proposed to close", "proposed to open"}


def rows(source: Source, file: FileFormat, say: Say) -> Iterator[Row]:
    """Line and cells of each row, the header first; the last cell is `yes` where the row speaks for its UKPRN.

    An open establishment does, and a closed one when no open one has the number. The file is read twice for that.
    """
    in_use = {ukprn for _, _, ukprn, is_open in _read(source, file, lambda *_: None) if is_open}
    for number, (line, cells, ukprn, is_open) in enumerate(_read(source, file, say)):
        speaks = bool(ukprn) and (is_open or ukprn not in in_use)
        yield line, [*cells, SPEAKS if number == 0 else "yes" if speaks else "no"]


def _read(source: Source, file: FileFormat, say: Say) -> Iterator[tuple[int, list[str], str, bool]]:
    """Line, cells, UKPRN and whether it is open, of each row."""
    with source.open() as data:
        table = reading.rows(data, file, say)
        if (first := next(table, None)) is None:
            return
        yield *first, "", False
        names = [name.strip().casefold() for name in first[1]]
        at = [names.index(name) if name in names else None for name in ("ukprn", "establishmentstatus (name)")]
        for line, cells in table:
            ukprn, status = (cells[place].strip() if place is not None else "" for place in at)
            yield line, cells, ukprn, status.casefold() in OPEN
