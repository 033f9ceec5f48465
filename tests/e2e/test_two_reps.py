"""The main job: what one rep reveals, every colleague's open page shows, live (issue 2)."""

import re

from playwright.sync_api import Request, Route, expect

from tests.e2e.conftest import Admin
from tests.e2e.reps import Panel, Rep

ANA = "/in/ana-beatriz-conceicao"
TOMAS = "/in/tomas-dvorak"
INES = "/in/ines-moreau"
KOFI = "/in/kofi-mensah"

WITHIN_A_SECOND_MS = 1_000
LOOKUPS = "**/api/v1/lookups"
REVEALS = "**/api/v1/reveals"


def left(panel: Panel) -> int:
    """The credits that the panel shows as left of the license."""
    return int(panel.left.inner_text().replace(",", ""))


def is_lookup(request: Request) -> bool:
    return request.url.endswith("/api/v1/lookups")


def test_r05_a_reveal_reaches_a_colleagues_open_page_within_a_second_without_reload(
    bob: Rep, jane: Rep
) -> None:
    bobs, janes = bob.open(ANA), jane.open(ANA)
    janes.page.evaluate("globalThis.sameDocument = true")
    bobs_before, janes_before = left(bobs), left(janes)
    expect(bobs.button("email")).to_have_text("Reveal1")
    expect(janes.button("email")).to_be_enabled()

    bobs.button("email").click()

    address = "ana.conceicao@kestrel.example"
    expect(janes.row("email")).to_contain_text(address, timeout=WITHIN_A_SECOND_MS)
    expect(janes.row("email")).to_contain_text("revealed by Bob Reyes")
    expect(bobs.left).to_have_text(f"{bobs_before - 1:,}", timeout=WITHIN_A_SECOND_MS)
    expect(bobs.row("email")).to_contain_text(address)
    expect(bobs.notice).to_have_text("Email revealed for 1 credit. Everyone at Acme has it now.")
    expect(janes.team).to_have_text("Bob Reyes revealed 1 email")
    expect(janes.button("email")).to_be_hidden()
    assert left(janes) == janes_before
    assert janes.page.evaluate("globalThis.sameDocument") is True


def test_r02_r31_who_clicks_just_too_late_pays_nothing_and_reads_why(bob: Rep, jane: Rep) -> None:
    bobs, janes = bob.open(TOMAS), jane.open(TOMAS)
    expect(janes.button("email")).to_be_enabled()
    before = left(janes)
    held: list[Route] = []
    browser = jane.profile.context
    browser.route(LOOKUPS, lambda route: held.append(route))

    # Jane's panel hears of Bob's reveal, but what it then asks for stays on its way: for so long
    # her button stands.
    with browser.expect_event("request", is_lookup):
        bobs.button("email").click()
    janes.button("email").click()

    expect(janes.notice).to_have_text(
        re.compile(r"^Free: already owned\. Bob Reyes revealed it on \d{1,2} \w{3,4}\.$")
    )
    expect(janes.row("email")).to_contain_text("tomas.dvorak@kestrel.example")
    assert left(janes) == before
    for route in held:
        route.continue_()
    browser.unroute(LOOKUPS)
    expect(janes.row("email")).to_contain_text("revealed by Bob Reyes")


def test_r28_a_reversed_piece_is_masked_again_on_every_open_page(
    bob: Rep, jane: Rep, alice: Admin
) -> None:
    bobs, janes = bob.open(KOFI), jane.open(KOFI)
    expect(bobs.button("phone")).to_have_text("Reveal10")
    bobs.button("phone").click()
    expect(janes.row("phone")).to_contain_text("direct dial")
    expect(janes.row("phone")).to_contain_text("revealed by Bob Reyes")
    after_reveal = left(bobs)

    alice.reverse_last_charge()

    for panel in (bobs, janes):
        expect(panel.button("phone")).to_be_visible()
        expect(panel.row("phone")).not_to_contain_text("revealed by")
    expect(bobs.left).to_have_text(f"{after_reveal + 10:,}")
    expect(janes.team).to_contain_text("Alice Nakamura took back 1 reveal")


def test_r01_what_does_not_exist_has_no_button(bob: Rep) -> None:
    panel = bob.open(KOFI)
    expect(panel.row("email").locator(".none")).to_have_text("No email known")
    expect(panel.button("email")).to_be_hidden()


def test_a_double_click_spends_once(bob: Rep) -> None:
    panel = bob.open(INES)
    before = left(panel)
    panel.button("email").dblclick()
    expect(panel.row("email")).to_contain_text("ines.moreau@harbourline.example")
    expect(panel.left).to_have_text(f"{before - 1:,}")


def test_r11_a_lost_answer_is_tried_again_without_paying_twice(jane: Rep) -> None:
    panel = jane.open(ANA)
    before = left(panel)
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    browser = jane.profile.context
    browser.route(LOOKUPS, lambda route: route.abort())
    browser.route(REVEALS, lose)
    panel.button("phone").click()
    expect(panel.notice).to_have_text(
        "The server did not answer. Trying again never charges twice."
    )
    browser.unroute(REVEALS)
    browser.on("request", lambda request: note_key(request, keys))
    panel.button("phone").click()
    expect(panel.notice).to_contain_text("Phone revealed for 10 credits")
    browser.unroute(REVEALS)
    browser.unroute(LOOKUPS)
    expect(panel.left).to_have_text(f"{before - 10:,}")
    assert len(keys) == 2
    assert keys[0] == keys[1]


def note_key(request: Request, keys: list[str]) -> None:
    if request.url.endswith("/api/v1/reveals") and request.method == "POST":
        keys.append(request.headers["idempotency-key"])


def test_the_toolbar_shows_what_the_panel_shows(bob: Rep) -> None:
    panel = bob.open(ANA)
    shown = left(panel)
    text, title = bob.badge()
    assert text == str(shown)
    assert title.startswith(f"{shown:,} of 2,000 license credits left until ")


def test_the_web_app_follows_what_the_extension_spends(bob: Rep) -> None:
    bob.web.goto(bob.server_url)
    shown = bob.web.locator("[data-figure=figure_left]").first
    panel = bob.open(ANA)
    before = left(panel)
    expect(shown).to_have_text(f"{before:,}")
    panel.button("personality").click()
    expect(shown).to_have_text(f"{before - 100:,}", timeout=WITHIN_A_SECOND_MS)
    expect(panel.row("personality")).to_contain_text("Dominance")
