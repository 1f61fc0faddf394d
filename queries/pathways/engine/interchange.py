"""Reads questions in the neutral format `pathway-instance/1`, gzipped or not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from queries.pathways.engine.problem import (
    All,
    AnyOf,
    AtLeast,
    Catalogue,
    Content,
    Criterion,
    Delivery,
    Expression,
    PathwayProblem,
    Rule,
)

EXPECTED_NAMES = {
    Criterion.COST: "cost",
    Criterion.STEPS: "steps",
    Criterion.STUDY_WEEKS: "weeks",
    Criterion.WEEKS: "finish",
    Criterion.TRAVEL: "travel",
}
"""Criterion to its name in expected answers, where `weeks` are weeks of study."""


def read_instance(path: Path) -> PathwayProblem:
    """One question from a file."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return problem_from(json.loads(data))


def problem_from(instance: dict[str, Any]) -> PathwayProblem:
    """One question from the object of the neutral format."""
    if instance["format"] != "pathway-instance/1":
        raise ValueError(f"Cannot read the format {instance['format']!r}; expected pathway-instance/1.")
    ids = [content["id"] for content in instance["contents"]]
    catalogue = Catalogue(
        contents=tuple(
            Content(content["id"], content["kind"], expression_from(content["pre"]), tuple(content["add"]))
            for content in instance["contents"]
        ),
        deliveries=tuple(
            Delivery(
                action["id"],
                ids[action["content"]],
                action["fee"],
                action["weeks"],
                action["hours"],
                None if action["starts"] == "any" else tuple(action["starts"]),
                action["travel"],
            )
            for action in instance["actions"]
        ),
        rules=tuple(
            Rule(rule["id"], rule["kind"], expression_from(rule["if"]), tuple(rule["then"]))
            for rule in instance["rules"]
        ),
    )
    return PathwayProblem(
        catalogue,
        held=frozenset(instance["learner"]["facts"]),
        goal=expression_from(instance["goal"]),
        hours_cap=instance["learner"]["hours_cap"],
        horizon=instance["horizon"],
    )


def expression_from(value: Any) -> Expression:
    """A requirement from its JSON form."""
    match value:
        case str():
            return value
        case {"all": parts}:
            return All(tuple(expression_from(part) for part in parts))
        case {"any": parts}:
            return AnyOf(tuple(expression_from(part) for part in parts))
        case {"min": threshold, "of": parts}:
            return AtLeast(threshold, tuple((weight, expression_from(part)) for weight, part in parts))
    raise ValueError(f"Not a requirement: {value!r}")
