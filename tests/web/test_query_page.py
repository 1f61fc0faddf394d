"""The query page in a real browser: type, complete, run, stop, share, reopen, download, and all of it by keyboard."""

import re
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browsing import Open, violations
from tests.support.served import Service

PREFIXES = """\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sw: <https://w3id.org/stepway/ns#>
"""
ROLES = f"{PREFIXES}SELECT ?role ?name WHERE {{ ?role a sw:Role ; skos:prefLabel ?name }} ORDER BY ?role"
EVERYTHING = "SELECT * WHERE { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"

LINKS = "all => all.map(one => one.getAttribute('href'))"


def at(query: str, **given: object) -> str:
    return "/sparql?" + urlencode({"query": query, **given})


def write(page: Page, text: str) -> None:
    """Empty the editor and type, as somebody at the keyboard does."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.type(text, delay=5)


def choose(page: Page, name: str) -> None:
    """Take the first completion, which is this one. The editor takes none in the moment in which it shows them."""
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text(name)
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")


def text_of(page: Page) -> str:
    return "\n".join(page.locator(".cm-line").all_inner_texts())


def rows(page: Page) -> int:
    return page.locator("#shown tbody tr").count()


def answered(page: Page) -> None:
    expect(page.locator("#said")).to_contain_text(re.compile(r"shown|has no rows|answer is"))


def counted(service: Service, pattern: str) -> int:
    reply = service.ask(f"{PREFIXES}SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    return int(reply.json()["results"]["bindings"][0]["n"]["value"])


def test_typing_completes_from_the_release_and_declares_prefixes(open_page: Open, service: Service) -> None:
    page = open_page()
    write(page, "SELECT * WHERE { ?x a Rol")
    choose(page, "sw:Role")
    expect(page.locator(".cm-line").first).to_have_text("PREFIX sw: <https://w3id.org/stepway/ns#>")
    page.keyboard.type(" ; skos:pref", delay=5)
    choose(page, "skos:prefLabel")
    page.keyboard.type(" ?name", delay=5)
    page.keyboard.press("Control+Enter")
    answered(page)
    assert "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>" in text_of(page)
    assert rows(page) == counted(service, "?x a sw:Role ; skos:prefLabel ?name")


def test_a_run_closes_the_list_of_completions(open_page: Open) -> None:
    page = open_page()
    write(page, f"{PREFIXES}SELECT * WHERE {{ ?x a sw:Rol")
    offered = page.locator(".cm-tooltip-autocomplete")
    expect(offered).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).dispatch_event("click")
    expect(offered).to_have_count(0)
    answered(page)


def test_only_what_a_class_has_is_offered_first(open_page: Open) -> None:
    page = open_page()
    write(page, "SELECT * WHERE { ?x a <https://w3id.org/stepway/ns#Role> ; sw:")
    offered = page.locator(".cm-tooltip-autocomplete li")
    expect(offered.filter(has_text="not of this class").first).to_be_attached()
    away = ["not of this class" in one for one in offered.all_inner_texts()]
    assert not away[0]
    assert away == sorted(away)


def test_what_is_typed_runs_and_is_linked_and_named(open_page: Open, service: Service) -> None:
    page = open_page(at(ROLES))
    answered(page)
    first = page.locator("#shown tbody tr").first.locator("a").first
    assert (first.get_attribute("href") or "").startswith("/id/OC-")
    expect(page.locator("#shown .about-name").first).to_be_visible()
    assert rows(page) == counted(service, "?role a sw:Role ; skos:prefLabel ?name")
    assert re.search(r"\d+ rows, all shown\. [\d.]+ seconds, release 2\.", page.inner_text("#said"))


def test_stop_stops_the_work_too(open_page: Open, service: Service) -> None:
    page = open_page()
    write(page, ENDLESS)
    page.keyboard.press("Control+Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    until = time.monotonic() + 5
    while not service.computing(0.3):
        assert time.monotonic() < until, "the query never runs"
    stop.click()
    expect(page.locator("#said")).to_contain_text("Stopped after")
    expect(stop).to_be_hidden()
    expect(page.locator("#run")).to_be_focused()
    until = time.monotonic() + 5  # half of what the query may take; a worker that takes its place opens the release
    while service.computing(0.5):
        assert time.monotonic() < until, "it goes on"


def test_a_link_asks_the_same_release_again(open_page: Open) -> None:
    page = open_page("/sparql?release=1")
    write(page, "SELECT * WHERE { ?s a ?class }")
    page.click("#run")
    answered(page)
    before = page.eval_on_selector_all("#shown tbody a", LINKS)  # names of things come a moment later
    page.click("#share")
    link = page.input_value("#share-link")
    assert "release=1" in link
    assert "release 1 of" in page.inner_text("#share-cite")
    again = open_page(link)
    answered(again)
    assert text_of(again) == "SELECT * WHERE { ?s a ?class }"
    assert again.eval_on_selector_all("#shown tbody a", LINKS) == before != []
    assert again.input_value("#release") == "1"


def test_a_long_query_travels_in_the_fragment(open_page: Open, service: Service) -> None:
    long = f"{ROLES}\n# {'why not ' * 1200}"
    page = open_page("/sparql?release=2#" + urlencode({"query": long}, quote_via=quote))
    answered(page)
    page.click("#share")
    link = page.input_value("#share-link")
    assert "#query=" in link
    assert len(link.split("#")[0]) < 100
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV").click()
    assert coming.value.path().read_bytes() == service.ask(ROLES, accept="text/csv").body


def test_back_returns_to_the_query_before(open_page: Open) -> None:
    page = open_page(at("ASK {}"))
    answered(page)
    write(page, "ASK { FILTER(false) }")
    page.click("#run")
    expect(page.locator("#said")).to_contain_text("The answer is no.")
    page.go_back()
    expect(page.locator("#said")).to_contain_text("The answer is yes.")
    assert text_of(page) == "ASK {}"
    page.go_forward()
    expect(page.locator("#said")).to_contain_text("The answer is no.")


def test_what_is_cut_says_so_and_a_download_holds_all(open_page: Open, service: Service, tmp_path: Path) -> None:
    page = open_page(at(EVERYTHING))
    answered(page)
    total = counted(service, "?s ?p ?o")
    assert total > 1000
    assert f"1,000 of {total:,} rows are shown; a download holds all." in page.inner_text("#said")
    assert rows(page) == 1000
    with page.expect_download() as coming:
        page.get_by_role("link", name="TSV").click()
    kept = tmp_path / "answer.tsv"
    coming.value.save_as(kept)
    assert len(kept.read_text(encoding="utf-8").splitlines()) == total + 1


def test_tabs_are_named_closed_brought_back_and_kept(open_page: Open) -> None:
    page = open_page()
    write(page, "ASK { }")
    page.click("#tab-new")
    write(page, "ASK { ?a ?b ?c }")
    page.click("#tab-rename")
    page.keyboard.type("Mine")
    page.keyboard.press("Enter")
    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == ["Query 1", "Mine"]
    page.reload()
    page.wait_for_selector("[data-ready=yes]")
    assert tabs.all_inner_texts() == ["Query 1", "Mine"]
    assert text_of(page) == "ASK { ?a ?b ?c }"
    page.click("#run")
    answered(page)
    tabs.nth(1).focus()
    page.keyboard.press("ArrowLeft")
    expect(tabs.first).to_be_focused()
    assert text_of(page) == "ASK { }"
    expect(page.locator("#results")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#results")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    assert tabs.all_inner_texts() == ["Mine"]
    page.get_by_role("button", name="Bring it back").click()
    assert tabs.all_inner_texts() == ["Query 1", "Mine"]
    page.click("#forget")
    page.goto("/sparql")
    page.wait_for_selector("[data-ready=yes]")
    assert tabs.all_inner_texts() == ["Query 1"]


def test_views_draw_what_they_can_and_say_why_not(open_page: Open) -> None:
    counts = "SELECT ?class (COUNT(*) AS ?n) WHERE { ?x a ?class } GROUP BY ?class ORDER BY DESC(?n) LIMIT 12"
    page = open_page(at(counts))
    answered(page)
    page.check("input[value=chart]")
    expect(page.locator("#shown svg rect.bar")).to_have_count(12)
    assert (page.locator("#shown svg").get_attribute("aria-label") or "").startswith("Bars: n by class, 12 bars")
    page.check("input[value=map]")
    expect(page.locator("#shown .notice")).to_contain_text("A map needs columns called ?lat and ?long")
    page.check("input[value=graph]")
    expect(page.locator("#shown .notice")).to_contain_text("A graph needs at least two columns of things")
    page.check("input[value=table]")
    assert rows(page) == 12

    page = open_page(at('SELECT * { VALUES (?name ?lat ?long) { ("A" 52.5 -1.9) ("B" 52.6 -2.1) } }'))
    answered(page)
    page.check("input[value=map]")
    expect(page.locator("#shown svg circle.dot")).to_have_count(2)
    page.get_by_role("button", name="Nearer").click()
    expect(page.locator("#shown")).to_contain_text("2 times nearer")
    expect(page.locator("#shown svg line.rule")).not_to_have_count(0)

    page = open_page(at("CONSTRUCT { <a:1> <a:p> <a:2> . <a:2> <a:p> <a:3> . <a:3> <a:q> 4 } WHERE {}"))
    answered(page)
    assert rows(page) == 3
    page.check("input[value=graph]")
    expect(page.locator("#shown svg circle.node")).to_have_count(3)
    expect(page.locator("#shown svg line.edge")).to_have_count(2)
    expect(page.get_by_role("link", name="Turtle", exact=True)).to_be_visible()


SAID_MAP = "Map of 2 places, with the boundaries of districts"


def test_the_map_has_the_boundaries_that_the_release_has(open_page: Open) -> None:
    ring = "-2.2 52.4, -1.8 52.4, -1.8 52.7, -2.2 52.4"
    page = open_page(at('SELECT * { VALUES (?name ?lat ?long) { ("A" 52.5 -1.9) ("B" 52.6 -2.1) } }'))
    answered(page)

    def districts(route: Route) -> None:
        text = f'?name\t?boundary\n"Sandwell"\t"POLYGON (({ring}))"\n'
        if "sw:boundary" in (route.request.post_data or ""):
            route.fulfill(content_type="text/tab-separated-values", body=text)
        else:
            route.continue_()

    page.route(re.compile(r"/sparql(\?|$)"), districts)
    page.check("input[value=map]")
    expect(page.locator("#shown svg path.area title")).to_have_text("Sandwell")
    path = page.locator("#shown svg path.area").get_attribute("d") or ""
    assert path.count("L") == 3 and path.endswith("Z")
    expect(page.locator("#shown svg line.rule")).to_have_count(0)
    expect(page.locator("#shown svg")).to_have_attribute("aria-label", SAID_MAP)


def test_a_mistake_is_placed_explained_and_mended(open_page: Open) -> None:
    page = open_page()
    write(page, "SELECT * WHERE { ?x a sw:Role }")
    page.click("#run")
    problem = page.locator("#problem")
    expect(problem).to_contain_text(re.compile(r"Line 1, column 23: .*sw:"))
    expect(page.locator(".cm-lintRange-error")).to_have_text("sw:Role")
    problem.get_by_role("button", name="Add the missing PREFIX lines").click()
    page.keyboard.press("Control+Enter")
    answered(page)
    expect(problem).to_be_hidden()
    assert text_of(page).startswith("PREFIX sw: <https://w3id.org/stepway/ns#>")


def test_what_can_match_nothing_is_told_before_the_run_and_stops_nothing(open_page: Open) -> None:
    page = open_page()
    write(page, "PREFIX sw: <https://w3id.org/stepway/ns#> SELECT * WHERE { ?x a sw:Role ; sw:progresesTo ?y }")
    checks = page.locator("#checks")
    expect(checks).to_contain_text("sw:progresesTo")
    page.click("#run")
    expect(page.locator("#said")).to_contain_text("The query ran to its end and has no rows.")
    checks.get_by_role("button", name=re.compile("^Write ")).click()
    assert "sw:progresesTo" not in text_of(page)
    expect(checks).to_be_hidden()


def test_an_answer_to_another_text_says_so(open_page: Open, service: Service) -> None:
    """After an edit the answer and the downloads are still those of the query that ran."""
    page = open_page()
    write(page, "PREFIX sw: <https://w3id.org/stepway/ns#> SELECT * WHERE { ?x sw:level ?y } LIMIT 3")
    old = page.locator("#old-answer")
    page.click("#run")
    answered(page)
    expect(old).to_be_hidden()
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("0", delay=5)
    expect(old).to_contain_text("This is the answer to the query as it was before you changed it")
    assert rows(page) == 3
    old.get_by_role("button", name="Bring that query back").click()
    expect(old).to_be_hidden()
    page.keyboard.press("Control+End")
    page.keyboard.type("0", delay=5)
    expect(old).to_be_visible()
    page.click("#run")
    expect(page.locator("#said")).to_contain_text(f"{min(counted(service, '?x sw:level ?y'), 30)} rows")
    assert rows(page) > 3
    expect(old).to_be_hidden()


def test_a_warning_stays_after_the_run_under_another_name(open_page: Open) -> None:
    page = open_page()
    write(page, 'PREFIX sw: <https://w3id.org/stepway/ns#> SELECT * WHERE { ?x sw:level "4" }')
    checks = page.locator("#checks")
    expect(checks).to_contain_text("Before you run it: a part of this can match nothing")
    page.click("#run")
    expect(checks).to_contain_text("Of the query that was answered: a part of this can match nothing")
    checks.get_by_role("button", name=re.compile("^Write ")).click()
    assert "{ ?x sw:level <https://w3id.org/stepway/concept/rqf-level/4> }" in text_of(page)
    expect(page.locator("#old-answer")).to_be_visible()


@pytest.mark.parametrize("shape", ["list", "one", "linked", "count", "missing"])
def test_the_form_makes_queries_that_run(open_page: Open, shape: str) -> None:
    page = open_page()
    page.get_by_text("Make a query from a form").click()
    page.select_option("#builder-shape", shape)
    made = page.locator("#builder-made")
    if shape == "list":
        page.locator("#builder-fields input[type=checkbox]").first.check()
    expect(made).to_contain_text("SELECT")
    text = made.inner_text().strip()
    page.click("#builder-run")
    answered(page)
    assert text_of(page).strip() == text
    expect(page.locator("#problem")).to_be_hidden()


def test_keyboard_alone_goes_through_and_never_gets_caught(open_page: Open) -> None:
    page = open_page()
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "(() => { const one = document.activeElement; return one.id || one.getAttribute('role')"
                " || one.textContent.trim().slice(0, 30); })()"
            )
        )
        if seen[-1] == "release":
            break
    assert seen[0] == "Skip to main content"
    order = [seen.index(one) for one in ("tab-new", "tab-close", "editor", "run", "share", "release")]
    assert order == sorted(order)
    page.locator(".cm-content").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#run")).to_be_focused()
    page.keyboard.press("Enter")
    answered(page)


def test_examples_open_in_the_editor(open_page: Open) -> None:
    page = open_page()
    link = page.locator("a[data-example]").first
    name = link.inner_text()
    link.click()
    expect(page.locator("#said")).to_contain_text(name)
    assert text_of(page).startswith(f"# {name}")
    page.click("#run")
    answered(page)
    expect(page.locator("#problem")).to_be_hidden()


def test_without_script_a_form_answers(open_page: Open, service: Service) -> None:
    page = open_page("/sparql", java_script_enabled=False)
    expect(page.locator("#tab-new")).to_be_hidden()
    page.fill("#query", ROLES)
    page.click("#run")
    shown = page.locator("#shown tbody tr")  # waited for: without scripts each click is a new page
    expect(shown).to_have_count(counted(service, "?role a sw:Role ; skos:prefLabel ?name"))
    assert page.input_value("#query") == ROLES
    page.fill("#query", EVERYTHING)
    page.click("#run")
    total = counted(service, "?s ?p ?o")
    expect(page.locator("#shown")).to_contain_text(f"1,000 of {total:,} rows are shown; a download holds all.")
    page.fill("#query", "SELECT * WHERE { ?x sw:level ?y }")
    page.click("#run")
    expect(page.locator("#problem")).to_contain_text("Line 1, column 21")
    page.fill("#query", "CONSTRUCT { <a:1> <a:p> ?o } WHERE { VALUES ?o { 'x'@en 2 } }")
    page.click("#run")
    expect(shown).to_have_count(2)
    example = page.locator("a[data-example]").first
    name = example.inner_text() if example.is_visible() else example.text_content()
    page.goto(str(example.get_attribute("href")))
    assert page.input_value("#query").startswith(f"# {name}")
    assert violations_of_a_still_page(page) == []


def violations_of_a_still_page(page: Page) -> list[str]:
    """Headings and labels of a page whose scripts are off, where axe cannot run."""
    found = []
    if page.locator("h1").count() != 1:
        found.append("not one h1")
    for one in page.locator("input:visible, select:visible, textarea:visible").all():
        name = one.get_attribute("id")
        if page.locator(f"label[for={name}]").count() != 1:
            found.append(f"no label: {name}")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Open, scheme: str) -> None:
    for path in ("/", "/licences"):
        assert violations(open_page(path, color_scheme=scheme)) == []
    counts = "SELECT ?class (COUNT(*) AS ?n) WHERE { ?x a ?class } GROUP BY ?class LIMIT 3"
    page = open_page(at(counts), color_scheme=scheme)
    answered(page)
    page.click("#share")
    page.get_by_text("Make a query from a form").click()
    page.locator("#builder-fields input").first.wait_for()
    assert violations(page) == []
    page.check("input[value=chart]")
    page.locator("#shown svg").wait_for()
    assert violations(page) == []
    page.click("#tab-rename")
    write(page, "SELECT * { ?x a sw:Role }")
    page.click("#run")
    page.locator("#problem").wait_for()
    assert violations(page) == []
    write(page, "SELECT * { ?x a Ro")
    page.locator(".cm-tooltip-autocomplete").wait_for()
    # The list scrolls with its active descendant; focus stays in the editor, as with every completion by keyboard.
    assert [
        one for one in violations(page) if not one.startswith("scrollable-region-focusable: [['#editor', '#cm-ac-")
    ] == []


def test_320_pixels_are_enough(open_page: Open) -> None:
    for path in ("/", "/licences", at(ROLES)):
        page = open_page(path, viewport={"width": 320, "height": 640})
        if "query" in path:
            answered(page)
            page.get_by_text("Make a query from a form").click()
            page.locator("#builder-fields input").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_on_paper_there_is_the_answer_and_no_controls(open_page: Open) -> None:
    page = open_page(at(ROLES))
    answered(page)
    page.emulate_media(media="print")
    for one in ("#run", "#share", "#tabs", ".ask-side", ".top", "#views"):
        expect(page.locator(one)).to_be_hidden()
    expect(page.locator("#shown table")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_typing_over_coloured_text_asks_for_no_style_that_the_policy_refuses(open_page: Open) -> None:
    """A browser would keep the look of what is typed over; `open_page` fails on whatever the policy refuses."""
    page = open_page()
    page.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT * { ?s a sw:Role }")
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+Shift+ArrowRight")
    page.keyboard.type("select ?s")
    assert text_of(page).startswith("select ?s *")
    page.keyboard.press("Shift+Home")
    page.keyboard.type("(")
    assert text_of(page).startswith("(select ?s)"), "brackets go round what is selected, as they did"
    page.keyboard.press("Control+Z")
    assert text_of(page).startswith("select ?s *")
