"""The page of the data as a whole, in a real browser."""

from tests.support.browsing import Open, violations


def test_the_dataset_page_is_clean_whole_and_narrow(open_page: Open) -> None:
    for path in ("/dataset", "/dataset?release=1"):
        page = open_page(path)
        assert violations(page) == []
        assert page.locator("h1").all_inner_texts() == ["Stepway’s data"]
        assert page.locator("h2").count() >= 8
    assert "made-up" in page.locator("main p").first.inner_text()
    small = open_page("/dataset", viewport={"width": 320, "height": 640})
    assert small.evaluate("document.documentElement.scrollWidth") <= 320


def test_its_files_can_be_fetched_from_it(open_page: Open) -> None:
    page = open_page("/dataset", java_script_enabled=False)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="_ontology.nq.gz").click()
    assert fetched.value.suggested_filename == "_ontology.nq.gz"
