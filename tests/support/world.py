"""A small dataset for one test, written as rows: what a test does not care about is filled in.

>>> world(roles=[{"role_id": "OC-A", "title": "A", "level": "4", "sector": "healthtech"}])  # doctest: +SKIP
"""

import csv
from datetime import date
from pathlib import Path

from graph.projection import Projection
from graph.projector import project
from graph.store import GraphStore
from loaders.runner import load_all
from ontology import resources

DAY = date(2026, 11, 21)
"""The day on which the tests' questions are asked."""

DESCRIPTION = """
id: test-world
title: A test
description: Made up for one test.
publisher: Stepway
licence: CC0-1.0
shippable: yes
"""

Rows = list[dict[str, str]]


def write_dataset(folder: Path, **tables: Rows) -> Path:
    """Write tables as a dataset folder. Every row is published on 2026-01-01 unless it says otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.yml").write_text(DESCRIPTION, encoding="utf-8")
    for table, rows in tables.items():
        columns = resources.yaml_file(f"tables/{table}.yml")["columns"]
        filled = [_defaults(columns) | row for row in rows]
        names = list(dict.fromkeys(name for row in filled for name in row))
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(filled)
    return folder


def _defaults(columns: dict[str, dict[str, object]]) -> dict[str, str]:
    given = {"source_url": "https://example.org/page", "as_of": "2026-01-01", "status": "published"}
    for name, column in columns.items():
        if column.get("required") and column["type"] in ("choice", "yesno"):
            choices = column.get("choices") or ["yes"]
            given[name] = "current" if "current" in choices else str(choices[0])
        elif column.get("required") and column["type"] == "text":
            given[name] = "something"
    return given


def store_of(folder: Path, *, illustrative: bool = False, **tables: Rows) -> GraphStore:
    """The tables as a graph. Fails when the loader finds anything wrong with them."""
    (loaded,) = load_all([write_dataset(folder, **tables)], include_illustrative=illustrative, today=DAY)
    assert not loaded.has_errors, "\n".join(map(str, loaded.issues))
    return GraphStore.in_memory(loaded.quads)


def projection_of(folder: Path, *, illustrative: bool = False, **tables: Rows) -> Projection:
    """What the planner reads of the tables."""
    return project(store_of(folder, illustrative=illustrative, **tables))
