"""Exports on pages of their own: quote, start, watch, stop, bill, file; and the list of all."""

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Request, Route, expect

from tests.e2e.conftest import Admin, DemoServer
from tests.e2e.web.job_pages import STARTS, JobCaller, JobPage, row_of, total
from tests.e2e.web.members import LIVE_MS, Member, faults_of, overflow_of

BACK_MS = 40_000
"""The longest wait between two attempts to connect is 30 s."""
ASKED_AGAIN_MS = 4_000
"""Of another user's job nothing is pushed: an admin's page asks every two or three seconds."""
LISTS = "**/api/v1/jobs?*"
GUS, ZOE = "gus@globex.example", "zoe@globex.example"
RTL_LABEL = "عملاء الخريف في منطقة الخليج وشمال أفريقيا والمغرب العربي الكبير"
LONG_LABEL = "Geschäftsführungsverantwortliche der Rechtsschutzversicherungsgesellschaften"


@pytest.fixture(scope="module")
def server(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The demo with one place for a job: who has it keeps everybody else's waiting."""
    folder = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(demo_data, folder)
    server = DemoServer(folder, {"BATTERY_JOBS_AT_ONCE": "1"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def callers(server: DemoServer) -> Iterator[Callable[[str], JobCaller]]:
    """The same people at the API."""
    opened: list[JobCaller] = []

    def new(name: str) -> JobCaller:
        opened.append(JobCaller(server.url, f"{name}@acme.example"))
        return opened[-1]

    yield new
    for caller in opened:
        caller.close()


def starts_of(page: JobPage) -> list[Request]:
    """Grows with every request to start a job."""
    sent: list[Request] = []
    page.page.on("request", lambda each: sent.append(each) if each.url.endswith("/start") else None)
    return sent


def test_r20_r21_r24_from_a_quote_to_the_files_stopped_once_and_with_a_colleague_ahead(
    bob: Member, jane: Member, callers: Callable[[str], JobCaller], tmp_path: Path
) -> None:
    stopped = JobPage.open(bob, callers("bob").quote("logistics", label=LONG_LABEL)["id"])
    job = callers("bob").quote("logistics", last_page=2, label="West coast VPs")
    page, found = JobPage.open(bob, job["id"]), jane.open("/people?q=logistics")
    before, janes_before = total(page.page), total(found)
    need = job["quote"]["credits"]
    assert (page.figure("rows"), page.figure("net_new")) == (40, need)
    expect(page.start).to_have_text(f"Export 40 for {need} credits")
    expect(page.page.get_by_text("Kept until")).to_be_visible()
    starts = starts_of(page)
    others = callers("alice").keep_busy()
    stop_by_keyboard(stopped)

    page.start.dblclick()

    page.wait_for("running")
    expect(page.page.get_by_text(f"{need} credits on hold")).to_be_visible()
    expect(page.page.locator("[data-figure=total]")).to_have_text(f"{before - need:,}")
    callers("jane").reveal_first_email("logistics")
    callers("alice").stop(others)

    page.wait_for("completed")
    expect(page.status).to_have_text(f"{need - 1} credits charged, from your license.")
    unowned = found.locator("[data-kind=email][data-state=available]")
    expect(unowned).to_have_count(0, timeout=LIVE_MS)
    expect(page.page.locator("[data-part=account]")).to_contain_text(
        re.compile(rf"Different from the quote \({need} credits\).*1 email revealed by Jane Okafor")
    )
    expect(page.page.locator("[data-figure=total]")).to_have_text(f"{before - need + 1:,}")
    assert (total(found), len(starts)) == (janes_before - 1, 1)
    assert faults_of(page.page) == []

    with page.download("CSV").path().open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 40
    assert sum(row["Email outcome"] == "charged" for row in rows) == need - 1
    file = tmp_path / "again.xlsx"
    page.download("XLSX").save_as(file)
    (sheet,) = openpyxl.load_workbook(file).worksheets
    assert sheet.max_row == 41
    assert total(page.page) == before - need + 1


def stop_by_keyboard(page: JobPage) -> None:
    """Starts it with a key held down and stops it with another: nothing is charged."""
    starts, before = starts_of(page), total(page.page)
    heading = page.page.get_by_role("heading", level=1)
    page.page.bring_to_front()
    page.start.focus()
    for _ in range(3):
        page.page.keyboard.down("Enter")
    page.wait_for("running")
    page.page.keyboard.down("Enter")
    page.page.keyboard.up("Enter")
    expect(heading).to_be_focused()
    page.wait_until_read()
    page.page.keyboard.press("Tab")
    expect(page.stop).to_be_focused()
    page.page.keyboard.press("Space")

    page.wait_for("stopped")
    expect(page.status).to_have_text(
        "Stopped. Nothing was charged; what was on hold is yours again."
    )
    expect(heading).to_be_focused()
    expect(page.page.locator("[data-figure=total]")).to_have_text(f"{before:,}", timeout=LIVE_MS)
    assert len(starts) == 1
    assert overflow_of(page.page) <= 0


def test_a_script_starts_nothing_and_a_discarded_quote_is_gone(
    bob: Member, callers: Callable[[str], JobCaller]
) -> None:
    page = JobPage.open(bob, callers("bob").quote("legal")["id"])
    starts = starts_of(page)
    page.start.evaluate("button => button.click()")
    expect(page.card).to_have_attribute("data-status", "quoted")
    page.page.get_by_role("button", name="Discard quote").click()
    page.wait_for("stopped")
    expect(page.status).to_have_text("This quote was discarded. Nothing was charged.")
    assert starts == []


def test_r11_a_start_whose_answer_is_lost_is_one_export(
    bob: Member, callers: Callable[[str], JobCaller]
) -> None:
    page = JobPage.open(bob, callers("bob").quote("security")["id"])
    starts = starts_of(page)
    page.page.route(STARTS, lambda route: route.abort())
    page.start.click()
    expect(page.alert).to_have_text("The server did not answer. Trying again never charges twice.")
    page.page.unroute(STARTS)
    page.wait_until_read()
    page.start.click()
    page.wait_for("completed")
    keys = [sent.headers["idempotency-key"] for sent in starts]
    assert (len(keys), len(set(keys))) == (2, 1)


def test_r19_a_dearer_start_is_refused_with_the_fresh_quote(
    bob: Member, callers: Callable[[str], JobCaller], server: DemoServer
) -> None:
    callers("jane").reveal_first_email("recruiter")
    job = callers("bob").quote("recruiter")
    page = JobPage.open(bob, job["id"])
    need = job["quote"]["credits"]
    alice = Admin(server.url, "alice@acme.example")
    alice.reverse_last_charge()
    alice.close()
    page.start.click()
    expect(page.alert).to_have_text(
        "The cost has changed since the quote; nothing was charged. "
        "Look at the button and decide again."
    )
    expect(page.start).to_have_text(f"Export 20 for {need + 1} credits")
    page.wait_until_read()
    page.start.click()
    page.wait_for("completed")
    assert page.figure("charged") == need + 1


def test_r07_r26_what_cannot_be_paid_or_is_above_the_limit_has_no_button(
    bob: Member,
    enter: Callable[[str], Member],
    callers: Callable[[str], JobCaller],
    server: DemoServer,
) -> None:
    dear = callers("bob").quote("payroll", kinds=("email", "phone"), max_credits=1)
    page = JobPage.open(bob, dear["id"])
    expect(page.alert).to_contain_text("This is more than the 1 credit it may cost at the most.")
    expect(page.start).to_be_hidden()
    expect(page.page.get_by_role("columnheader", name="Phone")).to_be_visible()
    zoe = JobCaller(server.url, ZOE)
    poor = zoe.quote("sales", last_page=2, kinds=("email", "phone", "personality"))
    zoe.close()
    page = JobPage.open(enter(ZOE), poor["id"])
    expect(page.alert).to_have_text(
        f"{poor['quote']['short_by']:,} credits are missing. "
        "Ask your admin for more, or select fewer people."
    )
    expect(page.start).to_be_hidden()
    expect(page.page.get_by_role("link", name="Ask for more credits")).to_be_visible()
    assert faults_of(page.page) == []


def test_another_reps_job_is_a_404_and_an_admin_watches_and_stops_it(
    bob: Member, jane: Member, alice: Member, callers: Callable[[str], JobCaller]
) -> None:
    job = callers("bob").quote("director", label="Only his")["id"]
    expect(jane.open(f"/jobs/{job}").get_by_role("heading", level=1)).to_contain_text("404")
    bobs, watched, listed = JobPage.open(bob, job), JobPage.open(alice, job), alice.open("/jobs")
    expect(watched.status).to_have_text("A quote; only Bob Reyes can start it.")
    expect(watched.start).to_be_hidden()
    assert faults_of(watched.page) == []
    row = row_of(listed, "Only his")
    expect(row).to_contain_text("Bob Reyes")
    expect(row).to_contain_text("Quote")

    others = callers("alice").keep_busy()
    bobs.start.click()

    watched.wait_for("running")
    expect(row.get_by_role("progressbar")).to_be_visible()
    assert faults_of(watched.page, ["light"]) == []
    watched.stop.click()
    watched.wait_for("stopped")
    expect(watched.status).to_have_text("Stopped. Nothing was charged.")
    expect(bobs.card).to_have_attribute("data-status", "stopped", timeout=LIVE_MS)
    expect(row).to_contain_text("Stopped", timeout=ASKED_AGAIN_MS)
    callers("alice").stop(others)


def test_the_list_is_filtered_by_its_address_grows_by_pages_and_moves_live(
    jane: Member, callers: Callable[[str], JobCaller]
) -> None:
    janes = callers("jane")
    for number in range(22):
        janes.quote("kestrel", label=f"List {number}")
    last = janes.quote("kestrel", label=RTL_LABEL)["id"]
    page = jane.open("/jobs?status=quoted")
    rows = page.locator(".table.jobs tbody tr")
    expect(rows).to_have_count(20)
    page.get_by_role("button", name="Load more").click()
    expect(rows).to_have_count(23)
    expect(page.get_by_role("button", name="Load more")).to_be_hidden()
    janes.stop(last)
    expect(rows).to_have_count(22, timeout=LIVE_MS)
    page.get_by_label("Status").select_option("Stopped")
    expect(page).to_have_url(re.compile(r"\?status=stopped$"))
    expect(row_of(page, RTL_LABEL)).to_contain_text("Discarded")
    page.get_by_label("What").select_option("Import")
    expect(page.get_by_text("No export or import is like that.")).to_be_visible()
    page.go_back()
    row_of(page, RTL_LABEL).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(RTL_LABEL)
    expect(page).to_have_title(f"{RTL_LABEL} · Credit Battery")
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?status=stopped$"))
    page.goto(f"{jane.server_url}/jobs")
    expect(rows.first).to_be_visible()
    assert faults_of(page) == []
    assert overflow_of(page) <= 0


def test_an_empty_list_says_how_to_begin_and_a_failed_one_can_be_tried_again(
    enter: Callable[[str], Member],
) -> None:
    gus = enter(GUS)
    page = gus.open("/jobs")
    expect(page.get_by_text("Exports and imports will be listed here.")).to_be_visible()
    expect(page.get_by_role("link", name="Find people")).to_be_visible()
    assert faults_of(page) == []

    def refuse(route: Route) -> None:
        route.fulfill(status=503, json={"code": "unavailable", "detail": "", "title": "Away"})

    page.route(LISTS, refuse)
    page.reload()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults_of(page) == []
    page.unroute(LISTS)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Exports and imports will be listed here.")).to_be_visible()
    page.goto(f"{gus.server_url}/jobs/job_none")
    expect(page.get_by_role("heading", level=1)).to_contain_text("404")


def test_r23_a_running_export_outlives_reload_tab_and_server(
    server: DemoServer, bob: Member, callers: Callable[[str], JobCaller]
) -> None:
    quote = callers("bob").quote("marketing")["id"]
    job = callers("bob").keep_busy()
    page, waiting, listed = JobPage.open(bob, job), JobPage.open(bob, quote), bob.open("/jobs")
    page.page.reload()
    page.wait_for("running")
    page.page.close()
    page = JobPage.open(bob, job)
    page.wait_for("running")

    server.stop()
    expect(page.stop).to_be_disabled()
    expect(waiting.start).to_be_disabled()
    expect(waiting.page.get_by_text("You are offline.")).to_be_visible()
    server.start()

    expect(waiting.start).to_be_enabled(timeout=BACK_MS)
    expect(page.card).to_have_attribute("data-status", "completed", timeout=BACK_MS)
    expect(row_of(listed, "A long one").first).to_contain_text("Completed", timeout=BACK_MS)
