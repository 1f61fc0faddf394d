"""The atlas as a graph: one file of N-Quads that any store can load beside the dump of its release."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl
from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, SKOS

from graph.lines import write_packed
from graph.store import Quad, n_quads
from ontology.namespaces import BASE, DATASET, SCHEMA, SW, concept, thing
from queries.atlas.circumstances import Circumstance
from queries.atlas.places import OUTCODE
from queries.atlas.table import Manifest

GRAPH: Final = DATASET["atlas"]
"""The named graph of the results."""

FILE: Final = "atlas.nq.gz"

Said = list[tuple[URIRef, URIRef | Literal]]


def written(table: pl.DataFrame, manifest: Manifest, some: tuple[Circumstance, ...], folder: Path) -> None:
    """Write the graph of an atlas into its folder: the same bytes for the same table."""
    new = folder / f"{FILE}.new"
    with write_packed(new) as target:
        for line in n_quads(statements(table, manifest, some)):
            target.write(f"{line}\n".encode())
    new.replace(folder / FILE)


def statements(table: pl.DataFrame, manifest: Manifest, some: tuple[Circumstance, ...]) -> Iterator[Quad]:
    """What the graph says: of itself, of the circumstances and districts, and of each result."""
    yield from _of(
        GRAPH,
        [
            (RDF.type, SW.AtlasGraph),
            (SW.status, SW.inferred),
            (SW.countedFrom, Literal(manifest.on, datatype=XSD.date)),
            (SW.softwareVersion, Literal(manifest.software)),
            (PROV.wasDerivedFrom, URIRef(f"urn:sha256:{manifest.release}")),
        ],
    )
    for one in some:
        said: Said = [
            (RDF.type, SW.StandardCircumstance),
            (SKOS.prefLabel, Literal(one.label, lang="en")),
            (SKOS.definition, Literal(one.says, lang="en")),
            (SW.status, SW.illustrative),
            (DCTERMS.source, URIRef(f"{BASE}ns")),
        ]
        if one.within_km is not None:
            said.append((SW.withinKilometres, _decimal(one.within_km)))
        yield from _of(thing(one.id), said)
    lived = table.select("district", "latitude", "longitude").unique(maintain_order=True)
    for code, latitude, longitude in lived.iter_rows():
        said = [(RDF.type, SW.Outcode), (SKOS.notation, Literal(code))]
        if latitude is not None:
            said += [(SCHEMA.latitude, _decimal(latitude)), (SCHEMA.longitude, _decimal(longitude))]
        yield from _of(thing(f"{OUTCODE}{code}"), said)
    for row in table.iter_rows(named=True):
        yield from _result(row)


def _of(subject: URIRef, said: Said) -> Iterator[Quad]:
    return ((subject, predicate, value, GRAPH) for predicate, value in said)


def _result(row: dict[str, Any]) -> Iterator[Quad]:
    """One result. What is not known is left out; weeks and pounds of what is only perhaps near have other names."""
    id = f"AR-{row['district']}.{row['circumstance'].removeprefix('SC-')}.{row['role']}"
    said: Said = [
        (RDF.type, SW.AtlasResult),
        (SW.status, SW.inferred),
        (SW.inDistrict, thing(f"{OUTCODE}{row['district']}")),
        (SW.inCircumstance, thing(row["circumstance"])),
        (SW.toRole, thing(row["role"])),
        (SW.reachable, concept("three-valued", row["reachable"])),
        (SW.atlasReason, Literal(row["why"])),
    ]
    whole: dict[str, tuple[URIRef, Any]] = {
        "near_cost_pounds": (SW.leastCost, _integer),
        "near_known_cost_pounds": (SW.leastKnownCost, _integer),
        "near_steps_of_unknown_cost": (SW.stepsOfUnknownCost, _integer),
        "near_steps_of_unknown_length": (SW.stepsOfUnknownLength, _integer),
        "near_steps_not_told": (SW.stepsNotTold, _integer),
        "near_employer_steps": (SW.employerSteps, _integer),
        "near_weeks_at_least": (SW.weeksAtLeast, _boolean),
        "near_proven": (SW.proven, _boolean),
        "near_surely_open": (SW.surelyOpen, _boolean),
        "near_status": (SW.pathwayStatus, SW.term),
        "furthest_km": (SW.furthestKilometres, _decimal),
        "perhaps_weeks": (SW.perhapsWeeks, _integer),
        "perhaps_cost_pounds": (SW.perhapsCost, _integer),
    }
    said += [(predicate, write(row[name])) for name, (predicate, write) in whole.items() if row[name] is not None]
    if row["near_weeks"] is not None:
        said.append((SW.leastWeeks, _integer(row["near_weeks"])))
    elif row["near_known_weeks"] is not None:
        said.append((SW.knownWeeks, _integer(row["near_known_weeks"])))
    said += [(SW.notKnownNear, Literal(step)) for step in row["not_known_near"]]
    for names, without in zip(row["binding"], row["weeks_without"], strict=True):
        fix = thing(f"{id}.without-{names.replace('+', '-and-')}")
        said.append((SW.fix, fix))
        told: Said = [(RDF.type, SW.Fix), (SW.status, SW.inferred)]
        told += [(SW.withoutLimit, Literal(name)) for name in names.split("+")]
        told += [(SW.leastWeeks, _integer(without))] if without is not None else []
        yield from _of(fix, told)
    yield from _of(thing(id), said)


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


def _decimal(number: float) -> Literal:
    return Literal(f"{number:g}" if number == int(number) else repr(float(number)), datatype=XSD.decimal)


def _boolean(true: bool) -> Literal:
    return Literal("true" if true else "false", datatype=XSD.boolean)
