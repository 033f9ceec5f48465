"""Workers are stopped and servers restarted: the extension says so, and comes back by itself."""

from playwright.sync_api import Route, expect

from tests.e2e.conftest import DemoServer
from tests.e2e.reps import Rep

ANA = "/in/ana-beatriz-conceicao"
INES = "/in/ines-moreau"
KOFI = "/in/kofi-mensah"
TOMAS = "/in/tomas-dvorak"
REVEALS = "**/api/v1/reveals"
BACK_MS = 40_000
"""The longest wait between two attempts is 30 s."""

WATCH_EMAIL_BUTTON = """() => {
  const button = document.querySelector("[data-kind=email] button.reveal");
  globalThis.seen = new Set();
  const note = () => {
    const { x, y, width, height } = button.getBoundingClientRect();
    const usable = button.checkVisibility() && button.matches(":enabled:not([aria-disabled])");
    seen.add(JSON.stringify({ x, y, width, height, usable }));
  };
  note();
  const everything = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(note).observe(document.body, everything);
}"""
"""Notes where the button is, and whether it would take a click, after everything that is drawn."""


def test_a_stopped_worker_is_back_before_anybody_notices(bob: Rep, jane: Rep) -> None:
    bobs, janes = bob.open(ANA), jane.open(ANA)
    expect(janes.button("email")).to_be_enabled()
    jane.stop_worker()
    bobs.button("email").click()
    expect(janes.row("email")).to_contain_text("revealed by Bob Reyes", timeout=BACK_MS)
    expect(janes.pill).to_have_text("OK · live", timeout=BACK_MS)
    jane.stop_worker()
    janes.button("phone").click()
    expect(bobs.row("phone")).to_contain_text("revealed by Jane Okafor", timeout=BACK_MS)


def test_nothing_moves_under_the_pointer_while_a_worker_is_replaced(bob: Rep, jane: Rep) -> None:
    bobs, janes = bob.open(TOMAS), jane.open(TOMAS)
    expect(janes.button("email")).to_be_visible()
    expect(janes.button("email")).to_be_enabled()
    janes.frame.evaluate(WATCH_EMAIL_BUTTON)
    jane.stop_worker()
    # Below the button; when Jane sees it, the next worker has done all that it has to do.
    bobs.button("phone").click()
    expect(janes.row("phone")).to_contain_text("revealed by Bob Reyes", timeout=BACK_MS)
    seen = janes.frame.evaluate("() => [...seen]")
    assert len(seen) == 1, seen
    assert '"usable":true' in seen[0]


def test_a_click_that_died_with_its_worker_on_the_way_to_the_server_is_sent_again(
    jane: Rep,
) -> None:
    janes = jane.open(INES)
    expect(janes.button("email")).to_be_enabled()
    browser = jane.profile.context
    held: list[Route] = []
    browser.route(REVEALS, lambda route: held.append(route), times=1)
    with browser.expect_event("request", lambda request: request.url.endswith("/reveals")):
        janes.button("email").click()
    jane.stop_worker()
    expect(janes.row("email")).to_contain_text("revealed by Jane Okafor", timeout=BACK_MS)
    expect(janes.notice).to_contain_text("Email revealed for 1 credit.")


def test_r11_a_click_whose_answer_died_with_its_worker_is_charged_once_and_told_as_charged(
    jane: Rep,
) -> None:
    janes = jane.open(KOFI)
    expect(janes.button("phone")).to_be_enabled()
    before = janes.left.inner_text()
    charged: list[int] = []

    def charge_and_say_nothing(route: Route) -> None:
        charged.append(route.fetch().json()["credits"])

    jane.profile.context.route(REVEALS, charge_and_say_nothing, times=1)
    janes.button("phone").click()
    expect(janes.left).not_to_have_text(before)
    after = janes.left.inner_text()
    jane.stop_worker()
    expect(janes.notice).to_contain_text("Phone revealed for 10 credits.", timeout=BACK_MS)
    expect(janes.row("phone")).to_contain_text("revealed by Jane Okafor")
    expect(janes.left).to_have_text(after)
    assert charged == [10]


def test_a_server_that_was_away_is_told_and_found_again(
    server: DemoServer, bob: Rep, jane: Rep
) -> None:
    bobs, janes = bob.open(TOMAS), jane.open(TOMAS)
    expect(janes.button("email")).to_be_enabled()
    server.stop()
    expect(janes.pill).to_have_text("Offline")
    expect(janes.frame.get_by_text("as of")).to_be_visible()
    expect(janes.button("email")).to_be_disabled()
    assert jane.badge()[1].startswith("Offline: ")
    server.start()
    expect(janes.pill).to_have_text("OK · live", timeout=BACK_MS)
    expect(bobs.button("email")).to_be_enabled(timeout=BACK_MS)
    bobs.button("email").click()
    expect(janes.row("email")).to_contain_text("revealed by Bob Reyes")
    expect(janes.frame.get_by_text("as of")).to_be_hidden()
