"""Pairing, being signed out, and a license that is too small."""

from collections.abc import Callable

from playwright.sync_api import expect

from server.demo.accounts import DEMO_PASSWORD
from tests.e2e.conftest import DemoServer
from tests.e2e.reps import Profile, Rep, sign_in

ANA = "/in/ana-beatriz-conceicao"


def test_before_pairing_the_panel_offers_to_connect(
    server: DemoServer, new_profile: Callable[[], Profile]
) -> None:
    profile = new_profile()
    settings, web = profile.connect_to(server.url)
    web.close()
    expect(settings.get_by_text("Approve there if it shows this same code")).to_be_visible()
    settings.get_by_role("button", name="Cancel").click()
    expect(settings.get_by_role("button", name="Connect")).to_be_visible()


def test_a_wrong_password_leads_nowhere(
    server: DemoServer, new_profile: Callable[[], Profile]
) -> None:
    _, web = new_profile().connect_to(server.url)
    sign_in(web, "bob@acme.example", "not-this-one")
    expect(web.get_by_role("alert")).to_be_visible()
    expect(web.get_by_label("Password")).to_be_visible()


def test_who_answers_not_me_connects_nothing(
    server: DemoServer, new_profile: Callable[[], Profile]
) -> None:
    settings, web = new_profile().connect_to(server.url)
    sign_in(web, "bob@acme.example", DEMO_PASSWORD)
    web.get_by_role("button", name="Not me").click()
    expect(web.get_by_text("Nothing was connected")).to_be_visible()
    expect(settings.get_by_text("Not connected")).to_be_visible()


def test_a_removed_device_is_signed_out_at_once(
    server: DemoServer, new_profile: Callable[[], Profile]
) -> None:
    rep = new_profile().pair(server.url, "jane@acme.example", DEMO_PASSWORD)
    panel = rep.open(ANA)
    expect(panel.name).to_be_visible()
    rep.web.goto(f"{server.url}/account")
    rep.web.get_by_role("button", name="Remove Chrome on Linux").first.click()
    expect(panel.frame.get_by_text("This browser was signed out")).to_be_visible()
    expect(panel.name).to_be_hidden()
    expect(panel.left).to_be_hidden()
    assert rep.badge() == ("", "Credit Battery is not connected. Click to connect.")


def test_signing_out_forgets_the_token_and_pairing_again_works(
    server: DemoServer, new_profile: Callable[[], Profile]
) -> None:
    profile = new_profile()
    profile.pair(server.url, "bob@acme.example", DEMO_PASSWORD)
    settings = profile.open_settings()
    settings.get_by_role("button", name="Sign out").click()
    expect(settings.get_by_text("You signed out of this browser")).to_be_visible()
    kept = profile.worker.evaluate("() => chrome.storage.local.get('account')")
    assert kept["account"]["token"] is None
    with profile.context.expect_page() as opened:
        settings.get_by_role("button", name="Connect").click()
    # The web app's own session is still open, so there is nothing but the code to approve.
    opened.value.get_by_role("button", name="Approve").click()
    expect(settings.get_by_text("Connected as Bob Reyes, Acme")).to_be_visible()


def test_the_token_is_closed_to_content_scripts(bob: Rep) -> None:
    assert bob.profile.worker.evaluate(
        "async () => (await chrome.storage.local.get('account')).account.token.length > 20"
    )
    panel = bob.open(ANA)
    session = bob.profile.context.new_cdp_session(panel.page)
    worlds: list[int] = []
    session.on(
        "Runtime.executionContextCreated",
        lambda event: (
            worlds.append(event["context"]["id"])
            if event["context"]["name"] == "Credit Battery"
            else None
        ),
    )
    session.send("Runtime.enable")
    assert worlds
    told = session.send(
        "Runtime.evaluate",
        {
            "contextId": worlds[0],
            "expression": "chrome.storage.local.get('account').then(() => 'read', String)",
            "awaitPromise": True,
        },
    )
    assert "not allowed" in told["result"]["value"]


def test_a_page_that_is_not_a_server_is_told_as_such(new_profile: Callable[[], Profile]) -> None:
    settings = new_profile().open_settings()
    address = settings.get_by_label("Server address")
    address.fill("http://credits.example.com")
    settings.get_by_role("button", name="Save").click()
    expect(settings.get_by_text("Only https is safe")).to_be_visible()
    address.fill("http://127.0.0.1:9")
    settings.get_by_role("button", name="Save").click()
    settings.get_by_role("button", name="Connect").click()
    expect(settings.get_by_text("http://127.0.0.1:9 does not answer.")).to_be_visible()


def test_r07_a_license_too_small_reads_what_is_missing(
    server: DemoServer, new_profile: Callable[[], Profile]
) -> None:
    """The invited rep of a new customer, with five credits and nothing extra."""
    invitation = server.invite("Small Ltd", "Pia Small", "pia@small.example", allotment=5)
    pia = new_profile().join(server.url, invitation, "five credits only")
    panel = pia.open(ANA)
    expect(panel.left).to_have_text("5")
    panel.button("phone").click()
    expect(panel.notice).to_contain_text("This needs 10 credits; 5 are left")
    expect(panel.left).to_have_text("5")
    panel.button("email").click()
    expect(panel.left).to_have_text("4")
