"""The page about notebooks and the client for Python says what there is, and has the files."""

from pathlib import Path

from fastapi.testclient import TestClient

from api.client import Stepway
from api.web.notebooks import FOLDER, client
from tests.support.whole_pages import read_whole, text_of

PAGES = {"Accept": "text/html"}


def test_it_names_everything_that_the_client_can_be_asked() -> None:
    about, methods = client()
    assert {one.call.partition("(")[0] for one in methods} == {
        name for name in vars(Stepway) if not name.startswith("_")
    }
    assert "query(name, **parameters)" in [one.call for one in methods]
    assert all(one.about for one in methods)
    assert any("from api.client import Stepway" in part for part in about)


def test_it_has_each_notebook_as_a_file(home_client: TestClient) -> None:
    page = read_whole(home_client.get("/notebooks", headers=PAGES).text, "/notebooks")
    led = {str(one.get("href")) for one in page.iter("a")}
    files = {path.name: path for path in FOLDER.glob("*.ipynb")}
    assert {Path(one).name for one in led if one.endswith(".ipynb")} == files.keys() != set()
    for name, path in files.items():
        reply = home_client.get(f"/notebooks/{name}")
        assert reply.content == path.read_bytes()
        assert reply.headers["content-type"] == "application/x-ipynb+json"
    assert "Which level 4 roles can be reached" in text_of(page.find(".//main"))
    assert "`" not in text_of(page.find(".//main"))
    for wrong in ("none.ipynb", "..%2fapi.md", "*.ipynb"):
        assert home_client.get(f"/notebooks/{wrong}").status_code == 404, wrong
