"""The operator's page beside members' open pages: what the vendor does, they see within a second.

Vera is the operator. Each test takes another customer, user or person.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import dropwhile

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.e2e.conftest import Admin, DemoServer
from tests.e2e.web.members import LIVE_MS, Member, faults_of, open_member, overflow_of
from tests.e2e.web.people_pages import (
    button,
    expect_total,
    href_of,
    piece,
    row_of,
    row_with,
    told,
    total,
)

Enter = Callable[[str | None], Member]

LONG_NAME = "Donaudampfschifffahrtsgesellschaft für Elektrizitätswerke und Nachfolger " * 2
ROWS = 8_000
"""A second of import: long enough for a bar that moves."""
WATCH_BAR = """() => {
  window.bar = [];
  const bar = document.querySelector("progress");
  const keep = () => window.bar.push(bar.value);
  new MutationObserver(keep).observe(bar, { attributeFilter: ["value"] });
}"""


class Desk:
    """A browser in which nobody is a member, and an operator's token."""

    def __init__(self, member: Member, token: str) -> None:
        self.member = member
        self.token = token

    def open(self, path: str = "/operator") -> Page:
        """A new tab, signed in, at this path."""
        page = self.member.open(path)
        sign_in(page, self.token)
        page.get_by_role("button", name="Sign out").wait_for()
        page.locator("main h1").wait_for()
        return page

    def open_org(self, name: str, tab: str = "") -> Page:
        page = self.open()
        page.get_by_role("link", name=name, exact=True).click()
        if tab:
            page.get_by_role("navigation", name="Organization").get_by_role(
                "link", name=tab
            ).click()
        return page


@pytest.fixture(scope="module")
def members(browser: Browser, server: DemoServer) -> Iterator[Enter]:
    """Opens one more browser, which stays until the module's last test."""
    with ExitStack() as opened:
        yield lambda email: opened.enter_context(open_member(browser, server.url, email))


@pytest.fixture(scope="module")
def bob(members: Enter) -> Member:
    """Bob the rep of Acme."""
    return members("bob@acme.example")


@pytest.fixture(scope="module")
def vera(members: Enter, server: DemoServer) -> Desk:
    """Vera the operator, in a browser of her own."""
    return Desk(members(None), server.operator_token("Vera Vendor"))


def sign_in(page: Page, token: str) -> None:
    page.get_by_label("Operator token").fill(token)
    page.get_by_role("button", name="Sign in").click()


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_only_an_operators_token_opens_the_page(
    vera: Desk, bob: Member, server: DemoServer
) -> None:
    alice = Admin(server.url, "alice@acme.example")
    alice.close()
    page = bob.open("/operator")
    expect(page.get_by_label("Operator token")).to_be_focused()
    for wrong, why in (
        ("op_unknown", "The operator token is unknown, expired or revoked."),
        ("no token at all", "This is no operator token"),
        (alice.token, "This call is for the vendor's operators"),
    ):
        sign_in(page, wrong)
        expect(page.get_by_role("alert")).to_contain_text(why)
    assert faults_of(page) == []
    assert overflow_of(page) == 0
    sign_in(page, vera.token)
    expect(page.get_by_role("link", name="Globex")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Globex")).to_be_visible()
    press(page, "Sign out")
    expect(page.get_by_label("Operator token")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Operator token")).to_be_visible()
    page.close()


def test_a_token_that_is_revoked_opens_nothing_any_more(members: Enter, server: DemoServer) -> None:
    desk = Desk(members(None), server.operator_token("Otto Former"))
    page = desk.open()
    server.revoke_operator("Otto Former")
    page.get_by_role("link", name="Globex").click()
    expect(page.get_by_role("alert")).to_have_text(
        "Your token is unknown, expired or revoked. Sign in with another one."
    )
    expect(page.get_by_role("link", name="Globex")).to_have_count(0)


def test_r16_a_grant_is_in_a_members_total_within_a_second(vera: Desk, bob: Member) -> None:
    bobs = bob.open("/people")
    expect(bobs.locator("[data-figure=total]")).not_to_have_text("–")
    before = total(bobs)
    page = vera.open_org("Acme", "Extra credits")
    page.get_by_label("Extra credits to grant").fill("5000")
    page.get_by_label("Note").fill("Order 4711")
    press(page, "Grant…")
    expect(dialog(page)).to_contain_text("Grant 5,000 credits to Acme?")
    assert faults_of(page, ["light"]) == []
    lost: list[str | None] = []

    def lose(route: Route) -> None:
        """The grant is made, and its answer never comes."""
        route.fetch()
        lost.append(route.request.headers.get("idempotency-key"))
        route.abort()

    page.route("**/grants", lose, times=1)
    press(page, "Grant 5,000 credits")
    expect(dialog(page).get_by_role("alert")).to_contain_text("does not answer")
    expect_total(bobs, before + 5_000)
    with page.expect_request("**/grants") as again:
        press(page, "Grant 5,000 credits")
    assert again.value.headers["idempotency-key"] == lost[0]
    expect(told(page)).to_contain_text("5,000 credits granted. Acme has 20,000")
    grants = page.get_by_role("table", name="Grants").locator("tbody tr")
    expect(grants.first).to_contain_text("Order 4711")
    expect(grants.first).to_contain_text("Vera Vendor")
    expect(grants).to_have_count(2)
    assert total(bobs) == before + 5_000
    bobs.close()
    page.close()


def test_a_price_and_a_reversal_reach_an_open_page_within_a_second(
    vera: Desk, members: Enter
) -> None:
    zoe = members("zoe@globex.example")
    zoes = zoe.open("/people?page=7")
    row = row_with(zoes, "email", "phone")
    page = vera.open_org("Globex", "Prices")
    page.get_by_label("Prices of its own").check()
    page.get_by_label("Phone").fill("7")
    press(page, "Save prices")
    expect(button(row, "phone")).to_have_text("Reveal 7", timeout=LIVE_MS)
    page.get_by_label("The deployment’s prices").check()
    expect(page.get_by_label("Phone")).to_have_value("10")
    press(page, "Save prices")
    expect(button(row, "phone")).to_have_text("Reveal 10", timeout=LIVE_MS)

    before = total(zoes)
    button(row, "phone").click()
    expect_total(zoes, before - 10)
    row = row_of(zoes, href_of(row))
    page.get_by_role("link", name="History", exact=True).click()
    charge = page.get_by_role("table").locator("tbody tr").filter(has_text="Reveal").first
    expect(charge).to_contain_text("Zoe Lindqvist")
    charge.get_by_role("button").click()
    dialog(page).get_by_label("Reason").select_option("goodwill")
    dialog(page).get_by_label("Note").fill("Called us")
    assert faults_of(page, ["light"]) == []
    press(page, "Reverse")
    expect(button(row, "phone")).to_have_text("Reveal 10", timeout=LIVE_MS)
    expect_total(zoes, before)
    expect(told(page)).to_have_text("Reversed. The history shows it.")
    first = page.get_by_role("table").locator("tbody tr").first
    expect(first).to_contain_text("Reversal")
    expect(first).to_contain_text("Called us")
    expect(charge.get_by_role("button")).to_have_count(0)
    press(page, "Check the ledger")
    expect(page.get_by_text("every figure agrees")).to_be_visible()
    page.get_by_label("Action", exact=True).select_option("reversal")
    expect(page.get_by_role("table").locator("tbody tr")).to_have_count(1)
    page.go_back()
    expect(charge).to_be_visible()
    assert faults_of(page) == []
    assert overflow_of(page) == 0
    page.close()


def found_donau(page: Page) -> None:
    """A new customer, after a time zone that is none."""
    press(page, "New organization")
    page.get_by_label("Name").fill(LONG_NAME)
    page.get_by_label("Time zone").fill("Mars/Olympus")
    press(page, "Create organization")
    expect(dialog(page).get_by_role("alert")).to_contain_text("IANA time zone")
    page.get_by_label("Time zone").fill("Asia/Kolkata")
    press(page, "Create organization")
    expect(page.get_by_role("heading", level=1)).to_have_text(LONG_NAME.strip())
    expect(page.get_by_text("This organization has no users yet.")).to_be_visible()


def add_leila(page: Page) -> None:
    """The first admin, after an address that somebody else signs in with."""
    press(page, "Add user")
    page.get_by_label("Name").fill("ليلى Ganguly")
    page.get_by_label("Role").select_option("admin")
    page.get_by_label("Credits a month").fill("50")
    add = dialog(page).get_by_role("button", name="Add user")
    page.get_by_label("Email address").fill("bob@acme.example")
    add.click()
    expect(dialog(page).get_by_role("alert")).to_be_visible()
    page.get_by_label("Email address").fill("leila@donau.example")
    add.click()


def taken_link(page: Page) -> str:
    """The invitation's, which the page forgets."""
    field = page.get_by_role("textbox", name="Invitation link")
    expect(field).to_be_focused()
    link = field.input_value()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert link not in page.content()
    return link


def test_r15_a_new_customers_first_admin_signs_in_and_gets_more(vera: Desk, members: Enter) -> None:
    page = vera.open()
    found_donau(page)
    add_leila(page)
    lost = taken_link(page)
    page.get_by_role("button", name=re.compile("^New invitation link for .*Ganguly")).click()
    press(page, "Make a new link")
    link = taken_link(page)
    assert lost != link

    leilas = members(None).context.new_page()
    leilas.goto(link)
    leilas.get_by_label("New password").fill("a-password-of-her-own")
    press(leilas, "Save and sign in")
    expect(leilas.locator("[data-figure=total]")).to_have_text("50")

    row = page.get_by_role("table").locator("tbody tr").filter(has_text="leila@donau.example")
    license = row.get_by_role("button", name="Change the license")
    license.click()
    page.get_by_label("Credits a month").fill("80")
    expect(dialog(page)).to_contain_text("30 more at once")
    press(page, "Save")
    expect_total(leilas, 80)
    expect(row).to_contain_text("80 a month")
    license.click()
    page.get_by_label("Credits a month").fill("10")
    expect(dialog(page)).to_contain_text("Lower from the next month")
    press(page, "Save")
    expect(row).to_contain_text("10 from next month")
    assert total(leilas) == 80
    assert faults_of(page) == []
    assert overflow_of(page) == 0
    page.close()


def test_a_directory_file_is_imported_with_progress_and_accounted_for(
    vera: Desk, bob: Member
) -> None:
    page = vera.open("/operator/directory")
    assert faults_of(page) == []
    lines = "".join(f"https://www.linkedin.com/in/ola-{n},Ola Nordli {n},4\n" for n in range(ROWS))
    content = f"url,name,shoe size\n{lines}nowhere,Nobody,4\n".encode()
    page.get_by_label("CSV file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.evaluate(WATCH_BAR)
    press(page, "Import")
    expect(page.get_by_text("Imported", exact=True)).to_be_visible(timeout=30_000)
    bar: list[float] = page.evaluate("() => window.bar")
    importing = list(dropwhile(lambda at: at == 1, dropwhile(lambda at: at < 1, bar)))
    assert importing == sorted(importing)
    assert [at for at in importing if 0 < at < 1]
    expect(page.get_by_role("progressbar")).to_have_count(0)
    figures = [page.locator("dd").nth(n).inner_text() for n in range(4)]
    assert figures == [f"{ROWS:,}", "0", "0", "1"]
    expect(page.get_by_text("were ignored: shoe size")).to_be_visible()
    skipped = page.get_by_role("table").locator("tbody tr")
    expect(skipped).to_have_count(1)
    expect(skipped).to_contain_text(f"{ROWS + 2:,}")
    assert faults_of(page) == []
    assert overflow_of(page) == 0

    page.get_by_label("CSV file").set_input_files(
        {"name": "wrong.csv", "mimeType": "text/csv", "buffer": b"name,email\nBo,bo@bo.example\n"}
    )
    press(page, "Import")
    expect(page.get_by_role("alert")).to_contain_text("The header has no url column")
    bobs = bob.open("/people?q=nordli")
    expect(bobs.locator("[data-figure=range]")).to_contain_text(f"{ROWS:,}")
    bobs.close()
    page.close()


def test_r04_a_person_is_erased_after_the_word_was_typed(vera: Desk, bob: Member) -> None:
    bobs = bob.open("/people?page=20")
    row = row_with(bobs, "email")
    button(row, "email").click()
    expect(piece(row_of(bobs, href_of(row)), "email")).to_contain_text("revealed by Bob Reyes")
    person = bob.open(href_of(row))
    profile = str(person.locator("a[href*='/in/']").first.get_attribute("href"))
    page = vera.open("/operator/erasure")
    page.get_by_label("Address of the person’s profile").fill(profile)
    press(page, "Erase…")
    page.get_by_label("Type “erase” to confirm").fill("yes")
    press(page, "Erase for ever")
    expect(dialog(page).get_by_role("alert")).to_have_text("Type the word “erase” to confirm.")
    page.get_by_label("Type “erase” to confirm").fill("erase")
    press(page, "Erase for ever")
    expect(page.get_by_text("Erased, with 1 value that organizations owned.")).to_be_visible()
    press(page, "Erase…")
    assert faults_of(page) == []
    assert overflow_of(page) == 0
    for each in (bobs, person, page):
        each.close()


def test_the_keyboard_alone_reaches_and_does_everything(vera: Desk) -> None:
    page = vera.open("/operator?q=acme")
    link = page.get_by_role("link", name="Acme", exact=True)
    expect(page.get_by_role("link", name="Globex")).to_have_count(0)
    tab_to(page, link)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Acme")).to_be_focused()
    change = page.get_by_role("button", name="Change the license of Jane Okafor")
    tab_to(page, change)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Credits a month")).to_be_focused()
    page.keyboard.type("2100")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=re.compile("Jane Okafor"))).to_contain_text("2,100 a month")
    expect(change).to_be_focused()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("acme")
    page.close()


def test_what_cannot_be_fetched_says_so_and_is_tried_again(vera: Desk) -> None:
    page = vera.open()
    expect(page.get_by_role("link", name="Globex")).to_be_visible()
    page.route("**/api/v1/operator/orgs", lambda route: route.abort(), times=1)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
    press(page, "Try again")
    expect(page.get_by_role("link", name="Globex")).to_be_visible()
    page.goto(f"{vera.member.server_url}/operator/orgs/org_none")
    expect(page.get_by_role("alert")).to_contain_text("There is no organization org_none.")
    assert faults_of(page, ["light"]) == []
    page.close()


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until it has the focus."""
    wanted.wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"no Tab leads to {wanted}")
