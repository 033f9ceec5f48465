"""The panel as a guest on somebody else's page: it follows, it stays out of the way, it is safe."""

import unicodedata
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from server.demo.people import demo_directory
from server.domain.directory_rows import DirectoryRow
from tests.e2e.reps import ORIGIN, Rep, is_panel

ANA = "/in/ana-beatriz-conceicao"
HOST = "credit-battery-panel"


def test_the_panel_follows_pages_that_change_without_reload(bob: Rep) -> None:
    panel = bob.open(ANA)
    page = panel.page
    page.evaluate("globalThis.sameDocument = true")
    expect(panel.name).to_have_text("Ana Beatriz Conceição")
    page.locator("main .head-company a").click()
    expect(panel.name).to_have_text("Kestrel Logistics")
    expect(panel.row("personality")).to_be_hidden()
    page.go_back()
    expect(panel.name).to_have_text("Ana Beatriz Conceição")
    assert page.evaluate("globalThis.sameDocument") is True


def test_a_page_of_nobody_is_left_as_it_was(bob: Rep) -> None:
    panel = bob.open(ANA)
    panel.page.get_by_role("link", name="Peopleway").click()
    expect(panel.page.locator(HOST)).to_have_count(0)
    assert not any(is_panel(frame) for frame in panel.page.frames)
    panel.page.go_back()
    expect(panel.page.locator(HOST)).to_have_count(1)


def test_somebody_the_directory_does_not_know_costs_nothing(bob: Rep) -> None:
    panel = bob.open("/in/nobody-at-all")
    expect(panel.frame.get_by_text("nobody the directory knows")).to_be_visible()
    expect(panel.frame.locator("button.reveal:visible")).to_have_count(0)


def test_the_sites_own_scripts_can_neither_reach_nor_click_the_panel(bob: Rep) -> None:
    panel = bob.open(ANA)
    before = panel.left.inner_text()
    expect(panel.button("personality")).to_be_enabled()
    reachable = panel.page.evaluate(
        """(host) => {
            const panel = document.querySelector(host);
            const { x, y, width, height } = panel.getBoundingClientRect();
            for (let dy = 0; dy < height; dy += 20) {
                const target = document.elementFromPoint(x + width - 40, y + dy);
                target.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true }));
            }
            panel.click();
            return [panel.shadowRoot, window.length, window.frames[0] ?? null];
        }""",
        HOST,
    )
    assert reachable == [None, 0, None]
    # Even inside the frame a click that no person made does not spend.
    panel.button("personality").evaluate("button => button.click()")
    expect(panel.button("personality")).to_be_enabled()
    assert panel.left.inner_text() == before
    assert panel.notice.is_hidden()


def test_a_site_cannot_frame_the_panel_itself(bob: Rep) -> None:
    page = bob.profile.context.new_page()
    page.goto(f"{bob.server_url}/healthz")
    page.evaluate(
        """(address) => {
            const frame = document.createElement("iframe");
            frame.src = address;
            document.body.append(frame);
            return new Promise((loaded) => frame.addEventListener("load", loaded));
        }""",
        f"{ORIGIN}/panel/panel.html",
    )
    assert not any(is_panel(frame) for frame in page.frames)


def test_collapsed_it_stays_collapsed_and_opens_again(bob: Rep) -> None:
    panel = bob.open(ANA)
    panel.frame.get_by_role("button", name="Collapse the panel").click()
    expect(panel.name).to_be_hidden()
    box = panel.page.locator(HOST).bounding_box()
    assert box is not None
    assert box["width"] < 160
    assert box["height"] < 60
    again = bob.open(ANA)
    expect(again.frame.get_by_role("button", name="Open the panel")).to_be_visible()
    again.frame.get_by_role("button", name="Open the panel").click()
    expect(again.name).to_be_visible()


@pytest.fixture(scope="module")
def difficult_people() -> list[str]:
    """Pages of people with the longest name, headline and address, and with right-to-left names."""
    people = demo_directory().contacts

    def is_right_to_left(row: DirectoryRow) -> bool:
        return unicodedata.bidirectional(row.name[0]) in ("R", "AL")

    chosen = [
        max(people, key=lambda row: len(row.name)),
        max(people, key=lambda row: len(row.headline or "")),
        max(people, key=lambda row: len(row.email or "")),
        next(row for row in people if is_right_to_left(row) and row.email and row.disc),
    ]
    return [urlsplit(row.url).path for row in chosen]


@pytest.mark.parametrize("width_px", [1100, 360])
def test_nothing_overflows_with_long_and_right_to_left_names(
    bob: Rep, difficult_people: list[str], width_px: int
) -> None:
    for path in difficult_people:
        panel = bob.open(path)
        panel.page.set_viewport_size({"width": width_px, "height": 900})
        expect(panel.name).to_be_visible()
        overflow = panel.frame.evaluate(
            """() => {
                const root = document.documentElement;
                const wide = [...document.querySelectorAll("body *")].filter(
                    (e) => e.getBoundingClientRect().right > root.clientWidth + 0.5);
                return [root.scrollWidth - root.clientWidth, wide.length];
            }"""
        )
        assert overflow == [0, 0], path
        panel.page.close()


def test_the_popup_shows_the_battery_without_a_person(bob: Rep) -> None:
    popup = bob.open_popup()
    expect(popup.left).to_be_visible()
    expect(popup.frame.get_by_text("Open someone’s profile")).to_be_visible()
