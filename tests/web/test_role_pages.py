"""Roles side by side, what leads to a role and on from it, and who teaches for it: the picture says what the words say.

On the region's own release; the map with boundaries on the small town and made-up districts.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from html5lib import HTMLParser

from api.app import create_app
from api.settings import Settings
from api.web.pictures import map_picture
from graph.projection import Status
from loaders.publish import build_release
from queries.ladder import Way, ladder
from queries.provided import rings_of
from tests.support.browsing import Open

PAGES = {"Accept": "text/html"}
ROOT = Path(__file__).parents[2]
THREE = "/roles/compare?role=OC-HCSASSOC&role=OC-MAMMO&role=OC-MTTECH"
STATES = (
    "/roles/compare",
    "/roles/compare?role=OC-DENTLAB",
    "/roles/compare?role=OC-HCSASSOC&role=OC-HCSA",
    "/roles/compare?role=OC-MTTECH&role=OC-DENTLAB",
    THREE,
    "/roles/OC-HCSASSOC/map",
    "/roles/OC-MTTECH/map",
    "/roles/OC-CLINSCI/map",
    "/roles/OC-HCSW/map",
    "/roles/OC-DENTLAB/map",
    "/roles/OC-HCSASSOC/providers",
    "/roles/OC-DENTLAB/providers",
    "/roles/OC-HCSW/providers?near=Walsall",
    "/awards/Q-TL-HEALTH/providers?near=Dudley",
    "/awards/Q-MEDTECH-HNC/providers",
    "/standards/ST0220/providers",
    "/roles/OC-MTTECH/map?placeholders=true",
    "/awards/Q-MEDTECH-HNC/providers?placeholders=true&release=1",
)


@pytest.fixture(scope="module")
def client(home_client: TestClient) -> TestClient:
    return home_client


@pytest.fixture(scope="module")
def with_districts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The small town, and the made-up districts that lie around it."""
    data = tmp_path_factory.mktemp("districts")
    folders = [ROOT / "tests/samples/datasets/small-town", ROOT / "loaders/formats/boundaries/sample"]
    built = build_release(folders, data, include_illustrative=True, today=date(2026, 11, 21))
    assert built.release is not None
    with TestClient(create_app(Settings(data_dir=data)), raise_server_exceptions=False) as found:
        yield found


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html)))


def table_of(html: str) -> dict[str, list[str]]:
    """The first table of a page: each row by its name, with what each cell says."""
    rows = re.findall(r'<tr><th scope="row">([^<]*).*?</th>(.*?)</tr>', html.partition("</table>")[0], re.DOTALL)
    return {name: [words(one).strip() for one in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)] for name, row in rows}


@pytest.mark.parametrize("path", STATES)
def test_each_page_is_valid_and_its_links_lead_to_pages(client: TestClient, path: str) -> None:
    found = client.get(path, headers=PAGES)
    assert found.status_code == 200
    assert len(re.findall(r"<h1[ >]", found.text)) == 1
    assert "style=" not in found.text and "<script" not in found.text
    HTMLParser(strict=True).parse(found.text)
    main = found.text[found.text.index("<main") : found.text.index("</main>")]
    ids = re.findall(r' id="([^"]*)"', found.text)
    assert len(ids) == len(set(ids))
    assert {one[1:] for one in re.findall(r'href="(#[^"]*)"', main)} <= set(ids)
    inside = {unescape(one) for one in re.findall(r'href="(/[^"]*)"', main)}
    for link in sorted(inside)[:40]:
        assert client.get(link, headers=PAGES).status_code == 200, link


def test_three_roles_stand_side_by_side_and_pay_is_that_of_bands(client: TestClient) -> None:
    html = client.get(THREE, headers=PAGES).text
    rows = table_of(html)
    assert rows["Level"][0].startswith("Level 4 published") and rows["Level"][2].startswith("Level 4 inferred")
    associate, mammography, technician = rows["Pay"]
    assert "NHS band 4 published" in associate
    assert "Band 4, 2025/26, England: £27,485 to £30,162 a year published" in associate
    assert "Band 4, 2026/27, England: £28,392 to £31,157 a year inferred" in associate
    assert mammography == technician == "not known"
    assert "24,083" not in html  # the median of the occupational maps
    assert "ST0220" in rows["Standard"][0] and "Version 1.1" in rows["Standard"][0]
    assert rows["Standard"][2] == rows["Length of the apprenticeship"][2] == "not known"
    assert "24 months of training" in rows["Length of the apprenticeship"][0]
    leavers = rows["Who has had leavers"][0]
    assert "2024/25, Dudley College of Technology: 30 leavers published" in leavers
    assert "2024/25, Halesowen College: some leavers, too few to be shown published" in leavers
    assert "our guess" in rows["Where it leads on"][0]
    assert "Nothing is held of: pay, standard, length of the apprenticeship" in rows["What is not known"][2]


def test_every_fact_has_its_word_and_a_link_to_its_source(client: TestClient) -> None:
    html = client.get(THREE, headers=PAGES).text.partition("</table>")[0]
    facts = re.findall(r'<span class="by"><span class="tag[^>]*>([^<]*)</span>(.*?)</span>', html)
    assert len(facts) == html.count('class="by"') > 40
    assert {word for word, _ in facts} == {"published", "inferred", "not known"}
    assert all("<a href=" in rest for word, rest in facts if word != "not known")
    cells = re.findall(r"<td>(.*?)</td>", html, re.DOTALL)
    assert all('class="by"' in one or "not known" in one for one in cells if "/providers" not in one)


def test_a_comparison_can_be_taken_away_as_a_file_with_every_fact_and_statement(client: TestClient) -> None:
    path = "/roles/compare?role=OC-HCSASSOC&role=OC-MTTECH"
    html = client.get(path, headers=PAGES).text
    assert f'href="{path.replace("&", "&amp;")}&amp;format=csv"' in html
    reply = client.get(f"{path}&format=csv")
    assert reply.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert {"Level", "Pay", "What is not known"} <= {one["What"] for one in rows}
    assert all(one["Standing"] in ("published", "inferred", "not known") for one in rows)
    stated = [one for one in rows if one["What"].startswith("Statement")]
    projection = client.app.state.holder.get().release.projection
    assert len(stated) == sum(one.role == "OC-HCSASSOC" and one.current for one in projection.competencies)
    assert all(one["Source"] for one in stated)
    assert client.get(f"{path}&format=xlsx").content.startswith(b"PK")


def test_a_comparison_is_printed_with_its_statements(open_home: Open) -> None:
    page = open_home("/roles/compare?role=OC-HCSASSOC&role=OC-HCSA")
    listed = page.locator("main details li").first
    assert not listed.is_visible()
    page.emulate_media(media="print")
    assert listed.is_visible()


def test_what_roles_share_and_what_is_of_one_alone_add_up(client: TestClient) -> None:
    services = client.app.state.holder.get()
    html = client.get("/roles/compare?role=OC-HCSASSOC&role=OC-HCSA", headers=PAGES).text
    stated = {
        id: [one for one in services.release.projection.competencies if one.role == id and one.current]
        for id in ("OC-HCSASSOC", "OC-HCSA")
    }
    for id, found in stated.items():
        (other,) = [rest for name, rest in stated.items() if name != id]
        texts = {one.label.casefold() for one in other}
        skills = {link.target for one in other for link in one.links if link.relation == "close"}
        alone = [
            one
            for one in found
            if one.label.casefold() not in texts
            and not any(link.target in skills for link in one.links if link.relation == "close")
        ]
        title = services.release.projection.roles[id].title
        row = next(
            words(one) for one in re.findall(r"<tr>.*?</tr>", html) if f">{title}</th>" in one and "skills" in one
        )
        numbers = [int(one) for one in re.findall(r"\d+", row)]
        assert (numbers[0], *numbers[-2:]) == (len(found), len(found) - len(alone), len(alone))
        assert 0 < len(alone) < len(found)
        listed = html.partition(f"Of {title} alone")[2].partition("</details>")[0]
        assert re.findall(r'href="/id/([^"]*)"', listed) == [one.id for one in alone]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/roles/compare?role=OC-HCSASSOC&role=OC-NOBODY", 422, "OC-NOBODY"),
        ("/roles/compare?role=Q-TL-HEALTH&role=OC-HCSA", 422, "Q-TL-HEALTH"),
        (
            "/roles/compare?role=OC-HCSA&role=OC-HCSW&role=OC-SHCSW&role=OC-AP",
            422,
            "Choose up to 3 roles: 4 are ticked",
        ),
        ("/roles/compare?role=OC-HCSA&role=OC-HCSA", 200, "Choose one or two more to stand beside"),
        ("/roles/compare?role=&role=", 200, "Choose two or three roles"),
        ("/roles/compare?rolle=OC-HCSA", 422, "rolle"),
        ("/roles/OC-NOBODY/map", 404, "OC-NOBODY"),
        ("/roles/Q-TL-HEALTH/map", 404, "Q-TL-HEALTH"),
        ("/roles/Q-TL-HEALTH/providers", 404, "Q-TL-HEALTH"),
        ("/awards/OC-HCSA/providers", 404, "OC-HCSA"),
        ("/standards/ST9999/providers", 404, "ST9999"),
        ("/roles/OC-HCSASSOC/map?release=7", 404, "7"),
        ("/awards/Q-TL-HEALTH/providers?near=Atlantis", 200, "Where Atlantis is, is not known"),
        ("/roles/OC-DENTLAB/map", 200, "That does not mean that there is no way"),
        ("/roles/OC-DENTLAB/providers", 200, "That does not mean that nobody teaches it"),
    ],
)
def test_bad_and_empty_questions_are_answered_in_words(client: TestClient, path: str, status: int, said: str) -> None:
    found = client.get(path, headers=PAGES)
    assert found.status_code == status
    HTMLParser(strict=True).parse(found.text)
    assert said in words(found.text)


@pytest.mark.parametrize("role", ["OC-HCSASSOC", "OC-MTTECH", "OC-CLINSCI", "OC-HCSW", "OC-PDDE"])
def test_the_picture_of_a_role_has_just_the_edges_of_the_list(open_home: Open, role: str) -> None:
    page = open_home(f"/roles/{role}/map")
    edges = "all => all.map(one => [one.dataset.edge, one.dataset.status])"
    listed = page.eval_on_selector_all("main li[data-edge]", edges)
    drawn = page.eval_on_selector_all("main svg [data-edge]", edges)
    assert sorted(listed) == sorted(drawn)
    assert len({edge for edge, _ in listed}) == len(listed) > 3
    nodes = page.eval_on_selector_all("main svg [data-node]", "all => all.map(one => one.dataset.node)")
    assert sorted(nodes) == sorted({end for edge, _ in listed for end in edge.split(">")})
    dashed = page.eval_on_selector_all(
        "main svg [data-edge]", "all => all.map(one => getComputedStyle(one.querySelector('.track')).strokeDasharray)"
    )
    assert [one != "none" for one in dashed] == [status != "published" for _, status in drawn]
    for (edge, status), text in zip(listed, page.locator("main li[data-edge]").all_inner_texts(), strict=True):
        assert status in text, edge
    boxes = page.eval_on_selector_all(
        "main svg rect.node", "all => all.map(one => (b => [b.x, b.y, b.width, b.height])(one.getBBox()))"
    )
    for number, (x, y, width, height) in enumerate(boxes):
        for left, top, across, down in boxes[number + 1 :]:
            assert x + width <= left or left + across <= x or y + height <= top or top + down <= y


@pytest.mark.parametrize(
    "path", ["/awards/Q-TL-HEALTH/providers", "/roles/OC-HCSW/providers", "/standards/ST0220/providers"]
)
def test_the_map_has_just_the_points_of_the_table(open_home: Open, path: str) -> None:
    page = open_home(path)
    points = "all => all.map(one => [one.dataset.point, one.dataset.sign, one.dataset.provider])"
    listed = page.eval_on_selector_all("main tr[data-point]", points)
    assert listed == page.eval_on_selector_all("main svg [data-point]", points)
    assert len(listed) >= 3
    shapes = page.eval_on_selector_all("main svg [data-point]", "all => all.map(one => one.firstElementChild.tagName)")
    assert shapes == ["circle" if sign == "runs" else "rect" for _, sign, _ in listed]


def test_roles_are_chosen_by_ticking_and_by_keyboard_without_script(open_home: Open) -> None:
    page = open_home("/roles", java_script_enabled=False)
    page.get_by_role("link", name="Compare up to three roles side by side").click()
    for role in ("Healthcare science associate", "Mammography associate"):
        page.get_by_role("checkbox", name=role).focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Compare").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/roles/compare?**")
    assert page.locator("h1").inner_text() == "Healthcare science associate and Mammography associate"
    page = open_home("/id/OC-HCSASSOC", java_script_enabled=False)
    page.get_by_role("link", name="What leads to it, and where it leads on").click()
    node = page.locator("main svg a").first
    node.focus()
    there = node.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{there}")


def test_a_map_is_drawn_over_districts_where_they_are_loaded(with_districts: TestClient) -> None:
    awards = with_districts.get("/qualifications?limit=50").json()["items"]
    pages = [with_districts.get(f"/awards/{one['id']}/providers", headers=PAGES).text for one in awards]
    drawn = [one for one in pages if "<svg" in one]
    assert drawn
    for one in drawn:
        HTMLParser(strict=True).parse(one)
        assert "<title>Dunmere</title>" in one and "Lines are the boundaries of districts" in one


def test_made_up_rows_come_in_only_when_they_are_asked_for_and_with_their_word() -> None:
    published = Way("Q-A", "OC-B", "can lead to", Status.PUBLISHED, "PG-1", "https://example.org")
    made_up = Way("OC-B", "OC-C", "progresses to", Status.ILLUSTRATIVE, "PG-2", "https://example.org")
    without = ladder([published, made_up], "OC-B")
    assert [one.end for one in without.edges] == ["OC-B"] and without.left_out == 1
    shown = ladder([published, made_up], "OC-B", made_up=True)
    assert [(one.end, one.status.value) for one in shown.edges] == [("OC-B", "published"), ("OC-C", "illustrative")]


def test_a_ladder_looks_two_steps_each_way_and_a_ring_ends() -> None:
    def way(start: str, end: str) -> Way:
        return Way(start, end, "progresses to", Status.INFERRED, f"PG-{start}{end}", "https://example.org")

    chain = [way(str(one), str(one + 1)) for one in range(7)]
    found = ladder(chain, "3")
    assert [(one.start, one.end) for one in found.edges] == [("1", "2"), ("2", "3"), ("3", "4"), ("4", "5")]
    ring = ladder([way("a", "b"), way("b", "c"), way("c", "a"), way("a", "a")], "a")
    assert {(one.start, one.end) for one in ring.edges} == {("a", "b"), ("b", "c"), ("c", "a")}


def test_a_map_keeps_points_apart_and_in_their_places() -> None:
    here = (52.5, -2.0)
    found = map_picture([here, here, here, (52.7, -1.7)], {"Here": here}, [])
    assert found is not None
    spots = [(one.x, one.y) for one in found.marks]
    assert len(set(spots)) == 4
    assert [one.moved for one in found.marks] == [False, True, True, False]
    first, last = found.marks[0], found.marks[3]
    assert first.true_x < last.true_x and first.true_y > last.true_y
    assert map_picture([], {}, []) is None
    assert rings_of("MULTIPOLYGON (((0 1, 2 3)), ((4 5, 6 7), (8 9, 1 1)))")[2] == ((9.0, 8.0), (1.0, 1.0))
