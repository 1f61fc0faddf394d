"""The atlas: what it says is what anybody would be told who asks; distances are distances; no work is done twice."""

import gzip
import json
import math
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zlib import compress

import numpy as np
import polars as pl
import pytest
from rdflib import Literal

import loaders
from graph.issues import IssueLog
from graph.store import GraphStore, plain
from loaders.dataset import read_description
from loaders.published import load_files
from ontology.namespaces import DATASET, ID, SCHEMA, SW, concept, id_of
from queries.atlas import run, statements, table, tasks
from queries.atlas.circumstances import areas, circumstances
from queries.atlas.faults import ClusterError, NoAtlasError, UnknownInAtlasError
from queries.atlas.places import EARTH_KM, Centre, District, Point, read, resident_of
from queries.atlas.solve import Solver, frame
from queries.atlas.tasks import JOB, Plan, Question, Reading, Taught, bits, chosen, job_of, plan
from queries.learners import Learner
from queries.pathways.engine.problem import Criterion, Outcome
from queries.pathways.request import Near, ReleaseRef
from queries.pathways.service import PathwayService
from queries.reachability import reaches
from tests.questions.world import TODAY, whole
from tests.support.atlas_world import crowded, planned, small, three_roles, with_km

RELEASE = ReleaseRef(0, "", "")
ONSPD = Path(loaders.__file__).parent / "formats" / "onspd" / "sample"


RESULTS = """
SELECT ?district ?circumstance ?role ?word ?weeks ?perhaps {
  ?result a sw:AtlasResult ; sw:inDistrict ?district ; sw:inCircumstance ?circumstance ; sw:toRole ?role ;
    sw:reachable ?reachable .
  BIND(REPLACE(STR(?reachable), "^.*/", "") AS ?word)
  OPTIONAL { ?result sw:leastWeeks ?weeks_ }
  OPTIONAL { ?result sw:perhapsWeeks ?perhaps_ }
  BIND(STR(?weeks_) AS ?weeks)
  BIND(STR(?perhaps_) AS ?perhaps)
}
"""


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished atlas. Nobody may change it."""
    folder = tmp_path_factory.mktemp("atlas")
    run.make(small(), folder, lambda _done, _total: None)
    return folder


def made(plan: Plan) -> pl.DataFrame:
    """The table of a plan, worked out here and kept nowhere."""
    solver = Solver(plan.job)
    return table.rows(plan, frame([answer for chunk in plan.chunks for answer in solver.answers(chunk.questions)]))


def reached(found: pl.DataFrame, reading: str) -> dict[str, set[tuple[str, str]]]:
    """The districts and roles with a pathway in a reading, by circumstance."""
    some = found.filter(pl.col(f"{reading}_outcome") == "found")
    by: dict[str, set[tuple[str, str]]] = {}
    for district, circumstance, role in some["district", "circumstance", "role"].rows():
        by.setdefault(circumstance, set()).add((district, role))
    return by


def kilometres(a: Point, b: Point) -> float:
    """The spherical law of cosines: another formula than the atlas has."""
    (north, east), (other, far) = (tuple(map(math.radians, point)) for point in (a, b))
    cosine = math.sin(north) * math.sin(other) + math.cos(north) * math.cos(other) * math.cos(far - east)
    return EARTH_KM * math.acos(min(1.0, cosine))


def test_a_degree_of_the_equator() -> None:
    run_ = crowded()[0].offers[0]
    taught = Taught({run_.id: [replace(run_, delivery_mode=None)]}, {run_.id: (0.0, 1.0)})
    assert taught.kilometres((0.0, 0.0)) == pytest.approx([math.pi / 180 * EARTH_KM])
    assert taught.kilometres((0.0, 1.0)) == pytest.approx([0.0])


def test_where_runs_are_known_to_be() -> None:
    model = replace(crowded()[0].offers[0], delivery_mode=None)
    modes = {"HOME": "online", "WORK": "work-based", "SITE": None, "LOST": None}
    members = {id: [replace(model, id=id, delivery_mode=mode)] for id, mode in modes.items()}
    taught = Taught(members, {"SITE": (52.5, -2.0), "WORK": (52.5, -2.0)})
    assert taught.everywhere.tolist() == [True, False, False, False]
    assert taught.not_known.tolist() == [False, True, False, True]
    assert taught.kilometres((52.5, -2.0)).tolist() == [math.inf, math.inf, 0.0, math.inf]


def test_bits_come_back() -> None:
    ids = [f"R{number}" for number in range(19)]
    for flags in (np.zeros(19, np.bool_), np.ones(19, np.bool_), np.arange(19) % 3 == 0):
        assert chosen(bits(flags), ids) == {id for id, flag in zip(ids, flags, strict=True) if flag}


@pytest.mark.parametrize("seed", range(2))
def test_without_distance_it_is_what_standard_learners_are_told(seed: int) -> None:
    """One run that stands for all that are alike loses nothing: compared with the whole release."""
    some = [*with_km("SC-ANY", None), *with_km("SC-EVENINGS", None), *with_km("SC-NOTHING-PAID", None)]
    found = made(planned(some, seed=seed, districts=["XX1"])).rows_by_key(["circumstance", "role"], named=True)
    told = [replace(one.request, untold=True, unpriced=one.request.budget_pounds is not None) for one in some]
    asked = [Learner(one.id, one.label, one.says, "", "", request) for one, request in zip(some, told, strict=True)]
    for reach in reaches(PathwayService(crowded(seed)[0], RELEASE), TODAY, asked):
        ((row,),) = (found[reach.learner.id, reach.role.id],)
        assert row["perhaps_outcome"] == reach.outcome
        if reach.soonest and reach.cheapest:
            totals = reach.soonest.totals
            assert row["perhaps_weeks"] == (None if totals.steps_of_unknown_length else totals.weeks)
            assert row["perhaps_known_weeks"] == totals.weeks
            assert row["perhaps_cost_pounds"] == reach.cheapest.totals.cost_pounds
        if reach.outcome is Outcome.NONE_WITHIN_LIMITS:
            assert row["binding"] == ["+".join(sorted(one.name for one in lifted.limits)) for lifted in reach.lifting]


@pytest.mark.parametrize("seed", range(2))
def test_each_district_alone_is_told_the_same_without_any_grouping(seed: int) -> None:
    """Every run of the release near a district, by another formula, instead of those that stand for others."""
    (one,) = with_km("SC-SIXTEEN", 15)
    projection, places = crowded(seed)
    service = PathwayService(projection, RELEASE)
    for row in made(planned([one], seed=seed, roles=three_roles())).to_dicts():
        point = next(district.point for district in places.districts if district.code == row["district"])
        sited = {run.id: places.runs.get(run.id) for run in projection.offers if run.delivery_mode != "work-based"}
        far = {id: kilometres(point, at) for id, at in sited.items() if point and at}
        near = {run.id for run in projection.offers if run.delivery_mode == "online" or far.get(run.id, math.inf) <= 15}
        lost = {run.id for run in projection.offers if run.delivery_mode != "online" and run.id not in far}
        for reading, runs in (("near", near), ("perhaps", near | lost)):
            limit = Near(f"{row['district']} {reading}", frozenset(runs), known_only=reading == "near")
            request = replace(one.asked({}), to=(row["role"],), on=TODAY, near=limit)
            best = service.best(request)
            assert (row[f"{reading}_outcome"] == "found") is (best.outcome is Outcome.FOUND)
            if best.pathway:
                assert row[f"{reading}_known_weeks"] == best.pathway.totals.weeks
                cheapest = service.best(replace(request, by=Criterion.COST)).pathway
                assert cheapest and row[f"{reading}_known_cost_pounds"] == cheapest.totals.known_cost_pounds


def test_all_districts_together_are_told_what_each_is_told_alone() -> None:
    some, roles = with_km("SC-SIXTEEN", 8, None), three_roles()
    together = made(planned(some, roles=roles))
    alone = [made(planned(some, roles=roles, districts=[one.code])) for one in crowded()[1].districts]
    assert together.equals(pl.concat(alone).sort("district", "circumstance", "role"))


@pytest.mark.parametrize("seed", range(2))
def test_who_can_go_further_reaches_no_less(seed: int) -> None:
    distances = (2, 10, 30, 200, None)
    found = made(planned(with_km("SC-SIXTEEN", *distances), seed=seed, roles=three_roles()))
    found = found.filter(pl.col("centre") != Centre.NOT_KNOWN)
    for reading in Reading:
        by = [reached(found, reading).get(f"SC-SIXTEEN-{km}", set()) for km in distances]
        assert all(less <= more for less, more in pairwise(by))
        assert by[-1]


@pytest.mark.parametrize("seed", range(2))
def test_evenings_only_reaches_no_more_than_any_time(seed: int) -> None:
    some = [*with_km("SC-NO-CAR", 20), *with_km("SC-EVENINGS-NO-CAR", 20)]
    found = made(planned(some, seed=seed, roles=three_roles()))
    for reading in Reading:
        by = reached(found, reading)
        assert by.get("SC-EVENINGS-NO-CAR-20", set()) <= by.get("SC-NO-CAR-20", set())
    assert reached(found, "perhaps")["SC-NO-CAR-20"]


def test_what_is_near_is_also_perhaps_near_and_only_yes_says_so() -> None:
    found = made(planned([*with_km("SC-SIXTEEN", 15), *with_km("SC-EVENINGS", 15)], districts=["XX1", "XX2", "XX99"]))
    assert {"yes", "unknown", "no"} == set(found["reachable"])
    for row in found.to_dicts():
        near, perhaps = (row[f"{reading}_outcome"] == "found" for reading in Reading)
        assert perhaps or not near
        assert row["reachable"] == ("yes" if near else "unknown" if perhaps else "no")
        assert bool(row["not_known_near"]) is (row["why"] in ("not-known-to-be-near", "middle-not-known"))
        assert row["furthest_km"] is None or row["furthest_km"] <= 15
        assert not row["binding"] or row["reachable"] == "no"


def test_no_run_that_nobody_places_in_the_day_makes_a_no() -> None:
    """What is not told is not known: with only the evening free, only runs that are known to be by day are left out."""
    projection, places = crowded(each=1, told=True)
    for attendance, word, why in ((None, "unknown", "not-told"), ("day", "no", "limits"), ("evening", "yes", None)):
        offers = tuple(replace(run, attendance=attendance) for run in projection.offers)
        told, evenings = replace(projection, offers=offers), with_km("SC-EVENINGS", None)
        found = made(plan(told, "0", TODAY, places, evenings, districts=["XX1"], roles=three_roles()))
        assert set(found["reachable"]) <= {word, "no"}
        some = found.filter(pl.col("reachable") == word)
        assert len(some) == 3
        if why == "limits":
            assert some["binding"].to_list() == [["attendance"]] * 3
        elif why:
            assert set(some["why"]) == {why} and not any(some["binding"].to_list())


def test_a_price_that_nobody_tells_makes_no_no() -> None:
    projection, places = crowded(each=1, told=True)
    counts = []
    for pounds in (None, 9_000):
        offers = tuple(replace(run, cost_pounds=pounds) for run in projection.offers)
        steps = tuple(replace(step, cost=None) for step in projection.steps)
        told = replace(projection, offers=offers, steps=steps)
        found = made(plan(told, "0", TODAY, places, with_km("SC-NOTHING-PAID", None), districts=["XX1"]))
        counts.append(set(found.filter(pl.col("why") == "not-told")["reachable"]))
    assert counts == [{"unknown"}, set()]


def test_distance_is_named_as_what_closes_a_way() -> None:
    found = made(planned(with_km("SC-SIXTEEN", 0.01), told=True, districts=["XX1"]))
    closed = found.filter(pl.col("binding").list.contains("distance"))
    assert len(closed) > 5
    assert set(closed["reachable"]) == {"no"} and set(closed["why"]) == {"limits"}
    assert not found.filter(pl.col("reachable") == "unknown")["not_known_near"].to_list()


def test_a_district_without_a_middle_knows_only_what_has_no_distance() -> None:
    found = made(planned([*with_km("SC-SIXTEEN", 15, None)], districts=["XX99"]))
    with_distance = found.filter(pl.col("within_km").is_not_null())
    assert "middle-not-known" in set(with_distance["why"])
    assert set(found.filter(pl.col("within_km").is_null())["why"]).isdisjoint({"middle-not-known"})
    assert set(found["furthest_km"]) == {None}


def test_where_somebody_lives_says_what_follows_from_it() -> None:
    (name,) = areas()
    walsall = District("WS1", (52.58, -1.98), Centre.OUTCODES, "E08000030")
    assert resident_of(walsall) == ((name, "yes"),)
    assert resident_of(replace(walsall, authority="E06000051")) == ((name, "no"),)
    assert resident_of(replace(walsall, authority=None)) == ()
    one = circumstances()[0]
    assert dict(one.asked({name: "yes"}).attributes) == {**dict(one.request.attributes), name: "yes"}


def test_the_region_knows_only_districts_of_its_sites_and_learners() -> None:
    places = read(whole().store)
    by = {one.code: one for one in places.districts}
    assert {one.centre for one in by.values()} == {Centre.SITES, Centre.NOT_KNOWN}
    assert by["DY1"].centre is Centre.SITES and by["DY1"].point is not None
    assert all(one.authority is None for one in by.values())
    assert set(places.runs) <= {run.id for run in whole().projection.offers} | {
        str(row["run"]).rpartition("/")[2] for row in whole().store.select("SELECT ?run WHERE { ?run sw:at ?site }")
    }


def test_districts_of_the_postcode_directory_and_a_run_at_a_postcode(tmp_path: Path) -> None:
    log = IssueLog("onspd-sample")
    description = read_description(ONSPD, log)
    assert description is not None
    graph, said = DATASET["test"], Literal("WS1 1AA")
    store = GraphStore.in_memory(
        [
            (ID["DL-1"], SW["at"], ID["S-1"], graph),
            (ID["S-1"], SCHEMA["postalCode"], said, graph),
            (ID["DL-2"], SW["at"], ID["S-2"], graph),
            (ID["S-2"], SCHEMA["latitude"], Literal("52.1"), graph),
            (ID["S-2"], SCHEMA["longitude"], Literal("-2.1"), graph),
            (ID["S-2"], SW["locationPrecision"], concept("location-precision", "county"), graph),
        ]
    )
    store.load(load_files(ONSPD, description, tmp_path / "onspd.nq", include_illustrative=True).path)
    places = read(store)
    by = {one.code: one for one in places.districts}
    assert by["WS1"] == District("WS1", (52.58, -1.97), Centre.OUTCODES, None)  # it lies in two authorities
    assert by["CV1"] == District("CV1", (52.41, -1.51), Centre.POSTCODES, "E08000026")
    assert by["B36"].centre is Centre.NOT_KNOWN  # where a standard learner lives, of whom no postcode is in the sample
    assert places.runs == {"DL-1": (52.585812, -1.979012)}


def test_a_job_says_what_it_is_for_and_comes_back() -> None:
    job, members = job_of(crowded()[0], "f" * 64, TODAY, circumstances())
    written = JOB.dump_json(job)
    assert JOB.dump_json(JOB.validate_json(written)) == written
    assert list(members) == list(job.stand_ins)
    assert all(runs[0].id == id for id, runs in members.items())
    assert len(job.projection.offers) < len(crowded()[0].offers)


def test_the_same_question_is_asked_once() -> None:
    plan = small()
    assert len(plan.rows) == 6 * 3 * 2
    assert len(set(plan.questions)) == len(plan.questions) < 2 * len(plan.rows)
    assert list(plan.questions) == sorted(plan.questions)
    assert [one for chunk in plan.chunks for one in chunk.questions] == list(plan.questions)
    keys = [one.key for one in plan.questions]
    assert len(set(keys)) == len(keys)


def test_finished_work_is_taken_up_and_damaged_work_is_done_again(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(tasks, "TOGETHER", 6)
    plan, told = small(), list[tuple[int, int]]()
    first = run.make(plan, tmp_path, lambda done, total: told.append((done, total)))
    assert told[0] == (0, len(plan.questions)) and told[-1] == (len(plan.questions),) * 2
    parts = sorted((tmp_path / run.PARTS).iterdir())
    parts[0].write_bytes(parts[0].read_bytes()[:50])
    parts[1].unlink()
    kept = {path: path.stat().st_ino for path in parts[2:]}
    told.clear()
    again = run.make(plan, tmp_path, lambda done, total: told.append((done, total)))
    assert again == first
    assert len(told) == 3 and told[0][0] >= len(plan.questions) - 12
    assert {path: path.stat().st_ino for path in kept} == kept


def test_another_day_or_release_takes_up_nothing() -> None:
    plan = small()
    keys = {chunk.key(name) for chunk in plan.chunks for name in ("one job", "another job")}
    assert len(keys) == 2 * len(plan.chunks)
    other = replace(plan.job, release="1" * 64)
    assert JOB.dump_json(other) != JOB.dump_json(plan.job)


def test_the_same_atlas_is_the_same_bytes(atlas: Path, tmp_path: Path) -> None:
    run.make(small(), tmp_path, lambda _done, _total: None)
    for name in (table.TABLE, table.MANIFEST, statements.FILE):
        assert (atlas / name).read_bytes() == (tmp_path / name).read_bytes()


def test_a_folder_without_a_whole_atlas_has_none(atlas: Path, tmp_path: Path) -> None:
    found = table.read(atlas, districts=["XX1"], roles=three_roles()[1:2])
    assert len(found) == 3 and set(found["district"]) == {"XX1"}
    with pytest.raises(NoAtlasError):
        table.read(tmp_path)
    (tmp_path / table.MANIFEST).write_text(json.dumps({"rows": 1}))
    with pytest.raises(NoAtlasError):
        table.manifest_of(tmp_path)


def test_the_graph_says_what_the_table_says(atlas: Path, tmp_path: Path) -> None:
    (tmp_path / "atlas.nq").write_bytes(gzip.decompress((atlas / statements.FILE).read_bytes()))
    graph = GraphStore.in_memory([])
    graph.load(tmp_path / "atlas.nq")
    said = {tuple(id_of(plain(term)) if term else "" for term in row) for row in graph.rows(RESULTS)}
    assert said == {
        (
            f"OUTCODE-{row['district']}",
            row["circumstance"],
            row["role"],
            row["reachable"],
            *("" if weeks is None else str(weeks) for weeks in (row["near_weeks"], row["perhaps_weeks"])),
        )
        for row in table.read(atlas).to_dicts()
    }


def test_what_there_is_not_cannot_be_asked() -> None:
    for wrong in ({"roles": ["OC-NOBODY"]}, {"districts": ["ZZ1"]}):
        with pytest.raises(UnknownInAtlasError):
            planned(with_km("SC-ANY", None), **wrong)


def test_what_is_brought_may_not_be_described() -> None:
    plan = planned(with_km("SC-ANY", None), roles=three_roles()[:1], districts=["XX1"])
    strange = [replace(one, request=replace(one.request, holds=("Q-NOBODY-HAS",))) for one in plan.circumstances]
    plan = replace(plan, circumstances=tuple(strange), job=replace(plan.job, circumstances=tuple(strange)))
    ((reachable, why),) = made(plan)["reachable", "why"].rows()
    assert (reachable, why) == ("unknown", "not-described")


def test_a_worker_refuses_other_software_and_damaged_work() -> None:
    job = JOB.dump_json(small().job)
    worker: Any = SimpleNamespace(address="tcp://127.0.0.1:1")
    key = sha256(job).hexdigest()
    with pytest.raises(ClusterError, match="another") as refused:
        run.Worker(compress(job), key, "another version").setup(worker)
    assert tasks.software() in str(refused.value)
    with pytest.raises(ClusterError, match="not what was sent"):
        run.Worker(compress(job + b" "), key, tasks.software()).setup(worker)
    ready = run.Worker(compress(job), key, tasks.software())
    ready.setup(worker)
    question = Question("SC-ANY-None", (), three_roles()[0], Reading.PERHAPS, tasks.ANY)
    assert ready.solver.answers([question]) == Solver(small().job).answers([question])
