"""The window "License Batteries and Credits Used", one's own and a user's, live."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from server.demo.accounts import DEMO_PASSWORD
from tests.e2e.conftest import Admin, Caller, DemoServer
from tests.e2e.web.members import LIVE_MS, Member, faults_of, overflow_of


def figure(page: Page, card: str, name: str) -> str:
    return page.locator(f"[data-part={card}] [data-figure=figure_{name}]").inner_text()


@pytest.fixture
def jane_calls(server: DemoServer) -> Iterator[Caller]:
    """Jane the rep at the API."""
    caller = Caller(server.url, "jane@acme.example")
    yield caller
    caller.close()


def test_both_gauges_say_what_is_left_held_used_and_until_when(bob: Member) -> None:
    page = bob.open("/batteries")
    license_card = page.locator("[data-part=license]")
    expect(license_card).to_contain_text("Last day of your credit month:")
    assert figure(page, "license", "left") == "2,000"
    assert figure(page, "license", "allotment") == "2,000"
    assert figure(page, "extra", "left") == "15,000"
    assert figure(page, "extra", "take") == "all"
    expect(license_card.get_by_role("meter")).to_have_attribute("aria-valuenow", "2000")
    expect(page.locator("[data-price=phone]")).to_have_text("10 credits")
    assert faults_of(page) == []
    assert overflow_of(page) == 0
    page.get_by_role("link", name="Credit Use History").click()
    expect(page).to_have_url(f"{bob.server_url}/history")


def test_r17_a_cap_and_a_charge_arrive_while_one_looks(
    jane: Member, jane_calls: Caller, server: DemoServer
) -> None:
    page = jane.open("/batteries")
    expect(page.locator("[data-part=license] [data-figure=figure_left]")).to_have_text("2,000")
    jane_calls.open_somebodys_email()
    left = page.locator("[data-part=license] [data-figure=figure_left]")
    expect(left).to_have_text("1,999", timeout=LIVE_MS)
    admin = Admin(server.url, "alice@acme.example")
    admin.cap("jane@acme.example", 500)
    take = page.locator("[data-part=extra] [data-figure=figure_take]")
    expect(take).to_have_text("500", timeout=LIVE_MS)
    expect(page.locator("[data-part=extra]")).to_contain_text("Your admin allows 500 of them")
    admin.cap("jane@acme.example", None)
    expect(take).to_have_text("all", timeout=LIVE_MS)
    admin.close()


def test_an_admin_looks_at_a_users_batteries_as_live_as_at_the_own(
    alice: Member, jane_calls: Caller
) -> None:
    page = alice.open(f"/admin/users/{jane_calls.user_id()}/batteries")
    expect(page.get_by_role("heading", name="License of Jane Okafor")).to_be_visible()
    left = page.locator("[data-part=license] [data-figure=figure_left]")
    before = int(left.inner_text().replace(",", ""))
    jane_calls.open_somebodys_email()
    expect(left).to_have_text(f"{before - 1:,}", timeout=LIVE_MS)
    assert faults_of(page) == []
    page.get_by_role("link", name="Credit Use History").click()
    expect(page).to_have_url(f"{alice.server_url}/admin/users/{jane_calls.user_id()}/history")
    page.goto(f"{alice.server_url}/admin/users/usr_nobody/batteries")
    expect(page.get_by_role("heading", level=1)).to_have_text("404: nothing is here")


def test_who_asks_for_more_hears_the_answer_at_once(bob: Member, server: DemoServer) -> None:
    page = bob.open("/batteries#ask")
    page.get_by_label("What do you need them for?").fill("The fair in May: 400 people")
    page.get_by_role("button", name="Ask your admins").click()
    expect(page.get_by_text("Your admins were told.")).to_be_visible()
    asked = page.locator(".asked li").first
    expect(asked).to_contain_text("waits for an answer")
    admin = Admin(server.url, "alice@acme.example")
    admin.answer_request("ordered", "They come on Monday")
    admin.close()
    expect(asked).to_contain_text("Alice Nakamura ordered more credits", timeout=LIVE_MS)
    expect(asked).to_contain_text("They come on Monday")


def test_r33_a_level_is_told_once_and_stays_read(
    server: DemoServer, enter: Callable[[str | None], Member]
) -> None:
    invitation = server.invite("Tiny Ltd", "Tia Tiny", "tia@tiny.example", allotment=4)
    tia = enter(None)
    page = tia.context.new_page()
    page.goto(invitation)
    page.get_by_label("New password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Save and sign in").click()
    left = page.locator("[data-part=license] [data-figure=figure_left]")
    expect(left).to_have_text("4")
    # An org that never had extra credits has no second gauge.
    expect(page.locator("[data-part=extra]")).to_be_hidden()
    caller = Caller(server.url, "tia@tiny.example")
    for _ in range(3):
        caller.open_somebodys_email()
    notice = page.locator(".frame-notice[data-level]")
    expect(notice).to_contain_text("A quarter or less", timeout=LIVE_MS)
    assert faults_of(page) == []
    page.get_by_role("link", name="People").click()
    notice.get_by_role("link", name="Ask for more").click()
    expect(page.locator("#ask")).to_be_focused()
    page.reload()
    expect(notice).to_contain_text("A quarter or less")
    notice.get_by_role("button", name="Close this notice").click()
    expect(notice).to_be_hidden()
    page.reload()
    expect(left).to_have_text("1")
    expect(notice).to_be_hidden()
    caller.open_somebodys_email()
    caller.close()
    expect(notice).to_contain_text("No credits are left", timeout=LIVE_MS)
    expect(page.locator("#ask")).to_contain_text("Nothing is left that you could spend until")
