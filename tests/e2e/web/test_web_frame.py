"""The frame around every screen: ways in and out, addresses, keys, what is told to everybody."""

from collections.abc import Callable

from playwright.sync_api import expect

from server.demo.accounts import DEMO_PASSWORD
from tests.e2e.conftest import Caller, DemoServer
from tests.e2e.reps import sign_in
from tests.e2e.web.members import LIVE_MS, Member, faults_of, overflow_of

BACK_MS = 40_000
"""The longest wait between two attempts is 30 s."""


def test_a_rep_at_an_admins_address_sees_403_as_a_page(bob: Member) -> None:
    page = bob.context.new_page()
    answer = page.goto(f"{bob.server_url}/admin/users/usr_1/history")
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("403: only for admins")
    page.get_by_role("link", name="Your battery").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("License Batteries and Credits Used")


def test_an_address_that_leads_nowhere_is_a_page_too(bob: Member) -> None:
    page = bob.context.new_page()
    answer = page.goto(f"{bob.server_url}/nowhere")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("404: nothing is here")
    assert faults_of(page) == []


def test_signing_in_leads_back_to_where_one_wanted_to_go(
    server: DemoServer, enter: Callable[[str | None], Member]
) -> None:
    stranger = enter(None)
    page = stranger.context.new_page()
    page.goto(f"{server.url}/people?q=logistics")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Credit Battery")
    assert faults_of(page) == []
    assert overflow_of(page) == 0
    sign_in(page, "bob@acme.example", "not-this-one")
    expect(page.get_by_role("alert")).to_have_text("The email address or the password is wrong.")
    sign_in(page, "bob@acme.example", DEMO_PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    assert page.url == f"{server.url}/people?q=logistics"


def test_signing_out_ends_every_tab(
    server: DemoServer, enter: Callable[[str | None], Member]
) -> None:
    gus = enter("gus@globex.example")
    other, page = gus.open("/history"), gus.open("/account")
    assert faults_of(page) == []
    assert overflow_of(page) == 0
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You were signed out.")).to_be_visible()
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in to Credit Battery")


def test_back_and_forward_go_through_the_screens(bob: Member) -> None:
    page = bob.open("/batteries")
    for name, heading in (("Companies", "Companies"), ("People", "People")):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page.locator("h1")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Companies")
    expect(page).to_have_title("Companies · Credit Battery")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("License Batteries and Credits Used")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("Companies")


def test_keys_alone_lead_past_the_bar_and_into_the_window(bob: Member) -> None:
    page = bob.open("/people")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.locator(".total").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("License Batteries and Credits Used")
    page.get_by_role("link", name="Close this window").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("People")


def test_on_a_phone_the_ways_are_folded_behind_a_button(bob: Member) -> None:
    page = bob.open("/batteries")
    assert overflow_of(page) == 0
    people = page.get_by_role("link", name="People")
    menu = page.get_by_role("button", name="Menu")
    expect(people).to_be_hidden()
    menu.click()
    expect(people).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(people).to_be_hidden()
    menu.click()
    people.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    expect(menu).to_have_attribute("aria-expanded", "false")


def test_the_theme_is_kept_and_stands_before_the_first_paint(bob: Member) -> None:
    page = bob.open("/account")
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    page.get_by_role("button", name="As the system").click()
    expect(page.locator("html")).to_have_css("color-scheme", "light dark")


def test_a_new_password_is_the_one_that_counts(
    server: DemoServer, enter: Callable[[str | None], Member]
) -> None:
    page = enter("zoe@globex.example").open("/account")
    page.get_by_label("Password now").fill("not-this-one")
    page.get_by_label("New password").fill("another battery")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_have_text("The old password is wrong.")
    page.get_by_label("Password now").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password was changed.")).to_be_visible()
    elsewhere = enter(None).context.new_page()
    elsewhere.goto(f"{server.url}/signin")
    sign_in(elsewhere, "zoe@globex.example", DEMO_PASSWORD)
    expect(elsewhere.get_by_role("alert")).to_be_visible()
    sign_in(elsewhere, "zoe@globex.example", "another battery")
    expect(elsewhere.locator(".total")).to_be_visible()


def test_away_and_back_the_figures_say_how_old_they_are_and_catch_up(
    server: DemoServer, jane: Member
) -> None:
    page = jane.open("/people")
    total = page.locator("[data-figure=total]")
    expect(total).to_have_text("17,000")
    server.stop()
    expect(page.locator(".frame-notice").first).to_contain_text("Offline: the figures are as of")
    expect(page.locator(".total")).to_contain_text("Offline")
    assert faults_of(page) == []
    server.start()
    bob = Caller(server.url, "bob@acme.example")
    bob.open_somebodys_email()
    bob.close()
    caller = Caller(server.url, "jane@acme.example")
    caller.open_somebodys_email()
    caller.close()
    expect(total).to_have_text("16,999", timeout=BACK_MS)
    expect(page.locator(".frame-notice").first).to_be_hidden()
    jane.complaints.clear()


def test_one_members_spending_moves_the_total_of_every_open_page(
    server: DemoServer, jane: Member, alice: Member
) -> None:
    pages = [jane.open("/people"), jane.open("/jobs")]
    others = alice.open("/history").locator("[data-figure=total]")
    expect(others).to_have_text("15,500")
    caller = Caller(server.url, "jane@acme.example")
    before = caller.available()
    for page in pages:
        expect(page.locator("[data-figure=total]")).to_have_text(f"{before:,}")
    caller.open_somebodys_email()
    caller.close()
    for page in pages:
        expect(page.locator("[data-figure=total]")).to_have_text(f"{before - 1:,}", timeout=LIVE_MS)
    expect(others).to_have_text("15,500")
