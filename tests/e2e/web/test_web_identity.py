"""Who one is, and that an open page notices when that is somebody else."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from server.demo.accounts import DEMO_PASSWORD
from tests.e2e.conftest import Admin, Caller, DemoServer
from tests.e2e.web.members import Member, faults_of, overflow_of


@pytest.fixture
def office(server: DemoServer) -> Iterator[Admin]:
    """Alice the admin at the API."""
    office = Admin(server.url, "alice@acme.example")
    yield office
    office.close()


def test_a_new_role_opens_and_closes_the_admins_ways(office: Admin, bob: Member) -> None:
    page = bob.open("/admin")
    expect(page.get_by_role("heading", level=1)).to_have_text("403: only for admins")
    office.give_role("bob@acme.example", "admin")
    ways = page.get_by_role("navigation", name="Main")
    expect(ways.get_by_role("link", name="Admin Settings")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("403: only for admins")
    office.give_role("bob@acme.example", "rep")
    expect(page.get_by_role("heading", level=1)).to_have_text("403: only for admins")


def test_a_page_is_nobodys_any_more_when_another_user_signs_in_beside_it(
    server: DemoServer, jane: Member
) -> None:
    page = jane.open("/account")
    expect(page.get_by_text("jane@acme.example")).to_be_visible()
    invited = jane.context.new_page()
    invited.goto(server.invite("Small Ltd", "Pia Small", "pia@small.example", allotment=5))
    assert faults_of(invited) == []
    assert overflow_of(invited) == 0
    invited.get_by_label("New password").fill(DEMO_PASSWORD)
    invited.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_text("pia@small.example")).to_be_visible()
    expect(page.locator("[data-figure=total]")).to_have_text("5")


def test_a_stranger_at_an_address_that_leads_nowhere_need_not_sign_in(
    server: DemoServer, enter: Callable[[str | None], Member]
) -> None:
    page = enter(None).context.new_page()
    page.goto(f"{server.url}/nowhere")
    expect(page.get_by_role("heading", level=1)).to_have_text("404: nothing is here")
    assert faults_of(page) == []


def test_a_page_names_its_user_and_is_nobodys_once_the_cookie_is_anothers(
    server: DemoServer, jane: Member
) -> None:
    page = jane.open("/account")
    own = Caller(server.url, "jane@acme.example")
    with page.expect_request("**/api/v1/people*") as asked:
        page.get_by_role("link", name="People").click()
    assert asked.value.headers["battery-user"] == own.user_id()
    own.close()
    # Not by the form, whose page would tell the others.
    session = {"email": "alice@acme.example", "password": DEMO_PASSWORD, "cookie": True}
    jane.context.request.post(
        f"{server.url}/api/v1/sessions", data=session, headers={"Origin": server.url}
    )
    page.get_by_role("link", name="Companies").click()
    expect(page.get_by_role("link", name="Your account: Alice Nakamura")).to_be_visible()
