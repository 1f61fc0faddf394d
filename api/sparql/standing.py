"""How it stands with a SPARQL server of somebody else's that answers for us (see `api.sparql.external`)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineState:
    """How it stands with the engine. `address` has no password. `holds`: numbers of the releases it may answer for.

    `why`: what was last found against it; empty when nothing was. `answered` counts its answers, `passed_by` questions
    that our own workers answered because they were not for it, and `failed` those it gave no whole answer to.
    """

    address: str
    holds: tuple[int, ...]
    why: str
    answered: int
    passed_by: int
    failed: int
