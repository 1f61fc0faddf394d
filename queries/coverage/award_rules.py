"""What is published of how an award is put together: each rule with its source, and whether we can check it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph.projection import Source, Status
from graph.store import GraphStore, plain
from ontology.namespaces import SW, expand, id_of

_UNIT_SIZE: Final = ("standard_unit", "standard_unit_credits", "unit_size")
"""What a rule speaks of that gives the size of a unit."""


@dataclass(frozen=True, slots=True)
class AwardRule:
    """A rule of combination. `requirement`: as a rule that can be checked (`graph.requirements`); None: it cannot be.

    `award` None: it is a general rule. `about`, `operator`, `value`, `unit`: as printed; `text`: the rule in our words.
    """

    id: str
    award: str | None
    about: str
    operator: str
    value: str
    unit: str | None
    text: str
    requirement: str | None
    source: Source

    @property
    def unit_size(self) -> int | None:
        """The credits of a standard unit, when the rule says them."""
        found = re.match(r"[0-9]{1,3}\b", self.value)
        return int(found[0]) if found and self.about in _UNIT_SIZE and self.operator == "=" else None


def read_rules(store: GraphStore) -> tuple[AwardRule, ...]:
    """Every rule of combination of a release, by id. Where two sources differ the first by its text is read."""
    found: dict[str, dict[str, str]] = {}
    for rule, predicate, value in store.rows("SELECT ?rule ?p ?o { ?rule a sw:CombinationRule ; ?p ?o }"):
        said = found.setdefault(id_of(rule[1:-1]), {})
        said[predicate] = min(value, said.get(predicate, value))
    written = dict(store.rows("SELECT ?node ?text { ?node sw:requirementText ?text }"))
    return tuple(_rule(id, said, written) for id, said in sorted(found.items()))


def _rule(id: str, said: Mapping[str, str], written: Mapping[str, str]) -> AwardRule:
    def text(property_: str) -> str | None:
        value = said.get(f"<{expand(property_)}>")
        return plain(value) if value is not None else None

    award, node = text("sw:ruleOf"), said.get(f"<{expand('sw:awardRequirement')}>", "")
    status = (text("sw:status") or "").removeprefix(str(SW))
    return AwardRule(
        id,
        id_of(award) if award else None,
        text("sw:attribute") or "",
        text("sw:operator") or "",
        text("sw:value") or "",
        text("sw:unitOfMeasure"),
        text("skos:definition") or "",
        plain(written[node]) if node in written else None,
        Source(id, text("dcterms:source") or "", text("sw:asOf"), Status(status), text("sw:note")),
    )
