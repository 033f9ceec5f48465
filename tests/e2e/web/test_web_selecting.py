"""People and companies in the web app: selected over pages, quoted, revealed at once.

Each test takes people of a page of its own, so that none depends on what another one spent.
"""

import re

from playwright.sync_api import Route, expect

from tests.e2e.web.members import LIVE_MS, Member, faults_of
from tests.e2e.web.people_pages import (
    FREE,
    button,
    expect_total,
    href_of,
    piece,
    posted,
    row_with,
    rows,
    told,
    total,
)


def test_a_selection_grows_over_pages_and_is_quoted(bob: Member) -> None:
    page = bob.open("/people?q=manager&page=2")
    selected = page.locator("[data-figure=selected]")
    rows(page).nth(0).get_by_role("checkbox").check()
    rows(page).nth(3).get_by_role("checkbox").check()
    ids = [href_of(rows(page).nth(n)).rpartition("/")[2] for n in (0, 3)]
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile("page=3$"))
    expect(selected).to_have_text("2 selected")
    page.get_by_label("All on this page").check()
    expect(selected).to_have_text("22 selected")
    expect(page.get_by_text("2 of them on other pages")).to_be_visible()
    page.get_by_role("checkbox", name="Phone").check()
    page.get_by_label("Name of the export").fill("Managers")
    assert faults_of(page) == []

    body = posted(page, "/exports", page.get_by_role("button", name="Get a quote (free)"))

    assert body["kinds"] == ["email", "phone"]
    assert body["label"] == "Managers"
    assert len(body["select"]["subjects"]) == 22
    assert set(ids) <= set(body["select"]["subjects"])
    expect(page).to_have_url(re.compile(r"/jobs/job_\w+$"))
    page.go_back()
    expect(selected).to_have_text("22 selected")
    page.get_by_role("button", name="Clear").click()
    expect(selected).to_be_empty()
    expect(page.get_by_role("button", name="Get a quote (free)")).to_be_hidden()


def test_who_comes_back_before_the_quote_has_opened_finds_the_list(bob: Member) -> None:
    page = bob.open("/people?page=44")
    rows(page).first.get_by_role("checkbox").check()
    held: list[Route] = []
    page.route("**/web/jobs/job.js", lambda route: held.append(route))
    with page.expect_request("**/web/jobs/job.js"):
        page.get_by_role("button", name="Get a quote (free)").click()
    page.go_back()
    for route in held:
        route.continue_()
    expect(page.locator("[data-figure=selected]")).to_have_text("1 selected")
    expect(page).to_have_title("People · Credit Battery")


def test_all_results_are_selected_as_the_search_they_are(bob: Member) -> None:
    page = bob.open("/people?q=director")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name=re.compile(r"^Select all \d+ people found$")).click()
    found = page.locator("[data-figure=range]").inner_text().rpartition(" ")[2]
    expect(page.locator("[data-figure=selected]")).to_have_text(f"{found} selected")
    expect(page.get_by_role("button", name="Reveal selected")).to_be_hidden()

    body = posted(page, "/exports", page.get_by_role("button", name="Get a quote (free)"))

    pages = -(-int(found) // 20)
    assert body["select"] == {"people": {"q": "director", "pages": [1, pages]}}
    expect(page).to_have_url(re.compile(r"/jobs/job_\w+$"))


def test_selected_people_are_revealed_at_once_for_the_sum_that_was_shown(
    bob: Member, jane: Member
) -> None:
    page, janes = bob.open("/people?page=60"), jane.open("/people?page=60")
    before = total(page)
    row = row_with(page, "email")
    button(row, "email").click()
    expect(piece(row, "email")).to_contain_text("revealed by Bob Reyes")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Reveal selected").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[data-part=free]")).to_contain_text("already owned")
    spend = dialog.locator("button.go")
    assert faults_of(page) == []
    asked = spend.inner_text()

    body = posted(page, "/reveals", spend)

    assert asked.endswith(f" for {body['max_credits']} credits")
    expect(told(page)).to_have_text(
        re.compile(rf"^\d+ revealed for {body['max_credits']} credits, 1 already owned")
    )
    expect(dialog).to_be_hidden()
    expect_total(page, before - 1 - body["max_credits"])
    expect(janes.locator(FREE.format("email"))).to_have_count(0, timeout=LIVE_MS)
    expect(page.locator(FREE.format("email"))).to_have_count(0)


def test_everything_is_reached_and_done_by_keyboard_alone(bob: Member) -> None:
    page = bob.open("/people")
    search = page.get_by_role("searchbox")
    for _ in range(30):
        page.keyboard.press("Tab")
        if search.evaluate("field => field === document.activeElement"):
            break
    page.keyboard.type("linkedin.com/in/ines-moreau")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    focused = page.locator("*:focus")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(focused).to_have_attribute("aria-label", "Select Inès Moreau")
    page.keyboard.press("Space")
    expect(page.locator("[data-figure=selected]")).to_have_text("1 selected")
    page.locator("[aria-label='Select Inès Moreau']").focus()
    page.keyboard.press("Tab")
    expect(focused).to_have_text("Inès Moreau")
    page.keyboard.press("Tab")
    expect(focused).to_have_attribute("aria-label", "Reveal Email of Inès Moreau for 1 credit")
    page.keyboard.press("Enter")
    expect(piece(page, "email")).to_contain_text("revealed by Bob Reyes")
    expect(focused).to_have_text("Copy")


# companies ------------------------------------------------------------------------------------


def test_companies_are_found_revealed_and_lead_to_their_people(bob: Member) -> None:
    page = bob.open("/companies?q=Kestrel+Logistics")
    expect(page.get_by_role("columnheader", name="Personality")).to_have_count(0)
    rows(page).first.get_by_role("checkbox").check()
    expect(page.get_by_role("checkbox", name="Personality")).to_have_count(0)
    assert faults_of(page) == []
    rows(page).first.locator("a.name").click()
    expect(page).to_have_title("Kestrel Logistics · Credit Battery")
    expect(page.locator("[data-kind=personality]")).to_be_hidden()
    button(page, "email").click()
    expect(piece(page, "email")).to_contain_text("revealed by Bob Reyes")
    page.get_by_role("link", name="People at Kestrel Logistics").click()
    expect(page).to_have_title("People · Credit Battery")
    expect(rows(page).first).to_contain_text("Kestrel Logistics")
    page.goto(page.url.replace("/people", "/companies"))
    page.get_by_label("All on this page").check()
    body = posted(page, "/exports", page.get_by_role("button", name="Get a quote (free)"))
    assert all(each.startswith("acc_") for each in body["select"]["subjects"])
