"""What SPARQL workers are asked, and how they begin: without a network, and with a stack for long queries."""

import ctypes
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from api.workers import Answer

_STACK: Final = 512 * 1024 * 1024
"""Bytes that the stack may grow to: the parser and the planner call themselves for each part of a chain."""

_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000


@dataclass(frozen=True, slots=True)
class Home:
    """A release to answer from. `content` says what is in it: one that is built anew under its number is another."""

    folder: Path
    content: str


class Asked(NamedTuple):
    """A query to run, and how to write its answer. A tuple, since it goes to another process in no time.

    `graphs`: the addresses of the graphs that make the default graph, and of those that GRAPH sees; None: what the
    query says itself (`own_dataset`), else all graphs as one. `bindings`: values of variables, in N-Triples. `serial`
    tells queries apart that must each be run. Without a `media_type` it is only parsed.
    """

    text: str
    media_type: str
    gzip: bool
    graphs: tuple[tuple[str, ...], tuple[str, ...]] | None
    own_dataset: bool
    bindings: tuple[tuple[str, str], ...]
    most_bytes: int
    most_rows: int
    serial: int = 0


READY: Final = "ready"
"""The first task of a worker: open the store, and say whether there is a network (`ISOLATED` if not)."""

ISOLATED: Final = b"isolated"


def leave_network() -> bool:
    """Go where there is no network, with all processes that are forked from now on. Whether the system allows it.

    It works only before this process has a second thread. Only Linux has it.
    """
    if sys.platform != "linux":
        return False
    system = ctypes.CDLL(None)
    return any(system.unshare(how) == 0 for how in (_NEW_NETWORK, _NEW_USERS | _NEW_NETWORK))


def open_store(home: Home, prefixes: dict[str, str], base: str) -> Answer:
    """The opener of SPARQL workers. `prefixes` shorten graphs; relative addresses of queries are of `base`."""
    isolated = leave_network()
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = _STACK if most == resource.RLIM_INFINITY else min(_STACK, most)
    with suppress(OSError, ValueError):  # where it cannot grow, long chains end the worker a little sooner
        resource.setrlimit(resource.RLIMIT_STACK, (wanted, most))
    from api.sparql.running import Asker  # noqa: PLC0415 -- only now that there is no network

    return Asker(home, prefixes, base, isolated=isolated)
