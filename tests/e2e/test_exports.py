"""Exports from a page of search results: tick, quote, confirm, watch, stop, download (issue 3)."""

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Playwright, Route, expect

from server.demo.accounts import DEMO_PASSWORD
from tests.e2e.conftest import Admin, Caller, DemoServer
from tests.e2e.exporting import Search
from tests.e2e.reps import Profile, Rep, open_profile

BACK_MS = 40_000
"""The longest wait between two attempts is 30 s."""
GUS = "gus@globex.example"
STARTS = "**/api/v1/jobs/*/start"
FILES = "**/api/v1/jobs/*/file?*"


@pytest.fixture(scope="module")
def server(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The demo with one place for a job: who has it keeps everybody else's waiting."""
    folder = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(demo_data, folder)
    server = DemoServer(folder, {"BATTERY_JOBS_AT_ONCE": "1"})
    server.start()
    yield server
    server.stop()


def left(panel: Search) -> int:
    """The credits that the panel shows as left of the license."""
    return int(panel.left.inner_text().replace(",", ""))


def test_r18_r20_r24_people_of_two_pages_become_one_file(bob: Rep, jane: Rep) -> None:
    bobs, janes = Search.open(bob, "logistics"), Search.open(jane, "logistics")
    janes.page.evaluate("globalThis.sameDocument = true")
    before, janes_before = left(bobs), left(janes)
    bobs.all.check()
    expect(bobs.selected).to_have_text("20 selected")
    bobs.next_page()
    bobs.box(0).check()
    bobs.box(3).check()
    expect(bobs.selected).to_have_text("22 selected")
    expect(bobs.frame.get_by_text("20 of them on other pages")).to_be_visible()

    bobs.get_quote()
    net_new = bobs.figure("net_new")
    assert bobs.figure("rows") == 22
    assert bobs.figure("found") == net_new + bobs.figure("already_owned") + bobs.figure(
        "duplicates"
    )
    assert 0 < net_new <= 22
    expect(bobs.quote).to_contain_text(f"Left after {before - net_new:,} license · 15,000 extra")
    expect(bobs.start).to_have_text(f"Export 22 for {net_new} credits")
    assert left(bobs) == before

    bobs.start.click()

    bobs.wait_for_job("completed")
    expect(bobs.status).to_have_text(f"{net_new} credits charged, from your license.")
    expect(bobs.left).to_have_text(f"{before - net_new:,}")
    expect(janes.team).to_have_text(f"Bob Reyes exported {net_new} emails")
    expect(
        janes.people.locator(".mark[title='Email: revealed by Bob Reyes']").first
    ).to_be_visible()
    assert left(janes) == janes_before
    assert janes.page.evaluate("globalThis.sameDocument") is True

    file = bobs.download("CSV")
    assert file.suggested_filename == "22-selected-people_export.csv"
    with file.path().open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 22
    assert sum(row["Email outcome"] == "charged" for row in rows) == net_new
    assert all("@" in row["Email"] for row in rows if row["Email outcome"] == "charged")


def test_r02_r31_exporting_the_same_people_again_is_free_and_says_why(
    bob: Rep, jane: Rep, tmp_path: Path
) -> None:
    for rep in (bob, jane):
        panel = Search.open(rep, "harbourline")
        before = left(panel)
        panel.all.check()
        panel.get_quote()
        cost = panel.figure("net_new")
        owned = panel.figure("already_owned")
        panel.start.click()
        panel.wait_for_job("completed")
        expect(panel.left).to_have_text(f"{before - cost:,}")
    assert (cost, owned > 0) == (0, True)
    expect(panel.status).to_have_text(
        "Nothing was charged: your team already owned everything that was found."
    )
    file = tmp_path / "again.xlsx"
    panel.download("XLSX").save_as(file)
    book = openpyxl.load_workbook(file)
    (sheet,) = book.worksheets
    outcomes = [str(cell.value) for column in sheet.columns for cell in column]
    assert outcomes.count("already owned") == owned


def test_r19_r21_a_stopped_export_charges_nothing_and_gives_its_hold_back(
    bob: Rep, alice: Admin
) -> None:
    others = alice.start_long_export()
    panel = Search.open(bob, "finance")
    before = left(panel)
    panel.all.check()
    panel.get_quote()
    need = panel.figure("net_new")
    panel.start.press("Enter")

    panel.wait_for_job("running")
    expect(panel.held).to_contain_text(f"{need} on hold")
    expect(panel.left).to_have_text(f"{before - need:,}")
    expect(panel.job.get_by_role("heading", name="20 selected people")).to_be_focused()
    panel.stop.press("Enter")

    panel.wait_for_job("stopped")
    expect(panel.status).to_contain_text("Nothing was charged")
    expect(panel.left).to_have_text(f"{before:,}")
    expect(panel.held).to_contain_text("0 on hold")
    expect(panel.people.locator(".mark[data-state=owned]")).to_have_count(0)
    alice.stop(others)


def test_r20_what_a_colleague_reveals_meanwhile_is_not_charged_and_is_accounted_for(
    bob: Rep, jane: Rep, alice: Admin
) -> None:
    others = alice.start_long_export()
    panel = Search.open(bob, "recruiter")
    panel.box(0).check()
    panel.box(1).check()
    panel.get_quote()
    quoted = panel.figure("net_new")
    panel.start.click()
    panel.wait_for_job("running")
    name = panel.people.first.locator(".pick-name").inner_text()
    panel.page.locator("main .result-name").first.click()
    janes = jane.open(panel.page.url.partition("/demo")[2])
    expect(janes.name).to_have_text(name)
    janes.button("email").click()
    expect(janes.notice).to_contain_text("Email revealed for 1 credit")
    alice.stop(others)

    panel.wait_for_job("completed")
    assert panel.figure("charged") == quoted - 1
    account = panel.job.locator("[data-part=account]")
    expect(account).to_contain_text(f"Different from the quote ({quoted} credits)")
    expect(account.get_by_role("listitem")).to_have_text(
        re.compile(r"^1 email revealed by Jane Okafor, \d\d:\d\d−11 credit less$")
    )


def test_r23_a_running_export_outlives_worker_page_and_server(
    server: DemoServer, bob: Rep, alice: Admin
) -> None:
    others = alice.start_long_export()
    panel = Search.open(bob, "marketing")
    panel.all.check()
    panel.get_quote()
    panel.start.click()
    panel.wait_for_job("running")
    bob.stop_worker()
    expect(panel.pill).to_have_text("OK · live")
    expect(panel.status).to_have_text("Running. Nothing has been charged yet.")

    again = Search.open(bob, "marketing")
    again.wait_for_job("running")
    elsewhere = bob.open_popup()
    expect(elsewhere.frame.get_by_role("progressbar")).to_be_visible()

    server.stop()
    expect(again.pill).to_have_text("Offline")
    expect(again.stop).to_be_disabled()
    server.start()
    expect(again.pill).to_have_text("OK · live", timeout=BACK_MS)
    alice.stop(others)
    again.wait_for_job("completed")
    panel.wait_for_job("completed")
    expect(panel.status).to_contain_text("credits charged")


def test_r24_finished_exports_are_back_when_the_browser_is_opened_again(
    server: DemoServer, playwright: Playwright, chromium_path: str | None, tmp_path: Path
) -> None:
    with open_profile(playwright, chromium_path, tmp_path) as profile:
        panel = Search.open(profile.pair(server.url, GUS, DEMO_PASSWORD), "logistics")
        panel.box(0).check()
        panel.get_quote()
        panel.start.click()
        panel.wait_for_job("completed")
    caller = Caller(server.url, GUS)
    companies = {"accounts": {"pages": [1, 1]}}
    caller.wait_for(caller.start_export(companies, "personality", "While it was closed"))
    caller.close()

    with open_profile(playwright, chromium_path, tmp_path) as profile:
        panel = Search.open(Rep.returning(profile, server.url), "logistics")
        expect(panel.jobs.get_by_role("heading", level=2)).to_have_text(["While it was closed"])
        panel.frame.get_by_text("1 earlier").click()
        expect(panel.jobs.get_by_role("heading", level=2)).to_have_text(
            ["While it was closed", "1 selected person"]
        )
        panel.put_away()
        expect(panel.frame.get_by_text("1 earlier")).to_be_hidden()
        file = panel.download("CSV")
        assert file.suggested_filename == "1-selected-person_export.csv"
        assert file.path().stat().st_size > 0

    with open_profile(playwright, chromium_path, tmp_path) as profile:
        panel = Search.open(Rep.returning(profile, server.url), "logistics")
        expect(panel.jobs.get_by_role("heading", level=2)).to_have_text(["1 selected person"])


def test_no_script_and_no_held_key_starts_an_export(bob: Rep) -> None:
    panel = Search.open(bob, "legal")
    before = left(panel)
    panel.all.focus()
    panel.page.keyboard.press("Space")
    expect(panel.selected).to_have_text("20 selected")
    expect(panel.ask).to_be_enabled()
    panel.ask.focus()
    # Pressed again without having been let go, as a held key repeats itself.
    panel.page.keyboard.down("Enter")
    expect(panel.start).to_be_visible()
    expect(panel.frame.locator("[data-part=quote] h2")).to_be_focused()
    panel.start.focus()
    expect(panel.start).not_to_have_attribute("aria-disabled", "true")
    panel.page.keyboard.down("Enter")
    panel.page.keyboard.up("Enter")
    expect(panel.start).to_be_focused()
    panel.start.evaluate("button => button.click()")
    panel.frame.get_by_role("button", name="Back").press("Escape")
    expect(panel.ask).to_be_visible()
    expect(panel.all).to_be_focused()
    assert left(panel) == before
    expect(panel.held).to_contain_text("0 on hold")


def test_r11_a_start_whose_answer_is_lost_is_one_export(jane: Rep) -> None:
    panel = Search.open(jane, "security")
    before = left(panel)
    panel.all.check()
    panel.get_quote()
    need = panel.figure("net_new")
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.abort()

    def pass_on(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.continue_()

    browser = jane.profile.context
    browser.route(STARTS, lose)
    panel.start.click()
    expect(panel.quote.get_by_role("alert")).to_have_text(
        "The server did not answer. Trying again never charges twice."
    )
    browser.unroute(STARTS)
    browser.route(STARTS, pass_on)
    panel.start.click()
    panel.wait_for_job("completed")
    browser.unroute(STARTS)
    expect(panel.left).to_have_text(f"{before - need:,}")
    assert len(keys) == 2
    assert keys[0] == keys[1]


def test_a_download_that_fails_says_so_and_can_be_tried_again(jane: Rep) -> None:
    panel = Search.open(jane, "payroll")
    panel.box(0).check()
    panel.get_quote()
    panel.start.click()
    panel.wait_for_job("completed")
    browser = jane.profile.context
    browser.route(FILES, lambda route: route.abort())
    panel.job.get_by_role("button", name="Download CSV").click()
    expect(panel.job.get_by_role("alert")).to_have_text(
        "The download was cut off. Try again: downloading is free."
    )
    browser.unroute(FILES)
    assert panel.download("CSV").path().stat().st_size > 0
    expect(panel.job.get_by_role("alert")).to_be_hidden()
    panel.put_away()
    expect(panel.frame.locator(".job").filter(has_text="1 selected person")).to_have_count(0)


def test_r07_what_cannot_be_paid_has_no_button(
    server: DemoServer, new_profile: Callable[[], Profile]
) -> None:
    gus = new_profile().pair(server.url, GUS, DEMO_PASSWORD)
    panel = Search.open(gus, "sales")
    panel.all.check()
    panel.next_page()
    panel.all.check()
    panel.choose("Personality")
    expect(panel.ask).not_to_have_attribute("aria-disabled", "true")
    panel.ask.click()
    expect(panel.quote.get_by_role("alert")).to_have_text(
        re.compile(
            r"^[\d,]+ credits are missing\. Ask your admin for more, or select fewer people\.$"
        )
    )
    expect(panel.start).to_be_hidden()
    expect(panel.quote.get_by_role("columnheader", name="Personality")).to_be_visible()


def test_the_list_grows_as_the_page_does_and_the_selection_stays(jane: Rep) -> None:
    panel = Search.open(jane, "director", more="&scroll=on")
    panel.all.check()
    panel.page.mouse.move(200, 600)
    panel.page.mouse.wheel(0, 20_000)
    expect(panel.people.nth(39)).to_be_attached()
    panel.wait_until_known()
    expect(panel.selected).to_have_text("20 selected")
    expect(panel.all).not_to_be_checked()
    panel.page.locator("main .result-name").first.click()
    expect(panel.name).to_be_visible()
    panel.page.go_back()
    expect(panel.selected).to_have_text("20 selected")
    panel.page.get_by_role("searchbox").fill("engineer")
    panel.page.keyboard.press("Enter")
    expect(panel.selected).to_have_text("")


def test_whom_a_result_merely_mentions_is_not_listed(jane: Rep) -> None:
    panel = Search.open(jane, "director")
    expect(panel.people).to_have_count(20)
    panel.page.evaluate(
        """() => {
            const item = document.createElement("li");
            for (const slug of ["tomas-dvorak", "ines-moreau"]) {
                const link = document.createElement("a");
                link.href = `/demo/in/${slug}`;
                item.append(link, " ");
            }
            document.querySelector("main ul").prepend(item);
            const aside = item.lastElementChild.cloneNode();
            aside.href = "/demo/in/kofi-mensah";
            document.querySelector("header").append(aside);
        }"""
    )
    expect(panel.people).to_have_count(21)
    expect(panel.people.first).to_contain_text("Tomáš Dvořák")
    expect(panel.people.nth(1)).not_to_contain_text("Ines Moreau")


def test_a_list_of_nobody_says_so(jane: Rep) -> None:
    panel = jane.open("/search/results/people?q=nobody-is-called-this")
    expect(panel.frame.get_by_text("Nobody is on this page.")).to_be_visible()
    expect(panel.frame.get_by_role("button", name="Get a quote")).to_be_hidden()


@pytest.mark.parametrize("q", ["عبد", "Konstantina", "von Rothenburg"])
def test_nothing_overflows_in_a_narrow_window(jane: Rep, q: str) -> None:
    panel = Search.open(jane, q)
    panel.page.set_viewport_size({"width": 320, "height": 700})
    panel.all.check()
    for kind in ("Phone", "Personality"):
        panel.choose(kind)
    assert overflow(panel) == []
    panel.get_quote()
    assert overflow(panel) == []


def overflow(panel: Search) -> list[str]:
    """Elements that reach out of the panel."""
    found: list[str] = panel.frame.evaluate(
        """() => {
            const edge = document.documentElement.clientWidth + 0.5;
            return [...document.querySelectorAll("body *")]
                .filter((e) => !e.closest(".unseen") && e.getBoundingClientRect().right > edge)
                .map((e) => e.outerHTML.slice(0, 120));
        }"""
    )
    return found
