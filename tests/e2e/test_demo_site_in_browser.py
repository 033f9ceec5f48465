"""The demo site in a real browser: moving about without a reload, under the strictest policy."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Playwright, Route, sync_playwright
from starlette.applications import Starlette

from server.demo.people import demo_directory
from server.demo.site import demo_routes
from tests.memory_directory import MemoryDirectory

ANA = "/demo/in/ana-beatriz-conceicao"
KESTREL = "/demo/company/kestrel-logistics"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A real server on a port of its own; the socket listens before anybody connects."""
    find = MemoryDirectory(demo_directory().rows)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Starlette(routes=demo_routes(find)), ws="none", lifespan="off", log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium_path: str | None) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the page said on the console; a test takes out what it expected."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    """A page of the site; the test fails if the page complains of anything."""
    context = browser.new_context(base_url=address, viewport={"width": 1000, "height": 700})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def test_pages_change_without_reload_and_going_back_finds_the_place_again(page: Page) -> None:
    page.goto("/demo/")
    page.evaluate("globalThis.sameDocument = true")
    tenth = page.locator("main .result-name").nth(15)
    tenth.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    name = tenth.inner_text()
    tenth.click()
    page.locator("main h1", has_text=name).wait_for()
    assert page.evaluate("[scrollY, document.activeElement.id]") == [0, "main"]
    assert page.title() == f"{name} | Peopleway"
    page.go_back()
    page.locator("main h1", has_text="people").wait_for()
    assert place > 0
    assert page.evaluate("[scrollY, globalThis.sameDocument]") == [place, True]


def test_a_search_and_its_pages_are_addresses(page: Page) -> None:
    page.goto("/demo/")
    box = page.get_by_role("searchbox", name="Search people")
    box.fill("  kestrel ")
    box.press("Enter")
    page.wait_for_url("**/demo/search/results/people?q=kestrel")
    page.locator("main h1", has_text="kestrel").wait_for()
    page.get_by_role("link", name="Page 2", exact=True).click()
    page.wait_for_url("**/demo/search/results/people?q=kestrel&page=2")
    page.locator("main [aria-current=page]", has_text="2").wait_for()
    page.reload()
    page.locator("main [aria-current=page]", has_text="2").wait_for()
    assert page.get_by_role("searchbox").input_value() == "kestrel"


def test_a_profile_leads_to_its_company_and_to_colleagues(page: Page) -> None:
    page.goto(ANA)
    page.locator("main h1", has_text="Ana Beatriz Conceição").wait_for()
    page.locator("main .head-company a").click()
    page.wait_for_url(f"**{KESTREL}")
    page.locator("main h1", has_text="Kestrel Logistics").wait_for()
    assert page.locator("main .result").count() == 20


def test_the_list_grows_while_scrolling_where_that_is_chosen(page: Page) -> None:
    page.goto("/demo/")
    page.get_by_role("link", name="Load while scrolling").click()
    page.wait_for_url("**/people?scroll=on")
    for shown in (20, 40, 60):
        last = page.locator("main .result").nth(shown)
        page.locator("main .tail").scroll_into_view_if_needed()
        last.wait_for()
    hrefs = page.locator("main .result-name").evaluate_all("all => all.map(a => a.href)")
    assert len(hrefs) == len(set(hrefs))


def test_a_slow_answer_shows_bones_and_the_last_click_wins(page: Page) -> None:
    page.goto("/demo/")
    page.locator("main h1").wait_for()
    held: list[Route] = []
    page.route("**/demo/data/in/**", lambda route: held.append(route))
    page.locator("main .result-name").nth(1).click()
    page.locator("main .skeleton").wait_for()
    page.get_by_role("link", name="Peopleway").click()
    page.locator("main h1", has_text="5,001 people").wait_for()
    with page.expect_response("**/demo/data/in/**"):
        held[0].continue_()
    assert page.locator("main h1").inner_text() == "5,001 people"


def test_a_page_that_did_not_load_says_so_and_can_be_tried_again(
    page: Page, complaints: list[str]
) -> None:
    page.goto("/demo/")
    page.locator("main h1").wait_for()
    page.route("**/demo/data/in/**", lambda route: route.fulfill(status=503))
    name = page.locator("main .result-name").nth(1).inner_text()
    page.locator("main .result-name").nth(1).click()
    page.locator("main h1", has_text="This page did not load").wait_for()
    page.unroute("**/demo/data/in/**")
    page.get_by_role("button", name="Try again").click()
    page.locator("main h1", has_text=name).wait_for()
    assert [each for each in complaints if "503" not in each] == []
    complaints.clear()


def test_right_to_left_names_run_from_right_to_left_in_an_aligned_list(page: Page) -> None:
    page.goto(f"/demo/search/results/people?q={quote('כהן')}")
    name = page.locator("main .result-name bdi").first
    name.wait_for()
    style = "node => [getComputedStyle(node).direction, getComputedStyle(node).textAlign]"
    assert name.evaluate(style) == ["rtl", "left"]


@pytest.mark.parametrize("path", ["/demo/", ANA, KESTREL, "/demo/company/scheduling-society"])
def test_nothing_overflows_on_a_narrow_screen(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(path)
    page.locator("main h1").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_keyboard_reaches_content_first_and_then_everything(page: Page) -> None:
    page.goto("/demo/")
    page.locator("main h1").wait_for()
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert reached == [
        "Skip to content",
        "Peopleway",
        "",
        "Load while scrolling",
        "Ana Beatriz Conceição",
    ]


EXTENSION = {
    "manifest_version": 3,
    "name": "A frame on a strict page",
    "version": "1",
    "content_scripts": [{"matches": ["http://127.0.0.1/*"], "js": ["place.js"]}],
    "web_accessible_resources": [{"resources": ["frame.html"], "matches": ["http://127.0.0.1/*"]}],
}
PLACE = """
const host = document.createElement("div");
const frame = document.createElement("iframe");
frame.src = chrome.runtime.getURL("frame.html");
host.attachShadow({ mode: "closed" }).append(frame);
document.documentElement.append(host);
"""


def test_an_extensions_frame_in_a_closed_root_loads_under_the_strictest_policy(
    address: str, playwright: Playwright, chromium_path: str | None, tmp_path: Path
) -> None:
    extension = tmp_path / "extension"
    extension.mkdir()
    (extension / "manifest.json").write_text(json.dumps(EXTENSION))
    (extension / "place.js").write_text(PLACE)
    (extension / "frame.html").write_text("<!doctype html><p>alive</p>")
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "profile",
        executable_path=chromium_path,
        args=[
            "--no-sandbox",
            f"--load-extension={extension}",
            f"--disable-extensions-except={extension}",
        ],
    )
    page = context.new_page()
    with page.expect_event("framenavigated", lambda frame: "frame.html" in frame.url) as seen:
        page.goto(f"{address}{ANA}")
    assert seen.value.locator("p").inner_text() == "alive"
    context.close()
