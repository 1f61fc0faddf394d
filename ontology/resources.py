"""Open the files of this package by name, wherever it is installed."""

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(str(files("ontology")))

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same in C, where it is there: some twenty times quicker."""


def text(name: str) -> str:
    """The text of one file, by its path inside the package: `text("vocabulary/core.ttl")`."""
    return (ROOT / name).read_text(encoding="utf-8")


def paths(pattern: str) -> list[Path]:
    """The files that match a pattern, sorted: `paths("shapes/*.ttl")`."""
    return sorted(ROOT.glob(pattern))


def yaml_file(name: str) -> Any:
    """The content of one YAML file."""
    return read_yaml(text(name))


def read_yaml(text: str) -> Any:
    """The content of a YAML text, as `yaml.safe_load` reads it and many times as fast."""
    return yaml.load(text, _LOADER)  # noqa: S506 -- a safe loader
