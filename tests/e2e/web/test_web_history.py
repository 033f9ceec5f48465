"""Credit Use History in real browsers, over months of use (`BATTERY_DEMO=history`)."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.e2e.conftest import DemoServer
from tests.e2e.web.histories import (
    PAGE,
    Colleague,
    as_shown,
    cells,
    expect_near,
    exported,
    load_all,
    more,
    preset,
    query_of,
    refusal,
    rows,
    settle,
    sums_text,
    totals,
)
from tests.e2e.web.members import LIVE_MS, Member, faults_of, overflow_of

MEMBERS = ("Alice Nakamura", "Bob Reyes", "Jane Okafor")
KINDS = ("email", "phone", "personality")
HISTORY = re.compile(r"/api/v1/history\?")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The demo with months of use behind it."""
    server = DemoServer(tmp_path_factory.mktemp("history") / "data", {"BATTERY_DEMO": "history"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bob_calls(server: DemoServer) -> Iterator[Colleague]:
    """Bob the rep at the API."""
    caller = Colleague(server.url, "bob@acme.example")
    yield caller
    caller.close()


@pytest.fixture
def alice_calls(server: DemoServer) -> Iterator[Colleague]:
    """Alice the admin at the API."""
    caller = Colleague(server.url, "alice@acme.example")
    yield caller
    caller.close()


def test_r30_the_address_is_the_filter_and_back_and_forward_follow_it(
    alice: Member, alice_calls: Colleague
) -> None:
    page = alice.open("/history")
    expect(totals(page)).to_have_text(sums_text(alice_calls.history(limit=1)["totals"]))

    preset(page, "Last 90 days").click()
    expect(preset(page, "Last 90 days")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("What", exact=True).select_option("phone")
    expect(page).to_have_url(re.compile(r"range=90d.*kind=phone"))
    days = page.locator("[data-part=days]")
    expect(days).to_have_text(re.compile(r"^\d+ \w+( \d+)? – \d+ \w+$"))
    settle(page)
    shown = totals(page).inner_text()
    assert set(cells(page, "what")) == {"Phone"}

    preset(page, "Custom…").click()
    given = query_of(page)
    asked = {"from": given["from"][0], "to": given["to"][0], "kind": "phone"}
    assert sums_text(alice_calls.history(limit=1, **asked)["totals"]) == shown
    expect(page.get_by_label("From", exact=True).first).to_have_value(asked["from"])

    page.reload()
    expect(totals(page)).to_have_text(shown)
    page.go_back()
    expect(preset(page, "Last 90 days")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.get_by_label("What", exact=True)).to_have_value("")
    page.go_forward()
    expect(page.get_by_label("What", exact=True)).to_have_value("phone")
    expect(totals(page)).to_have_text(shown)


def test_r14_this_credit_month_is_that_of_the_license_concerned(
    alice: Member, alice_calls: Colleague, bob_calls: Colleague
) -> None:
    bob = bob_calls.id()
    license = bob_calls.battery()["license"]
    page = alice.open(f"/admin/users/{bob}/history?range=month")
    asked = {"user": bob, "from": license["starts_on"], "to": license["last_day"]}
    expect(totals(page)).to_have_text(sums_text(alice_calls.history(limit=1, **asked)["totals"]))
    expect(page.locator(".window-head")).to_contain_text("Bob Reyes")
    expect(page.get_by_role("columnheader", name="User")).to_have_count(0)


def test_r30_a_rep_sees_the_own_entries_whatever_the_address_says(
    bob: Member, bob_calls: Colleague, alice_calls: Colleague
) -> None:
    page = bob.open(f"/history?user={alice_calls.id()}&group=user")
    expect(totals(page)).to_have_text(sums_text(bob_calls.history(limit=1)["totals"]))
    expect(page.get_by_role("combobox", name="User")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="User")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("Reverse"))).to_have_count(0)
    expect(page.get_by_label("Stacked by")).to_have_value("kind")


def test_more_is_loaded_where_one_reads(alice: Member) -> None:
    page = alice.open("/history")
    expect(rows(page)).to_have_count(PAGE)
    shown = totals(page).inner_text()
    more(page).scroll_into_view_if_needed()
    before = page.evaluate("() => scrollY")
    more(page).focus()
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2 * PAGE)
    assert page.evaluate("() => scrollY") == before
    expect(more(page)).to_be_focused()
    numbers = [int(str(row.get_attribute("id")).removeprefix("seq-")) for row in rows(page).all()]
    assert numbers == sorted(set(numbers), reverse=True)
    expect(totals(page)).to_have_text(shown)

    read = rows(page).nth(80)
    read.scroll_into_view_if_needed()
    place = read.bounding_box()
    read.locator("[data-cell=who] a").click()
    expect(page).to_have_url(re.compile("/people/"))
    page.go_back()
    expect(rows(page)).to_have_count(2 * PAGE)
    expect(read).to_be_in_viewport()
    assert place
    expect_near(read, place["y"])


def test_new_entries_come_on_top_and_do_not_move_who_reads_further_down(
    alice: Member, bob_calls: Colleague, alice_calls: Colleague
) -> None:
    page = alice.open("/history?kind=email")
    expect(rows(page)).to_have_count(PAGE)
    name = bob_calls.reveal_somebody()
    expect(rows(page).first).to_contain_text(name, timeout=LIVE_MS)
    expect(rows(page)).to_have_count(PAGE + 1)

    read = rows(page).nth(30)
    read.scroll_into_view_if_needed()
    place = read.bounding_box()
    names = [bob_calls.reveal_somebody(), bob_calls.reveal_somebody()]
    chip = page.get_by_role("button", name="2 new entries")
    expect(chip).to_be_in_viewport(timeout=2 * LIVE_MS)
    assert read.bounding_box() == place
    asked = alice_calls.history(limit=1, kind="email")["totals"]
    expect(totals(page)).to_have_text(sums_text(asked))
    expect(rows(page)).to_have_count(PAGE + 1)

    chip.click()
    expect(chip).to_be_hidden()
    expect(rows(page).nth(1)).to_contain_text(names[0])
    expect(rows(page).first).to_contain_text(names[1])
    expect(rows(page).first).to_be_in_viewport()
    expect(rows(page).first).to_be_focused()


def test_an_entry_that_does_not_fit_the_filter_does_not_come(
    alice: Member, bob_calls: Colleague
) -> None:
    phones = alice.open("/history?kind=phone")
    every = alice.open("/history")
    expect(rows(phones)).to_have_count(PAGE)
    shown = totals(phones).inner_text()
    with phones.expect_response(HISTORY):
        name = bob_calls.reveal_somebody()
    expect(rows(every).first).to_contain_text(name)
    expect(totals(phones)).to_have_text(shown)
    expect(rows(phones)).to_have_count(PAGE)


def test_r27_a_charge_is_reversed_with_a_reason_and_both_browsers_see_it(
    alice: Member, bob: Member, bob_calls: Colleague
) -> None:
    name = bob_calls.reveal_somebody()
    page, his = alice.open("/history?range=today"), bob.open("/history")
    expect(rows(his).first).to_contain_text(name)
    charge = rows(page).first
    expect(charge).to_contain_text(name)
    charge_id = str(charge.get_attribute("id"))
    charge.get_by_role("button", name=f"Reverse the charge for {name}").click()
    dialog = page.get_by_role("dialog", name="Reverse a charge")
    expect(dialog).to_contain_text("1 credit goes back to the license of Bob Reyes.")
    expect(dialog).to_contain_text("50 of 50 credits are left")
    assert faults_of(page) == []
    assert overflow_of(page) <= 0
    page.set_viewport_size({"width": 1200, "height": 900})

    dialog.get_by_label("Reason").select_option("bounced")
    expect(dialog).to_contain_text("never sold to you again")
    dialog.get_by_label("Note (optional)").fill("Came back at once")
    dialog.get_by_role("button", name="Reverse", exact=True).click()
    for each in (page, his):
        expect(rows(each).first).to_contain_text("Reversal", timeout=LIVE_MS)
        expect(rows(each).first).to_contain_text("bounced")
        expect(rows(each).first).to_contain_text("by Alice Nakamura")
        expect(rows(each).first).to_contain_text("Came back at once")
        expect(rows(each).first.locator("[data-cell=credits]")).to_have_text("−1")
        expect(rows(each).first.locator("[data-cell=from]")).to_have_text("back to license")
        expect(each.locator(f"#{charge_id}").get_by_role("link", name="reversed")).to_be_visible()
    expect(dialog).to_be_hidden()
    assert page.locator(f"#{charge_id}").get_by_role("button").count() == 0

    rows(his).first.get_by_role("link", name="of this charge").click()
    expect(his.locator(f"#{charge_id}")).to_be_focused()
    alone = bob.open(f"/history?seq={charge_id.removeprefix('seq-')}")
    expect(rows(alone)).to_have_count(2)
    assert faults_of(alone) == []
    alone.get_by_role("link", name="Show all entries").click()
    expect(rows(alone)).not_to_have_count(2)
    alone.go_back()
    expect(rows(alone)).to_have_count(2)


def test_r27_what_the_deployment_does_not_allow_is_told_in_the_dialog(
    alice: Member, bob_calls: Colleague
) -> None:
    bob_calls.reveal_somebody()
    page = alice.open("/history")
    page.route("**/admin/reversals", refusal(403, "forbidden", "Ask your provider."))
    rows(page).first.get_by_role("button", name=re.compile("Reverse")).press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Reverse", exact=True).press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("Ask your provider.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(rows(page).first.get_by_role("button")).to_be_focused()


def test_the_exported_file_is_the_screens_filter_to_the_row(
    alice: Member, alice_calls: Colleague, bob_calls: Colleague, tmp_path: Path
) -> None:
    query = f"range=90d&user={bob_calls.id()}&kind=phone,personality"
    page = alice.open(f"/history?{query}")
    expect(totals(page)).to_contain_text("entries")
    entries = int(totals(page).inner_text().split()[0])
    load_all(page, entries)
    screen = [
        (
            str(row.get_attribute("id")).removeprefix("seq-"),
            *row.locator("td, th").all_inner_texts(),
        )
        for row in rows(page).all()
    ]
    assert len(screen) > PAGE
    read = list(csv.DictReader(io.StringIO(exported(page, "CSV", tmp_path).read_text("utf-8-sig"))))
    assert [as_shown(row) for row in read] == [
        (seq, user, what, credits.replace("−", "-"), left, extra)
        for seq, _, user, _, _, what, credits, _, left, extra, *_ in screen
    ]
    sheet = load_workbook(exported(page, "XLSX", tmp_path)).worksheets[0]
    [head, *lines] = [[str(cell or "") for cell in row] for row in sheet.values]
    assert [as_shown(dict(zip(head, line, strict=True))) for line in lines] == [
        as_shown(row) for row in read
    ]


def test_the_table_behind_the_chart_has_the_sums_of_the_server(
    alice: Member, alice_calls: Colleague
) -> None:
    page = alice.open("/history?bucket=month&group=kind")
    chart = page.locator(".chart")
    expect(chart).to_have_attribute("data-drawn", "3")
    expect(chart.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile("by month and kind")
    )
    buckets = alice_calls.usage(bucket="month", group="kind")
    table = page.locator(".usage-table table")
    expect(table.locator("tbody tr")).to_have_count(len(buckets))
    for row, bucket in zip(table.locator("tbody tr").all(), reversed(buckets), strict=True):
        figures = [bucket["groups"].get(kind, {"credits": 0})["credits"] for kind in KINDS]
        expected = [f"{figure:,}" for figure in (*figures, sum(figures))]
        assert row.locator("td").all_text_contents() == expected
    every = sum(group["credits"] for bucket in buckets for group in bucket["groups"].values())
    expect(table.locator("tfoot td").last).to_have_text(f"{every:,}")

    page.get_by_role("button", name="Table", exact=True).click()
    page.get_by_role("button", name="Week", exact=True).click()
    page.get_by_label("Stacked by").select_option("user")
    expect(page).to_have_url(re.compile("bucket=week&group=user&view=table"))
    for name in MEMBERS:
        expect(table.get_by_role("columnheader", name=name)).to_be_visible()
    expect(table.locator("tfoot td").last).to_have_text(f"{every:,}")


def test_the_chart_follows_what_is_charged(alice: Member, bob_calls: Colleague) -> None:
    bob_calls.reveal_somebody()
    page = alice.open("/history?range=today&view=table")
    total = page.locator(".usage-table tfoot td").last
    expect(total).to_be_visible()
    before = int(total.inner_text().replace(",", ""))
    bob_calls.reveal_somebody()
    expect(total).to_have_text(f"{before + 1:,}", timeout=2 * LIVE_MS)


def test_a_user_is_found_and_chosen_with_the_keyboard_alone(
    alice: Member, bob_calls: Colleague
) -> None:
    page = alice.open("/history?action=reversal")
    field = page.get_by_role("combobox", name="User")
    field.focus()
    options = page.get_by_role("listbox", name="User").get_by_role("option")
    expect(options).to_have_text([re.compile(name) for name in ("Everyone", *MEMBERS)])
    page.keyboard.type("reyes")
    expect(options).to_have_count(2)
    assert faults_of(page, ["light"]) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"user={bob_calls.id()}"))
    expect(field).to_have_value("Bob Reyes")
    asked = bob_calls.history(limit=1, action="reversal")
    expect(totals(page)).to_have_text(sums_text(asked["totals"]))
    assert set(cells(page, "user")) == {"Bob Reyes"}
    page.keyboard.press("Tab")
    expect(page.get_by_label("What", exact=True)).to_be_focused()


def test_a_text_is_looked_for_when_one_pauses(alice: Member, alice_calls: Colleague) -> None:
    page = alice.open("/history")
    search = page.get_by_role("searchbox")
    search.press_sequentially("mailbox")
    expect(page).to_have_url(re.compile("q=mailbox"))
    expect(totals(page)).to_have_text(
        sums_text(alice_calls.history(limit=1, q="mailbox")["totals"])
    )
    search.fill("nobody is called like this")
    expect(page.locator(".history-filter ~ div .empty")).to_contain_text(
        "No entry fits this filter."
    )
    expect(page.get_by_text("What was free is no entry")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="Show all entries").click()
    expect(search).to_have_value("")
    expect(rows(page)).to_have_count(PAGE)


def test_the_quiet_entries_are_there_on_demand(alice: Member) -> None:
    page = alice.open("/history?action=license,grant")
    expect(rows(page).filter(has_text="2,000 credits a month")).not_to_have_count(0)
    expect(rows(page).filter(has_text="15,000 extra credits added")).to_have_count(1)
    page.get_by_label("Action", exact=True).select_option("hold")
    expect(page.get_by_text("No entry fits this filter.")).to_be_visible()


def test_an_export_is_named_by_its_label_and_leads_to_its_job(
    alice: Member, bob_calls: Colleague
) -> None:
    people = [person["id"] for person in islice(bob_calls.unopened(), 2)]
    job = bob_calls.start_export({"subjects": people}, "email", "West coast VPs")
    bob_calls.wait_for(job)
    page = alice.open("/history?action=export")
    link = rows(page).first.get_by_role("link", name="“West coast VPs”")
    expect(link).to_have_attribute("href", f"/jobs/{job}")


def test_a_list_that_cannot_be_had_says_so_and_is_asked_for_again(alice: Member) -> None:
    page = alice.open("/people")
    page.route(HISTORY, refusal(429, "rate_limited", "Too often."))
    page.route("**/history/usage*", lambda route: route.fulfill(status=500, body="oops"))
    page.get_by_role("navigation", name="Main").get_by_role("link", name="History").click()
    alert = page.get_by_role("alert").filter(has_text="Too often.")
    expect(alert).to_be_visible()
    expect(page.locator(".usage").get_by_role("alert")).to_be_visible()
    assert faults_of(page) == []
    page.unroute_all()
    alert.get_by_role("button", name="Try again").click()
    expect(rows(page)).to_have_count(PAGE)
    expect(page.locator(".chart")).to_have_attribute("data-drawn", "3", timeout=10_000)


def test_it_fits_a_phone_and_has_no_faults(alice: Member) -> None:
    page = alice.open("/history?range=90d&group=user&action=reversal")
    expect(page.locator(".chart")).to_have_attribute("data-drawn", "3")
    assert faults_of(page, ["dark"]) == []
    page.get_by_role("button", name="Table", exact=True).click()
    for width in (760, 390, 320):
        assert overflow_of(page, width) <= 0
    assert faults_of(page, ["light"]) == []
