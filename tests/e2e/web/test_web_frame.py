"""The frame around every screen."""

from playwright.sync_api import expect

from tests.e2e.web.members import Member, faults_of


def test_a_rep_at_an_admin_address_sees_403_as_a_page(bob: Member) -> None:
    page = bob.open("/admin")
    expect(page.get_by_role("heading", level=1)).to_have_text("403: only for admins")
    assert faults_of(page) == []
