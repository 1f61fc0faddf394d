"""Where an answer is put while it is written: memory while it is small, then a file without a name.

Such a file exists as long as somebody has it open, so nothing has to be cleared away, whichever process is killed.
"""

import os
import zlib
from tempfile import TemporaryFile
from typing import IO, Final, NamedTuple

from api.sparql.failures import QueryTooLargeError
from api.workers import Attachment

IN_MEMORY: Final = 256 * 1024
"""Bytes up to which an answer is kept in memory."""

_WORTH_COMPRESSING: Final = 1024
_COMPRESSION: Final = 1
_GZIP: Final = 31
"""The window of zlib that makes it write gzip's header and trailer, without a time in them."""


class Written(NamedTuple):
    """A whole answer. `size`: bytes as they are sent. `rows`: rows or statements; None where they are not counted.

    It is in `body`, or in `file` when it is large. `gzip`: whether it is compressed.
    """

    media_type: str
    size: int
    rows: int | None
    gzip: bool
    body: bytes
    file: Attachment | None = None


class Spool:
    """An answer that is being written. `most`: bytes it may have before it is compressed, if `gzip` is wanted."""

    def __init__(self, most: int, *, gzip: bool = False) -> None:
        self._most, self._gzip = most, gzip
        self._compress = zlib.compressobj(_COMPRESSION, wbits=_GZIP) if gzip else None
        self._parts: list[bytes] = []
        self._kept = 0
        self._file: IO[bytes] | None = None
        self.bytes = 0

    def write(self, data: bytes) -> int:
        """Add to it. Raises `QueryTooLargeError`, and `OSError` when the disk is full."""
        size = len(data)
        self.bytes += size
        if self.bytes > self._most:
            raise QueryTooLargeError("bytes", self._most, self.bytes)
        if self._compress is None or self.bytes < _WORTH_COMPRESSING:
            self._keep(data)
        else:
            if self.bytes - size < _WORTH_COMPRESSING:  # what came before this was too little to compress
                data, self._parts, self._kept = b"".join((*self._parts, data)), [], 0
            self._keep(self._compress.compress(data))
        return size

    def flush(self) -> None:
        """Writers call it; there is nothing to do before the end."""

    def finish(self, media_type: str, rows: int | None) -> Written:
        """The answer, whole."""
        compressed = self._compress is not None and self.bytes >= _WORTH_COMPRESSING
        if compressed:
            assert self._compress is not None
            self._keep(self._compress.flush())
        if self._file is None:
            return Written(media_type, self._kept, rows, compressed, b"".join(self._parts))
        with self._file as file:
            file.flush()
            return Written(media_type, self._kept, rows, compressed, b"", Attachment(os.dup(file.fileno())))

    def _keep(self, data: bytes) -> None:
        self._kept += len(data)
        if self._file is None:
            self._parts.append(data)
            if self._kept <= IN_MEMORY:
                return
            self._file = TemporaryFile(buffering=IN_MEMORY)  # noqa: SIM115 -- `finish` closes it
            data, self._parts = b"".join(self._parts), []
        self._file.write(data)
