"""The page of the data as a whole, in a real browser."""

from tests.support.browsing import Open


def test_its_files_can_be_fetched_from_it(open_page: Open) -> None:
    page = open_page("/dataset", java_script_enabled=False)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="_ontology.nq.gz").click()
    assert fetched.value.suggested_filename == "_ontology.nq.gz"
