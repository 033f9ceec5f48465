"""Workers are stopped and servers restarted: the extension says so, and comes back by itself."""

from playwright.sync_api import expect

from tests.e2e.conftest import DemoServer
from tests.e2e.reps import Rep

ANA = "/in/ana-beatriz-conceicao"
TOMAS = "/in/tomas-dvorak"
BACK_MS = 40_000
"""The longest wait between two attempts is 30 s."""


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
