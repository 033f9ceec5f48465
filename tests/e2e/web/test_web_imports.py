"""Lists of people dropped on the page: columns, problems, quote, and the file that comes back."""

import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Request, Route, expect

from tests.e2e.conftest import DemoServer
from tests.e2e.web.job_pages import JobPage, total
from tests.e2e.web.members import Member, faults_of, overflow_of

IMPORTS = "**/api/v1/imports"
FILE_BYTES_MAX = 100_000
HEAD = "Wer;Mail dienstlich;Notiz\n"
PEOPLE = HEAD + "".join(f"Gast {n};gast{n}@messe.example;Halle {n}\n" for n in range(1, 13))
BROKEN = "".join(f"Ohne {n};nobody@;\n" for n in range(14))


@pytest.fixture(scope="module")
def server(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The demo, which takes small files only."""
    folder = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(demo_data, folder)
    server = DemoServer(folder, {"BATTERY_LIMIT_IMPORT_FILE_BYTES": str(FILE_BYTES_MAX)})
    server.start()
    yield server
    server.stop()


def drop(page: Page, *files: tuple[str, str]) -> None:
    """Names and contents, let go over the page's heading."""
    page.evaluate(
        """(files) => {
            const held = new DataTransfer();
            for (const [name, text] of files) held.items.add(new File([text], name));
            if (files.length === 0) held.items.add("some text", "text/plain");
            const over = document.querySelector("h1");
            const options = { bubbles: true, cancelable: true, dataTransfer: held };
            for (const type of ["dragenter", "dragover", "drop"])
                over.dispatchEvent(new DragEvent(type, options));
        }""",
        [list(file) for file in files],
    )


def choose(page: Page, name: str, content: bytes) -> None:
    """By the file chooser, which the label opens."""
    with page.expect_file_chooser() as chooser:
        page.get_by_text(re.compile("Choose (a|another) file")).click()
    payload: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
    chooser.value.set_files(payload)


def quote_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Get a quote")


def quoted(page: Page) -> JobPage:
    """The page of the job that becomes of the chosen file."""
    quote_button(page).click()
    page.wait_for_url("**/jobs/job_*")
    page.locator(".job-parts").wait_for()
    return JobPage(page)


def refusal(page: Page) -> Locator:
    return page.locator("form.import .problem")


def test_r25_a_dropped_list_is_mapped_quoted_started_and_comes_back(bob: Member) -> None:
    page = bob.open("/import")
    drop(page, ("messe.csv", PEOPLE + BROKEN))
    expect(page.locator(".drop-file .name")).to_have_text("messe.csv")
    assert faults_of(page) == []
    page.get_by_label("Name of this import").fill("Messe im Frühjahr")
    job = quoted(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Messe im Frühjahr")
    expect(page.get_by_text("Nobody can be found by these.")).to_be_visible()
    expect(page.get_by_role("heading", name="26 rows are left out")).to_be_visible()
    page.get_by_label("Email address").select_option("Mail dienstlich")
    page.get_by_label("Full name").select_option("Wer")
    expect(page.get_by_text("gast1@messe.example · gast2@messe.example")).to_be_visible()
    expect(page.get_by_text("Nobody can be found by these.")).to_be_hidden()
    expect(job.start).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("You changed the columns. Count again")).to_be_visible()
    page.get_by_role("button", name="Count again").click()

    expect(job.start).to_have_text("Import 12 for 12 credits")
    expect(page.get_by_role("button", name="Count again")).to_be_hidden()
    problems = page.locator("[data-part=problems]")
    expect(problems.get_by_role("heading")).to_have_text("14 rows are left out")
    expect(problems.locator("tbody tr")).to_have_count(10)
    expect(problems.locator("tbody tr").first).to_contain_text(re.compile(r"14\s*email: .* one @"))
    problems.get_by_role("button", name="Show all 14").click()
    expect(problems.locator("tbody tr")).to_have_count(14)
    expect(problems.get_by_role("heading")).to_be_focused()
    assert faults_of(page) == []
    assert overflow_of(page) <= 0

    before = total(page)
    job.wait_until_read()
    job.start.click()
    job.wait_for("completed")
    expect(page.locator("[data-figure=total]")).to_have_text(f"{before - 12:,}")
    with job.download("CSV").path().open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["Notiz"] for row in rows[:2]] == ["Halle 1", "Halle 2"]
    outcomes = [row["Email outcome"].partition(":")[0] for row in rows]
    assert (outcomes.count("charged"), outcomes.count("problem")) == (12, 14)


def test_r25_by_keyboard_alone_a_list_becomes_a_quote_and_columns_can_be_left_as_they_are(
    jane: Member,
) -> None:
    page = jane.open("/import")
    page.get_by_role("link", name="All exports and imports").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#file")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    payload: FilePayload = {"name": "a.csv", "mimeType": "", "buffer": PEOPLE.encode()}
    chooser.value.set_files(payload)
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(quote_button(page)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs/job_*")
    email = page.get_by_label("Email address")
    email.select_option("Wer")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(email).to_have_value("")
    expect(email).to_be_focused()
    expect(page.get_by_role("button", name="Count again")).to_be_hidden()


def test_r26_a_label_a_limit_and_several_kinds_stand_in_the_quote(bob: Member) -> None:
    page = bob.open("/import")
    choose(page, "gäste.csv", PEOPLE.replace("Mail dienstlich", "E-mail").encode("cp1252"))
    page.get_by_role("checkbox", name="Phone").check()
    page.get_by_label("Most it may cost").fill("1.5")
    quote_button(page).click()
    expect(refusal(page)).to_contain_text("must be a whole number of credits")
    page.get_by_label("Most it may cost").fill("500")
    job = quoted(page)
    expect(page.get_by_role("columnheader", name="Phone")).to_be_visible()
    expect(page.get_by_text("It may cost 500 credits at the most.")).to_be_visible()
    expect(page.locator(".job-facts")).to_contain_text("gäste.csv")
    assert job.figure("rows") == 12


def test_what_cannot_be_imported_says_why_before_or_after_it_was_sent(bob: Member) -> None:
    page = bob.open("/import")
    sent: list[Request] = []
    page.on("request", lambda each: sent.append(each) if "imports" in each.url else None)
    quote_button(page).click()
    expect(refusal(page)).to_have_text("Choose a file first.")
    drop(page, ("a.csv", PEOPLE), ("b.csv", PEOPLE))
    expect(refusal(page)).to_contain_text("One file at a time.")
    drop(page)
    expect(refusal(page)).to_contain_text("That is not a file.")
    choose(page, "empty.csv", b"")
    expect(refusal(page)).to_have_text("This file is empty.")
    choose(page, "old.xls", b"\xd0\xcf\x11\xe0")
    expect(refusal(page)).to_contain_text("neither CSV nor XLSX")
    choose(page, "large.csv", b"x" * (FILE_BYTES_MAX + 1))
    expect(refusal(page)).to_have_text(
        "This file is larger than 100 kB. Split it into several imports."
    )
    quote_button(page).click()
    expect(refusal(page)).to_contain_text("larger than 100 kB")
    assert sent == []

    choose(page, "people.csv", b"%PDF-1.7 not a list")
    expect(refusal(page)).to_be_hidden()
    quote_button(page).click()
    expect(refusal(page)).to_contain_text("This is a PDF document.")
    choose(page, "people.csv", b'Email,"' + b"x" * 70_000 + b"\n")
    quote_button(page).click()
    expect(refusal(page)).to_contain_text("Line 1: ")
    page.get_by_role("checkbox", name="Email").uncheck()
    quote_button(page).click()
    expect(refusal(page)).to_have_text("Choose at least one thing to find.")
    assert len(sent) == 2
    assert faults_of(page) == []
    assert overflow_of(page) <= 0


def test_r11_sending_can_be_cancelled_and_the_same_file_is_imported_once(jane: Member) -> None:
    page = jane.open("/import")
    keys: list[str] = []
    held: list[Route] = []

    def hold(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        held.append(route)

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.abort()

    def pass_on(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.continue_()

    page.route(IMPORTS, hold)
    choose(page, "gäste.csv", PEOPLE.encode())
    quote_button(page).click()
    expect(page.get_by_role("progressbar", name="Sending gäste.csv")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    drop(page, ("b.csv", PEOPLE))
    expect(refusal(page)).to_contain_text("A file is being sent already.")
    assert faults_of(page) == []
    page.get_by_role("button", name="Cancel").click()
    expect(refusal(page)).to_have_text("Sending was cancelled. Nothing was charged.")
    expect(quote_button(page)).to_be_focused()

    page.unroute(IMPORTS)
    page.route(IMPORTS, lose)
    quote_button(page).click()
    expect(refusal(page)).to_contain_text("The connection was cut off. Try again")
    page.unroute(IMPORTS)
    page.route(IMPORTS, pass_on)
    quoted(page)
    assert (len(keys), len(set(keys))) == (3, 1)


def test_offline_nothing_is_sent_and_the_page_says_why(bob: Member, server: DemoServer) -> None:
    page = bob.open("/import")
    choose(page, "a.csv", PEOPLE.encode())
    expect(quote_button(page)).to_be_enabled()
    server.stop()
    expect(quote_button(page)).to_be_disabled()
    expect(page.get_by_text("You are offline. The file can be sent")).to_be_visible()
    assert faults_of(page) == []
    server.start()
    expect(quote_button(page)).to_be_enabled(timeout=40_000)
    expect(page.locator(".drop-file .name")).to_have_text("a.csv")
