"""What publishers themselves say of a unit and a statement of a standard: the native table `unit_competencies`.

A publisher's *no* outweighs a tag of ours: where a unit is said not to teach a statement, nothing that we inferred of
the two counts. What a publisher leaves blank is not known, and never no.
"""

from collections.abc import Iterable

from graph.columns import Columns, Thing
from graph.store import GraphStore
from queries.coverage.model import Part, Said, Teaching, Via

_PROPERTIES = {Part.TAUGHT: "sw:taught", Part.PRACTISED: "sw:practised", Part.ASSESSED: "sw:assessed"}


def read_said(store: GraphStore) -> tuple[Said, ...]:
    """Every coverage statement of a release, by id."""
    things = Columns(store, ("CoverageStatement",)).kinds["CoverageStatement"]
    return tuple(_said(thing) for thing in things.values() if thing.thing("sw:coverageByUnit"))


def _said(thing: Thing) -> Said:
    taught, practised, assessed = (
        {"true": True, "false": False}.get(thing.text(name) or "") for name in _PROPERTIES.values()
    )
    return Said(
        thing.id,
        thing.thing("sw:coverageByUnit") or "",
        thing.number("sw:outcomeNumber"),
        thing.thing("sw:coverageOf") or "",
        taught,
        practised,
        assessed,
        thing.text("sw:coverageEvidence"),
        thing.source,
    )


def is_teaching(said: Said) -> bool:
    """Whether it is a reason to think that the unit teaches the statement.

    It is when *taught* is said, or *practised* is and *taught* is left open, or when the two are only put together and
    nothing more is said. A unit that is only said to assess a statement is not known to teach it.
    """
    nothing_more = said.practised is None and said.assessed is None
    return said.taught is True or (said.taught is None and (said.practised is True or nothing_more))


def stated(said: Iterable[Said]) -> tuple[Teaching, ...]:
    """The reasons that publishers give; `through`: where it can be seen, or that the source names no place."""
    return tuple(
        Teaching(
            teacher=one.unit,
            competency=one.competency,
            via=Via.STATED,
            through=f"outcome {one.outcome}: {place}" if one.outcome else place,
            relation=None,
            score=None,
            parts=frozenset(part for part in Part if one.of(part)),
            status=one.source.status,
            sources=(one.source,),
        )
        for one in said
        if is_teaching(one)
        for place in [one.evidence or "no place named"]
    )


def without_denied(teachings: Iterable[Teaching], said: Iterable[Said]) -> tuple[Teaching, ...]:
    """Inferred reasons, without those about a unit that a publisher says does not teach the statement.

    A no about a single outcome says nothing of the rest of the unit; where another source says yes, the yes stays as
    its own reason, and ours does not come back.
    """
    denied = {(one.unit, one.competency) for one in said if one.taught is False and one.outcome is None}
    return tuple(one for one in teachings if (one.teacher, one.competency) not in denied)
