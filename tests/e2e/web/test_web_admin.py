"""Admin Settings in real browsers: users with their batteries, usage, requests, ledger check."""

import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from server.demo.accounts import DEMO_PASSWORD
from tests.e2e.conftest import DemoServer
from tests.e2e.reps import sign_in
from tests.e2e.web.admin_pages import (
    Office,
    dialog,
    left,
    manage,
    multiply,
    names,
    query_of,
    refuse,
    row,
)
from tests.e2e.web.members import LIVE_MS, Member, faults_of, overflow_of

ALICE, BOB, JANE = "Alice Nakamura", "Bob Reyes", "Jane Okafor"
SCREENS = ("/admin", "/admin/usage", "/admin/requests", "/admin/ledger")
USERS = re.compile(r"/api/v1/admin/users$")
PAGE_ROWS = 50
MANY = 5_000
MANY_MS = 2_000
"""Within which a table of MANY users follows its reader, on two busy cores."""
LONG_NAME = "Donaudampfschifffahrtsgesellschaftskapitänswitwe von und zu Rechtsschutzversicherung"
RTL_NAME = "ليلى بنت عبد الرحمن المنصوري"
LAST_ADMIN = "The last admin cannot be removed"
IVO = "Ivo Ortega"


@pytest.fixture(scope="module")
def calls(server: DemoServer) -> Iterator[Callable[[str], Office]]:
    """The same people at the API, each signed in once."""
    opened: dict[str, Office] = {}

    def of(name: str) -> Office:
        if name not in opened:
            opened[name] = Office(server.url, f"{name.split()[0].lower()}@acme.example")
        return opened[name]

    yield of
    for caller in opened.values():
        caller.close()


def test_r16_r17_the_table_tells_what_everybody_has_and_may_take(
    alice: Member, calls: Callable[[str], Office]
) -> None:
    calls(BOB).open_somebodys_email()
    calls(ALICE).cap(BOB, 40)
    user = calls(ALICE).user(BOB)
    license = user["battery"]["license"]

    page = alice.open("/admin")

    bob = row(page, BOB)
    expect(bob).to_contain_text("bob@acme.example")
    expect(bob.get_by_role("meter")).to_have_attribute("aria-valuenow", str(license["remaining"]))
    expect(bob.locator(".pill")).to_have_text("OK")
    expect(left(page, BOB)).to_have_text(f"{license['remaining']:,}")
    expect(bob).to_contain_text("0 of 40")
    expect(bob.locator("time")).to_have_attribute("datetime", user["last_spend_at"])
    expect(bob).to_contain_text("now")
    expect(bob).to_contain_text("active")
    expect(row(page, ALICE)).to_contain_text("admin")
    expect(row(page, JANE)).to_contain_text("0, no cap")
    extra = user["battery"]["extra"]
    expect(page.locator("[data-figure=extra-remaining]")).to_have_text(
        f"{extra['remaining']:,} of {extra['granted']:,} left"
    )

    page.get_by_role("link", name=f"View Details of {BOB}").click()
    expect(page).to_have_url(re.compile(f"/admin/users/{user['id']}/batteries$"))
    expect(page.locator("main h1")).to_be_focused()


def test_filters_and_order_are_the_address_and_back_and_forward_follow_it(alice: Member) -> None:
    page = alice.open("/admin?role=rep&sort=-name")
    expect(names(page)).to_have_text([JANE, BOB])
    expect(page.get_by_label("Role")).to_have_value("rep")

    page.get_by_label("Role").select_option("")
    expect(names(page)).to_have_text([JANE, BOB, ALICE])
    page.get_by_role("button", name="User", exact=True).click()
    expect(names(page)).to_have_text([ALICE, BOB, JANE])
    assert query_of(page) == {}

    page.get_by_role("searchbox").fill("okafor")
    expect(names(page)).to_have_text([JANE])
    assert query_of(page) == {"q": ["okafor"]}
    page.get_by_label("Level").select_option("empty")
    expect(page.get_by_text("Nobody is like this")).to_be_visible()

    page.go_back()
    expect(names(page)).to_have_text([JANE])
    page.go_back()
    expect(names(page)).to_have_text([JANE, BOB, ALICE])
    page.go_forward()
    expect(names(page)).to_have_text([JANE])
    for column in ("Battery", "Left", "Until", "Extra this month", "Last use", "Status"):
        page.get_by_role("button", name=column, exact=True).click()
        sorted_by = page.locator("th[aria-sort]")
        expect(sorted_by).to_have_text(column)
        expect(sorted_by).to_have_attribute("aria-sort", "ascending")


def test_what_a_rep_spends_is_in_the_admins_table_at_once_and_moves_no_row_under_the_pointer(
    alice: Member, calls: Callable[[str], Office]
) -> None:
    calls(JANE).open_somebodys_email()
    calls(BOB).open_somebodys_email()
    page = alice.open("/admin?sort=-last&role=rep")
    expect(names(page)).to_have_text([BOB, JANE])
    before = calls(JANE).available()
    remaining = int(left(page, JANE).inner_text().replace(",", ""))

    row(page, BOB).hover()
    place = row(page, BOB).bounding_box()
    calls(JANE).open_somebodys_email()

    expect(left(page, JANE)).to_have_text(f"{remaining - 1:,}", timeout=LIVE_MS)
    assert calls(JANE).available() == before - 1
    expect(names(page)).to_have_text([BOB, JANE])
    expect(page.get_by_text("rows keep their places")).to_be_visible()
    assert row(page, BOB).bounding_box() == place
    page.locator("h1").hover()
    expect(names(page)).to_have_text([JANE, BOB])

    calls(BOB).open_somebodys_email()
    expect(names(page)).to_have_text([BOB, JANE], timeout=LIVE_MS)


def test_who_is_invited_with_the_keyboard_alone_turns_active_in_the_table_and_is_known_then(
    alice: Member, enter: Callable[[str | None], Member], calls: Callable[[str], Office]
) -> None:
    page = alice.open("/admin")
    expect(names(page)).not_to_have_count(0)
    page.get_by_role("button", name="Invite…").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Email address")).to_be_focused()
    page.keyboard.type("laila@acme.example")
    page.keyboard.press("Tab")
    page.keyboard.type(RTL_NAME)
    page.keyboard.press("Enter")
    field = dialog(page).get_by_label("Link to a password")
    expect(field).to_be_focused()
    link = field.input_value()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Invite…")).to_be_focused()
    expect(row(page, RTL_NAME)).to_contain_text("invited", timeout=LIVE_MS)

    web = enter(None).context.new_page()
    web.goto(link)
    web.get_by_label("New password").fill("from right to left")
    web.get_by_role("button", name="Save and sign in").click()

    web.locator(".total").wait_for()
    expect(row(page, RTL_NAME)).to_contain_text("active", timeout=LIVE_MS)

    before = calls(ALICE).user(RTL_NAME)
    page.keyboard.press("Enter")
    page.get_by_label("Email address").fill("Laila@acme.example")
    expect(dialog(page)).to_contain_text("has this address")
    expect(dialog(page).get_by_label("Name")).to_be_hidden()
    page.get_by_role("button", name="Make the link").click()
    expect(field).to_have_value(re.compile(r"/invite\?code="))
    assert field.input_value() != link
    assert calls(ALICE).user(RTL_NAME) == before


def test_r17_many_get_the_same_cap_at_once_or_nobody_does(
    alice: Member, bob: Member, calls: Callable[[str], Office]
) -> None:
    calls(ALICE).cap(BOB, None)
    calls(ALICE).cap(JANE, None)
    bobs = bob.open("/batteries")
    page = alice.open("/admin?q=okafor")
    page.get_by_label(f"Select {JANE}").check()
    page.get_by_role("searchbox").fill("reyes")
    page.get_by_label(f"Select {BOB}").check()
    expect(page.get_by_role("status").filter(has_text="2 selected")).to_be_visible()
    page.get_by_role("button", name="Set cap…").click()
    expect(dialog(page)).to_contain_text("a ceiling, not a share")
    page.get_by_role("radio", name="At most").check()
    page.get_by_label("Extra credits at most").fill("7")

    page.route(USERS, refuse)
    save = page.get_by_role("button", name="Set for 2 users")
    save.click()
    expect(dialog(page).get_by_role("alert")).to_be_visible()
    page.unroute(USERS)
    assert calls(ALICE).user(BOB)["extra_cap"] is None
    before = calls(ALICE).entries()
    save.dblclick(no_wait_after=True)

    expect(dialog(page)).to_have_count(0)
    expect(row(page, BOB)).to_contain_text("0 of 7", timeout=LIVE_MS)
    expect(bobs.get_by_text("Your admin allows 7 of them")).to_be_visible(timeout=LIVE_MS)
    assert calls(ALICE).user(JANE)["extra_cap"] == 7
    assert calls(ALICE).entries() == before + 2
    expect(page.get_by_text("2 selected")).to_have_count(0)


def test_r15_who_is_deactivated_is_signed_out_and_comes_back_but_the_last_admin_stays(
    alice: Member, enter: Callable[[str | None], Member], calls: Callable[[str], Office]
) -> None:
    calls(ALICE).add("ivo@acme.example", IVO)
    ivos = enter("ivo@acme.example").open("/batteries")
    page = alice.open("/admin")
    manage(page, IVO).get_by_role("button", name="Deactivate…").click()
    expect(dialog(page)).to_contain_text("signed out at once")
    expect(dialog(page)).to_contain_text("stays with the organization")
    dialog(page).get_by_role("button", name=f"Deactivate {IVO}").click()

    expect(row(page, IVO)).to_contain_text("deactivated", timeout=LIVE_MS)
    expect(ivos).to_have_url(re.compile(r"/signin\?"), timeout=LIVE_MS)
    expect(ivos.get_by_text("deactivated by an admin")).to_be_visible()

    manage(page, IVO).get_by_role("button", name="Activate…").click()
    dialog(page).get_by_role("button", name=f"Activate {IVO}").click()
    expect(row(page, IVO).get_by_text("active", exact=True)).to_be_visible(timeout=LIVE_MS)
    sign_in(ivos, "ivo@acme.example", DEMO_PASSWORD)
    ivos.locator(".total").wait_for()

    manage(page, ALICE).get_by_label("Role").select_option("rep")
    dialog(page).get_by_role("button", name="Save").click()
    expect(dialog(page).get_by_role("alert")).to_contain_text(LAST_ADMIN)
    dialog(page).get_by_role("button", name="Deactivate…").click()
    dialog(page).get_by_role("button", name=f"Deactivate {ALICE}").click()
    expect(dialog(page).get_by_role("alert")).to_contain_text(LAST_ADMIN)
    alices = calls(ALICE).user(ALICE)
    assert (alices["role"], alices["active"]) == ("admin", True)


def test_who_asks_for_credits_is_seen_live_and_hears_the_answer_live(
    alice: Member, bob: Member, calls: Callable[[str], Office]
) -> None:
    calls(ALICE).cap(BOB, 3)
    bobs = bob.open("/batteries")
    page = alice.open("/admin/requests")
    expect(page.get_by_text("Nobody waits for credits")).to_be_visible()

    calls(BOB).ask("Twelve phones for Monday")
    request = page.get_by_role("article")
    expect(request).to_contain_text("Twelve phones for Monday", timeout=LIVE_MS)
    expect(request).to_contain_text(BOB)
    expect(request).to_contain_text("0 of 3")
    expect(request.get_by_role("meter")).to_be_visible()
    tab = page.get_by_role("link", name="Requests")
    expect(tab).to_contain_text("1 request waits for an answer")
    expect(page.get_by_role("link", name="Admin Settings")).to_contain_text("1 colleague waits")

    request.get_by_role("radio", name="Raise the cap").check()
    request.get_by_label("New cap").fill("90")
    request.get_by_label("Note, optional").fill("Good luck")
    request.get_by_role("button", name="Send the answer").click()

    expect(bobs.get_by_text(f"{ALICE} let you take more")).to_be_visible(timeout=LIVE_MS)
    expect(bobs.get_by_text("Good luck")).to_be_visible()
    expect(bobs.get_by_text("Your admin allows 90 of them")).to_be_visible(timeout=LIVE_MS)
    expect(request).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="Good luck")).to_contain_text("Cap raised by")
    expect(tab).not_to_contain_text("waits")
    assert calls(ALICE).user(BOB)["extra_cap"] == 90


def test_a_request_answered_elsewhere_leaves_and_without_a_cap_there_is_none_to_raise(
    alice: Member, calls: Callable[[str], Office]
) -> None:
    calls(ALICE).cap(JANE, None)
    first, _ = calls(JANE).ask("A list of mine"), calls(JANE).ask("Another list")
    page = alice.open("/admin/requests")
    requests = page.get_by_role("article")
    expect(requests).to_have_count(2)
    expect(requests.first).to_contain_text("A list of mine")
    expect(requests.first.get_by_role("radio", name="Raise the cap")).to_be_disabled()
    requests.last.get_by_role("radio", name="Decline").check()
    requests.last.get_by_label("Note, optional").fill("Next month")

    calls(ALICE).answer(first, "ordered")

    expect(requests).to_have_count(1, timeout=LIVE_MS)
    expect(requests.get_by_label("Note, optional")).to_have_value("Next month")
    requests.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Nobody waits for credits")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Next month")).to_contain_text("Declined by")


def test_r32_the_check_replays_every_entry_and_says_plainly_what_it_found(
    alice: Member, calls: Callable[[str], Office]
) -> None:
    page = alice.open("/admin/ledger")
    entries = calls(ALICE).entries()
    check = page.get_by_role("button", name="Check the ledger")
    check.click()
    expect(page.get_by_text(f"{entries:,} entries replayed; every balance agrees.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Checked \d"))).to_be_visible()
    expect(page.get_by_text("within 7 days of it, and up to 50 credits")).to_be_visible()

    found = {"invariant": 4, "detail": "Entry 17 leaves 3 where the replay leaves 4."}
    broken = json.dumps({"ok": False, "entries": 1_234, "broken": [found]})
    page.route("**/admin/verify", lambda route: route.fulfill(body=broken))
    check.click()
    expect(page.get_by_text("1,234 entries replayed; 1 rule of the ledger")).to_be_visible()
    expect(page.get_by_text("Entry 17 leaves 3")).to_be_visible()
    page.unroute("**/admin/verify")
    page.route("**/admin/verify", refuse)
    check.click()
    expect(page.get_by_text("every balance agrees")).to_have_count(0)
    expect(check).to_be_enabled()

    page.get_by_role("link", name="Reversals in the history").click()
    expect(page).to_have_url(re.compile(r"/history\?action=reversal$"))


def test_usage_sums_what_everybody_spent_and_follows_the_ledger(
    alice: Member, calls: Callable[[str], Office]
) -> None:
    calls(BOB).open_somebodys_email()
    page = alice.open("/admin/usage?range=all&bucket=month&group=kind&view=table")
    spent = calls(ALICE).spent()
    total = page.locator(".usage-sum")
    expect(total).to_contain_text(f"{spent:,} credit")
    expect(page.get_by_role("columnheader", name="Email")).to_be_visible()
    spender = page.get_by_role("row").filter(has=page.get_by_role("link", name=re.compile(BOB)))
    expect(spender).to_be_visible()

    calls(BOB).open_somebodys_email()
    expect(total).to_contain_text(f"{spent + 1:,} credit", timeout=2 * LIVE_MS)

    page.get_by_label("Stacked by").select_option("user")
    expect(page.get_by_role("columnheader", name=BOB)).to_be_visible()
    page.get_by_role("button", name="This month").click()
    assert query_of(page)["group"] == ["user"]
    page.go_back()
    expect(page.get_by_role("button", name="All", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("link", name="Show the entries").click()
    expect(page).to_have_url(re.compile(r"/history$"))


def test_a_rep_sees_403_as_a_page_at_every_address_of_the_admins(
    bob: Member, calls: Callable[[str], Office]
) -> None:
    user = calls(ALICE).user(JANE)["id"]
    page = bob.open("/batteries")
    for path in (*SCREENS, f"/admin/users/{user}/batteries", f"/admin/users/{user}/history"):
        page.goto(f"{bob.server_url}{path}")
        expect(page.locator("main h1")).to_have_text("403: only for admins")
    expect(page.get_by_role("link", name="Admin Settings")).to_have_count(0)


def test_5000_users_stay_usable_and_live_and_what_cannot_be_had_is_tried_again(
    alice: Member, calls: Callable[[str], Office]
) -> None:
    jane = calls(ALICE).user(JANE)

    page = alice.open("/account")
    page.route(USERS, refuse)
    page.get_by_role("link", name="Admin Settings").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    page.unroute(USERS)
    page.route(USERS, lambda route: multiply(route, jane, MANY))
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_text(f"{MANY:,} users")).to_be_visible()
    expect(alert).to_be_hidden()

    expect(names(page)).to_have_count(PAGE_ROWS)
    remaining = int(left(page, BOB).inner_text().replace(",", ""))
    calls(BOB).open_somebodys_email()
    expect(left(page, BOB)).to_have_text(f"{remaining - 1:,}", timeout=LIVE_MS)

    begun = time.monotonic()
    page.get_by_role("button", name="Left", exact=True).click()
    page.get_by_role("searchbox").fill("jane 49")
    page.keyboard.press("Enter")
    expect(names(page).first).to_have_text("Jane 49")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("Page 2 of")).to_be_visible()
    assert (time.monotonic() - begun) * 1_000 < MANY_MS
    page.get_by_role("link", name="Previous").click()
    expect(names(page)).to_have_count(PAGE_ROWS)


def test_every_screen_and_dialog_is_accessible_and_fits_a_phone(
    alice: Member, calls: Callable[[str], Office]
) -> None:
    calls(ALICE).invite("long@acme.example", LONG_NAME)
    calls(BOB).ask("For everybody: " + LONG_NAME)
    for path in SCREENS:
        page = alice.open(path)
        page.wait_for_load_state("networkidle")
        assert faults_of(page) == [], path
        assert overflow_of(page) == 0, path
        page.close()
    page = alice.open("/admin")
    page.get_by_role("button", name=f"Manage {LONG_NAME}").click()
    assert faults_of(page) == []
    assert overflow_of(page) == 0
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Invite…").click()
    assert faults_of(page, ["light"]) == []
    assert overflow_of(page) == 0
