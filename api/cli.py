"""The console: build a release, serve it, and ask it.

Exit codes: 0 it worked (a pathway answer of any outcome is an answer); 1 the data has errors and nothing was
published; 2 the command was written wrongly; 3 there is no release, or not that one; 4 a thing was not found, or words
can mean several; 70 a fault of ours.
"""

import gc
import sys
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from api import allocator

_COMMANDS: Final = {
    "build": "building",
    "serve": "serving",
    "pathway": "answers",
    "eligibility": "answers",
    "funding": "answers",
    "prior-learning": "answers",
    "solve": "answers",
    "show": "data",
    "find": "data",
    "queries": "data",
    "query": "data",
    "issues": "data",
    "incomplete": "data",
    "contradictions": "data",
    "datasets": "data",
    "diff": "data",
    "dump": "building",
    "rebuild": "building",
    "version": "data",
}
"""Each command by the module of `api.commands` that has it."""

_GROUPS: Final = {
    "coverage": "coverage",
    "standard": "standard",
    "curriculum": "curriculum",
    "change": "change",
    "watch": "watch",
    "atlas": "atlas",
    "sandbox": "sandbox",
    "releases": "data",
}
"""Each group of commands, `<name>_app`, likewise."""


_BUILD: Final = (["build"], ["rebuild"])
"""What fills a store, which takes a quarter less time with another allocator."""


class _Loaded(MutableMapping[str, Any]):
    """The commands, each loaded when it is asked for: what builds needs and what serves do not need each other."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """A command. Raises `KeyError`."""
        if name not in self._found:
            module = _loaded(_COMMANDS.get(name) or _GROUPS[name])
            if name in _COMMANDS:
                self._found |= get_group(module.app).commands
            else:
                self._found[name] = get_group(getattr(module, f"{name}_app"))
        return self._found[name]

    def __setitem__(self, name: str, command: Any) -> None:
        """Add a command."""
        self._found[name] = command

    def __delitem__(self, name: str) -> None:
        """Take out one that was added or loaded."""
        del self._found[name]

    def __iter__(self) -> Iterator[str]:
        """The names of all, loaded or not."""
        return iter((*_COMMANDS, *_GROUPS))

    def __len__(self) -> int:
        return len(_COMMANDS) + len(_GROUPS)


def _loaded(name: str) -> Any:
    """A module of commands."""
    try:
        return import_module(f"api.commands.{name}")
    finally:
        if not gc.isenabled():  # see `main`
            gc.freeze()
            gc.enable()


class _Commands(TyperGroup):
    """All commands."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "commands": _Loaded()})


app = typer.Typer(
    name="stepway",
    cls=_Commands,
    help="Honest pathways to a better job: build the knowledge graph, serve it, and ask it.",
    epilog="Exit codes: 0 it worked; 1 errors in the data; 2 written wrongly; 3 no release; 4 not found; 70 our fault.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _stepway() -> None:
    """Every command stands by itself."""


def main() -> None:
    """The console script."""
    if sys.argv[1:2] in _BUILD:
        allocator.begin_with_it()
    gc.disable()  # what a command loads stays; looking through it for what can go would take a fifth of the time
    app()


if __name__ == "__main__":
    main()
