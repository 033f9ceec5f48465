"""The usage of an org in a real browser, while the server cannot sum it up."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DemoServer
from tests.e2e.web.admin_pages import Office, refuse
from tests.e2e.web.histories import refusal
from tests.e2e.web.members import Member, faults_of

USAGE = re.compile(r"/api/v1/history/usage")
SCREEN = "/admin/usage?range=all&bucket=month&group=kind&view=table"
CATCH_UP_MS = 10_000
"""A page asks again when the server said, here after 3 s."""


@pytest.fixture
def bob_calls(server: DemoServer) -> Iterator[Office]:
    """Bob the rep at the API."""
    office = Office(server.url, "bob@acme.example")
    yield office
    office.close()


@pytest.fixture
def page(alice: Member, bob_calls: Office) -> Page:
    """Alice's page of usage, with something on it."""
    bob_calls.open_somebodys_email()
    page = alice.open(SCREEN)
    expect(page.locator(".usage-sum")).to_be_visible()
    expect(page.get_by_role("table", name="Who spent most")).to_be_visible()
    return page


def test_figures_that_cannot_follow_the_ledger_stay_and_catch_up_by_themselves(
    page: Page, bob_calls: Office
) -> None:
    total = page.locator(".usage-sum")
    before = total.inner_text()
    spent = int(before.split()[0].replace(",", ""))
    page.route(USAGE, refusal(503, "unavailable", "Away."))

    bob_calls.open_somebodys_email()

    outdated = page.get_by_role("status").filter(has_text="This may be out of date")
    expect(outdated).to_have_count(2)
    expect(total).to_have_text(before)
    expect(page.get_by_role("table", name="Who spent most")).to_be_visible()
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(0)
    assert faults_of(page) == []
    page.unroute(USAGE)
    expect(total).to_contain_text(f"{spent + 1:,} credit", timeout=CATCH_UP_MS)
    expect(outdated).to_have_count(0, timeout=CATCH_UP_MS)


def test_figures_of_other_days_never_stand_for_those_asked_for(page: Page) -> None:
    page.route(USAGE, refuse)
    page.get_by_role("button", name="This month").click()

    alerts = page.get_by_role("alert").filter(visible=True)
    expect(alerts).to_have_count(2)
    expect(page.locator(".usage-sum")).to_be_hidden()
    expect(page.get_by_role("table", name="Who spent most")).to_be_hidden()
    page.unroute(USAGE)
    again = page.get_by_role("button", name="Try again")
    again.last.click()
    expect(page.get_by_role("table", name="Who spent most")).to_be_visible()
    again.click()
    expect(page.locator(".usage-sum")).to_be_visible()
    expect(alerts).to_have_count(0)
