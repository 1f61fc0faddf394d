"""Questions across classifications, on the samples of their formats: answers a person can check in the files."""

import os
from pathlib import Path

import pytest
from rdflib import URIRef

from graph.issues import IssueLog
from graph.store import GraphStore
from loaders.dataset import Description, read_description
from loaders.format import FORMATS, read_format
from loaders.published import load_files
from ontology.namespaces import ID
from queries.catalogue import get_query

SAMPLES = ("esco", "onet", "esco-onet", "soc2020", "soc2010-index")
HELD = {
    "esco": "esco-1.2.0/occupations_en.csv",
    "esco-onet": "nesta-career-causeways",
    "onet": "onet-29.2/[OR]*ccupation*.txt",
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> GraphStore:
    """The samples of the classifications in one store."""
    out = tmp_path_factory.mktemp("samples")
    store = GraphStore.create(out / "store")
    for format in SAMPLES:
        folder = FORMATS / format / "sample"
        known = read_description(folder, IssueLog(format))
        assert known is not None
        store.load(load_files(folder, known, out / f"{format}.nq").path)
    return store


def occupation(number: int) -> URIRef:
    """An occupation of ESCO's sample."""
    return URIRef(f"http://data.europa.eu/esco/occupation/00000000-0000-4000-8000-0000000000{number:02}")


def answers(store: GraphStore, query: str, *columns: str, **given: URIRef) -> list[str]:
    """The rows of a named query as lines, addresses by their last part."""
    rows = get_query(query).rows(store, given)
    return [" ".join(str(row[name]).rpartition("/")[2] for name in columns) for row in rows]


def test_what_an_occupation_needs_comes_before_what_it_may_need(samples: GraphStore) -> None:
    assert answers(samples, "esco-skills-of-occupation", "need", "label", occupation=occupation(1)) == [
        "essential position people in a scanner",
        "essential radiation protection",
        "optional mend electronics",
    ], "radiation protection is called both, and counts as essential"


def test_a_job_title_leads_to_esco_through_its_group_and_isco(samples: GraphStore) -> None:
    columns = ("group", "isco", "titles", "label")
    query = "esco-occupations-of-job-title"
    assert answers(samples, query, *columns, title=ID["SOC2020TITLE-1"]) == [
        "SOC2010-3218 C3211 1 film developer",
        "SOC2010-3218 C3211 1 scanner technician",
        "SOC2020-3213 C3211 1 film developer",
        "SOC2020-3213 C3211 1 scanner technician",
    ]


def test_a_title_of_the_older_index_gets_there_by_others_of_its_group(samples: GraphStore) -> None:
    columns = ("group", "isco", "titles", "label")
    query = "esco-occupations-of-job-title"
    assert answers(samples, query, *columns, title=ID["SOC2010TITLE-2-500-5249"]) == [
        "SOC2010-5249 C7421 1 mobile scanner fitter",
        "SOC2010-5249 C7421 1 scanner fitter",
    ]
    assert answers(samples, query, *columns, title=ID["SOC2010TITLE-3-0-see"]) == [], "it points to another title"


def test_what_onet_calls_close_is_said_in_terms_of_esco(samples: GraphStore) -> None:
    columns = ("label", "tier", "index", "from", "to")
    query = "esco-occupations-close-by-onet"
    assert answers(samples, query, *columns, occupation=occupation(1)) == [
        "mobile scanner fitter primary-short 1 ONET-99-1001.00 ONET-99-1002.00",
        "scanner fitter primary-short 1 ONET-99-1001.00 ONET-99-1002.00",
    ], "ward helpers are close too, and no ESCO occupation corresponds to them"
    assert answers(samples, query, *columns, occupation=occupation(2)) == [
        "scanner technician supplemental 11 ONET-99-1002.00 ONET-99-1001.00"
    ]
    assert answers(samples, query, *columns, occupation=occupation(4)) == [], "its O*NET code is gone"


@pytest.mark.shared_data
@pytest.mark.slow
def test_onet_gives_62847_pairs_of_esco_occupations_over_1321_origins(tmp_path: Path) -> None:
    if not (shared := os.environ.get("STEPWAY_SHARED")):
        pytest.skip("set STEPWAY_SHARED to the folder that holds data/")
    store = GraphStore.create(tmp_path / "store")
    for format, files in HELD.items():
        kind = read_format(format)
        known = Description(
            format, kind.title, kind.publisher, kind.licence, kind.shippable, format=format, files=(f"data/{files}",)
        )
        store.load(load_files(Path(shared), known, tmp_path / f"{format}.nq").path)
    text = "SELECT DISTINCT ?origin WHERE { ?c sw:correspondenceTo ?o ; sw:correspondenceFrom ?origin }"
    origins = [URIRef(str(row["origin"])) for row in store.select(text)]
    query = get_query("esco-occupations-close-by-onet")
    found = [len({row["other"] for row in query.rows(store, {"occupation": origin})}) for origin in origins]
    assert len(found) == 1_680
    assert (sum(found), sum(count > 0 for count in found)) == (62_847, 1_321)
