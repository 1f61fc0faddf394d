"""The allocator of processes that work hard with a store: mimalloc, where there is a wheel of it (decision 36).

Nothing else is asked of it than to be quicker. Where it is not installed, and where whoever starts us has chosen what
is loaded before everything else, the process keeps what it has.
"""

import os
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from typing import Final

_LOADED_FIRST: Final = "LD_PRELOAD"


@cache
def environment() -> dict[str, str]:
    """The variables with which a process takes its memory from mimalloc; none where it is not to.

    What mimalloc takes in advance does not count as used then: a worker is held to what it uses.
    """
    if _LOADED_FIRST not in os.environ:
        with suppress(PackageNotFoundError):
            for file in files("cmeel-mimalloc") or ():
                if file.name == "libmimalloc.so":
                    return {_LOADED_FIRST: str(file.locate()), "MIMALLOC_ARENA_EAGER_COMMIT": "0"}
    return {}


def begin_with_it() -> None:
    """Begin this very program once more, in this process, with mimalloc; return where it has it, or is not to."""
    if variables := environment():
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | variables)  # noqa: S606 -- ourselves
